/* unit.c - see unit.h. Declarations are checked in Lua (plugin.lua); here they become the structs of plugin.h, whose
 * texts stay in the state that the file was run in.
 */
#include "lua/plugin/unit.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "lua/plugin/fingerprint.h"
#include "lua/plugin/form.h"
#include "lua/plugin/keep.h"
#include "lua/plugin/observer.h"
#include "lua/plugin/roles.h"
#include "lua/plugin/thunk.h"
#include "lua/plugin/words.h"
#include "lua/plugins.h"
#include "registry.h"

static const uint64_t DECLARE_BUDGET = 20000000u; /* instructions: a fraction of a second */

/* ---- From tables to structs ------------------------------------------------------------------------------- */

static const char *text_at(lua_State *lua, const char *key) {
  lua_getfield(lua, -1, key);
  const char *text = keep_text(lua, lua_tostring(lua, -1));
  lua_pop(lua, 1);
  return text;
}

static lua_Integer whole_at(lua_State *lua, const char *key) {
  lua_getfield(lua, -1, key);
  lua_Integer value = lua_tointeger(lua, -1);
  lua_pop(lua, 1);
  return value;
}

static baud_value value_at(lua_State *lua, uint32_t type, const char *key) {
  baud_value value = {0};
  lua_getfield(lua, -1, key);
  if (type == BAUD_FLOAT) value.f = lua_tonumber(lua, -1);
  else if (type == BAUD_FLAG) value.i = lua_toboolean(lua, -1);
  else if (type == BAUD_TEXT) value.s = lua_isnil(lua, -1) ? NULL : keep_text(lua, lua_tostring(lua, -1));
  else value.i = lua_tointeger(lua, -1);
  lua_pop(lua, 1);
  return value;
}

static const char *const *choices_at(lua_State *lua, uint32_t *n) {
  if (lua_getfield(lua, -1, "choices") != LUA_TTABLE) return lua_pop(lua, 1), NULL;
  *n = (uint32_t)luaL_len(lua, -1);
  const char **names = keep_bytes(lua, *n * sizeof *names);
  for (uint32_t i = 0; i < *n; i++) {
    lua_geti(lua, -1, (lua_Integer)i + 1);
    names[i] = keep_text(lua, lua_tostring(lua, -1));
    lua_pop(lua, 1);
  }
  lua_pop(lua, 1);
  return names;
}

static baud_param read_param(lua_State *lua) {
  baud_param p = {.size = BAUD_SIZE(baud_param),
                  .type = (uint32_t)whole_at(lua, "type"),
                  .key = text_at(lua, "key"),
                  .unit = text_at(lua, "unit"),
                  .doc = text_at(lua, "help")};
  lua_getfield(lua, -1, "live");
  p.flags = lua_toboolean(lua, -1) ? BAUD_LIVE : 0;
  lua_pop(lua, 1);
  p.choices = choices_at(lua, &p.n_choices);
  p.def = value_at(lua, p.type, "default");
  p.low = value_at(lua, p.type, "low");
  p.high = value_at(lua, p.type, "high");
  return p;
}

static uint32_t read_extensions(lua_State *lua, lua_unit *u) {
  static const char *const names[] = {"quiz", "remember", "demonstrate", "picture", "observer"};
  uint32_t declared = 0;
  lua_getfield(lua, -1, "given");
  for (uint32_t i = 0; i < sizeof names / sizeof *names; i++) {
    declared |= lua_getfield(lua, -1, names[i]) != LUA_TNIL ? 1u << i : 0u;
    if (declared & 1u << i & UNIT_OBSERVER) observer_declare(lua, &u->observer);
    lua_pop(lua, 1);
  }
  u->quiz = env_script_quiz;
  u->quiz.most_prefix = (uint32_t)whole_at(lua, "longest_prefix");
  lua_pop(lua, 1);
  return declared;
}

/* The unit on top of the stack, all but its operations. */
static void read_unit(lua_State *lua, lua_unit *u, baud_unit *to) {
  *to = (baud_unit){.size = BAUD_SIZE(baud_unit),
                    .role = (uint32_t)whole_at(lua, "role"),
                    .behaviour = (uint32_t)whole_at(lua, "behaviour"),
                    .state_version = (uint32_t)whole_at(lua, "state_version"),
                    .id = text_at(lua, "id"),
                    .title = text_at(lua, "title"),
                    .doc = text_at(lua, "doc")};
  u->declared = to;
  u->extensions = read_extensions(lua, u);
  lua_getfield(lua, -1, "params");
  to->n_params = (uint32_t)luaL_len(lua, -1);
  baud_param *params = keep_bytes(lua, to->n_params * sizeof *params);
  for (uint32_t i = 0; i < to->n_params; i++) {
    lua_geti(lua, -1, (lua_Integer)i + 1);
    params[i] = read_param(lua);
    lua_pop(lua, 1);
  }
  lua_pop(lua, 1);
  to->params = params;
}

/* Light userdata of a unit_file: runs it and fills it in. */
static int declare(lua_State *lua) {
  unit_file *f = lua_touserdata(lua, 1);
  const char *slash = strrchr(f->path, '/');
  words_install(lua);
  sandbox_of(lua)->place = keep_text(lua, lua_pushfstring(lua, "%s: ", slash ? slash + 1 : f->path));
  words_run(lua, f->path, f->text, f->text_size);
  uint32_t n = (uint32_t)luaL_len(lua, -1);
  f->library = (baud_library){.size = BAUD_SIZE(baud_library),
                              .built_minor = BAUD_MINOR,
                              .layout = BAUD_LAYOUT,
                              .vendor = text_at(lua, "vendor"),
                              .version = text_at(lua, "version"),
                              .license = text_at(lua, "license"),
                              .n_units = n};
  baud_unit *declared = keep_bytes(lua, n * sizeof *declared);
  f->units = keep_bytes(lua, n * sizeof *f->units);
  f->library.units = declared;
  for (uint32_t i = 0; i < n; i++) {
    f->units[i] = (lua_unit){.file = f, .index = i};
    lua_geti(lua, -1, (lua_Integer)i + 1);
    read_unit(lua, &f->units[i], &declared[i]);
    lua_pop(lua, 1);
  }
  return 0;
}

/* ---- Loading ---------------------------------------------------------------------------------------------- */

static int read_file(unit_file *f, const char *path, baud_error *error) {
  f->path = strdup(path);
  f->text = sandbox_read_text(path, &f->text_size);
  if (f->path && f->text) return 0;
  return error_set(error, BAUD_EIO, "cannot be read: %s", strerror(errno));
}

static int take_thunks(unit_file *f, baud_error *error) {
  for (uint32_t i = 0; i < f->library.n_units; i++) {
    int code = thunk_take(&f->units[i], f->units[i].declared, error);
    if (code) return code;
  }
  return 0;
}

int unit_file_load(const char *path, const baud_library **out, baud_error *error) {
  unit_file *f = calloc(1, sizeof *f);
  if (!f) return error_set(error, BAUD_ENOMEM, "out of memory");
  int code = read_file(f, path, error);
  if (!code) code = sandbox_init(&f->box, "the plugin", NULL, NULL, error);
  if (!code) {
    sandbox_budget(&f->box, DECLARE_BUDGET);
    lua_pushcfunction(f->box.lua, declare);
    lua_pushlightuserdata(f->box.lua, f);
    code = sandbox_call(&f->box, 1, 0, error);
  }
  if (!code) code = take_thunks(f, error);
  if (code) unit_file_unload(&f->library);
  else *out = &f->library;
  return code;
}

void unit_file_unload(const baud_library *library) {
  unit_file *f = (unit_file *)(uintptr_t)library;
  for (uint32_t i = 0; f->units && i < f->library.n_units; i++) thunk_give_back(&f->units[i]);
  sandbox_clear(&f->box);
  free(f->path);
  free(f->text);
  free(f);
}

void plugins_in_lua(void) {
  static const registry_loader loader = {".lua", unit_file_load, unit_file_unload, fingerprint_of};
  registry_set_loader(&loader);
}
