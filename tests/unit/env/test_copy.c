/* test_copy.c - what is shown, what is to be said again, and what it is worth.
 */
#include "../../../plugins/env/copy.c" /* first: cmocka has a macro named fail */

#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <cmocka.h>

#include "bench.h"

static bench b;

static void open_copy(int64_t symbols, int64_t length, int64_t delay, int64_t echo) {
  const baud_value values[COPY_PARAMS] = {{symbols, 0, NULL}, {length, 0, NULL}, {delay, 0, NULL}, {echo, 0, NULL}};
  bench_open(&b, &copy_ops, values, 1);
}

static int32_t seen(void) { return ((int32_t *)(void *)b.sight[0])[0]; }

static void say(int32_t token) {
  b.action[0] = token;
  bench_step(&b);
}

/* Sequence, dots, mark, and then dots or what was said, by every length and delay up to four. */
static void the_stream_is_the_sequence_dots_and_a_mark(void **unused) {
  uint64_t random = 3;
  (void)unused;
  for (int64_t length = 1; length <= 4; length++)
    for (int64_t delay = 0; delay <= 4; delay++)
      for (int64_t echo = 0; echo < 2; echo++) {
        int32_t shown[4];
        open_copy(5, length, delay, echo);
        assert_int_equal(b.spec.max_steps, 2 * length + delay);
        assert_int_equal(b.spec.world_bytes, 0);
        bench_reset(&b, 0, (uint64_t)(length * 10 + delay));
        for (int64_t at = 0; at < length + delay; at++) {
          if (at < length) shown[at] = seen();
          if (at < length) assert_in_range(seen(), COPY_SYMBOLS, COPY_SYMBOLS + 4);
          else assert_int_equal(seen(), COPY_DOT);
          say((int32_t)baud_below(&random, 7));
          assert_true(b.fact[COPY_REWARD][0] == 0.0f && b.flags[0] == 0);
        }
        assert_int_equal(seen(), COPY_MARK);
        for (int64_t at = 0; at < length; at++) {
          int32_t said = at % 2 ? (shown[at] - COPY_SYMBOLS + 1) % 5 + COPY_SYMBOLS : shown[at];
          say(said);
          assert_int_equal(seen(), echo ? said : COPY_DOT);
          assert_true(b.fact[COPY_REWARD][0] == (at % 2 ? 0.0f : (float)(1.0 / (double)length)));
          assert_int_equal(b.flags[0], at + 1 == length ? BAUD_TERMINATED : 0);
          assert_true(b.fact[COPY_SUCCESS][0] == (at + 1 == length && length == 1 ? 1.0f : 0.0f));
        }
        bench_close(&b);
      }
}

static void the_expert_says_all_of_it(void **unused) {
  uint8_t optimal[12];
  (void)unused;
  open_copy(10, 6, 3, 1);
  for (uint64_t seed = 0; seed < 50; seed++) {
    double sum = 0.0;
    bench_reset(&b, 0, seed);
    do {
      baud_batch batch = bench_batch(&b);
      int32_t shown = 0, any = 0;
      assert_int_equal(copy_optimal(b.model, &batch, optimal), BAUD_OK);
      for (int32_t x = 0; x < 12; x++)
        if (optimal[x]) shown = x, any++;
      assert_int_equal(any, ((copy_lane *)(void *)b.lane)->at >= 9);
      say(shown);
      sum += (double)b.fact[COPY_REWARD][0];
    } while (!b.flags[0]);
    assert_true(b.fact[COPY_SUCCESS][0] == 1.0f && fabs(sum - 1.0) < 1e-6);
  }
  bench_close(&b);
}

/* 2,000 sequences of 5 symbols of 6: chi^2 of the places, 5 degrees of freedom each, above 38 with probability 4e-7;
 * the share of repeats, 1/6 of 8,000 neighbours, off by five standard errors with 6e-7. */
static void sequences_are_uniform_and_unrelated(void **unused) {
  enum { EPISODES = 2000, LENGTH = 5, SYMBOLS = 6 };
  double count[LENGTH][SYMBOLS] = {{0}}, repeats = 0.0, n = EPISODES * (LENGTH - 1.0), p = 1.0 / SYMBOLS;
  (void)unused;
  open_copy(SYMBOLS, LENGTH, 0, 0);
  for (uint64_t seed = 0; seed < EPISODES; seed++) {
    bench_reset(&b, 0, seed);
    const uint16_t *sequence = copy_sequence((copy_lane *)(void *)b.lane);
    for (int s = 0; s < LENGTH; s++) {
      count[s][sequence[s]]++;
      repeats += s > 0 && sequence[s] == sequence[s - 1];
    }
  }
  for (int s = 0; s < LENGTH; s++) {
    double chi = 0.0, wanted = (double)EPISODES / SYMBOLS;
    for (int x = 0; x < SYMBOLS; x++) chi += (count[s][x] - wanted) * (count[s][x] - wanted) / wanted;
    assert_true(chi < 38.0);
  }
  assert_true(fabs(repeats / n - p) < 5.0 * sqrt(p * (1.0 - p) / n));
  bench_close(&b);
}

static void an_action_that_there_is_not_is_refused(void **unused) {
  const baud_value values[COPY_PARAMS] = {{5, 0, NULL}, {4, 0, NULL}, {0, 0, NULL}, {0, 0, NULL}};
  (void)unused;
  bench_refuses(&copy_ops, values, COPY_SYMBOLS + 5);
}

static void the_picture_shows_the_sequence_and_where_one_is(void **unused) {
  char cells[COPY_WIDTH * COPY_HEIGHT];
  (void)unused;
  open_copy(5, 3, 1, 0);
  bench_reset(&b, 0, 1);
  uint16_t *sequence = copy_sequence((copy_lane *)(void *)b.lane);
  sequence[0] = 4, sequence[1] = 0, sequence[2] = 2;
  for (int step = 0; step < 4; step++) say(COPY_DOT);
  say(COPY_SYMBOLS + 4);
  assert_int_equal(copy_picture(b.model, NULL, b.lane, cells), BAUD_OK);
  assert_memory_equal(cells, "402 ", 4);
  assert_memory_equal(cells + COPY_WIDTH, " A ", 3);
  assert_memory_equal(cells + 2 * COPY_WIDTH, "right 1 of 3", 12);
  bench_close(&b);
}

int main(void) {
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(the_stream_is_the_sequence_dots_and_a_mark),
      cmocka_unit_test(the_expert_says_all_of_it),
      cmocka_unit_test(sequences_are_uniform_and_unrelated),
      cmocka_unit_test(an_action_that_there_is_not_is_refused),
      cmocka_unit_test(the_picture_shows_the_sequence_and_where_one_is),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
