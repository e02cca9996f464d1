/* prefix.h - the steps that a quiz item may have a learner read before the question: kept item by item, and put to the
 * copy tick by tick.
 */
#ifndef BAUD_CORE_PREFIX_H
#define BAUD_CORE_PREFIX_H

#include "ledger/quiz.h"

typedef struct prefixes prefixes;

/* Room for `most` steps of each of n_items; null where there are none. */
int prefixes_open(prefixes **out, const baud_env_spec *env, uint32_t n_items, uint32_t most, uint32_t lanes, baud_error *error);
void prefixes_close(prefixes *p);

/* Hands an item its buffers, zeroed. */
void prefixes_lend(prefixes *p, uint32_t index, baud_item *item);

/* Has the learner's shadow read n_steps steps of the items in order[lanes]; context [field] is what follows them. */
int prefixes_put(prefixes *p, const quiz_learner *learner, const uint32_t *order, uint32_t n_steps, void *const *context,
                 baud_error *error);

#endif
