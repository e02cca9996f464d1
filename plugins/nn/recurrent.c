/* recurrent.c - GRU and LSTM over steps and lanes, with the gradient through time.
 *
 * The inputs' share of all gates is one product over all rows; then each step adds its state's share. Going back, each
 * step makes the gradients of its gates and of the state before it, which stay in memory; the weights' gradients are one
 * product each over all rows at the end. `before` [steps * lanes][units] holds the h that each step started from, 0 where
 * an episode starts.
 */
#include "parts.h"

#include "baud/random.h"

enum { GRU_GATES = 3, LSTM_GATES = 4 };

static nn_recurrent_layer declare(nn_layout *layout, const char *name, uint32_t in, uint32_t units, uint32_t gates) {
  char full[NN_NAME + 8];
  nn_recurrent_layer layer = { in, units, 0, 0, 0, NN_NONE };
  layer.input = nn_declare(layout, nn_name(full, name, ".input"), in, gates * units);
  layer.input_bias = nn_declare(layout, nn_name(full, name, ".bias"), 1, gates * units);
  layer.recurrent = nn_declare(layout, nn_name(full, name, ".state"), units, gates * units);
  return layer;
}

nn_recurrent_layer nn_gru_declare(nn_layout *layout, const char *name, uint32_t in, uint32_t units) {
  char full[NN_NAME + 8];
  nn_recurrent_layer layer = declare(layout, name, in, units, GRU_GATES);
  layer.recurrent_bias = nn_declare(layout, nn_name(full, name, ".shift"), 1, GRU_GATES * units);
  return layer;
}

nn_recurrent_layer nn_lstm_declare(nn_layout *layout, const char *name, uint32_t in, uint32_t units) {
  return declare(layout, name, in, units, LSTM_GATES);
}

/* Each gate's block of columns orthogonal by itself. */
static void orthogonal_gates(nn_real *w, uint32_t in, uint32_t units, uint32_t gates, uint64_t *random) {
  for (uint32_t g = 0; g < gates; g++) nn_orthogonal_part(w + (size_t)g * units, in, units, gates * units, 1.0, random);
}

static void init(const nn_recurrent_layer *layer, nn_real *theta, uint32_t gates, uint64_t *random) {
  orthogonal_gates(theta + layer->input, layer->in, layer->units, gates, random);
  orthogonal_gates(theta + layer->recurrent, layer->units, layer->units, gates, random);
  memset(theta + layer->input_bias, 0, (size_t)gates * layer->units * sizeof *theta);
}

void nn_gru_init(const nn_recurrent_layer *layer, nn_real *theta, uint64_t *random) {
  init(layer, theta, GRU_GATES, random);
  memset(theta + layer->recurrent_bias, 0, (size_t)GRU_GATES * layer->units * sizeof *theta);
}

void nn_lstm_init(const nn_recurrent_layer *layer, nn_real *theta, uint64_t *random) {
  init(layer, theta, LSTM_GATES, random);
  for (uint32_t i = 0; i < layer->units; i++) theta[layer->input_bias + layer->units + i] = 1;
}

/* ---- What both have in common ---------------------------------------------------------------------------- */

typedef struct recurrent_record {
  nn_record base;
  nn_recurrent_layer layer;
  const nn_real *x, *weight, *recurrent;
  nn_slot *dx, *d_state;
  nn_real *gradient;      /* of all parameters, or null: frozen */
  const uint8_t *starts;
  size_t steps, lanes, gates;
  nn_real *before;        /* [rows][units] h before each step */
  nn_real *gate;          /* [rows][gates units] gates; going back, the gradients of what goes into them */
  nn_real *extra;         /* GRU: [rows][units] U_n h + c_n. LSTM: [rows][units] c before each step */
  nn_real *cell;          /* LSTM: [rows][units] tanh of c after each step */
  nn_real *d_recurrent;   /* GRU: [rows][gates units] as `gate`, for the state's share. LSTM: gate itself */
  nn_real *d_h, *d_c;     /* [lanes][units] what flows back from the step after */
} recurrent_record;

static int starts_here(const uint8_t *starts, size_t row) { return starts && starts[row]; }

/* h before step s of all lanes, from the state or the outputs of the step before. */
static void begin_step(recurrent_record *r, const nn_real *h, size_t h_row, size_t step) {
  size_t u = r->layer.units;
  for (size_t lane = 0; lane < r->lanes; lane++) {
    size_t row = step * r->lanes + lane;
    if (starts_here(r->starts, row)) memset(r->before + row * u, 0, u * sizeof *h);
    else memcpy(r->before + row * u, h + lane * h_row, u * sizeof *h);
  }
}

/* The weights' gradients and the inputs', from the gates' of all rows. */
static void finish(const nn_tape *t, const recurrent_record *r) {
  size_t u = r->layer.units, wide = r->gates * u, rows = r->steps * r->lanes;
  const nn_product_kernels *k = t->kernels->of_products;
  if (r->gradient) {
    nn_matrix x = { r->x, 1, r->layer.in }, h = { r->before, 1, u };
    k->product(r->layer.in, wide, rows, x, (nn_matrix){ r->gate, wide, 1 }, NULL, r->gradient + r->layer.input, wide, NN_ADD);
    k->product(u, wide, rows, h, (nn_matrix){ r->d_recurrent, wide, 1 }, NULL, r->gradient + r->layer.recurrent, wide, NN_ADD);
    k->column_sums(r->gate, rows, wide, r->gradient + r->layer.input_bias);
    if (r->layer.recurrent_bias != NN_NONE)
      k->column_sums(r->d_recurrent, rows, wide, r->gradient + r->layer.recurrent_bias);
  }
  if (r->dx) {
    int adds;
    nn_real *dx = nn_slot_next(r->dx, &adds);
    k->product(rows, r->layer.in, wide, (nn_matrix){ r->gate, wide, 1 }, (nn_matrix){ r->weight, 1, wide }, NULL, dx,
               r->layer.in, adds);
  }
}

/* d_h <- what flows to the h before this step: `carried`, already in d_h, and the gates' share; 0 across a start. */
static void to_step_before(const nn_tape *t, const recurrent_record *r, size_t step) {
  size_t u = r->layer.units, wide = r->gates * u, row = step * r->lanes;
  t->kernels->of_products->product(r->lanes, u, wide, (nn_matrix){ r->d_recurrent + row * wide, wide, 1 },
                      (nn_matrix){ r->recurrent, 1, wide }, NULL, r->d_h, u, NN_ADD);
  for (size_t lane = 0; lane < r->lanes; lane++) {
    if (!starts_here(r->starts, row + lane)) continue;
    memset(r->d_h + lane * u, 0, u * sizeof *r->d_h);
    if (r->d_c) memset(r->d_c + lane * u, 0, u * sizeof *r->d_c);
  }
}

/* Takes memory and fills in everything that needs no forward pass; null on a dry tape. */
static recurrent_record *prepare(nn_tape *t, const nn_recurrent_layer *layer, nn_value x, nn_value state, size_t gates,
                                 nn_value out, nn_backward_function *back, recurrent_record *local) {
  size_t u = layer->units, rows = x.rows, lanes = state.rows;
  recurrent_record *r = nn_record_push(t, sizeof *r, back, out);
  nn_real *before = nn_scratch(t, rows * u), *gate = nn_scratch(t, rows * gates * u), *extra = nn_scratch(t, rows * u);
  nn_real *cell = gates == LSTM_GATES ? nn_scratch(t, rows * u) : NULL, *d_recurrent = NULL, *d_h = NULL, *d_c = NULL;
  if (out.slot) {
    d_recurrent = gates == GRU_GATES ? nn_scratch(t, rows * gates * u) : gate;
    d_h = nn_scratch(t, lanes * u);
    d_c = gates == LSTM_GATES ? nn_scratch(t, lanes * u) : NULL;
  }
  if (t->is_dry) return NULL;
  nn_record base = r ? r->base : (nn_record){ 0 };
  if (!r) r = local;
  *r = (recurrent_record){ base, *layer, x.x, t->theta + layer->input, t->theta + layer->recurrent, x.slot, state.slot,
                           t->gradient, NULL, rows / lanes, lanes, gates, before, gate, extra, cell, d_recurrent, d_h, d_c };
  t->kernels->of_products->product(rows, gates * u, layer->in, (nn_matrix){ x.x, layer->in, 1 }, (nn_matrix){ r->weight, gates * u, 1 },
                      t->theta + layer->input_bias, gate, gates * u, NN_SET);
  return r;
}

static void check(const nn_recurrent_layer *layer, nn_value x, nn_value state, uint32_t state_width) {
  assert(x.cols == layer->in && state.cols == state_width && state.rows > 0 && x.rows % state.rows == 0);
  (void)layer, (void)x, (void)state, (void)state_width;
}

/* ---- GRU --------------------------------------------------------------------------------------------------- */

/* One step back: dh [lanes][units] is the output's gradient of this step; d_h what came from the step after. */
static void gru_step_back(const recurrent_record *r, const nn_real *dy, size_t row) {
  size_t u = r->layer.units;
  nn_real *gate = r->gate + row * 3 * u, *d = r->d_recurrent + row * 3 * u, *d_h = r->d_h + row % r->lanes * u;
  const nn_real *h = r->before + row * u, *inner = r->extra + row * u;
  for (size_t i = 0; i < u; i++) {
    nn_real reset = gate[i], keep = gate[u + i], fresh = gate[2 * u + i], dh = d_h[i] + dy[row * u + i];
    nn_real d_fresh = dh * (1 - keep) * (1 - fresh * fresh), d_keep = dh * (h[i] - fresh) * keep * (1 - keep);
    nn_real d_reset = d_fresh * inner[i] * reset * (1 - reset);
    gate[i] = d[i] = d_reset;
    gate[u + i] = d[u + i] = d_keep;
    gate[2 * u + i] = d_fresh;
    d[2 * u + i] = d_fresh * reset;
    d_h[i] = dh * keep;
  }
}

static void gru_back(nn_tape *t, nn_record *record) {
  const recurrent_record *r = (const recurrent_record *)record;
  size_t u = r->layer.units;
  memset(r->d_h, 0, r->lanes * u * sizeof *r->d_h);
  for (size_t step = r->steps; step-- > 0;) {
    for (size_t lane = 0; lane < r->lanes; lane++) gru_step_back(r, record->out->d, step * r->lanes + lane);
    to_step_before(t, r, step);
  }
  finish(t, r);
  nn_real *d_state = nn_slot_add(r->d_state);
  for (size_t i = 0; d_state && i < r->lanes * u; i++) d_state[i] += r->d_h[i];
}

nn_value nn_gru(nn_tape *t, const nn_recurrent_layer *layer, nn_value x, nn_value state, const uint8_t *starts, nn_real *last) {
  nn_real *y;
  recurrent_record local, *r;
  size_t u = layer->units, lanes = state.rows;
  check(layer, x, state, layer->units);
  nn_value out = nn_output(t, x.rows, layer->units, x.slot || state.slot || nn_learns(t), &y);
  nn_real *share = nn_scratch(t, lanes * 3 * u); /* [lanes][3 units] the state's share of a step's gates */
  if (!(r = prepare(t, layer, x, state, GRU_GATES, out, gru_back, &local))) return out;
  r->starts = starts;
  for (size_t step = 0; step < r->steps; step++) {
    size_t row = step * lanes;
    begin_step(r, step ? y + (row - lanes) * u : state.x, u, step);
    t->kernels->of_products->product(lanes, 3 * u, u, (nn_matrix){ r->before + row * u, u, 1 }, (nn_matrix){ r->recurrent, 3 * u, 1 },
                        t->theta + layer->recurrent_bias, share, 3 * u, NN_SET);
    for (size_t lane = 0; lane < lanes; lane++, row++) {
      nn_real *gate = r->gate + row * 3 * u, *add = share + lane * 3 * u, *h = r->before + row * u;
      for (size_t i = 0; i < 2 * u; i++) gate[i] += add[i];
      t->kernels->of_elements->activate(NN_SIGMOID, gate, gate, 2 * u);
      memcpy(r->extra + row * u, add + 2 * u, u * sizeof *add);
      for (size_t i = 0; i < u; i++) gate[2 * u + i] += gate[i] * add[2 * u + i];
      t->kernels->of_elements->activate(NN_TANH, gate + 2 * u, gate + 2 * u, u);
      for (size_t i = 0; i < u; i++) y[row * u + i] = gate[2 * u + i] + gate[u + i] * (h[i] - gate[2 * u + i]);
    }
  }
  if (last) memcpy(last, y + (x.rows - lanes) * u, lanes * u * sizeof *last);
  return out;
}

/* ---- LSTM -------------------------------------------------------------------------------------------------- */

static void lstm_step_back(const recurrent_record *r, const nn_real *dy, size_t row) {
  size_t u = r->layer.units;
  nn_real *gate = r->gate + row * 4 * u, *d_h = r->d_h + row % r->lanes * u, *d_c = r->d_c + row % r->lanes * u;
  const nn_real *old = r->extra + row * u, *cell = r->cell + row * u;
  for (size_t i = 0; i < u; i++) {
    nn_real in = gate[i], forget = gate[u + i], fresh = gate[2 * u + i], show = gate[3 * u + i];
    nn_real dh = d_h[i] + dy[row * u + i], dc = d_c[i] + dh * show * (1 - cell[i] * cell[i]);
    gate[i] = dc * fresh * in * (1 - in);
    gate[u + i] = dc * old[i] * forget * (1 - forget);
    gate[2 * u + i] = dc * in * (1 - fresh * fresh);
    gate[3 * u + i] = dh * cell[i] * show * (1 - show);
    d_c[i] = dc * forget;
    d_h[i] = 0;
  }
}

static void lstm_back(nn_tape *t, nn_record *record) {
  const recurrent_record *r = (const recurrent_record *)record;
  size_t u = r->layer.units;
  memset(r->d_h, 0, r->lanes * u * sizeof *r->d_h);
  memset(r->d_c, 0, r->lanes * u * sizeof *r->d_c);
  for (size_t step = r->steps; step-- > 0;) {
    for (size_t lane = 0; lane < r->lanes; lane++) lstm_step_back(r, record->out->d, step * r->lanes + lane);
    to_step_before(t, r, step);
  }
  finish(t, r);
  nn_real *d_state = nn_slot_add(r->d_state);
  for (size_t lane = 0; d_state && lane < r->lanes; lane++)
    for (size_t i = 0; i < u; i++) {
      d_state[lane * 2 * u + i] += r->d_h[lane * u + i];
      d_state[lane * 2 * u + u + i] += r->d_c[lane * u + i];
    }
}

nn_value nn_lstm(nn_tape *t, const nn_recurrent_layer *layer, nn_value x, nn_value state, const uint8_t *starts, nn_real *last) {
  nn_real *y;
  recurrent_record local, *r;
  size_t u = layer->units, lanes = state.rows;
  check(layer, x, state, 2 * layer->units);
  nn_value out = nn_output(t, x.rows, layer->units, x.slot || state.slot || nn_learns(t), &y);
  nn_real *c = nn_scratch(t, lanes * u);
  if (!(r = prepare(t, layer, x, state, LSTM_GATES, out, lstm_back, &local))) return out;
  r->starts = starts;
  for (size_t lane = 0; lane < lanes; lane++) memcpy(c + lane * u, state.x + lane * 2 * u + u, u * sizeof *c);
  for (size_t step = 0; step < r->steps; step++) {
    size_t row = step * lanes;
    begin_step(r, step ? y + (row - lanes) * u : state.x, step ? u : 2 * u, step);
    t->kernels->of_products->product(lanes, 4 * u, u, (nn_matrix){ r->before + row * u, u, 1 }, (nn_matrix){ r->recurrent, 4 * u, 1 }, NULL,
                        r->gate + row * 4 * u, 4 * u, NN_ADD);
    for (size_t lane = 0; lane < lanes; lane++, row++) {
      nn_real *gate = r->gate + row * 4 * u, *old = r->extra + row * u, *cell = r->cell + row * u, *now = c + lane * u;
      if (starts_here(starts, row)) memset(now, 0, u * sizeof *now);
      memcpy(old, now, u * sizeof *now);
      t->kernels->of_elements->activate(NN_SIGMOID, gate, gate, 2 * u);
      t->kernels->of_elements->activate(NN_TANH, gate + 2 * u, gate + 2 * u, u);
      t->kernels->of_elements->activate(NN_SIGMOID, gate + 3 * u, gate + 3 * u, u);
      for (size_t i = 0; i < u; i++) now[i] = gate[u + i] * old[i] + gate[i] * gate[2 * u + i];
      t->kernels->of_elements->activate(NN_TANH, now, cell, u);
      for (size_t i = 0; i < u; i++) y[row * u + i] = gate[3 * u + i] * cell[i];
    }
  }
  for (size_t lane = 0; last && lane < lanes; lane++) {
    memcpy(last + lane * 2 * u, y + (x.rows - lanes + lane) * u, u * sizeof *last);
    memcpy(last + lane * 2 * u + u, c + lane * u, u * sizeof *last);
  }
  return out;
}
