/* ghost.h - a frozen copy of a learner: all that it remembers, with answers of its own. It acts and remembers on its copy
 * and does not learn; whatever it does, the learner stays as it was.
 */
#ifndef BAUD_CORE_GHOST_H
#define BAUD_CORE_GHOST_H

#include "stream/scene.h"

typedef struct ghost {
  blocks blocks;
  answers answers;
} ghost;

enum ghost_action { GHOST_CHOOSES, GHOST_IS_GIVEN }; /* the scene's action is written, or read */

int ghost_open(ghost *g, const stage *s, baud_error *error);
void ghost_close(ghost *g);

/* Acts, or is given the action, and answers the questions in `asked`: sealed and checked. */
int ghost_predict(ghost *g, const scene *c, uint64_t asked, enum ghost_action action, baud_error *error);
/* Takes the step into its memory, where the learner has that ability; weights stay. */
int ghost_remember(ghost *g, const scene *c, baud_error *error);

#endif
