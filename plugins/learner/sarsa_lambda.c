/* Sarsa(lambda) on a table (Rummery & Niranjan 1994; Sutton & Barto, 1st ed., figure 7.11): epsilon-greedy, learning
 * the values of the very policy that it follows, exploration included.
 *   delta = r + gamma Q(s',a') - Q(s,a);   Q += lr * delta * e;   e *= gamma lambda
 * a' is only known one tick later, so each step waits, and is learned from together with the next action; a step that
 * terminates is learned from at once. So a' is chosen by the values before that step is learned from, as published.
 * A truncated episode has no a': it bootstraps from the mean of Q(s',.) under the policy. Ties among the best actions
 * are broken at random. Work a step is in proportion to the traces alive; lanes share Q and have their own traces.
 */
#include <stdlib.h>

#include "baud/eligibility.h"

enum {
  SARSA_PARAM_LR, SARSA_PARAM_DISCOUNT, SARSA_PARAM_EPSILON, SARSA_PARAM_LAMBDA, SARSA_PARAM_INITIAL,
  SARSA_PARAM_TRACES, SARSA_PARAM_CUTOFF, SARSA_PARAMS
};
static const char *const sarsa_lambda_visits[] = { "accumulate", "replace" };
static const baud_param sarsa_lambda_params[SARSA_PARAMS] = {
  BAUD_PARAM_LIVE_FLOAT("lr", 0.1, 0, 1, "", "step size of the values"),
  BAUD_PARAM_FLOAT("discount", 0.95, 0, 1, "", "gamma, weight of a reward one step later"),
  BAUD_PARAM_LIVE_FLOAT("epsilon", 0.1, 0, 1, "", "probability of a random action"),
  BAUD_PARAM_FLOAT("lambda", 0.9, 0, 1, "", "decay of the traces beside gamma; 0: one-step Sarsa"),
  BAUD_PARAM_FLOAT("initial", 0, -1e9, 1e9, "", "value of all actions to begin with"),
  BAUD_PARAM_CHOICE("traces", BAUD_TRACES_ACCUMULATE, sarsa_lambda_visits, 2,
                    "what a second visit does to a trace: add 1, or set it to 1"),
  BAUD_PARAM_FLOAT("cutoff", 1e-4, 0, 1, "", "traces below are dropped; 0: only those that underflow")
};

enum {
  SARSA_VALUES,  /* [states][actions] Q */
  SARSA_RANDOM,  /* [lane] */
  SARSA_TRACES,  /* [lane][states][actions] e */
  SARSA_ALIVE,   /* [lane][1 + states * actions] how many traces are alive, then their pairs */
  SARSA_WAITING, /* [lane] 1 + the pair of the step that is still to be learned from; 0: there is none */
  SARSA_REWARD,  /* [lane] the reward of that step */
  SARSA_POLICY,  /* [actions] of one lane at a time */
  SARSA_BLOCKS
};

typedef struct sarsa_lambda_model {
  baud_table table;
  double lr, discount, epsilon, lambda, initial, cutoff;
  int64_t traces;
  baud_block blocks[SARSA_BLOCKS];
} sarsa_lambda_model;

static int32_t sarsa_lambda_create(const baud_host *host, const baud_value *values, baud_learner_setup *setup,
                                   void **model) {
  sarsa_lambda_model *m = calloc(1, sizeof *m);
  if (m == NULL) return host->fail(host, BAUD_ENOMEM, "there is no memory for the learner");
  int32_t code = baud_table_open(host, setup, BAUD_MASK(BAUD_CH_REWARD), &m->table);
  if (code != BAUD_OK) {
    free(m);
    return code;
  }
  m->lr = values[SARSA_PARAM_LR].f;
  m->discount = values[SARSA_PARAM_DISCOUNT].f;
  m->epsilon = values[SARSA_PARAM_EPSILON].f;
  m->lambda = values[SARSA_PARAM_LAMBDA].f;
  m->initial = values[SARSA_PARAM_INITIAL].f;
  m->traces = values[SARSA_PARAM_TRACES].i;
  m->cutoff = values[SARSA_PARAM_CUTOFF].f;
  uint64_t pairs = baud_pairs(&m->table);
  m->blocks[SARSA_VALUES] = baud_block_of(BAUD_F64, BAUD_WEIGHT, 0, pairs, "values");
  m->blocks[SARSA_RANDOM] = baud_block_of(BAUD_U64, BAUD_RNG, BAUD_PER_LANE, 1, "random");
  m->blocks[SARSA_TRACES] = baud_block_of(BAUD_F64, BAUD_TRACE, BAUD_PER_LANE, pairs, "traces");
  m->blocks[SARSA_ALIVE] = baud_block_of(BAUD_I32, BAUD_TRACE, BAUD_PER_LANE, pairs + 1, "alive");
  m->blocks[SARSA_WAITING] = baud_block_of(BAUD_I32, BAUD_TRACE, BAUD_PER_LANE, 1, "waiting");
  m->blocks[SARSA_REWARD] = baud_block_of(BAUD_F64, BAUD_TRACE, BAUD_PER_LANE, 1, "waiting_reward");
  m->blocks[SARSA_POLICY] = baud_block_of(BAUD_F64, BAUD_SCRATCH, 0, m->table.actions, "policy");
  setup->blocks = m->blocks;
  setup->n_blocks = SARSA_BLOCKS;
  *model = m;
  return BAUD_OK;
}

static void sarsa_lambda_destroy(void *model) { free(model); }

static int32_t sarsa_lambda_init(const void *model, void *const *blocks, uint64_t seed) {
  const sarsa_lambda_model *m = model;
  double *q = blocks[SARSA_VALUES];
  for (uint64_t i = 0; i < baud_pairs(&m->table); i++) q[i] = m->initial;
  baud_seed_lanes(blocks[SARSA_RANDOM], m->table.lanes, seed);
  return BAUD_OK;
}

static int32_t sarsa_lambda_predict(const void *model, void *const *blocks, const baud_tick *tick) {
  const sarsa_lambda_model *m = model;
  baud_epsilon_greedy(&m->table, tick, blocks[SARSA_VALUES], m->epsilon, blocks[SARSA_POLICY], blocks[SARSA_RANDOM]);
  return BAUD_OK;
}

static baud_traces sarsa_lambda_lane(const sarsa_lambda_model *m, void *const *blocks, uint32_t lane) {
  uint64_t pairs = baud_pairs(&m->table);
  baud_traces traces = {
    (double *)blocks[SARSA_TRACES] + lane * pairs,
    (int32_t *)blocks[SARSA_ALIVE] + lane * (pairs + 1)
  };
  return traces;
}

/* What the step that ends an episode is worth beyond its reward. */
static double sarsa_lambda_tail(const sarsa_lambda_model *m, void *const *blocks, const baud_outcome *outcome,
                                uint32_t lane) {
  if (outcome->flags[lane] & BAUD_TERMINATED) return 0.0;
  uint64_t next = (uint64_t)baud_table_state(&m->table, outcome->next_obs, lane) * m->table.actions;
  const double *q = (const double *)blocks[SARSA_VALUES] + next;
  double *policy = blocks[SARSA_POLICY], mean = 0.0;
  baud_greedy_policy(q, m->table.actions, m->epsilon, policy);
  for (uint32_t action = 0; action < m->table.actions; action++) mean += policy[action] * q[action];
  return mean;
}

static int32_t sarsa_lambda_learn(const void *model, void *const *blocks, const baud_outcome *outcome) {
  const sarsa_lambda_model *m = model;
  const baud_table *table = &m->table;
  double *q = blocks[SARSA_VALUES], *reward = blocks[SARSA_REWARD], decay = m->discount * m->lambda;
  int32_t *waiting = blocks[SARSA_WAITING];
  for (uint32_t lane = 0; lane < table->lanes; lane++) {
    baud_traces traces = sarsa_lambda_lane(m, blocks, lane);
    int32_t pair = (int32_t)(baud_table_state(table, outcome->obs, lane) * table->actions +
                             baud_discrete(&table->action, outcome->action, lane));
    if (waiting[lane] > 0) {
      double delta = reward[lane] + m->discount * q[pair] - q[waiting[lane] - 1];
      baud_traces_learn(&traces, q, m->lr * delta, decay, m->cutoff);
    }
    baud_traces_visit(&traces, pair, m->traces);
    waiting[lane] = pair + 1;
    reward[lane] = (double)outcome->reward[lane];
    if (!outcome->flags[lane]) continue;
    double delta = reward[lane] + m->discount * sarsa_lambda_tail(m, blocks, outcome, lane) - q[pair];
    baud_traces_learn(&traces, q, m->lr * delta, decay, m->cutoff);
    baud_traces_clear(&traces);
    waiting[lane] = 0;
  }
  return BAUD_OK;
}

static const baud_learner_ops sarsa_lambda_ops = {
  BAUD_SIZE(baud_learner_ops), 0, sarsa_lambda_create, sarsa_lambda_destroy,
  sarsa_lambda_init, sarsa_lambda_predict, sarsa_lambda_learn
};

static const baud_unit sarsa_lambda_unit = {
  BAUD_SIZE(baud_unit), BAUD_LEARNER, 1, 1, "baud.sarsa_lambda", "Sarsa(lambda) on a table",
  "Values of the epsilon-greedy policy that it follows, learned by temporal differences with eligibility traces "
  "(Rummery & Niranjan 1994). Learns from the reward channel, sees the state where there is one to see.",
  sarsa_lambda_params, SARSA_PARAMS, 0, &sarsa_lambda_ops, NULL
};

BAUD_EXPORT const baud_library baud_plugin_1 = {
  BAUD_SIZE(baud_library), BAUD_MINOR, 0, BAUD_LAYOUT, "baud", "1.0", "MIT", &sarsa_lambda_unit, 1, 0
};
