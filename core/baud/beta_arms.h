/* baud/beta_arms.h - Bayesian knowledge of Bernoulli arms, inline: what the bandit learners have in common.
 *
 * Each arm pays 1 with an unknown chance theta, else 0. From the prior Beta(prior_success, prior_failure), s ones and
 * f zeros lead to the posterior Beta(prior_success + s, prior_failure + f) and to the predictive
 * P(1) = (prior_success + s) / (prior_success + prior_failure + s + f). Duan et al. (2016) let all learners "start at
 * 1 success in 2 pulls": Beta(1, 1).
 *
 * The one thing to know: a learner is a baud_arms_rule, what it pulls and with which probability it pulls it; the
 * rest is here. Observations are not subscribed; all lanes pull arms of one world, add to the same counts in the
 * order of lanes, and see them as they stood at the beginning of the tick.
 */
#ifndef BAUD_BETA_ARMS_H
#define BAUD_BETA_ARMS_H

#include "baud/tabular.h"

#ifdef __cplusplus
extern "C" {
#endif

/* Parameters that open each table of a bandit learner, in this order; own ones follow. */
enum { BAUD_ARMS_PRIOR_SUCCESS, BAUD_ARMS_PRIOR_FAILURE, BAUD_ARMS_PARAMS };
#define BAUD_ARMS_PARAM_ROWS \
  BAUD_PARAM_FLOAT("prior_success", 1, 0.5, 1e6, "pulls", "the prior's successes: theta ~ Beta(success, failure)"), \
  BAUD_PARAM_FLOAT("prior_failure", 1, 0.5, 1e6, "pulls", "the prior's failures")

/* How a tie for the best arm ends. Always the first: it explores less, and is what numpy's argmax does. */
enum { BAUD_TIES_RANDOM = 0, BAUD_TIES_FIRST = 1, BAUD_TIES = 2 };
#define BAUD_TIES_NAMES { "random", "first" }
#define BAUD_PARAM_TIES(names) \
  BAUD_PARAM_CHOICE("ties", BAUD_TIES_RANDOM, names, BAUD_TIES, "which of equal arms is pulled: any, or the first")

enum {
  BAUD_ARMS_SUCCESSES, /* [arm] ones that it paid */
  BAUD_ARMS_FAILURES,  /* [arm] zeros */
  BAUD_ARMS_RANDOM,    /* [lane] */
  BAUD_ARMS_POSTERIOR, /* the two rows of baud_belief, then the policy */
  BAUD_ARMS_SCRATCH,   /* the rule's own */
  BAUD_ARMS_BLOCKS
};

/* A learner's place, filled in by baud_arms_open; part of its model. */
typedef struct baud_arms {
  const baud_host *host;
  baud_table table;
  double prior_success, prior_failure;
  uint64_t asks_reward;                /* mask of the questions that ask for the reward */
  uint32_t reward_width, at_zero, at_one; /* their number of answers, which of them stand for 0 and for 1 */
  baud_block blocks[BAUD_ARMS_BLOCKS];
} baud_arms;

/* What is known of the arms at this tick: theta_i ~ Beta(success[i], failure[i]), the prior's counts included. */
typedef struct baud_belief {
  uint32_t arms;
  const double *success, *failure; /* [arm] */
  double *scratch;                 /* as many as the learner asked for */
} baud_belief;

typedef struct baud_arms_rule {
  uint32_t (*choose)(const void *model, const baud_belief *belief, uint64_t *random); /* the arm to be pulled */
  void (*policy)(const void *model, const baud_belief *belief, double *policy);       /* P(choose = i) into [arm] */
} baud_arms_rule;

static inline double baud_belief_pulls(const baud_belief *belief, uint32_t arm) {
  return belief->success[arm] + belief->failure[arm];
}
static inline double baud_belief_mean(const baud_belief *belief, uint32_t arm) {
  return belief->success[arm] / baud_belief_pulls(belief, arm);
}

/* ---- Opening -------------------------------------------------------------------------------------------- */

/* Takes the questions for the reward whose answers stand for 0, for 1, and maybe for others. */
static inline void baud_arms_accept_reward(baud_learner_setup *setup, baud_arms *arms) {
  for (uint32_t i = 0; i < setup->n_questions && i < 64; i++) {
    baud_question *question = &setup->questions[i];
    uint32_t width = question->width_categorical, zero = width, one = width;
    if (question->target != BAUD_ASK_REWARD || question->values == NULL || question->horizon > 1) continue;
    if (!(question->forms & 1u << BAUD_FORM_CATEGORICAL)) continue;
    for (uint32_t j = 0; j < width; j++) {
      if (question->values[j] == 0.0) zero = j;
      if (question->values[j] == 1.0) one = j;
    }
    if (zero == width || one == width || (arms->asks_reward != 0 && width != arms->reward_width)) continue;
    arms->reward_width = width;
    arms->at_zero = zero;
    arms->at_one = one;
    question->form = BAUD_FORM_CATEGORICAL;
    arms->asks_reward |= (uint64_t)1 << i;
  }
}

/* Finds sizes, subscribes to the reward alone, takes the questions for policy and reward, declares the blocks;
 * `scratch`: how many numbers the rule needs. values: the learner's own, which BAUD_ARMS_PARAM_ROWS opens. */
static inline int32_t baud_arms_open(const baud_host *host, const baud_value *values, baud_learner_setup *setup,
                                     uint64_t scratch, baud_arms *arms) {
  uint32_t channels = setup->channels;
  setup->channels &= BAUD_MASK(BAUD_CH_REWARD); /* an arm has no state: observations would be received to no use */
  int32_t code = baud_table_open(host, setup, BAUD_MASK(BAUD_CH_REWARD), &arms->table);
  setup->channels = channels;
  if (code != BAUD_OK) return code;
  arms->host = host;
  arms->prior_success = values[BAUD_ARMS_PRIOR_SUCCESS].f;
  arms->prior_failure = values[BAUD_ARMS_PRIOR_FAILURE].f;
  baud_arms_accept_reward(setup, arms);
  uint64_t n = arms->table.actions;
  arms->blocks[BAUD_ARMS_SUCCESSES] = baud_block_of(BAUD_F64, BAUD_WEIGHT, 0, n, "successes");
  arms->blocks[BAUD_ARMS_FAILURES] = baud_block_of(BAUD_F64, BAUD_WEIGHT, 0, n, "failures");
  arms->blocks[BAUD_ARMS_RANDOM] = baud_block_of(BAUD_U64, BAUD_RNG, BAUD_PER_LANE, 1, "random");
  arms->blocks[BAUD_ARMS_POSTERIOR] = baud_block_of(BAUD_F64, BAUD_SCRATCH, 0, 3 * n, "posterior");
  arms->blocks[BAUD_ARMS_SCRATCH] = baud_block_of(BAUD_F64, BAUD_SCRATCH, 0, scratch > 0 ? scratch : 1, "scratch");
  setup->blocks = arms->blocks;
  setup->n_blocks = BAUD_ARMS_BLOCKS;
  return BAUD_OK;
}

static inline int32_t baud_arms_init(const baud_arms *arms, void *const *blocks, uint64_t seed) {
  baud_seed_lanes((uint64_t *)blocks[BAUD_ARMS_RANDOM], arms->table.lanes, seed);
  return BAUD_OK;
}

/* ---- One tick ------------------------------------------------------------------------------------------- */

/* The predictive of the pulled arm's reward. */
static inline void baud_arms_answer_reward(const baud_arms *arms, const baud_tick *tick, uint32_t lane, double mean) {
  for (uint64_t asked = tick->ask & arms->asks_reward; asked; asked &= asked - 1) {
    float *answer = tick->answer[__builtin_ctzll(asked)] + (uint64_t)lane * arms->reward_width;
    for (uint32_t i = 0; i < arms->reward_width; i++) answer[i] = 0.0f;
    answer[arms->at_zero] = (float)(1.0 - mean);
    answer[arms->at_one] = (float)mean;
  }
}

static inline int32_t baud_arms_predict(const baud_arms *arms, void *const *blocks, const baud_tick *tick,
                                        const baud_arms_rule *rule, const void *model) {
  const baud_table *table = &arms->table;
  const double *successes = (const double *)blocks[BAUD_ARMS_SUCCESSES];
  const double *failures = (const double *)blocks[BAUD_ARMS_FAILURES];
  uint64_t *random = (uint64_t *)blocks[BAUD_ARMS_RANDOM];
  double *success = (double *)blocks[BAUD_ARMS_POSTERIOR], *failure = success + table->actions;
  double *policy = failure + table->actions;
  for (uint32_t i = 0; i < table->actions; i++) {
    success[i] = arms->prior_success + successes[i];
    failure[i] = arms->prior_failure + failures[i];
  }
  baud_belief belief = { table->actions, success, failure, (double *)blocks[BAUD_ARMS_SCRATCH] };
  int asked = (tick->ask & table->asks_action) != 0;
  if (asked) rule->policy(model, &belief, policy);
  for (uint32_t lane = 0; lane < table->lanes; lane++) {
    if (asked) baud_answer(tick, table->asks_action, lane, policy, table->actions);
    if (!tick->action_given)
      baud_write_discrete(&table->action, tick->action, lane, rule->choose(model, &belief, &random[lane]));
    if (!(tick->ask & arms->asks_reward)) continue;
    uint32_t arm = baud_discrete(&table->action, tick->action, lane);
    baud_arms_answer_reward(arms, tick, lane, baud_belief_mean(&belief, arm));
  }
  return BAUD_OK;
}

/* Bayes' rule: a count. Rewards other than 0 and 1 have no place in it and are refused. */
static inline int32_t baud_arms_learn(const baud_arms *arms, void *const *blocks, const baud_outcome *outcome) {
  double *successes = (double *)blocks[BAUD_ARMS_SUCCESSES], *failures = (double *)blocks[BAUD_ARMS_FAILURES];
  for (uint32_t lane = 0; lane < arms->table.lanes; lane++) {
    uint32_t arm = baud_discrete(&arms->table.action, outcome->action, lane);
    float reward = outcome->reward[lane];
    if (reward == 1.0f) {
      successes[arm] += 1.0;
    } else if (reward == 0.0f) {
      failures[arm] += 1.0;
    } else {
      return arms->host->fail(arms->host, BAUD_EARG, "counts successes and failures, but was given a reward other than "
                                                     "0 and 1: choose a reward scheme whose rewards are 0 and 1");
    }
  }
  return BAUD_OK;
}

/* ---- Rules that pull the arm of the largest index ---------------------------------------------------------- */

/* The arm of the largest index x[0..n). */
static inline uint32_t baud_arms_best(const double *x, uint32_t n, int64_t ties, uint64_t *random) {
  if (ties == BAUD_TIES_RANDOM) return baud_argmax(x, n, random);
  uint32_t best = 0;
  for (uint32_t i = 1; i < n; i++) best = x[i] > x[best] ? i : best;
  return best;
}

/* P(arm i is pulled) of one who pulls baud_arms_best but, with chance epsilon, any arm. */
static inline void baud_arms_best_policy(const double *x, uint32_t n, int64_t ties, double epsilon, double *policy) {
  baud_greedy_policy(x, n, epsilon, policy);
  if (ties == BAUD_TIES_RANDOM) return;
  uint32_t best = baud_arms_best(x, n, ties, NULL);
  for (uint32_t i = 0; i < n; i++) policy[i] = epsilon / n + (i == best ? 1.0 - epsilon : 0.0);
}

#ifdef __cplusplus
}
#endif
#endif
