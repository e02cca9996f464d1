/* slow_change.c - a function to be followed while what it is asked of changes slowly: the slowly-changing regression
 * problem of Dohare, Hernandez-Garcia, Lan, Rahman, Mahmood and Sutton, Loss of plasticity in deep continual learning
 * (Nature 2024, methods).
 *
 * World: a network of linear threshold units, all its weights -1 or 1: unit j is on where
 *   sum_i v_ij x_i >= theta_j,   theta_j = beta (m + 1) - S_j,   S_j its number of weights of -1,
 * over m bits and a constant 1; the target is the sum of the units that are on, each with its own sign. Of the m bits the
 * first `slow` stay as they are, but that after every `period` steps one of them, chosen at random, flips; the others are
 * drawn anew in every step. So the same few examples keep coming for a while, and what suits them suits the next ones
 * almost.
 *
 * What is seen: the target of the step before, and the bits to be answered now. The action is the prediction; the reward
 * is minus its squared error. An episode is `length` steps out of one stream that has no other end: bits and the clock of
 * their changes go on from one to the next.
 */
#include "baud/plugin.h"
#include "baud/random.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

enum { SLOW_MOST_BITS = 62, SLOW_MOST_UNITS = 4096 };

/* ---- Parameters --------------------------------------------------------------------------------------- */

enum { SLOW_P_BITS, SLOW_P_SLOW, SLOW_P_PERIOD, SLOW_P_UNITS, SLOW_P_BETA, SLOW_P_LENGTH, SLOW_PARAMS };
static const baud_param slow_params[SLOW_PARAMS] = {
    BAUD_PARAM_INT("bits", 20, 1, SLOW_MOST_BITS, "", "m, bits that the target is a function of"),
    BAUD_PARAM_INT("slow", 15, 0, SLOW_MOST_BITS, "", "how many of them change slowly; the others are drawn in every step"),
    BAUD_PARAM_INT("period", 10000, 1, 1000000000, "steps", "steps after which one of the slow bits flips"),
    BAUD_PARAM_INT("units", 100, 1, SLOW_MOST_UNITS, "", "threshold units of the target"),
    BAUD_PARAM_FLOAT("beta", 0.7, 0, 1, "", "how hard a unit is to turn on"),
    BAUD_PARAM_INT("length", 1000, 1, 100000000, "steps", "steps of an episode"),
};

/* ---- Model, world, lane ------------------------------------------------------------------------------- */

enum { SLOW_REWARD, SLOW_FACTS };
static const baud_fact slow_facts[SLOW_FACTS] = {
    {BAUD_SIZE(baud_fact), BAUD_FACT_REWARD, "reward", "", "minus the squared error of the prediction"}};

enum { SLOW_TARGET, SLOW_SEEN, SLOW_FIELDS };

typedef struct slow_model {
  uint32_t bits, slow, units, length;
  uint64_t period;
  double beta;
  baud_field obs[SLOW_FIELDS], action;
} slow_model;

/* World [units]: the weights of a unit as bits, 1 for 1 and 0 for -1; bit m is the constant's, bit m + 1 its sign. */
typedef struct slow_lane {
  uint64_t random, bits;
  uint64_t steps; /* over all episodes; 0: not begun */
  uint32_t step;  /* of this one */
  float target;   /* of the step before */
} slow_lane;

static int32_t slow_create(const baud_host *host, const baud_value *values, baud_env_spec *spec, void **model) {
  slow_model *m = calloc(1, sizeof *m);
  if (m == NULL) return host->fail(host, BAUD_ENOMEM, "slow_change: no memory for the model");
  m->bits = (uint32_t)values[SLOW_P_BITS].i;
  m->slow = (uint32_t)values[SLOW_P_SLOW].i;
  m->period = (uint64_t)values[SLOW_P_PERIOD].i;
  m->units = (uint32_t)values[SLOW_P_UNITS].i;
  m->beta = values[SLOW_P_BETA].f;
  m->length = (uint32_t)values[SLOW_P_LENGTH].i;
  if (m->slow > m->bits) {
    free(m);
    return host->fail(host, BAUD_EARG, "slow_change: more bits change slowly than there are: lower `slow`, or raise `bits`");
  }
  m->obs[SLOW_TARGET] = (baud_field){BAUD_SIZE(baud_field), BAUD_F32, 0, 1, 0, {0, 0, 0}, -(double)m->units, m->units,
                                     "target", "", "of the step before; 0 at the very start"};
  m->obs[SLOW_SEEN] = (baud_field){BAUD_SIZE(baud_field), BAUD_U8, 2, m->bits, 1, {m->bits, 0, 0}, 0, 1,
                                   "bits", "", "what the next target is a function of"};
  m->action = (baud_field){BAUD_SIZE(baud_field), BAUD_F32, 0, 1, 0, {0, 0, 0}, -INFINITY, INFINITY,
                           "prediction", "", "of the next target"};
  spec->n_obs = SLOW_FIELDS;
  spec->n_facts = SLOW_FACTS;
  spec->max_steps = m->length;
  spec->obs = m->obs;
  spec->action = &m->action;
  spec->facts = slow_facts;
  spec->lane_bytes = sizeof(slow_lane);
  spec->world_bytes = m->units * sizeof(uint64_t);
  spec->entropy_bits = (double)m->units * (m->bits + 2.0);
  *model = m;
  return BAUD_OK;
}

static int32_t slow_draw(const void *model, uint64_t seed, void *world) {
  const slow_model *m = model;
  uint64_t random = seed;
  for (uint32_t j = 0; j < m->units; j++) ((uint64_t *)world)[j] = baud_random(&random) >> (62 - m->bits);
  return BAUD_OK;
}

/* ---- Reset and step ----------------------------------------------------------------------------------- */

/* The target of some bits: the constant is bit m of both. sum_i v_i x_i is twice what weights of 1 see, minus all that is on. */
static double slow_target(const slow_model *m, const uint64_t *world, uint64_t bits) {
  uint64_t input = bits | (uint64_t)1 << m->bits, all = ((uint64_t)2 << m->bits) - 1;
  int on = __builtin_popcountll(input), inputs = (int)m->bits + 1;
  double target = 0.0;
  for (uint32_t j = 0; j < m->units; j++) {
    int sum = 2 * __builtin_popcountll(world[j] & input) - on, negative = inputs - __builtin_popcountll(world[j] & all);
    if (sum >= m->beta * inputs - negative) target += world[j] >> inputs & 1 ? 1.0 : -1.0;
  }
  return target;
}

/* The bits of the next step. */
static void slow_turn(const slow_model *m, slow_lane *lane) {
  uint64_t slow = ((uint64_t)1 << m->slow) - 1, all = ((uint64_t)1 << m->bits) - 1;
  lane->bits = (lane->bits & slow) | (baud_random(&lane->random) & all & ~slow);
  if (m->slow > 0 && lane->steps % m->period == 0) lane->bits ^= (uint64_t)1 << baud_below(&lane->random, m->slow);
}

static void slow_show(const slow_model *m, const baud_batch *batch, uint32_t k, const slow_lane *lane) {
  uint8_t *seen = (uint8_t *)batch->obs[SLOW_SEEN] + (size_t)k * m->bits;
  ((float *)batch->obs[SLOW_TARGET])[k] = lane->target;
  for (uint32_t i = 0; i < m->bits; i++) seen[i] = lane->bits >> i & 1;
}

static slow_lane *slow_lane_of(const baud_batch *batch, uint32_t k) { return (slow_lane *)(void *)(batch->lane + k * batch->lane_stride); }
static const uint64_t *slow_world_of(const baud_batch *batch, uint32_t k) {
  return (const uint64_t *)(const void *)(batch->world + k * batch->world_stride);
}

/* An episode goes on where the last one was: it shows the same target and bits again. */
static int32_t slow_reset(const void *model, const baud_batch *batch) {
  const slow_model *m = model;
  for (uint32_t i = 0; i < batch->n_pick; i++) {
    slow_lane *lane = slow_lane_of(batch, batch->pick[i]);
    lane->step = 0;
    if (lane->steps == 0) {
      lane->random = batch->seed[i];
      lane->bits = baud_random(&lane->random) & (((uint64_t)1 << m->bits) - 1);
    }
    slow_show(m, batch, batch->pick[i], lane);
  }
  return BAUD_OK;
}

static int32_t slow_step(const void *model, const baud_batch *batch) {
  const slow_model *m = model;
  for (uint32_t k = 0; k < batch->lanes; k++) {
    slow_lane *lane = slow_lane_of(batch, k);
    double target = slow_target(m, slow_world_of(batch, k), lane->bits), error = (double)((const float *)batch->action)[k] - target;
    lane->target = (float)target;
    lane->steps++;
    slow_turn(m, lane);
    slow_show(m, batch, k, lane);
    batch->facts[SLOW_REWARD][k] = (float)-(error * error);
    batch->flags[k] = ++lane->step == m->length ? BAUD_TERMINATED : 0;
  }
  return BAUD_OK;
}

static const baud_env_ops slow_ops = {BAUD_SIZE(baud_env_ops), 0, slow_create, free, slow_draw, slow_reset, slow_step};

static const baud_unit slow_units[] = {{
    .size = BAUD_SIZE(baud_unit),
    .role = BAUD_ENV,
    .behaviour = 1,
    .state_version = 1,
    .id = "baud.slow_change",
    .title = "a function to be followed, asked of inputs that change slowly",
    .doc = "The target is a random network of threshold units; the action predicts it from bits, most of which stay as they "
           "are for long and then flip one by one: the slowly-changing regression problem, on which networks lose their "
           "plasticity (Dohare et al., Nature 2024). Minus the squared error is the reward; the stream goes on from episode "
           "to episode.",
    .params = slow_params,
    .n_params = SLOW_PARAMS,
    .ops = &slow_ops,
}};

const baud_library baud_plugin_1 = {
    .size = BAUD_SIZE(baud_library),
    .built_minor = BAUD_MINOR,
    .needs_minor = 0,
    .layout = BAUD_LAYOUT,
    .vendor = "baud",
    .version = "1.0",
    .license = "MIT",
    .units = slow_units,
    .n_units = 1,
};
