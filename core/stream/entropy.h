/* entropy.h - how many bits a sample's outcomes hold, and how many two of them share, estimated from counts.
 *
 * Plain frequencies underestimate entropy. Grassberger's estimator (Entropy estimates from insufficient samplings,
 * arXiv physics/0307138; for samples whose size N is fixed, hence psi(N) for ln N) nearly cures it where most outcomes
 * were seen more than once:
 *   H = psi(N) - 1/N sum over outcomes of n G(n),  G(1) = -gamma - ln 2,  G(2) = 2 + G(1),
 *   G(2k + 1) = G(2k),  G(2k + 2) = G(2k) + 2 / (2k + 1)
 * Where more than 30 % of the sample are singletons, outcomes seen once, much was never seen, and the coverage
 * estimator of Chao and Shen (Environ. Ecol. Stat. 10, 2003, equation 7) stands in, with C = 1 - singletons / N: H =
 * -sum of C p log (C p) / (1 - (1 - C p)^N),  p = n / N Neither is worth much without N and the singletons beside it,
 * so they always are.
 *
 * Estimates of mutual information, H(x) + H(y) - H(x, y), are biased upwards; what independent samples of the same
 * counts would show, their mean over shuffles, is taken off.
 */
#ifndef BAUD_CORE_ENTROPY_H
#define BAUD_CORE_ENTROPY_H

#include <stddef.h>
#include <stdint.h>

#include "error.h"

enum entropy_estimator { ENTROPY_GRASSBERGER, ENTROPY_CHAO_SHEN };
extern const char *const entropy_estimator_name[2]; /* "Grassberger", "Chao-Shen" */

typedef struct entropy_estimate {
  double bits;
  uint64_t n, kinds, singletons; /* of the sample: its size, different outcomes, those seen once */
  enum entropy_estimator estimator;
} entropy_estimate;

typedef struct entropy_shared {
  double bits;                      /* plain - null; around 0, hence also below it, where nothing is shared */
  double plain;                     /* the estimate before */
  double null, null_deviation;      /* mean and standard deviation over ENTROPY_SHUFFLES shuffles */
  uint64_t n, singletons;           /* of the pairs */
  enum entropy_estimator estimator; /* of all three entropies: what the pairs call for */
} entropy_shared;

enum { ENTROPY_SHUFFLES = 200 };

/* From counts[kinds], of which those that are 0 count as not there; the sample must not be empty. */
entropy_estimate entropy_of_counts(const uint64_t *count, size_t kinds);
double entropy_grassberger(const uint64_t *count, size_t kinds); /* bits */
double entropy_chao_shen(const uint64_t *count, size_t kinds);   /* bits */

/* Of the outcomes x[0..n), equal numbers being one outcome. Fails for n = 0, NAN or lack of memory. */
int entropy_of_sample(const double *x, size_t n, entropy_estimate *out, baud_error *error);

/* What x[i] tells of y[i]. The shuffles come from a fixed seed, so that the result is a function of the sample. */
int entropy_of_pairs(const double *x, const double *y, size_t n, entropy_shared *out, baud_error *error);

#endif
