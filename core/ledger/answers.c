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
    a->mask |= UINT64_C(1) << k;
    if (q->form != BAUD_FORM_CATEGORICAL) continue;
    a->uniform[k] = log2(q->width_categorical);
    a->least[k] = 0x1p-16 / q->width_categorical;
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

uint64_t answers_mask(const answers *a) { return a->mask; }

/* ---- Checking and sealing ----------------------------------------------------------------------------- */

/* Which probability is at fault, looked for only when one may be: a zero with a sign is none. */
static int look_closely(const float *q, uint32_t n, const char *what, baud_error *error) {
  double sum = 0.0;
  for (uint32_t i = 0; i < n; i++) {
    if (!(q[i] >= 0.0f) || !isfinite(q[i]))
      return error_set(error, BAUD_EPLUGIN, "answered probability %g for %s %u: it must be finite and not negative", (double)q[i], what, i);
    sum += (double)q[i];
  }
  if (fabs(sum - 1.0) <= 1e-3) return 0;
  return error_set(error, BAUD_EPLUGIN, "its probabilities of %s sum to %g, not to 1", what, sum);
}

/* What has been added up of an answer. */
typedef struct tally {
  float sum;
  int32_t signs; /* all bit patterns ored: below 0 when any has its sign set */
} tally;

/* Copies q[0..n) to `to`, where there is one. */
static inline tally copy_few(float *to, const float *q, uint32_t n) {
  tally t = {0.0f, 0};
  for (uint32_t i = 0; i < n; i++) {
    int32_t bits;
    memcpy(&bits, q + i, sizeof bits);
    if (to) memcpy(to + i, &bits, sizeof bits);
    t.signs |= bits;
    t.sum += q[i];
  }
  return t;
}

/* The same for a multiple of MANY, four numbers at a time: of itself the compiler may not reorder a sum. */
typedef float four __attribute__((vector_size(16)));
typedef int32_t four_bits __attribute__((vector_size(16)));
enum { MANY = 8 };
static inline tally copy_many(float *to, const float *q, uint32_t n) {
  four sums[2] = {{0.0f}, {0.0f}}, next[2];
  four_bits signs = {0};
  for (uint32_t i = 0; i < n; i += MANY) {
    memcpy(next, q + i, sizeof next);
    if (to) memcpy(to + i, next, sizeof next);
    sums[0] += next[0];
    sums[1] += next[1];
    signs |= (four_bits)next[0] | (four_bits)next[1];
  }
  sums[0] += sums[1];
  return (tally){(sums[0][0] + sums[0][1]) + (sums[0][2] + sums[0][3]), signs[0] | signs[1] | signs[2] | signs[3]};
}

/* 1 when q[0..n) is plainly a distribution: no sign is set, and the sum is 1 within 1e-3, which it is not where a NaN
 * or an infinity is among them. */
static inline int copy_distribution(float *to, const float *q, uint32_t n) {
  uint32_t many = n / MANY * MANY;
  tally t = {0.0f, 0};
  if (many) t = copy_many(to, q, many);
  tally rest = copy_few(to ? to + many : NULL, q + many, n - many);
  return (t.signs | rest.signs) >= 0 && fabsf(t.sum + rest.sum - 1.0f) <= 1e-3f;
}

int answers_check(const float *q, uint32_t n, const char *what, baud_error *error) {
  return copy_distribution(NULL, q, n) ? 0 : look_closely(q, n, what, error);
}

int answers_seal(answers *a, uint64_t asked, baud_error *error) {
  static const char *const what[ANSWERS] = {"action", "the observation", "the reward", "termination"};
  int code = 0;
  for (; asked && code == 0; asked &= asked - 1) {
    unsigned k = (unsigned)__builtin_ctzll(asked);
    uint32_t n = answers_width(a, k);
    size_t floats = (size_t)n * a->lanes;
    if (a->question[k].form != BAUD_FORM_CATEGORICAL) {
      memcpy(a->sealed[k], a->written[k], floats * sizeof(float));
      continue;
    }
    for (size_t at = 0; at < floats && code == 0; at += n)
      if (!copy_distribution(a->sealed[k] + at, a->written[k] + at, n)) code = look_closely(a->sealed[k] + at, n, what[k], error);
  }
  return code;
}

/* ---- Scores ------------------------------------------------------------------------------------------- */

double answers_floor(double q, uint32_t n) { return (1.0 - 0x1p-16) * q + 0x1p-16 / n; }

double answers_bits(const answers *a, uint32_t which, uint32_t lane, uint32_t index) {
  double q = (double)a->sealed[which][(size_t)lane * a->question[which].width_categorical + index];
  return -log2((1.0 - 0x1p-16) * q + a->least[which]);
}

uint32_t answers_reward_index(const answers *a, float delivered) {
  uint32_t n = a->question[ANSWER_REWARD].width_categorical, i = 0;
  while (i < n && (float)a->reward_values[i] != delivered) i++;
  return i;
}
