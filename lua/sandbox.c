/* sandbox.c - see sandbox.h. What is taken away is one table below, with the reason that the script is told.
 *
 * Finalisers are refused because Lua runs them without the instruction hook. A budget that is used up raises an
 * error at every further instruction, so that no pcall of the script can swallow it for good.
 */
#include "sandbox.h"

#include <errno.h>
#include <lualib.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { HOOK_STEP = 10000, HOOK_STEP_OVER = 1 };
static const char LOADED[] = "baud.loaded"; /* registry key: what require has given */

static const struct {
  const char *library, *name, *why;
} removed[] = {
    {NULL, "io", "a script may not read or write files"},
    {NULL, "os", "a script may not reach the system or the clock"},
    {NULL, "debug", "a script may not look into its own machinery"},
    {NULL, "package", "modules come from beside the script, by require"},
    {NULL, "load", "a script may not make code from text"},
    {NULL, "loadstring", "a script may not make code from text"},
    {NULL, "loadfile", "modules come from beside the script, by require"},
    {NULL, "dofile", "modules come from beside the script, by require"},
    {NULL, "collectgarbage", "memory is the host's"},
    {NULL, "coroutine", "a script is one straight line of thought"},
    {"math", "random", "chance belongs to the trials' seeds alone"},
    {"math", "randomseed", "chance belongs to the trials' seeds alone"},
    {"string", "dump", "a script may not make code from bytes"},
};
enum { N_REMOVED = sizeof removed / sizeof removed[0] };

sandbox *sandbox_of(lua_State *lua) { return *(sandbox **)lua_getextraspace(lua); }

static void *limited_allocate(void *ctx, void *block, size_t old_size, size_t new_size) {
  sandbox *s = ctx;
  size_t before = block ? old_size : 0; /* without a block, old_size is a type */
  if (new_size == 0) {
    s->used -= before;
    free(block);
    return NULL;
  }
  if (new_size > before && new_size - before > s->limit - s->used) return NULL;
  void *moved = realloc(block, new_size);
  if (moved) s->used = s->used - before + new_size;
  return moved;
}

static void count_instructions(lua_State *lua, lua_Debug *activation) {
  (void)activation;
  sandbox *s = sandbox_of(lua);
  if (s->left > HOOK_STEP) {
    s->left -= HOOK_STEP;
    return;
  }
  s->left = 0;
  lua_sethook(lua, count_instructions, LUA_MASKCOUNT, HOOK_STEP_OVER);
  sandbox_where(lua);
  lua_pushfstring(lua, "%s ran too long (its budget of instructions is used up): is there a loop without end?", s->who);
  lua_concat(lua, 2);
  lua_error(lua);
}

void sandbox_budget(sandbox *s, uint64_t instructions) {
  s->left = instructions;
  lua_sethook(s->lua, count_instructions, LUA_MASKCOUNT, HOOK_STEP);
}

void sandbox_where(lua_State *lua) {
  lua_Debug frame;
  for (int level = 0; lua_getstack(lua, level, &frame); level++) {
    lua_getinfo(lua, "Sl", &frame);
    if (frame.currentline > 0 && strcmp(frame.source, SANDBOX_OWN) != 0) {
      lua_pushfstring(lua, "%s:%d: ", frame.short_src, frame.currentline);
      return;
    }
  }
  lua_pushstring(lua, sandbox_of(lua)->place ? sandbox_of(lua)->place : "");
}

int sandbox_fail(lua_State *lua, const char *sentence) {
  sandbox_where(lua);
  lua_pushstring(lua, sentence);
  lua_concat(lua, 2);
  return lua_error(lua);
}

/* ---- What a script finds ---------------------------------------------------------------------------------- */

/* __index of the globals and of the libraries (upvalue 1: the library's name or nil): a name that is not there. */
static int missing_name(lua_State *lua) {
  const char *library = lua_tostring(lua, lua_upvalueindex(1));
  const char *name = lua_type(lua, 2) == LUA_TSTRING ? lua_tostring(lua, 2) : NULL;
  if (!name) return 0;
  const char *full = library ? lua_pushfstring(lua, "%s.%s", library, name) : name;
  for (size_t i = 0; i < N_REMOVED; i++)
    if (strcmp(removed[i].name, name) == 0 && (library != NULL) == (removed[i].library != NULL) &&
        (!library || strcmp(library, removed[i].library) == 0))
      return sandbox_fail(lua, lua_pushfstring(lua, "%s is not in the sandbox: %s", full, removed[i].why));
  const char *names[128], *near;
  size_t n = 0;
  lua_pushnil(lua);
  while (lua_next(lua, 1) != 0) {
    lua_pop(lua, 1);
    if (lua_type(lua, -1) == LUA_TSTRING && n < 128) names[n++] = lua_tostring(lua, -1);
  }
  near = error_closest(name, names, n);
  if (near) return sandbox_fail(lua, lua_pushfstring(lua, "there is no \"%s\" (did you mean \"%s\"?)", full, near));
  return sandbox_fail(lua, lua_pushfstring(lua, "there is no \"%s\"", full));
}

/* Guards the table on top of the stack by missing_name. */
static void guard(lua_State *lua, const char *library) {
  lua_newtable(lua);
  if (library) lua_pushstring(lua, library);
  else lua_pushnil(lua);
  lua_pushcclosure(lua, missing_name, 1);
  lua_setfield(lua, -2, "__index");
  lua_pushboolean(lua, 0);
  lua_setfield(lua, -2, "__metatable");
  lua_setmetatable(lua, -2);
}

/* setmetatable without finalisers. */
static int safe_setmetatable(lua_State *lua) {
  luaL_checktype(lua, 1, LUA_TTABLE);
  luaL_argexpected(lua, lua_isnoneornil(lua, 2) || lua_istable(lua, 2), 2, "nil or table");
  lua_settop(lua, 2);
  if (lua_istable(lua, 2)) {
    lua_pushliteral(lua, "__gc");
    if (lua_rawget(lua, 2) != LUA_TNIL) return sandbox_fail(lua, "a script may not have finalisers (__gc)");
    lua_pop(lua, 1);
  }
  if (luaL_getmetafield(lua, 1, "__metatable") != LUA_TNIL) return sandbox_fail(lua, "this metatable is protected");
  lua_setmetatable(lua, 1);
  return 1;
}

/* Scripts speak on stderr: stdout is the program's. */
static int print_to_stderr(lua_State *lua) {
  int n = lua_gettop(lua);
  for (int i = 1; i <= n; i++) {
    fprintf(stderr, "%s%s", i > 1 ? "\t" : "", luaL_tolstring(lua, i, NULL));
    lua_pop(lua, 1);
  }
  fputc('\n', stderr);
  return 0;
}

static int require_module(lua_State *lua);

static int open_libraries(lua_State *lua) {
  static const luaL_Reg libraries[] = {{LUA_GNAME, luaopen_base},       {LUA_MATHLIBNAME, luaopen_math},
                                       {LUA_STRLIBNAME, luaopen_string}, {LUA_TABLIBNAME, luaopen_table},
                                       {LUA_UTF8LIBNAME, luaopen_utf8}};
  for (size_t i = 0; i < sizeof libraries / sizeof libraries[0]; i++) {
    luaL_requiref(lua, libraries[i].name, libraries[i].func, 1);
    for (size_t k = 0; k < N_REMOVED; k++) {
      const char *library = removed[k].library ? removed[k].library : LUA_GNAME;
      if (strcmp(library, libraries[i].name) != 0) continue;
      lua_pushnil(lua);
      lua_setfield(lua, -2, removed[k].name);
    }
    if (i > 0) guard(lua, libraries[i].name);
    lua_pop(lua, 1);
  }
  lua_pushliteral(lua, ""); /* the metatable of strings is everyone's: closed */
  lua_getmetatable(lua, -1);
  lua_pushboolean(lua, 0);
  lua_setfield(lua, -2, "__metatable");
  lua_pop(lua, 2);
  lua_register(lua, "setmetatable", safe_setmetatable);
  lua_register(lua, "print", print_to_stderr);
  lua_register(lua, "require", require_module);
  lua_newtable(lua);
  lua_setfield(lua, LUA_REGISTRYINDEX, LOADED);
  lua_pushglobaltable(lua);
  guard(lua, NULL);
  return 0;
}

/* ---- Modules ---------------------------------------------------------------------------------------------- */

void sandbox_provide(lua_State *lua, const char *name) {
  lua_getfield(lua, LUA_REGISTRYINDEX, LOADED);
  lua_insert(lua, -2);
  lua_setfield(lua, -2, name);
  lua_pop(lua, 1);
}

char *sandbox_read_text(const char *path, size_t *size) {
  FILE *file = fopen(path, "rb");
  char *text = NULL;
  size_t room = 0, got = 0;
  *size = 0;
  if (!file) return NULL;
  do {
    char *grown = realloc(text, room += 16384);
    if (!grown) break;
    text = grown;
    got = fread(text + *size, 1, room - *size, file);
    *size += got;
  } while (*size == room);
  if (ferror(file) || *size == room) {
    free(text);
    text = NULL;
  }
  fclose(file);
  return text;
}

/* The chunk is named by the file's last part, which is what error messages show. */
static int load_buffer(lua_State *lua, const char *path, const char *text, size_t size) {
  const char *slash = strrchr(path, '/');
  const char *chunk = lua_pushfstring(lua, "@%s", slash ? slash + 1 : path);
  int status = luaL_loadbufferx(lua, text, size, chunk, "t");
  lua_remove(lua, -2);
  return status;
}

static int load_text(lua_State *lua, const char *path) {
  size_t size;
  char *text = sandbox_read_text(path, &size);
  if (!text) {
    lua_pushfstring(lua, "cannot read %s: %s", path, strerror(errno));
    return LUA_ERRFILE;
  }
  int status = load_buffer(lua, path, text, size);
  free(text);
  return status;
}

void sandbox_load_text(lua_State *lua, const char *path, const char *text, size_t size) {
  if (load_buffer(lua, path, text, size) != LUA_OK) lua_error(lua);
}

static const char *next_line(lua_State *lua, void *ctx, size_t *size) {
  (void)lua;
  const char *const **line = ctx;
  if (!**line) return NULL;
  *size = strlen(**line);
  return *(*line)++;
}

void sandbox_run_own(lua_State *lua, const char *const *lines, int n_arguments) {
  const char *const *line = lines;
  if (lua_load(lua, next_line, &line, SANDBOX_OWN, "t") != LUA_OK) lua_error(lua);
  lua_insert(lua, -n_arguments - 1);
  lua_call(lua, n_arguments, 1);
}

static void remember_module(lua_State *lua, const char *file) {
  sandbox *s = sandbox_of(lua);
  char(*grown)[128] = realloc(s->modules, (s->n_modules + 1) * sizeof *grown);
  if (!grown) luaL_error(lua, "no memory for a module's name");
  s->modules = grown;
  snprintf(s->modules[s->n_modules++], sizeof *grown, "%s", file);
}

/* require(name): letters, digits, _ and - only, so that a module is a file beside the script and nothing else. */
static int require_module(lua_State *lua) {
  const char *name = luaL_checkstring(lua, 1);
  lua_settop(lua, 1);
  lua_getfield(lua, LUA_REGISTRYINDEX, LOADED);
  if (lua_getfield(lua, 2, name) != LUA_TNIL) {
    if (lua_islightuserdata(lua, -1))
      return sandbox_fail(lua, lua_pushfstring(lua, "module \"%s\" requires itself, in a circle", name));
    return 1;
  }
  size_t length = strlen(name);
  if (length == 0 || length > 100 ||
      strspn(name, "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789_-") != length)
    return sandbox_fail(lua, lua_pushfstring(lua, "\"%s\" is no module's name (letters, digits, _ and -)", name));
  if (!sandbox_of(lua)->folder[0])
    return sandbox_fail(lua, lua_pushfstring(lua, "there is no module \"%s\": what %s is lies in one file", name, sandbox_of(lua)->who));
  const char *path = lua_pushfstring(lua, "%s/%s.lua", sandbox_of(lua)->folder, name);
  FILE *there = fopen(path, "rb");
  if (!there)
    return sandbox_fail(lua, lua_pushfstring(lua, "there is no module \"%s\": neither baud's own nor %s", name, path));
  fclose(there);
  remember_module(lua, lua_pushfstring(lua, "%s.lua", name));
  lua_pushlightuserdata(lua, sandbox_of(lua)); /* in the making */
  lua_setfield(lua, 2, name);
  if (load_text(lua, path) != LUA_OK) return lua_error(lua);
  lua_call(lua, 0, 1);
  if (lua_isnil(lua, -1)) lua_pushboolean(lua, 1);
  lua_pushvalue(lua, -1);
  lua_setfield(lua, 2, name);
  return 1;
}

/* ---- Life ------------------------------------------------------------------------------------------------- */

int sandbox_init(sandbox *s, const char *who, const char *folder, void *owner, baud_error *error) {
  memset(s, 0, sizeof *s);
  s->who = who;
  s->limit = (size_t)SANDBOX_MEGABYTES << 20;
  s->owner = owner;
  snprintf(s->folder, sizeof s->folder, "%s", folder ? folder : "");
  s->lua = lua_newstate(limited_allocate, s);
  if (!s->lua) return error_set(error, BAUD_ENOMEM, "no memory for the language");
  *(sandbox **)lua_getextraspace(s->lua) = s;
  lua_pushcfunction(s->lua, open_libraries);
  int code = sandbox_call(s, 0, 0, error);
  if (code) sandbox_clear(s);
  return code;
}

void sandbox_clear(sandbox *s) {
  if (s->lua) lua_close(s->lua);
  free(s->modules);
  s->lua = NULL;
  s->modules = NULL;
}

int sandbox_call(sandbox *s, int n_arguments, int n_results, baud_error *error) {
  int status = lua_pcall(s->lua, n_arguments, n_results, 0);
  s->is_full = status == LUA_ERRMEM;
  if (status == LUA_OK) return 0;
  int code = BAUD_EARG;
  if (status == LUA_ERRMEM) {
    code = error_set(error, BAUD_EARG, "%s needs more than its %d MB of memory: does a table grow without end?", s->who,
                     SANDBOX_MEGABYTES);
  } else {
    const char *text = lua_type(s->lua, -1) == LUA_TSTRING ? lua_tostring(s->lua, -1) : NULL;
    error_set(error, code, "%s", text ? text : "it raised an error that is not a text");
  }
  lua_pop(s->lua, 1);
  return code;
}

static int load_file(lua_State *lua) {
  const char *path = lua_touserdata(lua, 1);
  if (load_text(lua, path) != LUA_OK) return lua_error(lua);
  return 1;
}

int sandbox_load_file(sandbox *s, const char *path, baud_error *error) {
  lua_pushcfunction(s->lua, load_file);
  lua_pushlightuserdata(s->lua, (void *)(uintptr_t)path);
  return sandbox_call(s, 1, 1, error);
}
