/* test_deep_sea.c - the dive against recorded steps of bsuite's, currents and noise against their frequencies, and the
 * observer against Bayes' rule.
 */
#include "../../../plugins/env/deep_sea.c" /* first: cmocka has a macro named fail */

#include <setjmp.h>
#include <stdarg.h>
#include <cmocka.h>

#include "bench.h"
#include "bsuite_sea.h"

static bench b;

static void open_sea(const baud_env_ops *ops, int64_t size, double cost, uint64_t world) {
  const baud_value values[SEA_PARAMS] = {{size, 0, NULL}, {0, cost, NULL}};
  bench_open(&b, ops, values, 1);
  bench_draw(&b, world);
  bench_reset(&b, 0, world);
}

static const sea *model(void) { return b.model; }
static sea_lane *lane(void) { return (sea_lane *)(void *)b.lane; }
static const uint8_t *right(void) { return (const uint8_t *)b.world; }
static uint32_t seen(void) { return ((uint32_t *)(void *)b.sight[0])[0]; }

/* Places the diver, and steps; by what the action is to do. */
static void go(uint32_t row, uint32_t column, int goes_right) {
  lane()->row = row;
  lane()->column = column;
  b.action[0] = right()[sea_cell(row, column)] == goes_right;
  bench_step(&b);
}

/* ---- Steps ----------------------------------------------------------------------------------------------- */

/* bsuite shows the cell as a square of zeros with a one in it, and after the last step zeros alone. */
static uint32_t shown_by(const char *line, int part) {
  double square[TAPE_NUMBERS];
  uint32_t n = tape_read(line, part, square), cell = 0;
  while (cell < n && square[cell] == 0.0) cell++;
  return cell;
}

static void cells_and_rewards_are_those_of_bsuite(void **unused) {
  double drawn[TAPE_NUMBERS];
  (void)unused;
  for (size_t i = 0; i < sizeof sea_recorded / sizeof *sea_recorded; i++) {
    const char *line = sea_recorded[i];
    if (line[0] == 'E') {
      if (i > 0) bench_close(&b);
      tape_read(line, 1, drawn);
      uint32_t size = (uint32_t)drawn[0];
      open_sea(&sea_ops, size, drawn[1], 1);
      for (uint32_t row = 0; row < size; row++)
        for (uint32_t column = 0; column <= row; column++)
          ((uint8_t *)b.world)[sea_cell(row, column)] = (uint8_t)drawn[2 + row * size + column];
      assert_int_equal(seen(), shown_by(line, 2));
      continue;
    }
    b.action[0] = (int32_t)tape_number(line, 1);
    bench_step(&b);
    assert_true(b.fact[SEA_REWARD][0] == (float)tape_number(line, 2));
    assert_int_equal(b.flags[0], tape_number(line, 3) != 0.0 ? BAUD_TERMINATED : 0);
    assert_true(b.fact[SEA_SUCCESS][0] == (b.fact[SEA_REWARD][0] > 0.5f ? 1.0f : 0.0f));
    assert_int_equal(seen(), shown_by(line, 4));
  }
  bench_close(&b);
}

/* 40,000 episodes at random in a sea of 5: once in 32, off by five standard errors with probability 6e-7. */
static void random_play_finds_the_treasure_once_in_two_to_the_size(void **unused) {
  enum { EPISODES = 40000 };
  double found = 0.0, p = 1.0 / 32.0;
  uint64_t random = 8;
  (void)unused;
  open_sea(&sea_ops, 5, 0.01, 3);
  for (uint64_t seed = 0; seed < EPISODES; seed++) {
    bench_reset(&b, 0, seed);
    do {
      b.action[0] = (int32_t)baud_below(&random, 2);
      bench_step(&b);
    } while (!b.flags[0]);
    found += (double)b.fact[SEA_SUCCESS][0];
  }
  assert_true(fabs(found / EPISODES - p) < 5.0 * sqrt(p * (1.0 - p) / EPISODES));
  bench_close(&b);
}

static void every_cell_has_a_fair_bit_of_its_own(void **unused) {
  enum { WORLDS = 4000, SIZE = 6, CELLS = SIZE * (SIZE + 1) / 2 };
  double ones[CELLS] = {0};
  (void)unused;
  open_sea(&sea_ops, SIZE, 0.01, 3);
  assert_true(b.spec.entropy_bits == CELLS && b.spec.world_bytes == CELLS && b.spec.max_steps == SIZE);
  for (uint64_t seed = 0; seed < WORLDS; seed++) {
    bench_draw(&b, seed);
    for (uint32_t c = 0; c < CELLS; c++) ones[c] += right()[c];
  }
  for (uint32_t c = 0; c < CELLS; c++) /* each off by 5.5 standard errors with probability 4e-8 */
    assert_true(fabs(ones[c] / WORLDS - 0.5) < 5.5 * 0.5 / sqrt(WORLDS));
  bench_close(&b);
}

/* Of 40,000 steps to the right one in `size` fails; rewards in the bottom's corners are normal about what they are
 * without noise: mean, variance and the share beyond one, each within five standard errors with probability 1 - 6e-7.
 */
static void currents_and_noise_are_what_they_should_be(void **unused) {
  enum { STEPS = 40000, SIZE = 8 };
  static const uint32_t corner[2] = {0, SIZE - 1};
  double failed = 0.0, p = 1.0 / SIZE;
  (void)unused;
  open_sea(&sea_stochastic_ops, SIZE, 0.1, 3);
  assert_true((b.spec.facts[SEA_SUCCESS].roles & BAUD_FACT_HIDDEN) != 0);
  for (int i = 0; i < STEPS; i++) {
    go(4, 3, 1);
    assert_true(lane()->column == 3 || lane()->column == 4);
    assert_true(b.fact[SEA_REWARD][0] == (float)(-0.1 / SIZE));
    failed += lane()->column == 3;
  }
  assert_true(fabs(failed / STEPS - p) < 5.0 * sqrt(p * (1.0 - p) / STEPS));
  for (int c = 0; c < 2; c++)
    for (int goes_right = 0; goes_right < 2; goes_right++) {
      double mean = goes_right ? c - 0.1 / SIZE : 0.0, sum = 0.0, squares = 0.0, beyond = 0.0,
             share = 0.317310507862914;
      for (int i = 0; i < STEPS; i++) {
        go(SIZE - 1, corner[c], goes_right);
        double noise = (double)b.fact[SEA_REWARD][0] - mean;
        sum += noise;
        squares += noise * noise;
        beyond += fabs(noise) > 1.0;
      }
      assert_true(fabs(sum / STEPS) < 5.0 / sqrt(STEPS));
      assert_true(fabs(squares / STEPS - 1.0) < 5.0 * sqrt(2.0 / STEPS));
      assert_true(fabs(beyond / STEPS - share) < 5.0 * sqrt(share * (1.0 - share) / STEPS));
    }
  go(SIZE - 1, 3, 1); /* elsewhere at the bottom there is none */
  assert_true(b.fact[SEA_REWARD][0] == (float)(-0.1 / SIZE));
  bench_close(&b);
}

/* A step left from the diagonal is held against one, being held up is not. */
static void success_is_not_to_leave_the_diagonal_by_choice(void **unused) {
  int held_up = 0;
  (void)unused;
  open_sea(&sea_stochastic_ops, 4, 0.01, 3);
  for (uint64_t seed = 0; seed < 200; seed++) {
    int is_bad = 0;
    bench_reset(&b, 0, seed);
    for (uint32_t row = 0; row < 4; row++) {
      int goes_right = (seed >> row & 1u) || seed % 3 == 0, was_on = lane()->column == row;
      is_bad |= !goes_right && was_on;
      b.action[0] = right()[sea_cell(row, lane()->column)] == goes_right;
      bench_step(&b);
    }
    held_up += !is_bad && lane()->column < 3;
    assert_true(b.fact[SEA_SUCCESS][0] == (is_bad ? 0.0f : 1.0f));
  }
  assert_true(held_up > 0);
  bench_close(&b);
}

/* ---- The observer ---------------------------------------------------------------------------------------- */

typedef struct account {
  double surprise[BAUD_CHANNELS], noise[BAUD_CHANNELS];
} account;

/* What the last step, which was taken in `before`, tells one who sees cells and rewards. */
static account tell(const baud_observer *observer, void *state, uint32_t before) {
  account a;
  double weight[SEA_VALUES] = {0};
  const void *from[1] = {&before}, *to[1] = {b.sight[0]};
  baud_evidence e = {.size = BAUD_SIZE(baud_evidence),
                     .kind = BAUD_EV_STEP,
                     .flags = b.flags[0],
                     .obs_before = from,
                     .obs = to,
                     .action = b.action,
                     .sees_observation = 1,
                     .sees_reward = 1,
                     .fact = SEA_REWARD,
                     .value = (double)b.fact[SEA_REWARD][0]};
  if (!model()->is_stochastic) {
    for (uint32_t x = 0; x < SEA_VALUES; x++) weight[x] = b.fact[SEA_REWARD][0] == (float)sea_value(model(), x);
    e.weight = weight;
    e.n_weight = SEA_VALUES;
  }
  assert_int_equal(observer->noise(b.model, b.world, state, &e, a.noise), BAUD_OK);
  assert_int_equal(observer->surprise(b.model, state, &e, a.surprise), BAUD_OK);
  return a;
}

/* Each cell of a calm sea tells its one bit at the first step from it, whatever the action: with the cell below, or in
 * the last row with the reward; and never again. */
static void a_calm_cell_tells_one_bit_once(void **unused) {
  enum { SIZE = 7 };
  double state[64];
  (void)unused;
  for (uint64_t world = 0; world < 20; world++) {
    open_sea(&sea_ops, SIZE, 0.01, world);
    assert_true(sea_observer.state_bytes(b.model, 1) <= sizeof state);
    assert_int_equal(sea_observer.open(b.model, state, 1), BAUD_OK);
    for (uint32_t cell = 0; cell < model()->cells; cell++)
      for (int again = 0; again < 2; again++) {
        uint32_t row = sea_row(cell), column = cell - sea_cell(row, 0), is_last = row + 1 == SIZE;
        assert_int_equal(sea_observer.settled(b.model, state), 0);
        go(row, column, (int)((world + cell + (uint32_t)again) % 2));
        account a = tell(&sea_observer, state, row * SIZE + column);
        assert_true(a.surprise[BAUD_CH_OBSERVATION] == (!is_last && !again));
        assert_true(a.surprise[BAUD_CH_REWARD] == (is_last && !again));
        assert_true(a.noise[BAUD_CH_OBSERVATION] == 0.0 && a.noise[BAUD_CH_REWARD] == 0.0);
        if (cell + 1 == model()->cells) assert_int_equal(sea_observer.settled(b.model, state), 1), again = 1;
      }
    bench_close(&b);
  }
}

/* P(cell below, reward | the step goes right or left), from the definition. */
static double chance_of(uint32_t column, uint32_t to, double reward, int goes_right, uint32_t size, double cost,
                        int is_last) {
  double below = 1.0, of = goes_right ? (column + 1 == size) - cost / size : 0.0;
  if (!is_last) {
    uint32_t now = to % size;
    if (goes_right) below = now == column + 1 ? 1.0 - 1.0 / size : now == column ? 1.0 / size : 0.0;
    else below = now == (column > 0 ? column - 1 : 0);
  }
  int is_noisy = is_last && (column == 0 || column + 1 == size);
  return below * (is_noisy ? exp(-0.5 * (reward - of) * (reward - of)) / sqrt(2.0 * 3.14159265358979323846)
                           : (float)of == (float)reward);
}

/* In the stochastic sea the bits of both channels together are those of Bayes' rule on the cell's bit, step after step.
 */
static void stochastic_cells_are_weighed_by_bayes_rule(void **unused) {
  enum { SIZE = 4, STEPS = 3000 };
  double state[64], own[SIZE * (SIZE + 1) / 2];
  uint64_t random = 6;
  (void)unused;
  open_sea(&sea_stochastic_ops, SIZE, 0.2, 5);
  assert_int_equal(sea_stochastic_observer.open(b.model, state, 1), BAUD_OK);
  assert_true(!(sea_stochastic_observer.flags & BAUD_NOISELESS));
  for (uint32_t c = 0; c < model()->cells; c++) own[c] = 0.5; /* P(action 1 goes right) */
  for (int i = 0; i < STEPS; i++) {
    uint32_t cell = baud_below(&random, model()->cells), row = sea_row(cell), column = cell - sea_cell(row, 0);
    go(row, column, (int)baud_below(&random, 2));
    double reward = (double)b.fact[SEA_REWARD][0], pr = b.action[0] ? own[cell] : 1.0 - own[cell];
    double if_right = chance_of(column, seen(), reward, 1, SIZE, 0.2, row + 1 == SIZE);
    double if_left = chance_of(column, seen(), reward, 0, SIZE, 0.2, row + 1 == SIZE),
           p = pr * if_right + (1.0 - pr) * if_left;
    account a = tell(&sea_stochastic_observer, state, row * SIZE + column);
    double truly = right()[cell] == (uint32_t)b.action[0] ? if_right : if_left;
    assert_true(fabs(a.surprise[BAUD_CH_OBSERVATION] + a.surprise[BAUD_CH_REWARD] + log2(p)) < 1e-9);
    assert_true(fabs(a.noise[BAUD_CH_OBSERVATION] + a.noise[BAUD_CH_REWARD] + log2(truly)) < 1e-9);
    own[cell] = b.action[0] ? pr * if_right / p : 1.0 - pr * if_right / p;
    assert_true(fabs(sea_beliefs(state)[cell] - own[cell]) < 1e-9);
  }
  bench_close(&b);
}

static void success_alone_tells_of_the_last_step(void **unused) {
  double state[64], bits[BAUD_CHANNELS], weight[2] = {1.0, 0.0};
  uint32_t from_corner = 15, from_side = 14, end = 16;
  const void *to[1] = {&end}, *corner[1] = {&from_corner}, *side[1] = {&from_side};
  int32_t action = 1;
  (void)unused;
  open_sea(&sea_ops, 4, 0.01, 3);
  assert_int_equal(sea_observer.open(b.model, state, 1), BAUD_OK);
  baud_evidence e = {.size = BAUD_SIZE(baud_evidence),
                     .kind = BAUD_EV_STEP,
                     .flags = BAUD_TERMINATED,
                     .obs_before = side,
                     .obs = to,
                     .action = &action,
                     .sees_observation = 1,
                     .sees_reward = 1,
                     .fact = SEA_SUCCESS,
                     .n_weight = 2,
                     .weight = weight};
  assert_int_equal(sea_observer.surprise(b.model, state, &e, bits), BAUD_OK);
  assert_true(bits[BAUD_CH_REWARD] == 0.0);
  e.obs_before = corner;
  assert_int_equal(sea_observer.surprise(b.model, state, &e, bits), BAUD_OK);
  assert_true(bits[BAUD_CH_REWARD] == 1.0);
  bench_close(&b);
}

static void answers_say_where_an_action_leads_and_what_is_best(void **unused) {
  double state[64], p[17], action[2];
  uint32_t cell = 4, diagonal = 5; /* (1, 0) and (1, 1) */
  int32_t one = 1;
  const void *at[1] = {&cell}, *on[1] = {&diagonal};
  baud_query where = {
      .size = BAUD_SIZE(baud_query), .target = BAUD_ASK_OBSERVATION, .n_answers = 17, .obs = at, .action = &one};
  baud_query what = {.size = BAUD_SIZE(baud_query), .target = BAUD_ASK_ACTION, .n_answers = 2, .obs = at};
  (void)unused;
  open_sea(&sea_stochastic_ops, 4, 0.01, 3);
  assert_int_equal(sea_stochastic_observer.open(b.model, state, 1), BAUD_OK);
  sea_beliefs(state)[sea_cell(1, 0)] = sea_beliefs(state)[sea_cell(1, 1)] = 0.8;
  assert_int_equal(sea_stochastic_observer.answer(b.model, state, &where, p), BAUD_OK);
  assert_true(fabs(p[9] - 0.6) < 1e-12 &&
              fabs(p[8] - 0.4) < 1e-12); /* .8 (1 - 1/4); .8 / 4 and .2 to the left, at the wall */
  assert_int_equal(sea_stochastic_observer.answer(b.model, state, &what, action), BAUD_OK);
  assert_true(fabs(action[1] - 0.2) < 1e-12); /* off the diagonal left is best */
  what.obs = on;
  assert_int_equal(sea_stochastic_observer.answer(b.model, state, &what, action), BAUD_OK);
  assert_true(fabs(action[1] - 0.8) < 1e-12);
  bench_close(&b);
}

/* ---- Demonstration, quiz, picture ------------------------------------------------------------------------- */

static void the_expert_finds_the_treasure_and_shows_a_bit_a_cell(void **unused) {
  double state[64], bits[BAUD_CHANNELS];
  uint8_t optimal[SEA_ACTIONS];
  (void)unused;
  for (uint64_t world = 0; world < 20; world++) {
    open_sea(&sea_ops, 6, 0.01, world);
    assert_int_equal(sea_observer.open(b.model, state, 1), BAUD_OK);
    do {
      baud_batch batch = bench_batch(&b);
      const void *sight[1] = {b.sight[0]};
      assert_int_equal(sea_optimal(b.model, &batch, optimal), BAUD_OK);
      assert_int_equal(optimal[0] + optimal[1], 1);
      b.action[0] = optimal[1];
      baud_evidence e = {.size = BAUD_SIZE(baud_evidence),
                         .kind = BAUD_EV_DEMONSTRATION,
                         .obs_before = sight,
                         .obs = sight,
                         .action = b.action,
                         .competence = 1.0};
      assert_int_equal(sea_observer.surprise(b.model, state, &e, bits), BAUD_OK);
      assert_true(bits[BAUD_CH_DEMONSTRATION] == 1.0);
      bench_step(&b);
    } while (!b.flags[0]);
    assert_true(b.fact[SEA_SUCCESS][0] == 1.0f);
    bench_close(&b);
  }
}

/* Each item's truth against stepping the plugin. */
static void the_quiz_knows_where_actions_lead(void **unused) {
  enum { SIZE = 5 };
  double truth[32], prior[32];
  int32_t sight[1], action;
  void *obs[1] = {sight};
  baud_item item = {.size = BAUD_SIZE(baud_item), .truth = truth, .prior = prior, .obs = obs, .action = &action};
  uint32_t n, most, independence, facts = 0;
  (void)unused;
  open_sea(&sea_ops, SIZE, 0.01, 11);
  assert_int_equal(sea_quiz.count(b.model, &n, &most, &independence), BAUD_OK);
  assert_int_equal(n, 10 + 15);
  assert_int_equal(most, 26);
  for (uint32_t i = 0; i < n; i++) {
    assert_int_equal(sea_quiz.item(b.model, b.world, i, &item), BAUD_OK);
    uint32_t row = (uint32_t)sight[0] / SIZE, column = (uint32_t)sight[0] % SIZE;
    facts += item.kinds == BAUD_ITEM_FACT;
    assert_true(item.kinds == BAUD_ITEM_FACT ? row + 1 < SIZE && action == 0 && item.action_given : 1);
    lane()->row = row;
    lane()->column = column;
    b.action[0] = 0;
    bench_step(&b);
    int went_right = row + 1 < SIZE ? lane()->column > column : b.fact[SEA_REWARD][0] != 0.0f;
    if (item.kinds == BAUD_ITEM_FACT) {
      assert_true(truth[seen()] == 1.0 && prior[seen()] == 0.5);
    } else {
      assert_true(truth[0] == ((row == column) == went_right) && truth[0] + truth[1] == 1.0 && prior[0] == 0.5);
    }
  }
  assert_int_equal(facts, 10);
  bench_close(&b);
}

static void an_action_that_there_is_not_is_refused(void **unused) {
  const baud_value values[SEA_PARAMS] = {{5, 0, NULL}, {0, 0.01, NULL}};
  (void)unused;
  bench_refuses(&sea_ops, values, SEA_ACTIONS);
  bench_refuses(&sea_stochastic_ops, values, SEA_ACTIONS);
}

static void the_picture_shows_the_diver(void **unused) {
  char cells[9];
  (void)unused;
  open_sea(&sea_ops, 3, 0.01, 1);
  lane()->row = 1;
  lane()->column = 1;
  assert_int_equal(sea_picture(b.model, b.world, b.lane, cells), BAUD_OK);
  assert_memory_equal(cells, ".  .A ..$", 9);
  bench_close(&b);
}

int main(void) {
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(cells_and_rewards_are_those_of_bsuite),
      cmocka_unit_test(random_play_finds_the_treasure_once_in_two_to_the_size),
      cmocka_unit_test(every_cell_has_a_fair_bit_of_its_own),
      cmocka_unit_test(currents_and_noise_are_what_they_should_be),
      cmocka_unit_test(success_is_not_to_leave_the_diagonal_by_choice),
      cmocka_unit_test(a_calm_cell_tells_one_bit_once),
      cmocka_unit_test(stochastic_cells_are_weighed_by_bayes_rule),
      cmocka_unit_test(success_alone_tells_of_the_last_step),
      cmocka_unit_test(answers_say_where_an_action_leads_and_what_is_best),
      cmocka_unit_test(the_expert_finds_the_treasure_and_shows_a_bit_a_cell),
      cmocka_unit_test(the_quiz_knows_where_actions_lead),
      cmocka_unit_test(an_action_that_there_is_not_is_refused),
      cmocka_unit_test(the_picture_shows_the_diver),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
