/* quiz.h - the environment's questions about this world, prepared once a trial and put to a copy of the learner.
 *
 * Facts make up what is known (absorbed), decisions what is useful. A quiz runs in EVAL mode on a shadow of the
 * learner's blocks, so it cannot teach: weights are lent to it, and that they came back unchanged is checked every time.
 * No item sees what another one left behind.
 */
#ifndef BAUD_CORE_QUIZ_H
#define BAUD_CORE_QUIZ_H

#include "ledger/answers.h"
#include "loop/blocks.h"

typedef struct quiz quiz;

enum { QUIZ_MOST_PREFIX = 1000 }; /* steps */

enum quiz_memory { QUIZ_MEMORY_KEPT, QUIZ_MEMORY_WIPED };

typedef struct quiz_result {
  double known;                        /* B: sum over facts of log2 q - log2 p */
  double known_of[BAUD_CHANNELS];      /* the same by the channel that tells of the fact */
  double useful;                       /* sum over decisions where independent, else their mean */
} quiz_result;

typedef struct quiz_learner {
  const baud_learner_ops *ops;
  const baud_remember *remember; /* or null */
  const void *model;
  const blocks *live, *initial; /* initial: as init() left them */
  blocks *shadow;
  answers *answers;
  uint32_t subscribed;
} quiz_learner;

/* Prepares all items for a learner that agreed to answer `agreed`; `extension` null gives a null quiz. */
int quiz_open(quiz **out, const baud_quiz *extension, const void *env_model, const void *world, const baud_env_spec *env,
              const answers *agreed, baud_error *error);
/* The same questions about another world. */
int quiz_renew(quiz *q, const baud_quiz *extension, const void *env_model, const void *world, const answers *agreed, baud_error *error);
void quiz_close(quiz *q);

int quiz_ask(quiz *q, const quiz_learner *learner, enum quiz_memory memory, quiz_result *result, baud_error *error);

/* Marks: '>' independent items, '~' others, '-' when the learner answers none of them. */
char quiz_mark_of_facts(const quiz *q);
char quiz_mark_of_channel(const quiz *q, uint32_t channel);
char quiz_mark_of_decisions(const quiz *q);
uint32_t quiz_facts(const quiz *q);

#endif
