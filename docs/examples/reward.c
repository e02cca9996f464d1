/* reward.c - judge, an example reward scheme: a judge of the outcome who errs, and now and then keeps silent.
 *
 * At the end of an episode the learner is told +1 for success and -1 for failure; with probability `error` the verdict
 * is the wrong one, with probability `silence` there is none (0). What it does to the fact is declared in `view`, so
 * baud counts what gets through the noise exactly: nothing else in this file speaks of bits.
 *
 * Copy this file to begin a reward scheme of your own. docs/plugins.md walks through it.
 */
#include <stdlib.h>

#include "baud/plugin.h"
#include "baud/random.h"

enum { PARAM_ERROR, PARAM_SILENCE, PARAMS };
static const baud_param params[PARAMS] = {
  BAUD_PARAM_FLOAT("error", 0.1, 0, 1, "", "probability of the wrong verdict"),
  BAUD_PARAM_FLOAT("silence", 0, 0, 1, "", "probability of no verdict")
};

typedef struct judge_model {
  uint32_t fact;
  double error, silence;
} judge_model;

/* The environment's outcome; one that is the host's alone may not become a reward. */
static uint32_t find_outcome(const baud_env_spec *env) {
  uint32_t fact = 0;
  while (fact < env->n_facts &&
         (env->facts[fact].roles & (BAUD_FACT_OUTCOME | BAUD_FACT_HIDDEN)) != BAUD_FACT_OUTCOME) fact++;
  return fact;
}

static int32_t judge_create(const baud_host *host, const baud_value *values, baud_reward_setup *setup, void **model) {
  uint32_t fact = find_outcome(setup->env);
  if (fact == setup->env->n_facts)
    return host->fail(host, BAUD_EARG, "judge: the environment has no fact of role outcome to be judged");
  judge_model *m = calloc(1, sizeof *m);
  if (m == NULL) return host->fail(host, BAUD_ENOMEM, "judge: no memory for the model");
  *m = (judge_model){ fact, values[PARAM_ERROR].f, values[PARAM_SILENCE].f };
  setup->lane_bytes = sizeof(uint64_t); /* the judge's dice */
  setup->view.kind = BAUD_VIEW_FACT;
  setup->view.fact = m->fact;
  setup->view.when = BAUD_VIEW_AT_END;
  setup->view.flip = m->error;
  setup->view.drop = m->silence;
  setup->view.scale = 2.0;   /* delivered = 2 * {0, 1} - 1 */
  setup->view.offset = -1.0;
  *model = m;
  return BAUD_OK;
}

static uint64_t *dice_of(const baud_batch *batch, uint32_t k) {
  return (uint64_t *)(void *)(batch->lane + k * batch->lane_stride);
}

static int32_t judge_reset(const void *model, const baud_batch *batch) {
  (void)model;
  for (uint32_t i = 0; i < batch->n_pick; i++) *dice_of(batch, batch->pick[i]) = batch->seed[i];
  return BAUD_OK;
}

static int32_t judge_score(const void *model, const baud_batch *batch) {
  const judge_model *m = model;
  for (uint32_t k = 0; k < batch->lanes; k++) {
    batch->reward[k] = 0.0f;
    if (!batch->flags[k]) continue; /* neither terminated nor truncated */
    int is_success = batch->facts[m->fact][k] != 0.0f;
    int errs = baud_bernoulli(dice_of(batch, k), m->error), is_silent = baud_bernoulli(dice_of(batch, k), m->silence);
    if (!is_silent) batch->reward[k] = is_success != errs ? 1.0f : -1.0f;
  }
  return BAUD_OK;
}

static const baud_reward_ops judge_ops = { .size = BAUD_SIZE(baud_reward_ops), .create = judge_create, .destroy = free,
                                           .reset = judge_reset, .score = judge_score };

static const baud_unit units[] = { {
  .size = BAUD_SIZE(baud_unit),
  .role = BAUD_REWARD,
  .behaviour = 1,
  .state_version = 1,
  .id = "org.example.judge",
  .title = "A judge of the outcome who errs and keeps silent",
  .doc = "+1 for success and -1 for failure at the end of the episode, wrong with probability error, left out with "
         "probability silence: a binary symmetric erasure channel. An example to copy from.",
  .params = params,
  .n_params = PARAMS,
  .ops = &judge_ops
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
