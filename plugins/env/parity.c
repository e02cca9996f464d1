/* parity.c - bits that tell nothing until the last one is there: the parity of T of them, which is the world.
 *
 * World: one fair bit theta, 1 bit to be known. An episode shows T bits, one a step, whatever is done: all but the last
 * are fair, and the last makes the parity of all T be theta. Then a guess is asked for, action 0 or 1, and the episode
 * ends; the reward says whether the guess was theta. So each bit alone, and any T - 1 of them, tell 0 of the world, and
 * the last one tells all: received is 0 before step T and 1 at it, to be had only by one who remembers. The reward tells
 * the same bit to one who cannot.
 */
#include "baud/plugin.h"
#include "baud/random.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

/* ---- Parameters --------------------------------------------------------------------------------------- */

enum { PARITY_P_BITS, PARITY_PARAMS };
static const baud_param parity_params[PARITY_PARAMS] = {
    BAUD_PARAM_INT("bits", 8, 1, 10000, "", "bits of an episode, T: their parity is the world"),
};

/* ---- Model, world, lane ------------------------------------------------------------------------------- */

static const baud_fact parity_facts[] = {
    {BAUD_SIZE(baud_fact), BAUD_FACT_REWARD | BAUD_FACT_OUTCOME | BAUD_FACT_AT_END, "right", "", "1 when the guess is the parity, else 0"}};

typedef struct parity_model {
  uint32_t bits;
  baud_field obs[2], action;
} parity_model;

typedef struct parity_world {
  uint32_t parity, pad;
} parity_world;

typedef struct parity_lane {
  uint64_t random;
  uint32_t shown, running; /* bits so far, and their parity */
} parity_lane;

static int32_t parity_create(const baud_host *host, const baud_value *values, baud_env_spec *spec, void **model) {
  parity_model *m = calloc(1, sizeof *m);
  if (m == NULL) return host->fail(host, BAUD_ENOMEM, "parity: no memory for the model");
  m->bits = (uint32_t)values[PARITY_P_BITS].i;
  m->obs[0] = (baud_field)BAUD_DISCRETE_FIELD("clock", m->bits + 1, "how many bits have been shown; all of them: now guess");
  m->obs[1] = (baud_field)BAUD_DISCRETE_FIELD("bit", 2, "the latest bit; 0 before the first");
  m->action = (baud_field)BAUD_DISCRETE_FIELD("action", 2, "the guess, where it is asked for");
  spec->n_obs = 2;
  spec->n_facts = 1;
  spec->max_steps = m->bits + 1;
  spec->obs = m->obs;
  spec->action = &m->action;
  spec->facts = parity_facts;
  spec->lane_bytes = sizeof(parity_lane);
  spec->world_bytes = sizeof(parity_world);
  spec->entropy_bits = 1.0;
  *model = m;
  return BAUD_OK;
}

static int32_t parity_draw(const void *model, uint64_t seed, void *world) {
  uint64_t random = seed;
  (void)model;
  ((parity_world *)world)->parity = baud_below(&random, 2);
  return BAUD_OK;
}

/* ---- Reset and step ----------------------------------------------------------------------------------- */

static void parity_observe(const baud_batch *batch, uint32_t k, uint32_t clock, uint32_t bit) {
  ((int32_t *)batch->obs[0])[k] = (int32_t)clock;
  ((int32_t *)batch->obs[1])[k] = (int32_t)bit;
}

static int32_t parity_reset(const void *model, const baud_batch *batch) {
  (void)model;
  for (uint32_t i = 0; i < batch->n_pick; i++) {
    uint32_t k = batch->pick[i];
    *(parity_lane *)(void *)(batch->lane + k * batch->lane_stride) = (parity_lane){batch->seed[i], 0, 0};
    parity_observe(batch, k, 0, 0);
  }
  return BAUD_OK;
}

static int32_t parity_step(const void *model, const baud_batch *batch) {
  const parity_model *m = model;
  const int32_t *action = batch->action;
  for (uint32_t k = 0; k < batch->lanes; k++) {
    parity_lane *lane = (parity_lane *)(void *)(batch->lane + k * batch->lane_stride);
    uint32_t parity = ((const parity_world *)(const void *)(batch->world + k * batch->world_stride))->parity;
    if ((uint32_t)action[k] > 1) return BAUD_EARG;
    int is_guess = lane->shown == m->bits;
    batch->facts[0][k] = is_guess && (uint32_t)action[k] == parity ? 1.0f : 0.0f;
    batch->flags[k] = is_guess ? BAUD_TERMINATED : 0;
    if (is_guess) {
      parity_observe(batch, k, m->bits, 0);
      continue;
    }
    uint32_t bit = ++lane->shown < m->bits ? baud_below(&lane->random, 2) : lane->running ^ parity;
    lane->running ^= bit;
    parity_observe(batch, k, lane->shown, bit);
  }
  return BAUD_OK;
}

static const baud_env_ops parity_ops = {BAUD_SIZE(baud_env_ops), 0, parity_create, free, parity_draw, parity_reset, parity_step};

/* ---- Demonstration ------------------------------------------------------------------------------------ */

static int32_t parity_optimal(const void *model, const baud_batch *batch, uint8_t *optimal) {
  const parity_model *m = model;
  for (uint32_t k = 0; k < batch->lanes; k++) {
    const parity_lane *lane = (const parity_lane *)(const void *)(batch->lane + k * batch->lane_stride);
    uint32_t parity = ((const parity_world *)(const void *)(batch->world + k * batch->world_stride))->parity;
    for (uint32_t a = 0; a < 2; a++) optimal[2 * k + a] = lane->shown == m->bits && a == parity;
  }
  return BAUD_OK;
}

static const baud_demonstrate parity_demonstrate = {BAUD_SIZE(baud_demonstrate), 0, parity_optimal};

/* ---- The ideal observer -------------------------------------------------------------------------------- */

/* Its state: the odds for and against theta = 1, then the parity of the bits that each lane's episode has shown. */
typedef struct parity_belief {
  double weight[2]; /* of theta 0 and 1, relative; the larger is 1 */
} parity_belief;

static uint32_t *parity_running(const void *state) { return (uint32_t *)((uintptr_t)state + sizeof(parity_belief)); }

static uint64_t parity_state_bytes(const void *model, uint32_t lanes) {
  (void)model;
  return sizeof(parity_belief) + lanes * sizeof(uint32_t);
}

static int32_t parity_open(const void *model, void *state, uint32_t lanes) {
  (void)model;
  *(parity_belief *)state = (parity_belief){{1.0, 1.0}};
  memset(parity_running(state), 0, lanes * sizeof(uint32_t));
  return BAUD_OK;
}

static int32_t parity_alphabet(const void *model, uint32_t fact, double *values, uint32_t max) {
  (void)model;
  if (fact != 0) return BAUD_EARG;
  for (uint32_t x = 0; x < 2 && x < max; x++) values[x] = (double)x;
  return 2;
}

/* Exact for every channel, softened, late or as they are. */
static int32_t parity_supports(const void *model, uint32_t channels, uint32_t fact, uint32_t needs) {
  (void)model;
  (void)channels;
  (void)needs;
  return fact == 0;
}

/* Evidence of probability p[theta]: its bits. Updates. */
static double parity_weigh(parity_belief *b, const double p[2]) {
  double yes = 0.0, no = 0.0;
  for (uint32_t theta = 0; theta < 2; theta++) {
    yes += b->weight[theta] * p[theta];
    no += b->weight[theta] * (1.0 - p[theta]);
  }
  if (!(yes > 0.0)) return INFINITY;
  double largest = fmax(b->weight[0] * p[0], b->weight[1] * p[1]);
  for (uint32_t theta = 0; theta < 2; theta++) b->weight[theta] *= p[theta] / largest;
  return log1p(no / yes) * 1.44269504088896340736;
}

/* What a moment's evidence is: one of these, with its probability under each theta. */
enum { PARITY_NOTHING, PARITY_FAIR_BIT, PARITY_LAST_BIT, PARITY_GUESS, PARITY_SHOWN };

static int32_t parity_read(const parity_model *m, const baud_evidence *e, uint32_t running, double p[2], int32_t *kind) {
  *kind = PARITY_NOTHING;
  if (e->kind == BAUD_EV_START) return BAUD_OK;
  uint32_t clock = *(const uint32_t *)e->obs_before[0], bit = *(const uint32_t *)e->obs[1], action = *(const uint32_t *)e->action;
  if (clock > m->bits || bit > 1 || action > 1) return BAUD_EARG;
  if (e->kind == BAUD_EV_DEMONSTRATION) {
    *kind = PARITY_SHOWN;
    for (uint32_t theta = 0; theta < 2; theta++) p[theta] = action == theta ? e->competence : 1.0 - e->competence;
    return BAUD_OK;
  }
  if (e->sees_reward && !(e->fact == 0 && e->weight != NULL && e->n_weight == 2)) return BAUD_EARG;
  if (clock < m->bits) {
    if (e->kind != BAUD_EV_STEP || !e->sees_observation) return BAUD_OK;
    *kind = clock + 1 < m->bits ? PARITY_FAIR_BIT : PARITY_LAST_BIT;
    for (uint32_t theta = 0; theta < 2; theta++) p[theta] = clock + 1 < m->bits ? 0.5 : (running ^ bit) == theta ? 1.0 : 0.0;
    return BAUD_OK;
  }
  if (!e->sees_reward) return BAUD_OK;
  *kind = PARITY_GUESS;
  for (uint32_t theta = 0; theta < 2; theta++) p[theta] = e->weight[action == theta];
  return BAUD_OK;
}

/* The channel of each kind of evidence. */
static const uint32_t parity_channel[] = {[PARITY_FAIR_BIT] = BAUD_CH_OBSERVATION, [PARITY_LAST_BIT] = BAUD_CH_OBSERVATION,
                                          [PARITY_GUESS] = BAUD_CH_REWARD, [PARITY_SHOWN] = BAUD_CH_DEMONSTRATION};

/* What a scheme's dice make of the reward where it is 0 for certain. */
static double parity_idle_bits(const parity_model *m, const baud_evidence *e) {
  int is_idle = e->kind != BAUD_EV_START && e->kind != BAUD_EV_DEMONSTRATION && *(const uint32_t *)e->obs_before[0] < m->bits;
  return is_idle && e->sees_reward && e->weight[0] < 1.0 ? -log2(e->weight[0]) : 0.0;
}

static int32_t parity_noise(const void *model, const void *world, const void *state, const baud_evidence *e, double bits[BAUD_CHANNELS]) {
  uint32_t theta = ((const parity_world *)world)->parity;
  double p[2];
  int32_t kind, status = parity_read(model, e, parity_running(state)[e->lane], p, &kind);
  bits[BAUD_CH_OBSERVATION] = bits[BAUD_CH_REWARD] = bits[BAUD_CH_DEMONSTRATION] = 0.0;
  if (status != BAUD_OK) return status;
  bits[BAUD_CH_REWARD] = parity_idle_bits(model, e);
  if (kind != PARITY_NOTHING) bits[parity_channel[kind]] += p[theta] < 1.0 ? -log2(p[theta]) : 0.0;
  return BAUD_OK;
}

static int32_t parity_surprise(const void *model, void *state, const baud_evidence *e, double bits[BAUD_CHANNELS]) {
  uint32_t *running = &parity_running(state)[e->lane];
  double p[2];
  int32_t kind, status = parity_read(model, e, *running, p, &kind);
  bits[BAUD_CH_OBSERVATION] = bits[BAUD_CH_REWARD] = bits[BAUD_CH_DEMONSTRATION] = 0.0;
  if (status != BAUD_OK) return status;
  bits[BAUD_CH_REWARD] = parity_idle_bits(model, e);
  if (e->kind == BAUD_EV_START) *running = 0;
  if (kind == PARITY_FAIR_BIT || kind == PARITY_LAST_BIT) *running ^= *(const uint32_t *)e->obs[1];
  if (kind != PARITY_NOTHING) bits[parity_channel[kind]] += parity_weigh(state, p);
  return BAUD_OK;
}

/* The guess and what it brings: of the bits nothing can be said that the context would hold. */
static int32_t parity_answer(const void *model, const void *state, const baud_query *query, double *probability) {
  const parity_model *m = model;
  const parity_belief *b = state;
  double one = b->weight[1] / (b->weight[0] + b->weight[1]);
  if (query->n_answers != 2 || *(const uint32_t *)query->obs[0] > m->bits) return BAUD_EUNSUP;
  int is_guess = *(const uint32_t *)query->obs[0] == m->bits;
  if (query->target == BAUD_ASK_ACTION) {
    probability[1] = is_guess ? one : 0.5;
  } else if (query->target == BAUD_ASK_REWARD) {
    probability[1] = !is_guess ? 0.0 : *(const uint32_t *)query->action == 1 ? one : 1.0 - one;
  } else if (query->target == BAUD_ASK_TERMINATED) {
    probability[1] = is_guess;
  } else {
    return BAUD_EUNSUP;
  }
  probability[0] = 1.0 - probability[1];
  return BAUD_OK;
}

static const baud_observer parity_observer = {
    BAUD_SIZE(baud_observer), 0, parity_state_bytes, parity_alphabet, parity_supports, parity_open, parity_noise,
    parity_surprise, parity_answer, NULL};

/* ---- Quiz ---------------------------------------------------------------------------------------------- */

/* At the moment of the guess: what would guessing 0 bring, and what is to be guessed. */
static int32_t parity_count(const void *model, uint32_t *n_items, uint32_t *max_answers, uint32_t *independence) {
  (void)model;
  *n_items = 2;
  *max_answers = 2;
  *independence = BAUD_FACTS_INDEPENDENT | BAUD_DECISIONS_INDEPENDENT;
  return BAUD_OK;
}

static int32_t parity_item(const void *model, const void *world, uint32_t index, baud_item *item) {
  const parity_model *m = model;
  uint32_t parity = ((const parity_world *)world)->parity;
  if (index > 1) return BAUD_EARG;
  *(int32_t *)item->obs[0] = (int32_t)m->bits;
  *(int32_t *)item->obs[1] = 0;
  *(int32_t *)item->action = 0;
  item->kinds = index == 0 ? BAUD_ITEM_FACT : BAUD_ITEM_DECISION;
  item->target = index == 0 ? BAUD_ASK_REWARD : BAUD_ASK_ACTION;
  item->field = 0;
  item->channel = BAUD_CH_OBSERVATION;
  item->group = 0; /* one cause */
  item->score = BAUD_SCORE_SET;
  item->n_answers = 2;
  item->action_given = index == 0;
  item->truth[index == 0 ? 1 - parity : parity] = 1.0; /* a guess of 0 is right, reward 1, where the parity is 0 */
  item->prior[0] = item->prior[1] = 0.5;
  return BAUD_OK;
}

static const baud_quiz parity_quiz = {.size = BAUD_SIZE(baud_quiz), .count = parity_count, .item = parity_item};

/* ---- Picture ------------------------------------------------------------------------------------------- */

/* How far the bits have come, and their parity so far. */
static int32_t parity_extent(const void *model, uint32_t *width, uint32_t *height) {
  const parity_model *m = model;
  *width = 2 + (m->bits < 60 ? m->bits : 60);
  *height = 1;
  return BAUD_OK;
}

static int32_t parity_picture(const void *model, const void *world, const void *lane, char *cells) {
  const parity_model *m = model;
  const parity_lane *at = lane;
  uint32_t width, height;
  (void)world;
  (void)parity_extent(model, &width, &height);
  for (uint32_t i = 0; i + 2 < width; i++) cells[i] = (uint64_t)i * m->bits < (uint64_t)at->shown * (width - 2) ? '#' : '.';
  cells[width - 2] = ' ';
  cells[width - 1] = (char)('0' + at->running);
  return BAUD_OK;
}

static const baud_draw parity_drawing = {BAUD_SIZE(baud_draw), 0, parity_extent, parity_picture};

/* ---- Tables -------------------------------------------------------------------------------------------- */

static const void *parity_extension(const char *id) {
  static const struct {
    const char *id;
    const void *table;
  } known[] = {{"baud.observer/1", &parity_observer},
               {"baud.quiz/1", &parity_quiz},
               {"baud.demonstrate/1", &parity_demonstrate},
               {"baud.draw/1", &parity_drawing}};
  for (size_t i = 0; i < sizeof known / sizeof *known; i++)
    if (strcmp(id, known[i].id) == 0) return known[i].table;
  return NULL;
}

static const baud_unit parity_units[] = {{
    .size = BAUD_SIZE(baud_unit),
    .role = BAUD_ENV,
    .behaviour = 1,
    .state_version = 1,
    .id = "baud.parity",
    .title = "bits that tell nothing until the last one is there",
    .doc = "An episode shows T bits one by one, whose parity is the same in every episode, and then asks for it. Any T - 1 "
           "of them tell nothing; the last one tells the one bit that there is to be known. It takes memory to be told "
           "by the bits; the reward tells it to those without.",
    .params = parity_params,
    .n_params = PARITY_PARAMS,
    .ops = &parity_ops,
    .extension = parity_extension,
}};

const baud_library baud_plugin_1 = {
    .size = BAUD_SIZE(baud_library),
    .built_minor = BAUD_MINOR,
    .needs_minor = 0,
    .layout = BAUD_LAYOUT,
    .vendor = "baud",
    .version = "1.0",
    .license = "MIT",
    .units = parity_units,
    .n_units = 1,
};
