/* elements.c - activations and their slopes, exponentials, rows of softmax, normalised rows.
 */
#include "vector_math.h"

/* Runs statement over x = the next vector of `from`, which leaves y for `to`. */
#define MAP(from, to, n, statement)                    \
  do {                                                 \
    size_t i = 0;                                      \
    for (; i + LANES <= (n); i += LANES) {             \
      vector x = load((from) + i), y;                  \
      statement;                                       \
      store((to) + i, y);                              \
    }                                                  \
    if (i < (n)) {                                     \
      vector x = load_part((from) + i, (n) - i), y;    \
      statement;                                       \
      store_part((to) + i, y, (n) - i);                \
    }                                                  \
  } while (0)

static void map_exp(nn_real by, const nn_real *from, nn_real *to, size_t n) { MAP(from, to, n, y = exp_of(all(by) * x)); }
static void map_log(const nn_real *from, nn_real *to, size_t n) { MAP(from, to, n, y = log_of(x)); }

/* ---- Activations ---------------------------------------------------------------------------------------------- */

/* tanh(sqrt(2 / pi) (x + .044715 x^3)) */
static const nn_real gelu_linear = (nn_real)0.79788456080286535588, gelu_cubic = (nn_real)(0.79788456080286535588 * 0.044715);
INLINED vector gelu_tanh(vector x) { return tanh_of(x * (all(gelu_linear) + all(gelu_cubic) * (x * x))); }
INLINED vector leaky(vector x) { return either(x > all(0), x, all((nn_real)NN_LEAK) * x); }

static void activate(int activation, const nn_real *from, nn_real *to, size_t n) {
  switch (activation) {
  case NN_TANH: MAP(from, to, n, y = tanh_of(x)); break;
  case NN_RELU: MAP(from, to, n, y = most(all(0), x)); break;
  case NN_LEAKY_RELU: MAP(from, to, n, y = leaky(x)); break;
  case NN_SIGMOID: MAP(from, to, n, y = sigmoid_of(x)); break;
  case NN_GELU: MAP(from, to, n, y = all((nn_real)0.5) * x * (all(1) + gelu_tanh(x))); break;
  case NN_SILU: MAP(from, to, n, y = x * sigmoid_of(x)); break;
  default:
    if (from != to) memcpy(to, from, n * sizeof *to);
  }
}

/* f', by what f gave or what it was given. */
INLINED vector slope(int activation, vector kept) {
  const vector one = all(1);
  vector t;
  switch (activation) {
  case NN_TANH: return one - kept * kept;
  case NN_RELU: return either(kept > all(0), one, all(0));
  case NN_LEAKY_RELU: return either(kept > all(0), one, all((nn_real)NN_LEAK));
  case NN_SIGMOID: return kept * (one - kept);
  case NN_GELU:
    t = gelu_tanh(kept);
    return all((nn_real)0.5) * (one + t + kept * (one - t * t) * (all(gelu_linear) + all(3 * gelu_cubic) * (kept * kept)));
  case NN_SILU: t = sigmoid_of(kept); return t * (one + kept * (one - t));
  default: return one;
  }
}

INLINED void slopes(int activation, const nn_real *kept, const nn_real *dy, nn_real *dx, size_t n, int adds) {
  size_t i = 0;
  for (; i + LANES <= n; i += LANES) {
    vector d = load(dy + i) * slope(activation, load(kept + i));
    store(dx + i, adds ? load(dx + i) + d : d);
  }
  if (i == n) return;
  vector d = load_part(dy + i, n - i) * slope(activation, load_part(kept + i, n - i));
  store_part(dx + i, adds ? load_part(dx + i, n - i) + d : d, n - i);
}

static void activate_back(int activation, const nn_real *kept, const nn_real *dy, nn_real *dx, size_t n, int adds) {
  switch (activation) {
  case NN_TANH: slopes(NN_TANH, kept, dy, dx, n, adds); break;
  case NN_RELU: slopes(NN_RELU, kept, dy, dx, n, adds); break;
  case NN_LEAKY_RELU: slopes(NN_LEAKY_RELU, kept, dy, dx, n, adds); break;
  case NN_SIGMOID: slopes(NN_SIGMOID, kept, dy, dx, n, adds); break;
  case NN_GELU: slopes(NN_GELU, kept, dy, dx, n, adds); break;
  case NN_SILU: slopes(NN_SILU, kept, dy, dx, n, adds); break;
  default: slopes(NN_IDENTITY, kept, dy, dx, n, adds);
  }
}

/* log(1 - tanh^2 x) = 2 (log 2 - |x| - log(1 + exp(-2 |x|))): no cancellation at either end. */
INLINED vector log_slope_of(vector x) {
  vector size = most(x, -x);
  return all(2) * (all((nn_real)0.69314718055994530942) - size - log_of(all(1) + exp_of(all(-2) * size)));
}

static void squash(const nn_real *from, nn_real *to, nn_real *log_slope, size_t n) {
  MAP(from, log_slope, n, y = log_slope_of(x));
  MAP(from, to, n, y = tanh_of(x));
}

static void normals(const nn_real *u, const nn_real *turns, nn_real *first, nn_real *second, size_t n) {
  size_t i = 0;
  for (; i + LANES <= n; i += LANES) {
    vector radius = root(all(-2) * log_of(load(u + i))), turn = load(turns + i);
    store(first + i, radius * cos_turns(turn));
    store(second + i, radius * sin_turns(turn));
  }
  if (i == n) return;
  vector radius = root(all(-2) * log_of(load_part(u + i, n - i))), turn = load_part(turns + i, n - i);
  store_part(first + i, radius * cos_turns(turn), n - i);
  store_part(second + i, radius * sin_turns(turn), n - i);
}

/* ---- Softmax ---------------------------------------------------------------------------------------------------- */

/* Short rows side by side, one in each lane: column j of up to LANES rows. Masked elements read as -infinity. */
INLINED vector column(const nn_real *x, const uint8_t *mask, size_t rows, size_t n, size_t j) {
  nn_real part[LANES];
  for (size_t i = 0; i < LANES; i++) {
    size_t at = (i < rows ? i : 0) * n + j;
    part[i] = !mask || mask[at] ? x[at] : -(nn_real)INFINITY;
  }
  return load(part);
}

INLINED void spread(nn_real *to, vector v, size_t rows, size_t n, size_t j) {
  nn_real part[LANES];
  store(part, v);
  for (size_t i = 0; i < rows; i++) to[i * n + j] = part[i];
}

enum { SHORT = 16 };

static void softmax_short(const nn_real *x, const uint8_t *mask, size_t rows, size_t n, nn_real *log_p, nn_real *p) {
  vector in[SHORT], e[SHORT], highest, sum = all(0);
  highest = in[0] = column(x, mask, rows, n, 0);
  for (size_t j = 1; j < n; j++) highest = most(highest, in[j] = column(x, mask, rows, n, j));
  for (size_t j = 0; j < n; j++) sum += e[j] = exp_of(in[j] - highest);
  vector scale = all(1) / sum, log_sum = log_of(sum);
  for (size_t j = 0; j < n && p; j++) spread(p, e[j] * scale, rows, n, j);
  for (size_t j = 0; j < n && log_p; j++) spread(log_p, (in[j] - highest) - log_sum, rows, n, j);
}

INLINED vector masked(const nn_real *x, const uint8_t *mask, size_t n) {
  vector v = load_part(x, n);
  for (size_t i = 0; i < LANES; i++) v[i] = i < n && (!mask || mask[i]) ? v[i] : -(nn_real)INFINITY;
  return v;
}

/* One long row, a vector at a time. */
static void softmax_long(const nn_real *x, const uint8_t *mask, size_t n, nn_real *log_p, nn_real *p) {
  vector highest = all(-(nn_real)INFINITY), sum = all(0);
  size_t whole = mask ? 0 : n / LANES * LANES;
  for (size_t j = 0; j < whole; j += LANES) highest = most(highest, load(x + j));
  for (size_t j = whole; j < n; j += LANES) highest = most(highest, masked(x + j, mask ? mask + j : NULL, n - j < LANES ? n - j : LANES));
  nn_real top = highest[0];
  for (size_t i = 1; i < LANES; i++) top = highest[i] > top ? highest[i] : top;
  highest = all(top);
  for (size_t j = 0; j < n; j += LANES) {
    size_t part = n - j < LANES ? n - j : LANES;
    vector in = j < whole ? load(x + j) : masked(x + j, mask ? mask + j : NULL, part), e = exp_of(in - highest);
    sum += e;
    if (p) store_part(p + j, e, part);
    if (log_p) store_part(log_p + j, in - highest, part);
  }
  nn_real total = sum_of(sum), scale = 1 / total, log_sum = log_of(all(total))[0];
  for (size_t j = 0; j < n && p; j++) p[j] *= scale;
  for (size_t j = 0; j < n && log_p; j++) log_p[j] -= log_sum;
}

static void softmax(const nn_real *x, const uint8_t *mask, size_t rows, size_t n, nn_real *log_p, nn_real *p) {
  if (n > SHORT) {
    for (size_t i = 0; i < rows; i++)
      softmax_long(x + i * n, mask ? mask + i * n : NULL, n, log_p ? log_p + i * n : NULL, p ? p + i * n : NULL);
    return;
  }
  for (size_t i = 0; i < rows; i += LANES)
    softmax_short(x + i * n, mask ? mask + i * n : NULL, rows - i < LANES ? rows - i : LANES, n, log_p ? log_p + i * n : NULL,
                  p ? p + i * n : NULL);
}

/* ---- Normalised rows ----------------------------------------------------------------------------------------------- */

static nn_real normalise(const nn_real *x, size_t n, nn_real *u) {
  size_t whole = n / LANES * LANES, rest = n - whole;
  vector sum = all(0), square = all(0);
  for (size_t j = 0; j < whole; j += LANES) sum += load(x + j);
  if (rest) sum += load_part(x + whole, rest);
  nn_real mean = sum_of(sum) / (nn_real)n;
  for (size_t j = 0; j < whole; j += LANES) {
    vector d = load(x + j) - all(mean);
    square += d * d;
  }
  nn_real last = 0;
  for (size_t j = whole; j < n; j++) last += (x[j] - mean) * (x[j] - mean);
  nn_real variance = (sum_of(square) + last) / (nn_real)n, inverse = 1 / root(all(variance + (nn_real)NN_NORM_EPSILON))[0];
  for (size_t j = 0; j < whole; j += LANES) store(u + j, (load(x + j) - all(mean)) * all(inverse));
  for (size_t j = whole; j < n; j++) u[j] = (x[j] - mean) * inverse;
  return inverse;
}

static void normalise_back(const nn_real *u, const nn_real *dy, const nn_real *gain, nn_real inverse, size_t n, nn_real *dx) {
  size_t whole = n / LANES * LANES;
  vector sum = all(0), along = all(0);
  nn_real last = 0, last_along = 0;
  for (size_t j = 0; j < whole; j += LANES) {
    vector du = gain ? load(dy + j) * load(gain + j) : load(dy + j);
    sum += du;
    along += du * load(u + j);
  }
  for (size_t j = whole; j < n; j++) {
    nn_real du = gain ? dy[j] * gain[j] : dy[j];
    last += du;
    last_along += du * u[j];
  }
  nn_real mean = (sum_of(sum) + last) / (nn_real)n, share = (sum_of(along) + last_along) / (nn_real)n;
  for (size_t j = 0; j < whole; j += LANES) {
    vector du = gain ? load(dy + j) * load(gain + j) : load(dy + j);
    store(dx + j, load(dx + j) + (du - all(mean) - load(u + j) * all(share)) * all(inverse));
  }
  for (size_t j = whole; j < n; j++) dx[j] += ((gain ? dy[j] * gain[j] : dy[j]) - mean - u[j] * share) * inverse;
}

const nn_elementwise_kernels NN_KERNEL(elementwise) = { activate, activate_back, map_exp, map_log,       squash, normals,
                                                        softmax,  normalise,     normalise_back };
