/* test_pendulum.c - the pendulum against recorded steps of Gymnasium's Pendulum-v1, and by itself.
 */
#include "../../../plugins/env/pendulum.c" /* first: cmocka has a macro named fail */

#include <stdio.h>
#include <setjmp.h>
#include <stdarg.h>
#include <cmocka.h>

#include "replay.h"
#include "gymnasium_pendulum.h"

static const recording recorded = RECORDING(PENDULUM_SEEN, 0);

static void a_thousand_steps_are_those_of_gymnasium(void **unused) {
  (void)unused;
  replay_everywhere(&pendulum_ops, &recorded, 1e-6);
}

static void it_is_all_the_same_on_any_machine(void **unused) {
  static replay plain, own;
  (void)unused;
  for (uint32_t lanes = 1; lanes <= REPLAY_LANES; lanes += 26) {
    replay_open(&plain, &pendulum_ops, lanes);
    replay_open(&own, &pendulum_ops, lanes);
    ((pendulum *)plain.model)->step = pendulum_steps;
    replay_twins(&plain, &own, &recorded);
    replay_close(&plain);
    replay_close(&own);
  }
}

static void nothing_but_the_time_limit_ends_an_episode(void **unused) {
  static replay r;
  (void)unused;
  replay_open(&r, &pendulum_ops, 5);
  assert_int_equal(r.spec.limit, 200);
  assert_int_equal(r.spec.max_steps, 0);
  for (uint32_t k = 0; k < r.lanes; k++) replay_reset(&r, k, k);
  for (int step = 0; step < 1000; step++) {
    for (uint32_t k = 0; k < r.lanes; k++) replay_set(&r, k, 2.0f);
    replay_step(&r);
    for (uint32_t k = 0; k < r.lanes; k++) assert_int_equal(r.flags[k], 0);
  }
  replay_close(&r);
}

/* Uniform on (-pi, pi) and (-1, 1): of 8,000 draws each the mean is off by more than six standard errors, and sixteen
 * bins are by chi^2 (15 degrees of freedom) above 60, with probability below 1e-6. */
static void episodes_start_anywhere(void **unused) {
  enum { STARTS = 8000, BINS = 16 };
  static const double most[PENDULUM_STATE] = {PENDULUM_PI, 1.0};
  double sum[PENDULUM_STATE] = {0}, count[PENDULUM_STATE][BINS] = {{0}};
  static replay r;
  (void)unused;
  replay_open(&r, &pendulum_ops, 1);
  for (uint64_t seed = 0; seed < STARTS; seed++) {
    replay_reset(&r, 0, seed);
    const double *state = (const double *)(const void *)r.lane;
    assert_true(fabs((double)r.obs0[PENDULUM_COSINE] - cos(state[0])) < 1e-7);
    assert_true(fabs((double)r.obs0[PENDULUM_SINE] - sin(state[0])) < 1e-7);
    assert_true(r.obs0[PENDULUM_SPEED_SEEN] == (float)state[1]);
    for (int j = 0; j < PENDULUM_STATE; j++) {
      assert_true(fabs(state[j]) <= most[j]);
      sum[j] += state[j];
      count[j][(int)((state[j] / most[j] + 1.0) * BINS / 2)]++;
    }
  }
  for (int j = 0; j < PENDULUM_STATE; j++) {
    double chi = 0.0, wanted = (double)STARTS / BINS;
    assert_true(fabs(sum[j] / STARTS) < 6.0 * most[j] / sqrt(3.0 * STARTS));
    for (int b = 0; b < BINS; b++) chi += (count[j][b] - wanted) * (count[j][b] - wanted) / wanted;
    assert_true(chi < 60.0);
  }
  replay_close(&r);
}

/* The cost at the top is that of the torque alone, at the bottom pi^2 more; a torque beyond its bounds is cut. */
static void the_reward_is_that_of_the_state_acted_in(void **unused) {
  static const struct {
    double angle, speed;
    float torque, reward;
  } cases[] = {{0.0, 0.0, 0.0f, 0.0f},
               {PENDULUM_PI, 0.0, 0.0f, -9.8696044f},
               {2.0 * PENDULUM_PI, 0.0, 2.0f, -0.004f},
               {0.0, 8.0, 0.0f, -6.4f},
               {0.0, 0.0, 77.0f, -0.004f},
               {-50.0 * PENDULUM_PI, 0.0, -2.0f, -0.004f},
               {0.5, -1.0, 1.0f, -0.351f}};
  static replay r;
  (void)unused;
  replay_open(&r, &pendulum_ops, 1);
  for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
    *(pendulum_lane *)(void *)r.lane = (pendulum_lane){{cases[i].angle, cases[i].speed}};
    replay_set(&r, 0, cases[i].torque);
    replay_step(&r);
    assert_true(fabs((double)(r.fact[0][0] - cases[i].reward)) < 2e-6);
  }
  replay_close(&r);
}

static void the_picture_shows_the_rod(void **unused) {
  char cells[PENDULUM_HEIGHT * PENDULUM_WIDTH];
  pendulum_lane up = {{0.0, 0.0}}, left = {{PENDULUM_PI / 2.0, 0.0}};
  (void)unused;
  assert_int_equal(pendulum_picture(NULL, NULL, &up, cells), BAUD_OK);
  assert_int_equal(cells[PENDULUM_WIDTH / 2], 'O');
  assert_int_equal(cells[5 * PENDULUM_WIDTH + PENDULUM_WIDTH / 2], '+');
  assert_int_equal(pendulum_picture(NULL, NULL, &left, cells), BAUD_OK);
  assert_int_equal(cells[5 * PENDULUM_WIDTH], 'O');
}

int main(void) {
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(a_thousand_steps_are_those_of_gymnasium),    cmocka_unit_test(it_is_all_the_same_on_any_machine),
      cmocka_unit_test(nothing_but_the_time_limit_ends_an_episode), cmocka_unit_test(episodes_start_anywhere),
      cmocka_unit_test(the_reward_is_that_of_the_state_acted_in),   cmocka_unit_test(the_picture_shows_the_rod),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
