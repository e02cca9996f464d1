/* gaussian.c - independent normals as a head, with a log standard deviation of each row's own or one for all rows, and the
 * same squashed by tanh. s = exp(log_std), z = (a - mean) / s:
 *
 *   log N(a) = -z^2 / 2 - log s - log(2 pi) / 2       d / d mean = z / s     d / d log s = z^2 - 1
 *   H = log s + (1 + log(2 pi)) / 2                   d / d log s = 1
 *   KL(N || M) = log(s_M / s) + (s^2 + (mean - mean_M)^2) / (2 s_M^2) - 1/2
 *   u = mean + s noise                                d / d mean = 1         d / d log s = s noise
 *
 * Exponentials are taken once, of all that an operation needs, and kept for the way back.
 */
#include "parts.h"

static const nn_real half_log_two_pi = (nn_real)0.91893853320467274178;

/* Offset of row i in log_std, and in its gradient. */
static size_t spread_row(const nn_gaussian *head, size_t i) {
  return head->log_std.rows == 1 ? 0 : i * head->log_std.cols;
}

static void check(const nn_gaussian *head) {
  assert(head->log_std.cols == head->mean.cols);
  assert(head->log_std.rows == 1 || head->log_std.rows == head->mean.rows);
  (void)head;
}

/* exp(by x) of n numbers, in the arena; null when dry. */
static nn_real *exp_of(nn_tape *t, nn_real by, const nn_real *x, size_t n) {
  nn_real *y = nn_scratch(t, n);
  if (!t->is_dry) t->kernels->of_elements->exp(by, x, y, n);
  return y;
}

typedef struct gaussian_record {
  nn_record base;
  nn_gaussian head;
  const nn_real *a, *b; /* action; or noise; or the reference's mean, and its precision */
  const nn_real *scale; /* as log_std: 1 / s, or s, or s^2 */
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
      size_t spread = spread_row(head, i) + j;
      nn_real up = r->base.out->d[i], z = (r->a[i * n + j] - head->mean.x[i * n + j]) * r->scale[spread];
      if (d_mean) d_mean[i * n + j] += up * z * r->scale[spread];
      if (d_spread) d_spread[spread] += up * (z * z - 1);
    }
}

nn_value nn_gaussian_log_prob(nn_tape *t, const nn_gaussian *head, const nn_real *action) {
  nn_real *y;
  check(head);
  nn_value out = nn_output(t, head->mean.rows, 1, head->mean.slot || head->log_std.slot, &y);
  const nn_real *inverse = exp_of(t, -1, head->log_std.x, nn_count(head->log_std));
  gaussian_record *r = nn_record_push(t, sizeof *r, log_prob_back, out);
  if (t->is_dry) return out;
  size_t n = head->mean.cols;
  for (size_t i = 0; i < out.rows; i++) {
    y[i] = 0;
    for (size_t j = 0; j < n; j++) {
      size_t spread = spread_row(head, i) + j;
      nn_real z = (action[i * n + j] - head->mean.x[i * n + j]) * inverse[spread];
      y[i] -= z * z / 2 + head->log_std.x[spread] + half_log_two_pi;
    }
  }
  if (r) *r = (gaussian_record){ r->base, *head, action, NULL, inverse };
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
  if (r) *r = (gaussian_record){ r->base, *head, NULL, NULL, NULL };
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
      size_t at = i * n + j, spread = spread_row(head, i) + j;
      nn_real up = r->base.out->d[i];
      if (d_mean) d_mean[at] += up * (head->mean.x[at] - r->a[at]) * r->b[at];
      if (d_spread) d_spread[spread] += up * (r->scale[spread] * r->b[at] - 1);
    }
}

nn_value nn_gaussian_kl(nn_tape *t, const nn_gaussian *head, const nn_real *mean, const nn_real *log_std) {
  nn_real *y;
  check(head);
  nn_value out = nn_output(t, head->mean.rows, 1, head->mean.slot || head->log_std.slot, &y);
  const nn_real *variance = exp_of(t, 2, head->log_std.x, nn_count(head->log_std));
  const nn_real *precision = exp_of(t, -2, log_std, nn_count(head->mean));
  gaussian_record *r = nn_record_push(t, sizeof *r, kl_back, out);
  if (t->is_dry) return out;
  size_t n = head->mean.cols;
  for (size_t i = 0; i < out.rows; i++) {
    y[i] = 0;
    for (size_t j = 0; j < n; j++) {
      size_t at = i * n + j, spread = spread_row(head, i) + j;
      nn_real away = head->mean.x[at] - mean[at];
      y[i] += log_std[at] - head->log_std.x[spread] + (variance[spread] + away * away) * precision[at] / 2 - (nn_real)0.5;
    }
  }
  if (r) *r = (gaussian_record){ r->base, *head, mean, precision, variance };
  return out;
}

/* ---- Samples, as functions of the head ------------------------------------------------------------------------------- */

/* What flows to u, given element by element, goes on to the head. */
static void spread_to_head(const nn_gaussian *head, const nn_real *noise, const nn_real *s, const nn_real *du) {
  size_t n = head->mean.cols;
  nn_real *d_mean = nn_slot_add(head->mean.slot), *d_spread = nn_slot_add(head->log_std.slot);
  for (size_t i = 0; d_mean && i < nn_count(head->mean); i++) d_mean[i] += du[i];
  for (size_t i = 0; d_spread && i < head->mean.rows; i++)
    for (size_t j = 0; j < n; j++) {
      size_t at = i * n + j, spread = spread_row(head, i) + j;
      d_spread[spread] += du[at] * s[spread] * noise[at];
    }
}

static void draw(const nn_gaussian *head, const nn_real *noise, const nn_real *s, nn_real *u) {
  size_t n = head->mean.cols;
  for (size_t i = 0; i < head->mean.rows; i++)
    for (size_t j = 0; j < n; j++) u[i * n + j] = head->mean.x[i * n + j] + s[spread_row(head, i) + j] * noise[i * n + j];
}

static void sample_back(nn_tape *t, nn_record *record) {
  const gaussian_record *r = (const gaussian_record *)record;
  (void)t;
  spread_to_head(&r->head, r->a, r->scale, r->base.out->d);
}

nn_value nn_gaussian_sample(nn_tape *t, const nn_gaussian *head, const nn_real *noise) {
  nn_real *y;
  check(head);
  nn_value out = nn_output(t, head->mean.rows, head->mean.cols, head->mean.slot || head->log_std.slot, &y);
  const nn_real *s = exp_of(t, 1, head->log_std.x, nn_count(head->log_std));
  gaussian_record *r = nn_record_push(t, sizeof *r, sample_back, out);
  if (t->is_dry) return out;
  draw(head, noise, s, y);
  if (r) *r = (gaussian_record){ r->base, *head, noise, NULL, s };
  return out;
}

typedef struct squash_record {
  nn_record base; /* of two values */
  nn_gaussian head;
  const nn_real *noise, *s, *action;
  nn_slot *d_action, *d_density;
  nn_real *du; /* [rows][n] */
} squash_record;

/* With the noise held, log N(u) depends on log s alone: -1. And d log(1 - tanh^2 u) / du = -2 tanh u. */
static void squash_back(nn_tape *t, nn_record *record) {
  const squash_record *r = (const squash_record *)record;
  const nn_gaussian *head = &r->head;
  size_t n = head->mean.cols;
  if (!r->d_density->is_set && !r->d_action->is_set) return;
  const nn_real *up_density = nn_slot_add(r->d_density), *up_action = nn_slot_add(r->d_action);
  nn_real *d_spread = nn_slot_add(head->log_std.slot);
  (void)t;
  for (size_t i = 0; i < head->mean.rows; i++)
    for (size_t j = 0; j < n; j++) {
      nn_real a = r->action[i * n + j];
      r->du[i * n + j] = up_action[i * n + j] * (1 - a * a) + up_density[i] * 2 * a;
      if (d_spread) d_spread[spread_row(head, i) + j] -= up_density[i];
    }
  spread_to_head(head, r->noise, r->s, r->du);
}

nn_squashed nn_squashed_sample(nn_tape *t, const nn_gaussian *head, const nn_real *noise) {
  nn_real *action, *density;
  check(head);
  int learns = head->mean.slot || head->log_std.slot;
  size_t n = head->mean.cols, count = nn_count(head->mean);
  nn_squashed out;
  out.action = nn_output(t, head->mean.rows, head->mean.cols, learns, &action);
  out.log_prob = nn_output(t, head->mean.rows, 1, learns, &density);
  const nn_real *s = exp_of(t, 1, head->log_std.x, nn_count(head->log_std));
  nn_real *u = nn_scratch(t, count), *log_slope = nn_scratch(t, count);
  squash_record *r = nn_record_push(t, sizeof *r, squash_back, out.log_prob);
  if (t->is_dry) return out;
  draw(head, noise, s, u);
  t->kernels->of_elements->squash(u, action, log_slope, count);
  for (size_t i = 0; i < head->mean.rows; i++) {
    density[i] = 0;
    for (size_t j = 0; j < n; j++) {
      nn_real z = noise[i * n + j];
      density[i] -= z * z / 2 + head->log_std.x[spread_row(head, i) + j] + half_log_two_pi + log_slope[i * n + j];
    }
  }
  if (r) {
    *r = (squash_record){ r->base, *head, noise, s, action, out.action.slot, out.log_prob.slot, u };
    r->base.out = NULL;
  }
  return out;
}
