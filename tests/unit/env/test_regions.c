/* test_regions.c - a look's bits by their closed forms, noise that is nothing but noise, and what comes in turn. */
#include "../../../plugins/env/regions.c" /* first: cmocka has a macro named fail */

#include "../test.h"
#include "bench.h"

enum { LOOKS = 40000 };
static const baud_value in_turn[REGIONS_PARAMS] = {{.i = 2}, {.i = 3}, {.i = 4}, {.i = 8}, {.f = 0.5}, {.i = REGIONS_IN_TURN}, {.i = 1}};
static const baud_value at_random[REGIONS_PARAMS] = {{.i = 2}, {.i = 3}, {.i = 4}, {.i = 8}, {.f = 0.5}, {.i = REGIONS_RANDOM}, {.i = 2}};

/* The look's context and level; its reward for `guess`. */
typedef struct look {
  uint32_t context, level;
  double reward, success, surprise, noise;
} look;

static look take(bench *b, void *observer, int32_t region, int32_t guess) {
  static uint64_t seed;
  look l = {0};
  const int32_t actions[2] = {region, guess};
  int32_t before[2] = {0, 0};
  bench_reset(b, 0, ++seed);
  for (int i = 0; i < 2; i++) {
    b->action[0] = actions[i];
    bench_step(b);
    const void *was[2] = {&before[0], &before[1]}, *is[2] = {b->obs[0], b->obs[1]};
    baud_evidence e = {.size = BAUD_SIZE(baud_evidence), .kind = BAUD_EV_STEP, .obs_before = was, .obs = is, .action = b->action,
                       .sees_observation = 1};
    double bits[BAUD_CHANNELS];
    assert_int_equal(regions_noise(b->model, b->world, observer, &e, bits), BAUD_OK);
    l.noise += bits[BAUD_CH_OBSERVATION];
    assert_int_equal(regions_surprise(b->model, observer, &e, bits), BAUD_OK);
    l.surprise += bits[BAUD_CH_OBSERVATION];
    for (int f = 0; f < 2; f++) before[f] = ((const int32_t *)b->obs[f])[0];
    assert_int_equal(b->flags[0], i ? BAUD_TERMINATED : 0);
  }
  l.context = (uint32_t)before[0];
  l.level = (uint32_t)before[1];
  l.reward = (double)b->fact[REGIONS_REWARD][0];
  l.success = (double)b->fact[REGIONS_SUCCESS][0];
  return l;
}

static void a_context_that_lasts_brings_its_bits_once(void **state) {
  (void)state;
  static bench b;
  _Alignas(8) char observer[4096];
  for (int order = 0; order < 2; order++) {
    bench_open(&b, &regions_ops, order ? in_turn : at_random, 1);
    assert_close(b.spec.entropy_bits, 6.0 * 3.0, 1e-12);
    bench_draw(&b, 3);
    regions_open(b.model, observer, 1);
    double offered = 0.0, which = order ? 0.0 : 2.0; /* log2 4 contexts */
    for (int i = 0; i < 200; i++) {
      look l = take(&b, observer, REGIONS_MANY, 1);
      assert_true(l.context > 5 && l.context <= 9 && l.level == regions_level(b.world, l.context - 1) + 1);
      assert_close(l.noise, which, 1e-12);
      offered += l.surprise - l.noise;
      if (order) assert_int_equal(l.context, 6 + i % 4);
      if (order && i == 3) assert_close(offered, 4.0 * 3.0, 1e-9);
    }
    assert_close(offered, 4.0 * 3.0, 1e-9); /* all four seen: not so with less than 4 (3/4)^200 = 4e-25 */
    bench_close(&b);
  }
}

static void noise_offers_nothing_and_is_normal(void **state) {
  (void)state;
  static bench b;
  _Alignas(8) char observer[4096];
  bench_open(&b, &regions_ops, in_turn, 1);
  bench_draw(&b, 3);
  regions_open(b.model, observer, 1);
  double count[9] = {0}, sum = 0.0;
  for (int i = 0; i < LOOKS; i++) {
    look l = take(&b, observer, REGIONS_NOISE, 1);
    assert_close(l.surprise, l.noise, 0.0);
    assert_close(l.success, 1.0, 0.0);
    count[l.level]++;
  }
  for (uint32_t x = 0; x < 8; x++) {
    /* the mass of the bin by the normal law: levels lie 2/7 apart */
    double low = x == 0 ? -1e9 : -1.0 + (2.0 * x - 1.0) / 7.0, high = x == 7 ? 1e9 : -1.0 + (2.0 * x + 1.0) / 7.0;
    double p = 0.5 * (erf(high / 0.5 / sqrt(2.0)) - erf(low / 0.5 / sqrt(2.0)));
    assert_close(regions_noise_of(b.model, x), p, 1e-12);
    assert_close(count[x + 1] / LOOKS, p, 6.0 * sqrt(p * (1.0 - p) / LOOKS)); /* eight bins, six deviations: 2e-8 */
    sum += p;
  }
  assert_close(sum, 1.0, 1e-12);
  bench_close(&b);
}

static void the_reward_is_the_squared_error_of_the_guess(void **state) {
  (void)state;
  static bench b;
  _Alignas(8) char observer[4096];
  bench_open(&b, &regions_ops, at_random, 1);
  bench_draw(&b, 3);
  regions_open(b.model, observer, 1);
  for (int32_t guess = 0; guess <= 8; guess++) {
    look l = take(&b, observer, REGIONS_FEW, guess);
    double error = 2.0 * ((double)(guess ? guess : 1) - (double)l.level) / 7.0; /* no guess counts as the lowest */
    assert_close(l.reward, 0.0 - error * error, 1e-6);
    assert_close(l.success, 0.0, 0.0);
  }
  bench_close(&b);
}

int main(void) {
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(a_context_that_lasts_brings_its_bits_once),
      cmocka_unit_test(noise_offers_nothing_and_is_normal),
      cmocka_unit_test(the_reward_is_the_squared_error_of_the_guess),
  };
  cmocka_set_message_output(CM_OUTPUT_TAP);
  return cmocka_run_group_tests(tests, NULL, NULL);
}
