/* test_tv.c - the noisy television against brute force: the observer against a posterior over goals kept in this file,
 * whatever crosses; the screen against its distribution; the quiz's baselines against the inequality that makes a score
 * a lower bound.
 */
#include "../../../plugins/env/tv.c" /* first: cmocka has a macro named fail */

#include <setjmp.h>
#include <stdarg.h>
#include <cmocka.h>

/* ---- A room on the bench ------------------------------------------------------------------------------- */

enum { LANES = 2, MOST_CELLS = 64 };
typedef struct bench {
  tv *m;
  baud_env_spec spec;
  tv_world world;
  tv_lane lane[LANES];
  int32_t obs0[LANES], obs1[LANES], before0[LANES], before1[LANES], action[LANES];
  float success[LANES];
  uint8_t flags[LANES];
  uint32_t steps[LANES], lanes; /* this file's own clock */
  void *obs[2], *state;
  float *facts[1];
  long double posterior[MOST_CELLS]; /* this file's own */
} bench;

static int32_t refuse(const baud_host *host, int32_t code, const char *why) {
  (void)host;
  assert_non_null(why);
  return code;
}
static const baud_host host = {.size = BAUD_SIZE(baud_host), .fail = refuse};

static void bench_open(bench *b, uint32_t lanes, int64_t width, int64_t height, int64_t symbols, int64_t max_steps) {
  baud_value values[TV_PARAMS] = {{width, 0, NULL}, {height, 0, NULL}, {symbols, 0, NULL}, {max_steps, 0, NULL}};
  void *model = NULL;
  memset(b, 0, sizeof *b);
  b->spec.size = BAUD_SIZE(baud_env_spec);
  assert_int_equal(tv_create(&host, values, &b->spec, &model), BAUD_OK);
  b->m = model;
  b->lanes = lanes;
  b->obs[0] = b->obs0;
  b->obs[1] = b->obs1;
  b->facts[0] = b->success;
  b->state = malloc(tv_state_bytes(b->m, lanes));
  assert_int_equal(tv_open(b->m, b->state, lanes), BAUD_OK);
  for (uint32_t c = 0; c < b->m->cells && c < MOST_CELLS; c++) b->posterior[c] = c == b->m->start ? 0.0L : 1.0L;
}

static void bench_close(bench *b) {
  free(b->state);
  tv_destroy(b->m);
}

static baud_batch batch_of(bench *b) {
  return (baud_batch){.size = BAUD_SIZE(baud_batch), .lanes = b->lanes, .lane = (char *)b->lane,
                      .lane_stride = sizeof b->lane[0], .world = (const char *)&b->world, .action = b->action,
                      .obs = b->obs, .facts = b->facts, .flags = b->flags};
}

static baud_evidence evidence_of(bench *b, uint32_t lane, uint32_t kind, const void *seen[4]) {
  seen[0] = &b->before0[lane];
  seen[1] = &b->before1[lane];
  seen[2] = &b->obs0[lane];
  seen[3] = &b->obs1[lane];
  return (baud_evidence){.size = BAUD_SIZE(baud_evidence), .kind = kind, .lane = lane, .flags = b->flags[lane],
                         .obs_before = seen, .obs = seen + 2, .action = &b->action[lane], .value = NAN};
}

static void tell(bench *b, const baud_evidence *e, double *surprise, double *noise) {
  assert_int_equal(tv_noise(b->m, &b->world, b->state, e, noise), BAUD_OK);
  assert_int_equal(tv_surprise(b->m, b->state, e, surprise), BAUD_OK);
}

static void bench_reset(bench *b, uint32_t lane, uint64_t seed) {
  double surprise[BAUD_CHANNELS], noise[BAUD_CHANNELS];
  const void *seen[4];
  baud_batch batch = batch_of(b);
  batch.pick = &lane;
  batch.seed = &seed;
  batch.n_pick = 1;
  assert_int_equal(tv_reset(b->m, &batch), BAUD_OK);
  b->steps[lane] = 0;
  baud_evidence e = evidence_of(b, lane, BAUD_EV_START, seen);
  tell(b, &e, surprise, noise);
  assert_true(surprise[BAUD_CH_OBSERVATION] == 0.0 && surprise[BAUD_CH_REWARD] == 0.0);
}

static void bench_step(bench *b) {
  for (uint32_t k = 0; k < b->lanes; k++) {
    b->before0[k] = b->obs0[k];
    b->before1[k] = b->obs1[k];
    b->steps[k]++;
  }
  baud_batch batch = batch_of(b);
  assert_int_equal(tv_step(b->m, &batch), BAUD_OK);
}

static void assert_close(double a, double b) { assert_true(fabs(a - b) <= 1e-9 * fmax(fabs(a), fabs(b))); }

/* Row and column, to redo the geometry in. */
static int row_of(const bench *b, int cell) { return cell / (int)b->m->width; }
static int column_of(const bench *b, int cell) { return cell % (int)b->m->width; }
static int distance(const bench *b, int from, int to) {
  return abs(row_of(b, from) - row_of(b, to)) + abs(column_of(b, from) - column_of(b, to));
}
static int walked(const bench *b, int cell, int action) {
  static const int down[TV_ACTIONS] = {-1, 0, 1, 0, 0}, right[TV_ACTIONS] = {0, 1, 0, -1, 0};
  int row = row_of(b, cell) + down[action], column = column_of(b, cell) + right[action];
  if (row < 0 || column < 0 || row >= (int)b->m->height || column >= (int)b->m->width) return cell;
  return row * (int)b->m->width + column;
}
static int is_optimal(const bench *b, int cell, int goal, int action) {
  return distance(b, walked(b, cell, action), goal) < distance(b, cell, goal);
}

/* ---- Dynamics ------------------------------------------------------------------------------------------ */

static void moves_lead_where_they_say_and_the_goal_ends_the_episode(void **unused) {
  (void)unused;
  bench b;
  uint64_t random = 1;
  bench_open(&b, 1, 4, 3, 8, 9);
  assert_close(b.spec.entropy_bits, log2(11.0));
  for (uint64_t seed = 0; seed < 300; seed++) {
    tv_draw(b.m, seed, &b.world);
    assert_true(b.world.goal != b.m->start && b.world.goal < 12);
    bench_reset(&b, 0, seed);
    assert_int_equal(b.obs0[0], 6);
    for (uint32_t step = 1;; step++) {
      b.action[0] = (int32_t)baud_below(&random, TV_ACTIONS);
      bench_step(&b);
      assert_int_equal(b.obs0[0], walked(&b, b.before0[0], b.action[0]));
      assert_int_equal(b.obs1[0] > 0, b.action[0] == TV_WATCH && b.before0[0] == 6);
      assert_true(b.success[0] == ((uint32_t)b.obs0[0] == b.world.goal ? 1.0f : 0.0f));
      assert_int_equal(b.flags[0], b.success[0] == 1.0f || step == 9 ? BAUD_TERMINATED : 0);
      if (b.flags[0]) break;
    }
  }
  b.action[0] = TV_ACTIONS;
  baud_batch batch = batch_of(&b);
  assert_int_equal(tv_step(b.m, &batch), BAUD_EARG);
  bench_close(&b);
}

/* Chi-square: 64,000 symbols of 64, 63 degrees of freedom; 24,000 goals of 24, 23. 124 and 63 are exceeded with
 * probability 1e-5 each. */
static void symbols_and_goals_are_drawn_uniformly(void **unused) {
  (void)unused;
  bench b;
  double count[65] = {0}, goals[25] = {0}, chi = 0.0;
  bench_open(&b, 1, 5, 5, 64, 1000);
  b.action[0] = TV_WATCH;
  for (uint64_t episode = 0; episode < 64; episode++) {
    bench_reset(&b, 0, baud_split(episode, 6));
    for (int step = 0; step < 1000; step++) {
      bench_step(&b);
      count[b.obs1[0]] += 1.0;
    }
  }
  assert_true(count[0] == 0.0);
  for (int i = 1; i <= 64; i++) chi += (count[i] - 1000.0) * (count[i] - 1000.0) / 1000.0;
  assert_true(chi < 124.0);
  chi = 0.0;
  for (uint64_t seed = 0; seed < 24000; seed++) {
    tv_draw(b.m, baud_split(seed, 7), &b.world);
    goals[b.world.goal] += 1.0;
  }
  assert_true(goals[12] == 0.0);
  for (int i = 0; i < 25; i++) chi += i == 12 ? 0.0 : (goals[i] - 1000.0) * (goals[i] - 1000.0) / 1000.0;
  assert_true(chi < 63.0);
  bench_close(&b);
}

/* ---- The observer --------------------------------------------------------------------------------------- */

static void the_television_is_all_surprise_and_offers_nothing(void **unused) {
  (void)unused;
  bench b;
  double surprise[BAUD_CHANNELS], noise[BAUD_CHANNELS];
  const void *seen[4];
  bench_open(&b, 1, 5, 5, 256, 50);
  tv_draw(b.m, 1, &b.world);
  bench_reset(&b, 0, 1);
  for (int step = 0; step < 20; step++) {
    b.action[0] = TV_WATCH;
    bench_step(&b);
    baud_evidence e = evidence_of(&b, 0, BAUD_EV_STEP, seen);
    e.sees_observation = 1;
    tell(&b, &e, surprise, noise);
    for (int c = 0; c < BAUD_CHANNELS; c++) assert_true(surprise[c] == noise[c]);
    assert_true(surprise[BAUD_CH_OBSERVATION] == 8.0);
  }
  bench_close(&b);
}

/* -log2 of the posterior predictive, in long double and from 1 - p. Updates. */
static double brute(bench *b, const double *likelihood) {
  long double yes = 0.0L, no = 0.0L;
  for (uint32_t c = 0; c < b->m->cells; c++) {
    yes += b->posterior[c] * likelihood[c];
    no += b->posterior[c] * (1.0L - likelihood[c]);
  }
  for (uint32_t c = 0; c < b->m->cells; c++) b->posterior[c] *= likelihood[c] / yes;
  return (double)(-log1pl(-no / (yes + no)) / logl(2.0L));
}

enum way { HARD, SOFT, LATE, UNSEEN };

static void follow_demonstration(bench *b, uint32_t lane, uint64_t *random) {
  double likelihood[MOST_CELLS], surprise[BAUD_CHANNELS], noise[BAUD_CHANNELS], q = 0.6;
  const void *seen[4];
  b->before0[lane] = b->obs0[lane];
  b->action[lane] = (int32_t)baud_below(random, TV_ACTIONS);
  for (uint32_t c = 0; c < b->m->cells; c++) {
    int n = 0, is_right = is_optimal(b, b->obs0[lane], (int)c, b->action[lane]);
    for (int a = 0; a < TV_ACTIONS; a++) n += is_optimal(b, b->obs0[lane], (int)c, a);
    likelihood[c] = is_right ? q / n : (1.0 - q) / (TV_ACTIONS - n);
  }
  baud_evidence e = evidence_of(b, lane, BAUD_EV_DEMONSTRATION, seen);
  e.competence = q;
  tell(b, &e, surprise, noise);
  assert_close(surprise[BAUD_CH_DEMONSTRATION], brute(b, likelihood));
  assert_close(noise[BAUD_CH_DEMONSTRATION], -log2(likelihood[b->world.goal]));
}

static void follow_step(bench *b, uint32_t lane, enum way way, uint64_t *random) {
  double likelihood[MOST_CELLS], weight[2], surprise[BAUD_CHANNELS], noise[BAUD_CHANNELS];
  const void *seen[4];
  uint32_t x = b->success[lane] == 1.0f, shown = way == SOFT && baud_bernoulli(random, 0.3) ? 1 - x : x;
  int is_limit = b->steps[lane] == b->m->max_steps, is_over = (b->flags[lane] & BAUD_TERMINATED) != 0;
  for (uint32_t i = 0; i < 2; i++) weight[i] = way == SOFT ? (i == shown ? 0.7 : 0.3) : i == x ? 1.0 : 0.0;
  for (int round = 0; round <= (way == LATE); round++) {
    baud_evidence e = evidence_of(b, lane, round ? BAUD_EV_LATE : BAUD_EV_STEP, seen);
    e.sees_reward = way != UNSEEN && round == (way == LATE);
    e.weight = e.sees_reward ? weight : NULL;
    e.n_weight = 2;
    tell(b, &e, surprise, noise);
    assert_true(surprise[BAUD_CH_OBSERVATION] == 0.0);
    assert_close(noise[BAUD_CH_REWARD], e.sees_reward ? -log2(weight[x]) : 0.0);
    for (uint32_t c = 0; c < b->m->cells; c++) {
      int is_goal = (int)c == b->obs0[lane];
      double flag = round || (is_goal || is_limit) == is_over ? 1.0 : 0.0;
      likelihood[c] = flag * (e.sees_reward ? weight[is_goal] : 1.0);
    }
    assert_close(surprise[BAUD_CH_REWARD], brute(b, likelihood));
  }
}

static void assert_policies(bench *b) {
  for (int32_t cell = 0; cell < (int32_t)b->m->cells; cell++) {
    double p[TV_ACTIONS];
    long double sum[TV_ACTIONS] = {0}, total = 0.0L;
    const void *obs[2] = {&cell, &cell};
    baud_query query = {.target = BAUD_ASK_ACTION, .n_answers = TV_ACTIONS, .obs = obs};
    for (uint32_t c = 0; c < b->m->cells; c++)
      for (int a = 0; a < TV_ACTIONS; a++) sum[a] += is_optimal(b, cell, (int)c, a) ? b->posterior[c] : 0.0L;
    for (int a = 0; a < TV_ACTIONS; a++) total += sum[a];
    assert_int_equal(tv_answer(b->m, b->state, &query, p), BAUD_OK);
    for (int a = 0; a < TV_ACTIONS; a++) assert_close(p[a], total > 0.0L ? (double)(sum[a] / total) : 0.2);
  }
}

static void follow(enum way way, uint64_t seed) {
  bench b;
  bench_open(&b, LANES, 4, 5, 4, 6);
  tv_draw(b.m, seed, &b.world);
  uint64_t random = baud_split(seed, 1);
  for (uint32_t lane = 0; lane < LANES; lane++) bench_reset(&b, lane, seed);
  for (int step = 0; step < 60; step++) {
    for (uint32_t lane = 0; lane < LANES; lane++)
      if (baud_bernoulli(&random, 0.15)) follow_demonstration(&b, lane, &random);
    for (uint32_t lane = 0; lane < LANES; lane++) b.action[lane] = (int32_t)baud_below(&random, TV_ACTIONS);
    bench_step(&b);
    for (uint32_t lane = 0; lane < LANES; lane++) {
      follow_step(&b, lane, way, &random);
      if (b.flags[lane]) bench_reset(&b, lane, baud_random(&random));
    }
  }
  assert_policies(&b);
  bench_close(&b);
}

static void the_observer_is_the_exact_posterior_whatever_crosses(void **unused) {
  (void)unused;
  for (uint64_t seed = 0; seed < 30; seed++)
    for (enum way way = HARD; way <= UNSEEN; way++) follow(way, seed);
}

/* Someone who visits every cell is told log2(cells - 1) bits, in every world. */
static void a_whole_search_tells_where_the_goal_is_and_no_more(void **unused) {
  (void)unused;
  bench b;
  const void *seen[4];
  bench_open(&b, 1, 5, 5, 256, 1000);
  for (uint32_t goal = 0; goal < 25; goal++) {
    double told = 0.0, surprise[BAUD_CHANNELS], noise[BAUD_CHANNELS];
    uint64_t random = goal;
    if (goal == b.m->start) continue;
    b.world.goal = goal;
    assert_int_equal(tv_open(b.m, b.state, 1), BAUD_OK);
    for (float success = 0.0f; success == 0.0f;) {
      bench_reset(&b, 0, 1);
      for (b.flags[0] = 0; !b.flags[0];) {
        b.action[0] = (int32_t)baud_below(&random, TV_ACTIONS);
        bench_step(&b);
        baud_evidence e = evidence_of(&b, 0, BAUD_EV_STEP, seen);
        tell(&b, &e, surprise, noise); /* neither observation nor reward: the flags tell */
        told += surprise[BAUD_CH_REWARD];
      }
      success = b.success[0];
    }
    assert_close(told, log2(24.0));
  }
  bench_close(&b);
}

/* ---- Quiz, expert, answers, picture ---------------------------------------------------------------------- */

/* max over x of E[1{x in A*} / p(A*)] is 1: no fixed answer has a positive score in expectation of 2^score. */
static void no_fixed_answer_beats_the_baselines(void **unused) {
  (void)unused;
  static const int64_t shapes[][2] = {{5, 5}, {2, 2}, {2, 7}, {8, 3}, {6, 6}};
  for (size_t i = 0; i < sizeof shapes / sizeof *shapes; i++) {
    bench b;
    bench_open(&b, 1, shapes[i][0], shapes[i][1], 4, 50);
    for (uint32_t index = 0; index < b.m->cells; index++) {
      double gain[TV_ACTIONS] = {0}, truth[TV_ACTIONS], prior[TV_ACTIONS], worlds = 0.0;
      for (uint32_t goal = 0; goal < b.m->cells; goal++) {
        baud_item item = {.truth = truth, .prior = prior, .obs = b.obs, .action = b.action};
        if (goal == b.m->start) continue;
        b.world.goal = goal;
        assert_int_equal(tv_item(b.m, &b.world, index, &item), BAUD_OK);
        assert_int_equal(item.kinds & BAUD_ITEM_FACT ? 1 : 0, index == 0);
        double baseline = 0.0;
        for (int a = 0; a < TV_ACTIONS; a++) {
          int is_right = (int)goal == b.obs0[0] || is_optimal(&b, b.obs0[0], (int)goal, a);
          assert_true(truth[a] == is_right && (!is_right || prior[a] > 0.0));
          baseline += truth[a] * prior[a];
        }
        for (int a = 0; a < TV_ACTIONS; a++) gain[a] += truth[a] / baseline;
        worlds += 1.0;
      }
      for (int a = 0; a < TV_ACTIONS; a++) assert_true(gain[a] / worlds < 1.0 + (index == 0 ? 1e-6 : 1e-3));
    }
    bench_close(&b);
  }
}

/* With knowledge of the goal the start's decision is worth 2 bits on the 8 axis cells of 5 x 5, 1 on the 16 others. */
static void the_quiz_asks_at_every_cell_once_and_the_start_first(void **unused) {
  (void)unused;
  bench b;
  double truth[TV_ACTIONS], prior[TV_ACTIONS], mean = 0.0;
  uint8_t was_asked[25] = {0}, optimal[TV_ACTIONS];
  uint32_t n = 0, most = 0, independence = 0;
  bench_open(&b, 1, 5, 5, 4, 50);
  assert_int_equal(tv_count(b.m, &n, &most, &independence), BAUD_OK);
  assert_int_equal(n, 25);
  baud_item item = {.truth = truth, .prior = prior, .obs = b.obs, .action = b.action};
  for (uint32_t goal = 0; goal < 25; goal++) {
    b.world.goal = goal;
    for (uint32_t index = 0; index < 25 && goal != 12; index++) {
      assert_int_equal(tv_item(b.m, &b.world, index, &item), BAUD_OK);
      assert_true(index > 0 || b.obs0[0] == 12);
      was_asked[b.obs0[0]] = (uint8_t)(was_asked[b.obs0[0]] + (goal == 0));
      if (index > 0) continue;
      b.lane[0].position = 12;
      baud_batch batch = batch_of(&b);
      tv_optimal(b.m, &batch, optimal);
      double baseline = 0.0;
      for (int a = 0; a < TV_ACTIONS; a++) {
        assert_true(truth[a] == optimal[a]);
        baseline += truth[a] * prior[a];
      }
      mean -= log2(baseline) / 24.0;
    }
  }
  for (int c = 0; c < 25; c++) assert_int_equal(was_asked[c], 1);
  assert_true(fabs(mean - 32.0 / 24.0) < 1e-6);
  bench_close(&b);
}

static void answers_about_observations_are_the_true_law(void **unused) {
  (void)unused;
  bench b;
  double p[26];
  int32_t cell = 12, action = TV_WATCH;
  const void *obs[2] = {&cell, &cell};
  bench_open(&b, 1, 5, 5, 4, 50);
  baud_query query = {.target = BAUD_ASK_OBSERVATION, .field = 1, .n_answers = 5, .obs = obs, .action = &action};
  assert_int_equal(tv_answer(b.m, b.state, &query, p), BAUD_OK);
  for (int i = 0; i < 5; i++) assert_true(p[i] == (i ? 0.25 : 0.0));
  cell = 11;
  assert_int_equal(tv_answer(b.m, b.state, &query, p), BAUD_OK);
  for (int i = 0; i < 5; i++) assert_true(p[i] == (i ? 0.0 : 1.0));
  query.field = 0;
  query.n_answers = 25;
  action = TV_DOWN;
  assert_int_equal(tv_answer(b.m, b.state, &query, p), BAUD_OK);
  for (int i = 0; i < 25; i++) assert_true(p[i] == (i == 16));
  bench_close(&b);
}

static void the_picture_shows_the_room(void **unused) {
  (void)unused;
  bench b;
  char cells[10] = {0};
  bench_open(&b, 1, 3, 3, 4, 50);
  b.world.goal = 2;
  bench_reset(&b, 0, 1);
  b.action[0] = TV_WATCH;
  bench_step(&b);
  tv_picture(b.m, &b.world, &b.lane[0], cells);
  assert_string_equal(cells, "..G.W....");
  b.action[0] = TV_LEFT;
  bench_step(&b);
  tv_picture(b.m, &b.world, &b.lane[0], cells);
  assert_string_equal(cells, "..GAT....");
  bench_close(&b);
}

int main(void) {
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(moves_lead_where_they_say_and_the_goal_ends_the_episode),
      cmocka_unit_test(symbols_and_goals_are_drawn_uniformly),
      cmocka_unit_test(the_television_is_all_surprise_and_offers_nothing),
      cmocka_unit_test(the_observer_is_the_exact_posterior_whatever_crosses),
      cmocka_unit_test(a_whole_search_tells_where_the_goal_is_and_no_more),
      cmocka_unit_test(no_fixed_answer_beats_the_baselines),
      cmocka_unit_test(the_quiz_asks_at_every_cell_once_and_the_start_first),
      cmocka_unit_test(answers_about_observations_are_the_true_law),
      cmocka_unit_test(the_picture_shows_the_room),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
