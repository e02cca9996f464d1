/* env.c - environments in Lua.
 *
 *   create(params) -> { observations = .., action = .., facts = .., lane = .., world = .., .. }, self
 *   draw(self, world, random)                                  a world from the prior
 *   reset(self, lane, world, obs)                              an episode begins
 *   step(self, lane, world, action, obs, facts) -> has ended
 *   demonstrate(self, lane, world, obs, optimal)               marks the actions that are best here
 *   picture(self, lane, world) -> lines of text
 *
 * What reset and step do not write of observations and facts is 0. A lane has a generator, lane.random, that the host
 * seeds anew for each episode; what else is in a lane stays there until it is written.
 */
#include "lua/plugin/env.h"

#include <inttypes.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "lua/plugin/chance.h"
#include "lua/plugin/form.h"
#include "lua/plugin/keep.h"
#include "lua/plugin/observer.h"
#include "lua/plugin/roles.h"

enum { MOST_FIELDS = 64, MOST_VALUES = 4096, MOST_CELLS = 1000 };

/* ---- Create: what it says --------------------------------------------------------------------------------- */

static const baud_field *read_observations(lua_State *lua, int form, uint32_t *n) {
  *n = form_list(lua, form, "create", "observations", MOST_FIELDS);
  baud_field *obs = keep_bytes(lua, *n * sizeof *obs);
  for (uint32_t f = 0; f < *n; f++) {
    lua_geti(lua, -1, (lua_Integer)f + 1);
    obs[f] = form_field(lua, -1, "an observation");
    lua_pop(lua, 1);
  }
  lua_pop(lua, 1);
  return obs;
}

static const baud_field *read_action(lua_State *lua, int form) {
  baud_field *action = keep_bytes(lua, sizeof *action);
  lua_getfield(lua, form, "action");
  *action = form_field(lua, -1, "action");
  lua_pop(lua, 1);
  return action;
}

/* The values that fact f can take, from the table on top of the stack: a list of numbers, or "any". */
static void read_values(lua_State *lua, env_script *m, uint32_t f) {
  static const char *const any[] = {"any"};
  if (lua_getfield(lua, -1, "values") == LUA_TSTRING) {
    m->values[f].is_known = form_choice(lua, -2, "a fact", "values", any, 1) == 0;
    lua_pop(lua, 1);
    return;
  }
  lua_pop(lua, 1);
  m->values[f].is_known = form_has(lua, -1, "values");
  uint32_t n = m->values[f].n = form_list(lua, -1, "a fact", "values", MOST_VALUES);
  m->values[f].at = keep_bytes(lua, n * sizeof *m->values[f].at);
  for (uint32_t i = 0; i < n; i++) {
    lua_geti(lua, -1, (lua_Integer)i + 1);
    if (lua_type(lua, -1) != LUA_TNUMBER) sandbox_fail(lua, "a fact's values are numbers: { 0, 1 }");
    m->values[f].at[i] = (double)(float)lua_tonumber(lua, -1); /* as a step writes it */
    lua_pop(lua, 1);
  }
  lua_pop(lua, 1);
}

static const baud_fact *read_facts(lua_State *lua, int form, env_script *m, uint32_t *n) {
  *n = form_list(lua, form, "create", "facts", MOST_FIELDS);
  if (*n == 0) sandbox_fail(lua, "create gives no facts: an environment brings forth one at least, its reward");
  baud_fact *facts = keep_bytes(lua, *n * sizeof *facts);
  m->values = keep_bytes(lua, *n * sizeof *m->values);
  for (uint32_t f = 0; f < *n; f++) {
    lua_geti(lua, -1, (lua_Integer)f + 1);
    facts[f] = form_fact(lua, -1, "a fact");
    read_values(lua, m, f);
    lua_pop(lua, 1);
  }
  lua_pop(lua, 1);
  return facts;
}

static void note_sizes(lua_State *lua, env_script *m) {
  baud_env_spec *spec = &m->spec;
  m->obs_bytes = keep_bytes(lua, spec->n_obs * sizeof *m->obs_bytes);
  m->obs_names = keep_bytes(lua, (spec->n_obs + 1u) * sizeof *m->obs_names);
  for (uint32_t f = 0; f < spec->n_obs; f++) {
    m->obs_bytes[f] = loan_host_bytes(&spec->obs[f]);
    m->obs_names[f] = spec->obs[f].name;
  }
  m->action_bytes = loan_host_bytes(spec->action);
  loan_window **const one[] = {&m->chance, &m->lane,  &m->world,  &m->action,     &m->optimal,
                               &m->belief, &m->event, &m->weight, &m->before_seen};
  enum { ONES = sizeof one / sizeof *one };
  loan_window *w = script_windows(lua, ONES + 2 * spec->n_obs + spec->n_facts);
  for (int i = 0; i < ONES; i++) *one[i] = w++;
  m->obs = w;
  m->facts = m->obs + spec->n_obs;
  m->before = m->facts + spec->n_facts;
  m->chance->is_writable = m->optimal->is_writable = 1;
  for (uint32_t i = 0; i < spec->n_obs + spec->n_facts; i++) m->obs[i].is_writable = 1;
}

/* Pushes the world's record, or nil where there is none. */
static void push_world(lua_State *lua, int form, env_script *m) {
  baud_env_spec *spec = &m->spec;
  lua_getfield(lua, form, "world");
  loan_push_layout(lua, -1, "world", m->world, LOAN_WITHOUT_CHANCE, &spec->world_bytes);
  if (spec->world_bytes == 0) lua_pushnil(lua), lua_replace(lua, -2);
  lua_replace(lua, -2);
  spec->entropy_bits =
      form_number(lua, form, "create", "entropy_bits", 0, INFINITY, spec->world_bytes ? FORM_NEEDED : 0.0);
}

static void push_lane(lua_State *lua, int form, env_script *m) {
  m->spec.lane_bytes = sizeof(uint64_t);
  lua_getfield(lua, form, "lane");
  loan_push_layout(lua, -1, "lane", m->lane, LOAN_WITH_CHANCE, &m->spec.lane_bytes);
  lua_replace(lua, -2);
}

/* ---- Create: runners -------------------------------------------------------------------------------------- */

static int draw_world(lua_State *lua);
static int reset_lanes(lua_State *lua);
static int step_lanes(lua_State *lua);
static int demonstrate_lanes(lua_State *lua);
static int picture_lane(lua_State *lua);

/* Pushes a runner over the function of this name and the values at these indices, or nil. */
static void push_runner(lua_State *lua, int runner, const char *name, lua_CFunction call, const int *values, int n) {
  env_script *m = env_script_of(lua);
  m->place[runner] = script_push_function(lua, name);
  if (!m->place[runner]) return;
  for (int i = 0; i < n; i++) lua_pushvalue(lua, values[i]);
  lua_pushcclosure(lua, call, n + 1);
}

static void read_picture(lua_State *lua, int form, env_script *m) {
  static const char *const keys[] = {"width", "height", NULL};
  int is_given = lua_getfield(lua, form, "picture") != LUA_TNIL,
      is_drawn = lua_getfield(lua, SCRIPT_GIVEN, "picture") == LUA_TFUNCTION;
  if (is_given != is_drawn)
    sandbox_fail(
        lua, is_given ? "create gives a picture's size, and there is no picture(self, lane, world) that draws it"
                      : "there is a picture, and create does not give its size: picture = { width = .., height = .. }");
  lua_pop(lua, 1);
  if (is_given) {
    form_open(lua, -1, "picture", keys);
    m->picture.width = (uint32_t)form_whole(lua, -1, "picture", "width", 1, MOST_CELLS, FORM_NEEDED);
    m->picture.height = (uint32_t)form_whole(lua, -1, "picture", "height", 1, MOST_CELLS, FORM_NEEDED);
  }
  lua_pop(lua, 1);
}

/* Pushes the array in which a demonstration marks actions. */
static void push_optimal(lua_State *lua, const env_script *m) {
  (void)loan_push_array(lua, &(loan_field){.name = "optimal",
                                           .window = m->optimal,
                                           .type = LOAN_FLAG,
                                           .shape = LOAN_ARRAY,
                                           .count = m->spec.action->categories});
}

static void read_form(lua_State *lua, int form, env_script *m) {
  static const char *const keys[] = {"observations", "action",       "facts", "max_steps", "limit",   "lane",
                                     "world",        "entropy_bits", "quiz",  "observer",  "picture", NULL};
  form_open(lua, form, "create's result", keys);
  m->spec.obs = read_observations(lua, form, &m->spec.n_obs);
  m->spec.action = read_action(lua, form);
  m->spec.facts = read_facts(lua, form, m, &m->spec.n_facts);
  m->spec.max_steps = (uint32_t)form_whole(lua, form, "create", "max_steps", 0, UINT32_MAX, 0);
  m->spec.limit = (uint32_t)form_whole(lua, form, "create", "limit", 0, UINT32_MAX, 0);
  m->action_field = loan_of_host(m->spec.action, "action", NULL);
  read_picture(lua, form, m);
  note_sizes(lua, m);
  m->action_field.window = m->action;
}

/* The builder: declaration, parameters -> runners. */
static int build(lua_State *lua) {
  env_script *m = env_script_of(lua);
  lua_pushnil(lua);
  script_create(lua);
  int form = lua_gettop(lua) - 1, self = form + 1, lane = form + 2, world = form + 3, obs = form + 4, facts = form + 5;
  int action = form + 6, random = form + 7, optimal = form + 8;
  read_form(lua, form, m);
  push_lane(lua, form, m);
  push_world(lua, form, m);
  loan_push_fields(lua, "obs", m->spec.obs, m->spec.n_obs, m->obs);
  loan_push_facts(lua, m->spec.facts, m->spec.n_facts, m->facts);
  (void)loan_push_array(lua, &m->action_field);
  chance_push(lua, "the draw", m->chance);
  push_optimal(lua, m);
  int belief = observer_push_records(lua, form, obs);
  push_runner(lua, ENV_DRAW, "draw", draw_world, (const int[]){self, world, random}, 3);
  if (!m->place[ENV_DRAW] && m->spec.world_bytes)
    sandbox_fail(lua, "create gives a world, and there is no draw that fills it in");
  push_runner(lua, ENV_RESET, "reset", reset_lanes, (const int[]){self, lane, world, obs}, 4);
  push_runner(lua, ENV_STEP, "step", step_lanes, (const int[]){self, lane, world, action, obs, facts}, 6);
  push_runner(lua, ENV_DEMONSTRATE, "demonstrate", demonstrate_lanes, (const int[]){self, lane, world, obs, optimal},
              5);
  push_runner(lua, ENV_PICTURE, "picture", picture_lane, (const int[]){self, lane, world}, 3);
  env_push_quiz(lua, form, self, world);
  observer_push_runners(lua, self, world, belief);
  return ENV_RUNNERS;
}

int32_t env_script_create(const lua_unit *unit, const baud_host *host, const baud_value *values, baud_env_spec *spec,
                          void **model) {
  env_script *m = calloc(1, sizeof *m);
  if (!m) return host->fail(host, BAUD_ENOMEM, "no memory for the model");
  int32_t code = script_open(&m->script, unit, host, values, build, ENV_RUNNERS);
  if (code != BAUD_OK) {
    free(m);
    return code;
  }
  m->spec.size = spec->size;
  *spec = m->spec;
  *model = m;
  return BAUD_OK;
}

static void env_destroy(void *model) {
  env_script *m = model;
  script_close(&m->script);
  free(m);
}

/* ---- Runners ---------------------------------------------------------------------------------------------- */

static void push_call(lua_State *lua, int n) {
  for (int i = 1; i <= n; i++) lua_pushvalue(lua, lua_upvalueindex(i));
}

static int draw_world(lua_State *lua) {
  env_script *m = env_script_of(lua);
  m->script.box.place = m->place[ENV_DRAW];
  m->chance->at = (char *)&m->random;
  m->world->at = (char *)(uintptr_t)m->given;
  m->world->is_writable = 1;
  push_call(lua, 4);
  script_call(lua, &m->script, 3, 0);
  return 0;
}

static void aim_at_lane(env_script *m, uint32_t k) {
  const baud_batch *b = m->batch;
  m->lane->at = b->lane + k * b->lane_stride;
  m->world->at = b->world ? (char *)(uintptr_t)b->world + k * b->world_stride : NULL;
  for (uint32_t f = 0; f < m->spec.n_obs; f++) m->obs[f].at = (char *)b->obs[f] + k * m->obs_bytes[f];
}

static int reset_lanes(lua_State *lua) {
  env_script *m = env_script_of(lua);
  const baud_batch *b = m->batch;
  m->script.box.place = m->place[ENV_RESET];
  for (uint32_t i = 0; i < b->n_pick; i++) {
    aim_at_lane(m, b->pick[i]);
    memcpy(m->lane->at, &b->seed[i], sizeof b->seed[i]);
    for (uint32_t f = 0; f < m->spec.n_obs; f++) memset(m->obs[f].at, 0, m->obs_bytes[f]);
    push_call(lua, 5);
    script_call(lua, &m->script, 4, 0);
  }
  return 0;
}

/* Whether the step ended the episode, by what it returned. */
static uint8_t read_end(lua_State *lua) {
  if (!lua_isnoneornil(lua, -1) && !lua_isboolean(lua, -1))
    sandbox_fail(lua,
                 lua_pushfstring(lua, "step returned %s; it returns whether the episode has ended: true, or nothing",
                                 luaL_tolstring(lua, -1, NULL)));
  return lua_toboolean(lua, -1) ? BAUD_TERMINATED : 0;
}

static int step_lanes(lua_State *lua) {
  env_script *m = env_script_of(lua);
  const baud_batch *b = m->batch;
  int is_one = m->action_field.shape == LOAN_SCALAR;
  m->script.box.place = m->place[ENV_STEP];
  for (uint32_t k = 0; k < b->lanes; k++) {
    aim_at_lane(m, k);
    m->action->at = (char *)(uintptr_t)b->action + k * m->action_bytes;
    for (uint32_t f = 0; f < m->spec.n_facts; f++) m->facts[f].at = (char *)&b->facts[f][k];
    push_call(lua, 7);
    if (is_one) {
      loan_push_value(lua, &m->action_field);
      lua_replace(lua, -4); /* function, self, lane, world, action, obs, facts */
    }
    script_call(lua, &m->script, 6, 1);
    b->flags[k] = read_end(lua);
    lua_settop(lua, 0);
  }
  return 0;
}

static int demonstrate_lanes(lua_State *lua) {
  env_script *m = env_script_of(lua);
  m->script.box.place = m->place[ENV_DEMONSTRATE];
  for (uint32_t k = 0; k < m->batch->lanes; k++) {
    aim_at_lane(m, k);
    m->optimal->at = (char *)m->marks + (size_t)k * m->spec.action->categories;
    push_call(lua, 6);
    script_call(lua, &m->script, 5, 0);
  }
  return 0;
}

/* One line of the picture, which is on top of the stack, into its row; the rest of the row is blank. */
static void take_line(lua_State *lua, const env_script *m, char *row) {
  size_t length = 0;
  const char *line = lua_type(lua, -1) == LUA_TSTRING ? lua_tolstring(lua, -1, &length) : NULL;
  if (!line || length > m->picture.width)
    sandbox_fail(lua, lua_pushfstring(lua, "picture gave the line %s; it gives %d texts of at most %d characters",
                                      luaL_tolstring(lua, -1, NULL), (int)m->picture.height, (int)m->picture.width));
  for (size_t i = 0; i < length; i++)
    if (line[i] < ' ' || line[i] > '~') sandbox_fail(lua, "picture gave a character that is no printable ASCII");
  memset(row, ' ', m->picture.width);
  memcpy(row, line, length);
}

static int picture_lane(lua_State *lua) {
  env_script *m = env_script_of(lua);
  m->script.box.place = m->place[ENV_PICTURE];
  m->lane->at = (char *)(uintptr_t)m->at_lane;
  m->world->at = (char *)(uintptr_t)m->given;
  push_call(lua, 4);
  script_call(lua, &m->script, 3, 1);
  if (!lua_istable(lua, -1))
    return sandbox_fail(
        lua, lua_pushfstring(lua, "picture returned %s; it returns a list of lines", luaL_tolstring(lua, -1, NULL)));
  for (uint32_t y = 0; y < m->picture.height; y++) {
    lua_geti(lua, -1, (lua_Integer)y + 1);
    take_line(lua, m, m->cells + (size_t)y * m->picture.width);
    lua_pop(lua, 1);
  }
  return 0;
}

/* ---- Operations ------------------------------------------------------------------------------------------- */

enum reach { MAY_READ_LANES, MAY_WRITE_LANES };

static env_script *begin(const void *model, const baud_batch *batch, enum reach reach) {
  env_script *m = (env_script *)(uintptr_t)model; /* its state and windows are of the call alone */
  m->batch = batch;
  m->world->is_writable = 0;
  m->lane->is_writable = reach == MAY_WRITE_LANES;
  return m;
}

static int32_t env_draw(const void *model, uint64_t seed, void *world) {
  env_script *m = begin(model, NULL, MAY_READ_LANES);
  m->random = seed;
  m->given = world;
  return script_run(&m->script, ENV_DRAW);
}

static int32_t env_reset(const void *model, const baud_batch *batch) {
  return script_run(&begin(model, batch, MAY_WRITE_LANES)->script, ENV_RESET);
}

/* BAUD_OK, or the refusal of the first action that is none. */
static int32_t check_actions(const env_script *m, const baud_batch *batch) {
  const baud_field *a = m->spec.action;
  char sentence[160];
  for (size_t i = 0; i < (size_t)batch->lanes * a->count && a->categories; i++) {
    int64_t action = a->dtype == BAUD_U8 ? ((const uint8_t *)batch->action)[i] : ((const int32_t *)batch->action)[i];
    if (action >= 0 && action < (int64_t)a->categories) continue;
    snprintf(sentence, sizeof sentence, "action \"%.60s\" is %" PRId64 "; there are 0 .. %u", a->name, action,
             a->categories - 1);
    return m->script.host->fail(m->script.host, BAUD_EARG, sentence);
  }
  return BAUD_OK;
}

static int32_t env_step(const void *model, const baud_batch *batch) {
  env_script *m = begin(model, batch, MAY_WRITE_LANES);
  int32_t code = check_actions(m, batch);
  if (code != BAUD_OK) return code;
  for (uint32_t f = 0; f < m->spec.n_obs; f++) memset(batch->obs[f], 0, batch->lanes * m->obs_bytes[f]);
  for (uint32_t f = 0; f < m->spec.n_facts; f++) memset(batch->facts[f], 0, batch->lanes * sizeof(float));
  return script_run(&m->script, ENV_STEP);
}

const baud_env_ops env_script_ops = {
    .size = BAUD_SIZE(baud_env_ops), .destroy = env_destroy, .draw = env_draw, .reset = env_reset, .step = env_step};

/* ---- Extensions ------------------------------------------------------------------------------------------- */

static int32_t env_demonstrate(const void *model, const baud_batch *batch, uint8_t *optimal) {
  env_script *m = begin(model, batch, MAY_READ_LANES);
  m->marks = optimal;
  memset(optimal, 0, (size_t)batch->lanes * m->spec.action->categories);
  for (uint32_t f = 0; f < m->spec.n_obs; f++) m->obs[f].is_writable = 0;
  int32_t code = script_run(&m->script, ENV_DEMONSTRATE);
  for (uint32_t f = 0; f < m->spec.n_obs; f++) m->obs[f].is_writable = 1;
  return code;
}

const baud_demonstrate env_script_demonstrate = {.size = BAUD_SIZE(baud_demonstrate), .optimal = env_demonstrate};

static int32_t picture_extent(const void *model, uint32_t *width, uint32_t *height) {
  const env_script *m = model;
  *width = m->picture.width;
  *height = m->picture.height;
  return BAUD_OK;
}

static int32_t picture_draw(const void *model, const void *world, const void *lane, char *cells) {
  env_script *m = begin(model, NULL, MAY_READ_LANES);
  m->given = world;
  m->at_lane = lane;
  m->cells = cells;
  return script_run(&m->script, ENV_PICTURE);
}

const baud_draw env_script_draw = {.size = BAUD_SIZE(baud_draw), .extent = picture_extent, .draw = picture_draw};
