/* baud/policy_gradient.h - a tabular softmax policy and its score function, inline: what REINFORCE, RLOO and GRPO
 * have in common. The policy pi(.|s) = softmax(theta[s]) is kept as a table beside its logits, so that acting costs
 * no exponential; whoever changes a row of logits refreshes that row.
 *
 * The one thing to know: an episode of any length is kept in constant memory. All that the gradient of a whole
 * episode needs is the sum over its steps of grad log pi(a_t|s_t) = onehot(a_t) - pi(.|s_t), and the list of the
 * states in which it is not zero. Each step is booked with the policy that acted, also where another lane's
 * episode ends, and changes the policy, before this one does.
 */
#ifndef BAUD_POLICY_GRADIENT_H
#define BAUD_POLICY_GRADIENT_H

#include "baud/tabular.h"

#ifdef __cplusplus
extern "C" {
#endif

/* row[0..n) += weight * grad log pi(action), with respect to the logits. */
static inline void baud_score_add(double *row, const double *policy, uint32_t n, uint32_t action, double weight) {
  for (uint32_t i = 0; i < n; i++) row[i] -= weight * policy[i];
  row[action] += weight;
}

/* ---- A group of episodes that is judged together ------------------------------------------------------- */

/* Blocks of a learner that judges episodes by their group, in this order; own ones follow. */
enum {
  BAUD_GROUP_LOGITS,   /* [states][actions] theta */
  BAUD_GROUP_POLICY,   /* [states][actions] softmax of it */
  BAUD_GROUP_RANDOM,   /* [lane] */
  BAUD_GROUP_SCORE,    /* [lane][states][actions] sum of the running episode's scores */
  BAUD_GROUP_VISITS,   /* [lane][states] its steps */
  BAUD_GROUP_TOUCHED,  /* [lane][1 + states] their number, then the states that it visited */
  BAUD_GROUP_RETURN,   /* [lane] sum of its rewards */
  BAUD_GROUP_SUM,      /* [states][actions] sum over the group's finished episodes of their scores */
  BAUD_GROUP_WEIGHTED, /* the same, each times its return's distance from the first one's */
  BAUD_GROUP_STEPS,    /* [states] the group's visits */
  BAUD_GROUP_LIST,     /* [1 + states] the states that it touched */
  BAUD_GROUP_STATS,    /* baud_group_stats */
  BAUD_GROUP_BLOCKS
};

/* The group's returns so far. Distances from the first return, so that equal returns differ by exactly 0. */
typedef struct baud_group_stats {
  double members, first, sum, squares;
} baud_group_stats;

/* Takes in the return of a member; its distance from the first one's. */
static inline double baud_group_enter(baud_group_stats *stats, double gain) {
  if (stats->members == 0.0) stats->first = gain;
  double distance = gain - stats->first;
  stats->members += 1.0;
  stats->sum += distance;
  stats->squares += distance * distance;
  return distance;
}

/* 1 / (the returns' standard deviation, that of a sample, + epsilon); 0 where all are equal, whatever epsilon. */
static inline double baud_group_scale(const baud_group_stats *stats, double epsilon) {
  double variance = (stats->squares - stats->sum * stats->sum / stats->members) / (stats->members - 1.0);
  return variance > 0.0 ? 1.0 / (sqrt(variance) + epsilon) : 0.0;
}

static inline void baud_group_declare(const baud_table *table, baud_block *blocks) {
  uint64_t pairs = baud_pairs(table), states = table->states;
  blocks[BAUD_GROUP_LOGITS] = baud_block_of(BAUD_F64, BAUD_WEIGHT, 0, pairs, "logits");
  blocks[BAUD_GROUP_POLICY] = baud_block_of(BAUD_F64, BAUD_WEIGHT, 0, pairs, "policy");
  blocks[BAUD_GROUP_RANDOM] = baud_block_of(BAUD_U64, BAUD_RNG, BAUD_PER_LANE, 1, "random");
  blocks[BAUD_GROUP_SCORE] = baud_block_of(BAUD_F64, BAUD_TRACE, BAUD_PER_LANE, pairs, "score");
  blocks[BAUD_GROUP_VISITS] = baud_block_of(BAUD_U64, BAUD_TRACE, BAUD_PER_LANE, states, "visits");
  blocks[BAUD_GROUP_TOUCHED] = baud_block_of(BAUD_I32, BAUD_TRACE, BAUD_PER_LANE, states + 1, "touched");
  blocks[BAUD_GROUP_RETURN] = baud_block_of(BAUD_F64, BAUD_TRACE, BAUD_PER_LANE, 1, "return");
  blocks[BAUD_GROUP_SUM] = baud_block_of(BAUD_F64, BAUD_TRACE, 0, pairs, "group_score");
  blocks[BAUD_GROUP_WEIGHTED] = baud_block_of(BAUD_F64, BAUD_TRACE, 0, pairs, "group_weighted");
  blocks[BAUD_GROUP_STEPS] = baud_block_of(BAUD_U64, BAUD_TRACE, 0, states, "group_visits");
  blocks[BAUD_GROUP_LIST] = baud_block_of(BAUD_I32, BAUD_TRACE, 0, states + 1, "group_touched");
  blocks[BAUD_GROUP_STATS] = baud_block_of(BAUD_F64, BAUD_TRACE, 0, 4, "group_returns");
}

/* The uniform policy, logits 0. */
static inline void baud_group_init(const baud_table *table, void *const *blocks, uint64_t seed) {
  double *policy = (double *)blocks[BAUD_GROUP_POLICY];
  for (uint64_t i = 0; i < baud_pairs(table); i++) policy[i] = 1.0 / table->actions;
  baud_seed_lanes((uint64_t *)blocks[BAUD_GROUP_RANDOM], table->lanes, seed);
}

/* Draws the actions of all lanes and answers for the policy. */
static inline void baud_group_predict(const baud_table *table, void *const *blocks, const baud_tick *tick) {
  const double *policy = (const double *)blocks[BAUD_GROUP_POLICY];
  uint64_t *random = (uint64_t *)blocks[BAUD_GROUP_RANDOM];
  for (uint32_t lane = 0; lane < table->lanes; lane++) {
    uint64_t row = (uint64_t)baud_table_state(table, tick->obs, lane) * table->actions;
    (void)baud_table_act(table, tick, lane, policy + row, &random[lane]);
  }
}

/* Books one step of one lane. */
static inline void baud_group_step(const baud_table *table, void *const *blocks, const baud_outcome *outcome,
                                   uint32_t lane) {
  uint32_t state = baud_table_state(table, outcome->obs, lane);
  uint64_t row = (uint64_t)state * table->actions;
  uint64_t *visits = (uint64_t *)blocks[BAUD_GROUP_VISITS] + (uint64_t)lane * table->states;
  int32_t *touched = (int32_t *)blocks[BAUD_GROUP_TOUCHED] + (uint64_t)lane * (table->states + 1);
  if (visits[state]++ == 0) touched[++touched[0]] = (int32_t)state;
  baud_score_add((double *)blocks[BAUD_GROUP_SCORE] + lane * baud_pairs(table) + row,
                 (const double *)blocks[BAUD_GROUP_POLICY] + row, table->actions,
                 baud_discrete(&table->action, outcome->action, lane), 1.0);
  ((double *)blocks[BAUD_GROUP_RETURN])[lane] += (double)outcome->reward[lane];
}

/* Moves a lane's finished episode into the group, its scores times `weight`, and clears the lane. */
static inline void baud_group_join(const baud_table *table, void *const *blocks, uint32_t lane, double weight) {
  baud_group_stats *stats = (baud_group_stats *)blocks[BAUD_GROUP_STATS];
  double *gain = (double *)blocks[BAUD_GROUP_RETURN] + lane;
  double distance = baud_group_enter(stats, *gain);
  uint64_t *visits = (uint64_t *)blocks[BAUD_GROUP_VISITS] + (uint64_t)lane * table->states;
  int32_t *touched = (int32_t *)blocks[BAUD_GROUP_TOUCHED] + (uint64_t)lane * (table->states + 1);
  uint64_t *steps = (uint64_t *)blocks[BAUD_GROUP_STEPS];
  int32_t *list = (int32_t *)blocks[BAUD_GROUP_LIST];
  for (int32_t i = 1; i <= touched[0]; i++) {
    uint32_t state = (uint32_t)touched[i];
    uint64_t row = (uint64_t)state * table->actions;
    double *score = (double *)blocks[BAUD_GROUP_SCORE] + lane * baud_pairs(table) + row;
    double *sum = (double *)blocks[BAUD_GROUP_SUM] + row, *weighted = (double *)blocks[BAUD_GROUP_WEIGHTED] + row;
    for (uint32_t action = 0; action < table->actions; action++) {
      sum[action] += weight * score[action];
      weighted[action] += weight * score[action] * distance;
      score[action] = 0.0;
    }
    if (steps[state] == 0) list[++list[0]] = (int32_t)state;
    steps[state] += visits[state];
    visits[state] = 0;
  }
  touched[0] = 0;
  *gain = 0.0;
}

/* The steps that a lane's running episode has taken. */
static inline uint64_t baud_group_length(const baud_table *table, void *const *blocks, uint32_t lane) {
  const uint64_t *visits = (const uint64_t *)blocks[BAUD_GROUP_VISITS] + (uint64_t)lane * table->states;
  const int32_t *touched = (const int32_t *)blocks[BAUD_GROUP_TOUCHED] + (uint64_t)lane * (table->states + 1);
  uint64_t length = 0;
  for (int32_t i = 1; i <= touched[0]; i++) length += visits[touched[i]];
  return length;
}

/* row += rate * -grad KL(pi || uniform), whose derivative by logit a is pi(a) (log(pi(a) A) - KL). */
static inline void baud_pull_to_uniform(double *row, const double *policy, uint32_t n, double rate) {
  double divergence = 0.0;
  for (uint32_t i = 0; i < n; i++) divergence += policy[i] > 0.0 ? policy[i] * log(policy[i] * n) : 0.0;
  for (uint32_t i = 0; i < n; i++)
    row[i] -= policy[i] > 0.0 ? rate * policy[i] * (log(policy[i] * n) - divergence) : 0.0;
}

/* Steps the logits by rate * sum over members of (return - the group's mean return) * scores, and by
 * pull * visits * -grad KL to the initial, uniform policy in each state visited; then empties the group. */
static inline void baud_group_apply(const baud_table *table, void *const *blocks, double rate, double pull) {
  baud_group_stats *stats = (baud_group_stats *)blocks[BAUD_GROUP_STATS];
  double mean = stats->sum / stats->members;
  uint64_t *steps = (uint64_t *)blocks[BAUD_GROUP_STEPS];
  int32_t *list = (int32_t *)blocks[BAUD_GROUP_LIST];
  for (int32_t i = 1; i <= list[0]; i++) {
    uint64_t row = (uint64_t)list[i] * table->actions;
    double *logits = (double *)blocks[BAUD_GROUP_LOGITS] + row, *policy = (double *)blocks[BAUD_GROUP_POLICY] + row;
    double *sum = (double *)blocks[BAUD_GROUP_SUM] + row, *weighted = (double *)blocks[BAUD_GROUP_WEIGHTED] + row;
    int moved = pull > 0.0;
    if (moved) baud_pull_to_uniform(logits, policy, table->actions, pull * (double)steps[list[i]]);
    for (uint32_t action = 0; action < table->actions; action++) {
      double change = rate * (weighted[action] - mean * sum[action]);
      logits[action] += change;
      moved |= change != 0.0;
      sum[action] = weighted[action] = 0.0;
    }
    if (moved) baud_softmax(logits, table->actions, policy);
    steps[list[i]] = 0;
  }
  list[0] = 0;
  stats->members = stats->first = stats->sum = stats->squares = 0.0;
}

#ifdef __cplusplus
}
#endif
#endif
