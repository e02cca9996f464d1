/* scene.c - see scene.h.
 */
#include "stream/scene.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

enum { FOR_ENV = 1, FOR_REWARD, FOR_EXPERT };

/* ---- Memory ------------------------------------------------------------------------------------------- */

static void *slab(scene *c, size_t bytes) {
  size_t room = (bytes + 127u) & ~(size_t)63u;
  void *p = aligned_alloc(64, room);
  if (!p) return NULL;
  memset(p, 0, room);
  return c->slab[c->n_slabs++] = p;
}

static int allocate_fields(scene *c) {
  const stage *s = c->stage;
  size_t n = s->lanes;
  int missing = 0;
  for (uint32_t f = 0; f < s->spec.n_obs; f++) {
    missing |= !(c->obs[f] = slab(c, n * stage_field_bytes(&s->spec.obs[f])));
    missing |= !(c->next_obs[f] = slab(c, n * stage_field_bytes(&s->spec.obs[f])));
  }
  for (uint32_t f = 0; f < s->spec.n_facts; f++) missing |= !(c->facts[f] = slab(c, n * sizeof(float)));
  return missing;
}

int scene_open(scene *c, stage *s, baud_error *error) {
  enum { OTHERS = 16 };
  size_t n = s->lanes;
  *c = (scene){.stage = s, .slab = calloc(2u * s->spec.n_obs + s->spec.n_facts + OTHERS, sizeof *c->slab)};
  if (!c->slab) return error_set(error, BAUD_ENOMEM, "out of memory");
  c->env_lanes = slab(c, n * s->env_stride);
  c->reward_lanes = slab(c, n * s->reward_stride);
  c->obs = slab(c, (s->spec.n_obs + 1u) * sizeof(void *));
  c->next_obs = slab(c, (s->spec.n_obs + 1u) * sizeof(void *));
  c->facts = slab(c, (s->spec.n_facts + 1u) * sizeof(float *));
  c->action = slab(c, n * s->action_bytes);
  c->sealed_action = slab(c, n * s->action_bytes);
  c->shown_action = slab(c, n * s->action_bytes);
  c->rewards = slab(c, n * sizeof(float));
  c->flags = slab(c, n);
  c->starts = slab(c, n);
  c->shown = slab(c, n);
  c->optimal = slab(c, n * (s->spec.action->categories + 1u));
  c->pick = slab(c, n * (sizeof *c->pick + sizeof *c->steps));
  c->steps = c->pick ? c->pick + n : NULL;
  c->pick_seed = slab(c, n * sizeof *c->pick_seed);
  c->expert_random = slab(c, n * sizeof *c->expert_random);
  int missing = c->n_slabs < OTHERS || allocate_fields(c);
  return missing ? error_set(error, BAUD_ENOMEM, "out of memory for the lanes of a probe") : 0;
}

void scene_close(scene *c) {
  for (uint32_t i = 0; i < c->n_slabs; i++) free(c->slab[i]);
  free(c->slab);
  memset(c, 0, sizeof *c);
}

/* ---- Playing ------------------------------------------------------------------------------------------ */

static baud_batch batch_of(scene *c) {
  baud_batch batch = stage_batch(c->stage);
  batch.pick = c->pick;
  batch.seed = c->pick_seed;
  batch.lane = c->env_lanes;
  batch.action = c->sealed_action;
  batch.obs_before = (const void *const *)c->obs;
  batch.obs = c->next_obs;
  batch.facts = c->facts;
  batch.reward = c->rewards;
  batch.flags = c->flags;
  return batch;
}

void scene_copy_lanes(scene *c) {
  const stage *s = c->stage;
  memcpy(c->env_lanes, s->env_lanes, s->lanes * s->env_stride);
  memcpy(c->reward_lanes, s->reward_lanes, s->lanes * s->reward_stride);
}

int scene_begin(scene *c, uint32_t n, const uint64_t *seed, baud_error *error) {
  stage *s = c->stage;
  baud_batch batch = batch_of(c);
  batch.n_pick = n;
  batch.obs = c->obs;
  for (uint32_t i = 0; i < n; i++) {
    c->pick_seed[i] = baud_split(seed[i], FOR_ENV);
    c->expert_random[c->pick[i]] = baud_split(seed[i], FOR_EXPERT);
    c->starts[c->pick[i]] = 1;
    c->steps[c->pick[i]] = 0;
  }
  stage_enter(s, SITE_ENV_RESET);
  int32_t code = s->env->reset(s->env_model, &batch);
  if (code != BAUD_OK) return stage_blame(s, SITE_ENV_RESET, code, error);
  for (uint32_t i = 0; i < n; i++) c->pick_seed[i] = baud_split(seed[i], FOR_REWARD);
  batch.lane = c->reward_lanes;
  batch.lane_stride = s->reward_stride;
  stage_enter(s, SITE_REWARD_RESET);
  code = s->reward->reset ? s->reward->reset(s->reward_model, &batch) : BAUD_OK;
  return code == BAUD_OK ? 0 : stage_blame(s, SITE_REWARD_RESET, code, error);
}

int scene_demonstrate(scene *c, baud_error *error) {
  const expert_board board = {c->optimal, c->shown, c->shown_action, c->expert_random};
  if (!c->stage->expert) return 0;
  baud_batch batch = batch_of(c);
  batch.obs = c->obs;
  return expert_show(c->stage, &batch, &board, error);
}

static int is_legal(const baud_field *field, const void *actions, uint32_t lanes) {
  size_t n = (size_t)lanes * field->count, i = 0;
  if (field->dtype == BAUD_F32) while (i < n && isfinite(((const float *)actions)[i])) i++;
  else while (i < n && (field->dtype == BAUD_U8 ? ((const uint8_t *)actions)[i] : ((const uint32_t *)actions)[i]) < field->categories) i++;
  return i == n;
}

int scene_step(scene *c, uint32_t *finished, baud_error *error) {
  stage *s = c->stage;
  baud_batch batch = batch_of(c);
  memcpy(c->sealed_action, c->action, s->lanes * s->action_bytes);
  if (!is_legal(s->spec.action, c->sealed_action, s->lanes))
    return error_set(error, BAUD_EPLUGIN, "%s: a frozen copy chose an action outside \"%s\"", s->place[SITE_PREDICT], s->spec.action->name);
  stage_enter(s, SITE_ENV_STEP);
  int32_t code = s->env->step(s->env_model, &batch);
  if (code != BAUD_OK) return stage_blame(s, SITE_ENV_STEP, code, error);
  *finished = 0;
  for (uint32_t k = 0; k < s->lanes; k++) {
    int is_late = s->limit && c->steps[k] + 1 >= s->limit;
    c->steps[k]++;
    c->flags[k] = c->flags[k] & BAUD_TERMINATED ? BAUD_TERMINATED : is_late ? BAUD_TRUNCATED : 0;
    *finished += c->flags[k] != 0;
  }
  batch.lane = c->reward_lanes;
  batch.lane_stride = s->reward_stride;
  stage_enter(s, SITE_REWARD_SCORE);
  code = s->reward->score(s->reward_model, &batch);
  if (code != BAUD_OK) return stage_blame(s, SITE_REWARD_SCORE, code, error);
  for (uint32_t k = 0; k < s->lanes; k++)
    if (!isfinite(c->rewards[k]))
      return error_set(error, BAUD_EPLUGIN, "%s: gave a reward of %g", s->place[SITE_REWARD_SCORE], (double)c->rewards[k]);
  return 0;
}

void scene_turn_over(scene *c) {
  void **exchanged = c->obs;
  c->obs = c->next_obs;
  c->next_obs = exchanged;
  memset(c->starts, 0, c->stage->lanes);
}
