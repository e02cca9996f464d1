/* GRPO (Shao et al. 2024, DeepSeekMath, arXiv 2402.03300, section 4.1), on a table: of a group of G episodes each is
 * judged against the group's mean return, in units of the group's standard deviation,
 *   theta += lr * 1/G * sum over i of (R_i - mean) / (std + epsilon) * grad log pi(episode i)
 * There is one update a group and it is made with the policy that acted, so that every probability ratio is 1 and
 * the clipping of the paper never binds: it is not here. The standard deviation is the sample's (G - 1), as in
 * widely used implementations. `per_step` divides each episode's gradient by its length, as the paper's objective
 * does; without it long and short episodes weigh alike per decision (Liu et al. 2025, arXiv 2503.20783).
 * A group whose returns are all equal moves nothing but, with kl > 0, back towards the initial policy.
 */
#include <stdlib.h>

#include "baud/policy_gradient.h"

enum {
  GRPO_PARAM_LR, GRPO_PARAM_GROUP, GRPO_PARAM_NORMALISE, GRPO_PARAM_EPSILON, GRPO_PARAM_PER_STEP, GRPO_PARAM_KL,
  GRPO_PARAMS
};
static const baud_param grpo_params[GRPO_PARAMS] = {
  BAUD_PARAM_LIVE_FLOAT("lr", 1, 0, 1e6, "", "step size of the logits"),
  BAUD_PARAM_INT("group", 8, 2, 1000000, "episodes", "how many episodes are judged together"),
  BAUD_PARAM_FLAG("normalise", 1, "divide by the standard deviation of the group's returns"),
  BAUD_PARAM_FLOAT("epsilon", 1e-4, 0, 1, "", "added to that standard deviation"),
  BAUD_PARAM_FLAG("per_step", 0, "divide each episode's gradient by its length"),
  BAUD_PARAM_LIVE_FLOAT("kl", 0, 0, 1e6, "", "weight of each step's KL divergence from the initial, uniform policy")
};

typedef struct grpo_model {
  baud_table table;
  double lr, group, epsilon, kl;
  int64_t normalise, per_step;
  baud_block blocks[BAUD_GROUP_BLOCKS];
} grpo_model;

static int32_t grpo_create(const baud_host *host, const baud_value *values, baud_learner_setup *setup, void **model) {
  grpo_model *m = calloc(1, sizeof *m);
  if (m == NULL) return host->fail(host, BAUD_ENOMEM, "there is no memory for the learner");
  int32_t code = baud_table_open(host, setup, BAUD_MASK(BAUD_CH_REWARD), &m->table);
  if (code != BAUD_OK) {
    free(m);
    return code;
  }
  m->lr = values[GRPO_PARAM_LR].f;
  m->group = (double)values[GRPO_PARAM_GROUP].i;
  m->normalise = values[GRPO_PARAM_NORMALISE].i;
  m->epsilon = values[GRPO_PARAM_EPSILON].f;
  m->per_step = values[GRPO_PARAM_PER_STEP].i;
  m->kl = values[GRPO_PARAM_KL].f;
  baud_group_declare(&m->table, m->blocks);
  setup->blocks = m->blocks;
  setup->n_blocks = BAUD_GROUP_BLOCKS;
  *model = m;
  return BAUD_OK;
}

static void grpo_destroy(void *model) { free(model); }

static int32_t grpo_init(const void *model, void *const *blocks, uint64_t seed) {
  baud_group_init(&((const grpo_model *)model)->table, blocks, seed);
  return BAUD_OK;
}

static int32_t grpo_predict(const void *model, void *const *blocks, const baud_tick *tick) {
  baud_group_predict(&((const grpo_model *)model)->table, blocks, tick);
  return BAUD_OK;
}

static int32_t grpo_learn(const void *model, void *const *blocks, const baud_outcome *outcome) {
  const grpo_model *m = model;
  const baud_group_stats *stats = blocks[BAUD_GROUP_STATS];
  for (uint32_t lane = 0; lane < m->table.lanes; lane++) baud_group_step(&m->table, blocks, outcome, lane);
  for (uint32_t lane = 0; lane < m->table.lanes; lane++) {
    if (!outcome->flags[lane]) continue;
    uint64_t length = m->per_step ? baud_group_length(&m->table, blocks, lane) : 1;
    baud_group_join(&m->table, blocks, lane, 1.0 / (double)length);
    if (stats->members < m->group) continue;
    double scale = m->normalise ? baud_group_scale(stats, m->epsilon) : 1.0;
    baud_group_apply(&m->table, blocks, m->lr / m->group * scale, m->lr * m->kl / m->group);
  }
  return BAUD_OK;
}

static const baud_learner_ops grpo_ops = { BAUD_SIZE(baud_learner_ops), 0, grpo_create, grpo_destroy,
                                              grpo_init, grpo_predict, grpo_learn };

static const baud_unit grpo_unit = {
  BAUD_SIZE(baud_unit), BAUD_LEARNER, 1, 1, "baud.grpo", "GRPO on a table",
  "Episodes judged against their group's mean in units of its standard deviation (Shao et al. 2024), one on-policy "
  "update a group. Learns from the reward channel, sees the state where there is one to see.",
  grpo_params, GRPO_PARAMS, 0, &grpo_ops, NULL
};

BAUD_EXPORT const baud_library baud_plugin_1 = {
  BAUD_SIZE(baud_library), BAUD_MINOR, 0, BAUD_LAYOUT, "baud", "1.0", "MIT", &grpo_unit, 1, 0
};
