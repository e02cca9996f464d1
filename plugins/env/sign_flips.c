/* sign_flips.c - a target to be tracked, of which few inputs are relevant: the task of Sutton 1992 (Adapting bias by gradient
 * descent: an incremental version of delta-bar-delta, section 4), on which IDBD is to find out what to attend to.
 *
 * In every step all inputs x are drawn from N(0, 1). The target is y = sum of s_i x_i over the first `relevant` of them, and
 * before every `period`-th example one sign s_i, chosen at random, flips. What is seen: the target of the step before, and
 * the inputs of the one to be predicted. The action is the prediction; the reward is minus its squared error. An episode is
 * `length` steps out of one stream that has no other end.
 *
 * What is best is known. One example shows which sign has flipped, almost surely, so that the only errors that must be are
 * those of the first example after a flip; of these the best prediction is the mean, sum of (1 - 2/r) s_i x_i for r relevant
 * inputs, and leaves 4 (1 - 1/r), the variance of 2 s_j x_j over j. So for one who knows the law and the clock the mean
 * squared error is 4 (1 - 1/r) / period: .16 as published. For weights that do not move it is r, and above.
 */
#include "baud/plugin.h"
#include "baud/random.h"

#include <math.h>
#include <stdlib.h>

enum { SIGNS_MOST_INPUTS = 256 };

/* ---- Parameters --------------------------------------------------------------------------------------- */

enum { SIGNS_P_INPUTS, SIGNS_P_RELEVANT, SIGNS_P_PERIOD, SIGNS_P_LENGTH, SIGNS_PARAMS };
static const baud_param signs_params[SIGNS_PARAMS] = {
    BAUD_PARAM_INT("inputs", 20, 1, SIGNS_MOST_INPUTS, "", "numbers that are seen"),
    BAUD_PARAM_INT("relevant", 5, 1, SIGNS_MOST_INPUTS, "", "how many of them, the first ones, the target is a sum of"),
    BAUD_PARAM_INT("period", 20, 1, 1000000000, "steps", "steps from one flip of a sign to the next"),
    BAUD_PARAM_INT("length", 1000, 1, 100000000, "steps", "steps of an episode"),
};

/* ---- Model and lane ----------------------------------------------------------------------------------- */

enum { SIGNS_REWARD, SIGNS_FACTS };
static const baud_fact signs_facts[SIGNS_FACTS] = {
    {BAUD_SIZE(baud_fact), BAUD_FACT_REWARD, "reward", "", "minus the squared error of the prediction"}};

enum { SIGNS_TARGET, SIGNS_SEEN, SIGNS_FIELDS };

typedef struct signs_model {
  uint32_t inputs, relevant, length;
  uint64_t period;
  baud_field obs[SIGNS_FIELDS], action;
} signs_model;

typedef struct signs_lane {
  uint64_t random;
  uint64_t steps;          /* over all episodes; 0: not begun */
  uint32_t step, pad;      /* of this one */
  float last;              /* the target of the step before */
  float target;            /* the one to be predicted */
  float x[];               /* [inputs], then the signs [relevant] */
} signs_lane;

static int32_t signs_create(const baud_host *host, const baud_value *values, baud_env_spec *spec, void **model) {
  if (values[SIGNS_P_RELEVANT].i > values[SIGNS_P_INPUTS].i)
    return host->fail(host, BAUD_EARG, "sign_flips: more inputs are relevant than there are: lower `relevant`, or raise `inputs`");
  signs_model *m = calloc(1, sizeof *m);
  if (m == NULL) return host->fail(host, BAUD_ENOMEM, "sign_flips: no memory for the model");
  m->inputs = (uint32_t)values[SIGNS_P_INPUTS].i;
  m->relevant = (uint32_t)values[SIGNS_P_RELEVANT].i;
  m->period = (uint64_t)values[SIGNS_P_PERIOD].i;
  m->length = (uint32_t)values[SIGNS_P_LENGTH].i;
  m->obs[SIGNS_TARGET] = (baud_field){BAUD_SIZE(baud_field), BAUD_F32, 0, 1, 0, {0, 0, 0}, -INFINITY, INFINITY,
                                      "target", "", "of the step before; 0 at the very start"};
  m->obs[SIGNS_SEEN] = (baud_field){BAUD_SIZE(baud_field), BAUD_F32, 0, m->inputs, 1, {m->inputs, 0, 0}, -INFINITY, INFINITY,
                                    "inputs", "", "what the next target is a sum of, and others"};
  m->action = (baud_field){BAUD_SIZE(baud_field), BAUD_F32, 0, 1, 0, {0, 0, 0}, -INFINITY, INFINITY,
                           "prediction", "", "of the next target"};
  spec->n_obs = SIGNS_FIELDS;
  spec->n_facts = SIGNS_FACTS;
  spec->max_steps = m->length;
  spec->obs = m->obs;
  spec->action = &m->action;
  spec->facts = signs_facts;
  spec->lane_bytes = sizeof(signs_lane) + (m->inputs + m->relevant) * sizeof(float);
  *model = m;
  return BAUD_OK;
}

/* ---- Reset and step ----------------------------------------------------------------------------------- */

/* The next example, before which a sign flips when its time has come. */
static void signs_turn(const signs_model *m, signs_lane *lane) {
  float *sign = lane->x + m->inputs;
  if (lane->steps > 0 && lane->steps % m->period == 0) {
    uint32_t which = baud_below(&lane->random, m->relevant);
    sign[which] = -sign[which];
  }
  for (uint32_t i = 0; i < m->inputs; i++) lane->x[i] = (float)baud_normal(&lane->random);
  lane->target = 0.0f;
  for (uint32_t i = 0; i < m->relevant; i++) lane->target += sign[i] * lane->x[i];
}

static void signs_show(const signs_model *m, const baud_batch *batch, uint32_t k, const signs_lane *lane) {
  float *seen = (float *)batch->obs[SIGNS_SEEN] + (size_t)k * m->inputs;
  ((float *)batch->obs[SIGNS_TARGET])[k] = lane->last;
  for (uint32_t i = 0; i < m->inputs; i++) seen[i] = lane->x[i];
}

static signs_lane *signs_lane_of(const baud_batch *batch, uint32_t k) { return (signs_lane *)(void *)(batch->lane + k * batch->lane_stride); }

/* An episode goes on where the last one was: it shows the same target and inputs again. */
static int32_t signs_reset(const void *model, const baud_batch *batch) {
  const signs_model *m = model;
  for (uint32_t i = 0; i < batch->n_pick; i++) {
    signs_lane *lane = signs_lane_of(batch, batch->pick[i]);
    lane->step = 0;
    if (lane->steps == 0) {
      lane->random = batch->seed[i];
      for (uint32_t j = 0; j < m->relevant; j++) lane->x[m->inputs + j] = baud_bernoulli(&lane->random, 0.5) ? 1.0f : -1.0f;
      signs_turn(m, lane);
    }
    signs_show(m, batch, batch->pick[i], lane);
  }
  return BAUD_OK;
}

static int32_t signs_step(const void *model, const baud_batch *batch) {
  const signs_model *m = model;
  for (uint32_t k = 0; k < batch->lanes; k++) {
    signs_lane *lane = signs_lane_of(batch, k);
    double error = (double)((const float *)batch->action)[k] - (double)lane->target;
    lane->last = lane->target;
    lane->steps++;
    signs_turn(m, lane);
    signs_show(m, batch, k, lane);
    batch->facts[SIGNS_REWARD][k] = (float)-(error * error);
    batch->flags[k] = ++lane->step == m->length ? BAUD_TERMINATED : 0;
  }
  return BAUD_OK;
}

static const baud_env_ops signs_ops = {BAUD_SIZE(baud_env_ops), 0, signs_create, free, NULL, signs_reset, signs_step};

static const baud_unit signs_units[] = {{
    .size = BAUD_SIZE(baud_unit),
    .role = BAUD_ENV,
    .behaviour = 1,
    .state_version = 1,
    .id = "baud.sign_flips",
    .title = "a target to be tracked, of which few inputs are relevant",
    .doc = "The target is a sum of the first few of many inputs, each with a sign, and now and then a sign flips; the action "
           "predicts it, minus the squared error is the reward: the task of Sutton 1992, on which IDBD finds out what to "
           "attend to. The least mean squared error that there can be is 4 (1 - 1/relevant) / period.",
    .params = signs_params,
    .n_params = SIGNS_PARAMS,
    .ops = &signs_ops,
}};

const baud_library baud_plugin_1 = {
    .size = BAUD_SIZE(baud_library),
    .built_minor = BAUD_MINOR,
    .needs_minor = 0,
    .layout = BAUD_LAYOUT,
    .vendor = "baud",
    .version = "1.0",
    .license = "MIT",
    .units = signs_units,
    .n_units = 1,
};
