/* answers.c - see answers.h.
 */
#include "ledger/answers.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

static int is_discrete_scalar(const baud_field *f) { return f->categories > 0 && f->count == 1; }

static baud_question ask(uint32_t target, uint32_t categories, uint32_t elements) {
  return (baud_question){.size = BAUD_SIZE(baud_question), .target = target, .horizon = 1,
                         .forms = categories ? 1u << BAUD_FORM_CATEGORICAL : elements ? 1u << BAUD_FORM_NORMAL : 0u,
                         .width_categorical = categories, .width_normal = 2 * elements};
}

int answers_open(answers *a, const baud_field *obs, uint32_t n_obs, const baud_field *action, const double *reward_values,
                 uint32_t n_values, uint32_t lanes, baud_error *error) {
  *a = (answers){.lanes = lanes};
  a->question[ANSWER_ACTION] = ask(BAUD_ASK_ACTION, is_discrete_scalar(action) ? action->categories : 0, action->categories ? 0 : action->count);
  if (n_obs > 0) a->question[ANSWER_OBSERVATION] = ask(BAUD_ASK_OBSERVATION, is_discrete_scalar(&obs[0]) ? obs[0].categories : 0, obs[0].categories ? 0 : obs[0].count);
  else a->question[ANSWER_OBSERVATION] = ask(BAUD_ASK_OBSERVATION, 0, 0);
  a->question[ANSWER_REWARD] = ask(BAUD_ASK_REWARD, n_values, n_values ? 0 : 1);
  a->question[ANSWER_TERMINATED] = ask(BAUD_ASK_TERMINATED, 2, 0);
  a->reward_values = calloc(n_values + 1u, sizeof *a->reward_values);
  if (!a->reward_values) return error_set(error, BAUD_ENOMEM, "out of memory");
  if (n_values) memcpy(a->reward_values, reward_values, n_values * sizeof *reward_values);
  a->question[ANSWER_REWARD].values = n_values ? a->reward_values : NULL;
  return 0;
}

uint32_t answers_width(const answers *a, uint32_t which) {
  const baud_question *q = &a->question[which];
  return q->form == BAUD_FORM_CATEGORICAL ? q->width_categorical : q->form == BAUD_FORM_NORMAL ? q->width_normal : 0;
}

int answers_agree(answers *a, baud_error *error) {
  for (uint32_t k = 0; k < ANSWERS; k++) {
    baud_question *q = &a->question[k];
    if (q->form && (q->form > 31 || !(q->forms >> q->form & 1u)))
      return error_set(error, BAUD_EPLUGIN, "chose form %u for question %u, which was not offered", q->form, k);
    size_t floats = (size_t)answers_width(a, k) * a->lanes;
    if (floats == 0) continue;
    a->written[k] = calloc(floats, sizeof(float));
    a->sealed[k] = calloc(floats, sizeof(float));
    if (!a->written[k] || !a->sealed[k]) return error_set(error, BAUD_ENOMEM, "out of memory for answers");
  }
  return 0;
}

void answers_close(answers *a) {
  for (uint32_t k = 0; k < ANSWERS; k++) {
    free(a->written[k]);
    free(a->sealed[k]);
  }
  free(a->reward_values);
  memset(a, 0, sizeof *a);
}

uint64_t answers_mask(const answers *a) {
  uint64_t mask = 0;
  for (uint32_t k = 0; k < ANSWERS; k++) mask |= (uint64_t)(answers_width(a, k) > 0) << k;
  return mask;
}

void answers_seal(answers *a, uint64_t ask_mask) {
  for (uint32_t k = 0; k < ANSWERS; k++)
    if (ask_mask >> k & 1u) memcpy(a->sealed[k], a->written[k], (size_t)answers_width(a, k) * a->lanes * sizeof(float));
}

double answers_floor(double q, uint32_t n) { return (1.0 - 0x1p-16) * q + 0x1p-16 / n; }

/* Which probability is at fault, looked for only when one is. */
static int blame_answer(const float *q, uint32_t n, const char *what, baud_error *error) {
  double sum = 0.0;
  for (uint32_t i = 0; i < n; i++) {
    if (!(q[i] >= 0.0f) || !isfinite(q[i]))
      return error_set(error, BAUD_EPLUGIN, "answered probability %g for %s %u: it must be finite and not negative", (double)q[i], what, i);
    sum += (double)q[i];
  }
  return error_set(error, BAUD_EPLUGIN, "its probabilities of %s sum to %g, not to 1", what, sum);
}

/* Sixteen sums side by side, so that the compiler may use vectors without reordering any one of them. A NaN makes
 * a sum NaN, an infinity makes it infinite; only a negative number needs a look of its own. */
int answers_check(const float *q, uint32_t n, const char *what, baud_error *error) {
  enum { WIDE = 16 };
  float sums[WIDE] = {0.0f}, least[WIDE] = {0.0f}, sum = 0.0f, negative = 0.0f;
  uint32_t i = 0;
  for (; i + WIDE <= n; i += WIDE)
    for (uint32_t k = 0; k < WIDE; k++) {
      sums[k] += q[i + k];
      least[k] = q[i + k] < least[k] ? q[i + k] : least[k];
    }
  for (; i < n; i++) {
    sums[0] += q[i];
    least[0] = q[i] < least[0] ? q[i] : least[0];
  }
  for (uint32_t k = 0; k < WIDE; k++) {
    sum += sums[k];
    negative += least[k];
  }
  return fabsf(sum - 1.0f) <= 1e-3f && !(negative < 0.0f) ? 0 : blame_answer(q, n, what, error);
}

double answers_bits(const float *q, uint32_t n, uint32_t index) { return -log2(answers_floor((double)q[index], n)); }

uint32_t answers_reward_index(const answers *a, float delivered) {
  uint32_t n = a->question[ANSWER_REWARD].width_categorical, i = 0;
  while (i < n && (float)a->reward_values[i] != delivered) i++;
  return i;
}
