/* baud/regressor.h - a learner that predicts a number, inline: the first field of the observation is the number that has just
 * come, all others are features of the one that comes next (baud/features.h). The prediction is its action, where the
 * environment takes one number; and, with the deviation of its late errors, its answer on what comes.
 */
#ifndef BAUD_REGRESSOR_H
#define BAUD_REGRESSOR_H

#include "baud/features.h"

#ifdef __cplusplus
extern "C" {
#endif

typedef struct baud_regressor {
  baud_features features; /* of all fields but the first */
  uint64_t asks_number;   /* mask of the questions for the next number */
} baud_regressor;

static inline uint64_t baud_regressor_accept(baud_learner_setup *setup) {
  uint64_t accepted = 0;
  for (uint32_t i = 0; i < setup->n_questions && i < 64; i++) {
    baud_question *q = &setup->questions[i];
    if (q->target != BAUD_ASK_OBSERVATION || q->field != 0 || q->horizon > 1) continue;
    if (!(q->forms & 1u << BAUD_FORM_NORMAL) || q->width_normal != 2) continue;
    q->form = BAUD_FORM_NORMAL;
    accepted |= (uint64_t)1 << i;
  }
  return accepted;
}

/* Finds its place, subscribes to the observation alone, takes the questions for the next number and declines all others.
 * Fails with a sentence where there is no number to predict, or none to act by. */
static inline int32_t baud_regressor_open(const baud_host *host, baud_learner_setup *setup, baud_regressor *r) {
  if (!(setup->channels & BAUD_MASK(BAUD_CH_OBSERVATION)) || setup->n_obs < 2 || setup->obs[0].categories || setup->obs[0].count != 1)
    return host->fail(host, BAUD_EARG, "predicts a number from what else is seen: the first field of the observation must be one "
                                       "continuous number, and there must be others, as in slow_change");
  if (setup->action->categories || setup->action->count != 1)
    return host->fail(host, BAUD_EARG, "acts by its prediction, but the environment's action is not one continuous number");
  baud_learner_setup others = *setup;
  others.obs = setup->obs + 1;
  others.n_obs = setup->n_obs - 1;
  int32_t code = baud_features_open(host, &others, 0, &r->features);
  if (code != BAUD_OK) return code;
  setup->subscribed = BAUD_MASK(BAUD_CH_OBSERVATION);
  for (uint32_t i = 0; i < setup->n_questions; i++) setup->questions[i].form = 0;
  r->asks_number = baud_regressor_accept(setup);
  return BAUD_OK;
}

/* Lane `lane`'s features into x [features]. */
static inline void baud_regressor_row(const baud_regressor *r, const void *const *obs, uint32_t lane, float *x) {
  baud_features_row(&r->features, obs + 1, lane, x);
}

/* Its error {mean of late squares, how many were seen} takes in one more: the mean of all, then of about the last thousand. */
static inline void baud_regressor_judge(double *error, double delta) {
  error[1] += 1.0;
  error[0] += fmax(1.0 / error[1], 1e-3) * (delta * delta - error[0]);
}

/* The lane's prediction, as action and as answer. */
static inline void baud_regressor_say(const baud_regressor *r, const baud_tick *tick, uint32_t lane, float prediction, const double *error) {
  double deviation = error[1] > 0.0 ? sqrt(error[0]) + 1e-3 : 1.0;
  for (uint64_t asked = tick->ask & r->asks_number; asked; asked &= asked - 1) {
    float *answer = tick->answer[__builtin_ctzll(asked)] + 2 * (uint64_t)lane;
    answer[0] = prediction;
    answer[1] = (float)deviation;
  }
  if (!tick->action_given) ((float *)tick->action)[lane] = prediction;
}

#ifdef __cplusplus
}
#endif
#endif
