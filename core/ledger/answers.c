/* answers.c - see answers.h.
 */
#include "ledger/answers.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "ledger/distribution.h"

/* The longest answer of a lane; what would be longer is not asked. */
enum { FLOATS_MOST = 1 << 22 };

static void ask(answers *a, uint32_t which, uint32_t target, uint32_t field, uint32_t categories, uint32_t elements) {
  int is_asked = (uint64_t)elements * (categories ? categories : 2u) <= FLOATS_MOST;
  uint32_t form = categories ? BAUD_FORM_CATEGORICAL : BAUD_FORM_NORMAL;
  a->question[which] = (baud_question){.size = BAUD_SIZE(baud_question), .target = target, .field = field, .horizon = 1};
  if (!is_asked || elements == 0) return;
  a->question[which].forms = 1u << form;
  a->question[which].width_categorical = categories * elements;
  a->question[which].width_normal = categories ? 0 : 2 * elements;
  a->categories[which] = categories;
}

int answers_open(answers *a, const baud_field *obs, uint32_t n_obs, const baud_field *action, const double *reward_values,
                 uint32_t n_values, uint32_t lanes, baud_error *error) {
  uint32_t most = 1 + QUESTIONS_MOST - ANSWERS, asked = n_obs < most ? n_obs : most;
  *a = (answers){.lanes = lanes, .n = ANSWERS + (asked > 1 ? asked - 1 : 0)};
  ask(a, ANSWER_ACTION, BAUD_ASK_ACTION, 0, action->categories, action->count);
  ask(a, ANSWER_OBSERVATION, BAUD_ASK_OBSERVATION, 0, 0, 0);
  for (uint32_t f = 0; f < asked; f++) ask(a, answers_on_field(f), BAUD_ASK_OBSERVATION, f, obs[f].categories, obs[f].count);
  ask(a, ANSWER_REWARD, BAUD_ASK_REWARD, 0, n_values, 1);
  ask(a, ANSWER_TERMINATED, BAUD_ASK_TERMINATED, 0, 2, 1);
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
  for (uint32_t k = 0; k < a->n; k++) {
    baud_question *q = &a->question[k];
    if (q->form && (q->form > 31 || !(q->forms >> q->form & 1u)))
      return error_set(error, BAUD_EPLUGIN, "chose form %u for question %u, which was not offered", q->form, k);
    size_t floats = (size_t)answers_width(a, k) * a->lanes;
    if (floats == 0) continue;
    a->written[k] = calloc(floats, sizeof(float));
    a->sealed[k] = calloc(floats, sizeof(float));
    if (!a->written[k] || !a->sealed[k]) return error_set(error, BAUD_ENOMEM, "out of memory for answers");
    a->mask |= UINT64_C(1) << k;
    a->floats[k] = floats;
    if (q->form != BAUD_FORM_CATEGORICAL) continue;
    int is_long = a->categories[k] >= DISTRIBUTION_LONG;
    if (is_long && !(a->sum[k] = calloc(floats / a->categories[k], sizeof *a->sum[k])))
      return error_set(error, BAUD_ENOMEM, "out of memory for answers");
    a->uniform[k] = log2(a->categories[k]);
    a->least[k] = 0x1p-16 / a->categories[k];
  }
  return 0;
}

int answers_clone(answers *a, const answers *like, baud_error *error) {
  uint32_t n = like->question[ANSWER_REWARD].values ? like->categories[ANSWER_REWARD] : 0;
  *a = (answers){.lanes = like->lanes, .n = like->n};
  memcpy(a->question, like->question, sizeof a->question);
  memcpy(a->categories, like->categories, sizeof a->categories);
  a->reward_values = calloc(n + 1u, sizeof *a->reward_values);
  if (!a->reward_values) return error_set(error, BAUD_ENOMEM, "out of memory");
  if (n) memcpy(a->reward_values, like->reward_values, n * sizeof *a->reward_values);
  a->question[ANSWER_REWARD].values = n ? a->reward_values : NULL;
  return answers_agree(a, error);
}

void answers_close(answers *a) {
  for (uint32_t k = 0; k < a->n; k++) {
    free(a->written[k]);
    free(a->sealed[k]);
    free(a->sum[k]);
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
  if (distribution_is_one(sum)) return 0;
  return error_set(error, BAUD_EPLUGIN, "its probabilities of %s sum to %g, not to 1", what, sum);
}

int answers_check(const float *q, uint32_t n, const char *what, baud_error *error) {
  return distribution_is_plain(q, n) ? 0 : look_closely(q, n, what, error);
}

/* What the learner wrote and where it is to write next change places. */
void answers_seal(answers *a, uint64_t asked) {
  for (; asked; asked &= asked - 1) {
    uint32_t which = (uint32_t)__builtin_ctzll(asked);
    float *written = a->written[which];
    a->written[which] = a->sealed[which];
    a->sealed[which] = written;
  }
}

static int look_at_normals(const float *pairs, size_t n, const char *what, baud_error *error) {
  for (size_t i = 0; i < n; i += 2)
    if (!isfinite(pairs[i]) || !isfinite(pairs[i + 1]) || !(pairs[i + 1] > 0.0f))
      return error_set(error, BAUD_EPLUGIN, "answered mean %g and deviation %g for %s: they must be finite, the deviation above 0",
                       (double)pairs[i], (double)pairs[i + 1], what);
  return 0;
}

static double plain_sum(const float *q, uint32_t n) {
  double sum = 0.0;
  for (uint32_t i = 0; i < n; i++) sum += (double)q[i];
  return sum;
}

static int look_at_categories(answers *a, uint32_t which, const char *about, baud_error *error) {
  uint32_t n = a->categories[which];
  int code = 0;
  for (size_t row = 0; row < a->floats[which] / n && code == 0; row++) {
    const float *q = a->sealed[which] + row * n;
    code = look_closely(q, n, about, error);
    if (a->sum[which]) a->sum[which][row] = plain_sum(q, n);
  }
  return code;
}

static __attribute__((noinline)) int look_at_all(answers *a, uint64_t asked, baud_error *error) {
  static const char *const what[ANSWERS] = {"action", "the observation", "the reward", "termination"};
  int code = 0;
  for (; asked && code == 0; asked &= asked - 1) {
    uint32_t which = (uint32_t)__builtin_ctzll(asked);
    const char *about = what[answers_kind(which)];
    int is_categorical = a->question[which].form == BAUD_FORM_CATEGORICAL;
    code = is_categorical ? look_at_categories(a, which, about, error) : look_at_normals(a->sealed[which], a->floats[which], about, error);
  }
  return code;
}

/* 1 when all rows are plain; of long ones the sums are kept. */
static int add_up(answers *a, uint32_t which) {
  uint32_t n = a->categories[which];
  int is_plain = 1;
  for (size_t row = 0; row < a->floats[which] / n; row++)
    is_plain &= distribution_is_one(a->sum[which][row] = distribution_long_sum(a->sealed[which] + row * n, n));
  return is_plain;
}

/* Of few categories, and plain in all rows. */
static inline int are_plain(const answers *a, uint32_t which) {
  uint32_t n = a->categories[which];
  if (a->sum[which] || a->question[which].form != BAUD_FORM_CATEGORICAL) return 0;
  for (const float *q = a->sealed[which], *end = q + a->floats[which]; q < end; q += n)
    if (!distribution_is_plain(q, n)) return 0;
  return 1;
}

static __attribute__((noinline)) int verify_others(answers *a, uint64_t asked, baud_error *error) {
  for (uint64_t left = asked; left; left &= left - 1) {
    uint32_t which = (uint32_t)__builtin_ctzll(left);
    if (!are_plain(a, which) && !(a->sum[which] && add_up(a, which))) return look_at_all(a, asked, error);
  }
  return 0;
}

/* What is plain needs no call, and so nothing to be kept across one. */
int answers_verify(answers *a, uint64_t asked, baud_error *error) {
  for (; asked; asked &= asked - 1)
    if (!are_plain(a, (uint32_t)__builtin_ctzll(asked))) return verify_others(a, asked, error);
  return 0;
}

/* ---- Scores ------------------------------------------------------------------------------------------- */

double answers_floor(double q, uint32_t n) { return (1.0 - 0x1p-16) * q + 0x1p-16 / n; }

/* By its own sum, which need not be quite 1: what lies within the tolerance of the check must not be worth bits either. */
double answers_bits(const answers *a, uint32_t which, uint32_t row, uint32_t index) {
  uint32_t n = a->categories[which];
  const float *q = a->sealed[which] + (size_t)row * n;
  double sum = a->sum[which] ? a->sum[which][row] : plain_sum(q, n);
  return -log2((1.0 - 0x1p-16) * ((double)q[index] / sum) + a->least[which]);
}

uint32_t answers_reward_index(const answers *a, float delivered) {
  uint32_t n = a->question[ANSWER_REWARD].width_categorical, i = 0;
  while (i < n && (float)a->reward_values[i] != delivered) i++;
  return i;
}
