/* variants.h - the settings under which a unit is checked: its defaults, each choice and flag the other way, and
 * settings drawn at random, small ones more often.
 */
#ifndef BAUD_CORE_CHECK_VARIANTS_H
#define BAUD_CORE_CHECK_VARIANTS_H

#include "check/run.h"

enum { VARIANTS_DRAWN = 2, VARIANTS_MOST = 8, PARAMS_MOST = 64 };

typedef struct variant {
  baud_value values[PARAMS_MOST];
  uint32_t index; /* 0: the defaults */
  char text[200]; /* "feedback=label codes=8", "" for the defaults */
} variant;

/* Fills in the index-th setting; 0 when there are no more. Depends on unit, index and seed alone. */
int variant_at(variant *v, const baud_unit *unit, uint32_t index, uint64_t seed);

/* Parameter `i` of `v` drawn from its whole range; or at its lowest (0) or highest (1) corner. */
void variant_draw(variant *v, const baud_unit *unit, uint32_t i, uint64_t *random);
void variant_corner(variant *v, const baud_unit *unit, uint32_t i, int which);
void variant_describe(variant *v, const baud_unit *unit);

#endif
