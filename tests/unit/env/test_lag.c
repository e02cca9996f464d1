/* test_lag.c - the sequences as they are defined, the labels that pay, and the observer's bits counted in a stream.
 */
#include "../../../plugins/env/lag.c" /* first: cmocka has a macro named fail */

#include <setjmp.h>
#include <stdarg.h>
#include <cmocka.h>

#include "bench.h"

enum { LANES = 4, LAG = 20 };

static void open_lag(bench *b, int64_t lag, int64_t sequences) {
  const baud_value values[LAG_PARAMS] = {{.i = lag}, {.i = sequences}};
  bench_open(b, &lag_ops, values, LANES);
  memset(b->lane, 0, sizeof b->lane);
  bench_draw(b, 1);
}

static uint32_t seen(const bench *b, uint32_t field, uint32_t lane) { return ((const uint32_t *)(const void *)b->sight[field])[lane]; }

/* Lane 0 says what was, lane 1 what was not, lane 2 always a, lane 3 nothing. Of 4,000 openers half are a: six standard errors
 * are .05. */
static void sequences_are_told_apart_by_their_first_symbol_and_labelled_at_their_end(void **unused) {
  enum { SEQUENCES = 1000 };
  static bench b;
  double named[LANES] = {0}, a = 0.0;
  (void)unused;
  open_lag(&b, LAG, SEQUENCES);
  assert_int_equal(b.spec.obs[0].categories, 22);
  assert_int_equal(b.spec.max_steps, SEQUENCES * (LAG + 1));
  uint32_t opener[LANES];
  for (uint32_t k = 0; k < LANES; k++) {
    bench_reset(&b, k, 50 + k);
    assert_int_equal(seen(&b, 1, k), LAG_NONE);
    opener[k] = seen(&b, 0, k);
  }
  for (uint32_t step = 0; step < SEQUENCES * (LAG + 1); step++) {
    uint32_t at = (step + 1) % (LAG + 1);
    b.action[0] = (int32_t)(1 + opener[0]);
    b.action[1] = (int32_t)(2 - opener[1]);
    b.action[2] = LAG_WAS_A;
    b.action[3] = LAG_NONE;
    bench_step(&b);
    for (uint32_t k = 0; k < LANES; k++) {
      named[k] += (double)b.fact[LAG_REWARD][k];
      assert_int_equal(seen(&b, 1, k), at == 0 ? 1 + opener[k] : LAG_NONE);
      if (at > 0) assert_int_equal(seen(&b, 0, k), 1 + at);
      else opener[k] = seen(&b, 0, k);
      assert_true(opener[k] < 2);
      if (at == 0) a += opener[k] == LAG_A;
      int is_over = step + 1 == SEQUENCES * (LAG + 1);
      assert_int_equal(b.flags[k], is_over ? BAUD_TERMINATED : 0);
      assert_true(b.fact[LAG_SUCCESS][k] == (is_over && k == 0 ? 1.0f : 0.0f));
    }
  }
  assert_true(named[0] == SEQUENCES && named[1] == 0.0 && named[3] == 0.0);
  assert_true(fabs(named[2] / SEQUENCES - 0.5) < 6.0 * 0.5 / sqrt(SEQUENCES));
  assert_true(fabs(a / (LANES * SEQUENCES) - 0.5) < 6.0 * 0.5 / sqrt(LANES * SEQUENCES));
  bench_close(&b);
}

static void what_is_no_label_is_refused(void **unused) {
  const baud_value values[LAG_PARAMS] = {{.i = 3}, {.i = 3}};
  (void)unused;
  bench_refuses(&lag_ops, values, LAG_LABELS);
}

/* Three sequences of a lag of 2, x a a, and what each symbol costs; a reward that is flipped with a quarter. */
static void who_knows_the_law_pays_for_openers_alone(void **unused) {
  static const uint32_t symbol[] = {1, 2, 3, 0, 2, 3, 0, 2, 3, 1}, label[] = {0, 0, 0, 2, 0, 0, 1, 0, 0, 1};
  const lag_model m = {.lag = 2, .sequences = 9, .symbols = 4};
  lag_place state[2];
  double bits[BAUD_CHANNELS], known[BAUD_CHANNELS], wrong[BAUD_CHANNELS];
  uint32_t said = LAG_WAS_A;
  (void)unused;
  assert_int_equal(lag_open(&m, state, 2), BAUD_OK);
  for (size_t i = 0; i < sizeof symbol / sizeof *symbol; i++) {
    const void *before[] = {&symbol[i ? i - 1 : 0], &label[i ? i - 1 : 0]}, *obs[] = {&symbol[i], &label[i]};
    int pays = label[i] == said;
    const double paid[2] = {pays ? 0.25 : 0.75, pays ? 0.75 : 0.25};
    baud_evidence e = {.size = BAUD_SIZE(baud_evidence), .kind = i ? BAUD_EV_STEP : BAUD_EV_START, .lane = 1, .obs_before = before,
                       .obs = obs, .action = &said, .sees_observation = 1, .sees_reward = i > 0, .n_weight = 2, .weight = paid, .value = NAN};
    uint32_t other = label[i] == LAG_NONE ? LAG_WAS_X : LAG_NONE;
    const void *impossible[] = {&symbol[i], &other};
    baud_evidence lie = e;
    lie.obs = impossible;
    assert_int_equal(lag_noise(&m, NULL, state, &lie, wrong), BAUD_OK);
    assert_true(isinf(wrong[BAUD_CH_OBSERVATION]));
    assert_int_equal(lag_noise(&m, NULL, state, &e, known), BAUD_OK);
    assert_int_equal(lag_surprise(&m, state, &e, bits), BAUD_OK);
    assert_memory_equal(bits, known, sizeof bits);
    assert_true(bits[BAUD_CH_OBSERVATION] == (symbol[i] < 2 ? 1.0 : 0.0));
    assert_true(fabs(bits[BAUD_CH_REWARD] - (i > 0 ? -log2(0.75) : 0.0)) < 1e-12);
  }
  uint32_t both = BAUD_MASK(BAUD_CH_OBSERVATION) | BAUD_MASK(BAUD_CH_REWARD);
  assert_int_equal(lag_supports(&m, both, LAG_REWARD, BAUD_SEES_SOFT), 1);
  assert_int_equal(lag_supports(&m, both, LAG_SUCCESS, 0), 0);
  assert_int_equal(lag_supports(&m, both, LAG_REWARD, BAUD_SEES_LATE), 0);
  assert_int_equal(lag_supports(&m, BAUD_MASK(BAUD_CH_REWARD), LAG_REWARD, 0), 0);
}

static void the_picture_says_how_it_began(void **unused) {
  const lag_model m = {.lag = 20};
  const lag_lane lane = {.done = 3, .named = 2, .place = {7, LAG_X}};
  char cells[LAG_WIDTH * LAG_HEIGHT];
  (void)unused;
  assert_int_equal(lag_picture(&m, NULL, &lane, cells), BAUD_OK);
  assert_memory_equal(cells, "began with x: b7 of 20 ", 23);
  assert_memory_equal(cells + LAG_WIDTH, "said 2 of 3 ", 12);
}

int main(void) {
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(sequences_are_told_apart_by_their_first_symbol_and_labelled_at_their_end),
      cmocka_unit_test(what_is_no_label_is_refused),
      cmocka_unit_test(who_knows_the_law_pays_for_openers_alone),
      cmocka_unit_test(the_picture_says_how_it_began),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
