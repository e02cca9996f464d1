/* scorer.h - a reward scheme beside a rig: it is handed copies of what the environment brought forth, its lanes in
 * whatever order, in fenced buffers that are compared afterwards.
 */
#ifndef BAUD_CORE_CHECK_SCORER_H
#define BAUD_CORE_CHECK_SCORER_H

#include "check/rig.h"

enum { SCORER_LANES = 5 };

typedef struct scorer {
  check_run *run;
  rig *env;
  rig_host host;
  const baud_reward_ops *ops;
  baud_reward_setup setup;
  void *model;
  fences fences;
  char *lane;
  uint64_t stride;
  uint32_t order[SCORER_LANES]; /* [place]: the rig's lane that is there */
  void **before, **after, *action;
  float **facts, *reward;
  uint8_t *flags;
  uint32_t *pick;
  uint64_t *seed, trace[SCORER_LANES]; /* trace: by the rig's lane */
  int poison;                          /* what rewards are filled with before each call */
  int watches;                         /* 1: inputs are compared and fences looked at */
} scorer;

/* BAUD_EARG where the scheme refuses this environment or its parameters. `step`: places are shifted by it. */
int scorer_open(scorer *s, rig *env, const plugin *reward, const baud_value *values, uint32_t shift);
void scorer_close(scorer *s);
void scorer_abandon(scorer *s);                      /* without destroying the model */
int scorer_reset(scorer *s);                         /* the lanes that the rig has just reset */
int scorer_score(scorer *s);                         /* after rig_step, before rig_finish */
float scorer_reward(const scorer *s, uint32_t lane); /* of the rig's lane */

/* rig_begin and rig_play with scorers at the side. */
int scorers_begin(rig *env, scorer *const *s, uint32_t n);
int scorers_play(rig *env, scorer *const *s, uint32_t n, uint32_t ticks);

/* Calls `ask` for each environment at hand and each setting of the scheme that fit each other. */
typedef int (*scorer_ask)(check_run *run, const plugin *env, const baud_value *env_values, const baud_value *values);
int scorer_each(check_run *run, scorer_ask ask);

#endif
