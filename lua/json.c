/* json.c - Lua values as JSON, for parameters on their way to params_read and for the plan. No Lua error can be
 * raised in here, so nothing leaks.
 */
#include <math.h>
#include <string.h>

#include "lua/primitives.h"

enum { DEEPEST = 40 };

static cJSON *convert(lua_State *lua, int index, int depth, const char **why);

static int is_array(lua_State *lua, int index) {
  if (lua_rawlen(lua, index) > 0) return 1;
  if (!lua_getmetatable(lua, index)) return 0;
  luaL_getmetatable(lua, "baud.array");
  int same = lua_rawequal(lua, -1, -2);
  lua_pop(lua, 2);
  return same;
}

static cJSON *array_of(lua_State *lua, int index, int depth, const char **why) {
  cJSON *array = cJSON_CreateArray();
  lua_Integer n = (lua_Integer)lua_rawlen(lua, index);
  for (lua_Integer i = 1; array && i <= n; i++) {
    lua_rawgeti(lua, index, i);
    cJSON *item = convert(lua, lua_gettop(lua), depth + 1, why);
    lua_pop(lua, 1);
    if (!item || !cJSON_AddItemToArray(array, item)) {
      cJSON_Delete(array);
      return NULL;
    }
  }
  return array;
}

static cJSON *object_of(lua_State *lua, int index, int depth, const char **why) {
  cJSON *object = cJSON_CreateObject();
  lua_pushnil(lua);
  while (object && lua_next(lua, index) != 0) {
    cJSON *item = NULL;
    if (lua_type(lua, -2) != LUA_TSTRING) *why = "names and positions are mixed in one table";
    else item = convert(lua, lua_gettop(lua), depth + 1, why);
    if (!item || !cJSON_AddItemToObject(object, lua_tostring(lua, -2), item)) {
      lua_pop(lua, 2);
      cJSON_Delete(object);
      return NULL;
    }
    lua_pop(lua, 1);
  }
  return object;
}

static cJSON *convert(lua_State *lua, int index, int depth, const char **why) {
  if (depth > DEEPEST || !lua_checkstack(lua, 8)) {
    *why = "tables are nested too deep";
    return NULL;
  }
  switch (lua_type(lua, index)) {
  case LUA_TBOOLEAN: return cJSON_CreateBool(lua_toboolean(lua, index));
  case LUA_TSTRING: return cJSON_CreateString(lua_tostring(lua, index));
  case LUA_TNUMBER:
    if (!isfinite(lua_tonumber(lua, index))) {
      *why = "a number is not finite";
      return NULL;
    }
    return cJSON_CreateNumber(lua_tonumber(lua, index));
  case LUA_TTABLE:
    return is_array(lua, index) ? array_of(lua, index, depth, why) : object_of(lua, index, depth, why);
  case LUA_TLIGHTUSERDATA: return cJSON_CreateNull();
  default: *why = "a value is neither number, text, true, false nor table"; return NULL;
  }
}

cJSON *json_of_lua(lua_State *lua, int index, const char **why) {
  *why = "there is no memory";
  return convert(lua, lua_absindex(lua, index), 0, why);
}
