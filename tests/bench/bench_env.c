/* bench_env.c - what a step of an environment costs: CartPole through the plugin interface, against the same code
 * linked into this program and against a scalar implementation of it, a lane at a time with libm's sine and cosine. All
 * three in turn, ROUNDS times; ratios of the least times, since whatever else runs on the machine can only add to one.
 * Exits 1 below the bounds: a tenth of the scalar's time with 1,024 lanes, at most 5 % over the linked code from 64
 * lanes on.
 *
 * What is timed are steps alone: STEPS of them from a common start, put back in between by a copy that all three pay
 * for: poles at all angles at which one acts, on their way to upright and pushed so that they stay there: none falls.
 */
#include "../../plugins/env/cartpole.c" /* the same code, linked in */

#include <stdio.h>
#include <time.h>

#include "registry.h"

enum { ROUNDS = 101, STEPS = 16, MOST_LANES = 4096, STEPS_A_ROUND = 1 << 17 };

typedef struct bench {
  char *lanes, *start;
  float *obs, *facts[CARTPOLE_FACTS];
  uint8_t *flags;
  int32_t *action; /* [STEPS][MOST_LANES] */
  void *fields[1];
  const baud_env_ops *loaded;
  void *model_loaded, *model_linked;
} bench;

typedef int32_t step_function(const void *model, const baud_batch *batch);

/* ---- A lane at a time ---------------------------------------------------------------------------------- */

static void scalar_move(double *state, double force) {
  double sine = sin(state[CARTPOLE_ANGLE]), cosine = cos(state[CARTPOLE_ANGLE]);
  double push = (force + CARTPOLE_MOMENT * (state[CARTPOLE_SPIN] * state[CARTPOLE_SPIN]) * sine) / CARTPOLE_MASS;
  double turn = (CARTPOLE_GRAVITY * sine - cosine * push) /
                (CARTPOLE_HALF * (4.0 / 3.0 - CARTPOLE_POLE * (cosine * cosine) / CARTPOLE_MASS));
  double along = push - CARTPOLE_MOMENT * turn * cosine / CARTPOLE_MASS;
  state[CARTPOLE_X] += CARTPOLE_TAU * state[CARTPOLE_SPEED];
  state[CARTPOLE_SPEED] += CARTPOLE_TAU * along;
  state[CARTPOLE_ANGLE] += CARTPOLE_TAU * state[CARTPOLE_SPIN];
  state[CARTPOLE_SPIN] += CARTPOLE_TAU * turn;
}

static int32_t scalar_step(const void *model, const baud_batch *batch) {
  const int32_t *action = batch->action;
  (void)model;
  for (uint32_t k = 0; k < batch->lanes; k++) {
    if ((uint32_t)action[k] >= CARTPOLE_ACTIONS) return BAUD_EARG;
    double *state = ((cartpole_lane *)(void *)(batch->lane + k * batch->lane_stride))->state;
    float *obs = (float *)batch->obs[0] + (size_t)k * CARTPOLE_STATE;
    scalar_move(state, action[k] == CARTPOLE_RIGHT ? CARTPOLE_FORCE : -CARTPOLE_FORCE);
    int has_fallen = fabs(state[CARTPOLE_X]) > CARTPOLE_FURTHEST || fabs(state[CARTPOLE_ANGLE]) > CARTPOLE_STEEPEST;
    for (int j = 0; j < CARTPOLE_STATE; j++) obs[j] = (float)state[j];
    batch->facts[CARTPOLE_REWARD][k] = 1.0f;
    batch->facts[CARTPOLE_SUCCESS][k] = has_fallen ? 0.0f : 1.0f;
    batch->flags[k] = has_fallen ? BAUD_TERMINATED : 0;
  }
  return BAUD_OK;
}

/* ---- Timing --------------------------------------------------------------------------------------------- */

static double now(void) {
  struct timespec t;
  clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &t);
  return (double)t.tv_sec + 1e-9 * (double)t.tv_nsec;
}

/* Nanoseconds a step. */
static double time_of(bench *b, step_function *step, const void *model, uint32_t lanes) {
  baud_batch batch = {.size = BAUD_SIZE(baud_batch),
                      .lanes = lanes,
                      .lane = b->lanes,
                      .lane_stride = sizeof(cartpole_lane),
                      .obs = b->fields,
                      .facts = b->facts,
                      .flags = b->flags};
  uint32_t turns = STEPS_A_ROUND / (STEPS * lanes);
  double began = now();
  for (uint32_t turn = 0; turn < turns; turn++) {
    memcpy(b->lanes, b->start, lanes * sizeof(cartpole_lane));
    for (uint32_t i = 0; i < STEPS; i++) {
      batch.action = b->action + (size_t)i * MOST_LANES;
      if (step(model, &batch) != BAUD_OK) exit(2);
    }
  }
  return 1e9 * (now() - began) / ((double)turns * STEPS * lanes);
}

static double least(double a, double b) { return a < b ? a : b; }

/* Prints a row; whether it keeps the bounds. */
static int measure(bench *b, uint32_t lanes) {
  double loaded = HUGE_VAL, linked = HUGE_VAL, scalar = HUGE_VAL;
  for (int round = 0; round < ROUNDS; round++) {
    loaded = least(loaded, time_of(b, b->loaded->step, b->model_loaded, lanes));
    linked = least(linked, time_of(b, cartpole_step, b->model_linked, lanes));
    scalar = least(scalar, time_of(b, scalar_step, NULL, lanes));
  }
  printf("%6u %14.1f %14.1f %14.1f %+13.1f%% %13.2f\n", lanes, 1e3 / loaded, 1e3 / linked, 1e3 / scalar,
         100.0 * (loaded / linked - 1.0), scalar / loaded);
  fflush(stdout);
  return (lanes < 64 || loaded <= 1.05 * linked) && (lanes != 1024 || scalar >= 10.0 * loaded);
}

/* ---- Setting up ------------------------------------------------------------------------------------------ */

static void *array(size_t bytes) {
  void *p = aligned_alloc(64, (bytes + 63) & ~(size_t)63);
  if (p == NULL) exit(2);
  memset(p, 0, bytes);
  return p;
}

/* A lane's start, and pushes under its pole from then on. */
static void prepare_lane(bench *b, uint32_t k, double angle) {
  cartpole_lane *start = (cartpole_lane *)(void *)b->start + k, lane;
  *start = lane = (cartpole_lane){{0.0, 0.0, angle, -4.0 * angle}};
  for (uint32_t i = 0; i < STEPS; i++) {
    int32_t action = lane.state[CARTPOLE_ANGLE] + 0.2 * lane.state[CARTPOLE_SPIN] > 0.0 ? CARTPOLE_RIGHT : 0;
    b->action[(size_t)i * MOST_LANES + k] = action;
    scalar_move(lane.state, action == CARTPOLE_RIGHT ? CARTPOLE_FORCE : -CARTPOLE_FORCE);
    if (fabs(lane.state[CARTPOLE_ANGLE]) > CARTPOLE_STEEPEST) exit(2);
  }
}

static void open_bench(bench *b, const registry *plugins) {
  const plugin *found;
  baud_error error = {0};
  baud_env_spec spec = {.size = BAUD_SIZE(baud_env_spec)};
  if (registry_find(plugins, BAUD_ENV, "baud.cartpole", &found, &error) != 0)
    fprintf(stderr, "%s\n", error.text), exit(2);
  b->loaded = found->unit->ops;
  b->lanes = array(MOST_LANES * sizeof(cartpole_lane));
  b->start = array(MOST_LANES * sizeof(cartpole_lane));
  b->obs = array(MOST_LANES * CARTPOLE_STATE * sizeof(float));
  for (int f = 0; f < CARTPOLE_FACTS; f++) b->facts[f] = array(MOST_LANES * sizeof(float));
  b->flags = array(MOST_LANES);
  b->action = array(STEPS * MOST_LANES * sizeof(int32_t));
  b->fields[0] = b->obs;
  if (b->loaded->create(NULL, NULL, &spec, &b->model_loaded) != BAUD_OK) exit(2);
  if (cartpole_create(NULL, NULL, &spec, &b->model_linked) != BAUD_OK) exit(2);
  uint64_t random = 5;
  for (uint32_t k = 0; k < MOST_LANES; k++) prepare_lane(b, k, 0.4 * baud_uniform(&random) - 0.2);
}

int main(void) {
  static const uint32_t lanes[] = {1, 4, 16, 64, 256, 1024, 4096};
  registry *plugins;
  baud_error error = {0};
  bench b;
  int is_kept = 1;
  if (registry_open(&plugins, &error) != 0) return fprintf(stderr, "%s\n", error.text), 2;
  open_bench(&b, plugins);
  printf("cartpole, million steps a second of one thread\n%6s %14s %14s %14s %14s %13s\n", "lanes", "plugin",
         "linked in", "scalar, libm", "interface", "times scalar");
  for (size_t i = 0; i < sizeof lanes / sizeof *lanes; i++) is_kept &= measure(&b, lanes[i]);
  puts(is_kept ? "within 5 % of the linked code, and ten times the scalar or more"
               : "beyond 5 % of the linked code, or below ten times the scalar");
  registry_free(plugins);
  return !is_kept;
}
