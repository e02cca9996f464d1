/* baud/nn_stream.h - a perceptron for learners that take each transition once, one row at a time, at the speed of its
 * arithmetic: no tape, and the gradient goes into an eligibility trace in the pass that makes it.
 *
 * The network of Elsayed, Vasan and Mahmood 2024 (Streaming deep reinforcement learning finally works, arXiv 2410.14606):
 * each hidden layer is leaky_relu(layer_norm(W x + b)), the norm over the units, without gain and shift; the output is
 * linear. Its parameters are a part of a nn_layout's flat array, sparse at the start (nn_linear_sparse).
 *
 *   nn_stream_declare(&net, &layout, "value", 4, 1, hidden, 2);          in create()
 *   float *x = nn_stream_input(&net, work);                              fill it in: [in]
 *   const float *v = nn_stream_forward(&net, theta, work);               [out]
 *   double size = nn_stream_trace(&net, theta, work, &one, 0.99 * 0.8, trace);   trace <- decay trace + d v / d theta
 *   double step = nn_obgd_rate(&obgd, delta, size);
 *   nn_stream_learn(&net, theta, trace, step * delta);                   theta += step delta trace
 *
 * `work` is a row's own memory, net.work elements, 64-byte aligned: what the forward pass leaves there is what the trace
 * is made of. theta and trace are whole flat arrays of the layout. Nothing is allocated, nothing is global; what the
 * arrays are padded with is 0 and stays 0.
 */
#ifndef BAUD_NN_STREAM_H
#define BAUD_NN_STREAM_H

#include "baud/nn.h"

#ifdef __cplusplus
extern "C" {
#endif

enum { NN_STREAM_LAYERS = 8, NN_STREAM_PAD = 8 };

/* Hidden: weights [in + 1][row], the last row the bias. Output: weights [out][row], column `in` the bias. Rows are padded
 * to multiples of NN_STREAM_PAD. In the row's work: `input` [in], a 1, zeros; `normal`, of a hidden layer: what the norm
 * made [row], then its factor. */
typedef struct nn_stream_layer {
  uint32_t in, out, row;
  uint64_t weight;
  uint64_t input, normal;
} nn_stream_layer;

typedef struct nn_stream {
  uint32_t n;              /* layers, the output's included */
  uint64_t begin, count;   /* its part of the flat array */
  uint64_t output, back;   /* in the work: [out]; gradients on their way back, two rows of `widest` */
  uint64_t widest, work;   /* elements */
  nn_stream_layer layer[NN_STREAM_LAYERS];
} nn_stream;

/* hidden: units of each hidden layer, n_hidden < NN_STREAM_LAYERS of them. */
void nn_stream_declare(nn_stream *net, nn_layout *layout, const char *name, uint32_t in, uint32_t out, const uint32_t *hidden,
                       uint32_t n_hidden);
/* Weights uniform on +-1 / sqrt(in), then of each unit's `in` weights ceil(sparsity in), chosen at random, are 0; biases 0. */
void nn_stream_init(const nn_stream *net, nn_real *theta, double sparsity, uint64_t *random);

static inline nn_real *nn_stream_input(const nn_stream *net, nn_real *work) { return work + net->layer[0].input; }

/* The outputs [out], in the work until its next pass. */
const nn_real *nn_stream_forward(const nn_stream *net, const nn_real *theta, nn_real *work);
/* The same of two rows at once, each with a work of its own: the weights are read once. */
void nn_stream_forward_two(const nn_stream *net, const nn_real *theta, nn_real *work, nn_real *other);
static inline const nn_real *nn_stream_output(const nn_stream *net, const nn_real *work) { return work + net->output; }

/* trace <- decay trace + d (d_out . output) / d theta, of the row that the work holds, at the theta that it went forward
 * with. Returns the sum of |trace| over the network's parameters. d_out [out]. */
double nn_stream_trace(const nn_stream *net, const nn_real *theta, nn_real *work, const nn_real *d_out, double decay, nn_real *trace);
void nn_stream_clear(const nn_stream *net, nn_real *trace);
/* theta += step trace */
void nn_stream_learn(const nn_stream *net, nn_real *theta, const nn_real *trace, double step);

#ifdef __cplusplus
}
#endif
#endif
