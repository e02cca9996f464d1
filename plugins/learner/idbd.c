/* IDBD, incremental delta-bar-delta: a linear predictor that learns its own step sizes, one for each input (Sutton 1992,
 * Adapting bias by gradient descent, fig. 2). Each example is used once; with error delta = y - w.x, for every input
 *   beta += rate delta x h;   alpha = exp(beta);   w += alpha delta x;   h <- h max(0, 1 - alpha x^2) + alpha delta x
 * h is the trace of the weight's late changes, so a step size grows where these agree with the next one, and falls where
 * they do not: gradient descent on what learning itself leaves of the error, a meta-gradient. With rate 0 step sizes stay
 * as they are, and it is the LMS rule (Widrow and Hoff 1960).
 * Its place, its action and its answers are those of regressor.h; weights begin at 0, and there is no bias but an input
 * that is always the same. Where a rate too large lets step sizes run away, it begins anew. Lanes share the weights and
 * learn one after the other.
 */
#include <stdlib.h>

#include "baud/nn.h"
#include "baud/regressor.h"

enum { IDBD_PARAM_RATE, IDBD_PARAM_LR, IDBD_PARAMS };
static const baud_param idbd_params[IDBD_PARAMS] = {
  BAUD_PARAM_LIVE_FLOAT("rate", 0.01, 0, 1, "", "step size of the step sizes' logarithms; 0: LMS"),
  BAUD_PARAM_FLOAT("lr", 0.05, 1e-12, 1e3, "", "every input's step size to begin with")
};

enum {
  IDBD_WEIGHTS,    /* [features] */
  IDBD_STEP_SIZES, /* [features] beta, [features] h */
  IDBD_ERROR,      /* mean of late squared errors, how many were seen */
  IDBD_ROW,        /* [features] */
  IDBD_BLOCKS
};

typedef struct idbd_model {
  baud_regressor place;
  nn_idbd idbd;
  baud_block blocks[IDBD_BLOCKS];
} idbd_model;

static int32_t idbd_create(const baud_host *host, const baud_value *values, baud_learner_setup *setup, void **model) {
  idbd_model *m = calloc(1, sizeof *m);
  if (m == NULL) return host->fail(host, BAUD_ENOMEM, "there is no memory for the learner");
  int32_t code = baud_regressor_open(host, setup, &m->place);
  if (code != BAUD_OK) {
    free(m);
    return code;
  }
  uint64_t n = m->place.features.n;
  m->idbd = (nn_idbd){ values[IDBD_PARAM_RATE].f, values[IDBD_PARAM_LR].f };
  m->blocks[IDBD_WEIGHTS] = baud_block_of(BAUD_F32, BAUD_WEIGHT, 0, n, "weights");
  m->blocks[IDBD_STEP_SIZES] = baud_block_of(BAUD_F32, BAUD_OPTIMISER, 0, nn_idbd_state(n), "step_sizes");
  m->blocks[IDBD_ERROR] = baud_block_of(BAUD_F64, BAUD_OPTIMISER, 0, 2, "error");
  m->blocks[IDBD_ROW] = baud_block_of(BAUD_F32, BAUD_SCRATCH, 0, n, "row");
  setup->blocks = m->blocks;
  setup->n_blocks = IDBD_BLOCKS;
  *model = m;
  return BAUD_OK;
}

static void idbd_destroy(void *model) { free(model); }

static void idbd_begin(const idbd_model *m, void *const *blocks) {
  memset(blocks[IDBD_WEIGHTS], 0, m->place.features.n * sizeof(float));
  nn_idbd_init(&m->idbd, blocks[IDBD_STEP_SIZES], m->place.features.n);
}

static int32_t idbd_init(const void *model, void *const *blocks, uint64_t seed) {
  (void)seed; /* nothing is drawn */
  idbd_begin(model, blocks);
  return BAUD_OK;
}

/* Whether weights, or what their step sizes are made of, are on their way out of single precision. */
static int idbd_has_run_away(const idbd_model *m, void *const *blocks) {
  const float *weight = blocks[IDBD_WEIGHTS], *beta = blocks[IDBD_STEP_SIZES], *trace = beta + m->place.features.n;
  for (uint32_t i = 0; i < m->place.features.n; i++)
    if (!(fabsf(weight[i]) < 1e9f && fabsf(trace[i]) < 1e9f && fabsf(beta[i]) < 80.0f)) return 1;
  return 0;
}

/* w.x, x being left in the row. */
static double idbd_guess(const idbd_model *m, void *const *blocks, const void *const *obs, uint32_t lane) {
  const float *weights = blocks[IDBD_WEIGHTS];
  float *row = blocks[IDBD_ROW];
  double sum = 0.0;
  baud_regressor_row(&m->place, obs, lane, row);
  for (uint32_t i = 0; i < m->place.features.n; i++) sum += (double)weights[i] * (double)row[i];
  return sum;
}

static int32_t idbd_predict(const void *model, void *const *blocks, const baud_tick *tick) {
  const idbd_model *m = model;
  for (uint32_t lane = 0; lane < m->place.features.lanes; lane++)
    baud_regressor_say(&m->place, tick, lane, (float)idbd_guess(m, blocks, tick->obs, lane), blocks[IDBD_ERROR]);
  return BAUD_OK;
}

static int32_t idbd_learn(const void *model, void *const *blocks, const baud_outcome *outcome) {
  const idbd_model *m = model;
  for (uint32_t lane = 0; lane < m->place.features.lanes; lane++) {
    double delta = (double)((const float *)outcome->next_obs[0])[lane] - idbd_guess(m, blocks, outcome->obs, lane);
    baud_regressor_judge(blocks[IDBD_ERROR], delta);
    nn_idbd_step(&m->idbd, blocks[IDBD_WEIGHTS], blocks[IDBD_ROW], blocks[IDBD_STEP_SIZES], m->place.features.n, delta);
    if (idbd_has_run_away(m, blocks)) idbd_begin(m, blocks);
  }
  return BAUD_OK;
}

static const baud_learner_ops idbd_ops = { BAUD_SIZE(baud_learner_ops), 0, idbd_create, idbd_destroy,
                                           idbd_init, idbd_predict, idbd_learn };

static const baud_unit idbd_unit = {
  BAUD_SIZE(baud_unit), BAUD_LEARNER, 1, 1, "baud.idbd", "IDBD",
  "A linear predictor that learns a step size for each of its inputs, by the gradient of its error by them (Sutton 1992); "
  "with rate = 0 the LMS rule. Learns from the observation alone: the number that comes is predicted from all else.",
  idbd_params, IDBD_PARAMS, 0, &idbd_ops, NULL
};

BAUD_EXPORT const baud_library baud_plugin_1 = {
  BAUD_SIZE(baud_library), BAUD_MINOR, 0, BAUD_LAYOUT, "baud", "1.0", "MIT", &idbd_unit, 1, 0
};
