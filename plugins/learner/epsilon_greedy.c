/* Epsilon-greedy: with chance epsilon it pulls any arm, else the one whose posterior mean is the largest.
 *   argmax over i of s_i / n_i
 * of s_i successes in n_i pulls, the prior's included. Duan et al. (2016), Table 1, tuned epsilon for each row and
 * pulled the first of equal arms (ties = first).
 */
#include <stdlib.h>

#include "baud/beta_arms.h"

enum { EPSILON_GREEDY_PARAM_TIES = BAUD_ARMS_PARAMS, EPSILON_GREEDY_PARAM_EPSILON, EPSILON_GREEDY_PARAMS };
static const char *const epsilon_greedy_ties[] = BAUD_TIES_NAMES;
static const baud_param epsilon_greedy_params[EPSILON_GREEDY_PARAMS] = {
  BAUD_ARMS_PARAM_ROWS, BAUD_PARAM_TIES(epsilon_greedy_ties),
  BAUD_PARAM_LIVE_FLOAT("epsilon", 0.05, 0, 1, "", "chance of a pull that is drawn from all arms alike")
};

typedef struct epsilon_greedy_model {
  baud_arms arms;
  int64_t ties;
  double epsilon;
} epsilon_greedy_model;

static int32_t epsilon_greedy_create(const baud_host *host, const baud_value *values, baud_learner_setup *setup,
                                     void **model) {
  epsilon_greedy_model *m = calloc(1, sizeof *m);
  if (m == NULL) return host->fail(host, BAUD_ENOMEM, "there is no memory for the learner");
  int32_t code = baud_arms_open(host, values, setup, setup->action->categories, &m->arms);
  if (code != BAUD_OK) {
    free(m);
    return code;
  }
  m->ties = values[EPSILON_GREEDY_PARAM_TIES].i;
  m->epsilon = values[EPSILON_GREEDY_PARAM_EPSILON].f;
  *model = m;
  return BAUD_OK;
}

static void epsilon_greedy_destroy(void *model) { free(model); }

static int32_t epsilon_greedy_init(const void *model, void *const *blocks, uint64_t seed) {
  return baud_arms_init(&((const epsilon_greedy_model *)model)->arms, blocks, seed);
}

static const double *epsilon_greedy_index(const baud_belief *belief) {
  for (uint32_t i = 0; i < belief->arms; i++) belief->scratch[i] = baud_belief_mean(belief, i);
  return belief->scratch;
}

static uint32_t epsilon_greedy_choose(const void *model, const baud_belief *belief, uint64_t *random) {
  const epsilon_greedy_model *m = model;
  if (baud_bernoulli(random, m->epsilon)) return baud_below(random, belief->arms);
  return baud_arms_best(epsilon_greedy_index(belief), belief->arms, m->ties, random);
}

static void epsilon_greedy_policy(const void *model, const baud_belief *belief, double *policy) {
  const epsilon_greedy_model *m = model;
  baud_arms_best_policy(epsilon_greedy_index(belief), belief->arms, m->ties, m->epsilon, policy);
}

static const baud_arms_rule epsilon_greedy_rule = { epsilon_greedy_choose, epsilon_greedy_policy };

static int32_t epsilon_greedy_predict(const void *model, void *const *blocks, const baud_tick *tick) {
  return baud_arms_predict(&((const epsilon_greedy_model *)model)->arms, blocks, tick, &epsilon_greedy_rule, model);
}

static int32_t epsilon_greedy_learn(const void *model, void *const *blocks, const baud_outcome *outcome) {
  return baud_arms_learn(&((const epsilon_greedy_model *)model)->arms, blocks, outcome);
}

static const baud_learner_ops epsilon_greedy_ops = { BAUD_SIZE(baud_learner_ops), 0, epsilon_greedy_create,
                                                     epsilon_greedy_destroy, epsilon_greedy_init,
                                                     epsilon_greedy_predict, epsilon_greedy_learn };

static const baud_unit epsilon_greedy_unit = {
  BAUD_SIZE(baud_unit), BAUD_LEARNER, 1, 1, "baud.epsilon_greedy", "Epsilon-greedy arms",
  "Pulls the arm of the largest posterior mean, or with chance epsilon any arm, from Beta-Bernoulli counts. "
  "For rewards 0 and 1; learns from the reward channel alone.",
  epsilon_greedy_params, EPSILON_GREEDY_PARAMS, 0, &epsilon_greedy_ops, NULL
};

BAUD_EXPORT const baud_library baud_plugin_1 = {
  BAUD_SIZE(baud_library), BAUD_MINOR, 0, BAUD_LAYOUT, "baud", "1.0", "MIT", &epsilon_greedy_unit, 1, 0
};
