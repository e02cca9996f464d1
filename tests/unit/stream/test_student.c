/* test_student.c - Student's t against its elementary forms and against reference digits; the prediction against the
 * closed form of the marginal likelihood that the predictions of a sequence must multiply to.
 */
#include "../test.h"

#include "baud/random.h"
#include "stream/student.h"

static const double PI = 3.14159265358979323846;

/* P(T > t) for whole degrees of freedom: Abramowitz and Stegun 26.7.3 and 26.7.4. */
static double elementary_tail(double t, int freedom) {
  double theta = atan(t / sqrt(freedom)), c = cos(theta), term = freedom % 2 ? c : 1.0, sum = 0.0;
  for (int k = freedom % 2 ? 1 : 0; k < freedom - 1; k += 2) {
    sum += term;
    term *= c * c * (k + 1.0) / (k + 2.0);
  }
  double inside = freedom % 2 ? 2.0 / PI * (theta + (freedom > 1 ? sin(theta) * sum : 0.0)) : sin(theta) * sum;
  return 0.5 * (1.0 - inside);
}

static void the_tail_is_elementary_for_whole_degrees_of_freedom(void **state) {
  (void)state;
  for (int freedom = 1; freedom <= 200; freedom++)
    for (double t = 0.0; t < 8.0; t += 0.01) assert_close(student_tail(t, freedom), elementary_tail(t, freedom), 5e-14);
}

/* Far out, where 1 - P would have no digits left, the two simplest have forms of their own. */
static void far_tails_keep_their_digits(void **state) {
  (void)state;
  for (double t = 10.0; t < 1e12; t *= 7.0) {
    assert_close(student_tail(t, 1.0) / (atan(1.0 / t) / PI), 1.0, 1e-13);
    double root = sqrt(2.0 + t * t); /* 1/2 (1 - t / root) = 1 / (root (root + t)) */
    assert_close(student_tail(t, 2.0) * root * (root + t), 1.0, 1e-13);
  }
  assert_true(student_tail(INFINITY, 3.0) == 0.0);
  assert_true(student_tail(0.0, 3.0) == 0.5);
}

/* Computed with mpmath 1.3 to 60 digits. */
static void the_tail_has_the_reference_digits(void **state) {
  static const struct {
    double freedom, t, tail;
  } reference[] = {
      {0.7, 3.3, 0.13291386883590791},  {2.5, 0.2, 0.42830484201451274},     {7.5, 40, 2.5595283818548954e-10},
      {33.3, 5, 9.0254756664849181e-6}, {1999.5, 1.25, 0.10572291314471434}, {3999, 7.5, 3.9086714449771664e-14},
      {4001, 0.4, 0.34458893517411062}, {12345.5, 3, 0.0013525918470010109}, {1000000.0, 10, 7.6393053840891248e-24},
  };
  (void)state;
  for (size_t i = 0; i < sizeof reference / sizeof *reference; i++)
    assert_close(student_tail(reference[i].t, reference[i].freedom) / reference[i].tail, 1.0, 1e-12);
}

static void both_ways_to_the_tail_agree_where_they_meet(void **state) {
  (void)state;
  for (double t = 0.001; t < 20.0; t *= 1.3)
    assert_close(student_tail(t, 4000.0) / student_tail(t, 4000.0 * (1.0 + 1e-15)), 1.0, 1e-7);
}

static void bins_that_fill_the_line_sum_to_one(void **state) {
  static const double freedoms[] = {1.0, 2.5, 30.0, 4100.0};
  (void)state;
  for (size_t f = 0; f < 4; f++) {
    student_prediction p = {freedoms[f], 0.37, 2.0};
    double sum = student_between(&p, -INFINITY, -8.0) + student_between(&p, 8.0, INFINITY);
    for (int i = -80; i < 80; i++) sum += student_between(&p, i / 10.0, (i + 1) / 10.0);
    assert_close(sum, 1.0, 1e-13);
    assert_close(student_between(&p, -INFINITY, INFINITY), 1.0, 0.0);
  }
}

/* ---- The prediction ------------------------------------------------------------------------------------- */

/* ln of the marginal likelihood of x[0..n) under the prior (m, k, a, b): Murphy 2007, equation 95. */
static double log_marginal(const double *x, int n, double m, double k, double a, double b) {
  double mean = 0.0, squares = 0.0, kn = k + n, an = a + 0.5 * n;
  for (int i = 0; i < n; i++) mean += x[i] / n;
  for (int i = 0; i < n; i++) squares += (x[i] - mean) * (x[i] - mean);
  double bn = b + 0.5 * squares + 0.5 * k * n * (mean - m) * (mean - m) / kn;
  return lgamma(an) - lgamma(a) + a * log(b) - an * log(bn) + 0.5 * log(k / kn) - 0.5 * n * log(2.0 * PI);
}

/* Bins so narrow that probability over width is the density, times each other. */
static void predictions_multiply_to_the_marginal_likelihood(void **state) {
  enum { N = 200 };
  double x[N], scale = 3.0, k = 0.01, a = 0.5, b = scale * scale * a * k / (1.0 + k), total = 0.0;
  uint64_t random = 12;
  student s;
  (void)state;
  student_open(&s, -1.0, scale);
  for (int i = 0; i < N; i++) {
    x[i] = 5.0 + 0.5 * baud_normal(&random);
    student_prediction p = student_predict(&s);
    double half = 1e-4 * p.scale;
    total += log(student_between(&p, x[i] - half, x[i] + half) / (2.0 * half));
    student_add(&s, x[i]);
    if (i % 20 == 0 || i == N - 1) assert_close(total, log_marginal(x, i + 1, -1.0, k, a, b), 1e-6 * (i + 1));
  }
}

static void the_first_prediction_is_a_cauchy_distribution(void **state) {
  student s;
  (void)state;
  student_open(&s, 2.0, 0.25);
  student_prediction p = student_predict(&s);
  assert_close(p.freedom, 1.0, 0.0);
  assert_close(p.location, 2.0, 0.0);
  assert_close(p.scale, 0.25, 1e-15);
  assert_close(student_between(&p, 1.75, 2.25), 0.5, 1e-14);
}

/* Of a normal stream it predicts, in the end, what is so: its cost over the true code is 1/2 log2 n for each of mean
 * and deviation, and a constant. */
static void a_normal_stream_costs_little_more_than_its_own_code(void **state) {
  enum { N = 20000 };
  double cost = 0.0, width = 0.05;
  uint64_t random = 3;
  student s;
  (void)state;
  student_open(&s, 0.0, 1.0);
  for (int i = 0; i < N; i++) {
    double x = 2.0 + 0.7 * baud_normal(&random), low = floor(x / width) * width, z[2] = {low, low + width};
    student_prediction p = student_predict(&s);
    for (int side = 0; side < 2; side++) z[side] = (z[side] - 2.0) / 0.7 / sqrt(2.0);
    cost += log2(0.5 * fabs(erf(z[1]) - erf(z[0])) / student_between(&p, low, low + width));
    student_add(&s, x);
  }
  assert_true(cost > 0.0 && cost < log2(N) + 12.0);
}

int main(void) {
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(the_tail_is_elementary_for_whole_degrees_of_freedom),
      cmocka_unit_test(far_tails_keep_their_digits),
      cmocka_unit_test(the_tail_has_the_reference_digits),
      cmocka_unit_test(both_ways_to_the_tail_agree_where_they_meet),
      cmocka_unit_test(bins_that_fill_the_line_sum_to_one),
      cmocka_unit_test(predictions_multiply_to_the_marginal_likelihood),
      cmocka_unit_test(the_first_prediction_is_a_cauchy_distribution),
      cmocka_unit_test(a_normal_stream_costs_little_more_than_its_own_code),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
