/* expert.h - what a demonstrator shows before the learner acts: an optimal action with the declared competence, else one
 * of the others, either drawn evenly; nothing where the environment's expert has nothing to show.
 */
#ifndef BAUD_CORE_EXPERT_H
#define BAUD_CORE_EXPERT_H

#include "loop/stage.h"

/* Where it is written, over all lanes of a batch. */
typedef struct expert_board {
  uint8_t *optimal;  /* [lane][categories], scratch */
  uint8_t *shown;    /* [lane]: 1 where something is */
  void *action;      /* [lane]: what, in the type of the action field */
  uint64_t *random;  /* [lane] */
} expert_board;

/* Shows all lanes of `batch`, whose obs is what is acted upon. */
int expert_show(const stage *s, const baud_batch *batch, const expert_board *to, baud_error *error);

#endif
