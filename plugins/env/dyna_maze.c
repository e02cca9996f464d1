/* dyna_maze.c - the maze of Sutton and Barto, Reinforcement Learning (2nd edition), example 8.1 and figure 8.2.
 *
 * 6 x 9 cells, always the same: there is no world to be drawn, hence no observer and no quiz, and the ledger shows
 * what a learner saves on the stream only. Start at row 2 on the left, goal in the top right corner, reward 1 there
 * and 0 elsewhere. Walking into a wall or the border leaves one where one is. The shortest way is 14 steps; a first
 * episode at random lasts 868.7 on average. Observation: the cell, row by row; actions: up, right, down, left.
 */
#include "baud/plugin.h"

#include <stdlib.h>
#include <string.h>

enum { DYNA_ROWS = 6, DYNA_COLUMNS = 9, DYNA_CELLS = DYNA_ROWS * DYNA_COLUMNS };
enum { DYNA_START = 2 * DYNA_COLUMNS, DYNA_GOAL = DYNA_COLUMNS - 1 };
enum { DYNA_UP, DYNA_RIGHT, DYNA_DOWN, DYNA_LEFT, DYNA_ACTIONS };

static const char dyna_layout[DYNA_CELLS + 1] = ".......#G"
                                                "..#....#."
                                                "S.#....#."
                                                "..#......"
                                                ".....#..."
                                                ".........";

/* ---- Parameters, fields, facts ------------------------------------------------------------------------- */

static const baud_param dyna_params[] = {
    BAUD_PARAM_INT("max_steps", 0, 0, 100000000, "steps", "the episode ends in failure after so many steps; 0: never"),
};

static const baud_field dyna_position = BAUD_DISCRETE_FIELD("position", DYNA_CELLS, "the cell, row by row");
static const baud_field dyna_move = BAUD_DISCRETE_FIELD("move", DYNA_ACTIONS, "0 up, 1 right, 2 down, 3 left");

enum { DYNA_SUCCESS, DYNA_POTENTIAL, DYNA_POTENTIAL_BEFORE, DYNA_FACTS };
static const baud_fact dyna_facts[DYNA_FACTS] = {
    {BAUD_SIZE(baud_fact), BAUD_FACT_REWARD | BAUD_FACT_OUTCOME, "success", "", "1 on reaching the goal, else 0"},
    {BAUD_SIZE(baud_fact), BAUD_FACT_POTENTIAL, "potential", "cells", "minus city blocks from successor to goal"},
    {BAUD_SIZE(baud_fact), 0, "potential_before", "cells", "the same of the cell that was acted in"},
};

/* ---- Model and lane ------------------------------------------------------------------------------------ */

typedef struct dyna {
  uint32_t max_steps;
  uint8_t next[DYNA_CELLS][DYNA_ACTIONS]; /* where an action leads */
  uint8_t city_block[DYNA_CELLS];         /* distance to the goal if there were no walls */
  uint8_t distance[DYNA_CELLS];           /* steps to the goal; DYNA_CELLS in walls */
} dyna;

typedef struct dyna_lane {
  uint32_t position, step;
} dyna_lane;

static uint32_t dyna_try(uint32_t cell, uint32_t action) {
  uint32_t row = cell / DYNA_COLUMNS, column = cell % DYNA_COLUMNS, next = cell;
  if (action == DYNA_UP && row > 0) next = cell - DYNA_COLUMNS;
  if (action == DYNA_RIGHT && column + 1 < DYNA_COLUMNS) next = cell + 1;
  if (action == DYNA_DOWN && row + 1 < DYNA_ROWS) next = cell + DYNA_COLUMNS;
  if (action == DYNA_LEFT && column > 0) next = cell - 1;
  return dyna_layout[next] == '#' ? cell : next;
}

/* Distances by relaxing until nothing changes: a handful of sweeps over 54 cells, once a model. */
static void dyna_search(dyna *m) {
  memset(m->distance, DYNA_CELLS, sizeof m->distance);
  m->distance[DYNA_GOAL] = 0;
  for (int changed = 1; changed;) {
    changed = 0;
    for (uint32_t cell = 0; cell < DYNA_CELLS; cell++) {
      for (uint32_t a = 0; dyna_layout[cell] != '#' && a < DYNA_ACTIONS; a++) {
        uint32_t through = m->distance[m->next[cell][a]] + 1u;
        if (through >= m->distance[cell]) continue;
        m->distance[cell] = (uint8_t)through;
        changed = 1;
      }
    }
  }
}

static int32_t dyna_create(const baud_host *host, const baud_value *values, baud_env_spec *spec, void **model) {
  dyna *m = calloc(1, sizeof *m);
  if (m == NULL) return host->fail(host, BAUD_ENOMEM, "dyna_maze: no memory for the model");
  m->max_steps = (uint32_t)values[0].i;
  for (uint32_t cell = 0; cell < DYNA_CELLS; cell++) {
    for (uint32_t a = 0; a < DYNA_ACTIONS; a++) m->next[cell][a] = (uint8_t)dyna_try(cell, a);
    m->city_block[cell] = (uint8_t)(cell / DYNA_COLUMNS + (DYNA_COLUMNS - 1 - cell % DYNA_COLUMNS));
  }
  dyna_search(m);
  spec->n_obs = 1;
  spec->n_facts = DYNA_FACTS;
  spec->max_steps = m->max_steps;
  spec->obs = &dyna_position;
  spec->action = &dyna_move;
  spec->facts = dyna_facts;
  spec->lane_bytes = sizeof(dyna_lane);
  *model = m;
  return BAUD_OK;
}

/* ---- Reset and step ----------------------------------------------------------------------------------- */

static int32_t dyna_reset(const void *model, const baud_batch *batch) {
  (void)model;
  for (uint32_t i = 0; i < batch->n_pick; i++) {
    uint32_t k = batch->pick[i];
    *(dyna_lane *)(void *)(batch->lane + k * batch->lane_stride) = (dyna_lane){DYNA_START, 0};
    ((int32_t *)batch->obs[0])[k] = DYNA_START;
  }
  return BAUD_OK;
}

static int32_t dyna_step(const void *model, const baud_batch *batch) {
  const dyna *m = model;
  const int32_t *action = batch->action;
  for (uint32_t k = 0; k < batch->lanes; k++) {
    dyna_lane *lane = (dyna_lane *)(void *)(batch->lane + k * batch->lane_stride);
    if ((uint32_t)action[k] >= DYNA_ACTIONS) return BAUD_EARG;
    uint32_t before = lane->position, position = m->next[before][action[k]];
    lane->position = position;
    lane->step++;
    ((int32_t *)batch->obs[0])[k] = (int32_t)position;
    batch->facts[DYNA_SUCCESS][k] = position == DYNA_GOAL ? 1.0f : 0.0f;
    batch->facts[DYNA_POTENTIAL][k] = 0.0f - (float)m->city_block[position];
    batch->facts[DYNA_POTENTIAL_BEFORE][k] = 0.0f - (float)m->city_block[before];
    batch->flags[k] = position == DYNA_GOAL || lane->step == m->max_steps ? BAUD_TERMINATED : 0;
  }
  return BAUD_OK;
}

static const baud_env_ops dyna_ops = {BAUD_SIZE(baud_env_ops), 0, dyna_create, free, NULL, dyna_reset, dyna_step};

/* ---- Demonstration and picture ------------------------------------------------------------------------- */

static int32_t dyna_optimal(const void *model, const baud_batch *batch, uint8_t *optimal) {
  const dyna *m = model;
  for (uint32_t k = 0; k < batch->lanes; k++) {
    uint32_t cell = ((const dyna_lane *)(const void *)(batch->lane + k * batch->lane_stride))->position;
    for (uint32_t a = 0; a < DYNA_ACTIONS; a++)
      optimal[k * DYNA_ACTIONS + a] = m->distance[m->next[cell][a]] + 1 == m->distance[cell];
  }
  return BAUD_OK;
}

static const baud_demonstrate dyna_demonstrate = {BAUD_SIZE(baud_demonstrate), 0, dyna_optimal};

static int32_t dyna_extent(const void *model, uint32_t *width, uint32_t *height) {
  (void)model;
  *width = DYNA_COLUMNS;
  *height = DYNA_ROWS;
  return BAUD_OK;
}

static int32_t dyna_picture(const void *model, const void *world, const void *lane, char *cells) {
  (void)model;
  (void)world;
  memcpy(cells, dyna_layout, DYNA_CELLS);
  cells[((const dyna_lane *)lane)->position] = 'A';
  return BAUD_OK;
}

static const baud_draw dyna_drawing = {BAUD_SIZE(baud_draw), 0, dyna_extent, dyna_picture};

/* ---- Tables -------------------------------------------------------------------------------------------- */

static const void *dyna_extension(const char *id) {
  if (strcmp(id, "baud.demonstrate/1") == 0) return &dyna_demonstrate;
  return strcmp(id, "baud.draw/1") == 0 ? &dyna_drawing : NULL;
}

static const baud_unit dyna_units[] = {{
    .size = BAUD_SIZE(baud_unit),
    .role = BAUD_ENV,
    .behaviour = 1,
    .state_version = 1,
    .id = "baud.dyna_maze",
    .title = "the Dyna maze of Sutton and Barto",
    .doc = "The fixed 6 x 9 maze of Reinforcement Learning, 2nd edition, figure 8.2: reward 1 at the goal, shortest "
           "way 14 steps. The place to see planning pay: compare dyna_q with 0, 5 and 50 planning steps.",
    .params = dyna_params,
    .n_params = sizeof dyna_params / sizeof *dyna_params,
    .ops = &dyna_ops,
    .extension = dyna_extension,
}};

const baud_library baud_plugin_1 = {
    .size = BAUD_SIZE(baud_library),
    .built_minor = BAUD_MINOR,
    .needs_minor = 0,
    .layout = BAUD_LAYOUT,
    .vendor = "baud",
    .version = "1.0",
    .license = "MIT",
    .units = dyna_units,
    .n_units = 1,
};
