/* battleship_line.c - an environment for baud: a ship of three cells hidden on a line.
 *
 * World: the ship's first cell, uniform on the cells - 2 places; it stays there for the whole trial. A step is a shot
 * at a cell; the episode ends when all three cells of the ship are hit, or after `shots` steps. What is seen is the
 * board: the cells of the ship that were hit in this episode, so a hit changes it and a miss does not. Hits lie
 * within a window of three cells, hence a board is one of 1 + 4 * cells: nothing, or the first cell hit and which of
 * the next two are hit as well.
 *
 * Facts: `hit` (a cell of the ship hit for the first time in the episode; its sum is the return), and at the end of an
 * episode `hits`, their number, and `sunk`.
 *
 * With `seen` off the board stays 0, and only rewards (and an early end) tell of the ship. The observation then does not
 * tell where in an episode one is, so the observer's answers on what to do are those for a first shot throughout.
 *
 * The file is valid C11 and C++17: tables are filled in order, pointers are cast.
 */
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "baud/plugin.h"
#include "baud/random.h"

enum { LENGTH = 3, MOST_CELLS = 64, ROUNDS = 4000 };
enum { FACT_HIT, FACT_HITS, FACT_SUNK, FACTS };
enum { FACTS_PLACE, FACTS_SHOT, FACT_QUIZZES };
enum { PARAM_CELLS, PARAM_SHOTS, PARAM_FACTS, PARAM_SEEN, PARAMS };

static const char *const fact_quizzes[FACT_QUIZZES] = { "place", "shot" };
static const baud_param params[PARAMS] = {
  BAUD_PARAM_INT("cells", 14, 4, MOST_CELLS, "", "cells of the line; the ship covers three of them"),
  BAUD_PARAM_INT("shots", 14, 3, 1000, "steps", "shots after which an episode ends though the ship floats"),
  BAUD_PARAM_CHOICE("facts", FACTS_PLACE, fact_quizzes, FACT_QUIZZES,
                    "what counts as absorbed: what is expected to be seen, or the policy for a first shot"),
  BAUD_PARAM_FLAG("seen", 1, "the board is seen; without, it is always 0, and facts must be shot")
};

/* ---- Model, world, lane ---------------------------------------------------------------------------------- */

typedef struct line_model {
  uint32_t cells, shots, facts_asked, seen, places, boards;
  baud_field board, cell;
  baud_fact facts[FACTS];
  double first_shot[MOST_CELLS]; /* the best fixed policy for a first shot, see plan_first_shot */
} line_model;

typedef struct line_world {
  uint32_t ship; /* its first cell */
} line_world;

typedef struct line_lane {
  uint64_t shot; /* bit c: cell c was shot at in this episode */
  uint32_t steps, pad;
} line_lane;

static uint64_t ship_at(uint32_t place) { return (uint64_t)7 << place; }

static uint32_t count(uint64_t cells) {
  uint32_t n = 0;
  for (; cells != 0; cells &= cells - 1) n++;
  return n;
}

/* The number of the board on which these cells, all of one ship, are hit; and back. */
static uint32_t board_of(uint64_t hits) {
  uint32_t first = 0;
  if (hits == 0) return 0;
  while (!(hits >> first & 1)) first++;
  return 1 + 4 * first + (uint32_t)(hits >> first >> 1 & 3);
}

static uint64_t hits_of(uint32_t board) {
  return board == 0 ? 0 : (uint64_t)(1 | (board - 1) % 4 << 1) << (board - 1) / 4;
}

/* What a shot at `cell` brings when the ship is at `place`, `shot` was shot at before, and this is step `steps`. */
typedef struct result {
  uint64_t hits; /* of the episode, with this one */
  uint32_t over, value[FACTS];
} result;

static result shoot(const line_model *m, uint32_t place, uint64_t shot, uint32_t cell, uint32_t steps) {
  result r;
  uint64_t ship = ship_at(place), here = (uint64_t)1 << cell;
  uint32_t is_sunk;
  r.hits = (shot | here) & ship;
  is_sunk = r.hits == ship;
  r.over = is_sunk || steps >= m->shots;
  r.value[FACT_HIT] = (ship & here & ~shot) != 0;
  r.value[FACT_HITS] = r.over ? count(r.hits) : 0;
  r.value[FACT_SUNK] = is_sunk;
  return r;
}

static uint32_t board_after(const line_model *m, result r) { return m->seen ? board_of(r.hits) : 0; }

/* ---- Create, draw, reset, step --------------------------------------------------------------------------- */

/* Three cells are right for a first shot, so the prior of the quiz's decision is the fixed policy p that maximises the
 * mean of log2 p(ship) over places. Multiplying p by its gradient again and again leads there. It may tend to 0 for
 * cells that others stand in for; a millionth of the uniform keeps each a possible answer. */
static void plan_first_shot(line_model *m) {
  double *p = m->first_shot, sum = 0.0;
  for (uint32_t c = 0; c < m->cells; c++) p[c] = 1.0 / m->cells;
  for (uint32_t round = 0; round < ROUNDS; round++) {
    double gradient[MOST_CELLS] = { 0.0 };
    for (uint32_t s = 0; s < m->places; s++)
      for (uint32_t c = s; c < s + LENGTH; c++) gradient[c] += 1.0 / (m->places * (p[s] + p[s + 1] + p[s + 2]));
    for (uint32_t c = 0; c < m->cells; c++) p[c] *= gradient[c];
  }
  for (uint32_t c = 0; c < m->cells; c++) sum += p[c];
  for (uint32_t c = 0; c < m->cells; c++) p[c] = (1.0 - 1e-6) * p[c] / sum + 1e-6 / m->cells;
}

static baud_fact fact_of(uint32_t roles, const char *name, const char *doc) {
  baud_fact fact = { BAUD_SIZE(baud_fact), roles, name, "", doc };
  return fact;
}

static int32_t line_create(const baud_host *host, const baud_value *values, baud_env_spec *spec, void **model) {
  if (!values[PARAM_SEEN].i && values[PARAM_FACTS].i == FACTS_PLACE)
    return host->fail(host, BAUD_EARG, "battleship_line: facts = \"place\" asks what will be seen, and with seen = false "
                                       "nothing is: set facts = \"shot\"");
  line_model *m = (line_model *)calloc(1, sizeof *m);
  if (m == NULL) return host->fail(host, BAUD_ENOMEM, "battleship_line: no memory for the model");
  m->cells = (uint32_t)values[PARAM_CELLS].i;
  m->shots = (uint32_t)values[PARAM_SHOTS].i;
  m->facts_asked = (uint32_t)values[PARAM_FACTS].i;
  m->seen = values[PARAM_SEEN].i != 0;
  m->places = m->cells - LENGTH + 1;
  m->boards = 1 + 4 * m->cells;
  const baud_field board = BAUD_DISCRETE_FIELD("board", m->boards,
      "0: no hit yet; else 1 + 4 * the first cell hit + 1 if the next one is hit + 2 if the one after it is");
  const baud_field cell = BAUD_DISCRETE_FIELD("cell", m->cells, "the cell to shoot at");
  m->board = board;
  m->cell = cell;
  m->facts[FACT_HIT] = fact_of(BAUD_FACT_REWARD, "hit", "1 when the shot hit a cell not hit before in the episode");
  m->facts[FACT_HITS] = fact_of(BAUD_FACT_AT_END, "hits", "at the end of the episode: the cells of the ship hit in it");
  m->facts[FACT_SUNK] = fact_of(BAUD_FACT_OUTCOME | BAUD_FACT_AT_END, "sunk", "1 at the shot that sinks the ship");
  plan_first_shot(m);
  spec->n_obs = 1;
  spec->obs = &m->board;
  spec->action = &m->cell;
  spec->n_facts = FACTS;
  spec->facts = m->facts;
  spec->max_steps = m->shots;
  spec->lane_bytes = sizeof(line_lane);
  spec->world_bytes = sizeof(line_world);
  spec->entropy_bits = log2(m->places);
  *model = m;
  return BAUD_OK;
}

static int32_t line_draw(const void *model, uint64_t seed, void *world) {
  uint64_t random = seed;
  ((line_world *)world)->ship = baud_below(&random, ((const line_model *)model)->places);
  return BAUD_OK;
}

static line_lane *lane_of(const baud_batch *batch, uint32_t k) {
  return (line_lane *)(void *)(batch->lane + k * batch->lane_stride);
}

static uint32_t ship_of(const baud_batch *batch, uint32_t k) {
  return ((const line_world *)(const void *)(batch->world + k * batch->world_stride))->ship;
}

static int32_t line_reset(const void *model, const baud_batch *batch) {
  (void)model;
  for (uint32_t i = 0; i < batch->n_pick; i++) {
    uint32_t k = batch->pick[i];
    memset(lane_of(batch, k), 0, sizeof(line_lane));
    ((int32_t *)batch->obs[0])[k] = 0;
  }
  return BAUD_OK;
}

static int32_t line_step(const void *model, const baud_batch *batch) {
  const line_model *m = (const line_model *)model;
  for (uint32_t k = 0; k < batch->lanes; k++) {
    line_lane *lane = lane_of(batch, k);
    uint32_t cell = ((const uint32_t *)batch->action)[k];
    if (cell >= m->cells) return BAUD_EARG;
    result r = shoot(m, ship_of(batch, k), lane->shot, cell, ++lane->steps);
    lane->shot |= (uint64_t)1 << cell;
    ((int32_t *)batch->obs[0])[k] = (int32_t)board_after(m, r);
    for (uint32_t f = 0; f < FACTS; f++) batch->facts[f][k] = (float)r.value[f];
    batch->flags[k] = (uint8_t)(r.over ? BAUD_TERMINATED : 0);
  }
  return BAUD_OK;
}

static const baud_env_ops line_ops = { BAUD_SIZE(baud_env_ops), 0, line_create, free, line_draw, line_reset, line_step };

/* ---- "baud.observer/1": P(place), and for each lane the shots of its episode ------------------------------- */

/* The shots are the learner's own, so they are known whatever crosses; given them and the place all else follows. */
typedef struct belief {
  double place[MOST_CELLS];
} belief;

static line_lane *shots_of(const void *state, uint32_t lane) {
  return (line_lane *)(void *)((char *)(uintptr_t)state + sizeof(belief)) + lane;
}

static uint64_t observer_state_bytes(const void *model, uint32_t lanes) {
  (void)model;
  return sizeof(belief) + lanes * sizeof(line_lane);
}

static int32_t observer_alphabet(const void *model, uint32_t fact, double *values, uint32_t max) {
  (void)model;
  if (fact >= FACTS) return BAUD_EARG;
  uint32_t n = fact == FACT_HITS ? LENGTH + 1 : 2;
  for (uint32_t x = 0; x < n && x < max; x++) values[x] = x;
  return (int32_t)n;
}

/* A late fact was brought forth by shots that are not remembered. */
static int32_t observer_supports(const void *model, uint32_t channels, uint32_t fact, uint32_t needs) {
  (void)model;
  (void)channels;
  return fact < FACTS && !(needs & BAUD_SEES_LATE);
}

static int32_t observer_open(const void *model, void *state, uint32_t lanes) {
  const line_model *m = (const line_model *)model;
  belief *b = (belief *)state;
  for (uint32_t s = 0; s < MOST_CELLS; s++) b->place[s] = s < m->places ? 1.0 / m->places : 0.0;
  memset(shots_of(state, 0), 0, lanes * sizeof(line_lane));
  return BAUD_OK;
}

static double bits_of(double p) { return p < 1.0 ? -log2(p) : 0.0; }

/* P(the expert shows `cell` | place): with `competence` any cell of the ship that is still to be hit. */
static double showing(const line_model *m, const baud_evidence *e, uint32_t place, uint64_t shot, uint32_t cell) {
  uint64_t open = ship_at(place) & ~shot;
  uint32_t n = count(open);
  return open >> cell & 1 ? e->competence / n : (1.0 - e->competence) / (m->cells - n);
}

/* The likelihoods of a step at a place: what tells first (the board where it is seen, else whether the episode ended),
 * and the reward after it. */
static void weigh_step(const line_model *m, const baud_evidence *e, uint32_t place, const line_lane *before,
                       uint32_t cell, double *first, double *reward) {
  result r = shoot(m, place, before->shot, cell, before->steps + 1);
  uint32_t ended = (e->flags & BAUD_TERMINATED) != 0;
  *first = ended == r.over;
  if (e->sees_observation) *first *= *(const uint32_t *)e->obs[0] == board_after(m, r);
  *reward = e->sees_reward ? e->weight[r.value[e->fact]] : 1.0;
}

/* Weighs the evidence by the places from .. to - 1, whose probabilities are `p` (updated), and counts the bits. */
static void weigh(const line_model *m, const line_lane *before, const baud_evidence *e, uint32_t from, uint32_t to,
                  double *p, double bits[BAUD_CHANNELS]) {
  uint32_t cell = *(const uint32_t *)e->action;
  double all = 0.0, after_first = 0.0, after_reward = 0.0;
  for (uint32_t s = from; s < to; s++) {
    double first = 1.0, reward = 1.0;
    if (e->kind == BAUD_EV_DEMONSTRATION) first = showing(m, e, s, before->shot, cell);
    else weigh_step(m, e, s, before, cell, &first, &reward);
    all += p[s];
    after_first += p[s] * first;
    p[s] *= first * reward;
    after_reward += p[s];
  }
  uint32_t channel = e->kind == BAUD_EV_DEMONSTRATION ? BAUD_CH_DEMONSTRATION
                     : e->sees_observation && m->seen ? BAUD_CH_OBSERVATION
                                                      : BAUD_CH_REWARD; /* an end that is not seen tells like a reward */
  bits[channel] += bits_of(after_first / all);
  if (e->kind == BAUD_EV_STEP && e->sees_reward) bits[BAUD_CH_REWARD] += bits_of(after_reward / after_first);
  if (after_reward > 0.0)
    for (uint32_t s = from; s < to; s++) p[s] /= after_reward;
}

static int is_weighed(const baud_evidence *e) { return e->kind == BAUD_EV_STEP || e->kind == BAUD_EV_DEMONSTRATION; }

static int32_t observer_noise(const void *model, const void *world, const void *state, const baud_evidence *e,
                              double bits[BAUD_CHANNELS]) {
  uint32_t ship = ((const line_world *)world)->ship;
  double certain[MOST_CELLS] = { 0.0 };
  memset(bits, 0, BAUD_CHANNELS * sizeof *bits);
  certain[ship] = 1.0;
  if (is_weighed(e)) weigh((const line_model *)model, shots_of(state, e->lane), e, ship, ship + 1, certain, bits);
  return BAUD_OK;
}

static int32_t observer_surprise(const void *model, void *state, const baud_evidence *e, double bits[BAUD_CHANNELS]) {
  const line_model *m = (const line_model *)model;
  line_lane *shots = shots_of(state, e->lane);
  memset(bits, 0, BAUD_CHANNELS * sizeof *bits);
  if (e->kind == BAUD_EV_START) memset(shots, 0, sizeof *shots);
  if (!is_weighed(e)) return BAUD_OK;
  weigh(m, shots, e, 0, m->places, ((belief *)state)->place, bits);
  if (e->kind == BAUD_EV_STEP) {
    shots->shot |= (uint64_t)1 << *(const uint32_t *)e->action;
    shots->steps++;
  }
  return BAUD_OK;
}

/* Where nothing that is believed fits the board asked about, no cell is better than another. */
static int32_t answer_action(const line_model *m, const belief *b, uint64_t hits, double *probability) {
  double sum = 0.0;
  for (uint32_t c = 0; c < m->cells; c++) probability[c] = 0.0;
  for (uint32_t s = 0; s < m->places; s++)
    if ((hits & ~ship_at(s)) == 0)
      for (uint32_t c = s; c < s + LENGTH; c++)
        if (!(hits >> c & 1)) {
          probability[c] += b->place[s];
          sum += b->place[s];
        }
  for (uint32_t c = 0; c < m->cells; c++) probability[c] = sum > 0.0 ? probability[c] / sum : 1.0 / m->cells;
  return BAUD_OK;
}

static int32_t answer_board(const line_model *m, const belief *b, uint64_t hits, uint32_t cell, double *probability) {
  double hit = 0.0, sum = m->seen ? 0.0 : 1.0;
  uint64_t here = (uint64_t)1 << cell;
  for (uint32_t s = 0; m->seen && s < m->places; s++) {
    if ((hits & ~ship_at(s)) != 0) continue;
    sum += b->place[s];
    if (ship_at(s) & here) hit += b->place[s];
  }
  for (uint32_t x = 0; x < m->boards; x++) probability[x] = 0.0;
  if (sum > 0.0) hit /= sum;
  probability[board_of(hits)] += 1.0 - hit;
  if (hit > 0.0) probability[board_of(hits | here)] += hit;
  return BAUD_OK;
}

static int32_t observer_answer(const void *model, const void *state, const baud_query *query, double *probability) {
  const line_model *m = (const line_model *)model;
  const belief *b = (const belief *)state;
  uint64_t hits = query->obs != NULL && query->obs[0] != NULL ? hits_of(*(const uint32_t *)query->obs[0]) : 0;
  if (query->target == BAUD_ASK_ACTION && query->n_answers == m->cells) return answer_action(m, b, hits, probability);
  if (query->target == BAUD_ASK_OBSERVATION && query->n_answers == m->boards)
    return answer_board(m, b, hits, *(const uint32_t *)query->action, probability);
  return BAUD_EUNSUP;
}

/* No `settled`: with the place known the host would no longer tell of shots, and the noise of a demonstration depends on
 * the shots of the episode. */
static const baud_observer observer = {
  BAUD_SIZE(baud_observer), BAUD_NOISELESS, observer_state_bytes, observer_alphabet, observer_supports, observer_open,
  observer_noise, observer_surprise, observer_answer, NULL
};

/* ---- "baud.quiz/1": where is the ship, and where to shoot first -------------------------------------------- */

/* Where is the ship? A learner is asked cell by cell, from the left: would a first shot here hit? Only the cells up to
 * the ship's first count, each with the prior given the misses before it. So the priors of the counted answers multiply
 * to 1 / places, and whatever the learner answers multiplies to a distribution over places: the sum is certified. */
static void ask_place(const line_model *m, uint32_t ship, uint32_t cell, baud_item *item) {
  uint32_t if_hit = board_of((uint64_t)1 << cell);
  item->kinds = m->facts_asked == FACTS_PLACE && cell <= ship ? BAUD_ITEM_FACT : 0;
  item->target = BAUD_ASK_OBSERVATION;
  item->n_answers = m->boards;
  item->truth[cell < ship ? 0 : if_hit] = 1.0;
  item->prior[if_hit] = 1.0 / (m->places - cell);
  item->prior[0] = 1.0 - item->prior[if_hit];
  item->action_given = 1;
  *(uint32_t *)item->action = cell;
}

/* Where to shoot first? All three cells of the ship are right. Learners that have a policy and no model of what they
 * will see answer nothing else, so by the parameter `facts` this counts as the fact in place of the ship's place: the
 * prior is the best policy of one who knows nothing, so the gain is at most what was received (the growth of a bet with
 * side information), though less than the place is worth: about log2 ((cells - 2) / 3). */
static void ask_first_shot(const line_model *m, uint32_t ship, baud_item *item) {
  item->kinds = BAUD_ITEM_DECISION;
  if (m->facts_asked == FACTS_SHOT) item->kinds |= BAUD_ITEM_FACT;
  item->target = BAUD_ASK_ACTION;
  item->n_answers = m->cells;
  for (uint32_t c = 0; c < m->cells; c++) {
    item->truth[c] = (double)(ship_at(ship) >> c & 1);
    item->prior[c] = m->first_shot[c];
  }
}

static int32_t quiz_count(const void *model, uint32_t *n_items, uint32_t *max_answers, uint32_t *independence) {
  const line_model *m = (const line_model *)model;
  *n_items = m->places; /* places - 1 cells, for the last place needs no question; and the first shot */
  *max_answers = m->boards;
  *independence = BAUD_FACTS_INDEPENDENT | BAUD_DECISIONS_INDEPENDENT;
  return BAUD_OK;
}

static int32_t quiz_item(const void *model, const void *world, uint32_t index, baud_item *item) {
  const line_model *m = (const line_model *)model;
  uint32_t ship = ((const line_world *)world)->ship;
  if (index >= m->places) return BAUD_EARG;
  item->field = 0;
  item->channel = BAUD_CH_OBSERVATION;
  item->group = 0; /* one ship is behind them all */
  item->score = BAUD_SCORE_SET;
  *(int32_t *)item->obs[0] = 0;
  if (index + 1 < m->places) ask_place(m, ship, index, item);
  else ask_first_shot(m, ship, item);
  return BAUD_OK;
}

static const baud_quiz quiz = { BAUD_SIZE(baud_quiz), 0, quiz_count, quiz_item };

/* ---- "baud.demonstrate/1" and "baud.draw/1" ---------------------------------------------------------------- */

static int32_t line_optimal(const void *model, const baud_batch *batch, uint8_t *optimal) {
  const line_model *m = (const line_model *)model;
  for (uint32_t k = 0; k < batch->lanes; k++) {
    uint64_t open = ship_at(ship_of(batch, k)) & ~lane_of(batch, k)->shot;
    for (uint32_t c = 0; c < m->cells; c++) optimal[k * m->cells + c] = (uint8_t)(open >> c & 1);
  }
  return BAUD_OK;
}

static const baud_demonstrate demonstrate = { BAUD_SIZE(baud_demonstrate), 0, line_optimal };

static int32_t draw_extent(const void *model, uint32_t *width, uint32_t *height) {
  *width = ((const line_model *)model)->cells;
  *height = 1;
  return BAUD_OK;
}

/* `.` water, `o` a miss, `#` the ship, `X` a hit. */
static int32_t draw_line(const void *model, const void *world, const void *lane, char *cells) {
  const line_model *m = (const line_model *)model;
  uint64_t ship = ship_at(((const line_world *)world)->ship), shot = ((const line_lane *)lane)->shot;
  for (uint32_t c = 0; c < m->cells; c++) cells[c] = ".o#X"[(ship >> c & 1) << 1 | (shot >> c & 1)];
  return BAUD_OK;
}

static const baud_draw draw = { BAUD_SIZE(baud_draw), 0, draw_extent, draw_line };

/* ---- What the library exports ------------------------------------------------------------------------------ */

static const void *line_extension(const char *id) {
  if (strcmp(id, "baud.observer/1") == 0) return &observer;
  if (strcmp(id, "baud.quiz/1") == 0) return &quiz;
  if (strcmp(id, "baud.demonstrate/1") == 0) return &demonstrate;
  if (strcmp(id, "baud.draw/1") == 0) return &draw;
  return NULL;
}

static const baud_unit units[] = { {
  BAUD_SIZE(baud_unit), BAUD_ENV, 1, 1, "org.example.battleship_line", "A ship of three cells hidden on a line",
  "The ship lies at one of cells - 2 places, for the whole trial; a shot hits or misses, and an episode ends when all "
  "three cells are hit or the shots are spent. After Milton Bradley's Battleship, on a line. The world holds "
  "log2 (cells - 2) bits.",
  params, PARAMS, 0, &line_ops, line_extension
} };

/* Visible by the header's declaration, in C and in C++. */
const baud_library baud_plugin_1 = {
  BAUD_SIZE(baud_library), BAUD_MINOR, 0, BAUD_LAYOUT, "example.org", "1.0", "MIT", units, 1, 0
};
