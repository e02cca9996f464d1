/* reward.c - reward schemes: a lane's rewards depend on its own facts, seeds and past, and are what the declared
 * view says that they are.
 */
#include "check/checks.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "check/allocations.h"
#include "check/elf.h"
#include "check/pointers.h"
#include "check/scorer.h"
#include "ledger/view.h"

enum { TICKS = 150, LONG = 600 };

static rig env; /* one at a time */
static scorer one, two;

/* The rig and two scorers, the second with its lanes shifted. */
static int opened(check_run *run, const plugin *where, const baud_value *env_values, const baud_value *values,
                  uint32_t shift) {
  memset(&one, 0, sizeof one);
  memset(&two, 0, sizeof two);
  int code = rig_open(&env, run, where, env_values, SCORER_LANES, RIG_ONE_WORLD, run->seed);
  if (code == CHECK_OK) code = scorer_open(&one, &env, run->unit, values, 0);
  if (code == CHECK_OK) code = scorer_open(&two, &env, run->unit, values, shift);
  return code;
}

static int closed(int verdict) {
  scorer_close(&one);
  scorer_close(&two);
  rig_close(&env);
  return verdict;
}

static int same_rewards(void) { return memcmp(one.trace, two.trace, sizeof one.trace) == 0; }

static int play_both(uint32_t ticks) {
  scorer *both[] = {&one, &two};
  int verdict = scorers_begin(&env, both, 2);
  return verdict == CHECK_OK ? scorers_play(&env, both, 2, ticks) : verdict;
}

/* 14 */
static int stays_in_bounds(check_run *run, const plugin *where, const baud_value *env_values,
                           const baud_value *values) {
  int verdict = opened(run, where, env_values, values, 0);
  one.watches = two.watches = 1;
  return closed(verdict == CHECK_OK ? play_both(TICKS) : verdict);
}
int check_reward_bounds(check_run *run) { return scorer_each(run, stays_in_bounds); }

/* 15 and 16 */
static int writes_everything(check_run *run, const plugin *where, const baud_value *env_values,
                             const baud_value *values) {
  int verdict = opened(run, where, env_values, values, 0);
  one.poison = 0x5a;
  two.poison = 0xa5;
  if (verdict == CHECK_OK) verdict = play_both(TICKS);
  if (verdict == CHECK_OK && !same_rewards()) verdict = run_fail(run, "score leaves rewards unwritten");
  return closed(verdict);
}
int check_reward_writes(check_run *run) { return scorer_each(run, writes_everything); }

static int gives_numbers(check_run *run, const plugin *where, const baud_value *env_values, const baud_value *values) {
  baud_error error = {0};
  scorer *alone[] = {&one};
  int verdict = opened(run, where, env_values, values, 0);
  if (verdict == CHECK_OK && view_check(&one.setup.view, &env.spec, &error) != 0)
    verdict = run_fail(run, "%s", error.text);
  if (verdict == CHECK_OK) verdict = scorers_begin(&env, alone, 1);
  for (uint32_t t = 0; t < TICKS && verdict == CHECK_OK; t++) {
    verdict = scorers_play(&env, alone, 1, 1);
    for (uint32_t k = 0; k < SCORER_LANES && verdict == CHECK_OK; k++)
      if (!isfinite((double)one.reward[k])) verdict = run_fail(run, "gives a reward of %g", (double)one.reward[k]);
  }
  return closed(verdict);
}
int check_reward_values(check_run *run) { return scorer_each(run, gives_numbers); }

/* 17, 35 */
static int is_a_twin(check_run *run, const plugin *where, const baud_value *env_values, const baud_value *values) {
  int verdict = opened(run, where, env_values, values, 0);
  if (verdict == CHECK_OK) verdict = play_both(LONG);
  if (verdict == CHECK_OK && !same_rewards())
    verdict = run_fail(run, "two runs with the same seeds differ: it has a source of chance or a memory of its own");
  return closed(verdict);
}
int check_reward_twins(check_run *run) { return scorer_each(run, is_a_twin); }

static int permutes(check_run *run, const plugin *where, const baud_value *env_values, const baud_value *values) {
  int verdict = opened(run, where, env_values, values, 2);
  if (verdict == CHECK_OK) verdict = play_both(LONG);
  if (verdict == CHECK_OK && !same_rewards())
    verdict = run_fail(run, "a lane's rewards depend on its place among the others");
  return closed(verdict);
}
int check_reward_permutes(check_run *run) { return scorer_each(run, permutes); }

/* 19, 20: the second takes the first one's lanes over in the middle. */
static int snapshot_lives_on(check_run *run, const plugin *where, const baud_value *env_values,
                             const baud_value *values) {
  scorer *alone[] = {&one}, *both[] = {&one, &two};
  int verdict = opened(run, where, env_values, values, 0);
  if (verdict == CHECK_OK) verdict = scorers_begin(&env, alone, 1);
  if (verdict == CHECK_OK) verdict = scorers_play(&env, alone, 1, TICKS + 3);
  if (verdict == CHECK_OK) {
    memcpy(two.lane, one.lane, one.stride * SCORER_LANES);
    memcpy(two.trace, one.trace, sizeof two.trace);
    verdict = scorers_play(&env, both, 2, TICKS);
  }
  if (verdict == CHECK_OK && !same_rewards())
    verdict = run_fail(run, "a copy of its lanes lives on otherwise than the original: part of the state is elsewhere");
  return closed(verdict);
}
int check_reward_snapshot(check_run *run) { return scorer_each(run, snapshot_lives_on); }

static int holds_no_pointers(check_run *run, const plugin *where, const baud_value *env_values,
                             const baud_value *values) {
  int verdict = opened(run, where, env_values, values, 0);
  if (verdict == CHECK_OK) verdict = play_both(30);
  if (verdict == CHECK_OK && pointers_in(one.lane, one.stride * SCORER_LANES))
    verdict = run_fail(run, "a lane holds what looks like an address");
  return closed(verdict);
}
int check_reward_pointers(check_run *run) { return scorer_each(run, holds_no_pointers); }

static int fingerprint_stays(check_run *run, const plugin *where, const baud_value *env_values, const baud_value *values) {
  int verdict = opened(run, where, env_values, values, 0);
  uint64_t before = verdict == CHECK_OK ? run_fingerprint(run, one.model) : 0;
  if (verdict == CHECK_OK) verdict = play_both(TICKS);
  if (verdict == CHECK_OK) verdict = run_kept(run, before, run_fingerprint(run, one.model));
  return closed(verdict);
}

/* 24: the models must not be destroyed here (allocations.h). */
static int keeps_nothing(check_run *run, const plugin *where, const baud_value *env_values, const baud_value *values) {
  if (run_has_fingerprint(run)) return fingerprint_stays(run, where, env_values, values);
  baud_error error = {0};
  elf_range range[16];
  if (allocations_watch(run->path, &error) != 0 || allocations_to_pages() != 0) return run_skip(run, "%s", error.text);
  int verdict = opened(run, where, env_values, values, 0);
  uint32_t n = elf_writable(run->path, range, 16);
  for (uint32_t i = 0; i < n && verdict == CHECK_OK; i++)
    if (run_guard(run, range[i].low, (size_t)(range[i].high - range[i].low), "static data of the library") != 0)
      verdict = run_skip(run, "the system protects no pages");
  if (verdict == CHECK_OK && allocations_guard(run, "its model, which is immutable after create,") != 0)
    verdict = run_skip(run, "the system protects no pages");
  if (verdict == CHECK_OK) verdict = play_both(TICKS);
  run_unguard(run);
  allocations_from_heap();
  if (one.run) scorer_abandon(&one);
  if (two.run) scorer_abandon(&two);
  if (env.run) rig_close(&env);
  return verdict;
}
int check_reward_hidden(check_run *run) { return scorer_each(run, keeps_nothing); }

/* 25 */
static int allocates_nothing(check_run *run, const plugin *where, const baud_value *env_values,
                             const baud_value *values) {
  baud_error error = {0};
  if (allocations_watch(run->path, &error) != 0) return run_skip(run, "%s", error.text);
  int verdict = opened(run, where, env_values, values, 0);
  uint64_t before = allocations_calls();
  if (verdict == CHECK_OK) verdict = play_both(TICKS);
  uint64_t calls = allocations_calls() - before;
  if (verdict == CHECK_OK && calls)
    verdict = run_fail(run, "calls the allocator %llu times in %d steps: make what it needs in create",
                       (unsigned long long)calls, TICKS);
  return closed(verdict);
}
int check_reward_allocations(check_run *run) { return scorer_each(run, allocates_nothing); }

/* ---- 47: the declared view ---------------------------------------------------------------------------- */

typedef struct delivery { /* of one lane's running episode */
  double kept[RIG_LIMIT + 1];
  uint32_t n;
  double sum;
} delivery;

typedef struct luck { /* deliveries of the first possible value against their declared probability */
  double hits, expected, variance;
} luck;

/* What the view says is delivered where nothing is left to chance and steps are held back. */
static double held_back(const baud_view *v, const delivery *d, int is_end) {
  double due = d->n > v->delay ? d->kept[d->n - 1 - v->delay] : 0.0;
  if (!is_end) return due;
  for (uint32_t i = d->n > v->delay ? d->n - v->delay : 0; i < d->n; i++) due += d->kept[i];
  return due;
}

static int step_fits(check_run *run, const baud_view *v, delivery *d, double fact, int is_end, float got, luck *l) {
  int is_kept = v->when == BAUD_VIEW_EVERY_STEP || is_end;
  double out[4];
  if (!isfinite((double)got)) return run_skip(run, "its rewards are no numbers, which another check speaks of");
  d->sum += fact;
  if (v->delay > 0) {
    if (d->n <= RIG_LIMIT) d->kept[d->n++] = v->when == BAUD_VIEW_EVERY_STEP || is_end ? fact : 0.0;
    double wanted = v->scale * held_back(v, d, is_end);
    if (v->flip == 0.0 && v->drop == 0.0 && v->n_bins == 0 && v->offset == 0.0 &&
        fabs(wanted - (double)got) > 1e-5 * fmax(1.0, fabs(wanted)))
      return run_fail(run, "delivers %g where its view, with a delay of %u steps, says %g", (double)got, v->delay,
                      wanted);
    return CHECK_OK;
  }
  if (!is_kept)
    return got == 0.0f ? CHECK_OK
                       : run_fail(run, "delivers %g at a step at which its view says that nothing is", (double)got);
  double value = v->when == BAUD_VIEW_SUM ? (double)(float)d->sum : fact;
  if (!(view_probability(v, value, got) > 0.0))
    return run_fail(run, "delivers %g for a fact of %g, which its view rules out", (double)got, value);
  baud_view now = *v;
  now.when = BAUD_VIEW_EVERY_STEP;
  if (view_deliverable(&now, &value, 1, out, 4) == 0) return CHECK_OK;
  double p = view_probability(v, value, (float)out[0]);
  l->hits += got == (float)out[0];
  l->expected += p;
  l->variance += p * (1.0 - p);
  return CHECK_OK;
}

/* Bernstein's bound once more: false alarm 2 e^-20 < 2^-20 a setting. */
static int luck_is_possible(check_run *run, const luck *l) {
  double stray = 20.0 / 3.0 + sqrt(400.0 / 9.0 + 40.0 * l->variance);
  if (l->variance == 0.0) stray = 1e-9 + 1e-12 * l->expected;
  if (fabs(l->hits - l->expected) <= stray) return CHECK_OK;
  return run_fail(run,
                  "what it delivers is not as probable as its view says: %.0f times where %.1f were to be expected",
                  l->hits, l->expected);
}

static int delivers_what_it_says(check_run *run, const plugin *where, const baud_value *env_values,
                                 const baud_value *values) {
  static delivery d[SCORER_LANES];
  scorer *alone[] = {&one};
  luck l = {0};
  int verdict = opened(run, where, env_values, values, 0);
  const baud_view *v = &one.setup.view;
  if (verdict == CHECK_OK && v->kind != BAUD_VIEW_FACT) verdict = run_skip(run, "it declares no view");
  if (verdict == CHECK_OK && (v->fact >= env.spec.n_facts || v->scale == 0.0))
    verdict = run_skip(run, "its view is malformed, which another check speaks of");
  if (verdict == CHECK_OK) verdict = scorers_begin(&env, alone, 1);
  memset(d, 0, sizeof d);
  for (uint32_t t = 0; t < LONG && verdict == CHECK_OK; t++) {
    rig_act(&env);
    verdict = rig_step(&env);
    if (verdict == CHECK_OK) verdict = scorer_score(&one);
    for (uint32_t k = 0; k < SCORER_LANES && verdict == CHECK_OK; k++) {
      verdict = step_fits(run, v, &d[k], (double)env.facts[v->fact][k], env.flags[k] != 0, scorer_reward(&one, k), &l);
      if (env.flags[k]) d[k].n = 0, d[k].sum = 0.0;
    }
    if (verdict == CHECK_OK) verdict = rig_finish(&env);
    if (verdict == CHECK_OK) verdict = scorer_reset(&one);
  }
  if (verdict == CHECK_OK) verdict = luck_is_possible(run, &l);
  return closed(verdict);
}
int check_reward_view(check_run *run) { return scorer_each(run, delivers_what_it_says); }
