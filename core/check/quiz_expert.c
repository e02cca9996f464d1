/* quiz_expert.c - the two extensions that speak for the world: its quiz, whose priors must be those of the worlds
 * that are drawn, and its demonstrator, who must do better than chance.
 */
#include "check/checks.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>
#include <xxhash.h>

#include "check/rig.h"
#include "ledger/item.h"
#include "ledger/quiz.h"

static int opened(rig *r, check_run *run, const plugin *env, const baud_value *values, uint32_t lanes,
                  enum rig_worlds worlds) {
  int code = rig_open(r, run, env, values, lanes, worlds, run->seed);
  if (code == BAUD_EARG) rig_close(r);
  return code;
}

/* ---- The quiz ----------------------------------------------------------------------------------------- */

enum { ITEMS_MOST = 64, ANSWERS_MOST = 4096, QUIZ_WORLDS = 600 };

typedef struct asker {
  rig *rig;
  baud_quiz quiz;
  uint32_t n, max_answers, most_prefix;
  double *truth, *prior; /* [max_answers] */
  void **obs, *action;
  void **prefix_obs, *prefix_action; /* [most_prefix] of each */
  float *prefix_reward;
  baud_item item;
} asker;

static int asker_open(asker *a, rig *r, const plugin *env) {
  uint32_t independence = 0;
  *a = (asker){.rig = r};
  if (!run_extension(env, "baud.quiz/1", &a->quiz, sizeof a->quiz)) return run_skip(r->run, "it has no quiz");
  if (r->spec.world_bytes == 0) return run_skip(r->run, "there is no world to be asked about");
  run_enter(r->run, "quiz.count");
  if (a->quiz.count(r->model, &a->n, &a->max_answers, &independence) != BAUD_OK)
    return run_fail(r->run, "its quiz cannot be counted");
  if (a->n == 0) return run_skip(r->run, "its quiz is empty");
  if (a->max_answers < 2) return run_fail(r->run, "its quiz has items of %u answers", a->max_answers);
  if (a->max_answers > ANSWERS_MOST)
    return run_skip(r->run, "its quiz has items of %u answers, too many to be checked in time", a->max_answers);
  a->most_prefix = a->quiz.most_prefix;
  if (a->most_prefix > QUIZ_MOST_PREFIX)
    return run_fail(r->run, "its quiz has prefixes of up to %u steps, and %u is the most", a->most_prefix, QUIZ_MOST_PREFIX);
  a->prefix_action = fences_add(&r->fences, a->most_prefix * r->action_bytes, "the prefix's actions of a quiz item");
  a->prefix_reward = fences_add(&r->fences, a->most_prefix * sizeof(float), "the prefix's rewards of a quiz item");
  a->prefix_obs = calloc(r->spec.n_obs + 1u, sizeof *a->prefix_obs);
  a->truth = fences_add(&r->fences, a->max_answers * sizeof(double), "the truth of a quiz item");
  a->prior = fences_add(&r->fences, a->max_answers * sizeof(double), "the prior of a quiz item");
  a->action = fences_add(&r->fences, r->action_bytes, "the action of a quiz item");
  a->obs = calloc(r->spec.n_obs + 1u, sizeof *a->obs);
  for (uint32_t f = 0; a->obs && a->prefix_obs && f < r->spec.n_obs; f++) {
    size_t bytes = rig_field_bytes(&r->spec.obs[f]);
    a->obs[f] = fences_add(&r->fences, bytes, "the observation of a quiz item");
    a->prefix_obs[f] = fences_add(&r->fences, a->most_prefix * bytes, "the prefix's observations of a quiz item");
  }
  return a->truth && a->prior && a->action && a->obs && a->prefix_obs ? CHECK_OK : run_skip(r->run, "no memory");
}

static void asker_close(asker *a) {
  free(a->obs);
  free(a->prefix_obs);
}

static int fetch(asker *a, uint32_t index) {
  memset(a->truth, 0, a->max_answers * sizeof *a->truth);
  memset(a->prior, 0, a->max_answers * sizeof *a->prior);
  memset(a->action, 0, a->rig->action_bytes);
  for (uint32_t f = 0; f < a->rig->spec.n_obs; f++) memset(a->obs[f], 0, rig_field_bytes(&a->rig->spec.obs[f]));
  a->item = (baud_item){
      .size = BAUD_SIZE(baud_item), .truth = a->truth, .prior = a->prior, .obs = a->obs, .action = a->action,
      .prefix_obs = a->prefix_obs, .prefix_action = a->prefix_action, .prefix_reward = a->prefix_reward};
  run_enter(a->rig->run, "quiz.item");
  int32_t code = a->quiz.item(a->rig->model, a->rig->world, index, &a->item);
  return code == BAUD_OK ? CHECK_OK : run_fail(a->rig->run, "quiz item %u fails with code %d", index, code);
}

static int item_is_sane(check_run *run, const asker *a, uint32_t index) {
  const item_rules rules = {.env = &a->rig->spec, .n_items = a->n, .max_answers = a->max_answers, .most_prefix = a->most_prefix};
  baud_error error = {0};
  return item_check(&rules, &a->item, index, &error) == 0 ? CHECK_OK : run_fail(run, "%s", error.text);
}

/* What a learner is shown of an item, and what the prior says: nothing of it may depend on the world. */
static uint64_t shown(const asker *a) {
  const baud_item *item = &a->item;
  uint64_t digest = XXH3_64bits(a->prior, item->n_answers * sizeof *a->prior);
  for (uint32_t f = 0; f < a->rig->spec.n_obs; f++) {
    size_t bytes = rig_field_bytes(&a->rig->spec.obs[f]);
    digest = XXH3_64bits_withSeed(a->obs[f], bytes, digest);
    digest = XXH3_64bits_withSeed(a->prefix_obs[f], item->n_prefix * bytes, digest);
  }
  if (item->action_given) digest = XXH3_64bits_withSeed(a->action, a->rig->action_bytes, digest);
  digest = XXH3_64bits_withSeed(a->prefix_action, item->n_prefix * a->rig->action_bytes, digest);
  return XXH3_64bits_withSeed(a->prefix_reward, item->n_prefix * sizeof(float), digest) | 1;
}

static int items_are_sane(check_run *run, const plugin *env, const baud_value *values) {
  uint64_t first[4 * ITEMS_MOST] = {0}; /* of the first world in which the item counts */
  rig r;
  asker a = {0};
  int code = opened(&r, run, env, values, 1, RIG_ONE_WORLD);
  if (code) return code;
  int verdict = asker_open(&a, &r, env);
  for (uint32_t w = 0; w < 20 && verdict == CHECK_OK; w++) {
    verdict = rig_draw(&r, baud_split(run->seed, w));
    for (uint32_t i = 0; i < a.n && i < 4 * ITEMS_MOST && verdict == CHECK_OK; i++) {
      verdict = fetch(&a, i);
      if (verdict == CHECK_OK) verdict = item_is_sane(run, &a, i);
      if (verdict == CHECK_OK && fences_broken(&r.fences))
        verdict = run_fail(run, "quiz item %u writes beyond the end of %s", i, fences_broken(&r.fences));
      if (verdict != CHECK_OK || a.item.kinds == 0) continue;
      uint64_t now = shown(&a);
      if (first[i] && first[i] != now)
        verdict = run_fail(run, "quiz item %u has another context, prefix or prior in another world: that tells of the world", i);
      first[i] = now;
    }
  }
  asker_close(&a);
  rig_close(&r);
  return verdict;
}
int check_quiz_items(check_run *run) { return rig_each_variant(run, items_are_sane); }

/* For every answer with a prior p > 0: E[right / p*(A*)] = 1, which is E[truth]/p = 1 for single right answers and
 * the condition of the maximum for ties (plugin.h); where the context makes p vary, in each context. */
typedef struct tally {
  double sum, worst; /* of the ratios minus 1; the largest ratio that was possible */
  uint32_t n;
} tally;

static void count_truth(const asker *a, tally *t) {
  double weight = 0.0;
  for (uint32_t i = 0; i < a->item.n_answers; i++)
    weight += a->item.score == BAUD_SCORE_SET ? (a->truth[i] > 0.0) * a->prior[i] : 0.0;
  for (uint32_t i = 0; i < a->item.n_answers; i++) {
    if (a->prior[i] <= 0.0) continue;
    double ratio =
        a->item.score == BAUD_SCORE_SET ? (a->truth[i] > 0.0 ? 1.0 / weight : 0.0) : a->truth[i] / a->prior[i];
    t[i].sum += ratio - 1.0;
    t[i].worst = fmax(t[i].worst, 1.0 / a->prior[i]);
    t[i].n++;
  }
}

/* Bernstein: a mean of n independent ratios in [0, b] with mean 1 and variance at most b - 1 strays further than
 * this with probability 2e-10; over 64 items of 4096 answers that is 1e-4 at worst, and for the usual handful far
 * below 2^-20. The seed is fixed. */
static double stray(const tally *t) {
  double b = t->worst, l = 23.0, n = t->n, first = b * l / (3.0 * n);
  return first + sqrt(first * first + 2.0 * (b - 1.0) * l / n);
}

static int priors_are_met(check_run *run, const plugin *env, const baud_value *values) {
  rig r;
  asker a = {0};
  int code = opened(&r, run, env, values, 1, RIG_ONE_WORLD);
  if (code) return code;
  int verdict = asker_open(&a, &r, env);
  uint32_t n = a.n < ITEMS_MOST ? a.n : ITEMS_MOST;
  tally *t = calloc((size_t)n * (a.max_answers + 1u) + 1, sizeof *t);
  for (uint32_t w = 0; w < QUIZ_WORLDS && verdict == CHECK_OK && t; w++) {
    verdict = rig_draw(&r, baud_split(run->seed, w));
    for (uint32_t i = 0; i < n && verdict == CHECK_OK; i++) {
      verdict = fetch(&a, i);
      if (verdict == CHECK_OK && item_is_sane(run, &a, i) != CHECK_OK)
        verdict = run_skip(run, "its items are malformed, which another check speaks of");
      if (verdict == CHECK_OK && a.item.kinds) count_truth(&a, t + (size_t)i * a.max_answers);
    }
  }
  for (size_t i = 0; verdict == CHECK_OK && t && i < (size_t)n * a.max_answers; i++)
    if (t[i].n > 0 && fabs(t[i].sum / t[i].n) > stray(&t[i]) + 1e-9)
      verdict = run_fail(
          run, "quiz item %zu: answer %zu is right %.3f times as often as its prior says, over %u worlds drawn",
          i / a.max_answers, i % a.max_answers, 1.0 + t[i].sum / t[i].n, t[i].n);
  free(t);
  asker_close(&a);
  rig_close(&r);
  return verdict;
}
int check_quiz_priors(check_run *run) { return rig_each_variant(run, priors_are_met); }

/* ---- The expert --------------------------------------------------------------------------------------- */

enum { EXPERT_LANES = 48, EXPERT_TICKS = 400 };

static int follow(rig *r, const uint8_t *optimal) {
  const baud_field *a = r->spec.action;
  for (uint32_t k = 0; k < r->lanes; k++) {
    const uint8_t *mine = optimal + (size_t)k * a->categories;
    uint32_t right = 0, chosen = 0;
    for (uint32_t i = 0; i < a->categories; i++) {
      if (mine[i] > 1) return run_fail(r->run, "the demonstrator's mask holds %u: 0 or 1, please", mine[i]);
      right += mine[i];
    }
    if (!right) continue; /* nothing to show: the random action stands */
    uint32_t among = baud_below(&r->random[k], right);
    while (!mine[chosen] || among-- > 0) chosen++;
    if (a->dtype == BAUD_U8) ((uint8_t *)r->action)[k] = (uint8_t)chosen;
    else ((int32_t *)r->action)[k] = (int32_t)chosen;
  }
  return CHECK_OK;
}

static uint32_t fact_of_role(const rig *r, uint32_t role) {
  for (uint32_t f = 0; f < r->spec.n_facts; f++)
    if (r->spec.facts[f].roles & role) return f;
  return UINT32_MAX;
}

/* One episode in each lane and world; what each lane got of the fact in sum. `expert` null: at random. */
static int first_episodes(rig *r, const baud_demonstrate *expert, uint8_t *optimal, uint32_t fact,
                          double got[EXPERT_LANES]) {
  uint8_t is_over[EXPERT_LANES] = {0};
  memset(got, 0, EXPERT_LANES * sizeof *got);
  int verdict = rig_begin(r);
  for (uint32_t t = 0; t < EXPERT_TICKS && verdict == CHECK_OK; t++) {
    baud_batch batch = rig_batch(r);
    batch.obs = r->obs;
    rig_act(r);
    int was_broken = fences_broken(&r->fences) != NULL; /* by step: another check speaks of it */
    run_enter(r->run, "demonstrate");
    memset(optimal, 0xff, (size_t)r->lanes * r->spec.action->categories);
    int32_t code = expert ? expert->optimal(r->model, &batch, optimal) : BAUD_OK;
    if (code != BAUD_OK) verdict = run_fail(r->run, "the demonstrator fails with code %d", code);
    if (verdict == CHECK_OK && !was_broken && fences_broken(&r->fences))
      verdict = run_fail(r->run, "the demonstrator writes beyond the end of %s", fences_broken(&r->fences));
    if (verdict == CHECK_OK && expert) verdict = follow(r, optimal);
    if (verdict == CHECK_OK) verdict = rig_step(r);
    for (uint32_t k = 0; k < EXPERT_LANES && verdict == CHECK_OK; k++) {
      if (!is_over[k]) got[k] += (double)r->facts[fact][k];
      is_over[k] |= r->flags[k] != 0;
    }
    if (verdict == CHECK_OK) verdict = rig_finish(r);
  }
  return verdict;
}

/* Held against chance world by world; five standard errors of the paired differences: 3e-7. */
static int expert_is_better(check_run *run, const plugin *env, const baud_value *values) {
  rig r;
  baud_demonstrate expert;
  double shown[EXPERT_LANES], random[EXPERT_LANES], sum = 0.0, squares = 0.0;
  if (!run_extension(env, "baud.demonstrate/1", &expert, sizeof expert))
    return run_skip(run, "it demonstrates nothing");
  int code = opened(&r, run, env, values, EXPERT_LANES, RIG_WORLD_EACH);
  if (code) return code;
  uint32_t fact = fact_of_role(&r, BAUD_FACT_OUTCOME);
  if (fact == UINT32_MAX) fact = fact_of_role(&r, BAUD_FACT_REWARD);
  int verdict = fact == UINT32_MAX ? run_skip(run, "no fact says how well it went") : CHECK_OK;
  if (verdict == CHECK_OK && r.spec.action->categories == 0)
    verdict = run_fail(run, "it demonstrates, and its action is continuous");
  uint8_t *optimal = verdict == CHECK_OK ? fences_add(&r.fences, (size_t)EXPERT_LANES * r.spec.action->categories,
                                                      "the demonstrator's mask")
                                         : NULL;
  if (verdict == CHECK_OK)
    verdict = optimal ? first_episodes(&r, &expert, optimal, fact, shown) : run_skip(run, "no memory");
  if (verdict == CHECK_OK) verdict = first_episodes(&r, NULL, optimal, fact, random);
  for (uint32_t k = 0; k < EXPERT_LANES && verdict == CHECK_OK; k++) {
    double better = shown[k] - random[k];
    sum += better;
    squares += better * better;
  }
  double mean = sum / EXPERT_LANES, error = sqrt(fmax(0.0, squares / EXPERT_LANES - mean * mean) / EXPERT_LANES);
  if (verdict == CHECK_OK && mean < -5.0 * error - 1e-9)
    verdict = run_fail(run, "following the demonstrator brings %.3g less \"%s\" an episode than acting at random",
                       -mean, r.spec.facts[fact].name);
  rig_close(&r);
  return verdict == CHECK_OK ? run_pass(run, "%+.3g over random play", mean) : verdict;
}
int check_expert(check_run *run) { return rig_each_variant(run, expert_is_better); }
