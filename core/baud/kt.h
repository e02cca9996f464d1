/* baud/kt.h - the estimator of Krichevsky and Trofimov, inline: the code of one who counts. For learners and host
 * alike; nothing here allocates or keeps state.
 *
 * Of m possible symbols one that was seen n times among N has probability
 *   (n + 1/2) / (N + m/2)
 * (Krichevsky and Trofimov 1981, equation 1; the predictive rule of the prior Dirichlet(1/2, .., 1/2)). Coded one by
 * one like this, a sequence costs its empirical entropy and at most (m - 1)/2 log2 N + log2 m bits more; for m = 2 at
 * most 1/2 log2 N + 1.
 */
#ifndef BAUD_KT_H
#define BAUD_KT_H

#include <math.h>
#include <stdint.h>

#ifdef __cplusplus
extern "C" {
#endif

/* P(the next of `symbols` symbols is one that was seen `seen` times among `total`). */
static inline double baud_kt(uint64_t seen, uint64_t total, uint32_t symbols) {
  return ((double)seen + 0.5) / ((double)total + 0.5 * symbols);
}

/* Counts: count[0..symbols) of each symbol and count[symbols] of all; zeroed memory is the beginning. */

/* P(x). */
static inline double baud_kt_probability(const uint64_t *count, uint32_t symbols, uint32_t x) {
  return baud_kt(count[x], count[symbols], symbols);
}

/* p[0..symbols) of all symbols. */
static inline void baud_kt_predict(const uint64_t *count, uint32_t symbols, double *p) {
  for (uint32_t x = 0; x < symbols; x++) p[x] = baud_kt(count[x], count[symbols], symbols);
}

static inline void baud_kt_add(uint64_t *count, uint32_t symbols, uint32_t x) {
  count[x]++;
  count[symbols]++;
}

#ifdef __cplusplus
}
#endif
#endif
