/* BEB, Bayesian exploration bonus (Kolter and Ng 2009): plans in the mean world, with a bonus for what is little known,
 *   q[h](s,a) = E r(s,a) + bonus[h](s,a) + sum over s' of E P(s'|s,a) max over a' of q[h+1](s',a')
 * n(s,a): visits by the episode's start; n0: the prior's count of the pair. Three bonuses:
 *   visits  beta / (1 + n)
 *   counts  beta / (1 + n0 + n): Kolter and Ng's own, whose alpha_0 counts the prior
 *   steps   1 / (1 + precision of E r) + beta * (steps left after this one) / (1 + n0 + n): Osband's code, TabulaRL,
 *           with which Duan et al. (2016) made their Table 2; their figures come out at beta = 3
 * Two special cases are learners of their own in that table: beta = 0 is the model-based greedy agent, with epsilon > 0
 * the epsilon-greedy one (epsilon = 0.1). Those had almost no prior: concentration = 1e-4, prior_variance = 1e4.
 */
#include <stdlib.h>

#include "baud/dirichlet_mdp.h"

enum { BEB_BONUS_VISITS, BEB_BONUS_COUNTS, BEB_BONUS_STEPS, BEB_BONUSES };
static const char *const beb_bonuses[BEB_BONUSES] = { "visits", "counts", "steps" };

enum { BEB_PARAM_BONUS = BAUD_MDP_PARAMS, BEB_PARAM_BETA, BEB_PARAM_EPSILON, BEB_PARAMS };
static const baud_param beb_params[BEB_PARAMS] = {
  BAUD_MDP_PARAM_ROWS,
  BAUD_PARAM_CHOICE("bonus", BEB_BONUS_VISITS, beb_bonuses, BEB_BONUSES, "what it shrinks with: beta / (1 + visits), "
                    "/ (1 + visits and prior), or the latter times the steps left, as in Duan et al."),
  BAUD_PARAM_LIVE_FLOAT("beta", 2, 0, 1e9, "", "weight of the bonus; 0: greedy in the mean world"),
  BAUD_PARAM_LIVE_FLOAT("epsilon", 0, 0, 1, "", "chance of an action that is drawn from all alike")
};

typedef struct beb_model {
  baud_mdp mdp;
  int64_t bonus;
  double beta, epsilon;
} beb_model;

static int32_t beb_create(const baud_host *host, const baud_value *values, baud_learner_setup *setup, void **model) {
  beb_model *m = calloc(1, sizeof *m);
  if (m == NULL) return host->fail(host, BAUD_ENOMEM, "there is no memory for the learner");
  int32_t code = baud_mdp_open(host, values, setup, &m->mdp);
  if (code != BAUD_OK) {
    free(m);
    return code;
  }
  m->bonus = values[BEB_PARAM_BONUS].i;
  baud_mdp_declare(&m->mdp, setup, baud_pairs(&m->mdp.table)); /* the prospect */
  m->beta = values[BEB_PARAM_BETA].f;
  m->epsilon = values[BEB_PARAM_EPSILON].f;
  *model = m;
  return BAUD_OK;
}

static void beb_destroy(void *model) { free(model); }

static int32_t beb_init(const void *model, void *const *blocks, uint64_t seed) {
  return baud_mdp_init(&((const beb_model *)model)->mdp, blocks, seed);
}

/* Adds the bonuses to the mean world: `prospect` is what a pair is worth for each step that is left after it. */
static void beb_encourage(const beb_model *m, const double *visits, baud_world *world) {
  double prior = m->mdp.concentration * m->mdp.table.states;
  for (uint64_t pair = 0; pair < baud_pairs(&m->mdp.table); pair++) {
    double n = visits[pair];
    if (m->bonus == BEB_BONUS_VISITS) world->reward[pair] += m->beta / (1.0 + n);
    if (m->bonus == BEB_BONUS_COUNTS) world->reward[pair] += m->beta / (1.0 + prior + n);
    if (m->bonus != BEB_BONUS_STEPS) continue;
    world->reward[pair] += 1.0 / (1.0 + 1.0 / baud_mdp_reward_variance(&m->mdp, n));
    world->own[pair] = m->beta / (1.0 + prior + n);
  }
  if (m->bonus == BEB_BONUS_STEPS) world->prospect = world->own;
}

static void beb_plan(const void *model, void *const *blocks, baud_world *world, uint64_t *random, double *q) {
  const beb_model *m = model;
  (void)random;
  baud_mdp_mean_world(&m->mdp, blocks, world);
  if (m->beta > 0.0) beb_encourage(m, blocks[BAUD_MDP_VISITS], world);
  baud_mdp_solve(&m->mdp, world, q);
}

static int32_t beb_predict(const void *model, void *const *blocks, const baud_tick *tick) {
  const beb_model *m = model;
  return baud_mdp_predict(&m->mdp, blocks, tick, beb_plan, m, m->epsilon);
}

static int32_t beb_learn(const void *model, void *const *blocks, const baud_outcome *outcome) {
  return baud_mdp_learn(&((const beb_model *)model)->mdp, blocks, outcome);
}

static const baud_learner_ops beb_ops = { BAUD_SIZE(baud_learner_ops), 0, beb_create, beb_destroy,
                                          beb_init, beb_predict, beb_learn };

static const baud_unit beb_unit = {
  BAUD_SIZE(baud_unit), BAUD_LEARNER, 1, 1, "baud.beb", "Bayesian exploration bonus (BEB)",
  "Plans in the mean world with a bonus for little-known pairs (Kolter and Ng 2009); greedy with beta = 0, "
  "epsilon-greedy with epsilon > 0 beside. Learns from observation and reward; predicts both.",
  beb_params, BEB_PARAMS, 0, &beb_ops, NULL
};

BAUD_EXPORT const baud_library baud_plugin_1 = {
  BAUD_SIZE(baud_library), BAUD_MINOR, 0, BAUD_LAYOUT, "baud", "1.0", "MIT", &beb_unit, 1, 0
};
