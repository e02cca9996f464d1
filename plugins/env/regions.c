/* regions.c - three places to look at: one that is soon known, one that is nothing but noise, and one in which there is much
 * to learn; what to attend to is all that there is to decide (the playground of learning-progress curiosity: Oudeyer, Kaplan and
 * Hafner 2007, Intrinsic motivation systems for autonomous mental development; Schmidhuber 1991).
 *
 * An episode is one look, of two steps. The first action says where to look, at region `action` mod 3: few contexts (0), noise
 * (1), many (2); one of the region's contexts is shown, at random or in turn. The second action guesses the level that the
 * context has; then the level is shown, 1 .. `levels`, evenly spread over -1 .. 1. Reward: minus the squared error of the
 * guess. In the first region and the third a context has always the same level; in the second one each look draws a new one, from
 * N(0, sigma) put to the nearest.
 *
 * World: each lasting level, uniform and independent: H(theta) = (few + many) log2 levels. A look at a context not yet known
 * brings log2 levels bits, once; which context comes, and all levels of the second region, are chance: surprise, and never
 * offered. An episode succeeds where the look was at region `watched`, so that the rate of success is its share of looks.
 */
#include "baud/plugin.h"
#include "baud/random.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

enum { REGIONS_FEW, REGIONS_NOISE, REGIONS_MANY, REGIONS };
enum { REGIONS_RANDOM, REGIONS_IN_TURN, REGIONS_ORDERS };
enum { REGIONS_MOST = 4096 }; /* contexts of a region */

/* ---- Parameters --------------------------------------------------------------------------------------- */

static const char *const regions_orders[REGIONS_ORDERS] = {"random", "turn"};

enum { REGIONS_P_FEW, REGIONS_P_NOISY, REGIONS_P_MANY, REGIONS_P_LEVELS, REGIONS_P_SIGMA, REGIONS_P_ORDER, REGIONS_P_WATCHED, REGIONS_PARAMS };
static const baud_param regions_params[REGIONS_PARAMS] = {
    BAUD_PARAM_INT("few", 4, 1, REGIONS_MOST, "", "contexts of region 0, which is soon known"),
    BAUD_PARAM_INT("noisy", 8, 1, REGIONS_MOST, "", "contexts of region 1, which is noise"),
    BAUD_PARAM_INT("many", 128, 1, REGIONS_MOST, "", "contexts of region 2, in which there is much to learn"),
    BAUD_PARAM_INT("levels", 16, 2, 256, "", "that a context may have, on -1 .. 1"),
    BAUD_PARAM_FLOAT("sigma", 0.5, 1e-3, 100, "", "standard deviation of the noise"),
    BAUD_PARAM_CHOICE("order", REGIONS_RANDOM, regions_orders, REGIONS_ORDERS, "in which a region's contexts come: at random, or in turn"),
    BAUD_PARAM_INT("watched", REGIONS_MANY, 0, 2, "", "the region whose looks count as successes"),
};

/* ---- Model, world, lane ------------------------------------------------------------------------------- */

enum { REGIONS_REWARD, REGIONS_SUCCESS, REGIONS_FACTS };
static const baud_fact regions_facts[REGIONS_FACTS] = {
    {BAUD_SIZE(baud_fact), BAUD_FACT_REWARD, "reward", "", "minus the squared error of the guess"},
    {BAUD_SIZE(baud_fact), BAUD_FACT_OUTCOME | BAUD_FACT_AT_END, "watched", "", "1 where the look was at the watched region"},
};

enum { REGIONS_CONTEXT, REGIONS_LEVEL, REGIONS_FIELDS };

typedef struct regions {
  uint32_t contexts[REGIONS], first[REGIONS]; /* how many; the number of the first, counted from 0 */
  uint32_t all, levels, watched;
  int in_turn;
  double sigma;
  baud_field obs[REGIONS_FIELDS], action;
} regions;

/* A world is level[all], u16, 0 .. levels-1; what stands at the noise's contexts is of no meaning. */
static uint32_t regions_level(const void *world, uint32_t context) { return ((const uint16_t *)world)[context]; }
static uint32_t regions_of(const regions *m, uint32_t context) {
  return context < m->first[REGIONS_NOISE] ? REGIONS_FEW : context < m->first[REGIONS_MANY] ? REGIONS_NOISE : REGIONS_MANY;
}

typedef struct regions_lane {
  uint64_t random;
  uint32_t context; /* that is shown, from 1; 0: none yet */
  uint32_t pad;
  uint32_t looks[REGIONS + 1]; /* at each region, over all episodes */
} regions_lane;

static regions_lane *regions_at(const baud_batch *b, uint32_t k) { return (regions_lane *)(void *)(b->lane + k * b->lane_stride); }

static double regions_value(const regions *m, double level) { return 2.0 * level / (m->levels - 1.0) - 1.0; }

/* P(the noise is put to this level). */
static double regions_noise_of(const regions *m, uint32_t level) {
  double half = 1.0 / (m->levels - 1.0), scale = 1.0 / (m->sigma * sqrt(2.0)), at = regions_value(m, level);
  double above = level == 0 ? 1.0 : 0.5 * erfc((at - half) * scale), beyond = level + 1 == m->levels ? 0.0 : 0.5 * erfc((at + half) * scale);
  return above - beyond;
}

/* ---- Create, draw ------------------------------------------------------------------------------------- */

static int32_t regions_create(const baud_host *host, const baud_value *values, baud_env_spec *spec, void **model) {
  regions *m = calloc(1, sizeof *m);
  if (m == NULL) return host->fail(host, BAUD_ENOMEM, "regions: no memory for the model");
  for (uint32_t r = 0; r < REGIONS; r++) {
    m->contexts[r] = (uint32_t)values[REGIONS_P_FEW + r].i;
    m->first[r] = m->all;
    m->all += m->contexts[r];
  }
  m->levels = (uint32_t)values[REGIONS_P_LEVELS].i;
  m->sigma = values[REGIONS_P_SIGMA].f;
  m->in_turn = values[REGIONS_P_ORDER].i == REGIONS_IN_TURN;
  m->watched = (uint32_t)values[REGIONS_P_WATCHED].i;
  uint32_t actions = m->levels < REGIONS ? REGIONS : m->levels;
  m->obs[REGIONS_CONTEXT] = (baud_field)BAUD_DISCRETE_FIELD("context", m->all + 1, "0: none yet");
  m->obs[REGIONS_LEVEL] = (baud_field)BAUD_DISCRETE_FIELD("level", m->levels + 1, "that the context has; 0: not seen yet");
  m->action = (baud_field)BAUD_DISCRETE_FIELD("action", actions + 1, "where to look, mod 3; then the level that is guessed, from 1");
  spec->n_obs = REGIONS_FIELDS;
  spec->n_facts = REGIONS_FACTS;
  spec->max_steps = 2;
  spec->obs = m->obs;
  spec->action = &m->action;
  spec->facts = regions_facts;
  spec->lane_bytes = sizeof(regions_lane);
  spec->world_bytes = m->all * sizeof(uint16_t);
  spec->entropy_bits = (m->all - m->contexts[REGIONS_NOISE]) * log2((double)m->levels);
  *model = m;
  return BAUD_OK;
}

static int32_t regions_draw(const void *model, uint64_t seed, void *world) {
  const regions *m = model;
  uint64_t random = seed;
  for (uint32_t c = 0; c < m->all; c++) ((uint16_t *)world)[c] = (uint16_t)baud_below(&random, m->levels);
  return BAUD_OK;
}

/* ---- Reset and step ----------------------------------------------------------------------------------- */

static void regions_show(const baud_batch *b, uint32_t k, uint32_t context, uint32_t level) {
  ((int32_t *)b->obs[REGIONS_CONTEXT])[k] = (int32_t)context;
  ((int32_t *)b->obs[REGIONS_LEVEL])[k] = (int32_t)level;
}

static int32_t regions_reset(const void *model, const baud_batch *b) {
  (void)model;
  for (uint32_t i = 0; i < b->n_pick; i++) {
    regions_lane *lane = regions_at(b, b->pick[i]);
    lane->random = b->seed[i];
    lane->context = 0;
    regions_show(b, b->pick[i], 0, 0);
  }
  return BAUD_OK;
}

/* The context that is seen in a region. */
static uint32_t regions_look(const regions *m, regions_lane *lane, uint32_t region) {
  uint32_t n = m->contexts[region], turn = lane->looks[region];
  lane->looks[region] = (turn + 1) % n;
  return 1 + m->first[region] + (m->in_turn ? turn : baud_below(&lane->random, n));
}

/* The level that the lane's context has now, from 0. */
static uint32_t regions_sample(const regions *m, regions_lane *lane, const void *world) {
  if (regions_of(m, lane->context - 1) != REGIONS_NOISE) return regions_level(world, lane->context - 1);
  double at = (m->sigma * baud_normal(&lane->random) + 1.0) / 2.0 * (m->levels - 1.0);
  return (uint32_t)fmin(fmax(round(at), 0.0), m->levels - 1.0);
}

static int32_t regions_step(const void *model, const baud_batch *b) {
  const regions *m = model;
  for (uint32_t k = 0; k < b->lanes; k++) {
    regions_lane *lane = regions_at(b, k);
    uint32_t action = (uint32_t)((const int32_t *)b->action)[k];
    if (action >= m->action.categories) return BAUD_EARG;
    b->facts[REGIONS_REWARD][k] = b->facts[REGIONS_SUCCESS][k] = 0.0f;
    b->flags[k] = 0;
    if (lane->context == 0) {
      lane->context = regions_look(m, lane, action % REGIONS);
      regions_show(b, k, lane->context, 0);
      continue;
    }
    uint32_t level = regions_sample(m, lane, b->world + k * b->world_stride);
    double guess = fmin(fmax((double)action, 1.0), (double)m->levels) - 1.0, error = regions_value(m, guess) - regions_value(m, level);
    b->facts[REGIONS_REWARD][k] = (float)(0.0 - error * error);
    b->facts[REGIONS_SUCCESS][k] = regions_of(m, lane->context - 1) == m->watched;
    b->flags[k] = BAUD_TERMINATED;
    regions_show(b, k, lane->context, level + 1);
  }
  return BAUD_OK;
}

static const baud_env_ops regions_ops = {BAUD_SIZE(baud_env_ops), 0, regions_create, free, regions_draw, regions_reset, regions_step};

/* ---- The ideal observer ------------------------------------------------------------------------------- */

/* Its state is known[all], u8; then for each lane the looks at each region, which tell what comes in turn. */
static uint32_t *regions_looks(const regions *m, const void *state, uint32_t lane) {
  return (uint32_t *)((uintptr_t)state + (m->all + 7u) / 8u * 8u) + (size_t)lane * (REGIONS + 1);
}

static uint64_t regions_state_bytes(const void *model, uint32_t lanes) {
  const regions *m = model;
  return (m->all + 7u) / 8u * 8u + (uint64_t)lanes * (REGIONS + 1) * sizeof(uint32_t);
}

static int32_t regions_open(const void *model, void *state, uint32_t lanes) {
  memset(state, 0, regions_state_bytes(model, lanes));
  return BAUD_OK;
}

/* The squared error is told as it is. */
static int32_t regions_alphabet(const void *model, uint32_t fact, double *values, uint32_t max) {
  (void)model, (void)values, (void)max;
  return fact < REGIONS_FACTS ? 0 : BAUD_EARG;
}

/* Who sees the levels knows the rewards. */
static int32_t regions_supports(const void *model, uint32_t channels, uint32_t fact, uint32_t needs) {
  (void)model;
  return (channels & BAUD_MASK(BAUD_CH_OBSERVATION)) && fact < REGIONS_FACTS && needs == 0;
}

/* What is chance in the moment, whatever is known; and the context whose level it tells, or `all`. */
static int32_t regions_read(const regions *m, const void *state, const baud_evidence *e, double *chance, uint32_t *context) {
  *chance = 0.0;
  *context = m->all;
  if (e->kind == BAUD_EV_START) return BAUD_OK;
  if (e->kind != BAUD_EV_STEP || !e->sees_observation) return BAUD_EUNSUP;
  uint32_t before = *(const uint32_t *)e->obs_before[REGIONS_CONTEXT], after = *(const uint32_t *)e->obs[REGIONS_CONTEXT];
  uint32_t level = *(const uint32_t *)e->obs[REGIONS_LEVEL], region = *(const uint32_t *)e->action % REGIONS;
  if (before > m->all || after == 0 || after > m->all) return BAUD_EARG;
  if (before == 0) {
    uint32_t turn = regions_looks(m, state, e->lane)[region];
    int is_due = !m->in_turn || after == 1 + m->first[region] + turn;
    *chance = regions_of(m, after - 1) != region || !is_due ? INFINITY : m->in_turn ? 0.0 : log2((double)m->contexts[region]);
    return BAUD_OK;
  }
  if (before != after || level == 0 || level > m->levels) return BAUD_EARG;
  if (regions_of(m, after - 1) == REGIONS_NOISE) *chance = -log2(regions_noise_of(m, level - 1));
  else *context = after - 1;
  return BAUD_OK;
}

static int32_t regions_noise(const void *model, const void *world, const void *state, const baud_evidence *e, double bits[BAUD_CHANNELS]) {
  const regions *m = model;
  uint32_t context;
  bits[BAUD_CH_OBSERVATION] = bits[BAUD_CH_REWARD] = bits[BAUD_CH_DEMONSTRATION] = 0.0;
  int32_t code = regions_read(m, state, e, &bits[BAUD_CH_OBSERVATION], &context);
  if (code != BAUD_OK || context == m->all) return code;
  if (regions_level(world, context) + 1 != *(const uint32_t *)e->obs[REGIONS_LEVEL]) bits[BAUD_CH_OBSERVATION] = INFINITY;
  return BAUD_OK;
}

static int32_t regions_surprise(const void *model, void *state, const baud_evidence *e, double bits[BAUD_CHANNELS]) {
  const regions *m = model;
  uint32_t context;
  uint8_t *known = state;
  bits[BAUD_CH_OBSERVATION] = bits[BAUD_CH_REWARD] = bits[BAUD_CH_DEMONSTRATION] = 0.0;
  int32_t code = regions_read(m, state, e, &bits[BAUD_CH_OBSERVATION], &context);
  if (code != BAUD_OK || e->kind == BAUD_EV_START) return code;
  if (*(const uint32_t *)e->obs_before[REGIONS_CONTEXT] == 0) {
    uint32_t region = *(const uint32_t *)e->action % REGIONS, *looks = regions_looks(m, state, e->lane) + region;
    *looks = (*looks + 1) % m->contexts[region];
  }
  if (context == m->all) return BAUD_OK;
  if (!known[context]) bits[BAUD_CH_OBSERVATION] = log2((double)m->levels);
  known[context] = 1;
  return BAUD_OK;
}

static const baud_observer regions_observer = {
    BAUD_SIZE(baud_observer), 0, regions_state_bytes, regions_alphabet, regions_supports, regions_open, regions_noise, regions_surprise, NULL, NULL};

/* ---- Quiz ----------------------------------------------------------------------------------------------- */

/* What level each lasting context has. */
static int32_t regions_count(const void *model, uint32_t *n_items, uint32_t *max_answers, uint32_t *independence) {
  const regions *m = model;
  *n_items = m->all - m->contexts[REGIONS_NOISE];
  *max_answers = m->levels + 1;
  *independence = BAUD_FACTS_INDEPENDENT;
  return BAUD_OK;
}

static int32_t regions_item(const void *model, const void *world, uint32_t index, baud_item *item) {
  const regions *m = model;
  if (index >= m->all - m->contexts[REGIONS_NOISE]) return BAUD_EARG;
  uint32_t context = index < m->contexts[REGIONS_FEW] ? index : index + m->contexts[REGIONS_NOISE];
  item->kinds = BAUD_ITEM_FACT;
  item->target = BAUD_ASK_OBSERVATION;
  item->field = REGIONS_LEVEL;
  item->channel = BAUD_CH_OBSERVATION;
  item->group = index;
  item->score = BAUD_SCORE_SET;
  item->n_answers = m->levels + 1;
  item->action_given = 1;
  *(int32_t *)item->obs[REGIONS_CONTEXT] = (int32_t)(context + 1);
  *(int32_t *)item->obs[REGIONS_LEVEL] = 0;
  *(int32_t *)item->action = 1;
  for (uint32_t x = 0; x <= m->levels; x++) {
    item->truth[x] = x == regions_level(world, context) + 1;
    item->prior[x] = x > 0 ? 1.0 / m->levels : 0.0;
  }
  return BAUD_OK;
}

static const baud_quiz regions_quiz = {BAUD_SIZE(baud_quiz), 0, regions_count, regions_item};

/* ---- Tables ------------------------------------------------------------------------------------------- */

static const void *regions_extension(const char *id) {
  if (strcmp(id, "baud.observer/1") == 0) return &regions_observer;
  return strcmp(id, "baud.quiz/1") == 0 ? &regions_quiz : NULL;
}

static const baud_unit regions_units[] = {{
    .size = BAUD_SIZE(baud_unit),
    .role = BAUD_ENV,
    .behaviour = 1,
    .state_version = 1,
    .id = "baud.regions",
    .title = "three places to look at: soon known, noise, and much to learn",
    .doc = "An episode is one look: where to, then a guess of what is there. Of three regions one is soon known, one is nothing but "
           "noise, and in one there is much to learn. Tells what seeks surprise, what seeks return and what seeks bits from each "
           "other (after Oudeyer, Kaplan and Hafner 2007).",
    .params = regions_params,
    .n_params = REGIONS_PARAMS,
    .ops = &regions_ops,
    .extension = regions_extension,
}};

const baud_library baud_plugin_1 = {
    .size = BAUD_SIZE(baud_library),
    .built_minor = BAUD_MINOR,
    .needs_minor = 0,
    .layout = BAUD_LAYOUT,
    .vendor = "baud",
    .version = "1.0",
    .license = "MIT",
    .units = regions_units,
    .n_units = 1,
};
