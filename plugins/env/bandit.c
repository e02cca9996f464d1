/* bandit.c - Bernoulli arms with a Beta prior, as in Duan et al. (RL^2, arXiv 1611.02779, section 3.1).
 *
 * World: for each arm its chance of paying 1 instead of 0, Beta(prior_success, prior_failure), independent; a
 * continuous world. An episode is `pulls` pulls; there is one state only, so observations carry nothing.
 * Channel: the reward of each pull. Most of its surprise is noise, h(theta) a pull: of n pulls of one arm under
 * Beta(1, 1) a Bayesian keeps log2(n+1) + mean log2 C(n, s) - n / (2 ln 2) bits, .279 of the first. The observer is
 * conjugate: it counts. The success, known to the host alone, is whether the last pull was of the best arm.
 */
#include "baud/beta_best.h"
#include "baud/plugin.h"
#include "baud/random.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

enum { BANDIT_MOST_ARMS = 256 };

/* ---- Parameters --------------------------------------------------------------------------------------- */

enum { BANDIT_P_ARMS, BANDIT_P_SUCCESS, BANDIT_P_FAILURE, BANDIT_P_PULLS, BANDIT_PARAMS };
static const baud_param bandit_params[BANDIT_PARAMS] = {
    BAUD_PARAM_INT("arms", 10, 1, BANDIT_MOST_ARMS, "", "number of arms"),
    BAUD_PARAM_FLOAT("prior_success", 1.0, 0.5, 1e6, "pulls", "the prior's successes: theta ~ Beta(success, failure)"),
    BAUD_PARAM_FLOAT("prior_failure", 1.0, 0.5, 1e6, "pulls", "the prior's failures"),
    BAUD_PARAM_INT("pulls", 10, 1, 100000000, "steps", "pulls of an episode"),
};

/* ---- Model, world, lane ------------------------------------------------------------------------------- */

enum { BANDIT_REWARD, BANDIT_BEST, BANDIT_FACTS };
static const baud_fact bandit_facts[BANDIT_FACTS] = {
    {BAUD_SIZE(baud_fact), BAUD_FACT_REWARD, "reward", "", "1 with the arm's chance, else 0"},
    {BAUD_SIZE(baud_fact), BAUD_FACT_OUTCOME | BAUD_FACT_HIDDEN | BAUD_FACT_AT_END, "best", "",
     "1 when the last pull is of the best arm"},
};

/* A world is chance[arms]. */
typedef struct bandit {
  uint32_t arms, pulls;
  double success, failure; /* of the prior */
  baud_gauss gauss;
  baud_field obs, action;
} bandit;

typedef struct bandit_lane {
  uint64_t random, pulled;
} bandit_lane;

/* The best arm; ties have probability 0 (the first, where rounding makes one). */
static uint32_t bandit_best(const bandit *m, const double *chance) {
  uint32_t best = 0;
  for (uint32_t a = 1; a < m->arms; a++)
    if (chance[a] > chance[best]) best = a;
  return best;
}

/* ---- Create, draw ------------------------------------------------------------------------------------- */

static int32_t bandit_create(const baud_host *host, const baud_value *values, baud_env_spec *spec, void **model) {
  bandit *m = calloc(1, sizeof *m);
  if (m == NULL) return host->fail(host, BAUD_ENOMEM, "bandit: no memory for the model");
  m->arms = (uint32_t)values[BANDIT_P_ARMS].i;
  m->pulls = (uint32_t)values[BANDIT_P_PULLS].i;
  m->success = values[BANDIT_P_SUCCESS].f;
  m->failure = values[BANDIT_P_FAILURE].f;
  baud_gauss_init(&m->gauss);
  m->obs = (baud_field)BAUD_DISCRETE_FIELD("state", 1, "always 0");
  m->action = (baud_field)BAUD_DISCRETE_FIELD("arm", m->arms, "the arm that is pulled");
  spec->n_obs = 1;
  spec->n_facts = BANDIT_FACTS;
  spec->max_steps = m->pulls;
  spec->obs = &m->obs;
  spec->action = &m->action;
  spec->facts = bandit_facts;
  spec->lane_bytes = sizeof(bandit_lane);
  spec->world_bytes = m->arms * sizeof(double);
  spec->entropy_bits = INFINITY;
  *model = m;
  return BAUD_OK;
}

static int32_t bandit_draw(const void *model, uint64_t seed, void *world) {
  const bandit *m = model;
  uint64_t random = seed;
  for (uint32_t a = 0; a < m->arms; a++) ((double *)world)[a] = baud_beta(&random, m->success, m->failure);
  return BAUD_OK;
}

/* ---- Reset and step ----------------------------------------------------------------------------------- */

static int32_t bandit_reset(const void *model, const baud_batch *batch) {
  (void)model;
  for (uint32_t i = 0; i < batch->n_pick; i++) {
    uint32_t k = batch->pick[i];
    *(bandit_lane *)(void *)(batch->lane + k * batch->lane_stride) = (bandit_lane){batch->seed[i], 0};
    ((int32_t *)batch->obs[0])[k] = 0;
  }
  return BAUD_OK;
}

static int32_t bandit_step(const void *model, const baud_batch *batch) {
  const bandit *m = model;
  const int32_t *action = batch->action;
  for (uint32_t k = 0; k < batch->lanes; k++) {
    bandit_lane *lane = (bandit_lane *)(void *)(batch->lane + k * batch->lane_stride);
    const double *chance = (const double *)(const void *)(batch->world + k * batch->world_stride);
    uint32_t arm = (uint32_t)action[k];
    if (arm >= m->arms) return BAUD_EARG;
    int is_last = ++lane->pulled == m->pulls;
    batch->facts[BANDIT_REWARD][k] = baud_bernoulli(&lane->random, chance[arm]) ? 1.0f : 0.0f;
    batch->facts[BANDIT_BEST][k] = is_last && arm == bandit_best(m, chance) ? 1.0f : 0.0f;
    batch->flags[k] = is_last ? BAUD_TERMINATED : 0;
    ((int32_t *)batch->obs[0])[k] = 0;
  }
  return BAUD_OK;
}

static const baud_env_ops bandit_ops = {
    BAUD_SIZE(baud_env_ops), 0, bandit_create, free, bandit_draw, bandit_reset, bandit_step};

/* ---- Demonstration ------------------------------------------------------------------------------------ */

static int32_t bandit_optimal(const void *model, const baud_batch *batch, uint8_t *optimal) {
  const bandit *m = model;
  memset(optimal, 0, (size_t)batch->lanes * m->arms);
  for (uint32_t k = 0; k < batch->lanes; k++) {
    const double *chance = (const double *)(const void *)(batch->world + k * batch->world_stride);
    optimal[(size_t)k * m->arms + bandit_best(m, chance)] = 1;
  }
  return BAUD_OK;
}

static const baud_demonstrate bandit_demonstrate = {BAUD_SIZE(baud_demonstrate), 0, bandit_optimal};

/* ---- The ideal observer -------------------------------------------------------------------------------- */

/* Its state is success[arms] and then failure[arms], the prior's included: the posterior is Beta of these. */
static double bandit_bits(double p) { return p < 1.0 ? -log2(p) : 0.0; }

static uint64_t bandit_state_bytes(const void *model, uint32_t lanes) {
  (void)lanes; /* lanes share the world, and nothing else of them matters */
  return 2 * sizeof(double) * (uint64_t)((const bandit *)model)->arms;
}

static int32_t bandit_open(const void *model, void *state, uint32_t lanes) {
  const bandit *m = model;
  (void)lanes;
  for (uint32_t a = 0; a < m->arms; a++) {
    ((double *)state)[a] = m->success;
    ((double *)state)[m->arms + a] = m->failure;
  }
  return BAUD_OK;
}

static int32_t bandit_alphabet(const void *model, uint32_t fact, double *values, uint32_t max) {
  (void)model;
  if (fact != BANDIT_REWARD) return BAUD_EARG;
  for (uint32_t x = 0; x < 2 && x < max; x++) values[x] = (double)x;
  return 2;
}

/* Exact where rewards arrive as they are, at once or late. Softened ones, and an expert's word on which arm is best,
 * lead out of the Beta family. */
static int32_t bandit_supports(const void *model, uint32_t channels, uint32_t fact, uint32_t needs) {
  (void)model;
  return !(channels & BAUD_MASK(BAUD_CH_DEMONSTRATION)) && fact == BANDIT_REWARD && !(needs & BAUD_SEES_SOFT);
}

/* What there is to be learnt from evidence: 0 nothing, 1 a reward; a negative code for what supports() declines.
 * Weights that are all equal say nothing of the reward, only of the scheme's dice. */
static int32_t bandit_read(const bandit *m, const baud_evidence *e) {
  if (e->kind == BAUD_EV_DEMONSTRATION) return BAUD_EUNSUP;
  if (e->kind == BAUD_EV_START || !e->sees_reward) return 0;
  if (*(const uint32_t *)e->action >= m->arms || e->fact != BANDIT_REWARD) return BAUD_EARG;
  if (e->weight == NULL || e->n_weight != 2) return BAUD_EARG;
  return e->weight[0] == e->weight[1] || e->weight[0] == 0.0 || e->weight[1] == 0.0 ? 1 : BAUD_EUNSUP;
}

/* P(what was delivered), the arm's reward being 1 with this probability. */
static double bandit_predict(const baud_evidence *e, double one) {
  if (e->weight[0] == e->weight[1]) return e->weight[0];
  return e->weight[1] > 0.0 ? e->weight[1] * one : e->weight[0] * (1.0 - one);
}

static int32_t bandit_noise(const void *model, const void *world, const void *state, const baud_evidence *e,
                            double bits[BAUD_CHANNELS]) {
  (void)state;
  bits[BAUD_CH_OBSERVATION] = bits[BAUD_CH_REWARD] = bits[BAUD_CH_DEMONSTRATION] = 0.0;
  int32_t is_reward = bandit_read(model, e);
  if (is_reward <= 0) return is_reward;
  bits[BAUD_CH_REWARD] = bandit_bits(bandit_predict(e, ((const double *)world)[*(const uint32_t *)e->action]));
  return BAUD_OK;
}

static int32_t bandit_surprise(const void *model, void *state, const baud_evidence *e, double bits[BAUD_CHANNELS]) {
  const bandit *m = model;
  bits[BAUD_CH_OBSERVATION] = bits[BAUD_CH_REWARD] = bits[BAUD_CH_DEMONSTRATION] = 0.0;
  int32_t is_reward = bandit_read(m, e);
  if (is_reward <= 0) return is_reward;
  double *success = (double *)state + *(const uint32_t *)e->action, *failure = success + m->arms;
  double weight = e->weight[0] + e->weight[1], pulls = *success + *failure;
  if (e->weight[0] == e->weight[1]) {
    bits[BAUD_CH_REWARD] = bandit_bits(e->weight[0]);
    return BAUD_OK;
  }
  double *seen = e->weight[1] > 0.0 ? success : failure;
  bits[BAUD_CH_REWARD] = bandit_bits(weight * *seen / pulls);
  *seen += 1.0;
  return BAUD_OK;
}

/* P(arm is the best), and the next reward of an arm as {0, 1}. */
static int32_t bandit_answer(const void *model, const void *state, const baud_query *query, double *probability) {
  const bandit *m = model;
  const double *success = state, *failure = success + m->arms;
  if (query->target == BAUD_ASK_ACTION && query->n_answers == m->arms) {
    double scratch[BANDIT_MOST_ARMS * (3 + 2 * BAUD_GAUSS_NODES)]; /* baud_beta_best_scratch */
    (void)baud_beta_best(&m->gauss, m->arms, success, failure, 0.0, scratch, probability);
    baud_normalise(probability, m->arms);
    return BAUD_OK;
  }
  if (query->target != BAUD_ASK_REWARD || query->n_answers != 2) return BAUD_EUNSUP;
  uint32_t arm = *(const uint32_t *)query->action;
  if (arm >= m->arms) return BAUD_EARG;
  probability[1] = success[arm] / (success[arm] + failure[arm]);
  probability[0] = failure[arm] / (success[arm] + failure[arm]);
  return BAUD_OK;
}

static const baud_observer bandit_observer = {
    BAUD_SIZE(baud_observer), 0,            bandit_state_bytes, bandit_alphabet, bandit_supports,
    bandit_open,              bandit_noise, bandit_surprise,    bandit_answer,   NULL}; /* a chance is never known */

/* ---- Quiz ---------------------------------------------------------------------------------------------- */

/* A fact for each arm, its next reward, scored as a mean over its own chances; then, where there is a choice, one
 * decision, the best arm. Arms are exchangeable, so its baseline is uniform. */
static int32_t bandit_count(const void *model, uint32_t *n_items, uint32_t *max_answers, uint32_t *independence) {
  const bandit *m = model;
  *n_items = m->arms + (m->arms > 1);
  *max_answers = m->arms > 2 ? m->arms : 2;
  *independence = BAUD_FACTS_INDEPENDENT | BAUD_DECISIONS_INDEPENDENT;
  return BAUD_OK;
}

static void bandit_ask_reward(const bandit *m, const double *chance, uint32_t arm, baud_item *item) {
  *(int32_t *)item->action = (int32_t)arm;
  item->kinds = BAUD_ITEM_FACT;
  item->target = BAUD_ASK_REWARD;
  item->score = BAUD_SCORE_MEAN;
  item->n_answers = 2;
  item->action_given = 1;
  item->truth[0] = 1.0 - chance[arm];
  item->truth[1] = chance[arm];
  item->prior[0] = m->failure / (m->success + m->failure);
  item->prior[1] = m->success / (m->success + m->failure);
}

static void bandit_ask_best(const bandit *m, const double *chance, baud_item *item) {
  item->kinds = BAUD_ITEM_DECISION;
  item->target = BAUD_ASK_ACTION;
  item->score = BAUD_SCORE_SET;
  item->n_answers = m->arms;
  item->action_given = 0;
  for (uint32_t a = 0; a < m->arms; a++) {
    item->truth[a] = a == bandit_best(m, chance) ? 1.0 : 0.0;
    item->prior[a] = 1.0 / m->arms;
  }
}

static int32_t bandit_item(const void *model, const void *world, uint32_t index, baud_item *item) {
  const bandit *m = model;
  if (index >= m->arms + (m->arms > 1)) return BAUD_EARG;
  item->field = 0;
  item->channel = BAUD_CH_REWARD;
  item->group = index;
  *(int32_t *)item->obs[0] = 0;
  if (index < m->arms) bandit_ask_reward(m, world, index, item);
  else bandit_ask_best(m, world, item);
  return BAUD_OK;
}

static const baud_quiz bandit_quiz = {BAUD_SIZE(baud_quiz), 0, bandit_count, bandit_item};

/* ---- Picture ------------------------------------------------------------------------------------------- */

/* A bar an arm, as long as its chance; `*` at the best. */
enum { BANDIT_BAR = 20 };

static int32_t bandit_extent(const void *model, uint32_t *width, uint32_t *height) {
  *width = BANDIT_BAR + 4;
  *height = ((const bandit *)model)->arms;
  return BAUD_OK;
}

static int32_t bandit_picture(const void *model, const void *world, const void *lane, char *cells) {
  const bandit *m = model;
  const double *chance = world;
  (void)lane;
  memset(cells, ' ', (size_t)m->arms * (BANDIT_BAR + 4));
  for (uint32_t a = 0; a < m->arms; a++) {
    char *line = cells + (size_t)a * (BANDIT_BAR + 4);
    if (a == bandit_best(m, chance)) line[0] = '*';
    line[2] = line[3 + BANDIT_BAR] = '|';
    memset(line + 3, '=', (size_t)(chance[a] * BANDIT_BAR + 0.5));
  }
  return BAUD_OK;
}

static const baud_draw bandit_drawing = {BAUD_SIZE(baud_draw), 0, bandit_extent, bandit_picture};

/* ---- Tables -------------------------------------------------------------------------------------------- */

static const void *bandit_extension(const char *id) {
  static const struct {
    const char *id;
    const void *table;
  } known[] = {{"baud.observer/1", &bandit_observer},
               {"baud.quiz/1", &bandit_quiz},
               {"baud.demonstrate/1", &bandit_demonstrate},
               {"baud.draw/1", &bandit_drawing}};
  for (size_t i = 0; i < sizeof known / sizeof *known; i++)
    if (strcmp(id, known[i].id) == 0) return known[i].table;
  return NULL;
}

static const baud_unit bandit_units[] = {{
    .size = BAUD_SIZE(baud_unit),
    .role = BAUD_ENV,
    .behaviour = 1,
    .state_version = 1,
    .id = "baud.bandit",
    .title = "bandit of Bernoulli arms with a Beta prior",
    .doc = "Each arm pays 1 with a chance of its own, drawn from a Beta distribution, else 0; an episode is a number "
           "of pulls, all rewards of which are told. The benchmark of Duan et al., RL^2, arXiv 1611.02779. Rewards are "
           "mostly noise: the first pull of an arm is worth .279 bit, the hundredth .007.",
    .params = bandit_params,
    .n_params = BANDIT_PARAMS,
    .ops = &bandit_ops,
    .extension = bandit_extension,
}};

const baud_library baud_plugin_1 = {
    .size = BAUD_SIZE(baud_library),
    .built_minor = BAUD_MINOR,
    .needs_minor = 0,
    .layout = BAUD_LAYOUT,
    .vendor = "baud",
    .version = "1.0",
    .license = "MIT",
    .units = bandit_units,
    .n_units = 1,
};
