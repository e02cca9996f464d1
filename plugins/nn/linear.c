/* linear.c - the affine layer with its activation in one operation.
 *
 *   y = f(x W + b)          dp = dy f'    dW += x' dp    db += column sums of dp    dx (+)= dp W'
 *
 * x [rows][in], W [in][out], y, dp [rows][out]; dp takes the place of dy. dx is left out where nobody wants it.
 */
#include "parts.h"

nn_linear_layer nn_linear_declare(nn_layout *layout, const char *name, uint32_t in, uint32_t out, int bias) {
  char full[NN_NAME + 8];
  nn_linear_layer layer = { in, out, 0, NN_NONE };
  layer.weight = nn_declare(layout, nn_name(full, name, ".weight"), in, out);
  if (bias == NN_BIAS) layer.bias = nn_declare(layout, nn_name(full, name, ".bias"), 1, out);
  return layer;
}

typedef struct linear_record {
  nn_record base;
  const nn_real *x, *kept, *weight; /* kept: what tells the activation's slope */
  nn_slot *dx;
  nn_real *d_weight, *d_bias; /* null: frozen, or no bias */
  size_t rows, in, out;
  int activation;
} linear_record;

static void linear_back(nn_tape *t, nn_record *record) {
  const linear_record *r = (const linear_record *)record;
  const nn_product_kernels *k = t->kernels->of_products;
  nn_real *d = r->base.out->d;
  if (r->activation != NN_IDENTITY) t->kernels->of_elements->activate_back(r->activation, r->kept, d, d, r->rows * r->out, NN_SET);
  nn_matrix dp = { d, r->out, 1 };
  if (r->d_weight)
    k->product(r->in, r->out, r->rows, (nn_matrix){ r->x, 1, r->in }, dp, NULL, r->d_weight, r->out, NN_ADD);
  if (r->d_bias) k->column_sums(d, r->rows, r->out, r->d_bias);
  if (r->dx) {
    int adds;
    nn_real *dx = nn_slot_next(r->dx, &adds);
    k->product(r->rows, r->in, r->out, dp, (nn_matrix){ r->weight, 1, r->out }, NULL, dx, r->in, adds);
  }
}

nn_value nn_linear(nn_tape *t, const nn_linear_layer *layer, nn_value x, int activation) {
  nn_real *y, *before;
  assert(x.cols == layer->in);
  nn_value out = nn_output(t, x.rows, layer->out, x.slot || nn_learns(t), &y);
  before = out.slot && nn_keeps_input(activation) ? nn_scratch(t, nn_count(out)) : y;
  linear_record *r = nn_record_push(t, sizeof *r, linear_back, out);
  if (t->is_dry) return out;
  const nn_real *weight = t->theta + layer->weight, *bias = layer->bias != NN_NONE ? t->theta + layer->bias : NULL;
  t->kernels->of_products->product(x.rows, layer->out, layer->in, (nn_matrix){ x.x, layer->in, 1 },
                      (nn_matrix){ weight, layer->out, 1 }, bias, before, layer->out, NN_SET);
  if (activation != NN_IDENTITY) t->kernels->of_elements->activate(activation, before, y, nn_count(out));
  if (r) {
    *r = (linear_record){ r->base, x.x, before, weight, x.slot, NULL, NULL, x.rows, layer->in, layer->out, activation };
    if (nn_learns(t)) r->d_weight = t->gradient + layer->weight;
    if (nn_learns(t) && bias) r->d_bias = t->gradient + layer->bias;
  }
  return out;
}
