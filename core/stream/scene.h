/* scene.h - a second set of a trial's arrays, in which a batch of lanes can be played without touching the trial's own:
 * what the environment, the reward scheme and the learner are handed. The world and the models are the trial's.
 */
#ifndef BAUD_CORE_SCENE_H
#define BAUD_CORE_SCENE_H

#include "loop/expert.h"
#include "loop/stage.h"

typedef struct scene {
  stage *stage;
  char *env_lanes, *reward_lanes;           /* laid out as the stage's */
  void **obs, **next_obs;                   /* [field] -> [lane][count] */
  void *action, *sealed_action, *shown_action;
  float **facts, *rewards;                  /* [fact][lane]; [lane] */
  uint8_t *flags, *starts, *shown, *optimal;
  uint32_t *pick, *steps;                   /* steps: of the running episodes */
  uint64_t *pick_seed, *expert_random;
  void **slab;
  uint32_t n_slabs;
} scene;

int scene_open(scene *c, stage *s, baud_error *error);
void scene_close(scene *c);

/* Copies the state of the trial's lanes, so that an environment is as old as it is there. */
void scene_copy_lanes(scene *c);
/* Begins episodes in pick[0..n); `seed`: whose streams for environment, scheme and expert are all of its own. */
int scene_begin(scene *c, uint32_t n, const uint64_t *seed, baud_error *error);
/* Shows what the expert would, if the trial has one. */
int scene_demonstrate(scene *c, baud_error *error);
/* Seals the actions, steps all lanes, scores them; time limits as the trial's. The number of lanes that finished is
 * written to `finished`. */
int scene_step(scene *c, uint32_t *finished, baud_error *error);
/* Successors become what is acted upon. */
void scene_turn_over(scene *c);

#endif
