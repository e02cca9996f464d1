/* probe.h - what a frozen copy of the learner is worth on fresh episodes: its loss now, how much less that is than the
 * loss of the copy frozen at the last power of two (learning progress), and what the learner has paid for having had to
 * learn (forgone); beside them how much an episode changed the policy (policy.h).
 *
 * The copies play episodes of their own in the trial's world, from seeds of their own, in arrays of their own, until they
 * have lasted `probe_steps` steps together; the present copy acts, the earlier one predicts beside it, so that both are
 * held to the same symbols. The trial goes on as if nothing had been. At the default rate that happens after episodes 1,
 * 2, 4, 8, .. as far as half a percent of the steps taken pays for it, which is below one percent of the cheapest trial.
 */
#ifndef BAUD_CORE_PROBE_H
#define BAUD_CORE_PROBE_H

#include "stream/policy.h"
#include "stream/stream.h"

typedef struct probe probe;

/* Null where no probes are asked for. */
int probe_open(probe **out, stage *s, const stream_books *books, baud_error *error);
void probe_close(probe *p);

/* Before the first tick of an episode in lane 0, the trial having seen so many. 1 when its steps are recorded: probe_step
 * then is to be called for each, before the learner learns. */
int probe_begin(probe *p, uint64_t episodes, uint64_t steps);
void probe_step(probe *p);

/* An episode, number `episode` from 0, has ended in a lane, and its code lengths are in the books; `steps`: of the trial so
 * far. Writes figures: 1 when there were any, 0 when not, or a negative code. */
int probe_episode(probe *p, uint32_t lane, uint64_t episode, uint64_t steps, int is_last, double figure[FIGURES], baud_error *error);

/* Marks of the figures that probe_episode writes. */
void probe_marks(const probe *p, char marks[FIGURES]);

#endif
