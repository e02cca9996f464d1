/* test_calibration.c - the closed forms that the ledger is held to, held in turn to the figures printed in SIGNAL.md,
 * to half a unit of the last digit printed, and to brute force: sums over all worlds and sequences, without a formula.
 */
#include "test.h"

#include "calibration/forms.h"

/* `printed` as in the table; its own digits say how close is close enough. */
static void check_printed(double got, const char *printed) {
  const char *point = strchr(printed, '.'), *exponent = strchr(printed, 'e');
  const char *end = exponent ? exponent : printed + strlen(printed);
  int decimals = point ? (int)(end - point) - 1 : 0;
  double unit = pow(10.0, (exponent ? atoi(exponent + 1) : 0) - decimals);
  if (!(fabs(got - strtod(printed, NULL)) <= 0.5000001 * unit))
    fail_msg("got %.12g, the table prints %s", got, printed);
}

static void outcomes_of_a_lockbox_are_as_printed(void **state) {
  (void)state;
  check_printed(form_outcome(100, 0), ".0808");
  check_printed(form_outcomes(100, 10), ".8012");
  check_printed(form_outcome(64, 0), ".1161");
  assert_close(form_outcomes(64, 64), 6.0, 1e-12);
  assert_close(form_outcomes(64, 63), 6.0, 1e-12); /* the last guess tells nothing: it cannot be wrong */
}

static void demonstrations_are_as_printed(void **state) {
  (void)state;
  check_printed(form_noisy_expert(100, 1.0), "6.644");
  check_printed(form_noisy_expert(100, 0.9), "5.512");
  check_printed(form_noisy_expert(100, 0.5), "2.329");
  assert_close(form_noisy_expert(100, 0.01), 0.0, 1e-12);
}

static void distances_are_as_printed(void **state) {
  (void)state;
  check_printed(form_distance(100), "6.154");
}

static void combination_locks_are_as_printed(void **state) {
  (void)state;
  check_printed(form_entropy(pow(4.0, -8.0)), "2.66e-4");
  check_printed(3.0 * form_outcome(4, 0), "2.4338");
}

static void flipped_outcomes_are_as_printed(void **state) {
  (void)state;
  check_printed(form_flipped(0.5, 0.1), ".5310");
  check_printed(form_flipped(0.01, 0.1), ".02486");
}

static void bernoulli_arms_are_as_printed(void **state) {
  (void)state;
  check_printed(form_bernoulli(1), ".27865");
  check_printed(form_bernoulli(10), "1.2321");
  check_printed(form_bernoulli(100), "2.7416");
  check_printed(form_bernoulli(1000), "4.3815");
}

static void transition_rows_and_walls_are_as_printed(void **state) {
  (void)state;
  check_printed(form_dirichlet(10), ".5390");
  check_printed(form_entropy(0.3), ".8813");
}

static void streams_are_as_printed(void **state) {
  (void)state;
  check_printed(form_kt_code(1000, 0.1), "473.582");
  check_printed(form_kt_code(1000, 0.1) - 1000.0 * form_entropy(0.1), "4.587");
  check_printed(1000.0 - form_kt_code(1000, 0.1), "526.418");
  check_printed(form_kt_code(1000, 0.1) - 1000.0 * form_kt_loss(1000, 0.1), "3.865");
  check_printed(form_ctw_bound(2, 10000), "17.29");
  assert_close(form_ctw_mean(2, 10000), 14.5, 0.05);
}

/* ---- By brute force ------------------------------------------------------------------------------------- */

static double plog(double p) { return p > 0.0 ? -p * log2(p) : 0.0; }

static void entropy_is_that_of_two_outcomes(void **state) {
  (void)state;
  for (int i = 0; i <= 100; i++) assert_close(form_entropy(i / 100.0), plog(i / 100.0) + plog(1 - i / 100.0), 1e-14);
  assert_close(form_entropy(0.5), 1.0, 0.0);
  assert_true(form_entropy(-1e-18) == 0.0 && form_entropy(1.0 + 1e-15) == 0.0);
}

/* Guess k is made if the first k were wrong, and then is worth form_outcome(n, k). */
static void distinct_guesses_add_up(void **state) {
  (void)state;
  for (uint32_t n = 2; n <= 30; n++) {
    double sum = 0.0;
    for (uint32_t m = 1; m <= n; m++) {
      sum += (double)(n - m + 1) / n * form_outcome(n, m - 1);
      assert_close(form_outcomes(n, m), sum, 1e-12);
    }
  }
}

/* I(code; shown) from the joint table. */
static void a_noisy_expert_is_the_mutual_information_of_its_table(void **state) {
  static const double right[] = {0.0, 0.1, 0.25, 0.6, 1.0};
  (void)state;
  for (uint32_t n = 2; n <= 12; n++)
    for (size_t r = 0; r < 5; r++) {
      double given = plog(right[r]);
      for (uint32_t k = 1; k < n; k++) given += plog((1.0 - right[r]) / (n - 1.0));
      assert_close(form_noisy_expert(n, right[r]), log2(n) - given, 1e-12);
    }
}

static void the_distance_is_counted_out(void **state) {
  (void)state;
  for (uint32_t n = 2; n <= 40; n++) {
    double mean = 0.0;
    for (uint32_t guess = 0; guess < n; guess++) {
      uint32_t count[40] = {0};
      for (uint32_t code = 0; code < n; code++) count[guess < code ? code - guess : guess - code]++;
      for (uint32_t d = 0; d < n; d++) mean += plog((double)count[d] / n) / n;
    }
    assert_close(form_distance(n), mean, 1e-12);
  }
}

/* I(outcome; delivered) from the four cells. */
static void a_flipped_outcome_is_the_mutual_information_of_its_table(void **state) {
  (void)state;
  for (int i = 1; i < 20; i++)
    for (int j = 0; j <= 20; j++) {
      double p = i / 20.0, e = j / 20.0, one = p * (1 - e) + (1 - p) * e, bits = 0.0;
      const double cell[4] = {p * (1 - e), p * e, (1 - p) * e, (1 - p) * (1 - e)};
      const double product[4] = {p * one, p * (1 - one), (1 - p) * one, (1 - p) * (1 - one)};
      for (int k = 0; k < 4; k++) bits += cell[k] > 0.0 ? cell[k] * log2(cell[k] / product[k]) : 0.0;
      assert_close(form_flipped(p, e), bits, 1e-12);
    }
}

/* Laplace's rule step by step: P(one) = (ones + 1) / (n + 2). */
static void a_sequences_code_length_is_the_product_of_its_predictions(void **state) {
  (void)state;
  for (uint32_t bits = 0; bits < 1u << 12; bits++) {
    double length = 0.0;
    uint32_t ones = 0;
    for (uint32_t i = 0; i < 12; i++) {
      uint32_t one = bits >> i & 1u;
      length -= log2((one ? ones + 1.0 : i - ones + 1.0) / (i + 2.0));
      ones += one;
    }
    assert_close(form_sequence(12, ones), length, 1e-10);
  }
}

/* I(theta; r) by the midpoint rule over theta, 4000 points. */
static void a_bernoulli_arm_is_the_integral_over_its_prior(void **state) {
  static const uint32_t lengths[] = {1, 2, 5, 12};
  enum { POINTS = 4000 };
  (void)state;
  for (size_t s = 0; s < 4; s++) {
    double n = lengths[s], noise = 0.0, code = 0.0;
    for (int i = 0; i < POINTS; i++) noise += n * form_entropy((i + 0.5) / POINTS) / POINTS;
    for (uint32_t bits = 0; bits < 1u << lengths[s]; bits++) {
      uint32_t ones = (uint32_t)__builtin_popcount(bits);
      code += exp2(-form_sequence(lengths[s], ones)) * form_sequence(lengths[s], ones);
    }
    assert_close(form_bernoulli(lengths[s]), code - noise, 1e-6);
  }
}

static void digamma_has_its_known_values(void **state) {
  static const double euler = 0.57721566490153286061;
  (void)state;
  assert_close(form_digamma(1.0), -euler, 1e-12);
  assert_close(form_digamma(0.5), -euler - 2.0 * log(2.0), 1e-12);
  double harmonic = 0.0;
  for (int n = 1; n < 60; n++) {
    assert_close(form_digamma(n), harmonic - euler, 1e-12);
    harmonic += 1.0 / n;
  }
}

/* A row's entropy in expectation is log2 S minus what its first transition tells: for S = 2 it is the arm's. */
static void a_row_of_two_states_is_a_bernoulli_arm(void **state) {
  (void)state;
  assert_close(form_dirichlet(2), form_bernoulli(1), 1e-12);
}

/* Over all sequences of a coin, with the estimator step by step. */
static void a_counters_code_and_loss_are_means_over_all_sequences(void **state) {
  enum { N = 10 };
  (void)state;
  for (double p = 0.1; p < 1.0; p += 0.2) {
    double code = 0.0, loss = 0.0;
    for (uint32_t bits = 0; bits < 1u << N; bits++) {
      double ones = 0.0, probability = 1.0, length = 0.0;
      for (uint32_t i = 0; i < N; i++) {
        int one = (int)(bits >> i & 1u);
        length -= log2(((one ? ones : i - ones) + 0.5) / (i + 1.0));
        probability *= one ? p : 1.0 - p;
        ones += one;
      }
      const uint32_t counts[2] = {(uint32_t)(N - ones), (uint32_t)ones};
      assert_close(form_kt(counts, 2), length, 1e-10);
      code += probability * length;
      loss -= probability * (p * log2((ones + 0.5) / (N + 1.0)) + (1 - p) * log2((N - ones + 0.5) / (N + 1.0)));
    }
    assert_close(form_kt_code(N, p), code, 1e-10);
    assert_close(form_kt_loss(N, p), loss, 1e-10);
  }
}

static void a_counters_code_on_noise_is_a_mean_over_all_sequences(void **state) {
  enum { N = 6, M = 3 };
  double code = 0.0;
  (void)state;
  for (uint32_t sequence = 0; sequence < 729; sequence++) { /* 3^6 */
    uint32_t counts[M] = {0};
    for (uint32_t t = 0, rest = sequence; t < N; t++, rest /= M) counts[rest % M]++;
    code += form_kt(counts, M) / 729.0;
  }
  assert_close(form_kt_noise(N, M), code, 1e-10);
}

/* One number: Student's t with 2a degrees of freedom, at m, of scale sqrt(b (k + 1) / (a k)); for a = 1/2 that of Cauchy. */
static void the_first_of_normal_numbers_has_a_cauchy_density(void **state) {
  double x = 3.0, scale = sqrt(2.0 * 0.7 * 1.25 / 0.25);
  (void)state;
  double density = 1.0 / (3.14159265358979323846 * scale * (1.0 + (x - 1.0) * (x - 1.0) / (scale * scale)));
  assert_close(form_normal_gamma(&x, 1, 1.0, 0.25, 0.5, 0.7), -log2(density), 1e-12);
}

static void a_divergence_is_summed_over_the_outcomes(void **state) {
  (void)state;
  double p[4] = {0.7, 0.1, 0.1, 0.1}, q[4] = {0.4, 0.2, 0.2, 0.2}, bits = 0.0;
  for (int i = 0; i < 4; i++) bits += p[i] * log2(p[i] / q[i]);
  assert_close(form_divergence(0.7, 0.4), bits, 1e-12);
}

/* Choices still to come from each inner place, by going through the grammar until nothing changes. */
static void a_string_of_the_grammar_is_its_choices(void **state) {
  static const int leads_to[6][2] = {{0, 0}, {2, 3}, {2, 4}, {3, 5}, {3, 0}, {4, 0}}; /* 0: to where there is none left */
  double c[6] = {0};
  (void)state;
  for (int sweep = 0; sweep < 200; sweep++)
    for (int place = 1; place < 6; place++) c[place] = 1.0 + (c[leads_to[place][0]] + c[leads_to[place][1]]) / 2.0;
  assert_close(form_reber(), 1.0 + c[1], 1e-12);
  assert_close(form_reber(), 7.0, 1e-12);
}

int main(void) {
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(outcomes_of_a_lockbox_are_as_printed),
      cmocka_unit_test(demonstrations_are_as_printed),
      cmocka_unit_test(distances_are_as_printed),
      cmocka_unit_test(combination_locks_are_as_printed),
      cmocka_unit_test(flipped_outcomes_are_as_printed),
      cmocka_unit_test(bernoulli_arms_are_as_printed),
      cmocka_unit_test(transition_rows_and_walls_are_as_printed),
      cmocka_unit_test(streams_are_as_printed),
      cmocka_unit_test(entropy_is_that_of_two_outcomes),
      cmocka_unit_test(a_counters_code_and_loss_are_means_over_all_sequences),
      cmocka_unit_test(a_counters_code_on_noise_is_a_mean_over_all_sequences),
      cmocka_unit_test(the_first_of_normal_numbers_has_a_cauchy_density),
      cmocka_unit_test(a_divergence_is_summed_over_the_outcomes),
      cmocka_unit_test(distinct_guesses_add_up),
      cmocka_unit_test(a_noisy_expert_is_the_mutual_information_of_its_table),
      cmocka_unit_test(the_distance_is_counted_out),
      cmocka_unit_test(a_flipped_outcome_is_the_mutual_information_of_its_table),
      cmocka_unit_test(a_sequences_code_length_is_the_product_of_its_predictions),
      cmocka_unit_test(a_bernoulli_arm_is_the_integral_over_its_prior),
      cmocka_unit_test(digamma_has_its_known_values),
      cmocka_unit_test(a_row_of_two_states_is_a_bernoulli_arm),
      cmocka_unit_test(a_string_of_the_grammar_is_its_choices),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
