/* stage.h - everything that a trial stands on: plugins created, buffers laid out, seeds derived. Built once by
 * stage_open (stage.c), used by the loop (trial.c), which adds nothing to it.
 *
 * Arrays are over lanes, lane-major, 64-byte aligned, all out of the stage's own slab list.
 */
#ifndef BAUD_CORE_STAGE_H
#define BAUD_CORE_STAGE_H

#include "baud/random.h"
#include "compose/compose.h"
#include "ledger/answers.h"
#include "ledger/ledger.h"
#include "ledger/quiz.h"
#include "loop/blocks.h"
#include "loop/config.h"
#include "loop/ideal.h"
#include "loop/site.h"

/* What seeds are for: purposes of baud_split, so that no two share draws and the learner's have nothing of the world's. */
enum purpose { PURPOSE_WORLD = 1, PURPOSE_ENV, PURPOSE_REWARD, PURPOSE_LEARNER, PURPOSE_EXPERT, PURPOSE_PROBE };

typedef struct service { /* a baud_host with room for the plugin's last sentence */
  baud_host host;
  struct stage *stage;
  char sentence[600];
} service;

typedef struct stage {
  config config;
  uint64_t seed;
  uint32_t lanes, limit;
  char place[SITES][160]; /* "learner baud.reinforce in predict" */
  _Atomic uint32_t *site; /* where control is: an enum site, maybe in memory that others read */
  _Atomic uint32_t own_site;
  compose_host compose;   /* to compositions */

  service env_host, reward_host, learner_host;
  const baud_env_ops *env;
  const baud_reward_ops *reward;
  const baud_learner_ops *learner;
  const baud_remember *remember; /* null: it takes nothing of a step into its memory */
  void *env_model, *reward_model, *learner_model;
  baud_env_spec spec;
  baud_reward_setup reward_setup;
  baud_learner_setup learner_setup;
  const baud_demonstrate *expert; /* null without a demonstrator */
  uint32_t reward_fact, outcome_fact; /* indices, or UINT32_MAX */

  void *world;
  char *env_lanes, *reward_lanes;
  uint64_t env_stride, reward_stride;
  void **obs, **next_obs;        /* [field] -> [lane][count]; exchanged every tick */
  void *action, *sealed_action, *shown_action;
  size_t action_bytes;           /* of one lane */
  float **facts, *rewards;       /* [fact][lane]; [lane] */
  uint8_t *flags, *starts, *shown, *optimal;
  uint32_t *pick;
  uint64_t *pick_seed, *expert_random;

  blocks live, shadow, initial;
  answers answers;
  ideal ideal;
  const baud_quiz *questions; /* what the quiz is made of */
  quiz *quiz;
  ledger *ledger;

  void **slab;                   /* everything allocated here, freed together */
  uint32_t n_slabs;
} stage;

int stage_open(stage *s, const registry *plugins, const char *config_json, uint64_t seed, baud_error *error);
void stage_close(stage *s);

/* Another life with what is open: a fresh world, a learner that knows nothing, books that are empty. Allocates nothing.
 * The quiz is still about the world before until stage_renew_quiz, which may allocate. */
int stage_begin(stage *s, uint64_t seed, baud_error *error);
int stage_renew_quiz(stage *s, baud_error *error);
/* All that moves, between two ticks. */
void stage_pass(stage *s, parcel *p);
/* Which stage is blamed when a signal comes; and this one from now on: which it was before. */
const stage *stage_blamed(void);
const stage *stage_now(const stage *another);

/* Notes where control is about to go: one plain store. */
static inline void stage_enter(const stage *s, enum site site) { site_put(s->site, site); }
/* The sentence of a failed call: the place, then what the plugin said. */
int stage_blame(const stage *s, enum site site, int32_t code, baud_error *error);
/* The same where the host has its sentence: the place before it, and behind it what the plugin said, if anything. */
int stage_blame_too(const stage *s, enum site site, baud_error *error);

size_t stage_field_bytes(const baud_field *f); /* one lane's elements */

/* A batch over all lanes with the environment's state. */
baud_batch stage_batch(stage *s);
/* Seed of an episode: nothing but the trial's seed, the purpose, the lane and its episode count go in. */
uint64_t stage_seed(const stage *s, enum purpose purpose, uint32_t lane, uint64_t episode);

#endif
