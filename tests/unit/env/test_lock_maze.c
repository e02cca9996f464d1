/* test_lock_maze.c - the walk against its description, and the observer against Bayes' rule over all worlds of a small
 * prior.
 */
#include "../../../plugins/env/lock_maze.c" /* first: cmocka has a macro named fail */

#include <setjmp.h>
#include <stdarg.h>
#include <cmocka.h>

#include "bench.h"

static bench b;
static _Alignas(64) char state[4096];

typedef struct setting {
  int64_t rooms, doors, walk, thinking, thoughts, asks;
} setting;

static int32_t try_maze(setting s) {
  const baud_value values[MAZE_PARAMS] = {{s.rooms, 0, NULL},    {s.doors, 0, NULL},    {s.walk, 0, NULL},
                                          {s.thinking, 0, NULL}, {s.thoughts, 0, NULL}, {s.asks, 0, NULL}};
  return bench_try(&b, &maze_ops, values, 1);
}

static void open_maze(setting s, uint64_t world) {
  assert_int_equal(try_maze(s), BAUD_OK);
  assert_true(b.spec.lane_bytes <= BENCH_STRIDE && b.spec.world_bytes <= BENCH_WORLD);
  bench_draw(&b, world);
}

static const maze *model(void) { return b.model; }
static uint32_t seen(void) { return ((uint32_t *)(void *)b.sight[0])[0]; }

static void act(uint32_t door) {
  b.action[0] = (int32_t)door;
  bench_step(&b);
}

static const setting settings[] = {{6, 4, 3, 2, 5, 0}, {3, 2, 3, 0, 1, 0}, {1, 3, 1, 0, 1, 1}, {40, 5, 2, 7, 2, 1}};
enum { SETTINGS = sizeof settings / sizeof *settings };

/* ---- The walk -------------------------------------------------------------------------------------------- */

/* One stage of a walk: thoughts, a room not passed before, the sign of its door; whether the door taken was right. */
static int pass_room(const setting *s, uint64_t *random, uint64_t *passed) {
  uint32_t rooms = (uint32_t)s->rooms, doors = (uint32_t)s->doors, first = rooms + doors;
  for (int64_t i = 0; i < s->thinking; i++) {
    assert_true(seen() >= first && seen() < first + s->thoughts);
    act(baud_below(random, doors));
    assert_true(b.fact[MAZE_REWARD][0] == 0.0f);
  }
  uint32_t room = seen(), right = maze_door(b.world, room), door = baud_below(random, 2) ? right : baud_below(random, doors);
  assert_true(room < rooms && !(*passed >> room & 1u));
  *passed |= UINT64_C(1) << room;
  act(door);
  assert_int_equal(seen(), rooms + right);
  assert_true(b.fact[MAZE_REWARD][0] == (float)(door == right));
  return door == right;
}

static void a_walk_is_thoughts_rooms_and_signs(void **unused) {
  uint64_t random = 1;
  (void)unused;
  for (int i = 0; i < SETTINGS; i++)
    for (uint64_t seed = 0; seed < 50; seed++) {
      const setting *s = &settings[i];
      uint64_t passed = 0;
      int right = 0;
      open_maze(*s, seed);
      bench_reset(&b, 0, seed);
      for (int64_t room = 0; room < s->walk; room++) {
        right += pass_room(s, &random, &passed);
        int is_over = room + 1 == s->walk;
        assert_int_equal(b.flags[0], is_over ? BAUD_TERMINATED : 0);
        assert_true(b.fact[MAZE_SUCCESS][0] == (is_over && right == s->walk ? 1.0f : 0.0f));
        if (!is_over) act(0); /* at the sign nothing counts */
      }
      uint32_t last = seen();
      act(0);
      assert_int_equal(seen(), last); /* behind the end */
      assert_true(b.fact[MAZE_REWARD][0] == 0.0f);
      bench_close(&b);
    }
}

static void its_length_is_known(void **unused) {
  (void)unused;
  for (int i = 0; i < SETTINGS; i++) {
    const setting *s = &settings[i];
    uint32_t steps = 0;
    open_maze(*s, 3);
    bench_reset(&b, 0, 3);
    do act(0), steps++;
    while (!b.flags[0]);
    assert_int_equal(steps, b.spec.max_steps);
    assert_int_equal(steps, s->walk * (s->thinking + 2) - 1);
    assert_true(fabs(b.spec.entropy_bits - (double)s->rooms * log2((double)s->doors)) < 1e-12);
    bench_close(&b);
  }
}

/* Of 3,000 worlds and walks: the first room, its door, the first thought; chi^2 of 5, 3 and 4 degrees of freedom above
 * 40, 33 and 35 with probability below 5e-7 each. */
static void rooms_doors_and_thoughts_are_fair(void **unused) {
  enum { WALKS = 3000, ROOMS = 6, DOORS = 4, THOUGHTS = 5 };
  double room[ROOMS] = {0}, door[DOORS] = {0}, thought[THOUGHTS] = {0}, chi[3] = {0};
  (void)unused;
  open_maze((setting){ROOMS, DOORS, 3, 1, THOUGHTS, 0}, 1);
  for (uint64_t seed = 0; seed < WALKS; seed++) {
    bench_draw(&b, seed);
    bench_reset(&b, 0, seed + WALKS);
    thought[seen() - ROOMS - DOORS]++;
    act(0);
    room[seen()]++;
    door[maze_door(b.world, seen())]++;
  }
  for (int i = 0; i < ROOMS; i++) chi[0] += pow(room[i] - WALKS / (double)ROOMS, 2) / (WALKS / (double)ROOMS);
  for (int i = 0; i < DOORS; i++) chi[1] += pow(door[i] - WALKS / (double)DOORS, 2) / (WALKS / (double)DOORS);
  for (int i = 0; i < THOUGHTS; i++) chi[2] += pow(thought[i] - WALKS / (double)THOUGHTS, 2) / (WALKS / (double)THOUGHTS);
  assert_true(chi[0] < 40 && chi[1] < 33 && chi[2] < 35);
  bench_close(&b);
}

static void a_walk_longer_than_the_maze_is_refused(void **unused) {
  (void)unused;
  assert_int_equal(try_maze((setting){3, 4, 4, 1, 1, 0}), BAUD_EARG);
}

static void an_action_that_there_is_not_is_refused(void **unused) {
  const baud_value values[MAZE_PARAMS] = {{6, 0, NULL}, {4, 0, NULL}, {3, 0, NULL}, {1, 0, NULL}, {2, 0, NULL}, {0, 0, NULL}};
  (void)unused;
  bench_refuses(&maze_ops, values, 4);
}

/* ---- The ideal observer ---------------------------------------------------------------------------------- */

enum { ROOMS = 3, DOORS = 3, WORLDS = 27 }; /* 3 doors, so that a wrong one leaves two */
static double weight[WORLDS];                /* of each world, the room's door a digit; sums to 1 */

static uint32_t digit(uint32_t world, uint32_t room) {
  for (uint32_t r = 0; r < room; r++) world /= DOORS;
  return world % DOORS;
}

/* Conditions on evidence about one room; -log2 of its probability. */
static double condition(uint32_t room, uint32_t door, double hit, double miss) {
  double p = 0.0;
  for (uint32_t w = 0; w < WORLDS; w++) p += weight[w] *= digit(w, room) == door ? hit : miss;
  for (uint32_t w = 0; w < WORLDS; w++) weight[w] /= p;
  return -log2(p);
}

static double believed(uint32_t room, uint32_t door) {
  double p = 0.0;
  for (uint32_t w = 0; w < WORLDS; w++) p += digit(w, room) == door ? weight[w] : 0.0;
  return p;
}

/* Tells the observer, and compares its bits with those given and its noise with what is left given the world. */
static void tell(baud_evidence *e, double chance, double channel_bits, uint32_t channel, double noise) {
  double bits[BAUD_CHANNELS], left[BAUD_CHANNELS];
  assert_int_equal(maze_observer.noise(b.model, b.world, state, e, left), BAUD_OK);
  assert_int_equal(maze_observer.surprise(b.model, state, e, bits), BAUD_OK);
  assert_true(fabs(bits[channel] - chance - channel_bits) < 1e-9);
  assert_true(fabs(left[channel] - chance - noise) < 1e-9);
}

/* Walks with an expert of .8 who is seen, rewards that are flipped one time in ten, doors by chance. */
static void bits_are_those_of_bayes_rule_over_all_worlds(void **unused) {
  const double competence = 0.8, miss = 0.1, flip[2] = {0.9, 0.1}; /* P(1 is delivered | it is 0), of 1: the other */
  uint64_t random = 5;
  (void)unused;
  open_maze((setting){ROOMS, DOORS, 2, 1, 4, 0}, 11);
  assert_int_equal(maze_observer.open(b.model, state, 1), BAUD_OK);
  for (uint32_t w = 0; w < WORLDS; w++) weight[w] = 1.0 / WORLDS;
  for (uint64_t seed = 0; seed < 6; seed++) {
    uint32_t before = 0, now = 0, door = 0, passed = 0;
    const void *at_before[1] = {&before}, *at_now[1] = {&now};
    bench_reset(&b, 0, seed);
    now = seen();
    baud_evidence start = {.size = BAUD_SIZE(baud_evidence), .kind = BAUD_EV_START, .obs_before = at_now, .obs = at_now, .sees_observation = 1};
    tell(&start, log2(4), 0, BAUD_CH_OBSERVATION, 0);
    do {
      before = now;
      if (before < ROOMS) {
        door = baud_below(&random, DOORS);
        baud_evidence shown = {.size = BAUD_SIZE(baud_evidence), .kind = BAUD_EV_DEMONSTRATION, .obs_before = at_before, .obs = at_before,
                               .action = &door, .competence = competence};
        int is_right = door == maze_door(b.world, before);
        double told = condition(before, door, competence, miss);
        tell(&shown, 0, told, BAUD_CH_DEMONSTRATION, -log2(is_right ? competence : miss));
        for (uint32_t d = 0; d < DOORS; d++) assert_true(fabs(maze_belief(model(), state, before)[d] - believed(before, d)) < 1e-12);
      }
      act(door = baud_below(&random, DOORS));
      now = seen();
      double delivered[2] = {flip[1], flip[0]}; /* a 1 was delivered */
      baud_evidence step = {.size = BAUD_SIZE(baud_evidence), .kind = BAUD_EV_STEP, .flags = b.flags[0], .obs_before = at_before, .obs = at_now,
                            .action = &door, .sees_observation = 1, .sees_reward = 1, .fact = MAZE_REWARD, .n_weight = 2, .weight = delivered};
      int is_sign = before < ROOMS, is_room = now < ROOMS;
      double chance = is_sign ? 0 : is_room ? log2(ROOMS - passed) : log2(4), told = is_sign ? condition(before, now - ROOMS, 1, 0) : 0;
      double bits[BAUD_CHANNELS], left[BAUD_CHANNELS], flipped = -log2(delivered[b.fact[MAZE_REWARD][0] == 1.0f]);
      assert_int_equal(maze_observer.noise(b.model, b.world, state, &step, left), BAUD_OK);
      assert_int_equal(maze_observer.surprise(b.model, state, &step, bits), BAUD_OK);
      passed += (uint32_t)is_room;
      assert_true(fabs(bits[BAUD_CH_OBSERVATION] - chance - told) < 1e-9 && fabs(left[BAUD_CH_OBSERVATION] - chance) < 1e-9);
      assert_true(fabs(bits[BAUD_CH_REWARD] - flipped) < 1e-9 && fabs(left[BAUD_CH_REWARD] - flipped) < 1e-9);
    } while (!b.flags[0]);
  }
  bench_close(&b);
}

/* Told in total: each room once, log2 doors; what is known already tells nothing. */
static void signs_bring_the_whole_world_once(void **unused) {
  double told = 0.0;
  (void)unused;
  open_maze((setting){5, 4, 2, 0, 1, 0}, 13);
  assert_int_equal(maze_observer.open(b.model, state, 1), BAUD_OK);
  for (uint64_t seed = 0; seed < 60; seed++) {
    uint32_t before, now, door = 0;
    const void *at_before[1] = {&before}, *at_now[1] = {&now};
    double bits[BAUD_CHANNELS], left[BAUD_CHANNELS];
    bench_reset(&b, 0, seed);
    now = before = seen();
    baud_evidence e = {.size = BAUD_SIZE(baud_evidence), .kind = BAUD_EV_START, .obs_before = at_now, .obs = at_now, .sees_observation = 1};
    assert_int_equal(maze_observer.surprise(b.model, state, &e, bits), BAUD_OK);
    do {
      before = now;
      act(0);
      now = seen();
      e = (baud_evidence){.size = BAUD_SIZE(baud_evidence), .kind = BAUD_EV_STEP, .flags = b.flags[0], .obs_before = at_before, .obs = at_now,
                          .action = &door, .sees_observation = 1};
      assert_int_equal(maze_observer.noise(b.model, b.world, state, &e, left), BAUD_OK);
      assert_int_equal(maze_observer.surprise(b.model, state, &e, bits), BAUD_OK);
      told += bits[BAUD_CH_OBSERVATION] - left[BAUD_CH_OBSERVATION];
    } while (!b.flags[0]);
  }
  assert_true(fabs(told - 10.0) < 1e-9); /* that a room of 5 is in none of 60 walks has probability below 1e-12 */
  bench_close(&b);
}

/* The success of a walk through two rooms, softened: known from the signs, so that it tells nothing but its own noise. */
static void success_after_signs_tells_nothing(void **unused) {
  const double delivered[2] = {0.25, 0.75};
  (void)unused;
  for (uint32_t right = 0; right < 4; right++) { /* bit i: whether door i is */
    open_maze((setting){2, 2, 2, 0, 1, 0}, 17);
    assert_int_equal(maze_observer.open(b.model, state, 1), BAUD_OK);
    bench_reset(&b, 0, 3);
    for (uint32_t step = 0; step < 3; step++) {
      uint32_t before = seen(), is_right = right >> (step / 2) & 1u, door = step == 1 ? 0 : maze_door(b.world, before) ^ !is_right, now;
      const void *at_before[1] = {&before}, *at_now[1] = {&now};
      double bits[BAUD_CHANNELS], told = delivered[step == 2 && right == 3];
      act(door);
      now = seen();
      baud_evidence e = {.size = BAUD_SIZE(baud_evidence), .kind = BAUD_EV_STEP, .flags = b.flags[0], .obs_before = at_before, .obs = at_now,
                         .action = &door, .sees_observation = 1, .sees_reward = 1, .fact = MAZE_SUCCESS, .n_weight = 2, .weight = delivered};
      assert_int_equal(maze_observer.surprise(b.model, state, &e, bits), BAUD_OK);
      assert_true(fabs(bits[BAUD_CH_OBSERVATION] - (step == 1 ? 0.0 : 1.0)) < 1e-12); /* the last room is no surprise */
      assert_true(fabs(bits[BAUD_CH_REWARD] + log2(told)) < 1e-12);
    }
    bench_close(&b);
  }
}

static void what_it_cannot_follow_is_declined(void **unused) {
  uint32_t all = BAUD_MASK(BAUD_CH_OBSERVATION) | BAUD_MASK(BAUD_CH_REWARD);
  (void)unused;
  open_maze(settings[0], 3);
  assert_int_equal(maze_observer.supports(b.model, all, MAZE_REWARD, BAUD_SEES_SOFT), 1);
  assert_int_equal(maze_observer.supports(b.model, all, MAZE_SUCCESS, 0), 1);
  assert_int_equal(maze_observer.supports(b.model, all, MAZE_SUCCESS, BAUD_SEES_LATE), 0);
  assert_int_equal(maze_observer.supports(b.model, BAUD_MASK(BAUD_CH_REWARD), MAZE_REWARD, 0), 0);
  bench_close(&b);
}

/* ---- Demonstration, quiz, picture ------------------------------------------------------------------------- */

static void who_follows_the_expert_comes_through(void **unused) {
  uint8_t optimal[MAZE_MOST_DOORS];
  (void)unused;
  for (int i = 0; i < SETTINGS; i++) {
    open_maze(settings[i], 7);
    bench_reset(&b, 0, 7);
    do {
      baud_batch batch = bench_batch(&b);
      uint32_t door = 0, n = 0;
      assert_int_equal(maze_optimal(b.model, &batch, optimal), BAUD_OK);
      for (uint32_t d = 0; d < model()->doors; d++)
        if (optimal[d]) door = d, n++;
      assert_int_equal(n, seen() < model()->rooms);
      act(door);
    } while (!b.flags[0]);
    assert_true(b.fact[MAZE_SUCCESS][0] == 1.0f);
    bench_close(&b);
  }
}

/* Asked either way, the questions have the same answers with the same priors, and what was seen answers both alike. */
static void both_ways_of_asking_ask_the_same(void **unused) {
  double truth[16], prior[16], answer[16];
  int32_t sight[1], prefix[MAZE_MOST_PREFIX], action, did[MAZE_MOST_PREFIX];
  float was[MAZE_MOST_PREFIX];
  void *obs[1] = {sight}, *before[1] = {prefix};
  uint32_t n, most, independence;
  (void)unused;
  for (int64_t asks = 0; asks < MAZE_ASKS; asks++) {
    open_maze((setting){3, 4, 2, 2, 5, asks}, 9);
    assert_int_equal(maze_observer.open(b.model, state, 1), BAUD_OK);
    (void)maze_weigh(model(), maze_belief(model(), state, 1), maze_door(b.world, 1), 1.0, 0.0);
    assert_int_equal(maze_quiz.count(b.model, &n, &most, &independence), BAUD_OK);
    assert_int_equal(n, 3);
    assert_int_equal(independence, BAUD_FACTS_INDEPENDENT | BAUD_DECISIONS_INDEPENDENT);
    for (uint32_t i = 0; i < n; i++) {
      baud_item item = {.size = BAUD_SIZE(baud_item), .truth = truth, .prior = prior, .obs = obs, .action = &action,
                        .prefix_obs = before, .prefix_action = did, .prefix_reward = was};
      assert_int_equal(maze_quiz.item(b.model, b.world, i, &item), BAUD_OK);
      const void *context[1] = {sight};
      baud_query query = {.size = BAUD_SIZE(baud_query), .target = item.target, .n_answers = item.n_answers, .obs = context, .action = &action};
      uint32_t first = asks ? 3 : 0;
      assert_int_equal(sight[0], i);
      assert_int_equal(item.group, i);
      assert_int_equal(item.n_prefix, 2);
      assert_true(prefix[0] == 7 && prefix[1] == 8);
      assert_int_equal(item.target, asks ? BAUD_ASK_OBSERVATION : BAUD_ASK_ACTION);
      assert_int_equal(item.n_answers, asks ? 12 : 4);
      assert_int_equal(maze_observer.answer(b.model, state, &query, answer), BAUD_OK);
      for (uint32_t x = 0; x < item.n_answers; x++) {
        int is_door = x >= first && x < first + 4, is_right = is_door && x - first == maze_door(b.world, i);
        assert_true(truth[x] == is_right);
        assert_true(prior[x] == (is_door ? 0.25 : 0.0));
        assert_true(answer[x] == (i == 1 ? truth[x] : prior[x]));
      }
    }
    bench_close(&b);
  }
}

static void answers_are_distributions_everywhere(void **unused) {
  double answer[64];
  (void)unused;
  for (int i = 0; i < SETTINGS; i++) {
    open_maze(settings[i], 1);
    assert_int_equal(maze_observer.open(b.model, state, 1), BAUD_OK);
    for (uint32_t token = 0; token < model()->tokens; token++) {
      const void *context[1] = {&token};
      uint32_t door = 0;
      baud_query query = {.size = BAUD_SIZE(baud_query), .target = BAUD_ASK_OBSERVATION, .n_answers = model()->tokens,
                          .obs = context, .action = &door};
      double sum = 0.0;
      assert_int_equal(maze_observer.answer(b.model, state, &query, answer), BAUD_OK);
      for (uint32_t x = 0; x < model()->tokens; x++) sum += answer[x];
      assert_true(fabs(sum - 1.0) < 1e-12);
    }
    bench_close(&b);
  }
}

static void the_picture_says_where_one_is(void **unused) {
  char cells[MAZE_WIDTH * MAZE_HEIGHT], wanted[MAZE_WIDTH + 1];
  (void)unused;
  open_maze((setting){6, 4, 3, 1, 5, 0}, 1);
  bench_reset(&b, 0, 1);
  for (int i = 0; i < 3; i++) {
    const maze_lane *lane = (const maze_lane *)(const void *)b.lane;
    assert_int_equal(maze_picture(b.model, b.world, b.lane, cells), BAUD_OK);
    int n = snprintf(wanted, sizeof wanted, "token %d of 9 ", i + 1);
    assert_memory_equal(cells, wanted, (size_t)n);
    n = i == 0 ? snprintf(wanted, sizeof wanted, "thinking %u ", seen() - 10)
               : snprintf(wanted, sizeof wanted, "room %u, door %u leads on%s ", lane->room, maze_door(b.world, lane->room), i == 2 ? ": sign" : "");
    assert_memory_equal(cells + MAZE_WIDTH, wanted, (size_t)n);
    act(0);
  }
  bench_close(&b);
}

int main(void) {
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(a_walk_is_thoughts_rooms_and_signs),
      cmocka_unit_test(its_length_is_known),
      cmocka_unit_test(rooms_doors_and_thoughts_are_fair),
      cmocka_unit_test(a_walk_longer_than_the_maze_is_refused),
      cmocka_unit_test(an_action_that_there_is_not_is_refused),
      cmocka_unit_test(bits_are_those_of_bayes_rule_over_all_worlds),
      cmocka_unit_test(signs_bring_the_whole_world_once),
      cmocka_unit_test(success_after_signs_tells_nothing),
      cmocka_unit_test(what_it_cannot_follow_is_declined),
      cmocka_unit_test(who_follows_the_expert_comes_through),
      cmocka_unit_test(both_ways_of_asking_ask_the_same),
      cmocka_unit_test(answers_are_distributions_everywhere),
      cmocka_unit_test(the_picture_says_where_one_is),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
