/* OPSRL, optimistic posterior sampling: PSRL that draws several worlds at the start of each episode and believes, of
 * each step, state and action, the one in which it is worth the most,
 *   q[h](s,a) = max over k of q_k[h](s,a),   q_k optimal in (r_k, P_k) ~ posterior,   k = 1 .. samples
 * This envelope is the OPSRL of Duan et al. (2016), Table 2, after Osband and Van Roy's published code; with one sample
 * it is PSRL. Prior, counts and planning: dirichlet_mdp.h. The policy that it answers for is that of its present plan.
 */
#include <stdlib.h>

#include "baud/dirichlet_mdp.h"

enum { OPSRL_PARAM_SAMPLES = BAUD_MDP_PARAMS, OPSRL_PARAMS };
static const baud_param opsrl_params[OPSRL_PARAMS] = {
  BAUD_MDP_PARAM_ROWS,
  BAUD_PARAM_INT("samples", 10, 1, 10000, "worlds", "worlds that are drawn for a plan; 1: PSRL")
};

typedef struct opsrl_model {
  baud_mdp mdp;
  int64_t samples;
} opsrl_model;

static int32_t opsrl_create(const baud_host *host, const baud_value *values, baud_learner_setup *setup, void **model) {
  opsrl_model *m = calloc(1, sizeof *m);
  if (m == NULL) return host->fail(host, BAUD_ENOMEM, "there is no memory for the learner");
  int32_t code = baud_mdp_open(host, values, setup, &m->mdp);
  if (code != BAUD_OK) {
    free(m);
    return code;
  }
  m->samples = values[OPSRL_PARAM_SAMPLES].i;
  baud_mdp_declare(&m->mdp, setup, baud_mdp_plan_size(&m->mdp)); /* one world's q */
  *model = m;
  return BAUD_OK;
}

static void opsrl_destroy(void *model) { free(model); }

static int32_t opsrl_init(const void *model, void *const *blocks, uint64_t seed) {
  return baud_mdp_init(&((const opsrl_model *)model)->mdp, blocks, seed);
}

static void opsrl_plan(const void *model, void *const *blocks, baud_world *world, uint64_t *random, double *q) {
  const opsrl_model *m = model;
  baud_mdp_sample_world(&m->mdp, blocks, random, world);
  baud_mdp_solve(&m->mdp, world, q);
  for (int64_t sample = 1; sample < m->samples; sample++) {
    baud_mdp_sample_world(&m->mdp, blocks, random, world);
    baud_mdp_solve(&m->mdp, world, world->own);
    for (uint64_t i = 0; i < baud_mdp_plan_size(&m->mdp); i++) q[i] = fmax(q[i], world->own[i]);
  }
}

static int32_t opsrl_predict(const void *model, void *const *blocks, const baud_tick *tick) {
  return baud_mdp_predict(&((const opsrl_model *)model)->mdp, blocks, tick, opsrl_plan, model, 0.0);
}

static int32_t opsrl_learn(const void *model, void *const *blocks, const baud_outcome *outcome) {
  return baud_mdp_learn(&((const opsrl_model *)model)->mdp, blocks, outcome);
}

static const baud_learner_ops opsrl_ops = { BAUD_SIZE(baud_learner_ops), 0, opsrl_create, opsrl_destroy,
                                            opsrl_init, opsrl_predict, opsrl_learn };

static const baud_unit opsrl_unit = {
  BAUD_SIZE(baud_unit), BAUD_LEARNER, 1, 1, "baud.opsrl", "Optimistic posterior sampling (OPSRL)",
  "Each episode it draws several worlds from its posterior and acts on the envelope of their optimal values. Learns "
  "from observation and reward; predicts both.",
  opsrl_params, OPSRL_PARAMS, 0, &opsrl_ops, NULL
};

BAUD_EXPORT const baud_library baud_plugin_1 = {
  BAUD_SIZE(baud_library), BAUD_MINOR, 0, BAUD_LAYOUT, "baud", "1.0", "MIT", &opsrl_unit, 1, 0
};
