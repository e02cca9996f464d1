/* Tests of the schedule: the order of the plan, waiting for parents, ends that hand down, and counts that add up.
 */
#include "../test.h"

#include "supervisor/schedule.h"

enum { TRIALS = 6 };

/* 0 and 1 stand alone; 2 starts from 0, 3 from 1; 4 from 2; 5 alone. */
static plan_trial trials[TRIALS] = {{.from = -1}, {.from = -1}, {.from = 0}, {.from = 1}, {.from = 2}, {.from = -1}};
static const plan tree = {.n_trials = TRIALS, .trials = trials};

static void assert_counts_add_up(const schedule *s) {
  uint32_t n = 0;
  for (int i = 0; i < STATUS_KINDS; i++) n += s->count[i];
  assert_int_equal(n, TRIALS);
}

static int64_t take(schedule *s) {
  int64_t next = schedule_next(s);
  if (next >= 0) s->task[next].is_assigned = 1;
  return next;
}

static void end(schedule *s, uint32_t index, enum trial_status status) {
  schedule_set(s, index, status, NULL);
  schedule_return(s, index);
}

static void trials_go_out_in_the_order_of_the_plan(void **state) {
  schedule s;
  (void)state;
  assert_int_equal(schedule_init(&s, &tree, NULL), 0);
  assert_int_equal(take(&s), 0);
  assert_int_equal(take(&s), 1);
  assert_int_equal(take(&s), 5); /* 2, 3 and 4 wait */
  assert_int_equal(take(&s), SCHEDULE_NONE);
  schedule_clear(&s);
}

static void a_trial_waits_until_its_parent_is_done(void **state) {
  schedule s;
  (void)state;
  assert_int_equal(schedule_init(&s, &tree, NULL), 0);
  take(&s), take(&s), take(&s);
  schedule_set(&s, 1, STATUS_RUNNING, NULL);
  assert_int_equal(take(&s), SCHEDULE_NONE);
  end(&s, 1, STATUS_DONE);
  assert_int_equal(take(&s), 3);
  end(&s, 0, STATUS_DONE);
  assert_int_equal(take(&s), 2);
  end(&s, 2, STATUS_DONE);
  assert_int_equal(take(&s), 4);
  assert_counts_add_up(&s);
  schedule_clear(&s);
}

static void a_failure_ends_all_that_start_from_it(void **state) {
  schedule s;
  (void)state;
  assert_int_equal(schedule_init(&s, &tree, NULL), 0);
  take(&s);
  end(&s, 0, STATUS_FAILED);
  assert_int_equal(schedule_end_orphans(&s), 2);
  assert_int_equal(s.task[2].status, STATUS_FAILED);
  assert_int_equal(s.task[4].status, STATUS_FAILED);
  assert_int_equal(s.task[3].status, STATUS_QUEUED);
  assert_non_null(strstr(s.task[4].reason, "trial 2"));
  assert_counts_add_up(&s);
  schedule_clear(&s);
}

static void a_trial_that_is_given_back_is_the_next_again(void **state) {
  schedule s;
  (void)state;
  assert_int_equal(schedule_init(&s, &tree, NULL), 0);
  take(&s), take(&s), take(&s);
  schedule_return(&s, 0);
  assert_int_equal(take(&s), 0);
  schedule_clear(&s);
}

static void a_paused_trial_is_passed_over_and_comes_back_in_its_place(void **state) {
  schedule s;
  (void)state;
  assert_int_equal(schedule_init(&s, &tree, NULL), 0);
  schedule_set(&s, 0, STATUS_PAUSED, NULL);
  assert_int_equal(take(&s), 1);
  assert_int_equal(take(&s), 5);
  schedule_set(&s, 0, STATUS_QUEUED, NULL);
  assert_int_equal(take(&s), 0);
  schedule_clear(&s);
}

static void a_run_is_over_when_every_trial_has_ended(void **state) {
  static const enum trial_status ends[] = {STATUS_DONE, STATUS_STOPPED, STATUS_FAILED};
  schedule s;
  (void)state;
  assert_int_equal(schedule_init(&s, &tree, NULL), 0);
  for (uint32_t i = 0; i < TRIALS; i++) {
    assert_false(schedule_is_over(&s));
    end(&s, i, ends[i % 3]);
  }
  assert_true(schedule_is_over(&s));
  schedule_reset(&s, 3);
  assert_false(schedule_is_over(&s));
  assert_counts_add_up(&s);
  schedule_clear(&s);
}

int main(void) {
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(trials_go_out_in_the_order_of_the_plan),
      cmocka_unit_test(a_trial_waits_until_its_parent_is_done),
      cmocka_unit_test(a_failure_ends_all_that_start_from_it),
      cmocka_unit_test(a_trial_that_is_given_back_is_the_next_again),
      cmocka_unit_test(a_paused_trial_is_passed_over_and_comes_back_in_its_place),
      cmocka_unit_test(a_run_is_over_when_every_trial_has_ended),
  };
  return cmocka_run_group_tests_name("schedule", tests, NULL, NULL);
}
