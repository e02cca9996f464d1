/* tv.c - a noisy television in the middle of a room, and a goal somewhere in it: the test of whether a learner is drawn
 * to what cannot be learnt (Schmidhuber 1991, Burda et al., arXiv 1810.12894).
 *
 * World: width x height cells, no walls; the goal is one of them, uniform over all but the centre, where the television
 * stands and every episode starts. Who watches there is shown one of `symbols` symbols, drawn afresh each time: its
 * surprise is log2 symbols bits, all of it noise, so it offers 0. Moves lead where they say, so positions tell nothing.
 * The reward says whether the goal was entered; so does TERMINATED, which everyone is told, at every step but the last
 * that is allowed. What TERMINATED tells is booked under the reward, whether or not that crosses: it is the same news.
 * What there is to know is the goal, log2(cells - 1) bits, found by walking.
 */
#include "baud/plugin.h"
#include "baud/random.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

enum { TV_UP, TV_RIGHT, TV_DOWN, TV_LEFT, TV_WATCH, TV_ACTIONS, TV_MOVES = TV_WATCH };
enum { TV_LONGEST_SIDE = 32 };
#define TV_TRACE 1e-9

/* ---- Parameters --------------------------------------------------------------------------------------- */

enum { TV_P_WIDTH, TV_P_HEIGHT, TV_P_SYMBOLS, TV_P_MAX_STEPS, TV_PARAMS };
static const baud_param tv_params[TV_PARAMS] = {
    BAUD_PARAM_INT("width", 5, 2, TV_LONGEST_SIDE, "cells", "cells from left to right"),
    BAUD_PARAM_INT("height", 5, 2, TV_LONGEST_SIDE, "cells", "cells from top to bottom"),
    BAUD_PARAM_INT("symbols", 256, 2, 65536, "", "symbols that the television may show"),
    BAUD_PARAM_INT("max_steps", 50, 1, 100000000, "steps", "the episode ends in failure after so many steps"),
};

/* ---- Model, world, lane ------------------------------------------------------------------------------- */

static const baud_fact tv_facts[] = {
    {BAUD_SIZE(baud_fact), BAUD_FACT_REWARD | BAUD_FACT_OUTCOME | BAUD_FACT_AT_END, "success", "",
     "1 on entering the goal, else 0"}};

typedef struct tv {
  uint32_t width, height, cells, start, symbols, max_steps;
  baud_field obs[2], action;
  double *common; /* [cells][TV_ACTIONS]: the baseline of a decision, see tv_fit_cell */
} tv;

typedef struct tv_world {
  uint32_t goal, pad;
} tv_world;

typedef struct tv_lane {
  uint64_t random;
  uint32_t position, step, shown, pad; /* shown: by the television, 0 nothing */
} tv_lane;

static uint32_t tv_move(const tv *m, uint32_t cell, uint32_t action) {
  uint32_t row = cell / m->width, column = cell % m->width;
  if (action == TV_UP && row > 0) return cell - m->width;
  if (action == TV_RIGHT && column + 1 < m->width) return cell + 1;
  if (action == TV_DOWN && row + 1 < m->height) return cell + m->width;
  if (action == TV_LEFT && column > 0) return cell - 1;
  return cell;
}

/* The moves that lead from one cell closer to another, as a mask: one or two, none where they are the same. */
static uint32_t tv_towards(const tv *m, uint32_t cell, uint32_t goal) {
  uint32_t row = cell / m->width, column = cell % m->width, goal_row = goal / m->width, goal_column = goal % m->width;
  uint32_t mask = goal_row < row ? 1u << TV_UP : goal_row > row ? 1u << TV_DOWN : 0;
  return mask | (goal_column < column ? 1u << TV_LEFT : goal_column > column ? 1u << TV_RIGHT : 0);
}

/* ---- Create, draw ------------------------------------------------------------------------------------- */

/* One pass of p <- E[p(x) 1{x in A*} / p(A*)], A* the optimal moves, count[A*] of `total`: the largest change. */
static double tv_fit_pass(const double count[1 << TV_MOVES], double total, double *p) {
  double sum[TV_MOVES] = {0}, change = 0.0;
  for (uint32_t set = 1; set < 1u << TV_MOVES; set++) {
    double member = 0.0;
    if (count[set] == 0.0) continue;
    for (uint32_t a = 0; a < TV_MOVES; a++) member += set >> a & 1 ? p[a] : 0.0;
    for (uint32_t a = 0; a < TV_MOVES; a++) sum[a] += set >> a & 1 ? count[set] * p[a] / member : 0.0;
  }
  for (uint32_t a = 0; a < TV_MOVES; a++) {
    change = fmax(change, fabs(sum[a] / total - p[a]));
    p[a] = sum[a] / total;
  }
  return change;
}

/* The baseline in a cell, over the goals that may be asked about there: the one distribution that is best at naming an
 * optimal move (SIGNAL, ties). At its fixed point E[q(A*) / p(A*)] <= 1 for every q, so what is scored against it is
 * a lower bound on bits. A trace of every action keeps it above 0 where, standing on the goal, all are right. */
static void tv_fit_cell(const tv *m, uint32_t cell, double *p) {
  double count[1 << TV_MOVES] = {0}, total = 0.0;
  for (uint32_t goal = 0; goal < m->cells; goal++) {
    if (goal == m->start || goal == cell) continue;
    count[tv_towards(m, cell, goal)] += 1.0;
    total += 1.0;
  }
  for (uint32_t a = 0; a < TV_ACTIONS; a++) p[a] = a < TV_MOVES ? 1.0 / TV_MOVES : 0.0;
  for (int pass = 0; pass < 20000 && tv_fit_pass(count, total, p) > 1e-12; pass++) {}
  for (uint32_t a = 0; a < TV_ACTIONS; a++) p[a] = (p[a] + TV_TRACE) / (1.0 + TV_ACTIONS * TV_TRACE);
}

static void tv_describe(tv *m, baud_env_spec *spec) {
  m->obs[0] = (baud_field)BAUD_DISCRETE_FIELD("position", m->cells, "the cell, counted row by row from the top left");
  m->obs[1] = (baud_field)BAUD_DISCRETE_FIELD("television", m->symbols + 1,
                                              "the symbol that was watched, from 1; 0: none was");
  m->action = (baud_field)BAUD_DISCRETE_FIELD("action", TV_ACTIONS, "0 up, 1 right, 2 down, 3 left, 4 watch");
  spec->n_obs = 2;
  spec->n_facts = 1;
  spec->max_steps = m->max_steps;
  spec->obs = m->obs;
  spec->action = &m->action;
  spec->facts = tv_facts;
  spec->lane_bytes = sizeof(tv_lane);
  spec->world_bytes = sizeof(tv_world);
  spec->entropy_bits = log2(m->cells - 1.0);
}

static void tv_destroy(void *model) {
  if (model != NULL) free(((tv *)model)->common);
  free(model);
}

static int32_t tv_create(const baud_host *host, const baud_value *values, baud_env_spec *spec, void **model) {
  tv *m = calloc(1, sizeof *m);
  if (m == NULL) return host->fail(host, BAUD_ENOMEM, "tv: no memory for the model");
  m->width = (uint32_t)values[TV_P_WIDTH].i;
  m->height = (uint32_t)values[TV_P_HEIGHT].i;
  m->cells = m->width * m->height;
  m->start = m->height / 2 * m->width + m->width / 2;
  m->symbols = (uint32_t)values[TV_P_SYMBOLS].i;
  m->max_steps = (uint32_t)values[TV_P_MAX_STEPS].i;
  m->common = calloc((size_t)m->cells * TV_ACTIONS, sizeof *m->common);
  if (m->common == NULL) {
    tv_destroy(m);
    return host->fail(host, BAUD_ENOMEM, "tv: no memory for the table of so many cells; make the room smaller");
  }
  for (uint32_t cell = 0; cell < m->cells; cell++) tv_fit_cell(m, cell, m->common + cell * TV_ACTIONS);
  tv_describe(m, spec);
  *model = m;
  return BAUD_OK;
}

static int32_t tv_draw(const void *model, uint64_t seed, void *world) {
  const tv *m = model;
  uint64_t random = seed;
  uint32_t goal = baud_below(&random, m->cells - 1);
  ((tv_world *)world)->goal = goal + (goal >= m->start);
  return BAUD_OK;
}

/* ---- Reset and step ----------------------------------------------------------------------------------- */

static void tv_observe(const baud_batch *batch, uint32_t k, const tv_lane *lane) {
  ((int32_t *)batch->obs[0])[k] = (int32_t)lane->position;
  ((int32_t *)batch->obs[1])[k] = (int32_t)lane->shown;
}

static int32_t tv_reset(const void *model, const baud_batch *batch) {
  const tv *m = model;
  for (uint32_t i = 0; i < batch->n_pick; i++) {
    uint32_t k = batch->pick[i];
    tv_lane *lane = (tv_lane *)(void *)(batch->lane + k * batch->lane_stride);
    *lane = (tv_lane){batch->seed[i], m->start, 0, 0, 0};
    tv_observe(batch, k, lane);
  }
  return BAUD_OK;
}

static int32_t tv_step(const void *model, const baud_batch *batch) {
  const tv *m = model;
  const int32_t *action = batch->action;
  for (uint32_t k = 0; k < batch->lanes; k++) {
    tv_lane *lane = (tv_lane *)(void *)(batch->lane + k * batch->lane_stride);
    uint32_t goal = ((const tv_world *)(const void *)(batch->world + k * batch->world_stride))->goal;
    if ((uint32_t)action[k] >= TV_ACTIONS) return BAUD_EARG;
    int watches = action[k] == TV_WATCH && lane->position == m->start;
    lane->shown = watches ? 1 + baud_below(&lane->random, m->symbols) : 0;
    lane->position = tv_move(m, lane->position, (uint32_t)action[k]);
    lane->step++;
    tv_observe(batch, k, lane);
    batch->facts[0][k] = lane->position == goal ? 1.0f : 0.0f;
    batch->flags[k] = lane->position == goal || lane->step == m->max_steps ? BAUD_TERMINATED : 0;
  }
  return BAUD_OK;
}

static const baud_env_ops tv_ops = {BAUD_SIZE(baud_env_ops), 0, tv_create, tv_destroy, tv_draw, tv_reset, tv_step};

/* ---- Demonstration ------------------------------------------------------------------------------------ */

static int32_t tv_optimal(const void *model, const baud_batch *batch, uint8_t *optimal) {
  const tv *m = model;
  for (uint32_t k = 0; k < batch->lanes; k++) {
    const tv_lane *lane = (const tv_lane *)(const void *)(batch->lane + k * batch->lane_stride);
    uint32_t goal = ((const tv_world *)(const void *)(batch->world + k * batch->world_stride))->goal;
    uint32_t mask = tv_towards(m, lane->position, goal);
    for (uint32_t a = 0; a < TV_ACTIONS; a++) optimal[k * TV_ACTIONS + a] = mask >> a & 1;
  }
  return BAUD_OK;
}

static const baud_demonstrate tv_demonstrate = {BAUD_SIZE(baud_demonstrate), 0, tv_optimal};

/* ---- The ideal observer -------------------------------------------------------------------------------- */

/* Its state is goal[cells], the posterior, and then step[lanes]. Where a lane is follows from its own actions, hence
 * may be used whether or not observations cross. */
static uint32_t *tv_clock(const tv *m, const void *state) {
  return (uint32_t *)((uintptr_t)state + m->cells * sizeof(double));
}

static uint64_t tv_state_bytes(const void *model, uint32_t lanes) {
  return ((const tv *)model)->cells * sizeof(double) + lanes * sizeof(uint32_t);
}

static int32_t tv_open(const void *model, void *state, uint32_t lanes) {
  const tv *m = model;
  for (uint32_t c = 0; c < m->cells; c++) ((double *)state)[c] = c == m->start ? 0.0 : 1.0;
  memset(tv_clock(m, state), 0, lanes * sizeof(uint32_t));
  return BAUD_OK;
}

static int32_t tv_alphabet(const void *model, uint32_t fact, double *values, uint32_t max) {
  (void)model;
  if (fact != 0) return BAUD_EARG;
  for (uint32_t x = 0; x < 2 && x < max; x++) values[x] = (double)x;
  return 2;
}

/* Exact for every channel, softened, late or as they are. */
static int32_t tv_supports(const void *model, uint32_t channels, uint32_t fact, uint32_t needs) {
  (void)model;
  (void)channels;
  (void)needs;
  return fact == 0;
}

static double tv_bits(double p) { return p < 1.0 ? -log2(p) : 0.0; }

/* The bits of what has weight `yes` against `no`; from 1 - p where nearly certain, for p itself would be rounded. */
static double tv_odds_bits(double yes, double no) {
  return yes < no ? -log2(yes / (yes + no)) : -log1p(-no / (yes + no)) * 1.44269504088896340736;
}

/* Evidence of probability `hit` if the goal is here, and `miss` if not: its bits. Updates. */
static double tv_weigh_goal(const tv *m, double *weight, uint32_t here, double hit, double miss) {
  double own = weight[here], others = 0.0;
  for (uint32_t c = 0; c < m->cells; c++) others += c == here ? 0.0 : weight[c];
  if (hit == miss || others == 0.0) return tv_bits(hit);
  if (own == 0.0) return tv_bits(miss);
  double yes = hit * own + miss * others, no = (1.0 - hit) * own + (1.0 - miss) * others;
  if (!(yes > 0.0)) return INFINITY;
  for (uint32_t c = 0; c < m->cells; c++) weight[c] *= (c == here ? hit : miss) / yes;
  return tv_odds_bits(yes, no);
}

/* P(an expert shows the action | goal): competence is shared by the optimal ones, the rest by the others. */
static double tv_shows(const tv *m, uint32_t position, uint32_t goal, uint32_t action, double competence) {
  uint32_t mask = tv_towards(m, position, goal);
  double n = (double)__builtin_popcount(mask);
  return mask >> action & 1 ? competence / n : (1.0 - competence) / (TV_ACTIONS - n);
}

static double tv_weigh_demonstration(const tv *m, double *weight, const baud_evidence *e) {
  uint32_t position = *(const uint32_t *)e->obs_before[0], action = *(const uint32_t *)e->action;
  double yes = 0.0, no = 0.0;
  for (uint32_t c = 0; c < m->cells; c++) {
    double p = tv_shows(m, position, c, action, e->competence);
    yes += weight[c] * p;
    no += weight[c] * (1.0 - p);
  }
  if (!(yes > 0.0)) return INFINITY;
  for (uint32_t c = 0; c < m->cells; c++) weight[c] *= tv_shows(m, position, c, action, e->competence) / yes;
  return tv_odds_bits(yes, no);
}

/* Checks evidence; 1 where there is something to it, 0 at a start; a negative code for what cannot be read. */
static int32_t tv_read(const tv *m, const baud_evidence *e) {
  if (e->kind == BAUD_EV_START) return 0;
  if (*(const uint32_t *)e->obs_before[0] >= m->cells || *(const uint32_t *)e->action >= TV_ACTIONS) return BAUD_EARG;
  if (e->kind == BAUD_EV_DEMONSTRATION || !e->sees_reward) return 1;
  return e->fact == 0 && e->weight != NULL && e->n_weight == 2 ? 1 : BAUD_EARG;
}

/* What the television costs: as much to one who knows the world as to one who does not. */
static double tv_screen_bits(const tv *m, const baud_evidence *e) {
  int watches = *(const int32_t *)e->action == TV_WATCH && *(const uint32_t *)e->obs_before[0] == m->start;
  return e->kind == BAUD_EV_STEP && e->sees_observation && watches ? log2((double)m->symbols) : 0.0;
}

static int32_t tv_noise(const void *model, const void *world, const void *state, const baud_evidence *e,
                        double bits[BAUD_CHANNELS]) {
  const tv *m = model;
  uint32_t goal = ((const tv_world *)world)->goal;
  (void)state;
  bits[BAUD_CH_OBSERVATION] = bits[BAUD_CH_REWARD] = bits[BAUD_CH_DEMONSTRATION] = 0.0;
  int32_t status = tv_read(m, e);
  if (status <= 0) return status;
  uint32_t position = *(const uint32_t *)e->obs_before[0], action = *(const uint32_t *)e->action;
  if (e->kind == BAUD_EV_DEMONSTRATION) {
    bits[BAUD_CH_DEMONSTRATION] = tv_bits(tv_shows(m, position, goal, action, e->competence));
    return BAUD_OK;
  }
  bits[BAUD_CH_OBSERVATION] = tv_screen_bits(m, e);
  if (e->sees_reward) bits[BAUD_CH_REWARD] = tv_bits(e->weight[tv_move(m, position, action) == goal]);
  return BAUD_OK;
}

/* What flags and reward tell of the goal. A step that is not the last allowed goes on if and only if it has not
 * entered the goal, so that the reward is known from its flags. */
static double tv_weigh_end(const tv *m, void *state, const baud_evidence *e) {
  uint32_t is_over = (e->flags & BAUD_TERMINATED) != 0;
  uint32_t here = tv_move(m, *(const uint32_t *)e->obs_before[0], *(const uint32_t *)e->action);
  double bits = 0.0;
  if (tv_clock(m, state)[e->lane] == m->max_steps && is_over)
    return e->sees_reward ? tv_weigh_goal(m, state, here, e->weight[1], e->weight[0]) : 0.0;
  if (e->kind == BAUD_EV_STEP) bits = tv_weigh_goal(m, state, here, is_over, 1.0 - is_over);
  return bits + (e->sees_reward ? tv_bits(e->weight[is_over]) : 0.0);
}

static int32_t tv_surprise(const void *model, void *state, const baud_evidence *e, double bits[BAUD_CHANNELS]) {
  const tv *m = model;
  bits[BAUD_CH_OBSERVATION] = bits[BAUD_CH_REWARD] = bits[BAUD_CH_DEMONSTRATION] = 0.0;
  int32_t status = tv_read(m, e);
  if (e->kind == BAUD_EV_START) tv_clock(m, state)[e->lane] = 0;
  if (status <= 0) return status;
  if (e->kind == BAUD_EV_DEMONSTRATION) {
    bits[BAUD_CH_DEMONSTRATION] = tv_weigh_demonstration(m, state, e);
    return BAUD_OK;
  }
  if (e->kind == BAUD_EV_STEP) tv_clock(m, state)[e->lane]++;
  bits[BAUD_CH_OBSERVATION] = tv_screen_bits(m, e);
  bits[BAUD_CH_REWARD] = tv_weigh_end(m, state, e);
  return BAUD_OK;
}

/* P(move is optimal), normalised over the moves. */
static int32_t tv_answer_action(const tv *m, const double *weight, uint32_t cell, double *probability) {
  double sum = 0.0;
  for (uint32_t a = 0; a < TV_ACTIONS; a++) probability[a] = 0.0;
  for (uint32_t c = 0; c < m->cells; c++) {
    uint32_t mask = tv_towards(m, cell, c);
    for (uint32_t a = 0; a < TV_MOVES; a++) probability[a] += mask >> a & 1 ? weight[c] : 0.0;
    sum += weight[c] * (double)__builtin_popcount(mask);
  }
  for (uint32_t a = 0; a < TV_ACTIONS; a++) probability[a] = sum > 0.0 ? probability[a] / sum : 1.0 / TV_ACTIONS;
  return BAUD_OK;
}

/* The optimal action, the next position, the television's next symbol. */
static int32_t tv_answer(const void *model, const void *state, const baud_query *query, double *probability) {
  const tv *m = model;
  uint32_t cell = *(const uint32_t *)query->obs[0];
  if (cell >= m->cells) return BAUD_EARG;
  if (query->target == BAUD_ASK_ACTION && query->n_answers == TV_ACTIONS)
    return tv_answer_action(m, state, cell, probability);
  if (query->target != BAUD_ASK_OBSERVATION || query->field > 1) return BAUD_EUNSUP;
  uint32_t action = *(const uint32_t *)query->action, watches = action == TV_WATCH && cell == m->start;
  if (action >= TV_ACTIONS || query->n_answers != m->obs[query->field].categories) return BAUD_EARG;
  for (uint32_t x = 0; x < query->n_answers; x++) {
    if (query->field == 0) probability[x] = x == tv_move(m, cell, action);
    else probability[x] = !watches ? x == 0 : x == 0 ? 0.0 : 1.0 / m->symbols;
  }
  return BAUD_OK;
}

static const baud_observer tv_observer = {
    BAUD_SIZE(baud_observer), 0,        tv_state_bytes, tv_alphabet, tv_supports,
    tv_open,                  tv_noise, tv_surprise,    tv_answer,   NULL}; /* the television's noise never ends */

/* ---- Quiz ---------------------------------------------------------------------------------------------- */

/* A decision for each cell: a move that leads closer to the goal. They hang together, so only that at the start is a
 * fact as well. Where the goal is the cell asked about, all moves are as good and nothing is earned. */
static int32_t tv_count(const void *model, uint32_t *n_items, uint32_t *max_answers, uint32_t *independence) {
  *n_items = ((const tv *)model)->cells;
  *max_answers = TV_ACTIONS;
  *independence = BAUD_FACTS_INDEPENDENT;
  return BAUD_OK;
}

static int32_t tv_item(const void *model, const void *world, uint32_t index, baud_item *item) {
  const tv *m = model;
  if (index >= m->cells) return BAUD_EARG;
  uint32_t cell = index == 0 ? m->start : index <= m->start ? index - 1 : index; /* the start first */
  uint32_t mask = tv_towards(m, cell, ((const tv_world *)world)->goal);
  item->kinds = BAUD_ITEM_DECISION | (cell == m->start ? BAUD_ITEM_FACT : 0u);
  item->target = BAUD_ASK_ACTION;
  item->field = item->group = item->action_given = 0;
  item->channel = BAUD_CH_REWARD;
  item->score = BAUD_SCORE_SET;
  item->n_answers = TV_ACTIONS;
  *(int32_t *)item->obs[0] = (int32_t)cell;
  *(int32_t *)item->obs[1] = 0;
  for (uint32_t a = 0; a < TV_ACTIONS; a++) {
    item->truth[a] = mask == 0 ? 1.0 : mask >> a & 1;
    item->prior[a] = m->common[cell * TV_ACTIONS + a];
  }
  return BAUD_OK;
}

static const baud_quiz tv_quiz = {BAUD_SIZE(baud_quiz), 0, tv_count, tv_item};

/* ---- Picture ------------------------------------------------------------------------------------------- */

/* The room: `T` the television, `G` the goal, `A` the agent; `W` one who is watching. */
static int32_t tv_extent(const void *model, uint32_t *width, uint32_t *height) {
  *width = ((const tv *)model)->width;
  *height = ((const tv *)model)->height;
  return BAUD_OK;
}

static int32_t tv_picture(const void *model, const void *world, const void *lane, char *cells) {
  const tv *m = model;
  const tv_lane *at = lane;
  memset(cells, '.', m->cells);
  cells[m->start] = 'T';
  cells[((const tv_world *)world)->goal] = 'G';
  cells[at->position] = at->shown > 0 ? 'W' : 'A';
  return BAUD_OK;
}

static const baud_draw tv_drawing = {BAUD_SIZE(baud_draw), 0, tv_extent, tv_picture};

/* ---- Tables -------------------------------------------------------------------------------------------- */

static const void *tv_extension(const char *id) {
  static const struct {
    const char *id;
    const void *table;
  } known[] = {{"baud.observer/1", &tv_observer},
               {"baud.quiz/1", &tv_quiz},
               {"baud.demonstrate/1", &tv_demonstrate},
               {"baud.draw/1", &tv_drawing}};
  for (size_t i = 0; i < sizeof known / sizeof *known; i++)
    if (strcmp(id, known[i].id) == 0) return known[i].table;
  return NULL;
}

static const baud_unit tv_units[] = {{
    .size = BAUD_SIZE(baud_unit),
    .role = BAUD_ENV,
    .behaviour = 1,
    .state_version = 1,
    .id = "baud.tv",
    .title = "noisy television in a room with a hidden goal",
    .doc = "Who stays at the centre and watches is shown a fresh random symbol each step: log2 V bits of surprise, "
           "none of them offered. Who walks finds a goal, reward 1, in a cell that stays the same. Tells learners that "
           "seek surprise from those that seek what can be learnt.",
    .params = tv_params,
    .n_params = TV_PARAMS,
    .ops = &tv_ops,
    .extension = tv_extension,
}};

const baud_library baud_plugin_1 = {
    .size = BAUD_SIZE(baud_library),
    .built_minor = BAUD_MINOR,
    .needs_minor = 0,
    .layout = BAUD_LAYOUT,
    .vendor = "baud",
    .version = "1.0",
    .license = "MIT",
    .units = tv_units,
    .n_units = 1,
};
