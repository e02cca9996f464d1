/* supervisor.c - a run from the first trial to the last: take the lock, make things ready, loop, end in order.
 *
 * One thread, one poll. Whatever happens is a readable descriptor: a worker's socket, a client, a signal. Several
 * times a second the store is committed and the living are looked at.
 */
#include "supervisor.h"

#include <cjson/cJSON.h>
#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/file.h>
#include <sys/signalfd.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

#include "control.h"
#include "supervisor/parts.h"

enum { TICK_MS = 100 };
static const uint64_t commit_ns = 250000000;

/* ---- The lock ------------------------------------------------------------------------------------------ */

static int open_lock(const char *folder, int flags) {
  char path[1100];
  snprintf(path, sizeof path, "%s/lock", folder);
  return open(path, flags | O_CLOEXEC, 0600);
}

int supervisor_is_alive(const char *folder) {
  int fd = open_lock(folder, O_RDONLY);
  if (fd < 0) return 0;
  int is_held = flock(fd, LOCK_SH | LOCK_NB) != 0 && errno == EWOULDBLOCK;
  close(fd);
  return is_held;
}

static int take_lock(supervisor *s, baud_error *error) {
  enum { TRIES = 20, PAUSE_US = 10000 }; /* someone who merely looks holds it for a moment */
  s->lock_fd = open_lock(s->folder, O_RDWR | O_CREAT);
  if (s->lock_fd < 0) return error_set(error, BAUD_EIO, "cannot write to %s: %s", s->folder, strerror(errno));
  for (int i = 0; i < TRIES; i++) {
    if (flock(s->lock_fd, LOCK_EX | LOCK_NB) == 0) return 0;
    usleep(PAUSE_US);
  }
  return error_set(error, BAUD_EBUSY, "a supervisor is at work on %s already: baud attach shows it", s->folder);
}

/* ---- Making ready -------------------------------------------------------------------------------------- */

static int catch_signals(supervisor *s, baud_error *error) {
  const int ignored[] = {SIGHUP, SIGINT, SIGQUIT, SIGPIPE, SIGXFSZ, SIGTTOU, SIGTTIN};
  for (size_t i = 0; i < sizeof ignored / sizeof *ignored; i++) signal(ignored[i], SIG_IGN);
  sigset_t set;
  sigemptyset(&set);
  sigaddset(&set, SIGCHLD);
  sigaddset(&set, SIGTERM);
  sigprocmask(SIG_BLOCK, &set, NULL);
  s->signal_fd = signalfd(-1, &set, SFD_CLOEXEC | SFD_NONBLOCK);
  return s->signal_fd >= 0 ? 0 : error_set(error, BAUD_EIO, "cannot watch signals: %s", strerror(errno));
}

static int read_own_seconds(supervisor *s, baud_error *error) {
  s->own_seconds = calloc(s->plan->n_configs + 1u, sizeof *s->own_seconds);
  if (!s->own_seconds) return error_set(error, BAUD_ENOMEM, "out of memory");
  for (uint32_t i = 0; i < s->plan->n_configs; i++) {
    cJSON *config = cJSON_Parse(s->plan->configs[i].json);
    const cJSON *stop = cJSON_GetObjectItemCaseSensitive(config, "stop");
    const cJSON *seconds = cJSON_GetObjectItemCaseSensitive(stop, "seconds");
    s->own_seconds[i] = cJSON_IsNumber(seconds) ? seconds->valuedouble : 0;
    cJSON_Delete(config);
  }
  return 0;
}

/* Whether the checkpoint that others start from is where it should be. */
static int lacks_checkpoint(const supervisor *s, uint32_t index) {
  char path[700];
  snprintf(path, sizeof path, "%s/checkpoints/%s.ckpt", s->folder, s->plan->trials[index].id);
  return s->schedule.task[index].is_parent && access(path, R_OK) != 0;
}

/* Whether "3,7-9" holds it. */
static int is_named(const char *list, uint32_t index) {
  for (char *end; list && *list; list = *end == ',' ? end + 1 : "") {
    unsigned long first = strtoul(list, &end, 10), last = *end == '-' ? strtoul(end + 1, &end, 10) : first;
    if (index >= first && index <= last) return 1;
  }
  return 0;
}

static int begins_anew(const supervisor *s, uint32_t index, enum trial_status status) {
  if (s->options->again == AGAIN_NAMED && status_is_end(status))
    return is_named(s->options->named, index) || (status == STATUS_DONE && lacks_checkpoint(s, index));
  if (status == STATUS_FAILED) return s->options->again == AGAIN_STOPPED_AND_FAILED;
  return status != STATUS_DONE || lacks_checkpoint(s, index);
}

/* Takes the trials' states from the store; what had not ended is wiped and queued. */
static int take_up(supervisor *s, baud_error *error) {
  enum { PAGE = 64 };
  store_trial rows[PAGE];
  for (uint32_t first = 0; first < s->schedule.n;) {
    uint32_t n = PAGE;
    int code = store_read_trials(s->store, first, rows, &n, error);
    if (code != 0) return code;
    if (n == 0) return error_set(error, BAUD_ESTATE, "%s/store.db lacks trials of its own plan", s->folder);
    for (uint32_t i = 0; i < n; i++) {
      task *t = &s->schedule.task[first + i];
      enum trial_status status = (enum trial_status)rows[i].status;
      if (begins_anew(s, first + i, status)) {
        if (status != STATUS_QUEUED || rows[i].episodes > 0) t->is_dirty = 1;
        continue;
      }
      schedule_set(&s->schedule, first + i, status, rows[i].reason);
      t->is_dirty = 0;
      t->episodes = rows[i].episodes;
      t->steps = rows[i].steps;
      t->changes = rows[i].changes;
    }
    first += n;
  }
  int code = store_begin(s->store, error);
  for (uint32_t i = 0; i < s->schedule.n && code == 0; i++)
    if (s->schedule.task[i].is_dirty) code = store_reset_trial(s->store, i, error);
  return code ? code : store_commit(s->store, error);
}

static int open_run(supervisor *s, baud_error *error) {
  char path[600];
  snprintf(path, sizeof path, "%s/store.db", s->folder);
  int code = store_open(&s->store, path, error);
  if (code == 0) code = store_read_plan(s->store, &s->plan, error);
  if (code == 0) code = schedule_init(&s->schedule, s->plan, error);
  if (code == 0) code = read_own_seconds(s, error);
  if (code == 0) code = take_up(s, error);
  if (code == 0) code = control_paths(s->folder, s->socket_path, s->board_path, sizeof s->board_path, error);
  if (code == 0) code = catch_signals(s, error);
  if (code == 0) code = record_open_board(s, error);
  if (code == 0) code = serve_open(s, error);
  return code;
}

static void note_start(supervisor *s) {
  char started[64];
  baud_error ignored;
  int is_new = store_get_run(s->store, "started", started, sizeof started, &ignored) != 0 || !started[0];
  if (is_new) record_run(s, "started", "%lld", (long long)time(NULL));
  record_run(s, "status", "running");
  record_run(s, "finished", "%s", "");
  record_run(s, "exit_code", "%s", "");
  record_run(s, "supervisor_pid", "%ld", (long)getpid());
  record_run(s, "jobs", "%u", s->options->jobs);
  record_run(s, "limit_seconds", "%g", s->options->limit_seconds);
  uint32_t left = schedule_count(&s->schedule, STATUS_QUEUED);
  record_event(s, -1, 'I', "run %s: %u of %u trials to do, %u at once", is_new ? "started" : "taken up again", left,
               s->schedule.n, s->options->jobs);
  if (s->options->again == AGAIN_NAMED) record_event(s, -1, 'I', "run again by %.80s: trials %.400s", s->options->who, s->options->named);
  record_commit(s);
}

static void tell_starter(const supervisor *s, const char *line) {
  if (s->options->ready_fd >= 0) dprintf(s->options->ready_fd, "%s\n", line);
}

/* ---- The loop ------------------------------------------------------------------------------------------ */

enum { MOST_POLLED = 2 + MAX_CLIENTS + MAX_MEMBERS };

typedef struct polled {
  struct pollfd fd[MOST_POLLED];
  void *owner[MOST_POLLED];
  nfds_t n, clients_from, members_from;
} polled;

static void add_polled(polled *p, int fd, int events, void *owner) {
  p->fd[p->n] = (struct pollfd){fd, (short)events, 0};
  p->owner[p->n++] = owner;
}

static void gather(supervisor *s, polled *p) {
  p->n = 0;
  add_polled(p, s->signal_fd, POLLIN, NULL);
  add_polled(p, s->listen_fd, POLLIN, NULL);
  p->clients_from = p->n;
  for (int i = 0; i < MAX_CLIENTS; i++)
    if (s->clients[i].fd >= 0) add_polled(p, s->clients[i].fd, POLLIN, &s->clients[i]);
  p->members_from = p->n;
  for (int i = 0; i < MAX_MEMBERS; i++) {
    member *m = &s->members[i];
    if (m->pid && !m->closed_ns) add_polled(p, m->messages_fd, POLLIN | (m->out_used ? POLLOUT : 0), m);
  }
}

static void take_signals(supervisor *s) {
  struct signalfd_siginfo info;
  while (read(s->signal_fd, &info, sizeof info) == sizeof info) {
    if (info.ssi_signo != SIGTERM) continue;
    s->is_leaving = 1;
    record_event(s, -1, 'W', "supervisor ended by SIGTERM from process %u; baud resume goes on", info.ssi_pid);
  }
  crew_reap(s);
}

static void turn(supervisor *s) {
  polled p;
  gather(s, &p);
  poll(p.fd, p.n, TICK_MS);
  for (nfds_t i = p.members_from; i < p.n; i++) {
    member *m = p.owner[i];
    if (p.fd[i].revents & POLLOUT) crew_flush(m);
    if (p.fd[i].revents & (POLLIN | POLLHUP | POLLERR)) crew_read(s, m);
  }
  if (p.fd[0].revents) take_signals(s);
  for (nfds_t i = p.clients_from; i < p.members_from; i++)
    if (p.fd[i].revents) serve_read(s, p.owner[i]);
  if (p.fd[1].revents) serve_accept(s);
  watch_members(s);
  crew_staff(s);
  record_counts(s);
  if (board_now_ns() - s->committed_ns > commit_ns) record_commit(s);
}

/* ---- The end ------------------------------------------------------------------------------------------- */

static int claims_all_hold(supervisor *s) {
  enum { MOST = 256 };
  static store_claim claims[MOST];
  uint32_t n = MOST;
  baud_error ignored;
  if (store_read_claims(s->store, claims, &n, &ignored) != 0) return 0;
  for (uint32_t i = 0; i < n; i++)
    if (strcmp(claims[i].verdict, "holds") != 0) return 0;
  return 1;
}

static void judge(supervisor *s) {
  baud_error error = {0};
  if (!s->options->judge || s->broken || s->plan->n_claims == 0) return;
  record_commit(s); /* everything that claims may ask for is in the store */
  if (!record_is_open(s)) return;
  uint32_t changed = 0;
  for (uint32_t i = 0; i < s->schedule.n; i++) changed += atomic_load_explicit(&s->board->trial[i].changes, memory_order_relaxed) > 0;
  if (changed)
    record_event(s, -1, 'W', "%u trial%s changed while running: the claims leave %s out", changed, changed == 1 ? " was" : "s were",
                 changed == 1 ? "it" : "them");
  if (s->options->judge(s->folder, s->store, &error) != 0)
    record_event(s, -1, 'E', "claims could not be judged: %.500s", error.text);
}

static enum run_outcome outcome_of(supervisor *s) {
  if (s->broken) return RUN_BROKEN;
  if (s->is_leaving || s->is_stopping) return RUN_STOPPED;
  if (schedule_count(&s->schedule, STATUS_FAILED) > 0) return RUN_TRIAL_FAILED;
  if (schedule_count(&s->schedule, STATUS_STOPPED) > 0) return RUN_STOPPED;
  return claims_all_hold(s) ? RUN_WELL : RUN_CLAIM_FAILS;
}

static enum run_outcome finish(supervisor *s) {
  crew_end(s);
  if (schedule_is_over(&s->schedule) && !s->is_stopping && !s->is_leaving) judge(s);
  enum run_outcome outcome = outcome_of(s);
  record_run(s, "status", "%s", s->is_leaving ? "interrupted" : s->is_stopping ? "stopped" : "done");
  record_run(s, "finished", "%lld", (long long)time(NULL));
  record_run(s, "exit_code", "%d", (int)outcome);
  const schedule *c = &s->schedule;
  record_event(s, -1, 'I', "run over: %u done, %u failed, %u stopped, %u left", schedule_count(c, STATUS_DONE),
               schedule_count(c, STATUS_FAILED), schedule_count(c, STATUS_STOPPED),
               schedule_count(c, STATUS_QUEUED) + schedule_count(c, STATUS_RUNNING) + schedule_count(c, STATUS_PAUSED));
  record_commit(s);
  if (s->broken) outcome = RUN_BROKEN; /* also where only the last words did not fit */
  if (s->broken) tell_starter(s, s->why.text);
  return outcome;
}

static void close_run(supervisor *s, enum run_outcome outcome) {
  serve_close(s);
  if (s->board) {
    record_counts(s);
    atomic_store_explicit(&s->board->exit_code, (uint32_t)outcome, memory_order_relaxed);
    atomic_store(&s->board->state, outcome == RUN_STOPPED || outcome == RUN_BROKEN ? 'S' : 'D');
    unlink(s->board_path);
    board_close(s->board);
  }
  if (s->store) store_close(s->store);
  if (s->plan) plan_free(s->plan);
  schedule_clear(&s->schedule);
  free(s->own_seconds);
  if (s->signal_fd >= 0) close(s->signal_fd);
  if (s->lock_fd >= 0) close(s->lock_fd);
}

int supervisor_run(const supervisor_options *options, enum run_outcome *outcome, baud_error *error) {
  supervisor *s = calloc(1, sizeof *s);
  if (!s) return error_set(error, BAUD_ENOMEM, "out of memory");
  s->options = options;
  s->lock_fd = s->signal_fd = s->listen_fd = -1;
  s->started_ns = board_now_ns();
  int code = 0;
  if (strlen(options->folder) >= sizeof s->folder)
    code = error_set(error, BAUD_EARG, "%s: too long a path for a run's folder", options->folder);
  snprintf(s->folder, sizeof s->folder, "%s", options->folder);
  if (code == 0) code = take_lock(s, error);
  if (code == 0) code = open_run(s, error);
  *outcome = RUN_BROKEN;
  if (code == 0) {
    note_start(s);
    tell_starter(s, s->broken ? s->why.text : "ready");
    while (!s->broken && !s->is_leaving && !schedule_is_over(&s->schedule)) turn(s);
    *outcome = finish(s);
    if (s->broken && error) *error = s->why;
  } else {
    tell_starter(s, error->text);
  }
  close_run(s, *outcome);
  free(s);
  return code;
}
