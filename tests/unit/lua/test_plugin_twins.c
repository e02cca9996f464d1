/* test_plugin_twins.c - plugins in Lua against plugins in C: twins must live alike, bit for bit, and draws must be
 * those of baud/random.h; and what an environment in Lua does to the memory that it is lent.
 */
#include "tests/unit/lua/plugins.h"

#include "baud/random.h"
#include "trial.h"

/* ---- Twins -------------------------------------------------------------------------------------------------- */

enum { EPISODES = 300 };

typedef struct life {
  float figure[FIGURES][EPISODES];
  uint64_t steps[EPISODES];
  char marks[FIGURES];
  uint32_t n;
} life;

static void live(const registry *r, const char *env, const char *reward, const char *learner, const char *channels,
                 uint64_t seed, life *l) {
  char json[600];
  trial *t;
  memset(l, 0, sizeof *l);
  snprintf(
      json, sizeof json,
      "{\"env\":{\"id\":\"%s\"},\"reward\":{\"id\":\"%s\"},\"learner\":{\"id\":\"%s\"},\"channels\":[%s],\"lanes\":3,"
      "\"stop\":{\"episodes\":%d},\"score\":{\"answers\":1}}",
      env, reward, learner, channels, EPISODES);
  if (trial_open(&t, r, json, seed, &error) != 0) fail_msg("%s", error.text);
  int code = TRIAL_RUNNING;
  while (code == TRIAL_RUNNING) {
    code = trial_advance(t, EPISODES, 1000, &error);
    const trial_columns *c = trial_drain(t);
    for (uint32_t i = 0; i < c->n; i++, l->n++) {
      l->steps[l->n] = c->steps[i];
      for (uint32_t f = 0; f < FIGURES; f++) l->figure[f][l->n] = c->figure[f][i];
    }
  }
  if (code != TRIAL_DONE) fail_msg("%s", error.text);
  trial_marks(t, l->marks);
  trial_close(t);
}

static void expect_twins(const life *a, const life *b) {
  assert_int_equal(a->n, b->n);
  assert_memory_equal(a->steps, b->steps, sizeof a->steps);
  assert_memory_equal(a->marks, b->marks, sizeof a->marks);
  for (uint32_t f = 0; f < FIGURES; f++) assert_memory_equal(a->figure[f], b->figure[f], sizeof a->figure[f]);
}

static void what_is_written_in_lua_lives_as_its_twin_in_c(void **state) {
  static life c, lua;
  static const char *const channels[] = {"\"observation\",\"reward\"", "\"reward\""};
  (void)state;
  registry *r = open_file("twins.lua");
  for (int i = 0; i < 2; i++) {
    live(r, "org.example.doors", "org.example.judge", "org.example.tally", channels[i], 7, &c);
    assert_int_equal(c.n, EPISODES);
    assert_int_equal(c.marks[FIGURE_RECEIVED_ALL], '='); /* through the judge's errors, too */
    for (int which = 1; which < 8; which++) {
      live(r, which & 1 ? "test.lua.doors" : "org.example.doors", which & 2 ? "test.lua.judge" : "org.example.judge",
           which & 4 ? "test.lua.tally" : "org.example.tally", channels[i], 7, &lua);
      expect_twins(&c, &lua);
    }
  }
  live(r, "test.lua.doors", "test.lua.judge", "test.lua.tally", channels[1], 8, &lua);
  assert_memory_not_equal(c.figure[FIGURE_RETURN], lua.figure[FIGURE_RETURN], sizeof c.figure[0]); /* the seed counts */
  live(r, "baud.cartpole", "baud.dense", "baud.random", channels[0], 7, &c);
  live(r, "test.lua.cartpole", "baud.dense", "baud.random", channels[0], 7, &lua);
  expect_twins(&c, &lua);
  registry_free(r);
}

/* ---- What an environment in Lua does to its memory -------------------------------------------------------------- */

static void draws_are_those_of_the_header(void **state) {
  bench b;
  uint64_t random = 99;
  const double p[] = {0.2, 0.3, 0.5};
  (void)state;
  assert_int_equal(
      bench_open(
          &b,
          ENV("local w = world.weight w[1] = random:uniform() w[2] = random:below(10) w[3] = random:bernoulli(.5) and "
              "1 or 0\n"
              "w[4] = random:normal() w[5] = random:exponential() w[6] = random:gamma(2.5) w[7] = random:beta(2, 3)\n"
              "w[8] = random:categorical { .2, .3, .5 }",
              "", "")),
      BAUD_OK);
  for (int i = 0; i < 20; i++) {
    uint64_t seed = random;
    assert_int_equal(b.ops->draw(b.model, seed, b.world), BAUD_OK);
    const double wanted[WEIGHTS] = {baud_uniform(&random),       baud_below(&random, 10),
                                    baud_bernoulli(&random, .5), baud_normal(&random),
                                    baud_exponential(&random),   baud_gamma(&random, 2.5),
                                    baud_beta(&random, 2, 3),    baud_categorical(&random, p, 3)};
    assert_memory_equal(b.world, wanted, sizeof wanted);
  }
  bench_close(&b);
}

static void a_lanes_generator_is_seeded_by_the_host_and_lives_in_the_lane(void **state) {
  bench b;
  (void)state;
  assert_int_equal(
      bench_open(&b, ENV("", "lane.count = 5",
                         "facts.win = lane.random:uniform() lane.count = lane.count + 1 lane.seen[2] = true")),
      BAUD_OK);
  assert_int_equal(bench_call(&b, b.ops->reset), BAUD_OK);
  assert_int_equal(b.lane[0], 11);
  uint64_t random = 11;
  for (int i = 0; i < 5; i++) {
    assert_int_equal(bench_call(&b, b.ops->step), BAUD_OK);
    assert_true(b.win == (float)baud_uniform(&random));
    assert_int_equal(b.lane[0], random);
  }
  const unsigned char *after = (const unsigned char *)&b.lane[1]; /* count, seen[1..3] */
  assert_int_equal(after[0], 10);
  assert_int_equal(after[1], 0);
  assert_int_equal(after[2], 1);
  bench_close(&b);
}

static void what_a_step_does_not_write_is_zero(void **state) {
  bench b;
  (void)state;
  assert_int_equal(bench_open(&b, ENV("", "", "obs.view[3] = -0.5")), BAUD_OK);
  b.sight = 2, b.win = 4.0f, b.flags = 9;
  for (int i = 0; i < 4; i++) b.view[i] = 1.0f;
  assert_int_equal(bench_call(&b, b.ops->step), BAUD_OK);
  assert_int_equal(b.sight, 0);
  assert_true(b.win == 0.0f && b.view[0] == 0.0f && b.view[2] == -0.5f && b.view[3] == 0.0f);
  assert_int_equal(b.flags, 0);
  bench_close(&b);
}

/* ---- Pictures and experts ------------------------------------------------------------------------------------ */

/* A cartpole of one lane, in C or in Lua. */
typedef struct cart {
  const baud_env_ops *ops;
  const baud_draw *draw;
  void *model;
  baud_env_spec spec;
  double lane[8];
  float state[4], reward, success;
  uint8_t flags;
  char cells[49 * 7];
} cart;

static int32_t cart_call(cart *c, int32_t action, uint64_t seed, int32_t (*call)(const void *, const baud_batch *)) {
  uint32_t pick = 0;
  void *obs[] = {c->state};
  float *facts[] = {&c->reward, &c->success};
  baud_batch batch = {.size = BAUD_SIZE(baud_batch),
                      .lanes = 1,
                      .n_pick = 1,
                      .pick = &pick,
                      .seed = &seed,
                      .lane = (char *)c->lane,
                      .lane_stride = sizeof c->lane,
                      .action = &action,
                      .obs = obs,
                      .facts = facts,
                      .flags = &c->flags};
  return call(c->model, &batch);
}

static void a_picture_in_lua_is_that_of_its_twin(void **state) {
  (void)state;
  registry *r = open_file("twins.lua");
  cart twin[2];
  memset(twin, 0, sizeof twin);
  for (int i = 0; i < 2; i++) {
    const baud_unit *u = unit_of(r, i ? "test.lua.cartpole" : "baud.cartpole")->unit;
    baud_value none = {0};
    uint32_t width = 0, height = 0;
    twin[i].ops = u->ops;
    twin[i].draw = u->extension("baud.draw/1");
    twin[i].spec.size = BAUD_SIZE(baud_env_spec);
    assert_int_equal(twin[i].ops->create(&host, &none, &twin[i].spec, &twin[i].model), BAUD_OK);
    assert_true(twin[i].spec.lane_bytes <= sizeof twin[i].lane);
    assert_int_equal(twin[i].spec.limit, 500);
    assert_int_equal(twin[i].draw->extent(twin[i].model, &width, &height), BAUD_OK);
    assert_true(width == 49 && height == 7);
    assert_int_equal(cart_call(&twin[i], 0, 3, twin[i].ops->reset), BAUD_OK);
  }
  for (int step = 0; step < 200 && !twin[0].flags; step++) { /* the one in C has no sine for poles that lie */
    for (int i = 0; i < 2; i++) {
      assert_int_equal(cart_call(&twin[i], step % 2, 0, twin[i].ops->step), BAUD_OK);
      assert_int_equal(twin[i].draw->draw(twin[i].model, NULL, twin[i].lane, twin[i].cells), BAUD_OK);
    }
    for (int j = 0; j < 4; j++) assert_close((double)twin[0].state[j], (double)twin[1].state[j], 1e-6);
    assert_memory_equal(twin[0].cells, twin[1].cells, sizeof twin[0].cells);
  }
  for (int i = 0; i < 2; i++) twin[i].ops->destroy(twin[i].model);
  registry_free(r);
}

static void a_quiz_item_holds_what_its_table_says_and_the_steps_that_led_to_it(void **state) {
  (void)state;
  write_file("x.lua",
             HEAD "return plugin.environment { " NAMED "longest_prefix = 3, create = function() return {\n"
                  "observations = { { name = 'o', categories = 5 }, { name = 'v', count = 2 } }, action = { name = "
                  "'a', categories = 4 },\n"
                  "facts = { { name = 'f', roles = 'reward' } }, world = { w = 'u8' }, entropy_bits = 1, quiz = { "
                  "items = 9, answers = 3, independent = 'facts' } } end,\n"
                  "draw = function(self, world) world.w = 2 end, reset = function() end, step = function() end,\n"
                  "quiz = function(self, world, index) if index == 2 then return end\n"
                  "return { kind = 'decision', asks = 'observation', field = 2, channel = 'reward', group = 4, score = "
                  "'mean', truth = { .5, .5, 0 }, prior = { .25, .25, .5 },\n"
                  "obs = { o = world.w, v = { 3, 4 } }, action = 3, prefix = { { obs = { o = 1 }, action = 1, reward = "
                  "7 }, { action = 2 } } } end }");
  registry *r = open_file("x.lua");
  const baud_unit *u = unit_of(r, "test.x")->unit;
  const baud_env_ops *ops = u->ops;
  const baud_quiz *quiz = u->extension("baud.quiz/1");
  baud_env_spec spec = {.size = BAUD_SIZE(baud_env_spec)};
  baud_value none = {0};
  void *model;
  uint32_t items, answers, independence;
  assert_int_equal(ops->create(&host, &none, &spec, &model), BAUD_OK);
  assert_int_equal(quiz->most_prefix, 3);
  assert_int_equal(quiz->count(model, &items, &answers, &independence), BAUD_OK);
  assert_true(items == 9 && answers == 3 && independence == BAUD_FACTS_INDEPENDENT);
  uint64_t world = 0;
  assert_int_equal(ops->draw(model, 1, &world), BAUD_OK);
  double truth[3], prior[3];
  int32_t o = 4, action = 0, prefix_o[3] = {4, 4, 4}, prefix_action[3] = {0};
  float v[2] = {9, 9}, prefix_v[6] = {9, 9, 9, 9, 9, 9}, prefix_reward[3] = {0};
  void *obs[] = {&o, v}, *prefix_obs[] = {prefix_o, prefix_v};
  baud_item item = {.size = BAUD_SIZE(baud_item),
                    .truth = truth,
                    .prior = prior,
                    .obs = obs,
                    .action = &action,
                    .prefix_obs = prefix_obs,
                    .prefix_action = prefix_action,
                    .prefix_reward = prefix_reward};
  if (quiz->item(model, &world, 0, &item) != BAUD_OK) fail_msg("%s", sentence);
  assert_true(item.kinds == BAUD_ITEM_DECISION && item.target == BAUD_ASK_OBSERVATION && item.field == 1 &&
              item.channel == BAUD_CH_REWARD);
  assert_true(item.group == 3 && item.score == BAUD_SCORE_MEAN && item.n_answers == 3 && item.action_given == 1 &&
              item.n_prefix == 2);
  assert_true(truth[0] == .5 && truth[2] == 0 && prior[0] == .25 && prior[2] == .5);
  assert_true(o == 2 && action == 3 && v[0] == 3 && v[1] == 4);
  assert_true(prefix_o[0] == 1 && prefix_o[1] == 0 && prefix_o[2] == 4 && prefix_v[0] == 0 && prefix_v[3] == 0 &&
              prefix_v[4] == 9);
  assert_true(prefix_action[0] == 1 && prefix_action[1] == 2 && prefix_reward[0] == 7 && prefix_reward[1] == 0);
  assert_int_equal(quiz->item(model, &world, 1, &item), BAUD_OK);
  assert_int_equal(item.kinds, 0); /* nothing to ask */
  assert_int_equal(quiz->item(model, &world, 9, &item), BAUD_EARG);
  ops->destroy(model);
  registry_free(r);
}

static void an_expert_marks_the_actions_that_it_thinks_best(void **state) {
  (void)state;
  registry *r = open_file("twins.lua");
  const baud_unit *u = unit_of(r, "test.lua.doors")->unit;
  const baud_env_ops *ops = u->ops;
  const baud_demonstrate *expert = u->extension("baud.demonstrate/1");
  const baud_value values[] = {{.i = 6}, {.i = 4}, {.f = 0.5}, {.f = 0.1}};
  baud_env_spec spec = {.size = BAUD_SIZE(baud_env_spec)};
  void *model;
  uint64_t world[1] = {0}, lanes[2][2] = {{0}};
  int32_t sight[2] = {0};
  void *obs[] = {sight};
  uint8_t optimal[12];
  assert_int_equal(ops->create(&host, values, &spec, &model), BAUD_OK);
  assert_int_equal(spec.world_bytes, 8);
  assert_int_equal(ops->draw(model, 5, world), BAUD_OK);
  baud_batch batch = {.size = BAUD_SIZE(baud_batch),
                      .lanes = 2,
                      .lane = (char *)lanes,
                      .lane_stride = sizeof lanes[0],
                      .world = (const char *)world,
                      .obs = obs};
  memset(optimal, 9, sizeof optimal);
  assert_int_equal(expert->optimal(model, &batch, optimal), BAUD_OK);
  for (int i = 0; i < 12; i++) assert_int_equal(optimal[i], ((const uint8_t *)world)[i % 6]);
  assert_true(memchr(optimal, 1, 6) && memchr(optimal, 0, 6));
  ops->destroy(model);
  registry_free(r);
}

int main(void) {
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(what_is_written_in_lua_lives_as_its_twin_in_c),
      cmocka_unit_test(draws_are_those_of_the_header),
      cmocka_unit_test(a_lanes_generator_is_seeded_by_the_host_and_lives_in_the_lane),
      cmocka_unit_test(what_a_step_does_not_write_is_zero),
      cmocka_unit_test(a_picture_in_lua_is_that_of_its_twin),
      cmocka_unit_test(a_quiz_item_holds_what_its_table_says_and_the_steps_that_led_to_it),
      cmocka_unit_test(an_expert_marks_the_actions_that_it_thinks_best),
  };
  return cmocka_run_group_tests(tests, set_up, tear_down);
}
