/* check.c - runs the table: the library's checks first, while this process has not loaded it, then each unit's.
 *
 * A child answers through a pipe with a verdict and a sentence. The parent waits with a time limit; where no answer
 * comes it says how the child ended and, from a page that both share, in which call.
 */
#include "check/check.h"

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <math.h>
#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include "baud/random.h"
#include "check/companions.h"
#include "check/run.h"

enum { USUAL_LIMIT = 30, SHARED = 4096 };
#define MEMORY_LIMIT ((rlim_t)6 << 30)

typedef struct answer { /* what a child writes */
  int verdict;
  char text[RUN_TEXT];
} answer;

typedef struct battery {
  const check_options *options;
  check_report report;
  void *ctx;
  char path[PATH_MAX];
  char *shared;
  registry *plugins;
  const plugin **with; /* [n_with]: environments that were named beside it */
  uint32_t n_with;
  char unloadable[RUN_TEXT]; /* why units cannot be asked, or "" */
  int is_malformed;          /* by check 6: calling into it would only crash */
  int errors;
} battery;

static double now(void) {
  struct timespec t;
  clock_gettime(CLOCK_MONOTONIC, &t);
  return (double)t.tv_sec + 1e-9 * (double)t.tv_nsec;
}

/* ---- One check ---------------------------------------------------------------------------------------- */

static int stream_to_null(int stream) {
  int kept = dup(stream), null = open("/dev/null", O_RDWR | O_CLOEXEC);
  if (null >= 0) {
    dup2(null, stream);
    close(null);
  }
  return kept;
}

static void stream_back(int stream, int kept) {
  if (kept < 0) return;
  dup2(kept, stream);
  close(kept);
}

static void in_child(check_run *run, int out) {
  struct rlimit limit = {MEMORY_LIMIT, MEMORY_LIMIT}, none = {0, 0};
  answer a = {0};
  setrlimit(RLIMIT_CORE, &none);
#if !defined(__SANITIZE_ADDRESS__) && !defined(__SANITIZE_THREAD__) /* whose shadows are larger */
  setrlimit(RLIMIT_AS, &limit);
#else
  (void)limit;
#endif
  for (int stream = STDIN_FILENO; stream <= STDERR_FILENO; stream++) close(stream_to_null(stream));
  a.verdict = run_call(run);
  memcpy(a.text, run->text, sizeof a.text);
  ssize_t written = write(out, &a, sizeof a);
  _exit(written == (ssize_t)sizeof a ? 0 : 1);
}

static uint32_t limit_of(const battery *b) { return b->options->limit ? b->options->limit : USUAL_LIMIT; }

static double processor_seconds(pid_t child) {
  clockid_t clock;
  struct timespec t;
  if (clock_getcpuclockid(child, &clock) != 0 || clock_gettime(clock, &t) != 0) return HUGE_VAL;
  return (double)t.tv_sec + 1e-9 * (double)t.tv_nsec;
}

/* Seconds that a child still has. One that is at work where others are, too, has the limit in time of the processor; one
 * that sleeps has it on the clock. */
static double patience_left(const battery *b, pid_t child, double elapsed) {
  double limit = limit_of(b);
  if (elapsed < limit) return limit - elapsed;
  double worked = processor_seconds(child);
  return worked > elapsed / 20.0 ? limit - worked : 0.0;
}

/* 1: an answer; 0: the child ended without one; -1: the time is up. */
static int read_answer(const battery *b, pid_t child, int in, answer *a) {
  size_t got = 0;
  double began = now();
  while (got < sizeof *a) {
    struct pollfd wait = {in, POLLIN, 0};
    double left = patience_left(b, child, now() - began);
    if (left <= 0.0) return -1;
    int ready = poll(&wait, 1, 1 + (int)(left * 1000.0));
    if (ready == 0 || (ready < 0 && errno == EINTR)) continue;
    if (ready < 0) return -1;
    ssize_t n = read(in, (char *)a + got, sizeof *a - got);
    if (n < 0 && errno == EINTR) continue;
    if (n <= 0) return 0;
    got += (size_t)n;
  }
  a->text[RUN_TEXT - 1] = 0;
  return 1;
}

static void describe_end(const battery *b, int status, int got, answer *a) {
  char place[64], *in = place;
  snprintf(place, sizeof place, "%s", b->shared);
  const char *preposition = in[0] ? " in " : "";
  a->verdict = CHECK_FAILED;
  if (got < 0) snprintf(a->text, sizeof a->text, "still running after %u s%s%s", limit_of(b), preposition, in);
  else if (WIFSIGNALED(status))
    snprintf(a->text, sizeof a->text, "crashes%s%s: SIG%s (%s)", preposition, in, sigabbrev_np(WTERMSIG(status)),
             strsignal(WTERMSIG(status)));
  else snprintf(a->text, sizeof a->text, "ends the process%s%s (exit code %d)", preposition, in, WEXITSTATUS(status));
}

static void ask_in_child(battery *b, check_run *run, answer *a) {
  int ends[2], status = 0;
  if (pipe2(ends, O_CLOEXEC) != 0) {
    *a = (answer){CHECK_SKIPPED, "the system gives no pipe"};
    return;
  }
  fflush(NULL);
  pid_t child = fork();
  if (child == 0) {
    close(ends[0]);
    in_child(run, ends[1]);
  }
  close(ends[1]);
  int got = child > 0 ? read_answer(b, child, ends[0], a) : 1;
  if (child < 0) *a = (answer){CHECK_SKIPPED, "the system gives no process"};
  if (child > 0 && got < 0) kill(child, SIGKILL);
  while (child > 0 && waitpid(child, &status, 0) < 0 && errno == EINTR) {
  }
  close(ends[0]);
  if (got <= 0) describe_end(b, status, got, a);
}

static int ask(battery *b, const check *c, const plugin *unit) {
  check_run run = {.check = c,
                   .path = b->path,
                   .plugins = b->plugins,
                   .unit = unit,
                   .with = b->with,
                   .n_with = b->n_with,
                   .now_in = b->shared,
                   .seed = baud_split(b->options->seed, c->number)};
  answer a = {0};
  double began = now();
  memset(b->shared, 0, SHARED);
  if (b->options->isolation == CHECK_IN_PROCESS) {
    a.verdict = run_call(&run);
    memcpy(a.text, run.text, sizeof a.text);
  } else {
    ask_in_child(b, &run, &a);
  }
  if (a.verdict == CHECK_FAILED && c->severity == CHECK_ERROR) b->errors++;
  b->report(b->ctx,
            &(check_result){c, unit ? unit->unit->id : NULL, (enum check_verdict)a.verdict, a.text, now() - began});
  return a.verdict;
}

/* ---- The battery -------------------------------------------------------------------------------------- */

static int is_wanted(const battery *b, const check *c) {
  return b->options->only == 0 || b->options->only == c->number;
}

/* Check 1 is asked in any case: nothing else can be where the library does not load. */
static void ask_of_library(battery *b) {
  int loads = CHECK_OK;
  for (const check *c = check_table; c->number; c++) {
    if (c->roles) continue;
    if (loads == CHECK_FAILED && is_wanted(b, c))
      b->report(b->ctx, &(check_result){c, NULL, CHECK_SKIPPED, "the library does not load", 0.0});
    else if (is_wanted(b, c)) {
      int verdict = ask(b, c, NULL);
      if (c->number == 1) loads = verdict;
      if (c->number == 6) b->is_malformed = verdict == CHECK_FAILED;
    }
  }
}

/* The library and those that were named beside it, in front of what the search path holds. */
static int open_registry(battery *b, baud_error *error) {
  char *paths[CHECK_WITH_MOST + 1] = {b->path};
  size_t n = 1;
  for (uint32_t i = 0; i < b->options->n_with; i++)
    if (check_is_path(b->options->with[i]) && (paths[n] = realpath(b->options->with[i], NULL))) n++;
  int code = registry_open_files(&b->plugins, (const char *const *)paths, n, error);
  while (--n > 0) free(paths[n]);
  return code ? code : companions_find(b->plugins, b->options, &b->with, &b->n_with, error);
}

/* Loads the library and all possible partners, with whatever they print kept away. */
static int open_plugins(battery *b, baud_error *error) {
  fflush(NULL);
  int out = stream_to_null(STDOUT_FILENO), err = stream_to_null(STDERR_FILENO);
  int code = open_registry(b, error);
  fflush(NULL);
  stream_back(STDOUT_FILENO, out);
  stream_back(STDERR_FILENO, err);
  int has_units = 0; /* beside them a second finding of the same file is of no interest */
  for (size_t i = 0; code == 0 && i < registry_count(b->plugins); i++) {
    const plugin *p = registry_at(b->plugins, i);
    if (strcmp(p->path, b->path) != 0) continue;
    has_units |= p->unit != NULL;
    if (p->reason) snprintf(b->unloadable, sizeof b->unloadable, "%s", p->reason);
  }
  if (has_units) b->unloadable[0] = 0;
  return code;
}

static void ask_of_unit(battery *b, const plugin *unit) {
  for (const check *c = check_table; c->number; c++)
    if (!(c->roles & CHECK_OF(unit->unit->role)) || !is_wanted(b, c)) continue;
    else if (!b->is_malformed) ask(b, c, unit);
    else
      b->report(b->ctx, &(check_result){c, unit->unit->id, CHECK_SKIPPED, "the library's tables are malformed", 0.0});
}

static int ask_of_units(battery *b, baud_error *error) {
  int asked = 0;
  for (size_t i = 0; i < registry_count(b->plugins); i++) {
    const plugin *p = registry_at(b->plugins, i);
    if (!p->unit || strcmp(p->path, b->path) != 0 || (b->options->unit && strcmp(p->unit->id, b->options->unit) != 0))
      continue;
    ask_of_unit(b, p);
    asked++;
  }
  if (asked > 0 || b->options->unit == NULL) return 0;
  return error_set(error, BAUD_ENOTFOUND, "%s holds no unit %s", b->path, b->options->unit);
}

int check_plugin(const char *path, const check_options *options, check_report report, void *ctx, baud_error *error) {
  battery b = {.options = options, .report = report, .ctx = ctx};
  if (!realpath(path, b.path)) return error_set(error, BAUD_ENOTFOUND, "%s cannot be read: %s", path, strerror(errno));
  b.shared = mmap(NULL, SHARED, PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);
  if (b.shared == MAP_FAILED) return error_set(error, BAUD_ENOMEM, "out of memory");
  ask_of_library(&b);
  int code = open_plugins(&b, error);
  if (code == 0 && !b.unloadable[0]) code = ask_of_units(&b, error);
  if (code == 0 && b.unloadable[0] && b.errors == 0) {
    /* refused for a reason that no check of the library speaks of: permissions, say */
    b.report(b.ctx, &(check_result){check_table, NULL, CHECK_FAILED, b.unloadable, 0.0});
    b.errors++;
  }
  free(b.with);
  registry_free(b.plugins);
  munmap(b.shared, SHARED);
  return code < 0 ? code : b.errors;
}

/* ---- From a name to a file ---------------------------------------------------------------------------- */

typedef struct found {
  int code;
  char path[PATH_MAX], id[200];
  char text[sizeof((baud_error *)0)->text];
} found;

int check_is_path(const char *what) {
  return strchr(what, '/') != NULL || registry_takes(what);
}

int check_find(uint32_t role, const char *name, char *path, size_t path_size, char *id, size_t id_size, baud_error *error) {
  found *f = mmap(NULL, sizeof *f, PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);
  if (f == MAP_FAILED) return error_set(error, BAUD_ENOMEM, "out of memory");
  f->code = BAUD_EIO;
  snprintf(f->text, sizeof f->text, "plugins could not be listed");
  fflush(NULL);
  pid_t child = fork();
  if (child == 0) {
    registry *r = NULL;
    const plugin *p = NULL;
    baud_error why = {0};
    close(stream_to_null(STDOUT_FILENO));
    f->code = registry_open(&r, &why);
    if (f->code == 0) f->code = registry_find(r, role, name, &p, &why);
    if (f->code == 0 && p->path[0] != '/')
      f->code = error_set(&why, BAUD_EUNSUP, "%s is built in: it is no plugin library that could be checked", p->unit->id);
    if (f->code == 0) snprintf(f->path, sizeof f->path, "%s", p->path);
    if (f->code == 0) snprintf(f->id, sizeof f->id, "%s", p->unit->id);
    snprintf(f->text, sizeof f->text, "%s", why.text);
    _exit(0);
  }
  while (child > 0 && waitpid(child, NULL, 0) < 0 && errno == EINTR) {
  }
  int code = f->code;
  if (code != 0) {
    error_set(error, code, "%s", f->text);
  } else {
    snprintf(path, path_size, "%s", f->path);
    snprintf(id, id_size, "%s", f->id);
  }
  munmap(f, sizeof *f);
  return code;
}
