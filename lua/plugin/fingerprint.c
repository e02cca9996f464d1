/* fingerprint.c - what an instance keeps in Lua, summed up in a number that changes when any of it does: every variable
 * and table that its functions can reach. The host's memory, which they see through loans, is not theirs and not in it.
 *
 * Two fingerprints of one instance are comparable, those of two are not: tables and functions count by their addresses,
 * and a table's items in the order in which they lie.
 */
#include "lua/plugin/fingerprint.h"

#include <string.h>
#include <xxhash.h>

/* The stack of the walk: 1 sum, as light userdata; 2 table of what was seen, whose list part is still to be visited. */
enum { AT_SUM = 1, AT_SEEN = 2 };

static void add_bytes(lua_State *lua, const void *data, size_t size) {
  uint64_t *sum = lua_touserdata(lua, AT_SUM);
  *sum = XXH3_64bits_withSeed(data, size, *sum);
}

/* Adds the value on top of the stack and pops it; what can be walked into is remembered. */
static void add_value(lua_State *lua) {
  int type = lua_type(lua, -1);
  add_bytes(lua, &type, sizeof type);
  if (type == LUA_TSTRING) {
    size_t size;
    const char *text = lua_tolstring(lua, -1, &size);
    add_bytes(lua, text, size);
  } else if (type == LUA_TNUMBER) {
    lua_Number x = lua_tonumber(lua, -1);
    int is_whole = lua_isinteger(lua, -1);
    lua_Integer i = is_whole ? lua_tointeger(lua, -1) : 0;
    add_bytes(lua, &x, sizeof x);
    add_bytes(lua, &i, sizeof i);
    add_bytes(lua, &is_whole, sizeof is_whole);
  } else if (type == LUA_TBOOLEAN) {
    int truth = lua_toboolean(lua, -1);
    add_bytes(lua, &truth, sizeof truth);
  } else if (type != LUA_TNIL) {
    const void *address = lua_topointer(lua, -1);
    add_bytes(lua, &address, sizeof address);
  }
  int is_walked = type == LUA_TTABLE || type == LUA_TFUNCTION;
  if (is_walked) {
    lua_pushvalue(lua, -1);
    is_walked = lua_rawget(lua, AT_SEEN) == LUA_TNIL;
    lua_pop(lua, 1);
  }
  if (is_walked) {
    lua_pushvalue(lua, -1);
    lua_pushboolean(lua, 1);
    lua_rawset(lua, AT_SEEN);
    lua_pushvalue(lua, -1);
    lua_rawseti(lua, AT_SEEN, (lua_Integer)lua_rawlen(lua, AT_SEEN) + 1);
  }
  lua_pop(lua, 1);
}

/* The table or function on top of the stack: all that is in it. */
static void walk(lua_State *lua) {
  if (lua_isfunction(lua, -1)) {
    for (int i = 1; lua_getupvalue(lua, -1, i); i++) add_value(lua);
    return;
  }
  if (lua_getmetatable(lua, -1)) add_value(lua);
  for (lua_pushnil(lua); lua_next(lua, -2);) {
    lua_pushvalue(lua, -2);
    add_value(lua);
    add_value(lua); /* the value, on top again */
  }
}

/* sum, runner, .. : the sum of all that the runners reach. */
static int sum_up(lua_State *lua) {
  lua_newtable(lua);
  lua_insert(lua, AT_SEEN);
  while (lua_gettop(lua) > AT_SEEN) add_value(lua);
  for (lua_Integer i = 1; lua_rawgeti(lua, AT_SEEN, i) != LUA_TNIL; i++) {
    walk(lua);
    lua_settop(lua, AT_SEEN);
  }
  return 0;
}

int fingerprint_of(const void *model, uint64_t *out) {
  script *s = (script *)(uintptr_t)model;
  lua_State *lua = s->box.lua;
  baud_error error;
  int runners = lua_gettop(lua);
  *out = 0;
  lua_pushcfunction(lua, sum_up);
  lua_pushlightuserdata(lua, out);
  for (int i = 1; i <= runners; i++) lua_pushvalue(lua, i);
  return sandbox_call(&s->box, runners + 1, 0, &error);
}
