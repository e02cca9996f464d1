/* observer.h - the ideal observer of an environment in Lua: what env.c's builder needs of it.
 */
#ifndef BAUD_LUA_PLUGIN_OBSERVER_H
#define BAUD_LUA_PLUGIN_OBSERVER_H

#include "lua/plugin/env.h"

/* The unit's observer, with the functions and flags that it declares at the top of the stack, `observer` = { .. }. */
void observer_declare(lua_State *lua, baud_observer *to);

/* Reads what create says of the observer, from the table at `form`; pushes four records that its functions get, given
 * the index of that of observations; the index of the first. */
int observer_push_records(lua_State *lua, int form, int obs);

/* Pushes the observer's runners or nils, given the indices of self, the world's record, and the first of those four. */
void observer_push_runners(lua_State *lua, int self, int world, int belief);

#endif
