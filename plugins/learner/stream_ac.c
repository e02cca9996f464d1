/* Stream AC(lambda) (Elsayed, Vasan and Mahmood 2024, Streaming deep reinforcement learning finally works, arXiv
 * 2410.14606): an actor and a critic that learn from each transition once, when it happens, and keep none.
 *   delta = r + gamma V(s') - V(s);   z_v <- gamma lambda z_v + grad V(s)
 *   z_p <- gamma lambda z_p + grad (log pi(a|s) + tau sign(delta) H(pi(.|s)));   theta += step delta z for either,
 * the step bounded so that the update cannot overshoot (ObGD). Observations are normalised and rewards scaled by running
 * moments; networks start sparse and normalise their layers. Discrete actions are drawn from a softmax, continuous ones from
 * independent normals of deviation softplus.
 * Lanes share networks and moments, have traces of their own, and learn one after the other. A truncated episode
 * bootstraps from where it was cut off; on request it is over and the time is told, as in the published code.
 */
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "baud/nn_stream.h"
#include "baud/senses.h"

enum {
  AC_PARAM_LR, AC_PARAM_DISCOUNT, AC_PARAM_LAMBDA, AC_PARAM_ENTROPY, AC_PARAM_KAPPA_POLICY, AC_PARAM_KAPPA_VALUE, AC_PARAM_HIDDEN,
  AC_PARAM_HIDDEN_2, AC_PARAM_SPARSITY, AC_PARAM_TRUNCATION,
  AC_PARAMS
};
static const char *const ac_truncations[] = BAUD_TRUNCATION_CHOICES;
static const baud_param ac_params[AC_PARAMS] = {
  BAUD_PARAM_LIVE_FLOAT("lr", 1, 0, 1e6, "", "step size before ObGD bounds it"),
  BAUD_PARAM_FLOAT("discount", 0.99, 0, 1, "", "gamma, weight of a reward one step later"),
  BAUD_PARAM_FLOAT("lambda", 0.8, 0, 1, "", "decay of the traces beside gamma"),
  BAUD_PARAM_LIVE_FLOAT("entropy", 0.01, 0, 1e6, "", "tau, weight of the policy's entropy"),
  BAUD_PARAM_LIVE_FLOAT("kappa_policy", 3, 1e-6, 1e6, "", "ObGD's kappa of the actor: larger bounds more"),
  BAUD_PARAM_LIVE_FLOAT("kappa_value", 2, 1e-6, 1e6, "", "the same of the critic"),
  BAUD_PARAM_INT("hidden", 32, 1, 4096, "units", "width of the first hidden layer of either network"),
  BAUD_PARAM_INT("hidden_second", 32, 0, 4096, "units", "width of the second hidden layer; 0: there is none"),
  BAUD_PARAM_FLOAT("sparsity", 0.9, 0, 1, "", "share of the weights that are 0 at the start"),
  BAUD_PARAM_CHOICE("truncation", BAUD_TRUNCATION_BOOTSTRAP, ac_truncations, BAUD_TRUNCATIONS, BAUD_TRUNCATION_DOC)
};

enum {
  AC_THETA = BAUD_SENSES_BLOCKS, /* both networks */
  AC_TRACE,    /* [lane] both networks' eligibility */
  AC_ACTIVITY, /* [lane] the actor's pass of this tick */
  AC_POLICY,   /* [lane][2][actions] probabilities, logarithms; or means and deviations */
  AC_RANDOM,   /* [lane] */
  AC_CRITIC,   /* the critic's passes of a state and its successor */
  AC_GRADIENT, /* [outputs] of the actor */
  AC_BLOCKS
};

typedef struct ac_model {
  baud_senses senses;
  nn_layout layout;
  nn_stream actor, critic;
  nn_obgd actor_step, critic_step;
  double discount, decay, entropy, sparsity;
  uint32_t outputs; /* of the actor */
  baud_block blocks[AC_BLOCKS];
} ac_model;

/* ---- Creation ------------------------------------------------------------------------------------------- */

static void ac_declare(ac_model *m, const uint32_t hidden[2]) {
  uint32_t n_hidden = hidden[1] ? 2 : 1, actions = m->senses.features.choices ? m->senses.features.choices : m->senses.features.dimensions;
  m->outputs = m->senses.features.choices ? actions : 2 * actions;
  nn_stream_declare(&m->actor, &m->layout, "policy", m->senses.n, m->outputs, hidden, n_hidden);
  nn_stream_declare(&m->critic, &m->layout, "value", m->senses.n, 1, hidden, n_hidden);
  baud_block *b = m->blocks;
  b[AC_THETA] = baud_block_of(BAUD_F32, BAUD_WEIGHT, 0, m->layout.count, "networks");
  b[AC_TRACE] = baud_block_of(BAUD_F32, BAUD_TRACE, BAUD_PER_LANE, m->layout.count, "trace");
  b[AC_ACTIVITY] = baud_block_of(BAUD_F32, BAUD_TRACE, BAUD_PER_LANE, m->actor.work, "activity");
  b[AC_POLICY] = baud_block_of(BAUD_F64, BAUD_TRACE, BAUD_PER_LANE, 2 * (uint64_t)actions, "policy");
  b[AC_RANDOM] = baud_block_of(BAUD_U64, BAUD_RNG, BAUD_PER_LANE, 1, "random");
  b[AC_CRITIC] = baud_block_of(BAUD_F32, BAUD_SCRATCH, 0, 2 * m->critic.work, "critic");
  b[AC_GRADIENT] = baud_block_of(BAUD_F32, BAUD_SCRATCH, 0, m->outputs, "gradient");
}

static void ac_destroy(void *model) { free(model); }

static int32_t ac_create(const baud_host *host, const baud_value *v, baud_learner_setup *setup, void **model) {
  ac_model *m = calloc(1, sizeof *m);
  if (m == NULL) return host->fail(host, BAUD_ENOMEM, "there is no memory for the learner");
  int32_t code = baud_senses_open(host, setup, v[AC_PARAM_TRUNCATION].i, &m->senses, m->blocks);
  if (code != BAUD_OK) {
    ac_destroy(m);
    return code;
  }
  uint32_t hidden[2] = { (uint32_t)v[AC_PARAM_HIDDEN].i, (uint32_t)v[AC_PARAM_HIDDEN_2].i };
  m->discount = v[AC_PARAM_DISCOUNT].f;
  m->decay = v[AC_PARAM_DISCOUNT].f * v[AC_PARAM_LAMBDA].f;
  m->entropy = v[AC_PARAM_ENTROPY].f;
  m->sparsity = v[AC_PARAM_SPARSITY].f;
  m->actor_step = (nn_obgd){ v[AC_PARAM_LR].f, v[AC_PARAM_KAPPA_POLICY].f };
  m->critic_step = (nn_obgd){ v[AC_PARAM_LR].f, v[AC_PARAM_KAPPA_VALUE].f };
  ac_declare(m, hidden);
  setup->blocks = m->blocks;
  setup->n_blocks = AC_BLOCKS;
  *model = m;
  return BAUD_OK;
}

static int32_t ac_init(const void *model, void *const *blocks, uint64_t seed) {
  const ac_model *m = model;
  uint64_t random = baud_split(seed, m->senses.features.lanes);
  nn_stream_init(&m->actor, blocks[AC_THETA], m->sparsity, &random);
  nn_stream_init(&m->critic, blocks[AC_THETA], m->sparsity, &random);
  baud_senses_init(&m->senses, blocks);
  baud_seed_lanes(blocks[AC_RANDOM], m->senses.features.lanes, seed);
  return BAUD_OK;
}

/* ---- Acting ----------------------------------------------------------------------------------------------- */

static uint32_t ac_actions(const ac_model *m) { return m->senses.features.choices ? m->senses.features.choices : m->senses.features.dimensions; }
static float *ac_activity(const ac_model *m, void *const *blocks, uint32_t lane) { return (float *)blocks[AC_ACTIVITY] + lane * m->actor.work; }
static double *ac_policy(const ac_model *m, void *const *blocks, uint32_t lane) {
  return (double *)blocks[AC_POLICY] + 2 * (uint64_t)lane * ac_actions(m);
}

/* Probabilities and their logarithms, of the actor's outputs. */
static void ac_softmax(const float *logits, uint32_t n, double *policy) {
  double *log_p = policy + n, largest = (double)logits[0], sum = 0.0;
  for (uint32_t i = 1; i < n; i++) largest = fmax(largest, (double)logits[i]);
  for (uint32_t i = 0; i < n; i++) {
    log_p[i] = (double)logits[i] - largest;
    sum += policy[i] = exp(log_p[i]);
  }
  double all = log(sum), share = 1.0 / sum;
  for (uint32_t i = 0; i < n; i++) {
    policy[i] *= share;
    log_p[i] -= all;
  }
}

/* Means and deviations; none so small that a density overflows. */
static void ac_normals(const float *out, uint32_t n, double *policy) {
  for (uint32_t i = 0; i < n; i++) {
    double x = (double)out[n + i];
    policy[i] = (double)out[i];
    policy[n + i] = fmax(x, 0.0) + log1p(exp(-fabs(x))) + 1e-6;
  }
}

/* The actor's pass of a lane, its input being in place; and the policy that comes of it. */
static void ac_pass(const ac_model *m, void *const *blocks, uint32_t lane) {
  const float *out = nn_stream_forward(&m->actor, blocks[AC_THETA], ac_activity(m, blocks, lane));
  if (m->senses.features.choices) ac_softmax(out, m->senses.features.choices, ac_policy(m, blocks, lane));
  else ac_normals(out, m->senses.features.dimensions, ac_policy(m, blocks, lane));
}

static void ac_act_discrete(const ac_model *m, void *const *blocks, const baud_tick *tick, uint32_t lane) {
  const double *policy = ac_policy(m, blocks, lane);
  baud_answer(tick, m->senses.features.asks_action, lane, policy, m->senses.features.choices);
  if (tick->action_given) return;
  uint32_t action = baud_categorical((uint64_t *)blocks[AC_RANDOM] + lane, policy, m->senses.features.choices);
  baud_write_discrete(&m->senses.features.action, tick->action, lane, action);
}

static void ac_act_continuous(const ac_model *m, void *const *blocks, const baud_tick *tick, uint32_t lane) {
  const double *policy = ac_policy(m, blocks, lane);
  uint32_t n = m->senses.features.dimensions;
  for (uint64_t asked = tick->ask & m->senses.features.asks_action; asked; asked &= asked - 1) {
    float *answer = tick->answer[__builtin_ctzll(asked)] + 2 * (uint64_t)lane * n;
    for (uint32_t i = 0; i < 2 * n; i++) answer[i] = (float)policy[i % 2 * n + i / 2];
  }
  float *action = (float *)tick->action + (uint64_t)lane * n;
  uint64_t *random = (uint64_t *)blocks[AC_RANDOM] + lane;
  for (uint32_t i = 0; i < n && !tick->action_given; i++) action[i] = (float)(policy[i] + policy[n + i] * baud_normal(random));
}

static int32_t ac_predict(const void *model, void *const *blocks, const baud_tick *tick) {
  const ac_model *m = model;
  for (uint32_t lane = 0; lane < m->senses.features.lanes; lane++) {
    baud_senses_state(&m->senses, blocks, tick, lane, nn_stream_input(&m->actor, ac_activity(m, blocks, lane)));
    ac_pass(m, blocks, lane);
    if (m->senses.features.choices) ac_act_discrete(m, blocks, tick, lane);
    else ac_act_continuous(m, blocks, tick, lane);
  }
  return BAUD_OK;
}

/* ---- Learning --------------------------------------------------------------------------------------------- */

/* grad of log p(action) + tau H by the logits: 1 - p or -p, and -tau p (log p + H). */
static void ac_gradient_discrete(const double *policy, uint32_t n, uint32_t action, double tau, float *d) {
  const double *log_p = policy + n;
  double entropy = 0.0;
  for (uint32_t i = 0; i < n; i++) entropy -= policy[i] * log_p[i];
  for (uint32_t i = 0; i < n; i++) d[i] = (float)((i == action) - policy[i] * (1.0 + tau * (log_p[i] + entropy)));
}

/* The same of a normal: (a - mean) / deviation^2 by the mean; by the deviation (u^2 - 1 + tau) / deviation, u the action's
 * place in units of it, and softplus' slope from there. */
static void ac_gradient_continuous(const double *policy, const float *out, uint32_t n, const float *action, double tau, float *d) {
  for (uint32_t i = 0; i < n; i++) {
    double deviation = policy[n + i], u = ((double)action[i] - policy[i]) / deviation;
    d[i] = (float)(u / deviation);
    d[n + i] = (float)((u * u - 1.0 + tau) / deviation / (1.0 + exp(-(double)out[n + i])));
  }
}

static void ac_actor(const ac_model *m, void *const *blocks, const baud_outcome *outcome, uint32_t lane, double delta) {
  uint32_t actions = ac_actions(m);
  const double *policy = ac_policy(m, blocks, lane);
  float *activity = ac_activity(m, blocks, lane), *d = blocks[AC_GRADIENT];
  float *theta = blocks[AC_THETA], *trace = (float *)blocks[AC_TRACE] + lane * m->layout.count;
  double tau = delta > 0.0 ? m->entropy : delta < 0.0 ? -m->entropy : 0.0;
  if (m->senses.features.choices)
    ac_gradient_discrete(policy, actions, baud_discrete(&m->senses.features.action, outcome->action, lane), tau, d);
  else
    ac_gradient_continuous(policy, nn_stream_output(&m->actor, activity), actions,
                           (const float *)outcome->action + (uint64_t)lane * actions, tau, d);
  double size = nn_stream_trace(&m->actor, theta, activity, d, m->decay, trace);
  nn_stream_learn(&m->actor, theta, trace, nn_obgd_rate(&m->actor_step, size, delta) * delta);
}

static void ac_critic(const ac_model *m, void *const *blocks, uint32_t lane, double delta) {
  static const float one = 1.0f;
  float *theta = blocks[AC_THETA], *trace = (float *)blocks[AC_TRACE] + lane * m->layout.count;
  double size = nn_stream_trace(&m->critic, theta, blocks[AC_CRITIC], &one, m->decay, trace);
  nn_stream_learn(&m->critic, theta, trace, nn_obgd_rate(&m->critic_step, size, delta) * delta);
}

/* delta, with the critic's pass of the state left for the trace. */
static double ac_error(const ac_model *m, void *const *blocks, const baud_outcome *outcome, uint32_t lane) {
  float *here = blocks[AC_CRITIC], *there = here + m->critic.work;
  memcpy(nn_stream_input(&m->critic, here), nn_stream_input(&m->actor, ac_activity(m, blocks, lane)), m->senses.n * sizeof *here);
  baud_senses_successor(&m->senses, blocks, outcome, lane, nn_stream_input(&m->critic, there));
  nn_stream_forward_two(&m->critic, blocks[AC_THETA], here, there);
  double reward = baud_senses_reward(blocks, outcome, lane, m->discount);
  double after = baud_senses_is_over(&m->senses, outcome->flags[lane]) ? 0.0 : m->discount * (double)*nn_stream_output(&m->critic, there);
  return reward + after - (double)*nn_stream_output(&m->critic, here);
}

static int32_t ac_learn(const void *model, void *const *blocks, const baud_outcome *outcome) {
  const ac_model *m = model;
  for (uint32_t lane = 0; lane < m->senses.features.lanes; lane++) {
    /* the first lane's pass is as predict left it; for the others the weights have moved since */
    if (lane > 0) ac_pass(m, blocks, lane);
    double delta = ac_error(m, blocks, outcome, lane);
    ac_actor(m, blocks, outcome, lane, delta);
    ac_critic(m, blocks, lane, delta);
    if (outcome->flags[lane]) memset((float *)blocks[AC_TRACE] + lane * m->layout.count, 0, m->layout.count * sizeof(float));
  }
  return BAUD_OK;
}

/* ---- Tables ------------------------------------------------------------------------------------------------ */

static const baud_learner_ops ac_ops = { BAUD_SIZE(baud_learner_ops), 0, ac_create, ac_destroy, ac_init, ac_predict, ac_learn };

static const baud_unit ac_unit = {
  BAUD_SIZE(baud_unit), BAUD_LEARNER, 1, 1, "baud.stream_ac", "Stream AC(lambda)",
  "Actor and critic networks that learn from each transition once, when it happens: eligibility traces, steps bounded by "
  "ObGD, sparse initialisation, layer norm, running normalisation of observations and scaling of rewards (Elsayed, Vasan "
  "and Mahmood 2024, arXiv 2410.14606). Defaults are the published ones, with hidden layers of 32. Discrete or continuous "
  "actions.",
  ac_params, AC_PARAMS, 0, &ac_ops, NULL
};

BAUD_EXPORT const baud_library baud_plugin_1 = {
  BAUD_SIZE(baud_library), BAUD_MINOR, 0, BAUD_LAYOUT, "baud", "1.0", "MIT", &ac_unit, 1, 0
};
