/* units.c - primitives that know the registry: units by name, their parameters checked, ids and slips of the pen.
 *
 * They return nil and a sentence instead of raising, since it is the Lua side that knows whether a value came from
 * the script or from the command line.
 */
#include <stdlib.h>
#include <string.h>
#include <xxhash.h>

#include "lua/primitives.h"

static int give_error(lua_State *lua, const baud_error *error) {
  lua_pushnil(lua);
  lua_pushstring(lua, error->text);
  return 2;
}

/* The unit that arguments 1 (role) and 2 (name) mean, or null with the error. */
static const baud_unit *find_unit(lua_State *lua, baud_error *error) {
  const plugin *found = NULL;
  uint32_t role = (uint32_t)luaL_checkinteger(lua, 1);
  const char *name = luaL_checkstring(lua, 2);
  if (registry_find(language_context_of(lua)->plugins, role, name, &found, error) != 0) return NULL;
  if (found->unit) return found->unit;
  error_set(error, BAUD_EPLUGIN, "%s \"%s\" cannot be used: %s", role_name(role), name,
            found->reason ? found->reason : "it could not be loaded");
  return NULL;
}

/* { key = { role = "learner", default = id or "" } } of the parameters that are units */
static void push_inner_units(lua_State *lua, const baud_unit *unit) {
  lua_newtable(lua);
  for (uint32_t i = 0; i < unit->n_params; i++) {
    const baud_param *p = &unit->params[i];
    if (p->type != BAUD_UNIT) continue;
    cJSON *def = cJSON_Parse(p->def.s);
    const cJSON *id = cJSON_GetObjectItemCaseSensitive(def, "id");
    lua_createtable(lua, 0, 2);
    lua_pushstring(lua, p->low.i == BAUD_ENV ? "env" : role_name((uint32_t)p->low.i));
    lua_setfield(lua, -2, "role");
    lua_pushstring(lua, cJSON_IsString(id) ? id->valuestring : "");
    lua_setfield(lua, -2, "default");
    lua_setfield(lua, -2, p->key);
    cJSON_Delete(def);
  }
}

/* unit(role, name) -> { id, name, behaviour, types = { key = type }, keys = { key, ... }, units = { key = {..} } } | nil, sentence */
static int unit_by_name(lua_State *lua) {
  baud_error error;
  const baud_unit *unit = find_unit(lua, &error);
  if (!unit) return give_error(lua, &error);
  const char *dot = strrchr(unit->id, '.');
  lua_newtable(lua);
  lua_pushstring(lua, unit->id);
  lua_setfield(lua, -2, "id");
  lua_pushstring(lua, dot ? dot + 1 : unit->id);
  lua_setfield(lua, -2, "name");
  lua_pushinteger(lua, unit->behaviour);
  lua_setfield(lua, -2, "behaviour");
  lua_newtable(lua);
  lua_newtable(lua);
  for (uint32_t i = 0; i < unit->n_params; i++) {
    lua_pushstring(lua, param_type_name(unit->params[i].type));
    lua_setfield(lua, -3, unit->params[i].key);
    lua_pushstring(lua, unit->params[i].key);
    lua_rawseti(lua, -2, (lua_Integer)i + 1);
  }
  lua_setfield(lua, -3, "keys");
  lua_setfield(lua, -2, "types");
  push_inner_units(lua, unit);
  lua_setfield(lua, -2, "units");
  return 1;
}

static void push_value(lua_State *lua, const baud_param *p, const baud_value *value) {
  switch (p->type) {
  case BAUD_INT: lua_pushinteger(lua, value->i); break;
  case BAUD_FLOAT: lua_pushnumber(lua, value->f); break;
  case BAUD_FLAG: lua_pushboolean(lua, value->i != 0); break;
  case BAUD_CHOICE: lua_pushstring(lua, p->choices[value->i]); break;
  default: lua_pushstring(lua, value->s); break;
  }
}

/* params(role, name, given) -> { key = value, ... } with every parameter that is no unit | nil, sentence */
static int unit_params(lua_State *lua) {
  baud_error error;
  const char *why;
  const baud_unit *unit = find_unit(lua, &error);
  if (!unit) return give_error(lua, &error);
  luaL_checktype(lua, 3, LUA_TTABLE);
  baud_value *values = lua_newuserdatauv(lua, (unit->n_params + 1) * sizeof *values, 0);
  cJSON *given = json_of_lua(lua, 3, &why);
  if (!given) {
    error_set(&error, BAUD_EARG, "%s \"%s\": %s", role_name(unit->role), lua_tostring(lua, 2), why);
    return give_error(lua, &error);
  }
  int code = params_read(unit, given, values, &error);
  cJSON *all = code == 0 ? params_write(unit, values) : NULL;
  cJSON_Delete(given); /* texts in values die with it: they are taken from `all`, below */
  if (code != 0) return give_error(lua, &error);
  lua_newtable(lua);
  for (uint32_t i = 0; i < unit->n_params; i++) {
    const baud_param *p = &unit->params[i];
    const cJSON *item = cJSON_GetObjectItemCaseSensitive(all, p->key);
    if (p->type == BAUD_UNIT) continue;
    if (p->type == BAUD_TEXT) values[i].s = item && item->valuestring ? item->valuestring : "";
    push_value(lua, p, &values[i]);
    lua_setfield(lua, -2, p->key);
  }
  cJSON_Delete(all);
  return 1;
}

/* extends(role, name, extension) -> whether the unit has it */
static int unit_extends(lua_State *lua) {
  baud_error error;
  const char *extension = luaL_checkstring(lua, 3);
  const baud_unit *unit = find_unit(lua, &error);
  lua_pushboolean(lua, unit && unit->extension && unit->extension(extension) != NULL);
  return 1;
}

/* json(value) -> canonical text */
static int json_text(lua_State *lua) {
  const char *why;
  cJSON *item = json_of_lua(lua, 1, &why);
  if (!item) return luaL_error(lua, "%s", why);
  char *text = json_canonical(item);
  cJSON_Delete(item);
  if (!text) return luaL_error(lua, "there is no memory for the plan");
  lua_pushstring(lua, text);
  free(text);
  return 1;
}

/* identity(text) -> 32 hexadecimal digits: XXH3-128, big end first, as plan.h has it for trials */
static int identity(lua_State *lua) {
  size_t size;
  const char *text = luaL_checklstring(lua, 1, &size);
  XXH128_canonical_t bytes;
  char digits[PLAN_ID_SIZE];
  XXH128_canonicalFromHash(&bytes, XXH3_128bits(text, size));
  for (size_t i = 0; i < 16; i++) {
    digits[2 * i] = "0123456789abcdef"[bytes.digest[i] >> 4];
    digits[2 * i + 1] = "0123456789abcdef"[bytes.digest[i] & 15];
  }
  lua_pushlstring(lua, digits, 32);
  return 1;
}

/* array(table) -> the same, marked as a list even when it is empty */
static int mark_array(lua_State *lua) {
  luaL_checktype(lua, 1, LUA_TTABLE);
  lua_settop(lua, 1);
  luaL_newmetatable(lua, "baud.array");
  lua_setmetatable(lua, 1);
  return 1;
}

static void push_settings(lua_State *lua, const language_options *options) {
  lua_createtable(lua, (int)options->n_settings, 0);
  for (size_t i = 0; i < options->n_settings; i++) {
    lua_pushstring(lua, options->settings[i]);
    lua_rawseti(lua, -2, (lua_Integer)i + 1);
  }
}

void primitives_of_units(lua_State *lua) {
  static const luaL_Reg functions[] = {
      {"unit", unit_by_name}, {"params", unit_params}, {"extends", unit_extends}, {"json", json_text},
      {"identity", identity}, {"array", mark_array},   {NULL, NULL}};
  const language_options *options = language_context_of(lua)->options;
  luaL_setfuncs(lua, functions, 0);
  push_settings(lua, options);
  lua_setfield(lua, -2, "settings");
  lua_pushinteger(lua, (lua_Integer)options->seeds);
  lua_setfield(lua, -2, "seeds");
  lua_pushinteger(lua, (lua_Integer)options->episodes);
  lua_setfield(lua, -2, "episodes");
  lua_pushboolean(lua, options->full);
  lua_setfield(lua, -2, "full");
  lua_pushlightuserdata(lua, NULL);
  lua_setfield(lua, -2, "null");
  for (uint32_t role = BAUD_ENV; role <= BAUD_REWARD; role++) {
    lua_pushinteger(lua, role);
    lua_setfield(lua, -2, role == BAUD_ENV ? "ENV" : role == BAUD_LEARNER ? "LEARNER" : "REWARD");
  }
  lua_createtable(lua, BAUD_CHANNELS, 0);
  for (int i = 0; i < BAUD_CHANNELS; i++) {
    lua_pushstring(lua, channel_name[i]);
    lua_rawseti(lua, -2, i + 1);
  }
  lua_setfield(lua, -2, "channels");
}
