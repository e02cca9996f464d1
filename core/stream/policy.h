/* policy.h - how much an episode changed the policy: the sum over the episode's states of KL(policy after || before), in
 * bits. The episode is recorded, in lane 0, and then read again by two frozen copies of the learner: as it was when the
 * episode began, and as it is now. So a learner that knows where it is by remembering is asked where it was.
 */
#ifndef BAUD_CORE_POLICY_H
#define BAUD_CORE_POLICY_H

#include "stream/ghost.h"

typedef struct policy policy;

/* Null where the learner does not answer for its policy. The scene is borrowed for the reading. */
int policy_open(policy **out, scene *c, baud_error *error);
void policy_close(policy *p);

/* Lane 0 begins an episode that is to be recorded: copies the learner. */
void policy_begin(policy *p);
/* Lane 0's step, as the stage's arrays have it, before the learner learns from it. */
void policy_step(policy *p);
/* Lane 0's episode has ended. `after` is overwritten. */
int policy_end(policy *p, ghost *after, double *bits, baud_error *error);
uint32_t policy_steps(const policy *p); /* recorded in the last one */

/* '=', or '>' where an episode may be longer than what is recorded of it: the sum over a part of the states. */
char policy_mark(const policy *p);

/* KL(after || before) of what lane 0's sealed answers say of the action, bits, summed over its elements. Categories are
 * floored as in scores; normals by the closed form. */
double policy_divergence(const answers *after, const answers *before);

#endif
