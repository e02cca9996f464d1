/* A bandit of learning progress: attends to what gets better (Schmidhuber 1991, Curious model-building control systems; Oudeyer,
 * Kaplan and Hafner 2007; Lopes and Oudeyer 2012, The strategic student approach). Of each choice it remembers the last
 * `window` rewards, minus the errors of whoever is taught; with its older and its newer half,
 *   progress = max(0, mean of the newer - mean of the older)
 *   p = (1 - epsilon) softmax(beta progress) + epsilon / choices
 * A mean of a few errors that are noise goes up as often as down, which looks like progress half of the time: that is what it
 * is there to show. All lanes choose by what was known at the beginning of the tick.
 */
#include <stdlib.h>

#include "baud/tabular.h"

enum { PROGRESS_PARAM_WINDOW, PROGRESS_PARAM_BETA, PROGRESS_PARAM_EPSILON, PROGRESS_PARAMS };
static const baud_param progress_params[PROGRESS_PARAMS] = {
  BAUD_PARAM_INT("window", 50, 2, 1000000, "choices", "rewards that are remembered of each choice"),
  BAUD_PARAM_LIVE_FLOAT("beta", 30, 0, 1e6, "", "inverse temperature"),
  BAUD_PARAM_LIVE_FLOAT("epsilon", 0.02, 0, 1, "", "share of choices that are made uniformly")
};

enum {
  PROGRESS_PAID,   /* WEIGHT [actions][window] the last rewards, a ring */
  PROGRESS_SEEN,   /* WEIGHT [actions] rewards so far */
  PROGRESS_RANDOM, /* [lane] */
  PROGRESS_POLICY, /* SCRATCH [actions] */
  PROGRESS_BLOCKS
};

typedef struct progress_model {
  baud_table table;
  uint64_t window;
  double beta, epsilon;
  baud_block blocks[PROGRESS_BLOCKS];
} progress_model;

static int32_t progress_create(const baud_host *host, const baud_value *values, baud_learner_setup *setup, void **model) {
  progress_model *m = calloc(1, sizeof *m);
  if (m == NULL) return host->fail(host, BAUD_ENOMEM, "there is no memory for the learner");
  uint32_t channels = setup->channels;
  setup->channels &= BAUD_MASK(BAUD_CH_REWARD);
  int32_t code = baud_table_open(host, setup, BAUD_MASK(BAUD_CH_REWARD), &m->table);
  setup->channels = channels;
  if (code != BAUD_OK) {
    free(m);
    return code;
  }
  m->window = (uint64_t)values[PROGRESS_PARAM_WINDOW].i;
  m->beta = values[PROGRESS_PARAM_BETA].f;
  m->epsilon = values[PROGRESS_PARAM_EPSILON].f;
  uint64_t n = m->table.actions;
  m->blocks[PROGRESS_PAID] = baud_block_of(BAUD_F32, BAUD_WEIGHT, 0, n * m->window, "paid");
  m->blocks[PROGRESS_SEEN] = baud_block_of(BAUD_U64, BAUD_WEIGHT, 0, n, "seen");
  m->blocks[PROGRESS_RANDOM] = baud_block_of(BAUD_U64, BAUD_RNG, BAUD_PER_LANE, 1, "random");
  m->blocks[PROGRESS_POLICY] = baud_block_of(BAUD_F64, BAUD_SCRATCH, 0, n, "policy");
  setup->blocks = m->blocks;
  setup->n_blocks = PROGRESS_BLOCKS;
  *model = m;
  return BAUD_OK;
}

static void progress_destroy(void *model) { free(model); }

static int32_t progress_init(const void *model, void *const *blocks, uint64_t seed) {
  baud_seed_lanes(blocks[PROGRESS_RANDOM], ((const progress_model *)model)->table.lanes, seed);
  return BAUD_OK;
}

/* Of what is remembered; 0 before there are two. The older half is the smaller one of an odd number. */
static double progress_of(const progress_model *m, void *const *blocks, uint32_t choice) {
  const float *paid = (const float *)blocks[PROGRESS_PAID] + choice * m->window;
  uint64_t seen = ((const uint64_t *)blocks[PROGRESS_SEEN])[choice], n = seen < m->window ? seen : m->window, half = n / 2;
  double older = 0.0, newer = 0.0;
  if (n < 2) return 0.0;
  for (uint64_t i = 0; i < n; i++) {
    double x = (double)paid[(seen - n + i) % m->window];
    if (i < half) older += x;
    else newer += x;
  }
  return fmax(0.0, newer / (double)(n - half) - older / (double)half);
}

static int32_t progress_predict(const void *model, void *const *blocks, const baud_tick *tick) {
  const progress_model *m = model;
  uint32_t n = m->table.actions;
  double *policy = blocks[PROGRESS_POLICY];
  for (uint32_t a = 0; a < n; a++) policy[a] = m->beta * progress_of(m, blocks, a);
  baud_softmax(policy, n, policy);
  for (uint32_t a = 0; a < n; a++) policy[a] = (1.0 - m->epsilon) * policy[a] + m->epsilon / n;
  for (uint32_t lane = 0; lane < m->table.lanes; lane++)
    (void)baud_table_act(&m->table, tick, lane, policy, (uint64_t *)blocks[PROGRESS_RANDOM] + lane);
  return BAUD_OK;
}

static int32_t progress_learn(const void *model, void *const *blocks, const baud_outcome *outcome) {
  const progress_model *m = model;
  for (uint32_t lane = 0; lane < m->table.lanes; lane++) {
    uint32_t choice = baud_discrete(&m->table.action, outcome->action, lane);
    uint64_t *seen = (uint64_t *)blocks[PROGRESS_SEEN] + choice;
    ((float *)blocks[PROGRESS_PAID])[choice * m->window + (*seen)++ % m->window] = outcome->reward[lane];
  }
  return BAUD_OK;
}

static const baud_learner_ops progress_ops = { BAUD_SIZE(baud_learner_ops), 0, progress_create, progress_destroy,
                                               progress_init, progress_predict, progress_learn };

static const baud_unit progress_unit = {
  BAUD_SIZE(baud_unit), BAUD_LEARNER, 1, 1, "baud.learning_progress", "A bandit of learning progress",
  "Chooses what has got better of late, by a softmax of how much (Schmidhuber 1991; Oudeyer, Kaplan and Hafner 2007; Lopes and "
  "Oudeyer 2012). For an outer loop whose reward is minus the inner learner's error; learns from the reward channel alone.",
  progress_params, PROGRESS_PARAMS, 0, &progress_ops, NULL
};

BAUD_EXPORT const baud_library baud_plugin_1 = {
  BAUD_SIZE(baud_library), BAUD_MINOR, 0, BAUD_LAYOUT, "baud", "1.0", "MIT", &progress_unit, 1, 0
};
