/* baud/tabular.h - what tables of states and actions need, inline: reading a discrete state, breaking ties,
 * softmax; and what every learner on a table does alike: finding its place, drawing actions, answering for them.
 * For learners and environments alike; nothing here allocates or keeps state.
 */
#ifndef BAUD_TABULAR_H
#define BAUD_TABULAR_H

#include "baud/plugin.h"
#include "baud/random.h"

#ifdef __cplusplus
extern "C" {
#endif

/* Number of states of a world that field 0 names, or 0 when it is not one discrete scalar. */
static inline uint32_t baud_states(const baud_field *obs, uint32_t n_obs) {
  return n_obs > 0 && obs[0].count == 1 && obs[0].dtype != BAUD_F32 ? obs[0].categories : 0;
}

/* Lane `lane`'s value of a discrete scalar field. */
static inline uint32_t baud_discrete(const baud_field *field, const void *data, uint32_t lane) {
  return field->dtype == BAUD_U8 ? ((const uint8_t *)data)[lane] : (uint32_t)((const int32_t *)data)[lane];
}

/* Index of a largest element; ties are broken at random, each with equal probability. */
static inline uint32_t baud_argmax(const double *x, uint32_t n, uint64_t *random) {
  uint32_t best = 0, ties = 1;
  for (uint32_t i = 1; i < n; i++) {
    if (x[i] > x[best]) {
      best = i;
      ties = 1;
    } else if (x[i] == x[best] && baud_below(random, ++ties) == 0) {
      best = i;
    }
  }
  return best;
}

/* The largest element. */
static inline double baud_largest(const double *x, uint32_t n) {
  double largest = x[0];
  for (uint32_t i = 1; i < n; i++) largest = x[i] > largest ? x[i] : largest;
  return largest;
}

/* p[0..n): uniform over the largest elements with weight 1-epsilon, uniform over all with weight epsilon. */
static inline void baud_greedy_policy(const double *x, uint32_t n, double epsilon, double *p) {
  double largest = baud_largest(x, n);
  uint32_t ties = 0;
  for (uint32_t i = 0; i < n; i++) ties += x[i] == largest;
  for (uint32_t i = 0; i < n; i++) p[i] = epsilon / n + (x[i] == largest ? (1.0 - epsilon) / ties : 0.0);
}

/* p = softmax(logits), shifted by the largest for safety; p may be logits. */
static inline void baud_softmax(const double *logits, uint32_t n, double *p) {
  double largest = logits[0], sum = 0.0;
  for (uint32_t i = 1; i < n; i++) largest = logits[i] > largest ? logits[i] : largest;
  for (uint32_t i = 0; i < n; i++) sum += p[i] = exp(logits[i] - largest);
  for (uint32_t i = 0; i < n; i++) p[i] /= sum;
}

/* Writes lane `lane`'s value of a discrete scalar field. */
static inline void baud_write_discrete(const baud_field *field, void *data, uint32_t lane, uint32_t value) {
  if (field->dtype == BAUD_U8) {
    ((uint8_t *)data)[lane] = (uint8_t)value;
  } else {
    ((int32_t *)data)[lane] = (int32_t)value;
  }
}

/* A row of a block table. */
static inline baud_block baud_block_of(uint32_t dtype, uint32_t role, uint32_t flags, uint64_t count,
                                       const char *name) {
  baud_block block = { BAUD_SIZE(baud_block), dtype, role, flags, count, name };
  return block;
}

/* ---- A learner on a table of states and actions ------------------------------------------------------- */

/* A learner's place in a trial, filled in by baud_table_open. Where no observation crosses, or the world has one
 * state only, all is state 0 and observations are not subscribed: they would be received to no use. */
typedef struct baud_table {
  uint32_t lanes, states, actions;
  uint32_t sees_state;   /* 1: observation field 0 is the state */
  baud_field state, action;
  uint64_t asks_action;  /* mask of the questions that ask for the policy; all of them are answered */
} baud_table;

/* Takes the questions of this kind that have `width` categorical answers; their mask, bit q for question q. */
static inline uint64_t baud_accept(baud_learner_setup *setup, uint32_t target, uint32_t field, uint32_t width) {
  uint64_t accepted = 0;
  for (uint32_t i = 0; i < setup->n_questions && i < 64; i++) {
    baud_question *question = &setup->questions[i];
    if (question->target != target || question->field != field || question->horizon > 1) continue;
    if (!(question->forms & 1u << BAUD_FORM_CATEGORICAL) || question->width_categorical != width) continue;
    question->form = BAUD_FORM_CATEGORICAL;
    accepted |= (uint64_t)1 << i;
  }
  return accepted;
}

/* Finds sizes, subscribes to the `needs` channels and to the state where there is one to see, takes the questions
 * for the policy and declines all others. Fails with a sentence where the place is not one for a table. */
static inline int32_t baud_table_open(const baud_host *host, baud_learner_setup *setup, uint32_t needs,
                                      baud_table *table) {
  static const char *const missing[BAUD_CHANNELS] = {
    "needs the observation channel, which this experiment does not let through: add \"observation\" to its channels",
    "learns from the reward channel, which this experiment does not let through: add \"reward\" to its channels",
    "learns from demonstrations, which this experiment does not let through: add \"demonstration\" to its channels"
  };
  for (uint32_t i = 0; i < BAUD_CHANNELS; i++)
    if (needs & ~setup->channels & BAUD_MASK(i)) return host->fail(host, BAUD_EARG, missing[i]);
  if (setup->action->categories == 0 || setup->action->count != 1)
    return host->fail(host, BAUD_EARG, "needs one discrete action, but the environment's is continuous or has several "
                                       "parts: choose a learner for such actions");
  int may_see = (setup->channels & BAUD_MASK(BAUD_CH_OBSERVATION)) && setup->n_obs > 0;
  if (may_see && baud_states(setup->obs, setup->n_obs) == 0)
    return host->fail(host, BAUD_EARG, "needs a discrete scalar observation field, but the environment's first is not "
                                       "one: choose a tabular environment, or leave the observation channel out");
  uint64_t states = may_see ? setup->obs[0].categories : 1;
  if (states * setup->action->categories >= INT32_MAX)
    return host->fail(host, BAUD_EARG, "has a table of states times actions, which here would be 2^31 entries or more: "
                                       "choose a smaller world");
  table->lanes = setup->lanes;
  table->actions = setup->action->categories;
  table->action = *setup->action;
  table->sees_state = states > 1;
  table->states = (uint32_t)states;
  if (table->sees_state) table->state = setup->obs[0];
  setup->subscribed = needs | (table->sees_state ? BAUD_MASK(BAUD_CH_OBSERVATION) : 0u);
  for (uint32_t i = 0; i < setup->n_questions; i++) setup->questions[i].form = 0;
  table->asks_action = baud_accept(setup, BAUD_ASK_ACTION, 0, table->actions);
  return BAUD_OK;
}

/* Number of state-action pairs; pair of state s and action a is s * actions + a. */
static inline uint64_t baud_pairs(const baud_table *table) { return (uint64_t)table->states * table->actions; }

/* The state of a lane, from a tick's or an outcome's observations. */
static inline uint32_t baud_table_state(const baud_table *table, const void *const *obs, uint32_t lane) {
  return table->sees_state ? baud_discrete(&table->state, obs[0], lane) : 0;
}

/* Writes an answer to all questions of the mask that are asked at this tick. */
static inline void baud_answer(const baud_tick *tick, uint64_t questions, uint32_t lane, const double *p, uint32_t n) {
  for (uint64_t asked = tick->ask & questions; asked; asked &= asked - 1) {
    float *answer = tick->answer[__builtin_ctzll(asked)] + (uint64_t)lane * n;
    for (uint32_t i = 0; i < n; i++) answer[i] = (float)p[i];
  }
}

/* Draws the lane's action from policy[0..actions), unless it is given, and answers for the policy. The action. */
static inline uint32_t baud_table_act(const baud_table *table, const baud_tick *tick, uint32_t lane,
                                      const double *policy, uint64_t *random) {
  baud_answer(tick, table->asks_action, lane, policy, table->actions);
  if (tick->action_given) return baud_discrete(&table->action, tick->action, lane);
  uint32_t action = baud_categorical(random, policy, table->actions);
  baud_write_discrete(&table->action, tick->action, lane, action);
  return action;
}

/* Draws the actions of all lanes epsilon-greedily by q[states][actions], ties at random, and answers for the policy;
 * policy[0..actions) is the caller's scratch. */
static inline void baud_epsilon_greedy(const baud_table *table, const baud_tick *tick, const double *q, double epsilon,
                                       double *policy, uint64_t *random) {
  for (uint32_t lane = 0; lane < table->lanes; lane++) {
    uint64_t row = (uint64_t)baud_table_state(table, tick->obs, lane) * table->actions;
    baud_greedy_policy(q + row, table->actions, epsilon, policy);
    (void)baud_table_act(table, tick, lane, policy, &random[lane]);
  }
}

/* Seeds one generator for each lane: no two share draws. */
static inline void baud_seed_lanes(uint64_t *random, uint32_t lanes, uint64_t seed) {
  for (uint32_t lane = 0; lane < lanes; lane++) random[lane] = baud_split(seed, lane);
}

#ifdef __cplusplus
}
#endif
#endif
