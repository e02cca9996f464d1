/* script.c - see script.h. The base of the state's stack holds the runners, from 1 on.
 */
#include "lua/plugin/script.h"

#include <stdlib.h>
#include <string.h>

#include "lua/plugin/keep.h"
#include "lua/plugin/words.h"

static const uint64_t CREATE_BUDGET = 200000000u;

/* ---- Making ----------------------------------------------------------------------------------------------- */

static void push_values(lua_State *lua, const baud_unit *u, const baud_value *values) {
  lua_createtable(lua, 0, (int)u->n_params);
  for (uint32_t i = 0; i < u->n_params; i++) {
    const baud_param *p = &u->params[i];
    if (p->type == BAUD_INT) lua_pushinteger(lua, values[i].i);
    else if (p->type == BAUD_FLOAT) lua_pushnumber(lua, values[i].f);
    else if (p->type == BAUD_FLAG) lua_pushboolean(lua, values[i].i != 0);
    else lua_pushstring(lua, p->type == BAUD_CHOICE ? p->choices[values[i].i] : values[i].s);
    lua_setfield(lua, -2, p->key);
  }
}

/* The unit's own table in the list of units on top of the stack, which it replaces. */
static void take_given(lua_State *lua, const lua_unit *u) {
  int is_there = lua_geti(lua, -1, (lua_Integer)u->index + 1) == LUA_TTABLE;
  lua_getfield(lua, is_there ? -1 : -2, "given");
  if (!is_there || !lua_istable(lua, -1))
    sandbox_fail(lua, "the file declares other units when it is run a second time");
  lua_replace(lua, -3);
  lua_pop(lua, 1);
}

typedef struct making {
  script *script;
  const baud_value *values;
  lua_CFunction build;
  int n_runners;
} making;

/* Light userdata of a making -> the runners. */
static int make(lua_State *lua) {
  const making *m = lua_touserdata(lua, 1);
  const lua_unit *u = m->script->unit;
  lua_settop(lua, 0);
  words_install(lua);
  words_run(lua, u->file->path, u->file->text, u->file->text_size);
  take_given(lua, u);
  lua_pushcfunction(lua, m->build);
  lua_insert(lua, 1);
  push_values(lua, u->declared, m->values);
  lua_call(lua, 2, m->n_runners);
  return m->n_runners;
}

static int32_t blame(script *s, const baud_error *error) {
  return s->host->fail(s->host, s->is_refusal ? BAUD_EARG : BAUD_EBUG, error->text);
}

int32_t script_open(script *s, const lua_unit *unit, const baud_host *host, const baud_value *values,
                    lua_CFunction build, int n_runners) {
  baud_error error = {0};
  making m = {s, values, build, n_runners};
  s->unit = unit;
  s->host = host;
  int code = sandbox_init(&s->box, "the plugin", NULL, s, &error);
  if (code == 0) {
    sandbox_budget(&s->box, CREATE_BUDGET);
    lua_pushcfunction(s->box.lua, make);
    lua_pushlightuserdata(s->box.lua, &m);
    code = sandbox_call(&s->box, 1, n_runners, &error);
    s->box.place = NULL;
  }
  if (code == 0) return BAUD_OK;
  script_close(s);
  return blame(s, &error);
}

void script_close(script *s) { sandbox_clear(&s->box); }

/* "file:line: " of the function on top of the stack. */
static const char *place_of(lua_State *lua) {
  lua_Debug about;
  lua_pushvalue(lua, -1);
  lua_getinfo(lua, ">S", &about);
  const char *place = about.linedefined > 0 ? lua_pushfstring(lua, "%s:%d: ", about.short_src, about.linedefined)
                                            : lua_pushliteral(lua, "");
  place = keep_text(lua, place);
  lua_pop(lua, 1);
  return place;
}

const char *script_push_function(lua_State *lua, const char *name) {
  return lua_getfield(lua, SCRIPT_GIVEN, name) == LUA_TFUNCTION ? place_of(lua) : NULL;
}

const char *script_push_function_of(lua_State *lua, const char *table, const char *name) {
  int is_there = lua_getfield(lua, SCRIPT_GIVEN, table) == LUA_TTABLE;
  if (is_there) lua_getfield(lua, -1, name), lua_replace(lua, -2);
  return is_there && lua_isfunction(lua, -1) ? place_of(lua) : NULL;
}

void script_create(lua_State *lua) {
  sandbox_of(lua)->place = script_push_function(lua, "create");
  lua_insert(lua, -2);
  lua_pushvalue(lua, SCRIPT_PARAMS);
  lua_insert(lua, -2);
  lua_call(lua, 2, 2);
  if (!lua_isnil(lua, -1)) return;
  lua_pushvalue(lua, SCRIPT_PARAMS);
  lua_replace(lua, -2);
}

int script_refuse(lua_State *lua, const char *sentence) {
  if (script_of(lua)) script_of(lua)->is_refusal = 1; /* a file that is only declared has no instance */
  return sandbox_fail(lua, sentence);
}

loan_window *script_windows(lua_State *lua, uint32_t n) {
  script *s = script_of(lua);
  s->windows = keep_bytes(lua, n * sizeof *s->windows);
  s->n_windows = n;
  return s->windows;
}

/* ---- Calling ---------------------------------------------------------------------------------------------- */

int32_t script_run(script *s, int runner) {
  baud_error error;
  s->is_refusal = 0;
  lua_pushvalue(s->box.lua, runner);
  int code = sandbox_call(&s->box, 0, 0, &error);
  s->box.place = NULL;
  for (uint32_t i = 0; i < s->n_windows; i++) s->windows[i].at = NULL;
  return code == 0 ? BAUD_OK : blame(s, &error);
}
