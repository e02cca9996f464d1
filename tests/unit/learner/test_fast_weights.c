/* test_fast_weights.c - the delta rule's memory: what was seen once is known, what is taught stays when memory is gone, and
 * keys that are alike are in each other's way as the rule's closed form has it.
 */
#include "../test.h"

#undef fail /* cmocka's: the contract has a function of that name */
#define baud_plugin_1 fast_library
#include "../../../plugins/learner/fast_weights.c"
#undef baud_plugin_1
#include "rig.h"

enum { TOKENS = 8 };

static rig fast_rig(uint32_t actions) {
  rig r = {.states = TOKENS, .actions = actions, .lanes = 2, .channels = BAUD_MASK(BAUD_CH_OBSERVATION) | BAUD_MASK(BAUD_CH_REWARD)};
  rig_ask(&r, BAUD_ASK_ACTION, actions, NULL);
  rig_ask(&r, BAUD_ASK_OBSERVATION, TOKENS, NULL);
  return r;
}

static void open_rig(rig *r) {
  assert_int_equal(rig_open(r, &fast_library), BAUD_OK);
  assert_int_equal(r->setup.subscribed, BAUD_MASK(BAUD_CH_OBSERVATION));
  rig_init(r, 5);
}

/* Both lanes see `token` and then lane's own next one. */
static void see(rig *r, uint32_t token, uint32_t first, uint32_t second, uint32_t action) {
  for (uint32_t lane = 0; lane < 2; lane++) {
    r->obs[lane] = (int32_t)token;
    r->next[lane] = (int32_t)(lane ? second : first);
    r->action[lane] = (int32_t)action;
    r->starts[lane] = 0;
    r->flags[lane] = 0;
  }
  rig_predict(r, BAUD_TRAIN, 1);
  rig_learn(r);
}

/* What lane `lane` says of what follows `token`: the probability of `next`. */
static double says(rig *r, uint32_t lane, uint32_t token, uint32_t next, uint8_t starts) {
  r->obs[0] = r->obs[1] = (int32_t)token;
  r->starts[0] = r->starts[1] = starts;
  rig_predict(r, BAUD_EVAL, 0);
  return (double)r->answer[1][lane * TOKENS + next];
}

static void teach(rig *r, const int32_t *tokens, uint32_t n, const uint8_t *mask) {
  const void *obs[] = {tokens};
  int32_t actions[TOKENS] = {0};
  baud_span span = {BAUD_SIZE(baud_span), 0, n, 0, obs, actions, NULL, mask};
  const baud_teach *teaches = r->unit->extension("baud.teach/1");
  assert_int_equal(teaches->teach(r->model, r->blocks, &span, 1.0), BAUD_OK);
}

/* softmax of one 1 among zeros, by the sharpness that is the default */
static double sure(double x) { return exp(20.0 * x) / (exp(20.0 * x) + TOKENS - 1.0); }

static void what_was_seen_once_is_known_in_its_lane_until_the_episode_ends(void **state) {
  (void)state;
  rig r = fast_rig(TOKENS);
  open_rig(&r);
  assert_close(says(&r, 0, 3, 6, 0), 1.0 / TOKENS, 1e-6);
  see(&r, 3, 6, 7, 0);
  assert_close(says(&r, 0, 3, 6, 0), sure(1.0), 1e-6);
  assert_close(says(&r, 1, 3, 7, 0), sure(1.0), 1e-6);
  see(&r, 3, 2, 7, 0); /* replaced */
  assert_close(says(&r, 0, 3, 2, 0), sure(1.0), 1e-6);
  assert_close(says(&r, 0, 3, 2, 1), 1.0 / TOKENS, 1e-6);
  rig_close(&r);
}

static void what_is_taught_stays_when_memory_is_gone_and_the_mask_is_kept_to(void **state) {
  (void)state;
  static const int32_t tokens[] = {1, 5, 2, 6};
  static const uint8_t mask[] = {1, 1, 1, 0};
  rig r = fast_rig(TOKENS + 1);
  open_rig(&r);
  uint64_t memory = rig_hash(&r, 1u << BAUD_MEMORY);
  teach(&r, tokens, 4, mask);
  assert_true(memory == rig_hash(&r, 1u << BAUD_MEMORY));
  for (uint32_t lane = 0; lane < 2; lane++) {
    assert_close(says(&r, lane, 1, 5, 1), sure(1.0), 1e-6);
    assert_close(says(&r, lane, 5, 2, 1), sure(1.0), 1e-6);
    assert_close(says(&r, lane, 2, 6, 1), 1.0 / TOKENS, 1e-6);
  }
  rig_close(&r);
}

static void a_call_is_no_evidence_and_is_left_to_others(void **state) {
  (void)state;
  rig r = fast_rig(TOKENS + 1);
  rig_set(&r, "first_said", 4);
  rig_set(&r, "last_said", 5);
  open_rig(&r);
  uint64_t memory = rig_hash(&r, 1u << BAUD_MEMORY);
  see(&r, 3, 3, 3, TOKENS);
  assert_true(memory == rig_hash(&r, 1u << BAUD_MEMORY));
  (void)says(&r, 0, 3, 3, 0);
  for (uint32_t a = 0; a <= TOKENS; a++) assert_close((double)r.answer[0][a], a == 4 || a == 5 ? 0.5 : 0.0, 1e-6);
  rig_close(&r);
  rig none = fast_rig(TOKENS);
  rig_set(&none, "first_said", TOKENS);
  assert_int_equal(rig_open(&none, &fast_library), BAUD_EARG);
}

/* W k of an older key after a new pair is written: v_old - (k_old . k_new)(v_new' ..): by hand from the keys. */
static void keys_that_are_alike_disturb_each_other_by_the_closed_form(void **state) {
  (void)state;
  static const int32_t first[] = {1, 5}, second[] = {2, 6};
  rig r = fast_rig(TOKENS);
  rig_set(&r, "units", 3);
  open_rig(&r);
  const float *key = r.blocks[rig_block(&r, "keys")];
  double alike = 0.0, norm = 0.0;
  for (uint32_t i = 0; i < 3; i++) {
    alike += (double)key[3 + i] * (double)key[6 + i];
    norm += (double)key[3 + i] * (double)key[3 + i];
  }
  assert_close(norm, 1.0, 1e-6);
  teach(&r, first, 2, NULL);
  teach(&r, second, 2, NULL);
  const fast_model *m = r.model;
  const float *slow = r.blocks[rig_block(&r, "slow")];
  /* W = v1 k1' + (v2 - a v1) k2', a = k1.k2: W k1 = (1 - a^2) v1 + a v2, W k2 = v2 */
  assert_close(fast_read(m, r.blocks, slow, 1, 5), 1.0 - alike * alike, 1e-5);
  assert_close(fast_read(m, r.blocks, slow, 1, 6), alike, 1e-5);
  assert_close(fast_read(m, r.blocks, slow, 2, 6), 1.0, 1e-5);
  assert_close(fast_read(m, r.blocks, slow, 2, 5), 0.0, 1e-5);
  rig_close(&r);
}

int main(void) {
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(what_was_seen_once_is_known_in_its_lane_until_the_episode_ends),
      cmocka_unit_test(what_is_taught_stays_when_memory_is_gone_and_the_mask_is_kept_to),
      cmocka_unit_test(a_call_is_no_evidence_and_is_left_to_others),
      cmocka_unit_test(keys_that_are_alike_disturb_each_other_by_the_closed_form),
  };
  cmocka_set_message_output(CM_OUTPUT_TAP);
  return cmocka_run_group_tests(tests, NULL, NULL);
}
