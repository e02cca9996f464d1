/* show.c - see show.h.
 */
#include "worker/show.h"

#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <sys/wait.h>
#include <unistd.h>

#include "play.h"
#include "worker/faults.h"

enum { NICE = 10 };

static pid_t copies[SHOW_MOST];

/* A free place among the copies, or -1. */
static int find_place(void) {
  int place = -1;
  for (int i = 0; i < SHOW_MOST; i++) {
    if (copies[i] && waitpid(copies[i], NULL, WNOHANG) != 0) copies[i] = 0;
    if (!copies[i]) place = i;
  }
  return place;
}

static int connect_to(const char *path, baud_error *error) {
  struct sockaddr_un address = {.sun_family = AF_UNIX};
  if (strlen(path) >= sizeof address.sun_path) return error_set(error, BAUD_EARG, "%.100s: too long for a socket", path);
  memcpy(address.sun_path, path, strlen(path) + 1);
  int fd = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
  if (fd >= 0 && connect(fd, (const struct sockaddr *)&address, sizeof address) == 0) return fd;
  int reason = errno;
  if (fd >= 0) close(fd);
  return error_set(error, BAUD_EIO, "nobody listens at %.100s: %s", path, strerror(reason));
}

/* The board becomes memory of the copy's own: it may be written, and nobody sees it. */
static void take_leave_of(board *b) {
  size_t size = board_size(b);
  mmap(b, size, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS | MAP_FIXED, -1, 0);
}

static void play(const show_setup *setup, int fd) {
  baud_error error = {0};
  const int signals[] = {SIGTERM, SIGXCPU, SIGSEGV, SIGABRT, SIGBUS, SIGFPE, SIGILL, SIGSYS, SIGTRAP, SIGPIPE};
  setpriority(PRIO_PROCESS, 0, NICE);
  faults_end();
  for (size_t i = 0; i < sizeof signals / sizeof *signals; i++) signal(signals[i], SIG_DFL);
  for (int i = 0; i < 2; i++) close(setup->descriptors[i]);
  take_leave_of(setup->board);
  fcntl(fd, F_SETFL, 0); /* who reads slowly is waited for */
  FILE *to = fdopen(fd, "w");
  if (to && play_episodes(setup->trial, SHOW_EPISODES, to, &error) != 0 && error.text[0])
    fprintf(stderr, "a copy could not be shown: %s\n", error.text);
  if (to) fflush(to);
  _exit(0);
}

int show_start(const show_setup *setup, baud_error *error) {
  int place = find_place();
  if (place < 0) return error_set(error, BAUD_EBUSY, "this trial is being watched %d times already", SHOW_MOST);
  int fd = connect_to(setup->socket_path, error);
  if (fd < 0) return fd;
  pid_t parent = getpid(), pid = fork();
  if (pid == 0) {
    prctl(PR_SET_PDEATHSIG, SIGKILL);
    if (getppid() == parent) play(setup, fd);
    _exit(0);
  }
  close(fd);
  if (pid < 0) return error_set(error, BAUD_EIO, "cannot make a copy of the trial: %s", strerror(errno));
  copies[place] = pid;
  return 0;
}
