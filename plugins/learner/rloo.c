/* RLOO, REINFORCE with a leave-one-out baseline (Kool et al. 2019; Ahmadian et al. 2024, arXiv 2402.14740, eq. 7), on
 * a table: of a group of G episodes each is judged against the mean return of the others,
 *   theta += lr * 1/G * sum over i of (R_i - mean of R_j, j != i) * grad log pi(episode i)
 * R_i - mean of the others is G/(G-1) times R_i - mean of all, which is how it is added up here, in constant memory.
 * A group is the next G episodes to finish, of whichever lanes; those that cross at one tick are taken in the order
 * of lanes. A group whose returns are all equal moves nothing: its bits are received and not absorbed.
 */
#include <stdlib.h>

#include "baud/policy_gradient.h"

enum { RLOO_PARAM_LR, RLOO_PARAM_GROUP, RLOO_PARAM_KL, RLOO_PARAMS };
static const baud_param rloo_params[RLOO_PARAMS] = {
  BAUD_PARAM_LIVE_FLOAT("lr", 1, 0, 1e6, "", "step size of the logits"),
  BAUD_PARAM_INT("group", 8, 2, 1000000, "episodes", "how many episodes are judged together"),
  BAUD_PARAM_LIVE_FLOAT("kl", 0, 0, 1e6, "", "weight of each step's KL divergence from the initial, uniform policy")
};

typedef struct rloo_model {
  baud_table table;
  double lr, group, kl;
  baud_block blocks[BAUD_GROUP_BLOCKS];
} rloo_model;

static int32_t rloo_create(const baud_host *host, const baud_value *values, baud_learner_setup *setup, void **model) {
  rloo_model *m = calloc(1, sizeof *m);
  if (m == NULL) return host->fail(host, BAUD_ENOMEM, "there is no memory for the learner");
  int32_t code = baud_table_open(host, setup, BAUD_MASK(BAUD_CH_REWARD), &m->table);
  if (code != BAUD_OK) {
    free(m);
    return code;
  }
  m->lr = values[RLOO_PARAM_LR].f;
  m->group = (double)values[RLOO_PARAM_GROUP].i;
  m->kl = values[RLOO_PARAM_KL].f;
  baud_group_declare(&m->table, m->blocks);
  setup->blocks = m->blocks;
  setup->n_blocks = BAUD_GROUP_BLOCKS;
  *model = m;
  return BAUD_OK;
}

static void rloo_destroy(void *model) { free(model); }

static int32_t rloo_init(const void *model, void *const *blocks, uint64_t seed) {
  baud_group_init(&((const rloo_model *)model)->table, blocks, seed);
  return BAUD_OK;
}

static int32_t rloo_predict(const void *model, void *const *blocks, const baud_tick *tick) {
  baud_group_predict(&((const rloo_model *)model)->table, blocks, tick);
  return BAUD_OK;
}

static int32_t rloo_learn(const void *model, void *const *blocks, const baud_outcome *outcome) {
  const rloo_model *m = model;
  const baud_group_stats *stats = blocks[BAUD_GROUP_STATS];
  for (uint32_t lane = 0; lane < m->table.lanes; lane++) baud_group_step(&m->table, blocks, outcome, lane);
  for (uint32_t lane = 0; lane < m->table.lanes; lane++) {
    if (!outcome->flags[lane]) continue;
    baud_group_join(&m->table, blocks, lane, 1.0);
    if (stats->members < m->group) continue;
    /* 1/G * (R_i - mean of the others) = (R_i - mean of all) / (G - 1) */
    baud_group_apply(&m->table, blocks, m->lr / (m->group - 1.0), m->lr * m->kl / m->group);
  }
  return BAUD_OK;
}

static const baud_learner_ops rloo_ops = { BAUD_SIZE(baud_learner_ops), 0, rloo_create, rloo_destroy,
                                              rloo_init, rloo_predict, rloo_learn };

static const baud_unit rloo_unit = {
  BAUD_SIZE(baud_unit), BAUD_LEARNER, 1, 1, "baud.rloo", "RLOO on a table",
  "REINFORCE with the other episodes of a group as the baseline (Kool et al. 2019; Ahmadian et al. 2024): an unbiased "
  "gradient of the expected return. Learns from the reward channel, sees the state where there is one to see.",
  rloo_params, RLOO_PARAMS, 0, &rloo_ops, NULL
};

BAUD_EXPORT const baud_library baud_plugin_1 = {
  BAUD_SIZE(baud_library), BAUD_MINOR, 0, BAUD_LAYOUT, "baud", "1.0", "MIT", &rloo_unit, 1, 0
};
