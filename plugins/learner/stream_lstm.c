/* Long short-term memory that learns from each token when it comes and keeps none (Hochreiter and Schmidhuber 1997; with
 * forget gates Gers, Schmidhuber and Cummins, Learning to forget, Neural Computation 12, 2000): it says what will be seen
 * next, from memory blocks that share their gates among their cells. With y the sources - the input, what the cells showed
 * a step ago, and 1 for biases, which cells have none of:
 *   i, f, o = sigma(w y), one of each a block       s <- f s + i g(w y)       shows  o h(s)       p = what it shows to the output
 *   g(x) = 2 tanh(x / 2),  h(x) = tanh(x / 2);      without forget gates f = 1, the memory of 1997
 * The gradient is that of real-time recurrent learning, cut where it would leave a cell through what it showed a step ago:
 * then all that it takes of the past are three sums a cell and source,
 *   ds/dw <- f ds/dw + { g'(.) i y | g i(1 - i) y | s f(1 - f) y }          for the weights of cell, input and forget gate
 * and a step costs the same however far back its causes lie. Of a token t
 *   delta = y (1 - y) (1{t} - y), squared error of logistic outputs, as published; or 1{t} - p, cross-entropy of a softmax
 * and each weight moves by lr times what its derivative makes of that. Weights start within .2 of 0, biases of a block's
 * gates at -.5 j for input and output, .5 j for forget gates, j the block's number.
 *
 * It acts by naming the likeliest token where actions are tokens, else by chance. Unless `resets`, no episode's beginning
 * interrupts its memory. Lanes share weights, and learn one after the other.
 */
#include <math.h>
#include <stdlib.h>

#include "baud/features.h"

enum { LSTM_SQUARED, LSTM_CROSS_ENTROPY, LSTM_LOSSES };
static const char *const lstm_losses[] = { "squared", "cross_entropy" };
enum {
  LSTM_PARAM_BLOCKS, LSTM_PARAM_CELLS, LSTM_PARAM_FORGET, LSTM_PARAM_LR, LSTM_PARAM_DECAY, LSTM_PARAM_LOSS, LSTM_PARAM_RESETS, LSTM_PARAMS
};
static const baud_param lstm_params[LSTM_PARAMS] = {
  BAUD_PARAM_INT("blocks", 4, 1, 256, "", "memory blocks, each with gates of its own"),
  BAUD_PARAM_INT("cells", 2, 1, 64, "", "cells of a block"),
  BAUD_PARAM_FLAG("forget_gate", 1, "whether a block can let go of what its cells hold"),
  BAUD_PARAM_LIVE_FLOAT("lr", 0.5, 0, 1e6, "", "step size"),
  BAUD_PARAM_FLOAT("lr_decay", 1, 0, 1, "", "what the step size is multiplied by every 1,000 tokens"),
  BAUD_PARAM_CHOICE("loss", LSTM_SQUARED, lstm_losses, LSTM_LOSSES, "of logistic outputs, or of a softmax"),
  BAUD_PARAM_FLAG("resets", 0, "begin each episode with an empty memory")
};

enum {
  LSTM_THETA,
  LSTM_STEP,     /* [1] tokens learnt from */
  LSTM_STATE,    /* [cells] s, then [cells] what they show */
  LSTM_PARTIALS, /* ds/dw */
  LSTM_FORWARD,  /* of the tick: see lstm_forward */
  LSTM_RANDOM,
  LSTM_BACK,     /* [outputs], [cells] */
  LSTM_POLICY,   /* [actions or outputs] */
  LSTM_ROW,      /* [inputs] */
  LSTM_BLOCKS
};
enum { LSTM_MOST_PARTIALS = 1 << 24 };

typedef struct lstm_model {
  baud_features features;
  uint32_t inputs, outputs, blocks, in_block, cells, sources; /* cells: of all blocks; sources: inputs + cells + 1 */
  uint64_t in, forget, out, cell, show, count;                /* in theta: [block][source], of cell [cell][source - 1], of show
                                                               * [output][source]; forget: none where it equals out */
  uint64_t of_in, of_forget, of_cell, partials;               /* in a lane's partials: [cell][source] each */
  uint64_t asks_next;
  int64_t loss, resets;
  double lr, decay;
  int speaks;
  baud_block block[LSTM_BLOCKS];
} lstm_model;

static int lstm_forgets(const lstm_model *m) { return m->forget != m->out; }

/* What a lane's tick holds. */
typedef struct lstm_forward {
  double *source, *shown;             /* [sources] before, and after the cells have changed */
  double *gate_in, *gate_forget, *gate_out; /* [blocks] */
  double *fresh, *before, *squashed;  /* [cells] g, s of the step before, h */
  double *p;                          /* [outputs] */
} lstm_forward;

static uint64_t lstm_forward_count(const lstm_model *m) {
  return 2 * (uint64_t)m->sources + 3 * (uint64_t)m->blocks + 3 * (uint64_t)m->cells + m->outputs;
}

static lstm_forward lstm_forward_of(const lstm_model *m, void *const *blocks, uint32_t lane) {
  double *at = (double *)blocks[LSTM_FORWARD] + lane * lstm_forward_count(m);
  lstm_forward f = { .source = at };
  f.shown = f.source + m->sources;
  f.gate_in = f.shown + m->sources;
  f.gate_forget = f.gate_in + m->blocks;
  f.gate_out = f.gate_forget + m->blocks;
  f.fresh = f.gate_out + m->blocks;
  f.before = f.fresh + m->cells;
  f.squashed = f.before + m->cells;
  f.p = f.squashed + m->cells;
  return f;
}

/* ---- Creation ------------------------------------------------------------------------------------------- */

static void lstm_lay_out(lstm_model *m, int has_forget) {
  uint64_t gates = (uint64_t)m->blocks * m->sources, all = (uint64_t)m->cells * m->sources;
  m->forget = m->in + gates;
  m->out = m->forget + (has_forget ? gates : 0);
  m->cell = m->out + gates;
  m->show = m->cell + (uint64_t)m->cells * (m->sources - 1);
  m->count = m->show + (uint64_t)m->outputs * m->sources;
  m->of_in = all;
  m->of_forget = 2 * all;
  m->partials = (has_forget ? 3 : 2) * all;
}

static void lstm_declare(lstm_model *m) {
  baud_block *b = m->block;
  b[LSTM_THETA] = baud_block_of(BAUD_F64, BAUD_WEIGHT, 0, m->count, "network");
  b[LSTM_STEP] = baud_block_of(BAUD_U64, BAUD_OPTIMISER, 0, 1, "step");
  b[LSTM_STATE] = baud_block_of(BAUD_F64, BAUD_MEMORY, BAUD_PER_LANE, 2 * (uint64_t)m->cells, "cells");
  b[LSTM_PARTIALS] = baud_block_of(BAUD_F64, BAUD_TRACE, BAUD_PER_LANE, m->partials, "partials");
  b[LSTM_FORWARD] = baud_block_of(BAUD_F64, BAUD_TRACE, BAUD_PER_LANE, lstm_forward_count(m), "forward");
  b[LSTM_RANDOM] = baud_block_of(BAUD_U64, BAUD_RNG, BAUD_PER_LANE, 1, "random");
  b[LSTM_BACK] = baud_block_of(BAUD_F64, BAUD_SCRATCH, 0, (uint64_t)m->outputs + m->cells, "back");
  b[LSTM_POLICY] = baud_block_of(BAUD_F64, BAUD_SCRATCH, 0, m->features.choices > m->outputs ? m->features.choices : m->outputs, "policy");
  b[LSTM_ROW] = baud_block_of(BAUD_F32, BAUD_SCRATCH, 0, m->inputs, "row");
}

static int32_t lstm_find_place(lstm_model *m, const baud_host *host, baud_learner_setup *setup) {
  int32_t code = baud_features_open(host, setup, BAUD_MASK(BAUD_CH_OBSERVATION), &m->features);
  if (code != BAUD_OK) return code;
  if (m->features.choices == 0) return host->fail(host, BAUD_EARG, "chooses among actions, but the environment's are continuous");
  if (baud_states(setup->obs, setup->n_obs) == 0)
    return host->fail(host, BAUD_EARG, "reads tokens: observation field 0 must be one discrete scalar, and here it is not");
  m->inputs = m->features.n;
  m->outputs = setup->obs[0].categories;
  m->speaks = m->features.choices == m->outputs;
  m->asks_next = baud_accept(setup, BAUD_ASK_OBSERVATION, 0, m->outputs);
  return BAUD_OK;
}

static int32_t lstm_open(lstm_model *m, const baud_host *host, const baud_value *v, baud_learner_setup *setup) {
  int32_t code = lstm_find_place(m, host, setup);
  if (code != BAUD_OK) return code;
  m->blocks = (uint32_t)v[LSTM_PARAM_BLOCKS].i;
  m->in_block = (uint32_t)v[LSTM_PARAM_CELLS].i;
  m->cells = m->blocks * m->in_block;
  m->sources = m->inputs + m->cells + 1;
  lstm_lay_out(m, v[LSTM_PARAM_FORGET].i != 0);
  if (m->partials > LSTM_MOST_PARTIALS)
    return host->fail(host, BAUD_EARG, "would keep more than 16,777,216 derivatives a lane: lower \"blocks\" or \"cells\", or choose a "
                                       "smaller alphabet");
  m->lr = v[LSTM_PARAM_LR].f;
  m->decay = v[LSTM_PARAM_DECAY].f;
  m->loss = v[LSTM_PARAM_LOSS].i;
  m->resets = v[LSTM_PARAM_RESETS].i;
  return BAUD_OK;
}

static int32_t lstm_create(const baud_host *host, const baud_value *values, baud_learner_setup *setup, void **model) {
  lstm_model *m = calloc(1, sizeof *m);
  if (m == NULL) return host->fail(host, BAUD_ENOMEM, "there is no memory for the learner");
  int32_t code = lstm_open(m, host, values, setup);
  if (code != BAUD_OK) {
    free(m);
    return code;
  }
  lstm_declare(m);
  setup->blocks = m->block;
  setup->n_blocks = LSTM_BLOCKS;
  *model = m;
  return BAUD_OK;
}

static int32_t lstm_init(const void *model, void *const *blocks, uint64_t seed) {
  const lstm_model *m = model;
  double *theta = blocks[LSTM_THETA];
  uint64_t random = baud_split(seed, m->features.lanes);
  for (uint64_t i = 0; i < m->count; i++) theta[i] = 0.4 * baud_uniform(&random) - 0.2;
  for (uint32_t b = 0; b < m->blocks; b++) {
    uint64_t bias = (uint64_t)b * m->sources + m->sources - 1;
    if (lstm_forgets(m)) theta[m->forget + bias] = 0.5 * (b + 1.0);
    theta[m->in + bias] = theta[m->out + bias] = -0.5 * (b + 1.0);
  }
  baud_seed_lanes(blocks[LSTM_RANDOM], m->features.lanes, seed);
  return BAUD_OK;
}

/* ---- Forward -------------------------------------------------------------------------------------------- */

static double lstm_dot(const double *w, const double *x, uint32_t n) {
  double sum = 0.0;
  for (uint32_t i = 0; i < n; i++) sum += w[i] * x[i];
  return sum;
}

static double lstm_sigma(double x) { return 0.5 + 0.5 * tanh(0.5 * x); }

static void lstm_output(const lstm_model *m, const double *theta, const lstm_forward *f) {
  for (uint32_t k = 0; k < m->outputs; k++) {
    double net = lstm_dot(theta + m->show + (uint64_t)k * m->sources, f->shown, m->sources);
    f->p[k] = m->loss == LSTM_SQUARED ? lstm_sigma(net) : net;
  }
  if (m->loss == LSTM_CROSS_ENTROPY) baud_softmax(f->p, m->outputs, f->p);
}

/* From the input in `source` and a lane's memory to what comes next; the memory moves on. */
static void lstm_run(const lstm_model *m, const double *theta, double *state, const lstm_forward *f) {
  double *shows = state + m->cells;
  uint32_t n = m->sources;
  memcpy(f->source + m->inputs, shows, m->cells * sizeof *shows);
  memcpy(f->shown, f->source, m->inputs * sizeof *f->shown);
  f->source[n - 1] = f->shown[n - 1] = 1.0;
  for (uint32_t b = 0; b < m->blocks; b++) {
    f->gate_in[b] = lstm_sigma(lstm_dot(theta + m->in + (uint64_t)b * n, f->source, n));
    f->gate_forget[b] = lstm_forgets(m) ? lstm_sigma(lstm_dot(theta + m->forget + (uint64_t)b * n, f->source, n)) : 1.0;
    f->gate_out[b] = lstm_sigma(lstm_dot(theta + m->out + (uint64_t)b * n, f->source, n));
  }
  for (uint32_t c = 0; c < m->cells; c++) {
    uint32_t b = c / m->in_block;
    f->before[c] = state[c];
    f->fresh[c] = 2.0 * tanh(0.5 * lstm_dot(theta + m->cell + (uint64_t)c * (n - 1), f->source, n - 1));
    state[c] = f->gate_forget[b] * state[c] + f->gate_in[b] * f->fresh[c];
    f->squashed[c] = tanh(0.5 * state[c]);
    f->shown[m->inputs + c] = shows[c] = f->gate_out[b] * f->squashed[c];
  }
  lstm_output(m, theta, f);
}

/* sum <- keep sum + by y */
static void lstm_carry(double *sum, double keep, double by, const double *y, uint32_t n) {
  for (uint32_t i = 0; i < n; i++) sum[i] = keep * sum[i] + by * y[i];
}

static void lstm_derive(const lstm_model *m, double *partials, const lstm_forward *f) {
  for (uint32_t c = 0; c < m->cells; c++) {
    uint32_t b = c / m->in_block;
    uint64_t row = (uint64_t)c * m->sources;
    double in = f->gate_in[b], forget = f->gate_forget[b], g = f->fresh[c];
    lstm_carry(partials + row, forget, (1.0 - 0.25 * g * g) * in, f->source, m->sources - 1);
    lstm_carry(partials + m->of_in + row, forget, g * in * (1.0 - in), f->source, m->sources);
    if (lstm_forgets(m)) lstm_carry(partials + m->of_forget + row, forget, f->before[c] * forget * (1.0 - forget), f->source, m->sources);
  }
}

/* ---- Acting --------------------------------------------------------------------------------------------- */

static void lstm_look(const lstm_model *m, const baud_tick *tick, uint32_t lane, float *row, double *source) {
  baud_features_row(&m->features, tick->obs, lane, row);
  for (uint32_t i = 0; i < m->inputs; i++) source[i] = (double)row[i];
}

static uint32_t lstm_likeliest(const double *p, uint32_t n) {
  uint32_t best = 0;
  for (uint32_t k = 1; k < n; k++)
    if (p[k] > p[best]) best = k;
  return best;
}

static void lstm_act(const lstm_model *m, void *const *blocks, const baud_tick *tick, const double *p, uint32_t lane) {
  double *policy = blocks[LSTM_POLICY], sum = 0.0;
  uint32_t n = m->features.choices, action = lstm_likeliest(p, m->outputs);
  for (uint32_t k = 0; k < m->outputs; k++) sum += p[k];
  for (uint32_t k = 0; k < m->outputs; k++) policy[k] = sum > 0.0 ? p[k] / sum : 1.0 / m->outputs;
  baud_answer(tick, m->asks_next, lane, policy, m->outputs);
  for (uint32_t a = 0; a < n; a++) policy[a] = m->speaks ? a == action : 1.0 / n;
  baud_answer(tick, m->features.asks_action, lane, policy, n);
  if (tick->action_given) return;
  if (!m->speaks) action = baud_below((uint64_t *)blocks[LSTM_RANDOM] + lane, n);
  baud_write_discrete(&m->features.action, tick->action, lane, action);
}

static int32_t lstm_predict(const void *model, void *const *blocks, const baud_tick *tick) {
  const lstm_model *m = model;
  for (uint32_t lane = 0; lane < m->features.lanes; lane++) {
    double *state = (double *)blocks[LSTM_STATE] + (uint64_t)lane * 2 * m->cells;
    double *partials = (double *)blocks[LSTM_PARTIALS] + lane * m->partials;
    lstm_forward f = lstm_forward_of(m, blocks, lane);
    if (m->resets && tick->starts[lane]) {
      memset(state, 0, 2 * (size_t)m->cells * sizeof *state);
      memset(partials, 0, m->partials * sizeof *partials);
    }
    lstm_look(m, tick, lane, blocks[LSTM_ROW], f.source);
    lstm_run(m, blocks[LSTM_THETA], state, &f);
    if (tick->mode == BAUD_TRAIN) lstm_derive(m, partials, &f);
    lstm_act(m, blocks, tick, f.p, lane);
  }
  return BAUD_OK;
}

/* ---- Learning ------------------------------------------------------------------------------------------- */

static void lstm_add(double *w, double by, const double *x, uint32_t n) {
  for (uint32_t i = 0; i < n; i++) w[i] += by * x[i];
}

/* delta [outputs] of a token, and of each cell what the outputs make of it. */
static void lstm_blame(const lstm_model *m, const double *theta, const lstm_forward *f, uint32_t token, double *delta, double *back) {
  memset(back, 0, m->cells * sizeof *back);
  for (uint32_t k = 0; k < m->outputs; k++) {
    double p = f->p[k];
    delta[k] = (k == token) - p;
    if (m->loss == LSTM_SQUARED) delta[k] *= p * (1.0 - p);
    lstm_add(back, delta[k], theta + m->show + (uint64_t)k * m->sources + m->inputs, m->cells);
  }
}

static void lstm_learn_lane(const lstm_model *m, void *const *blocks, uint32_t lane, uint32_t token, double lr) {
  double *theta = blocks[LSTM_THETA], *delta = blocks[LSTM_BACK], *back = delta + m->outputs;
  const double *partials = (const double *)blocks[LSTM_PARTIALS] + lane * m->partials;
  lstm_forward f = lstm_forward_of(m, blocks, lane);
  uint32_t n = m->sources;
  lstm_blame(m, theta, &f, token, delta, back);
  for (uint32_t k = 0; k < m->outputs; k++) lstm_add(theta + m->show + (uint64_t)k * n, lr * delta[k], f.shown, n);
  for (uint32_t c = 0; c < m->cells; c++) {
    uint32_t b = c / m->in_block;
    uint64_t row = (uint64_t)c * n, gate = (uint64_t)b * n;
    double out = f.gate_out[b], h = f.squashed[c], error = lr * out * 0.5 * (1.0 - h * h) * back[c];
    lstm_add(theta + m->out + gate, lr * out * (1.0 - out) * h * back[c], f.source, n);
    lstm_add(theta + m->cell + (uint64_t)c * (n - 1), error, partials + row, n - 1);
    lstm_add(theta + m->in + gate, error, partials + m->of_in + row, n);
    if (lstm_forgets(m)) lstm_add(theta + m->forget + gate, error, partials + m->of_forget + row, n);
  }
}

static int32_t lstm_learn(const void *model, void *const *blocks, const baud_outcome *outcome) {
  const lstm_model *m = model;
  uint64_t *step = blocks[LSTM_STEP];
  double lr = m->lr * pow(m->decay, (double)(*step / 1000));
  for (uint32_t lane = 0; lane < m->features.lanes; lane++)
    lstm_learn_lane(m, blocks, lane, baud_discrete(&m->features.field[0], outcome->next_obs[0], lane), lr);
  *step += m->features.lanes;
  return BAUD_OK;
}

/* ---- Tables --------------------------------------------------------------------------------------------- */

static const baud_learner_ops lstm_ops = { BAUD_SIZE(baud_learner_ops), 0, lstm_create, free, lstm_init, lstm_predict, lstm_learn };

static const baud_unit lstm_unit = {
  BAUD_SIZE(baud_unit), BAUD_LEARNER, 1, 1, "baud.stream_lstm", "Long short-term memory that learns from each token as it comes",
  "Says what will be seen next, by LSTM with or without forget gates, learnt by truncated real-time recurrent learning: from "
  "each token once, at the same cost however far back its causes lie (Gers, Schmidhuber and Cummins 2000). Takes observations "
  "alone; where actions are tokens it names the likeliest next one.",
  lstm_params, LSTM_PARAMS, 0, &lstm_ops, NULL
};

BAUD_EXPORT const baud_library baud_plugin_1 = {
  BAUD_SIZE(baud_library), BAUD_MINOR, 0, BAUD_LAYOUT, "baud", "1.0", "MIT", &lstm_unit, 1, 0
};
