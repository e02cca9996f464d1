/* The learner that learns nothing: it draws every part of its action uniformly, whatever the environment.
 * What it promises: it takes no channel at all, so that received is 0 and all that it "absorbs" is a fault of the
 * ledger. It is the floor under every curve. Its memory is one random state a lane.
 */
#include <stdlib.h>

#include "baud/tabular.h"

typedef struct random_model {
  uint32_t lanes;
  baud_field action;
  uint64_t asks_action;
  baud_block block;
} random_model;

static int32_t random_create(const baud_host *host, const baud_value *values, baud_learner_setup *setup, void **model) {
  (void)values;
  const baud_field *action = setup->action;
  if (action->categories == 0 && !(isfinite(action->low) && isfinite(action->high)))
    return host->fail(host, BAUD_EARG, "draws its actions uniformly, but the environment's have no bounds: "
                                       "choose another learner");
  random_model *m = calloc(1, sizeof *m);
  if (m == NULL) return host->fail(host, BAUD_ENOMEM, "there is no memory for the learner");
  m->lanes = setup->lanes;
  m->action = *action;
  m->block = baud_block_of(BAUD_U64, BAUD_RNG, BAUD_PER_LANE, 1, "random");
  for (uint32_t i = 0; i < setup->n_questions; i++) setup->questions[i].form = 0;
  if (action->categories > 0 && action->count == 1)
    m->asks_action = baud_accept(setup, BAUD_ASK_ACTION, 0, action->categories);
  setup->subscribed = 0;
  setup->blocks = &m->block;
  setup->n_blocks = 1;
  *model = m;
  return BAUD_OK;
}

static void random_destroy(void *model) { free(model); }

static int32_t random_init(const void *model, void *const *blocks, uint64_t seed) {
  baud_seed_lanes(blocks[0], ((const random_model *)model)->lanes, seed);
  return BAUD_OK;
}

/* One lane's action. Element i of all lanes is a discrete scalar field of lanes * count elements. */
static void random_act(const random_model *m, void *action, uint32_t lane, uint64_t *random) {
  for (uint32_t i = lane * m->action.count; i < (lane + 1) * m->action.count; i++) {
    if (m->action.categories > 0) {
      baud_write_discrete(&m->action, action, i, baud_below(random, m->action.categories));
    } else {
      ((float *)action)[i] = (float)(m->action.low + (m->action.high - m->action.low) * baud_uniform(random));
    }
  }
}

static int32_t random_predict(const void *model, void *const *blocks, const baud_tick *tick) {
  const random_model *m = model;
  uint64_t *random = blocks[0];
  for (uint32_t lane = 0; lane < m->lanes && !tick->action_given; lane++)
    random_act(m, tick->action, lane, &random[lane]);
  for (uint64_t asked = tick->ask & m->asks_action; asked; asked &= asked - 1) {
    float *answer = tick->answer[__builtin_ctzll(asked)];
    for (uint64_t i = 0; i < (uint64_t)m->lanes * m->action.categories; i++)
      answer[i] = 1.0f / (float)m->action.categories;
  }
  return BAUD_OK;
}

static int32_t random_learn(const void *model, void *const *blocks, const baud_outcome *outcome) {
  (void)model, (void)blocks, (void)outcome;
  return BAUD_OK;
}

static const baud_learner_ops random_ops = { BAUD_SIZE(baud_learner_ops), 0, random_create, random_destroy,
                                             random_init, random_predict, random_learn };

static const baud_unit random_unit = {
  BAUD_SIZE(baud_unit), BAUD_LEARNER, 1, 1, "baud.random", "Uniformly random",
  "Draws its actions uniformly and learns nothing. It takes no channel, so it receives no bits: the floor under "
  "every curve.",
  NULL, 0, 0, &random_ops, NULL
};

BAUD_EXPORT const baud_library baud_plugin_1 = {
  BAUD_SIZE(baud_library), BAUD_MINOR, 0, BAUD_LAYOUT, "baud", "1.0", "MIT", &random_unit, 1, 0
};
