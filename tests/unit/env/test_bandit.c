/* test_bandit.c - the bandit against closed forms: rewards and draws against their distributions, the observer against
 * the Beta function, its policy against a finite sum, and the signal of n pulls against SIGNAL.md's figures.
 */
#include "../../../plugins/env/bandit.c" /* first: cmocka has a macro named fail */

#include <setjmp.h>
#include <stdarg.h>
#include <cmocka.h>

/* ---- A bandit on the bench ----------------------------------------------------------------------------- */

enum { MOST_ARMS = 16 };
typedef struct bench {
  bandit *m;
  baud_env_spec spec;
  double chance[MOST_ARMS], state[2 * MOST_ARMS];
  bandit_lane lane;
  int32_t obs0, action;
  float reward, best;
  uint8_t flags;
  void *obs[1];
  float *facts[2];
  const void *seen[1];
} bench;

static int32_t refuse(const baud_host *host, int32_t code, const char *why) {
  (void)host;
  assert_non_null(why);
  return code;
}
static const baud_host host = {.size = BAUD_SIZE(baud_host), .fail = refuse};

static void bench_open(bench *b, int64_t arms, double success, double failure, int64_t pulls) {
  baud_value values[BANDIT_PARAMS] = {{arms, 0, NULL}, {0, success, NULL}, {0, failure, NULL}, {pulls, 0, NULL}};
  void *model = NULL;
  memset(b, 0, sizeof *b);
  b->spec.size = BAUD_SIZE(baud_env_spec);
  assert_int_equal(bandit_create(&host, values, &b->spec, &model), BAUD_OK);
  b->m = model;
  b->obs[0] = &b->obs0;
  b->seen[0] = &b->obs0;
  b->facts[0] = &b->reward;
  b->facts[1] = &b->best;
  assert_int_equal(bandit_open(b->m, b->state, 1), BAUD_OK);
}

static void bench_close(bench *b) { free(b->m); }

static baud_batch batch_of(bench *b) {
  return (baud_batch){.size = BAUD_SIZE(baud_batch), .lanes = 1, .lane = (char *)&b->lane,
                      .lane_stride = sizeof b->lane, .world = (const char *)b->chance, .action = &b->action,
                      .obs = b->obs, .facts = b->facts, .flags = &b->flags};
}

static void bench_reset(bench *b, uint64_t seed) {
  uint32_t pick = 0;
  baud_batch batch = batch_of(b);
  batch.pick = &pick;
  batch.seed = &seed;
  batch.n_pick = 1;
  assert_int_equal(bandit_reset(b->m, &batch), BAUD_OK);
}

static void bench_pull(bench *b, int32_t arm) {
  baud_batch batch = batch_of(b);
  b->action = arm;
  assert_int_equal(bandit_step(b->m, &batch), BAUD_OK);
}

/* Tells the observer that `arm` paid `reward`: surprise, and noise where asked. */
static double tell(bench *b, uint32_t kind, int32_t arm, int reward, double *noise) {
  double weight[2] = {!reward, reward}, bits[BAUD_CHANNELS];
  baud_evidence e = {.size = BAUD_SIZE(baud_evidence), .kind = kind, .obs_before = b->seen, .obs = b->seen,
                     .action = &arm, .sees_reward = 1, .n_weight = 2, .weight = weight, .value = (double)reward};
  if (noise) {
    assert_int_equal(bandit_noise(b->m, b->chance, b->state, &e, bits), BAUD_OK);
    *noise = bits[BAUD_CH_REWARD];
  }
  assert_int_equal(bandit_surprise(b->m, b->state, &e, bits), BAUD_OK);
  assert_true(bits[BAUD_CH_OBSERVATION] == 0.0 && bits[BAUD_CH_DEMONSTRATION] == 0.0);
  return bits[BAUD_CH_REWARD];
}

static void assert_close(double a, double b) { assert_true(fabs(a - b) <= 1e-9 * fmax(fabs(a), fabs(b))); }

/* ln of the Beta function. */
static double log_beta(double a, double b) {
  int sign;
  return lgamma_r(a, &sign) + lgamma_r(b, &sign) - lgamma_r(a + b, &sign);
}

/* ---- Dynamics ------------------------------------------------------------------------------------------ */

static void an_episode_is_so_many_pulls_and_ends_in_the_best_arm_or_not(void **unused) {
  (void)unused;
  bench b;
  bench_open(&b, 3, 1, 1, 4);
  b.chance[0] = 0.2;
  b.chance[1] = 0.9;
  b.chance[2] = 0.5;
  for (int32_t last = 0; last < 3; last++) {
    bench_reset(&b, 5);
    for (int pull = 0; pull < 4; pull++) {
      bench_pull(&b, pull == 3 ? last : 1);
      assert_int_equal(b.flags, pull == 3 ? BAUD_TERMINATED : 0);
      assert_true(b.best == (pull == 3 && last == 1 ? 1.0f : 0.0f));
    }
  }
  b.action = 3;
  baud_batch batch = batch_of(&b);
  assert_int_equal(bandit_step(b.m, &batch), BAUD_EARG);
  assert_true(isinf(b.spec.entropy_bits));
  bench_close(&b);
}

/* 40,000 pulls: five standard deviations are exceeded with probability below 1e-6. */
static void an_arm_pays_with_its_chance_and_anew_each_episode(void **unused) {
  (void)unused;
  bench b;
  double paid[2] = {0};
  bench_open(&b, 2, 1, 1, 2);
  b.chance[0] = 0.3;
  b.chance[1] = 0.8;
  for (uint64_t episode = 0; episode < 40000; episode++) {
    bench_reset(&b, baud_split(episode, 2));
    for (int32_t arm = 0; arm < 2; arm++) {
      bench_pull(&b, arm);
      paid[arm] += (double)b.reward;
    }
  }
  for (int arm = 0; arm < 2; arm++) {
    double p = b.chance[arm];
    assert_true(fabs(paid[arm] / 40000 - p) < 5.0 * sqrt(p * (1.0 - p) / 40000));
  }
  bench_close(&b);
}

/* Mean and mean square of 100,000 draws of Beta(2, 3): 2/5 and 1/5; five standard deviations. */
static void chances_are_drawn_from_the_prior(void **unused) {
  (void)unused;
  bench b;
  double mean = 0.0, square = 0.0;
  bench_open(&b, 10, 2, 3, 1);
  for (uint64_t seed = 0; seed < 10000; seed++) {
    bandit_draw(b.m, baud_split(seed, 4), b.chance);
    for (int a = 0; a < 10; a++) {
      mean += b.chance[a] / 1e5;
      square += b.chance[a] * b.chance[a] / 1e5;
    }
  }
  assert_true(fabs(mean - 0.4) < 5.0 * 0.2 / sqrt(1e5));
  assert_true(fabs(square - 0.2) < 5.0 * 0.178 / sqrt(1e5));
  bench_close(&b);
}

/* ---- The observer ---------------------------------------------------------------------------------------- */

/* The code length of a whole sequence is -log2 of a ratio of Beta functions, arm by arm, in whatever order. */
static void surprise_is_the_exact_posterior_predictive(void **unused) {
  (void)unused;
  static const double priors[][2] = {{1, 1}, {0.5, 0.5}, {3, 7.25}};
  for (uint64_t seed = 0; seed < 9; seed++) {
    bench b;
    double s[4] = {0}, f[4] = {0};
    uint64_t random = seed;
    const double *prior = priors[seed % 3];
    bench_open(&b, 4, prior[0], prior[1], 10);
    bandit_draw(b.m, seed, b.chance);
    for (int pull = 0; pull < 300; pull++) {
      int32_t arm = (int32_t)baud_below(&random, 4);
      int reward = baud_bernoulli(&random, b.chance[arm]);
      double before = log_beta(prior[0] + s[arm], prior[1] + f[arm]), noise;
      *(reward ? &s[arm] : &f[arm]) += 1.0;
      double after = log_beta(prior[0] + s[arm], prior[1] + f[arm]);
      double surprise = tell(&b, pull % 2 ? BAUD_EV_STEP : BAUD_EV_LATE, arm, reward, &noise);
      assert_true(fabs(surprise - (before - after) / log(2.0)) < 1e-9);
      assert_close(noise, -log2(reward ? b.chance[arm] : 1.0 - b.chance[arm]));
    }
    bench_close(&b);
  }
}

static void what_leads_out_of_the_beta_family_is_declined(void **unused) {
  (void)unused;
  bench b;
  double soft[2] = {0.1, 0.9}, equal[2] = {0.25, 0.25}, bits[BAUD_CHANNELS];
  int32_t arm = 0;
  bench_open(&b, 2, 1, 1, 10);
  uint32_t reward = BAUD_MASK(BAUD_CH_REWARD);
  assert_int_equal(bandit_supports(b.m, reward | BAUD_MASK(BAUD_CH_OBSERVATION), 0, BAUD_SEES_LATE), 1);
  assert_int_equal(bandit_supports(b.m, reward, 0, BAUD_SEES_SOFT), 0);
  assert_int_equal(bandit_supports(b.m, reward, 1, 0), 0);
  assert_int_equal(bandit_supports(b.m, BAUD_MASK(BAUD_CH_DEMONSTRATION), 0, 0), 0);
  baud_evidence e = {.size = BAUD_SIZE(baud_evidence), .kind = BAUD_EV_STEP, .action = &arm, .sees_reward = 1,
                     .n_weight = 2, .weight = soft};
  assert_int_equal(bandit_surprise(b.m, b.state, &e, bits), BAUD_EUNSUP);
  e.weight = equal;
  assert_int_equal(bandit_surprise(b.m, b.state, &e, bits), BAUD_OK);
  assert_true(bits[BAUD_CH_REWARD] == 2.0 && b.state[0] == 1.0 && b.state[2] == 1.0);
  bench_close(&b);
}

/* I(theta; n rewards) in closed form: H of the sequence, which depends on its ones only, minus n E[h(theta)]. */
static double closed_form(int n) {
  double sum = 0.0;
  for (int s = 0; s <= n; s++) sum += -log_beta(s + 1.0, n - s + 1.0) - log(n + 1.0); /* ln C(n, s) */
  return log2(n + 1.0) + sum / (n + 1) / log(2.0) - n / (2.0 * log(2.0));
}

/* The observer's mean surprise over sequences: those with s ones, each of which occurs with probability 1/(n+1), are
 * all as long; the mean noise is n E[h(theta)] = n / (2 ln 2). */
static void a_bernoulli_arm_tells_what_the_table_says(void **unused) {
  (void)unused;
  static const struct {
    int n;
    double bits, digits;
  } table[] = {{1, 0.27865, 5e-6}, {10, 1.2321, 5e-5}, {100, 2.7416, 5e-5}, {1000, 4.3815, 5e-5}};
  for (size_t i = 0; i < 4; i++) {
    int n = table[i].n;
    double mean = 0.0;
    for (int ones = 0; ones <= n; ones++) {
      bench b;
      bench_open(&b, 1, 1, 1, n);
      for (int pull = 0; pull < n; pull++) mean += tell(&b, BAUD_EV_STEP, 0, pull < ones, NULL) / (n + 1);
      bench_close(&b);
    }
    double bits = mean - n / (2.0 * log(2.0));
    assert_true(fabs(bits - closed_form(n)) < 1e-8);
    assert_true(fabs(bits - table[i].bits) < table[i].digits);
  }
}

/* 20,000 worlds, 10 pulls: surprise minus noise has mean 1.2321 and a standard deviation below 2; 5 of its errors. */
static void surprise_minus_noise_has_that_mean_over_worlds(void **unused) {
  (void)unused;
  double sum = 0.0, squares = 0.0;
  for (uint64_t seed = 0; seed < 20000; seed++) {
    bench b;
    double total = 0.0, noise;
    bench_open(&b, 1, 1, 1, 10);
    bandit_draw(b.m, baud_split(seed, 8), b.chance);
    bench_reset(&b, baud_split(seed, 9));
    for (int pull = 0; pull < 10; pull++) {
      bench_pull(&b, 0);
      double surprise = tell(&b, BAUD_EV_STEP, 0, b.reward == 1.0f, &noise);
      total += surprise - noise;
    }
    sum += total;
    squares += total * total;
    bench_close(&b);
  }
  double mean = sum / 20000, error = sqrt((squares / 20000 - mean * mean) / 20000);
  assert_true(fabs(mean - closed_form(10)) < 5.0 * error);
  assert_true(error < 2.0 / sqrt(20000.0));
}

/* P(theta_1 > theta_0) for whole numbers: sum over i < a1 of B(a0 + i, b0 + b1) / ((b1 + i) B(1 + i, b1) B(a0, b0)). */
static double first_beaten(double a0, double b0, double a1, double b1) {
  double sum = 0.0;
  for (int i = 0; i < (int)a1; i++)
    sum += exp(log_beta(a0 + i, b0 + b1) - log(b1 + i) - log_beta(1.0 + i, b1) - log_beta(a0, b0));
  return sum;
}

static void the_policy_of_the_posterior_is_the_chance_of_being_best(void **unused) {
  (void)unused;
  bench b;
  double p[10];
  bench_open(&b, 10, 1, 1, 10);
  baud_query query = {.target = BAUD_ASK_ACTION, .n_answers = 10, .obs = b.seen};
  assert_int_equal(bandit_answer(b.m, b.state, &query, p), BAUD_OK);
  for (int a = 0; a < 10; a++) assert_true(fabs(p[a] - 0.1) < 1e-9);
  bench_close(&b);
  uint64_t random = 3;
  for (int trial = 0; trial < 20; trial++) {
    bench_open(&b, 2, 1, 1, 10);
    for (int pull = 0; pull < 60; pull++)
      (void)tell(&b, BAUD_EV_STEP, (int32_t)baud_below(&random, 2), baud_bernoulli(&random, trial / 20.0), NULL);
    query.n_answers = 2;
    assert_int_equal(bandit_answer(b.m, b.state, &query, p), BAUD_OK);
    assert_true(fabs(p[1] - first_beaten(b.state[0], b.state[2], b.state[1], b.state[3])) < 1e-9);
    query.target = BAUD_ASK_REWARD;
    query.action = &b.action;
    b.action = 1;
    assert_int_equal(bandit_answer(b.m, b.state, &query, p), BAUD_OK);
    assert_close(p[1], b.state[1] / (b.state[1] + b.state[3]));
    assert_close(p[0] + p[1], 1.0);
    query.target = BAUD_ASK_ACTION;
    bench_close(&b);
  }
}

/* ---- Quiz, expert, picture ------------------------------------------------------------------------------ */

static void the_quiz_asks_each_arm_and_for_the_best(void **unused) {
  (void)unused;
  bench b;
  double truth[3], prior[3];
  uint8_t optimal[3];
  uint32_t n = 0, most = 0, independence = 0;
  bench_open(&b, 3, 2, 6, 1);
  b.chance[0] = 0.2;
  b.chance[1] = 0.3;
  b.chance[2] = 0.1;
  assert_int_equal(bandit_count(b.m, &n, &most, &independence), BAUD_OK);
  assert_int_equal(n, 4);
  for (uint32_t i = 0; i < 4; i++) {
    baud_item item = {.truth = truth, .prior = prior, .obs = b.obs, .action = &b.action};
    assert_int_equal(bandit_item(b.m, b.chance, i, &item), BAUD_OK);
    if (i == 3) break;
    assert_int_equal(b.action, i);
    assert_true(truth[1] == b.chance[i] && truth[0] == 1.0 - b.chance[i] && prior[1] == 0.25 && prior[0] == 0.75);
    assert_int_equal(item.score, BAUD_SCORE_MEAN);
  }
  baud_batch batch = batch_of(&b);
  bandit_optimal(b.m, &batch, optimal);
  for (int a = 0; a < 3; a++) {
    assert_true(truth[a] == (a == 1) && prior[a] == 1.0 / 3.0);
    assert_int_equal(optimal[a], a == 1);
  }
  bench_close(&b);
  bench_open(&b, 1, 1, 1, 1); /* nothing to decide */
  assert_int_equal(bandit_count(b.m, &n, &most, &independence), BAUD_OK);
  assert_int_equal(n, 1);
  assert_int_equal(most, 2);
  bench_close(&b);
}

static void the_picture_is_a_bar_an_arm(void **unused) {
  (void)unused;
  bench b;
  char cells[49] = {0};
  uint32_t width, height;
  bench_open(&b, 2, 1, 1, 1);
  b.chance[0] = 0.25;
  b.chance[1] = 1.0;
  bandit_extent(b.m, &width, &height);
  assert_int_equal(width * height, 48);
  bandit_picture(b.m, b.chance, &b.lane, cells);
  assert_string_equal(cells, "  |=====               |* |====================|");
  bench_close(&b);
}

int main(void) {
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(an_episode_is_so_many_pulls_and_ends_in_the_best_arm_or_not),
      cmocka_unit_test(an_arm_pays_with_its_chance_and_anew_each_episode),
      cmocka_unit_test(chances_are_drawn_from_the_prior),
      cmocka_unit_test(surprise_is_the_exact_posterior_predictive),
      cmocka_unit_test(what_leads_out_of_the_beta_family_is_declined),
      cmocka_unit_test(a_bernoulli_arm_tells_what_the_table_says),
      cmocka_unit_test(surprise_minus_noise_has_that_mean_over_worlds),
      cmocka_unit_test(the_policy_of_the_posterior_is_the_chance_of_being_best),
      cmocka_unit_test(the_quiz_asks_each_arm_and_for_the_best),
      cmocka_unit_test(the_picture_is_a_bar_an_arm),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
