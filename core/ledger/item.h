/* item.h - what makes a quiz item well formed: one rule, by which the host prepares a quiz and `baud check` looks at it.
 */
#ifndef BAUD_CORE_ITEM_H
#define BAUD_CORE_ITEM_H

#include "error.h"

typedef struct item_rules {
  const baud_env_spec *env;
  uint32_t n_items, max_answers, most_prefix;
} item_rules;

/* An item as item() left it, its buffers still in it. An item without kinds counts nowhere: only how it is asked must be
 * in range then. BAUD_EPLUGIN with a sentence that names the item. */
int item_check(const item_rules *rules, const baud_item *item, uint32_t index, baud_error *error);

#endif
