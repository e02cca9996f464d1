/* network.c - actor, an example learner with a network: one-step actor-critic (Sutton and Barto, 2nd ed., section 13.5).
 *
 * One hidden layer, two heads upon it: logits of the policy and the value V of what is seen. After every step of all lanes
 *   delta = r + gamma V(s') - V(s)
 * the policy moves along delta grad log pi(a|s) and a bonus for entropy, V towards r + gamma V(s'), both by Adam.
 *
 * Copy this file to begin a learner with a network of your own. docs/nn.md walks through it.
 */
#include <stdlib.h>
#include <string.h>

#include "baud/features.h"
#include "baud/nn.h"

enum { PARAM_LR, PARAM_UNITS, PARAM_DISCOUNT, PARAM_ENTROPY, PARAMS };
static const baud_param params[PARAMS] = {
  BAUD_PARAM_FLOAT("lr", 3e-3, 0, 1, "", "step size (Adam)"),
  BAUD_PARAM_INT("units", 32, 1, 4096, "", "width of the hidden layer"),
  BAUD_PARAM_FLOAT("discount", 0.99, 0, 1, "", "gamma, weight of a reward one step later"),
  BAUD_PARAM_FLOAT("entropy", 0.01, 0, 10, "", "weight of the policy's entropy in nats")
};

enum {
  BLOCK_THETA,    /* [layout.count] all parameters */
  BLOCK_MOMENTS,  /* [nn_adam_state] Adam's */
  BLOCK_RANDOM,   /* [lane] */
  BLOCK_GRADIENT, /* [layout.count] scratch */
  BLOCK_NOW,      /* [lane][features] scratch: what was seen */
  BLOCK_NEXT,     /* [lane][features] scratch: what came of it */
  BLOCK_ACTION,   /* [lane] scratch */
  BLOCK_ARENA,    /* scratch: a pass works here */
  BLOCKS
};

typedef struct actor_model {
  baud_features place;
  nn_layout layout;
  nn_linear_layer hidden, logits, value;
  nn_adam adam;
  double discount, entropy;
  uint64_t arena;
  baud_block blocks[BLOCKS];
} actor_model;

/* ---- The network ------------------------------------------------------------------------------------------- */

static void declare_network(actor_model *m, uint32_t units) {
  m->hidden = nn_linear_declare(&m->layout, "hidden", m->place.n, units, NN_BIAS);
  m->logits = nn_linear_declare(&m->layout, "logits", units, m->place.choices, NN_BIAS);
  m->value = nn_linear_declare(&m->layout, "value", units, 1, NN_BIAS);
}

static nn_value run_network(const actor_model *m, nn_tape *t, const float *x, nn_value *value) {
  nn_value seen = nn_constant(t, x, m->place.lanes, m->place.n);
  nn_value hidden = nn_linear(t, &m->hidden, seen, NN_TANH);
  *value = nn_linear(t, &m->value, hidden, NN_IDENTITY);
  return nn_linear(t, &m->logits, hidden, NN_IDENTITY);
}

/* A training pass up to its gradient. On a dry tape it only counts, and the pointers may be null. */
static void run_pass(const actor_model *m, nn_tape *t, const float *now, const float *next, const int32_t *action,
                     const baud_outcome *outcome) {
  uint32_t lanes = m->place.lanes;
  nn_value value, later, logits = run_network(m, t, now, &value);
  (void)run_network(m, t, next, &later); /* nothing is seeded there, so no gradient flows: the target stands still */
  nn_categorical policy = nn_categorical_head(t, logits, NULL);
  float *target = nn_scratch(t, lanes), *delta = nn_scratch(t, lanes);
  for (uint32_t lane = 0; !nn_is_dry(t) && lane < lanes; lane++) {
    float goes_on = outcome->flags[lane] & BAUD_TERMINATED ? 0.0f : 1.0f;
    target[lane] = outcome->reward[lane] + (float)m->discount * goes_on * later.x[lane];
    delta[lane] = target[lane] - value.x[lane];
  }
  nn_loss_sum(t, nn_categorical_log_prob(t, &policy, action), delta, -1.0 / lanes);
  nn_loss_sum(t, nn_categorical_entropy(t, &policy), NULL, -m->entropy / lanes);
  nn_loss_squared(t, value, target, NULL, 1.0 / lanes);
}

/* ---- Create, init -------------------------------------------------------------------------------------------- */

/* The bytes of the largest pass: made once over nothing, it counts what it would need. */
static uint64_t arena_bytes(const actor_model *m) {
  nn_tape t;
  float any;
  nn_tape_open(&t, NULL, 0);
  nn_begin(&t, NN_TRAIN);
  nn_bind(&t, NULL, &any); /* parameters that learn; nothing is written on a dry tape */
  run_pass(m, &t, NULL, NULL, NULL, NULL);
  return nn_arena_bytes(&t);
}

static void declare_blocks(actor_model *m) {
  uint64_t count = m->layout.count, features = (uint64_t)m->place.lanes * m->place.n;
  m->blocks[BLOCK_THETA] = baud_block_of(BAUD_F32, BAUD_WEIGHT, 0, count, "theta");
  m->blocks[BLOCK_MOMENTS] = baud_block_of(BAUD_F32, BAUD_OPTIMISER, 0, nn_adam_state(count), "moments");
  m->blocks[BLOCK_RANDOM] = baud_block_of(BAUD_U64, BAUD_RNG, BAUD_PER_LANE, 1, "random");
  m->blocks[BLOCK_GRADIENT] = baud_block_of(BAUD_F32, BAUD_SCRATCH, 0, count, "gradient");
  m->blocks[BLOCK_NOW] = baud_block_of(BAUD_F32, BAUD_SCRATCH, 0, features, "now");
  m->blocks[BLOCK_NEXT] = baud_block_of(BAUD_F32, BAUD_SCRATCH, 0, features, "next");
  m->blocks[BLOCK_ACTION] = baud_block_of(BAUD_I32, BAUD_SCRATCH, BAUD_PER_LANE, 1, "action");
  m->blocks[BLOCK_ARENA] = baud_block_of(BAUD_U8, BAUD_SCRATCH, 0, m->arena, "arena");
}

static int32_t actor_create(const baud_host *host, const baud_value *values, baud_learner_setup *setup, void **model) {
  actor_model *m = calloc(1, sizeof *m);
  if (m == NULL) return host->fail(host, BAUD_ENOMEM, "actor: no memory for the model");
  int32_t code = baud_features_open(host, setup, BAUD_MASK(BAUD_CH_REWARD), &m->place);
  if (code == BAUD_OK && m->place.choices == 0) code = host->fail(host, BAUD_EARG, "actor: needs one discrete action");
  if (code != BAUD_OK) {
    free(m);
    return code;
  }
  m->adam = (nn_adam){ values[PARAM_LR].f, 0.9, 0.999, 1e-8, 0.0 };
  m->discount = values[PARAM_DISCOUNT].f;
  m->entropy = values[PARAM_ENTROPY].f;
  declare_network(m, (uint32_t)values[PARAM_UNITS].i);
  m->arena = arena_bytes(m);
  declare_blocks(m);
  setup->blocks = m->blocks;
  setup->n_blocks = BLOCKS;
  *model = m;
  return BAUD_OK;
}

static int32_t actor_init(const void *model, void *const *blocks, uint64_t seed) {
  const actor_model *m = model;
  float *theta = blocks[BLOCK_THETA];
  uint64_t random = baud_split(seed, 1);
  nn_linear_orthogonal(&m->hidden, theta, 1.4142135, &random);
  nn_linear_orthogonal(&m->logits, theta, 0.01, &random); /* all actions about equally likely at first */
  nn_linear_orthogonal(&m->value, theta, 1.0, &random);
  baud_seed_lanes(blocks[BLOCK_RANDOM], m->place.lanes, baud_split(seed, 2));
  return BAUD_OK;
}

/* ---- Predict, learn ---------------------------------------------------------------------------------------------- */

static int32_t actor_predict(const void *model, void *const *blocks, const baud_tick *tick) {
  const actor_model *m = model;
  uint32_t lanes = m->place.lanes, n = m->place.choices;
  nn_value value;
  nn_tape t;
  baud_features_rows(&m->place, tick->obs, blocks[BLOCK_NOW]);
  nn_tape_open(&t, blocks[BLOCK_ARENA], m->arena);
  nn_bind(&t, blocks[BLOCK_THETA], NULL);
  nn_categorical policy = nn_categorical_head(&t, run_network(m, &t, blocks[BLOCK_NOW], &value), NULL);
  for (uint64_t asked = tick->ask & m->place.asks_action; asked; asked &= asked - 1)
    memcpy(tick->answer[__builtin_ctzll(asked)], policy.p, (size_t)lanes * n * sizeof *policy.p);
  for (uint32_t lane = 0; !tick->action_given && lane < lanes; lane++)
    baud_write_discrete(&m->place.action, tick->action, lane,
                        nn_draw(policy.p + (size_t)lane * n, n, (uint64_t *)blocks[BLOCK_RANDOM] + lane));
  return BAUD_OK;
}

static int32_t actor_learn(const void *model, void *const *blocks, const baud_outcome *outcome) {
  const actor_model *m = model;
  int32_t *action = blocks[BLOCK_ACTION];
  nn_tape t;
  baud_features_rows(&m->place, outcome->obs, blocks[BLOCK_NOW]);
  baud_features_rows(&m->place, outcome->next_obs, blocks[BLOCK_NEXT]);
  for (uint32_t lane = 0; lane < m->place.lanes; lane++)
    action[lane] = (int32_t)baud_discrete(&m->place.action, outcome->action, lane);
  memset(blocks[BLOCK_GRADIENT], 0, m->layout.count * sizeof(float));
  nn_tape_open(&t, blocks[BLOCK_ARENA], m->arena);
  nn_begin(&t, NN_TRAIN);
  nn_bind(&t, blocks[BLOCK_THETA], blocks[BLOCK_GRADIENT]);
  run_pass(m, &t, blocks[BLOCK_NOW], blocks[BLOCK_NEXT], action, outcome);
  if (nn_backward(&t) != BAUD_OK) return BAUD_EBUG;
  nn_adam_step(&m->adam, blocks[BLOCK_THETA], blocks[BLOCK_GRADIENT], blocks[BLOCK_MOMENTS], m->layout.count,
               nn_clip_scale(blocks[BLOCK_GRADIENT], m->layout.count, 0.5));
  return BAUD_OK;
}

/* ---- What the library exports -------------------------------------------------------------------------------------- */

static const baud_learner_ops actor_ops = { .size = BAUD_SIZE(baud_learner_ops), .create = actor_create, .destroy = free,
                                            .init = actor_init, .predict = actor_predict, .learn = actor_learn };

static const baud_unit units[] = { {
  .size = BAUD_SIZE(baud_unit),
  .role = BAUD_LEARNER,
  .behaviour = 1,
  .state_version = 1,
  .id = "org.example.actor",
  .title = "One-step actor-critic with a network",
  .doc = "A hidden layer with a policy and a value upon it, moved after every step (Sutton and Barto 2018, section 13.5). "
         "An example to copy from.",
  .params = params,
  .n_params = PARAMS,
  .ops = &actor_ops
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
