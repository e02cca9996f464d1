/* Advantage actor-critic, the synchronous form of A3C (Mnih et al. 2016, arXiv 1602.01783): after every few steps in all
 * lanes policy and value move once by the gradient of
 *   -A log pi(a|s) - entropy H + value * (v - target)^2 / 2
 * over these steps, with RMSProp. Defaults are those of Stable-Baselines3's A2C; lambda = 1 is the paper's n-step return.
 * A truncated episode bootstraps from where it was cut off.
 */
#include <stdlib.h>

#include "baud/actor_critic.h"

enum {
  A2C_PARAM_LR, A2C_PARAM_ANNEAL, A2C_PARAM_DECAY, A2C_PARAM_LR_EPSILON, A2C_PARAM_HORIZON, A2C_PARAM_DISCOUNT, A2C_PARAM_LAMBDA,
  A2C_PARAM_ENTROPY, A2C_PARAM_VALUE, A2C_PARAM_MAX_NORM, A2C_PARAM_STANDARDISE, A2C_PARAM_HIDDEN, A2C_PARAM_HIDDEN_2,
  A2C_PARAM_ACTIVATION, A2C_PARAM_INITIAL, A2C_PARAM_INITIAL_STD, A2C_PARAM_NORMALISE, A2C_PARAMS
};
static const char *const a2c_activations[] = { "tanh", "relu" };
static const int a2c_activation_of[] = { NN_TANH, NN_RELU };
static const char *const a2c_initials[] = { "orthogonal", "uniform" };
static const char *const a2c_normalises[] = { "none", "start", "running" };
static const baud_param a2c_params[A2C_PARAMS] = {
  BAUD_PARAM_LIVE_FLOAT("lr", 7e-4, 0, 1, "", "step size (RMSProp)"),
  BAUD_PARAM_INT("anneal_steps", 0, 0, 1000000000000, "steps", "steps of all lanes over which lr falls linearly to 0; 0: it stays"),
  BAUD_PARAM_FLOAT("decay", 0.99, 0, 0.999999, "", "of RMSProp's mean square"),
  BAUD_PARAM_FLOAT("lr_epsilon", 1e-5, 1e-12, 1, "", "RMSProp's epsilon"),
  BAUD_PARAM_INT("horizon", 5, 1, 1000000, "steps", "steps in each lane from one update to the next"),
  BAUD_PARAM_FLOAT("discount", 0.99, 0, 1, "", "gamma, weight of a reward one step later"),
  BAUD_PARAM_FLOAT("lambda", 1, 0, 1, "", "weight of an error of the value one step later, beside gamma"),
  BAUD_PARAM_LIVE_FLOAT("entropy", 0, 0, 1e3, "", "weight of the policy's entropy in nats"),
  BAUD_PARAM_LIVE_FLOAT("value", 0.5, 0, 1e3, "", "weight of the values' loss"),
  BAUD_PARAM_LIVE_FLOAT("max_norm", 0.5, 0, 1e9, "", "largest norm of an update's gradient; 0: as it is"),
  BAUD_PARAM_FLAG("standardise", 0, "advantages to mean 0 and variance 1 in each update"),
  BAUD_PARAM_INT("hidden", 64, 1, 4096, "units", "width of the first hidden layer of each of the two networks"),
  BAUD_PARAM_INT("hidden_second", 64, 0, 4096, "units", "width of the second; 0: there is none"),
  BAUD_PARAM_CHOICE("activation", 0, a2c_activations, 2, "of the hidden layers"),
  BAUD_PARAM_CHOICE("initial", NN_POLICY_ORTHOGONAL, a2c_initials, 2, "weights: orthogonal, the policy's last layer small; or uniform by fan-in"),
  BAUD_PARAM_FLOAT("initial_std", 1, 1e-3, 1e3, "", "standard deviation of a continuous action, in halves of its range"),
  BAUD_PARAM_CHOICE("normalise", NN_AC_RAW, a2c_normalises, 3, "observations to mean 0 and variance 1, by the first rollout, which is not learnt "
                    "from, or by all so far")
};

typedef struct a2c_model {
  nn_actor_critic ac;
  nn_rmsprop rmsprop;
  nn_ac_objective objective;
  double anneal, discount, lambda, max_norm;
  baud_block blocks[NN_AC_BLOCKS];
} a2c_model;

static nn_ac_settings a2c_read(a2c_model *m, const baud_value *v) {
  m->rmsprop = (nn_rmsprop){ v[A2C_PARAM_LR].f, v[A2C_PARAM_DECAY].f, v[A2C_PARAM_LR_EPSILON].f };
  m->objective = (nn_ac_objective){ 0.0, 0.0, v[A2C_PARAM_ENTROPY].f, v[A2C_PARAM_VALUE].f, (int)v[A2C_PARAM_STANDARDISE].i };
  m->anneal = (double)v[A2C_PARAM_ANNEAL].i;
  m->discount = v[A2C_PARAM_DISCOUNT].f;
  m->lambda = v[A2C_PARAM_LAMBDA].f;
  m->max_norm = v[A2C_PARAM_MAX_NORM].f;
  return (nn_ac_settings){
    .policy = { .hidden = { (uint32_t)v[A2C_PARAM_HIDDEN].i, (uint32_t)v[A2C_PARAM_HIDDEN_2].i },
                .activation = a2c_activation_of[v[A2C_PARAM_ACTIVATION].i],
                .initial = (int)v[A2C_PARAM_INITIAL].i,
                .initial_std = v[A2C_PARAM_INITIAL_STD].f },
    .horizon = (uint32_t)v[A2C_PARAM_HORIZON].i,
    .normalise = (int)v[A2C_PARAM_NORMALISE].i
  };
}

static void a2c_destroy(void *model) { free(model); }

static int32_t a2c_create(const baud_host *host, const baud_value *values, baud_learner_setup *setup, void **model) {
  a2c_model *m = calloc(1, sizeof *m);
  if (m == NULL) return host->fail(host, BAUD_ENOMEM, "there is no memory for the learner");
  nn_ac_settings settings = a2c_read(m, values);
  int32_t code = nn_ac_open(&m->ac, host, setup, &settings, m->blocks);
  if (code != BAUD_OK) {
    a2c_destroy(m);
    return code;
  }
  m->blocks[NN_AC_MOMENTS].count = m->ac.count;
  setup->blocks = m->blocks;
  setup->n_blocks = NN_AC_BLOCKS;
  *model = m;
  return BAUD_OK;
}

static int32_t a2c_init(const void *model, void *const *blocks, uint64_t seed) {
  return nn_ac_init(&((const a2c_model *)model)->ac, blocks, seed);
}

static int32_t a2c_predict(const void *model, void *const *blocks, const baud_tick *tick) {
  return nn_ac_predict(&((const a2c_model *)model)->ac, blocks, tick);
}

static int32_t a2c_improve(const a2c_model *m, void *const *blocks) {
  nn_real *gradient = blocks[NN_AC_GRADIENT];
  nn_rmsprop rmsprop = m->rmsprop;
  rmsprop.lr *= nn_ac_left(&m->ac, blocks, m->anneal);
  int32_t code = nn_ac_judge(&m->ac, blocks, m->discount, m->lambda);
  if (code == BAUD_OK) code = nn_ac_gradient(&m->ac, blocks, NULL, m->ac.rows, &m->objective);
  if (code != BAUD_OK) return code;
  double scale = m->max_norm > 0.0 ? nn_clip_scale(gradient, m->ac.count, m->max_norm) : 1.0;
  nn_rmsprop_step(&rmsprop, blocks[NN_AC_THETA], gradient, blocks[NN_AC_MOMENTS], m->ac.count, scale);
  return BAUD_OK;
}

static int32_t a2c_learn(const void *model, void *const *blocks, const baud_outcome *outcome) {
  const a2c_model *m = model;
  int32_t is_full = nn_ac_record(&m->ac, blocks, outcome), code = BAUD_OK;
  if (is_full <= 0) return is_full;
  if (!nn_ac_only_measures(&m->ac, blocks)) code = a2c_improve(m, blocks);
  nn_ac_renew(&m->ac, blocks);
  return code;
}

static const baud_learner_ops a2c_ops = { BAUD_SIZE(baud_learner_ops), 0, a2c_create, a2c_destroy, a2c_init, a2c_predict, a2c_learn };

static const baud_unit a2c_unit = {
  BAUD_SIZE(baud_unit), BAUD_LEARNER, 1, 1, "baud.a2c", "Advantage actor-critic",
  "A policy network and a value network learn once from every few steps of all lanes (Mnih et al. 2016, synchronous). "
  "Learns from the reward channel, sees the observation.",
  a2c_params, A2C_PARAMS, 0, &a2c_ops, NULL
};

BAUD_EXPORT const baud_library baud_plugin_1 = {
  BAUD_SIZE(baud_library), BAUD_MINOR, 0, BAUD_LAYOUT, "baud", "1.0", "MIT", &a2c_unit, 1, 0
};
