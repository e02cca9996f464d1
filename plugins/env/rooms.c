/* rooms.c - rooms that are joined by hallways, in which temporal abstraction pays: the four rooms of Sutton, Precup and Singh
 * 1999 (Between MDPs and semi-MDPs), and the two rooms of Sutton et al. 2023 (Reward-respecting subtasks for model-based
 * reinforcement learning, arXiv 2202.03466), both with the latter's places to be avoided.
 *
 * A move goes where it is meant to, but with chance `slip` in one of the three other directions; into a wall it goes nowhere.
 * The reward is that of the cell in which one finds oneself: 1 at the goal, which ends the episode, -1 in places to be
 * avoided, 0 elsewhere. Always the same rooms: there is no world to be drawn, hence no observer and no quiz. Observation: the
 * cell, row by row, walls included; actions: up, right, down, left.
 */
#include "baud/plugin.h"
#include "baud/random.h"

#include <stdlib.h>
#include <string.h>

enum { ROOMS_UP, ROOMS_RIGHT, ROOMS_DOWN, ROOMS_LEFT, ROOMS_ACTIONS };
enum { ROOMS_TWO, ROOMS_FOUR, ROOMS_LAYOUTS, ROOMS_MOST_CELLS = 169 };

/* '#' wall, '-' to be avoided, 'S' start, 'G' goal, 'h' hallway. */
typedef struct rooms_layout {
  uint32_t width, height;
  const char *cells;
} rooms_layout;
static const rooms_layout rooms_layouts[ROOMS_LAYOUTS] = {
    {15, 8,
     "###############"
     "#.----.#......#"
     "#.----.#......#"
     "#S----.h......#"
     "#.----.#......#"
     "#.----.#......#"
     "#......#..G...#"
     "###############"},
    {13, 13,
     "#############"
     "#.....#.....#"
     "#.....#.....#"
     "#.....h.....#"
     "#S....#.....#"
     "#.....#.....#"
     "##h####.....#"
     "#.---.###h###"
     "#.---.#.....#"
     "#.---.#G....#"
     "#.---.h.....#"
     "#.....#.....#"
     "#############"},
};
static const char *const rooms_names[ROOMS_LAYOUTS] = {"two", "four"};

enum { ROOMS_P_ROOMS, ROOMS_P_SLIP, ROOMS_P_MAX_STEPS, ROOMS_PARAMS };
static const baud_param rooms_params[ROOMS_PARAMS] = {
    BAUD_PARAM_CHOICE("rooms", ROOMS_FOUR, rooms_names, ROOMS_LAYOUTS, "which rooms"),
    BAUD_PARAM_FLOAT("slip", 1.0 / 3.0, 0, 1, "", "chance that a move goes in one of the other three directions"),
    BAUD_PARAM_INT("max_steps", 0, 0, 100000000, "steps", "the episode ends in failure after so many steps; 0: never"),
};

enum { ROOMS_REWARD, ROOMS_SUCCESS, ROOMS_FACTS };
static const baud_fact rooms_facts[ROOMS_FACTS] = {
    {BAUD_SIZE(baud_fact), BAUD_FACT_REWARD, "reward", "", "1 at the goal, -1 in places to be avoided, else 0"},
    {BAUD_SIZE(baud_fact), BAUD_FACT_OUTCOME | BAUD_FACT_AT_END, "success", "", "1 on reaching the goal"},
};

typedef struct rooms {
  const rooms_layout *layout;
  double slip;
  uint32_t max_steps, start;
  uint8_t next[ROOMS_MOST_CELLS][ROOMS_ACTIONS]; /* where a move leads */
  baud_field obs, action;
} rooms;

typedef struct rooms_lane {
  uint64_t random;
  uint32_t cell, step;
} rooms_lane;

static uint32_t rooms_move(const rooms_layout *layout, uint32_t cell, uint32_t action) {
  static const int across[ROOMS_ACTIONS] = {0, 1, 0, -1}, down[ROOMS_ACTIONS] = {-1, 0, 1, 0};
  uint32_t next = (uint32_t)((int)cell + across[action] + down[action] * (int)layout->width);
  return layout->cells[next] == '#' ? cell : next; /* walls all round: there is always a next cell */
}

static int32_t rooms_create(const baud_host *host, const baud_value *values, baud_env_spec *spec, void **model) {
  rooms *m = calloc(1, sizeof *m);
  if (m == NULL) return host->fail(host, BAUD_ENOMEM, "rooms: no memory for the model");
  m->layout = &rooms_layouts[values[ROOMS_P_ROOMS].i];
  m->slip = values[ROOMS_P_SLIP].f;
  m->max_steps = (uint32_t)values[ROOMS_P_MAX_STEPS].i;
  uint32_t cells = m->layout->width * m->layout->height;
  m->start = (uint32_t)(strchr(m->layout->cells, 'S') - m->layout->cells);
  for (uint32_t cell = 0; cell < cells; cell++)
    for (uint32_t a = 0; a < ROOMS_ACTIONS && m->layout->cells[cell] != '#'; a++) m->next[cell][a] = (uint8_t)rooms_move(m->layout, cell, a);
  m->obs = (baud_field)BAUD_DISCRETE_FIELD("position", cells, "the cell, row by row");
  m->action = (baud_field)BAUD_DISCRETE_FIELD("move", ROOMS_ACTIONS, "0 up, 1 right, 2 down, 3 left");
  spec->n_obs = 1;
  spec->n_facts = ROOMS_FACTS;
  spec->max_steps = m->max_steps;
  spec->obs = &m->obs;
  spec->action = &m->action;
  spec->facts = rooms_facts;
  spec->lane_bytes = sizeof(rooms_lane);
  *model = m;
  return BAUD_OK;
}

static rooms_lane *rooms_lane_of(const baud_batch *batch, uint32_t k) { return (rooms_lane *)(void *)(batch->lane + k * batch->lane_stride); }

static int32_t rooms_reset(const void *model, const baud_batch *batch) {
  const rooms *m = model;
  for (uint32_t i = 0; i < batch->n_pick; i++) {
    *rooms_lane_of(batch, batch->pick[i]) = (rooms_lane){batch->seed[i], m->start, 0};
    ((int32_t *)batch->obs[0])[batch->pick[i]] = (int32_t)m->start;
  }
  return BAUD_OK;
}

static int32_t rooms_step(const void *model, const baud_batch *batch) {
  const rooms *m = model;
  for (uint32_t k = 0; k < batch->lanes; k++) {
    rooms_lane *lane = rooms_lane_of(batch, k);
    uint32_t action = (uint32_t)((const int32_t *)batch->action)[k];
    if (action >= ROOMS_ACTIONS) return BAUD_EARG;
    if (baud_bernoulli(&lane->random, m->slip)) action = (action + 1 + baud_below(&lane->random, ROOMS_ACTIONS - 1)) % ROOMS_ACTIONS;
    lane->cell = m->next[lane->cell][action];
    char cell = m->layout->cells[lane->cell];
    int is_over = cell == 'G' || ++lane->step == m->max_steps;
    batch->facts[ROOMS_REWARD][k] = cell == 'G' ? 1.0f : cell == '-' ? -1.0f : 0.0f;
    batch->facts[ROOMS_SUCCESS][k] = cell == 'G';
    batch->flags[k] = is_over ? BAUD_TERMINATED : 0;
    ((int32_t *)batch->obs[0])[k] = (int32_t)lane->cell;
  }
  return BAUD_OK;
}

static const baud_env_ops rooms_ops = {BAUD_SIZE(baud_env_ops), 0, rooms_create, free, NULL, rooms_reset, rooms_step};

/* ---- Picture ------------------------------------------------------------------------------------------- */

static int32_t rooms_extent(const void *model, uint32_t *width, uint32_t *height) {
  *width = ((const rooms *)model)->layout->width;
  *height = ((const rooms *)model)->layout->height;
  return BAUD_OK;
}

static int32_t rooms_picture(const void *model, const void *world, const void *lane, char *cells) {
  const rooms_layout *layout = ((const rooms *)model)->layout;
  (void)world;
  memcpy(cells, layout->cells, (size_t)layout->width * layout->height);
  cells[((const rooms_lane *)lane)->cell] = '@';
  return BAUD_OK;
}

static const baud_draw rooms_drawing = {BAUD_SIZE(baud_draw), 0, rooms_extent, rooms_picture};

static const void *rooms_extension(const char *id) { return strcmp(id, "baud.draw/1") == 0 ? &rooms_drawing : NULL; }

static const baud_unit rooms_units[] = {{
    .size = BAUD_SIZE(baud_unit),
    .role = BAUD_ENV,
    .behaviour = 1,
    .state_version = 1,
    .id = "baud.rooms",
    .title = "two or four rooms, joined by hallways",
    .doc = "From one room to a goal in another, past places that cost 1 a step, with moves that slip: the rooms of Sutton, "
           "Precup and Singh 1999 and of Sutton et al. 2023, in which options that lead to hallways pay.",
    .params = rooms_params,
    .n_params = ROOMS_PARAMS,
    .ops = &rooms_ops,
    .extension = rooms_extension,
}};

const baud_library baud_plugin_1 = {
    .size = BAUD_SIZE(baud_library),
    .built_minor = BAUD_MINOR,
    .needs_minor = 0,
    .layout = BAUD_LAYOUT,
    .vendor = "baud",
    .version = "1.0",
    .license = "MIT",
    .units = rooms_units,
    .n_units = 1,
};
