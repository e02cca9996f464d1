/* change.h - changing a trial while it runs: a live parameter of its learner, or how often it is scored.
 *
 * A model is immutable. So a live parameter is changed by making a new model with the new value and going on with the
 * learner's blocks as they are, which BAUD_LIVE promises to be possible; the promise is checked each time. From then
 * on the trial is no longer what its id describes: whoever calls this must say so in the result.
 */
#ifndef BAUD_CORE_CHANGE_H
#define BAUD_CORE_CHANGE_H

#include "loop/stage.h"

enum { CHANGE_SIZE = 160 };

/* `key`: "learner.lr", "score.answers", "score.quiz", or "score" for both; `value` is JSON: a number of episodes for the
 * rates, -1 the default. `what` becomes "learner.lr 1 -> 0.3". Whenever trial_advance has returned. On failure nothing has changed. */
int change_stage(stage *s, const char *key, const char *value, char what[CHANGE_SIZE], baud_error *error);
/* A learner of these values, one for each of the unit's parameters, goes on with the blocks. Texts in them must outlive it. */
int change_learner(stage *s, const baud_value *values, baud_error *error);

#endif
