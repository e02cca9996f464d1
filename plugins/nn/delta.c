/* delta.c - fast weights that are written by the delta rule, and the unit keys that it wants.
 *
 *   u = W k    e = beta (v - u)    W' = W + e k'    y = W' q          W [d][d] for each head, [value][key]
 *
 * Back, with D the gradient of W' (what flows from later steps, and dy q'):  dq = W'' dy   de = D k   dk = D' e - W' beta de
 * dbeta = de . (v - u)   dv = beta de   D <- D - beta de k'. All states are kept while recording.
 */
#include "parts.h"

typedef struct delta_record {
  nn_record base;
  nn_value q, k, v, beta;
  const uint8_t *starts;
  nn_real *state;  /* [1 + steps][lanes][heads][d][d] at first, and after each step */
  nn_real *error;  /* [rows][cols] e */
  nn_real *guess;  /* [rows][cols] u */
  nn_real *d_state; /* [d][d] */
  nn_real *d_error; /* [d] */
  size_t steps, lanes, heads, d;
} delta_record;

/* ---- Forward ------------------------------------------------------------------------------------------------- */

/* One head's step on its matrix w; at: its first column of row. */
static void delta_step(const nn_product_kernels *kernels, const delta_record *r, nn_real *w, size_t at, nn_real beta, nn_real *y) {
  size_t d = r->d;
  const nn_real *k = r->k.x + at, *v = r->v.x + at;
  nn_real *u = r->guess + at, *e = r->error + at;
  kernels->dots(k, w, d, d, d, 1, u);
  for (size_t i = 0; i < d; i++) e[i] = beta * (v[i] - u[i]);
  kernels->scatter(e, k, d, d, 1, w, d);
  kernels->dots(r->q.x + at, w, d, d, d, 1, y + at);
}

/* The states that a step works on, [lanes][heads][d][d]: while recording, copies that follow those of the step before;
 * 0 where an episode starts. */
static nn_real *begin_step(const delta_record *r, nn_real *before, size_t step, int is_recording) {
  size_t lane_size = r->heads * r->d * r->d;
  nn_real *now = is_recording ? before + r->lanes * lane_size : before;
  for (size_t lane = 0; lane < r->lanes; lane++) {
    nn_real *to = now + lane * lane_size;
    if (r->starts && r->starts[step * r->lanes + lane]) memset(to, 0, lane_size * sizeof *to);
    else if (is_recording) memcpy(to, before + lane * lane_size, lane_size * sizeof *to);
  }
  return now;
}

/* ---- Back ------------------------------------------------------------------------------------------------------ */

typedef struct delta_gradients {
  nn_real *q, *k, *v, *beta; /* any may be null */
} delta_gradients;

static void add_dots(const nn_product_kernels *kernels, const nn_real *w, size_t d, const nn_real *x, nn_real scale, nn_real *to) {
  if (to && w) kernels->gather(x, w, d, d, d, scale, to); /* to += scale W' x */
}

static void delta_step_back(const nn_product_kernels *kernels, const delta_record *r, const nn_real *before, const nn_real *after,
                            size_t at, size_t beta_at, const delta_gradients *g) { /* before null: 0 */
  size_t d = r->d;
  nn_real *D = r->d_state, *de = r->d_error, beta = r->beta.x[beta_at], sum = 0;
  const nn_real *dy = r->base.out->d + at, *k = r->k.x + at;
  add_dots(kernels, after, d, dy, 1, g->q ? g->q + at : NULL);
  kernels->scatter(dy, r->q.x + at, d, d, 1, D, d);
  kernels->dots(k, D, d, d, d, 1, de);
  add_dots(kernels, D, d, r->error + at, 1, g->k ? g->k + at : NULL);
  add_dots(kernels, before, d, de, -beta, g->k ? g->k + at : NULL);
  for (size_t i = 0; i < d; i++) sum += de[i] * (r->v.x[at + i] - r->guess[at + i]);
  if (g->beta) g->beta[beta_at] += sum;
  for (size_t i = 0; g->v && i < d; i++) g->v[at + i] += beta * de[i];
  kernels->scatter(de, k, d, d, -beta, D, d);
}

static void delta_back(nn_tape *t, nn_record *record) {
  const delta_record *r = (const delta_record *)record;
  size_t size = r->d * r->d, all = r->lanes * r->heads * size;
  delta_gradients g = { nn_slot_add(r->q.slot), nn_slot_add(r->k.slot), nn_slot_add(r->v.slot), nn_slot_add(r->beta.slot) };
  for (size_t lane = 0; lane < r->lanes; lane++)
    for (size_t head = 0; head < r->heads; head++) {
      memset(r->d_state, 0, size * sizeof *r->d_state);
      for (size_t step = r->steps; step-- > 0;) {
        size_t row = step * r->lanes + lane, matrix = (lane * r->heads + head) * size;
        int is_start = r->starts && r->starts[row];
        const nn_real *before = is_start ? NULL : r->state + step * all + matrix;
        delta_step_back(t->kernels->of_products, r, before, r->state + (step + 1) * all + matrix, (row * r->heads + head) * r->d,
                        row * r->heads + head, &g);
        if (is_start) memset(r->d_state, 0, size * sizeof *r->d_state);
      }
    }
}

/* ---- The operation ------------------------------------------------------------------------------------------------ */

nn_value nn_delta_rule(nn_tape *t, nn_value q, nn_value k, nn_value v, nn_value beta, const nn_real *state, uint32_t lanes,
                       const uint8_t *starts, nn_real *last) {
  nn_real *y;
  delta_record local, *r;
  uint32_t heads = beta.cols;
  size_t d = v.cols / heads, all = (size_t)lanes * heads * d * d;
  assert(lanes > 0 && v.rows % lanes == 0 && v.cols % heads == 0 && q.cols == v.cols && k.cols == v.cols);
  assert(q.rows == v.rows && k.rows == v.rows && beta.rows == v.rows);
  nn_value out = nn_output(t, v.rows, v.cols, q.slot || k.slot || v.slot || beta.slot, &y);
  size_t steps = v.rows / lanes;
  nn_real *states = nn_scratch(t, (out.slot ? steps + 1 : 1) * all), *error = nn_scratch(t, nn_count(v));
  nn_real *guess = nn_scratch(t, nn_count(v)), *d_state = nn_scratch(t, d * d), *d_error = nn_scratch(t, d);
  r = nn_record_push(t, sizeof *r, delta_back, out);
  if (t->is_dry) return out;
  nn_record base = r ? r->base : (nn_record){ 0 };
  if (!r) r = &local;
  *r = (delta_record){ base, q, k, v, beta, starts, states, error, guess, d_state, d_error, steps, lanes, heads, d };
  memcpy(states, state, all * sizeof *states);
  nn_real *now = states;
  for (size_t step = 0; step < steps; step++) {
    now = begin_step(r, now, step, out.slot != NULL);
    for (size_t i = 0; i < (size_t)lanes * heads; i++) {
      size_t at = step * lanes * heads + i;
      delta_step(t->kernels->of_products, r, now + i * d * d, at * d, beta.x[at], y);
    }
  }
  if (last) memcpy(last, now, all * sizeof *now);
  return out;
}

/* ---- Unit length ------------------------------------------------------------------------------------------------- */

typedef struct unit_record {
  nn_record base;
  const nn_real *y;
  nn_real *inverse; /* [rows][groups] */
  nn_slot *dx;
  size_t parts, n; /* rows * groups of n each */
} unit_record;

/* dx = (dy - y (y . dy)) / length, up to the small number under the root, which scales as the length does */
static void unit_back(nn_tape *t, nn_record *record) {
  const unit_record *r = (const unit_record *)record;
  nn_real *dx = nn_slot_add(r->dx);
  (void)t;
  for (size_t i = 0; i < r->parts; i++) {
    const nn_real *y = r->y + i * r->n, *dy = r->base.out->d + i * r->n;
    nn_real along = 0;
    for (size_t j = 0; j < r->n; j++) along += y[j] * dy[j];
    for (size_t j = 0; j < r->n; j++) dx[i * r->n + j] += (dy[j] - y[j] * along) * r->inverse[i];
  }
}

nn_value nn_unit(nn_tape *t, nn_value x, uint32_t groups) {
  nn_real *y;
  assert(groups > 0 && x.cols % groups == 0);
  size_t n = x.cols / groups, parts = (size_t)x.rows * groups;
  nn_value out = nn_output(t, x.rows, x.cols, x.slot != NULL, &y);
  nn_real *inverse = nn_scratch(t, parts);
  unit_record *r = nn_record_push(t, sizeof *r, unit_back, out);
  if (t->is_dry) return out;
  for (size_t i = 0; i < parts; i++) {
    nn_real sum = (nn_real)1e-6;
    for (size_t j = 0; j < n; j++) sum += x.x[i * n + j] * x.x[i * n + j];
    inverse[i] = 1 / (nn_real)sqrt((double)sum);
    for (size_t j = 0; j < n; j++) y[i * n + j] = x.x[i * n + j] * inverse[i];
  }
  if (r) *r = (unit_record){ r->base, y, inverse, x.slot, parts, n };
  return out;
}
