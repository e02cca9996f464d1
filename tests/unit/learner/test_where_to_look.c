/* test_where_to_look.c - what looks and what says where: frequencies by their closed form, and a bandit of learning progress by
 * hand.
 */
#include "../test.h"

#undef fail /* cmocka's: the contract has a function of that name */
#define baud_plugin_1 frequencies_library
#include "../../../plugins/learner/frequencies.c"
#undef baud_plugin_1
#define baud_plugin_1 progress_library
#include "../../../plugins/learner/learning_progress.c"
#undef baud_plugin_1
#include "rig.h"

enum { CHOICES = 3, WINDOW = 6 };

/* ---- Learning progress ---------------------------------------------------------------------------------- */

static rig progress_rig(void) {
  rig r = {.states = 1, .actions = CHOICES, .lanes = 1, .channels = BAUD_MASK(BAUD_CH_OBSERVATION) | BAUD_MASK(BAUD_CH_REWARD)};
  rig_ask(&r, BAUD_ASK_ACTION, CHOICES, NULL);
  rig_set(&r, "window", WINDOW);
  rig_set(&r, "beta", 2);
  rig_set(&r, "epsilon", 0.3);
  assert_int_equal(rig_open(&r, &progress_library), BAUD_OK);
  assert_int_equal(r.setup.subscribed, BAUD_MASK(BAUD_CH_REWARD));
  rig_init(&r, 5);
  return r;
}

static void pay(rig *r, int32_t choice, float reward) {
  rig_predict(r, BAUD_TRAIN, 0);
  r->action[0] = choice;
  r->reward[0] = reward;
  rig_learn(r);
}

static void expect_policy(rig *r, const double progress[CHOICES]) {
  double sum = 0.0;
  for (int a = 0; a < CHOICES; a++) sum += exp(2.0 * progress[a]);
  rig_predict(r, BAUD_EVAL, 0);
  for (int a = 0; a < CHOICES; a++) assert_close((double)r->answer[0][a], 0.7 * exp(2.0 * progress[a]) / sum + 0.1, 1e-6);
}

static void what_gets_better_is_chosen_by_how_much(void **state) {
  (void)state;
  rig r = progress_rig();
  expect_policy(&r, (const double[]){0, 0, 0});
  pay(&r, 1, -1.0f);
  expect_policy(&r, (const double[]){0, 0, 0}); /* one is no progress yet */
  pay(&r, 1, -0.5f);
  expect_policy(&r, (const double[]){0, 0.5, 0});
  pay(&r, 1, -0.25f); /* older half of three: the first one */
  expect_policy(&r, (const double[]){0, 1.0 - 0.375, 0});
  pay(&r, 2, -0.5f);
  pay(&r, 2, -1.0f); /* what gets worse is no progress */
  expect_policy(&r, (const double[]){0, 0.625, 0});
  for (int i = 0; i < WINDOW; i++) pay(&r, 1, -0.125f); /* what was before the window is forgotten */
  expect_policy(&r, (const double[]){0, 0, 0});
  for (int i = 0; i < WINDOW / 2; i++) pay(&r, 1, 0.0f);
  expect_policy(&r, (const double[]){0, 0.125, 0});
  rig_close(&r);
}

/* ---- Frequencies ---------------------------------------------------------------------------------------- */

enum { CONTEXTS = 4, LEVELS = 5, ACTIONS = 5 };

typedef struct eye { /* a learner of two fields, which the rig has no room for */
  baud_host host;
  baud_field fields[2], action;
  baud_question question[2];
  baud_learner_setup setup;
  void *model, *blocks[FREQUENCIES_BLOCKS];
  char why[200];
  int32_t context, level, acts;
  float policy[ACTIONS], next[LEVELS];
} eye;

static int32_t eye_fail(const baud_host *host, int32_t code, const char *why) {
  snprintf(((eye *)host->ctx)->why, sizeof ((eye *)host->ctx)->why, "%s", why);
  return code;
}

static int32_t eye_open(eye *e, double lr, int64_t attends, uint32_t n_fields) {
  const baud_value values[FREQUENCIES_PARAMS] = {{.f = lr}, {.i = attends}};
  *e = (eye){.fields = {BAUD_DISCRETE_FIELD("context", CONTEXTS, ""), BAUD_DISCRETE_FIELD("level", LEVELS, "")},
             .action = BAUD_DISCRETE_FIELD("action", ACTIONS, "")};
  e->host = (baud_host){.size = BAUD_SIZE(baud_host), .ctx = e, .fail = eye_fail};
  e->question[0] = (baud_question){BAUD_SIZE(baud_question), BAUD_ASK_ACTION, 0, 1, 1u << BAUD_FORM_CATEGORICAL, ACTIONS, 0, 0, NULL};
  e->question[1] = (baud_question){BAUD_SIZE(baud_question), BAUD_ASK_OBSERVATION, 1, 1, 1u << BAUD_FORM_CATEGORICAL, LEVELS, 0, 0, NULL};
  e->setup = (baud_learner_setup){.size = BAUD_SIZE(baud_learner_setup), .lanes = 1, .channels = BAUD_MASK(BAUD_CH_OBSERVATION),
                                  .n_obs = n_fields, .n_questions = 2, .obs = e->fields, .action = &e->action, .questions = e->question};
  int32_t code = frequencies_create(&e->host, values, &e->setup, &e->model);
  for (uint32_t i = 0; code == BAUD_OK && i < FREQUENCIES_BLOCKS; i++) e->blocks[i] = calloc(e->setup.blocks[i].count, 8);
  return code == BAUD_OK ? frequencies_init(e->model, e->blocks, 5) : code;
}

static void eye_close(eye *e) {
  for (uint32_t i = 0; i < FREQUENCIES_BLOCKS; i++) free(e->blocks[i]);
  frequencies_destroy(e->model);
}

static void eye_predict(eye *e, int32_t context) {
  e->context = context;
  e->level = 0;
  const void *obs[2] = {&e->context, &e->level};
  float *answer[2] = {e->policy, e->next};
  const uint8_t starts[1] = {0};
  baud_tick tick = {.size = BAUD_SIZE(baud_tick), .lanes = 1, .ask = 3, .obs = obs, .starts = starts, .action = &e->acts, .answer = answer};
  assert_int_equal(frequencies_predict(e->model, e->blocks, &tick), BAUD_OK);
}

static void eye_see(eye *e, int32_t context, int32_t level) {
  eye_predict(e, context);
  const int32_t after[2] = {context, level};
  const void *obs[2] = {&e->context, &e->level}, *next[2] = {&after[0], &after[1]};
  baud_outcome outcome = {.size = BAUD_SIZE(baud_outcome), .lanes = 1, .obs = obs, .action = &e->acts, .next_obs = next};
  assert_int_equal(frequencies_learn(e->model, e->blocks, &outcome), BAUD_OK);
}

static void a_level_that_lasts_is_known_by_the_closed_form(void **state) {
  (void)state;
  eye e;
  assert_int_equal(eye_open(&e, 0.25, -1, 2), BAUD_OK);
  for (int n = 0; n < 12; n++) {
    eye_predict(&e, 2);
    for (int x = 0; x < LEVELS; x++) {
      double kept = pow(0.75, n) / LEVELS;
      assert_close((double)e.next[x], x == 4 ? 1.0 - pow(0.75, n) + kept : kept, 1e-6);
    }
    eye_see(&e, 2, 4);
  }
  eye_predict(&e, 3); /* another context is not touched by it */
  assert_close((double)e.next[4], 1.0 / LEVELS, 1e-6);
  eye_close(&e);
}

static void it_guesses_by_the_mean_and_looks_where_it_is_told(void **state) {
  (void)state;
  for (int64_t attends = -1; attends <= ACTIONS; attends++) {
    eye e;
    assert_int_equal(eye_open(&e, 0.5, attends, 2), BAUD_OK);
    eye_predict(&e, 0);
    int is_told = attends >= 0 && attends < ACTIONS;
    for (int a = 0; a < ACTIONS; a++) assert_close((double)e.policy[a], is_told ? a == attends : 1.0 / ACTIONS, 1e-6);
    eye_predict(&e, 1); /* levels 1 .. 4 alike: 2.5, the higher one */
    assert_int_equal(e.acts, 3);
    for (int i = 0; i < 8; i++) eye_see(&e, 1, 1);
    eye_predict(&e, 1);
    assert_int_equal(e.acts, 1);
    eye_close(&e);
  }
  eye e;
  assert_int_equal(eye_open(&e, 0.5, 0, 1), BAUD_EARG);
  assert_non_null(strstr(e.why, "field 1"));
}

int main(void) {
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(what_gets_better_is_chosen_by_how_much),
      cmocka_unit_test(a_level_that_lasts_is_known_by_the_closed_form),
      cmocka_unit_test(it_guesses_by_the_mean_and_looks_where_it_is_told),
  };
  cmocka_set_message_output(CM_OUTPUT_TAP);
  return cmocka_run_group_tests(tests, NULL, NULL);
}
