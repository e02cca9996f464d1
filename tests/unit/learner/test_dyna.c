/* Dyna-Q and prioritized sweeping: the published curve of the Dyna maze, the answers by counting, the exact values
 * of a known world, and what all learners are held to. The maze is laid out here once more, on its own.
 */
#define baud_plugin_1 dyna_q_library
#include "../../../plugins/learner/dyna_q.c"
#undef baud_plugin_1
#define baud_plugin_1 prioritized_sweeping_library
#include "../../../plugins/learner/prioritized_sweeping.c"
#undef baud_plugin_1

#include "rig.h"

/* ---- The maze of Sutton & Barto, example 8.1 ---------------------------------------------------------------- */

enum { WIDTH = 9, HEIGHT = 6, CELLS = WIDTH * HEIGHT, START = 2 * WIDTH, GOAL = 8 };
static const char maze_cells[] = ".......#G"
                                 "..#....#."
                                 "S.#....#."
                                 "..#......"
                                 ".....#..."
                                 ".........";

static uint32_t maze_move(uint32_t cell, uint32_t action) {
  static const int32_t down[4] = { -1, 1, 0, 0 }, right[4] = { 0, 0, -1, 1 };
  int32_t row = (int32_t)(cell / WIDTH) + down[action], column = (int32_t)(cell % WIDTH) + right[action];
  if (row < 0 || row >= HEIGHT || column < 0 || column >= WIDTH) return cell;
  return maze_cells[row * WIDTH + column] == '#' ? cell : (uint32_t)(row * WIDTH + column);
}

static uint32_t maze_world(void *ctx, uint32_t lane, uint32_t state, uint32_t action, float *reward, uint8_t *flags) {
  (void)ctx, (void)lane;
  uint32_t next = maze_move(state, action);
  *reward = next == GOAL ? 1.0f : 0.0f;
  *flags = next == GOAL ? BAUD_TERMINATED : 0;
  return next;
}

static rig maze_rig(uint32_t lanes) {
  rig r = { .states = CELLS, .actions = 4, .lanes = lanes, .start = START,
            .channels = BAUD_MASK(BAUD_CH_OBSERVATION) | BAUD_MASK(BAUD_CH_REWARD) };
  return r;
}

enum { EPISODES = 50 };

/* Mean and standard error of the steps in each episode, over `lives`. */
static void maze_curve(rig *r, uint32_t lives, double *mean, double *error) {
  double sum[EPISODES] = { 0 }, squares[EPISODES] = { 0 };
  for (uint64_t life = 0; life < lives; life++) {
    rig_init(r, 1000 + life);
    for (uint32_t episode = 0; episode < EPISODES; episode++) {
      double steps = 1.0;
      while (rig_tick(r, maze_world, NULL, 0) == 0) steps += 1.0;
      sum[episode] += steps;
      squares[episode] += steps * steps;
    }
  }
  for (uint32_t i = 0; i < EPISODES; i++) {
    mean[i] = sum[i] / lives;
    error[i] = sqrt((squares[i] / lives - mean[i] * mean[i]) / (lives - 1));
  }
}

/* The figures of EXPERIMENTS.md are themselves means of 300 runs, printed to three digits: each of ours, also of 300,
 * has to lie within 5 standard errors of the difference, and half a digit. False alarm 6e-7 each, 19 of them. */
static void dyna_maze_takes_the_published_steps(void **state) {
  (void)state;
  static const uint32_t episodes[6] = { 2, 3, 5, 10, 25, 50 };
  static const struct {
    uint32_t planning;
    double steps[6], digit[6];
  } published[] = {
    { 0, { 697, 512, 255, 141, 25.5, 18.0 }, { 0.5, 0.5, 0.5, 0.5, 0.05, 0.05 } },
    { 5, { 154, 59, 23.7, 17.0, 16.7, 16.8 }, { 0.5, 0.5, 0.05, 0.05, 0.05, 0.05 } },
    { 50, { 40, 17.0, 16.9, 16.9, 16.9, 16.7 }, { 0.5, 0.05, 0.05, 0.05, 0.05, 0.05 } },
  };
  for (size_t k = 0; k < 3; k++) {
    double mean[EPISODES], error[EPISODES];
    rig r = maze_rig(1);
    rig_set(&r, "planning", published[k].planning);
    assert_int_equal(rig_open(&r, &dyna_q_library), BAUD_OK);
    maze_curve(&r, 300, mean, error);
    printf("  dyna maze n=%u:", published[k].planning);
    for (uint32_t i = 0; i < 6; i++) {
      uint32_t at = episodes[i] - 1;
      printf("  %u: %.1f+-%.1f (%.1f)", episodes[i], mean[at], error[at], published[k].steps[i]);
      assert_true(fabs(mean[at] - published[k].steps[i]) < 5.0 * sqrt(2.0) * error[at] + published[k].digit[i]);
    }
    printf("\n");
    if (published[k].planning == 0) assert_true(fabs(mean[0] - 868.7) < 5.0 * error[0] + 0.05);
    rig_close(&r);
  }
}

/* Both models, lr 1: after ten episodes the way is within what epsilon = .1 costs (Dyna-Q settles at 16.9). */
static void sweeping_finds_the_way_within_ten_episodes(void **state) {
  (void)state;
  for (int64_t by = SWEEP_BY_COUNTS; by <= SWEEP_BY_LAST; by++) {
    double mean[EPISODES], error[EPISODES];
    rig r = maze_rig(1);
    rig_set(&r, "model", (double)by);
    rig_set(&r, "theta", 1e-6);
    assert_int_equal(rig_open(&r, &prioritized_sweeping_library), BAUD_OK);
    maze_curve(&r, 50, mean, error);
    printf("  sweeping %s: episode 2 %.1f, 3 %.1f, 10 %.1f+-%.1f\n", sweep_models[by], mean[1], mean[2], mean[9],
           error[9]);
    assert_true(mean[9] < 17.5 + 5.0 * error[9]);
    assert_true(mean[2] < 30.0 + 5.0 * error[2]);
    rig_close(&r);
  }
}

/* ---- Exact values ------------------------------------------------------------------------------------------ */

/* With every pair of the maze tried and much planning, Q = gamma^(way to the goal - 1): by breadth-first search. */
static void sweeping_reaches_the_optimal_values(void **state) {
  (void)state;
  for (int64_t by = SWEEP_BY_COUNTS; by <= SWEEP_BY_LAST; by++) {
    rig r = maze_rig(1);
    rig_set(&r, "epsilon", 1);
    rig_set(&r, "theta", 0);
    rig_set(&r, "planning", 1000);
    rig_set(&r, "model", (double)by);
    assert_int_equal(rig_open(&r, &prioritized_sweeping_library), BAUD_OK);
    rig_init(&r, 5);
    for (uint32_t t = 0; t < 40000; t++) (void)rig_tick(&r, maze_world, NULL, 0);
    uint32_t way[CELLS];
    for (uint32_t i = 0; i < CELLS; i++) way[i] = i == GOAL ? 0 : 1000;
    for (uint32_t sweep = 0; sweep < CELLS; sweep++)
      for (uint32_t i = 0; i < CELLS; i++)
        for (uint32_t a = 0; a < 4; a++)
          if (maze_cells[i] != '#' && way[maze_move(i, a)] + 1 < way[i]) way[i] = way[maze_move(i, a)] + 1;
    const double *q = r.blocks[rig_block(&r, "values")];
    for (uint32_t i = 0; i < CELLS; i++)
      for (uint32_t a = 0; a < 4 && maze_cells[i] != '#' && i != GOAL; a++)
        assert_true(fabs(q[i * 4 + a] - pow(0.95, way[maze_move(i, a)])) < 1e-9);
    rig_close(&r);
  }
}

/* Two states, one action, given outcomes: state 0 led to 0, 0, 1 with rewards 1, 3, 2, state 1 to the end with 4.
 * Q(1) = 4; Q(0) = 2 + .5 (2/3 Q(0) + 1/3 Q(1)), hence Q(0) = 4. */
static void sweeping_by_counts_backs_up_the_mean_of_what_was_observed(void **state) {
  (void)state;
  rig r = { .states = 2, .actions = 1, .lanes = 1,
            .channels = BAUD_MASK(BAUD_CH_OBSERVATION) | BAUD_MASK(BAUD_CH_REWARD) };
  rig_set(&r, "discount", 0.5);
  rig_set(&r, "theta", 0);
  rig_set(&r, "planning", 1000);
  assert_int_equal(rig_open(&r, &prioritized_sweeping_library), BAUD_OK);
  rig_init(&r, 1);
  static const float reward[4] = { 1.0f, 3.0f, 2.0f, 4.0f };
  for (uint32_t t = 0; t < 4; t++) {
    rig_predict(&r, BAUD_TRAIN, 1);
    r.action[0] = 0;
    r.reward[0] = reward[t];
    r.next[0] = t >= 2;
    r.flags[0] = t == 3 ? BAUD_TERMINATED : 0;
    rig_learn(&r);
  }
  const double *q = r.blocks[rig_block(&r, "values")];
  assert_true(fabs(q[1] - 4.0) < 1e-12);
  assert_true(fabs(q[0] - 4.0) < 1e-9);
  rig_close(&r);
}

/* 0 leads to 1 and 1 to the end, with reward 4 and then 0: what falls in 1 falls in 0 too, which is not visited. */
static void sweeping_carries_a_falling_value_backwards(void **state) {
  (void)state;
  rig r = { .states = 2, .actions = 1, .lanes = 1,
            .channels = BAUD_MASK(BAUD_CH_OBSERVATION) | BAUD_MASK(BAUD_CH_REWARD) };
  rig_set(&r, "discount", 0.5);
  rig_set(&r, "model", SWEEP_BY_LAST);
  assert_int_equal(rig_open(&r, &prioritized_sweeping_library), BAUD_OK);
  rig_init(&r, 1);
  static const int32_t from[3] = { 0, 1, 1 };
  static const float reward[3] = { 0.0f, 4.0f, 0.0f };
  static const double expected[3] = { 0.0, 2.0, 0.0 };
  for (uint32_t t = 0; t < 3; t++) {
    r.obs[0] = from[t];
    rig_predict(&r, BAUD_TRAIN, 1);
    r.action[0] = 0;
    r.reward[0] = reward[t];
    r.next[0] = 1;
    r.flags[0] = t > 0 ? BAUD_TERMINATED : 0;
    rig_learn(&r);
    assert_true(fabs(((double *)r.blocks[rig_block(&r, "values")])[0] - expected[t]) < 1e-12);
  }
  rig_close(&r);
}

/* The heap against a plain search: whatever is pushed comes out by falling priority. */
static void the_heap_gives_back_the_most_urgent(void **state) {
  (void)state;
  enum { N = 200 };
  int32_t pair[N + 1] = { 0 }, place[N] = { 0 };
  double priority[N] = { 0 }, best[N] = { 0 };
  sweep_heap heap = { pair, place, priority };
  uint64_t random = 12;
  for (uint32_t i = 0; i < 20000; i++) {
    int32_t p = (int32_t)baud_below(&random, N);
    double urgency = baud_uniform(&random);
    sweep_push(&heap, p, urgency);
    best[p] = fmax(best[p], urgency);
    if (baud_below(&random, 2) == 0) continue;
    int32_t expected = 0;
    for (int32_t k = 1; k < N; k++)
      if (best[k] > best[expected]) expected = k;
    assert_int_equal(sweep_pop(&heap), expected);
    best[expected] = 0.0;
  }
}

/* ---- Dyna-Q by hand ---------------------------------------------------------------------------------------- */

/* One pair, reward 1, gamma 0, lr 1/2: a backup for the step and one for each planned, each halves what is missing. */
static void planning_steps_are_as_many_as_asked_for(void **state) {
  (void)state;
  for (uint32_t planning = 0; planning < 8; planning++) {
    rig r = { .states = 1, .actions = 1, .lanes = 1, .channels = BAUD_MASK(BAUD_CH_REWARD) };
    rig_set(&r, "planning", planning);
    rig_set(&r, "lr", 0.5);
    rig_set(&r, "discount", 0);
    assert_int_equal(rig_open(&r, &dyna_q_library), BAUD_OK);
    rig_init(&r, 1);
    rig_predict(&r, BAUD_TRAIN, 1);
    r.action[0] = 0;
    r.reward[0] = 1.0f;
    r.flags[0] = 0;
    rig_learn(&r);
    double missing = 1.0 - ((double *)r.blocks[rig_block(&r, "values")])[0];
    assert_true(fabs(missing - pow(0.5, planning + 1.0)) < 1e-15);
    rig_close(&r);
  }
}

/* One state, two actions; only action 0 is ever tried, with reward 1. Dyna-Q+ plans with action 1 too, taken to lead
 * back with reward 0 and the bonus kappa sqrt(steps so far). */
static void plus_values_what_was_never_tried(void **state) {
  (void)state;
  for (uint32_t plus = 0; plus < 2; plus++) {
    rig r = { .states = 1, .actions = 2, .lanes = 1, .channels = BAUD_MASK(BAUD_CH_REWARD) };
    rig_set(&r, "plus", plus);
    rig_set(&r, "kappa", 0.1);
    rig_set(&r, "discount", 0);
    rig_set(&r, "lr", 1);
    rig_set(&r, "planning", 60); /* P(action 1 is not drawn) = 2^-60 a step */
    assert_int_equal(rig_open(&r, &dyna_q_library), BAUD_OK);
    rig_init(&r, 1);
    for (uint32_t t = 0; t < 9; t++) {
      rig_predict(&r, BAUD_TRAIN, 1);
      r.action[0] = 0;
      r.reward[0] = 1.0f;
      r.flags[0] = 0;
      rig_learn(&r);
    }
    const double *q = r.blocks[rig_block(&r, "values")];
    assert_true(fabs(q[0] - 1.0) < 1e-12);
    assert_true(fabs(q[1] - (plus ? 0.1 * sqrt(9.0) : 0.0)) < 1e-12);
    rig_close(&r);
  }
}

/* ---- Answers ----------------------------------------------------------------------------------------------- */

static const baud_library *const all_libraries[] = { &dyna_q_library, &prioritized_sweeping_library };
static const double reward_values[3] = { -1.0, 0.0, 0.5 };

static rig answer_rig(double prior, double slots) {
  rig r = { .states = 5, .actions = 2, .lanes = 1,
            .channels = BAUD_MASK(BAUD_CH_OBSERVATION) | BAUD_MASK(BAUD_CH_REWARD) };
  rig_set(&r, "prior", prior);
  rig_set(&r, "slots", slots);
  rig_ask(&r, BAUD_ASK_OBSERVATION, 5, NULL);
  rig_ask(&r, BAUD_ASK_REWARD, 3, reward_values);
  rig_ask(&r, BAUD_ASK_TERMINATED, 2, NULL);
  rig_ask(&r, BAUD_ASK_ACTION, 2, NULL);
  return r;
}

/* From state 0 by action 1: to 3, 3, 1, 4 with rewards .5, 0, .5, .5; the last one ends the episode. */
static void observe_four(rig *r) {
  static const int32_t next[4] = { 3, 3, 1, 4 };
  static const float reward[4] = { 0.5f, 0.0f, 0.5f, 0.5f };
  for (uint32_t t = 0; t < 4; t++) {
    r->obs[0] = 0;
    rig_predict(r, BAUD_TRAIN, 1);
    r->action[0] = 1;
    r->reward[0] = reward[t];
    r->next[0] = next[t];
    r->flags[0] = t == 3 ? BAUD_TERMINATED : 0;
    rig_learn(r);
  }
  r->obs[0] = 0;
  r->action[0] = 1;
  rig_predict(r, BAUD_EVAL, 1);
}

static void expect_answer(const float *answer, const double *expected, uint32_t n) {
  for (uint32_t i = 0; i < n; i++) assert_true(fabs((double)answer[i] - expected[i]) < 1e-6);
}

static void answers_are_smoothed_frequencies(void **state) {
  (void)state;
  for (size_t i = 0; i < 2; i++) {
    rig r = answer_rig(1.0, 64);
    assert_int_equal(rig_open(&r, all_libraries[i]), BAUD_OK);
    for (uint32_t q = 0; q < 4; q++) assert_int_equal(r.questions[q].form, BAUD_FORM_CATEGORICAL);
    rig_init(&r, 1);
    observe_four(&r);
    expect_answer(r.answer[0], (const double[]){ 1 / 9.0, 2 / 9.0, 1 / 9.0, 3 / 9.0, 2 / 9.0 }, 5);
    expect_answer(r.answer[1], (const double[]){ 1 / 7.0, 2 / 7.0, 4 / 7.0 }, 3);
    expect_answer(r.answer[2], (const double[]){ 4 / 6.0, 2 / 6.0 }, 2);
    r.action[0] = 0; /* never tried: the prior */
    rig_predict(&r, BAUD_EVAL, 1);
    expect_answer(r.answer[0], (const double[]){ 0.2, 0.2, 0.2, 0.2, 0.2 }, 5);
    expect_answer(r.answer[1], (const double[]){ 1 / 3.0, 1 / 3.0, 1 / 3.0 }, 3);
    expect_answer(r.answer[2], (const double[]){ 0.5, 0.5 }, 2);
    rig_close(&r);
  }
}

static void prior_zero_is_one_over_the_number_of_outcomes(void **state) {
  (void)state;
  rig r = answer_rig(0.0, 64);
  assert_int_equal(rig_open(&r, &dyna_q_library), BAUD_OK);
  rig_init(&r, 1);
  observe_four(&r);
  expect_answer(r.answer[0], (const double[]){ 0.2 / 5, 1.2 / 5, 0.2 / 5, 2.2 / 5, 1.2 / 5 }, 5);
  expect_answer(r.answer[2], (const double[]){ 3.5 / 5, 1.5 / 5 }, 2);
  rig_close(&r);
}

/* With two slots 3 and 1 have places; the visit to 4 is spread over 0, 2 and 4. */
static void successors_without_a_slot_share_what_is_left(void **state) {
  (void)state;
  rig r = answer_rig(1.0, 2);
  assert_int_equal(rig_open(&r, &dyna_q_library), BAUD_OK);
  rig_init(&r, 1);
  observe_four(&r);
  double shared = (1.0 + 1.0 / 3.0) / 9.0;
  expect_answer(r.answer[0], (const double[]){ shared, 2 / 9.0, shared, 3 / 9.0, shared }, 5);
  rig_close(&r);
}

static void questions_it_cannot_answer_are_declined(void **state) {
  (void)state;
  rig r = maze_rig(1);
  rig_ask(&r, BAUD_ASK_OBSERVATION, CELLS - 1, NULL); /* not as wide as the field */
  rig_ask(&r, BAUD_ASK_REWARD, 2, NULL);              /* no values to tell the answers by */
  r.questions[0].form = r.questions[1].form = 9;
  assert_int_equal(rig_open(&r, &dyna_q_library), BAUD_OK);
  assert_int_equal(r.questions[0].form, 0);
  assert_int_equal(r.questions[1].form, 0);
  rig_close(&r);
}

static void predicting_writes_no_weights_and_a_seed_gives_one_life(void **state) {
  (void)state;
  for (size_t i = 0; i < 2; i++) {
    rig r = maze_rig(3);
    rig_ask(&r, BAUD_ASK_OBSERVATION, CELLS, NULL);
    rig_ask(&r, BAUD_ASK_REWARD, 3, reward_values);
    rig_ask(&r, BAUD_ASK_TERMINATED, 2, NULL);
    rig_ask(&r, BAUD_ASK_ACTION, 4, NULL);
    assert_int_equal(rig_open(&r, all_libraries[i]), BAUD_OK);
    rig_check_predict(&r, maze_world, NULL, 50);
    rig_check_determinism(&r, maze_world, NULL, 500);
    rig_close(&r);
  }
}

/* Lanes that hold to parts of the world that do not touch, and no planning: Q does not depend on their order. */
static uint32_t apart_world(void *ctx, uint32_t lane, uint32_t state, uint32_t action, float *reward, uint8_t *flags) {
  (void)ctx, (void)lane;
  *reward = (float)((state * 7 + action) % 5);
  *flags = 0;
  return state / 2 * 2 + (state + action) % 2;
}

static void exchanging_lanes_exchanges_nothing_else(void **state) {
  (void)state;
  double values[2][8];
  for (uint32_t order = 0; order < 2; order++) {
    rig r = { .states = 4, .actions = 2, .lanes = 2,
              .channels = BAUD_MASK(BAUD_CH_OBSERVATION) | BAUD_MASK(BAUD_CH_REWARD) };
    rig_set(&r, "planning", 0);
    assert_int_equal(rig_open(&r, &dyna_q_library), BAUD_OK);
    rig_init(&r, 4);
    uint64_t *random = r.blocks[rig_block(&r, "random")];
    for (uint32_t lane = 0; lane < 2; lane++) {
      r.obs[lane] = (int32_t)(2 * (lane ^ order));
      random[lane] = baud_split(8, lane ^ order);
    }
    for (uint32_t t = 0; t < 200; t++) (void)rig_tick(&r, apart_world, NULL, 0);
    memcpy(values[order], r.blocks[rig_block(&r, "values")], sizeof values[order]);
    rig_close(&r);
  }
  assert_memory_equal(values[0], values[1], sizeof values[0]);
}

int main(void) {
  const struct CMUnitTest tests[] = {
    cmocka_unit_test(dyna_maze_takes_the_published_steps),
    cmocka_unit_test(sweeping_finds_the_way_within_ten_episodes),
    cmocka_unit_test(sweeping_reaches_the_optimal_values),
    cmocka_unit_test(sweeping_by_counts_backs_up_the_mean_of_what_was_observed),
    cmocka_unit_test(sweeping_carries_a_falling_value_backwards),
    cmocka_unit_test(the_heap_gives_back_the_most_urgent),
    cmocka_unit_test(planning_steps_are_as_many_as_asked_for),
    cmocka_unit_test(plus_values_what_was_never_tried),
    cmocka_unit_test(answers_are_smoothed_frequencies),
    cmocka_unit_test(prior_zero_is_one_over_the_number_of_outcomes),
    cmocka_unit_test(successors_without_a_slot_share_what_is_left),
    cmocka_unit_test(questions_it_cannot_answer_are_declined),
    cmocka_unit_test(predicting_writes_no_weights_and_a_seed_gives_one_life),
    cmocka_unit_test(exchanging_lanes_exchanges_nothing_else),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
