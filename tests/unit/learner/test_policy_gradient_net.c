/* Policy gradients of whole episodes over a network: REINFORCE, RLOO, GRPO. What a group's step goes along is read from
 * Adam's first moments, and held to the published sums, written out here in double precision over a network of its own; its
 * expectation over every possible trajectory to central differences of the expected return. Nothing there is random.
 */
#define baud_plugin_1 net_library
#include "../../../plugins/learner/policy_gradient.c"
#undef baud_plugin_1

#include "rig.h"

enum { REINFORCE, RLOO, GRPO, UNITS };
enum { STATES = 3, ACTIONS = 2, HIDDEN = 5, LENGTH = 3, MOST_PARAMS = 128 };

static void assert_near(double got, double wanted, double tolerance) {
  if (!(fabs(got - wanted) <= tolerance)) fail_msg("got %.9g, wanted %.9g within %g", got, wanted, tolerance);
}

/* ---- A small world: three states, two actions, rewards everywhere ------------------------------------------------ */

static const uint32_t small_next[STATES][ACTIONS] = { { 1, 2 }, { 0, 2 }, { 1, 0 } };
static const double small_reward[STATES][ACTIONS] = { { 0.5, -1.0 }, { 2.0, 0.25 }, { -0.5, 3.0 } };

/* What happened: for each episode its steps, to be judged here. */
enum { MOST_STEPS = 64, MOST_EPISODES = 4 };
typedef struct episode {
  uint32_t n, state[MOST_STEPS], action[MOST_STEPS];
  double reward[MOST_STEPS];
} episode;

static rig small_rig(uint32_t unit, uint32_t lanes) {
  rig r = { .states = STATES, .actions = ACTIONS, .lanes = lanes, .start = 0, .which = unit,
            .channels = BAUD_MASK(BAUD_CH_OBSERVATION) | BAUD_MASK(BAUD_CH_REWARD) };
  rig_set(&r, "hidden", HIDDEN);
  rig_set(&r, "hidden_second", 0);
  rig_set(&r, "initial", NN_POLICY_UNIFORM);
  return r;
}

static const pg_model *model_of(const rig *r) { return r->model; }
static const nn_real *block_of(const rig *r, const char *name) { return r->blocks[rig_block(r, name)]; }

/* The network again, in double: log pi(.|state). */
static void log_policy(const pg_model *m, const double *theta, uint32_t state, double *log_p) {
  const nn_linear_layer *in = &m->policy.net.layer[0], *out = &m->policy.net.layer[1];
  double h[HIDDEN], sum = 0.0;
  for (uint32_t j = 0; j < HIDDEN; j++) h[j] = tanh(theta[in->bias + j] + theta[in->weight + state * HIDDEN + j]);
  for (uint32_t a = 0; a < ACTIONS; a++) {
    log_p[a] = theta[out->bias + a];
    for (uint32_t j = 0; j < HIDDEN; j++) log_p[a] += h[j] * theta[out->weight + j * ACTIONS + a];
    sum += exp(log_p[a]);
  }
  for (uint32_t a = 0; a < ACTIONS; a++) log_p[a] -= log(sum);
}

static double entropy_at(const pg_model *m, const double *theta, uint32_t state) {
  double log_p[ACTIONS], sum = 0.0;
  log_policy(m, theta, state, log_p);
  for (uint32_t a = 0; a < ACTIONS; a++) sum -= exp(log_p[a]) * log_p[a];
  return sum;
}

static void theta_of(const rig *r, double *theta) {
  assert_true(model_of(r)->count <= MOST_PARAMS);
  for (uint64_t i = 0; i < model_of(r)->count; i++) theta[i] = (double)block_of(r, "network")[i];
}

/* gradient <- d f / d theta, by central differences. */
typedef double (*function)(const pg_model *m, const double *theta, const void *ctx);
static void differences(const pg_model *m, double *theta, function f, const void *ctx, double *gradient) {
  for (uint64_t i = 0; i < m->count; i++) {
    double at = theta[i], value[2];
    for (int side = 0; side < 2; side++) {
      theta[i] = at + (side ? 1e-5 : -1e-5);
      value[side] = f(m, theta, ctx);
    }
    theta[i] = at;
    gradient[i] = (value[1] - value[0]) / 2e-5;
  }
}

/* What the first step of a learner's life went along. */
static double first_gradient(const rig *r, uint64_t i) { return (double)block_of(r, "moments")[i] / 0.1; }

/* One episode with the actions coded in the bits of `code`, again and again if it is longer. */
static void run_episode(rig *r, uint32_t code, uint32_t n, episode *e) {
  e->n = n;
  for (uint32_t t = 0; t < n; t++) {
    uint32_t state = (uint32_t)r->obs[0], action = code >> t % 32 & 1;
    r->action[0] = (int32_t)action;
    rig_predict(r, BAUD_TRAIN, 1);
    e->state[t] = state;
    e->action[t] = action;
    e->reward[t] = small_reward[state][action];
    r->reward[0] = (float)e->reward[t];
    r->flags[0] = t + 1 == n ? BAUD_TERMINATED : 0;
    r->next[0] = (int32_t)small_next[state][action];
    rig_learn(r);
  }
}

/* ---- The step goes along the published sum ------------------------------------------------------------------------ */

typedef struct judged {
  const char *what;
  uint32_t unit, n;
  double entropy, discount, baseline;
  int normalise, per_step;
  uint32_t code[MOST_EPISODES], length[MOST_EPISODES];
  /* filled in */
  episode e[MOST_EPISODES];
  double gain[MOST_EPISODES];
} judged;

/* A(i, t), from the definitions. */
static double advantage_of(const judged *j, uint32_t i, uint32_t t) {
  double mean = 0.0, squares = 0.0, follows = 0.0;
  for (uint32_t k = t; k < j->e[i].n; k++) follows += pow(j->discount, k) * j->e[i].reward[k];
  for (uint32_t k = 0; k < j->n; k++) mean += j->gain[k] / j->n;
  for (uint32_t k = 0; k < j->n; k++) squares += (j->gain[k] - mean) * (j->gain[k] - mean);
  if (j->unit == REINFORCE) return follows - j->baseline;
  if (j->unit == RLOO) return j->gain[i] - (mean * j->n - j->gain[i]) / (j->n - 1);
  return (j->gain[i] - mean) / (j->normalise ? sqrt(squares / (j->n - 1)) + 1e-4 : 1.0);
}

static double judged_loss(const pg_model *m, const double *theta, const void *ctx) {
  const judged *j = ctx;
  double loss = 0.0;
  for (uint32_t i = 0; i < j->n; i++)
    for (uint32_t t = 0; t < j->e[i].n; t++) {
      double log_p[ACTIONS], share = 1.0 / j->n / (j->per_step ? j->e[i].n : 1);
      log_policy(m, theta, j->e[i].state[t], log_p);
      loss -= share * (advantage_of(j, i, t) * log_p[j->e[i].action[t]] + j->entropy * entropy_at(m, theta, j->e[i].state[t]));
    }
  return loss;
}

static void a_groups_step_is_along_the_published_sum(void **state) {
  (void)state;
  static judged cases[] = {
    { .what = "no baseline", .unit = REINFORCE, .n = 1, .discount = 1, .code = { 5 }, .length = { 4 } },
    { .what = "discount and baseline", .unit = REINFORCE, .n = 3, .discount = 0.8, .baseline = 0.7, .code = { 5, 0, 9 }, .length = { 4, 2, 50 } },
    { .what = "entropy", .unit = REINFORCE, .n = 2, .entropy = 0.3, .discount = 0.9, .code = { 5, 3 }, .length = { 4, 40 } },
    { .what = "RLOO", .unit = RLOO, .n = 4, .discount = 1, .code = { 5, 2, 7, 0 }, .length = { 3, 33, 4, 1 } },
    { .what = "RLOO with entropy", .unit = RLOO, .n = 2, .entropy = 0.5, .discount = 1, .code = { 1, 2 }, .length = { 3, 3 } },
    { .what = "GRPO", .unit = GRPO, .n = 4, .discount = 1, .normalise = 1, .code = { 5, 2, 7, 0 }, .length = { 3, 33, 4, 1 } },
    { .what = "GRPO by step, with entropy", .unit = GRPO, .n = 3, .entropy = 0.2, .discount = 1, .normalise = 1, .per_step = 1,
      .code = { 5, 2, 7 }, .length = { 3, 5, 4 } },
    { .what = "GRPO, not normalised", .unit = GRPO, .n = 3, .discount = 1, .code = { 5, 2, 7 }, .length = { 3, 5, 4 } },
  };
  for (size_t c = 0; c < sizeof cases / sizeof *cases; c++) {
    judged *j = &cases[c];
    double theta[MOST_PARAMS], gradient[MOST_PARAMS];
    rig r = small_rig(j->unit, 1);
    rig_set(&r, "group", j->n);
    rig_set(&r, "entropy", j->entropy);
    if (j->unit == REINFORCE) rig_set(&r, "discount", j->discount);
    if (j->unit == GRPO) rig_set(&r, "normalise", j->normalise);
    if (j->unit == GRPO) rig_set(&r, "per_step", j->per_step);
    assert_int_equal(rig_open(&r, &net_library), BAUD_OK);
    rig_init(&r, 3);
    ((double *)r.blocks[PG_BASELINE])[0] = 1.0;
    ((double *)r.blocks[PG_BASELINE])[1] = j->baseline;
    theta_of(&r, theta);
    for (uint32_t i = 0; i < j->n; i++) {
      run_episode(&r, j->code[i], j->length[i], &j->e[i]);
      j->gain[i] = 0.0;
      for (uint32_t t = 0; t < j->length[i]; t++) j->gain[i] += pow(j->discount, t) * j->e[i].reward[t];
    }
    differences(model_of(&r), theta, judged_loss, j, gradient);
    for (uint64_t i = 0; i < model_of(&r)->count; i++)
      if (!(fabs(first_gradient(&r, i) - gradient[i]) < 2e-4))
        fail_msg("%s: %u is %.9g, wanted %.9g", j->what, (uint32_t)i, first_gradient(&r, i), gradient[i]);
    rig_close(&r);
  }
}

/* ---- Its expectation is the gradient of the return ---------------------------------------------------------------- */

static double small_value(const pg_model *m, const double *theta, uint32_t state, uint32_t left, double discount) {
  double value = 0.0, log_p[ACTIONS];
  if (left == 0) return 0.0;
  log_policy(m, theta, state, log_p);
  for (uint32_t a = 0; a < ACTIONS; a++)
    value += exp(log_p[a]) * (small_reward[state][a] + discount * small_value(m, theta, small_next[state][a], left - 1, discount));
  return value;
}

static double expected_return(const pg_model *m, const double *theta, const void *ctx) {
  return small_value(m, theta, 0, LENGTH, *(const double *)ctx);
}

static void follows_the_gradient(rig *r, uint32_t group, double discount) {
  double theta[MOST_PARAMS], gradient[MOST_PARAMS], update[MOST_PARAMS] = { 0 };
  rig_set(r, "group", group);
  assert_int_equal(rig_open(r, &net_library), BAUD_OK);
  const pg_model *m = model_of(r);
  for (uint32_t code = 0; code < 1u << (group * LENGTH); code++) {
    episode e;
    double log_p[ACTIONS], log_probability = 0.0;
    rig_init(r, 4);
    theta_of(r, theta);
    for (uint32_t i = 0; i < group; i++) {
      run_episode(r, code >> (i * LENGTH), LENGTH, &e);
      for (uint32_t t = 0; t < LENGTH; t++) {
        log_policy(m, theta, e.state[t], log_p);
        log_probability += log_p[e.action[t]];
      }
    }
    for (uint64_t i = 0; i < m->count; i++) update[i] += exp(log_probability) * first_gradient(r, i);
  }
  differences(m, theta, expected_return, &discount, gradient);
  for (uint64_t i = 0; i < m->count; i++) assert_near(update[i], -gradient[i], 1e-5);
  rig_close(r);
}

static void the_expected_step_of_reinforce_is_along_the_gradient_of_the_return(void **state) {
  (void)state;
  rig r = small_rig(REINFORCE, 1);
  rig_set(&r, "discount", 0.8);
  follows_the_gradient(&r, 1, 0.8);
}

static void the_expected_step_of_rloo_is_along_the_gradient_of_the_return(void **state) {
  (void)state;
  rig r = small_rig(RLOO, 1);
  follows_the_gradient(&r, 3, 1.0);
}

/* ---- What crosses lanes and time ---------------------------------------------------------------------------------- */

static double log_likelihood(const pg_model *m, const double *theta, const void *ctx) {
  const uint32_t *step = ctx;
  double log_p[ACTIONS];
  log_policy(m, theta, step[0], log_p);
  return -log_p[step[1]];
}

/* Lane 0's episodes end every 7 steps and move the policy; lane 1's is long: each of its steps counts with the policy that
 * acted then, and none is left out or counted twice. */
static void each_step_is_gone_through_with_the_policy_that_acted(void **state) {
  (void)state;
  enum { T = 100 };
  double theta[MOST_PARAMS], one[MOST_PARAMS], sum[MOST_PARAMS] = { 0 }, moved = 0.0, first[MOST_PARAMS];
  rig r = small_rig(REINFORCE, 2);
  rig_set(&r, "group", 1);
  rig_set(&r, "lr", 0.01);
  assert_int_equal(rig_open(&r, &net_library), BAUD_OK);
  rig_init(&r, 8);
  theta_of(&r, first);
  for (uint32_t t = 0; t < T; t++) {
    rig_predict(&r, BAUD_TRAIN, 0);
    uint32_t step[2] = { (uint32_t)r.obs[1], (uint32_t)r.action[1] };
    theta_of(&r, theta);
    differences(model_of(&r), theta, log_likelihood, step, one);
    for (uint64_t i = 0; i < model_of(&r)->count; i++) sum[i] += one[i];
    for (uint32_t lane = 0; lane < 2; lane++) {
      r.reward[lane] = (float)small_reward[r.obs[lane]][r.action[lane]];
      r.flags[lane] = lane == 0 && t % 7 == 6 ? BAUD_TRUNCATED : 0;
      r.next[lane] = (int32_t)small_next[r.obs[lane]][r.action[lane]];
    }
    rig_learn(&r);
  }
  const nn_real *score = block_of(&r, "score") + model_of(&r)->count;
  assert_int_equal(pg_go_through_all(r.model, r.blocks), BAUD_OK);
  for (uint64_t i = 0; i < model_of(&r)->count; i++) {
    assert_near((double)score[i], sum[i], 1e-3);
    moved += fabs(theta[i] - first[i]);
  }
  assert_true(moved > 0.1);
  rig_close(&r);
}

/* All alike: not even by what Adam remembers of groups before. */
static void a_group_whose_returns_are_equal_moves_nothing(void **state) {
  (void)state;
  for (uint32_t unit = RLOO; unit <= GRPO; unit++) {
    episode e;
    rig r = small_rig(unit, 1);
    rig_set(&r, "group", 2);
    assert_int_equal(rig_open(&r, &net_library), BAUD_OK);
    rig_init(&r, 3);
    uint64_t before = rig_hash(&r, 1u << BAUD_WEIGHT);
    for (uint32_t i = 0; i < 2; i++) run_episode(&r, i, 3, &e);
    uint64_t after = rig_hash(&r, 1u << BAUD_WEIGHT);
    assert_true(after != before);
    for (uint32_t i = 0; i < 2; i++) run_episode(&r, 5, 3, &e);
    assert_true(after == rig_hash(&r, 1u << BAUD_WEIGHT));
    rig_close(&r);
  }
}

static uint32_t small_world(void *ctx, uint32_t lane, uint32_t at, uint32_t action, float *reward, uint8_t *flags) {
  uint32_t *step = ctx;
  *reward = (float)small_reward[at][action];
  *flags = ++step[lane] % LENGTH == 0 ? BAUD_TERMINATED : 0;
  return small_next[at][action];
}

static void predicting_teaches_nothing_and_a_seed_gives_the_same_life(void **state) {
  (void)state;
  for (uint32_t unit = 0; unit < UNITS; unit++) {
    uint32_t step[3] = { 0, 1, 2 };
    rig r = small_rig(unit, 3);
    rig_ask(&r, BAUD_ASK_ACTION, ACTIONS, NULL);
    assert_int_equal(rig_open(&r, &net_library), BAUD_OK);
    rig_check_predict(&r, small_world, step, 100);
    for (uint32_t lane = 0; lane < 3; lane++) step[lane] = 0; /* 300 ticks: a multiple of the episode's length */
    rig_check_determinism(&r, small_world, step, 300);
    rig_close(&r);
  }
}

/* By enumeration. */
static double best_return(uint32_t state, uint32_t left) {
  double best = -1e9;
  if (left == 0) return 0.0;
  for (uint32_t a = 0; a < ACTIONS; a++) best = fmax(best, small_reward[state][a] + best_return(small_next[state][a], left - 1));
  return best;
}

static void each_of_them_finds_the_best_policy_of_a_small_world(void **state) {
  (void)state;
  for (uint32_t unit = 0; unit < UNITS; unit++) {
    uint32_t step[4] = { 0 };
    double theta[MOST_PARAMS];
    rig r = small_rig(unit, 4);
    rig_set(&r, "lr", 0.02);
    assert_int_equal(rig_open(&r, &net_library), BAUD_OK);
    rig_init(&r, 12);
    for (uint32_t t = 0; t < 3000; t++) (void)rig_tick(&r, small_world, step, 0);
    theta_of(&r, theta);
    assert_near(small_value(model_of(&r), theta, 0, LENGTH, 1.0), best_return(0, LENGTH), 0.05);
    rig_close(&r);
  }
}

/* ---- Continuous actions ------------------------------------------------------------------------------------------- */

/* A bound of the environment's, [-1, 3]: middle 1, half 2. One step, action given, reward 1: the gradient is -grad log N. */
static double gaussian_loss(const pg_model *m, const double *theta, const void *ctx) {
  const double *seen = ctx, *did = seen + 2;
  const nn_linear_layer *layer = &m->policy.net.layer[0];
  double sum = 0.0;
  for (uint32_t j = 0; j < 2; j++) {
    double mean = theta[layer->bias + j] + seen[0] * theta[layer->weight + j] + seen[1] * theta[layer->weight + 2 + j];
    double log_std = theta[m->policy.log_std + j], z = ((did[j] - 1.0) / 2.0 - mean) / exp(log_std);
    sum += z * z / 2.0 + log_std;
  }
  return sum;
}

static void continuous_actions_are_learnt_by_the_gradient_of_their_density(void **state) {
  (void)state;
  rig r = { .lanes = 1, .unit = &net_library.units[REINFORCE] };
  baud_field obs_field = { .size = BAUD_SIZE(baud_field), .dtype = BAUD_F32, .count = 2, .name = "seen" };
  baud_field action_field = { .size = BAUD_SIZE(baud_field), .dtype = BAUD_F32, .count = 2, .low = -1, .high = 3, .name = "move" };
  baud_value values[RIG_PARAMS];
  float obs[2] = { 0.5f, -2.0f }, action[2] = { 2.5f, -0.25f }, reward[1] = { 1.0f };
  const void *seen[1] = { obs };
  uint8_t flags[1] = { BAUD_TERMINATED }, starts[1] = { 1 };
  double theta[MOST_PARAMS], gradient[MOST_PARAMS], ctx[4] = { 0.5, -2.0, 2.5, -0.25 };
  rig_set(&r, "hidden", 0);
  rig_set(&r, "hidden_second", 0);
  rig_set(&r, "group", 1);
  rig_set(&r, "initial_std", 0.7);
  rig_values(&r, values);
  r.ops = r.unit->ops;
  r.host = (baud_host){ BAUD_SIZE(baud_host), BAUD_MINOR, &r, rig_log, rig_fail, rig_extension };
  r.setup = (baud_learner_setup){ .size = BAUD_SIZE(baud_learner_setup), .lanes = 1, .n_obs = 1, .obs = &obs_field, .action = &action_field,
                                  .channels = BAUD_MASK(BAUD_CH_OBSERVATION) | BAUD_MASK(BAUD_CH_REWARD) };
  assert_int_equal(r.ops->create(&r.host, values, &r.setup, &r.model), BAUD_OK);
  r.blocks = calloc(r.setup.n_blocks, sizeof *r.blocks);
  for (uint32_t i = 0; i < r.setup.n_blocks; i++) {
    r.blocks[i] = aligned_alloc(64, (rig_block_bytes(&r, i) + 64) / 64 * 64);
    memset(r.blocks[i], 0, rig_block_bytes(&r, i));
  }
  assert_int_equal(r.ops->init(r.model, r.blocks, 5), BAUD_OK);
  theta_of(&r, theta);
  baud_tick tick = { .size = BAUD_SIZE(baud_tick), .lanes = 1, .action_given = 1, .obs = seen, .starts = starts, .action = action };
  baud_outcome outcome = { .size = BAUD_SIZE(baud_outcome), .lanes = 1, .obs = seen, .action = action, .reward = reward, .flags = flags,
                           .next_obs = seen };
  assert_int_equal(r.ops->predict(r.model, r.blocks, &tick), BAUD_OK);
  assert_int_equal(r.ops->learn(r.model, r.blocks, &outcome), BAUD_OK);
  differences(model_of(&r), theta, gaussian_loss, ctx, gradient);
  for (uint64_t i = 0; i < model_of(&r)->count; i++) assert_near(first_gradient(&r, i), gradient[i], 1e-5);
  rig_close(&r);
}

int main(void) {
  const struct CMUnitTest tests[] = {
    cmocka_unit_test(a_groups_step_is_along_the_published_sum),
    cmocka_unit_test(the_expected_step_of_reinforce_is_along_the_gradient_of_the_return),
    cmocka_unit_test(the_expected_step_of_rloo_is_along_the_gradient_of_the_return),
    cmocka_unit_test(each_step_is_gone_through_with_the_policy_that_acted),
    cmocka_unit_test(a_group_whose_returns_are_equal_moves_nothing),
    cmocka_unit_test(predicting_teaches_nothing_and_a_seed_gives_the_same_life),
    cmocka_unit_test(each_of_them_finds_the_best_policy_of_a_small_world),
    cmocka_unit_test(continuous_actions_are_learnt_by_the_gradient_of_their_density),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
