/* sparse.c - the environment's reward through an erasure: each step's is kept with probability `keep`, else 0 is given.
 *
 * A feedback that often fails to come. A learner cannot tell a reward of 0 from one that was dropped, so the channel is
 * a Z-channel for rewards in {0, 1}. Each lane has dice of its own, thrown once a step; the view states the channel
 * exactly (drop = 1 - keep).
 */
#include "baud/plugin.h"
#include "baud/random.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { SPARSE_DICE = 0x64726f70 }; /* the stream that the dice are */
enum { SPARSE_P_KEEP, SPARSE_P_FACT, SPARSE_PARAMS };
static const baud_param sparse_params[SPARSE_PARAMS] = {
    BAUD_PARAM_FLOAT("keep", 0.1, 0.0, 1.0, "", "probability that a step's reward is delivered"),
    BAUD_PARAM_TEXT("fact", "", "name of the fact to read; empty: the one of role reward"),
};

typedef struct sparse {
  uint32_t fact;
  double drop;
} sparse;

/* The fact called `name`, or where that is empty the first of role reward; never a hidden one. */
static int32_t sparse_find(const baud_env_spec *env, const char *name, uint32_t *fact) {
  for (uint32_t f = 0; f < env->n_facts; f++) {
    if (env->facts[f].roles & BAUD_FACT_HIDDEN) continue;
    if (name[0] != '\0' ? strcmp(env->facts[f].name, name) != 0 : !(env->facts[f].roles & BAUD_FACT_REWARD)) continue;
    *fact = f;
    return BAUD_OK;
  }
  return BAUD_EARG;
}

static int32_t sparse_refuse(const baud_host *host, const char *name) {
  static const char missing[] = "sparse: the environment has no fact of role reward; name one with `fact`";
  char why[200];
  if (name[0] == '\0') return host->fail(host, BAUD_EARG, missing);
  (void)snprintf(why, sizeof why,
                 "sparse: the environment has no fact \"%.64s\" to make a reward of; name another", name);
  return host->fail(host, BAUD_EARG, why);
}

static int32_t sparse_create(const baud_host *host, const baud_value *values, baud_reward_setup *setup, void **model) {
  sparse *m = calloc(1, sizeof *m);
  if (m == NULL) return host->fail(host, BAUD_ENOMEM, "sparse: no memory for the model");
  const char *name = values[SPARSE_P_FACT].s;
  if (sparse_find(setup->env, name, &m->fact) != BAUD_OK) {
    free(m);
    return sparse_refuse(host, name);
  }
  m->drop = 1.0 - values[SPARSE_P_KEEP].f;
  setup->lane_bytes = sizeof(uint64_t);
  setup->view.kind = BAUD_VIEW_FACT;
  setup->view.fact = m->fact;
  setup->view.when = BAUD_VIEW_EVERY_STEP;
  setup->view.drop = m->drop;
  *model = m;
  return BAUD_OK;
}

static uint64_t *sparse_random(const baud_batch *batch, uint32_t k) {
  return (uint64_t *)(void *)(batch->lane + k * batch->lane_stride);
}

static int32_t sparse_reset(const void *model, const baud_batch *batch) {
  (void)model;
  for (uint32_t i = 0; i < batch->n_pick; i++) {
    uint32_t k = batch->pick[i];
    *sparse_random(batch, k) = baud_split(batch->seed[i], SPARSE_DICE);
  }
  return BAUD_OK;
}

static int32_t sparse_score(const void *model, const baud_batch *batch) {
  const sparse *m = model;
  for (uint32_t k = 0; k < batch->lanes; k++) {
    int is_dropped = baud_bernoulli(sparse_random(batch, k), m->drop);
    batch->reward[k] = is_dropped ? 0.0f : batch->facts[m->fact][k];
  }
  return BAUD_OK;
}

static const baud_reward_ops sparse_ops = {
    BAUD_SIZE(baud_reward_ops), 0, sparse_create, free, sparse_reset, sparse_score};

static const baud_unit sparse_units[] = {{
    .size = BAUD_SIZE(baud_unit),
    .role = BAUD_REWARD,
    .behaviour = 1,
    .state_version = 1,
    .id = "baud.sparse",
    .title = "the environment's reward, most of it dropped",
    .doc = "Delivers each step's reward with probability `keep` and 0 otherwise; the learner is not told which.",
    .params = sparse_params,
    .n_params = sizeof sparse_params / sizeof *sparse_params,
    .ops = &sparse_ops,
}};

const baud_library baud_plugin_1 = {
    .size = BAUD_SIZE(baud_library),
    .built_minor = BAUD_MINOR,
    .needs_minor = 0,
    .layout = BAUD_LAYOUT,
    .vendor = "baud",
    .version = "1.0",
    .license = "MIT",
    .units = sparse_units,
    .n_units = 1,
};
