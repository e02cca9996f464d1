/* control.c - where a run's socket and board lie, and the client's side of the socket: control.h.
 *
 * Two runs may have folders of the same name, and a socket's path may have 107 characters at most: RUN in RUN.sock
 * is the beginning of the folder's name and a hash of its whole path.
 */
#include "control.h"

#include <cjson/cJSON.h>
#include <errno.h>
#include <limits.h>
#include <pwd.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/time.h>
#include <sys/un.h>
#include <unistd.h>
#include <xxhash.h>

enum { NAME_SHOWN = 32, LONGEST_FOLDER = 48, REPLY_SIZE = 2048, PATIENCE_SECONDS = 2 };

/* Others must not be able to put a socket of their own there. */
static int is_private_folder(const char *path) {
  struct stat info;
  return lstat(path, &info) == 0 && S_ISDIR(info.st_mode) && info.st_uid == geteuid() && (info.st_mode & 077) == 0;
}

static int make_private_folder(const char *path, baud_error *error) {
  if (mkdir(path, 0700) != 0 && errno != EEXIST)
    return error_set(error, BAUD_EIO, "cannot create the runtime folder %s: %s", path, strerror(errno));
  if (is_private_folder(path)) return 0;
  return error_set(error, BAUD_EIO, "the runtime folder %s is not yours alone: chmod 700 it", path);
}

int control_runtime_folder(char *path, size_t size, baud_error *error) {
  const char *given = getenv("XDG_RUNTIME_DIR");
  char base[64];
  snprintf(base, sizeof base, "/tmp/baud-%ld", (long)geteuid());
  /* A session without a login often names a folder that is not there; sockets need a short path. */
  int is_usable = given && given[0] == '/' && strlen(given) <= LONGEST_FOLDER && access(given, W_OK | X_OK) == 0;
  if (!is_usable && make_private_folder(base, error) != 0) return error->code;
  snprintf(path, size, "%s/baud", is_usable ? given : base);
  return make_private_folder(path, error);
}

int control_paths(const char *run_folder, char *socket_path, char *board_path, size_t size, baud_error *error) {
  char folder[PATH_MAX], whole[PATH_MAX];
  if (!realpath(run_folder, whole)) return error_set(error, BAUD_ENOTFOUND, "%s: %s", run_folder, strerror(errno));
  int code = control_runtime_folder(folder, sizeof folder, error);
  if (code != 0) return code;
  const char *name = strrchr(whole, '/') + 1;
  unsigned long long hash = (unsigned long long)XXH3_64bits(whole, strlen(whole));
  snprintf(socket_path, size, "%s/%.*s-%08llx.sock", folder, NAME_SHOWN, name, hash & 0xffffffffu);
  snprintf(board_path, size, "%s/%.*s-%08llx.board", folder, NAME_SHOWN, name, hash & 0xffffffffu);
  return 0;
}

/* "ann (pts/4)" */
static void describe_self(char *who, size_t size) {
  const struct passwd *user = getpwuid(geteuid());
  char terminal[64] = "";
  for (int fd = 0; fd < 3 && !terminal[0]; fd++)
    if (isatty(fd) && ttyname_r(fd, terminal, sizeof terminal) != 0) terminal[0] = 0;
  const char *shown = strncmp(terminal, "/dev/", 5) == 0 ? terminal + 5 : terminal;
  if (shown[0]) snprintf(who, size, "%.60s (%s)", user ? user->pw_name : "?", shown);
  else snprintf(who, size, "%.60s (process %ld)", user ? user->pw_name : "?", (long)getpid());
}

static int connect_to(const char *socket_path, baud_error *error) {
  struct sockaddr_un address = {.sun_family = AF_UNIX};
  if (strlen(socket_path) >= sizeof address.sun_path)
    return error_set(error, BAUD_EIO, "%s is too long for a socket: use a shorter XDG_RUNTIME_DIR", socket_path);
  memcpy(address.sun_path, socket_path, strlen(socket_path) + 1);
  int fd = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);
  if (fd < 0) return error_set(error, BAUD_EIO, "cannot make a socket: %s", strerror(errno));
  struct timeval patience = {.tv_sec = PATIENCE_SECONDS};
  setsockopt(fd, SOL_SOCKET, SO_RCVTIMEO, &patience, sizeof patience);
  setsockopt(fd, SOL_SOCKET, SO_SNDTIMEO, &patience, sizeof patience);
  if (connect(fd, (const struct sockaddr *)&address, sizeof address) == 0) return fd;
  int reason = errno;
  close(fd);
  if (reason == ENOENT || reason == ECONNREFUSED)
    return error_set(error, BAUD_ENOTFOUND, "no supervisor is at work on this run (baud resume starts one)");
  return error_set(error, BAUD_EIO, "cannot reach the supervisor at %s: %s", socket_path, strerror(reason));
}

static int send_request(int fd, const char *what, int64_t trial, baud_error *error) {
  char who[160];
  describe_self(who, sizeof who);
  cJSON *request = cJSON_CreateObject();
  cJSON_AddStringToObject(request, "do", what);
  cJSON_AddNumberToObject(request, "trial", (double)trial);
  cJSON_AddStringToObject(request, "who", who);
  char *text = cJSON_PrintUnformatted(request);
  cJSON_Delete(request);
  if (!text) return error_set(error, BAUD_ENOMEM, "out of memory");
  size_t length = strlen(text);
  text[length++] = '\n'; /* in place of the nul: it is sent by length */
  ssize_t sent = send(fd, text, length, MSG_NOSIGNAL);
  free(text);
  if (sent == (ssize_t)length) return 0;
  return error_set(error, BAUD_EIO, "the supervisor did not take the command: %s", strerror(errno));
}

static int read_reply(int fd, baud_error *error) {
  char reply[REPLY_SIZE];
  size_t got = 0;
  while (got < sizeof reply - 1 && !memchr(reply, '\n', got)) {
    ssize_t n = recv(fd, reply + got, sizeof reply - 1 - got, 0);
    if (n < 0 && errno == EINTR) continue;
    if (n <= 0) return error_set(error, BAUD_EBUSY, "the supervisor gave no answer within %d s", PATIENCE_SECONDS);
    got += (size_t)n;
  }
  reply[got] = 0;
  cJSON *answer = cJSON_Parse(reply);
  const char *why = cJSON_GetStringValue(cJSON_GetObjectItemCaseSensitive(answer, "error"));
  int code = 0;
  if (!cJSON_IsTrue(cJSON_GetObjectItemCaseSensitive(answer, "ok")))
    code = error_set(error, BAUD_ESTATE, "%s", why ? why : "the supervisor's answer makes no sense");
  cJSON_Delete(answer);
  return code;
}

int control_command(const char *socket_path, const char *what, int64_t trial, baud_error *error) {
  int fd = connect_to(socket_path, error);
  if (fd < 0) return fd;
  int code = send_request(fd, what, trial, error);
  if (code == 0) code = read_reply(fd, error);
  close(fd);
  return code;
}
