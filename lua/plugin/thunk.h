/* thunk.h - functions that know whose they are.
 *
 * The contract's create and extension are told of no unit: a shared object has one of each for every unit. A file in
 * Lua has none, so each of its units is lent a pair that calls back here with the unit. There are so many and no more.
 */
#ifndef BAUD_LUA_PLUGIN_THUNK_H
#define BAUD_LUA_PLUGIN_THUNK_H

#include "lua/plugin/unit.h"

enum { THUNKS = 256 };

/* Lends the unit operations and an extension, which go into `to`; BAUD_EBUSY when all are lent. */
int thunk_take(const lua_unit *unit, baud_unit *to, baud_error *error);
void thunk_give_back(const lua_unit *unit);

#endif
