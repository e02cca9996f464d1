/* speech.c - primitives with which baud's own Lua speaks of mistakes: slips of the pen, and the line to blame.
 */
#include "lua/primitives.h"

/* closest(name, list) -> the entry that was probably meant, or nil */
static int closest(lua_State *lua) {
  const char *name = luaL_checkstring(lua, 1), *names[256];
  size_t n = 0;
  luaL_checktype(lua, 2, LUA_TTABLE);
  for (lua_Integer i = 1; n < 256 && lua_rawgeti(lua, 2, i) == LUA_TSTRING; i++) {
    names[n++] = lua_tostring(lua, -1); /* the table keeps it alive */
    lua_pop(lua, 1);
  }
  const char *near = error_closest(name, names, n);
  if (near) lua_pushstring(lua, near);
  else lua_pushnil(lua);
  return 1;
}

/* fail(sentence): raises it with the place of the script's call in front */
static int fail(lua_State *lua) { return sandbox_fail(lua, luaL_checkstring(lua, 1)); }

/* where() -> "file:line: " of the script's call */
static int where(lua_State *lua) {
  sandbox_where(lua);
  return 1;
}

static int call_through(lua_State *lua) {
  int n = lua_gettop(lua);
  lua_pushvalue(lua, lua_upvalueindex(1));
  lua_insert(lua, 1);
  lua_call(lua, n, LUA_MULTRET);
  return lua_gettop(lua);
}

/* public(f) -> f behind a C function: Lua drops the caller's frame at `return f(...)`, unless f is C, and without
 * it there would be no line to name in an error. */
static int make_public(lua_State *lua) {
  luaL_checktype(lua, 1, LUA_TFUNCTION);
  lua_settop(lua, 1);
  lua_pushcclosure(lua, call_through, 1);
  return 1;
}

void primitives_of_speech(lua_State *lua) {
  static const luaL_Reg functions[] = {
      {"closest", closest}, {"fail", fail}, {"where", where}, {"public", make_public}, {NULL, NULL}};
  luaL_setfuncs(lua, functions, 0);
}
