/* env.c - an environment's manners: what it writes and where, and that a lane's life depends on its own seeds and
 * actions alone.
 */
#include "check/checks.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>
#include <xxhash.h>

#include "check/rig.h"

enum { LANES = 6, TICKS = 120, TWINS = 16 };

/* Opens a rig; where the plugin refuses the setting the caller returns BAUD_EARG to go on with the next. */
static int opened(rig *r, check_run *run, const plugin *env, const baud_value *values, uint32_t lanes,
                  enum rig_worlds worlds, uint64_t seed) {
  int code = rig_open(r, run, env, values, lanes, worlds, seed);
  if (code == BAUD_EARG) rig_close(r);
  return code;
}

/* ---- 14, 15, 16: buffers ------------------------------------------------------------------------------ */

typedef struct inputs {
  uint64_t world, action, obs;
} inputs;

static uint64_t hash_fields(const rig *r, void *const *fields) {
  uint64_t hash = 0;
  for (uint32_t f = 0; f < r->spec.n_obs; f++)
    hash = XXH3_64bits_withSeed(fields[f], r->lanes * rig_field_bytes(&r->spec.obs[f]), hash);
  return hash;
}

static inputs hash_inputs(const rig *r) {
  return (inputs){XXH3_64bits(r->world, r->spec.world_bytes), XXH3_64bits(r->action, r->lanes * r->action_bytes),
                  hash_fields(r, r->obs)};
}

static int stays_in_bounds(check_run *run, const plugin *env, const baud_value *values) {
  rig r;
  int code = opened(&r, run, env, values, LANES, RIG_ONE_WORLD, run->seed);
  if (code) return code;
  int verdict = rig_begin(&r);
  for (uint32_t t = 0; t < TICKS && verdict == CHECK_OK; t++) {
    rig_act(&r);
    inputs before = hash_inputs(&r);
    verdict = rig_step(&r);
    inputs after = hash_inputs(&r);
    const char *broken = fences_broken(&r.fences);
    if (verdict == CHECK_OK && broken) verdict = run_fail(run, "step writes beyond the end of %s", broken);
    if (verdict == CHECK_OK && before.world != after.world)
      verdict = run_fail(run, "step changes the world, which is read-only for the lanes");
    if (verdict == CHECK_OK && before.action != after.action) verdict = run_fail(run, "step changes the actions");
    if (verdict == CHECK_OK && before.obs != after.obs)
      verdict = run_fail(run, "step changes the observations that were acted upon");
    if (verdict == CHECK_OK) verdict = rig_finish(&r);
    if (verdict == CHECK_OK && (broken = fences_broken(&r.fences)))
      verdict = run_fail(run, "reset writes beyond the end of %s", broken);
  }
  rig_close(&r);
  return verdict;
}
int check_env_bounds(check_run *run) { return rig_each_variant(run, stays_in_bounds); }

static void poison(rig *r, void **obs, int pattern) {
  for (uint32_t f = 0; f < r->spec.n_obs; f++) memset(obs[f], pattern, r->lanes * rig_field_bytes(&r->spec.obs[f]));
  for (uint32_t f = 0; f < r->spec.n_facts; f++) memset(r->facts[f], pattern, r->lanes * sizeof(float));
  memset(r->flags, pattern, r->lanes);
}

/* What a step wrote, kept to be compared. */
typedef struct output {
  char *bytes;
  size_t room, used;
} output;

static void keep(output *o, const void *data, size_t n) {
  if (o->used + n <= o->room) memcpy(o->bytes + o->used, data, n);
  o->used += n;
}

static void keep_all(output *o, const rig *r) {
  o->used = 0;
  for (uint32_t f = 0; f < r->spec.n_obs; f++) keep(o, r->next[f], r->lanes * rig_field_bytes(&r->spec.obs[f]));
  for (uint32_t f = 0; f < r->spec.n_facts; f++) keep(o, r->facts[f], r->lanes * sizeof(float));
  keep(o, r->flags, r->lanes);
}

/* The name of the output that byte `at` of what was kept belongs to. */
static const char *name_of(const rig *r, size_t at) {
  size_t end = 0;
  for (uint32_t f = 0; f < r->spec.n_obs; f++)
    if (at < (end += r->lanes * rig_field_bytes(&r->spec.obs[f]))) return r->spec.obs[f].name;
  for (uint32_t f = 0; f < r->spec.n_facts; f++)
    if (at < (end += r->lanes * sizeof(float))) return r->spec.facts[f].name;
  return "the flags";
}

/* The same step of the same lanes over two patterns: what differs was not written. */
static int step_over_patterns(check_run *run, rig *r, char *lanes, output *one, output *two) {
  output *kept[] = {one, two};
  memcpy(lanes, r->lane, r->stride * r->lanes);
  rig_act(r);
  for (int i = 0; i < 2; i++) {
    memcpy(r->lane, lanes, r->stride * r->lanes);
    poison(r, r->next, i ? 0x5a : 0xa5);
    baud_batch batch = rig_batch(r);
    run_enter(run, "step");
    if (r->ops->step(r->model, &batch) != BAUD_OK) return run_fail(run, "step failed");
    keep_all(kept[i], r);
  }
  for (size_t i = 0; i < one->used; i++)
    if (one->bytes[i] != two->bytes[i]) return run_fail(run, "step leaves part of \"%s\" unwritten", name_of(r, i));
  return CHECK_OK;
}

/* Resets lanes 1, 3, 5 over two patterns: these must be written, the others left. */
static int reset_over_patterns(check_run *run, rig *r, uint32_t field, unsigned char *one) {
  size_t bytes = rig_field_bytes(&r->spec.obs[field]);
  for (int i = 0; i < 2; i++) {
    poison(r, r->obs, i ? 0x5a : 0xa5);
    for (uint32_t k = 0; k < LANES / 2; k++) {
      r->pick[k] = 2 * k + 1;
      r->episode[2 * k + 1] = 1000; /* the same seeds both times */
    }
    if (rig_reset(r, LANES / 2) != CHECK_OK) return CHECK_FAILED;
    if (i == 0) memcpy(one, r->obs[field], LANES * bytes);
  }
  const unsigned char *two = r->obs[field];
  for (size_t i = 0; i < LANES * bytes; i++) {
    int is_picked = (i / bytes) % 2 == 1;
    if (!is_picked && (one[i] != 0xa5 || two[i] != 0x5a))
      return run_fail(run, "reset writes \"%s\" of a lane that was not picked", r->spec.obs[field].name);
    if (is_picked && one[i] != two[i])
      return run_fail(run, "reset leaves part of \"%s\" unwritten", r->spec.obs[field].name);
  }
  return CHECK_OK;
}

static int writes_all_of(check_run *run, rig *r, char *lanes, output *one, output *two) {
  int verdict = rig_begin(r);
  for (uint32_t t = 0; t < TICKS && verdict == CHECK_OK; t++) {
    verdict = step_over_patterns(run, r, lanes, one, two);
    if (verdict == CHECK_OK) verdict = rig_finish(r);
  }
  /* twice from the same lanes, so that what stays in a lane over its life is the same, too */
  for (uint32_t f = 0; f < r->spec.n_obs && verdict == CHECK_OK; f++)
    verdict = reset_over_patterns(run, r, f, (unsigned char *)one->bytes);
  return verdict;
}

static int writes_everything(check_run *run, const plugin *env, const baud_value *values) {
  rig r;
  int code = opened(&r, run, env, values, LANES, RIG_ONE_WORLD, run->seed);
  if (code) return code;
  output one = {0}, two = {0};
  keep_all(&one, &r); /* only counts */
  one.room = two.room = one.used;
  one.bytes = malloc(one.room);
  two.bytes = malloc(two.room);
  char *lanes = malloc(r.stride * LANES + 1);
  int verdict =
      one.bytes && two.bytes && lanes ? writes_all_of(run, &r, lanes, &one, &two) : run_skip(run, "no memory");
  free(one.bytes);
  free(two.bytes);
  free(lanes);
  rig_close(&r);
  return verdict;
}
int check_env_writes(check_run *run) { return rig_each_variant(run, writes_everything); }

static int values_fit(check_run *run, const rig *r, void *const *obs, const char *call) {
  for (uint32_t f = 0; f < r->spec.n_obs; f++) {
    const baud_field *field = &r->spec.obs[f];
    for (size_t i = 0; i < (size_t)r->lanes * field->count; i++) {
      if (field->dtype == BAUD_F32) {
        double x = (double)((float *)obs[f])[i];
        if (!isfinite(x) || x < field->low || x > field->high)
          return run_fail(run, "%s: \"%s\" is %g, declared %g .. %g", call, field->name, x, field->low, field->high);
      } else if (field->categories && rig_read(field, obs[f], i) >= field->categories) {
        return run_fail(run, "%s: \"%s\" is %d, declared 0 .. %u", call, field->name, (int)rig_read(field, obs[f], i),
                        field->categories - 1);
      }
    }
  }
  return CHECK_OK;
}

static int facts_fit(check_run *run, const rig *r) {
  for (uint32_t f = 0; f < r->spec.n_facts; f++)
    for (uint32_t k = 0; k < r->lanes; k++) {
      double x = (double)r->facts[f][k];
      int is_outcome = (r->spec.facts[f].roles & BAUD_FACT_OUTCOME) != 0;
      if (!isfinite(x)) return run_fail(run, "fact \"%s\" is %g", r->spec.facts[f].name, x);
      if (is_outcome && x != 0.0 && x != 1.0)
        return run_fail(run, "fact \"%s\" is an outcome and is %g: 0 or 1, please", r->spec.facts[f].name, x);
    }
  return CHECK_OK;
}

static int values_are_legal(check_run *run, const plugin *env, const baud_value *values) {
  rig r;
  int code = opened(&r, run, env, values, LANES, RIG_WORLD_EACH, run->seed);
  if (code) return code;
  int verdict = rig_begin(&r);
  if (verdict == CHECK_OK) verdict = values_fit(run, &r, r.obs, "reset");
  for (uint32_t t = 0; t < 2 * TICKS && verdict == CHECK_OK; t++) {
    rig_act(&r);
    verdict = rig_step(&r);
    if (verdict == CHECK_OK) verdict = values_fit(run, &r, r.next, "step");
    if (verdict == CHECK_OK) verdict = facts_fit(run, &r);
    if (verdict == CHECK_OK) verdict = rig_finish(&r);
    if (verdict == CHECK_OK) verdict = values_fit(run, &r, r.obs, "reset");
  }
  rig_close(&r);
  return verdict;
}
int check_env_values(check_run *run) { return rig_each_variant(run, values_are_legal); }

/* ---- 17, 18: what a life depends on ------------------------------------------------------------------- */

/* Plays from `seed` and gives each lane's trace. */
static int play(check_run *run, const plugin *env, const baud_value *values, uint64_t seed, uint32_t ticks,
                uint64_t trace[LANES]) {
  rig r;
  int code = opened(&r, run, env, values, LANES, RIG_WORLD_EACH, seed);
  if (code) return code;
  int verdict = rig_begin(&r);
  if (verdict == CHECK_OK) verdict = rig_play(&r, ticks);
  memcpy(trace, r.trace, LANES * sizeof *trace);
  rig_close(&r);
  return verdict;
}

static int twins_agree(check_run *run, const plugin *env, const baud_value *values) {
  uint64_t first[LANES], second[LANES];
  for (uint32_t i = 0; i < TWINS; i++) {
    uint64_t seed = baud_split(run->seed, i);
    int verdict = play(run, env, values, seed, TICKS, first);
    if (verdict == CHECK_OK) verdict = play(run, env, values, seed, TICKS, second);
    if (verdict != CHECK_OK) return verdict;
    for (uint32_t k = 0; k < LANES; k++)
      if (first[k] != second[k])
        return run_fail(run, "two runs with the same seed differ: it has a source of chance or a memory of its own");
  }
  return CHECK_OK;
}
int check_env_twins(check_run *run) { return rig_each_variant(run, twins_agree); }

/* One lane of identity `id`, alone. */
static int play_alone(check_run *run, const plugin *env, const baud_value *values, uint64_t id, uint64_t *trace) {
  rig r;
  int code = opened(&r, run, env, values, 1, RIG_WORLD_EACH, run->seed);
  if (code) return code;
  r.id[0] = id;
  int verdict = rig_begin(&r);
  if (verdict == CHECK_OK) verdict = rig_play(&r, TICKS);
  *trace = r.trace[0];
  rig_close(&r);
  return verdict;
}

/* All lanes in another order, among strangers. */
static int play_shuffled(check_run *run, const plugin *env, const baud_value *values, uint64_t trace[LANES]) {
  enum { MANY = 3 * LANES };
  rig r;
  int code = opened(&r, run, env, values, MANY, RIG_WORLD_EACH, run->seed);
  if (code) return code;
  for (uint32_t k = 0; k < MANY; k++) r.id[k] = (k * 5u + 7u) % MANY;
  int verdict = rig_begin(&r);
  if (verdict == CHECK_OK) verdict = rig_play(&r, TICKS);
  for (uint32_t k = 0; k < MANY; k++)
    if (r.id[k] < LANES) trace[r.id[k]] = r.trace[k];
  rig_close(&r);
  return verdict;
}

static int lanes_are_alone(check_run *run, const plugin *env, const baud_value *values) {
  uint64_t together[LANES], shuffled[LANES], alone = 0;
  int verdict = play(run, env, values, run->seed, TICKS, together);
  if (verdict == CHECK_OK) verdict = play_shuffled(run, env, values, shuffled);
  if (verdict != CHECK_OK) return verdict;
  for (uint32_t k = 0; k < LANES; k++) {
    verdict = play_alone(run, env, values, k, &alone);
    if (verdict != CHECK_OK) return verdict;
    if (alone != together[k]) return run_fail(run, "a lane lives otherwise alone than in a batch of %d", LANES);
    if (shuffled[k] != together[k]) return run_fail(run, "a lane lives otherwise in another place of a larger batch");
  }
  return CHECK_OK;
}
int check_env_lanes(check_run *run) { return rig_each_variant(run, lanes_are_alone); }

/* ---- 22, 23, 37: the edges ---------------------------------------------------------------------------- */

static int ends_at_all(check_run *run, const plugin *env, const baud_value *values) {
  rig r;
  int code = opened(&r, run, env, values, 16, RIG_WORLD_EACH, run->seed);
  if (code) return code;
  uint32_t bound = r.spec.max_steps;
  r.limit = bound > 0 && bound <= 2000 ? bound + 1 : 2000;
  int verdict = rig_begin(&r);
  if (verdict == CHECK_OK) verdict = rig_play(&r, bound > 0 && bound <= 2000 ? bound + 1 : 2000);
  if (verdict == CHECK_OK && bound > 0 && bound <= 2000 && r.finished != r.terminated)
    verdict = run_fail(run, "an episode lasts longer than the %u steps that it declares", bound);
  else if (verdict == CHECK_OK && r.terminated == 0 && r.spec.limit == 0 && (bound == 0 || bound > 2000))
    verdict = run_fail(run, "none of 16 lanes terminates in 2000 random steps");
  rig_close(&r);
  return verdict;
}
int check_env_ends(check_run *run) { return rig_each_variant(run, ends_at_all); }

static void write_action(rig *r, uint32_t lane, int64_t value) {
  const baud_field *a = r->spec.action;
  if (a->dtype == BAUD_U8) ((uint8_t *)r->action)[(size_t)lane * a->count] = (uint8_t)value;
  else ((int32_t *)r->action)[(size_t)lane * a->count] = (int32_t)value;
}

static int refuses_illegal(check_run *run, const plugin *env, const baud_value *values) {
  rig r;
  int code = opened(&r, run, env, values, 2, RIG_ONE_WORLD, run->seed);
  if (code) return code;
  const baud_field *a = r.spec.action;
  const int64_t illegal[] = {a->categories, -1, INT32_MAX, INT32_MIN};
  int verdict = a->categories ? rig_begin(&r) : run_skip(run, "its action is continuous");
  for (size_t i = 0; i < 4 && verdict == CHECK_OK; i++) {
    int is_refused = a->dtype == BAUD_U8 && (illegal[i] < 0 || illegal[i] > 255); /* cannot be written at all */
    if (!is_refused) {
      rig_act(&r);
      write_action(&r, 1, illegal[i]);
      baud_batch batch = rig_batch(&r);
      run_enter(run, "step with an illegal action");
      is_refused = r.ops->step(r.model, &batch) != BAUD_OK;
    }
    if (verdict == CHECK_OK && !is_refused)
      verdict = run_fail(run, "takes action %lld of %u categories without a word: return BAUD_EARG",
                         (long long)illegal[i], a->categories);
    if (verdict == CHECK_OK) verdict = rig_begin(&r);
  }
  rig_close(&r);
  return verdict;
}
int check_env_illegal(check_run *run) { return rig_each_variant(run, refuses_illegal); }

/* Resets of random subsets at random times; lanes that were not picked must not notice. */
static int survives_anything(check_run *run, const plugin *env, const baud_value *values) {
  rig r;
  int code = opened(&r, run, env, values, LANES, RIG_ONE_WORLD, run->seed);
  if (code) return code;
  uint64_t dice = baud_split(run->seed, 1);
  char *kept = malloc(r.stride * LANES + 1);
  int verdict = kept ? rig_begin(&r) : run_skip(run, "no memory");
  for (uint32_t t = 0; t < 3 * TICKS && verdict == CHECK_OK; t++) {
    uint32_t n = 0;
    rig_act(&r);
    verdict = rig_step(&r);
    if (verdict == CHECK_OK) verdict = rig_finish(&r);
    if (verdict != CHECK_OK || baud_below(&dice, 3) != 0) continue;
    uint32_t mask = baud_below(&dice, 1u << LANES);
    for (uint32_t k = LANES; k-- > 0;)
      if (mask >> k & 1u) r.pick[n++] = k; /* in falling order, too */
    memcpy(kept, r.lane, r.stride * LANES);
    verdict = rig_reset(&r, n);
    for (uint32_t k = 0; k < LANES && verdict == CHECK_OK; k++)
      if (!(mask >> k & 1u) && memcmp(kept + k * r.stride, r.lane + k * r.stride, r.stride) != 0)
        verdict = run_fail(run, "reset changes a lane that was not picked");
  }
  free(kept);
  rig_close(&r);
  return verdict;
}
int check_env_sequences(check_run *run) { return rig_each_variant(run, survives_anything); }
