/* rehearsal.c - see rehearsal.h. The tick is that of the contract (plugin.h); the ledger is left out, since the
 * checks of bits run whole trials instead.
 */
#include "check/rehearsal.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <xxhash.h>

#include "check/allocations.h"
#include "loop/expert.h"

enum { OVERWRITTEN = 0xee };

/* ---- Opening ------------------------------------------------------------------------------------------ */

static int lend_buffers(rehearsal *r) {
  stage *s = &r->stage;
  size_t n = s->lanes;
  r->obs = calloc(s->spec.n_obs + 1u, sizeof *r->obs);
  r->next_obs = calloc(s->spec.n_obs + 1u, sizeof *r->next_obs);
  r->episode = calloc(n, sizeof *r->episode);
  r->steps = calloc(n, sizeof *r->steps);
  if (!r->obs || !r->next_obs || !r->episode || !r->steps) return -1;
  for (uint32_t f = 0; f < s->spec.n_obs; f++) {
    r->obs[f] = fences_add(&r->fences, n * stage_field_bytes(&s->spec.obs[f]), "the observations");
    r->next_obs[f] = fences_add(&r->fences, n * stage_field_bytes(&s->spec.obs[f]), "the next observations");
  }
  r->action = fences_add(&r->fences, n * s->action_bytes, "the actions taken");
  r->chosen = fences_add(&r->fences, n * s->action_bytes, "the actions");
  r->shown_action = fences_add(&r->fences, n * s->action_bytes, "the demonstration");
  r->reward = fences_add(&r->fences, n * sizeof(float), "the rewards");
  r->flags = fences_add(&r->fences, n, "the flags");
  r->starts = fences_add(&r->fences, n, "the starts");
  r->shown = fences_add(&r->fences, n, "what was shown");
  for (uint32_t q = 0; q < s->answers.n; q++)
    if (answers_width(&s->answers, q))
      r->answer[q] = fences_add(&r->fences, n * answers_width(&s->answers, q) * sizeof(float), "the answers");
  return r->shown ? 0 : -1;
}

/* Episodes for the picked lanes [0, n). */
static int begin(rehearsal *r, uint32_t n) {
  stage *s = &r->stage;
  baud_batch batch = stage_batch(s);
  batch.n_pick = n;
  batch.obs = s->obs;
  for (uint32_t i = 0; i < n; i++) {
    uint32_t k = s->pick[i];
    s->pick_seed[i] = stage_seed(s, PURPOSE_ENV, k, r->episode[k]);
    s->expert_random[k] = stage_seed(s, PURPOSE_EXPERT, k, r->episode[k]);
    s->starts[k] = 1;
    r->steps[k] = 0;
  }
  int32_t code = s->env->reset(s->env_model, &batch);
  for (uint32_t i = 0; i < n; i++)
    s->pick_seed[i] = stage_seed(s, PURPOSE_REWARD, s->pick[i], r->episode[s->pick[i]]++);
  batch.lane = s->reward_lanes;
  batch.lane_stride = s->reward_stride;
  if (code == BAUD_OK && s->reward->reset) code = s->reward->reset(s->reward_model, &batch);
  return code == BAUD_OK ? CHECK_OK : run_skip(r->run, "the environment that it was tried with failed");
}

int rehearsal_open(rehearsal *r, check_run *run, const casting *cast, uint32_t lanes, enum rehearsal_mode mode,
                   uint64_t seed) {
  char json[CONFIG_TEXT + 200];
  baud_error error = {0};
  memset(r, 0, sizeof *r);
  r->run = run;
  r->asks = 1;
  casting_config(cast, lanes, mode, "\"stop\":{\"episodes\":1000000}", json, sizeof json);
  run_enter(run, "create");
  if (stage_open(&r->stage, run->plugins, json, seed, &error) != 0) return run_fail(run, "%s", error.text);
  r->at = r->stage.live.at;
  if (lend_buffers(r) != 0) return run_skip(run, "no memory");
  for (uint32_t k = 0; k < lanes; k++) r->stage.pick[k] = k;
  return begin(r, lanes);
}

void rehearsal_close(rehearsal *r) {
  if (!r->run) return;
  if (r->at != r->stage.live.at) free(r->at);
  run_enter(r->run, "destroy");
  stage_close(&r->stage);
  fences_close(&r->fences);
  free(r->obs);
  free(r->next_obs);
  free(r->episode);
  free(r->steps);
  memset(r, 0, sizeof *r);
}

int rehearsal_fence_blocks(rehearsal *r) {
  const blocks *b = &r->stage.live;
  r->at = calloc(b->n + 1u, sizeof *r->at);
  for (uint32_t i = 0; r->at && i < b->n; i++) {
    r->at[i] = fences_add(&r->fences, blocks_size_of(b, i), b->info[i].name);
    if (!r->at[i]) return run_skip(r->run, "no memory");
    memcpy(r->at[i], b->at[i], blocks_size_of(b, i));
  }
  return CHECK_OK;
}

/* ---- Lending ------------------------------------------------------------------------------------------ */

static int takes(const stage *s, uint32_t channel) { return (int)(s->learner_setup.subscribed >> channel & 1u); }

typedef struct loan {
  void *lent;
  const void *original;
  size_t bytes;
  const char *what;
} loan;
enum { LOANS_MOST = 140 };
typedef struct loans {
  loan at[LOANS_MOST];
  uint32_t n;
} loans;

static void *lend(loans *l, void *to, const void *from, size_t bytes, const char *what) {
  memcpy(to, from, bytes);
  if (l->n < LOANS_MOST) l->at[l->n++] = (loan){to, from, bytes, what};
  return to;
}

static int take_back(rehearsal *r, const loans *l, const char *call) {
  const char *broken = r->watches ? fences_broken(&r->fences) : NULL;
  if (broken) return run_fail(r->run, "%s writes beyond the end of %s", call, broken);
  for (uint32_t i = 0; i < l->n; i++) {
    if (r->watches && memcmp(l->at[i].lent, l->at[i].original, l->at[i].bytes) != 0)
      return run_fail(r->run, "%s changes %s, which it is only to read", call, l->at[i].what);
    if (r->handling == REHEARSAL_OVERWRITES) memset(l->at[i].lent, OVERWRITTEN, l->at[i].bytes);
  }
  return CHECK_OK;
}

static const void *const *lend_fields(rehearsal *r, loans *l, void **to, void **from, const char *what) {
  stage *s = &r->stage;
  for (uint32_t f = 0; f < s->spec.n_obs; f++)
    lend(l, to[f], from[f], s->lanes * stage_field_bytes(&s->spec.obs[f]), what);
  return (const void *const *)to;
}

static int failed(rehearsal *r, enum site site, int32_t code) {
  baud_error error = {0};
  stage_blame(&r->stage, site, code, &error);
  return run_fail(r->run, "%s", error.text);
}

/* ---- A tick ------------------------------------------------------------------------------------------- */

static int demonstrate(rehearsal *r) {
  stage *s = &r->stage;
  const expert_board board = {s->optimal, s->shown, s->shown_action, s->expert_random};
  baud_batch batch = stage_batch(s);
  baud_error error = {0};
  batch.obs = s->obs;
  return expert_show(s, &batch, &board, &error) == 0 ? CHECK_OK : run_skip(r->run, "the environment that it was tried with failed");
}

/* Actions within their categories, answers finite and normalised. */
static int judge_commitment(rehearsal *r) {
  static const char *const asked_of[ANSWERS] = {"action", "observation", "reward", "termination"};
  const stage *s = &r->stage;
  const baud_field *a = s->spec.action;
  baud_error error = {0};
  for (size_t i = 0; i < (size_t)s->lanes * a->count; i++) {
    int is_legal = a->dtype == BAUD_F32  ? isfinite((double)((const float *)r->chosen)[i])
                   : a->dtype == BAUD_U8 ? ((const uint8_t *)r->chosen)[i] < a->categories
                                         : (uint32_t)((const int32_t *)r->chosen)[i] < a->categories;
    if (!is_legal && !r->judges) return run_skip(r->run, "it acts out of range, which another check speaks of");
    if (!is_legal) return run_fail(r->run, "predict chooses an action outside its %u categories", a->categories);
  }
  for (uint32_t q = 0; r->asks && r->judges && q < s->answers.n; q++) {
    uint32_t width = answers_width(&s->answers, q), n = s->answers.categories[q];
    for (uint32_t k = 0; k < s->lanes && width; k++) {
      const float *answer = r->answer[q] + (size_t)k * width;
      for (uint32_t i = 0; s->answers.question[q].form == BAUD_FORM_CATEGORICAL && i < width; i += n)
        if (answers_check(answer + i, n, asked_of[answers_kind(q)], &error) != 0) return run_fail(r->run, "%s", error.text);
      for (uint32_t i = 0; s->answers.question[q].form == BAUD_FORM_NORMAL && i < width; i++)
        if (!isfinite((double)answer[i]) || (i % 2 && !(answer[i] > 0.0f)))
          return run_fail(r->run, "answers with a normal whose figure %u is %g", i, (double)answer[i]);
    }
  }
  return CHECK_OK;
}

static void remember(rehearsal *r) {
  const stage *s = &r->stage;
  r->trace = XXH3_64bits_withSeed(r->chosen, s->lanes * s->action_bytes, r->trace);
  for (uint32_t q = 0; r->asks && q < s->answers.n; q++)
    if (r->answer[q])
      r->answered =
          XXH3_64bits_withSeed(r->answer[q], s->lanes * answers_width(&s->answers, q) * sizeof(float), r->answered);
}

static int predict(rehearsal *r) {
  stage *s = &r->stage;
  loans l = {.n = 0};
  size_t n = s->lanes;
  int sees = takes(s, BAUD_CH_OBSERVATION), is_shown = takes(s, BAUD_CH_DEMONSTRATION) && s->expert;
  baud_tick tick = {.size = BAUD_SIZE(baud_tick),
                    .lanes = s->lanes,
                    .mode = s->config.is_evaluation ? BAUD_PLAY : BAUD_TRAIN,
                    .ask = r->asks ? answers_mask(&s->answers) : 0,
                    .obs = sees ? lend_fields(r, &l, r->obs, s->obs, "the observations") : NULL,
                    .starts = lend(&l, r->starts, s->starts, n, "the starts"),
                    .action = r->chosen,
                    .answer = r->answer};
  if (is_shown) {
    tick.demonstration = lend(&l, r->shown_action, s->shown_action, n * s->action_bytes, "the demonstration");
    tick.shown = lend(&l, r->shown, s->shown, n, "what was shown");
  }
  /* what is not written shows: as an action far out of range, as answers that are not numbers */
  memset(r->chosen, 0xff, n * s->action_bytes);
  for (uint32_t q = 0; r->asks && q < s->answers.n; q++)
    if (r->answer[q]) memset(r->answer[q], 0xff, n * answers_width(&s->answers, q) * sizeof(float));
  if (r->guards && run_guard(r->run, s->live.slab, s->live.end[BLOCKS_FROZEN], "its weights or optimiser state") != 0)
    return run_skip(r->run, "the system protects no pages");
  run_enter(r->run, "predict");
  uint64_t before = allocations_calls();
  int32_t code = s->learner->predict(s->learner_model, r->at, &tick);
  r->allocations += allocations_calls() - before;
  if (r->guards) run_unguard(r->run);
  if (code != BAUD_OK) return failed(r, SITE_PREDICT, code);
  int verdict = take_back(r, &l, "predict");
  if (verdict == CHECK_OK) verdict = judge_commitment(r);
  if (verdict != CHECK_OK) return verdict;
  memcpy(s->sealed_action, r->chosen, n * s->action_bytes);
  remember(r);
  return CHECK_OK;
}

static int step(rehearsal *r) {
  stage *s = &r->stage;
  baud_batch batch = stage_batch(s);
  if (s->env->step(s->env_model, &batch) != BAUD_OK)
    return run_skip(r->run, "the environment that it was tried with failed");
  for (uint32_t k = 0; k < s->lanes; k++)
    if (++r->steps[k] >= s->limit && s->limit && !(s->flags[k] & BAUD_TERMINATED)) s->flags[k] = BAUD_TRUNCATED;
  batch.lane = s->reward_lanes;
  batch.lane_stride = s->reward_stride;
  return s->reward->score(s->reward_model, &batch) == BAUD_OK
             ? CHECK_OK
             : run_skip(r->run, "the reward scheme that it was tried with failed");
}

static int learn(rehearsal *r) {
  stage *s = &r->stage;
  loans l = {.n = 0};
  size_t n = s->lanes;
  if (s->config.is_evaluation) return CHECK_OK;
  int sees = takes(s, BAUD_CH_OBSERVATION), is_shown = takes(s, BAUD_CH_DEMONSTRATION) && s->expert;
  baud_outcome o = {
      .size = BAUD_SIZE(baud_outcome),
      .lanes = s->lanes,
      .obs = sees ? lend_fields(r, &l, r->obs, s->obs, "the observations") : NULL,
      .action = lend(&l, r->action, s->sealed_action, n * s->action_bytes, "the actions taken"),
      .reward = takes(s, BAUD_CH_REWARD) ? lend(&l, r->reward, s->rewards, n * sizeof(float), "the rewards") : NULL,
      .flags = lend(&l, r->flags, s->flags, n, "the flags"),
      .next_obs = sees ? lend_fields(r, &l, r->next_obs, s->next_obs, "the next observations") : NULL};
  if (is_shown) {
    o.demonstration = lend(&l, r->shown_action, s->shown_action, n * s->action_bytes, "the demonstration");
    o.shown = lend(&l, r->shown, s->shown, n, "what was shown");
  }
  run_enter(r->run, "learn");
  uint64_t before = allocations_calls();
  int32_t code = s->learner->learn(s->learner_model, r->at, &o);
  r->allocations += allocations_calls() - before;
  return code == BAUD_OK ? take_back(r, &l, "learn") : failed(r, SITE_LEARN, code);
}

static int finish(rehearsal *r) {
  stage *s = &r->stage;
  void **exchanged = s->obs;
  uint32_t n = 0;
  s->obs = s->next_obs;
  s->next_obs = exchanged;
  memset(s->starts, 0, s->lanes);
  for (uint32_t k = 0; k < s->lanes; k++)
    if (s->flags[k]) s->pick[n++] = k;
  return n ? begin(r, n) : CHECK_OK;
}

int rehearsal_tick(rehearsal *r) {
  int verdict = r->stage.expert ? demonstrate(r) : CHECK_OK;
  if (verdict == CHECK_OK) verdict = predict(r);
  if (verdict == CHECK_OK) verdict = step(r);
  if (verdict == CHECK_OK) verdict = learn(r);
  if (verdict == CHECK_OK) verdict = finish(r);
  r->ticks++;
  return verdict;
}

int rehearsal_play(rehearsal *r, uint32_t ticks) {
  int verdict = CHECK_OK;
  for (uint32_t t = 0; t < ticks && verdict == CHECK_OK; t++) verdict = rehearsal_tick(r);
  return verdict;
}
