/* elman.c - elman, a recurrent policy that is trained while it plays.
 *
 * Each lane has a state h of `units` numbers. Before each action, with x = (what is seen, what it did last, what that
 * paid, 1),
 *   h <- tanh(W (h, x)),   pi = softmax(U (h, 1))                                          (Elman 1990)
 * All weights learn by the policy gradient with an eligibility trace (Williams 1992; Baxter and Bartlett 2001):
 *   z <- discount z + grad log pi(action),   (W, U) <- (W, U) + lr (reward - baseline) z
 * The gradient through time is carried forward and not back, so that episodes may have any length: J[i][j], how h[i]
 * depends on W[i][j], follows J <- (1 - h[i]^2) (W[i][i] J + (h, x)[j]). That keeps of real-time recurrent learning
 * what a weight does to its own unit (Mozer 1989; SnAp-1 of Menick et al. 2021).
 *
 * h, the last action and the last reward are memory (BAUD_MEMORY), W and U are weights: the quiz, asked with memory
 * kept and with it wiped, tells where it is that something is known. With `carry` memory goes on from one episode to
 * the next, without it each episode begins with none. predict() books the action, for no learn() follows in evaluation;
 * the reward is 0 there.
 */
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "baud/tabular.h"

enum { BASELINE_NONE, BASELINE_MEAN, BASELINES };
static const char *const baselines[BASELINES] = { "none", "mean" };

enum { PARAM_UNITS, PARAM_LR, PARAM_DISCOUNT, PARAM_BASELINE, PARAM_CLIP, PARAM_CARRY, PARAMS };
static const baud_param params[PARAMS] = {
  BAUD_PARAM_INT("units", 16, 1, 256, "", "size of the recurrent state"),
  BAUD_PARAM_FLOAT("lr", 0.3, 0, 100, "", "step size of all weights"),
  BAUD_PARAM_FLOAT("discount", 1, 0, 1, "", "decay of the eligibility trace, a step; it ends with the episode"),
  BAUD_PARAM_CHOICE("baseline", BASELINE_NONE, baselines, BASELINES, "none; mean: of all rewards so far, a step"),
  BAUD_PARAM_FLOAT("clip", 10, 0.001, 1e6, "", "longest step, before lr: longer ones are shortened to this norm"),
  BAUD_PARAM_FLAG("carry", 1, "memory goes on into the next episode")
};

/* Blocks; `row` = units + inputs, `top` = units + 1. */
enum {
  BLOCK_HIDDEN,          /* [units][row] W */
  BLOCK_READOUT,         /* [actions][top] U */
  BLOCK_MEAN,            /* {sum of rewards, steps} */
  BLOCK_INFLUENCE,       /* [lane][units][row] J */
  BLOCK_HIDDEN_TRACE,    /* [lane][units][row] z of W */
  BLOCK_READOUT_TRACE,   /* [lane][actions][top] z of U */
  BLOCK_BEFORE,          /* [lane][row] the (h, x) that this tick's h was made of */
  BLOCK_POLICY,          /* [lane][actions] the policy that this tick's action was drawn from */
  BLOCK_STATE,           /* [lane][units] h */
  BLOCK_LAST,            /* [lane]{action + 1, reward}, both 0 where there is none */
  BLOCK_RANDOM,          /* [lane] */
  BLOCK_ERROR,           /* [units] scratch: grad log pi by h */
  BLOCKS
};

typedef struct elman_model {
  baud_table table; /* sizes, the state's field, which questions ask for the policy */
  uint32_t units, row, top;
  int64_t baseline, carry;
  double lr, discount, clip;
  baud_block blocks[BLOCKS];
} elman_model;

/* Lane `lane`'s part of a block of `count` numbers a lane. */
static double *part(void *const *blocks, uint32_t block, uint32_t lane, uint64_t count) {
  return (double *)blocks[block] + lane * count;
}
static uint64_t hidden_size(const elman_model *m) { return (uint64_t)m->units * m->row; }
static uint64_t readout_size(const elman_model *m) { return (uint64_t)m->table.actions * m->top; }

/* ---- Create, init ------------------------------------------------------------------------------------------ */

static void declare(elman_model *m) {
  uint64_t hidden = hidden_size(m), readout = readout_size(m);
  m->blocks[BLOCK_HIDDEN] = baud_block_of(BAUD_F64, BAUD_WEIGHT, 0, hidden, "hidden");
  m->blocks[BLOCK_READOUT] = baud_block_of(BAUD_F64, BAUD_WEIGHT, 0, readout, "readout");
  m->blocks[BLOCK_MEAN] = baud_block_of(BAUD_F64, BAUD_OPTIMISER, 0, 2, "mean_reward");
  m->blocks[BLOCK_INFLUENCE] = baud_block_of(BAUD_F64, BAUD_TRACE, BAUD_PER_LANE, hidden, "influence");
  m->blocks[BLOCK_HIDDEN_TRACE] = baud_block_of(BAUD_F64, BAUD_TRACE, BAUD_PER_LANE, hidden, "hidden_trace");
  m->blocks[BLOCK_READOUT_TRACE] = baud_block_of(BAUD_F64, BAUD_TRACE, BAUD_PER_LANE, readout, "readout_trace");
  m->blocks[BLOCK_BEFORE] = baud_block_of(BAUD_F64, BAUD_TRACE, BAUD_PER_LANE, m->row, "before");
  m->blocks[BLOCK_POLICY] = baud_block_of(BAUD_F64, BAUD_TRACE, BAUD_PER_LANE, m->table.actions, "policy");
  m->blocks[BLOCK_STATE] = baud_block_of(BAUD_F64, BAUD_MEMORY, BAUD_PER_LANE, m->units, "state");
  m->blocks[BLOCK_LAST] = baud_block_of(BAUD_F64, BAUD_MEMORY, BAUD_PER_LANE, 2, "last");
  m->blocks[BLOCK_RANDOM] = baud_block_of(BAUD_U64, BAUD_RNG, BAUD_PER_LANE, 1, "random");
  m->blocks[BLOCK_ERROR] = baud_block_of(BAUD_F64, BAUD_SCRATCH, 0, m->units, "error");
}

static int32_t elman_create(const baud_host *host, const baud_value *values, baud_learner_setup *setup, void **model) {
  elman_model *m = calloc(1, sizeof *m);
  if (m == NULL) return host->fail(host, BAUD_ENOMEM, "elman: no memory for the model");
  int32_t code = baud_table_open(host, setup, BAUD_MASK(BAUD_CH_REWARD), &m->table);
  if (code != BAUD_OK) {
    free(m);
    return code;
  }
  m->units = (uint32_t)values[PARAM_UNITS].i;
  m->lr = values[PARAM_LR].f;
  m->discount = values[PARAM_DISCOUNT].f;
  m->baseline = values[PARAM_BASELINE].i;
  m->clip = values[PARAM_CLIP].f;
  m->carry = values[PARAM_CARRY].i;
  m->row = m->units + m->table.states + m->table.actions + 2;
  m->top = m->units + 1;
  declare(m);
  setup->blocks = m->blocks;
  setup->n_blocks = BLOCKS;
  *model = m;
  return BAUD_OK;
}

/* W is random, of spectral radius about 1/2 (the circular law) and with inputs of the same size; U is 0, so that the
 * first policy is uniform. */
static int32_t elman_init(const void *model, void *const *blocks, uint64_t seed) {
  const elman_model *m = model;
  uint64_t random = baud_split(seed, 1);
  double *hidden = blocks[BLOCK_HIDDEN];
  for (uint32_t i = 0; i < m->units; i++)
    for (uint32_t j = 0; j < m->row; j++)
      *hidden++ = 0.5 * baud_normal(&random) / (j < m->units ? sqrt((double)m->units) : 1.0);
  baud_seed_lanes(blocks[BLOCK_RANDOM], m->table.lanes, baud_split(seed, 2));
  return BAUD_OK;
}

/* ---- Predict: the state moves on (memory may), then acts --------------------------------------------------- */

static void forget(const elman_model *m, void *const *blocks, uint32_t lane) {
  memset(part(blocks, BLOCK_STATE, lane, m->units), 0, m->units * sizeof(double));
  memset(part(blocks, BLOCK_LAST, lane, 2), 0, 2 * sizeof(double));
}

/* (h, x) into BLOCK_BEFORE, from it the new h. */
static void advance(const elman_model *m, void *const *blocks, uint32_t seen, uint32_t lane) {
  const double *last = part(blocks, BLOCK_LAST, lane, 2), *weight = blocks[BLOCK_HIDDEN];
  double *state = part(blocks, BLOCK_STATE, lane, m->units), *before = part(blocks, BLOCK_BEFORE, lane, m->row);
  double *input = before + m->units, *did = input + m->table.states, *paid = did + m->table.actions;
  memset(before, 0, m->row * sizeof *before);
  memcpy(before, state, m->units * sizeof *state);
  input[seen] = 1.0;
  if (last[0] > 0.0) did[(uint32_t)last[0] - 1] = 1.0;
  paid[0] = last[1];
  paid[1] = 1.0;
  for (uint32_t i = 0; i < m->units; i++, weight += m->row) {
    double sum = 0.0;
    for (uint32_t j = 0; j < m->row; j++) sum += weight[j] * before[j];
    state[i] = tanh(sum);
  }
}

static const double *choose_policy(const elman_model *m, void *const *blocks, uint32_t lane) {
  const double *state = part(blocks, BLOCK_STATE, lane, m->units), *weight = blocks[BLOCK_READOUT];
  double *policy = part(blocks, BLOCK_POLICY, lane, m->table.actions);
  for (uint32_t a = 0; a < m->table.actions; a++, weight += m->top) {
    policy[a] = weight[m->units];
    for (uint32_t i = 0; i < m->units; i++) policy[a] += weight[i] * state[i];
  }
  baud_softmax(policy, m->table.actions, policy);
  return policy;
}

static int32_t elman_predict(const void *model, void *const *blocks, const baud_tick *tick) {
  const elman_model *m = model;
  uint64_t *random = blocks[BLOCK_RANDOM];
  for (uint32_t lane = 0; lane < m->table.lanes; lane++) {
    if (tick->starts[lane] && !m->carry) forget(m, blocks, lane);
    advance(m, blocks, baud_table_state(&m->table, tick->obs, lane), lane);
    double *last = part(blocks, BLOCK_LAST, lane, 2);
    last[0] = 1.0 + baud_table_act(&m->table, tick, lane, choose_policy(m, blocks, lane), &random[lane]);
    last[1] = 0.0; /* until learn() says; in evaluation it never does */
  }
  return BAUD_OK;
}

/* ---- Learn ------------------------------------------------------------------------------------------------- */

/* z of both layers takes in grad log pi(action); J moves on. */
static void trace(const elman_model *m, void *const *blocks, uint32_t lane, uint32_t action) {
  const double *state = part(blocks, BLOCK_STATE, lane, m->units), *before = part(blocks, BLOCK_BEFORE, lane, m->row);
  const double *policy = part(blocks, BLOCK_POLICY, lane, m->table.actions);
  const double *readout = blocks[BLOCK_READOUT], *hidden = blocks[BLOCK_HIDDEN];
  double *error = blocks[BLOCK_ERROR], *z = part(blocks, BLOCK_READOUT_TRACE, lane, readout_size(m));
  memset(error, 0, m->units * sizeof *error);
  for (uint32_t a = 0; a < m->table.actions; a++, z += m->top, readout += m->top) {
    double score = (a == action ? 1.0 : 0.0) - policy[a]; /* grad log pi by the logit of a */
    for (uint32_t i = 0; i < m->units; i++) {
      z[i] = m->discount * z[i] + score * state[i];
      error[i] += score * readout[i];
    }
    z[m->units] = m->discount * z[m->units] + score;
  }
  double *influence = part(blocks, BLOCK_INFLUENCE, lane, hidden_size(m));
  z = part(blocks, BLOCK_HIDDEN_TRACE, lane, hidden_size(m));
  for (uint32_t i = 0; i < m->units; i++, z += m->row, influence += m->row, hidden += m->row) {
    double slope = 1.0 - state[i] * state[i];
    double keep = fmin(fmax(slope * hidden[i], -1.0), 1.0); /* within 1, so that J grows with time at most */
    for (uint32_t j = 0; j < m->row; j++) {
      influence[j] = keep * influence[j] + slope * before[j];
      z[j] = m->discount * z[j] + error[i] * influence[j];
    }
  }
}

static void add(double *weight, const double *z, uint64_t n, double rate) {
  for (uint64_t k = 0; k < n; k++) weight[k] += rate * z[k];
}

static double squares(const double *z, uint64_t n) {
  double sum = 0.0;
  for (uint64_t k = 0; k < n; k++) sum += z[k] * z[k];
  return sum;
}

/* Both layers a step along advantage * z, which is no longer than `clip`. */
static void climb(const elman_model *m, void *const *blocks, uint32_t lane, double advantage) {
  uint64_t hidden = hidden_size(m), readout = readout_size(m);
  const double *hidden_trace = part(blocks, BLOCK_HIDDEN_TRACE, lane, hidden);
  const double *readout_trace = part(blocks, BLOCK_READOUT_TRACE, lane, readout);
  double length = fabs(advantage) * sqrt(squares(hidden_trace, hidden) + squares(readout_trace, readout));
  double rate = m->lr * advantage * (length > m->clip ? m->clip / length : 1.0);
  add(blocks[BLOCK_HIDDEN], hidden_trace, hidden, rate);
  add(blocks[BLOCK_READOUT], readout_trace, readout, rate);
}

/* Credit ends with the episode; memory does where it is not carried over. */
static void finish(const elman_model *m, void *const *blocks, uint32_t lane) {
  memset(part(blocks, BLOCK_HIDDEN_TRACE, lane, hidden_size(m)), 0, hidden_size(m) * sizeof(double));
  memset(part(blocks, BLOCK_READOUT_TRACE, lane, readout_size(m)), 0, readout_size(m) * sizeof(double));
  if (m->carry) return;
  memset(part(blocks, BLOCK_INFLUENCE, lane, hidden_size(m)), 0, hidden_size(m) * sizeof(double));
  forget(m, blocks, lane);
}

static int32_t elman_learn(const void *model, void *const *blocks, const baud_outcome *outcome) {
  const elman_model *m = model;
  double *mean = blocks[BLOCK_MEAN];
  for (uint32_t lane = 0; lane < m->table.lanes; lane++) {
    uint32_t action = baud_discrete(&m->table.action, outcome->action, lane);
    double reward = (double)outcome->reward[lane];
    double advantage = reward - (m->baseline == BASELINE_MEAN && mean[1] > 0.0 ? mean[0] / mean[1] : 0.0);
    trace(m, blocks, lane, action);
    if (advantage != 0.0) climb(m, blocks, lane, advantage);
    mean[0] += reward;
    mean[1] += 1.0;
    part(blocks, BLOCK_LAST, lane, 2)[1] = reward;
    if (outcome->flags[lane]) finish(m, blocks, lane);
  }
  return BAUD_OK;
}

/* ---- What the library exports ------------------------------------------------------------------------------ */

static const baud_learner_ops elman_ops = { .size = BAUD_SIZE(baud_learner_ops), .create = elman_create,
                                            .destroy = free, .init = elman_init, .predict = elman_predict,
                                            .learn = elman_learn };

static const baud_unit units[] = { {
  .size = BAUD_SIZE(baud_unit),
  .role = BAUD_LEARNER,
  .behaviour = 1,
  .state_version = 1,
  .id = "org.example.elman",
  .title = "Recurrent policy, trained forward in time",
  .doc = "A network of tanh units (Elman 1990) sees the state, its last action and what that paid; a softmax readout "
         "acts. All weights learn by the policy gradient with eligibility traces (Williams 1992; Baxter and Bartlett "
         "2001), through time by each unit's dependence on itself (Mozer 1989; Menick et al. 2021).",
  .params = params,
  .n_params = PARAMS,
  .ops = &elman_ops
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
