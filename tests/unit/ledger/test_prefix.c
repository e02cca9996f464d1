/* test_prefix.c - quiz items that have a prefix, put to a learner that knows where it is by remembering
 * (tests/plugins/recall.c): read first, in order, on the copy, for any number of lanes.
 */
#include "../test.h"

#include "registry.h"
#include "trial.h"

static registry *plugins;

typedef struct result {
  int code;
  double known, wiped, useful, success;
  char why[1000];
} result;

static result run(const char *env_params, const char *learner, const char *rest) {
  char json[700];
  result r = {0};
  trial *t = NULL;
  baud_error error = {0};
  snprintf(json, sizeof json,
           "{\"env\":{\"id\":\"test.cues\",\"params\":{%s}},\"reward\":{\"id\":\"baud.dense\"},\"learner\":{\"id\":\"%s\"},"
           "\"stop\":{\"episodes\":200},\"score\":{\"answers\":1,\"quiz\":1}%s}",
           env_params, learner, rest);
  r.code = trial_open(&t, plugins, json, 3, &error);
  while (r.code == 0) {
    r.code = trial_advance(t, 512, 1000000, &error);
    trial_drain(t);
  }
  if (r.code == TRIAL_DONE) {
    r.known = trial_last(t)[FIGURE_KNOWN];
    r.wiped = trial_last(t)[FIGURE_KNOWN_WIPED];
    r.useful = trial_totals(t)[FIGURE_USEFUL];
    r.success = trial_totals(t)[FIGURE_SUCCESS] / 200.0;
  }
  snprintf(r.why, sizeof r.why, "%s", error.text);
  trial_close(t);
  return r;
}

static const double all = 4 * 0.97085365434048343; /* four cues, log2 (.98 / .5) each */

static void what_hangs_on_the_way_is_known_when_the_way_is_read_first(void **state) {
  (void)state;
  static const char *const lanes[] = {"", ",\"lanes\":2", ",\"lanes\":3", ",\"lanes\":4", ",\"lanes\":7"};
  for (size_t k = 0; k < sizeof lanes / sizeof *lanes; k++) {
    result r = run("", "test.recall", lanes[k]);
    if (r.code != TRIAL_DONE) fail_msg("%s", r.why);
    assert_close(r.known, all, 1e-4);
    assert_close(r.wiped, all, 1e-4); /* the cues are in its weights; memory is where it stands */
    assert_close(r.useful, all, 1e-4);
    assert_true(r.success > 0.85);
  }
}

static void a_way_of_any_length_is_read_to_its_end(void **state) {
  (void)state;
  static const char *const delays[] = {"\"delay\":0", "\"delay\":1", "\"delay\":20"};
  for (size_t k = 0; k < 3; k++) {
    result r = run(delays[k], "test.recall", ",\"lanes\":3");
    if (r.code != TRIAL_DONE) fail_msg("%s", r.why);
    assert_close(r.known, all, 1e-4);
  }
}

static void asked_cold_it_can_say_nothing_though_it_plays_well(void **state) {
  (void)state;
  result r = run("\"prefix\":false", "test.recall", "");
  assert_int_equal(r.code, TRIAL_DONE);
  assert_close(r.known, 0.0, 1e-9);
  assert_true(r.success > 0.85);
}

static void learners_without_memory_are_asked_as_ever(void **state) {
  (void)state;
  result with = run("", "baud.reinforce", ""), without = run("\"prefix\":false", "baud.reinforce", "");
  assert_int_equal(with.code, TRIAL_DONE);
  assert_int_equal(without.code, TRIAL_DONE);
  assert_true(with.known == without.known);
}

static void a_prefix_that_cannot_be_is_refused(void **state) {
  (void)state;
  static const struct { const char *fault, *why; } cases[] = {
      {"length", "quiz item 2 has n_prefix 23, where 0 to 22 are possible"},
      {"observation", "quiz item 2: in its prefix \"sight\" is 6 of 6"},
      {"action", "quiz item 2: in its prefix \"arm\" is 2 of 2"},
      {"reward", "quiz item 2: in its prefix a reward is inf"}};
  for (size_t k = 0; k < sizeof cases / sizeof *cases; k++) {
    char params[60];
    snprintf(params, sizeof params, "\"fault\":\"%s\"", cases[k].fault);
    result r = run(params, "test.recall", "");
    assert_int_equal(r.code, BAUD_EPLUGIN);
    if (!strstr(r.why, cases[k].why)) fail_msg("wanted \"%s\" in: %s", cases[k].why, r.why);
    assert_non_null(strstr(r.why, "environment test.cues in quiz"));
  }
}

static int open_plugins(void **state) {
  baud_error error = {0};
  (void)state;
  return registry_open(&plugins, &error);
}
static int close_plugins(void **state) {
  (void)state;
  registry_free(plugins);
  return 0;
}

int main(void) {
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(what_hangs_on_the_way_is_known_when_the_way_is_read_first),
      cmocka_unit_test(a_way_of_any_length_is_read_to_its_end),
      cmocka_unit_test(asked_cold_it_can_say_nothing_though_it_plays_well),
      cmocka_unit_test(learners_without_memory_are_asked_as_ever),
      cmocka_unit_test(a_prefix_that_cannot_be_is_refused),
  };
  return cmocka_run_group_tests(tests, open_plugins, close_plugins);
}
