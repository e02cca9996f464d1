/* results.c - primitives that read a run's store and make statistics of what is there. Episodes count from 0 here,
 * as in the store; results.lua turns that into the language's count from 1.
 */
#include <math.h>
#include <stdlib.h>

#include "lua/primitives.h"
#include "statistics.h"
#include "stream/entropy.h"

static int raise(lua_State *lua, const baud_error *error) { return sandbox_fail(lua, error->text); }

static store *results_of(lua_State *lua) {
  store *results = language_context_of(lua)->results;
  if (!results) sandbox_fail(lua, "there are no results before the run has ended: they belong into a claim's function");
  return results;
}

/* A configuration's tags: a JSON object of texts, as a table. */
static void push_tags(lua_State *lua, const char *json) {
  lua_newtable(lua);
  cJSON *tags = cJSON_Parse(json);
  for (const cJSON *tag = tags ? tags->child : NULL; tag; tag = tag->next) {
    if (!cJSON_IsString(tag)) continue;
    lua_pushstring(lua, tag->valuestring);
    lua_setfield(lua, -2, tag->string);
  }
  cJSON_Delete(tags);
}

/* configs() -> { { label, node, tags }, ... } */
static int read_configs(lua_State *lua) {
  baud_error error;
  plan *p;
  if (store_read_plan(results_of(lua), &p, &error) != 0) return raise(lua, &error);
  lua_createtable(lua, (int)p->n_configs, 0);
  for (uint32_t i = 0; i < p->n_configs; i++) {
    lua_createtable(lua, 0, 3);
    lua_pushstring(lua, p->configs[i].label);
    lua_setfield(lua, -2, "label");
    lua_pushinteger(lua, (lua_Integer)p->configs[i].node);
    lua_setfield(lua, -2, "node");
    push_tags(lua, p->configs[i].tags);
    lua_setfield(lua, -2, "tags");
    lua_rawseti(lua, -2, (lua_Integer)i + 1);
  }
  plan_free(p);
  return 1;
}

static void push_trial(lua_State *lua, const store_trial *row) {
  const char status[2] = {row->status, 0};
  lua_createtable(lua, 0, 7);
  lua_pushinteger(lua, row->trial);
  lua_setfield(lua, -2, "trial");
  lua_pushinteger(lua, (lua_Integer)row->config + 1);
  lua_setfield(lua, -2, "config");
  lua_pushinteger(lua, (lua_Integer)row->seed);
  lua_setfield(lua, -2, "seed");
  lua_pushinteger(lua, (lua_Integer)row->episodes);
  lua_setfield(lua, -2, "episodes");
  lua_pushinteger(lua, (lua_Integer)row->steps);
  lua_setfield(lua, -2, "steps");
  lua_pushstring(lua, status);
  lua_setfield(lua, -2, "status");
  lua_pushstring(lua, row->reason);
  lua_setfield(lua, -2, "reason");
}

/* trials() -> { { trial, config, seed, episodes, steps, status, reason }, ... } in the plan's order. Trials that were
 * changed while they ran are not among them: they are no trials of their configuration any more. */
static int read_trials(lua_State *lua) {
  enum { AT_ONCE = 64 };
  store *results = results_of(lua);
  store_trial rows[AT_ONCE];
  baud_error error;
  uint32_t first = 0, n;
  lua_Integer listed = 0;
  lua_newtable(lua);
  do {
    n = AT_ONCE;
    if (store_read_trials(results, first, rows, &n, &error) != 0) return raise(lua, &error);
    for (uint32_t i = 0; i < n; i++) {
      if (rows[i].changes) continue;
      push_trial(lua, &rows[i]);
      lua_rawseti(lua, -2, ++listed);
    }
    first += n;
  } while (n == AT_ONCE);
  return 1;
}

/* figure(name) -> index | nil, the name that was probably meant */
static int figure_by_name(lua_State *lua) {
  const char *name = luaL_checkstring(lua, 1), *names[FIGURES];
  int index = figure_find(name);
  if (index >= 0) {
    lua_pushinteger(lua, index);
    return 1;
  }
  for (int i = 0; i < FIGURES; i++) names[i] = figure_table[i].name;
  const char *near = error_closest(name, names, FIGURES);
  lua_pushnil(lua);
  if (near) lua_pushstring(lua, near);
  else lua_pushnil(lua);
  return 2;
}

/* values(trial, figure, from, count) -> list, shorter where the trial is; unscored episodes are NAN */
static int read_values(lua_State *lua) {
  store *results = results_of(lua);
  uint32_t trial = (uint32_t)luaL_checkinteger(lua, 1), figure = (uint32_t)luaL_checkinteger(lua, 2);
  lua_Integer from = luaL_checkinteger(lua, 3), count = luaL_checkinteger(lua, 4);
  if (from < 0 || count < 0 || count > 100000000) return sandbox_fail(lua, "these are no episodes");
  uint32_t n = (uint32_t)count;
  baud_error error;
  float *values = lua_newuserdatauv(lua, ((size_t)n + 1) * sizeof *values, 0);
  if (store_read_values(results, trial, figure, (uint64_t)from, values, &n, &error) != 0) return raise(lua, &error);
  lua_createtable(lua, (int)n, 0);
  for (uint32_t i = 0; i < n; i++) {
    lua_pushnumber(lua, (double)values[i]);
    lua_rawseti(lua, -2, (lua_Integer)i + 1);
  }
  return 1;
}

/* total(trial, figure, to) -> sum, number of scored episodes, over the first `to` episodes (nil: all) */
static int read_total(lua_State *lua) {
  store *results = results_of(lua);
  baud_error error;
  double sum = 0.0;
  uint64_t count = 0, to = lua_isnoneornil(lua, 3) ? UINT64_MAX : (uint64_t)luaL_checkinteger(lua, 3);
  uint32_t trial = (uint32_t)luaL_checkinteger(lua, 1), figure = (uint32_t)luaL_checkinteger(lua, 2);
  if (store_read_total(results, trial, figure, to, &sum, &count, &error) != 0) return raise(lua, &error);
  lua_pushnumber(lua, sum);
  lua_pushinteger(lua, (lua_Integer)count);
  return 2;
}

/* episodes_by(trial, step) -> how many episodes had ended by then */
static int episodes_by(lua_State *lua) {
  store *results = results_of(lua);
  uint32_t trial = (uint32_t)luaL_checkinteger(lua, 1);
  lua_Integer step = luaL_checkinteger(lua, 2);
  uint64_t low = 0, high = UINT64_MAX / 2; /* so many had, so many had not */
  baud_error error;
  while (high - low > 0) {
    uint64_t middle = low + (high - low) / 2, ended;
    uint32_t n = 1;
    if (store_read_steps(results, trial, middle, &ended, &n, &error) != 0) return raise(lua, &error);
    if (n == 1 && step >= 0 && ended <= (uint64_t)step) low = middle + 1;
    else high = middle;
  }
  lua_pushinteger(lua, (lua_Integer)low);
  return 1;
}

/* mark(trial, figure) -> "=", "≤", "≥", "~", "-" */
static int read_mark(lua_State *lua) {
  uint32_t trial = (uint32_t)luaL_checkinteger(lua, 1), figure = (uint32_t)luaL_checkinteger(lua, 2);
  lua_pushstring(lua, mark_text(store_read_mark(results_of(lua), trial, figure)));
  return 1;
}

static double *numbers_of(lua_State *lua, int index, size_t *n) {
  luaL_checktype(lua, index, LUA_TTABLE);
  *n = (size_t)lua_rawlen(lua, index);
  double *numbers = lua_newuserdatauv(lua, (*n + 1) * sizeof *numbers, 0);
  for (size_t i = 0; i < *n; i++) {
    lua_rawgeti(lua, index, (lua_Integer)i + 1);
    numbers[i] = luaL_checknumber(lua, -1);
    lua_pop(lua, 1);
  }
  return numbers;
}

static const char *const kinds[] = {"mean", "median", "iqm", NULL};

static void push_estimate(lua_State *lua, const statistics_estimate *estimate) {
  lua_createtable(lua, 0, 4);
  lua_pushnumber(lua, estimate->value);
  lua_setfield(lua, -2, "value");
  lua_pushnumber(lua, estimate->low);
  lua_setfield(lua, -2, "low");
  lua_pushnumber(lua, estimate->high);
  lua_setfield(lua, -2, "high");
  lua_pushinteger(lua, (lua_Integer)estimate->n);
  lua_setfield(lua, -2, "n");
}

/* estimate(kind, numbers) -> { value, low, high, n } */
static int estimate(lua_State *lua) {
  statistics_estimate out;
  baud_error error;
  size_t n;
  enum statistics_kind kind = (enum statistics_kind)luaL_checkoption(lua, 1, "mean", kinds);
  const double *x = numbers_of(lua, 2, &n);
  if (statistics_bootstrap(kind, STATISTICS_BCA, x, n, &out, &error) != 0) return raise(lua, &error);
  push_estimate(lua, &out);
  return 1;
}

/* compare(kind, pairing, a, b) -> difference, probability that a is larger */
static int compare(lua_State *lua) {
  static const char *const pairings[] = {"independent", "paired", NULL};
  statistics_comparison out;
  baud_error error;
  size_t n_a, n_b;
  enum statistics_kind kind = (enum statistics_kind)luaL_checkoption(lua, 1, "mean", kinds);
  enum statistics_pairing pairing = (enum statistics_pairing)luaL_checkoption(lua, 2, "independent", pairings);
  const double *a = numbers_of(lua, 3, &n_a), *b = numbers_of(lua, 4, &n_b);
  if (statistics_compare(kind, pairing, a, n_a, b, n_b, &out, &error) != 0) return raise(lua, &error);
  push_estimate(lua, &out.difference);
  push_estimate(lua, &out.probability);
  return 2;
}

static void push_number(lua_State *lua, const char *key, double value) {
  lua_pushnumber(lua, value);
  lua_setfield(lua, -2, key);
}

static void push_sample(lua_State *lua, uint64_t n, uint64_t singletons, enum entropy_estimator estimator) {
  push_number(lua, "n", (double)n);
  push_number(lua, "singletons", (double)singletons);
  lua_pushstring(lua, entropy_estimator_name[estimator]);
  lua_setfield(lua, -2, "estimator");
}

/* sample_entropy(numbers) -> { bits, n, kinds, singletons, estimator } */
static int sample_entropy(lua_State *lua) {
  entropy_estimate e;
  baud_error error;
  size_t n;
  const double *x = numbers_of(lua, 1, &n);
  if (entropy_of_sample(x, n, &e, &error) != 0) return raise(lua, &error);
  lua_createtable(lua, 0, 5);
  push_number(lua, "bits", e.bits);
  push_number(lua, "kinds", (double)e.kinds);
  push_sample(lua, e.n, e.singletons, e.estimator);
  return 1;
}

/* shared_bits(numbers, numbers) -> { bits, plain, null, deviation, n, singletons, estimator } */
static int shared_bits(lua_State *lua) {
  entropy_shared e;
  baud_error error;
  size_t n, m;
  const double *x = numbers_of(lua, 1, &n), *y = numbers_of(lua, 2, &m);
  if (n != m) return sandbox_fail(lua, "shared bits are of pairs: the samples must be of one size");
  if (entropy_of_pairs(x, y, n, &e, &error) != 0) return raise(lua, &error);
  lua_createtable(lua, 0, 7);
  push_number(lua, "bits", e.bits);
  push_number(lua, "plain", e.plain);
  push_number(lua, "null", e.null);
  push_number(lua, "deviation", e.null_deviation);
  push_sample(lua, e.n, e.singletons, e.estimator);
  return 1;
}

/* h(p): the entropy of a coin, bits */
static int entropy(lua_State *lua) {
  double p = luaL_checknumber(lua, 1);
  if (!(p >= 0.0 && p <= 1.0)) return sandbox_fail(lua, lua_pushfstring(lua, "h(p) needs 0 <= p <= 1, not %f", p));
  lua_pushnumber(lua, statistics_entropy_bits(p));
  return 1;
}

void primitives_of_results(lua_State *lua) {
  static const luaL_Reg functions[] = {
      {"configs", read_configs}, {"trials", read_trials}, {"figure", figure_by_name}, {"values", read_values},
      {"total", read_total},     {"mark", read_mark},     {"estimate", estimate},     {"compare", compare},
      {"entropy", entropy},     {"sample_entropy", sample_entropy}, {"shared_bits", shared_bits},      {"episodes_by", episodes_by}, {NULL, NULL}};
  luaL_setfuncs(lua, functions, 0);
  lua_pushboolean(lua, language_context_of(lua)->is_so_far);
  lua_setfield(lua, -2, "so_far");
}
