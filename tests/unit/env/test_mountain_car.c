/* test_mountain_car.c - the car in the valley against recorded steps of Gymnasium's MountainCar-v0, and by itself.
 */
#include "../../../plugins/env/mountain_car.c" /* first: cmocka has a macro named fail */

#include <stdio.h>
#include <setjmp.h>
#include <stdarg.h>
#include <cmocka.h>

#include "replay.h"
#include "gymnasium_mountain_car.h"

static const recording recorded = RECORDING(CAR_STATE, CAR_ACTIONS);

static void a_thousand_steps_are_those_of_gymnasium(void **unused) {
  (void)unused;
  replay_everywhere(&car_ops, &recorded, 1e-6);
}

static void it_is_all_the_same_on_any_machine(void **unused) {
  static replay plain, own;
  (void)unused;
  for (uint32_t lanes = 1; lanes <= REPLAY_LANES; lanes += 26) {
    replay_open(&plain, &car_ops, lanes);
    replay_open(&own, &car_ops, lanes);
    ((car *)plain.model)->step = car_steps;
    replay_twins(&plain, &own, &recorded);
    replay_close(&plain);
    replay_close(&own);
  }
}

/* Uniform on (-.6, -.4), at rest: of 8,000 draws the mean is off by more than six standard errors, and sixteen bins are
 * by chi^2 (15 degrees of freedom) above 60, with probability below 1e-6. */
static void episodes_start_in_the_valley(void **unused) {
  enum { STARTS = 8000, BINS = 16 };
  double sum = 0.0, chi = 0.0, count[BINS] = {0}, wanted = (double)STARTS / BINS;
  static replay r;
  (void)unused;
  replay_open(&r, &car_ops, 1);
  assert_int_equal(r.spec.limit, 200);
  for (uint64_t seed = 0; seed < STARTS; seed++) {
    replay_reset(&r, 0, seed);
    const double *state = (const double *)(const void *)r.lane;
    assert_true(state[CAR_PLACE] >= -0.6 && state[CAR_PLACE] < -0.4 && state[CAR_SPEED] == 0.0);
    assert_true(r.obs0[CAR_PLACE] == (float)state[CAR_PLACE] && r.obs0[CAR_SPEED] == 0.0f);
    sum += state[CAR_PLACE] + 0.5;
    count[(int)((state[CAR_PLACE] + 0.6) / 0.2 * BINS)]++;
  }
  assert_true(fabs(sum / STARTS) < 6.0 * 0.1 / sqrt(3.0 * STARTS));
  for (int b = 0; b < BINS; b++) chi += (count[b] - wanted) * (count[b] - wanted) / wanted;
  assert_true(chi < 60.0);
  replay_close(&r);
}

/* Against the wall at full speed: it stands, and goes on from there. */
static void the_left_end_stops_the_car(void **unused) {
  static replay r;
  (void)unused;
  replay_open(&r, &car_ops, 1);
  *(car_lane *)(void *)r.lane = (car_lane){{-1.15, -0.07}};
  r.action[0] = CAR_BACK;
  replay_step(&r);
  assert_true(r.obs0[CAR_PLACE] == -1.2f && r.obs0[CAR_SPEED] == 0.0f && r.flags[0] == 0);
  r.action[0] = CAR_AHEAD;
  replay_step(&r);
  assert_true(r.obs0[CAR_PLACE] > -1.2f && r.obs0[CAR_SPEED] > 0.0f);
  replay_close(&r);
}

static void success_is_the_flag(void **unused) {
  static replay r;
  (void)unused;
  replay_open(&r, &car_ops, 2);
  ((car_lane *)(void *)r.lane)->state[CAR_PLACE] = 0.48;
  ((car_lane *)(void *)r.lane)->state[CAR_SPEED] = 0.05;
  *(car_lane *)(void *)(r.lane + REPLAY_LANE_BYTES) = (car_lane){{0.2, 0.05}};
  r.action[0] = r.action[1] = CAR_AHEAD;
  replay_step(&r);
  assert_true(r.flags[0] == BAUD_TERMINATED && r.fact[CAR_SUCCESS][0] == 1.0f && r.fact[CAR_REWARD][0] == -1.0f);
  assert_true(r.flags[1] == 0 && r.fact[CAR_SUCCESS][1] == 0.0f && r.fact[CAR_REWARD][1] == -1.0f);
  replay_close(&r);
}

static void an_action_that_there_is_not_is_refused(void **unused) {
  (void)unused;
  replay_refuses(&car_ops, CAR_ACTIONS);
}

static void the_picture_shows_road_car_and_flag(void **unused) {
  char cells[CAR_HEIGHT * CAR_WIDTH];
  int cars = 0, flags = 0, road = 0;
  (void)unused;
  for (double place = -1.2; place <= 0.6; place += 0.1) {
    car_lane lane = {{place, 0.0}};
    assert_int_equal(car_picture(NULL, NULL, &lane, cells), BAUD_OK);
    for (size_t i = 0; i < sizeof cells; i++)
      cars += cells[i] == 'A', flags += cells[i] == 'P', road += cells[i] == '.';
  }
  assert_int_equal(cars, 19);
  assert_int_equal(flags, 18); /* it stands upon it once */
  assert_true(road >= 18 * CAR_WIDTH - 38);
}

int main(void) {
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(a_thousand_steps_are_those_of_gymnasium),
      cmocka_unit_test(it_is_all_the_same_on_any_machine),
      cmocka_unit_test(episodes_start_in_the_valley),
      cmocka_unit_test(the_left_end_stops_the_car),
      cmocka_unit_test(success_is_the_flag),
      cmocka_unit_test(an_action_that_there_is_not_is_refused),
      cmocka_unit_test(the_picture_shows_road_car_and_flag),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
