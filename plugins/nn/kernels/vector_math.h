/* vector_math.h - exp, log, tanh, sigmoid, sine and cosine of vectors, by polynomials and one rational of our own
 * (fitted by tests/unit/nn/fit.py: least weighted maximum error). In double precision they are libm's.
 *
 * Against libm, over the whole range of floats (tests/unit/nn/test_kernels.c): exp and log within 1 ulp, sigmoid within
 * 2.5, tanh within 6.5 and never beyond +-1; cosine and sine of turns within 1.5e-7. exp gives 0 below -87 and infinity
 * above 88.72; log gives -infinity below the normal numbers and NaN for negative ones. What is no number stays none.
 */
#ifndef BAUD_NN_VECTOR_MATH_H
#define BAUD_NN_VECTOR_MATH_H

#include "vector.h"

#ifdef NN_DOUBLE

#define BY_LIBM(name, expression)              \
  INLINED vector name(vector v) {              \
    for (size_t i = 0; i < LANES; i++) {       \
      double x = v[i];                         \
      v[i] = (nn_real)(expression);            \
    }                                          \
    return v;                                  \
  }
BY_LIBM(exp_of, exp(x))
BY_LIBM(log_of, log(x))
BY_LIBM(tanh_of, tanh(x))
BY_LIBM(sigmoid_of, 1.0 / (1.0 + exp(-x)))
BY_LIBM(cos_turns, cos(6.283185307179586477 * x))
BY_LIBM(sin_turns, sin(6.283185307179586477 * x))

#else

typedef uint32_t modular __attribute__((vector_size(NN_VECTOR_BYTES))); /* bits whose sums may go round */

/* e^x = 2^n e^r, n the integer nearest to x / ln 2, |r| <= ln 2 / 2; ln 2 in two parts, of which the first is short. */
INLINED vector exp_of(vector x) {
  const vector shift = all(0x1.8p23f); /* adding it rounds to an integer, which then lies in the lowest bits */
  vector in = most(all(-87.0f), least(all(88.72f), x));
  vector shifted = in * all(1.44269504f) + shift, n = shifted - shift;
  vector r = in - n * all(0.693145752f);
  r = r - n * all(1.42860677e-6f);
  vector p = all(1.3814602e-3f);
  p = p * r + all(8.3687152e-3f);
  p = p * r + all(4.1668388e-2f);
  p = p * r + all(0.16666521f);
  p = p * r + all(0.49999993f);
  p = p * (r * r) + r + all(1.0f);
  vector y = (vector)((modular)p + ((modular)shifted << 23));
  y = either(x < all(-87.0f), all(0.0f), y);
  y = either(x > all(88.72f), all((nn_real)INFINITY), y);
  return either(x == x, y, x);
}

/* log(2^e m) = e ln 2 + log(1 + f), f = m - 1 in [sqrt(1/2) - 1, sqrt(2) - 1]; log(1 + f) = f - f^2 / 2 + f^3 p(f) */
INLINED vector log_of(vector x) {
  const modular half_root = (modular)all(0.70710678f), above = (modular)x - half_root;
  bits e = (bits)above >> 23;
  vector m = (vector)((above & 0x007fffffu) + half_root), f = m - all(1.0f), f2 = f * f;
  vector n = __builtin_convertvector(e, vector);
  vector p = all(-7.6344965e-2f);
  p = p * f + all(0.12761577f);
  p = p * f + all(-0.13160182f);
  p = p * f + all(0.14201758f);
  p = p * f + all(-0.16623357f);
  p = p * f + all(0.20001227f);
  p = p * f + all(-0.25000821f);
  p = p * f + all(0.33333332f);
  vector y = p * (f2 * f) + n * all(1.42860677e-6f);
  y = y - f2 * all(0.5f);
  y = (f + y) + n * all(0.693145752f);
  y = either(x < all(0x1p-126f), all(-(nn_real)INFINITY), y);
  y = either(x < all(0.0f), all((nn_real)NAN), y);
  return either(x < all((nn_real)INFINITY), y, x);
}

/* x P(x^2) / Q(x^2) up to |x| = 9.02, where it has become 1 */
INLINED vector tanh_of(vector x) {
  vector in = most(all(-9.02f), least(all(9.02f), x)), y = in * in;
  vector p = all(1.83257053e-11f), q = all(2.28363217e-4f);
  p = p * y + all(-1.28176850e-8f);
  q = q * y + all(2.37719239e-2f);
  p = p * y + all(9.28324677e-6f);
  q = q * y + all(0.46254566f);
  p = p * y + all(2.92280331e-3f);
  q = q * y + all(1.0f);
  p = p * y + all(0.12921266f);
  p = p * y + all(1.0f);
  return most(all(-1.0f), least(all(1.0f), in * p / q));
}

/* sin and cos of a quarter turn times t, |t| <= 1/2 */
INLINED vector quarter_sin(vector t) {
  vector y = t * t, p = all(-4.601659e-3f);
  p = p * y + all(7.9680033e-2f);
  p = p * y + all(-0.64596346f);
  return t * (p * y + all(1.570796322f));
}
INLINED vector quarter_cos(vector t) {
  vector y = t * t, p = all(-2.042625e-2f);
  p = p * y + all(0.253606362f);
  p = p * y + all(-1.233697954f);
  return p * y + all(1.0f);
}

/* cos and sin of x turns, |x| < 2^20: by the nearest quarter n, whose lowest two bits tell which of the two it is and its
 * sign. */
INLINED vector by_quarters(vector x, uint32_t ahead) {
  const vector shift = all(0x1.8p23f);
  vector shifted = x * all(4.0f) + shift, t = x * all(4.0f) - (shifted - shift);
  modular n = (modular)shifted + ahead;
  vector y = either((bits)((n & 1u) != 0), quarter_sin(t), quarter_cos(t));
  return (vector)((modular)y ^ (((n + 1u) & 2u) << 30));
}
INLINED vector cos_turns(vector x) { return by_quarters(x, 0); }
INLINED vector sin_turns(vector x) { return by_quarters(x, UINT32_MAX); }

INLINED vector sigmoid_of(vector x) { return all(1.0f) / (all(1.0f) + exp_of(-x)); }

#endif
#endif
