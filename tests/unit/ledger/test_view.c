/* test_view.c - a declared view as a channel: columns of P(delivered | fact) against the same channel simulated.
 */
#include "../test.h"

#include "baud/random.h"
#include "ledger/view.h"

static const double binary[] = {0.0, 1.0};

static baud_view plain(void) { return (baud_view){.size = BAUD_SIZE(baud_view), .kind = BAUD_VIEW_FACT, .scale = 1.0}; }

static void identity_delivers_the_fact_and_nothing_else(void **state) {
  (void)state;
  baud_view v = plain();
  assert_close(view_probability(&v, 1.0, 1.0f), 1.0, 0.0);
  assert_close(view_probability(&v, 1.0, 0.0f), 0.0, 0.0);
  assert_close(view_probability(&v, 0.25, 0.25f), 1.0, 0.0);
}

static void each_fact_is_delivered_as_something_with_probability_one(void **state) {
  (void)state;
  baud_view v = plain();
  v.flip = 0.1;
  v.drop = 0.3;
  v.scale = 2.0;
  v.offset = -1.0;
  for (int fact = 0; fact < 2; fact++) {
    double out[8], sum = 0.0;
    uint32_t n = view_deliverable(&v, binary, 2, out, 8);
    assert_int_equal(n, 3); /* -1, 0 (dropped), 1 */
    for (uint32_t i = 0; i < n; i++) sum += view_probability(&v, fact, (float)out[i]);
    assert_close(sum, 1.0, 1e-15);
  }
}

static void flip_and_drop_multiply_in_their_declared_order(void **state) {
  (void)state;
  baud_view v = plain();
  v.flip = 0.1;
  v.drop = 0.3;
  assert_close(view_probability(&v, 1.0, 1.0f), 0.7 * 0.9, 1e-15);
  assert_close(view_probability(&v, 1.0, 0.0f), 0.7 * 0.1 + 0.3, 1e-15);
  assert_close(view_probability(&v, 0.0, 1.0f), 0.7 * 0.1, 1e-15);
  assert_close(view_probability(&v, 0.0, 0.0f), 0.7 * 0.9 + 0.3, 1e-15);
}

static void bins_deliver_their_middle_and_the_outer_ones_take_the_rest(void **state) {
  (void)state;
  baud_view v = plain();
  v.n_bins = 4;
  v.bin_low = 0.0;
  v.bin_high = 8.0;
  assert_close(view_probability(&v, 3.9, 3.0f), 1.0, 0.0);
  assert_close(view_probability(&v, 4.0, 5.0f), 1.0, 0.0);
  assert_close(view_probability(&v, -100.0, 1.0f), 1.0, 0.0);
  assert_close(view_probability(&v, 8.0, 7.0f), 1.0, 0.0);
  assert_close(view_probability(&v, 1e9, 7.0f), 1.0, 0.0);
}

/* 200,000 draws a fact; a frequency's standard error is at most .0012, and seven of them are a 3e-12 event. */
static void the_column_equals_the_simulated_channel(void **state) {
  (void)state;
  baud_view v = plain();
  v.flip = 0.2;
  v.drop = 0.25;
  uint64_t random = 11;
  enum { DRAWS = 200000 };
  for (int fact = 0; fact < 2; fact++) {
    int ones = 0;
    for (int i = 0; i < DRAWS; i++) {
      int value = baud_bernoulli(&random, v.flip) ? 1 - fact : fact;
      ones += baud_bernoulli(&random, v.drop) ? 0 : value;
    }
    assert_close((double)ones / DRAWS, view_probability(&v, fact, 1.0f), 7 * 0.0012);
  }
}

static void views_say_what_an_observer_must_be_able_to_do(void **state) {
  (void)state;
  baud_view v = plain();
  assert_int_equal(view_needs(&v), 0);
  v.flip = 0.1;
  assert_int_equal(view_needs(&v), BAUD_SEES_SOFT);
  v = plain();
  v.delay = 2;
  assert_int_equal(view_needs(&v), BAUD_SEES_LATE);
}

static void a_view_of_a_missing_or_hidden_fact_is_refused(void **state) {
  (void)state;
  baud_fact facts[] = {{BAUD_SIZE(baud_fact), BAUD_FACT_REWARD, "seen", "", ""}, {BAUD_SIZE(baud_fact), BAUD_FACT_HIDDEN, "hidden", "", ""}};
  baud_env_spec env = {.size = BAUD_SIZE(baud_env_spec), .n_facts = 2, .facts = facts};
  baud_view v = plain();
  baud_error error;
  assert_int_equal(view_check(&v, &env, &error), 0);
  v.fact = 1;
  assert_true(view_check(&v, &env, &error) < 0);
  assert_non_null(strstr(error.text, "hidden"));
  v.fact = 2;
  assert_true(view_check(&v, &env, &error) < 0);
  v.fact = 0;
  v.flip = 1.5;
  assert_true(view_check(&v, &env, &error) < 0);
}

int main(void) {
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(identity_delivers_the_fact_and_nothing_else),
      cmocka_unit_test(each_fact_is_delivered_as_something_with_probability_one),
      cmocka_unit_test(flip_and_drop_multiply_in_their_declared_order),
      cmocka_unit_test(bins_deliver_their_middle_and_the_outer_ones_take_the_rest),
      cmocka_unit_test(the_column_equals_the_simulated_channel),
      cmocka_unit_test(views_say_what_an_observer_must_be_able_to_do),
      cmocka_unit_test(a_view_of_a_missing_or_hidden_fact_is_refused),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
