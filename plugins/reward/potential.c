/* potential.c - the environment's reward shaped by a potential: r + weight (gamma Phi(s') - Phi(s)).
 *
 * Ng, Harada and Russell, Policy invariance under reward transformations (ICML 1999). With the learner's own discount
 * as gamma the optimal policies stay; Phi of a terminal state counts as 0, without which they do not (Grzes, AAMAS
 * 2017). The environment gives Phi(s') as the fact of role POTENTIAL and Phi(s) as the fact NAME_before. Phi is a
 * function of the state: to a learner that sees no observations the shaping itself tells something, so no exact view
 * is claimed and what is received is shown as at most what was offered. Deterministic and without state.
 */
#include "baud/plugin.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { POTENTIAL_P_GAMMA, POTENTIAL_P_WEIGHT, POTENTIAL_P_FACT, POTENTIAL_PARAMS };
static const baud_param potential_params[POTENTIAL_PARAMS] = {
    BAUD_PARAM_FLOAT("gamma", 0.95, 0.0, 1.0, "", "discount of the successor's potential: the learner's own"),
    BAUD_PARAM_FLOAT("weight", 1.0, -1e6, 1e6, "", "the potential is multiplied by this"),
    BAUD_PARAM_TEXT("fact", "", "name of the reward to be shaped; empty: the one of role reward"),
};

typedef struct potential {
  uint32_t fact, before, after;
  double gamma, weight;
} potential;

/* The fact called `name`, or where that is empty the first of role reward; never a hidden one. */
static int32_t potential_find(const baud_env_spec *env, const char *name, uint32_t *fact) {
  for (uint32_t f = 0; f < env->n_facts; f++) {
    if (env->facts[f].roles & BAUD_FACT_HIDDEN) continue;
    if (name[0] != '\0' ? strcmp(env->facts[f].name, name) != 0 : !(env->facts[f].roles & BAUD_FACT_REWARD)) continue;
    *fact = f;
    return BAUD_OK;
  }
  return BAUD_EARG;
}

static int32_t potential_refuse(const baud_host *host, const char *name) {
  static const char missing[] = "potential: the environment has no fact of role reward; name one with `fact`";
  char why[200];
  if (name[0] == '\0') return host->fail(host, BAUD_EARG, missing);
  (void)snprintf(why, sizeof why,
                 "potential: the environment has no fact \"%.64s\" to make a reward of; name another", name);
  return host->fail(host, BAUD_EARG, why);
}

/* The potential of the successor, by its role, and that of the state acted in, by the name of the other. */
static int32_t potential_find_pair(const baud_env_spec *env, potential *m) {
  char before[128];
  for (uint32_t f = 0; f < env->n_facts; f++) {
    if (!(env->facts[f].roles & BAUD_FACT_POTENTIAL) || env->facts[f].roles & BAUD_FACT_HIDDEN) continue;
    m->after = f;
    (void)snprintf(before, sizeof before, "%.100s_before", env->facts[f].name);
    return potential_find(env, before, &m->before);
  }
  return BAUD_EARG;
}

static int32_t potential_create(const baud_host *host, const baud_value *values, baud_reward_setup *setup,
                                void **model) {
  potential *m = calloc(1, sizeof *m);
  if (m == NULL) return host->fail(host, BAUD_ENOMEM, "potential: no memory for the model");
  const char *name = values[POTENTIAL_P_FACT].s;
  if (potential_find(setup->env, name, &m->fact) != BAUD_OK) {
    free(m);
    return potential_refuse(host, name);
  }
  if (potential_find_pair(setup->env, m) != BAUD_OK) {
    free(m);
    return host->fail(host, BAUD_EARG, "potential: the environment has no fact of role potential with its NAME_before "
                                       "beside it; take the scheme dense, or an environment that has a potential");
  }
  m->gamma = values[POTENTIAL_P_GAMMA].f;
  m->weight = values[POTENTIAL_P_WEIGHT].f;
  setup->view.kind = BAUD_VIEW_UNKNOWN;
  *model = m;
  return BAUD_OK;
}

static int32_t potential_reset(const void *model, const baud_batch *batch) {
  (void)model;
  (void)batch; /* it has no state */
  return BAUD_OK;
}

static int32_t potential_score(const void *model, const baud_batch *batch) {
  const potential *m = model;
  for (uint32_t k = 0; k < batch->lanes; k++) {
    double after = batch->flags[k] & BAUD_TERMINATED ? 0.0 : batch->facts[m->after][k];
    double shaping = m->gamma * after - batch->facts[m->before][k];
    batch->reward[k] = (float)(batch->facts[m->fact][k] + m->weight * shaping);
  }
  return BAUD_OK;
}

static const baud_reward_ops potential_ops = {
    BAUD_SIZE(baud_reward_ops), 0, potential_create, free, potential_reset, potential_score};

static const baud_unit potential_units[] = {{
    .size = BAUD_SIZE(baud_unit),
    .role = BAUD_REWARD,
    .behaviour = 1,
    .state_version = 1,
    .id = "baud.potential",
    .title = "the environment's reward, shaped by a potential",
    .doc = "Adds gamma Phi(successor) - Phi(state) to each step's reward, which leaves optimal policies as they are "
           "(Ng, Harada and Russell 1999). Needs an environment with a potential.",
    .params = potential_params,
    .n_params = sizeof potential_params / sizeof *potential_params,
    .ops = &potential_ops,
}};

const baud_library baud_plugin_1 = {
    .size = BAUD_SIZE(baud_library),
    .built_minor = BAUD_MINOR,
    .needs_minor = 0,
    .layout = BAUD_LAYOUT,
    .vendor = "baud",
    .version = "1.0",
    .license = "MIT",
    .units = potential_units,
    .n_units = 1,
};
