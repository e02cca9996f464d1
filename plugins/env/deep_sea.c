/* deep_sea.c - a treasure that only a dive without a single step back finds (bsuite's deep_sea and deep_sea_stochastic:
 * Osband et al., Behaviour suite for reinforcement learning, ICLR 2020; Osband, Van Roy, Russo, Wen, Deep exploration
 * via randomized value functions, JMLR 2019).
 *
 * A diver in a square of size x size cells sinks a row a step, and goes a column to the left or to the right; to the
 * right costs cost / size. The treasure, worth 1, is to the right of the last cell, which is reached by going right all
 * the way: at random with probability 2^-size. World: which of the two actions goes right, for each cell that can be
 * reached a fair bit of its own; so H(theta) is size (size + 1) / 2. The observation tells a cell's bit, but for those
 * of the last row, after which there is nothing to be seen; the reward, which has the cost in it, tells it everywhere,
 * and so carries the bits of the last row. In the stochastic sea to go right fails once in `size` times, and normal
 * noise is added to the reward in both corners of the bottom. Success is, as bsuite counts it, never to have gone left
 * from the diagonal.
 */
#include "baud/plugin.h"
#include "baud/random.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

enum { SEA_ACTIONS = 2, SEA_MOST = 100 };

/* ---- Parameters, model, world, lane --------------------------------------------------------------------- */

enum { SEA_P_SIZE, SEA_P_COST, SEA_PARAMS };
static const baud_param sea_params[SEA_PARAMS] = {
    BAUD_PARAM_INT("size", 10, 2, SEA_MOST, "", "rows and columns"),
    BAUD_PARAM_FLOAT("cost", 0.01, 1e-6, 0.3, "", "of going right all the way down"),
};

enum { SEA_REWARD, SEA_SUCCESS, SEA_FACTS };
enum { SEA_NOTHING, SEA_COST, SEA_TREASURE, SEA_VALUES }; /* what a reward can be without noise */

typedef struct sea {
  uint32_t size, cells,
      end; /* cells: that can be reached; end: the observation when there is nothing more to be seen */
  int is_stochastic;
  double cost; /* of one step */
  baud_field obs, action;
  baud_fact facts[SEA_FACTS];
} sea;

/* A world is right[cells]: the action that goes right, u8. */
static uint32_t sea_cell(uint32_t row, uint32_t column) { return row * (row + 1) / 2 + column; }

typedef struct sea_lane {
  uint64_t random;
  uint32_t row, column, is_bad, pad; /* is_bad: has gone left from the diagonal */
} sea_lane;

static sea_lane *sea_at(const baud_batch *batch, uint32_t k) {
  return (sea_lane *)(void *)(batch->lane + k * batch->lane_stride);
}

static const uint8_t *sea_world(const baud_batch *batch, uint32_t k) {
  return (const uint8_t *)batch->world + k * batch->world_stride;
}

/* ---- Create, draw ------------------------------------------------------------------------------------- */

static void sea_describe(sea *m) {
  m->obs = (baud_field)BAUD_DISCRETE_FIELD("cell", m->end + 1, "row * size + column; the last number: at the bottom");
  m->action = (baud_field)BAUD_DISCRETE_FIELD("move", SEA_ACTIONS, "one goes left and one right, by cell");
  m->facts[SEA_REWARD] = (baud_fact){BAUD_SIZE(baud_fact), BAUD_FACT_REWARD, "reward", "",
                                     "1 for the treasure, minus the cost of a step to the right"};
  m->facts[SEA_SUCCESS] = (baud_fact){BAUD_SIZE(baud_fact), BAUD_FACT_OUTCOME | BAUD_FACT_AT_END, "success", "",
                                      "1 when no step from the diagonal went left, else 0"};
  if (m->is_stochastic) m->facts[SEA_SUCCESS].roles |= BAUD_FACT_HIDDEN; /* the reward is too noisy to tell */
}

static int32_t sea_create(const baud_host *host, const baud_value *values, baud_env_spec *spec, void **model,
                          int is_stochastic) {
  sea *m = calloc(1, sizeof *m);
  if (m == NULL) return host->fail(host, BAUD_ENOMEM, "deep_sea: no memory for the model");
  m->size = (uint32_t)values[SEA_P_SIZE].i;
  m->cells = sea_cell(m->size, 0);
  m->end = m->size * m->size;
  m->is_stochastic = is_stochastic;
  m->cost = values[SEA_P_COST].f / m->size;
  sea_describe(m);
  spec->n_obs = 1;
  spec->n_facts = SEA_FACTS;
  spec->max_steps = m->size;
  spec->obs = &m->obs;
  spec->action = &m->action;
  spec->facts = m->facts;
  spec->lane_bytes = sizeof(sea_lane);
  spec->world_bytes = m->cells;
  spec->entropy_bits = m->cells;
  *model = m;
  return BAUD_OK;
}

static int32_t sea_create_calm(const baud_host *host, const baud_value *values, baud_env_spec *spec, void **model) {
  return sea_create(host, values, spec, model, 0);
}
static int32_t sea_create_stochastic(const baud_host *host, const baud_value *values, baud_env_spec *spec,
                                     void **model) {
  return sea_create(host, values, spec, model, 1);
}

static int32_t sea_draw(const void *model, uint64_t seed, void *world) {
  uint64_t random = seed;
  for (uint32_t c = 0; c < ((const sea *)model)->cells; c++) ((uint8_t *)world)[c] = (uint8_t)baud_below(&random, 2);
  return BAUD_OK;
}

/* ---- Reset and step ----------------------------------------------------------------------------------- */

static int32_t sea_seen(const sea *m, const sea_lane *lane) {
  return (int32_t)(lane->row < m->size ? lane->row * m->size + lane->column : m->end);
}

static int32_t sea_reset(const void *model, const baud_batch *batch) {
  for (uint32_t i = 0; i < batch->n_pick; i++) {
    uint32_t k = batch->pick[i];
    *sea_at(batch, k) = (sea_lane){.random = batch->seed[i]};
    ((int32_t *)batch->obs[0])[k] = sea_seen(model, sea_at(batch, k));
  }
  return BAUD_OK;
}

/* Whether noise is added to the rewards of this cell. */
static int sea_is_noisy(const sea *m, uint32_t row, uint32_t column) {
  return m->is_stochastic && row + 1 == m->size && (column == 0 || column + 1 == m->size);
}

/* Which of the rewards there are without noise. */
static uint32_t sea_reward_of(const sea *m, uint32_t column, int goes_right) {
  return !goes_right ? SEA_NOTHING : column + 1 == m->size ? SEA_TREASURE : SEA_COST;
}
static double sea_value(const sea *m, uint32_t reward) {
  return reward == SEA_NOTHING ? 0.0 : (reward == SEA_TREASURE) - m->cost;
}

/* A fixed number of draws a step, whatever happens in it. */
static double sea_dive(const sea *m, sea_lane *lane, int goes_right) {
  double reward = sea_value(m, sea_reward_of(m, lane->column, goes_right));
  int fails = m->is_stochastic && baud_uniform(&lane->random) * m->size < 1.0;
  double noise = m->is_stochastic ? baud_normal(&lane->random) : 0.0;
  if (sea_is_noisy(m, lane->row, lane->column)) reward += noise;
  if (!goes_right && lane->row == lane->column) lane->is_bad = 1;
  if (!goes_right) lane->column -= lane->column > 0;
  else if (!fails) lane->column += lane->column + 1 < m->size;
  lane->row++;
  return reward;
}

static int32_t sea_step(const void *model, const baud_batch *batch) {
  const sea *m = model;
  const int32_t *action = batch->action;
  for (uint32_t k = 0; k < batch->lanes; k++) {
    sea_lane *lane = sea_at(batch, k);
    if ((uint32_t)action[k] >= SEA_ACTIONS) return BAUD_EARG;
    int is_in = lane->row < m->size; /* who goes on after the end stays there */
    int goes_right = is_in && action[k] == sea_world(batch, k)[sea_cell(lane->row, lane->column)];
    batch->facts[SEA_REWARD][k] = is_in ? (float)sea_dive(m, lane, goes_right) : 0.0f;
    batch->facts[SEA_SUCCESS][k] = lane->row == m->size && !lane->is_bad ? 1.0f : 0.0f;
    batch->flags[k] = lane->row == m->size ? BAUD_TERMINATED : 0;
    ((int32_t *)batch->obs[0])[k] = sea_seen(m, lane);
  }
  return BAUD_OK;
}

static const baud_env_ops sea_ops = {BAUD_SIZE(baud_env_ops), 0, sea_create_calm, free, sea_draw, sea_reset, sea_step};
static const baud_env_ops sea_stochastic_ops = {
    BAUD_SIZE(baud_env_ops), 0, sea_create_stochastic, free, sea_draw, sea_reset, sea_step};

/* ---- Demonstration ------------------------------------------------------------------------------------ */

/* Right on the diagonal; off it the treasure is out of reach, and left costs nothing. (In the stochastic sea one who
 * was held up is off it, too.) */
static uint32_t sea_best(const uint8_t *right, uint32_t row, uint32_t column) {
  uint32_t goes_right = right[sea_cell(row, column)];
  return row == column ? goes_right : 1 - goes_right;
}

static int32_t sea_optimal(const void *model, const baud_batch *batch, uint8_t *optimal) {
  const sea *m = model;
  memset(optimal, 0, (size_t)batch->lanes * SEA_ACTIONS);
  for (uint32_t k = 0; k < batch->lanes; k++) {
    const sea_lane *lane = sea_at(batch, k);
    if (lane->row < m->size) optimal[k * SEA_ACTIONS + sea_best(sea_world(batch, k), lane->row, lane->column)] = 1;
  }
  return BAUD_OK;
}

static const baud_demonstrate sea_demonstrate = {BAUD_SIZE(baud_demonstrate), 0, sea_optimal};

/* ---- The ideal observer -------------------------------------------------------------------------------- */

/* Its state is known, the number of cells whose bit is certain, and then p[cells], P(action 1 goes right) there: bits
 * are independent, and a step tells of the cell it was taken in alone. Only who sees the cells knows where that was. */
static double *sea_known(const void *state) { return (double *)(uintptr_t)state; }
static double *sea_beliefs(const void *state) { return (double *)(uintptr_t)state + 1; }

static double sea_bits(double p) { return p < 1.0 ? -log2(p) : 0.0; }

static uint64_t sea_state_bytes(const void *model, uint32_t lanes) {
  (void)lanes;
  return (1 + (uint64_t)((const sea *)model)->cells) * sizeof(double);
}

static int32_t sea_open(const void *model, void *state, uint32_t lanes) {
  (void)lanes;
  *sea_known(state) = 0.0;
  for (uint32_t c = 0; c < ((const sea *)model)->cells; c++) sea_beliefs(state)[c] = 0.5;
  return BAUD_OK;
}

static int32_t sea_alphabet(const void *model, uint32_t fact, double *values, uint32_t max) {
  const sea *m = model;
  if (fact >= SEA_FACTS) return BAUD_EARG;
  if (fact == SEA_REWARD && m->is_stochastic) return 0;
  uint32_t n = fact == SEA_SUCCESS ? 2 : SEA_VALUES;
  for (uint32_t x = 0; x < n && x < max; x++)
    values[x] = fact == SEA_SUCCESS ? (double)x : (double)(float)sea_value(m, x);
  return (int32_t)n;
}

static int32_t sea_supports(const void *model, uint32_t channels, uint32_t fact, uint32_t needs) {
  const sea *m = model;
  (void)needs;
  return (channels & BAUD_MASK(BAUD_CH_OBSERVATION)) && fact < SEA_FACTS && !(m->is_stochastic && fact == SEA_SUCCESS);
}

/* What a piece of evidence is worth to one for whom the step went right, and to one for whom it went left. */
typedef struct sea_likelihood {
  double right, left;
} sea_likelihood;

typedef struct sea_moment {
  uint32_t row, column, cell, action;
} sea_moment;

/* 1 and the moment where there is something to the evidence, 0 where not; a negative code for what cannot be read. */
static int32_t sea_read(const sea *m, const baud_evidence *e, sea_moment *at) {
  if (e->kind == BAUD_EV_START) return 0;
  uint32_t from = *(const uint32_t *)e->obs_before[0],
           to = e->kind == BAUD_EV_DEMONSTRATION ? 0 : *(const uint32_t *)e->obs[0];
  at->action = *(const uint32_t *)e->action;
  if (from > m->end || to > m->end || at->action >= SEA_ACTIONS) return BAUD_EARG;
  if (e->kind == BAUD_EV_STEP && !e->sees_observation) return BAUD_EUNSUP;
  at->row = from / m->size;
  at->column = from % m->size;
  if (from < m->end && at->column > at->row) return BAUD_EARG;
  at->cell = sea_cell(at->row, at->column);
  return from < m->end;
}

static sea_likelihood sea_of_sight(const sea *m, const sea_moment *at, uint32_t to) {
  if (to == m->end) return (sea_likelihood){1.0, 1.0};
  uint32_t column = to % m->size, left = at->column - (at->column > 0);
  double fails = m->is_stochastic ? 1.0 / m->size : 0.0;
  return (sea_likelihood){column == at->column + 1 ? 1.0 - fails : column == at->column ? fails : 0.0, column == left};
}

/* A density where there is noise, else a probability; the same measure for both, so that their ratio means something.
 */
static double sea_of_value(const sea *m, const sea_moment *at, uint32_t reward, double value) {
  double of = sea_value(m, reward);
  if (!sea_is_noisy(m, at->row, at->column)) return value == (double)(float)of;
  return exp(-0.5 * (value - of) * (value - of)) / 2.50662827463100050242;
}

static sea_likelihood sea_of_reward(const sea *m, const sea_moment *at, const baud_evidence *e) {
  uint32_t right = sea_reward_of(m, at->column, 1), is_last = at->row + 1 == m->size;
  if (e->weight == NULL)
    return (sea_likelihood){sea_of_value(m, at, right, e->value), sea_of_value(m, at, SEA_NOTHING, e->value)};
  if (e->fact == SEA_SUCCESS) return (sea_likelihood){e->weight[is_last && at->column == at->row], e->weight[0]};
  return (sea_likelihood){e->weight[right], e->weight[SEA_NOTHING]};
}

/* Of the two actions one is best: which, hangs on the cell. */
static sea_likelihood sea_of_demonstration(const sea_moment *at, double competence) {
  return at->row == at->column ? (sea_likelihood){competence, 1.0 - competence}
                               : (sea_likelihood){1.0 - competence, competence};
}

static int32_t sea_noise(const void *model, const void *world, const void *state, const baud_evidence *e,
                         double bits[BAUD_CHANNELS]) {
  const sea *m = model;
  sea_moment at;
  (void)state;
  bits[BAUD_CH_OBSERVATION] = bits[BAUD_CH_REWARD] = bits[BAUD_CH_DEMONSTRATION] = 0.0;
  int32_t status = sea_read(m, e, &at);
  if (status <= 0) return status;
  int goes_right = ((const uint8_t *)world)[at.cell] == at.action;
  if (e->kind == BAUD_EV_DEMONSTRATION) {
    sea_likelihood of = sea_of_demonstration(&at, e->competence);
    bits[BAUD_CH_DEMONSTRATION] = sea_bits(goes_right ? of.right : of.left);
    return BAUD_OK;
  }
  if (e->kind == BAUD_EV_STEP) {
    sea_likelihood of = sea_of_sight(m, &at, *(const uint32_t *)e->obs[0]);
    bits[BAUD_CH_OBSERVATION] = sea_bits(goes_right ? of.right : of.left);
  }
  if (!e->sees_reward) return BAUD_OK;
  sea_likelihood of = sea_of_reward(m, &at, e);
  bits[BAUD_CH_REWARD] = -log2(goes_right ? of.right : of.left); /* of a density: may be negative */
  return BAUD_OK;
}

/* Bayes' rule for the cell's bit; the evidence's bits. */
static double sea_weigh(void *state, const sea_moment *at, sea_likelihood of) {
  double *p = &sea_beliefs(state)[at->cell], right = at->action ? *p : 1.0 - *p;
  double all = right * of.right + (1.0 - right) * of.left;
  if (!(all > 0.0)) return INFINITY;
  if (*p == 0.0 || *p == 1.0 || of.right == of.left) return all == 1.0 ? 0.0 : -log2(all);
  double after = right * of.right / all;
  *p = at->action ? after : 1.0 - after;
  *sea_known(state) += *p == 0.0 || *p == 1.0;
  return all == 1.0 ? 0.0 : -log2(all);
}

static int32_t sea_surprise(const void *model, void *state, const baud_evidence *e, double bits[BAUD_CHANNELS]) {
  const sea *m = model;
  sea_moment at;
  bits[BAUD_CH_OBSERVATION] = bits[BAUD_CH_REWARD] = bits[BAUD_CH_DEMONSTRATION] = 0.0;
  int32_t status = sea_read(m, e, &at);
  if (status <= 0) return status;
  if (e->kind == BAUD_EV_DEMONSTRATION) {
    bits[BAUD_CH_DEMONSTRATION] = sea_weigh(state, &at, sea_of_demonstration(&at, e->competence));
    return BAUD_OK;
  }
  if (e->kind == BAUD_EV_STEP)
    bits[BAUD_CH_OBSERVATION] = sea_weigh(state, &at, sea_of_sight(m, &at, *(const uint32_t *)e->obs[0]));
  if (e->sees_reward) bits[BAUD_CH_REWARD] = sea_weigh(state, &at, sea_of_reward(m, &at, e));
  return BAUD_OK;
}

/* Where an action leads from a cell above the bottom row, if it goes right with probability p. */
static void sea_spread(const sea *m, uint32_t cell, double p, double *probability) {
  uint32_t column = cell % m->size, below = cell + m->size;
  double fails = m->is_stochastic ? 1.0 / m->size : 0.0;
  memset(probability, 0, (m->end + 1) * sizeof *probability);
  probability[below + 1] += p * (1.0 - fails);
  probability[below] += p * fails;
  probability[below - (column > 0)] += 1.0 - p;
}

static int32_t sea_answer(const void *model, const void *state, const baud_query *query, double *probability) {
  const sea *m = model;
  uint32_t cell = *(const uint32_t *)query->obs[0];
  if (cell >= m->end || cell % m->size > cell / m->size) return BAUD_EUNSUP;
  uint32_t row = cell / m->size, column = cell % m->size;
  double p = sea_beliefs(state)[sea_cell(row, column)];
  if (query->target == BAUD_ASK_ACTION && query->n_answers == SEA_ACTIONS) {
    probability[1] = row == column ? p : 1.0 - p;
    probability[0] = 1.0 - probability[1];
    return BAUD_OK;
  }
  if (query->target != BAUD_ASK_OBSERVATION || query->field != 0 || query->n_answers != m->end + 1) return BAUD_EUNSUP;
  if (row + 1 == m->size) {
    memset(probability, 0, query->n_answers * sizeof *probability);
    probability[m->end] = 1.0;
  } else {
    sea_spread(m, cell, *(const uint32_t *)query->action ? p : 1.0 - p, probability);
  }
  return BAUD_OK;
}

static int32_t sea_settled(const void *model, const void *state) {
  return *sea_known(state) == (double)((const sea *)model)->cells;
}

static const baud_observer sea_observer = {BAUD_SIZE(baud_observer),
                                           BAUD_NOISELESS | BAUD_REPEATABLE,
                                           sea_state_bytes,
                                           sea_alphabet,
                                           sea_supports,
                                           sea_open,
                                           sea_noise,
                                           sea_surprise,
                                           sea_answer,
                                           sea_settled};
static const baud_observer sea_stochastic_observer = {BAUD_SIZE(baud_observer),
                                                      0,
                                                      sea_state_bytes,
                                                      sea_alphabet,
                                                      sea_supports,
                                                      sea_open,
                                                      sea_noise,
                                                      sea_surprise,
                                                      sea_answer,
                                                      NULL};

/* ---- Quiz ---------------------------------------------------------------------------------------------- */

/* A fact for each cell above the bottom row: where action 0 leads. Then a decision for each cell: each has a bit of its
 * own, so that all are independent. */
static int32_t sea_count(const void *model, uint32_t *n_items, uint32_t *max_answers, uint32_t *independence) {
  const sea *m = model;
  *n_items = m->cells - m->size + m->cells;
  *max_answers = m->end + 1;
  *independence = BAUD_FACTS_INDEPENDENT | BAUD_DECISIONS_INDEPENDENT;
  return BAUD_OK;
}

/* Row and column of a cell that can be reached. */
static uint32_t sea_row(uint32_t cell) {
  uint32_t row = 0;
  while (sea_cell(row + 1, 0) <= cell) row++;
  return row;
}

static int32_t sea_item(const void *model, const void *world, uint32_t index, baud_item *item) {
  const sea *m = model;
  uint32_t n_facts = m->cells - m->size, is_fact = index < n_facts;
  if (index >= n_facts + m->cells) return BAUD_EARG;
  uint32_t cell = is_fact ? index : index - n_facts, row = sea_row(cell), column = cell - sea_cell(row, 0);
  const uint8_t *right = world;
  *(int32_t *)item->obs[0] = (int32_t)(row * m->size + column);
  item->kinds = is_fact ? BAUD_ITEM_FACT : BAUD_ITEM_DECISION;
  item->target = is_fact ? BAUD_ASK_OBSERVATION : BAUD_ASK_ACTION;
  item->field = 0;
  item->channel = row + 1 < m->size ? BAUD_CH_OBSERVATION : BAUD_CH_REWARD;
  item->group = cell;
  item->score = is_fact && m->is_stochastic ? BAUD_SCORE_MEAN : BAUD_SCORE_SET;
  item->n_answers = is_fact ? m->end + 1 : SEA_ACTIONS;
  item->action_given = is_fact;
  if (is_fact) {
    *(int32_t *)item->action = 0;
    sea_spread(m, row * m->size + column, right[cell] == 0, item->truth);
    sea_spread(m, row * m->size + column, 0.5, item->prior);
  } else {
    item->truth[0] = sea_best(right, row, column) == 0;
    item->truth[1] = 1.0 - item->truth[0];
    item->prior[0] = item->prior[1] = 0.5;
  }
  return BAUD_OK;
}

static const baud_quiz sea_quiz = {BAUD_SIZE(baud_quiz), 0, sea_count, sea_item};

/* ---- Picture ------------------------------------------------------------------------------------------- */

static int32_t sea_extent(const void *model, uint32_t *width, uint32_t *height) {
  *width = *height = ((const sea *)model)->size;
  return BAUD_OK;
}

/* Cells that can be reached as dots; the diver, and where the treasure is. */
static int32_t sea_picture(const void *model, const void *world, const void *lane, char *cells) {
  const sea *m = model;
  const sea_lane *at = lane;
  (void)world;
  for (uint32_t row = 0; row < m->size; row++)
    for (uint32_t column = 0; column < m->size; column++) cells[row * m->size + column] = column <= row ? '.' : ' ';
  cells[m->end - 1] = '$';
  if (at->row < m->size) cells[at->row * m->size + at->column] = 'A';
  return BAUD_OK;
}

static const baud_draw sea_drawing = {BAUD_SIZE(baud_draw), 0, sea_extent, sea_picture};

/* ---- Tables -------------------------------------------------------------------------------------------- */

static const void *sea_extension_of(const char *id, const baud_observer *observer) {
  const struct {
    const char *id;
    const void *table;
  } known[] = {{"baud.observer/1", observer},
               {"baud.quiz/1", &sea_quiz},
               {"baud.demonstrate/1", &sea_demonstrate},
               {"baud.draw/1", &sea_drawing}};
  for (size_t i = 0; i < sizeof known / sizeof *known; i++)
    if (strcmp(id, known[i].id) == 0) return known[i].table;
  return NULL;
}
static const void *sea_extension(const char *id) { return sea_extension_of(id, &sea_observer); }
static const void *sea_stochastic_extension(const char *id) { return sea_extension_of(id, &sea_stochastic_observer); }

static const baud_unit sea_units[] = {
    {
        .size = BAUD_SIZE(baud_unit),
        .role = BAUD_ENV,
        .behaviour = 1,
        .state_version = 1,
        .id = "baud.deep_sea",
        .title = "a treasure at the end of a dive without a step back",
        .doc =
            "bsuite's deep_sea: in each row of a square one of two actions goes right, at a small cost, and only who "
            "always goes right finds the treasure; which one it is, is a fair bit of each cell. Random play succeeds "
            "once in 2^size episodes.",
        .params = sea_params,
        .n_params = SEA_PARAMS,
        .ops = &sea_ops,
        .extension = sea_extension,
    },
    {
        .size = BAUD_SIZE(baud_unit),
        .role = BAUD_ENV,
        .behaviour = 1,
        .state_version = 1,
        .id = "baud.deep_sea_stochastic",
        .title = "the deep sea with currents and noise",
        .doc = "bsuite's deep_sea_stochastic: as deep_sea, but a step to the right fails once in `size` times, and the "
               "rewards in the two corners of the bottom have standard normal noise added.",
        .params = sea_params,
        .n_params = SEA_PARAMS,
        .ops = &sea_stochastic_ops,
        .extension = sea_stochastic_extension,
    }};

const baud_library baud_plugin_1 = {
    .size = BAUD_SIZE(baud_library),
    .built_minor = BAUD_MINOR,
    .needs_minor = 0,
    .layout = BAUD_LAYOUT,
    .vendor = "baud",
    .version = "1.0",
    .license = "MIT",
    .units = sea_units,
    .n_units = 2,
};
