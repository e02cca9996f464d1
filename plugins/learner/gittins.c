/* Gittins index (Gittins 1979): pulls the arm that one would pay most for to go on pulling it. Its index is the
 * sure income per pull, lambda, at which one may as well stop exploring it for good,
 *   v(n, s) = max{lambda, p ((1-discount) + discount v(n+1, s+1)) + (1-p) discount v(n+1, s)},  p = (a+s) / (a+b+n)
 * (in units of income per pull; a, b: the prior; s successes in n pulls), and pulling the largest is Bayes-optimal for
 * an endless discounted life. Calibration, as in Gittins, Glazebrook, Weber (2011), chapter 8: one backward sweep from
 * n = horizon, where v = max{lambda, p}, carries 128 lambdas at once; between two of them the index is interpolated.
 * The thing to know: from `horizon` pulls of an arm on the index is its mean. For an episode of n pulls the published
 * policies are approximations, "the best-performing for each setup"; 1 - 1/n is the discount of a life of about n.
 */
#include <stdlib.h>

#include "baud/beta_arms.h"

#define GITTINS_LAMBDAS 128u
#define GITTINS_LONGEST 2000u /* pulls: 8 MB of indices, 0.3 s to make them; 500: 18 ms */
#define GITTINS_ENDLESS 1000u /* where the episode has no limit */

enum { GITTINS_PARAM_TIES = BAUD_ARMS_PARAMS, GITTINS_PARAM_HORIZON, GITTINS_PARAM_DISCOUNT, GITTINS_PARAMS };
static const char *const gittins_ties[] = BAUD_TIES_NAMES;
static const baud_param gittins_params[GITTINS_PARAMS] = {
  BAUD_ARMS_PARAM_ROWS, BAUD_PARAM_TIES(gittins_ties),
  BAUD_PARAM_INT("horizon", 0, 0, GITTINS_LONGEST, "pulls", "pulls of an arm to look ahead; 0: the episode's limit"),
  BAUD_PARAM_FLOAT("discount", 0, 0, 0.9999, "", "a later pull's worth against the one before; 0: 1 - 1/horizon")
};

typedef struct gittins_model {
  baud_arms arms;
  int64_t ties;
  uint32_t horizon;
  double discount;
  float *index;     /* [n][s], s <= n <= horizon: row n begins at n (n + 1) / 2 */
} gittins_model;

static uint64_t gittins_row(uint32_t n) { return (uint64_t)n * (n + 1) / 2; }

/* Where a falling line through (x0, y0 > 0) and (x1, y1 <= 0) is 0. */
static double gittins_crossing(double x0, double y0, double x1, double y1) { return x0 + (x1 - x0) * y0 / (y0 - y1); }

/* One state: v_lose holds v(n+1, s) and becomes v(n, s); v_win holds v(n+1, s+1). The state's index. */
static double gittins_step(double p, double discount, const double *lambda, const double *v_win, double *v_lose) {
  double go_on[GITTINS_LAMBDAS];
  for (uint32_t l = 0; l < GITTINS_LAMBDAS; l++)
    go_on[l] = p * (1.0 - discount) + discount * (p * v_win[l] + (1.0 - p) * v_lose[l]);
  uint32_t low = 0, high = GITTINS_LAMBDAS; /* go_on - lambda falls: > 0 below `high`, <= 0 from there on */
  while (low < high) {
    uint32_t middle = (low + high) / 2;
    if (go_on[middle] > lambda[middle]) {
      low = middle + 1;
    } else {
      high = middle;
    }
  }
  for (uint32_t l = 0; l < GITTINS_LAMBDAS; l++) v_lose[l] = l < high ? go_on[l] : lambda[l];
  if (high == 0) return p;
  double above = go_on[high - 1] - lambda[high - 1];
  if (high == GITTINS_LAMBDAS) return gittins_crossing(lambda[high - 1], above, 1.0, 0.0);
  return gittins_crossing(lambda[high - 1], above, lambda[high], go_on[high] - lambda[high]);
}

/* Fills in all indices, from the horizon backwards; v [horizon + 1][GITTINS_LAMBDAS] is worked in. */
static void gittins_calibrate(gittins_model *m, double *v) {
  double lambda[GITTINS_LAMBDAS], a = m->arms.prior_success, b = m->arms.prior_failure;
  for (uint32_t l = 0; l < GITTINS_LAMBDAS; l++) lambda[l] = (l + 0.5) / GITTINS_LAMBDAS;
  for (uint32_t s = 0; s <= m->horizon; s++) {
    double p = (a + s) / (a + b + m->horizon);
    for (uint32_t l = 0; l < GITTINS_LAMBDAS; l++) v[(uint64_t)s * GITTINS_LAMBDAS + l] = fmax(lambda[l], p);
    m->index[gittins_row(m->horizon) + s] = (float)p;
  }
  for (uint32_t n = m->horizon; n-- > 0;) {
    for (uint32_t s = 0; s <= n; s++) {
      double *here = v + (uint64_t)s * GITTINS_LAMBDAS, p = (a + s) / (a + b + n);
      double index = gittins_step(p, m->discount, lambda, here + GITTINS_LAMBDAS, here);
      m->index[gittins_row(n) + s] = (float)fmax(index, p); /* an arm is worth its mean at least */
    }
  }
}

/* Finds horizon and discount, allocates and fills in the table. */
static int32_t gittins_prepare(gittins_model *m, int64_t horizon, double discount, uint32_t limit) {
  if (limit == 0) limit = GITTINS_ENDLESS;
  m->horizon = horizon > 0 ? (uint32_t)horizon : limit < GITTINS_LONGEST ? limit : GITTINS_LONGEST;
  m->discount = discount > 0.0 ? discount : 1.0 - 1.0 / m->horizon;
  m->index = malloc(gittins_row(m->horizon + 1) * sizeof *m->index);
  double *v = malloc((m->horizon + 1) * (uint64_t)GITTINS_LAMBDAS * sizeof *v);
  if (m->index != NULL && v != NULL) gittins_calibrate(m, v);
  int32_t code = m->index != NULL && v != NULL ? BAUD_OK : BAUD_ENOMEM;
  free(v);
  return code;
}

static int32_t gittins_create(const baud_host *host, const baud_value *values, baud_learner_setup *setup,
                              void **model) {
  gittins_model *m = calloc(1, sizeof *m);
  if (m == NULL) return host->fail(host, BAUD_ENOMEM, "there is no memory for the learner");
  int32_t code = baud_arms_open(host, values, setup, setup->action->categories, &m->arms);
  if (code != BAUD_OK) {
    free(m);
    return code;
  }
  m->ties = values[GITTINS_PARAM_TIES].i;
  code = gittins_prepare(m, values[GITTINS_PARAM_HORIZON].i, values[GITTINS_PARAM_DISCOUNT].f, setup->limit);
  if (code != BAUD_OK) {
    free(m->index);
    free(m);
    return host->fail(host, code, "there is no memory for the table of indices: choose a shorter horizon");
  }
  *model = m;
  return BAUD_OK;
}

static void gittins_destroy(void *model) {
  free(((gittins_model *)model)->index);
  free(model);
}

static int32_t gittins_init(const void *model, void *const *blocks, uint64_t seed) {
  return baud_arms_init(&((const gittins_model *)model)->arms, blocks, seed);
}

static const double *gittins_index(const gittins_model *m, const baud_belief *belief) {
  for (uint32_t i = 0; i < belief->arms; i++) {
    double s = belief->success[i] - m->arms.prior_success, n = s + belief->failure[i] - m->arms.prior_failure;
    uint32_t row = n < m->horizon ? (uint32_t)lround(n) : m->horizon;
    belief->scratch[i] = baud_belief_mean(belief, i);
    if (row < m->horizon) belief->scratch[i] = (double)m->index[gittins_row(row) + (uint32_t)lround(s)];
  }
  return belief->scratch;
}

static uint32_t gittins_choose(const void *model, const baud_belief *belief, uint64_t *random) {
  return baud_arms_best(gittins_index(model, belief), belief->arms, ((const gittins_model *)model)->ties, random);
}

static void gittins_policy(const void *model, const baud_belief *belief, double *policy) {
  baud_arms_best_policy(gittins_index(model, belief), belief->arms, ((const gittins_model *)model)->ties, 0.0, policy);
}

static const baud_arms_rule gittins_rule = { gittins_choose, gittins_policy };

static int32_t gittins_predict(const void *model, void *const *blocks, const baud_tick *tick) {
  return baud_arms_predict(&((const gittins_model *)model)->arms, blocks, tick, &gittins_rule, model);
}

static int32_t gittins_learn(const void *model, void *const *blocks, const baud_outcome *outcome) {
  return baud_arms_learn(&((const gittins_model *)model)->arms, blocks, outcome);
}

static const baud_learner_ops gittins_ops = { BAUD_SIZE(baud_learner_ops), 0, gittins_create, gittins_destroy,
                                             gittins_init, gittins_predict, gittins_learn };

static const baud_unit gittins_unit = {
  BAUD_SIZE(baud_unit), BAUD_LEARNER, 1, 1, "baud.gittins", "Gittins index",
  "Pulls the arm of the largest Gittins index (1979), from Beta-Bernoulli counts and a table made at creation. "
  "For rewards 0 and 1; learns from the reward channel alone.",
  gittins_params, GITTINS_PARAMS, 0, &gittins_ops, NULL
};

BAUD_EXPORT const baud_library baud_plugin_1 = {
  BAUD_SIZE(baud_library), BAUD_MINOR, 0, BAUD_LAYOUT, "baud", "1.0", "MIT", &gittins_unit, 1, 0
};
