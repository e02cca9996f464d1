/* test_sac.c - soft actor-critic: what the critics are to have, what follows what, and an action that is best.
 */
#include "../test.h"

#undef fail /* cmocka's: the contract has a function of that name */
#define baud_plugin_1 sac_library
#include "../../../plugins/learner/sac.c"
#undef baud_plugin_1

/* ---- A learner among numbers ------------------------------------------------------------------------------ */

enum { FEATURES = 2, LANES = 2 };
static const baud_field obs_field = {.size = BAUD_SIZE(baud_field), .dtype = BAUD_F32, .count = FEATURES, .name = "where"};
static const baud_field action_field = {.size = BAUD_SIZE(baud_field), .dtype = BAUD_F32, .count = 1, .low = -1, .high = 3, .name = "push"};

typedef struct bench {
  baud_host host;
  char why[200];
  baud_learner_setup setup;
  const sac_model *model;
  void *at[SAC_BLOCKS];
  size_t bytes[SAC_BLOCKS];
} bench;

static int32_t note(const baud_host *host, int32_t code, const char *why) {
  snprintf(((bench *)host->ctx)->why, sizeof ((bench *)host->ctx)->why, "%s", why);
  return code;
}

typedef struct setting {
  int param;
  double value;
} setting;

static int32_t create_with(bench *b, const baud_field *action, const setting *settings, int n, void **model) {
  baud_value values[SAC_PARAMS];
  b->host = (baud_host){.size = BAUD_SIZE(baud_host), .ctx = b, .fail = note};
  b->setup = (baud_learner_setup){.size = BAUD_SIZE(baud_learner_setup), .lanes = LANES, .n_obs = 1, .obs = &obs_field, .action = action,
                                  .channels = BAUD_MASK(BAUD_CH_OBSERVATION) | BAUD_MASK(BAUD_CH_REWARD)};
  for (int i = 0; i < SAC_PARAMS; i++) values[i] = sac_params[i].def;
  for (int i = 0; i < n; i++) {
    values[settings[i].param].f = settings[i].value;
    values[settings[i].param].i = (int64_t)settings[i].value;
  }
  return sac_create(&b->host, values, &b->setup, model);
}

static void open_bench(bench *b, const setting *settings, int n) {
  static const size_t element[] = {[BAUD_U8] = 1, [BAUD_I32] = 4, [BAUD_U64] = 8, [BAUD_F32] = 4, [BAUD_F64] = 8};
  void *model = NULL;
  assert_int_equal(create_with(b, &action_field, settings, n, &model), BAUD_OK);
  b->model = model;
  for (int i = 0; i < SAC_BLOCKS; i++) {
    const baud_block *block = &b->setup.blocks[i];
    b->bytes[i] = element[block->dtype] * block->count * (block->flags & BAUD_PER_LANE ? LANES : 1);
    b->at[i] = aligned_alloc(64, (b->bytes[i] + 64) / 64 * 64);
    memset(b->at[i], 0, b->bytes[i]);
  }
  assert_int_equal(sac_init(model, b->at, 3), BAUD_OK);
}

static void close_bench(bench *b) {
  for (int i = 0; i < SAC_BLOCKS; i++) free(b->at[i]);
  sac_destroy((void *)(uintptr_t)b->model);
}

/* One step of one-step episodes: the reward is best where the action is the sum of what is seen. */
static double step(bench *b, uint32_t mode, uint64_t *random) {
  float obs[LANES][FEATURES], action[LANES], reward[LANES];
  uint8_t starts[LANES] = {1, 1}, flags[LANES] = {BAUD_TERMINATED, BAUD_TERMINATED};
  for (int i = 0; i < LANES * FEATURES; i++) obs[i / FEATURES][i % FEATURES] = (float)baud_uniform(random);
  const void *const o[1] = {obs};
  const baud_tick tick = {.size = BAUD_SIZE(baud_tick), .lanes = LANES, .mode = mode, .obs = o, .starts = starts, .action = action};
  assert_int_equal(sac_predict(b->model, b->at, &tick), BAUD_OK);
  double missed = 0.0;
  for (int k = 0; k < LANES; k++) {
    assert_true(action[k] >= -1.0f && action[k] <= 3.0f);
    float away = action[k] - (obs[k][0] + obs[k][1]);
    reward[k] = -away * away;
    missed += fabs((double)away) / LANES;
  }
  const baud_outcome outcome = {.size = BAUD_SIZE(baud_outcome),
                                .lanes = LANES,
                                .obs = o,
                                .next_obs = o,
                                .action = action,
                                .reward = reward,
                                .flags = flags};
  if (mode == BAUD_TRAIN) assert_int_equal(sac_learn(b->model, b->at, &outcome), BAUD_OK);
  return missed;
}

/* ---- Tests ------------------------------------------------------------------------------------------------ */

static void the_best_action_is_found_for_what_is_seen(void **state) {
  static const setting settings[] = {{SAC_PARAM_HIDDEN, 32},
                                     {SAC_PARAM_HIDDEN_2, 32},
                                     {SAC_PARAM_BATCH, 64},
                                     {SAC_PARAM_LR, 3e-3},
                                     {SAC_PARAM_ENTROPY, -3}};
  (void)state;
  bench b;
  uint64_t random = 4;
  double missed = 0.0;
  open_bench(&b, settings, 5);
  for (int i = 0; i < 1500; i++) step(&b, BAUD_TRAIN, &random);
  for (int i = 0; i < 200; i++) missed += step(&b, BAUD_PLAY, &random) / 200;
  assert_true(missed < 0.15); /* uniform actions miss by 1.1 */
  close_bench(&b);
}

static void critics_are_to_have_the_lesser_value_and_the_entropy(void **state) {
  static const setting settings[] = {{SAC_PARAM_BATCH, 16}, {SAC_PARAM_ALPHA, 0.3}, {SAC_PARAM_WARMUP, 1000}};
  (void)state;
  bench b;
  uint64_t random = 4;
  open_bench(&b, settings, 3);
  for (int i = 0; i < 50; i++) step(&b, BAUD_TRAIN, &random);
  baud_replay_batch batch = sac_sample(b.model, b.at);
  for (int i = 0; i < 16; i++) batch.discount[i] = 0.9f; /* as if episodes went on */
  uint64_t draws = *(uint64_t *)b.at[SAC_DRAWS];
  sac_targets(b.model, b.at, &batch);
  float wanted[16];
  memcpy(wanted, b.at[SAC_WANTED], sizeof wanted);
  *(uint64_t *)b.at[SAC_DRAWS] = draws; /* the same noise again, and the formula one by one */
  const nn_real *noise = sac_draw_noise(b.model, b.at);
  for (int i = 0; i < 16; i++) {
    nn_tape t = sac_tape(b.model, b.at, NN_INFER);
    nn_bind(&t, b.at[SAC_POLICY], NULL);
    nn_value x = nn_constant(&t, batch.next + i * FEATURES, 1, FEATURES);
    nn_gaussian head = sac_head(&t, b.model, x);
    double mean = (double)head.mean.x[0], spread = exp((double)head.log_std.x[0]), u = mean + spread * (double)noise[i], a = tanh(u);
    double log_prob = -0.5 * (double)noise[i] * (double)noise[i] - log(spread) - 0.91893853320467274 - log(1 - a * a);
    nn_real action = (nn_real)a;
    nn_bind(&t, b.at[SAC_TARGET], NULL);
    double q[2];
    for (int which = 0; which < 2; which++) q[which] = (double)sac_value(&t, b.model, which, x, nn_constant(&t, &action, 1, 1)).x[0];
    double y = (double)batch.reward[i] + 0.9 * (fmin(q[0], q[1]) - 0.3 * log_prob);
    assert_close((double)wanted[i], y, 1e-4 * (1 + fabs(y)));
  }
  close_bench(&b);
}

static void copies_follow_and_the_temperature_holds_the_entropy(void **state) {
  (void)state;
  for (int wants_more = 0; wants_more < 2; wants_more++) {
    const setting settings[] = {{SAC_PARAM_BATCH, 16}, {SAC_PARAM_TAU, 0.25}, {SAC_PARAM_WARMUP, 20}, {SAC_PARAM_ENTROPY, wants_more ? 50 : -50}};
    bench b;
    uint64_t random = 4;
    open_bench(&b, settings, 4);
    for (int i = 0; i < 10; i++) step(&b, BAUD_TRAIN, &random); /* 20 steps: none learnt from yet */
    float before[64];
    memcpy(before, b.at[SAC_TARGET], sizeof before);
    step(&b, BAUD_TRAIN, &random);
    baud_replay_batch batch = sac_sample(b.model, b.at);
    memcpy(before, b.at[SAC_TARGET], sizeof before);
    float alpha = *(float *)b.at[SAC_LOG_ALPHA];
    sac_targets(b.model, b.at, &batch);
    assert_int_equal(sac_learn_values(b.model, b.at, &batch), BAUD_OK);
    for (int i = 0; i < 64; i++) {
      double value = (double)((float *)b.at[SAC_VALUES])[i], old = (double)before[i];
      assert_close((double)((float *)b.at[SAC_TARGET])[i], old + 0.25 * (value - old), 1e-6);
    }
    assert_int_equal(sac_learn_policy(b.model, b.at, &batch), BAUD_OK);
    assert_true((*(float *)b.at[SAC_LOG_ALPHA] > alpha) == wants_more);
    close_bench(&b);
  }
}

static void places_that_do_not_fit_are_refused(void **state) {
  static const baud_field choice = BAUD_DISCRETE_FIELD("move", 4, "one of four");
  static const baud_field endless = {
      .size = BAUD_SIZE(baud_field), .dtype = BAUD_F32, .count = 1, .low = -INFINITY, .high = INFINITY, .name = "push"};
  (void)state;
  bench b;
  void *model = NULL;
  assert_int_equal(create_with(&b, &choice, NULL, 0, &model), BAUD_EARG);
  assert_non_null(strstr(b.why, "use ppo or dqn"));
  assert_int_equal(create_with(&b, &endless, NULL, 0, &model), BAUD_EARG);
  assert_non_null(strstr(b.why, "the environment's have none"));
}

int main(void) {
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(the_best_action_is_found_for_what_is_seen),
      cmocka_unit_test(critics_are_to_have_the_lesser_value_and_the_entropy),
      cmocka_unit_test(copies_follow_and_the_temperature_holds_the_entropy),
      cmocka_unit_test(places_that_do_not_fit_are_refused),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
