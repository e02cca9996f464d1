/* blocking_maze.c - mazes that change over a lifetime (Sutton and Barto, Reinforcement Learning, 2nd edition,
 * examples 8.2 and 8.3, figures 8.4 and 8.5).
 *
 * 6 x 9 cells with a wall along row 3, start below it, goal in the top right corner, reward 1 there. variant=blocking:
 * the gap on the right closes after 1000 steps and one on the left opens. variant=shortcut: the gap on the left stays
 * and after 3000 steps one on the right opens as well. The steps are those of the lane's whole life: they go on over
 * resets. There is no world to be drawn, hence no observer and no quiz. One who stands in the gap as it closes can
 * still walk out of it. Observation: the cell, row by row; actions: up, right, down, left.
 */
#include "baud/plugin.h"

#include <stdlib.h>
#include <string.h>

enum { BLOCKING_ROWS = 6, BLOCKING_COLUMNS = 9, BLOCKING_CELLS = BLOCKING_ROWS * BLOCKING_COLUMNS };
enum { BLOCKING_WALL_ROW = 3, BLOCKING_START = 5 * BLOCKING_COLUMNS + 3, BLOCKING_GOAL = BLOCKING_COLUMNS - 1 };
enum { BLOCKING_UP, BLOCKING_RIGHT, BLOCKING_DOWN, BLOCKING_LEFT, BLOCKING_ACTIONS };
enum { BLOCKING_PHASES = 2 }; /* before and after the change */

/* ---- Parameters, fields, facts ------------------------------------------------------------------------- */

enum { BLOCKING_P_VARIANT, BLOCKING_P_SWITCH_AT, BLOCKING_P_MAX_STEPS, BLOCKING_PARAMS };
static const char *const blocking_variants[] = {"blocking", "shortcut"};
static const struct {
  const char *wall[BLOCKING_PHASES]; /* row 3 */
  uint32_t switch_at;                /* the book's */
} blocking_books[] = {{{"########.", ".########"}, 1000}, {{".########", ".#######."}, 3000}};

static const baud_param blocking_params[BLOCKING_PARAMS] = {
    BAUD_PARAM_CHOICE("variant", 0, blocking_variants, 2, "blocking: the gap moves from right to left; shortcut: the "
                                                          "gap on the left stays and a better one opens on the right"),
    BAUD_PARAM_INT("switch_at", 0, 0, 1000000000000, "steps",
                   "the change comes after so many steps of the lane's life; 0: the book's 1000 (blocking), 3000"),
    BAUD_PARAM_INT("max_steps", 0, 0, 100000000, "steps", "the episode ends in failure after so many steps; 0: never"),
};

static const baud_field blocking_position = BAUD_DISCRETE_FIELD("position", BLOCKING_CELLS, "the cell, row by row");
static const baud_field blocking_move = BAUD_DISCRETE_FIELD("move", BLOCKING_ACTIONS, "0 up, 1 right, 2 down, 3 left");

enum { BLOCKING_SUCCESS, BLOCKING_POTENTIAL, BLOCKING_POTENTIAL_BEFORE, BLOCKING_PHASE, BLOCKING_FACTS };
static const baud_fact blocking_facts[BLOCKING_FACTS] = {
    {BAUD_SIZE(baud_fact), BAUD_FACT_REWARD | BAUD_FACT_OUTCOME, "success", "", "1 on reaching the goal, else 0"},
    {BAUD_SIZE(baud_fact), BAUD_FACT_POTENTIAL, "potential", "cells", "minus city blocks from successor to goal"},
    {BAUD_SIZE(baud_fact), 0, "potential_before", "cells", "the same of the cell that was acted in"},
    {BAUD_SIZE(baud_fact), BAUD_FACT_HIDDEN, "phase", "", "1 when the step was taken after the change, else 0"},
};

/* ---- Model and lane ------------------------------------------------------------------------------------ */

typedef struct blocking {
  uint32_t max_steps;
  uint64_t switch_at;
  const char *const *wall;
  uint8_t next[BLOCKING_PHASES][BLOCKING_CELLS][BLOCKING_ACTIONS]; /* where an action leads */
  uint8_t distance[BLOCKING_PHASES][BLOCKING_CELLS];               /* steps to the goal */
  uint8_t city_block[BLOCKING_CELLS];                              /* the same without walls */
} blocking;

typedef struct blocking_lane {
  uint64_t life; /* steps since the lane was made; resets leave it */
  uint32_t position, step;
} blocking_lane;

static uint32_t blocking_phase(const blocking *m, const blocking_lane *lane) { return lane->life >= m->switch_at; }

static int blocking_is_wall(const blocking *m, uint32_t phase, uint32_t cell) {
  return cell / BLOCKING_COLUMNS == BLOCKING_WALL_ROW && m->wall[phase][cell % BLOCKING_COLUMNS] == '#';
}

static uint32_t blocking_try(const blocking *m, uint32_t phase, uint32_t cell, uint32_t action) {
  uint32_t row = cell / BLOCKING_COLUMNS, column = cell % BLOCKING_COLUMNS, next = cell;
  if (action == BLOCKING_UP && row > 0) next = cell - BLOCKING_COLUMNS;
  if (action == BLOCKING_RIGHT && column + 1 < BLOCKING_COLUMNS) next = cell + 1;
  if (action == BLOCKING_DOWN && row + 1 < BLOCKING_ROWS) next = cell + BLOCKING_COLUMNS;
  if (action == BLOCKING_LEFT && column > 0) next = cell - 1;
  return blocking_is_wall(m, phase, next) ? cell : next;
}

/* Distances by relaxing until nothing changes; of walls too, for one may stand in a gap as it closes. */
static void blocking_search(blocking *m, uint32_t phase) {
  uint8_t *distance = m->distance[phase];
  memset(distance, BLOCKING_CELLS, BLOCKING_CELLS);
  distance[BLOCKING_GOAL] = 0;
  for (int changed = 1; changed;) {
    changed = 0;
    for (uint32_t cell = 0; cell < BLOCKING_CELLS; cell++) {
      for (uint32_t a = 0; a < BLOCKING_ACTIONS; a++) {
        uint32_t through = distance[m->next[phase][cell][a]] + 1u;
        if (through >= distance[cell]) continue;
        distance[cell] = (uint8_t)through;
        changed = 1;
      }
    }
  }
}

static int32_t blocking_create(const baud_host *host, const baud_value *values, baud_env_spec *spec, void **model) {
  blocking *m = calloc(1, sizeof *m);
  if (m == NULL) return host->fail(host, BAUD_ENOMEM, "blocking_maze: no memory for the model");
  int64_t variant = values[BLOCKING_P_VARIANT].i, switch_at = values[BLOCKING_P_SWITCH_AT].i;
  m->wall = blocking_books[variant].wall;
  m->switch_at = switch_at > 0 ? (uint64_t)switch_at : blocking_books[variant].switch_at;
  m->max_steps = (uint32_t)values[BLOCKING_P_MAX_STEPS].i;
  for (uint32_t phase = 0; phase < BLOCKING_PHASES; phase++) {
    for (uint32_t cell = 0; cell < BLOCKING_CELLS; cell++)
      for (uint32_t a = 0; a < BLOCKING_ACTIONS; a++)
        m->next[phase][cell][a] = (uint8_t)blocking_try(m, phase, cell, a);
    blocking_search(m, phase);
  }
  for (uint32_t cell = 0; cell < BLOCKING_CELLS; cell++)
    m->city_block[cell] = (uint8_t)(cell / BLOCKING_COLUMNS + (BLOCKING_COLUMNS - 1 - cell % BLOCKING_COLUMNS));
  spec->n_obs = 1;
  spec->n_facts = BLOCKING_FACTS;
  spec->max_steps = m->max_steps;
  spec->obs = &blocking_position;
  spec->action = &blocking_move;
  spec->facts = blocking_facts;
  spec->lane_bytes = sizeof(blocking_lane);
  *model = m;
  return BAUD_OK;
}

/* ---- Reset and step ----------------------------------------------------------------------------------- */

static int32_t blocking_reset(const void *model, const baud_batch *batch) {
  (void)model;
  for (uint32_t i = 0; i < batch->n_pick; i++) {
    uint32_t k = batch->pick[i];
    blocking_lane *lane = (blocking_lane *)(void *)(batch->lane + k * batch->lane_stride);
    lane->position = BLOCKING_START;
    lane->step = 0;
    ((int32_t *)batch->obs[0])[k] = BLOCKING_START;
  }
  return BAUD_OK;
}

static int32_t blocking_step(const void *model, const baud_batch *batch) {
  const blocking *m = model;
  const int32_t *action = batch->action;
  for (uint32_t k = 0; k < batch->lanes; k++) {
    blocking_lane *lane = (blocking_lane *)(void *)(batch->lane + k * batch->lane_stride);
    if ((uint32_t)action[k] >= BLOCKING_ACTIONS) return BAUD_EARG;
    uint32_t phase = blocking_phase(m, lane), before = lane->position;
    uint32_t position = lane->position = m->next[phase][before][action[k]];
    lane->life++;
    lane->step++;
    ((int32_t *)batch->obs[0])[k] = (int32_t)position;
    batch->facts[BLOCKING_SUCCESS][k] = position == BLOCKING_GOAL ? 1.0f : 0.0f;
    batch->facts[BLOCKING_POTENTIAL][k] = 0.0f - (float)m->city_block[position];
    batch->facts[BLOCKING_POTENTIAL_BEFORE][k] = 0.0f - (float)m->city_block[before];
    batch->facts[BLOCKING_PHASE][k] = (float)phase;
    batch->flags[k] = position == BLOCKING_GOAL || lane->step == m->max_steps ? BAUD_TERMINATED : 0;
  }
  return BAUD_OK;
}

static const baud_env_ops blocking_ops = {
    BAUD_SIZE(baud_env_ops), 0, blocking_create, free, NULL, blocking_reset, blocking_step};

/* ---- Demonstration and picture ------------------------------------------------------------------------- */

/* Optimal as long as the maze stays as it is now: the expert does not foresee the change. */
static int32_t blocking_optimal(const void *model, const baud_batch *batch, uint8_t *optimal) {
  const blocking *m = model;
  for (uint32_t k = 0; k < batch->lanes; k++) {
    const blocking_lane *lane = (const blocking_lane *)(const void *)(batch->lane + k * batch->lane_stride);
    uint32_t phase = blocking_phase(m, lane);
    for (uint32_t a = 0; a < BLOCKING_ACTIONS; a++) {
      uint32_t next = m->next[phase][lane->position][a];
      optimal[k * BLOCKING_ACTIONS + a] = m->distance[phase][next] + 1 == m->distance[phase][lane->position];
    }
  }
  return BAUD_OK;
}

static const baud_demonstrate blocking_demonstrate = {BAUD_SIZE(baud_demonstrate), 0, blocking_optimal};

static int32_t blocking_extent(const void *model, uint32_t *width, uint32_t *height) {
  (void)model;
  *width = BLOCKING_COLUMNS;
  *height = BLOCKING_ROWS;
  return BAUD_OK;
}

static int32_t blocking_picture(const void *model, const void *world, const void *lane, char *cells) {
  const blocking *m = model;
  const blocking_lane *at = lane;
  (void)world;
  for (uint32_t cell = 0; cell < BLOCKING_CELLS; cell++)
    cells[cell] = blocking_is_wall(m, blocking_phase(m, at), cell) ? '#' : '.';
  cells[BLOCKING_START] = 'S';
  cells[BLOCKING_GOAL] = 'G';
  cells[at->position] = 'A';
  return BAUD_OK;
}

static const baud_draw blocking_drawing = {BAUD_SIZE(baud_draw), 0, blocking_extent, blocking_picture};

/* ---- Tables -------------------------------------------------------------------------------------------- */

static const void *blocking_extension(const char *id) {
  if (strcmp(id, "baud.demonstrate/1") == 0) return &blocking_demonstrate;
  return strcmp(id, "baud.draw/1") == 0 ? &blocking_drawing : NULL;
}

static const baud_unit blocking_units[] = {{
    .size = BAUD_SIZE(baud_unit),
    .role = BAUD_ENV,
    .behaviour = 1,
    .state_version = 1,
    .id = "baud.blocking_maze",
    .title = "mazes that change: the blocking maze and the shortcut maze",
    .doc = "The fixed 6 x 9 mazes of Reinforcement Learning, 2nd edition, figures 8.4 and 8.5, which change once in a "
           "lane's life: a way is blocked, or a shorter one opens. The place to see why a model must be doubted: "
           "compare dyna_q with and without its bonus for what was long not tried.",
    .params = blocking_params,
    .n_params = BLOCKING_PARAMS,
    .ops = &blocking_ops,
    .extension = blocking_extension,
}};

const baud_library baud_plugin_1 = {
    .size = BAUD_SIZE(baud_library),
    .built_minor = BAUD_MINOR,
    .needs_minor = 0,
    .layout = BAUD_LAYOUT,
    .vendor = "baud",
    .version = "1.0",
    .license = "MIT",
    .units = blocking_units,
    .n_units = 1,
};
