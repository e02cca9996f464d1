/* baud/features.h - a learner with a network finds its place in a trial: observations as rows of features, the action as
 * one discrete choice or a row of numbers, and which questions it answers for its policy. Nothing here keeps state.
 *
 * A continuous element is a feature as it is; a discrete one of two categories is one feature, 0 or 1; one of more is
 * one-hot. Fields follow each other in their order.
 */
#ifndef BAUD_FEATURES_H
#define BAUD_FEATURES_H

#include <string.h>

#include "baud/tabular.h"

#ifdef __cplusplus
extern "C" {
#endif

enum { BAUD_FEATURE_FIELDS = 16, BAUD_MOST_FEATURES = 65536 };

typedef struct baud_features {
  uint32_t lanes, n_fields;
  uint32_t n;            /* features a lane; 1 that is always 0 where nothing is observed */
  uint32_t choices;      /* actions to choose among; 0: the action is a row of numbers */
  uint32_t dimensions;   /* of a continuous action */
  uint64_t asks_action;  /* mask of the questions that ask for the policy; all of them are answered */
  baud_field action, field[BAUD_FEATURE_FIELDS];
} baud_features;

/* Features that one element of a field makes. */
static inline uint32_t baud_features_of(const baud_field *field) { return field->categories > 2 ? field->categories : 1; }

/* The questions for the policy in the form that its actions have; their mask. */
static inline uint64_t baud_features_accept(baud_learner_setup *setup, const baud_features *f) {
  uint64_t accepted = 0;
  if (f->choices) return baud_accept(setup, BAUD_ASK_ACTION, 0, f->choices);
  for (uint32_t i = 0; i < setup->n_questions && i < 64; i++) {
    baud_question *question = &setup->questions[i];
    if (question->target != BAUD_ASK_ACTION || question->horizon > 1) continue;
    if (!(question->forms & 1u << BAUD_FORM_NORMAL) || question->width_normal != 2 * f->dimensions) continue;
    question->form = BAUD_FORM_NORMAL;
    accepted |= (uint64_t)1 << i;
  }
  return accepted;
}

/* Finds sizes, subscribes to the `needs` channels and to the observation where it crosses, takes the questions for the
 * policy and declines all others. Fails with a sentence where the place is not one for a network. */
static inline int32_t baud_features_open(const baud_host *host, baud_learner_setup *setup, uint32_t needs, baud_features *f) {
  static const char *const missing[BAUD_CHANNELS] = {
    "needs the observation channel, which this experiment does not let through: add \"observation\" to its channels",
    "learns from the reward channel, which this experiment does not let through: add \"reward\" to its channels",
    "learns from demonstrations, which this experiment does not let through: add \"demonstration\" to its channels"
  };
  for (uint32_t i = 0; i < BAUD_CHANNELS; i++)
    if (needs & ~setup->channels & BAUD_MASK(i)) return host->fail(host, BAUD_EARG, missing[i]);
  if (setup->action->categories > 0 && setup->action->count != 1)
    return host->fail(host, BAUD_EARG, "needs one discrete action or continuous ones, but the environment's has several discrete parts: "
                                       "choose a learner for such actions");
  memset(f, 0, sizeof *f);
  f->lanes = setup->lanes;
  f->action = *setup->action;
  f->choices = setup->action->categories;
  f->dimensions = f->choices ? 0 : setup->action->count;
  f->n_fields = setup->channels & BAUD_MASK(BAUD_CH_OBSERVATION) ? setup->n_obs : 0;
  if (f->n_fields > BAUD_FEATURE_FIELDS) return host->fail(host, BAUD_EARG, "takes at most 16 observation fields: join some of them");
  uint64_t n = 0;
  for (uint32_t i = 0; i < f->n_fields; i++) {
    f->field[i] = setup->obs[i];
    n += (uint64_t)baud_features_of(&setup->obs[i]) * setup->obs[i].count;
  }
  if (n > BAUD_MOST_FEATURES)
    return host->fail(host, BAUD_EARG, "would see more than 65536 features, one for each category of each element: choose a smaller world");
  f->n = n ? (uint32_t)n : 1;
  setup->subscribed = needs | (n ? BAUD_MASK(BAUD_CH_OBSERVATION) : 0u);
  for (uint32_t i = 0; i < setup->n_questions; i++) setup->questions[i].form = 0;
  f->asks_action = baud_features_accept(setup, f);
  return BAUD_OK;
}

/* Draws the lane's choice from policy[0..choices), unless it is given, and answers for the policy. The choice. */
static inline uint32_t baud_features_act(const baud_features *f, const baud_tick *tick, uint32_t lane, const double *policy, uint64_t *random) {
  baud_answer(tick, f->asks_action, lane, policy, f->choices);
  if (tick->action_given) return baud_discrete(&f->action, tick->action, lane);
  uint32_t action = baud_categorical(random, policy, f->choices);
  baud_write_discrete(&f->action, tick->action, lane, action);
  return action;
}

/* A discrete field's elements as features; where the last one's end. */
static inline float *baud_features_expand(const baud_field *field, const void *data, uint32_t lane, float *x) {
  uint32_t width = baud_features_of(field);
  for (uint64_t i = (uint64_t)lane * field->count, end = i + field->count; i < end; i++, x += width) {
    uint32_t value = field->dtype == BAUD_U8 ? ((const uint8_t *)data)[i] : (uint32_t)((const int32_t *)data)[i];
    if (width == 1) {
      x[0] = (float)value;
    } else {
      memset(x, 0, width * sizeof *x);
      x[value] = 1.0f;
    }
  }
  return x;
}

/* Lane `lane`'s features, x [n], of a tick's or an outcome's observations. */
static inline void baud_features_row(const baud_features *f, const void *const *obs, uint32_t lane, float *x) {
  if (f->n_fields == 0) x[0] = 0.0f;
  for (uint32_t i = 0; i < f->n_fields; i++) {
    const baud_field *field = &f->field[i];
    if (field->categories == 0) {
      memcpy(x, (const float *)obs[i] + (uint64_t)lane * field->count, field->count * sizeof *x);
      x += field->count;
    } else {
      x = baud_features_expand(field, obs[i], lane, x);
    }
  }
}

/* All lanes' features, x [lanes][n]. */
static inline void baud_features_rows(const baud_features *f, const void *const *obs, float *x) {
  for (uint32_t lane = 0; lane < f->lanes; lane++) baud_features_row(f, obs, lane, x + (uint64_t)lane * f->n);
}

/* Where a single continuous field is all that is observed, its rows are the features already: then they need no copy. */
static inline const float *baud_features_in_place(const baud_features *f, const void *const *obs) {
  return f->n_fields == 1 && f->field[0].categories == 0 ? (const float *)obs[0] : NULL;
}

#ifdef __cplusplus
}
#endif
#endif
