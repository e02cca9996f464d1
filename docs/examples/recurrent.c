/* recurrent.c - echo, an example recurrent learner: an echo state network with a readout that reinforcement trains.
 *
 * Each lane has a state h of `units` numbers. Before each action, with x = (what is seen, what it did, what that paid),
 *   h <- tanh(W h + V x),   pi = softmax(U (h, 1))
 * W and V are random and stay (Jaeger 2001); U learns by the policy gradient with an eligibility trace (Williams 1992;
 * Baxter and Bartlett 2001):  z <- decay z + grad log pi(a),   U <- U + lr (r - mean r) z.
 * What has happened in this lifetime is in h (BAUD_MEMORY), what has been learnt is in U (BAUD_WEIGHT): baud asks its
 * quiz with memory kept and again with it wiped, and so tells the two apart.
 */
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "baud/tabular.h"

enum { PARAM_UNITS, PARAM_RADIUS, PARAM_LR, PARAM_DECAY, PARAMS };
static const baud_param params[PARAMS] = {
  BAUD_PARAM_INT("units", 32, 1, 4096, "", "size of the recurrent state"),
  BAUD_PARAM_FLOAT("radius", 0.9, 0, 10, "", "spectral radius of W, in expectation; below 1 the state forgets"),
  BAUD_PARAM_FLOAT("lr", 0.05, 0, 1e3, "", "step size of the readout"),
  BAUD_PARAM_FLOAT("decay", 0.9, 0, 1, "", "of the eligibility trace, a step")
};

enum {
  BLOCK_RECURRENT, /* [units][units] W */
  BLOCK_INPUT,     /* [units][inputs] V */
  BLOCK_READOUT,   /* [actions][units + 1] U */
  BLOCK_MEAN,      /* {sum of rewards, steps} */
  BLOCK_ELIGIBLE,  /* [lane][actions][units + 1] z */
  BLOCK_STATE,     /* [lane][units] h */
  BLOCK_LAST,      /* [lane]{action + 1, reward}, both 0 where there is none */
  BLOCK_RANDOM,    /* [lane] */
  BLOCK_FRESH,     /* [units] scratch */
  BLOCK_POLICY,    /* [actions] scratch */
  BLOCKS
};

typedef struct echo_model {
  baud_table table; /* sizes, the state's field, which questions ask for the policy */
  uint32_t units, inputs;
  double radius, lr, decay;
  baud_block blocks[BLOCKS];
} echo_model;

/* ---- Create, init ------------------------------------------------------------------------------------------ */

static void declare(echo_model *m) {
  uint64_t units = m->units, readout = (uint64_t)m->table.actions * (m->units + 1);
  m->blocks[BLOCK_RECURRENT] = baud_block_of(BAUD_F64, BAUD_WEIGHT, 0, units * units, "recurrent");
  m->blocks[BLOCK_INPUT] = baud_block_of(BAUD_F64, BAUD_WEIGHT, 0, units * m->inputs, "input");
  m->blocks[BLOCK_READOUT] = baud_block_of(BAUD_F64, BAUD_WEIGHT, 0, readout, "readout");
  m->blocks[BLOCK_MEAN] = baud_block_of(BAUD_F64, BAUD_OPTIMISER, 0, 2, "mean_reward");
  m->blocks[BLOCK_ELIGIBLE] = baud_block_of(BAUD_F64, BAUD_TRACE, BAUD_PER_LANE, readout, "eligible");
  m->blocks[BLOCK_STATE] = baud_block_of(BAUD_F64, BAUD_MEMORY, BAUD_PER_LANE, units, "state");
  m->blocks[BLOCK_LAST] = baud_block_of(BAUD_F64, BAUD_MEMORY, BAUD_PER_LANE, 2, "last");
  m->blocks[BLOCK_RANDOM] = baud_block_of(BAUD_U64, BAUD_RNG, BAUD_PER_LANE, 1, "random");
  m->blocks[BLOCK_FRESH] = baud_block_of(BAUD_F64, BAUD_SCRATCH, 0, units, "fresh");
  m->blocks[BLOCK_POLICY] = baud_block_of(BAUD_F64, BAUD_SCRATCH, 0, m->table.actions, "policy");
}

static int32_t echo_create(const baud_host *host, const baud_value *values, baud_learner_setup *setup, void **model) {
  echo_model *m = calloc(1, sizeof *m);
  if (m == NULL) return host->fail(host, BAUD_ENOMEM, "echo: no memory for the model");
  int32_t code = baud_table_open(host, setup, BAUD_MASK(BAUD_CH_REWARD), &m->table);
  if (code != BAUD_OK) {
    free(m);
    return code;
  }
  m->units = (uint32_t)values[PARAM_UNITS].i;
  m->radius = values[PARAM_RADIUS].f;
  m->lr = values[PARAM_LR].f;
  m->decay = values[PARAM_DECAY].f;
  m->inputs = m->table.states + m->table.actions + 1;
  declare(m);
  setup->blocks = m->blocks;
  setup->n_blocks = BLOCKS;
  *model = m;
  return BAUD_OK;
}

/* Entries of variance radius^2 / units give W a spectral radius near `radius` (the circular law). */
static int32_t echo_init(const void *model, void *const *blocks, uint64_t seed) {
  const echo_model *m = model;
  uint64_t random = baud_split(seed, 1), units = m->units;
  double *recurrent = blocks[BLOCK_RECURRENT], *input = blocks[BLOCK_INPUT];
  for (uint64_t i = 0; i < units * units; i++) recurrent[i] = baud_normal(&random) * m->radius / sqrt((double)units);
  for (uint64_t i = 0; i < units * m->inputs; i++) input[i] = baud_normal(&random);
  baud_seed_lanes(blocks[BLOCK_RANDOM], m->table.lanes, baud_split(seed, 2));
  return BAUD_OK;
}

/* ---- Predict: the state moves on (memory may), then acts --------------------------------------------------- */

/* h <- tanh(W h + V x) of one lane; x is two one-hots and a number, so V x is two columns and a multiple of one. */
static void advance(const echo_model *m, void *const *blocks, uint32_t seen, uint32_t lane) {
  const double *recurrent = blocks[BLOCK_RECURRENT], *input = blocks[BLOCK_INPUT];
  const double *last = (const double *)blocks[BLOCK_LAST] + 2 * (uint64_t)lane;
  double *state = (double *)blocks[BLOCK_STATE] + (uint64_t)lane * m->units, *fresh = blocks[BLOCK_FRESH];
  uint32_t done = (uint32_t)last[0];
  for (uint32_t i = 0; i < m->units; i++) {
    const double *row = recurrent + (uint64_t)i * m->units, *from = input + (uint64_t)i * m->inputs;
    double sum = from[seen] + from[m->inputs - 1] * last[1] + (done ? from[m->table.states + done - 1] : 0.0);
    for (uint32_t j = 0; j < m->units; j++) sum += row[j] * state[j];
    fresh[i] = tanh(sum);
  }
  memcpy(state, fresh, m->units * sizeof *fresh);
}

/* policy[0..actions) of the state as it is. */
static void read_policy(const echo_model *m, void *const *blocks, uint32_t lane) {
  const double *state = (const double *)blocks[BLOCK_STATE] + (uint64_t)lane * m->units;
  double *policy = blocks[BLOCK_POLICY];
  for (uint32_t a = 0; a < m->table.actions; a++) {
    const double *readout = (const double *)blocks[BLOCK_READOUT] + (uint64_t)a * (m->units + 1);
    policy[a] = readout[m->units];
    for (uint32_t i = 0; i < m->units; i++) policy[a] += readout[i] * state[i];
  }
  baud_softmax(policy, m->table.actions, policy);
}

static int32_t echo_predict(const void *model, void *const *blocks, const baud_tick *tick) {
  const echo_model *m = model;
  uint64_t *random = blocks[BLOCK_RANDOM];
  for (uint32_t lane = 0; lane < m->table.lanes; lane++) {
    advance(m, blocks, baud_table_state(&m->table, tick->obs, lane), lane);
    read_policy(m, blocks, lane);
    (void)baud_table_act(&m->table, tick, lane, blocks[BLOCK_POLICY], &random[lane]);
  }
  return BAUD_OK;
}

/* ---- Learn ------------------------------------------------------------------------------------------------- */

static void learn_lane(const echo_model *m, void *const *blocks, uint32_t lane, uint32_t action, double reward) {
  const double *state = (const double *)blocks[BLOCK_STATE] + (uint64_t)lane * m->units, *policy = blocks[BLOCK_POLICY];
  double *mean = blocks[BLOCK_MEAN], *readout = blocks[BLOCK_READOUT];
  uint64_t row = m->units + 1u, all = m->table.actions * row;
  double *eligible = (double *)blocks[BLOCK_ELIGIBLE] + lane * all;
  double advantage = reward - (mean[1] > 0.0 ? mean[0] / mean[1] : 0.0);
  read_policy(m, blocks, lane);
  for (uint32_t a = 0; a < m->table.actions; a++) {
    double score = (a == action) - policy[a]; /* grad log pi with respect to the logit of a */
    for (uint32_t i = 0; i < row; i++)
      eligible[a * row + i] = m->decay * eligible[a * row + i] + score * (i < m->units ? state[i] : 1.0);
  }
  for (uint64_t i = 0; i < all; i++) readout[i] += m->lr * advantage * eligible[i];
  mean[0] += reward;
  mean[1] += 1.0;
}

/* What the next state is to know of this step: memory, so it is noted in play too, where nothing is learnt. */
static int32_t echo_remember(const void *model, void *const *blocks, const baud_outcome *outcome) {
  const echo_model *m = model;
  for (uint32_t lane = 0; lane < m->table.lanes; lane++) {
    double *last = (double *)blocks[BLOCK_LAST] + 2 * (uint64_t)lane;
    last[0] = baud_discrete(&m->table.action, outcome->action, lane) + 1.0;
    last[1] = (double)outcome->reward[lane];
  }
  return BAUD_OK;
}

static int32_t echo_learn(const void *model, void *const *blocks, const baud_outcome *outcome) {
  const echo_model *m = model;
  for (uint32_t lane = 0; lane < m->table.lanes; lane++)
    learn_lane(m, blocks, lane, baud_discrete(&m->table.action, outcome->action, lane), (double)outcome->reward[lane]);
  return echo_remember(model, blocks, outcome);
}

static const baud_remember echo_remembers = { .size = BAUD_SIZE(baud_remember), .remember = echo_remember };

static const void *echo_extension(const char *id) {
  return strcmp(id, "baud.remember/1") == 0 ? &echo_remembers : NULL;
}

/* ---- What the library exports ------------------------------------------------------------------------------ */

static const baud_learner_ops echo_ops = { .size = BAUD_SIZE(baud_learner_ops), .create = echo_create,
                                           .destroy = free, .init = echo_init, .predict = echo_predict,
                                           .learn = echo_learn };

static const baud_unit units[] = { {
  .size = BAUD_SIZE(baud_unit),
  .role = BAUD_LEARNER,
  .behaviour = 1,
  .state_version = 1,
  .id = "org.example.echo",
  .title = "An echo state network, its readout trained by reward",
  .doc = "A random recurrent network (Jaeger 2001) remembers what was seen, done and paid; a softmax readout learns by "
         "the policy gradient with an eligibility trace (Williams 1992; Baxter and Bartlett 2001). An example to copy "
         "from.",
  .params = params,
  .n_params = PARAMS,
  .ops = &echo_ops,
  .extension = echo_extension
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
