/* change.c - see change.h.
 */
#include "loop/change.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "params.h"

/* ---- A parameter -------------------------------------------------------------------------------------- */

static int same_block(const baud_block *a, const baud_block *b) {
  return a->dtype == b->dtype && a->role == b->role && a->flags == b->flags && a->count == b->count;
}

/* Whether a model goes on with the blocks, channels and answers of the one before. */
static int keeps_its_promise(const stage *s, const baud_learner_setup *fresh) {
  if (fresh->n_blocks != s->live.n || fresh->subscribed != s->learner_setup.subscribed) return 0;
  for (uint32_t i = 0; i < fresh->n_blocks; i++)
    if (!same_block(fresh->blocks + i, s->live.info + i)) return 0;
  for (uint32_t q = 0; q < s->answers.n; q++)
    if (fresh->questions[q].form != s->answers.question[q].form) return 0;
  return 1;
}

static void describe_blocks(blocks *b, const baud_block *table) { memcpy(b->info, table, b->n * sizeof *b->info); }

/* A model of these values takes the place of the present one. */
static int replace_model(stage *s, const baud_value *values, baud_error *error) {
  baud_question questions[QUESTIONS_MOST];
  baud_learner_setup setup = s->learner_setup;
  void *model = NULL;
  memcpy(questions, s->answers.question, sizeof questions);
  for (uint32_t q = 0; q < s->answers.n; q++) questions[q].form = 0;
  setup.questions = questions;
  setup.subscribed = setup.n_blocks = 0;
  setup.blocks = NULL;
  s->learner_host.sentence[0] = 0;
  stage_enter(s, SITE_LEARNER);
  int32_t code = s->learner->create(&s->learner_host.host, values, &setup, &model);
  if (code != BAUD_OK) return stage_blame(s, SITE_LEARNER, code, error);
  if (!keeps_its_promise(s, &setup)) {
    stage_enter(s, SITE_LEARNER_DESTROY);
    if (s->learner->destroy) s->learner->destroy(model);
    return error_set(error, BAUD_EPLUGIN, "%s: its blocks, channels or answers depend on this parameter: it is not live",
                     s->place[SITE_LEARNER]);
  }
  describe_blocks(&s->live, setup.blocks); /* names are the model's: the old ones die with it */
  describe_blocks(&s->shadow, setup.blocks);
  describe_blocks(&s->initial, setup.blocks);
  stage_enter(s, SITE_LEARNER_DESTROY);
  if (s->learner->destroy) s->learner->destroy(s->learner_model);
  s->learner_model = model;
  setup.questions = s->answers.question;
  s->learner_setup = setup;
  stage_enter(s, SITE_HOST);
  return 0;
}

int change_learner(stage *s, const baud_value *values, baud_error *error) {
  const baud_unit *unit = s->config.learner.plugin->unit;
  int code = replace_model(s, values, error);
  if (!code) memcpy(s->config.learner.values, values, unit->n_params * sizeof *values);
  return code;
}

static void show_value(const baud_unit *unit, const baud_value *values, const char *key, char *out, size_t size) {
  cJSON *all = params_write(unit, values);
  char *text = json_canonical(cJSON_GetObjectItemCaseSensitive(all, key));
  snprintf(out, size, "%.40s", text ? text : "?");
  free(text);
  cJSON_Delete(all);
}

static const baud_param *live_parameter(const baud_unit *unit, const char *key, baud_error *error) {
  const char *live[64];
  size_t n = 0;
  for (uint32_t i = 0; i < unit->n_params; i++) {
    const baud_param *p = unit->params + i;
    if ((p->flags & BAUD_LIVE) && n < sizeof live / sizeof *live) live[n++] = p->key;
    if (strcmp(p->key, key) != 0) continue;
    if (p->flags & BAUD_LIVE) return p;
    error_set(error, BAUD_EARG, "learner %s: \"%s\" may not change while a trial runs", unit->id, key);
    return NULL;
  }
  const char *near = error_closest(key, live, n);
  error_set(error, BAUD_EARG, "learner %s has no parameter \"%.40s\" that may change while a trial runs%s%s%s", unit->id, key,
            near ? " (did you mean \"" : "", near ? near : "", near ? "\"?)" : "");
  return NULL;
}

/* All values as the trial has them, one of them new, read by the one reader of parameters. */
static int change_parameter(stage *s, const char *key, const char *value, char what[CHANGE_SIZE], baud_error *error) {
  config_unit *learner = &s->config.learner;
  const baud_unit *unit = learner->plugin->unit;
  const baud_param *p = live_parameter(unit, key, error);
  if (!p) return error->code;
  if (p->type >= BAUD_TEXT) return error_set(error, BAUD_EUNSUP, "learner %s: \"%s\" is a text and stays as it is", unit->id, key);
  baud_value *values = calloc(unit->n_params + 1u, sizeof *values), *one = calloc(unit->n_params + 1u, sizeof *one);
  cJSON *given = cJSON_CreateObject(), *item = cJSON_Parse(value);
  int code = values && one && given ? 0 : error_set(error, BAUD_ENOMEM, "out of memory");
  if (!code && !item) code = error_set(error, BAUD_EARG, "%.60s is no value: a number, true, false or \"a choice\"", value);
  if (!code) cJSON_AddItemReferenceToObject(given, key, item);
  if (!code) code = params_read(unit, given, one, error);
  if (!code) {
    char before[48], after[48];
    memcpy(values, learner->values, unit->n_params * sizeof *values);
    values[p - unit->params] = one[p - unit->params];
    show_value(unit, learner->values, key, before, sizeof before);
    show_value(unit, values, key, after, sizeof after);
    snprintf(what, CHANGE_SIZE, "learner.%s %s -> %s", key, before, after);
    code = replace_model(s, values, error);
  }
  if (!code) memcpy(learner->values, values, unit->n_params * sizeof *values);
  cJSON_Delete(given);
  cJSON_Delete(item);
  free(values);
  free(one);
  return code;
}

/* ---- How often it is scored ---------------------------------------------------------------------------- */

static void show_rate(int64_t rate, char *out, size_t size) {
  if (rate == RATE_DEFAULT) snprintf(out, size, "default");
  else if (rate == 1) snprintf(out, size, "every episode");
  else snprintf(out, size, "every %lld episodes", (long long)rate);
}

/* What was never asked for has no columns: a rate can be changed, scoring itself neither begun nor ended. */
static int change_rate(stage *s, const char *key, const char *value, char what[CHANGE_SIZE], baud_error *error) {
  static const char *const keys[] = {"score", "score.answers", "score.quiz"};
  int is_both = strcmp(key, keys[0]) == 0, is_answers = is_both || strcmp(key, keys[1]) == 0, is_quiz = is_both || strcmp(key, keys[2]) == 0;
  char *end, before[48], after[48];
  long long rate = strtoll(value, &end, 10);
  if (end == value || *end || (rate < 1 && rate != RATE_DEFAULT))
    return error_set(error, BAUD_EARG, "%s %.40s: it is a number of episodes from 1, or -1 for the default", key, value);
  if (is_answers && s->config.answer_rate == RATE_NEVER) is_answers = 0;
  if (is_quiz && (s->config.quiz_rate == RATE_NEVER || !s->quiz)) is_quiz = 0;
  if (!is_answers && !is_quiz)
    return error_set(error, BAUD_ESTATE, "%s: this trial is not scored so at all, and that cannot begin while it runs", key);
  show_rate(is_quiz ? s->config.quiz_rate : s->config.answer_rate, before, sizeof before);
  show_rate(rate, after, sizeof after);
  snprintf(what, CHANGE_SIZE, "%s %s -> %s", is_answers && is_quiz ? keys[0] : is_answers ? keys[1] : keys[2], before, after);
  if (is_answers) s->config.answer_rate = rate;
  if (is_quiz) s->config.quiz_rate = rate;
  return 0;
}

int change_stage(stage *s, const char *key, const char *value, char what[CHANGE_SIZE], baud_error *error) {
  static const char prefix[] = "learner.";
  if (strncmp(key, prefix, sizeof prefix - 1) == 0) return change_parameter(s, key + sizeof prefix - 1, value, what, error);
  if (strncmp(key, "score", 5) == 0 && (key[5] == 0 || strcmp(key, "score.answers") == 0 || strcmp(key, "score.quiz") == 0))
    return change_rate(s, key, value, what, error);
  return error_set(error, BAUD_EARG,
                   "\"%.60s\" cannot be changed while a trial runs: learner.NAME for a live parameter of the learner, "
                   "score, score.answers or score.quiz can", key);
}
