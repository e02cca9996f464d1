/* bench_dashboard.c - what the dashboard costs and how quickly it answers, on a pseudo-terminal of 120x40.
 *
 * The program itself, attached to runs that make_run made: 100 trials that all move, at rest, frozen; keys while ten
 * thousand log lines a second arrive; runs of ten million episodes and of ten thousand trials opened; and a worker's speed
 * with and without a viewer, in turns within one run, by its own processor time. Processor time is the process's own, so
 * that a busy machine changes little. Prints a line a measure; exits 1 when one is beyond its bound.
 * Usage: bench_dashboard [FOLDER]; run from the top of the build tree.
 */
#include <fcntl.h>
#include <math.h>
#include <poll.h>
#include <pty.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include "board.h"
#include "control.h"

static char folder[500];
static int n_beyond;

static double seconds_now(void) {
  struct timespec t;
  clock_gettime(CLOCK_MONOTONIC, &t);
  return (double)t.tv_sec + 1e-9 * (double)t.tv_nsec;
}

static void report(const char *what, double figure, const char *unit, double most) {
  int is_ok = figure <= most;
  n_beyond += !is_ok;
  printf("%-58s %10.4g %-10s at most %-8.4g %s\n", what, figure, unit, most, is_ok ? "ok" : "BEYOND");
  fflush(stdout);
}

/* ---- A viewer at a terminal ---------------------------------------------------------------------------------- */

typedef struct viewer {
  pid_t pid;
  int tty;
  uint64_t bytes; /* that it has written */
} viewer;

static viewer open_viewer(const char *run) {
  struct winsize size = {.ws_row = 40, .ws_col = 120};
  viewer v = {0};
  v.pid = forkpty(&v.tty, NULL, NULL, &size);
  if (v.pid == 0) {
    setenv("TERM", "xterm-256color", 1);
    setenv("LC_ALL", "C.UTF-8", 1);
    execl("./baud", "baud", "attach", run, (char *)NULL);
    _exit(127);
  }
  return v;
}

/* Takes what the viewer writes for so long, or until `text` has come: 1 then. */
static int listen_to(viewer *v, double seconds, const char *text) {
  static char seen[1 << 16];
  char piece[8192];
  size_t used = 0;
  for (double until = seconds_now() + seconds, now; (now = seconds_now()) < until;) {
    struct pollfd p = {v->tty, POLLIN, 0};
    if (poll(&p, 1, (int)((until - now) * 1000) + 1) <= 0) continue;
    ssize_t n = read(v->tty, piece, sizeof piece);
    if (n <= 0) return 0;
    v->bytes += (uint64_t)n;
    if (!text) continue;
    if (used + (size_t)n >= sizeof seen) used = 0;
    memcpy(seen + used, piece, (size_t)n);
    used += (size_t)n;
    seen[used] = 0;
    if (memmem(seen, used, text, strlen(text))) return 1;
  }
  return 0;
}

static void press(const viewer *v, const char *keys) {
  if (write(v->tty, keys, strlen(keys)) < 0) perror("bench_dashboard");
}

static void close_viewer(viewer *v) {
  press(v, "q");
  listen_to(v, 0.5, "\nbaud:");
  kill(v->pid, SIGKILL);
  waitpid(v->pid, NULL, 0);
  close(v->tty);
}

/* Seconds of processor time of one process so far. */
static double processor_seconds(pid_t pid) {
  char path[64];
  unsigned long long ns = 0;
  snprintf(path, sizeof path, "/proc/%ld/schedstat", (long)pid);
  FILE *from = fopen(path, "r");
  if (from && fscanf(from, "%llu", &ns) != 1) ns = 0;
  if (from) fclose(from);
  return (double)ns * 1e-9;
}

/* ---- Runs to look at ----------------------------------------------------------------------------------------- */

static pid_t start(const char *const *arguments) {
  int out[2];
  char line[64];
  if (pipe(out) != 0) exit(5);
  pid_t pid = fork();
  if (pid == 0) {
    dup2(out[1], 1);
    execv(arguments[0], (char *const *)(uintptr_t)arguments);
    _exit(127);
  }
  close(out[1]);
  if (read(out[0], line, sizeof line) <= 0) fprintf(stderr, "bench_dashboard: %s made no run\n", arguments[0]);
  close(out[0]);
  return pid;
}

static void end(pid_t pid) {
  kill(pid, SIGKILL);
  waitpid(pid, NULL, 0);
}

static const char *in_folder(const char *name) {
  static char path[600];
  snprintf(path, sizeof path, "%s/%s", folder, name);
  return path;
}

/* ---- What it costs ------------------------------------------------------------------------------------------- */

static void measure(viewer *v, const char *what, double seconds, double most_share, double most_bytes) {
  char name[120];
  uint64_t bytes = v->bytes;
  double spent = processor_seconds(v->pid), began = seconds_now();
  listen_to(v, seconds, NULL);
  double took = seconds_now() - began;
  snprintf(name, sizeof name, "%s: processor", what);
  report(name, 100 * (processor_seconds(v->pid) - spent) / took, "% of one", most_share);
  snprintf(name, sizeof name, "%s: written", what);
  report(name, (double)(v->bytes - bytes) / took, "B/s", most_bytes);
}

static void costs(void) {
  const char *run = in_folder("moving");
  const char *const arguments[] = {"tests/terminal/make_run", run, "--seeds", "10", "--episodes", "40000", "--live", "100", NULL};
  pid_t supervisor = start(arguments);
  viewer v = open_viewer(run);
  if (!listen_to(&v, 5, "LIVE")) fprintf(stderr, "bench_dashboard: no dashboard\n");
  listen_to(&v, 4, NULL); /* until all that there is has been read */
  measure(&v, "100 trials that move, Runs view", 20, 1, 1500);
  press(&v, "\r");
  listen_to(&v, 6, NULL);
  measure(&v, "100 trials that move, Run view", 20, 1, 1500);
  press(&v, "f");
  listen_to(&v, 1, NULL);
  measure(&v, "frozen", 8, 0.1, 50);
  close_viewer(&v);
  end(supervisor);
  v = open_viewer(run); /* its supervisor is gone: nothing moves but the clock */
  listen_to(&v, 4, NULL);
  measure(&v, "a run at rest", 8, 0.2, 120);
  close_viewer(&v);
}

/* ---- How quickly it answers ------------------------------------------------------------------------------------ */

static int ascending(const void *a, const void *b) {
  double x = *(const double *)a, y = *(const double *)b;
  return (x > y) - (x < y);
}

/* From a key that moves the selection to the first byte of the answer. */
static void answers(void) {
  enum { KEYS = 60 };
  double waited[KEYS];
  const char *run = in_folder("flood");
  const char *const arguments[] = {"tests/terminal/make_run", run, "--seeds", "10", "--episodes", "40000", "--live", "300", "--flood", "10000", NULL};
  pid_t supervisor = start(arguments);
  viewer v = open_viewer(run);
  listen_to(&v, 5, "LIVE");
  press(&v, "5");
  listen_to(&v, 3, NULL);
  for (int i = 0; i < KEYS; i++) {
    listen_to(&v, 0.11, NULL);
    double began = seconds_now();
    press(&v, i % 2 ? "k" : "j");
    struct pollfd p = {v.tty, POLLIN, 0};
    poll(&p, 1, 2000);
    waited[i] = seconds_now() - began;
  }
  qsort(waited, KEYS, sizeof *waited, ascending);
  report("a key while 10,000 log lines a second arrive: median", 1e3 * waited[KEYS / 2], "ms", 25);
  report("a key while 10,000 log lines a second arrive: 95 %", 1e3 * waited[KEYS * 95 / 100], "ms", 50);
  close_viewer(&v);
  end(supervisor);
}

/* From exec to the footer of the first frame, the best of three: everything before is the system's. */
static void opens(const char *what, const char *run) {
  double best = 1e9;
  for (int i = 0; i < 3; i++) {
    double began = seconds_now();
    viewer v = open_viewer(run);
    listen_to(&v, 10, "detach");
    double took = seconds_now() - began;
    if (took < best) best = took;
    close_viewer(&v);
  }
  report(what, 1e3 * best, "ms", 200);
}

static void large_runs(void) {
  char run[600];
  snprintf(run, sizeof run, "%s", in_folder("long"));
  const char *const of_episodes[] = {"tests/terminal/make_run", run, "--configs", "2", "--seeds", "1", "--episodes", "10000000", NULL};
  waitpid(start(of_episodes), NULL, 0);
  opens("a run of 10 million episodes is open", run);
  snprintf(run, sizeof run, "%s", in_folder("wide"));
  const char *const of_trials[] = {"tests/terminal/make_run", run, "--configs", "50", "--seeds", "200", "--episodes", "64", NULL};
  waitpid(start(of_trials), NULL, 0);
  opens("a run of 10,000 trials is open", run);
  viewer v = open_viewer(run);
  listen_to(&v, 3, "detach");
  press(&v, "a"); /* all of them as rows */
  listen_to(&v, 3, NULL);
  double waited[40];
  for (int i = 0; i < 40; i++) {
    listen_to(&v, 0.06, NULL);
    double began = seconds_now();
    press(&v, i % 8 == 7 ? "\033[5~" : "\033[6~");
    struct pollfd p = {v.tty, POLLIN, 0};
    poll(&p, 1, 2000);
    waited[i] = seconds_now() - began;
  }
  qsort(waited, 40, sizeof *waited, ascending);
  report("a page of 10,000 rows: 95 %", 1e3 * waited[38], "ms", 50);
  close_viewer(&v);
}

/* ---- What it costs the run -------------------------------------------------------------------------------------- */

/* Episodes of trial 0 for each second of processor time of its worker, over a while. */
static double worker_speed(const board *b, pid_t worker, double seconds, viewer *v) {
  uint64_t episodes = b->trial[0].episodes;
  double spent = processor_seconds(worker);
  if (v) listen_to(v, seconds, NULL);
  else usleep((useconds_t)(seconds * 1e6));
  double used = processor_seconds(worker) - spent;
  return used > 0 ? (double)(b->trial[0].episodes - episodes) / used : NAN;
}

static pid_t worker_of(pid_t supervisor) {
  char command[200];
  long pid = 0;
  snprintf(command, sizeof command, "pgrep -P %ld", (long)supervisor);
  FILE *from = popen(command, "r");
  if (!from || fscanf(from, "%ld", &pid) != 1) pid = 0;
  if (from) pclose(from);
  return (pid_t)pid;
}

static void run_beside_it(void) {
  enum { TURNS = 12 };
  char script[600], run[600], command[2000], socket_path[1024], board_path[1024];
  double ratio[TURNS];
  const board *b = NULL;
  baud_error error = {0};
  snprintf(run, sizeof run, "%s", in_folder("real"));
  snprintf(script, sizeof script, "%s", in_folder("real.lua"));
  FILE *to = fopen(script, "w");
  if (!to) exit(5);
  fputs("local baud = require 'baud'\nreturn baud.experiment { name = 'real', env = baud.env 'lockbox' {}, learner = baud.learner 'reinforce' {},\n"
        "  seeds = 1, stop = { episodes = 1000000000 } }\n", to);
  fclose(to);
  snprintf(command, sizeof command, "./baud run '%s' --detach --jobs 1 --out '%s' >/dev/null 2>&1", script, run);
  if (system(command) != 0 || control_paths(run, socket_path, board_path, sizeof board_path, &error) != 0) exit(5);
  for (int i = 0; i < 100 && !b; i++) {
    usleep(50000);
    if (board_open_readonly(&b, board_path, &error) != 0) b = NULL;
  }
  usleep(1000000);
  pid_t worker = b ? worker_of((pid_t)b->supervisor_pid) : 0;
  for (int i = 0; i < TURNS && worker; i++) {
    double alone = worker_speed(b, worker, 1.5, NULL);
    viewer v = open_viewer(run);
    listen_to(&v, 1, "LIVE");
    press(&v, "\r"); /* six plots that move */
    listen_to(&v, 0.5, NULL);
    double seen = worker_speed(b, worker, 1.5, &v);
    close_viewer(&v);
    ratio[i] = alone / seen - 1;
  }
  if (worker) {
    qsort(ratio, TURNS, sizeof *ratio, ascending);
    report("a worker with a viewer against without, median of pairs", 100 * (ratio[TURNS / 2 - 1] + ratio[TURNS / 2]) / 2, "% slower", 1);
  }
  snprintf(command, sizeof command, "./baud stop '%s' >/dev/null 2>&1", run);
  if (system(command) != 0) fprintf(stderr, "bench_dashboard: the run could not be stopped\n");
}

int main(int argc, char **argv) {
  char command[700], made[] = "/tmp/baud-bench.XXXXXX", runtime[600];
  snprintf(folder, sizeof folder, "%s", argc > 1 ? argv[1] : mkdtemp(made));
  mkdir(folder, 0700);
  snprintf(runtime, sizeof runtime, "%s/r", folder);
  mkdir(runtime, 0700);
  setenv("XDG_RUNTIME_DIR", runtime, 1);
  setenv("XDG_STATE_HOME", runtime, 1);
  costs();
  answers();
  large_runs();
  run_beside_it();
  snprintf(command, sizeof command, "rm -rf '%s'", folder);
  if (system(command) != 0) perror("bench_dashboard");
  return n_beyond > 0;
}
