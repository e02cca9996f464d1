/* rig.h - what the learners' unit tests share: a host, the blocks of one learner, and a trial loop over a small world
 * that a test gives as a function. It promises the order of plugin.h's tick and nothing else: no ledger, no rewards
 * but the world's. A test includes the learner's .c file itself, under a library name of its own:
 *   #define baud_plugin_1 rloo_library
 *   #include "../../../plugins/learner/rloo.c"
 *   #undef baud_plugin_1
 */
#ifndef BAUD_TESTS_LEARNER_RIG_H
#define BAUD_TESTS_LEARNER_RIG_H

#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "baud/plugin.h"
#include "baud/random.h"

enum { RIG_QUESTIONS = 4, RIG_PARAMS = 32 };

/* One step of the world: from state and action to reward and flags; returns the successor. */
typedef uint32_t (*rig_world)(void *ctx, uint32_t lane, uint32_t state, uint32_t action, float *reward, uint8_t *flags);

typedef struct rig {
  uint32_t states, actions, lanes, channels, start;
  uint32_t which;                /* of the library's units */
  uint32_t n_questions;
  baud_question questions[RIG_QUESTIONS];
  const baud_ideal *ideal;       /* what "baud.ideal/1" returns */
  const char *keys[RIG_PARAMS];  /* parameters that differ from their defaults */
  double settings[RIG_PARAMS];
  uint32_t n_settings;
  /* filled in by rig_open */
  const baud_unit *unit;
  const baud_learner_ops *ops;
  baud_host host;
  char why[256];
  baud_learner_setup setup;
  baud_field obs_field, action_field;
  void *model;
  void **blocks;
  int32_t *obs, *next, *action, *shown_action;
  float *reward, *answer[RIG_QUESTIONS];
  uint8_t *flags, *starts, *shown;
} rig;

static inline int32_t rig_fail(const baud_host *host, int32_t code, const char *why) {
  snprintf(((rig *)host->ctx)->why, sizeof ((rig *)host->ctx)->why, "%s", why);
  return code;
}
static inline void rig_log(const baud_host *host, uint32_t level, const char *text) {
  (void)host, (void)level, (void)text;
}
static inline const void *rig_extension(const baud_host *host, const char *id) {
  return strcmp(id, "baud.ideal/1") == 0 ? ((rig *)host->ctx)->ideal : NULL;
}

static inline void rig_set(rig *r, const char *key, double value) {
  r->keys[r->n_settings] = key;
  r->settings[r->n_settings++] = value;
}

static inline void rig_ask(rig *r, uint32_t target, uint32_t width, const double *values) {
  r->questions[r->n_questions++] = (baud_question){ BAUD_SIZE(baud_question), target, 0, 1,
                                                    1u << BAUD_FORM_CATEGORICAL, width, 0, 0, values };
}

static inline size_t rig_block_bytes(const rig *r, uint32_t i) {
  static const size_t element[] = { 0, 1, 4, 8, 4, 8 };
  const baud_block *block = &r->setup.blocks[i];
  return element[block->dtype] * block->count * (block->flags & BAUD_PER_LANE ? r->lanes : 1);
}

static inline void rig_values(const rig *r, baud_value *values) {
  for (uint32_t i = 0; i < r->unit->n_params; i++) values[i] = r->unit->params[i].def;
  for (uint32_t k = 0; k < r->n_settings; k++) {
    uint32_t i = 0;
    while (i < r->unit->n_params && strcmp(r->unit->params[i].key, r->keys[k]) != 0) i++;
    assert_true(i < r->unit->n_params);
    values[i].f = r->settings[k];
    values[i].i = (int64_t)r->settings[k];
  }
}

/* Creates the learner and allocates its blocks; the code of create. */
static inline int32_t rig_open(rig *r, const baud_library *library) {
  r->unit = &library->units[r->which];
  r->ops = r->unit->ops;
  r->host = (baud_host){ BAUD_SIZE(baud_host), BAUD_MINOR, r, rig_log, rig_fail, rig_extension };
  r->obs_field = (baud_field)BAUD_DISCRETE_FIELD("state", r->states, "");
  r->action_field = (baud_field)BAUD_DISCRETE_FIELD("action", r->actions, "");
  r->setup = (baud_learner_setup){ .size = BAUD_SIZE(baud_learner_setup), .lanes = r->lanes, .channels = r->channels,
                                   .n_obs = 1, .n_questions = r->n_questions, .obs = &r->obs_field,
                                   .action = &r->action_field, .questions = r->questions };
  baud_value values[RIG_PARAMS];
  rig_values(r, values);
  int32_t code = r->ops->create(&r->host, values, &r->setup, &r->model);
  if (code != BAUD_OK) return code;
  r->blocks = calloc(r->setup.n_blocks, sizeof *r->blocks);
  for (uint32_t i = 0; i < r->setup.n_blocks; i++) r->blocks[i] = aligned_alloc(64, (rig_block_bytes(r, i) + 64) / 64 * 64);
  r->obs = calloc(r->lanes, sizeof *r->obs);
  r->next = calloc(r->lanes, sizeof *r->next);
  r->action = calloc(r->lanes, sizeof *r->action);
  r->shown_action = calloc(r->lanes, sizeof *r->shown_action);
  r->reward = calloc(r->lanes, sizeof *r->reward);
  r->flags = calloc(r->lanes, 1);
  r->starts = calloc(r->lanes, 1);
  r->shown = calloc(r->lanes, 1);
  for (uint32_t q = 0; q < r->n_questions; q++)
    r->answer[q] = calloc((size_t)r->lanes * r->questions[q].width_categorical, sizeof(float));
  return BAUD_OK;
}

/* Begins the learner's life, and an episode in every lane. */
static inline void rig_init(rig *r, uint64_t seed) {
  for (uint32_t i = 0; i < r->setup.n_blocks; i++) memset(r->blocks[i], 0, rig_block_bytes(r, i));
  for (uint32_t lane = 0; lane < r->lanes; lane++) {
    r->obs[lane] = (int32_t)r->start;
    r->starts[lane] = 1;
    r->shown[lane] = 0;
  }
  assert_int_equal(r->ops->init(r->model, r->blocks, seed), BAUD_OK);
}

static inline void rig_close(rig *r) {
  for (uint32_t i = 0; i < r->setup.n_blocks; i++) free(r->blocks[i]);
  void *all[] = { r->blocks, r->obs, r->next, r->action, r->shown_action, r->reward, r->flags, r->starts, r->shown };
  for (size_t i = 0; i < sizeof all / sizeof *all; i++) free(all[i]);
  for (uint32_t q = 0; q < r->n_questions; q++) free(r->answer[q]);
  r->ops->destroy(r->model);
}

static inline int rig_takes(const rig *r, uint32_t channel) { return (r->setup.subscribed & BAUD_MASK(channel)) != 0; }

/* predict: `given` keeps what stands in r->action; all questions are asked. */
static inline void rig_predict(rig *r, uint32_t mode, uint32_t given) {
  const void *obs[1] = { r->obs };
  int shows = rig_takes(r, BAUD_CH_DEMONSTRATION);
  baud_tick tick = { BAUD_SIZE(baud_tick), r->lanes, mode, given, ((uint64_t)1 << r->n_questions) - 1,
                     rig_takes(r, BAUD_CH_OBSERVATION) ? obs : NULL, r->starts, shows ? r->shown_action : NULL,
                     shows ? r->shown : NULL, r->action, r->answer };
  assert_int_equal(r->ops->predict(r->model, r->blocks, &tick), BAUD_OK);
}

/* learn, or remember where that is not null, from what stands in action, reward, flags and next; then the lanes that
 * finished begin anew. */
static inline void rig_take(rig *r, const baud_remember *remember) {
  const void *obs[1] = { r->obs }, *next[1] = { r->next };
  int sees = rig_takes(r, BAUD_CH_OBSERVATION), shows = rig_takes(r, BAUD_CH_DEMONSTRATION);
  baud_outcome outcome = { BAUD_SIZE(baud_outcome), r->lanes, sees ? obs : NULL, r->action,
                           rig_takes(r, BAUD_CH_REWARD) ? r->reward : NULL, r->flags, sees ? next : NULL,
                           shows ? r->shown_action : NULL, shows ? r->shown : NULL };
  assert_int_equal((remember ? remember->remember : r->ops->learn)(r->model, r->blocks, &outcome), BAUD_OK);
  for (uint32_t lane = 0; lane < r->lanes; lane++) {
    r->starts[lane] = r->flags[lane] != 0;
    r->obs[lane] = r->flags[lane] ? (int32_t)r->start : r->next[lane];
  }
}
static inline void rig_learn(rig *r) { rig_take(r, NULL); }

/* One tick of all lanes in a world; the number of episodes that ended. */
static inline uint32_t rig_tick(rig *r, rig_world world, void *ctx, uint32_t given) {
  uint32_t ended = 0;
  rig_predict(r, BAUD_TRAIN, given);
  for (uint32_t lane = 0; lane < r->lanes; lane++) {
    r->reward[lane] = 0.0f;
    r->flags[lane] = 0;
    r->next[lane] = (int32_t)world(ctx, lane, (uint32_t)r->obs[lane], (uint32_t)r->action[lane], &r->reward[lane],
                                   &r->flags[lane]);
    ended += r->flags[lane] != 0;
  }
  rig_learn(r);
  return ended;
}

/* Index of a block by name. */
static inline uint32_t rig_block(const rig *r, const char *name) {
  uint32_t i = 0;
  while (i < r->setup.n_blocks && strcmp(r->setup.blocks[i].name, name) != 0) i++;
  assert_true(i < r->setup.n_blocks);
  return i;
}

/* A sum over all blocks that the roles (1u << role, ored) name: equal memories have equal sums. */
static inline uint64_t rig_hash(const rig *r, uint32_t roles) {
  uint64_t hash = 1469598103934665603u; /* FNV-1a */
  for (uint32_t i = 0; i < r->setup.n_blocks; i++) {
    if (!(roles & 1u << r->setup.blocks[i].role)) continue;
    const unsigned char *bytes = r->blocks[i];
    for (size_t k = 0; k < rig_block_bytes(r, i); k++) hash = (hash ^ bytes[k]) * 1099511628211u;
  }
  return hash;
}

enum {
  RIG_FROZEN = 1u << BAUD_WEIGHT | 1u << BAUD_OPTIMISER,
  RIG_KEPT = RIG_FROZEN | 1u << BAUD_TRACE | 1u << BAUD_MEMORY | 1u << BAUD_RNG
};

/* ---- What every learner is held to ------------------------------------------------------------------- */

/* predict leaves WEIGHT and OPTIMISER alone, and in EVAL MEMORY and TRACE too; answers are distributions. */
static inline void rig_check_predict(rig *r, rig_world world, void *ctx, uint32_t ticks) {
  rig_init(r, 77);
  for (uint32_t i = 0; i < ticks; i++) {
    uint64_t frozen = rig_hash(r, RIG_FROZEN), all = rig_hash(r, RIG_KEPT & ~(1u << BAUD_RNG));
    rig_predict(r, BAUD_EVAL, 0);
    assert_true(all == rig_hash(r, RIG_KEPT & ~(1u << BAUD_RNG)));
    rig_predict(r, BAUD_EVAL, 1);
    assert_true(all == rig_hash(r, RIG_KEPT & ~(1u << BAUD_RNG)));
    rig_predict(r, BAUD_TRAIN, 0);
    assert_true(frozen == rig_hash(r, RIG_FROZEN));
    for (uint32_t q = 0; q < r->n_questions; q++) {
      uint32_t width = r->questions[q].width_categorical;
      for (uint32_t lane = 0; lane < r->lanes && r->questions[q].form; lane++) {
        double sum = 0.0;
        for (uint32_t k = 0; k < width; k++) {
          float p = r->answer[q][lane * width + k];
          assert_true(p >= 0.0f && p <= 1.0f);
          sum += (double)p;
        }
        assert_true(fabs(sum - 1.0) < 1e-5);
      }
    }
    for (uint32_t lane = 0; lane < r->lanes; lane++) {
      r->reward[lane] = 0.0f;
      r->flags[lane] = 0;
      r->next[lane] = (int32_t)world(ctx, lane, (uint32_t)r->obs[lane], (uint32_t)r->action[lane], &r->reward[lane],
                                     &r->flags[lane]);
    }
    rig_learn(r);
  }
}

/* The same seed gives the same memory, bit by bit; another seed another one. */
static inline void rig_check_determinism(rig *r, rig_world world, void *ctx, uint32_t ticks) {
  uint64_t hash[3];
  for (uint64_t run = 0; run < 3; run++) {
    rig_init(r, run == 2 ? 6 : 5);
    for (uint32_t i = 0; i < ticks; i++) (void)rig_tick(r, world, ctx, 0);
    hash[run] = rig_hash(r, RIG_KEPT);
  }
  assert_true(hash[0] == hash[1]);
  assert_true(hash[0] != hash[2]);
}

#endif
