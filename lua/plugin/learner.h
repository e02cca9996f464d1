/* learner.h - a learner in Lua, as its two halves see it: learner.c makes it of what create says, learner_play.c acts,
 * answers and learns with it.
 */
#ifndef BAUD_LUA_PLUGIN_LEARNER_H
#define BAUD_LUA_PLUGIN_LEARNER_H

#include "lua/plugin/script.h"

/* Runners, in the order in which learner.c's builder returns them. */
enum { LEARNER_INIT = 1, LEARNER_PREDICT, LEARNER_LEARN, LEARNER_REMEMBER, LEARNER_RUNNERS = LEARNER_REMEMBER };

/* What it can be asked for beside its policy. */
enum { EXPECT_OBSERVATION, EXPECT_REWARD, EXPECT_TERMINATED, EXPECTS };
enum { NOT_ASKED = -1 };

/* Two blocks of every learner; its own come after them. */
enum { BLOCK_RANDOM, BLOCK_POLICY, BLOCKS_OF_HOST };

typedef struct learner_script {
  script script;
  baud_learner_setup *setup; /* while it is made */
  const char *place[LEARNER_RUNNERS + 1], *place_of_expect;
  uint32_t lanes, n_obs, n_blocks;
  size_t *obs_bytes, action_bytes; /* of a lane: [n_obs]; */
  loan_field action_field, policy_field;
  int is_categorical;             /* the policy: probabilities; else {mean, standard deviation} of each element */
  int asks_policy, asks[EXPECTS]; /* indices of questions, or NOT_ASKED */
  loan_field expect[EXPECTS];
  baud_block *blocks;  /* [n_blocks] */
  size_t *block_bytes; /* [n_blocks], of a lane where the block is per lane */
  loan_window *chance, *moment, *action, *shown, *seen, *reward, *policy, *obs, *next, *expected, *block;
  struct {
    uint8_t starts, learns, is_question, ended, terminated, truncated;
  } now; /* of the lane whose turn it is, for the records tick and outcome */
  /* of the call that runs */
  void *const *memory;
  uint64_t seed;
  const baud_tick *tick;
  const baud_outcome *outcome;
} learner_script;

static inline learner_script *learner_script_of(lua_State *lua) { return (learner_script *)(void *)script_of(lua); }

/* Upvalues of the runners, in the order of the arguments that they give. INIT: the generator; PREDICT: tick, policy,
 * then the function `expect` and its answers; LEARN and REMEMBER: the outcome. */
enum { UP_FUNCTION = 1, UP_SELF, UP_BLOCKS, UP_THIRD, UP_POLICY, UP_EXPECT, UP_ACTION, UP_ANSWERS };

int learner_init_blocks(lua_State *lua);
int learner_predict_lanes(lua_State *lua);
int learner_learn_lanes(lua_State *lua);
int learner_remember_lanes(lua_State *lua);

int32_t learner_script_init(const void *model, void *const *blocks, uint64_t seed);
int32_t learner_script_predict(const void *model, void *const *blocks, const baud_tick *tick);
int32_t learner_script_learn(const void *model, void *const *blocks, const baud_outcome *outcome);

#endif
