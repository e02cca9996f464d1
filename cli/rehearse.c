/* rehearse.c - see rehearse.h.
 */
#include "cli/rehearse.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#include "trial.h"

enum { PATIENCE_MS = 20000 };

static void child(const plan *p, const registry *plugins, int out) {
  baud_error error = {0};
  int null = open("/dev/null", O_RDWR);
  if (null >= 0) dup2(null, STDOUT_FILENO), dup2(null, STDERR_FILENO);
  for (uint32_t c = 0; c < p->n_configs; c++) {
    trial *t = NULL;
    if (p->configs[c].n_seeds > 0 && trial_open(&t, plugins, p->configs[c].json, p->configs[c].seeds[0], &error) != 0) {
      error_at(&error, "configuration \"%.120s\"", p->configs[c].label);
      size_t length = strlen(error.text);
      _exit(write(out, error.text, length) == (ssize_t)length ? 1 : 0);
    }
    trial_close(t);
  }
  _exit(0);
}

/* What the child says, until it is done; nothing when it takes too long. */
static void listen_to(int in, char *text, size_t size) {
  size_t used = 0;
  while (used + 1 < size) {
    struct pollfd wait = {in, POLLIN, 0};
    int ready = poll(&wait, 1, PATIENCE_MS);
    if (ready < 0 && errno == EINTR) continue;
    ssize_t n = ready > 0 ? read(in, text + used, size - 1 - used) : 0;
    if (n <= 0) break;
    used += (size_t)n;
  }
  text[used] = 0;
}

int rehearse_plan(const plan *p, const registry *plugins, baud_error *error) {
  int ends[2], status = 0;
  char text[sizeof error->text];
  if (pipe2(ends, O_CLOEXEC) != 0) return 0;
  pid_t pid = fork();
  if (pid == 0) child(p, plugins, ends[1]);
  close(ends[1]);
  if (pid > 0) listen_to(ends[0], text, sizeof text);
  close(ends[0]);
  if (pid <= 0) return 0;
  kill(pid, SIGKILL); /* of one that is done already this takes no notice */
  while (waitpid(pid, &status, 0) < 0 && errno == EINTR) {}
  return text[0] ? error_set(error, BAUD_EARG, "%s", text) : 0;
}
