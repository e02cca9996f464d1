/* reber.c - strings of the embedded Reber grammar, one after another without a break: the stream on which Gers, Schmidhuber
 * and Cummins, Learning to forget: continual prediction with LSTM (Neural Computation 12, 2000) showed that a memory which
 * is never reset from outside must be able to reset itself.
 *
 * A string is B, then T or P, then a string of Reber's own grammar, then the same T or P again, then E; the next string
 * follows. Reber's grammar, by its six inner places (each exit as likely):
 *   B 1   1 -T- 2, -P- 3   2 -S- 2, -X- 4   3 -T- 3, -V- 5   4 -X- 3, -S- 6   5 -P- 4, -V- 6   6 -E
 * Which letter comes at the end of a string was said some ten letters before its end, and nothing between tells it.
 * There are 6 choices in the mean inside and the outer one: 7 bits in a string of 12 letters, whatever is known.
 *
 * The observation is the letter. The action is a guess at the next one; the reward is 1 where the outer letter comes again
 * and the guess has named it. An episode is `strings` strings, so that the return counts the outer letters named. Its last
 * step shows the B of the string after, and the next episode begins with that B: who does not look where episodes begin
 * sees one stream without end. The law is known, and there is no world to be learnt: all surprise is noise, the code length
 * of one who knows the grammar, to which a learner's can be compared.
 */
#include "baud/plugin.h"
#include "baud/random.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

/* ---- The grammar -------------------------------------------------------------------------------------- */

enum { REBER_B, REBER_T, REBER_S, REBER_X, REBER_P, REBER_V, REBER_E, REBER_LETTERS };
static const char reber_letters[] = "BTSXPVE";

/* Places by what comes next: the outer letter, the inner string's B, the inner places 1 to 6, the outer letter again, the
 * string's E, and the B of the next one. */
enum { REBER_OUTER, REBER_OPEN, REBER_1, REBER_2, REBER_3, REBER_4, REBER_5, REBER_6, REBER_AGAIN, REBER_END, REBER_NEXT, REBER_PLACES };
enum { REBER_AS_BEFORE = REBER_LETTERS }; /* for a letter: the one that came at REBER_OUTER */

typedef struct reber_exit {
  uint8_t letter, place;
} reber_exit;

static const struct {
  uint32_t n; /* exits, each as likely */
  reber_exit exit[2];
} reber_grammar[REBER_PLACES] = {
    [REBER_OUTER] = {2, {{REBER_T, REBER_OPEN}, {REBER_P, REBER_OPEN}}},
    [REBER_OPEN] = {1, {{REBER_B, REBER_1}}},
    [REBER_1] = {2, {{REBER_T, REBER_2}, {REBER_P, REBER_3}}},
    [REBER_2] = {2, {{REBER_S, REBER_2}, {REBER_X, REBER_4}}},
    [REBER_3] = {2, {{REBER_T, REBER_3}, {REBER_V, REBER_5}}},
    [REBER_4] = {2, {{REBER_X, REBER_3}, {REBER_S, REBER_6}}},
    [REBER_5] = {2, {{REBER_P, REBER_4}, {REBER_V, REBER_6}}},
    [REBER_6] = {1, {{REBER_E, REBER_AGAIN}}},
    [REBER_AGAIN] = {1, {{REBER_AS_BEFORE, REBER_END}}},
    [REBER_END] = {1, {{REBER_E, REBER_NEXT}}},
    [REBER_NEXT] = {1, {{REBER_B, REBER_OUTER}}},
};

/* Where in the grammar a string is; flat, in a lane and in the observer alike. */
typedef struct reber_at {
  uint8_t place, outer;
} reber_at;

static const reber_at reber_begun = {REBER_OUTER, REBER_T}; /* a B has been seen; the outer letter is still to come */

static uint32_t reber_letter(const reber_at *at, uint32_t exit) {
  uint32_t letter = reber_grammar[at->place].exit[exit].letter;
  return letter == REBER_AS_BEFORE ? at->outer : letter;
}

static void reber_leave(reber_at *at, uint32_t exit) {
  if (at->place == REBER_OUTER) at->outer = (uint8_t)reber_letter(at, exit);
  at->place = reber_grammar[at->place].exit[exit].place;
}

/* The exit that a letter takes; n where there is none. */
static uint32_t reber_exit_of(const reber_at *at, uint32_t letter) {
  uint32_t exit = 0, n = reber_grammar[at->place].n;
  while (exit < n && reber_letter(at, exit) != letter) exit++;
  return exit;
}

/* ---- Parameters, model, lane -------------------------------------------------------------------------- */

enum { REBER_P_STRINGS, REBER_PARAMS };
static const baud_param reber_params[REBER_PARAMS] = {
    BAUD_PARAM_INT("strings", 10, 1, 1000000, "", "strings of an episode, of 12 letters in the mean"),
};

static const baud_fact reber_facts[] = {
    {BAUD_SIZE(baud_fact), BAUD_FACT_REWARD, "named", "", "1 where the outer letter comes again and was guessed, else 0"}};

typedef struct reber_model {
  uint32_t strings;
  baud_field obs, action;
} reber_model;

typedef struct reber_lane {
  uint64_t random;
  uint32_t letter, strings; /* the last one shown; strings of this episode that have ended */
  reber_at at;
} reber_lane;

static int32_t reber_create(const baud_host *host, const baud_value *values, baud_env_spec *spec, void **model) {
  reber_model *m = calloc(1, sizeof *m);
  if (m == NULL) return host->fail(host, BAUD_ENOMEM, "reber: no memory for the model");
  m->strings = (uint32_t)values[REBER_P_STRINGS].i;
  m->obs = (baud_field)BAUD_DISCRETE_FIELD("letter", REBER_LETTERS, "of B T S X P V E; an episode begins with B");
  m->action = (baud_field)BAUD_DISCRETE_FIELD("guess", REBER_LETTERS, "at the next letter");
  spec->n_obs = 1;
  spec->n_facts = 1;
  spec->obs = &m->obs;
  spec->action = &m->action;
  spec->facts = reber_facts;
  spec->lane_bytes = sizeof(reber_lane);
  spec->world_bytes = sizeof(uint64_t); /* means nothing: the law is known */
  *model = m;
  return BAUD_OK;
}

static int32_t reber_draw(const void *model, uint64_t seed, void *world) {
  (void)model;
  (void)seed;
  (void)world;
  return BAUD_OK;
}

/* ---- Reset and step ----------------------------------------------------------------------------------- */

static reber_lane *reber_lane_of(const baud_batch *batch, uint32_t k) { return (reber_lane *)(void *)(batch->lane + k * batch->lane_stride); }

static int32_t reber_reset(const void *model, const baud_batch *batch) {
  (void)model;
  for (uint32_t i = 0; i < batch->n_pick; i++) {
    *reber_lane_of(batch, batch->pick[i]) = (reber_lane){batch->seed[i], REBER_B, 0, reber_begun};
    ((int32_t *)batch->obs[0])[batch->pick[i]] = REBER_B;
  }
  return BAUD_OK;
}

static int32_t reber_step(const void *model, const baud_batch *batch) {
  const reber_model *m = model;
  for (uint32_t k = 0; k < batch->lanes; k++) {
    reber_lane *lane = reber_lane_of(batch, k);
    uint32_t guess = ((const uint32_t *)batch->action)[k], place = lane->at.place;
    if (guess >= REBER_LETTERS) return BAUD_EARG;
    uint32_t exit = reber_grammar[place].n > 1 ? baud_below(&lane->random, 2) : 0;
    lane->letter = reber_letter(&lane->at, exit);
    reber_leave(&lane->at, exit);
    lane->strings += place == REBER_NEXT;
    ((int32_t *)batch->obs[0])[k] = (int32_t)lane->letter;
    batch->facts[0][k] = place == REBER_AGAIN && guess == lane->letter ? 1.0f : 0.0f;
    batch->flags[k] = lane->strings == m->strings ? BAUD_TERMINATED : 0;
  }
  return BAUD_OK;
}

static const baud_env_ops reber_ops = {BAUD_SIZE(baud_env_ops), 0, reber_create, free, reber_draw, reber_reset, reber_step};

/* ---- The ideal observer -------------------------------------------------------------------------------- */

/* Its state: where each lane is, which the letters tell without doubt: reber_at[lanes]. */
static uint64_t reber_state_bytes(const void *model, uint32_t lanes) {
  (void)model;
  return lanes * sizeof(reber_at);
}

static int32_t reber_open(const void *model, void *state, uint32_t lanes) {
  (void)model;
  for (uint32_t k = 0; k < lanes; k++) ((reber_at *)state)[k] = reber_begun;
  return BAUD_OK;
}

static int32_t reber_alphabet(const void *model, uint32_t fact, double *values, uint32_t max) {
  (void)model;
  if (fact != 0) return BAUD_EARG;
  for (uint32_t x = 0; x < 2 && x < max; x++) values[x] = (double)x;
  return 2;
}

/* Exact where letters are seen and rewards come in time: from rewards alone the place is lost, and it is not kept where
 * earlier steps were. */
static int32_t reber_supports(const void *model, uint32_t channels, uint32_t fact, uint32_t needs) {
  (void)model;
  return fact == 0 && channels & BAUD_MASK(BAUD_CH_OBSERVATION) && !(needs & BAUD_SEES_LATE);
}

static double reber_bits(double p) { return p < 1.0 ? -log2(p) : 0.0; }

/* The bits of a step: 1 for a choice between two exits, and what a scheme's dice make of a reward that the letter tells. */
static int32_t reber_weigh(const reber_at *at, const baud_evidence *e, double bits[BAUD_CHANNELS]) {
  bits[BAUD_CH_OBSERVATION] = bits[BAUD_CH_REWARD] = bits[BAUD_CH_DEMONSTRATION] = 0.0;
  if (e->kind == BAUD_EV_START) return BAUD_OK;
  if (e->kind != BAUD_EV_STEP || !e->sees_observation) return BAUD_EUNSUP;
  uint32_t letter = *(const uint32_t *)e->obs[0], guess = *(const uint32_t *)e->action, n = reber_grammar[at->place].n;
  if (letter >= REBER_LETTERS || guess >= REBER_LETTERS) return BAUD_EARG;
  bits[BAUD_CH_OBSERVATION] = reber_exit_of(at, letter) < n ? reber_bits(1.0 / n) : INFINITY;
  if (!e->sees_reward) return BAUD_OK;
  if (e->fact != 0 || e->weight == NULL || e->n_weight != 2) return BAUD_EARG;
  bits[BAUD_CH_REWARD] = reber_bits(e->weight[at->place == REBER_AGAIN && guess == letter]);
  return BAUD_OK;
}

static int32_t reber_noise(const void *model, const void *world, const void *state, const baud_evidence *e, double bits[BAUD_CHANNELS]) {
  (void)model;
  (void)world;
  return reber_weigh((const reber_at *)state + e->lane, e, bits);
}

static int32_t reber_surprise(const void *model, void *state, const baud_evidence *e, double bits[BAUD_CHANNELS]) {
  (void)model;
  reber_at *at = (reber_at *)state + e->lane;
  int32_t code = reber_weigh(at, e, bits);
  if (code != BAUD_OK) return code;
  if (e->kind == BAUD_EV_START) {
    *at = reber_begun;
    return BAUD_OK;
  }
  uint32_t exit = reber_exit_of(at, *(const uint32_t *)e->obs[0]);
  if (exit < reber_grammar[at->place].n) reber_leave(at, exit);
  return BAUD_OK;
}

static const baud_observer reber_observer = {BAUD_SIZE(baud_observer), 0, reber_state_bytes, reber_alphabet, reber_supports,
                                             reber_open, reber_noise, reber_surprise, NULL, NULL};

/* ---- Picture ------------------------------------------------------------------------------------------- */

/* The outer letter, how deep in the string it is, and the letters that may come next. */
enum { REBER_WIDTH = 24, REBER_HEIGHT = 2 };

static int32_t reber_extent(const void *model, uint32_t *width, uint32_t *height) {
  (void)model;
  *width = REBER_WIDTH;
  *height = REBER_HEIGHT;
  return BAUD_OK;
}

static int32_t reber_picture(const void *model, const void *world, const void *state, char *cells) {
  static const char places[REBER_PLACES + 1] = "?B123456?EB";
  const reber_lane *lane = state;
  (void)model;
  (void)world;
  memset(cells, ' ', REBER_WIDTH * REBER_HEIGHT);
  for (uint32_t i = 0; i < REBER_PLACES; i++) {
    int is_outer = i == REBER_AGAIN && lane->at.place > REBER_OUTER;
    cells[2 * i] = is_outer ? reber_letters[lane->at.outer] : places[i];
  }
  cells[REBER_WIDTH + 2 * lane->at.place] = '^';
  cells[REBER_WIDTH - 1] = reber_letters[lane->letter];
  return BAUD_OK;
}

static const baud_draw reber_drawing = {BAUD_SIZE(baud_draw), 0, reber_extent, reber_picture};

/* ---- Tables -------------------------------------------------------------------------------------------- */

static const void *reber_extension(const char *id) {
  if (strcmp(id, "baud.observer/1") == 0) return &reber_observer;
  if (strcmp(id, "baud.draw/1") == 0) return &reber_drawing;
  return NULL;
}

static const baud_unit reber_units[] = {{
    .size = BAUD_SIZE(baud_unit),
    .role = BAUD_ENV,
    .behaviour = 1,
    .state_version = 1,
    .id = "baud.reber",
    .title = "strings of the embedded Reber grammar in a stream without a break",
    .doc = "Letters by a grammar that says T or P at the beginning of a string and again at its end, some ten letters later, "
           "string after string without a break (Gers, Schmidhuber and Cummins 2000). The action guesses the next letter; "
           "the reward counts the outer letters that were named. 7 bits a string are chance, and no more needs to be paid.",
    .params = reber_params,
    .n_params = REBER_PARAMS,
    .ops = &reber_ops,
    .extension = reber_extension,
}};

const baud_library baud_plugin_1 = {
    .size = BAUD_SIZE(baud_library),
    .built_minor = BAUD_MINOR,
    .needs_minor = 0,
    .layout = BAUD_LAYOUT,
    .vendor = "baud",
    .version = "1.0",
    .license = "MIT",
    .units = reber_units,
    .n_units = 1,
};
