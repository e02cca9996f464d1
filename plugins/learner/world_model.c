/* A world model that is planned with: a network learns, from a replay buffer, what an action leads to - the next observation,
 * the reward, whether the episode ends - and before each action possible futures are played through in it (decision-time
 * planning by rollouts, Sutton and Barto, 2nd ed., section 8.10): from the present, every action, `rollouts` times, then
 * `depth` - 1 steps of what seems best,
 *   plan(s, a) = mean over rollouts of sum_i gamma^i r_i + gamma^depth max Q(s_depth, .)
 * with Q a network of action values that learns from the same buffer as a DQN does. Acts epsilon-greedily by the plan.
 *
 * Discrete elements are predicted by softmax, continuous ones as normals about what they are now, each given the present
 * observation and the action, independently. So it answers the host's questions on observation, reward and end; and what it
 * says of them is worth as much as its futures are.
 */
#include <stdlib.h>

#include "baud/mlp.h"
#include "baud/replay.h"

enum {
  WM_PARAM_LR, WM_PARAM_DISCOUNT, WM_PARAM_EPSILON, WM_PARAM_HIDDEN, WM_PARAM_HIDDEN_SECOND, WM_PARAM_BUFFER, WM_PARAM_BATCH,
  WM_PARAM_WARMUP, WM_PARAM_TRAIN_EVERY, WM_PARAM_TARGET_EVERY, WM_PARAM_DEPTH, WM_PARAM_ROLLOUTS, WM_PARAMS
};
static const baud_param wm_params[WM_PARAMS] = {
  BAUD_PARAM_LIVE_FLOAT("lr", 1e-3, 0, 1, "", "step size of model and values (Adam)"),
  BAUD_PARAM_FLOAT("discount", 0.95, 0, 1, "", "gamma, weight of a reward one step later"),
  BAUD_PARAM_LIVE_FLOAT("epsilon", 0.1, 0, 1, "", "probability of a random action"),
  BAUD_PARAM_INT("hidden", 64, 1, 4096, "units", "width of the first hidden layer of both networks"),
  BAUD_PARAM_INT("hidden_second", 64, 0, 4096, "units", "width of the second hidden layer; 0: there is none"),
  BAUD_PARAM_INT("buffer", 20000, 1, 10000000, "transitions", "room of the replay buffer, over all lanes"),
  BAUD_PARAM_INT("batch", 32, 1, 65536, "transitions", "transitions an update learns from"),
  BAUD_PARAM_INT("warmup", 100, 0, 1000000000, "steps", "steps before the first update and the first plan"),
  BAUD_PARAM_INT("train_every", 1, 1, 1000000, "steps", "steps from one update to the next"),
  BAUD_PARAM_INT("target_every", 200, 1, 100000000, "steps", "steps from one copy of the values to the next"),
  BAUD_PARAM_INT("depth", 4, 0, 1000, "steps", "steps that are played through; 0: it acts by its values alone"),
  BAUD_PARAM_INT("rollouts", 2, 1, 1000, "", "futures of each action")
};

enum {
  WM_MODEL = BAUD_REPLAY_BLOCKS, /* WEIGHT: the model's parameters */
  WM_VALUES, WM_TARGET,          /* WEIGHT: the values', and their copy */
  WM_MODEL_MOMENTS, WM_VALUES_MOMENTS,
  WM_RANDOM, /* [lane] */
  WM_DRAWS,  /* [1] for batches */
  WM_GRADIENT, WM_BATCH_OBS, WM_BATCH_NEXT, WM_BATCH_ACTION, WM_BATCH_REWARD, WM_BATCH_DISCOUNT, WM_BATCH_ROW,
  WM_CHOSEN,   /* [most rows][actions] one-hot */
  WM_UPSTREAM, /* [batch][outputs or actions] */
  WM_STATES,   /* [futures][features] */
  WM_GAIN, WM_WEIGHT, /* [futures] sum so far; gamma^i while it goes on, else 0 */
  WM_POLICY,   /* [2][actions] */
  WM_ARENA,
  WM_BLOCKS
};

typedef struct wm_part { /* an element of the observation: where among the features, how many categories, where among outputs */
  uint32_t feature, categories, out;
} wm_part;

typedef struct wm_model {
  baud_features features;
  baud_replay replay;
  wm_part *part; /* [n_parts]; reward and end follow among the outputs */
  uint32_t n_parts, outputs, reward_out, end_out, n_values;
  double *values;       /* [n_values] the rewards that there can be; none: a normal */
  uint64_t asks_field[BAUD_FEATURE_FIELDS], asks_reward, asks_end;
  uint32_t first_part[BAUD_FEATURE_FIELDS];
  nn_layout model_layout, values_layout;
  nn_mlp model, value;
  nn_adam adam;
  double discount, epsilon;
  uint32_t batch, depth, rollouts, futures;
  uint64_t warmup, train_every, target_every;
  size_t arena;
  const baud_host *host;
  baud_block blocks[WM_BLOCKS];
} wm_model;

enum { WM_MOST_OUTPUTS = 16384 };
static const float wm_log_std_low = -4.0f, wm_log_std_high = 2.0f;

/* ---- Creation ------------------------------------------------------------------------------------------- */

/* The questions of one target and field that the model can answer in this form; their mask. */
static uint64_t wm_accept(baud_learner_setup *setup, uint32_t target, uint32_t field, uint32_t categorical, uint32_t normal) {
  uint64_t accepted = categorical ? baud_accept(setup, target, field, categorical) : 0;
  for (uint32_t i = 0; normal && i < setup->n_questions && i < 64; i++) {
    baud_question *q = &setup->questions[i];
    if (q->target != target || q->field != field || q->horizon > 1 || !(q->forms & 1u << BAUD_FORM_NORMAL) || q->width_normal != normal) continue;
    q->form = BAUD_FORM_NORMAL;
    accepted |= (uint64_t)1 << i;
  }
  return accepted;
}

static int wm_read_values(wm_model *m, baud_learner_setup *setup) {
  for (uint32_t i = 0; i < setup->n_questions; i++) {
    const baud_question *q = &setup->questions[i];
    if (q->target != BAUD_ASK_REWARD || q->values == NULL || m->values) continue;
    m->n_values = q->width_categorical;
    m->values = malloc(m->n_values * sizeof *m->values);
    if (m->values == NULL) return BAUD_ENOMEM;
    memcpy(m->values, q->values, m->n_values * sizeof *m->values);
  }
  return BAUD_OK;
}

/* Where each element lies among features and outputs, and which questions that answers. */
static int wm_lay_out(wm_model *m, baud_learner_setup *setup) {
  uint32_t n = 0, feature = 0, out = 0;
  for (uint32_t f = 0; f < m->features.n_fields; f++) n += m->features.field[f].count;
  m->part = calloc(n + 1u, sizeof *m->part);
  if (m->part == NULL || wm_read_values(m, setup) != BAUD_OK) return BAUD_ENOMEM;
  for (uint32_t f = 0; f < m->features.n_fields; f++) {
    const baud_field *field = &m->features.field[f];
    m->first_part[f] = m->n_parts;
    for (uint32_t e = 0; e < field->count; e++) {
      m->part[m->n_parts++] = (wm_part){ feature, field->categories, out };
      feature += baud_features_of(field);
      out += field->categories ? field->categories : 2;
    }
    m->asks_field[f] = wm_accept(setup, BAUD_ASK_OBSERVATION, f, field->categories * field->count, field->categories ? 0 : 2 * field->count);
  }
  m->reward_out = out;
  out += m->n_values ? m->n_values : 2;
  m->end_out = out;
  m->outputs = out + 2;
  m->asks_reward = wm_accept(setup, BAUD_ASK_REWARD, 0, m->n_values, m->n_values ? 0 : 2);
  m->asks_end = wm_accept(setup, BAUD_ASK_TERMINATED, 0, 2, 0);
  return BAUD_OK;
}

static nn_value wm_foresee(nn_tape *t, const wm_model *m, const float *x, const float *chosen, uint32_t rows) {
  nn_value in = nn_concatenate(t, nn_constant(t, x, rows, m->features.n), nn_constant(t, chosen, rows, m->features.choices));
  return nn_mlp_forward(t, &m->model, in);
}

static size_t wm_arena(const wm_model *m) {
  nn_real gradient = 0;
  nn_tape t;
  nn_tape_open(&t, NULL, 0);
  nn_begin(&t, NN_TRAIN);
  nn_bind(&t, NULL, &gradient);
  (void)nn_mlp_forward(&t, &m->value, nn_constant(&t, NULL, m->batch, m->features.n));
  nn_seed(&t, wm_foresee(&t, m, NULL, NULL, m->batch), NULL);
  nn_begin(&t, NN_INFER);
  for (int pass = 0; pass < 2; pass++) (void)nn_mlp_forward(&t, &m->value, nn_constant(&t, NULL, m->futures, m->features.n));
  (void)wm_foresee(&t, m, NULL, NULL, m->futures);
  return nn_arena_bytes(&t);
}

static void wm_declare(wm_model *m) {
  uint64_t model = m->model_layout.count, values = m->values_layout.count, batch = m->batch, n = m->features.n, actions = m->features.choices;
  uint64_t rows = m->futures > m->batch ? m->futures : m->batch, wide = m->outputs > actions ? m->outputs : actions;
  baud_block *b = m->blocks;
  b[WM_MODEL] = baud_block_of(BAUD_F32, BAUD_WEIGHT, 0, model, "model");
  b[WM_VALUES] = baud_block_of(BAUD_F32, BAUD_WEIGHT, 0, values, "values");
  b[WM_TARGET] = baud_block_of(BAUD_F32, BAUD_WEIGHT, 0, values, "target");
  b[WM_MODEL_MOMENTS] = baud_block_of(BAUD_F32, BAUD_OPTIMISER, 0, nn_adam_state(model), "model_moments");
  b[WM_VALUES_MOMENTS] = baud_block_of(BAUD_F32, BAUD_OPTIMISER, 0, nn_adam_state(values), "values_moments");
  b[WM_RANDOM] = baud_block_of(BAUD_U64, BAUD_RNG, BAUD_PER_LANE, 1, "random");
  b[WM_DRAWS] = baud_block_of(BAUD_U64, BAUD_RNG, 0, 1, "draws");
  b[WM_GRADIENT] = baud_block_of(BAUD_F32, BAUD_SCRATCH, 0, model > values ? model : values, "gradient");
  b[WM_BATCH_OBS] = baud_block_of(BAUD_F32, BAUD_SCRATCH, 0, batch * n, "batch_observations");
  b[WM_BATCH_NEXT] = baud_block_of(BAUD_F32, BAUD_SCRATCH, 0, batch * n, "batch_successors");
  b[WM_BATCH_ACTION] = baud_block_of(BAUD_F32, BAUD_SCRATCH, 0, batch, "batch_actions");
  b[WM_BATCH_REWARD] = baud_block_of(BAUD_F32, BAUD_SCRATCH, 0, batch, "batch_rewards");
  b[WM_BATCH_DISCOUNT] = baud_block_of(BAUD_F32, BAUD_SCRATCH, 0, batch, "batch_discounts");
  b[WM_BATCH_ROW] = baud_block_of(BAUD_U64, BAUD_SCRATCH, 0, batch, "batch_rows");
  b[WM_CHOSEN] = baud_block_of(BAUD_F32, BAUD_SCRATCH, 0, rows * actions, "chosen");
  b[WM_UPSTREAM] = baud_block_of(BAUD_F32, BAUD_SCRATCH, 0, batch * wide, "upstream");
  b[WM_STATES] = baud_block_of(BAUD_F32, BAUD_SCRATCH, 0, (uint64_t)m->futures * n, "states");
  b[WM_GAIN] = baud_block_of(BAUD_F64, BAUD_SCRATCH, 0, m->futures, "gain");
  b[WM_WEIGHT] = baud_block_of(BAUD_F64, BAUD_SCRATCH, 0, m->futures, "weight");
  b[WM_POLICY] = baud_block_of(BAUD_F64, BAUD_SCRATCH, 0, 2 * actions, "policy");
  b[WM_ARENA] = baud_block_of(BAUD_U8, BAUD_SCRATCH, 0, m->arena, "arena");
}

static void wm_read(wm_model *m, const baud_value *v) {
  uint32_t hidden[2] = { (uint32_t)v[WM_PARAM_HIDDEN].i, (uint32_t)v[WM_PARAM_HIDDEN_SECOND].i };
  m->adam = (nn_adam){ v[WM_PARAM_LR].f, 0.9, 0.999, 1e-8, 0.0 };
  m->discount = v[WM_PARAM_DISCOUNT].f;
  m->epsilon = v[WM_PARAM_EPSILON].f;
  m->batch = (uint32_t)v[WM_PARAM_BATCH].i;
  m->warmup = (uint64_t)v[WM_PARAM_WARMUP].i;
  m->train_every = (uint64_t)v[WM_PARAM_TRAIN_EVERY].i;
  m->target_every = (uint64_t)v[WM_PARAM_TARGET_EVERY].i;
  m->depth = (uint32_t)v[WM_PARAM_DEPTH].i;
  m->rollouts = (uint32_t)v[WM_PARAM_ROLLOUTS].i;
  m->futures = m->features.lanes * m->features.choices * m->rollouts;
  m->model = nn_mlp_declare(&m->model_layout, "model", m->features.n + m->features.choices, hidden, 2, m->outputs, NN_RELU);
  m->value = nn_mlp_declare(&m->values_layout, "value", m->features.n, hidden, 2, m->features.choices, NN_RELU);
}

static void wm_destroy(void *model) {
  wm_model *m = model;
  free(m->part);
  free(m->values);
  free(m);
}

static int32_t wm_find_place(const baud_host *host, baud_learner_setup *setup, wm_model *m) {
  int32_t code = baud_features_open(host, setup, BAUD_MASK(BAUD_CH_REWARD) | BAUD_MASK(BAUD_CH_OBSERVATION), &m->features);
  if (code != BAUD_OK) return code;
  if (m->features.choices == 0) return host->fail(host, BAUD_EARG, "chooses among actions, but the environment's are continuous: use sac or ppo");
  if (wm_lay_out(m, setup) != BAUD_OK) return host->fail(host, BAUD_ENOMEM, "there is no memory for the learner");
  if (m->outputs > WM_MOST_OUTPUTS) return host->fail(host, BAUD_EARG, "would predict more than 16384 numbers a step: choose a smaller world");
  return BAUD_OK;
}

static int32_t wm_create(const baud_host *host, const baud_value *values, baud_learner_setup *setup, void **model) {
  wm_model *m = calloc(1, sizeof *m);
  if (m == NULL) return host->fail(host, BAUD_ENOMEM, "there is no memory for the learner");
  int32_t code = wm_find_place(host, setup, m);
  if (code != BAUD_OK) {
    wm_destroy(m);
    return code;
  }
  m->host = host;
  wm_read(m, values);
  m->replay = baud_replay_open(&m->features, (uint32_t)values[WM_PARAM_BUFFER].i, m->blocks);
  m->arena = wm_arena(m);
  wm_declare(m);
  setup->blocks = m->blocks;
  setup->n_blocks = WM_BLOCKS;
  *model = m;
  return BAUD_OK;
}

static int32_t wm_init(const void *model, void *const *blocks, uint64_t seed) {
  const wm_model *m = model;
  uint64_t random = baud_split(seed, m->features.lanes);
  nn_mlp_orthogonal(&m->model, blocks[WM_MODEL], sqrt(2.0), 0.01, &random);
  nn_mlp_uniform(&m->value, blocks[WM_VALUES], &random);
  memcpy(blocks[WM_TARGET], blocks[WM_VALUES], m->values_layout.count * sizeof(nn_real));
  baud_seed_lanes(blocks[WM_RANDOM], m->features.lanes, seed);
  *(uint64_t *)blocks[WM_DRAWS] = random;
  return BAUD_OK;
}

/* ---- Reading the model ----------------------------------------------------------------------------------- */

static nn_tape wm_tape(const wm_model *m, void *const *blocks, int mode) {
  nn_tape t;
  nn_tape_open(&t, blocks[WM_ARENA], m->arena);
  nn_begin(&t, mode);
  return t;
}

static float wm_std(float log_std) { return expf(log_std < wm_log_std_low ? wm_log_std_low : log_std > wm_log_std_high ? wm_log_std_high : log_std); }

/* p = softmax(logits) */
static void wm_softmax(const float *logits, uint32_t n, float *p) {
  float most = logits[0], sum = 0.0f;
  for (uint32_t i = 1; i < n; i++) most = logits[i] > most ? logits[i] : most;
  for (uint32_t i = 0; i < n; i++) sum += p[i] = expf(logits[i] - most);
  for (uint32_t i = 0; i < n; i++) p[i] /= sum;
}

/* A category drawn by its logits, without room for probabilities (Gumbel 1954). */
static uint32_t wm_draw(const float *logits, uint32_t n, uint64_t *random) {
  uint32_t best = 0;
  double most = -INFINITY;
  for (uint32_t i = 0; i < n; i++) {
    double score = (double)logits[i] - log(baud_exponential(random));
    if (score > most) most = score, best = i;
  }
  return best;
}

static double wm_expected_reward(const wm_model *m, const float *out) {
  const float *logits = out + m->reward_out;
  if (m->n_values == 0) return (double)logits[0];
  double most = (double)logits[0], sum = 0.0, mean = 0.0;
  for (uint32_t i = 1; i < m->n_values; i++) most = fmax(most, (double)logits[i]);
  for (uint32_t i = 0; i < m->n_values; i++) {
    double weight = exp((double)logits[i] - most);
    sum += weight;
    mean += weight * m->values[i];
  }
  return mean / sum;
}

static double wm_end(const wm_model *m, const float *out) {
  return 1.0 / (1.0 + exp((double)out[m->end_out] - (double)out[m->end_out + 1]));
}

/* A possible successor, in place of x [features]. */
static void wm_move(const wm_model *m, const float *out, float *x, uint64_t *random) {
  for (uint32_t i = 0; i < m->n_parts; i++) {
    const wm_part *part = &m->part[i];
    const float *o = out + part->out;
    if (part->categories == 0) {
      x[part->feature] += o[0] + wm_std(o[1]) * (float)baud_normal(random);
      continue;
    }
    uint32_t drawn = wm_draw(o, part->categories, random);
    if (part->categories == 2) {
      x[part->feature] = (float)drawn;
      continue;
    }
    memset(x + part->feature, 0, part->categories * sizeof *x);
    x[part->feature + drawn] = 1.0f;
  }
}

/* ---- Planning -------------------------------------------------------------------------------------------- */

static uint32_t wm_best(const nn_real *q, uint32_t n) {
  uint32_t best = 0;
  for (uint32_t a = 1; a < n; a++) best = q[a] > q[best] ? a : best;
  return best;
}

/* All futures begin in the present, each with its action. */
static void wm_begin(const wm_model *m, void *const *blocks, const void *const *obs) {
  uint32_t n = m->features.n, actions = m->features.choices;
  float *x = blocks[WM_STATES], *chosen = blocks[WM_CHOSEN];
  double *gain = blocks[WM_GAIN], *weight = blocks[WM_WEIGHT];
  memset(chosen, 0, (size_t)m->futures * actions * sizeof *chosen);
  for (uint32_t i = 0; i < m->futures; i++) {
    baud_features_row(&m->features, obs, i / (actions * m->rollouts), x + (size_t)i * n);
    chosen[(size_t)i * actions + i / m->rollouts % actions] = 1.0f;
    gain[i] = 0.0;
    weight[i] = 1.0;
  }
}

/* One step in all futures: reward and end as expected, the successor as drawn; then the action that seems best. */
static int wm_play(const wm_model *m, void *const *blocks) {
  uint32_t n = m->features.n, actions = m->features.choices;
  float *x = blocks[WM_STATES], *chosen = blocks[WM_CHOSEN];
  double *gain = blocks[WM_GAIN], *weight = blocks[WM_WEIGHT];
  nn_tape t = wm_tape(m, blocks, NN_INFER);
  nn_bind(&t, blocks[WM_MODEL], NULL);
  nn_value out = wm_foresee(&t, m, x, chosen, m->futures);
  if (nn_is_dry(&t)) return BAUD_EBUG;
  for (uint32_t i = 0; i < m->futures; i++) {
    const float *o = out.x + (size_t)i * m->outputs;
    gain[i] += weight[i] * wm_expected_reward(m, o);
    weight[i] *= m->discount * (1.0 - wm_end(m, o));
    wm_move(m, o, x + (size_t)i * n, (uint64_t *)blocks[WM_RANDOM] + i / (actions * m->rollouts));
  }
  nn_bind(&t, blocks[WM_VALUES], NULL);
  nn_value q = nn_mlp_forward(&t, &m->value, nn_constant(&t, x, m->futures, n));
  if (nn_is_dry(&t)) return BAUD_EBUG;
  memset(chosen, 0, (size_t)m->futures * actions * sizeof *chosen);
  for (uint32_t i = 0; i < m->futures; i++) chosen[(size_t)i * actions + wm_best(q.x + (size_t)i * actions, actions)] = 1.0f;
  return BAUD_OK;
}

/* What each future is worth in the end; without any step, the values themselves. */
static int wm_value_ends(const wm_model *m, void *const *blocks) {
  uint32_t actions = m->features.choices;
  double *gain = blocks[WM_GAIN];
  const double *weight = blocks[WM_WEIGHT];
  nn_tape t = wm_tape(m, blocks, NN_INFER);
  nn_bind(&t, blocks[WM_VALUES], NULL);
  nn_value q = nn_mlp_forward(&t, &m->value, nn_constant(&t, blocks[WM_STATES], m->futures, m->features.n));
  if (nn_is_dry(&t)) return BAUD_EBUG;
  for (uint32_t i = 0; i < m->futures; i++) {
    const nn_real *row = q.x + (size_t)i * actions;
    gain[i] += weight[i] * (double)row[m->depth ? wm_best(row, actions) : i / m->rollouts % actions];
  }
  return BAUD_OK;
}

/* ---- Acting and answering -------------------------------------------------------------------------------- */

static void wm_act(const wm_model *m, void *const *blocks, const baud_tick *tick, uint32_t lane, int is_warm) {
  uint32_t actions = m->features.choices;
  double *plan = blocks[WM_POLICY], *policy = plan + actions;
  const double *gain = (const double *)blocks[WM_GAIN] + (size_t)lane * actions * m->rollouts;
  for (uint32_t a = 0; a < actions; a++) {
    plan[a] = 0.0;
    for (uint32_t k = 0; k < m->rollouts; k++) plan[a] += gain[a * m->rollouts + k] / m->rollouts;
  }
  baud_greedy_policy(plan, actions, is_warm ? m->epsilon : 1.0, policy);
  (void)baud_features_act(&m->features, tick, lane, policy, (uint64_t *)blocks[WM_RANDOM] + lane);
}

/* Writes what `out` [outputs] says to the answers of one lane whose features are x. */
static void wm_tell(const wm_model *m, const baud_tick *tick, uint32_t lane, const float *out, const float *x) {
  for (uint32_t f = 0; f < m->features.n_fields; f++) {
    const baud_field *field = &m->features.field[f];
    uint32_t width = field->categories ? field->categories : 2;
    for (uint64_t asked = tick->ask & m->asks_field[f]; asked; asked &= asked - 1)
      for (uint32_t e = 0; e < field->count; e++) {
        const wm_part *part = &m->part[m->first_part[f] + e];
        float *answer = tick->answer[__builtin_ctzll(asked)] + ((size_t)lane * field->count + e) * width;
        if (field->categories) wm_softmax(out + part->out, width, answer);
        else answer[0] = x[part->feature] + out[part->out], answer[1] = wm_std(out[part->out + 1]);
      }
  }
  for (uint64_t asked = tick->ask & m->asks_reward; asked; asked &= asked - 1) {
    float *answer = tick->answer[__builtin_ctzll(asked)] + (size_t)lane * (m->n_values ? m->n_values : 2);
    if (m->n_values) wm_softmax(out + m->reward_out, m->n_values, answer);
    else answer[0] = out[m->reward_out], answer[1] = wm_std(out[m->reward_out + 1]);
  }
  for (uint64_t asked = tick->ask & m->asks_end; asked; asked &= asked - 1)
    wm_softmax(out + m->end_out, 2, tick->answer[__builtin_ctzll(asked)] + (size_t)lane * 2);
}

static int wm_answer(const wm_model *m, void *const *blocks, const baud_tick *tick) {
  uint32_t lanes = m->features.lanes, actions = m->features.choices;
  float *x = blocks[WM_STATES], *chosen = blocks[WM_CHOSEN];
  memset(chosen, 0, (size_t)lanes * actions * sizeof *chosen);
  baud_features_rows(&m->features, tick->obs, x);
  for (uint32_t lane = 0; lane < lanes; lane++) chosen[(size_t)lane * actions + baud_discrete(&m->features.action, tick->action, lane)] = 1.0f;
  nn_tape t = wm_tape(m, blocks, NN_INFER);
  nn_bind(&t, blocks[WM_MODEL], NULL);
  nn_value out = wm_foresee(&t, m, x, chosen, lanes);
  if (nn_is_dry(&t)) return BAUD_EBUG;
  for (uint32_t lane = 0; lane < lanes; lane++) wm_tell(m, tick, lane, out.x + (size_t)lane * m->outputs, x + (size_t)lane * m->features.n);
  return BAUD_OK;
}

static int32_t wm_predict(const void *model, void *const *blocks, const baud_tick *tick) {
  const wm_model *m = model;
  int is_warm = baud_replay_ticks(blocks) * m->features.lanes > m->warmup, code = BAUD_OK;
  uint64_t policy = tick->ask & m->features.asks_action;
  if (!tick->action_given || policy) {
    wm_begin(m, blocks, tick->obs);
    for (uint32_t i = 0; is_warm && i < m->depth && code == BAUD_OK; i++) code = wm_play(m, blocks);
    if (code == BAUD_OK && is_warm) code = wm_value_ends(m, blocks);
    for (uint32_t lane = 0; lane < m->features.lanes && code == BAUD_OK; lane++) wm_act(m, blocks, tick, lane, is_warm);
  }
  if (code == BAUD_OK && (tick->ask & ~m->features.asks_action)) code = wm_answer(m, blocks, tick);
  return code == BAUD_OK ? BAUD_OK : m->host->fail(m->host, BAUD_EBUG, "its arena is too small for a plan");
}

/* ---- Learning -------------------------------------------------------------------------------------------- */

/* d of -log softmax(logits)[target], times scale. */
static void wm_pull_category(const float *logits, uint32_t n, uint32_t target, float scale, float *d) {
  wm_softmax(logits, n, d);
  d[target] -= 1.0f;
  for (uint32_t i = 0; i < n; i++) d[i] *= scale;
}

/* d of -log N(y; mean, std), times scale; where the deviation is held at a bound it is not pulled further. */
static void wm_pull_normal(const float *out, float y, float scale, float *d) {
  float std = wm_std(out[1]), z = (y - out[0]) / std, pull = 1.0f - z * z;
  int is_held = (out[1] <= wm_log_std_low && pull > 0.0f) || (out[1] >= wm_log_std_high && pull < 0.0f);
  d[0] = -scale * z / std;
  d[1] = is_held ? 0.0f : scale * pull;
}

/* d of the model's loss of one transition. */
static void wm_pull(const wm_model *m, const float *out, const float *x, const float *next, float reward, int is_end, float *d) {
  float scale = 1.0f / (float)m->batch;
  for (uint32_t i = 0; i < m->n_parts; i++) {
    const wm_part *part = &m->part[i];
    uint32_t target = part->categories == 2 ? (uint32_t)next[part->feature] : 0;
    while (part->categories > 2 && next[part->feature + target] == 0.0f && target + 1 < part->categories) target++;
    if (part->categories) wm_pull_category(out + part->out, part->categories, target, scale, d + part->out);
    else wm_pull_normal(out + part->out, next[part->feature] - x[part->feature], scale, d + part->out);
  }
  uint32_t value = 0;
  while (value + 1 < m->n_values && (float)m->values[value] != reward) value++;
  if (m->n_values) wm_pull_category(out + m->reward_out, m->n_values, value, scale, d + m->reward_out);
  else wm_pull_normal(out + m->reward_out, reward, scale, d + m->reward_out);
  wm_pull_category(out + m->end_out, 2, (uint32_t)is_end, scale, d + m->end_out);
}

static int wm_learn_model(const wm_model *m, void *const *blocks, const baud_replay_batch *batch) {
  uint32_t n = m->features.n, actions = m->features.choices;
  float *chosen = blocks[WM_CHOSEN], *d = blocks[WM_UPSTREAM];
  const uint8_t *flags = blocks[BAUD_REPLAY_FLAGS];
  memset(blocks[WM_GRADIENT], 0, m->model_layout.count * sizeof(nn_real));
  memset(chosen, 0, (size_t)m->batch * actions * sizeof *chosen);
  for (uint32_t i = 0; i < m->batch; i++) chosen[(size_t)i * actions + (uint32_t)batch->action[i]] = 1.0f;
  nn_tape t = wm_tape(m, blocks, NN_TRAIN);
  nn_bind(&t, blocks[WM_MODEL], blocks[WM_GRADIENT]);
  nn_value out = wm_foresee(&t, m, batch->obs, chosen, m->batch);
  if (nn_is_dry(&t)) return BAUD_EBUG;
  for (uint32_t i = 0; i < m->batch; i++)
    wm_pull(m, out.x + (size_t)i * m->outputs, batch->obs + (size_t)i * n, batch->next + (size_t)i * n, batch->reward[i],
            (flags[batch->row[i]] & BAUD_TERMINATED) != 0, d + (size_t)i * m->outputs);
  nn_seed(&t, out, d);
  if (nn_backward(&t) != BAUD_OK) return BAUD_EBUG;
  nn_adam_step(&m->adam, blocks[WM_MODEL], blocks[WM_GRADIENT], blocks[WM_MODEL_MOMENTS], m->model_layout.count, 1.0);
  return BAUD_OK;
}

static int wm_learn_values(const wm_model *m, void *const *blocks, const baud_replay_batch *batch) {
  uint32_t actions = m->features.choices;
  float *d = blocks[WM_UPSTREAM];
  memset(blocks[WM_GRADIENT], 0, m->values_layout.count * sizeof(nn_real));
  memset(d, 0, (size_t)m->batch * actions * sizeof *d);
  nn_tape t = wm_tape(m, blocks, NN_TRAIN);
  nn_bind(&t, blocks[WM_TARGET], NULL);
  nn_value next = nn_mlp_forward(&t, &m->value, nn_constant(&t, batch->next, m->batch, m->features.n));
  nn_bind(&t, blocks[WM_VALUES], blocks[WM_GRADIENT]);
  nn_value q = nn_mlp_forward(&t, &m->value, nn_constant(&t, batch->obs, m->batch, m->features.n));
  if (nn_is_dry(&t)) return BAUD_EBUG;
  for (uint32_t i = 0; i < m->batch; i++) {
    size_t row = (size_t)i * actions, taken = row + (uint32_t)batch->action[i];
    float best = next.x[row + wm_best(next.x + row, actions)];
    d[taken] = (q.x[taken] - (batch->reward[i] + batch->discount[i] * best)) / (float)m->batch;
  }
  nn_seed(&t, q, d);
  if (nn_backward(&t) != BAUD_OK) return BAUD_EBUG;
  nn_adam_step(&m->adam, blocks[WM_VALUES], blocks[WM_GRADIENT], blocks[WM_VALUES_MOMENTS], m->values_layout.count, 1.0);
  return BAUD_OK;
}

static int wm_update(const wm_model *m, void *const *blocks) {
  baud_replay_batch batch = { blocks[WM_BATCH_OBS], blocks[WM_BATCH_NEXT], blocks[WM_BATCH_ACTION], blocks[WM_BATCH_REWARD],
                              blocks[WM_BATCH_DISCOUNT], blocks[WM_BATCH_ROW] };
  baud_replay_sample(&m->replay, blocks, 1, m->discount, blocks[WM_DRAWS], &batch, m->batch);
  int code = wm_learn_model(m, blocks, &batch);
  return code == BAUD_OK ? wm_learn_values(m, blocks, &batch) : code;
}

static int32_t wm_learn(const void *model, void *const *blocks, const baud_outcome *outcome) {
  const wm_model *m = model;
  uint64_t before = baud_replay_ticks(blocks) * m->features.lanes, after = before + m->features.lanes;
  baud_replay_store(&m->replay, &m->features, blocks, outcome);
  if (after <= m->warmup) return BAUD_OK;
  for (uint64_t due = after / m->train_every - before / m->train_every; due > 0; due--)
    if (wm_update(m, blocks) != BAUD_OK) return m->host->fail(m->host, BAUD_EBUG, "its arena is too small for a batch");
  if (after / m->target_every != before / m->target_every) memcpy(blocks[WM_TARGET], blocks[WM_VALUES], m->values_layout.count * sizeof(nn_real));
  return BAUD_OK;
}

static const baud_learner_ops wm_ops = { BAUD_SIZE(baud_learner_ops), 0, wm_create, wm_destroy, wm_init, wm_predict, wm_learn };

static const baud_unit wm_unit = {
  BAUD_SIZE(baud_unit), BAUD_LEARNER, 1, 1, "baud.world_model", "A network for the world, planned with by rollouts",
  "Learns to predict the next observation, the reward and the end of the episode from a replay buffer, and plays possible "
  "futures through before each action (Sutton and Barto, section 8.10). Answers what it predicts. Discrete actions.",
  wm_params, WM_PARAMS, 0, &wm_ops, NULL
};

BAUD_EXPORT const baud_library baud_plugin_1 = {
  BAUD_SIZE(baud_library), BAUD_MINOR, 0, BAUD_LAYOUT, "baud", "1.0", "MIT", &wm_unit, 1, 0
};
