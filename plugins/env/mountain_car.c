/* mountain_car.c - a car too weak for the hill before it, which has to go back to gain speed (Moore, Efficient
 * memory-based learning for robot control, 1990; Sutton & Barto, 2nd ed., example 10.1).
 *
 * Dynamics, bounds and start are those of Gymnasium's MountainCar-v0, in double precision and in its order of
 * operations; the observation is the state rounded to float. Every step costs 1; the episode ends, in success, at the
 * flag, or is truncated after 200 steps. Nothing is drawn: there is no world to be learnt, and no quiz.
 */
#include "baud/lanes.h"
#include "baud/plugin.h"
#include "baud/random.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

/* ---- What there is -------------------------------------------------------------------------------------- */

enum { CAR_BACK, CAR_COAST, CAR_AHEAD, CAR_ACTIONS };
enum { CAR_PLACE, CAR_SPEED, CAR_STATE };
enum { CAR_LIMIT = 200 };

#define CAR_ENGINE 0.001
#define CAR_GRAVITY 0.0025
#define CAR_FASTEST 0.07
#define CAR_LEFTMOST -1.2
#define CAR_RIGHTMOST 0.6
#define CAR_FLAG 0.5

static const baud_field car_obs = {.size = BAUD_SIZE(baud_field),
                                   .dtype = BAUD_F32,
                                   .count = CAR_STATE,
                                   .rank = 1,
                                   .shape = {CAR_STATE, 0, 0},
                                   .low = (double)(float)CAR_LEFTMOST,
                                   .high = (double)(float)CAR_RIGHTMOST,
                                   .name = "state",
                                   .unit = "",
                                   .doc = "place, speed"};
static const baud_field car_action = BAUD_DISCRETE_FIELD("engine", CAR_ACTIONS, "0 back, 1 coast, 2 ahead");

enum { CAR_REWARD, CAR_SUCCESS, CAR_FACTS };
static const baud_fact car_facts[CAR_FACTS] = {
    {BAUD_SIZE(baud_fact), BAUD_FACT_REWARD, "reward", "", "-1 each step"},
    {BAUD_SIZE(baud_fact), BAUD_FACT_OUTCOME | BAUD_FACT_AT_END, "success", "", "1 on reaching the flag, else 0"},
};

typedef struct car_lane {
  double state[CAR_STATE];
} car_lane;

typedef struct car {
  int32_t (*step)(const baud_batch *batch); /* for this machine */
} car;

static int32_t car_steps(const baud_batch *batch);
static int32_t car_steps_avx2(const baud_batch *batch);

static int32_t car_create(const baud_host *host, const baud_value *values, baud_env_spec *spec, void **model) {
  car *m = calloc(1, sizeof *m);
  (void)values;
  if (m == NULL) return host->fail(host, BAUD_ENOMEM, "mountain_car: no memory for the model");
  m->step = baud_this_machine() == BAUD_AVX2_MACHINE ? car_steps_avx2 : car_steps;
  spec->n_obs = 1;
  spec->n_facts = CAR_FACTS;
  spec->obs = &car_obs;
  spec->action = &car_action;
  spec->facts = car_facts;
  spec->lane_bytes = sizeof(car_lane);
  spec->limit = CAR_LIMIT;
  *model = m;
  return BAUD_OK;
}

/* ---- Reset --------------------------------------------------------------------------------------------- */

/* At rest, somewhere near the bottom of the valley, which is at -.52. */
static int32_t car_reset(const void *model, const baud_batch *batch) {
  (void)model;
  for (uint32_t i = 0; i < batch->n_pick; i++) {
    uint32_t k = batch->pick[i];
    uint64_t random = batch->seed[i];
    double *state = ((car_lane *)(void *)(batch->lane + k * batch->lane_stride))->state;
    float *obs = (float *)batch->obs[0] + (size_t)k * CAR_STATE;
    state[CAR_PLACE] = -0.6 + 0.2 * baud_uniform(&random);
    state[CAR_SPEED] = 0.0;
    for (int j = 0; j < CAR_STATE; j++) obs[j] = (float)state[j];
  }
  return BAUD_OK;
}

/* ---- Step ---------------------------------------------------------------------------------------------- */

BAUD_INLINED double car_clip(double x, double low, double high) {
  double above = x < low ? low : x;
  return above > high ? high : above;
}

/* The left end stops the car. */
BAUD_INLINED void car_move(baud_column *state, const int32_t *action, uint32_t n, float *success) {
  double *place = state[CAR_PLACE].lane, *speed = state[CAR_SPEED].lane;
  for (uint32_t k = 0; k < n; k++) {
    double sine, cosine;
    baud_sine_cosine(3.0 * place[k], &sine, &cosine);
    double fast = speed[k] + ((double)(action[k] - CAR_COAST) * CAR_ENGINE + cosine * -CAR_GRAVITY);
    fast = car_clip(fast, -CAR_FASTEST, CAR_FASTEST);
    place[k] = car_clip(place[k] + fast, CAR_LEFTMOST, CAR_RIGHTMOST);
    int is_stopped = (place[k] == CAR_LEFTMOST) & (fast < 0.0);
    speed[k] = is_stopped ? 0.0 : fast;
    int is_there = (place[k] >= CAR_FLAG) & (speed[k] >= 0.0);
    success[k] = is_there ? 1.0f : 0.0f;
  }
}

BAUD_INLINED void car_report(const float *success, uint32_t n, float *reward, uint8_t *restrict flags) {
  for (uint32_t k = 0; k < n; k++) reward[k] = -1.0f;
  for (uint32_t k = 0; k < n; k++) flags[k] = success[k] != 0.0f ? BAUD_TERMINATED : 0;
}

BAUD_INLINED int32_t car_blocks(const baud_batch *batch, baud_machine machine) {
  const int32_t *action = batch->action;
  uint32_t illegal = 0;
  for (uint32_t k = 0; k < batch->lanes; k++) illegal |= (uint32_t)action[k] >= CAR_ACTIONS;
  if (illegal) return BAUD_EARG;
  for (uint32_t first = 0; first < batch->lanes; first += BAUD_BLOCK) {
    baud_column state[CAR_STATE];
    uint32_t n = baud_block_lanes(batch->lanes, first);
    char *rows = batch->lane + first * batch->lane_stride;
    float *success = batch->facts[CAR_SUCCESS] + first;
    baud_to_columns(state, CAR_STATE, rows, batch->lane_stride, n, machine);
    car_move(state, action + first, n, success);
    baud_to_rows_and_floats(rows, batch->lane_stride, (float *)batch->obs[0] + (size_t)first * CAR_STATE, state,
                            CAR_STATE, n, machine);
    car_report(success, n, batch->facts[CAR_REWARD] + first, batch->flags + first);
  }
  return BAUD_OK;
}

static int32_t car_steps(const baud_batch *batch) { return car_blocks(batch, BAUD_ANY_MACHINE); }
BAUD_FOR_AVX2 static int32_t car_steps_avx2(const baud_batch *batch) { return car_blocks(batch, BAUD_AVX2_MACHINE); }

static int32_t car_step(const void *model, const baud_batch *batch) { return ((const car *)model)->step(batch); }

static const baud_env_ops car_ops = {BAUD_SIZE(baud_env_ops), 0, car_create, free, NULL, car_reset, car_step};

/* ---- Picture ------------------------------------------------------------------------------------------- */

enum { CAR_WIDTH = 46, CAR_HEIGHT = 10 }; /* a column is .04 wide */

/* The height of the road, sin 3x, as a row from below. */
static int car_row(double place) { return (int)lround((sin(3.0 * place) + 1.0) / 2.0 * (CAR_HEIGHT - 2)); }

static int32_t car_extent(const void *model, uint32_t *width, uint32_t *height) {
  (void)model;
  *width = CAR_WIDTH;
  *height = CAR_HEIGHT;
  return BAUD_OK;
}

static void car_put(char *cells, double place, int above, char what) {
  long column = lround((place - CAR_LEFTMOST) / (CAR_RIGHTMOST - CAR_LEFTMOST) * (CAR_WIDTH - 1));
  cells[(CAR_HEIGHT - 1 - car_row(place) - above) * CAR_WIDTH + column] = what;
}

static int32_t car_picture(const void *model, const void *world, const void *lane, char *cells) {
  (void)model;
  (void)world;
  memset(cells, ' ', CAR_WIDTH * CAR_HEIGHT);
  for (int column = 0; column < CAR_WIDTH; column++)
    car_put(cells, CAR_LEFTMOST + column * (CAR_RIGHTMOST - CAR_LEFTMOST) / (CAR_WIDTH - 1), 0, '.');
  car_put(cells, CAR_FLAG, 1, 'P');
  car_put(cells, ((const car_lane *)lane)->state[CAR_PLACE], 1, 'A');
  return BAUD_OK;
}

static const baud_draw car_drawing = {BAUD_SIZE(baud_draw), 0, car_extent, car_picture};

/* ---- Tables -------------------------------------------------------------------------------------------- */

static const void *car_extension(const char *id) { return strcmp(id, "baud.draw/1") == 0 ? &car_drawing : NULL; }

static const baud_unit car_units[] = {{
    .size = BAUD_SIZE(baud_unit),
    .role = BAUD_ENV,
    .behaviour = 1,
    .state_version = 1,
    .id = "baud.mountain_car",
    .title = "car in a valley",
    .doc = "A car too weak for the hill has to swing: -1 a step until it reaches the flag. Gymnasium's MountainCar-v0, "
           "operation by operation; the time limit is 200 steps.",
    .ops = &car_ops,
    .extension = car_extension,
}};

const baud_library baud_plugin_1 = {
    .size = BAUD_SIZE(baud_library),
    .built_minor = BAUD_MINOR,
    .needs_minor = 0,
    .layout = BAUD_LAYOUT,
    .vendor = "baud",
    .version = "1.0",
    .license = "MIT",
    .units = car_units,
    .n_units = 1,
};
