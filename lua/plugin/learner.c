/* learner.c - learners in Lua: how they are made.
 *
 *   create(params, setup) -> { subscribes = .., answers = .., blocks = .. }, self
 *   init(self, blocks, random)                        blocks that are not per lane; all come zeroed
 *   predict(self, blocks, tick, policy)               fills in the policy; the host draws the action from it
 *   expect(self, blocks, tick, action, answers)       what it expects of this action, where the host asks
 *   learn(self, blocks, outcome)
 *   remember(self, blocks, outcome)                   in place of learn where weights are frozen
 *
 * All but init are called lane by lane; a block per lane then is this lane's.
 */
#include "lua/plugin/learner.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "baud/tabular.h"
#include "lua/plugin/chance.h"
#include "lua/plugin/form.h"
#include "lua/plugin/keep.h"
#include "lua/plugin/roles.h"

enum { MOST_BLOCKS = 48, MOST_ELEMENTS = 1 << 28 };

static const char *const expects[EXPECTS] = {"observation", "reward", "terminated"};
static const uint32_t target_of[EXPECTS] = {BAUD_ASK_OBSERVATION, BAUD_ASK_REWARD, BAUD_ASK_TERMINATED};

/* ---- Create: what it is told ------------------------------------------------------------------------------ */

/* The question of this target that a learner here may answer, or NOT_ASKED. */
static int question_of(const baud_learner_setup *setup, uint32_t target) {
  for (uint32_t q = 0; q < setup->n_questions && q < 64; q++) {
    const baud_question *question = &setup->questions[q];
    if (question->target == target && question->field == 0 && question->horizon <= 1 && question->forms) return (int)q;
  }
  return NOT_ASKED;
}

static int is_categorical(const baud_question *q) { return (int)(q->forms >> BAUD_FORM_CATEGORICAL & 1u); }
static uint32_t width_of(const baud_question *q) { return is_categorical(q) ? q->width_categorical : q->width_normal; }

/* { form = "categorical", width = 3, values = { .. } } */
static void push_question(lua_State *lua, const baud_question *q) {
  lua_createtable(lua, 0, 3);
  lua_pushstring(lua, is_categorical(q) ? "categorical" : "normal");
  lua_setfield(lua, -2, "form");
  lua_pushinteger(lua, width_of(q));
  lua_setfield(lua, -2, "width");
  if (!is_categorical(q) || !q->values) return;
  lua_createtable(lua, (int)q->width_categorical, 0);
  for (uint32_t i = 0; i < q->width_categorical; i++) {
    lua_pushnumber(lua, q->values[i]);
    lua_seti(lua, -2, (lua_Integer)i + 1);
  }
  lua_setfield(lua, -2, "values");
}

static void set_whole(lua_State *lua, const char *key, uint32_t value) {
  lua_pushinteger(lua, value);
  lua_setfield(lua, -2, key);
}

static void push_setup(lua_State *lua, const baud_learner_setup *setup) {
  lua_createtable(lua, 0, 8);
  set_whole(lua, "lanes", setup->lanes);
  set_whole(lua, "limit", setup->limit);
  if (baud_states(setup->obs, setup->n_obs)) set_whole(lua, "states", baud_states(setup->obs, setup->n_obs));
  if (setup->action->categories && setup->action->count == 1) set_whole(lua, "actions", setup->action->categories);
  lua_createtable(lua, 0, BAUD_CHANNELS);
  for (uint32_t i = 0; i < BAUD_CHANNELS; i++) {
    lua_pushboolean(lua, (int)(setup->channels >> i & 1u));
    lua_setfield(lua, -2, form_channels[i]);
  }
  lua_setfield(lua, -2, "channels");
  form_push_field(lua, setup->action);
  lua_setfield(lua, -2, "action");
  form_push_fields(lua, setup->obs, setup->n_obs);
  lua_setfield(lua, -2, "observations");
  lua_createtable(lua, 0, EXPECTS);
  for (int i = 0; i < EXPECTS; i++) {
    int q = question_of(setup, target_of[i]);
    if (q == NOT_ASKED) continue;
    push_question(lua, &setup->questions[q]);
    lua_setfield(lua, -2, expects[i]);
  }
  lua_setfield(lua, -2, "asks");
}

/* ---- Create: what it says --------------------------------------------------------------------------------- */

static void read_channels(lua_State *lua, int form, baud_learner_setup *setup) {
  setup->subscribed = form_choices(lua, form, "create", "subscribes", form_channels, BAUD_CHANNELS);
  for (uint32_t i = 0; i < BAUD_CHANNELS; i++)
    if (setup->subscribed & ~setup->channels & BAUD_MASK(i))
      script_refuse(
          lua,
          lua_pushfstring(
              lua,
              "it subscribes to the %s channel, which this experiment does not let through: add \"%s\" to its channels",
              form_channels[i], form_channels[i]));
}

/* The policy's form follows from the action: probabilities, or means and standard deviations. */
static void read_action(lua_State *lua, learner_script *m, baud_learner_setup *setup) {
  const baud_field *action = setup->action;
  m->is_categorical = action->categories > 0;
  if ((double)action->categories * action->count > MOST_ELEMENTS)
    script_refuse(lua, "it answers for each action that there is, and here there are too many");
  m->action_bytes = loan_host_bytes(action);
  m->action_field = loan_of_host(action, "action", m->action);
  m->policy_field = (loan_field){.name = "policy",
                                 .window = m->policy,
                                 .type = LOAN_F64,
                                 .shape = LOAN_ARRAY,
                                 .range = LOAN_BOUNDS,
                                 .count = (m->is_categorical ? action->categories : 2) * action->count,
                                 .least = m->is_categorical ? 0.0 : -INFINITY,
                                 .most = INFINITY};
  int q = question_of(setup, BAUD_ASK_ACTION);
  int is_fitting = q != NOT_ASKED && is_categorical(&setup->questions[q]) == m->is_categorical &&
                   width_of(&setup->questions[q]) == m->policy_field.count;
  m->asks_policy = is_fitting ? q : NOT_ASKED;
  if (is_fitting) setup->questions[q].form = m->is_categorical ? BAUD_FORM_CATEGORICAL : BAUD_FORM_NORMAL;
}

static void read_expects(lua_State *lua, int form, learner_script *m, baud_learner_setup *setup) {
  uint32_t wanted = form_choices(lua, form, "create", "answers", expects, EXPECTS);
  for (int i = 0; i < EXPECTS; i++) {
    int q = wanted >> i & 1u ? question_of(setup, target_of[i]) : NOT_ASKED;
    m->asks[i] = q;
    m->expect[i] = (loan_field){.name = expects[i],
                                .window = &m->expected[i],
                                .type = LOAN_F32,
                                .shape = LOAN_ARRAY,
                                .range = LOAN_BOUNDS,
                                .least = -INFINITY,
                                .most = INFINITY};
    if (q == NOT_ASKED) continue;
    baud_question *question = &setup->questions[q];
    m->expect[i].count = width_of(question);
    if (is_categorical(question)) m->expect[i].least = 0.0;
    question->form = is_categorical(question) ? BAUD_FORM_CATEGORICAL : BAUD_FORM_NORMAL;
  }
}

/* { name = "q", role = "weight", type = "f64", count = 12, per_lane = true } */
static baud_block read_block(lua_State *lua, int table, loan_field *field) {
  static const char *const keys[] = {"name", "role", "type", "count", "per_lane", NULL};
  static const char *const roles[] = {"weight", "optimiser", "trace", "memory", "scratch"};
  static const uint32_t role_of[] = {BAUD_WEIGHT, BAUD_OPTIMISER, BAUD_TRACE, BAUD_MEMORY, BAUD_SCRATCH};
  static const uint32_t dtype_of[] = {BAUD_U8, BAUD_U8, BAUD_I32, BAUD_U64, BAUD_F32, BAUD_F64};
  form_open(lua, table, "a block", keys);
  const char *name = form_text(lua, table, "a block", "name", NULL);
  int role = form_choice(lua, table, "a block", "role", roles, 5);
  if (role < 0)
    sandbox_fail(lua,
                 lua_pushfstring(lua, "block \"%s\" has no role: weight, optimiser, trace, memory or scratch", name));
  field->name = name;
  field->type = loan_type_named(lua, form_text(lua, table, "a block", "type", "f64"), "a block");
  field->count = (uint32_t)form_whole(lua, table, "a block", "count", 0, MOST_ELEMENTS, 1);
  field->shape = form_has(lua, table, "count") ? LOAN_ARRAY : LOAN_SCALAR;
  lua_getfield(lua, table, "per_lane");
  uint32_t flags = lua_toboolean(lua, -1) ? BAUD_PER_LANE : 0;
  lua_pop(lua, 1);
  return baud_block_of(dtype_of[field->type], role_of[role], flags, field->count, name);
}

static uint32_t push_block_list(lua_State *lua, int form) {
  return form_list(lua, form, "create", "blocks", MOST_BLOCKS);
}

/* Leaves the record of the learner's own blocks in the place of their list, which is on top of the stack. */
static void read_blocks(lua_State *lua, learner_script *m) {
  int list = lua_gettop(lua);
  m->blocks[BLOCK_RANDOM] = baud_block_of(BAUD_U64, BAUD_RNG, BAUD_PER_LANE, 1, "random");
  m->blocks[BLOCK_POLICY] = baud_block_of(BAUD_F64, BAUD_SCRATCH, 0, m->policy_field.count, "policy");
  loan_push_record(lua, "blocks", m->n_blocks - BLOCKS_OF_HOST);
  for (uint32_t i = BLOCKS_OF_HOST; i < m->n_blocks; i++) {
    loan_field field = {.window = &m->block[i]};
    lua_geti(lua, list, (lua_Integer)(i - BLOCKS_OF_HOST) + 1);
    m->blocks[i] = read_block(lua, lua_gettop(lua), &field);
    m->block_bytes[i] = loan_size(field.type) * field.count;
    lua_pop(lua, 1);
    loan_add(lua, -1, &field);
  }
  lua_replace(lua, list);
}

/* ---- Create: what its functions see ----------------------------------------------------------------------- */

static void note_sizes(lua_State *lua, learner_script *m, const baud_learner_setup *setup) {
  m->lanes = setup->lanes;
  m->n_obs = setup->n_obs;
  m->obs_bytes = keep_bytes(lua, m->n_obs * sizeof *m->obs_bytes);
  for (uint32_t f = 0; f < m->n_obs; f++) m->obs_bytes[f] = loan_host_bytes(&setup->obs[f]);
  m->blocks = keep_bytes(lua, m->n_blocks * sizeof *m->blocks);
  m->block_bytes = keep_bytes(lua, m->n_blocks * sizeof *m->block_bytes);
  loan_window *w = script_windows(lua, 7 + 2 * m->n_obs + EXPECTS + m->n_blocks);
  loan_window **const one[] = {&m->chance, &m->moment, &m->action, &m->shown, &m->seen, &m->reward, &m->policy};
  for (size_t i = 0; i < sizeof one / sizeof *one; i++) *one[i] = w++;
  m->obs = w;
  m->next = m->obs + m->n_obs;
  m->expected = m->next + m->n_obs;
  m->block = m->expected + EXPECTS;
  m->chance->is_writable = m->policy->is_writable = 1;
  for (int i = 0; i < EXPECTS; i++) m->expected[i].is_writable = 1;
}

static void add_flag(lua_State *lua, int record, const learner_script *m, const char *name, const uint8_t *flag) {
  loan_add(lua, record,
           &(loan_field){.name = name,
                         .window = m->moment,
                         .offset = (uint64_t)(flag - (const uint8_t *)&m->now),
                         .type = LOAN_FLAG,
                         .count = 1});
}

/* The fields that a tick and an outcome have both, on the record on top of the stack. */
static void add_common(lua_State *lua, const learner_script *m, const baud_learner_setup *setup) {
  int record = lua_gettop(lua);
  loan_field shown = loan_of_host(setup->action, "demonstration", m->shown);
  loan_push_fields(lua, "obs", setup->obs, setup->n_obs, m->obs);
  loan_add(lua, record, &(loan_field){.name = "obs", .window = m->seen, .type = LOAN_RECORD});
  loan_add(lua, record, &shown);
  loan_add(lua, record, &(loan_field){.name = "random", .window = m->chance, .type = LOAN_CHANCE});
}

static void push_tick(lua_State *lua, const learner_script *m, const baud_learner_setup *setup) {
  loan_push_record(lua, "tick", 6);
  add_common(lua, m, setup);
  add_flag(lua, -1, m, "starts", &m->now.starts);
  add_flag(lua, -1, m, "learns", &m->now.learns);
  add_flag(lua, -1, m, "is_question", &m->now.is_question);
}

static void push_outcome(lua_State *lua, const learner_script *m, const baud_learner_setup *setup) {
  loan_push_record(lua, "outcome", 9);
  int record = lua_gettop(lua);
  add_common(lua, m, setup);
  loan_push_fields(lua, "next_obs", setup->obs, setup->n_obs, m->next);
  loan_add(lua, record, &(loan_field){.name = "next_obs", .window = m->seen, .type = LOAN_RECORD});
  loan_add(lua, record, &m->action_field);
  loan_add(lua, record, &(loan_field){.name = "reward", .window = m->reward, .type = LOAN_F32, .count = 1});
  add_flag(lua, record, m, "ended", &m->now.ended);
  add_flag(lua, record, m, "terminated", &m->now.terminated);
  add_flag(lua, record, m, "truncated", &m->now.truncated);
}

static void push_answers(lua_State *lua, const learner_script *m) {
  loan_push_record(lua, "answers", EXPECTS);
  for (int i = 0; i < EXPECTS; i++) loan_add(lua, -1, &m->expect[i]);
}

/* ---- Create: runners -------------------------------------------------------------------------------------- */

/* Pushes a runner over the function of this name, or nil; the three values are self, blocks, and what comes third. */
static const char *push_runner(lua_State *lua, const char *name, lua_CFunction run, int self, int blocks, int third) {
  const char *place = script_push_function(lua, name);
  if (!place) return NULL;
  lua_pushvalue(lua, self);
  lua_pushvalue(lua, blocks);
  lua_pushvalue(lua, third);
  lua_pushcclosure(lua, run, UP_THIRD);
  return place;
}

static void push_predict(lua_State *lua, learner_script *m, int self, int blocks, const baud_learner_setup *setup) {
  m->place[LEARNER_PREDICT] = script_push_function(lua, "predict");
  lua_pushvalue(lua, self);
  lua_pushvalue(lua, blocks);
  push_tick(lua, m, setup);
  loan_push_array(lua, &m->policy_field);
  m->place_of_expect = script_push_function(lua, "expect");
  loan_push_array(lua, &m->action_field);
  push_answers(lua, m);
  lua_pushcclosure(lua, learner_predict_lanes, UP_ANSWERS);
}

static void check_expect(lua_State *lua, const learner_script *m) {
  for (int i = 0; i < EXPECTS; i++)
    if (m->asks[i] != NOT_ASKED && !m->place_of_expect)
      sandbox_fail(
          lua, "create says what it answers, and there is no expect(self, blocks, tick, action, answers) that does");
}

/* The builder: declaration, parameters -> runners. */
static int build(lua_State *lua) {
  static const char *const keys[] = {"subscribes", "answers", "blocks", NULL};
  learner_script *m = learner_script_of(lua);
  baud_learner_setup *setup = m->setup;
  push_setup(lua, setup);
  script_create(lua);
  int form = lua_gettop(lua) - 1, self = form + 1, blocks = form + 2;
  form_open(lua, form, "create's result", keys);
  m->n_blocks = push_block_list(lua, form) + BLOCKS_OF_HOST;
  note_sizes(lua, m, setup);
  read_channels(lua, form, setup);
  read_action(lua, m, setup);
  read_expects(lua, form, m, setup);
  read_blocks(lua, m);
  chance_push(lua, "init", m->chance);
  push_outcome(lua, m, setup);
  int random = blocks + 1, outcome = blocks + 2;
  m->place[LEARNER_INIT] = push_runner(lua, "init", learner_init_blocks, self, blocks, random);
  push_predict(lua, m, self, blocks, setup);
  check_expect(lua, m);
  m->place[LEARNER_LEARN] = push_runner(lua, "learn", learner_learn_lanes, self, blocks, outcome);
  m->place[LEARNER_REMEMBER] = push_runner(lua, "remember", learner_remember_lanes, self, blocks, outcome);
  setup->blocks = m->blocks;
  setup->n_blocks = m->n_blocks;
  return LEARNER_RUNNERS;
}

int32_t learner_script_create(const lua_unit *unit, const baud_host *host, const baud_value *values,
                              baud_learner_setup *setup, void **model) {
  learner_script *m = calloc(1, sizeof *m);
  if (!m) return host->fail(host, BAUD_ENOMEM, "no memory for the model");
  for (uint32_t q = 0; q < setup->n_questions; q++) setup->questions[q].form = 0;
  m->setup = setup;
  int32_t code = script_open(&m->script, unit, host, values, build, LEARNER_RUNNERS);
  m->setup = NULL;
  if (code != BAUD_OK) free(m);
  else *model = m;
  return code;
}

static void learner_destroy(void *model) {
  learner_script *m = model;
  script_close(&m->script);
  free(m);
}

const baud_learner_ops learner_script_ops = {.size = BAUD_SIZE(baud_learner_ops),
                                             .destroy = learner_destroy,
                                             .init = learner_script_init,
                                             .predict = learner_script_predict,
                                             .learn = learner_script_learn};
