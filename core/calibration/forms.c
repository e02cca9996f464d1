/* forms.c - see forms.h.
 */
#include "calibration/forms.h"

#include <math.h>

static const double LN2 = 0.693147180559945309417;

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
