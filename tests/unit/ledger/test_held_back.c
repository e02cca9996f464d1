/* test_held_back.c - rewards that are delivered later than their step, delayed or summed, held to the reference of
 * dial.h: exact while at most one fact in a delivery is uncertain, a bound from then on.
 *
 * Draws have fixed seeds and are checked against identities, so nothing can fail by chance.
 */
#include "dial.h"

/* ---- Views with memory ---------------------------------------------------------------------------------- */

static void a_delayed_reward_tells_when_it_arrives_and_no_less(void **state) {
  (void)state;
  for (uint32_t delay = 1; delay <= 3; delay++)
    for (uint32_t secret = 0; secret < NUMBERS; secret++) {
      baud_view v = view_of(DISTANCE);
      v.delay = delay;
      v.scale = 3.0;
      table t;
      open_table(&t, secret, REWARD, &v);
      assert_true(crossing_has_memory(t.crossing));
      /* a, b, then a again until b is left as the only unknown in the flush */
      uint32_t numbers[STEPS] = {(secret + 1) % NUMBERS, (secret + 3) % NUMBERS}, n = delay + 2;
      for (uint32_t i = 2; i < n; i++) numbers[i] = numbers[0];
      deed deeds[STEPS];
      act(&t, numbers, n, deeds);
      tell_start(&t, 0);
      for (uint32_t i = 0; i < n; i++) {
        assert_int_equal(tell_step(&t, 0, deeds, i, n), 0);
        if (i < delay) assert_close(sum_of(t.surprise), 0.0, 0.0);
        if (i == delay) assert_true(t.surprise[BAUD_CH_REWARD] > 0.0);
      }
      count_in(&t, deeds, n);
      check_against_reference(&t);
      assert_int_equal(crossing_kind_of(t.crossing), CROSSING_EXACT);
      close_table(&t);
    }
}

/* The hint comes at once, the reward later, for the hint of its own step. */
static void a_delay_holds_back_the_reward_and_not_the_observation(void **state) {
  (void)state;
  for (uint32_t secret = 0; secret < NUMBERS; secret++) {
    baud_view v = view_of(RIGHT);
    v.delay = 2;
    table t;
    open_table(&t, secret, REWARD | OBSERVATION, &v);
    t.model.hint_error = 0.25;
    static const uint32_t numbers[] = {0, 1, 0, 0};
    deed deeds[STEPS];
    act(&t, numbers, 4, deeds);
    tell_start(&t, 0);
    for (uint32_t i = 0; i < 4; i++) {
      double before = t.surprise[BAUD_CH_OBSERVATION];
      assert_int_equal(tell_step(&t, 0, deeds, i, 4), 0);
      assert_true(t.surprise[BAUD_CH_OBSERVATION] > before);
    }
    count_in(&t, deeds, 4);
    check_against_reference(&t);
    assert_int_equal(crossing_kind_of(t.crossing), CROSSING_EXACT);
    close_table(&t);
  }
}

static void lanes_have_queues_of_their_own(void **state) {
  (void)state;
  baud_view v = view_of(RIGHT);
  v.delay = 1;
  table t;
  open_table(&t, 3, REWARD, &v);
  static const uint32_t numbers[2][4] = {{0, 0, 1, 0}, {2, 2, 2, 2}};
  deed deeds[2][STEPS];
  for (int lane = 0; lane < 2; lane++) act(&t, numbers[lane], 4, deeds[lane]);
  tell_start(&t, 0);
  for (uint32_t tick = 0; tick < 6; tick++) { /* lane 1 begins two ticks later */
    if (tick == 2) tell_start(&t, 1);
    if (tick < 4) assert_int_equal(tell_step(&t, 0, deeds[0], tick, 4), 0);
    if (tick >= 2) assert_int_equal(tell_step(&t, 1, deeds[1], tick - 2, 4), 0);
  }
  for (int lane = 0; lane < 2; lane++) count_in(&t, deeds[lane], 4);
  check_against_reference(&t);
  assert_close(sum_of(t.surprise), log2(5.0 / 2), 1e-12); /* 0, 1 and 2 are ruled out */
  close_table(&t);
}

static void an_episode_cut_off_leaves_nothing_for_the_next(void **state) {
  (void)state;
  baud_view v = view_of(RIGHT);
  v.delay = 3;
  table t;
  open_table(&t, 3, REWARD, &v);
  static const uint32_t first[] = {0, 1, 2}, second[] = {4};
  deed deeds[STEPS];
  act(&t, first, 3, deeds);
  tell_start(&t, 0);
  for (uint32_t i = 0; i < 2; i++) assert_int_equal(tell_step(&t, 0, deeds, i, 3), 0); /* and never its end */
  play(&t, second, 1);
  check_against_reference(&t); /* the reference knows of the second alone */
  assert_close(sum_of(t.surprise), log2(5.0 / 4), 1e-12);
  close_table(&t);
}

static void a_sum_with_one_uncertain_fact_is_exact(void **state) {
  (void)state;
  for (uint32_t secret = 0; secret < NUMBERS; secret++)
    for (uint32_t fact = DISTANCE; fact <= RIGHT; fact++) {
      baud_view v = view_of(fact);
      v.when = BAUD_VIEW_SUM;
      v.scale = 0.5;
      v.offset = 2.0;
      table t;
      open_table(&t, secret, REWARD, &v);
      static const uint32_t alone[] = {2}, known_but_one[] = {2, 2, 0, 2}, two_known[] = {2, 0, 4, 0};
      play(&t, alone, 1);
      check_against_reference(&t);
      play(&t, known_but_one, 4);
      check_against_reference(&t);
      play(&t, two_known, 4);
      check_against_reference(&t);
      play(&t, two_known, 4); /* everything in it is known by now */
      check_against_reference(&t);
      assert_int_equal(crossing_kind_of(t.crossing), CROSSING_EXACT);
      close_table(&t);
    }
}

static void a_sum_with_noise_on_it_is_exact_too(void **state) {
  static const uint32_t number[] = {2};
  (void)state;
  for (uint32_t secret = 0; secret < NUMBERS; secret++) {
    baud_view v = view_of(RIGHT);
    v.when = BAUD_VIEW_SUM;
    v.flip = 0.2;
    v.drop = 0.1;
    table t;
    open_table(&t, secret, REWARD, &v);
    for (int i = 0; i < 20; i++) play(&t, number, 1);
    check_against_reference(&t);
    assert_int_equal(crossing_kind_of(t.crossing), CROSSING_EXACT);
    close_table(&t);
  }
}

/* P(sum) against the product over its parts: each by itself tells more, and that is what is counted then. */
static void a_sum_over_several_uncertain_facts_is_a_bound_from_then_on(void **state) {
  int strictly_more = 0;
  (void)state;
  for (uint32_t secret = 0; secret < NUMBERS; secret++) {
    baud_view v = view_of(DISTANCE), each = view_of(DISTANCE);
    v.when = BAUD_VIEW_SUM;
    table t, parts;
    static const uint32_t numbers[] = {0, 1, 3};
    open_table(&t, secret, REWARD, &v);
    open_table(&parts, secret, REWARD, &each);
    play(&t, numbers, 3);
    play(&parts, numbers, 3);
    assert_int_equal(crossing_kind_of(t.crossing), CROSSING_BOUND);
    assert_close(sum_of(t.surprise), sum_of(parts.surprise), 1e-12);
    double exact = 0.0;
    for (int k = 0; k < NUMBERS; k++) exact += t.likely[k] / NUMBERS;
    assert_true(sum_of(t.surprise) >= -log2(exact) - 1e-12);
    strictly_more += sum_of(t.surprise) > -log2(exact) + 0.1;
    play(&t, numbers, 1);
    assert_int_equal(crossing_kind_of(t.crossing), CROSSING_BOUND); /* never exact again */
    close_table(&t);
    close_table(&parts);
  }
  assert_true(strictly_more > 0);
}

static void a_flush_of_several_uncertain_facts_is_a_bound(void **state) {
  (void)state;
  baud_view v = view_of(DISTANCE);
  v.delay = 2;
  table t;
  open_table(&t, 4, REWARD, &v);
  static const uint32_t numbers[] = {1, 2, 3};
  play(&t, numbers, 3);
  assert_int_equal(crossing_kind_of(t.crossing), CROSSING_BOUND);
  assert_close(sum_of(t.surprise), log2(5.0), 1e-12); /* 3 off from 1: it is 4 */
  close_table(&t);
}

static void memory_needs_a_world_and_a_limit(void **state) {
  (void)state;
  for (int i = 0; i < 3; i++) {
    table t = {.random = 1};
    baud_error error = {0};
    baud_view v = view_of(RIGHT);
    v.delay = 1;
    open_table(&t, 1, REWARD, &v);
    close_table(&t);
    if (i == 1) t.border.limit = 0;
    if (i == 2) t.border.world = NULL;
    assert_int_equal(crossing_open(&t.crossing, &t.border, &error), 0);
    static const enum crossing_kind kinds[] = {CROSSING_EXACT, CROSSING_BOUND, CROSSING_NONE};
    assert_int_equal(crossing_kind_of(t.crossing), kinds[i]);
    close_table(&t);
  }
}

/* The secret is 0, so the facts are 1, 2, 0, 4. */
static void a_late_reward_that_is_not_of_its_facts_fails(void **state) {
  static const struct { uint32_t delay, when, at; float delivered; int is_right; } cases[] = {
      {1, BAUD_VIEW_EVERY_STEP, 1, 1.0f, 1}, {1, BAUD_VIEW_EVERY_STEP, 1, 2.0f, 0},
      {1, BAUD_VIEW_EVERY_STEP, 2, 2.0f, 1},
      {1, BAUD_VIEW_EVERY_STEP, 2, 0.0f, 0}, {1, BAUD_VIEW_EVERY_STEP, 3, 4.0f, 1},
      {1, BAUD_VIEW_EVERY_STEP, 3, 1.0f, 0},
      {3, BAUD_VIEW_EVERY_STEP, 3, 7.0f, 1}, {3, BAUD_VIEW_EVERY_STEP, 3, 6.0f, 0}, {0, BAUD_VIEW_SUM, 3, 7.0f, 1},
      {0, BAUD_VIEW_SUM, 3, 8.0f, 0},        {0, BAUD_VIEW_SUM, 3, NAN, 0}};
  static const uint32_t numbers[] = {1, 2, 0, 4};
  (void)state;
  for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
    table t;
    deed deeds[STEPS];
    baud_view v = view_of(DISTANCE);
    v.delay = cases[i].delay;
    v.when = cases[i].when;
    open_table(&t, 0, REWARD, &v);
    act(&t, numbers, 4, deeds);
    deeds[cases[i].at].delivered = cases[i].delivered;
    int code = 0;
    for (uint32_t k = 0; k < 4 && code == 0; k++) code = tell_step(&t, 0, deeds, k, 4);
    if (code != (cases[i].is_right ? 0 : BAUD_EPLUGIN)) fail_msg("case %zu: code %d", i, code);
    close_table(&t);
  }
}

int main(void) {
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(a_delayed_reward_tells_when_it_arrives_and_no_less),
      cmocka_unit_test(a_delay_holds_back_the_reward_and_not_the_observation),
      cmocka_unit_test(lanes_have_queues_of_their_own),
      cmocka_unit_test(an_episode_cut_off_leaves_nothing_for_the_next),
      cmocka_unit_test(a_sum_with_one_uncertain_fact_is_exact),
      cmocka_unit_test(a_sum_with_noise_on_it_is_exact_too),
      cmocka_unit_test(a_sum_over_several_uncertain_facts_is_a_bound_from_then_on),
      cmocka_unit_test(a_flush_of_several_uncertain_facts_is_a_bound),
      cmocka_unit_test(a_late_reward_that_is_not_of_its_facts_fails),
      cmocka_unit_test(memory_needs_a_world_and_a_limit),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
