/* Deep Q-network (Mnih et al. 2015), with double estimation (van Hasselt et al. 2016) and n-step returns on request: a
 * network of action values learns from transitions drawn at random from a replay buffer, towards
 *   y = R + gamma^n Q'(s', a*),   a* = argmax Q'(s', .), or with `double` argmax Q(s', .);   y = R where s' is terminal
 * where Q' is a copy of the network that follows every `target_every` steps; acts epsilon-greedily, epsilon falling
 * linearly over `explore` steps. Defaults are those with which CleanRL's dqn.py was published on CartPole-v1.
 * Lanes share network and buffer. A truncated episode bootstraps from where it was cut off.
 */
#include <stdlib.h>

#include "baud/mlp.h"
#include "baud/replay.h"

enum {
  DQN_PARAM_LR, DQN_PARAM_LR_EPSILON, DQN_PARAM_DISCOUNT, DQN_PARAM_HIDDEN, DQN_PARAM_HIDDEN_2, DQN_PARAM_BUFFER, DQN_PARAM_BATCH,
  DQN_PARAM_WARMUP, DQN_PARAM_TRAIN_EVERY, DQN_PARAM_TARGET_EVERY, DQN_PARAM_STEPS, DQN_PARAM_DOUBLE, DQN_PARAM_EPSILON_START,
  DQN_PARAM_EPSILON, DQN_PARAM_EXPLORE, DQN_PARAM_LOSS, DQN_PARAM_CLIP, DQN_PARAMS
};
static const char *const dqn_losses[] = { "squared", "huber" };
static const baud_param dqn_params[DQN_PARAMS] = {
  BAUD_PARAM_LIVE_FLOAT("lr", 2.5e-4, 0, 1, "", "step size (Adam)"),
  BAUD_PARAM_FLOAT("lr_epsilon", 1e-8, 1e-12, 1, "", "Adam's epsilon"),
  BAUD_PARAM_FLOAT("discount", 0.99, 0, 1, "", "gamma, weight of a reward one step later"),
  BAUD_PARAM_INT("hidden", 120, 1, 4096, "units", "width of the first hidden layer"),
  BAUD_PARAM_INT("hidden_second", 84, 0, 4096, "units", "width of the second hidden layer; 0: there is none"),
  BAUD_PARAM_INT("buffer", 10000, 1, 10000000, "transitions", "room of the replay buffer, over all lanes"),
  BAUD_PARAM_INT("batch", 128, 1, 65536, "transitions", "transitions an update learns from"),
  BAUD_PARAM_INT("warmup", 10000, 0, 1000000000, "steps", "steps before the first update"),
  BAUD_PARAM_INT("train_every", 10, 1, 1000000, "steps", "steps from one update to the next"),
  BAUD_PARAM_INT("target_every", 500, 1, 100000000, "steps", "steps from one copy of the network to the next"),
  BAUD_PARAM_INT("n_steps", 1, 1, 1000, "steps", "rewards taken together before the value of what follows"),
  BAUD_PARAM_FLAG("double", 0, "choose the successor's action by the network, value it by the copy"),
  BAUD_PARAM_FLOAT("epsilon_start", 1, 0, 1, "", "probability of a random action at the beginning"),
  BAUD_PARAM_LIVE_FLOAT("epsilon", 0.05, 0, 1, "", "the same once exploration is over"),
  BAUD_PARAM_INT("explore", 250000, 0, 1000000000, "steps", "steps over which epsilon falls; 0: it is low from the start"),
  BAUD_PARAM_CHOICE("loss", 0, dqn_losses, 2, "of an error: its square, or beyond 1 its size (Huber)"),
  BAUD_PARAM_FLOAT("clip", 0, 0, 1e9, "", "largest norm of an update's gradient; 0: as it is")
};

enum {
  DQN_THETA = BAUD_REPLAY_BLOCKS, /* [parameters] the network */
  DQN_TARGET,    /* [parameters] its copy */
  DQN_MOMENTS,   /* Adam's */
  DQN_RANDOM,    /* [lane] */
  DQN_DRAWS,     /* [1] for the batches */
  DQN_GRADIENT,  /* [parameters] */
  DQN_BATCH_OBS, DQN_BATCH_NEXT, /* [batch][features] */
  DQN_BATCH_ACTION, DQN_BATCH_REWARD, DQN_BATCH_DISCOUNT, /* [batch] */
  DQN_UPSTREAM,  /* [batch][actions] d loss / d Q */
  DQN_ROWS,      /* [lane][features] what is acted upon */
  DQN_POLICY,    /* [2][actions] values and policy of one lane at a time */
  DQN_ARENA,
  DQN_BLOCKS
};

typedef struct dqn_model {
  baud_features features;
  baud_replay replay;
  nn_layout layout;
  nn_mlp net;
  nn_adam adam;
  double discount, epsilon_start, epsilon, explore, clip;
  uint32_t batch, n_steps;
  uint64_t warmup, train_every, target_every;
  int64_t is_double, loss;
  size_t arena;
  const baud_host *host;
  baud_block blocks[DQN_BLOCKS];
} dqn_model;

/* ---- Creation ------------------------------------------------------------------------------------------- */

static void dqn_read(dqn_model *m, const baud_value *v) {
  m->adam = (nn_adam){ v[DQN_PARAM_LR].f, 0.9, 0.999, v[DQN_PARAM_LR_EPSILON].f, 0.0 };
  m->discount = v[DQN_PARAM_DISCOUNT].f;
  m->batch = (uint32_t)v[DQN_PARAM_BATCH].i;
  m->warmup = (uint64_t)v[DQN_PARAM_WARMUP].i;
  m->train_every = (uint64_t)v[DQN_PARAM_TRAIN_EVERY].i;
  m->target_every = (uint64_t)v[DQN_PARAM_TARGET_EVERY].i;
  m->n_steps = (uint32_t)v[DQN_PARAM_STEPS].i;
  m->is_double = v[DQN_PARAM_DOUBLE].i;
  m->epsilon_start = v[DQN_PARAM_EPSILON_START].f;
  m->epsilon = v[DQN_PARAM_EPSILON].f;
  m->explore = (double)v[DQN_PARAM_EXPLORE].i;
  m->loss = v[DQN_PARAM_LOSS].i;
  m->clip = v[DQN_PARAM_CLIP].f;
}

/* Room for the largest pass: two forward and one forth and back over a batch, or one forward over all lanes. */
static size_t dqn_arena(const dqn_model *m) {
  nn_real gradient = 0;
  nn_tape t;
  nn_tape_open(&t, NULL, 0);
  nn_begin(&t, NN_INFER);
  (void)nn_mlp_forward(&t, &m->net, nn_constant(&t, NULL, m->features.lanes, m->features.n));
  nn_begin(&t, NN_TRAIN);
  for (int pass = 0; pass < 3; pass++) {
    nn_bind(&t, NULL, pass < 2 ? NULL : &gradient);
    nn_seed(&t, nn_mlp_forward(&t, &m->net, nn_constant(&t, NULL, m->batch, m->features.n)), NULL);
  }
  return nn_arena_bytes(&t);
}

static void dqn_declare(dqn_model *m) {
  uint64_t n = m->layout.count, batch = m->batch, features = m->features.n, actions = m->features.choices;
  baud_block *b = m->blocks;
  b[DQN_THETA] = baud_block_of(BAUD_F32, BAUD_WEIGHT, 0, n, "network");
  b[DQN_TARGET] = baud_block_of(BAUD_F32, BAUD_WEIGHT, 0, n, "target");
  b[DQN_MOMENTS] = baud_block_of(BAUD_F32, BAUD_OPTIMISER, 0, nn_adam_state(n), "moments");
  b[DQN_RANDOM] = baud_block_of(BAUD_U64, BAUD_RNG, BAUD_PER_LANE, 1, "random");
  b[DQN_DRAWS] = baud_block_of(BAUD_U64, BAUD_RNG, 0, 1, "draws");
  b[DQN_GRADIENT] = baud_block_of(BAUD_F32, BAUD_SCRATCH, 0, n, "gradient");
  b[DQN_BATCH_OBS] = baud_block_of(BAUD_F32, BAUD_SCRATCH, 0, batch * features, "batch_observations");
  b[DQN_BATCH_NEXT] = baud_block_of(BAUD_F32, BAUD_SCRATCH, 0, batch * features, "batch_successors");
  b[DQN_BATCH_ACTION] = baud_block_of(BAUD_F32, BAUD_SCRATCH, 0, batch, "batch_actions");
  b[DQN_BATCH_REWARD] = baud_block_of(BAUD_F32, BAUD_SCRATCH, 0, batch, "batch_rewards");
  b[DQN_BATCH_DISCOUNT] = baud_block_of(BAUD_F32, BAUD_SCRATCH, 0, batch, "batch_discounts");
  b[DQN_UPSTREAM] = baud_block_of(BAUD_F32, BAUD_SCRATCH, 0, batch * actions, "upstream");
  b[DQN_ROWS] = baud_block_of(BAUD_F32, BAUD_SCRATCH, 0, (uint64_t)m->features.lanes * features, "rows");
  b[DQN_POLICY] = baud_block_of(BAUD_F64, BAUD_SCRATCH, 0, 2 * actions, "policy");
  b[DQN_ARENA] = baud_block_of(BAUD_U8, BAUD_SCRATCH, 0, m->arena, "arena");
}

static void dqn_destroy(void *model) { free(model); }

static int32_t dqn_create(const baud_host *host, const baud_value *values, baud_learner_setup *setup, void **model) {
  dqn_model *m = calloc(1, sizeof *m);
  if (m == NULL) return host->fail(host, BAUD_ENOMEM, "there is no memory for the learner");
  int32_t code = baud_features_open(host, setup, BAUD_MASK(BAUD_CH_REWARD), &m->features);
  if (code == BAUD_OK && m->features.choices == 0)
    code = host->fail(host, BAUD_EARG, "chooses among actions, but the environment's are continuous: use sac or ppo");
  if (code != BAUD_OK) {
    dqn_destroy(m);
    return code;
  }
  uint32_t hidden[2] = { (uint32_t)values[DQN_PARAM_HIDDEN].i, (uint32_t)values[DQN_PARAM_HIDDEN_2].i };
  m->host = host;
  dqn_read(m, values);
  m->net = nn_mlp_declare(&m->layout, "q", m->features.n, hidden, 2, m->features.choices, NN_RELU);
  m->replay = baud_replay_open(&m->features, (uint32_t)values[DQN_PARAM_BUFFER].i, m->blocks);
  m->arena = dqn_arena(m);
  dqn_declare(m);
  setup->blocks = m->blocks;
  setup->n_blocks = DQN_BLOCKS;
  *model = m;
  return BAUD_OK;
}

static int32_t dqn_init(const void *model, void *const *blocks, uint64_t seed) {
  const dqn_model *m = model;
  uint64_t random = baud_split(seed, m->features.lanes);
  nn_mlp_uniform(&m->net, blocks[DQN_THETA], &random);
  memcpy(blocks[DQN_TARGET], blocks[DQN_THETA], m->layout.count * sizeof(nn_real));
  baud_seed_lanes(blocks[DQN_RANDOM], m->features.lanes, seed);
  *(uint64_t *)blocks[DQN_DRAWS] = random;
  return BAUD_OK;
}

/* ---- Acting --------------------------------------------------------------------------------------------- */

static nn_tape dqn_tape(const dqn_model *m, void *const *blocks) {
  nn_tape t;
  nn_tape_open(&t, blocks[DQN_ARENA], m->arena);
  return t;
}

static double dqn_epsilon(const dqn_model *m, void *const *blocks) {
  double steps = (double)baud_replay_ticks(blocks) * m->features.lanes, left = m->explore > 0.0 ? 1.0 - steps / m->explore : 0.0;
  return left > 0.0 ? m->epsilon + left * (m->epsilon_start - m->epsilon) : m->epsilon;
}

static int32_t dqn_predict(const void *model, void *const *blocks, const baud_tick *tick) {
  const dqn_model *m = model;
  const baud_features *f = &m->features;
  const float *rows = baud_features_in_place(f, tick->obs);
  double epsilon = dqn_epsilon(m, blocks), *value = blocks[DQN_POLICY], *policy = value + f->choices;
  if (rows == NULL) {
    baud_features_rows(f, tick->obs, blocks[DQN_ROWS]);
    rows = blocks[DQN_ROWS];
  }
  nn_tape t = dqn_tape(m, blocks);
  nn_begin(&t, NN_INFER);
  nn_bind(&t, blocks[DQN_THETA], NULL);
  nn_value q = nn_mlp_forward(&t, &m->net, nn_constant(&t, rows, f->lanes, f->n));
  for (uint32_t lane = 0; lane < f->lanes; lane++) {
    for (uint32_t a = 0; a < f->choices; a++) value[a] = (double)q.x[lane * f->choices + a];
    baud_greedy_policy(value, f->choices, epsilon, policy);
    baud_answer(tick, f->asks_action, lane, policy, f->choices);
    if (tick->action_given) continue;
    baud_write_discrete(&f->action, tick->action, lane, baud_categorical((uint64_t *)blocks[DQN_RANDOM] + lane, policy, f->choices));
  }
  return BAUD_OK;
}

/* ---- Learning ------------------------------------------------------------------------------------------- */

static uint32_t dqn_best(const nn_real *q, uint32_t n) {
  uint32_t best = 0;
  for (uint32_t a = 1; a < n; a++) best = q[a] > q[best] ? a : best;
  return best;
}

/* d loss / d Q of the batch, of the mean over its rows. `next` values the successors, `chooser` picks their actions. */
static void dqn_errors(const dqn_model *m, void *const *blocks, nn_value q, nn_value next, nn_value chooser) {
  const float *action = blocks[DQN_BATCH_ACTION], *reward = blocks[DQN_BATCH_REWARD], *discount = blocks[DQN_BATCH_DISCOUNT];
  float *upstream = blocks[DQN_UPSTREAM], scale = (m->loss ? 1.0f : 2.0f) / (float)m->batch;
  uint32_t n = m->features.choices;
  memset(upstream, 0, (size_t)m->batch * n * sizeof *upstream);
  for (uint32_t i = 0; i < m->batch; i++) {
    size_t row = (size_t)i * n, taken = row + (uint32_t)action[i];
    float error = q.x[taken] - (reward[i] + discount[i] * next.x[row + dqn_best(chooser.x + row, n)]);
    if (m->loss) error = error > 1.0f ? 1.0f : error < -1.0f ? -1.0f : error;
    upstream[taken] = scale * error;
  }
}

static int32_t dqn_update(const dqn_model *m, void *const *blocks) {
  baud_replay_batch batch = { blocks[DQN_BATCH_OBS], blocks[DQN_BATCH_NEXT], blocks[DQN_BATCH_ACTION], blocks[DQN_BATCH_REWARD],
                              blocks[DQN_BATCH_DISCOUNT], NULL };
  nn_real *theta = blocks[DQN_THETA], *gradient = blocks[DQN_GRADIENT];
  baud_replay_sample(&m->replay, blocks, m->n_steps, m->discount, blocks[DQN_DRAWS], &batch, m->batch);
  memset(gradient, 0, m->layout.count * sizeof *gradient);
  nn_tape t = dqn_tape(m, blocks);
  nn_begin(&t, NN_TRAIN);
  nn_value successors = nn_constant(&t, batch.next, m->batch, m->features.n);
  nn_bind(&t, blocks[DQN_TARGET], NULL);
  nn_value next = nn_mlp_forward(&t, &m->net, successors), chooser = next;
  nn_bind(&t, theta, NULL);
  if (m->is_double) chooser = nn_mlp_forward(&t, &m->net, successors);
  nn_bind(&t, theta, gradient);
  nn_value q = nn_mlp_forward(&t, &m->net, nn_constant(&t, batch.obs, m->batch, m->features.n));
  if (nn_is_dry(&t)) return m->host->fail(m->host, BAUD_EBUG, "its arena is too small for a batch");
  dqn_errors(m, blocks, q, next, chooser);
  nn_seed(&t, q, blocks[DQN_UPSTREAM]);
  if (nn_backward(&t) != BAUD_OK) return m->host->fail(m->host, BAUD_EBUG, "its arena is too small for a batch");
  double scale = m->clip > 0.0 ? nn_clip_scale(gradient, m->layout.count, m->clip) : 1.0;
  nn_adam_step(&m->adam, theta, gradient, blocks[DQN_MOMENTS], m->layout.count, scale);
  return BAUD_OK;
}

/* How many multiples of `every` lie in (from, to]. */
static uint64_t dqn_due(uint64_t from, uint64_t to, uint64_t every) { return to / every - from / every; }

static int32_t dqn_learn(const void *model, void *const *blocks, const baud_outcome *outcome) {
  const dqn_model *m = model;
  uint64_t before = baud_replay_ticks(blocks) * m->features.lanes, after = before + m->features.lanes;
  baud_replay_store(&m->replay, &m->features, blocks, outcome);
  if (after <= m->warmup) return BAUD_OK;
  for (uint64_t due = dqn_due(before, after, m->train_every); due > 0; due--) {
    int32_t code = dqn_update(m, blocks);
    if (code != BAUD_OK) return code;
  }
  if (dqn_due(before, after, m->target_every)) memcpy(blocks[DQN_TARGET], blocks[DQN_THETA], m->layout.count * sizeof(nn_real));
  return BAUD_OK;
}

static const baud_learner_ops dqn_ops = { BAUD_SIZE(baud_learner_ops), 0, dqn_create, dqn_destroy, dqn_init, dqn_predict, dqn_learn };

static const baud_unit dqn_unit = {
  BAUD_SIZE(baud_unit), BAUD_LEARNER, 1, 1, "baud.dqn", "Deep Q-network",
  "Action values by a network that learns from a replay buffer towards a copy of itself (Mnih et al. 2015); double "
  "estimation (van Hasselt et al. 2016) and n-step returns on request. Learns from the reward channel, sees the observation.",
  dqn_params, DQN_PARAMS, 0, &dqn_ops, NULL
};

BAUD_EXPORT const baud_library baud_plugin_1 = {
  BAUD_SIZE(baud_library), BAUD_MINOR, 0, BAUD_LAYOUT, "baud", "1.0", "MIT", &dqn_unit, 1, 0
};
