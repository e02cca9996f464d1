/* script.h - an instance of a unit: a Lua state of its own in which the file has been run, with the functions that the
 * host calls.
 *
 * What a role adds (reward.c, env.c, learner.c) begins with a script. Its runners are closures in C that go through the
 * lanes of a batch, lend each one's memory (loan.h) and call the function in Lua, all within one protected call. Every
 * call of a function has a budget of instructions. What goes wrong becomes one sentence for host->fail, with file and
 * line.
 */
#ifndef BAUD_LUA_PLUGIN_SCRIPT_H
#define BAUD_LUA_PLUGIN_SCRIPT_H

#include "lua/plugin/loan.h"
#include "lua/plugin/unit.h"
#include "lua/sandbox.h"

typedef struct script {
  sandbox box;
  const lua_unit *unit;
  const baud_host *host;
  loan_window *windows; /* [n_windows]: shut after each call */
  uint32_t n_windows;
  int is_refusal; /* plugin.refuse was called */
} script;

enum { SCRIPT_CALL_BUDGET = 50000000 }; /* instructions a call: about half a second */

static inline script *script_of(lua_State *lua) { return sandbox_of(lua)->owner; }

/* ---- Making ----------------------------------------------------------------------------------------------- */

/* Makes the instance in `s`, zeroed before. `build` finds the declaration's own table at SCRIPT_GIVEN and the
 * parameters at SCRIPT_PARAMS, and returns the runners: closures or nils, `n_runners` of them, numbered from 1. On
 * failure everything is cleared, and host->fail has been told why. */
enum { SCRIPT_GIVEN = 1, SCRIPT_PARAMS = 2 };
int32_t script_open(script *s, const lua_unit *unit, const baud_host *host, const baud_value *values,
                    lua_CFunction build, int n_runners);
void script_close(script *s);

/* For builders; these may raise errors. */

/* Calls create(parameters, setup) with the setup on top of the stack, which two values replace: what the host is to
 * read, and the model that all functions get as self. */
void script_create(lua_State *lua);
/* Makes n windows that are shut after each call. */
loan_window *script_windows(lua_State *lua, uint32_t n);
/* Pushes the declaration's function of this name; "file:line: " of it, kept, or null and nil pushed where there is
 * none. */
const char *script_push_function(lua_State *lua, const char *name);
/* The same of a function in the declaration's table of this name. */
const char *script_push_function_of(lua_State *lua, const char *table, const char *name);
/* Raises the sentence as what the parameters or the place are to blame for: the code will be BAUD_EARG. */
int script_refuse(lua_State *lua, const char *sentence);

/* ---- Calling ---------------------------------------------------------------------------------------------- */

/* Runs a runner; then shuts all windows. BAUD_OK, or a code after host->fail. */
int32_t script_run(script *s, int runner);

/* Within a runner: calls the function and its arguments on the stack with a new budget. */
static inline void script_call(lua_State *lua, script *s, int n_arguments, int n_results) {
  sandbox_renew(&s->box, SCRIPT_CALL_BUDGET);
  lua_call(lua, n_arguments, n_results);
}

#endif
