/* params.h - a unit's parameter table made into checked values and back.
 *
 * Values come as JSON (from scripts and --set) and leave as canonical JSON with every parameter spelled out, keys
 * sorted, so that equal configurations have equal text.
 */
#ifndef BAUD_CORE_PARAMS_H
#define BAUD_CORE_PARAMS_H

#include <cjson/cJSON.h>

#include "error.h"

/* Defaults, then what `given` (an object, or null) says; unknown keys, wrong types and values out of range are
 * refused in one sentence: `learner "reinforce" has no parameter "lrr" (did you mean "lr"?)`.
 * `values` has room for unit->n_params; strings point into `given` or the unit. */
int params_read(const baud_unit *unit, const cJSON *given, baud_value *values, baud_error *error);

/* A new object with every parameter, sorted by key; choices as their names. */
cJSON *params_write(const baud_unit *unit, const baud_value *values);

/* "int", "float", "flag", "choice", "text", "unit". */
const char *param_type_name(uint32_t type);

/* JSON with sorted keys, no white space and numbers in the shortest form that reads back the same; malloc'd. */
char *json_canonical(const cJSON *item);

#endif
