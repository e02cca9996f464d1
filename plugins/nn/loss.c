/* loss.c - ends of a tape: each returns its value and leaves its gradient in the slot of what it judges. Values are summed
 * in double, rows in order.
 */
#include "parts.h"

static nn_real weight_of(const nn_real *weight, size_t row, double scale) {
  return (nn_real)(weight ? scale * (double)weight[row] : scale);
}

double nn_loss_squared(nn_tape *t, nn_value v, const nn_real *target, const nn_real *weight, double scale) {
  double sum = 0.0;
  if (t->is_dry) return 0.0;
  nn_real *d = nn_slot_add(v.slot);
  for (size_t i = 0; i < v.rows; i++) {
    nn_real w = weight_of(weight, i, scale);
    for (size_t j = 0; j < v.cols; j++) {
      nn_real e = v.x[i * v.cols + j] - target[i * v.cols + j];
      sum += (double)(w * e * e / 2);
      if (d) d[i * v.cols + j] += w * e;
    }
  }
  return sum;
}

double nn_loss_huber(nn_tape *t, nn_value v, const nn_real *target, const nn_real *weight, double delta, double scale) {
  double sum = 0.0;
  if (t->is_dry) return 0.0;
  nn_real *d = nn_slot_add(v.slot), knee = (nn_real)delta;
  for (size_t i = 0; i < v.rows; i++) {
    nn_real w = weight_of(weight, i, scale);
    for (size_t j = 0; j < v.cols; j++) {
      nn_real e = v.x[i * v.cols + j] - target[i * v.cols + j], size = e < 0 ? -e : e;
      int is_near = size <= knee;
      sum += (double)(w * (is_near ? e * e / 2 : knee * (size - knee / 2)));
      if (d) d[i * v.cols + j] += w * (is_near ? e : e < 0 ? -knee : knee);
    }
  }
  return sum;
}

double nn_loss_cross_entropy(nn_tape *t, nn_value logits, const int32_t *target, const uint8_t *mask, const nn_real *weight,
                             double scale) {
  double sum = 0.0;
  size_t n = logits.cols;
  nn_real *log_p = nn_scratch(t, nn_count(logits)), *p = logits.slot ? nn_scratch(t, nn_count(logits)) : NULL;
  if (t->is_dry) return 0.0;
  nn_real *d = nn_slot_add(logits.slot);
  t->kernels->of_elements->softmax(logits.x, mask, logits.rows, n, log_p, p);
  for (size_t i = 0; i < logits.rows; i++) {
    if (target[i] < 0) continue;
    assert((uint32_t)target[i] < logits.cols);
    nn_real w = weight_of(weight, i, scale);
    sum -= (double)(w * log_p[i * n + (size_t)target[i]]);
    for (size_t j = 0; d && j < n; j++) d[i * n + j] += w * p[i * n + j];
    if (d) d[i * n + (size_t)target[i]] -= w;
  }
  return sum;
}

double nn_loss_sum(nn_tape *t, nn_value v, const nn_real *weight, double scale) {
  double sum = 0.0;
  if (t->is_dry) return 0.0;
  nn_real *d = nn_slot_add(v.slot);
  for (size_t i = 0; i < v.rows; i++) {
    nn_real w = weight_of(weight, i, scale);
    for (size_t j = 0; j < v.cols; j++) {
      sum += (double)(w * v.x[i * v.cols + j]);
      if (d) d[i * v.cols + j] += w;
    }
  }
  return sum;
}
