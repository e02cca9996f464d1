/* probe.c - see probe.h.
 */
#include "stream/probe.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

static const double SHARE = 0.005, COPIES = 2.0; /* what copies may step at the default rate, of the trial's steps */

/* Sums over the counted steps of one probe. */
typedef struct tally {
  double now[STREAMS], past[STREAMS]; /* bits */
  uint64_t steps, episodes;
  double returns; /* of the episodes that ended */
} tally;

struct probe {
  stage *stage;
  const stream_books *books;
  scene scene;
  ghost now, past;     /* played */
  blocks snapshot;     /* the learner at the last power of two */
  policy *policy;      /* null: it does not answer for its actions */
  int is_recording;    /* lane 0's running episode is recorded for it */
  uint64_t ask;        /* what has code lengths */
  uint64_t episodes;   /* of all probes, for seeds */
  double spent;        /* copies' steps, all lanes */
  int *is_counted;     /* [lane]: its running episode is one of the probe's */
  double *reward_sum;  /* [lane] */
  uint64_t *seed;      /* [lane] scratch */
};

/* ---- Opening ------------------------------------------------------------------------------------------ */

static uint64_t questions_of(const stream_books *books) {
  uint64_t ask = 0;
  for (uint32_t i = 0; i < STREAMS; i++)
    for (uint32_t k = 0; k < stream_parts_of(books, i)->n; k++) ask |= UINT64_C(1) << stream_parts_of(books, i)->part[k].question;
  return ask;
}

int probe_open(probe **out, stage *s, const stream_books *books, baud_error *error) {
  *out = NULL;
  if (s->config.probe_rate == RATE_NEVER) return 0;
  probe *p = *out = calloc(1, sizeof *p);
  if (!p) return error_set(error, BAUD_ENOMEM, "out of memory");
  p->stage = s;
  p->books = books;
  p->ask = questions_of(books);
  p->is_counted = calloc(s->lanes, sizeof *p->is_counted);
  p->reward_sum = calloc(s->lanes, sizeof *p->reward_sum);
  p->seed = calloc(s->lanes, sizeof *p->seed);
  if (!p->is_counted || !p->reward_sum || !p->seed) return error_set(error, BAUD_ENOMEM, "out of memory");
  int code = scene_open(&p->scene, s, error);
  if (!code) code = ghost_open(&p->now, s, error);
  if (!code) code = ghost_open(&p->past, s, error);
  if (!code) code = blocks_clone(&p->snapshot, &s->live, error);
  if (!code) blocks_copy(&p->snapshot, &s->live);
  return code ? code : policy_open(&p->policy, &p->scene, error);
}

void probe_close(probe *p) {
  if (!p) return;
  policy_close(p->policy);
  ghost_close(&p->now);
  ghost_close(&p->past);
  blocks_close(&p->snapshot);
  scene_close(&p->scene);
  free(p->is_counted);
  free(p->reward_sum);
  free(p->seed);
  free(p);
}

/* ---- When --------------------------------------------------------------------------------------------- */

static int is_power_of_two(uint64_t n) { return (n & (n - 1)) == 0; }

/* At the default rate nothing is looked at after most episodes; what this costs, it costs in every one. */
static int is_usual(const probe *p, uint64_t episode) {
  return p->stage->config.probe_rate == RATE_DEFAULT && !is_power_of_two(episode + 1);
}

/* Whether frozen copies are to be looked at after episode number `episode`. At the default rate one look is expected to
 * take `probe_steps` steps of all lanes together and an episode more, and the reading of a recorded episode. */
static int is_due(const probe *p, uint64_t episode, uint64_t steps) {
  const config *c = &p->stage->config;
  if (c->probe_rate > 0) return config_is_due(c->probe_rate, episode);
  double ticks = (double)c->probe_steps / p->stage->lanes + 2.0 * (double)steps / ((double)episode + 1.0);
  return is_power_of_two(episode + 1) && p->spent + COPIES * p->stage->lanes * ticks <= SHARE * (double)steps;
}

int probe_begin(probe *p, uint64_t episodes, uint64_t steps) {
  if (is_usual(p, episodes) || !p->policy || !is_due(p, episodes, steps)) return 0;
  policy_begin(p->policy);
  return p->is_recording = 1;
}

void probe_step(probe *p) { policy_step(p->policy); }

/* ---- A probe ------------------------------------------------------------------------------------------ */

/* Fresh episodes in the picked lanes. */
static int begin(probe *p, uint32_t n, int is_counted, baud_error *error) {
  for (uint32_t i = 0; i < n; i++) {
    uint32_t k = p->scene.pick[i];
    p->seed[i] = stage_seed(p->stage, PURPOSE_PROBE, k, p->episodes++);
    p->is_counted[k] = is_counted;
    p->reward_sum[k] = 0.0;
  }
  return scene_begin(&p->scene, n, p->seed, error);
}

static int score(probe *p, tally *sum, baud_error *error) {
  const scene *c = &p->scene;
  const void *const *obs = (const void *const *)c->next_obs;
  int code = 0;
  for (uint32_t k = 0; k < p->stage->lanes && !code; k++) {
    if (!p->is_counted[k]) continue;
    if (p->stage->reward_fact != UINT32_MAX) p->reward_sum[k] += (double)c->facts[p->stage->reward_fact][k];
    sum->steps++;
    for (uint32_t i = 0; i < STREAMS && !code; i++) {
      const stream_parts *parts = stream_parts_of(p->books, i);
      double now, past;
      if (parts->n == 0) continue;
      code = parts_score(parts, &p->now.answers, obs, c->rewards, k, &now, error);
      if (!code) code = parts_score(parts, &p->past.answers, obs, c->rewards, k, &past, error);
      if (code) return error_at(error, "%s", p->stage->place[SITE_ENV_STEP]);
      sum->now[i] += now;
      sum->past[i] += past;
    }
  }
  return code;
}

/* Finished lanes begin anew, as the probe's own while it has not lasted long enough; the lanes that still count. */
static int finish(probe *p, tally *sum, uint32_t *counted, baud_error *error) {
  scene *c = &p->scene;
  uint32_t n = 0;
  for (uint32_t k = 0; k < p->stage->lanes; k++) {
    if (!c->flags[k]) continue;
    if (p->is_counted[k]) {
      sum->returns += p->reward_sum[k];
      sum->episodes++;
    }
    c->pick[n++] = k;
  }
  int code = n ? begin(p, n, sum->steps < p->stage->config.probe_steps, error) : 0;
  *counted = 0;
  for (uint32_t k = 0; k < p->stage->lanes; k++) *counted += (uint32_t)p->is_counted[k];
  return code;
}

static int tick(probe *p, tally *sum, uint32_t *counted, baud_error *error) {
  scene *c = &p->scene;
  uint32_t finished = 0;
  int code = scene_demonstrate(c, error);
  if (!code) code = ghost_predict(&p->now, c, p->ask, GHOST_CHOOSES, error);
  if (!code) code = ghost_predict(&p->past, c, p->ask, GHOST_IS_GIVEN, error);
  if (!code) code = scene_step(c, &finished, error);
  if (!code) code = score(p, sum, error);
  if (!code) code = ghost_remember(&p->now, c, error);
  if (!code) code = ghost_remember(&p->past, c, error);
  p->spent += COPIES * p->stage->lanes;
  if (code) return code;
  scene_turn_over(c);
  return finished ? finish(p, sum, counted, error) : 0;
}

/* Plays whole episodes until there are probe_steps steps in them; one that does not end within as many again is cut. */
static int run(probe *p, tally *sum, baud_error *error) {
  uint32_t counted = p->stage->lanes;
  uint64_t frozen = blocks_hash(&p->stage->live, BLOCKS_FROZEN);
  *sum = (tally){0};
  scene_copy_lanes(&p->scene);
  blocks_copy(&p->now.blocks, &p->stage->live);
  blocks_copy(&p->past.blocks, &p->snapshot);
  memset(p->scene.starts, 0, p->stage->lanes);
  for (uint32_t k = 0; k < p->stage->lanes; k++) p->scene.pick[k] = k;
  int code = begin(p, p->stage->lanes, 1, error);
  while (!code && counted && sum->steps < 2 * (uint64_t)p->stage->config.probe_steps) code = tick(p, sum, &counted, error);
  if (!code && blocks_hash(&p->now.blocks, BLOCKS_FROZEN) != frozen)
    return error_set(error, BAUD_EPLUGIN, "%s: writes weights or optimiser state in a probe, where it only plays", p->stage->place[SITE_PREDICT]);
  return code;
}

static void write(const probe *p, const tally *sum, double figure[FIGURES]) {
  double steps = (double)sum->steps;
  for (uint32_t i = 0; i < STREAMS; i++) {
    if (!stream_is_answered(p->books, i)) continue;
    double loss = sum->now[i] / steps;
    figure[FIGURE_LOSS_OBSERVATION + i] = loss;
    figure[FIGURE_PROGRESS_OBSERVATION + i] = sum->past[i] / steps - loss;
    if (stream_is_scored(p->books)) figure[FIGURE_FORGONE_OBSERVATION + i] = stream_code(p->books, i) - stream_steps(p->books) * loss;
  }
  if (sum->episodes && p->stage->reward_fact != UINT32_MAX) figure[FIGURE_PROBE_RETURN] = sum->returns / (double)sum->episodes;
}

/* ---- After an episode --------------------------------------------------------------------------------- */

static int compare_policies(probe *p, double figure[FIGURES], baud_error *error) {
  int code = policy_end(p->policy, &p->now, &figure[FIGURE_POLICY_CHANGE], error);
  p->is_recording = 0;
  p->spent += COPIES * p->stage->lanes * policy_steps(p->policy);
  return code;
}

static int look(probe *p, uint32_t lane, uint64_t episode, uint64_t steps, int is_last, double figure[FIGURES], baud_error *error) {
  int is_recorded = lane == 0 && p->is_recording, is_default = p->stage->config.probe_rate == RATE_DEFAULT;
  int is_run = is_due(p, episode, steps) || (is_last && !is_default);
  int code = is_recorded ? compare_policies(p, figure, error) : 0;
  if (is_run && !code) {
    tally sum;
    code = run(p, &sum, error);
    if (!code) write(p, &sum, figure);
  }
  if (!code && is_power_of_two(episode + 1)) blocks_copy(&p->snapshot, &p->stage->live);
  return code ? code : is_recorded || is_run;
}

int probe_episode(probe *p, uint32_t lane, uint64_t episode, uint64_t steps, int is_last, double figure[FIGURES], baud_error *error) {
  return is_usual(p, episode) && !p->is_recording ? 0 : look(p, lane, episode, steps, is_last, figure, error);
}

void probe_marks(const probe *p, char marks[FIGURES]) {
  if (!p) return;
  for (uint32_t i = 0; i < STREAMS; i++) {
    if (!stream_is_answered(p->books, i)) continue;
    marks[FIGURE_LOSS_OBSERVATION + i] = marks[FIGURE_PROGRESS_OBSERVATION + i] = '~';
    if (stream_is_scored(p->books)) marks[FIGURE_FORGONE_OBSERVATION + i] = '~';
  }
  if (p->policy) marks[FIGURE_POLICY_CHANGE] = policy_mark(p->policy);
  if (p->stage->reward_fact != UINT32_MAX) marks[FIGURE_PROBE_RETURN] = '~';
}
