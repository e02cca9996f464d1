/* schedule.c - see schedule.h.
 */
#include "supervisor/schedule.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

const char schedule_statuses[STATUS_KINDS + 1] = "RPQDFS";

int status_is_end(enum trial_status status) {
  return status == STATUS_DONE || status == STATUS_FAILED || status == STATUS_STOPPED;
}

static uint32_t *counter(schedule *s, enum trial_status status) {
  return &s->count[strchr(schedule_statuses, (int)status) - schedule_statuses];
}

int schedule_init(schedule *s, const plan *p, baud_error *error) {
  *s = (schedule){.plan = p, .n = p->n_trials, .task = calloc(p->n_trials + 1u, sizeof(task))};
  if (!s->task) return error_set(error, BAUD_ENOMEM, "out of memory for %u trials", p->n_trials);
  for (uint32_t i = 0; i < s->n; i++) {
    s->task[i].status = STATUS_QUEUED;
    if (p->trials[i].from >= 0) s->task[p->trials[i].from].is_parent = 1;
  }
  *counter(s, STATUS_QUEUED) = s->n;
  return 0;
}

void schedule_clear(schedule *s) {
  for (uint32_t i = 0; s->task && i < s->n; i++) free(s->task[i].reason);
  free(s->task);
  memset(s, 0, sizeof *s);
}

int64_t schedule_next(schedule *s) {
  int none_waits_below = 1;
  for (uint32_t i = s->first; i < s->n; i++) {
    const task *t = &s->task[i];
    int waits = t->status == STATUS_QUEUED && !t->is_assigned;
    int64_t parent = s->plan->trials[i].from;
    if (waits && (parent < 0 || s->task[parent].status == STATUS_DONE)) return i;
    if (waits) none_waits_below = 0;
    if (none_waits_below) s->first = i + 1;
  }
  return SCHEDULE_NONE;
}

void schedule_set(schedule *s, uint32_t index, enum trial_status status, const char *reason) {
  task *t = &s->task[index];
  --*counter(s, t->status);
  ++*counter(s, status);
  t->status = status;
  t->is_dirty = 1;
  free(t->reason);
  t->reason = reason && reason[0] ? strdup(reason) : NULL;
  if (status == STATUS_QUEUED && index < s->first) s->first = index;
}

void schedule_return(schedule *s, uint32_t index) {
  s->task[index].is_assigned = 0;
  if (index < s->first) s->first = index;
}

void schedule_reset(schedule *s, uint32_t index) {
  task *t = &s->task[index];
  t->episodes = t->steps = t->measured = t->timed_at = 0;
  t->changes = 0;
  schedule_set(s, index, STATUS_QUEUED, NULL);
}

uint32_t schedule_end_orphans(schedule *s) {
  uint32_t ended = 0, before;
  do { /* again for grandchildren, which may stand anywhere */
    before = ended;
    for (uint32_t i = 0; i < s->n; i++) {
      int64_t parent = s->plan->trials[i].from;
      if (parent < 0 || s->task[i].is_assigned) continue;
      enum trial_status status = s->task[i].status, how = s->task[parent].status;
      if (status != STATUS_QUEUED && status != STATUS_PAUSED) continue;
      if (how != STATUS_FAILED && how != STATUS_STOPPED) continue;
      char reason[120];
      snprintf(reason, sizeof reason, "starts from trial %lld, which %s", (long long)parent,
               how == STATUS_FAILED ? "failed" : "was stopped");
      schedule_set(s, i, how, reason);
      ended++;
    }
  } while (ended > before);
  return ended;
}

uint32_t schedule_count(const schedule *s, enum trial_status status) {
  return s->count[strchr(schedule_statuses, (int)status) - schedule_statuses];
}

int schedule_is_over(const schedule *s) {
  return schedule_count(s, STATUS_RUNNING) + schedule_count(s, STATUS_QUEUED) + schedule_count(s, STATUS_PAUSED) == 0;
}
