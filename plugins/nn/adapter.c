/* adapter.c - low-rank adapters: two linear layers of which the second starts at 0, so that nothing changes at first.
 */
#include "parts.h"

nn_adapter_layer nn_adapter_declare(nn_layout *layout, const char *name, uint32_t in, uint32_t out, uint32_t rank, double scale) {
  char full[NN_NAME + 8];
  nn_adapter_layer layer = { .scale = scale };
  layer.down = nn_linear_declare(layout, nn_name(full, name, ".down"), in, rank, NN_NO_BIAS);
  layer.up = nn_linear_declare(layout, nn_name(full, name, ".up"), rank, out, NN_NO_BIAS);
  return layer;
}

void nn_adapter_init(const nn_adapter_layer *layer, nn_real *theta, uint64_t *random) {
  nn_linear_uniform(&layer->down, theta, random);
  memset(theta + layer->up.weight, 0, (size_t)layer->up.in * layer->up.out * sizeof *theta);
}

nn_value nn_adapter(nn_tape *t, const nn_adapter_layer *layer, nn_value x) {
  nn_value low = nn_linear(t, &layer->down, x, NN_IDENTITY);
  return nn_affine(t, nn_linear(t, &layer->up, low, NN_IDENTITY), layer->scale, 0.0);
}
