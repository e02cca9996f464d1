/* tolman.c - latent learning: a maze of T-turns whose food appears only on a later day (Tolman and Honzik,
 * Introduction and removal of reward, and maze performance in rats, 1930: 14 units, food from day 11).
 *
 * World: at each of `turns` choice points one arm, left or right with probability 1/2, leads on, the other is a blind
 * alley; so H(theta) = turns bits. An episode is a day: one walk to the goal box, past doors that keep one from going
 * back. Channels: the observation is the position and tells each turn, 1 bit, at the first choice there. The food is a
 * function of position and day, so it tells nothing to one who sees the position. Deterministic, so noise is 0.
 * Before the food comes only a model of the maze can be learned: what was latent shows on the day after.
 */
#include "baud/plugin.h"
#include "baud/random.h"

#include <stdlib.h>
#include <string.h>

enum { TOLMAN_LEFT, TOLMAN_RIGHT, TOLMAN_ACTIONS };

/* ---- Parameters --------------------------------------------------------------------------------------- */

enum { TOLMAN_P_TURNS, TOLMAN_P_REWARD_FROM_DAY, TOLMAN_P_MAX_STEPS, TOLMAN_PARAMS };
static const baud_param tolman_params[TOLMAN_PARAMS] = {
    BAUD_PARAM_INT("turns", 14, 1, 1000, "", "number of choice points, each worth one bit"),
    BAUD_PARAM_INT("reward_from_day", 11, 0, 1000000000, "days",
                   "the episode, from 1, in which there is food for the first time; 1: always, 0: never"),
    BAUD_PARAM_INT("max_steps", 0, 0, 100000000, "steps", "the episode ends in failure after so many steps; 0: never"),
};

/* ---- Model, world, lane ------------------------------------------------------------------------------- */

enum { TOLMAN_FOOD, TOLMAN_SUCCESS, TOLMAN_ERRORS, TOLMAN_FACTS };
static const baud_fact tolman_facts[TOLMAN_FACTS] = {
    {BAUD_SIZE(baud_fact), BAUD_FACT_REWARD, "food", "", "1 in the goal box from the first day with food on, else 0"},
    {BAUD_SIZE(baud_fact), BAUD_FACT_OUTCOME, "success", "", "1 in the goal box on any day, else 0"},
    {BAUD_SIZE(baud_fact), BAUD_FACT_HIDDEN, "errors", "", "1 on entering a blind alley, else 0: the rat's score"},
};

/* Positions: choice point j is 2j, its blind alley 2j + 1; then the corridor before the box, and the box. The
 * corridor makes the end of an episode predictable from the position, so that the flags tell nothing. */
typedef struct tolman {
  uint32_t turns, corridor, box, max_steps;
  uint64_t reward_from_day;
  baud_field obs, action;
} tolman;

typedef struct tolman_lane {
  uint64_t day; /* episodes begun in the lane's life; resets count on */
  uint32_t position, step;
} tolman_lane;

static int32_t tolman_create(const baud_host *host, const baud_value *values, baud_env_spec *spec, void **model) {
  tolman *m = calloc(1, sizeof *m);
  if (m == NULL) return host->fail(host, BAUD_ENOMEM, "tolman: no memory for the model");
  m->turns = (uint32_t)values[TOLMAN_P_TURNS].i;
  m->corridor = 2 * m->turns;
  m->box = m->corridor + 1;
  m->reward_from_day = (uint64_t)values[TOLMAN_P_REWARD_FROM_DAY].i;
  m->max_steps = (uint32_t)values[TOLMAN_P_MAX_STEPS].i;
  m->obs = (baud_field)BAUD_DISCRETE_FIELD("position", m->box + 1,
                                           "2j: choice point j; 2j + 1: its blind alley; last but one: the corridor "
                                           "to the goal box; last: the box");
  m->action = (baud_field)BAUD_DISCRETE_FIELD("turn", TOLMAN_ACTIONS, "0 left, 1 right");
  spec->n_obs = 1;
  spec->n_facts = TOLMAN_FACTS;
  spec->max_steps = m->max_steps;
  spec->obs = &m->obs;
  spec->action = &m->action;
  spec->facts = tolman_facts;
  spec->lane_bytes = sizeof(tolman_lane);
  spec->world_bytes = m->turns;
  spec->entropy_bits = m->turns;
  *model = m;
  return BAUD_OK;
}

/* A world is turn[turns]: TOLMAN_LEFT or TOLMAN_RIGHT, the arm that leads on. */
static int32_t tolman_draw(const void *model, uint64_t seed, void *world) {
  uint64_t random = seed;
  for (uint32_t j = 0; j < ((const tolman *)model)->turns; j++)
    ((uint8_t *)world)[j] = (uint8_t)baud_below(&random, TOLMAN_ACTIONS);
  return BAUD_OK;
}

static int tolman_is_choice(const tolman *m, uint32_t position) { return position < m->corridor && position % 2 == 0; }
static int tolman_has_food(const tolman *m, uint64_t day) {
  return m->reward_from_day > 0 && day >= m->reward_from_day;
}

/* ---- Reset and step ----------------------------------------------------------------------------------- */

static int32_t tolman_reset(const void *model, const baud_batch *batch) {
  (void)model;
  for (uint32_t i = 0; i < batch->n_pick; i++) {
    uint32_t k = batch->pick[i];
    tolman_lane *lane = (tolman_lane *)(void *)(batch->lane + k * batch->lane_stride);
    lane->day++;
    lane->position = lane->step = 0;
    ((int32_t *)batch->obs[0])[k] = 0;
  }
  return BAUD_OK;
}

static uint32_t tolman_move(const tolman *m, const uint8_t *turn, uint32_t position, uint32_t action) {
  if (position >= m->corridor) return m->box;
  if (position % 2 == 1) return position - 1;
  return turn[position / 2] == action ? position + 2 : position + 1;
}

static int32_t tolman_step(const void *model, const baud_batch *batch) {
  const tolman *m = model;
  const int32_t *action = batch->action;
  for (uint32_t k = 0; k < batch->lanes; k++) {
    tolman_lane *lane = (tolman_lane *)(void *)(batch->lane + k * batch->lane_stride);
    const uint8_t *turn = (const uint8_t *)batch->world + k * batch->world_stride;
    if ((uint32_t)action[k] >= TOLMAN_ACTIONS) return BAUD_EARG;
    uint32_t position = lane->position = tolman_move(m, turn, lane->position, (uint32_t)action[k]);
    int in_box = position == m->box;
    lane->step++;
    ((int32_t *)batch->obs[0])[k] = (int32_t)position;
    batch->facts[TOLMAN_FOOD][k] = in_box && tolman_has_food(m, lane->day) ? 1.0f : 0.0f;
    batch->facts[TOLMAN_SUCCESS][k] = in_box ? 1.0f : 0.0f;
    batch->facts[TOLMAN_ERRORS][k] = position < m->corridor && position % 2 == 1 ? 1.0f : 0.0f;
    batch->flags[k] = in_box || lane->step == m->max_steps ? BAUD_TERMINATED : 0;
  }
  return BAUD_OK;
}

static const baud_env_ops tolman_ops = {
    BAUD_SIZE(baud_env_ops), 0, tolman_create, free, tolman_draw, tolman_reset, tolman_step};

/* ---- Demonstration ------------------------------------------------------------------------------------ */

/* The shortest way to the box, on days without food too. Where there is no choice, both actions are as good. */
static int32_t tolman_optimal(const void *model, const baud_batch *batch, uint8_t *optimal) {
  const tolman *m = model;
  for (uint32_t k = 0; k < batch->lanes; k++) {
    uint32_t position = ((const tolman_lane *)(const void *)(batch->lane + k * batch->lane_stride))->position;
    const uint8_t *turn = (const uint8_t *)batch->world + k * batch->world_stride;
    for (uint32_t a = 0; a < TOLMAN_ACTIONS; a++)
      optimal[k * TOLMAN_ACTIONS + a] = !tolman_is_choice(m, position) || turn[position / 2] == a;
  }
  return BAUD_OK;
}

static const baud_demonstrate tolman_demonstrate = {BAUD_SIZE(baud_demonstrate), 0, tolman_optimal};

/* ---- The ideal observer -------------------------------------------------------------------------------- */

/* Its state: P(left leads on), P(right leads on) for each turn, both kept because a noisy expert may bring either
 * close to 0; then the day of each lane, by which the food is known. */
static double *tolman_beliefs(void *state) { return state; }
static uint64_t tolman_day(const tolman *m, const void *state, uint32_t lane) {
  return ((const uint64_t *)state)[2 * (size_t)m->turns + lane];
}
static double tolman_bits(double p) { return p < 1.0 ? -log2(p) : 0.0; }

static uint64_t tolman_state_bytes(const void *model, uint32_t lanes) {
  return 2 * (uint64_t)((const tolman *)model)->turns * sizeof(double) + lanes * sizeof(uint64_t);
}

static int32_t tolman_open(const void *model, void *state, uint32_t lanes) {
  const tolman *m = model;
  for (uint32_t x = 0; x < 2 * m->turns; x++) tolman_beliefs(state)[x] = 0.5;
  memset(tolman_beliefs(state) + 2 * (size_t)m->turns, 0, lanes * sizeof(uint64_t));
  return BAUD_OK;
}

static int32_t tolman_alphabet(const void *model, uint32_t fact, double *values, uint32_t max) {
  (void)model;
  if (fact >= TOLMAN_FACTS) return BAUD_EARG;
  for (uint32_t x = 0; x < 2 && x < max; x++) values[x] = x;
  return 2;
}

/* Exact wherever the position is seen: then the food is known before it arrives, softened or late. */
static int32_t tolman_supports(const void *model, uint32_t channels, uint32_t fact, uint32_t needs) {
  (void)model;
  (void)needs;
  if (fact > TOLMAN_SUCCESS) return 0;
  return channels == 0 || (channels & BAUD_MASK(BAUD_CH_OBSERVATION)) != 0;
}

/* What the scheme's own dice cost, the fact being known from position and day. */
static double tolman_reward_bits(const tolman *m, const void *state, const baud_evidence *e) {
  if ((e->kind != BAUD_EV_STEP && e->kind != BAUD_EV_LATE) || !e->sees_reward || e->weight == NULL) return 0.0;
  int in_box = (uint32_t) * (const int32_t *)e->obs[0] == m->box;
  uint32_t x = in_box && (e->fact == TOLMAN_SUCCESS || tolman_has_food(m, tolman_day(m, state, e->lane)));
  return x < e->n_weight ? tolman_bits(e->weight[x]) : INFINITY;
}

/* P(shown action | arm `turn` leads on): competence for the right arm, the rest for the wrong one. */
static double tolman_shown(const baud_evidence *e, uint32_t turn) {
  return *(const int32_t *)e->action == (int32_t)turn ? e->competence : 1.0 - e->competence;
}

static int32_t tolman_noise(const void *model, const void *world, const void *state, const baud_evidence *e,
                            double bits[BAUD_CHANNELS]) {
  const tolman *m = model;
  bits[BAUD_CH_OBSERVATION] = bits[BAUD_CH_REWARD] = bits[BAUD_CH_DEMONSTRATION] = 0.0;
  if (e->kind == BAUD_EV_STEP && e->sees_reward && !e->sees_observation) return BAUD_EUNSUP;
  bits[BAUD_CH_REWARD] = tolman_reward_bits(m, state, e);
  if (e->kind != BAUD_EV_DEMONSTRATION) return BAUD_OK;
  uint32_t position = (uint32_t) * (const int32_t *)e->obs_before[0];
  double p = tolman_is_choice(m, position) ? tolman_shown(e, ((const uint8_t *)world)[position / 2]) : 0.5;
  bits[BAUD_CH_DEMONSTRATION] = tolman_bits(p);
  return BAUD_OK;
}

static double tolman_see_demonstration(const tolman *m, void *state, const baud_evidence *e) {
  uint32_t position = (uint32_t) * (const int32_t *)e->obs_before[0];
  if (!tolman_is_choice(m, position)) return 1.0; /* one of two that are as good */
  double *belief = tolman_beliefs(state) + position; /* two a turn, and a choice point is 2j */
  double left = belief[TOLMAN_LEFT] * tolman_shown(e, TOLMAN_LEFT);
  double right = belief[TOLMAN_RIGHT] * tolman_shown(e, TOLMAN_RIGHT), p = left + right;
  if (p > 0.0) {
    belief[TOLMAN_LEFT] = left / p;
    belief[TOLMAN_RIGHT] = right / p;
  }
  return tolman_bits(p);
}

static double tolman_see_position(const tolman *m, void *state, const baud_evidence *e) {
  uint32_t before = (uint32_t) * (const int32_t *)e->obs_before[0], after = (uint32_t) * (const int32_t *)e->obs[0];
  if (!tolman_is_choice(m, before)) return 0.0;
  double *belief = tolman_beliefs(state) + before;
  uint32_t chosen = (uint32_t) * (const int32_t *)e->action, turn = after == before + 2 ? chosen : 1 - chosen;
  double p = belief[turn];
  belief[turn] = 1.0;
  belief[1 - turn] = 0.0;
  return tolman_bits(p);
}

static int32_t tolman_surprise(const void *model, void *state, const baud_evidence *e, double bits[BAUD_CHANNELS]) {
  const tolman *m = model;
  bits[BAUD_CH_OBSERVATION] = bits[BAUD_CH_REWARD] = bits[BAUD_CH_DEMONSTRATION] = 0.0;
  if (e->kind == BAUD_EV_STEP && e->sees_reward && !e->sees_observation) return BAUD_EUNSUP;
  if (e->kind == BAUD_EV_START) ((uint64_t *)state)[2 * (size_t)m->turns + e->lane]++;
  bits[BAUD_CH_REWARD] = tolman_reward_bits(m, state, e);
  if (e->kind == BAUD_EV_DEMONSTRATION) bits[BAUD_CH_DEMONSTRATION] = tolman_see_demonstration(m, state, e);
  if (e->kind == BAUD_EV_STEP && e->sees_observation) bits[BAUD_CH_OBSERVATION] = tolman_see_position(m, state, e);
  return BAUD_OK;
}

/* The next position, and the arm that leads on; the food and the end are for others to answer. */
static int32_t tolman_answer(const void *model, const void *state, const baud_query *query, double *probability) {
  const tolman *m = model;
  uint32_t position = (uint32_t) * (const int32_t *)query->obs[0];
  if (position > m->box) return BAUD_EARG;
  int is_choice = tolman_is_choice(m, position);
  const double *belief = (const double *)state + (is_choice ? position : 0); /* two a turn, and a choice point is 2j */
  if (query->target == BAUD_ASK_ACTION && query->n_answers == TOLMAN_ACTIONS) {
    for (uint32_t a = 0; a < TOLMAN_ACTIONS; a++) probability[a] = is_choice ? belief[a] : 0.5;
    return BAUD_OK;
  }
  if (query->target != BAUD_ASK_OBSERVATION || query->field != 0 || query->n_answers != m->box + 1) return BAUD_EUNSUP;
  uint32_t action = (uint32_t) * (const int32_t *)query->action;
  if (action >= TOLMAN_ACTIONS) return BAUD_EARG;
  for (uint32_t x = 0; x <= m->box; x++) probability[x] = 0.0;
  if (is_choice) {
    probability[position + 2] = belief[action];
    probability[position + 1] = belief[1 - action];
  } else {
    probability[tolman_move(m, NULL, position, action)] = 1.0;
  }
  return BAUD_OK;
}

static const baud_observer tolman_observer = {
    BAUD_SIZE(baud_observer), BAUD_NOISELESS, tolman_state_bytes, tolman_alphabet, tolman_supports, tolman_open, tolman_noise,
    tolman_surprise, tolman_answer, NULL};

/* ---- Quiz ---------------------------------------------------------------------------------------------- */

/* For each turn first the fact, where left leads, then the decision, which way to go. The fact can be known long
 * before there is a reason to decide: the difference between the two is what was latent. */
static int32_t tolman_count(const void *model, uint32_t *n_items, uint32_t *max_answers, uint32_t *independence) {
  const tolman *m = model;
  *n_items = 2 * m->turns;
  *max_answers = m->box + 1;
  *independence = BAUD_FACTS_INDEPENDENT | BAUD_DECISIONS_INDEPENDENT;
  return BAUD_OK;
}

static int32_t tolman_item(const void *model, const void *world, uint32_t index, baud_item *item) {
  const tolman *m = model;
  if (index >= 2 * m->turns) return BAUD_EARG;
  int is_fact = index < m->turns;
  uint32_t j = index % m->turns, turn = ((const uint8_t *)world)[j];
  *(int32_t *)item->obs[0] = (int32_t)(2 * j);
  item->kinds = is_fact ? BAUD_ITEM_FACT : BAUD_ITEM_DECISION;
  item->target = is_fact ? BAUD_ASK_OBSERVATION : BAUD_ASK_ACTION;
  item->field = 0;
  item->channel = BAUD_CH_OBSERVATION;
  item->group = j;
  item->score = BAUD_SCORE_SET;
  item->n_answers = is_fact ? m->box + 1 : TOLMAN_ACTIONS;
  item->action_given = (uint32_t)is_fact;
  if (is_fact) *(int32_t *)item->action = TOLMAN_LEFT;
  for (uint32_t x = 0; x < item->n_answers; x++) item->truth[x] = item->prior[x] = 0.0;
  uint32_t when_left = is_fact ? 2 * j + 2 : TOLMAN_LEFT, when_right = is_fact ? 2 * j + 1 : TOLMAN_RIGHT;
  item->truth[turn == TOLMAN_LEFT ? when_left : when_right] = 1.0;
  item->prior[when_left] = item->prior[when_right] = 0.5;
  return BAUD_OK;
}

static const baud_quiz tolman_quiz = {BAUD_SIZE(baud_quiz), 0, tolman_count, tolman_item};

/* ---- Picture ------------------------------------------------------------------------------------------- */

/* The rat walks from left to right; the upper arm is its left one, `=` leads on, `x` is a blind alley. */
enum { TOLMAN_PICTURE_ROWS = 3 };

static int32_t tolman_extent(const void *model, uint32_t *width, uint32_t *height) {
  const tolman *m = model;
  *width = 2 * m->turns + 2;
  *height = TOLMAN_PICTURE_ROWS;
  return BAUD_OK;
}

static int32_t tolman_picture(const void *model, const void *world, const void *lane, char *cells) {
  const tolman *m = model;
  uint32_t width = 2 * m->turns + 2, at = ((const tolman_lane *)lane)->position, row = 1, column = at;
  memset(cells, ' ', (size_t)TOLMAN_PICTURE_ROWS * width);
  memset(cells + width, '-', width);
  for (uint32_t j = 0; j < m->turns; j++) {
    uint32_t is_right = ((const uint8_t *)world)[j] == TOLMAN_RIGHT;
    cells[2 * j] = is_right ? 'x' : '=';
    cells[2 * width + 2 * j] = is_right ? '=' : 'x';
    cells[width + 2 * j] = '+';
    if (at != 2 * j + 1) continue;
    row = is_right ? 0 : 2;
    column = 2 * j;
  }
  cells[width + m->box] = 'G';
  cells[row * width + column] = 'A';
  return BAUD_OK;
}

static const baud_draw tolman_drawing = {BAUD_SIZE(baud_draw), 0, tolman_extent, tolman_picture};

/* ---- Tables -------------------------------------------------------------------------------------------- */

static const void *tolman_extension(const char *id) {
  static const struct {
    const char *id;
    const void *table;
  } known[] = {{"baud.observer/1", &tolman_observer},
               {"baud.quiz/1", &tolman_quiz},
               {"baud.demonstrate/1", &tolman_demonstrate},
               {"baud.draw/1", &tolman_drawing}};
  for (size_t i = 0; i < sizeof known / sizeof *known; i++)
    if (strcmp(id, known[i].id) == 0) return known[i].table;
  return NULL;
}

static const baud_unit tolman_units[] = {{
    .size = BAUD_SIZE(baud_unit),
    .role = BAUD_ENV,
    .behaviour = 1,
    .state_version = 1,
    .id = "baud.tolman",
    .title = "latent learning in a maze whose food comes on day 11",
    .doc = "A row of T-turns, each with one blind alley, walked once a day; the goal box holds food from a later "
           "day on. After Tolman and Honzik 1930: rats that had explored without food ran like the always fed ones two "
           "days after it came. Use the reward scheme `dense` for the food; `outcome` rewards the box on any day.",
    .params = tolman_params,
    .n_params = TOLMAN_PARAMS,
    .ops = &tolman_ops,
    .extension = tolman_extension,
}};

const baud_library baud_plugin_1 = {
    .size = BAUD_SIZE(baud_library),
    .built_minor = BAUD_MINOR,
    .needs_minor = 0,
    .layout = BAUD_LAYOUT,
    .vendor = "baud",
    .version = "1.0",
    .license = "MIT",
    .units = tolman_units,
    .n_units = 1,
};
