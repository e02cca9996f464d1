/* Q(lambda) and Sarsa(lambda): a sequence computed by hand, and long random ones against a program that keeps all
 * traces densely and follows the published boxes line by line.
 */
#define baud_plugin_1 q_lambda_library
#include "../../../plugins/learner/q_lambda.c"
#undef baud_plugin_1
#define baud_plugin_1 sarsa_lambda_library
#include "../../../plugins/learner/sarsa_lambda.c"
#undef baud_plugin_1

#include "rig.h"

enum { STATES = 4, ACTIONS = 3, PAIRS = STATES * ACTIONS };

static rig td_rig(uint32_t states, uint32_t actions, uint32_t lanes) {
  rig r = { .states = states, .actions = actions, .lanes = lanes,
            .channels = BAUD_MASK(BAUD_CH_OBSERVATION) | BAUD_MASK(BAUD_CH_REWARD) };
  rig_set(&r, "cutoff", 0);
  return r;
}

static double *td_values(rig *r) { return r->blocks[rig_block(r, "values")]; }

/* One given step of lane 0. */
static void step(rig *r, int32_t action, float reward, int32_t next, uint8_t flags) {
  rig_predict(r, BAUD_TRAIN, 1);
  r->action[0] = action;
  r->reward[0] = reward;
  r->next[0] = next;
  r->flags[0] = flags;
  rig_learn(r);
}

static void expect_values(rig *r, const double *values, uint32_t n) {
  for (uint32_t i = 0; i < n; i++) assert_true(fabs(td_values(r)[i] - values[i]) < 1e-12);
}

static rig hand_rig(const baud_library *library) {
  rig r = td_rig(2, 2, 1);
  rig_set(&r, "lr", 0.5);
  rig_set(&r, "discount", 0.8);
  rig_set(&r, "lambda", 0.5);
  assert_int_equal(rig_open(&r, library), BAUD_OK);
  rig_init(&r, 1);
  return r;
}

/* gamma lambda = .4. The third action explores, for Q(0,0) = .58 is larger: it ends the first two traces. */
static void q_lambda_follows_the_hand_computed_sequence(void **state) {
  (void)state;
  rig r = hand_rig(&q_lambda_library);
  step(&r, 0, 1.0f, 1, 0); /* delta 1 */
  expect_values(&r, (const double[]){ 0.5, 0, 0, 0 }, 4);
  step(&r, 1, 0.0f, 0, 0); /* delta .8 * .5 = .4 on (1,1), and on (0,0) by .4 */
  expect_values(&r, (const double[]){ 0.58, 0, 0, 0.2 }, 4);
  step(&r, 1, 2.0f, 1, 0); /* delta 2 + .8 * .2 = 2.16 */
  expect_values(&r, (const double[]){ 0.58, 1.08, 0, 0.2 }, 4);
  step(&r, 1, 1.0f, 0, BAUD_TERMINATED); /* delta .8 on (1,1), and on (0,1) by .4 */
  expect_values(&r, (const double[]){ 0.58, 1.24, 0, 0.6 }, 4);
  step(&r, 1, 0.0f, 1, BAUD_TERMINATED); /* a new episode: delta -1.24, no trace of the old one */
  expect_values(&r, (const double[]){ 0.58, 0.62, 0, 0.6 }, 4);
  rig_close(&r);
}

/* Each step is learned from when the next action is known: the last two come together. */
static void sarsa_lambda_follows_the_hand_computed_sequence(void **state) {
  (void)state;
  rig r = hand_rig(&sarsa_lambda_library);
  step(&r, 0, 1.0f, 1, 0);
  expect_values(&r, (const double[]){ 0, 0, 0, 0 }, 4);
  step(&r, 1, 0.0f, 0, 0); /* delta 1 + .8 * 0 - 0 */
  expect_values(&r, (const double[]){ 0.5, 0, 0, 0 }, 4);
  step(&r, 1, 2.0f, 1, 0); /* delta 0 + .8 * 0 - 0 */
  expect_values(&r, (const double[]){ 0.5, 0, 0, 0 }, 4);
  step(&r, 1, 1.0f, 0, BAUD_TERMINATED);
  /* delta 2: (0,1) by 1, (1,1) by .4, (0,0) by .16; then delta 1 - .4: (1,1) by 1.16, (0,1) by .4, (0,0) by .064 */
  expect_values(&r, (const double[]){ 0.6792, 1.12, 0, 0.748 }, 4);
  rig_close(&r);
}

static void replacing_traces_do_not_exceed_one(void **state) {
  (void)state;
  static const double expected[2] = { 1.4, 1.0 }; /* e after two visits in a row, gamma lambda .4 */
  for (int64_t kind = 0; kind < 2; kind++) {
    rig r = td_rig(2, 2, 1);
    rig_set(&r, "lr", 0.5);
    rig_set(&r, "discount", 0.8);
    rig_set(&r, "lambda", 0.5);
    rig_set(&r, "traces", (double)kind);
    assert_int_equal(rig_open(&r, &q_lambda_library), BAUD_OK);
    rig_init(&r, 1);
    step(&r, 0, 0.0f, 0, 0);
    step(&r, 0, 1.0f, 0, 0); /* delta 1 */
    assert_true(fabs(td_values(&r)[0] - 0.5 * expected[kind]) < 1e-12);
    rig_close(&r);
  }
}

/* Truncation is not an end of the world: both bootstrap from the successor, then forget their traces. */
static void a_truncated_episode_bootstraps_from_its_successor(void **state) {
  (void)state;
  rig r = hand_rig(&q_lambda_library);
  td_values(&r)[2] = 3.0;
  step(&r, 0, 1.0f, 1, BAUD_TRUNCATED);
  assert_true(fabs(td_values(&r)[0] - 0.5 * (1.0 + 0.8 * 3.0)) < 1e-12);
  rig_close(&r);
  r = hand_rig(&sarsa_lambda_library);
  td_values(&r)[2] = 3.0;
  step(&r, 0, 1.0f, 1, BAUD_TRUNCATED); /* epsilon .1: the mean of Q(1,.) is .95 * 3 */
  assert_true(fabs(td_values(&r)[0] - 0.5 * (1.0 + 0.8 * 0.95 * 3.0)) < 1e-12);
  rig_close(&r);
}

/* ---- Against dense traces ---------------------------------------------------------------------------------- */

/* Successor, reward and end are functions of step, state and action, alike for both programs. */
static uint32_t any_world(void *ctx, uint32_t lane, uint32_t state, uint32_t action, float *reward, uint8_t *flags) {
  uint64_t *step_count = ctx, random = baud_split(step_count[lane]++, (uint64_t)state * ACTIONS + action + 100 * lane);
  *reward = (float)baud_uniform(&random) - 0.3f;
  *flags = baud_bernoulli(&random, 0.05) ? BAUD_TERMINATED : 0;
  return baud_below(&random, STATES);
}

/* One episode step of the box of Watkins's Q(lambda), Sutton & Barto 1st ed., figure 7.14. */
static void dense_q(double *q, double *e, uint32_t s, uint32_t a, double reward, uint32_t next, uint8_t flags,
                    uint32_t next_action) {
  double best = -INFINITY;
  for (uint32_t k = 0; k < ACTIONS; k++) best = fmax(best, q[next * ACTIONS + k]);
  double delta = reward + (flags ? 0.0 : 0.9 * best) - q[s * ACTIONS + a];
  e[s * ACTIONS + a] += 1.0;
  for (uint32_t i = 0; i < PAIRS; i++) q[i] += 0.2 * delta * e[i];
  best = -INFINITY;
  for (uint32_t k = 0; k < ACTIONS; k++) best = fmax(best, q[next * ACTIONS + k]);
  int greedy = q[next * ACTIONS + next_action] == best;
  for (uint32_t i = 0; i < PAIRS; i++) e[i] = flags || !greedy ? 0.0 : e[i] * 0.9 * 0.7;
}

static void dense_sarsa(double *q, double *e, uint32_t s, uint32_t a, double reward, uint32_t next, uint8_t flags,
                        uint32_t next_action) {
  double delta = reward + (flags ? 0.0 : 0.9 * q[next * ACTIONS + next_action]) - q[s * ACTIONS + a];
  e[s * ACTIONS + a] += 1.0;
  for (uint32_t i = 0; i < PAIRS; i++) q[i] += 0.2 * delta * e[i];
  for (uint32_t i = 0; i < PAIRS; i++) e[i] = flags ? 0.0 : e[i] * 0.9 * 0.7;
}

typedef void (*dense_step)(double *, double *, uint32_t, uint32_t, double, uint32_t, uint8_t, uint32_t);

static void equals_dense_traces(const baud_library *library, dense_step dense) {
  double q[PAIRS] = { 0 }, e[PAIRS] = { 0 }, pending_reward = 0.0;
  uint32_t s = 0, a = 0;
  int waiting = 0;
  uint64_t count[1] = { 0 };
  rig r = td_rig(STATES, ACTIONS, 1);
  rig_set(&r, "lr", 0.2);
  rig_set(&r, "discount", 0.9);
  rig_set(&r, "lambda", 0.7);
  rig_set(&r, "epsilon", 0.3);
  assert_int_equal(rig_open(&r, library), BAUD_OK);
  rig_init(&r, 3);
  for (uint32_t t = 0; t < 3000; t++) {
    uint32_t before = (uint32_t)r.obs[0];
    (void)rig_tick(&r, any_world, count, 0);
    uint32_t action = (uint32_t)r.action[0];
    if (waiting) dense(q, e, s, a, pending_reward, before, 0, action); /* now its next action is known */
    s = before;
    a = action;
    pending_reward = (double)r.reward[0];
    waiting = !r.flags[0];
    if (r.flags[0]) dense(q, e, s, a, pending_reward, 0, 1, 0);
    for (uint32_t i = 0; r.flags[0] && i < PAIRS; i++) assert_true(fabs(td_values(&r)[i] - q[i]) < 1e-9);
  }
  rig_close(&r);
}

static void sparse_traces_equal_dense_ones(void **state) {
  (void)state;
  equals_dense_traces(&q_lambda_library, dense_q);
  equals_dense_traces(&sarsa_lambda_library, dense_sarsa);
}

/* In a ring of 1,000 states gamma lambda = .855 falls below 1e-4 after 59 steps: 58 and the newest are alive. */
static uint32_t ring_world(void *ctx, uint32_t lane, uint32_t state, uint32_t action, float *reward, uint8_t *flags) {
  (void)ctx, (void)lane, (void)action;
  *reward = 0.0f;
  *flags = 0;
  return (state + 1) % 1000;
}

static void traces_below_the_cutoff_are_dropped(void **state) {
  (void)state;
  rig r = { .states = 1000, .actions = 2, .lanes = 1,
            .channels = BAUD_MASK(BAUD_CH_OBSERVATION) | BAUD_MASK(BAUD_CH_REWARD) };
  assert_int_equal(rig_open(&r, &sarsa_lambda_library), BAUD_OK);
  rig_init(&r, 1);
  const int32_t *alive = r.blocks[rig_block(&r, "alive")];
  for (uint32_t t = 0; t < 3000; t++) {
    (void)rig_tick(&r, ring_world, NULL, 0);
    assert_true(alive[0] <= 59);
  }
  assert_int_equal(alive[0], 59); /* .855^58 > 1e-4 > .855^59 */
  rig_close(&r);
}

/* ---- The policy, and what all learners are held to --------------------------------------------------------- */

static const baud_library *const all_libraries[] = { &q_lambda_library, &sarsa_lambda_library };

static void the_answer_is_epsilon_greedy_with_ties_shared(void **state) {
  (void)state;
  for (size_t i = 0; i < 2; i++) {
    rig r = td_rig(STATES, ACTIONS, 1);
    rig_set(&r, "epsilon", 0.3);
    rig_ask(&r, BAUD_ASK_ACTION, ACTIONS, NULL);
    assert_int_equal(rig_open(&r, all_libraries[i]), BAUD_OK);
    rig_init(&r, 3);
    memcpy(td_values(&r), (const double[]){ 1.0, 0.5, 1.0 }, 3 * sizeof(double));
    rig_predict(&r, BAUD_TRAIN, 0);
    assert_true(fabs((double)r.answer[0][0] - 0.45) < 1e-7);
    assert_true(fabs((double)r.answer[0][1] - 0.10) < 1e-7);
    assert_true(fabs((double)r.answer[0][2] - 0.45) < 1e-7);
    rig_close(&r);
  }
}

static uint32_t still_world(void *ctx, uint32_t lane, uint32_t state, uint32_t action, float *reward, uint8_t *flags) {
  (void)ctx, (void)lane;
  *reward = (float)(state * action);
  *flags = state == STATES - 1 && action == 0 ? BAUD_TERMINATED : 0;
  return (state + action) % STATES;
}

static void predicting_writes_no_weights_and_a_seed_gives_one_life(void **state) {
  (void)state;
  for (size_t i = 0; i < 2; i++) {
    uint64_t count[3] = { 0, 0, 0 };
    rig r = td_rig(STATES, ACTIONS, 3);
    rig_ask(&r, BAUD_ASK_ACTION, ACTIONS, NULL);
    assert_int_equal(rig_open(&r, all_libraries[i]), BAUD_OK);
    rig_check_predict(&r, any_world, count, 200);
    rig_close(&r);
    rig fresh = td_rig(STATES, ACTIONS, 3);
    assert_int_equal(rig_open(&fresh, all_libraries[i]), BAUD_OK);
    rig_check_determinism(&fresh, still_world, NULL, 300);
    rig_close(&fresh);
  }
}

/* Lanes in parts of the world that do not touch: what they learn does not depend on their order. */
static uint32_t apart_world(void *ctx, uint32_t lane, uint32_t state, uint32_t action, float *reward, uint8_t *flags) {
  uint64_t *count = ctx, random = baud_split(count[lane]++, state * 7 + action);
  (void)lane;
  *reward = (float)baud_uniform(&random);
  *flags = 0;
  return state / 2 * 2 + baud_below(&random, 2);
}

static void exchanging_lanes_exchanges_nothing_else(void **state) {
  (void)state;
  for (size_t i = 0; i < 2; i++) {
    double values[2][PAIRS];
    for (uint32_t order = 0; order < 2; order++) {
      uint64_t count[2] = { 0, 0 };
      rig r = td_rig(STATES, ACTIONS, 2);
      assert_int_equal(rig_open(&r, all_libraries[i]), BAUD_OK);
      rig_init(&r, 4);
      uint64_t *random = r.blocks[rig_block(&r, "random")];
      for (uint32_t lane = 0; lane < 2; lane++) {
        r.obs[lane] = (int32_t)(2 * (lane ^ order));
        random[lane] = baud_split(8, lane ^ order);
      }
      for (uint32_t t = 0; t < 200; t++) (void)rig_tick(&r, apart_world, count, 0);
      memcpy(values[order], td_values(&r), sizeof values[order]);
      rig_close(&r);
    }
    assert_memory_equal(values[0], values[1], sizeof values[0]);
  }
}

static void a_place_that_is_no_table_is_refused_with_a_sentence(void **state) {
  (void)state;
  for (size_t i = 0; i < 2; i++) {
    rig r = td_rig(0, ACTIONS, 1); /* a continuous observation */
    assert_int_equal(rig_open(&r, all_libraries[i]), BAUD_EARG);
    assert_non_null(strstr(r.why, "discrete scalar observation"));
    r = td_rig(STATES, 0, 1); /* a continuous action */
    assert_int_equal(rig_open(&r, all_libraries[i]), BAUD_EARG);
    assert_non_null(strstr(r.why, "one discrete action"));
    r = td_rig(1u << 31, 2, 1);
    assert_int_equal(rig_open(&r, all_libraries[i]), BAUD_EARG);
    assert_non_null(strstr(r.why, "smaller world"));
  }
}

int main(void) {
  const struct CMUnitTest tests[] = {
    cmocka_unit_test(q_lambda_follows_the_hand_computed_sequence),
    cmocka_unit_test(sarsa_lambda_follows_the_hand_computed_sequence),
    cmocka_unit_test(replacing_traces_do_not_exceed_one),
    cmocka_unit_test(a_truncated_episode_bootstraps_from_its_successor),
    cmocka_unit_test(sparse_traces_equal_dense_ones),
    cmocka_unit_test(traces_below_the_cutoff_are_dropped),
    cmocka_unit_test(the_answer_is_epsilon_greedy_with_ties_shared),
    cmocka_unit_test(predicting_writes_no_weights_and_a_seed_gives_one_life),
    cmocka_unit_test(exchanging_lanes_exchanges_nothing_else),
    cmocka_unit_test(a_place_that_is_no_table_is_refused_with_a_sentence),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
