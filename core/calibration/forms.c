/* forms.c - see forms.h.
 */
#include "calibration/forms.h"

#include <math.h>

static const double LN2 = 0.693147180559945309417, PI = 3.14159265358979323846;

double form_entropy(double p) { return p <= 0.0 || p >= 1.0 ? 0.0 : -p * log2(p) - (1.0 - p) * log2(1.0 - p); }

double form_outcome(uint32_t n, uint32_t k) { return form_entropy(1.0 / (double)(n - k)); }

double form_outcomes(uint32_t n, uint32_t m) {
  double rest = (double)(n - m) / n;
  return (double)m / n * log2(n) - (rest > 0.0 ? rest * log2(rest) : 0.0);
}

double form_noisy_expert(uint32_t n, double q) { return log2(n) - form_entropy(q) - (1.0 - q) * log2((double)n - 1.0); }

double form_distance(uint32_t n) {
  double mean = 0.0;
  for (uint32_t guess = 0; guess < n; guess++) {
    uint32_t shorter = guess < n - 1 - guess ? guess : n - 1 - guess; /* distances 1..shorter come from both sides */
    mean += 2.0 * shorter / n * log2(n / 2.0) + (double)(n - 2 * shorter) / n * log2(n);
  }
  return mean / n;
}

double form_flipped(double p, double e) { return form_entropy(p * (1.0 - e) + (1.0 - p) * e) - form_entropy(e); }

/* The count of ones is uniform on 0..n under the prior; given p it is binomial. I = H(sequence) - E[n h(p)], with
 * E[h(p)] = 1/(2 ln 2) for uniform p. */
double form_bernoulli(uint32_t n) {
  double code = 0.0;
  for (uint32_t ones = 0; ones <= n; ones++) code += form_sequence(n, ones) / (n + 1.0);
  return code - n / (2.0 * LN2);
}

/* -log2 of integral p^s (1-p)^(n-s) dp = log2((n+1) C(n, s)) */
double form_sequence(uint32_t n, uint32_t ones) {
  return log2(n + 1.0) + (lgamma(n + 1.0) - lgamma(ones + 1.0) - lgamma((double)(n - ones) + 1.0)) / LN2;
}

double form_digamma(double x) {
  double shift = 0.0;
  for (; x < 12.0; x += 1.0) shift -= 1.0 / x;
  double y = 1.0 / (x * x);
  return shift + log(x) - 0.5 / x - y * (1.0 / 12 - y * (1.0 / 120 - y * (1.0 / 252 - y * (1.0 / 240 - y / 132))));
}

double form_dirichlet(uint32_t s) { return log2(s) - (form_digamma(s + 1.0) - form_digamma(2.0)) / LN2; }

/* ---- Streams ------------------------------------------------------------------------------------------- */

/* Gamma(m/2) / Gamma(N + m/2) * product of Gamma(n_x + 1/2) / Gamma(1/2) */
double form_kt(const uint32_t *n, uint32_t m) {
  double total = 0.0, nats = -lgamma(0.5 * m);
  for (uint32_t x = 0; x < m; x++) {
    total += n[x];
    nats += lgamma(0.5) - lgamma(n[x] + 0.5);
  }
  return (nats + lgamma(total + 0.5 * m)) / LN2;
}

static double binomial(uint32_t n, uint32_t k, double p) {
  double x = k, y = (double)(n - k);
  return exp(lgamma(n + 1.0) - lgamma(x + 1.0) - lgamma(y + 1.0) + x * log(p) + y * log1p(-p));
}

double form_kt_code(uint32_t n, double p) {
  double mean = 0.0;
  for (uint32_t k = 0; k <= n; k++) mean += binomial(n, k, p) * form_kt((const uint32_t[]){n - k, k}, 2);
  return mean;
}

double form_kt_loss(uint32_t n, double p) {
  double mean = 0.0;
  for (uint32_t k = 0; k <= n; k++)
    mean -= binomial(n, k, p) * (p * log2((k + 0.5) / (n + 1.0)) + (1.0 - p) * log2((n - k + 0.5) / (n + 1.0)));
  return mean;
}

/* The next symbol has come k times among t, k binomial: -log2 (k + 1/2) / (t + m/2). */
double form_kt_noise(uint32_t n, uint32_t m) {
  double bits = 0.0;
  for (uint32_t t = 0; t < n; t++)
    for (uint32_t k = 0; k <= t; k++) bits -= binomial(t, k, 1.0 / m) * log2((k + 0.5) / (t + 0.5 * m));
  return bits;
}

double form_ctw_bound(uint32_t leaves, double n) { return 2.0 * leaves - 1.0 + leaves * (0.5 * log2(n / leaves) + 1.0); }

double form_ctw_mean(uint32_t leaves, double n) {
  return 2.0 * leaves - 1.0 + leaves * (0.5 * log2(n / leaves) + 0.5 * log2(PI / 2.0) - 0.5 / LN2);
}

double form_normal_gamma(const double *x, uint32_t n, double m, double k, double a, double b) {
  double mean = 0.0, squares = 0.0, kn = k + n, an = a + 0.5 * n;
  for (uint32_t i = 0; i < n; i++) mean += x[i] / n;
  for (uint32_t i = 0; i < n; i++) squares += (x[i] - mean) * (x[i] - mean);
  double bn = b + 0.5 * squares + 0.5 * k * n * (mean - m) * (mean - m) / kn;
  double nats = lgamma(an) - lgamma(a) + a * log(b) - an * log(bn) + 0.5 * log(k / kn) - 0.5 * n * log(2.0 * PI);
  return -nats / LN2;
}

/* From each place one choice and those of where it leads, as likely: c1 = 1 + (c2 + c3) / 2, c2 = 1 + (c2 + c4) / 2,
 * c3 = 1 + (c3 + c5) / 2, c4 = 1 + c3 / 2, c5 = 1 + c4 / 2. */
double form_reber(void) {
  double c5 = 2.0 / (1.0 - 1.0 / 4.0), c3 = 2.0 + c5, c4 = 1.0 + c3 / 2.0, c2 = 2.0 + c4; /* c5 = 1 + (1 + (2 + c5) / 2) / 2 */
  return 1.0 + 1.0 + (c2 + c3) / 2.0;
}

double form_divergence(double p, double q) { return p * log2(p / q) + (1.0 - p) * log2((1.0 - p) / (1.0 - q)); }
