/* random_map.c - a deterministic map drawn at random: where each action leads from each state has to be learnt by
 * heart, for nothing about one place tells of another.
 *
 * World: for each state and action a successor, uniform and independent, and a goal, uniform over all states; so
 * H(theta) = (states * actions + 1) log2 states. An episode starts in state 0 and ends in success on entering the
 * goal (which may be state 0: then on coming back to it), or in failure after max_steps.
 * Channels: the observation is the state, log2 states bits for each (state, action) first tried, 0 on repeats. The
 * reward says whether the goal was entered; so does TERMINATED, which everyone is told, at every step but the last
 * that is allowed. What TERMINATED tells is booked under the reward, given the observation, whether or not the reward
 * itself crosses: it is the same news. Deterministic, so only a reward scheme's dice make noise.
 */
#include "baud/plugin.h"
#include "baud/random.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

enum { MAP_MOST_STATES = 256, MAP_MOST_ACTIONS = 16 };
#define MAP_UNREACHABLE ((uint16_t)UINT16_MAX)

/* ---- Parameters --------------------------------------------------------------------------------------- */

enum { MAP_P_STATES, MAP_P_ACTIONS, MAP_P_MAX_STEPS, MAP_PARAMS };
static const baud_param map_params[MAP_PARAMS] = {
    BAUD_PARAM_INT("states", 16, 2, MAP_MOST_STATES, "", "number of states"),
    BAUD_PARAM_INT("actions", 4, 2, MAP_MOST_ACTIONS, "", "number of actions in each state"),
    BAUD_PARAM_INT("max_steps", 0, 0, 100000000, "steps",
                   "the episode ends in failure after so many steps; 0: four times the number of states"),
};

/* ---- Model, world, lane ------------------------------------------------------------------------------- */

static const baud_fact map_facts[] = {
    {BAUD_SIZE(baud_fact), BAUD_FACT_REWARD | BAUD_FACT_OUTCOME | BAUD_FACT_AT_END, "success", "",
     "1 on entering the goal, else 0"}};

typedef struct map {
  uint32_t states, actions, pairs, max_steps; /* pairs: states * actions */
  baud_field obs, action;
} map;

typedef struct map_lane {
  uint32_t state, step;
} map_lane;

/* A world is the goal, next[pairs] and, derived, steps[states]: how many it takes to enter the goal from there,
 * MAP_UNREACHABLE where there is no way. All u16. From the goal itself: to come back to it. */
static uint32_t map_goal(const void *world) { return *(const uint16_t *)world; }
static const uint16_t *map_next(const void *world) { return (const uint16_t *)world + 1; }
static const uint16_t *map_steps(const map *m, const void *world) { return map_next(world) + m->pairs; }
static uint64_t map_world_bytes(const map *m) { return (2 * (1 + (uint64_t)m->pairs + m->states) + 7) / 8 * 8; }

/* ---- Create, draw ------------------------------------------------------------------------------------- */

static int32_t map_create(const baud_host *host, const baud_value *values, baud_env_spec *spec, void **model) {
  map *m = calloc(1, sizeof *m);
  if (m == NULL) return host->fail(host, BAUD_ENOMEM, "random_map: no memory for the model");
  m->states = (uint32_t)values[MAP_P_STATES].i;
  m->actions = (uint32_t)values[MAP_P_ACTIONS].i;
  m->pairs = m->states * m->actions;
  m->max_steps = values[MAP_P_MAX_STEPS].i > 0 ? (uint32_t)values[MAP_P_MAX_STEPS].i : 4 * m->states;
  m->obs = (baud_field)BAUD_DISCRETE_FIELD("state", m->states, "the state; an episode starts in state 0");
  m->action = (baud_field)BAUD_DISCRETE_FIELD("action", m->actions, "");
  spec->n_obs = 1;
  spec->n_facts = 1;
  spec->max_steps = m->max_steps;
  spec->obs = &m->obs;
  spec->action = &m->action;
  spec->facts = map_facts;
  spec->lane_bytes = sizeof(map_lane);
  spec->world_bytes = map_world_bytes(m);
  spec->entropy_bits = (m->pairs + 1.0) * log2((double)m->states);
  *model = m;
  return BAUD_OK;
}

/* The steps that an action costs until the goal is entered. */
static uint32_t map_steps_by(const map *m, const void *world, uint32_t pair) {
  uint32_t next = map_next(world)[pair];
  uint32_t beyond = next == map_goal(world) ? 0 : map_steps(m, world)[next];
  return beyond == MAP_UNREACHABLE ? MAP_UNREACHABLE : beyond + 1;
}

/* Sweeps until nothing changes; each sweep settles at least the states one step further from the goal. */
static void map_measure(const map *m, void *world) {
  uint16_t *steps = (uint16_t *)world + 1 + m->pairs;
  for (uint32_t s = 0; s < m->states; s++) steps[s] = MAP_UNREACHABLE;
  for (int has_changed = 1; has_changed;) {
    has_changed = 0;
    for (uint32_t pair = 0; pair < m->pairs; pair++) {
      uint32_t by = map_steps_by(m, world, pair);
      if (by >= steps[pair / m->actions]) continue;
      steps[pair / m->actions] = (uint16_t)by;
      has_changed = 1;
    }
  }
}

static int32_t map_draw(const void *model, uint64_t seed, void *world) {
  const map *m = model;
  uint64_t random = seed;
  for (uint32_t i = 0; i < 1 + m->pairs; i++) ((uint16_t *)world)[i] = (uint16_t)baud_below(&random, m->states);
  map_measure(m, world);
  return BAUD_OK;
}

/* ---- Reset and step ----------------------------------------------------------------------------------- */

static int32_t map_reset(const void *model, const baud_batch *batch) {
  (void)model;
  for (uint32_t i = 0; i < batch->n_pick; i++) {
    uint32_t k = batch->pick[i];
    *(map_lane *)(void *)(batch->lane + k * batch->lane_stride) = (map_lane){0, 0};
    ((int32_t *)batch->obs[0])[k] = 0;
  }
  return BAUD_OK;
}

static int32_t map_step(const void *model, const baud_batch *batch) {
  const map *m = model;
  const int32_t *action = batch->action;
  for (uint32_t k = 0; k < batch->lanes; k++) {
    map_lane *lane = (map_lane *)(void *)(batch->lane + k * batch->lane_stride);
    const void *world = batch->world + k * batch->world_stride;
    if ((uint32_t)action[k] >= m->actions) return BAUD_EARG;
    lane->state = map_next(world)[lane->state * m->actions + (uint32_t)action[k]];
    lane->step++;
    int is_goal = lane->state == map_goal(world);
    batch->facts[0][k] = is_goal ? 1.0f : 0.0f;
    batch->flags[k] = is_goal || lane->step == m->max_steps ? BAUD_TERMINATED : 0;
    ((int32_t *)batch->obs[0])[k] = (int32_t)lane->state;
  }
  return BAUD_OK;
}

static const baud_env_ops map_ops = {BAUD_SIZE(baud_env_ops), 0, map_create, free, map_draw, map_reset, map_step};

/* ---- Demonstration ------------------------------------------------------------------------------------ */

/* Whether an action is the beginning of a shortest way to the goal. */
static int map_is_optimal(const map *m, const void *world, uint32_t state, uint32_t action) {
  uint32_t steps = map_steps(m, world)[state];
  return steps != MAP_UNREACHABLE && map_steps_by(m, world, state * m->actions + action) == steps;
}

static int32_t map_optimal(const void *model, const baud_batch *batch, uint8_t *optimal) {
  const map *m = model;
  for (uint32_t k = 0; k < batch->lanes; k++) {
    uint32_t state = ((const map_lane *)(const void *)(batch->lane + k * batch->lane_stride))->state;
    const void *world = batch->world + k * batch->world_stride;
    for (uint32_t a = 0; a < m->actions; a++)
      optimal[(size_t)k * m->actions + a] = (uint8_t)map_is_optimal(m, world, state, a);
  }
  return BAUD_OK;
}

static const baud_demonstrate map_demonstrate = {BAUD_SIZE(baud_demonstrate), 0, map_optimal};

/* ---- The ideal observer -------------------------------------------------------------------------------- */

/* Its state is goal[states], unnormalised weights, then known[pairs], the successor or -1, then step[lanes]. Map and
 * goal are independent under the prior and stay so: one who sees the states learns each from news of its own. */
static double *map_goal_weights(const void *state) { return (double *)(uintptr_t)state; }
static int32_t *map_known(const map *m, const void *state) {
  return (int32_t *)(void *)(map_goal_weights(state) + m->states);
}
static uint32_t *map_clock(const map *m, const void *state) {
  return (uint32_t *)(void *)(map_known(m, state) + m->pairs);
}

static uint64_t map_state_bytes(const void *model, uint32_t lanes) {
  const map *m = model;
  return m->states * sizeof(double) + ((uint64_t)m->pairs + lanes) * sizeof(uint32_t);
}

static int32_t map_open(const void *model, void *state, uint32_t lanes) {
  const map *m = model;
  for (uint32_t s = 0; s < m->states; s++) map_goal_weights(state)[s] = 1.0;
  for (uint32_t pair = 0; pair < m->pairs; pair++) map_known(m, state)[pair] = -1;
  memset(map_clock(m, state), 0, lanes * sizeof(uint32_t));
  return BAUD_OK;
}

static int32_t map_alphabet(const void *model, uint32_t fact, double *values, uint32_t max) {
  (void)model;
  if (fact != 0) return BAUD_EARG;
  for (uint32_t x = 0; x < 2 && x < max; x++) values[x] = (double)x;
  return 2;
}

/* Exact wherever the state is seen, the reward softened, late or as it is. What one who does not know where he is
 * learns from being told that it was the goal, or from an expert, has no closed form. */
static int32_t map_supports(const void *model, uint32_t channels, uint32_t fact, uint32_t needs) {
  (void)model;
  (void)needs;
  return (channels & BAUD_MASK(BAUD_CH_OBSERVATION)) && !(channels & BAUD_MASK(BAUD_CH_DEMONSTRATION)) && fact == 0;
}

static double map_bits(double p) { return p < 1.0 ? -log2(p) : 0.0; }

/* Evidence of probability `hit` if the goal is here, and `miss` if not: its bits. From 1 - p where nearly certain, for
 * p itself would be rounded. Updates. */
static double map_weigh_goal(const map *m, double *weight, uint32_t here, double hit, double miss) {
  double own = weight[here], others = 0.0;
  for (uint32_t s = 0; s < m->states; s++) others += s == here ? 0.0 : weight[s];
  if (hit == miss || others == 0.0) return map_bits(hit);
  if (own == 0.0) return map_bits(miss);
  double yes = hit * own + miss * others, no = (1.0 - hit) * own + (1.0 - miss) * others;
  double bits = yes < no ? -log2(yes / (yes + no)) : -log1p(-no / (yes + no)) * 1.44269504088896340736;
  if (!(yes > 0.0)) return INFINITY;
  for (uint32_t s = 0; s < m->states; s++) weight[s] *= (s == here ? hit : miss) / yes;
  return bits;
}

/* Checks evidence; 1 where there is something to it, 0 at a start; a negative code for what supports() declines. */
static int32_t map_read(const map *m, const baud_evidence *e) {
  if (e->kind == BAUD_EV_START) return 0;
  if (e->kind == BAUD_EV_DEMONSTRATION || (e->kind == BAUD_EV_STEP && !e->sees_observation)) return BAUD_EUNSUP;
  if (e->sees_reward && (e->fact != 0 || e->weight == NULL || e->n_weight != 2)) return BAUD_EARG;
  if (*(const uint32_t *)e->obs_before[0] >= m->states || *(const uint32_t *)e->obs[0] >= m->states) return BAUD_EARG;
  return *(const uint32_t *)e->action < m->actions ? 1 : BAUD_EARG;
}

static int32_t map_noise(const void *model, const void *world, const void *state, const baud_evidence *e,
                         double bits[BAUD_CHANNELS]) {
  (void)state;
  bits[BAUD_CH_OBSERVATION] = bits[BAUD_CH_REWARD] = bits[BAUD_CH_DEMONSTRATION] = 0.0;
  int32_t status = map_read(model, e);
  if (status <= 0) return status;
  if (e->sees_reward) bits[BAUD_CH_REWARD] = map_bits(e->weight[*(const uint32_t *)e->obs[0] == map_goal(world)]);
  return BAUD_OK;
}

/* What a successor tells: bits the first time, nothing after. */
static double map_weigh_move(const map *m, void *state, const baud_evidence *e) {
  uint32_t pair = *(const uint32_t *)e->obs_before[0] * m->actions + *(const uint32_t *)e->action;
  int32_t *known = map_known(m, state) + pair, next = *(const int32_t *)e->obs[0];
  if (*known == next) return 0.0;
  if (*known >= 0) return INFINITY;
  *known = next;
  return log2((double)m->states);
}

/* What flags and reward tell of the goal. A step that is not the last allowed goes on if and only if it has not
 * entered the goal, so that the reward is known from its flags. */
static double map_weigh_end(const map *m, void *state, const baud_evidence *e) {
  uint32_t here = *(const uint32_t *)e->obs[0], is_over = (e->flags & BAUD_TERMINATED) != 0;
  double *weight = map_goal_weights(state), bits = 0.0;
  if (map_clock(m, state)[e->lane] == m->max_steps && is_over)
    return e->sees_reward ? map_weigh_goal(m, weight, here, e->weight[1], e->weight[0]) : 0.0;
  if (e->kind == BAUD_EV_STEP) bits = map_weigh_goal(m, weight, here, is_over, 1.0 - is_over);
  return bits + (e->sees_reward ? map_bits(e->weight[is_over]) : 0.0);
}

static int32_t map_surprise(const void *model, void *state, const baud_evidence *e, double bits[BAUD_CHANNELS]) {
  const map *m = model;
  bits[BAUD_CH_OBSERVATION] = bits[BAUD_CH_REWARD] = bits[BAUD_CH_DEMONSTRATION] = 0.0;
  int32_t status = map_read(m, e);
  if (e->kind == BAUD_EV_START) map_clock(m, state)[e->lane] = 0;
  if (status <= 0) return status;
  if (e->kind == BAUD_EV_STEP) {
    map_clock(m, state)[e->lane]++;
    bits[BAUD_CH_OBSERVATION] = map_weigh_move(m, state, e);
  }
  bits[BAUD_CH_REWARD] = map_weigh_end(m, state, e);
  return BAUD_OK;
}

/* The next state. What the optimal action is has no closed form. */
static int32_t map_answer(const void *model, const void *state, const baud_query *query, double *probability) {
  const map *m = model;
  if (query->target != BAUD_ASK_OBSERVATION || query->field != 0 || query->n_answers != m->states) return BAUD_EUNSUP;
  uint32_t s = *(const uint32_t *)query->obs[0], a = *(const uint32_t *)query->action;
  if (s >= m->states || a >= m->actions) return BAUD_EARG;
  int32_t known = map_known(m, state)[s * m->actions + a];
  for (uint32_t x = 0; x < m->states; x++) probability[x] = known < 0 ? 1.0 / m->states : known == (int32_t)x;
  return BAUD_OK;
}

/* Whether all that can be met is known: every state that known pairs lead to has its own pairs known, and either is
 * the goal or is not. Episodes end at the goal, so beyond it there is nothing to meet. */
static int32_t map_settled(const void *model, const void *state) {
  const map *m = model;
  const double *weight = map_goal_weights(state);
  const int32_t *known = map_known(m, state);
  uint8_t is_met[MAP_MOST_STATES] = {0};
  uint32_t queue[MAP_MOST_STATES], head = 0, tail = 0, candidates = 0;
  for (uint32_t s = 0; s < m->states; s++) candidates += weight[s] > 0.0;
  queue[tail++] = 0; /* not yet met: it may still have to be entered again */
  while (head < tail) {
    uint32_t s = queue[head++];
    for (uint32_t a = 0; a < m->actions; a++) {
      int32_t next = known[s * m->actions + a];
      if (next < 0) return 0;
      if (is_met[next]) continue;
      is_met[next] = 1;
      if (weight[next] > 0.0 && candidates > 1) return 0;
      if (weight[next] == 0.0 && next != 0) queue[tail++] = (uint32_t)next;
    }
  }
  return 1;
}

static const baud_observer map_observer = {
    BAUD_SIZE(baud_observer), BAUD_NOISELESS, map_state_bytes, map_alphabet, map_supports,
    map_open,                 map_noise,      map_surprise,    map_answer,   map_settled};

/* ---- Quiz ---------------------------------------------------------------------------------------------- */

/* A fact for each state and action: where it leads. Then a decision for each state, its shortest ways to the goal;
 * these hang together. Actions are exchangeable, so the best baseline for a set of them is uniform. Where there is no
 * way all are as good, and nothing is earned. The goal itself is no fact: nothing asks for it that does not also ask
 * where an action leads. */
static int32_t map_count(const void *model, uint32_t *n_items, uint32_t *max_answers, uint32_t *independence) {
  const map *m = model;
  *n_items = m->pairs + m->states;
  *max_answers = m->states > m->actions ? m->states : m->actions;
  *independence = BAUD_FACTS_INDEPENDENT;
  return BAUD_OK;
}

static int32_t map_item(const void *model, const void *world, uint32_t index, baud_item *item) {
  const map *m = model;
  uint32_t is_fact = index < m->pairs;
  if (index >= m->pairs + m->states) return BAUD_EARG;
  uint32_t s = is_fact ? index / m->actions : index - m->pairs;
  *(int32_t *)item->obs[0] = (int32_t)s;
  if (is_fact) *(int32_t *)item->action = (int32_t)(index % m->actions);
  item->kinds = is_fact ? BAUD_ITEM_FACT : BAUD_ITEM_DECISION;
  item->target = is_fact ? BAUD_ASK_OBSERVATION : BAUD_ASK_ACTION;
  item->field = 0;
  item->channel = BAUD_CH_OBSERVATION;
  item->group = is_fact ? index : m->pairs;
  item->score = BAUD_SCORE_SET;
  item->n_answers = is_fact ? m->states : m->actions;
  item->action_given = is_fact;
  int has_way = map_steps(m, world)[s] != MAP_UNREACHABLE;
  for (uint32_t x = 0; x < item->n_answers; x++) {
    item->truth[x] = is_fact ? x == map_next(world)[index] : !has_way || map_is_optimal(m, world, s, x);
    item->prior[x] = 1.0 / item->n_answers;
  }
  return BAUD_OK;
}

static const baud_quiz map_quiz = {BAUD_SIZE(baud_quiz), 0, map_count, map_item};

/* ---- Picture ------------------------------------------------------------------------------------------- */

/* A row an action, a column a state: where it leads, in base 36 or `?` beyond. Above, `A` is the lane, `G` the goal. */
enum { MAP_MOST_COLUMNS = 64 };

static int32_t map_extent(const void *model, uint32_t *width, uint32_t *height) {
  const map *m = model;
  *width = m->states < MAP_MOST_COLUMNS ? m->states : MAP_MOST_COLUMNS;
  *height = m->actions + 1;
  return BAUD_OK;
}

static int32_t map_picture(const void *model, const void *world, const void *lane, char *cells) {
  static const char digit[] = "0123456789abcdefghijklmnopqrstuvwxyz";
  const map *m = model;
  uint32_t width, height, state = ((const map_lane *)lane)->state;
  (void)map_extent(m, &width, &height);
  memset(cells, ' ', (size_t)width * height);
  if (map_goal(world) < width) cells[map_goal(world)] = 'G';
  if (state < width) cells[state] = 'A';
  for (uint32_t s = 0; s < width; s++)
    for (uint32_t a = 0; a < m->actions; a++) {
      uint32_t next = map_next(world)[s * m->actions + a];
      cells[(size_t)(a + 1) * width + s] = next < 36 ? digit[next] : '?';
    }
  return BAUD_OK;
}

static const baud_draw map_drawing = {BAUD_SIZE(baud_draw), 0, map_extent, map_picture};

/* ---- Tables -------------------------------------------------------------------------------------------- */

static const void *map_extension(const char *id) {
  static const struct {
    const char *id;
    const void *table;
  } known[] = {{"baud.observer/1", &map_observer},
               {"baud.quiz/1", &map_quiz},
               {"baud.demonstrate/1", &map_demonstrate},
               {"baud.draw/1", &map_drawing}};
  for (size_t i = 0; i < sizeof known / sizeof *known; i++)
    if (strcmp(id, known[i].id) == 0) return known[i].table;
  return NULL;
}

static const baud_unit map_units[] = {{
    .size = BAUD_SIZE(baud_unit),
    .role = BAUD_ENV,
    .behaviour = 1,
    .state_version = 1,
    .id = "baud.random_map",
    .title = "deterministic map with successors drawn at random",
    .doc = "Each action leads from each state to a state drawn uniformly, for good; a goal, drawn likewise, ends the "
           "episode with reward 1. A (state, action) first tried is worth log2 S bits, on repeats 0: 256 in all for 16 "
           "states and 4 actions, and 4 for the goal.",
    .params = map_params,
    .n_params = MAP_PARAMS,
    .ops = &map_ops,
    .extension = map_extension,
}};

const baud_library baud_plugin_1 = {
    .size = BAUD_SIZE(baud_library),
    .built_minor = BAUD_MINOR,
    .needs_minor = 0,
    .layout = BAUD_LAYOUT,
    .vendor = "baud",
    .version = "1.0",
    .license = "MIT",
    .units = map_units,
    .n_units = 1,
};
