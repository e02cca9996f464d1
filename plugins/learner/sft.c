/* Next-token training on all that is observed (supervised fine-tuning): a GRU, an LSTM or a small transformer reads the stream
 * of tokens, field 0 of the observation, and what was done before each, and says what comes next - once before it acts,
 * and once more knowing its action, which is what it answers the host with:
 *   loss = mean over tokens of -log p(x' | x.., a..) - log p(x' | x.., a.., a)
 * It learns from every `horizon` steps, from nothing but observations. Where actions are tokens of the same alphabet it acts
 * by saying what comes next, with softmax(logits / temperature), and leaves one action more, the call of a tool, to others;
 * elsewhere at random. Asked to teach itself ("baud.teach/1") it takes steps on the tokens of a span that the mask names, and
 * on no others.
 */
#include <stdlib.h>

#include "baud/features.h"
#include "baud/sequence.h"

enum {
  SFT_PARAM_CORE, SFT_PARAM_UNITS, SFT_PARAM_LAYERS, SFT_PARAM_HEADS, SFT_PARAM_WINDOW, SFT_PARAM_CARRY, SFT_PARAM_LR,
  SFT_PARAM_HORIZON, SFT_PARAM_EPOCHS, SFT_PARAM_MAX_NORM, SFT_PARAM_TEMPERATURE, SFT_PARAM_SPEAKS, SFT_PARAM_SAYS, SFT_PARAM_FIRST,
  SFT_PARAMS
};
static const char *const sft_cores[NN_SEQUENCE_KINDS] = { "gru", "lstm", "transformer" };
static const baud_param sft_params[SFT_PARAMS] = {
  BAUD_PARAM_CHOICE("core", NN_SEQUENCE_GRU, sft_cores, NN_SEQUENCE_KINDS, "what remembers"),
  BAUD_PARAM_INT("units", 64, 1, 4096, "units", "width of the memory; a multiple of heads in a transformer"),
  BAUD_PARAM_INT("layers", 1, 1, NN_SEQUENCE_LAYERS, "", "layers of a transformer"),
  BAUD_PARAM_INT("heads", 4, 1, 64, "", "heads of a transformer's attention"),
  BAUD_PARAM_INT("window", 64, 1, 65536, "steps", "tokens that a transformer sees, the present one included"),
  BAUD_PARAM_FLAG("carry", 0, "memory goes on from one episode into the next"),
  BAUD_PARAM_LIVE_FLOAT("lr", 1e-3, 0, 1, "", "step size (Adam)"),
  BAUD_PARAM_INT("horizon", 32, 1, 1000000, "steps", "steps learnt from together in each lane, and how far learning goes back in time"),
  BAUD_PARAM_INT("epochs", 1, 1, 1000, "", "times that they are learnt from, a span that is taught as well"),
  BAUD_PARAM_LIVE_FLOAT("max_norm", 1, 0, 1e9, "", "largest norm of an update's gradient; 0: as it is"),
  BAUD_PARAM_LIVE_FLOAT("temperature", 1, 1e-6, 1e6, "", "of the policy, where actions are tokens"),
  BAUD_PARAM_FLAG("speaks", 1, "act by saying what comes next, where actions are tokens; else at random"),
  BAUD_PARAM_INT("says", 0, 0, 1000000, "tokens", "that actions are, where these are not all there are; 0: all"),
  BAUD_PARAM_INT("first", 0, 0, 1000000, "", "the token that action 0 is, where actions are some of them")
};

enum {
  SFT_MEMORY,                                      /* MEMORY, per lane: the core's */
  SFT_BEGINNING = SFT_MEMORY + NN_SEQUENCE_BLOCKS, /* TRACE: as it was when the steps began that are not learnt from yet */
  SFT_PREVIOUS = SFT_BEGINNING + NN_SEQUENCE_BLOCKS, /* MEMORY [lane][actions] the action before, one-hot */
  SFT_THETA, SFT_MOMENTS,
  SFT_INPUT,    /* TRACE [rows][inputs], time-major */
  SFT_ACTION,   /* TRACE [rows][actions] one-hot */
  SFT_STARTS,   /* TRACE [rows] */
  SFT_NEXT,     /* TRACE [rows] the token that came */
  SFT_STEP,     /* TRACE [1] */
  SFT_RANDOM,   /* RNG [lane] */
  SFT_GRADIENT, SFT_LOOK, SFT_CHOSEN, SFT_POLICY, SFT_ARENA,
  SFT_SPAN_INPUT, SFT_SPAN_ACTION, SFT_SPAN_NEXT, /* SCRATCH [horizon]: a part of a span */
  SFT_BLOCKS
};

typedef struct sft_model {
  baud_features features;
  uint32_t vocabulary, actions, inputs, rows, horizon, epochs;
  nn_sequence core;
  nn_linear_layer before, given_hidden, given; /* what comes next; the same knowing the action */
  uint64_t count, asks_token;
  nn_adam adam;
  double max_norm, temperature;
  int64_t carries, speaks;
  uint32_t says, first; /* how many actions are tokens, and which one action 0 is */
  size_t arena;
  const baud_host *host;
  baud_block blocks[SFT_BLOCKS];
} sft_model;

/* ---- Creation ------------------------------------------------------------------------------------------- */

typedef struct sft_heads {
  nn_value before, memory; /* logits [rows][vocabulary]; what the second head reads besides the action */
} sft_heads;

static sft_heads sft_forward(nn_tape *t, const sft_model *m, const float *x, uint32_t rows, uint32_t lanes, const nn_sequence_memory *from,
                             const uint8_t *starts, const nn_sequence_memory *after) {
  nn_value y = nn_sequence_forward(t, &m->core, nn_constant(t, x, rows, m->inputs), lanes, from, starts, after);
  return (sft_heads){ nn_linear(t, &m->before, y, NN_IDENTITY), y };
}

static nn_value sft_given(nn_tape *t, const sft_model *m, nn_value memory, const float *action) {
  nn_value x = nn_concatenate(t, memory, nn_constant(t, action, memory.rows, m->actions));
  return nn_linear(t, &m->given, nn_linear(t, &m->given_hidden, x, NN_TANH), NN_IDENTITY);
}

static double sft_losses(nn_tape *t, const sft_model *m, sft_heads heads, const float *action, const int32_t *next, double scale) {
  double loss = nn_loss_cross_entropy(t, heads.before, next, NULL, NULL, scale);
  return loss + nn_loss_cross_entropy(t, sft_given(t, m, heads.memory, action), next, NULL, NULL, scale);
}

static size_t sft_arena(const sft_model *m) {
  nn_real gradient = 0;
  nn_sequence_memory nothing = { { NULL }, { NULL } };
  nn_tape t;
  nn_tape_open(&t, NULL, 0);
  nn_begin(&t, NN_INFER);
  (void)nn_scratch(&t, m->features.lanes);
  sft_heads heads = sft_forward(&t, m, NULL, m->features.lanes, m->features.lanes, &nothing, NULL, &nothing);
  (void)nn_categorical_head(&t, heads.before, NULL);
  (void)nn_categorical_head(&t, sft_given(&t, m, heads.memory, NULL), NULL);
  nn_begin(&t, NN_TRAIN);
  nn_bind(&t, NULL, &gradient);
  (void)nn_scratch(&t, m->horizon); /* where a span begins */
  (void)sft_losses(&t, m, sft_forward(&t, m, NULL, m->rows, m->features.lanes, &nothing, NULL, NULL), NULL, NULL, 1.0);
  return nn_arena_bytes(&t);
}

static void sft_declare(sft_model *m) {
  static const char *const memory[] = { "state", "state_second", "length", "length_second" };
  static const char *const beginning[] = { "first_state", "first_state_second", "first_length", "first_length_second" };
  uint64_t rows = m->rows, span = m->horizon;
  baud_block *b = m->blocks;
  nn_sequence_list(&m->core, BAUD_MEMORY, memory, b + SFT_MEMORY);
  nn_sequence_list(&m->core, BAUD_TRACE, beginning, b + SFT_BEGINNING);
  b[SFT_PREVIOUS] = baud_block_of(BAUD_F32, BAUD_MEMORY, BAUD_PER_LANE, m->actions, "previous");
  b[SFT_THETA] = baud_block_of(BAUD_F32, BAUD_WEIGHT, 0, m->count, "network");
  b[SFT_MOMENTS] = baud_block_of(BAUD_F32, BAUD_OPTIMISER, 0, nn_adam_state(m->count), "moments");
  b[SFT_INPUT] = baud_block_of(BAUD_F32, BAUD_TRACE, 0, rows * m->inputs, "inputs");
  b[SFT_ACTION] = baud_block_of(BAUD_F32, BAUD_TRACE, 0, rows * m->actions, "actions");
  b[SFT_STARTS] = baud_block_of(BAUD_U8, BAUD_TRACE, 0, rows, "starts");
  b[SFT_NEXT] = baud_block_of(BAUD_I32, BAUD_TRACE, 0, rows, "tokens");
  b[SFT_STEP] = baud_block_of(BAUD_U64, BAUD_TRACE, 0, 1, "step");
  b[SFT_RANDOM] = baud_block_of(BAUD_U64, BAUD_RNG, BAUD_PER_LANE, 1, "random");
  b[SFT_GRADIENT] = baud_block_of(BAUD_F32, BAUD_SCRATCH, 0, m->count, "gradient");
  b[SFT_LOOK] = baud_block_of(BAUD_F32, BAUD_SCRATCH, BAUD_PER_LANE, m->inputs, "look");
  b[SFT_CHOSEN] = baud_block_of(BAUD_F32, BAUD_SCRATCH, BAUD_PER_LANE, m->actions, "chosen");
  b[SFT_POLICY] = baud_block_of(BAUD_F64, BAUD_SCRATCH, 0, m->actions, "policy");
  b[SFT_ARENA] = baud_block_of(BAUD_U8, BAUD_SCRATCH, 0, m->arena, "arena");
  b[SFT_SPAN_INPUT] = baud_block_of(BAUD_F32, BAUD_SCRATCH, 0, span * m->inputs, "span_inputs");
  b[SFT_SPAN_ACTION] = baud_block_of(BAUD_F32, BAUD_SCRATCH, 0, span * m->actions, "span_actions");
  b[SFT_SPAN_NEXT] = baud_block_of(BAUD_I32, BAUD_SCRATCH, 0, span, "span_tokens");
}

static int32_t sft_find_place(const baud_host *host, const baud_value *values, baud_learner_setup *setup, sft_model *m) {
  int32_t code = baud_features_open(host, setup, BAUD_MASK(BAUD_CH_OBSERVATION), &m->features);
  if (code != BAUD_OK) return code;
  if (m->features.choices == 0) return host->fail(host, BAUD_EARG, "chooses among actions, but the environment's are continuous");
  if (baud_states(setup->obs, setup->n_obs) == 0)
    return host->fail(host, BAUD_EARG, "reads tokens: observation field 0 must be one discrete scalar, and here it is not");
  if (values[SFT_PARAM_CORE].i == NN_SEQUENCE_TRANSFORMER && values[SFT_PARAM_UNITS].i % values[SFT_PARAM_HEADS].i != 0)
    return host->fail(host, BAUD_EARG, "\"units\" must be a multiple of \"heads\"");
  if ((uint64_t)values[SFT_PARAM_HORIZON].i * setup->lanes > INT32_MAX)
    return host->fail(host, BAUD_EARG, "horizon times lanes would be 2^31 or more: make \"horizon\" smaller");
  return BAUD_OK;
}

static void sft_read(sft_model *m, const baud_value *v) {
  static const nn_layout nothing;
  nn_layout layout = nothing;
  nn_sequence_shape shape = { (int)v[SFT_PARAM_CORE].i, m->inputs, (uint32_t)v[SFT_PARAM_UNITS].i, (uint32_t)v[SFT_PARAM_LAYERS].i,
                              (uint32_t)v[SFT_PARAM_HEADS].i, (uint32_t)v[SFT_PARAM_WINDOW].i };
  m->horizon = (uint32_t)v[SFT_PARAM_HORIZON].i;
  m->epochs = (uint32_t)v[SFT_PARAM_EPOCHS].i;
  m->adam = (nn_adam){ v[SFT_PARAM_LR].f, 0.9, 0.999, 1e-8, 0.0 };
  m->max_norm = v[SFT_PARAM_MAX_NORM].f;
  m->temperature = v[SFT_PARAM_TEMPERATURE].f;
  m->carries = v[SFT_PARAM_CARRY].i;
  m->says = v[SFT_PARAM_SAYS].i ? (uint32_t)v[SFT_PARAM_SAYS].i : m->vocabulary;
  m->first = v[SFT_PARAM_SAYS].i ? (uint32_t)v[SFT_PARAM_FIRST].i : 0;
  m->speaks = v[SFT_PARAM_SPEAKS].i && m->first + m->says <= m->vocabulary && (m->actions == m->says || m->actions == m->says + 1);
  m->rows = m->horizon * m->features.lanes;
  m->core = nn_sequence_declare(&layout, "core", &shape);
  m->before = nn_linear_declare(&layout, "next", shape.units, m->vocabulary, NN_BIAS);
  m->given_hidden = nn_linear_declare(&layout, "given.hidden", shape.units + m->actions, shape.units, NN_BIAS);
  m->given = nn_linear_declare(&layout, "given", shape.units, m->vocabulary, NN_BIAS);
  m->count = layout.count;
}

static void sft_destroy(void *model) { free(model); }

static int32_t sft_create(const baud_host *host, const baud_value *values, baud_learner_setup *setup, void **model) {
  sft_model *m = calloc(1, sizeof *m);
  if (m == NULL) return host->fail(host, BAUD_ENOMEM, "there is no memory for the learner");
  int32_t code = sft_find_place(host, values, setup, m);
  if (code != BAUD_OK) {
    sft_destroy(m);
    return code;
  }
  m->host = host;
  m->vocabulary = setup->obs[0].categories;
  m->actions = m->features.choices;
  m->inputs = m->features.n + m->actions;
  m->asks_token = baud_accept(setup, BAUD_ASK_OBSERVATION, 0, m->vocabulary);
  sft_read(m, values);
  m->arena = sft_arena(m);
  sft_declare(m);
  setup->blocks = m->blocks;
  setup->n_blocks = SFT_BLOCKS;
  *model = m;
  return BAUD_OK;
}

static int32_t sft_init(const void *model, void *const *blocks, uint64_t seed) {
  const sft_model *m = model;
  uint64_t random = baud_split(seed, m->features.lanes);
  nn_sequence_init(&m->core, blocks[SFT_THETA], &random);
  nn_linear_orthogonal(&m->before, blocks[SFT_THETA], 0.01, &random);
  nn_linear_orthogonal(&m->given_hidden, blocks[SFT_THETA], 1.0, &random);
  nn_linear_orthogonal(&m->given, blocks[SFT_THETA], 0.01, &random);
  baud_seed_lanes(blocks[SFT_RANDOM], m->features.lanes, seed);
  return BAUD_OK;
}

/* ---- Acting --------------------------------------------------------------------------------------------- */

static nn_tape sft_tape(const sft_model *m, void *const *blocks, int mode, nn_real *gradient) {
  nn_tape t;
  nn_tape_open(&t, blocks[SFT_ARENA], m->arena);
  nn_begin(&t, mode);
  nn_bind(&t, blocks[SFT_THETA], gradient);
  return t;
}

static int32_t sft_too_small(const sft_model *m) { return m->host->fail(m->host, BAUD_EBUG, "its arena is too small for a pass"); }

static void sft_look(const sft_model *m, void *const *blocks, const baud_tick *tick, uint8_t *starts, float *x) {
  for (uint32_t lane = 0; lane < m->features.lanes; lane++, x += m->inputs) {
    float *previous = (float *)blocks[SFT_PREVIOUS] + (size_t)lane * m->actions;
    starts[lane] = !m->carries && tick->starts[lane];
    if (starts[lane]) memset(previous, 0, m->actions * sizeof *previous);
    baud_features_row(&m->features, tick->obs, lane, x);
    memcpy(x + m->features.n, previous, m->actions * sizeof *x);
  }
}

/* Acts in one lane by logits of what comes next; the action one-hot into `chosen`. */
static void sft_act(const sft_model *m, void *const *blocks, const baud_tick *tick, const nn_real *logits, uint32_t lane, float *chosen) {
  double *policy = blocks[SFT_POLICY];
  for (uint32_t a = 0; a < m->actions; a++)
    policy[a] = !m->speaks ? 0.0 : a < m->says ? (double)logits[m->first + a] / m->temperature : -INFINITY;
  baud_softmax(policy, m->actions, policy);
  uint32_t action = baud_features_act(&m->features, tick, lane, policy, (uint64_t *)blocks[SFT_RANDOM] + lane);
  memset(chosen, 0, m->actions * sizeof *chosen);
  chosen[action] = 1.0f;
}

static void sft_answer(const sft_model *m, nn_tape *t, const baud_tick *tick, nn_value memory, const float *chosen) {
  uint64_t asks = tick->ask & m->asks_token;
  if (asks == 0) return;
  nn_categorical head = nn_categorical_head(t, sft_given(t, m, memory, chosen), NULL);
  for (; asks && !nn_is_dry(t); asks &= asks - 1)
    memcpy(tick->answer[__builtin_ctzll(asks)], head.p, (size_t)m->features.lanes * m->vocabulary * sizeof(float));
}

static int32_t sft_predict(const void *model, void *const *blocks, const baud_tick *tick) {
  const sft_model *m = model;
  uint32_t lanes = m->features.lanes;
  int is_kept = tick->mode == BAUD_TRAIN;
  uint64_t step = *(const uint64_t *)blocks[SFT_STEP];
  size_t row = (size_t)step * lanes;
  nn_tape t = sft_tape(m, blocks, NN_INFER, NULL);
  uint8_t *starts = is_kept ? (uint8_t *)blocks[SFT_STARTS] + row : (uint8_t *)nn_scratch(&t, lanes);
  float *x = is_kept ? (float *)blocks[SFT_INPUT] + row * m->inputs : blocks[SFT_LOOK];
  float *chosen = is_kept ? (float *)blocks[SFT_ACTION] + row * m->actions : blocks[SFT_CHOSEN];
  if (starts == NULL) return sft_too_small(m);
  if (is_kept && step == 0) nn_sequence_copy(&m->core, lanes, blocks + SFT_BEGINNING, blocks + SFT_MEMORY);
  sft_look(m, blocks, tick, starts, x);
  nn_sequence_memory memory = nn_sequence_memory_at(blocks + SFT_MEMORY);
  sft_heads heads = sft_forward(&t, m, x, lanes, lanes, &memory, starts, &memory);
  if (nn_is_dry(&t)) return sft_too_small(m);
  for (uint32_t lane = 0; lane < lanes; lane++)
    sft_act(m, blocks, tick, heads.before.x + (size_t)lane * m->vocabulary, lane, chosen + (size_t)lane * m->actions);
  sft_answer(m, &t, tick, heads.memory, chosen);
  return nn_is_dry(&t) ? sft_too_small(m) : BAUD_OK;
}

/* ---- Learning ------------------------------------------------------------------------------------------- */

static void sft_descend(const sft_model *m, void *const *blocks, const nn_adam *adam) {
  double scale = m->max_norm > 0.0 ? nn_clip_scale(blocks[SFT_GRADIENT], m->count, m->max_norm) : 1.0;
  nn_adam_step(adam, blocks[SFT_THETA], blocks[SFT_GRADIENT], blocks[SFT_MOMENTS], m->count, scale);
}

static int32_t sft_improve(const sft_model *m, void *const *blocks) {
  for (uint32_t epoch = 0; epoch < m->epochs; epoch++) {
    memset(blocks[SFT_GRADIENT], 0, m->count * sizeof(nn_real));
    nn_tape t = sft_tape(m, blocks, NN_TRAIN, blocks[SFT_GRADIENT]);
    nn_sequence_memory from = nn_sequence_memory_at(blocks + SFT_BEGINNING);
    sft_heads heads = sft_forward(&t, m, blocks[SFT_INPUT], m->rows, m->features.lanes, &from, blocks[SFT_STARTS], NULL);
    (void)sft_losses(&t, m, heads, blocks[SFT_ACTION], blocks[SFT_NEXT], 1.0 / m->rows);
    if (nn_backward(&t) != BAUD_OK) return sft_too_small(m);
    sft_descend(m, blocks, &m->adam);
  }
  return BAUD_OK;
}

static int32_t sft_remember(const void *model, void *const *blocks, const baud_outcome *outcome) {
  const sft_model *m = model;
  float *previous = blocks[SFT_PREVIOUS];
  memset(previous, 0, (size_t)m->features.lanes * m->actions * sizeof *previous);
  for (uint32_t lane = 0; lane < m->features.lanes; lane++)
    previous[(size_t)lane * m->actions + baud_discrete(&m->features.action, outcome->action, lane)] = 1.0f;
  return BAUD_OK;
}

static int32_t sft_learn(const void *model, void *const *blocks, const baud_outcome *outcome) {
  const sft_model *m = model;
  uint64_t *step = blocks[SFT_STEP];
  int32_t *next = (int32_t *)blocks[SFT_NEXT] + (size_t)*step * m->features.lanes;
  for (uint32_t lane = 0; lane < m->features.lanes; lane++) next[lane] = (int32_t)baud_discrete(&m->features.field[0], outcome->next_obs[0], lane);
  sft_remember(m, blocks, outcome);
  if (++*step < m->horizon) return BAUD_OK;
  *step = 0;
  return sft_improve(m, blocks);
}

/* ---- Teaching itself ------------------------------------------------------------------------------------- */

/* Steps first .. first + n of the span; a token that is no target, or has no successor in the span, is < 0. */
static void sft_read_span(const sft_model *m, void *const *blocks, const baud_span *span, uint32_t first, uint32_t n) {
  float *x = blocks[SFT_SPAN_INPUT], *action = blocks[SFT_SPAN_ACTION];
  int32_t *next = blocks[SFT_SPAN_NEXT];
  memset(action, 0, (size_t)n * m->actions * sizeof *action);
  for (uint32_t i = 0; i < n; i++, x += m->inputs) {
    uint32_t at = first + i;
    baud_features_row(&m->features, span->obs, at, x); /* a span's rows are its steps */
    memset(x + m->features.n, 0, m->actions * sizeof *x);
    if (at > 0) x[m->features.n + baud_discrete(&m->features.action, span->action, at - 1)] = 1.0f;
    action[(size_t)i * m->actions + baud_discrete(&m->features.action, span->action, at)] = 1.0f;
    int is_target = at + 1 < span->steps && (span->mask == NULL || span->mask[at + 1]);
    next[i] = is_target ? (int32_t)baud_discrete(&m->features.field[0], span->obs[0], at + 1) : -1;
  }
}

/* One step of the optimiser on n steps of a span, read from an empty memory. */
static int32_t sft_teach_once(const sft_model *m, void *const *blocks, const nn_adam *adam, uint32_t n, uint32_t targets) {
  memset(blocks[SFT_GRADIENT], 0, m->count * sizeof(nn_real));
  nn_tape t = sft_tape(m, blocks, NN_TRAIN, blocks[SFT_GRADIENT]);
  uint8_t *starts = (uint8_t *)nn_scratch(&t, n);
  if (starts == NULL) return sft_too_small(m);
  memset(starts, 0, n);
  starts[0] = 1;
  nn_sequence_memory from = nn_sequence_memory_at(blocks + SFT_BEGINNING); /* forgotten at once */
  sft_heads heads = sft_forward(&t, m, blocks[SFT_SPAN_INPUT], n, 1, &from, starts, NULL);
  (void)sft_losses(&t, m, heads, blocks[SFT_SPAN_ACTION], blocks[SFT_SPAN_NEXT], 1.0 / targets);
  if (nn_backward(&t) != BAUD_OK) return sft_too_small(m);
  sft_descend(m, blocks, adam);
  return BAUD_OK;
}

/* The span in parts of `horizon` steps, each learnt from `epochs` times. */
static int32_t sft_teach(const void *model, void *const *blocks, const baud_span *span, double rate) {
  const sft_model *m = model;
  nn_adam adam = m->adam;
  int32_t code = BAUD_OK;
  adam.lr *= rate;
  for (uint32_t first = 0; first < span->steps && code == BAUD_OK; first += m->horizon) {
    uint32_t n = span->steps - first < m->horizon ? span->steps - first : m->horizon, targets = 0;
    sft_read_span(m, blocks, span, first, n);
    for (uint32_t i = 0; i < n; i++) targets += ((const int32_t *)blocks[SFT_SPAN_NEXT])[i] >= 0;
    for (uint32_t epoch = 0; targets > 0 && epoch < m->epochs && code == BAUD_OK; epoch++) code = sft_teach_once(m, blocks, &adam, n, targets);
  }
  return code;
}

static const void *sft_extension(const char *id) {
  static const baud_remember remember = { BAUD_SIZE(baud_remember), 0, sft_remember };
  static const baud_teach teach = { BAUD_SIZE(baud_teach), 0, sft_teach };
  if (strcmp(id, "baud.remember/1") == 0) return &remember;
  return strcmp(id, "baud.teach/1") == 0 ? &teach : NULL;
}

static const baud_learner_ops sft_ops = { BAUD_SIZE(baud_learner_ops), 0, sft_create, sft_destroy, sft_init, sft_predict, sft_learn };

static const baud_unit sft_unit = {
  BAUD_SIZE(baud_unit), BAUD_LEARNER, 3, 1, "baud.sft", "Next-token training on all that is observed",
  "A GRU, an LSTM or a small transformer learns to say what is observed next, from every token; where actions are tokens it "
  "acts by saying what comes next. Takes observations alone. Can be handed a span to teach itself.",
  sft_params, SFT_PARAMS, 0, &sft_ops, sft_extension
};

BAUD_EXPORT const baud_library baud_plugin_1 = {
  BAUD_SIZE(baud_library), BAUD_MINOR, 0, BAUD_LAYOUT, "baud", "1.0", "MIT", &sft_unit, 1, 0
};
