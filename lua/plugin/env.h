/* env.h - an environment in Lua, as its parts see it: env.c makes and steps it, quiz.c asks about its world, observer.c
 * keeps its ideal observer.
 */
#ifndef BAUD_LUA_PLUGIN_ENV_H
#define BAUD_LUA_PLUGIN_ENV_H

#include "lua/plugin/script.h"

/* Runners, in the order in which env.c's builder returns them. */
enum {
  ENV_DRAW = 1,
  ENV_RESET,
  ENV_STEP,
  ENV_DEMONSTRATE,
  ENV_PICTURE,
  ENV_QUIZ,
  OBSERVER_SUPPORTS,
  OBSERVER_OPEN,
  OBSERVER_SURPRISE,
  OBSERVER_NOISE,
  OBSERVER_ANSWER,
  OBSERVER_SETTLED,
  ENV_RUNNERS = OBSERVER_SETTLED
};

/* What the observer is told beside fields and weights, as the records event and query show it; indices from 1. */
typedef struct observer_event {
  double value, competence;
  int32_t lane, fact;
  uint8_t is_start, is_demonstration, is_step, is_late, terminated, truncated, sees_observation, sees_reward;
} observer_event;
typedef struct observer_query {
  int32_t field, answers;
  uint8_t asks_action, asks_observation, asks_reward, asks_terminated;
} observer_query;

typedef struct env_script {
  script script;
  const char *place[ENV_RUNNERS + 1]; /* of each runner's function, or null */
  /* what create said; texts and arrays are kept */
  baud_env_spec spec;
  size_t *obs_bytes, action_bytes; /* of a lane: [n_obs]; */
  const char **obs_names;          /* [n_obs], and a null */
  loan_field action_field;
  struct {
    double *at;
    uint32_t n;
    int is_known;
  } * values; /* [n_facts] that the fact can take; n 0: any number */
  struct {
    uint32_t items, answers, independence;
  } quiz;
  struct {
    uint32_t width, height;
  } picture;
  uint64_t belief_bytes;
  /* where the memory of a call lies */
  loan_window *chance, *lane, *world, *action, *optimal, *obs, *facts; /* obs: [n_obs]; facts: [n_facts] */
  loan_window *belief, *event, *before_seen, *weight, *before;         /* before: [n_obs] */
  loan_array *weights, *probabilities;
  /* of the call that runs */
  const baud_batch *batch;
  uint64_t random;   /* the state that draws a world */
  const void *given; /* a world */
  const char *at_lane;
  char *cells;
  uint8_t *marks; /* of optimal actions */
  baud_item *item;
  uint32_t item_index;
  struct {
    observer_event event;
    observer_query query;
    uint32_t channels, fact, needs;
    int answer;
    double bits[BAUD_CHANNELS];
  } told; /* to the observer, and what it said */
} env_script;

static inline env_script *env_script_of(lua_State *lua) { return (env_script *)(void *)script_of(lua); }

/* quiz.c: reads what create says of the quiz, from the table at `form`; pushes its runner or nil, given the indices of
 * self and of the world's record. */
void env_push_quiz(lua_State *lua, int form, int self, int world);

#endif
