/* test_random_map.c - the random map against brute force: the observer against a posterior over all maps of a tiny
 * world, kept in this file; ways to the goal against a search of its own; and the closed forms of the signal ledger.
 */
#include "../../../plugins/env/random_map.c" /* first: cmocka has a macro named fail */

#include <setjmp.h>
#include <stdarg.h>
#include <cmocka.h>

/* ---- A map on the bench -------------------------------------------------------------------------------- */

enum { LANES = 2, WORLD_BYTES = 4096, MOST_WORLDS = 2187 }; /* 3 states, 2 actions: 3^6 maps, 3 goals */
typedef struct bench {
  map *m;
  baud_env_spec spec;
  _Alignas(8) char world[WORLD_BYTES];
  map_lane lane[LANES];
  int32_t obs0[LANES], before0[LANES], action[LANES];
  float success[LANES];
  uint8_t flags[LANES];
  uint32_t steps[LANES], lanes; /* this file's own clock */
  void *obs[1], *state;
  float *facts[1];
  long double posterior[MOST_WORLDS]; /* this file's own */
} bench;

static int32_t refuse(const baud_host *host, int32_t code, const char *why) {
  (void)host;
  assert_non_null(why);
  return code;
}
static const baud_host host = {.size = BAUD_SIZE(baud_host), .fail = refuse};

static void bench_open(bench *b, uint32_t lanes, int64_t states, int64_t actions, int64_t max_steps) {
  baud_value values[MAP_PARAMS] = {{states, 0, NULL}, {actions, 0, NULL}, {max_steps, 0, NULL}};
  void *model = NULL;
  memset(b, 0, sizeof *b);
  b->spec.size = BAUD_SIZE(baud_env_spec);
  assert_int_equal(map_create(&host, values, &b->spec, &model), BAUD_OK);
  assert_true(b->spec.world_bytes <= WORLD_BYTES);
  b->m = model;
  b->lanes = lanes;
  b->obs[0] = b->obs0;
  b->facts[0] = b->success;
  b->state = malloc(map_state_bytes(b->m, lanes));
  assert_int_equal(map_open(b->m, b->state, lanes), BAUD_OK);
  for (int w = 0; w < MOST_WORLDS; w++) b->posterior[w] = 1.0L;
}

static void bench_close(bench *b) {
  free(b->state);
  free(b->m);
}

static baud_batch batch_of(bench *b) {
  return (baud_batch){.size = BAUD_SIZE(baud_batch), .lanes = b->lanes, .lane = (char *)b->lane,
                      .lane_stride = sizeof b->lane[0], .world = b->world, .action = b->action, .obs = b->obs,
                      .facts = b->facts, .flags = b->flags};
}

static baud_evidence evidence_of(bench *b, uint32_t lane, uint32_t kind, const void *seen[2]) {
  seen[0] = &b->before0[lane];
  seen[1] = &b->obs0[lane];
  return (baud_evidence){.size = BAUD_SIZE(baud_evidence), .kind = kind, .lane = lane, .flags = b->flags[lane],
                         .obs_before = seen, .obs = seen + 1, .action = &b->action[lane],
                         .sees_observation = kind != BAUD_EV_LATE, .value = NAN};
}

static void tell(bench *b, const baud_evidence *e, double *surprise, double *noise) {
  assert_int_equal(map_noise(b->m, b->world, b->state, e, noise), BAUD_OK);
  assert_int_equal(map_surprise(b->m, b->state, e, surprise), BAUD_OK);
  assert_true(noise[BAUD_CH_OBSERVATION] == 0.0 && !signbit(noise[BAUD_CH_OBSERVATION]));
  assert_true(surprise[BAUD_CH_DEMONSTRATION] == 0.0);
}

static void bench_reset(bench *b, uint32_t lane) {
  uint64_t seed = 1;
  double surprise[BAUD_CHANNELS], noise[BAUD_CHANNELS];
  const void *seen[2];
  baud_batch batch = batch_of(b);
  batch.pick = &lane;
  batch.seed = &seed;
  batch.n_pick = 1;
  assert_int_equal(map_reset(b->m, &batch), BAUD_OK);
  assert_int_equal(b->obs0[lane], 0);
  b->steps[lane] = 0;
  baud_evidence e = evidence_of(b, lane, BAUD_EV_START, seen);
  tell(b, &e, surprise, noise);
  assert_true(surprise[BAUD_CH_OBSERVATION] == 0.0 && surprise[BAUD_CH_REWARD] == 0.0);
}

static void bench_step(bench *b) {
  for (uint32_t k = 0; k < b->lanes; k++) {
    b->before0[k] = b->obs0[k];
    b->steps[k]++;
  }
  baud_batch batch = batch_of(b);
  assert_int_equal(map_step(b->m, &batch), BAUD_OK);
}

static void assert_close(double a, double b) { assert_true(fabs(a - b) <= 1e-9 * fmax(fabs(a), fabs(b))); }

/* ---- Dynamics and draws --------------------------------------------------------------------------------- */

static void a_step_follows_the_map_until_the_goal_or_the_limit(void **unused) {
  (void)unused;
  bench b;
  uint64_t random = 1;
  bench_open(&b, 1, 5, 3, 7);
  assert_close(b.spec.entropy_bits, 16.0 * log2(5.0));
  for (uint64_t seed = 0; seed < 200; seed++) {
    map_draw(b.m, seed, b.world);
    bench_reset(&b, 0);
    for (uint32_t step = 1;; step++) {
      b.action[0] = (int32_t)baud_below(&random, 3);
      bench_step(&b);
      assert_int_equal(b.obs0[0], map_next(b.world)[b.before0[0] * 3 + b.action[0]]);
      assert_true(b.success[0] == ((uint32_t)b.obs0[0] == map_goal(b.world) ? 1.0f : 0.0f));
      assert_int_equal(b.flags[0], b.success[0] == 1.0f || step == 7 ? BAUD_TERMINATED : 0);
      if (b.flags[0]) break;
    }
  }
  b.action[0] = 3;
  baud_batch batch = batch_of(&b);
  assert_int_equal(map_step(b.m, &batch), BAUD_EARG);
  bench_close(&b);
  bench_open(&b, 1, 16, 4, 0);
  assert_int_equal(b.spec.max_steps, 64);
  bench_close(&b);
}

/* Chi-square, 4,000 worlds of 16 x 4: successors of 64 pairs and the goal, 16 * 65 - 65 = 975 degrees of freedom
 * exceed 975 + 5 sqrt(1950) = 1196 with probability below 1e-5. */
static void successors_and_goal_are_drawn_uniformly(void **unused) {
  (void)unused;
  static double count[65][16];
  bench b;
  double chi = 0.0;
  memset(count, 0, sizeof count);
  bench_open(&b, 1, 16, 4, 0);
  for (uint64_t seed = 0; seed < 4000; seed++) {
    map_draw(b.m, baud_split(seed, 5), b.world);
    for (int pair = 0; pair < 64; pair++) count[pair][map_next(b.world)[pair]] += 1.0;
    count[64][map_goal(b.world)] += 1.0;
  }
  for (int i = 0; i < 65; i++)
    for (int s = 0; s < 16; s++) chi += (count[i][s] - 250.0) * (count[i][s] - 250.0) / 250.0;
  assert_true(chi < 1196.0);
  bench_close(&b);
}

/* Steps to the goal by trying out all action sequences, shortest first: independent of the sweeps in the plugin. */
static uint32_t search(const bench *b, uint32_t from) {
  uint64_t here = UINT64_C(1) << from;
  for (uint32_t steps = 1; steps <= b->m->states; steps++) {
    uint64_t there = 0;
    for (uint32_t s = 0; s < b->m->states; s++)
      for (uint32_t a = 0; a < b->m->actions && here >> s & 1; a++)
        there |= UINT64_C(1) << map_next(b->world)[s * b->m->actions + a];
    if (there >> map_goal(b->world) & 1) return steps;
    here = there;
  }
  return MAP_UNREACHABLE;
}

static void the_expert_takes_the_shortest_ways_and_the_quiz_knows_them(void **unused) {
  (void)unused;
  bench b;
  double truth[16], prior[16];
  uint8_t optimal[4];
  uint32_t n = 0, most = 0, independence = 0, lost = 0;
  bench_open(&b, 1, 16, 3, 0);
  assert_int_equal(map_count(b.m, &n, &most, &independence), BAUD_OK);
  assert_int_equal(n, 64);
  assert_int_equal(independence, BAUD_FACTS_INDEPENDENT);
  for (uint64_t seed = 0; seed < 100; seed++) {
    map_draw(b.m, seed, b.world);
    for (uint32_t s = 0; s < 16; s++) {
      uint32_t steps = search(&b, s);
      lost += steps == MAP_UNREACHABLE;
      b.lane[0].state = s;
      baud_batch batch = batch_of(&b);
      map_optimal(b.m, &batch, optimal);
      baud_item item = {.truth = truth, .prior = prior, .obs = b.obs, .action = b.action};
      assert_int_equal(map_item(b.m, b.world, 48 + s, &item), BAUD_OK);
      assert_int_equal(b.obs0[0], s);
      for (uint32_t a = 0; a < 3; a++) {
        uint32_t next = map_next(b.world)[s * 3 + a], by = next == map_goal(b.world) ? 1 : search(&b, next) + 1;
        assert_int_equal(optimal[a], steps != MAP_UNREACHABLE && by == steps);
        assert_true(truth[a] == (steps == MAP_UNREACHABLE || by == steps) && prior[a] == 1.0 / 3.0);
      }
    }
    for (uint32_t i = 0; i < 48; i++) {
      baud_item item = {.truth = truth, .prior = prior, .obs = b.obs, .action = b.action};
      assert_int_equal(map_item(b.m, b.world, i, &item), BAUD_OK);
      assert_int_equal(b.obs0[0] * 3 + b.action[0], i);
      for (uint32_t x = 0; x < 16; x++)
        assert_true(truth[x] == (x == map_next(b.world)[i]) && prior[x] == 1.0 / 16.0);
    }
  }
  assert_true(lost > 0); /* both cases have been met */
  bench_close(&b);
}

/* ---- The observer against brute force ----------------------------------------------------------------- */

/* World number w of the tiny family: where pair leads, and the goal. */
static uint32_t trit(uint32_t w, uint32_t i) {
  while (i-- > 0) w /= 3;
  return w % 3;
}

/* -log2 of the posterior predictive, in long double and from 1 - p. Updates. */
static double brute(bench *b, const double *likelihood) {
  long double yes = 0.0L, no = 0.0L;
  for (int w = 0; w < MOST_WORLDS; w++) {
    yes += b->posterior[w] * likelihood[w];
    no += b->posterior[w] * (1.0L - likelihood[w]);
  }
  for (int w = 0; w < MOST_WORLDS; w++) b->posterior[w] *= likelihood[w] / yes;
  return (double)(-log1pl(-no / (yes + no)) / logl(2.0L));
}

enum way { HARD, SOFT, LATE, UNSEEN };

/* One lane's step: first what the state tells, then what flag and reward tell given it. */
static void follow_step(bench *b, uint32_t lane, enum way way, uint64_t *random) {
  double likelihood[MOST_WORLDS], weight[2], surprise[BAUD_CHANNELS], noise[BAUD_CHANNELS];
  const void *seen[2];
  uint32_t x = b->success[lane] == 1.0f, shown = way == SOFT && baud_bernoulli(random, 0.3) ? 1 - x : x;
  uint32_t pair = (uint32_t)(b->before0[lane] * 2 + b->action[lane]), here = (uint32_t)b->obs0[lane];
  int is_limit = b->steps[lane] == b->m->max_steps;
  for (uint32_t i = 0; i < 2; i++) weight[i] = way == SOFT ? (i == shown ? 0.7 : 0.3) : i == x ? 1.0 : 0.0;
  for (int round = 0; round <= (way == LATE); round++) {
    baud_evidence e = evidence_of(b, lane, round ? BAUD_EV_LATE : BAUD_EV_STEP, seen);
    e.sees_reward = way != UNSEEN && round == (way == LATE);
    e.weight = e.sees_reward ? weight : NULL;
    e.n_weight = 2;
    tell(b, &e, surprise, noise);
    assert_close(noise[BAUD_CH_REWARD], e.sees_reward ? -log2(weight[x]) : 0.0);
    for (uint32_t w = 0; w < MOST_WORLDS; w++) likelihood[w] = trit(w, pair) == here;
    if (round == 0) assert_close(surprise[BAUD_CH_OBSERVATION], brute(b, likelihood));
    else assert_true(surprise[BAUD_CH_OBSERVATION] == 0.0);
    for (uint32_t w = 0; w < MOST_WORLDS; w++) {
      uint32_t is_goal = trit(w, 6) == here, is_over = (b->flags[lane] & BAUD_TERMINATED) != 0;
      double flag = round || (is_goal || is_limit) == is_over ? 1.0 : 0.0;
      likelihood[w] = flag * (e.sees_reward ? weight[is_goal] : 1.0);
    }
    assert_close(surprise[BAUD_CH_REWARD], brute(b, likelihood));
  }
}

static void follow(enum way way, uint64_t seed) {
  bench b;
  bench_open(&b, LANES, 3, 2, 3);
  map_draw(b.m, seed, b.world);
  uint64_t random = baud_split(seed, 1);
  for (uint32_t lane = 0; lane < LANES; lane++) bench_reset(&b, lane);
  for (int step = 0; step < 40; step++) {
    for (uint32_t lane = 0; lane < LANES; lane++) b.action[lane] = (int32_t)baud_below(&random, 2);
    bench_step(&b);
    for (uint32_t lane = 0; lane < LANES; lane++) {
      follow_step(&b, lane, way, &random);
      if (b.flags[lane]) bench_reset(&b, lane);
    }
  }
  for (uint32_t pair = 0; pair < 6; pair++) {
    int32_t s = (int32_t)pair / 2, a = (int32_t)pair % 2;
    const void *obs[1] = {&s};
    double p[3];
    long double sum[3] = {0}, total = 0.0L;
    baud_query query = {.target = BAUD_ASK_OBSERVATION, .n_answers = 3, .obs = obs, .action = &a};
    for (uint32_t w = 0; w < MOST_WORLDS; w++) {
      sum[trit(w, pair)] += b.posterior[w];
      total += b.posterior[w];
    }
    assert_int_equal(map_answer(b.m, b.state, &query, p), BAUD_OK);
    for (int i = 0; i < 3; i++) assert_close(p[i], (double)(sum[i] / total));
  }
  bench_close(&b);
}

static void the_observer_is_the_exact_posterior_where_the_state_is_seen(void **unused) {
  (void)unused;
  for (uint64_t seed = 0; seed < 25; seed++)
    for (enum way way = HARD; way <= UNSEEN; way++) follow(way, seed);
}

static void blind_observers_and_demonstrations_are_declined(void **unused) {
  (void)unused;
  bench b;
  double bits[BAUD_CHANNELS];
  const void *seen[2];
  bench_open(&b, 1, 3, 2, 3);
  uint32_t both = BAUD_MASK(BAUD_CH_OBSERVATION) | BAUD_MASK(BAUD_CH_REWARD);
  assert_int_equal(map_supports(b.m, both, 0, BAUD_SEES_SOFT | BAUD_SEES_LATE), 1);
  assert_int_equal(map_supports(b.m, BAUD_MASK(BAUD_CH_REWARD), 0, 0), 0);
  assert_int_equal(map_supports(b.m, 7, 0, 0), 0);
  baud_evidence e = evidence_of(&b, 0, BAUD_EV_DEMONSTRATION, seen);
  assert_int_equal(map_surprise(b.m, b.state, &e, bits), BAUD_EUNSUP);
  bench_close(&b);
}

/* ---- Closed forms -------------------------------------------------------------------------------------- */

/* A learner that tries everything: log2 S for each new pair, 0 on repeats; and the goal, once entered, has told its
 * 4 bits. In each world, not on average. The pairs tried are all those that do not start at the goal (where an episode
 * ends) and can be reached; those alone are counted. */
static void new_pairs_tell_four_bits_repeats_none_and_the_goal_four(void **unused) {
  (void)unused;
  uint32_t found = 0, whole = 0, settled = 0;
  for (uint64_t seed = 0; seed < 200; seed++) {
    bench b;
    double told[2] = {0}, surprise[BAUD_CHANNELS], noise[BAUD_CHANNELS], weight[2];
    uint8_t was_tried[64] = {0};
    uint32_t n_tried = 0, has_won = 0;
    const void *seen[2];
    uint64_t random = seed;
    bench_open(&b, 1, 16, 4, 0);
    map_draw(b.m, seed, b.world);
    for (int episode = 0; episode < 400; episode++) {
      bench_reset(&b, 0);
      for (b.flags[0] = 0; !b.flags[0];) {
        b.action[0] = (int32_t)baud_below(&random, 4);
        bench_step(&b);
        weight[1] = (double)b.success[0];
        weight[0] = 1.0 - weight[1];
        baud_evidence e = evidence_of(&b, 0, BAUD_EV_STEP, seen);
        e.sees_reward = 1;
        e.weight = weight;
        e.n_weight = 2;
        int was_settled = map_settled(b.m, b.state);
        tell(&b, &e, surprise, noise);
        if (was_settled) assert_true(surprise[BAUD_CH_OBSERVATION] == 0.0 && surprise[BAUD_CH_REWARD] == 0.0);
        uint8_t *tried = &was_tried[b.before0[0] * 4 + b.action[0]];
        assert_true(surprise[BAUD_CH_OBSERVATION] == (*tried ? 0.0 : 4.0));
        n_tried += !*tried;
        *tried = 1;
        has_won |= b.success[0] == 1.0f;
        told[0] += surprise[BAUD_CH_OBSERVATION];
        told[1] += surprise[BAUD_CH_REWARD];
      }
    }
    assert_true(told[0] == 4.0 * n_tried);
    if (has_won) assert_close(told[1], 4.0);
    found += has_won;
    whole += n_tried == 64;
    settled += map_settled(b.m, b.state) == 1;
    bench_close(&b);
  }
  assert_true(found > 0 && whole > 0); /* whole: 256 bits in all */
  assert_true(settled > 100);
}

static void the_picture_shows_the_map(void **unused) {
  (void)unused;
  bench b;
  char cells[10] = {0};
  uint32_t width, height;
  bench_open(&b, 1, 3, 2, 0);
  const uint16_t world[7] = {2, 1, 0, 2, 2, 0, 1};
  memcpy(b.world, world, sizeof world);
  bench_reset(&b, 0);
  map_extent(b.m, &width, &height);
  assert_int_equal(width * height, 9);
  map_picture(b.m, b.world, &b.lane[0], cells);
  assert_string_equal(cells, "A G120021");
  bench_close(&b);
}

int main(void) {
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(a_step_follows_the_map_until_the_goal_or_the_limit),
      cmocka_unit_test(successors_and_goal_are_drawn_uniformly),
      cmocka_unit_test(the_expert_takes_the_shortest_ways_and_the_quiz_knows_them),
      cmocka_unit_test(the_observer_is_the_exact_posterior_where_the_state_is_seen),
      cmocka_unit_test(blind_observers_and_demonstrations_are_declined),
      cmocka_unit_test(new_pairs_tell_four_bits_repeats_none_and_the_goal_four),
      cmocka_unit_test(the_picture_shows_the_map),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
