/* Thompson sampling (Thompson 1933): draws each arm's chance from its posterior and pulls the arm of the largest draw,
 *   argmax over i of x_i,  x_i ~ Beta(s_i, f_i)
 * of s_i successes and f_i failures, the prior's included. So it pulls an arm as often as it believes it to be the
 * best; that probability is its answer about its action, by the quadrature of beta_best.h.
 */
#include <stdlib.h>

#include "baud/beta_arms.h"
#include "baud/beta_best.h"

static const baud_param thompson_params[BAUD_ARMS_PARAMS] = { BAUD_ARMS_PARAM_ROWS };

typedef struct thompson_model {
  baud_arms arms;
  baud_gauss gauss;
} thompson_model;

static int32_t thompson_create(const baud_host *host, const baud_value *values, baud_learner_setup *setup,
                               void **model) {
  thompson_model *m = calloc(1, sizeof *m);
  if (m == NULL) return host->fail(host, BAUD_ENOMEM, "there is no memory for the learner");
  uint64_t scratch = baud_beta_best_scratch(setup->action->categories);
  int32_t code = baud_arms_open(host, values, setup, scratch, &m->arms);
  if (code != BAUD_OK) {
    free(m);
    return code;
  }
  baud_gauss_init(&m->gauss);
  *model = m;
  return BAUD_OK;
}

static void thompson_destroy(void *model) { free(model); }

static int32_t thompson_init(const void *model, void *const *blocks, uint64_t seed) {
  return baud_arms_init(&((const thompson_model *)model)->arms, blocks, seed);
}

static uint32_t thompson_choose(const void *model, const baud_belief *belief, uint64_t *random) {
  (void)model;
  for (uint32_t i = 0; i < belief->arms; i++)
    belief->scratch[i] = baud_beta(random, belief->success[i], belief->failure[i]);
  return baud_argmax(belief->scratch, belief->arms, random);
}

static void thompson_policy(const void *model, const baud_belief *belief, double *policy) {
  const thompson_model *m = model;
  (void)baud_beta_best(&m->gauss, belief->arms, belief->success, belief->failure, 0.0, belief->scratch, policy);
  baud_normalise(policy, belief->arms);
}

static const baud_arms_rule thompson_rule = { thompson_choose, thompson_policy };

static int32_t thompson_predict(const void *model, void *const *blocks, const baud_tick *tick) {
  return baud_arms_predict(&((const thompson_model *)model)->arms, blocks, tick, &thompson_rule, model);
}

static int32_t thompson_learn(const void *model, void *const *blocks, const baud_outcome *outcome) {
  return baud_arms_learn(&((const thompson_model *)model)->arms, blocks, outcome);
}

static const baud_learner_ops thompson_ops = { BAUD_SIZE(baud_learner_ops), 0, thompson_create, thompson_destroy,
                                             thompson_init, thompson_predict, thompson_learn };

static const baud_unit thompson_unit = {
  BAUD_SIZE(baud_unit), BAUD_LEARNER, 1, 1, "baud.thompson", "Thompson sampling",
  "Pulls each arm as often as it believes it to be the best (Thompson 1933), from Beta-Bernoulli counts. "
  "For rewards 0 and 1; learns from the reward channel alone.",
  thompson_params, BAUD_ARMS_PARAMS, 0, &thompson_ops, NULL
};

BAUD_EXPORT const baud_library baud_plugin_1 = {
  BAUD_SIZE(baud_library), BAUD_MINOR, 0, BAUD_LAYOUT, "baud", "1.0", "MIT", &thompson_unit, 1, 0
};
