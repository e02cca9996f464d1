/* pendulum.c - a pendulum to be swung up and held upright by a torque too weak to lift it at once.
 *
 * Dynamics and start are those of Gymnasium's Pendulum-v1: the state in double precision, the torque in single, an
 * Euler step of .05 s that moves the angle by the new speed, every operation in the order in which it is done there.
 * Angle 0 is upright, and is not wrapped. The reward is minus the squared angle and a little for speed and torque, of
 * the state acted in; nothing ends an episode but the time limit of 200 steps. There is no world to be learnt, and no
 * quiz.
 */
#include "baud/lanes.h"
#include "baud/plugin.h"
#include "baud/random.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

/* ---- What there is -------------------------------------------------------------------------------------- */

enum { PENDULUM_ANGLE, PENDULUM_SPEED, PENDULUM_STATE }; /* rad, rad/s */
enum { PENDULUM_COSINE, PENDULUM_SINE, PENDULUM_SPEED_SEEN, PENDULUM_SEEN };
enum { PENDULUM_LIMIT = 200 };

#define PENDULUM_PULL 15.0   /* 1/s^2, 3 g / 2 l with g = 10 m/s^2 and l = 1 m */
#define PENDULUM_LEVER 3.0f  /* 1/(kg m^2), 3 / m l^2 with m = 1 kg */
#define PENDULUM_TORQUE 2.0f /* N m, at most */
#define PENDULUM_FASTEST 8.0 /* rad/s */
#define PENDULUM_TAU 0.05    /* s, one step */
#define PENDULUM_PI 3.141592653589793

static const baud_field pendulum_obs = {.size = BAUD_SIZE(baud_field),
                                        .dtype = BAUD_F32,
                                        .count = PENDULUM_SEEN,
                                        .rank = 1,
                                        .shape = {PENDULUM_SEEN, 0, 0},
                                        .low = -PENDULUM_FASTEST,
                                        .high = PENDULUM_FASTEST,
                                        .name = "state",
                                        .unit = "",
                                        .doc = "cosine and sine of the angle from upright, angular speed rad/s"};
static const baud_field pendulum_action = {.size = BAUD_SIZE(baud_field),
                                           .dtype = BAUD_F32,
                                           .count = 1,
                                           .low = -PENDULUM_TORQUE,
                                           .high = PENDULUM_TORQUE,
                                           .name = "torque",
                                           .unit = "N m",
                                           .doc = "clipped to its bounds"};
static const baud_fact pendulum_facts[] = {
    {BAUD_SIZE(baud_fact), BAUD_FACT_REWARD, "reward", "", "-(angle^2 + .1 speed^2 + .001 torque^2), angle within pi"}};

typedef struct pendulum_lane {
  double state[PENDULUM_STATE];
} pendulum_lane;

typedef struct pendulum {
  void (*step)(const baud_batch *batch); /* for this machine */
} pendulum;

static void pendulum_steps(const baud_batch *batch);
static void pendulum_steps_avx2(const baud_batch *batch);

static int32_t pendulum_create(const baud_host *host, const baud_value *values, baud_env_spec *spec, void **model) {
  pendulum *m = calloc(1, sizeof *m);
  (void)values;
  if (m == NULL) return host->fail(host, BAUD_ENOMEM, "pendulum: no memory for the model");
  m->step = baud_this_machine() == BAUD_AVX2_MACHINE ? pendulum_steps_avx2 : pendulum_steps;
  spec->n_obs = 1;
  spec->n_facts = sizeof pendulum_facts / sizeof *pendulum_facts;
  spec->obs = &pendulum_obs;
  spec->action = &pendulum_action;
  spec->facts = pendulum_facts;
  spec->lane_bytes = sizeof(pendulum_lane);
  spec->limit = PENDULUM_LIMIT;
  *model = m;
  return BAUD_OK;
}

/* ---- Reset --------------------------------------------------------------------------------------------- */

/* Any angle, and up to 1 rad/s. */
static int32_t pendulum_reset(const void *model, const baud_batch *batch) {
  (void)model;
  for (uint32_t i = 0; i < batch->n_pick; i++) {
    uint32_t k = batch->pick[i];
    uint64_t random = batch->seed[i];
    double *state = ((pendulum_lane *)(void *)(batch->lane + k * batch->lane_stride))->state, sine, cosine;
    float *obs = (float *)batch->obs[0] + (size_t)k * PENDULUM_SEEN;
    state[PENDULUM_ANGLE] = PENDULUM_PI * (2.0 * baud_uniform(&random) - 1.0);
    state[PENDULUM_SPEED] = 2.0 * baud_uniform(&random) - 1.0;
    baud_sine_cosine(state[PENDULUM_ANGLE], &sine, &cosine);
    obs[PENDULUM_COSINE] = (float)cosine;
    obs[PENDULUM_SINE] = (float)sine;
    obs[PENDULUM_SPEED_SEEN] = (float)state[PENDULUM_SPEED];
  }
  return BAUD_OK;
}

/* ---- Step ---------------------------------------------------------------------------------------------- */

BAUD_INLINED float pendulum_clip(float torque) {
  float low = torque < -PENDULUM_TORQUE ? -PENDULUM_TORQUE : torque;
  return low > PENDULUM_TORQUE ? PENDULUM_TORQUE : low;
}

BAUD_INLINED void pendulum_reward(const baud_column *state, const float *torque, uint32_t n, float *reward) {
  const double *angle = state[PENDULUM_ANGLE].lane, *speed = state[PENDULUM_SPEED].lane;
  const double to_integer = 0x1.8p52; /* leaves the nearest integer when it is taken off again */
  for (uint32_t k = 0; k < n; k++) {
    float u = pendulum_clip(torque[k]);
    double turns = (angle[k] / (2.0 * PENDULUM_PI) + to_integer) - to_integer;
    double from_upright = angle[k] - turns * (2.0 * PENDULUM_PI);
    reward[k] = (float)-(from_upright * from_upright + 0.1 * (speed[k] * speed[k]) + (double)(0.001f * (u * u)));
  }
}

BAUD_INLINED void pendulum_move(baud_column *state, const float *torque, uint32_t n) {
  double *angle = state[PENDULUM_ANGLE].lane, *speed = state[PENDULUM_SPEED].lane;
  for (uint32_t k = 0; k < n; k++) {
    double sine, cosine;
    baud_sine_cosine(angle[k], &sine, &cosine);
    double fast =
        speed[k] + (PENDULUM_PULL * sine + (double)(PENDULUM_LEVER * pendulum_clip(torque[k]))) * PENDULUM_TAU;
    fast = fast < -PENDULUM_FASTEST ? -PENDULUM_FASTEST : fast;
    speed[k] = fast > PENDULUM_FASTEST ? PENDULUM_FASTEST : fast;
    angle[k] += speed[k] * PENDULUM_TAU;
  }
}

BAUD_INLINED void pendulum_see(const baud_column *state, uint32_t n, baud_column *seen) {
  for (uint32_t k = 0; k < n; k++)
    baud_sine_cosine(state[PENDULUM_ANGLE].lane[k], &seen[PENDULUM_SINE].lane[k], &seen[PENDULUM_COSINE].lane[k]);
  memcpy(seen[PENDULUM_SPEED_SEEN].lane, state[PENDULUM_SPEED].lane, n * sizeof(double));
}

BAUD_INLINED void pendulum_blocks(const baud_batch *batch, baud_machine machine) {
  for (uint32_t first = 0; first < batch->lanes; first += BAUD_BLOCK) {
    baud_column state[PENDULUM_STATE], seen[PENDULUM_SEEN];
    uint32_t n = baud_block_lanes(batch->lanes, first);
    const float *torque = (const float *)batch->action + first;
    char *rows = batch->lane + first * batch->lane_stride;
    baud_to_columns(state, PENDULUM_STATE, rows, batch->lane_stride, n, machine);
    pendulum_reward(state, torque, n, batch->facts[0] + first);
    pendulum_move(state, torque, n);
    pendulum_see(state, n, seen);
    baud_to_rows(rows, batch->lane_stride, state, PENDULUM_STATE, n);
    baud_to_floats((float *)batch->obs[0] + (size_t)first * PENDULUM_SEEN, seen, PENDULUM_SEEN, n);
  }
  memset(batch->flags, 0, batch->lanes);
}

static void pendulum_steps(const baud_batch *batch) { pendulum_blocks(batch, BAUD_ANY_MACHINE); }
BAUD_FOR_AVX2 static void pendulum_steps_avx2(const baud_batch *batch) { pendulum_blocks(batch, BAUD_AVX2_MACHINE); }

static int32_t pendulum_step(const void *model, const baud_batch *batch) {
  ((const pendulum *)model)->step(batch);
  return BAUD_OK;
}

static const baud_env_ops pendulum_ops = {
    BAUD_SIZE(baud_env_ops), 0, pendulum_create, free, NULL, pendulum_reset, pendulum_step};

/* ---- Picture ------------------------------------------------------------------------------------------- */

enum {
  PENDULUM_WIDTH = 21,
  PENDULUM_HEIGHT = 11,
  PENDULUM_ROD = 5
}; /* rows; two columns are as wide as a row is high */

static int32_t pendulum_extent(const void *model, uint32_t *width, uint32_t *height) {
  (void)model;
  *width = PENDULUM_WIDTH;
  *height = PENDULUM_HEIGHT;
  return BAUD_OK;
}

/* As Gymnasium shows it: growing angles turn to the left. */
static int32_t pendulum_picture(const void *model, const void *world, const void *lane, char *cells) {
  double angle = ((const pendulum_lane *)lane)->state[PENDULUM_ANGLE];
  (void)model;
  (void)world;
  memset(cells, ' ', PENDULUM_WIDTH * PENDULUM_HEIGHT);
  for (int i = 0; i <= PENDULUM_ROD; i++) {
    long column = PENDULUM_WIDTH / 2 - lround(2.0 * i * sin(angle)), row = PENDULUM_HEIGHT / 2 - lround(i * cos(angle));
    cells[row * PENDULUM_WIDTH + column] = i == 0 ? '+' : i == PENDULUM_ROD ? 'O' : '*';
  }
  return BAUD_OK;
}

static const baud_draw pendulum_drawing = {BAUD_SIZE(baud_draw), 0, pendulum_extent, pendulum_picture};

/* ---- Tables -------------------------------------------------------------------------------------------- */

static const void *pendulum_extension(const char *id) {
  return strcmp(id, "baud.draw/1") == 0 ? &pendulum_drawing : NULL;
}

static const baud_unit pendulum_units[] = {{
    .size = BAUD_SIZE(baud_unit),
    .role = BAUD_ENV,
    .behaviour = 1,
    .state_version = 1,
    .id = "baud.pendulum",
    .title = "pendulum to swing up",
    .doc =
        "A torque of at most 2 N m swings a pendulum up and holds it: the reward is minus the squared angle from "
        "upright, and a little for speed and torque. Gymnasium's Pendulum-v1, operation by operation; the time limit "
        "is 200 steps.",
    .ops = &pendulum_ops,
    .extension = pendulum_extension,
}};

const baud_library baud_plugin_1 = {
    .size = BAUD_SIZE(baud_library),
    .built_minor = BAUD_MINOR,
    .needs_minor = 0,
    .layout = BAUD_LAYOUT,
    .vendor = "baud",
    .version = "1.0",
    .license = "MIT",
    .units = pendulum_units,
    .n_units = 1,
};
