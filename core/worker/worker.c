/* worker.c - the worker's life: take a trial, advance it in slices, look for orders between them, report.
 *
 * A slice is some twenty milliseconds: long enough that looking at the socket costs nothing, short enough that pause
 * and stop feel immediate. How a trial is sliced has no influence on what it does.
 */
#include "worker.h"

#include <errno.h>
#include <poll.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "board.h"
#include "store.h"
#include "supervisor/messages.h"
#include "worker/faults.h"
#include "worker/recent.h"
#include "worker/show.h"

enum { MAX_JOBS = 4, MAX_CHANGES = 8, FIRST_SLICE_TICKS = 8, IDLE_BEAT_MS = 500 };
static const uint64_t slice_ns = 20000000, delivery_ns = 200000000, longest_slice_ticks = 1u << 30;

typedef struct job { /* a trial that was handed to this worker */
  uint32_t index;
  uint64_t seed;
  char *text; /* owns the three strings */
  const char *config, *load, *save;
  int is_paused, is_stopped;
  uint64_t steps_due; /* episodes to go on while paused */
} job;

typedef struct change { /* asked for, not yet made: it waits for the trial to be between two slices */
  message_change head;
  int is_watch;
  char *text; /* owns the three strings */
  const char *key, *value, *who;
} change;

typedef struct worker {
  const worker_options *options;
  registry *plugins;
  board *board;
  message_buffer in;
  message_writer out;
  job jobs[MAX_JOBS]; /* [0] is the one that runs */
  uint32_t n_jobs;
  int has_begun, is_leaving;
  /* of the trial that runs */
  trial *trial;
  char marks[FIGURES];
  recent recent;
  change changes[MAX_CHANGES];
  uint32_t n_changes;
  uint64_t sent_episodes, episodes, steps;
  uint64_t began_ns, paused_ns, delivered_ns;
} worker;

static worker self; /* one a process: the fault handler has no other way to it */

/* ---- Orders -------------------------------------------------------------------------------------------- */

static void remove_job(worker *w, uint32_t at) {
  free(w->jobs[at].text);
  w->n_jobs--;
  memmove(w->jobs + at, w->jobs + at + 1, (w->n_jobs - at) * sizeof *w->jobs);
}

static void take_run(worker *w, uint32_t index, const void *payload, size_t size) {
  message_run run;
  if (w->n_jobs == MAX_JOBS || size < sizeof run || index >= w->board->n_trials) return;
  memcpy(&run, payload, sizeof run);
  job *j = &w->jobs[w->n_jobs];
  *j = (job){.index = index, .seed = run.seed, .text = malloc(size - sizeof run + 1)};
  if (!j->text) exit(1); /* outside any trial: the supervisor starts another worker */
  memcpy(j->text, (const char *)payload + sizeof run, size - sizeof run);
  j->config = j->text;
  j->load = j->config + strlen(j->config) + 1;
  j->save = j->load + strlen(j->load) + 1;
  w->n_jobs++;
}

static void answer_change(worker *w, uint32_t index, const change *c, const char *text, int is_refused) {
  message_answer answer = {.token = c->head.token, .is_refused = (uint32_t)is_refused, .is_change = !c->is_watch};
  message_put_answer(&w->out, index, &answer, text, c->who);
}

static void take_change(worker *w, uint32_t index, int is_watch, const void *payload, size_t size) {
  const char *strings[MESSAGE_STRINGS];
  change c = {.is_watch = is_watch, .who = ""};
  if (message_change_read(payload, size, &c.head, strings) != 0) return;
  c.who = strings[2];
  int is_running = w->has_begun && w->n_jobs > 0 && w->jobs[0].index == index;
  if (is_running && w->n_changes < MAX_CHANGES && (c.text = malloc(size - sizeof c.head))) {
    memcpy(c.text, (const char *)payload + sizeof c.head, size - sizeof c.head);
    c.key = c.text;
    c.value = c.key + strlen(c.key) + 1;
    c.who = c.value + strlen(c.value) + 1;
    w->changes[w->n_changes++] = c;
    return;
  }
  answer_change(w, index, &c, is_running ? "too many changes at once: wait for the first to be made" : "the trial does not run here", 1);
  message_flush(&w->out);
}

static void obey(worker *w, const message_head *head, const void *payload) {
  if (head->kind == MESSAGE_QUIT) w->is_leaving = 1;
  if (head->kind == MESSAGE_RUN) take_run(w, head->trial, payload, head->size);
  if (head->kind == MESSAGE_CHANGE || head->kind == MESSAGE_WATCH)
    take_change(w, head->trial, head->kind == MESSAGE_WATCH, payload, head->size);
  for (uint32_t i = 0; i < w->n_jobs; i++) {
    job *j = &w->jobs[i];
    if (j->index != head->trial) continue;
    if (head->kind == MESSAGE_PAUSE) j->is_paused = 1;
    if (head->kind == MESSAGE_RESUME) j->is_paused = 0;
    if (head->kind == MESSAGE_STOP) j->is_stopped = 1;
    if (head->kind == MESSAGE_STEP && head->size >= sizeof j->steps_due) {
      uint64_t more;
      memcpy(&more, payload, sizeof more);
      j->steps_due += more;
    }
    if (head->kind == MESSAGE_RECALL && (i > 0 || !w->has_begun)) {
      uint32_t index = j->index;
      remove_job(w, i);
      message_put(&w->out, MESSAGE_RETURNED, index, NULL, 0);
      message_flush(&w->out);
      return;
    }
  }
}

/* Reads what has come within `wait_ms` (-1: until something comes). The supervisor's end means ours. */
static void take_orders(worker *w, int wait_ms) {
  struct pollfd socket = {w->options->messages_fd, POLLIN, 0};
  message_head head;
  const void *payload;
  if (poll(&socket, 1, wait_ms) <= 0) return;
  int got = message_buffer_fill(&w->in, socket.fd);
  if (got == 0 || got == -2) _exit(0);
  while (message_next(&w->in, &head, &payload) == 1) obey(w, &head, payload);
}

/* ---- Reports ------------------------------------------------------------------------------------------- */

static void show_on_board(worker *w, uint64_t now) {
  board_trial *entry = &w->board->trial[w->jobs[0].index];
  atomic_store_explicit(&entry->episodes, w->episodes, memory_order_relaxed);
  atomic_store_explicit(&entry->steps, w->steps, memory_order_relaxed);
  atomic_store_explicit(&entry->elapsed_ns, now - w->began_ns - w->paused_ns, memory_order_relaxed);
  atomic_store_explicit(&entry->beat_ns, now, memory_order_relaxed);
}

/* Everything that the trial has brought since the last delivery. */
static void deliver(worker *w, uint64_t now) {
  const trial_columns *columns = trial_drain(w->trial);
  if (columns->n > 0 && columns->first_episode == w->sent_episodes) {
    trial_marks(w->trial, w->marks);
    message_put_columns(&w->out, w->jobs[0].index, columns, w->marks);
    w->sent_episodes += columns->n;
    recent_add(&w->recent, columns);
    recent_publish(&w->recent, &w->board->trial[w->jobs[0].index]);
  }
  for (const char *event; (event = trial_next_event(w->trial));)
    message_put_text(&w->out, MESSAGE_EVENT, w->jobs[0].index, event);
  w->delivered_ns = now;
}

/* From the fault handler: the episodes that ended before the fault are not lost with it, at whatever moment of the
 * wall clock it came. Uses fixed memory and write() alone. */
static void rescue(void) {
  worker *w = &self;
  if (!w->trial || w->out.is_busy) return;
  const trial_columns *columns = trial_drain(w->trial);
  if (columns->n > 0 && columns->first_episode == w->sent_episodes)
    message_put_columns(&w->out, w->jobs[0].index, columns, w->marks);
  message_flush(&w->out);
}

/* ---- A trial ------------------------------------------------------------------------------------------- */

static int show_copy(worker *w, const char *socket_path, baud_error *error) {
  const show_setup setup = {w->trial, w->board, {w->options->messages_fd, w->options->report_fd}, socket_path};
  return show_start(&setup, error);
}

/* Changes that were asked for, now that the trial stands between two slices. */
static void make_changes(worker *w) {
  for (uint32_t i = 0; i < w->n_changes; i++) {
    baud_error refused = {0};
    char what[300];
    change *c = &w->changes[i];
    int code;
    if (!w->trial) code = error_set(&refused, BAUD_ESTATE, "the trial ended before");
    else if (c->is_watch) code = show_copy(w, c->key, &refused), snprintf(what, sizeof what, "watched");
    else code = trial_change(w->trial, c->key, c->value, what, sizeof what, &refused);
    answer_change(w, w->jobs[0].index, c, code ? refused.text : what, code != 0);
    free(c->text);
  }
  if (w->n_changes) message_flush(&w->out);
  w->n_changes = 0;
}

static void rest_while_paused(worker *w) {
  uint64_t since = board_now_ns();
  deliver(w, since);
  message_flush(&w->out);
  while (w->jobs[0].is_paused && !w->jobs[0].steps_due && !w->jobs[0].is_stopped && !w->is_leaving) {
    take_orders(w, IDLE_BEAT_MS);
    make_changes(w);
    atomic_store_explicit(&w->board->trial[w->jobs[0].index].beat_ns, board_now_ns(), memory_order_relaxed);
  }
  w->paused_ns += board_now_ns() - since;
}

/* How many ticks would have taken a slice's time, at most four times as many as were really done: a slice that ended
 * early, since the columns were full, says nothing about more. */
static uint64_t next_slice(uint64_t done, uint64_t took_ns) {
  double fitting = (double)done * (double)slice_ns / (double)(took_ns > 0 ? took_ns : 1), most = 4.0 * (double)done;
  uint64_t ticks = (uint64_t)(fitting < most ? fitting : most);
  return ticks < 1 ? 1 : ticks < longest_slice_ticks ? ticks : longest_slice_ticks;
}

/* TRIAL_DONE, BAUD_ESTOPPED, or why the trial failed. */
static int advance_in_slices(worker *w, baud_error *error) {
  uint64_t ticks = FIRST_SLICE_TICKS, start = board_now_ns();
  for (;;) {
    job *j = &w->jobs[0];
    take_orders(w, 0);
    make_changes(w);
    if (j->is_paused && !j->steps_due) rest_while_paused(w), start = board_now_ns();
    if (j->is_stopped || w->is_leaving) return BAUD_ESTOPPED;
    uint64_t before = w->steps, episodes_before = w->episodes;
    uint32_t most = j->is_paused && j->steps_due < UINT32_MAX ? (uint32_t)j->steps_due : UINT32_MAX;
    int code = trial_advance(w->trial, most, ticks, error);
    uint64_t now = board_now_ns();
    w->episodes = trial_episodes(w->trial);
    uint64_t gone = w->episodes - episodes_before; /* lanes may finish together: more than asked for */
    j->steps_due = j->is_paused && j->steps_due > gone ? j->steps_due - gone : 0;
    w->steps = trial_steps(w->trial);
    show_on_board(w, now);
    if (code != TRIAL_RUNNING || w->episodes - w->sent_episodes >= TRIAL_CHUNK || now - w->delivered_ns > delivery_ns)
      deliver(w, now);
    if (w->out.used > 0 && code == TRIAL_RUNNING && w->delivered_ns == now) message_flush(&w->out);
    if (code != TRIAL_RUNNING) return code;
    uint64_t done = w->steps - before; /* one for each lane and tick: never fewer than the ticks */
    ticks = next_slice(done < ticks ? done : ticks, now - start);
    start = now;
  }
}

static int run_trial(worker *w, baud_error *error) {
  const job *j = &w->jobs[0];
  trial_mark_site(&w->board->trial[j->index].site);
  int code = trial_open(&w->trial, w->plugins, j->config, j->seed, error);
  if (code == 0 && j->load[0]) code = trial_load(w->trial, j->load, error);
  if (code == 0) {
    trial_marks(w->trial, w->marks);
    code = advance_in_slices(w, error);
  }
  if (code == BAUD_ESTOPPED) deliver(w, board_now_ns());
  if (code == TRIAL_DONE && j->save[0] && trial_save(w->trial, j->save, error) != 0) code = error->code;
  trial *closing = w->trial;
  w->trial = NULL; /* half closed, it is of no use to the fault handler */
  trial_close(closing);
  return code;
}

static void run_job(worker *w) {
  baud_error error = {0};
  uint32_t index = w->jobs[0].index;
  message_end end = {.status = STATUS_STOPPED};
  w->has_begun = 1;
  w->sent_episodes = w->episodes = w->steps = w->paused_ns = 0;
  w->began_ns = w->delivered_ns = board_now_ns();
  recent_reset(&w->recent);
  if (!w->jobs[0].is_stopped) {
    message_put(&w->out, MESSAGE_BEGIN, index, NULL, 0);
    message_flush(&w->out); /* it must be known who is at it before any plugin is entered */
    faults_begin();
    int code = run_trial(w, &error);
    faults_end();
    end.status = code == TRIAL_DONE ? STATUS_DONE : code == BAUD_ESTOPPED ? STATUS_STOPPED : STATUS_FAILED;
  }
  make_changes(w); /* too late: whoever asked is told */
  end.episodes = w->episodes;
  end.steps = w->steps;
  end.ran_ns = board_now_ns() - w->began_ns - w->paused_ns;
  message_put_end(&w->out, index, &end, end.status == STATUS_FAILED ? error.text : "");
  w->has_begun = 0;
  remove_job(w, 0);
}

int worker_run(const worker_options *options, baud_error *error) {
  worker *w = &self;
  w->options = options;
  w->out.fd = options->messages_fd;
  faults_install(options->report_fd, rescue);
  int code = board_open(&w->board, options->board_path, error);
  if (code == 0) code = registry_open(&w->plugins, error);
  if (code != 0) return code;
  message_put(&w->out, MESSAGE_HELLO, 0, NULL, 0);
  while (!w->is_leaving) {
    if (w->n_jobs > 0) run_job(w);
    if (w->n_jobs == 0) {
      message_flush(&w->out);
      take_orders(w, -1);
    }
  }
  message_flush(&w->out);
  registry_free(w->plugins);
  board_close(w->board);
  message_buffer_clear(&w->in);
  return 0;
}
