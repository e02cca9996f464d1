/* The exact Bayesian, put before a lockbox of N codes whose observer is written here: right codes are ruled out one by
 * one. Checks that it keeps that observer as the contract asks (start once for each start, advance once for each
 * outcome, all in memory that may be wiped) and acts and answers by nothing else.
 */
#define baud_plugin_1 posterior_library
#include "../../../plugins/learner/posterior.c"
#undef baud_plugin_1

#include "rig.h"

enum { CODES = 64 };

/* ---- The observer ------------------------------------------------------------------------------------------ */

typedef struct box_belief {
  double starts, outcomes, left, possible[CODES];
} box_belief;

static int32_t box_alphabet(const void *model, uint32_t fact, double *values, uint32_t max) {
  (void)model, (void)fact, (void)max;
  values[0] = 0.0;
  values[1] = 1.0;
  return 2;
}

static int32_t box_open(const void *model, void *state, uint32_t lanes) {
  box_belief *belief = state;
  (void)model, (void)lanes;
  belief->left = CODES;
  for (uint32_t i = 0; i < CODES; i++) belief->possible[i] = 1.0;
  return BAUD_OK;
}

static int32_t box_answer(const void *model, const void *state, const baud_query *query, double *probability) {
  const box_belief *belief = state;
  (void)model;
  if (query->target == BAUD_ASK_ACTION) {
    for (uint32_t i = 0; i < CODES; i++) probability[i] = belief->possible[i] / belief->left;
    return BAUD_OK;
  }
  if (query->target != BAUD_ASK_REWARD) return BAUD_EUNSUP;
  probability[1] = belief->possible[*(const int32_t *)query->action] / belief->left;
  probability[0] = 1.0 - probability[1];
  return BAUD_OK;
}

/* An expert's guess, right with its competence. */
static int32_t box_surprise(const void *model, void *state, const baud_evidence *e, double bits[BAUD_CHANNELS]) {
  box_belief *belief = state;
  int32_t shown = *(const int32_t *)e->action;
  (void)model, (void)bits;
  if (e->kind != BAUD_EV_DEMONSTRATION) return BAUD_EUNSUP;
  belief->left = 0.0;
  for (int32_t i = 0; i < CODES; i++)
    belief->left += belief->possible[i] *= i == shown ? e->competence : (1.0 - e->competence) / (CODES - 1.0);
  return BAUD_OK;
}

static int32_t box_no_answer(const void *model, const void *state, const baud_query *query, double *probability) {
  (void)model, (void)state, (void)query, (void)probability;
  return BAUD_EUNSUP;
}

static int32_t box_start(const baud_ideal *ideal, void *state, const baud_tick *tick) {
  (void)ideal;
  for (uint32_t lane = 0; lane < tick->lanes; lane++) ((box_belief *)state)->starts += tick->starts[lane];
  return BAUD_OK;
}

static int32_t box_advance(const baud_ideal *ideal, void *state, const baud_outcome *outcome) {
  box_belief *belief = state;
  (void)ideal;
  for (uint32_t lane = 0; lane < outcome->lanes; lane++) {
    int32_t tried = ((const int32_t *)outcome->action)[lane];
    belief->outcomes += 1.0;
    for (int32_t i = 0; i < CODES; i++)
      if ((i == tried) != (outcome->reward[lane] > 0.5f)) belief->possible[i] = 0.0;
  }
  belief->left = 0.0;
  for (uint32_t i = 0; i < CODES; i++) belief->left += belief->possible[i];
  return BAUD_OK;
}

static const baud_observer box_observer = { .size = BAUD_SIZE(baud_observer), .alphabet = box_alphabet,
                                            .open = box_open, .surprise = box_surprise, .answer = box_answer };
static const baud_observer silent_observer = { .size = BAUD_SIZE(baud_observer), .alphabet = box_alphabet,
                                               .open = box_open, .answer = box_no_answer };
static const baud_observer mute_observer = { .size = BAUD_SIZE(baud_observer), .alphabet = box_alphabet,
                                             .open = box_open };
static const baud_ideal box_ideal = { BAUD_SIZE(baud_ideal), 0, &box_observer, NULL, sizeof(box_belief), box_start,
                                      box_advance, NULL };

/* ---- The box ----------------------------------------------------------------------------------------------- */

static uint32_t box_world(void *ctx, uint32_t lane, uint32_t state, uint32_t action, float *reward, uint8_t *flags) {
  (void)lane, (void)state;
  *reward = action == *(const uint32_t *)ctx ? 1.0f : 0.0f;
  *flags = BAUD_TERMINATED;
  return 0;
}

static const double fact_values[2] = { 0.0, 1.0 }, other_values[2] = { -1.0, 1.0 };

static rig box_rig(const baud_ideal *ideal, uint32_t lanes) {
  rig r = { .states = 1, .actions = CODES, .lanes = lanes, .ideal = ideal,
            .channels = BAUD_MASK(BAUD_CH_OBSERVATION) | BAUD_MASK(BAUD_CH_REWARD) };
  rig_ask(&r, BAUD_ASK_ACTION, CODES, NULL);
  rig_ask(&r, BAUD_ASK_REWARD, 2, fact_values);
  rig_ask(&r, BAUD_ASK_TERMINATED, 2, NULL);
  return r;
}

static const box_belief *belief_of(rig *r) { return r->blocks[rig_block(r, "observer")]; }

/* Elimination: (N+1)/2 episodes in the mean, and that of 2,000 lives within 5 standard errors: false alarm 6e-7. */
static void it_opens_the_box_by_elimination(void **state) {
  (void)state;
  enum { LIVES = 2000 };
  for (uint32_t act = 0; act < 2; act++) {
    rig r = box_rig(&box_ideal, 1);
    rig_set(&r, "act", act);
    assert_int_equal(rig_open(&r, &posterior_library), BAUD_OK);
    double mean = 0.0;
    for (uint64_t life = 0; life < LIVES; life++) {
      uint32_t secret = (uint32_t)(life % CODES), episodes = 0;
      rig_init(&r, life);
      do {
        (void)rig_tick(&r, box_world, &secret, 0);
        episodes++;
      } while (r.reward[0] < 0.5f);
      assert_true(episodes <= CODES);
      mean += (double)episodes / LIVES;
    }
    double variance = (CODES * CODES - 1.0) / 12.0;
    assert_true(fabs(mean - (CODES + 1) / 2.0) < 5.0 * sqrt(variance / LIVES));
    rig_close(&r);
  }
}

static void it_answers_with_the_posterior(void **state) {
  (void)state;
  uint32_t secret = 9;
  rig r = box_rig(&box_ideal, 1);
  assert_int_equal(rig_open(&r, &posterior_library), BAUD_OK);
  assert_int_equal(r.questions[0].form, BAUD_FORM_CATEGORICAL);
  assert_int_equal(r.questions[1].form, BAUD_FORM_CATEGORICAL);
  assert_int_equal(r.questions[2].form, 0); /* this observer does not say */
  rig_init(&r, 1);
  for (int32_t k = 0; k < 12; k++) {
    r.action[0] = k;
    rig_predict(&r, BAUD_TRAIN, 1);
    double possible = k <= 9 ? CODES - k : 1; /* codes below k are ruled out, and after 9 all but 9 */
    for (int32_t code = 0; code < CODES; code++) {
      double p = k > 9 ? code == 9 : code >= k ? 1.0 / possible : 0.0;
      assert_true(fabs((double)r.answer[0][code] - p) < 1e-6);
    }
    assert_true(fabs((double)r.answer[1][1] - (k <= 9 ? 1.0 / possible : 0.0)) < 1e-6);
    uint8_t flags = 0;
    float reward = 0.0f;
    (void)box_world(&secret, 0, 0, (uint32_t)k, &reward, &flags);
    r.reward[0] = reward;
    r.flags[0] = flags;
    rig_learn(&r);
  }
  rig_close(&r);
}

static void the_observer_is_told_each_start_and_each_outcome_once(void **state) {
  (void)state;
  uint32_t secret = 3;
  rig r = box_rig(&box_ideal, 4);
  assert_int_equal(rig_open(&r, &posterior_library), BAUD_OK);
  rig_init(&r, 1);
  for (uint32_t t = 0; t < 5; t++) {
    rig_predict(&r, BAUD_EVAL, 0); /* tells nothing */
    (void)rig_tick(&r, box_world, &secret, 0);
  }
  assert_true(belief_of(&r)->starts == 20.0);
  assert_true(belief_of(&r)->outcomes == 20.0);
  rig_close(&r);
}

/* In play its memory moves on; the steps of a quiz's prefix, told by the EVAL tick before them, happened to nobody. */
static void only_what_happened_is_evidence(void **state) {
  (void)state;
  uint32_t secret = 3;
  rig r = box_rig(&box_ideal, 1);
  assert_int_equal(rig_open(&r, &posterior_library), BAUD_OK);
  const baud_remember *remember = posterior_extension("baud.remember/1");
  rig_init(&r, 1);
  for (int32_t k = 0; k < 3; k++) {
    uint8_t flags;
    float reward;
    r.action[0] = k;
    r.n_questions = k == 1 ? 0 : 3; /* on the way nothing is asked */
    rig_predict(&r, k == 1 ? BAUD_EVAL : BAUD_PLAY, 1);
    (void)box_world(&secret, 0, 0, (uint32_t)k, &reward, &flags);
    r.reward[0] = reward;
    r.flags[0] = flags;
    rig_take(&r, remember);
  }
  assert_true(belief_of(&r)->outcomes == 2.0 && belief_of(&r)->left == CODES - 2.0);
  assert_true(belief_of(&r)->possible[0] == 0.0 && belief_of(&r)->possible[1] == 1.0 && belief_of(&r)->possible[2] == 0.0);
  rig_close(&r);
}

/* An action of its own, taken for an expert's: it expects to be right with the expert's .9, whatever the number of codes, and
 * otherwise with 1 in 64. An action that it is given, and what it is asked in EVAL, are not its own. */
static void its_own_actions_are_evidence_where_they_are_taken_for_an_expert_s(void **state) {
  static const double wins[2][3] = { { 1.0 / CODES, 1.0 / CODES, 1.0 / CODES }, { 0.9, 1.0 / CODES, 1.0 / CODES } };
  static const struct { uint32_t mode, given; } tick[3] = { { BAUD_TRAIN, 0 }, { BAUD_TRAIN, 1 }, { BAUD_EVAL, 0 } };
  (void)state;
  for (int own = 0; own < 2; own++)
    for (int i = 0; i < 3; i++) {
      rig r = box_rig(&box_ideal, 1);
      rig_set(&r, "own", own ? 0.9 : 0.0);
      assert_int_equal(rig_open(&r, &posterior_library), BAUD_OK);
      rig_init(&r, 1);
      r.action[0] = 7;
      rig_predict(&r, tick[i].mode, tick[i].given);
      assert_true(fabs((double)r.answer[1][1] - wins[own][i]) < 1e-6);
      assert_true(fabs((double)r.answer[0][r.action[0]] - 1.0 / CODES) < 1e-6); /* the policy that it was drawn from */
      rig_close(&r);
    }
}

static void wiped_memory_begins_again_at_the_prior(void **state) {
  (void)state;
  uint32_t secret = 3;
  rig r = box_rig(&box_ideal, 1);
  assert_int_equal(rig_open(&r, &posterior_library), BAUD_OK);
  rig_init(&r, 1);
  for (uint32_t t = 0; t < 10; t++) (void)rig_tick(&r, box_world, &secret, 0);
  assert_true(belief_of(&r)->left < CODES);
  for (uint32_t i = 0; i < r.setup.n_blocks; i++)
    if (r.setup.blocks[i].role == BAUD_MEMORY) memset(r.blocks[i], 0, rig_block_bytes(&r, i));
  rig_predict(&r, BAUD_EVAL, 0);
  assert_true(fabs((double)r.answer[0][0] - 1.0 / CODES) < 1e-7);
  rig_close(&r);
}

/* Rewards that a scheme has changed are not the observer's facts. */
static void a_question_on_other_rewards_is_declined(void **state) {
  (void)state;
  rig r = box_rig(&box_ideal, 1);
  r.questions[1].values = other_values;
  assert_int_equal(rig_open(&r, &posterior_library), BAUD_OK);
  assert_int_equal(r.questions[0].form, BAUD_FORM_CATEGORICAL);
  assert_int_equal(r.questions[1].form, 0);
  rig_close(&r);
}

static void an_observer_that_does_not_say_makes_it_act_uniformly(void **state) {
  (void)state;
  const baud_observer *observers[] = { &silent_observer, &mute_observer };
  uint32_t secret = 3;
  for (size_t i = 0; i < 2; i++) {
    baud_ideal ideal = box_ideal;
    ideal.observer = observers[i];
    rig r = box_rig(&ideal, 1);
    assert_int_equal(rig_open(&r, &posterior_library), BAUD_OK);
    rig_init(&r, 1);
    for (uint32_t t = 0; t < 5; t++) (void)rig_tick(&r, box_world, &secret, 0);
    for (uint32_t code = 0; code < CODES; code++) assert_true(fabs((double)r.answer[0][code] - 1.0 / CODES) < 1e-7);
    assert_int_equal(r.questions[1].form, 0);
    rig_close(&r);
  }
}

static void without_an_ideal_observer_it_is_refused_with_a_sentence(void **state) {
  (void)state;
  rig r = box_rig(NULL, 1);
  assert_int_equal(rig_open(&r, &posterior_library), BAUD_EUNSUP);
  assert_non_null(strstr(r.why, "ideal observer"));
}

static void predicting_writes_no_weights_and_a_seed_gives_one_life(void **state) {
  (void)state;
  uint32_t secret = 3;
  rig r = box_rig(&box_ideal, 3);
  assert_int_equal(rig_open(&r, &posterior_library), BAUD_OK);
  assert_int_equal(r.setup.subscribed, r.channels);
  rig_check_predict(&r, box_world, &secret, 30);
  rig_check_determinism(&r, box_world, &secret, 5);
  rig_close(&r);
}

int main(void) {
  const struct CMUnitTest tests[] = {
    cmocka_unit_test(it_opens_the_box_by_elimination),
    cmocka_unit_test(it_answers_with_the_posterior),
    cmocka_unit_test(the_observer_is_told_each_start_and_each_outcome_once),
    cmocka_unit_test(only_what_happened_is_evidence),
    cmocka_unit_test(its_own_actions_are_evidence_where_they_are_taken_for_an_expert_s),
    cmocka_unit_test(wiped_memory_begins_again_at_the_prior),
    cmocka_unit_test(a_question_on_other_rewards_is_declined),
    cmocka_unit_test(an_observer_that_does_not_say_makes_it_act_uniformly),
    cmocka_unit_test(without_an_ideal_observer_it_is_refused_with_a_sentence),
    cmocka_unit_test(predicting_writes_no_weights_and_a_seed_gives_one_life),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
