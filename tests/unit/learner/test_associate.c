/* test_associate.c - a step is the delta rule's closed form, steps run out, and what is held is held by dimensions.
 */
#include "../test.h"

#undef fail /* cmocka's: the contract has a function of that name */
#define baud_plugin_1 associate_library
#include "../../../plugins/learner/associate.c"
#undef baud_plugin_1
#include "rig.h"

enum { TOKENS = 24, HALF = TOKENS / 2 };

static rig associate_rig(int dimensions, double lr, int updates) {
  rig r = {.states = TOKENS, .actions = TOKENS, .lanes = 1, .channels = BAUD_MASK(BAUD_CH_OBSERVATION) | BAUD_MASK(BAUD_CH_REWARD)};
  rig_ask(&r, BAUD_ASK_ACTION, TOKENS, NULL);
  rig_ask(&r, BAUD_ASK_OBSERVATION, TOKENS, NULL);
  rig_set(&r, "dimensions", dimensions);
  rig_set(&r, "lr", lr);
  rig_set(&r, "updates", updates);
  rig_set(&r, "temperature", 0.5);
  return r;
}

static void see(rig *r, int32_t token, int32_t next) {
  r->obs[0] = token;
  r->next[0] = next;
  r->flags[0] = 0;
  rig_learn(r);
}

/* What it says comes after a token; question 0 is what it would do. */
static double says(rig *r, uint32_t question, int32_t token, int32_t next) {
  r->obs[0] = token;
  rig_predict(r, BAUD_EVAL, 0);
  return (double)r->answer[question][next];
}

/* From nothing all are as likely, p = 1 / n. A step at the rate c moves the logits of one key by c (1 - p) and -c p, and a
 * second one by the new p, since the key has length 1. The policy is that of half the temperature. */
static void a_step_is_that_of_the_delta_rule(void **state) {
  (void)state;
  rig r = associate_rig(5, 2.0, 0);
  assert_int_equal(rig_open(&r, &associate_library), BAUD_OK);
  assert_int_equal(r.setup.subscribed, BAUD_MASK(BAUD_CH_OBSERVATION)); /* it is told of no reward */
  rig_init(&r, 3);
  double own = 0.0, other = 0.0;
  for (int i = 0; i < 4; i++) {
    double sum = exp(own) + (TOKENS - 1) * exp(other), p = exp(own) / sum, q = exp(other) / sum;
    assert_true(fabs(says(&r, 1, 7, 9) - p) < 1e-6 && fabs(says(&r, 1, 7, 8) - q) < 1e-6);
    assert_true(fabs(says(&r, 0, 7, 9) - exp(2 * own) / (exp(2 * own) + (TOKENS - 1) * exp(2 * other))) < 1e-6);
    see(&r, 7, 9);
    own += 2.0 * (1.0 - p);
    other -= 2.0 * q;
  }
  rig_close(&r);
}

static void its_steps_run_out(void **state) {
  (void)state;
  for (int updates = 0; updates <= 3; updates += 3) {
    rig r = associate_rig(16, 5.0, updates);
    assert_int_equal(rig_open(&r, &associate_library), BAUD_OK);
    rig_init(&r, 3);
    for (int32_t i = 0; i < 10; i++) {
      uint64_t before = rig_hash(&r, 1u << BAUD_WEIGHT);
      see(&r, i, i + HALF);
      assert_true((before == rig_hash(&r, 1u << BAUD_WEIGHT)) == (updates > 0 && i >= updates));
    }
    rig_close(&r);
  }
}

/* Half of the tokens are followed by the other half, each taught once: of how many the right one is the likeliest. Mean of 40
 * sets of keys. With 64 dimensions two keys meet at a cosine of 1/8, with 4 at 1/2. */
static void few_dimensions_hold_few_associations(void **state) {
  enum { LIVES = 40 };
  static const int dimensions[3] = {4, 16, 64};
  double held[3] = {0.0, 0.0, 0.0};
  (void)state;
  for (int k = 0; k < 3; k++) {
    rig r = associate_rig(dimensions[k], 5.0, 0);
    assert_int_equal(rig_open(&r, &associate_library), BAUD_OK);
    for (uint64_t life = 0; life < LIVES; life++) {
      rig_init(&r, life);
      for (int32_t i = 0; i < HALF; i++) see(&r, i, i + HALF);
      for (int32_t i = 0; i < HALF; i++) {
        int is_likeliest = 1;
        double own = says(&r, 1, i, i + HALF);
        for (int32_t x = 0; x < TOKENS; x++) is_likeliest &= x == i + HALF || (double)r.answer[1][x] < own;
        held[k] += (double)is_likeliest / (LIVES * HALF);
      }
    }
    rig_close(&r);
  }
  assert_true(held[0] < 0.7 && held[0] + 0.1 < held[1] && held[1] < held[2] && held[2] > 0.98);
}

static uint32_t round_and_round(void *ctx, uint32_t lane, uint32_t state, uint32_t action, float *reward, uint8_t *flags) {
  (void)ctx, (void)lane, (void)action, (void)reward, (void)flags;
  return (state * 5 + 1) % TOKENS;
}

static void predicting_writes_nothing_and_a_seed_gives_one_life(void **state) {
  (void)state;
  rig r = associate_rig(8, 1.0, 0);
  r.lanes = 3;
  assert_int_equal(rig_open(&r, &associate_library), BAUD_OK);
  rig_check_predict(&r, round_and_round, NULL, 30);
  rig_check_determinism(&r, round_and_round, NULL, 20);
  rig_close(&r);
}

int main(void) {
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(a_step_is_that_of_the_delta_rule),
      cmocka_unit_test(its_steps_run_out),
      cmocka_unit_test(few_dimensions_hold_few_associations),
      cmocka_unit_test(predicting_writes_nothing_and_a_seed_gives_one_life),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
