/* kernels.h - the loops that take the time, in tables, since each is compiled once for any machine and once for vectors of
 * 32 bytes with fused multiply-add; nn_kernels_best() tells which of the two this processor gets.
 *
 * What all promise: the same arguments give the same bits wherever the arrays lie, and an element-wise function gives an
 * element the same result wherever in the array it lies. What products promise stands in kernels/product.c.
 */
#ifndef BAUD_NN_KERNELS_H
#define BAUD_NN_KERNELS_H

#include "baud/nn.h"

typedef struct nn_matrix { /* element [i][j] at x[i * row + j * col] */
  const nn_real *x;
  size_t row, col;
} nn_matrix;

enum { NN_SET = 0, NN_ADD = 1 };

typedef struct nn_product_kernels {
  /* c [m][n], rows c_row apart: = bias[n] (null: 0) + a b, or += a b (bias null); a [m][k], b [k][n] */
  void (*product)(size_t m, size_t n, size_t k, nn_matrix a, nn_matrix b, const nn_real *bias, nn_real *c, size_t c_row, int adds);
  /* y[n] = scale * (x . rows of a), a [n][k], rows a_row apart */
  void (*dots)(const nn_real *x, const nn_real *a, size_t a_row, size_t n, size_t k, nn_real scale, nn_real *y);
  /* y[k] += scale * sum over n of w[n] a[n][k] */
  void (*gather)(const nn_real *w, const nn_real *a, size_t a_row, size_t n, size_t k, nn_real scale, nn_real *y);
  /* a[n][k] += scale * w[n] x[k] */
  void (*scatter)(const nn_real *w, const nn_real *x, size_t n, size_t k, nn_real scale, nn_real *a, size_t a_row);
  void (*column_sums)(const nn_real *x, size_t rows, size_t cols, nn_real *sums); /* sums[cols] += */
} nn_product_kernels;

/* Whether an activation's slope is told by its input; else by its output. */
static inline int nn_keeps_input(int activation) { return activation == NN_GELU || activation == NN_SILU; }

typedef struct nn_elementwise_kernels {
  void (*activate)(int activation, const nn_real *x, nn_real *y, size_t n); /* y may be x */
  /* dx (=, +=) dy f'(x), told by what nn_keeps_input says: x or f(x); dx may be dy */
  void (*activate_back)(int activation, const nn_real *kept, const nn_real *dy, nn_real *dx, size_t n, int adds);
  void (*exp)(nn_real by, const nn_real *x, nn_real *y, size_t n); /* exp(by x); y may be x */
  void (*log)(const nn_real *x, nn_real *y, size_t n);
  void (*squash)(const nn_real *x, nn_real *y, nn_real *log_slope, size_t n); /* tanh x, log(1 - tanh^2 x) */
  /* Box-Muller: u in (0, 1], turns in [0, 1): sqrt(-2 log u) times cosine and sine of the turns */
  void (*normals)(const nn_real *u, const nn_real *turns, nn_real *first, nn_real *second, size_t n);
  /* Rows of softmax: log_p, p [rows][n], either may be null, not both; mask null or [rows][n]: where 0, -INFINITY and 0 */
  void (*softmax)(const nn_real *x, const uint8_t *mask, size_t rows, size_t n, nn_real *log_p, nn_real *p);
  /* u = (x - mean) / sqrt(variance + epsilon) of a row; returns 1 / sqrt(...). u may be x */
  nn_real (*normalise)(const nn_real *x, size_t n, nn_real *u);
  /* dx += (du - mean(du) - u mean(du u)) * inverse, du = gain dy, or dy where gain is null */
  void (*normalise_back)(const nn_real *u, const nn_real *dy, const nn_real *gain, nn_real inverse, size_t n, nn_real *dx);
} nn_elementwise_kernels;

enum { NN_ADAM_SCALE, NN_ADAM_KEEP1, NN_ADAM_TAKE1, NN_ADAM_KEEP2, NN_ADAM_TAKE2, NN_ADAM_RATE, NN_ADAM_CORRECT,
       NN_ADAM_EPSILON, NN_ADAM_SHRINK, NN_ADAM_NUMBERS };

typedef struct nn_step_kernels {
  double (*squares)(const nn_real *x, size_t n);    /* sum of x^2 */
  double (*magnitudes)(const nn_real *x, size_t n); /* sum of |x| */
  void (*shrink)(nn_real *x, size_t n, nn_real by); /* x *= by */
  void (*add)(nn_real *y, const nn_real *x, size_t n, nn_real by); /* y += by x */
  /* g <- 0; d = SCALE g; m = KEEP1 m + TAKE1 d; v = KEEP2 v + TAKE2 d^2;
   * theta = SHRINK theta - RATE m / (sqrt(CORRECT v) + EPSILON) */
  void (*adam)(nn_real *theta, nn_real *g, nn_real *m, nn_real *v, size_t n, const nn_real number[NN_ADAM_NUMBERS]);
} nn_step_kernels;

typedef struct nn_kernels {
  const nn_product_kernels *of_products;
  const nn_elementwise_kernels *of_elements;
  const nn_step_kernels *of_steps;
} nn_kernels;

extern const nn_product_kernels nn_product_any, nn_product_wide;
extern const nn_elementwise_kernels nn_elementwise_any, nn_elementwise_wide;
extern const nn_step_kernels nn_step_any, nn_step_wide;
extern const nn_kernels nn_kernels_any, nn_kernels_wide;
const nn_kernels *nn_kernels_best(void);

#endif
