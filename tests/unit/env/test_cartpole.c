/* test_cartpole.c - the cart and its pole against recorded steps of Gymnasium's CartPole-v1, and by themselves.
 */
#include "../../../plugins/env/cartpole.c" /* first: cmocka has a macro named fail */

#include <stdio.h>
#include <setjmp.h>
#include <stdarg.h>
#include <cmocka.h>

#include "replay.h"
#include "gymnasium_cartpole.h"

static const recording recorded = RECORDING(CARTPOLE_STATE, CARTPOLE_ACTIONS);

static void a_thousand_steps_are_those_of_gymnasium(void **unused) {
  (void)unused;
  replay_everywhere(&cartpole_ops, &recorded, 1e-6);
}

static void it_is_all_the_same_on_any_machine(void **unused) {
  static replay plain, own;
  (void)unused;
  for (uint32_t lanes = 1; lanes <= REPLAY_LANES; lanes += 26) {
    replay_open(&plain, &cartpole_ops, lanes);
    replay_open(&own, &cartpole_ops, lanes);
    ((cartpole *)plain.model)->step = cartpole_steps;
    replay_twins(&plain, &own, &recorded);
    replay_close(&plain);
    replay_close(&own);
  }
}

static void the_host_is_told_the_time_limit(void **unused) {
  replay r;
  (void)unused;
  replay_open(&r, &cartpole_ops, 1);
  assert_int_equal(r.spec.limit, 500);
  assert_int_equal(r.spec.max_steps, 0); /* of its own it would go on */
  assert_int_equal(r.spec.world_bytes, 0);
  replay_close(&r);
}

/* Uniform on (-.05, .05): of 4 * 4000 draws the mean is off by more than six standard errors, and the sixteen bins are
 * by chi^2 (15 degrees of freedom) above 60, with probability below 1e-6. */
static void episodes_start_near_rest_each_in_its_own_way(void **unused) {
  enum { STARTS = 4000, BINS = 16 };
  double sum = 0.0, chi = 0.0;
  uint32_t count[BINS] = {0};
  replay r;
  (void)unused;
  replay_open(&r, &cartpole_ops, 1);
  for (uint64_t seed = 0; seed < STARTS; seed++) {
    replay_reset(&r, 0, seed);
    for (int j = 0; j < CARTPOLE_STATE; j++) {
      double at = ((double *)(void *)r.lane)[j];
      assert_true(fabs(at) <= CARTPOLE_START && r.obs0[j] == (float)at);
      sum += at;
      count[(int)((at / CARTPOLE_START + 1.0) * BINS / 2)]++;
    }
  }
  double n = STARTS * CARTPOLE_STATE;
  assert_true(fabs(sum / n) < 6.0 * CARTPOLE_START / sqrt(3.0 * n));
  for (int b = 0; b < BINS; b++) chi += (count[b] - n / BINS) * (count[b] - n / BINS) / (n / BINS);
  assert_true(chi < 60.0);
  replay_close(&r);
}

static void success_is_to_stand(void **unused) {
  replay r;
  (void)unused;
  replay_open(&r, &cartpole_ops, 1);
  replay_reset(&r, 0, 3);
  for (int step = 0; r.flags[0] == 0 && step < 100; step++) {
    r.action[0] = CARTPOLE_LEFT;
    replay_step(&r);
    assert_true(r.fact[CARTPOLE_REWARD][0] == 1.0f);
    assert_true(r.fact[CARTPOLE_SUCCESS][0] == (r.flags[0] ? 0.0f : 1.0f));
  }
  assert_int_equal(r.flags[0], BAUD_TERMINATED);
  replay_close(&r);
}

static void an_action_that_there_is_not_is_refused(void **unused) {
  (void)unused;
  replay_refuses(&cartpole_ops, CARTPOLE_ACTIONS);
}

static void the_picture_shows_cart_and_pole(void **unused) {
  char cells[CARTPOLE_HEIGHT * CARTPOLE_WIDTH];
  cartpole_lane lane = {{1.0, 0.0, 0.2, 0.0}};
  uint32_t width, height;
  (void)unused;
  assert_int_equal(cartpole_extent(NULL, &width, &height), BAUD_OK);
  assert_int_equal(width * height, sizeof cells);
  assert_int_equal(cartpole_picture(NULL, NULL, &lane, cells), BAUD_OK);
  assert_memory_equal(cells + 5 * CARTPOLE_WIDTH + 32, "#####", 5); /* around 1 m, 34 columns from the left */
  assert_int_equal(cells[0 * CARTPOLE_WIDTH + 36], '|');            /* the tip: .2 m to the right */
  assert_int_equal(cells[6 * CARTPOLE_WIDTH], '-');
}

int main(void) {
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(a_thousand_steps_are_those_of_gymnasium),
      cmocka_unit_test(it_is_all_the_same_on_any_machine),
      cmocka_unit_test(the_host_is_told_the_time_limit),
      cmocka_unit_test(episodes_start_near_rest_each_in_its_own_way),
      cmocka_unit_test(success_is_to_stand),
      cmocka_unit_test(an_action_that_there_is_not_is_refused),
      cmocka_unit_test(the_picture_shows_cart_and_pole),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
