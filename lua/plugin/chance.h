/* chance.h - the one source of chance that a plugin in Lua has: a generator (baud/random.h) whose state is eight bytes
 * of the host's, in a lane or a block, seeded by the host. Its draws are those of a plugin in C, bit for bit.
 */
#ifndef BAUD_LUA_PLUGIN_CHANCE_H
#define BAUD_LUA_PLUGIN_CHANCE_H

#include "lua/plugin/loan.h"

/* Part of loan_install. */
void chance_install(lua_State *lua);

/* Pushes a generator whose state lies where the window begins. `what` has it: "lane". */
void chance_push(lua_State *lua, const char *what, const loan_window *window);

#endif
