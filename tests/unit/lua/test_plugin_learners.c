/* test_plugin_learners.c - a learner in Lua, called by hand: how it acts by its policy, what it is shown, and where
 * what it keeps lies.
 */
#include "tests/unit/lua/plugins.h"

#include "baud/random.h"

/* ---- A learner by hand ----------------------------------------------------------------------------------------- */

enum { LANES = 2, QUESTIONS = 4, BLOCKS_MOST = 6 };

/* A learner in Lua in two lanes, on one observation of three categories. */
typedef struct pupil {
  registry *r;
  const baud_unit *unit;
  const baud_learner_ops *ops;
  void *model;
  baud_learner_setup setup;
  baud_question questions[QUESTIONS];
  baud_field sight, action;
  uint64_t memory[BLOCKS_MOST][64];
  void *blocks[BLOCKS_MOST];
  int32_t seen[LANES], next[LANES];
  float chosen[LANES][2], answer[QUESTIONS][LANES * 8], reward[LANES]; /* chosen: or an int32_t a lane */
  uint8_t starts[LANES], flags[LANES];
} pupil;

static int32_t pupil_open(pupil *p, const char *text, const baud_field *action) {
  baud_value none = {0};
  memset(p, 0, sizeof *p);
  write_file("x.lua", text);
  p->r = open_file("x.lua");
  p->unit = unit_of(p->r, "test.x")->unit;
  p->ops = p->unit->ops;
  p->sight = (baud_field)BAUD_DISCRETE_FIELD("sight", 3, "");
  p->action = *action;
  for (uint32_t q = 0; q < QUESTIONS; q++)
    p->questions[q] = (baud_question){.size = BAUD_SIZE(baud_question),
                                      .target = q + 1,
                                      .horizon = 1,
                                      .forms = 1u << BAUD_FORM_CATEGORICAL,
                                      .width_categorical = q == 3 ? 2 : 3};
  if (action->categories == 0)
    p->questions[0].forms = 1u << BAUD_FORM_NORMAL, p->questions[0].width_normal = 2 * action->count;
  else p->questions[0].width_categorical = action->categories;
  p->questions[2].forms = 1u << BAUD_FORM_NORMAL; /* a continuous reward */
  p->questions[2].width_normal = 2;
  p->setup = (baud_learner_setup){.size = BAUD_SIZE(baud_learner_setup),
                                  .lanes = LANES,
                                  .channels = 7,
                                  .n_obs = 1,
                                  .n_questions = QUESTIONS,
                                  .obs = &p->sight,
                                  .action = &p->action,
                                  .questions = p->questions};
  sentence[0] = 0;
  int32_t code = p->ops->create(&host, &none, &p->setup, &p->model);
  assert_true(p->setup.n_blocks <= BLOCKS_MOST);
  for (int i = 0; i < BLOCKS_MOST; i++) p->blocks[i] = p->memory[i];
  return code;
}

static int32_t pupil_predict(pupil *p, uint64_t ask) {
  const void *obs[] = {p->seen};
  float *answer[QUESTIONS] = {p->answer[0], p->answer[1], p->answer[2], p->answer[3]};
  baud_tick tick = {.size = BAUD_SIZE(baud_tick),
                    .lanes = LANES,
                    .mode = BAUD_TRAIN,
                    .ask = ask,
                    .obs = p->setup.subscribed & 1 ? obs : NULL,
                    .starts = p->starts,
                    .action = p->chosen,
                    .answer = answer};
  return p->ops->predict(p->model, p->blocks, &tick);
}

static int32_t pupil_take_in(pupil *p, int32_t (*call)(const void *, void *const *, const baud_outcome *)) {
  const void *obs[] = {p->seen}, *next[] = {p->next};
  baud_outcome outcome = {.size = BAUD_SIZE(baud_outcome),
                          .lanes = LANES,
                          .obs = p->setup.subscribed & 1 ? obs : NULL,
                          .action = p->chosen,
                          .reward = p->setup.subscribed & 2 ? p->reward : NULL,
                          .flags = p->flags,
                          .next_obs = p->setup.subscribed & 1 ? next : NULL};
  return call(p->model, p->blocks, &outcome);
}

static void pupil_close(pupil *p) {
  if (p->model) p->ops->destroy(p->model);
  registry_free(p->r);
}

#define PUPIL(form, functions)                                                                                         \
  HEAD "return plugin.learner { " NAMED "create = function(p, setup)\nreturn { " form " } end, " functions " }"
static const baud_field coin = BAUD_DISCRETE_FIELD("coin", 2, "");

static void the_action_is_drawn_from_the_policy_with_the_lanes_own_generator(void **state) {
  pupil p;
  (void)state;
  assert_int_equal(pupil_open(&p,
                              PUPIL("subscribes = 'observation'",
                                    "predict = function(self, blocks, tick, policy)\n"
                                    "policy[1], policy[2] = tick.obs[1] / 4, 1 - tick.obs.sight / 4 end"),
                              &coin),
                   BAUD_OK);
  assert_int_equal(p.ops->init(p.model, p.blocks, 42), BAUD_OK);
  p.seen[0] = 1, p.seen[1] = 2;
  uint64_t random[LANES] = {baud_split(42, 0), baud_split(42, 1)};
  for (int i = 0; i < 20; i++) {
    assert_int_equal(pupil_predict(&p, 1), BAUD_OK);
    for (int k = 0; k < LANES; k++) {
      const double policy[] = {p.seen[k] / 4.0, 1.0 - p.seen[k] / 4.0};
      assert_int_equal(((const int32_t *)p.chosen)[k], baud_categorical(&random[k], policy, 2));
      assert_true(p.answer[0][2 * k] == (float)policy[0] && p.answer[0][2 * k + 1] == (float)policy[1]);
    }
  }
  pupil_close(&p);
}

static void a_continuous_policy_is_means_and_standard_deviations(void **state) {
  static const baud_field push = {.size = BAUD_SIZE(baud_field),
                                  .dtype = BAUD_F32,
                                  .count = 2,
                                  .low = -1,
                                  .high = 1,
                                  .name = "push",
                                  .unit = "",
                                  .doc = ""};
  pupil p;
  (void)state;
  assert_int_equal(pupil_open(&p,
                              PUPIL("", "predict = function(self, blocks, tick, policy)\n"
                                        "for i, x in ipairs { 1, 0.5, -1, 2 } do policy[i] = x end end"),
                              &push),
                   BAUD_OK);
  assert_int_equal(p.questions[0].form, BAUD_FORM_NORMAL);
  assert_int_equal(p.ops->init(p.model, p.blocks, 42), BAUD_OK);
  uint64_t random = baud_split(42, 0);
  assert_int_equal(pupil_predict(&p, 1), BAUD_OK);
  assert_true(p.chosen[0][0] == (float)(1.0 + 0.5 * baud_normal(&random)));
  assert_true(p.chosen[0][1] == (float)(-1.0 + 2.0 * baud_normal(&random)));
  assert_true(p.answer[0][0] == 1.0f && p.answer[0][1] == 0.5f && p.answer[0][2] == -1.0f && p.answer[0][3] == 2.0f);
  pupil_close(&p);
  assert_int_equal(pupil_open(&p, PUPIL("", "predict = function() end"), &push), BAUD_OK);
  assert_int_equal(pupil_predict(&p, 0), BAUD_EBUG);
  assert_non_null(strstr(sentence, "x.lua:3: predict left a standard deviation of 0.0 in the policy"));
  pupil_close(&p);
}

static void an_action_of_several_parts_is_drawn_part_by_part(void **state) {
  static const baud_field two = {.size = BAUD_SIZE(baud_field),
                                 .dtype = BAUD_U8,
                                 .categories = 3,
                                 .count = 2,
                                 .name = "two",
                                 .unit = "",
                                 .doc = ""};
  pupil p;
  (void)state;
  assert_int_equal(pupil_open(&p,
                              PUPIL("", "predict = function(self, blocks, tick, policy)\n"
                                        "for i, x in ipairs { .2, .3, .5, .1, .1, .8 } do policy[i] = x end end"),
                              &two),
                   BAUD_OK);
  assert_int_equal(p.ops->init(p.model, p.blocks, 42), BAUD_OK);
  const double first[] = {.2, .3, .5}, second[] = {.1, .1, .8};
  uint64_t random = baud_split(42, 1);
  for (int i = 0; i < 20; i++) {
    assert_int_equal(pupil_predict(&p, 0), BAUD_OK);
    assert_int_equal(((const uint8_t *)p.chosen)[2], baud_categorical(&random, first, 3)); /* the second lane's */
    assert_int_equal(((const uint8_t *)p.chosen)[3], baud_categorical(&random, second, 3));
  }
  pupil_close(&p);
  assert_int_equal(pupil_open(&p, PUPIL("", "predict = function(self, blocks, tick, policy) policy[1] = 1 end"), &two),
                   BAUD_OK);
  assert_int_equal(pupil_predict(&p, 0), BAUD_EBUG); /* the second part has none */
  pupil_close(&p);
}

static void expectations_are_asked_for_only_where_they_are_wanted(void **state) {
  pupil p;
  (void)state;
  assert_int_equal(pupil_open(&p,
                              PUPIL("answers = { 'observation', 'reward' }, subscribes = 'observation'",
                                    "predict = function(self, blocks, tick, policy) policy[1] = 1 end,\nexpect = "
                                    "function(self, blocks, tick, action, answers)\n"
                                    "if answers.observation then answers.observation[tick.obs[1] + 1] = 1 end\n"
                                    "if answers.reward then answers.reward[1], answers.reward[2] = action + 3, 2 end "
                                    "assert(not answers.terminated) end"),
                              &coin),
                   BAUD_OK);
  assert_int_equal(p.questions[1].form, BAUD_FORM_CATEGORICAL);
  assert_int_equal(p.questions[2].form, BAUD_FORM_NORMAL);
  assert_int_equal(p.questions[3].form, 0);
  p.seen[0] = 2;
  memset(p.answer, 0x7f, sizeof p.answer);
  assert_int_equal(pupil_predict(&p, 2), BAUD_OK);
  const float wanted[] = {0, 0, 1, 1, 0, 0};
  assert_memory_equal(p.answer[1], wanted, sizeof wanted);
  assert_true(p.answer[2][0] > 1e30f); /* not asked, so not touched */
  assert_int_equal(pupil_predict(&p, 4), BAUD_OK);
  assert_true(p.answer[2][0] == 3.0f && p.answer[2][1] == 2.0f && p.answer[2][2] == 3.0f);
  pupil_close(&p);
}

static void blocks_lie_where_the_host_put_them_a_lanes_own_beside_its_neighbours(void **state) {
  pupil p;
  (void)state;
  assert_int_equal(
      pupil_open(
          &p,
          PUPIL("subscribes = { 'reward', 'observation' }, blocks = { { name = 'w', role = 'weight', type = 'f64', "
                "count = 3 },\n"
                "{ name = 'visits', role = 'memory', type = 'i32', per_lane = true }, { name = 'pair', role = 'trace', "
                "type = 'f32', count = 2, per_lane = true } }",
                "init = function(self, blocks, random) assert(not blocks.visits and not blocks.pair) blocks.w[2] = "
                "random:uniform() end,\n"
                "predict = function(self, blocks, tick, policy) blocks.pair[1] = blocks.visits policy[1] = 1 end,\n"
                "learn = function(self, blocks, outcome) blocks.w[outcome.next_obs[1] + 1] = outcome.reward "
                "blocks.visits = blocks.visits + 1\n"
                "if outcome.terminated then blocks.pair[2] = -1 end end,\n"
                "remember = function(self, blocks, outcome) blocks.visits = 7 if outcome.truncated then blocks.w[1] = "
                "1 end end"),
          &coin),
      BAUD_OK);
  const baud_block *b = p.setup.blocks;
  assert_int_equal(p.setup.n_blocks, 5);
  assert_string_equal(b[2].name, "w");
  assert_true(b[2].role == BAUD_WEIGHT && b[2].dtype == BAUD_F64 && b[2].count == 3 && b[2].flags == 0);
  assert_true(b[3].role == BAUD_MEMORY && b[3].dtype == BAUD_I32 && b[3].count == 1 && b[3].flags == BAUD_PER_LANE);
  assert_true(b[4].role == BAUD_TRACE && b[4].dtype == BAUD_F32 && b[4].count == 2 && b[4].flags == BAUD_PER_LANE);
  assert_int_equal(p.ops->init(p.model, p.blocks, 42), BAUD_OK);
  uint64_t random = baud_split(42, UINT64_MAX);
  const double *w = p.blocks[2];
  const int32_t *visits = p.blocks[3];
  const float *pair = p.blocks[4];
  assert_true(w[1] == baud_uniform(&random));
  p.reward[0] = 3, p.reward[1] = 4, p.next[0] = 0, p.next[1] = 2, p.flags[1] = BAUD_TERMINATED;
  for (int i = 0; i < 3; i++) {
    assert_int_equal(pupil_predict(&p, 0), BAUD_OK);
    assert_int_equal(pupil_take_in(&p, p.ops->learn), BAUD_OK);
  }
  assert_true(w[0] == 3 && w[2] == 4);
  assert_true(visits[0] == 3 && visits[1] == 3);
  assert_true(pair[0] == 2 && pair[1] == 0 && pair[2] == 2 && pair[3] == -1);
  const baud_remember *in_play = p.unit->extension("baud.remember/1");
  assert_int_equal(pupil_take_in(&p, in_play->remember), BAUD_OK);
  assert_true(visits[0] == 7 && visits[1] == 7);
  p.flags[0] = BAUD_TRUNCATED;
  assert_int_equal(pupil_take_in(&p, in_play->remember), BAUD_EBUG);
  assert_non_null(strstr(sentence, "blocks.w is read-only here"));
  pupil_close(&p);
}

static void what_is_not_subscribed_to_is_not_there(void **state) {
  pupil p;
  (void)state;
  assert_int_equal(pupil_open(&p,
                              PUPIL("", "predict = function(self, blocks, tick, policy) assert(tick.obs == nil and "
                                        "tick.demonstration == nil) policy[1] = 1 end,\n"
                                        "learn = function(self, blocks, outcome)\n"
                                        "assert(outcome.reward == nil and outcome.obs == nil and outcome.next_obs == "
                                        "nil and outcome.demonstration == nil) end"),
                              &coin),
                   BAUD_OK);
  assert_int_equal(p.setup.subscribed, 0);
  assert_int_equal(pupil_predict(&p, 0), BAUD_OK);
  assert_int_equal(pupil_take_in(&p, p.ops->learn), BAUD_OK);
  pupil_close(&p);
}

int main(void) {
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(the_action_is_drawn_from_the_policy_with_the_lanes_own_generator),
      cmocka_unit_test(a_continuous_policy_is_means_and_standard_deviations),
      cmocka_unit_test(an_action_of_several_parts_is_drawn_part_by_part),
      cmocka_unit_test(expectations_are_asked_for_only_where_they_are_wanted),
      cmocka_unit_test(blocks_lie_where_the_host_put_them_a_lanes_own_beside_its_neighbours),
      cmocka_unit_test(what_is_not_subscribed_to_is_not_there),
  };
  return cmocka_run_group_tests(tests, set_up, tear_down);
}
