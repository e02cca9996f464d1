/* recall.c - a world that is told apart by what came before, and a learner that remembers it: for tests of quiz items with
 * a prefix.
 *
 * test.cues: an episode shows one of CUES cues, then nothing for `delay` steps, then a junction where one of two arms is
 * right, which one depends on the cue alone. All junctions look alike, so an item about them has the cue in its prefix;
 * with `prefix` off it is asked cold. The actions and rewards of a prefix are a pattern, so that test.recall, which
 * answers uniformly as soon as anything is not as it should be, can tell whether it was handed all of it in its order.
 */
#include <stdlib.h>
#include <string.h>

#include "baud/tabular.h"

enum { CUES = 4, ARMS = 2, MOST_DELAY = 20, MOST_PREFIX = MOST_DELAY + 2, SEEN_NOTHING = 0, SEEN_JUNCTION, SEEN_CUE };

static uint32_t pattern_action(uint32_t cue, uint32_t step) { return (cue + step) % ARMS; }
static float pattern_reward(uint32_t step) { return 0.25f * (float)step; }
static const float last_reward = -1.0f; /* of the step before the junction */

/* ---- test.cues ----------------------------------------------------------------------------------------- */

enum { CUES_PARAM_DELAY, CUES_PARAM_PREFIX, CUES_PARAM_FAULT, CUES_PARAMS };
static const char *const faults[] = {"none", "length", "observation", "action", "reward"};
enum { FAULT_NONE, FAULT_LENGTH, FAULT_OBSERVATION, FAULT_ACTION, FAULT_REWARD, FAULTS };
static const baud_param cues_params[CUES_PARAMS] = {
    BAUD_PARAM_INT("delay", 3, 0, MOST_DELAY, "steps", "steps between cue and junction"),
    BAUD_PARAM_FLAG("prefix", 1, "quiz items have the way to the junction as their prefix"),
    BAUD_PARAM_CHOICE("fault", 0, faults, FAULTS, "what is wrong with the prefix of item 2"),
};
static const baud_field cues_obs[] = {BAUD_DISCRETE_FIELD("sight", SEEN_CUE + CUES, "nothing, the junction, or a cue")};
static const baud_field cues_action = BAUD_DISCRETE_FIELD("arm", ARMS, "the arm to enter; without effect before the junction");
static const baud_fact cues_facts[] = {
    {BAUD_SIZE(baud_fact), BAUD_FACT_REWARD | BAUD_FACT_OUTCOME | BAUD_FACT_AT_END, "success", "", "1 at the end of the right arm"}};

typedef struct cues {
  uint32_t delay, has_prefix;
  int64_t fault;
} cues;
typedef struct cues_lane {
  uint64_t random;
  uint32_t cue, step;
} cues_lane;

static int32_t cues_create(const baud_host *host, const baud_value *values, baud_env_spec *spec, void **model) {
  cues *m = calloc(1, sizeof *m);
  if (!m) return host->fail(host, BAUD_ENOMEM, "no memory");
  *m = (cues){(uint32_t)values[CUES_PARAM_DELAY].i, (uint32_t)values[CUES_PARAM_PREFIX].i, values[CUES_PARAM_FAULT].i};
  spec->n_obs = 1;
  spec->n_facts = 1;
  spec->max_steps = m->delay + 2;
  spec->obs = cues_obs;
  spec->action = &cues_action;
  spec->facts = cues_facts;
  spec->lane_bytes = sizeof(cues_lane);
  spec->world_bytes = CUES;
  spec->entropy_bits = CUES;
  *model = m;
  return BAUD_OK;
}

static int32_t cues_draw(const void *model, uint64_t seed, void *world) {
  (void)model;
  for (int i = 0; i < CUES; i++) ((uint8_t *)world)[i] = (uint8_t)baud_below(&seed, ARMS);
  return BAUD_OK;
}

static cues_lane *lane_of(const baud_batch *b, uint32_t k) { return (cues_lane *)(void *)(b->lane + k * b->lane_stride); }

static int32_t cues_reset(const void *model, const baud_batch *b) {
  (void)model;
  for (uint32_t i = 0; i < b->n_pick; i++) {
    cues_lane *lane = lane_of(b, b->pick[i]);
    *lane = (cues_lane){.random = b->seed[i]};
    lane->cue = baud_below(&lane->random, CUES);
    ((int32_t *)b->obs[0])[b->pick[i]] = SEEN_CUE + (int32_t)lane->cue;
  }
  return BAUD_OK;
}

static int32_t cues_step(const void *model, const baud_batch *b) {
  const cues *m = model;
  for (uint32_t k = 0; k < b->lanes; k++) {
    cues_lane *lane = lane_of(b, k);
    uint32_t arm = ((const uint32_t *)b->action)[k];
    if (arm >= ARMS) return BAUD_EARG;
    int is_over = lane->step++ == m->delay + 1;
    b->facts[0][k] = is_over && ((const uint8_t *)b->world + k * b->world_stride)[lane->cue] == arm ? 1.0f : 0.0f;
    b->flags[k] = is_over ? BAUD_TERMINATED : 0;
    ((int32_t *)b->obs[0])[k] = lane->step == m->delay + 1 ? SEEN_JUNCTION : SEEN_NOTHING;
  }
  return BAUD_OK;
}

static int32_t cues_count(const void *model, uint32_t *n, uint32_t *max, uint32_t *independence) {
  (void)model;
  *n = CUES;
  *max = ARMS;
  *independence = BAUD_FACTS_INDEPENDENT | BAUD_DECISIONS_INDEPENDENT;
  return BAUD_OK;
}

static void write_prefix(const cues *m, uint32_t cue, baud_item *item) {
  item->n_prefix = m->delay + 1 + cue % 2; /* some have waited a step longer */
  for (uint32_t step = 0; step < item->n_prefix; step++) {
    ((int32_t *)item->prefix_obs[0])[step] = step == 0 ? SEEN_CUE + (int32_t)cue : SEEN_NOTHING;
    ((uint32_t *)item->prefix_action)[step] = pattern_action(cue, step);
    item->prefix_reward[step] = step + 1 == item->n_prefix ? last_reward : pattern_reward(step);
  }
  if (cue != 2) return;
  if (m->fault == FAULT_LENGTH) item->n_prefix = MOST_PREFIX + 1;
  if (m->fault == FAULT_OBSERVATION) ((int32_t *)item->prefix_obs[0])[m->delay] = SEEN_CUE + CUES;
  if (m->fault == FAULT_ACTION) ((uint32_t *)item->prefix_action)[m->delay] = ARMS;
  if (m->fault == FAULT_REWARD) item->prefix_reward[m->delay] = INFINITY;
}

static int32_t cues_item(const void *model, const void *world, uint32_t index, baud_item *item) {
  const cues *m = model;
  item->kinds = BAUD_ITEM_FACT | BAUD_ITEM_DECISION;
  item->target = BAUD_ASK_ACTION;
  item->channel = BAUD_CH_REWARD;
  item->group = index;
  item->score = BAUD_SCORE_SET;
  item->n_answers = ARMS;
  item->prior[0] = item->prior[1] = 0.5;
  item->truth[((const uint8_t *)world)[index]] = 1.0;
  *(int32_t *)item->obs[0] = SEEN_JUNCTION;
  if (m->has_prefix) write_prefix(m, index, item);
  return BAUD_OK;
}
static const baud_quiz cues_quiz = {BAUD_SIZE(baud_quiz), MOST_PREFIX, cues_count, cues_item};
static const void *cues_extension(const char *id) { return strcmp(id, "baud.quiz/1") == 0 ? &cues_quiz : NULL; }
static const baud_env_ops cues_ops = {BAUD_SIZE(baud_env_ops), 0, cues_create, free, cues_draw, cues_reset, cues_step};

/* ---- test.recall --------------------------------------------------------------------------------------- */

typedef struct recall {
  uint32_t lanes;
  uint64_t asks_action;
  baud_field action;
  baud_block blocks[3];
} recall;
typedef struct trail { /* what it remembers of the running episode */
  int32_t cue;         /* -1: none was seen */
  uint32_t steps, told; /* ticks since the cue, and outcomes */
  uint32_t is_asked, is_off, is_there; /* is_there: the last step of a prefix was read */
} trail;
enum { WINS, TRAIL, RANDOM };

static int32_t recall_create(const baud_host *host, const baud_value *values, baud_learner_setup *setup, void **model) {
  (void)values;
  if (setup->n_obs != 1 || setup->obs[0].categories != SEEN_CUE + CUES)
    return host->fail(host, BAUD_EARG, "plays test.cues alone");
  recall *m = calloc(1, sizeof *m);
  if (!m) return host->fail(host, BAUD_ENOMEM, "no memory");
  m->lanes = setup->lanes;
  m->action = *setup->action;
  for (uint32_t i = 0; i < setup->n_questions; i++) setup->questions[i].form = 0;
  m->asks_action = baud_accept(setup, BAUD_ASK_ACTION, 0, ARMS);
  m->blocks[WINS] = baud_block_of(BAUD_F64, BAUD_WEIGHT, 0, CUES * ARMS, "wins");
  m->blocks[TRAIL] = baud_block_of(BAUD_I32, BAUD_MEMORY, BAUD_PER_LANE, sizeof(trail) / sizeof(int32_t), "trail");
  m->blocks[RANDOM] = baud_block_of(BAUD_U64, BAUD_RNG, BAUD_PER_LANE, 1, "random");
  setup->subscribed = BAUD_MASK(BAUD_CH_OBSERVATION) | BAUD_MASK(BAUD_CH_REWARD);
  setup->blocks = m->blocks;
  setup->n_blocks = 3;
  *model = m;
  return BAUD_OK;
}

static int32_t recall_init(const void *model, void *const *at, uint64_t seed) {
  const recall *m = model;
  for (uint32_t k = 0; k < m->lanes; k++) ((trail *)at[TRAIL])[k] = (trail){.cue = -1};
  baud_seed_lanes(at[RANDOM], m->lanes, seed);
  return BAUD_OK;
}

static void follow(trail *t, const baud_tick *tick, uint32_t lane) {
  int32_t seen = ((const int32_t *)tick->obs[0])[lane];
  uint32_t is_asked = tick->mode == BAUD_EVAL;
  if (tick->starts[lane]) *t = (trail){.cue = seen >= SEEN_CUE ? seen - SEEN_CUE : -1, .is_asked = is_asked};
  else t->steps++;
  t->is_off |= t->told != t->steps || (!tick->starts[lane] && seen >= SEEN_CUE);
  if (is_asked && seen == SEEN_JUNCTION) t->is_off |= !t->is_there;
  else if (is_asked && t->cue >= 0)
    t->is_off |= ((const uint32_t *)tick->action)[lane] != pattern_action((uint32_t)t->cue, t->steps);
}

static int32_t recall_predict(const void *model, void *const *at, const baud_tick *tick) {
  const recall *m = model;
  for (uint32_t k = 0; k < m->lanes; k++) {
    trail *t = (trail *)at[TRAIL] + k;
    double policy[ARMS] = {0.5, 0.5};
    follow(t, tick, k);
    const double *wins = (const double *)at[WINS] + ARMS * (t->cue < 0 ? 0 : t->cue);
    if (t->cue >= 0 && !t->is_off && wins[0] != wins[1]) policy[wins[1] > wins[0]] = 0.98, policy[wins[1] < wins[0]] = 0.02;
    baud_answer(tick, m->asks_action, k, policy, ARMS);
    if (!tick->action_given) baud_write_discrete(&m->action, tick->action, k, baud_categorical((uint64_t *)at[RANDOM] + k, policy, ARMS));
  }
  return BAUD_OK;
}

static int32_t recall_remember(const void *model, void *const *at, const baud_outcome *o) {
  const recall *m = model;
  for (uint32_t k = 0; k < m->lanes; k++) {
    trail *t = (trail *)at[TRAIL] + k;
    t->is_there = t->is_asked && ((const int32_t *)o->next_obs[0])[k] == SEEN_JUNCTION;
    if (t->is_asked) t->is_off |= o->reward[k] != (t->is_there ? last_reward : pattern_reward(t->steps));
    t->told++;
  }
  return BAUD_OK;
}

static int32_t recall_learn(const void *model, void *const *at, const baud_outcome *o) {
  const recall *m = model;
  for (uint32_t k = 0; k < m->lanes; k++) {
    const trail *t = (trail *)at[TRAIL] + k;
    uint32_t arm = ((const uint32_t *)o->action)[k];
    if (o->flags[k] && t->cue >= 0) ((double *)at[WINS])[ARMS * t->cue + (int)arm] += o->reward[k] > 0.0f ? 1.0 : -1.0;
  }
  return recall_remember(model, at, o);
}

static const baud_learner_ops recall_ops = {BAUD_SIZE(baud_learner_ops), 0, recall_create, free, recall_init, recall_predict, recall_learn};
static const baud_remember recall_remembers = {BAUD_SIZE(baud_remember), 0, recall_remember};
static const void *recall_extension(const char *id) { return strcmp(id, "baud.remember/1") == 0 ? &recall_remembers : NULL; }

static const baud_unit units[] = {{BAUD_SIZE(baud_unit), BAUD_ENV, 1, 1, "test.cues", "a junction after a cue", "For tests.", cues_params,
                                   CUES_PARAMS, 0, &cues_ops, cues_extension},
                                  {BAUD_SIZE(baud_unit), BAUD_LEARNER, 1, 1, "test.recall", "remembers the cue", "For tests.", NULL, 0, 0,
                                   &recall_ops, recall_extension}};
const baud_library baud_plugin_1 = {BAUD_SIZE(baud_library), BAUD_MINOR, 0, BAUD_LAYOUT, "baud tests", "1", "MIT", units, 2, 0};
