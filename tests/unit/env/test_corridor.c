/* test_corridor.c - the short corridor against its value equations: the transition structure is read off the plugin by
 * stepping it, solved as a linear system in this file, and compared with the book's figures and with simulation.
 */
#include "../../../plugins/env/corridor.c" /* first: cmocka has a macro named fail */

#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <cmocka.h>

enum { LANES = 64 };
typedef struct bench {
  void *model;
  baud_env_spec spec;
  corridor_lane lane[LANES];
  int32_t obs0[LANES], action[LANES];
  float reward[LANES], success[LANES];
  uint8_t flags[LANES];
  uint32_t lanes;
  void *obs[1];
  float *facts[2];
} bench;

static int32_t refuse(const baud_host *host, int32_t code, const char *why) {
  (void)host;
  assert_non_null(why);
  return code;
}
static const baud_host host = {.size = BAUD_SIZE(baud_host), .fail = refuse};

static void bench_open(bench *b, uint32_t lanes, int64_t max_steps) {
  baud_value values[CORRIDOR_PARAMS] = {{max_steps, 0, NULL}};
  memset(b, 0, sizeof *b);
  b->spec.size = BAUD_SIZE(baud_env_spec);
  assert_int_equal(corridor_create(&host, values, &b->spec, &b->model), BAUD_OK);
  b->lanes = lanes;
  b->obs[0] = b->obs0;
  b->facts[0] = b->reward;
  b->facts[1] = b->success;
}

static baud_batch batch_of(bench *b) {
  return (baud_batch){.size = BAUD_SIZE(baud_batch), .lanes = b->lanes, .lane = (char *)b->lane,
                      .lane_stride = sizeof b->lane[0], .action = b->action, .obs = b->obs, .facts = b->facts,
                      .flags = b->flags};
}

static void bench_reset(bench *b, uint32_t lane) {
  uint64_t seed = 1;
  baud_batch batch = batch_of(b);
  batch.pick = &lane;
  batch.seed = &seed;
  batch.n_pick = 1;
  assert_int_equal(corridor_reset(b->model, &batch), BAUD_OK);
}

static void bench_step(bench *b) {
  baud_batch batch = batch_of(b);
  assert_int_equal(corridor_step(b->model, &batch), BAUD_OK);
}

/* ---- Dynamics ------------------------------------------------------------------------------------------ */

static void left_and_right_are_switched_in_the_second_state(void **unused) {
  (void)unused;
  static const uint32_t expected[3][2] = {{0, 1}, {2, 0}, {1, 3}};
  bench b;
  bench_open(&b, 1, 1000);
  for (uint32_t state = 0; state < 3; state++)
    for (int32_t action = 0; action < 2; action++) {
      b.lane[0] = (corridor_lane){state, 0};
      b.action[0] = action;
      bench_step(&b);
      assert_int_equal(b.lane[0].state, expected[state][action]);
      assert_true(b.reward[0] == -1.0f);
      assert_true(b.success[0] == (expected[state][action] == 3 ? 1.0f : 0.0f));
      assert_int_equal(b.flags[0], expected[state][action] == 3 ? BAUD_TERMINATED : 0);
      assert_int_equal(b.obs0[0], 0);
    }
  b.action[0] = 2;
  baud_batch batch = batch_of(&b);
  assert_int_equal(corridor_step(b.model, &batch), BAUD_EARG);
  free(b.model);
}

static void an_episode_ends_at_the_limit_in_failure(void **unused) {
  (void)unused;
  bench b;
  bench_open(&b, 1, 20);
  assert_int_equal(b.spec.max_steps, 20);
  assert_int_equal(b.spec.world_bytes, 0);
  bench_reset(&b, 0);
  for (int step = 1; step <= 20; step++) {
    b.action[0] = CORRIDOR_LEFT;
    bench_step(&b);
    assert_int_equal(b.flags[0], step == 20 ? BAUD_TERMINATED : 0);
    assert_true(b.success[0] == 0.0f);
  }
  free(b.model);
}

static void the_expert_arrives_in_three_steps(void **unused) {
  (void)unused;
  bench b;
  uint8_t optimal[2];
  bench_open(&b, 1, 1000);
  bench_reset(&b, 0);
  for (int step = 1; step <= 3; step++) {
    baud_batch batch = batch_of(&b);
    assert_int_equal(corridor_optimal(b.model, &batch, optimal), BAUD_OK);
    assert_int_equal(optimal[0] + optimal[1], 1);
    b.action[0] = optimal[1];
    bench_step(&b);
    assert_int_equal(b.flags[0], step == 3 ? BAUD_TERMINATED : 0);
  }
  char cells[5] = {0};
  corridor_picture(b.model, NULL, &b.lane[0], cells);
  assert_string_equal(cells, ".x.A");
  free(b.model);
}

/* ---- Values -------------------------------------------------------------------------------------------- */

/* Gaussian elimination of v = -1 + P v for the three states, P as the plugin steps; the start's value. */
static double value_of(double p) {
  bench b;
  double a[3][4] = {{0}};
  bench_open(&b, 1, 0);
  for (uint32_t s = 0; s < 3; s++) {
    a[s][s] = 1.0;
    a[s][3] = -1.0;
    for (int32_t action = 0; action < 2; action++) {
      b.lane[0] = (corridor_lane){s, 0};
      b.action[0] = action;
      bench_step(&b);
      if (b.lane[0].state < 3) a[s][b.lane[0].state] -= action ? p : 1.0 - p;
    }
  }
  free(b.model);
  for (int i = 2; i >= 0; i--) /* from below, so that row 0 is left with the start alone */
    for (int row = 0; row < i; row++) {
      double factor = a[row][i] / a[i][i];
      for (int column = 0; column < 4; column++) a[row][column] -= factor * a[i][column];
    }
  return a[0][3] / a[0][0];
}

static void the_value_is_the_closed_form_for_every_policy(void **unused) {
  (void)unused;
  for (int i = 1; i < 100; i++) {
    double p = i / 100.0;
    assert_true(fabs(value_of(p) + 2.0 * (2.0 - p) / (p * (1.0 - p))) < 1e-9 * fabs(value_of(p)));
  }
}

static void the_best_policy_goes_right_with_586_and_greedy_ones_lose(void **unused) {
  (void)unused;
  double best = 0.001;
  for (double p = 0.001; p < 0.9995; p += 0.001)
    if (value_of(p) > value_of(best)) best = p;
  assert_true(fabs(best - 0.586) < 1e-9);
  assert_true(fabs(value_of(2.0 - sqrt(2.0)) + 11.66) < 0.005);
  assert_true(fabs(value_of(0.95) + 44.2) < 0.05); /* .1-greedy for right */
  assert_true(fabs(value_of(0.05) + 82.1) < 0.05); /* .1-greedy for left */
}

/* Mean return of 20,000 episodes: within five of its standard errors with probability 1 - 6e-7. The limit of 1000
 * steps cuts off a tail whose weight at p = .05 is below e^-12, hence less than .01 of the mean. */
static void simulated_returns_agree_with_the_value(void **unused) {
  (void)unused;
  static const double policies[] = {0.58578643762690495, 0.95, 0.05};
  for (size_t i = 0; i < 3; i++) {
    bench b;
    double running[LANES] = {0}, sum = 0.0, squares = 0.0;
    uint64_t random = 42 + i, episodes = 0;
    uint32_t begun = LANES; /* a fixed set of episodes, lest short ones be favoured */
    uint8_t is_done[LANES] = {0};
    bench_open(&b, LANES, 1000);
    for (uint32_t k = 0; k < LANES; k++) bench_reset(&b, k);
    while (episodes < 20000) {
      for (uint32_t k = 0; k < LANES; k++) {
        b.action[k] = baud_bernoulli(&random, policies[i]);
        if (is_done[k]) b.lane[k] = (corridor_lane){0, 0};
      }
      bench_step(&b);
      for (uint32_t k = 0; k < LANES; k++) {
        running[k] += (double)b.reward[k];
        if (is_done[k] || !b.flags[k]) continue;
        sum += running[k];
        squares += running[k] * running[k];
        episodes++;
        running[k] = 0.0;
        bench_reset(&b, k);
        is_done[k] = begun++ >= 20000;
      }
    }
    double mean = sum / 20000, error = sqrt((squares / 20000 - mean * mean) / 20000);
    assert_true(fabs(mean - value_of(policies[i])) < 5.0 * error + 0.01);
    free(b.model);
  }
}

int main(void) {
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(left_and_right_are_switched_in_the_second_state),
      cmocka_unit_test(an_episode_ends_at_the_limit_in_failure),
      cmocka_unit_test(the_expert_arrives_in_three_steps),
      cmocka_unit_test(the_value_is_the_closed_form_for_every_policy),
      cmocka_unit_test(the_best_policy_goes_right_with_586_and_greedy_ones_lose),
      cmocka_unit_test(simulated_returns_agree_with_the_value),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
