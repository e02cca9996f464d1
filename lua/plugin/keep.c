/* keep.c - see keep.h. A table in the registry, which no script reaches, holds what is kept as its keys.
 */
#include "lua/plugin/keep.h"

#include <lauxlib.h>
#include <string.h>

static const char KEPT[] = "baud.kept";

void keep_install(lua_State *lua) {
  lua_newtable(lua);
  lua_setfield(lua, LUA_REGISTRYINDEX, KEPT);
}

const char *keep_text(lua_State *lua, const char *text) {
  lua_getfield(lua, LUA_REGISTRYINDEX, KEPT);
  if (lua_getfield(lua, -1, text) != LUA_TSTRING) { /* of a long text there could be several, so the first one counts */
    lua_pop(lua, 1);
    lua_pushstring(lua, text);
    lua_pushvalue(lua, -1);
    lua_pushvalue(lua, -1);
    lua_settable(lua, -4);
  }
  const char *kept = lua_tostring(lua, -1);
  lua_pop(lua, 2);
  return kept;
}

void *keep_bytes(lua_State *lua, size_t size) {
  lua_getfield(lua, LUA_REGISTRYINDEX, KEPT);
  void *kept = lua_newuserdatauv(lua, size ? size : 1, 0);
  lua_pushboolean(lua, 1);
  lua_settable(lua, -3);
  lua_pop(lua, 1);
  return memset(kept, 0, size ? size : 1);
}
