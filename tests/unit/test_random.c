/* test_random.c - the shared generator against published vectors, and its distributions against their moments.
 *
 * Seeds are fixed, so a test that passes once passes always; over seeds, each statistic is held within six standard
 * errors of its expectation (2e-9 two-sided for a normal one, and all are means of at least 10^5 draws). About 100 are
 * taken, hence false alarms below 1e-6 over the whole file had the seeds been drawn.
 */
#include "test.h"

#include "baud/random.h"

enum { DRAWS = 400000 };
static const double SIX = 6.0;

/* Mean and variance within six standard errors, given the third thing that they need: the fourth central moment. */
static void check_moments(const double *x, int n, double mean, double variance, double fourth, const char *what) {
  double sum = 0.0, squares = 0.0;
  for (int i = 0; i < n; i++) sum += x[i];
  for (int i = 0; i < n; i++) squares += (x[i] - mean) * (x[i] - mean);
  double off_mean = (sum / n - mean) / sqrt(variance / n);
  double off_variance = (squares / n - variance) / sqrt((fourth - variance * variance) / n);
  if (fabs(off_mean) > SIX) fail_msg("%s: mean %.6g, not %.6g: %.1f standard errors", what, sum / n, mean, off_mean);
  if (fabs(off_variance) > SIX)
    fail_msg("%s: variance %.6g, not %.6g: %.1f standard errors", what, squares / n, variance, off_variance);
}

static double draws[DRAWS];

/* ---- The generator -------------------------------------------------------------------------------------- */

static void splitmix64_gives_its_published_numbers(void **state) {
  /* seed 0: the paper's and the head of random.h; 1234567: Vigna's reference code, as on Rosetta Code */
  static const uint64_t zero[] = {0xe220a8397b1dcdafu, 0x6e789e6aa1b965f4u, 0x06c45d188009454fu};
  static const uint64_t other[] = {6457827717110365317u, 3203168211198807973u, 9817491932198370423u,
                                   4593380528125082431u, 16408922859458223821u};
  (void)state;
  uint64_t random = 0;
  for (size_t i = 0; i < 3; i++) assert_int_equal(baud_random(&random), zero[i]);
  random = 1234567;
  for (size_t i = 0; i < 5; i++) assert_int_equal(baud_random(&random), other[i]);
}

/* Streams of 1,000 purposes of 20 seeds: 20,000 states and their first draws, and the seeds' own first draws, all
 * different (chance of two alike by accident 2e-10), and as fair bit by bit as independent ones. */
static int by_value(const void *a, const void *b) {
  uint64_t x = *(const uint64_t *)a, y = *(const uint64_t *)b;
  return x < y ? -1 : x > y;
}
static void purposes_do_not_share_draws(void **state) {
  enum { SEEDS = 20, PURPOSES = 1000, ALL = SEEDS * PURPOSES, OWN = 10, TOTAL = 2 * ALL + SEEDS * OWN };
  static uint64_t seen[TOTAL];
  (void)state;
  int ones[64] = {0};
  for (uint64_t i = 0; i < ALL; i++) {
    uint64_t random = baud_split(i / PURPOSES, i % PURPOSES);
    seen[2 * i] = random;
    seen[2 * i + 1] = baud_random(&random);
    for (int bit = 0; bit < 64; bit++) ones[bit] += (int)(seen[2 * i] >> bit & 1u);
  }
  for (int bit = 0; bit < 64; bit++) assert_true(fabs(ones[bit] - ALL / 2.0) < SIX * sqrt(ALL / 4.0));
  for (uint64_t seed = 0, random = 0; seed < SEEDS; random = ++seed)
    for (int i = 0; i < OWN; i++) seen[2 * ALL + OWN * seed + (uint64_t)i] = baud_random(&random);
  qsort(seen, TOTAL, sizeof *seen, by_value);
  for (int i = 1; i < TOTAL; i++) assert_true(seen[i] != seen[i - 1]);
}

/* x ^ x >> shift, undone. */
static uint64_t unshift(uint64_t y, int shift) {
  uint64_t x = y;
  for (int done = shift; done < 64; done += shift) x = y ^ (x >> shift);
  return x;
}
/* 1 / odd modulo 2^64, by Newton's iteration, which doubles the digits that are right. */
static uint64_t inverse(uint64_t odd) {
  uint64_t x = odd;
  for (int i = 0; i < 6; i++) x *= 2 - odd * x;
  return x;
}
/* The state from which the next draw is `output`. */
static uint64_t state_before(uint64_t output) {
  uint64_t z = unshift(output, 31) * inverse(0x94d049bb133111ebu);
  z = unshift(z, 27) * inverse(0xbf58476d1ce4e5b9u);
  return unshift(z, 30) - 0x9e3779b97f4a7c15u;
}

static void uniform_numbers_stay_inside_their_interval_at_its_very_ends(void **state) {
  (void)state;
  uint64_t lowest = state_before(0), highest = state_before(UINT64_MAX), copy = lowest;
  assert_int_equal(baud_random(&copy), 0);
  copy = highest;
  assert_true(baud_random(&copy) == UINT64_MAX);
  copy = lowest;
  assert_true(baud_uniform(&copy) == 0.0);
  copy = highest;
  assert_true(baud_uniform(&copy) < 1.0);
  copy = lowest;
  assert_true(baud_uniform_positive(&copy) > 0.0);
  copy = highest;
  assert_true(baud_uniform_positive(&copy) == 1.0);
  copy = lowest;
  assert_true(isfinite(baud_exponential(&copy)));
  copy = lowest;
  assert_true(isfinite(baud_normal(&copy)));
  copy = highest;
  assert_int_equal(baud_bernoulli(&copy, 1.0), 1);
  copy = lowest;
  assert_int_equal(baud_bernoulli(&copy, 0.0), 0);
}

/* ---- Distributions -------------------------------------------------------------------------------------- */

static void uniform_numbers_are_uniform(void **state) {
  (void)state;
  uint64_t random = 1;
  int cell[100] = {0};
  for (int i = 0; i < DRAWS; i++) {
    draws[i] = baud_uniform(&random);
    cell[(int)(100.0 * draws[i])]++;
  }
  check_moments(draws, DRAWS, 0.5, 1.0 / 12, 1.0 / 80, "uniform");
  double chi = 0.0;
  for (int k = 0; k < 100; k++) chi += pow(cell[k] - DRAWS / 100.0, 2) / (DRAWS / 100.0);
  assert_true(fabs(chi - 99.0) < 8 * sqrt(2.0 * 99.0)); /* chi-square, 99 degrees: above 99 + 8 sigma less than 1e-9 */
  for (int i = 0; i < DRAWS; i++) draws[i] = baud_uniform_positive(&random);
  check_moments(draws, DRAWS, 0.5, 1.0 / 12, 1.0 / 80, "uniform_positive");
}

static void numbers_below_n_are_equally_likely(void **state) {
  static const uint32_t sizes[] = {1, 2, 3, 7, 10, 64, 100};
  (void)state;
  uint64_t random = 2;
  for (size_t s = 0; s < sizeof sizes / sizeof *sizes; s++) {
    uint32_t n = sizes[s];
    int cell[100] = {0};
    double chi = 0.0;
    for (int i = 0; i < DRAWS; i++) {
      uint32_t x = baud_below(&random, n);
      assert_true(x < n);
      cell[x]++;
    }
    for (uint32_t k = 0; k < n; k++) chi += pow(cell[k] - (double)DRAWS / n, 2) / ((double)DRAWS / n);
    /* Laurent and Massart 2000: P(chi - d > 2 sqrt(d t) + 2 t) <= e^-t; t = 20 is 2e-9 */
    assert_true(chi - (n - 1.0) < 2.0 * sqrt((n - 1.0) * 20.0) + 40.0);
  }
}

/* n = 3/4 of 2^32: without the rejection every third number would come twice as often as its neighbours. */
static void a_large_n_is_without_bias_too(void **state) {
  (void)state;
  uint64_t random = 3;
  int cell[3] = {0};
  for (int i = 0; i < DRAWS; i++) cell[baud_below(&random, 3u << 30) % 3]++;
  for (int k = 0; k < 3; k++) assert_true(fabs(cell[k] - DRAWS / 3.0) < SIX * sqrt(DRAWS * 2.0 / 9.0));
}

static void bernoulli_has_its_frequency(void **state) {
  static const double p[] = {0.0, 0.001, 0.1, 0.5, 0.97, 1.0};
  (void)state;
  uint64_t random = 4;
  for (size_t k = 0; k < sizeof p / sizeof *p; k++) {
    int ones = 0;
    for (int i = 0; i < DRAWS; i++) ones += baud_bernoulli(&random, p[k]);
    assert_true(fabs(ones - DRAWS * p[k]) <= SIX * sqrt(DRAWS * p[k] * (1.0 - p[k])));
  }
}

static void normal_numbers_have_the_moments_and_tails_of_the_normal(void **state) {
  (void)state;
  uint64_t random = 5;
  double third = 0.0, fourth = 0.0, before = 0.0, serial = 0.0;
  int beyond_two = 0;
  for (int i = 0; i < DRAWS; i++) {
    double x = draws[i] = baud_normal(&random);
    third += x * x * x;
    fourth += x * x * x * x;
    serial += x * before;
    before = x;
    beyond_two += fabs(x) > 2.0;
  }
  check_moments(draws, DRAWS, 0.0, 1.0, 3.0, "normal");
  assert_true(fabs(third / DRAWS) < SIX * sqrt(15.0 / DRAWS));        /* E x^6 = 15 */
  assert_true(fabs(fourth / DRAWS - 3.0) < SIX * sqrt(96.0 / DRAWS)); /* E x^8 - 9 = 96 */
  assert_true(fabs(serial / DRAWS) < SIX * sqrt(1.0 / DRAWS));
  double p = erfc(sqrt(2.0)); /* P(|x| > 2) */
  assert_true(fabs(beyond_two - DRAWS * p) < SIX * sqrt(DRAWS * p * (1.0 - p)));
}

static void exponential_numbers_have_their_moments(void **state) {
  (void)state;
  uint64_t random = 6;
  for (int i = 0; i < DRAWS; i++) assert_true((draws[i] = baud_exponential(&random)) >= 0.0);
  check_moments(draws, DRAWS, 1.0, 1.0, 9.0, "exponential");
}

/* Gamma(a): mean a, variance a, fourth central moment 3a^2 + 6a. */
static void gamma_numbers_have_their_moments_at_every_shape(void **state) {
  static const double shapes[] = {0.05, 0.3, 0.99, 1.0, 1.5, 4.0, 50.0};
  (void)state;
  uint64_t random = 7;
  for (size_t s = 0; s < sizeof shapes / sizeof *shapes; s++) {
    double a = shapes[s];
    char what[30];
    snprintf(what, sizeof what, "gamma(%g)", a);
    for (int i = 0; i < DRAWS; i++) assert_true((draws[i] = baud_gamma(&random, a)) >= 0.0);
    check_moments(draws, DRAWS, a, a, 3 * a * a + 6 * a, what);
    double logs = 0.0; /* the lower tail: for a = 1, E log x = psi(1), of variance pi^2 / 6 */
    for (int i = 0; i < DRAWS && a == 1.0; i++) logs += log(draws[i]);
    if (a == 1.0) assert_true(fabs(logs / DRAWS + 0.57721566490153286) < SIX * sqrt(1.6449340668482264 / DRAWS));
  }
}

static void beta_numbers_have_their_moments(void **state) {
  static const double shapes[][2] = {{1.0, 1.0}, {0.5, 0.5}, {2.0, 3.0}, {0.2, 5.0}, {40.0, 10.0}};
  (void)state;
  uint64_t random = 8;
  for (size_t s = 0; s < sizeof shapes / sizeof *shapes; s++) {
    double a = shapes[s][0], b = shapes[s][1], n = a + b, variance = a * b / (n * n * (n + 1));
    double excess = 6 * ((a - b) * (a - b) * (n + 1) - a * b * (n + 2)) / (a * b * (n + 2) * (n + 3));
    char what[40];
    snprintf(what, sizeof what, "beta(%g, %g)", a, b);
    for (int i = 0; i < DRAWS; i++) {
      draws[i] = baud_beta(&random, a, b);
      assert_true(draws[i] >= 0.0 && draws[i] <= 1.0);
    }
    check_moments(draws, DRAWS, a / n, variance, (excess + 3.0) * variance * variance, what);
  }
}

static void dirichlet_rows_sum_to_one_and_each_part_is_a_beta(void **state) {
  static const double alpha[][4] = {{1, 1, 1, 1}, {0.3, 1.0, 2.0, 5.0}};
  enum { PARTS = 4, ROWS = 100000 };
  static double part[PARTS][ROWS];
  (void)state;
  uint64_t random = 9;
  for (int set = 0; set < 2; set++) {
    double total = 0.0, both = 0.0;
    for (int k = 0; k < PARTS; k++) total += alpha[set][k];
    for (int i = 0; i < ROWS; i++) {
      double p[PARTS], sum = 0.0;
      baud_dirichlet(&random, alpha[set], PARTS, p);
      for (int k = 0; k < PARTS; k++) sum += part[k][i] = p[k];
      assert_close(sum, 1.0, 1e-12);
      both += (p[2] - alpha[set][2] / total) * (p[3] - alpha[set][3] / total);
    }
    for (int k = 0; k < PARTS; k++) {
      double a = alpha[set][k], b = total - a, n = total, variance = a * b / (n * n * (n + 1));
      double excess = 6 * ((a - b) * (a - b) * (n + 1) - a * b * (n + 2)) / (a * b * (n + 2) * (n + 3));
      char what[40];
      snprintf(what, sizeof what, "dirichlet %d, part %d", set, k);
      check_moments(part[k], ROWS, a / n, variance, (excess + 3.0) * variance * variance, what);
    }
    /* cov = -a_i a_j / (n^2 (n + 1)); |product| <= 1 and of variance below that of a square, .01 */
    double covariance = -alpha[set][2] * alpha[set][3] / (total * total * (total + 1));
    assert_true(fabs(both / ROWS - covariance) < SIX * sqrt(0.01 / ROWS));
  }
}

static void categorical_draws_follow_their_probabilities(void **state) {
  static const double p[] = {0.0, 0.1, 0.25, 0.0, 0.6, 0.05, 0.0};
  enum { N = 7 };
  (void)state;
  uint64_t random = 10;
  int cell[N] = {0};
  for (int i = 0; i < DRAWS; i++) {
    uint32_t k = baud_categorical(&random, p, N);
    assert_true(k < N);
    cell[k]++;
  }
  for (int k = 0; k + 1 < N; k++) assert_true(fabs(cell[k] - DRAWS * p[k]) <= SIX * sqrt(DRAWS * p[k] * (1 - p[k])));
  assert_true(cell[N - 1] <= 1); /* only where rounding leaves something over */
  static const double certain[] = {1.0};
  assert_int_equal(baud_categorical(&random, certain, 1), 0);
  uint64_t highest = state_before(UINT64_MAX);
  static const double short_of_one[] = {0.5, 0.5 - 1e-9};
  assert_int_equal(baud_categorical(&highest, short_of_one, 2), 1);
}

int main(void) {
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(splitmix64_gives_its_published_numbers),
      cmocka_unit_test(purposes_do_not_share_draws),
      cmocka_unit_test(uniform_numbers_stay_inside_their_interval_at_its_very_ends),
      cmocka_unit_test(uniform_numbers_are_uniform),
      cmocka_unit_test(numbers_below_n_are_equally_likely),
      cmocka_unit_test(a_large_n_is_without_bias_too),
      cmocka_unit_test(bernoulli_has_its_frequency),
      cmocka_unit_test(normal_numbers_have_the_moments_and_tails_of_the_normal),
      cmocka_unit_test(exponential_numbers_have_their_moments),
      cmocka_unit_test(gamma_numbers_have_their_moments_at_every_shape),
      cmocka_unit_test(beta_numbers_have_their_moments),
      cmocka_unit_test(dirichlet_rows_sum_to_one_and_each_part_is_a_beta),
      cmocka_unit_test(categorical_draws_follow_their_probabilities),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
