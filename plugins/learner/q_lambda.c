/* Watkins's Q(lambda) on a table (Watkins 1989; Sutton & Barto, 1st ed., figure 7.14): epsilon-greedy, learning the
 * greedy policy's values, with eligibility traces that end where an exploratory action is taken.
 *   delta = r + gamma max_a Q(s',a) - Q(s,a);   Q += lr * delta * e;   e *= gamma lambda, or 0 after exploring
 * Ties among the best actions are broken at random, and any of the best counts as greedy.
 * It promises work a step in proportion to the traces that are alive: they are kept as a list, and dropped below
 * `cutoff`. Lanes share Q and have traces of their own; whether an action was greedy is judged, for all lanes, by the
 * values that it was chosen with. A truncated episode bootstraps from its successor, as any other step does.
 */
#include <stdlib.h>

#include "baud/eligibility.h"

enum {
  Q_PARAM_LR, Q_PARAM_DISCOUNT, Q_PARAM_EPSILON, Q_PARAM_LAMBDA, Q_PARAM_INITIAL,
  Q_PARAM_TRACES, Q_PARAM_CUTOFF, Q_PARAMS
};
static const char *const q_lambda_visits[] = { "accumulate", "replace" };
static const baud_param q_lambda_params[Q_PARAMS] = {
  BAUD_PARAM_LIVE_FLOAT("lr", 0.1, 0, 1, "", "step size of the values"),
  BAUD_PARAM_FLOAT("discount", 0.95, 0, 1, "", "gamma, weight of a reward one step later"),
  BAUD_PARAM_LIVE_FLOAT("epsilon", 0.1, 0, 1, "", "probability of a random action"),
  BAUD_PARAM_FLOAT("lambda", 0.9, 0, 1, "", "decay of the traces beside gamma; 0: one-step Q-learning"),
  BAUD_PARAM_FLOAT("initial", 0, -1e9, 1e9, "", "value of all actions to begin with"),
  BAUD_PARAM_CHOICE("traces", BAUD_TRACES_ACCUMULATE, q_lambda_visits, 2,
                    "what a second visit does to a trace: add 1, or set it to 1"),
  BAUD_PARAM_FLOAT("cutoff", 1e-4, 0, 1, "", "traces below are dropped; 0: only those that underflow")
};

enum {
  Q_VALUES,  /* [states][actions] Q */
  Q_RANDOM,  /* [lane] */
  Q_TRACES,  /* [lane][states][actions] e */
  Q_ALIVE,   /* [lane][1 + states * actions] how many traces are alive, then their pairs */
  Q_POLICY,  /* [actions] of one lane at a time */
  Q_BLOCKS
};

typedef struct q_lambda_model {
  baud_table table;
  double lr, discount, epsilon, lambda, initial, cutoff;
  int64_t traces;
  baud_block blocks[Q_BLOCKS];
} q_lambda_model;

static int32_t q_lambda_create(const baud_host *host, const baud_value *values, baud_learner_setup *setup,
                               void **model) {
  q_lambda_model *m = calloc(1, sizeof *m);
  if (m == NULL) return host->fail(host, BAUD_ENOMEM, "there is no memory for the learner");
  int32_t code = baud_table_open(host, setup, BAUD_MASK(BAUD_CH_REWARD), &m->table);
  if (code != BAUD_OK) {
    free(m);
    return code;
  }
  m->lr = values[Q_PARAM_LR].f;
  m->discount = values[Q_PARAM_DISCOUNT].f;
  m->epsilon = values[Q_PARAM_EPSILON].f;
  m->lambda = values[Q_PARAM_LAMBDA].f;
  m->initial = values[Q_PARAM_INITIAL].f;
  m->traces = values[Q_PARAM_TRACES].i;
  m->cutoff = values[Q_PARAM_CUTOFF].f;
  uint64_t pairs = baud_pairs(&m->table);
  m->blocks[Q_VALUES] = baud_block_of(BAUD_F64, BAUD_WEIGHT, 0, pairs, "values");
  m->blocks[Q_RANDOM] = baud_block_of(BAUD_U64, BAUD_RNG, BAUD_PER_LANE, 1, "random");
  m->blocks[Q_TRACES] = baud_block_of(BAUD_F64, BAUD_TRACE, BAUD_PER_LANE, pairs, "traces");
  m->blocks[Q_ALIVE] = baud_block_of(BAUD_I32, BAUD_TRACE, BAUD_PER_LANE, pairs + 1, "alive");
  m->blocks[Q_POLICY] = baud_block_of(BAUD_F64, BAUD_SCRATCH, 0, m->table.actions, "policy");
  setup->blocks = m->blocks;
  setup->n_blocks = Q_BLOCKS;
  *model = m;
  return BAUD_OK;
}

static void q_lambda_destroy(void *model) { free(model); }

static int32_t q_lambda_init(const void *model, void *const *blocks, uint64_t seed) {
  const q_lambda_model *m = model;
  double *q = blocks[Q_VALUES];
  for (uint64_t i = 0; i < baud_pairs(&m->table); i++) q[i] = m->initial;
  baud_seed_lanes(blocks[Q_RANDOM], m->table.lanes, seed);
  return BAUD_OK;
}

static int32_t q_lambda_predict(const void *model, void *const *blocks, const baud_tick *tick) {
  const q_lambda_model *m = model;
  baud_epsilon_greedy(&m->table, tick, blocks[Q_VALUES], m->epsilon, blocks[Q_POLICY], blocks[Q_RANDOM]);
  return BAUD_OK;
}

static baud_traces q_lambda_lane(const q_lambda_model *m, void *const *blocks, uint32_t lane) {
  uint64_t pairs = baud_pairs(&m->table);
  baud_traces traces = {
    (double *)blocks[Q_TRACES] + lane * pairs,
    (int32_t *)blocks[Q_ALIVE] + lane * (pairs + 1)
  };
  return traces;
}

static int32_t q_lambda_learn(const void *model, void *const *blocks, const baud_outcome *outcome) {
  const q_lambda_model *m = model;
  const baud_table *table = &m->table;
  double *q = blocks[Q_VALUES];
  for (uint32_t lane = 0; lane < table->lanes; lane++) {
    baud_traces traces = q_lambda_lane(m, blocks, lane);
    uint64_t row = (uint64_t)baud_table_state(table, outcome->obs, lane) * table->actions;
    uint64_t pair = row + baud_discrete(&table->action, outcome->action, lane);
    if (q[pair] < baud_largest(q + row, table->actions)) baud_traces_clear(&traces);
    baud_traces_visit(&traces, (int32_t)pair, m->traces);
  }
  for (uint32_t lane = 0; lane < table->lanes; lane++) {
    baud_traces traces = q_lambda_lane(m, blocks, lane);
    uint64_t row = (uint64_t)baud_table_state(table, outcome->obs, lane) * table->actions;
    uint64_t pair = row + baud_discrete(&table->action, outcome->action, lane);
    double target = (double)outcome->reward[lane];
    if (!(outcome->flags[lane] & BAUD_TERMINATED)) {
      uint64_t next = (uint64_t)baud_table_state(table, outcome->next_obs, lane) * table->actions;
      target += m->discount * baud_largest(q + next, table->actions);
    }
    baud_traces_learn(&traces, q, m->lr * (target - q[pair]), m->discount * m->lambda, m->cutoff);
    if (outcome->flags[lane]) baud_traces_clear(&traces);
  }
  return BAUD_OK;
}

static const baud_learner_ops q_lambda_ops = { BAUD_SIZE(baud_learner_ops), 0, q_lambda_create, q_lambda_destroy,
                                               q_lambda_init, q_lambda_predict, q_lambda_learn };

static const baud_unit q_lambda_unit = {
  BAUD_SIZE(baud_unit), BAUD_LEARNER, 1, 1, "baud.q_lambda", "Watkins's Q(lambda) on a table",
  "Values of the greedy policy, learned by temporal differences with eligibility traces that an exploratory action "
  "ends (Watkins 1989). Learns from the reward channel, sees the state where there is one to see.",
  q_lambda_params, Q_PARAMS, 0, &q_lambda_ops, NULL
};

BAUD_EXPORT const baud_library baud_plugin_1 = {
  BAUD_SIZE(baud_library), BAUD_MINOR, 0, BAUD_LAYOUT, "baud", "1.0", "MIT", &q_lambda_unit, 1, 0
};
