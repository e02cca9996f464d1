/* policy.c - see policy.h. What is recorded lies in arrays of fixed length, a row a step.
 */
#include "stream/policy.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

enum { STEPS_MOST = 1 << 16, BYTES_MOST = 1 << 26 };
static const uint64_t ASK = UINT64_C(1) << ANSWER_ACTION;

struct policy {
  scene *scene;
  ghost before;
  uint32_t room, n;       /* steps: that can be recorded, that are */
  size_t *obs_bytes;      /* [field], of one lane */
  char **obs;             /* [field] -> [room + 1]: acted upon in each step, then the last successor */
  char *action, *shown_action; /* [room] */
  float *reward;          /* [room] */
  uint8_t *flags, *shown; /* [room] */
};

/* ---- Opening ------------------------------------------------------------------------------------------ */

static uint32_t room_for(const stage *s) {
  size_t row = 2 * s->action_bytes + sizeof(float) + 2;
  for (uint32_t f = 0; f < s->spec.n_obs; f++) row += stage_field_bytes(&s->spec.obs[f]);
  size_t room = BYTES_MOST / row;
  if (room > STEPS_MOST) room = STEPS_MOST;
  if (s->limit && room > s->limit) room = s->limit;
  return room ? (uint32_t)room : 1;
}

static int allocate(policy *p, const stage *s) {
  p->room = room_for(s);
  p->obs_bytes = calloc(s->spec.n_obs + 1u, sizeof *p->obs_bytes);
  p->obs = calloc(s->spec.n_obs + 1u, sizeof *p->obs);
  p->action = calloc(p->room, s->action_bytes);
  p->shown_action = calloc(p->room, s->action_bytes);
  p->reward = calloc(p->room, sizeof *p->reward);
  p->flags = calloc(p->room, 1);
  p->shown = calloc(p->room, 1);
  int missing = !p->obs_bytes || !p->obs || !p->action || !p->shown_action || !p->reward || !p->flags || !p->shown;
  for (uint32_t f = 0; f < s->spec.n_obs && !missing; f++) {
    p->obs_bytes[f] = stage_field_bytes(&s->spec.obs[f]);
    missing = !(p->obs[f] = calloc(p->room + 1ul, p->obs_bytes[f]));
  }
  return missing ? BAUD_ENOMEM : 0;
}

int policy_open(policy **out, scene *c, baud_error *error) {
  *out = NULL;
  if (c->stage->answers.question[ANSWER_ACTION].form == 0) return 0;
  policy *p = *out = calloc(1, sizeof *p);
  if (!p) return error_set(error, BAUD_ENOMEM, "out of memory");
  p->scene = c;
  if (allocate(p, c->stage) != 0) return error_set(error, BAUD_ENOMEM, "out of memory for %u steps of an episode", p->room);
  return ghost_open(&p->before, c->stage, error);
}

void policy_close(policy *p) {
  if (!p) return;
  for (uint32_t f = 0; p->obs && f < p->scene->stage->spec.n_obs; f++) free(p->obs[f]);
  ghost_close(&p->before);
  free(p->obs_bytes);
  free(p->obs);
  free(p->action);
  free(p->shown_action);
  free(p->reward);
  free(p->flags);
  free(p->shown);
  free(p);
}

char policy_mark(const policy *p) { return p->scene->stage->limit && p->scene->stage->limit <= p->room ? '=' : '>'; }

/* ---- Recording ---------------------------------------------------------------------------------------- */

uint32_t policy_steps(const policy *p) { return p->n; }

void policy_begin(policy *p) {
  blocks_copy(&p->before.blocks, &p->scene->stage->live);
  p->n = 0;
}

void policy_step(policy *p) {
  const stage *s = p->scene->stage;
  uint32_t t = p->n;
  if (t == p->room) return;
  for (uint32_t f = 0; f < s->spec.n_obs; f++) {
    memcpy(p->obs[f] + t * p->obs_bytes[f], s->obs[f], p->obs_bytes[f]);
    memcpy(p->obs[f] + (t + 1ul) * p->obs_bytes[f], s->next_obs[f], p->obs_bytes[f]);
  }
  memcpy(p->action + t * s->action_bytes, s->sealed_action, s->action_bytes);
  memcpy(p->shown_action + t * s->action_bytes, s->shown_action, s->action_bytes);
  p->reward[t] = s->rewards[0];
  p->flags[t] = s->flags[0];
  p->shown[t] = s->shown[0];
  p->n++;
}

/* ---- Reading again ------------------------------------------------------------------------------------ */

static void fill(void *lanes, const void *row, size_t bytes, uint32_t n) {
  for (uint32_t k = 0; k < n; k++) memcpy((char *)lanes + k * bytes, row, bytes);
}

/* Step t, in all lanes of the scene: what lane 0 makes of it does not depend on the others. */
static void set_scene(const policy *p, uint32_t t) {
  scene *c = p->scene;
  const stage *s = c->stage;
  for (uint32_t f = 0; f < s->spec.n_obs; f++) {
    fill(c->obs[f], p->obs[f] + t * p->obs_bytes[f], p->obs_bytes[f], s->lanes);
    fill(c->next_obs[f], p->obs[f] + (t + 1ul) * p->obs_bytes[f], p->obs_bytes[f], s->lanes);
  }
  fill(c->action, p->action + t * s->action_bytes, s->action_bytes, s->lanes);
  fill(c->sealed_action, p->action + t * s->action_bytes, s->action_bytes, s->lanes);
  fill(c->shown_action, p->shown_action + t * s->action_bytes, s->action_bytes, s->lanes);
  fill(c->rewards, &p->reward[t], sizeof p->reward[t], s->lanes);
  memset(c->flags, p->flags[t], s->lanes);
  memset(c->shown, p->shown[t], s->lanes);
  memset(c->starts, t == 0, s->lanes);
}

int policy_end(policy *p, ghost *after, double *bits, baud_error *error) {
  int code = 0;
  *bits = 0.0;
  blocks_copy(&after->blocks, &p->scene->stage->live);
  for (uint32_t t = 0; t < p->n && code == 0; t++) {
    set_scene(p, t);
    code = ghost_predict(&p->before, p->scene, ASK, GHOST_IS_GIVEN, error);
    if (!code) code = ghost_predict(after, p->scene, ASK, GHOST_IS_GIVEN, error);
    if (!code) *bits += policy_divergence(&after->answers, &p->before.answers);
    if (!code) code = ghost_remember(&p->before, p->scene, error);
    if (!code) code = ghost_remember(after, p->scene, error);
  }
  return code;
}

/* ---- Divergence --------------------------------------------------------------------------------------- */

static double of_categories(const float *p, const float *q, uint32_t n) {
  double sum_p = 0.0, sum_q = 0.0, bits = 0.0;
  for (uint32_t i = 0; i < n; i++) {
    sum_p += (double)p[i];
    sum_q += (double)q[i];
  }
  for (uint32_t i = 0; i < n; i++) {
    double after = answers_floor((double)p[i] / sum_p, n), before = answers_floor((double)q[i] / sum_q, n);
    bits += after * log2(after / before);
  }
  return bits;
}

/* KL of two normals: ln(s/r) + (r^2 + (m - l)^2) / (2 s^2) - 1/2, (m, r) after and (l, s) before. */
static double of_normals(const float after[2], const float before[2]) {
  double ratio = (double)after[1] / (double)before[1], off = ((double)after[0] - (double)before[0]) / (double)before[1];
  return (0.5 * (ratio * ratio + off * off - 1.0) - log(ratio)) / 0.693147180559945309417;
}

double policy_divergence(const answers *after, const answers *before) {
  const float *p = after->sealed[ANSWER_ACTION], *q = before->sealed[ANSWER_ACTION];
  uint32_t width = answers_width(after, ANSWER_ACTION), n = after->categories[ANSWER_ACTION];
  double bits = 0.0;
  int is_categorical = after->question[ANSWER_ACTION].form == BAUD_FORM_CATEGORICAL;
  for (uint32_t i = 0; i < width; i += is_categorical ? n : 2) bits += is_categorical ? of_categories(p + i, q + i, n) : of_normals(p + i, q + i);
  return bits;
}
