/* test_maze.c - the maze against an independent re-implementation: its dynamics, and its ideal observer against
 * Bayes' rule over all 128 worlds of a 3 x 3 maze. The plugin is included, so that its tables are at hand.
 */
#include "../../../plugins/env/maze.c"

#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>

#include <cmocka.h>

/* ---- A rig of three lanes ------------------------------------------------------------------------------ */

enum { LANES = 3 };
static int32_t quiet(const baud_host *host, int32_t code, const char *why) {
  (void)host;
  (void)why;
  return code;
}
static const baud_host host = {.size = BAUD_SIZE(baud_host), .fail = quiet};

typedef struct rig {
  void *model;
  baud_env_spec spec;
  char *world, lane[LANES][64];
  int32_t position[LANES], before[LANES], action[LANES];
  uint8_t view[LANES][MAZE_ACTIONS], view_before[LANES][MAZE_ACTIONS], flags[LANES];
  float fact[MAZE_FACTS][LANES];
  void *obs[2];
  float *facts[MAZE_FACTS];
  uint32_t lanes;
} rig;

static baud_batch rig_batch(rig *r) {
  return (baud_batch){.size = BAUD_SIZE(baud_batch), .lanes = r->lanes, .lane = r->lane[0],
                      .lane_stride = sizeof r->lane[0], .world = r->world, .world_stride = 0, .action = r->action,
                      .obs = r->obs, .facts = r->facts, .flags = r->flags};
}

static void rig_open(rig *r, int64_t width, int64_t height, double wall, int64_t view, int64_t max_steps) {
  baud_value values[MAZE_PARAMS] = {{.i = width}, {.i = height}, {.f = wall}, {.i = view}, {.i = max_steps}};
  memset(r, 0, sizeof *r);
  r->lanes = LANES;
  r->spec.size = BAUD_SIZE(baud_env_spec);
  r->obs[0] = r->position;
  r->obs[1] = r->view;
  for (int f = 0; f < MAZE_FACTS; f++) r->facts[f] = r->fact[f];
  assert_int_equal(maze_ops.create(&host, values, &r->spec, &r->model), BAUD_OK);
  r->world = calloc(1, r->spec.world_bytes);
}

static void rig_close(rig *r) {
  maze_ops.destroy(r->model);
  free(r->world);
}

static void rig_draw(rig *r, uint64_t seed) {
  memset(r->world, 0, r->spec.world_bytes);
  assert_int_equal(maze_ops.draw(r->model, seed, r->world), BAUD_OK);
}

static void rig_reset(rig *r, uint32_t lane) {
  uint64_t seed = 5;
  baud_batch batch = rig_batch(r);
  batch.n_pick = 1;
  batch.pick = &lane;
  batch.seed = &seed;
  assert_int_equal(maze_ops.reset(r->model, &batch), BAUD_OK);
}

static void rig_step(rig *r) {
  baud_batch batch = rig_batch(r);
  memcpy(r->before, r->position, sizeof r->before);
  memcpy(r->view_before, r->view, sizeof r->view_before);
  assert_int_equal(maze_ops.step(r->model, &batch), BAUD_OK);
}

static void rig_place(rig *r, uint32_t lane, uint32_t cell) {
  *(maze_lane *)(void *)r->lane[lane] = (maze_lane){cell, 0};
  r->position[lane] = (int32_t)cell;
}

/* ---- The same rules, written once more ----------------------------------------------------------------- */

static const int row_of_move[] = {-1, 0, 1, 0}, column_of_move[] = {0, 1, 0, -1}; /* up, right, down, left */

/* 1 where there is a wall or nothing; wall: [height][width]. */
static int blocked(const uint8_t *wall, int width, int height, int row, int column) {
  return row < 0 || column < 0 || row >= height || column >= width || wall[row * width + column];
}

static int moved(const uint8_t *wall, int width, int height, int cell, int action) {
  int row = cell / width + row_of_move[action], column = cell % width + column_of_move[action];
  return blocked(wall, width, height, row, column) ? cell : row * width + column;
}

/* Steps to the goal by Bellman's equation, swept until it holds; cells where there is no way. */
static void plan(const uint8_t *wall, int width, int height, int *steps) {
  int cells = width * height;
  for (int c = 0; c < cells; c++) steps[c] = c == cells - 1 ? 0 : cells;
  for (int sweep = 0; sweep < cells; sweep++)
    for (int c = 0; c + 1 < cells; c++)
      for (int a = 0; a < 4 && !wall[c]; a++) {
        int through = 1 + steps[moved(wall, width, height, c, a)];
        if (through < steps[c]) steps[c] = through;
      }
}

static void assert_close(double a, double b) {
  double scale = fmax(fabs(a), fabs(b));
  if (!(fabs(a - b) <= 1e-9 * scale + 1e-12)) fail_msg("%.17g is not %.17g", a, b);
}

/* ---- Dynamics ------------------------------------------------------------------------------------------ */

static void moves_views_and_facts_follow_the_walls(void **state) {
  rig r;
  uint64_t random = 3;
  (void)state;
  rig_open(&r, 5, 4, 0.3, MAZE_VIEW_ADJACENT, 0);
  for (uint64_t seed = 0; seed < 200; seed++) {
    rig_draw(&r, seed);
    const uint8_t *wall = maze_walls(r.model, r.world);
    assert_int_equal(wall[0] | wall[19], 0);
    for (uint32_t k = 0; k < LANES; k++) rig_reset(&r, k);
    for (int t = 0; t < 60; t++) {
      for (uint32_t k = 0; k < LANES; k++) r.action[k] = (int32_t)baud_below(&random, 4);
      rig_step(&r);
      for (uint32_t k = 0; k < LANES; k++) {
        int now = r.position[k], row = now / 5, column = now % 5;
        assert_int_equal(now, moved(wall, 5, 4, r.before[k], r.action[k]));
        for (int a = 0; a < 4; a++)
          assert_int_equal(r.view[k][a], blocked(wall, 5, 4, row + row_of_move[a], column + column_of_move[a]));
        assert_true(r.fact[MAZE_SUCCESS][k] == (now == 19 ? 1.0f : 0.0f));
        assert_true(r.fact[MAZE_POTENTIAL][k] == (float)-(3 - row + 4 - column));
        assert_true(r.fact[MAZE_POTENTIAL_BEFORE][k] == (float)-(3 - r.before[k] / 5 + 4 - r.before[k] % 5));
        assert_int_equal(r.flags[k], now == 19 ? BAUD_TERMINATED : 0);
        if (r.flags[k]) rig_reset(&r, k);
      }
    }
  }
  r.action[1] = 4;
  baud_batch batch = rig_batch(&r);
  assert_int_equal(maze_ops.step(r.model, &batch), BAUD_EARG);
  rig_close(&r);
}

static void an_episode_ends_after_max_steps(void **state) {
  rig r;
  (void)state;
  rig_open(&r, 4, 4, 1.0, MAZE_VIEW_NONE, 7);
  assert_int_equal(r.spec.max_steps, 7);
  assert_int_equal(r.spec.n_obs, 1);
  rig_draw(&r, 1);
  for (int episode = 0; episode < 2; episode++) {
    for (uint32_t k = 0; k < LANES; k++) rig_reset(&r, k);
    for (int t = 1; t <= 7; t++) {
      rig_step(&r);
      assert_int_equal(r.flags[0], t == 7 ? BAUD_TERMINATED : 0);
      assert_int_equal(r.position[0], 0);
    }
  }
  rig_close(&r);
}

static void a_lane_does_not_depend_on_the_others(void **state) {
  rig many, one;
  uint64_t random = 9;
  (void)state;
  rig_open(&many, 6, 6, 0.3, MAZE_VIEW_ADJACENT, 0);
  rig_open(&one, 6, 6, 0.3, MAZE_VIEW_ADJACENT, 0);
  one.lanes = 1;
  rig_draw(&many, 77);
  rig_draw(&one, 77);
  for (uint32_t k = 0; k < LANES; k++) rig_reset(&many, k);
  rig_reset(&one, 0);
  for (int t = 0; t < 100; t++) {
    for (uint32_t k = 0; k < LANES; k++) many.action[k] = (int32_t)baud_below(&random, 4);
    one.action[0] = many.action[2];
    rig_step(&many);
    rig_step(&one);
    assert_int_equal(one.position[0], many.position[2]);
    assert_memory_equal(one.view[0], many.view[2], 4);
  }
  rig_close(&many);
  rig_close(&one);
}

/* 20,000 worlds x 7 cells; each of 8 statistics within 6 standard deviations: false alarm below 2e-8. */
static void walls_are_drawn_independently_with_their_probability(void **state) {
  enum { WORLDS = 20000 };
  rig r;
  double count[9] = {0}, both = 0, p = 0.3;
  (void)state;
  rig_open(&r, 3, 3, p, MAZE_VIEW_NONE, 0);
  for (uint64_t seed = 0; seed < WORLDS; seed++) {
    rig_draw(&r, seed);
    const uint8_t *wall = maze_walls(r.model, r.world);
    for (int c = 0; c < 9; c++) count[c] += wall[c];
    both += wall[4] && wall[5];
  }
  for (int c = 1; c < 8; c++) assert_true(fabs(count[c] - WORLDS * p) < 6 * sqrt(WORLDS * p * (1 - p)));
  assert_true(count[0] == 0.0 && count[8] == 0.0);
  assert_true(fabs(both - WORLDS * p * p) < 6 * sqrt(WORLDS * p * p * (1 - p * p)));
  assert_close(r.spec.entropy_bits, 7 * 0.8812908992306927);
  rig_close(&r);
}

/* ---- The ideal observer --------------------------------------------------------------------------------- */

enum { WORLDS_3X3 = 128 };

/* Weights of all worlds of the 3 x 3 maze; world w has a wall in cell 1 + i where bit i is set. */
typedef struct brute {
  uint8_t wall[WORLDS_3X3][9];
  double weight[WORLDS_3X3];
} brute;

static void brute_open(brute *b, double p) {
  for (int w = 0; w < WORLDS_3X3; w++) {
    b->weight[w] = 1.0;
    b->wall[w][0] = b->wall[w][8] = 0;
    for (int i = 0; i < 7; i++) {
      b->wall[w][1 + i] = w >> i & 1;
      b->weight[w] *= w >> i & 1 ? p : 1.0 - p;
    }
  }
}

/* Bayes' rule: -log2 of the mass of the worlds in which (position, view) follows; the others lose their weight. */
static double brute_surprise(brute *b, int has_view, int before, int action, int position, const uint8_t *view) {
  double all = 0.0, left = 0.0;
  for (int w = 0; w < WORLDS_3X3; w++) {
    int fits = before < 0 || moved(b->wall[w], 3, 3, before, action) == position;
    for (int a = 0; a < 4 && has_view && fits; a++)
      fits = blocked(b->wall[w], 3, 3, position / 3 + row_of_move[a], position % 3 + column_of_move[a]) == view[a];
    all += b->weight[w];
    if (!fits) b->weight[w] = 0.0;
    left += b->weight[w];
  }
  return -log2(left / all);
}

static void assert_answers_match(const rig *r, const brute *b, const void *observer) {
  double answer[9], all = 0.0;
  for (int w = 0; w < WORLDS_3X3; w++) all += b->weight[w];
  for (int32_t cell = 0; cell < 9; cell++)
    for (int32_t action = 0; action < 4; action++) {
      uint8_t hidden[4] = {2, 2, 2, 2};
      const void *obs[] = {&cell, hidden};
      baud_query query = {BAUD_SIZE(baud_query), BAUD_ASK_OBSERVATION, 0, 9, obs, &action};
      double mass[9] = {0};
      for (int w = 0; w < WORLDS_3X3; w++) mass[moved(b->wall[w], 3, 3, cell, action)] += b->weight[w] / all;
      assert_int_equal(maze_observer.answer(r->model, observer, &query, answer), BAUD_OK);
      for (int x = 0; x < 9; x++) assert_close(answer[x], mass[x]);
    }
}

static void tell(const rig *r, void *observer, brute *b, uint32_t lane, uint32_t kind, int has_view) {
  const void *before[] = {&r->before[lane], r->view_before[lane]}, *after[] = {&r->position[lane], r->view[lane]};
  double weight[] = {0.9, 0.1}, noise[BAUD_CHANNELS], surprise[BAUD_CHANNELS];
  baud_evidence e = {.size = BAUD_SIZE(baud_evidence), .kind = kind, .lane = lane, .obs_before = before, .obs = after,
                     .action = &r->action[lane], .sees_observation = 1, .sees_reward = kind == BAUD_EV_STEP,
                     .fact = MAZE_SUCCESS, .n_weight = 2, .weight = weight, .value = NAN};
  int from = kind == BAUD_EV_START ? -1 : r->before[lane];
  double expected = brute_surprise(b, has_view, from, r->action[lane], r->position[lane], r->view[lane]);
  double reward = kind == BAUD_EV_START ? 0.0 : -log2(weight[r->position[lane] == 8]);
  if (maze_observer.settled(r->model, observer)) assert_true(expected == 0.0);
  assert_int_equal(maze_observer.noise(r->model, r->world, observer, &e, noise), BAUD_OK);
  assert_int_equal(maze_observer.surprise(r->model, observer, &e, surprise), BAUD_OK);
  assert_close(surprise[BAUD_CH_OBSERVATION], expected);
  assert_close(surprise[BAUD_CH_REWARD], reward);
  assert_close(noise[BAUD_CH_REWARD], reward);
  assert_true(noise[BAUD_CH_OBSERVATION] == 0.0 && !signbit(noise[BAUD_CH_OBSERVATION]));
  assert_false(signbit(surprise[BAUD_CH_OBSERVATION]));
}

static void the_observer_is_bayes_rule_over_all_worlds(void **state) {
  (void)state;
  for (int64_t view = 0; view < 2; view++) {
    rig r;
    brute b;
    uint64_t random = 4;
    rig_open(&r, 3, 3, 0.3, view, 0);
    void *observer = malloc(maze_observer.state_bytes(r.model, LANES));
    for (uint64_t seed = 0; seed < 60; seed++) {
      rig_draw(&r, seed);
      brute_open(&b, 0.3);
      assert_int_equal(maze_observer.open(r.model, observer, LANES), BAUD_OK);
      for (uint32_t k = 0; k < LANES; k++) {
        rig_reset(&r, k);
        tell(&r, observer, &b, k, BAUD_EV_START, view == MAZE_VIEW_ADJACENT);
      }
      for (int t = 0; t < 25; t++) {
        for (uint32_t k = 0; k < LANES; k++) r.action[k] = (int32_t)baud_below(&random, 4);
        rig_step(&r);
        for (uint32_t k = 0; k < LANES; k++) tell(&r, observer, &b, k, BAUD_EV_STEP, view == MAZE_VIEW_ADJACENT);
        assert_answers_match(&r, &b, observer);
        for (uint32_t k = 0; k < LANES; k++) {
          if (!r.flags[k]) continue;
          rig_reset(&r, k);
          tell(&r, observer, &b, k, BAUD_EV_START, view == MAZE_VIEW_ADJACENT);
        }
      }
    }
    free(observer);
    rig_close(&r);
  }
}

/* Whether any move at all that is open to one who acts at random from the start could still tell something. */
static int can_be_surprised(const rig *r, const uint8_t *known, int has_view) {
  const uint8_t *wall = maze_walls(r->model, r->world);
  int is_met[12] = {1}, has_grown = 1, is_unknown = 0;
  while (has_grown) {
    has_grown = 0;
    for (int cell = 0; cell < 12; cell++)
      for (int a = 0; a < 4 && is_met[cell]; a++) {
        int row = cell / 4 + row_of_move[a], column = cell % 4 + column_of_move[a], to = moved(wall, 4, 3, cell, a);
        if (row < 0 || column < 0 || row > 2 || column > 3 || (cell == 11 && !has_view)) continue;
        is_unknown |= known[row * 4 + column] == MAZE_UNKNOWN;
        if (cell == 11 || is_met[to]) continue;
        has_grown = is_met[to] = 1;
      }
  }
  return is_unknown;
}

/* Asked after every step of many mazes, of which some are closed in; each is settled in the end. */
static void it_is_settled_when_and_only_when_nothing_within_reach_is_unknown(void **state) {
  uint32_t with_secrets = 0;
  (void)state;
  for (int64_t view = 0; view < 2; view++) {
    rig r;
    uint8_t known[12];
    uint64_t random = 8;
    double bits[BAUD_CHANNELS];
    rig_open(&r, 4, 3, 0.4, view, 0);
    for (uint64_t seed = 0; seed < 100; seed++) {
      const void *before[] = {&r.before[0], r.view_before[0]}, *after[] = {&r.position[0], r.view[0]};
      baud_evidence e = {.size = BAUD_SIZE(baud_evidence), .obs_before = before, .obs = after, .action = &r.action[0], .sees_observation = 1};
      rig_draw(&r, seed);
      assert_int_equal(maze_observer.open(r.model, known, 1), BAUD_OK);
      r.flags[0] = BAUD_TERMINATED;
      for (int t = 0; t < 3000; t++) {
        if (r.flags[0]) for (uint32_t k = 0; k < LANES; k++) rig_reset(&r, k);
        e.kind = r.flags[0] ? BAUD_EV_START : BAUD_EV_STEP;
        r.action[0] = (int32_t)baud_below(&random, 4);
        if (r.flags[0]) r.flags[0] = 0;
        else rig_step(&r);
        assert_int_equal(maze_observer.surprise(r.model, known, &e, bits), BAUD_OK);
        assert_int_equal(maze_observer.settled(r.model, known), !can_be_surprised(&r, known, view == MAZE_VIEW_ADJACENT));
      }
      assert_int_equal(maze_observer.settled(r.model, known), 1);
      with_secrets += memchr(known, MAZE_UNKNOWN, sizeof known) != NULL;
    }
    rig_close(&r);
  }
  assert_true(with_secrets > 20);
}

/* SIGNAL's calibration: .8813 bit a cell first seen at p = .3. The first view shows two cells. */
static void a_cell_first_seen_is_worth_its_entropy(void **state) {
  rig r;
  double mean = 0.0, bits[BAUD_CHANNELS];
  uint8_t known[81];
  int32_t start = 0;
  (void)state;
  rig_open(&r, 9, 9, 0.3, MAZE_VIEW_ADJACENT, 0);
  for (int w = 0; w < 4; w++) {
    uint8_t view[] = {1, (uint8_t)(w & 1), (uint8_t)(w >> 1), 1};
    const void *obs[] = {&start, view};
    baud_evidence e = {.size = BAUD_SIZE(baud_evidence), .kind = BAUD_EV_START, .obs = obs, .sees_observation = 1};
    assert_int_equal(maze_observer.open(r.model, known, 1), BAUD_OK);
    assert_int_equal(maze_observer.surprise(r.model, known, &e, bits), BAUD_OK);
    mean += (w & 1 ? 0.3 : 0.7) * (w >> 1 ? 0.3 : 0.7) * bits[BAUD_CH_OBSERVATION];
    assert_int_equal(maze_observer.surprise(r.model, known, &e, bits), BAUD_OK);
    assert_true(bits[BAUD_CH_OBSERVATION] == 0.0); /* seen again, it tells nothing */
  }
  assert_close(mean, 2 * 0.8812908992306927);
  rig_close(&r);
}

static void the_observer_claims_exactness_only_where_the_position_is_seen(void **state) {
  rig r;
  double values[20], bits[BAUD_CHANNELS];
  uint32_t obs = BAUD_MASK(BAUD_CH_OBSERVATION), reward = BAUD_MASK(BAUD_CH_REWARD);
  (void)state;
  rig_open(&r, 9, 9, 0.3, MAZE_VIEW_ADJACENT, 0);
  assert_int_equal(maze_observer.supports(r.model, obs | reward, 0, BAUD_SEES_SOFT | BAUD_SEES_LATE), 1);
  assert_int_equal(maze_observer.supports(r.model, obs, 0, 0), 1);
  assert_int_equal(maze_observer.supports(r.model, reward, 0, 0), 0);
  assert_int_equal(maze_observer.supports(r.model, obs | BAUD_MASK(BAUD_CH_DEMONSTRATION), 0, 0), 0);
  assert_int_equal(maze_observer.alphabet(r.model, MAZE_SUCCESS, values, 20), 2);
  assert_int_equal(maze_observer.alphabet(r.model, MAZE_POTENTIAL, values, 20), 17);
  assert_true(values[0] == 0.0 && values[16] == -16.0);
  baud_evidence e = {.size = BAUD_SIZE(baud_evidence), .kind = BAUD_EV_DEMONSTRATION};
  assert_int_equal(maze_observer.surprise(r.model, NULL, &e, bits), BAUD_EUNSUP);
  rig_close(&r);
}

/* ---- Quiz, demonstration, picture ----------------------------------------------------------------------- */

typedef struct question {
  baud_item item;
  double truth[81], prior[81];
  int32_t position, action;
  uint8_t view[4];
  void *obs[2];
} question;

static void ask(const rig *r, uint32_t index, question *q) {
  memset(q, 0, sizeof *q);
  q->obs[0] = &q->position;
  q->obs[1] = q->view;
  q->item = (baud_item){.size = BAUD_SIZE(baud_item), .truth = q->truth, .prior = q->prior, .obs = q->obs,
                        .action = &q->action};
  assert_int_equal(maze_quiz.item(r->model, r->world, index, &q->item), BAUD_OK);
}

static void quiz_facts_are_what_a_step_would_show_and_their_contexts_tell_nothing(void **state) {
  rig r;
  question q, first[7];
  uint32_t n, most, independence;
  (void)state;
  rig_open(&r, 3, 3, 0.3, MAZE_VIEW_ADJACENT, 0);
  assert_int_equal(maze_quiz.count(r.model, &n, &most, &independence), BAUD_OK);
  assert_int_equal(n, 7 + 8);
  assert_int_equal(independence, BAUD_FACTS_INDEPENDENT);
  for (uint64_t seed = 0; seed < 100; seed++) {
    uint32_t asked = 0;
    rig_draw(&r, seed);
    for (uint32_t i = 0; i < 7; i++) {
      ask(&r, i, &q);
      if (seed == 0) first[i] = q;
      assert_int_equal(q.item.kinds, BAUD_ITEM_FACT);
      assert_true(q.position == first[i].position && q.action == first[i].action);
      assert_memory_equal(q.prior, first[i].prior, sizeof q.prior);
      for (int a = 0; a < 4; a++) assert_int_equal(q.view[a], MAZE_HIDDEN);
      rig_place(&r, 0, (uint32_t)q.position);
      r.action[0] = q.action;
      rig_step(&r);
      for (int x = 0; x < 9; x++) assert_true(q.truth[x] == (x == r.position[0] ? 1.0 : 0.0));
      asked |= 1u << moved((const uint8_t[9]){0}, 3, 3, q.position, q.action);
      double sum = 0.0;
      for (int x = 0; x < 9; x++) sum += q.prior[x];
      assert_close(sum, 1.0);
      assert_close(q.prior[q.position], 0.3);
    }
    assert_int_equal(asked, 0xfe); /* cells 1 .. 7, each once */
  }
  rig_close(&r);
}

static void quiz_decisions_and_demonstrations_are_the_optimal_actions(void **state) {
  rig r;
  question q;
  (void)state;
  rig_open(&r, 9, 9, 0.3, MAZE_VIEW_ADJACENT, 0);
  for (uint64_t seed = 0; seed < 100; seed++) {
    int steps[81];
    uint8_t optimal[LANES * 4];
    rig_draw(&r, seed);
    const uint8_t *wall = maze_walls(r.model, r.world);
    plan(wall, 9, 9, steps);
    for (uint32_t cell = 0; cell < 80; cell++) {
      int has_way = steps[cell] < 81;
      baud_batch batch = rig_batch(&r);
      ask(&r, 79 + cell, &q);
      rig_place(&r, 1, cell);
      assert_int_equal(maze_demonstrate.optimal(r.model, &batch, optimal), BAUD_OK);
      assert_int_equal(q.position, cell);
      assert_int_equal(q.item.kinds, has_way ? BAUD_ITEM_DECISION : 0);
      for (int a = 0; a < 4; a++) {
        int is_optimal = has_way && steps[moved(wall, 9, 9, (int)cell, a)] + 1 == steps[cell];
        assert_int_equal(optimal[4 + a], is_optimal);
        assert_true(q.truth[a] == (is_optimal || !has_way ? 1.0 : 0.0));
        assert_true(q.prior[a] > 0.0);
      }
    }
  }
  rig_close(&r);
}

/* The fixed policy that is best on the sets counted in one cell, by small steps along the gradient of the mean of
 * log2 p(A*) in the logits: another road to what the plugin finds by iteration. */
static void climb(const double count[16], double p[4]) {
  double logit[4] = {0}, total = 1e-9;
  for (int set = 1; set < 16; set++) total += count[set];
  for (int pass = 0; pass < 3000; pass++) {
    double gradient[4] = {0}, sum = 0.0;
    for (int a = 0; a < 4; a++) sum += p[a] = exp(logit[a]);
    for (int a = 0; a < 4; a++) p[a] /= sum;
    for (int set = 1; set < 16; set++) {
      double member = 0.0;
      for (int a = 0; a < 4; a++) member += set >> a & 1 ? p[a] : 0.0;
      for (int a = 0; a < 4; a++) gradient[a] += count[set] / total * ((set >> a & 1 ? p[a] / member : 0.0) - p[a]);
    }
    for (int a = 0; a < 4; a++) logit[a] += gradient[a];
  }
}

/* The baseline is the best fixed policy. One that is fitted apart to 2,000 other worlds earns nothing against it in
 * 2,000 fresh ones, up to what either fit misses (.03 bit a decision); the uniform policy loses over half a bit. */
static void no_fixed_policy_earns_useful_bits(void **state) {
  static double count[80][16], best[80][4];
  rig r;
  question q;
  double earned = 0.0, uniform = 0.0, decisions = 0.0;
  (void)state;
  rig_open(&r, 9, 9, 0.3, MAZE_VIEW_NONE, 0);
  for (uint64_t seed = 0; seed < 4000; seed++) {
    rig_draw(&r, 1000 + seed);
    for (uint32_t cell = 0; cell < 80; cell++) {
      if (seed == 2000) climb(count[cell], best[cell]);
      ask(&r, 79 + cell, &q);
      if (q.item.kinds == 0) continue;
      double right = 0.0, baseline = 0.0, members = 0.0;
      int set = 0;
      for (int a = 0; a < 4; a++) {
        set |= q.truth[a] > 0.0 ? 1 << a : 0;
        members += q.truth[a];
        right += q.truth[a] * best[cell][a];
        baseline += q.truth[a] * q.prior[a];
      }
      if (seed < 2000) count[cell][set]++;
      if (seed < 2000) continue;
      decisions++;
      earned += log2(right) - log2(baseline);
      uniform += log2(members / 4) - log2(baseline);
    }
  }
  if (!(fabs(earned / decisions) < 0.03)) fail_msg("the best fixed policy earns %.4f", earned / decisions);
  assert_true(uniform / decisions < -0.5);
  rig_close(&r);
}

static void the_picture_shows_walls_goal_and_agent(void **state) {
  rig r;
  char cells[30];
  uint32_t width, height;
  (void)state;
  rig_open(&r, 4, 3, 1.0, MAZE_VIEW_NONE, 0);
  rig_draw(&r, 0);
  rig_reset(&r, 0);
  assert_int_equal(maze_drawing.extent(r.model, &width, &height), BAUD_OK);
  assert_int_equal(width * height, 30);
  assert_int_equal(maze_drawing.draw(r.model, r.world, r.lane[0], cells), BAUD_OK);
  assert_memory_equal(cells, "######"
                             "#A####"
                             "######"
                             "####G#"
                             "######", 30);
  rig_close(&r);
}

int main(void) {
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(moves_views_and_facts_follow_the_walls),
      cmocka_unit_test(an_episode_ends_after_max_steps),
      cmocka_unit_test(a_lane_does_not_depend_on_the_others),
      cmocka_unit_test(walls_are_drawn_independently_with_their_probability),
      cmocka_unit_test(the_observer_is_bayes_rule_over_all_worlds),
      cmocka_unit_test(it_is_settled_when_and_only_when_nothing_within_reach_is_unknown),
      cmocka_unit_test(a_cell_first_seen_is_worth_its_entropy),
      cmocka_unit_test(the_observer_claims_exactness_only_where_the_position_is_seen),
      cmocka_unit_test(quiz_facts_are_what_a_step_would_show_and_their_contexts_tell_nothing),
      cmocka_unit_test(quiz_decisions_and_demonstrations_are_the_optimal_actions),
      cmocka_unit_test(no_fixed_policy_earns_useful_bits),
      cmocka_unit_test(the_picture_shows_walls_goal_and_agent),
  };
  return cmocka_run_group_tests_name("maze", tests, NULL, NULL);
}
