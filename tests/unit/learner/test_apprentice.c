/* test_apprentice.c - what it does beside an expert, how often, and that it learns from its own pulls alone.
 */
#define baud_plugin_1 apprentice_library
#include "../../../plugins/learner/apprentice.c"
#undef baud_plugin_1

#include "rig.h"

enum { ARMS = 4, LANES = 1000 };

static rig apprentice_rig(double imitate) {
  static const double values[] = {0.0, 1.0};
  rig r = {.states = 1, .actions = ARMS, .lanes = LANES, .channels = BAUD_MASK(BAUD_CH_REWARD) | BAUD_MASK(BAUD_CH_DEMONSTRATION)};
  rig_set(&r, "imitate", imitate);
  rig_ask(&r, BAUD_ASK_ACTION, ARMS, NULL);
  rig_ask(&r, BAUD_ASK_REWARD, 2, values);
  assert_int_equal(rig_open(&r, &apprentice_library), BAUD_OK);
  rig_init(&r, 1);
  return r;
}

static void show(rig *r, int32_t arm) {
  for (int k = 0; k < LANES; k++) {
    r->shown[k] = arm >= 0;
    r->shown_action[k] = arm;
  }
}

/* How many lanes pull the arm. */
static int pulls(const rig *r, int32_t arm) {
  int n = 0;
  for (int k = 0; k < LANES; k++) n += r->action[k] == arm;
  return n;
}

/* At the prior it pulls any arm by itself: what is shown is pulled with chance imitate + (1 - imitate) / 4, and that is its answer.
 * 1,000 lanes: within six deviations, of 16 at most. */
static void it_does_what_is_shown_as_often_as_it_is_to(void **unused) {
  static const double genes[] = {0.0, 0.3, 1.0};
  (void)unused;
  for (size_t i = 0; i < sizeof genes / sizeof *genes; i++) {
    rig r = apprentice_rig(genes[i]);
    double chance = genes[i] + (1.0 - genes[i]) / ARMS;
    show(&r, 2);
    rig_predict(&r, BAUD_TRAIN, 0);
    assert_true(fabs(pulls(&r, 2) - chance * LANES) <= 6.0 * sqrt(LANES * chance * (1.0 - chance)));
    for (int k = 0; k < LANES; k++) {
      assert_true(fabs((double)r.answer[0][k * ARMS + 2] - chance) < 1e-6);
      assert_true(fabs((double)r.answer[0][k * ARMS + 1] - (1.0 - genes[i]) / ARMS) < 1e-6);
    }
    rig_close(&r);
  }
}

/* Shown nothing it is Thompson sampling, whatever the gene: at the prior each arm is pulled by a quarter of the lanes. */
static void shown_nothing_it_does_as_it_thinks(void **unused) {
  (void)unused;
  rig r = apprentice_rig(1.0);
  show(&r, -1);
  rig_predict(&r, BAUD_TRAIN, 0);
  for (int arm = 0; arm < ARMS; arm++) assert_in_range(pulls(&r, arm), 168, 332); /* six deviations of 13.7 */
  for (int i = 0; i < LANES * ARMS; i++) assert_true(fabs((double)r.answer[0][i] - 1.0 / ARMS) < 1e-6);
  rig_close(&r);
}

/* Imitated pulls that pay make an arm its own choice; what was shown and not done teaches nothing. */
static void it_learns_from_what_it_did(void **unused) {
  (void)unused;
  rig r = apprentice_rig(1.0);
  show(&r, 2);
  rig_predict(&r, BAUD_TRAIN, 0);
  for (int k = 0; k < LANES; k++) {
    r.reward[k] = 1.0f;
    r.flags[k] = BAUD_TERMINATED;
  }
  rig_learn(&r);
  const double *successes = r.blocks[BAUD_ARMS_SUCCESSES], *failures = r.blocks[BAUD_ARMS_FAILURES];
  for (int arm = 0; arm < ARMS; arm++) assert_true(successes[arm] == (arm == 2 ? LANES : 0.0) && failures[arm] == 0.0);
  show(&r, -1);
  rig_predict(&r, BAUD_TRAIN, 0);
  assert_true(pulls(&r, 2) > LANES * 9 / 10);
  /* beside an expert who shows another arm it foretells the reward of the arm that it then pulls */
  show(&r, 1);
  rig_predict(&r, BAUD_TRAIN, 0);
  assert_int_equal(pulls(&r, 1), LANES);
  for (int k = 0; k < LANES; k++) assert_true(fabs((double)r.answer[1][2 * k + 1] - 0.5) < 1e-6); /* Beta(1, 1) */
  rig_close(&r);
}

static void it_needs_somebody_to_imitate(void **unused) {
  (void)unused;
  rig r = {.states = 1, .actions = ARMS, .lanes = 1, .channels = BAUD_MASK(BAUD_CH_REWARD)};
  assert_int_equal(rig_open(&r, &apprentice_library), BAUD_EARG);
  assert_non_null(strstr(r.why, "demonstrator"));
}

int main(void) {
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(it_does_what_is_shown_as_often_as_it_is_to),
      cmocka_unit_test(shown_nothing_it_does_as_it_thinks),
      cmocka_unit_test(it_learns_from_what_it_did),
      cmocka_unit_test(it_needs_somebody_to_imitate),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
