/* baud/beta_best.h - how likely each of several arms is to draw the largest number, theta_i ~ Beta(a_i, b_i)
 * independently: the exact policy of Thompson sampling, by deterministic quadrature.
 *
 * P(i is largest) = integral of f_i(x) * product over j != i of F_j(x). With x = sin^2(pi u / 2) every Beta of n = a+b
 * pulls has in u a width of about 1/(pi sqrt n), wherever its mean is (the arcsine transform stabilises the variance),
 * and no density is infinite where a, b >= 1/2. So equal panels of 1.5 such widths of the narrowest arm, with eight
 * Gauss nodes each, serve all arms at once; F is the integral of the same eight-node polynomial. For 2a, 2b integer
 * the error is below 1e-9. Costs about 4 sqrt(n) * arms exponentials: for when it is asked, not for each step.
 */
#ifndef BAUD_BETA_BEST_H
#define BAUD_BETA_BEST_H

#include <math.h>
#include <stdint.h>

#ifdef __cplusplus
extern "C" {
#endif

#define BAUD_GAUSS_NODES 8u
#define BAUD_HALF_PI 1.57079632679489661923

/* Gauss-Legendre on (0, 1): the integral of a polynomial p up to node m is sum over l of upto[m][l] p(x[l]). */
typedef struct baud_gauss {
  double x[BAUD_GAUSS_NODES], weight[BAUD_GAUSS_NODES], upto[BAUD_GAUSS_NODES][BAUD_GAUSS_NODES];
} baud_gauss;

/* Legendre polynomials P_0 .. P_N at t. */
static inline void baud_legendre(double t, double *p) {
  p[0] = 1.0;
  p[1] = t;
  for (uint32_t n = 1; n < BAUD_GAUSS_NODES; n++) p[n + 1] = ((2 * n + 1) * t * p[n] - n * p[n - 1]) / (n + 1);
}

/* Nodes by Newton's method; the interpolating polynomial's integral from its Legendre series, with
 * integral of P_n = (P_{n+1} - P_{n-1}) / (2n + 1). */
static inline void baud_gauss_init(baud_gauss *gauss) {
  double t[BAUD_GAUSS_NODES], p[BAUD_GAUSS_NODES][BAUD_GAUSS_NODES + 1];
  for (uint32_t m = 0; m < BAUD_GAUSS_NODES; m++) {
    double slope = 1.0;
    t[m] = -cos(2.0 * BAUD_HALF_PI * (m + 0.75) / (BAUD_GAUSS_NODES + 0.5));
    for (uint32_t round = 0; round < 20; round++) {
      baud_legendre(t[m], p[m]);
      slope = BAUD_GAUSS_NODES * (t[m] * p[m][BAUD_GAUSS_NODES] - p[m][BAUD_GAUSS_NODES - 1]) / (t[m] * t[m] - 1.0);
      t[m] -= p[m][BAUD_GAUSS_NODES] / slope;
    }
    gauss->x[m] = 0.5 * (1.0 + t[m]);
    gauss->weight[m] = 1.0 / ((1.0 - t[m] * t[m]) * slope * slope);
  }
  for (uint32_t m = 0; m < BAUD_GAUSS_NODES; m++) {
    for (uint32_t l = 0; l < BAUD_GAUSS_NODES; l++) {
      double sum = t[m] + 1.0;
      for (uint32_t n = 1; n < BAUD_GAUSS_NODES; n++) sum += p[l][n] * (p[m][n + 1] - p[m][n - 1]);
      gauss->upto[m][l] = 0.5 * gauss->weight[l] * sum;
    }
  }
}

/* Makes p[0..n), whose sum is 1 up to the quadrature's error, sum to 1. */
static inline void baud_normalise(double *p, uint32_t n) {
  double sum = 0.0;
  for (uint32_t i = 0; i < n; i++) sum += p[i];
  for (uint32_t i = 0; i < n; i++) p[i] /= sum;
}

/* The numbers that baud_beta_best works in. */
static inline uint64_t baud_beta_best_scratch(uint32_t arms) {
  return (uint64_t)arms * (3u + 2u * BAUD_GAUSS_NODES);
}

/* Densities f in u and distribution functions F of all arms at a panel's nodes, [arm][node]; advances f_low, [arm], F
 * at the panel's low end, to its high end. */
static inline void baud_beta_panel(const baud_gauss *gauss, uint32_t arms, const double *a, const double *b,
                                   const double *log_scale, double low, double width, double *f_low, double *f,
                                   double *distribution) {
  double log_sin[BAUD_GAUSS_NODES], log_cos[BAUD_GAUSS_NODES];
  for (uint32_t m = 0; m < BAUD_GAUSS_NODES; m++) {
    double u = low + width * gauss->x[m];
    log_sin[m] = log(sin(BAUD_HALF_PI * u));
    log_cos[m] = log(sin(BAUD_HALF_PI * (1.0 - u)));
  }
  for (uint32_t j = 0; j < arms; j++) {
    double *fj = f + (uint64_t)j * BAUD_GAUSS_NODES, *total = distribution + (uint64_t)j * BAUD_GAUSS_NODES, sum = 0.0;
    for (uint32_t m = 0; m < BAUD_GAUSS_NODES; m++)
      fj[m] = width * exp((2.0 * a[j] - 1.0) * log_sin[m] + (2.0 * b[j] - 1.0) * log_cos[m] + log_scale[j]);
    for (uint32_t m = 0; m < BAUD_GAUSS_NODES; m++) {
      total[m] = f_low[j];
      for (uint32_t l = 0; l < BAUD_GAUSS_NODES; l++) total[m] += gauss->upto[m][l] * fj[l];
      total[m] = fmin(1.0, fmax(0.0, total[m]));
      sum += gauss->weight[m] * fj[m];
    }
    f_low[j] = fmin(1.0, f_low[j] + sum);
  }
}

/* p[i] += a panel's share of the integral of f_i * product of the others' F; `above`, [arm], is worked in. */
static inline void baud_beta_win(const baud_gauss *gauss, uint32_t arms, const double *f, const double *distribution,
                                 double *above, double *p) {
  for (uint32_t m = 0; m < BAUD_GAUSS_NODES; m++) {
    double below = gauss->weight[m];
    above[arms - 1] = 1.0; /* product of F_j over the arms behind i */
    for (uint32_t i = arms - 1; i > 0; i--) above[i - 1] = above[i] * distribution[(uint64_t)i * BAUD_GAUSS_NODES + m];
    for (uint32_t i = 0; i < arms; i++) {
      p[i] += f[(uint64_t)i * BAUD_GAUSS_NODES + m] * below * above[i];
      below *= distribution[(uint64_t)i * BAUD_GAUSS_NODES + m];
    }
  }
}

/* Into p[i]: P(theta_i is the largest and exceeds `floor`), floor in [0, 1). Returns P(none exceeds it). */
static inline double baud_beta_best(const baud_gauss *gauss, uint32_t arms, const double *a, const double *b,
                                    double floor, double *scratch, double *p) {
  double *log_scale = scratch, *f_low = log_scale + arms, *above = f_low + arms, *f = above + arms;
  double *distribution = f + (uint64_t)arms * BAUD_GAUSS_NODES, pulls = 0.0, none = 1.0;
  for (uint32_t j = 0; j < arms; j++) {
    log_scale[j] = lgamma(a[j] + b[j]) - lgamma(a[j]) - lgamma(b[j]) +
                   log(2.0 * BAUD_HALF_PI);
    pulls = fmax(pulls, a[j] + b[j]);
    f_low[j] = p[j] = 0.0;
  }
  double edge[3] = { 0.0, asin(sqrt(floor)) / BAUD_HALF_PI, 1.0 }, panel = 1.5 / (2.0 * BAUD_HALF_PI * sqrt(pulls));
  for (int part = 0; part < 2; part++) {
    double length = edge[part + 1] - edge[part];
    uint64_t panels = length > 0.0 ? (uint64_t)ceil(length / panel) + 4 : 0;
    if (part == 1)
      for (uint32_t j = 0; j < arms; j++) none *= f_low[j];
    for (uint64_t k = 0; k < panels; k++) {
      baud_beta_panel(gauss, arms, a, b, log_scale, edge[part] + length * (double)k / (double)panels,
                      length / (double)panels, f_low, f, distribution);
      if (part == 1) baud_beta_win(gauss, arms, f, distribution, above, p);
    }
  }
  return floor > 0.0 ? none : 0.0;
}

#ifdef __cplusplus
}
#endif
#endif
