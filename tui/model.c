/* model.c - copying the board, reading the store: model.h.
 *
 * The board is mapped once and read with relaxed loads; a board that was replaced (a run resumed) is mapped anew.
 */
#include "model.h"

#include <math.h>
#include <signal.h>
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <sys/stat.h>

#include "control.h"
#include "text.h"

const char model_states[STATES + 1] = "RPQDFS";
static const double stale_after_seconds = 3, lost_after_seconds = 30;

int model_state_index(char status) {
  const char *at = status ? strchr(model_states, status) : NULL;
  return at ? (int)(at - model_states) : 2;
}

static uint64_t inode_of(const char *path) {
  struct stat s;
  return stat(path, &s) == 0 ? (uint64_t)s.st_ino : 0;
}

/* Maps the board when there is one that was not mapped yet. */
static void find_board(model *m) {
  uint64_t inode = inode_of(m->board_path);
  baud_error ignored;
  if (inode == 0 || inode == m->board_inode) return;
  const board *fresh;
  if (board_open_readonly(&fresh, m->board_path, &ignored) != 0) return;
  if (atomic_load(&fresh->n_trials) != m->n_trials || strcmp(fresh->folder, m->folder) != 0) {
    board_close(fresh); /* of another run with this folder's name */
    return;
  }
  if (m->board) board_close(m->board);
  m->board = fresh;
  m->board_inode = inode;
}

static int build_configs(model *m) {
  const plan *p = m->plan;
  m->n_trials = p->n_trials;
  m->n_configs = p->n_configs;
  m->trials = calloc(m->n_trials + 1u, sizeof *m->trials);
  m->configs = calloc(m->n_configs + 1u, sizeof *m->configs);
  m->events = calloc(MODEL_EVENTS, sizeof *m->events);
  m->claims = calloc(MODEL_CLAIMS, sizeof *m->claims);
  if (!m->trials || !m->configs || !m->events || !m->claims) return BAUD_ENOMEM;
  for (uint32_t i = 0; i < m->n_trials; i++) m->configs[p->trials[i].config].n_trials++;
  for (uint32_t c = 0; c < m->n_configs; c++) {
    m->configs[c].label = p->configs[c].label;
    m->configs[c].trials = calloc(m->configs[c].n_trials + 1u, sizeof(uint32_t));
    if (!m->configs[c].trials) return BAUD_ENOMEM;
    m->configs[c].n_trials = 0;
  }
  for (uint32_t i = 0; i < m->n_trials; i++) {
    model_config *c = m->configs + p->trials[i].config;
    m->trials[i] = (model_trial){.config = p->trials[i].config, .in_config = (int)c->n_trials,
                                 .seed = p->trials[i].seed, .status = STATUS_QUEUED,
                                 .target = p->configs[p->trials[i].config].episodes};
    c->trials[c->n_trials++] = i;
  }
  return 0;
}

int model_open(model *m, const char *run_folder, baud_error *error) {
  memset(m, 0, sizeof *m);
  char *whole = realpath(run_folder, NULL);
  snprintf(m->folder, sizeof m->folder, "%s", whole ? whole : run_folder);
  free(whole);
  const char *slash = strrchr(m->folder, '/');
  snprintf(m->run_name, sizeof m->run_name, "%.*s", (int)sizeof m->run_name - 1, slash ? slash + 1 : m->folder);
  char path[1100];
  snprintf(path, sizeof path, "%s/store.db", m->folder);
  int code = store_open_readonly(&m->store, path, error);
  if (code == 0) code = store_read_plan(m->store, &m->plan, error);
  if (code == 0 && m->plan->n_trials == 0) code = error_set(error, BAUD_EARG, "%s: its plan has no trials", m->folder);
  if (code == 0) code = control_paths(m->folder, m->socket_path, m->board_path, sizeof m->board_path, error);
  if (code == 0 && (build_configs(m) != 0 || curves_init(&m->curves, m->store) != 0))
    code = error_set(error, BAUD_ENOMEM, "%s: no memory to show a run of %u trials", m->folder, m->plan->n_trials);
  if (code != 0) {
    model_close(m);
    return code;
  }
  model_refresh(m);
  return 0;
}

void model_close(model *m) {
  for (uint32_t c = 0; m->configs && c < m->n_configs; c++) free(m->configs[c].trials);
  for (uint32_t i = 0; m->trials && i < m->n_trials; i++) free(m->trials[i].reason);
  free(m->configs);
  free(m->trials);
  free(m->events);
  free(m->claims);
  curves_free(&m->curves);
  if (m->plan) plan_free(m->plan);
  if (m->board) board_close(m->board);
  if (m->store) store_close(m->store);
  memset(m, 0, sizeof *m);
}

#define RELAXED(member) atomic_load_explicit(&(member), memory_order_relaxed)

static void copy_trial(model_trial *t, const board_trial *from) {
  char status = (char)RELAXED(from->status);
  t->status = status ? status : STATUS_QUEUED;
  t->episodes = RELAXED(from->episodes);
  t->steps = RELAXED(from->steps);
  t->changes = RELAXED(from->changes);
  uint64_t target = RELAXED(from->target_episodes);
  if (target) t->target = target;
  t->elapsed_seconds = (double)RELAXED(from->elapsed_ns) * 1e-9;
  for (int i = 0; i < BOARD_FIGURES; i++) t->recent[i] = t->episodes ? RELAXED(from->recent[i]) : NAN;
  for (int c = 0; c < BAUD_CHANNELS; c++)
    for (int i = 0; i < 3; i++) t->funnel[c][i] = t->episodes ? RELAXED(from->funnel[c][i]) : NAN;
  t->has_recent = 1;
}

static void copy_board(model *m) {
  const board *b = m->board;
  for (uint32_t i = 0; i < m->n_trials; i++) copy_trial(m->trials + i, b->trial + i);
  m->state = (char)RELAXED(b->state);
  m->store_version = RELAXED(b->store_version);
  double silent = (double)(board_now_ns() - RELAXED(b->beat_ns)) * 1e-9;
  m->silent_seconds = silent > 0 && silent < 1e9 ? silent : 0;
  uint32_t pid = RELAXED(b->supervisor_pid);
  int is_gone = pid != 0 && kill((pid_t)pid, 0) != 0 && errno == ESRCH;
  m->liveness = m->state == 'D' || m->state == 'S' ? ENDED
              : is_gone || m->silent_seconds > lost_after_seconds ? LOST
              : m->silent_seconds > stale_after_seconds ? STALE : LIVE;
}

/* Whether anybody has written to the store since this was asked last. */
static int is_store_moved(model *m) {
  char path[1100];
  struct stat s;
  uint64_t stamp = 1;
  for (int i = 0; i < 2; i++) {
    snprintf(path, sizeof path, "%s/store.db%s", m->folder, i ? "-wal" : "");
    if (stat(path, &s) != 0) continue;
    stamp = stamp * 1000003u + (uint64_t)s.st_mtim.tv_sec * 1000000000u + (uint64_t)s.st_mtim.tv_nsec;
    stamp = stamp * 1000003u + (uint64_t)s.st_size;
  }
  int is_moved = stamp != m->store_stamp;
  m->store_stamp = stamp;
  return is_moved;
}

/* Statuses and counts as the store has them; for a run without a board. */
static void copy_store(model *m) {
  static store_trial rows[512]; /* each time it is asked, the store takes and leaves its locks */
  baud_error ignored;
  uint32_t ended = 0;
  int is_moved = m->store_version == 0;
  for (uint32_t first = 0; first < m->n_trials;) {
    uint32_t n = sizeof rows / sizeof *rows;
    if (store_read_trials(m->store, first, rows, &n, &ignored) != 0 || n == 0) break;
    for (uint32_t i = 0; i < n && first + i < m->n_trials; i++) {
      model_trial *t = m->trials + first + i;
      is_moved |= t->episodes != rows[i].episodes || t->status != rows[i].status;
      if (t->episodes != rows[i].episodes) t->has_recent = 0, m->next_unread = 0;
      t->status = rows[i].status;
      t->episodes = rows[i].episodes;
      t->steps = rows[i].steps;
      t->changes = rows[i].changes;
      t->elapsed_seconds = rows[i].seconds;
    }
    first += n;
  }
  for (uint32_t i = 0; i < m->n_trials; i++) ended += strchr("DFS", m->trials[i].status) != NULL;
  if (is_moved) m->store_version++;
  m->state = ended == m->n_trials ? 'D' : 'S';
  m->liveness = m->state == 'D' ? ENDED : LOST;
  m->silent_seconds = NAN;
}

int model_figure_is_change(uint32_t figure) {
  for (unsigned c = 0; c < BAUD_CHANNELS; c++)
    if (figure == figure_of_channel(FIGURE_ABSORBED, c)) return 1;
  return figure == FIGURE_ABSORBED_ALL || figure == FIGURE_USEFUL || figure == FIGURE_COMPUTE;
}

/* Mean over a trial's last BOARD_RECENT episodes, from the store. What is asked at a quiz only (absorbed, useful) is
 * a change since the quiz before: its sum is spread over the episodes. */
static float recent_from_store(model *m, uint32_t trial, uint32_t figure) {
  float values[BOARD_RECENT];
  uint64_t episodes = m->trials[trial].episodes, from = episodes > BOARD_RECENT ? episodes - BOARD_RECENT : 0;
  uint32_t n = BOARD_RECENT, scored = 0;
  baud_error ignored;
  if (store_read_values(m->store, trial, figure, from, values, &n, &ignored) != 0) return NAN;
  double sum = 0;
  for (uint32_t i = 0; i < n; i++)
    if (!isnan(values[i])) sum += (double)values[i], scored++;
  return scored ? (float)(sum / (model_figure_is_change(figure) ? n : scored)) : NAN;
}

static double seconds_now(void) {
  struct timespec now;
  clock_gettime(CLOCK_MONOTONIC, &now);
  return (double)now.tv_sec + 1e-9 * (double)now.tv_nsec;
}

/* For a moment each time, so that a run of thousands opens at once and fills in. */
static void read_recents(model *m) {
  static const unsigned stage[3] = {FIGURE_OFFERED, FIGURE_RECEIVED, FIGURE_ABSORBED};
  static const double moment_seconds = 0.012;
  double until = seconds_now() + moment_seconds;
  for (; m->next_unread < m->n_trials && seconds_now() < until && !curves_is_called(&m->curves); m->next_unread++) {
    model_trial *t = m->trials + m->next_unread;
    if (t->has_recent) continue;
    for (int i = 0; i < BOARD_FIGURES; i++)
      t->recent[i] = t->episodes ? recent_from_store(m, m->next_unread, board_figures[i]) : NAN;
    for (unsigned c = 0; c < BAUD_CHANNELS; c++)
      for (int i = 0; i < 3; i++)
        t->funnel[c][i] = t->episodes ? recent_from_store(m, m->next_unread, figure_of_channel(stage[i], c)) : NAN;
    t->has_recent = 1;
  }
}

/* The mean of one figure over those of a configuration's trials that have it. */
static float mean_over_trials(const model *m, const model_config *c, size_t offset) {
  double sum = 0;
  uint32_t n = 0;
  for (uint32_t i = 0; i < c->n_trials; i++) {
    const model_trial *t = m->trials + c->trials[i];
    float v = *(const float *)(const void *)((const char *)t + offset);
    if (t->has_recent && t->episodes && !t->changes && isfinite(v)) sum += (double)v, n++;
  }
  return n ? (float)(sum / n) : NAN;
}

static double progress_of(const model_trial *t) {
  if (t->status == STATUS_DONE) return 1;
  return t->target ? fmin((double)t->episodes / (double)t->target, 1) : 0;
}

static void sum_up(model *m) {
  memset(m->by_state, 0, sizeof m->by_state);
  for (uint32_t k = 0; k < m->n_configs; k++) {
    model_config *c = m->configs + k;
    memset(c->by_state, 0, sizeof c->by_state);
    double progress = 0;
    for (uint32_t i = 0; i < c->n_trials; i++) {
      const model_trial *t = m->trials + c->trials[i];
      c->by_state[model_state_index(t->status)]++;
      progress += progress_of(t);
    }
    c->progress = c->n_trials ? progress / c->n_trials : 0;
    for (int i = 0; i < BOARD_FIGURES; i++)
      c->recent[i] = mean_over_trials(m, c, offsetof(model_trial, recent) + sizeof(float) * (size_t)i);
    for (size_t i = 0; i < BAUD_CHANNELS * 3; i++)
      c->funnel[i / 3][i % 3] = mean_over_trials(m, c, offsetof(model_trial, funnel) + sizeof(float) * i);
    static const char telling[] = "RPQFSD"; /* whatever still goes on, then what went wrong */
    c->status = STATUS_QUEUED;
    for (const char *s = telling; *s; s++)
      if (c->by_state[model_state_index(*s)]) {
        c->status = *s;
        break;
      }
    for (int i = 0; i < STATES; i++) m->by_state[i] += c->by_state[i];
  }
}

double model_trial_eta(const model_trial *t) {
  if (t->status != STATUS_RUNNING || !t->target || !t->episodes || t->elapsed_seconds <= 0) return NAN;
  double left = t->target > t->episodes ? (double)(t->target - t->episodes) : 0;
  return left * t->elapsed_seconds / (double)t->episodes;
}

/* What is left, at the pace so far, on the jobs there are. */
static double run_eta(const model *m) {
  double spent = 0, done = 0, left = 0;
  if (!m->board || m->state != 'R') return NAN;
  for (uint32_t i = 0; i < m->n_trials; i++) {
    const model_trial *t = m->trials + i;
    spent += t->elapsed_seconds;
    done += (double)t->episodes;
    if (!strchr("DFS", t->status)) {
      if (!t->target) return NAN;
      left += t->target > t->episodes ? (double)(t->target - t->episodes) : 0;
    }
  }
  uint32_t jobs = RELAXED(m->board->jobs);
  return done > 0 && spent > 0 ? left * spent / done / (jobs ? jobs : 1) : NAN;
}

static void read_events_and_claims(model *m) {
  baud_error ignored;
  if (m->events_version == m->store_version && m->store_version) return;
  uint32_t n = MODEL_EVENTS;
  if (store_read_events(m->store, 0, m->events, &n, &ignored) == 0) m->n_events = n;
  n = MODEL_CLAIMS;
  if (store_read_claims(m->store, m->claims, &n, &ignored) == 0) m->n_claims = n;
  m->events_version = m->store_version;
}

void model_refresh(model *m) {
  find_board(m);
  int is_first = m->trials_known == 0, had_unread = m->next_unread < m->n_trials;
  if (m->board) copy_board(m);
  else if (is_store_moved(m) || is_first) copy_store(m);
  else if (!had_unread) return; /* nothing has moved, everything is read */
  m->trials_known = 1;
  if (!m->board && !is_first) read_recents(m); /* the first frame does not wait for them */
  sum_up(m);
  m->eta_seconds = run_eta(m);
  read_events_and_claims(m);
}

void model_trial_name(const model *m, uint32_t trial, char *out, size_t size) {
  const model_trial *t = m->trials + trial;
  snprintf(out, size, "%s / seed %llu", m->configs[t->config].label, (unsigned long long)t->seed);
}

int model_has_ended(char status) { return status && strchr("DFS", status); }

uint32_t model_ended(const model *m) {
  uint32_t n = 0;
  for (int i = 0; i < STATES; i++) n += strchr("DFS", model_states[i]) ? m->by_state[i] : 0;
  return n;
}

void model_count_claims(const model *m, int counts[3]) {
  static const char *const verdicts[3] = {"holds", "fails", "undecided"};
  for (int v = 0; v < 3; v++) counts[v] = 0;
  for (uint32_t i = 0; i < m->n_claims; i++)
    for (int v = 0; v < 3; v++) counts[v] += strcmp(m->claims[i].verdict, verdicts[v]) == 0;
}
