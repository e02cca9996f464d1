/* Bandits for choices whose worth changes: Exp3.S and UCB that forgets. Weights and indices are held to their formulas,
 * computed again from all that was chosen; regrets to published and derived bounds.
 */
#define baud_plugin_1 exp3s_library
#include "../../../plugins/learner/exp3s.c"
#undef baud_plugin_1
#define baud_plugin_1 ucb_library
#include "../../../plugins/learner/ucb.c"
#undef baud_plugin_1

#include "rig.h"
#include "../test.h"

/* ---- Arms that change ------------------------------------------------------------------------------------- */

/* P(arm pays 1) at step t. */
typedef double (*chances)(uint32_t arm, uint32_t t);

typedef struct arms {
  chances chance;
  uint32_t n, t;
  uint64_t random;
  double regret, best_sequence; /* what the best arm of each step would have paid in expectation, minus what ours did; the former */
  uint32_t pulled;
} arms;

static uint32_t pull(void *ctx, uint32_t lane, uint32_t state, uint32_t action, float *reward, uint8_t *flags) {
  arms *a = ctx;
  double best = 0.0;
  (void)lane, (void)flags;
  for (uint32_t i = 0; i < a->n; i++) best = fmax(best, a->chance(i, a->t));
  a->regret += best - a->chance(action, a->t);
  a->best_sequence += best;
  *reward = (float)baud_bernoulli(&a->random, a->chance(action, a->t));
  a->pulled = action;
  a->t++;
  return state;
}

/* Mean regret over `runs` lives of T pulls. */
static double mean_regret(const baud_library *library, rig r, chances chance, uint32_t pulls, uint32_t runs) {
  double sum = 0.0;
  assert_int_equal(rig_open(&r, library), BAUD_OK);
  for (uint64_t run = 0; run < runs; run++) {
    arms a = { .chance = chance, .n = r.actions, .random = baud_split(11, run) };
    rig_init(&r, baud_split(12, run));
    for (uint32_t t = 0; t < pulls; t++) (void)rig_tick(&r, pull, &a, 0);
    sum += a.regret;
  }
  rig_close(&r);
  return sum / runs;
}

static rig place(uint32_t actions) { return (rig){ .states = 1, .actions = actions, .lanes = 1, .channels = 7 }; }

/* ---- Exp3.S ------------------------------------------------------------------------------------------------ */

enum { K = 4 };
static double anything(uint32_t arm, uint32_t t) { return 0.5 + 0.4 * sin(0.1 * t + arm); }

static void exp3s_weights_are_those_of_its_formula(void **state) {
  (void)state;
  rig r = place(K);
  double w[K] = { 1, 1, 1, 1 }, gamma = 0.2, alpha = 0.01;
  arms a = { .chance = anything, .n = K, .random = 5 };
  rig_set(&r, "gamma", gamma);
  rig_set(&r, "alpha", alpha);
  rig_ask(&r, BAUD_ASK_ACTION, K, NULL);
  assert_int_equal(rig_open(&r, &exp3s_library), BAUD_OK);
  rig_init(&r, 3);
  for (int t = 0; t < 300; t++) {
    double sum = w[0] + w[1] + w[2] + w[3], p[K];
    (void)rig_tick(&r, pull, &a, 0);
    for (int i = 0; i < K; i++) {
      p[i] = (1 - gamma) * w[i] / sum + gamma / K;
      assert_close((double)r.answer[0][i], p[i], 1e-6);
    }
    for (uint32_t j = 0; j < K; j++) {
      double estimate = j == a.pulled ? (double)r.reward[0] / p[j] : 0.0;
      w[j] = w[j] * exp(gamma * estimate / K) + exp(1.0) * alpha / K * sum;
    }
  }
  rig_close(&r);
}

/* Rewards against which one who has settled does badly: the best arm pays always and the others never, and which it is
 * changes four times. The bound of corollary 8.3 is on the expected regret; a run's lies within 6 sqrt(T) / sqrt(runs) of it
 * with probability 1 - 1e-7 (Azuma). Here it is a good quarter of all there is to be had. */
enum { T = 20000, CHANGES = 4, RUNS = 10 };
static double one_pays(uint32_t arm, uint32_t t) { return arm == (t / (T / (CHANGES + 1)) * 3) % K; }

static void exp3s_regret_is_within_the_published_bound(void **state) {
  (void)state;
  rig r = place(K);
  double bound = 2.0 * sqrt(exp(1.0) - 1.0) * sqrt(K * (double)T * ((CHANGES + 1) * log(K * (double)T) + exp(1.0)));
  rig_set(&r, "horizon", T);
  rig_set(&r, "changes", CHANGES);
  assert_int_equal(rig_open(&r, &exp3s_library), BAUD_OK);
  assert_close(((const exp3s_model *)r.model)->gamma, bound / (2.0 * (exp(1.0) - 1.0) * T), 1e-12);
  assert_close(((const exp3s_model *)r.model)->alpha, 1.0 / T, 1e-18);
  rig_close(&r);
  double regret = mean_regret(&exp3s_library, r, one_pays, T, RUNS);
  print_message("# exp3s: regret %.0f, bound %.0f, of %d\n", regret, bound, T);
  assert_true(regret <= bound + 6.0 * sqrt(T / (double)RUNS));
  assert_true(bound < 0.3 * T);
  rig plain = place(K); /* Exp3 with the same gamma has settled on one arm for good */
  rig_set(&plain, "alpha", 0);
  rig_set(&plain, "gamma", sqrt(K * ((CHANGES + 1) * log(K * (double)T) + exp(1.0)) / ((exp(1.0) - 1.0) * T)));
  assert_true(mean_regret(&exp3s_library, plain, one_pays, T, 2) > 1.2 * regret);
}

/* ---- UCB that forgets --------------------------------------------------------------------------------------- */

enum { LIFE = 700, TAU = 60 };

/* Indices from the whole history, as the paper writes them. */
static void check_indices(int memory, uint32_t tau, double gamma) {
  rig r = place(K);
  arms a = { .chance = anything, .n = K, .random = 5 };
  uint32_t choice[LIFE];
  double paid[LIFE];
  rig_set(&r, "memory", memory);
  rig_set(&r, "window", tau);
  rig_set(&r, "gamma", gamma);
  rig_set(&r, "xi", 0.8);
  assert_int_equal(rig_open(&r, &ucb_library), BAUD_OK);
  rig_init(&r, 3);
  for (uint32_t t = 0; t < LIFE; t++) {
    double index[K], n = 0.0, count[K] = { 0 }, sum[K] = { 0 }, best = -INFINITY;
    for (uint32_t s = 0; s < t; s++) {
      double weight = memory == UCB_DISCOUNTED ? pow(gamma, t - 1 - s) : tau == 0 || s + tau >= t;
      count[choice[s]] += weight;
      sum[choice[s]] += weight * paid[s];
      n += weight;
    }
    for (int i = 0; i < K; i++) {
      double padding = (memory == UCB_DISCOUNTED ? 2.0 : 1.0) * sqrt(0.8 * log(fmax(n, 1.0)) / count[i]);
      index[i] = count[i] > 0.0 ? sum[i] / count[i] + padding : INFINITY;
      best = fmax(best, index[i]);
    }
    (void)rig_tick(&r, pull, &a, 0);
    choice[t] = a.pulled;
    paid[t] = (double)r.reward[0];
    assert_true(index[a.pulled] >= best - 1e-9);
  }
  rig_close(&r);
}

static void ucb_chooses_by_the_published_indices(void **state) {
  (void)state;
  check_indices(UCB_WINDOW, 0, 0.5);
  check_indices(UCB_WINDOW, TAU, 0.5);
  check_indices(UCB_WINDOW, 1, 0.5);
  check_indices(UCB_DISCOUNTED, 0, 0.97);
}

/* Without forgetting and with xi = 2 it is UCB1, whose expected regret is at most (Auer, Cesa-Bianchi and Fischer 2002,
 * theorem 1) the sum over arms of 8 ln T / gap, and (1 + pi^2 / 3) times the sum of the gaps. */
static double steady(uint32_t arm, uint32_t t) {
  static const double chance[K] = { 0.9, 0.6, 0.5, 0.2 };
  (void)t;
  return chance[arm];
}

static void ucb_that_forgets_nothing_is_within_the_bound_of_ucb1(void **state) {
  (void)state;
  rig r = place(K);
  double bound = 0.0;
  for (uint32_t i = 1; i < K; i++) bound += 8.0 * log(10000.0) / (0.9 - steady(i, 0)) + (1.0 + 3.14159265 * 3.14159265 / 3.0) * (0.9 - steady(i, 0));
  rig_set(&r, "xi", 2);
  double regret = mean_regret(&ucb_library, r, steady, 10000, RUNS);
  print_message("# ucb: regret %.0f, bound %.0f\n", regret, bound);
  assert_true(regret <= bound);
}

/* Where one arm pays 1 and the others 0, an index of an arm that pays nothing is at least that of the one that pays 1 only
 * while its padding is 1 or more: N <= xi log tau in a window, N <= 4 xi log(1 / (1 - gamma)) discounted. In any tau steps, or
 * 1 / (1 - gamma) of them, that allows so many pulls, with one more, and e times as many discounted (lemma 1 of Garivier and
 * Moulines: a pull that old still weighs 1 / e). After each change a window is as good as new when it has passed. */
static double one_pays_always(uint32_t arm, uint32_t t) {
  (void)t;
  return arm == 1;
}

static void ucb_that_forgets_regrets_no_more_than_its_padding_asks_for(void **state) {
  (void)state;
  const double xi = 0.6, tau = 500, gamma = 0.998;
  rig window = place(K), discounted = place(K);
  rig_set(&window, "window", tau);
  rig_set(&discounted, "memory", UCB_DISCOUNTED);
  rig_set(&discounted, "gamma", gamma);
  double in_window = CHANGES * tau + ceil(T / tau) * (K - 1) * (floor(xi * log(tau)) + 1.0);
  double in_memory = ceil(T * (1.0 - gamma)) * (K - 1) * (4.0 * xi * log(1.0 / (1.0 - gamma)) * exp(1.0) + 1.0);
  double regret = mean_regret(&ucb_library, window, one_pays, T, 2);
  print_message("# window: regret %.0f, bound %.0f, of %d\n", regret, in_window, T);
  assert_true(regret <= in_window);
  regret = mean_regret(&ucb_library, discounted, one_pays_always, T, 2);
  print_message("# discounted: regret %.0f, bound %.0f\n", regret, in_memory);
  assert_true(regret <= in_memory);
}

/* The first setting of Garivier and Moulines, section 5: three arms, of which the third is best from step 3,000 to 5,000 of
 * 10,000; and that above, with four changes. */
static double a_while(uint32_t arm, uint32_t t) {
  static const double chance[3] = { 0.5, 0.3, 0.4 };
  return arm == 2 && t >= 3000 && t < 5000 ? 0.9 : chance[arm];
}

static void forgetting_pays_where_arms_change(void **state) {
  (void)state;
  enum { PULLS = 10000, LIVES = 20 };
  rig window = place(3), all = place(3), discounted = place(K), everything = place(K);
  rig_set(&window, "window", 2.0 * sqrt(PULLS * log(PULLS) / 2.0));
  rig_set(&discounted, "memory", UCB_DISCOUNTED);
  rig_set(&discounted, "gamma", 0.999);
  rig_set(&discounted, "xi", 0.15); /* a padding as wide as the window's */
  rig_set(&everything, "xi", 0.6);
  double late = mean_regret(&ucb_library, window, a_while, PULLS, LIVES), never = mean_regret(&ucb_library, all, a_while, PULLS, LIVES);
  print_message("# three arms: window %.0f, no forgetting %.0f\n", late, never);
  assert_true(late < 0.8 * never);
  late = mean_regret(&ucb_library, discounted, one_pays, T, 2);
  never = mean_regret(&ucb_library, everything, one_pays, T, 2);
  print_message("# four changes: discounted %.0f, no forgetting %.0f\n", late, never);
  assert_true(late < 0.6 * never);
}

/* ---- Both ---------------------------------------------------------------------------------------------------- */

static const baud_library *const both[] = { &exp3s_library, &ucb_library };

static uint32_t outside(void *ctx, uint32_t lane, uint32_t state, uint32_t action, float *reward, uint8_t *flags) {
  (void)ctx, (void)lane, (void)action, (void)flags;
  *reward = 3.0f;
  return state;
}

static void rewards_outside_their_range_are_refused_or_clipped(void **state) {
  (void)state;
  for (int which = 0; which < 2; which++) {
    rig r = place(2);
    assert_int_equal(rig_open(&r, both[which]), BAUD_OK);
    rig_init(&r, 1);
    rig_predict(&r, BAUD_TRAIN, 0);
    r.reward[0] = 3.0f;
    const baud_outcome outcome = { .size = BAUD_SIZE(baud_outcome), .lanes = 1, .action = r.action, .reward = r.reward, .flags = r.flags };
    assert_int_equal(r.ops->learn(r.model, r.blocks, &outcome), BAUD_EARG);
    assert_non_null(strstr(r.why, "low .. high"));
    rig_close(&r);
    rig clipped = place(2), wide = place(2);
    rig_set(&clipped, "clip", 1);
    rig_set(&wide, "high", 3);
    for (int i = 0; i < 2; i++) {
      rig *one = i ? &wide : &clipped;
      assert_int_equal(rig_open(one, both[which]), BAUD_OK);
      rig_init(one, 1);
      for (int t = 0; t < 50; t++) (void)rig_tick(one, outside, NULL, 0);
    }
    assert_true(rig_hash(&clipped, RIG_KEPT) == rig_hash(&wide, RIG_KEPT)); /* both took 3 for the most there is */
    rig_close(&clipped);
    rig_close(&wide);
    rig upside = place(2);
    rig_set(&upside, "low", 1);
    assert_int_equal(rig_open(&upside, both[which]), BAUD_EARG);
  }
}

static void both_keep_the_contract(void **state) {
  (void)state;
  for (int which = 0; which < 2; which++) {
    rig r = place(K);
    arms a = { .chance = anything, .n = K, .random = 5 };
    r.lanes = 3;
    rig_ask(&r, BAUD_ASK_ACTION, K, NULL);
    assert_int_equal(rig_open(&r, both[which]), BAUD_OK);
    assert_int_equal(r.setup.subscribed, BAUD_MASK(BAUD_CH_REWARD));
    for (int i = 0; i < 3; i++) { /* EVAL may write a policy that it would write again */
      rig_init(&r, 77);
      for (int t = 0; t < 40; t++) {
        uint64_t frozen = rig_hash(&r, RIG_FROZEN);
        rig_predict(&r, i == 1 ? BAUD_EVAL : BAUD_TRAIN, 0);
        assert_true(frozen == rig_hash(&r, RIG_FROZEN));
        (void)rig_tick(&r, pull, &a, 0);
      }
    }
    rig_close(&r);
  }
}

int main(void) {
  const struct CMUnitTest tests[] = {
    cmocka_unit_test(exp3s_weights_are_those_of_its_formula),
    cmocka_unit_test(exp3s_regret_is_within_the_published_bound),
    cmocka_unit_test(ucb_chooses_by_the_published_indices),
    cmocka_unit_test(ucb_that_forgets_nothing_is_within_the_bound_of_ucb1),
    cmocka_unit_test(ucb_that_forgets_regrets_no_more_than_its_padding_asks_for),
    cmocka_unit_test(forgetting_pays_where_arms_change),
    cmocka_unit_test(rewards_outside_their_range_are_refused_or_clipped),
    cmocka_unit_test(both_keep_the_contract),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
