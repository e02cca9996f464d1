/* categorical.c - the categorical head: softmax over logits, with the gradients of what policies are trained by.
 *
 *   d log p(a) / d logit_i = 1{i = a} - p_i          d H / d logit_i = -p_i (log p_i + H)
 *   d KL(p || q) / d logit_i = p_i (log p_i - log q_i - KL)
 */
#include "parts.h"

#include "baud/random.h"

nn_categorical nn_categorical_head(nn_tape *t, nn_value logits, const uint8_t *mask) {
  nn_real *log_p = nn_scratch(t, nn_count(logits)), *p = nn_scratch(t, nn_count(logits));
  if (!t->is_dry) t->kernels->of_elements->softmax(logits.x, mask, logits.rows, logits.cols, log_p, p);
  return (nn_categorical){ logits, log_p, p };
}

typedef struct categorical_record {
  nn_record base;
  nn_categorical head;
  const nn_real *value;     /* [rows] what was made */
  const int32_t *action;    /* [rows] of log_prob */
  const nn_real *reference; /* [rows][cols] of kl */
} categorical_record;

/* ---- log p(action) ------------------------------------------------------------------------------------------ */

static void log_prob_back(nn_tape *t, nn_record *record) {
  const categorical_record *r = (const categorical_record *)record;
  size_t n = r->head.logits.cols;
  nn_real *d = nn_slot_add(r->head.logits.slot);
  (void)t;
  for (size_t i = 0; i < r->head.logits.rows; i++, d += n) {
    nn_real up = r->base.out->d[i];
    for (size_t j = 0; j < n; j++) d[j] -= up * r->head.p[i * n + j];
    d[r->action[i]] += up;
  }
}

nn_value nn_categorical_log_prob(nn_tape *t, const nn_categorical *head, const int32_t *action) {
  nn_real *y;
  nn_value out = nn_output(t, head->logits.rows, 1, head->logits.slot != NULL, &y);
  categorical_record *r = nn_record_push(t, sizeof *r, log_prob_back, out);
  if (t->is_dry) return out;
  for (size_t i = 0; i < out.rows; i++) {
    assert(action[i] >= 0 && (uint32_t)action[i] < head->logits.cols);
    y[i] = head->log_p[i * head->logits.cols + (size_t)action[i]];
  }
  if (r) *r = (categorical_record){ r->base, *head, y, action, NULL };
  return out;
}

/* ---- Entropy ------------------------------------------------------------------------------------------------ */

static void entropy_back(nn_tape *t, nn_record *record) {
  const categorical_record *r = (const categorical_record *)record;
  size_t n = r->head.logits.cols;
  nn_real *d = nn_slot_add(r->head.logits.slot);
  (void)t;
  for (size_t i = 0; i < r->head.logits.rows; i++, d += n) {
    const nn_real *p = r->head.p + i * n, *log_p = r->head.log_p + i * n;
    for (size_t j = 0; j < n; j++) d[j] -= p[j] > 0 ? r->base.out->d[i] * p[j] * (log_p[j] + r->value[i]) : 0;
  }
}

nn_value nn_categorical_entropy(nn_tape *t, const nn_categorical *head) {
  nn_real *y;
  nn_value out = nn_output(t, head->logits.rows, 1, head->logits.slot != NULL, &y);
  categorical_record *r = nn_record_push(t, sizeof *r, entropy_back, out);
  if (t->is_dry) return out;
  size_t n = head->logits.cols;
  for (size_t i = 0; i < out.rows; i++) {
    const nn_real *p = head->p + i * n, *log_p = head->log_p + i * n;
    y[i] = 0;
    for (size_t j = 0; j < n; j++) y[i] -= p[j] > 0 ? p[j] * log_p[j] : 0;
  }
  if (r) *r = (categorical_record){ r->base, *head, y, NULL, NULL };
  return out;
}

/* ---- KL(head || reference) ----------------------------------------------------------------------------------- */

static void kl_back(nn_tape *t, nn_record *record) {
  const categorical_record *r = (const categorical_record *)record;
  size_t n = r->head.logits.cols;
  nn_real *d = nn_slot_add(r->head.logits.slot);
  (void)t;
  for (size_t i = 0; i < r->head.logits.rows; i++, d += n) {
    const nn_real *p = r->head.p + i * n, *log_p = r->head.log_p + i * n, *log_q = r->reference + i * n;
    for (size_t j = 0; j < n; j++)
      d[j] += p[j] > 0 ? r->base.out->d[i] * p[j] * (log_p[j] - log_q[j] - r->value[i]) : 0;
  }
}

nn_value nn_categorical_kl(nn_tape *t, const nn_categorical *head, const nn_real *reference_log_p) {
  nn_real *y;
  nn_value out = nn_output(t, head->logits.rows, 1, head->logits.slot != NULL, &y);
  categorical_record *r = nn_record_push(t, sizeof *r, kl_back, out);
  if (t->is_dry) return out;
  size_t n = head->logits.cols;
  for (size_t i = 0; i < out.rows; i++) {
    const nn_real *p = head->p + i * n, *log_p = head->log_p + i * n, *log_q = reference_log_p + i * n;
    y[i] = 0;
    for (size_t j = 0; j < n; j++) y[i] += p[j] > 0 ? p[j] * (log_p[j] - log_q[j]) : 0;
  }
  if (r) *r = (categorical_record){ r->base, *head, y, NULL, reference_log_p };
  return out;
}

/* ---- Drawing -------------------------------------------------------------------------------------------------- */

uint32_t nn_draw(const nn_real *p, uint32_t n, uint64_t *random) {
  double u = baud_uniform(random);
  uint32_t last = 0; /* rounding may leave something over: the last that can come at all */
  for (uint32_t i = 0; i < n; i++) {
    if (!(p[i] > 0)) continue;
    last = i;
    if ((u -= (double)p[i]) < 0.0) break;
  }
  return last;
}
