/* UCRL2 (Jaksch, Ortner and Auer 2010, Near-optimal regret bounds for reinforcement learning) for episodes: optimism in the
 * face of uncertainty. At the start of each episode it believes, of all worlds that lie within confidence bounds of what was
 * seen, in the one in which it is worth most, step by step (extended value iteration, their fig. 2):
 *   q[h](s,a) = r^(s,a) + d_r(s,a) + max over p, |p - p^(.|s,a)|_1 <= d_p(s,a), of sum over s' of p(s') max over a' q[h+1](s',a')
 * where the best p has d_p / 2 more at the successor of the largest value, and less at those of the least. The bounds are theirs
 * (eq. 3 and 4), times a scale, of N(s,a) visits, at least 1, after t steps, with confidence delta:
 *   d_r = scale sqrt(7 ln(2 S A t / delta) / (2 N)),   d_p = scale sqrt(14 S ln(2 A t / delta) / N)
 * With scale 1 they hold for rewards on [0, 1], and are wide. Duan et al. (2016) tuned the scale for their Table 2, where a third
 * comes out, with almost no prior: concentration = 1e-5, prior_variance = 1e4. The original plans anew when a pair's visits
 * have doubled, this one when an episode starts. Counts and acting: dirichlet_mdp.h.
 */
#include <stdlib.h>

#include "baud/dirichlet_mdp.h"

enum { UCRL2_PARAM_DELTA = BAUD_MDP_PARAMS, UCRL2_PARAM_SCALE, UCRL2_PARAMS };
static const baud_param ucrl2_params[UCRL2_PARAMS] = {
  BAUD_MDP_PARAM_ROWS,
  BAUD_PARAM_FLOAT("delta", 0.05, 1e-9, 1, "", "chance that the bounds do not hold"),
  BAUD_PARAM_LIVE_FLOAT("scale", 1, 0, 1e6, "", "of the bounds; 1: as published by Jaksch et al.")
};

typedef struct ucrl2_model {
  baud_mdp mdp;
  double delta, scale;
} ucrl2_model;

static int32_t ucrl2_create(const baud_host *host, const baud_value *values, baud_learner_setup *setup, void **model) {
  ucrl2_model *m = calloc(1, sizeof *m);
  if (m == NULL) return host->fail(host, BAUD_ENOMEM, "there is no memory for the learner");
  int32_t code = baud_mdp_open(host, values, setup, &m->mdp);
  if (code != BAUD_OK) {
    free(m);
    return code;
  }
  baud_mdp_declare(&m->mdp, setup, 2 * (uint64_t)m->mdp.table.states); /* the successors' order, and one p */
  m->delta = values[UCRL2_PARAM_DELTA].f;
  m->scale = values[UCRL2_PARAM_SCALE].f;
  *model = m;
  return BAUD_OK;
}

static void ucrl2_destroy(void *model) { free(model); }

static int32_t ucrl2_init(const void *model, void *const *blocks, uint64_t seed) {
  return baud_mdp_init(&((const ucrl2_model *)model)->mdp, blocks, seed);
}

/* d_r and d_p of a pair seen once, after all these visits. */
typedef struct ucrl2_width {
  double reward, successor;
} ucrl2_width;

static ucrl2_width ucrl2_widths(const ucrl2_model *m, const double *visits) {
  double states = m->mdp.table.states, actions = m->mdp.table.actions, t = 0.0;
  for (uint64_t pair = 0; pair < baud_pairs(&m->mdp.table); pair++) t += visits[pair];
  t = fmax(t, 1.0);
  ucrl2_width width = { m->scale * sqrt(3.5 * log(2.0 * states * actions * t / m->delta)),
                        m->scale * sqrt(14.0 * states * log(2.0 * actions * t / m->delta)) };
  return width;
}

/* order [states]: by value, the largest first. */
static void ucrl2_sort(const double *value, uint32_t states, double *order) {
  for (uint32_t i = 0; i < states; i++) {
    uint32_t at = i;
    for (; at > 0 && value[(uint32_t)order[at - 1]] < value[i]; at--) order[at] = order[at - 1];
    order[at] = i;
  }
}

/* The largest sum of p value over p within `width` of the mean world's row of a pair; p [states] is worked in. A row that may
 * end sums to less than 1, and keeps its sum. */
static double ucrl2_hope(const baud_world *world, uint64_t pair, uint64_t pairs, uint32_t states, const double *order, double width,
                         double *p) {
  double sum = 0.0, total = 0.0;
  for (uint32_t next = 0; next < states; next++) sum += p[next] = world->successor[next * pairs + pair];
  uint32_t best = (uint32_t)order[0];
  double more = fmax(fmin(0.5 * width, sum - p[best]), 0.0);
  p[best] += more;
  for (uint32_t i = states; i-- > 1 && more > 0.0;) {
    uint32_t worst = (uint32_t)order[i];
    double taken = fmin(p[worst], more);
    p[worst] -= taken;
    more -= taken;
  }
  for (uint32_t next = 0; next < states; next++) total += p[next] * world->value[next];
  return total;
}

static void ucrl2_plan(const void *model, void *const *blocks, baud_world *world, uint64_t *random, double *q) {
  const ucrl2_model *m = model;
  const double *visits = blocks[BAUD_MDP_VISITS];
  uint64_t pairs = baud_pairs(&m->mdp.table);
  uint32_t states = m->mdp.table.states, actions = m->mdp.table.actions;
  ucrl2_width width = ucrl2_widths(m, visits);
  double *order = world->own, *p = order + states;
  (void)random;
  baud_mdp_mean_world(&m->mdp, blocks, world);
  for (uint32_t s = 0; s < states; s++) world->value[s] = 0.0;
  for (uint64_t h = m->mdp.horizon; h-- > 0;) {
    double *row = q + h * pairs;
    ucrl2_sort(world->value, states, order);
    for (uint64_t pair = 0; pair < pairs; pair++) {
      double n = sqrt(fmax(visits[pair], 1.0));
      row[pair] = world->reward[pair] + width.reward / n +
                  m->mdp.discount * ucrl2_hope(world, pair, pairs, states, order, width.successor / n, p);
    }
    for (uint32_t s = 0; s < states; s++) world->value[s] = baud_largest(row + (uint64_t)s * actions, actions);
  }
}

static int32_t ucrl2_predict(const void *model, void *const *blocks, const baud_tick *tick) {
  return baud_mdp_predict(&((const ucrl2_model *)model)->mdp, blocks, tick, ucrl2_plan, model, 0.0);
}

static int32_t ucrl2_learn(const void *model, void *const *blocks, const baud_outcome *outcome) {
  return baud_mdp_learn(&((const ucrl2_model *)model)->mdp, blocks, outcome);
}

static const baud_learner_ops ucrl2_ops = { BAUD_SIZE(baud_learner_ops), 0, ucrl2_create, ucrl2_destroy,
                                            ucrl2_init, ucrl2_predict, ucrl2_learn };

static const baud_unit ucrl2_unit = {
  BAUD_SIZE(baud_unit), BAUD_LEARNER, 1, 1, "baud.ucrl2", "UCRL2",
  "Each episode it acts optimally in the best of all worlds that lie within confidence bounds of what it saw (Jaksch, Ortner "
  "and Auer 2010). Learns from observation and reward; predicts both.",
  ucrl2_params, UCRL2_PARAMS, 0, &ucrl2_ops, NULL
};

BAUD_EXPORT const baud_library baud_plugin_1 = {
  BAUD_SIZE(baud_library), BAUD_MINOR, 0, BAUD_LAYOUT, "baud", "1.0", "MIT", &ucrl2_unit, 1, 0
};
