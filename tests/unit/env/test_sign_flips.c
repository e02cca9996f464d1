/* test_sign_flips.c - the target and the pace of its signs, that the stream goes on from one episode to the next, and that the
 * least error there can be is what is said.
 */
#include "../../../plugins/env/sign_flips.c" /* first: cmocka has a macro named fail */

#include <stdio.h>
#include <setjmp.h>
#include <stdarg.h>
#include <string.h>
#include <cmocka.h>

#include "bench.h"

enum { INPUTS = 20, RELEVANT = 5, PERIOD = 20, LENGTH = 50 };

static void open_signs(bench *b, int64_t relevant, uint32_t lanes) {
  const baud_value values[SIGNS_PARAMS] = {{.i = INPUTS}, {.i = relevant}, {.i = PERIOD}, {.i = LENGTH}};
  bench_open(b, &signs_ops, values, lanes);
  for (uint32_t k = 0; k < lanes; k++) bench_reset(b, k, 100 + k);
}

static const float *inputs_of(const bench *b, uint32_t lane) { return (const float *)(const void *)b->sight[1] + (size_t)lane * INPUTS; }
static float target_of(const bench *b, uint32_t lane) { return ((const float *)(const void *)b->sight[0])[lane]; }
static const signs_lane *state_of(const bench *b, uint32_t lane) { return (const signs_lane *)(const void *)(b->lane + lane * BENCH_STRIDE); }

static void the_target_is_a_signed_sum_and_one_sign_flips_at_a_time(void **unused) {
  static bench b;
  uint32_t flips[RELEVANT] = {0};
  (void)unused;
  open_signs(&b, RELEVANT, 3);
  for (uint32_t step = 1; step <= 4000; step++) {
    double wanted[3];
    float before[RELEVANT];
    memcpy(before, state_of(&b, 1)->x + INPUTS, sizeof before);
    for (uint32_t k = 0; k < 3; k++) {
      wanted[k] = 0.0;
      for (int i = 0; i < RELEVANT; i++) wanted[k] += (double)state_of(&b, k)->x[INPUTS + i] * (double)inputs_of(&b, k)[i];
      ((float *)(void *)b.action)[k] = (float)k - 1.5f;
    }
    bench_step(&b);
    uint32_t changed = 0;
    for (int i = 0; i < RELEVANT; i++) {
      uint32_t flipped = before[i] != state_of(&b, 1)->x[INPUTS + i];
      changed += flipped;
      flips[i] += flipped;
      assert_true(fabsf(before[i]) == 1.0f);
    }
    assert_int_equal(changed, step % PERIOD == 0);
    for (uint32_t k = 0; k < 3; k++) {
      assert_true(fabs((double)target_of(&b, k) - wanted[k]) < 1e-5);
      double error = k - 1.5 - wanted[k];
      assert_true(fabs((double)b.fact[SIGNS_REWARD][k] + error * error) < 1e-4 * (1.0 + error * error));
      assert_int_equal(b.flags[k], step % LENGTH == 0 ? BAUD_TERMINATED : 0);
      if (b.flags[k]) { /* it shows the same again */
        float seen[INPUTS], target = target_of(&b, k);
        memcpy(seen, inputs_of(&b, k), sizeof seen);
        bench_reset(&b, k, 7);
        assert_memory_equal(seen, inputs_of(&b, k), sizeof seen);
        assert_true(target == target_of(&b, k));
      }
    }
  }
  for (int i = 0; i < RELEVANT; i++) assert_true(flips[i] > 8 && flips[i] < 80); /* of 200, a fifth each: 6 deviations */
  bench_close(&b);
}

/* One who knows the law and the clock, but sees no more than a learner does: right after a flip it predicts the mean, then it
 * knows which sign it was. 2,000 flips leave a standard error of about .006; six of them. */
static void the_least_error_is_what_is_said(void **unused) {
  enum { STEPS = 40000 };
  static bench b;
  double squares = 0.0, sign[RELEVANT];
  (void)unused;
  open_signs(&b, RELEVANT, 1);
  for (int i = 0; i < RELEVANT; i++) sign[i] = (double)state_of(&b, 0)->x[INPUTS + i]; /* the first ones it is told */
  for (uint32_t step = 0; step < STEPS; step++) {
    double x[RELEVANT], guess = 0.0, old = 0.0;
    int after_flip = step > 0 && step % PERIOD == 0;
    for (int i = 0; i < RELEVANT; i++) {
      x[i] = (double)inputs_of(&b, 0)[i];
      old += sign[i] * x[i];
    }
    guess = after_flip ? (1.0 - 2.0 / RELEVANT) * old : old;
    float *prediction = (float *)(void *)b.action;
    prediction[0] = (float)guess;
    bench_step(&b);
    squares += -(double)b.fact[SIGNS_REWARD][0];
    int which = 0; /* whose flip explains the target best */
    double away = old - (double)target_of(&b, 0); /* 2 s_i x_i, of the one that flipped */
    for (int i = 1; i < RELEVANT && after_flip; i++)
      if (fabs(away - 2.0 * sign[i] * x[i]) < fabs(away - 2.0 * sign[which] * x[which])) which = i;
    if (after_flip) sign[which] = -sign[which];
    if (b.flags[0]) bench_reset(&b, 0, 7);
  }
  assert_true(fabs(squares / STEPS - 4.0 * (1.0 - 1.0 / RELEVANT) / PERIOD) < 0.035);
  bench_close(&b);
}

static void more_relevant_inputs_than_inputs_are_refused(void **unused) {
  static bench b;
  const baud_value values[SIGNS_PARAMS] = {{.i = 4}, {.i = 5}, {.i = PERIOD}, {.i = LENGTH}};
  (void)unused;
  assert_int_equal(bench_try(&b, &signs_ops, values, 1), BAUD_EARG);
}

int main(void) {
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(the_target_is_a_signed_sum_and_one_sign_flips_at_a_time),
      cmocka_unit_test(the_least_error_is_what_is_said),
      cmocka_unit_test(more_relevant_inputs_than_inputs_are_refused),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
