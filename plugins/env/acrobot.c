/* acrobot.c - two links that hang like a gymnast from a bar, with a motor at the hip alone, to be swung until the feet
 * are a link's length above the bar (Sutton, Generalization in reinforcement learning, NIPS 1996; Sutton & Barto,
 * 1998).
 *
 * Dynamics, bounds and start are those of Gymnasium's Acrobot-v1, the book's equations: one fourth-order Runge-Kutta
 * step of .2 s in double precision, in its order of operations. Every step costs 1 but the one that gets there, which
 * ends the episode; after 500 steps the host truncates. Nothing is drawn: there is no world to be learnt, and no quiz.
 */
#include "baud/lanes.h"
#include "baud/plugin.h"
#include "baud/random.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

/* ---- What there is -------------------------------------------------------------------------------------- */

enum { ACROBOT_BACK, ACROBOT_SLACK, ACROBOT_AHEAD, ACROBOT_ACTIONS };
enum { ACROBOT_SEEN = 6, ACROBOT_LIMIT = 500 };

#define ACROBOT_PI 3.141592653589793
#define ACROBOT_GRAVITY 9.8 /* m/s^2; links are 1 m long, of 1 kg, with a moment of inertia of 1 kg m^2 */
#define ACROBOT_TAU 0.2     /* s, one step */
#define ACROBOT_FASTEST_ARM (4.0 * ACROBOT_PI)
#define ACROBOT_FASTEST_LEG (9.0 * ACROBOT_PI)
#define ACROBOT_START 0.1 /* an episode starts within this of 0 in each component, rounded to float */

static const baud_field acrobot_obs = {.size = BAUD_SIZE(baud_field),
                                       .dtype = BAUD_F32,
                                       .count = ACROBOT_SEEN,
                                       .rank = 1,
                                       .shape = {ACROBOT_SEEN, 0, 0},
                                       .low = -(double)(float)ACROBOT_FASTEST_LEG,
                                       .high = (double)(float)ACROBOT_FASTEST_LEG,
                                       .name = "state",
                                       .unit = "",
                                       .doc = "cosine and sine of the arm's angle from hanging, of the leg's from the "
                                              "arm, angular speeds rad/s"};
static const baud_field acrobot_action = BAUD_DISCRETE_FIELD("torque", ACROBOT_ACTIONS, "at the hip: -1, 0, 1 N m");

enum { ACROBOT_REWARD, ACROBOT_SUCCESS, ACROBOT_FACTS };
static const baud_fact acrobot_facts[ACROBOT_FACTS] = {
    {BAUD_SIZE(baud_fact), BAUD_FACT_REWARD, "reward", "", "-1 each step, 0 at the one that gets there"},
    {BAUD_SIZE(baud_fact), BAUD_FACT_OUTCOME | BAUD_FACT_AT_END, "success", "", "1 on getting there, else 0"},
};

/* A lane; also the derivative of one. Angles in rad, the arm's from hanging, the leg's from the arm; speeds in rad/s.
 */
typedef struct acrobot_state {
  double arm, leg, arm_speed, leg_speed;
} acrobot_state;

static int32_t acrobot_create(const baud_host *host, const baud_value *values, baud_env_spec *spec, void **model) {
  static const char nothing; /* no parameters, hence no model */
  (void)host;
  (void)values;
  spec->n_obs = 1;
  spec->n_facts = ACROBOT_FACTS;
  spec->obs = &acrobot_obs;
  spec->action = &acrobot_action;
  spec->facts = acrobot_facts;
  spec->lane_bytes = sizeof(acrobot_state);
  spec->limit = ACROBOT_LIMIT;
  *model = (void *)(uintptr_t)&nothing;
  return BAUD_OK;
}

static void acrobot_destroy(void *model) { (void)model; }

/* ---- What is seen, reset -------------------------------------------------------------------------------- */

static void acrobot_see(const acrobot_state *s, float obs[ACROBOT_SEEN]) {
  obs[0] = (float)cos(s->arm);
  obs[1] = (float)sin(s->arm);
  obs[2] = (float)cos(s->leg);
  obs[3] = (float)sin(s->leg);
  obs[4] = (float)s->arm_speed;
  obs[5] = (float)s->leg_speed;
}

static acrobot_state *acrobot_lane(const baud_batch *batch, uint32_t k) {
  return (acrobot_state *)(void *)(batch->lane + k * batch->lane_stride);
}

static double acrobot_near_rest(uint64_t *random) {
  return (double)(float)(ACROBOT_START * (2.0 * baud_uniform(random) - 1.0));
}

static int32_t acrobot_reset(const void *model, const baud_batch *batch) {
  (void)model;
  for (uint32_t i = 0; i < batch->n_pick; i++) {
    uint32_t k = batch->pick[i];
    uint64_t random = batch->seed[i];
    acrobot_state *s = acrobot_lane(batch, k);
    s->arm = acrobot_near_rest(&random);
    s->leg = acrobot_near_rest(&random);
    s->arm_speed = acrobot_near_rest(&random);
    s->leg_speed = acrobot_near_rest(&random);
    acrobot_see(s, (float *)batch->obs[0] + (size_t)k * ACROBOT_SEEN);
  }
  return BAUD_OK;
}

/* ---- Step ---------------------------------------------------------------------------------------------- */

/* As Python does it, which is by pow; once in 1,100 times that is not the rounded product. Read from a volatile, the
 * exponent keeps the compiler from knowing better. */
static double acrobot_square(double x) {
  static const volatile double two = 2.0;
  return pow(x, two);
}

/* Sutton & Barto (1998), the acrobot's equations of motion, with masses, lengths and moments of 1 and centres of mass
 * in the middle. */
static acrobot_state acrobot_derivative(acrobot_state s, double torque) {
  double sine = sin(s.leg), cosine = cos(s.leg);
  double d1 = 0.25 + (1.25 + cosine) + 1.0 + 1.0, d2 = 0.25 + 0.5 * cosine + 1.0;
  double phi2 = 0.5 * ACROBOT_GRAVITY * cos(s.arm + s.leg - ACROBOT_PI / 2.0);
  double phi1 = -0.5 * acrobot_square(s.leg_speed) * sine - s.leg_speed * s.arm_speed * sine +
                1.5 * ACROBOT_GRAVITY * cos(s.arm - ACROBOT_PI / 2.0) + phi2;
  double leg_turn =
      (torque + d2 / d1 * phi1 - 0.5 * acrobot_square(s.arm_speed) * sine - phi2) / (1.25 - acrobot_square(d2) / d1);
  return (acrobot_state){s.arm_speed, s.leg_speed, -(d2 * leg_turn + phi1) / d1, leg_turn};
}

static acrobot_state acrobot_ahead(acrobot_state s, double time, acrobot_state by) {
  return (acrobot_state){s.arm + time * by.arm, s.leg + time * by.leg, s.arm_speed + time * by.arm_speed,
                         s.leg_speed + time * by.leg_speed};
}

/* k1 + 2 k2 + 2 k3 + k4 of one component. */
static double acrobot_sum(double k1, double k2, double k3, double k4) { return k1 + 2.0 * k2 + 2.0 * k3 + k4; }

static acrobot_state acrobot_runge_kutta(acrobot_state s, double torque) {
  acrobot_state a = acrobot_derivative(s, torque);
  acrobot_state b = acrobot_derivative(acrobot_ahead(s, ACROBOT_TAU / 2.0, a), torque);
  acrobot_state c = acrobot_derivative(acrobot_ahead(s, ACROBOT_TAU / 2.0, b), torque);
  acrobot_state d = acrobot_derivative(acrobot_ahead(s, ACROBOT_TAU, c), torque);
  acrobot_state sum = {acrobot_sum(a.arm, b.arm, c.arm, d.arm), acrobot_sum(a.leg, b.leg, c.leg, d.leg),
                       acrobot_sum(a.arm_speed, b.arm_speed, c.arm_speed, d.arm_speed),
                       acrobot_sum(a.leg_speed, b.leg_speed, c.leg_speed, d.leg_speed)};
  return acrobot_ahead(s, ACROBOT_TAU / 6.0, sum);
}

static double acrobot_wrap(double angle) {
  while (angle > ACROBOT_PI) angle -= 2.0 * ACROBOT_PI;
  while (angle < -ACROBOT_PI) angle += 2.0 * ACROBOT_PI;
  return angle;
}

static double acrobot_bound(double speed, double most) { return fmin(fmax(speed, -most), most); }

static void acrobot_move(acrobot_state *s, double torque) {
  acrobot_state next = acrobot_runge_kutta(*s, torque);
  s->arm = acrobot_wrap(next.arm);
  s->leg = acrobot_wrap(next.leg);
  s->arm_speed = acrobot_bound(next.arm_speed, ACROBOT_FASTEST_ARM);
  s->leg_speed = acrobot_bound(next.leg_speed, ACROBOT_FASTEST_LEG);
}

static int32_t acrobot_step(const void *model, const baud_batch *batch) {
  const int32_t *action = batch->action;
  (void)model;
  for (uint32_t k = 0; k < batch->lanes; k++) {
    acrobot_state *s = acrobot_lane(batch, k);
    if ((uint32_t)action[k] >= ACROBOT_ACTIONS) return BAUD_EARG;
    acrobot_move(s, (double)(action[k] - ACROBOT_SLACK));
    int is_there = -cos(s->arm) - cos(s->leg + s->arm) > 1.0; /* the feet more than a link above the bar */
    batch->facts[ACROBOT_REWARD][k] = is_there ? 0.0f : -1.0f;
    batch->facts[ACROBOT_SUCCESS][k] = is_there ? 1.0f : 0.0f;
    batch->flags[k] = is_there ? BAUD_TERMINATED : 0;
    acrobot_see(s, (float *)batch->obs[0] + (size_t)k * ACROBOT_SEEN);
  }
  return BAUD_OK;
}

static const baud_env_ops acrobot_ops = {BAUD_SIZE(baud_env_ops), 0,           acrobot_create, acrobot_destroy, NULL,
                                         acrobot_reset,           acrobot_step};

/* ---- Picture ------------------------------------------------------------------------------------------- */

enum {
  ACROBOT_WIDTH = 41,
  ACROBOT_HEIGHT = 21,
  ACROBOT_LINK = 5
}; /* rows a link; a row is as high as two columns are wide */

static int32_t acrobot_extent(const void *model, uint32_t *width, uint32_t *height) {
  (void)model;
  *width = ACROBOT_WIDTH;
  *height = ACROBOT_HEIGHT;
  return BAUD_OK;
}

/* A link of dots from (x, y), in links right of and below the bar. */
static void acrobot_draw_link(char *cells, double x, double y, double angle) {
  for (int i = 0; i <= ACROBOT_LINK; i++) {
    double along = (double)i / ACROBOT_LINK;
    long column = ACROBOT_WIDTH / 2 + lround(2.0 * ACROBOT_LINK * (x + along * sin(angle)));
    long row = ACROBOT_HEIGHT / 2 + lround(ACROBOT_LINK * (y + along * cos(angle)));
    cells[row * ACROBOT_WIDTH + column] = i == 0 ? 'o' : '*';
  }
}

static int32_t acrobot_picture(const void *model, const void *world, const void *lane, char *cells) {
  const acrobot_state *s = lane;
  (void)model;
  (void)world;
  memset(cells, ' ', ACROBOT_WIDTH * ACROBOT_HEIGHT);
  memset(cells + (ACROBOT_HEIGHT / 2 - ACROBOT_LINK) * ACROBOT_WIDTH, '-', ACROBOT_WIDTH); /* to be reached */
  acrobot_draw_link(cells, 0.0, 0.0, s->arm);
  acrobot_draw_link(cells, sin(s->arm), cos(s->arm), s->arm + s->leg);
  return BAUD_OK;
}

static const baud_draw acrobot_drawing = {BAUD_SIZE(baud_draw), 0, acrobot_extent, acrobot_picture};

/* ---- Tables -------------------------------------------------------------------------------------------- */

static const void *acrobot_extension(const char *id) {
  return strcmp(id, "baud.draw/1") == 0 ? &acrobot_drawing : NULL;
}

static const baud_unit acrobot_units[] = {{
    .size = BAUD_SIZE(baud_unit),
    .role = BAUD_ENV,
    .behaviour = 1,
    .state_version = 1,
    .id = "baud.acrobot",
    .title = "two links to swing up",
    .doc = "Two links hang from a bar, with a motor between them: -1 a step until the feet are a link above the bar. "
           "Gymnasium's Acrobot-v1, operation by operation; the time limit is 500 steps.",
    .ops = &acrobot_ops,
    .extension = acrobot_extension,
}};

const baud_library baud_plugin_1 = {
    .size = BAUD_SIZE(baud_library),
    .built_minor = BAUD_MINOR,
    .needs_minor = 0,
    .layout = BAUD_LAYOUT,
    .vendor = "baud",
    .version = "1.0",
    .license = "MIT",
    .units = acrobot_units,
    .n_units = 1,
};
