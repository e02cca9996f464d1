/* Tests of the board's recent means: the last hundred episodes, and changes spread over the episodes between quizzes.
 */
#include "../test.h"

#include "worker/recent.h"

enum { RETURN = 0, ABSORBED = 5 }; /* places in board_figures */

static recent r;
static board_trial entry;

/* `n` episodes with this return; the last one of them with `absorbed` at a quiz. */
static void add(uint32_t n, float value, float absorbed) {
  static float returns[TRIAL_CHUNK], changes[TRIAL_CHUNK];
  trial_columns c = {.n = n, .measured = UINT64_C(1) << FIGURE_RETURN | UINT64_C(1) << FIGURE_ABSORBED_ALL};
  for (uint32_t i = 0; i < n; i++) {
    returns[i] = value;
    changes[i] = i + 1 == n ? absorbed : NAN;
  }
  c.figure[FIGURE_RETURN] = returns;
  c.figure[FIGURE_ABSORBED_ALL] = changes;
  recent_add(&r, &c);
  recent_publish(&r, &entry);
}

static double shown(int place) { return (double)atomic_load(&entry.recent[place]); }

static int begin(void **state) {
  (void)state;
  recent_reset(&r);
  recent_publish(&r, &entry);
  return 0;
}

static void nothing_is_shown_before_the_first_episode(void **state) {
  (void)state;
  assert_true(isnan(shown(RETURN)) && isnan(shown(ABSORBED)));
}

static void a_mean_is_over_the_last_hundred_episodes(void **state) {
  (void)state;
  add(1000, 5, NAN);
  add(25, 1, NAN);
  assert_close(shown(RETURN), 0.75 * 5 + 0.25 * 1, 1e-6);
}

static void a_change_is_spread_over_the_episodes(void **state) {
  (void)state;
  add(50, 0, 10); /* ten bits in fifty episodes */
  assert_close(shown(ABSORBED), 0.2, 1e-6);
  add(50, 0, 30);
  assert_close(shown(ABSORBED), 0.4, 1e-6);
}

static void a_change_older_than_the_window_stands_per_episode_until_the_next(void **state) {
  (void)state;
  add(400, 0, 8);
  add(150, 0, NAN);
  assert_close(shown(ABSORBED), 8.0 / 400, 1e-6);
}

static void an_unmeasured_figure_stays_unmeasured(void **state) {
  (void)state;
  add(10, 1, 1);
  assert_true(isnan(shown(7)));
  assert_true(isnan((double)atomic_load(&entry.funnel[0][0])));
}

int main(void) {
  const struct CMUnitTest tests[] = {
      cmocka_unit_test_setup(nothing_is_shown_before_the_first_episode, begin),
      cmocka_unit_test_setup(a_mean_is_over_the_last_hundred_episodes, begin),
      cmocka_unit_test_setup(a_change_is_spread_over_the_episodes, begin),
      cmocka_unit_test_setup(a_change_older_than_the_window_stands_per_episode_until_the_next, begin),
      cmocka_unit_test_setup(an_unmeasured_figure_stays_unmeasured, begin),
  };
  return cmocka_run_group_tests_name("recent", tests, NULL, NULL);
}
