/* UCB1 (Auer, Cesa-Bianchi, Fischer 2002) with a scale c (Audibert and Munos 2011): pulls the arm that could be best,
 *   argmax over i of s_i / n_i + c sqrt(2 ln t / n_i)
 * of s_i successes in n_i pulls, the prior's included, at the t-th pull of all. With c = 1 it has its regret bound;
 * around c = 0.2 it does best on arms drawn uniformly. Equal arms are pulled at random.
 */
#include <stdlib.h>

#include "baud/beta_arms.h"

enum { UCB1_PARAM_SCALE = BAUD_ARMS_PARAMS, UCB1_PARAMS };
static const baud_param ucb1_params[UCB1_PARAMS] = {
  BAUD_ARMS_PARAM_ROWS,
  BAUD_PARAM_LIVE_FLOAT("c", 0.2, 0, 100, "", "scale of the confidence bound; 1: as published by Auer et al.")
};

typedef struct ucb1_model {
  baud_arms arms;
  double scale;
} ucb1_model;

static int32_t ucb1_create(const baud_host *host, const baud_value *values, baud_learner_setup *setup, void **model) {
  ucb1_model *m = calloc(1, sizeof *m);
  if (m == NULL) return host->fail(host, BAUD_ENOMEM, "there is no memory for the learner");
  int32_t code = baud_arms_open(host, values, setup, setup->action->categories, &m->arms);
  if (code != BAUD_OK) {
    free(m);
    return code;
  }
  m->scale = values[UCB1_PARAM_SCALE].f;
  *model = m;
  return BAUD_OK;
}

static void ucb1_destroy(void *model) { free(model); }

static int32_t ucb1_init(const void *model, void *const *blocks, uint64_t seed) {
  return baud_arms_init(&((const ucb1_model *)model)->arms, blocks, seed);
}

static const double *ucb1_index(const ucb1_model *m, const baud_belief *belief) {
  double t = 1.0;
  for (uint32_t i = 0; i < belief->arms; i++)
    t += baud_belief_pulls(belief, i) - m->arms.prior_success - m->arms.prior_failure;
  if (t < 1.0) t = 1.0; /* what rounding may leave of a prior that is no whole number */
  for (uint32_t i = 0; i < belief->arms; i++)
    belief->scratch[i] = baud_belief_mean(belief, i) + m->scale * sqrt(2.0 * log(t) / baud_belief_pulls(belief, i));
  return belief->scratch;
}

static uint32_t ucb1_choose(const void *model, const baud_belief *belief, uint64_t *random) {
  return baud_arms_best(ucb1_index(model, belief), belief->arms, BAUD_TIES_RANDOM, random);
}

static void ucb1_policy(const void *model, const baud_belief *belief, double *policy) {
  baud_arms_best_policy(ucb1_index(model, belief), belief->arms, BAUD_TIES_RANDOM, 0.0, policy);
}

static const baud_arms_rule ucb1_rule = { ucb1_choose, ucb1_policy };

static int32_t ucb1_predict(const void *model, void *const *blocks, const baud_tick *tick) {
  return baud_arms_predict(&((const ucb1_model *)model)->arms, blocks, tick, &ucb1_rule, model);
}

static int32_t ucb1_learn(const void *model, void *const *blocks, const baud_outcome *outcome) {
  return baud_arms_learn(&((const ucb1_model *)model)->arms, blocks, outcome);
}

static const baud_learner_ops ucb1_ops = { BAUD_SIZE(baud_learner_ops), 0, ucb1_create, ucb1_destroy,
                                             ucb1_init, ucb1_predict, ucb1_learn };

static const baud_unit ucb1_unit = {
  BAUD_SIZE(baud_unit), BAUD_LEARNER, 1, 1, "baud.ucb1", "UCB1",
  "Pulls the arm of the largest upper confidence bound (Auer et al. 2002), from Beta-Bernoulli counts. "
  "For rewards 0 and 1; learns from the reward channel alone.",
  ucb1_params, UCB1_PARAMS, 0, &ucb1_ops, NULL
};

BAUD_EXPORT const baud_library baud_plugin_1 = {
  BAUD_SIZE(baud_library), BAUD_MINOR, 0, BAUD_LAYOUT, "baud", "1.0", "MIT", &ucb1_unit, 1, 0
};
