/* words.c - see words.h. plugin.lua is embedded in the program, as the language's own Lua is.
 */
#include "lua/plugin/words.h"

#include "lua/plugin/keep.h"
#include "lua/plugin/loan.h"
#include "lua/plugin/script.h"
#include "lua/plugin_words.inc"
#include "lua/primitives.h"

static const char CORE[] = "baud.core"; /* registry key of the table that plugin.lua shares with C */

/* refuse(sentence): raises it, as what the parameters or the place are to blame for. */
static int refuse(lua_State *lua) { return script_refuse(lua, luaL_checkstring(lua, 1)); }

void words_install(lua_State *lua) {
  keep_install(lua);
  loan_install(lua);
  lua_newtable(lua);
  primitives_of_speech(lua);
  lua_pushcfunction(lua, refuse);
  lua_setfield(lua, -2, "refuse");
  lua_pushvalue(lua, -1);
  lua_setfield(lua, LUA_REGISTRYINDEX, CORE);
  lua_pushvalue(lua, -1);
  sandbox_run_own(lua, order_lua, 1);
  lua_pop(lua, 1);
  sandbox_run_own(lua, plugin_lua, 1);
  sandbox_provide(lua, "baud.plugin");
}

void words_apply(lua_State *lua, const char *name) {
  lua_getfield(lua, LUA_REGISTRYINDEX, CORE);
  lua_getfield(lua, -1, name);
  lua_replace(lua, -2);
  lua_insert(lua, -2);
  lua_call(lua, 1, 1);
}

void words_run(lua_State *lua, const char *path, const char *text, size_t size) {
  sandbox_load_text(lua, path, text, size);
  lua_call(lua, 0, 1);
  words_apply(lua, "collect");
}
