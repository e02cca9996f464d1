/* observer.c - the ideal observer against what can be counted: probabilities of distinct histories sum to at most
 * one, noise is where chance is, and no world gives more bits than it holds.
 */
#include "check/checks.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>
#include <xxhash.h>

#include "check/witness.h"

enum { LANES = 3, TICKS = 120, SMALL_CHANNELS = BAUD_MASK(BAUD_CH_OBSERVATION) | BAUD_MASK(BAUD_CH_REWARD) };
#define CLOSE 1e-6

static int opened(rig *r, check_run *run, const plugin *env, const baud_value *values, uint32_t lanes) {
  int code = rig_open(r, run, env, values, lanes, RIG_ONE_WORLD, run->seed);
  if (code == BAUD_EARG) rig_close(r);
  return code;
}

static uint32_t emitted(const rig *r) { return r->spec.n_obs ? (uint32_t)SMALL_CHANNELS : BAUD_MASK(BAUD_CH_REWARD); }

/* ---- 38: bits are numbers, and support is true -------------------------------------------------------- */

static int none_is_negative(check_run *run, const witness *w, const bits *b) {
  for (int k = 0; k < BAUD_CHANNELS && witness_is_discrete(w); k++)
    if (b->surprise[k] < 0.0 || b->noise[k] < 0.0)
      return run_fail(run, "its observer gives %g bits of surprise and %g of noise: less than none", b->surprise[k],
                      b->noise[k]);
  return CHECK_OK;
}

static int start_lanes(rig *r, witness *w) {
  bits b;
  int verdict = CHECK_OK;
  for (uint32_t k = 0; k < r->lanes && verdict == CHECK_OK; k++) verdict = witness_start(w, k, &b);
  return verdict;
}

/* After rig_finish: the lanes that began anew. */
static int start_new_lanes(rig *r, witness *w, bits *b) {
  int verdict = CHECK_OK;
  for (uint32_t i = 0; i < r->n_picked && verdict == CHECK_OK; i++) verdict = witness_start(w, r->pick[i], b);
  return verdict;
}

static int witness_plays(check_run *run, rig *r, witness *w) {
  bits b;
  int verdict = rig_begin(r), settled = 0;
  if (verdict == CHECK_OK) verdict = start_lanes(r, w);
  for (uint32_t t = 0; t < TICKS && verdict == CHECK_OK; t++) {
    rig_act(r);
    verdict = rig_step(r);
    for (uint32_t k = 0; k < r->lanes && verdict == CHECK_OK; k++) {
      verdict = witness_step(w, k, &b);
      if (verdict == CHECK_OK) verdict = none_is_negative(run, w, &b);
      if (verdict == CHECK_OK && settled && bits_offered(&b) > CLOSE)
        verdict = run_fail(run, "its observer is settled and still takes in %g bits", bits_offered(&b));
      settled = w->observer.settled && w->observer.settled(r->model, w->state) == 1;
    }
    if (verdict == CHECK_OK) verdict = rig_finish(r);
    if (verdict == CHECK_OK) verdict = start_new_lanes(r, w, &b);
  }
  return verdict;
}

static int supports_truly(check_run *run, const plugin *env, const baud_value *values) {
  const uint32_t masks[] = {SMALL_CHANNELS, BAUD_MASK(BAUD_CH_REWARD), BAUD_MASK(BAUD_CH_OBSERVATION)};
  int verdict = CHECK_SKIPPED;
  for (uint32_t i = 0; i < 12 && verdict != CHECK_FAILED; i++) {
    rig r;
    witness w = {0};
    int code = opened(&r, run, env, values, LANES);
    if (code) return code;
    if (i / 3 < r.spec.n_facts && !(r.spec.facts[i / 3].roles & BAUD_FACT_HIDDEN)) {
      int answer = witness_open(&w, &r, env, masks[i % 3], i / 3);
      if (answer == CHECK_OK) answer = witness_plays(run, &r, &w);
      if (answer != CHECK_SKIPPED) verdict = answer;
      else if (i == 0) run_add(run, ": received bits are shown as at most what was offered");
      witness_close(&w);
    }
    rig_close(&r);
  }
  return verdict;
}
int check_observer_bits(check_run *run) { return rig_each_variant(run, supports_truly); }

/* ---- 39: noise is where chance is --------------------------------------------------------------------- */

static int lanes_differ(const rig *r, void *const *fields) {
  for (uint32_t f = 0; f < r->spec.n_obs; f++) {
    size_t bytes = rig_field_bytes(&r->spec.obs[f]);
    if (memcmp(fields[f], (char *)fields[f] + bytes, bytes) != 0) return 1;
  }
  return 0;
}

/* Two lanes, one world, the same actions, different seeds. 1: they have parted. */
static int has_parted(check_run *run, const rig *r, const bits *b, int *verdict) {
  int obs = lanes_differ(r, r->next), fact = memcmp(&r->facts[0][0], &r->facts[0][1], sizeof(float)) != 0;
  uint32_t channel = obs ? BAUD_CH_OBSERVATION : BAUD_CH_REWARD;
  if (!obs && !fact) return r->flags[0] != r->flags[1];
  if (b[0].noise[channel] <= 0.0 && b[1].noise[channel] <= 0.0)
    *verdict = run_fail(
        run, "two lanes with the same world and actions part in their %s, and its observer calls that noiseless",
        obs ? "observations" : "facts");
  return 1;
}

static int noise_is_chance(check_run *run, const plugin *env, const baud_value *values) {
  rig r;
  witness w = {0};
  int code = opened(&r, run, env, values, 2);
  if (code) return code;
  bits b[2];
  double noise = 0.0;
  int verdict = witness_open(&w, &r, env, emitted(&r), 0), parted = 0;
  if (verdict == CHECK_OK) verdict = rig_begin(&r);
  if (verdict == CHECK_OK) {
    verdict = witness_start(&w, 0, &b[0]);
    parted = lanes_differ(&r, r.obs);
    noise += b[0].noise[BAUD_CH_OBSERVATION];
    if (verdict == CHECK_OK && parted && !(noise > 0.0))
      verdict = run_fail(run, "two lanes of the same world begin differently, and its observer calls that noiseless");
    if (verdict == CHECK_OK) verdict = witness_start(&w, 1, &b[1]);
  }
  for (uint32_t t = 0; t < 20 * TICKS && verdict == CHECK_OK && !parted; t++) {
    rig_act(&r);
    memcpy((char *)r.action + r.action_bytes, r.action, r.action_bytes);
    verdict = rig_step(&r);
    for (uint32_t k = 0; k < 2 && verdict == CHECK_OK; k++) verdict = witness_step(&w, k, &b[k]);
    if (verdict == CHECK_OK) parted = has_parted(run, &r, b, &verdict);
    noise += b[0].noise[BAUD_CH_OBSERVATION] + b[0].noise[BAUD_CH_REWARD];
    if (verdict == CHECK_OK && !parted) verdict = rig_finish(&r);
    if (verdict == CHECK_OK && !parted) verdict = start_new_lanes(&r, &w, &b[0]);
  }
  /* the second lane repeats the first by chance with probability 2^-noise */
  if (verdict == CHECK_OK && !parted && noise > 40.0 && witness_is_discrete(&w))
    verdict = run_fail(
        run, "its observer speaks of %.1f bits of noise, and two lanes with different seeds live the same life", noise);
  witness_close(&w);
  rig_close(&r);
  return verdict;
}
int check_observer_noise(check_run *run) { return rig_each_variant(run, noise_is_chance); }

/* ---- 40: probabilities of histories ------------------------------------------------------------------- */

enum { WORLDS = 300, LENGTHS = 8 };

typedef struct history {
  uint64_t key, told_key; /* all that was told; flags alone, which are told to everyone */
  double surprise;
} history;

static int by_key(const void *a, const void *b) {
  const history *x = a, *y = b;
  if (x->told_key != y->told_key) return x->told_key < y->told_key ? -1 : 1;
  return x->key < y->key ? -1 : x->key > y->key;
}

/* Distinct histories exclude each other: among those with the same flags their probabilities sum to at most 1. */
static int sums_to_one(check_run *run, history *h, uint32_t n, uint32_t length) {
  double sum = 0.0;
  qsort(h, n, sizeof *h, by_key);
  for (uint32_t i = 0; i < n; i++) {
    if (i > 0 && h[i].told_key != h[i - 1].told_key) sum = 0.0;
    if (i > 0 && h[i].key == h[i - 1].key && h[i].told_key == h[i - 1].told_key) {
      if (fabs(h[i].surprise - h[i - 1].surprise) > CLOSE)
        return run_fail(run, "its observer gives the same history once %g and once %g bits", h[i - 1].surprise,
                        h[i].surprise);
      continue;
    }
    sum += exp2(-h[i].surprise);
    if (sum > 1.0 + CLOSE)
      return run_fail(run,
                      "its observer's surprise is less than possible: the probabilities of distinct histories of %u "
                      "steps sum to %.6g",
                      length, sum);
  }
  return CHECK_OK;
}

static uint64_t add_to_key(uint64_t key, const rig *r, void *const *fields) {
  for (uint32_t f = 0; f < r->spec.n_obs; f++)
    key = XXH3_64bits_withSeed(fields[f], rig_field_bytes(&r->spec.obs[f]), key);
  return key;
}

static double total(const bits *b) { return b->surprise[BAUD_CH_OBSERVATION] + b->surprise[BAUD_CH_REWARD]; }

/* One world: its history at each length. The actions are the same in all worlds. */
static int live_through(rig *r, witness *w, uint64_t seed, history *at, uint32_t world) {
  bits b;
  history h = {0};
  r->seed = seed;
  int verdict = witness_restart(w);
  if (verdict == CHECK_OK) verdict = rig_begin(r);
  r->random[0] = 99;
  if (verdict == CHECK_OK) verdict = witness_start(w, 0, &b);
  h.surprise = total(&b);
  h.key = add_to_key(0, r, r->obs);
  for (uint32_t t = 0; t < LENGTHS && verdict == CHECK_OK; t++) {
    rig_act(r);
    verdict = rig_step(r);
    if (verdict == CHECK_OK) verdict = witness_step(w, 0, &b);
    h.surprise += total(&b);
    h.key = XXH3_64bits_withSeed(&r->facts[0][0], sizeof(float), add_to_key(h.key, r, r->next));
    h.told_key = XXH3_64bits_withSeed(r->flags, 1, h.told_key);
    at[t * WORLDS + world] = h;
    if (verdict == CHECK_OK) verdict = rig_finish(r);
    if (verdict != CHECK_OK || r->n_picked == 0) continue;
    verdict = witness_start(w, 0, &b);
    h.surprise += total(&b);
    h.key = add_to_key(h.key, r, r->obs);
  }
  return verdict;
}

static int histories_are_probable(check_run *run, const plugin *env, const baud_value *values) {
  rig r;
  witness w = {0};
  int code = opened(&r, run, env, values, 1);
  if (code) return code;
  history *at = calloc((size_t)WORLDS * LENGTHS, sizeof *at);
  int verdict = at ? witness_open(&w, &r, env, emitted(&r), 0) : run_skip(run, "no memory");
  if (verdict == CHECK_OK && !witness_is_discrete(&w)) verdict = run_skip(run, "what it is told of is continuous");
  for (uint32_t i = 0; i < WORLDS && verdict == CHECK_OK; i++)
    verdict = live_through(&r, &w, baud_split(run->seed, i), at, i);
  for (uint32_t t = 0; t < LENGTHS && verdict == CHECK_OK; t++)
    verdict = sums_to_one(run, at + (size_t)t * WORLDS, WORLDS, t + 1);
  free(at);
  witness_close(&w);
  rig_close(&r);
  return verdict;
}
int check_observer_sums(check_run *run) { return rig_each_variant(run, histories_are_probable); }

/* ---- 41: what worlds offer ---------------------------------------------------------------------------- */

enum { OFFERS = 100, OFFER_TICKS = 60 };

static int offer_of(rig *r, witness *w, uint64_t seed, double *offered) {
  bits b;
  r->seed = seed;
  int verdict = witness_restart(w);
  if (verdict == CHECK_OK) verdict = rig_begin(r);
  if (verdict == CHECK_OK) verdict = witness_start(w, 0, &b);
  *offered = bits_offered(&b);
  for (uint32_t t = 0; t < OFFER_TICKS && verdict == CHECK_OK; t++) {
    rig_act(r);
    verdict = rig_step(r);
    if (verdict == CHECK_OK) verdict = witness_step(w, 0, &b);
    *offered += bits_offered(&b);
    if (verdict == CHECK_OK) verdict = rig_finish(r);
    if (verdict != CHECK_OK || r->n_picked == 0) continue;
    verdict = witness_start(w, 0, &b);
    *offered += bits_offered(&b);
  }
  return verdict;
}

/* In any one world E[2^-offered] <= 1 for every observer whose probabilities sum to at most one, so the sum over
 * independent worlds is below -20 with probability 2^-20 at most. From above the mean is held against H(theta) with
 * five standard errors: 3e-7 where it is about normal. */
static int offers_are_possible(check_run *run, const plugin *env, const baud_value *values) {
  rig r;
  witness w = {0};
  int code = opened(&r, run, env, values, 1);
  if (code) return code;
  double sum = 0.0, squares = 0.0, offered = 0.0, entropy = r.spec.entropy_bits;
  int verdict = witness_open(&w, &r, env, emitted(&r), 0);
  for (uint32_t i = 0; i < OFFERS && verdict == CHECK_OK; i++) {
    verdict = offer_of(&r, &w, baud_split(run->seed, i), &offered);
    sum += offered;
    squares += offered * offered;
  }
  double mean = sum / OFFERS, error = sqrt(fmax(0.0, squares / OFFERS - mean * mean) / OFFERS);
  if (verdict == CHECK_OK && sum < -20.0)
    verdict = run_fail(run, "%d worlds offer %.1f bits in all: surprise is less than noise", OFFERS, sum);
  if (verdict == CHECK_OK && isfinite(entropy) && mean > entropy + CLOSE + 5.0 * error)
    verdict = run_fail(run, "a world offers %.3f bits on average and holds %.3f", mean, entropy);
  witness_close(&w);
  rig_close(&r);
  return verdict == CHECK_OK ? run_pass(run, "%.3g bits a world in %d steps", mean, OFFER_TICKS) : verdict;
}
int check_observer_offers(check_run *run) { return rig_each_variant(run, offers_are_possible); }

/* ---- 42: the same evidence told otherwise ------------------------------------------------------------- */

/* The step without its reward, then the reward late: the bits must be those of the whole step. */
static int told_late(witness *w, uint32_t lane, bits *b) {
  bits late;
  baud_evidence e = witness_evidence(w, BAUD_EV_STEP, lane);
  e.sees_reward = 0;
  e.weight = NULL;
  int verdict = witness_tell(w, &e, b);
  e = witness_evidence(w, BAUD_EV_LATE, lane);
  e.sees_observation = 0;
  if (verdict == CHECK_OK) verdict = witness_tell(w, &e, &late);
  for (int k = 0; k < BAUD_CHANNELS; k++) b->surprise[k] += late.surprise[k], b->noise[k] += late.noise[k];
  return verdict;
}

/* A delivery that is as probable under every fact tells nothing: where its probability is 1/2 it brings one bit,
 * all of it noise, beside what the step brings without any reward (which flags tell of, too). */
static int told_nothing(check_run *run, witness *w, uint32_t lane, const void *kept) {
  bits coin, bare;
  baud_evidence e = witness_evidence(w, BAUD_EV_STEP, lane);
  double *half = malloc((w->n_values + 1u) * sizeof *half);
  if (!half) return run_skip(run, "no memory");
  for (uint32_t i = 0; i < w->n_values; i++) half[i] = 0.5;
  e.weight = half;
  e.value = NAN;
  int verdict = witness_tell(w, &e, &coin);
  memcpy(w->state, kept, w->bytes);
  e.sees_reward = 0;
  e.weight = NULL;
  if (verdict == CHECK_OK) verdict = witness_tell(w, &e, &bare);
  memcpy(w->state, kept, w->bytes);
  free(half);
  if (verdict == CHECK_OK && fabs(total(&coin) - total(&bare) - 1.0) > CLOSE)
    return run_fail(run, "a fair coin in the place of the reward surprises its observer by %g bits",
                    total(&coin) - total(&bare));
  return verdict;
}

static int compare_tellings(check_run *run, rig *r, witness *w, int can_late, int can_soft, void *kept) {
  bits b, other;
  int verdict = rig_begin(r);
  if (verdict == CHECK_OK) verdict = witness_start(w, 0, &b);
  for (uint32_t t = 0; t < TICKS / 2 && verdict == CHECK_OK; t++) {
    rig_act(r);
    verdict = rig_step(r);
    memcpy(kept, w->state, w->bytes);
    if (verdict == CHECK_OK && can_soft) verdict = told_nothing(run, w, 0, kept);
    if (verdict == CHECK_OK && can_late) verdict = told_late(w, 0, &other);
    memcpy(w->state, kept, w->bytes);
    if (verdict == CHECK_OK) verdict = witness_step(w, 0, &b);
    if (verdict == CHECK_OK && can_late && fabs(total(&b) - total(&other)) > CLOSE)
      verdict = run_fail(run, "its observer gives a step %g bits at once and %g where the reward comes late", total(&b),
                         total(&other));
    if (verdict == CHECK_OK) verdict = rig_finish(r);
    if (verdict == CHECK_OK) verdict = start_new_lanes(r, w, &b);
  }
  return verdict;
}

static int tells_alike(check_run *run, const plugin *env, const baud_value *values) {
  rig r;
  witness w = {0};
  int code = opened(&r, run, env, values, 1);
  if (code) return code;
  int verdict = witness_open(&w, &r, env, emitted(&r), 0);
  if (verdict == CHECK_OK && w.n_values == 0) verdict = run_skip(run, "its fact is continuous");
  if (verdict == CHECK_OK) {
    int can_late = w.observer.supports(r.model, w.channels, 0, BAUD_SEES_LATE) == 1,
        can_soft = w.observer.supports(r.model, w.channels, 0, BAUD_SEES_SOFT) == 1;
    void *kept = malloc(w.bytes + 1);
    if (!can_late && !can_soft) verdict = run_skip(run, "its observer takes evidence in one form only");
    else verdict = kept ? compare_tellings(run, &r, &w, can_late, can_soft, kept) : run_skip(run, "no memory");
    free(kept);
  }
  witness_close(&w);
  rig_close(&r);
  return verdict;
}
int check_observer_forms(check_run *run) { return rig_each_variant(run, tells_alike); }

/* ---- 43: answers -------------------------------------------------------------------------------------- */

static int is_distribution(check_run *run, const double *p, uint32_t n) {
  double sum = 0.0;
  for (uint32_t i = 0; i < n; i++) {
    if (!isfinite(p[i]) || p[i] < 0.0) return run_fail(run, "its observer answers with a probability of %g", p[i]);
    sum += p[i];
  }
  return fabs(sum - 1.0) <= CLOSE ? CHECK_OK : run_fail(run, "its observer's answer sums to %g", sum);
}

static int answers_well(check_run *run, const plugin *env, const baud_value *values) {
  rig r;
  witness w = {0};
  bits b;
  int code = opened(&r, run, env, values, 1);
  if (code) return code;
  uint32_t n = r.spec.action->categories;
  double *p = calloc(n + 1u, sizeof *p);
  int verdict = witness_open(&w, &r, env, emitted(&r), 0);
  if (verdict == CHECK_OK && (!w.observer.answer || n < 2 || !p))
    verdict = run_skip(run, "its observer answers no questions about actions");
  if (verdict == CHECK_OK) verdict = rig_begin(&r);
  if (verdict == CHECK_OK) verdict = witness_start(&w, 0, &b);
  for (uint32_t t = 0; t < TICKS && verdict == CHECK_OK; t++) {
    baud_query query = {.size = BAUD_SIZE(baud_query), .target = BAUD_ASK_ACTION, .n_answers = n, .obs = w.before};
    rig_lane_fields(&r, r.obs, 0, w.before);
    run_enter(run, "observer.answer");
    int32_t answer = w.observer.answer(r.model, w.state, &query, p);
    if (answer == BAUD_EUNSUP) verdict = run_skip(run, "its observer answers no questions about actions");
    else
      verdict = answer == BAUD_OK ? is_distribution(run, p, n)
                                  : run_fail(run, "its observer's answer() fails with code %d", answer);
    rig_act(&r);
    if (verdict == CHECK_OK) verdict = rig_step(&r);
    if (verdict == CHECK_OK) verdict = witness_step(&w, 0, &b);
    if (verdict == CHECK_OK) verdict = rig_finish(&r);
    if (verdict == CHECK_OK) verdict = start_new_lanes(&r, &w, &b);
  }
  free(p);
  witness_close(&w);
  rig_close(&r);
  return verdict;
}
int check_observer_answers(check_run *run) { return rig_each_variant(run, answers_well); }
