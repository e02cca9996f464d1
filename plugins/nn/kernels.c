/* kernels.c - the hot loops, written over vectors of the compiler's; compiled once as it is, for any machine, and once by
 * kernels_wide.c. How products are cut up: panels of two vectors of columns, tiles of six rows, k in chunks that leave
 * a packed panel in the first-level cache. A panel is packed where it is narrow, transposed or worth it.
 */
#include "kernels.h"
#include "vectors.h"

#include <math.h>
#include <string.h>

#ifndef NN_KERNELS
#define NN_KERNELS nn_kernels_any
#endif

enum { TILE_ROWS = 6, TILE_COLS = 2 * LANES, CHUNK = 256 };

/* ---- Products ----------------------------------------------------------------------------------------------- */

/* One tile: c [rows][TILE_COLS] = or += a b over k; a [rows][k] by its strides, b [k][TILE_COLS] by b_row. start: what
 * the accumulators begin with, rows start_row apart; null: 0. */
INLINED void tile(size_t rows, size_t k, nn_matrix a, const nn_real *b, size_t b_row, const nn_real *start,
                  size_t start_row, nn_real *c, size_t c_row) {
  vector sum[TILE_ROWS][2];
  UNROLLED for (size_t i = 0; i < rows; i++) {
    sum[i][0] = start ? load(start + i * start_row) : all(0);
    sum[i][1] = start ? load(start + i * start_row + LANES) : all(0);
  }
  for (size_t l = 0; l < k; l++) {
    vector b0 = load(b + l * b_row), b1 = load(b + l * b_row + LANES);
    UNROLLED for (size_t i = 0; i < rows; i++) {
      vector x = all(a.x[i * a.row + l * a.col]);
      sum[i][0] += x * b0;
      sum[i][1] += x * b1;
    }
  }
  UNROLLED for (size_t i = 0; i < rows; i++) {
    store(c + i * c_row, sum[i][0]);
    store(c + i * c_row + LANES, sum[i][1]);
  }
}

static void tile_of(size_t rows, size_t k, nn_matrix a, const nn_real *b, size_t b_row, const nn_real *start,
                    size_t start_row, nn_real *c, size_t c_row) {
  switch (rows) {
  case 1: tile(1, k, a, b, b_row, start, start_row, c, c_row); break;
  case 2: tile(2, k, a, b, b_row, start, start_row, c, c_row); break;
  case 3: tile(3, k, a, b, b_row, start, start_row, c, c_row); break;
  case 4: tile(4, k, a, b, b_row, start, start_row, c, c_row); break;
  case 5: tile(5, k, a, b, b_row, start, start_row, c, c_row); break;
  default: tile(6, k, a, b, b_row, start, start_row, c, c_row); break;
  }
}

/* A tile of fewer than TILE_COLS columns, by way of a full one. */
static void tile_narrow(size_t rows, size_t cols, size_t k, nn_matrix a, const nn_real *b, const nn_real *start,
                        size_t start_row, nn_real *c, size_t c_row) {
  nn_real full[TILE_ROWS * TILE_COLS] = {0};
  for (size_t i = 0; start && i < rows; i++) memcpy(full + i * TILE_COLS, start + i * start_row, cols * sizeof *full);
  tile_of(rows, k, a, b, TILE_COLS, full, TILE_COLS, full, TILE_COLS);
  for (size_t i = 0; i < rows; i++) memcpy(c + i * c_row, full + i * TILE_COLS, cols * sizeof *full);
}

/* panel [k][TILE_COLS] <- b [k][cols], the rest 0 */
static void pack(nn_real *panel, nn_matrix b, size_t k, size_t cols) {
  for (size_t l = 0; l < k; l++, panel += TILE_COLS) {
    for (size_t j = 0; j < cols; j++) panel[j] = b.x[l * b.row + j * b.col];
    for (size_t j = cols; j < TILE_COLS; j++) panel[j] = 0;
  }
}

static void product(size_t m, size_t n, size_t k, nn_matrix a, nn_matrix b, const nn_real *bias, nn_real *c, size_t c_row,
                    int adds) {
  _Alignas(64) nn_real panel[CHUNK * TILE_COLS];
  for (size_t j = 0; j < n; j += TILE_COLS) {
    size_t cols = n - j < TILE_COLS ? n - j : TILE_COLS;
    for (size_t l = 0; l < k; l += CHUNK) {
      size_t chunk = k - l < CHUNK ? k - l : CHUNK;
      nn_matrix part = { b.x + l * b.row + j * b.col, b.row, b.col };
      const nn_real *from = part.x;
      size_t from_row = part.row;
      if (cols < TILE_COLS || b.col != 1) {
        pack(panel, part, chunk, cols);
        from = panel;
        from_row = TILE_COLS;
      }
      for (size_t i = 0; i < m; i += TILE_ROWS) {
        size_t rows = m - i < TILE_ROWS ? m - i : TILE_ROWS;
        nn_matrix left = { a.x + i * a.row + l * a.col, a.row, a.col };
        nn_real *to = c + i * c_row + j;
        int goes_on = adds || l > 0;
        const nn_real *start = goes_on ? to : bias ? bias + j : NULL;
        if (cols < TILE_COLS) tile_narrow(rows, cols, chunk, left, from, start, goes_on ? c_row : 0, to, c_row);
        else tile_of(rows, chunk, left, from, from_row, start, goes_on ? c_row : 0, to, c_row);
      }
    }
  }
}

static void dots(const nn_real *x, const nn_real *a, size_t a_row, size_t n, size_t k, nn_real scale, nn_real *y) {
  for (size_t i = 0; i < n; i++) {
    nn_real sum = 0;
    for (size_t j = 0; j < k; j++) sum += x[j] * a[i * a_row + j];
    y[i] = scale * sum;
  }
}

static void gather(const nn_real *w, const nn_real *a, size_t a_row, size_t n, size_t k, nn_real scale, nn_real *y) {
  for (size_t i = 0; i < n; i++) {
    nn_real by = scale * w[i];
    for (size_t j = 0; j < k; j++) y[j] += by * a[i * a_row + j];
  }
}

static void scatter(const nn_real *w, const nn_real *x, size_t n, size_t k, nn_real scale, nn_real *a, size_t a_row) {
  for (size_t i = 0; i < n; i++) {
    nn_real by = scale * w[i];
    for (size_t j = 0; j < k; j++) a[i * a_row + j] += by * x[j];
  }
}

static void column_sums(const nn_real *x, size_t rows, size_t cols, nn_real *sums) {
  for (size_t i = 0; i < rows; i++)
    for (size_t j = 0; j < cols; j++) sums[j] += x[i * cols + j];
}

/* ---- Element by element ----------------------------------------------------------------------------------------- */

static nn_real sigmoid(nn_real x) { return 1 / (1 + (nn_real)exp(-(double)x)); }

/* sqrt(2 / pi) (x + .044715 x^3) */
static const nn_real gelu_linear = (nn_real)0.79788456080286535588, gelu_cubic = (nn_real)(0.79788456080286535588 * 0.044715);
static nn_real gelu_tanh(nn_real x) { return (nn_real)tanh((double)(x * (gelu_linear + gelu_cubic * x * x))); }
static nn_real gelu_slope(nn_real x) {
  nn_real t = gelu_tanh(x);
  return (1 + t) / 2 + x / 2 * (1 - t * t) * (gelu_linear + 3 * gelu_cubic * x * x);
}
static nn_real silu_slope(nn_real x) {
  nn_real s = sigmoid(x);
  return s * (1 + x * (1 - s));
}

static void activate(int activation, const nn_real *x, nn_real *y, size_t n) {
  const nn_real leak = (nn_real)NN_LEAK;
  switch (activation) {
  case NN_TANH:
    for (size_t i = 0; i < n; i++) y[i] = (nn_real)tanh((double)x[i]);
    break;
  case NN_RELU:
    for (size_t i = 0; i < n; i++) y[i] = x[i] > 0 ? x[i] : 0;
    break;
  case NN_LEAKY_RELU:
    for (size_t i = 0; i < n; i++) y[i] = x[i] > 0 ? x[i] : leak * x[i];
    break;
  case NN_SIGMOID:
    for (size_t i = 0; i < n; i++) y[i] = sigmoid(x[i]);
    break;
  case NN_GELU:
    for (size_t i = 0; i < n; i++) y[i] = x[i] / 2 * (1 + gelu_tanh(x[i]));
    break;
  case NN_SILU:
    for (size_t i = 0; i < n; i++) y[i] = x[i] * sigmoid(x[i]);
    break;
  default:
    if (x != y) memcpy(y, x, n * sizeof *y);
  }
}

/* f' by what f gave, or what it was given. */
INLINED nn_real slope(int activation, nn_real y) {
  switch (activation) {
  case NN_SIGMOID: return y * (1 - y);
  case NN_GELU: return gelu_slope(y);
  case NN_SILU: return silu_slope(y);
  case NN_TANH: return 1 - y * y;
  case NN_RELU: return y > 0 ? 1 : 0;
  case NN_LEAKY_RELU: return y > 0 ? 1 : (nn_real)NN_LEAK;
  default: return 1;
  }
}

INLINED void slopes(int activation, const nn_real *y, const nn_real *dy, nn_real *dx, size_t n, int adds) {
  if (adds)
    for (size_t i = 0; i < n; i++) dx[i] += dy[i] * slope(activation, y[i]);
  else
    for (size_t i = 0; i < n; i++) dx[i] = dy[i] * slope(activation, y[i]);
}

static void activate_back(int activation, const nn_real *y, const nn_real *dy, nn_real *dx, size_t n, int adds) {
  switch (activation) {
  case NN_TANH: slopes(NN_TANH, y, dy, dx, n, adds); break;
  case NN_RELU: slopes(NN_RELU, y, dy, dx, n, adds); break;
  case NN_LEAKY_RELU: slopes(NN_LEAKY_RELU, y, dy, dx, n, adds); break;
  case NN_SIGMOID: slopes(NN_SIGMOID, y, dy, dx, n, adds); break;
  case NN_GELU: slopes(NN_GELU, y, dy, dx, n, adds); break;
  case NN_SILU: slopes(NN_SILU, y, dy, dx, n, adds); break;
  default: slopes(NN_IDENTITY, y, dy, dx, n, adds);
  }
}

/* ---- Optimisers --------------------------------------------------------------------------------------------------- */

static double squares(const nn_real *x, size_t n) {
  double sum = 0.0;
  for (size_t i = 0; i < n; i++) sum += (double)x[i] * (double)x[i];
  return sum;
}

static double magnitudes(const nn_real *x, size_t n) {
  double sum = 0.0;
  for (size_t i = 0; i < n; i++) sum += fabs((double)x[i]);
  return sum;
}

/* coefficient: scale, beta1, 1 - beta1, beta2, 1 - beta2, lr / (1 - beta1^t), 1 / (1 - beta2^t), epsilon */
static void adam(nn_real *theta, nn_real *g, nn_real *m, nn_real *v, size_t n, const nn_real coefficient[8]) {
  const nn_real scale = coefficient[0], keep1 = coefficient[1], take1 = coefficient[2], keep2 = coefficient[3],
                take2 = coefficient[4], rate = coefficient[5], correct = coefficient[6], epsilon = coefficient[7];
  for (size_t i = 0; i < n; i++) {
    nn_real d = scale * g[i];
    m[i] = keep1 * m[i] + take1 * d;
    v[i] = keep2 * v[i] + take2 * d * d;
    theta[i] -= rate * m[i] / ((nn_real)sqrt((double)(v[i] * correct)) + epsilon);
    g[i] = 0;
  }
}

const nn_kernels NN_KERNELS = { product, activate, activate_back, dots, gather, scatter, column_sums, squares, magnitudes, adam };
