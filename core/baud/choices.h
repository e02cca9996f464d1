/* baud/choices.h - one choice of a few again and again, for a reward in a known range and without a state, inline: what
 * bandits for outer loops have in common. A choice is an arm, a setting of something else, the next task; what it is worth
 * may change while it is used.
 *
 * Observations are not subscribed. Rewards are put on [0, 1] by the parameters low and high, which are to be the range that
 * the reward scheme delivers; what lies outside is refused with a sentence, or counts as the nearer end. All lanes choose by
 * what was known at the beginning of the tick, and what they get is taken in in the order of lanes.
 */
#ifndef BAUD_CHOICES_H
#define BAUD_CHOICES_H

#include "baud/tabular.h"

#ifdef __cplusplus
extern "C" {
#endif

/* Parameters that open each table of such a learner, in this order; own ones follow. */
enum { BAUD_CHOICES_LOW, BAUD_CHOICES_HIGH, BAUD_CHOICES_CLIP, BAUD_CHOICES_PARAMS };
#define BAUD_CHOICES_PARAM_ROWS \
  BAUD_PARAM_FLOAT("low", 0, -1e9, 1e9, "", "the least reward that there can be"), \
  BAUD_PARAM_FLOAT("high", 1, -1e9, 1e9, "", "the largest"), \
  BAUD_PARAM_FLAG("clip", 0, "a reward outside counts as the nearer end, instead of being refused")

/* A learner's place, filled in by baud_choices_open; part of its model. */
typedef struct baud_choices {
  const baud_host *host;
  baud_table table;
  double low, high;
  int64_t clips;
} baud_choices;

/* Finds sizes, subscribes to the reward alone, takes the questions for the policy. values: the learner's own, which
 * BAUD_CHOICES_PARAM_ROWS opens. */
static inline int32_t baud_choices_open(const baud_host *host, const baud_value *values, baud_learner_setup *setup,
                                        baud_choices *choices) {
  uint32_t channels = setup->channels;
  choices->host = host;
  choices->low = values[BAUD_CHOICES_LOW].f;
  choices->high = values[BAUD_CHOICES_HIGH].f;
  choices->clips = values[BAUD_CHOICES_CLIP].i;
  if (!(choices->low < choices->high))
    return host->fail(host, BAUD_EARG, "low is not below high: give the range that rewards lie in");
  setup->channels &= BAUD_MASK(BAUD_CH_REWARD);
  int32_t code = baud_table_open(host, setup, BAUD_MASK(BAUD_CH_REWARD), &choices->table);
  setup->channels = channels;
  return code;
}

/* Lane `lane`'s reward on [0, 1] into *x; fails where it lies outside and is not clipped. */
static inline int32_t baud_choices_reward(const baud_choices *choices, const baud_outcome *outcome, uint32_t lane, double *x) {
  double unit = ((double)outcome->reward[lane] - choices->low) / (choices->high - choices->low);
  *x = fmin(fmax(unit, 0.0), 1.0);
  if (!choices->clips && !(unit >= 0.0 && unit <= 1.0))
    return choices->host->fail(choices->host, BAUD_EARG, "was given a reward outside low .. high: set these to the range that "
                                                         "the reward scheme delivers, or clip = true");
  return BAUD_OK;
}

#ifdef __cplusplus
}
#endif
#endif
