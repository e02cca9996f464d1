/* corridor.c - the short corridor with switched actions (Sutton & Barto, 2nd ed., example 13.1).
 *
 * Three states in a row and the goal to their right; every step costs 1. Left and right do what they say (left of the
 * first state one stays), but in the second state they are reversed; and all states look alike. So no deterministic
 * policy ever arrives, and the best stochastic one goes right with probability 2 - sqrt 2 = .586: from the start,
 * J(p) = -2 (2-p) / (p (1-p)), -11.66 there. Nothing is drawn: there is no world to be learnt, and no quiz; the policy
 * is all.
 */
#include "baud/plugin.h"
#include "baud/random.h"

#include <stdlib.h>
#include <string.h>

enum { CORRIDOR_LEFT, CORRIDOR_RIGHT, CORRIDOR_ACTIONS };
enum { CORRIDOR_GOAL = 3, CORRIDOR_STATES };

/* next[state][action] */
static const uint32_t corridor_next[CORRIDOR_GOAL][CORRIDOR_ACTIONS] = {{0, 1}, {2, 0}, {1, CORRIDOR_GOAL}};

/* The action that leads towards the goal, for one who knows the state. */
static const uint32_t corridor_best[CORRIDOR_GOAL] = {CORRIDOR_RIGHT, CORRIDOR_LEFT, CORRIDOR_RIGHT};

/* ---- Parameters, model, lane --------------------------------------------------------------------------- */

enum { CORRIDOR_P_MAX_STEPS, CORRIDOR_PARAMS };
static const baud_param corridor_params[CORRIDOR_PARAMS] = {
    BAUD_PARAM_INT("max_steps", 1000, 0, 100000000, "steps",
                   "the episode ends in failure after so many steps; 0: never (then give the trial a limit)"),
};

static const baud_field corridor_obs = BAUD_DISCRETE_FIELD("state", 1, "always 0: all states look alike");
static const baud_field corridor_action = BAUD_DISCRETE_FIELD("move", CORRIDOR_ACTIONS, "0 left, 1 right");

enum { CORRIDOR_REWARD, CORRIDOR_SUCCESS, CORRIDOR_FACTS };
static const baud_fact corridor_facts[CORRIDOR_FACTS] = {
    {BAUD_SIZE(baud_fact), BAUD_FACT_REWARD, "reward", "", "-1 each step"},
    {BAUD_SIZE(baud_fact), BAUD_FACT_OUTCOME | BAUD_FACT_AT_END, "success", "", "1 on reaching the goal, else 0"},
};

typedef struct corridor {
  uint32_t max_steps;
} corridor;

typedef struct corridor_lane {
  uint32_t state, step;
} corridor_lane;

static int32_t corridor_create(const baud_host *host, const baud_value *values, baud_env_spec *spec, void **model) {
  corridor *m = calloc(1, sizeof *m);
  if (m == NULL) return host->fail(host, BAUD_ENOMEM, "corridor: no memory for the model");
  m->max_steps = (uint32_t)values[CORRIDOR_P_MAX_STEPS].i;
  spec->n_obs = 1;
  spec->n_facts = CORRIDOR_FACTS;
  spec->max_steps = m->max_steps;
  spec->obs = &corridor_obs;
  spec->action = &corridor_action;
  spec->facts = corridor_facts;
  spec->lane_bytes = sizeof(corridor_lane);
  *model = m;
  return BAUD_OK;
}

/* ---- Reset and step ----------------------------------------------------------------------------------- */

static int32_t corridor_reset(const void *model, const baud_batch *batch) {
  (void)model;
  for (uint32_t i = 0; i < batch->n_pick; i++) {
    uint32_t k = batch->pick[i];
    *(corridor_lane *)(void *)(batch->lane + k * batch->lane_stride) = (corridor_lane){0, 0};
    ((int32_t *)batch->obs[0])[k] = 0;
  }
  return BAUD_OK;
}

static int32_t corridor_step(const void *model, const baud_batch *batch) {
  const corridor *m = model;
  const int32_t *action = batch->action;
  for (uint32_t k = 0; k < batch->lanes; k++) {
    corridor_lane *lane = (corridor_lane *)(void *)(batch->lane + k * batch->lane_stride);
    if ((uint32_t)action[k] >= CORRIDOR_ACTIONS) return BAUD_EARG;
    lane->state = corridor_next[lane->state][action[k]];
    lane->step++;
    int has_arrived = lane->state == CORRIDOR_GOAL;
    batch->facts[CORRIDOR_REWARD][k] = -1.0f;
    batch->facts[CORRIDOR_SUCCESS][k] = has_arrived ? 1.0f : 0.0f;
    batch->flags[k] = has_arrived || lane->step == m->max_steps ? BAUD_TERMINATED : 0;
    ((int32_t *)batch->obs[0])[k] = 0;
  }
  return BAUD_OK;
}

static const baud_env_ops corridor_ops = {
    BAUD_SIZE(baud_env_ops), 0, corridor_create, free, NULL, corridor_reset, corridor_step};

/* ---- Demonstration ------------------------------------------------------------------------------------ */

/* The expert sees the state, which the learner does not: two of three demonstrations say right. */
static int32_t corridor_optimal(const void *model, const baud_batch *batch, uint8_t *optimal) {
  (void)model;
  memset(optimal, 0, (size_t)batch->lanes * CORRIDOR_ACTIONS);
  for (uint32_t k = 0; k < batch->lanes; k++) {
    uint32_t state = ((const corridor_lane *)(const void *)(batch->lane + k * batch->lane_stride))->state;
    if (state < CORRIDOR_GOAL) optimal[k * CORRIDOR_ACTIONS + corridor_best[state]] = 1;
  }
  return BAUD_OK;
}

static const baud_demonstrate corridor_demonstrate = {BAUD_SIZE(baud_demonstrate), 0, corridor_optimal};

/* ---- Picture ------------------------------------------------------------------------------------------- */

static int32_t corridor_extent(const void *model, uint32_t *width, uint32_t *height) {
  (void)model;
  *width = CORRIDOR_STATES;
  *height = 1;
  return BAUD_OK;
}

static int32_t corridor_picture(const void *model, const void *world, const void *lane, char *cells) {
  (void)model;
  (void)world;
  memcpy(cells, ".x.G", CORRIDOR_STATES); /* x: where moves are reversed */
  cells[((const corridor_lane *)lane)->state] = 'A';
  return BAUD_OK;
}

static const baud_draw corridor_drawing = {BAUD_SIZE(baud_draw), 0, corridor_extent, corridor_picture};

/* ---- Tables -------------------------------------------------------------------------------------------- */

static const void *corridor_extension(const char *id) {
  static const struct {
    const char *id;
    const void *table;
  } known[] = {{"baud.demonstrate/1", &corridor_demonstrate}, {"baud.draw/1", &corridor_drawing}};
  for (size_t i = 0; i < sizeof known / sizeof *known; i++)
    if (strcmp(id, known[i].id) == 0) return known[i].table;
  return NULL;
}

static const baud_unit corridor_units[] = {{
    .size = BAUD_SIZE(baud_unit),
    .role = BAUD_ENV,
    .behaviour = 1,
    .state_version = 1,
    .id = "baud.corridor",
    .title = "short corridor with switched actions",
    .doc = "Three states that look alike, in the second of which left and right are reversed; -1 a step until the "
           "goal. Example 13.1 of Sutton and Barto: the best policy is stochastic, right with probability .586, and "
           "returns -11.66; with epsilon .1, greedy ones return -44.2 (right) and -82.1 (left).",
    .params = corridor_params,
    .n_params = CORRIDOR_PARAMS,
    .ops = &corridor_ops,
    .extension = corridor_extension,
}};

const baud_library baud_plugin_1 = {
    .size = BAUD_SIZE(baud_library),
    .built_minor = BAUD_MINOR,
    .needs_minor = 0,
    .layout = BAUD_LAYOUT,
    .vendor = "baud",
    .version = "1.0",
    .license = "MIT",
    .units = corridor_units,
    .n_units = 1,
};
