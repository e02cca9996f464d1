/* Stream Q(lambda) step by step beside itself as the paper has it, in double precision: weights, policy, moments. */
#include "stream_rig.h"

#undef fail /* cmocka's: the contract has a function of that name */
#define baud_plugin_1 stream_q_library
#include "../../../plugins/learner/stream_q.c"
#undef baud_plugin_1

enum { TICKS = 120, EXPLORE = 50 };
#define GAMMA 0.9
#define LAMBDA 0.7
#define EPSILON 0.2
static const char *const keys[] = { "discount", "lambda", "hidden", "hidden_second", "sparsity", "epsilon", "explore", "cut", "truncation", NULL };

typedef struct twin {
  const sq_model *m;
  twin_senses senses;
  double theta[RIG_MOST], trace[RIG_LANES][RIG_MOST], q[RIG_LANES][RIG_WIDEST]; /* q: what was acted by */
  int cuts, steps;
  const double *input;
  int32_t action;
} twin;

static double value_at(const void *ctx, const double *theta) {
  const twin *t = ctx;
  double q[RIG_WIDEST];
  twin_forward(&t->m->net, theta, t->input, q);
  return q[t->action];
}

static double largest(const double *q) { return fmax(q[0], fmax(q[1], q[2])); }

static void twin_learn(twin *t, const stream_rig *r, uint32_t lane) {
  double next[RIG_WIDEST], reward = twin_happen(&t->senses, r, lane, GAMMA);
  twin_forward(&t->m->net, t->theta, t->senses.next, next);
  t->input = t->senses.x[lane];
  t->action = r->choice[lane];
  double delta = reward + (twin_is_over(&t->senses, r->flags[lane]) ? 0.0 : GAMMA * largest(next)) - value_at(t, t->theta);
  twin_trace(&t->m->net, t->theta, value_at, t, GAMMA * LAMBDA, t->trace[lane]);
  twin_step(&t->m->net, t->theta, t->trace[lane], delta, 2.0);
  int explored = t->q[lane][t->action] < largest(t->q[lane]);
  if (r->flags[lane] || (t->cuts && explored)) memset(t->trace[lane], 0, sizeof t->trace[lane]);
}

/* The greedy action has all but epsilon, and epsilon falls from 1 to its end. */
static void check_answer(twin *t, const stream_rig *r, uint32_t lane) {
  double epsilon = fmax(EPSILON, 1.0 + (EPSILON - 1.0) * (t->steps + 1) / EXPLORE);
  twin_forward(&t->m->net, t->theta, t->senses.x[lane], t->q[lane]);
  for (int i = 0; i < 3; i++)
    assert_close((double)r->answer[3 * lane + (uint32_t)i], epsilon / 3 + (t->q[lane][i] == largest(t->q[lane]) ? 1.0 - epsilon : 0.0), 1e-6);
}

static void live_beside_the_paper(uint32_t lanes, int cuts, int truncation) {
  static stream_rig r;
  static twin t;
  static float before[RIG_MOST];
  const double settings[] = { GAMMA, LAMBDA, 9, 8, 0.5, EPSILON, EXPLORE, cuts, truncation };
  memset(&t, 0, sizeof t);
  rig_open(&r, &sq_unit, &rig_choice, lanes, keys, settings);
  t.m = r.model;
  t.cuts = cuts;
  t.senses.has_clock = truncation == BAUD_TRUNCATION_CLOCK;
  assert_int_equal(r.question.form, BAUD_FORM_CATEGORICAL);
  assert_true(t.m->layout.count <= RIG_MOST);
  const float *theta = r.blocks[SQ_THETA];
  for (uint64_t i = 0; i < t.m->layout.count; i++) t.theta[i] = (double)theta[i];
  memcpy(before, theta, t.m->layout.count * sizeof *theta);
  for (int tick = 0; tick < TICKS; tick++) {
    twin_predict(&t.senses, &r);
    rig_predict(&r, 0);
    for (uint32_t k = 0; k < lanes; k++) check_answer(&t, &r, k);
    rig_happen(&r);
    rig_learn(&r);
    for (uint32_t k = 0; k < lanes; k++) twin_learn(&t, &r, k);
    t.steps += (int)lanes;
    rig_same_weights(theta, t.theta, t.m->layout.count, tick);
    rig_turn(&r);
  }
  double moved = 0.0;
  for (uint64_t i = 0; i < t.m->layout.count; i++) moved += fabs((double)(theta[i] - before[i]));
  assert_true(moved > 1.0); /* there was something to compare */
  rig_close(&r);
}

static void it_lives_as_the_paper_says(void **state) {
  (void)state;
  live_beside_the_paper(1, 1, BAUD_TRUNCATION_BOOTSTRAP);
}
static void traces_may_outlive_an_exploratory_action(void **state) {
  (void)state;
  live_beside_the_paper(1, 0, BAUD_TRUNCATION_BOOTSTRAP);
}
static void lanes_learn_one_after_the_other(void **state) {
  (void)state;
  live_beside_the_paper(RIG_LANES, 1, BAUD_TRUNCATION_BOOTSTRAP);
}
static void with_a_clock_a_truncated_episode_is_over_and_the_time_is_told(void **state) {
  (void)state;
  live_beside_the_paper(RIG_LANES, 1, BAUD_TRUNCATION_CLOCK);
}

int main(void) {
  const struct CMUnitTest tests[] = {
    cmocka_unit_test(it_lives_as_the_paper_says),
    cmocka_unit_test(traces_may_outlive_an_exploratory_action),
    cmocka_unit_test(lanes_learn_one_after_the_other),
    cmocka_unit_test(with_a_clock_a_truncated_episode_is_over_and_the_time_is_told),
  };
  cmocka_set_message_output(CM_OUTPUT_TAP);
  return cmocka_run_group_tests(tests, NULL, NULL);
}
