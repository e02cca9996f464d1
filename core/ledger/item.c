/* item.c - see item.h.
 */
#include "ledger/item.h"

#include <math.h>

/* ---- How it is asked ---------------------------------------------------------------------------------- */

/* "quiz item 3 has target 9": the members and what they may be. One that counts nowhere need only know how it is asked. */
static int check_numbers(const item_rules *r, const baud_item *item, uint32_t index, baud_error *error) {
  const struct { const char *name; uint32_t value, low, high; } members[] = {
      {"action_given", item->action_given, 0, 1},
      {"n_prefix", item->n_prefix, 0, r->most_prefix},
      {"kinds", item->kinds, 0, BAUD_ITEM_FACT | BAUD_ITEM_DECISION},
      {"target", item->target, BAUD_ASK_ACTION, BAUD_ASK_TERMINATED},
      {"field", item->field, 0, item->target == BAUD_ASK_OBSERVATION && r->env->n_obs ? r->env->n_obs - 1 : 0},
      {"channel", item->channel, 0, BAUD_CHANNELS - 1},
      {"group", item->group, 0, r->n_items - 1},
      {"score", item->score, BAUD_SCORE_SET, BAUD_SCORE_MEAN},
      {"n_answers", item->n_answers, 2, r->max_answers}};
  for (size_t i = 0; i < (item->kinds ? sizeof members / sizeof *members : 2); i++)
    if (members[i].value < members[i].low || members[i].value > members[i].high)
      return error_set(error, BAUD_EPLUGIN, "quiz item %u has %s %u, where %u to %u are possible", index, members[i].name,
                       members[i].value, members[i].low, members[i].high);
  return 0;
}

static int check_values(const baud_field *f, const void *values, uint32_t index, const char *what, baud_error *error) {
  for (uint32_t i = 0; i < f->count; i++) {
    if (f->dtype == BAUD_F32 && isfinite(((const float *)values)[i])) continue;
    if (f->dtype == BAUD_F32)
      return error_set(error, BAUD_EPLUGIN, "quiz item %u: %s \"%s\" is %g", index, what, f->name, (double)((const float *)values)[i]);
    int64_t value = f->dtype == BAUD_U8 ? ((const uint8_t *)values)[i] : ((const int32_t *)values)[i];
    if (value < 0 || value >= f->categories)
      return error_set(error, BAUD_EPLUGIN, "quiz item %u: %s \"%s\" is %lld of %u", index, what, f->name, (long long)value, f->categories);
  }
  return 0;
}

/* What a learner is shown must be what it could see: it looks tables up by it. */
static int check_context(const item_rules *r, const baud_item *item, uint32_t index, baud_error *error) {
  int code = 0;
  for (uint32_t f = 0; f < r->env->n_obs && code == 0; f++) code = check_values(&r->env->obs[f], item->obs[f], index, "its", error);
  if (code == 0 && item->action_given) code = check_values(r->env->action, item->action, index, "its given", error);
  return code;
}

static const void *at_step(const baud_field *f, const void *values, uint32_t step) {
  return (const char *)values + (size_t)step * f->count * (f->dtype == BAUD_U8 ? 1u : 4u);
}

static int check_prefix(const item_rules *r, const baud_item *item, uint32_t index, baud_error *error) {
  int code = 0;
  for (uint32_t step = 0; step < item->n_prefix && code == 0; step++) {
    for (uint32_t f = 0; f < r->env->n_obs && code == 0; f++)
      code = check_values(&r->env->obs[f], at_step(&r->env->obs[f], item->prefix_obs[f], step), index, "in its prefix", error);
    if (code == 0) code = check_values(r->env->action, at_step(r->env->action, item->prefix_action, step), index, "in its prefix", error);
    if (code == 0 && !isfinite(item->prefix_reward[step]))
      code = error_set(error, BAUD_EPLUGIN, "quiz item %u: in its prefix a reward is %g", index, (double)item->prefix_reward[step]);
  }
  return code;
}

/* ---- What is right ------------------------------------------------------------------------------------ */

static int check_answers(const baud_item *item, uint32_t index, baud_error *error) {
  double truth = 0.0, prior = 0.0;
  for (uint32_t i = 0; i < item->n_answers; i++) {
    int is_mark = item->truth[i] == 0.0 || item->truth[i] == 1.0;
    if (!(item->prior[i] >= 0.0) || !(item->truth[i] >= 0.0) || (item->score == BAUD_SCORE_SET && !is_mark))
      return error_set(error, BAUD_EPLUGIN, "quiz item %u: answer %u has truth %g and prior %g", index, i, item->truth[i], item->prior[i]);
    truth += item->truth[i];
    prior += item->prior[i];
    if (item->truth[i] > 0.0 && !(item->prior[i] > 0.0))
      return error_set(error, BAUD_EPLUGIN, "quiz item %u: answer %u is right, but its prior is %g", index, i, item->prior[i]);
  }
  int truth_fits = item->score == BAUD_SCORE_SET ? truth >= 1.0 : fabs(truth - 1.0) < 1e-6;
  if (!truth_fits || fabs(prior - 1.0) > 1e-6)
    return error_set(error, BAUD_EPLUGIN, "quiz item %u: its right answers weigh %g and its priors sum to %g", index, truth, prior);
  return 0;
}

/* An item of another width than the question would never be asked. What rewards there are the reward scheme decides. */
static int check_width(const item_rules *r, const baud_item *item, uint32_t index, baud_error *error) {
  const baud_field *f = item->target == BAUD_ASK_OBSERVATION ? &r->env->obs[item->field] : r->env->action;
  uint32_t wanted = item->target == BAUD_ASK_TERMINATED ? 2 : f->count == 1 ? f->categories : 0;
  if (item->target == BAUD_ASK_REWARD || wanted == 0 || item->n_answers == wanted) return 0;
  return error_set(error, BAUD_EPLUGIN, "quiz item %u has %u answers to a question that has %u", index, item->n_answers, wanted);
}

int item_check(const item_rules *r, const baud_item *item, uint32_t index, baud_error *error) {
  int code = check_numbers(r, item, index, error);
  if (code != 0 || item->kinds == 0) return code;
  if (item->target == BAUD_ASK_OBSERVATION && r->env->n_obs == 0)
    code = error_set(error, BAUD_EPLUGIN, "quiz item %u asks about an observation, and there is none", index);
  if (code == 0) code = check_context(r, item, index, error);
  if (code == 0) code = check_prefix(r, item, index, error);
  if (code == 0) code = check_answers(item, index, error);
  return code ? code : check_width(r, item, index, error);
}
