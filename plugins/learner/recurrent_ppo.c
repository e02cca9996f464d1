/* Proximal policy optimisation with a memory: a GRU, an LSTM or a small transformer reads what is observed and what was done
 * and earned in the step before, and policy and value are read from what it makes of that (Duan et al. 2016, RL^2; Wang et
 * al. 2016). Learns through time over whole rollouts of `horizon` steps in every lane, from the memory that each began with:
 *   -min(r A, clamp(r, 1 - clip, 1 + clip) A) - entropy H + value * (v - target)^2 / 2,   r = pi(a|s) / pi_old(a|s)
 * `epochs` times; with one epoch and clip 0 that is A2C. Memory ends with the episode, or with `carry` goes on into the
 * next, so that a learner may know more with every episode of a lifetime while its weights stand still. What ends an
 * episode is never taken for a successor of what follows.
 */
#include <stdlib.h>

#include "baud/actor_critic.h"
#include "baud/sequence.h"

enum {
  RP_PARAM_CORE, RP_PARAM_UNITS, RP_PARAM_LAYERS, RP_PARAM_HEADS, RP_PARAM_WINDOW, RP_PARAM_CARRY, RP_PARAM_LR, RP_PARAM_ANNEAL,
  RP_PARAM_HORIZON, RP_PARAM_EPOCHS, RP_PARAM_DISCOUNT, RP_PARAM_LAMBDA, RP_PARAM_CLIP, RP_PARAM_ENTROPY, RP_PARAM_VALUE,
  RP_PARAM_MAX_NORM, RP_PARAM_STANDARDISE, RP_PARAMS
};
static const char *const rp_cores[NN_SEQUENCE_KINDS] = { "gru", "lstm", "transformer" };
static const baud_param rp_params[RP_PARAMS] = {
  BAUD_PARAM_CHOICE("core", NN_SEQUENCE_GRU, rp_cores, NN_SEQUENCE_KINDS, "what remembers"),
  BAUD_PARAM_INT("units", 64, 1, 4096, "units", "width of the memory; a multiple of heads in a transformer"),
  BAUD_PARAM_INT("layers", 1, 1, NN_SEQUENCE_LAYERS, "", "layers of a transformer"),
  BAUD_PARAM_INT("heads", 4, 1, 64, "", "heads of a transformer's attention"),
  BAUD_PARAM_INT("window", 64, 1, 65536, "steps", "steps that a transformer sees, the present one included"),
  BAUD_PARAM_FLAG("carry", 0, "memory goes on from one episode into the next"),
  BAUD_PARAM_LIVE_FLOAT("lr", 1e-3, 0, 1, "", "step size (Adam)"),
  BAUD_PARAM_INT("anneal_steps", 0, 0, 1000000000000, "steps", "steps of all lanes over which lr falls linearly to 0; 0: it stays"),
  BAUD_PARAM_INT("horizon", 64, 1, 1000000, "steps", "length of a rollout in each lane, and how far learning goes back in time"),
  BAUD_PARAM_INT("epochs", 4, 1, 1000, "", "times that a rollout is learnt from"),
  BAUD_PARAM_FLOAT("discount", 0.99, 0, 1, "", "gamma, weight of a reward one step later"),
  BAUD_PARAM_FLOAT("lambda", 0.95, 0, 1, "", "weight of an error of the value one step later, beside gamma"),
  BAUD_PARAM_LIVE_FLOAT("clip", 0.2, 0, 1e6, "", "how far a ratio of probabilities may pay to move from 1; 0: no ratio is taken"),
  BAUD_PARAM_LIVE_FLOAT("entropy", 0.01, 0, 1e3, "", "weight of the policy's entropy in nats"),
  BAUD_PARAM_LIVE_FLOAT("value", 0.5, 0, 1e3, "", "weight of the values' loss"),
  BAUD_PARAM_LIVE_FLOAT("max_norm", 0.5, 0, 1e9, "", "largest norm of an update's gradient; 0: as it is"),
  BAUD_PARAM_FLAG("standardise", 1, "advantages to mean 0 and variance 1 in each rollout")
};

enum {
  RP_MEMORY,                                    /* MEMORY, per lane: the core's */
  RP_BEGINNING = RP_MEMORY + NN_SEQUENCE_BLOCKS, /* TRACE: the same as it was when the rollout began */
  RP_PREVIOUS = RP_BEGINNING + NN_SEQUENCE_BLOCKS, /* MEMORY [lane][choices + 2]: action taken, one-hot; reward; 1: an episode ended */
  RP_THETA,      /* WEIGHT [parameters] */
  RP_MOMENTS,    /* OPTIMISER: Adam's */
  RP_ROLLOUTS,   /* OPTIMISER [1]: rollouts that are over */
  RP_INPUT,      /* TRACE [rows][inputs], time-major: row = step * lanes + lane */
  RP_STARTS,     /* TRACE [rows]: 1 where memory begins from nothing */
  RP_ACTION, RP_LOG_PROB, RP_VALUE, RP_REWARD, RP_FLAGS, /* TRACE [rows] */
  RP_SUCCESSOR,  /* TRACE [rows] value of the true successor, where it is not the next step's */
  RP_STEP,       /* TRACE [1]: steps that the rollout has */
  RP_RANDOM,     /* RNG [lane] */
  RP_GRADIENT, RP_ADVANTAGE, RP_TARGET, /* SCRATCH */
  RP_NEXT,       /* SCRATCH [lane][inputs] what is looked at and not kept */
  RP_ARENA,
  RP_BLOCKS
};

typedef struct rp_model {
  baud_features features;
  uint32_t inputs, rows, horizon, epochs;
  nn_sequence core;
  nn_linear_layer policy, value;
  uint64_t count;
  nn_adam adam;
  nn_surrogate surrogate; /* clip and entropy */
  double anneal, discount, lambda, value_weight, max_norm;
  int64_t carries, standardises;
  size_t arena;
  const baud_host *host;
  baud_block blocks[RP_BLOCKS];
} rp_model;

/* ---- Creation ------------------------------------------------------------------------------------------- */

static nn_sequence_shape rp_read(rp_model *m, const baud_value *v) {
  m->adam = (nn_adam){ v[RP_PARAM_LR].f, 0.9, 0.999, 1e-5, 0.0 };
  m->anneal = (double)v[RP_PARAM_ANNEAL].i;
  m->horizon = (uint32_t)v[RP_PARAM_HORIZON].i;
  m->epochs = (uint32_t)v[RP_PARAM_EPOCHS].i;
  m->discount = v[RP_PARAM_DISCOUNT].f;
  m->lambda = v[RP_PARAM_LAMBDA].f;
  m->surrogate = (nn_surrogate){ .clip = v[RP_PARAM_CLIP].f, .entropy = v[RP_PARAM_ENTROPY].f };
  m->value_weight = v[RP_PARAM_VALUE].f;
  m->max_norm = v[RP_PARAM_MAX_NORM].f;
  m->carries = v[RP_PARAM_CARRY].i;
  m->standardises = v[RP_PARAM_STANDARDISE].i;
  return (nn_sequence_shape){ .kind = (int)v[RP_PARAM_CORE].i, .in = m->inputs, .units = (uint32_t)v[RP_PARAM_UNITS].i,
                              .layers = (uint32_t)v[RP_PARAM_LAYERS].i, .heads = (uint32_t)v[RP_PARAM_HEADS].i,
                              .window = (uint32_t)v[RP_PARAM_WINDOW].i };
}

/* Policy's logits and the value, of each row. */
typedef struct rp_heads {
  nn_value logits, value;
} rp_heads;

static rp_heads rp_forward(nn_tape *t, const rp_model *m, const float *x, uint32_t rows, const nn_sequence_memory *before,
                           const uint8_t *starts, const nn_sequence_memory *after) {
  nn_value y = nn_sequence_forward(t, &m->core, nn_constant(t, x, rows, m->inputs), m->features.lanes, before, starts, after);
  return (rp_heads){ nn_linear(t, &m->policy, y, NN_IDENTITY), nn_linear(t, &m->value, y, NN_IDENTITY) };
}

static void rp_losses(nn_tape *t, const rp_model *m, rp_heads heads, const int32_t *action, const nn_surrogate *by, const nn_real *target) {
  nn_categorical head = nn_categorical_head(t, heads.logits, NULL);
  nn_loss_surrogate_categorical(t, &head, action, by, 1.0 / m->rows);
  nn_loss_squared(t, heads.value, target, NULL, m->value_weight / m->rows);
}

static size_t rp_arena(const rp_model *m) {
  nn_real gradient = 0;
  nn_sequence_memory nothing = { { NULL }, { NULL } };
  nn_tape t;
  nn_tape_open(&t, NULL, 0);
  nn_begin(&t, NN_INFER);
  rp_heads heads = rp_forward(&t, m, NULL, m->features.lanes, &nothing, NULL, &nothing);
  (void)nn_categorical_head(&t, heads.logits, NULL);
  nn_begin(&t, NN_TRAIN);
  nn_bind(&t, NULL, &gradient);
  rp_losses(&t, m, rp_forward(&t, m, NULL, m->rows, &nothing, NULL, NULL), NULL, &m->surrogate, NULL);
  return nn_arena_bytes(&t);
}

static void rp_declare(rp_model *m) {
  static const char *const memory[] = { "state", "state_second", "length", "length_second" };
  static const char *const beginning[] = { "first_state", "first_state_second", "first_length", "first_length_second" };
  uint64_t rows = m->rows;
  baud_block *b = m->blocks;
  nn_sequence_list(&m->core, BAUD_MEMORY, memory, b + RP_MEMORY);
  nn_sequence_list(&m->core, BAUD_TRACE, beginning, b + RP_BEGINNING);
  b[RP_PREVIOUS] = baud_block_of(BAUD_F32, BAUD_MEMORY, BAUD_PER_LANE, m->features.choices + 2, "previous");
  b[RP_THETA] = baud_block_of(BAUD_F32, BAUD_WEIGHT, 0, m->count, "network");
  b[RP_MOMENTS] = baud_block_of(BAUD_F32, BAUD_OPTIMISER, 0, nn_adam_state(m->count), "moments");
  b[RP_ROLLOUTS] = baud_block_of(BAUD_U64, BAUD_OPTIMISER, 0, 1, "rollouts");
  b[RP_INPUT] = baud_block_of(BAUD_F32, BAUD_TRACE, 0, rows * m->inputs, "rollout_inputs");
  b[RP_STARTS] = baud_block_of(BAUD_U8, BAUD_TRACE, 0, rows, "rollout_starts");
  b[RP_ACTION] = baud_block_of(BAUD_I32, BAUD_TRACE, 0, rows, "rollout_actions");
  b[RP_LOG_PROB] = baud_block_of(BAUD_F32, BAUD_TRACE, 0, rows, "rollout_log_probs");
  b[RP_VALUE] = baud_block_of(BAUD_F32, BAUD_TRACE, 0, rows, "rollout_values");
  b[RP_REWARD] = baud_block_of(BAUD_F32, BAUD_TRACE, 0, rows, "rollout_rewards");
  b[RP_FLAGS] = baud_block_of(BAUD_U8, BAUD_TRACE, 0, rows, "rollout_flags");
  b[RP_SUCCESSOR] = baud_block_of(BAUD_F32, BAUD_TRACE, 0, rows, "rollout_successors");
  b[RP_STEP] = baud_block_of(BAUD_U64, BAUD_TRACE, 0, 1, "rollout_step");
  b[RP_RANDOM] = baud_block_of(BAUD_U64, BAUD_RNG, BAUD_PER_LANE, 1, "random");
  b[RP_GRADIENT] = baud_block_of(BAUD_F32, BAUD_SCRATCH, 0, m->count, "gradient");
  b[RP_ADVANTAGE] = baud_block_of(BAUD_F32, BAUD_SCRATCH, 0, rows, "advantages");
  b[RP_TARGET] = baud_block_of(BAUD_F32, BAUD_SCRATCH, 0, rows, "targets");
  b[RP_NEXT] = baud_block_of(BAUD_F32, BAUD_SCRATCH, BAUD_PER_LANE, m->inputs, "next");
  b[RP_ARENA] = baud_block_of(BAUD_U8, BAUD_SCRATCH, 0, m->arena, "arena");
}

static int32_t rp_find_place(const baud_host *host, const baud_value *values, baud_learner_setup *setup, rp_model *m) {
  int32_t code = baud_features_open(host, setup, BAUD_MASK(BAUD_CH_REWARD), &m->features);
  if (code != BAUD_OK) return code;
  if (m->features.choices == 0) return host->fail(host, BAUD_EARG, "chooses among actions, but the environment's are continuous: use ppo or sac");
  if (values[RP_PARAM_CORE].i == NN_SEQUENCE_TRANSFORMER && values[RP_PARAM_UNITS].i % values[RP_PARAM_HEADS].i != 0)
    return host->fail(host, BAUD_EARG, "\"units\" must be a multiple of \"heads\"");
  if ((uint64_t)values[RP_PARAM_HORIZON].i * setup->lanes > INT32_MAX)
    return host->fail(host, BAUD_EARG, "a rollout of horizon times lanes would have 2^31 rows or more: make \"horizon\" smaller");
  return BAUD_OK;
}

static void rp_destroy(void *model) { free(model); }

static int32_t rp_create(const baud_host *host, const baud_value *values, baud_learner_setup *setup, void **model) {
  static const nn_layout nothing;
  nn_layout layout = nothing;
  rp_model *m = calloc(1, sizeof *m);
  if (m == NULL) return host->fail(host, BAUD_ENOMEM, "there is no memory for the learner");
  int32_t code = rp_find_place(host, values, setup, m);
  if (code != BAUD_OK) {
    rp_destroy(m);
    return code;
  }
  m->host = host;
  m->inputs = m->features.n + m->features.choices + 2;
  nn_sequence_shape shape = rp_read(m, values);
  m->rows = m->horizon * m->features.lanes;
  m->core = nn_sequence_declare(&layout, "core", &shape);
  m->policy = nn_linear_declare(&layout, "policy", shape.units, m->features.choices, NN_BIAS);
  m->value = nn_linear_declare(&layout, "value", shape.units, 1, NN_BIAS);
  m->count = layout.count;
  m->arena = rp_arena(m);
  rp_declare(m);
  setup->blocks = m->blocks;
  setup->n_blocks = RP_BLOCKS;
  *model = m;
  return BAUD_OK;
}

static int32_t rp_init(const void *model, void *const *blocks, uint64_t seed) {
  const rp_model *m = model;
  uint64_t random = baud_split(seed, m->features.lanes);
  nn_sequence_init(&m->core, blocks[RP_THETA], &random);
  nn_linear_orthogonal(&m->policy, blocks[RP_THETA], 0.01, &random);
  nn_linear_orthogonal(&m->value, blocks[RP_THETA], 1.0, &random);
  baud_seed_lanes(blocks[RP_RANDOM], m->features.lanes, seed);
  return BAUD_OK;
}

/* ---- Acting --------------------------------------------------------------------------------------------- */

static nn_tape rp_tape(const rp_model *m, void *const *blocks, int mode, nn_real *gradient) {
  nn_tape t;
  nn_tape_open(&t, blocks[RP_ARENA], m->arena);
  nn_begin(&t, mode);
  nn_bind(&t, blocks[RP_THETA], gradient);
  return t;
}

static int32_t rp_too_small(const rp_model *m) { return m->host->fail(m->host, BAUD_EBUG, "its arena is too small for a pass"); }

/* What the core reads in each lane: the observation, and what was done and earned before it. */
static void rp_look(const rp_model *m, void *const *blocks, const void *const *obs, float *x) {
  uint32_t n = m->features.n, width = m->features.choices + 2;
  for (uint32_t lane = 0; lane < m->features.lanes; lane++, x += m->inputs) {
    baud_features_row(&m->features, obs, lane, x);
    memcpy(x + n, (const float *)blocks[RP_PREVIOUS] + (size_t)lane * width, width * sizeof *x);
  }
}

/* Whether nothing was done before: after any step its action is there, so the lane begins, or its memory has been cut. */
static int rp_is_blank(const float *previous, uint32_t width) {
  uint32_t i = 0;
  while (i < width && previous[i] == 0.0f) i++;
  return i == width;
}

/* Lanes whose memory begins from nothing: written to starts [lane], so that learning through time stops there too. */
static void rp_forget(const rp_model *m, void *const *blocks, const baud_tick *tick, uint8_t *starts) {
  uint32_t width = m->features.choices + 2;
  for (uint32_t lane = 0; lane < m->features.lanes; lane++) {
    float *previous = (float *)blocks[RP_PREVIOUS] + (size_t)lane * width;
    starts[lane] = (!m->carries && tick->starts[lane]) || rp_is_blank(previous, width);
    if (starts[lane]) memset(previous, 0, width * sizeof *previous);
  }
}

static int32_t rp_predict(const void *model, void *const *blocks, const baud_tick *tick) {
  const rp_model *m = model;
  const baud_features *f = &m->features;
  int is_kept = tick->mode == BAUD_TRAIN;
  uint64_t step = *(const uint64_t *)blocks[RP_STEP];
  size_t row = (size_t)step * f->lanes;
  nn_tape t = rp_tape(m, blocks, NN_INFER, NULL);
  uint8_t *starts = is_kept ? (uint8_t *)blocks[RP_STARTS] + row : (uint8_t *)nn_scratch(&t, f->lanes);
  float *x = is_kept ? (float *)blocks[RP_INPUT] + row * m->inputs : blocks[RP_NEXT];
  if (starts == NULL) return rp_too_small(m);
  if (is_kept && step == 0) nn_sequence_copy(&m->core, f->lanes, blocks + RP_BEGINNING, blocks + RP_MEMORY);
  rp_forget(m, blocks, tick, starts);
  rp_look(m, blocks, tick->obs, x);
  nn_sequence_memory memory = nn_sequence_memory_at(blocks + RP_MEMORY);
  rp_heads heads = rp_forward(&t, m, x, f->lanes, &memory, starts, &memory);
  nn_deeds kept = { is_kept ? (int32_t *)blocks[RP_ACTION] + row : NULL, is_kept ? (nn_real *)blocks[RP_LOG_PROB] + row : NULL };
  nn_policy_choose(f, &t, heads.logits, tick, 0, blocks[RP_RANDOM], kept);
  if (nn_is_dry(&t)) return rp_too_small(m);
  if (is_kept) memcpy((nn_real *)blocks[RP_VALUE] + row, heads.value.x, f->lanes * sizeof(nn_real));
  return BAUD_OK;
}

/* ---- Remembering and learning ---------------------------------------------------------------------------- */

static int32_t rp_remember(const void *model, void *const *blocks, const baud_outcome *outcome) {
  const rp_model *m = model;
  uint32_t n = m->features.choices;
  float *previous = blocks[RP_PREVIOUS];
  for (uint32_t lane = 0; lane < m->features.lanes; lane++, previous += n + 2) {
    memset(previous, 0, n * sizeof *previous);
    previous[baud_discrete(&m->features.action, outcome->action, lane)] = 1.0f;
    previous[n] = outcome->reward[lane];
    previous[n + 1] = outcome->flags[lane] ? 1.0f : 0.0f;
  }
  return BAUD_OK;
}

/* The value of the true successor of every lane, were the episode to go on: the end is not among what it sees. Memory
 * stays as it is. */
static int32_t rp_value_successors(const rp_model *m, void *const *blocks, const baud_outcome *outcome, float *to) {
  nn_tape t = rp_tape(m, blocks, NN_INFER, NULL);
  nn_sequence_memory memory = nn_sequence_memory_at(blocks + RP_MEMORY);
  rp_look(m, blocks, outcome->next_obs, blocks[RP_NEXT]);
  for (uint32_t lane = 0; lane < m->features.lanes; lane++) ((float *)blocks[RP_NEXT])[(size_t)lane * m->inputs + m->inputs - 1] = 0.0f;
  rp_heads heads = rp_forward(&t, m, blocks[RP_NEXT], m->features.lanes, &memory, NULL, NULL);
  if (nn_is_dry(&t)) return rp_too_small(m);
  memcpy(to, heads.value.x, m->features.lanes * sizeof *to);
  return BAUD_OK;
}

static void rp_standardise(float *x, uint32_t n) {
  double sum = 0.0, squares = 0.0;
  for (uint32_t i = 0; i < n; i++) sum += (double)x[i];
  for (uint32_t i = 0; i < n; i++) squares += ((double)x[i] - sum / n) * ((double)x[i] - sum / n);
  double scale = n > 1 ? 1.0 / (sqrt(squares / (n - 1)) + 1e-8) : 1.0;
  for (uint32_t i = 0; i < n && n > 1; i++) x[i] = (float)(((double)x[i] - sum / n) * scale);
}

static int32_t rp_epoch(const rp_model *m, void *const *blocks, const nn_adam *adam) {
  nn_real *gradient = blocks[RP_GRADIENT];
  nn_surrogate by = m->surrogate;
  by.advantage = blocks[RP_ADVANTAGE];
  by.old_log_prob = by.clip > 0.0 ? blocks[RP_LOG_PROB] : NULL;
  memset(gradient, 0, m->count * sizeof *gradient);
  nn_tape t = rp_tape(m, blocks, NN_TRAIN, gradient);
  nn_sequence_memory before = nn_sequence_memory_at(blocks + RP_BEGINNING);
  rp_losses(&t, m, rp_forward(&t, m, blocks[RP_INPUT], m->rows, &before, blocks[RP_STARTS], NULL), blocks[RP_ACTION], &by, blocks[RP_TARGET]);
  if (nn_backward(&t) != BAUD_OK) return rp_too_small(m);
  double scale = m->max_norm > 0.0 ? nn_clip_scale(gradient, m->count, m->max_norm) : 1.0;
  nn_adam_step(adam, blocks[RP_THETA], gradient, blocks[RP_MOMENTS], m->count, scale);
  return BAUD_OK;
}

static int32_t rp_improve(const rp_model *m, void *const *blocks) {
  float *advantage = blocks[RP_ADVANTAGE], *target = blocks[RP_TARGET];
  const float *value = blocks[RP_VALUE];
  uint64_t *rollouts = blocks[RP_ROLLOUTS];
  nn_adam adam = m->adam;
  if (m->anneal > 0.0) adam.lr *= fmax(0.0, 1.0 - (double)*rollouts * m->rows / m->anneal);
  ++*rollouts;
  nn_gae(m->horizon, m->features.lanes, blocks[RP_REWARD], blocks[RP_FLAGS], value, blocks[RP_SUCCESSOR], m->discount, m->lambda, advantage);
  for (uint32_t i = 0; i < m->rows; i++) target[i] = advantage[i] + value[i];
  if (m->standardises) rp_standardise(advantage, m->rows);
  int32_t code = BAUD_OK;
  for (uint32_t epoch = 0; epoch < m->epochs && code == BAUD_OK; epoch++) code = rp_epoch(m, blocks, &adam);
  return code;
}

static int32_t rp_learn(const void *model, void *const *blocks, const baud_outcome *outcome) {
  const rp_model *m = model;
  uint32_t lanes = m->features.lanes, is_cut = 0;
  uint64_t *step = blocks[RP_STEP];
  size_t row = (size_t)*step * lanes;
  int is_last = *step + 1 == m->horizon;
  rp_remember(m, blocks, outcome);
  memcpy((float *)blocks[RP_REWARD] + row, outcome->reward, lanes * sizeof(float));
  memcpy((uint8_t *)blocks[RP_FLAGS] + row, outcome->flags, lanes);
  for (uint32_t lane = 0; lane < lanes; lane++) is_cut |= outcome->flags[lane] & BAUD_TRUNCATED;
  if (is_last || is_cut) {
    int32_t code = rp_value_successors(m, blocks, outcome, (float *)blocks[RP_SUCCESSOR] + row);
    if (code != BAUD_OK) return code;
  }
  *step = is_last ? 0 : *step + 1;
  return is_last ? rp_improve(m, blocks) : BAUD_OK;
}

static int32_t rp_cut(const void *model, void *const *blocks, uint32_t lane, uint32_t how, uint32_t keep) {
  const rp_model *m = model;
  (void)keep;
  if (how == BAUD_CUT_COMPRESS) return BAUD_EUNSUP;
  for (uint32_t i = RP_MEMORY; how == BAUD_CUT_CLEAR && i < RP_BEGINNING; i++)
    memset((char *)blocks[i] + lane * m->blocks[i].count * 4, 0, m->blocks[i].count * 4);
  if (how == BAUD_CUT_CLEAR)
    memset((float *)blocks[RP_PREVIOUS] + (size_t)lane * (m->features.choices + 2), 0, (m->features.choices + 2) * sizeof(float));
  return BAUD_OK;
}

static const void *rp_extension(const char *id) {
  static const baud_remember remember = { BAUD_SIZE(baud_remember), 0, rp_remember };
  static const baud_cut cut = { BAUD_SIZE(baud_cut), 0, rp_cut };
  if (strcmp(id, "baud.remember/1") == 0) return &remember;
  return strcmp(id, "baud.memory/1") == 0 ? &cut : NULL;
}

static const baud_learner_ops rp_ops = { BAUD_SIZE(baud_learner_ops), 0, rp_create, rp_destroy, rp_init, rp_predict, rp_learn };

static const baud_unit rp_unit = {
  BAUD_SIZE(baud_unit), BAUD_LEARNER, 2, 1, "baud.recurrent_ppo", "Proximal policy optimisation with a memory",
  "A GRU, an LSTM or a small transformer reads observations and what was done and earned before, and acts by what it remembers "
  "(Duan et al. 2016, RL^2). Learns from the reward channel, sees the observation.",
  rp_params, RP_PARAMS, 0, &rp_ops, rp_extension
};

BAUD_EXPORT const baud_library baud_plugin_1 = {
  BAUD_SIZE(baud_library), BAUD_MINOR, 0, BAUD_LAYOUT, "baud", "1.0", "MIT", &rp_unit, 1, 0
};
