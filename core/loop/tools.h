/* tools.h - what the host does when an environment's step was the call of a tool: hands the learner a span of what its
 * own lane observed, to train itself on ("baud.teach/1"), between learn and reset.
 *
 * The history is the host's: of each lane the last steps of the running episode, without the calls themselves. What is
 * in it has been received before, so that it may be absorbed and is not received again.
 */
#ifndef BAUD_CORE_TOOLS_H
#define BAUD_CORE_TOOLS_H

#include "loop/stage.h"

typedef struct tools tools;

/* Null where the environment has no tools. Fails where it has, and the learner cannot be taught or is not shown what it
 * would be taught. */
int tools_open(tools **out, stage *s, baud_error *error);
void tools_close(tools *t);
/* Nothing was observed in any lane. */
void tools_begin(tools *t);
/* Behind learn, of the step just taken. */
int tools_step(tools *t, stage *s, baud_error *error);
/* All that moves in it. */
void tools_pass(tools *t, parcel *p);

#endif
