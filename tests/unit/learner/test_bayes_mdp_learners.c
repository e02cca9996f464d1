/* PSRL, OPSRL, UCRL2 and BEB, with its greedy and epsilon-greedy special cases. Posterior, planning and answers are held to
 * closed forms; total rewards to Table 2 of Duan et al. (2016): 10 states, 5 actions, P ~ Dirichlet(1), rewards
 * N(mu, 1), mu ~ N(1, 1), episodes of 10 steps from one state, reward summed over the first n episodes. Run as
 * `test_bayes_mdp_learners LEARNER MDPS [key=value ..]` it prints a learner's column with standard errors instead.
 */
#define baud_plugin_1 psrl_library
#include "../../../plugins/learner/psrl.c"
#undef baud_plugin_1
#define baud_plugin_1 opsrl_library
#include "../../../plugins/learner/opsrl.c"
#undef baud_plugin_1
#define baud_plugin_1 beb_library
#include "../../../plugins/learner/beb.c"
#undef baud_plugin_1
#define baud_plugin_1 ucrl2_library
#include "../../../plugins/learner/ucrl2.c"
#undef baud_plugin_1

#include "rig.h"

enum { STATES = 10, ACTIONS = 5, PAIRS = STATES * ACTIONS, LENGTH = 10, LANES_MOST = 3, SETTINGS_MOST = 8 };

/* ---- Random MDPs ------------------------------------------------------------------------------------------ */

typedef struct random_mdp {
  double successor[STATES][ACTIONS][STATES], reward[STATES][ACTIONS];
  uint64_t random;
  uint32_t step[LANES_MOST];
} random_mdp;

static void draw_mdp(random_mdp *mdp, uint64_t seed) {
  static const double ones[STATES] = { 1, 1, 1, 1, 1, 1, 1, 1, 1, 1 };
  memset(mdp->step, 0, sizeof mdp->step);
  mdp->random = seed;
  for (int s = 0; s < STATES; s++) {
    for (int a = 0; a < ACTIONS; a++) {
      baud_dirichlet(&mdp->random, ones, STATES, mdp->successor[s][a]);
      mdp->reward[s][a] = 1.0 + baud_normal(&mdp->random);
    }
  }
}

static uint32_t step_mdp(void *ctx, uint32_t lane, uint32_t state, uint32_t action, float *reward, uint8_t *flags) {
  random_mdp *mdp = ctx;
  *reward = (float)(mdp->reward[state][action] + baud_normal(&mdp->random));
  *flags = ++mdp->step[lane] % LENGTH == 0 ? BAUD_TRUNCATED : 0;
  return baud_categorical(&mdp->random, mdp->successor[state][action], STATES);
}

/* A bench for these worlds; "key=value" words set parameters, null ends them. */
static rig bench(const char *const *settings) {
  static char keys[SETTINGS_MOST][32];
  rig r = { .states = STATES, .actions = ACTIONS, .lanes = 1, .channels = 7 };
  rig_set(&r, "horizon", LENGTH);
  for (; settings != NULL && *settings != NULL; settings++) {
    size_t length = strcspn(*settings, "=");
    snprintf(keys[r.n_settings], sizeof *keys, "%.*s", (int)length, *settings);
    rig_set(&r, keys[r.n_settings], atof(*settings + length + 1));
  }
  return r;
}

static const baud_library *library_of(const char *name) {
  return strcmp(name, "psrl") == 0    ? &psrl_library
         : strcmp(name, "opsrl") == 0 ? &opsrl_library
         : strcmp(name, "ucrl2") == 0 ? &ucrl2_library
                                      : &beb_library;
}

/* ---- Duan et al. (2016), Table 2 ---------------------------------------------------------------------------- */

enum { MARKS = 5 };
static const int marks[MARKS] = { 10, 25, 50, 75, 100 };

/* Means over `mdps` of the total reward in the first marks[] episodes, and their standard errors. */
static void run_column(const char *name, const char *const *settings, int mdps, int n_marks, double *mean,
                       double *error) {
  rig r = bench(settings);
  double squares[MARKS] = { 0 };
  assert_int_equal(rig_open(&r, library_of(name)), BAUD_OK);
  for (int m = 0; m < n_marks; m++) mean[m] = 0.0;
  for (int i = 0; i < mdps; i++) {
    random_mdp mdp;
    double total = 0.0;
    draw_mdp(&mdp, baud_split(1, (uint64_t)i));
    rig_init(&r, baud_split(2, (uint64_t)i));
    for (int episode = 1, m = 0; m < n_marks; episode++) {
      for (int t = 0; t < LENGTH; t++) {
        (void)rig_tick(&r, step_mdp, &mdp, 0);
        total += (double)r.reward[0];
      }
      if (episode != marks[m]) continue;
      mean[m] += total;
      squares[m++] += total * total;
    }
  }
  for (int m = 0; m < n_marks; m++) {
    mean[m] /= mdps;
    error[m] = sqrt((squares[m] / mdps - mean[m] * mean[m]) / mdps);
  }
  rig_close(&r);
}

/* With 4000 MDPs each figure is within 1.2 % of the published one. Epsilon-greedy and greedy had almost no prior, BEB a
 * bonus for each step that is left, with an untold scale that comes out as beta = 3; so does UCRL2's, as a third. */
static const struct {
  const char *learner, *settings[SETTINGS_MOST];
  int mdps, n_marks;
  double published[MARKS];
} table[] = {
  { "psrl", { NULL }, 300, 5, { 138.1, 408.8, 904.4, 1417.1, 1939.5 } },
  { "opsrl", { "samples=10" }, 200, 2, { 144.1, 425.2, 930.7, 1449.2, 1973.9 } },
  { "ucrl2", { "scale=0.33", "concentration=1e-5", "prior_variance=1e4" }, 200, 5, { 146.6, 424.1, 918.9, 1427.6, 1942.1 } },
  { "beb", { "bonus=2", "beta=3" }, 400, 5, { 150.2, 427.8, 917.8, 1422.6, 1935.1 } },
  { "beb", { "beta=0", "epsilon=0.1", "concentration=1e-4", "prior_variance=1e4" }, 400, 5,
    { 132.8, 377.3, 823.3, 1293.9, 1778.2 } },
  { "beb", { "beta=0", "concentration=1e-4", "prior_variance=1e4" }, 400, 5, { 134.8, 368.8, 769.3, 1172.9, 1578.5 } },
  { "beb", { "beta=0", "epsilon=1" }, 400, 5, { 100.1, 250.2, 499.7, 749.9, 999.4 } }
};

/* 1 % for what is not known of the original, and 3.5 standard errors of the difference of a mean of `mdps` and one of
 * 1000: with fresh seeds the 32 figures, five in a row dependent, raise a false alarm with chance < 32 * 4.7e-4. */
static void total_rewards_are_those_of_duan_et_al(void **state) {
  (void)state;
  for (size_t i = 0; i < sizeof table / sizeof *table; i++) {
    double mean[MARKS], error[MARKS];
    run_column(table[i].learner, table[i].settings, table[i].mdps, table[i].n_marks, mean, error);
    for (int m = 0; m < table[i].n_marks; m++) {
      double published = table[i].published[m];
      double allowed = 0.01 * published + 3.5 * error[m] * sqrt(1.0 + table[i].mdps / 1e3);
      if (fabs(mean[m] - published) > allowed)
        fail_msg("row %d, %s, %d episodes: %.1f, published %.1f, allowed +- %.1f", (int)i, table[i].learner, marks[m],
                 mean[m], published, allowed);
    }
  }
}

/* ---- Knowledge ------------------------------------------------------------------------------------------------ */

/* One transition, told to the learner. */
static void tell(rig *r, int state, int action, float reward, int next, uint8_t flags) {
  r->obs[0] = state;
  r->action[0] = action;
  r->reward[0] = reward;
  r->next[0] = next;
  r->flags[0] = flags;
  rig_learn(r);
}

/* Pair (2, 3) leads to state 7 three times and to 1 once, with rewards 4, 5, 6, 1. */
static void tell_four(rig *r) {
  tell(r, 2, 3, 4.0f, 7, 0);
  tell(r, 2, 3, 5.0f, 7, 0);
  tell(r, 2, 3, 6.0f, 7, 0);
  tell(r, 2, 3, 1.0f, 1, 0);
}

static void ask_normal_reward(rig *r) {
  r->questions[r->n_questions++] = (baud_question){ BAUD_SIZE(baud_question), BAUD_ASK_REWARD, 0, 1,
                                                    1u << BAUD_FORM_NORMAL, 2, 2, 0, NULL };
}

static void successor_and_reward_are_predicted_by_the_posterior(void **state) {
  static const char *const settings[] = { "concentration=0.5", "prior_mean=2", "prior_variance=4", "noise_variance=3",
                                          NULL };
  static const char *const names[] = { "psrl", "opsrl", "beb", "ucrl2" };
  (void)state;
  for (int i = 0; i < 4; i++) {
    rig r = bench(settings);
    rig_ask(&r, BAUD_ASK_OBSERVATION, STATES, NULL);
    ask_normal_reward(&r);
    assert_int_equal(rig_open(&r, library_of(names[i])), BAUD_OK);
    rig_init(&r, 1);
    tell_four(&r);
    r.obs[0] = 2;
    r.action[0] = 3;
    rig_predict(&r, BAUD_EVAL, 1);
    assert_int_equal(r.action[0], 3);
    for (int next = 0; next < STATES; next++)
      assert_true(fabs((double)r.answer[0][next] - (0.5 + (next == 7 ? 3 : next == 1)) / 9.0) < 1e-6);
    double precision = 1.0 / 4.0 + 4.0 / 3.0, mean = (2.0 / 4.0 + 16.0 / 3.0) / precision;
    assert_true(fabs((double)r.answer[1][0] - mean) < 1e-6);
    assert_true(fabs((double)r.answer[1][1] - sqrt(3.0 + 1.0 / precision)) < 1e-6);
    rig_close(&r);
  }
}

/* Means and variances over N worlds, each within 5 standard errors: 4 figures, false alarm 2.3e-6 with fresh seeds. For
 * Dirichlet alpha of sum A: mean alpha_i / A, variance alpha_i (A - alpha_i) / (A^2 (A + 1)). */
static void sampled_worlds_have_the_posterior_s_moments(void **state) {
  enum { N = 40000, ROW = 2 * ACTIONS + 3 };
  rig r = bench(NULL);
  double p[2] = { 0 }, mu[2] = { 0 }, successor[PAIRS * STATES], reward[PAIRS];
  (void)state;
  assert_int_equal(rig_open(&r, &psrl_library), BAUD_OK);
  rig_init(&r, 1);
  tell_four(&r);
  const psrl_model *m = r.model;
  baud_world world = { .successor = successor, .reward = reward };
  uint64_t random = 5;
  for (int i = 0; i < N; i++) {
    baud_mdp_sample_world(&m->mdp, r.blocks, &random, &world);
    double x = successor[7 * PAIRS + ROW], sum = 0.0;
    for (int next = 0; next < STATES; next++) sum += successor[next * PAIRS + ROW];
    assert_true(fabs(sum - 1.0) < 1e-12);
    p[0] += x / N;
    p[1] += x * x / N;
    mu[0] += reward[ROW] / N;
    mu[1] += reward[ROW] * reward[ROW] / N;
  }
  double p_mean = 4.0 / 14.0, p_variance = 4.0 * 10.0 / (14.0 * 14.0 * 15.0);
  double mu_mean = 16.0 / 5.0, mu_variance = 1.0 / 5.0;
  double relative = 5.0 * sqrt(2.0 / N); /* of a variance; exact for normals, generous for this Beta(4, 10) */
  assert_true(fabs(p[0] - p_mean) < 5.0 * sqrt(p_variance / N));
  assert_true(fabs(mu[0] - mu_mean) < 5.0 * sqrt(mu_variance / N));
  assert_true(fabs((p[1] - p[0] * p[0]) / p_variance - 1.0) < relative);
  assert_true(fabs((mu[1] - mu[0] * mu[0]) / mu_variance - 1.0) < relative);
  rig_close(&r);
}

/* Shapes on both sides of the shortcut's limit and a broken one: mean and variance both equal the shape. 8 figures, 5
 * standard errors (of a variance: sqrt((2 + 6/shape) / N)): false alarm 5e-6 with fresh seeds. */
static void gamma_draws_have_their_moments(void **state) {
  static const double shapes[] = { 1.0, 5.0, 12.0, 13.0, 0.25 };
  enum { N = 200000 };
  uint64_t random = 3;
  (void)state;
  for (int i = 0; i < 5; i++) {
    double mean = 0.0, square = 0.0, shape = shapes[i];
    for (int n = 0; n < N; n++) {
      double x = baud_mdp_gamma(&random, shape);
      mean += x / N;
      square += x * x / N;
    }
    assert_true(fabs(mean - shape) < 5.0 * sqrt(shape / N));
    assert_true(fabs((square - mean * mean) / shape - 1.0) < 5.0 * sqrt((2.0 + 6.0 / shape) / N));
  }
}

/* ---- Planning --------------------------------------------------------------------------------------------------- */

/* What was told, for an account of one's own of the mean world. */
typedef struct account {
  double counts[STATES][ACTIONS][STATES], visits[STATES][ACTIONS], endings[STATES][ACTIONS], rewards[STATES][ACTIONS];
} account;

static void tell_many(rig *r, account *told) {
  uint64_t random = 12;
  memset(told, 0, sizeof *told);
  for (int i = 0; i < 150; i++) {
    int s = (int)baud_below(&random, STATES), a = (int)baud_below(&random, ACTIONS), next = (int)baud_below(&random, 3);
    float reward = (float)(int)baud_below(&random, 10);
    int ends = s == 4 || baud_below(&random, 8) == 0;
    tell(r, s, a, reward, next, ends ? BAUD_TERMINATED : 0);
    told->counts[s][a][next] += 1.0;
    told->visits[s][a] += 1.0;
    told->endings[s][a] += ends;
    told->rewards[s][a] += (double)reward;
  }
}

/* Optimal value, by plain recursion over the state, with `left` steps to go; bonus as in the head of beb.c. */
static double recursive_value(const account *told, int bonus, double beta, double discount, int s, int a, int left);
static double recursive_best(const account *told, int bonus, double beta, double discount, int s, int left) {
  double best = -INFINITY;
  for (int a = 0; a < ACTIONS && left > 0; a++)
    best = fmax(best, recursive_value(told, bonus, beta, discount, s, a, left));
  return left > 0 ? best : 0.0;
}
static double recursive_value(const account *told, int bonus, double beta, double discount, int s, int a, int left) {
  double n = told->visits[s][a], value = told->rewards[s][a] / (n + 1.0); /* prior N(0, 1), noise N(0, 1) */
  double goes_on = n > 0.0 ? 1.0 - told->endings[s][a] / n : 1.0;
  if (bonus == 0) value += beta / (1.0 + n);
  if (bonus == 1) value += beta / (1.0 + STATES + n);
  if (bonus == 2) value += 1.0 / (2.0 + n) + beta * (left - 1) / (1.0 + STATES + n);
  for (int next = 0; next < STATES && left > 1; next++)
    value += discount * goes_on * (1.0 + told->counts[s][a][next]) / (STATES + n) *
             recursive_best(told, bonus, beta, discount, next, left - 1);
  return value;
}

static void plans_are_bellman_s_recursion_in_the_mean_world(void **state) {
  static const char *const settings[3][5] = { { "bonus=0", "beta=2", "horizon=3", "discount=0.9", NULL },
                                              { "bonus=1", "beta=2", "horizon=3", "discount=0.9", NULL },
                                              { "bonus=2", "beta=2", "horizon=3", "discount=0.9", NULL } };
  account told;
  (void)state;
  for (int bonus = 0; bonus < 3; bonus++) {
    rig r = bench(settings[bonus]);
    assert_int_equal(rig_open(&r, &beb_library), BAUD_OK);
    rig_init(&r, 1);
    tell_many(&r, &told);
    r.starts[0] = 1;
    rig_predict(&r, BAUD_TRAIN, 0);
    const double *plan = r.blocks[BAUD_MDP_PLAN];
    for (int i = 0; i < 3 * PAIRS; i++) {
      int s = i % PAIRS / ACTIONS, a = i % ACTIONS, left = 3 - i / PAIRS;
      assert_true(fabs(plan[i] - recursive_value(&told, bonus, 2.0, 0.9, s, a, left)) < 1e-10);
    }
    rig_close(&r);
  }
}

/* Rows in twelfths and widths in sixths, so that the best row is in twelfths too: all of these are tried. */
static void ucrl2_hopes_for_the_best_row_within_its_bounds(void **state) {
  enum { FEW = 4, PARTS = 12 };
  uint64_t random = 6;
  (void)state;
  for (int trial = 0; trial < 500; trial++) {
    int row[FEW] = { 0 }, width = (int)baud_below(&random, 14), parts = trial % 3 ? PARTS : PARTS - 4; /* some may end */
    double successor[FEW], value[FEW], order[FEW], p[FEW], best = -INFINITY;
    for (int i = 0; i < parts; i++) row[baud_below(&random, FEW)]++;
    for (int i = 0; i < FEW; i++) {
      successor[i] = (double)row[i] / PARTS;
      value[i] = baud_below(&random, 5) * 0.75 - 1.0; /* with ties, and negative ones */
    }
    for (int a = 0; a <= parts; a++)
      for (int b = 0; a + b <= parts; b++)
        for (int c = 0; a + b + c <= parts; c++) {
          int d = parts - a - b - c;
          if (abs(a - row[0]) + abs(b - row[1]) + abs(c - row[2]) + abs(d - row[3]) > 2 * width) continue;
          best = fmax(best, (a * value[0] + b * value[1] + c * value[2] + d * value[3]) / PARTS);
        }
    const baud_world world = { .successor = successor, .value = value };
    ucrl2_sort(value, FEW, order);
    for (int i = 1; i < FEW; i++) assert_true(value[(int)order[i - 1]] >= value[(int)order[i]]);
    assert_true(fabs(ucrl2_hope(&world, 0, 1, FEW, order, width / 6.0, p) - best) < 1e-12);
  }
}

/* With scale 0 there is no hope, and the plan is that of the mean world; in the last step it is the reward's bound alone. */
static void ucrl2_plans_with_the_published_bounds(void **state) {
  static const char *const mean[] = { "beta=0", "horizon=3", "discount=0.9", NULL };
  static const char *const hopeless[] = { "scale=0", "horizon=3", "discount=0.9", NULL };
  static const char *const hopeful[] = { "scale=0.5", "delta=0.1", "horizon=3", "discount=0.9", NULL };
  static const char *const *const settings[] = { mean, hopeless, hopeful };
  double plan[3][3 * PAIRS];
  account told;
  (void)state;
  for (int i = 0; i < 3; i++) {
    rig r = bench(settings[i]);
    assert_int_equal(rig_open(&r, i == 0 ? &beb_library : &ucrl2_library), BAUD_OK);
    rig_init(&r, 1);
    tell_many(&r, &told);
    r.starts[0] = 1;
    rig_predict(&r, BAUD_TRAIN, 0);
    memcpy(plan[i], r.blocks[BAUD_MDP_PLAN], sizeof plan[i]);
    if (i == 2) {
      const ucrl2_width width = ucrl2_widths(r.model, r.blocks[BAUD_MDP_VISITS]);
      assert_true(fabs(width.successor - 0.5 * sqrt(14.0 * STATES * log(2.0 * ACTIONS * 150.0 / 0.1))) < 1e-12);
    }
    rig_close(&r);
  }
  for (int i = 0; i < 3 * PAIRS; i++) {
    assert_true(fabs(plan[0][i] - plan[1][i]) < 1e-10);
    assert_true(plan[2][i] > plan[1][i]);
  }
  for (int pair = 0; pair < PAIRS; pair++) {
    double n = fmax(told.visits[pair / ACTIONS][pair % ACTIONS], 1.0);
    double more = 0.5 * sqrt(7.0 * log(2.0 * PAIRS * 150.0 / 0.1) / (2.0 * n));
    assert_true(fabs(plan[2][2 * PAIRS + pair] - plan[1][2 * PAIRS + pair] - more) < 1e-12);
  }
}

static void opsrl_of_one_sample_is_psrl(void **state) {
  static const char *const one[] = { "samples=1", NULL };
  random_mdp mdp;
  uint64_t hash[2];
  (void)state;
  for (int i = 0; i < 2; i++) {
    rig r = bench(i == 0 ? NULL : one);
    assert_int_equal(rig_open(&r, i == 0 ? &psrl_library : &opsrl_library), BAUD_OK);
    rig_init(&r, 4);
    draw_mdp(&mdp, 6);
    for (int t = 0; t < 100; t++) (void)rig_tick(&r, step_mdp, &mdp, 0);
    hash[i] = rig_hash(&r, RIG_KEPT);
    rig_close(&r);
  }
  assert_true(hash[0] == hash[1]);
}

static void more_samples_only_raise_the_plan(void **state) {
  static const char *const settings[2][2] = { { "samples=1", NULL }, { "samples=2", NULL } };
  static double plan[2][LENGTH * PAIRS];
  int higher = 0;
  (void)state;
  for (int i = 0; i < 2; i++) { /* the first world that they draw is the same */
    rig r = bench(settings[i]);
    assert_int_equal(rig_open(&r, &opsrl_library), BAUD_OK);
    rig_init(&r, 4);
    tell_four(&r);
    r.starts[0] = 1;
    rig_predict(&r, BAUD_TRAIN, 0);
    memcpy(plan[i], r.blocks[BAUD_MDP_PLAN], sizeof plan[i]);
    rig_close(&r);
  }
  for (int i = 0; i < LENGTH * PAIRS; i++) {
    assert_true(plan[1][i] >= plan[0][i]);
    higher += plan[1][i] > plan[0][i];
  }
  assert_true(higher > 0 && higher < LENGTH * PAIRS);
}

/* ---- What all of them keep to ------------------------------------------------------------------------------- */

/* The action is the one that the answer names: of probability 1, or, with epsilon, at least epsilon / actions. */
static void the_answered_policy_is_the_plan_s(void **state) {
  static const char *const settings[] = { "epsilon=0.3", NULL };
  static const char *const names[] = { "psrl", "opsrl", "beb" };
  random_mdp mdp;
  (void)state;
  for (int i = 0; i < 3; i++) {
    rig r = bench(i == 2 ? settings : NULL);
    rig_ask(&r, BAUD_ASK_ACTION, ACTIONS, NULL);
    assert_int_equal(rig_open(&r, library_of(names[i])), BAUD_OK);
    rig_init(&r, 8);
    draw_mdp(&mdp, 9);
    int likeliest = 0, ticks = 4000;
    for (int t = 0; t < ticks; t++) {
      (void)rig_tick(&r, step_mdp, &mdp, 0);
      float p = r.answer[0][r.action[0]];
      if (i < 2) assert_true(p == 1.0f);
      likeliest += p > 0.7f;
    }
    /* P(the likeliest) = 1 - .3 + .3 / 5 = .76 but where actions tie, at first: 5 standard deviations, 6e-7 */
    if (i == 2) assert_true(fabs(likeliest / (double)ticks - 0.76) < 5.0 * sqrt(0.76 * 0.24 / ticks) + 0.01);
    rig_close(&r);
  }
}

static void predicting_writes_no_knowledge_and_seeds_decide(void **state) {
  static const char *const names[] = { "psrl", "opsrl", "beb", "ucrl2" };
  random_mdp mdp;
  (void)state;
  for (int i = 0; i < 4; i++) {
    rig r = bench(NULL);
    r.lanes = LANES_MOST;
    assert_int_equal(rig_open(&r, library_of(names[i])), BAUD_OK);
    assert_int_equal(r.setup.subscribed, BAUD_MASK(BAUD_CH_REWARD) | BAUD_MASK(BAUD_CH_OBSERVATION));
    uint64_t hash[2];
    for (int run = 0; run < 2; run++) {
      draw_mdp(&mdp, 10);
      rig_init(&r, 11);
      for (int t = 0; t < 25; t++) {
        uint64_t frozen = rig_hash(&r, RIG_FROZEN);
        rig_predict(&r, BAUD_EVAL, 1);
        assert_true(frozen == rig_hash(&r, RIG_FROZEN));
        (void)rig_tick(&r, step_mdp, &mdp, 0);
      }
      hash[run] = rig_hash(&r, RIG_KEPT);
    }
    assert_true(hash[0] == hash[1]);
    double visits = 0.0;
    for (int pair = 0; pair < PAIRS; pair++) visits += ((double *)r.blocks[BAUD_MDP_VISITS])[pair];
    assert_true(visits == 25.0 * LANES_MOST); /* three lanes, one memory */
    rig_close(&r);
  }
}

static void an_endless_episode_needs_a_horizon(void **state) {
  static const char *const settings[] = { "horizon=0", NULL };
  rig r = bench(settings);
  (void)state;
  assert_int_equal(rig_open(&r, &psrl_library), BAUD_EARG);
  assert_non_null(strstr(r.why, "horizon"));
}

static int print_column(int argc, char **argv) {
  double mean[MARKS], error[MARKS];
  run_column(argv[1], (const char *const *)argv + 3, atoi(argv[2]), MARKS, mean, error);
  for (int i = 1; i < argc; i++) printf("%s ", argv[i]);
  for (int m = 0; m < MARKS; m++) printf("| %d: %.1f +- %.1f ", marks[m], mean[m], error[m]);
  printf("\n");
  return 0;
}

int main(int argc, char **argv) {
  if (argc > 2) return print_column(argc, argv);
  const struct CMUnitTest tests[] = {
    cmocka_unit_test(total_rewards_are_those_of_duan_et_al),
    cmocka_unit_test(successor_and_reward_are_predicted_by_the_posterior),
    cmocka_unit_test(sampled_worlds_have_the_posterior_s_moments),
    cmocka_unit_test(gamma_draws_have_their_moments),
    cmocka_unit_test(plans_are_bellman_s_recursion_in_the_mean_world),
    cmocka_unit_test(ucrl2_hopes_for_the_best_row_within_its_bounds),
    cmocka_unit_test(ucrl2_plans_with_the_published_bounds),
    cmocka_unit_test(opsrl_of_one_sample_is_psrl),
    cmocka_unit_test(more_samples_only_raise_the_plan),
    cmocka_unit_test(the_answered_policy_is_the_plan_s),
    cmocka_unit_test(predicting_writes_no_knowledge_and_seeds_decide),
    cmocka_unit_test(an_endless_episode_needs_a_horizon)
  };
  return cmocka_run_group_tests_name("Bayesian MDP learners", tests, NULL, NULL);
}
