/* bench_lua.c - what a step of an environment in Lua costs: the cartpole of tests/plugins/twins.lua, stepped as a trial
 * steps it, beside the same function in a bare Lua state (its own tables for memory, no budget, no checks), and beside
 * its twin in C. Least processor times of ROUNDS, in turn. Exits 1 where the host's records, budget and protected calls
 * make it more than BOUND times as slow as the bare function.
 *
 * SOURCE names the source tree.
 */
#include <limits.h>
#include <lauxlib.h>
#include <lua.h>
#include <lualib.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "baud/random.h"
#include "lua/plugins.h"
#include "registry.h"

enum { ROUNDS = 9, STEPS = 200000, LANES_MOST = 1024 };
#define BOUND 5.0

static double seconds(void) {
  struct timespec t;
  clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &t);
  return (double)t.tv_sec + 1e-9 * (double)t.tv_nsec;
}

/* ---- Through the contract ------------------------------------------------------------------------------------ */

static int32_t fail(const baud_host *host, int32_t code, const char *why) {
  (void)host;
  fprintf(stderr, "%s\n", why);
  exit(code ? 2 : 0);
}
static const baud_host host = {.size = BAUD_SIZE(baud_host), .fail = fail};

typedef struct table {
  const baud_env_ops *ops;
  void *model;
  baud_env_spec spec;
  double lane[LANES_MOST][8];
  float state[LANES_MOST][4], fact[2][LANES_MOST];
  int32_t action[LANES_MOST];
  uint32_t pick[LANES_MOST];
  uint64_t seed[LANES_MOST];
  uint8_t flags[LANES_MOST];
} table;

static double step_through(table *t, uint32_t lanes) {
  uint64_t random = 5;
  void *obs[] = {t->state};
  float *facts[] = {t->fact[0], t->fact[1]};
  baud_batch batch = {.size = BAUD_SIZE(baud_batch),
                      .lanes = lanes,
                      .n_pick = lanes,
                      .pick = t->pick,
                      .seed = t->seed,
                      .lane = (char *)t->lane,
                      .lane_stride = sizeof t->lane[0],
                      .action = t->action,
                      .obs = obs,
                      .facts = facts,
                      .flags = t->flags};
  for (uint32_t k = 0; k < lanes; k++) t->pick[k] = k, t->seed[k] = baud_split(1, k);
  t->ops->reset(t->model, &batch);
  double began = seconds();
  for (uint32_t n = 0; n < STEPS; n += lanes) {
    batch.n_pick = 0;
    for (uint32_t k = 0; k < lanes; k++) t->action[k] = (int32_t)(baud_random(&random) & 1u);
    t->ops->step(t->model, &batch);
    for (uint32_t k = 0; k < lanes; k++)
      if (t->flags[k]) t->seed[batch.n_pick] = random, t->pick[batch.n_pick++] = k;
    if (batch.n_pick) t->ops->reset(t->model, &batch);
  }
  return (seconds() - began) / STEPS;
}

static void table_open(table *t, const registry *r, const char *id) {
  const plugin *p;
  baud_error error;
  baud_value none = {0};
  if (registry_find(r, BAUD_ENV, id, &p, &error) != 0) fail(&host, 1, error.text);
  t->ops = p->unit->ops;
  t->spec.size = BAUD_SIZE(baud_env_spec);
  t->ops->create(&host, &none, &t->spec, &t->model);
  if (t->spec.lane_bytes > sizeof t->lane[0]) fail(&host, 1, "the lanes are larger than the bench's");
}

/* ---- Bare ---------------------------------------------------------------------------------------------------- */

static const char bare_source[] =
    "local sin, cos, abs = math.sin, math.cos, math.abs\n"
    "local lane, state, facts = { x = 0.0, speed = 0.0, angle = 0.0, spin = 0.0 }, {}, {}\n"
    "return function(action)\n"
    "  local x, speed, angle, spin = lane.x, lane.speed, lane.angle, lane.spin\n"
    "  local force, sine, cosine = action == 1 and 10.0 or -10.0, sin(angle), cos(angle)\n"
    "  local push = (force + 0.1 * 0.5 * (spin * spin) * sine) / 1.1\n"
    "  local turn = (9.8 * sine - cosine * push) / (0.5 * (4.0 / 3.0 - 0.1 * (cosine * cosine) / 1.1))\n"
    "  local pull = push - 0.1 * 0.5 * turn * cosine / 1.1\n"
    "  x, speed, angle, spin = x + 0.02 * speed, speed + 0.02 * pull, angle + 0.02 * spin, spin + 0.02 * turn\n"
    "  local is_over = abs(x) > 2.4 or abs(angle) > 0.20943951023931953\n"
    "  state[1], state[2], state[3], state[4] = x, speed, angle, spin\n"
    "  facts.reward, facts.success = 1, is_over and 0 or 1\n"
    "  if is_over then x, speed, angle, spin = 0.0, 0.0, 0.0, 0.0 end\n"
    "  lane.x, lane.speed, lane.angle, lane.spin = x, speed, angle, spin\n"
    "  return is_over\n"
    "end\n";

static double step_bare(lua_State *lua) {
  uint64_t random = 5;
  double began = seconds();
  for (int n = 0; n < STEPS; n++) {
    lua_pushvalue(lua, 1);
    lua_pushinteger(lua, (lua_Integer)(baud_random(&random) & 1u));
    lua_call(lua, 1, 1);
    lua_pop(lua, 1);
  }
  return (seconds() - began) / STEPS;
}

int main(void) {
  static table in_lua, in_c;
  enum { BARE, LUA_1, LUA_64, C_64, CASES };
  static const char *const names[CASES] = {"bare Lua, its own tables", "plugin in Lua, 1 lane",
                                           "plugin in Lua, 64 lanes", "plugin in C, 64 lanes"};
  double least[CASES] = {HUGE_VAL, HUGE_VAL, HUGE_VAL, HUGE_VAL};
  char path[PATH_MAX];
  registry *r;
  baud_error error;
  const char *source = getenv("SOURCE");
  plugins_in_lua();
  char *twins = realpath(source ? source : ".", path);
  if (!twins || strlen(path) + 30 > sizeof path) fail(&host, 1, "SOURCE names no folder");
  strcat(path, "/tests/plugins/twins.lua");
  if (registry_open_files(&r, (const char *const[]){path}, 1, &error) != 0) fail(&host, 1, error.text);
  table_open(&in_lua, r, "test.lua.cartpole");
  table_open(&in_c, r, "baud.cartpole");
  lua_State *lua = luaL_newstate();
  luaL_openlibs(lua);
  if (luaL_dostring(lua, bare_source) != LUA_OK) fail(&host, 1, lua_tostring(lua, -1));
  for (int round = 0; round < ROUNDS; round++) {
    const double took[CASES] = {step_bare(lua), step_through(&in_lua, 1), step_through(&in_lua, 64),
                                step_through(&in_c, 64)};
    for (int i = 0; i < CASES; i++) least[i] = fmin(least[i], took[i]);
  }
  printf("%-28s %12s %16s %12s\n", "cartpole", "ns a step", "million steps/s", "to bare Lua");
  for (int i = 0; i < CASES; i++)
    printf("%-28s %12.1f %16.2f %11.2fx\n", names[i], 1e9 * least[i], 1e-6 / least[i], least[i] / least[BARE]);
  int is_over = least[LUA_64] > BOUND * least[BARE];
  printf("%s %g times the bare function at 64 lanes\n", is_over ? "more than" : "within", BOUND);
  lua_close(lua);
  in_lua.ops->destroy(in_lua.model);
  registry_free(r);
  return is_over;
}
