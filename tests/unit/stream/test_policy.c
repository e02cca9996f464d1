/* test_policy.c - the divergence of two policies against Kullback and Leibler's formula, summed out and integrated.
 */
#include "../test.h"

#include "baud/random.h"
#include "stream/policy.h"

static const baud_field pair = {BAUD_SIZE(baud_field), BAUD_I32, 5, 2, 1, {2, 0, 0}, 0, 4, "pair", "", "two of five"};
static const baud_field reach = {BAUD_SIZE(baud_field), BAUD_F32, 0, 3, 1, {3, 0, 0}, -1, 1, "reach", "", "three numbers"};

static void open_two(answers a[2], const baud_field *action) {
  baud_error error = {0};
  for (int i = 0; i < 2; i++) {
    assert_int_equal(answers_open(&a[i], NULL, 0, action, NULL, 0, 2, &error), 0);
    a[i].question[ANSWER_ACTION].form = action->categories ? BAUD_FORM_CATEGORICAL : BAUD_FORM_NORMAL;
    assert_int_equal(answers_agree(&a[i], &error), 0);
  }
}

static void close_two(answers a[2]) {
  answers_close(&a[0]);
  answers_close(&a[1]);
}

static double floored(double q) { return (1.0 - 0x1p-16) * q + 0x1p-16 / 5.0; }

static void categories_are_summed_out_element_by_element(void **state) {
  uint64_t random = 1;
  answers a[2];
  (void)state;
  open_two(a, &pair);
  for (int round = 0; round < 200; round++) {
    double alpha[5] = {0.3, 0.3, 0.3, 0.3, 0.3}, p[2][5], wanted = 0.0;
    for (int element = 0; element < 2; element++) {
      for (int i = 0; i < 2; i++) {
        baud_dirichlet(&random, alpha, 5, p[i]);
        for (int k = 0; k < 5; k++) a[i].sealed[ANSWER_ACTION][5 * element + k] = (float)p[i][k];
      }
      for (int k = 0; k < 5; k++) wanted += floored(p[0][k]) * log2(floored(p[0][k]) / floored(p[1][k]));
    }
    for (int k = 10; k < 20; k++) a[0].sealed[ANSWER_ACTION][k] = 0.2f; /* lane 1 is not looked at */
    assert_close(policy_divergence(&a[0], &a[1]), wanted, 1e-4);
    assert_true(wanted > 0.0);
    assert_close(policy_divergence(&a[0], &a[0]), 0.0, 0.0);
  }
  close_two(a);
}

/* A certainty that turns round costs what the floor lets it: 16 + log2 5 bits. */
static void a_certainty_that_turns_round_is_bounded_by_the_floor(void **state) {
  answers a[2];
  (void)state;
  open_two(a, &pair);
  for (int i = 0; i < 2; i++)
    for (int element = 0; element < 2; element++) a[i].sealed[ANSWER_ACTION][5 * element + (element ? 3 : i)] = 1.0f;
  assert_close(policy_divergence(&a[0], &a[1]), 16.0 + log2(5.0), 0.01);
  close_two(a);
}

static double density(double x, double mean, double deviation) {
  double z = (x - mean) / deviation;
  return exp(-0.5 * z * z) / (deviation * sqrt(2.0 * 3.14159265358979323846));
}

/* By the trapezium rule over twelve deviations. */
static void normals_are_integrated_element_by_element(void **state) {
  static const double moments[2][3][2] = {{{0.0, 1.0}, {2.0, 0.5}, {-1.0, 3.0}}, {{0.5, 1.0}, {2.0, 1.0}, {1.0, 2.0}}};
  enum { POINTS = 200000 };
  double wanted = 0.0;
  answers a[2];
  (void)state;
  open_two(a, &reach);
  for (int element = 0; element < 3; element++) {
    const double *after = moments[0][element], *before = moments[1][element];
    for (int i = 0; i < 2; i++)
      for (int k = 0; k < 2; k++) a[i].sealed[ANSWER_ACTION][2 * element + k] = (float)moments[i][element][k];
    double step = 24.0 * after[1] / POINTS;
    for (int k = 0; k <= POINTS; k++) {
      double x = after[0] - 12.0 * after[1] + step * k, p = density(x, after[0], after[1]);
      wanted += step * p * log2(p / density(x, before[0], before[1]));
    }
  }
  assert_close(policy_divergence(&a[0], &a[1]), wanted, 1e-6);
  assert_close(policy_divergence(&a[1], &a[1]), 0.0, 0.0);
  close_two(a);
}

int main(void) {
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(categories_are_summed_out_element_by_element),
      cmocka_unit_test(a_certainty_that_turns_round_is_bounded_by_the_floor),
      cmocka_unit_test(normals_are_integrated_element_by_element),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
