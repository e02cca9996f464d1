/* Stream Q(lambda) (Elsayed, Vasan and Mahmood 2024, Streaming deep reinforcement learning finally works, arXiv
 * 2410.14606): action values that learn from each transition once, when it happens, and keep none.
 *   delta = r + gamma max_a Q(s',a) - Q(s,a);   z <- gamma lambda z + grad Q(s,a);   theta += step delta z
 * the step bounded so that the update cannot overshoot (ObGD). Acts epsilon-greedily, ties at random, epsilon falling
 * linearly. Observations are normalised and rewards scaled by running moments; the network starts sparse and normalises its
 * layers. Traces end where an action was not greedy (Watkins 1989), which one version of the published code leaves out.
 * Lanes share network and moments, have traces of their own, and learn one after the other. A truncated episode bootstraps
 * from where it was cut off; on request it is over and the time is told, as in the published code.
 */
#include <stdlib.h>

#include "baud/nn_stream.h"
#include "baud/senses.h"

enum {
  SQ_PARAM_LR, SQ_PARAM_DISCOUNT, SQ_PARAM_LAMBDA, SQ_PARAM_KAPPA, SQ_PARAM_EPSILON_START, SQ_PARAM_EPSILON, SQ_PARAM_EXPLORE,
  SQ_PARAM_CUT, SQ_PARAM_HIDDEN, SQ_PARAM_HIDDEN_2, SQ_PARAM_SPARSITY, SQ_PARAM_TRUNCATION, SQ_PARAMS
};
static const char *const sq_truncations[] = BAUD_TRUNCATION_CHOICES;
static const baud_param sq_params[SQ_PARAMS] = {
  BAUD_PARAM_LIVE_FLOAT("lr", 1, 0, 1e6, "", "step size before ObGD bounds it"),
  BAUD_PARAM_FLOAT("discount", 0.99, 0, 1, "", "gamma, weight of a reward one step later"),
  BAUD_PARAM_FLOAT("lambda", 0.8, 0, 1, "", "decay of the traces beside gamma"),
  BAUD_PARAM_LIVE_FLOAT("kappa", 2, 1e-6, 1e6, "", "ObGD's kappa: larger bounds more"),
  BAUD_PARAM_FLOAT("epsilon_start", 1, 0, 1, "", "probability of a random action at the beginning"),
  BAUD_PARAM_LIVE_FLOAT("epsilon", 0.01, 0, 1, "", "the same once exploration is over"),
  BAUD_PARAM_INT("explore", 25000, 0, 1000000000, "steps", "steps over which epsilon falls; 0: it is low from the start"),
  BAUD_PARAM_FLAG("cut", 1, "traces end with an action that was not greedy"),
  BAUD_PARAM_INT("hidden", 32, 1, 4096, "units", "width of the first hidden layer"),
  BAUD_PARAM_INT("hidden_second", 32, 0, 4096, "units", "width of the second hidden layer; 0: there is none"),
  BAUD_PARAM_FLOAT("sparsity", 0.9, 0, 1, "", "share of the weights that are 0 at the start"),
  BAUD_PARAM_CHOICE("truncation", BAUD_TRUNCATION_BOOTSTRAP, sq_truncations, BAUD_TRUNCATIONS, BAUD_TRUNCATION_DOC)
};

enum {
  SQ_THETA = BAUD_SENSES_BLOCKS, /* the network */
  SQ_STEPS,    /* [1] taken so far, of all lanes */
  SQ_TRACE,    /* [lane] the network's eligibility */
  SQ_ACTIVITY, /* [lane] the pass of this tick */
  SQ_RANDOM,   /* [lane] */
  SQ_AFTER,    /* the pass of a successor */
  SQ_CHOSEN,   /* [actions] 1 for the action taken */
  SQ_POLICY,   /* [2][actions] values and policy of one lane at a time */
  SQ_BLOCKS
};

typedef struct sq_model {
  baud_senses senses;
  nn_layout layout;
  nn_stream net;
  nn_obgd step;
  double discount, decay, sparsity, epsilon_start, epsilon, explore;
  int64_t cuts;
  baud_block blocks[SQ_BLOCKS];
} sq_model;

/* ---- Creation ------------------------------------------------------------------------------------------- */

static void sq_declare(sq_model *m, const uint32_t hidden[2]) {
  uint32_t actions = m->senses.features.choices;
  baud_block *b = m->blocks;
  nn_stream_declare(&m->net, &m->layout, "q", m->senses.n, actions, hidden, hidden[1] ? 2 : 1);
  b[SQ_THETA] = baud_block_of(BAUD_F32, BAUD_WEIGHT, 0, m->layout.count, "network");
  b[SQ_STEPS] = baud_block_of(BAUD_U64, BAUD_OPTIMISER, 0, 1, "steps");
  b[SQ_TRACE] = baud_block_of(BAUD_F32, BAUD_TRACE, BAUD_PER_LANE, m->layout.count, "trace");
  b[SQ_ACTIVITY] = baud_block_of(BAUD_F32, BAUD_TRACE, BAUD_PER_LANE, m->net.work, "activity");
  b[SQ_RANDOM] = baud_block_of(BAUD_U64, BAUD_RNG, BAUD_PER_LANE, 1, "random");
  b[SQ_AFTER] = baud_block_of(BAUD_F32, BAUD_SCRATCH, 0, m->net.work, "after");
  b[SQ_CHOSEN] = baud_block_of(BAUD_F32, BAUD_SCRATCH, 0, actions, "chosen");
  b[SQ_POLICY] = baud_block_of(BAUD_F64, BAUD_SCRATCH, 0, 2 * (uint64_t)actions, "policy");
}

static void sq_destroy(void *model) { free(model); }

static int32_t sq_create(const baud_host *host, const baud_value *v, baud_learner_setup *setup, void **model) {
  sq_model *m = calloc(1, sizeof *m);
  if (m == NULL) return host->fail(host, BAUD_ENOMEM, "there is no memory for the learner");
  int32_t code = baud_senses_open(host, setup, v[SQ_PARAM_TRUNCATION].i, &m->senses, m->blocks);
  if (code == BAUD_OK && m->senses.features.choices == 0)
    code = host->fail(host, BAUD_EARG, "chooses among actions, but the environment's are continuous: use stream_ac");
  if (code != BAUD_OK) {
    sq_destroy(m);
    return code;
  }
  uint32_t hidden[2] = { (uint32_t)v[SQ_PARAM_HIDDEN].i, (uint32_t)v[SQ_PARAM_HIDDEN_2].i };
  m->discount = v[SQ_PARAM_DISCOUNT].f;
  m->decay = v[SQ_PARAM_DISCOUNT].f * v[SQ_PARAM_LAMBDA].f;
  m->sparsity = v[SQ_PARAM_SPARSITY].f;
  m->step = (nn_obgd){ v[SQ_PARAM_LR].f, v[SQ_PARAM_KAPPA].f };
  m->epsilon_start = v[SQ_PARAM_EPSILON_START].f;
  m->epsilon = v[SQ_PARAM_EPSILON].f;
  m->explore = (double)v[SQ_PARAM_EXPLORE].i;
  m->cuts = v[SQ_PARAM_CUT].i;
  sq_declare(m, hidden);
  setup->blocks = m->blocks;
  setup->n_blocks = SQ_BLOCKS;
  *model = m;
  return BAUD_OK;
}

static int32_t sq_init(const void *model, void *const *blocks, uint64_t seed) {
  const sq_model *m = model;
  uint64_t random = baud_split(seed, m->senses.features.lanes);
  nn_stream_init(&m->net, blocks[SQ_THETA], m->sparsity, &random);
  baud_senses_init(&m->senses, blocks);
  baud_seed_lanes(blocks[SQ_RANDOM], m->senses.features.lanes, seed);
  return BAUD_OK;
}

/* ---- Acting ----------------------------------------------------------------------------------------------- */

static float *sq_activity(const sq_model *m, void *const *blocks, uint32_t lane) { return (float *)blocks[SQ_ACTIVITY] + lane * m->net.work; }

/* Of the step that comes after `steps`; falls to its end linearly, then stays. */
static double sq_epsilon(const sq_model *m, uint64_t steps) {
  double share = m->explore > 0.0 ? ((double)steps + 1.0) / m->explore : 1.0;
  return share < 1.0 ? m->epsilon_start + share * (m->epsilon - m->epsilon_start) : m->epsilon;
}

static int32_t sq_predict(const void *model, void *const *blocks, const baud_tick *tick) {
  const sq_model *m = model;
  uint32_t actions = m->senses.features.choices;
  uint64_t *random = blocks[SQ_RANDOM];
  double *values = blocks[SQ_POLICY], *policy = values + actions;
  double epsilon = sq_epsilon(m, *(const uint64_t *)blocks[SQ_STEPS]);
  for (uint32_t lane = 0; lane < m->senses.features.lanes; lane++) {
    float *activity = sq_activity(m, blocks, lane);
    baud_senses_state(&m->senses, blocks, tick, lane, nn_stream_input(&m->net, activity));
    const float *q = nn_stream_forward(&m->net, blocks[SQ_THETA], activity);
    for (uint32_t i = 0; i < actions; i++) values[i] = (double)q[i];
    baud_greedy_policy(values, actions, epsilon, policy);
    baud_answer(tick, m->senses.features.asks_action, lane, policy, actions);
    if (!tick->action_given) baud_write_discrete(&m->senses.features.action, tick->action, lane, baud_categorical(&random[lane], policy, actions));
  }
  return BAUD_OK;
}

/* ---- Learning --------------------------------------------------------------------------------------------- */

static double sq_largest(const float *q, uint32_t n) {
  float largest = q[0];
  for (uint32_t i = 1; i < n; i++) largest = q[i] > largest ? q[i] : largest;
  return (double)largest;
}

static void sq_learn_lane(const sq_model *m, void *const *blocks, const baud_outcome *outcome, uint32_t lane) {
  uint32_t actions = m->senses.features.choices, action = baud_discrete(&m->senses.features.action, outcome->action, lane);
  float *theta = blocks[SQ_THETA], *trace = (float *)blocks[SQ_TRACE] + lane * m->layout.count;
  float *activity = sq_activity(m, blocks, lane), *after = blocks[SQ_AFTER], *chosen = blocks[SQ_CHOSEN];
  const float *q = nn_stream_output(&m->net, activity);
  int explores = (double)q[action] < sq_largest(q, actions); /* by the values that it was chosen with */
  baud_senses_successor(&m->senses, blocks, outcome, lane, nn_stream_input(&m->net, after));
  /* the first lane's pass is as predict left it; for the others the weights have moved since */
  if (lane > 0) nn_stream_forward_two(&m->net, theta, activity, after);
  else (void)nn_stream_forward(&m->net, theta, after);
  double target = baud_senses_reward(blocks, outcome, lane, m->discount);
  if (!baud_senses_is_over(&m->senses, outcome->flags[lane])) target += m->discount * sq_largest(nn_stream_output(&m->net, after), actions);
  double delta = target - (double)q[action];
  for (uint32_t i = 0; i < actions; i++) chosen[i] = i == action;
  double size = nn_stream_trace(&m->net, theta, activity, chosen, m->decay, trace);
  nn_stream_learn(&m->net, theta, trace, nn_obgd_rate(&m->step, size, delta) * delta);
  if (outcome->flags[lane] || (m->cuts && explores)) nn_stream_clear(&m->net, trace);
}

static int32_t sq_learn(const void *model, void *const *blocks, const baud_outcome *outcome) {
  const sq_model *m = model;
  for (uint32_t lane = 0; lane < m->senses.features.lanes; lane++) sq_learn_lane(m, blocks, outcome, lane);
  *(uint64_t *)blocks[SQ_STEPS] += m->senses.features.lanes;
  return BAUD_OK;
}

/* ---- Tables ------------------------------------------------------------------------------------------------ */

static const baud_learner_ops sq_ops = { BAUD_SIZE(baud_learner_ops), 0, sq_create, sq_destroy, sq_init, sq_predict, sq_learn };

static const baud_unit sq_unit = {
  BAUD_SIZE(baud_unit), BAUD_LEARNER, 1, 1, "baud.stream_q", "Stream Q(lambda)",
  "A network of action values that learns from each transition once, when it happens: eligibility traces, steps bounded by "
  "ObGD, sparse initialisation, layer norm, running normalisation of observations and scaling of rewards (Elsayed, Vasan "
  "and Mahmood 2024, arXiv 2410.14606). Defaults are the published ones for 500,000 steps, with hidden layers of 32.",
  sq_params, SQ_PARAMS, 0, &sq_ops, NULL
};

BAUD_EXPORT const baud_library baud_plugin_1 = {
  BAUD_SIZE(baud_library), BAUD_MINOR, 0, BAUD_LAYOUT, "baud", "1.0", "MIT", &sq_unit, 1, 0
};
