/* An associative memory of limited capacity, taught token by token: what comes after the present token, field 0 of the
 * observation, is read off one matrix that all tokens share,
 *   p = softmax(W k(x)),     k(x) a random vector of length 1 and `dimensions` numbers, fixed for each token at birth
 * and a token that came is learnt by one step of the delta rule for softmax outputs (Widrow and Hoff 1960; the gradient of
 * -log p):
 *   W <- W + lr (1{x'} - p) k(x)'
 * One step at a rate of some units is all that a fact needs. But vectors of few numbers are not at right angles, so that each
 * step disturbs all that was learnt before, the more the fewer dimensions there are: about as many associations can be held.
 * And there are but `updates` steps in a life. So it matters what they are spent on, and learn() takes a step for each token
 * it is called for: who is to choose trains it or lets it be (`decides = "learning"` of lifetime).
 *
 * It keeps no context: what it knows it has in weights. Where actions are tokens it acts by saying what comes next, from
 * softmax(W k(x) / temperature), elsewhere at random; it learns from nothing but observations.
 */
#include <stdlib.h>

#include "baud/tabular.h"

enum { ASSOCIATE_PARAM_DIMENSIONS, ASSOCIATE_PARAM_LR, ASSOCIATE_PARAM_UPDATES, ASSOCIATE_PARAM_TEMPERATURE, ASSOCIATE_PARAMS };
static const baud_param associate_params[ASSOCIATE_PARAMS] = {
  BAUD_PARAM_INT("dimensions", 32, 1, 4096, "", "numbers of a token's vector: the capacity"),
  BAUD_PARAM_LIVE_FLOAT("lr", 5, 0, 1e6, "", "step size"),
  BAUD_PARAM_INT("updates", 0, 0, INT64_C(1) << 50, "steps", "that it can learn from in its life, the first ones; 0: all"),
  BAUD_PARAM_LIVE_FLOAT("temperature", 1, 1e-6, 1e6, "", "of the policy, where actions are tokens")
};

enum {
  ASSOCIATE_KEYS,    /* WEIGHT f64 [tokens][dimensions] k, never changed */
  ASSOCIATE_MATRIX,  /* WEIGHT f64 [tokens][dimensions] W */
  ASSOCIATE_STEPS,   /* OPTIMISER u64 [1] steps learnt from */
  ASSOCIATE_RANDOM,  /* RNG [lane] */
  ASSOCIATE_LOGITS,  /* SCRATCH [tokens] */
  ASSOCIATE_P,       /* SCRATCH [tokens] */
  ASSOCIATE_POLICY,  /* SCRATCH [actions] */
  ASSOCIATE_BLOCKS
};

typedef struct associate_model {
  baud_table table;
  uint32_t tokens, dimensions;
  uint64_t updates, asks_token;
  double lr, temperature;
  int speaks;
  baud_block blocks[ASSOCIATE_BLOCKS];
} associate_model;

static void associate_destroy(void *model) { free(model); }

static int32_t associate_find_place(associate_model *m, const baud_host *host, const baud_value *values, baud_learner_setup *setup) {
  int32_t code = baud_table_open(host, setup, BAUD_MASK(BAUD_CH_OBSERVATION), &m->table);
  if (code != BAUD_OK) return code;
  if (baud_states(setup->obs, setup->n_obs) == 0)
    return host->fail(host, BAUD_EARG, "reads tokens: observation field 0 must be one discrete scalar, and here there is none");
  m->tokens = setup->obs[0].categories;
  m->table.state = setup->obs[0];
  m->table.sees_state = 1;
  m->dimensions = (uint32_t)values[ASSOCIATE_PARAM_DIMENSIONS].i;
  if ((uint64_t)m->tokens * m->dimensions >= INT32_MAX)
    return host->fail(host, BAUD_EARG, "tokens times dimensions would be 2^31 or more: make \"dimensions\" smaller");
  return BAUD_OK;
}

static int32_t associate_create(const baud_host *host, const baud_value *values, baud_learner_setup *setup, void **model) {
  associate_model *m = calloc(1, sizeof *m);
  if (m == NULL) return host->fail(host, BAUD_ENOMEM, "there is no memory for the learner");
  int32_t code = associate_find_place(m, host, values, setup);
  if (code != BAUD_OK) {
    associate_destroy(m);
    return code;
  }
  m->lr = values[ASSOCIATE_PARAM_LR].f;
  m->updates = (uint64_t)values[ASSOCIATE_PARAM_UPDATES].i;
  m->temperature = values[ASSOCIATE_PARAM_TEMPERATURE].f;
  m->speaks = m->table.actions == m->tokens;
  m->asks_token = baud_accept(setup, BAUD_ASK_OBSERVATION, 0, m->tokens);
  uint64_t numbers = (uint64_t)m->tokens * m->dimensions;
  m->blocks[ASSOCIATE_KEYS] = baud_block_of(BAUD_F64, BAUD_WEIGHT, 0, numbers, "keys");
  m->blocks[ASSOCIATE_MATRIX] = baud_block_of(BAUD_F64, BAUD_WEIGHT, 0, numbers, "matrix");
  m->blocks[ASSOCIATE_STEPS] = baud_block_of(BAUD_U64, BAUD_OPTIMISER, 0, 1, "steps");
  m->blocks[ASSOCIATE_RANDOM] = baud_block_of(BAUD_U64, BAUD_RNG, BAUD_PER_LANE, 1, "random");
  m->blocks[ASSOCIATE_LOGITS] = baud_block_of(BAUD_F64, BAUD_SCRATCH, 0, m->tokens, "logits");
  m->blocks[ASSOCIATE_P] = baud_block_of(BAUD_F64, BAUD_SCRATCH, 0, m->tokens, "p");
  m->blocks[ASSOCIATE_POLICY] = baud_block_of(BAUD_F64, BAUD_SCRATCH, 0, m->table.actions, "policy");
  setup->blocks = m->blocks;
  setup->n_blocks = ASSOCIATE_BLOCKS;
  *model = m;
  return BAUD_OK;
}

static int32_t associate_init(const void *model, void *const *blocks, uint64_t seed) {
  const associate_model *m = model;
  uint64_t random = baud_split(seed, m->table.lanes);
  for (uint32_t token = 0; token < m->tokens; token++) {
    double *key = (double *)blocks[ASSOCIATE_KEYS] + (size_t)token * m->dimensions, squares = 0.0;
    for (uint32_t i = 0; i < m->dimensions; i++) {
      key[i] = baud_normal(&random);
      squares += key[i] * key[i];
    }
    for (uint32_t i = 0; i < m->dimensions; i++) key[i] /= sqrt(squares);
  }
  baud_seed_lanes(blocks[ASSOCIATE_RANDOM], m->table.lanes, seed);
  return BAUD_OK;
}

static const double *associate_key(const associate_model *m, void *const *blocks, uint32_t token) {
  return (const double *)blocks[ASSOCIATE_KEYS] + (size_t)token * m->dimensions;
}

/* Logits and p of what comes after a token. */
static void associate_foretell(const associate_model *m, void *const *blocks, uint32_t token) {
  const double *key = associate_key(m, blocks, token), *row = blocks[ASSOCIATE_MATRIX];
  double *logits = blocks[ASSOCIATE_LOGITS];
  for (uint32_t x = 0; x < m->tokens; x++, row += m->dimensions) {
    logits[x] = 0.0;
    for (uint32_t i = 0; i < m->dimensions; i++) logits[x] += row[i] * key[i];
  }
  baud_softmax(logits, m->tokens, blocks[ASSOCIATE_P]);
}

static int32_t associate_predict(const void *model, void *const *blocks, const baud_tick *tick) {
  const associate_model *m = model;
  double *logits = blocks[ASSOCIATE_LOGITS], *policy = blocks[ASSOCIATE_POLICY];
  uint64_t *random = blocks[ASSOCIATE_RANDOM];
  for (uint32_t lane = 0; lane < m->table.lanes; lane++) {
    associate_foretell(m, blocks, baud_table_state(&m->table, tick->obs, lane));
    for (uint32_t a = 0; a < m->table.actions; a++) policy[a] = m->speaks ? logits[a] / m->temperature : 0.0;
    baud_softmax(policy, m->table.actions, policy);
    (void)baud_table_act(&m->table, tick, lane, policy, &random[lane]);
    baud_answer(tick, m->asks_token, lane, blocks[ASSOCIATE_P], m->tokens);
  }
  return BAUD_OK;
}

static int32_t associate_learn(const void *model, void *const *blocks, const baud_outcome *outcome) {
  const associate_model *m = model;
  const double *p = blocks[ASSOCIATE_P];
  uint64_t *steps = blocks[ASSOCIATE_STEPS];
  for (uint32_t lane = 0; lane < m->table.lanes && (m->updates == 0 || *steps < m->updates); lane++, ++*steps) {
    uint32_t token = baud_table_state(&m->table, outcome->obs, lane), next = baud_table_state(&m->table, outcome->next_obs, lane);
    const double *key = associate_key(m, blocks, token);
    double *row = blocks[ASSOCIATE_MATRIX];
    associate_foretell(m, blocks, token);
    for (uint32_t x = 0; x < m->tokens; x++, row += m->dimensions)
      for (uint32_t i = 0; i < m->dimensions; i++) row[i] += m->lr * ((x == next) - p[x]) * key[i];
  }
  return BAUD_OK;
}

static const baud_learner_ops associate_ops = { BAUD_SIZE(baud_learner_ops), 0, associate_create, associate_destroy,
                                                associate_init, associate_predict, associate_learn };

static const baud_unit associate_unit = {
  BAUD_SIZE(baud_unit), BAUD_LEARNER, 1, 1, "baud.associate", "An associative memory of limited capacity",
  "Learns what comes after each token in one step of the delta rule on a matrix of few dimensions, and has a number of steps to "
  "spend: so it matters which tokens it is trained on. Takes observations alone, keeps no context, and where actions are tokens "
  "acts by saying what comes next.",
  associate_params, ASSOCIATE_PARAMS, 0, &associate_ops, NULL
};

BAUD_EXPORT const baud_library baud_plugin_1 = {
  BAUD_SIZE(baud_library), BAUD_MINOR, 0, BAUD_LAYOUT, "baud", "1.0", "MIT", &associate_unit, 1, 0
};
