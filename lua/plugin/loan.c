/* loan.c - see loan.h. Keys are compared by address: Lua keeps one copy of a short text, and fields keep theirs.
 */
#include "lua/plugin/loan.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "lua/plugin/chance.h"
#include "lua/plugin/keep.h"
#include "lua/sandbox.h"

enum { MOST_FIELDS = 64, MOST_ELEMENTS = 1 << 28 };

typedef struct record {
  enum loan_kind kind;
  uint32_t n;
  const char *what;
  loan_field field[]; /* what field i is beside its bytes is user value i + 1 */
} record;

struct loan_array {
  enum loan_kind kind;
  const char *what; /* of the record that it is part of, or null */
  loan_field field;
};

static const struct {
  const char *name;
  size_t size;
} types[] = {[LOAN_FLAG] = {"flag", 1}, [LOAN_U8] = {"u8", 1},   [LOAN_I32] = {"i32", 4},
             [LOAN_U64] = {"u64", 8},   [LOAN_F32] = {"f32", 4}, [LOAN_F64] = {"f64", 8}};
enum { N_TYPES = sizeof types / sizeof *types };

static const char RECORD[] = "baud.record", ARRAY[] = "baud.array"; /* registry keys of the metatables */

size_t loan_size(enum loan_type type) { return types[type].size; }

enum loan_type loan_type_named(lua_State *lua, const char *name, const char *what) {
  for (int i = 0; name && i < N_TYPES; i++)
    if (strcmp(types[i].name, name) == 0) return (enum loan_type)i;
  sandbox_fail(lua, lua_pushfstring(lua, "%s: there is no type \"%s\"; there are flag, u8, i32, u64, f32, f64", what,
                                    name ? name : "?"));
  return LOAN_FLAG;
}

/* ---- Reading and writing one element ------------------------------------------------------------------- */

static const char *name_of(lua_State *lua, const loan_field *f, const char *what) {
  return what && f->name ? lua_pushfstring(lua, "%s.%s", what, f->name) : what ? what : f->name;
}

static inline void push_element(lua_State *lua, enum loan_type type, const char *at, size_t i) {
  switch (type) {
  case LOAN_FLAG:
    lua_pushboolean(lua, ((const uint8_t *)at)[i]);
    break;
  case LOAN_U8:
    lua_pushinteger(lua, ((const uint8_t *)at)[i]);
    break;
  case LOAN_I32:
    lua_pushinteger(lua, ((const int32_t *)(const void *)at)[i]);
    break;
  case LOAN_U64:
    lua_pushinteger(lua, (lua_Integer)((const uint64_t *)(const void *)at)[i]);
    break;
  case LOAN_F32:
    lua_pushnumber(lua, (lua_Number)((const float *)(const void *)at)[i]);
    break;
  default:
    lua_pushnumber(lua, ((const double *)(const void *)at)[i]);
    break;
  }
}

static int refuse_value(lua_State *lua, const loan_field *f, const char *what, int index, const char *takes) {
  const char *name = name_of(lua, f, what), *got = luaL_tolstring(lua, index, NULL);
  return sandbox_fail(lua, lua_pushfstring(lua, "%s is to be %s; it takes %s", name, got, takes));
}

static lua_Integer whole(lua_State *lua, const loan_field *f, const char *what, int index) {
  lua_Integer low = f->type == LOAN_I32 ? INT32_MIN : 0, high = f->type == LOAN_I32 ? INT32_MAX : UINT8_MAX;
  if (f->range == LOAN_CATEGORIES) low = 0, high = (lua_Integer)f->most;
  int is_whole;
  lua_Integer value = lua_tointegerx(lua, index, &is_whole);
  if (!is_whole || lua_type(lua, index) != LUA_TNUMBER || (f->type != LOAN_U64 && (value < low || value > high)))
    refuse_value(lua, f, what, index,
                 f->type == LOAN_U64 ? "a whole number"
                                     : lua_pushfstring(lua, "a whole number from %I to %I", low, high));
  return value;
}

static lua_Number number(lua_State *lua, const loan_field *f, const char *what, int index) {
  lua_Number value = lua_tonumber(lua, index);
  if (lua_type(lua, index) != LUA_TNUMBER) refuse_value(lua, f, what, index, "a number");
  if (f->range == LOAN_BOUNDS && !(isfinite(value) && value >= f->least && value <= f->most))
    refuse_value(lua, f, what, index,
                 isinf(f->least) && isinf(f->most) ? "a finite number"
                                                   : lua_pushfstring(lua, "a number from %f to %f", f->least, f->most));
  return value;
}

static inline void write_element(lua_State *lua, const loan_field *f, const char *what, char *at, size_t i, int index) {
  switch (f->type) {
  case LOAN_FLAG:
    if (!lua_isboolean(lua, index)) refuse_value(lua, f, what, index, "true or false");
    ((uint8_t *)at)[i] = (uint8_t)lua_toboolean(lua, index);
    break;
  case LOAN_U8:
    ((uint8_t *)at)[i] = (uint8_t)whole(lua, f, what, index);
    break;
  case LOAN_I32:
    ((int32_t *)(void *)at)[i] = (int32_t)whole(lua, f, what, index);
    break;
  case LOAN_U64:
    ((uint64_t *)(void *)at)[i] = (uint64_t)whole(lua, f, what, index);
    break;
  case LOAN_F32:
    ((float *)(void *)at)[i] = (float)number(lua, f, what, index);
    break;
  default:
    ((double *)(void *)at)[i] = number(lua, f, what, index);
    break;
  }
}

static __attribute__((noinline, noreturn)) void refuse_reach(lua_State *lua, const loan_field *f, const char *what) {
  const char *why = f->window->at ? "is read-only here" : "is not there: it is lent for one call alone";
  sandbox_fail(lua, lua_pushfstring(lua, "%s %s", name_of(lua, f, what), why));
  __builtin_unreachable(); /* an error was raised */
}

/* Where the field's bytes are now, to be read or to be written. */
static inline char *to_read(lua_State *lua, const loan_field *f, const char *what) {
  if (!f->window->at) refuse_reach(lua, f, what);
  return f->window->at + f->offset;
}

static inline char *to_write(lua_State *lua, const loan_field *f, const char *what) {
  if (!f->window->at || !f->window->is_writable) refuse_reach(lua, f, what);
  return f->window->at + f->offset;
}

void loan_push_value(lua_State *lua, const loan_field *f) { push_element(lua, f->type, f->window->at + f->offset, 0); }

void loan_write(lua_State *lua, const loan_field *f, const char *what, int index) {
  char *at = to_write(lua, f, what);
  index = lua_absindex(lua, index);
  if (f->shape == LOAN_SCALAR) {
    write_element(lua, f, what, at, 0, index);
    return;
  }
  if (!lua_istable(lua, index) || luaL_len(lua, index) != f->count)
    refuse_value(lua, f, what, index, lua_pushfstring(lua, "a list of %d", (int)f->count));
  for (uint32_t i = 0; i < f->count; i++) {
    lua_geti(lua, index, (lua_Integer)i + 1);
    write_element(lua, f, what, at, i, lua_gettop(lua));
    lua_pop(lua, 1);
  }
}

/* ---- Arrays -------------------------------------------------------------------------------------------- */

static size_t element_index(lua_State *lua, const loan_array *a) {
  int is_whole;
  lua_Integer i = lua_tointegerx(lua, 2, &is_whole);
  if (is_whole && i >= 1 && i <= (lua_Integer)a->field.count) return (size_t)i - 1;
  const char *name = name_of(lua, &a->field, a->what);
  sandbox_fail(lua, lua_pushfstring(lua, "%s has no element %s; it has 1 .. %d", name, luaL_tolstring(lua, 2, NULL),
                                    (int)a->field.count));
  return 0;
}

static int array_read(lua_State *lua) {
  const loan_array *a = lua_touserdata(lua, 1);
  size_t i = element_index(lua, a);
  push_element(lua, a->field.type, to_read(lua, &a->field, a->what), i);
  return 1;
}

static int array_write(lua_State *lua) {
  const loan_array *a = lua_touserdata(lua, 1);
  size_t i = element_index(lua, a);
  write_element(lua, &a->field, a->what, to_write(lua, &a->field, a->what), i, 3);
  return 0;
}

static int array_length(lua_State *lua) {
  lua_pushinteger(lua, ((const loan_array *)lua_touserdata(lua, 1))->field.count);
  return 1;
}

static loan_array *push_array(lua_State *lua, const loan_field *field, const char *what) {
  loan_array *a = lua_newuserdatauv(lua, sizeof *a, 0);
  *a = (loan_array){LOAN_KIND_ARRAY, what, *field};
  luaL_setmetatable(lua, ARRAY);
  return a;
}

loan_array *loan_push_array(lua_State *lua, const loan_field *field) { return push_array(lua, field, NULL); }

void loan_set_count(loan_array *array, uint32_t count) { array->field.count = count; }

/* ---- Records ------------------------------------------------------------------------------------------- */

/* Only when no key has the address: a long text, a number, or a mistake. */
static const loan_field *look_closely(lua_State *lua, const record *r) {
  const char *names[MOST_FIELDS], *key = lua_type(lua, 2) == LUA_TSTRING ? lua_tostring(lua, 2) : NULL;
  lua_Integer i = lua_isinteger(lua, 2) ? lua_tointeger(lua, 2) : 0;
  if (i >= 1 && i <= (lua_Integer)r->n) return &r->field[i - 1];
  for (uint32_t k = 0; k < r->n; k++) {
    names[k] = r->field[k].name;
    if (key && strcmp(key, names[k]) == 0) return &r->field[k];
  }
  const char *near = key ? error_closest(key, names, r->n) : NULL, *shown = luaL_tolstring(lua, 2, NULL);
  sandbox_fail(lua, near ? lua_pushfstring(lua, "%s has no field \"%s\" (did you mean \"%s\"?)", r->what, shown, near)
                         : lua_pushfstring(lua, "%s has no field \"%s\"", r->what, shown));
  return NULL;
}

static inline const loan_field *find(lua_State *lua, const record *r) {
  const char *key = lua_type(lua, 2) == LUA_TSTRING ? lua_tostring(lua, 2) : NULL;
  for (uint32_t i = 0; key && i < r->n; i++)
    if (r->field[i].name == key) return &r->field[i];
  return look_closely(lua, r);
}

static int record_read(lua_State *lua) {
  const record *r = lua_touserdata(lua, 1);
  const loan_field *f = find(lua, r);
  if (!f->window->at) lua_pushnil(lua);
  else if (f->shape == LOAN_SCALAR && f->type < LOAN_CHANCE) push_element(lua, f->type, f->window->at + f->offset, 0);
  else lua_getiuservalue(lua, 1, (int)(f - r->field) + 1);
  return 1;
}

static int record_write(lua_State *lua) {
  const record *r = lua_touserdata(lua, 1);
  const loan_field *f = find(lua, r);
  if (f->type == LOAN_RECORD || f->type == LOAN_CHANCE)
    return sandbox_fail(lua, lua_pushfstring(lua, "%s.%s is no value that could be set", r->what, f->name));
  if (f->shape == LOAN_SCALAR) write_element(lua, f, r->what, to_write(lua, f, r->what), 0, 3);
  else loan_write(lua, f, r->what, 3);
  return 0;
}

void loan_push_record(lua_State *lua, const char *what, uint32_t n) {
  if (n > MOST_FIELDS) sandbox_fail(lua, lua_pushfstring(lua, "%s has more than %d fields", what, MOST_FIELDS));
  record *r = lua_newuserdatauv(lua, sizeof *r + n * sizeof r->field[0], (int)n);
  *r = (record){.kind = LOAN_KIND_RECORD, .what = what};
  luaL_setmetatable(lua, RECORD);
}

loan_array *loan_add(lua_State *lua, int index, const loan_field *field) {
  loan_array *made = NULL;
  int at = lua_absindex(lua, index);
  record *r = lua_touserdata(lua, at);
  loan_field *f = &r->field[r->n];
  *f = *field;
  f->name = keep_text(lua, field->name);
  if (f->type == LOAN_CHANCE) chance_push(lua, r->what, f->window);
  else if (f->type != LOAN_RECORD && f->shape == LOAN_ARRAY) made = push_array(lua, f, r->what);
  if (f->type >= LOAN_CHANCE || f->shape == LOAN_ARRAY) lua_setiuservalue(lua, at, (int)r->n + 1);
  r->n++;
  return made;
}

/* ---- Layouts ------------------------------------------------------------------------------------------- */

static int by_name(const void *a, const void *b) { return strcmp(*(const char *const *)a, *(const char *const *)b); }

/* The table's keys in their order; texts all of them. */
static uint32_t sorted_names(lua_State *lua, int table, const char *what, const char *names[MOST_FIELDS]) {
  uint32_t n = 0;
  for (lua_pushnil(lua); lua_next(lua, table); lua_pop(lua, 1)) {
    if (lua_type(lua, -2) != LUA_TSTRING)
      sandbox_fail(lua, lua_pushfstring(lua, "%s: fields have names: { step = \"i32\" }", what));
    if (n == MOST_FIELDS) sandbox_fail(lua, lua_pushfstring(lua, "%s has more than %d fields", what, MOST_FIELDS));
    names[n++] = lua_tostring(lua, -2);
  }
  qsort(names, n, sizeof *names, by_name);
  return n;
}

/* What the declaration on top of the stack says of a field: "i32", or { "i32", 8 }; pops it. */
static loan_field declared(lua_State *lua, const char *what, const char *name) {
  const char *full = lua_pushfstring(lua, "%s.%s", what, name);
  loan_field f = {.name = name, .count = 1};
  lua_insert(lua, -2);
  if (lua_istable(lua, -1)) {
    lua_geti(lua, -1, 2);
    lua_Number count = lua_tonumber(lua, -1);
    if (!lua_isinteger(lua, -1) || count < 0 || count > MOST_ELEMENTS)
      sandbox_fail(lua,
                   lua_pushfstring(lua, "%s: { type, count } takes a whole number from 0 to %d", full, MOST_ELEMENTS));
    f.shape = LOAN_ARRAY;
    f.count = (uint32_t)count;
    lua_pop(lua, 1);
    lua_geti(lua, -1, 1);
    lua_replace(lua, -2);
  }
  f.type = loan_type_named(lua, lua_type(lua, -1) == LUA_TSTRING ? lua_tostring(lua, -1) : NULL, full);
  lua_pop(lua, 2);
  return f;
}

void loan_push_layout(lua_State *lua, int index, const char *what, const loan_window *window, enum loan_chance chance,
                      uint64_t *bytes) {
  const char *names[MOST_FIELDS];
  int table = lua_absindex(lua, index), has_chance = chance == LOAN_WITH_CHANCE;
  uint32_t n = lua_istable(lua, table) ? sorted_names(lua, table, what, names) : 0;
  loan_push_record(lua, what, n + (uint32_t)has_chance);
  for (uint32_t i = 0; i < n; i++) {
    if (has_chance && strcmp(names[i], "random") == 0)
      sandbox_fail(lua, lua_pushfstring(lua, "%s.random is there already: the generator that the host seeds", what));
    lua_getfield(lua, table, names[i]);
    loan_field f = declared(lua, what, names[i]);
    uint64_t size = loan_size(f.type);
    f.window = window;
    f.offset = (*bytes + size - 1) / size * size;
    *bytes = f.offset + size * f.count;
    loan_add(lua, -1, &f);
  }
  *bytes = (*bytes + 7) / 8 * 8;
  if (has_chance) loan_add(lua, -1, &(loan_field){.name = "random", .window = window, .type = LOAN_CHANCE});
}

loan_field loan_of_host(const baud_field *field, const char *name, const loan_window *window) {
  static const enum loan_type type_of[] = {
      [BAUD_U8] = LOAN_U8, [BAUD_I32] = LOAN_I32, [BAUD_U64] = LOAN_U64, [BAUD_F32] = LOAN_F32, [BAUD_F64] = LOAN_F64};
  loan_field f = {.name = name,
                  .window = window,
                  .type = type_of[field->dtype],
                  .shape = field->count > 1 || field->rank ? LOAN_ARRAY : LOAN_SCALAR,
                  .range = field->categories ? LOAN_CATEGORIES : LOAN_BOUNDS,
                  .count = field->count};
  f.least = field->categories ? 0.0 : field->low;
  f.most = field->categories ? (double)field->categories - 1.0 : field->high;
  return f;
}

void loan_push_fields(lua_State *lua, const char *what, const baud_field *fields, uint32_t n,
                      const loan_window *windows) {
  loan_push_record(lua, what, n);
  for (uint32_t i = 0; i < n; i++) {
    loan_field field = loan_of_host(&fields[i], fields[i].name, &windows[i]);
    loan_add(lua, -1, &field);
  }
}

size_t loan_host_bytes(const baud_field *field) { return (field->dtype == BAUD_U8 ? 1u : 4u) * (size_t)field->count; }

void loan_push_facts(lua_State *lua, const baud_fact *facts, uint32_t n, const loan_window *windows) {
  loan_push_record(lua, "facts", n);
  for (uint32_t i = 0; i < n; i++)
    loan_add(lua, -1,
             &(loan_field){.name = facts[i].name,
                           .window = &windows[i],
                           .type = LOAN_F32,
                           .range = LOAN_BOUNDS,
                           .count = 1,
                           .least = -INFINITY,
                           .most = INFINITY});
}

/* ---- Metatables ---------------------------------------------------------------------------------------- */

void loan_install(lua_State *lua) {
  static const luaL_Reg of_record[] = {{"__index", record_read}, {"__newindex", record_write}, {NULL, NULL}};
  static const luaL_Reg of_array[] = {
      {"__index", array_read}, {"__newindex", array_write}, {"__len", array_length}, {NULL, NULL}};
  const struct {
    const char *name;
    const luaL_Reg *functions;
  } metatables[] = {{RECORD, of_record}, {ARRAY, of_array}};
  for (size_t i = 0; i < sizeof metatables / sizeof *metatables; i++) {
    luaL_newmetatable(lua, metatables[i].name);
    luaL_setfuncs(lua, metatables[i].functions, 0);
    lua_pushboolean(lua, 0);
    lua_setfield(lua, -2, "__metatable");
    lua_pop(lua, 1);
  }
  chance_install(lua);
}
