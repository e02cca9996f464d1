/* Proximal policy optimisation (Schulman et al. 2017, arXiv 1707.06347), for one discrete choice or continuous actions:
 * each rollout of horizon steps in every lane is gone through `epochs` times in random order, in minibatches that move
 * policy and value by the gradient of
 *   -min(r A, clamp(r, 1 - clip, 1 + clip) A) - entropy H + value * (v - target)^2 / 2,   r = pi(a|s) / pi_old(a|s)
 * with generalised advantage estimates A (Schulman et al. 2016) that are standardised within each minibatch, clipped
 * changes of values, a clipped norm of the gradient, and Adam with a step size that falls to 0 over `anneal_steps` steps.
 * Defaults are those of CleanRL's ppo.py, which is run with 4 lanes and anneal_steps = 500000. A truncated episode
 * bootstraps from where it was cut off.
 */
#include <stdlib.h>

#include "baud/actor_critic.h"

enum {
  PPO_PARAM_LR, PPO_PARAM_ANNEAL, PPO_PARAM_LR_EPSILON, PPO_PARAM_HORIZON, PPO_PARAM_EPOCHS, PPO_PARAM_MINIBATCHES, PPO_PARAM_DISCOUNT,
  PPO_PARAM_LAMBDA, PPO_PARAM_CLIP, PPO_PARAM_VALUE_CLIP, PPO_PARAM_ENTROPY, PPO_PARAM_VALUE, PPO_PARAM_MAX_NORM, PPO_PARAM_STANDARDISE,
  PPO_PARAM_HIDDEN, PPO_PARAM_HIDDEN_2, PPO_PARAM_ACTIVATION, PPO_PARAM_INITIAL, PPO_PARAM_INITIAL_STD, PPO_PARAM_NORMALISE, PPO_PARAMS
};
static const char *const ppo_activations[] = { "tanh", "relu" };
static const int ppo_activation_of[] = { NN_TANH, NN_RELU };
static const char *const ppo_initials[] = { "orthogonal", "uniform" };
static const char *const ppo_normalises[] = { "none", "start", "running" };
static const baud_param ppo_params[PPO_PARAMS] = {
  BAUD_PARAM_LIVE_FLOAT("lr", 2.5e-4, 0, 1, "", "step size (Adam)"),
  BAUD_PARAM_INT("anneal_steps", 0, 0, 1000000000000, "steps", "steps of all lanes over which lr falls linearly to 0; 0: it stays"),
  BAUD_PARAM_FLOAT("lr_epsilon", 1e-5, 1e-12, 1, "", "Adam's epsilon"),
  BAUD_PARAM_INT("horizon", 128, 1, 1000000, "steps", "length of a rollout in each lane"),
  BAUD_PARAM_INT("epochs", 4, 1, 1000, "", "times that a rollout is gone through"),
  BAUD_PARAM_INT("minibatches", 4, 1, 1000000, "", "parts that a rollout is learnt from in, one after the other"),
  BAUD_PARAM_FLOAT("discount", 0.99, 0, 1, "", "gamma, weight of a reward one step later"),
  BAUD_PARAM_FLOAT("lambda", 0.95, 0, 1, "", "weight of an error of the value one step later, beside gamma"),
  BAUD_PARAM_LIVE_FLOAT("clip", 0.2, 1e-6, 1e6, "", "how far a ratio of probabilities may pay to move from 1"),
  BAUD_PARAM_LIVE_FLOAT("value_clip", 0.2, 0, 1e6, "", "how far a value may pay to move within a rollout's epochs; 0: any"),
  BAUD_PARAM_LIVE_FLOAT("entropy", 0.01, 0, 1e3, "", "weight of the policy's entropy in nats"),
  BAUD_PARAM_LIVE_FLOAT("value", 0.5, 0, 1e3, "", "weight of the values' loss"),
  BAUD_PARAM_LIVE_FLOAT("max_norm", 0.5, 0, 1e9, "", "largest norm of a minibatch's gradient; 0: as it is"),
  BAUD_PARAM_FLAG("standardise", 1, "advantages to mean 0 and variance 1 in each minibatch"),
  BAUD_PARAM_INT("hidden", 64, 1, 4096, "units", "width of the first hidden layer of each of the two networks"),
  BAUD_PARAM_INT("hidden_second", 64, 0, 4096, "units", "width of the second; 0: there is none"),
  BAUD_PARAM_CHOICE("activation", 0, ppo_activations, 2, "of the hidden layers"),
  BAUD_PARAM_CHOICE("initial", NN_POLICY_ORTHOGONAL, ppo_initials, 2, "weights: orthogonal, the policy's last layer small; or uniform by fan-in"),
  BAUD_PARAM_FLOAT("initial_std", 1, 1e-3, 1e3, "", "standard deviation of a continuous action, in halves of its range"),
  BAUD_PARAM_CHOICE("normalise", NN_AC_RAW, ppo_normalises, 3, "observations to mean 0 and variance 1, by the first rollout, which is not learnt "
                    "from, or by all so far")
};

enum {
  PPO_SHUFFLE = NN_AC_BLOCKS, /* RNG [1] */
  PPO_ORDER,                  /* SCRATCH [rows] */
  PPO_BLOCKS
};

typedef struct ppo_model {
  nn_actor_critic ac;
  nn_adam adam;
  nn_ac_objective objective;
  double anneal, discount, lambda, max_norm;
  uint32_t epochs, minibatches;
  baud_block blocks[PPO_BLOCKS];
} ppo_model;

/* ---- Creation ------------------------------------------------------------------------------------------- */

static nn_ac_settings ppo_read(ppo_model *m, const baud_value *v) {
  m->adam = (nn_adam){ v[PPO_PARAM_LR].f, 0.9, 0.999, v[PPO_PARAM_LR_EPSILON].f, 0.0 };
  m->objective = (nn_ac_objective){ v[PPO_PARAM_CLIP].f, v[PPO_PARAM_VALUE_CLIP].f, v[PPO_PARAM_ENTROPY].f, v[PPO_PARAM_VALUE].f,
                                    (int)v[PPO_PARAM_STANDARDISE].i };
  m->anneal = (double)v[PPO_PARAM_ANNEAL].i;
  m->discount = v[PPO_PARAM_DISCOUNT].f;
  m->lambda = v[PPO_PARAM_LAMBDA].f;
  m->max_norm = v[PPO_PARAM_MAX_NORM].f;
  m->epochs = (uint32_t)v[PPO_PARAM_EPOCHS].i;
  m->minibatches = (uint32_t)v[PPO_PARAM_MINIBATCHES].i;
  return (nn_ac_settings){
    .policy = { .hidden = { (uint32_t)v[PPO_PARAM_HIDDEN].i, (uint32_t)v[PPO_PARAM_HIDDEN_2].i },
                .activation = ppo_activation_of[v[PPO_PARAM_ACTIVATION].i],
                .initial = (int)v[PPO_PARAM_INITIAL].i,
                .initial_std = v[PPO_PARAM_INITIAL_STD].f },
    .horizon = (uint32_t)v[PPO_PARAM_HORIZON].i,
    .normalise = (int)v[PPO_PARAM_NORMALISE].i
  };
}

static void ppo_destroy(void *model) { free(model); }

static int32_t ppo_create(const baud_host *host, const baud_value *values, baud_learner_setup *setup, void **model) {
  ppo_model *m = calloc(1, sizeof *m);
  if (m == NULL) return host->fail(host, BAUD_ENOMEM, "there is no memory for the learner");
  nn_ac_settings settings = ppo_read(m, values);
  int32_t code = nn_ac_open(&m->ac, host, setup, &settings, m->blocks);
  if (code == BAUD_OK && m->minibatches > m->ac.rows)
    code = host->fail(host, BAUD_EARG, "has more minibatches than a rollout has steps: make \"horizon\" larger or \"minibatches\" smaller");
  if (code != BAUD_OK) {
    ppo_destroy(m);
    return code;
  }
  m->blocks[NN_AC_MOMENTS].count = nn_adam_state(m->ac.count);
  m->blocks[PPO_SHUFFLE] = baud_block_of(BAUD_U64, BAUD_RNG, 0, 1, "shuffle");
  m->blocks[PPO_ORDER] = baud_block_of(BAUD_I32, BAUD_SCRATCH, 0, m->ac.rows, "order");
  setup->blocks = m->blocks;
  setup->n_blocks = PPO_BLOCKS;
  *model = m;
  return BAUD_OK;
}

static int32_t ppo_init(const void *model, void *const *blocks, uint64_t seed) {
  *(uint64_t *)blocks[PPO_SHUFFLE] = baud_split(seed, 0);
  return nn_ac_init(&((const ppo_model *)model)->ac, blocks, seed);
}

static int32_t ppo_predict(const void *model, void *const *blocks, const baud_tick *tick) {
  return nn_ac_predict(&((const ppo_model *)model)->ac, blocks, tick);
}

/* ---- Learning ------------------------------------------------------------------------------------------- */

/* Fisher and Yates. */
static void ppo_shuffle(int32_t *order, uint32_t n, uint64_t *random) {
  for (uint32_t i = n; i > 1; i--) {
    uint32_t j = baud_below(random, i);
    int32_t kept = order[i - 1];
    order[i - 1] = order[j];
    order[j] = kept;
  }
}

static int32_t ppo_minibatch(const ppo_model *m, void *const *blocks, uint32_t index, const nn_adam *adam) {
  uint64_t rows = m->ac.rows, first = rows * index / m->minibatches, end = rows * (index + 1) / m->minibatches;
  nn_real *gradient = blocks[NN_AC_GRADIENT];
  int32_t code = nn_ac_gradient(&m->ac, blocks, (const int32_t *)blocks[PPO_ORDER] + first, (uint32_t)(end - first), &m->objective);
  if (code != BAUD_OK) return code;
  double scale = m->max_norm > 0.0 ? nn_clip_scale(gradient, m->ac.count, m->max_norm) : 1.0;
  nn_adam_step(adam, blocks[NN_AC_THETA], gradient, blocks[NN_AC_MOMENTS], m->ac.count, scale);
  return BAUD_OK;
}

static int32_t ppo_improve(const ppo_model *m, void *const *blocks) {
  int32_t *order = blocks[PPO_ORDER], code = nn_ac_judge(&m->ac, blocks, m->discount, m->lambda);
  nn_adam adam = m->adam;
  adam.lr *= nn_ac_left(&m->ac, blocks, m->anneal);
  for (uint32_t i = 0; i < m->ac.rows; i++) order[i] = (int32_t)i;
  for (uint32_t epoch = 0; epoch < m->epochs && code == BAUD_OK; epoch++) {
    ppo_shuffle(order, m->ac.rows, blocks[PPO_SHUFFLE]);
    for (uint32_t i = 0; i < m->minibatches && code == BAUD_OK; i++) code = ppo_minibatch(m, blocks, i, &adam);
  }
  return code;
}

static int32_t ppo_learn(const void *model, void *const *blocks, const baud_outcome *outcome) {
  const ppo_model *m = model;
  int32_t is_full = nn_ac_record(&m->ac, blocks, outcome), code = BAUD_OK;
  if (is_full <= 0) return is_full;
  if (!nn_ac_only_measures(&m->ac, blocks)) code = ppo_improve(m, blocks);
  nn_ac_renew(&m->ac, blocks);
  return code;
}

static const baud_learner_ops ppo_ops = { BAUD_SIZE(baud_learner_ops), 0, ppo_create, ppo_destroy, ppo_init, ppo_predict, ppo_learn };

static const baud_unit ppo_unit = {
  BAUD_SIZE(baud_unit), BAUD_LEARNER, 1, 1, "baud.ppo", "Proximal policy optimisation",
  "A policy network and a value network learn from rollouts, several times from each, as long as the policy stays near "
  "the one that acted (Schulman et al. 2017). Learns from the reward channel, sees the observation.",
  ppo_params, PPO_PARAMS, 0, &ppo_ops, NULL
};

BAUD_EXPORT const baud_library baud_plugin_1 = {
  BAUD_SIZE(baud_library), BAUD_MINOR, 0, BAUD_LAYOUT, "baud", "1.0", "MIT", &ppo_unit, 1, 0
};
