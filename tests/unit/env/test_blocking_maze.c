/* test_blocking_maze.c - the blocking and the shortcut maze: what is open before and after the change, when the
 * change comes, and that it is counted over a lane's life.
 */
#include "../../../plugins/env/blocking_maze.c"

#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>

#include <cmocka.h>

enum { BLOCKING = 0, SHORTCUT = 1, LANES = 2 };

static int32_t quiet(const baud_host *host, int32_t code, const char *why) {
  (void)host;
  (void)why;
  return code;
}
static const baud_host host = {.size = BAUD_SIZE(baud_host), .fail = quiet};

typedef struct rig {
  void *model;
  baud_env_spec spec;
  blocking_lane lane[LANES];
  int32_t position[LANES], action[LANES];
  uint8_t flags[LANES];
  float fact[BLOCKING_FACTS][LANES];
  void *obs[1];
  float *facts[BLOCKING_FACTS];
} rig;

static baud_batch rig_batch(rig *r) {
  return (baud_batch){.size = BAUD_SIZE(baud_batch), .lanes = LANES, .lane = (char *)r->lane,
                      .lane_stride = sizeof r->lane[0], .action = r->action, .obs = r->obs, .facts = r->facts,
                      .flags = r->flags};
}

static void rig_open(rig *r, int64_t variant, int64_t switch_at, int64_t max_steps) {
  baud_value values[] = {{.i = variant}, {.i = switch_at}, {.i = max_steps}};
  memset(r, 0, sizeof *r);
  r->obs[0] = r->position;
  for (int f = 0; f < BLOCKING_FACTS; f++) r->facts[f] = r->fact[f];
  assert_int_equal(blocking_ops.create(&host, values, &r->spec, &r->model), BAUD_OK);
}

static void rig_reset(rig *r, uint32_t lane) {
  const uint64_t seed = 1;
  baud_batch batch = rig_batch(r);
  batch.n_pick = 1;
  batch.pick = &lane;
  batch.seed = &seed;
  assert_int_equal(blocking_ops.reset(r->model, &batch), BAUD_OK);
}

static void rig_step(rig *r) {
  baud_batch batch = rig_batch(r);
  assert_int_equal(blocking_ops.step(r->model, &batch), BAUD_OK);
}

/* The row of walls as it shows in moves downwards from row 2 at a given age of the lane. */
static void probe(rig *r, uint64_t life, char row[10]) {
  for (uint32_t column = 0; column < 9; column++) {
    r->lane[0] = (blocking_lane){life, 18 + column, 0};
    r->action[0] = BLOCKING_DOWN;
    rig_step(r);
    row[column] = r->position[0] == (int32_t)(27 + column) ? '.' : '#';
    assert_true(r->fact[BLOCKING_PHASE][0] == (life >= ((blocking *)r->model)->switch_at ? 1.0f : 0.0f));
  }
  row[9] = '\0';
}

static void the_gaps_open_and_close_when_the_book_says(void **state) {
  static const struct {
    int64_t variant, switch_at;
    uint64_t change;
    const char *before, *after;
  } cases[] = {{BLOCKING, 0, 1000, "########.", ".########"},
               {SHORTCUT, 0, 3000, ".########", ".#######."},
               {BLOCKING, 5, 5, "########.", ".########"}};
  (void)state;
  for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
    rig r;
    char row[10];
    rig_open(&r, cases[i].variant, cases[i].switch_at, 0);
    probe(&r, cases[i].change - 1, row);
    assert_string_equal(row, cases[i].before);
    probe(&r, cases[i].change, row);
    assert_string_equal(row, cases[i].after);
    free(r.model);
  }
}

/* Everywhere but in row 3 all moves within the border succeed. */
static void the_rest_of_the_maze_is_open(void **state) {
  static const int dr[] = {-1, 0, 1, 0}, dc[] = {0, 1, 0, -1};
  rig r;
  (void)state;
  rig_open(&r, BLOCKING, 0, 0);
  for (int cell = 0; cell < 54; cell++)
    for (int a = 0; a < 4; a++) {
      int row = cell / 9 + dr[a], column = cell % 9 + dc[a], inside = row >= 0 && row < 6 && column >= 0 && column < 9;
      if (cell == 8 || row == 3) continue;
      r.lane[0] = (blocking_lane){0, (uint32_t)cell, 0};
      r.action[0] = a;
      rig_step(&r);
      assert_int_equal(r.position[0], inside ? row * 9 + column : cell);
      assert_int_equal(r.flags[0], r.position[0] == 8 ? BAUD_TERMINATED : 0);
      assert_true(r.fact[BLOCKING_SUCCESS][0] == (r.position[0] == 8 ? 1.0f : 0.0f));
    }
  r.action[1] = 7;
  baud_batch batch = rig_batch(&r);
  assert_int_equal(blocking_ops.step(r.model, &batch), BAUD_EARG);
  free(r.model);
}

static void life_goes_on_over_resets_and_is_a_lanes_own(void **state) {
  rig r;
  (void)state;
  rig_open(&r, BLOCKING, 10, 0);
  rig_reset(&r, 0);
  rig_reset(&r, 1);
  assert_int_equal(r.position[0], 5 * 9 + 3);
  for (int t = 0; t < 10; t++) {
    assert_int_equal(blocking_phase(r.model, &r.lane[0]), 0);
    if (t % 3 == 0) rig_reset(&r, 0);
    rig_step(&r);
  }
  assert_int_equal(blocking_phase(r.model, &r.lane[0]), 1);
  rig_reset(&r, 0);
  assert_int_equal(blocking_phase(r.model, &r.lane[0]), 1);
  assert_true(r.lane[0].life == 10 && r.lane[0].step == 0);
  r.lane[1].life = 3;
  assert_int_equal(blocking_phase(r.model, &r.lane[1]), 0);
  free(r.model);
}

/* The book's ways: 10 steps by the gap on the right, 16 by the one on the left. */
static void the_shown_way_is_the_shortest_of_the_day(void **state) {
  static const struct {
    int64_t variant;
    uint64_t life;
    int steps;
  } cases[] = {{BLOCKING, 0, 10}, {BLOCKING, 1000, 16}, {SHORTCUT, 0, 16}, {SHORTCUT, 3000, 10}};
  (void)state;
  for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
    rig r;
    uint8_t optimal[LANES * 4];
    int steps = 0;
    rig_open(&r, cases[i].variant, 0, 0);
    rig_reset(&r, 0);
    r.lane[0].life = cases[i].life;
    for (r.flags[0] = 0; !r.flags[0]; steps++) {
      baud_batch batch = rig_batch(&r);
      assert_int_equal(blocking_demonstrate.optimal(r.model, &batch, optimal), BAUD_OK);
      for (r.action[0] = 0; !optimal[r.action[0]]; r.action[0]++) assert_true(r.action[0] < 3);
      rig_step(&r);
    }
    assert_int_equal(steps, cases[i].steps);
    free(r.model);
  }
}

static void one_caught_in_the_closing_gap_can_leave(void **state) {
  rig r;
  uint8_t optimal[LANES * 4];
  (void)state;
  rig_open(&r, BLOCKING, 1, 0);
  r.lane[0] = (blocking_lane){1, 3 * 9 + 8, 0};
  baud_batch batch = rig_batch(&r);
  assert_int_equal(blocking_demonstrate.optimal(r.model, &batch, optimal), BAUD_OK);
  assert_int_equal(optimal[BLOCKING_UP], 1);
  r.action[0] = BLOCKING_UP;
  rig_step(&r);
  assert_int_equal(r.position[0], 2 * 9 + 8);
  free(r.model);
}

static void an_episode_ends_after_max_steps(void **state) {
  rig r;
  (void)state;
  rig_open(&r, SHORTCUT, 0, 4);
  for (uint32_t k = 0; k < LANES; k++) rig_reset(&r, k);
  for (int t = 1; t <= 4; t++) {
    rig_step(&r);
    assert_int_equal(r.flags[0], t == 4 ? BAUD_TERMINATED : 0);
  }
  free(r.model);
}

static void the_picture_shows_the_maze_of_the_day(void **state) {
  rig r;
  char cells[54];
  (void)state;
  rig_open(&r, BLOCKING, 0, 0);
  rig_reset(&r, 0);
  assert_int_equal(blocking_drawing.draw(r.model, NULL, &r.lane[0], cells), BAUD_OK);
  assert_memory_equal(cells + 27, "########.", 9);
  assert_true(cells[8] == 'G' && cells[48] == 'A' && cells[0] == '.');
  r.lane[0].life = 1000;
  assert_int_equal(blocking_drawing.draw(r.model, NULL, &r.lane[0], cells), BAUD_OK);
  assert_memory_equal(cells + 27, ".########", 9);
  free(r.model);
}

int main(void) {
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(the_gaps_open_and_close_when_the_book_says),
      cmocka_unit_test(the_rest_of_the_maze_is_open),
      cmocka_unit_test(life_goes_on_over_resets_and_is_a_lanes_own),
      cmocka_unit_test(the_shown_way_is_the_shortest_of_the_day),
      cmocka_unit_test(one_caught_in_the_closing_gap_can_leave),
      cmocka_unit_test(an_episode_ends_after_max_steps),
      cmocka_unit_test(the_picture_shows_the_maze_of_the_day),
  };
  return cmocka_run_group_tests_name("blocking_maze", tests, NULL, NULL);
}
