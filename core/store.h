/* store.h - a run's store.db: SQLite in WAL mode, written by one process, read by many.
 *
 * Per-episode figures are column chunks: for each (trial, figure) a row for every 1,024 episodes with a float32
 * blob and its count, mean, min and max, and above them a pyramid of summaries by powers of two, so any zoom reads
 * a screenful. The schema, with every table and column, is docs/store.md; user_version carries its version.
 *
 * A store is used by one thread at a time. After a write that failed within a transaction the file is as the last
 * commit left it and every further write fails with the same sentence: close it, and open it anew.
 */
#ifndef BAUD_CORE_STORE_H
#define BAUD_CORE_STORE_H

#include "figures.h"
#include "plan.h"

typedef struct store store;

enum trial_status { STATUS_QUEUED = 'Q', STATUS_RUNNING = 'R', STATUS_PAUSED = 'P', STATUS_DONE = 'D', STATUS_FAILED = 'F', STATUS_STOPPED = 'S' };

/* Creates path with the schema and the plan's nodes, configurations and trials (all queued). */
int store_create(store **out, const char *path, const plan *p, baud_error *error);
/* Opens for writing (supervisor: resume) or for reading only. An older schema is brought up to date when writing. */
int store_open(store **out, const char *path, baud_error *error);
int store_open_readonly(store **out, const char *path, baud_error *error);
void store_close(store *s);

/* Writing; all within a transaction that the caller bounds (begin, many puts, commit a few times a second). */
int store_begin(store *s, baud_error *error);
int store_commit(store *s, baud_error *error);
/* Appends values[n] (float32, NAN: not scored) of one figure from episode `first`; first must be where it left off,
 * or nothing is taken (BAUD_EARG). Chunks that fill are written once; the unfinished tail is kept in memory until
 * store_flush, or until the trial ends (store_set_status), which frees it. Works on from what an earlier process
 * stored, too. */
int store_append(store *s, uint32_t trial, uint32_t figure, char mark, uint64_t first, const float *values, uint32_t n, baud_error *error);
/* The trial's step count at the end of each of these episodes; never falls. */
int store_append_steps(store *s, uint32_t trial, uint64_t first, const uint64_t *steps, uint32_t n, baud_error *error);
/* Writes unfinished tails (of all trials), so that readers see everything up to now. */
int store_flush(store *s, baud_error *error);
int store_set_status(store *s, uint32_t trial, enum trial_status status, uint64_t episodes, uint64_t steps, const char *reason, baud_error *error);
/* Removes whatever a trial has written and queues it again (resume, re-run). */
int store_reset_trial(store *s, uint32_t trial, baud_error *error);
/* An event: severity 'D', 'I', 'W', 'E'; trial -1 for the run as a whole. */
int store_event(store *s, int64_t trial, char severity, const char *text, baud_error *error);
/* A change made to a trial while it runs: the sentence of it, and who asked. */
int store_change(store *s, uint32_t trial, const char *what, const char *who, baud_error *error);
/* That a trial had run for so many seconds when it had so many episodes; any number of such moments. */
int store_clock(store *s, uint32_t trial, uint64_t episodes, double seconds, baud_error *error);
int store_set_claim(store *s, uint32_t claim, const char *verdict, const char *figures_text, baud_error *error);
/* key-value facts about the run: "name", "status", "started", "finished", "supervisor_pid", "version" ... */
int store_set_run(store *s, const char *key, const char *value, baud_error *error);

/* Reading. */
typedef struct store_trial {
  uint32_t trial, config;
  uint64_t seed, episodes, steps;
  double seconds;   /* of running, when that was last put down */
  uint32_t changes; /* made while it ran: more than 0, and its id does not describe it */
  char status;
  char id[PLAN_ID_SIZE];
  char reason[400];
} store_trial;
int store_trial_count(store *s, uint32_t *n, baud_error *error);
int store_read_trials(store *s, uint32_t first, store_trial *rows, uint32_t *n, baud_error *error);

/* Points of a figure's curve: bins of equal width over episodes [from, to), at most *n (in: room, out: points) of
 * them; to = UINT64_MAX: as far as there are episodes. Bins begin at `from`, (to - from) / *n
 * episodes wide; that is rounded up to a multiple of 1,024 or of a higher power of two where chunks need not be read
 * then (a power of two stays as it is). Bins that hold no episode yet are left out. */
typedef struct store_point {
  double episode; /* middle of the bin */
  float mean, low, high; /* over the bin's scored values; NAN where there are none */
  uint32_t count;
} store_point;
int store_read_curve(store *s, uint32_t trial, uint32_t figure, uint64_t from, uint64_t to, store_point *points, uint32_t *n, baud_error *error);
/* Raw values [from, to) into values[]; *n in: room, out: read. */
int store_read_values(store *s, uint32_t trial, uint32_t figure, uint64_t from, float *values, uint32_t *n, baud_error *error);
/* Sum and number of a figure's scored values over episodes [0, to), in double; to = UINT64_MAX for all. */
int store_read_total(store *s, uint32_t trial, uint32_t figure, uint64_t to, double *sum, uint64_t *count, baud_error *error);
/* The last scored value, for levels such as `known`; NAN where there is none. */
int store_read_last(store *s, uint32_t trial, uint32_t figure, double *value, baud_error *error);
char store_read_mark(store *s, uint32_t trial, uint32_t figure); /* '-' where unmeasured */
/* The trial's step count at the end of episodes [from, ...); *n in: room, out: read. */
int store_read_steps(store *s, uint32_t trial, uint64_t from, uint64_t *steps, uint32_t *n, baud_error *error);

/* The moments of store_clock, ascending; *n in: room, out: read. */
typedef struct store_moment {
  uint64_t episodes;
  double seconds;
} store_moment;
int store_read_clock(store *s, uint32_t trial, store_moment *rows, uint32_t *n, baud_error *error);

/* A figure over the trials of one configuration; those that were changed while they ran are left out. */
typedef struct store_mean {
  uint32_t trials;    /* that have it; 0: none, and the rest is NAN */
  char mark;          /* theirs together: the weakest that is true of all; '-' where there are none */
  double total, mean; /* means over trials of: the sum over the trial's scored episodes; its mean over them */
  uint64_t count;     /* scored episodes in all */
} store_mean;
int store_read_means(store *s, uint32_t config, store_mean means[FIGURES], baud_error *error);

typedef struct store_event_row {
  int64_t id, trial;
  double time; /* seconds since 1970 */
  char severity;
  char text[600];
} store_event_row;
/* The newest *n events (older than `before` unless 0), oldest first. */
int store_read_events(store *s, int64_t before, store_event_row *rows, uint32_t *n, baud_error *error);

typedef struct store_claim {
  char text[300], verdict[16], figures[1600]; /* verdict: "holds", "fails", "undecided", "" */
} store_claim;
int store_read_claims(store *s, store_claim *rows, uint32_t *n, baud_error *error);
int store_get_run(store *s, const char *key, char *value, size_t size, baud_error *error); /* BAUD_ENOTFOUND */
/* The plan as it was run (graph.json's text is in the run table): caller frees with plan_free. */
int store_read_plan(store *s, plan **out, baud_error *error);

#endif
