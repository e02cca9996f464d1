/* life.c - see life.h.
 */
#include "loop/life.h"

#include <string.h>

#include "loop/body.h"
#include "loop/change.h"

/* ---- Beginning anew ----------------------------------------------------------------------------------- */

static void clear_counts(trial *t) {
  memset(t->lane, 0, t->stage.lanes * sizeof *t->lane);
  t->episodes = t->steps = t->asked_steps = 0;
  t->finishing = t->finished = t->answering = 0;
  t->is_in_tick = t->is_done = t->is_failed = 0;
  t->known = t->useful = t->received_at_quiz = 0.0;
  memset(t->known_of, 0, sizeof t->known_of);
  memset(t->total, 0, sizeof t->total);
  memset(t->last, 0, sizeof t->last);
  t->has_alarm = 0;
  t->columns.n = 0;
  t->columns.first_episode = 0;
}

int life_begin(trial *t, uint64_t seed, baud_error *error) {
  clear_counts(t);
  int code = stage_begin(&t->stage, seed, error);
  if (code) return code;
  t->is_quiz_stale = 1;
  if (t->tools) tools_begin(t->tools);
  t->started = t->stage.lanes;
  for (uint32_t k = 0; k < t->stage.lanes; k++) t->stage.pick[k] = k;
  return trial_begin_episodes(t, t->started, error);
}

/* ---- Putting away ------------------------------------------------------------------------------------- */

static void pass_lane(lane_state *lane, parcel *p) {
  parcel_pass(p, &lane->episode, sizeof lane->episode);
  parcel_pass(p, &lane->steps, sizeof lane->steps);
  parcel_pass(p, &lane->reward_sum, sizeof lane->reward_sum);
}

void life_pass(trial *t, parcel *p) {
  for (uint32_t k = 0; k < t->stage.lanes; k++) pass_lane(&t->lane[k], p);
  parcel_pass(p, &t->episodes, sizeof t->episodes);
  parcel_pass(p, &t->steps, sizeof t->steps);
  parcel_pass(p, &t->asked_steps, sizeof t->asked_steps);
  parcel_pass(p, &t->started, sizeof t->started);
  parcel_pass(p, &t->is_done, sizeof t->is_done);
  parcel_pass(p, &t->has_alarm, sizeof t->has_alarm);
  parcel_pass(p, &t->known, sizeof t->known);
  parcel_pass(p, &t->useful, sizeof t->useful);
  parcel_pass(p, t->known_of, sizeof t->known_of);
  parcel_pass(p, &t->received_at_quiz, sizeof t->received_at_quiz);
  parcel_pass(p, t->total, sizeof t->total);
  if (t->tools) tools_pass(t->tools, p);
  stage_pass(&t->stage, p);
  if (p->way != PARCEL_UNPACK) return;
  t->is_quiz_stale = 1;
  t->is_in_tick = t->is_failed = 0;
}

/* ---- Going on ----------------------------------------------------------------------------------------- */

int life_advance(trial *t, uint64_t episodes, uint64_t ticks, baud_error *error) {
  uint64_t until = t->episodes + episodes, last = t->steps + ticks * t->stage.lanes;
  int code = TRIAL_RUNNING;
  if (last < t->steps || ticks > UINT64_MAX / t->stage.lanes) last = UINT64_MAX;
  while (code == TRIAL_RUNNING && (t->is_in_tick || (t->episodes < until && t->steps < last))) {
    uint64_t left = until > t->episodes ? until - t->episodes : 1, ticks_left = (last - t->steps) / t->stage.lanes;
    code = trial_advance(t, left < TRIAL_CHUNK ? (uint32_t)left : TRIAL_CHUNK, ticks_left ? ticks_left : 1, error);
    trial_drain(t);
  }
  return code;
}

int life_ask(trial *t, baud_error *error) {
  static const uint32_t sums[] = {FIGURE_ABSORBED_ALL, FIGURE_USEFUL, FIGURE_COMPUTE};
  double figure[FIGURES] = {0};
  int code = t->stage.quiz ? trial_quiz(t, figure, error) : 0;
  if (code) return code;
  for (uint32_t i = 0; i < sizeof sums / sizeof *sums; i++) t->total[sums[i]] += figure[sums[i]];
  for (uint32_t k = 0; k < BAUD_CHANNELS; k++) t->total[figure_of_channel(FIGURE_ABSORBED, k)] += figure[figure_of_channel(FIGURE_ABSORBED, k)];
  return 0;
}

void life_tell(trial *t, const void *actions) {
  t->turn[0].tick.action_given = t->turn[1].tick.action_given = actions != NULL;
  if (actions) memcpy(t->stage.action, actions, t->stage.lanes * t->stage.action_bytes);
}

void life_train(trial *t, int learns) {
  t->stage.config.is_evaluation = !learns;
  for (int i = 0; i < 2; i++) t->turn[i].tick.mode = learns ? BAUD_TRAIN : BAUD_PLAY;
}

/* The one WEIGHT block that holds floats, or the number of blocks. */
static uint32_t weight_block(const blocks *b) {
  uint32_t found = b->n;
  for (uint32_t i = 0; i < b->n; i++) {
    const baud_block *block = &b->info[i];
    if (block->role != BAUD_WEIGHT || block->count == 0 || (block->dtype != BAUD_F32 && block->dtype != BAUD_F64)) continue;
    if (found < b->n) return b->n;
    found = i;
  }
  return found;
}

uint64_t life_weights(const trial *t) {
  const blocks *b = &t->stage.live;
  uint32_t i = weight_block(b);
  return i < b->n ? blocks_size_of(b, i) / (b->info[i].dtype == BAUD_F32 ? 4 : 8) : 0;
}

void life_set_weights(trial *t, const float *weights) {
  blocks *b = &t->stage.live;
  uint32_t i = weight_block(b);
  uint64_t n = life_weights(t);
  if (n == 0) return;
  if (b->info[i].dtype == BAUD_F32) memcpy(b->at[i], weights, n * sizeof *weights);
  else
    for (uint64_t k = 0; k < n; k++) ((double *)b->at[i])[k] = (double)weights[k];
  blocks_copy_part(&t->stage.initial, b, BLOCKS_FROZEN);
}

int life_change(trial *t, const baud_value *values, baud_error *error) { return change_learner(&t->stage, values, error); }

double life_known(const trial *t) { return t->known; }
double life_received(const trial *t) { return ledger_received_total(t->stage.ledger); }
