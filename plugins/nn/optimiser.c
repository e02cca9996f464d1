/* optimiser.c - steps of flat arrays by their gradients, which are 0 afterwards.
 */
#include "parts.h"

double nn_norm(const nn_real *gradient, uint64_t count) {
  return sqrt(nn_kernels_best()->squares(gradient, (size_t)count));
}

double nn_clip_scale(const nn_real *gradient, uint64_t count, double limit) {
  double scale = limit / (nn_norm(gradient, count) + 1e-6);
  return scale < 1.0 ? scale : 1.0;
}

void nn_sgd_step(const nn_sgd *o, nn_real *theta, nn_real *gradient, nn_real *state, uint64_t count, double scale) {
  nn_real lr = (nn_real)o->lr, momentum = (nn_real)o->momentum, by = (nn_real)scale;
  for (uint64_t i = 0; i < count; i++) {
    nn_real step = by * gradient[i];
    if (o->momentum != 0.0) step = state[i] = momentum * state[i] + step;
    theta[i] -= lr * step;
    gradient[i] = 0;
  }
}

/* theta -= lr / (1 - beta1^t) m / (sqrt(v / (1 - beta2^t)) + epsilon). The count stops where f32 stops counting, when
 * both corrections have long been 1. */
void nn_adam_step(const nn_adam *o, nn_real *theta, nn_real *gradient, nn_real *state, uint64_t count, double scale) {
  nn_real *m = state, *v = state + count, *steps = state + 2 * count;
  if (*steps < 16777216) *steps += 1;
  double first = 1.0 - pow(o->beta1, (double)*steps), second = 1.0 - pow(o->beta2, (double)*steps);
  const nn_real coefficient[8] = { (nn_real)scale,      (nn_real)o->beta1,         (nn_real)(1.0 - o->beta1),
                                   (nn_real)o->beta2,   (nn_real)(1.0 - o->beta2), (nn_real)(o->lr / first),
                                   (nn_real)(1.0 / second), (nn_real)o->epsilon };
  if (o->decay != 0.0) {
    nn_real keep = (nn_real)(1.0 - o->lr * o->decay);
    for (uint64_t i = 0; i < count; i++) theta[i] *= keep;
  }
  nn_kernels_best()->adam(theta, gradient, m, v, (size_t)count, coefficient);
}
