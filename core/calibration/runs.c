/* runs.c - see runs.h.
 */
#include "calibration/runs.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "loop/stage.h"
#include "trial.h"

static void describe(const run_spec *s, char *json, size_t size) {
  char expert[60] = "null";
  if (s->competence > 0.0) snprintf(expert, sizeof expert, "{\"competence\":%.17g}", s->competence);
  snprintf(json, size,
           "{\"env\":{\"id\":\"baud.%s\",\"params\":%s},\"reward\":{\"id\":\"baud.%s\",\"params\":%s},\"learner\":{\"id\":\"baud.%s\","
           "\"params\":%s},"
           "\"demonstrator\":%s,\"limit\":%llu,\"stop\":{\"episodes\":%llu},\"score\":{\"answers\":%d,\"quiz\":%d%s%s}}",
           s->env, s->env_params ? s->env_params : "{}", s->reward, s->reward_params ? s->reward_params : "{}", s->learner,
           s->learner_params ? s->learner_params : "{}", expert, (unsigned long long)s->limit, (unsigned long long)s->episodes, s->quizzes,
           s->quizzes, s->score ? "," : "", s->score ? s->score : "");
}

static int open_trial(trial **t, const registry *plugins, const run_spec *spec, uint64_t seed, baud_error *error) {
  size_t room = 2000 + (spec->learner_params ? strlen(spec->learner_params) : 0);
  char *json = malloc(room);
  if (!json) return error_set(error, BAUD_ENOMEM, "out of memory");
  describe(spec, json, room);
  int code = trial_open(t, plugins, json, seed, error);
  free(json);
  return code;
}

int run_once(const registry *plugins, const run_spec *spec, uint64_t seed, run_result *result, baud_error *error) {
  trial *t = NULL;
  int code = open_trial(&t, plugins, spec, seed, error);
  while (code == 0 && (code = trial_advance(t, TRIAL_CHUNK, UINT64_MAX, error)) == TRIAL_RUNNING) trial_drain(t);
  if (code == TRIAL_DONE) {
    memcpy(result->total, trial_totals(t), sizeof result->total);
    memcpy(result->last, trial_last(t), sizeof result->last);
    result->episodes = trial_episodes(t);
    result->steps = trial_steps(t);
  }
  trial_close(t);
  return code < 0 ? code : 0;
}

int run_most(const registry *plugins, const run_spec *spec, uint64_t seed, uint32_t figure, double *most, baud_error *error) {
  trial *t = NULL;
  int code = open_trial(&t, plugins, spec, seed, error);
  *most = 0.0;
  while (code == 0) {
    code = trial_advance(t, 1, UINT64_MAX, error);
    if (code >= 0 && trial_totals(t)[figure] > *most) *most = trial_totals(t)[figure];
    trial_drain(t);
  }
  trial_close(t);
  return code < 0 ? code : 0;
}

/* Whether the key of this world's quiz reads answer[0..n). */
static int has_answers(const stage *s, const baud_quiz *questions, const uint32_t *answer, uint32_t n, double *numbers, uint32_t max) {
  char context[256] = {0}, action[64] = {0};
  void *obs[8];
  for (uint32_t i = 0; i < 8; i++) obs[i] = context;
  for (uint32_t i = 0; i < n; i++) {
    baud_item item = {.size = BAUD_SIZE(baud_item), .truth = numbers, .prior = numbers + max, .obs = obs, .action = action};
    memset(numbers, 0, 2 * max * sizeof *numbers);
    if (questions->item(s->env_model, s->world, i, &item) != BAUD_OK || item.truth[answer[i]] <= 0.0) return 0;
  }
  return 1;
}

int run_find_world(const registry *plugins, const run_spec *spec, const uint32_t *answer, uint32_t n, uint64_t *seed, baud_error *error) {
  enum { MOST = 4000000 };
  char json[3000];
  stage s;
  describe(spec, json, sizeof json);
  int code = stage_open(&s, plugins, json, *seed, error), is_found = 0;
  const baud_quiz *questions = code ? NULL : s.config.env.plugin->unit->extension("baud.quiz/1");
  uint32_t items = 0, max = 0, independence;
  double *numbers = questions && questions->count(s.env_model, &items, &max, &independence) == BAUD_OK && items >= n
                        ? calloc(2ul * max, sizeof *numbers)
                        : NULL;
  for (int tries = 0; numbers && tries < MOST && !is_found; tries++, *seed += !is_found) {
    s.seed = *seed;
    memset(s.world, 0, s.spec.world_bytes);
    if (s.env->draw(s.env_model, stage_seed(&s, PURPOSE_WORLD, 0, 0), s.world) != BAUD_OK) break;
    is_found = has_answers(&s, questions, answer, n, numbers, max);
  }
  free(numbers);
  stage_close(&s);
  return code ? code : is_found ? 0 : error_set(error, BAUD_ENOTFOUND, "no seed gives environment %s the world that this case needs", spec->env);
}
