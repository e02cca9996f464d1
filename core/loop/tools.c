/* tools.c - see tools.h.
 */
#include "loop/tools.h"

#include <stdlib.h>
#include <string.h>

typedef struct strip { /* of one array: a ring for each lane, and room for one lane's steps in order */
  char *ring, *line;   /* [lane][span][bytes]; [span][bytes] */
  size_t bytes;
} strip;

struct tools {
  const compose_tools *offer;
  const baud_teach *teach;
  uint32_t lanes, n_obs;
  strip *obs, action, reward; /* obs [n_obs] */
  uint32_t *first, *steps;    /* [lane]: the oldest step's place, and how many there are */
  const void **span_obs;      /* [n_obs] */
  uint8_t *mask, *called;     /* [span] ones; [lane] */
};

/* ---- Opening ------------------------------------------------------------------------------------------ */

static int strip_open(strip *s, const tools *t, size_t bytes) {
  *s = (strip){.ring = calloc((size_t)t->lanes * t->offer->span, bytes), .line = calloc(t->offer->span, bytes), .bytes = bytes};
  return s->ring && s->line ? 0 : BAUD_ENOMEM;
}

static void strip_close(strip *s) {
  free(s->ring);
  free(s->line);
}

static int allocate(tools *t, const stage *s) {
  t->obs = calloc(t->n_obs + 1u, sizeof *t->obs);
  t->first = calloc(t->lanes, sizeof *t->first);
  t->steps = calloc(t->lanes, sizeof *t->steps);
  t->span_obs = calloc(t->n_obs + 1u, sizeof *t->span_obs);
  t->mask = malloc(t->offer->span);
  t->called = calloc(t->lanes, 1);
  if (!t->obs || !t->first || !t->steps || !t->span_obs || !t->mask || !t->called) return BAUD_ENOMEM;
  memset(t->mask, 1, t->offer->span);
  int code = strip_open(&t->action, t, s->action_bytes);
  if (code == 0) code = strip_open(&t->reward, t, sizeof(float));
  for (uint32_t f = 0; f < t->n_obs && code == 0; f++) code = strip_open(&t->obs[f], t, stage_field_bytes(&s->spec.obs[f]));
  return code;
}

int tools_open(tools **out, stage *s, baud_error *error) {
  const compose_tools *offer = compose_extension(s->config.env.plugin->unit, s->env_model, "baud.tools/1");
  *out = NULL;
  if (!offer) return 0;
  const baud_unit *learner = s->config.learner.plugin->unit;
  const baud_teach *teach = compose_extension(learner, s->learner_model, "baud.teach/1");
  if (!teach) return error_set(error, BAUD_EUNSUP, "learner %s cannot be taught: the tool \"teach\" needs one that can (sft)", learner->id);
  if (!(s->learner_setup.subscribed & BAUD_MASK(BAUD_CH_OBSERVATION)))
    return error_set(error, BAUD_EUNSUP, "learner %s takes no observations: there is nothing of its own to teach it", learner->id);
  tools *t = *out = calloc(1, sizeof *t);
  if (!t) return error_set(error, BAUD_ENOMEM, "out of memory");
  *t = (tools){.offer = offer, .teach = teach, .lanes = s->lanes, .n_obs = s->spec.n_obs};
  return allocate(t, s) == 0 ? 0 : error_set(error, BAUD_ENOMEM, "out of memory for spans of %u steps", offer->span);
}

void tools_close(tools *t) {
  if (!t) return;
  for (uint32_t f = 0; t->obs && f < t->n_obs; f++) strip_close(&t->obs[f]);
  strip_close(&t->action);
  strip_close(&t->reward);
  free(t->obs);
  free(t->first);
  free(t->steps);
  free(t->span_obs);
  free(t->mask);
  free(t->called);
  free(t);
}

/* ---- History ------------------------------------------------------------------------------------------ */

static char *place(const tools *t, const strip *s, uint32_t lane, uint32_t k) {
  return s->ring + ((size_t)lane * t->offer->span + (t->first[lane] + k) % t->offer->span) * s->bytes;
}

static void put(const tools *t, strip *s, uint32_t lane, uint32_t k, const void *batch) {
  memcpy(place(t, s, lane, k), (const char *)batch + lane * s->bytes, s->bytes);
}

/* The step just taken, at its lane's end; the oldest makes room. */
static void remember(tools *t, const stage *s, uint32_t lane) {
  if (t->steps[lane] == t->offer->span) {
    t->first[lane] = (t->first[lane] + 1) % t->offer->span;
    t->steps[lane]--;
  }
  uint32_t k = t->steps[lane]++;
  for (uint32_t f = 0; f < t->n_obs; f++) put(t, &t->obs[f], lane, k, s->obs[f]);
  put(t, &t->action, lane, k, s->sealed_action);
  put(t, &t->reward, lane, k, s->rewards);
}

static const void *straighten(const tools *t, strip *s, uint32_t lane) {
  for (uint32_t k = 0; k < t->steps[lane]; k++) memcpy(s->line + k * s->bytes, place(t, s, lane, k), s->bytes);
  return s->line;
}

/* Hands the lane's steps over, with what it sees now behind them; that is then forgotten again. */
static int teach_lane(tools *t, stage *s, uint32_t lane, baud_error *error) {
  uint32_t steps = t->steps[lane], first = t->first[lane];
  remember(t, s, lane);
  for (uint32_t f = 0; f < t->n_obs; f++) t->span_obs[f] = straighten(t, &t->obs[f], lane);
  int is_told = (int)(s->learner_setup.subscribed >> BAUD_CH_REWARD & 1u);
  baud_span span = {.size = BAUD_SIZE(baud_span), .lane = lane, .steps = t->steps[lane], .obs = t->span_obs,
                    .action = straighten(t, &t->action, lane), .reward = is_told ? straighten(t, &t->reward, lane) : NULL, .mask = t->mask};
  stage_enter(s, SITE_LEARN);
  int32_t code = t->teach->teach(s->learner_model, s->live.at, &span, t->offer->rate);
  if (steps < t->offer->span) { /* nothing was pushed out to make room */
    t->steps[lane] = steps;
    t->first[lane] = first;
  } else t->steps[lane]--;
  return code == BAUD_OK ? 0 : stage_blame(s, SITE_LEARN, code, error);
}

void tools_begin(tools *t) {
  for (uint32_t lane = 0; lane < t->lanes; lane++) t->first[lane] = t->steps[lane] = 0;
}

int tools_step(tools *t, stage *s, baud_error *error) {
  baud_batch batch = stage_batch(s);
  stage_enter(s, SITE_ENV_STEP);
  int32_t asked = t->offer->calls(s->env_model, &batch, t->called);
  int code = asked == BAUD_OK ? 0 : stage_blame(s, SITE_ENV_STEP, asked, error);
  for (uint32_t lane = 0; lane < t->lanes && code == 0; lane++) {
    if (t->called[lane] == 0) remember(t, s, lane);
    else if (t->called[lane] == 1 && !s->config.is_evaluation) code = teach_lane(t, s, lane, error);
    if (s->flags[lane]) t->first[lane] = t->steps[lane] = 0;
  }
  return code;
}

static void pass_strip(tools *t, strip *s, parcel *p) { parcel_pass(p, s->ring, (size_t)t->lanes * t->offer->span * s->bytes); }

void tools_pass(tools *t, parcel *p) {
  parcel_pass(p, t->first, t->lanes * sizeof *t->first);
  parcel_pass(p, t->steps, t->lanes * sizeof *t->steps);
  for (uint32_t f = 0; f < t->n_obs; f++) pass_strip(t, &t->obs[f], p);
  pass_strip(t, &t->action, p);
  pass_strip(t, &t->reward, p);
}
