/* norm.c - layer normalisation (Ba, Kiros and Hinton 2016), with a gain and a shift of each feature or without.
 *
 *   u = (x - mean) / sqrt(variance + epsilon)      y = gain u + shift      mean and variance over a row
 *   dx = (du - mean(du) - u mean(du u)) / sqrt(variance + epsilon)          du = gain dy
 */
#include "parts.h"

nn_layer_norm_layer nn_layer_norm_declare(nn_layout *layout, const char *name, uint32_t cols) {
  char full[NN_NAME + 8];
  nn_layer_norm_layer layer = { cols, 0, 0 };
  layer.gain = nn_declare(layout, nn_name(full, name, ".gain"), 1, cols);
  layer.shift = nn_declare(layout, nn_name(full, name, ".shift"), 1, cols);
  return layer;
}

void nn_layer_norm_init(const nn_layer_norm_layer *layer, nn_real *theta) {
  for (uint32_t j = 0; j < layer->cols; j++) {
    theta[layer->gain + j] = 1;
    theta[layer->shift + j] = 0;
  }
}

typedef struct norm_record {
  nn_record base;
  const nn_real *u, *inverse, *gain; /* [rows][cols]; [rows] 1 / sqrt(variance + epsilon); [cols] or null */
  nn_slot *dx;
  nn_real *d_gain, *d_shift;
  size_t rows, cols;
} norm_record;

static void norm_back(nn_tape *t, nn_record *record) {
  const norm_record *r = (const norm_record *)record;
  const nn_real *dy = r->base.out->d;
  nn_real *dx = nn_slot_add(r->dx);
  for (size_t i = 0; i < r->rows; i++) {
    const nn_real *u = r->u + i * r->cols, *d = dy + i * r->cols;
    for (size_t j = 0; r->d_gain && j < r->cols; j++) {
      r->d_gain[j] += d[j] * u[j];
      r->d_shift[j] += d[j];
    }
    if (dx) t->kernels->of_elements->normalise_back(u, d, r->gain, r->inverse[i], r->cols, dx + i * r->cols);
  }
}

nn_value nn_layer_norm(nn_tape *t, const nn_layer_norm_layer *layer, nn_value x) {
  nn_real *y, *u = NULL, *inverse = NULL;
  assert(!layer || layer->cols == x.cols);
  int learns = layer && nn_learns(t), keeps = t->mode == NN_TRAIN && (x.slot || learns);
  nn_value out = nn_output(t, x.rows, x.cols, x.slot || learns, &y);
  if (keeps) inverse = nn_scratch(t, x.rows);
  if (keeps && layer) u = nn_scratch(t, nn_count(x));
  norm_record *r = nn_record_push(t, sizeof *r, norm_back, out);
  if (t->is_dry) return out;
  const nn_real *gain = layer ? t->theta + layer->gain : NULL, *shift = layer ? t->theta + layer->shift : NULL;
  for (size_t i = 0; i < x.rows; i++) {
    nn_real *to = (u ? u : y) + i * x.cols, one = t->kernels->of_elements->normalise(x.x + i * x.cols, x.cols, to);
    if (inverse) inverse[i] = one;
    for (size_t j = 0; layer && j < x.cols; j++) y[i * x.cols + j] = to[j] * gain[j] + shift[j];
  }
  if (r) {
    *r = (norm_record){ r->base, u ? u : y, inverse, gain, x.slot, NULL, NULL, x.rows, x.cols };
    if (learns) {
      r->d_gain = t->gradient + layer->gain;
      r->d_shift = t->gradient + layer->shift;
    }
  }
  return out;
}
