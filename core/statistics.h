/* statistics.h - means, medians, interquartile means, their 95 % bootstrap intervals and comparisons of two groups.
 *
 * The sampling unit is the trial: x[0..n) holds one number for each. Values may be infinite (an event that never
 * came), never NAN. Every result is a function of the values alone: the resampling generator starts from a fixed
 * seed, and the order of the values does not matter. What is not known is said by an interval of (-INFINITY,
 * INFINITY): so for one value.
 */
#ifndef BAUD_CORE_STATISTICS_H
#define BAUD_CORE_STATISTICS_H

#include "error.h"

enum { STATISTICS_RESAMPLES = 2000 };

enum statistics_kind {
  STATISTICS_MEAN,
  STATISTICS_MEDIAN,
  STATISTICS_IQM /* mean of the middle half: floor(n/4) values cut at either end (Agarwal et al. 2021) */
};

enum statistics_method {
  STATISTICS_PERCENTILE,
  STATISTICS_BCA /* bias-corrected and accelerated (Efron 1987); falls back to percentile where it is undefined */
};

enum statistics_pairing {
  STATISTICS_INDEPENDENT, /* two groups, resampled apart */
  STATISTICS_PAIRED       /* a[i] and b[i] belong together (the same world): the differences are resampled */
};

typedef struct statistics_estimate {
  double value, low, high; /* the statistic and its 95 % interval */
  size_t n;
} statistics_estimate;

typedef struct statistics_comparison {
  statistics_estimate difference;  /* statistic of a minus statistic of b; paired: statistic of a - b */
  statistics_estimate probability; /* P(a > b) + P(a = b)/2 */
} statistics_comparison;

/* The statistic alone; NAN for n = 0. */
int statistics_value(enum statistics_kind kind, const double *x, size_t n, double *value, baud_error *error);

/* The statistic with its 95 % interval. Fails for n = 0, NAN, or lack of memory. */
int statistics_bootstrap(enum statistics_kind kind, enum statistics_method method, const double *x, size_t n,
                         statistics_estimate *out, baud_error *error);

/* a against b; percentile intervals for independent groups, BCa for the difference of pairs. */
int statistics_compare(enum statistics_kind kind, enum statistics_pairing pairing, const double *a, size_t n_a,
                       const double *b, size_t n_b, statistics_comparison *out, baud_error *error);

/* H_b(p) = -p log2 p - (1-p) log2 (1-p), 0 at both ends, NAN outside [0, 1]. */
double statistics_entropy_bits(double p);

#endif
