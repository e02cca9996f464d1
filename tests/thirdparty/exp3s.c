/* exp3s.c - exp3s, a learner that chooses among settings: Exp3.S of Auer, Cesa-Bianchi, Freund and Schapire, "The
 * nonstochastic multiarmed bandit problem" (SIAM J. Comput. 32, 2002), section 8.
 *
 * An action is one of K settings of something else: an arm, a learning rate of an inner learner, a curriculum's next
 * task. What a setting is worth may change while it is used, as it does where an inner learner gets better, so nothing
 * is assumed of rewards but that they lie in [low, high]. With weights w[1..K], at first all alike,
 *   p[i] = (1 - gamma) w[i] / sum w + gamma / K                            draw i, get reward x, put on [0, 1]
 *   w[j] <- w[j] exp(gamma x^[j] / K) + (e alpha / K) sum w,               x^[i] = x / p[i], 0 for all others
 * alpha > 0 lets no weight fall so low that it could not come back; with alpha = 0 this is Exp3. Only ratios of weights
 * matter: they are kept with sum 1. Where T choices are to come and the best one changes S times, the authors advise
 * alpha = 1/T and gamma = min(1, sqrt(K (S ln(K T) + e) / ((e - 1) T))).
 *
 * It takes the reward alone. All lanes choose by the weights as they stood at the beginning of the tick and add to the
 * same weights, in the order of lanes. It is plain C11 and plain C++17.
 */
#include <math.h>
#include <stdlib.h>

#include "baud/tabular.h"

enum { PARAM_GAMMA, PARAM_ALPHA, PARAM_LOW, PARAM_HIGH, PARAMS };
static const baud_param params[PARAMS] = {
  BAUD_PARAM_FLOAT("gamma", 0.1, 1e-6, 1, "", "share of choices that are made uniformly, and the weights' step size"),
  BAUD_PARAM_FLOAT("alpha", 0.001, 0, 1, "", "share of all weight that is dealt out anew; 1/T for T choices; 0: Exp3"),
  BAUD_PARAM_FLOAT("low", 0, -1e6, 1e6, "", "the least reward that there can be"),
  BAUD_PARAM_FLOAT("high", 1, -1e6, 1e6, "", "the largest")
};

enum {
  BLOCK_WEIGHTS, /* [actions] w, sum 1 */
  BLOCK_RANDOM,  /* [lane] */
  BLOCK_POLICY,  /* [actions] p of the running tick; learn() divides by it */
  BLOCKS
};

typedef struct exp3s_model {
  const baud_host *host;
  baud_table table;
  double gamma, alpha, low, high;
  baud_block blocks[BLOCKS];
} exp3s_model;

/* ---- Create, init ------------------------------------------------------------------------------------------ */

/* The place, seen without observations: a setting has no state, and what is subscribed counts as received. */
static int32_t open_blind(const baud_host *host, baud_learner_setup *setup, baud_table *table) {
  uint32_t channels = setup->channels;
  setup->channels &= BAUD_MASK(BAUD_CH_REWARD);
  int32_t code = baud_table_open(host, setup, BAUD_MASK(BAUD_CH_REWARD), table);
  setup->channels = channels;
  return code;
}

static int32_t exp3s_create(const baud_host *host, const baud_value *values, baud_learner_setup *setup, void **model) {
  if (values[PARAM_LOW].f >= values[PARAM_HIGH].f)
    return host->fail(host, BAUD_EARG, "exp3s: low is not below high: give the range that rewards lie in");
  exp3s_model *m = (exp3s_model *)calloc(1, sizeof *m);
  if (m == NULL) return host->fail(host, BAUD_ENOMEM, "exp3s: no memory for the model");
  int32_t code = open_blind(host, setup, &m->table);
  if (code != BAUD_OK) {
    free(m);
    return code;
  }
  m->host = host;
  m->gamma = values[PARAM_GAMMA].f;
  m->alpha = values[PARAM_ALPHA].f;
  m->low = values[PARAM_LOW].f;
  m->high = values[PARAM_HIGH].f;
  m->blocks[BLOCK_WEIGHTS] = baud_block_of(BAUD_F64, BAUD_WEIGHT, 0, m->table.actions, "weights");
  m->blocks[BLOCK_RANDOM] = baud_block_of(BAUD_U64, BAUD_RNG, BAUD_PER_LANE, 1, "random");
  m->blocks[BLOCK_POLICY] = baud_block_of(BAUD_F64, BAUD_TRACE, 0, m->table.actions, "policy");
  setup->blocks = m->blocks;
  setup->n_blocks = BLOCKS;
  *model = m;
  return BAUD_OK;
}

static int32_t exp3s_init(const void *model, void *const *blocks, uint64_t seed) {
  const exp3s_model *m = (const exp3s_model *)model;
  double *weights = (double *)blocks[BLOCK_WEIGHTS];
  for (uint32_t i = 0; i < m->table.actions; i++) weights[i] = 1.0 / m->table.actions;
  baud_seed_lanes((uint64_t *)blocks[BLOCK_RANDOM], m->table.lanes, seed);
  return BAUD_OK;
}

/* ---- One tick ---------------------------------------------------------------------------------------------- */

static int32_t exp3s_predict(const void *model, void *const *blocks, const baud_tick *tick) {
  const exp3s_model *m = (const exp3s_model *)model;
  const double *weights = (const double *)blocks[BLOCK_WEIGHTS];
  double *policy = (double *)blocks[BLOCK_POLICY];
  uint64_t *random = (uint64_t *)blocks[BLOCK_RANDOM];
  for (uint32_t i = 0; i < m->table.actions; i++)
    policy[i] = (1.0 - m->gamma) * weights[i] + m->gamma / m->table.actions;
  for (uint32_t lane = 0; lane < m->table.lanes; lane++)
    (void)baud_table_act(&m->table, tick, lane, policy, &random[lane]);
  return BAUD_OK;
}

/* One lane's reward x in [0, 1] for a choice that was made with probability p. The exponent is at most 1. */
static void reward_choice(const exp3s_model *m, double *weights, uint32_t choice, double x, double p) {
  uint32_t n = m->table.actions;
  double dealt = exp(1.0) * m->alpha / n, sum = 0.0;
  weights[choice] *= exp(m->gamma * x / (p * n));
  for (uint32_t i = 0; i < n; i++) sum += weights[i] += dealt;
  for (uint32_t i = 0; i < n; i++) weights[i] /= sum;
}

static int32_t exp3s_learn(const void *model, void *const *blocks, const baud_outcome *outcome) {
  const exp3s_model *m = (const exp3s_model *)model;
  const double *policy = (const double *)blocks[BLOCK_POLICY];
  double *weights = (double *)blocks[BLOCK_WEIGHTS];
  for (uint32_t lane = 0; lane < m->table.lanes; lane++) {
    uint32_t choice = baud_discrete(&m->table.action, outcome->action, lane);
    double x = ((double)outcome->reward[lane] - m->low) / (m->high - m->low);
    if (!(x >= 0.0 && x <= 1.0))
      return m->host->fail(m->host, BAUD_EARG, "exp3s: was given a reward outside low .. high: set these to the range "
                                               "that the reward scheme delivers");
    reward_choice(m, weights, choice, x, policy[choice]);
  }
  return BAUD_OK;
}

/* ---- What the library exports: in the order of the members, for C++ before C++20 has no .member = --------------- */

static const baud_learner_ops exp3s_ops = { BAUD_SIZE(baud_learner_ops), 0, exp3s_create, free,
                                            exp3s_init, exp3s_predict, exp3s_learn };

static const baud_unit units[] = { {
  BAUD_SIZE(baud_unit), BAUD_LEARNER, 1, 1, /* behaviour, state_version */
  "org.example.exp3s", "Exp3.S, a bandit against any rewards",
  "Chooses among settings whose worth may change: exponential weights with importance-weighted rewards, uniform "
  "exploration and a share of weight dealt out anew (Auer, Cesa-Bianchi, Freund and Schapire 2002, section 8). Takes "
  "the reward channel alone.",
  params, PARAMS, 0, &exp3s_ops, NULL
} };

/* Without BAUD_EXPORT: the header's declaration makes it visible, in C and in C++. */
const baud_library baud_plugin_1 = { BAUD_SIZE(baud_library), BAUD_MINOR, 0, BAUD_LAYOUT, "example.org", "1.0", "MIT",
                                     units, 1, 0 };
