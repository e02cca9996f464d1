/* test_dyna_maze.c - the Dyna maze: its layout from the book's coordinates, and the length of a first episode.
 */
#include "../../../plugins/env/dyna_maze.c"

#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>

#include <cmocka.h>

static int32_t quiet(const baud_host *host, int32_t code, const char *why) {
  (void)host;
  (void)why;
  return code;
}
static const baud_host host = {.size = BAUD_SIZE(baud_host), .fail = quiet};

/* One lane. */
typedef struct rig {
  void *model;
  baud_env_spec spec;
  dyna_lane lane;
  int32_t position, action;
  uint8_t flags;
  float fact[DYNA_FACTS];
  void *obs[1];
  float *facts[DYNA_FACTS];
} rig;

static baud_batch rig_batch(rig *r) {
  return (baud_batch){.size = BAUD_SIZE(baud_batch), .lanes = 1, .lane = (char *)&r->lane,
                      .lane_stride = sizeof r->lane, .action = &r->action, .obs = r->obs, .facts = r->facts,
                      .flags = &r->flags};
}

static void rig_open(rig *r, int64_t max_steps) {
  baud_value values[] = {{.i = max_steps}};
  memset(r, 0, sizeof *r);
  r->obs[0] = &r->position;
  for (int f = 0; f < DYNA_FACTS; f++) r->facts[f] = &r->fact[f];
  assert_int_equal(dyna_ops.create(&host, values, &r->spec, &r->model), BAUD_OK);
}

static void rig_reset(rig *r) {
  const uint32_t pick = 0;
  const uint64_t seed = 1;
  baud_batch batch = rig_batch(r);
  batch.n_pick = 1;
  batch.pick = &pick;
  batch.seed = &seed;
  assert_int_equal(dyna_ops.reset(r->model, &batch), BAUD_OK);
}

/* Takes `action` in `cell`; returns the successor. */
static int rig_try(rig *r, int cell, int action) {
  baud_batch batch = rig_batch(r);
  r->lane.position = (uint32_t)cell;
  r->action = action;
  assert_int_equal(dyna_ops.step(r->model, &batch), BAUD_OK);
  assert_int_equal(r->lane.position, r->position);
  return r->position;
}

/* EXPERIMENTS: 6 x 9, start (2,0), goal (0,8), seven walls. */
static int is_wall(int row, int column) {
  static const int walls[][2] = {{1, 2}, {2, 2}, {3, 2}, {0, 7}, {1, 7}, {2, 7}, {4, 5}};
  for (int i = 0; i < 7; i++)
    if (walls[i][0] == row && walls[i][1] == column) return 1;
  return row < 0 || column < 0 || row > 5 || column > 8;
}

static void every_move_is_that_of_the_book(void **state) {
  static const int dr[] = {-1, 0, 1, 0}, dc[] = {0, 1, 0, -1};
  rig r;
  (void)state;
  rig_open(&r, 0);
  assert_true(r.spec.world_bytes == 0 && r.spec.entropy_bits == 0.0 && r.spec.max_steps == 0);
  rig_reset(&r);
  assert_int_equal(r.position, 18);
  for (int cell = 0; cell < 54; cell++) {
    if (is_wall(cell / 9, cell % 9) || cell == 8) continue;
    for (int a = 0; a < 4; a++) {
      int row = cell / 9 + dr[a], column = cell % 9 + dc[a], expected = is_wall(row, column) ? cell : row * 9 + column;
      assert_int_equal(rig_try(&r, cell, a), expected);
      assert_true(r.fact[DYNA_SUCCESS] == (expected == 8 ? 1.0f : 0.0f));
      assert_int_equal(r.flags, expected == 8 ? BAUD_TERMINATED : 0);
      assert_true(r.fact[DYNA_POTENTIAL] == (float)-(expected / 9 + 8 - expected % 9));
      assert_true(r.fact[DYNA_POTENTIAL_BEFORE] == (float)-(cell / 9 + 8 - cell % 9));
    }
  }
  baud_batch batch = rig_batch(&r);
  r.action = 4;
  assert_int_equal(dyna_ops.step(r.model, &batch), BAUD_EARG);
  free(r.model);
}

/* The expected length of a random walk from the start solves v(s) = 1 + mean over actions of v(s'). EXPERIMENTS has
 * 868.7, derived apart. */
static void a_random_walk_takes_868_7_steps(void **state) {
  rig r;
  int next[54][4];
  double v[54] = {0}, change = 1.0;
  (void)state;
  rig_open(&r, 0);
  for (int cell = 0; cell < 54; cell++)
    for (int a = 0; a < 4; a++) next[cell][a] = rig_try(&r, cell, a);
  while (change > 1e-9) { /* Gauss-Seidel */
    change = 0.0;
    for (int cell = 0; cell < 54; cell++) {
      if (is_wall(cell / 9, cell % 9) || cell == 8) continue;
      double now = 1.0;
      for (int a = 0; a < 4; a++) now += 0.25 * v[next[cell][a]];
      change = fmax(change, fabs(now - v[cell]));
      v[cell] = now;
    }
  }
  if (!(fabs(v[18] - 868.7) < 0.05)) fail_msg("a random walk takes %.3f steps", v[18]);
  free(r.model);
}

static void the_shown_way_is_the_shortest_of_14_steps(void **state) {
  rig r;
  (void)state;
  for (int preference = 0; preference < 4; preference++) {
    uint8_t optimal[4];
    int steps = 0;
    rig_open(&r, 0);
    rig_reset(&r);
    for (r.flags = 0; !r.flags; steps++) {
      baud_batch batch = rig_batch(&r);
      int a = preference;
      assert_int_equal(dyna_demonstrate.optimal(r.model, &batch, optimal), BAUD_OK);
      while (!optimal[a % 4]) a++;
      assert_true(a < preference + 4);
      (void)rig_try(&r, r.position, a % 4);
    }
    assert_int_equal(steps, 14);
    free(r.model);
  }
}

static void an_episode_ends_after_max_steps(void **state) {
  rig r;
  (void)state;
  rig_open(&r, 3);
  assert_int_equal(r.spec.max_steps, 3);
  for (int episode = 0; episode < 2; episode++) {
    rig_reset(&r);
    for (int t = 1; t <= 3; t++) {
      (void)rig_try(&r, r.position, DYNA_LEFT);
      assert_int_equal(r.flags, t == 3 ? BAUD_TERMINATED : 0);
    }
    assert_true(r.fact[DYNA_SUCCESS] == 0.0f);
  }
  free(r.model);
}

static void the_picture_shows_the_maze(void **state) {
  rig r;
  char cells[54];
  uint32_t width, height;
  (void)state;
  rig_open(&r, 0);
  rig_reset(&r);
  assert_int_equal(dyna_drawing.extent(r.model, &width, &height), BAUD_OK);
  assert_true(width == 9 && height == 6);
  assert_int_equal(dyna_drawing.draw(r.model, NULL, &r.lane, cells), BAUD_OK);
  for (int cell = 0; cell < 54; cell++) {
    int expected = cell == 18 ? 'A' : cell == 8 ? 'G' : is_wall(cell / 9, cell % 9) ? '#' : '.';
    assert_int_equal(cells[cell], expected);
  }
  free(r.model);
}

int main(void) {
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(every_move_is_that_of_the_book),
      cmocka_unit_test(a_random_walk_takes_868_7_steps),
      cmocka_unit_test(the_shown_way_is_the_shortest_of_14_steps),
      cmocka_unit_test(an_episode_ends_after_max_steps),
      cmocka_unit_test(the_picture_shows_the_maze),
  };
  return cmocka_run_group_tests_name("dyna_maze", tests, NULL, NULL);
}
