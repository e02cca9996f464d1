/* Imitation: held to Bayes's rule written out over all hypotheses, and to the channel's formula of SIGNAL.md.
 * Nothing here is random but the actions drawn.
 */
#define baud_plugin_1 imitate_library
#include "../../../plugins/learner/imitate.c"
#undef baud_plugin_1

#include "rig.h"

enum { STATES = 3 };

static rig imitate_rig(uint32_t states, uint32_t actions, double trust) {
  rig r = { .states = states, .actions = actions, .lanes = 1,
            .channels = BAUD_MASK(BAUD_CH_OBSERVATION) | BAUD_MASK(BAUD_CH_DEMONSTRATION) };
  rig_set(&r, "trust", trust);
  rig_ask(&r, BAUD_ASK_ACTION, actions, NULL);
  assert_int_equal(rig_open(&r, &imitate_library), BAUD_OK);
  rig_init(&r, 1);
  return r;
}

/* Shows an action in a state and learns from it. */
static void show(rig *r, int32_t state, int32_t action) {
  r->obs[0] = state;
  r->shown[0] = 1;
  r->shown_action[0] = action;
  rig_predict(r, BAUD_TRAIN, 0);
  r->flags[0] = 0;
  r->next[0] = 0;
  rig_learn(r);
  r->shown[0] = 0;
}

static const float *policy_in(rig *r, int32_t state) {
  r->obs[0] = state;
  rig_predict(r, BAUD_EVAL, 0);
  return r->answer[0];
}

/* P(a is right | shown), by multiplying likelihoods over all hypotheses. */
static double bayes(const int32_t *shown, uint32_t n, int32_t action, int32_t actions, double trust) {
  double mine = 0.0, all = 0.0;
  for (int32_t right = 0; right < actions; right++) {
    double likelihood = 1.0;
    for (uint32_t i = 0; i < n; i++) likelihood *= shown[i] == right ? trust : (1.0 - trust) / (actions - 1);
    all += likelihood;
    if (right == action) mine = likelihood;
  }
  return mine / all;
}

static void the_policy_is_the_posterior_of_a_noisy_expert(void **state) {
  (void)state;
  enum { ACTIONS = 4, N = 7 };
  static const int32_t shown[N] = { 2, 2, 0, 3, 2, 0, 2 };
  static const double trusts[] = { 0.999, 0.7, 0.25, 0.1 };
  for (size_t i = 0; i < sizeof trusts / sizeof *trusts; i++) {
    rig r = imitate_rig(STATES, ACTIONS, trusts[i]);
    for (uint32_t n = 0; n < N; n++) {
      show(&r, 1, shown[n]);
      const float *policy = policy_in(&r, 1);
      for (int32_t a = 0; a < ACTIONS; a++)
        assert_true(fabs((double)policy[a] - bayes(shown, n + 1, a, ACTIONS, trusts[i])) < 1e-6);
    }
    const float *elsewhere = policy_in(&r, 2);
    for (int32_t a = 0; a < ACTIONS; a++) assert_true(fabs((double)elsewhere[a] - 0.25) < 1e-7);
    rig_close(&r);
  }
}

/* The mean over what an expert right with q shows of log2 p(right)/(1/N), where trust is q. */
static void one_demonstration_absorbs_what_the_channel_holds(void **state) {
  (void)state;
  enum { CODES = 100 };
  static const double competence[] = { 0.9, 0.5, 0.01 }, bits[] = { 5.512, 2.329, 0.0 };
  for (size_t i = 0; i < 3; i++) {
    double q = competence[i], mean = 0.0;
    for (int32_t shown = 0; shown < CODES; shown++) {
      rig r = imitate_rig(1, CODES, q);
      show(&r, 0, shown);
      double right = (double)policy_in(&r, 0)[7];
      mean += (shown == 7 ? q : (1.0 - q) / (CODES - 1)) * log2(right * CODES);
      rig_close(&r);
    }
    double h = -q * log2(q) - (1.0 - q) * log2(1.0 - q);
    assert_true(fabs(mean - (log2(CODES) - h - (1.0 - q) * log2(CODES - 1.0))) < 1e-5);
    assert_true(fabs(mean - bits[i]) < 6e-4);
  }
}

static void one_perfect_demonstration_gives_nearly_all_bits(void **state) {
  (void)state;
  rig r = imitate_rig(1, 100, 0.999);
  show(&r, 0, 42);
  assert_true(log2(100.0 * (double)policy_in(&r, 0)[42]) > log2(100.0) - 0.002);
  rig_close(&r);
}

static void a_demonstration_counts_for_the_action_it_precedes(void **state) {
  (void)state;
  rig r = imitate_rig(STATES, 4, 0.999);
  r.shown[0] = 1;
  r.shown_action[0] = 3;
  rig_predict(&r, BAUD_TRAIN, 0);
  assert_true(fabs((double)r.answer[0][3] - 0.999) < 1e-6);
  r.shown[0] = 0;
  rig_predict(&r, BAUD_TRAIN, 0);
  assert_true(fabs((double)r.answer[0][3] - 0.25) < 1e-7);
  rig_close(&r);
}

/* A million demonstrations and then some of another action: no overflow, still a distribution. */
static void many_demonstrations_stay_finite(void **state) {
  (void)state;
  rig r = imitate_rig(1, 3, 0.999999999);
  for (uint32_t i = 0; i < 100000; i++) show(&r, 0, 1);
  for (uint32_t i = 0; i < 100001; i++) show(&r, 0, 2);
  const float *policy = policy_in(&r, 0);
  assert_true(policy[2] > 0.999f && policy[0] >= 0.0f && policy[1] >= 0.0f);
  rig_close(&r);
}

static uint32_t shown_world(void *ctx, uint32_t lane, uint32_t state, uint32_t action, float *reward, uint8_t *flags) {
  rig *r = ctx;
  (void)reward;
  *flags = state == 2 ? BAUD_TERMINATED : 0;
  r->shown[lane] = (uint8_t)((action + lane) % 2);
  r->shown_action[lane] = (int32_t)((state + lane) % r->actions);
  return (state + 1) % STATES;
}

static void predicting_writes_no_weights_and_a_seed_gives_one_life(void **state) {
  (void)state;
  rig r = { .states = STATES, .actions = 4, .lanes = 3,
            .channels = BAUD_MASK(BAUD_CH_OBSERVATION) | BAUD_MASK(BAUD_CH_DEMONSTRATION) };
  rig_ask(&r, BAUD_ASK_ACTION, 4, NULL);
  assert_int_equal(rig_open(&r, &imitate_library), BAUD_OK);
  assert_int_equal(r.setup.subscribed, r.channels);
  rig_check_predict(&r, shown_world, &r, 100);
  rig_check_determinism(&r, shown_world, &r, 100);
  rig_close(&r);
}

static void a_place_without_demonstrations_is_refused_with_a_sentence(void **state) {
  (void)state;
  rig r = { .states = 1, .actions = 4, .lanes = 1, .channels = BAUD_MASK(BAUD_CH_REWARD) };
  assert_int_equal(rig_open(&r, &imitate_library), BAUD_EARG);
  assert_non_null(strstr(r.why, "demonstration"));
}

int main(void) {
  const struct CMUnitTest tests[] = {
    cmocka_unit_test(the_policy_is_the_posterior_of_a_noisy_expert),
    cmocka_unit_test(one_demonstration_absorbs_what_the_channel_holds),
    cmocka_unit_test(one_perfect_demonstration_gives_nearly_all_bits),
    cmocka_unit_test(a_demonstration_counts_for_the_action_it_precedes),
    cmocka_unit_test(many_demonstrations_stay_finite),
    cmocka_unit_test(predicting_writes_no_weights_and_a_seed_gives_one_life),
    cmocka_unit_test(a_place_without_demonstrations_is_refused_with_a_sentence),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
