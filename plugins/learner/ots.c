/* Optimistic Thompson sampling: Thompson's draws, tilted towards arms that are known to be good. Two rules:
 *   floor    an arm's draw counts at least its posterior mean: argmax of max(x_i, mean_i), x_i ~ Beta(s_i, f_i)
 *            (May, Korda, Lee, Leslie 2012, section 2.4, "optimistic Bayesian sampling")
 *   density  of `samples` joint draws x the one of the highest posterior density is kept: argmax of its x_i. This is
 *            how Duan et al. (2016) define the OTS of their Table 1 ("samples N times from the posterior, and takes
 *            the one with the highest probability"); their figures come out with N = 30, not with the floor.
 * The floor's policy is exact, by quadrature. The density's has no tractable form: its draws are made again for each
 * pull, so questions about the action are declined there, unless N = 1, which is Thompson sampling.
 */
#include <stdlib.h>

#include "baud/beta_arms.h"
#include "baud/beta_best.h"

enum { OTS_RULE_FLOOR, OTS_RULE_DENSITY, OTS_RULES };
static const char *const ots_rules[OTS_RULES] = { "floor", "density" };

enum { OTS_PARAM_RULE = BAUD_ARMS_PARAMS, OTS_PARAM_SAMPLES, OTS_PARAMS };
static const baud_param ots_params[OTS_PARAMS] = {
  BAUD_ARMS_PARAM_ROWS,
  BAUD_PARAM_CHOICE("rule", OTS_RULE_FLOOR, ots_rules, OTS_RULES, "what makes it optimistic: draws not below the mean, "
                                                                  "or the likeliest of several draws"),
  BAUD_PARAM_INT("samples", 30, 1, 100000, "draws", "rule density: joint draws of which the likeliest is kept")
};

typedef struct ots_model {
  baud_arms arms;
  baud_gauss gauss;
  int64_t rule, samples;
} ots_model;

static void ots_decline_policy(baud_learner_setup *setup, ots_model *m) {
  for (uint32_t i = 0; i < setup->n_questions && i < 64; i++)
    if (m->arms.table.asks_action >> i & 1u) setup->questions[i].form = 0;
  m->arms.table.asks_action = 0;
}

static int32_t ots_create(const baud_host *host, const baud_value *values, baud_learner_setup *setup, void **model) {
  ots_model *m = calloc(1, sizeof *m);
  if (m == NULL) return host->fail(host, BAUD_ENOMEM, "there is no memory for the learner");
  int32_t code = baud_arms_open(host, values, setup, baud_beta_best_scratch(setup->action->categories), &m->arms);
  if (code != BAUD_OK) {
    free(m);
    return code;
  }
  m->rule = values[OTS_PARAM_RULE].i;
  m->samples = values[OTS_PARAM_SAMPLES].i;
  if (m->rule == OTS_RULE_DENSITY && m->samples > 1) ots_decline_policy(setup, m);
  baud_gauss_init(&m->gauss);
  *model = m;
  return BAUD_OK;
}

static void ots_destroy(void *model) { free(model); }

static int32_t ots_init(const void *model, void *const *blocks, uint64_t seed) {
  return baud_arms_init(&((const ots_model *)model)->arms, blocks, seed);
}

static void ots_draw(const baud_belief *belief, uint64_t *random, double *x) {
  for (uint32_t i = 0; i < belief->arms; i++) x[i] = baud_beta(random, belief->success[i], belief->failure[i]);
}

/* Log density of x under the posterior, up to a constant; from one of equally likely draws the first is kept. */
static double ots_log_density(const baud_belief *belief, const double *x) {
  double sum = 0.0;
  for (uint32_t i = 0; i < belief->arms; i++) {
    if (belief->success[i] != 1.0) sum += (belief->success[i] - 1.0) * log(x[i]);
    if (belief->failure[i] != 1.0) sum += (belief->failure[i] - 1.0) * log1p(-x[i]);
  }
  return sum;
}

static uint32_t ots_choose_likeliest(const ots_model *m, const baud_belief *belief, uint64_t *random) {
  double *x = belief->scratch, highest = -INFINITY;
  uint32_t choice = 0;
  for (int64_t sample = 0; sample < m->samples; sample++) {
    ots_draw(belief, random, x);
    double density = m->samples > 1 ? ots_log_density(belief, x) : 0.0;
    if (density > highest) {
      highest = density;
      choice = baud_argmax(x, belief->arms, random);
    }
  }
  return choice;
}

static uint32_t ots_choose(const void *model, const baud_belief *belief, uint64_t *random) {
  const ots_model *m = model;
  if (m->rule == OTS_RULE_DENSITY) return ots_choose_likeliest(m, belief, random);
  double *x = belief->scratch;
  ots_draw(belief, random, x);
  for (uint32_t i = 0; i < belief->arms; i++) x[i] = fmax(x[i], baud_belief_mean(belief, i));
  return baud_argmax(x, belief->arms, random);
}

/* The largest of all values is at least M, the largest mean. Above M the floors do not matter: arm i wins with
 * P(x_i is the largest and exceeds M). If no draw exceeds M, those arms tie whose mean is M. */
static void ots_policy(const void *model, const baud_belief *belief, double *policy) {
  const ots_model *m = model;
  double largest = 0.0, floor = 0.0;
  uint32_t ties = 0;
  for (uint32_t i = 0; i < belief->arms; i++) largest = fmax(largest, baud_belief_mean(belief, i));
  for (uint32_t i = 0; i < belief->arms; i++) ties += baud_belief_mean(belief, i) == largest;
  if (m->rule == OTS_RULE_FLOOR) floor = largest;
  double none = baud_beta_best(&m->gauss, belief->arms, belief->success, belief->failure, floor, belief->scratch,
                               policy);
  for (uint32_t i = 0; i < belief->arms; i++)
    if (baud_belief_mean(belief, i) == largest) policy[i] += none / ties;
  baud_normalise(policy, belief->arms);
}

static const baud_arms_rule ots_rule = { ots_choose, ots_policy };

static int32_t ots_predict(const void *model, void *const *blocks, const baud_tick *tick) {
  return baud_arms_predict(&((const ots_model *)model)->arms, blocks, tick, &ots_rule, model);
}

static int32_t ots_learn(const void *model, void *const *blocks, const baud_outcome *outcome) {
  return baud_arms_learn(&((const ots_model *)model)->arms, blocks, outcome);
}

static const baud_learner_ops ots_ops = { BAUD_SIZE(baud_learner_ops), 0, ots_create, ots_destroy,
                                          ots_init, ots_predict, ots_learn };

static const baud_unit ots_unit = {
  BAUD_SIZE(baud_unit), BAUD_LEARNER, 1, 1, "baud.ots", "Optimistic Thompson sampling",
  "Thompson sampling whose draws are not below the mean (May et al. 2012), or are the likeliest of several (Duan et al."
  " 2016), from Beta-Bernoulli counts. For rewards 0 and 1; learns from the reward channel alone.",
  ots_params, OTS_PARAMS, 0, &ots_ops, NULL
};

BAUD_EXPORT const baud_library baud_plugin_1 = {
  BAUD_SIZE(baud_library), BAUD_MINOR, 0, BAUD_LAYOUT, "baud", "1.0", "MIT", &ots_unit, 1, 0
};
