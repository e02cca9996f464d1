/* scorer.c - see scorer.h.
 */
#include "check/scorer.h"

#include <stdlib.h>
#include <string.h>
#include <xxhash.h>

#include "check/maker.h"
#include "check/variants.h"
#include "ledger/view.h"

enum { FOR_REWARD = 21 };

static char refusal[sizeof((rig_host *)0)->sentence]; /* what the scheme said when it last refused an environment */

static int failed(scorer *s, const char *call, int32_t code) {
  if (s->host.sentence[0]) return run_fail(s->run, "%s failed: %s", call, s->host.sentence);
  return run_fail(s->run, "%s failed with code %d and gave no reason", call, code);
}

static int allocate(scorer *s) {
  const baud_env_spec *spec = &s->env->spec;
  size_t n = SCORER_LANES;
  s->lane = fences_add(&s->fences, n * s->stride, "the scheme's lanes");
  s->before = calloc(spec->n_obs + 1u, sizeof *s->before);
  s->after = calloc(spec->n_obs + 1u, sizeof *s->after);
  s->facts = calloc(spec->n_facts + 1u, sizeof *s->facts);
  s->action = fences_add(&s->fences, n * s->env->action_bytes, "the actions");
  s->reward = fences_add(&s->fences, n * sizeof(float), "the rewards");
  s->flags = fences_add(&s->fences, n, "the flags");
  s->pick = fences_add(&s->fences, n * sizeof *s->pick, "the picked lanes");
  s->seed = fences_add(&s->fences, n * sizeof *s->seed, "the seeds");
  if (!s->before || !s->after || !s->facts || !s->seed) return run_skip(s->run, "no memory");
  for (uint32_t f = 0; f < spec->n_obs; f++) {
    s->before[f] = fences_add(&s->fences, n * rig_field_bytes(&spec->obs[f]), "the observations before");
    s->after[f] = fences_add(&s->fences, n * rig_field_bytes(&spec->obs[f]), "the observations");
  }
  for (uint32_t f = 0; f < spec->n_facts; f++) s->facts[f] = fences_add(&s->fences, n * sizeof(float), "the facts");
  return CHECK_OK;
}

int scorer_open(scorer *s, rig *env, const plugin *reward, const baud_value *values, uint32_t shift) {
  memset(s, 0, sizeof *s);
  s->run = env->run;
  s->env = env;
  s->ops = reward->unit->ops;
  rig_host_open(&s->host);
  for (uint32_t k = 0; k < SCORER_LANES; k++) s->order[k] = (k + shift) % SCORER_LANES;
  s->setup = (baud_reward_setup){.size = BAUD_SIZE(baud_reward_setup),
                                 .lanes = SCORER_LANES,
                                 .limit = env->limit,
                                 .env = &env->spec,
                                 .view = {.size = BAUD_SIZE(baud_view), .scale = 1.0}};
  run_enter(s->run, "create");
  int32_t code = s->ops->create(&s->host.host, values, &s->setup, &s->model);
  if (code == BAUD_EARG || code == BAUD_EUNSUP) return memcpy(refusal, s->host.sentence, sizeof refusal), BAUD_EARG;
  if (code != BAUD_OK) return failed(s, "create", code);
  s->stride = (s->setup.lane_bytes + 63u) & ~(uint64_t)63u;
  return allocate(s);
}

void scorer_abandon(scorer *s) {
  fences_close(&s->fences);
  free(s->before);
  free(s->after);
  free(s->facts);
}

void scorer_close(scorer *s) {
  if (!s->run) return;
  run_enter(s->run, "destroy");
  if (s->model && s->ops->destroy) s->ops->destroy(s->model);
  scorer_abandon(s);
}

/* ---- Calls -------------------------------------------------------------------------------------------- */

/* Lane order[place] of `from` to `place` of `to`. */
static void arrange(const scorer *s, void *to, const void *from, size_t bytes) {
  for (uint32_t p = 0; p < SCORER_LANES; p++)
    memcpy((char *)to + p * bytes, (const char *)from + s->order[p] * bytes, bytes);
}

static void arrange_fields(const scorer *s, void **to, void *const *from) {
  for (uint32_t f = 0; f < s->env->spec.n_obs; f++) arrange(s, to[f], from[f], rig_field_bytes(&s->env->spec.obs[f]));
}

static baud_batch batch_of(scorer *s) {
  return (baud_batch){.size = BAUD_SIZE(baud_batch),
                      .lanes = SCORER_LANES,
                      .pick = s->pick,
                      .seed = s->seed,
                      .lane = s->lane,
                      .lane_stride = s->stride,
                      .action = s->action,
                      .obs_before = (const void *const *)s->before,
                      .obs = s->after,
                      .facts = s->facts,
                      .reward = s->reward,
                      .flags = s->flags};
}

int scorer_reset(scorer *s) {
  const rig *r = s->env;
  uint32_t n = 0;
  for (uint32_t p = 0; p < SCORER_LANES; p++)
    for (uint32_t i = 0; i < r->n_picked; i++) {
      if (r->pick[i] != s->order[p]) continue;
      s->seed[n] = baud_split(baud_split(baud_split(r->seed, FOR_REWARD), r->id[r->pick[i]]), r->episode[r->pick[i]]);
      s->pick[n++] = p;
    }
  if (n == 0 || !s->ops->reset) return CHECK_OK;
  arrange_fields(s, s->after, r->obs);
  baud_batch batch = batch_of(s);
  batch.n_pick = n;
  run_enter(s->run, "reset");
  int32_t code = s->ops->reset(s->model, &batch);
  return code == BAUD_OK ? CHECK_OK : failed(s, "reset", code);
}

static int inputs_are_intact(scorer *s) {
  const rig *r = s->env;
  for (uint32_t p = 0; p < SCORER_LANES; p++) {
    uint32_t k = s->order[p];
    int same = s->flags[p] == r->flags[k] && memcmp((char *)s->action + p * r->action_bytes,
                                                    (char *)r->action + k * r->action_bytes, r->action_bytes) == 0;
    for (uint32_t f = 0; f < r->spec.n_facts; f++) same &= memcmp(&s->facts[f][p], &r->facts[f][k], sizeof(float)) == 0;
    for (uint32_t f = 0; f < r->spec.n_obs; f++) {
      size_t bytes = rig_field_bytes(&r->spec.obs[f]);
      same &= memcmp((char *)s->before[f] + p * bytes, (char *)r->obs[f] + k * bytes, bytes) == 0 &&
              memcmp((char *)s->after[f] + p * bytes, (char *)r->next[f] + k * bytes, bytes) == 0;
    }
    if (!same) return run_fail(s->run, "score changes facts, observations, actions or flags, which it is only to read");
  }
  const char *broken = fences_broken(&s->fences);
  return broken ? run_fail(s->run, "score writes beyond the end of %s", broken) : CHECK_OK;
}

int scorer_score(scorer *s) {
  const rig *r = s->env;
  arrange_fields(s, s->before, r->obs);
  arrange_fields(s, s->after, r->next);
  arrange(s, s->action, r->action, r->action_bytes);
  arrange(s, s->flags, r->flags, 1);
  for (uint32_t f = 0; f < r->spec.n_facts; f++) arrange(s, s->facts[f], r->facts[f], sizeof(float));
  memset(s->reward, s->poison, SCORER_LANES * sizeof *s->reward);
  baud_batch batch = batch_of(s);
  run_enter(s->run, "score");
  int32_t code = s->ops->score(s->model, &batch);
  if (code != BAUD_OK) return failed(s, "score", code);
  if (s->watches && inputs_are_intact(s) != CHECK_OK) return CHECK_FAILED;
  for (uint32_t p = 0; p < SCORER_LANES; p++) {
    uint64_t *trace = &s->trace[s->order[p]];
    *trace = XXH3_64bits_withSeed(s->lane + p * s->stride, s->stride,
                                  XXH3_64bits_withSeed(&s->reward[p], sizeof(float), *trace));
  }
  return CHECK_OK;
}

float scorer_reward(const scorer *s, uint32_t lane) {
  uint32_t p = 0;
  while (s->order[p] != lane) p++;
  return s->reward[p];
}

/* ---- Playing ------------------------------------------------------------------------------------------ */

int scorers_begin(rig *env, scorer *const *s, uint32_t n) {
  int verdict = rig_begin(env);
  for (uint32_t i = 0; i < n && verdict == CHECK_OK; i++) verdict = scorer_reset(s[i]);
  return verdict;
}

int scorers_play(rig *env, scorer *const *s, uint32_t n, uint32_t ticks) {
  int verdict = CHECK_OK;
  for (uint32_t t = 0; t < ticks && verdict == CHECK_OK; t++) {
    rig_act(env);
    verdict = rig_step(env);
    for (uint32_t i = 0; i < n && verdict == CHECK_OK; i++) verdict = scorer_score(s[i]);
    if (verdict == CHECK_OK) verdict = rig_finish(env);
    for (uint32_t i = 0; i < n && verdict == CHECK_OK; i++) verdict = scorer_reset(s[i]);
  }
  return verdict;
}

static int nobody(check_run *run) {
  return run_skip(run, "no environment at hand suits it%s%s (--with names others)", refusal[0] ? ": " : "", refusal);
}

int scorer_each(check_run *run, scorer_ask ask) {
  static variant v;
  static baud_value env_values[PARAMS_MOST];
  const plugin *env;
  int asked = 0, verdict = CHECK_OK;
  refusal[0] = 0;
  for (uint32_t p = 0; verdict != CHECK_FAILED && maker_partner(run, p, &env, env_values); p++)
    for (uint32_t i = 0; verdict != CHECK_FAILED && variant_at(&v, run->unit->unit, i, run->seed); i++) {
      int answer = ask(run, env, env_values, v.values);
      if (answer == BAUD_EARG && i == 0 && p < run->n_with)
        return run_fail(run, "refuses %s, which it was to be tried with: %s", env->unit->id, refusal);
      if (answer == BAUD_EARG) continue;
      asked += answer != CHECK_SKIPPED;
      verdict = answer;
      if (answer == CHECK_FAILED) run_add(run, " (for %s%s%s)", env->unit->id, v.text[0] ? ", with " : "", v.text);
    }
  if (!asked && !run->text[0]) return nobody(run);
  if (asked && verdict == CHECK_SKIPPED) return run_pass(run, "%s", "");
  return asked || verdict == CHECK_FAILED ? verdict : CHECK_SKIPPED;
}
