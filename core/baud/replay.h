/* baud/replay.h - a replay buffer in a learner's blocks, inline: the last `rows` transitions of every lane, and batches of
 * n-step returns drawn from them uniformly. All lanes store one transition a tick, so one count places them all.
 *
 * A transition holds its own true successor, so that an end is no special case: a terminated one has discount 0, a
 * truncated one bootstraps from where it was cut off.
 */
#ifndef BAUD_REPLAY_H
#define BAUD_REPLAY_H

#include "baud/features.h"

#ifdef __cplusplus
extern "C" {
#endif

enum { BAUD_REPLAY_OBS, BAUD_REPLAY_NEXT, BAUD_REPLAY_ACTION, BAUD_REPLAY_REWARD, BAUD_REPLAY_FLAGS, BAUD_REPLAY_TICKS, BAUD_REPLAY_BLOCKS };

typedef struct baud_replay {
  uint32_t lanes, rows, features, width; /* width: numbers of an action; a discrete one is one, its index */
} baud_replay;

/* Room for at least `transitions` over all lanes; its blocks are the first BAUD_REPLAY_BLOCKS of `blocks`. */
static inline baud_replay baud_replay_open(const baud_features *f, uint32_t transitions, baud_block *blocks) {
  baud_replay r = { f->lanes, (transitions + f->lanes - 1) / f->lanes, f->n, f->choices ? 1 : f->dimensions };
  uint64_t rows = (uint64_t)r.lanes * r.rows;
  blocks[BAUD_REPLAY_OBS] = baud_block_of(BAUD_F32, BAUD_TRACE, 0, rows * r.features, "replay_observations");
  blocks[BAUD_REPLAY_NEXT] = baud_block_of(BAUD_F32, BAUD_TRACE, 0, rows * r.features, "replay_successors");
  blocks[BAUD_REPLAY_ACTION] = baud_block_of(BAUD_F32, BAUD_TRACE, 0, rows * r.width, "replay_actions");
  blocks[BAUD_REPLAY_REWARD] = baud_block_of(BAUD_F32, BAUD_TRACE, 0, rows, "replay_rewards");
  blocks[BAUD_REPLAY_FLAGS] = baud_block_of(BAUD_U8, BAUD_TRACE, 0, rows, "replay_flags");
  blocks[BAUD_REPLAY_TICKS] = baud_block_of(BAUD_U64, BAUD_TRACE, 0, 1, "replay_ticks");
  return r;
}

/* Ticks stored since the beginning; those that are still there. */
static inline uint64_t baud_replay_ticks(void *const *at) { return *(const uint64_t *)at[BAUD_REPLAY_TICKS]; }
static inline uint32_t baud_replay_held(const baud_replay *r, void *const *at) {
  uint64_t ticks = baud_replay_ticks(at);
  return ticks < r->rows ? (uint32_t)ticks : r->rows;
}

/* One tick's transitions, over the oldest ones once all room is taken. */
static inline void baud_replay_store(const baud_replay *r, const baud_features *f, void *const *at, const baud_outcome *outcome) {
  uint64_t *ticks = (uint64_t *)at[BAUD_REPLAY_TICKS];
  for (uint32_t lane = 0; lane < r->lanes; lane++) {
    uint64_t row = (uint64_t)lane * r->rows + *ticks % r->rows;
    float *action = (float *)at[BAUD_REPLAY_ACTION] + row * r->width;
    baud_features_row(f, outcome->obs, lane, (float *)at[BAUD_REPLAY_OBS] + row * r->features);
    baud_features_row(f, outcome->next_obs, lane, (float *)at[BAUD_REPLAY_NEXT] + row * r->features);
    if (f->choices) action[0] = (float)baud_discrete(&f->action, outcome->action, lane);
    else memcpy(action, (const float *)outcome->action + (uint64_t)lane * r->width, r->width * sizeof *action);
    ((float *)at[BAUD_REPLAY_REWARD])[row] = outcome->reward[lane];
    ((uint8_t *)at[BAUD_REPLAY_FLAGS])[row] = outcome->flags[lane];
  }
  ++*ticks;
}

/* Where a batch is written, all [batch] or [batch][..]. */
typedef struct baud_replay_batch {
  float *obs, *next, *action; /* next: the state that `discount` weighs */
  float *reward;              /* sum of discount^i r_i over the steps taken together */
  float *discount;            /* discount^steps, 0 where the last of them terminated */
  uint64_t *row;              /* of the first step, lane * rows + place; may be null */
} baud_replay_batch;

/* One draw: a step at random, and up to n - 1 that followed it within its episode (Watkins 1989; Sutton and Barto,
 * equation 7.1). Needs a tick in the buffer. */
static inline void baud_replay_draw(const baud_replay *r, void *const *at, uint32_t n, double discount, uint64_t *random,
                                    const baud_replay_batch *to, uint32_t i) {
  const uint8_t *flags = (const uint8_t *)at[BAUD_REPLAY_FLAGS];
  const float *reward = (const float *)at[BAUD_REPLAY_REWARD];
  uint32_t newest = (uint32_t)((baud_replay_ticks(at) - 1) % r->rows), place = baud_below(random, baud_replay_held(r, at));
  uint64_t lane = (uint64_t)baud_below(random, r->lanes) * r->rows, row = lane + place;
  if (to->row) to->row[i] = row;
  memcpy(to->obs + (uint64_t)i * r->features, (const float *)at[BAUD_REPLAY_OBS] + row * r->features, r->features * sizeof(float));
  memcpy(to->action + (uint64_t)i * r->width, (const float *)at[BAUD_REPLAY_ACTION] + row * r->width, r->width * sizeof(float));
  double sum = (double)reward[row], weight = discount;
  for (uint32_t k = 1; k < n && flags[row] == 0 && place != newest; k++) {
    place = place + 1 == r->rows ? 0 : place + 1;
    row = lane + place;
    sum += weight * (double)reward[row];
    weight *= discount;
  }
  memcpy(to->next + (uint64_t)i * r->features, (const float *)at[BAUD_REPLAY_NEXT] + row * r->features, r->features * sizeof(float));
  to->reward[i] = (float)sum;
  to->discount[i] = flags[row] & BAUD_TERMINATED ? 0.0f : (float)weight;
}

static inline void baud_replay_sample(const baud_replay *r, void *const *at, uint32_t n, double discount, uint64_t *random,
                                      const baud_replay_batch *to, uint32_t batch) {
  for (uint32_t i = 0; i < batch; i++) baud_replay_draw(r, at, n, discount, random, to, i);
}

#ifdef __cplusplus
}
#endif
#endif
