/* Thompson sampling that imitates: where somebody shows what to do it does that, with chance `imitate`, and else pulls the arm
 * of the largest draw from its posterior (thompson.c). From what is shown it learns nothing; it learns from what came of its
 * pulls, whoever had the idea. So `imitate` alone says how much of what it does is another's, which makes it a gene for evolution
 * to find: it may change while a trial runs, and `lifetime` can decide it.
 *
 * With an expert who is right with probability 1 / arms, what is shown tells nothing, and each act of imitation is a pull of any
 * arm; with one who is always right no pull of one's own can be better. So it should be 0 there and 1 here.
 */
#include <stdlib.h>

#include "baud/beta_arms.h"
#include "baud/beta_best.h"

enum { APPRENTICE_PARAM_IMITATE = BAUD_ARMS_PARAMS, APPRENTICE_PARAMS };
static const baud_param apprentice_params[APPRENTICE_PARAMS] = {
  BAUD_ARMS_PARAM_ROWS,
  BAUD_PARAM_LIVE_FLOAT("imitate", 0.5, 0, 1, "", "chance of doing what is shown")
};

typedef struct apprentice_model {
  baud_arms arms;
  baud_gauss gauss;
  double imitate;
} apprentice_model;

static int32_t apprentice_create(const baud_host *host, const baud_value *values, baud_learner_setup *setup, void **model) {
  if (!(setup->channels & BAUD_MASK(BAUD_CH_DEMONSTRATION)))
    return host->fail(host, BAUD_EARG, "imitates, but there are no demonstrations: put a demonstrator around the environment, or add "
                                       "\"demonstration\" to the experiment's channels");
  apprentice_model *m = calloc(1, sizeof *m);
  if (m == NULL) return host->fail(host, BAUD_ENOMEM, "there is no memory for the learner");
  int32_t code = baud_arms_open(host, values, setup, baud_beta_best_scratch(setup->action->categories), &m->arms);
  if (code != BAUD_OK) {
    free(m);
    return code;
  }
  setup->subscribed |= BAUD_MASK(BAUD_CH_DEMONSTRATION);
  m->imitate = values[APPRENTICE_PARAM_IMITATE].f;
  baud_gauss_init(&m->gauss);
  *model = m;
  return BAUD_OK;
}

static void apprentice_destroy(void *model) { free(model); }

static int32_t apprentice_init(const void *model, void *const *blocks, uint64_t seed) {
  return baud_arms_init(&((const apprentice_model *)model)->arms, blocks, seed);
}

/* ---- What it would do by itself --------------------------------------------------------------------------- */

static uint32_t apprentice_choose(const void *model, const baud_belief *belief, uint64_t *random) {
  (void)model;
  for (uint32_t i = 0; i < belief->arms; i++) belief->scratch[i] = baud_beta(random, belief->success[i], belief->failure[i]);
  return baud_argmax(belief->scratch, belief->arms, random);
}

static void apprentice_policy(const void *model, const baud_belief *belief, double *policy) {
  const apprentice_model *m = model;
  (void)baud_beta_best(&m->gauss, belief->arms, belief->success, belief->failure, 0.0, belief->scratch, policy);
  baud_normalise(policy, belief->arms);
}

static const baud_arms_rule apprentice_rule = { apprentice_choose, apprentice_policy };

/* ---- One tick --------------------------------------------------------------------------------------------- */

/* The answer about its action where `shown` is shown: (1 - imitate) of its own policy, imitate of what is shown. */
static void apprentice_mix(const apprentice_model *m, const baud_tick *tick, uint32_t lane, uint32_t shown) {
  uint32_t n = m->arms.table.actions;
  for (uint64_t asked = tick->ask & m->arms.table.asks_action; asked; asked &= asked - 1) {
    float *answer = tick->answer[__builtin_ctzll(asked)] + (uint64_t)lane * n;
    for (uint32_t i = 0; i < n; i++) answer[i] = (float)((1.0 - m->imitate) * (double)answer[i] + (i == shown ? m->imitate : 0.0));
  }
}

static int32_t apprentice_predict(const void *model, void *const *blocks, const baud_tick *tick) {
  const apprentice_model *m = model;
  const baud_table *table = &m->arms.table;
  int32_t code = baud_arms_predict(&m->arms, blocks, tick, &apprentice_rule, model);
  if (code != BAUD_OK || tick->demonstration == NULL || tick->shown == NULL) return code;
  uint64_t *random = blocks[BAUD_ARMS_RANDOM];
  const double *success = blocks[BAUD_ARMS_POSTERIOR], *failure = success + table->actions;
  for (uint32_t lane = 0; lane < table->lanes; lane++) {
    if (!tick->shown[lane]) continue;
    uint32_t shown = baud_discrete(&table->action, tick->demonstration, lane);
    apprentice_mix(m, tick, lane, shown);
    if (tick->action_given || !baud_bernoulli(&random[lane], m->imitate)) continue;
    baud_write_discrete(&table->action, tick->action, lane, shown);
    baud_arms_answer_reward(&m->arms, tick, lane, success[shown] / (success[shown] + failure[shown]));
  }
  return BAUD_OK;
}

static int32_t apprentice_learn(const void *model, void *const *blocks, const baud_outcome *outcome) {
  return baud_arms_learn(&((const apprentice_model *)model)->arms, blocks, outcome);
}

static const baud_learner_ops apprentice_ops = { BAUD_SIZE(baud_learner_ops), 0, apprentice_create, apprentice_destroy,
                                                 apprentice_init, apprentice_predict, apprentice_learn };

static const baud_unit apprentice_unit = {
  BAUD_SIZE(baud_unit), BAUD_LEARNER, 1, 1, "baud.apprentice", "Thompson sampling that imitates",
  "Does what is shown with chance `imitate`, else what Thompson sampling would, and learns from what comes of either. For "
  "rewards 0 and 1; takes the reward channel and the demonstration channel.",
  apprentice_params, APPRENTICE_PARAMS, 0, &apprentice_ops, NULL
};

BAUD_EXPORT const baud_library baud_plugin_1 = {
  BAUD_SIZE(baud_library), BAUD_MINOR, 0, BAUD_LAYOUT, "baud", "1.0", "MIT", &apprentice_unit, 1, 0
};
