/* baud/lanes.h - stepping many lanes at once, for environments whose lanes are rows of doubles.
 *
 * The host keeps lanes as rows [lane][component]; arithmetic is fastest down columns [component][lane]. So a step takes
 * lanes in blocks: rows to columns, plain loops over the columns that the compiler makes vector instructions of,
 * columns back to rows. A function that has this done inline is compiled twice, for any machine and for AVX2, and
 * create() picks. No operation is contracted, reassociated or approximated differently in one of the two, or in the
 * rest of a loop that fills no vector: a lane gets the same bits alone, in any batch and on any machine of the
 * architecture.
 */
#ifndef BAUD_LANES_H
#define BAUD_LANES_H

#include <stdint.h>
#include <string.h>
#if defined(__x86_64__) && defined(__GNUC__)
#include <immintrin.h>
#endif

#ifdef __cplusplus
extern "C" {
#endif

#define BAUD_INLINED static inline __attribute__((always_inline))

#ifdef __clang__
#pragma STDC FP_CONTRACT OFF /* gcc has no such thing: there compile as ISO C, -std=c11, or with -ffp-contract=off */
#endif

/* ---- Machines ----------------------------------------------------------------------------------------- */

/* Which of its two compilations a function is; a constant in each, so that the other's code is not there. */
typedef enum baud_machine { BAUD_ANY_MACHINE, BAUD_AVX2_MACHINE } baud_machine;

#if defined(__x86_64__) && defined(__GNUC__)
#define BAUD_FOR_AVX2 __attribute__((target("avx2,fma")))
static inline baud_machine baud_this_machine(void) {
  return __builtin_cpu_supports("avx2") && __builtin_cpu_supports("fma") ? BAUD_AVX2_MACHINE : BAUD_ANY_MACHINE;
}
#else
#define BAUD_FOR_AVX2
static inline baud_machine baud_this_machine(void) { return BAUD_ANY_MACHINE; }
#endif

/* ---- Rows and columns --------------------------------------------------------------------------------- */

enum { BAUD_BLOCK = 64 }; /* lanes at once: their columns stay in the first-level cache */

/* One component of up to BAUD_BLOCK lanes. */
typedef struct baud_column {
  double lane[BAUD_BLOCK] __attribute__((aligned(64)));
} baud_column;

/* The lanes of the block that begins at `first`. */
static inline uint32_t baud_block_lanes(uint32_t lanes, uint32_t first) {
  uint32_t left = lanes - first;
  return left < BAUD_BLOCK ? left : (uint32_t)BAUD_BLOCK;
}

BAUD_INLINED void baud_columns_plain(baud_column *columns, uint32_t width, const char *rows, uint64_t stride,
                                     uint32_t from, uint32_t n) {
  for (uint32_t k = from; k < n; k++)
    for (uint32_t j = 0; j < width; j++)
      memcpy(&columns[j].lane[k], rows + k * stride + j * sizeof(double), sizeof(double));
}

BAUD_INLINED void baud_rows_plain(char *rows, uint64_t stride, const baud_column *columns, uint32_t width,
                                  uint32_t from, uint32_t n) {
  for (uint32_t k = from; k < n; k++)
    for (uint32_t j = 0; j < width; j++)
      memcpy(rows + k * stride + j * sizeof(double), &columns[j].lane[k], sizeof(double));
}

BAUD_INLINED void baud_floats_plain(float *floats, const baud_column *columns, uint32_t width, uint32_t from,
                                    uint32_t n) {
  for (uint32_t k = from; k < n; k++)
    for (uint32_t j = 0; j < width; j++) floats[(uint64_t)k * width + j] = (float)columns[j].lane[k];
}

#if defined(__x86_64__) && defined(__GNUC__)
#ifdef __clang__
#define BAUD_UNROLLED _Pragma("unroll")
#else
#define BAUD_UNROLLED _Pragma("GCC unroll 4")
#endif

/* A matrix of 4 x 4 doubles, over its diagonal. */
BAUD_FOR_AVX2 static inline void baud_transpose(__m256d r[4]) {
  __m256d low01 = _mm256_unpacklo_pd(r[0], r[1]), high01 = _mm256_unpackhi_pd(r[0], r[1]);
  __m256d low23 = _mm256_unpacklo_pd(r[2], r[3]), high23 = _mm256_unpackhi_pd(r[2], r[3]);
  r[0] = _mm256_permute2f128_pd(low01, low23, 0x20);
  r[1] = _mm256_permute2f128_pd(high01, high23, 0x20);
  r[2] = _mm256_permute2f128_pd(low01, low23, 0x31);
  r[3] = _mm256_permute2f128_pd(high01, high23, 0x31);
}

/* For rows of 4, as many as come in fours; returns their number. */
BAUD_FOR_AVX2 static inline uint32_t baud_columns_avx2(baud_column columns[4], const char *rows, uint64_t stride,
                                                       uint32_t n) {
  uint32_t k = 0;
  for (; k + 4 <= n; k += 4, rows += 4 * stride) {
    __m256d r[4];
    BAUD_UNROLLED for (uint64_t i = 0; i < 4; i++) r[i] =
        _mm256_loadu_pd((const double *)(const void *)(rows + i * stride));
    baud_transpose(r);
    BAUD_UNROLLED for (uint64_t j = 0; j < 4; j++) _mm256_storeu_pd(columns[j].lane + k, r[j]);
  }
  return k;
}

/* Also writes the rows as floats to `floats` [n][4]. */
BAUD_FOR_AVX2 static inline uint32_t baud_rows_avx2(char *rows, uint64_t stride, float *floats,
                                                    const baud_column columns[4], uint32_t n) {
  uint32_t k = 0;
  for (; k + 4 <= n; k += 4, rows += 4 * stride, floats += 16) {
    __m256d r[4];
    BAUD_UNROLLED for (uint64_t j = 0; j < 4; j++) r[j] = _mm256_loadu_pd(columns[j].lane + k);
    baud_transpose(r);
    BAUD_UNROLLED for (uint64_t i = 0; i < 4; i++) _mm256_storeu_pd((double *)(void *)(rows + i * stride), r[i]);
    BAUD_UNROLLED for (uint64_t i = 0; i < 4; i++) _mm_storeu_ps(floats + 4 * i, _mm256_cvtpd_ps(r[i]));
  }
  return k;
}
#endif

/* n <= BAUD_BLOCK rows of `width` doubles, `stride` bytes apart, into columns[width]. */
BAUD_INLINED void baud_to_columns(baud_column *columns, uint32_t width, const char *rows, uint64_t stride, uint32_t n,
                                  baud_machine machine) {
  uint32_t done = 0;
#if defined(__x86_64__) && defined(__GNUC__)
  if (machine == BAUD_AVX2_MACHINE && width == 4) done = baud_columns_avx2(columns, rows, stride, n);
#endif
  (void)machine;
  baud_columns_plain(columns, width, rows, stride, done, n);
}

/* The way back. */
BAUD_INLINED void baud_to_rows(char *rows, uint64_t stride, const baud_column *columns, uint32_t width, uint32_t n) {
  baud_rows_plain(rows, stride, columns, width, 0, n);
}

/* The columns as rows of floats, one after the other: an observation. */
BAUD_INLINED void baud_to_floats(float *floats, const baud_column *columns, uint32_t width, uint32_t n) {
  baud_floats_plain(floats, columns, width, 0, n);
}

/* Both, where the observation is the state. */
BAUD_INLINED void baud_to_rows_and_floats(char *rows, uint64_t stride, float *floats, const baud_column *columns,
                                          uint32_t width, uint32_t n, baud_machine machine) {
  uint32_t done = 0;
#if defined(__x86_64__) && defined(__GNUC__)
  if (machine == BAUD_AVX2_MACHINE && width == 4) done = baud_rows_avx2(rows, stride, floats, columns, n);
#endif
  (void)machine;
  baud_rows_plain(rows, stride, columns, width, done, n);
  baud_floats_plain(floats, columns, width, done, n);
}

/* ---- Division by a constant --------------------------------------------------------------------------- */

/* a / divisor as it is rounded, where inverse = 1 / divisor and rest = 1 / divisor - inverse, both rounded. With a
 * fused multiplication two operations do for all a of divisors that pass Brisebarre, Muller and Raina's test
 * (Accelerating correctly rounded floating-point division when the divisor is known in advance, IEEE Trans. Computers
 * 2004): test yours. */
BAUD_INLINED double baud_over(double a, double divisor, double inverse, double rest, baud_machine machine) {
  return machine == BAUD_AVX2_MACHINE ? __builtin_fma(a, inverse, a * rest) : a / divisor;
}

/* ---- Sine and cosine ---------------------------------------------------------------------------------- */

/* Both of x, |x| <= 1e5, without a branch; off by less than .9 units in the last place of each result, near 0 by .501
 * (measured against long double: tests/unit/test_lanes.c). x is reduced by the nearest multiple of pi/2, which is
 * subtracted in three parts of 33 bits (Cody and Waite 1980) with what is lost to rounding kept as a tail; on [-pi/4,
 * pi/4] polynomials, fitted by Remez exchange behind the leading terms of the series: |error| < 2^-57 of the sine,
 * 2^-63 of the cosine. */
BAUD_INLINED void baud_sine_cosine(double x, double *sine, double *cosine) {
  const double to_integer = 0x1.8p52; /* added to a small number, leaves its nearest integer in the lowest bits */
  double shifted = x * 0x1.45f306dc9c883p-1 + to_integer, quarters = shifted - to_integer;
  double near = x - quarters * 0x1.921fb544p+0, away = quarters * 0x1.0b4611a6p-34;
  double r = near - away, tail = ((near - r) - away) - quarters * 0x1.3198a2e037073p-69;
  double z = r * r;
  double s = 0x1.71de369db7d69p-19 + z * (-0x1.ae5f31c38c937p-26 + z * 0x1.5dc82b6b0ed54p-33);
  s = -0x1.5555555555555p-3 + z * (0x1.1111111110761p-7 + z * (-0x1.a01a019d9b794p-13 + z * s));
  double c = -0x1.27e4f91500ec7p-22 + z * (0x1.1eea9302a5ab1p-29 + z * -0x1.8fff0d9d4e684p-37);
  c = 0x1.5555555555555p-5 + z * (-0x1.6c16c16c163bcp-10 + z * (0x1.a01a019e48a48p-16 + z * c));
  double half = 0.5 * z, most = 1.0 - half;
  s = r + (r * (z * s) + tail * most);
  c = most + (((1.0 - most) - half) + (z * (z * c) - r * tail));
  uint64_t quarter;
  memcpy(&quarter, &shifted, sizeof quarter);
  double of_sine = quarter & 1u ? c : s, of_cosine = quarter & 1u ? s : c;
  *sine = quarter & 2u ? -of_sine : of_sine;
  *cosine = (quarter + 1u) & 2u ? -of_cosine : of_cosine;
}

#ifdef __cplusplus
}
#endif
#endif
