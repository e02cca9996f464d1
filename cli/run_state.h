/* run_state.h - how a run stands, for baud list and baud show.
 */
#ifndef BAUD_CLI_RUN_STATE_H
#define BAUD_CLI_RUN_STATE_H

#include <cjson/cJSON.h>

#include "store.h"

typedef struct run_state {
  char name[200];          /* of the experiment */
  char status[32];         /* "new", "running", "paused", "done", "stopped", "interrupted" */
  int64_t started, finished; /* seconds since 1970; 0: not yet */
  uint32_t n_trials, count[128]; /* by enum trial_status */
  uint64_t episodes;
  uint64_t bytes;          /* of the store, with its log */
  uint32_t n_claims, claims_that_hold, claims_judged;
} run_state;

/* The statuses in the order in which they are shown. */
typedef struct run_status {
  enum trial_status status;
  const char *name;
} run_status;
enum { RUN_STATUSES = 6 };
extern const run_status run_statuses[RUN_STATUSES];
const char *run_status_name(char status);

/* Opens the run's store for reading and says how the run stands. On failure nothing is open. */
int run_state_open(store **out, const char *folder, run_state *state, baud_error *error);

/* "590 done, 10 failed"; local time; "1 h 2 min". */
void run_state_trials(const run_state *state, char *text, size_t size);
void run_state_time(int64_t seconds, char *text, size_t size);
void run_state_span(int64_t seconds, char *text, size_t size);

/* Adds status, started, finished, episodes, trials by status and claims to an object. */
void run_state_json(const run_state *state, cJSON *object);

#endif
