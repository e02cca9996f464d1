/* crew.c - worker processes: starting them, handing out trials, taking what they send.
 *
 * Each holds two trials at most, the one that runs and the next, so that none waits for the supervisor between two.
 * A trial that waits behind a long one while another worker has nothing to do is called back. Every message is checked
 * against what its sender may say at that moment; a worker that says anything else is ended.
 */
#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include "supervisor/parts.h"

/* ---- Starting ------------------------------------------------------------------------------------------ */

/* Descriptors in a worker: 0 null, 1 and 2 its log, 3 messages, 4 report; everything else closes on exec. */
static void child_main(const supervisor *s, uint32_t place, int messages_fd, int report_fd, pid_t parent) {
  char log[600], command[64];
  sigset_t none;
  sigemptyset(&none);
  sigprocmask(SIG_SETMASK, &none, NULL);
  const int inherited[] = {SIGHUP, SIGINT, SIGQUIT};
  for (size_t i = 0; i < sizeof inherited / sizeof *inherited; i++) signal(inherited[i], SIG_DFL);
  prctl(PR_SET_PDEATHSIG, SIGKILL); /* a worker never outlives its supervisor, hanging or not */
  if (getppid() != parent) _exit(1);
  snprintf(log, sizeof log, "%s/logs/worker-%u.log", s->folder, place);
  int messages = fcntl(messages_fd, F_DUPFD_CLOEXEC, 10), report = fcntl(report_fd, F_DUPFD_CLOEXEC, 10);
  int null = open("/dev/null", O_RDWR | O_CLOEXEC), out = open(log, O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC, 0600);
  dup2(null, 0);
  dup2(out >= 0 ? out : null, 1);
  dup2(out >= 0 ? out : null, 2);
  if (dup2(messages, 3) < 0 || dup2(report, 4) < 0) _exit(1);
  setenv("OPENBLAS_NUM_THREADS", "1", 1);
  setenv("OMP_NUM_THREADS", "1", 1);
  snprintf(command, sizeof command, "%s", s->options->worker_command);
  char messages_text[] = "3", report_text[] = "4", program[] = "baud", *board_text = strdup(s->board_path);
  char *arguments[] = {program, command, messages_text, report_text, board_text, NULL};
  execv("/proc/self/exe", arguments);
  dprintf(2, "cannot start a worker: %s\n", strerror(errno));
  _exit(1);
}

static member *start(supervisor *s) {
  int messages[2], report[2];
  uint32_t place = 0;
  while (place < MAX_MEMBERS && s->members[place].pid != 0) place++;
  if (place == MAX_MEMBERS || socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, messages) != 0) return NULL;
  if (pipe2(report, O_CLOEXEC) != 0) {
    close(messages[0]), close(messages[1]);
    return NULL;
  }
  pid_t parent = getpid(), pid = fork();
  if (pid == 0) child_main(s, place, messages[1], report[1], parent);
  close(messages[1]), close(report[1]);
  fcntl(messages[0], F_SETFL, O_NONBLOCK);
  fcntl(report[0], F_SETFL, O_NONBLOCK);
  if (pid < 0) {
    close(messages[0]), close(report[0]);
    return NULL;
  }
  member *m = &s->members[place];
  *m = (member){.pid = pid, .messages_fd = messages[0], .report_fd = report[0]};
  return m;
}

/* ---- Sending ------------------------------------------------------------------------------------------- */

void crew_flush(member *m) {
  while (m->out_used > 0) {
    ssize_t n = send(m->messages_fd, m->out, m->out_used, MSG_NOSIGNAL);
    if (n < 0 && errno == EINTR) continue;
    if (n < 0 && errno == EAGAIN) return;
    if (n < 0) n = (ssize_t)m->out_used; /* it is dying: what is meant for it has no use any more */
    m->out_used -= (size_t)n;
    memmove(m->out, m->out + n, m->out_used);
  }
}

static void append(member *m, const void *bytes, size_t size) {
  if (m->out_used + size > m->out_room) {
    size_t room = 2 * (m->out_used + size) + 4096;
    unsigned char *more = realloc(m->out, room);
    if (!more) {
      kill(m->pid, SIGKILL); /* an order that cannot be given: end it, the trial goes to another */
      return;
    }
    m->out = more;
    m->out_room = room;
  }
  memcpy(m->out + m->out_used, bytes, size);
  m->out_used += size;
}

void crew_send(member *m, enum message_kind kind, uint32_t index) {
  message_head head = {MESSAGE_MAGIC, kind, index, 0};
  append(m, &head, sizeof head);
  crew_flush(m);
}

void crew_send_payload(member *m, enum message_kind kind, uint32_t index, const void *payload, size_t size) {
  static const char zeros[8];
  size_t padded = message_padded(size);
  message_head head = {MESSAGE_MAGIC, kind, index, (uint32_t)padded};
  append(m, &head, sizeof head);
  append(m, payload, size);
  append(m, zeros, padded - size);
  crew_flush(m);
}

static void hand_out(supervisor *s, member *m, uint32_t index) {
  static const char zeros[8];
  const plan_trial *t = &s->plan->trials[index];
  const char *config = s->plan->configs[t->config].json;
  char load[700] = "", save[700] = "";
  if (t->from >= 0)
    snprintf(load, sizeof load, "%s/checkpoints/%s.ckpt", s->folder, s->plan->trials[t->from].id);
  if (s->schedule.task[index].is_parent) snprintf(save, sizeof save, "%s/checkpoints/%s.ckpt", s->folder, t->id);
  message_run run = {.seed = t->seed, .config = t->config};
  size_t size = sizeof run + strlen(config) + strlen(load) + strlen(save) + 3, padded = message_padded(size);
  message_head head = {MESSAGE_MAGIC, MESSAGE_RUN, index, (uint32_t)padded};
  append(m, &head, sizeof head);
  append(m, &run, sizeof run);
  append(m, config, strlen(config) + 1);
  append(m, load, strlen(load) + 1);
  append(m, save, strlen(save) + 1);
  append(m, zeros, padded - size);
  crew_flush(m);
  m->held[m->n_held++] = index;
  s->schedule.task[index].is_assigned = 1;
}

/* ---- Who does what ------------------------------------------------------------------------------------- */

/* One whose trial is paused stands aside with it: it counts neither as busy nor as free. */
static int stands_aside(const supervisor *s, const member *m) {
  return m->n_held > 0 && s->schedule.task[m->held[0]].status == STATUS_PAUSED;
}

static int takes_trials(const supervisor *s, const member *m) {
  return m->pid != 0 && !m->is_leaving && m->doom == DOOM_NONE && !stands_aside(s, m);
}

static uint32_t count_at_work(const supervisor *s) {
  uint32_t n = 0;
  for (uint32_t i = 0; i < MAX_MEMBERS; i++) n += takes_trials(s, &s->members[i]) ? 1 : 0;
  return n;
}

static void hand_out_to_all(supervisor *s, uint32_t held) {
  for (uint32_t i = 0; i < MAX_MEMBERS; i++) {
    member *m = &s->members[i];
    if (!takes_trials(s, m) || m->n_held != held) continue;
    int64_t next = schedule_next(&s->schedule);
    if (next < 0) return;
    hand_out(s, m, (uint32_t)next);
  }
}

/* Calls a trial back that waits behind another: 1, or 0 where none does. */
static int call_back_one(supervisor *s) {
  for (uint32_t i = 0; i < MAX_MEMBERS; i++) {
    member *m = &s->members[i];
    if (m->pid == 0 || m->n_held < MAX_AHEAD || m->is_recalled) continue;
    m->is_recalled = 1;
    crew_send(m, MESSAGE_RECALL, m->held[1]);
    return 1;
  }
  return 0;
}

/* There are too many when a paused trial came back: those without work leave, and nobody gets a next trial. */
static void thin_out(supervisor *s) {
  while (call_back_one(s)) {}
  for (uint32_t i = 0, at_work = count_at_work(s); i < MAX_MEMBERS && at_work > s->options->jobs; i++) {
    member *m = &s->members[i];
    if (!takes_trials(s, m) || m->n_held > 0) continue;
    m->is_leaving = 1;
    crew_send(m, MESSAGE_QUIT, 0);
    at_work--;
  }
}

/* Those without work take over what waits behind others. */
static void even_out(supervisor *s, uint32_t at_work) {
  uint32_t idle = s->options->jobs > at_work ? s->options->jobs - at_work : 0;
  for (uint32_t i = 0; i < MAX_MEMBERS; i++)
    if (takes_trials(s, &s->members[i]) && s->members[i].n_held == 0) idle++;
  while (idle-- > 0 && call_back_one(s)) {}
}

void crew_staff(supervisor *s) {
  if (s->is_paused || s->is_stopping || s->is_leaving || s->broken) return;
  uint32_t at_work = count_at_work(s);
  if (at_work > s->options->jobs) {
    thin_out(s);
    return;
  }
  hand_out_to_all(s, 0);
  for (; at_work < s->options->jobs; at_work++) {
    int64_t next = schedule_next(&s->schedule);
    member *m = next < 0 ? NULL : start(s);
    if (!m) break;
    hand_out(s, m, (uint32_t)next);
  }
  hand_out_to_all(s, 1);
  even_out(s, at_work);
}

member *crew_holder(supervisor *s, uint32_t index) {
  for (uint32_t i = 0; i < MAX_MEMBERS; i++)
    for (uint32_t k = 0; k < s->members[i].n_held && s->members[i].pid; k++)
      if (s->members[i].held[k] == index) return &s->members[i];
  return NULL;
}

uint64_t crew_ran_ns(const member *m, uint64_t now) {
  uint64_t paused = m->paused_ns + (m->paused_since_ns ? now - m->paused_since_ns : 0);
  return m->has_begun ? now - m->began_ns - paused : 0;
}

/* ---- Receiving ----------------------------------------------------------------------------------------- */

static void let_go(supervisor *s, member *m, uint32_t at) {
  uint32_t index = m->held[at];
  if (at == 1 || m->n_held == MAX_AHEAD) m->is_recalled = 0;
  m->n_held--;
  if (at == 0) m->held[0] = m->held[1];
  if (at == 0) m->has_begun = 0;
  schedule_return(&s->schedule, index);
  serve_give_up(s, index);
}

void crew_pause(member *m) {
  m->paused_since_ns = board_now_ns();
  crew_send(m, MESSAGE_PAUSE, m->held[0]);
}

void crew_resume(member *m) {
  m->paused_ns += board_now_ns() - m->paused_since_ns;
  m->paused_since_ns = 0;
  crew_send(m, MESSAGE_RESUME, m->held[0]);
}

void crew_stop(member *m) {
  if (!m->stop_asked_ns) m->stop_asked_ns = board_now_ns();
  crew_send(m, MESSAGE_STOP, m->held[0]);
}

static int take_begin(supervisor *s, member *m, uint32_t index) {
  if (m->n_held == 0 || m->held[0] != index || m->has_begun) return -1;
  m->has_begun = 1;
  m->was_silent = 0;
  m->began_ns = board_now_ns();
  m->paused_ns = m->paused_since_ns = m->stop_asked_ns = 0;
  s->early_deaths = 0;
  enum trial_status status = s->schedule.task[index].status; /* it may have been called back too late */
  if (status == STATUS_PAUSED) crew_pause(m);
  else if (status == STATUS_STOPPED) crew_stop(m);
  else record_status(s, index, STATUS_RUNNING, NULL);
  return 0;
}

static int take_columns(supervisor *s, const member *m, uint32_t index, const void *payload, size_t size) {
  message_columns head;
  trial_columns columns;
  const task *t = &s->schedule.task[index];
  if (m->n_held == 0 || m->held[0] != index || !m->has_begun) return -1;
  if (message_columns_read(payload, size, &head, &columns) != 0 || head.first != t->episodes) return -1;
  if (t->episodes > 0 && (head.measured != t->measured || columns.steps[0] < t->steps)) return -1;
  record_columns(s, index, &head, &columns);
  return 0;
}

static int take_end(supervisor *s, member *m, uint32_t index, const void *payload, size_t size) {
  message_end end;
  const char *reason;
  task *t = &s->schedule.task[index];
  uint32_t at = m->n_held == MAX_AHEAD && m->held[1] == index ? 1 : 0;
  if (m->n_held == 0 || m->held[at] != index || message_end_read(payload, size, &end, &reason) != 0) return -1;
  if (end.episodes != t->episodes || (end.status != STATUS_STOPPED && !m->has_begun)) return -1;
  board_trial *entry = &s->board->trial[index];
  char *asked = end.status == STATUS_STOPPED && t->reason ? strdup(t->reason) : NULL;
  t->steps = end.steps;
  atomic_store_explicit(&entry->episodes, end.episodes, memory_order_relaxed);
  atomic_store_explicit(&entry->steps, end.steps, memory_order_relaxed);
  atomic_store_explicit(&entry->elapsed_ns, end.ran_ns, memory_order_relaxed);
  record_clock(s, index, end.ran_ns);
  record_status(s, index, (enum trial_status)end.status, asked ? asked : reason);
  free(asked);
  let_go(s, m, at);
  if (end.status == STATUS_FAILED) record_event(s, index, 'E', "failed: %.560s", reason);
  else if (end.status == STATUS_DONE && s->plan->n_trials <= 200)
    record_event(s, index, 'I', "done: %llu episodes, %llu steps in %.1f s", (unsigned long long)end.episodes,
                 (unsigned long long)end.steps, (double)end.ran_ns * 1e-9);
  if (end.status != STATUS_DONE && t->is_parent) schedule_end_orphans(&s->schedule);
  return 0;
}

static int take_returned(supervisor *s, member *m, uint32_t index) {
  uint32_t at = m->n_held == MAX_AHEAD && m->held[1] == index ? 1 : 0;
  if (m->n_held == 0 || m->held[at] != index || (at == 0 && m->has_begun)) return -1;
  let_go(s, m, at);
  m->is_recalled = 0;
  return 0;
}

static int take_answer(supervisor *s, member *m, uint32_t index, const void *payload, size_t size) {
  message_answer answer;
  const char *text[MESSAGE_STRINGS];
  if (crew_holder(s, index) != m || message_answer_read(payload, size, &answer, text) != 0) return -1;
  if (!answer.is_refused && answer.is_change) record_change(s, index, text[0], text[1]);
  serve_answer(s, answer.token, text[0], answer.is_refused ? text[0] : NULL);
  return 0;
}

static int take(supervisor *s, member *m, const message_head *head, const void *payload) {
  if (head->kind == MESSAGE_HELLO) return 0;
  if (head->trial >= s->schedule.n) return -1;
  const char *text = head->kind == MESSAGE_EVENT ? message_text(payload, head->size) : NULL;
  switch (head->kind) {
    case MESSAGE_BEGIN: return take_begin(s, m, head->trial);
    case MESSAGE_COLUMNS: return take_columns(s, m, head->trial, payload, head->size);
    case MESSAGE_END: return take_end(s, m, head->trial, payload, head->size);
    case MESSAGE_RETURNED: return take_returned(s, m, head->trial);
    case MESSAGE_ANSWER: return take_answer(s, m, head->trial, payload, head->size);
    case MESSAGE_EVENT:
      if (!text || crew_holder(s, head->trial) != m) return -1;
      record_event(s, head->trial, 'W', "%.580s", text);
      return 0;
    default: return -1;
  }
}

void crew_read(supervisor *s, member *m) {
  enum { MOST_READS = 16 }; /* then the others' turn */
  for (int i = 0; i < MOST_READS && m->doom != DOOM_GARBAGE; i++) {
    message_head head;
    const void *payload;
    int next = message_buffer_fill(&m->in, m->messages_fd);
    if ((next == 0 || next == -2) && !m->closed_ns) m->closed_ns = board_now_ns();
    if (next <= 0) return;
    while ((next = message_next(&m->in, &head, &payload)) == 1 && take(s, m, &head, payload) == 0) {}
    if (next == 0) continue;
    m->doom = DOOM_GARBAGE;
    kill(m->pid, SIGKILL);
  }
}

/* ---- Ending -------------------------------------------------------------------------------------------- */

static void forget(supervisor *s, member *m) {
  while (m->n_held > 0) let_go(s, m, m->n_held - 1);
  close(m->messages_fd);
  close(m->report_fd);
  message_buffer_clear(&m->in);
  free(m->out);
  *m = (member){0};
}

static int has_more(const member *m) {
  char byte;
  return recv(m->messages_fd, &byte, 1, MSG_PEEK | MSG_DONTWAIT) > 0;
}

void crew_reap(supervisor *s) {
  for (uint32_t i = 0; i < MAX_MEMBERS; i++) {
    member *m = &s->members[i];
    int status;
    if (m->pid == 0 || waitpid(m->pid, &status, WNOHANG) != m->pid) continue;
    do crew_read(s, m); /* all that it still said */
    while (m->doom != DOOM_GARBAGE && has_more(m));
    watch_conclude(s, m, status);
    forget(s, m);
  }
}

void crew_end(supervisor *s) {
  for (uint32_t i = 0; i < MAX_MEMBERS; i++) {
    member *m = &s->members[i];
    if (m->pid == 0) continue;
    kill(m->pid, SIGKILL);
    while (waitpid(m->pid, NULL, 0) < 0 && errno == EINTR) {}
    forget(s, m);
  }
}
