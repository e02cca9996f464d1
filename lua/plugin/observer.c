/* observer.c - the ideal observer of an environment in Lua.
 *
 *   create(..) -> { observer = { belief = .. }, facts = { { values = { 0, 1 }, .. } }, .. }
 *   observer.supports(self, channels, fact, needs) -> whether received bits are exact
 *   observer.open(self, belief)                                    the prior; a belief comes zeroed
 *   observer.surprise(self, belief, event) -> bits of the observation, of the reward, of the demonstration
 *   observer.noise(self, world, belief, event) -> the same, to one who knows the world; changes nothing
 *   observer.answer(self, belief, query, probability) -> true, or nothing where it cannot say
 *   observer.settled(self, belief) -> whether there is nothing left to be known
 *
 * Its state is one belief, a record as lanes are. What is unknown of a lane beside the world has no place in it.
 */
#include "lua/plugin/observer.h"

#include <math.h>
#include <string.h>

#include "lua/plugin/form.h"
#include "lua/plugin/keep.h"
#include "lua/plugin/roles.h"

static env_script *model_of(const void *model) {
  return (env_script *)(uintptr_t)model;
} /* its windows are of the call alone */

static void push_call(lua_State *lua, int n) {
  for (int i = 1; i <= n; i++) lua_pushvalue(lua, lua_upvalueindex(i));
}

/* ---- Runners ------------------------------------------------------------------------------------------------ */

static void push_flags(lua_State *lua, const char *const *names, uint32_t n, uint32_t flags) {
  lua_createtable(lua, 0, (int)n);
  for (uint32_t i = 0; i < n; i++) {
    lua_pushboolean(lua, (int)(flags >> i & 1u));
    lua_setfield(lua, -2, names[i]);
  }
}

static int run_supports(lua_State *lua) { /* function, self */
  static const char *const needs[] = {"soft", "late"};
  env_script *m = env_script_of(lua);
  push_call(lua, 2);
  push_flags(lua, form_channels, BAUD_CHANNELS, m->told.channels);
  lua_pushstring(lua, m->spec.facts[m->told.fact].name);
  push_flags(lua, needs, 2, m->told.needs);
  script_call(lua, &m->script, 4, 1);
  m->told.answer = lua_toboolean(lua, -1);
  return 0;
}

static int run_open(lua_State *lua) { /* function, self, belief */
  push_call(lua, 3);
  script_call(lua, script_of(lua), 2, 0);
  return 0;
}

/* Up to three bits on the stack above `base` into the bits of the channels, in their order. */
static void read_bits(lua_State *lua, int base, double bits[BAUD_CHANNELS]) {
  for (int k = 0; k < BAUD_CHANNELS; k++) {
    int at = base + 1 + k;
    bits[k] = lua_tonumber(lua, at);
    if (lua_isnil(lua, at)) bits[k] = 0.0;
    else if (lua_type(lua, at) != LUA_TNUMBER || isnan(bits[k]))
      sandbox_fail(lua, lua_pushfstring(lua, "the observer returned %s for the bits of the %s",
                                        luaL_tolstring(lua, at, NULL), form_channels[k]));
  }
}

static int run_surprise(lua_State *lua) { /* function, self, belief, event */
  env_script *m = env_script_of(lua);
  push_call(lua, 4);
  script_call(lua, &m->script, 3, BAUD_CHANNELS);
  read_bits(lua, 0, m->told.bits);
  return 0;
}

static int run_noise(lua_State *lua) { /* function, self, world, belief, event */
  env_script *m = env_script_of(lua);
  push_call(lua, 5);
  script_call(lua, &m->script, 4, BAUD_CHANNELS);
  read_bits(lua, 0, m->told.bits);
  return 0;
}

static int run_answer(lua_State *lua) { /* function, self, belief, query, probability */
  env_script *m = env_script_of(lua);
  push_call(lua, 5);
  script_call(lua, &m->script, 4, 1);
  m->told.answer = lua_toboolean(lua, -1);
  return 0;
}

static int run_settled(lua_State *lua) { /* function, self, belief */
  env_script *m = env_script_of(lua);
  push_call(lua, 3);
  script_call(lua, &m->script, 2, 1);
  m->told.answer = lua_toboolean(lua, -1);
  return 0;
}

/* Runs one of them on a belief, which it may write or only read. */
static int32_t run(env_script *m, int runner, const void *belief, int is_writable) {
  m->belief->at = (char *)(uintptr_t)belief;
  m->belief->is_writable = is_writable;
  m->script.box.place = m->place[runner];
  return script_run(&m->script, runner);
}

/* ---- What it is told ---------------------------------------------------------------------------------------- */

static void aim_at_fields(const env_script *m, loan_window *windows, const void *const *fields) {
  for (uint32_t f = 0; f < m->spec.n_obs; f++) windows[f].at = fields ? (char *)(uintptr_t)fields[f] : NULL;
}

static void aim_at_evidence(env_script *m, const baud_evidence *e) {
  m->told.event = (observer_event){.value = e->value,
                                   .competence = e->competence,
                                   .lane = (int32_t)e->lane,
                                   .fact = (int32_t)e->fact + 1,
                                   .is_start = e->kind == BAUD_EV_START,
                                   .is_demonstration = e->kind == BAUD_EV_DEMONSTRATION,
                                   .is_step = e->kind == BAUD_EV_STEP,
                                   .is_late = e->kind == BAUD_EV_LATE,
                                   .sees_observation = e->sees_observation != 0,
                                   .sees_reward = e->sees_reward != 0,
                                   .terminated = (e->flags & BAUD_TERMINATED) != 0,
                                   .truncated = (e->flags & BAUD_TRUNCATED) != 0};
  m->event->at = (char *)&m->told.event;
  m->before_seen->at = e->obs_before ? (char *)&m->told.event : NULL;
  m->action->at = (char *)(uintptr_t)e->action;
  m->weight->at = e->sees_reward ? (char *)(uintptr_t)e->weight : NULL;
  loan_set_count(m->weights, e->n_weight);
  aim_at_fields(m, m->before, e->obs_before);
  aim_at_fields(m, m->obs, e->obs);
}

static void aim_at_query(env_script *m, const baud_query *query, double *probability) {
  m->told.query = (observer_query){.field = (int32_t)query->field + 1,
                                   .answers = (int32_t)query->n_answers,
                                   .asks_action = query->target == BAUD_ASK_ACTION,
                                   .asks_observation = query->target == BAUD_ASK_OBSERVATION,
                                   .asks_reward = query->target == BAUD_ASK_REWARD,
                                   .asks_terminated = query->target == BAUD_ASK_TERMINATED};
  m->event->at = (char *)&m->told.query;
  m->action->at = (char *)(uintptr_t)query->action;
  m->weight->at = (char *)probability;
  m->weight->is_writable = 1;
  loan_set_count(m->probabilities, query->n_answers);
  aim_at_fields(m, m->obs, query->obs);
}

/* ---- The extension ------------------------------------------------------------------------------------------ */

static uint64_t observer_state_bytes(const void *model, uint32_t lanes) {
  (void)lanes; /* they share the world, and nothing of a lane alone is kept */
  return ((const env_script *)model)->belief_bytes;
}

static int32_t observer_alphabet(const void *model, uint32_t fact, double *values, uint32_t max) {
  const env_script *m = model;
  if (fact >= m->spec.n_facts || !m->values[fact].is_known) return BAUD_EUNSUP;
  uint32_t n = m->values[fact].n < max ? m->values[fact].n : max;
  if (n) memcpy(values, m->values[fact].at, n * sizeof *values);
  return (int32_t)m->values[fact].n;
}

static int32_t observer_supports(const void *model, uint32_t channels, uint32_t fact, uint32_t needs) {
  env_script *m = model_of(model);
  if ((needs & BAUD_SEES_SOFT) && !m->place[OBSERVER_NOISE]) return 0; /* chance that a scheme adds is noise, too */
  m->told.channels = channels;
  m->told.fact = fact;
  m->told.needs = needs;
  return run(m, OBSERVER_SUPPORTS, NULL, 0) == BAUD_OK && m->told.answer;
}

static int32_t observer_open(const void *model, void *state, uint32_t lanes) {
  (void)lanes;
  return model_of(model)->place[OBSERVER_OPEN] ? run(model_of(model), OBSERVER_OPEN, state, 1) : BAUD_OK;
}

static int32_t observer_noise(const void *model, const void *world, const void *state, const baud_evidence *e,
                              double bits[BAUD_CHANNELS]) {
  env_script *m = model_of(model);
  memset(bits, 0, BAUD_CHANNELS * sizeof *bits);
  if (!m->place[OBSERVER_NOISE]) return BAUD_OK; /* it says that there is none */
  aim_at_evidence(m, e);
  m->world->at = (char *)(uintptr_t)world;
  m->world->is_writable = 0;
  int32_t code = run(m, OBSERVER_NOISE, state, 0);
  if (code == BAUD_OK) memcpy(bits, m->told.bits, sizeof m->told.bits);
  return code;
}

static int32_t observer_surprise(const void *model, void *state, const baud_evidence *e, double bits[BAUD_CHANNELS]) {
  env_script *m = model_of(model);
  aim_at_evidence(m, e);
  int32_t code = run(m, OBSERVER_SURPRISE, state, 1);
  if (code == BAUD_OK) memcpy(bits, m->told.bits, sizeof m->told.bits);
  return code;
}

static int32_t observer_answer(const void *model, const void *state, const baud_query *query, double *probability) {
  env_script *m = model_of(model);
  memset(probability, 0, query->n_answers * sizeof *probability);
  aim_at_query(m, query, probability);
  int32_t code = run(m, OBSERVER_ANSWER, state, 0);
  m->weight->is_writable = 0;
  return code != BAUD_OK || m->told.answer ? code : BAUD_EUNSUP;
}

static int32_t observer_settled(const void *model, const void *state) {
  return run(model_of(model), OBSERVER_SETTLED, state, 0) == BAUD_OK && model_of(model)->told.answer;
}

/* ---- What a unit declares ------------------------------------------------------------------------------------- */

static int declares(lua_State *lua, const char *key) {
  lua_getfield(lua, -1, key);
  int is_there = lua_toboolean(lua, -1);
  lua_pop(lua, 1);
  return is_there;
}

void observer_declare(lua_State *lua, baud_observer *to) {
  *to = (baud_observer){.size = BAUD_SIZE(baud_observer),
                        .flags = (declares(lua, "noiseless") ? BAUD_NOISELESS : 0u) |
                                 (declares(lua, "repeatable") ? BAUD_REPEATABLE : 0u),
                        .state_bytes = observer_state_bytes,
                        .alphabet = observer_alphabet,
                        .supports = observer_supports,
                        .open = observer_open,
                        .noise = observer_noise,
                        .surprise = observer_surprise,
                        .answer = declares(lua, "answer") ? observer_answer : NULL,
                        .settled = declares(lua, "settled") ? observer_settled : NULL};
}

/* ---- What create says ------------------------------------------------------------------------------------------ */

static void add_flag(lua_State *lua, int record, const loan_window *window, const char *name, size_t offset) {
  loan_add(lua, record, &(loan_field){.name = name, .window = window, .offset = offset, .type = LOAN_FLAG, .count = 1});
}

static void add_scalar(lua_State *lua, int record, const loan_window *window, const char *name, enum loan_type type,
                       size_t offset) {
  loan_add(lua, record, &(loan_field){.name = name, .window = window, .offset = offset, .type = type, .count = 1});
}

/* An array of numbers behind the window of weights; how many there are is said before each call. */
static loan_field weights_called(const env_script *m, const char *name) {
  return (loan_field){.name = name,
                      .window = m->weight,
                      .type = LOAN_F64,
                      .shape = LOAN_ARRAY,
                      .range = LOAN_BOUNDS,
                      .least = 0.0,
                      .most = 1.0};
}

/* The record of observations at `obs` as field `obs` of the record at `record`. */
static void add_obs(lua_State *lua, int record, int obs, const loan_window *window) {
  lua_pushvalue(lua, obs);
  loan_add(lua, record, &(loan_field){.name = "obs", .window = window, .type = LOAN_RECORD});
}

static void push_event(lua_State *lua, env_script *m, int obs) {
  static const struct {
    const char *name;
    size_t offset;
  } flags[] = {{"is_start", offsetof(observer_event, is_start)},
               {"is_demonstration", offsetof(observer_event, is_demonstration)},
               {"is_step", offsetof(observer_event, is_step)},
               {"is_late", offsetof(observer_event, is_late)},
               {"terminated", offsetof(observer_event, terminated)},
               {"truncated", offsetof(observer_event, truncated)},
               {"sees_observation", offsetof(observer_event, sees_observation)},
               {"sees_reward", offsetof(observer_event, sees_reward)}};
  enum { N_FLAGS = sizeof flags / sizeof *flags };
  loan_push_record(lua, "event", N_FLAGS + 8);
  int event = lua_gettop(lua);
  for (int i = 0; i < N_FLAGS; i++) add_flag(lua, event, m->event, flags[i].name, flags[i].offset);
  add_scalar(lua, event, m->event, "lane", LOAN_I32, offsetof(observer_event, lane));
  add_scalar(lua, event, m->event, "fact", LOAN_I32, offsetof(observer_event, fact));
  add_scalar(lua, event, m->event, "value", LOAN_F64, offsetof(observer_event, value));
  add_scalar(lua, event, m->event, "competence", LOAN_F64, offsetof(observer_event, competence));
  loan_add(lua, event, &m->action_field);
  loan_field weights = weights_called(m, "weight");
  m->weights = loan_add(lua, event, &weights);
  add_obs(lua, event, obs, m->event);
  loan_push_fields(lua, "obs_before", m->spec.obs, m->spec.n_obs, m->before);
  loan_add(lua, event, &(loan_field){.name = "obs_before", .window = m->before_seen, .type = LOAN_RECORD});
}

static void push_query(lua_State *lua, env_script *m, int obs) {
  loan_push_record(lua, "query", 8);
  int query = lua_gettop(lua);
  add_flag(lua, query, m->event, "asks_action", offsetof(observer_query, asks_action));
  add_flag(lua, query, m->event, "asks_observation", offsetof(observer_query, asks_observation));
  add_flag(lua, query, m->event, "asks_reward", offsetof(observer_query, asks_reward));
  add_flag(lua, query, m->event, "asks_terminated", offsetof(observer_query, asks_terminated));
  add_scalar(lua, query, m->event, "field", LOAN_I32, offsetof(observer_query, field));
  add_scalar(lua, query, m->event, "answers", LOAN_I32, offsetof(observer_query, answers));
  loan_add(lua, query, &m->action_field);
  add_obs(lua, query, obs, m->event);
}

/* Pushes a runner over observer's function of this name and the values at these indices, or nil. */
static void push_runner(lua_State *lua, int runner, const char *name, lua_CFunction call, const int *values, int n) {
  env_script *m = env_script_of(lua);
  m->place[runner] = script_push_function_of(lua, "observer", name);
  if (!m->place[runner]) return;
  for (int i = 0; i < n; i++) lua_pushvalue(lua, values[i]);
  lua_pushcclosure(lua, call, n + 1);
}

int observer_push_records(lua_State *lua, int form, int obs) {
  static const char *const keys[] = {"belief", NULL};
  env_script *m = env_script_of(lua);
  int belief = lua_gettop(lua) + 1;
  int is_declared = lua_getfield(lua, SCRIPT_GIVEN, "observer") == LUA_TTABLE,
      is_formed = lua_getfield(lua, form, "observer") != LUA_TNIL;
  if (is_declared != is_formed)
    sandbox_fail(
        lua, is_declared ? "there is an observer, and create says nothing of its belief: observer = { belief = { .. } }"
                         : "create gives an observer, and the environment declares none");
  if (is_formed) form_open(lua, -1, "observer", keys), lua_getfield(lua, -1, "belief");
  loan_push_layout(lua, -1, "belief", m->belief, LOAN_WITHOUT_CHANCE, &m->belief_bytes);
  lua_replace(lua, belief);
  lua_settop(lua, belief);
  push_event(lua, m, obs);
  push_query(lua, m, obs);
  loan_field probabilities = weights_called(m, "probability");
  m->probabilities = loan_push_array(lua, &probabilities);
  return belief;
}

void observer_push_runners(lua_State *lua, int self, int world, int belief) {
  int event = belief + 1, query = belief + 2, probability = belief + 3;
  push_runner(lua, OBSERVER_SUPPORTS, "supports", run_supports, (const int[]){self}, 1);
  push_runner(lua, OBSERVER_OPEN, "open", run_open, (const int[]){self, belief}, 2);
  push_runner(lua, OBSERVER_SURPRISE, "surprise", run_surprise, (const int[]){self, belief, event}, 3);
  push_runner(lua, OBSERVER_NOISE, "noise", run_noise, (const int[]){self, world, belief, event}, 4);
  push_runner(lua, OBSERVER_ANSWER, "answer", run_answer, (const int[]){self, belief, query, probability}, 4);
  push_runner(lua, OBSERVER_SETTLED, "settled", run_settled, (const int[]){self, belief}, 2);
}
