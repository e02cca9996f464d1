/* Fast weights by the delta rule (Schlag, Irie and Schmidhuber 2021, Linear transformers are secretly fast weight programmers,
 * arXiv 2102.11174, eq. 24; Widrow and Hoff 1960): an associative memory W of what follows what in a stream of tokens, which
 * is written once and at once. With k a token's key, of length 1, and v the token behind it, one-hot,
 *   W <- W + lr (v - W k) k^T
 * There are two of them. The fast one is memory: every pair that is seen is written, and it is gone with the window or the
 * episode. The slow one is weights: it is written when it is asked to teach itself a span ("baud.teach/1"), and never
 * otherwise. What comes next is softmax(sharpness (slow + fast) k).
 * A token's key is one-hot, and then nothing is ever in the way of anything else; or, with `units`, a random direction
 * in so many dimensions, drawn at birth: then tokens are alike by chance, and what is written later disturbs what was there.
 * Where actions are tokens of the same alphabet it acts by what comes next, out of those that it says, and leaves one action
 * more, the call of a tool, to others; elsewhere at random.
 */
#include <stdlib.h>
#include <string.h>

#include "baud/tabular.h"

enum { FAST_PARAM_UNITS, FAST_PARAM_LR, FAST_PARAM_SHARPNESS, FAST_PARAM_CARRY, FAST_PARAM_FIRST_SAID, FAST_PARAM_LAST_SAID, FAST_PARAMS };
static const baud_param fast_params[FAST_PARAMS] = {
  BAUD_PARAM_INT("units", 0, 0, 4096, "units", "dimensions of the keys, random directions; 0: one-hot keys"),
  BAUD_PARAM_LIVE_FLOAT("lr", 1, 0, 2, "", "step size: 1 replaces what the key stood for"),
  BAUD_PARAM_LIVE_FLOAT("sharpness", 20, 1e-6, 1e6, "", "of what it says and of how it acts"),
  BAUD_PARAM_FLAG("carry", 0, "fast weights go on from one episode into the next"),
  BAUD_PARAM_INT("first_said", 0, 0, 1000000, "", "where actions are tokens: the first one that it says"),
  BAUD_PARAM_INT("last_said", 1000000, 0, 1000000, "", "and the last one")
};

enum {
  FAST_SLOW,   /* WEIGHT [tokens][dimensions] */
  FAST_KEYS,   /* WEIGHT [tokens][dimensions], none where they are one-hot */
  FAST_FAST,   /* MEMORY, per lane [tokens][dimensions] */
  FAST_RANDOM, /* [lane] */
  FAST_POLICY, /* SCRATCH [2][actions or tokens] */
  FAST_BLOCKS
};

typedef struct fast_model {
  uint32_t lanes, tokens, dimensions, first_said, last_said;
  int is_one_hot, speaks;
  int64_t carries;
  double lr, sharpness;
  baud_table table;
  uint64_t asks_token;
  baud_block blocks[FAST_BLOCKS];
} fast_model;

/* ---- Creation ------------------------------------------------------------------------------------------- */

static void fast_declare(fast_model *m) {
  uint64_t weights = (uint64_t)m->tokens * m->dimensions, most = m->table.actions > m->tokens ? m->table.actions : m->tokens;
  m->blocks[FAST_SLOW] = baud_block_of(BAUD_F32, BAUD_WEIGHT, 0, weights, "slow");
  m->blocks[FAST_KEYS] = baud_block_of(BAUD_F32, BAUD_WEIGHT, 0, m->is_one_hot ? 1 : weights, "keys");
  m->blocks[FAST_FAST] = baud_block_of(BAUD_F32, BAUD_MEMORY, BAUD_PER_LANE, weights, "fast");
  m->blocks[FAST_RANDOM] = baud_block_of(BAUD_U64, BAUD_RNG, BAUD_PER_LANE, 1, "random");
  m->blocks[FAST_POLICY] = baud_block_of(BAUD_F64, BAUD_SCRATCH, 0, 2 * most, "policy");
}

static int32_t fast_create(const baud_host *host, const baud_value *values, baud_learner_setup *setup, void **model) {
  fast_model *m = calloc(1, sizeof *m);
  if (m == NULL) return host->fail(host, BAUD_ENOMEM, "there is no memory for the learner");
  int32_t code = baud_table_open(host, setup, BAUD_MASK(BAUD_CH_OBSERVATION), &m->table);
  if (code != BAUD_OK) {
    free(m);
    return code;
  }
  m->lanes = setup->lanes;
  m->tokens = m->table.states;
  m->is_one_hot = values[FAST_PARAM_UNITS].i == 0;
  m->dimensions = m->is_one_hot ? m->tokens : (uint32_t)values[FAST_PARAM_UNITS].i;
  m->lr = values[FAST_PARAM_LR].f;
  m->sharpness = values[FAST_PARAM_SHARPNESS].f;
  m->carries = values[FAST_PARAM_CARRY].i;
  m->first_said = (uint32_t)values[FAST_PARAM_FIRST_SAID].i;
  m->last_said = (uint32_t)values[FAST_PARAM_LAST_SAID].i;
  m->speaks = m->table.actions == m->tokens || m->table.actions == m->tokens + 1;
  if (m->first_said > m->last_said || m->first_said >= m->tokens) {
    free(m);
    return host->fail(host, BAUD_EARG, "has nothing to say: \"first_said\" must be a token, and at most \"last_said\"");
  }
  m->asks_token = baud_accept(setup, BAUD_ASK_OBSERVATION, 0, m->tokens);
  fast_declare(m);
  setup->blocks = m->blocks;
  setup->n_blocks = FAST_BLOCKS;
  *model = m;
  return BAUD_OK;
}

static void fast_destroy(void *model) { free(model); }

static int32_t fast_init(const void *model, void *const *blocks, uint64_t seed) {
  const fast_model *m = model;
  uint64_t random = baud_split(seed, m->lanes);
  float *key = blocks[FAST_KEYS];
  for (uint32_t token = 0; token < m->tokens && !m->is_one_hot; token++, key += m->dimensions) {
    double square = 0.0;
    for (uint32_t i = 0; i < m->dimensions; i++) {
      key[i] = (float)baud_normal(&random);
      square += (double)key[i] * (double)key[i];
    }
    for (uint32_t i = 0; i < m->dimensions; i++) key[i] = (float)((double)key[i] / sqrt(square));
  }
  baud_seed_lanes(blocks[FAST_RANDOM], m->lanes, seed);
  return BAUD_OK;
}

/* ---- The memory ----------------------------------------------------------------------------------------- */

static float *fast_of_lane(const fast_model *m, void *const *blocks, uint32_t lane) {
  return (float *)blocks[FAST_FAST] + (size_t)lane * m->tokens * m->dimensions;
}

/* (W k) of one value. */
static double fast_read(const fast_model *m, void *const *blocks, const float *w, uint32_t token, uint32_t value) {
  const float *row = w + (size_t)value * m->dimensions, *key = (const float *)blocks[FAST_KEYS] + (size_t)token * m->dimensions;
  double sum = 0.0;
  if (m->is_one_hot) return (double)row[token];
  for (uint32_t i = 0; i < m->dimensions; i++) sum += (double)row[i] * (double)key[i];
  return sum;
}

static void fast_write(const fast_model *m, void *const *blocks, float *w, uint32_t token, uint32_t next, double rate) {
  const float *key = (const float *)blocks[FAST_KEYS] + (size_t)token * m->dimensions;
  for (uint32_t value = 0; value < m->tokens; value++) {
    float *row = w + (size_t)value * m->dimensions;
    double change = rate * ((value == next ? 1.0 : 0.0) - fast_read(m, blocks, w, token, value));
    if (m->is_one_hot) row[token] += (float)change;
    for (uint32_t i = 0; i < m->dimensions && !m->is_one_hot; i++) row[i] += (float)(change * (double)key[i]);
  }
}

/* ---- Acting and learning -------------------------------------------------------------------------------- */

/* logits [tokens] */
static void fast_recall(const fast_model *m, void *const *blocks, uint32_t lane, uint32_t token, double *logits) {
  const float *fast = fast_of_lane(m, blocks, lane), *slow = blocks[FAST_SLOW];
  for (uint32_t value = 0; value < m->tokens; value++)
    logits[value] = m->sharpness * (fast_read(m, blocks, slow, token, value) + fast_read(m, blocks, fast, token, value));
}

static int32_t fast_predict(const void *model, void *const *blocks, const baud_tick *tick) {
  const fast_model *m = model;
  double *policy = blocks[FAST_POLICY], *next = policy + (m->table.actions > m->tokens ? m->table.actions : m->tokens);
  for (uint32_t lane = 0; lane < m->lanes; lane++) {
    if (tick->starts[lane] && !m->carries) memset(fast_of_lane(m, blocks, lane), 0, (size_t)m->tokens * m->dimensions * sizeof(float));
    fast_recall(m, blocks, lane, baud_table_state(&m->table, tick->obs, lane), next);
    for (uint32_t a = 0; a < m->table.actions; a++)
      policy[a] = !m->speaks ? 0.0 : a < m->tokens && a >= m->first_said && a <= m->last_said ? next[a] : -INFINITY;
    baud_softmax(policy, m->table.actions, policy);
    baud_softmax(next, m->tokens, next);
    (void)baud_table_act(&m->table, tick, lane, policy, (uint64_t *)blocks[FAST_RANDOM] + lane);
    baud_answer(tick, m->asks_token, lane, next, m->tokens);
  }
  return BAUD_OK;
}

/* Where the action was the call of a tool the world stood still, and nothing has followed. */
static int32_t fast_learn(const void *model, void *const *blocks, const baud_outcome *outcome) {
  const fast_model *m = model;
  for (uint32_t lane = 0; lane < m->lanes; lane++) {
    uint32_t token = baud_table_state(&m->table, outcome->obs, lane), next = baud_table_state(&m->table, outcome->next_obs, lane);
    if (m->speaks && baud_discrete(&m->table.action, outcome->action, lane) >= m->tokens) continue;
    fast_write(m, blocks, fast_of_lane(m, blocks, lane), token, next, m->lr);
  }
  return BAUD_OK;
}

/* Each pair of the span whose second token the mask names goes into the slow weights, in order. */
static int32_t fast_teach(const void *model, void *const *blocks, const baud_span *span, double rate) {
  const fast_model *m = model;
  for (uint32_t at = 0; at + 1 < span->steps; at++) {
    if (span->mask != NULL && !span->mask[at + 1]) continue;
    uint32_t token = baud_table_state(&m->table, span->obs, at), next = baud_table_state(&m->table, span->obs, at + 1);
    fast_write(m, blocks, blocks[FAST_SLOW], token, next, fmin(rate * m->lr, 2.0));
  }
  return BAUD_OK;
}

static const void *fast_extension(const char *id) {
  static const baud_remember remember = { BAUD_SIZE(baud_remember), 0, fast_learn }; /* learning is remembering */
  static const baud_teach teach = { BAUD_SIZE(baud_teach), 0, fast_teach };
  if (strcmp(id, "baud.remember/1") == 0) return &remember;
  return strcmp(id, "baud.teach/1") == 0 ? &teach : NULL;
}

static const baud_learner_ops fast_ops = { BAUD_SIZE(baud_learner_ops), 0, fast_create, fast_destroy, fast_init, fast_predict, fast_learn };

static const baud_unit fast_unit = {
  BAUD_SIZE(baud_unit), BAUD_LEARNER, 1, 1, "baud.fast_weights", "Fast weights by the delta rule",
  "Remembers what followed what, at once, in fast weights that go with the window (Schlag, Irie and Schmidhuber 2021), and in "
  "slow ones that it writes when it is handed a span to teach itself. Takes observations alone; where actions are tokens it "
  "acts by saying what comes next.",
  fast_params, FAST_PARAMS, 0, &fast_ops, fast_extension
};

BAUD_EXPORT const baud_library baud_plugin_1 = {
  BAUD_SIZE(baud_library), BAUD_MINOR, 0, BAUD_LAYOUT, "baud", "1.0", "MIT", &fast_unit, 1, 0
};
