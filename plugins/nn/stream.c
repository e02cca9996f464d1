/* stream.c - see baud/nn_stream.h: how a streaming network lies in memory, and which kernels it gets.
 */
#include "baud/nn_stream.h"

#include <assert.h>
#include <string.h>

#include "baud/random.h"
#include "parts.h"
#include "stream_kernels.h"

static uint64_t padded(uint64_t n) { return (n + NN_STREAM_PAD - 1) / NN_STREAM_PAD * NN_STREAM_PAD; }

/* Takes elements of the work, each field on a cache line of its own. */
static uint64_t take(nn_stream *net, uint64_t n) {
  uint64_t at = net->work;
  net->work += (n + NN_ALIGN - 1) / NN_ALIGN * NN_ALIGN;
  return at;
}

static void declare_layer(nn_stream *net, nn_layout *layout, const char *name, uint32_t in, uint32_t out, int is_output) {
  nn_stream_layer *l = &net->layer[net->n++];
  uint64_t inputs = padded((uint64_t)in + 1);
  l->in = in;
  l->out = out;
  l->row = (uint32_t)(is_output ? inputs : padded(out));
  l->weight = is_output ? nn_declare(layout, name, out, l->row) : nn_declare(layout, name, in + 1, l->row);
  l->input = take(net, inputs);
  if (!is_output) l->normal = take(net, l->row + NN_STREAM_PAD);
  if (inputs > net->widest) net->widest = inputs;
  if (l->row > net->widest) net->widest = l->row;
}

void nn_stream_declare(nn_stream *net, nn_layout *layout, const char *name, uint32_t in, uint32_t out, const uint32_t *hidden,
                       uint32_t n_hidden) {
  char full[NN_NAME + 8];
  assert(in > 0 && out > 0 && n_hidden < NN_STREAM_LAYERS);
  *net = (nn_stream){ .begin = layout->count };
  for (uint32_t i = 0; i < n_hidden; i++) {
    const char suffix[] = { '.', (char)('0' + i), 0 };
    declare_layer(net, layout, nn_name(full, name, suffix), in, hidden[i], 0);
    in = hidden[i];
  }
  declare_layer(net, layout, nn_name(full, name, ".out"), in, out, 1);
  net->output = take(net, out);
  net->widest = (net->widest + NN_ALIGN - 1) / NN_ALIGN * NN_ALIGN;
  net->back = take(net, 2 * net->widest);
  net->count = layout->count - net->begin;
}

/* nn_linear_sparse over a layer as it lies: unit by unit, each with `in` weights `step` apart. */
static void sparse_unit(nn_real *w, size_t step, uint32_t in, double sparsity, uint64_t *random) {
  uint32_t zeros = (uint32_t)ceil(sparsity * in);
  for (uint32_t i = 0; i < in; i++) {
    double weight = (2.0 * baud_uniform(random) - 1.0) / sqrt(in);
    int is_zero = baud_below(random, in - i) < zeros;
    zeros -= (uint32_t)is_zero;
    w[i * step] = is_zero ? 0 : (nn_real)weight;
  }
}

void nn_stream_init(const nn_stream *net, nn_real *theta, double sparsity, uint64_t *random) {
  memset(theta + net->begin, 0, net->count * sizeof *theta);
  for (uint32_t k = 0; k < net->n; k++) {
    const nn_stream_layer *l = &net->layer[k];
    int is_output = k + 1 == net->n;
    for (uint32_t j = 0; j < l->out; j++)
      sparse_unit(theta + l->weight + (is_output ? (size_t)j * l->row : j), is_output ? 1 : l->row, l->in, sparsity, random);
  }
}

/* ---- Passes ------------------------------------------------------------------------------------------------- */

static const nn_stream_kernels *kernels(void) {
#ifdef NN_WIDE
  if (__builtin_cpu_supports("avx2") && __builtin_cpu_supports("fma")) return &nn_stream_kernels_wide;
#endif
  return &nn_stream_kernels_any;
}

const nn_real *nn_stream_forward(const nn_stream *net, const nn_real *theta, nn_real *work) {
  kernels()->forward(net, theta, work);
  return nn_stream_output(net, work);
}

void nn_stream_forward_two(const nn_stream *net, const nn_real *theta, nn_real *work, nn_real *other) {
  kernels()->forward_two(net, theta, work, other);
}

double nn_stream_trace(const nn_stream *net, const nn_real *theta, nn_real *work, const nn_real *d_out, double decay, nn_real *trace) {
  return kernels()->trace(net, theta, work, d_out, (nn_real)decay, trace);
}

void nn_stream_clear(const nn_stream *net, nn_real *trace) { memset(trace + net->begin, 0, net->count * sizeof *trace); }

void nn_stream_learn(const nn_stream *net, nn_real *theta, const nn_real *trace, double step) {
  kernels()->learn(theta + net->begin, trace + net->begin, net->count, (nn_real)step);
}
