/* vector.h - what kernels need of vectors beyond vectors.h: parts, comparisons, roots, sums. Parts of a vector are read and
 * written through copies of known size, so that an element gives the same wherever it lies.
 */
#ifndef BAUD_NN_VECTOR_H
#define BAUD_NN_VECTOR_H

#ifdef NN_WIDE_KERNELS
#define NN_VECTOR_BYTES 32
#define NN_KERNEL(name) nn_##name##_wide
#else
#define NN_KERNEL(name) nn_##name##_any
#endif

#include <math.h>
#include <string.h>

#include "kernels.h"
#include "vectors.h"

#if defined __SSE2__ && !defined NN_DOUBLE
#include <immintrin.h>
#endif

#ifdef NN_DOUBLE
typedef int64_t bits __attribute__((vector_size(NN_VECTOR_BYTES)));
#else
typedef int32_t bits __attribute__((vector_size(NN_VECTOR_BYTES)));
#endif

/* The first n < LANES of a vector; the rest reads as 0 and is not written. */
INLINED vector load_part(const nn_real *x, size_t n) {
  nn_real part[LANES] = { 0 };
  for (size_t i = 0; i < n; i++) part[i] = x[i];
  return load(part);
}
INLINED void store_part(nn_real *x, vector v, size_t n) {
  nn_real part[LANES];
  store(part, v);
  for (size_t i = 0; i < n; i++) x[i] = part[i];
}

/* Where is all ones or all zeros in each element, as comparisons give it. */
INLINED vector either(bits where, vector a, vector b) { return (vector)(((bits)a & where) | ((bits)b & ~where)); }

/* The smaller, the larger; b where one is no number. */
INLINED vector least(vector a, vector b) {
#if defined NN_DOUBLE || !defined __SSE2__
  return either(a < b, a, b);
#elif NN_VECTOR_BYTES == 32
  return (vector)_mm256_min_ps((__m256)a, (__m256)b);
#else
  return (vector)_mm_min_ps((__m128)a, (__m128)b);
#endif
}
INLINED vector most(vector a, vector b) {
#if defined NN_DOUBLE || !defined __SSE2__
  return either(a > b, a, b);
#elif NN_VECTOR_BYTES == 32
  return (vector)_mm256_max_ps((__m256)a, (__m256)b);
#else
  return (vector)_mm_max_ps((__m128)a, (__m128)b);
#endif
}

INLINED vector root(vector x) {
#if defined NN_DOUBLE || !defined __SSE2__
  vector y = x;
  for (size_t i = 0; i < LANES; i++) y[i] = (nn_real)sqrt((double)x[i]);
  return y;
#elif NN_VECTOR_BYTES == 32
  return (vector)_mm256_sqrt_ps((__m256)x);
#else
  return (vector)_mm_sqrt_ps((__m128)x);
#endif
}

/* The sum of a vector's elements, by halves. */
INLINED nn_real sum_of(vector v) {
#if defined NN_DOUBLE || !defined __SSE2__
  nn_real part[LANES];
  store(part, v);
  for (size_t half = LANES / 2; half > 0; half /= 2)
    for (size_t i = 0; i < half; i++) part[i] += part[i + half];
  return part[0];
#else
#if NN_VECTOR_BYTES == 32
  __m128 x = _mm_add_ps(_mm256_castps256_ps128((__m256)v), _mm256_extractf128_ps((__m256)v, 1));
#else
  __m128 x = (__m128)v;
#endif
  x = _mm_add_ps(x, _mm_movehl_ps(x, x));
  return _mm_cvtss_f32(_mm_add_ss(x, _mm_shuffle_ps(x, x, 1)));
#endif
}

#endif
