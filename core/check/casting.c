/* casting.c - which environments a learner is tried with: its companions first (companions.h), then the small worlds
 * that come with baud; without a demonstrator where it does without one, else with.
 */
#include "check/rehearsal.h"

#include <stdio.h>
#include <string.h>

#include "check/companions.h"
#include "check/variants.h"
#include "params.h"

typedef struct partner {
  const char *env, *params, *reward; /* reward null: the first that suits */
} partner;

static const partner partners[] = {
    {"baud.lockbox", "{\"codes\":16}", "baud.outcome"},
    {"baud.bandit", "{\"arms\":3}", "baud.dense"},
    {"baud.random_mdp", "{\"states\":4,\"actions\":2,\"horizon\":6}", "baud.dense"},
    {"baud.maze", "{\"width\":4,\"height\":4,\"max_steps\":40}", "baud.dense"},
    {"baud.lock", "{\"digits\":2,\"symbols\":3}", "baud.outcome"},
    {"baud.random_map", "{\"states\":6,\"actions\":2,\"max_steps\":30}", "baud.dense"},
    {"baud.pendulum", "{}", "baud.dense"},
    {"baud.slow_change", "{}", "baud.dense"},
    {"baud.regions", "{\"few\":2,\"noisy\":2,\"many\":4,\"levels\":4}", "baud.dense"},
    {"baud.functions", "{\"dimension\":3,\"function\":\"rosenbrock\"}", "baud.dense"},
};
enum { N_PARTNERS = sizeof partners / sizeof *partners, TRIED_TICKS = 40, NOT_ASKED = -1 };

void casting_config(const casting *cast, uint32_t lanes, enum rehearsal_mode mode, const char *rest, char *json,
                    size_t size) {
  snprintf(json, size, "{%s,\"lanes\":%u,\"limit\":60,\"mode\":\"%s\",%s}", cast->units, lanes,
           mode == REHEARSAL_EVALUATES ? "evaluate" : "train", rest);
}

static int write_casting(casting *cast, const plugin *learner, const baud_value *values, const char *values_text,
                         const partner *with, enum casting_shows shows) {
  int is_shown = shows == CASTING_SHOWS;
  cJSON *params = params_write(learner->unit, values);
  char *text = params ? json_canonical(params) : NULL;
  int n = snprintf(cast->units, sizeof cast->units,
                   "\"env\":{\"id\":\"%s\",\"params\":%s},\"reward\":{\"id\":\"%s\",\"params\":{}},\"learner\":{\"id\":"
                   "\"%s\",\"params\":%s}%s",
                   with->env, with->params, with->reward, learner->unit->id, text ? text : "{}",
                   is_shown ? ",\"demonstrator\":{\"competence\":0.9}" : "");
  snprintf(cast->text, sizeof cast->text, "with %s%s%s%s", with->env, is_shown ? " and its demonstrator" : "",
           values_text[0] ? ", " : "", values_text);
  snprintf(cast->env, sizeof cast->env, "%s", with->env);
  cJSON_free(text);
  cJSON_Delete(params);
  return n > 0 && (size_t)n < sizeof cast->units;
}

/* Whether all of them can be set up together and the learner takes what it is given there; else why not. A learner
 * may find out only by and by that a world is not for it, and says so with a reason: that is no fault. */
static int is_playable(check_run *run, const casting *cast, baud_error *error) {
  static rehearsal r;
  check_run aside = {
      .check = run->check, .plugins = run->plugins, .unit = run->unit, .seed = run->seed, .now_in = run->now_in};
  int verdict = rehearsal_open(&r, &aside, cast, 2, REHEARSAL_TRAINS, run->seed);
  if (verdict == CHECK_OK) verdict = rehearsal_play(&r, TRIED_TICKS);
  rehearsal_close(&r);
  if (verdict == CHECK_FAILED) error_set(error, BAUD_EARG, "%s", aside.text);
  return verdict != CHECK_FAILED;
}

/* Its companions, under the first scheme that suits them, then the table. */
static int partner_at(const check_run *run, uint32_t index, partner *p) {
  const plugin *env;
  uint32_t n = 0;
  for (; companion_at(run, n, &env); n++)
    if (n == index) return *p = (partner){env->unit->id, "{}", NULL}, 1;
  if (index - n >= N_PARTNERS) return 0;
  *p = partners[index - n];
  return 1;
}

static int cast_with(check_run *run, const variant *v, const partner *with, casting *cast, baud_error *error) {
  static const char *const rewards[] = {"baud.outcome", "baud.dense"};
  for (size_t i = 0; i < sizeof rewards / sizeof *rewards; i++)
    for (enum casting_shows shows = CASTING_SHOWS_NOTHING; shows <= CASTING_SHOWS; shows++) {
      if (with->reward && i > 0) return 0;
      partner p = {with->env, with->params, with->reward ? with->reward : rewards[i]};
      if (write_casting(cast, run->unit, v->values, v->text, &p, shows) && is_playable(run, cast, error)) return 1;
    }
  return 0;
}

static int nobody(check_run *run, const baud_error *error) {
  return run_skip(run, "no environment at hand suits it%s%s (--with names others)", error->text[0] ? ": " : "", error->text);
}

int casting_at(check_run *run, uint32_t index, enum casting_shows shows, casting *cast) {
  static variant v;
  partner with;
  variant_at(&v, run->unit->unit, 0, run->seed);
  if (!partner_at(run, index, &with)) return 0;
  if (!with.reward) with.reward = "baud.outcome";
  return write_casting(cast, run->unit, v.values, v.text, &with, shows);
}

int casting_find(check_run *run, uint32_t index, casting *cast) {
  static variant v;
  partner with;
  baud_error error = {0};
  variant_at(&v, run->unit->unit, 0, run->seed);
  for (uint32_t i = 0; partner_at(run, i, &with); i++)
    if (cast_with(run, &v, &with, cast, &error) && index-- == 0) return 1;
  nobody(run, &error);
  return 0;
}

/* One more answer beside those before: a failure stands, and a skip is forgotten once something was asked. */
static int asked(check_run *run, const casting *cast, rehearsal_ask ask, int before) {
  static char kept[RUN_TEXT];
  memcpy(kept, run->text, sizeof kept);
  run->text[0] = 0;
  int verdict = ask(run, cast);
  if (verdict == CHECK_FAILED) run_add(run, " (%s)", cast->text);
  if (verdict == CHECK_FAILED || before == NOT_ASKED || (verdict == CHECK_OK && run->text[0])) return verdict;
  if (before == CHECK_SKIPPED && verdict == CHECK_OK) return verdict;
  memcpy(run->text, kept, sizeof kept);
  return before;
}

int rehearsal_each(check_run *run, rehearsal_ask ask) {
  static variant v;
  static casting cast;
  partner with, first = {0};
  baud_error error = {0};
  int plays = 0, verdict = NOT_ASKED;
  variant_at(&v, run->unit->unit, 0, run->seed);
  for (uint32_t i = 0; verdict != CHECK_FAILED && plays < CASTINGS_PLAIN && partner_at(run, i, &with); i++) {
    int suits = cast_with(run, &v, &with, &cast, &error);
    if (!suits && i < run->n_with)
      return run_fail(run, "does not play with %s, which it was to be tried with: %s", with.env, error.text);
    if (!suits) continue;
    if (plays++ == 0) first = with;
    verdict = asked(run, &cast, ask, verdict);
  }
  if (plays == 0) return nobody(run, &error);
  for (uint32_t i = 1; verdict != CHECK_FAILED && variant_at(&v, run->unit->unit, i, run->seed); i++)
    if (cast_with(run, &v, &first, &cast, &error)) verdict = asked(run, &cast, ask, verdict);
  return verdict;
}
