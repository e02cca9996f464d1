/* step.c - what optimisers run over all parameters.
 */
#include "vector.h"

/* Sums in four vectors, so that neither waiting nor rounding adds up. */
#define SUM(x, n, term)                                          \
  vector sum[4] = { all(0), all(0), all(0), all(0) };            \
  size_t i = 0;                                                  \
  for (; i + 4 * LANES <= (n); i += 4 * LANES)                   \
    UNROLLED for (size_t j = 0; j < 4; j++) {                    \
      vector v = load((x) + i + j * LANES);                      \
      sum[j] += term;                                            \
    }                                                            \
  for (; i < (n); i += LANES) {                                  \
    vector v = load_part((x) + i, (n) - i < LANES ? (n) - i : LANES); \
    sum[0] += term;                                              \
  }                                                              \
  return (double)sum_of((sum[0] + sum[1]) + (sum[2] + sum[3]))

static double squares(const nn_real *x, size_t n) { SUM(x, n, v * v); }
static double magnitudes(const nn_real *x, size_t n) { SUM(x, n, most(v, -v)); }

static void shrink(nn_real *x, size_t n, nn_real by) {
  size_t i = 0;
  for (; i + LANES <= n; i += LANES) store(x + i, load(x + i) * all(by));
  for (; i < n; i++) x[i] *= by;
}

static void add(nn_real *y, const nn_real *x, size_t n, nn_real by) {
  size_t i = 0;
  for (; i + LANES <= n; i += LANES) store(y + i, load(y + i) + load(x + i) * all(by));
  for (; i < n; i++) y[i] += by * x[i];
}

typedef struct moments {
  vector theta, m, v;
} moments;

INLINED moments adam_of(vector theta, vector g, vector m, vector v, const nn_real *number) {
  vector d = all(number[NN_ADAM_SCALE]) * g;
  m = all(number[NN_ADAM_KEEP1]) * m + all(number[NN_ADAM_TAKE1]) * d;
  v = all(number[NN_ADAM_KEEP2]) * v + all(number[NN_ADAM_TAKE2]) * (d * d);
  vector by = root(v * all(number[NN_ADAM_CORRECT])) + all(number[NN_ADAM_EPSILON]);
  return (moments){ theta * all(number[NN_ADAM_SHRINK]) - all(number[NN_ADAM_RATE]) * m / by, m, v };
}

static void adam(nn_real *theta, nn_real *g, nn_real *m, nn_real *v, size_t n, const nn_real number[NN_ADAM_NUMBERS]) {
  size_t i = 0;
  for (; i + LANES <= n; i += LANES) {
    moments now = adam_of(load(theta + i), load(g + i), load(m + i), load(v + i), number);
    store(theta + i, now.theta);
    store(m + i, now.m);
    store(v + i, now.v);
    store(g + i, all(0));
  }
  if (i == n) return;
  size_t rest = n - i;
  moments now = adam_of(load_part(theta + i, rest), load_part(g + i, rest), load_part(m + i, rest), load_part(v + i, rest), number);
  store_part(theta + i, now.theta, rest);
  store_part(m + i, now.m, rest);
  store_part(v + i, now.v, rest);
  store_part(g + i, all(0), rest);
}

const nn_step_kernels NN_KERNEL(step) = { squares, magnitudes, shrink, add, adam };
