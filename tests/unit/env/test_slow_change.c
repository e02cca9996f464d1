/* test_slow_change.c - the target against the paper's definition written out, the pace of the bits, and that the stream goes
 * on from one episode to the next.
 */
#include "../../../plugins/env/slow_change.c" /* first: cmocka has a macro named fail */

#include <stdio.h>
#include <setjmp.h>
#include <stdarg.h>
#include <cmocka.h>

#include "bench.h"

enum { BITS = 20, SLOW = 15, UNITS = 100, LENGTH = 50 };

static void open_slow(bench *b, int64_t period, uint32_t lanes) {
  const baud_value values[SLOW_PARAMS] = {{.i = BITS}, {.i = SLOW}, {.i = period}, {.i = UNITS}, {.f = 0.7}, {.i = LENGTH}};
  bench_open(b, &slow_ops, values, lanes);
}

static const uint8_t *bits_of(const bench *b, uint32_t lane) { return (const uint8_t *)b->sight[1] + (size_t)lane * BITS; }
static float target_of(const bench *b, uint32_t lane) { return ((const float *)(const void *)b->sight[0])[lane]; }

/* Weights of -1 and 1 read from the world, then the paper's sums. */
static double paper_target(const uint64_t *world, const uint8_t *bits) {
  double y = 0.0;
  for (int j = 0; j < UNITS; j++) {
    double sum = 0.0, negative = 0.0;
    for (int i = 0; i <= BITS; i++) {
      double v = world[j] >> i & 1 ? 1.0 : -1.0, x = i < BITS ? bits[i] : 1.0;
      sum += v * x;
      negative += v < 0.0;
    }
    if (sum >= 0.7 * (BITS + 1) - negative) y += world[j] >> (BITS + 1) & 1 ? 1.0 : -1.0;
  }
  return y;
}

static void the_target_is_that_of_the_paper(void **unused) {
  static bench b;
  (void)unused;
  open_slow(&b, 7, 3);
  uint32_t different = 0;
  for (uint64_t world = 0; world < 20; world++) {
    memset(b.lane, 0, sizeof b.lane);
    bench_draw(&b, world);
    for (uint32_t k = 0; k < 3; k++) bench_reset(&b, k, 100 * world + k);
    for (int step = 0; step < 40; step++) {
      double wanted[3];
      float *prediction = (float *)(void *)b.action;
      for (uint32_t k = 0; k < 3; k++) {
        wanted[k] = paper_target((const uint64_t *)(const void *)b.world, bits_of(&b, k));
        prediction[k] = (float)k - 1.5f;
      }
      bench_step(&b);
      for (uint32_t k = 0; k < 3; k++) {
        assert_true((double)target_of(&b, k) == wanted[k]);
        assert_true((double)b.fact[SLOW_REWARD][k] == (double)(float)-((k - 1.5 - wanted[k]) * (k - 1.5 - wanted[k])));
      }
      different += wanted[0] != wanted[1];
    }
  }
  assert_true(different > 400); /* it depends on the bits */
  bench_close(&b);
}

/* Of 15 slow bits one flips after every period, none in between; the five others are fair coins: of 5 x 60,000 the count of
 * ones is more than five standard deviations off with probability below 1e-6. Each slow bit has its share of the flips:
 * 4,000 among 15, by chi^2 (14 degrees of freedom) above 60 with probability below 1e-6. */
static void slow_bits_flip_one_by_one_and_the_others_are_coins(void **unused) {
  enum { PERIOD = 15, STEPS = 60000 };
  static bench b;
  uint32_t flips[SLOW] = {0}, ones = 0;
  uint8_t before[BITS];
  (void)unused;
  open_slow(&b, PERIOD, 1);
  bench_draw(&b, 1);
  bench_reset(&b, 0, 9);
  for (int step = 1; step <= STEPS; step++) {
    memcpy(before, bits_of(&b, 0), BITS);
    bench_step(&b);
    int flipped = 0;
    for (int i = 0; i < SLOW; i++) {
      int is_other = before[i] != bits_of(&b, 0)[i];
      flipped += is_other;
      flips[i] += (uint32_t)is_other;
    }
    assert_int_equal(flipped, step % PERIOD == 0);
    for (int i = SLOW; i < BITS; i++) ones += bits_of(&b, 0)[i];
    if (b.flags[0]) bench_reset(&b, 0, (uint64_t)step); /* the clock goes on */
  }
  double n = STEPS * (BITS - SLOW), chi = 0.0, share = (double)STEPS / PERIOD / SLOW;
  assert_true(fabs(ones - n / 2) < 5.0 * sqrt(n) / 2);
  for (int i = 0; i < SLOW; i++) chi += (flips[i] - share) * (flips[i] - share) / share;
  assert_true(chi < 60.0);
  bench_close(&b);
}

static void an_episode_goes_on_where_the_last_one_was(void **unused) {
  static bench b;
  uint8_t bits[BITS];
  (void)unused;
  open_slow(&b, 1000, 1);
  bench_draw(&b, 2);
  bench_reset(&b, 0, 5);
  assert_true(target_of(&b, 0) == 0.0f);
  for (int step = 1; step <= LENGTH; step++) {
    bench_step(&b);
    assert_int_equal(b.flags[0], step == LENGTH ? BAUD_TERMINATED : 0);
  }
  memcpy(bits, bits_of(&b, 0), BITS);
  float target = target_of(&b, 0);
  memset(b.sight, 0xff, sizeof b.sight);
  bench_reset(&b, 0, 77);
  assert_memory_equal(bits, bits_of(&b, 0), BITS);
  assert_true(target == target_of(&b, 0));
  bench_close(&b);
}

/* 20 worlds of 100 units of 22 signs: the count of ones is more than five standard deviations off with probability below
 * 1e-6. */
static void weights_are_as_often_1_as_minus_1(void **unused) {
  static bench b;
  uint32_t ones = 0;
  (void)unused;
  open_slow(&b, 10, 1);
  assert_true(b.spec.entropy_bits == UNITS * (BITS + 2.0));
  for (uint64_t world = 0; world < 20; world++) {
    bench_draw(&b, world);
    for (int j = 0; j < UNITS; j++) {
      uint64_t unit = ((const uint64_t *)(const void *)b.world)[j];
      assert_true(unit >> (BITS + 2) == 0);
      ones += (uint32_t)__builtin_popcountll(unit);
    }
  }
  double n = 20.0 * UNITS * (BITS + 2);
  assert_true(fabs(ones - n / 2) < 5.0 * sqrt(n) / 2);
  bench_close(&b);
}

static void more_slow_bits_than_bits_are_refused(void **unused) {
  static bench b;
  const baud_value values[SLOW_PARAMS] = {{.i = 4}, {.i = 5}, {.i = 10}, {.i = 3}, {.f = 0.7}, {.i = 10}};
  const baud_value most[SLOW_PARAMS] = {{.i = SLOW_MOST_BITS}, {.i = SLOW_MOST_BITS}, {.i = 1}, {.i = 3}, {.f = 0.7}, {.i = 10}};
  (void)unused;
  assert_int_equal(bench_try(&b, &slow_ops, values, 1), BAUD_EARG);
  bench_open(&b, &slow_ops, most, 1);
  bench_draw(&b, 3);
  bench_reset(&b, 0, 1);
  for (int step = 0; step < 100; step++) {
    bench_step(&b);
    assert_true(fabs((double)target_of(&b, 0)) <= 3.0);
  }
  bench_close(&b);
}

int main(void) {
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(the_target_is_that_of_the_paper),
      cmocka_unit_test(slow_bits_flip_one_by_one_and_the_others_are_coins),
      cmocka_unit_test(an_episode_goes_on_where_the_last_one_was),
      cmocka_unit_test(weights_are_as_often_1_as_minus_1),
      cmocka_unit_test(more_slow_bits_than_bits_are_refused),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
