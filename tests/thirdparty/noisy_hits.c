/* noisy_hits.c - a reward scheme for baud: the hits of the episode, at its end, and now and then nothing.
 *
 * At the last step of an episode the learner is given the number of its hits, with probability `drop` 0 instead; at all
 * other steps 0. The number is the environment's fact `hits`, which is whole at the end; where there is none, a hit is
 * what the environment rewards, and the scheme adds up that fact. What it does is declared in `view`.
 */
#include <stdlib.h>
#include <string.h>

#include "baud/plugin.h"
#include "baud/random.h"

enum { PARAM_DROP, PARAMS };
static const baud_param params[PARAMS] = {
  BAUD_PARAM_FLOAT("drop", 0.1, 0, 1, "", "probability that 0 is delivered in place of the hits")
};

typedef struct hits_model {
  uint32_t fact;
  uint32_t adds_up; /* 1: the hits are the sum of the fact; 0: its value at the end */
  double drop;
} hits_model;

typedef struct hits_lane {
  uint64_t dice;
  double sum;
} hits_lane;

/* The first fact that may become a reward and has this name, or where the name is null one of these roles. */
static uint32_t find_fact(const baud_env_spec *env, const char *name, uint32_t roles) {
  uint32_t f = 0;
  for (; f < env->n_facts; f++) {
    const baud_fact *fact = &env->facts[f];
    if (fact->roles & BAUD_FACT_HIDDEN) continue;
    if (name != NULL ? strcmp(fact->name, name) == 0 && fact->roles & roles : fact->roles & roles) break;
  }
  return f;
}

static int32_t hits_create(const baud_host *host, const baud_value *values, baud_reward_setup *setup, void **model) {
  uint32_t n = setup->env->n_facts;
  uint32_t fact = find_fact(setup->env, "hits", BAUD_FACT_AT_END), adds_up = fact == n;
  if (adds_up) fact = find_fact(setup->env, NULL, BAUD_FACT_REWARD);
  if (fact == n)
    return host->fail(host, BAUD_EARG, "noisy_hits: the environment has neither a fact \"hits\" that is whole at the end "
                                       "nor one of role reward: choose another environment or scheme");
  hits_model *m = calloc(1, sizeof *m);
  if (m == NULL) return host->fail(host, BAUD_ENOMEM, "noisy_hits: no memory for the model");
  m->fact = fact;
  m->adds_up = adds_up;
  m->drop = values[PARAM_DROP].f;
  setup->lane_bytes = sizeof(hits_lane);
  setup->view.kind = BAUD_VIEW_FACT;
  setup->view.fact = fact;
  setup->view.when = adds_up ? BAUD_VIEW_SUM : BAUD_VIEW_AT_END;
  setup->view.drop = m->drop;
  *model = m;
  return BAUD_OK;
}

static hits_lane *lane_of(const baud_batch *batch, uint32_t k) {
  return (hits_lane *)(void *)(batch->lane + k * batch->lane_stride);
}

static int32_t hits_reset(const void *model, const baud_batch *batch) {
  (void)model;
  for (uint32_t i = 0; i < batch->n_pick; i++) *lane_of(batch, batch->pick[i]) = (hits_lane){ .dice = batch->seed[i] };
  return BAUD_OK;
}

static int32_t hits_score(const void *model, const baud_batch *batch) {
  const hits_model *m = model;
  for (uint32_t k = 0; k < batch->lanes; k++) {
    hits_lane *lane = lane_of(batch, k);
    double now = (double)batch->facts[m->fact][k];
    lane->sum = m->adds_up ? lane->sum + now : now;
    batch->reward[k] = 0.0f;
    if (!batch->flags[k]) continue; /* neither terminated nor truncated */
    if (!baud_bernoulli(&lane->dice, m->drop)) batch->reward[k] = (float)lane->sum;
  }
  return BAUD_OK;
}

static const baud_reward_ops hits_ops = { .size = BAUD_SIZE(baud_reward_ops), .create = hits_create, .destroy = free,
                                          .reset = hits_reset, .score = hits_score };

static const baud_unit units[] = { {
  .size = BAUD_SIZE(baud_unit),
  .role = BAUD_REWARD,
  .behaviour = 1,
  .state_version = 1,
  .id = "org.example.noisy_hits",
  .title = "The episode's hits at its end, now and then left out",
  .doc = "Delivers the number of hits of the episode at its last step, with probability drop 0 instead; the learner is "
         "not told which. An erasure whose sign is a legal number.",
  .params = params,
  .n_params = PARAMS,
  .ops = &hits_ops
} };

BAUD_EXPORT const baud_library baud_plugin_1 = {
  .size = BAUD_SIZE(baud_library),
  .built_minor = BAUD_MINOR,
  .needs_minor = 0,
  .layout = BAUD_LAYOUT,
  .vendor = "example.org",
  .version = "1.0",
  .license = "MIT",
  .units = units,
  .n_units = 1
};
