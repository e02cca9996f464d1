/* trial.h - one trial: an environment, a reward scheme and a learner in the loop of plugin.h, with the ledger.
 *
 * A trial is opened from its canonical configuration and a seed, advanced in slices, and drained: what each
 * episode brought lies in columns of float32 until the caller takes it. Nothing allocates, locks or calls the
 * system between open and close. Everything that happens depends on configuration and seed alone.
 */
#ifndef BAUD_CORE_TRIAL_H
#define BAUD_CORE_TRIAL_H

#include "error.h"
#include "figures.h"
#include "registry.h"

enum { TRIAL_CHUNK = 1024 }; /* episodes that the columns hold at most */

typedef struct trial trial;

/* What happened since the last drain. Owned by the trial. */
typedef struct trial_columns {
  uint64_t first_episode;   /* index of the first one here, from 0 */
  uint32_t n;               /* episodes here, <= TRIAL_CHUNK */
  uint64_t measured;        /* bit f: figure f is measured in this trial; others are to be left out */
  const float *figure[FIGURES]; /* [n]; NAN where an episode was not scored */
  const uint64_t *steps;    /* [n]: the trial's step count when each ended */
} trial_columns;

enum trial_state { TRIAL_RUNNING = 0, TRIAL_DONE = 1 };

/* Opens a trial. `config_json` as in plan.h. On failure error names the plugin where one is to blame. */
int trial_open(trial **out, const registry *plugins, const char *config_json, uint64_t seed, baud_error *error);
void trial_close(trial *t);

/* Runs until `episodes` more have ended, `ticks` have passed, the columns are full or the trial is done.
 * TRIAL_RUNNING, TRIAL_DONE or a negative code: then the trial has failed for good and error says why and who. */
int trial_advance(trial *t, uint32_t episodes, uint64_t ticks, baud_error *error);

/* What there is since the last call; empties the columns at the next trial_advance. */
const trial_columns *trial_drain(trial *t);

/* Sums over all episodes so far, and the last episode's values, in double; NAN where not measured (last) or 0. */
const double *trial_totals(const trial *t); /* [FIGURES] */
const double *trial_last(const trial *t);   /* [FIGURES] */

uint64_t trial_episodes(const trial *t);
uint64_t trial_steps(const trial *t);

/* The provenance mark of each figure in this trial ('=', '<', '>', '~', '-'): figures.h. As of now: a mark may weaken
 * while a trial runs, so ask again with each drain. */
void trial_marks(const trial *t, char marks[FIGURES]);

/* The next sentence about this trial for the event log (an alarm of the leak auditor, a warning), or null. */
const char *trial_next_event(trial *t);

/* Trials opened from here on keep the number of the call that they are in (loop/site.h) at `site`, which outlives them;
 * null: in this process alone. One trial at a time. */
void trial_mark_site(_Atomic uint32_t *site);

/* Changes the trial while it runs, between two calls of trial_advance: a live parameter of its learner or how often it
 * is scored (loop/change.h has the keys). From then on its id does not describe it any more. `what` becomes a sentence
 * for the record, "learner.lr 1 -> 0.3 from episode 512 on"; on failure nothing has changed. */
int trial_change(trial *t, const char *key, const char *value, char *what, size_t size, baud_error *error);

/* The plugin at fault while a signal is being handled: "learner baud.reinforce in predict". Async-signal-safe. */
const char *trial_now_in(void);

/* Looking on (play.h): a tick in two halves. After the first the step is taken, scored and learned from; its lanes are
 * not yet reset. The second returns what trial_advance does. Whoever begins so goes on so: figures are not to be had. */
int trial_half_tick(trial *t, baud_error *error);
int trial_other_half(trial *t, baud_error *error);
struct stage;
struct quiz_result;
const struct stage *trial_stage(const trial *t);
/* What the learner knows at this moment, by the quiz, put to a copy of it, with its memory and with that wiped: 1; 0 where
 * there is no quiz. */
int trial_ask(trial *t, struct quiz_result *kept, struct quiz_result *wiped, baud_error *error);
/* Of lane 0: its episode, from 0; the steps of it so far; the environment's own reward in it so far. */
uint64_t trial_lane_episode(const trial *t);
uint32_t trial_lane_steps(const trial *t);
double trial_return(const trial *t);

/* Saves and restores the learner's blocks (zstd-compressed, with identity and layout); atomic by rename. */
int trial_save(const trial *t, const char *path, baud_error *error);
int trial_load(trial *t, const char *path, baud_error *error);

#endif
