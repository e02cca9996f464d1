/* REINFORCE on a table (Williams 1992; Sutton & Barto, 2nd ed., section 13.3): the policy is a softmax of logits
 * theta[s][a], moved at the end of each episode by the gradient of its return, with the reward that follows:
 *   theta += lr * sum over t of (gamma^t G_t - b) * grad log pi(a_t|s_t)            (eq. 13.8, and 13.11 with b)
 * It promises constant memory and work per step independent of the episode's length, exactly: gamma^t G_t is
 * G_0 - P_t, P_t the discounted reward before step t, hence the sum is (G_0 - b) E - F with
 *   E = sum of grad log pi,   F = sum of P_t grad log pi,
 * both added up as the episode goes. The policy stands still within a tick: all steps that cross at one tick are
 * booked with the policy that acted; with several lanes the episodes that end at one tick add up their updates.
 * An episode that is truncated is taken as it is: its return is what was delivered.
 */
#include <stdlib.h>
#include <string.h>

#include "baud/policy_gradient.h"

enum { REINFORCE_PARAM_LR, REINFORCE_PARAM_BASELINE, REINFORCE_PARAM_DISCOUNT, REINFORCE_PARAMS };
enum { REINFORCE_BASELINE_NONE, REINFORCE_BASELINE_MEAN, REINFORCE_BASELINE_STATE };
static const char *const reinforce_baselines[] = { "none", "mean", "state" };
static const baud_param reinforce_params[REINFORCE_PARAMS] = {
  BAUD_PARAM_LIVE_FLOAT("lr", 1, 0, 1e6, "", "step size of the logits"),
  BAUD_PARAM_CHOICE("baseline", REINFORCE_BASELINE_NONE, reinforce_baselines, 3,
                    "none; mean: of the returns of earlier episodes; state: of what followed in each state"),
  BAUD_PARAM_FLOAT("discount", 1, 0, 1, "", "gamma, weight of a reward one step later")
};

enum {
  REINFORCE_LOGITS,     /* [states][actions] theta */
  REINFORCE_POLICY,     /* [states][actions] its softmax */
  REINFORCE_BASELINE,   /* [states, or 1] what is subtracted from returns */
  REINFORCE_EPISODES,   /* [states, or 1] how many returns that is the mean of */
  REINFORCE_RANDOM,     /* [lane] */
  REINFORCE_SCORE,      /* [lane][states][actions] E */
  REINFORCE_PAST_SCORE, /* [lane][states][actions] F */
  REINFORCE_VISITS,     /* [lane][states] steps of the running episode */
  REINFORCE_PAST,       /* [lane][states] sum of P_t over those steps */
  REINFORCE_TOUCHED,    /* [lane][1 + states] number of states of the running episode, then these */
  REINFORCE_RUNNING,    /* [lane]{P_t, gamma^t} */
  REINFORCE_CHANGED,    /* [states] the states whose logits change at this tick, to be refreshed once */
  REINFORCE_MARKED,     /* [states] 1: it is among them; all 0 between calls */
  REINFORCE_BLOCKS
};

typedef struct reinforce_model {
  baud_table table;
  double lr, discount;
  int64_t baseline;
  baud_block blocks[REINFORCE_BLOCKS];
} reinforce_model;

static void reinforce_declare(reinforce_model *m) {
  const baud_table *table = &m->table;
  uint64_t pairs = baud_pairs(table), states = table->states;
  uint64_t rows = m->baseline == REINFORCE_BASELINE_STATE ? states : 1;
  baud_block *b = m->blocks;
  b[REINFORCE_LOGITS] = baud_block_of(BAUD_F64, BAUD_WEIGHT, 0, pairs, "logits");
  b[REINFORCE_POLICY] = baud_block_of(BAUD_F64, BAUD_WEIGHT, 0, pairs, "policy");
  b[REINFORCE_BASELINE] = baud_block_of(BAUD_F64, BAUD_OPTIMISER, 0, rows, "baseline");
  b[REINFORCE_EPISODES] = baud_block_of(BAUD_U64, BAUD_OPTIMISER, 0, rows, "baseline_count");
  b[REINFORCE_RANDOM] = baud_block_of(BAUD_U64, BAUD_RNG, BAUD_PER_LANE, 1, "random");
  b[REINFORCE_SCORE] = baud_block_of(BAUD_F64, BAUD_TRACE, BAUD_PER_LANE, pairs, "score");
  b[REINFORCE_PAST_SCORE] = baud_block_of(BAUD_F64, BAUD_TRACE, BAUD_PER_LANE, pairs, "past_score");
  b[REINFORCE_VISITS] = baud_block_of(BAUD_U64, BAUD_TRACE, BAUD_PER_LANE, states, "visits");
  b[REINFORCE_PAST] = baud_block_of(BAUD_F64, BAUD_TRACE, BAUD_PER_LANE, states, "past");
  b[REINFORCE_TOUCHED] = baud_block_of(BAUD_I32, BAUD_TRACE, BAUD_PER_LANE, states + 1, "touched");
  b[REINFORCE_RUNNING] = baud_block_of(BAUD_F64, BAUD_TRACE, BAUD_PER_LANE, 2, "running");
  b[REINFORCE_CHANGED] = baud_block_of(BAUD_I32, BAUD_SCRATCH, 0, states, "changed");
  b[REINFORCE_MARKED] = baud_block_of(BAUD_U8, BAUD_TRACE, 0, states, "marked");
}

static int32_t reinforce_create(const baud_host *host, const baud_value *values, baud_learner_setup *setup,
                                void **model) {
  reinforce_model *m = calloc(1, sizeof *m);
  if (m == NULL) return host->fail(host, BAUD_ENOMEM, "there is no memory for the learner");
  int32_t code = baud_table_open(host, setup, BAUD_MASK(BAUD_CH_REWARD), &m->table);
  if (code != BAUD_OK) {
    free(m);
    return code;
  }
  m->lr = values[REINFORCE_PARAM_LR].f;
  m->baseline = values[REINFORCE_PARAM_BASELINE].i;
  m->discount = values[REINFORCE_PARAM_DISCOUNT].f;
  reinforce_declare(m);
  setup->blocks = m->blocks;
  setup->n_blocks = REINFORCE_BLOCKS;
  *model = m;
  return BAUD_OK;
}

static void reinforce_destroy(void *model) { free(model); }

static int32_t reinforce_init(const void *model, void *const *blocks, uint64_t seed) {
  const baud_table *table = &((const reinforce_model *)model)->table;
  double *policy = blocks[REINFORCE_POLICY];
  for (uint64_t i = 0; i < baud_pairs(table); i++) policy[i] = 1.0 / table->actions;
  double *running = blocks[REINFORCE_RUNNING];
  for (uint32_t lane = 0; lane < table->lanes; lane++) running[2 * (uint64_t)lane + 1] = 1.0;
  baud_seed_lanes(blocks[REINFORCE_RANDOM], table->lanes, seed);
  return BAUD_OK;
}

static int32_t reinforce_predict(const void *model, void *const *blocks, const baud_tick *tick) {
  const baud_table *table = &((const reinforce_model *)model)->table;
  const double *policy = blocks[REINFORCE_POLICY];
  uint64_t *random = blocks[REINFORCE_RANDOM];
  for (uint32_t lane = 0; lane < table->lanes; lane++) {
    uint64_t row = (uint64_t)baud_table_state(table, tick->obs, lane) * table->actions;
    (void)baud_table_act(table, tick, lane, policy + row, &random[lane]);
  }
  return BAUD_OK;
}

/* Books one step: E and F grow by this step's score, P by its discounted reward. */
static void reinforce_step(const reinforce_model *m, void *const *blocks, const baud_outcome *outcome, uint32_t lane) {
  const baud_table *table = &m->table;
  uint32_t state = baud_table_state(table, outcome->obs, lane);
  uint32_t action = baud_discrete(&table->action, outcome->action, lane);
  uint64_t row = (uint64_t)state * table->actions, at = lane * baud_pairs(table) + row;
  const double *policy = (const double *)blocks[REINFORCE_POLICY] + row;
  double *running = (double *)blocks[REINFORCE_RUNNING] + 2 * (uint64_t)lane;
  uint64_t *visits = (uint64_t *)blocks[REINFORCE_VISITS] + (uint64_t)lane * table->states;
  int32_t *touched = (int32_t *)blocks[REINFORCE_TOUCHED] + (uint64_t)lane * (table->states + 1);
  if (visits[state]++ == 0) touched[++touched[0]] = (int32_t)state;
  baud_score_add((double *)blocks[REINFORCE_SCORE] + at, policy, table->actions, action, 1.0);
  if (running[0] != 0.0) {
    baud_score_add((double *)blocks[REINFORCE_PAST_SCORE] + at, policy, table->actions, action, running[0]);
    ((double *)blocks[REINFORCE_PAST])[(uint64_t)lane * table->states + state] += running[0];
  }
  running[0] += running[1] * (double)outcome->reward[lane];
  running[1] *= m->discount;
}

/* theta += lr * ((G_0 - b) E - F) in the states of the episode; they are marked for refreshing. */
static uint32_t reinforce_update(const reinforce_model *m, void *const *blocks, uint32_t lane, uint32_t n_changed) {
  const baud_table *table = &m->table;
  const int32_t *touched = (const int32_t *)blocks[REINFORCE_TOUCHED] + (uint64_t)lane * (table->states + 1);
  const double *baseline = blocks[REINFORCE_BASELINE];
  int32_t *changed = blocks[REINFORCE_CHANGED];
  uint8_t *marked = blocks[REINFORCE_MARKED];
  double gain = ((const double *)blocks[REINFORCE_RUNNING])[2 * (uint64_t)lane];
  for (int32_t i = 1; i <= touched[0]; i++) {
    uint64_t row = (uint64_t)touched[i] * table->actions, at = lane * baud_pairs(table) + row;
    const double *score = (const double *)blocks[REINFORCE_SCORE] + at;
    const double *past = (const double *)blocks[REINFORCE_PAST_SCORE] + at;
    double *logits = (double *)blocks[REINFORCE_LOGITS] + row;
    double advantage = gain - (m->baseline == REINFORCE_BASELINE_STATE ? baseline[touched[i]] : baseline[0]);
    int moved = 0;
    for (uint32_t action = 0; action < table->actions; action++) {
      double change = m->lr * (advantage * score[action] - past[action]);
      logits[action] += change;
      moved |= change != 0.0;
    }
    if (moved && !marked[touched[i]]) {
      marked[touched[i]] = 1;
      changed[n_changed++] = touched[i];
    }
  }
  return n_changed;
}

/* Moves the baseline, after all updates that it was subtracted in: it may not depend on the actions it judges. */
static void reinforce_rebase(const reinforce_model *m, void *const *blocks, uint32_t lane) {
  const baud_table *table = &m->table;
  const int32_t *touched = (const int32_t *)blocks[REINFORCE_TOUCHED] + (uint64_t)lane * (table->states + 1);
  const uint64_t *visits = (const uint64_t *)blocks[REINFORCE_VISITS] + (uint64_t)lane * table->states;
  const double *past = (const double *)blocks[REINFORCE_PAST] + (uint64_t)lane * table->states;
  double *baseline = blocks[REINFORCE_BASELINE], gain = ((const double *)blocks[REINFORCE_RUNNING])[2 * (uint64_t)lane];
  uint64_t *count = blocks[REINFORCE_EPISODES];
  if (m->baseline == REINFORCE_BASELINE_MEAN) baseline[0] += (gain - baseline[0]) / (double)++count[0];
  for (int32_t i = 1; i <= touched[0] && m->baseline == REINFORCE_BASELINE_STATE; i++) {
    int32_t state = touched[i];
    double n = (double)visits[state];
    count[state] += visits[state];
    baseline[state] += (n * gain - past[state] - n * baseline[state]) / (double)count[state];
  }
}

static void reinforce_clear(const reinforce_model *m, void *const *blocks, uint32_t lane) {
  const baud_table *table = &m->table;
  int32_t *touched = (int32_t *)blocks[REINFORCE_TOUCHED] + (uint64_t)lane * (table->states + 1);
  for (int32_t i = 1; i <= touched[0]; i++) {
    uint64_t at = lane * baud_pairs(table) + (uint64_t)touched[i] * table->actions;
    memset((double *)blocks[REINFORCE_SCORE] + at, 0, table->actions * sizeof(double));
    memset((double *)blocks[REINFORCE_PAST_SCORE] + at, 0, table->actions * sizeof(double));
    uint64_t cell = (uint64_t)lane * table->states + (uint64_t)touched[i];
    ((uint64_t *)blocks[REINFORCE_VISITS])[cell] = 0;
    ((double *)blocks[REINFORCE_PAST])[cell] = 0.0;
  }
  touched[0] = 0;
  double *running = (double *)blocks[REINFORCE_RUNNING] + 2 * (uint64_t)lane;
  running[0] = 0.0;
  running[1] = 1.0;
}

static int32_t reinforce_learn(const void *model, void *const *blocks, const baud_outcome *outcome) {
  const reinforce_model *m = model;
  const baud_table *table = &m->table;
  uint32_t n_changed = 0;
  for (uint32_t lane = 0; lane < table->lanes; lane++) reinforce_step(m, blocks, outcome, lane);
  for (uint32_t lane = 0; lane < table->lanes; lane++)
    if (outcome->flags[lane]) n_changed = reinforce_update(m, blocks, lane, n_changed);
  for (uint32_t lane = 0; lane < table->lanes; lane++) {
    if (!outcome->flags[lane]) continue;
    reinforce_rebase(m, blocks, lane);
    reinforce_clear(m, blocks, lane);
  }
  for (uint32_t i = 0; i < n_changed; i++) {
    int32_t state = ((const int32_t *)blocks[REINFORCE_CHANGED])[i];
    uint64_t row = (uint64_t)state * table->actions;
    const double *logits = (const double *)blocks[REINFORCE_LOGITS] + row;
    baud_softmax(logits, table->actions, (double *)blocks[REINFORCE_POLICY] + row);
    ((uint8_t *)blocks[REINFORCE_MARKED])[state] = 0;
  }
  return BAUD_OK;
}

static const baud_learner_ops reinforce_ops = { BAUD_SIZE(baud_learner_ops), 0, reinforce_create, reinforce_destroy,
                                                reinforce_init, reinforce_predict, reinforce_learn };

static const baud_unit reinforce_unit = {
  BAUD_SIZE(baud_unit), BAUD_LEARNER, 1, 1, "baud.reinforce", "REINFORCE on a table",
  "A softmax policy over a table of logits, moved at the end of each episode by the gradient of its return "
  "(Williams 1992; Sutton & Barto 2018, eq. 13.8). Learns from the reward channel, sees the state where there is "
  "one to see; its memory does not grow with the length of an episode.",
  reinforce_params, REINFORCE_PARAMS, 0, &reinforce_ops, NULL
};

BAUD_EXPORT const baud_library baud_plugin_1 = {
  BAUD_SIZE(baud_library), BAUD_MINOR, 0, BAUD_LAYOUT, "baud", "1.0", "MIT", &reinforce_unit, 1, 0
};
