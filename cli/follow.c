/* follow.c - see follow.h.
 *
 * The store says what happened, the board how far it is. A run is over when its supervisor has let go of the lock;
 * if the store does not say how it ended then, the supervisor was killed.
 */
#include "cli/follow.h"

#include <cjson/cJSON.h>
#include <errno.h>
#include <math.h>
#include <poll.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include "cli/rungs.h"
#include "board.h"
#include "control.h"
#include "store.h"
#include "supervisor.h"

enum { LOOK_MS = 200, MOST_CLAIMS = 256 };

typedef struct follower {
  const follow_options *options;
  const char *folder;
  FILE *to;
  store *results;
  plan *work;
  const board *board;
  char name[80]; /* of the run's folder */
  uint32_t n_trials;
  uint64_t store_version, episodes_shown, ended_shown;
  int64_t last_event;
  uint64_t shown_ns, started_ns;
} follower;

static volatile sig_atomic_t interrupted;
static void on_interrupt(int number) { interrupted = number; }

static const char *run_name(const char *folder) {
  const char *slash = strrchr(folder, '/');
  return slash ? slash + 1 : folder;
}

static void print_json(FILE *to, cJSON *object) {
  char *text = cJSON_PrintUnformatted(object);
  fprintf(to, "%s\n", text ? text : "{}");
  fflush(to);
  cJSON_free(text);
  cJSON_Delete(object);
}

/* ---- Events -------------------------------------------------------------------------------------------- */

static void show_event(follower *f, const store_event_row *e) {
  if (f->options->format == FOLLOW_JSON) {
    char severity[2] = {e->severity, 0};
    cJSON *object = cJSON_CreateObject();
    cJSON_AddStringToObject(object, "type", "event");
    cJSON_AddNumberToObject(object, "time", e->time);
    cJSON_AddNumberToObject(object, "trial", (double)e->trial);
    cJSON_AddStringToObject(object, "severity", severity);
    cJSON_AddStringToObject(object, "text", e->text);
    print_json(f->to, object);
    return;
  }
  char clock[16];
  time_t seconds = (time_t)e->time;
  struct tm parts;
  strftime(clock, sizeof clock, "%H:%M:%S", localtime_r(&seconds, &parts));
  if (e->trial >= 0) fprintf(f->to, "%s %c trial %lld: %s\n", clock, e->severity, (long long)e->trial, e->text);
  else fprintf(f->to, "%s %c %s\n", clock, e->severity, e->text);
}

/* Among thousands of trials the end of each is no news for a reader; the progress lines count them. */
static int is_routine(const follower *f, const store_event_row *e) {
  enum { FEW = 20 };
  return f->options->format != FOLLOW_JSON && e->severity == 'I' && e->trial >= 0 && f->n_trials > FEW;
}

/* All events that were not shown yet, oldest first: pages backwards until one is known. */
static void show_events(follower *f) {
  enum { PAGE = 64, MOST_PAGES = 64 };
  static store_event_row rows[PAGE];
  baud_error ignored;
  int64_t before[MOST_PAGES] = {0};
  int pages = 0;
  for (; pages < MOST_PAGES; pages++) {
    uint32_t n = PAGE;
    if (store_read_events(f->results, before[pages], rows, &n, &ignored) != 0 || n == 0) break;
    if (n < PAGE || rows[0].id <= f->last_event || pages + 1 == MOST_PAGES) {
      pages++;
      break;
    }
    before[pages + 1] = rows[0].id;
  }
  while (pages-- > 0) {
    uint32_t n = PAGE;
    if (store_read_events(f->results, before[pages], rows, &n, &ignored) != 0) break;
    for (uint32_t i = 0; i < n; i++) {
      if (rows[i].id <= f->last_event) continue;
      f->last_event = rows[i].id;
      if (!is_routine(f, &rows[i])) show_event(f, &rows[i]);
    }
  }
  fflush(f->to);
}

/* ---- Progress ------------------------------------------------------------------------------------------ */

typedef struct progress {
  uint32_t trials, done, running, failed, stopped, paused;
  uint64_t episodes;
  double fraction;              /* of the work: trials that ended, and of the others the episodes that they have */
  int64_t config;               /* of a trial that runs, the furthest on; -1: none runs */
  double recent[BOARD_FIGURES]; /* means over the trials of that configuration that run; NAN */
  store_mean means[FIGURES];    /* of that configuration so far, as far as the store has it */
} progress;

#define RELAXED(member) atomic_load_explicit(&(member), memory_order_relaxed)

/* The configuration at work: one line a moment is readable when it is about one of them. */
static void find_work(const board *b, const plan *work, progress *p) {
  uint64_t furthest = 0;
  for (uint32_t i = 0; i < b->n_trials && i < work->n_trials; i++) {
    const board_trial *t = &b->trial[i];
    uint64_t target = RELAXED(t->target_episodes), episodes = RELAXED(t->episodes);
    uint32_t status = RELAXED(t->status);
    p->episodes += episodes;
    if (status == STATUS_DONE || status == STATUS_FAILED || status == STATUS_STOPPED) p->fraction += 1.0;
    else if (target > 0) p->fraction += fmin(1.0, (double)episodes / (double)target);
    if (status != STATUS_RUNNING || (p->config >= 0 && episodes < furthest)) continue;
    p->config = work->trials[i].config;
    furthest = episodes;
  }
  if (b->n_trials > 0) p->fraction /= b->n_trials;
}

static void read_recent(const board *b, const plan *work, progress *p) {
  uint32_t n[BOARD_FIGURES] = {0};
  for (uint32_t i = 0; i < b->n_trials && i < work->n_trials; i++) {
    const board_trial *t = &b->trial[i];
    if (RELAXED(t->status) != STATUS_RUNNING || work->trials[i].config != p->config) continue;
    for (int k = 0; k < BOARD_FIGURES; k++) {
      float value = RELAXED(t->recent[k]);
      if (isnan(value)) continue;
      p->recent[k] += (double)value;
      n[k]++;
    }
  }
  for (int k = 0; k < BOARD_FIGURES; k++) p->recent[k] = n[k] ? p->recent[k] / n[k] : NAN;
}

static void read_progress(const follower *f, progress *p) {
  const board *b = f->board;
  baud_error unread;
  *p = (progress){.trials = b->n_trials, .done = RELAXED(b->count_done), .running = RELAXED(b->count_running),
                  .failed = RELAXED(b->count_failed), .stopped = RELAXED(b->count_stopped),
                  .paused = RELAXED(b->count_paused), .config = -1};
  find_work(b, f->work, p);
  read_recent(b, f->work, p);
  if (p->config < 0 || p->config >= f->work->n_configs || store_read_means(f->results, (uint32_t)p->config, p->means, &unread) != 0) p->config = -1;
}

static void add_number(cJSON *object, const char *name, double value) {
  if (isfinite(value)) cJSON_AddNumberToObject(object, name, value);
  else cJSON_AddNullToObject(object, name);
}

static const uint32_t shown_bits[] = {FIGURE_OFFERED_ALL, FIGURE_RECEIVED_ALL, FIGURE_ABSORBED_ALL};
enum { SHOWN_BITS = sizeof shown_bits / sizeof *shown_bits };

static void print_progress_json(const follower *f, const progress *p) {
  static const char *const counts[] = {"trials", "done", "running", "failed", "stopped", "paused"};
  const uint32_t values[] = {p->trials, p->done, p->running, p->failed, p->stopped, p->paused};
  cJSON *object = cJSON_CreateObject();
  cJSON_AddStringToObject(object, "type", "progress");
  cJSON_AddNumberToObject(object, "time", (double)time(NULL));
  for (int i = 0; i < 6; i++) cJSON_AddNumberToObject(object, counts[i], values[i]);
  cJSON_AddNumberToObject(object, "episodes", (double)p->episodes);
  cJSON_AddNumberToObject(object, "fraction", p->fraction);
  if (p->config >= 0) {
    cJSON_AddStringToObject(object, "label", f->work->configs[p->config].label);
    cJSON *bits = cJSON_AddObjectToObject(object, "bits"), *recent = cJSON_AddObjectToObject(object, "recent");
    for (int i = 0; i < SHOWN_BITS; i++) add_number(bits, figure_table[shown_bits[i]].name, p->means[shown_bits[i]].total);
    for (int k = 0; k < BOARD_FIGURES; k++) add_number(recent, figure_table[board_figures[k]].name, p->recent[k]);
  }
  print_json(f->to, object);
}

/* "thinking=1000   received 5.21 of 6 bits, absorbed 5.2, success 0.91": what a trial has brought so far, a mean over
 * those of its configuration, and how it does of late. */
static void print_work(const follower *f, const progress *p) {
  const store_mean *m = p->means;
  double offered = m[FIGURE_OFFERED_ALL].total, received = m[FIGURE_RECEIVED_ALL].total, absorbed = m[FIGURE_ABSORBED_ALL].total;
  const char *between = "   ";
  fprintf(f->to, "   %s", f->work->configs[p->config].label);
  if (!isnan(received) && !isnan(offered)) fprintf(f->to, "%sreceived %.3g of %.3g bits", between, received, offered), between = ", ";
  if (!isnan(absorbed)) fprintf(f->to, "%sabsorbed %.3g", between, fabs(absorbed) < 1e-4 ? 0.0 : absorbed), between = ", ";
  if (!isnan(p->recent[1])) fprintf(f->to, "%ssuccess %.2f", between, p->recent[1]);
  else if (!isnan(p->recent[0])) fprintf(f->to, "%sreturn %.4g", between, p->recent[0]);
}

static void print_progress(const follower *f, const progress *p) {
  char clock[16];
  time_t now = time(NULL);
  struct tm parts;
  strftime(clock, sizeof clock, "%H:%M:%S", localtime_r(&now, &parts));
  fprintf(f->to, "%s  %3.0f %%  %u of %u trials done", clock, floor(100.0 * p->fraction), p->done, p->trials);
  if (p->running) fprintf(f->to, ", %u running", p->running);
  if (p->paused) fprintf(f->to, ", %u paused", p->paused);
  if (p->failed) fprintf(f->to, ", %u failed", p->failed);
  if (p->stopped) fprintf(f->to, ", %u stopped", p->stopped);
  if (p->config >= 0) print_work(f, p);
  fprintf(f->to, "\n");
  fflush(f->to);
}

static void show_progress(follower *f) {
  static const double still_seconds = 15; /* a line now and then also when nothing moves */
  double interval = f->options->interval_seconds > 0 ? f->options->interval_seconds : 2;
  double since = (double)(board_now_ns() - f->shown_ns) * 1e-9;
  if (!f->board || since < interval) return;
  progress p;
  read_progress(f, &p);
  uint64_t ended = p.done + p.failed + p.stopped;
  if (p.episodes == f->episodes_shown && ended == f->ended_shown && since < still_seconds) return;
  f->episodes_shown = p.episodes;
  f->ended_shown = ended;
  f->shown_ns = board_now_ns();
  if (f->options->format == FOLLOW_JSON) print_progress_json(f, &p);
  else print_progress(f, &p);
}

/* ---- The end ------------------------------------------------------------------------------------------- */

static int read_exit_code(store *results) {
  char text[32];
  baud_error ignored;
  if (store_get_run(results, "exit_code", text, sizeof text, &ignored) != 0 || !text[0]) return -1;
  return atoi(text);
}

static void count_trials(store *results, uint32_t counts[128]) {
  store_trial rows[64];
  baud_error ignored;
  memset(counts, 0, 128 * sizeof *counts);
  for (uint32_t first = 0, n = 64; store_read_trials(results, first, rows, &n, &ignored) == 0 && n > 0; n = 64) {
    for (uint32_t i = 0; i < n; i++) counts[rows[i].status & 127]++;
    first += n;
  }
}

static void print_end_json(const follower *f, int exit_code, const store_claim *claims, uint32_t n) {
  uint32_t counts[128];
  char status[32] = "";
  baud_error ignored;
  count_trials(f->results, counts);
  store_get_run(f->results, "status", status, sizeof status, &ignored);
  cJSON *object = cJSON_CreateObject(), *trials, *list;
  cJSON_AddStringToObject(object, "type", "end");
  cJSON_AddStringToObject(object, "run", f->folder);
  cJSON_AddStringToObject(object, "status", status);
  cJSON_AddNumberToObject(object, "exit_code", exit_code);
  trials = cJSON_AddObjectToObject(object, "trials");
  cJSON_AddNumberToObject(trials, "done", counts[STATUS_DONE]);
  cJSON_AddNumberToObject(trials, "failed", counts[STATUS_FAILED]);
  cJSON_AddNumberToObject(trials, "stopped", counts[STATUS_STOPPED]);
  cJSON_AddNumberToObject(trials, "left", counts[STATUS_QUEUED] + counts[STATUS_RUNNING] + counts[STATUS_PAUSED]);
  list = cJSON_AddArrayToObject(object, "claims");
  for (uint32_t i = 0; i < n; i++) {
    cJSON *claim = cJSON_CreateObject();
    cJSON_AddStringToObject(claim, "claim", claims[i].text);
    cJSON_AddStringToObject(claim, "verdict", claims[i].verdict);
    cJSON_AddStringToObject(claim, "figures", claims[i].figures);
    cJSON_AddItemToArray(list, claim);
  }
  print_json(stdout, object);
}

static void print_end(const follower *f, const store_claim *claims, uint32_t n) {
  for (uint32_t i = 0; i < n; i++) {
    printf("%-9s  %s\n", claims[i].verdict[0] ? claims[i].verdict : "unjudged", claims[i].text);
    if (claims[i].figures[0]) printf("           %s\n", claims[i].figures);
  }
  for (uint32_t i = 0; i < n; i++) cli_print_ladder(claims[i].text, claims[i].figures);
  fflush(stdout); /* before stderr has its say: the two may be one file */
  fprintf(f->to, "the run lies in %s; baud report %s sums it up\n", f->folder, f->name);
}

/* What the supervisor said when it broke, if it could still say it. */
static int say_lost(const follower *f) {
  char line[1000] = "";
  ssize_t n = f->options->line_fd >= 0 ? read(f->options->line_fd, line, sizeof line - 1) : 0;
  line[n > 0 ? n : 0] = 0;
  line[strcspn(line, "\n")] = 0;
  if (line[0]) fprintf(stderr, "baud %s: the run cannot go on: %s\n", f->options->subcommand, line);
  else fprintf(stderr, "baud %s: the supervisor is gone without a word (see %s/logs/supervisor.log)\n",
               f->options->subcommand, f->folder);
  fprintf(stderr, "what was recorded is safe; baud resume %s goes on\n", f->name);
  return EXIT_SYSTEM;
}

static int show_end(follower *f) {
  static store_claim claims[MOST_CLAIMS];
  uint32_t n = MOST_CLAIMS;
  baud_error ignored;
  show_events(f);
  int exit_code = read_exit_code(f->results);
  if (exit_code < 0 || exit_code == EXIT_SYSTEM) return say_lost(f);
  if (store_read_claims(f->results, claims, &n, &ignored) != 0) n = 0;
  if (f->options->format == FOLLOW_TEXT) print_end(f, claims, n);
  else print_end_json(f, exit_code, claims, n);
  return exit_code;
}

/* ---- Following ----------------------------------------------------------------------------------------- */

static int follower_open(follower *f, const char *folder, const follow_options *options, baud_error *error) {
  char path[1100];
  *f = (follower){.options = options, .folder = folder, .to = options->is_on_stdout ? stdout : stderr};
  snprintf(f->name, sizeof f->name, "%.79s", run_name(folder));
  snprintf(path, sizeof path, "%s/store.db", folder);
  f->started_ns = f->shown_ns = board_now_ns();
  int code = store_open_readonly(&f->results, path, error);
  if (!code) code = store_read_plan(f->results, &f->work, error);
  return code ? code : store_trial_count(f->results, &f->n_trials, error);
}

static void follower_close(follower *f) {
  if (f->board) board_close(f->board);
  if (f->work) plan_free(f->work);
  if (f->results) store_close(f->results);
}

static void find_board(follower *f) {
  char socket_path[1100], board_path[1100];
  baud_error ignored;
  if (f->board || control_paths(f->folder, socket_path, board_path, sizeof board_path, &ignored) != 0) return;
  if (board_open_readonly(&f->board, board_path, &ignored) != 0) f->board = NULL;
}

/* Waits a moment; less when the supervisor ends meanwhile. */
static void rest(const follower *f) {
  struct pollfd line = {f->options->line_fd, POLLIN, 0};
  poll(&line, f->options->line_fd >= 0, LOOK_MS);
}

static int say_detached(const follower *f, int number) {
  fprintf(stderr, "the run goes on: baud attach %s comes back to it, baud stop %s ends it\n", f->name, f->name);
  return 128 + number;
}

static void watch_interrupts(void) {
  const int numbers[] = {SIGINT, SIGTERM, SIGHUP};
  struct sigaction action = {.sa_handler = on_interrupt};
  sigemptyset(&action.sa_mask);
  interrupted = 0;
  for (size_t i = 0; i < sizeof numbers / sizeof *numbers; i++) sigaction(numbers[i], &action, NULL);
}

int follow_run(const char *folder, const follow_options *options) {
  follower f;
  baud_error error = {0};
  watch_interrupts();
  if (follower_open(&f, folder, options, &error) != 0)
    return cli_fail(cli_exit_code(&error), options->subcommand, &error);
  int exit_code = -1;
  while (exit_code < 0) {
    int is_alive = supervisor_is_alive(folder); /* before the store is looked at: what it wrote last is there then */
    find_board(&f);
    uint64_t version = f.board ? RELAXED(f.board->store_version) : 0;
    if (!f.board || version != f.store_version) show_events(&f);
    f.store_version = version;
    show_progress(&f);
    if (!is_alive) exit_code = show_end(&f);
    else if (interrupted) exit_code = say_detached(&f, interrupted);
    else rest(&f);
  }
  follower_close(&f);
  return exit_code;
}

int follow_ending(const char *folder, const follow_options *options) {
  follower f;
  baud_error error = {0};
  if (supervisor_is_alive(folder)) return -1;
  if (follower_open(&f, folder, options, &error) != 0)
    return cli_fail(cli_exit_code(&error), options->subcommand, &error);
  int exit_code = read_exit_code(f.results);
  if (exit_code < 0 || exit_code == EXIT_SYSTEM) exit_code = say_lost(&f);
  follower_close(&f);
  return exit_code;
}
