/* test_world_model.c - the network's world: its gradient by differences, its answers against the world's own probabilities,
 * and that playing futures through finds what values alone have not learnt yet.
 */
#include "../test.h"

#undef fail /* cmocka's: the contract has a function of that name */
#define baud_plugin_1 wm_library
#include "../../../plugins/learner/world_model.c"
#undef baud_plugin_1
#include "rig.h"

enum { STATES = 6, ACTIONS = 2, REWARDS = 2 };
static const double rewards[REWARDS] = {0.0, 1.0};

static rig wm_rig(uint32_t lanes) {
  rig r = {.states = STATES, .actions = ACTIONS, .lanes = lanes, .channels = BAUD_MASK(BAUD_CH_OBSERVATION) | BAUD_MASK(BAUD_CH_REWARD)};
  rig_ask(&r, BAUD_ASK_ACTION, ACTIONS, NULL);
  rig_ask(&r, BAUD_ASK_OBSERVATION, STATES, NULL);
  rig_ask(&r, BAUD_ASK_REWARD, REWARDS, rewards);
  rig_ask(&r, BAUD_ASK_TERMINATED, 2, NULL);
  rig_set(&r, "hidden", 32);
  rig_set(&r, "hidden_second", 0);
  rig_set(&r, "lr", 3e-3);
  return r;
}

/* On by one with .8 for action 1, .3 for action 0; a reward with .5 from an odd state; an end with .25 from state 5. */
static double goes_on(uint32_t action) { return action ? 0.8 : 0.3; }
static uint32_t chance(void *ctx, uint32_t lane, uint32_t state, uint32_t action, float *reward, uint8_t *flags) {
  uint64_t *random = ctx;
  (void)lane;
  *reward = state % 2 && baud_bernoulli(random, 0.5) ? 1.0f : 0.0f;
  *flags = state == 5 && baud_bernoulli(random, 0.25) ? BAUD_TERMINATED : 0;
  return baud_bernoulli(random, goes_on(action)) ? (state + 1) % STATES : state;
}

static double divergence(const double *p, const float *q, uint32_t n) {
  double bits = 0.0;
  for (uint32_t i = 0; i < n; i++)
    if (p[i] > 0.0) bits += p[i] * log2(p[i] / (double)q[i]);
  return bits;
}

static void answers_become_the_probabilities_of_the_world(void **state) {
  (void)state;
  uint64_t random = 5;
  double excess[3] = {0};
  int n = 0;
  rig r = wm_rig(2);
  rig_set(&r, "epsilon", 1);
  rig_set(&r, "depth", 0);
  assert_int_equal(rig_open(&r, &wm_library), BAUD_OK);
  rig_init(&r, 9);
  for (int i = 0; i < 8000; i++) {
    (void)rig_tick(&r, chance, &random, 0);
    if (i < 6000) continue;
    rig_predict(&r, BAUD_EVAL, 0);
    for (uint32_t lane = 0; lane < 2; lane++, n++) {
      uint32_t s = (uint32_t)r.obs[lane], a = (uint32_t)r.action[lane];
      double next[STATES] = {0}, reward[2] = {s % 2 ? 0.5 : 1.0, s % 2 ? 0.5 : 0.0}, end[2] = {s == 5 ? 0.75 : 1.0, s == 5 ? 0.25 : 0.0};
      next[(s + 1) % STATES] = goes_on(a);
      next[s] = 1.0 - goes_on(a);
      excess[0] += divergence(next, r.answer[1] + lane * STATES, STATES);
      excess[1] += divergence(reward, r.answer[2] + lane * 2, 2);
      excess[2] += divergence(end, r.answer[3] + lane * 2, 2);
    }
  }
  for (int k = 0; k < 3; k++) assert_true(excess[k] / n < 0.02); /* bits above the entropy */
  rig_close(&r);
}

/* The model's loss of one transition, in double. */
static double loss_of(const wm_model *m, const double *out, const float *x, const float *next, double reward, int is_end) {
  double loss = 0.0;
  for (uint32_t i = 0; i <= m->n_parts; i++) {
    uint32_t categories = i < m->n_parts ? m->part[i].categories : 2, at = i < m->n_parts ? m->part[i].out : m->end_out, target = 0;
    if (i == m->n_parts) target = (uint32_t)is_end;
    else if (categories == 2) target = (uint32_t)next[m->part[i].feature];
    else
      while (categories && next[m->part[i].feature + target] == 0.0f) target++;
    if (categories) {
      double sum = 0.0;
      for (uint32_t k = 0; k < categories; k++) sum += exp(out[at + k]);
      loss += log(sum) - out[at + target];
    } else {
      double z = ((double)next[m->part[i].feature] - (double)x[m->part[i].feature] - out[at]) / exp(out[at + 1]);
      loss += 0.5 * z * z + out[at + 1];
    }
  }
  double z = (reward - out[m->reward_out]) / exp(out[m->reward_out + 1]);
  return loss + 0.5 * z * z + out[m->reward_out + 1];
}

static void the_models_gradient_is_that_of_its_loss(void **state) {
  wm_part parts[] = {{0, 0, 0}, {1, 3, 2}, {4, 2, 5}}; /* a number, one of three, one of two; then reward, end */
  const wm_model m = {.part = parts, .n_parts = 3, .reward_out = 7, .end_out = 9, .outputs = 11, .batch = 4};
  (void)state;
  uint64_t random = 3;
  for (int turn = 0; turn < 50; turn++) {
    uint32_t one = baud_below(&random, 3);
    float x[5] = {(float)baud_normal(&random), 1, 0, 0, 1}, next[5] = {(float)baud_normal(&random), 0, 0, 0, (float)baud_below(&random, 2)};
    float out[11], d[11], reward = (float)baud_normal(&random);
    double exact[11];
    int is_end = (int)baud_below(&random, 2);
    next[1 + one] = 1.0f;
    for (int i = 0; i < 11; i++) exact[i] = (double)(out[i] = (float)fmin(baud_normal(&random), 1.9)); /* within the bounds of log std */
    wm_pull(&m, out, x, next, reward, is_end, d);
    for (int i = 0; i < 11; i++) {
      double at = exact[i], h = 1e-5;
      exact[i] = at + h;
      double up = loss_of(&m, exact, x, next, (double)reward, is_end);
      exact[i] = at - h;
      double slope = (up - loss_of(&m, exact, x, next, (double)reward, is_end)) / (2 * h) / 4;
      exact[i] = at;
      assert_close((double)d[i], slope, 1e-4 * (1 + fabs(slope)));
    }
  }
}

/* A corridor: 1 at its right end, and at its left one goes nowhere. */
static uint32_t corridor(void *ctx, uint32_t lane, uint32_t state, uint32_t action, float *reward, uint8_t *flags) {
  (void)ctx, (void)lane;
  if (action == 1 && state + 1 == STATES) {
    *reward = 1.0f;
    *flags = BAUD_TERMINATED;
  }
  return action == 1 ? (state + 1 < STATES ? state + 1 : state) : state ? state - 1 : 0;
}

/* Plans with a model that has learnt, and values that know nothing: all 0. */
static void futures_reach_what_values_do_not_know(void **state) {
  (void)state;
  for (uint32_t depth = 0; depth <= 8; depth += 8) {
    uint64_t random = 3;
    rig r = wm_rig(1);
    rig_set(&r, "epsilon", 0);
    rig_set(&r, "warmup", 100000);
    rig_set(&r, "rollouts", 3);
    rig_set(&r, "depth", depth);
    assert_int_equal(rig_open(&r, &wm_library), BAUD_OK);
    rig_init(&r, 2);
    for (int i = 0; i < 2000; i++) (void)rig_tick(&r, corridor, &random, 0);
    wm_model *m = r.model;
    baud_replay_batch batch = {r.blocks[WM_BATCH_OBS], r.blocks[WM_BATCH_NEXT], r.blocks[WM_BATCH_ACTION], r.blocks[WM_BATCH_REWARD],
                               r.blocks[WM_BATCH_DISCOUNT], r.blocks[WM_BATCH_ROW]};
    for (int i = 0; i < 1500; i++) {
      baud_replay_sample(&m->replay, r.blocks, 1, m->discount, r.blocks[WM_DRAWS], &batch, m->batch);
      assert_int_equal(wm_learn_model(m, r.blocks, &batch), BAUD_OK);
    }
    memset(r.blocks[WM_VALUES], 0, rig_block_bytes(&r, WM_VALUES)); /* ties: the first action, left, seems best */
    m->warmup = 0;
    r.obs[0] = STATES - 1;
    rig_predict(&r, BAUD_EVAL, 0);
    assert_true(r.answer[0][1] == (depth ? 1.0f : 0.5f));
    rig_close(&r);
  }
}

static void a_corridor_is_walked_straight_after_some_episodes(void **state) {
  (void)state;
  rig r = wm_rig(1);
  uint32_t ended = 0, ticks = 0;
  assert_int_equal(rig_open(&r, &wm_library), BAUD_OK);
  rig_init(&r, 2);
  for (int i = 0; i < 4000; i++) {
    uint32_t now = rig_tick(&r, corridor, NULL, 0);
    if (i >= 3000) ended += now, ticks++;
  }
  assert_true((double)ticks / ended < 1.35 * STATES); /* six steps, and one in ten at random */
  rig_close(&r);
}

int main(void) {
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(answers_become_the_probabilities_of_the_world),
      cmocka_unit_test(the_models_gradient_is_that_of_its_loss),
      cmocka_unit_test(futures_reach_what_values_do_not_know),
      cmocka_unit_test(a_corridor_is_walked_straight_after_some_episodes),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
