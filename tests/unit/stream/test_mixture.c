/* test_mixture.c - the Bayes mixture of codes against its closed form, over short streams in plain probabilities and
 * over long ones in which some codes fall behind by more than a double could hold.
 */
#include "../test.h"

#include "baud/random.h"
#include "stream/mixture.h"

static void a_stream_costs_the_mean_of_its_probabilities(void **state) {
  uint64_t random = 1;
  (void)state;
  for (uint32_t n = 1; n <= MIXTURE_MOST; n++)
    for (int i = 0; i < 200; i++) {
      mixture m;
      double product[MIXTURE_MOST] = {1, 1, 1, 1}, bits[MIXTURE_MOST], cost = 0.0, mean = 0.0;
      mixture_open(&m, n);
      for (int t = 0; t < 20; t++) {
        for (uint32_t k = 0; k < n; k++) {
          double p = baud_uniform_positive(&random);
          product[k] *= p;
          bits[k] = -log2(p);
        }
        cost += mixture_add(&m, bits);
      }
      for (uint32_t k = 0; k < n; k++) mean += product[k] / n;
      assert_close(cost, -log2(mean), 1e-10);
      for (uint32_t k = 0; k < n; k++) assert_close(mixture_weight(&m, k), product[k] / n / mean, 1e-12);
    }
}

static void it_costs_at_most_log2_n_more_than_the_best(void **state) {
  enum { N = 3, LONG = 100000 };
  uint64_t random = 2;
  (void)state;
  for (int best = 0; best < N; best++) {
    mixture m;
    double length[N] = {0}, cost = 0.0;
    mixture_open(&m, N);
    for (int t = 0; t < LONG; t++) {
      double bits[N];
      for (int k = 0; k < N; k++) length[k] += bits[k] = (k == best ? 0.5 : 2.0) * baud_exponential(&random);
      cost += mixture_add(&m, bits);
    }
    assert_true(cost <= length[best] + log2(N) + 1e-6);
    assert_close(cost, length[best] + log2(N), 1e-6); /* the others are beyond reach: 2^-100000 */
  }
}

/* A code that was hopeless for as long as the other was becomes as likely again. */
static void who_has_fallen_behind_catches_up(void **state) {
  mixture m;
  double cost = 0.0;
  (void)state;
  mixture_open(&m, 2);
  for (int t = 0; t < 100000; t++) cost += mixture_add(&m, (double[]){1.0, 0.0});
  assert_true(mixture_weight(&m, 0) == 0.0 && mixture_weight(&m, 1) == 1.0);
  for (int t = 0; t < 100000; t++) cost += mixture_add(&m, (double[]){0.0, 1.0});
  assert_close(mixture_weight(&m, 0), 0.5, 1e-12);
  assert_close(cost, 100000.0, 1e-6);
  for (int t = 0; t < 1000; t++) cost += mixture_add(&m, (double[]){0.0, 1.0});
  assert_close(cost, 100001.0, 1e-6); /* L = 100000 and 101000 */
}

int main(void) {
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(a_stream_costs_the_mean_of_its_probabilities),
      cmocka_unit_test(it_costs_at_most_log2_n_more_than_the_best),
      cmocka_unit_test(who_has_fallen_behind_catches_up),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
