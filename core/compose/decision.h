/* decision.h - what the outer learner of a lifetime decides, and how its action says so. The text of the parameter:
 *
 *   ""                  nothing: one action that changes nothing
 *   "action"            what the inner learner does next, in the inner environment's own actions
 *   "first"             what it does in the first step of a turn; the steps after that are its own
 *   "tool"              whether the tool of the inner environment is called, or the inner learner acts: 1 or 0
 *   "call"              whether the tool is called before the inner learner acts: 1 or 0
 *   "learning"          whether the inner learner learns in this turn: 0 no, 1 yes
 *   "weights"           the inner learner's weights at birth, where they are one block of floats
 *   "lr=1e-4..1 log, entropy=0..0.1"   live parameters, an element each: -1 is the lower end and 1 the upper one, what is
 *                       beyond is cut off; with log in between evenly in the logarithm, else evenly
 *   "lr=0.01|0.1|1, clip=0.1|0.2"      live parameters out of lists: one of the products, the last list turning fastest
 *
 * A parameter of a unit within the learner goes by its path, as in "learner.lr" of a window's.
 */
#ifndef BAUD_CORE_DECISION_H
#define BAUD_CORE_DECISION_H

#include "compose/part.h"

enum decision_kind {
  DECIDES_NOTHING, DECIDES_ACTION, DECIDES_FIRST, DECIDES_TOOL, DECIDES_CALL, DECIDES_LEARNING, DECIDES_WEIGHTS, DECIDES_RANGES, DECIDES_CHOICES
};

enum { DECISION_MOST = 64, DECISION_CHOICES = 64 }; /* parameters; values of one */

typedef struct decision_entry {
  cJSON *item;               /* in the learner's JSON */
  double low, high;
  int is_log, is_whole;      /* is_whole: an integer's range, rounded to */
  uint32_t n;
  cJSON *choice[DECISION_CHOICES];
} decision_entry;

typedef struct decision {
  enum decision_kind kind;
  part *learner;             /* whose parameters they are, with values as they were last set */
  uint32_t n;
  decision_entry entry[DECISION_MOST];
} decision;

/* Reads `text`, about `learner` (null: there is none). BAUD_OK, or a code after host->fail. */
int32_t decision_open(decision *d, const char *text, part *learner, const baud_host *host);
void decision_close(decision *d);
/* Whether it is about steps of the inner trial, rather than about all of it. */
int decision_is_of_steps(const decision *d);
/* Alternatives of one that chooses; 0 for others. */
uint32_t decision_alternatives(const decision *d);
/* Puts what the action says into learner->of.values: `choice`, or `x` [n]. 1 when that changed anything, 0, or a negative code. */
int decision_take(decision *d, uint32_t choice, const float *x, baud_error *error);

#endif
