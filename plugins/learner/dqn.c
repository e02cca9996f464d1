/* Deep Q-network (Mnih et al. 2015), with double estimation (van Hasselt et al. 2016) and n-step returns on request: a
 * network of action values learns from transitions drawn at random from a replay buffer, towards
 *   y = R + gamma^n Q'(s', a*),   a* = argmax Q'(s', .), or with `double` argmax Q(s', .);   y = R where s' is terminal
 * where Q' is a copy of the network that follows every `target_every` steps; acts epsilon-greedily, epsilon falling
 * linearly over `explore` steps. And bootstrapped DQN with randomised priors (Osband et al. 2016, 2018): several such
 * networks, each the sum of what it learns and of a random network of its own that never changes, on the same batches; one of
 * them, drawn anew for each episode, decides. One network without a prior is DQN, so both are units of one learner.
 * Lanes share networks and buffer. A truncated episode bootstraps from where it was cut off.
 */
#include <stdlib.h>

#include "baud/mlp.h"
#include "baud/replay.h"

enum {
  DQN_PARAM_LR, DQN_PARAM_LR_EPSILON, DQN_PARAM_DISCOUNT, DQN_PARAM_HIDDEN, DQN_PARAM_HIDDEN_SECOND, DQN_PARAM_BUFFER,
  DQN_PARAM_BATCH, DQN_PARAM_WARMUP, DQN_PARAM_TRAIN_EVERY, DQN_PARAM_TARGET_EVERY, DQN_PARAM_STEPS, DQN_PARAM_DOUBLE,
  DQN_PARAM_EPSILON_START, DQN_PARAM_EPSILON, DQN_PARAM_EXPLORE, DQN_PARAM_LOSS, DQN_PARAM_CLIP, DQN_PARAM_MEMBERS, DQN_PARAM_PRIOR,
  DQN_PARAMS
};
enum { DQN_MOST_MEMBERS = 64 };
static const char *const dqn_losses[] = { "squared", "huber" };
/* One table; what the two units begin with differs. */
#define DQN_TABLE(lr, hidden, hidden_second, batch, warmup, train_every, target_every, epsilon_start, epsilon, explore, members, prior) \
  BAUD_PARAM_LIVE_FLOAT("lr", lr, 0, 1, "", "step size (Adam)"), \
  BAUD_PARAM_FLOAT("lr_epsilon", 1e-8, 1e-12, 1, "", "Adam's epsilon"), \
  BAUD_PARAM_FLOAT("discount", 0.99, 0, 1, "", "gamma, weight of a reward one step later"), \
  BAUD_PARAM_INT("hidden", hidden, 1, 4096, "units", "width of the first hidden layer"), \
  BAUD_PARAM_INT("hidden_second", hidden_second, 0, 4096, "units", "width of the second hidden layer; 0: there is none"), \
  BAUD_PARAM_INT("buffer", 10000, 1, 10000000, "transitions", "room of the replay buffer, over all lanes"), \
  BAUD_PARAM_INT("batch", batch, 1, 65536, "transitions", "transitions an update learns from"), \
  BAUD_PARAM_INT("warmup", warmup, 0, 1000000000, "steps", "steps before the first update"), \
  BAUD_PARAM_INT("train_every", train_every, 1, 1000000, "steps", "steps from one update to the next"), \
  BAUD_PARAM_INT("target_every", target_every, 1, 100000000, "steps", "steps from one copy of the network to the next"), \
  BAUD_PARAM_INT("n_steps", 1, 1, 1000, "steps", "rewards taken together before the value of what follows"), \
  BAUD_PARAM_FLAG("double", 0, "choose the successor's action by the network, value it by the copy"), \
  BAUD_PARAM_FLOAT("epsilon_start", epsilon_start, 0, 1, "", "probability of a random action at the beginning"), \
  BAUD_PARAM_LIVE_FLOAT("epsilon", epsilon, 0, 1, "", "the same once exploration is over"), \
  BAUD_PARAM_INT("explore", explore, 0, 1000000000, "steps", "steps over which epsilon falls; 0: it is low from the start"), \
  BAUD_PARAM_CHOICE("loss", 0, dqn_losses, 2, "of an error: its square, or beyond 1 its size (Huber)"), \
  BAUD_PARAM_FLOAT("clip", 0, 0, 1e9, "", "largest norm of an update's gradient; 0: as it is"), \
  BAUD_PARAM_INT("members", members, 1, DQN_MOST_MEMBERS, "networks", "networks, of which one decides an episode"), \
  BAUD_PARAM_FLOAT("prior", prior, 0, 1e6, "", "weight of each network's random prior; 0: none")
/* As CleanRL's dqn.py was published on CartPole-v1; as bsuite's boot_dqn, with half as many networks and half the batch. */
static const baud_param dqn_params[DQN_PARAMS] = { DQN_TABLE(2.5e-4, 120, 84, 128, 10000, 10, 500, 1, 0.05, 250000, 1, 0) };
static const baud_param bootstrapped_params[DQN_PARAMS] = { DQN_TABLE(1e-3, 50, 50, 64, 128, 1, 4, 0, 0, 0, 10, 3) };

enum {
  DQN_THETA = BAUD_REPLAY_BLOCKS, /* [parameters] all networks */
  DQN_TARGET,    /* [parameters] their copies */
  DQN_PRIOR,     /* [parameters] what each of them is added to; nothing where there is no prior */
  DQN_MOMENTS,   /* Adam's */
  DQN_RANDOM,    /* [lane] */
  DQN_MEMBER,    /* [lane] the network that decides this episode */
  DQN_DRAWS,     /* [1] for the batches */
  DQN_GRADIENT,  /* [parameters] */
  DQN_BATCH_OBS, DQN_BATCH_NEXT, /* [batch][features] */
  DQN_BATCH_ACTION, DQN_BATCH_REWARD, DQN_BATCH_DISCOUNT, /* [batch] */
  DQN_UPSTREAM,  /* [batch][actions] d loss / d Q */
  DQN_ROWS,      /* [lane][features] what is acted upon */
  DQN_POLICY,    /* [lane][actions] */
  DQN_ONE,       /* [2][actions] values and policy of one row at a time */
  DQN_ARENA,
  DQN_BLOCKS
};

typedef struct dqn_model {
  baud_features features;
  baud_replay replay;
  nn_layout layout;
  nn_mlp net[DQN_MOST_MEMBERS];
  uint32_t members;
  double prior;
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
  m->members = (uint32_t)v[DQN_PARAM_MEMBERS].i;
  m->prior = v[DQN_PARAM_PRIOR].f;
}

/* Values by member k of the networks `theta`, which learn where there is a gradient: x [rows][features] -> [rows][actions] */
static nn_value dqn_values(nn_tape *t, const dqn_model *m, uint32_t k, const nn_real *theta, nn_real *gradient, const nn_real *prior,
                           nn_value x) {
  nn_bind(t, theta, gradient);
  nn_value q = nn_mlp_forward(t, &m->net[k], x);
  if (m->prior == 0.0) return q;
  nn_bind(t, prior, NULL);
  return nn_add(t, q, nn_affine(t, nn_mlp_forward(t, &m->net[k], x), m->prior, 0.0));
}

/* Room for the largest pass: two forward and one forth and back over a batch, or one forward over all lanes. */
static size_t dqn_arena(const dqn_model *m) {
  nn_real gradient = 0;
  nn_tape t;
  nn_tape_open(&t, NULL, 0);
  nn_begin(&t, NN_INFER);
  (void)dqn_values(&t, m, 0, NULL, NULL, NULL, nn_constant(&t, NULL, m->features.lanes, m->features.n));
  nn_begin(&t, NN_TRAIN);
  for (int pass = 0; pass < 3; pass++)
    nn_seed(&t, dqn_values(&t, m, 0, NULL, pass < 2 ? NULL : &gradient, NULL, nn_constant(&t, NULL, m->batch, m->features.n)), NULL);
  return nn_arena_bytes(&t);
}

static void dqn_declare(dqn_model *m) {
  uint64_t n = m->layout.count, batch = m->batch, features = m->features.n, actions = m->features.choices;
  baud_block *b = m->blocks;
  b[DQN_THETA] = baud_block_of(BAUD_F32, BAUD_WEIGHT, 0, n, "network");
  b[DQN_TARGET] = baud_block_of(BAUD_F32, BAUD_WEIGHT, 0, n, "target");
  b[DQN_PRIOR] = baud_block_of(BAUD_F32, BAUD_WEIGHT, 0, m->prior != 0.0 ? n : 0, "prior");
  b[DQN_MOMENTS] = baud_block_of(BAUD_F32, BAUD_OPTIMISER, 0, nn_adam_state(n), "moments");
  b[DQN_RANDOM] = baud_block_of(BAUD_U64, BAUD_RNG, BAUD_PER_LANE, 1, "random");
  b[DQN_MEMBER] = baud_block_of(BAUD_I32, BAUD_TRACE, BAUD_PER_LANE, 1, "member");
  b[DQN_DRAWS] = baud_block_of(BAUD_U64, BAUD_RNG, 0, 1, "draws");
  b[DQN_GRADIENT] = baud_block_of(BAUD_F32, BAUD_SCRATCH, 0, n, "gradient");
  b[DQN_BATCH_OBS] = baud_block_of(BAUD_F32, BAUD_SCRATCH, 0, batch * features, "batch_observations");
  b[DQN_BATCH_NEXT] = baud_block_of(BAUD_F32, BAUD_SCRATCH, 0, batch * features, "batch_successors");
  b[DQN_BATCH_ACTION] = baud_block_of(BAUD_F32, BAUD_SCRATCH, 0, batch, "batch_actions");
  b[DQN_BATCH_REWARD] = baud_block_of(BAUD_F32, BAUD_SCRATCH, 0, batch, "batch_rewards");
  b[DQN_BATCH_DISCOUNT] = baud_block_of(BAUD_F32, BAUD_SCRATCH, 0, batch, "batch_discounts");
  b[DQN_UPSTREAM] = baud_block_of(BAUD_F32, BAUD_SCRATCH, 0, batch * actions, "upstream");
  b[DQN_ROWS] = baud_block_of(BAUD_F32, BAUD_SCRATCH, 0, (uint64_t)m->features.lanes * features, "rows");
  b[DQN_POLICY] = baud_block_of(BAUD_F64, BAUD_SCRATCH, BAUD_PER_LANE, actions, "policy");
  b[DQN_ONE] = baud_block_of(BAUD_F64, BAUD_SCRATCH, 0, 2 * actions, "one");
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
  uint32_t hidden[2] = { (uint32_t)values[DQN_PARAM_HIDDEN].i, (uint32_t)values[DQN_PARAM_HIDDEN_SECOND].i };
  m->host = host;
  dqn_read(m, values);
  for (uint32_t k = 0; k < m->members; k++) m->net[k] = nn_mlp_declare(&m->layout, "q", m->features.n, hidden, 2, m->features.choices, NN_RELU);
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
  for (uint32_t k = 0; k < m->members; k++) {
    nn_mlp_uniform(&m->net[k], blocks[DQN_THETA], &random);
    if (m->prior != 0.0) nn_mlp_uniform(&m->net[k], blocks[DQN_PRIOR], &random);
  }
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

/* Adds member k's epsilon-greedy policies, times `share`, to those of lanes [first, first + n). */
static void dqn_add_policy(const dqn_model *m, void *const *blocks, uint32_t k, const float *rows, uint32_t first, uint32_t n, double share) {
  uint32_t actions = m->features.choices;
  double *value = blocks[DQN_ONE], *one = value + actions, *policy = (double *)blocks[DQN_POLICY] + (size_t)first * actions;
  double epsilon = dqn_epsilon(m, blocks);
  nn_tape t = dqn_tape(m, blocks);
  nn_begin(&t, NN_INFER);
  nn_value x = nn_constant(&t, rows + (size_t)first * m->features.n, n, m->features.n);
  nn_value q = dqn_values(&t, m, k, blocks[DQN_THETA], NULL, blocks[DQN_PRIOR], x);
  for (size_t row = 0; row < (size_t)n * actions; row += actions) {
    for (uint32_t a = 0; a < actions; a++) value[a] = (double)q.x[row + a];
    baud_greedy_policy(value, actions, epsilon, one);
    for (uint32_t a = 0; a < actions; a++) policy[row + a] += share * one[a];
  }
}

/* Who decides is drawn when an episode begins; asked about a beginning, the answer is the mean over all who may. */
static void dqn_decide(const dqn_model *m, void *const *blocks, const baud_tick *tick, const float *rows) {
  int32_t *member = blocks[DQN_MEMBER];
  uint32_t lanes = m->features.lanes;
  memset(blocks[DQN_POLICY], 0, (size_t)lanes * m->features.choices * sizeof(double));
  if (m->members == 1 || tick->mode == BAUD_EVAL) {
    for (uint32_t k = 0; k < m->members; k++) dqn_add_policy(m, blocks, k, rows, 0, lanes, 1.0 / m->members);
    return;
  }
  for (uint32_t lane = 0; lane < lanes; lane++) {
    if (tick->starts[lane]) member[lane] = (int32_t)baud_below((uint64_t *)blocks[DQN_RANDOM] + lane, m->members);
    dqn_add_policy(m, blocks, (uint32_t)member[lane], rows, lane, 1, 1.0);
  }
}

static int32_t dqn_predict(const void *model, void *const *blocks, const baud_tick *tick) {
  const dqn_model *m = model;
  const baud_features *f = &m->features;
  const float *rows = baud_features_in_place(f, tick->obs);
  if (rows == NULL) {
    baud_features_rows(f, tick->obs, blocks[DQN_ROWS]);
    rows = blocks[DQN_ROWS];
  }
  dqn_decide(m, blocks, tick, rows);
  for (uint32_t lane = 0; lane < f->lanes; lane++) {
    const double *policy = (const double *)blocks[DQN_POLICY] + (size_t)lane * f->choices;
    (void)baud_features_act(f, tick, lane, policy, (uint64_t *)blocks[DQN_RANDOM] + lane);
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

/* Adds the gradient of member k's loss over the batch. */
static int dqn_learn_member(const dqn_model *m, void *const *blocks, uint32_t k) {
  const nn_real *theta = blocks[DQN_THETA], *prior = blocks[DQN_PRIOR];
  nn_tape t = dqn_tape(m, blocks);
  nn_begin(&t, NN_TRAIN);
  nn_value successors = nn_constant(&t, blocks[DQN_BATCH_NEXT], m->batch, m->features.n);
  nn_value next = dqn_values(&t, m, k, blocks[DQN_TARGET], NULL, prior, successors), chooser = next;
  if (m->is_double) chooser = dqn_values(&t, m, k, theta, NULL, prior, successors);
  nn_value q = dqn_values(&t, m, k, theta, blocks[DQN_GRADIENT], prior, nn_constant(&t, blocks[DQN_BATCH_OBS], m->batch, m->features.n));
  if (nn_is_dry(&t)) return BAUD_EBUG;
  dqn_errors(m, blocks, q, next, chooser);
  nn_seed(&t, q, blocks[DQN_UPSTREAM]);
  return nn_backward(&t);
}

static int32_t dqn_update(const dqn_model *m, void *const *blocks) {
  baud_replay_batch batch = { blocks[DQN_BATCH_OBS], blocks[DQN_BATCH_NEXT], blocks[DQN_BATCH_ACTION], blocks[DQN_BATCH_REWARD],
                              blocks[DQN_BATCH_DISCOUNT], NULL };
  nn_real *gradient = blocks[DQN_GRADIENT];
  baud_replay_sample(&m->replay, blocks, m->n_steps, m->discount, blocks[DQN_DRAWS], &batch, m->batch);
  memset(gradient, 0, m->layout.count * sizeof *gradient);
  for (uint32_t k = 0; k < m->members; k++)
    if (dqn_learn_member(m, blocks, k) != BAUD_OK) return m->host->fail(m->host, BAUD_EBUG, "its arena is too small for a batch");
  double scale = m->clip > 0.0 ? nn_clip_scale(gradient, m->layout.count, m->clip) : 1.0;
  nn_adam_step(&m->adam, blocks[DQN_THETA], gradient, blocks[DQN_MOMENTS], m->layout.count, scale);
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

static const baud_unit dqn_units[] = {
  { BAUD_SIZE(baud_unit), BAUD_LEARNER, 1, 1, "baud.dqn", "Deep Q-network",
    "Action values by a network that learns from a replay buffer towards a copy of itself (Mnih et al. 2015); double "
    "estimation (van Hasselt et al. 2016) and n-step returns on request. Learns from the reward channel, sees the observation.",
    dqn_params, DQN_PARAMS, 0, &dqn_ops, NULL },
  { BAUD_SIZE(baud_unit), BAUD_LEARNER, 1, 1, "baud.bootstrapped_dqn", "Bootstrapped DQN with randomised priors",
    "Many deep Q-networks on the same batches, each added to a random network of its own; one of them, drawn anew for each "
    "episode, decides: what they disagree on is explored, deeply (Osband et al. 2016, 2018). Learns from the reward channel, "
    "sees the observation.",
    bootstrapped_params, DQN_PARAMS, 0, &dqn_ops, NULL }
};

BAUD_EXPORT const baud_library baud_plugin_1 = {
  BAUD_SIZE(baud_library), BAUD_MINOR, 0, BAUD_LAYOUT, "baud", "1.0", "MIT", dqn_units, 2, 0
};
