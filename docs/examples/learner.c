/* learner.c - tally, an example learner: counts what each action was followed by, and does what has paid best.
 *
 * For each action it keeps how often each value of the first observation field followed (with half a count for each,
 * Krichevsky and Trofimov 1981) and the mean of the rewards. It answers two of the host's questions: with which
 * probabilities it acts, and what it expects to see; so baud can score what it knows. It takes the state into no
 * account: a bandit's learner.
 *
 * Copy this file to begin a learner of your own. docs/plugins.md walks through it.
 */
#include <stdlib.h>

#include "baud/tabular.h"

enum { PARAM_EPSILON, PARAMS };
static const baud_param params[PARAMS] = {
  BAUD_PARAM_FLOAT("epsilon", 0.1, 0, 1, "", "probability of an action at random")
};

/* ---- What it remembers: blocks, which the host allocates, saves, clones and checks ------------------------ */

enum {
  BLOCK_COUNTS, /* [actions][sights] how often each followed */
  BLOCK_GAIN,   /* [actions]{sum of rewards, visits} */
  BLOCK_RANDOM, /* [lane] */
  BLOCK_VALUE,  /* [actions] scratch */
  BLOCK_POLICY, /* [actions] scratch */
  BLOCK_EXPECT, /* [sights] scratch */
  BLOCKS
};

typedef struct tally_model {
  uint32_t lanes, actions, sights; /* sights 0: observations do not cross, or the first is no discrete scalar */
  double epsilon;
  baud_field action, sight;
  uint64_t asks_action, asks_sight; /* masks: bit q for question q */
  baud_block blocks[BLOCKS];
} tally_model;

static int32_t tally_create(const baud_host *host, const baud_value *values, baud_learner_setup *setup, void **model) {
  if (!(setup->channels & BAUD_MASK(BAUD_CH_REWARD)))
    return host->fail(host, BAUD_EARG, "tally: needs the reward channel: add \"reward\" to the experiment's channels");
  if (setup->action->categories == 0 || setup->action->count != 1)
    return host->fail(host, BAUD_EARG, "tally: needs one discrete action");
  tally_model *m = calloc(1, sizeof *m);
  if (m == NULL) return host->fail(host, BAUD_ENOMEM, "tally: no memory for the model");
  m->lanes = setup->lanes;
  m->actions = setup->action->categories;
  m->action = *setup->action;
  m->epsilon = values[PARAM_EPSILON].f;
  if (setup->channels & BAUD_MASK(BAUD_CH_OBSERVATION)) m->sights = baud_states(setup->obs, setup->n_obs);
  if (m->sights > 0) m->sight = setup->obs[0];

  setup->subscribed = BAUD_MASK(BAUD_CH_REWARD) | (m->sights ? BAUD_MASK(BAUD_CH_OBSERVATION) : 0u);
  m->asks_action = baud_accept(setup, BAUD_ASK_ACTION, 0, m->actions);
  if (m->sights > 0) m->asks_sight = baud_accept(setup, BAUD_ASK_OBSERVATION, 0, m->sights);

  m->blocks[BLOCK_COUNTS] = baud_block_of(BAUD_F64, BAUD_WEIGHT, 0, (uint64_t)m->actions * m->sights, "counts");
  m->blocks[BLOCK_GAIN] = baud_block_of(BAUD_F64, BAUD_WEIGHT, 0, 2 * (uint64_t)m->actions, "gain");
  m->blocks[BLOCK_RANDOM] = baud_block_of(BAUD_U64, BAUD_RNG, BAUD_PER_LANE, 1, "random");
  m->blocks[BLOCK_VALUE] = baud_block_of(BAUD_F64, BAUD_SCRATCH, 0, m->actions, "value");
  m->blocks[BLOCK_POLICY] = baud_block_of(BAUD_F64, BAUD_SCRATCH, 0, m->actions, "policy");
  m->blocks[BLOCK_EXPECT] = baud_block_of(BAUD_F64, BAUD_SCRATCH, 0, m->sights, "expect");
  setup->blocks = m->blocks;
  setup->n_blocks = BLOCKS;
  *model = m;
  return BAUD_OK;
}

static int32_t tally_init(const void *model, void *const *blocks, uint64_t seed) {
  const tally_model *m = model;
  for (uint64_t i = 0; i < (uint64_t)m->actions * m->sights; i++) ((double *)blocks[BLOCK_COUNTS])[i] = 0.5;
  baud_seed_lanes(blocks[BLOCK_RANDOM], m->lanes, seed);
  return BAUD_OK;
}

/* ---- Predict: act, and commit to answers; counts and gains are read-only here ----------------------------- */

/* policy[0..actions): epsilon-greedy in the mean reward; an action never tried counts as having paid 1 once. */
static void choose_policy(const tally_model *m, void *const *blocks) {
  const double *gain = blocks[BLOCK_GAIN];
  double *value = blocks[BLOCK_VALUE];
  for (uint32_t a = 0; a < m->actions; a++) value[a] = (1.0 + gain[2 * a]) / (1.0 + gain[2 * a + 1]);
  baud_greedy_policy(value, m->actions, m->epsilon, blocks[BLOCK_POLICY]);
}

static void expect_sight(const tally_model *m, void *const *blocks, uint32_t action) {
  const double *counts = (const double *)blocks[BLOCK_COUNTS] + (uint64_t)action * m->sights;
  double *expect = blocks[BLOCK_EXPECT], sum = 0.0;
  for (uint32_t x = 0; x < m->sights; x++) sum += counts[x];
  for (uint32_t x = 0; x < m->sights; x++) expect[x] = counts[x] / sum;
}

static int32_t tally_predict(const void *model, void *const *blocks, const baud_tick *tick) {
  const tally_model *m = model;
  const double *policy = blocks[BLOCK_POLICY];
  uint64_t *random = blocks[BLOCK_RANDOM];
  choose_policy(m, blocks);
  for (uint32_t lane = 0; lane < m->lanes; lane++) {
    baud_answer(tick, m->asks_action, lane, policy, m->actions);
    if (!tick->action_given)
      baud_write_discrete(&m->action, tick->action, lane, baud_categorical(&random[lane], policy, m->actions));
    if (!(tick->ask & m->asks_sight)) continue;
    expect_sight(m, blocks, baud_discrete(&m->action, tick->action, lane));
    baud_answer(tick, m->asks_sight, lane, blocks[BLOCK_EXPECT], m->sights);
  }
  return BAUD_OK;
}

/* ---- Learn: the outcome, after the answers are sealed ------------------------------------------------------ */

static int32_t tally_learn(const void *model, void *const *blocks, const baud_outcome *outcome) {
  const tally_model *m = model;
  double *counts = blocks[BLOCK_COUNTS], *gain = blocks[BLOCK_GAIN];
  for (uint32_t lane = 0; lane < m->lanes; lane++) {
    uint32_t action = baud_discrete(&m->action, outcome->action, lane);
    gain[2 * action] += (double)outcome->reward[lane];
    gain[2 * action + 1] += 1.0;
    if (m->sights == 0) continue;
    counts[(uint64_t)action * m->sights + baud_discrete(&m->sight, outcome->next_obs[0], lane)] += 1.0;
  }
  return BAUD_OK;
}

/* ---- What the library exports ------------------------------------------------------------------------------ */

static const baud_learner_ops tally_ops = { .size = BAUD_SIZE(baud_learner_ops), .create = tally_create,
                                            .destroy = free, .init = tally_init, .predict = tally_predict,
                                            .learn = tally_learn };

static const baud_unit units[] = { {
  .size = BAUD_SIZE(baud_unit),
  .role = BAUD_LEARNER,
  .behaviour = 1,
  .state_version = 1,
  .id = "org.example.tally",
  .title = "Counts what follows each action",
  .doc = "Keeps counts of the next observation and the mean reward of each action, acts epsilon-greedily, and answers "
         "for both its policy and its expectation. An example to copy from.",
  .params = params,
  .n_params = PARAMS,
  .ops = &tally_ops
} };

BAUD_EXPORT const baud_library baud_plugin_1 = {
  .size = BAUD_SIZE(baud_library),
  .built_minor = BAUD_MINOR,
  .needs_minor = 0,
  .layout = BAUD_LAYOUT,
  .vendor = "example.org",
  .version = "1.0",
  .license = "MIT",
  .units = units,
  .n_units = 1
};
