/* test_umbrella.c - umbrella and rain against recorded steps of bsuite's, and by themselves.
 */
#include "../../../plugins/env/umbrella.c" /* first: cmocka has a macro named fail */

#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <cmocka.h>

#include "bench.h"
#include "bsuite_umbrella.h"

static bench b;

static void open_umbrella(int64_t length, int64_t distractors, uint32_t lanes) {
  const baud_value values[UMBRELLA_PARAMS] = {{length, 0, NULL}, {distractors, 0, NULL}};
  bench_open(&b, &umbrella_ops, values, lanes);
}

static umbrella_lane *lane(void) { return (umbrella_lane *)(void *)b.lane; }

/* All but what is a coin's: distractors, and rewards before the last. */
static void what_is_deserved_and_seen_is_as_in_bsuite(void **unused) {
  double drawn[TAPE_NUMBERS];
  (void)unused;
  for (size_t i = 0; i < sizeof umbrella_recorded / sizeof *umbrella_recorded; i++) {
    const char *line = umbrella_recorded[i];
    if (line[0] == 'E') {
      if (i > 0) bench_close(&b);
      assert_int_equal(tape_read(line, 1, drawn), 4);
      open_umbrella((int64_t)drawn[0], (int64_t)drawn[1], 1);
      assert_int_equal(b.spec.obs->count, 3 + drawn[1]);
      for (uint64_t seed = 0; lane()->needs != drawn[2] || lane()->has != drawn[3] || seed == 0; seed++)
        bench_reset(&b, 0, seed);
      tape_sees(&b, line, 2, UMBRELLA_DISTRACTORS);
      continue;
    }
    b.action[0] = (int32_t)tape_number(line, 1);
    bench_step(&b);
    int is_last = tape_number(line, 3) != 0.0;
    assert_int_equal(b.flags[0], is_last ? BAUD_TERMINATED : 0);
    if (is_last) assert_true((double)b.fact[UMBRELLA_REWARD][0] == tape_number(line, 2));
    assert_true(b.fact[UMBRELLA_SUCCESS][0] == (is_last && b.fact[UMBRELLA_REWARD][0] > 0.0f ? 1.0f : 0.0f));
    tape_sees(&b, line, 4, UMBRELLA_DISTRACTORS);
  }
  bench_close(&b);
}

/* 2,000 episodes of 20 steps: of n fair coins the mean is off by five standard errors, .5 / sqrt n, with probability
 * 6e-7; so is the correlation of two of them, 1 / sqrt n. */
static void all_that_is_a_coins_is_fair_and_unrelated(void **unused) {
  enum { EPISODES = 2000, LENGTH = 20, COINS = 5 };
  double before = 0.0, repeats = 0.0;
  double sum[COINS] = {0}, product[COINS] = {0}, needs = 0.0, has = 0.0, n = EPISODES * (LENGTH - 1.0);
  (void)unused;
  open_umbrella(LENGTH, 4, 1);
  for (uint64_t seed = 0; seed < EPISODES; seed++) {
    bench_reset(&b, 0, seed);
    needs += lane()->needs;
    has += lane()->has;
    for (int step = 1; step < LENGTH; step++) {
      bench_step(&b);
      double coin[COINS] = {(double)b.fact[UMBRELLA_REWARD][0] / 2.0};
      assert_true(fabs(coin[0]) == 0.5 && b.flags[0] == 0);
      repeats += step > 1 ? 4.0 * coin[0] * before : 0.0;
      before = coin[0];
      for (uint32_t d = 0; d < 4; d++) coin[d + 1] = bench_see(&b, UMBRELLA_DISTRACTORS + d) - 0.5;
      for (int c = 0; c < COINS; c++) {
        assert_true(fabs(coin[c]) == 0.5);
        sum[c] += coin[c];
        product[c] += 4.0 * coin[c] * coin[(c + 1) % COINS];
      }
    }
    bench_step(&b);
    assert_int_equal(b.flags[0], BAUD_TERMINATED);
  }
  for (int c = 0; c < COINS; c++) {
    assert_true(fabs(sum[c] / n) < 5.0 * 0.5 / sqrt(n));
    assert_true(fabs(product[c] / n) < 5.0 / sqrt(n));
  }
  assert_true(fabs(repeats / n) < 5.0 / sqrt(n));
  assert_true(fabs(needs / EPISODES - 0.5) < 2.5 / sqrt(EPISODES) && fabs(has / EPISODES - 0.5) < 2.5 / sqrt(EPISODES));
  bench_close(&b);
}

static void only_the_first_action_counts(void **unused) {
  (void)unused;
  open_umbrella(10, 0, 1);
  for (uint64_t seed = 0; seed < 50; seed++)
    for (int32_t first = 0; first < 2; first++) {
      bench_reset(&b, 0, seed);
      for (int step = 0; step < 10; step++) {
        b.action[0] = step == 0 ? first : (int32_t)((seed >> step) & 1u);
        bench_step(&b);
        assert_int_equal(bench_see(&b, UMBRELLA_HAVE), first);
      }
      assert_true(b.fact[UMBRELLA_SUCCESS][0] == (lane()->needs == first ? 1.0f : 0.0f));
    }
  bench_close(&b);
}

static void the_expert_takes_what_it_needs(void **unused) {
  uint8_t optimal[UMBRELLA_ACTIONS];
  (void)unused;
  open_umbrella(5, 0, 1);
  for (uint64_t seed = 0; seed < 20; seed++) {
    bench_reset(&b, 0, seed);
    for (int step = 0; step < 5; step++) {
      baud_batch batch = bench_batch(&b);
      assert_int_equal(umbrella_optimal(b.model, &batch, optimal), BAUD_OK);
      assert_int_equal(optimal[0] + optimal[1], step == 0);
      if (step == 0) b.action[0] = optimal[1];
      bench_step(&b);
    }
    assert_true(b.fact[UMBRELLA_SUCCESS][0] == 1.0f);
  }
  bench_close(&b);
}

static void an_action_that_there_is_not_is_refused(void **unused) {
  const baud_value values[UMBRELLA_PARAMS] = {{10, 0, NULL}, {5, 0, NULL}};
  (void)unused;
  bench_refuses(&umbrella_ops, values, UMBRELLA_ACTIONS);
}

int main(void) {
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(what_is_deserved_and_seen_is_as_in_bsuite),
      cmocka_unit_test(all_that_is_a_coins_is_fair_and_unrelated),
      cmocka_unit_test(only_the_first_action_counts),
      cmocka_unit_test(the_expert_takes_what_it_needs),
      cmocka_unit_test(an_action_that_there_is_not_is_refused),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
