/* discounting_chain.c - five promises, of which one that one cannot know beforehand pays a little more (bsuite's
 * discounting_chain: Osband et al., Behaviour suite for reinforcement learning, ICLR 2020).
 *
 * The first action chooses one of five chains; nothing else counts. The chains pay 1 after 1, 3, 10, 30 or 100 steps,
 * and one of them pays 1.1. An episode lasts 100 steps whatever comes, so the bonus is worth waiting for. World: which
 * chain has the bonus, uniform: log2 5 bits. Only the reward tells of it: h(1/5) bits for the first chain that is
 * tried, then h(1/4), and so on until it is found. bsuite scores 1,000 episodes by the mean return, 0 for 1 and 1
 * for 1.1.
 */
#include "baud/plugin.h"
#include "baud/random.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { CHAIN_CHAINS = 5, CHAIN_LENGTH = 100 };
static const uint32_t chain_pays_after[CHAIN_CHAINS] = {1, 3, 10, 30, CHAIN_LENGTH};

enum { CHAIN_NOTHING, CHAIN_ONE, CHAIN_BONUS, CHAIN_VALUES };
static const float chain_value[CHAIN_VALUES] = {0.0f, 1.0f, 1.1f};

/* ---- Parameters, model, world, lane --------------------------------------------------------------------- */

enum { CHAIN_NUMBERS, CHAIN_INDEX, CHAIN_VIEWS };
static const char *const chain_views[CHAIN_VIEWS] = {"numbers", "state"};

enum { CHAIN_P_OBSERVATION, CHAIN_PARAMS };
static const baud_param chain_params[CHAIN_PARAMS] = {
    BAUD_PARAM_CHOICE("observation", CHAIN_NUMBERS, chain_views, CHAIN_VIEWS,
                      "numbers: chain and share of the time, as in bsuite; state: one number, for tables"),
};

static const baud_field chain_numbers = {
    .size = BAUD_SIZE(baud_field),
    .dtype = BAUD_F32,
    .count = 2,
    .rank = 1,
    .shape = {2, 0, 0},
    .low = -1.0,
    .high = CHAIN_CHAINS - 1,
    .name = "sight",
    .unit = "",
    .doc = "the chain that was chosen, before that -1; the share of the time that is over"};
static const baud_field chain_state = BAUD_DISCRETE_FIELD("state", (CHAIN_CHAINS + 1) * (CHAIN_LENGTH + 1),
                                                          "(chain + 1) * 101 + step; chain -1: none yet");
static const baud_field chain_action = BAUD_DISCRETE_FIELD("chain", CHAIN_CHAINS, "only the first one counts");

enum { CHAIN_REWARD, CHAIN_SUCCESS, CHAIN_FACTS };
static const baud_fact chain_facts[CHAIN_FACTS] = {
    {BAUD_SIZE(baud_fact), BAUD_FACT_REWARD, "reward", "", "1 or 1.1 when the chain pays, else 0"},
    {BAUD_SIZE(baud_fact), BAUD_FACT_OUTCOME | BAUD_FACT_AT_END, "success", "",
     "1 when it was the chain with the bonus, else 0"},
};

typedef struct chain_model {
  uint32_t view;
} chain_model;

typedef struct chain_world {
  uint32_t bonus, pad;
} chain_world;

typedef struct chain_lane {
  int32_t chain; /* -1: none yet */
  uint32_t step;
} chain_lane;

static int32_t chain_create(const baud_host *host, const baud_value *values, baud_env_spec *spec, void **model) {
  chain_model *m = calloc(1, sizeof *m);
  if (m == NULL) return host->fail(host, BAUD_ENOMEM, "discounting_chain: no memory for the model");
  m->view = (uint32_t)values[CHAIN_P_OBSERVATION].i;
  spec->n_obs = 1;
  spec->n_facts = CHAIN_FACTS;
  spec->max_steps = CHAIN_LENGTH;
  spec->obs = m->view == CHAIN_INDEX ? &chain_state : &chain_numbers;
  spec->action = &chain_action;
  spec->facts = chain_facts;
  spec->lane_bytes = sizeof(chain_lane);
  spec->world_bytes = sizeof(chain_world);
  spec->entropy_bits = log2(CHAIN_CHAINS);
  *model = m;
  return BAUD_OK;
}

static int32_t chain_draw(const void *model, uint64_t seed, void *world) {
  uint64_t random = seed;
  (void)model;
  ((chain_world *)world)->bonus = baud_below(&random, CHAIN_CHAINS);
  return BAUD_OK;
}

/* ---- Reset and step ----------------------------------------------------------------------------------- */

static chain_lane *chain_at(const baud_batch *batch, uint32_t k) {
  return (chain_lane *)(void *)(batch->lane + k * batch->lane_stride);
}

static uint32_t chain_bonus(const baud_batch *batch, uint32_t k) {
  return ((const chain_world *)(const void *)(batch->world + k * batch->world_stride))->bonus;
}

/* Lane k's part of an observation, of `chain` after `step` steps. */
static void chain_see(const chain_model *m, int32_t chain, uint32_t step, void *obs, uint32_t k) {
  if (m->view == CHAIN_INDEX) {
    ((int32_t *)obs)[k] = (chain + 1) * (CHAIN_LENGTH + 1) + (int32_t)step;
    return;
  }
  ((float *)obs)[2 * (size_t)k] = (float)chain;
  ((float *)obs)[2 * (size_t)k + 1] = (float)((double)step / CHAIN_LENGTH);
}

static int32_t chain_reset(const void *model, const baud_batch *batch) {
  for (uint32_t i = 0; i < batch->n_pick; i++) {
    uint32_t k = batch->pick[i];
    *chain_at(batch, k) = (chain_lane){-1, 0};
    chain_see(model, -1, 0, batch->obs[0], k);
  }
  return BAUD_OK;
}

/* Which reward comes with `step`, by whether the chain is the one with the bonus. */
static uint32_t chain_pay(int32_t chain, uint32_t step, int is_bonus) {
  return step != chain_pays_after[chain] ? CHAIN_NOTHING : is_bonus ? CHAIN_BONUS : CHAIN_ONE;
}

static int32_t chain_step(const void *model, const baud_batch *batch) {
  const int32_t *action = batch->action;
  for (uint32_t k = 0; k < batch->lanes; k++) {
    chain_lane *lane = chain_at(batch, k);
    if ((uint32_t)action[k] >= CHAIN_CHAINS) return BAUD_EARG;
    if (lane->step == 0) lane->chain = action[k];
    int is_after = lane->step == CHAIN_LENGTH, is_bonus = (uint32_t)lane->chain == chain_bonus(batch, k);
    lane->step += !is_after; /* who goes on after the end stays there, unpaid */
    int is_over = lane->step == CHAIN_LENGTH;
    batch->facts[CHAIN_REWARD][k] = is_after ? 0.0f : chain_value[chain_pay(lane->chain, lane->step, is_bonus)];
    batch->facts[CHAIN_SUCCESS][k] = is_over && is_bonus ? 1.0f : 0.0f;
    batch->flags[k] = is_over ? BAUD_TERMINATED : 0;
    chain_see(model, lane->chain, lane->step, batch->obs[0], k);
  }
  return BAUD_OK;
}

static const baud_env_ops chain_ops = {
    BAUD_SIZE(baud_env_ops), 0, chain_create, free, chain_draw, chain_reset, chain_step};

/* ---- Demonstration ------------------------------------------------------------------------------------ */

/* The chain with the bonus, at the first step; later there is nothing to show. */
static int32_t chain_optimal(const void *model, const baud_batch *batch, uint8_t *optimal) {
  (void)model;
  memset(optimal, 0, (size_t)batch->lanes * CHAIN_CHAINS);
  for (uint32_t k = 0; k < batch->lanes; k++)
    if (chain_at(batch, k)->step == 0) optimal[(size_t)k * CHAIN_CHAINS + chain_bonus(batch, k)] = 1;
  return BAUD_OK;
}

static const baud_demonstrate chain_demonstrate = {BAUD_SIZE(baud_demonstrate), 0, chain_optimal};

/* ---- The ideal observer -------------------------------------------------------------------------------- */

/* Its state is weight[chains], the posterior of where the bonus is. Which chain and step evidence is of it reads off
 * the observation; one who does not see it knows both all the same, from his own action and by counting. */
typedef struct chain_moment {
  int32_t chain;
  uint32_t step;
} chain_moment;

static double chain_bits(double p) { return p < 1.0 ? -log2(p) : 0.0; }

static int32_t chain_moment_of(const chain_model *m, const void *obs, chain_moment *at) {
  if (m->view == CHAIN_INDEX) {
    int32_t state = *(const int32_t *)obs;
    at->chain = state / (CHAIN_LENGTH + 1) - 1;
    at->step = (uint32_t)(state % (CHAIN_LENGTH + 1));
  } else {
    at->chain = (int32_t)lrintf(((const float *)obs)[0]);
    at->step = (uint32_t)lrintf(((const float *)obs)[1] * CHAIN_LENGTH);
  }
  return at->chain < -1 || at->chain >= CHAIN_CHAINS || at->step > CHAIN_LENGTH ? BAUD_EARG : BAUD_OK;
}

static uint64_t chain_state_bytes(const void *model, uint32_t lanes) {
  (void)model;
  (void)lanes;
  return CHAIN_CHAINS * sizeof(double);
}

static int32_t chain_open(const void *model, void *state, uint32_t lanes) {
  (void)model;
  (void)lanes;
  for (int c = 0; c < CHAIN_CHAINS; c++) ((double *)state)[c] = 1.0 / CHAIN_CHAINS;
  return BAUD_OK;
}

static int32_t chain_alphabet(const void *model, uint32_t fact, double *values, uint32_t max) {
  (void)model;
  if (fact >= CHAIN_FACTS) return BAUD_EARG;
  uint32_t n = fact == CHAIN_SUCCESS ? 2 : CHAIN_VALUES;
  for (uint32_t x = 0; x < n && x < max; x++) values[x] = fact == CHAIN_SUCCESS ? (double)x : (double)chain_value[x];
  return (int32_t)n;
}

static int32_t chain_supports(const void *model, uint32_t channels, uint32_t fact, uint32_t needs) {
  (void)model;
  (void)channels;
  (void)needs;
  return fact < CHAIN_FACTS;
}

/* P(the evidence | the bonus is in chain c). */
static double chain_likelihood(const baud_evidence *e, const chain_moment *at, int32_t c) {
  if (e->kind == BAUD_EV_DEMONSTRATION) {
    if (at->step > 0) return 1.0;
    return *(const int32_t *)e->action == c ? e->competence : (1.0 - e->competence) / (CHAIN_CHAINS - 1);
  }
  uint32_t x = e->fact == CHAIN_SUCCESS ? at->step == CHAIN_LENGTH && at->chain == c
                                        : chain_pay(at->chain, at->step, at->chain == c);
  return e->weight[x];
}

/* 1 and the moment where there is something to the evidence, 0 where not; a negative code for what cannot be read. */
static int32_t chain_read(const chain_model *m, const baud_evidence *e, chain_moment *at) {
  int is_shown = e->kind == BAUD_EV_DEMONSTRATION;
  if (e->kind == BAUD_EV_START || (!is_shown && !e->sees_reward)) return 0;
  if (!is_shown && (e->fact >= CHAIN_FACTS || e->weight == NULL)) return BAUD_EARG;
  if (*(const uint32_t *)e->action >= CHAIN_CHAINS) return BAUD_EARG;
  int32_t code = chain_moment_of(m, is_shown ? e->obs_before[0] : e->obs[0], at);
  if (code == BAUD_OK && !is_shown && at->chain < 0) code = BAUD_EARG;
  return code == BAUD_OK ? 1 : code;
}

static int32_t chain_noise(const void *model, const void *world, const void *state, const baud_evidence *e,
                           double bits[BAUD_CHANNELS]) {
  chain_moment at;
  (void)state;
  bits[BAUD_CH_OBSERVATION] = bits[BAUD_CH_REWARD] = bits[BAUD_CH_DEMONSTRATION] = 0.0;
  int32_t status = chain_read(model, e, &at);
  if (status <= 0) return status;
  double p = chain_likelihood(e, &at, (int32_t)((const chain_world *)world)->bonus);
  bits[e->kind == BAUD_EV_DEMONSTRATION ? BAUD_CH_DEMONSTRATION : BAUD_CH_REWARD] = chain_bits(p);
  return BAUD_OK;
}

static int32_t chain_surprise(const void *model, void *state, const baud_evidence *e, double bits[BAUD_CHANNELS]) {
  double *weight = state, likelihood[CHAIN_CHAINS], p = 0.0;
  chain_moment at;
  bits[BAUD_CH_OBSERVATION] = bits[BAUD_CH_REWARD] = bits[BAUD_CH_DEMONSTRATION] = 0.0;
  int32_t status = chain_read(model, e, &at);
  if (status <= 0) return status;
  int tells = 0;
  for (int32_t c = 0; c < CHAIN_CHAINS; c++) {
    likelihood[c] = chain_likelihood(e, &at, c);
    p += weight[c] * likelihood[c];
    tells |= weight[c] > 0.0 && likelihood[c] != likelihood[0];
  }
  bits[e->kind == BAUD_EV_DEMONSTRATION ? BAUD_CH_DEMONSTRATION : BAUD_CH_REWARD] = p > 0.0 ? chain_bits(p) : INFINITY;
  for (int c = 0; c < CHAIN_CHAINS && tells && p > 0.0; c++) weight[c] *= likelihood[c] / p;
  return BAUD_OK;
}

/* At the start the posterior; later all actions are as good. */
static int32_t chain_answer(const void *model, const void *state, const baud_query *query, double *probability) {
  chain_moment at;
  if (query->target != BAUD_ASK_ACTION || query->n_answers != CHAIN_CHAINS) return BAUD_EUNSUP;
  if (chain_moment_of(model, query->obs[0], &at) != BAUD_OK) return BAUD_EARG;
  for (int c = 0; c < CHAIN_CHAINS; c++)
    probability[c] = at.step == 0 ? ((const double *)state)[c] : 1.0 / CHAIN_CHAINS;
  return BAUD_OK;
}

static int32_t chain_settled(const void *model, const void *state) {
  int left = 0;
  (void)model;
  for (int c = 0; c < CHAIN_CHAINS; c++) left += ((const double *)state)[c] > 0.0;
  return left == 1;
}

static const baud_observer chain_observer = {BAUD_SIZE(baud_observer),
                                             BAUD_NOISELESS | BAUD_REPEATABLE,
                                             chain_state_bytes,
                                             chain_alphabet,
                                             chain_supports,
                                             chain_open,
                                             chain_noise,
                                             chain_surprise,
                                             chain_answer,
                                             chain_settled};

/* ---- Quiz ---------------------------------------------------------------------------------------------- */

/* One item, which is all there is to know: which chain to choose. */
static int32_t chain_count(const void *model, uint32_t *n_items, uint32_t *max_answers, uint32_t *independence) {
  (void)model;
  *n_items = 1;
  *max_answers = CHAIN_CHAINS;
  *independence = BAUD_FACTS_INDEPENDENT | BAUD_DECISIONS_INDEPENDENT;
  return BAUD_OK;
}

static int32_t chain_item(const void *model, const void *world, uint32_t index, baud_item *item) {
  if (index > 0) return BAUD_EARG;
  item->kinds = BAUD_ITEM_FACT | BAUD_ITEM_DECISION;
  item->target = BAUD_ASK_ACTION;
  item->field = item->group = item->action_given = 0;
  item->channel = BAUD_CH_REWARD;
  item->score = BAUD_SCORE_SET;
  item->n_answers = CHAIN_CHAINS;
  for (uint32_t c = 0; c < CHAIN_CHAINS; c++) {
    item->truth[c] = c == ((const chain_world *)world)->bonus;
    item->prior[c] = 1.0 / CHAIN_CHAINS;
  }
  chain_see(model, -1, 0, item->obs[0], 0);
  return BAUD_OK;
}

static const baud_quiz chain_quiz = {BAUD_SIZE(baud_quiz), 0, chain_count, chain_item};

/* ---- Picture ------------------------------------------------------------------------------------------- */

enum { CHAIN_WIDTH = 24 };

static int32_t chain_extent(const void *model, uint32_t *width, uint32_t *height) {
  (void)model;
  *width = CHAIN_WIDTH;
  *height = CHAIN_CHAINS;
  return BAUD_OK;
}

/* A line a chain: where one is on it, when it pays and how much. */
static int32_t chain_picture(const void *model, const void *world, const void *lane, char *cells) {
  const chain_lane *at = lane;
  char line[CHAIN_WIDTH + 1];
  (void)model;
  memset(cells, ' ', CHAIN_WIDTH * CHAIN_CHAINS);
  for (int32_t c = 0; c < CHAIN_CHAINS; c++) {
    double pays = (double)chain_value[(uint32_t)c == ((const chain_world *)world)->bonus ? CHAIN_BONUS : CHAIN_ONE];
    int n = at->chain == c ? snprintf(line, sizeof line, "%3u of %3u: %.1f", at->step, chain_pays_after[c], pays)
                           : snprintf(line, sizeof line, "       %3u: %.1f", chain_pays_after[c], pays);
    memcpy(cells + c * CHAIN_WIDTH, line, (size_t)n);
  }
  return BAUD_OK;
}

static const baud_draw chain_drawing = {BAUD_SIZE(baud_draw), 0, chain_extent, chain_picture};

/* ---- Tables -------------------------------------------------------------------------------------------- */

static const void *chain_extension(const char *id) {
  static const struct {
    const char *id;
    const void *table;
  } known[] = {{"baud.observer/1", &chain_observer},
               {"baud.quiz/1", &chain_quiz},
               {"baud.demonstrate/1", &chain_demonstrate},
               {"baud.draw/1", &chain_drawing}};
  for (size_t i = 0; i < sizeof known / sizeof *known; i++)
    if (strcmp(id, known[i].id) == 0) return known[i].table;
  return NULL;
}

static const baud_unit chain_units[] = {{
    .size = BAUD_SIZE(baud_unit),
    .role = BAUD_ENV,
    .behaviour = 1,
    .state_version = 1,
    .id = "baud.discounting_chain",
    .title = "five delayed rewards, one with a bonus",
    .doc =
        "bsuite's discounting chain: the first action chooses among chains that pay 1 after 1, 3, 10, 30 or 100 steps; "
        "one of them, drawn uniformly, pays 1.1. Who is too impatient never finds it where it comes late.",
    .params = chain_params,
    .n_params = CHAIN_PARAMS,
    .ops = &chain_ops,
    .extension = chain_extension,
}};

const baud_library baud_plugin_1 = {
    .size = BAUD_SIZE(baud_library),
    .built_minor = BAUD_MINOR,
    .needs_minor = 0,
    .layout = BAUD_LAYOUT,
    .vendor = "baud",
    .version = "1.0",
    .license = "MIT",
    .units = chain_units,
    .n_units = 1,
};
