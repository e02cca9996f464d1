/* surrogate.c - what policies with a critic are trained by: the clipped surrogate of proximal policy optimisation, or the
 * plain policy gradient, with a bonus for entropy; and the clipped loss of values. With g = d loss / d log pi(a):
 *
 *   g = -A r where min(r A, clamp(r) A) is r A, else 0            g = -A without an old policy
 *   categorical:  d / d logit_j = g (1{j = a} - p_j) + entropy p_j (log p_j + H)
 *   Gaussian:     d / d mean = g z / s    d / d log s = g (z^2 - 1) - entropy          z = (a - mean) / s
 */
#include "parts.h"

static const nn_real half_log_two_pi = (nn_real)0.91893853320467274178;

/* What the surrogates need of every row before they look at one: log pi(a), then pi(a) / pi_old(a), where there is one. */
static void to_ratios(nn_tape *t, const nn_surrogate *s, nn_real *log_prob, size_t rows) {
  if (!s->old_log_prob) return;
  for (size_t i = 0; i < rows; i++) log_prob[i] -= s->old_log_prob[i];
  t->kernels->of_elements->exp(1, log_prob, log_prob, rows);
}

/* One row's loss but for the entropy, and its derivative by log pi(a); from log pi(a), or the ratio. */
static nn_real judge(const nn_surrogate *s, nn_real low, nn_real high, size_t row, nn_real ratio, nn_real *d) {
  nn_real advantage = s->advantage[row];
  if (!s->old_log_prob) {
    *d = -advantage;
    return -advantage * ratio;
  }
  nn_real near = ratio < low ? low : ratio > high ? high : ratio, plain = ratio * advantage, capped = near * advantage;
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
  size_t n = head->logits.cols, rows = head->logits.rows;
  nn_real *ratio = nn_scratch(t, rows), low = (nn_real)(1.0 - s->clip), high = (nn_real)(1.0 + s->clip);
  nn_real by = (nn_real)scale, bonus = (nn_real)s->entropy;
  if (t->is_dry) return 0.0;
  nn_real *d = nn_slot_add(head->logits.slot);
  for (size_t i = 0; i < rows; i++) {
    assert(action[i] >= 0 && (uint32_t)action[i] < n);
    ratio[i] = head->log_p[i * n + (size_t)action[i]];
  }
  to_ratios(t, s, ratio, rows);
  for (size_t i = 0; i < rows; i++) {
    const nn_real *p = head->p + i * n, *log_p = head->log_p + i * n;
    nn_real g, entropy = bonus != 0 ? entropy_of(p, log_p, n) : 0;
    sum += (double)(judge(s, low, high, i, ratio[i], &g) - bonus * entropy);
    if (!d) continue;
    for (size_t j = 0; j < n; j++)
      d[i * n + j] += p[j] > 0 ? by * p[j] * (bonus != 0 ? bonus * (log_p[j] + entropy) - g : -g) : 0;
    d[i * n + (size_t)action[i]] += by * g;
  }
  return scale * sum;
}

/* ---- Gaussian ----------------------------------------------------------------------------------------------------- */

/* Standard deviations' inverses, and what they do to the density, of one row or of all. */
static nn_real read_spread(const nn_real *log_std, size_t n, nn_real *inverse) {
  nn_real density = 0;
  for (size_t j = 0; j < n; j++) {
    inverse[j] = (nn_real)exp(-(double)log_std[j]);
    density -= log_std[j] + half_log_two_pi;
  }
  return density;
}

double nn_loss_surrogate_gaussian(nn_tape *t, const nn_gaussian *head, const nn_real *action, const nn_surrogate *s,
                                  double scale) {
  double sum = 0.0;
  size_t n = head->mean.cols, rows = head->mean.rows, spreads = head->log_std.rows;
  nn_real *z = nn_scratch(t, rows * n), *inverse = nn_scratch(t, spreads * n), *density = nn_scratch(t, spreads);
  nn_real *ratio = nn_scratch(t, rows), low = (nn_real)(1.0 - s->clip), high = (nn_real)(1.0 + s->clip);
  nn_real by = (nn_real)scale, bonus = (nn_real)s->entropy;
  assert(head->log_std.cols == n && (spreads == 1 || spreads == rows));
  if (t->is_dry) return 0.0;
  nn_real *d_mean = nn_slot_add(head->mean.slot), *d_spread = nn_slot_add(head->log_std.slot);
  for (size_t i = 0; i < spreads; i++) density[i] = read_spread(head->log_std.x + i * n, n, inverse + i * n);
  for (size_t i = 0; i < rows; i++) {
    size_t of = spreads == 1 ? 0 : i;
    ratio[i] = density[of];
    for (size_t j = 0; j < n; j++) {
      z[i * n + j] = (action[i * n + j] - head->mean.x[i * n + j]) * inverse[of * n + j];
      ratio[i] -= z[i * n + j] * z[i * n + j] / 2;
    }
  }
  to_ratios(t, s, ratio, rows);
  for (size_t i = 0; i < rows; i++) {
    size_t of = spreads == 1 ? 0 : i;
    nn_real g;
    sum += (double)(judge(s, low, high, i, ratio[i], &g) + bonus * (density[of] - (nn_real)n / 2)); /* H = n / 2 - density */
    for (size_t j = 0; j < n; j++) {
      nn_real away = z[i * n + j];
      if (d_mean) d_mean[i * n + j] += by * g * away * inverse[of * n + j];
      if (d_spread) d_spread[of * n + j] += by * (g * (away * away - 1) - bonus);
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
