/* cartpole.c - a pole on a cart, to be kept upright by pushing the cart left or right (Barto, Sutton, Anderson,
 * Neuronlike adaptive elements that can solve difficult learning control problems, IEEE SMC 1983).
 *
 * Dynamics, bounds and start are those of Gymnasium's CartPole-v1: the state in double precision, an Euler step of
 * .02 s, every operation in the order in which it is done there; the observation is the state rounded to float. The
 * episode ends when the cart is 2.4 m from the middle or the pole 12 degrees from upright; the reward is 1 a step, and
 * after 500 steps the host truncates. Nothing is drawn: there is no world to be learnt, and no quiz.
 */
#include "baud/plugin.h"
#include "baud/random.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

/* ---- What there is -------------------------------------------------------------------------------------- */

enum { CARTPOLE_LEFT, CARTPOLE_RIGHT, CARTPOLE_ACTIONS };
enum { CARTPOLE_X, CARTPOLE_SPEED, CARTPOLE_ANGLE, CARTPOLE_SPIN, CARTPOLE_STATE }; /* m, m/s, rad, rad/s */

#define CARTPOLE_GRAVITY 9.8                  /* m/s^2 */
#define CARTPOLE_POLE 0.1                     /* kg */
#define CARTPOLE_MASS (0.1 + 1.0)             /* kg, pole and cart; the sum as it is rounded */
#define CARTPOLE_HALF 0.5                     /* m, half the pole's length */
#define CARTPOLE_MOMENT (0.1 * 0.5)           /* kg m, the pole's mass times half its length */
#define CARTPOLE_FORCE 10.0                   /* N */
#define CARTPOLE_TAU 0.02                     /* s, one step */
#define CARTPOLE_FURTHEST 2.4                 /* m */
#define CARTPOLE_STEEPEST 0.20943951023931953 /* rad, 12 degrees as a double */
#define CARTPOLE_START 0.05                   /* an episode starts within this of 0 in each component */

enum { CARTPOLE_LIMIT = 500 };

static const baud_field cartpole_obs[] = {{BAUD_SIZE(baud_field),
                                           BAUD_F32,
                                           0,
                                           CARTPOLE_STATE,
                                           1,
                                           {CARTPOLE_STATE, 0, 0},
                                           -INFINITY,
                                           INFINITY,
                                           "state",
                                           "",
                                           "position m, speed m/s, angle rad, angular speed rad/s"}};
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

static int32_t cartpole_create(const baud_host *host, const baud_value *values, baud_env_spec *spec, void **model) {
  static const char nothing; /* there are no parameters, hence no model */
  (void)host;
  (void)values;
  spec->n_obs = 1;
  spec->n_facts = CARTPOLE_FACTS;
  spec->obs = cartpole_obs;
  spec->action = &cartpole_action;
  spec->facts = cartpole_facts;
  spec->lane_bytes = sizeof(cartpole_lane);
  spec->limit = CARTPOLE_LIMIT;
  *model = (void *)(uintptr_t)&nothing;
  return BAUD_OK;
}

static void cartpole_destroy(void *model) { (void)model; }

/* ---- Reset and step ----------------------------------------------------------------------------------- */

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

/* Equations of Florian, Correct equations for the dynamics of the cart-pole system (2007), without friction; divided
 * and added up in Gymnasium's order, for a pole that balances magnifies a difference of one rounding e^38-fold in
 * 500 steps. */
static void cartpole_move(double state[CARTPOLE_STATE], double force) {
  double sine = sin(state[CARTPOLE_ANGLE]), cosine = cos(state[CARTPOLE_ANGLE]);
  double push = (force + CARTPOLE_MOMENT * (state[CARTPOLE_SPIN] * state[CARTPOLE_SPIN]) * sine) / CARTPOLE_MASS;
  double turn = (CARTPOLE_GRAVITY * sine - cosine * push) /
                (CARTPOLE_HALF * (4.0 / 3.0 - CARTPOLE_POLE * (cosine * cosine) / CARTPOLE_MASS));
  double pull = push - CARTPOLE_MOMENT * turn * cosine / CARTPOLE_MASS;
  state[CARTPOLE_X] += CARTPOLE_TAU * state[CARTPOLE_SPEED];
  state[CARTPOLE_SPEED] += CARTPOLE_TAU * pull;
  state[CARTPOLE_ANGLE] += CARTPOLE_TAU * state[CARTPOLE_SPIN];
  state[CARTPOLE_SPIN] += CARTPOLE_TAU * turn;
}

static int32_t cartpole_step(const void *model, const baud_batch *batch) {
  const int32_t *action = batch->action;
  (void)model;
  for (uint32_t k = 0; k < batch->lanes; k++) {
    if ((uint32_t)action[k] >= CARTPOLE_ACTIONS) return BAUD_EARG;
    double *state = ((cartpole_lane *)(void *)(batch->lane + k * batch->lane_stride))->state;
    float *obs = (float *)batch->obs[0] + (size_t)k * CARTPOLE_STATE;
    cartpole_move(state, action[k] == CARTPOLE_RIGHT ? CARTPOLE_FORCE : -CARTPOLE_FORCE);
    int is_over = fabs(state[CARTPOLE_X]) > CARTPOLE_FURTHEST || fabs(state[CARTPOLE_ANGLE]) > CARTPOLE_STEEPEST;
    for (int j = 0; j < CARTPOLE_STATE; j++) obs[j] = (float)state[j];
    batch->facts[CARTPOLE_REWARD][k] = 1.0f;
    batch->facts[CARTPOLE_SUCCESS][k] = is_over ? 0.0f : 1.0f;
    batch->flags[k] = is_over ? BAUD_TERMINATED : 0;
  }
  return BAUD_OK;
}

static const baud_env_ops cartpole_ops = {
    BAUD_SIZE(baud_env_ops), 0, cartpole_create, cartpole_destroy, NULL, cartpole_reset, cartpole_step};

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
