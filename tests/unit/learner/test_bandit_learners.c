/* The bandit learners: greedy, epsilon-greedy, UCB1, Thompson, optimistic Thompson, Gittins. Policies are held to
 * closed forms and to the frequencies of what is pulled; indices to the published tables; total rewards to Table 1 of
 * Duan et al. (2016), arms Bernoulli(p), p ~ U(0, 1). Run as `test_bandit_learners LEARNER PULLS ARMS LIVES
 * [key=value ..]` it prints the mean total reward and its standard error instead.
 */
#define baud_plugin_1 greedy_library
#include "../../../plugins/learner/greedy.c"
#undef baud_plugin_1
#define baud_plugin_1 epsilon_greedy_library
#include "../../../plugins/learner/epsilon_greedy.c"
#undef baud_plugin_1
#define baud_plugin_1 ucb1_library
#include "../../../plugins/learner/ucb1.c"
#undef baud_plugin_1
#define baud_plugin_1 thompson_library
#include "../../../plugins/learner/thompson.c"
#undef baud_plugin_1
#define baud_plugin_1 ots_library
#include "../../../plugins/learner/ots.c"
#undef baud_plugin_1
#define baud_plugin_1 gittins_library
#include "../../../plugins/learner/gittins.c"
#undef baud_plugin_1

#include "rig.h"

enum { ARMS_MOST = 64, LEARNERS = 6 };
static const struct {
  const char *name;
  const baud_library *library;
} learners[LEARNERS] = {
  { "greedy", &greedy_library }, { "epsilon_greedy", &epsilon_greedy_library }, { "ucb1", &ucb1_library },
  { "thompson", &thompson_library }, { "ots", &ots_library }, { "gittins", &gittins_library }
};

/* ---- Bernoulli arms ------------------------------------------------------------------------------------- */

typedef struct arms_world {
  double p[ARMS_MOST];
  uint64_t random;
} arms_world;

static uint32_t pull(void *ctx, uint32_t lane, uint32_t state, uint32_t action, float *reward, uint8_t *flags) {
  arms_world *world = ctx;
  (void)lane, (void)flags;
  *reward = (float)baud_bernoulli(&world->random, world->p[action]);
  return state;
}

/* A bench with one state, as a bandit has; "key=value" words set parameters, null ends them. */
static rig bench(uint32_t arms, const char *const *settings) {
  rig r = { .states = 1, .actions = arms, .lanes = 1, .channels = 7 };
  for (; settings != NULL && *settings != NULL; settings++) {
    static char keys[RIG_PARAMS][32];
    size_t length = strcspn(*settings, "=");
    snprintf(keys[r.n_settings], sizeof *keys, "%.*s", (int)length, *settings);
    rig_set(&r, keys[r.n_settings], atof(*settings + length + 1));
  }
  return r;
}

static const baud_library *library_of(const char *name) {
  for (int i = 0; i < LEARNERS; i++)
    if (strcmp(learners[i].name, name) == 0) return learners[i].library;
  return NULL;
}

/* Mean total reward of a life of `pulls`, and the standard deviation of one. */
static double run_lives(const char *name, const char *const *settings, int pulls, uint32_t arms, int lives,
                        double *deviation) {
  rig r = bench(arms, settings);
  arms_world world;
  double sum = 0.0, squares = 0.0;
  assert_int_equal(rig_open(&r, library_of(name)), BAUD_OK);
  for (int life = 0; life < lives; life++) {
    double total = 0.0;
    world.random = baud_split(2016, (uint64_t)life);
    for (uint32_t i = 0; i < arms; i++) world.p[i] = baud_uniform(&world.random);
    rig_init(&r, baud_split(7, (uint64_t)life));
    for (int t = 0; t < pulls; t++) {
      (void)rig_tick(&r, pull, &world, 0);
      total += (double)r.reward[0];
    }
    sum += total;
    squares += total * total;
  }
  rig_close(&r);
  *deviation = sqrt(squares / lives - sum / lives * (sum / lives));
  return sum / lives;
}

/* ---- Duan et al. (2016), Table 1 -------------------------------------------------------------------------- */

/* Parameters as tuned here once for each learner and row, as the original tuned its own; what comes out best is not
 * asked for, but what was published. Published: means over 1000 lives, to one digit. */
static const struct {
  const char *learner;
  int pulls;
  uint32_t arms;
  int lives;
  double published;
  const char *settings[4];
} table[] = {
  { "gittins", 10, 5, 2000, 6.6, { "horizon=10", "discount=0.9" } },
  { "gittins", 10, 10, 2000, 6.6, { "horizon=10", "discount=0.9" } },
  { "gittins", 10, 50, 2000, 6.5, { "horizon=10", "discount=0.95" } },
  { "gittins", 100, 5, 1000, 78.3, { "horizon=100", "discount=0.95" } },
  { "gittins", 100, 10, 1000, 82.8, { "horizon=100", "discount=0.95" } },
  { "gittins", 500, 5, 300, 405.8, { "horizon=500", "discount=0.99" } },
  { "thompson", 10, 5, 2000, 5.7, { NULL } },
  { "thompson", 10, 10, 2000, 5.5, { NULL } },
  { "thompson", 10, 50, 1000, 5.2, { NULL } },
  { "thompson", 100, 5, 500, 74.7, { NULL } },
  { "thompson", 100, 10, 500, 76.7, { NULL } },
  { "thompson", 500, 5, 200, 402.0, { NULL } },
  { "ots", 10, 5, 600, 6.5, { "rule=1", "samples=30" } },
  { "ots", 10, 10, 400, 6.2, { "rule=1", "samples=30" } },
  { "ots", 10, 50, 200, 5.5, { "rule=1", "samples=30" } },
  { "ots", 100, 5, 100, 77.9, { "rule=1", "samples=30" } },
  { "ots", 100, 10, 100, 81.4, { "rule=1", "samples=30" } },
  { "ucb1", 10, 5, 2000, 6.7, { "c=0.15" } },
  { "ucb1", 10, 10, 2000, 6.7, { "c=0.15" } },
  { "ucb1", 10, 50, 2000, 6.6, { "c=0.15" } },
  { "ucb1", 100, 5, 1000, 78.0, { "c=0.2" } },
  { "ucb1", 100, 10, 1000, 82.4, { "c=0.2" } },
  { "ucb1", 500, 5, 300, 405.8, { "c=0.2" } },
  { "epsilon_greedy", 10, 5, 2000, 6.6, { "epsilon=0", "ties=1" } },
  { "epsilon_greedy", 10, 10, 2000, 6.6, { "epsilon=0", "ties=1" } },
  { "epsilon_greedy", 10, 50, 2000, 6.5, { "epsilon=0.05", "ties=1" } },
  { "epsilon_greedy", 100, 5, 1000, 75.4, { "epsilon=0.01", "ties=1" } },
  { "epsilon_greedy", 100, 10, 1000, 77.4, { "epsilon=0.05", "ties=1" } },
  { "epsilon_greedy", 500, 5, 300, 388.2, { "epsilon=0.02", "ties=1" } },
  { "greedy", 10, 5, 2000, 6.6, { "ties=1" } },
  { "greedy", 10, 10, 2000, 6.6, { "ties=1" } },
  { "greedy", 10, 50, 2000, 6.5, { "ties=1" } },
  { "greedy", 100, 5, 1000, 74.8, { "ties=1" } },
  { "greedy", 100, 10, 1000, 77.1, { "ties=1" } },
  { "greedy", 500, 5, 300, 380.6, { "ties=1" } }
};

/* Half a digit of rounding, and 3.5 standard errors of the difference of a mean of `lives` and one of 1000: with fresh
 * seeds and true figures the 35 rows raise a false alarm with chance 35 * 4.7e-4 = 1.6 %; the seeds are fixed. */
static void total_rewards_are_those_of_duan_et_al(void **state) {
  (void)state;
  for (size_t i = 0; i < sizeof table / sizeof *table; i++) {
    double deviation, mean = run_lives(table[i].learner, table[i].settings, table[i].pulls, table[i].arms,
                                       table[i].lives, &deviation);
    double allowed = 0.05 + 3.5 * deviation * sqrt(1.0 / table[i].lives + 1.0 / 1000.0);
    if (fabs(mean - table[i].published) > allowed)
      fail_msg("%s, %d pulls of %u arms: %.2f, published %.1f, allowed +- %.2f", table[i].learner, table[i].pulls,
               table[i].arms, mean, table[i].published, allowed);
  }
}

/* ---- Policies --------------------------------------------------------------------------------------------- */

/* P(Beta(a1, b1) > Beta(a2, b2)) for whole a1: sum over i < a1 of B(a2+i, b1+b2) / ((b1+i) B(1+i, b1) B(a2, b2)). */
static double first_is_larger(double a1, double b1, double a2, double b2) {
  double sum = 0.0;
  for (double i = 0; i < a1; i++)
    sum += exp(lgamma(a2 + i) + lgamma(b1 + b2) - lgamma(a2 + b1 + b2 + i) - log(b1 + i) - lgamma(1 + i) - lgamma(b1) +
               lgamma(1 + b1 + i) - lgamma(a2) - lgamma(b2) + lgamma(a2 + b2));
  return sum;
}

static void the_best_of_two_arms_is_the_closed_form(void **state) {
  static const double cases[][4] = { { 1, 1, 1, 1 }, { 3, 2, 1, 4 }, { 40, 60, 55, 45 }, { 1, 300, 2, 500 },
                                     { 700, 1, 690, 3 }, { 5000, 5000, 5100, 4900 } };
  baud_gauss gauss;
  double scratch[2 * (3 + 2 * BAUD_GAUSS_NODES)], p[2];
  (void)state;
  baud_gauss_init(&gauss);
  for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
    double a[2] = { cases[i][0], cases[i][2] }, b[2] = { cases[i][1], cases[i][3] };
    (void)baud_beta_best(&gauss, 2, a, b, 0.0, scratch, p);
    assert_true(fabs(p[0] - first_is_larger(a[0], b[0], a[1], b[1])) < 1e-9);
    assert_true(fabs(p[0] + p[1] - 1.0) < 1e-9);
  }
}

static void the_best_of_many_arms_sums_to_one(void **state) {
  baud_gauss gauss;
  double scratch[50 * (3 + 2 * BAUD_GAUSS_NODES)], p[50], a[50], b[50];
  (void)state;
  baud_gauss_init(&gauss);
  for (double floor = 0.0; floor < 1.0; floor += 0.3) {
    for (int i = 0; i < 50; i++) {
      a[i] = 1.0 + i % 7 * (i % 3) * 20;
      b[i] = 1.0 + i % 5 * 3;
    }
    double sum = baud_beta_best(&gauss, 50, a, b, floor, scratch, p);
    for (int i = 0; i < 50; i++) sum += p[i];
    assert_true(fabs(sum - 1.0) < 1e-9);
    if (floor > 0.0) continue;
    for (int i = 0; i < 50; i++) a[i] = b[i] = 1.0;
    (void)baud_beta_best(&gauss, 50, a, b, floor, scratch, p);
    for (int i = 0; i < 50; i++) assert_true(fabs(p[i] - 0.02) < 1e-9);
  }
}

/* Feeds counts: successes and failures of each arm. */
static void feed(rig *r, const int *successes, const int *failures) {
  for (uint32_t arm = 0; arm < r->actions; arm++) {
    for (int i = 0; i < successes[arm] + failures[arm]; i++) {
      r->action[0] = (int32_t)arm;
      r->reward[0] = i < successes[arm] ? 1.0f : 0.0f;
      rig_learn(r);
    }
  }
}

/* Pulls are drawn N times from one state of knowledge; Pearson's statistic over five arms has four degrees of freedom
 * at most and passes 26 with chance 3.2e-5: for 36 cases 1.1e-3, with fresh seeds. Arms that the policy rules out must
 * not be pulled at all. */
static void the_answered_policy_is_what_is_pulled(void **state) {
  enum { K = 5, N = 40000 };
  static const int successes[][K] = { { 0, 0, 0, 0, 0 }, { 3, 1, 0, 0, 1 }, { 1, 2, 3, 0, 6 }, { 30, 28, 2, 0, 0 } };
  static const int failures[][K] = { { 0, 0, 0, 0, 0 }, { 1, 1, 2, 0, 1 }, { 1, 2, 3, 0, 6 }, { 12, 10, 2, 1, 0 } };
  static const char *const none[] = { NULL }, *const first[] = { "ties=1", NULL };
  static const char *const one[] = { "rule=1", "samples=1", NULL };
  static const struct {
    const char *learner;
    const char *const *settings;
  } subjects[] = { { "greedy", none }, { "greedy", first }, { "epsilon_greedy", none }, { "epsilon_greedy", first },
                   { "ucb1", none }, { "thompson", none }, { "ots", none }, { "ots", one }, { "gittins", none } };
  (void)state;
  for (size_t i = 0; i < sizeof subjects / sizeof *subjects; i++) {
    for (size_t c = 0; c < sizeof successes / sizeof *successes; c++) {
      rig r = bench(K, subjects[i].settings);
      double counts[K] = { 0 }, statistic = 0.0;
      rig_ask(&r, BAUD_ASK_ACTION, K, NULL);
      assert_int_equal(rig_open(&r, library_of(subjects[i].learner)), BAUD_OK);
      assert_int_equal(r.questions[0].form, BAUD_FORM_CATEGORICAL);
      rig_init(&r, 100 * i + c);
      feed(&r, successes[c], failures[c]);
      rig_predict(&r, BAUD_TRAIN, 0);
      r.n_questions = 0; /* answered once: knowledge stands still */
      for (int n = 0; n < N; n++) {
        rig_predict(&r, BAUD_TRAIN, 0);
        counts[r.action[0]] += 1.0;
      }
      r.n_questions = 1;
      for (int k = 0; k < K; k++) {
        double expected = N * (double)r.answer[0][k];
        if (expected == 0.0) assert_true(counts[k] == 0.0);
        if (expected > 0.0) statistic += (counts[k] - expected) * (counts[k] - expected) / fmax(expected, 1.0);
      }
      assert_true(statistic < 26.0);
      rig_close(&r);
    }
  }
}

static void optimistic_thompson_declines_what_it_cannot_say(void **state) {
  static const char *const settings[] = { "rule=1", "samples=30", NULL };
  static const double values[2] = { 0.0, 1.0 };
  rig r = bench(3, settings);
  (void)state;
  rig_ask(&r, BAUD_ASK_ACTION, 3, NULL);
  rig_ask(&r, BAUD_ASK_REWARD, 2, values);
  assert_int_equal(rig_open(&r, &ots_library), BAUD_OK);
  assert_int_equal(r.questions[0].form, 0);
  assert_int_equal(r.questions[1].form, BAUD_FORM_CATEGORICAL);
  rig_close(&r);
}

/* ---- Indices ------------------------------------------------------------------------------------------------ */

static double index_of(const char *discount, int successes, int failures) {
  const char *const settings[] = { "horizon=600", discount, NULL };
  rig r = bench(2, settings);
  assert_int_equal(rig_open(&r, &gittins_library), BAUD_OK);
  const gittins_model *m = r.model;
  double index = (double)m->index[gittins_row((uint32_t)(successes + failures)) + (uint32_t)successes];
  rig_close(&r);
  return index;
}

/* Gittins, Glazebrook, Weber (2011), tables of Bernoulli arms: to the four digits given there. */
static void gittins_indices_are_the_published_ones(void **state) {
  static const struct {
    const char *discount;
    int successes, failures;
    double index;
  } cases[] = { { "discount=0.5", 0, 0, 0.5590 }, { "discount=0.9", 0, 0, 0.7029 }, { "discount=0.9", 1, 0, 0.8001 },
                { "discount=0.9", 2, 0, 0.8452 }, { "discount=0.9", 0, 1, 0.5001 }, { "discount=0.9", 1, 1, 0.6346 },
                { "discount=0.9", 2, 1, 0.7072 }, { "discount=0.95", 0, 0, 0.7614 },
                { "discount=0.99", 0, 0, 0.8699 } };
  (void)state;
  for (size_t i = 0; i < sizeof cases / sizeof *cases; i++)
    assert_true(fabs(index_of(cases[i].discount, cases[i].successes, cases[i].failures) - cases[i].index) < 1.5e-4);
}

static void ucb1_is_its_formula(void **state) {
  static const int successes[] = { 3, 0, 1 }, failures[] = { 1, 2, 0 };
  static const char *const settings[] = { "c=0.7", "prior_success=2", "prior_failure=3", NULL };
  rig r = bench(3, settings);
  (void)state;
  assert_int_equal(rig_open(&r, &ucb1_library), BAUD_OK);
  rig_init(&r, 1);
  feed(&r, successes, failures);
  rig_predict(&r, BAUD_TRAIN, 0);
  const double *index = r.blocks[BAUD_ARMS_SCRATCH];
  for (int i = 0; i < 3; i++) {
    double n = successes[i] + failures[i] + 5.0;
    assert_true(fabs(index[i] - ((successes[i] + 2.0) / n + 0.7 * sqrt(2.0 * log(8.0) / n))) < 1e-12);
  }
  rig_close(&r);
}

/* ---- What all of them keep to --------------------------------------------------------------------------------- */

static void the_reward_is_predicted_by_the_posterior_mean(void **state) {
  static const double values[3] = { 1.0, 0.5, 0.0 };
  static const int successes[] = { 4, 0 }, failures[] = { 1, 3 };
  (void)state;
  for (int i = 0; i < LEARNERS; i++) {
    rig r = bench(2, NULL);
    rig_ask(&r, BAUD_ASK_REWARD, 3, values);
    assert_int_equal(rig_open(&r, learners[i].library), BAUD_OK);
    rig_init(&r, 3);
    feed(&r, successes, failures);
    for (int arm = 0; arm < 2; arm++) {
      double mean = (successes[arm] + 1.0) / (successes[arm] + failures[arm] + 2.0);
      r.action[0] = arm;
      rig_predict(&r, BAUD_EVAL, 1);
      assert_int_equal(r.action[0], arm);
      assert_true(fabs((double)r.answer[0][0] - mean) < 1e-6 && r.answer[0][1] == 0.0f);
      assert_true(fabs((double)r.answer[0][2] - (1.0 - mean)) < 1e-6);
    }
    rig_close(&r);
  }
}

static void predicting_writes_no_knowledge_and_seeds_decide(void **state) {
  arms_world world = { { 0.2, 0.5, 0.8 }, 4 };
  static const double values[2] = { 0.0, 1.0 };
  (void)state;
  for (int i = 0; i < LEARNERS; i++) {
    rig r = bench(3, NULL);
    r.lanes = 3;
    rig_ask(&r, BAUD_ASK_ACTION, 3, NULL);
    rig_ask(&r, BAUD_ASK_REWARD, 2, values);
    assert_int_equal(rig_open(&r, learners[i].library), BAUD_OK);
    assert_int_equal(r.setup.subscribed, BAUD_MASK(BAUD_CH_REWARD));
    rig_check_predict(&r, pull, &world, 20);
    uint64_t hash[2];
    for (int run = 0; run < 2; run++) {
      world.random = 9;
      rig_init(&r, 8);
      for (int t = 0; t < 30; t++) (void)rig_tick(&r, pull, &world, 0);
      hash[run] = rig_hash(&r, RIG_KEPT);
    }
    assert_true(hash[0] == hash[1]);
    double pulls = 0.0;
    for (int arm = 0; arm < 3; arm++)
      pulls += ((double *)r.blocks[BAUD_ARMS_SUCCESSES])[arm] + ((double *)r.blocks[BAUD_ARMS_FAILURES])[arm];
    assert_true(pulls == 90.0); /* three lanes, one memory */
    rig_close(&r);
  }
}

static void a_reward_that_is_no_count_is_refused(void **state) {
  (void)state;
  for (int i = 0; i < LEARNERS; i++) {
    rig r = bench(2, NULL);
    assert_int_equal(rig_open(&r, learners[i].library), BAUD_OK);
    rig_init(&r, 1);
    float reward = 0.5f;
    baud_outcome outcome = { BAUD_SIZE(baud_outcome), 1, NULL, r.action, &reward, r.flags, NULL, NULL, NULL };
    assert_int_equal(r.ops->learn(r.model, r.blocks, &outcome), BAUD_EARG);
    assert_non_null(strstr(r.why, "0 and 1"));
    rig_close(&r);
  }
}

static int print_mean(int argc, char **argv) {
  double deviation;
  int lives = atoi(argv[4]);
  uint32_t arms = (uint32_t)atoi(argv[3]);
  double mean = run_lives(argv[1], (const char *const *)argv + 5, atoi(argv[2]), arms, lives, &deviation);
  for (int i = 1; i < argc; i++) printf("%s ", argv[i]);
  printf(": %.3f +- %.3f\n", mean, deviation / sqrt(lives));
  return 0;
}

int main(int argc, char **argv) {
  if (argc > 4) return print_mean(argc, argv);
  const struct CMUnitTest tests[] = {
    cmocka_unit_test(total_rewards_are_those_of_duan_et_al),
    cmocka_unit_test(the_best_of_two_arms_is_the_closed_form),
    cmocka_unit_test(the_best_of_many_arms_sums_to_one),
    cmocka_unit_test(the_answered_policy_is_what_is_pulled),
    cmocka_unit_test(optimistic_thompson_declines_what_it_cannot_say),
    cmocka_unit_test(gittins_indices_are_the_published_ones),
    cmocka_unit_test(ucb1_is_its_formula),
    cmocka_unit_test(the_reward_is_predicted_by_the_posterior_mean),
    cmocka_unit_test(predicting_writes_no_knowledge_and_seeds_decide),
    cmocka_unit_test(a_reward_that_is_no_count_is_refused)
  };
  return cmocka_run_group_tests_name("bandit learners", tests, NULL, NULL);
}
