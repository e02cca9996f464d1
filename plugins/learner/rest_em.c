/* ReST-EM on a table: keep the best of k. Reinforced self-training by expectation-maximisation (Singh et al. 2023, arXiv
 * 2312.06585; Dong et al. 2023, RAFT, arXiv 2304.06767) draws k episodes from its policy, keeps the one of the largest return,
 * and learns that one by heart as if it had been shown, by a gradient step of its likelihood:
 *   theta += lr * sum over the steps of the best episode of grad log pi(a_t|s_t)
 * How much better the best was does not matter, and what went badly is no evidence. Of equal episodes the first to finish is
 * the best; k episodes whose returns are all alike teach nothing, and move nothing. A group is the next k episodes to finish,
 * of whichever lanes; those that finish at one tick are taken in the order of lanes.
 */
#include <stdlib.h>

#include "baud/policy_gradient.h"

enum { REST_PARAM_LR, REST_PARAM_GROUP, REST_PARAMS };
static const baud_param rest_params[REST_PARAMS] = {
  BAUD_PARAM_LIVE_FLOAT("lr", 1, 0, 1e6, "", "step size of the logits"),
  BAUD_PARAM_INT("group", 5, 2, 1000000, "episodes", "k: of how many the best is kept")
};

enum {
  REST_BEST = BAUD_GROUP_BLOCKS, /* [1] the largest return of the group so far; BAUD_GROUP_SUM has its episode's scores */
  REST_BLOCKS
};

typedef struct rest_model {
  baud_table table;
  double lr, group;
  baud_block blocks[REST_BLOCKS];
} rest_model;

static int32_t rest_create(const baud_host *host, const baud_value *values, baud_learner_setup *setup, void **model) {
  rest_model *m = calloc(1, sizeof *m);
  if (m == NULL) return host->fail(host, BAUD_ENOMEM, "there is no memory for the learner");
  int32_t code = baud_table_open(host, setup, BAUD_MASK(BAUD_CH_REWARD), &m->table);
  if (code != BAUD_OK) {
    free(m);
    return code;
  }
  m->lr = values[REST_PARAM_LR].f;
  m->group = (double)values[REST_PARAM_GROUP].i;
  baud_group_declare(&m->table, m->blocks);
  m->blocks[REST_BEST] = baud_block_of(BAUD_F64, BAUD_TRACE, 0, 1, "best");
  setup->blocks = m->blocks;
  setup->n_blocks = REST_BLOCKS;
  *model = m;
  return BAUD_OK;
}

static void rest_destroy(void *model) { free(model); }

static int32_t rest_init(const void *model, void *const *blocks, uint64_t seed) {
  baud_group_init(&((const rest_model *)model)->table, blocks, seed);
  return BAUD_OK;
}

static int32_t rest_predict(const void *model, void *const *blocks, const baud_tick *tick) {
  baud_group_predict(&((const rest_model *)model)->table, blocks, tick);
  return BAUD_OK;
}

/* The best episode so far is the best no longer. */
static void rest_forget(const baud_table *table, void *const *blocks) {
  const int32_t *list = blocks[BAUD_GROUP_LIST];
  for (int32_t i = 1; i <= list[0]; i++) {
    double *sum = (double *)blocks[BAUD_GROUP_SUM] + (uint64_t)list[i] * table->actions;
    for (uint32_t action = 0; action < table->actions; action++) sum[action] = 0.0;
  }
}

static void rest_join(const baud_table *table, void *const *blocks, uint32_t lane) {
  double gain = ((const double *)blocks[BAUD_GROUP_RETURN])[lane], *best = blocks[REST_BEST];
  int is_best = ((const baud_group_stats *)blocks[BAUD_GROUP_STATS])->members == 0.0 || gain > *best;
  if (is_best) {
    rest_forget(table, blocks);
    *best = gain;
  }
  baud_group_join(table, blocks, lane, is_best ? 1.0 : 0.0);
}

/* The logits climb the likelihood of the best; then the group is emptied. */
static void rest_learn_by_heart(const rest_model *m, void *const *blocks) {
  const baud_table *table = &m->table;
  baud_group_stats *stats = blocks[BAUD_GROUP_STATS];
  int32_t *list = blocks[BAUD_GROUP_LIST];
  double rate = stats->squares > 0.0 ? m->lr : 0.0;
  for (int32_t i = 1; i <= list[0]; i++) {
    uint64_t row = (uint64_t)list[i] * table->actions;
    double *logits = (double *)blocks[BAUD_GROUP_LOGITS] + row, *sum = (double *)blocks[BAUD_GROUP_SUM] + row;
    double *weighted = (double *)blocks[BAUD_GROUP_WEIGHTED] + row;
    for (uint32_t action = 0; action < table->actions; action++) {
      logits[action] += rate * sum[action];
      sum[action] = weighted[action] = 0.0;
    }
    if (rate > 0.0) baud_softmax(logits, table->actions, (double *)blocks[BAUD_GROUP_POLICY] + row);
    ((uint64_t *)blocks[BAUD_GROUP_STEPS])[list[i]] = 0;
  }
  list[0] = 0;
  *stats = (baud_group_stats){ 0.0, 0.0, 0.0, 0.0 };
}

static int32_t rest_learn(const void *model, void *const *blocks, const baud_outcome *outcome) {
  const rest_model *m = model;
  const baud_group_stats *stats = blocks[BAUD_GROUP_STATS];
  for (uint32_t lane = 0; lane < m->table.lanes; lane++) baud_group_step(&m->table, blocks, outcome, lane);
  for (uint32_t lane = 0; lane < m->table.lanes; lane++) {
    if (!outcome->flags[lane]) continue;
    rest_join(&m->table, blocks, lane);
    if (stats->members >= m->group) rest_learn_by_heart(m, blocks);
  }
  return BAUD_OK;
}

static const baud_learner_ops rest_ops = { BAUD_SIZE(baud_learner_ops), 0, rest_create, rest_destroy,
                                           rest_init, rest_predict, rest_learn };

static const baud_unit rest_unit = {
  BAUD_SIZE(baud_unit), BAUD_LEARNER, 1, 1, "baud.rest_em", "ReST-EM on a table",
  "Keeps the best of k episodes and learns it by heart (Singh et al. 2023): supervised learning on what went best. Learns from "
  "the reward channel, sees the state where there is one to see.",
  rest_params, REST_PARAMS, 0, &rest_ops, NULL
};

BAUD_EXPORT const baud_library baud_plugin_1 = {
  BAUD_SIZE(baud_library), BAUD_MINOR, 0, BAUD_LAYOUT, "baud", "1.0", "MIT", &rest_unit, 1, 0
};
