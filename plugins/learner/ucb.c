/* UCB that forgets, for choices whose worth changes (Garivier and Moulines 2011, On upper-confidence bound policies for
 * switching bandit problems; arXiv 0805.3415): takes the choice of the largest index, its mean reward of late plus a padding,
 *   window      argmax over i of X_i / N_i + sqrt(xi log min(t, tau) / N_i)      of the last tau choices (SW-UCB)
 *   discounted  argmax over i of X_i / N_i + 2 sqrt(xi log n / N_i)              each choice weighs gamma less with every other
 *                                                                               after it, n the sum of the N_i (D-UCB)
 * with rewards on [0, 1]. What has not been chosen of late is chosen first. Over T choices with c changes tau =
 * 2 sqrt(T log T / c) and gamma = 1 - sqrt(c / T) / 4 bound the regret by O(sqrt(c T) log T). A window of 0 forgets nothing:
 * with xi = 2 that is UCB1, for any rewards of a known range. Equal indices are chosen among at random. Range of rewards,
 * lanes: choices.h.
 */
#include <stdlib.h>

#include "baud/choices.h"

enum { UCB_WINDOW, UCB_DISCOUNTED, UCB_MEMORIES };
static const char *const ucb_memories[UCB_MEMORIES] = { "window", "discounted" };
enum { UCB_PARAM_MEMORY = BAUD_CHOICES_PARAMS, UCB_PARAM_TAU, UCB_PARAM_GAMMA, UCB_PARAM_XI, UCB_PARAMS };
static const baud_param ucb_params[UCB_PARAMS] = {
  BAUD_CHOICES_PARAM_ROWS,
  BAUD_PARAM_CHOICE("memory", UCB_WINDOW, ucb_memories, UCB_MEMORIES, "how it forgets"),
  BAUD_PARAM_INT("window", 0, 0, 100000000, "choices", "tau, how far back it looks; 0: to the beginning"),
  BAUD_PARAM_FLOAT("gamma", 0.99, 1e-3, 1, "", "of the discounted memory: what a choice weighs after the next one"),
  BAUD_PARAM_FLOAT("xi", 0.6, 0, 1e6, "", "scale of the padding; above 1/2 where regret is to be bounded")
};

enum {
  UCB_REWARDS, /* [actions] X, sums of the rewards that are remembered */
  UCB_COUNTS,  /* [actions] N */
  UCB_STATE,   /* ucb_state */
  UCB_ARMS,    /* [window] the choices that are remembered, a ring */
  UCB_PAID,    /* [window] their rewards */
  UCB_RANDOM,  /* [lane] */
  UCB_WORK,    /* [2][actions] indices, policy */
  UCB_BLOCKS
};

typedef struct ucb_state {
  double choices; /* t, so far */
  double at;      /* the ring's next place */
} ucb_state;

typedef struct ucb_model {
  baud_choices choices;
  int64_t memory;
  uint64_t window;
  double gamma, xi;
  baud_block blocks[UCB_BLOCKS];
} ucb_model;

static int32_t ucb_create(const baud_host *host, const baud_value *values, baud_learner_setup *setup, void **model) {
  ucb_model *m = calloc(1, sizeof *m);
  if (m == NULL) return host->fail(host, BAUD_ENOMEM, "there is no memory for the learner");
  int32_t code = baud_choices_open(host, values, setup, &m->choices);
  if (code != BAUD_OK) {
    free(m);
    return code;
  }
  m->memory = values[UCB_PARAM_MEMORY].i;
  m->window = m->memory == UCB_WINDOW ? (uint64_t)values[UCB_PARAM_TAU].i : 0;
  m->gamma = m->memory == UCB_DISCOUNTED ? values[UCB_PARAM_GAMMA].f : 1.0;
  m->xi = values[UCB_PARAM_XI].f;
  uint64_t n = m->choices.table.actions, ring = m->window > 0 ? m->window : 1;
  m->blocks[UCB_REWARDS] = baud_block_of(BAUD_F64, BAUD_WEIGHT, 0, n, "rewards");
  m->blocks[UCB_COUNTS] = baud_block_of(BAUD_F64, BAUD_WEIGHT, 0, n, "counts");
  m->blocks[UCB_STATE] = baud_block_of(BAUD_F64, BAUD_WEIGHT, 0, sizeof(ucb_state) / sizeof(double), "state");
  m->blocks[UCB_ARMS] = baud_block_of(BAUD_I32, BAUD_OPTIMISER, 0, ring, "last_choices");
  m->blocks[UCB_PAID] = baud_block_of(BAUD_F64, BAUD_OPTIMISER, 0, ring, "last_rewards");
  m->blocks[UCB_RANDOM] = baud_block_of(BAUD_U64, BAUD_RNG, BAUD_PER_LANE, 1, "random");
  m->blocks[UCB_WORK] = baud_block_of(BAUD_F64, BAUD_SCRATCH, 0, 2 * n, "work");
  setup->blocks = m->blocks;
  setup->n_blocks = UCB_BLOCKS;
  *model = m;
  return BAUD_OK;
}

static void ucb_destroy(void *model) { free(model); }

static int32_t ucb_init(const void *model, void *const *blocks, uint64_t seed) {
  baud_seed_lanes(blocks[UCB_RANDOM], ((const ucb_model *)model)->choices.table.lanes, seed);
  return BAUD_OK;
}

/* index [actions] */
static void ucb_index(const ucb_model *m, void *const *blocks, double *index) {
  const double *rewards = blocks[UCB_REWARDS], *counts = blocks[UCB_COUNTS];
  uint32_t arms = m->choices.table.actions;
  double n = 0.0, scale = m->memory == UCB_DISCOUNTED ? 2.0 : 1.0;
  for (uint32_t i = 0; i < arms; i++) n += counts[i];
  double padding = scale * sqrt(m->xi * log(fmax(n, 1.0)));
  for (uint32_t i = 0; i < arms; i++)
    index[i] = counts[i] > 0.0 ? rewards[i] / counts[i] + padding / sqrt(counts[i]) : INFINITY;
}

static int32_t ucb_predict(const void *model, void *const *blocks, const baud_tick *tick) {
  const ucb_model *m = model;
  const baud_table *table = &m->choices.table;
  double *index = blocks[UCB_WORK], *policy = index + table->actions;
  uint64_t *random = blocks[UCB_RANDOM];
  ucb_index(m, blocks, index);
  baud_greedy_policy(index, table->actions, 0.0, policy);
  for (uint32_t lane = 0; lane < table->lanes; lane++) (void)baud_table_act(table, tick, lane, policy, &random[lane]);
  return BAUD_OK;
}

/* The sums again from the ring, once a round, so that what rounding leaves does not add up. */
static void ucb_recount(const ucb_model *m, void *const *blocks) {
  double *rewards = blocks[UCB_REWARDS], *counts = blocks[UCB_COUNTS];
  const int32_t *arms = blocks[UCB_ARMS];
  const double *paid = blocks[UCB_PAID];
  for (uint32_t i = 0; i < m->choices.table.actions; i++) rewards[i] = counts[i] = 0.0;
  for (uint64_t k = 0; k < m->window; k++) {
    rewards[arms[k]] += paid[k];
    counts[arms[k]] += 1.0;
  }
}

/* One more choice, which paid x; what it displaces in the window is forgotten. */
static void ucb_take(const ucb_model *m, void *const *blocks, uint32_t choice, double x) {
  double *rewards = blocks[UCB_REWARDS], *counts = blocks[UCB_COUNTS], *paid = blocks[UCB_PAID];
  int32_t *arms = blocks[UCB_ARMS];
  ucb_state *state = blocks[UCB_STATE];
  uint64_t at = (uint64_t)state->at;
  for (uint32_t i = 0; i < m->choices.table.actions && m->gamma < 1.0; i++) {
    rewards[i] *= m->gamma;
    counts[i] *= m->gamma;
  }
  if (m->window > 0 && state->choices >= (double)m->window) {
    rewards[arms[at]] -= paid[at];
    counts[arms[at]] -= 1.0;
  }
  rewards[choice] += x;
  counts[choice] += 1.0;
  state->choices += 1.0;
  if (m->window == 0) return;
  arms[at] = (int32_t)choice;
  paid[at] = x;
  state->at = at + 1 == m->window ? 0.0 : state->at + 1.0;
  if (state->at == 0.0) ucb_recount(m, blocks);
}

static int32_t ucb_learn(const void *model, void *const *blocks, const baud_outcome *outcome) {
  const ucb_model *m = model;
  for (uint32_t lane = 0; lane < m->choices.table.lanes; lane++) {
    double x;
    int32_t code = baud_choices_reward(&m->choices, outcome, lane, &x);
    if (code != BAUD_OK) return code;
    ucb_take(m, blocks, baud_discrete(&m->choices.table.action, outcome->action, lane), x);
  }
  return BAUD_OK;
}

static const baud_learner_ops ucb_ops = { BAUD_SIZE(baud_learner_ops), 0, ucb_create, ucb_destroy,
                                          ucb_init, ucb_predict, ucb_learn };

static const baud_unit ucb_unit = {
  BAUD_SIZE(baud_unit), BAUD_LEARNER, 1, 1, "baud.ucb", "UCB that forgets",
  "Takes the choice of the largest upper confidence bound of the rewards of late: those in a window (SW-UCB) or discounted "
  "(D-UCB), for choices whose worth changes (Garivier and Moulines 2011). For rewards in low .. high; learns from the reward "
  "channel alone.",
  ucb_params, UCB_PARAMS, 0, &ucb_ops, NULL
};

BAUD_EXPORT const baud_library baud_plugin_1 = {
  BAUD_SIZE(baud_library), BAUD_MINOR, 0, BAUD_LAYOUT, "baud", "1.0", "MIT", &ucb_unit, 1, 0
};
