/* broken_library.c - a library that is sound with FAULT none, and has one fault for each other value.
 *
 * Its unit, test.still, is the smallest reward scheme that there is. The table says by which checks each fault is to
 * be caught, by these and no others; tests/conformance/plugins.sh reads it.
 *
 *   fault                 checks
 *   none                  -
 *   crash_on_load         1
 *   exit_on_load          1
 *   exports_more          2
 *   imports_rand          3
 *   prints_on_load        3,4
 *   moves_on_load         3,4
 *   wrong_layout          6
 *   lacks_score           6
 *   newer_minor           6
 *   bad_id                7
 *   same_id               7
 *   any_extension         6,7
 *   default_out_of_range  8
 *   undocumented          8
 *   same_key              8
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "baud/plugin.h"

enum {
  none,
  crash_on_load,
  exit_on_load,
  exports_more,
  imports_rand,
  prints_on_load,
  moves_on_load,
  wrong_layout,
  lacks_score,
  newer_minor,
  bad_id,
  same_id,
  any_extension,
  default_out_of_range,
  undocumented,
  same_key
};

#define FIRST_KEY "some"
static const baud_param params[] = {
    BAUD_PARAM_INT(FIRST_KEY, FAULT == default_out_of_range ? 11 : 1, 0, 10, "",
                   FAULT == undocumented ? "" : "one thing"),
    BAUD_PARAM_INT(FAULT == same_key ? FIRST_KEY : "other", 1, 0, 10, "", "another thing"),
};

static int32_t create(const baud_host *host, const baud_value *values, baud_reward_setup *setup, void **model) {
  static char nothing;
  (void)host, (void)values;
  setup->view.kind = BAUD_VIEW_BLIND;
  *model = &nothing;
  return BAUD_OK;
}
static void destroy(void *model) { (void)model; }
static int32_t score(const void *model, const baud_batch *b) {
  (void)model;
  if (FAULT == imports_rand && b->lanes == 0) return rand();
  memset(b->reward, 0, b->lanes * sizeof *b->reward);
  return BAUD_OK;
}

#if FAULT_ON_LOAD
__attribute__((constructor)) static void on_load(void) {
  if (FAULT == crash_on_load) __builtin_trap();
  if (FAULT == exit_on_load) _exit(0);
  if (FAULT == prints_on_load) fputs("hello", stdout);
  if (FAULT == moves_on_load && chdir("/") != 0) abort();
}
#endif

#if FAULT_EXPORTS
BAUD_EXPORT int another_symbol;
int another_symbol = 1;
#endif

static const void *claim(const char *id) {
  return strncmp(id, "baud.teach", 10) == 0 || FAULT == any_extension ? params : NULL;
}

static const baud_reward_ops ops = {BAUD_SIZE(baud_reward_ops),         0, create, destroy, NULL,
                                    FAULT == lacks_score ? NULL : score};
static const baud_unit units[] = {
    {BAUD_SIZE(baud_unit), BAUD_REWARD, 1, 1, FAULT == bad_id ? "Test still" : "test.still", "nothing",
     "For the checks.", params, 2, 0, &ops, FAULT == any_extension ? claim : NULL},
    {BAUD_SIZE(baud_unit), BAUD_REWARD, 1, 1, FAULT == same_id ? "test.still" : "test.stiller", "nothing",
     "For the checks.", params, 2, 0, &ops, NULL},
};
const baud_library baud_plugin_1 = {BAUD_SIZE(baud_library),
                                    BAUD_MINOR,
                                    FAULT == newer_minor ? 900 : 0,
                                    FAULT == wrong_layout ? 1 : BAUD_LAYOUT,
                                    "baud tests",
                                    "1",
                                    "MIT",
                                    units,
                                    2,
                                    0};
