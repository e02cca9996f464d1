/* units.h - the compositions, one file each.
 */
#ifndef BAUD_CORE_COMPOSE_UNITS_H
#define BAUD_CORE_COMPOSE_UNITS_H

#include "baud/plugin.h"

extern const baud_unit demonstrator_unit, lifetime_unit, told_unit, toolbox_unit, window_unit;

#endif
