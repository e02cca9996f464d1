/* baud/senses.h - what a streaming learner sees and is given, inline: features normalised and rewards scaled by moments that
 * run along (baud/running.h), each observation taken in once, as it arrives; and what the end of an episode is to it. Its
 * blocks are the first BAUD_SENSES_BLOCKS of the learner's.
 *
 * An episode that is cut off by the time limit either goes on in the values (bootstrap), or it is over, and the learner is
 * told the time by a feature more, from -.5 at the start to .5 at the limit (clock, as in the code published with Elsayed,
 * Vasan and Mahmood 2024; Pardo et al. 2018, Time limits in reinforcement learning, have both).
 */
#ifndef BAUD_SENSES_H
#define BAUD_SENSES_H

#include "baud/features.h"
#include "baud/running.h"

#ifdef __cplusplus
extern "C" {
#endif

enum { BAUD_TRUNCATION_BOOTSTRAP, BAUD_TRUNCATION_CLOCK, BAUD_TRUNCATIONS };
/* Of a learner's parameter, `truncation`. */
#define BAUD_TRUNCATION_CHOICES { "bootstrap", "clock" }
#define BAUD_TRUNCATION_DOC "an episode that the time limit cuts off: goes on in the values, or is over, and the time is a feature"

typedef struct baud_senses {
  baud_features features;
  uint32_t n;         /* features, the time included */
  uint32_t has_clock;
  double tick;        /* of the clock: 1 / limit */
} baud_senses;

enum {
  BAUD_SENSES_SEEN,  /* moments of the features */
  BAUD_SENSES_GIVEN, /* moments of the discounted sums of rewards */
  BAUD_SENSES_LANE,  /* [lane]{discounted sum of rewards, steps before this one in the episode} */
  BAUD_SENSES_ROWS,  /* [features] where observations are not features as they are */
  BAUD_SENSES_BLOCKS
};

/* baud_features_open, and the blocks. Fails with a sentence where there is no time limit for the clock to run to. */
static inline int32_t baud_senses_open(const baud_host *host, baud_learner_setup *setup, int64_t truncation, baud_senses *s,
                                       baud_block *blocks) {
  int32_t code = baud_features_open(host, setup, BAUD_MASK(BAUD_CH_REWARD), &s->features);
  if (code != BAUD_OK) return code;
  s->has_clock = truncation == BAUD_TRUNCATION_CLOCK;
  if (s->has_clock && setup->limit == 0)
    return host->fail(host, BAUD_EARG, "is to be told the time, but episodes have no limit here: set one, or truncation = \"bootstrap\"");
  s->n = s->features.n + s->has_clock;
  s->tick = s->has_clock ? 1.0 / setup->limit : 0.0;
  blocks[BAUD_SENSES_SEEN] = baud_block_of(BAUD_F64, BAUD_WEIGHT, 0, baud_running_size(s->features.n), "seen");
  blocks[BAUD_SENSES_GIVEN] = baud_block_of(BAUD_F64, BAUD_OPTIMISER, 0, baud_running_size(1), "given");
  blocks[BAUD_SENSES_LANE] = baud_block_of(BAUD_F64, BAUD_TRACE, BAUD_PER_LANE, 2, "running");
  blocks[BAUD_SENSES_ROWS] = baud_block_of(BAUD_F32, BAUD_SCRATCH, 0, s->features.n, "rows");
  return BAUD_OK;
}

static inline void baud_senses_init(const baud_senses *s, void *const *blocks) {
  baud_running_init((double *)blocks[BAUD_SENSES_SEEN], s->features.n);
  baud_running_init((double *)blocks[BAUD_SENSES_GIVEN], 1);
}

static inline double *baud_senses_lane(void *const *blocks, uint32_t lane) { return (double *)blocks[BAUD_SENSES_LANE] + 2 * (uint64_t)lane; }

/* A lane's features, where they are or made in the block for that. */
static inline const float *baud_senses_row(const baud_senses *s, void *const *blocks, const void *const *obs, uint32_t lane) {
  const float *rows = baud_features_in_place(&s->features, obs);
  if (rows) return rows + (uint64_t)lane * s->features.n;
  float *row = (float *)blocks[BAUD_SENSES_ROWS];
  baud_features_row(&s->features, obs, lane, row);
  return row;
}

/* x [n] <- a row of features, normalised, and the time. */
static inline void baud_senses_look(const baud_senses *s, void *const *blocks, const float *row, double time, float *x) {
  baud_running_normalise((const double *)blocks[BAUD_SENSES_SEEN], s->features.n, row, x);
  if (s->has_clock) x[s->features.n] = (float)(time * s->tick - 0.5);
}

/* In predict, once each lane: x [n] <- the state that it acts in. */
static inline void baud_senses_state(const baud_senses *s, void *const *blocks, const baud_tick *tick, uint32_t lane, float *x) {
  double *time = baud_senses_lane(blocks, lane) + 1;
  *time = tick->starts[lane] ? 0.0 : *time + 1.0;
  baud_senses_look(s, blocks, baud_senses_row(s, blocks, tick->obs, lane), *time, x);
}

/* In learn, once each lane: takes in the successor, and the state too where an episode began with it; x [n] <- the successor. */
static inline void baud_senses_successor(const baud_senses *s, void *const *blocks, const baud_outcome *outcome, uint32_t lane, float *x) {
  double *seen = (double *)blocks[BAUD_SENSES_SEEN], time = baud_senses_lane(blocks, lane)[1];
  if (time == 0.0) baud_running_add(seen, s->features.n, baud_senses_row(s, blocks, outcome->obs, lane));
  const float *next = baud_senses_row(s, blocks, outcome->next_obs, lane);
  baud_running_add(seen, s->features.n, next);
  baud_senses_look(s, blocks, next, time + 1.0, x);
}

/* In learn, once each lane: its reward, scaled. */
static inline double baud_senses_reward(void *const *blocks, const baud_outcome *outcome, uint32_t lane, double discount) {
  return baud_running_scale((double *)blocks[BAUD_SENSES_GIVEN], baud_senses_lane(blocks, lane), (double)outcome->reward[lane], discount,
                            outcome->flags[lane] != 0);
}

/* 1 where nothing is to be expected after this step. */
static inline int baud_senses_is_over(const baud_senses *s, uint8_t flags) {
  return (flags & BAUD_TERMINATED) || (s->has_clock && flags);
}

#ifdef __cplusplus
}
#endif
#endif
