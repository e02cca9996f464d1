/* Soft actor-critic (Haarnoja et al. 2018, Soft Actor-Critic Algorithms and Applications, algorithm 1): a policy of
 * squashed normals, two networks of action values, and a temperature alpha that holds the policy's entropy at a target.
 *   y = R + gamma^n (min_i Q'_i(s', a') - alpha log pi(a'|s')),  a' ~ pi(s')        critics: mean (Q_i(s,a) - y)^2 / 2, each
 *   policy: mean (alpha log pi(a|s) - min_i Q_i(s,a)),  a ~ pi(s)
 *   log alpha: - log alpha * mean (log pi(a|s) + target entropy);                   Q' <- Q' + tau (Q - Q') after each update
 * Actions are tanh(u) stretched to the field's bounds, u normal given s; before `warmup` steps they are uniform. In play
 * with frozen weights it acts by the mean. Lanes share networks and buffer. The policy's questions are declined: a squashed
 * normal is not among the forms in which they are put.
 */
#include <stdlib.h>

#include "baud/mlp.h"
#include "baud/replay.h"

enum {
  SAC_PARAM_LR, SAC_PARAM_LR_ALPHA, SAC_PARAM_DISCOUNT, SAC_PARAM_TAU, SAC_PARAM_HIDDEN, SAC_PARAM_HIDDEN_2, SAC_PARAM_BUFFER,
  SAC_PARAM_BATCH, SAC_PARAM_WARMUP, SAC_PARAM_TRAIN_EVERY, SAC_PARAM_STEPS, SAC_PARAM_ALPHA, SAC_PARAM_ENTROPY, SAC_PARAM_FIXED, SAC_PARAMS
};
static const baud_param sac_params[SAC_PARAMS] = {
  BAUD_PARAM_LIVE_FLOAT("lr", 1e-3, 0, 1, "", "step size of policy and values (Adam)"),
  BAUD_PARAM_LIVE_FLOAT("lr_alpha", 1e-3, 0, 1, "", "step size of the temperature (Adam)"),
  BAUD_PARAM_FLOAT("discount", 0.99, 0, 1, "", "gamma, weight of a reward one step later"),
  BAUD_PARAM_LIVE_FLOAT("tau", 0.005, 0, 1, "", "share of the networks in their copies after each update"),
  BAUD_PARAM_INT("hidden", 64, 1, 4096, "units", "width of the first hidden layer of each network"),
  BAUD_PARAM_INT("hidden_second", 64, 0, 4096, "units", "width of the second hidden layer; 0: there is none"),
  BAUD_PARAM_INT("buffer", 100000, 1, 10000000, "transitions", "room of the replay buffer, over all lanes"),
  BAUD_PARAM_INT("batch", 100, 1, 65536, "transitions", "transitions an update learns from"),
  BAUD_PARAM_INT("warmup", 100, 0, 1000000000, "steps", "steps of uniform actions before the first update"),
  BAUD_PARAM_INT("train_every", 1, 1, 1000000, "steps", "steps from one update to the next"),
  BAUD_PARAM_INT("n_steps", 1, 1, 1000, "steps", "rewards taken together before the value of what follows"),
  BAUD_PARAM_FLOAT("alpha", 1, 1e-9, 1e6, "", "temperature to begin with"),
  BAUD_PARAM_FLOAT("entropy", -1, -1e6, 1e6, "nats", "entropy to be held, of each dimension of the action"),
  BAUD_PARAM_FLAG("fixed", 0, "keep the temperature as it is")
};

enum {
  SAC_POLICY = BAUD_REPLAY_BLOCKS, /* [policy parameters] */
  SAC_VALUES,   /* [value parameters] both critics */
  SAC_TARGET,   /* [value parameters] their copies */
  SAC_LOG_ALPHA, /* [1] */
  SAC_POLICY_MOMENTS, SAC_VALUES_MOMENTS, SAC_ALPHA_MOMENTS, /* Adam's */
  SAC_RANDOM,   /* [lane] */
  SAC_DRAWS,    /* [1] for batches and their noise */
  SAC_GRADIENT, /* [most parameters] */
  SAC_BATCH_OBS, SAC_BATCH_NEXT, SAC_BATCH_ACTION, /* [batch][..] */
  SAC_BATCH_REWARD, SAC_BATCH_DISCOUNT, SAC_WANTED, /* [batch] */
  SAC_NOISE,    /* [batch][dimensions] */
  SAC_UPSTREAM, /* [3][batch] d loss / d Q_0, Q_1, log pi */
  SAC_ROWS,     /* [lane][features] what is acted upon */
  SAC_ARENA,
  SAC_BLOCKS
};

typedef struct sac_model {
  baud_features features;
  baud_replay replay;
  nn_layout policy_layout, values_layout;
  nn_mlp policy, value[2];
  nn_adam adam, adam_alpha;
  double discount, tau, alpha, entropy;
  float middle[64], half[64]; /* of the action's bounds */
  uint32_t batch, n_steps;
  uint64_t warmup, train_every;
  int64_t is_fixed;
  size_t arena;
  const baud_host *host;
  baud_block blocks[SAC_BLOCKS];
} sac_model;

static const double sac_log_std_low = -20.0, sac_log_std_high = 2.0;

/* ---- Creation ------------------------------------------------------------------------------------------- */

static void sac_read(sac_model *m, const baud_value *v) {
  m->adam = (nn_adam){ v[SAC_PARAM_LR].f, 0.9, 0.999, 1e-8, 0.0 };
  m->adam_alpha = m->adam;
  m->adam_alpha.lr = v[SAC_PARAM_LR_ALPHA].f;
  m->discount = v[SAC_PARAM_DISCOUNT].f;
  m->tau = v[SAC_PARAM_TAU].f;
  m->batch = (uint32_t)v[SAC_PARAM_BATCH].i;
  m->warmup = (uint64_t)v[SAC_PARAM_WARMUP].i;
  m->train_every = (uint64_t)v[SAC_PARAM_TRAIN_EVERY].i;
  m->n_steps = (uint32_t)v[SAC_PARAM_STEPS].i;
  m->alpha = v[SAC_PARAM_ALPHA].f;
  m->entropy = v[SAC_PARAM_ENTROPY].f;
  m->is_fixed = v[SAC_PARAM_FIXED].i;
}

/* The policy at rows of features: normals whose spread depends on the state. */
static nn_gaussian sac_head(nn_tape *t, const sac_model *m, nn_value x) {
  uint32_t n = m->features.dimensions;
  nn_value out = nn_mlp_forward(t, &m->policy, x);
  nn_gaussian head = { nn_columns(t, out, 0, n), nn_clamp(t, nn_columns(t, out, n, n), sac_log_std_low, sac_log_std_high) };
  return head;
}

static nn_value sac_value(nn_tape *t, const sac_model *m, int which, nn_value x, nn_value action) {
  return nn_mlp_forward(t, &m->value[which], nn_concatenate(t, x, action));
}

/* Room for the largest pass, each of them made dry. */
static size_t sac_arena(const sac_model *m) {
  nn_real gradient = 0;
  nn_tape t;
  nn_tape_open(&t, NULL, 0);
  nn_begin(&t, NN_INFER);
  (void)sac_head(&t, m, nn_constant(&t, NULL, m->features.lanes, m->features.n));
  nn_begin(&t, NN_TRAIN);
  nn_bind(&t, NULL, &gradient);
  nn_value x = nn_constant(&t, NULL, m->batch, m->features.n);
  nn_gaussian head = sac_head(&t, m, x);
  nn_squashed drawn = nn_squashed_sample(&t, &head, NULL);
  for (int which = 0; which < 2; which++) nn_seed(&t, sac_value(&t, m, which, x, drawn.action), NULL);
  return nn_arena_bytes(&t);
}

static void sac_declare(sac_model *m) {
  uint64_t policy = m->policy_layout.count, values = m->values_layout.count, batch = m->batch, n = m->features.n, d = m->features.dimensions;
  baud_block *b = m->blocks;
  b[SAC_POLICY] = baud_block_of(BAUD_F32, BAUD_WEIGHT, 0, policy, "policy");
  b[SAC_VALUES] = baud_block_of(BAUD_F32, BAUD_WEIGHT, 0, values, "values");
  b[SAC_TARGET] = baud_block_of(BAUD_F32, BAUD_WEIGHT, 0, values, "target");
  b[SAC_LOG_ALPHA] = baud_block_of(BAUD_F32, BAUD_WEIGHT, 0, 1, "log_alpha");
  b[SAC_POLICY_MOMENTS] = baud_block_of(BAUD_F32, BAUD_OPTIMISER, 0, nn_adam_state(policy), "policy_moments");
  b[SAC_VALUES_MOMENTS] = baud_block_of(BAUD_F32, BAUD_OPTIMISER, 0, nn_adam_state(values), "values_moments");
  b[SAC_ALPHA_MOMENTS] = baud_block_of(BAUD_F32, BAUD_OPTIMISER, 0, nn_adam_state(1), "alpha_moments");
  b[SAC_RANDOM] = baud_block_of(BAUD_U64, BAUD_RNG, BAUD_PER_LANE, 1, "random");
  b[SAC_DRAWS] = baud_block_of(BAUD_U64, BAUD_RNG, 0, 1, "draws");
  b[SAC_GRADIENT] = baud_block_of(BAUD_F32, BAUD_SCRATCH, 0, policy > values ? policy : values, "gradient");
  b[SAC_BATCH_OBS] = baud_block_of(BAUD_F32, BAUD_SCRATCH, 0, batch * n, "batch_observations");
  b[SAC_BATCH_NEXT] = baud_block_of(BAUD_F32, BAUD_SCRATCH, 0, batch * n, "batch_successors");
  b[SAC_BATCH_ACTION] = baud_block_of(BAUD_F32, BAUD_SCRATCH, 0, batch * d, "batch_actions");
  b[SAC_BATCH_REWARD] = baud_block_of(BAUD_F32, BAUD_SCRATCH, 0, batch, "batch_rewards");
  b[SAC_BATCH_DISCOUNT] = baud_block_of(BAUD_F32, BAUD_SCRATCH, 0, batch, "batch_discounts");
  b[SAC_WANTED] = baud_block_of(BAUD_F32, BAUD_SCRATCH, 0, batch, "wanted");
  b[SAC_NOISE] = baud_block_of(BAUD_F32, BAUD_SCRATCH, 0, batch * d, "noise");
  b[SAC_UPSTREAM] = baud_block_of(BAUD_F32, BAUD_SCRATCH, 0, 3 * batch, "upstream");
  b[SAC_ROWS] = baud_block_of(BAUD_F32, BAUD_SCRATCH, 0, m->features.lanes * n, "rows");
  b[SAC_ARENA] = baud_block_of(BAUD_U8, BAUD_SCRATCH, 0, m->arena, "arena");
}

static int32_t sac_find_place(const baud_host *host, baud_learner_setup *setup, sac_model *m) {
  int32_t code = baud_features_open(host, setup, BAUD_MASK(BAUD_CH_REWARD), &m->features);
  if (code != BAUD_OK) return code;
  if (m->features.dimensions == 0) return host->fail(host, BAUD_EARG, "acts by numbers, but the environment's actions are choices: use ppo or dqn");
  if (m->features.dimensions > 64) return host->fail(host, BAUD_EARG, "takes at most 64 numbers of an action");
  double low = setup->action->low, high = setup->action->high;
  if (!isfinite(low) || !isfinite(high) || !(low < high))
    return host->fail(host, BAUD_EARG, "stretches its actions to their bounds, but the environment's have none: use ppo");
  for (uint32_t i = 0; i < m->features.dimensions; i++) {
    m->middle[i] = (float)(0.5 * (low + high));
    m->half[i] = (float)(0.5 * (high - low));
  }
  for (uint32_t q = 0; q < setup->n_questions; q++) setup->questions[q].form = 0;
  return BAUD_OK;
}

static void sac_destroy(void *model) { free(model); }

static int32_t sac_create(const baud_host *host, const baud_value *values, baud_learner_setup *setup, void **model) {
  sac_model *m = calloc(1, sizeof *m);
  if (m == NULL) return host->fail(host, BAUD_ENOMEM, "there is no memory for the learner");
  int32_t code = sac_find_place(host, setup, m);
  if (code != BAUD_OK) {
    sac_destroy(m);
    return code;
  }
  uint32_t hidden[2] = { (uint32_t)values[SAC_PARAM_HIDDEN].i, (uint32_t)values[SAC_PARAM_HIDDEN_2].i };
  uint32_t n = m->features.n, d = m->features.dimensions;
  m->host = host;
  sac_read(m, values);
  m->policy = nn_mlp_declare(&m->policy_layout, "policy", n, hidden, 2, 2 * d, NN_RELU);
  m->value[0] = nn_mlp_declare(&m->values_layout, "value_0", n + d, hidden, 2, 1, NN_RELU);
  m->value[1] = nn_mlp_declare(&m->values_layout, "value_1", n + d, hidden, 2, 1, NN_RELU);
  m->replay = baud_replay_open(&m->features, (uint32_t)values[SAC_PARAM_BUFFER].i, m->blocks);
  m->arena = sac_arena(m);
  sac_declare(m);
  setup->blocks = m->blocks;
  setup->n_blocks = SAC_BLOCKS;
  *model = m;
  return BAUD_OK;
}

static int32_t sac_init(const void *model, void *const *blocks, uint64_t seed) {
  const sac_model *m = model;
  uint64_t random = baud_split(seed, m->features.lanes);
  nn_mlp_uniform(&m->policy, blocks[SAC_POLICY], &random);
  for (int which = 0; which < 2; which++) nn_mlp_uniform(&m->value[which], blocks[SAC_VALUES], &random);
  memcpy(blocks[SAC_TARGET], blocks[SAC_VALUES], m->values_layout.count * sizeof(nn_real));
  *(float *)blocks[SAC_LOG_ALPHA] = (float)log(m->alpha);
  baud_seed_lanes(blocks[SAC_RANDOM], m->features.lanes, seed);
  *(uint64_t *)blocks[SAC_DRAWS] = random;
  return BAUD_OK;
}

/* ---- Acting --------------------------------------------------------------------------------------------- */

static nn_tape sac_tape(const sac_model *m, void *const *blocks, int mode) {
  nn_tape t;
  nn_tape_open(&t, blocks[SAC_ARENA], m->arena);
  nn_begin(&t, mode);
  return t;
}

/* One lane's action: uniform while it warms up, by the mean in play, else drawn. */
static void sac_act(const sac_model *m, const baud_tick *tick, const nn_real *mean, const nn_real *log_std, int is_warm, uint32_t lane,
                    uint64_t *random) {
  uint32_t n = m->features.dimensions;
  float *action = (float *)tick->action + (size_t)lane * n;
  for (uint32_t i = 0; i < n; i++) {
    double u = (double)mean[i] + (tick->mode == BAUD_PLAY ? 0.0 : exp((double)log_std[i]) * baud_normal(random));
    double unit = is_warm || tick->mode == BAUD_PLAY ? tanh(u) : 2.0 * baud_uniform(random) - 1.0;
    action[i] = m->middle[i] + m->half[i] * (float)unit;
  }
}

static int32_t sac_predict(const void *model, void *const *blocks, const baud_tick *tick) {
  const sac_model *m = model;
  const baud_features *f = &m->features;
  if (tick->action_given) return BAUD_OK;
  const float *rows = baud_features_in_place(f, tick->obs);
  int is_warm = baud_replay_ticks(blocks) * f->lanes >= m->warmup;
  if (rows == NULL) {
    baud_features_rows(f, tick->obs, blocks[SAC_ROWS]);
    rows = blocks[SAC_ROWS];
  }
  nn_tape t = sac_tape(m, blocks, NN_INFER);
  nn_bind(&t, blocks[SAC_POLICY], NULL);
  nn_gaussian head = sac_head(&t, m, nn_constant(&t, rows, f->lanes, f->n));
  for (uint32_t lane = 0; lane < f->lanes; lane++) {
    size_t at = (size_t)lane * f->dimensions;
    sac_act(m, tick, head.mean.x + at, head.log_std.x + at, is_warm, lane, (uint64_t *)blocks[SAC_RANDOM] + lane);
  }
  return BAUD_OK;
}

/* ---- Learning ------------------------------------------------------------------------------------------- */

static const nn_real *sac_draw_noise(const sac_model *m, void *const *blocks) {
  nn_real *noise = blocks[SAC_NOISE];
  for (size_t i = 0; i < (size_t)m->batch * m->features.dimensions; i++) noise[i] = (nn_real)baud_normal(blocks[SAC_DRAWS]);
  return noise;
}

/* A batch, its actions back on [-1, 1]. */
static baud_replay_batch sac_sample(const sac_model *m, void *const *blocks) {
  baud_replay_batch batch = { blocks[SAC_BATCH_OBS], blocks[SAC_BATCH_NEXT], blocks[SAC_BATCH_ACTION], blocks[SAC_BATCH_REWARD],
                              blocks[SAC_BATCH_DISCOUNT], NULL };
  uint32_t n = m->features.dimensions;
  baud_replay_sample(&m->replay, blocks, m->n_steps, m->discount, blocks[SAC_DRAWS], &batch, m->batch);
  for (uint32_t i = 0; i < m->batch * n; i++) batch.action[i] = (batch.action[i] - m->middle[i % n]) / m->half[i % n];
  return batch;
}

/* y, the values that the critics are to have. */
static void sac_targets(const sac_model *m, void *const *blocks, const baud_replay_batch *batch) {
  float *wanted = blocks[SAC_WANTED], alpha = expf(*(const float *)blocks[SAC_LOG_ALPHA]);
  nn_tape t = sac_tape(m, blocks, NN_INFER);
  nn_value next = nn_constant(&t, batch->next, m->batch, m->features.n);
  nn_bind(&t, blocks[SAC_POLICY], NULL);
  nn_gaussian head = sac_head(&t, m, next);
  nn_squashed drawn = nn_squashed_sample(&t, &head, sac_draw_noise(m, blocks));
  nn_bind(&t, blocks[SAC_TARGET], NULL);
  nn_value q0 = sac_value(&t, m, 0, next, drawn.action), q1 = sac_value(&t, m, 1, next, drawn.action);
  for (uint32_t i = 0; i < m->batch; i++) {
    float least = q0.x[i] < q1.x[i] ? q0.x[i] : q1.x[i];
    wanted[i] = batch->reward[i] + batch->discount[i] * (least - alpha * drawn.log_prob.x[i]);
  }
}

static int sac_learn_values(const sac_model *m, void *const *blocks, const baud_replay_batch *batch) {
  nn_real *gradient = blocks[SAC_GRADIENT], *values = blocks[SAC_VALUES], *target = blocks[SAC_TARGET];
  memset(gradient, 0, m->values_layout.count * sizeof *gradient);
  nn_tape t = sac_tape(m, blocks, NN_TRAIN);
  nn_bind(&t, values, gradient);
  nn_value x = nn_constant(&t, batch->obs, m->batch, m->features.n), a = nn_constant(&t, batch->action, m->batch, m->features.dimensions);
  for (int which = 0; which < 2; which++) nn_loss_squared(&t, sac_value(&t, m, which, x, a), blocks[SAC_WANTED], NULL, 1.0 / m->batch);
  if (nn_backward(&t) != BAUD_OK) return BAUD_EBUG;
  nn_adam_step(&m->adam, values, gradient, blocks[SAC_VALUES_MOMENTS], m->values_layout.count, 1.0);
  for (uint64_t i = 0; i < m->values_layout.count; i++) target[i] += (nn_real)m->tau * (values[i] - target[i]);
  return BAUD_OK;
}

/* The policy's gradient flows through the lesser of the two values. */
static int sac_learn_policy(const sac_model *m, void *const *blocks, const baud_replay_batch *batch) {
  nn_real *gradient = blocks[SAC_GRADIENT], *up = blocks[SAC_UPSTREAM], share = 1 / (nn_real)m->batch, mean_log_prob = 0;
  float *log_alpha = blocks[SAC_LOG_ALPHA], alpha = expf(*log_alpha);
  memset(gradient, 0, m->policy_layout.count * sizeof *gradient);
  nn_tape t = sac_tape(m, blocks, NN_TRAIN);
  nn_value x = nn_constant(&t, batch->obs, m->batch, m->features.n);
  nn_bind(&t, blocks[SAC_POLICY], gradient);
  nn_gaussian head = sac_head(&t, m, x);
  nn_squashed drawn = nn_squashed_sample(&t, &head, sac_draw_noise(m, blocks));
  nn_bind(&t, blocks[SAC_VALUES], NULL);
  nn_value q0 = sac_value(&t, m, 0, x, drawn.action), q1 = sac_value(&t, m, 1, x, drawn.action);
  if (nn_is_dry(&t)) return BAUD_EBUG;
  for (uint32_t i = 0; i < m->batch; i++) {
    int is_first = q0.x[i] < q1.x[i];
    up[i] = is_first ? -share : 0;
    up[m->batch + i] = is_first ? 0 : -share;
    up[2 * m->batch + i] = alpha * share;
    mean_log_prob += drawn.log_prob.x[i] * share;
  }
  nn_seed(&t, q0, up);
  nn_seed(&t, q1, up + m->batch);
  nn_seed(&t, drawn.log_prob, up + 2 * m->batch);
  if (nn_backward(&t) != BAUD_OK) return BAUD_EBUG;
  nn_adam_step(&m->adam, blocks[SAC_POLICY], gradient, blocks[SAC_POLICY_MOMENTS], m->policy_layout.count, 1.0);
  nn_real slope = -(mean_log_prob + (nn_real)(m->entropy * m->features.dimensions));
  if (!m->is_fixed) nn_adam_step(&m->adam_alpha, log_alpha, &slope, blocks[SAC_ALPHA_MOMENTS], 1, 1.0);
  return BAUD_OK;
}

static int32_t sac_learn(const void *model, void *const *blocks, const baud_outcome *outcome) {
  const sac_model *m = model;
  uint64_t before = baud_replay_ticks(blocks) * m->features.lanes, after = before + m->features.lanes;
  baud_replay_store(&m->replay, &m->features, blocks, outcome);
  if (after <= m->warmup) return BAUD_OK;
  for (uint64_t due = after / m->train_every - before / m->train_every; due > 0; due--) {
    baud_replay_batch batch = sac_sample(m, blocks);
    sac_targets(m, blocks, &batch);
    if (sac_learn_values(m, blocks, &batch) != BAUD_OK || sac_learn_policy(m, blocks, &batch) != BAUD_OK)
      return m->host->fail(m->host, BAUD_EBUG, "its arena is too small for a batch");
  }
  return BAUD_OK;
}

static const baud_learner_ops sac_ops = { BAUD_SIZE(baud_learner_ops), 0, sac_create, sac_destroy, sac_init, sac_predict, sac_learn };

static const baud_unit sac_unit = {
  BAUD_SIZE(baud_unit), BAUD_LEARNER, 1, 1, "baud.sac", "Soft actor-critic",
  "A policy of squashed normals and two networks of action values, learned from a replay buffer, with a temperature that "
  "holds the policy's entropy (Haarnoja et al. 2018). Continuous actions. Learns from the reward channel, sees the observation.",
  sac_params, SAC_PARAMS, 0, &sac_ops, NULL
};

BAUD_EXPORT const baud_library baud_plugin_1 = {
  BAUD_SIZE(baud_library), BAUD_MINOR, 0, BAUD_LAYOUT, "baud", "1.0", "MIT", &sac_unit, 1, 0
};
