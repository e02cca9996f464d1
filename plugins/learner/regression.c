/* Regression on a stream: a network with one hidden layer predicts the number that comes next, from all else that it sees,
 * and learns from each example once. Three ways to learn:
 *   sgd                 theta -= lr grad e^2, e = y - prediction
 *   obgd                the same direction, bounded so that the step cannot overshoot (Elsayed, Vasan and Mahmood 2024),
 *                       without traces: examples owe each other nothing
 *   continual_backprop  sgd, and now and then the least useful hidden unit begins anew (Dohare et al., Loss of plasticity in
 *                       deep continual learning, Nature 2024, algorithm 1): of each unit
 *                         utility <- decay utility + (1 - decay) |h| |outgoing weight|,
 *                       and of those older than `maturity` a share of `replacement` a step, the least useful first, gets
 *                       new incoming weights, no outgoing one, and age 0
 * The prediction is its action, where the environment takes one number; and, with the deviation of its late errors, its
 * answer on what comes. Weights start as is usual for the activation (He et al. 2015), biases 0. Lanes share the network and
 * learn one after the other.
 */
#include <math.h>
#include <stdlib.h>

#include "baud/nn.h"
#include "baud/regressor.h"

enum { REGRESSION_SGD, REGRESSION_OBGD, REGRESSION_CONTINUAL, REGRESSION_METHODS };
static const char *const regression_methods[] = { "sgd", "obgd", "continual_backprop" };
enum { REGRESSION_TANH, REGRESSION_RELU, REGRESSION_ACTIVATIONS };
static const char *const regression_activations[] = { "tanh", "relu" };
enum {
  REGRESSION_PARAM_METHOD, REGRESSION_PARAM_LR, REGRESSION_PARAM_HIDDEN, REGRESSION_PARAM_ACTIVATION, REGRESSION_PARAM_KAPPA,
  REGRESSION_PARAM_REPLACEMENT, REGRESSION_PARAM_MATURITY, REGRESSION_PARAM_DECAY, REGRESSION_PARAMS
};
static const baud_param regression_params[REGRESSION_PARAMS] = {
  BAUD_PARAM_CHOICE("method", REGRESSION_SGD, regression_methods, REGRESSION_METHODS, "how it learns"),
  BAUD_PARAM_LIVE_FLOAT("lr", 0.01, 0, 1e6, "", "step size; of obgd before it is bounded"),
  BAUD_PARAM_INT("hidden", 5, 1, 4096, "units", "width of the hidden layer"),
  BAUD_PARAM_CHOICE("activation", REGRESSION_TANH, regression_activations, REGRESSION_ACTIVATIONS, "of the hidden layer"),
  BAUD_PARAM_LIVE_FLOAT("kappa", 2, 1e-6, 1e6, "", "of obgd: larger bounds more"),
  BAUD_PARAM_LIVE_FLOAT("replacement", 1e-4, 0, 1, "", "of continual_backprop: share of the mature units replaced in a step"),
  BAUD_PARAM_LIVE_INT("maturity", 100, 0, 1000000000, "steps", "of continual_backprop: age from which a unit may be replaced"),
  BAUD_PARAM_LIVE_FLOAT("decay", 0.99, 0, 0.999999, "", "of continual_backprop: of a unit's utility")
};

enum {
  REGRESSION_THETA,
  REGRESSION_USE,      /* [2][hidden] utility, age; then what is owed of the next replacement */
  REGRESSION_ERROR,    /* mean of late squared errors, how many were seen */
  REGRESSION_RANDOM,   /* [1] for units that begin anew */
  REGRESSION_GRADIENT, /* 0 between calls */
  REGRESSION_ROW,      /* [features] */
  REGRESSION_ARENA,
  REGRESSION_BLOCKS
};

typedef struct regression_model {
  baud_regressor place;
  nn_layout layout;
  nn_linear_layer hidden, out;
  int64_t method;
  int activation;
  double lr, kappa, replacement, decay, maturity;
  size_t arena;
  baud_block blocks[REGRESSION_BLOCKS];
} regression_model;

/* ---- Creation ------------------------------------------------------------------------------------------- */

static nn_value regression_forward(const regression_model *m, nn_tape *t, const float *x, nn_value *hidden) {
  *hidden = nn_linear(t, &m->hidden, nn_constant(t, x, 1, m->place.features.n), m->activation);
  return nn_linear(t, &m->out, *hidden, NN_IDENTITY);
}

static size_t regression_arena(const regression_model *m) {
  nn_real gradient = 0;
  nn_value hidden;
  nn_tape t;
  nn_tape_open(&t, NULL, 0);
  nn_begin(&t, NN_TRAIN);
  nn_bind(&t, NULL, &gradient);
  nn_seed(&t, regression_forward(m, &t, NULL, &hidden), NULL);
  return nn_arena_bytes(&t);
}

static void regression_declare(regression_model *m, uint32_t hidden) {
  baud_block *b = m->blocks;
  m->hidden = nn_linear_declare(&m->layout, "hidden", m->place.features.n, hidden, NN_BIAS);
  m->out = nn_linear_declare(&m->layout, "out", hidden, 1, NN_BIAS);
  m->arena = regression_arena(m);
  b[REGRESSION_THETA] = baud_block_of(BAUD_F32, BAUD_WEIGHT, 0, m->layout.count, "network");
  b[REGRESSION_USE] = baud_block_of(BAUD_F64, BAUD_OPTIMISER, 0, 2 * (uint64_t)hidden + 1, "use");
  b[REGRESSION_ERROR] = baud_block_of(BAUD_F64, BAUD_OPTIMISER, 0, 2, "error");
  b[REGRESSION_RANDOM] = baud_block_of(BAUD_U64, BAUD_RNG, 0, 1, "random");
  b[REGRESSION_GRADIENT] = baud_block_of(BAUD_F32, BAUD_TRACE, 0, m->layout.count, "gradient");
  b[REGRESSION_ROW] = baud_block_of(BAUD_F32, BAUD_SCRATCH, 0, m->place.features.n, "row");
  b[REGRESSION_ARENA] = baud_block_of(BAUD_U8, BAUD_SCRATCH, 0, m->arena, "arena");
}

static int32_t regression_create(const baud_host *host, const baud_value *v, baud_learner_setup *setup, void **model) {
  regression_model *m = calloc(1, sizeof *m);
  if (m == NULL) return host->fail(host, BAUD_ENOMEM, "there is no memory for the learner");
  int32_t code = baud_regressor_open(host, setup, &m->place);
  if (code != BAUD_OK) {
    free(m);
    return code;
  }
  m->method = v[REGRESSION_PARAM_METHOD].i;
  m->lr = v[REGRESSION_PARAM_LR].f;
  m->activation = v[REGRESSION_PARAM_ACTIVATION].i == REGRESSION_TANH ? NN_TANH : NN_RELU;
  m->kappa = v[REGRESSION_PARAM_KAPPA].f;
  m->replacement = v[REGRESSION_PARAM_REPLACEMENT].f;
  m->maturity = (double)v[REGRESSION_PARAM_MATURITY].i;
  m->decay = v[REGRESSION_PARAM_DECAY].f;
  regression_declare(m, (uint32_t)v[REGRESSION_PARAM_HIDDEN].i);
  setup->blocks = m->blocks;
  setup->n_blocks = REGRESSION_BLOCKS;
  *model = m;
  return BAUD_OK;
}

/* Uniform of the deviation gain / sqrt(in). */
static float regression_weight(double gain, uint32_t in, uint64_t *random) {
  return (float)(gain * sqrt(3.0 / in) * (2.0 * baud_uniform(random) - 1.0));
}

/* A hidden unit's incoming weights as at the start. */
static void regression_begin_unit(const regression_model *m, float *theta, uint32_t unit, uint64_t *random) {
  double gain = m->activation == NN_TANH ? 5.0 / 3.0 : sqrt(2.0);
  for (uint32_t i = 0; i < m->hidden.in; i++)
    theta[m->hidden.weight + (uint64_t)i * m->hidden.out + unit] = regression_weight(gain, m->hidden.in, random);
  theta[m->hidden.bias + unit] = 0.0f;
}

static int32_t regression_init(const void *model, void *const *blocks, uint64_t seed) {
  const regression_model *m = model;
  float *theta = blocks[REGRESSION_THETA];
  uint64_t random = seed;
  for (uint32_t j = 0; j < m->hidden.out; j++) {
    regression_begin_unit(m, theta, j, &random);
    theta[m->out.weight + j] = regression_weight(1.0, m->hidden.out, &random);
  }
  *(uint64_t *)blocks[REGRESSION_RANDOM] = random;
  return BAUD_OK;
}

/* ---- Predicting ------------------------------------------------------------------------------------------- */

static const float *regression_row(const regression_model *m, void *const *blocks, const void *const *obs, uint32_t lane) {
  float *row = blocks[REGRESSION_ROW];
  baud_regressor_row(&m->place, obs, lane, row);
  return row;
}

static int32_t regression_predict(const void *model, void *const *blocks, const baud_tick *tick) {
  const regression_model *m = model;
  for (uint32_t lane = 0; lane < m->place.features.lanes; lane++) {
    nn_value hidden;
    nn_tape t;
    nn_tape_open(&t, blocks[REGRESSION_ARENA], m->arena);
    nn_bind(&t, blocks[REGRESSION_THETA], NULL);
    float prediction = *regression_forward(m, &t, regression_row(m, blocks, tick->obs, lane), &hidden).x;
    baud_regressor_say(&m->place, tick, lane, prediction, blocks[REGRESSION_ERROR]);
  }
  return BAUD_OK;
}

/* ---- Learning --------------------------------------------------------------------------------------------- */

/* Ages and utilities grow by a step of activity h; the least useful mature unit begins anew when its turn has come. */
static void regression_renew(const regression_model *m, void *const *blocks, const float *h) {
  uint32_t n = m->hidden.out, least = n, mature = 0;
  double *utility = blocks[REGRESSION_USE], *age = utility + n, *owed = age + n;
  float *theta = blocks[REGRESSION_THETA], *outgoing = theta + m->out.weight;
  for (uint32_t j = 0; j < n; j++) {
    utility[j] = m->decay * utility[j] + (1.0 - m->decay) * fabs((double)h[j]) * fabs((double)outgoing[j]);
    age[j] += 1.0;
    if (age[j] <= m->maturity) continue;
    mature++;
    if (least == n || utility[j] < utility[least]) least = j;
  }
  *owed += m->replacement * mature;
  if (*owed < 1.0 || least == n) return;
  *owed -= 1.0;
  regression_begin_unit(m, theta, least, blocks[REGRESSION_RANDOM]);
  outgoing[least] = 0.0f;
  utility[least] = age[least] = 0.0;
}

static int32_t regression_learn_lane(const regression_model *m, void *const *blocks, const baud_outcome *outcome, uint32_t lane) {
  float *theta = blocks[REGRESSION_THETA], *gradient = blocks[REGRESSION_GRADIENT];
  float target = ((const float *)outcome->next_obs[0])[lane];
  nn_value hidden;
  nn_tape t;
  nn_tape_open(&t, blocks[REGRESSION_ARENA], m->arena);
  nn_begin(&t, NN_TRAIN);
  nn_bind(&t, theta, gradient);
  nn_value prediction = regression_forward(m, &t, regression_row(m, blocks, outcome->obs, lane), &hidden);
  double delta = (double)target - (double)*prediction.x;
  baud_regressor_judge(blocks[REGRESSION_ERROR], delta);
  if (m->method == REGRESSION_OBGD) (void)nn_loss_sum(&t, prediction, NULL, 1.0);
  else (void)nn_loss_squared(&t, prediction, &target, NULL, 2.0); /* its half is the library's */
  if (nn_backward(&t) != BAUD_OK) return BAUD_EBUG;
  if (m->method == REGRESSION_OBGD) {
    nn_obgd bounded = { m->lr, m->kappa };
    (void)nn_obgd_step(&bounded, theta, gradient, m->layout.count, delta);
    nn_trace_decay(gradient, m->layout.count, 0.0);
  } else {
    nn_sgd plain = { m->lr, 0.0 };
    nn_sgd_step(&plain, theta, gradient, NULL, m->layout.count, 1.0);
  }
  if (m->method == REGRESSION_CONTINUAL) regression_renew(m, blocks, hidden.x);
  return BAUD_OK;
}

static int32_t regression_learn(const void *model, void *const *blocks, const baud_outcome *outcome) {
  const regression_model *m = model;
  int32_t code = BAUD_OK;
  for (uint32_t lane = 0; lane < m->place.features.lanes && code == BAUD_OK; lane++) code = regression_learn_lane(m, blocks, outcome, lane);
  return code;
}

/* ---- Tables ------------------------------------------------------------------------------------------------ */

static const baud_learner_ops regression_ops = {
  BAUD_SIZE(baud_learner_ops), 0, regression_create, free, regression_init, regression_predict, regression_learn
};

static const baud_unit regression_unit = {
  BAUD_SIZE(baud_unit), BAUD_LEARNER, 1, 1, "baud.regression", "Regression on a stream",
  "A network with one hidden layer predicts the number that comes next from all else that it sees, and learns from each "
  "example once: by plain gradient descent, by steps that cannot overshoot (ObGD), or by continual backpropagation, which "
  "lets useless units begin anew (Dohare et al., Nature 2024).",
  regression_params, REGRESSION_PARAMS, 0, &regression_ops, NULL
};

BAUD_EXPORT const baud_library baud_plugin_1 = {
  BAUD_SIZE(baud_library), BAUD_MINOR, 0, BAUD_LAYOUT, "baud", "1.0", "MIT", &regression_unit, 1, 0
};
