/* tournament.c - from whom to learn, from the world or from others: the social learning strategies tournament of Rendell et al.
 * (2010, Why copy others? Insights from the social learning strategies tournament, Science 328, 208-213).
 *
 * A hundred agents live in a world of a hundred acts, whose payoffs are 2 x^2 with x exponential of mean 1: most little, few
 * much. In each round each payoff is drawn anew with chance `change`, and an agent makes one of three moves:
 *   innovate   it learns an act that it did not know, and what that pays
 *   observe    it sees what one of those who exploit in this round does, any of them alike, and what that pays; with chance
 *              `slips` it takes the payoff for that of any other act, and it misjudges payoffs by a normal error
 *   exploit    it does an act that it knows, has the payoff, and knows it anew
 * Then each dies with chance 1/50, and in its place comes a child of one of all, in proportion to what these had a round of
 * their lives so far. It knows nothing; it has its parent's strategy, but with chance 1/50 the other.
 *
 * An episode is a contest of two strategies, a step of it a round. An agent that knows nothing learns, and one that does learns with chance
 * `learning`, else it exploits; to learn is to observe with the chance that is its strategy, else to innovate. What it knows it
 * discounts by its age, as discountmachine did, who won: the payoff that it expects of an act is the mean of all and
 * (1 - change)^age of what it saw beyond that. The action is the one strategy: 0, 1, 2, 3, 4 observes none, 1/4, 1/2, 3/4 or all
 * of the times that it learns, in this round. The other is any but the one that the first began with. The reward adds up to the
 * share of agents that have the first in the last quarter of all rounds, as in the tournament; the success is whether it is the
 * greater. That strategies differ in nothing else is ours: entrants wrote programs.
 *
 * There is no world to be learnt by whoever chooses the strategy, and no quiz.
 */
#include "baud/plugin.h"
#include "baud/random.h"

#include <math.h>
#include <stdlib.h>

enum { TOURNAMENT_AGENTS = 100, TOURNAMENT_ACTS = 100, TOURNAMENT_STRATEGIES = 5 };
static const double tournament_death = 0.02, tournament_mutation = 0.02, tournament_mean = 4.0; /* 2 E x^2 */

enum {
  TOURNAMENT_P_CHANGE, TOURNAMENT_P_ROUNDS, TOURNAMENT_P_LEARNING, TOURNAMENT_P_SLIPS, TOURNAMENT_P_ERROR, TOURNAMENT_PARAMS
};
static const baud_param tournament_params[TOURNAMENT_PARAMS] = {
    BAUD_PARAM_FLOAT("change", 0.01, 0, 1, "", "chance that an act's payoff changes in a round"),
    BAUD_PARAM_INT("rounds", 2000, 4, 1000000, "rounds", "of a contest"),
    BAUD_PARAM_FLOAT("learning", 0.1, 0, 1, "", "chance that an agent that knows an act learns, and does not exploit"),
    BAUD_PARAM_FLOAT("slips", 0.1, 0, 1, "", "chance that who observes takes the payoff for another act's"),
    BAUD_PARAM_FLOAT("error", 1, 0, 1e6, "", "standard deviation of observed payoffs"),
};

enum { TOURNAMENT_SHARE, TOURNAMENT_WON, TOURNAMENT_FACTS };
static const baud_fact tournament_facts[TOURNAMENT_FACTS] = {
    {BAUD_SIZE(baud_fact), BAUD_FACT_REWARD, "share", "", "of the agents that have the strategy, over the number of rounds, in their last quarter"},
    {BAUD_SIZE(baud_fact), BAUD_FACT_OUTCOME | BAUD_FACT_AT_END, "won", "", "1 where these add up to more than half"},
};

typedef struct tournament {
  double change, learning, slips, error, fade; /* fade: log(1 - change) */
  uint32_t rounds;
  baud_field obs, action;
} tournament;

/* What an agent knows of an act: the payoff that it saw, and in which round. */
typedef struct tournament_lore {
  float payoff;
  uint32_t act, round;
} tournament_lore;

typedef struct tournament_agent {
  double earned;
  uint32_t strategy, age, n_known, does; /* strategy: 0 the first, 1 the other; does: a place in known, or a move */
  tournament_lore known[TOURNAMENT_ACTS];
} tournament_agent;

enum { TOURNAMENT_INNOVATES = TOURNAMENT_ACTS, TOURNAMENT_OBSERVES };

typedef struct tournament_lane {
  uint64_t random;
  double observing[2]; /* [strategy] */
  double share;        /* of the first, summed over rounds of the last quarter */
  uint32_t round, n_exploiters;
  float payoff[TOURNAMENT_ACTS];
  uint32_t exploiter[TOURNAMENT_AGENTS]; /* [n_exploiters] the acts that are done in this round */
  tournament_agent agent[TOURNAMENT_AGENTS];
} tournament_lane;

static int32_t tournament_create(const baud_host *host, const baud_value *values, baud_env_spec *spec, void **model) {
  tournament *m = calloc(1, sizeof *m);
  if (m == NULL) return host->fail(host, BAUD_ENOMEM, "tournament: no memory for the model");
  m->change = values[TOURNAMENT_P_CHANGE].f;
  m->rounds = (uint32_t)values[TOURNAMENT_P_ROUNDS].i;
  m->learning = values[TOURNAMENT_P_LEARNING].f;
  m->slips = values[TOURNAMENT_P_SLIPS].f;
  m->error = values[TOURNAMENT_P_ERROR].f;
  m->fade = log1p(-fmin(m->change, 1.0 - 1e-15));
  m->obs = (baud_field)BAUD_DISCRETE_FIELD("state", 1, "always 0");
  m->action = (baud_field)BAUD_DISCRETE_FIELD("strategy", TOURNAMENT_STRATEGIES, "how many quarters of its learning are observing");
  spec->n_obs = 1;
  spec->n_facts = TOURNAMENT_FACTS;
  spec->max_steps = m->rounds;
  spec->obs = &m->obs;
  spec->action = &m->action;
  spec->facts = tournament_facts;
  spec->lane_bytes = sizeof(tournament_lane);
  *model = m;
  return BAUD_OK;
}

/* ---- What agents know ---------------------------------------------------------------------------------- */

static float tournament_payoff(uint64_t *random) {
  double x = baud_exponential(random);
  return (float)(2.0 * x * x);
}

/* The place of an act in what an agent knows, or n_known. */
static uint32_t tournament_find(const tournament_agent *a, uint32_t act) {
  uint32_t i = 0;
  while (i < a->n_known && a->known[i].act != act) i++;
  return i;
}

static void tournament_note(tournament_agent *a, uint32_t act, float payoff, uint32_t round) {
  uint32_t i = tournament_find(a, act);
  if (i == a->n_known) a->n_known++;
  a->known[i] = (tournament_lore){payoff, act, round};
}

/* What it expects of an act beyond the mean of all. */
static double tournament_hope(const tournament *m, const tournament_lore *lore, uint32_t round) {
  return ((double)lore->payoff - tournament_mean) * exp(m->fade * (round - lore->round));
}

/* The place of the act that it expects most of; it knows one. */
static uint32_t tournament_best(const tournament *m, const tournament_agent *a, uint32_t round) {
  uint32_t best = 0;
  double most = tournament_hope(m, &a->known[0], round);
  for (uint32_t i = 1; i < a->n_known; i++) {
    double hope = tournament_hope(m, &a->known[i], round);
    if (hope <= most) continue;
    most = hope;
    best = i;
  }
  return best;
}

/* ---- One round ----------------------------------------------------------------------------------------- */

static void tournament_move(const tournament *m, tournament_lane *c, uint32_t round) {
  c->n_exploiters = 0;
  for (uint32_t k = 0; k < TOURNAMENT_AGENTS; k++) {
    tournament_agent *a = &c->agent[k];
    if (a->n_known == 0 || baud_bernoulli(&c->random, m->learning)) {
      a->does = baud_bernoulli(&c->random, c->observing[a->strategy]) ? TOURNAMENT_OBSERVES : TOURNAMENT_INNOVATES;
    } else {
      a->does = tournament_best(m, a, round);
      c->exploiter[c->n_exploiters++] = a->known[a->does].act;
    }
  }
}

/* An act that it does not know, any alike. */
static void tournament_innovate(tournament_lane *c, tournament_agent *a, uint32_t round) {
  uint32_t act;
  if (a->n_known == TOURNAMENT_ACTS) return;
  do act = baud_below(&c->random, TOURNAMENT_ACTS);
  while (tournament_find(a, act) < a->n_known);
  tournament_note(a, act, c->payoff[act], round);
}

static void tournament_observe(const tournament *m, tournament_lane *c, tournament_agent *a, uint32_t round) {
  if (c->n_exploiters == 0) return;
  uint32_t act = c->exploiter[baud_below(&c->random, c->n_exploiters)];
  float seen = c->payoff[act] + (float)(m->error * baud_normal(&c->random));
  if (baud_bernoulli(&c->random, m->slips)) act = baud_below(&c->random, TOURNAMENT_ACTS);
  tournament_note(a, act, seen, round);
}

/* What the moves bring. */
static void tournament_act(const tournament *m, tournament_lane *c, uint32_t round) {
  for (uint32_t k = 0; k < TOURNAMENT_AGENTS; k++) {
    tournament_agent *a = &c->agent[k];
    a->age++;
    if (a->does == TOURNAMENT_INNOVATES) {
      tournament_innovate(c, a, round);
    } else if (a->does == TOURNAMENT_OBSERVES) {
      tournament_observe(m, c, a, round);
    } else {
      tournament_lore *lore = &a->known[a->does];
      lore->payoff = c->payoff[lore->act];
      lore->round = round;
      a->earned += (double)lore->payoff;
    }
  }
}

static void tournament_be_born(tournament_agent *a, uint32_t strategy) {
  a->earned = 0.0;
  a->strategy = strategy;
  a->age = a->n_known = 0;
}

/* Who dies makes place for a child, of those who lived in this round. */
static void tournament_breed(tournament_lane *c) {
  uint32_t strategy[TOURNAMENT_AGENTS];
  double merit[TOURNAMENT_AGENTS], sum = 0.0; /* merit: added up over those before */
  for (uint32_t k = 0; k < TOURNAMENT_AGENTS; k++) {
    merit[k] = sum += c->agent[k].earned / c->agent[k].age;
    strategy[k] = c->agent[k].strategy;
  }
  for (uint32_t k = 0; k < TOURNAMENT_AGENTS; k++) {
    if (!baud_bernoulli(&c->random, tournament_death)) continue;
    uint32_t parent = 0;
    double at = baud_uniform(&c->random) * sum;
    while (parent < TOURNAMENT_AGENTS - 1 && merit[parent] <= at) parent++;
    if (sum == 0.0) parent = baud_below(&c->random, TOURNAMENT_AGENTS);
    tournament_be_born(&c->agent[k], strategy[parent] ^ (uint32_t)baud_bernoulli(&c->random, tournament_mutation));
  }
}

/* ---- A contest ----------------------------------------------------------------------------------------- */

/* How many have the first strategy. */
static uint32_t tournament_count(const tournament_lane *c) {
  uint32_t n = 0;
  for (uint32_t k = 0; k < TOURNAMENT_AGENTS; k++) n += c->agent[k].strategy == 0;
  return n;
}

/* Half of the agents begin with each strategy. */
static void tournament_begin(tournament_lane *c, uint64_t seed) {
  c->random = seed;
  c->share = 0.0;
  c->round = c->n_exploiters = 0;
  for (uint32_t i = 0; i < TOURNAMENT_ACTS; i++) c->payoff[i] = tournament_payoff(&c->random);
  for (uint32_t k = 0; k < TOURNAMENT_AGENTS; k++) tournament_be_born(&c->agent[k], k % 2);
}

static int32_t tournament_reset(const void *model, const baud_batch *batch) {
  (void)model;
  for (uint32_t i = 0; i < batch->n_pick; i++) {
    uint32_t k = batch->pick[i];
    tournament_begin((tournament_lane *)(void *)(batch->lane + k * batch->lane_stride), batch->seed[i]);
    ((int32_t *)batch->obs[0])[k] = 0;
  }
  return BAUD_OK;
}

/* One round, in which the first strategy is `strategy`: its share, over the number of rounds that count, or 0 where it does not. */
static double tournament_round(const tournament *m, tournament_lane *c, uint32_t strategy) {
  uint32_t counts = m->rounds / 4, round = c->round;
  double share = 0.0;
  c->observing[0] = strategy / (TOURNAMENT_STRATEGIES - 1.0);
  if (round == 0) {
    uint32_t other = (strategy + 1 + baud_below(&c->random, TOURNAMENT_STRATEGIES - 1)) % TOURNAMENT_STRATEGIES;
    c->observing[1] = other / (TOURNAMENT_STRATEGIES - 1.0);
  }
  tournament_move(m, c, round);
  tournament_act(m, c, round);
  if (round >= m->rounds - counts) share = tournament_count(c) / (double)TOURNAMENT_AGENTS / counts;
  tournament_breed(c);
  for (uint32_t i = 0; i < TOURNAMENT_ACTS; i++)
    if (baud_bernoulli(&c->random, m->change)) c->payoff[i] = tournament_payoff(&c->random);
  c->share += share;
  c->round++;
  return share;
}

static int32_t tournament_step(const void *model, const baud_batch *batch) {
  const tournament *m = model;
  for (uint32_t k = 0; k < batch->lanes; k++) {
    uint32_t strategy = ((const uint32_t *)batch->action)[k];
    if (strategy >= TOURNAMENT_STRATEGIES) return BAUD_EARG;
    tournament_lane *c = (tournament_lane *)(void *)(batch->lane + k * batch->lane_stride);
    batch->facts[TOURNAMENT_SHARE][k] = (float)tournament_round(m, c, strategy);
    int is_over = c->round == m->rounds;
    batch->facts[TOURNAMENT_WON][k] = is_over && c->share > 0.5 ? 1.0f : 0.0f;
    batch->flags[k] = is_over ? BAUD_TERMINATED : 0;
    ((int32_t *)batch->obs[0])[k] = 0;
  }
  return BAUD_OK;
}

static const baud_env_ops tournament_ops = {BAUD_SIZE(baud_env_ops), 0, tournament_create, free, NULL, tournament_reset,
                                            tournament_step};

static const baud_unit tournament_units[] = {{
    .size = BAUD_SIZE(baud_unit),
    .role = BAUD_ENV,
    .behaviour = 1,
    .state_version = 1,
    .id = "baud.tournament",
    .title = "from whom to learn, from the world or from others",
    .doc = "An episode is a contest of two strategies in a population of a hundred, who innovate, observe each other and exploit, and "
           "breed by what they earn, while payoffs change. The action is how much of one strategy's learning is observing, the "
           "reward the share that it comes to have (Rendell et al. 2010).",
    .params = tournament_params,
    .n_params = TOURNAMENT_PARAMS,
    .ops = &tournament_ops,
}};

const baud_library baud_plugin_1 = {
    .size = BAUD_SIZE(baud_library),
    .built_minor = BAUD_MINOR,
    .needs_minor = 0,
    .layout = BAUD_LAYOUT,
    .vendor = "baud",
    .version = "1.0",
    .license = "MIT",
    .units = tournament_units,
    .n_units = 1,
};
