/* Policy gradients on tables: random, REINFORCE, RLOO, GRPO, ReST-EM. Expected updates are computed by running the learners
 * through every possible trajectory of a small world, each weighted with its probability, and held to central
 * differences of the expected return, which is computed here on its own. Nothing in those tests is random.
 */
#define baud_plugin_1 random_library
#include "../../../plugins/learner/random.c"
#undef baud_plugin_1
#define baud_plugin_1 reinforce_library
#include "../../../plugins/learner/reinforce.c"
#undef baud_plugin_1
#define baud_plugin_1 rloo_library
#include "../../../plugins/learner/rloo.c"
#undef baud_plugin_1
#define baud_plugin_1 grpo_library
#include "../../../plugins/learner/grpo.c"
#undef baud_plugin_1
#define baud_plugin_1 rest_library
#include "../../../plugins/learner/rest_em.c"
#undef baud_plugin_1

#include "rig.h"

enum { STATES = 3, ACTIONS = 2, PAIRS = STATES * ACTIONS, LENGTH = 3 };

/* ---- A small world: three states, two actions, rewards everywhere, three steps ----------------------------- */

static const uint32_t small_next[STATES][ACTIONS] = { { 1, 2 }, { 0, 2 }, { 1, 0 } };
static const double small_reward[STATES][ACTIONS] = { { 0.5, -1.0 }, { 2.0, 0.25 }, { -0.5, 3.0 } };
static const double small_theta[PAIRS] = { 0.3, -0.4, 0.1, 0.9, -0.7, 0.2 };

static uint32_t small_world(void *ctx, uint32_t lane, uint32_t state, uint32_t action, float *reward, uint8_t *flags) {
  uint32_t *step = ctx;
  *reward = (float)small_reward[state][action];
  *flags = ++step[lane] % LENGTH == 0 ? BAUD_TERMINATED : 0;
  return small_next[state][action];
}

static double small_probability(const double *theta, uint32_t state, uint32_t action) {
  return 1.0 / (1.0 + exp(theta[state * ACTIONS + 1 - action] - theta[state * ACTIONS + action]));
}

/* Expected discounted return from a state with `left` steps to go. */
static double small_value(const double *theta, uint32_t state, uint32_t left, double discount) {
  double value = 0.0;
  for (uint32_t action = 0; action < ACTIONS && left > 0; action++) {
    double after = small_value(theta, small_next[state][action], left - 1, discount);
    value += small_probability(theta, state, action) * (small_reward[state][action] + discount * after);
  }
  return value;
}

/* Its gradient by central differences, error of order 1e-10. */
static void small_gradient(double discount, double *gradient) {
  for (uint32_t i = 0; i < PAIRS; i++) {
    double theta[2][PAIRS], value[2];
    for (uint32_t side = 0; side < 2; side++) {
      memcpy(theta[side], small_theta, sizeof small_theta);
      theta[side][i] += side == 0 ? -1e-5 : 1e-5;
      value[side] = small_value(theta[side], 0, LENGTH, discount);
    }
    gradient[i] = (value[1] - value[0]) / 2e-5;
  }
}

/* Puts the learner at theta. */
static void set_theta(rig *r, const double *theta) {
  double *logits = r->blocks[rig_block(r, "logits")], *policy = r->blocks[rig_block(r, "policy")];
  memcpy(logits, theta, r->states * r->actions * sizeof *theta);
  for (uint32_t s = 0; s < r->states; s++) baud_softmax(theta + s * r->actions, r->actions, policy + s * r->actions);
}

/* Runs the actions coded in the bits of `code`, `n` of them; the probability of choosing so at small_theta. */
static double run_code(rig *r, uint32_t code, uint32_t n, uint32_t *step) {
  double probability = 1.0;
  for (uint32_t t = 0; t < n; t++) {
    r->action[0] = (int32_t)(code >> t & 1);
    probability *= small_probability(small_theta, (uint32_t)r->obs[0], (uint32_t)r->action[0]);
    (void)rig_tick(r, small_world, step, 1);
  }
  return probability;
}

/* Sum over all action sequences of n steps of probability * update. */
static void expected_update(rig *r, uint32_t n, double baseline, double *update) {
  memset(update, 0, PAIRS * sizeof *update);
  for (uint32_t code = 0; code < 1u << n; code++) {
    uint32_t step[1] = { 0 };
    rig_init(r, 1);
    set_theta(r, small_theta);
    if (baseline != 0.0) {
      double *b = r->blocks[rig_block(r, "baseline")];
      for (uint64_t i = 0; i < r->setup.blocks[rig_block(r, "baseline")].count; i++) b[i] = baseline;
    }
    double probability = run_code(r, code, n, step);
    const double *logits = r->blocks[rig_block(r, "logits")];
    for (uint32_t i = 0; i < PAIRS; i++) update[i] += probability * (logits[i] - small_theta[i]);
  }
}

static rig small_rig(void) {
  rig r = { .states = STATES, .actions = ACTIONS, .lanes = 1, .start = 0,
            .channels = BAUD_MASK(BAUD_CH_OBSERVATION) | BAUD_MASK(BAUD_CH_REWARD) };
  return r;
}

static void reinforce_follows_the_gradient(int64_t baseline, double value, double discount) {
  rig r = small_rig();
  double gradient[PAIRS], update[PAIRS];
  rig_set(&r, "baseline", (double)baseline);
  rig_set(&r, "discount", discount);
  assert_int_equal(rig_open(&r, &reinforce_library), BAUD_OK);
  small_gradient(discount, gradient);
  expected_update(&r, LENGTH, value, update);
  for (uint32_t i = 0; i < PAIRS; i++) assert_true(fabs(update[i] - gradient[i]) < 1e-8);
  rig_close(&r);
}

static void expected_reinforce_update_is_the_gradient_of_the_return(void **state) {
  (void)state;
  reinforce_follows_the_gradient(REINFORCE_BASELINE_NONE, 0.0, 1.0);
  reinforce_follows_the_gradient(REINFORCE_BASELINE_NONE, 0.0, 0.8);
  reinforce_follows_the_gradient(REINFORCE_BASELINE_MEAN, 0.7, 0.8);
  reinforce_follows_the_gradient(REINFORCE_BASELINE_STATE, -1.3, 0.8);
}

static void expected_rloo_update_is_the_gradient_of_the_return(void **state) {
  (void)state;
  rig r = small_rig();
  double gradient[PAIRS], update[PAIRS];
  rig_set(&r, "group", 3);
  assert_int_equal(rig_open(&r, &rloo_library), BAUD_OK);
  small_gradient(1.0, gradient);
  expected_update(&r, 3 * LENGTH, 0.0, update);
  for (uint32_t i = 0; i < PAIRS; i++) assert_true(fabs(update[i] - gradient[i]) < 1e-8);
  rig_close(&r);
}

/* ---- The best of k is learnt by heart ------------------------------------------------------------------------ */

enum { REST_CODES = 1 << LENGTH };

/* All episodes: their probabilities at theta and their returns. */
static void small_episodes(const double *theta, double *probability, double *gain) {
  for (uint32_t code = 0; code < REST_CODES; code++) {
    uint32_t at = 0;
    probability[code] = 1.0;
    gain[code] = 0.0;
    for (uint32_t t = 0; t < LENGTH; t++) {
      uint32_t action = code >> t & 1;
      probability[code] *= small_probability(theta, at, action);
      gain[code] += small_reward[at][action];
      at = small_next[at][action];
    }
  }
}

/* P(an episode is the one kept of k): with F the distribution of returns, and C the chance of this one's return, one of the
 * class is kept with F(<=)^k - F(<)^k, of which C^k are groups whose returns are all alike; within the class by its chance. */
static void small_kept(uint32_t k, double *kept) {
  double probability[REST_CODES], gain[REST_CODES];
  small_episodes(small_theta, probability, gain);
  for (uint32_t code = 0; code < REST_CODES; code++) {
    double below = 0.0, equal = 0.0;
    for (uint32_t i = 0; i < REST_CODES; i++) {
      below += gain[i] < gain[code] ? probability[i] : 0.0;
      equal += gain[i] == gain[code] ? probability[i] : 0.0;
    }
    kept[code] = probability[code] / equal * (pow(below + equal, k) - pow(below, k) - pow(equal, k));
  }
}

/* The gradient of sum over episodes of P(kept) log P(episode), by central differences. */
static void expected_rest_em_update_climbs_the_likelihood_of_the_best(void **state) {
  (void)state;
  for (uint32_t k = 2; k <= 3; k++) {
    rig r = small_rig();
    double kept[REST_CODES], update[PAIRS];
    rig_set(&r, "group", k);
    assert_int_equal(rig_open(&r, &rest_library), BAUD_OK);
    small_kept(k, kept);
    expected_update(&r, k * LENGTH, 0.0, update);
    for (uint32_t i = 0; i < PAIRS; i++) {
      double likelihood[2] = { 0.0, 0.0 };
      for (uint32_t side = 0; side < 2; side++) {
        double theta[PAIRS], probability[REST_CODES], gain[REST_CODES];
        memcpy(theta, small_theta, sizeof theta);
        theta[i] += side == 0 ? -1e-5 : 1e-5;
        small_episodes(theta, probability, gain);
        for (uint32_t code = 0; code < REST_CODES; code++) likelihood[side] += kept[code] * log(probability[code]);
      }
      assert_true(fabs(update[i] - (likelihood[1] - likelihood[0]) / 2e-5) < 1e-8);
    }
    rig_close(&r);
  }
}

static uint32_t equal_then_worse(void *ctx, uint32_t lane, uint32_t state, uint32_t action, float *reward, uint8_t *flags) {
  (void)ctx, (void)lane, (void)state;
  *reward = action < 2 ? 1.0f : 0.0f;
  *flags = BAUD_TERMINATED;
  return 0;
}

static void of_equal_episodes_the_first_is_the_best(void **state) {
  (void)state;
  static const int32_t actions[] = { 2, 1, 0 };
  rig r = { .states = 1, .actions = 3, .lanes = 1, .start = 0, .channels = BAUD_MASK(BAUD_CH_REWARD) };
  rig_set(&r, "group", 3);
  assert_int_equal(rig_open(&r, &rest_library), BAUD_OK);
  rig_init(&r, 1);
  for (int i = 0; i < 3; i++) {
    r.action[0] = actions[i];
    (void)rig_tick(&r, equal_then_worse, NULL, 1);
  }
  const double *logits = r.blocks[rig_block(&r, "logits")];
  for (int i = 0; i < 3; i++) assert_true(fabs(logits[i] - ((i == 1) - 1.0 / 3.0)) < 1e-12);
  rig_close(&r);
}

/* ---- The update is the published sum over steps, however long the episode ----------------------------------- */

/* 20,000 steps with a reward at every one: against the sum of eq. 13.8 with every step kept. */
static void reinforce_of_a_long_episode_is_the_sum_over_its_steps(void **state) {
  (void)state;
  enum { T = 20000 };
  static uint32_t states[T], actions[T];
  static double rewards[T];
  rig r = small_rig();
  uint64_t random = 9;
  double discount = 0.999, sum[PAIRS] = { 0 }, follow = 0.0;
  rig_set(&r, "discount", discount);
  rig_set(&r, "lr", 1e-3);
  assert_int_equal(rig_open(&r, &reinforce_library), BAUD_OK);
  rig_init(&r, 1);
  set_theta(&r, small_theta);
  for (uint32_t t = 0; t < T; t++) {
    rig_predict(&r, BAUD_TRAIN, 0);
    states[t] = (uint32_t)r.obs[0];
    actions[t] = (uint32_t)r.action[0];
    r.reward[0] = (float)baud_uniform(&random);
    rewards[t] = (double)r.reward[0];
    r.flags[0] = t + 1 == T ? BAUD_TRUNCATED : 0;
    r.next[0] = (int32_t)small_next[states[t]][actions[t]];
    rig_learn(&r);
  }
  for (uint32_t t = T; t-- > 0;) {
    follow = rewards[t] + discount * follow;
    for (uint32_t a = 0; a < ACTIONS; a++)
      sum[states[t] * ACTIONS + a] += pow(discount, t) * follow *
                                      ((a == actions[t]) - small_probability(small_theta, states[t], a));
  }
  const double *logits = r.blocks[rig_block(&r, "logits")];
  for (uint32_t i = 0; i < PAIRS; i++) assert_true(fabs(logits[i] - small_theta[i] - 1e-3 * sum[i]) < 1e-9);
  rig_close(&r);
}

static void the_mean_baseline_is_the_mean_of_earlier_returns(void **state) {
  (void)state;
  rig r = small_rig();
  uint32_t step[1] = { 0 };
  rig_set(&r, "baseline", REINFORCE_BASELINE_MEAN);
  rig_set(&r, "lr", 0.0);
  assert_int_equal(rig_open(&r, &reinforce_library), BAUD_OK);
  rig_init(&r, 1);
  (void)run_code(&r, 0, LENGTH, step); /* 0 -> 1 -> 0: .5 + 2 + .5 */
  (void)run_code(&r, 1, LENGTH, step); /* 0 -> 2 -> 1: -1 - .5 + 2 */
  assert_true(fabs(((double *)r.blocks[rig_block(&r, "baseline")])[0] - (3.0 + 0.5) / 2.0) < 1e-12);
  rig_close(&r);
}

static void the_state_baseline_is_the_mean_of_what_followed(void **state) {
  (void)state;
  rig r = small_rig();
  uint32_t step[1] = { 0 };
  rig_set(&r, "baseline", REINFORCE_BASELINE_STATE);
  rig_set(&r, "lr", 0.0);
  assert_int_equal(rig_open(&r, &reinforce_library), BAUD_OK);
  rig_init(&r, 1);
  (void)run_code(&r, 0, LENGTH, step); /* state 0: 3 and .5 followed; state 1: 2.5 */
  (void)run_code(&r, 1, LENGTH, step); /* state 0: .5; state 2: 1.5; state 1: 2 */
  const double *b = r.blocks[rig_block(&r, "baseline")];
  assert_true(fabs(b[0] - (3.0 + 0.5 + 0.5) / 3.0) < 1e-12);
  assert_true(fabs(b[1] - (2.5 + 2.0) / 2.0) < 1e-12);
  assert_true(fabs(b[2] - 1.5) < 1e-12);
  rig_close(&r);
}

/* ---- Groups: closed forms on a bandit ---------------------------------------------------------------------- */

enum { ARMS = 5, GROUP = 4 };
static const int32_t group_actions[GROUP] = { 2, 0, 2, 4 };
static const float group_rewards[GROUP] = { 1.0f, -0.5f, 0.25f, 3.0f };
static const double arm_theta[ARMS] = { 0.2, -0.1, 0.5, 0.0, -0.3 };

static rig arms_rig(uint32_t lanes) {
  rig r = { .states = 1, .actions = ARMS, .lanes = lanes, .channels = BAUD_MASK(BAUD_CH_REWARD) };
  rig_set(&r, "group", GROUP);
  return r;
}

/* Plays the group, in `lanes` lanes at once, and returns the logits. */
static const double *play_group(rig *r, const float *rewards) {
  rig_init(r, 3);
  set_theta(r, arm_theta);
  for (uint32_t at = 0; at < GROUP; at += r->lanes) {
    rig_predict(r, BAUD_TRAIN, 1);
    for (uint32_t lane = 0; lane < r->lanes; lane++) {
      r->action[lane] = group_actions[at + lane];
      r->reward[lane] = rewards[at + lane];
      r->flags[lane] = BAUD_TERMINATED;
    }
    rig_learn(r);
  }
  return r->blocks[rig_block(r, "logits")];
}

/* lr/G * sum of advantage * grad log pi, as written in the papers. */
static void expect_logits(const double *logits, const double *advantage) {
  double policy[ARMS];
  baud_softmax(arm_theta, ARMS, policy);
  for (int32_t a = 0; a < ARMS; a++) {
    double sum = arm_theta[a];
    for (uint32_t i = 0; i < GROUP; i++) sum += advantage[i] / GROUP * ((a == group_actions[i]) - policy[a]);
    assert_true(fabs(logits[a] - sum) < 1e-12);
  }
}

static void rloo_judges_each_episode_by_the_mean_of_the_others(void **state) {
  (void)state;
  double advantage[GROUP];
  for (uint32_t i = 0; i < GROUP; i++) {
    double others = 0.0;
    for (uint32_t j = 0; j < GROUP; j++) others += j == i ? 0.0 : (double)group_rewards[j];
    advantage[i] = (double)group_rewards[i] - others / (GROUP - 1);
  }
  for (uint32_t lanes = 1; lanes <= GROUP; lanes *= 2) {
    rig r = arms_rig(lanes);
    assert_int_equal(rig_open(&r, &rloo_library), BAUD_OK);
    expect_logits(play_group(&r, group_rewards), advantage);
    rig_close(&r);
  }
}

static void grpo_judges_in_standard_deviations_of_the_group(void **state) {
  (void)state;
  double advantage[GROUP], mean = 0.0, squares = 0.0;
  for (uint32_t i = 0; i < GROUP; i++) mean += (double)group_rewards[i] / GROUP;
  for (uint32_t i = 0; i < GROUP; i++) squares += pow((double)group_rewards[i] - mean, 2.0);
  for (uint32_t i = 0; i < GROUP; i++)
    advantage[i] = ((double)group_rewards[i] - mean) / (sqrt(squares / (GROUP - 1)) + 1e-4);
  rig r = arms_rig(2);
  assert_int_equal(rig_open(&r, &grpo_library), BAUD_OK);
  expect_logits(play_group(&r, group_rewards), advantage);
  rig_close(&r);
}

static void grpo_without_normalising_subtracts_the_mean(void **state) {
  (void)state;
  double advantage[GROUP], mean = 0.0;
  for (uint32_t i = 0; i < GROUP; i++) mean += (double)group_rewards[i] / GROUP;
  for (uint32_t i = 0; i < GROUP; i++) advantage[i] = (double)group_rewards[i] - mean;
  rig r = arms_rig(4);
  rig_set(&r, "normalise", 0);
  assert_int_equal(rig_open(&r, &grpo_library), BAUD_OK);
  expect_logits(play_group(&r, group_rewards), advantage);
  rig_close(&r);
}

/* Two episodes that differ in length: with per_step each is divided by its own. */
static void grpo_per_step_divides_by_the_length(void **state) {
  (void)state;
  rig r = { .states = 1, .actions = 2, .lanes = 1, .channels = BAUD_MASK(BAUD_CH_REWARD) };
  rig_set(&r, "group", 2);
  rig_set(&r, "normalise", 0);
  rig_set(&r, "per_step", 1);
  assert_int_equal(rig_open(&r, &grpo_library), BAUD_OK);
  rig_init(&r, 1);
  for (uint32_t t = 0; t < 5; t++) { /* one step with return 1, then four with return 0; always action 0 */
    rig_predict(&r, BAUD_TRAIN, 1);
    r.action[0] = 0;
    r.reward[0] = t == 0 ? 1.0f : 0.0f;
    r.flags[0] = t == 0 || t == 4 ? BAUD_TERMINATED : 0;
    rig_learn(&r);
  }
  /* advantages +-1/2; scores 1/2 * 1 / 1 and 1/2 * 4 / 4: they cancel */
  assert_true(fabs(((double *)r.blocks[rig_block(&r, "logits")])[0]) < 1e-15);
  rig_close(&r);
}

static void a_group_of_equal_returns_moves_nothing(void **state) {
  (void)state;
  const baud_library *libraries[] = { &rloo_library, &grpo_library };
  const float equal[GROUP] = { 0.1f, 0.1f, 0.1f, 0.1f };
  for (uint32_t i = 0; i < 2; i++) {
    rig r = arms_rig(1);
    assert_int_equal(rig_open(&r, libraries[i]), BAUD_OK);
    assert_memory_equal(play_group(&r, equal), arm_theta, sizeof arm_theta);
    rig_close(&r);
  }
}

/* With equal returns what is left is lr * kl * -grad KL(pi || uniform) a step: against central differences. */
static void kl_pulls_towards_the_initial_policy(void **state) {
  (void)state;
  const baud_library *libraries[] = { &rloo_library, &grpo_library };
  const float equal[GROUP] = { 1.0f, 1.0f, 1.0f, 1.0f };
  for (uint32_t i = 0; i < 2; i++) {
    rig r = arms_rig(1);
    rig_set(&r, "kl", 0.3);
    assert_int_equal(rig_open(&r, libraries[i]), BAUD_OK);
    const double *logits = play_group(&r, equal);
    for (uint32_t a = 0; a < ARMS; a++) {
      double kl[2] = { 0.0, 0.0 };
      for (uint32_t side = 0; side < 2; side++) {
        double theta[ARMS], p[ARMS];
        memcpy(theta, arm_theta, sizeof theta);
        theta[a] += side == 0 ? -1e-5 : 1e-5;
        baud_softmax(theta, ARMS, p);
        for (uint32_t k = 0; k < ARMS; k++) kl[side] += p[k] * log(p[k] * ARMS);
      }
      assert_true(fabs(logits[a] - arm_theta[a] + 0.3 * (kl[1] - kl[0]) / 2e-5) < 1e-9);
    }
    rig_close(&r);
  }
}

/* ---- The lockbox: one secret of N codes, reward 1 for it -------------------------------------------------- */

typedef struct lockbox {
  uint32_t secret, hits;
} lockbox;

static uint32_t lockbox_world(void *ctx, uint32_t lane, uint32_t state, uint32_t action, float *reward,
                              uint8_t *flags) {
  lockbox *box = ctx;
  (void)lane, (void)state;
  box->hits += action == box->secret;
  *reward = action == box->secret ? 1.0f : 0.0f;
  *flags = BAUD_TERMINATED;
  return 0;
}

/* Mean and variance of the episodes until P(secret) > .9. Only hits move the logits, all others stay alike, so after
 * k hits the secret is ahead by a known d_k and the next hit is geometric with p_k = 1/(1 + (N-1) exp(-d_k)). */
static void lockbox_theory(double n, double *mean, double *variance) {
  *mean = *variance = 0.0;
  for (double ahead = 0.0;;) {
    double p = 1.0 / (1.0 + (n - 1.0) * exp(-ahead));
    if (p > 0.9) return;
    *mean += 1.0 / p;
    *variance += (1.0 - p) / (p * p);
    ahead += (1.0 - p) * n / (n - 1.0);
  }
}

/* 1,000 lives each. Two means within 5 standard errors of the closed forms: false alarm 6e-7 each, 6 of them.
 * The figures of EXPERIMENTS.md, from one earlier program with about 300 runs, lie within 4 of its own. */
static void lockbox_takes_as_long_as_its_closed_form(void **state) {
  (void)state;
  static const uint32_t codes[] = { 10, 100, 500 };
  static const double first_hit[] = { 10, 105, 529 }, settled[] = { 27, 180, 852 };
  enum { LIVES = 1000 };
  for (uint32_t i = 0; i < 3; i++) {
    rig r = { .states = 1, .actions = codes[i], .lanes = 1, .channels = BAUD_MASK(BAUD_CH_REWARD) };
    assert_int_equal(rig_open(&r, &reinforce_library), BAUD_OK);
    double n = codes[i], hit = 0.0, sure = 0.0, mean, variance;
    const double *policy = r.blocks[rig_block(&r, "policy")];
    for (uint64_t life = 0; life < LIVES; life++) {
      lockbox box = { (uint32_t)(life % codes[i]), 0 };
      uint32_t episodes = 0;
      rig_init(&r, life);
      while (policy[box.secret] <= 0.9) {
        uint32_t before = box.hits;
        (void)rig_tick(&r, lockbox_world, &box, 0);
        episodes++;
        if (before == 0 && box.hits == 1) hit += (double)episodes / LIVES;
      }
      sure += (double)episodes / LIVES;
    }
    lockbox_theory(n, &mean, &variance);
    assert_true(fabs(hit - n) < 5.0 * sqrt((1.0 - 1.0 / n) * n * n / LIVES));
    assert_true(fabs(sure - mean) < 5.0 * sqrt(variance / LIVES));
    assert_true(fabs(first_hit[i] - n) < 4.0 * sqrt((1.0 - 1.0 / n) * n * n / 300.0));
    assert_true(fabs(settled[i] - mean) < 4.0 * sqrt(variance / 300.0));
    printf("  lockbox N=%u: first hit %.1f (exact %.0f), P > .9 after %.1f (exact %.2f)\n", codes[i], hit, n, sure,
           mean);
    rig_close(&r);
  }
}

/* ---- What all learners are held to ------------------------------------------------------------------------ */

static const baud_library *const all_libraries[] = { &random_library, &reinforce_library, &rloo_library, &rest_library,
                                                     &grpo_library };

static void predicting_writes_no_weights_and_gives_distributions(void **state) {
  (void)state;
  for (size_t i = 0; i < sizeof all_libraries / sizeof *all_libraries; i++) {
    uint32_t step[3] = { 0, 1, 2 };
    rig r = small_rig();
    r.lanes = 3;
    rig_ask(&r, BAUD_ASK_ACTION, ACTIONS, NULL);
    assert_int_equal(rig_open(&r, all_libraries[i]), BAUD_OK);
    assert_int_equal(r.questions[0].form, BAUD_FORM_CATEGORICAL);
    rig_check_predict(&r, small_world, step, 200);
    rig_close(&r);
  }
}

static void a_seed_gives_one_life(void **state) {
  (void)state;
  for (size_t i = 0; i < sizeof all_libraries / sizeof *all_libraries; i++) {
    uint32_t step[2] = { 0, 0 };
    rig r = small_rig();
    r.lanes = 2;
    assert_int_equal(rig_open(&r, all_libraries[i]), BAUD_OK);
    rig_check_determinism(&r, small_world, step, 300);
    rig_close(&r);
  }
}

/* Lanes that are exchanged, random states with them, lead to the same logits but for the order of adding up. */
static void exchanging_lanes_exchanges_nothing_else(void **state) {
  (void)state;
  enum { LANES = 5 };
  for (size_t i = 1; i < 3; i++) {
    double logits[2][PAIRS];
    for (uint32_t order = 0; order < 2; order++) {
      uint32_t step[LANES] = { 0 };
      rig r = small_rig();
      r.lanes = LANES;
      if (i == 2) rig_set(&r, "group", LANES);
      assert_int_equal(rig_open(&r, all_libraries[i]), BAUD_OK);
      rig_init(&r, 4);
      uint64_t *random = r.blocks[rig_block(&r, "random")];
      for (uint32_t lane = 0; lane < LANES; lane++) random[lane] = baud_split(8, order ? LANES - 1 - lane : lane);
      for (uint32_t t = 0; t < 60; t++) (void)rig_tick(&r, small_world, step, 0);
      memcpy(logits[order], r.blocks[rig_block(&r, "logits")], sizeof logits[order]);
      rig_close(&r);
    }
    for (uint32_t k = 0; k < PAIRS; k++) {
      assert_true(logits[0][k] != 0.0);
      assert_true(fabs(logits[0][k] - logits[1][k]) < 1e-9);
    }
  }
}

/* 20,000 draws an action: every frequency within 5 standard deviations, false alarm about 3e-6 in all. */
static void actions_are_drawn_from_the_answered_policy(void **state) {
  (void)state;
  rig r = { .states = 1, .actions = ARMS, .lanes = 1, .channels = BAUD_MASK(BAUD_CH_REWARD) };
  rig_ask(&r, BAUD_ASK_ACTION, ARMS, NULL);
  assert_int_equal(rig_open(&r, &reinforce_library), BAUD_OK);
  rig_init(&r, 2);
  set_theta(&r, arm_theta);
  double count[ARMS] = { 0 }, n = 20000;
  for (uint32_t i = 0; i < 20000; i++) {
    rig_predict(&r, BAUD_EVAL, 0);
    count[r.action[0]] += 1.0;
  }
  for (uint32_t a = 0; a < ARMS; a++) {
    double p = (double)r.answer[0][a];
    assert_true(fabs(count[a] / n - p) < 5.0 * sqrt(p * (1.0 - p) / n));
  }
  rig_close(&r);
}

static void a_given_action_is_left_as_it_is(void **state) {
  (void)state;
  for (size_t i = 0; i < sizeof all_libraries / sizeof *all_libraries; i++) {
    rig r = { .states = 1, .actions = ARMS, .lanes = 2, .channels = BAUD_MASK(BAUD_CH_REWARD) };
    assert_int_equal(rig_open(&r, all_libraries[i]), BAUD_OK);
    rig_init(&r, 2);
    uint64_t before = rig_hash(&r, 1u << BAUD_RNG);
    for (int32_t a = 0; a < ARMS; a++) {
      r.action[0] = a;
      r.action[1] = ARMS - 1 - a;
      rig_predict(&r, BAUD_TRAIN, 1);
      assert_int_equal(r.action[0], a);
      assert_int_equal(r.action[1], ARMS - 1 - a);
    }
    assert_true(before == rig_hash(&r, 1u << BAUD_RNG));
    rig_close(&r);
  }
}

static void only_what_is_of_use_is_subscribed(void **state) {
  (void)state;
  rig r = small_rig();
  assert_int_equal(rig_open(&r, &reinforce_library), BAUD_OK);
  assert_int_equal(r.setup.subscribed, BAUD_MASK(BAUD_CH_REWARD) | BAUD_MASK(BAUD_CH_OBSERVATION));
  rig_close(&r);
  r = small_rig();
  r.states = 1; /* an observation that says nothing */
  assert_int_equal(rig_open(&r, &reinforce_library), BAUD_OK);
  assert_int_equal(r.setup.subscribed, BAUD_MASK(BAUD_CH_REWARD));
  rig_close(&r);
  r = small_rig();
  assert_int_equal(rig_open(&r, &random_library), BAUD_OK);
  assert_int_equal(r.setup.subscribed, 0);
  rig_close(&r);
}

static void a_place_without_reward_is_refused_with_a_sentence(void **state) {
  (void)state;
  for (size_t i = 1; i < sizeof all_libraries / sizeof *all_libraries; i++) {
    rig r = small_rig();
    r.channels = BAUD_MASK(BAUD_CH_OBSERVATION);
    assert_int_equal(rig_open(&r, all_libraries[i]), BAUD_EARG);
    assert_non_null(strstr(r.why, "reward channel"));
  }
}

int main(void) {
  const struct CMUnitTest tests[] = {
    cmocka_unit_test(expected_reinforce_update_is_the_gradient_of_the_return),
    cmocka_unit_test(expected_rloo_update_is_the_gradient_of_the_return),
    cmocka_unit_test(expected_rest_em_update_climbs_the_likelihood_of_the_best),
    cmocka_unit_test(of_equal_episodes_the_first_is_the_best),
    cmocka_unit_test(reinforce_of_a_long_episode_is_the_sum_over_its_steps),
    cmocka_unit_test(the_mean_baseline_is_the_mean_of_earlier_returns),
    cmocka_unit_test(the_state_baseline_is_the_mean_of_what_followed),
    cmocka_unit_test(rloo_judges_each_episode_by_the_mean_of_the_others),
    cmocka_unit_test(grpo_judges_in_standard_deviations_of_the_group),
    cmocka_unit_test(grpo_without_normalising_subtracts_the_mean),
    cmocka_unit_test(grpo_per_step_divides_by_the_length),
    cmocka_unit_test(a_group_of_equal_returns_moves_nothing),
    cmocka_unit_test(kl_pulls_towards_the_initial_policy),
    cmocka_unit_test(lockbox_takes_as_long_as_its_closed_form),
    cmocka_unit_test(predicting_writes_no_weights_and_gives_distributions),
    cmocka_unit_test(a_seed_gives_one_life),
    cmocka_unit_test(exchanging_lanes_exchanges_nothing_else),
    cmocka_unit_test(actions_are_drawn_from_the_answered_policy),
    cmocka_unit_test(a_given_action_is_left_as_it_is),
    cmocka_unit_test(only_what_is_of_use_is_subscribed),
    cmocka_unit_test(a_place_without_reward_is_refused_with_a_sentence),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
