/* lock_maze.c - a maze of rooms whose doors have to be right all at once: a lock that is walked through.
 *
 * Each room has `doors` doors, one of which leads on. An episode is a walk through `walk` different rooms, drawn at random:
 * before each room `thinking` tokens pass that mean nothing and in which nothing that is done counts; then the room is seen
 * and a door is taken; then a sign is seen, which names the door that leads on, whichever was taken. A reward of 1 for each
 * right door; success when all were right. World: the right door of each room, uniform and independent:
 * H(theta) = rooms * log2 doors, the same all life long.
 * So one and the same episode tells, to who learns from the outcome, h(doors^-walk) bits; from each door's reward,
 * walk * h(1 / doors); from signs, or from an expert, walk * log2 doors - of rooms not known before. Rooms and thoughts are
 * chance: their bits are surprise, never offered. A sign tells all, so that a reward after it tells nothing more.
 * The quiz asks of each room which door is right: as what one would do there (`asks` = doors), for learners that act by what
 * they know, or as which sign one expects (signs), for those that predict. The questions are the same, and so are their bits.
 */
#include "baud/plugin.h"
#include "baud/random.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { MAZE_MOST_ROOMS = 4096, MAZE_MOST_DOORS = 64, MAZE_MOST_PREFIX = 8 };
enum { MAZE_ASKS_DOORS, MAZE_ASKS_SIGNS, MAZE_ASKS };

/* ---- Parameters ---------------------------------------------------------------------------------------- */

static const char *const maze_asks[MAZE_ASKS] = {"doors", "signs"};

enum { MAZE_P_ROOMS, MAZE_P_DOORS, MAZE_P_WALK, MAZE_P_THINKING, MAZE_P_THOUGHTS, MAZE_P_ASKS, MAZE_PARAMS };
static const baud_param maze_params[MAZE_PARAMS] = {
    BAUD_PARAM_INT("rooms", 64, 1, MAZE_MOST_ROOMS, "", "number of rooms"),
    BAUD_PARAM_INT("doors", 4, 2, MAZE_MOST_DOORS, "", "doors of a room, one of which leads on"),
    BAUD_PARAM_INT("walk", 4, 1, MAZE_MOST_ROOMS, "rooms", "passed in an episode, at most all of them"),
    BAUD_PARAM_INT("thinking", 4, 0, 100000, "tokens", "before each room, in which nothing counts"),
    BAUD_PARAM_INT("thoughts", 8, 1, 1024, "", "number of tokens that they are drawn from"),
    BAUD_PARAM_CHOICE("asks", MAZE_ASKS_DOORS, maze_asks, MAZE_ASKS,
                      "how the quiz puts its questions: doors, what one would do in a room; signs, what one expects to see"),
};

/* ---- Model, world, lane --------------------------------------------------------------------------------- */

enum { MAZE_REWARD, MAZE_SUCCESS, MAZE_FACTS };
static const baud_fact maze_facts[MAZE_FACTS] = {
    {BAUD_SIZE(baud_fact), BAUD_FACT_REWARD, "reward", "", "1 for a right door, else 0"},
    {BAUD_SIZE(baud_fact), BAUD_FACT_OUTCOME | BAUD_FACT_AT_END, "success", "", "1 when all doors were right, else 0"},
};

typedef struct maze {
  uint32_t rooms, doors, walk, thinking, thoughts, asks;
  uint32_t tokens; /* in all: rooms, then signs, then thoughts */
  uint32_t stage;  /* tokens of a room with its thoughts and its sign */
  uint32_t length; /* tokens of an episode; the last is seen when it is over */
  baud_field obs, action;
} maze;

/* A world is door[rooms], u8. */
static uint32_t maze_door(const void *world, uint32_t room) { return ((const uint8_t *)world)[room]; }

static uint32_t maze_sign_token(const maze *m, uint32_t door) { return m->rooms + door; }
static uint32_t maze_thought_token(const maze *m, uint32_t thought) { return m->rooms + m->doors + thought; }

/* A lane is this and then order[rooms], u16: a permutation whose first `passed` rooms are those of the walk so far. */
typedef struct maze_lane {
  uint64_t random;
  uint32_t at, token;    /* the position in the episode, and what stands there */
  uint32_t room, passed; /* the last one seen; how many were */
  uint32_t right, pad;   /* doors so far that were right */
} maze_lane;

static maze_lane *maze_at(const baud_batch *batch, uint32_t k) { return (maze_lane *)(void *)(batch->lane + k * batch->lane_stride); }
static uint16_t *maze_order(maze_lane *lane) { return (uint16_t *)(void *)(lane + 1); }
static const void *maze_world(const baud_batch *batch, uint32_t k) { return batch->world + k * batch->world_stride; }

/* What stands at a position: the same in every episode. */
enum { MAZE_IS_THOUGHT, MAZE_IS_ROOM, MAZE_IS_SIGN };
static int maze_role(const maze *m, uint32_t at) {
  uint32_t in = at % m->stage;
  return in < m->thinking ? MAZE_IS_THOUGHT : in == m->thinking ? MAZE_IS_ROOM : MAZE_IS_SIGN;
}

/* ---- Create, draw --------------------------------------------------------------------------------------- */

static int32_t maze_create(const baud_host *host, const baud_value *values, baud_env_spec *spec, void **model) {
  if (values[MAZE_P_WALK].i > values[MAZE_P_ROOMS].i)
    return host->fail(host, BAUD_EARG, "lock_maze: a walk passes more rooms than there are: lower walk or raise rooms");
  maze *m = calloc(1, sizeof *m);
  if (m == NULL) return host->fail(host, BAUD_ENOMEM, "lock_maze: no memory for the model");
  m->rooms = (uint32_t)values[MAZE_P_ROOMS].i;
  m->doors = (uint32_t)values[MAZE_P_DOORS].i;
  m->walk = (uint32_t)values[MAZE_P_WALK].i;
  m->thinking = (uint32_t)values[MAZE_P_THINKING].i;
  m->thoughts = (uint32_t)values[MAZE_P_THOUGHTS].i;
  m->asks = (uint32_t)values[MAZE_P_ASKS].i;
  m->tokens = m->rooms + m->doors + m->thoughts;
  m->stage = m->thinking + 2;
  m->length = m->walk * m->stage;
  m->obs = (baud_field)BAUD_DISCRETE_FIELD("token", m->tokens, "rooms, then signs, then thoughts");
  m->action = (baud_field)BAUD_DISCRETE_FIELD("door", m->doors, "counts in a room");
  spec->n_obs = 1;
  spec->n_facts = MAZE_FACTS;
  spec->max_steps = m->length - 1;
  spec->obs = &m->obs;
  spec->action = &m->action;
  spec->facts = maze_facts;
  spec->lane_bytes = sizeof(maze_lane) + (m->rooms * sizeof(uint16_t) + 7) / 8 * 8;
  spec->world_bytes = (m->rooms + 7) / 8 * 8;
  spec->entropy_bits = m->rooms * log2((double)m->doors);
  *model = m;
  return BAUD_OK;
}

static int32_t maze_draw(const void *model, uint64_t seed, void *world) {
  const maze *m = model;
  uint64_t random = seed;
  for (uint32_t room = 0; room < m->rooms; room++) ((uint8_t *)world)[room] = (uint8_t)baud_below(&random, m->doors);
  return BAUD_OK;
}

/* ---- Reset and step ------------------------------------------------------------------------------------- */

/* One of the rooms that were not passed yet, swapped to its place in the order. */
static uint32_t maze_next_room(const maze *m, maze_lane *lane) {
  uint32_t other = lane->passed + baud_below(&lane->random, m->rooms - lane->passed);
  uint16_t *order = maze_order(lane), room = order[other];
  order[other] = order[lane->passed];
  return order[lane->passed++] = room;
}

/* The token at lane->at. */
static uint32_t maze_token(const maze *m, maze_lane *lane, const void *world) {
  int role = maze_role(m, lane->at);
  if (role == MAZE_IS_THOUGHT) return maze_thought_token(m, baud_below(&lane->random, m->thoughts));
  if (role == MAZE_IS_SIGN) return maze_sign_token(m, maze_door(world, lane->room));
  return lane->room = maze_next_room(m, lane);
}

static int32_t maze_reset(const void *model, const baud_batch *batch) {
  const maze *m = model;
  for (uint32_t i = 0; i < batch->n_pick; i++) {
    uint32_t k = batch->pick[i];
    maze_lane *lane = maze_at(batch, k);
    *lane = (maze_lane){.random = batch->seed[i]};
    for (uint32_t room = 0; room < m->rooms; room++) maze_order(lane)[room] = (uint16_t)room;
    lane->token = maze_token(m, lane, maze_world(batch, k));
    ((int32_t *)batch->obs[0])[k] = (int32_t)lane->token;
  }
  return BAUD_OK;
}

static int32_t maze_step(const void *model, const baud_batch *batch) {
  const maze *m = model;
  const int32_t *action = batch->action;
  for (uint32_t k = 0; k < batch->lanes; k++) {
    maze_lane *lane = maze_at(batch, k);
    const void *world = maze_world(batch, k);
    if ((uint32_t)action[k] >= m->doors) return BAUD_EARG;
    int is_over = lane->at + 1 == m->length; /* who goes on after the end stays there */
    uint32_t is_right = !is_over && maze_role(m, lane->at) == MAZE_IS_ROOM && (uint32_t)action[k] == maze_door(world, lane->room);
    lane->right += is_right;
    if (!is_over) lane->at++, lane->token = maze_token(m, lane, world);
    is_over = lane->at + 1 == m->length;
    batch->facts[MAZE_REWARD][k] = (float)is_right;
    batch->facts[MAZE_SUCCESS][k] = is_over && lane->right == m->walk ? 1.0f : 0.0f;
    batch->flags[k] = is_over ? BAUD_TERMINATED : 0;
    ((int32_t *)batch->obs[0])[k] = (int32_t)lane->token;
  }
  return BAUD_OK;
}

static const baud_env_ops maze_ops = {BAUD_SIZE(baud_env_ops), 0, maze_create, free, maze_draw, maze_reset, maze_step};

/* ---- Demonstration -------------------------------------------------------------------------------------- */

/* The right door, in a room; elsewhere there is nothing to show. */
static int32_t maze_optimal(const void *model, const baud_batch *batch, uint8_t *optimal) {
  const maze *m = model;
  memset(optimal, 0, (size_t)batch->lanes * m->doors);
  for (uint32_t k = 0; k < batch->lanes; k++) {
    const maze_lane *lane = maze_at(batch, k);
    if (maze_role(m, lane->at) == MAZE_IS_ROOM) optimal[(size_t)k * m->doors + maze_door(maze_world(batch, k), lane->room)] = 1;
  }
  return BAUD_OK;
}

static const baud_demonstrate maze_demonstrate = {BAUD_SIZE(baud_demonstrate), 0, maze_optimal};

/* ---- The ideal observer ---------------------------------------------------------------------------------- */

/* Its state is belief[rooms][doors], the posterior of each room's right door, independent of each other; then for each
 * lane where it is in its episode. */
typedef struct maze_place {
  uint32_t at, right; /* the position; doors so far that were right */
} maze_place;

static double *maze_belief(const maze *m, const void *state, uint32_t room) {
  return (double *)(uintptr_t)state + (size_t)room * m->doors;
}
static maze_place *maze_places(const maze *m, const void *state) { return (maze_place *)(void *)maze_belief(m, state, m->rooms); }

static double maze_bits(double p) { return p < 1.0 ? -log2(p) : 0.0; }

static uint64_t maze_state_bytes(const void *model, uint32_t lanes) {
  const maze *m = model;
  return (uint64_t)m->rooms * m->doors * sizeof(double) + lanes * sizeof(maze_place);
}

static int32_t maze_open(const void *model, void *state, uint32_t lanes) {
  const maze *m = model;
  double *belief = state;
  for (uint32_t i = 0; i < m->rooms * m->doors; i++) belief[i] = 1.0 / m->doors;
  memset(maze_places(m, state), 0, lanes * sizeof(maze_place));
  return BAUD_OK;
}

static int32_t maze_alphabet(const void *model, uint32_t fact, double *values, uint32_t max) {
  (void)model;
  if (fact >= MAZE_FACTS) return BAUD_EARG;
  for (uint32_t x = 0; x < 2 && x < max; x++) values[x] = (double)x;
  return 2;
}

/* Who sees the signs knows both facts before they arrive, softened or not. What comes late comes without its place. */
static int32_t maze_supports(const void *model, uint32_t channels, uint32_t fact, uint32_t needs) {
  (void)model;
  return (channels & BAUD_MASK(BAUD_CH_OBSERVATION)) && fact < MAZE_FACTS && !(needs & BAUD_SEES_LATE);
}

/* A moment that can be read: where the lane is after it, the room and the door that it speaks of, and the fact's value. */
typedef struct maze_moment {
  maze_place place;
  int is_of_room;      /* something of a room's door is shown or told: `room`, `door` */
  uint32_t room, door, fact;
  double chance;       /* bits of the observation, whatever the world */
} maze_moment;

static double maze_chance(const maze *m, uint32_t at) {
  int role = maze_role(m, at);
  return role == MAZE_IS_THOUGHT ? log2((double)m->thoughts) : role == MAZE_IS_ROOM ? log2((double)(m->rooms - at / m->stage)) : 0.0;
}

static int32_t maze_read_step(const maze *m, const baud_evidence *e, maze_moment *moment) {
  maze_place *place = &moment->place;
  uint32_t token = *(const uint32_t *)e->obs[0];
  if (e->kind != BAUD_EV_STEP || !e->sees_observation) return BAUD_EUNSUP;
  if (e->sees_reward && (e->fact >= MAZE_FACTS || e->weight == NULL || e->n_weight != 2)) return BAUD_EARG;
  if (place->at + 1 == m->length) return BAUD_OK;
  moment->is_of_room = maze_role(m, ++place->at) == MAZE_IS_SIGN;
  moment->chance = maze_chance(m, place->at);
  if (!moment->is_of_room) return BAUD_OK;
  if (token < m->rooms || token >= maze_thought_token(m, 0)) return BAUD_EARG;
  moment->door = token - m->rooms;
  uint32_t is_right = *(const uint32_t *)e->action == moment->door;
  place->right += is_right;
  moment->fact = e->fact == MAZE_REWARD ? is_right : place->at + 1 == m->length && place->right == m->walk;
  return BAUD_OK;
}

static int32_t maze_read(const maze *m, const void *state, const baud_evidence *e, maze_moment *moment) {
  *moment = (maze_moment){.place = maze_places(m, state)[e->lane]};
  if (e->kind == BAUD_EV_START) {
    moment->place = (maze_place){0};
    moment->chance = e->sees_observation ? maze_chance(m, 0) : 0.0;
    return BAUD_OK;
  }
  int is_in_room = maze_role(m, moment->place.at) == MAZE_IS_ROOM;
  moment->room = *(const uint32_t *)e->obs_before[0];
  moment->door = *(const uint32_t *)e->action;
  if (moment->door >= m->doors || (is_in_room && moment->room >= m->rooms)) return BAUD_EARG;
  moment->is_of_room = is_in_room;
  return e->kind == BAUD_EV_DEMONSTRATION ? BAUD_OK : maze_read_step(m, e, moment);
}

static double maze_shown(const maze *m, const baud_evidence *e, int is_right) {
  return is_right ? e->competence : (1.0 - e->competence) / (m->doors - 1.0);
}

static int32_t maze_noise(const void *model, const void *world, const void *state, const baud_evidence *e, double bits[BAUD_CHANNELS]) {
  const maze *m = model;
  maze_moment moment;
  bits[BAUD_CH_OBSERVATION] = bits[BAUD_CH_REWARD] = bits[BAUD_CH_DEMONSTRATION] = 0.0;
  int32_t status = maze_read(m, state, e, &moment);
  if (status != BAUD_OK) return status;
  int is_right = moment.is_of_room && moment.door == maze_door(world, moment.room);
  if (e->kind == BAUD_EV_DEMONSTRATION) {
    if (moment.is_of_room) bits[BAUD_CH_DEMONSTRATION] = maze_bits(maze_shown(m, e, is_right));
    return BAUD_OK;
  }
  bits[BAUD_CH_OBSERVATION] = moment.is_of_room && !is_right ? INFINITY : moment.chance;
  if (e->sees_reward) bits[BAUD_CH_REWARD] = maze_bits(e->weight[moment.fact]);
  return BAUD_OK;
}

/* Bayes' rule for one room, by evidence of probability `hit` if the door is right and `miss` if another is; the bits, from
 * 1 - p where nearly certain, for p itself would be rounded. */
static double maze_weigh(const maze *m, double *belief, uint32_t door, double hit, double miss) {
  double own = belief[door], others = 0.0;
  for (uint32_t d = 0; d < m->doors; d++) others += d == door ? 0.0 : belief[d];
  double yes = hit * own + miss * others, no = (1.0 - hit) * own + (1.0 - miss) * others;
  if (!(yes > 0.0)) return INFINITY;
  for (uint32_t d = 0; d < m->doors; d++) belief[d] *= (d == door ? hit : miss) / yes;
  return yes < no ? -log2(yes / (yes + no)) : -log1p(-no / (yes + no)) * 1.44269504088896340736;
}

static int32_t maze_surprise(const void *model, void *state, const baud_evidence *e, double bits[BAUD_CHANNELS]) {
  const maze *m = model;
  maze_moment moment;
  bits[BAUD_CH_OBSERVATION] = bits[BAUD_CH_REWARD] = bits[BAUD_CH_DEMONSTRATION] = 0.0;
  int32_t status = maze_read(m, state, e, &moment);
  if (status != BAUD_OK) return status;
  double *belief = moment.is_of_room ? maze_belief(m, state, moment.room) : NULL;
  maze_places(m, state)[e->lane] = moment.place;
  if (e->kind == BAUD_EV_DEMONSTRATION) {
    if (belief) bits[BAUD_CH_DEMONSTRATION] = maze_weigh(m, belief, moment.door, maze_shown(m, e, 1), maze_shown(m, e, 0));
    return BAUD_OK;
  }
  bits[BAUD_CH_OBSERVATION] = belief ? maze_weigh(m, belief, moment.door, 1.0, 0.0) : moment.chance;
  if (e->kind == BAUD_EV_STEP && e->sees_reward) bits[BAUD_CH_REWARD] = maze_bits(e->weight[moment.fact]);
  return BAUD_OK;
}

/* What follows a token that is no room, on the average of positions where it stands: thoughts, and of `thinking` thoughts
 * in a row a room after the last. */
static void maze_answer_elsewhere(const maze *m, uint32_t token, double *probability) {
  int is_thought = token >= maze_thought_token(m, 0);
  double room = m->thinking == 0 ? 1.0 : is_thought ? 1.0 / m->thinking : 0.0;
  for (uint32_t x = 0; x < m->tokens; x++)
    probability[x] = x < m->rooms ? room / m->rooms : x < maze_thought_token(m, 0) ? 0.0 : (1.0 - room) / m->thoughts;
}

/* In a room the posterior of its right door, which is what to do and what the sign will say. */
static int32_t maze_answer(const void *model, const void *state, const baud_query *query, double *probability) {
  const maze *m = model;
  uint32_t token = *(const uint32_t *)query->obs[0], first = 0;
  if (token >= m->tokens) return BAUD_EARG;
  if (query->target == BAUD_ASK_OBSERVATION && query->field == 0 && query->n_answers == m->tokens) {
    maze_answer_elsewhere(m, token, probability);
    first = maze_sign_token(m, 0);
    if (token < m->rooms) memset(probability, 0, m->tokens * sizeof *probability);
  } else if (query->target == BAUD_ASK_ACTION && query->n_answers == m->doors) {
    for (uint32_t d = 0; d < m->doors; d++) probability[d] = 1.0 / m->doors;
  } else return BAUD_EUNSUP;
  if (token < m->rooms) memcpy(probability + first, maze_belief(m, state, token), m->doors * sizeof *probability);
  return BAUD_OK;
}

static const baud_observer maze_observer = {BAUD_SIZE(baud_observer), 0,          maze_state_bytes, maze_alphabet, maze_supports,
                                            maze_open,                maze_noise, maze_surprise,    maze_answer,   NULL};

/* ---- Quiz ------------------------------------------------------------------------------------------------ */

static int32_t maze_count(const void *model, uint32_t *n_items, uint32_t *max_answers, uint32_t *independence) {
  const maze *m = model;
  *n_items = m->rooms;
  *max_answers = m->tokens;
  *independence = BAUD_FACTS_INDEPENDENT | BAUD_DECISIONS_INDEPENDENT;
  return BAUD_OK;
}

/* The rooms one by one, each entered first in an episode: some thoughts, always the same, are read before it. */
static int32_t maze_item(const void *model, const void *world, uint32_t index, baud_item *item) {
  const maze *m = model;
  if (index >= m->rooms) return BAUD_EARG;
  uint32_t is_sign = m->asks == MAZE_ASKS_SIGNS, first = is_sign ? maze_sign_token(m, 0) : 0;
  item->kinds = is_sign ? BAUD_ITEM_FACT : BAUD_ITEM_FACT | BAUD_ITEM_DECISION;
  item->target = is_sign ? BAUD_ASK_OBSERVATION : BAUD_ASK_ACTION;
  item->field = 0;
  item->channel = BAUD_CH_OBSERVATION;
  item->group = index;
  item->score = BAUD_SCORE_SET;
  item->n_answers = is_sign ? m->tokens : m->doors;
  item->action_given = is_sign;
  if (is_sign) *(int32_t *)item->action = 0; /* the sign does not depend on what is done */
  *(int32_t *)item->obs[0] = (int32_t)index;
  item->n_prefix = m->thinking < MAZE_MOST_PREFIX ? m->thinking : MAZE_MOST_PREFIX;
  for (uint32_t i = 0; i < item->n_prefix; i++) ((int32_t *)item->prefix_obs[0])[i] = (int32_t)maze_thought_token(m, i % m->thoughts);
  for (uint32_t x = 0; x < item->n_answers; x++) {
    int is_door = x >= first && x < first + m->doors;
    item->truth[x] = is_door && x - first == maze_door(world, index);
    item->prior[x] = is_door ? 1.0 / m->doors : 0.0;
  }
  return BAUD_OK;
}

static const baud_quiz maze_quiz = {BAUD_SIZE(baud_quiz), MAZE_MOST_PREFIX, maze_count, maze_item};

/* ---- Picture --------------------------------------------------------------------------------------------- */

enum { MAZE_WIDTH = 40, MAZE_HEIGHT = 3 };

static int32_t maze_extent(const void *model, uint32_t *width, uint32_t *height) {
  (void)model;
  *width = MAZE_WIDTH;
  *height = MAZE_HEIGHT;
  return BAUD_OK;
}

static int32_t maze_picture(const void *model, const void *world, const void *lane, char *cells) {
  const maze *m = model;
  const maze_lane *at = lane;
  char line[MAZE_HEIGHT][MAZE_WIDTH + 1];
  int role = maze_role(m, at->at);
  const char *sign = role == MAZE_IS_SIGN ? ": sign" : "";
  (void)snprintf(line[0], sizeof line[0], "token %u of %u", at->at + 1, m->length);
  if (role == MAZE_IS_THOUGHT) (void)snprintf(line[1], sizeof line[1], "thinking %u", at->token - maze_thought_token(m, 0));
  else (void)snprintf(line[1], sizeof line[1], "room %u, door %u leads on%s", at->room, maze_door(world, at->room), sign);
  (void)snprintf(line[2], sizeof line[2], "right %u of %u", at->right, m->walk);
  memset(cells, ' ', MAZE_WIDTH * MAZE_HEIGHT);
  for (uint32_t row = 0; row < MAZE_HEIGHT; row++) memcpy(cells + row * MAZE_WIDTH, line[row], strlen(line[row]));
  return BAUD_OK;
}

static const baud_draw maze_drawing = {BAUD_SIZE(baud_draw), 0, maze_extent, maze_picture};

/* ---- Tables ---------------------------------------------------------------------------------------------- */

static const void *maze_extension(const char *id) {
  static const struct {
    const char *id;
    const void *table;
  } known[] = {{"baud.observer/1", &maze_observer},
               {"baud.quiz/1", &maze_quiz},
               {"baud.demonstrate/1", &maze_demonstrate},
               {"baud.draw/1", &maze_drawing}};
  for (size_t i = 0; i < sizeof known / sizeof *known; i++)
    if (strcmp(id, known[i].id) == 0) return known[i].table;
  return NULL;
}

static const baud_unit maze_units[] = {{
    .size = BAUD_SIZE(baud_unit),
    .role = BAUD_ENV,
    .behaviour = 1,
    .state_version = 1,
    .id = "baud.lock_maze",
    .title = "a maze of rooms whose doors have to be right all at once",
    .doc = "A walk through some of many rooms, each with one door that leads on and with thoughts before it that mean nothing; "
           "signs tell afterwards which door it was. The same episode tells h(A^-L) bits by its outcome, L h(1/A) by the "
           "rewards of its doors, and L log2 A by its signs or by an expert.",
    .params = maze_params,
    .n_params = MAZE_PARAMS,
    .ops = &maze_ops,
    .extension = maze_extension,
}};

const baud_library baud_plugin_1 = {
    .size = BAUD_SIZE(baud_library),
    .built_minor = BAUD_MINOR,
    .needs_minor = 0,
    .layout = BAUD_LAYOUT,
    .vendor = "baud",
    .version = "1.0",
    .license = "MIT",
    .units = maze_units,
    .n_units = 1,
};
