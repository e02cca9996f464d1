/* supervisor.h - the process behind a run: hands trials to workers, writes the store and the board, takes commands.
 *
 * It outlives the terminal it was started from, and everything it knows is in the run's folder: killed at any moment,
 * a new one continues. Trials that had ended stay; those that ran begin anew, which is the same, since a trial depends
 * on its configuration and seed alone. A lock in the folder keeps two from working on one run.
 */
#ifndef BAUD_CORE_SUPERVISOR_H
#define BAUD_CORE_SUPERVISOR_H

#include "error.h"
#include "store.h"

/* How a run ended: the program's exit codes. */
enum run_outcome { RUN_WELL = 0, RUN_TRIAL_FAILED = 1, RUN_CLAIM_FAILS = 3, RUN_STOPPED = 4, RUN_BROKEN = 5 };

/* What becomes of trials that had ended when a run is taken up again; AGAIN_NAMED: those that `named` names begin anew,
 * whatever they ended as, and of the others none that had ended. */
enum supervisor_again { AGAIN_STOPPED, AGAIN_STOPPED_AND_FAILED, AGAIN_NAMED };

typedef struct supervisor_options {
  const char *folder;         /* the run's */
  uint32_t jobs;              /* trials at once, at least 1 */
  double limit_seconds;       /* of running time a trial; 0: none */
  enum supervisor_again again;
  const char *named;          /* "3,7-9": trials; null: none */
  const char *who;            /* asks for it, for the event log; null: nobody in particular */
  const char *worker_command; /* first argument that makes this program a worker (worker.h) */
  int ready_fd;               /* gets "ready" or why it could not start, and at the end why it broke; -1: none */
  /* Judges the claims from the results when all trials are over: store_set_claim for each. May be null. */
  int (*judge)(const char *folder, store *results, baud_error *error);
} supervisor_options;

/* Runs to the end: *outcome is the run's. Negative only where the run could not be taken up at all. */
int supervisor_run(const supervisor_options *options, enum run_outcome *outcome, baud_error *error);

/* Whether a supervisor is at work on this run now: 1 or 0. */
int supervisor_is_alive(const char *folder);

#endif
