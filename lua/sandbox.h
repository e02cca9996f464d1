/* sandbox.h - a Lua state that can compute and nothing else.
 *
 * math, string, table, utf8 and the base functions; no files, no processes, no clock, no chance, no code from
 * bytes. Memory and instructions are limited. `pairs` goes in sorted order, so that nothing depends on Lua's
 * randomised hashing. `require` finds modules beside the script, and what the host put in by sandbox_provide; without a
 * folder there are no modules.
 */
#ifndef BAUD_LUA_SANDBOX_H
#define BAUD_LUA_SANDBOX_H

#include <lauxlib.h>
#include <lua.h>
#include <stdbool.h>

#include "error.h"

typedef struct sandbox {
  lua_State *lua;
  const char *who;          /* runs in it, for its sentences: "the script" */
  size_t used, limit;       /* bytes */
  bool is_full;             /* the last sandbox_call failed for want of them */
  uint64_t left;            /* instructions that may still be run */
  const char *place;        /* "file:line: " to blame when no script is running, or null */
  char folder[600];         /* of the script: where require looks */
  char (*modules)[128];     /* those it required, file names without folder */
  size_t n_modules;
  void *owner;              /* the language's own context */
} sandbox;

enum { SANDBOX_MEGABYTES = 512 };

/* An empty state with the libraries. `folder` null: no modules. */
int sandbox_init(sandbox *s, const char *who, const char *folder, void *owner, baud_error *error);
void sandbox_clear(sandbox *s);
sandbox *sandbox_of(lua_State *lua);

/* Instructions that what follows may run, in all. */
void sandbox_budget(sandbox *s, uint64_t instructions);

/* The same for one call of many: costs nothing where the last one did not run out. */
static inline void sandbox_renew(sandbox *s, uint64_t instructions) {
  if (s->left == 0) sandbox_budget(s, instructions);
  s->left = instructions;
}

/* lua_pcall that makes of an error the sentence; pops what failed. */
int sandbox_call(sandbox *s, int n_arguments, int n_results, baud_error *error);

/* Loads a text chunk from a file, named by the file's last part, onto the stack. */
int sandbox_load_file(sandbox *s, const char *path, baud_error *error);
/* The same of a file's text that was read before, for functions that run inside lua_pcall: raises what is wrong. */
void sandbox_load_text(lua_State *lua, const char *path, const char *text, size_t size);
/* A file's text, malloc'd, or null with errno set. */
char *sandbox_read_text(const char *path, size_t *size);

/* Runs a chunk of baud's own, given by its lines up to a null, on the arguments on top of the stack; its one result takes
 * their place. */
void sandbox_run_own(lua_State *lua, const char *const *lines, int n_arguments);

/* What require(name) gives: the value on top of the stack, popped. */
void sandbox_provide(lua_State *lua, const char *name);

/* "file:line: " of the innermost call in a script, the sandbox's `place` when there is none, pushed. Frames of baud's own Lua, whose
 * chunk name is SANDBOX_OWN, do not count. */
#define SANDBOX_OWN "=[baud]"
void sandbox_where(lua_State *lua);

/* Raises "file:line: sentence". */
int sandbox_fail(lua_State *lua, const char *sentence);

#endif
