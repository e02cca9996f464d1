/* optimiser.c - steps of flat arrays by their gradients, which are 0 afterwards.
 */
#include "parts.h"

double nn_gradient_norm(const nn_real *gradient, uint64_t count) {
  return sqrt(nn_kernels_best()->of_steps->squares(gradient, (size_t)count));
}

double nn_clip_scale(const nn_real *gradient, uint64_t count, double limit) {
  double scale = limit / (nn_gradient_norm(gradient, count) + 1e-6);
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
  nn_real number[NN_ADAM_NUMBERS];
  number[NN_ADAM_SCALE] = (nn_real)scale;
  number[NN_ADAM_KEEP1] = (nn_real)o->beta1;
  number[NN_ADAM_TAKE1] = (nn_real)(1.0 - o->beta1);
  number[NN_ADAM_KEEP2] = (nn_real)o->beta2;
  number[NN_ADAM_TAKE2] = (nn_real)(1.0 - o->beta2);
  number[NN_ADAM_RATE] = (nn_real)(o->lr / first);
  number[NN_ADAM_CORRECT] = (nn_real)(1.0 / second);
  number[NN_ADAM_EPSILON] = (nn_real)o->epsilon;
  number[NN_ADAM_SHRINK] = (nn_real)(1.0 - o->lr * o->decay);
  nn_kernels_best()->of_steps->adam(theta, gradient, m, v, (size_t)count, number);
}

void nn_rmsprop_step(const nn_rmsprop *o, nn_real *theta, nn_real *gradient, nn_real *state, uint64_t count, double scale) {
  nn_real by = (nn_real)scale, keep = (nn_real)o->decay, take = (nn_real)(1.0 - o->decay), lr = (nn_real)o->lr;
  nn_real epsilon = (nn_real)o->epsilon;
  for (uint64_t i = 0; i < count; i++) {
    nn_real d = by * gradient[i];
    state[i] = keep * state[i] + take * d * d;
    theta[i] -= lr * d / ((nn_real)sqrt((double)state[i]) + epsilon);
    gradient[i] = 0;
  }
}

/* ---- One transition at a time --------------------------------------------------------------------------- */

void nn_trace_decay(nn_real *trace, uint64_t count, double decay) {
  nn_kernels_best()->of_steps->shrink(trace, (size_t)count, (nn_real)decay);
}

double nn_obgd_rate(const nn_obgd *o, double size, double delta) {
  double m = o->lr * o->kappa * fmax(fabs(delta), 1.0) * size;
  return m > 1.0 ? o->lr / m : o->lr;
}

double nn_obgd_step(const nn_obgd *o, nn_real *theta, const nn_real *trace, uint64_t count, double delta) {
  const nn_step_kernels *kernels = nn_kernels_best()->of_steps;
  double step = nn_obgd_rate(o, kernels->magnitudes(trace, (size_t)count), delta);
  kernels->add(theta, trace, (size_t)count, (nn_real)(step * delta));
  return step;
}

void nn_idbd_init(const nn_idbd *o, nn_real *state, uint64_t count) {
  for (uint64_t i = 0; i < count; i++) {
    state[i] = (nn_real)log(o->lr);
    state[count + i] = 0;
  }
}

void nn_idbd_step(const nn_idbd *o, nn_real *theta, nn_real *gradient, nn_real *state, uint64_t count, double delta) {
  nn_real *beta = state, *h = state + count, rate = (nn_real)o->rate, error = (nn_real)delta;
  for (uint64_t i = 0; i < count; i++) {
    nn_real x = gradient[i];
    beta[i] += rate * error * x * h[i];
    nn_real lr = (nn_real)exp((double)beta[i]), keep = 1 - lr * x * x, step = lr * error * x;
    theta[i] += step;
    h[i] = (keep > 0 ? h[i] * keep : 0) + step;
    gradient[i] = 0;
  }
}
