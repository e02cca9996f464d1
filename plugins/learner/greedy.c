/* Greedy: pulls the arm whose posterior mean is the largest.
 *   argmax over i of s_i / n_i
 * of s_i successes in n_i pulls, the prior's included. It explores only as far as the prior is better than what it has
 * seen, and so may stay with a middling arm for ever. Duan et al. (2016), Table 1, pulled the first of equal arms
 * (ties = first): the published figures come out with it, and not with random ties.
 */
#include <stdlib.h>

#include "baud/beta_arms.h"

enum { GREEDY_PARAM_TIES = BAUD_ARMS_PARAMS, GREEDY_PARAMS };
static const char *const greedy_ties[] = BAUD_TIES_NAMES;
static const baud_param greedy_params[GREEDY_PARAMS] = { BAUD_ARMS_PARAM_ROWS, BAUD_PARAM_TIES(greedy_ties) };

typedef struct greedy_model {
  baud_arms arms;
  int64_t ties;
} greedy_model;

static int32_t greedy_create(const baud_host *host, const baud_value *values, baud_learner_setup *setup, void **model) {
  greedy_model *m = calloc(1, sizeof *m);
  if (m == NULL) return host->fail(host, BAUD_ENOMEM, "there is no memory for the learner");
  int32_t code = baud_arms_open(host, values, setup, setup->action->categories, &m->arms);
  if (code != BAUD_OK) {
    free(m);
    return code;
  }
  m->ties = values[GREEDY_PARAM_TIES].i;
  *model = m;
  return BAUD_OK;
}

static void greedy_destroy(void *model) { free(model); }

static int32_t greedy_init(const void *model, void *const *blocks, uint64_t seed) {
  return baud_arms_init(&((const greedy_model *)model)->arms, blocks, seed);
}

static const double *greedy_index(const baud_belief *belief) {
  for (uint32_t i = 0; i < belief->arms; i++) belief->scratch[i] = baud_belief_mean(belief, i);
  return belief->scratch;
}

static uint32_t greedy_choose(const void *model, const baud_belief *belief, uint64_t *random) {
  return baud_arms_best(greedy_index(belief), belief->arms, ((const greedy_model *)model)->ties, random);
}

static void greedy_policy(const void *model, const baud_belief *belief, double *policy) {
  baud_arms_best_policy(greedy_index(belief), belief->arms, ((const greedy_model *)model)->ties, 0.0, policy);
}

static const baud_arms_rule greedy_rule = { greedy_choose, greedy_policy };

static int32_t greedy_predict(const void *model, void *const *blocks, const baud_tick *tick) {
  return baud_arms_predict(&((const greedy_model *)model)->arms, blocks, tick, &greedy_rule, model);
}

static int32_t greedy_learn(const void *model, void *const *blocks, const baud_outcome *outcome) {
  return baud_arms_learn(&((const greedy_model *)model)->arms, blocks, outcome);
}

static const baud_learner_ops greedy_ops = { BAUD_SIZE(baud_learner_ops), 0, greedy_create, greedy_destroy,
                                             greedy_init, greedy_predict, greedy_learn };

static const baud_unit greedy_unit = {
  BAUD_SIZE(baud_unit), BAUD_LEARNER, 1, 1, "baud.greedy", "Greedy arms",
  "Pulls the arm of the largest posterior mean, from Beta-Bernoulli counts. "
  "For rewards 0 and 1; learns from the reward channel alone.",
  greedy_params, GREEDY_PARAMS, 0, &greedy_ops, NULL
};

BAUD_EXPORT const baud_library baud_plugin_1 = {
  BAUD_SIZE(baud_library), BAUD_MINOR, 0, BAUD_LAYOUT, "baud", "1.0", "MIT", &greedy_unit, 1, 0
};
