/* elementwise.c - operations without parameters: activations, sums, products, clamps, columns side by side.
 */
#include "parts.h"

/* ---- Activations ------------------------------------------------------------------------------------------ */

typedef struct activate_record {
  nn_record base;
  const nn_real *kept; /* what tells the slope */
  nn_slot *dx;
  size_t n;
  int activation;
} activate_record;

static void activate_back(nn_tape *t, nn_record *record) {
  const activate_record *r = (const activate_record *)record;
  int adds;
  nn_real *dx = nn_slot_next(r->dx, &adds);
  t->kernels->of_elements->activate_back(r->activation, r->kept, r->base.out->d, dx, r->n, adds);
}

nn_value nn_activate(nn_tape *t, nn_value x, int activation) {
  nn_real *y;
  nn_value out = nn_output(t, x.rows, x.cols, x.slot != NULL, &y);
  activate_record *r = nn_record_push(t, sizeof *r, activate_back, out);
  if (t->is_dry) return out;
  t->kernels->of_elements->activate(activation, x.x, y, nn_count(x));
  if (r) *r = (activate_record){ r->base, nn_keeps_input(activation) ? x.x : y, x.slot, nn_count(x), activation };
  return out;
}

/* ---- Two values of one size --------------------------------------------------------------------------------- */

typedef struct pair_record {
  nn_record base;
  nn_value a, b;
} pair_record;

static void add_back(nn_tape *t, nn_record *record) {
  const pair_record *r = (const pair_record *)record;
  nn_seed(t, r->a, r->base.out->d);
  nn_seed(t, r->b, r->base.out->d);
}

nn_value nn_add(nn_tape *t, nn_value a, nn_value b) {
  nn_real *y;
  assert(a.rows == b.rows && a.cols == b.cols);
  nn_value out = nn_output(t, a.rows, a.cols, a.slot || b.slot, &y);
  pair_record *r = nn_record_push(t, sizeof *r, add_back, out);
  if (t->is_dry) return out;
  for (size_t i = 0; i < nn_count(a); i++) y[i] = a.x[i] + b.x[i];
  if (r) *r = (pair_record){ r->base, a, b };
  return out;
}

static void multiply_into(nn_slot *slot, const nn_real *dy, const nn_real *other, size_t n) {
  nn_real *d = nn_slot_add(slot);
  for (size_t i = 0; d && i < n; i++) d[i] += dy[i] * other[i];
}

static void multiply_back(nn_tape *t, nn_record *record) {
  const pair_record *r = (const pair_record *)record;
  (void)t;
  multiply_into(r->a.slot, r->base.out->d, r->b.x, nn_count(r->a));
  multiply_into(r->b.slot, r->base.out->d, r->a.x, nn_count(r->a));
}

nn_value nn_multiply(nn_tape *t, nn_value a, nn_value b) {
  nn_real *y;
  assert(a.rows == b.rows && a.cols == b.cols);
  nn_value out = nn_output(t, a.rows, a.cols, a.slot || b.slot, &y);
  pair_record *r = nn_record_push(t, sizeof *r, multiply_back, out);
  if (t->is_dry) return out;
  for (size_t i = 0; i < nn_count(a); i++) y[i] = a.x[i] * b.x[i];
  if (r) *r = (pair_record){ r->base, a, b };
  return out;
}

/* ---- One value ------------------------------------------------------------------------------------------------ */

typedef struct unary_record {
  nn_record base;
  nn_value x;
  nn_real a, b; /* scale; or low, high */
} unary_record;

static void affine_back(nn_tape *t, nn_record *record) {
  const unary_record *r = (const unary_record *)record;
  const nn_real *dy = r->base.out->d;
  nn_real *dx = nn_slot_add(r->x.slot);
  (void)t;
  for (size_t i = 0; i < nn_count(r->x); i++) dx[i] += r->a * dy[i];
}

nn_value nn_affine(nn_tape *t, nn_value x, double scale, double shift) {
  nn_real *y, a = (nn_real)scale, b = (nn_real)shift;
  nn_value out = nn_output(t, x.rows, x.cols, x.slot != NULL, &y);
  unary_record *r = nn_record_push(t, sizeof *r, affine_back, out);
  if (t->is_dry) return out;
  for (size_t i = 0; i < nn_count(x); i++) y[i] = a * x.x[i] + b;
  if (r) *r = (unary_record){ r->base, x, a, 0 };
  return out;
}

static void clamp_back(nn_tape *t, nn_record *record) {
  const unary_record *r = (const unary_record *)record;
  const nn_real *dy = r->base.out->d, *x = r->x.x;
  nn_real *dx = nn_slot_add(r->x.slot);
  (void)t;
  for (size_t i = 0; i < nn_count(r->x); i++) dx[i] += x[i] >= r->a && x[i] <= r->b ? dy[i] : 0;
}

nn_value nn_clamp(nn_tape *t, nn_value x, double low, double high) {
  nn_real *y, a = (nn_real)low, b = (nn_real)high;
  nn_value out = nn_output(t, x.rows, x.cols, x.slot != NULL, &y);
  unary_record *r = nn_record_push(t, sizeof *r, clamp_back, out);
  if (t->is_dry) return out;
  for (size_t i = 0; i < nn_count(x); i++) y[i] = x.x[i] < a ? a : x.x[i] > b ? b : x.x[i];
  if (r) *r = (unary_record){ r->base, x, a, b };
  return out;
}

/* ---- Columns ---------------------------------------------------------------------------------------------------- */

/* to[row][0..n) += from[row][0..n), rows of different lengths */
static void add_columns(nn_real *to, size_t to_row, const nn_real *from, size_t from_row, size_t rows, size_t n) {
  for (size_t i = 0; i < rows; i++)
    for (size_t j = 0; j < n; j++) to[i * to_row + j] += from[i * from_row + j];
}

static void copy_columns(nn_real *to, size_t to_row, const nn_real *from, size_t from_row, size_t rows, size_t n) {
  for (size_t i = 0; i < rows; i++) memcpy(to + i * to_row, from + i * from_row, n * sizeof *to);
}

static void concatenate_back(nn_tape *t, nn_record *record) {
  const pair_record *r = (const pair_record *)record;
  size_t cols = (size_t)r->a.cols + r->b.cols;
  const nn_real *dy = r->base.out->d;
  nn_real *da = nn_slot_add(r->a.slot), *db = nn_slot_add(r->b.slot);
  (void)t;
  if (da) add_columns(da, r->a.cols, dy, cols, r->a.rows, r->a.cols);
  if (db) add_columns(db, r->b.cols, dy + r->a.cols, cols, r->b.rows, r->b.cols);
}

nn_value nn_concatenate(nn_tape *t, nn_value a, nn_value b) {
  nn_real *y;
  assert(a.rows == b.rows);
  nn_value out = nn_output(t, a.rows, a.cols + b.cols, a.slot || b.slot, &y);
  pair_record *r = nn_record_push(t, sizeof *r, concatenate_back, out);
  if (t->is_dry) return out;
  copy_columns(y, out.cols, a.x, a.cols, a.rows, a.cols);
  copy_columns(y + a.cols, out.cols, b.x, b.cols, b.rows, b.cols);
  if (r) *r = (pair_record){ r->base, a, b };
  return out;
}

typedef struct columns_record { /* of some columns, or some rows */
  nn_record base;
  nn_value x;
  uint32_t first, n;
} columns_record;

static void columns_back(nn_tape *t, nn_record *record) {
  const columns_record *r = (const columns_record *)record;
  (void)t;
  add_columns(nn_slot_add(r->x.slot) + r->first, r->x.cols, r->base.out->d, r->n, r->x.rows, r->n);
}

nn_value nn_columns(nn_tape *t, nn_value x, uint32_t first, uint32_t n) {
  nn_real *y;
  assert(first <= x.cols && n <= x.cols - first);
  nn_value out = nn_output(t, x.rows, n, x.slot != NULL, &y);
  columns_record *r = nn_record_push(t, sizeof *r, columns_back, out);
  if (t->is_dry) return out;
  copy_columns(y, n, x.x + first, x.cols, x.rows, n);
  if (r) *r = (columns_record){ r->base, x, first, n };
  return out;
}

/* ---- Rows --------------------------------------------------------------------------------------------------------- */

static void rows_back(nn_tape *t, nn_record *record) {
  const columns_record *r = (const columns_record *)record;
  nn_real *dx = nn_slot_add(r->x.slot) + (size_t)r->first * r->x.cols;
  (void)t;
  for (size_t i = 0; i < (size_t)r->n * r->x.cols; i++) dx[i] += r->base.out->d[i];
}

nn_value nn_rows(nn_tape *t, nn_value x, uint32_t first, uint32_t n) {
  nn_real *y;
  assert(first <= x.rows && n <= x.rows - first);
  nn_value out = nn_output(t, n, x.cols, x.slot != NULL, &y);
  columns_record *r = nn_record_push(t, sizeof *r, rows_back, out);
  if (t->is_dry) return out;
  memcpy(y, x.x + (size_t)first * x.cols, nn_count(out) * sizeof *y);
  if (r) *r = (columns_record){ r->base, x, first, n };
  return out;
}
