/* chance.c - see chance.h. Methods are a table of draws from baud/random.h.
 */
#include "lua/plugin/chance.h"

#include <math.h>

#include "baud/random.h"
#include "lua/sandbox.h"

typedef struct generator {
  enum loan_kind kind;
  const char *what;
  const loan_window *window;
} generator;

static const char CHANCE[] = "baud.chance"; /* registry key of the metatable */

/* Every full userdata of the state begins with its kind. */
static uint64_t *state_of(lua_State *lua) {
  const generator *g = lua_type(lua, 1) == LUA_TUSERDATA ? lua_touserdata(lua, 1) : NULL;
  if (!g || g->kind != LOAN_KIND_CHANCE) sandbox_fail(lua, "draws are methods: write random:uniform(), with a colon");
  if (!g->window->at)
    sandbox_fail(lua, lua_pushfstring(lua, "%s.random is not there: it is lent for one call alone", g->what));
  if (!g->window->is_writable)
    sandbox_fail(lua, lua_pushfstring(lua, "nothing is drawn here: %s is read-only", g->what));
  return (uint64_t *)(void *)g->window->at;
}

static double argument(lua_State *lua, int index, double least, const char *sentence) {
  double x = lua_tonumber(lua, index);
  if (lua_type(lua, index) != LUA_TNUMBER || !(x > least) || !isfinite(x)) sandbox_fail(lua, sentence);
  return x;
}

static int draw_uniform(lua_State *lua) {
  lua_pushnumber(lua, baud_uniform(state_of(lua)));
  return 1;
}

static int draw_below(lua_State *lua) {
  uint64_t *state = state_of(lua);
  lua_Integer n = lua_isinteger(lua, 2) ? lua_tointeger(lua, 2) : 0;
  if (n < 1 || n > UINT32_MAX)
    return sandbox_fail(lua, "random:below(n) takes a whole number from 1 to 4294967295, and gives one of 0 .. n-1");
  lua_pushinteger(lua, baud_below(state, (uint32_t)n));
  return 1;
}

static int draw_bernoulli(lua_State *lua) {
  uint64_t *state = state_of(lua);
  double p = lua_tonumber(lua, 2);
  if (lua_type(lua, 2) != LUA_TNUMBER || !(p >= 0.0 && p <= 1.0))
    return sandbox_fail(lua, "random:bernoulli(p) takes a probability, 0 .. 1");
  lua_pushboolean(lua, baud_bernoulli(state, p));
  return 1;
}

static int draw_normal(lua_State *lua) {
  lua_pushnumber(lua, baud_normal(state_of(lua)));
  return 1;
}

static int draw_exponential(lua_State *lua) {
  lua_pushnumber(lua, baud_exponential(state_of(lua)));
  return 1;
}

static int draw_gamma(lua_State *lua) {
  uint64_t *state = state_of(lua);
  lua_pushnumber(lua, baud_gamma(state, argument(lua, 2, 0.0, "random:gamma(shape) takes a shape above 0")));
  return 1;
}

static int draw_beta(lua_State *lua) {
  static const char sentence[] = "random:beta(a, b) takes two numbers above 0";
  uint64_t *state = state_of(lua);
  double a = argument(lua, 2, 0.0, sentence), b = argument(lua, 3, 0.0, sentence);
  lua_pushnumber(lua, baud_beta(state, a, b));
  return 1;
}

/* An index from 0, drawn from a list of probabilities that sum to about 1: baud_categorical, element by element. */
static int draw_categorical(lua_State *lua) {
  uint64_t *state = state_of(lua);
  lua_settop(lua, 2);
  lua_Integer n = lua_istable(lua, 2) || lua_isuserdata(lua, 2) ? luaL_len(lua, 2) : 0, i = 0;
  if (n < 1) return sandbox_fail(lua, "random:categorical(p) takes a list of probabilities");
  double u = baud_uniform(state);
  for (; i + 1 < n; i++) {
    lua_geti(lua, 2, i + 1);
    if (lua_type(lua, -1) != LUA_TNUMBER)
      return sandbox_fail(lua, "random:categorical(p) takes a list of probabilities");
    if ((u -= lua_tonumber(lua, -1)) < 0.0) break;
    lua_pop(lua, 1);
  }
  lua_pushinteger(lua, i);
  return 1;
}

void chance_install(lua_State *lua) {
  static const luaL_Reg draws[] = {{"uniform", draw_uniform},
                                   {"below", draw_below},
                                   {"bernoulli", draw_bernoulli},
                                   {"normal", draw_normal},
                                   {"exponential", draw_exponential},
                                   {"gamma", draw_gamma},
                                   {"beta", draw_beta},
                                   {"categorical", draw_categorical},
                                   {NULL, NULL}};
  luaL_newmetatable(lua, CHANCE);
  luaL_newlib(lua, draws);
  lua_setfield(lua, -2, "__index");
  lua_pushboolean(lua, 0);
  lua_setfield(lua, -2, "__metatable");
  lua_pop(lua, 1);
}

void chance_push(lua_State *lua, const char *what, const loan_window *window) {
  generator *g = lua_newuserdatauv(lua, sizeof *g, 0);
  *g = (generator){LOAN_KIND_CHANCE, what, window};
  luaL_setmetatable(lua, CHANCE);
}
