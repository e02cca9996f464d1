/* test_tolman.c - the latent-learning maze: its rules, its calendar, and its ideal observer, demonstrations included,
 * against Bayes' rule over all 16 worlds of a maze of four turns.
 */
#include "../../../plugins/env/tolman.c"

#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>

#include <cmocka.h>

/* ---- A rig of two lanes --------------------------------------------------------------------------------- */

enum { LANES = 2, TURNS = 4, WORLDS = 1 << TURNS, CORRIDOR = 2 * TURNS, BOX = CORRIDOR + 1 };
static int32_t quiet(const baud_host *host, int32_t code, const char *why) {
  (void)host;
  (void)why;
  return code;
}
static const baud_host host = {.size = BAUD_SIZE(baud_host), .fail = quiet};

typedef struct rig {
  void *model;
  baud_env_spec spec;
  uint8_t world[TURNS];
  tolman_lane lane[LANES];
  int32_t position[LANES], before[LANES], action[LANES];
  uint8_t flags[LANES];
  float fact[TOLMAN_FACTS][LANES];
  void *obs[1];
  float *facts[TOLMAN_FACTS];
} rig;

static baud_batch rig_batch(rig *r) {
  return (baud_batch){.size = BAUD_SIZE(baud_batch), .lanes = LANES, .lane = (char *)r->lane,
                      .lane_stride = sizeof r->lane[0], .world = (const char *)r->world, .action = r->action,
                      .obs = r->obs, .facts = r->facts, .flags = r->flags};
}

static void rig_open(rig *r, int64_t reward_from_day, int64_t max_steps) {
  baud_value values[] = {{.i = TURNS}, {.i = reward_from_day}, {.i = max_steps}};
  memset(r, 0, sizeof *r);
  r->obs[0] = r->position;
  for (int f = 0; f < TOLMAN_FACTS; f++) r->facts[f] = r->fact[f];
  assert_int_equal(tolman_ops.create(&host, values, &r->spec, &r->model), BAUD_OK);
  assert_int_equal(r->spec.world_bytes, TURNS);
  assert_true(r->spec.entropy_bits == TURNS);
}

static void rig_reset(rig *r, uint32_t lane) {
  const uint64_t seed = 1;
  baud_batch batch = rig_batch(r);
  batch.n_pick = 1;
  batch.pick = &lane;
  batch.seed = &seed;
  assert_int_equal(tolman_ops.reset(r->model, &batch), BAUD_OK);
}

static void rig_step(rig *r) {
  baud_batch batch = rig_batch(r);
  memcpy(r->before, r->position, sizeof r->before);
  assert_int_equal(tolman_ops.step(r->model, &batch), BAUD_OK);
}

static void assert_close(double a, double b) {
  double scale = fmax(fabs(a), fabs(b));
  if (!(fabs(a - b) <= 1e-9 * scale + 1e-12)) fail_msg("%.17g is not %.17g", a, b);
}

/* The rules once more: the right arm leads to the next choice point, the wrong one into a blind alley and back. */
static int walked(uint32_t world, int position, int action) {
  int j = position / 2;
  if (position == CORRIDOR) return BOX;
  if (position % 2) return position - 1;
  return (int)(world >> j & 1) == action ? 2 * (j + 1) : 2 * j + 1;
}

static uint32_t world_of(const rig *r) {
  uint32_t world = 0;
  for (int j = 0; j < TURNS; j++) world |= (uint32_t)r->world[j] << j;
  return world;
}

/* ---- Rules and calendar --------------------------------------------------------------------------------- */

static void moves_and_facts_follow_the_turns(void **state) {
  rig r;
  (void)state;
  rig_open(&r, 1, 0);
  for (uint64_t seed = 0; seed < 50; seed++) {
    assert_int_equal(tolman_ops.draw(r.model, seed, r.world), BAUD_OK);
    for (int position = 0; position < BOX; position++)
      for (int a = 0; a < 2; a++) {
        r.lane[0] = (tolman_lane){1, (uint32_t)position, 0};
        r.action[0] = a;
        rig_step(&r);
        int now = walked(world_of(&r), position, a);
        assert_int_equal(r.position[0], now);
        assert_int_equal(r.flags[0], now == BOX ? BAUD_TERMINATED : 0);
        assert_true(r.fact[TOLMAN_SUCCESS][0] == (now == BOX ? 1.0f : 0.0f));
        assert_true(r.fact[TOLMAN_ERRORS][0] == (now < CORRIDOR && now % 2 ? 1.0f : 0.0f));
        r.lane[1] = (tolman_lane){0, 0, 0}; /* may stand in the box by now */
      }
  }
  r.action[0] = 2;
  baud_batch batch = rig_batch(&r);
  assert_int_equal(tolman_ops.step(r.model, &batch), BAUD_EARG);
  free(r.model);
}

/* 20,000 worlds; counts of four turns and of two together within 6 standard deviations: false alarm 1e-8. */
static void turns_are_independent_fair_coins(void **state) {
  enum { N = 20000 };
  rig r;
  double right[TURNS] = {0}, both = 0.0;
  (void)state;
  rig_open(&r, 11, 0);
  for (uint64_t seed = 0; seed < N; seed++) {
    assert_int_equal(tolman_ops.draw(r.model, seed, r.world), BAUD_OK);
    for (int j = 0; j < TURNS; j++) right[j] += r.world[j];
    both += r.world[0] && r.world[1];
  }
  for (int j = 0; j < TURNS; j++) assert_true(fabs(right[j] - N / 2.0) < 6 * sqrt(N * 0.25));
  assert_true(fabs(both - N / 4.0) < 6 * sqrt(N * 0.1875));
  free(r.model);
}

/* Walks lane 0 through one day by the shown way; returns the food found. */
static double walk_a_day(rig *r, int *steps) {
  double food = 0.0;
  uint8_t optimal[LANES * 2];
  rig_reset(r, 0);
  *steps = 0;
  for (r->flags[0] = 0; !r->flags[0]; ++*steps) {
    baud_batch batch = rig_batch(r);
    assert_int_equal(tolman_demonstrate.optimal(r->model, &batch, optimal), BAUD_OK);
    r->action[0] = optimal[0] ? 0 : 1;
    assert_true(optimal[r->action[0]]);
    r->lane[1] = (tolman_lane){0, 0, 0};
    rig_step(r);
    food += (double)r->fact[TOLMAN_FOOD][0];
    assert_true(r->fact[TOLMAN_ERRORS][0] == 0.0f);
  }
  assert_true(r->fact[TOLMAN_SUCCESS][0] == 1.0f);
  return food;
}

static void food_comes_on_the_day_and_stays_and_the_shown_way_has_no_errors(void **state) {
  static const int64_t first[] = {11, 1, 0};
  (void)state;
  for (int i = 0; i < 3; i++) {
    rig r;
    rig_open(&r, first[i], 0);
    assert_int_equal(tolman_ops.draw(r.model, 12, r.world), BAUD_OK);
    for (int day = 1; day <= 15; day++) {
      int steps;
      assert_true(walk_a_day(&r, &steps) == (first[i] > 0 && day >= first[i] ? 1.0 : 0.0));
      assert_int_equal(steps, TURNS + 1);
    }
    free(r.model);
  }
}

static void an_episode_ends_after_max_steps(void **state) {
  rig r;
  (void)state;
  rig_open(&r, 1, 3);
  assert_int_equal(r.spec.max_steps, 3);
  memset(r.world, TOLMAN_RIGHT, TURNS);
  rig_reset(&r, 0);
  for (int t = 1; t <= 3; t++) {
    r.action[0] = TOLMAN_LEFT;
    rig_step(&r);
    assert_int_equal(r.flags[0], t == 3 ? BAUD_TERMINATED : 0);
    assert_true(r.fact[TOLMAN_SUCCESS][0] == 0.0f);
  }
  free(r.model);
}

/* ---- The ideal observer --------------------------------------------------------------------------------- */

/* -log2 of the share of the weight that likelihood(w) keeps, after which the weights are those that it kept. */
static double bayes(double weight[WORLDS], const double likelihood[WORLDS]) {
  double all = 0.0, kept = 0.0;
  for (int w = 0; w < WORLDS; w++) all += weight[w];
  for (int w = 0; w < WORLDS; w++) kept += weight[w] *= likelihood[w];
  return -log2(kept / all);
}

static double shown_probability(uint32_t world, int position, int action, double competence) {
  if (position % 2 || position >= CORRIDOR) return 0.5;
  return (int)(world >> (position / 2) & 1) == action ? competence : 1.0 - competence;
}

static void check_demonstration(rig *r, void *observer, double weight[WORLDS], uint32_t k, double competence,
                                uint64_t *random) {
  double likelihood[WORLDS], bits[BAUD_CHANNELS], noise[BAUD_CHANNELS];
  int is_choice = r->position[k] % 2 == 0 && r->position[k] < CORRIDOR, is_right = baud_bernoulli(random, competence);
  int32_t action = is_choice ? (r->world[r->position[k] / 2] ^ !is_right) : (int32_t)baud_below(random, 2);
  const void *before[] = {&r->position[k]};
  baud_evidence e = {.size = BAUD_SIZE(baud_evidence), .kind = BAUD_EV_DEMONSTRATION, .lane = k, .obs_before = before,
                     .obs = before, .action = &action, .sees_observation = 1, .competence = competence};
  for (uint32_t w = 0; w < WORLDS; w++) likelihood[w] = shown_probability(w, r->position[k], action, competence);
  assert_int_equal(tolman_observer.noise(r->model, r->world, observer, &e, noise), BAUD_OK);
  assert_int_equal(tolman_observer.surprise(r->model, observer, &e, bits), BAUD_OK);
  assert_close(noise[BAUD_CH_DEMONSTRATION], -log2(likelihood[world_of(r)]));
  assert_close(bits[BAUD_CH_DEMONSTRATION], bayes(weight, likelihood));
  assert_true(bits[BAUD_CH_OBSERVATION] == 0.0 && bits[BAUD_CH_REWARD] == 0.0);
}

static void check_step(rig *r, void *observer, double weight[WORLDS], uint32_t k, uint32_t kind, uint32_t fact) {
  double likelihood[WORLDS], bits[BAUD_CHANNELS], noise[BAUD_CHANNELS], delivered[] = {0.8, 0.3};
  const void *before[] = {&r->before[k]}, *after[] = {&r->position[k]};
  baud_evidence e = {.size = BAUD_SIZE(baud_evidence), .kind = kind, .lane = k, .obs_before = before, .obs = after,
                     .action = &r->action[k], .sees_observation = 1, .sees_reward = kind == BAUD_EV_STEP,
                     .fact = fact, .n_weight = 2, .weight = delivered, .value = NAN, .flags = r->flags[k]};
  double reward = kind == BAUD_EV_START ? 0.0 : -log2(delivered[r->fact[fact][k] == 1.0f]);
  for (uint32_t w = 0; w < WORLDS; w++)
    likelihood[w] = kind == BAUD_EV_START || walked(w, r->before[k], r->action[k]) == r->position[k] ? 1.0 : 0.0;
  assert_int_equal(tolman_observer.noise(r->model, r->world, observer, &e, noise), BAUD_OK);
  assert_int_equal(tolman_observer.surprise(r->model, observer, &e, bits), BAUD_OK);
  assert_close(bits[BAUD_CH_OBSERVATION], bayes(weight, likelihood));
  assert_close(bits[BAUD_CH_REWARD], reward);
  assert_close(noise[BAUD_CH_REWARD], reward);
  assert_true(noise[BAUD_CH_OBSERVATION] == 0.0 && !signbit(noise[BAUD_CH_OBSERVATION]));
}

static void check_answers(const rig *r, const void *observer, const double weight[WORLDS]) {
  double all = 0.0, answer[BOX + 1];
  for (int w = 0; w < WORLDS; w++) all += weight[w];
  for (int32_t position = 0; position < BOX; position++)
    for (int32_t action = 0; action < 2; action++) {
      double next[BOX + 1] = {0}, best = 0.0;
      const void *obs[] = {&position};
      baud_query query = {BAUD_SIZE(baud_query), BAUD_ASK_OBSERVATION, 0, BOX + 1, obs, &action};
      for (uint32_t w = 0; w < WORLDS; w++) {
        next[walked(w, position, action)] += weight[w] / all;
        best += weight[w] / all * (shown_probability(w, position, action, 1.0));
      }
      assert_int_equal(tolman_observer.answer(r->model, observer, &query, answer), BAUD_OK);
      for (int x = 0; x <= BOX; x++) assert_close(answer[x], next[x]);
      query.target = BAUD_ASK_ACTION;
      query.n_answers = 2;
      assert_int_equal(tolman_observer.answer(r->model, observer, &query, answer), BAUD_OK);
      assert_close(answer[action], best);
    }
}

static void the_observer_is_bayes_rule_over_all_worlds(void **state) {
  static const double competences[] = {0.0, 0.9, 0.6, 1.0}; /* 0: no demonstrations */
  uint64_t random = 6;
  (void)state;
  for (uint64_t seed = 0; seed < 90; seed++) {
    rig r;
    double weight[WORLDS], competence = competences[seed % 4];
    rig_open(&r, 2, 0);
    assert_int_equal(tolman_ops.draw(r.model, seed, r.world), BAUD_OK);
    void *observer = malloc(tolman_observer.state_bytes(r.model, LANES));
    assert_int_equal(tolman_observer.open(r.model, observer, LANES), BAUD_OK);
    for (int w = 0; w < WORLDS; w++) weight[w] = 1.0 / WORLDS;
    for (uint32_t k = 0; k < LANES; k++) r.flags[k] = 1;
    for (int t = 0; t < 60; t++) {
      for (uint32_t k = 0; k < LANES; k++) {
        if (r.flags[k]) {
          rig_reset(&r, k);
          check_step(&r, observer, weight, k, BAUD_EV_START, 0);
        }
        if (competence > 0.0) check_demonstration(&r, observer, weight, k, competence, &random);
        r.action[k] = (int32_t)baud_below(&random, 2);
      }
      rig_step(&r);
      for (uint32_t k = 0; k < LANES; k++) check_step(&r, observer, weight, k, BAUD_EV_STEP, (uint32_t)t % 2);
      check_answers(&r, observer, weight);
    }
    free(observer);
    free(r.model);
  }
}

/* All the bits there are come through the observation on the first day, food or not, one a turn. */
static void the_first_day_tells_every_turn_and_nothing_else_ever_tells_more(void **state) {
  rig r;
  double bits[BAUD_CHANNELS], day_bits[3] = {0};
  uint64_t random = 1;
  (void)state;
  rig_open(&r, 2, 0);
  assert_int_equal(tolman_ops.draw(r.model, 5, r.world), BAUD_OK);
  void *observer = malloc(tolman_observer.state_bytes(r.model, 1));
  assert_int_equal(tolman_observer.open(r.model, observer, 1), BAUD_OK);
  for (int day = 0; day < 3; day++) {
    rig_reset(&r, 0);
    for (r.flags[0] = 0; !r.flags[0];) {
      const void *before[] = {&r.before[0]}, *after[] = {&r.position[0]};
      double seen[2] = {0};
      r.action[0] = (int32_t)baud_below(&random, 2);
      r.lane[1] = (tolman_lane){0, 0, 0};
      rig_step(&r);
      seen[r.fact[TOLMAN_SUCCESS][0] == 1.0f] = 1.0;
      baud_evidence e = {.size = BAUD_SIZE(baud_evidence), .kind = BAUD_EV_STEP, .obs_before = before, .obs = after,
                         .action = r.action, .sees_observation = 1, .sees_reward = 1, .fact = TOLMAN_SUCCESS,
                         .n_weight = 2, .weight = seen};
      assert_int_equal(tolman_observer.surprise(r.model, observer, &e, bits), BAUD_OK);
      assert_true(bits[BAUD_CH_REWARD] == 0.0);
      day_bits[day] += bits[BAUD_CH_OBSERVATION];
    }
  }
  assert_true(day_bits[0] == TURNS && day_bits[1] == 0.0 && day_bits[2] == 0.0);
  free(observer);
  free(r.model);
}

static void the_observer_claims_exactness_only_where_the_position_is_seen(void **state) {
  rig r;
  double values[2], bits[BAUD_CHANNELS];
  uint32_t obs = BAUD_MASK(BAUD_CH_OBSERVATION), reward = BAUD_MASK(BAUD_CH_REWARD);
  uint32_t shown = BAUD_MASK(BAUD_CH_DEMONSTRATION);
  (void)state;
  rig_open(&r, 2, 0);
  assert_int_equal(tolman_observer.supports(r.model, obs | reward | shown, 0, BAUD_SEES_SOFT | BAUD_SEES_LATE), 1);
  assert_int_equal(tolman_observer.supports(r.model, reward, 0, 0), 0);
  assert_int_equal(tolman_observer.supports(r.model, shown, 0, 0), 0);
  assert_int_equal(tolman_observer.supports(r.model, obs | reward, TOLMAN_ERRORS, 0), 0);
  assert_int_equal(tolman_observer.alphabet(r.model, TOLMAN_FOOD, values, 2), 2);
  baud_evidence e = {.size = BAUD_SIZE(baud_evidence), .kind = BAUD_EV_STEP, .sees_reward = 1};
  assert_int_equal(tolman_observer.surprise(r.model, NULL, &e, bits), BAUD_EUNSUP);
  free(r.model);
}

/* ---- Quiz and picture ----------------------------------------------------------------------------------- */

static void quiz_answers_are_right_and_their_priors_even(void **state) {
  rig r;
  uint32_t n, most, independence;
  (void)state;
  rig_open(&r, 11, 0);
  assert_int_equal(tolman_quiz.count(r.model, &n, &most, &independence), BAUD_OK);
  assert_true(n == 2 * TURNS && most == BOX + 1);
  assert_int_equal(independence, BAUD_FACTS_INDEPENDENT | BAUD_DECISIONS_INDEPENDENT);
  for (uint64_t seed = 0; seed < 50; seed++) {
    assert_int_equal(tolman_ops.draw(r.model, seed, r.world), BAUD_OK);
    for (uint32_t i = 0; i < n; i++) {
      double truth[BOX + 1], prior[BOX + 1];
      int32_t position, action = -1;
      void *obs[] = {&position};
      int j = (int)i % TURNS;
      baud_item item = {.size = BAUD_SIZE(baud_item), .truth = truth, .prior = prior, .obs = obs, .action = &action};
      assert_int_equal(tolman_quiz.item(r.model, r.world, i, &item), BAUD_OK);
      assert_true(position == 2 * j && item.group == (uint32_t)j && item.score == BAUD_SCORE_SET);
      int right = i < TURNS ? walked(world_of(&r), position, action) : r.world[j];
      int wrong = i < TURNS ? walked(~world_of(&r), position, action) : 1 - r.world[j];
      assert_int_equal(item.kinds, i < TURNS ? BAUD_ITEM_FACT : BAUD_ITEM_DECISION);
      assert_int_equal(item.action_given, i < TURNS);
      for (uint32_t x = 0; x < item.n_answers; x++) {
        assert_true(truth[x] == ((int)x == right ? 1.0 : 0.0));
        assert_true(prior[x] == ((int)x == right || (int)x == wrong ? 0.5 : 0.0));
      }
    }
  }
  free(r.model);
}

static void the_picture_shows_turns_and_rat(void **state) {
  rig r;
  char cells[3 * BOX + 3];
  uint32_t width, height;
  (void)state;
  rig_open(&r, 11, 0);
  memcpy(r.world, (uint8_t[]){TOLMAN_LEFT, TOLMAN_RIGHT, TOLMAN_LEFT, TOLMAN_LEFT}, TURNS);
  assert_int_equal(tolman_drawing.extent(r.model, &width, &height), BAUD_OK);
  assert_true(width == BOX + 1 && height == 3);
  r.lane[0] = (tolman_lane){1, 3, 0}; /* the blind alley of the second turn: its left arm */
  assert_int_equal(tolman_drawing.draw(r.model, r.world, &r.lane[0], cells), BAUD_OK);
  assert_memory_equal(cells, "= A = =   ", width);
  assert_memory_equal(cells + width, "+-+-+-+--G", width);
  assert_memory_equal(cells + 2 * width, "x = x x   ", width);
  free(r.model);
}

int main(void) {
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(moves_and_facts_follow_the_turns),
      cmocka_unit_test(turns_are_independent_fair_coins),
      cmocka_unit_test(food_comes_on_the_day_and_stays_and_the_shown_way_has_no_errors),
      cmocka_unit_test(an_episode_ends_after_max_steps),
      cmocka_unit_test(the_observer_is_bayes_rule_over_all_worlds),
      cmocka_unit_test(the_first_day_tells_every_turn_and_nothing_else_ever_tells_more),
      cmocka_unit_test(the_observer_claims_exactness_only_where_the_position_is_seen),
      cmocka_unit_test(quiz_answers_are_right_and_their_priors_even),
      cmocka_unit_test(the_picture_shows_turns_and_rat),
  };
  return cmocka_run_group_tests_name("tolman", tests, NULL, NULL);
}
