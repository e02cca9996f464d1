/* test_dqn.c - deep Q-networks: errors by hand, values of a chain against its exact ones, who decides in an ensemble.
 */
#include "../test.h"

#undef fail /* cmocka's: the contract has a function of that name */
#define baud_plugin_1 dqn_library
#include "../../../plugins/learner/dqn.c"
#undef baud_plugin_1
#include "rig.h"

enum { STATES = 5, LEFT = 0, RIGHT = 1, DQN = 0, BOOTSTRAPPED = 1 };

/* A corridor: 1 for leaving it on the right; on the left it is closed. Cut off, not ended, by chance where it says so. */
static uint32_t corridor(void *ctx, uint32_t lane, uint32_t state, uint32_t action, float *reward, uint8_t *flags) {
  uint64_t *random = ctx;
  (void)lane;
  if (action == RIGHT && state + 1 == STATES) {
    *reward = 1.0f;
    *flags = BAUD_TERMINATED;
    return state;
  }
  if (baud_bernoulli(random, 0.1)) *flags = BAUD_TRUNCATED;
  return action == RIGHT ? state + 1 : state > 0 ? state - 1 : 0;
}

static rig dqn_rig(uint32_t which, uint32_t lanes) {
  rig r = {.states = STATES, .actions = 2, .lanes = lanes, .which = which, .channels = BAUD_MASK(BAUD_CH_OBSERVATION) | BAUD_MASK(BAUD_CH_REWARD)};
  rig_ask(&r, BAUD_ASK_ACTION, 2, NULL);
  rig_set(&r, "hidden", 32);
  rig_set(&r, "hidden_second", 16);
  rig_set(&r, "warmup", 60);
  rig_set(&r, "train_every", 1);
  rig_set(&r, "batch", 32);
  rig_set(&r, "lr", 2e-3);
  rig_set(&r, "discount", 0.9);
  return r;
}

/* Q(state, .) by member k. */
static void values_of(rig *r, uint32_t k, uint32_t state, double q[2]) {
  const dqn_model *m = r->model;
  float x[STATES] = {0};
  x[state] = 1.0f;
  nn_tape t = dqn_tape(m, r->blocks);
  nn_begin(&t, NN_INFER);
  nn_value v = dqn_values(&t, m, k, r->blocks[DQN_THETA], NULL, r->blocks[DQN_PRIOR], nn_constant(&t, x, 1, STATES));
  for (int a = 0; a < 2; a++) q[a] = (double)v.x[a];
}

static void an_error_is_what_the_target_says(void **state) {
  static const nn_real q[6] = {1, 2, 3, 4, 5, 6}, next[6] = {.5f, .25f, -1, 2, 8, 9}, chooser[6] = {0, 1, 1, 0, 1, 0};
  static const float action[3] = {0, 1, 1}, reward[3] = {10, -1, 0.5f}, discount[3] = {0.9f, 0.81f, 0};
  (void)state;
  for (int huber = 0; huber < 2; huber++) {
    rig r = dqn_rig(DQN, 1);
    rig_set(&r, "batch", 3);
    rig_set(&r, "loss", huber);
    r.settings[4] = 3;
    assert_int_equal(rig_open(&r, &dqn_library), BAUD_OK);
    memcpy(r.blocks[DQN_BATCH_ACTION], action, sizeof action);
    memcpy(r.blocks[DQN_BATCH_REWARD], reward, sizeof reward);
    memcpy(r.blocks[DQN_BATCH_DISCOUNT], discount, sizeof discount);
    const nn_value values[3] = {{q, NULL, 3, 2}, {next, NULL, 3, 2}, {chooser, NULL, 3, 2}};
    dqn_errors(r.model, r.blocks, values[0], values[1], values[2]);
    /* the chooser's actions are 1, 0, 0: targets 10 + .9 * .25, -1 + .81 * -1, .5 */
    const double error[3] = {1 - 10.225, 4 + 1.81, 6 - 0.5};
    const float *up = r.blocks[DQN_UPSTREAM];
    for (int i = 0; i < 3; i++) {
      double slope = huber ? (error[i] > 0 ? 1.0 : -1.0) / 3 : 2 * error[i] / 3;
      assert_close((double)up[2 * i + (int)action[i]], slope, 1e-5);
      assert_true(up[2 * i + 1 - (int)action[i]] == 0.0f);
    }
    rig_close(&r);
  }
}

static void values_of_a_corridor_become_the_exact_ones(void **state) {
  (void)state;
  for (int kind = 0; kind < 4; kind++) { /* plain, double, Huber, two lanes */
    uint64_t random = 3;
    rig r = dqn_rig(DQN, kind == 3 ? 2 : 1);
    rig_set(&r, "epsilon", 1);
    rig_set(&r, "target_every", 50);
    rig_set(&r, "double", kind == 1);
    rig_set(&r, "loss", kind == 2);
    assert_int_equal(rig_open(&r, &dqn_library), BAUD_OK);
    rig_init(&r, 11);
    for (int i = 0; i < 6000; i++) (void)rig_tick(&r, corridor, &random, 0);
    for (uint32_t s = 0; s < STATES; s++) {
      double q[2], right = pow(0.9, STATES - 1.0 - s), back = s ? pow(0.9, STATES + 1.0 - s) : pow(0.9, STATES);
      values_of(&r, 0, s, q);
      assert_close(q[RIGHT], right, 0.05);
      assert_close(q[LEFT], back, 0.05);
    }
    rig_close(&r);
  }
}

static void one_member_decides_an_episode_and_a_beginning_is_the_mean_of_all(void **state) {
  (void)state;
  uint64_t random = 9;
  rig r = dqn_rig(BOOTSTRAPPED, 2);
  rig_set(&r, "members", 5);
  assert_int_equal(rig_open(&r, &dqn_library), BAUD_OK);
  rig_init(&r, 4);
  float *prior = r.blocks[DQN_PRIOR];
  size_t bytes = rig_block_bytes(&r, DQN_PRIOR);
  void *before = malloc(bytes);
  assert_non_null(before);
  memcpy(before, prior, bytes);
  int changes = 0;
  for (int i = 0; i < 400; i++) {
    int32_t member[2];
    memcpy(member, r.blocks[DQN_MEMBER], sizeof member);
    double mean[2] = {0, 0};
    rig_predict(&r, BAUD_EVAL, 1);
    for (uint32_t k = 0; k < 5; k++) {
      double q[2];
      values_of(&r, k, (uint32_t)r.obs[0], q);
      mean[0] += q[0] > q[1] ? 0.2 : q[0] == q[1] ? 0.1 : 0.0;
    }
    assert_close((double)r.answer[0][0], mean[0], 1e-6);
    uint8_t starts[2] = {r.starts[0], r.starts[1]};
    (void)rig_tick(&r, corridor, &random, 0);
    for (int lane = 0; lane < 2; lane++) {
      int32_t now = ((int32_t *)r.blocks[DQN_MEMBER])[lane];
      assert_true(now >= 0 && now < 5 && (starts[lane] || now == member[lane]));
      changes += now != member[lane];
      assert_true(r.answer[0][2 * lane] == 0.0f || r.answer[0][2 * lane] == 0.5f || r.answer[0][2 * lane] == 1.0f);
    }
  }
  assert_true(changes > 10);
  assert_memory_equal(before, prior, bytes);
  free(before);
  rig_close(&r);
}

static void every_manner_keeps_the_contract(void **state) {
  (void)state;
  for (uint32_t which = DQN; which <= BOOTSTRAPPED; which++) {
    uint64_t random = 2;
    rig r = dqn_rig(which, 3);
    assert_int_equal(rig_open(&r, &dqn_library), BAUD_OK);
    rig_check_predict(&r, corridor, &random, 40);
    rig_close(&r);
  }
}

int main(void) {
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(an_error_is_what_the_target_says),
      cmocka_unit_test(values_of_a_corridor_become_the_exact_ones),
      cmocka_unit_test(one_member_decides_an_episode_and_a_beginning_is_the_mean_of_all),
      cmocka_unit_test(every_manner_keeps_the_contract),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
