/* test_catch.c - the falling ball against recorded steps of bsuite's, and by itself.
 */
#include "../../../plugins/env/catch.c" /* first: cmocka has a macro named fail */

#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <cmocka.h>

#include "bench.h"
#include "bsuite_catch.h"

static bench b;

static void open_catch(int64_t rows, int64_t columns, int64_t view, uint32_t lanes) {
  const baud_value values[CATCH_PARAMS] = {{rows, 0, NULL}, {columns, 0, NULL}, {view, 0, NULL}};
  bench_open(&b, &catch_ops, values, lanes);
}

static void boards_and_rewards_are_those_of_bsuite(void **unused) {
  double drawn[TAPE_NUMBERS];
  (void)unused;
  for (size_t i = 0; i < sizeof catch_recorded / sizeof *catch_recorded; i++) {
    const char *line = catch_recorded[i];
    if (line[0] == 'E') {
      if (i > 0) bench_close(&b);
      assert_int_equal(tape_read(line, 1, drawn), 3);
      open_catch((int64_t)drawn[0], (int64_t)drawn[1], CATCH_BOARD, 1);
      for (uint64_t seed = 0; ((catch_lane *)(void *)b.lane)->ball != (uint32_t)drawn[2] || seed == 0; seed++)
        bench_reset(&b, 0, seed); /* until the ball starts there */
      tape_sees(&b, line, 2, b.spec.obs->count);
      continue;
    }
    b.action[0] = (int32_t)tape_number(line, 1);
    bench_step(&b);
    assert_true((double)b.fact[CATCH_REWARD][0] == tape_number(line, 2));
    assert_int_equal(b.flags[0], tape_number(line, 3) != 0.0 ? BAUD_TERMINATED : 0);
    assert_true(b.fact[CATCH_SUCCESS][0] == (b.fact[CATCH_REWARD][0] == 1.0f ? 1.0f : 0.0f));
    tape_sees(&b, line, 4, b.spec.obs->count);
  }
  bench_close(&b);
}

static void the_state_is_the_board_in_one_number(void **unused) {
  (void)unused;
  open_catch(4, 3, CATCH_INDEX, 1);
  assert_int_equal(b.spec.obs->categories, 36);
  for (uint32_t row = 0; row < 4; row++)
    for (uint32_t ball = 0; ball < 3; ball++)
      for (uint32_t paddle = 0; paddle < 3; paddle++) {
        catch_lane lane = {row, ball, paddle, 0};
        catch_see(b.model, &lane, b.obs[0], 0);
        assert_int_equal(((int32_t *)(void *)b.sight[0])[0], (row * 3 + ball) * 3 + paddle);
      }
  bench_close(&b);
}

/* Each of five columns in 5,000 resets: chi^2 of 4 degrees of freedom is above 35 with probability 5e-7. */
static void the_ball_starts_in_any_column(void **unused) {
  double count[5] = {0}, chi = 0.0;
  (void)unused;
  open_catch(10, 5, CATCH_BOARD, 1);
  assert_int_equal(b.spec.max_steps, 9);
  for (uint64_t seed = 0; seed < 5000; seed++) {
    bench_reset(&b, 0, seed);
    count[((catch_lane *)(void *)b.lane)->ball]++;
  }
  for (int c = 0; c < 5; c++) chi += (count[c] - 1000.0) * (count[c] - 1000.0) / 1000.0;
  assert_true(chi < 35.0);
  bench_close(&b);
}

/* The share of random episodes that end in a catch, exactly: a walk of the paddle, by dynamic programming. */
static double caught_at_random(uint32_t rows, uint32_t columns) {
  double at[CATCH_MOST_COLUMNS] = {0}, share = 0.0;
  at[columns / 2] = 1.0;
  for (uint32_t step = 1; step < rows; step++) {
    double next[CATCH_MOST_COLUMNS] = {0};
    for (uint32_t c = 0; c < columns; c++) {
      next[c] += at[c] / 3.0;
      next[c > 0 ? c - 1 : 0] += at[c] / 3.0;
      next[c + 1 < columns ? c + 1 : c] += at[c] / 3.0;
    }
    memcpy(at, next, sizeof at);
  }
  for (uint32_t c = 0; c < columns; c++) share += at[c] / columns;
  return share;
}

/* 20,000 episodes: off by five standard errors with probability 6e-7. */
static void random_play_catches_as_often_as_the_walk_says(void **unused) {
  enum { EPISODES = 20000 };
  double p = caught_at_random(10, 5), caught = 0.0;
  uint64_t random = 4;
  (void)unused;
  open_catch(10, 5, CATCH_BOARD, 1);
  for (uint64_t seed = 0; seed < EPISODES; seed++) {
    bench_reset(&b, 0, seed);
    do {
      b.action[0] = (int32_t)baud_below(&random, CATCH_ACTIONS);
      bench_step(&b);
    } while (!b.flags[0]);
    caught += (double)b.fact[CATCH_SUCCESS][0];
  }
  assert_true(fabs(caught / EPISODES - p) < 5.0 * sqrt(p * (1.0 - p) / EPISODES));
  assert_true(fabs(p - 0.2) < 1e-12); /* wherever the paddle is, the ball is there once in five */
  bench_close(&b);
}

/* Follows one of the moves shown, another each time, in a board that is just wide enough and one that is too wide. */
static void the_expert_catches_what_can_be_caught(void **unused) {
  static const uint32_t boards[][2] = {{10, 5}, {3, 5}, {3, 7}};
  uint8_t optimal[CATCH_ACTIONS];
  uint64_t random = 5;
  (void)unused;
  for (int i = 0; i < 3; i++)
    for (uint64_t seed = 0; seed < 200; seed++) {
      open_catch(boards[i][0], boards[i][1], CATCH_BOARD, 1);
      bench_reset(&b, 0, seed);
      uint32_t ball = ((catch_lane *)(void *)b.lane)->ball, gap = catch_gap(ball, boards[i][1] / 2);
      do {
        baud_batch batch = bench_batch(&b);
        assert_int_equal(catch_optimal(b.model, &batch, optimal), BAUD_OK);
        do b.action[0] = (int32_t)baud_below(&random, CATCH_ACTIONS);
        while (!optimal[b.action[0]]);
        bench_step(&b);
      } while (!b.flags[0]);
      if (gap < boards[i][0]) assert_true(b.fact[CATCH_SUCCESS][0] == 1.0f);
      else assert_true(b.fact[CATCH_SUCCESS][0] == 0.0f);
      bench_close(&b);
    }
}

static void an_action_that_there_is_not_is_refused(void **unused) {
  const baud_value values[CATCH_PARAMS] = {{10, 0, NULL}, {5, 0, NULL}, {0, 0, NULL}};
  (void)unused;
  bench_refuses(&catch_ops, values, CATCH_ACTIONS);
}

static void the_picture_is_the_board(void **unused) {
  char cells[12];
  catch_lane lane = {1, 2, 0, 0};
  (void)unused;
  open_catch(4, 3, CATCH_BOARD, 1);
  assert_int_equal(catch_picture(b.model, NULL, &lane, cells), BAUD_OK);
  assert_memory_equal(cells, ".....o...=..", 12);
  bench_close(&b);
}

int main(void) {
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(boards_and_rewards_are_those_of_bsuite),
      cmocka_unit_test(the_state_is_the_board_in_one_number),
      cmocka_unit_test(the_ball_starts_in_any_column),
      cmocka_unit_test(random_play_catches_as_often_as_the_walk_says),
      cmocka_unit_test(the_expert_catches_what_can_be_caught),
      cmocka_unit_test(an_action_that_there_is_not_is_refused),
      cmocka_unit_test(the_picture_is_the_board),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
