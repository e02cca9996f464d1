/* record.c - everything that the supervisor writes: the store in transactions, the board at once.
 *
 * Statuses are kept in the schedule and reach the store when a trial ends, else with the next commit, so that a trial
 * of a millisecond costs one update, not three, and a commit holds data and status that belong together. When the
 * store refuses, record_break notes it; nothing is written from then on, and the loop ends the run.
 */
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include "supervisor/parts.h"
#include "worker/recent.h"

enum { MOST_RESTORED = 4000 }; /* trials whose recent figures are read back when a run is taken up again */

void record_break(supervisor *s, int code) {
  if (code == 0 || s->broken) return;
  s->broken = code;
  fprintf(stderr, "the store refused: %s\n", s->why.text);
}

int record_is_open(supervisor *s) {
  if (s->broken) return 0;
  if (!s->has_open_transaction) record_break(s, store_begin(s->store, &s->why));
  s->has_open_transaction = !s->broken;
  return s->has_open_transaction;
}

/* Some twenty moments for each doubling of the episodes: curves over time need no more. */
static int is_due(const task *t) { return t->episodes > t->timed_at + t->timed_at / 32; }

void record_clock(supervisor *s, uint32_t index, uint64_t ran_ns) {
  task *t = &s->schedule.task[index];
  if (t->episodes == t->timed_at || !record_is_open(s)) return;
  t->timed_at = t->episodes;
  record_break(s, store_clock(s->store, index, t->episodes, (double)ran_ns * 1e-9, &s->why));
}

void record_columns(supervisor *s, uint32_t index, const message_columns *head, const trial_columns *columns) {
  task *t = &s->schedule.task[index];
  if (!record_is_open(s)) return;
  int code = store_append_steps(s->store, index, head->first, columns->steps, head->n, &s->why);
  for (uint32_t f = 0; f < FIGURES && code == 0; f++)
    if (head->measured >> f & 1u)
      code = store_append(s->store, index, f, head->marks[f], head->first, columns->figure[f], head->n, &s->why);
  record_break(s, code);
  t->measured = head->measured;
  t->episodes += head->n;
  t->steps = columns->steps[head->n - 1];
  t->is_dirty = 1;
  if (is_due(t)) record_clock(s, index, atomic_load_explicit(&s->board->trial[index].elapsed_ns, memory_order_relaxed));
}

void record_event(supervisor *s, int64_t index, char severity, const char *format, ...) {
  char text[600];
  va_list arguments;
  va_start(arguments, format);
  vsnprintf(text, sizeof text, format, arguments);
  va_end(arguments);
  fprintf(stderr, "%c trial %lld: %s\n", severity, (long long)index, text);
  if (record_is_open(s)) record_break(s, store_event(s->store, index, severity, text, &s->why));
}

void record_run(supervisor *s, const char *key, const char *format, ...) {
  char text[600];
  va_list arguments;
  va_start(arguments, format);
  vsnprintf(text, sizeof text, format, arguments);
  va_end(arguments);
  if (record_is_open(s)) record_break(s, store_set_run(s->store, key, text, &s->why));
}

static void clear_on_board(board_trial *entry) {
  recent nothing;
  recent_reset(&nothing);
  recent_publish(&nothing, entry);
  atomic_store_explicit(&entry->changes, 0, memory_order_relaxed);
  atomic_store_explicit(&entry->episodes, 0, memory_order_relaxed);
  atomic_store_explicit(&entry->steps, 0, memory_order_relaxed);
  atomic_store_explicit(&entry->elapsed_ns, 0, memory_order_relaxed);
}

/* From here on the trial's id does not describe it: store and board say so. */
void record_change(supervisor *s, uint32_t index, const char *what, const char *who) {
  record_event(s, index, 'W', "changed: %.200s, by %.100s", what, who);
  if (record_is_open(s)) record_break(s, store_change(s->store, index, what, who, &s->why));
  atomic_fetch_add_explicit(&s->board->trial[index].changes, 1, memory_order_relaxed);
}

void record_reset(supervisor *s, uint32_t index) {
  if (!record_is_open(s)) return;
  record_break(s, store_reset_trial(s->store, index, &s->why));
  schedule_reset(&s->schedule, index);
  clear_on_board(&s->board->trial[index]);
  record_status(s, index, STATUS_QUEUED, NULL);
}

static int put_status(supervisor *s, uint32_t index) {
  task *t = &s->schedule.task[index];
  t->is_dirty = 0;
  return store_set_status(s->store, index, t->status, t->episodes, t->steps, t->reason ? t->reason : "", &s->why);
}

void record_status(supervisor *s, uint32_t index, enum trial_status status, const char *reason) {
  board_trial *entry = &s->board->trial[index];
  schedule_set(&s->schedule, index, status, reason);
  /* An end is put down at once: with it the store lets go of what it keeps of a trial in memory. */
  if (status_is_end(status) && record_is_open(s)) record_break(s, put_status(s, index));
  atomic_store_explicit(&entry->beat_ns, board_now_ns(), memory_order_relaxed);
  atomic_store_explicit(&entry->status, (uint32_t)status, memory_order_relaxed);
}

void record_counts(supervisor *s) {
  board *b = s->board;
  const schedule *c = &s->schedule;
  const struct { _Atomic uint32_t *to; enum trial_status status; } counts[] = {
      {&b->count_queued, STATUS_QUEUED}, {&b->count_running, STATUS_RUNNING}, {&b->count_paused, STATUS_PAUSED},
      {&b->count_done, STATUS_DONE},     {&b->count_failed, STATUS_FAILED},   {&b->count_stopped, STATUS_STOPPED}};
  for (size_t i = 0; i < sizeof counts / sizeof *counts; i++)
    atomic_store_explicit(counts[i].to, schedule_count(c, counts[i].status), memory_order_relaxed);
  atomic_store_explicit(&b->beat_ns, board_now_ns(), memory_order_relaxed);
}

void record_commit(supervisor *s) {
  int is_anything = s->has_open_transaction;
  for (uint32_t i = 0; i < s->schedule.n && !is_anything; i++) is_anything = s->schedule.task[i].is_dirty;
  s->committed_ns = board_now_ns();
  if (!is_anything || !record_is_open(s)) return;
  int code = store_flush(s->store, &s->why);
  for (uint32_t i = 0; i < s->schedule.n && code == 0; i++) {
    task *t = &s->schedule.task[i];
    if (!t->is_dirty) continue;
    code = put_status(s, i);
    atomic_store_explicit(&s->board->trial[i].status, (uint32_t)t->status, memory_order_relaxed);
  }
  if (code == 0) code = store_commit(s->store, &s->why);
  s->has_open_transaction = 0;
  record_break(s, code);
  atomic_fetch_add_explicit(&s->board->store_version, 1, memory_order_relaxed);
}

/* ---- The board ----------------------------------------------------------------------------------------- */

/* The recent figures of a trial that ended under an earlier supervisor, from the store. */
static void restore_recent(supervisor *s, uint32_t index) {
  static float values[FIGURES][BOARD_RECENT];
  uint64_t episodes = s->schedule.task[index].episodes;
  uint64_t from = episodes > BOARD_RECENT ? episodes - BOARD_RECENT : 0;
  trial_columns columns = {.first_episode = from};
  recent seen;
  recent_reset(&seen);
  for (uint32_t f = 0; f < FIGURES; f++) {
    uint32_t n = BOARD_RECENT;
    baud_error unread;
    if (store_read_values(s->store, index, f, from, values[f], &n, &unread) != 0 || n == 0) continue;
    if (columns.n > 0 && n != columns.n) continue;
    columns.n = n;
    columns.figure[f] = values[f];
    columns.measured |= UINT64_C(1) << f;
  }
  if (columns.n == 0) return;
  recent_add(&seen, &columns);
  recent_publish(&seen, &s->board->trial[index]);
}

int record_open_board(supervisor *s, baud_error *error) {
  int code = board_create(&s->board, s->board_path, s->plan->n_trials, error);
  if (code != 0) return code;
  board *b = s->board;
  snprintf(b->name, sizeof b->name, "%s", s->plan->name);
  snprintf(b->folder, sizeof b->folder, "%s", s->folder);
  b->n_configs = s->plan->n_configs;
  b->jobs = s->options->jobs;
  b->supervisor_pid = (uint32_t)getpid();
  b->started_ns = s->started_ns;
  b->started_unix = (uint64_t)time(NULL);
  b->store_version = 1;
  uint32_t ended = 0;
  for (uint32_t i = 0; i < s->plan->n_trials; i++) {
    const plan_trial *t = &s->plan->trials[i];
    const task *known = &s->schedule.task[i];
    b->trial[i].seed = t->seed;
    b->trial[i].target_episodes = s->plan->configs[t->config].episodes;
    b->trial[i].status = (uint32_t)known->status;
    b->trial[i].episodes = known->episodes;
    b->trial[i].steps = known->steps;
    b->trial[i].changes = known->changes;
    if (known->episodes > 0 && ended++ < MOST_RESTORED) restore_recent(s, i);
  }
  record_counts(s);
  return 0;
}
