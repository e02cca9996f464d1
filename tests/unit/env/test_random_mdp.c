/* test_random_mdp.c - random Markov decision processes: prior, dynamics, planning by exhaustive recursion, and the
 * ideal observer against ratios of marginal likelihoods, which know nothing of running counts and means.
 */
#include "../../../plugins/env/random_mdp.c"

#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>

#include <cmocka.h>

/* ---- A rig of three lanes ------------------------------------------------------------------------------ */

enum { LANES = 3 };
static int32_t quiet(const baud_host *host, int32_t code, const char *why) {
  (void)host;
  (void)why;
  return code;
}
static const baud_host host = {.size = BAUD_SIZE(baud_host), .fail = quiet};

typedef struct rig {
  void *model;
  baud_env_spec spec;
  char *world, lane[LANES][64];
  int32_t state[LANES], before[LANES], action[LANES];
  uint8_t flags[LANES];
  float reward[LANES];
  void *obs[1];
  float *facts[1];
  uint32_t lanes;
} rig;

static baud_batch rig_batch(rig *r) {
  return (baud_batch){.size = BAUD_SIZE(baud_batch), .lanes = r->lanes, .lane = r->lane[0],
                      .lane_stride = sizeof r->lane[0], .world = r->world, .world_stride = 0, .action = r->action,
                      .obs = r->obs, .facts = r->facts, .flags = r->flags};
}

static void rig_open(rig *r, int64_t states, int64_t actions, int64_t horizon) {
  baud_value values[MDP_PARAMS] = {{.i = states}, {.i = actions}, {.i = horizon}, {.f = 1.0}};
  memset(r, 0, sizeof *r);
  r->lanes = LANES;
  r->spec.size = BAUD_SIZE(baud_env_spec);
  r->obs[0] = r->state;
  r->facts[0] = r->reward;
  assert_int_equal(mdp_ops.create(&host, values, &r->spec, &r->model), BAUD_OK);
  r->world = calloc(1, r->spec.world_bytes);
}

static void rig_close(rig *r) {
  mdp_ops.destroy(r->model);
  free(r->world);
}

static void rig_draw(rig *r, uint64_t seed) {
  memset(r->world, 0, r->spec.world_bytes);
  assert_int_equal(mdp_ops.draw(r->model, seed, r->world), BAUD_OK);
}

static void rig_reset(rig *r, uint32_t lane, uint64_t seed) {
  baud_batch batch = rig_batch(r);
  batch.n_pick = 1;
  batch.pick = &lane;
  batch.seed = &seed;
  assert_int_equal(mdp_ops.reset(r->model, &batch), BAUD_OK);
}

static void rig_step(rig *r) {
  baud_batch batch = rig_batch(r);
  memcpy(r->before, r->state, sizeof r->before);
  assert_int_equal(mdp_ops.step(r->model, &batch), BAUD_OK);
}

static void assert_close(double a, double b) {
  double scale = fmax(fabs(a), fabs(b));
  if (!(fabs(a - b) <= 1e-9 * scale + 1e-12)) fail_msg("%.17g is not %.17g", a, b);
}

/* ---- Prior and dynamics --------------------------------------------------------------------------------- */

/* 400 worlds of 50 pairs; means and variances within 6 standard deviations: false alarm below 1e-8. */
static void rows_are_flat_dirichlet_and_means_normal(void **state) {
  enum { WORLDS = 400, N = WORLDS * 50 };
  rig r;
  double p = 0.0, p2 = 0.0, mean = 0.0, square = 0.0;
  (void)state;
  rig_open(&r, 10, 5, 10);
  assert_true(isinf(r.spec.entropy_bits));
  for (uint64_t seed = 0; seed < WORLDS; seed++) {
    rig_draw(&r, seed);
    for (uint32_t pair = 0; pair < 50; pair++) {
      const double *row = mdp_row(r.model, r.world, pair);
      double sum = 0.0, mu = mdp_mean(r.model, r.world, pair) - 1.0;
      for (int x = 0; x < 10; x++) sum += row[x];
      assert_close(sum, 1.0);
      p += row[3];
      p2 += (row[3] - 0.1) * (row[3] - 0.1);
      mean += mu;
      square += mu * mu;
    }
  }
  /* a component is Beta(1, 9): variance 9/1100, fourth central moment below 6e-4 */
  assert_true(fabs(p / N - 0.1) < 6 * sqrt(9.0 / 1100.0 / N));
  assert_true(fabs(p2 / N - 9.0 / 1100.0) < 6 * sqrt(6e-4 / N));
  assert_true(fabs(mean / N) < 6 / sqrt(N));
  assert_true(fabs(square / N - 1.0) < 6 * sqrt(2.0 / N));
  rig_close(&r);
}

/* 60,000 steps; each cell's count and each pair's mean within 6 standard deviations: false alarm below 1e-7. */
static void steps_follow_the_world_and_last_the_horizon(void **state) {
  rig r;
  double count[6][3] = {{0}}, sum[6] = {0}, square = 0.0, n[6] = {0}, total = 0.0;
  uint64_t random = 8;
  (void)state;
  rig_open(&r, 3, 2, 10);
  rig_draw(&r, 4);
  assert_int_equal(r.spec.max_steps, 10);
  for (uint64_t episode = 0; episode < 2000; episode++) {
    for (uint32_t k = 0; k < LANES; k++) rig_reset(&r, k, 3 * episode + k);
    for (int t = 1; t <= 10; t++) {
      for (uint32_t k = 0; k < LANES; k++) assert_true(t > 1 || r.state[k] == 0);
      for (uint32_t k = 0; k < LANES; k++) r.action[k] = (int32_t)baud_below(&random, 2);
      rig_step(&r);
      for (uint32_t k = 0; k < LANES; k++) {
        int pair = r.before[k] * 2 + r.action[k];
        double noise = (double)r.reward[k] - mdp_mean(r.model, r.world, (uint32_t)pair);
        count[pair][r.state[k]]++;
        n[pair]++;
        sum[pair] += noise;
        square += noise * noise;
        total++;
        assert_int_equal(r.flags[k], 0); /* the end by the clock is the host's */
      }
    }
  }
  for (uint32_t pair = 0; pair < 6; pair++) {
    assert_true(fabs(sum[pair]) < 6 * sqrt(n[pair]));
    for (int x = 0; x < 3; x++) {
      double p = mdp_row(r.model, r.world, pair)[x];
      assert_true(fabs(count[pair][x] - n[pair] * p) < 6 * sqrt(n[pair] * p * (1 - p)) + 1);
    }
  }
  assert_true(fabs(square / total - 1.0) < 6 * sqrt(2.0 / total));
  r.action[2] = -1;
  baud_batch batch = rig_batch(&r);
  assert_int_equal(mdp_ops.step(r.model, &batch), BAUD_EARG);
  rig_close(&r);
}

static void a_lane_does_not_depend_on_the_others(void **state) {
  rig many, one;
  (void)state;
  rig_open(&many, 10, 5, 50);
  rig_open(&one, 10, 5, 50);
  one.lanes = 1;
  rig_draw(&many, 6);
  rig_draw(&one, 6);
  for (uint32_t k = 0; k < LANES; k++) rig_reset(&many, k, 100 + k);
  rig_reset(&one, 0, 102);
  for (int t = 0; t < 50; t++) {
    for (uint32_t k = 0; k < LANES; k++) many.action[k] = (t * 3 + (int)k) % 5;
    one.action[0] = many.action[2];
    rig_step(&many);
    rig_step(&one);
    assert_int_equal(one.state[0], many.state[2]);
    assert_true(one.reward[0] == many.reward[2]);
  }
  rig_close(&many);
  rig_close(&one);
}

/* ---- The ideal observer --------------------------------------------------------------------------------- */

/* Everything that was seen of one pair. */
typedef struct history {
  uint32_t n;
  uint32_t next[200];
  double reward[200];
} history;

/* log P of the successors: the Dirichlet-multinomial integral, Gamma(S) / Gamma(S + n) * product of Gamma(1 + n_x). */
static double log_marginal_moves(const history *h, uint32_t n, uint32_t states) {
  double count[10] = {0}, sum = lgamma(states) - lgamma(states + (double)n);
  for (uint32_t i = 0; i < n; i++) count[h->next[i]]++;
  for (uint32_t x = 0; x < states; x++) sum += lgamma(1.0 + count[x]);
  return sum;
}

/* log density of the rewards: jointly normal, mean 1, covariance I + 11'. Determinant 1 + n; Sherman-Morrison. */
static double log_marginal_rewards(const history *h, uint32_t n) {
  double sum = 0.0, square = 0.0;
  for (uint32_t i = 0; i < n; i++) {
    sum += h->reward[i] - 1.0;
    square += (h->reward[i] - 1.0) * (h->reward[i] - 1.0);
  }
  return -0.5 * (n * log(2 * M_PI) + log(1.0 + n) + square - sum * sum / (1.0 + n));
}

static baud_evidence step_evidence(const rig *r, uint32_t k, const void **before, const void **after) {
  before[0] = &r->before[k];
  after[0] = &r->state[k];
  return (baud_evidence){.size = BAUD_SIZE(baud_evidence), .kind = BAUD_EV_STEP, .lane = k, .obs_before = before,
                         .obs = after, .action = &r->action[k], .sees_observation = 1, .sees_reward = 1,
                         .value = (double)r->reward[k]};
}

static void check_step(rig *r, uint32_t k, void *observer, history *seen) {
  const void *before[1], *after[1];
  double bits[BAUD_CHANNELS], noise[BAUD_CHANNELS];
  baud_evidence e = step_evidence(r, k, before, after);
  uint32_t pair = (uint32_t)(r->before[k] * 2 + r->action[k]);
  history *h = &seen[pair];
  h->next[h->n] = (uint32_t)r->state[k];
  h->reward[h->n++] = (double)r->reward[k];
  assert_int_equal(mdp_observer.noise(r->model, r->world, observer, &e, noise), BAUD_OK);
  assert_int_equal(mdp_observer.surprise(r->model, observer, &e, bits), BAUD_OK);
  double d = h->reward[h->n - 1] - mdp_mean(r->model, r->world, pair);
  assert_close(noise[BAUD_CH_OBSERVATION], -log2(mdp_row(r->model, r->world, pair)[r->state[k]]));
  assert_close(noise[BAUD_CH_REWARD], (0.5 * log(2 * M_PI) + 0.5 * d * d) / log(2));
  double move = log_marginal_moves(h, h->n - 1, 4) - log_marginal_moves(h, h->n, 4);
  double reward = log_marginal_rewards(h, h->n - 1) - log_marginal_rewards(h, h->n);
  assert_close(bits[BAUD_CH_OBSERVATION], move / log(2));
  assert_close(bits[BAUD_CH_REWARD], reward / log(2));
  assert_true(bits[BAUD_CH_DEMONSTRATION] == 0.0);
}

static void the_observer_is_the_ratio_of_marginal_likelihoods(void **state) {
  static history seen[8];
  rig r;
  uint64_t random = 2;
  double answer[4];
  (void)state;
  rig_open(&r, 4, 2, 20);
  void *observer = malloc(mdp_observer.state_bytes(r.model, LANES));
  for (uint64_t seed = 0; seed < 20; seed++) {
    memset(seen, 0, sizeof seen);
    rig_draw(&r, seed);
    assert_int_equal(mdp_observer.open(r.model, observer, LANES), BAUD_OK);
    for (uint64_t episode = 0; episode < 4; episode++) {
      for (uint32_t k = 0; k < LANES; k++) rig_reset(&r, k, seed * 100 + episode * 10 + k);
      for (int t = 0; t < 20; t++) {
        for (uint32_t k = 0; k < LANES; k++) r.action[k] = (int32_t)baud_below(&random, 2);
        rig_step(&r);
        for (uint32_t k = 0; k < LANES; k++) check_step(&r, k, observer, seen);
      }
    }
    for (int32_t pair = 0; pair < 8; pair++) {
      int32_t s = pair / 2, a = pair % 2;
      const void *obs[] = {&s};
      baud_query query = {BAUD_SIZE(baud_query), BAUD_ASK_OBSERVATION, 0, 4, obs, &a};
      assert_int_equal(mdp_observer.answer(r.model, observer, &query, answer), BAUD_OK);
      for (uint32_t x = 0; x < 4; x++) {
        history more = seen[pair];
        more.next[more.n++] = x;
        assert_close(answer[x], exp(log_marginal_moves(&more, more.n, 4) - log_marginal_moves(&more, more.n - 1, 4)));
      }
    }
  }
  free(observer);
  rig_close(&r);
}

/* A reward told late is worth what it was worth at once: the order of independent channels does not matter. */
static void a_late_reward_is_worth_the_same(void **state) {
  rig r;
  const void *before[1], *after[1];
  double at_once[BAUD_CHANNELS], late[BAUD_CHANNELS];
  (void)state;
  rig_open(&r, 4, 2, 20);
  rig_draw(&r, 3);
  uint64_t bytes = mdp_observer.state_bytes(r.model, LANES);
  void *one = malloc(bytes), *other = malloc(bytes);
  mdp_observer.open(r.model, one, LANES);
  mdp_observer.open(r.model, other, LANES);
  for (uint32_t k = 0; k < LANES; k++) rig_reset(&r, k, k);
  for (int t = 0; t < 20; t++) {
    rig_step(&r);
    baud_evidence e = step_evidence(&r, 1, before, after);
    assert_int_equal(mdp_observer.surprise(r.model, one, &e, at_once), BAUD_OK);
    e.sees_reward = 0;
    assert_int_equal(mdp_observer.surprise(r.model, other, &e, late), BAUD_OK);
    assert_true(late[BAUD_CH_REWARD] == 0.0);
    assert_close(late[BAUD_CH_OBSERVATION], at_once[BAUD_CH_OBSERVATION]);
    e.kind = BAUD_EV_LATE;
    e.sees_observation = 0;
    e.sees_reward = 1;
    assert_int_equal(mdp_observer.surprise(r.model, other, &e, late), BAUD_OK);
    assert_close(late[BAUD_CH_REWARD], at_once[BAUD_CH_REWARD]);
    assert_true(late[BAUD_CH_OBSERVATION] == 0.0);
  }
  assert_memory_equal(one, other, bytes);
  free(one);
  free(other);
  rig_close(&r);
}

static void the_observer_says_what_it_cannot_do(void **state) {
  rig r;
  const void *before[1], *after[1];
  double bits[BAUD_CHANNELS];
  uint32_t obs = BAUD_MASK(BAUD_CH_OBSERVATION), reward = BAUD_MASK(BAUD_CH_REWARD);
  (void)state;
  rig_open(&r, 4, 2, 20);
  assert_int_equal(mdp_observer.alphabet(r.model, 0, NULL, 0), 0);
  assert_int_equal(mdp_observer.supports(r.model, obs | reward, 0, BAUD_SEES_LATE), 1);
  assert_int_equal(mdp_observer.supports(r.model, obs | reward, 0, BAUD_SEES_SOFT), 0);
  assert_int_equal(mdp_observer.supports(r.model, reward, 0, 0), 0);
  assert_int_equal(mdp_observer.supports(r.model, obs | BAUD_MASK(BAUD_CH_DEMONSTRATION), 0, 0), 0);
  baud_evidence e = step_evidence(&r, 0, before, after);
  e.value = NAN;
  assert_int_equal(mdp_observer.surprise(r.model, NULL, &e, bits), BAUD_EUNSUP);
  rig_close(&r);
}

/* SIGNAL's calibration: log2 S - (psi(S+1) - psi(2)) / ln 2 = .5390 at S = 10, the mean of surprise less noise of a
 * first transition. 10,000 worlds, within 6 standard errors: false alarm 2e-9. */
static void a_first_transition_is_worth_the_closed_form(void **state) {
  enum { WORLDS = 10000 };
  rig r;
  double sum = 0.0, square = 0.0, expected = log2(10.0);
  (void)state;
  for (int k = 2; k <= 10; k++) expected -= 1.0 / k / log(2.0); /* psi(11) - psi(2) */
  assert_true(fabs(expected - 0.5390) < 5e-5);
  rig_open(&r, 10, 2, 1);
  void *observer = malloc(mdp_observer.state_bytes(r.model, LANES));
  for (uint64_t seed = 0; seed < WORLDS; seed++) {
    const void *before[1], *after[1];
    double bits[BAUD_CHANNELS], noise[BAUD_CHANNELS];
    rig_draw(&r, seed);
    mdp_observer.open(r.model, observer, LANES);
    rig_reset(&r, 0, seed);
    rig_step(&r);
    baud_evidence e = step_evidence(&r, 0, before, after);
    assert_int_equal(mdp_observer.noise(r.model, r.world, observer, &e, noise), BAUD_OK);
    assert_int_equal(mdp_observer.surprise(r.model, observer, &e, bits), BAUD_OK);
    double gain = bits[BAUD_CH_OBSERVATION] - noise[BAUD_CH_OBSERVATION];
    sum += gain;
    square += gain * gain;
  }
  double mean = sum / WORLDS, error = sqrt((square / WORLDS - mean * mean) / WORLDS);
  assert_true(fabs(mean - expected) < 6 * error && error < 0.02);
  free(observer);
  rig_close(&r);
}

/* ---- Quiz, demonstration, picture ----------------------------------------------------------------------- */

static double best_value(const rig *r, int s, int to_go, int *best);

static double action_value(const rig *r, int s, int a, int to_go) {
  uint32_t pair = (uint32_t)(s * 2 + a);
  double q = mdp_mean(r->model, r->world, pair);
  for (int x = 0; x < 3; x++) q += mdp_row(r->model, r->world, pair)[x] * best_value(r, x, to_go - 1, NULL);
  return q;
}

/* By exhaustive recursion over all futures. */
static double best_value(const rig *r, int s, int to_go, int *best) {
  if (to_go == 0) return 0.0;
  double left = action_value(r, s, 0, to_go), right = action_value(r, s, 1, to_go);
  if (best) *best = right > left;
  return right > left ? right : left;
}

static void decisions_and_demonstrations_are_optimal_for_the_steps_to_go(void **state) {
  rig r;
  (void)state;
  rig_open(&r, 3, 2, 5);
  for (uint64_t seed = 0; seed < 40; seed++) {
    rig_draw(&r, seed);
    for (int step = 0; step < 5; step++)
      for (int s = 0; s < 3; s++) {
        int best = -1;
        uint8_t optimal[LANES * 2];
        baud_batch batch = rig_batch(&r);
        (void)best_value(&r, s, 5 - step, &best);
        *(mdp_lane *)(void *)r.lane[1] = (mdp_lane){0, (uint32_t)s, (uint32_t)step};
        assert_int_equal(mdp_demonstrate.optimal(r.model, &batch, optimal), BAUD_OK);
        assert_int_equal(optimal[2 + best], 1);
        assert_int_equal(optimal[2 + 1 - best], 0);
        if (step > 0) continue;
        double truth[3], prior[3];
        int32_t context, action;
        void *obs[] = {&context};
        baud_item item = {.size = BAUD_SIZE(baud_item), .truth = truth, .prior = prior, .obs = obs, .action = &action};
        assert_int_equal(mdp_quiz.item(r.model, r.world, 6 + (uint32_t)s, &item), BAUD_OK);
        assert_true(item.kinds == BAUD_ITEM_DECISION && item.target == BAUD_ASK_ACTION && context == s);
        assert_true(truth[best] == 1.0 && truth[1 - best] == 0.0 && prior[0] == 0.5 && prior[1] == 0.5);
      }
  }
  rig_close(&r);
}

static void quiz_facts_are_the_rows(void **state) {
  rig r;
  uint32_t n, most, independence;
  (void)state;
  rig_open(&r, 10, 5, 10);
  rig_draw(&r, 1);
  assert_int_equal(mdp_quiz.count(r.model, &n, &most, &independence), BAUD_OK);
  assert_true(n == 60 && most == 10 && independence == BAUD_FACTS_INDEPENDENT);
  for (uint32_t i = 0; i < 50; i++) {
    double truth[10], prior[10];
    int32_t context, action;
    void *obs[] = {&context};
    baud_item item = {.size = BAUD_SIZE(baud_item), .truth = truth, .prior = prior, .obs = obs, .action = &action};
    assert_int_equal(mdp_quiz.item(r.model, r.world, i, &item), BAUD_OK);
    assert_true(item.score == BAUD_SCORE_MEAN && item.target == BAUD_ASK_OBSERVATION && item.action_given == 1);
    assert_true((uint32_t)(context * 5 + action) == i && item.group == i && item.n_answers == 10);
    for (int x = 0; x < 10; x++) assert_true(truth[x] == mdp_row(r.model, r.world, i)[x] && prior[x] == 0.1);
  }
  rig_close(&r);
}

static void the_picture_marks_state_and_best_action(void **state) {
  rig r;
  char cells[12 * 6];
  uint32_t width, height;
  (void)state;
  rig_open(&r, 10, 5, 10);
  rig_draw(&r, 1);
  rig_reset(&r, 0, 1);
  assert_int_equal(mdp_drawing.extent(r.model, &width, &height), BAUD_OK);
  assert_true(width == 12 && height == 6);
  assert_int_equal(mdp_drawing.draw(r.model, r.world, r.lane[0], cells), BAUD_OK);
  assert_int_equal(cells[2], 'A');
  uint32_t best = mdp_best(r.model, r.world)[0];
  for (uint32_t a = 0; a < 5; a++) assert_int_equal(cells[(a + 1) * 12], best == a ? '*' : ' ');
  rig_close(&r);
}

int main(void) {
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(rows_are_flat_dirichlet_and_means_normal),
      cmocka_unit_test(steps_follow_the_world_and_last_the_horizon),
      cmocka_unit_test(a_lane_does_not_depend_on_the_others),
      cmocka_unit_test(the_observer_is_the_ratio_of_marginal_likelihoods),
      cmocka_unit_test(a_late_reward_is_worth_the_same),
      cmocka_unit_test(the_observer_says_what_it_cannot_do),
      cmocka_unit_test(a_first_transition_is_worth_the_closed_form),
      cmocka_unit_test(decisions_and_demonstrations_are_optimal_for_the_steps_to_go),
      cmocka_unit_test(quiz_facts_are_the_rows),
      cmocka_unit_test(the_picture_marks_state_and_best_action),
  };
  return cmocka_run_group_tests_name("random_mdp", tests, NULL, NULL);
}
