/* dense.c - the environment's own reward, as it is, at every step.
 *
 * The identity among reward schemes: deterministic, without state, and the view says so exactly. Another fact than
 * the reward may be named.
 */
#include "baud/plugin.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static const baud_param dense_params[] = {
    BAUD_PARAM_TEXT("fact", "", "name of the fact to read; empty: the one of role reward"),
};

typedef struct dense {
  uint32_t fact;
} dense;

/* The fact called `name`, or where that is empty the first of role reward; never a hidden one. */
static int32_t dense_find(const baud_env_spec *env, const char *name, uint32_t *fact) {
  for (uint32_t f = 0; f < env->n_facts; f++) {
    if (env->facts[f].roles & BAUD_FACT_HIDDEN) continue;
    if (name[0] != '\0' ? strcmp(env->facts[f].name, name) != 0 : !(env->facts[f].roles & BAUD_FACT_REWARD)) continue;
    *fact = f;
    return BAUD_OK;
  }
  return BAUD_EARG;
}

static int32_t dense_refuse(const baud_host *host, const char *name) {
  static const char missing[] = "dense: the environment has no fact of role reward; name one with `fact`";
  char why[200];
  if (name[0] == '\0') return host->fail(host, BAUD_EARG, missing);
  (void)snprintf(why, sizeof why,
                 "dense: the environment has no fact \"%.64s\" to make a reward of; name another", name);
  return host->fail(host, BAUD_EARG, why);
}

static int32_t dense_create(const baud_host *host, const baud_value *values, baud_reward_setup *setup, void **model) {
  dense *m = calloc(1, sizeof *m);
  if (m == NULL) return host->fail(host, BAUD_ENOMEM, "dense: no memory for the model");
  const char *name = values[0].s;
  if (dense_find(setup->env, name, &m->fact) != BAUD_OK) {
    free(m);
    return dense_refuse(host, name);
  }
  setup->view.kind = BAUD_VIEW_FACT;
  setup->view.fact = m->fact;
  setup->view.when = BAUD_VIEW_EVERY_STEP;
  *model = m;
  return BAUD_OK;
}

static int32_t dense_reset(const void *model, const baud_batch *batch) {
  (void)model;
  (void)batch; /* it has no state */
  return BAUD_OK;
}

static int32_t dense_score(const void *model, const baud_batch *batch) {
  memcpy(batch->reward, batch->facts[((const dense *)model)->fact], batch->lanes * sizeof *batch->reward);
  return BAUD_OK;
}

static const baud_reward_ops dense_ops = {
    BAUD_SIZE(baud_reward_ops), 0, dense_create, free, dense_reset, dense_score};

static const baud_unit dense_units[] = {{
    .size = BAUD_SIZE(baud_unit),
    .role = BAUD_REWARD,
    .behaviour = 1,
    .state_version = 1,
    .id = "baud.dense",
    .title = "the environment's own reward at every step",
    .doc = "Delivers the environment's reward, or another fact, as it is, at every step.",
    .params = dense_params,
    .n_params = sizeof dense_params / sizeof *dense_params,
    .ops = &dense_ops,
}};

const baud_library baud_plugin_1 = {
    .size = BAUD_SIZE(baud_library),
    .built_minor = BAUD_MINOR,
    .needs_minor = 0,
    .layout = BAUD_LAYOUT,
    .vendor = "baud",
    .version = "1.0",
    .license = "MIT",
    .units = dense_units,
    .n_units = 1,
};
