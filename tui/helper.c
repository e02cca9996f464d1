/* helper.c - pipes and processes: helper.h. */
#include "helper.h"

#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <unistd.h>

enum { PIECE = 65536, MOST = 64 << 20, NICE = 10 };

/* Between fork and exec: nothing that is not async-signal-safe. */
static void become(const char *program, char *const *argv, int out, pid_t parent) {
  sigset_t none;
  sigemptyset(&none);
  for (int s = 1; s < NSIG; s++) signal(s, SIG_DFL);
  sigprocmask(SIG_SETMASK, &none, NULL);
  prctl(PR_SET_PDEATHSIG, SIGKILL);
  if (getppid() != parent) _exit(1);
  int null = open("/dev/null", O_RDWR | O_CLOEXEC);
  setpgid(0, 0); /* keys at the terminal are not for it */
  setpriority(PRIO_PROCESS, 0, NICE);
  if (dup2(null, 0) < 0 || dup2(out, 1) < 0 || dup2(null, 2) < 0) _exit(1);
  execv(program, argv);
  _exit(127);
}

int helper_start(helper *h, const char *program, const char *const *arguments, baud_error *error) {
  char *argv[HELPER_ARGUMENTS + 2] = {"baud"};
  int ends[2], n = 0;
  helper_stop(h);
  if (!program) return error_set(error, BAUD_EUNSUP, "this cannot be asked for here");
  for (; arguments[n] && n < HELPER_ARGUMENTS; n++) argv[n + 1] = (char *)(uintptr_t)arguments[n];
  if (pipe2(ends, O_CLOEXEC) != 0) return error_set(error, BAUD_EIO, "cannot make a pipe: %s", strerror(errno));
  pid_t parent = getpid(), pid = fork();
  if (pid == 0) become(program, argv, ends[1], parent);
  close(ends[1]);
  if (pid < 0) {
    close(ends[0]);
    return error_set(error, BAUD_EIO, "cannot start another process: %s", strerror(errno));
  }
  fcntl(ends[0], F_SETFL, O_NONBLOCK);
  h->pid = pid;
  h->fd = ends[0];
  h->used = 0;
  return 0;
}

static int make_room(helper *h) {
  if (h->room - h->used > PIECE) return 0;
  char *more = h->used < MOST ? realloc(h->text, 2 * h->room + 2 * PIECE) : NULL;
  if (!more) return -1;
  h->text = more;
  h->room = 2 * h->room + 2 * PIECE;
  return 0;
}

int helper_read(helper *h) {
  int is_more = 0;
  while (h->pid && h->fd >= 0) {
    int is_full = make_room(h) != 0;
    ssize_t n = is_full ? 0 : read(h->fd, h->text + h->used, PIECE);
    if (n < 0 && errno == EINTR) continue;
    if (n < 0 && errno == EAGAIN) break;
    is_more = 1;
    if (n > 0) {
      h->used += (size_t)n;
      h->text[h->used] = 0;
      if (n < PIECE) break;
      continue;
    }
    close(h->fd);
    h->fd = -1;
    if (is_full) kill(h->pid, SIGKILL); /* nobody has that much to say */
    while (waitpid(h->pid, &h->status, 0) < 0 && errno == EINTR) {}
  }
  return is_more;
}

char *helper_line(helper *h, size_t *from) {
  char *start = h->text ? h->text + *from : NULL;
  char *end = start && *from < h->used ? memchr(start, '\n', h->used - *from) : NULL;
  if (!end) return NULL;
  *end = 0;
  *from = (size_t)(end - h->text) + 1;
  return start;
}

void helper_forget(helper *h, size_t from) {
  if (from > h->used) from = h->used;
  memmove(h->text, h->text + from, h->used - from);
  h->used -= from;
  if (h->text) h->text[h->used] = 0;
}

int helper_is_running(const helper *h) { return h->pid != 0 && h->fd >= 0; }

int helper_has_failed(const helper *h) {
  return h->pid != 0 && h->fd < 0 && !(WIFEXITED(h->status) && WEXITSTATUS(h->status) == 0);
}

void helper_stop(helper *h) {
  if (helper_is_running(h)) {
    close(h->fd);
    kill(h->pid, SIGKILL);
    while (waitpid(h->pid, NULL, 0) < 0 && errno == EINTR) {}
  }
  free(h->text);
  *h = (helper){.fd = -1};
}
