/* random_mdp.c - random Markov decision processes (Duan et al., RL^2, arXiv 1611.02779, section 3.2).
 *
 * World: for each state and action a row of transition probabilities, Dirichlet(1, .., 1), and a mean reward,
 * Normal(reward_mean, 1), all independent; a continuous world. Every episode starts in state 0 and terminates after
 * `horizon` steps. Channels: the observation is the state; the reward is Normal(mean of (s, a), 1), whatever the
 * successor. The observer is conjugate; the first transition of a row is worth log2 S - (psi(S+1) - psi(2)) / ln 2
 * bits. The quiz asks for every row, and for the best first action in every state when the whole horizon lies ahead;
 * what a learner knows of rewards it does not ask.
 */
#include "baud/plugin.h"
#include "baud/random.h"

#include <stdlib.h>
#include <string.h>

#define MDP_LN2 0.69314718055994530942
enum { MDP_DICE = 0x6d6470 }; /* the stream that the dynamics draw from */
enum { MDP_MOST_STATES = 100, MDP_MOST_ACTIONS = 20, MDP_MOST_STEPS = 1000 };

/* ---- Parameters --------------------------------------------------------------------------------------- */

enum { MDP_P_STATES, MDP_P_ACTIONS, MDP_P_HORIZON, MDP_P_REWARD_MEAN, MDP_PARAMS };
static const baud_param mdp_params[MDP_PARAMS] = {
    BAUD_PARAM_INT("states", 10, 2, MDP_MOST_STATES, "", "number of states"),
    BAUD_PARAM_INT("actions", 5, 2, MDP_MOST_ACTIONS, "", "number of actions in each state"),
    BAUD_PARAM_INT("horizon", 10, 1, MDP_MOST_STEPS, "steps", "length of every episode"),
    BAUD_PARAM_FLOAT("reward_mean", 1.0, -1000.0, 1000.0, "", "prior mean of the mean rewards; their variance is 1"),
};

/* ---- Model, world, lane ------------------------------------------------------------------------------- */

static const baud_fact mdp_facts[] = {
    {BAUD_SIZE(baud_fact), BAUD_FACT_REWARD, "reward", "", "Normal(mean of state and action, 1)"}};

typedef struct mdp {
  uint32_t states, actions, horizon, pairs; /* pairs: states * actions */
  double reward_mean;
  baud_field obs, action;
} mdp;

typedef struct mdp_lane {
  uint64_t random;
  uint32_t state, step;
} mdp_lane;

/* A world is transition[pairs][states], mean[pairs] and, derived, best[horizon][states]: the optimal action with
 * `horizon - step` steps to go. */
static const double *mdp_row(const mdp *m, const void *world, uint32_t pair) {
  return (const double *)world + (size_t)pair * m->states;
}
static double mdp_mean(const mdp *m, const void *world, uint32_t pair) {
  return ((const double *)world)[(size_t)m->pairs * m->states + pair];
}
static const uint8_t *mdp_best(const mdp *m, const void *world) {
  return (const uint8_t *)((const double *)world + (size_t)m->pairs * (m->states + 1));
}
static uint64_t mdp_world_bytes(const mdp *m) {
  uint64_t best = (uint64_t)m->horizon * m->states;
  return (uint64_t)m->pairs * (m->states + 1) * sizeof(double) + (best + 7) / 8 * 8;
}

static int32_t mdp_create(const baud_host *host, const baud_value *values, baud_env_spec *spec, void **model) {
  mdp *m = calloc(1, sizeof *m);
  if (m == NULL) return host->fail(host, BAUD_ENOMEM, "random_mdp: no memory for the model");
  m->states = (uint32_t)values[MDP_P_STATES].i;
  m->actions = (uint32_t)values[MDP_P_ACTIONS].i;
  m->horizon = (uint32_t)values[MDP_P_HORIZON].i;
  m->reward_mean = values[MDP_P_REWARD_MEAN].f;
  m->pairs = m->states * m->actions;
  m->obs = (baud_field)BAUD_DISCRETE_FIELD("state", m->states, "the state; an episode starts in state 0");
  m->action = (baud_field)BAUD_DISCRETE_FIELD("action", m->actions, "");
  spec->n_obs = 1;
  spec->n_facts = 1;
  spec->max_steps = m->horizon;
  spec->obs = &m->obs;
  spec->action = &m->action;
  spec->facts = mdp_facts;
  spec->lane_bytes = sizeof(mdp_lane);
  spec->world_bytes = mdp_world_bytes(m);
  spec->entropy_bits = INFINITY;
  *model = m;
  return BAUD_OK;
}

/* ---- Drawing worlds ----------------------------------------------------------------------------------- */

/* Backward induction: value[s] with k steps to go is max_a mean + sum p value with k-1 to go. */
static void mdp_plan(const mdp *m, const void *world, uint8_t *best) {
  double value[MDP_MOST_STATES] = {0}, now[MDP_MOST_STATES];
  for (uint32_t step = m->horizon; step-- > 0;) {
    for (uint32_t s = 0; s < m->states; s++) {
      now[s] = -INFINITY;
      for (uint32_t a = 0; a < m->actions; a++) {
        const double *row = mdp_row(m, world, s * m->actions + a);
        double q = mdp_mean(m, world, s * m->actions + a);
        for (uint32_t x = 0; x < m->states; x++) q += row[x] * value[x];
        if (q <= now[s]) continue; /* ties have probability 0 */
        now[s] = q;
        best[step * m->states + s] = (uint8_t)a;
      }
    }
    memcpy(value, now, m->states * sizeof *value);
  }
}

static int32_t mdp_draw(const void *model, uint64_t seed, void *world) {
  const mdp *m = model;
  double *transition = world, *mean = transition + (size_t)m->pairs * m->states, ones[MDP_MOST_STATES];
  uint64_t random = seed;
  for (uint32_t s = 0; s < m->states; s++) ones[s] = 1.0;
  for (uint32_t pair = 0; pair < m->pairs; pair++) {
    baud_dirichlet(&random, ones, m->states, transition + (size_t)pair * m->states);
    mean[pair] = m->reward_mean + baud_normal(&random);
  }
  mdp_plan(m, world, (uint8_t *)(mean + m->pairs));
  return BAUD_OK;
}

/* ---- Reset and step ----------------------------------------------------------------------------------- */

static int32_t mdp_reset(const void *model, const baud_batch *batch) {
  (void)model;
  for (uint32_t i = 0; i < batch->n_pick; i++) {
    uint32_t k = batch->pick[i];
    mdp_lane *lane = (mdp_lane *)(void *)(batch->lane + k * batch->lane_stride);
    *lane = (mdp_lane){baud_split(batch->seed[i], MDP_DICE), 0, 0};
    ((int32_t *)batch->obs[0])[k] = 0;
  }
  return BAUD_OK;
}

static int32_t mdp_step(const void *model, const baud_batch *batch) {
  const mdp *m = model;
  const int32_t *action = batch->action;
  for (uint32_t k = 0; k < batch->lanes; k++) {
    mdp_lane *lane = (mdp_lane *)(void *)(batch->lane + k * batch->lane_stride);
    const void *world = batch->world + k * batch->world_stride;
    if ((uint32_t)action[k] >= m->actions) return BAUD_EARG;
    uint32_t pair = lane->state * m->actions + (uint32_t)action[k];
    batch->facts[0][k] = (float)(mdp_mean(m, world, pair) + baud_normal(&lane->random));
    lane->state = baud_categorical(&lane->random, mdp_row(m, world, pair), m->states);
    lane->step++;
    ((int32_t *)batch->obs[0])[k] = (int32_t)lane->state;
    batch->flags[k] = 0; /* an end by the clock is the host's to say: it truncates at max_steps */
  }
  return BAUD_OK;
}

static const baud_env_ops mdp_ops = {BAUD_SIZE(baud_env_ops), 0, mdp_create, free, mdp_draw, mdp_reset, mdp_step};

/* ---- Demonstration ------------------------------------------------------------------------------------ */

static int32_t mdp_optimal(const void *model, const baud_batch *batch, uint8_t *optimal) {
  const mdp *m = model;
  for (uint32_t k = 0; k < batch->lanes; k++) {
    const mdp_lane *lane = (const mdp_lane *)(const void *)(batch->lane + k * batch->lane_stride);
    memset(optimal + k * m->actions, 0, m->actions);
    if (lane->step >= m->horizon) continue;
    const uint8_t *best = mdp_best(m, batch->world + k * batch->world_stride);
    optimal[k * m->actions + best[lane->step * m->states + lane->state]] = 1;
  }
  return BAUD_OK;
}

static const baud_demonstrate mdp_demonstrate = {BAUD_SIZE(baud_demonstrate), 0, mdp_optimal};

/* ---- The ideal observer -------------------------------------------------------------------------------- */

/* The posterior of a pair: Dirichlet(1 + count), and Normal((reward_mean + sum) / (1 + n), 1 / (1 + n)). */
typedef struct mdp_belief {
  double sum;          /* of the rewards seen */
  uint64_t n_rewards, n_moves;
} mdp_belief;

/* The state: belief[pairs], then count[pairs][states]. */
static mdp_belief *mdp_beliefs(void *state) { return state; }
static uint64_t *mdp_counts(const mdp *m, void *state, uint32_t pair) {
  return (uint64_t *)(void *)((mdp_belief *)state + m->pairs) + (size_t)pair * m->states;
}

static uint64_t mdp_state_bytes(const void *model, uint32_t lanes) {
  const mdp *m = model;
  (void)lanes; /* lanes share the world, and nothing else of them matters */
  return (uint64_t)m->pairs * (sizeof(mdp_belief) + m->states * sizeof(uint64_t));
}

static int32_t mdp_open(const void *model, void *state, uint32_t lanes) {
  memset(state, 0, mdp_state_bytes(model, lanes));
  return BAUD_OK;
}

static int32_t mdp_alphabet(const void *model, uint32_t fact, double *values, uint32_t max) {
  (void)model;
  (void)values;
  (void)max;
  return fact == 0 ? 0 : BAUD_EARG;
}

/* Exact where the state is seen, and the reward as it is, at once or late. A demonstration speaks of values, which
 * the conjugate posterior has no closed form for. */
static int32_t mdp_supports(const void *model, uint32_t channels, uint32_t fact, uint32_t needs) {
  (void)model;
  if (channels & BAUD_MASK(BAUD_CH_DEMONSTRATION) || fact != 0 || needs & BAUD_SEES_SOFT) return 0;
  return channels == 0 || (channels & BAUD_MASK(BAUD_CH_OBSERVATION)) != 0;
}

/* -log2 of the Normal density. */
static double mdp_normal_bits(double x, double mean, double variance) {
  return 0.5 * (log(6.283185307179586477 * variance) + (x - mean) * (x - mean) / variance) / MDP_LN2;
}

static int32_t mdp_has_move(const baud_evidence *e) { return e->kind == BAUD_EV_STEP && e->sees_observation; }
static int32_t mdp_has_reward(const baud_evidence *e) {
  return (e->kind == BAUD_EV_STEP || e->kind == BAUD_EV_LATE) && e->sees_reward;
}

/* The pair that evidence speaks of; a negative code for what supports() declines. */
static int32_t mdp_pair(const mdp *m, const baud_evidence *e, uint32_t *pair) {
  if (e->kind == BAUD_EV_DEMONSTRATION) return BAUD_EUNSUP;
  if (e->kind == BAUD_EV_STEP && e->sees_reward && !e->sees_observation) return BAUD_EUNSUP;
  if (mdp_has_reward(e) && isnan(e->value)) return BAUD_EUNSUP; /* bins and drops: see supports() */
  *pair = 0;
  if (e->kind == BAUD_EV_START) return BAUD_OK;
  *pair = (uint32_t) * (const int32_t *)e->obs_before[0] * m->actions + (uint32_t) * (const int32_t *)e->action;
  return *pair < m->pairs ? BAUD_OK : BAUD_EARG;
}

static int32_t mdp_noise(const void *model, const void *world, const void *state, const baud_evidence *e,
                         double bits[BAUD_CHANNELS]) {
  const mdp *m = model;
  uint32_t pair = 0;
  (void)state;
  bits[BAUD_CH_OBSERVATION] = bits[BAUD_CH_REWARD] = bits[BAUD_CH_DEMONSTRATION] = 0.0;
  int32_t status = mdp_pair(m, e, &pair);
  if (status != BAUD_OK) return status;
  if (mdp_has_move(e)) bits[BAUD_CH_OBSERVATION] = -log2(mdp_row(m, world, pair)[*(const int32_t *)e->obs[0]]);
  if (mdp_has_reward(e)) bits[BAUD_CH_REWARD] = mdp_normal_bits(e->value, mdp_mean(m, world, pair), 1.0);
  return BAUD_OK;
}

static int32_t mdp_surprise(const void *model, void *state, const baud_evidence *e, double bits[BAUD_CHANNELS]) {
  const mdp *m = model;
  uint32_t pair = 0;
  bits[BAUD_CH_OBSERVATION] = bits[BAUD_CH_REWARD] = bits[BAUD_CH_DEMONSTRATION] = 0.0;
  int32_t status = mdp_pair(m, e, &pair);
  if (status != BAUD_OK) return status;
  mdp_belief *belief = mdp_beliefs(state) + pair;
  if (mdp_has_move(e)) {
    uint64_t *count = mdp_counts(m, state, pair) + *(const int32_t *)e->obs[0];
    uint64_t others = belief->n_moves + m->states - (*count + 1); /* -log2 of (count + 1) / (n + S), well-conditioned */
    bits[BAUD_CH_OBSERVATION] = log1p((double)others / (double)(*count + 1)) / MDP_LN2;
    ++*count;
    belief->n_moves++;
  }
  if (mdp_has_reward(e)) {
    double precision = 1.0 + (double)belief->n_rewards;
    bits[BAUD_CH_REWARD] = mdp_normal_bits(e->value, (m->reward_mean + belief->sum) / precision, 1.0 + 1.0 / precision);
    belief->sum += e->value;
    belief->n_rewards++;
  }
  return BAUD_OK;
}

/* The next state; rewards are continuous and the optimal action has no closed form. */
static int32_t mdp_answer(const void *model, const void *state, const baud_query *query, double *probability) {
  const mdp *m = model;
  if (query->target != BAUD_ASK_OBSERVATION || query->field != 0 || query->n_answers != m->states) return BAUD_EUNSUP;
  uint32_t s = (uint32_t) * (const int32_t *)query->obs[0], a = (uint32_t) * (const int32_t *)query->action;
  if (s >= m->states || a >= m->actions) return BAUD_EARG;
  uint32_t pair = s * m->actions + a;
  const mdp_belief *belief = (const mdp_belief *)state + pair;
  const uint64_t *count = (const uint64_t *)(const void *)((const mdp_belief *)state + m->pairs);
  count += (size_t)pair * m->states;
  for (uint32_t x = 0; x < m->states; x++)
    probability[x] = (double)(count[x] + 1) / (double)(belief->n_moves + m->states);
  return BAUD_OK;
}

static const baud_observer mdp_observer = {
    BAUD_SIZE(baud_observer), 0, mdp_state_bytes, mdp_alphabet, mdp_supports, mdp_open, mdp_noise, mdp_surprise,
    mdp_answer, NULL};

/* ---- Quiz ---------------------------------------------------------------------------------------------- */

/* Facts: the row of each pair, scored as a mean over its own probabilities. Decisions: the best action in each state
 * with the whole horizon ahead; they hang together through the values. Actions are exchangeable, so the baseline of
 * both kinds is uniform. */
static int32_t mdp_count(const void *model, uint32_t *n_items, uint32_t *max_answers, uint32_t *independence) {
  const mdp *m = model;
  *n_items = m->pairs + m->states;
  *max_answers = m->states > m->actions ? m->states : m->actions;
  *independence = BAUD_FACTS_INDEPENDENT;
  return BAUD_OK;
}

static int32_t mdp_item(const void *model, const void *world, uint32_t index, baud_item *item) {
  const mdp *m = model;
  int32_t is_fact = index < m->pairs;
  if (index >= m->pairs + m->states) return BAUD_EARG;
  uint32_t s = is_fact ? index / m->actions : index - m->pairs;
  *(int32_t *)item->obs[0] = (int32_t)s;
  if (is_fact) *(int32_t *)item->action = (int32_t)(index % m->actions);
  item->kinds = is_fact ? BAUD_ITEM_FACT : BAUD_ITEM_DECISION;
  item->target = is_fact ? BAUD_ASK_OBSERVATION : BAUD_ASK_ACTION;
  item->field = 0;
  item->channel = BAUD_CH_OBSERVATION;
  item->group = is_fact ? index : m->pairs;
  item->score = is_fact ? BAUD_SCORE_MEAN : BAUD_SCORE_SET;
  item->n_answers = is_fact ? m->states : m->actions;
  item->action_given = (uint32_t)is_fact;
  for (uint32_t x = 0; x < item->n_answers; x++) {
    item->truth[x] = is_fact ? mdp_row(m, world, index)[x] : x == mdp_best(m, world)[s] ? 1.0 : 0.0;
    item->prior[x] = 1.0 / item->n_answers;
  }
  return BAUD_OK;
}

static const baud_quiz mdp_quiz = {BAUD_SIZE(baud_quiz), 0, mdp_count, mdp_item};

/* ---- Picture ------------------------------------------------------------------------------------------- */

/* The row of each action from the lane's state: a column a state, darker where it is likelier. `A` marks the state
 * itself above, `*` the best action at the left. */
static int32_t mdp_extent(const void *model, uint32_t *width, uint32_t *height) {
  const mdp *m = model;
  *width = m->states + 2;
  *height = m->actions + 1;
  return BAUD_OK;
}

static int32_t mdp_picture(const void *model, const void *world, const void *lane, char *cells) {
  static const char shades[] = " .:-=+*#%@";
  const mdp *m = model;
  const mdp_lane *at = lane;
  uint32_t width = m->states + 2;
  memset(cells, ' ', (size_t)width * (m->actions + 1));
  cells[2 + at->state] = 'A';
  for (uint32_t a = 0; a < m->actions; a++) {
    const double *row = mdp_row(m, world, at->state * m->actions + a);
    char *line = cells + (size_t)(a + 1) * width;
    if (at->step < m->horizon && mdp_best(m, world)[at->step * m->states + at->state] == a) line[0] = '*';
    for (uint32_t x = 0; x < m->states; x++) {
      int shade = (int)(3.0 * row[x] * m->states); /* a third of uniform is one shade */
      line[2 + x] = shades[shade > 9 ? 9 : shade];
    }
  }
  return BAUD_OK;
}

static const baud_draw mdp_drawing = {BAUD_SIZE(baud_draw), 0, mdp_extent, mdp_picture};

/* ---- Tables -------------------------------------------------------------------------------------------- */

static const void *mdp_extension(const char *id) {
  static const struct {
    const char *id;
    const void *table;
  } known[] = {{"baud.observer/1", &mdp_observer},
               {"baud.quiz/1", &mdp_quiz},
               {"baud.demonstrate/1", &mdp_demonstrate},
               {"baud.draw/1", &mdp_drawing}};
  for (size_t i = 0; i < sizeof known / sizeof *known; i++)
    if (strcmp(id, known[i].id) == 0) return known[i].table;
  return NULL;
}

static const baud_unit mdp_units[] = {{
    .size = BAUD_SIZE(baud_unit),
    .role = BAUD_ENV,
    .behaviour = 1,
    .state_version = 1,
    .id = "baud.random_mdp",
    .title = "random Markov decision process of fixed horizon",
    .doc = "Transition rows from Dirichlet(1, .., 1), rewards Normal(mean, 1) with means from Normal(reward_mean, 1); "
           "every episode starts in state 0 and lasts `horizon` steps. The tabular benchmark of Duan et al., RL^2, "
           "arXiv 1611.02779. It has no success, only a return.",
    .params = mdp_params,
    .n_params = MDP_PARAMS,
    .ops = &mdp_ops,
    .extension = mdp_extension,
}};

const baud_library baud_plugin_1 = {
    .size = BAUD_SIZE(baud_library),
    .built_minor = BAUD_MINOR,
    .needs_minor = 0,
    .layout = BAUD_LAYOUT,
    .vendor = "baud",
    .version = "1.0",
    .license = "MIT",
    .units = mdp_units,
    .n_units = 1,
};
