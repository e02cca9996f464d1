/* witness.c - see witness.h.
 */
#include "check/witness.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

static int opened(witness *w) {
  const rig *r = w->rig;
  w->values = malloc(WITNESS_VALUES * sizeof *w->values);
  w->before = calloc(r->spec.n_obs + 1u, sizeof *w->before);
  w->after = calloc(r->spec.n_obs + 1u, sizeof *w->after);
  int32_t n = w->values && w->after ? w->observer.alphabet(r->model, w->fact, w->values, WITNESS_VALUES) : 0;
  if (n < 0 || n > WITNESS_VALUES)
    return run_skip(r->run, "its observer knows no alphabet of fact \"%s\"", r->spec.facts[w->fact].name);
  w->n_values = (uint32_t)n;
  w->weight = calloc(w->n_values + 1u, sizeof *w->weight);
  w->bytes = w->observer.state_bytes(r->model, r->lanes);
  if (w->bytes > (64u << 20))
    return run_skip(r->run, "its observer's state is too large to be checked in time (%llu bytes)",
                    (unsigned long long)w->bytes);
  w->state = fences_add(&w->rig->fences, w->bytes, "the observer's state");
  w->copy = malloc(w->bytes + 1);
  return w->weight && w->state && w->copy ? CHECK_OK : run_skip(r->run, "no memory");
}

int witness_open(witness *w, rig *r, const plugin *env, uint32_t channels, uint32_t fact) {
  *w = (witness){.rig = r, .channels = channels, .fact = fact};
  if (!run_extension(env, "baud.observer/1", &w->observer, sizeof w->observer))
    return run_skip(r->run, "it has no observer");
  if (r->spec.world_bytes == 0) return run_skip(r->run, "there is no world to be observed");
  run_enter(r->run, "observer");
  if (w->observer.supports(r->model, channels, fact, 0) != 1)
    return run_skip(r->run, "its observer does not support fact \"%s\" as it is", r->spec.facts[fact].name);
  int verdict = opened(w);
  return verdict == CHECK_OK ? witness_restart(w) : verdict;
}

void witness_close(witness *w) {
  free(w->values);
  free(w->weight);
  free(w->copy);
  free(w->before);
  free(w->after);
}

int witness_restart(witness *w) {
  run_enter(w->rig->run, "observer.open");
  memset(w->state, 0, w->bytes);
  return w->observer.open(w->rig->model, w->state, w->rig->lanes) == BAUD_OK
             ? CHECK_OK
             : run_fail(w->rig->run, "its observer cannot be opened");
}

static int has(const witness *w, uint32_t channel) { return (int)(w->channels >> channel & 1u); }

baud_evidence witness_evidence(witness *w, uint32_t kind, uint32_t lane) {
  const rig *r = w->rig;
  double value = kind == BAUD_EV_START ? NAN : (double)r->facts[w->fact][lane];
  baud_evidence e = {.size = BAUD_SIZE(baud_evidence),
                     .kind = kind,
                     .lane = lane,
                     .flags = kind == BAUD_EV_START ? 0 : r->flags[lane],
                     .fact = w->fact,
                     .sees_observation = (uint32_t)has(w, BAUD_CH_OBSERVATION),
                     .n_weight = w->n_values,
                     .value = NAN};
  rig_lane_fields(r, r->obs, lane, w->before);
  if (kind != BAUD_EV_START) rig_lane_fields(r, r->next, lane, w->after);
  e.obs_before = kind == BAUD_EV_START ? NULL : w->before;
  e.obs = kind == BAUD_EV_START ? w->before : w->after;
  e.action = kind == BAUD_EV_START ? NULL : (const char *)r->action + lane * r->action_bytes;
  if (kind == BAUD_EV_START || !has(w, BAUD_CH_REWARD)) return e;
  e.sees_reward = 1;
  e.value = value;
  if (w->n_values == 0) return e;
  w->weight[w->hot] = 0.0;
  for (w->hot = 0; w->hot + 1 < w->n_values && w->values[w->hot] != value; w->hot++) {
  }
  if (w->values[w->hot] == value) w->weight[w->hot] = 1.0;
  e.weight = w->weight;
  return e;
}

int witness_tell(witness *w, const baud_evidence *e, bits *b) {
  rig *r = w->rig;
  int was_broken = fences_broken(&r->fences) != NULL; /* by somebody else before */
  memset(b, 0, sizeof *b);
  if (e->weight && e->value == e->value && w->values[w->hot] != e->value)
    return run_fail(r->run, "fact \"%s\" takes the value %g, which is not in its observer's alphabet",
                    r->spec.facts[w->fact].name, e->value);
  if (!(w->observer.flags & BAUD_NOISELESS)) {
    memcpy(w->copy, w->state, w->bytes);
    run_enter(r->run, "observer.noise");
    if (w->observer.noise(r->model, r->world, w->state, e, b->noise) != BAUD_OK)
      return run_fail(r->run, "its observer's noise() fails on evidence that it says it supports");
    if (r->run->check->number == 38 && memcmp(w->copy, w->state, w->bytes) != 0)
      return run_fail(r->run, "its observer's noise() changes the state");
  }
  run_enter(r->run, "observer.surprise");
  if (w->observer.surprise(r->model, w->state, e, b->surprise) != BAUD_OK)
    return run_fail(r->run, "its observer's surprise() fails on evidence that it says it supports");
  if (!was_broken && fences_broken(&r->fences))
    return run_fail(r->run, "its observer writes beyond the end of %s", fences_broken(&r->fences));
  for (int k = 0; k < BAUD_CHANNELS; k++)
    if (!isfinite(b->surprise[k]) || !isfinite(b->noise[k]))
      return run_fail(r->run, "its observer gives %g bits of surprise and %g of noise for what did happen",
                      b->surprise[k], b->noise[k]);
  return CHECK_OK;
}

int witness_start(witness *w, uint32_t lane, bits *b) {
  baud_evidence e = witness_evidence(w, BAUD_EV_START, lane);
  return witness_tell(w, &e, b);
}

int witness_step(witness *w, uint32_t lane, bits *b) {
  baud_evidence e = witness_evidence(w, BAUD_EV_STEP, lane);
  return witness_tell(w, &e, b);
}

double bits_offered(const bits *b) {
  double sum = 0.0;
  for (int k = 0; k < BAUD_CHANNELS; k++) sum += b->surprise[k] - b->noise[k];
  return sum;
}

int witness_is_discrete(const witness *w) {
  for (uint32_t f = 0; has(w, BAUD_CH_OBSERVATION) && f < w->rig->spec.n_obs; f++)
    if (w->rig->spec.obs[f].dtype == BAUD_F32) return 0;
  return !has(w, BAUD_CH_REWARD) || w->n_values > 0;
}
