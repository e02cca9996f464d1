/* talk.c - for tests: sends stdin to a Unix socket as it is and prints what comes back, until the other end closes
 * or is silent for half a second. Usage: talk SOCKET
 */
#include <poll.h>
#include <stdio.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

enum { SILENCE_MS = 500 };

int main(int argc, char **argv) {
  struct sockaddr_un address = {.sun_family = AF_UNIX};
  char piece[4096];
  if (argc != 2 || strlen(argv[1]) >= sizeof address.sun_path) return 2;
  memcpy(address.sun_path, argv[1], strlen(argv[1]) + 1);
  int fd = socket(AF_UNIX, SOCK_STREAM, 0);
  if (fd < 0 || connect(fd, (const struct sockaddr *)&address, sizeof address) != 0) return 1;
  for (ssize_t n; (n = read(STDIN_FILENO, piece, sizeof piece)) > 0;)
    if (send(fd, piece, (size_t)n, MSG_NOSIGNAL) != n) break;
  for (;;) {
    struct pollfd wait = {fd, POLLIN, 0};
    ssize_t n = poll(&wait, 1, SILENCE_MS) > 0 ? read(fd, piece, sizeof piece) : 0;
    if (n <= 0) break;
    fwrite(piece, 1, (size_t)n, stdout);
  }
  close(fd);
  return 0;
}
