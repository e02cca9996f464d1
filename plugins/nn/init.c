/* init.c - what weights are before anything is learnt, from a generator of the caller's.
 */
#include "parts.h"

#include "baud/random.h"

/* ---- Orthogonal --------------------------------------------------------------------------------------------- */

/* The `n` vectors of `length` elements that become orthonormal: columns, or rows, of one matrix. */
typedef struct family {
  nn_real *w;
  size_t vector, element; /* strides */
  uint32_t n, length;
} family;

static double inner(const family *f, uint32_t a, uint32_t b) {
  double sum = 0.0;
  for (uint32_t i = 0; i < f->length; i++)
    sum += (double)f->w[a * f->vector + i * f->element] * (double)f->w[b * f->vector + i * f->element];
  return sum;
}

/* a -= by b */
static void subtract(const family *f, uint32_t a, uint32_t b, double by) {
  for (uint32_t i = 0; i < f->length; i++)
    f->w[a * f->vector + i * f->element] -= (nn_real)(by * (double)f->w[b * f->vector + i * f->element]);
}

static void scale(const family *f, uint32_t a, double by) {
  for (uint32_t i = 0; i < f->length; i++)
    f->w[a * f->vector + i * f->element] = (nn_real)(by * (double)f->w[a * f->vector + i * f->element]);
}

/* Gram-Schmidt on normal vectors gives the Haar measure (its R has a positive diagonal); done twice each, since once
 * leaves rounding behind (Giraud, Langou and Rozloznik 2005). */
void nn_orthogonal_part(nn_real *w, uint32_t in, uint32_t out, size_t row, double gain, uint64_t *random) {
  family f = in >= out ? (family){ w, 1, row, out, in } : (family){ w, row, 1, in, out };
  for (uint32_t i = 0; i < in; i++)
    for (uint32_t j = 0; j < out; j++) w[i * row + j] = (nn_real)baud_normal(random);
  for (uint32_t a = 0; a < f.n; a++) {
    for (int pass = 0; pass < 2; pass++)
      for (uint32_t b = 0; b < a; b++) subtract(&f, a, b, inner(&f, a, b));
    scale(&f, a, 1.0 / sqrt(inner(&f, a, a)));
  }
  for (uint32_t a = 0; a < f.n; a++) scale(&f, a, gain);
}

void nn_orthogonal(nn_real *w, uint32_t in, uint32_t out, double gain, uint64_t *random) {
  nn_orthogonal_part(w, in, out, out, gain, random);
}

static void clear_bias(const nn_linear_layer *layer, nn_real *theta) {
  if (layer->bias != NN_NONE) memset(theta + layer->bias, 0, layer->out * sizeof *theta);
}

void nn_linear_orthogonal(const nn_linear_layer *layer, nn_real *theta, double gain, uint64_t *random) {
  nn_orthogonal(theta + layer->weight, layer->in, layer->out, gain, random);
  clear_bias(layer, theta);
}

/* ---- Uniform --------------------------------------------------------------------------------------------------- */

static void uniform(nn_real *w, size_t n, double bound, uint64_t *random) {
  for (size_t i = 0; i < n; i++) w[i] = (nn_real)(bound * (2.0 * baud_uniform(random) - 1.0));
}

void nn_linear_uniform(const nn_linear_layer *layer, nn_real *theta, uint64_t *random) {
  double bound = 1.0 / sqrt(layer->in);
  uniform(theta + layer->weight, (size_t)layer->in * layer->out, bound, random);
  if (layer->bias != NN_NONE) uniform(theta + layer->bias, layer->out, bound, random);
}

/* Of each column, the zeros are a random subset: selection sampling (Knuth, vol. 2, algorithm S). */
void nn_linear_sparse(const nn_linear_layer *layer, nn_real *theta, double sparsity, uint64_t *random) {
  nn_real *w = theta + layer->weight;
  uniform(w, (size_t)layer->in * layer->out, 1.0 / sqrt(layer->in), random);
  clear_bias(layer, theta);
  for (uint32_t j = 0; j < layer->out; j++) {
    uint32_t wanted = (uint32_t)ceil(sparsity * layer->in);
    for (uint32_t i = 0; i < layer->in && wanted > 0; i++)
      if (baud_below(random, layer->in - i) < wanted) {
        w[(size_t)i * layer->out + j] = 0;
        wanted--;
      }
  }
}
