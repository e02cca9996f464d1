/* schedule.h - which trial is next: the state of every trial of a run, and nothing of processes or storage.
 *
 * A trial that starts from another's checkpoint waits until that one is done; when it can no longer be done, the
 * trials that wait for it end as it did. Trials are handed out in the order of the plan.
 */
#ifndef BAUD_CORE_SCHEDULE_H
#define BAUD_CORE_SCHEDULE_H

#include "store.h"

enum { SCHEDULE_NONE = -1 };

typedef struct task { /* a trial, as the supervisor sees it */
  enum trial_status status;
  uint8_t is_assigned; /* a worker holds it */
  uint8_t is_parent;   /* another starts from its checkpoint */
  uint8_t is_dirty;    /* the store does not know the status yet */
  uint32_t changes;    /* as the store had them when the run was taken up; the board counts on */
  uint64_t episodes, steps, measured;
  uint64_t timed_at;   /* episodes at which its running time was last put down */
  char *reason;        /* why it failed or was stopped; null otherwise */
} task;

enum { STATUS_KINDS = 6 };
extern const char schedule_statuses[STATUS_KINDS + 1]; /* "RPQDFS" */

typedef struct schedule {
  const plan *plan;
  task *task; /* [n_trials] */
  uint32_t n;
  uint32_t first; /* no trial below this one is to be handed out */
  uint32_t count[STATUS_KINDS];
} schedule;

int schedule_init(schedule *s, const plan *p, baud_error *error);
void schedule_clear(schedule *s);

/* The next trial to hand out, or SCHEDULE_NONE. */
int64_t schedule_next(schedule *s);
/* Changes a status; `reason` may be null. */
void schedule_set(schedule *s, uint32_t index, enum trial_status status, const char *reason);
/* Gives a trial back that a worker held. */
void schedule_return(schedule *s, uint32_t index);
/* Forgets what a trial did and queues it again. */
void schedule_reset(schedule *s, uint32_t index);
/* Ends the queued trials whose parent failed or was stopped; returns how many. */
uint32_t schedule_end_orphans(schedule *s);

uint32_t schedule_count(const schedule *s, enum trial_status status);
int schedule_is_over(const schedule *s); /* nothing runs, waits or is paused */
int status_is_end(enum trial_status status);

#endif
