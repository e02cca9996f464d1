/* STOMP: SubTask, Option, Model, Planning (Sutton, Machado, Holland, Szepesvari, Timbers, Tanner and White 2023,
 * Reward-respecting subtasks for model-based reinforcement learning, Artificial Intelligence 324, arXiv 2202.03466), on a
 * table, with a model of the world that is counted.
 *
 *   SubTask   for each state i to `attain`: earn the reward, and stop where that pays, with a bonus where it is state i:
 *               z_i(s) = v(s) + bonus 1{s = i}                                   what stopping in s is worth
 *   Option    its best behaviour:
 *               q_i(s,a) = r(s,a) + gamma sum over s' of p(s'|s,a) max(z_i(s'), max over a' q_i(s',a'))
 *             acts by the largest q_i, and stops where z_i(s) is at least that
 *   Model     what comes of the option from each state: the reward r_i(s) on the way, and where it stops, discounted,
 *               r_i(s) = r(s,a) + gamma sum of p(s'|s,a) (1 - stop(s')) r_i(s')
 *               p_i(x|s) = gamma sum of p(s'|s,a) (stop(s') 1{s' = x} + (1 - stop(s')) p_i(x|s')),   a the option's in s
 *   Planning  v(s) <- max of r(s,a) + gamma p(.|s,a).v over actions and of r_i(s) + p_i(.|s).v over options
 *
 * The one thing to know: r and p are the frequencies of what was seen, and everything else is computed from them by sweeps
 * over the states, some after every so many steps, where the original learns from samples; with what was seen exact, all
 * four are those of the closed forms. What an unseen pair leads to is worth nothing. It acts epsilon-greedily by one step of
 * look-ahead on v; with nothing to attain it is value iteration on a counted model.
 */
#include <errno.h>
#include <stdlib.h>

#include "baud/tabular.h"

enum { STOMP_OPTIONS = 64 };
enum {
  STOMP_PARAM_ATTAIN, STOMP_PARAM_BONUS, STOMP_PARAM_DISCOUNT, STOMP_PARAM_EPSILON, STOMP_PARAM_EVERY, STOMP_PARAM_SWEEPS,
  STOMP_PARAM_OPTION_SWEEPS, STOMP_PARAMS
};
static const baud_param stomp_params[STOMP_PARAMS] = {
  BAUD_PARAM_TEXT("attain", "", "states that are worth attaining, a subtask for each: 45,58,97; none: plans with actions alone"),
  BAUD_PARAM_LIVE_FLOAT("bonus", 1, 0, 1e9, "", "of a subtask, for stopping in its state"),
  BAUD_PARAM_LIVE_FLOAT("discount", 0.99, 0, 1, "", "gamma, weight of a reward one step later"),
  BAUD_PARAM_LIVE_FLOAT("epsilon", 0.1, 0, 1, "", "probability of a random action"),
  BAUD_PARAM_LIVE_INT("every", 20, 1, 1000000000, "steps", "steps from one planning to the next"),
  BAUD_PARAM_LIVE_INT("sweeps", 1, 0, 1000000, "sweeps", "of planning, each time"),
  BAUD_PARAM_LIVE_INT("option_sweeps", 5, 0, 1000000, "sweeps", "of options and their models, each time")
};

enum {
  STOMP_SUCCESSORS,  /* [pairs][s'] steps that led there and did not end the episode */
  STOMP_VISITS,      /* [pairs] steps */
  STOMP_REWARDS,     /* [pairs] their sum */
  STOMP_VALUE,       /* [s] v */
  STOMP_OPTION,      /* [i][s] max over a of q_i */
  STOMP_CHOICE,      /* [i][s] the action that has it */
  STOMP_MODEL_REWARD, /* [i][s] r_i */
  STOMP_MODEL_NEXT,  /* [i][s][x] p_i */
  STOMP_STEPS,       /* [1] so far */
  STOMP_RANDOM,      /* [lane] */
  STOMP_WORK,        /* [2][actions] */
  STOMP_BLOCKS
};

typedef struct stomp_model {
  baud_table table;
  uint32_t options;
  uint32_t attain[STOMP_OPTIONS];
  double bonus, discount, epsilon;
  int64_t every, sweeps, option_sweeps;
  baud_block blocks[STOMP_BLOCKS];
} stomp_model;

/* ---- Creation ------------------------------------------------------------------------------------------- */

/* Reads states that are parted by commas; 0, or -1 where the text is none. */
static int stomp_read(stomp_model *m, const char *text) {
  while (*text) {
    char *end;
    errno = 0;
    unsigned long state = strtoul(text, &end, 10);
    if (end == text || *text < '0' || *text > '9' || errno || state >= m->table.states || m->options == STOMP_OPTIONS) return -1;
    m->attain[m->options++] = (uint32_t)state;
    if (*end != '\0' && *end != ',') return -1;
    if (*end == ',' && end[1] == '\0') return -1;
    text = *end == ',' ? end + 1 : end;
  }
  return 0;
}

static void stomp_declare(stomp_model *m) {
  uint64_t states = m->table.states, pairs = baud_pairs(&m->table), options = m->options ? m->options : 1;
  baud_block *b = m->blocks;
  b[STOMP_SUCCESSORS] = baud_block_of(BAUD_F64, BAUD_WEIGHT, 0, pairs * states, "successors");
  b[STOMP_VISITS] = baud_block_of(BAUD_F64, BAUD_WEIGHT, 0, pairs, "visits");
  b[STOMP_REWARDS] = baud_block_of(BAUD_F64, BAUD_WEIGHT, 0, pairs, "rewards");
  b[STOMP_VALUE] = baud_block_of(BAUD_F64, BAUD_WEIGHT, 0, states, "value");
  b[STOMP_OPTION] = baud_block_of(BAUD_F64, BAUD_WEIGHT, 0, options * states, "option_value");
  b[STOMP_CHOICE] = baud_block_of(BAUD_I32, BAUD_WEIGHT, 0, options * states, "option_action");
  b[STOMP_MODEL_REWARD] = baud_block_of(BAUD_F64, BAUD_WEIGHT, 0, options * states, "option_reward");
  b[STOMP_MODEL_NEXT] = baud_block_of(BAUD_F64, BAUD_WEIGHT, 0, options * states * states, "option_successors");
  b[STOMP_STEPS] = baud_block_of(BAUD_U64, BAUD_OPTIMISER, 0, 1, "steps");
  b[STOMP_RANDOM] = baud_block_of(BAUD_U64, BAUD_RNG, BAUD_PER_LANE, 1, "random");
  b[STOMP_WORK] = baud_block_of(BAUD_F64, BAUD_SCRATCH, 0, 2 * (uint64_t)m->table.actions, "work");
}

static int32_t stomp_open(stomp_model *m, const baud_host *host, const baud_value *values, baud_learner_setup *setup) {
  int32_t code = baud_table_open(host, setup, BAUD_MASK(BAUD_CH_REWARD), &m->table);
  if (code != BAUD_OK) return code;
  if (stomp_read(m, values[STOMP_PARAM_ATTAIN].s) < 0)
    return host->fail(host, BAUD_EARG, "stomp: attain is not a list of at most 64 states, parted by commas: give numbers below the number "
                                       "of states, as in 45,58,97");
  uint64_t states = m->table.states;
  if (states * states * (m->options + m->table.actions) > (uint64_t)1 << 27)
    return host->fail(host, BAUD_EARG, "stomp: would need more than 1 GB for its models: choose a smaller world, or fewer states to attain");
  return BAUD_OK;
}

static int32_t stomp_create(const baud_host *host, const baud_value *values, baud_learner_setup *setup, void **model) {
  stomp_model *m = calloc(1, sizeof *m);
  if (m == NULL) return host->fail(host, BAUD_ENOMEM, "there is no memory for the learner");
  int32_t code = stomp_open(m, host, values, setup);
  if (code != BAUD_OK) {
    free(m);
    return code;
  }
  m->bonus = values[STOMP_PARAM_BONUS].f;
  m->discount = values[STOMP_PARAM_DISCOUNT].f;
  m->epsilon = values[STOMP_PARAM_EPSILON].f;
  m->every = values[STOMP_PARAM_EVERY].i;
  m->sweeps = values[STOMP_PARAM_SWEEPS].i;
  m->option_sweeps = values[STOMP_PARAM_OPTION_SWEEPS].i;
  stomp_declare(m);
  setup->blocks = m->blocks;
  setup->n_blocks = STOMP_BLOCKS;
  *model = m;
  return BAUD_OK;
}

static void stomp_destroy(void *model) { free(model); }

static int32_t stomp_init(const void *model, void *const *blocks, uint64_t seed) {
  baud_seed_lanes(blocks[STOMP_RANDOM], ((const stomp_model *)model)->table.lanes, seed);
  return BAUD_OK;
}

/* ---- The counted world ---------------------------------------------------------------------------------- */

/* r(s,a) + gamma sum over s' of p(s'|s,a) value[s']; an unseen pair: 0. */
static double stomp_look(const stomp_model *m, void *const *blocks, uint64_t pair, const double *value) {
  double visits = ((const double *)blocks[STOMP_VISITS])[pair], sum = 0.0;
  const double *successors = (const double *)blocks[STOMP_SUCCESSORS] + pair * m->table.states;
  if (visits == 0.0) return 0.0;
  for (uint32_t next = 0; next < m->table.states; next++)
    if (successors[next] > 0.0) sum += successors[next] * value[next];
  return (((const double *)blocks[STOMP_REWARDS])[pair] + m->discount * sum) / visits;
}

/* ---- SubTask, Option ------------------------------------------------------------------------------------ */

/* z_i(s) */
static double stomp_stopping(const stomp_model *m, void *const *blocks, uint32_t option, uint32_t state) {
  return ((const double *)blocks[STOMP_VALUE])[state] + (state == m->attain[option] ? m->bonus : 0.0);
}

static int stomp_stops(const stomp_model *m, void *const *blocks, uint32_t option, uint32_t state) {
  const double *goes_on = (const double *)blocks[STOMP_OPTION] + (uint64_t)option * m->table.states;
  return stomp_stopping(m, blocks, option, state) >= goes_on[state];
}

/* r(s,a) + gamma sum of p(s'|s,a) max(z_i(s'), max over a' q_i(s',a')) */
static double stomp_look_for(const stomp_model *m, void *const *blocks, uint32_t option, uint64_t pair) {
  double visits = ((const double *)blocks[STOMP_VISITS])[pair], sum = 0.0;
  const double *successors = (const double *)blocks[STOMP_SUCCESSORS] + pair * m->table.states;
  const double *goes_on = (const double *)blocks[STOMP_OPTION] + (uint64_t)option * m->table.states;
  if (visits == 0.0) return 0.0;
  for (uint32_t next = 0; next < m->table.states; next++)
    if (successors[next] > 0.0) sum += successors[next] * fmax(stomp_stopping(m, blocks, option, next), goes_on[next]);
  return (((const double *)blocks[STOMP_REWARDS])[pair] + m->discount * sum) / visits;
}

static void stomp_improve(const stomp_model *m, void *const *blocks, uint32_t option) {
  uint32_t states = m->table.states, actions = m->table.actions;
  double *goes_on = (double *)blocks[STOMP_OPTION] + (uint64_t)option * states;
  int32_t *choice = (int32_t *)blocks[STOMP_CHOICE] + (uint64_t)option * states;
  for (uint32_t s = 0; s < states; s++) {
    double best = -INFINITY;
    for (uint32_t a = 0; a < actions; a++) {
      double q = stomp_look_for(m, blocks, option, (uint64_t)s * actions + a);
      if (q <= best) continue;
      best = q;
      choice[s] = (int32_t)a;
    }
    goes_on[s] = best;
  }
}

/* ---- Model ---------------------------------------------------------------------------------------------- */

/* One state's r_i and p_i, from those of its successors. */
static void stomp_follow(const stomp_model *m, void *const *blocks, uint32_t option, uint32_t state) {
  uint64_t states = m->table.states, at = option * states;
  double *reward = (double *)blocks[STOMP_MODEL_REWARD] + at, *next = (double *)blocks[STOMP_MODEL_NEXT] + at * states;
  uint64_t pair = (uint64_t)state * m->table.actions + (uint32_t)((const int32_t *)blocks[STOMP_CHOICE])[at + state];
  const double *successors = (const double *)blocks[STOMP_SUCCESSORS] + pair * states;
  double visits = ((const double *)blocks[STOMP_VISITS])[pair], scale = visits > 0.0 ? m->discount / visits : 0.0;
  double mine = visits > 0.0 ? ((const double *)blocks[STOMP_REWARDS])[pair] / visits : 0.0, *row = next + state * states;
  double own = !stomp_stops(m, blocks, option, state) ? scale * successors[state] : 0.0; /* goes on where it was */
  for (uint64_t x = 0; x < states; x++) row[x] *= own;
  mine += own * reward[state];
  for (uint32_t s = 0; s < states; s++) {
    double p = scale * successors[s];
    if (p == 0.0) continue;
    if (stomp_stops(m, blocks, option, s)) {
      row[s] += p;
    } else if (s != state) {
      mine += p * reward[s];
      for (uint64_t x = 0; x < states; x++) row[x] += p * next[s * states + x];
    }
  }
  reward[state] = mine;
}

/* ---- Planning ------------------------------------------------------------------------------------------- */

static void stomp_back_up(const stomp_model *m, void *const *blocks, uint32_t state) {
  uint32_t states = m->table.states, actions = m->table.actions;
  double *value = blocks[STOMP_VALUE], best = -INFINITY;
  for (uint32_t a = 0; a < actions; a++) best = fmax(best, stomp_look(m, blocks, (uint64_t)state * actions + a, value));
  for (uint32_t i = 0; i < m->options; i++) {
    uint64_t at = (uint64_t)i * states + state;
    const double *next = (const double *)blocks[STOMP_MODEL_NEXT] + at * states;
    double worth = ((const double *)blocks[STOMP_MODEL_REWARD])[at];
    for (uint32_t x = 0; x < states; x++) worth += next[x] * value[x];
    best = fmax(best, worth);
  }
  value[state] = best;
}

static void stomp_plan(const stomp_model *m, void *const *blocks) {
  for (uint32_t i = 0; i < m->options; i++)
    for (int64_t sweep = 0; sweep < m->option_sweeps; sweep++) {
      stomp_improve(m, blocks, i);
      for (uint32_t s = 0; s < m->table.states; s++) stomp_follow(m, blocks, i, s);
    }
  for (int64_t sweep = 0; sweep < m->sweeps; sweep++)
    for (uint32_t s = 0; s < m->table.states; s++) stomp_back_up(m, blocks, s);
}

/* ---- Contract ------------------------------------------------------------------------------------------- */

static int32_t stomp_predict(const void *model, void *const *blocks, const baud_tick *tick) {
  const stomp_model *m = model;
  uint32_t actions = m->table.actions;
  double *q = blocks[STOMP_WORK], *policy = q + actions;
  uint64_t *random = blocks[STOMP_RANDOM];
  for (uint32_t lane = 0; lane < m->table.lanes; lane++) {
    uint64_t row = (uint64_t)baud_table_state(&m->table, tick->obs, lane) * actions;
    for (uint32_t a = 0; a < actions; a++) q[a] = stomp_look(m, blocks, row + a, blocks[STOMP_VALUE]);
    baud_greedy_policy(q, actions, m->epsilon, policy);
    (void)baud_table_act(&m->table, tick, lane, policy, &random[lane]);
  }
  return BAUD_OK;
}

static int32_t stomp_learn(const void *model, void *const *blocks, const baud_outcome *outcome) {
  const stomp_model *m = model;
  uint64_t *steps = blocks[STOMP_STEPS];
  for (uint32_t lane = 0; lane < m->table.lanes; lane++) {
    uint64_t pair = (uint64_t)baud_table_state(&m->table, outcome->obs, lane) * m->table.actions +
                    baud_discrete(&m->table.action, outcome->action, lane);
    ((double *)blocks[STOMP_VISITS])[pair] += 1.0;
    ((double *)blocks[STOMP_REWARDS])[pair] += (double)outcome->reward[lane];
    if (!(outcome->flags[lane] & BAUD_TERMINATED))
      ((double *)blocks[STOMP_SUCCESSORS])[pair * m->table.states + baud_table_state(&m->table, outcome->next_obs, lane)] += 1.0;
    if (++*steps % (uint64_t)m->every == 0) stomp_plan(m, blocks);
  }
  return BAUD_OK;
}

static const baud_learner_ops stomp_ops = { BAUD_SIZE(baud_learner_ops), 0, stomp_create, stomp_destroy,
                                            stomp_init, stomp_predict, stomp_learn };

static const baud_unit stomp_unit = {
  BAUD_SIZE(baud_unit), BAUD_LEARNER, 1, 1, "baud.stomp", "STOMP",
  "Subtasks that respect the reward, options that solve them, models of the options, and planning with these (Sutton et al. "
  "2023), on a table. Learns from observation and reward.",
  stomp_params, STOMP_PARAMS, 0, &stomp_ops, NULL
};

BAUD_EXPORT const baud_library baud_plugin_1 = {
  BAUD_SIZE(baud_library), BAUD_MINOR, 0, BAUD_LAYOUT, "baud", "1.0", "MIT", &stomp_unit, 1, 0
};
