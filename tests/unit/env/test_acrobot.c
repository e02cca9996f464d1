/* test_acrobot.c - the two links against recorded steps of Gymnasium's Acrobot-v1, and by themselves.
 */
#include "../../../plugins/env/acrobot.c" /* first: cmocka has a macro named fail */

#include <stdio.h>
#include <setjmp.h>
#include <stdarg.h>
#include <cmocka.h>

#include "replay.h"
#include "gymnasium_acrobot.h"

static const recording recorded = RECORDING(ACROBOT_SEEN, ACROBOT_ACTIONS);

static void a_thousand_steps_are_those_of_gymnasium(void **unused) {
  (void)unused;
  replay_everywhere(&acrobot_ops, &recorded, 1e-6);
}

static void episodes_start_hanging_each_in_its_own_way(void **unused) {
  enum { STARTS = 4000, BINS = 16 };
  double sum = 0.0, chi = 0.0, count[BINS] = {0}, n = (double)STARTS * 4;
  static replay r;
  (void)unused;
  replay_open(&r, &acrobot_ops, 1);
  assert_int_equal(r.spec.limit, 500);
  for (uint64_t seed = 0; seed < STARTS; seed++) {
    replay_reset(&r, 0, seed);
    const double *state = (const double *)(const void *)r.lane;
    assert_true(fabs((double)r.obs0[0] - cos(state[0])) < 1e-7 && fabs((double)r.obs0[3] - sin(state[1])) < 1e-7);
    assert_true(r.obs0[4] == (float)state[2] && r.obs0[5] == (float)state[3]);
    for (int j = 0; j < 4; j++) {
      assert_true(fabs(state[j]) <= 0.1000001 && state[j] == (double)(float)state[j]);
      sum += state[j];
      count[(int)((state[j] / 0.1000001 + 1.0) * BINS / 2)]++;
    }
  }
  assert_true(fabs(sum / n) < 6.0 * 0.1 / sqrt(3.0 * n));
  for (int b = 0; b < BINS; b++) chi += (count[b] - n / BINS) * (count[b] - n / BINS) / (n / BINS);
  assert_true(chi < 60.0);
  replay_close(&r);
}

/* Without a torque the motion keeps its energy: kinetic and potential of the equations of motion, in their derivation.
 * A Runge-Kutta step of .2 s loses some of it; over 50 steps of a small swing less than 1 %. */
static double energy_of(const double *s) {
  double inertia1 = 3.5 + cos(s[1]), inertia2 = 1.25, mixed = 1.25 + 0.5 * cos(s[1]);
  double kinetic = 0.5 * inertia1 * s[2] * s[2] + 0.5 * inertia2 * s[3] * s[3] + mixed * s[2] * s[3];
  return kinetic - 1.5 * 9.8 * cos(s[0]) - 0.5 * 9.8 * cos(s[0] + s[1]);
}
static void without_a_torque_energy_stays(void **unused) {
  static replay r;
  (void)unused;
  replay_open(&r, &acrobot_ops, 1);
  *(acrobot_state *)(void *)r.lane = (acrobot_state){0.3, 0.2, 0.0, 0.0};
  double *state = (double *)(void *)r.lane, rest = -2.0 * 9.8, before = energy_of(state) - rest;
  for (int step = 0; step < 50; step++) {
    r.action[0] = ACROBOT_SLACK;
    replay_step(&r);
    assert_true(fabs(energy_of(state) - rest - before) < 0.01 * before);
  }
  replay_close(&r);
}

static void an_action_that_there_is_not_is_refused(void **unused) {
  (void)unused;
  replay_refuses(&acrobot_ops, ACROBOT_ACTIONS);
}

static void the_picture_shows_both_links(void **unused) {
  char cells[ACROBOT_HEIGHT * ACROBOT_WIDTH];
  acrobot_state hanging = {0.0, 0.0, 0.0, 0.0}, up = {ACROBOT_PI, 0.0, 0.0, 0.0};
  (void)unused;
  assert_int_equal(acrobot_picture(NULL, NULL, &hanging, cells), BAUD_OK);
  assert_int_equal(cells[20 * ACROBOT_WIDTH + 20], '*');
  assert_int_equal(cells[15 * ACROBOT_WIDTH + 20], 'o');
  assert_int_equal(cells[5 * ACROBOT_WIDTH], '-');
  assert_int_equal(acrobot_picture(NULL, NULL, &up, cells), BAUD_OK);
  assert_int_equal(cells[20], '*');
}

int main(void) {
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(a_thousand_steps_are_those_of_gymnasium),
      cmocka_unit_test(episodes_start_hanging_each_in_its_own_way),
      cmocka_unit_test(without_a_torque_energy_stays),
      cmocka_unit_test(an_action_that_there_is_not_is_refused),
      cmocka_unit_test(the_picture_shows_both_links),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
