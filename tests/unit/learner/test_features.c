/* test_features.c - observations as rows of features, and the place that a network finds in a trial.
 */
#include "../test.h"

#undef fail /* cmocka's: the contract has a function of that name */
#include "baud/features.h"

static const baud_field fields[3] = {
  {.size = BAUD_SIZE(baud_field), .dtype = BAUD_F32, .categories = 0, .count = 2, .name = "speed"},
  {.size = BAUD_SIZE(baud_field), .dtype = BAUD_I32, .categories = 3, .count = 1, .name = "place"},
  {.size = BAUD_SIZE(baud_field), .dtype = BAUD_U8, .categories = 2, .count = 4, .name = "walls"},
};
static const baud_field choice = BAUD_DISCRETE_FIELD("move", 4, "one of four");
static const baud_field push = {.size = BAUD_SIZE(baud_field), .dtype = BAUD_F32, .count = 2, .low = -1, .high = 1, .name = "push"};

static char said[200];
static int32_t note(const baud_host *host, int32_t code, const char *why) {
  (void)host;
  snprintf(said, sizeof said, "%s", why);
  return code;
}
static const baud_host host = {.size = BAUD_SIZE(baud_host), .fail = note};

enum { QUESTIONS = 2 };
static baud_question questions[QUESTIONS];
static baud_learner_setup setup_with(const baud_field *action, uint32_t channels, uint32_t n_obs) {
  questions[0] = (baud_question){.size = BAUD_SIZE(baud_question), .target = BAUD_ASK_ACTION, .horizon = 1, .form = 7,
                                 .forms = 1u << (action->categories ? BAUD_FORM_CATEGORICAL : BAUD_FORM_NORMAL),
                                 .width_categorical = action->categories, .width_normal = action->categories ? 0 : 2 * action->count};
  questions[1] = (baud_question){.size = BAUD_SIZE(baud_question), .target = BAUD_ASK_REWARD, .horizon = 1, .form = 7,
                                 .forms = 1u << BAUD_FORM_CATEGORICAL, .width_categorical = 4};
  return (baud_learner_setup){.size = BAUD_SIZE(baud_learner_setup), .lanes = 2, .channels = channels, .n_obs = n_obs,
                              .obs = fields, .action = action, .n_questions = QUESTIONS, .questions = questions};
}

enum { SEES = BAUD_MASK(BAUD_CH_OBSERVATION), GETS = BAUD_MASK(BAUD_CH_REWARD) };

static void every_field_has_its_features_in_order(void **state) {
  const float speed[4] = {0.5f, -2.0f, 3.0f, 4.0f};
  const int32_t place[2] = {2, 0};
  const uint8_t walls[8] = {0, 1, 1, 0, 1, 0, 0, 1};
  const void *obs[3] = {speed, place, walls};
  const float expected[2][9] = {{0.5f, -2, 0, 0, 1, 0, 1, 1, 0}, {3, 4, 1, 0, 0, 1, 0, 0, 1}};
  float x[2][9];
  baud_features f;
  (void)state;
  baud_learner_setup setup = setup_with(&choice, SEES | GETS, 3);
  assert_int_equal(baud_features_open(&host, &setup, GETS, &f), BAUD_OK);
  assert_int_equal(f.n, 9);
  memset(x, 0xff, sizeof x);
  baud_features_rows(&f, obs, x[0]);
  assert_memory_equal(x, expected, sizeof x);
  assert_null(baud_features_in_place(&f, obs));
}

static void a_lone_continuous_field_is_read_in_place(void **state) {
  const float speed[4] = {0.5f, -2.0f, 3.0f, 4.0f};
  const void *obs[1] = {speed};
  float x[4];
  baud_features f;
  (void)state;
  baud_learner_setup setup = setup_with(&choice, SEES | GETS, 1);
  assert_int_equal(baud_features_open(&host, &setup, GETS, &f), BAUD_OK);
  baud_features_rows(&f, obs, x);
  assert_memory_equal(x, speed, sizeof x);
  assert_ptr_equal(baud_features_in_place(&f, obs), speed);
}

static void without_observations_there_is_one_feature_that_says_nothing(void **state) {
  float x[2] = {7, 7};
  baud_features f;
  (void)state;
  baud_learner_setup setup = setup_with(&choice, GETS, 3);
  assert_int_equal(baud_features_open(&host, &setup, GETS, &f), BAUD_OK);
  assert_int_equal(setup.subscribed, GETS);
  baud_features_rows(&f, NULL, x);
  assert_true(f.n == 1 && x[0] == 0.0f && x[1] == 0.0f);
}

static void the_policy_is_answered_in_the_form_of_its_actions_and_nothing_else(void **state) {
  baud_features f;
  (void)state;
  baud_learner_setup setup = setup_with(&choice, SEES | GETS, 3);
  assert_int_equal(baud_features_open(&host, &setup, GETS, &f), BAUD_OK);
  assert_true(f.choices == 4 && f.dimensions == 0 && f.asks_action == 1);
  assert_true(questions[0].form == BAUD_FORM_CATEGORICAL && questions[1].form == 0);
  assert_int_equal(setup.subscribed, SEES | GETS);
  setup = setup_with(&push, SEES | GETS, 3);
  assert_int_equal(baud_features_open(&host, &setup, GETS, &f), BAUD_OK);
  assert_true(f.choices == 0 && f.dimensions == 2 && f.asks_action == 1);
  assert_true(questions[0].form == BAUD_FORM_NORMAL && questions[1].form == 0);
}

static void a_place_that_does_not_fit_is_refused_with_a_sentence(void **state) {
  baud_features f;
  (void)state;
  baud_learner_setup setup = setup_with(&choice, SEES, 3);
  assert_int_equal(baud_features_open(&host, &setup, GETS, &f), BAUD_EARG);
  assert_non_null(strstr(said, "learns from the reward channel"));
  const baud_field several = {.size = BAUD_SIZE(baud_field), .dtype = BAUD_I32, .categories = 3, .count = 2, .name = "moves"};
  setup = setup_with(&several, SEES | GETS, 3);
  assert_int_equal(baud_features_open(&host, &setup, GETS, &f), BAUD_EARG);
  assert_non_null(strstr(said, "several discrete parts"));
  const baud_field wide = {.size = BAUD_SIZE(baud_field), .dtype = BAUD_I32, .categories = 1000, .count = 66, .name = "picture"};
  setup = setup_with(&choice, SEES | GETS, 1);
  setup.obs = &wide;
  assert_int_equal(baud_features_open(&host, &setup, GETS, &f), BAUD_EARG);
  assert_non_null(strstr(said, "more than 65536 features"));
}

int main(void) {
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(every_field_has_its_features_in_order),
      cmocka_unit_test(a_lone_continuous_field_is_read_in_place),
      cmocka_unit_test(without_observations_there_is_one_feature_that_says_nothing),
      cmocka_unit_test(the_policy_is_answered_in_the_form_of_its_actions_and_nothing_else),
      cmocka_unit_test(a_place_that_does_not_fit_is_refused_with_a_sentence),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
