/* test_entropy.c - the sample entropies against their formulas written otherwise, against exact expectations over all
 * samples, and against distributions whose entropy is known.
 */
#include "../test.h"

#include "baud/random.h"
#include "calibration/forms.h"
#include "stream/entropy.h"

static double entropy_of(const double *p, size_t n) {
  double bits = 0.0;
  for (size_t i = 0; i < n; i++) bits -= p[i] > 0.0 ? p[i] * log2(p[i]) : 0.0;
  return bits;
}

static double plug_in(const uint64_t *count, size_t kinds) {
  double n = 0.0, bits = 0.0;
  for (size_t i = 0; i < kinds; i++) n += (double)count[i];
  for (size_t i = 0; i < kinds; i++) bits -= count[i] ? (double)count[i] / n * log2((double)count[i] / n) : 0.0;
  return bits;
}

/* ---- The formulas --------------------------------------------------------------------------------------- */

/* G(n) = psi(n) + (-1)^n / 2 (psi((n + 1) / 2) - psi(n / 2)). */
static void grassbergers_numbers_are_digammas(void **state) {
  (void)state;
  for (uint64_t n = 1; n < 600; n++) {
    double sign = n % 2 ? -0.5 : 0.5, x = (double)n;
    double g = form_digamma(x) + sign * (form_digamma((x + 1.0) / 2.0) - form_digamma(x / 2.0));
    uint64_t count[3] = {n, n, n};
    assert_close(entropy_grassberger(count, 3), (form_digamma(3.0 * x) - g) / log(2.0), 1e-11);
  }
}

/* Two of one kind and two singletons: C = 1/2, so 1/4 of two kinds at 1/8 and one at 1/4, each over its chance to be
 * seen in 4. */
static void chao_and_shen_weigh_what_was_seen(void **state) {
  const uint64_t count[] = {1, 2, 1};
  double bits = 2.0 * (3.0 / 8.0) / (1.0 - pow(7.0 / 8.0, 4.0)) + (2.0 / 4.0) / (1.0 - pow(3.0 / 4.0, 4.0));
  (void)state;
  assert_close(entropy_chao_shen(count, 3), bits, 1e-12);
}

static void only_singletons_have_an_entropy_all_the_same(void **state) {
  uint64_t count[50];
  (void)state;
  for (size_t i = 0; i < 50; i++) count[i] = 1;
  double bits = entropy_chao_shen(count, 50);
  assert_true(isfinite(bits) && bits > log2(50.0));
}

static void many_singletons_call_for_chao_and_shen(void **state) {
  uint64_t count[40] = {0};
  (void)state;
  for (size_t i = 0; i < 30; i++) count[i] = 1;
  count[39] = 70;
  entropy_estimate e = entropy_of_counts(count, 40); /* 30 of 100: not more than 30 % */
  assert_true(e.n == 100 && e.singletons == 30 && e.kinds == 31 && e.estimator == ENTROPY_GRASSBERGER);
  assert_close(e.bits, entropy_grassberger(count, 40), 0.0);
  count[39] = 69;
  e = entropy_of_counts(count, 40);
  assert_true(e.n == 99 && e.singletons == 30 && e.estimator == ENTROPY_CHAO_SHEN);
  assert_close(e.bits, entropy_chao_shen(count, 40), 0.0);
}

static void a_sample_is_counted_by_equal_numbers(void **state) {
  const double x[] = {0.5, -3.0, 0.5, 1e300, 0.0, -0.0, 0.5};
  const uint64_t count[] = {3, 1, 1, 2};
  entropy_estimate e;
  baud_error error;
  (void)state;
  assert_int_equal(entropy_of_sample(x, 7, &e, &error), 0);
  assert_true(e.n == 7 && e.kinds == 4 && e.singletons == 2);
  assert_close(e.bits, entropy_grassberger(count, 4), 1e-15);
}

static void what_is_not_a_number_is_refused(void **state) {
  const double x[] = {1.0, NAN};
  entropy_estimate e;
  entropy_shared shared;
  baud_error error;
  (void)state;
  assert_int_equal(entropy_of_sample(x, 2, &e, &error), BAUD_EARG);
  assert_string_equal(error.text, "outcome 2 is not a number: leave out what was not scored");
  assert_int_equal(entropy_of_sample(x, 0, &e, &error), BAUD_EARG);
  assert_int_equal(entropy_of_pairs(x, x, 2, &shared, &error), BAUD_EARG);
}

/* ---- Known distributions, exactly ----------------------------------------------------------------------- */

/* Over all samples of a coin, weighted with their probabilities: no chance is left in these. */
static void the_mean_over_all_samples_of_a_coin_is_nearly_its_entropy(void **state) {
  (void)state;
  for (uint64_t n = 20; n <= 320; n *= 2)
    for (double p = 0.1; p < 0.51; p += 0.1) {
      double mean = 0.0, plain = 0.0, h[2] = {p, 1.0 - p};
      for (uint64_t k = 0; k <= n; k++) {
        uint64_t count[2] = {k, n - k};
        double x = (double)k, y = (double)(n - k);
        double weight = exp(lgamma(x + y + 1) - lgamma(x + 1) - lgamma(y + 1) + x * log(p) + y * log(1 - p));
        mean += weight * entropy_grassberger(count, 2);
        plain += weight * plug_in(count, 2);
      }
      double off = fabs(mean - entropy_of(h, 2)), plainly = fabs(plain - entropy_of(h, 2));
      double allowed = (double)n * p > 5.9 ? 1e-8 : 1e-3; /* what is left is about (1 - 2p)^n */
      if (!(off < allowed && plainly > 0.002))
        fail_msg("n %d, p %g: off by %g, plainly by %g", (int)n, p, off, plainly);
    }
}

/* ---- Known distributions, by chance --------------------------------------------------------------------- */

typedef struct moments {
  double mean, error; /* standard error */
} moments;

static moments over_samples(int samples, uint64_t n, const double *p, uint32_t kinds, uint64_t seed) {
  double sum = 0.0, squares = 0.0;
  uint64_t random = seed, *count = calloc(kinds, sizeof *count);
  for (int i = 0; i < samples; i++) {
    memset(count, 0, kinds * sizeof *count);
    for (uint64_t t = 0; t < n; t++) count[baud_categorical(&random, p, kinds)]++;
    double bits = entropy_of_counts(count, kinds).bits;
    sum += bits;
    squares += bits * bits;
  }
  free(count);
  double mean = sum / samples;
  return (moments){mean, sqrt((squares / samples - mean * mean) / samples)};
}

/* The mean of 400 samples is within a bias of a hundredth of a bit (Grassberger) or a quarter (Chao and Shen, half a
 * thousand from a thousand kinds) and six standard errors: a false alarm below 2e-9. */
static void estimates_of_known_distributions_are_right_on_average(void **state) {
  enum { KINDS = 1000 };
  static double p[KINDS];
  (void)state;
  for (uint32_t i = 0; i < 64; i++) p[i] = 1.0 / 64;
  moments m = over_samples(400, 300, p, 64, 1);
  assert_close(m.mean, 6.0, 0.01 + 6.0 * m.error);
  double sum = 0.0;
  for (uint32_t i = 0; i < 64; i++) sum += p[i] = 1.0 / (i + 1.0);
  for (uint32_t i = 0; i < 64; i++) p[i] /= sum;
  m = over_samples(400, 1000, p, 64, 2);
  assert_close(m.mean, entropy_of(p, 64), 0.01 + 6.0 * m.error);
  for (uint32_t i = 0; i < KINDS; i++) p[i] = 1.0 / KINDS;
  m = over_samples(400, 500, p, KINDS, 3);
  assert_close(m.mean, log2(KINDS),
               0.25 + 6.0 * m.error); /* frequencies alone could not say more than log2 500 = 8.97 */
}

/* y is x through a channel that flips: 1 - h(e) bits of a fair bit. */
static double flipped_pairs(double e, size_t n, uint64_t seed, entropy_shared *out) {
  static double x[20000], y[20000];
  baud_error error;
  uint64_t random = seed;
  for (size_t i = 0; i < n; i++) {
    x[i] = baud_bernoulli(&random, 0.5);
    y[i] = baud_bernoulli(&random, e) ? 1.0 - x[i] : x[i];
  }
  assert_int_equal(entropy_of_pairs(x, y, n, out, &error), 0);
  return out->bits;
}

/* Around its value the estimate from n pairs has a deviation of about sqrt(e (1 - e) / n) log2((1 - e) / e), .0085
 * here: six of them. */
static void a_noisy_channel_shares_what_it_should(void **state) {
  entropy_shared shared;
  (void)state;
  assert_close(flipped_pairs(0.1, 12500, 4, &shared), form_flipped(0.5, 0.1), 0.051);
  assert_true(shared.n == 12500 && shared.singletons == 0 && shared.estimator == ENTROPY_GRASSBERGER);
  assert_close(flipped_pairs(0.0, 2000, 5, &shared), 1.0, 0.01);
}

/* Twenty kinds by twenty, two hundred pairs, nothing shared: plainly it would look like many bits. The mean of 100 such
 * is 0 within six of its standard errors: a false alarm below 2e-9. */
static void what_shares_nothing_is_said_to_share_nothing(void **state) {
  enum { SAMPLES = 100, N = 200 };
  double sum = 0.0, squares = 0.0, plain = 0.0, x[N], y[N];
  uint64_t random = 6;
  (void)state;
  for (int i = 0; i < SAMPLES; i++) {
    entropy_shared shared;
    baud_error error;
    for (int t = 0; t < N; t++) {
      x[t] = baud_below(&random, 20);
      y[t] = baud_below(&random, 20);
    }
    assert_int_equal(entropy_of_pairs(x, y, N, &shared, &error), 0);
    assert_close(shared.bits, shared.plain - shared.null, 1e-12);
    assert_true(shared.estimator == ENTROPY_CHAO_SHEN && shared.null_deviation > 0.0);
    sum += shared.bits;
    squares += shared.bits * shared.bits;
    plain += shared.plain / SAMPLES;
  }
  double mean = sum / SAMPLES, error = sqrt((squares / SAMPLES - mean * mean) / SAMPLES);
  assert_close(mean, 0.0, 6.0 * error);
  assert_true(fabs(plain) > 0.1); /* or there was nothing to take off */
}

int main(void) {
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(grassbergers_numbers_are_digammas),
      cmocka_unit_test(chao_and_shen_weigh_what_was_seen),
      cmocka_unit_test(only_singletons_have_an_entropy_all_the_same),
      cmocka_unit_test(many_singletons_call_for_chao_and_shen),
      cmocka_unit_test(a_sample_is_counted_by_equal_numbers),
      cmocka_unit_test(what_is_not_a_number_is_refused),
      cmocka_unit_test(the_mean_over_all_samples_of_a_coin_is_nearly_its_entropy),
      cmocka_unit_test(estimates_of_known_distributions_are_right_on_average),
      cmocka_unit_test(a_noisy_channel_shares_what_it_should),
      cmocka_unit_test(what_shares_nothing_is_said_to_share_nothing),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
