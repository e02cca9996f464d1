/* test_kt.c - the estimator of Krichevsky and Trofimov against its closed forms: the product of its predictions is a
 * ratio of gamma functions, whatever the order; over all sequences probabilities sum to 1; and the bound on what it
 * costs holds for every count of ones.
 */
#include "../test.h"

#include "baud/kt.h"
#include "baud/random.h"

enum { MOST = 300 };

/* -log2 of Gamma(m/2) / Gamma(n + m/2) * product of Gamma(n_x + 1/2) / Gamma(1/2). */
static double bits_of_counts(const uint64_t *count, uint32_t symbols) {
  double nats = lgamma((double)count[symbols] + 0.5 * symbols) - lgamma(0.5 * symbols);
  for (uint32_t x = 0; x < symbols; x++) nats += lgamma(0.5) - lgamma((double)count[x] + 0.5);
  return nats / log(2.0);
}

static double code(uint64_t *count, uint32_t symbols, uint32_t x) {
  double bits = -log2(baud_kt_probability(count, symbols, x));
  baud_kt_add(count, symbols, x);
  return bits;
}

static void the_code_length_is_the_closed_form_of_the_counts(void **state) {
  static const uint32_t alphabets[] = {2, 3, 10, 256};
  uint64_t random = 3;
  (void)state;
  for (size_t a = 0; a < 4; a++)
    for (int i = 0; i < 50; i++) {
      uint64_t count[257] = {0};
      double bits = 0.0, skew = 1.0 + 4.0 * baud_uniform(&random);
      for (int t = 0; t < 2000; t++)
        bits += code(count, alphabets[a], (uint32_t)(pow(baud_uniform(&random), skew) * alphabets[a]));
      assert_close(bits, bits_of_counts(count, alphabets[a]), 1e-8);
    }
}

static void the_first_symbol_costs_what_it_does_uniformly(void **state) {
  (void)state;
  for (uint32_t m = 1; m < 300; m++) {
    uint64_t count[301] = {0};
    assert_close(code(count, m, m - 1), log2(m), 1e-12);
  }
}

static void all_sequences_together_have_probability_one(void **state) {
  double sum = 0.0;
  (void)state;
  for (uint32_t sequence = 0; sequence < 2187; sequence++) { /* 3^7 */
    uint64_t count[4] = {0};
    double bits = 0.0;
    for (uint32_t t = 0, rest = sequence; t < 7; t++, rest /= 3) bits += code(count, 3, rest % 3);
    sum += exp2(-bits);
  }
  assert_close(sum, 1.0, 1e-12);
}

static void predictions_of_all_symbols_sum_to_one(void **state) {
  uint64_t count[258] = {0}, random = 9;
  double p[257];
  (void)state;
  for (int t = 0; t < 500; t++) {
    double sum = 0.0;
    baud_kt_predict(count, 257, p);
    for (uint32_t x = 0; x < 257; x++) {
      sum += p[x];
      assert_true(p[x] == baud_kt_probability(count, 257, x));
    }
    assert_close(sum, 1.0, 1e-12);
    baud_kt_add(count, 257, baud_below(&random, 7));
  }
}

/* Willems, Shtarkov and Tjalkens 1995, equation 4: P_e >= 1/2 n^-1/2 (a/n)^a (b/n)^b, a zeros and b ones, n = a + b. */
static void the_cost_over_the_empirical_entropy_is_within_its_bound(void **state) {
  (void)state;
  for (uint64_t n = 1; n <= MOST; n++)
    for (uint64_t ones = 0; ones <= n; ones++) {
      uint64_t count[3] = {n - ones, ones, n};
      double p = (double)ones / (double)n, entropy = 0.0;
      if (ones > 0 && ones < n) entropy = -(p * log2(p) + (1 - p) * log2(1 - p));
      double cost = bits_of_counts(count, 2) - (double)n * entropy;
      assert_true(cost > 0.0 && cost <= 0.5 * log2((double)n) + 1.0 + 1e-9);
    }
}

int main(void) {
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(the_code_length_is_the_closed_form_of_the_counts),
      cmocka_unit_test(the_first_symbol_costs_what_it_does_uniformly),
      cmocka_unit_test(all_sequences_together_have_probability_one),
      cmocka_unit_test(predictions_of_all_symbols_sum_to_one),
      cmocka_unit_test(the_cost_over_the_empirical_entropy_is_within_its_bound),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
