/* form.c - see form.h.
 */
#include "lua/plugin/form.h"

#include <string.h>

#include "lua/plugin/keep.h"
#include "lua/sandbox.h"

enum { MOST_NAMES = 32, MOST_RANK = 3, MOST_ELEMENTS = 1 << 24 };

const char *const form_roles[FORM_ROLES] = {"reward", "outcome", "potential", "hidden", "at_end"};
const char *const form_channels[BAUD_CHANNELS] = {"observation", "reward", "demonstration"};

/* ---- Plain values -------------------------------------------------------------------------------------- */

static int list_names(lua_State *lua, const char *const *names, int n) {
  luaL_Buffer all;
  luaL_buffinit(lua, &all);
  for (int i = 0; i < n; i++) {
    if (i) luaL_addstring(&all, ", ");
    luaL_addstring(&all, names[i]);
  }
  luaL_pushresult(&all);
  return lua_gettop(lua);
}

/* Raises: `what` has no such key, among those it has. */
static void refuse_key(lua_State *lua, const char *what, const char *key, const char *const *names, int n) {
  const char *near = error_closest(key, names, (size_t)n);
  if (near)
    sandbox_fail(lua, lua_pushfstring(lua, "%s has nothing called \"%s\" (did you mean \"%s\"?)", what, key, near));
  sandbox_fail(lua, lua_pushfstring(lua, "%s has nothing called \"%s\"; there are %s", what, key,
                                    lua_tostring(lua, list_names(lua, names, n))));
}

void form_open(lua_State *lua, int index, const char *what, const char *const *keys) {
  int table = lua_absindex(lua, index), n = 0;
  while (keys[n]) n++;
  if (!lua_istable(lua, table))
    sandbox_fail(lua, lua_pushfstring(lua, "%s is %s; it must be a table", what, luaL_tolstring(lua, table, NULL)));
  for (lua_pushnil(lua); lua_next(lua, table); lua_pop(lua, 1)) {
    int i = 0;
    const char *key = lua_type(lua, -2) == LUA_TSTRING ? lua_tostring(lua, -2) : NULL;
    while (key && i < n && strcmp(keys[i], key) != 0) i++;
    if (!key || i == n) refuse_key(lua, what, key ? key : luaL_tolstring(lua, -2, NULL), keys, n);
  }
}

int form_has(lua_State *lua, int index, const char *key) {
  int type = lua_getfield(lua, index, key);
  lua_pop(lua, 1);
  return type != LUA_TNIL;
}

/* Raises: `what.key` is what lies at `value`. */
static void refuse(lua_State *lua, int value, const char *what, const char *key, const char *takes) {
  const char *got = lua_isnil(lua, value) ? "missing" : luaL_tolstring(lua, value, NULL);
  sandbox_fail(lua, lua_pushfstring(lua, "%s.%s is %s; it takes %s", what, key, got, takes));
}

/* The number on top of the stack, or `missing` in the place of nil; NAN where it is neither. */
static double number_or(lua_State *lua, double missing) {
  return lua_isnil(lua, -1) ? missing : lua_type(lua, -1) == LUA_TNUMBER ? lua_tonumber(lua, -1) : NAN;
}

double form_number(lua_State *lua, int index, const char *what, const char *key, double low, double high,
                   double missing) {
  lua_getfield(lua, index, key);
  int at = lua_gettop(lua);
  double value = number_or(lua, missing);
  if (!(value >= low && value <= high))
    refuse(lua, at, what, key, lua_pushfstring(lua, "a number from %f to %f", low, high));
  lua_pop(lua, 1);
  return value;
}

double form_whole(lua_State *lua, int index, const char *what, const char *key, double low, double high,
                  double missing) {
  lua_getfield(lua, index, key);
  int at = lua_gettop(lua);
  double value = number_or(lua, missing);
  if (!(value >= low && value <= high && floor(value) == value))
    refuse(lua, at, what, key,
           lua_pushfstring(lua, "a whole number from %I to %I", (lua_Integer)low, (lua_Integer)high));
  lua_pop(lua, 1);
  return value;
}

const char *form_text(lua_State *lua, int index, const char *what, const char *key, const char *missing) {
  lua_getfield(lua, index, key);
  if (lua_type(lua, -1) != LUA_TSTRING && !(lua_isnil(lua, -1) && missing)) refuse(lua, -1, what, key, "a text");
  const char *text = keep_text(lua, lua_isnil(lua, -1) ? missing : lua_tostring(lua, -1));
  lua_pop(lua, 1);
  return text;
}

/* The index of the name on top of the stack. */
static int index_of(lua_State *lua, const char *what, const char *key, const char *const *names, int n) {
  const char *name = lua_type(lua, -1) == LUA_TSTRING ? lua_tostring(lua, -1) : NULL;
  for (int i = 0; name && i < n; i++)
    if (strcmp(names[i], name) == 0) return i;
  const char *near = name ? error_closest(name, names, (size_t)n) : NULL;
  if (near) sandbox_fail(lua, lua_pushfstring(lua, "%s.%s is \"%s\" (did you mean \"%s\"?)", what, key, name, near));
  const char *got = luaL_tolstring(lua, -1, NULL);
  sandbox_fail(lua, lua_pushfstring(lua, "%s.%s is %s; it takes one of %s", what, key, got,
                                    lua_tostring(lua, list_names(lua, names, n))));
  return -1;
}

int form_choice(lua_State *lua, int index, const char *what, const char *key, const char *const *names, int n) {
  int chosen = lua_getfield(lua, index, key) == LUA_TNIL ? -1 : index_of(lua, what, key, names, n);
  lua_pop(lua, 1);
  return chosen;
}

uint32_t form_choices(lua_State *lua, int index, const char *what, const char *key, const char *const *names, int n) {
  uint32_t chosen = 0;
  int type = lua_getfield(lua, index, key);
  if (type == LUA_TTABLE) {
    for (lua_Integer i = 1; lua_geti(lua, -1, i) != LUA_TNIL; i++) {
      chosen |= 1u << index_of(lua, what, key, names, n);
      lua_pop(lua, 1);
    }
    lua_pop(lua, 1);
  } else if (type != LUA_TNIL) {
    chosen = 1u << index_of(lua, what, key, names, n);
  }
  lua_pop(lua, 1);
  return chosen;
}

uint32_t form_list(lua_State *lua, int index, const char *what, const char *key, uint32_t most) {
  int type = lua_getfield(lua, index, key);
  if (type != LUA_TNIL && type != LUA_TTABLE) refuse(lua, -1, what, key, "a list");
  lua_Integer n = type == LUA_TTABLE ? luaL_len(lua, -1) : 0;
  if (n > most)
    sandbox_fail(lua, lua_pushfstring(lua, "%s.%s has %I items; there is room for %d", what, key, n, (int)most));
  if (type == LUA_TTABLE) return (uint32_t)n;
  lua_pop(lua, 1);
  lua_newtable(lua);
  return 0;
}

/* ---- Fields and facts ---------------------------------------------------------------------------------- */

static void read_shape(lua_State *lua, int index, const char *what, baud_field *field) {
  uint32_t rank = form_list(lua, index, what, "shape", MOST_RANK);
  double count = 1.0;
  for (uint32_t i = 0; i < rank; i++) {
    lua_geti(lua, -1, (lua_Integer)i + 1);
    if (!lua_isinteger(lua, -1) || lua_tointeger(lua, -1) < 1 || lua_tointeger(lua, -1) > MOST_ELEMENTS)
      refuse(lua, -1, what, "shape", "a list of sizes");
    field->shape[i] = (uint32_t)lua_tointeger(lua, -1);
    count *= field->shape[i];
    lua_pop(lua, 1);
  }
  lua_pop(lua, 1);
  if (count > MOST_ELEMENTS)
    sandbox_fail(lua, lua_pushfstring(lua, "%s.shape holds more than %d elements", what, MOST_ELEMENTS));
  field->rank = rank;
  field->count = (uint32_t)(rank ? count : form_whole(lua, index, what, "count", 1, MOST_ELEMENTS, 1));
  if (!rank && field->count > 1) field->rank = 1, field->shape[0] = field->count;
}

/* Categories or bounds: what values the elements take. */
static void read_values(lua_State *lua, int table, const char *what, baud_field *field) {
  static const char *const of_categories[] = {"i32", "u8"}, *const of_bounds[] = {"f32"};
  if (form_has(lua, table, "categories")) {
    field->categories = (uint32_t)form_whole(lua, table, what, "categories", 1, INT32_MAX, FORM_NEEDED);
    field->dtype = form_choice(lua, table, what, "type", of_categories, 2) == 1 ? BAUD_U8 : BAUD_I32;
    field->high = field->categories - 1.0;
    if (field->dtype == BAUD_U8 && field->categories > 256)
      sandbox_fail(lua, lua_pushfstring(lua, "%s: a u8 has 256 categories at most", what));
    if (form_has(lua, table, "low") || form_has(lua, table, "high"))
      sandbox_fail(lua, lua_pushfstring(lua, "%s has categories, 0 .. %d: low and high are for numbers", what,
                                        (int)field->categories - 1));
    return;
  }
  (void)form_choice(lua, table, what, "type", of_bounds, 1);
  field->dtype = BAUD_F32;
  field->low = form_number(lua, table, what, "low", -INFINITY, INFINITY, -INFINITY);
  field->high = form_number(lua, table, what, "high", field->low, INFINITY, INFINITY);
}

baud_field form_field(lua_State *lua, int index, const char *what) {
  static const char *const keys[] = {"name", "categories", "count", "shape", "type",
                                     "low",  "high",       "doc",   "unit",  NULL};
  int table = lua_absindex(lua, index);
  form_open(lua, table, what, keys);
  baud_field field = {.size = BAUD_SIZE(baud_field),
                      .name = form_text(lua, table, what, "name", NULL),
                      .unit = form_text(lua, table, what, "unit", ""),
                      .doc = form_text(lua, table, what, "doc", "")};
  read_shape(lua, table, what, &field);
  read_values(lua, table, what, &field);
  return field;
}

baud_fact form_fact(lua_State *lua, int index, const char *what) {
  static const char *const keys[] = {"name", "roles", "doc", "unit", "values", NULL};
  int table = lua_absindex(lua, index);
  form_open(lua, table, what, keys);
  return (baud_fact){.size = BAUD_SIZE(baud_fact),
                     .roles = form_choices(lua, table, what, "roles", form_roles, FORM_ROLES),
                     .name = form_text(lua, table, what, "name", NULL),
                     .unit = form_text(lua, table, what, "unit", ""),
                     .doc = form_text(lua, table, what, "doc", "")};
}

/* ---- The other way ------------------------------------------------------------------------------------- */

void form_push_field(lua_State *lua, const baud_field *field) {
  lua_createtable(lua, 0, 5);
  lua_pushstring(lua, field->name);
  lua_setfield(lua, -2, "name");
  lua_pushinteger(lua, field->count);
  lua_setfield(lua, -2, "count");
  if (field->categories) {
    lua_pushinteger(lua, field->categories);
    lua_setfield(lua, -2, "categories");
    return;
  }
  lua_pushnumber(lua, field->low);
  lua_setfield(lua, -2, "low");
  lua_pushnumber(lua, field->high);
  lua_setfield(lua, -2, "high");
}

void form_push_fields(lua_State *lua, const baud_field *fields, uint32_t n) {
  lua_createtable(lua, (int)n, 0);
  for (uint32_t f = 0; f < n; f++) {
    form_push_field(lua, &fields[f]);
    lua_seti(lua, -2, (lua_Integer)f + 1);
  }
}

static void push_fact(lua_State *lua, const baud_fact *fact) {
  lua_createtable(lua, 0, 2);
  lua_pushstring(lua, fact->name);
  lua_setfield(lua, -2, "name");
  lua_createtable(lua, 0, FORM_ROLES);
  for (int i = 0; i < FORM_ROLES; i++) {
    if (!(fact->roles >> i & 1u)) continue;
    lua_pushboolean(lua, 1);
    lua_setfield(lua, -2, form_roles[i]);
  }
  lua_setfield(lua, -2, "roles");
}

void form_push_facts(lua_State *lua, const baud_fact *facts, uint32_t n) {
  lua_createtable(lua, (int)n, 0);
  for (uint32_t f = 0; f < n; f++) {
    push_fact(lua, &facts[f]);
    lua_seti(lua, -2, (lua_Integer)f + 1);
  }
}
