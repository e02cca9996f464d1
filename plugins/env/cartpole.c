/* cartpole.c - a pole on a cart, to be kept upright by pushing the cart left or right (Barto, Sutton, Anderson,
 * Neuronlike adaptive elements that can solve difficult learning control problems, IEEE SMC 1983).
 *
 * Dynamics, bounds and start are those of Gymnasium's CartPole-v1: the state in double precision, an Euler step of
 * .02 s, every operation in the order in which it is done there; the observation is the state rounded to float. The
 * episode ends when the cart is 2.4 m from the middle or the pole 12 degrees from upright; the reward is 1 a step, and
 * after 500 steps the host truncates. Nothing is drawn: there is no world to be learnt, and no quiz.
 */
#include "baud/lanes.h"
#include "baud/plugin.h"
#include "baud/random.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

/* ---- What there is -------------------------------------------------------------------------------------- */

enum { CARTPOLE_LEFT, CARTPOLE_RIGHT, CARTPOLE_ACTIONS };
enum { CARTPOLE_X, CARTPOLE_SPEED, CARTPOLE_ANGLE, CARTPOLE_SPIN, CARTPOLE_STATE }; /* m, m/s, rad, rad/s */

#define CARTPOLE_GRAVITY 9.8                      /* m/s^2 */
#define CARTPOLE_POLE 0.1                         /* kg */
#define CARTPOLE_MASS (0.1 + 1.0)                 /* kg, pole and cart; the sum as it is rounded */
#define CARTPOLE_MASS_REST -0x1.8dc08767ab5f2p-55 /* 1 / mass, less 1 / mass as it is rounded */
#define CARTPOLE_HALF 0.5                         /* m, half the pole's length */
#define CARTPOLE_MOMENT (0.1 * 0.5)               /* kg m, the pole's mass times half its length */
#define CARTPOLE_FORCE 10                         /* N */
#define CARTPOLE_TAU 0.02                         /* s, one step */
#define CARTPOLE_FURTHEST 2.4                     /* m */
#define CARTPOLE_STEEPEST 0.20943951023931953     /* rad, 12 degrees as a double */
#define CARTPOLE_START 0.05                       /* an episode starts within this of 0 in each component */

enum { CARTPOLE_LIMIT = 500 };

static const baud_field cartpole_obs = {.size = BAUD_SIZE(baud_field),
                                        .dtype = BAUD_F32,
                                        .count = CARTPOLE_STATE,
                                        .rank = 1,
                                        .shape = {CARTPOLE_STATE, 0, 0},
                                        .low = -INFINITY,
                                        .high = INFINITY,
                                        .name = "state",
                                        .unit = "",
                                        .doc = "position m, speed m/s, angle rad, angular speed rad/s"};
static const baud_field cartpole_action = BAUD_DISCRETE_FIELD("push", CARTPOLE_ACTIONS, "0 left, 1 right, with 10 N");

enum { CARTPOLE_REWARD, CARTPOLE_SUCCESS, CARTPOLE_FACTS };
static const baud_fact cartpole_facts[CARTPOLE_FACTS] = {
    {BAUD_SIZE(baud_fact), BAUD_FACT_REWARD, "reward", "", "1 each step"},
    {BAUD_SIZE(baud_fact), BAUD_FACT_OUTCOME, "success", "",
     "1 while the pole stands, 0 at the step at which it falls"},
};

typedef struct cartpole_lane {
  double state[CARTPOLE_STATE];
} cartpole_lane;

typedef struct cartpole {
  int32_t (*step)(const baud_batch *batch); /* for this machine */
} cartpole;

static int32_t cartpole_steps(const baud_batch *batch);
static int32_t cartpole_steps_avx2(const baud_batch *batch);

static int32_t cartpole_create(const baud_host *host, const baud_value *values, baud_env_spec *spec, void **model) {
  cartpole *m = calloc(1, sizeof *m);
  (void)values;
  if (m == NULL) return host->fail(host, BAUD_ENOMEM, "cartpole: no memory for the model");
  m->step = baud_this_machine() == BAUD_AVX2_MACHINE ? cartpole_steps_avx2 : cartpole_steps;
  spec->n_obs = 1;
  spec->n_facts = CARTPOLE_FACTS;
  spec->obs = &cartpole_obs;
  spec->action = &cartpole_action;
  spec->facts = cartpole_facts;
  spec->lane_bytes = sizeof(cartpole_lane);
  spec->limit = CARTPOLE_LIMIT;
  *model = m;
  return BAUD_OK;
}

/* ---- Reset --------------------------------------------------------------------------------------------- */

static int32_t cartpole_reset(const void *model, const baud_batch *batch) {
  (void)model;
  for (uint32_t i = 0; i < batch->n_pick; i++) {
    uint32_t k = batch->pick[i];
    uint64_t random = batch->seed[i];
    double *state = ((cartpole_lane *)(void *)(batch->lane + k * batch->lane_stride))->state;
    float *obs = (float *)batch->obs[0] + (size_t)k * CARTPOLE_STATE;
    for (int j = 0; j < CARTPOLE_STATE; j++) {
      state[j] = CARTPOLE_START * (2.0 * baud_uniform(&random) - 1.0);
      obs[j] = (float)state[j];
    }
  }
  return BAUD_OK;
}

/* ---- Step ---------------------------------------------------------------------------------------------- */

/* Equations of Florian, Correct equations for the dynamics of the cart-pole system (2007), without friction, in three
 * passes: short ones, of which a processor can overlap many lanes. They divide and add up in Gymnasium's order, for a
 * pole that balances magnifies a difference of one rounding e^38-fold in 500 steps; only halves are taken elsewhere:
 * they are exact. */
BAUD_INLINED double cartpole_over_mass(double a, baud_machine machine) {
  return baud_over(a, CARTPOLE_MASS, 1.0 / CARTPOLE_MASS, CARTPOLE_MASS_REST, machine);
}

/* Sine and cosine of angles that are legal to act in, |angle| <= .2095: series whose last terms are fitted by Remez
 * exchange; off by less than .64 units in the last place, below .05 rad by .53 (measured against long double), where 998
 * of 1,000 are what libm gives. fma() is the same on every machine: where it is no instruction, it is slow. */
BAUD_INLINED void cartpole_sine_cosine(const double *angle, uint32_t n, double *sine, double *cosine) {
  for (uint32_t k = 0; k < n; k++) {
    double r = angle[k], z = r * r, zz = z * z;
    double s = fma(z, 0x1.11111110b4e0bp-7, -0x1.5555555555555p-3), s_high = fma(z, 0x1.718cfb9cee504p-19, -0x1.a019f7ea60dd6p-13);
    double c = fma(z, -0x1.6c16c16bc61c1p-10, 0x1.5555555555555p-5), c_high = fma(z, -0x1.27ab0ff2daf7fp-22, 0x1.a019fa13017c7p-16);
    sine[k] = fma(r * z, fma(zz, s_high, s), r);
    cosine[k] = 1.0 - fma(-zz, fma(zz, c_high, c), 0.5 * z);
  }
}

/* What pushes, N/kg, and what is to be turned, m. */
BAUD_INLINED void cartpole_push(const double *spin, const int32_t *action, const double *sine, const double *cosine,
                                uint32_t n, baud_machine machine, double *push, double *inertia) {
  for (uint32_t k = 0; k < n; k++) {
    double force = 2.0 * CARTPOLE_FORCE * action[k] - CARTPOLE_FORCE; /* exact */
    push[k] = cartpole_over_mass(force + CARTPOLE_MOMENT * (spin[k] * spin[k]) * sine[k], machine);
    inertia[k] = CARTPOLE_HALF * (4.0 / 3.0) -
                 cartpole_over_mass(CARTPOLE_HALF * CARTPOLE_POLE * (cosine[k] * cosine[k]), machine);
  }
}

/* All ones where the pole has fallen or the cart has left the track, else 0. */
BAUD_INLINED int64_t cartpole_has_fallen(double x, double angle) {
  return -(int64_t)((fabs(x) > CARTPOLE_FURTHEST) | (fabs(angle) > CARTPOLE_STEEPEST));
}

/* An Euler step: places by the old speeds. Returns whether one of the poles has fallen. */
BAUD_INLINED int64_t cartpole_move(baud_column *state, const double *push, const double *inertia, const double *sine,
                                   const double *cosine, uint32_t n, baud_machine machine) {
  double *x = state[CARTPOLE_X].lane, *speed = state[CARTPOLE_SPEED].lane;
  double *angle = state[CARTPOLE_ANGLE].lane, *spin = state[CARTPOLE_SPIN].lane;
  int64_t have_fallen = 0;
  for (uint32_t k = 0; k < n; k++) {
    double turn = (CARTPOLE_GRAVITY * sine[k] - cosine[k] * push[k]) / inertia[k];
    double along = push[k] - cartpole_over_mass(CARTPOLE_MOMENT * turn * cosine[k], machine);
    x[k] += CARTPOLE_TAU * speed[k];
    speed[k] += CARTPOLE_TAU * along;
    angle[k] += CARTPOLE_TAU * spin[k];
    spin[k] += CARTPOLE_TAU * turn;
    have_fallen |= cartpole_has_fallen(x[k], angle[k]);
  }
  return have_fallen;
}

/* Reward and flags of a block in which none has fallen, as in nearly all once a policy is any good; then who has. */
BAUD_INLINED void cartpole_report(const baud_batch *batch, uint32_t first, uint32_t n, const baud_column *state, int64_t have_fallen) {
  float *reward = batch->facts[CARTPOLE_REWARD] + first, *success = batch->facts[CARTPOLE_SUCCESS] + first;
  uint8_t *flags = batch->flags + first;
  for (uint32_t k = 0; k < n; k++) reward[k] = 1.0f;
  for (uint32_t k = 0; k < n; k++) success[k] = 1.0f;
  memset(flags, 0, n);
  for (uint32_t k = 0; have_fallen && k < n; k++) {
    int64_t has_fallen = cartpole_has_fallen(state[CARTPOLE_X].lane[k], state[CARTPOLE_ANGLE].lane[k]);
    success[k] = has_fallen ? 0.0f : 1.0f;
    flags[k] = has_fallen ? BAUD_TERMINATED : 0;
  }
}

/* A block of n lanes from `first`. */
BAUD_INLINED void cartpole_block(const baud_batch *batch, uint32_t first, uint32_t n, baud_machine machine) {
  baud_column state[CARTPOLE_STATE], sine, cosine, push, inertia;
  char *rows = batch->lane + first * batch->lane_stride;
  float *obs = (float *)batch->obs[0] + (size_t)first * CARTPOLE_STATE;
  baud_to_columns(state, CARTPOLE_STATE, rows, batch->lane_stride, n, machine);
  cartpole_sine_cosine(state[CARTPOLE_ANGLE].lane, n, sine.lane, cosine.lane);
  cartpole_push(state[CARTPOLE_SPIN].lane, (const int32_t *)batch->action + first, sine.lane, cosine.lane, n, machine,
                push.lane, inertia.lane);
  int64_t have_fallen = cartpole_move(state, push.lane, inertia.lane, sine.lane, cosine.lane, n, machine);
  baud_to_rows_and_floats(rows, batch->lane_stride, obs, state, CARTPOLE_STATE, n, machine);
  cartpole_report(batch, first, n, state, have_fallen);
}

BAUD_INLINED int32_t cartpole_blocks(const baud_batch *batch, baud_machine machine) {
  uint32_t actions = 0;
  for (uint32_t k = 0; k < batch->lanes; k++) actions |= ((const uint32_t *)batch->action)[k];
  if (actions >= CARTPOLE_ACTIONS) return BAUD_EARG; /* 0 and 1 leave the higher bits alone */
  uint32_t first = 0;
  for (; first + BAUD_BLOCK <= batch->lanes; first += BAUD_BLOCK) cartpole_block(batch, first, BAUD_BLOCK, machine);
  if (first < batch->lanes) cartpole_block(batch, first, batch->lanes - first, machine);
  return BAUD_OK;
}

static int32_t cartpole_steps(const baud_batch *batch) { return cartpole_blocks(batch, BAUD_ANY_MACHINE); }
BAUD_FOR_AVX2 static int32_t cartpole_steps_avx2(const baud_batch *batch) {
  return cartpole_blocks(batch, BAUD_AVX2_MACHINE);
}

static int32_t cartpole_step(const void *model, const baud_batch *batch) {
  return ((const cartpole *)model)->step(batch);
}

static const baud_env_ops cartpole_ops = {
    BAUD_SIZE(baud_env_ops), 0, cartpole_create, free, NULL, cartpole_reset, cartpole_step};

/* ---- Picture ------------------------------------------------------------------------------------------- */

enum { CARTPOLE_WIDTH = 49, CARTPOLE_HEIGHT = 7, CARTPOLE_POLE_ROWS = 5 }; /* a column is .1 m, a row .2 m */

static int32_t cartpole_extent(const void *model, uint32_t *width, uint32_t *height) {
  (void)model;
  *width = CARTPOLE_WIDTH;
  *height = CARTPOLE_HEIGHT;
  return BAUD_OK;
}

static void cartpole_dot(char *cells, int row, double x, char what) {
  long column = lround((x + CARTPOLE_FURTHEST) * 10.0);
  if (column >= 0 && column < CARTPOLE_WIDTH) cells[row * CARTPOLE_WIDTH + column] = what;
}

static int32_t cartpole_picture(const void *model, const void *world, const void *lane, char *cells) {
  const double *state = ((const cartpole_lane *)lane)->state;
  (void)model;
  (void)world;
  memset(cells, ' ', (CARTPOLE_HEIGHT - 1) * CARTPOLE_WIDTH);
  memset(cells + (CARTPOLE_HEIGHT - 1) * CARTPOLE_WIDTH, '-', CARTPOLE_WIDTH);
  for (int row = 0; row < CARTPOLE_POLE_ROWS; row++)
    cartpole_dot(cells, row, state[CARTPOLE_X] + 0.2 * (CARTPOLE_POLE_ROWS - row) * sin(state[CARTPOLE_ANGLE]), '|');
  for (int column = -2; column <= 2; column++)
    cartpole_dot(cells, CARTPOLE_POLE_ROWS, state[CARTPOLE_X] + 0.1 * column, '#');
  return BAUD_OK;
}

static const baud_draw cartpole_drawing = {BAUD_SIZE(baud_draw), 0, cartpole_extent, cartpole_picture};

/* ---- Tables -------------------------------------------------------------------------------------------- */

static const void *cartpole_extension(const char *id) {
  return strcmp(id, "baud.draw/1") == 0 ? &cartpole_drawing : NULL;
}

static const baud_unit cartpole_units[] = {{
    .size = BAUD_SIZE(baud_unit),
    .role = BAUD_ENV,
    .behaviour = 1,
    .state_version = 1,
    .id = "baud.cartpole",
    .title = "pole on a cart",
    .doc = "A cart is pushed left or right so that the pole on it stays upright: 1 a step until it leans more than 12 "
           "degrees or the cart leaves the track. Gymnasium's CartPole-v1, operation by operation; the time limit is "
           "500 steps, and an episode that reaches it is a success.",
    .ops = &cartpole_ops,
    .extension = cartpole_extension,
}};

const baud_library baud_plugin_1 = {
    .size = BAUD_SIZE(baud_library),
    .built_minor = BAUD_MINOR,
    .needs_minor = 0,
    .layout = BAUD_LAYOUT,
    .vendor = "baud",
    .version = "1.0",
    .license = "MIT",
    .units = cartpole_units,
    .n_units = 1,
};
