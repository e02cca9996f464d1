/* PSRL, posterior sampling for reinforcement learning (Strens 2000; Osband, Russo, Van Roy 2013): at the start of each
 * episode it draws one world from the posterior and acts in it, to the episode's end, as would be optimal there,
 *   q[h](s,a) = r(s,a) + sum over s' of P(s'|s,a) max over a' of q[h+1](s',a'),   (r, P) ~ posterior
 * So it tries what may be the best as often as it believes it to be. Prior, counts and planning: dirichlet_mdp.h.
 * The policy that it answers for is that of the drawn world, which is what it acts by: for each tick one action, or a
 * few that tie; not the average over worlds that it might have drawn.
 */
#include <stdlib.h>

#include "baud/dirichlet_mdp.h"

static const baud_param psrl_params[BAUD_MDP_PARAMS] = { BAUD_MDP_PARAM_ROWS };

typedef struct psrl_model {
  baud_mdp mdp;
} psrl_model;

static int32_t psrl_create(const baud_host *host, const baud_value *values, baud_learner_setup *setup, void **model) {
  psrl_model *m = calloc(1, sizeof *m);
  if (m == NULL) return host->fail(host, BAUD_ENOMEM, "there is no memory for the learner");
  int32_t code = baud_mdp_open(host, values, setup, &m->mdp);
  if (code != BAUD_OK) {
    free(m);
    return code;
  }
  *model = m;
  return BAUD_OK;
}

static void psrl_destroy(void *model) { free(model); }

static int32_t psrl_init(const void *model, void *const *blocks, uint64_t seed) {
  return baud_mdp_init(&((const psrl_model *)model)->mdp, blocks, seed);
}

static void psrl_plan(const void *model, void *const *blocks, baud_world *world, uint64_t *random, double *q) {
  const psrl_model *m = model;
  baud_mdp_sample_world(&m->mdp, blocks, random, world);
  baud_mdp_solve(&m->mdp, world, q);
}

static int32_t psrl_predict(const void *model, void *const *blocks, const baud_tick *tick) {
  return baud_mdp_predict(&((const psrl_model *)model)->mdp, blocks, tick, psrl_plan, model, 0.0);
}

static int32_t psrl_learn(const void *model, void *const *blocks, const baud_outcome *outcome) {
  return baud_mdp_learn(&((const psrl_model *)model)->mdp, blocks, outcome);
}

static const baud_learner_ops psrl_ops = { BAUD_SIZE(baud_learner_ops), 0, psrl_create, psrl_destroy,
                                           psrl_init, psrl_predict, psrl_learn };

static const baud_unit psrl_unit = {
  BAUD_SIZE(baud_unit), BAUD_LEARNER, 1, 1, "baud.psrl", "Posterior sampling (PSRL)",
  "Each episode it draws a world from its posterior and acts optimally in it (Osband, Russo, Van Roy 2013). Learns "
  "from observation and reward; predicts both.",
  psrl_params, BAUD_MDP_PARAMS, 0, &psrl_ops, NULL
};

BAUD_EXPORT const baud_library baud_plugin_1 = {
  BAUD_SIZE(baud_library), BAUD_MINOR, 0, BAUD_LAYOUT, "baud", "1.0", "MIT", &psrl_unit, 1, 0
};
