/* kernels.h - the loops that take the time, behind a table, since each is compiled once for any machine and once for
 * vectors of 32 bytes with fused multiply-add; nn_kernels_best() tells which of the two this processor gets.
 *
 * Each keeps the promise that a row's result does not depend on other rows: every element of a product is summed over k
 * in order, in one accumulator, however the work is cut up; and an element-wise function gives an element the same
 * result wherever in the array it lies.
 */
#ifndef BAUD_NN_KERNELS_H
#define BAUD_NN_KERNELS_H

#include "baud/nn.h"

typedef struct nn_matrix { /* element [i][j] at x[i * row + j * col] */
  const nn_real *x;
  size_t row, col;
} nn_matrix;

/* Whether an activation's slope is told by its input; else by its output. */
static inline int nn_keeps_input(int activation) { return activation == NN_GELU || activation == NN_SILU; }

enum { NN_SET = 0, NN_ADD = 1 };

typedef struct nn_kernels {
  /* c [m][n], rows c_row apart, contiguous: = bias[n] (null: 0) + a b, or += a b; a [m][k], b [k][n]. */
  void (*product)(size_t m, size_t n, size_t k, nn_matrix a, nn_matrix b, const nn_real *bias, nn_real *c, size_t c_row, int adds);
  void (*activate)(int activation, const nn_real *x, nn_real *y, size_t n);
  /* dx (=, +=) dy f'(x), told by what nn_keeps_input says: x or f(x); dx may be dy */
  void (*activate_back)(int activation, const nn_real *kept, const nn_real *dy, nn_real *dx, size_t n, int adds);
  /* y[n] = scale * (x . rows of a), y[n] of a [n][k], rows a_row apart */
  void (*dots)(const nn_real *x, const nn_real *a, size_t a_row, size_t n, size_t k, nn_real scale, nn_real *y);
  /* y[k] += scale * sum over n of w[n] a[n][k] */
  void (*gather)(const nn_real *w, const nn_real *a, size_t a_row, size_t n, size_t k, nn_real scale, nn_real *y);
  /* a[n][k] += scale * w[n] x[k] */
  void (*scatter)(const nn_real *w, const nn_real *x, size_t n, size_t k, nn_real scale, nn_real *a, size_t a_row);
  void (*column_sums)(const nn_real *x, size_t rows, size_t cols, nn_real *sums); /* sums[cols] += */
  double (*squares)(const nn_real *x, size_t n);                                  /* sum of x^2 */
  double (*magnitudes)(const nn_real *x, size_t n);                               /* sum of |x| */
  void (*adam)(nn_real *theta, nn_real *g, nn_real *m, nn_real *v, size_t n, const nn_real coefficient[8]);
} nn_kernels;

const nn_kernels *nn_kernels_best(void);
extern const nn_kernels nn_kernels_any;  /* any machine */
extern const nn_kernels nn_kernels_wide; /* 32-byte vectors and fused multiply-add, where compiled in */

#endif
