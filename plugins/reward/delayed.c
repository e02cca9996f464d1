/* delayed.c - the environment's reward, each step's held back for `steps` steps.
 *
 * At step t the reward of step t - steps is given, 0 before there is one; what is still held back when the episode
 * ends comes with the last step, summed. So nothing is lost and the return is the same, but a learner must assign the
 * credit. Deterministic; a lane holds a ring of the last `steps` rewards; the view states the delay exactly.
 */
#include "baud/plugin.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { DELAYED_P_STEPS, DELAYED_P_FACT, DELAYED_PARAMS };
static const baud_param delayed_params[DELAYED_PARAMS] = {
    BAUD_PARAM_INT("steps", 10, 0, 100000, "steps", "how long each reward is held back"),
    BAUD_PARAM_TEXT("fact", "", "name of the fact to read; empty: the one of role reward"),
};

typedef struct delayed {
  uint32_t fact, steps;
} delayed;

/* held[t % steps] is the reward of step t, for the last `steps` of them. */
typedef struct delayed_lane {
  uint64_t taken; /* steps of the episode so far */
  float held[];
} delayed_lane;

/* The fact called `name`, or where that is empty the first of role reward; never a hidden one. */
static int32_t delayed_find(const baud_env_spec *env, const char *name, uint32_t *fact) {
  for (uint32_t f = 0; f < env->n_facts; f++) {
    if (env->facts[f].roles & BAUD_FACT_HIDDEN) continue;
    if (name[0] != '\0' ? strcmp(env->facts[f].name, name) != 0 : !(env->facts[f].roles & BAUD_FACT_REWARD)) continue;
    *fact = f;
    return BAUD_OK;
  }
  return BAUD_EARG;
}

static int32_t delayed_refuse(const baud_host *host, const char *name) {
  static const char missing[] = "delayed: the environment has no fact of role reward; name one with `fact`";
  char why[200];
  if (name[0] == '\0') return host->fail(host, BAUD_EARG, missing);
  (void)snprintf(why, sizeof why,
                 "delayed: the environment has no fact \"%.64s\" to make a reward of; name another", name);
  return host->fail(host, BAUD_EARG, why);
}

static int32_t delayed_create(const baud_host *host, const baud_value *values, baud_reward_setup *setup, void **model) {
  delayed *m = calloc(1, sizeof *m);
  if (m == NULL) return host->fail(host, BAUD_ENOMEM, "delayed: no memory for the model");
  const char *name = values[DELAYED_P_FACT].s;
  if (delayed_find(setup->env, name, &m->fact) != BAUD_OK) {
    free(m);
    return delayed_refuse(host, name);
  }
  m->steps = (uint32_t)values[DELAYED_P_STEPS].i;
  setup->lane_bytes = (sizeof(delayed_lane) + m->steps * sizeof(float) + 7) / 8 * 8;
  setup->view.kind = BAUD_VIEW_FACT;
  setup->view.fact = m->fact;
  setup->view.when = BAUD_VIEW_EVERY_STEP;
  setup->view.delay = m->steps;
  *model = m;
  return BAUD_OK;
}

static delayed_lane *delayed_at(const baud_batch *batch, uint32_t k) {
  return (delayed_lane *)(void *)(batch->lane + k * batch->lane_stride);
}

static int32_t delayed_reset(const void *model, const baud_batch *batch) {
  (void)model;
  for (uint32_t i = 0; i < batch->n_pick; i++) delayed_at(batch, batch->pick[i])->taken = 0;
  return BAUD_OK;
}

/* Takes in this step's reward, returns the one that is due. */
static float delayed_exchange(const delayed *m, delayed_lane *lane, float value) {
  if (m->steps == 0) return value;
  float *slot = &lane->held[lane->taken % m->steps], due = lane->taken < m->steps ? 0.0f : *slot;
  *slot = value;
  lane->taken++;
  return due;
}

static double delayed_rest(const delayed *m, const delayed_lane *lane) {
  uint64_t n = lane->taken < m->steps ? lane->taken : m->steps;
  double sum = 0.0;
  for (uint64_t t = lane->taken - n; t < lane->taken; t++) sum += lane->held[t % m->steps];
  return sum;
}

static int32_t delayed_score(const void *model, const baud_batch *batch) {
  const delayed *m = model;
  for (uint32_t k = 0; k < batch->lanes; k++) {
    delayed_lane *lane = delayed_at(batch, k);
    double due = delayed_exchange(m, lane, batch->facts[m->fact][k]);
    if (batch->flags[k]) due += delayed_rest(m, lane);
    batch->reward[k] = (float)due;
  }
  return BAUD_OK;
}

static const baud_reward_ops delayed_ops = {
    BAUD_SIZE(baud_reward_ops), 0, delayed_create, free, delayed_reset, delayed_score};

static const baud_unit delayed_units[] = {{
    .size = BAUD_SIZE(baud_unit),
    .role = BAUD_REWARD,
    .behaviour = 1,
    .state_version = 1,
    .id = "baud.delayed",
    .title = "the environment's reward, some steps late",
    .doc = "Delivers each step's reward `steps` steps later, and at the episode's end the sum of what is still held "
           "back.",
    .params = delayed_params,
    .n_params = sizeof delayed_params / sizeof *delayed_params,
    .ops = &delayed_ops,
}};

const baud_library baud_plugin_1 = {
    .size = BAUD_SIZE(baud_library),
    .built_minor = BAUD_MINOR,
    .needs_minor = 0,
    .layout = BAUD_LAYOUT,
    .vendor = "baud",
    .version = "1.0",
    .license = "MIT",
    .units = delayed_units,
    .n_units = 1,
};
