/* mixture.c - see mixture.h.
 */
#include "stream/mixture.h"

#include <math.h>

void mixture_open(mixture *m, uint32_t n) { *m = (mixture){.n = n}; }

static double sum_of_weights(const mixture *m) {
  double sum = 0.0;
  for (uint32_t i = 0; i < m->n; i++) sum += exp2(-m->behind[i]);
  return sum;
}

double mixture_add(mixture *m, const double *bits) {
  double before = sum_of_weights(m), best = INFINITY;
  for (uint32_t i = 0; i < m->n; i++) best = fmin(best, m->behind[i] += bits[i]);
  for (uint32_t i = 0; i < m->n; i++) m->behind[i] -= best;
  return best + log2(before / sum_of_weights(m)); /* both sums are from 1 to n */
}

double mixture_weight(const mixture *m, uint32_t i) { return exp2(-m->behind[i]) / sum_of_weights(m); }
