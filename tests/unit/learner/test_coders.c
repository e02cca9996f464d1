/* test_coders.c - the learners that only predict: their answers against the estimators run beside them, field by field,
 * element by element, lane by lane; what they remember with frozen weights; and what every learner is held to.
 */
#define baud_plugin_1 kt_library
#include "../../../plugins/learner/kt.c"
#undef baud_plugin_1
#define baud_plugin_1 ctw_library
#include "../../../plugins/learner/ctw.c"
#undef baud_plugin_1
#include "rig.h"

#include "baud/kt.h"

static const double rewards[3] = {-1.0, 0.0, 2.5};
enum { LANES = 3, STATES = 5, ACTIONS = 2 };
static const baud_library *const libraries[] = {&kt_library, &ctw_library};

static void assert_close(double got, double wanted, double tolerance) {
  if (!(fabs(got - wanted) <= tolerance)) fail_msg("got %.12g, wanted %.12g", got, wanted);
}

/* States that mostly stay, rewards that follow them. */
static uint32_t world(void *ctx, uint32_t lane, uint32_t state, uint32_t action, float *reward, uint8_t *flags) {
  uint64_t *random = ctx;
  uint32_t next = baud_bernoulli(random, 0.7) ? state : baud_below(random, STATES);
  (void)lane, (void)action;
  *reward = (float)rewards[next % 3];
  *flags = baud_bernoulli(random, 0.05) ? BAUD_TERMINATED : 0;
  return next;
}

static rig place(const baud_library *library) {
  rig r = {.states = STATES, .actions = ACTIONS, .lanes = LANES, .channels = 3, .start = 1};
  rig_ask(&r, BAUD_ASK_ACTION, ACTIONS, NULL);
  rig_ask(&r, BAUD_ASK_OBSERVATION, STATES, NULL);
  rig_ask(&r, BAUD_ASK_REWARD, 3, rewards);
  rig_ask(&r, BAUD_ASK_TERMINATED, 2, NULL);
  assert_int_equal(rig_open(&r, library), BAUD_OK);
  return r;
}

static void they_answer_for_what_they_act_by_and_predict(void **state) {
  (void)state;
  for (size_t l = 0; l < 2; l++) {
    rig r = place(libraries[l]);
    assert_int_equal(r.setup.subscribed, BAUD_MASK(BAUD_CH_OBSERVATION) | BAUD_MASK(BAUD_CH_REWARD));
    for (int q = 0; q < 3; q++) assert_int_equal(r.questions[q].form, BAUD_FORM_CATEGORICAL);
    assert_int_equal(r.questions[3].form, 0);
    rig_close(&r);
  }
}

static void they_take_what_crosses_and_nothing_else(void **state) {
  (void)state;
  for (size_t l = 0; l < 2; l++)
    for (uint32_t channels = 0; channels < 4; channels++) {
      rig r = {.states = STATES, .actions = ACTIONS, .lanes = 1, .channels = channels};
      rig_ask(&r, BAUD_ASK_OBSERVATION, STATES, NULL);
      rig_ask(&r, BAUD_ASK_REWARD, 3, rewards);
      assert_int_equal(rig_open(&r, libraries[l]), BAUD_OK);
      assert_int_equal(r.setup.subscribed, channels);
      assert_int_equal(r.questions[0].form, channels & BAUD_MASK(BAUD_CH_OBSERVATION) ? BAUD_FORM_CATEGORICAL : 0);
      assert_int_equal(r.questions[1].form, channels & BAUD_MASK(BAUD_CH_REWARD) ? BAUD_FORM_CATEGORICAL : 0);
      uint64_t random = 2;
      rig_init(&r, 1);
      for (int i = 0; i < 20; i++) (void)rig_tick(&r, world, &random, 0);
      rig_close(&r);
    }
}

static void counting_gives_krichevskys_and_trofimovs_estimate(void **state) {
  uint64_t seen[STATES + 1] = {0}, paid[4] = {0}, random = 3;
  (void)state;
  rig r = place(&kt_library);
  rig_init(&r, 1);
  for (int i = 0; i < 300; i++) {
    rig_predict(&r, BAUD_TRAIN, 0);
    for (uint32_t k = 0; k < LANES; k++) {
      for (uint32_t a = 0; a < ACTIONS; a++) assert_close((double)r.answer[0][k * ACTIONS + a], 0.5, 0.0);
      for (uint32_t x = 0; x < STATES; x++) assert_close((double)r.answer[1][k * STATES + x], baud_kt_probability(seen, STATES, x), 1e-7);
      for (uint32_t x = 0; x < 3; x++) assert_close((double)r.answer[2][k * 3 + x], baud_kt_probability(paid, 3, x), 1e-7);
    }
    for (uint32_t k = 0; k < LANES; k++) {
      r.next[k] = (int32_t)world(&random, k, (uint32_t)r.obs[k], 0, &r.reward[k], &r.flags[k]);
      baud_kt_add(seen, STATES, (uint32_t)r.next[k]);
      baud_kt_add(paid, 3, (uint32_t)r.next[k] % 3);
    }
    rig_learn(&r);
  }
  rig_close(&r);
}

static void push(uint32_t *past, uint32_t symbol) {
  memmove(past + 1, past, 7 * sizeof *past);
  past[0] = symbol;
}

/* A tree for the observation and one for the reward; contexts are the lane's own. */
static void trees_look_back_at_what_was_acted_upon(void **state) {
  baud_ctw shape[2] = {baud_ctw_shape(STATES, 8, 262144 / 2), baud_ctw_shape(3, 8, 262144 / 2)};
  baud_ctw_node *tree[2] = {calloc(1, baud_ctw_bytes(&shape[0])), calloc(1, baud_ctw_bytes(&shape[1]))};
  uint32_t past[2][LANES][8] = {0};
  uint64_t random = 4;
  (void)state;
  rig r = place(&ctw_library);
  rig_init(&r, 1);
  for (int i = 0; i < 200; i++) {
    double p[STATES];
    rig_predict(&r, BAUD_TRAIN, 0);
    for (uint32_t k = 0; k < LANES; k++) {
      push(past[0][k], (uint32_t)r.obs[k]);
      baud_ctw_predict(&shape[0], tree[0], past[0][k], p);
      for (uint32_t x = 0; x < STATES; x++) assert_close((double)r.answer[1][k * STATES + x], p[x], 1e-7);
      baud_ctw_predict(&shape[1], tree[1], past[1][k], p);
      for (uint32_t x = 0; x < 3; x++) assert_close((double)r.answer[2][k * 3 + x], p[x], 1e-7);
    }
    for (uint32_t k = 0; k < LANES; k++) r.next[k] = (int32_t)world(&random, k, (uint32_t)r.obs[k], 0, &r.reward[k], &r.flags[k]);
    for (uint32_t k = 0; k < LANES; k++) (void)baud_ctw_symbol(&shape[0], tree[0], past[0][k], (uint32_t)r.next[k]);
    for (uint32_t k = 0; k < LANES; k++) {
      (void)baud_ctw_symbol(&shape[1], tree[1], past[1][k], (uint32_t)r.next[k] % 3);
      push(past[1][k], (uint32_t)r.next[k] % 3);
    }
    rig_learn(&r);
  }
  free(tree[0]);
  free(tree[1]);
  rig_close(&r);
}

/* With its weights frozen a coder of contexts goes on knowing where it is. */
static void what_is_remembered_is_the_past_and_nothing_else(void **state) {
  uint64_t random = 5;
  (void)state;
  rig r = place(&ctw_library);
  const baud_remember *memory = r.unit->extension("baud.remember/1");
  assert_non_null(memory);
  assert_null(r.unit->extension("baud.memory/1"));
  rig_init(&r, 1);
  for (int i = 0; i < 100; i++) (void)rig_tick(&r, world, &random, 0);
  uint64_t frozen = rig_hash(&r, RIG_FROZEN), before = rig_hash(&r, 1u << BAUD_MEMORY);
  uint32_t *past = (uint32_t *)r.blocks[BAUD_CODER_PAST] + 1 * (2 * 8 + 1);
  uint32_t old[8];
  memcpy(old, past, sizeof old);
  r.next[1] = (r.obs[1] + 1) % STATES;
  r.reward[1] = 2.5f;
  const void *obs[1] = {r.obs}, *next[1] = {r.next};
  baud_outcome outcome = {BAUD_SIZE(baud_outcome), LANES, obs, r.action, r.reward, r.flags, next, NULL, NULL};
  assert_int_equal(memory->remember(r.model, r.blocks, &outcome), BAUD_OK);
  assert_true(rig_hash(&r, RIG_FROZEN) == frozen && rig_hash(&r, 1u << BAUD_MEMORY) != before);
  assert_int_equal(past[0], r.obs[1]);
  assert_memory_equal(past + 1, old, 7 * sizeof *old);
  assert_int_equal(past[8], 2); /* the reward's */
  rig_close(&r);
}

static void they_are_learners_like_any_other(void **state) {
  uint64_t random = 6;
  (void)state;
  for (size_t l = 0; l < 2; l++) {
    rig r = place(libraries[l]);
    rig_check_predict(&r, world, &random, 40);
    rig_close(&r);
  }
}

/* ---- Several fields, several elements, numbers ------------------------------------------------------------ */

static const baud_field fields[3] = {
    {BAUD_SIZE(baud_field), BAUD_U8, 3, 2, 1, {2, 0, 0}, 0, 2, "pair", "", ""},
    {BAUD_SIZE(baud_field), BAUD_F32, 0, 2, 1, {2, 0, 0}, -2, 6, "bounded", "", ""},
    {BAUD_SIZE(baud_field), BAUD_F32, 0, 1, 0, {0, 0, 0}, -INFINITY, INFINITY, "unbounded", "", ""},
};
static const baud_field steering = {BAUD_SIZE(baud_field), BAUD_F32, 0, 2, 1, {2, 0, 0}, -1, 3, "steering", "", ""};

static int32_t refuse(const baud_host *host, int32_t code, const char *why) {
  (void)host, (void)why;
  return code;
}

typedef struct desk {
  baud_question questions[5];
  baud_learner_setup setup;
  void *model, *blocks[BAUD_CODER_BLOCKS];
  uint8_t pair[2][2 * 2];
  float bounded[2][2 * 2], unbounded[2][2], reward[2], steer[2 * 2], answer[5][2 * 6], *answers[5];
  uint8_t flags[2], starts[2];
} desk;

/* Two lanes; questions: the action, the three fields, the reward. */
static const baud_learner_ops *sit_down(desk *d, const baud_library *library, const baud_field *action) {
  static const baud_host host = {.size = BAUD_SIZE(baud_host), .fail = refuse};
  const baud_learner_ops *ops = library->units[0].ops;
  baud_value values[CTW_PARAMS] = {{3, 0, NULL}, {1000, 0, NULL}};
  memset(d, 0, sizeof *d);
  d->questions[0] = (baud_question){BAUD_SIZE(baud_question), BAUD_ASK_ACTION, 0, 1, 1u << BAUD_FORM_NORMAL, 0, 4, 0, NULL};
  for (uint32_t f = 0; f < 3; f++)
    d->questions[1 + f] = (baud_question){BAUD_SIZE(baud_question), BAUD_ASK_OBSERVATION, f, 1,
                                          1u << (f ? BAUD_FORM_NORMAL : BAUD_FORM_CATEGORICAL), f ? 0 : 6,
                                          f ? 2 * fields[f].count : 0, 0, NULL};
  d->questions[4] = (baud_question){BAUD_SIZE(baud_question), BAUD_ASK_REWARD, 0, 1, 1u << BAUD_FORM_NORMAL, 0, 2, 0, NULL};
  d->setup = (baud_learner_setup){.size = BAUD_SIZE(baud_learner_setup), .lanes = 2, .channels = 3, .n_obs = 3, .n_questions = 5,
                                  .obs = fields, .action = action, .questions = d->questions};
  if (ops->create(&host, values, &d->setup, &d->model) != BAUD_OK) return NULL;
  for (uint32_t i = 0; i < BAUD_CODER_BLOCKS; i++) d->blocks[i] = calloc(d->setup.blocks[i].count * 2, 8);
  for (uint32_t q = 0; q < 5; q++) d->answers[q] = d->answer[q];
  assert_int_equal(ops->init(d->model, d->blocks, 1), BAUD_OK);
  return ops;
}

static void get_up(desk *d, const baud_learner_ops *ops) {
  for (uint32_t i = 0; i < BAUD_CODER_BLOCKS; i++) free(d->blocks[i]);
  ops->destroy(d->model);
}

static void numbers_are_answered_by_their_moments_so_far(void **state) {
  enum { N = 200 };
  double x[3][N], middle[3] = {2.0, 0.0, 0.0}, deviation[3] = {2.0, 1.0, 1.0}; /* bounded, unbounded, reward; lane by lane */
  uint64_t random = 7;
  (void)state;
  for (size_t l = 0; l < 2; l++) {
    desk d;
    const baud_learner_ops *ops = sit_down(&d, libraries[l], &steering);
    assert_non_null(ops);
    assert_int_equal(d.questions[0].form, 0); /* a uniform draw is no normal */
    for (int i = 0; i < N; i += 2) {
      const void *obs[3] = {d.pair[0], d.bounded[0], d.unbounded[0]}, *next[3] = {d.pair[1], d.bounded[1], d.unbounded[1]};
      baud_tick tick = {BAUD_SIZE(baud_tick), 2, BAUD_TRAIN, 0, 30, obs, d.starts, NULL, NULL, d.steer, d.answers};
      assert_int_equal(ops->predict(d.model, d.blocks, &tick), BAUD_OK);
      for (int a = 0; a < 4; a++) assert_true(d.steer[a] >= -1.0f && d.steer[a] < 3.0f);
      for (int s = 0; s < 3; s++) {
        double sum = middle[s], squares = 0.0; /* one seen beforehand */
        for (int t = 0; t < i; t++) sum += x[s][t];
        double mean = sum / (i + 1);
        for (int t = 0; t < i; t++) squares += (x[s][t] - mean) * (x[s][t] - mean);
        squares += deviation[s] * deviation[s] + (middle[s] - mean) * (middle[s] - mean);
        for (int lane = 0; lane < 2; lane++) { /* of the bounded pair, the second element */
          const float *answer = s == 0 ? d.answer[2] + 4 * lane + 2 : d.answer[s == 1 ? 3 : 4] + 2 * lane;
          assert_close((double)answer[0], mean, 1e-5);
          assert_close((double)answer[1], sqrt(squares / (i + 1)), 1e-5);
        }
      }
      for (int lane = 0; lane < 2; lane++) {
        for (int s = 0; s < 3; s++) x[s][i + lane] = (double)(float)(3.0 + baud_normal(&random));
        d.bounded[1][2 * lane + 1] = (float)x[0][i + lane];
        d.unbounded[1][lane] = (float)x[1][i + lane];
        d.reward[lane] = (float)x[2][i + lane];
      }
      baud_outcome outcome = {BAUD_SIZE(baud_outcome), 2, obs, d.steer, d.reward, d.flags, next, NULL, NULL};
      assert_int_equal(ops->learn(d.model, d.blocks, &outcome), BAUD_OK);
    }
    get_up(&d, ops);
  }
}

static void elements_of_a_field_are_counted_apart(void **state) {
  uint64_t seen[2][4] = {{0}}, random = 8;
  desk d;
  (void)state;
  const baud_learner_ops *ops = sit_down(&d, &kt_library, &steering);
  for (int i = 0; i < 100; i++) {
    const void *obs[3] = {d.pair[0], d.bounded[0], d.unbounded[0]}, *next[3] = {d.pair[1], d.bounded[1], d.unbounded[1]};
    baud_tick tick = {BAUD_SIZE(baud_tick), 2, BAUD_TRAIN, 0, 2, obs, d.starts, NULL, NULL, d.steer, d.answers};
    assert_int_equal(ops->predict(d.model, d.blocks, &tick), BAUD_OK);
    for (int row = 0; row < 4; row++)
      for (uint32_t k = 0; k < 3; k++) assert_close((double)d.answer[1][3 * row + (int)k], baud_kt_probability(seen[row % 2], 3, k), 1e-7);
    for (int row = 0; row < 4; row++) {
      d.pair[1][row] = (uint8_t)(row % 2 ? baud_below(&random, 3) : baud_below(&random, 2));
      baud_kt_add(seen[row % 2], 3, d.pair[1][row]);
    }
    baud_outcome outcome = {BAUD_SIZE(baud_outcome), 2, obs, d.steer, d.reward, d.flags, next, NULL, NULL};
    assert_int_equal(ops->learn(d.model, d.blocks, &outcome), BAUD_OK);
  }
  get_up(&d, ops);
}

static void actions_without_bounds_are_refused(void **state) {
  (void)state;
  baud_field endless = steering;
  endless.high = INFINITY;
  for (size_t l = 0; l < 2; l++) {
    desk d;
    assert_null(sit_down(&d, libraries[l], &endless));
  }
}

int main(void) {
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(they_answer_for_what_they_act_by_and_predict),
      cmocka_unit_test(they_take_what_crosses_and_nothing_else),
      cmocka_unit_test(counting_gives_krichevskys_and_trofimovs_estimate),
      cmocka_unit_test(trees_look_back_at_what_was_acted_upon),
      cmocka_unit_test(what_is_remembered_is_the_past_and_nothing_else),
      cmocka_unit_test(they_are_learners_like_any_other),
      cmocka_unit_test(numbers_are_answered_by_their_moments_so_far),
      cmocka_unit_test(elements_of_a_field_are_counted_apart),
      cmocka_unit_test(actions_without_bounds_are_refused),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
