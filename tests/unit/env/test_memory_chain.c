/* test_memory_chain.c - bits shown and asked for against recorded steps of bsuite's, and by themselves.
 */
#include "../../../plugins/env/memory_chain.c" /* first: cmocka has a macro named fail */

#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <cmocka.h>

#include "bench.h"
#include "bsuite_memory.h"

static bench b;

static void open_memory(int64_t length, int64_t bits, uint32_t lanes) {
  const baud_value values[MEMORY_PARAMS] = {{length, 0, NULL}, {bits, 0, NULL}};
  bench_open(&b, &memory_ops, values, lanes);
}

static memory_lane *lane(void) { return (memory_lane *)(void *)b.lane; }

static void sights_and_rewards_are_those_of_bsuite(void **unused) {
  double drawn[TAPE_NUMBERS];
  (void)unused;
  for (size_t i = 0; i < sizeof memory_recorded / sizeof *memory_recorded; i++) {
    const char *line = memory_recorded[i];
    if (line[0] == 'E') {
      if (i > 0) bench_close(&b);
      uint32_t n = tape_read(line, 1, drawn);
      open_memory((int64_t)drawn[0], (int64_t)drawn[1], 1);
      assert_int_equal(n, 3 + drawn[1]);
      uint64_t context = 0, is_fresh = 1;
      for (uint32_t bit = 0; bit < drawn[1]; bit++) context |= (uint64_t)drawn[3 + bit] << bit;
      for (uint64_t seed = 0; lane()->context != context || lane()->query != drawn[2] || is_fresh; seed++, is_fresh = 0)
        bench_reset(&b, 0, seed);
      tape_sees(&b, line, 2, b.spec.obs->count);
      continue;
    }
    b.action[0] = (int32_t)tape_number(line, 1);
    bench_step(&b);
    assert_true((double)b.fact[MEMORY_REWARD][0] == tape_number(line, 2));
    assert_int_equal(b.flags[0], tape_number(line, 3) != 0.0 ? BAUD_TERMINATED : 0);
    assert_true(b.fact[MEMORY_SUCCESS][0] == (b.fact[MEMORY_REWARD][0] > 0.0f ? 1.0f : 0.0f));
    tape_sees(&b, line, 4, b.spec.obs->count);
  }
  bench_close(&b);
}

/* 4,000 episodes of eight bits: each bit's mean within five standard errors with probability 1 - 6e-7, and chi^2 of the
 * queries, 7 degrees of freedom, above 43 with probability 3e-7. */
static void bits_are_fair_and_any_of_them_is_asked_for(void **unused) {
  enum { EPISODES = 4000, BITS = 8 };
  double ones[BITS] = {0}, asked[BITS] = {0}, chi = 0.0;
  (void)unused;
  open_memory(3, BITS, 1);
  assert_int_equal(b.spec.max_steps, 4);
  for (uint64_t seed = 0; seed < EPISODES; seed++) {
    bench_reset(&b, 0, seed);
    for (uint32_t bit = 0; bit < BITS; bit++) {
      assert_true(bench_see(&b, MEMORY_CONTEXT + bit) == (memory_bit(lane(), bit) ? 1.0 : -1.0));
      ones[bit] += memory_bit(lane(), bit);
    }
    asked[lane()->query]++;
  }
  for (int bit = 0; bit < BITS; bit++) {
    assert_true(fabs(ones[bit] / EPISODES - 0.5) < 2.5 / sqrt(EPISODES));
    chi += (asked[bit] - EPISODES / 8.0) * (asked[bit] - EPISODES / 8.0) / (EPISODES / 8.0);
  }
  assert_true(chi < 43.0);
  bench_close(&b);
}

static void sixty_four_bits_fit(void **unused) {
  (void)unused;
  open_memory(2, 64, 1);
  bench_reset(&b, 0, 3);
  uint64_t context = lane()->context;
  for (uint32_t bit = 0; bit < 64; bit++) assert_true((bench_see(&b, 2 + bit) > 0.0) == (int)(context >> bit & 1u));
  bench_close(&b);
}

static void the_expert_answers_when_asked(void **unused) {
  uint8_t optimal[MEMORY_ACTIONS];
  (void)unused;
  open_memory(4, 5, 1);
  for (uint64_t seed = 0; seed < 20; seed++) {
    bench_reset(&b, 0, seed);
    for (int step = 0; step <= 4; step++) {
      baud_batch batch = bench_batch(&b);
      assert_int_equal(memory_optimal(b.model, &batch, optimal), BAUD_OK);
      assert_int_equal(optimal[0] + optimal[1], step == 4);
      if (step == 4) assert_true(bench_see(&b, MEMORY_QUERY) == lane()->query);
      b.action[0] = optimal[1];
      bench_step(&b);
    }
    assert_true(b.fact[MEMORY_REWARD][0] == 1.0f && b.flags[0] == BAUD_TERMINATED);
  }
  bench_close(&b);
}

static void an_action_that_there_is_not_is_refused(void **unused) {
  const baud_value values[MEMORY_PARAMS] = {{10, 0, NULL}, {5, 0, NULL}};
  (void)unused;
  bench_refuses(&memory_ops, values, MEMORY_ACTIONS);
}

int main(void) {
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(sights_and_rewards_are_those_of_bsuite),
      cmocka_unit_test(bits_are_fair_and_any_of_them_is_asked_for),
      cmocka_unit_test(sixty_four_bits_fit),
      cmocka_unit_test(the_expert_answers_when_asked),
      cmocka_unit_test(an_action_that_there_is_not_is_refused),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
