/* primitives.h - what baud's own Lua (words.lua, plan.lua, results.lua) asks of C: looking units up, canonical JSON,
 * the store's figures, statistics. All of it lies in one table that is handed to those chunks and to no script.
 */
#ifndef BAUD_LUA_PRIMITIVES_H
#define BAUD_LUA_PRIMITIVES_H

#include "lua/language.h"
#include "params.h"
#include "lua/sandbox.h"

/* The owner of a language's sandbox. */
typedef struct language_context {
  sandbox box;
  const registry *plugins;
  const language_options *options;
  store *results; /* null while a plan is made */
  bool is_so_far; /* the run goes on: language_claims_so_far */
} language_context;

static inline language_context *language_context_of(lua_State *lua) { return sandbox_of(lua)->owner; }

/* Adds functions to the table on top of the stack. */
void primitives_of_speech(lua_State *lua); /* asks for no language_context: for any sandbox */
void primitives_of_units(lua_State *lua);
void primitives_of_results(lua_State *lua);

/* The Lua value at `index` as JSON, or null with the reason in *why; the caller deletes it. Raises nothing. A light
 * userdata of NULL is JSON's null; a table with [1], or one marked by the metatable "baud.array", is an array. */
cJSON *json_of_lua(lua_State *lua, int index, const char **why);

#endif
