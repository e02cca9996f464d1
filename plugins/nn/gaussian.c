/* gaussian.c - independent normals as a head, with a log standard deviation of each row's own or one for all rows, and the
 * same squashed by tanh. s = exp(log_std), z = (a - mean) / s:
 *
 *   log N(a) = -z^2 / 2 - log s - log(2 pi) / 2       d / d mean = z / s     d / d log s = z^2 - 1
 *   H = log s + (1 + log(2 pi)) / 2                   d / d log s = 1
 *   KL(N || M) = log(s_M / s) + (s^2 + (mean - mean_M)^2) / (2 s_M^2) - 1/2
 *   log(1 - tanh^2 u) = 2 (log 2 - u - softplus(-2u))
 */
#include "parts.h"

static const nn_real half_log_two_pi = (nn_real)0.91893853320467274178;

static nn_real exp_of(nn_real x) { return (nn_real)exp((double)x); }

/* Offset of row i in log_std, and in its gradient. */
static size_t spread_row(const nn_gaussian *head, size_t i) {
  return head->log_std.rows == 1 ? 0 : i * head->log_std.cols;
}

static void check(const nn_gaussian *head) {
  assert(head->log_std.cols == head->mean.cols);
  assert(head->log_std.rows == 1 || head->log_std.rows == head->mean.rows);
  (void)head;
}

typedef struct gaussian_record {
  nn_record base;
  nn_gaussian head;
  const nn_real *a, *b; /* action; or the reference's mean and log_std; or noise */
} gaussian_record;

/* ---- Log density ------------------------------------------------------------------------------------------------ */

static void log_prob_back(nn_tape *t, nn_record *record) {
  const gaussian_record *r = (const gaussian_record *)record;
  const nn_gaussian *head = &r->head;
  size_t n = head->mean.cols;
  nn_real *d_mean = nn_slot_add(head->mean.slot), *d_spread = nn_slot_add(head->log_std.slot);
  (void)t;
  for (size_t i = 0; i < head->mean.rows; i++)
    for (size_t j = 0; j < n; j++) {
      nn_real up = r->base.out->d[i], inverse = exp_of(-head->log_std.x[spread_row(head, i) + j]);
      nn_real z = (r->a[i * n + j] - head->mean.x[i * n + j]) * inverse;
      if (d_mean) d_mean[i * n + j] += up * z * inverse;
      if (d_spread) d_spread[spread_row(head, i) + j] += up * (z * z - 1);
    }
}

nn_value nn_gaussian_log_prob(nn_tape *t, const nn_gaussian *head, const nn_real *action) {
  nn_real *y;
  check(head);
  nn_value out = nn_output(t, head->mean.rows, 1, head->mean.slot || head->log_std.slot, &y);
  gaussian_record *r = nn_record_push(t, sizeof *r, log_prob_back, out);
  if (t->is_dry) return out;
  size_t n = head->mean.cols;
  for (size_t i = 0; i < out.rows; i++) {
    y[i] = 0;
    for (size_t j = 0; j < n; j++) {
      nn_real log_std = head->log_std.x[spread_row(head, i) + j];
      nn_real z = (action[i * n + j] - head->mean.x[i * n + j]) * exp_of(-log_std);
      y[i] -= z * z / 2 + log_std + half_log_two_pi;
    }
  }
  if (r) *r = (gaussian_record){ r->base, *head, action, NULL };
  return out;
}

/* ---- Entropy ------------------------------------------------------------------------------------------------------ */

static void entropy_back(nn_tape *t, nn_record *record) {
  const gaussian_record *r = (const gaussian_record *)record;
  const nn_gaussian *head = &r->head;
  nn_real *d = nn_slot_add(head->log_std.slot);
  (void)t;
  for (size_t i = 0; i < head->mean.rows; i++)
    for (size_t j = 0; j < head->mean.cols; j++) d[spread_row(head, i) + j] += r->base.out->d[i];
}

nn_value nn_gaussian_entropy(nn_tape *t, const nn_gaussian *head) {
  nn_real *y;
  check(head);
  nn_value out = nn_output(t, head->mean.rows, 1, head->log_std.slot != NULL, &y);
  gaussian_record *r = nn_record_push(t, sizeof *r, entropy_back, out);
  if (t->is_dry) return out;
  for (size_t i = 0; i < out.rows; i++) {
    y[i] = 0;
    for (size_t j = 0; j < head->mean.cols; j++)
      y[i] += head->log_std.x[spread_row(head, i) + j] + (nn_real)0.5 + half_log_two_pi;
  }
  if (r) *r = (gaussian_record){ r->base, *head, NULL, NULL };
  return out;
}

/* ---- KL(head || reference) ------------------------------------------------------------------------------------------ */

static void kl_back(nn_tape *t, nn_record *record) {
  const gaussian_record *r = (const gaussian_record *)record;
  const nn_gaussian *head = &r->head;
  size_t n = head->mean.cols;
  nn_real *d_mean = nn_slot_add(head->mean.slot), *d_spread = nn_slot_add(head->log_std.slot);
  (void)t;
  for (size_t i = 0; i < head->mean.rows; i++)
    for (size_t j = 0; j < n; j++) {
      nn_real up = r->base.out->d[i], precision = exp_of(-2 * r->b[i * n + j]);
      nn_real variance = exp_of(2 * head->log_std.x[spread_row(head, i) + j]);
      if (d_mean) d_mean[i * n + j] += up * (head->mean.x[i * n + j] - r->a[i * n + j]) * precision;
      if (d_spread) d_spread[spread_row(head, i) + j] += up * (variance * precision - 1);
    }
}

nn_value nn_gaussian_kl(nn_tape *t, const nn_gaussian *head, const nn_real *mean, const nn_real *log_std) {
  nn_real *y;
  check(head);
  nn_value out = nn_output(t, head->mean.rows, 1, head->mean.slot || head->log_std.slot, &y);
  gaussian_record *r = nn_record_push(t, sizeof *r, kl_back, out);
  if (t->is_dry) return out;
  size_t n = head->mean.cols;
  for (size_t i = 0; i < out.rows; i++) {
    y[i] = 0;
    for (size_t j = 0; j < n; j++) {
      nn_real own = head->log_std.x[spread_row(head, i) + j], other = log_std[i * n + j];
      nn_real away = head->mean.x[i * n + j] - mean[i * n + j];
      y[i] += other - own + (exp_of(2 * own) + away * away) * exp_of(-2 * other) / 2 - (nn_real)0.5;
    }
  }
  if (r) *r = (gaussian_record){ r->base, *head, mean, log_std };
  return out;
}

/* ---- Samples, as functions of the head ------------------------------------------------------------------------------- */

/* d u / d mean = 1, d u / d log s = s noise, at u = mean + s noise */
static void spread_to_head(const nn_gaussian *head, const nn_real *noise, nn_real *d_mean, nn_real *d_spread, size_t i,
                           size_t j, nn_real up) {
  size_t at = i * head->mean.cols + j, spread = spread_row(head, i) + j;
  if (d_mean) d_mean[at] += up;
  if (d_spread) d_spread[spread] += up * exp_of(head->log_std.x[spread]) * noise[at];
}

static void sample_back(nn_tape *t, nn_record *record) {
  const gaussian_record *r = (const gaussian_record *)record;
  const nn_gaussian *head = &r->head;
  nn_real *d_mean = nn_slot_add(head->mean.slot), *d_spread = nn_slot_add(head->log_std.slot);
  (void)t;
  for (size_t i = 0; i < head->mean.rows; i++)
    for (size_t j = 0; j < head->mean.cols; j++)
      spread_to_head(head, r->a, d_mean, d_spread, i, j, r->base.out->d[i * head->mean.cols + j]);
}

nn_value nn_gaussian_sample(nn_tape *t, const nn_gaussian *head, const nn_real *noise) {
  nn_real *y;
  check(head);
  nn_value out = nn_output(t, head->mean.rows, head->mean.cols, head->mean.slot || head->log_std.slot, &y);
  gaussian_record *r = nn_record_push(t, sizeof *r, sample_back, out);
  if (t->is_dry) return out;
  size_t n = head->mean.cols;
  for (size_t i = 0; i < out.rows; i++)
    for (size_t j = 0; j < n; j++)
      y[i * n + j] = head->mean.x[i * n + j] + exp_of(head->log_std.x[spread_row(head, i) + j]) * noise[i * n + j];
  if (r) *r = (gaussian_record){ r->base, *head, noise, NULL };
  return out;
}

typedef struct squash_record {
  nn_record base; /* of two values */
  nn_gaussian head;
  const nn_real *noise, *action;
  nn_slot *d_action, *d_density;
} squash_record;

/* With the noise held, log N(u) depends on log s alone: -1. And d log(1 - tanh^2 u) / du = -2 tanh u. */
static void squash_back(nn_tape *t, nn_record *record) {
  const squash_record *r = (const squash_record *)record;
  const nn_gaussian *head = &r->head;
  size_t n = head->mean.cols;
  if (!r->d_density->is_set && !r->d_action->is_set) return;
  const nn_real *up_density = nn_slot_add(r->d_density), *up_action = nn_slot_add(r->d_action);
  nn_real *d_mean = nn_slot_add(head->mean.slot), *d_spread = nn_slot_add(head->log_std.slot);
  (void)t;
  for (size_t i = 0; i < head->mean.rows; i++)
    for (size_t j = 0; j < n; j++) {
      nn_real a = r->action[i * n + j];
      nn_real up = up_action[i * n + j] * (1 - a * a) + up_density[i] * 2 * a;
      spread_to_head(head, r->noise, d_mean, d_spread, i, j, up);
      if (d_spread) d_spread[spread_row(head, i) + j] -= up_density[i];
    }
}

/* log(1 - tanh^2 u) without cancellation at either end */
static double log_slope(double u) { return 2.0 * (0.69314718055994530942 - u - (u > -15.0 ? log1p(exp(-2.0 * u)) : -2.0 * u)); }

nn_squashed nn_squashed_sample(nn_tape *t, const nn_gaussian *head, const nn_real *noise) {
  nn_real *action, *density;
  check(head);
  int learns = head->mean.slot || head->log_std.slot;
  nn_squashed out;
  out.action = nn_output(t, head->mean.rows, head->mean.cols, learns, &action);
  out.log_prob = nn_output(t, head->mean.rows, 1, learns, &density);
  squash_record *r = nn_record_push(t, sizeof *r, squash_back, out.log_prob);
  if (t->is_dry) return out;
  size_t n = head->mean.cols;
  for (size_t i = 0; i < head->mean.rows; i++) {
    density[i] = 0;
    for (size_t j = 0; j < n; j++) {
      nn_real log_std = head->log_std.x[spread_row(head, i) + j], z = noise[i * n + j];
      nn_real u = head->mean.x[i * n + j] + exp_of(log_std) * z;
      action[i * n + j] = (nn_real)tanh((double)u);
      density[i] -= z * z / 2 + log_std + half_log_two_pi + (nn_real)log_slope((double)u);
    }
  }
  if (r) *r = (squash_record){ r->base, *head, noise, action, out.action.slot, out.log_prob.slot };
  if (r) r->base.out = NULL;
  return out;
}
