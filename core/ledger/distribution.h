/* distribution.h - whether a categorical answer is a distribution, and its sum, by which it is taken: asked at every
 * step that is scored, be there two categories or a thousand.
 */
#ifndef BAUD_CORE_DISTRIBUTION_H
#define BAUD_CORE_DISTRIBUTION_H

#include <math.h>
#include <stdint.h>
#include <string.h>

enum { DISTRIBUTION_LONG = 32 }; /* from here on it pays to add up once, and in wide registers */

/* Sum in double of q[0..n), n >= DISTRIBUTION_LONG; NaN when one is negative, a zero with a minus sign, or not finite.
 * The same bits on any machine. */
double distribution_long_sum(const float *q, uint32_t n);

typedef float distribution_floats __attribute__((vector_size(16)));
typedef uint64_t distribution_bits __attribute__((vector_size(16))); /* two floats in each half */
static const uint64_t DISTRIBUTION_SIGNS = UINT64_C(0x8000000080000000);

/* Whether a sum is that of a distribution, as it is not where a sign, a NaN or an infinity was added. */
static inline int distribution_is_one(double sum) { return fabs(sum - 1.0) <= 1e-3; }

/* The last one to three of a row, beside zeros. */
static inline distribution_floats distribution_rest(const float *q, uint32_t n) {
  return n == 1 ? (distribution_floats){q[0]} : n == 2 ? (distribution_floats){q[0], q[1]} : (distribution_floats){q[0], q[1], q[2]};
}

/* 1 when the few q[0..n) are plainly a distribution: nothing is negative, and they sum to 1. Four by four, which the
 * compiler may not do of itself: it reorders a sum. */
static inline int distribution_is_plain(const float *q, uint32_t n) {
  distribution_floats sums = {0.0f}, next;
  distribution_bits signs = {0};
  for (; n >= 4; q += 4, n -= 4) {
    memcpy(&next, q, sizeof next);
    sums += next;
    signs |= (distribution_bits)next;
  }
  if (n > 0) {
    next = distribution_rest(q, n);
    sums += next;
    signs |= (distribution_bits)next;
  }
  sums += (distribution_floats){sums[2], sums[3], sums[0], sums[1]};
  return !((signs[0] | signs[1]) & DISTRIBUTION_SIGNS) && fabsf(sums[0] + sums[1] - 1.0f) <= 1e-3f;
}

#endif
