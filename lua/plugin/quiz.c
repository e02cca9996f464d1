/* quiz.c - the quiz of an environment in Lua: quiz(self, world, index) gives item `index`, from 1, as a table.
 *
 *   { kind = "fact", asks = "observation", channel = "observation", action = 0, obs = { place = 3 },
 *     truth = { 0, 1 }, prior = { .5, .5 } }
 *
 * Where one stands by remembering alone, `prefix` holds the steps that led there, { { obs = .., action = .., reward =
 * .. }, .. }, at most as many as the unit's longest_prefix says. Where in this world there is nothing to ask the item
 * is nil. Items with a common cause carry the same `group`, of 1
 * .. items; without one each has its own. How many there are, and how many answers one has at most, create says: quiz =
 * { items = 8, answers = 2, independent = { "facts", "decisions" } }.
 */
#include <float.h>
#include <math.h>
#include <string.h>

#include "lua/plugin/env.h"
#include "lua/plugin/form.h"
#include "lua/plugin/roles.h"

enum { MOST_ITEMS = 1 << 20, MOST_ANSWERS = 1 << 16 };
enum { UP_FUNCTION = 1, UP_SELF, UP_WORLD }; /* upvalues of the runner */

/* ---- Reading an item -------------------------------------------------------------------------------------- */

/* The list under `key` into to[0..n): probabilities, or marks of what is right. */
static uint32_t read_numbers(lua_State *lua, int table, const char *key, double *to, uint32_t most) {
  uint32_t n = form_list(lua, table, "item", key, most);
  for (uint32_t i = 0; i < n; i++) {
    int type = lua_geti(lua, -1, (lua_Integer)i + 1);
    if (type != LUA_TNUMBER && type != LUA_TBOOLEAN)
      sandbox_fail(lua, lua_pushfstring(lua, "item.%s[%d] is %s; it takes a number", key, (int)i + 1,
                                        luaL_tolstring(lua, -1, NULL)));
    to[i] = type == LUA_TNUMBER ? lua_tonumber(lua, -1) : lua_toboolean(lua, -1);
    lua_pop(lua, 1);
  }
  lua_pop(lua, 1);
  return n;
}

static void read_answers(lua_State *lua, int table, const env_script *m, baud_item *item) {
  item->n_answers = read_numbers(lua, table, "truth", item->truth, m->quiz.answers);
  uint32_t n = read_numbers(lua, table, "prior", item->prior, m->quiz.answers);
  if (n != item->n_answers || n == 0)
    sandbox_fail(lua, lua_pushfstring(lua, "item.truth has %d answers and item.prior %d: one for each answer, please",
                                      (int)item->n_answers, (int)n));
}

/* One lane's observations and action at these addresses, to be written. */
static void aim_at_moment(env_script *m, void *const *obs, void *action, uint32_t step) {
  for (uint32_t f = 0; f < m->spec.n_obs; f++) {
    m->obs[f].at = (char *)obs[f] + step * m->obs_bytes[f];
    memset(m->obs[f].at, 0, m->obs_bytes[f]);
  }
  m->action->at = (char *)action + step * m->action_bytes;
}

/* What the table at `index` has under `obs` and `action` into the moment that was aimed at; whether there is an action.
 */
static uint32_t read_moment(lua_State *lua, int index, const char *what, env_script *m) {
  if (lua_getfield(lua, index, "obs") != LUA_TNIL) {
    int given = lua_gettop(lua);
    form_open(lua, given, "obs", m->obs_names);
    for (uint32_t f = 0; f < m->spec.n_obs; f++) {
      loan_field field = loan_of_host(&m->spec.obs[f], m->spec.obs[f].name, &m->obs[f]);
      if (lua_getfield(lua, given, field.name) != LUA_TNIL) loan_write(lua, &field, "obs", -1);
      lua_pop(lua, 1);
    }
  }
  lua_pop(lua, 1);
  uint32_t is_given = lua_getfield(lua, index, "action") != LUA_TNIL;
  if (is_given) loan_write(lua, &m->action_field, what, -1);
  lua_pop(lua, 1);
  return is_given;
}

/* prefix = { { obs = { .. }, action = 1, reward = 0 }, .. }: the steps that led to the context. */
static void read_prefix(lua_State *lua, int table, env_script *m, baud_item *item) {
  static const char *const keys[] = {"obs", "action", "reward", NULL};
  item->n_prefix = form_list(lua, table, "item", "prefix", m->script.unit->quiz.most_prefix);
  for (uint32_t i = 0; i < item->n_prefix; i++) {
    lua_geti(lua, -1, (lua_Integer)i + 1);
    int step = lua_gettop(lua);
    form_open(lua, step, "a step of the prefix", keys);
    aim_at_moment(m, item->prefix_obs, item->prefix_action, i);
    if (!read_moment(lua, step, "prefix", m)) sandbox_fail(lua, "a step of the prefix has no action");
    item->prefix_reward[i] = (float)form_number(lua, step, "prefix", "reward", -FLT_MAX, FLT_MAX, 0);
    lua_pop(lua, 1);
  }
  lua_pop(lua, 1);
}

static void read_item(lua_State *lua, int table, env_script *m, baud_item *item) {
  static const char *const keys[] = {"kind",  "asks",  "field", "channel", "group",  "score",
                                     "truth", "prior", "obs",   "action",  "prefix", NULL};
  static const char *const kinds[] = {"fact", "decision"}, *const targets[] = {"action", "observation", "reward",
                                                                               "terminated"};
  static const char *const scores[] = {"set", "mean"};
  form_open(lua, table, "item", keys);
  item->kinds = form_choices(lua, table, "item", "kind", kinds, 2);
  int target = form_choice(lua, table, "item", "asks", targets, 4),
      channel = form_choice(lua, table, "item", "channel", form_channels, BAUD_CHANNELS);
  if (target < 0 || channel < 0 || item->kinds == 0)
    sandbox_fail(lua, "an item has a kind (fact, decision), asks (action, observation, reward, terminated) and a "
                      "channel that tells of it");
  item->target = BAUD_ASK_ACTION + (uint32_t)target;
  item->channel = (uint32_t)channel;
  item->field = (uint32_t)form_whole(lua, table, "item", "field", 1, m->spec.n_obs ? m->spec.n_obs : 1, 1) - 1;
  item->group = (uint32_t)form_whole(lua, table, "item", "group", 1, m->quiz.items, m->item_index + 1.0) - 1;
  item->score = form_choice(lua, table, "item", "score", scores, 2) == 1 ? BAUD_SCORE_MEAN : BAUD_SCORE_SET;
  read_answers(lua, table, m, item);
  m->action->is_writable = 1;
  read_prefix(lua, table, m, item);
  aim_at_moment(m, item->obs, item->action, 0);
  item->action_given = read_moment(lua, table, "item", m);
}

/* ---- The runner ------------------------------------------------------------------------------------------- */

static int ask(lua_State *lua) {
  env_script *m = env_script_of(lua);
  m->script.box.place = m->place[ENV_QUIZ];
  m->world->at = (char *)(uintptr_t)m->given;
  for (int i = UP_FUNCTION; i <= UP_WORLD; i++) lua_pushvalue(lua, lua_upvalueindex(i));
  lua_pushinteger(lua, (lua_Integer)m->item_index + 1);
  script_call(lua, &m->script, 3, 1);
  m->item->kinds = 0;
  if (!lua_isnil(lua, -1)) read_item(lua, lua_gettop(lua), m, m->item);
  return 0;
}

void env_push_quiz(lua_State *lua, int form, int self, int world) {
  static const char *const keys[] = {"items", "answers", "independent", NULL}, *const independent[] = {"facts",
                                                                                                       "decisions"};
  env_script *m = env_script_of(lua);
  if (lua_getfield(lua, form, "quiz") != LUA_TNIL) {
    int table = lua_gettop(lua);
    form_open(lua, table, "quiz", keys);
    m->quiz.items = (uint32_t)form_whole(lua, table, "quiz", "items", 0, MOST_ITEMS, FORM_NEEDED);
    m->quiz.answers = (uint32_t)form_whole(lua, table, "quiz", "answers", 2, MOST_ANSWERS, FORM_NEEDED);
    m->quiz.independence = form_choices(lua, table, "quiz", "independent", independent, 2);
  }
  lua_pop(lua, 1);
  const char *place = m->place[ENV_QUIZ] = script_push_function(lua, "quiz");
  if (!place && m->quiz.items)
    sandbox_fail(lua, "create gives a quiz, and there is no quiz(self, world, index) that asks");
  if (!place) return;
  if (!m->quiz.items)
    sandbox_fail(lua, "there is a quiz, and create says nothing of it: quiz = { items = .., answers = .. }");
  lua_pushvalue(lua, self);
  lua_pushvalue(lua, world);
  lua_pushcclosure(lua, ask, UP_WORLD);
}

/* ---- The extension ---------------------------------------------------------------------------------------- */

static int32_t quiz_count(const void *model, uint32_t *n_items, uint32_t *max_answers, uint32_t *independence) {
  const env_script *m = model;
  *n_items = m->quiz.items;
  *max_answers = m->quiz.answers;
  *independence = m->quiz.independence;
  return BAUD_OK;
}

static int32_t quiz_item(const void *model, const void *world, uint32_t index, baud_item *item) {
  env_script *m = (env_script *)(uintptr_t)model; /* its state and windows are of the call alone */
  if (index >= m->quiz.items) return BAUD_EARG;
  m->given = world;
  m->world->is_writable = 0;
  m->item = item;
  m->item_index = index;
  int32_t code = script_run(&m->script, ENV_QUIZ);
  m->action->is_writable = 0;
  return code;
}

const baud_quiz env_script_quiz = {.size = BAUD_SIZE(baud_quiz), .count = quiz_count, .item = quiz_item};
