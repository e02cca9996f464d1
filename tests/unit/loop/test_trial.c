/* test_trial.c - the trial loop through real plugins: what a configuration and a seed decide, and what they must not
 * depend on; rates; checkpoints; the second of two observers.
 */
#include "../test.h"

#include <unistd.h>

#include "loop/config.h"
#include "registry.h"
#include "trial.h"

static registry *plugins;

enum { EPISODES = 300 };
typedef struct record {
  uint32_t n;
  uint64_t measured;
  float figure[FIGURES][EPISODES];
} record;

static const char *describe(const char *env, const char *reward, const char *learner, const char *rest) {
  static char json[1200];
  snprintf(json, sizeof json, "{\"env\":%s,\"reward\":%s,\"learner\":%s,%s}", env, reward, learner, rest);
  return json;
}
#define UNIT(id, params) "{\"id\":\"baud." id "\",\"params\":" params "}"

/* Runs a trial in slices of `slice` episodes and `ticks` ticks. */
static void run(record *out, const char *json, uint64_t seed, uint32_t slice, uint64_t ticks) {
  trial *t;
  baud_error error = {0};
  memset(out, 0, sizeof *out);
  if (trial_open(&t, plugins, json, seed, &error) != 0) fail_msg("%s", error.text);
  for (int code = TRIAL_RUNNING; code == TRIAL_RUNNING;) {
    code = trial_advance(t, slice, ticks, &error);
    if (code < 0) fail_msg("%s", error.text);
    const trial_columns *c = trial_drain(t);
    assert_int_equal(c->first_episode, out->n);
    out->measured = c->measured;
    for (uint32_t i = 0; i < c->n && out->n < EPISODES; i++, out->n++)
      for (uint32_t f = 0; f < FIGURES; f++)
        if (c->measured >> f & 1u) out->figure[f][out->n] = c->figure[f][i];
  }
  trial_close(t);
}

static record one, two;

static const char *maze_run(void) {
  return describe(UNIT("maze", "{}"), UNIT("dense", "{}"), UNIT("dyna_q", "{}"), "\"stop\":{\"episodes\":60},\"score\":{\"answers\":1,\"quiz\":1}");
}

static void equal_seeds_give_equal_bits(void **state) {
  (void)state;
  run(&one, maze_run(), 3, 1024, UINT64_MAX);
  run(&two, maze_run(), 3, 1024, UINT64_MAX);
  assert_memory_equal(&one, &two, sizeof one);
}

static void how_a_trial_is_sliced_leaves_no_trace(void **state) {
  (void)state;
  run(&one, maze_run(), 3, 1024, UINT64_MAX);
  run(&two, maze_run(), 3, 1, 7);
  assert_memory_equal(&one, &two, sizeof one);
}

static void another_seed_is_another_world(void **state) {
  (void)state;
  run(&one, maze_run(), 3, 1024, UINT64_MAX);
  run(&two, maze_run(), 4, 1024, UINT64_MAX);
  assert_memory_not_equal(&one, &two, sizeof one);
}

static void scoring_changes_nothing_but_what_is_scored(void **state) {
  (void)state;
  run(&one, maze_run(), 3, 1024, UINT64_MAX);
  run(&two,
      describe(UNIT("maze", "{}"), UNIT("dense", "{}"), UNIT("dyna_q", "{}"),
               "\"stop\":{\"episodes\":60},\"score\":{\"answers\":0,\"quiz\":0}"),
      3, 1024, UINT64_MAX);
  assert_memory_equal(one.figure[FIGURE_RETURN], two.figure[FIGURE_RETURN], sizeof one.figure[0]);
  assert_memory_equal(one.figure[FIGURE_STEPS], two.figure[FIGURE_STEPS], sizeof one.figure[0]);
  assert_memory_equal(one.figure[FIGURE_RECEIVED_ALL], two.figure[FIGURE_RECEIVED_ALL], sizeof one.figure[0]);
}

/* Runs a trial with changes made after episode 20, in pairs of key and value. */
static void run_changed(record *out, const char *json, const char *const *changes) {
  trial *t;
  baud_error error = {0};
  char what[300];
  memset(out, 0, sizeof *out);
  if (trial_open(&t, plugins, json, 3, &error) != 0) fail_msg("%s", error.text);
  for (int code = TRIAL_RUNNING; code == TRIAL_RUNNING;) {
    code = trial_advance(t, out->n < 20 ? 20 : 1024, UINT64_MAX, &error);
    if (code < 0) fail_msg("%s", error.text);
    const trial_columns *c = trial_drain(t);
    out->measured = c->measured;
    for (uint32_t i = 0; i < c->n && out->n < EPISODES; i++, out->n++)
      for (uint32_t f = 0; f < FIGURES; f++)
        if (c->measured >> f & 1u) out->figure[f][out->n] = c->figure[f][i];
    for (; out->n == 20 && *changes; changes += 2)
      if (trial_change(t, changes[0], changes[1], what, sizeof what, &error) != 0) fail_msg("%s", error.text);
  }
  trial_close(t);
}

static void a_live_parameter_changes_what_follows_and_back_again_nothing(void **state) {
  (void)state;
  static const char *const there[] = {"learner.lr", "0.5", NULL}, *const and_back[] = {"learner.lr", "0.5", "learner.lr", "0.1", NULL};
  run(&one, maze_run(), 3, 1024, UINT64_MAX);
  run_changed(&two, maze_run(), and_back);
  assert_memory_equal(&one, &two, sizeof one);
  run_changed(&two, maze_run(), there);
  for (uint32_t f = 0; f < FIGURES; f++) assert_memory_equal(one.figure[f], two.figure[f], 20 * sizeof(float));
  assert_memory_not_equal(one.figure[FIGURE_STEPS], two.figure[FIGURE_STEPS], sizeof one.figure[0]);
}

static void another_rate_of_scoring_leaves_the_course_as_it_is(void **state) {
  (void)state;
  static const char *const rarely[] = {"score", "7", NULL};
  run(&one, maze_run(), 3, 1024, UINT64_MAX);
  run_changed(&two, maze_run(), rarely);
  assert_memory_equal(one.figure[FIGURE_STEPS], two.figure[FIGURE_STEPS], sizeof one.figure[0]);
  assert_memory_equal(one.figure[FIGURE_RETURN], two.figure[FIGURE_RETURN], sizeof one.figure[0]);
  assert_true(!isnan(two.figure[FIGURE_CODE_OBSERVATION][28]) && isnan(two.figure[FIGURE_CODE_OBSERVATION][29]));
}

static void a_world_is_the_same_for_every_learner(void **state) {
  (void)state;
  const char *rest = "\"stop\":{\"episodes\":20},\"score\":{\"answers\":0,\"quiz\":0}";
  run(&one, describe(UNIT("lockbox", "{\"codes\":4}"), UNIT("outcome", "{}"), UNIT("scripted", "{\"actions\":\"0,1,2,3\"}"), rest), 8, 1024,
      UINT64_MAX);
  run(&two, describe(UNIT("lockbox", "{\"codes\":4}"), UNIT("outcome", "{}"), UNIT("scripted", "{\"actions\":\"3,2,1,0\"}"), rest), 8, 1024,
      UINT64_MAX);
  for (int i = 0; i < 4; i++) assert_true(one.figure[FIGURE_SUCCESS][i] == two.figure[FIGURE_SUCCESS][3 - i]);
}

/* test_config.c has which episodes are due; of long ones not all of them are asked. */
static void answers_by_default_are_asked_for_a_sixteenth_of_many_steps(void **state) {
  (void)state;
  run(&one, describe(UNIT("lock", "{\"thinking\":1000}"), UNIT("outcome", "{}"), UNIT("dyna_q", "{\"planning\":0}"), "\"stop\":{\"episodes\":300}"), 3,
      1024, UINT64_MAX);
  double steps = 0.0, asked = 0.0;
  uint32_t n_due = 0, n_asked = 0;
  assert_int_equal(one.n, 300);
  for (uint32_t e = 0; e < one.n; e++) {
    int is_due = config_is_due(RATE_DEFAULT, e), is_asked = !isnan(one.figure[FIGURE_CODE_OBSERVATION][e]);
    assert_int_equal(is_asked, is_due && asked <= 20000.0 + floor(steps / 16.0));
    n_due += (uint32_t)is_due;
    n_asked += (uint32_t)is_asked;
    steps += (double)one.figure[FIGURE_STEPS][e];
    asked += is_asked ? (double)one.figure[FIGURE_STEPS][e] : 0.0;
  }
  assert_true(n_due > 80 && n_asked > 20 && n_asked < 50 && asked < 22000.0 + steps / 16.0);
}

/* Elimination: each wrong guess rules one code out, whatever the lane that made it. */
static void lanes_share_one_world_and_one_account(void **state) {
  (void)state;
  const char *rest = "\"lanes\":4,\"stop\":{\"episodes\":80},\"score\":{\"answers\":0,\"quiz\":1}";
  run(&one, describe(UNIT("lockbox", "{\"codes\":8}"), UNIT("outcome", "{}"), UNIT("posterior", "{}"), rest), 2, 1024, UINT64_MAX);
  double received = 0.0;
  for (uint32_t i = 0; i < one.n; i++) received += (double)one.figure[FIGURE_RECEIVED_ALL][i];
  assert_int_equal(one.n, 80);
  assert_close(received, 3.0, 1e-5);
  assert_close((double)one.figure[FIGURE_KNOWN][79], 3.0, 1e-3);
}

static void what_is_not_subscribed_is_offered_and_not_received(void **state) {
  (void)state;
  const char *rest = "\"channels\":[\"reward\"],\"stop\":{\"episodes\":3},\"score\":{\"answers\":0,\"quiz\":0}";
  run(&one, describe(UNIT("lockbox", "{\"codes\":64,\"feedback\":\"label\"}"), UNIT("outcome", "{}"), UNIT("random", "{}"), rest), 1, 1024,
      UINT64_MAX);
  assert_close((double)one.figure[FIGURE_OFFERED_ALL][0], 6.0, 1e-6);
  assert_close((double)one.figure[FIGURE_RECEIVED_ALL][0], 0.0, 1e-12);
}

static void a_delayed_outcome_tells_as_much_and_in_the_end(void **state) {
  (void)state;
  const char *rest = "\"stop\":{\"episodes\":60},\"score\":{\"answers\":0,\"quiz\":0}";
  run(&one, describe(UNIT("lockbox", "{\"codes\":16,\"thinking\":5}"), UNIT("outcome", "{}"), UNIT("reinforce", "{}"), rest), 1, 1024, UINT64_MAX);
  run(&two, describe(UNIT("lockbox", "{\"codes\":16,\"thinking\":5}"), UNIT("delayed", "{\"steps\":3}"), UNIT("reinforce", "{}"), rest), 1,
      1024, UINT64_MAX);
  for (uint32_t i = 0; i < 60; i++) assert_close((double)two.figure[FIGURE_RECEIVED_ALL][i], (double)one.figure[FIGURE_RECEIVED_ALL][i], 1e-6);
}

static void the_time_limit_truncates_and_never_terminates(void **state) {
  (void)state;
  run(&one,
      describe(UNIT("maze", "{}"), UNIT("dense", "{}"), UNIT("scripted", "{\"actions\":\"0\"}"), "\"limit\":7,\"stop\":{\"episodes\":4}"),
      1, 1024, UINT64_MAX);
  for (int i = 0; i < 4; i++) {
    assert_true(one.figure[FIGURE_STEPS][i] == 7.0f);
    assert_true(one.figure[FIGURE_SUCCESS][i] == 0.0f);
  }
}

static void an_environments_own_time_limit_holds_where_none_is_named(void **state) {
  (void)state;
  const char *named[] = {"\"stop\":{\"episodes\":3}", "\"limit\":9,\"stop\":{\"episodes\":3}"};
  const float steps[] = {200.0f, 9.0f};
  for (int i = 0; i < 2; i++) { /* a car that coasts arrives nowhere */
    run(&one, describe(UNIT("mountain_car", "{}"), UNIT("dense", "{}"), UNIT("scripted", "{\"actions\":\"1\"}"), named[i]), 1, 1024, UINT64_MAX);
    for (int e = 0; e < 3; e++) assert_true(one.figure[FIGURE_STEPS][e] == steps[i] && one.figure[FIGURE_SUCCESS][e] == 0.0f);
  }
}

static void a_checkpoint_brings_the_learner_back_whole(void **state) {
  (void)state;
  char path[] = "/tmp/baud-checkpoint-XXXXXX";
  trial *t, *fresh;
  baud_error error = {0};
  int fd = mkstemp(path);
  close(fd);
  const char *evaluate = "\"mode\":\"evaluate\",\"stop\":{\"episodes\":5},\"score\":{\"answers\":0,\"quiz\":1}";
  assert_int_equal(trial_open(&t, plugins,
                              describe(UNIT("lockbox", "{\"codes\":8}"), UNIT("outcome", "{}"), UNIT("reinforce", "{}"),
                                       "\"stop\":{\"episodes\":400},\"score\":{\"quiz\":1}"),
                              4, &error),
                   0);
  for (int code = 0; code == 0;) {
    code = trial_advance(t, 1000, UINT64_MAX, &error);
    trial_drain(t);
  }
  assert_int_equal(trial_save(t, path, &error), 0);
  double known = trial_last(t)[FIGURE_KNOWN];
  assert_true(known > 2.0);
  assert_int_equal(trial_open(&fresh, plugins,
                              describe(UNIT("lockbox", "{\"codes\":8}"), UNIT("outcome", "{}"), UNIT("reinforce", "{}"), evaluate), 4,
                              &error),
                   0);
  assert_int_equal(trial_load(fresh, path, &error), 0);
  assert_int_equal(trial_advance(fresh, 100, UINT64_MAX, &error), TRIAL_DONE);
  assert_close(trial_last(fresh)[FIGURE_KNOWN], known, 0.0);
  trial_close(fresh);
  assert_int_equal(
      trial_open(&fresh, plugins,
                 describe(UNIT("lockbox", "{\"codes\":8}"), UNIT("outcome", "{}"), UNIT("reinforce", "{\"lr\":0.5}"), evaluate), 4, &error),
      0);
  assert_true(trial_load(fresh, path, &error) < 0);
  assert_non_null(strstr(error.text, "another learner's: its params is {\"baseline\":\"none\",\"discount\":1,\"lr\":1}, not "));
  assert_int_equal(truncate(path, 300), 0);
  trial_close(fresh);
  assert_true(trial_load(t, path, &error) < 0);
  trial_close(t);
  unlink(path);
}

static void what_cannot_be_run_is_refused_with_a_reason(void **state) {
  static const struct { const char *json, *reason; } bad[] = {
      {"[]", "not a JSON object"},
      {"{\"env\":{\"id\":\"baud.lokbox\"}}", "did you mean \"lockbox\""},
      {"{\"env\":" UNIT("lockbox", "{\"kodes\":3}") "}", "did you mean \"codes\""},
      {"{\"env\":" UNIT("lockbox", "{\"codes\":1}") "}", "whole number from 2"},
      {"{\"env\":" UNIT("lockbox", "{\"codes\":\"x\"}") "}", "it takes a whole number"},
      {"{\"env\":" UNIT("lockbox", "{}") ",\"reward\":" UNIT("outcome", "{}") ",\"learner\":" UNIT("random", "{}") "}", "never end"},
      {"{\"env\":" UNIT("corridor", "{}") ",\"reward\":" UNIT("potential", "{}") ",\"learner\":" UNIT("random",
                                                                                                      "{}") ",\"stop\":{\"episodes\":1}}",
       "potential"},
      {"{\"env\":" UNIT("lockbox", "{}") ",\"reward\":" UNIT("outcome", "{}") ",\"learner\":" UNIT("imitate",
                                                                                                   "{}") ",\"stop\":{\"episodes\":1}}",
       "demonstration"},
  };
  (void)state;
  for (size_t i = 0; i < sizeof bad / sizeof *bad; i++) {
    trial *t = NULL;
    baud_error error = {0};
    assert_true(trial_open(&t, plugins, bad[i].json, 0, &error) < 0);
    assert_null(t);
    if (!strstr(error.text, bad[i].reason)) fail_msg("%s\nwanted \"%s\" in: %s", bad[i].json, bad[i].reason, error.text);
  }
}

int main(void) {
  baud_error error = {0};
  if (registry_open(&plugins, &error) != 0) return fprintf(stderr, "%s\n", error.text), 1;
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(equal_seeds_give_equal_bits),
      cmocka_unit_test(how_a_trial_is_sliced_leaves_no_trace),
      cmocka_unit_test(another_seed_is_another_world),
      cmocka_unit_test(scoring_changes_nothing_but_what_is_scored),
      cmocka_unit_test(a_live_parameter_changes_what_follows_and_back_again_nothing),
      cmocka_unit_test(another_rate_of_scoring_leaves_the_course_as_it_is),
      cmocka_unit_test(a_world_is_the_same_for_every_learner),
      cmocka_unit_test(answers_by_default_are_asked_for_a_sixteenth_of_many_steps),
      cmocka_unit_test(lanes_share_one_world_and_one_account),
      cmocka_unit_test(what_is_not_subscribed_is_offered_and_not_received),
      cmocka_unit_test(a_delayed_outcome_tells_as_much_and_in_the_end),
      cmocka_unit_test(the_time_limit_truncates_and_never_terminates),
      cmocka_unit_test(an_environments_own_time_limit_holds_where_none_is_named),
      cmocka_unit_test(a_checkpoint_brings_the_learner_back_whole),
      cmocka_unit_test(what_cannot_be_run_is_refused_with_a_reason),
  };
  int failed = cmocka_run_group_tests(tests, NULL, NULL);
  registry_free(plugins);
  return failed;
}
