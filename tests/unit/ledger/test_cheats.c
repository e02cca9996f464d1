/* test_cheats.c - the ledger's guards, tried on learners that deserve them and on those that do not.
 *
 * False alarms: the auditor's is at most 2^-20 a trial by its own inequality; the certificate's at most 2^-20 in
 * all. Seeds are fixed, so what passes once passes always.
 */
#include "../test.h"

#include "registry.h"
#include "trial.h"

static registry *plugins;

static void describe(char *json, size_t size, const char *env, const char *env_params, const char *reward, const char *learner,
                     const char *learner_params, int episodes) {
  snprintf(json, size,
           "{\"env\":{\"id\":\"%s\",\"params\":%s},\"reward\":{\"id\":\"baud.%s\",\"params\":{}},\"learner\":{\"id\":\"%s\",\"params\":%s},"
           "\"stop\":{\"episodes\":%d},\"score\":{\"answers\":1,\"quiz\":1}}",
           env, env_params, reward, learner, learner_params, episodes);
}

typedef struct tally {
  int code, alarms;
  double known, received;
  char why[1000];
} tally;

static tally run(const char *json, uint64_t seed) {
  tally result = {0};
  trial *t = NULL;
  baud_error error = {0};
  result.code = trial_open(&t, plugins, json, seed, &error);
  while (result.code == 0) {
    result.code = trial_advance(t, 512, 1000000, &error);
    trial_drain(t);
    for (const char *event; (event = trial_next_event(t));) result.alarms += strstr(event, "leak alarm") != NULL;
  }
  if (result.code == TRIAL_DONE) {
    result.known = trial_last(t)[FIGURE_KNOWN];
    result.received = trial_totals(t)[FIGURE_RECEIVED_ALL];
  }
  snprintf(result.why, sizeof result.why, "%s", error.text);
  trial_close(t);
  return result;
}

static tally run_cheat(const char *name) {
  char json[600], id[60];
  snprintf(id, sizeof id, "test.%s", name);
  describe(json, sizeof json, "test.vault", "{}", "outcome", id, "{}", 3);
  return run(json, 5);
}

static void a_leaking_learner_trips_the_auditor(void **state) {
  (void)state;
  tally t = run_cheat("leaky");
  assert_int_equal(t.code, TRIAL_DONE);
  assert_int_equal(t.alarms, 1);
  assert_close(t.known, 40.0, 0.01);
  assert_close(t.received, 0.0, 0.0);
}

static void overconfidence_costs_sixteen_bits_a_wrong_fact(void **state) {
  (void)state;
  tally t = run_cheat("overconfident");
  assert_int_equal(t.code, TRIAL_DONE);
  assert_int_equal(t.alarms, 0);
  /* right by luck earns 1, wrong costs 16: 40 fair guesses with all 40 right have probability 1e-12 */
  double wrong = (40.0 - t.known) / 17.0;
  assert_true(wrong >= 5.0);
  assert_close(wrong, round(wrong), 0.01);
}

static void writing_weights_in_predict_fails_the_trial_by_name(void **state) {
  (void)state;
  tally t = run_cheat("trains_in_predict");
  assert_true(t.code < 0);
  assert_non_null(strstr(t.why, "learner test.trains_in_predict in predict"));
  assert_non_null(strstr(t.why, "weights"));
}

static void writing_weights_in_the_quiz_alone_is_caught_too(void **state) {
  (void)state;
  tally t = run_cheat("trains_in_quiz");
  assert_true(t.code < 0);
  assert_non_null(strstr(t.why, "learns from questions"));
}

static void probabilities_that_do_not_sum_to_one_fail_the_trial(void **state) {
  (void)state;
  tally t = run_cheat("unnormalised");
  assert_true(t.code < 0);
  assert_non_null(strstr(t.why, "test.unnormalised"));
  assert_non_null(strstr(t.why, "sum to 1.8"));
}

static void an_answer_that_is_not_a_number_fails_the_trial(void **state) {
  (void)state;
  tally t = run_cheat("not_a_number");
  assert_true(t.code < 0);
  assert_non_null(strstr(t.why, "test.not_a_number"));
}

static void an_action_out_of_range_is_the_learners_fault(void **state) {
  (void)state;
  tally t = run_cheat("out_of_range");
  assert_true(t.code < 0);
  assert_non_null(strstr(t.why, "test.out_of_range"));
}

/* Lockbox by elimination is settled after at most 4 episodes; a maze walked up and down repeats its steps. */
static void a_scheme_that_leaves_its_view_is_caught_at_once_and_late(void **state) {
  static const struct { const char *env, *learner; int honest, is_caught; } cases[] = {
      {"\"baud.lockbox\",\"params\":{\"codes\":4}", "\"baud.scripted\",\"params\":{\"actions\":\"0,1,2,3\"}", 0, 1},
      {"\"baud.lockbox\",\"params\":{\"codes\":4}", "\"baud.scripted\",\"params\":{\"actions\":\"0,1,2,3\"}", 30, 1},
      {"\"baud.maze\",\"params\":{\"max_steps\":10}", "\"baud.scripted\",\"params\":{\"actions\":\"0,3\"}", 60, 1},
      {"\"baud.lockbox\",\"params\":{\"codes\":4}", "\"baud.scripted\",\"params\":{\"actions\":\"0,1,2,3\"}", 100000, 0},
  };
  (void)state;
  for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
    char json[600];
    snprintf(json, sizeof json,
             "{\"env\":{\"id\":%s},\"reward\":{\"id\":\"test.liar\",\"params\":{\"honest\":%d}},\"learner\":{\"id\":%s},\"stop\":{\"episodes\":60}}",
             cases[i].env, cases[i].honest, cases[i].learner);
    tally t = run(json, 2);
    if (!cases[i].is_caught) assert_int_equal(t.code, TRIAL_DONE);
    else if (t.code >= 0 || !strstr(t.why, "declared view")) fail_msg("case %zu went unnoticed: %d %s", i, t.code, t.why);
  }
}

/* Certificate of SIGNAL.md: over >= 200 worlds a pair, sum (B - R) <= 20 + log2(pairs). */
static void no_shipped_learner_knows_more_than_it_received(void **state) {
  static const struct { const char *env, *params, *reward, *learner, *learner_params; int episodes; } pairs[] = {
      {"baud.lockbox", "{\"codes\":16}", "outcome", "baud.posterior", "{}", 40},
      {"baud.lockbox", "{\"codes\":16}", "outcome", "baud.reinforce", "{}", 200},
      {"baud.lockbox", "{\"codes\":16}", "flipped", "baud.posterior", "{}", 40},
      {"baud.lockbox", "{\"codes\":16}", "sparse", "baud.reinforce", "{}", 100},
      {"baud.lockbox", "{\"codes\":16,\"feedback\":\"distance\"}", "dense", "baud.posterior", "{}", 5},
      {"baud.lock", "{\"digits\":2,\"symbols\":3}", "outcome", "baud.posterior", "{}", 12},
      {"baud.lock", "{\"digits\":3,\"symbols\":3,\"feedback\":\"per_digit\"}", "dense", "baud.posterior", "{}", 6},
      {"baud.lock", "{\"digits\":2,\"symbols\":3}", "outcome", "baud.rloo", "{}", 160},
      {"baud.maze", "{\"width\":5,\"height\":5}", "outcome", "baud.posterior", "{}", 3},
      {"baud.random_map", "{\"states\":6,\"actions\":2}", "outcome", "baud.posterior", "{}", 5},
      {"baud.bandit", "{\"arms\":3,\"pulls\":10}", "dense", "baud.thompson", "{}", 3},
      {"baud.random_mdp", "{\"states\":4,\"actions\":2}", "dense", "baud.psrl", "{}", 5},
  };
  enum { PAIRS = sizeof pairs / sizeof *pairs, WORLDS = 200 };
  (void)state;
  for (size_t i = 0; i < PAIRS; i++) {
    char json[700];
    double excess = 0.0, absorbed = 0.0;
    describe(json, sizeof json, pairs[i].env, pairs[i].params, pairs[i].reward, pairs[i].learner, pairs[i].learner_params, pairs[i].episodes);
    for (uint64_t seed = 0; seed < WORLDS; seed++) {
      tally t = run(json, seed);
      if (t.code != TRIAL_DONE) fail_msg("%s on %s: %s", pairs[i].learner, pairs[i].env, t.why);
      assert_int_equal(t.alarms, 0);
      excess += t.known - t.received;
      absorbed += t.known;
    }
    if (excess > 20.0 + log2(PAIRS))
      fail_msg("%s on %s: knows %.2f bits more than it received, over %d worlds", pairs[i].learner, pairs[i].env, excess, WORLDS);
    if (!(absorbed > 0.0)) fail_msg("%s on %s absorbs nothing: the certificate would say nothing", pairs[i].learner, pairs[i].env);
  }
}

int main(void) {
  baud_error error = {0};
  if (registry_open(&plugins, &error) != 0) return fprintf(stderr, "%s\n", error.text), 1;
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(a_leaking_learner_trips_the_auditor),
      cmocka_unit_test(overconfidence_costs_sixteen_bits_a_wrong_fact),
      cmocka_unit_test(writing_weights_in_predict_fails_the_trial_by_name),
      cmocka_unit_test(writing_weights_in_the_quiz_alone_is_caught_too),
      cmocka_unit_test(probabilities_that_do_not_sum_to_one_fail_the_trial),
      cmocka_unit_test(an_answer_that_is_not_a_number_fails_the_trial),
      cmocka_unit_test(an_action_out_of_range_is_the_learners_fault),
      cmocka_unit_test(a_scheme_that_leaves_its_view_is_caught_at_once_and_late),
      cmocka_unit_test(no_shipped_learner_knows_more_than_it_received),
  };
  int failed = cmocka_run_group_tests(tests, NULL, NULL);
  registry_free(plugins);
  return failed;
}
