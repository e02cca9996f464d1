/* test_rooms.c - what the rooms are like, where moves lead, and what they pay.
 */
#include "../../../plugins/env/rooms.c" /* first: cmocka has a macro named fail */

#include <math.h>
#include <stdio.h>
#include <setjmp.h>
#include <stdarg.h>
#include <cmocka.h>

#include "bench.h"

static void open_rooms(bench *b, int64_t which, double slip, int64_t max_steps, uint32_t lanes) {
  const baud_value values[ROOMS_PARAMS] = {{.i = which}, {.f = slip}, {.i = max_steps}};
  bench_open(b, &rooms_ops, values, lanes);
  for (uint32_t k = 0; k < lanes; k++) bench_reset(b, k, 7 + k);
}

static char here(const bench *b) { return ((const rooms *)b->model)->layout->cells[(int)bench_see(b, 0)]; }

static void walk(bench *b, const char *way) {
  for (; *way; way++) {
    b->action[0] = *way == 'u' ? ROOMS_UP : *way == 'r' ? ROOMS_RIGHT : *way == 'd' ? ROOMS_DOWN : ROOMS_LEFT;
    bench_step(b);
  }
}

/* Walled in, one start and one goal, which can be reached only through hallways. */
static void all_rooms_are_whole(void **unused) {
  static const int hallways[ROOMS_LAYOUTS] = {1, 4}, free_cells[ROOMS_LAYOUTS] = {73, 104};
  (void)unused;
  for (int which = 0; which < ROOMS_LAYOUTS; which++) {
    const rooms_layout *l = &rooms_layouts[which];
    int count[128] = {0};
    assert_int_equal(strlen(l->cells), l->width * l->height);
    for (uint32_t i = 0; i < l->width * l->height; i++) {
      uint32_t row = i / l->width, column = i % l->width;
      count[(int)l->cells[i]]++;
      if (row == 0 || column == 0 || row + 1 == l->height || column + 1 == l->width) assert_int_equal(l->cells[i], '#');
    }
    assert_int_equal(count['S'], 1);
    assert_int_equal(count['G'], 1);
    assert_int_equal(count['h'], hallways[which]);
    assert_int_equal(l->width * l->height - (uint32_t)count['#'], free_cells[which]);
  }
}

static void moves_lead_where_they_should_and_pay_what_is_there(void **unused) {
  static bench b;
  (void)unused;
  open_rooms(&b, ROOMS_TWO, 0.0, 0, 1);
  assert_int_equal(here(&b), 'S');
  walk(&b, "l"); /* a wall */
  assert_int_equal(here(&b), 'S');
  assert_true(b.fact[ROOMS_REWARD][0] == 0.0f);
  walk(&b, "r");
  assert_int_equal(here(&b), '-');
  assert_true(b.fact[ROOMS_REWARD][0] == -1.0f && b.flags[0] == 0);
  walk(&b, "lddd"); /* round the place to be avoided */
  walk(&b, "rrrrr");
  walk(&b, "uuu");
  walk(&b, "r");
  assert_int_equal(here(&b), 'h');
  walk(&b, "rddd");
  assert_true(b.fact[ROOMS_REWARD][0] == 0.0f);
  walk(&b, "rr");
  assert_true(b.fact[ROOMS_REWARD][0] == 1.0f && b.fact[ROOMS_SUCCESS][0] == 1.0f && b.flags[0] == BAUD_TERMINATED);
  bench_close(&b);
}

/* Of 30,000 moves each other direction has its ninth: 6 deviations, of a binomial, 2e-9 each. */
static void moves_slip_to_all_other_sides_alike(void **unused) {
  enum { MOVES = 30000 };
  static bench b;
  double count[ROOMS_ACTIONS] = {0};
  (void)unused;
  open_rooms(&b, ROOMS_FOUR, 1.0 / 3.0, 0, 1);
  uint32_t middle = 9 * 13 + 9;
  for (int i = 0; i < MOVES; i++) {
    ((rooms_lane *)(void *)b.lane)->cell = middle;
    b.action[0] = ROOMS_DOWN;
    bench_step(&b);
    for (uint32_t a = 0; a < ROOMS_ACTIONS; a++) count[a] += (uint32_t)bench_see(&b, 0) == ((const rooms *)b.model)->next[middle][a];
  }
  for (uint32_t a = 0; a < ROOMS_ACTIONS; a++) {
    double p = a == ROOMS_DOWN ? 2.0 / 3.0 : 1.0 / 9.0;
    assert_true(fabs(count[a] - p * MOVES) < 6.0 * sqrt(p * (1.0 - p) * MOVES));
  }
  bench_close(&b);
}

static void an_episode_can_be_limited(void **unused) {
  static bench b;
  (void)unused;
  open_rooms(&b, ROOMS_FOUR, 0.0, 3, 1);
  walk(&b, "ll");
  assert_int_equal(b.flags[0], 0);
  walk(&b, "l");
  assert_int_equal(b.flags[0], BAUD_TERMINATED);
  assert_true(b.fact[ROOMS_SUCCESS][0] == 0.0f);
  bench_close(&b);
}

static void illegal_moves_are_refused(void **unused) {
  const baud_value values[ROOMS_PARAMS] = {{.i = ROOMS_FOUR}, {.f = 0.3}, {.i = 0}};
  (void)unused;
  bench_refuses(&rooms_ops, values, ROOMS_ACTIONS);
}

int main(void) {
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(all_rooms_are_whole),
      cmocka_unit_test(moves_lead_where_they_should_and_pay_what_is_there),
      cmocka_unit_test(moves_slip_to_all_other_sides_alike),
      cmocka_unit_test(an_episode_can_be_limited),
      cmocka_unit_test(illegal_moves_are_refused),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
