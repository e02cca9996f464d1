/* test_config.c - a trial's configuration read into a struct: defaults, everything given, and one sentence for each
 * way in which it can be wrong. Uses shipped plugins, since a configuration names some.
 */
#include "../test.h"

#include "loop/config.h"

static registry *plugins;

#define UNITS                                                                                                    \
  "\"env\":{\"id\":\"baud.lockbox\"},\"reward\":{\"id\":\"baud.outcome\"},\"learner\":{\"id\":\"baud.random\"}"
#define STOP "\"stop\":{\"episodes\":1}"

static void read_good(config *c, const char *json) {
  baud_error error = {0};
  if (config_read(c, plugins, json, &error) != 0) fail_msg("%s\n%s", json, error.text);
}

static void what_is_not_given_has_its_default(void **state) {
  (void)state;
  config c;
  read_good(&c, "{" UNITS "," STOP "}");
  assert_int_equal(c.channels, 7);
  assert_false(c.has_demonstrator);
  assert_int_equal(c.lanes, 1);
  assert_int_equal(c.limit, 0);
  assert_false(c.is_evaluation);
  assert_int_equal(c.answer_rate, RATE_DEFAULT);
  assert_int_equal(c.quiz_rate, RATE_DEFAULT);
  assert_true(c.has_observers);
  assert_int_equal(c.stop_episodes, 1);
  assert_int_equal(c.stop_steps, 0);
  assert_true(c.stop_seconds == 0.0);
  assert_string_equal(c.env.plugin->unit->id, "baud.lockbox");
  assert_string_equal(c.reward.plugin->unit->id, "baud.outcome");
  assert_string_equal(c.learner.plugin->unit->id, "baud.random");
  for (uint32_t i = 0; i < c.env.plugin->unit->n_params; i++) /* every parameter of every unit is filled in */
    assert_memory_equal(&c.env.values[i], &c.env.plugin->unit->params[i].def, sizeof(baud_value));
  config_clear(&c);
}

static void everything_given_is_read(void **state) {
  (void)state;
  config c;
  read_good(&c, "{" UNITS ",\"channels\":[\"reward\",\"demonstration\"],"
                "\"demonstrator\":{\"competence\":0.75},\"lanes\":65536,\"limit\":250,"
                "\"mode\":\"evaluate\",\"score\":{\"answers\":5,\"quiz\":0,\"observers\":0,"
                "\"reference\":\"mixture\",\"bin\":0.25,\"probe\":-1,\"probe_steps\":77},"
                "\"stop\":{\"episodes\":9000000000,\"steps\":12,\"seconds\":1.5}}");
  assert_int_equal(c.channels, BAUD_MASK(BAUD_CH_REWARD) | BAUD_MASK(BAUD_CH_DEMONSTRATION));
  assert_true(c.has_demonstrator);
  assert_true(c.competence == 0.75);
  assert_int_equal(c.lanes, 65536);
  assert_int_equal(c.limit, 250);
  assert_true(c.is_evaluation);
  assert_int_equal(c.answer_rate, 5);
  assert_int_equal(c.quiz_rate, RATE_NEVER);
  assert_false(c.has_observers);
  assert_true(c.has_mixture && c.bin == 0.25);
  assert_int_equal(c.probe_rate, RATE_DEFAULT);
  assert_int_equal(c.probe_steps, 77);
  assert_int_equal(c.stop_episodes, 9000000000);
  assert_int_equal(c.stop_steps, 12);
  assert_true(c.stop_seconds == 1.5);
  config_clear(&c);
}

static void nothing_is_compared_or_probed_that_was_not_asked_for(void **state) {
  (void)state;
  config c;
  read_good(&c, "{" UNITS "," STOP "}");
  assert_true(!c.has_mixture && c.bin == 0.0);
  assert_int_equal(c.probe_rate, RATE_NEVER);
  assert_int_equal(c.probe_steps, PROBE_STEPS);
  config_clear(&c);
  read_good(&c, "{" UNITS "," STOP ",\"score\":{\"reference\":\"uniform\"}}");
  assert_false(c.has_mixture);
  config_clear(&c);
}

static void a_demonstrator_is_competent_unless_it_is_said_how_much(void **state) {
  (void)state;
  config c;
  read_good(&c, "{" UNITS "," STOP ",\"demonstrator\":{}}");
  assert_true(c.has_demonstrator && c.competence == 1.0);
  config_clear(&c);
  read_good(&c, "{" UNITS "," STOP ",\"demonstrator\":null}");
  assert_false(c.has_demonstrator);
  config_clear(&c);
}

static void an_empty_list_of_channels_lets_nothing_through(void **state) {
  (void)state;
  config c;
  read_good(&c, "{" UNITS "," STOP ",\"channels\":[]}");
  assert_int_equal(c.channels, 0);
  config_clear(&c);
}

static const baud_value *value_of(const config_unit *unit, const char *key) {
  for (uint32_t i = 0; i < unit->plugin->unit->n_params; i++)
    if (strcmp(unit->plugin->unit->params[i].key, key) == 0) return &unit->values[i];
  fail_msg("%s has no parameter %s", unit->plugin->unit->id, key);
  return NULL;
}

static void parameters_go_to_their_units_and_texts_live_as_long_as_the_config(void **state) {
  (void)state;
  config c;
  char json[] = "{\"env\":{\"id\":\"lockbox\",\"params\":{\"codes\":17}},"
                "\"reward\":{\"id\":\"flipped\",\"params\":{\"epsilon\":0.25}},"
                "\"learner\":{\"id\":\"scripted\",\"params\":{\"actions\":\"3 1 2\"}}," STOP "}";
  read_good(&c, json);
  memset(json, 'x', sizeof json - 1);
  assert_int_equal(value_of(&c.env, "codes")->i, 17);
  assert_true(value_of(&c.reward, "epsilon")->f == 0.25);
  assert_string_equal(value_of(&c.learner, "actions")->s, "3 1 2");
  config_clear(&c);
}

static void a_plan_made_with_this_behaviour_is_taken_and_with_another_refused(void **state) {
  (void)state;
  config c;
  char json[400];
  baud_error error = {0};
  const plugin *lockbox = NULL;
  assert_int_equal(registry_find(plugins, BAUD_ENV, "baud.lockbox", &lockbox, &error), 0);
  for (uint32_t ahead = 0; ahead < 2; ahead++) {
    snprintf(json, sizeof json, "{\"env\":{\"id\":\"baud.lockbox\",\"behaviour\":%u},"
                                "\"reward\":{\"id\":\"baud.outcome\"},\"learner\":{\"id\":\"baud.random\"}," STOP "}",
             lockbox->unit->behaviour + ahead);
    assert_int_equal(config_read(&c, plugins, json, &error), ahead ? BAUD_EPLUGIN : 0);
    config_clear(&c);
  }
  assert_non_null(strstr(error.text, "results would not compare; make the plan anew"));
}

static void what_does_not_fit_is_refused_with_a_reason(void **state) {
  static const struct { const char *json, *reason; } bad[] = {
      {"", "not a JSON object"},
      {"7", "not a JSON object"},
      {"[]", "not a JSON object"},
      {"{" UNITS "," STOP, "not a JSON object"}, /* cut short */
      {"{}", "\"env\" names no plugin"},
      {"{\"env\":7}", "\"env\" names no plugin"},
      {"{\"env\":{\"id\":7}}", "\"env\" names no plugin"},
      {"{\"env\":{\"id\":\"lockbox\"}}", "\"reward\" names no plugin"},
      {"{\"env\":{\"id\":\"lockbox\"},\"reward\":{\"id\":\"outcome\"}}", "\"learner\" names no plugin"},
      {"{\"env\":{\"id\":\"outcome\"}}", "no environment \"outcome\""}, /* that is a reward scheme */
      {"{\"env\":{\"id\":\"lockbox\",\"params\":{\"codes\":1}}}", "\"codes\" is 1; it takes a whole number from 2"},
      {"{\"env\":{\"id\":\"lockbox\",\"params\":[3]}}", "parameters go by name"},
      {"{" UNITS "," STOP ",\"channels\":[\"rewards\"]}",
       "channels are \"observation\", \"reward\", \"demonstration\""},
      {"{" UNITS "," STOP ",\"channels\":[1]}", "channels are"},
      {"{" UNITS "," STOP ",\"lanes\":0}", "\"lanes\" must be a number from 1 to 65536"},
      {"{" UNITS "," STOP ",\"lanes\":65537}", "\"lanes\" must be a number"},
      {"{" UNITS "," STOP ",\"lanes\":\"4\"}", "\"lanes\" must be a number"},
      {"{" UNITS "," STOP ",\"lanes\":1e999}", "\"lanes\" must be a number"},
      {"{" UNITS "," STOP ",\"limit\":-1}", "\"limit\" must be a number from 0"},
      {"{" UNITS "," STOP ",\"limit\":5e9}", "\"limit\" must be a number from 0"},
      {"{" UNITS "," STOP ",\"score\":{\"answers\":-2}}", "\"answers\" must be a number from -1"},
      {"{" UNITS "," STOP ",\"score\":{\"quiz\":true}}", "\"quiz\" must be a number from -1"},
      {"{" UNITS "," STOP ",\"score\":{\"observers\":2}}", "\"observers\" must be a number from 0 to 1"},
      {"{" UNITS "," STOP ",\"score\":{\"reference\":\"kt\"}}", "\"reference\" is \"uniform\" or \"mixture\""},
      {"{" UNITS "," STOP ",\"score\":{\"reference\":1}}", "\"reference\" is"},
      {"{" UNITS "," STOP ",\"score\":{\"bin\":-1}}", "\"bin\" must be a number from 0"},
      {"{" UNITS "," STOP ",\"score\":{\"probe\":0.5}}", "\"probe\" must be a whole number"},
      {"{" UNITS "," STOP ",\"score\":{\"probe_steps\":0}}", "\"probe_steps\" must be a number from 1"},
      {"{" UNITS "," STOP ",\"demonstrator\":{\"competence\":1.01}}", "\"competence\" must be a number from 0 to 1"},
      {"{" UNITS ",\"stop\":{\"episodes\":-1}}", "\"episodes\" must be a number from 0"},
      {"{" UNITS ",\"stop\":{\"steps\":1e16}}", "\"steps\" must be a number from 0"},
      {"{" UNITS ",\"stop\":{\"seconds\":\"1\"}}", "\"seconds\" must be a number from 0"},
      {"{" UNITS "}", "would never end"},
      {"{" UNITS ",\"stop\":{}}", "would never end"},
      {"{" UNITS ",\"stop\":{\"episodes\":0,\"steps\":0,\"seconds\":0}}", "would never end"},
  };
  (void)state;
  for (size_t i = 0; i < sizeof bad / sizeof *bad; i++) {
    config c;
    baud_error error = {0};
    if (config_read(&c, plugins, bad[i].json, &error) >= 0) fail_msg("accepted: %s", bad[i].json);
    if (!strstr(error.text, bad[i].reason))
      fail_msg("%s\nwanted \"%s\" in: %s", bad[i].json, bad[i].reason, error.text);
    assert_true(error.code < 0);
    config_clear(&c);
  }
}

static void each_way_to_end_is_enough(void **state) {
  static const char *const stops[] = {"{\"episodes\":1}", "{\"steps\":1}", "{\"seconds\":0.001}"};
  (void)state;
  for (size_t i = 0; i < 3; i++) {
    config c;
    char json[400];
    snprintf(json, sizeof json, "{" UNITS ",\"stop\":%s}", stops[i]);
    read_good(&c, json);
    config_clear(&c);
  }
}

static void clearing_leaves_nothing_and_may_be_done_twice(void **state) {
  static const config nothing;
  (void)state;
  config c;
  read_good(&c, "{" UNITS "," STOP "}");
  config_clear(&c);
  assert_null(c.json);
  assert_null(c.env.values);
  config_clear(&c);
  assert_memory_equal(&c.env, &nothing.env, sizeof c.env);
}

static void a_rate_scores_every_so_many_episodes_from_the_first(void **state) {
  (void)state;
  for (int64_t rate = 1; rate < 20; rate++)
    for (uint64_t e = 0; e < 200; e++) assert_int_equal(config_is_due(rate, e), e % (uint64_t)rate == 0);
  for (uint64_t e = 0; e < 200; e++) assert_false(config_is_due(RATE_NEVER, e));
}

/* Up to 2^63: of octave [2^k, 2^(k+1)) the sixteen multiples of 2^(k-4). */
static void the_default_rate_takes_sixteen_evenly_of_every_octave(void **state) {
  (void)state;
  for (uint64_t e = 0; e < 32; e++) assert_true(config_is_due(RATE_DEFAULT, e));
  for (unsigned k = 5; k < 64; k++) {
    uint64_t begin = UINT64_C(1) << k, apart = UINT64_C(1) << (k - 4);
    for (uint64_t i = 0; i < 16; i++) {
      assert_true(config_is_due(RATE_DEFAULT, begin + i * apart));
      assert_false(config_is_due(RATE_DEFAULT, begin + i * apart + 1));
      assert_false(config_is_due(RATE_DEFAULT, begin + i * apart + apart / 2));
      assert_false(config_is_due(RATE_DEFAULT, begin + i * apart + apart - 1));
    }
  }
}

int main(void) {
  baud_error error = {0};
  if (registry_open(&plugins, &error) != 0) return fprintf(stderr, "%s\n", error.text), 1;
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(what_is_not_given_has_its_default),
      cmocka_unit_test(everything_given_is_read),
      cmocka_unit_test(nothing_is_compared_or_probed_that_was_not_asked_for),
      cmocka_unit_test(a_demonstrator_is_competent_unless_it_is_said_how_much),
      cmocka_unit_test(an_empty_list_of_channels_lets_nothing_through),
      cmocka_unit_test(parameters_go_to_their_units_and_texts_live_as_long_as_the_config),
      cmocka_unit_test(a_plan_made_with_this_behaviour_is_taken_and_with_another_refused),
      cmocka_unit_test(what_does_not_fit_is_refused_with_a_reason),
      cmocka_unit_test(each_way_to_end_is_enough),
      cmocka_unit_test(clearing_leaves_nothing_and_may_be_done_twice),
      cmocka_unit_test(a_rate_scores_every_so_many_episodes_from_the_first),
      cmocka_unit_test(the_default_rate_takes_sixteen_evenly_of_every_octave),
  };
  int failed = cmocka_run_group_tests(tests, NULL, NULL);
  registry_free(plugins);
  return failed;
}
