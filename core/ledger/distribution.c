/* distribution.c - see distribution.h.
 *
 * Eight sums side by side, which the compiler may not make of one by itself: it must not reorder what is added. They
 * are the same eight on every machine, so that the sum is, too; AVX2 only takes fewer instructions to them.
 */
#include "ledger/distribution.h"

#include "baud/lanes.h"

enum { BLOCK = 8 };
typedef distribution_floats floats;
typedef double pair __attribute__((vector_size(16)));
typedef distribution_bits words;

static inline pair widen(const float *q) { return (pair){(double)q[0], (double)q[1]}; }

/* Sums of the places 0 and 4, 1 and 5, 2 and 6, 3 and 7 of all blocks, and what signs there were. */
static double close_sums(pair low, pair high, words signs) {
  pair sums = low + high;
  return (signs[0] | signs[1]) & DISTRIBUTION_SIGNS ? (double)NAN : sums[0] + sums[1];
}

static double sum_blocks(const float *q, uint32_t n) {
  pair a = {0.0}, b = {0.0}, c = {0.0}, d = {0.0};
  words signs = {0};
  for (const float *end = q + n; q < end; q += BLOCK) {
    floats here, there;
    memcpy(&here, q, sizeof here);
    memcpy(&there, q + 4, sizeof there);
    signs |= (words)here | (words)there;
    a += widen(q);
    b += widen(q + 2);
    c += widen(q + 4);
    d += widen(q + 6);
  }
  return close_sums(a + c, b + d, signs);
}

#if defined(__x86_64__) && defined(__GNUC__)
BAUD_FOR_AVX2 static double sum_blocks_avx2(const float *q, uint32_t n) {
  __m256d low = _mm256_setzero_pd(), high = low;
  __m128 signs = _mm_setzero_ps();
  for (const float *end = q + n; q < end; q += BLOCK) {
    __m128 here = _mm_loadu_ps(q), there = _mm_loadu_ps(q + 4);
    signs = _mm_or_ps(signs, _mm_or_ps(here, there));
    low = _mm256_add_pd(low, _mm256_cvtps_pd(here));
    high = _mm256_add_pd(high, _mm256_cvtps_pd(there));
  }
  low = _mm256_add_pd(low, high);
  return close_sums((pair)_mm256_castpd256_pd128(low), (pair)_mm256_extractf128_pd(low, 1), (words)signs);
}
#else
static double sum_blocks_avx2(const float *q, uint32_t n) { return sum_blocks(q, n); }
#endif

double distribution_long_sum(const float *q, uint32_t n) {
  uint32_t whole = n & ~(uint32_t)(BLOCK - 1);
  double sum = baud_this_machine() == BAUD_AVX2_MACHINE ? sum_blocks_avx2(q, whole) : sum_blocks(q, whole);
  for (uint32_t i = whole; i < n; i++) sum += signbit(q[i]) ? (double)NAN : (double)q[i];
  return sum;
}
