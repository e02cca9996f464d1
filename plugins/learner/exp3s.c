/* Exp3.S, a bandit for rewards that may be anything (Auer, Cesa-Bianchi, Freund and Schapire 2002, The nonstochastic
 * multiarmed bandit problem, SIAM J. Comput. 32, section 8). With weights w of K choices, at first alike,
 *   p_i = (1 - gamma) w_i / sum w + gamma / K                                      draw i, get x on [0, 1]
 *   w_j <- w_j exp(gamma x^_j / K) + (e alpha / K) sum w,     x^_i = x / p_i, 0 for all others
 * alpha lets no weight fall so low that it could not come back; with alpha = 0 this is Exp3. Where T choices are to come and
 * the best one changes S - 1 times, its corollary 8.3 sets alpha = 1 / T, gamma = min(1, sqrt(K (S ln(K T) + e) / ((e-1) T)))
 * and promises, whatever the rewards, a regret of at most 2 sqrt(e-1) sqrt(K T (S ln(K T) + e)) against the best sequence:
 * give `horizon` and `changes` instead of gamma and alpha.
 * Only ratios of weights matter: they are kept with sum 1. Range of rewards, lanes: choices.h.
 */
#include <stdlib.h>

#include "baud/choices.h"

enum { EXP3S_PARAM_GAMMA = BAUD_CHOICES_PARAMS, EXP3S_PARAM_ALPHA, EXP3S_PARAM_HORIZON, EXP3S_PARAM_CHANGES, EXP3S_PARAMS };
static const baud_param exp3s_params[EXP3S_PARAMS] = {
  BAUD_CHOICES_PARAM_ROWS,
  BAUD_PARAM_FLOAT("gamma", 0.1, 1e-6, 1, "", "share of choices that are made uniformly, and the weights' step size"),
  BAUD_PARAM_FLOAT("alpha", 0.001, 0, 1, "", "share of all weight that is dealt out anew; 0: Exp3"),
  BAUD_PARAM_INT("horizon", 0, 0, INT64_C(1) << 50, "choices", "how many are to come, which sets gamma and alpha; 0: as given"),
  BAUD_PARAM_INT("changes", 0, 0, INT64_C(1) << 50, "", "how often the best choice changes within the horizon")
};

enum {
  EXP3S_WEIGHTS, /* [actions] w, sum 1 */
  EXP3S_RANDOM,  /* [lane] */
  EXP3S_POLICY,  /* [actions] p of the running tick, which learn divides by */
  EXP3S_BLOCKS
};

typedef struct exp3s_model {
  baud_choices choices;
  double gamma, alpha;
  baud_block blocks[EXP3S_BLOCKS];
} exp3s_model;

static const double exp3s_e = 2.718281828459045;

static void exp3s_configure(exp3s_model *m, const baud_value *values) {
  double k = m->choices.table.actions, horizon = (double)values[EXP3S_PARAM_HORIZON].i;
  double hardness = 1.0 + (double)values[EXP3S_PARAM_CHANGES].i;
  m->gamma = values[EXP3S_PARAM_GAMMA].f;
  m->alpha = values[EXP3S_PARAM_ALPHA].f;
  if (horizon == 0.0) return;
  m->alpha = 1.0 / horizon;
  m->gamma = fmin(1.0, sqrt(k * (hardness * log(k * horizon) + exp3s_e) / ((exp3s_e - 1.0) * horizon)));
}

static int32_t exp3s_create(const baud_host *host, const baud_value *values, baud_learner_setup *setup, void **model) {
  exp3s_model *m = calloc(1, sizeof *m);
  if (m == NULL) return host->fail(host, BAUD_ENOMEM, "there is no memory for the learner");
  int32_t code = baud_choices_open(host, values, setup, &m->choices);
  if (code != BAUD_OK) {
    free(m);
    return code;
  }
  exp3s_configure(m, values);
  uint64_t n = m->choices.table.actions;
  m->blocks[EXP3S_WEIGHTS] = baud_block_of(BAUD_F64, BAUD_WEIGHT, 0, n, "weights");
  m->blocks[EXP3S_RANDOM] = baud_block_of(BAUD_U64, BAUD_RNG, BAUD_PER_LANE, 1, "random");
  m->blocks[EXP3S_POLICY] = baud_block_of(BAUD_F64, BAUD_TRACE, 0, n, "policy");
  setup->blocks = m->blocks;
  setup->n_blocks = EXP3S_BLOCKS;
  *model = m;
  return BAUD_OK;
}

static void exp3s_destroy(void *model) { free(model); }

static int32_t exp3s_init(const void *model, void *const *blocks, uint64_t seed) {
  const baud_table *table = &((const exp3s_model *)model)->choices.table;
  double *weights = blocks[EXP3S_WEIGHTS], *policy = blocks[EXP3S_POLICY];
  for (uint32_t i = 0; i < table->actions; i++) weights[i] = policy[i] = 1.0 / table->actions;
  baud_seed_lanes(blocks[EXP3S_RANDOM], table->lanes, seed);
  return BAUD_OK;
}

static int32_t exp3s_predict(const void *model, void *const *blocks, const baud_tick *tick) {
  const exp3s_model *m = model;
  const baud_table *table = &m->choices.table;
  const double *weights = blocks[EXP3S_WEIGHTS];
  double *policy = blocks[EXP3S_POLICY];
  uint64_t *random = blocks[EXP3S_RANDOM];
  for (uint32_t i = 0; i < table->actions; i++) policy[i] = (1.0 - m->gamma) * weights[i] + m->gamma / table->actions;
  for (uint32_t lane = 0; lane < table->lanes; lane++) (void)baud_table_act(table, tick, lane, policy, &random[lane]);
  return BAUD_OK;
}

/* One reward x on [0, 1] for a choice made with probability p. As p is at least gamma / K the exponent is at most 1. */
static void exp3s_reward(const exp3s_model *m, double *weights, uint32_t choice, double x, double p) {
  uint32_t n = m->choices.table.actions;
  double dealt = exp3s_e * m->alpha / n, sum = 0.0;
  weights[choice] *= exp(m->gamma * x / (p * n));
  for (uint32_t i = 0; i < n; i++) sum += weights[i] += dealt; /* of the weights before, whose sum is 1 */
  for (uint32_t i = 0; i < n; i++) weights[i] /= sum;
}

static int32_t exp3s_learn(const void *model, void *const *blocks, const baud_outcome *outcome) {
  const exp3s_model *m = model;
  const double *policy = blocks[EXP3S_POLICY];
  for (uint32_t lane = 0; lane < m->choices.table.lanes; lane++) {
    uint32_t choice = baud_discrete(&m->choices.table.action, outcome->action, lane);
    double x;
    int32_t code = baud_choices_reward(&m->choices, outcome, lane, &x);
    if (code != BAUD_OK) return code;
    exp3s_reward(m, blocks[EXP3S_WEIGHTS], choice, x, policy[choice]);
  }
  return BAUD_OK;
}

static const baud_learner_ops exp3s_ops = { BAUD_SIZE(baud_learner_ops), 0, exp3s_create, exp3s_destroy,
                                            exp3s_init, exp3s_predict, exp3s_learn };

static const baud_unit exp3s_unit = {
  BAUD_SIZE(baud_unit), BAUD_LEARNER, 1, 1, "baud.exp3s", "Exp3.S",
  "A bandit for rewards that may change in any way: exponential weights with importance-weighted rewards, uniform exploration "
  "and a share of weight dealt out anew (Auer et al. 2002, section 8). For rewards in low .. high; learns from the reward "
  "channel alone.",
  exp3s_params, EXP3S_PARAMS, 0, &exp3s_ops, NULL
};

BAUD_EXPORT const baud_library baud_plugin_1 = {
  BAUD_SIZE(baud_library), BAUD_MINOR, 0, BAUD_LAYOUT, "baud", "1.0", "MIT", &exp3s_unit, 1, 0
};
