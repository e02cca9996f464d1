/* baud/mlp.h - a stack of linear layers with one activation between them, over baud/nn.h: what most learners mean by a
 * network. Declared once in create(), immutable after.
 */
#ifndef BAUD_MLP_H
#define BAUD_MLP_H

#include <stdio.h>

#include "baud/nn.h"

#ifdef __cplusplus
extern "C" {
#endif

enum { NN_MLP_HIDDEN = 4 }; /* hidden layers at most */

typedef struct nn_mlp {
  uint32_t n;      /* layers, the last included */
  int activation;  /* behind all but the last */
  nn_linear_layer layer[NN_MLP_HIDDEN + 1];
} nn_mlp;

/* in -> width[0] -> width[1] .. -> out; a width of 0 leaves its layer out. Parameters are named "name.0.weight" .. */
static inline nn_mlp nn_mlp_declare(nn_layout *layout, const char *name, uint32_t in, const uint32_t *width, uint32_t n_widths,
                                    uint32_t out, int activation) {
  nn_mlp m = { 0, activation, { { 0, 0, 0, 0 } } };
  for (uint32_t i = 0; i <= n_widths && m.n <= NN_MLP_HIDDEN; i++) {
    char part[NN_NAME + 16];
    uint32_t to = i < n_widths ? width[i] : out;
    if (to == 0) continue;
    snprintf(part, sizeof part, "%s.%u", name, m.n);
    m.layer[m.n++] = nn_linear_declare(layout, part, in, to, NN_BIAS);
    in = to;
  }
  return m;
}

/* x [rows][in] -> [rows][out] */
static inline nn_value nn_mlp_forward(nn_tape *t, const nn_mlp *m, nn_value x) {
  for (uint32_t i = 0; i < m->n; i++) x = nn_linear(t, &m->layer[i], x, i + 1 < m->n ? m->activation : NN_IDENTITY);
  return x;
}

/* Orthogonal weights: `gain` for the hidden layers, `gain_out` for the last; biases 0. */
static inline void nn_mlp_orthogonal(const nn_mlp *m, nn_real *theta, double gain, double gain_out, uint64_t *random) {
  for (uint32_t i = 0; i < m->n; i++) nn_linear_orthogonal(&m->layer[i], theta, i + 1 < m->n ? gain : gain_out, random);
}

/* Weights and biases uniform on +-1 / sqrt(fan in). */
static inline void nn_mlp_uniform(const nn_mlp *m, nn_real *theta, uint64_t *random) {
  for (uint32_t i = 0; i < m->n; i++) nn_linear_uniform(&m->layer[i], theta, random);
}

#ifdef __cplusplus
}
#endif
#endif
