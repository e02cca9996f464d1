/* stream.c - symbols one after another, and nothing to be done about them: what there is to learn of an environment
 * when acting is left out. Bernoulli streams, Markov chains, noise.
 *
 * World: a law, the row of probabilities that a symbol is drawn from: one row for all symbols (memory `none`), or one for
 * each symbol that may have been last (`chain`). `given`: the symbol is the last one (of `none`: 0), but for another with
 * probability `change`, each as likely. `fair`: all symbols are equally likely. `drawn`: each row from Dirichlet(1, .., 1),
 * a continuous world. A law that is given or fair is known beforehand: there is nothing to be learnt of the world, all
 * surprise is noise, and noise is the code length of one who knows the law, to which a learner's can be compared.
 * An episode begins with symbol 0 and lasts `length` steps. The observation is the symbol, and so is the reward, as a
 * number: which of the two a learner takes is the experiment's choice; who has seen the symbol is told nothing by it.
 */
#include "baud/plugin.h"
#include "baud/random.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#define STREAM_LN2 0.69314718055994530942
enum { STREAM_MOST_SYMBOLS = 65536, STREAM_MOST_CHAINED = 256 };

/* ---- Parameters --------------------------------------------------------------------------------------- */

enum { STREAM_NONE, STREAM_CHAIN };
enum { STREAM_GIVEN, STREAM_FAIR, STREAM_DRAWN };
static const char *const stream_memories[] = {"none", "chain"};
static const char *const stream_laws[] = {"given", "fair", "drawn"};

enum { STREAM_P_SYMBOLS, STREAM_P_MEMORY, STREAM_P_LAW, STREAM_P_CHANGE, STREAM_P_LENGTH, STREAM_PARAMS };
static const baud_param stream_params[STREAM_PARAMS] = {
    BAUD_PARAM_INT("symbols", 2, 2, STREAM_MOST_SYMBOLS, "", "number of symbols; of a chain whose law is drawn 256 at most"),
    BAUD_PARAM_CHOICE("memory", STREAM_NONE, stream_memories, 2, "what a symbol depends on: nothing, or the last one"),
    BAUD_PARAM_CHOICE("law", STREAM_GIVEN, stream_laws, 3, "by `change`, all symbols alike, or drawn from Dirichlet(1, .., 1)"),
    BAUD_PARAM_FLOAT("change", 0.1, 0, 1, "", "law `given`: P(another symbol than the last one; memory `none`: than 0)"),
    BAUD_PARAM_INT("length", 1000, 1, 100000000, "steps", "steps of an episode"),
};

/* ---- Model, world, lane ------------------------------------------------------------------------------- */

static const baud_fact stream_facts[] = {
    {BAUD_SIZE(baud_fact), BAUD_FACT_REWARD, "symbol", "", "the symbol, as a number"}};

typedef struct stream_model {
  uint32_t symbols, rows, law, length;
  double change;
  baud_field obs, action;
} stream_model;

typedef struct stream_lane {
  uint64_t random;
  uint32_t symbol, step;
} stream_lane;

/* A world is row[rows][symbols] where it is drawn, else one number that means nothing. */
static uint32_t stream_row(const stream_model *m, uint32_t last) { return m->rows > 1 ? last : 0; }

/* P(symbol | the row of `last`). */
static double stream_probability(const stream_model *m, const void *world, uint32_t last, uint32_t symbol) {
  if (m->law == STREAM_FAIR) return 1.0 / m->symbols;
  if (m->law == STREAM_DRAWN) return ((const double *)world)[(size_t)stream_row(m, last) * m->symbols + symbol];
  return symbol == stream_row(m, last) ? 1.0 - m->change : m->change / (m->symbols - 1.0);
}

static int32_t stream_create(const baud_host *host, const baud_value *values, baud_env_spec *spec, void **model) {
  stream_model *m = calloc(1, sizeof *m);
  if (m == NULL) return host->fail(host, BAUD_ENOMEM, "stream: no memory for the model");
  m->symbols = (uint32_t)values[STREAM_P_SYMBOLS].i;
  m->law = (uint32_t)values[STREAM_P_LAW].i;
  m->change = values[STREAM_P_CHANGE].f;
  m->length = (uint32_t)values[STREAM_P_LENGTH].i;
  m->rows = values[STREAM_P_MEMORY].i == STREAM_CHAIN ? m->symbols : 1;
  if (m->law == STREAM_DRAWN && m->rows > STREAM_MOST_CHAINED) {
    free(m);
    return host->fail(host, BAUD_EARG, "stream: a drawn chain has a row for each symbol: take at most 256 symbols, or memory `none`");
  }
  m->obs = (baud_field)BAUD_DISCRETE_FIELD("symbol", m->symbols, "the symbol; an episode begins with 0");
  m->action = (baud_field)BAUD_DISCRETE_FIELD("action", 1, "0 listen");
  spec->n_obs = 1;
  spec->n_facts = 1;
  spec->limit = m->length;
  spec->obs = &m->obs;
  spec->action = &m->action;
  spec->facts = stream_facts;
  spec->lane_bytes = sizeof(stream_lane);
  spec->world_bytes = m->law == STREAM_DRAWN ? (uint64_t)m->rows * m->symbols * sizeof(double) : sizeof(uint64_t);
  spec->entropy_bits = m->law == STREAM_DRAWN ? INFINITY : 0.0;
  *model = m;
  return BAUD_OK;
}

static int32_t stream_draw(const void *model, uint64_t seed, void *world) {
  const stream_model *m = model;
  uint64_t random = seed;
  if (m->law != STREAM_DRAWN) return BAUD_OK;
  for (uint32_t r = 0; r < m->rows; r++) {
    double *row = (double *)world + (size_t)r * m->symbols, sum = 0.0;
    for (uint32_t x = 0; x < m->symbols; x++) sum += row[x] = baud_exponential(&random);
    for (uint32_t x = 0; x < m->symbols; x++) row[x] /= sum;
  }
  return BAUD_OK;
}

/* ---- Reset and step ----------------------------------------------------------------------------------- */

static int32_t stream_reset(const void *model, const baud_batch *batch) {
  (void)model;
  for (uint32_t i = 0; i < batch->n_pick; i++) {
    uint32_t k = batch->pick[i];
    *(stream_lane *)(void *)(batch->lane + k * batch->lane_stride) = (stream_lane){batch->seed[i], 0, 0};
    ((int32_t *)batch->obs[0])[k] = 0;
  }
  return BAUD_OK;
}

static uint32_t stream_next(const stream_model *m, const void *world, stream_lane *lane) {
  uint32_t row = stream_row(m, lane->symbol);
  if (m->law == STREAM_FAIR) return baud_below(&lane->random, m->symbols);
  if (m->law == STREAM_DRAWN)
    return baud_categorical(&lane->random, (const double *)world + (size_t)row * m->symbols, m->symbols);
  if (!baud_bernoulli(&lane->random, m->change)) return row;
  uint32_t other = baud_below(&lane->random, m->symbols - 1);
  return other + (other >= row);
}

static int32_t stream_step(const void *model, const baud_batch *batch) {
  const stream_model *m = model;
  for (uint32_t k = 0; k < batch->lanes; k++) {
    stream_lane *lane = (stream_lane *)(void *)(batch->lane + k * batch->lane_stride);
    if (((const int32_t *)batch->action)[k] != 0) return BAUD_EARG;
    lane->symbol = stream_next(m, batch->world + k * batch->world_stride, lane);
    lane->step++;
    ((int32_t *)batch->obs[0])[k] = (int32_t)lane->symbol;
    batch->facts[0][k] = (float)lane->symbol;
    batch->flags[k] = 0; /* it has no end of its own; the host truncates */
  }
  return BAUD_OK;
}

static const baud_env_ops stream_ops = {BAUD_SIZE(baud_env_ops), 0, stream_create, free, stream_draw, stream_reset, stream_step};

/* ---- The ideal observer -------------------------------------------------------------------------------- */

/* Its state: whether symbols are seen, so that a reward which comes late is no news; then, of a drawn law,
 * count[rows][symbols + 1], the last of a row being the row's total. */
static uint64_t *stream_counts(const stream_model *m, const void *state, uint32_t last) {
  return (uint64_t *)(uintptr_t)state + 1 + (size_t)stream_row(m, last) * (m->symbols + 1);
}

static uint64_t stream_state_bytes(const void *model, uint32_t lanes) {
  const stream_model *m = model;
  (void)lanes; /* they share the law, and where each is stands in the evidence */
  return (1 + (m->law == STREAM_DRAWN ? (uint64_t)m->rows * (m->symbols + 1) : 0)) * sizeof(uint64_t);
}

static int32_t stream_open(const void *model, void *state, uint32_t lanes) {
  memset(state, 0, stream_state_bytes(model, lanes));
  return BAUD_OK;
}

static int stream_is_seen(const void *state, const baud_evidence *e) { return e->sees_observation || *(const uint64_t *)state; }

static int32_t stream_alphabet(const void *model, uint32_t fact, double *values, uint32_t max) {
  const stream_model *m = model;
  if (fact != 0) return BAUD_EARG;
  for (uint32_t x = 0; x < m->symbols && x < max; x++) values[x] = (double)x;
  return (int32_t)m->symbols;
}

/* Exact where symbols are seen. From the reward alone the state of a chain can be lost, and softened evidence of a
 * drawn law has no conjugate posterior. */
static int32_t stream_supports(const void *model, uint32_t channels, uint32_t fact, uint32_t needs) {
  const stream_model *m = model;
  if (fact != 0) return 0;
  if (channels & BAUD_MASK(BAUD_CH_OBSERVATION) || !(channels & BAUD_MASK(BAUD_CH_REWARD))) return 1;
  return m->rows == 1 && !(m->law == STREAM_DRAWN && needs & BAUD_SEES_SOFT);
}

/* P(symbol | past), the posterior mean of the row: Laplace's rule. */
static double stream_predict(const stream_model *m, const void *state, uint32_t last, uint32_t symbol) {
  if (m->law != STREAM_DRAWN) return stream_probability(m, NULL, last, symbol);
  const uint64_t *count = stream_counts(m, state, last);
  return ((double)count[symbol] + 1.0) / ((double)count[m->symbols] + m->symbols);
}

typedef double (*stream_law)(const stream_model *m, const void *of, uint32_t last, uint32_t symbol);

static double stream_bits(double p) { return p < 1.0 ? -log2(p) : 0.0; }

/* The bits of evidence under a law: of the symbol, if it is seen, and of what was delivered of it, given that. */
static void stream_weigh(const stream_model *m, stream_law law, const void *of, int is_seen, const baud_evidence *e,
                         double bits[BAUD_CHANNELS]) {
  uint32_t last = (uint32_t) * (const int32_t *)e->obs_before[0], symbol = (uint32_t) * (const int32_t *)e->obs[0];
  if (e->kind == BAUD_EV_STEP && e->sees_observation) bits[BAUD_CH_OBSERVATION] = stream_bits(law(m, of, last, symbol));
  if (!e->sees_reward) return;
  double p = is_seen ? e->weight[symbol] : 0.0;
  for (uint32_t x = 0; x < m->symbols && !is_seen; x++)
    if (e->weight[x] > 0.0) p += e->weight[x] * law(m, of, last, x);
  bits[BAUD_CH_REWARD] = p > 0.0 ? stream_bits(p) : INFINITY;
}

/* Checks evidence; 1 where there is something to it, 0 at a start; a negative code for what cannot be read. */
static int32_t stream_read(const stream_model *m, const baud_evidence *e, double bits[BAUD_CHANNELS]) {
  bits[BAUD_CH_OBSERVATION] = bits[BAUD_CH_REWARD] = bits[BAUD_CH_DEMONSTRATION] = 0.0;
  if (e->kind == BAUD_EV_START) return 0;
  if (e->kind == BAUD_EV_DEMONSTRATION) return BAUD_EUNSUP;
  if (*(const uint32_t *)e->obs_before[0] >= m->symbols || *(const uint32_t *)e->obs[0] >= m->symbols) return BAUD_EARG;
  return !e->sees_reward || (e->fact == 0 && e->weight != NULL && e->n_weight == m->symbols) ? 1 : BAUD_EARG;
}

static int32_t stream_noise(const void *model, const void *world, const void *state, const baud_evidence *e, double bits[BAUD_CHANNELS]) {
  int32_t status = stream_read(model, e, bits);
  if (status > 0) stream_weigh(model, stream_probability, world, stream_is_seen(state, e), e, bits);
  return status < 0 ? status : BAUD_OK;
}

static void stream_learn(const stream_model *m, void *state, uint32_t last, uint32_t symbol) {
  uint64_t *count = stream_counts(m, state, last);
  count[symbol]++;
  count[m->symbols]++;
}

static int32_t stream_surprise(const void *model, void *state, const baud_evidence *e, double bits[BAUD_CHANNELS]) {
  const stream_model *m = model;
  int32_t status = stream_read(m, e, bits);
  if (status <= 0) return status;
  int is_seen = stream_is_seen(state, e), is_new = e->kind == BAUD_EV_STEP && e->sees_observation;
  uint32_t last = (uint32_t) * (const int32_t *)e->obs_before[0], symbol = 0;
  stream_weigh(m, stream_predict, state, is_seen, e, bits);
  *(uint64_t *)state |= (uint64_t)is_new;
  if (m->law != STREAM_DRAWN || !(is_new || (e->sees_reward && !is_seen))) return BAUD_OK;
  if (is_new) symbol = (uint32_t) * (const int32_t *)e->obs[0];
  else while (symbol + 1 < m->symbols && e->weight[symbol] == 0.0) symbol++; /* the one that the reward leaves */
  stream_learn(m, state, last, symbol);
  return BAUD_OK;
}

static int32_t stream_answer(const void *model, const void *state, const baud_query *query, double *probability) {
  const stream_model *m = model;
  int is_about_symbol = query->target == BAUD_ASK_OBSERVATION || query->target == BAUD_ASK_REWARD;
  if (!is_about_symbol || query->field != 0 || query->n_answers != m->symbols) return BAUD_EUNSUP;
  uint32_t last = (uint32_t) * (const int32_t *)query->obs[0];
  if (last >= m->symbols) return BAUD_EARG;
  for (uint32_t x = 0; x < m->symbols; x++) probability[x] = stream_predict(m, state, last, x);
  return BAUD_OK;
}

static const baud_observer stream_observer = {
    BAUD_SIZE(baud_observer), 0, stream_state_bytes, stream_alphabet, stream_supports, stream_open, stream_noise,
    stream_surprise, stream_answer, NULL};

/* ---- Quiz ---------------------------------------------------------------------------------------------- */

/* Each row of a law that was drawn, scored as a mean over its own probabilities. */
static int32_t stream_count(const void *model, uint32_t *n_items, uint32_t *max_answers, uint32_t *independence) {
  const stream_model *m = model;
  *n_items = m->law == STREAM_DRAWN ? m->rows : 0;
  *max_answers = m->symbols;
  *independence = BAUD_FACTS_INDEPENDENT;
  return BAUD_OK;
}

static int32_t stream_item(const void *model, const void *world, uint32_t index, baud_item *item) {
  const stream_model *m = model;
  if (m->law != STREAM_DRAWN || index >= m->rows) return BAUD_EARG;
  *(int32_t *)item->obs[0] = (int32_t)index;
  *(int32_t *)item->action = 0;
  item->kinds = BAUD_ITEM_FACT;
  item->target = BAUD_ASK_OBSERVATION;
  item->field = 0;
  item->channel = BAUD_CH_OBSERVATION;
  item->group = index;
  item->score = BAUD_SCORE_MEAN;
  item->n_answers = m->symbols;
  item->action_given = 1;
  for (uint32_t x = 0; x < m->symbols; x++) {
    item->truth[x] = stream_probability(m, world, index, x);
    item->prior[x] = 1.0 / m->symbols;
  }
  return BAUD_OK;
}

static const baud_quiz stream_quiz = {BAUD_SIZE(baud_quiz), 0, stream_count, stream_item};

/* ---- Picture ------------------------------------------------------------------------------------------- */

/* The row that the next symbol comes from, darker where it is likelier; `A` above the last symbol. The first 64. */
static int32_t stream_extent(const void *model, uint32_t *width, uint32_t *height) {
  const stream_model *m = model;
  *width = m->symbols < 64 ? m->symbols : 64;
  *height = 2;
  return BAUD_OK;
}

static int32_t stream_picture(const void *model, const void *world, const void *lane, char *cells) {
  static const char shades[] = " .:-=+*#%@";
  const stream_model *m = model;
  uint32_t width, height, last = ((const stream_lane *)lane)->symbol;
  (void)stream_extent(model, &width, &height);
  for (uint32_t x = 0; x < width; x++) {
    int shade = (int)(3.0 * m->symbols * stream_probability(m, world, last, x)); /* a third of uniform is one shade */
    cells[x] = x == last ? 'A' : ' ';
    cells[width + x] = shades[shade > 9 ? 9 : shade];
  }
  return BAUD_OK;
}

static const baud_draw stream_drawing = {BAUD_SIZE(baud_draw), 0, stream_extent, stream_picture};

/* ---- Tables -------------------------------------------------------------------------------------------- */

static const void *stream_extension(const char *id) {
  if (strcmp(id, "baud.observer/1") == 0) return &stream_observer;
  if (strcmp(id, "baud.quiz/1") == 0) return &stream_quiz;
  if (strcmp(id, "baud.draw/1") == 0) return &stream_drawing;
  return NULL;
}

static const baud_unit stream_units[] = {{
    .size = BAUD_SIZE(baud_unit),
    .role = BAUD_ENV,
    .behaviour = 1,
    .state_version = 1,
    .id = "baud.stream",
    .title = "a stream of symbols: Bernoulli, Markov, or noise",
    .doc = "Symbols drawn one after another, each by itself or depending on the last one, by a law that is given, fair, or "
           "drawn from Dirichlet(1, .., 1). Actions change nothing. What codes and learners of sequences are measured on: "
           "the estimator of Krichevsky and Trofimov (1981) on Bernoulli streams, context trees (Willems, Shtarkov and "
           "Tjalkens 1995) on chains, anything on noise.",
    .params = stream_params,
    .n_params = STREAM_PARAMS,
    .ops = &stream_ops,
    .extension = stream_extension,
}};

const baud_library baud_plugin_1 = {
    .size = BAUD_SIZE(baud_library),
    .built_minor = BAUD_MINOR,
    .needs_minor = 0,
    .layout = BAUD_LAYOUT,
    .vendor = "baud",
    .version = "1.0",
    .license = "MIT",
    .units = stream_units,
    .n_units = 1,
};
