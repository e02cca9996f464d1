/* test_sft.c - next-token training: answers become the stream's own probabilities, and a span teaches what its mask names.
 */
#include "../test.h"

#undef fail /* cmocka's: the contract has a function of that name */
#define baud_plugin_1 sft_library
#include "../../../plugins/learner/sft.c"
#undef baud_plugin_1
#include "rig.h"

enum { TOKENS = 4, ACTIONS = 4, LANES = 4 };

/* P(next | token, action): the token itself with .7 when the action is even, the one behind it when odd; else any. */
static double truth(uint32_t token, uint32_t action, uint32_t next) {
  return (next == (token + action % 2) % TOKENS ? 0.7 : 0.0) + 0.3 / TOKENS;
}
static uint32_t chain(void *ctx, uint32_t lane, uint32_t state, uint32_t action, float *reward, uint8_t *flags) {
  uint64_t *random = ctx;
  (void)lane, (void)reward;
  *flags = baud_bernoulli(random, 0.02) ? BAUD_TERMINATED : 0;
  return baud_bernoulli(random, 0.7) ? (state + action % 2) % TOKENS : baud_below(random, TOKENS);
}

static rig sft_rig_of(int core, uint32_t lanes, uint32_t actions) {
  rig r = {.states = TOKENS, .actions = actions, .lanes = lanes, .channels = BAUD_MASK(BAUD_CH_OBSERVATION) | BAUD_MASK(BAUD_CH_REWARD)};
  rig_ask(&r, BAUD_ASK_ACTION, actions, NULL);
  rig_ask(&r, BAUD_ASK_OBSERVATION, TOKENS, NULL);
  rig_set(&r, "core", core);
  rig_set(&r, "units", 16);
  rig_set(&r, "heads", 2);
  rig_set(&r, "window", 8);
  rig_set(&r, "horizon", 16);
  rig_set(&r, "lr", 3e-3);
  return r;
}
static rig sft_rig(int core, uint32_t lanes) { return sft_rig_of(core, lanes, ACTIONS); }

static void answers_become_the_probabilities_of_the_stream(void **state) {
  (void)state;
  for (int core = 0; core < NN_SEQUENCE_KINDS; core++) {
    uint64_t random = 5;
    rig r = sft_rig(core, LANES);
    assert_int_equal(rig_open(&r, &sft_library), BAUD_OK);
    assert_int_equal(r.setup.subscribed, BAUD_MASK(BAUD_CH_OBSERVATION)); /* it is told of no reward */
    rig_init(&r, 9);
    double excess = 0.0;
    int n = 0;
    for (int i = 0; i < 16000; i++) {
      (void)rig_tick(&r, chain, &random, 0);
      if (i < 14000) continue;
      rig_predict(&r, BAUD_EVAL, 0);
      for (uint32_t lane = 0; lane < LANES; lane++)
        for (uint32_t k = 0; k < TOKENS; k++) {
          double p = truth((uint32_t)r.obs[lane], (uint32_t)r.action[lane], k);
          excess += p * log2(p / (double)r.answer[1][lane * TOKENS + k]);
          n += k == 0;
        }
    }
    assert_true(excess / n < 0.03); /* bits a token above the entropy; uniform answers: .66 */
    rig_close(&r);
  }
}

static void every_core_keeps_the_contract(void **state) {
  (void)state;
  for (int core = 0; core < NN_SEQUENCE_KINDS; core++) {
    rig r = sft_rig(core, 3);
    uint64_t random = 5;
    assert_int_equal(rig_open(&r, &sft_library), BAUD_OK);
    rig_init(&r, 9);
    for (int i = 0; i < 40; i++) {
      uint64_t frozen = rig_hash(&r, RIG_FROZEN), traces = rig_hash(&r, 1u << BAUD_TRACE);
      rig_predict(&r, BAUD_EVAL, 0);
      assert_true(traces == rig_hash(&r, 1u << BAUD_TRACE));
      rig_predict(&r, BAUD_TRAIN, 0);
      assert_true(frozen == rig_hash(&r, RIG_FROZEN));
      (void)rig_tick(&r, chain, &random, 0);
    }
    rig_close(&r);
  }
}

/* What it says comes after `token` at an episode's beginning. */
static float says(rig *r, int32_t token, int32_t next) {
  r->obs[0] = token;
  r->starts[0] = 1;
  r->action[0] = 0;
  rig_predict(r, BAUD_EVAL, 1);
  return r->answer[1][next];
}

static void a_span_teaches_what_its_mask_names_and_nothing_else(void **state) {
  static const int32_t token[2][2] = {{0, 3}, {1, 2}}; /* 3 comes after 0; 2 after 1 */
  static const int32_t action[2] = {0, 0};
  (void)state;
  const baud_teach *teach = sft_extension("baud.teach/1");
  for (int masked = 0; masked < 3; masked++) { /* both; the first; none */
    rig r = sft_rig(NN_SEQUENCE_GRU, 1);
    assert_int_equal(rig_open(&r, &sft_library), BAUD_OK);
    rig_init(&r, 9);
    uint64_t before = rig_hash(&r, RIG_KEPT);
    for (int i = 0; i < 300; i++)
      for (int fact = 0; fact < 2; fact++) {
        const uint8_t mask[2] = {0, masked == 0 || (masked == 1 && fact == 0)};
        const void *const obs[1] = {token[fact]};
        baud_span span = {.size = BAUD_SIZE(baud_span), .steps = 2, .obs = obs, .action = action, .mask = mask};
        assert_int_equal(teach->teach(r.model, r.blocks, &span, 3.0), BAUD_OK);
      }
    if (masked == 2) assert_true(before == rig_hash(&r, RIG_KEPT));
    else assert_true(says(&r, 0, 3) > 0.95f);
    if (masked == 0) assert_true(says(&r, 1, 2) > 0.95f);
    if (masked == 1) assert_true(says(&r, 1, 2) < 0.5f);
    rig_close(&r);
  }
}

/* The first step of Adam from nothing is rate * lr along each weight's sign: at the rate 3 it is three times as long. */
static void a_span_is_taught_at_the_rate_that_is_asked_for(void **state) {
  static const int32_t token[2] = {0, 3}, action[2] = {0, 0};
  static const uint8_t mask[2] = {0, 1};
  const void *const obs[1] = {token};
  const baud_span span = {.size = BAUD_SIZE(baud_span), .steps = 2, .obs = obs, .action = action, .mask = mask};
  double moved[2] = {0.0};
  (void)state;
  for (int i = 0; i < 2; i++) {
    rig r = sft_rig(NN_SEQUENCE_GRU, 1);
    assert_int_equal(rig_open(&r, &sft_library), BAUD_OK);
    rig_init(&r, 9);
    size_t n = rig_block_bytes(&r, SFT_THETA) / sizeof(float);
    const float *theta = r.blocks[SFT_THETA];
    float *before = malloc(n * sizeof *before);
    memcpy(before, theta, n * sizeof *before);
    assert_int_equal(((const baud_teach *)sft_extension("baud.teach/1"))->teach(r.model, r.blocks, &span, i ? 3.0 : 1.0), BAUD_OK);
    for (size_t k = 0; k < n; k++) moved[i] += fabs((double)theta[k] - (double)before[k]);
    free(before);
    rig_close(&r);
  }
  assert_true(moved[0] > 0.0);
  assert_true(fabs(moved[1] / moved[0] - 3.0) < 1e-3);
}

/* A call that learns from its span four times is four calls that learn once each. */
static void a_span_is_learnt_from_as_many_times_as_epochs_say(void **state) {
  static const int32_t token[2] = {0, 3}, action[2] = {0, 0};
  static const uint8_t mask[2] = {0, 1};
  const void *const obs[1] = {token};
  const baud_span span = {.size = BAUD_SIZE(baud_span), .steps = 2, .obs = obs, .action = action, .mask = mask};
  uint64_t after[2];
  (void)state;
  for (int at_once = 0; at_once < 2; at_once++) {
    rig r = sft_rig(NN_SEQUENCE_GRU, 1);
    rig_set(&r, "epochs", at_once ? 4 : 1);
    assert_int_equal(rig_open(&r, &sft_library), BAUD_OK);
    rig_init(&r, 9);
    for (int call = 0; call < (at_once ? 1 : 4); call++)
      assert_int_equal(((const baud_teach *)sft_extension("baud.teach/1"))->teach(r.model, r.blocks, &span, 1.0), BAUD_OK);
    after[at_once] = rig_hash(&r, RIG_KEPT);
    rig_close(&r);
  }
  assert_true(after[0] == after[1]);
}

/* With two actions that are the tokens 2 and 3, and a third that is none: it acts as it expects these two, never the third. */
static void where_actions_are_some_of_the_tokens_it_says_these(void **state) {
  static const int32_t token[2] = {0, 3}, action[2] = {0, 0};
  static const uint8_t mask[2] = {0, 1};
  const void *const obs[1] = {token};
  const baud_span span = {.size = BAUD_SIZE(baud_span), .steps = 2, .obs = obs, .action = action, .mask = mask};
  (void)state;
  for (int is_told = 0; is_told < 2; is_told++) {
    rig r = sft_rig_of(NN_SEQUENCE_GRU, 1, 3);
    if (is_told) {
      rig_set(&r, "says", 2);
      rig_set(&r, "first", 2);
    }
    assert_int_equal(rig_open(&r, &sft_library), BAUD_OK);
    rig_init(&r, 9);
    for (int i = 0; i < 300; i++)
      assert_int_equal(((const baud_teach *)sft_extension("baud.teach/1"))->teach(r.model, r.blocks, &span, 3.0), BAUD_OK);
    r.obs[0] = 0;
    r.starts[0] = 1;
    rig_predict(&r, BAUD_EVAL, 0);
    const float *policy = r.answer[0];
    if (is_told) assert_true(policy[1] > 0.95f && policy[2] == 0.0f); /* 3 comes after 0 */
    else assert_true(fabs((double)policy[2] - 1.0 / 3.0) < 1e-6); /* at random */
    assert_true(fabs((double)(policy[0] + policy[1] + policy[2]) - 1.0) < 1e-6);
    rig_close(&r);
  }
}

int main(void) {
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(answers_become_the_probabilities_of_the_stream),
      cmocka_unit_test(every_core_keeps_the_contract),
      cmocka_unit_test(a_span_teaches_what_its_mask_names_and_nothing_else),
      cmocka_unit_test(a_span_is_taught_at_the_rate_that_is_asked_for),
      cmocka_unit_test(a_span_is_learnt_from_as_many_times_as_epochs_say),
      cmocka_unit_test(where_actions_are_some_of_the_tokens_it_says_these),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
