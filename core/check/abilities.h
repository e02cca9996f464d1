/* abilities.h - which channels a learner takes and which questions it answers: found by setting it up on the
 * environments that it would be checked with, since both may depend on where it plays.
 */
#ifndef BAUD_CORE_CHECK_ABILITIES_H
#define BAUD_CORE_CHECK_ABILITIES_H

#include "registry.h"

enum { ABILITIES_MOST = 32 };

typedef struct ability {
  char env[120];      /* id of the environment */
  char refusal[1000]; /* why it does not play there, or "" */
  uint32_t offered;   /* mask of channels that reach learners there, with a demonstrator where there can be one */
  uint32_t takes;     /* those that it subscribes to */
  uint32_t asked;     /* mask of 1u << ANSWER_* (ledger/answers.h): what it was asked */
  uint32_t answers;   /* those that it answers */
  uint32_t normal;    /* those of them that it answers as a normal distribution */
} ability;

extern const char *const question_name[]; /* [ANSWERS] */

/* Fills in found[0..ABILITIES_MOST): their number. The learner runs in a child: one that crashes says so in a refusal. */
uint32_t abilities_find(const registry *plugins, const plugin *learner, ability *found);

#endif
