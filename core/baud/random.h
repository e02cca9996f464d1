/* baud/random.h - the small generator that plugins and host share, inline, with published test vectors.
 *
 * The state is one u64 that lives in a lane or in an RNG block; a seed is any u64. splitmix64 (Steele, Lea,
 * Flood: Fast splittable pseudorandom number generators, OOPSLA 2014): seed 0 yields
 * e220a8397b1dcdaf 6e789e6aa1b965f4 06c45d188009454f. All draws advance the state by a number of steps that
 * depends on the draws alone, so a lane's trajectory is a function of its seed.
 */
#ifndef BAUD_RANDOM_H
#define BAUD_RANDOM_H

#include <math.h>
#include <stdint.h>

#ifdef __cplusplus
extern "C" {
#endif

static inline uint64_t baud_random(uint64_t *state) {
  uint64_t z = (*state += 0x9e3779b97f4a7c15u);
  z = (z ^ (z >> 30)) * 0xbf58476d1ce4e5b9u;
  z = (z ^ (z >> 27)) * 0x94d049bb133111ebu;
  return z ^ (z >> 31);
}

/* A seed of its own for stream `purpose` of `seed`: no two purposes share draws. */
static inline uint64_t baud_split(uint64_t seed, uint64_t purpose) {
  uint64_t state = seed ^ (purpose * 0xd1342543de82ef95u + 0x2545f4914f6cdd1du);
  (void)baud_random(&state);
  return baud_random(&state);
}

/* Uniform on [0, 1), 53 bits. */
static inline double baud_uniform(uint64_t *state) {
  return (double)(baud_random(state) >> 11) * 0x1p-53;
}

/* Uniform on (0, 1]: safe under a logarithm. */
static inline double baud_uniform_positive(uint64_t *state) {
  return ((double)(baud_random(state) >> 11) + 1.0) * 0x1p-53;
}

/* Uniform on 0 .. n-1, n >= 1, without bias (Lemire 2019, with rejection: the division is needed once in 2^32 / n draws). */
static inline uint32_t baud_below(uint64_t *state, uint32_t n) {
  for (;;) {
    uint64_t product = (baud_random(state) >> 32) * n;
    if ((uint32_t)product >= n || (uint32_t)product >= (0u - n) % n) return (uint32_t)(product >> 32);
  }
}

/* 1 with probability p. */
static inline int baud_bernoulli(uint64_t *state, double p) { return baud_uniform(state) < p; }

/* Standard normal (Box-Muller, one of the pair: a fixed two draws each). */
static inline double baud_normal(uint64_t *state) {
  double radius = sqrt(-2.0 * log(baud_uniform_positive(state)));
  return radius * cos(6.283185307179586477 * baud_uniform(state));
}

/* Standard exponential. */
static inline double baud_exponential(uint64_t *state) { return -log(baud_uniform_positive(state)); }

/* Gamma(shape, 1), shape > 0 (Marsaglia and Tsang 2000). */
static inline double baud_gamma(uint64_t *state, double shape) {
  double boost = 1.0;
  if (shape < 1.0) {
    boost = pow(baud_uniform_positive(state), 1.0 / shape);
    shape += 1.0;
  }
  double d = shape - 1.0 / 3.0, c = 1.0 / sqrt(9.0 * d);
  for (;;) {
    double x = baud_normal(state), v = 1.0 + c * x;
    if (v <= 0.0) continue;
    v = v * v * v;
    if (log(baud_uniform_positive(state)) < 0.5 * x * x + d - d * v + d * log(v)) return boost * d * v;
  }
}

/* Beta(a, b), a, b > 0. */
static inline double baud_beta(uint64_t *state, double a, double b) {
  double x = baud_gamma(state, a), y = baud_gamma(state, b);
  return x / (x + y);
}

/* Dirichlet(alpha[0..n)) into p[0..n). */
static inline void baud_dirichlet(uint64_t *state, const double *alpha, uint32_t n, double *p) {
  double sum = 0.0;
  for (uint32_t i = 0; i < n; i++) sum += p[i] = alpha[i] == 1.0 ? baud_exponential(state) : baud_gamma(state, alpha[i]);
  for (uint32_t i = 0; i < n; i++) p[i] /= sum;
}

/* An index drawn from p[0..n), which sums to about 1. */
static inline uint32_t baud_categorical(uint64_t *state, const double *p, uint32_t n) {
  double u = baud_uniform(state);
  for (uint32_t i = 0; i + 1 < n; i++)
    if ((u -= p[i]) < 0.0) return i;
  return n - 1;
}

#ifdef __cplusplus
}
#endif
#endif
