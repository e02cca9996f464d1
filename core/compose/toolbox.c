/* toolbox.c - an environment with tools: an action more, which is the call of "teach".
 *
 * A call costs something and takes a step, in which the inner environment stands still: what was observed is observed
 * again. The host then hands the learner what its lane has observed of late, to train itself on (loop/tools.h). So
 * supervised fine-tuning is an action like any other, and whoever acts has to find out when it pays. What a call tells
 * of the world is nothing, and the observer is not told of it.
 */
#include <stdlib.h>
#include <string.h>

#include "compose/units.h"
#include "compose/wrap.h"

enum { TOOLBOX_P_ENV, TOOLBOX_P_SPAN, TOOLBOX_P_COST, TOOLBOX_P_RATE, TOOLBOX_P_CALLS, TOOLBOX_PARAMS };
static const baud_param toolbox_params[TOOLBOX_PARAMS] = {
    BAUD_PARAM_UNIT("env", "", BAUD_ENV, "the environment that the tools are used in"),
    BAUD_PARAM_INT("span", 32, 2, 100000, "steps", "of the running episode that a call of teach hands over, the latest ones"),
    BAUD_PARAM_FLOAT("cost", 0.01, 0, 1e6, "", "taken off the reward for each call"),
    BAUD_PARAM_FLOAT("rate", 1, 0, 1e6, "", "the learner's step size in a call, as a multiple of its own"),
    BAUD_PARAM_INT("calls", 100, 0, 100000000, "", "calls an episode; more do nothing and cost the same"),
};

enum { MOST_FACTS = 64, MOST_VALUES = 65536 };
enum { CALLED_NOTHING, CALLED_TEACH, CALLED_IN_VAIN }; /* as compose_tools has it */

typedef struct toolbox {
  wrap wrap;
  baud_field action;      /* the inner one with a category more, which is the call */
  uint32_t call, calls;   /* its number; how many an episode may have */
  float cost;
  compose_tools tools;
  size_t inner_bytes, obs_bytes; /* of a lane; of a lane's observations */
  uint32_t n_values[MOST_FACTS]; /* of each fact's inner alphabet; 0: continuous or unknown */
  uint32_t room;          /* lanes that there is room for below */
  char *actions, *saved;  /* [room]: what the inner environment is told; lanes that stand still */
} toolbox;

/* Behind the inner environment's lane; then what was observed, and the facts of the last step. */
typedef struct bench {
  uint32_t calls, called;
} bench;

static bench *bench_of(const toolbox *m, const baud_batch *b, uint32_t lane) {
  return (bench *)(void *)(b->lane + lane * b->lane_stride + m->inner_bytes);
}
static char *seen_of(bench *at) { return (char *)(at + 1); }
static float *facts_of(const toolbox *m, bench *at) { return (float *)(void *)(seen_of(at) + m->obs_bytes); }

static size_t field_bytes(const baud_field *f) { return (f->dtype == BAUD_U8 ? 1u : 4u) * (size_t)f->count; }
static size_t aligned(size_t n) { return (n + 7u) & ~(size_t)7u; }

/* ---- Creation ----------------------------------------------------------------------------------------- */

static void toolbox_destroy(void *model) {
  toolbox *m = model;
  free(m->actions);
  free(m->saved);
  wrap_close(&m->wrap);
  free(m);
}

static const void *toolbox_ability(const void *model, const char *id);
static int32_t toolbox_calls(const void *model, const baud_batch *b, uint8_t *called);
static void widen_extensions(toolbox *m);

static int32_t count_values(toolbox *m) {
  double *values = m->wrap.observer ? malloc(MOST_VALUES * sizeof *values) : NULL;
  for (uint32_t f = 0; values && f < m->wrap.spec.n_facts && f < MOST_FACTS; f++) {
    int32_t n = m->wrap.observer->alphabet(m->wrap.model, f, values, MOST_VALUES);
    m->n_values[f] = n > 0 ? (uint32_t)n : 0;
  }
  int is_counted = values || !m->wrap.observer;
  free(values);
  return is_counted ? BAUD_OK : m->wrap.host->fail(m->wrap.host, BAUD_ENOMEM, "out of memory");
}

static int32_t declare(toolbox *m, const baud_value *v, baud_env_spec *spec) {
  const baud_host *host = m->wrap.host;
  const baud_field *inner = m->wrap.spec.action;
  if (inner->categories == 0 || inner->count != 1 || (inner->dtype == BAUD_U8 && inner->categories > 255))
    return host->fail(host, BAUD_EARG, "a tool is one more of discrete actions, and the environment's action is not one discrete number");
  if (m->wrap.tools) return host->fail(host, BAUD_EARG, "the environment has a toolbox already");
  m->call = inner->categories;
  m->calls = (uint32_t)v[TOOLBOX_P_CALLS].i;
  m->cost = (float)v[TOOLBOX_P_COST].f;
  m->action = *inner;
  m->action.categories++;
  m->action.high += 1.0;
  m->tools = (compose_tools){BAUD_SIZE(compose_tools), (uint32_t)v[TOOLBOX_P_SPAN].i, v[TOOLBOX_P_RATE].f, toolbox_calls};
  m->inner_bytes = aligned(m->wrap.spec.lane_bytes);
  for (uint32_t f = 0; f < spec->n_obs; f++) m->obs_bytes += aligned(field_bytes(&spec->obs[f]));
  uint64_t known = spec->limit ? spec->limit : spec->max_steps, limit = known ? known + m->calls : 0;
  spec->action = &m->action;
  spec->lane_bytes = m->inner_bytes + sizeof(bench) + m->obs_bytes + aligned(spec->n_facts * sizeof(float));
  spec->limit = limit < UINT32_MAX ? (uint32_t)limit : 0;
  spec->max_steps = 0; /* whoever does nothing but call comes to no end */
  widen_extensions(m);
  return count_values(m);
}

static int32_t toolbox_create(const baud_host *host, const baud_value *values, baud_env_spec *spec, void **model) {
  toolbox *m = calloc(1, sizeof *m);
  if (!m) return host->fail(host, BAUD_ENOMEM, "out of memory");
  int32_t code = wrap_open(&m->wrap, host, values[TOOLBOX_P_ENV].s, spec);
  if (code == BAUD_OK) code = declare(m, values, spec);
  if (code == BAUD_OK) *model = m;
  else toolbox_destroy(m);
  return code;
}

/* ---- Stepping ----------------------------------------------------------------------------------------- */

/* Room for so many lanes: the first batch makes it, and batches do not grow. */
static int32_t make_room(toolbox *m, const baud_batch *b) {
  if (b->lanes <= m->room) return BAUD_OK;
  free(m->actions);
  free(m->saved);
  m->actions = calloc(b->lanes, field_bytes(&m->action));
  m->saved = calloc(b->lanes, m->inner_bytes + 1u);
  m->room = m->actions && m->saved ? b->lanes : 0;
  return m->room ? BAUD_OK : m->wrap.host->fail(m->wrap.host, BAUD_ENOMEM, "out of memory");
}

static uint32_t action_at(const toolbox *m, const void *actions, uint32_t lane) {
  return m->action.dtype == BAUD_U8 ? ((const uint8_t *)actions)[lane] : (uint32_t)((const int32_t *)actions)[lane];
}

static void put_action(toolbox *m, uint32_t lane, uint32_t action) {
  if (m->action.dtype == BAUD_U8) ((uint8_t *)m->actions)[lane] = (uint8_t)action;
  else ((int32_t *)(void *)m->actions)[lane] = (int32_t)action;
}

/* A lane's observations into its bench, or out of it again. */
enum way { INTO_BENCH, OUT_OF_BENCH };
static void pass_seen(const toolbox *m, const baud_batch *b, uint32_t lane, enum way way) {
  char *seen = seen_of(bench_of(m, b, lane));
  for (uint32_t f = 0; f < m->wrap.spec.n_obs; f++) {
    size_t bytes = field_bytes(&m->wrap.spec.obs[f]);
    char *at = (char *)b->obs[f] + lane * bytes;
    memcpy(way == INTO_BENCH ? seen : at, way == INTO_BENCH ? at : seen, bytes);
    seen += aligned(bytes);
  }
}

/* What a call brings: the cost, and that nothing has moved. A potential is what it was, "_before" as well. */
static void stand_still(const toolbox *m, const baud_batch *b, uint32_t lane) {
  bench *at = bench_of(m, b, lane);
  const float *facts = facts_of(m, at);
  at->called = at->calls < m->calls ? CALLED_TEACH : CALLED_IN_VAIN;
  at->calls += at->called == CALLED_TEACH;
  pass_seen(m, b, lane, OUT_OF_BENCH);
  for (uint32_t f = 0; f < m->wrap.spec.n_facts; f++) {
    uint32_t roles = m->wrap.spec.facts[f].roles;
    b->facts[f][lane] = roles & BAUD_FACT_REWARD ? 0.0f - m->cost : roles & BAUD_FACT_POTENTIAL ? facts[f] : 0.0f;
  }
  b->flags[lane] = 0;
}

static void note(const toolbox *m, const baud_batch *b, uint32_t lane) {
  bench *at = bench_of(m, b, lane);
  const baud_fact *facts = m->wrap.spec.facts;
  at->called = CALLED_NOTHING;
  pass_seen(m, b, lane, INTO_BENCH);
  for (uint32_t f = 0; f < m->wrap.spec.n_facts; f++) {
    const char *before = strstr(facts[f].name, "_before");
    uint32_t of = f; /* the successor's potential is next time's "_before" */
    for (uint32_t g = 0; before && g < m->wrap.spec.n_facts; g++)
      if (strlen(facts[g].name) == (size_t)(before - facts[f].name) && strncmp(facts[g].name, facts[f].name, strlen(facts[g].name)) == 0) of = g;
    facts_of(m, at)[f] = b->facts[of][lane];
  }
}

static int32_t toolbox_reset(const void *model, const baud_batch *b) {
  toolbox *m = (toolbox *)(uintptr_t)model;
  int32_t code = make_room(m, b);
  if (code == BAUD_OK) code = wrap_reset(model, b);
  for (uint32_t i = 0; i < b->n_pick && code == BAUD_OK; i++) {
    bench *at = bench_of(m, b, b->pick[i]);
    *at = (bench){0};
    memset(facts_of(m, at), 0, m->wrap.spec.n_facts * sizeof(float));
    pass_seen(m, b, b->pick[i], INTO_BENCH);
  }
  return code;
}

/* All lanes step; those that called are put back to where they stood. */
static int32_t toolbox_step(const void *model, const baud_batch *b) {
  toolbox *m = (toolbox *)(uintptr_t)model;
  baud_batch inner = *b;
  int32_t code = make_room(m, b);
  if (code != BAUD_OK) return code;
  for (uint32_t lane = 0; lane < b->lanes; lane++) {
    uint32_t action = action_at(m, b->action, lane);
    if (action > m->call) return m->wrap.host->fail(m->wrap.host, BAUD_EARG, "no such action");
    put_action(m, lane, action == m->call ? 0 : action);
    if (action == m->call) memcpy(m->saved + lane * m->inner_bytes, b->lane + lane * b->lane_stride, m->inner_bytes);
  }
  inner.action = m->actions;
  code = wrap_step(model, &inner);
  for (uint32_t lane = 0; lane < b->lanes && code == BAUD_OK; lane++) {
    if (action_at(m, b->action, lane) != m->call) {
      note(m, b, lane);
      continue;
    }
    memcpy(b->lane + lane * b->lane_stride, m->saved + lane * m->inner_bytes, m->inner_bytes);
    stand_still(m, b, lane);
  }
  return code;
}

static int32_t toolbox_calls(const void *model, const baud_batch *b, uint8_t *called) {
  const toolbox *m = model;
  for (uint32_t lane = 0; lane < b->lanes; lane++) called[lane] = (uint8_t)bench_of(m, b, lane)->called;
  return BAUD_OK;
}

/* ---- What is wider by an action ------------------------------------------------------------------------ */

/* The inner alphabet, and behind it the cost, where it is of the reward and no value of it yet. */
static int32_t wider_alphabet(const void *model, uint32_t fact, double *values, uint32_t max) {
  const toolbox *m = model;
  double cost = -(double)m->cost;
  int32_t n = m->wrap.observer->alphabet(m->wrap.model, fact, values, max);
  if (n <= 0 || !(m->wrap.spec.facts[fact].roles & BAUD_FACT_REWARD)) return n;
  for (int32_t i = 0; i < n && (uint32_t)i < max; i++)
    if (values[i] == cost) return n;
  if ((uint32_t)n >= max) return BAUD_EUNSUP;
  values[n] = cost;
  return n + 1;
}

static int is_call(const toolbox *m, const baud_evidence *e) {
  return (e->kind == BAUD_EV_STEP || e->kind == BAUD_EV_LATE) && action_at(m, e->action, 0) == m->call;
}

/* The evidence without what it says of the cost, which comes of calls alone. */
static baud_evidence narrower(const toolbox *m, const baud_evidence *e) {
  baud_evidence inner = *e;
  uint32_t n = e->fact < MOST_FACTS ? m->n_values[e->fact] : 0;
  if (n > 0 && n < e->n_weight) inner.n_weight = n;
  return inner;
}

static int32_t wider_noise(const void *model, const void *world, const void *state, const baud_evidence *e, double bits[BAUD_CHANNELS]) {
  const toolbox *m = model;
  for (int k = 0; k < BAUD_CHANNELS; k++) bits[k] = 0.0;
  if (is_call(m, e)) return BAUD_OK;
  baud_evidence inner = narrower(m, e);
  return m->wrap.observer->noise(m->wrap.model, world, state, &inner, bits);
}

static int32_t wider_surprise(const void *model, void *state, const baud_evidence *e, double bits[BAUD_CHANNELS]) {
  const toolbox *m = model;
  for (int k = 0; k < BAUD_CHANNELS; k++) bits[k] = 0.0;
  if (is_call(m, e)) return BAUD_OK;
  baud_evidence inner = narrower(m, e);
  return m->wrap.observer->surprise(m->wrap.model, state, &inner, bits);
}

/* The call is never the best that one can do. */
static int32_t wider_answer(const void *model, const void *state, const baud_query *query, double *probability) {
  const toolbox *m = model;
  baud_query inner = *query;
  if (query->target != BAUD_ASK_ACTION || query->n_answers != m->action.categories)
    return m->wrap.observer->answer(m->wrap.model, state, query, probability);
  inner.n_answers--;
  probability[m->call] = 0.0;
  return m->wrap.observer->answer(m->wrap.model, state, &inner, probability);
}

static int32_t wider_count(const void *model, uint32_t *n_items, uint32_t *max_answers, uint32_t *independence) {
  const toolbox *m = model;
  int32_t code = m->wrap.quiz->count(m->wrap.model, n_items, max_answers, independence);
  ++*max_answers;
  return code;
}

/* An answer with prior 0 is none of the item's. */
static int32_t wider_item(const void *model, const void *world, uint32_t index, baud_item *item) {
  const toolbox *m = model;
  int32_t code = m->wrap.quiz->item(m->wrap.model, world, index, item);
  if (code != BAUD_OK || !item->kinds || item->target != BAUD_ASK_ACTION || item->n_answers != m->call) return code;
  item->truth[item->n_answers] = item->prior[item->n_answers] = 0.0;
  item->n_answers++;
  return code;
}

/* The inner rows are one shorter: spread from the last on, so that none is written over before it is moved. */
static int32_t wider_optimal(const void *model, const baud_batch *b, uint8_t *optimal) {
  const toolbox *m = model;
  int32_t code = m->wrap.demonstrate->optimal(m->wrap.model, b, optimal);
  for (uint32_t lane = b->lanes; lane-- > 0 && code == BAUD_OK;) {
    uint8_t *to = optimal + (size_t)lane * m->action.categories;
    memmove(to, optimal + (size_t)lane * m->call, m->call);
    to[m->call] = 0;
  }
  return code;
}

static void widen_extensions(toolbox *m) {
  baud_observer *o = &m->wrap.own_observer;
  o->alphabet = wider_alphabet;
  o->noise = wider_noise;
  o->surprise = wider_surprise;
  if (o->answer) o->answer = wider_answer;
  m->wrap.own_quiz.count = wider_count;
  m->wrap.own_quiz.item = wider_item;
}

static const baud_demonstrate shows = {BAUD_SIZE(baud_demonstrate), 0, wider_optimal};

static const void *toolbox_ability(const void *model, const char *id) {
  const toolbox *m = model;
  if (strcmp(id, "baud.tools/1") == 0) return &m->tools;
  if (strcmp(id, "baud.demonstrate/1") == 0) return m->wrap.demonstrate ? &shows : NULL;
  return wrap_extension(model, id);
}

/* ---- The unit ----------------------------------------------------------------------------------------- */

static const void *toolbox_extension(const char *id) {
  static const baud_instance instance = {BAUD_SIZE(baud_instance), 0, toolbox_ability};
  if (strcmp(id, "baud.demonstrate/1") == 0) return &shows; /* where the inner environment does */
  return strcmp(id, "baud.instance/1") == 0 ? &instance : NULL;
}

static const baud_env_ops toolbox_ops = {BAUD_SIZE(baud_env_ops), 0, toolbox_create, toolbox_destroy, wrap_draw, toolbox_reset, toolbox_step};

const baud_unit toolbox_unit = {
    BAUD_SIZE(baud_unit), BAUD_ENV, 1, 1, "baud.toolbox", "An environment with the tool \"teach\"",
    "One action more is the call of teach: at a cost, while the environment stands still, the learner is trained on what its lane has "
    "observed of late. For learners that can be taught (baud.teach/1).",
    toolbox_params, TOOLBOX_PARAMS, 0, &toolbox_ops, toolbox_extension};
