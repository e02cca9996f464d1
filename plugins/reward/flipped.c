/* flipped.c - the outcome through a binary symmetric channel: at an episode's end it is inverted with probability
 * epsilon.
 *
 * A judge who errs. The outcome is 0 or 1; other values pass unharmed. With success rate p one episode delivers
 * h(p(1-epsilon) + (1-p)epsilon) - h(epsilon) bits. Each lane has dice of its own, thrown once an episode; the view
 * states the channel exactly.
 */
#include "baud/plugin.h"
#include "baud/random.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { FLIPPED_DICE = 0x666c6970 }; /* the stream that the dice are */
enum { FLIPPED_P_EPSILON, FLIPPED_P_FACT, FLIPPED_PARAMS };
static const baud_param flipped_params[FLIPPED_PARAMS] = {
    BAUD_PARAM_FLOAT("epsilon", 0.1, 0.0, 1.0, "", "probability that the outcome is inverted"),
    BAUD_PARAM_TEXT("fact", "", "name of the fact to read; empty: the one of role outcome"),
};

typedef struct flipped {
  uint32_t fact;
  double epsilon;
} flipped;

/* The fact called `name`, or where that is empty the first of role outcome; never a hidden one. */
static int32_t flipped_find(const baud_env_spec *env, const char *name, uint32_t *fact) {
  for (uint32_t f = 0; f < env->n_facts; f++) {
    if (env->facts[f].roles & BAUD_FACT_HIDDEN) continue;
    if (name[0] != '\0' ? strcmp(env->facts[f].name, name) != 0 : !(env->facts[f].roles & BAUD_FACT_OUTCOME)) continue;
    *fact = f;
    return BAUD_OK;
  }
  return BAUD_EARG;
}

static int32_t flipped_refuse(const baud_host *host, const char *name) {
  static const char missing[] = "flipped: the environment has no fact of role outcome; name one with `fact`";
  char why[200];
  if (name[0] == '\0') return host->fail(host, BAUD_EARG, missing);
  (void)snprintf(why, sizeof why,
                 "flipped: the environment has no fact \"%.64s\" to make a reward of; name another", name);
  return host->fail(host, BAUD_EARG, why);
}

static int32_t flipped_create(const baud_host *host, const baud_value *values, baud_reward_setup *setup, void **model) {
  flipped *m = calloc(1, sizeof *m);
  if (m == NULL) return host->fail(host, BAUD_ENOMEM, "flipped: no memory for the model");
  const char *name = values[FLIPPED_P_FACT].s;
  if (flipped_find(setup->env, name, &m->fact) != BAUD_OK) {
    free(m);
    return flipped_refuse(host, name);
  }
  m->epsilon = values[FLIPPED_P_EPSILON].f;
  setup->lane_bytes = sizeof(uint64_t);
  setup->view.kind = BAUD_VIEW_FACT;
  setup->view.fact = m->fact;
  setup->view.when = BAUD_VIEW_AT_END;
  setup->view.flip = m->epsilon;
  *model = m;
  return BAUD_OK;
}

static uint64_t *flipped_random(const baud_batch *batch, uint32_t k) {
  return (uint64_t *)(void *)(batch->lane + k * batch->lane_stride);
}

static int32_t flipped_reset(const void *model, const baud_batch *batch) {
  (void)model;
  for (uint32_t i = 0; i < batch->n_pick; i++) {
    uint32_t k = batch->pick[i];
    *flipped_random(batch, k) = baud_split(batch->seed[i], FLIPPED_DICE);
  }
  return BAUD_OK;
}

static int32_t flipped_score(const void *model, const baud_batch *batch) {
  const flipped *m = model;
  for (uint32_t k = 0; k < batch->lanes; k++) {
    float value = batch->facts[m->fact][k];
    batch->reward[k] = 0.0f;
    if (!batch->flags[k]) continue;
    int is_binary = value == 0.0f || value == 1.0f;
    int is_inverted = baud_bernoulli(flipped_random(batch, k), m->epsilon);
    batch->reward[k] = is_binary && is_inverted ? 1.0f - value : value;
  }
  return BAUD_OK;
}

static const baud_reward_ops flipped_ops = {
    BAUD_SIZE(baud_reward_ops), 0, flipped_create, free, flipped_reset, flipped_score};

static const baud_unit flipped_units[] = {{
    .size = BAUD_SIZE(baud_unit),
    .role = BAUD_REWARD,
    .behaviour = 1,
    .state_version = 1,
    .id = "baud.flipped",
    .title = "the outcome at the end, inverted now and then",
    .doc = "Delivers the outcome at the last step, inverted with probability epsilon: a judge who errs. Received bits "
           "are those of the binary symmetric channel.",
    .params = flipped_params,
    .n_params = sizeof flipped_params / sizeof *flipped_params,
    .ops = &flipped_ops,
}};

const baud_library baud_plugin_1 = {
    .size = BAUD_SIZE(baud_library),
    .built_minor = BAUD_MINOR,
    .needs_minor = 0,
    .layout = BAUD_LAYOUT,
    .vendor = "baud",
    .version = "1.0",
    .license = "MIT",
    .units = flipped_units,
    .n_units = 1,
};
