/* lag.c - two sequences that differ in their first symbol alone, and after the last one the question which of them it was:
 * the stream on which J. Schmidhuber, Learning complex, extended sequences using the principle of history compression
 * (Neural Computation 4, 1992, section 6), showed what a recurrent network gains that is told of unexpected symbols alone.
 *
 * A sequence is a or x, each as likely, and then b1 b2 .. b_lag; the next one follows without a break. With the symbol that
 * begins the next one comes the label of the one that is over, a or x, in a field of its own: so what is asked for was told
 * `lag` symbols before it is asked, and all that lies between can be foretold and tells nothing. With a lag of 20, as
 * published, there are 22 symbols.
 *
 * The action says what the label is about to be; the reward is 1 where there is one and it was said. An episode is `sequences`
 * sequences. Its last step shows the first symbol of one more, and the next episode begins with another one, by the same coin:
 * who does not look where episodes begin sees a stream without end. The law is known, and there is no world to be learnt: all
 * surprise is noise, one bit a sequence, the code length of one who remembers.
 */
#include "baud/plugin.h"
#include "baud/random.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { LAG_A, LAG_X, LAG_OPENERS }; /* symbols: then b1 .. b_lag */
enum { LAG_NONE, LAG_WAS_A, LAG_WAS_X, LAG_LABELS };

/* ---- Parameters, model, lane --------------------------------------------------------------------------- */

enum { LAG_P_LAG, LAG_P_SEQUENCES, LAG_PARAMS };
static const baud_param lag_params[LAG_PARAMS] = {
    BAUD_PARAM_INT("lag", 20, 1, 10000, "symbols", "between the symbol that is asked for and the question"),
    BAUD_PARAM_INT("sequences", 10, 1, 1000000, "", "sequences of an episode"),
};

enum { LAG_REWARD, LAG_SUCCESS, LAG_FACTS };
static const baud_fact lag_facts[LAG_FACTS] = {
    {BAUD_SIZE(baud_fact), BAUD_FACT_REWARD, "named", "", "1 where a label came and was said, else 0"},
    {BAUD_SIZE(baud_fact), BAUD_FACT_OUTCOME | BAUD_FACT_AT_END, "success", "", "1 when all labels were said, else 0"},
};

typedef struct lag_model {
  uint32_t lag, sequences, symbols;
  baud_field obs[2], action;
} lag_model;

/* Where in a sequence a lane is, and how the sequence began; the observer keeps the same. */
typedef struct lag_place {
  uint32_t at, opener; /* at: 0 at the opener, then the number of b's that have come */
} lag_place;

typedef struct lag_lane {
  uint64_t random;
  uint32_t done, named; /* sequences of the episode that are over; their labels that were said */
  lag_place place;
} lag_lane;

static uint32_t lag_symbol(const lag_place *place) { return place->at == 0 ? place->opener : LAG_OPENERS + place->at - 1; }

static int32_t lag_create(const baud_host *host, const baud_value *values, baud_env_spec *spec, void **model) {
  lag_model *m = calloc(1, sizeof *m);
  if (m == NULL) return host->fail(host, BAUD_ENOMEM, "lag: no memory for the model");
  m->lag = (uint32_t)values[LAG_P_LAG].i;
  m->sequences = (uint32_t)values[LAG_P_SEQUENCES].i;
  m->symbols = LAG_OPENERS + m->lag;
  m->obs[0] = (baud_field)BAUD_DISCRETE_FIELD("symbol", m->symbols, "0 a 1 x, then b1, b2, ..");
  m->obs[1] = (baud_field)BAUD_DISCRETE_FIELD("label", LAG_LABELS, "of the sequence that is over: 1 a 2 x; 0 elsewhere");
  m->action = (baud_field)BAUD_DISCRETE_FIELD("say", LAG_LABELS, "what the label is about to be");
  spec->n_obs = 2;
  spec->n_facts = LAG_FACTS;
  spec->max_steps = (m->lag + 1) * (uint64_t)m->sequences < UINT32_MAX ? (m->lag + 1) * m->sequences : 0;
  spec->obs = m->obs;
  spec->action = &m->action;
  spec->facts = lag_facts;
  spec->lane_bytes = sizeof(lag_lane);
  spec->world_bytes = sizeof(uint64_t); /* means nothing: the law is known */
  *model = m;
  return BAUD_OK;
}

static int32_t lag_draw(const void *model, uint64_t seed, void *world) {
  (void)model;
  (void)seed;
  (void)world;
  return BAUD_OK;
}

/* ---- Reset and step ------------------------------------------------------------------------------------ */

static lag_lane *lag_lane_of(const baud_batch *batch, uint32_t k) { return (lag_lane *)(void *)(batch->lane + k * batch->lane_stride); }

static void lag_show(const lag_lane *lane, uint32_t label, const baud_batch *batch, uint32_t k) {
  ((int32_t *)batch->obs[0])[k] = (int32_t)lag_symbol(&lane->place);
  ((int32_t *)batch->obs[1])[k] = (int32_t)label;
}

static int32_t lag_reset(const void *model, const baud_batch *batch) {
  (void)model;
  for (uint32_t i = 0; i < batch->n_pick; i++) {
    lag_lane *lane = lag_lane_of(batch, batch->pick[i]);
    *lane = (lag_lane){.random = batch->seed[i]};
    lane->place.opener = baud_below(&lane->random, LAG_OPENERS);
    lag_show(lane, LAG_NONE, batch, batch->pick[i]);
  }
  return BAUD_OK;
}

/* The label that the step brings forth. */
static uint32_t lag_move(const lag_model *m, lag_lane *lane) {
  if (lane->place.at < m->lag) {
    lane->place.at++;
    return LAG_NONE;
  }
  uint32_t label = LAG_WAS_A + lane->place.opener;
  lane->place = (lag_place){0, baud_below(&lane->random, LAG_OPENERS)};
  lane->done++;
  return label;
}

static int32_t lag_step(const void *model, const baud_batch *batch) {
  const lag_model *m = model;
  for (uint32_t k = 0; k < batch->lanes; k++) {
    lag_lane *lane = lag_lane_of(batch, k);
    uint32_t said = ((const uint32_t *)batch->action)[k];
    if (said >= LAG_LABELS) return BAUD_EARG;
    uint32_t label = lag_move(m, lane), is_named = label != LAG_NONE && label == said;
    lane->named += is_named;
    int is_over = lane->done == m->sequences && label != LAG_NONE;
    batch->facts[LAG_REWARD][k] = (float)is_named;
    batch->facts[LAG_SUCCESS][k] = is_over && lane->named == m->sequences ? 1.0f : 0.0f;
    batch->flags[k] = is_over ? BAUD_TERMINATED : 0;
    lag_show(lane, label, batch, k);
  }
  return BAUD_OK;
}

static const baud_env_ops lag_ops = {BAUD_SIZE(baud_env_ops), 0, lag_create, free, lag_draw, lag_reset, lag_step};

/* ---- The ideal observer -------------------------------------------------------------------------------- */

/* Its state: lag_place[lanes], which the symbols tell without doubt. */
static uint64_t lag_state_bytes(const void *model, uint32_t lanes) {
  (void)model;
  return lanes * sizeof(lag_place);
}

static int32_t lag_open(const void *model, void *state, uint32_t lanes) {
  (void)model;
  memset(state, 0, lanes * sizeof(lag_place));
  return BAUD_OK;
}

static int32_t lag_alphabet(const void *model, uint32_t fact, double *values, uint32_t max) {
  (void)model;
  if (fact >= LAG_FACTS) return BAUD_EARG;
  for (uint32_t x = 0; x < 2 && x < max; x++) values[x] = (double)x;
  return 2;
}

/* Exact where symbols are seen and rewards come in time. Success is a matter of all labels, and these are not kept. */
static int32_t lag_supports(const void *model, uint32_t channels, uint32_t fact, uint32_t needs) {
  (void)model;
  return fact == LAG_REWARD && channels & BAUD_MASK(BAUD_CH_OBSERVATION) && !(needs & BAUD_SEES_LATE);
}

static double lag_bits(double p) { return p < 1.0 ? -log2(p) : 0.0; }

/* Where the evidence leads to; a negative code for what cannot be read. */
static int32_t lag_follow(const lag_model *m, const lag_place *from, const baud_evidence *e, lag_place *to) {
  uint32_t symbol = *(const uint32_t *)e->obs[0];
  if (e->kind != BAUD_EV_START && e->kind != BAUD_EV_STEP) return BAUD_EUNSUP;
  if (e->kind == BAUD_EV_STEP && !e->sees_observation) return BAUD_EUNSUP;
  if (symbol >= m->symbols) return BAUD_EARG;
  int is_next = e->kind == BAUD_EV_STEP && from->at < m->lag;
  *to = is_next ? (lag_place){from->at + 1, from->opener} : (lag_place){0, symbol};
  return BAUD_OK;
}

/* The bits of a moment: 1 for an opener, and what a scheme's dice make of a reward that the label tells. */
static int32_t lag_weigh(const lag_model *m, const lag_place *from, const baud_evidence *e, const lag_place *to, double bits[BAUD_CHANNELS]) {
  uint32_t symbol = *(const uint32_t *)e->obs[0], label = *(const uint32_t *)e->obs[1];
  uint32_t due = e->kind == BAUD_EV_STEP && from->at == m->lag ? LAG_WAS_A + from->opener : LAG_NONE;
  int is_possible = label == due && (to->at == 0 ? symbol < LAG_OPENERS : symbol == lag_symbol(to));
  if (e->sees_observation) bits[BAUD_CH_OBSERVATION] = !is_possible ? INFINITY : to->at == 0 ? 1.0 : 0.0;
  if (e->kind == BAUD_EV_START || !e->sees_reward) return BAUD_OK;
  if (e->fact != LAG_REWARD || e->weight == NULL || e->n_weight != 2) return BAUD_EARG;
  bits[BAUD_CH_REWARD] = lag_bits(e->weight[due != LAG_NONE && *(const uint32_t *)e->action == due]);
  return BAUD_OK;
}

static int32_t lag_tell(const lag_model *m, const lag_place *from, const baud_evidence *e, lag_place *to, double bits[BAUD_CHANNELS]) {
  bits[BAUD_CH_OBSERVATION] = bits[BAUD_CH_REWARD] = bits[BAUD_CH_DEMONSTRATION] = 0.0;
  int32_t code = lag_follow(m, from, e, to);
  return code == BAUD_OK ? lag_weigh(m, from, e, to, bits) : code;
}

static int32_t lag_noise(const void *model, const void *world, const void *state, const baud_evidence *e, double bits[BAUD_CHANNELS]) {
  lag_place to;
  (void)world;
  return lag_tell(model, (const lag_place *)state + e->lane, e, &to, bits);
}

static int32_t lag_surprise(const void *model, void *state, const baud_evidence *e, double bits[BAUD_CHANNELS]) {
  lag_place to, *place = (lag_place *)state + e->lane;
  int32_t code = lag_tell(model, place, e, &to, bits);
  if (code == BAUD_OK) *place = to;
  return code;
}

static const baud_observer lag_observer = {BAUD_SIZE(baud_observer), 0, lag_state_bytes, lag_alphabet, lag_supports,
                                           lag_open, lag_noise, lag_surprise, NULL, NULL};

/* ---- Picture ------------------------------------------------------------------------------------------- */

enum { LAG_WIDTH = 32, LAG_HEIGHT = 2 };

static int32_t lag_extent(const void *model, uint32_t *width, uint32_t *height) {
  (void)model;
  *width = LAG_WIDTH;
  *height = LAG_HEIGHT;
  return BAUD_OK;
}

static int32_t lag_picture(const void *model, const void *world, const void *state, char *cells) {
  const lag_model *m = model;
  const lag_lane *lane = state;
  char line[LAG_HEIGHT][LAG_WIDTH + 1];
  (void)world;
  (void)snprintf(line[0], sizeof line[0], "began with %c: b%u of %u", lane->place.opener == LAG_A ? 'a' : 'x', lane->place.at, m->lag);
  (void)snprintf(line[1], sizeof line[1], "said %u of %u", lane->named, lane->done);
  memset(cells, ' ', LAG_WIDTH * LAG_HEIGHT);
  for (uint32_t row = 0; row < LAG_HEIGHT; row++) memcpy(cells + row * LAG_WIDTH, line[row], strlen(line[row]));
  return BAUD_OK;
}

static const baud_draw lag_drawing = {BAUD_SIZE(baud_draw), 0, lag_extent, lag_picture};

/* ---- Tables -------------------------------------------------------------------------------------------- */

static const void *lag_extension(const char *id) {
  if (strcmp(id, "baud.observer/1") == 0) return &lag_observer;
  if (strcmp(id, "baud.draw/1") == 0) return &lag_drawing;
  return NULL;
}

static const baud_unit lag_units[] = {{
    .size = BAUD_SIZE(baud_unit),
    .role = BAUD_ENV,
    .behaviour = 1,
    .state_version = 1,
    .id = "baud.lag",
    .title = "two sequences that differ in their first symbol, asked for at their end",
    .doc = "a or x, then b1 .. b_lag, and with the beginning of the next sequence the label of the one that is over: what it began "
           "with, lag symbols before (Schmidhuber 1992). The action says the label beforehand. One bit a sequence is chance, and no "
           "more needs to be paid.",
    .params = lag_params,
    .n_params = LAG_PARAMS,
    .ops = &lag_ops,
    .extension = lag_extension,
}};

const baud_library baud_plugin_1 = {
    .size = BAUD_SIZE(baud_library),
    .built_minor = BAUD_MINOR,
    .needs_minor = 0,
    .layout = BAUD_LAYOUT,
    .vendor = "baud",
    .version = "1.0",
    .license = "MIT",
    .units = lag_units,
    .n_units = 1,
};
