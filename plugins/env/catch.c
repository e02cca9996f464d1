/* catch.c - a ball falls, a paddle is to be beneath it (bsuite: Osband et al., Behaviour suite for reinforcement
 * learning, ICLR 2020).
 *
 * The ball starts in a column drawn uniformly and falls a row a step, straight down; the paddle starts in the middle of
 * the bottom row and goes one column to the left or to the right, or stays. When the ball is down the episode ends with
 * 1 if it was caught and -1 if not. The column is drawn anew in each episode, so there is no world to be learnt, and no
 * quiz. bsuite scores 10,000 episodes by regret, which is 2 for each ball that was missed.
 */
#include "baud/plugin.h"
#include "baud/random.h"

#include <stdlib.h>
#include <string.h>

enum { CATCH_LEFT, CATCH_STAY, CATCH_RIGHT, CATCH_ACTIONS };
enum { CATCH_MOST_ROWS = 64, CATCH_MOST_COLUMNS = 64 };

/* ---- Parameters, model, lane --------------------------------------------------------------------------- */

enum { CATCH_BOARD, CATCH_INDEX, CATCH_VIEWS };
static const char *const catch_views[CATCH_VIEWS] = {"board", "state"};

enum { CATCH_P_ROWS, CATCH_P_COLUMNS, CATCH_P_OBSERVATION, CATCH_PARAMS };
static const baud_param catch_params[CATCH_PARAMS] = {
    BAUD_PARAM_INT("rows", 10, 2, CATCH_MOST_ROWS, "", "height of the board"),
    BAUD_PARAM_INT("columns", 5, 1, CATCH_MOST_COLUMNS, "", "width of the board"),
    BAUD_PARAM_CHOICE("observation", CATCH_BOARD, catch_views, CATCH_VIEWS,
                      "board: cells, 1 where the ball or the paddle is, as in bsuite; state: one number, for tables"),
};

enum { CATCH_REWARD, CATCH_SUCCESS, CATCH_FACTS };
static const baud_fact catch_facts[CATCH_FACTS] = {
    {BAUD_SIZE(baud_fact), BAUD_FACT_REWARD | BAUD_FACT_AT_END, "reward", "", "1 for a ball caught, -1 for one missed"},
    {BAUD_SIZE(baud_fact), BAUD_FACT_OUTCOME | BAUD_FACT_AT_END, "success", "", "1 for a ball caught, else 0"},
};

typedef struct catch_model {
  uint32_t rows, columns, view;
  baud_field obs, action;
} catch_model;

typedef struct catch_lane {
  uint32_t ball_row, ball, paddle, pad; /* ball and paddle: their columns */
} catch_lane;

static catch_lane *catch_at(const baud_batch *batch, uint32_t k) {
  return (catch_lane *)(void *)(batch->lane + k * batch->lane_stride);
}

static int32_t catch_create(const baud_host *host, const baud_value *values, baud_env_spec *spec, void **model) {
  catch_model *m = calloc(1, sizeof *m);
  if (m == NULL) return host->fail(host, BAUD_ENOMEM, "catch: no memory for the model");
  m->rows = (uint32_t)values[CATCH_P_ROWS].i;
  m->columns = (uint32_t)values[CATCH_P_COLUMNS].i;
  m->view = (uint32_t)values[CATCH_P_OBSERVATION].i;
  if (m->view == CATCH_BOARD)
    m->obs = (baud_field){.size = BAUD_SIZE(baud_field),
                          .dtype = BAUD_U8,
                          .categories = 2,
                          .count = m->rows * m->columns,
                          .rank = 2,
                          .shape = {m->rows, m->columns, 0},
                          .high = 1.0,
                          .name = "board",
                          .unit = "",
                          .doc = "1 where the ball or the paddle is"};
  else
    m->obs = (baud_field)BAUD_DISCRETE_FIELD("state", m->rows * m->columns * m->columns,
                                             "(row of the ball * columns + its column) * columns + the paddle's");
  m->action = (baud_field)BAUD_DISCRETE_FIELD("move", CATCH_ACTIONS, "0 left, 1 stay, 2 right");
  spec->n_obs = 1;
  spec->n_facts = CATCH_FACTS;
  spec->max_steps = m->rows - 1;
  spec->obs = &m->obs;
  spec->action = &m->action;
  spec->facts = catch_facts;
  spec->lane_bytes = sizeof(catch_lane);
  *model = m;
  return BAUD_OK;
}

/* ---- Reset and step ----------------------------------------------------------------------------------- */

static void catch_see(const catch_model *m, const catch_lane *lane, void *obs, uint32_t k) {
  if (m->view == CATCH_INDEX) {
    ((int32_t *)obs)[k] = (int32_t)((lane->ball_row * m->columns + lane->ball) * m->columns + lane->paddle);
    return;
  }
  uint8_t *board = (uint8_t *)obs + (size_t)k * m->rows * m->columns;
  memset(board, 0, (size_t)m->rows * m->columns);
  board[lane->ball_row * m->columns + lane->ball] = 1;
  board[(m->rows - 1) * m->columns + lane->paddle] = 1;
}

static int32_t catch_reset(const void *model, const baud_batch *batch) {
  const catch_model *m = model;
  for (uint32_t i = 0; i < batch->n_pick; i++) {
    uint32_t k = batch->pick[i];
    uint64_t random = batch->seed[i];
    *catch_at(batch, k) = (catch_lane){0, baud_below(&random, m->columns), m->columns / 2, 0};
    catch_see(m, catch_at(batch, k), batch->obs[0], k);
  }
  return BAUD_OK;
}

/* Where the paddle comes to stand: the walls hold it. */
static uint32_t catch_moved(const catch_model *m, uint32_t paddle, uint32_t action) {
  uint32_t to = paddle + action; /* one column further right than it is */
  return to < 1 ? 0 : to > m->columns ? m->columns - 1 : to - 1;
}

static int32_t catch_step(const void *model, const baud_batch *batch) {
  const catch_model *m = model;
  const int32_t *action = batch->action;
  for (uint32_t k = 0; k < batch->lanes; k++) {
    catch_lane *lane = catch_at(batch, k);
    if ((uint32_t)action[k] >= CATCH_ACTIONS) return BAUD_EARG;
    lane->paddle = catch_moved(m, lane->paddle, (uint32_t)action[k]);
    lane->ball_row += lane->ball_row + 1 < m->rows; /* who goes on after the end stays there */
    int is_over = lane->ball_row + 1 == m->rows, is_caught = is_over && lane->paddle == lane->ball;
    batch->facts[CATCH_REWARD][k] = !is_over ? 0.0f : is_caught ? 1.0f : -1.0f;
    batch->facts[CATCH_SUCCESS][k] = is_caught ? 1.0f : 0.0f;
    batch->flags[k] = is_over ? BAUD_TERMINATED : 0;
    catch_see(m, lane, batch->obs[0], k);
  }
  return BAUD_OK;
}

static const baud_env_ops catch_ops = {BAUD_SIZE(baud_env_ops), 0, catch_create, free, NULL, catch_reset, catch_step};

/* ---- Demonstration ------------------------------------------------------------------------------------ */

static uint32_t catch_gap(uint32_t a, uint32_t b) { return a > b ? a - b : b - a; }

/* All moves from which the ball can still be caught; all of them where it cannot. */
static int32_t catch_optimal(const void *model, const baud_batch *batch, uint8_t *optimal) {
  const catch_model *m = model;
  for (uint32_t k = 0; k < batch->lanes; k++) {
    const catch_lane *lane = catch_at(batch, k);
    uint8_t *of_lane = optimal + (size_t)k * CATCH_ACTIONS, any = 0;
    uint32_t left = m->rows - 1 - lane->ball_row; /* moves, this one with them */
    for (uint32_t a = 0; a < CATCH_ACTIONS; a++) {
      of_lane[a] = left > 0 && catch_gap(catch_moved(m, lane->paddle, a), lane->ball) < left;
      any |= of_lane[a];
    }
    if (!any) memset(of_lane, 1, CATCH_ACTIONS);
  }
  return BAUD_OK;
}

static const baud_demonstrate catch_demonstrate = {BAUD_SIZE(baud_demonstrate), 0, catch_optimal};

/* ---- Picture ------------------------------------------------------------------------------------------- */

static int32_t catch_extent(const void *model, uint32_t *width, uint32_t *height) {
  const catch_model *m = model;
  *width = m->columns;
  *height = m->rows;
  return BAUD_OK;
}

static int32_t catch_picture(const void *model, const void *world, const void *lane, char *cells) {
  const catch_model *m = model;
  const catch_lane *at = lane;
  (void)world;
  memset(cells, '.', (size_t)m->rows * m->columns);
  cells[(m->rows - 1) * m->columns + at->paddle] = '=';
  cells[at->ball_row * m->columns + at->ball] = 'o';
  return BAUD_OK;
}

static const baud_draw catch_drawing = {BAUD_SIZE(baud_draw), 0, catch_extent, catch_picture};

/* ---- Tables -------------------------------------------------------------------------------------------- */

static const void *catch_extension(const char *id) {
  static const struct {
    const char *id;
    const void *table;
  } known[] = {{"baud.demonstrate/1", &catch_demonstrate}, {"baud.draw/1", &catch_drawing}};
  for (size_t i = 0; i < sizeof known / sizeof *known; i++)
    if (strcmp(id, known[i].id) == 0) return known[i].table;
  return NULL;
}

static const baud_unit catch_units[] = {{
    .size = BAUD_SIZE(baud_unit),
    .role = BAUD_ENV,
    .behaviour = 1,
    .state_version = 1,
    .id = "baud.catch",
    .title = "a falling ball to be caught",
    .doc =
        "bsuite's catch: a ball falls down one of 5 columns in 9 steps, a paddle moves to be beneath it; 1 for a ball "
        "that is caught, -1 for one that is missed. At random one in five is caught.",
    .params = catch_params,
    .n_params = CATCH_PARAMS,
    .ops = &catch_ops,
    .extension = catch_extension,
}};

const baud_library baud_plugin_1 = {
    .size = BAUD_SIZE(baud_library),
    .built_minor = BAUD_MINOR,
    .needs_minor = 0,
    .layout = BAUD_LAYOUT,
    .vendor = "baud",
    .version = "1.0",
    .license = "MIT",
    .units = catch_units,
    .n_units = 1,
};
