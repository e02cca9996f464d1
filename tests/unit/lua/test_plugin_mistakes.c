/* test_plugin_mistakes.c - plugins in Lua that go wrong when they are made or called, each with the sentence that it
 * must earn: plugin, call, file and line, what is wrong.
 */
#include "tests/unit/lua/plugins.h"

#include "trial.h"

/* ---- Mistakes in a step ---------------------------------------------------------------------------------------- */

static void each_mistake_in_a_step_ends_it_with_the_line_and_a_sentence(void **state) {
  static const struct {
    const char *text, *wanted;
  } cases[] = {
      {ENV("", "", "while true do end"),
       "x.lua:8: the plugin ran too long (its budget of instructions is used up): is there a loop without end?"},
      {ENV("", "", "while true do pcall(function() while true do end end) end"), "the plugin ran too long"},
      {ENV("", "", "local x = nothing"), "x.lua:8: there is no \"nothing\""},
      {ENV("", "", "local x = lane.nothing"), "x.lua:8: lane has no field \"nothing\""},
      {ENV("", "", "lane.cuont = 1"), "x.lua:8: lane has no field \"cuont\" (did you mean \"count\"?)"},
      {ENV("", "", "lane.count = 256"), "x.lua:8: lane.count is to be 256; it takes a whole number from 0 to 255"},
      {ENV("", "", "lane.count = 1.5"), "x.lua:8: lane.count is to be 1.5; it takes a whole number"},
      {ENV("", "", "lane.count = '1'"), "x.lua:8: lane.count is to be 1; it takes a whole number"},
      {ENV("", "", "lane.seen[1] = 1"), "x.lua:8: lane.seen is to be 1; it takes true or false"},
      {ENV("", "", "lane.seen[4] = true"), "x.lua:8: lane.seen has no element 4; it has 1 .. 3"},
      {ENV("", "", "lane.seen[0] = true"), "x.lua:8: lane.seen has no element 0; it has 1 .. 3"},
      {ENV("", "", "lane.seen = { true }"), "it takes a list of 3"},
      {ENV("", "", "lane.seen = { true, false, 3 }"), "lane.seen is to be 3; it takes true or false"},
      {ENV("", "", "lane.random = 1"), "x.lua:8: lane.random is no value that could be set"},
      {ENV("", "", "world.weight[1] = 1"), "x.lua:8: world.weight is read-only here"},
      {ENV("", "", "obs.sight = 3"), "x.lua:8: obs.sight is to be 3; it takes a whole number from 0 to 2"},
      {ENV("", "", "obs.sight = -1"), "x.lua:8: obs.sight is to be -1; it takes a whole number from 0 to 2"},
      {ENV("", "", "obs.sight = nil"), "x.lua:8: obs.sight is to be nil; it takes a whole number"},
      {ENV("", "", "obs.view[1] = 1.5"), "x.lua:8: obs.view is to be 1.5; it takes a number from -1.0 to 1.0"},
      {ENV("", "", "obs.view[1] = 0/0"), "it takes a number from -1.0 to 1.0"},
      {ENV("", "", "facts.win = 0/0"), "it takes a finite number"},
      {ENV("", "", "facts.win = 'much'"), "x.lua:8: facts.win is to be much; it takes a number"},
      {ENV("", "", "return 1"), "x.lua:8: step returned 1; it returns whether the episode has ended"},
      {ENV("", "", "error { code = 1 }"), "it raised an error that is not a text"},
      {ENV("", "", "error 'so it is'"), "x.lua:8: so it is"},
      {ENV("", "", "local x = math.random()"), "x.lua:8: math.random is not in the sandbox"},
      {ENV("", "", "io.open('/etc/passwd')"), "x.lua:8: io is not in the sandbox"},
      {ENV("", "", "os.exit(0)"), "x.lua:8: os is not in the sandbox"},
      {ENV("", "", "for k in next, {} do end"), "x.lua:8: there is no \"next\""},
      {ENV("", "", "require 'socket'"), "x.lua:8: there is no module \"socket\": what the plugin is lies in one file"},
      {ENV("", "", "getmetatable(lane).__index = nil"), "x.lua:8: attempt to index a boolean value"},
      {ENV("", "", "lane.random.uniform(obs)"), "x.lua:8: draws are methods: write random:uniform(), with a colon"},
      {ENV("", "", "lane.random.uniform()"), "x.lua:8: draws are methods"},
      {ENV("", "", "lane.random:below(0)"), "x.lua:8: random:below(n) takes a whole number from 1"},
      {ENV("", "", "lane.random:bernoulli(2)"), "x.lua:8: random:bernoulli(p) takes a probability"},
      {ENV("", "", "lane.random:categorical {}"), "x.lua:8: random:categorical(p) takes a list of probabilities"},
      {ENV("kept = random", "", "kept:uniform()"),
       "x.lua:8: the draw.random is not there: it is lent for one call alone"},
  };
  (void)state;
  for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
    bench b;
    if (bench_open(&b, cases[i].text) != BAUD_OK) fail_msg("%s", sentence);
    assert_int_equal(b.ops->draw(b.model, 1, b.world), BAUD_OK);
    assert_int_equal(bench_call(&b, b.ops->reset), BAUD_OK);
    int32_t code = bench_call(&b, b.ops->step);
    if (code != BAUD_EBUG || !strstr(sentence, cases[i].wanted))
      fail_msg("%d, wanted \"%s\": %s", code, cases[i].wanted, sentence);
    bench_close(&b);
  }
}

static void an_action_that_there_is_not_is_refused_before_lua_sees_it(void **state) {
  bench b;
  (void)state;
  assert_int_equal(bench_open(&b, ENV("", "", "error 'seen'")), BAUD_OK);
  for (b.action = -1; b.action <= 2; b.action += 3) {
    assert_int_equal(bench_call(&b, b.ops->step), BAUD_EARG);
    assert_non_null(strstr(sentence, "action \"act\" is "));
  }
  bench_close(&b);
}

/* After a step that failed, the instance is whole: the budget is a call's own, and so are windows. */
static void a_step_that_failed_leaves_the_next_one_its_budget(void **state) {
  bench b;
  (void)state;
  assert_int_equal(bench_open(&b, ENV("", "lane.count = 0",
                                      "lane.count = lane.count + 1 if lane.count == 1 then while true do end end\n"
                                      "for i = 1, 100000 do facts.win = i end")),
                   BAUD_OK);
  assert_int_equal(bench_call(&b, b.ops->reset), BAUD_OK);
  assert_int_equal(bench_call(&b, b.ops->step), BAUD_EBUG);
  assert_int_equal(bench_call(&b, b.ops->step), BAUD_OK);
  assert_true(b.win == 100000.0f);
  bench_close(&b);
}

/* Lua's own order over texts differs from process to process. */
static void pairs_goes_in_the_order_of_the_keys(void **state) {
  bench b;
  (void)state;
  assert_int_equal(bench_open(&b, ENV("", "",
                                      "local s = '' for k in pairs { pear = 1, fig = 2, apple = 3, [2] = 4, [1] = 5 } "
                                      "do s = s .. k .. ' ' end error(s)")),
                   BAUD_OK);
  assert_int_equal(bench_call(&b, b.ops->step), BAUD_EBUG);
  assert_string_equal(sentence, "x.lua:8: 1 2 apple fig pear ");
  bench_close(&b);
}

/* ---- Instances that are not made ----------------------------------------------------------------------------------
 */

#define MADE(form)                                                                                                     \
  HEAD "return plugin.environment { " NAMED                                                                            \
       "reset = function() end, step = function() end,\ncreate = function() " form " end }"
#define PLAIN "action = { name = 'a', categories = 2 }, facts = { { name = 'f', roles = 'reward' } }"

static void each_mistake_in_what_create_returns_is_told_with_its_line(void **state) {
  static const struct {
    const char *text, *wanted;
  } cases[] = {
      {MADE(""), "x.lua:3: create's result is nil; it must be a table"},
      {MADE("return { " PLAIN ", obsevations = {} }"),
       "x.lua:3: create's result has nothing called \"obsevations\" (did you mean \"observations\"?)"},
      {MADE("return { facts = { { name = 'f' } } }"), "x.lua:3: action is nil; it must be a table"},
      {MADE("return { action = { name = 'a', categories = 2 } }"), "x.lua:3: create gives no facts"},
      {MADE("return { " PLAIN ", observations = { { categories = 2 } } }"),
       "x.lua:3: an observation.name is missing; it takes a text"},
      {MADE("return { " PLAIN ", observations = { { name = 'o', categories = 0 } } }"),
       "an observation.categories is 0; it takes a whole number from 1"},
      {MADE("return { " PLAIN ", observations = { { name = 'o', categories = 300, type = 'u8' } } }"),
       "a u8 has 256 categories at most"},
      {MADE("return { " PLAIN ", observations = { { name = 'o', categories = 3, type = 'f32' } } }"),
       "x.lua:3: an observation.type is \"f32\""},
      {MADE("return { " PLAIN ", observations = { { name = 'o', low = 1, high = 0 } } }"),
       "an observation.high is 0; it takes a number from 1.0"},
      {MADE("return { " PLAIN ", observations = { { name = 'o', categories = 2, shape = { 2, 0 } } } }"),
       "an observation.shape is 0; it takes a list of sizes"},
      {MADE("return { action = { name = 'a', categories = 2 }, facts = { { name = 'f', roles = 'rewards' } } }"),
       "a fact.roles is \"rewards\" (did you mean \"reward\"?)"},
      {MADE("return { " PLAIN ", max_steps = -1 }"), "create.max_steps is -1; it takes a whole number from 0"},
      {MADE("return { " PLAIN ", lane = { n = 'int' } }"),
       "x.lua:3: lane.n: there is no type \"int\"; there are flag, u8, i32, u64, f32, f64"},
      {MADE("return { " PLAIN ", lane = { n = { 'i32', -1 } } }"),
       "lane.n: { type, count } takes a whole number from 0"},
      {MADE("return { " PLAIN ", lane = { random = 'u64' } }"), "lane.random is there already"},
      {MADE("return { " PLAIN ", world = { w = 'f64' } }"), "create.entropy_bits is missing"},
      {MADE("return { " PLAIN ", world = { w = 'f64' }, entropy_bits = 1 }"),
       "create gives a world, and there is no draw that fills it in"},
      {MADE("return { " PLAIN ", quiz = { items = 1, answers = 2 } }"),
       "create gives a quiz, and there is no quiz(self, world, index) that asks"},
      {MADE("local x = nil + 1"), "x.lua:3: attempt to perform arithmetic on a nil value"},
      {MADE("while true do end"), "x.lua:3: the plugin ran too long"},
  };
  (void)state;
  for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
    bench b;
    int32_t code = bench_open(&b, cases[i].text);
    if (code != BAUD_EBUG || !strstr(sentence, cases[i].wanted))
      fail_msg("case %zu: %d, wanted \"%s\": %s", i, code, cases[i].wanted, sentence);
    bench_close(&b);
  }
}

static void to_refuse_parameters_is_no_mistake(void **state) {
  bench b;
  (void)state;
  assert_int_equal(bench_open(&b, MADE("plugin.refuse('%d is too many', 7)")), BAUD_EARG);
  assert_string_equal(sentence, "x.lua:3: 7 is too many");
  bench_close(&b);
}

/* ---- Trials that fail ----------------------------------------------------------------------------------------------
 */

#define SCHEME(rest)                                                                                                   \
  REWARD("create = function(p, setup) return { view = { fact = setup.fact 'outcome' } } end, score = function(self, "  \
         "lane, step)\n" rest " end")
#define LEARNER(form, rest)                                                                                            \
  HEAD "return plugin.learner { " NAMED "create = function(p, setup)\nreturn { " form " } end, " rest " }"
#define WEIGHT "subscribes = { 'reward' }, blocks = { { name = 'q', role = 'weight', count = 2 } }"

/* An environment with a world whose observer and quiz are as told. */
#define WATCHED(observer, quiz)                                                                                        \
  HEAD "return plugin.environment { " NAMED                                                                            \
       "create = function() return { observations = { { name = 'o', categories = 2 } },\n"                             \
       "action = { name = 'a', categories = 2 }, facts = { { name = 'f', roles = { 'reward', 'outcome' }, values = { " \
       "0, 1 } } }, max_steps = 2,\n"                                                                                  \
       "world = { w = 'flag' }, lane = { n = 'i32' }, entropy_bits = 1, observer = { belief = { p = 'f64' } }, quiz "  \
       "= { items = 1, answers = 2 } } end,\n"                                                                         \
       "draw = function() end, reset = function(self, lane) lane.n = 0 end,\n"                                         \
       "step = function(self, lane) lane.n = lane.n + 1 return lane.n == 2 end,\n"                                     \
       "observer = { noiseless = true, supports = function() return true end, surprise = function(self, belief, "      \
       "event)\n" observer "\nend },\n"                                                                                \
       "quiz = function(self, world, index)\n" quiz "\nend }"
#define ITEM "return { kind = 'fact', asks = 'action', channel = 'reward', truth = { 1, 0 }, prior = { .5, .5 } }"

static void each_failure_of_a_trial_names_the_plugin_the_call_and_the_line(void **state) {
  static const struct {
    const char *text, *env, *reward, *learner, *wanted;
  } cases[] = {
      {SCHEME("return nil"), "baud.lockbox", "test.x", "baud.random",
       "reward test.x in score: x.lua:2: score returned nil; it returns the reward, a finite number"},
      {SCHEME("return 0/0"), "baud.lockbox", "test.x", "baud.random", "nan; it returns the reward, a finite number"},
      {SCHEME("return 1e300"), "baud.lockbox", "test.x", "baud.random",
       "score returned 1e+300; it returns the reward, a finite number"},
      {SCHEME("return '1'"), "baud.lockbox", "test.x", "baud.random", "score returned 1; it returns the reward"},
      {SCHEME("return 0.5"), "baud.lockbox", "test.x", "baud.random",
       "the reward scheme delivered 0.5 where its declared view says 0"},
      {SCHEME("step.facts.success = 1"), "baud.lockbox", "test.x", "baud.random",
       "x.lua:3: facts.success is read-only here"},
      {SCHEME("return step.facts.nothing"), "baud.lockbox", "test.x", "baud.random",
       "x.lua:3: facts has no field \"nothing\""},
      {SCHEME("while true do end"), "baud.lockbox", "test.x", "baud.random",
       "reward test.x in score: x.lua:3: the plugin ran too long"},
      {REWARD("create = function(p, setup) setup.fact 'glory' end, score = function() end"), "baud.lockbox", "test.x",
       "baud.random",
       "reward test.x in create: x.lua:2: the environment has no fact \"glory\" to make a reward of; it has success"},
      {REWARD("create = function(p, setup) return { view = { fact = 'success', flipp = 0.1 } } end, score = function() "
              "end"),
       "baud.lockbox", "test.x", "baud.random", "x.lua:2: view has nothing called \"flipp\" (did you mean \"flip\"?)"},
      {REWARD(
           "create = function(p, setup) return { view = { fact = 'success', flip = 2 } } end, score = function() end"),
       "baud.lockbox", "test.x", "baud.random", "x.lua:2: view.flip is 2; it takes a number from 0.0 to 1.0"},
      {LEARNER("", "predict = function() end"), "baud.lockbox", "baud.outcome", "test.x",
       "learner test.x in predict: x.lua:3: predict left a policy whose probabilities sum to 0.0, not to 1"},
      {LEARNER("", "predict = function(self, blocks, tick, policy) policy[1] = -1 end"), "baud.lockbox", "baud.outcome",
       "test.x", "x.lua:3: policy is to be -1; it takes a number from 0.0 to inf"},
      {LEARNER(WEIGHT, "predict = function(self, blocks, tick, policy) blocks.q[1] = 1 end"), "baud.lockbox",
       "baud.outcome", "test.x", "x.lua:3: blocks.q is read-only here"},
      {LEARNER(WEIGHT, "predict = function(self, blocks, tick, policy) policy[1] = 1 end, learn = function(self, "
                       "blocks, outcome) local x = outcome.reward .. outcome.obs[1] end"),
       "baud.lockbox", "baud.outcome", "test.x",
       "learner test.x in learn: x.lua:3: attempt to index a nil value (field 'obs')"},
      {LEARNER("subscribes = 'demonstration'", "predict = function() end"), "baud.lockbox", "baud.outcome", "test.x",
       "learner test.x in create: x.lua:2: it subscribes to the demonstration channel, which this experiment does not "
       "let through: add \"demonstration\" to its channels"},
      {LEARNER("answers = 'reward'", "predict = function() end"), "baud.lockbox", "baud.outcome", "test.x",
       "there is no expect(self, blocks, tick, action, answers)"},
      {LEARNER("answers = 'reward'", "predict = function(self, blocks, tick, policy) policy[1] = 1 end, expect = "
                                     "function(self, blocks, tick, action, answers) answers.reward[1] = .4 end"),
       "baud.lockbox", "baud.outcome", "test.x", "its probabilities of the reward sum to 0.4, not to 1"},
      {WATCHED("return 'much'", ITEM), "test.x", "baud.outcome", "baud.random",
       "x.lua:7: the observer returned much for the bits of the observation"},
      {WATCHED("belief.q = 1", ITEM), "test.x", "baud.outcome", "baud.random", "environment test.x in observer: "},
      {WATCHED("belief.q = 1", ITEM), "test.x", "baud.outcome", "baud.random", "x.lua:8: belief has no field \"q\""},
      {WATCHED("return 0, 0/0", ITEM), "test.x", "baud.outcome", "baud.random", "for the bits of the reward"},
      {WATCHED("", "return { kind = 'fakt' }"), "test.x", "baud.outcome", "baud.random",
       "x.lua:10: item.kind is \"fakt\" (did you mean \"fact\"?)"},
      {WATCHED("", "return 1"), "test.x", "baud.outcome", "baud.random", "x.lua:10: item is 1; it must be a table"},
      {WATCHED("", "return { kind = 'fact', asks = 'action', channel = 'reward', truth = { 1, 0 }, prior = { 1 } }"),
       "test.x", "baud.outcome", "baud.random",
       "environment test.x in quiz: quiz item 0 could not be made: x.lua:10: item.truth has 2 answers and item.prior "
       "1: one for each answer, please"},
      {WATCHED("", "return { kind = 'fact', asks = 'action', channel = 'reward', truth = { 1, 0 }, prior = { .5, .5 }, "
                   "obs = { p = 1 } }"),
       "test.x", "baud.outcome", "baud.random", "x.lua:10: obs has nothing called \"p\""},
      {WATCHED("", "return { kind = 'fact', asks = 'action', channel = 'reward', truth = { 1, 0 }, prior = { .5, .5 }, "
                   "obs = { o = 2 } }"),
       "test.x", "baud.outcome", "baud.random", "x.lua:10: obs.o is to be 2; it takes a whole number from 0 to 1"},
      {LEARNER("blocks = { { name = 'q' } }", "predict = function() end"), "baud.lockbox", "baud.outcome", "test.x",
       "block \"q\" has no role"},
      {LEARNER("blocks = { { name = 'q', role = 'weights' } }", "predict = function() end"), "baud.lockbox",
       "baud.outcome", "test.x", "a block.role is \"weights\" (did you mean \"weight\"?)"},
  };
  (void)state;
  for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
    char json[400];
    trial *t = NULL;
    write_file("x.lua", cases[i].text);
    registry *r = open_file("x.lua");
    (void)unit_of(r, "test.x");
    snprintf(json, sizeof json,
             "{\"env\":{\"id\":\"%s\"},\"reward\":{\"id\":\"%s\"},\"learner\":{\"id\":\"%s\"},\"score\":{\"answers\":1}"
             ",\"stop\":{\"episodes\":200}}",
             cases[i].env, cases[i].reward, cases[i].learner);
    int code = trial_open(&t, r, json, 1, &error);
    while (code == TRIAL_RUNNING) {
      code = trial_advance(t, 100, 100, &error);
      trial_drain(t);
    }
    if (code >= 0 || !strstr(error.text, cases[i].wanted))
      fail_msg("case %zu: %d, wanted \"%s\": %s", i, code, cases[i].wanted, error.text);
    trial_close(t);
    registry_free(r);
  }
}

int main(void) {
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(each_mistake_in_a_step_ends_it_with_the_line_and_a_sentence),
      cmocka_unit_test(an_action_that_there_is_not_is_refused_before_lua_sees_it),
      cmocka_unit_test(a_step_that_failed_leaves_the_next_one_its_budget),
      cmocka_unit_test(pairs_goes_in_the_order_of_the_keys),
      cmocka_unit_test(each_mistake_in_what_create_returns_is_told_with_its_line),
      cmocka_unit_test(to_refuse_parameters_is_no_mistake),
      cmocka_unit_test(each_failure_of_a_trial_names_the_plugin_the_call_and_the_line),
  };
  return cmocka_run_group_tests(tests, set_up, tear_down);
}
