/* maze.c - a maze whose walls are drawn afresh for every world.
 *
 * World: width x height cells inside a border. Each cell but the start (top left) and the goal (bottom right) is a
 * wall with probability `wall`, independently; so H(theta) = h(wall) * (cells - 2). The goal may be out of reach: a
 * prior that forbade this would tie the cells to each other, and facts could not be added up any more.
 * Channels: the observation is the position, with view=adjacent the walls of the four neighbours too; what is seen
 * or bumped into is worth h(wall) bits a cell, once. The reward is a function of the position and tells nothing more.
 * Deterministic, so noise is 0. In questions the view reads "hidden": a context must not give the answer away.
 */
#include "baud/plugin.h"
#include "baud/random.h"

#include <stdlib.h>
#include <string.h>

enum { MAZE_UP, MAZE_RIGHT, MAZE_DOWN, MAZE_LEFT, MAZE_ACTIONS };
enum { MAZE_FREE = 0, MAZE_WALL = 1, MAZE_HIDDEN = 2, MAZE_SIGHTS = 3 }; /* what the view says of a neighbour */
enum { MAZE_VIEW_ADJACENT = 0, MAZE_VIEW_NONE = 1 };
enum { MAZE_LONGEST_SIDE = 64, MAZE_MOST_CELLS = MAZE_LONGEST_SIDE * MAZE_LONGEST_SIDE };
#define MAZE_UNREACHABLE ((uint16_t)UINT16_MAX)

/* ---- Parameters --------------------------------------------------------------------------------------- */

enum { MAZE_P_WIDTH, MAZE_P_HEIGHT, MAZE_P_WALL, MAZE_P_VIEW, MAZE_P_MAX_STEPS, MAZE_PARAMS };
static const char *const maze_views[] = {"adjacent", "none"};
static const baud_param maze_params[MAZE_PARAMS] = {
    BAUD_PARAM_INT("width", 9, 2, MAZE_LONGEST_SIDE, "cells", "cells from left to right, without the border"),
    BAUD_PARAM_INT("height", 9, 2, MAZE_LONGEST_SIDE, "cells", "cells from top to bottom, without the border"),
    BAUD_PARAM_FLOAT("wall", 0.3, 0.0, 1.0, "", "probability that a cell is a wall"),
    BAUD_PARAM_CHOICE("view", MAZE_VIEW_ADJACENT, maze_views, 2,
                      "adjacent: the walls of the four neighbours are seen; none: walls are found by bumping"),
    BAUD_PARAM_INT("max_steps", 400, 0, 100000000, "steps",
                   "the episode ends in failure after so many steps; 0: never (then give the trial a limit)"),
};

/* ---- Model, world, lane ------------------------------------------------------------------------------- */

enum { MAZE_SUCCESS, MAZE_POTENTIAL, MAZE_POTENTIAL_BEFORE, MAZE_FACTS };
static const baud_fact maze_facts[MAZE_FACTS] = {
    {BAUD_SIZE(baud_fact), BAUD_FACT_REWARD | BAUD_FACT_OUTCOME | BAUD_FACT_AT_END, "success", "", "1 on reaching the goal, else 0"},
    {BAUD_SIZE(baud_fact), BAUD_FACT_POTENTIAL, "potential", "cells", "minus city blocks from successor to goal"},
    {BAUD_SIZE(baud_fact), 0, "potential_before", "cells", "the same of the cell that was acted in"},
};

typedef struct maze {
  uint32_t width, height, cells, goal, max_steps, has_view;
  double wall;             /* probability */
  baud_field obs[2], action;
  uint32_t *next;          /* [cells][MAZE_ACTIONS]: the cell that an action tries; at the border the cell itself */
  uint32_t *city_block;    /* [cells]: distance to the goal if there were no walls */
  double *common;          /* [cells][MAZE_ACTIONS]: the baseline of a decision, see maze_fit_common */
} maze;

typedef struct maze_lane {
  uint32_t position, step;
} maze_lane;

/* A world is distance[cells] (u16, steps to the goal, derived from the walls) and then wall[cells] (u8). */
static uint64_t maze_world_bytes(const maze *m) { return ((uint64_t)m->cells * 3 + 7) / 8 * 8; }
static const uint16_t *maze_distance(const void *world) { return world; }
static const uint8_t *maze_walls(const maze *m, const void *world) {
  return (const uint8_t *)world + 2 * (size_t)m->cells;
}

static void maze_destroy(void *model) {
  maze *m = model;
  if (m == NULL) return;
  free(m->next);
  free(m->city_block);
  free(m->common);
  free(m);
}

static void maze_lay_out(maze *m) {
  for (uint32_t cell = 0; cell < m->cells; cell++) {
    uint32_t row = cell / m->width, column = cell % m->width, *next = m->next + cell * MAZE_ACTIONS;
    next[MAZE_UP] = row > 0 ? cell - m->width : cell;
    next[MAZE_RIGHT] = column + 1 < m->width ? cell + 1 : cell;
    next[MAZE_DOWN] = row + 1 < m->height ? cell + m->width : cell;
    next[MAZE_LEFT] = column > 0 ? cell - 1 : cell;
    m->city_block[cell] = (m->height - 1 - row) + (m->width - 1 - column);
  }
}

/* ---- Drawing worlds ----------------------------------------------------------------------------------- */

/* Breadth-first search from the goal: steps to it over free cells, MAZE_UNREACHABLE where there is no way. */
static void maze_search(const maze *m, const uint8_t *wall, uint16_t *distance) {
  uint16_t queue[MAZE_MOST_CELLS];
  uint32_t head = 0, tail = 0;
  for (uint32_t cell = 0; cell < m->cells; cell++) distance[cell] = MAZE_UNREACHABLE;
  distance[m->goal] = 0;
  queue[tail++] = (uint16_t)m->goal;
  while (head < tail) {
    uint32_t cell = queue[head++];
    for (uint32_t a = 0; a < MAZE_ACTIONS; a++) {
      uint32_t next = m->next[cell * MAZE_ACTIONS + a];
      if (wall[next] || distance[next] != MAZE_UNREACHABLE) continue;
      distance[next] = (uint16_t)(distance[cell] + 1);
      queue[tail++] = (uint16_t)next;
    }
  }
}

static int32_t maze_draw(const void *model, uint64_t seed, void *world) {
  const maze *m = model;
  uint16_t *distance = world;
  uint8_t *wall = (uint8_t *)world + 2 * (size_t)m->cells;
  uint64_t random = seed;
  for (uint32_t cell = 1; cell < m->goal; cell++) wall[cell] = (uint8_t)baud_bernoulli(&random, m->wall);
  wall[0] = wall[m->goal] = MAZE_FREE;
  maze_search(m, wall, distance);
  return BAUD_OK;
}

/* The optimal actions in a cell as a mask; 0 in walls, at the goal and where there is no way to it. */
static uint32_t maze_optimal_mask(const maze *m, const uint16_t *distance, uint32_t cell) {
  uint32_t mask = 0;
  if (distance[cell] == MAZE_UNREACHABLE) return 0;
  for (uint32_t a = 0; a < MAZE_ACTIONS; a++)
    if (distance[m->next[cell * MAZE_ACTIONS + a]] + 1 == distance[cell]) mask |= 1u << a;
  return mask;
}

/* p <- E[p(x) 1{x in A*} / p(A*)], iterated: the single distribution that is best at naming a member of A*. Its
 * log-score is the baseline, so that always going towards the corner of the goal earns nothing (SIGNAL, ties). */
static void maze_fit_cell(const double count[1 << MAZE_ACTIONS], double *p) {
  double total = 0.0;
  for (uint32_t set = 1; set < 1 << MAZE_ACTIONS; set++) total += count[set];
  for (uint32_t a = 0; a < MAZE_ACTIONS; a++) p[a] = 1.0 / MAZE_ACTIONS;
  for (int pass = 0; pass < 60; pass++) {
    double sum[MAZE_ACTIONS] = {0};
    for (uint32_t set = 1; set < 1 << MAZE_ACTIONS; set++) {
      if (count[set] == 0.0) continue;
      double member = 0.0;
      for (uint32_t a = 0; a < MAZE_ACTIONS; a++) member += set >> a & 1 ? p[a] : 0.0;
      for (uint32_t a = 0; a < MAZE_ACTIONS; a++) sum[a] += set >> a & 1 ? count[set] * p[a] / member : 0.0;
    }
    for (uint32_t a = 0; a < MAZE_ACTIONS; a++) p[a] = sum[a] / total;
  }
}

/* Fits the decisions' baselines to worlds drawn from the prior with seeds of their own. A quarter of a count for
 * each lone action keeps every baseline above 0. */
static int32_t maze_fit_common(maze *m) {
  uint32_t worlds = 32768 / m->cells < 64 ? 64 : 32768 / m->cells;
  double (*count)[1 << MAZE_ACTIONS] = calloc(m->cells, sizeof *count);
  char *world = calloc(1, maze_world_bytes(m));
  int32_t status = count != NULL && world != NULL ? BAUD_OK : BAUD_ENOMEM;
  if (status != BAUD_OK) goto done;
  for (uint32_t w = 0; w < worlds; w++) {
    (void)maze_draw(m, baud_split(w, 0x636f6d6d6f6eu), world);
    for (uint32_t cell = 0; cell < m->goal; cell++) count[cell][maze_optimal_mask(m, maze_distance(world), cell)] += 1;
  }
  for (uint32_t cell = 0; cell < m->cells; cell++) {
    for (uint32_t a = 0; a < MAZE_ACTIONS; a++) count[cell][1u << a] += 0.25;
    maze_fit_cell(count[cell], m->common + cell * MAZE_ACTIONS);
  }
done:
  free(count);
  free(world);
  return status;
}

/* ---- Create ------------------------------------------------------------------------------------------- */

static double maze_cell_entropy_bits(double p) {
  return p > 0.0 && p < 1.0 ? -(p * log2(p) + (1.0 - p) * log2(1.0 - p)) : 0.0;
}

static void maze_describe(maze *m, baud_env_spec *spec) {
  m->obs[0] = (baud_field)BAUD_DISCRETE_FIELD("position", m->cells, "the cell, counted row by row from the top left");
  m->obs[1] = (baud_field)BAUD_DISCRETE_FIELD(
      "view", MAZE_SIGHTS, "up, right, down, left: 0 free, 1 wall or border; 2 hidden, in questions only");
  m->obs[1].dtype = BAUD_U8;
  m->obs[1].count = m->obs[1].shape[0] = MAZE_ACTIONS;
  m->obs[1].rank = 1;
  m->action = (baud_field)BAUD_DISCRETE_FIELD("move", MAZE_ACTIONS, "0 up, 1 right, 2 down, 3 left");
  spec->n_obs = 1 + m->has_view;
  spec->n_facts = MAZE_FACTS;
  spec->max_steps = m->max_steps;
  spec->obs = m->obs;
  spec->action = &m->action;
  spec->facts = maze_facts;
  spec->lane_bytes = sizeof(maze_lane);
  spec->world_bytes = maze_world_bytes(m);
  spec->entropy_bits = maze_cell_entropy_bits(m->wall) * (m->cells - 2);
}

static int32_t maze_create(const baud_host *host, const baud_value *values, baud_env_spec *spec, void **model) {
  maze *m = calloc(1, sizeof *m);
  if (m == NULL) return host->fail(host, BAUD_ENOMEM, "maze: no memory for the model");
  m->width = (uint32_t)values[MAZE_P_WIDTH].i;
  m->height = (uint32_t)values[MAZE_P_HEIGHT].i;
  m->cells = m->width * m->height;
  m->goal = m->cells - 1;
  m->wall = values[MAZE_P_WALL].f;
  m->has_view = values[MAZE_P_VIEW].i == MAZE_VIEW_ADJACENT;
  m->max_steps = (uint32_t)values[MAZE_P_MAX_STEPS].i;
  m->next = calloc((size_t)m->cells * MAZE_ACTIONS, sizeof *m->next);
  m->city_block = calloc(m->cells, sizeof *m->city_block);
  m->common = calloc((size_t)m->cells * MAZE_ACTIONS, sizeof *m->common);
  int32_t status = m->next && m->city_block && m->common ? BAUD_OK : BAUD_ENOMEM;
  if (status == BAUD_OK) {
    maze_lay_out(m);
    status = maze_fit_common(m);
  }
  if (status != BAUD_OK) {
    maze_destroy(m);
    return host->fail(host, status, "maze: no memory for the tables of so many cells; make it smaller");
  }
  maze_describe(m, spec);
  *model = m;
  return BAUD_OK;
}

/* ---- Reset and step ----------------------------------------------------------------------------------- */

static void maze_observe(const maze *m, const uint8_t *wall, const baud_batch *batch, uint32_t k, uint32_t position) {
  ((int32_t *)batch->obs[0])[k] = (int32_t)position;
  if (!m->has_view) return;
  uint8_t *view = (uint8_t *)batch->obs[1] + k * MAZE_ACTIONS;
  for (uint32_t a = 0; a < MAZE_ACTIONS; a++) {
    uint32_t next = m->next[position * MAZE_ACTIONS + a];
    view[a] = next == position || wall[next] ? MAZE_WALL : MAZE_FREE;
  }
}

static int32_t maze_reset(const void *model, const baud_batch *batch) {
  const maze *m = model;
  for (uint32_t i = 0; i < batch->n_pick; i++) {
    uint32_t k = batch->pick[i];
    maze_lane *lane = (maze_lane *)(void *)(batch->lane + k * batch->lane_stride);
    *lane = (maze_lane){0, 0};
    maze_observe(m, maze_walls(m, batch->world + k * batch->world_stride), batch, k, 0);
  }
  return BAUD_OK;
}

static int32_t maze_step(const void *model, const baud_batch *batch) {
  const maze *m = model;
  const int32_t *action = batch->action;
  for (uint32_t k = 0; k < batch->lanes; k++) {
    maze_lane *lane = (maze_lane *)(void *)(batch->lane + k * batch->lane_stride);
    const uint8_t *wall = maze_walls(m, batch->world + k * batch->world_stride);
    if ((uint32_t)action[k] >= MAZE_ACTIONS) return BAUD_EARG;
    uint32_t before = lane->position, tried = m->next[before * MAZE_ACTIONS + (uint32_t)action[k]];
    uint32_t position = lane->position = wall[tried] ? before : tried;
    lane->step++;
    maze_observe(m, wall, batch, k, position);
    batch->facts[MAZE_SUCCESS][k] = position == m->goal ? 1.0f : 0.0f;
    batch->facts[MAZE_POTENTIAL][k] = 0.0f - (float)m->city_block[position];
    batch->facts[MAZE_POTENTIAL_BEFORE][k] = 0.0f - (float)m->city_block[before];
    batch->flags[k] = position == m->goal || lane->step == m->max_steps ? BAUD_TERMINATED : 0;
  }
  return BAUD_OK;
}

static const baud_env_ops maze_ops = {
    BAUD_SIZE(baud_env_ops), 0, maze_create, maze_destroy, maze_draw, maze_reset, maze_step};

/* ---- Demonstration ------------------------------------------------------------------------------------ */

static int32_t maze_optimal(const void *model, const baud_batch *batch, uint8_t *optimal) {
  const maze *m = model;
  for (uint32_t k = 0; k < batch->lanes; k++) {
    const maze_lane *lane = (const maze_lane *)(const void *)(batch->lane + k * batch->lane_stride);
    uint32_t mask = maze_optimal_mask(m, maze_distance(batch->world + k * batch->world_stride), lane->position);
    for (uint32_t a = 0; a < MAZE_ACTIONS; a++) optimal[k * MAZE_ACTIONS + a] = mask >> a & 1;
  }
  return BAUD_OK;
}

static const baud_demonstrate maze_demonstrate = {BAUD_SIZE(baud_demonstrate), 0, maze_optimal};

/* ---- The ideal observer -------------------------------------------------------------------------------- */

/* Its state is one byte a cell. Cells are independent and each reading is exact, so that the posterior is the prior
 * on the unknown cells and a certainty on the others. */
enum { MAZE_UNKNOWN = 0, MAZE_KNOWN_FREE = 1, MAZE_KNOWN_WALL = 2 };

static double maze_bits(double p) { return p < 1.0 ? -log2(p) : 0.0; }

static uint64_t maze_state_bytes(const void *model, uint32_t lanes) {
  (void)lanes; /* lanes share the world, and nothing else of them matters */
  return ((const maze *)model)->cells;
}

static int32_t maze_open(const void *model, void *state, uint32_t lanes) {
  const maze *m = model;
  uint8_t *known = state;
  (void)lanes;
  memset(known, MAZE_UNKNOWN, m->cells);
  known[0] = known[m->goal] = MAZE_KNOWN_FREE;
  return BAUD_OK;
}

static int32_t maze_alphabet(const void *model, uint32_t fact, double *values, uint32_t max) {
  const maze *m = model;
  if (fact >= MAZE_FACTS) return BAUD_EARG;
  uint32_t n = fact == MAZE_SUCCESS ? 2 : m->city_block[0] + 1;
  for (uint32_t x = 0; x < n && x < max; x++) values[x] = fact == MAZE_SUCCESS ? (double)x : 0.0 - (double)x;
  return (int32_t)n;
}

/* Exact wherever the position is seen: then every fact is known before it arrives, softened or late. What a shown
 * action says about far walls has no closed form. */
static int32_t maze_supports(const void *model, uint32_t channels, uint32_t fact, uint32_t needs) {
  (void)model;
  (void)needs;
  if (channels & BAUD_MASK(BAUD_CH_DEMONSTRATION) || fact >= MAZE_FACTS) return 0;
  return channels == 0 || (channels & BAUD_MASK(BAUD_CH_OBSERVATION)) != 0;
}

static double maze_read_cell(const maze *m, uint8_t *known, uint32_t cell, uint32_t is_wall) {
  uint8_t now = is_wall ? MAZE_KNOWN_WALL : MAZE_KNOWN_FREE;
  if (known[cell] == now) return 0.0;
  if (known[cell] != MAZE_UNKNOWN) return INFINITY;
  known[cell] = now;
  return maze_bits(is_wall ? m->wall : 1.0 - m->wall);
}

/* What the scheme's own dice cost, the fact being known from the positions. */
static double maze_reward_bits(const maze *m, const baud_evidence *e) {
  if (e->kind == BAUD_EV_START || !e->sees_reward || e->weight == NULL) return 0.0;
  uint32_t before = (uint32_t) * (const int32_t *)e->obs_before[0], after = (uint32_t) * (const int32_t *)e->obs[0];
  uint32_t x = e->fact == MAZE_SUCCESS ? after == m->goal : m->city_block[e->fact == MAZE_POTENTIAL ? after : before];
  return x < e->n_weight ? maze_bits(e->weight[x]) : INFINITY;
}

/* Evidence that supports() declines: a demonstration, or a reward to one who does not know the position. */
static int32_t maze_declines(const baud_evidence *e) {
  return e->kind == BAUD_EV_DEMONSTRATION || (e->kind == BAUD_EV_STEP && e->sees_reward && !e->sees_observation);
}

static int32_t maze_noise(const void *model, const void *world, const void *state, const baud_evidence *e,
                          double bits[BAUD_CHANNELS]) {
  (void)world;
  (void)state;
  bits[BAUD_CH_OBSERVATION] = bits[BAUD_CH_REWARD] = bits[BAUD_CH_DEMONSTRATION] = 0.0;
  if (maze_declines(e)) return BAUD_EUNSUP;
  bits[BAUD_CH_REWARD] = maze_reward_bits(model, e);
  return BAUD_OK;
}

static int32_t maze_surprise(const void *model, void *state, const baud_evidence *e, double bits[BAUD_CHANNELS]) {
  const maze *m = model;
  uint8_t *known = state;
  bits[BAUD_CH_OBSERVATION] = bits[BAUD_CH_REWARD] = bits[BAUD_CH_DEMONSTRATION] = 0.0;
  if (maze_declines(e)) return BAUD_EUNSUP;
  bits[BAUD_CH_REWARD] = maze_reward_bits(m, e);
  if (!e->sees_observation || e->kind == BAUD_EV_LATE) return BAUD_OK;
  uint32_t position = (uint32_t) * (const int32_t *)e->obs[0];
  double sum = 0.0;
  if (e->kind == BAUD_EV_STEP) {
    uint32_t before = (uint32_t) * (const int32_t *)e->obs_before[0], action = (uint32_t) * (const int32_t *)e->action;
    uint32_t tried = m->next[before * MAZE_ACTIONS + action];
    if (tried != before) sum += maze_read_cell(m, known, tried, position == before);
  }
  for (uint32_t a = 0; m->has_view && a < MAZE_ACTIONS; a++) {
    uint32_t next = m->next[position * MAZE_ACTIONS + a];
    if (next != position) sum += maze_read_cell(m, known, next, ((const uint8_t *)e->obs[1])[a] == MAZE_WALL);
  }
  bits[BAUD_CH_OBSERVATION] = sum;
  return BAUD_OK;
}

/* The next position; anything else is for others to answer. */
static int32_t maze_answer(const void *model, const void *state, const baud_query *query, double *probability) {
  const maze *m = model;
  const uint8_t *known = state;
  if (query->target != BAUD_ASK_OBSERVATION || query->field != 0 || query->n_answers != m->cells) return BAUD_EUNSUP;
  uint32_t cell = (uint32_t) * (const int32_t *)query->obs[0], action = (uint32_t) * (const int32_t *)query->action;
  if (cell >= m->cells || action >= MAZE_ACTIONS) return BAUD_EARG;
  uint32_t tried = m->next[cell * MAZE_ACTIONS + action];
  double blocked = known[tried] == MAZE_UNKNOWN ? m->wall : known[tried] == MAZE_KNOWN_WALL ? 1.0 : 0.0;
  for (uint32_t x = 0; x < m->cells; x++) probability[x] = 0.0;
  probability[tried] += 1.0 - blocked;
  probability[cell] += blocked;
  return BAUD_OK;
}

/* Whether nothing unknown borders on the free cells that can be entered; what lies behind walls can never be met.
 * Episodes end at the goal: what borders on it is seen from there, but cannot be tried. */
static int32_t maze_settled(const void *model, const void *state) {
  const maze *m = model;
  const uint8_t *known = state;
  uint8_t is_met[MAZE_MOST_CELLS] = {1};
  uint16_t queue[MAZE_MOST_CELLS] = {0};
  uint32_t head = 0, tail = 1;
  while (head < tail) {
    uint32_t cell = queue[head++];
    for (uint32_t a = 0; a < MAZE_ACTIONS && (cell != m->goal || m->has_view); a++) {
      uint32_t next = m->next[cell * MAZE_ACTIONS + a];
      if (known[next] == MAZE_UNKNOWN) return 0;
      if (cell == m->goal || is_met[next] || known[next] == MAZE_KNOWN_WALL) continue;
      is_met[next] = 1;
      queue[tail++] = (uint16_t)next;
    }
  }
  return 1;
}

static const baud_observer maze_observer = {
    BAUD_SIZE(baud_observer), BAUD_NOISELESS | BAUD_REPEATABLE, maze_state_bytes, maze_alphabet, maze_supports, maze_open, maze_noise, maze_surprise,
    maze_answer, maze_settled};

/* ---- Quiz ---------------------------------------------------------------------------------------------- */

/* First a fact for each cell that could be a wall: where does one end up who walks into it from the left (in the
 * first column: from above)? The context is the same in all worlds, for a context that avoided walls would tell of
 * them; where it is itself a wall, the question is hypothetical. Then a decision for each cell but the goal, whose
 * right answers are the optimal actions; where no action leads to the goal there is nothing to decide: such an item
 * is of no kind and counts nowhere. */
static int32_t maze_count(const void *model, uint32_t *n_items, uint32_t *max_answers, uint32_t *independence) {
  const maze *m = model;
  *n_items = (m->cells - 2) + (m->cells - 1);
  *max_answers = m->cells > MAZE_ACTIONS ? m->cells : MAZE_ACTIONS;
  *independence = BAUD_FACTS_INDEPENDENT;
  return BAUD_OK;
}

static void maze_context(const maze *m, baud_item *item, uint32_t cell) {
  *(int32_t *)item->obs[0] = (int32_t)cell;
  if (m->has_view) memset(item->obs[1], MAZE_HIDDEN, MAZE_ACTIONS);
}

static void maze_ask_fact(const maze *m, const void *world, uint32_t cell, baud_item *item) {
  uint32_t action = cell % m->width > 0 ? MAZE_RIGHT : MAZE_DOWN;
  uint32_t from = action == MAZE_RIGHT ? cell - 1 : cell - m->width;
  maze_context(m, item, from);
  *(int32_t *)item->action = (int32_t)action;
  item->kinds = BAUD_ITEM_FACT;
  item->target = BAUD_ASK_OBSERVATION;
  item->action_given = 1;
  item->n_answers = m->cells;
  for (uint32_t x = 0; x < m->cells; x++) item->truth[x] = item->prior[x] = 0.0;
  item->truth[maze_walls(m, world)[cell] ? from : cell] = 1.0;
  item->prior[from] = m->wall;
  item->prior[cell] = 1.0 - m->wall;
}

static void maze_ask_decision(const maze *m, const void *world, uint32_t cell, baud_item *item) {
  uint32_t mask = maze_optimal_mask(m, maze_distance(world), cell);
  maze_context(m, item, cell);
  item->kinds = mask ? BAUD_ITEM_DECISION : 0;
  item->target = BAUD_ASK_ACTION;
  item->action_given = 0;
  item->n_answers = MAZE_ACTIONS;
  for (uint32_t a = 0; a < MAZE_ACTIONS; a++) {
    item->truth[a] = mask == 0 || mask >> a & 1 ? 1.0 : 0.0;
    item->prior[a] = m->common[cell * MAZE_ACTIONS + a];
  }
}

static int32_t maze_item(const void *model, const void *world, uint32_t index, baud_item *item) {
  const maze *m = model;
  uint32_t facts = m->cells - 2;
  if (index >= facts + m->cells - 1) return BAUD_EARG;
  item->field = 0;
  item->channel = BAUD_CH_OBSERVATION;
  item->score = BAUD_SCORE_SET;
  item->group = index < facts ? index : facts; /* all decisions hang together */
  if (index < facts) maze_ask_fact(m, world, index + 1, item);
  else maze_ask_decision(m, world, index - facts, item);
  return BAUD_OK;
}

static const baud_quiz maze_quiz = {BAUD_SIZE(baud_quiz), 0, maze_count, maze_item};

/* ---- Picture ------------------------------------------------------------------------------------------- */

static int32_t maze_extent(const void *model, uint32_t *width, uint32_t *height) {
  const maze *m = model;
  *width = m->width + 2;
  *height = m->height + 2;
  return BAUD_OK;
}

static int32_t maze_picture(const void *model, const void *world, const void *lane, char *cells) {
  const maze *m = model;
  const uint8_t *wall = maze_walls(m, world);
  memset(cells, '#', (size_t)(m->width + 2) * (m->height + 2));
  for (uint32_t cell = 0; cell < m->cells; cell++) {
    char *at = cells + (cell / m->width + 1) * (m->width + 2) + cell % m->width + 1;
    if (!wall[cell]) *at = cell == m->goal ? 'G' : '.';
    if (cell == ((const maze_lane *)lane)->position) *at = 'A';
  }
  return BAUD_OK;
}

static const baud_draw maze_drawing = {BAUD_SIZE(baud_draw), 0, maze_extent, maze_picture};

/* ---- Tables -------------------------------------------------------------------------------------------- */

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
    .id = "baud.maze",
    .title = "maze with walls drawn at random, seen only from beside",
    .doc = "From the top left to the bottom right; every other cell is a wall with a known probability, independently "
           "of the rest, so that each cell first seen is worth h(wall) bits. The goal may be out of reach. Reward 1 at "
           "the goal, which ends the episode; walking into a wall or the border leaves one where one is.",
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
