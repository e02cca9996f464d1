/* student.c - see student.h. The tail is an incomplete beta function, by its continued fraction; from many degrees of
 * freedom on it is a normal tail at a corrected place.
 */
#include "stream/student.h"

#include <float.h>
#include <math.h>

static const double PRIOR_COUNT = 0.01, PRIOR_SHAPE = 0.5;

void student_open(student *s, double middle, double scale) { *s = (student){.middle = middle, .scale = scale}; }

/* Welford 1962. */
void student_add(student *s, double x) {
  double off = x - s->mean;
  s->n += 1.0;
  s->mean += off / s->n;
  s->squares += off * (x - s->mean);
}

student_prediction student_predict(const student *s) {
  double k = PRIOR_COUNT + s->n, a = PRIOR_SHAPE + 0.5 * s->n, off = s->mean - s->middle;
  double b = s->scale * s->scale * PRIOR_SHAPE * PRIOR_COUNT / (PRIOR_COUNT + 1.0);
  b += 0.5 * s->squares + 0.5 * PRIOR_COUNT * s->n / k * off * off;
  double location = s->middle + s->n / k * off;
  return (student_prediction){2.0 * a, location, sqrt(b * (k + 1.0) / (a * k))};
}

/* ---- The tail ----------------------------------------------------------------------------------------- */

/* ln B(a, 1/2); for large a by Stirling's series, where the difference of logarithms of gammas would lose digits. */
static double log_beta_half(double a) {
  double y = 1.0 / (a * a);
  if (a < 40.0) return lgamma(a) + lgamma(0.5) - lgamma(a + 0.5);
  double ratio =
      (-1.0 / 8 + y * (1.0 / 192 + y * (-1.0 / 640 + y * (17.0 / 14336)))) / a; /* ln of the quotient below */
  return 0.5 * log(3.14159265358979323846 / a) - ratio;                         /* Gamma(a + 1/2) / (Gamma(a) sqrt a) */
}

/* The continued fraction of the incomplete beta function (DLMF 8.17.22), by Lentz's method as Thompson and Barnett
 * (1986) have it. Converges fast for x < (a + 1) / (a + b + 2). */
static double beta_fraction(double a, double b, double x) {
  enum { MOST = 10000 };
  double f = 1.0, c = 1.0, d = 0.0;
  for (int m = 0; m < MOST; m++) {
    for (int half = 0; half < 2; half++) {
      double numerator = half == 0 ? (m == 0 ? 1.0 : m * (b - m) * x / ((a + 2.0 * m - 1.0) * (a + 2.0 * m)))
                                   : -(a + m) * (a + b + m) * x / ((a + 2.0 * m) * (a + 2.0 * m + 1.0));
      if (m == 0 && half == 0) continue; /* the leading 1 / (1 + ..) is taken at the end */
      d = 1.0 + numerator * d;
      c = 1.0 + numerator / c;
      if (fabs(d) < DBL_MIN) d = DBL_MIN;
      if (fabs(c) < DBL_MIN) c = DBL_MIN;
      d = 1.0 / d;
      f *= c * d;
      if (fabs(c * d - 1.0) < 4e-16) return 1.0 / f;
    }
  }
  return 1.0 / f;
}

/* I_x(a, 1/2) with y = 1 - x, which is given apart since one of them may be too small to be had from the other. */
static double incomplete_beta_half(double a, double x, double y) {
  double front = exp(a * (x < 0.5 ? log(x) : log1p(-y)) + 0.5 * log(y) - log_beta_half(a));
  if (x < (a + 1.0) / (a + 2.5)) return front / a * beta_fraction(a, 0.5, x);
  return 1.0 - 2.0 * front * beta_fraction(0.5, a, y);
}

/* For many degrees of freedom: a normal deviate with the same tail, by the first terms of Hill 1970 (Algorithm 395,
 * CACM 13); what they leave out is of the order of (y / b)^2. */
static double hill_tail(double t, double freedom) {
  double a = freedom - 0.5, b = 48.0 * a * a, y = a * log1p(t * t / freedom);
  return 0.5 * erfc(sqrt(0.5 * y) * (1.0 + (y + 3.0) / b));
}

double student_tail(double t, double freedom) {
  if (!(t > 0.0)) return 0.5;
  if (isinf(t)) return 0.0;
  if (freedom > 4000.0) return hill_tail(t, freedom);
  double square = t * t, x = freedom / (freedom + square), y = square / (freedom + square);
  return isinf(square) ? 0.0 : 0.5 * incomplete_beta_half(0.5 * freedom, x, y);
}

double student_between(const student_prediction *p, double low, double high) {
  double from = (low - p->location) / p->scale, to = (high - p->location) / p->scale;
  if (from >= 0.0) return student_tail(from, p->freedom) - student_tail(to, p->freedom);
  if (to <= 0.0) return student_tail(-to, p->freedom) - student_tail(-from, p->freedom);
  return 1.0 - student_tail(-from, p->freedom) - student_tail(to, p->freedom);
}
