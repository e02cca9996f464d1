/* sight.h - the ledger of what is under way, for who looks on (play.h): bits of an episode that has not ended, and what
 * the learner knows at this moment. Looking changes nothing that will be.
 *
 * An environment that keeps books of its own (a lifetime) is asked for those: bits are then of the inner trial's whole
 * life so far, however deep the trials lie in each other.
 */
#ifndef BAUD_CORE_SIGHT_H
#define BAUD_CORE_SIGHT_H

#include "trial.h"

typedef struct trial_sight {
  double offered[BAUD_CHANNELS], received[BAUD_CHANNELS];
  double known, known_wiped, useful; /* wiped: with memory as init() left it: what lies in the weights */
  int has_known;                     /* whether those three are known */
  int is_inner;                      /* of an inner trial: */
  uint64_t episode, episodes;        /* inner ones that have ended, of so many */
  double inner_return, success;      /* over those: sum, mean */
} trial_sight;

/* Of lane 0's running episode, or of its life. 0, or negative when a plugin failed. */
int sight_of_lane(trial *t, trial_sight *out, baud_error *error);
/* Of all that a trial has lived through so far, over all its lanes. */
int sight_of_life(trial *t, trial_sight *out, baud_error *error);

#endif
