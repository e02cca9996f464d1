/* Imitation of demonstrations, as exact inference: in each state one action is right, each as likely as any other
 * beforehand, and the expert shows it with probability `trust`, else one of the others at random. After n(s,a)
 * demonstrations of a in s, N(s) in all,
 *   p(a is right | shown) ~ trust^n(s,a) * ((1 - trust) / (A - 1))^(N(s) - n(s,a)),
 * hence a softmax of n(s,a) * log(trust (A - 1) / (1 - trust)), and that is the policy. With trust near 1 a single
 * demonstration gives nearly log2 A bits; with trust equal to the expert's competence not one bit more than it holds.
 * A demonstration that is shown before an action counts for that action already; it is stored in learn.
 */
#include <stdlib.h>

#include "baud/tabular.h"

enum { IMITATE_PARAM_TRUST, IMITATE_PARAMS };
static const baud_param imitate_params[IMITATE_PARAMS] = {
  BAUD_PARAM_LIVE_FLOAT("trust", 0.999, 1e-9, 0.999999999, "",
                   "assumed competence: the probability that a demonstrated action is the right one")
};

enum {
  IMITATE_COUNTS, IMITATE_POLICY, /* [states][actions] demonstrations, and the policy that follows from them */
  IMITATE_RANDOM,                 /* [lane] */
  IMITATE_FRESH,                  /* [actions] the policy with this tick's demonstration */
  IMITATE_BLOCKS
};

typedef struct imitate_model {
  baud_table table;
  double log_ratio; /* log of how much likelier one demonstration makes an action than any other */
  baud_block blocks[IMITATE_BLOCKS];
} imitate_model;

static int32_t imitate_create(const baud_host *host, const baud_value *values, baud_learner_setup *setup,
                              void **model) {
  imitate_model *m = calloc(1, sizeof *m);
  if (m == NULL) return host->fail(host, BAUD_ENOMEM, "there is no memory for the learner");
  int32_t code = baud_table_open(host, setup, BAUD_MASK(BAUD_CH_DEMONSTRATION), &m->table);
  if (code != BAUD_OK) {
    free(m);
    return code;
  }
  double trust = values[IMITATE_PARAM_TRUST].f;
  if (m->table.actions > 1) m->log_ratio = log(trust) + log(m->table.actions - 1.0) - log1p(-trust);
  m->blocks[IMITATE_COUNTS] = baud_block_of(BAUD_F64, BAUD_WEIGHT, 0, baud_pairs(&m->table), "demonstrations");
  m->blocks[IMITATE_POLICY] = baud_block_of(BAUD_F64, BAUD_WEIGHT, 0, baud_pairs(&m->table), "policy");
  m->blocks[IMITATE_RANDOM] = baud_block_of(BAUD_U64, BAUD_RNG, BAUD_PER_LANE, 1, "random");
  m->blocks[IMITATE_FRESH] = baud_block_of(BAUD_F64, BAUD_SCRATCH, 0, m->table.actions, "fresh");
  setup->blocks = m->blocks;
  setup->n_blocks = IMITATE_BLOCKS;
  *model = m;
  return BAUD_OK;
}

static void imitate_destroy(void *model) { free(model); }

static int32_t imitate_init(const void *model, void *const *blocks, uint64_t seed) {
  const baud_table *table = &((const imitate_model *)model)->table;
  double *policy = blocks[IMITATE_POLICY];
  for (uint64_t i = 0; i < baud_pairs(table); i++) policy[i] = 1.0 / table->actions;
  baud_seed_lanes(blocks[IMITATE_RANDOM], table->lanes, seed);
  return BAUD_OK;
}

/* policy[0..actions) of a state after `counts`, and one more demonstration of `shown` where that is an action. */
static void imitate_infer(const imitate_model *m, const double *counts, uint32_t shown, double *policy) {
  for (uint32_t action = 0; action < m->table.actions; action++)
    policy[action] = m->log_ratio * (counts[action] + (action == shown ? 1.0 : 0.0));
  baud_softmax(policy, m->table.actions, policy);
}

static int32_t imitate_predict(const void *model, void *const *blocks, const baud_tick *tick) {
  const imitate_model *m = model;
  const baud_table *table = &m->table;
  uint64_t *random = blocks[IMITATE_RANDOM];
  for (uint32_t lane = 0; lane < table->lanes; lane++) {
    uint64_t row = (uint64_t)baud_table_state(table, tick->obs, lane) * table->actions;
    const double *policy = (const double *)blocks[IMITATE_POLICY] + row;
    if (tick->demonstration != NULL && tick->shown != NULL && tick->shown[lane]) {
      uint32_t shown = baud_discrete(&table->action, tick->demonstration, lane);
      imitate_infer(m, (const double *)blocks[IMITATE_COUNTS] + row, shown, blocks[IMITATE_FRESH]);
      policy = blocks[IMITATE_FRESH];
    }
    (void)baud_table_act(table, tick, lane, policy, &random[lane]);
  }
  return BAUD_OK;
}

static int32_t imitate_learn(const void *model, void *const *blocks, const baud_outcome *outcome) {
  const imitate_model *m = model;
  const baud_table *table = &m->table;
  for (uint32_t lane = 0; lane < table->lanes && outcome->shown != NULL; lane++) {
    if (!outcome->shown[lane]) continue;
    uint64_t row = (uint64_t)baud_table_state(table, outcome->obs, lane) * table->actions;
    double *counts = (double *)blocks[IMITATE_COUNTS] + row;
    counts[baud_discrete(&table->action, outcome->demonstration, lane)] += 1.0;
    imitate_infer(m, counts, table->actions, (double *)blocks[IMITATE_POLICY] + row);
  }
  return BAUD_OK;
}

static const baud_learner_ops imitate_ops = { BAUD_SIZE(baud_learner_ops), 0, imitate_create, imitate_destroy,
                                              imitate_init, imitate_predict, imitate_learn };

static const baud_unit imitate_unit = {
  BAUD_SIZE(baud_unit), BAUD_LEARNER, 1, 1, "baud.imitate", "Imitation of demonstrations",
  "Acts as an expert's demonstrations make probable: the exact posterior over the right action of each state, for an "
  "expert who is right with probability `trust` and else shows another action at random. Takes the demonstration "
  "channel, and the state where there is one to see.",
  imitate_params, IMITATE_PARAMS, 0, &imitate_ops, NULL
};

BAUD_EXPORT const baud_library baud_plugin_1 = {
  BAUD_SIZE(baud_library), BAUD_MINOR, 0, BAUD_LAYOUT, "baud", "1.0", "MIT", &imitate_unit, 1, 0
};
