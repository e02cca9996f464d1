/* surrogate.c - what policies with a critic are trained by: the clipped surrogate of proximal policy optimisation, or the
 * plain policy gradient, with a bonus for entropy; and the clipped loss of values. With g = d loss / d log pi(a):
 *
 *   g = -A r where min(r A, clamp(r) A) is r A, else 0            g = -A without an old policy
 *   categorical:  d / d logit_j = g (1{j = a} - p_j) + entropy p_j (log p_j + H)
 *   Gaussian:     d / d mean = g z / s    d / d log s = g (z^2 - 1) - entropy          z = (a - mean) / s
 */
#include "parts.h"

static const nn_real half_log_two_pi = (nn_real)0.91893853320467274178;

static nn_real exp_of(nn_real x) { return (nn_real)exp((double)x); }

/* One row's loss but for the entropy, and its derivative by log pi(a). */
static nn_real judge(const nn_surrogate *s, size_t row, nn_real log_prob, nn_real *d) {
  nn_real advantage = s->advantage[row], low = (nn_real)(1.0 - s->clip), high = (nn_real)(1.0 + s->clip);
  if (!s->old_log_prob) {
    *d = -advantage;
    return -advantage * log_prob;
  }
  nn_real ratio = exp_of(log_prob - s->old_log_prob[row]), near = ratio < low ? low : ratio > high ? high : ratio;
  nn_real plain = ratio * advantage, capped = near * advantage;
  *d = plain <= capped ? -plain : 0;
  return plain <= capped ? -plain : -capped;
}

/* ---- Categorical ------------------------------------------------------------------------------------------------ */

static nn_real entropy_of(const nn_real *p, const nn_real *log_p, size_t n) {
  nn_real sum = 0;
  for (size_t j = 0; j < n; j++) sum -= p[j] > 0 ? p[j] * log_p[j] : 0;
  return sum;
}

double nn_loss_surrogate_categorical(nn_tape *t, const nn_categorical *head, const int32_t *action, const nn_surrogate *s,
                                     double scale) {
  double sum = 0.0;
  if (t->is_dry) return 0.0;
  size_t n = head->logits.cols;
  nn_real *d = nn_slot_add(head->logits.slot), by = (nn_real)scale, bonus = (nn_real)s->entropy;
  for (size_t i = 0; i < head->logits.rows; i++) {
    assert(action[i] >= 0 && (uint32_t)action[i] < n);
    const nn_real *p = head->p + i * n, *log_p = head->log_p + i * n;
    nn_real g, entropy = bonus != 0 ? entropy_of(p, log_p, n) : 0;
    sum += (double)(judge(s, i, log_p[action[i]], &g) - bonus * entropy);
    if (!d) continue;
    for (size_t j = 0; j < n; j++)
      d[i * n + j] += p[j] > 0 ? by * p[j] * (bonus != 0 ? bonus * (log_p[j] + entropy) - g : -g) : 0;
    d[i * n + (size_t)action[i]] += by * g;
  }
  return scale * sum;
}

/* ---- Gaussian ----------------------------------------------------------------------------------------------------- */

/* A standard deviation's inverse and its part of a density, for one row or for all of them. */
static void read_spread(const nn_real *log_std, size_t n, nn_real *inverse, nn_real *density) {
  *density = 0;
  for (size_t j = 0; j < n; j++) {
    inverse[j] = exp_of(-log_std[j]);
    *density -= log_std[j] + half_log_two_pi;
  }
}

double nn_loss_surrogate_gaussian(nn_tape *t, const nn_gaussian *head, const nn_real *action, const nn_surrogate *s,
                                  double scale) {
  double sum = 0.0;
  size_t n = head->mean.cols;
  nn_real *z = nn_scratch(t, n), *inverse = nn_scratch(t, n), by = (nn_real)scale, bonus = (nn_real)s->entropy, density = 0;
  assert(head->log_std.cols == n && (head->log_std.rows == 1 || head->log_std.rows == head->mean.rows));
  if (t->is_dry) return 0.0;
  nn_real *d_mean = nn_slot_add(head->mean.slot), *d_spread = nn_slot_add(head->log_std.slot);
  for (size_t i = 0; i < head->mean.rows; i++) {
    size_t spread = head->log_std.rows == 1 ? 0 : i * n;
    if (i == 0 || spread > 0) read_spread(head->log_std.x + spread, n, inverse, &density);
    nn_real g, log_prob = density;
    for (size_t j = 0; j < n; j++) {
      z[j] = (action[i * n + j] - head->mean.x[i * n + j]) * inverse[j];
      log_prob -= z[j] * z[j] / 2;
    }
    sum += (double)(judge(s, i, log_prob, &g) + bonus * (density - (nn_real)n / 2)); /* H = n / 2 - density */
    for (size_t j = 0; j < n; j++) {
      if (d_mean) d_mean[i * n + j] += by * g * z[j] * inverse[j];
      if (d_spread) d_spread[spread + j] += by * (g * (z[j] * z[j] - 1) - bonus);
    }
  }
  return scale * sum;
}

/* ---- Values ------------------------------------------------------------------------------------------------------- */

double nn_loss_squared_clipped(nn_tape *t, nn_value v, const nn_real *target, const nn_real *old, double clip, double scale) {
  double sum = 0.0;
  if (t->is_dry) return 0.0;
  nn_real *d = nn_slot_add(v.slot), by = (nn_real)scale, most = (nn_real)clip;
  for (size_t i = 0; i < nn_count(v); i++) {
    nn_real move = v.x[i] - old[i], near = move < -most ? -most : move > most ? most : move;
    nn_real free = v.x[i] - target[i], held = old[i] + near - target[i];
    int is_held = held * held > free * free;
    sum += (double)(is_held ? held * held : free * free);
    if (d) d[i] += is_held ? 0 : by * free; /* where the held one is the larger, the clamp is at an end */
  }
  return scale * sum / 2;
}
