/* Frequencies that forget: what is seen of one field given what was seen of another, by a delta rule on probabilities (Bush and
 * Mosteller 1951),
 *   p_c <- p_c + lr (onehot(x) - p_c),
 * with c the context, field 0 of what it sees, and x field 1 of what comes next. A level that never changes is known to
 * 1 - (1 - lr)^n after n looks, and its mean is what Widrow and Hoff's rule would have. It guesses: where there is a context it
 * acts by the level nearest to the mean, whose number is the action's; category 0 says that there is nothing, in both fields,
 * and is never guessed. Where there is no context it acts by `attends`: where to look is decided by somebody else.
 * Lanes share the table and learn one after the other.
 */
#include <stdlib.h>
#include <string.h>

#include "baud/tabular.h"

enum { FREQUENCIES_PARAM_LR, FREQUENCIES_PARAM_ATTENDS, FREQUENCIES_PARAMS };
static const baud_param frequencies_params[FREQUENCIES_PARAMS] = {
  BAUD_PARAM_LIVE_FLOAT("lr", 0.1, 0, 1, "", "step size"),
  BAUD_PARAM_LIVE_INT("attends", -1, -1, 1000000, "", "the action where there is no context; -1, or more than there are: any, at random")
};

enum {
  FREQUENCIES_TABLE,  /* WEIGHT [contexts][levels] p */
  FREQUENCIES_RANDOM, /* [lane] */
  FREQUENCIES_POLICY, /* SCRATCH [actions], then [levels] */
  FREQUENCIES_BLOCKS
};

typedef struct frequencies_model {
  baud_table table; /* its state is the context */
  baud_field level;
  uint32_t levels;
  uint64_t asks_level;
  double lr;
  int64_t attends;
  baud_block blocks[FREQUENCIES_BLOCKS];
} frequencies_model;

static int32_t frequencies_create(const baud_host *host, const baud_value *values, baud_learner_setup *setup, void **model) {
  frequencies_model *m = calloc(1, sizeof *m);
  if (m == NULL) return host->fail(host, BAUD_ENOMEM, "there is no memory for the learner");
  int32_t code = baud_table_open(host, setup, BAUD_MASK(BAUD_CH_OBSERVATION), &m->table);
  if (code == BAUD_OK && (setup->n_obs < 2 || baud_states(setup->obs + 1, 1) == 0))
    code = host->fail(host, BAUD_EARG, "foretells field 1 of the observation from field 0: both must be discrete scalars, as in regions");
  if (code != BAUD_OK) {
    free(m);
    return code;
  }
  m->level = setup->obs[1];
  m->levels = m->level.categories;
  m->asks_level = baud_accept(setup, BAUD_ASK_OBSERVATION, 1, m->levels);
  m->lr = values[FREQUENCIES_PARAM_LR].f;
  m->attends = values[FREQUENCIES_PARAM_ATTENDS].i;
  m->blocks[FREQUENCIES_TABLE] = baud_block_of(BAUD_F32, BAUD_WEIGHT, 0, (uint64_t)m->table.states * m->levels, "table");
  m->blocks[FREQUENCIES_RANDOM] = baud_block_of(BAUD_U64, BAUD_RNG, BAUD_PER_LANE, 1, "random");
  m->blocks[FREQUENCIES_POLICY] = baud_block_of(BAUD_F64, BAUD_SCRATCH, 0, (uint64_t)m->table.actions + m->levels, "policy");
  setup->blocks = m->blocks;
  setup->n_blocks = FREQUENCIES_BLOCKS;
  *model = m;
  return BAUD_OK;
}

static void frequencies_destroy(void *model) { free(model); }

static int32_t frequencies_init(const void *model, void *const *blocks, uint64_t seed) {
  const frequencies_model *m = model;
  float *p = blocks[FREQUENCIES_TABLE];
  for (uint64_t i = 0; i < (uint64_t)m->table.states * m->levels; i++) p[i] = (float)(1.0 / m->levels);
  baud_seed_lanes(blocks[FREQUENCIES_RANDOM], m->table.lanes, seed);
  return BAUD_OK;
}

/* The level nearest to the mean of those that there may be; of two as near the higher. */
static uint32_t frequencies_guess(const frequencies_model *m, const float *p) {
  double sum = 0.0, all = 0.0;
  for (uint32_t x = 1; x < m->levels; x++) {
    sum += (double)p[x] * x;
    all += (double)p[x];
  }
  return all > 0.0 ? (uint32_t)(sum / all + 0.5) : 1;
}

static void frequencies_act(const frequencies_model *m, const float *p, uint32_t context, double *policy) {
  uint32_t n = m->table.actions;
  uint32_t wanted = context > 0 ? frequencies_guess(m, p) : m->attends >= 0 && m->attends < n ? (uint32_t)m->attends : n;
  for (uint32_t a = 0; a < n; a++) policy[a] = wanted < n ? a == wanted : 1.0 / n;
}

static int32_t frequencies_predict(const void *model, void *const *blocks, const baud_tick *tick) {
  const frequencies_model *m = model;
  double *policy = blocks[FREQUENCIES_POLICY], *next = policy + m->table.actions;
  for (uint32_t lane = 0; lane < m->table.lanes; lane++) {
    uint32_t context = baud_table_state(&m->table, tick->obs, lane);
    const float *p = (const float *)blocks[FREQUENCIES_TABLE] + (size_t)context * m->levels;
    double sum = 0.0;
    for (uint32_t x = 0; x < m->levels; x++) sum += next[x] = (double)p[x];
    for (uint32_t x = 0; x < m->levels; x++) next[x] /= sum; /* of single precision */
    frequencies_act(m, p, context, policy);
    (void)baud_table_act(&m->table, tick, lane, policy, (uint64_t *)blocks[FREQUENCIES_RANDOM] + lane);
    baud_answer(tick, m->asks_level, lane, next, m->levels);
  }
  return BAUD_OK;
}

static int32_t frequencies_learn(const void *model, void *const *blocks, const baud_outcome *outcome) {
  const frequencies_model *m = model;
  for (uint32_t lane = 0; lane < m->table.lanes; lane++) {
    float *p = (float *)blocks[FREQUENCIES_TABLE] + (size_t)baud_table_state(&m->table, outcome->obs, lane) * m->levels;
    uint32_t came = baud_discrete(&m->level, outcome->next_obs[1], lane);
    for (uint32_t x = 0; x < m->levels; x++) p[x] += (float)(m->lr * ((x == came ? 1.0 : 0.0) - (double)p[x]));
  }
  return BAUD_OK;
}

static const baud_learner_ops frequencies_ops = { BAUD_SIZE(baud_learner_ops), 0, frequencies_create, frequencies_destroy,
                                                  frequencies_init, frequencies_predict, frequencies_learn };

static const baud_unit frequencies_unit = {
  BAUD_SIZE(baud_unit), BAUD_LEARNER, 1, 1, "baud.frequencies", "Frequencies that forget",
  "Foretells field 1 of the observation from field 0 by a delta rule on probabilities (Bush and Mosteller 1951), and guesses by its "
  "mean. Where to look it is told by a parameter that may change while it lives. Takes observations alone.",
  frequencies_params, FREQUENCIES_PARAMS, 0, &frequencies_ops, NULL
};

BAUD_EXPORT const baud_library baud_plugin_1 = {
  BAUD_SIZE(baud_library), BAUD_MINOR, 0, BAUD_LAYOUT, "baud", "1.0", "MIT", &frequencies_unit, 1, 0
};
