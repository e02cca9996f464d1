/* commands.c - what people may ask of a run, for one trial or for all.
 *
 * A trial that a worker holds but has not begun is called back; if it was just beginning, the order follows it
 * (crew.c, take_begin). Whatever was done lies in the event log with who asked for it.
 */
#include <stdio.h>
#include <string.h>

#include "supervisor/parts.h"

/* The worker that runs this trial now, or null. */
static member *runner(supervisor *s, uint32_t index) {
  member *m = crew_holder(s, index);
  return m && m->has_begun && m->held[0] == index ? m : NULL;
}

static void call_back(supervisor *s, uint32_t index) {
  member *m = crew_holder(s, index);
  if (m && !(m->has_begun && m->held[0] == index)) crew_send(m, MESSAGE_RECALL, index);
}

/* Each does one trial; 1 when it changed something. */

static int pause_one(supervisor *s, uint32_t index, const request *r) {
  enum trial_status status = s->schedule.task[index].status;
  member *m = runner(s, index);
  (void)r;
  if (status != STATUS_RUNNING && status != STATUS_QUEUED) return 0;
  record_status(s, index, STATUS_PAUSED, NULL);
  if (m) crew_pause(m);
  else call_back(s, index);
  if (m && m->n_held == MAX_AHEAD) crew_send(m, MESSAGE_RECALL, m->held[1]); /* it must not wait behind this one */
  return 1;
}

static int resume_one(supervisor *s, uint32_t index, const request *r) {
  member *m = runner(s, index);
  (void)r;
  if (s->schedule.task[index].status != STATUS_PAUSED) return 0;
  record_status(s, index, m ? STATUS_RUNNING : STATUS_QUEUED, NULL);
  if (m) crew_resume(m);
  return 1;
}

static int stop_one(supervisor *s, uint32_t index, const request *r) {
  char reason[WHO_SIZE + 32];
  enum trial_status status = s->schedule.task[index].status;
  member *m = runner(s, index);
  if (status_is_end(status)) return 0;
  snprintf(reason, sizeof reason, "stopped by %s", r->who);
  if (m) {
    record_status(s, index, status, reason); /* ends as stopped once its worker says so */
    crew_stop(m);
  } else {
    record_status(s, index, STATUS_STOPPED, reason);
    call_back(s, index);
  }
  if (s->schedule.task[index].is_parent) schedule_end_orphans(&s->schedule);
  return 1;
}

static int rerun_one(supervisor *s, uint32_t index, const request *r) {
  (void)r;
  if (!status_is_end(s->schedule.task[index].status) || s->schedule.task[index].is_assigned) return 0;
  record_reset(s, index);
  return 1;
}

static int step_one(supervisor *s, uint32_t index, const request *r) {
  member *m = runner(s, index);
  uint64_t episodes = r->episodes;
  if (!m || s->schedule.task[index].status != STATUS_PAUSED) return 0;
  crew_send_payload(m, MESSAGE_STEP, index, &episodes, sizeof episodes);
  return 1;
}

static const struct command {
  const char *name, *done, *refused;
  int (*one)(supervisor *s, uint32_t index, const request *r);
} commands[] = {
    {"pause", "paused", "it does not run", pause_one},
    {"resume", "resumed", "it is not paused", resume_one},
    {"stop", "stopped", "it has ended", stop_one},
    {"rerun", "queued again", "it has not ended", rerun_one},
    {"step", "stepped", "it is not paused in the middle of its run", step_one},
    {"change", "changed", "", NULL}, /* these two: ask_worker, its worker has the say */
    {"watch", "watched", "", NULL},
};
enum { COMMANDS = sizeof commands / sizeof *commands };

/* What a command on the whole run means beyond its trials. */
static void set_run_state(supervisor *s, const struct command *c, const request *r) {
  if (strcmp(c->name, "pause") == 0) s->is_paused = 1;
  if (strcmp(c->name, "resume") == 0) s->is_paused = 0;
  if (strcmp(c->name, "stop") == 0) {
    s->is_stopping = 1;
    s->is_paused = 0;
    snprintf(s->who, sizeof s->who, "%s", r->who);
  }
  atomic_store_explicit(&s->board->state, s->is_paused ? 'P' : 'R', memory_order_relaxed);
  record_run(s, "status", "%s", s->is_paused ? "paused" : "running");
}

static int do_all(supervisor *s, const struct command *c, const request *r, baud_error *error) {
  uint32_t changed = 0;
  int is_pause = strcmp(c->name, "pause") == 0, was_paused = s->is_paused;
  set_run_state(s, c, r);
  for (uint32_t i = 0; i < s->schedule.n; i++) {
    if (is_pause && s->schedule.task[i].status != STATUS_RUNNING) continue; /* the queue waits as it is */
    changed += c->one(s, i, r) ? 1 : 0;
  }
  if (changed == 0 && was_paused == s->is_paused && !s->is_stopping && !is_pause)
    return error_set(error, BAUD_ESTATE, "%s: there is no trial in the run that this could apply to", c->name);
  record_event(s, -1, 'I', "run %s by %s (%u trials)", c->done, r->who, changed);
  return 0;
}

/* Asks the worker that runs the trial; COMMAND_PENDING. A "watch" names as its key the socket to play to. */
static int ask_worker(supervisor *s, uint32_t index, const request *r, baud_error *error) {
  member *m = runner(s, index);
  char payload[sizeof(message_change) + REQUEST_SIZE + WHO_SIZE];
  message_change change = {.token = ++s->last_token};
  int is_watch = strcmp(r->what, "watch") == 0;
  const char *key = is_watch ? r->to : r->key, *value = is_watch ? "" : r->value;
  if (!m) return error_set(error, BAUD_ESTATE, "trial %u cannot be %s: it does not run", index, is_watch ? "watched" : "changed");
  if (!key || !value)
    return error_set(error, BAUD_EARG,
                     is_watch ? "\"watch\" needs \"to\", a socket's path"
                              : "\"change\" needs a \"key\" and a \"value\"");
  memcpy(payload, &change, sizeof change);
  size_t used = sizeof change;
  const char *strings[MESSAGE_STRINGS] = {key, value, r->who};
  for (int i = 0; i < MESSAGE_STRINGS; i++) {
    size_t length = strlen(strings[i]) + 1;
    if (used + length > sizeof payload) return error_set(error, BAUD_EARG, "the value is too long");
    memcpy(payload + used, strings[i], length);
    used += length;
  }
  crew_send_payload(m, is_watch ? MESSAGE_WATCH : MESSAGE_CHANGE, index, payload, used);
  r->from->token = change.token;
  r->from->asked = index;
  return COMMAND_PENDING;
}

int command_do(supervisor *s, const request *r, baud_error *error) {
  const char *names[COMMANDS];
  const struct command *c = NULL;
  for (size_t i = 0; i < COMMANDS; i++) {
    names[i] = commands[i].name;
    if (strcmp(r->what, commands[i].name) == 0) c = &commands[i];
  }
  if (!c) {
    const char *meant = error_closest(r->what, names, COMMANDS);
    return error_set(error, BAUD_EARG, "unknown command \"%.40s\"%s%s%s", r->what, meant ? " (did you mean \"" : "",
                     meant ? meant : "", meant ? "\"?)" : "");
  }
  if (s->is_stopping) return error_set(error, BAUD_ESTATE, "the run is being stopped by %s", s->who);
  int64_t index = r->index;
  if (index == -1 && !c->one) return error_set(error, BAUD_EARG, "%s: say which trial", c->name);
  if (index == -1) return do_all(s, c, r, error);
  if (index < 0 || index >= (int64_t)s->schedule.n)
    return error_set(error, BAUD_EARG, "there is no trial %lld; the last is %u", (long long)index, s->schedule.n - 1);
  if (!c->one) return ask_worker(s, (uint32_t)index, r, error);
  if (!c->one(s, (uint32_t)index, r))
    return error_set(error, BAUD_ESTATE, "trial %lld cannot be %s: %s", (long long)index, c->done, c->refused);
  if (c->one == step_one)
    record_event(s, index, 'I', "stepped %llu episode%s by %s", (unsigned long long)r->episodes, r->episodes == 1 ? "" : "s", r->who);
  else record_event(s, index, 'I', "%s by %s", c->done, r->who);
  return 0;
}
