/* outcome.c - the reward is the outcome alone: the fact of role OUTCOME at the step that ends an episode, else 0.
 *
 * It promises that a learner is told at most the entropy of one number an episode, however long the episode is.
 * Deterministic and without state; the view says so exactly: FACT, at the end. An episode that is cut short delivers
 * what the fact is at that step.
 */
#include "baud/plugin.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static const baud_param outcome_params[] = {
    BAUD_PARAM_TEXT("fact", "", "name of the fact to read; empty: the one of role outcome"),
};

typedef struct outcome {
  uint32_t fact;
} outcome;

/* The fact called `name`, or where that is empty the first of role outcome; never a hidden one. */
static int32_t outcome_find(const baud_env_spec *env, const char *name, uint32_t *fact) {
  for (uint32_t f = 0; f < env->n_facts; f++) {
    if (env->facts[f].roles & BAUD_FACT_HIDDEN) continue;
    if (name[0] != '\0' ? strcmp(env->facts[f].name, name) != 0 : !(env->facts[f].roles & BAUD_FACT_OUTCOME)) continue;
    *fact = f;
    return BAUD_OK;
  }
  return BAUD_EARG;
}

static int32_t outcome_refuse(const baud_host *host, const char *name) {
  static const char missing[] = "outcome: the environment has no fact of role outcome; name one with `fact`";
  char why[200];
  if (name[0] == '\0') return host->fail(host, BAUD_EARG, missing);
  (void)snprintf(why, sizeof why,
                 "outcome: the environment has no fact \"%.64s\" to make a reward of; name another", name);
  return host->fail(host, BAUD_EARG, why);
}

static int32_t outcome_create(const baud_host *host, const baud_value *values, baud_reward_setup *setup, void **model) {
  outcome *m = calloc(1, sizeof *m);
  if (m == NULL) return host->fail(host, BAUD_ENOMEM, "outcome: no memory for the model");
  const char *name = values[0].s;
  if (outcome_find(setup->env, name, &m->fact) != BAUD_OK) {
    free(m);
    return outcome_refuse(host, name);
  }
  setup->view.kind = BAUD_VIEW_FACT;
  setup->view.fact = m->fact;
  setup->view.when = BAUD_VIEW_AT_END;
  *model = m;
  return BAUD_OK;
}

static int32_t outcome_reset(const void *model, const baud_batch *batch) {
  (void)model;
  (void)batch; /* it has no state */
  return BAUD_OK;
}

static int32_t outcome_score(const void *model, const baud_batch *batch) {
  const float *fact = batch->facts[((const outcome *)model)->fact];
  for (uint32_t k = 0; k < batch->lanes; k++) batch->reward[k] = batch->flags[k] ? fact[k] : 0.0f;
  return BAUD_OK;
}

static const baud_reward_ops outcome_ops = {
    BAUD_SIZE(baud_reward_ops), 0, outcome_create, free, outcome_reset, outcome_score};

static const baud_unit outcome_units[] = {{
    .size = BAUD_SIZE(baud_unit),
    .role = BAUD_REWARD,
    .behaviour = 1,
    .state_version = 1,
    .id = "baud.outcome",
    .title = "the outcome at the end of the episode, and nothing else",
    .doc = "Delivers whether the episode succeeded at its last step and 0 before: the reward of which a learner takes "
           "in at most about one bit an episode.",
    .params = outcome_params,
    .n_params = sizeof outcome_params / sizeof *outcome_params,
    .ops = &outcome_ops,
}};

const baud_library baud_plugin_1 = {
    .size = BAUD_SIZE(baud_library),
    .built_minor = BAUD_MINOR,
    .needs_minor = 0,
    .layout = BAUD_LAYOUT,
    .vendor = "baud",
    .version = "1.0",
    .license = "MIT",
    .units = outcome_units,
    .n_units = 1,
};
