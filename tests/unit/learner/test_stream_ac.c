/* Stream AC(lambda) step by step beside itself as the paper has it, in double precision: weights, policy, moments. */
#include "stream_rig.h"

#undef fail /* cmocka's: the contract has a function of that name */
#define baud_plugin_1 stream_ac_library
#include "../../../plugins/learner/stream_ac.c"
#undef baud_plugin_1

enum { TICKS = 120 };
#define GAMMA 0.9
#define LAMBDA 0.7
#define TAU 0.05
static const char *const keys[] = { "discount", "lambda", "entropy", "hidden", "hidden_second", "sparsity", "truncation", NULL };
static const double settings[BAUD_TRUNCATIONS][7] = { { GAMMA, LAMBDA, TAU, 9, 8, 0.5, BAUD_TRUNCATION_BOOTSTRAP },
                                                      { GAMMA, LAMBDA, TAU, 9, 8, 0.5, BAUD_TRUNCATION_CLOCK } };

typedef struct twin {
  const ac_model *m;
  twin_senses senses;
  double theta[RIG_MOST], trace[RIG_LANES][RIG_MOST];
  /* what the function to be differentiated is told */
  const double *input;
  const void *action;
  double tau;
} twin;

static double softplus(double x) { return log(1.0 + exp(x)); }

/* log pi(a|s) + tau H, of the policy network's outputs. */
static double objective(const twin *t, const double *out) {
  uint32_t n = ac_actions(t->m);
  double log_p = 0.0, entropy = 0.0, sum = 0.0;
  if (t->m->senses.features.choices) {
    for (uint32_t i = 0; i < n; i++) sum += exp(out[i]);
    for (uint32_t i = 0; i < n; i++) entropy -= exp(out[i]) / sum * (out[i] - log(sum));
    return out[*(const int32_t *)t->action] - log(sum) + t->tau * entropy;
  }
  for (uint32_t i = 0; i < n; i++) {
    double sd = softplus(out[n + i]), u = ((double)((const float *)t->action)[i] - out[i]) / sd;
    log_p -= u * u / 2 + log(sd) + log(2 * M_PI) / 2;
    entropy += log(sd) + (1 + log(2 * M_PI)) / 2;
  }
  return log_p + t->tau * entropy;
}

static double policy_at(const void *ctx, const double *theta) {
  const twin *t = ctx;
  double out[RIG_WIDEST];
  twin_forward(&t->m->actor, theta, t->input, out);
  return objective(t, out);
}

static double value_at(const void *ctx, const double *theta) {
  const twin *t = ctx;
  double v;
  twin_forward(&t->m->critic, theta, t->input, &v);
  return v;
}

static void twin_learn(twin *t, const stream_rig *r, uint32_t lane) {
  double reward = twin_happen(&t->senses, r, lane, GAMMA);
  t->input = t->senses.next;
  double after = twin_is_over(&t->senses, r->flags[lane]) ? 0.0 : GAMMA * value_at(t, t->theta);
  t->input = t->senses.x[lane];
  double delta = reward + after - value_at(t, t->theta);
  t->action = r->setup.action->categories ? (const void *)&r->choice[lane] : (const void *)r->push[lane];
  t->tau = TAU * (delta > 0 ? 1 : -1);
  twin_trace(&t->m->actor, t->theta, policy_at, t, GAMMA * LAMBDA, t->trace[lane]);
  twin_trace(&t->m->critic, t->theta, value_at, t, GAMMA * LAMBDA, t->trace[lane]);
  twin_step(&t->m->actor, t->theta, t->trace[lane], delta, 3.0);
  twin_step(&t->m->critic, t->theta, t->trace[lane], delta, 2.0);
  if (r->flags[lane]) memset(t->trace[lane], 0, sizeof t->trace[lane]);
}

static void check_answer(const twin *t, const stream_rig *r, uint32_t lane) {
  uint32_t n = ac_actions(t->m);
  const float *answer = r->answer + (size_t)lane * (t->m->senses.features.choices ? n : 2 * n);
  double out[RIG_WIDEST], sum = 0.0;
  twin_forward(&t->m->actor, t->theta, t->senses.x[lane], out);
  for (uint32_t i = 0; i < n; i++) sum += exp(out[i]);
  for (uint32_t i = 0; i < n; i++) {
    if (t->m->senses.features.choices) assert_close((double)answer[i], exp(out[i]) / sum, 2e-3);
    else {
      assert_close((double)answer[2 * i], out[i], 5e-3);
      assert_close((double)answer[2 * i + 1], softplus(out[n + i]), 5e-3);
    }
  }
}

static void live_beside_the_paper(const baud_field *action, uint32_t lanes, int truncation) {
  static stream_rig r;
  static twin t;
  static float before[RIG_MOST];
  memset(&t, 0, sizeof t);
  rig_open(&r, &ac_unit, action, lanes, keys, settings[truncation]);
  t.senses.has_clock = truncation == BAUD_TRUNCATION_CLOCK;
  t.m = r.model;
  assert_int_equal(r.question.form, action->categories ? BAUD_FORM_CATEGORICAL : BAUD_FORM_NORMAL);
  assert_true(t.m->layout.count <= RIG_MOST);
  const float *theta = r.blocks[AC_THETA];
  for (uint64_t i = 0; i < t.m->layout.count; i++) t.theta[i] = (double)theta[i];
  memcpy(before, theta, t.m->layout.count * sizeof *theta);
  for (int tick = 0; tick < TICKS; tick++) {
    twin_predict(&t.senses, &r);
    rig_predict(&r, 0);
    for (uint32_t k = 0; k < lanes; k++) check_answer(&t, &r, k);
    rig_happen(&r);
    rig_learn(&r);
    for (uint32_t k = 0; k < lanes; k++) twin_learn(&t, &r, k);
    rig_same_weights(theta, t.theta, t.m->layout.count, tick);
    rig_turn(&r);
  }
  double moved = 0.0;
  for (uint64_t i = 0; i < t.m->layout.count; i++) moved += fabs((double)(theta[i] - before[i]));
  assert_true(moved > 1.0); /* there was something to compare */
  rig_close(&r);
}

static void it_lives_as_the_paper_says_with_choices(void **state) {
  (void)state;
  live_beside_the_paper(&rig_choice, 1, BAUD_TRUNCATION_BOOTSTRAP);
}
static void it_lives_as_the_paper_says_with_continuous_actions(void **state) {
  (void)state;
  live_beside_the_paper(&rig_push, 1, BAUD_TRUNCATION_BOOTSTRAP);
}
static void lanes_learn_one_after_the_other(void **state) {
  (void)state;
  live_beside_the_paper(&rig_choice, RIG_LANES, BAUD_TRUNCATION_BOOTSTRAP);
  live_beside_the_paper(&rig_push, RIG_LANES, BAUD_TRUNCATION_BOOTSTRAP);
}
static void with_a_clock_a_truncated_episode_is_over_and_the_time_is_told(void **state) {
  (void)state;
  live_beside_the_paper(&rig_choice, 1, BAUD_TRUNCATION_CLOCK);
  live_beside_the_paper(&rig_push, RIG_LANES, BAUD_TRUNCATION_CLOCK);
}

int main(void) {
  const struct CMUnitTest tests[] = {
    cmocka_unit_test(it_lives_as_the_paper_says_with_choices),
    cmocka_unit_test(it_lives_as_the_paper_says_with_continuous_actions),
    cmocka_unit_test(lanes_learn_one_after_the_other),
    cmocka_unit_test(with_a_clock_a_truncated_episode_is_over_and_the_time_is_told),
  };
  cmocka_set_message_output(CM_OUTPUT_TAP);
  return cmocka_run_group_tests(tests, NULL, NULL);
}
