/* rig.c - see rig.h.
 */
#include "check/rig.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <xxhash.h>

#include "check/variants.h"

enum { FIELDS_MOST = 64, BYTES_MOST = 64 << 20 };
enum { FOR_WORLD = 11, FOR_EPISODE, FOR_ACTION };

/* ---- The host's face ---------------------------------------------------------------------------------- */

static void log_nothing(const baud_host *host, uint32_t level, const char *text) {
  (void)host, (void)level, (void)text;
}
static const void *offer_nothing(const baud_host *host, const char *id) { return (void)host, (void)id, NULL; }
static int32_t note(const baud_host *host, int32_t code, const char *why) {
  rig_host *me = host->ctx;
  snprintf(me->sentence, sizeof me->sentence, "%s", why ? why : "");
  return code;
}

void rig_host_open(rig_host *host) {
  *host = (rig_host){.host = {.size = BAUD_SIZE(baud_host),
                              .minor = BAUD_MINOR,
                              .ctx = host,
                              .log = log_nothing,
                              .fail = note,
                              .extension = offer_nothing}};
}

static int failed(rig *r, const char *call, int32_t code) {
  if (r->host.sentence[0]) return run_fail(r->run, "%s failed: %s", call, r->host.sentence);
  return run_fail(r->run, "%s failed with code %d and gave no reason", call, code);
}

/* ---- Opening ------------------------------------------------------------------------------------------ */

size_t rig_field_bytes(const baud_field *f) { return (f->dtype == BAUD_U8 ? 1u : 4u) * (size_t)f->count; }

static int is_field(const baud_field *f) {
  if (!f->name || f->count == 0) return 0;
  return f->dtype == BAUD_F32
             ? f->categories == 0
             : (f->dtype == BAUD_I32 || f->dtype == BAUD_U8) && (f->dtype == BAUD_I32 || f->categories <= 256);
}

static int check_spec(rig *r) {
  const baud_env_spec *s = &r->spec;
  int is_sane = s->action && s->facts && s->n_facts > 0 && s->n_facts <= FIELDS_MOST && s->n_obs <= FIELDS_MOST &&
                (s->n_obs == 0 || s->obs) && is_field(s->action);
  for (uint32_t f = 0; is_sane && f < s->n_obs; f++) is_sane = is_field(&s->obs[f]);
  for (uint32_t f = 0; is_sane && f < s->n_facts; f++) is_sane = s->facts[f].name != NULL;
  if (!is_sane) return run_fail(r->run, "its spec has no action, no facts, too many fields or a malformed one");
  if (s->world_bytes && !r->ops->draw) return run_fail(r->run, "it has a world and no draw");
  if (isnan(s->entropy_bits) || s->entropy_bits < 0.0)
    return run_fail(r->run, "its entropy is %g bits", s->entropy_bits);
  return CHECK_OK;
}

static void *own(size_t n, size_t size) { return calloc(n + 1, size); }

static int allocate(rig *r) {
  const baud_env_spec *s = &r->spec;
  size_t n = r->lanes;
  r->action_bytes = rig_field_bytes(s->action);
  r->obs = own(s->n_obs, sizeof *r->obs);
  r->next = own(s->n_obs, sizeof *r->next);
  r->facts = own(s->n_facts, sizeof *r->facts);
  r->id = own(n, sizeof *r->id);
  r->episode = own(n, sizeof *r->episode);
  r->random = own(n, sizeof *r->random);
  r->trace = own(n, sizeof *r->trace);
  r->steps = own(n, sizeof *r->steps);
  r->world = fences_add(&r->fences, r->world_stride ? r->world_stride * n : s->world_bytes, "the world");
  r->lane = fences_add(&r->fences, r->stride * n, "the lanes");
  r->action = fences_add(&r->fences, r->action_bytes * n, "the actions");
  r->reward = fences_add(&r->fences, sizeof *r->reward * n, "the rewards");
  r->flags = fences_add(&r->fences, n, "the flags");
  r->pick = fences_add(&r->fences, sizeof *r->pick * n, "the picked lanes");
  r->pick_seed = fences_add(&r->fences, sizeof *r->pick_seed * n, "the seeds");
  int missing = !r->obs || !r->next || !r->facts || !r->id || !r->episode || !r->random || !r->trace || !r->steps ||
                !r->pick_seed;
  for (uint32_t f = 0; !missing && f < s->n_obs; f++) {
    r->obs[f] = fences_add(&r->fences, n * rig_field_bytes(&s->obs[f]), s->obs[f].name);
    r->next[f] = fences_add(&r->fences, n * rig_field_bytes(&s->obs[f]), s->obs[f].name);
    missing = !r->obs[f] || !r->next[f];
  }
  for (uint32_t f = 0; !missing && f < s->n_facts; f++)
    missing = !(r->facts[f] = fences_add(&r->fences, n * sizeof(float), s->facts[f].name));
  for (uint32_t k = 0; !missing && k < n; k++) r->id[k] = k;
  return missing ? run_fail(r->run, "no memory for %u lanes", r->lanes) : CHECK_OK;
}

int rig_open(rig *r, check_run *run, const plugin *env, const baud_value *values, uint32_t lanes,
             enum rig_worlds worlds, uint64_t seed) {
  memset(r, 0, sizeof *r);
  r->run = run;
  r->ops = env->unit->ops;
  r->lanes = lanes;
  r->seed = seed;
  r->spec.size = BAUD_SIZE(baud_env_spec);
  rig_host_open(&r->host);
  run_enter(run, "create");
  int32_t code = r->ops->create(&r->host.host, values, &r->spec, &r->model);
  if (code == BAUD_EARG) return BAUD_EARG;
  if (code != BAUD_OK) return failed(r, "create", code);
  if (check_spec(r) != CHECK_OK) return CHECK_FAILED;
  r->limit = r->spec.max_steps && r->spec.max_steps < RIG_LIMIT ? r->spec.max_steps : RIG_LIMIT;
  /* wider than in a trial, so that no plugin takes the one for granted */
  r->stride = (r->spec.lane_bytes + 63u) & ~(uint64_t)63u;
  r->world_stride = worlds == RIG_WORLD_EACH ? (r->spec.world_bytes + 63u) & ~(uint64_t)63u : 0;
  if ((double)lanes * (double)(r->stride + r->world_stride) + (double)r->spec.world_bytes > (double)BYTES_MOST)
    return BAUD_EARG; /* too large to be checked in time */
  return allocate(r);
}

void rig_abandon(rig *r) {
  fences_close(&r->fences);
  free(r->obs);
  free(r->next);
  free(r->facts);
  free(r->id);
  free(r->episode);
  free(r->random);
  free(r->trace);
  free(r->steps);
}

void rig_close(rig *r) {
  run_enter(r->run, "destroy");
  if (r->model && r->ops->destroy) r->ops->destroy(r->model);
  rig_abandon(r);
}

/* ---- Playing ------------------------------------------------------------------------------------------ */

uint32_t rig_read(const baud_field *f, const void *data, size_t element) {
  return f->dtype == BAUD_U8 ? ((const uint8_t *)data)[element] : (uint32_t)((const int32_t *)data)[element];
}

void rig_lane_fields(const rig *r, void *const *batch, uint32_t lane, const void **out) {
  for (uint32_t f = 0; f < r->spec.n_obs; f++)
    out[f] = (const char *)batch[f] + lane * rig_field_bytes(&r->spec.obs[f]);
}

baud_batch rig_batch(rig *r) {
  return (baud_batch){.size = BAUD_SIZE(baud_batch),
                      .lanes = r->lanes,
                      .pick = r->pick,
                      .seed = r->pick_seed,
                      .lane = r->lane,
                      .lane_stride = r->stride,
                      .world = r->world,
                      .world_stride = r->world_stride,
                      .action = r->action,
                      .obs_before = (const void *const *)r->obs,
                      .obs = r->next,
                      .facts = r->facts,
                      .reward = r->reward,
                      .flags = r->flags};
}

int rig_draw(rig *r, uint64_t seed) {
  uint32_t n = r->world_stride ? r->lanes : 1;
  if (!r->ops->draw || r->spec.world_bytes == 0) return CHECK_OK;
  run_enter(r->run, "draw");
  for (uint32_t k = 0; k < n; k++) {
    char *world = r->world + k * r->world_stride;
    memset(world, 0, r->spec.world_bytes);
    int32_t code =
        r->ops->draw(r->model, baud_split(baud_split(seed, FOR_WORLD), r->world_stride ? r->id[k] : 0), world);
    if (code != BAUD_OK) return failed(r, "draw", code);
  }
  return CHECK_OK;
}

int rig_reset(rig *r, uint32_t n) {
  for (uint32_t i = 0; i < n; i++) {
    uint32_t k = r->pick[i];
    r->pick_seed[i] = baud_split(baud_split(baud_split(r->seed, FOR_EPISODE), r->id[k]), r->episode[k]++);
    r->steps[k] = 0;
  }
  baud_batch batch = rig_batch(r);
  batch.n_pick = r->n_picked = n;
  batch.obs = r->obs;
  run_enter(r->run, "reset");
  int32_t code = r->ops->reset(r->model, &batch);
  if (code != BAUD_OK) return failed(r, "reset", code);
  for (uint32_t i = 0; i < n; i++)
    for (uint32_t f = 0; f < r->spec.n_obs; f++) {
      size_t bytes = rig_field_bytes(&r->spec.obs[f]);
      r->trace[r->pick[i]] = XXH3_64bits_withSeed((char *)r->obs[f] + r->pick[i] * bytes, bytes, r->trace[r->pick[i]]);
    }
  return CHECK_OK;
}

int rig_begin(rig *r) {
  for (uint32_t k = 0; k < r->lanes; k++) {
    r->pick[k] = k;
    r->random[k] = baud_split(baud_split(r->seed, FOR_ACTION), r->id[k]);
    r->trace[k] = r->episode[k] = 0;
  }
  memset(r->lane, 0, r->stride * r->lanes);
  int verdict = rig_draw(r, r->seed);
  return verdict == CHECK_OK ? rig_reset(r, r->lanes) : verdict;
}

void rig_act(rig *r) {
  const baud_field *a = r->spec.action;
  for (uint32_t k = 0; k < r->lanes; k++)
    for (uint32_t i = 0; i < a->count; i++) {
      size_t at = (size_t)k * a->count + i;
      double low = isfinite(a->low) ? a->low : -1.0, high = isfinite(a->high) ? a->high : 1.0;
      if (a->dtype == BAUD_F32) ((float *)r->action)[at] = (float)(low + (high - low) * baud_uniform(&r->random[k]));
      else if (a->dtype == BAUD_U8) ((uint8_t *)r->action)[at] = (uint8_t)baud_below(&r->random[k], a->categories);
      else ((int32_t *)r->action)[at] = (int32_t)baud_below(&r->random[k], a->categories);
    }
}

static uint64_t lived(const rig *r, uint32_t k) {
  uint64_t trace = r->trace[k];
  for (uint32_t f = 0; f < r->spec.n_obs; f++) {
    size_t bytes = rig_field_bytes(&r->spec.obs[f]);
    trace = XXH3_64bits_withSeed((char *)r->next[f] + k * bytes, bytes, trace);
  }
  for (uint32_t f = 0; f < r->spec.n_facts; f++) trace = XXH3_64bits_withSeed(&r->facts[f][k], sizeof(float), trace);
  trace = XXH3_64bits_withSeed(&r->flags[k], 1, trace);
  return XXH3_64bits_withSeed(r->lane + k * r->stride, r->stride, trace);
}

int rig_step(rig *r) {
  baud_batch batch = rig_batch(r);
  run_enter(r->run, "step");
  int32_t code = r->ops->step(r->model, &batch);
  if (code != BAUD_OK) return failed(r, "step", code);
  for (uint32_t k = 0; k < r->lanes; k++) {
    if (r->flags[k] & ~(unsigned)BAUD_TERMINATED)
      return run_fail(r->run, "step wrote flags %#x: 0 or BAUD_TERMINATED, please", r->flags[k]);
    r->trace[k] = lived(r, k);
    r->steps[k]++;
    if (!r->flags[k] && r->steps[k] >= r->limit) r->flags[k] = BAUD_TRUNCATED;
  }
  return CHECK_OK;
}

int rig_finish(rig *r) {
  void **exchanged = r->obs;
  uint32_t n = 0;
  r->obs = r->next;
  r->next = exchanged;
  r->n_picked = 0;
  for (uint32_t k = 0; k < r->lanes; k++) {
    if (!r->flags[k]) continue;
    r->finished++;
    r->terminated += r->flags[k] == BAUD_TERMINATED;
    r->pick[n++] = k;
  }
  return n ? rig_reset(r, n) : CHECK_OK;
}

int rig_play(rig *r, uint32_t ticks) {
  int verdict = CHECK_OK;
  for (uint32_t t = 0; t < ticks && verdict == CHECK_OK; t++) {
    rig_act(r);
    verdict = rig_step(r);
    if (verdict == CHECK_OK) verdict = rig_finish(r);
  }
  return verdict;
}

/* ---- Settings ----------------------------------------------------------------------------------------- */

int rig_each_variant(check_run *run, rig_ask ask) {
  static variant v; /* large */
  static char kept[RUN_TEXT];
  int verdict = CHECK_SKIPPED;
  for (uint32_t i = 0; variant_at(&v, run->unit->unit, i, run->seed); i++) {
    memcpy(kept, run->text, sizeof kept);
    run->text[0] = 0;
    int answer = ask(run, run->unit, v.values);
    if (answer == CHECK_FAILED) {
      if (v.text[0]) run_add(run, " (with %s)", v.text);
      return CHECK_FAILED;
    }
    /* a figure of an earlier setting outlives silence and skips; a skip is forgotten once something was asked */
    if (answer != CHECK_OK ? verdict == CHECK_OK || !run->text[0] : verdict == CHECK_OK && !run->text[0])
      memcpy(run->text, kept, sizeof kept);
    if (answer == CHECK_OK) verdict = CHECK_OK;
  }
  if (verdict == CHECK_SKIPPED && !run->text[0]) return run_skip(run, "no setting could be tried");
  return verdict;
}
