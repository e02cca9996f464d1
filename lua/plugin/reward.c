/* reward.c - reward schemes in Lua.
 *
 *   create(params, setup) -> { view = .., lane = .. }, self
 *   reset(self, lane, obs)               an episode begins; without a reset the lane's memory is zeroed
 *   score(self, lane, step) -> reward
 */
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "lua/plugin/form.h"
#include "lua/plugin/keep.h"
#include "lua/plugin/roles.h"
#include "lua/plugin/script.h"
#include "lua/plugin/words.h"

typedef struct reward_script {
  script script;
  baud_reward_setup *setup; /* while it is made */
  const baud_batch *batch;  /* of the call that runs */
  const char *place_of_score, *place_of_reset;
  uint32_t n_facts, n_obs, fact; /* fact: that the view tells of; n_facts where there is none */
  size_t *bytes;                 /* of a lane's observations, [n_obs], and of its action behind them */
  uint64_t lane_bytes;
  loan_window *lane, *step, *action, *fact_seen, *facts, *obs, *before; /* facts: [n_facts]; obs, before: [n_obs] */
  struct {
    uint8_t ended, terminated, truncated;
  } moment; /* of the step, for its record */
} reward_script;

enum { RESET = 1, SCORE, RUNNERS = SCORE };
enum { UP_FUNCTION = 1, UP_SELF, UP_LANE, UP_LAST }; /* upvalues of runners; the last is what the function gets last */

static reward_script *reward_of(lua_State *lua) { return (reward_script *)(void *)script_of(lua); }

/* ---- Create: what it is told ------------------------------------------------------------------------------ */

static void push_setup(lua_State *lua, const baud_reward_setup *setup) {
  const baud_env_spec *env = setup->env;
  lua_createtable(lua, 0, 6);
  lua_pushinteger(lua, setup->lanes);
  lua_setfield(lua, -2, "lanes");
  lua_pushinteger(lua, setup->limit);
  lua_setfield(lua, -2, "limit");
  form_push_field(lua, env->action);
  lua_setfield(lua, -2, "action");
  form_push_fields(lua, env->obs, env->n_obs);
  lua_setfield(lua, -2, "observations");
  form_push_facts(lua, env->facts, env->n_facts);
  lua_setfield(lua, -2, "facts");
  words_apply(lua, "reward_setup");
}

/* ---- Create: what it says --------------------------------------------------------------------------------- */

static uint32_t fact_called(lua_State *lua, const char *name, const baud_env_spec *env) {
  uint32_t f = 0;
  while (f < env->n_facts && strcmp(env->facts[f].name, name) != 0) f++;
  if (f == env->n_facts)
    sandbox_fail(lua, lua_pushfstring(lua, "view.fact is \"%s\", which the environment has not: see setup.fact", name));
  return f;
}

static void read_bins(lua_State *lua, int table, baud_view *view) {
  static const char *const keys[] = {"n", "low", "high", NULL};
  if (lua_getfield(lua, table, "bins") != LUA_TNIL) {
    int bins = lua_gettop(lua);
    form_open(lua, bins, "view.bins", keys);
    view->n_bins = (uint32_t)form_whole(lua, bins, "view.bins", "n", 1, 1 << 20, FORM_NEEDED);
    view->bin_low = form_number(lua, bins, "view.bins", "low", -1e300, 1e300, FORM_NEEDED);
    view->bin_high = form_number(lua, bins, "view.bins", "high", -1e300, 1e300, FORM_NEEDED);
  }
  lua_pop(lua, 1);
}

/* The view under `view` of the table at `index`: nothing, "blind", or what is done to a fact. */
static void read_view(lua_State *lua, int index, const baud_env_spec *env, baud_view *view) {
  static const char *const keys[] = {"fact", "when", "delay", "bins", "flip", "drop", "scale", "offset", NULL};
  static const char *const kinds[] = {"blind"}, *const whens[] = {"every_step", "at_end", "sum"};
  int type = lua_getfield(lua, index, "view"), table = lua_gettop(lua);
  if (type == LUA_TNIL) return; /* unknown, as the host set it */
  view->kind = type == LUA_TTABLE ? BAUD_VIEW_FACT : BAUD_VIEW_BLIND;
  if (type != LUA_TTABLE) {
    (void)form_choice(lua, index, "create", "view", kinds, 1);
    return;
  }
  form_open(lua, table, "view", keys);
  view->fact = fact_called(lua, form_text(lua, table, "view", "fact", NULL), env);
  int when = form_choice(lua, table, "view", "when", whens, 3);
  view->when = when < 0 ? BAUD_VIEW_EVERY_STEP : (uint32_t)when;
  view->delay = (uint32_t)form_whole(lua, table, "view", "delay", 0, UINT32_MAX, 0);
  view->flip = form_number(lua, table, "view", "flip", 0, 1, 0);
  view->drop = form_number(lua, table, "view", "drop", 0, 1, 0);
  view->scale = form_number(lua, table, "view", "scale", -1e300, 1e300, 1);
  view->offset = form_number(lua, table, "view", "offset", -1e300, 1e300, 0);
  read_bins(lua, table, view);
}

/* ---- Create: what its functions see ----------------------------------------------------------------------- */

static void note_sizes(lua_State *lua, reward_script *m, const baud_env_spec *env) {
  m->n_facts = env->n_facts;
  m->n_obs = env->n_obs;
  m->bytes = keep_bytes(lua, (env->n_obs + 1u) * sizeof *m->bytes);
  for (uint32_t f = 0; f < env->n_obs; f++) m->bytes[f] = loan_host_bytes(&env->obs[f]);
  m->bytes[env->n_obs] = loan_host_bytes(env->action);
  loan_window *w = script_windows(lua, 4 + env->n_facts + 2 * env->n_obs);
  m->lane = w;
  m->step = w + 1;
  m->action = w + 2;
  m->fact_seen = w + 3;
  m->facts = w + 4;
  m->obs = m->facts + env->n_facts;
  m->before = m->obs + env->n_obs;
  m->lane->is_writable = 1;
}

/* The record that score gets. */
static void push_step(lua_State *lua, const reward_script *m, const baud_env_spec *env) {
  static const char *const flags[] = {"ended", "terminated", "truncated"};
  loan_push_record(lua, "step", 8);
  int step = lua_gettop(lua);
  for (uint32_t i = 0; i < 3; i++)
    loan_add(lua, step, &(loan_field){.name = flags[i], .window = m->step, .offset = i, .type = LOAN_FLAG, .count = 1});
  loan_add(lua, step, &(loan_field){.name = "fact", .window = m->fact_seen, .type = LOAN_F32, .count = 1});
  loan_field action = loan_of_host(env->action, "action", m->action);
  loan_add(lua, step, &action);
  loan_push_facts(lua, env->facts, env->n_facts, m->facts);
  loan_add(lua, step, &(loan_field){.name = "facts", .window = m->step, .type = LOAN_RECORD});
  loan_push_fields(lua, "obs", env->obs, env->n_obs, m->obs);
  loan_add(lua, step, &(loan_field){.name = "obs", .window = m->step, .type = LOAN_RECORD});
  loan_push_fields(lua, "obs_before", env->obs, env->n_obs, m->before);
  loan_add(lua, step, &(loan_field){.name = "obs_before", .window = m->step, .type = LOAN_RECORD});
}

static int reset_lanes(lua_State *lua);
static int score_lanes(lua_State *lua);

/* The builder: declaration, parameters -> runners. */
static int build(lua_State *lua) {
  static const char *const keys[] = {"view", "lane", NULL};
  reward_script *m = reward_of(lua);
  const baud_env_spec *env = m->setup->env;
  push_setup(lua, m->setup);
  script_create(lua);
  int form = lua_gettop(lua) - 1, self = form + 1;
  form_open(lua, form, "create's result", keys);
  m->fact = env->n_facts;
  read_view(lua, form, env, &m->setup->view);
  if (m->setup->view.kind == BAUD_VIEW_FACT) m->fact = m->setup->view.fact;
  note_sizes(lua, m, env);
  lua_getfield(lua, form, "lane");
  m->lane_bytes = sizeof(uint64_t);
  loan_push_layout(lua, -1, "lane", m->lane, LOAN_WITH_CHANCE, &m->lane_bytes);
  m->setup->lane_bytes = m->lane_bytes;
  int lane = lua_gettop(lua);
  if ((m->place_of_reset = script_push_function(lua, "reset"))) {
    lua_pushvalue(lua, self);
    lua_pushvalue(lua, lane);
    loan_push_fields(lua, "obs", env->obs, env->n_obs, m->obs);
    lua_pushcclosure(lua, reset_lanes, UP_LAST);
  }
  m->place_of_score = script_push_function(lua, "score");
  lua_pushvalue(lua, self);
  lua_pushvalue(lua, lane);
  push_step(lua, m, env);
  lua_pushcclosure(lua, score_lanes, UP_LAST);
  return RUNNERS;
}

int32_t reward_script_create(const lua_unit *unit, const baud_host *host, const baud_value *values,
                             baud_reward_setup *setup, void **model) {
  reward_script *m = calloc(1, sizeof *m);
  if (!m) return host->fail(host, BAUD_ENOMEM, "no memory for the model");
  m->setup = setup;
  int32_t code = script_open(&m->script, unit, host, values, build, RUNNERS);
  m->setup = NULL;
  if (code != BAUD_OK) free(m);
  else *model = m;
  return code;
}

static void reward_destroy(void *model) {
  reward_script *m = model;
  script_close(&m->script);
  free(m);
}

/* ---- Reset and score -------------------------------------------------------------------------------------- */

static void aim_at_lane(reward_script *m, uint32_t k) {
  const baud_batch *b = m->batch;
  m->lane->at = b->lane + k * b->lane_stride;
  for (uint32_t f = 0; f < m->n_obs; f++) m->obs[f].at = (char *)b->obs[f] + k * m->bytes[f];
}

static void aim_at_step(reward_script *m, uint32_t k) {
  const baud_batch *b = m->batch;
  uint8_t flags = b->flags[k];
  m->moment.ended = flags != 0;
  m->moment.terminated = flags & BAUD_TERMINATED;
  m->moment.truncated = flags & BAUD_TRUNCATED;
  m->step->at = (char *)&m->moment;
  m->action->at = (char *)(uintptr_t)b->action + k * m->bytes[m->n_obs];
  for (uint32_t f = 0; f < m->n_obs; f++) m->before[f].at = (char *)(uintptr_t)b->obs_before[f] + k * m->bytes[f];
  for (uint32_t f = 0; f < m->n_facts; f++) m->facts[f].at = (char *)&b->facts[f][k];
  if (m->fact < m->n_facts) m->fact_seen->at = m->facts[m->fact].at;
}

static void push_call(lua_State *lua) {
  for (int i = UP_FUNCTION; i <= UP_LAST; i++) lua_pushvalue(lua, lua_upvalueindex(i));
}

static int reset_lanes(lua_State *lua) {
  reward_script *m = reward_of(lua);
  m->script.box.place = m->place_of_reset;
  for (uint32_t i = 0; i < m->batch->n_pick; i++) {
    aim_at_lane(m, m->batch->pick[i]);
    push_call(lua);
    script_call(lua, &m->script, UP_LAST - 1, 0);
  }
  return 0;
}

static int score_lanes(lua_State *lua) {
  reward_script *m = reward_of(lua);
  m->script.box.place = m->place_of_score;
  for (uint32_t k = 0; k < m->batch->lanes; k++) {
    aim_at_lane(m, k);
    aim_at_step(m, k);
    push_call(lua);
    script_call(lua, &m->script, UP_LAST - 1, 1);
    float reward = (float)lua_tonumber(lua, -1);
    if (lua_type(lua, -1) != LUA_TNUMBER || !isfinite(reward))
      return sandbox_fail(lua, lua_pushfstring(lua, "score returned %s; it returns the reward, a finite number",
                                               luaL_tolstring(lua, -1, NULL)));
    m->batch->reward[k] = reward;
    lua_settop(lua, 0);
  }
  return 0;
}

static int32_t run(const void *model, const baud_batch *batch, int runner) {
  reward_script *m = (reward_script *)(uintptr_t)model; /* its state and windows are of the call alone */
  m->batch = batch;
  return script_run(&m->script, runner);
}

static int32_t reward_reset(const void *model, const baud_batch *batch) {
  const reward_script *m = model;
  for (uint32_t i = 0; i < batch->n_pick; i++) {
    char *lane = batch->lane + batch->pick[i] * batch->lane_stride;
    if (!m->place_of_reset) memset(lane, 0, m->lane_bytes);
    memcpy(lane, &batch->seed[i], sizeof batch->seed[i]);
  }
  return m->place_of_reset ? run(model, batch, RESET) : BAUD_OK;
}

static int32_t reward_score(const void *model, const baud_batch *batch) { return run(model, batch, SCORE); }

const baud_reward_ops reward_script_ops = {
    .size = BAUD_SIZE(baud_reward_ops), .destroy = reward_destroy, .reset = reward_reset, .score = reward_score};
