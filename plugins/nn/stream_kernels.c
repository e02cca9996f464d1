/* stream_kernels.c - the passes of a streaming network over vectors of the compiler's.
 *
 * Forward, a hidden layer's units are columns: a tile of columns stays in registers while the inputs go by. Back, the same
 * tile of the gradient stays in registers while the rows of weights and traces go by: each row gives what flows to its
 * input, w . d, and takes what its weights' traces gain, x d. The output layer lies the other way round, a row a unit, since
 * it may have a single one. The sum of |trace| falls out of the pass, so that ObGD needs no other.
 *
 * A tile is 4, 2 or 1 vectors; with fewer, sums are split into more parts, so that there are always enough to hide the
 * adder's latency. Which element is summed in which part depends on sizes alone.
 */
#include "stream_kernels.h"
#include "vectors.h"

#include <math.h>

#ifndef NN_STREAM_KERNELS
#define NN_STREAM_KERNELS nn_stream_kernels_any
#endif

enum { TILE = 4, CHAINS = 8 };
#define LEAK ((nn_real)NN_LEAK)

#ifdef NN_DOUBLE
typedef int64_t bits __attribute__((vector_size(NN_VECTOR_BYTES)));
#define ROOT(x) sqrt(x)
#else
typedef int32_t bits __attribute__((vector_size(NN_VECTOR_BYTES)));
#define ROOT(x) sqrtf(x)
#endif

/* ---- A vector at a time --------------------------------------------------------------------------------------- */

INLINED vector either(bits which, vector yes, vector no) { return (vector)(((bits)yes & which) | ((bits)no & ~which)); }
INLINED vector magnitude(vector v) { return (vector)((bits)v & ~(bits)all((nn_real)-0.0)); }

INLINED nn_real total(vector v) {
#if defined(NN_DOUBLE)
  return v[0] + v[1];
#else
#if NN_VECTOR_BYTES == 32
  v += __builtin_shufflevector(v, v, 4, 5, 6, 7, 0, 1, 2, 3);
  v += __builtin_shufflevector(v, v, 2, 3, 0, 1, 6, 7, 4, 5);
  v += __builtin_shufflevector(v, v, 1, 0, 3, 2, 5, 4, 7, 6);
#else
  v += __builtin_shufflevector(v, v, 2, 3, 0, 1);
  v += __builtin_shufflevector(v, v, 1, 0, 3, 2);
#endif
  return v[0];
#endif
}

/* The totals of LANES vectors as one. */
#if defined(NN_DOUBLE)
INLINED vector totals(const vector v[LANES]) {
  return __builtin_shufflevector(v[0], v[1], 0, 2) + __builtin_shufflevector(v[0], v[1], 1, 3);
}
#elif NN_VECTOR_BYTES == 32
INLINED vector pairs(vector a, vector b) {
  return __builtin_shufflevector(a, b, 0, 8, 1, 9, 4, 12, 5, 13) + __builtin_shufflevector(a, b, 2, 10, 3, 11, 6, 14, 7, 15);
}
INLINED vector fours(vector a, vector b) {
  return __builtin_shufflevector(a, b, 0, 1, 8, 9, 4, 5, 12, 13) + __builtin_shufflevector(a, b, 2, 3, 10, 11, 6, 7, 14, 15);
}
INLINED vector totals(const vector v[LANES]) {
  vector low = fours(pairs(v[0], v[1]), pairs(v[2], v[3])), high = fours(pairs(v[4], v[5]), pairs(v[6], v[7]));
  return __builtin_shufflevector(low, high, 0, 1, 2, 3, 8, 9, 10, 11) + __builtin_shufflevector(low, high, 4, 5, 6, 7, 12, 13, 14, 15);
}
#else
INLINED vector pairs(vector a, vector b) {
  return __builtin_shufflevector(a, b, 0, 4, 1, 5) + __builtin_shufflevector(a, b, 2, 6, 3, 7);
}
INLINED vector totals(const vector v[LANES]) {
  vector low = pairs(v[0], v[1]), high = pairs(v[2], v[3]);
  return __builtin_shufflevector(low, high, 0, 1, 4, 5) + __builtin_shufflevector(low, high, 2, 3, 6, 7);
}
#endif

/* ---- Forward ---------------------------------------------------------------------------------------------------- */

/* t[k][n] for each of `works` rows: sum over i of x[k][i] w[i], n vectors; w's rows `row` apart, x [rows]. */
INLINED void tile(size_t works, size_t n, const nn_real *w, size_t row, const nn_real *const x[], size_t rows, loose t[][TILE]) {
  const size_t splits = CHAINS / works / n;
  vector sum[CHAINS] = { { 0 } };
  size_t i = 0;
  for (; i + splits <= rows; i += splits)
    UNROLLED for (size_t s = 0; s < splits; s++)
      UNROLLED for (size_t v = 0; v < n; v++) {
        vector weight = load(w + (i + s) * row + v * LANES);
        UNROLLED for (size_t k = 0; k < works; k++) sum[(k * splits + s) * n + v] += all(x[k][i + s]) * weight;
      }
  for (; i < rows; i++)
    UNROLLED for (size_t v = 0; v < n; v++)
      UNROLLED for (size_t k = 0; k < works; k++) sum[k * splits * n + v] += all(x[k][i]) * load(w + i * row + v * LANES);
  UNROLLED for (size_t k = 0; k < works; k++)
    UNROLLED for (size_t v = 0; v < n; v++) {
      t[k][v] = (loose)sum[k * splits * n + v];
      UNROLLED for (size_t s = 1; s < splits; s++) t[k][v] += (loose)sum[(k * splits + s) * n + v];
    }
}

/* t [n] but its first `out` elements <- 0 */
INLINED void blank(size_t n, loose *t, size_t out) {
  static const nn_real place[8] = { 0, 1, 2, 3, 4, 5, 6, 7 };
  BY_FOUR for (size_t v = 0; v < n; v++) t[v] = (loose)either(load(place) + (nn_real)(v * LANES) < (nn_real)out, (vector)t[v], all(0));
}

/* t [n], of which the first `out` elements count: y <- (t - mean) factor, x <- leaky_relu(y). The factor goes behind y, the
 * 1 of the bias behind x. t may be y. Sums and squares are taken at once, from the first element: since that is at most
 * sqrt(out) deviations from the mean, the variance loses no more than log2(out) bits to the subtraction. */
INLINED void norm(size_t n, loose *t, size_t out, nn_real *y, nn_real *x) {
  vector sum = all(0), squares = all(0), first = all(t[0][0]);
  const nn_real share = 1 / (nn_real)out;
  BY_FOUR for (size_t v = 0; v < n; v++) t[v] = (loose)((vector)t[v] - first);
  if (out < n * LANES) blank(n, t, out);
  BY_FOUR for (size_t v = 0; v < n; v++) {
    sum += (vector)t[v];
    squares += (vector)t[v] * (vector)t[v];
  }
  nn_real mean = total(sum) * share, variance = total(squares) * share - mean * mean;
  nn_real factor = 1 / ROOT((variance > 0 ? variance : 0) + (nn_real)NN_NORM_EPSILON);
  BY_FOUR for (size_t v = 0; v < n; v++) t[v] = (loose)((vector)t[v] - all(mean));
  if (out < n * LANES) blank(n, t, out);
  BY_FOUR for (size_t v = 0; v < n; v++) {
    vector now = (vector)t[v] * factor;
    store(y + v * LANES, now);
    store(x + v * LANES, either(now > 0, now, now * LEAK));
  }
  y[n * LANES] = factor;
  if (out == n * LANES)
    for (size_t j = 0; j < NN_STREAM_PAD; j += LANES) store(x + out + j, all(0));
  x[out] = 1;
}

/* A hidden layer that is one tile of n vectors: all of it stays in registers. */
INLINED void hidden_tile(size_t works, size_t n, const nn_stream_layer *l, const nn_real *w, const nn_real *const x[], nn_real *const y[],
                         nn_real *const next[]) {
  loose t[2][TILE];
  tile(works, n, w, l->row, x, l->in + 1u, t);
  BY_FOUR for (size_t k = 0; k < works; k++) norm(n, t[k], l->out, y[k], next[k]);
}

static void norm_memory(const nn_stream_layer *l, nn_real *y, nn_real *x) { norm(l->row / LANES, (loose *)y, l->out, y, x); }

/* Any other, tile by tile by way of y. */
INLINED void hidden_tiles(size_t works, const nn_stream_layer *l, const nn_real *w, const nn_real *const x[], nn_real *const y[],
                          nn_real *const next[]) {
  for (size_t left = l->row / LANES, j = 0, n; left > 0; left -= n, j += n * LANES) {
    loose t[2][TILE];
    n = left >= 4 ? 4 : left >= 2 ? 2 : 1;
    if (n == 4) tile(works, 4, w + j, l->row, x, l->in + 1u, t);
    else if (n == 2) tile(works, 2, w + j, l->row, x, l->in + 1u, t);
    else tile(works, 1, w + j, l->row, x, l->in + 1u, t);
    for (size_t k = 0; k < works; k++)
      for (size_t v = 0; v < n; v++) store(y[k] + j + v * LANES, (vector)t[k][v]);
  }
  for (size_t k = 0; k < works; k++) norm_memory(l, y[k], next[k]);
}

static void outputs(const nn_stream_layer *l, const nn_real *w, const nn_real *x, nn_real *y) {
  for (size_t o = 0; o < l->out; o++, w += l->row) {
    vector sum = all(0);
    for (size_t j = 0; j < l->row; j += LANES) sum += load(w + j) * load(x + j);
    y[o] = total(sum);
  }
}

INLINED void passes(size_t works, const nn_stream *net, const nn_real *theta, nn_real *const work[]) {
  const nn_stream_layer *l = net->layer, *last = l + net->n - 1;
  BY_FOUR for (size_t k = 0; k < works; k++) work[k][l->input + l->in] = 1;
  BY_FOUR for (size_t k = 0; k < works && l == last; k++)
    for (size_t j = l->in + 1u; j < l->row; j++) work[k][l->input + j] = 0;
  for (; l < last; l++) {
    const nn_real *w = theta + l->weight, *x[2] = { work[0] + l->input, works > 1 ? work[1] + l->input : NULL };
    nn_real *y[2] = { work[0] + l->normal, works > 1 ? work[1] + l->normal : NULL };
    nn_real *next[2] = { work[0] + l[1].input, works > 1 ? work[1] + l[1].input : NULL };
    switch (l->row / LANES) {
    case 4: hidden_tile(works, 4, l, w, x, y, next); break;
    case 2: hidden_tile(works, 2, l, w, x, y, next); break;
    case 1: hidden_tile(works, 1, l, w, x, y, next); break;
    default: hidden_tiles(works, l, w, x, y, next);
    }
  }
  BY_FOUR for (size_t k = 0; k < works; k++) outputs(l, theta + l->weight, work[k] + l->input, work[k] + net->output);
}

static void forward(const nn_stream *net, const nn_real *theta, nn_real *work) {
  nn_real *works[1] = { work };
  passes(1, net, theta, works);
}

static void forward_two(const nn_stream *net, const nn_real *theta, nn_real *work, nn_real *other) {
  nn_real *works[2] = { work, other };
  passes(2, net, theta, works);
}

/* ---- Back ------------------------------------------------------------------------------------------------------- */

/* d [n vectors], from the gradient of leaky_relu(y) to that of what went into the norm:
 *   z = d slope(y);   d <- factor (z - mean z - y mean(z y)) */
INLINED void norm_back(size_t n, loose *d, size_t out, const nn_real *y) {
  vector sum = all(0), along = all(0);
  const nn_real share = 1 / (nn_real)out;
  if (out < n * LANES) blank(n, d, out);
  BY_FOUR for (size_t v = 0; v < n; v++) {
    vector t = load(y + v * LANES), z = (vector)d[v] * either(t > 0, all(1), all(LEAK));
    d[v] = (loose)z;
    sum += z;
    along += z * t;
  }
  vector mean = all(total(sum) * share), slope = all(total(along) * share);
  BY_FOUR for (size_t v = 0; v < n; v++) d[v] = (loose)(((vector)d[v] - mean - load(y + v * LANES) * slope) * y[n * LANES]);
  if (out < n * LANES) blank(n, d, out);
}

/* One row of a trace, n vectors: e <- decay e + x d; sum[n] += |e|. */
INLINED void remember(size_t n, nn_real *e, nn_real x, const loose d[], nn_real decay, vector sum[]) {
  UNROLLED for (size_t v = 0; v < n; v++) {
    vector now = load(e + v * LANES) * decay + (vector)d[v] * x;
    store(e + v * LANES, now);
    sum[v] += magnitude(now);
  }
}

INLINED vector inner(size_t n, const nn_real *w, const loose d[]) {
  vector sum = load(w) * (vector)d[0];
  UNROLLED for (size_t v = 1; v < n; v++) sum += load(w + v * LANES) * (vector)d[v];
  return sum;
}

enum flow { STOPS, SETS, ADDS }; /* what dx gets of a tile */

/* A tile of n vectors of a hidden layer's columns: the traces' rows, and the rows of w . d to dx. Rows of w and e are `row`
 * apart. The bias has a dx too, of no meaning. Returns sum |e|. */
INLINED vector rows_back(size_t n, const nn_real *w, nn_real *e, size_t row, const nn_real *x, size_t rows, const loose d[],
                         nn_real decay, nn_real *dx, enum flow flow) {
  vector sum[TILE] = { { 0 } }, part[LANES];
  size_t i = 0;
  for (; i + LANES <= rows; i += LANES) {
    UNROLLED for (size_t k = 0; k < LANES; k++, e += row, w += row) {
      if (flow != STOPS) part[k] = inner(n, w, d);
      remember(n, e, x[i + k], d, decay, sum);
    }
    if (flow != STOPS) store(dx + i, flow == ADDS ? load(dx + i) + totals(part) : totals(part));
  }
  for (; i < rows; i++, e += row, w += row) {
    if (flow != STOPS) dx[i] = (flow == ADDS ? dx[i] : 0) + total(inner(n, w, d));
    remember(n, e, x[i], d, decay, sum);
  }
  UNROLLED for (size_t v = 1; v < n; v++) sum[0] += sum[v];
  return sum[0];
}

typedef struct back { /* of one hidden layer */
  const nn_stream_layer *layer;
  const nn_real *w, *x, *y;
  nn_real *e, *d, *dx; /* d: in, by the layer's output; dx: out, by its input */
  nn_real decay;
} back;

INLINED vector hidden_back_tile(size_t n, const back *b, enum flow flow) {
  loose d[TILE];
  BY_FOUR for (size_t v = 0; v < n; v++) d[v] = (loose)load(b->d + v * LANES);
  norm_back(n, d, b->layer->out, b->y);
  return rows_back(n, b->w, b->e, b->layer->row, b->x, b->layer->in + 1u, d, b->decay, b->dx, flow);
}

static vector hidden_back_tiles(const back *b, enum flow flow) {
  const nn_stream_layer *l = b->layer;
  vector sum = all(0);
  norm_back(l->row / LANES, (loose *)b->d, l->out, b->y);
  for (size_t left = l->row / LANES, j = 0, n; left > 0; left -= n, j += n * LANES) {
    const nn_real *w = b->w + j;
    nn_real *e = b->e + j;
    loose *d = (loose *)(b->d + j);
    n = left >= 4 ? 4 : left >= 2 ? 2 : 1;
    if (n == 4) sum += rows_back(4, w, e, l->row, b->x, l->in + 1u, d, b->decay, b->dx, flow);
    else if (n == 2) sum += rows_back(2, w, e, l->row, b->x, l->in + 1u, d, b->decay, b->dx, flow);
    else sum += rows_back(1, w, e, l->row, b->x, l->in + 1u, d, b->decay, b->dx, flow);
    if (flow == SETS) flow = ADDS;
  }
  return sum;
}

INLINED vector hidden_back(const back *b, enum flow flow) {
  switch (b->layer->row / LANES) {
  case 4: return hidden_back_tile(4, b, flow);
  case 2: return hidden_back_tile(2, b, flow);
  case 1: return hidden_back_tile(1, b, flow);
  default: return hidden_back_tiles(b, flow);
  }
}

static vector outputs_back(const nn_stream_layer *l, const nn_real *w, nn_real *e, const nn_real *x, const nn_real *d, nn_real decay,
                           nn_real *dx) {
  vector sum = all(0);
  for (size_t j = 0; j < l->row; j += LANES) {
    vector input = load(x + j), flow = all(0);
    for (size_t o = 0; o < l->out; o++) {
      nn_real *at = e + o * l->row + j;
      vector now = load(at) * decay + input * d[o];
      flow += load(w + o * l->row + j) * d[o];
      store(at, now);
      sum += magnitude(now);
    }
    store(dx + j, flow);
  }
  return sum;
}

static double trace_of(const nn_stream *net, const nn_real *theta, nn_real *work, const nn_real *d_out, nn_real decay, nn_real *trace) {
  const nn_stream_layer *l = net->layer + net->n - 1;
  nn_real *d = work + net->back, *dx = d + net->widest;
  vector sum = outputs_back(l, theta + l->weight, trace + l->weight, work + l->input, d_out, decay, d);
  while (l-- > net->layer) {
    const back b = { l, theta + l->weight, work + l->input, work + l->normal, trace + l->weight, d, dx, decay };
    sum += l == net->layer ? hidden_back(&b, STOPS) : hidden_back(&b, SETS);
    dx = d;
    d = b.dx;
  }
  return (double)total(sum);
}

static void learn(nn_real *theta, const nn_real *trace, size_t n, nn_real step) {
  for (size_t i = 0; i < n; i += 2 * LANES) {
    vector a = load(theta + i) + load(trace + i) * step, b = load(theta + i + LANES) + load(trace + i + LANES) * step;
    store(theta + i, a);
    store(theta + i + LANES, b);
  }
}

const nn_stream_kernels NN_STREAM_KERNELS = { forward, forward_two, trace_of, learn };
