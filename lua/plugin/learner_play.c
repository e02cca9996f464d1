/* learner_play.c - learners in Lua: acting, answering, learning, lane by lane.
 *
 * The policy that a learner fills in is the distribution that its action is drawn from, here, with the lane's
 * generator; so what it says of itself is what it does.
 */
#include <math.h>
#include <string.h>

#include "baud/random.h"
#include "lua/plugin/learner.h"
#include "lua/plugin/roles.h"

/* ---- Lending ---------------------------------------------------------------------------------------------- */

enum reach { MAY_READ_WEIGHTS, MAY_WRITE_ALL };

/* What a call may write of the blocks. */
static void open_blocks(learner_script *m, enum reach reach) {
  for (uint32_t i = 0; i < m->n_blocks; i++) {
    int is_frozen = m->blocks[i].role == BAUD_WEIGHT || m->blocks[i].role == BAUD_OPTIMISER;
    m->block[i].is_writable = reach == MAY_WRITE_ALL || !is_frozen;
  }
}

static void aim_at_blocks(learner_script *m, uint32_t lane) {
  for (uint32_t i = BLOCKS_OF_HOST; i < m->n_blocks; i++) {
    size_t offset = m->blocks[i].flags & BAUD_PER_LANE ? lane * m->block_bytes[i] : 0;
    m->block[i].at = (char *)m->memory[i] + offset;
  }
  m->chance->at = (char *)m->memory[BLOCK_RANDOM] + lane * sizeof(uint64_t);
}

static void aim_at_fields(const learner_script *m, loan_window *windows, const void *const *fields, uint32_t lane) {
  for (uint32_t f = 0; f < m->n_obs; f++)
    windows[f].at = fields ? (char *)(uintptr_t)fields[f] + lane * m->obs_bytes[f] : NULL;
}

static void aim_at_demonstration(learner_script *m, const void *demonstration, const uint8_t *shown, uint32_t lane) {
  m->shown->at = demonstration && shown[lane] ? (char *)(uintptr_t)demonstration + lane * m->action_bytes : NULL;
}

static void aim_at_tick(learner_script *m, uint32_t lane) {
  const baud_tick *t = m->tick;
  m->now.starts = t->starts[lane];
  m->now.learns = t->mode == BAUD_TRAIN;
  m->now.is_question = t->mode == BAUD_EVAL;
  m->moment->at = (char *)&m->now;
  m->seen->at = t->obs ? (char *)&m->now : NULL; /* any address: there is something to be seen */
  m->action->at = (char *)t->action + lane * m->action_bytes;
  aim_at_fields(m, m->obs, t->obs, lane);
  aim_at_demonstration(m, t->demonstration, t->shown, lane);
}

static void aim_at_outcome(learner_script *m, uint32_t lane) {
  const baud_outcome *o = m->outcome;
  m->now.ended = o->flags[lane] != 0;
  m->now.terminated = o->flags[lane] & BAUD_TERMINATED;
  m->now.truncated = o->flags[lane] & BAUD_TRUNCATED;
  m->moment->at = (char *)&m->now;
  m->seen->at = o->obs ? (char *)&m->now : NULL;
  m->action->at = (char *)(uintptr_t)o->action + lane * m->action_bytes;
  m->reward->at = o->reward ? (char *)(uintptr_t)(o->reward + lane) : NULL;
  aim_at_fields(m, m->obs, o->obs, lane);
  aim_at_fields(m, m->next, o->next_obs, lane);
  aim_at_demonstration(m, o->demonstration, o->shown, lane);
}

static void push_upvalues(lua_State *lua, int from, int to) {
  for (int i = from; i <= to; i++) lua_pushvalue(lua, lua_upvalueindex(i));
}

/* ---- Acting ----------------------------------------------------------------------------------------------- */

/* Raises an error where the policy is none: { mean, standard deviation }, or probabilities, of each element. */
static void check_policy(lua_State *lua, const learner_script *m, const double *policy) {
  uint32_t width = m->policy_field.count / m->action_field.count;
  for (const double *end = policy + m->policy_field.count; policy < end; policy += width) {
    double sum = 0.0;
    for (uint32_t i = 0; i < width; i++) sum += policy[i];
    if (m->is_categorical && !(fabs(sum - 1.0) <= 1e-3))
      sandbox_fail(lua, lua_pushfstring(lua, "predict left a policy whose probabilities sum to %f, not to 1", sum));
    if (!m->is_categorical && !(policy[1] > 0.0))
      sandbox_fail(lua, lua_pushfstring(lua,
                                        "predict left a standard deviation of %f in the policy: { mean, standard "
                                        "deviation } of each element",
                                        policy[1]));
  }
}

static void draw_action(learner_script *m, const double *policy) {
  uint64_t *random = (uint64_t *)(void *)m->chance->at;
  void *to = m->action->at;
  uint32_t width = m->policy_field.count / m->action_field.count;
  for (uint32_t i = 0; i < m->action_field.count; i++, policy += width) {
    if (!m->is_categorical) ((float *)to)[i] = (float)(policy[0] + policy[1] * baud_normal(random));
    else if (m->action_field.type == LOAN_U8) ((uint8_t *)to)[i] = (uint8_t)baud_categorical(random, policy, width);
    else ((int32_t *)to)[i] = (int32_t)baud_categorical(random, policy, width);
  }
}

static void answer_policy(const learner_script *m, const double *policy, uint32_t lane) {
  if (m->asks_policy == NOT_ASKED || !(m->tick->ask >> m->asks_policy & 1u)) return;
  float *answer = m->tick->answer[m->asks_policy] + (size_t)lane * m->policy_field.count;
  for (uint32_t i = 0; i < m->policy_field.count; i++) answer[i] = (float)policy[i];
}

/* Opens what is asked for beside the policy; whether there is any. */
static int open_answers(learner_script *m, uint32_t lane) {
  int any = 0;
  for (int i = 0; i < EXPECTS; i++) {
    int is_asked = m->asks[i] != NOT_ASKED && (m->tick->ask >> m->asks[i] & 1u);
    size_t width = m->expect[i].count;
    m->expected[i].at = is_asked ? (char *)(m->tick->answer[m->asks[i]] + lane * width) : NULL;
    if (is_asked) memset(m->expected[i].at, 0, width * sizeof(float));
    any |= is_asked;
  }
  return any;
}

static void expect(lua_State *lua, learner_script *m) {
  m->script.box.place = m->place_of_expect;
  push_upvalues(lua, UP_EXPECT, UP_EXPECT);
  push_upvalues(lua, UP_SELF, UP_THIRD);
  if (m->action_field.shape == LOAN_SCALAR) loan_push_value(lua, &m->action_field);
  else push_upvalues(lua, UP_ACTION, UP_ACTION);
  push_upvalues(lua, UP_ANSWERS, UP_ANSWERS);
  script_call(lua, &m->script, 5, 0);
}

int learner_predict_lanes(lua_State *lua) {
  learner_script *m = learner_script_of(lua);
  double *policy = m->memory[BLOCK_POLICY];
  for (uint32_t lane = 0; lane < m->lanes; lane++) {
    aim_at_blocks(m, lane);
    aim_at_tick(m, lane);
    m->policy->at = (char *)policy;
    memset(policy, 0, m->policy_field.count * sizeof *policy);
    m->script.box.place = m->place[LEARNER_PREDICT];
    push_upvalues(lua, UP_FUNCTION, UP_POLICY);
    script_call(lua, &m->script, 4, 0);
    check_policy(lua, m, policy);
    if (!m->tick->action_given) draw_action(m, policy);
    answer_policy(m, policy, lane);
    if (open_answers(m, lane)) expect(lua, m);
  }
  return 0;
}

/* ---- Learning --------------------------------------------------------------------------------------------- */

int learner_init_blocks(lua_State *lua) {
  learner_script *m = learner_script_of(lua);
  m->script.box.place = m->place[LEARNER_INIT];
  for (uint32_t i = BLOCKS_OF_HOST; i < m->n_blocks; i++)
    m->block[i].at = m->blocks[i].flags & BAUD_PER_LANE ? NULL : (char *)m->memory[i];
  m->chance->at = (char *)&m->seed;
  push_upvalues(lua, UP_FUNCTION, UP_THIRD);
  script_call(lua, &m->script, 3, 0);
  return 0;
}

static int take_in(lua_State *lua, int runner) {
  learner_script *m = learner_script_of(lua);
  m->script.box.place = m->place[runner];
  for (uint32_t lane = 0; lane < m->lanes; lane++) {
    aim_at_blocks(m, lane);
    aim_at_outcome(m, lane);
    push_upvalues(lua, UP_FUNCTION, UP_THIRD);
    script_call(lua, &m->script, 3, 0);
  }
  return 0;
}

int learner_learn_lanes(lua_State *lua) { return take_in(lua, LEARNER_LEARN); }
int learner_remember_lanes(lua_State *lua) { return take_in(lua, LEARNER_REMEMBER); }

/* ---- Operations ------------------------------------------------------------------------------------------- */

static learner_script *begin(const void *model, void *const *blocks, enum reach reach) {
  learner_script *m = (learner_script *)(uintptr_t)model; /* its state and windows are of the call alone */
  m->memory = blocks;
  open_blocks(m, reach);
  return m;
}

int32_t learner_script_init(const void *model, void *const *blocks, uint64_t seed) {
  learner_script *m = begin(model, blocks, MAY_WRITE_ALL);
  uint64_t *random = blocks[BLOCK_RANDOM];
  for (uint32_t lane = 0; lane < m->lanes; lane++) random[lane] = baud_split(seed, lane);
  m->seed = baud_split(seed, UINT64_MAX); /* no lane's */
  return m->place[LEARNER_INIT] ? script_run(&m->script, LEARNER_INIT) : BAUD_OK;
}

int32_t learner_script_predict(const void *model, void *const *blocks, const baud_tick *tick) {
  learner_script *m = begin(model, blocks, MAY_READ_WEIGHTS);
  m->tick = tick;
  return script_run(&m->script, LEARNER_PREDICT);
}

int32_t learner_script_learn(const void *model, void *const *blocks, const baud_outcome *outcome) {
  learner_script *m = begin(model, blocks, MAY_WRITE_ALL);
  m->outcome = outcome;
  return m->place[LEARNER_LEARN] ? script_run(&m->script, LEARNER_LEARN) : BAUD_OK;
}

static int32_t remember(const void *model, void *const *blocks, const baud_outcome *outcome) {
  learner_script *m = begin(model, blocks, MAY_READ_WEIGHTS);
  m->outcome = outcome;
  return script_run(&m->script, LEARNER_REMEMBER);
}

const baud_remember learner_script_remember = {.size = BAUD_SIZE(baud_remember), .remember = remember};
