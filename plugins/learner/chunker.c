/* The principle of history compression (J. Schmidhuber, Learning complex, extended sequences using the principle of history
 * compression, Neural Computation 4, 1992): what could be foretold need not be remembered. Two levels read the symbols, field
 * 0 of the observation:
 *   below  a table of what follows each symbol, by the estimator of Krichevsky and Trofimov; it says what comes next
 *   above  a recurrent network (Elman 1990) that is told of those symbols alone to which the level below gave less than
 *          `threshold`, and stands still at all others:   h <- tanh(E x + U h + b)
 * With `passes` all the network is told of every symbol instead; all else is the same, so that what is compared is what it
 * is told. From h and the present symbol it says what the last field of the observation will be,
 *   p = softmax(V h + c + D x),
 * and learns it at every step by cross-entropy (Adam), through the `horizon` symbols that it was told of last: error went back
 * 3 steps at most in the original, though 20 symbols lay between cause and effect. It differs from the original in the level
 * below, a network there as well.
 *
 * It acts by saying what the last field will be, where there are as many actions as that has values, else at random. Unless
 * the symbol is all that is observed, the level below answers for it. Where episodes begin it does not look.
 */
#include <stdlib.h>

#include "baud/features.h"
#include "baud/kt.h"
#include "baud/nn.h"

enum { CHUNKER_UNEXPECTED, CHUNKER_ALL };
static const char *const chunker_passes[] = { "unexpected", "all" };
enum { CHUNKER_PARAM_PASSES, CHUNKER_PARAM_THRESHOLD, CHUNKER_PARAM_UNITS, CHUNKER_PARAM_HORIZON, CHUNKER_PARAM_LR, CHUNKER_PARAMS };
static const baud_param chunker_params[CHUNKER_PARAMS] = {
  BAUD_PARAM_CHOICE("passes", CHUNKER_UNEXPECTED, chunker_passes, 2, "of which symbols the level above is told"),
  BAUD_PARAM_FLOAT("threshold", 0.95, 0, 1, "", "a symbol is unexpected when the level below gave it less"),
  BAUD_PARAM_INT("units", 32, 1, 1024, "units", "of the level above"),
  BAUD_PARAM_INT("horizon", 3, 1, 1000, "symbols", "of those it was told of, through which it learns"),
  BAUD_PARAM_LIVE_FLOAT("lr", 3e-3, 0, 1, "", "step size (Adam)")
};

enum {
  CHUNKER_BELOW,   /* WEIGHT u64 [symbols][symbols + 1] counts */
  CHUNKER_THETA,   /* WEIGHT: the network above */
  CHUNKER_MOMENTS, /* OPTIMISER */
  CHUNKER_LAST,    /* MEMORY [lane] 1 + the symbol before; 0: there was none */
  CHUNKER_TOLD,    /* MEMORY [lane][horizon] 1 + the symbols it was told of, the oldest first; 0: none yet */
  CHUNKER_BEFORE,  /* MEMORY [lane][horizon][units] h before each of them */
  CHUNKER_STATE,   /* MEMORY [lane][units] h now */
  CHUNKER_RANDOM,  /* RNG [lane] */
  CHUNKER_INDEX,   /* SCRATCH [horizon][lanes] symbols, [lanes] the present ones, [lanes] targets */
  CHUNKER_FROM,    /* SCRATCH [lanes][units] */
  CHUNKER_P,       /* SCRATCH [symbols or values]: one answer */
  CHUNKER_GRADIENT, CHUNKER_ARENA, CHUNKER_BLOCKS
};

typedef struct chunker_model {
  const baud_host *host;
  uint32_t lanes, symbols, values, units, horizon, target; /* target: the field that the level above foretells */
  int64_t passes;
  int speaks;
  double threshold;
  uint64_t asks_symbol, asks_value, count;
  baud_features features;
  nn_embedding_layer told, now;
  nn_linear_layer recurrent, out;
  nn_adam adam;
  size_t arena;
  baud_block blocks[CHUNKER_BLOCKS];
} chunker_model;

/* ---- The level above ------------------------------------------------------------------------------------ */

/* h after the symbols [steps][lanes]; h before them [lanes][units]. */
static nn_value chunker_remember(nn_tape *t, const chunker_model *m, const nn_real *before, const int32_t *symbol, uint32_t steps) {
  nn_value h = nn_constant(t, before, m->lanes, m->units);
  for (uint32_t i = 0; i < steps; i++) {
    nn_value x = nn_embedding(t, &m->told, symbol ? symbol + (size_t)i * m->lanes : NULL, m->lanes);
    h = nn_activate(t, nn_add(t, x, nn_linear(t, &m->recurrent, h, NN_IDENTITY)), NN_TANH);
  }
  return h;
}

static nn_value chunker_foretell(nn_tape *t, const chunker_model *m, nn_value h, const int32_t *symbol) {
  return nn_add(t, nn_linear(t, &m->out, h, NN_IDENTITY), nn_embedding(t, &m->now, symbol, m->lanes));
}

static size_t chunker_room(const chunker_model *m) {
  nn_real gradient = 0;
  nn_tape t;
  nn_tape_open(&t, NULL, 0);
  nn_begin(&t, NN_INFER);
  (void)chunker_remember(&t, m, NULL, NULL, 1);
  (void)nn_categorical_head(&t, chunker_foretell(&t, m, nn_constant(&t, NULL, m->lanes, m->units), NULL), NULL);
  nn_begin(&t, NN_TRAIN);
  nn_bind(&t, NULL, &gradient);
  (void)nn_loss_cross_entropy(&t, chunker_foretell(&t, m, chunker_remember(&t, m, NULL, NULL, m->horizon), NULL), NULL, NULL, NULL, 1.0);
  return nn_arena_bytes(&t);
}

/* ---- Creation ------------------------------------------------------------------------------------------- */

static void chunker_declare(chunker_model *m) {
  baud_block *b = m->blocks;
  uint32_t widest = m->symbols > m->values ? m->symbols : m->values;
  widest = widest > m->features.choices ? widest : m->features.choices;
  b[CHUNKER_BELOW] = baud_block_of(BAUD_U64, BAUD_WEIGHT, 0, (uint64_t)m->symbols * (m->symbols + 1u), "below");
  b[CHUNKER_THETA] = baud_block_of(BAUD_F32, BAUD_WEIGHT, 0, m->count, "network");
  b[CHUNKER_MOMENTS] = baud_block_of(BAUD_F32, BAUD_OPTIMISER, 0, nn_adam_state(m->count), "moments");
  b[CHUNKER_LAST] = baud_block_of(BAUD_I32, BAUD_MEMORY, BAUD_PER_LANE, 1, "last");
  b[CHUNKER_TOLD] = baud_block_of(BAUD_I32, BAUD_MEMORY, BAUD_PER_LANE, m->horizon, "told");
  b[CHUNKER_BEFORE] = baud_block_of(BAUD_F32, BAUD_MEMORY, BAUD_PER_LANE, (uint64_t)m->horizon * m->units, "before");
  b[CHUNKER_STATE] = baud_block_of(BAUD_F32, BAUD_MEMORY, BAUD_PER_LANE, m->units, "state");
  b[CHUNKER_RANDOM] = baud_block_of(BAUD_U64, BAUD_RNG, BAUD_PER_LANE, 1, "random");
  b[CHUNKER_INDEX] = baud_block_of(BAUD_I32, BAUD_SCRATCH, BAUD_PER_LANE, m->horizon + 2u, "indices");
  b[CHUNKER_FROM] = baud_block_of(BAUD_F32, BAUD_SCRATCH, BAUD_PER_LANE, m->units, "from");
  b[CHUNKER_P] = baud_block_of(BAUD_F64, BAUD_SCRATCH, 0, widest, "answer");
  b[CHUNKER_GRADIENT] = baud_block_of(BAUD_F32, BAUD_SCRATCH, 0, m->count, "gradient");
  b[CHUNKER_ARENA] = baud_block_of(BAUD_U8, BAUD_SCRATCH, 0, m->arena, "arena");
}

static int32_t chunker_find_place(chunker_model *m, const baud_host *host, baud_learner_setup *setup) {
  enum { MOST_SYMBOLS = 4096 };
  int32_t code = baud_features_open(host, setup, BAUD_MASK(BAUD_CH_OBSERVATION), &m->features);
  if (code != BAUD_OK) return code;
  const baud_field *last = setup->n_obs > 0 ? &setup->obs[setup->n_obs - 1] : NULL;
  if (m->features.choices == 0) return host->fail(host, BAUD_EARG, "chooses among actions, but the environment's are continuous");
  if (baud_states(setup->obs, setup->n_obs) == 0 || baud_states(last, 1) == 0)
    return host->fail(host, BAUD_EARG, "reads symbols and foretells values: the first and the last observation field must each be one discrete "
                                       "scalar, and here they are not");
  if (setup->obs[0].categories > MOST_SYMBOLS || last->categories > MOST_SYMBOLS)
    return host->fail(host, BAUD_EARG, "keeps a table of what follows each symbol, of at most 4096 symbols: choose a smaller world");
  m->host = host;
  m->lanes = setup->lanes;
  m->symbols = setup->obs[0].categories;
  m->target = setup->n_obs - 1;
  m->values = last->categories;
  m->speaks = m->features.choices == m->values;
  if (m->target > 0) m->asks_symbol = baud_accept(setup, BAUD_ASK_OBSERVATION, 0, m->symbols);
  m->asks_value = baud_accept(setup, BAUD_ASK_OBSERVATION, m->target, m->values);
  return BAUD_OK;
}

static void chunker_destroy(void *model) { free(model); }

static int32_t chunker_create(const baud_host *host, const baud_value *values, baud_learner_setup *setup, void **model) {
  static const nn_layout nothing;
  nn_layout layout = nothing;
  chunker_model *m = calloc(1, sizeof *m);
  if (m == NULL) return host->fail(host, BAUD_ENOMEM, "there is no memory for the learner");
  int32_t code = chunker_find_place(m, host, setup);
  if (code != BAUD_OK) {
    chunker_destroy(m);
    return code;
  }
  m->passes = values[CHUNKER_PARAM_PASSES].i;
  m->threshold = values[CHUNKER_PARAM_THRESHOLD].f;
  m->units = (uint32_t)values[CHUNKER_PARAM_UNITS].i;
  m->horizon = (uint32_t)values[CHUNKER_PARAM_HORIZON].i;
  m->adam = (nn_adam){ values[CHUNKER_PARAM_LR].f, 0.9, 0.999, 1e-8, 0.0 };
  m->told = nn_embedding_declare(&layout, "told", m->symbols, m->units);
  m->recurrent = nn_linear_declare(&layout, "recurrent", m->units, m->units, NN_BIAS);
  m->out = nn_linear_declare(&layout, "out", m->units, m->values, NN_BIAS);
  m->now = nn_embedding_declare(&layout, "now", m->symbols, m->values);
  m->count = layout.count;
  m->arena = chunker_room(m);
  chunker_declare(m);
  setup->blocks = m->blocks;
  setup->n_blocks = CHUNKER_BLOCKS;
  *model = m;
  return BAUD_OK;
}

static int32_t chunker_init(const void *model, void *const *blocks, uint64_t seed) {
  const chunker_model *m = model;
  uint64_t random = baud_split(seed, m->lanes);
  nn_embedding_normal(&m->told, blocks[CHUNKER_THETA], 1.0 / sqrt((double)m->units), &random);
  nn_linear_uniform(&m->recurrent, blocks[CHUNKER_THETA], &random);
  nn_linear_orthogonal(&m->out, blocks[CHUNKER_THETA], 0.01, &random);
  baud_seed_lanes(blocks[CHUNKER_RANDOM], m->lanes, seed);
  return BAUD_OK;
}

/* ---- Reading -------------------------------------------------------------------------------------------- */

static int32_t chunker_too_small(const chunker_model *m) { return m->host->fail(m->host, BAUD_EBUG, "its arena is too small for a pass"); }

static uint64_t *chunker_row(const chunker_model *m, void *const *blocks, uint32_t symbol) {
  return (uint64_t *)blocks[CHUNKER_BELOW] + (size_t)symbol * (m->symbols + 1u);
}

/* Whether the level above is told of the symbol that follows the lane's last one. */
static int chunker_is_passed(const chunker_model *m, void *const *blocks, uint32_t lane, uint32_t symbol) {
  int32_t last = ((const int32_t *)blocks[CHUNKER_LAST])[lane];
  if (m->passes == CHUNKER_ALL || last == 0) return 1;
  return baud_kt_probability(chunker_row(m, blocks, (uint32_t)last - 1), m->symbols, symbol) < m->threshold;
}

/* Books that a lane is told of a symbol, which takes its state from what it is to `after`. */
static void chunker_tell(const chunker_model *m, void *const *blocks, uint32_t lane, uint32_t symbol, const nn_real *after) {
  size_t units = m->units, rest = m->horizon - 1u;
  int32_t *told = (int32_t *)blocks[CHUNKER_TOLD] + (size_t)lane * m->horizon;
  nn_real *before = (nn_real *)blocks[CHUNKER_BEFORE] + (size_t)lane * m->horizon * units;
  nn_real *state = (nn_real *)blocks[CHUNKER_STATE] + (size_t)lane * units;
  memmove(told, told + 1, rest * sizeof *told);
  memmove(before, before + units, rest * units * sizeof *before);
  told[rest] = (int32_t)symbol + 1;
  memcpy(before + rest * units, state, units * sizeof *state);
  memcpy(state, after, units * sizeof *state);
}

/* Reads the present symbols, which go into `now`. */
static int chunker_read(const chunker_model *m, void *const *blocks, nn_tape *t, const baud_tick *tick, int32_t *now) {
  int32_t *last = blocks[CHUNKER_LAST];
  for (uint32_t lane = 0; lane < m->lanes; lane++) now[lane] = (int32_t)baud_discrete(&m->features.field[0], tick->obs[0], lane);
  nn_value after = chunker_remember(t, m, blocks[CHUNKER_STATE], now, 1);
  if (nn_is_dry(t)) return 0;
  for (uint32_t lane = 0; lane < m->lanes; lane++) {
    uint32_t symbol = (uint32_t)now[lane];
    if (chunker_is_passed(m, blocks, lane, symbol)) chunker_tell(m, blocks, lane, symbol, after.x + (size_t)lane * m->units);
    last[lane] = now[lane] + 1;
  }
  return 1;
}

/* ---- Acting --------------------------------------------------------------------------------------------- */

static void chunker_say(const chunker_model *m, void *const *blocks, const baud_tick *tick, uint32_t lane, const nn_real *p) {
  uint64_t *random = (uint64_t *)blocks[CHUNKER_RANDOM] + lane;
  double *policy = blocks[CHUNKER_P];
  for (uint32_t a = 0; a < m->features.choices; a++) policy[a] = m->speaks ? (double)p[a] : 1.0;
  baud_greedy_policy(policy, m->features.choices, 0.0, policy);
  (void)baud_features_act(&m->features, tick, lane, policy, random);
}

static int32_t chunker_predict(const void *model, void *const *blocks, const baud_tick *tick) {
  const chunker_model *m = model;
  int32_t *now = (int32_t *)blocks[CHUNKER_INDEX] + (size_t)m->horizon * m->lanes;
  nn_tape t;
  nn_tape_open(&t, blocks[CHUNKER_ARENA], m->arena);
  nn_begin(&t, NN_INFER);
  nn_bind(&t, blocks[CHUNKER_THETA], NULL);
  if (!chunker_read(m, blocks, &t, tick, now)) return chunker_too_small(m);
  nn_value h = nn_constant(&t, blocks[CHUNKER_STATE], m->lanes, m->units);
  nn_categorical head = nn_categorical_head(&t, chunker_foretell(&t, m, h, now), NULL);
  if (nn_is_dry(&t)) return chunker_too_small(m);
  for (uint32_t lane = 0; lane < m->lanes; lane++) {
    const nn_real *p = head.p + (size_t)lane * m->values;
    chunker_say(m, blocks, tick, lane, p);
    double *answer = blocks[CHUNKER_P];
    for (uint32_t x = 0; x < m->values; x++) answer[x] = (double)p[x];
    baud_answer(tick, m->asks_value, lane, answer, m->values);
    if (!(tick->ask & m->asks_symbol)) continue;
    baud_kt_predict(chunker_row(m, blocks, (uint32_t)now[lane]), m->symbols, answer);
    baud_answer(tick, m->asks_symbol, lane, answer, m->symbols);
  }
  return BAUD_OK;
}

/* ---- Learning ------------------------------------------------------------------------------------------- */

/* What each lane was told of, time-major, from the state before the oldest. */
static void chunker_gather(const chunker_model *m, void *const *blocks, int32_t *told, nn_real *from) {
  for (uint32_t lane = 0; lane < m->lanes; lane++) {
    const int32_t *of = (const int32_t *)blocks[CHUNKER_TOLD] + (size_t)lane * m->horizon;
    for (uint32_t i = 0; i < m->horizon; i++) told[(size_t)i * m->lanes + lane] = of[i] - 1; /* below 0: nothing */
    memcpy(from + (size_t)lane * m->units, (const nn_real *)blocks[CHUNKER_BEFORE] + (size_t)lane * m->horizon * m->units,
           m->units * sizeof *from);
  }
}

static int32_t chunker_learn(const void *model, void *const *blocks, const baud_outcome *outcome) {
  const chunker_model *m = model;
  int32_t *told = blocks[CHUNKER_INDEX], *now = told + (size_t)m->horizon * m->lanes, *target = now + m->lanes;
  for (uint32_t lane = 0; lane < m->lanes; lane++) {
    now[lane] = (int32_t)baud_discrete(&m->features.field[0], outcome->obs[0], lane);
    target[lane] = (int32_t)baud_discrete(&m->features.field[m->target], outcome->next_obs[m->target], lane);
    uint32_t next = baud_discrete(&m->features.field[0], outcome->next_obs[0], lane);
    baud_kt_add(chunker_row(m, blocks, (uint32_t)now[lane]), m->symbols, next);
  }
  chunker_gather(m, blocks, told, blocks[CHUNKER_FROM]);
  memset(blocks[CHUNKER_GRADIENT], 0, m->count * sizeof(nn_real));
  nn_tape t;
  nn_tape_open(&t, blocks[CHUNKER_ARENA], m->arena);
  nn_begin(&t, NN_TRAIN);
  nn_bind(&t, blocks[CHUNKER_THETA], blocks[CHUNKER_GRADIENT]);
  nn_value h = chunker_remember(&t, m, blocks[CHUNKER_FROM], told, m->horizon);
  (void)nn_loss_cross_entropy(&t, chunker_foretell(&t, m, h, now), target, NULL, NULL, 1.0 / m->lanes);
  if (nn_backward(&t) != BAUD_OK) return chunker_too_small(m);
  nn_adam_step(&m->adam, blocks[CHUNKER_THETA], blocks[CHUNKER_GRADIENT], blocks[CHUNKER_MOMENTS], m->count, 1.0);
  return BAUD_OK;
}

static const baud_learner_ops chunker_ops = { BAUD_SIZE(baud_learner_ops), 0, chunker_create, chunker_destroy,
                                              chunker_init, chunker_predict, chunker_learn };

static const baud_unit chunker_unit = {
  BAUD_SIZE(baud_unit), BAUD_LEARNER, 1, 1, "baud.chunker", "History compression: only what was unexpected is remembered",
  "A recurrent network that is told of those symbols alone which a level below it did not foretell (Schmidhuber 1992), or of all; it "
  "says what the last field of the observation will be. Takes observations alone.",
  chunker_params, CHUNKER_PARAMS, 0, &chunker_ops, NULL
};

BAUD_EXPORT const baud_library baud_plugin_1 = {
  BAUD_SIZE(baud_library), BAUD_MINOR, 0, BAUD_LAYOUT, "baud", "1.0", "MIT", &chunker_unit, 1, 0
};
