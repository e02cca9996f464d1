/* Dyna-Q and Dyna-Q+ on a table (Sutton 1990; Sutton & Barto, 2nd ed., sections 8.2 and 8.3): each step is learned from
 * once as it happens, remembered, and then `planning` remembered steps are learned from again. A remembered step is
 * drawn as published: a state seen before, then an action tried in it; its outcome is the last one observed.
 *   Q(s,a) += lr * (r + kappa sqrt(tau) + gamma max_a' Q(s',a') - Q(s,a)),   the bonus in planning only
 * tau is the number of steps since the pair was last tried. With `plus` an action that was never tried in a state seen
 * is considered too, and taken to lead back there with reward 0 (the book's note to section 8.3).
 * Beside that memory it counts all that it observes, to answer for successor, reward and end (baud/counts.h): planning
 * does not use the counts. Lanes share all of it, and each plans after its own step.
 */
#include <stdlib.h>

#include "baud/counts.h"

enum {
  DYNA_PARAM_LR, DYNA_PARAM_DISCOUNT, DYNA_PARAM_EPSILON, DYNA_PARAM_PLANNING, DYNA_PARAM_KAPPA, DYNA_PARAM_PLUS,
  DYNA_PARAM_INITIAL, DYNA_PARAM_PRIOR, DYNA_PARAM_SLOTS, DYNA_PARAMS
};
static const baud_param dyna_q_params[DYNA_PARAMS] = {
  BAUD_PARAM_LIVE_FLOAT("lr", 0.1, 0, 1, "", "step size of the values"),
  BAUD_PARAM_FLOAT("discount", 0.95, 0, 1, "", "gamma, weight of a reward one step later"),
  BAUD_PARAM_LIVE_FLOAT("epsilon", 0.1, 0, 1, "", "probability of a random action"),
  BAUD_PARAM_LIVE_INT("planning", 50, 0, 1000000, "steps", "remembered steps learned from after each real one"),
  BAUD_PARAM_LIVE_FLOAT("kappa", 0, 0, 1e6, "", "bonus for what was long not tried (Dyna-Q+); 0: none"),
  BAUD_PARAM_FLAG("plus", 0, "plan with actions that were never tried, too (Dyna-Q+)"),
  BAUD_PARAM_FLOAT("initial", 0, -1e9, 1e9, "", "value of all actions to begin with"),
  BAUD_PARAM_FLOAT("prior", 0, 0, 1e6, "", "pseudo-count of each outcome in answers; 0: 1 over their number"),
  BAUD_PARAM_INT("slots", 64, 1, 1000000, "states", "different successors that are told apart for each pair")
};

/* What a pair led to when it was last tried. */
enum { DYNA_NEVER_TRIED = 0, DYNA_LED_TO_THE_END = -1 }; /* else 1 + the state */

enum {
  DYNA_VALUES = BAUD_COUNTS_BLOCKS, /* [states][actions] Q */
  DYNA_LAST_NEXT,   /* [pairs] 1 + state, or one of the names above */
  DYNA_LAST_REWARD, /* [pairs] */
  DYNA_LAST_TIME,   /* [pairs] the step at which it was last tried; 0: never */
  DYNA_CLOCK,       /* [1] steps taken */
  DYNA_SEEN,        /* [1 + states] number of states acted in, then these */
  DYNA_TRIED,       /* [states][1 + actions] number of actions tried, then these */
  DYNA_RANDOM,      /* [lane] */
  DYNA_POLICY,      /* [actions] of one lane at a time */
  DYNA_BLOCKS
};

typedef struct dyna_q_model {
  baud_table table;
  baud_counts counts;
  double lr, discount, epsilon, kappa, initial;
  int64_t planning, plus;
  baud_block blocks[DYNA_BLOCKS];
} dyna_q_model;

static void dyna_q_declare(dyna_q_model *m) {
  uint64_t pairs = baud_pairs(&m->table), states = m->table.states, actions = m->table.actions;
  baud_block *b = m->blocks;
  b[DYNA_VALUES] = baud_block_of(BAUD_F64, BAUD_WEIGHT, 0, pairs, "values");
  b[DYNA_LAST_NEXT] = baud_block_of(BAUD_I32, BAUD_WEIGHT, 0, pairs, "last_next");
  b[DYNA_LAST_REWARD] = baud_block_of(BAUD_F64, BAUD_WEIGHT, 0, pairs, "last_reward");
  b[DYNA_LAST_TIME] = baud_block_of(BAUD_U64, BAUD_WEIGHT, 0, pairs, "last_time");
  b[DYNA_CLOCK] = baud_block_of(BAUD_U64, BAUD_WEIGHT, 0, 1, "clock");
  b[DYNA_SEEN] = baud_block_of(BAUD_I32, BAUD_WEIGHT, 0, states + 1, "seen");
  b[DYNA_TRIED] = baud_block_of(BAUD_I32, BAUD_WEIGHT, 0, states * (actions + 1), "tried");
  b[DYNA_RANDOM] = baud_block_of(BAUD_U64, BAUD_RNG, BAUD_PER_LANE, 1, "random");
  b[DYNA_POLICY] = baud_block_of(BAUD_F64, BAUD_SCRATCH, 0, actions, "policy");
}

static int32_t dyna_q_create(const baud_host *host, const baud_value *values, baud_learner_setup *setup, void **model) {
  dyna_q_model *m = calloc(1, sizeof *m);
  if (m == NULL) return host->fail(host, BAUD_ENOMEM, "there is no memory for the learner");
  int32_t code = baud_table_open(host, setup, BAUD_MASK(BAUD_CH_REWARD), &m->table);
  if (code != BAUD_OK) {
    free(m);
    return code;
  }
  m->lr = values[DYNA_PARAM_LR].f;
  m->discount = values[DYNA_PARAM_DISCOUNT].f;
  m->epsilon = values[DYNA_PARAM_EPSILON].f;
  m->planning = values[DYNA_PARAM_PLANNING].i;
  m->kappa = values[DYNA_PARAM_KAPPA].f;
  m->plus = values[DYNA_PARAM_PLUS].i;
  m->initial = values[DYNA_PARAM_INITIAL].f;
  uint32_t slots = (uint32_t)values[DYNA_PARAM_SLOTS].i;
  baud_counts_open(setup, &m->table, slots, values[DYNA_PARAM_PRIOR].f, &m->counts, m->blocks);
  dyna_q_declare(m);
  setup->blocks = m->blocks;
  setup->n_blocks = DYNA_BLOCKS;
  *model = m;
  return BAUD_OK;
}

static void dyna_q_destroy(void *model) { free(model); }

static int32_t dyna_q_init(const void *model, void *const *blocks, uint64_t seed) {
  const dyna_q_model *m = model;
  double *q = blocks[DYNA_VALUES];
  for (uint64_t i = 0; i < baud_pairs(&m->table); i++) q[i] = m->initial;
  baud_seed_lanes(blocks[DYNA_RANDOM], m->table.lanes, seed);
  return BAUD_OK;
}

static int32_t dyna_q_predict(const void *model, void *const *blocks, const baud_tick *tick) {
  const dyna_q_model *m = model;
  const baud_table *table = &m->table;
  uint64_t *random = blocks[DYNA_RANDOM];
  for (uint32_t lane = 0; lane < table->lanes; lane++) {
    uint64_t row = (uint64_t)baud_table_state(table, tick->obs, lane) * table->actions;
    baud_greedy_policy((const double *)blocks[DYNA_VALUES] + row, table->actions, m->epsilon, blocks[DYNA_POLICY]);
    uint32_t action = baud_table_act(table, tick, lane, blocks[DYNA_POLICY], &random[lane]);
    baud_counts_answer(&m->counts, blocks, tick, lane, row + action);
  }
  return BAUD_OK;
}

/* One backup of a pair towards `reward` and what `led` says followed. */
static void dyna_q_backup(const dyna_q_model *m, double *q, uint64_t pair, double reward, int32_t led) {
  double target = reward;
  if (led != DYNA_LED_TO_THE_END) {
    uint64_t next = (uint64_t)(led - 1) * m->table.actions;
    target += m->discount * baud_largest(q + next, m->table.actions);
  }
  q[pair] += m->lr * (target - q[pair]);
}

static void dyna_q_remember(const dyna_q_model *m, void *const *blocks, uint32_t state, uint32_t action, double reward,
                            int32_t led) {
  uint64_t pair = (uint64_t)state * m->table.actions + action;
  int32_t *last = blocks[DYNA_LAST_NEXT], *seen = blocks[DYNA_SEEN];
  int32_t *tried = (int32_t *)blocks[DYNA_TRIED] + (uint64_t)state * (m->table.actions + 1);
  if (last[pair] == DYNA_NEVER_TRIED) {
    if (tried[0] == 0) seen[++seen[0]] = (int32_t)state;
    tried[++tried[0]] = (int32_t)action;
  }
  last[pair] = led;
  ((double *)blocks[DYNA_LAST_REWARD])[pair] = reward;
  ((uint64_t *)blocks[DYNA_LAST_TIME])[pair] = ++((uint64_t *)blocks[DYNA_CLOCK])[0];
}

static void dyna_q_plan(const dyna_q_model *m, void *const *blocks, uint64_t *random) {
  const int32_t *last = blocks[DYNA_LAST_NEXT], *seen = blocks[DYNA_SEEN];
  const uint64_t *time = blocks[DYNA_LAST_TIME], *clock = blocks[DYNA_CLOCK];
  uint32_t actions = m->table.actions;
  for (int64_t i = 0; i < m->planning; i++) {
    uint32_t state = (uint32_t)seen[1 + baud_below(random, (uint32_t)seen[0])];
    const int32_t *tried = (const int32_t *)blocks[DYNA_TRIED] + (uint64_t)state * (actions + 1);
    uint32_t action = m->plus ? baud_below(random, actions)
                              : (uint32_t)tried[1 + baud_below(random, (uint32_t)tried[0])];
    uint64_t pair = (uint64_t)state * actions + action;
    double bonus = m->kappa > 0.0 ? m->kappa * sqrt((double)(clock[0] - time[pair])) : 0.0;
    int32_t led = last[pair] == DYNA_NEVER_TRIED ? (int32_t)state + 1 : last[pair];
    dyna_q_backup(m, blocks[DYNA_VALUES], pair, ((const double *)blocks[DYNA_LAST_REWARD])[pair] + bonus, led);
  }
}

static int32_t dyna_q_learn(const void *model, void *const *blocks, const baud_outcome *outcome) {
  const dyna_q_model *m = model;
  const baud_table *table = &m->table;
  uint64_t *random = blocks[DYNA_RANDOM];
  for (uint32_t lane = 0; lane < table->lanes; lane++) {
    uint32_t state = baud_table_state(table, outcome->obs, lane);
    uint32_t next = baud_table_state(table, outcome->next_obs, lane);
    uint32_t action = baud_discrete(&table->action, outcome->action, lane);
    uint64_t pair = (uint64_t)state * table->actions + action;
    double reward = (double)outcome->reward[lane];
    int terminated = (outcome->flags[lane] & BAUD_TERMINATED) != 0;
    int32_t led = terminated ? DYNA_LED_TO_THE_END : (int32_t)next + 1;
    dyna_q_backup(m, blocks[DYNA_VALUES], pair, reward, led);
    dyna_q_remember(m, blocks, state, action, reward, led);
    (void)baud_counts_add(&m->counts, blocks, pair, next, reward, terminated);
    dyna_q_plan(m, blocks, &random[lane]);
  }
  return BAUD_OK;
}

static const baud_learner_ops dyna_q_ops = { BAUD_SIZE(baud_learner_ops), 0, dyna_q_create, dyna_q_destroy,
                                             dyna_q_init, dyna_q_predict, dyna_q_learn };

static const baud_unit dyna_q_unit = {
  BAUD_SIZE(baud_unit), BAUD_LEARNER, 1, 1, "baud.dyna_q", "Dyna-Q on a table",
  "Q-learning from what happens and, `planning` times a step, from what it remembers (Sutton 1990; Sutton & Barto "
  "2018, section 8.2); with kappa and plus it is Dyna-Q+. Learns from rewards and the states that follow, and answers "
  "for both by counting.",
  dyna_q_params, DYNA_PARAMS, 0, &dyna_q_ops, NULL
};

BAUD_EXPORT const baud_library baud_plugin_1 = {
  BAUD_SIZE(baud_library), BAUD_MINOR, 0, BAUD_LAYOUT, "baud", "1.0", "MIT", &dyna_q_unit, 1, 0
};
