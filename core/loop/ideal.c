/* ideal.c - see ideal.h.
 */
#include "loop/ideal.h"

#include <string.h>

enum { MAX_FIELDS = 64 };

static size_t field_bytes(const baud_field *f) { return (f->dtype == BAUD_U8 ? 1u : 4u) * (size_t)f->count; }

static void lane_fields(const ideal *i, const void *const *batch, uint32_t lane, const void **out) {
  for (uint32_t f = 0; f < i->env->n_obs; f++)
    out[f] = batch && batch[f] ? (const char *)batch[f] + lane * field_bytes(&i->env->obs[f]) : NULL;
}

static int32_t advance_before(const ideal *i, void *state, const baud_tick *tick) {
  const void *obs[MAX_FIELDS];
  double unused[2][BAUD_CHANNELS] = {{0}};
  for (uint32_t lane = 0; lane < i->lanes; lane++) {
    int is_shown = tick->demonstration && tick->shown && tick->shown[lane];
    if (!tick->starts[lane] && !is_shown) continue;
    lane_fields(i, tick->obs, lane, obs);
    moment m = {.lane = lane, .obs_before = obs, .obs = obs, .competence = i->competence};
    if (tick->starts[lane] && crossing_start(i->crossing, state, &m, unused[0], unused[1]) != 0) return BAUD_EBUG;
    if (!is_shown) continue;
    m.action = (const char *)tick->demonstration + lane * field_bytes(i->env->action);
    if (crossing_demonstration(i->crossing, state, &m, unused[0], unused[1]) != 0) return BAUD_EBUG;
  }
  return BAUD_OK;
}

static int32_t advance_after(const ideal *i, void *state, const baud_outcome *o) {
  const void *obs_before[MAX_FIELDS], *obs[MAX_FIELDS];
  double unused[2][BAUD_CHANNELS] = {{0}};
  size_t bytes = field_bytes(i->env->action);
  for (uint32_t lane = 0; lane < i->lanes; lane++) {
    lane_fields(i, o->obs, lane, obs_before);
    lane_fields(i, o->next_obs, lane, obs);
    moment m = {.lane = lane, .flags = o->flags[lane], .obs_before = obs_before, .obs = obs,
                .action = (const char *)o->action + lane * bytes, .delivered = o->reward ? o->reward[lane] : 0.0f};
    if (crossing_step(i->crossing, state, &m, unused[0], unused[1]) != 0) return BAUD_EBUG;
  }
  return BAUD_OK;
}

/* While the observer is at it, it is the environment's code that runs and not the learner's. */
static int32_t before(const baud_ideal *service, void *state, const baud_tick *tick) {
  const ideal *i = service->ctx;
  uint32_t caller = site_swap(i->site, SITE_OBSERVER);
  int32_t code = advance_before(i, state, tick);
  site_swap(i->site, caller);
  return code;
}

static int32_t after(const baud_ideal *service, void *state, const baud_outcome *outcome) {
  const ideal *i = service->ctx;
  uint32_t caller = site_swap(i->site, SITE_OBSERVER);
  int32_t code = advance_after(i, state, outcome);
  site_swap(i->site, caller);
  return code;
}

int ideal_open(ideal *i, const crossing_border *border, double competence, _Atomic uint32_t *site, baud_error *error) {
  crossing_border mine = *border;
  mine.world = NULL;
  *i = (ideal){.lanes = border->lanes, .channels = border->channels, .env = border->env, .competence = competence, .site = site};
  if (!border->observer || border->env->n_obs > MAX_FIELDS || (border->env->n_obs && !(border->channels & BAUD_MASK(BAUD_CH_OBSERVATION)))) return 0;
  int code = crossing_open(&i->crossing, &mine, error);
  if (code != 0 || crossing_kind_of(i->crossing) != CROSSING_EXACT || crossing_has_memory(i->crossing)) return code;
  i->service = (baud_ideal){.size = BAUD_SIZE(baud_ideal), .observer = border->observer, .model = border->model,
                            .state_bytes = crossing_state_bytes(i->crossing), .before = before, .after = after, .ctx = i};
  return 0;
}

void ideal_close(ideal *i) { crossing_close(i->crossing); }
