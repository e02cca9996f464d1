/* test_stream.c - streams against the laws that they are said to follow, and the observer against the closed form of the
 * probability that a Dirichlet prior gives to a sequence.
 */
#include "../../../plugins/env/stream.c" /* first: cmocka has a macro named fail */

#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <cmocka.h>

enum { LANES = 4, MOST_SYMBOLS = 8 };

/* ---- A stream on the bench ------------------------------------------------------------------------------ */

typedef struct bench {
  stream_model *m;
  baud_env_spec spec;
  void *world, *state;
  stream_lane lane[LANES];
  int32_t obs0[LANES], before0[LANES], action[LANES];
  float fact[LANES];
  uint8_t flags[LANES];
  void *obs[1];
  float *facts[1];
} bench;

static char why[200];
static int32_t refuse(const baud_host *host, int32_t code, const char *reason) {
  (void)host;
  snprintf(why, sizeof why, "%s", reason);
  return code;
}
static const baud_host host = {.size = BAUD_SIZE(baud_host), .fail = refuse};

static int32_t try_open(bench *b, int64_t symbols, int64_t memory, int64_t law, double change, uint64_t seed) {
  const baud_value values[STREAM_PARAMS] = {{symbols, 0, NULL}, {memory, 0, NULL}, {law, 0, NULL}, {0, change, NULL}, {50, 0, NULL}};
  void *model = NULL;
  memset(b, 0, sizeof *b);
  b->spec.size = BAUD_SIZE(baud_env_spec);
  int32_t code = stream_create(&host, values, &b->spec, &model);
  if (code != BAUD_OK) return code;
  b->m = model;
  b->obs[0] = b->obs0;
  b->facts[0] = b->fact;
  b->world = calloc(1, b->spec.world_bytes);
  b->state = malloc(stream_state_bytes(b->m, LANES));
  assert_int_equal(stream_draw(b->m, seed, b->world), BAUD_OK);
  assert_int_equal(stream_open(b->m, b->state, LANES), BAUD_OK);
  return BAUD_OK;
}

static void close_bench(bench *b) {
  free(b->state);
  free(b->world);
  free(b->m);
}

static baud_batch batch_of(bench *b) {
  return (baud_batch){.size = BAUD_SIZE(baud_batch), .lanes = LANES, .lane = (char *)b->lane, .lane_stride = sizeof b->lane[0],
                      .world = b->world, .action = b->action, .obs = b->obs, .facts = b->facts, .flags = b->flags};
}

static void reset(bench *b, uint64_t seed) {
  static const uint32_t pick[LANES] = {0, 1, 2, 3};
  const uint64_t seeds[LANES] = {4 * seed, 4 * seed + 1, 4 * seed + 2, 4 * seed + 3};
  baud_batch batch = batch_of(b);
  batch.pick = pick;
  batch.seed = seeds;
  batch.n_pick = LANES;
  assert_int_equal(stream_reset(b->m, &batch), BAUD_OK);
  for (uint32_t k = 0; k < LANES; k++) assert_int_equal(b->obs0[k], 0);
}

static void step(bench *b) {
  baud_batch batch = batch_of(b);
  memcpy(b->before0, b->obs0, sizeof b->obs0);
  assert_int_equal(stream_step(b->m, &batch), BAUD_OK);
  for (uint32_t k = 0; k < LANES; k++) assert_true(b->fact[k] == (float)b->obs0[k] && b->flags[k] == 0);
}

/* ---- The law -------------------------------------------------------------------------------------------- */

static double law_of(const bench *b, int memory, int law, double change, uint32_t last, uint32_t x) {
  uint32_t home = memory == STREAM_CHAIN ? last : 0;
  if (law == STREAM_FAIR) return 1.0 / b->m->symbols;
  if (law == STREAM_DRAWN) return ((const double *)b->world)[home * b->m->symbols + x];
  return x == home ? 1.0 - change : change / (b->m->symbols - 1);
}

/* Counts of each symbol after each other one: within 6 standard deviations of what the law says, false alarm below 2e-9
 * for each of the 300 or so. */
static void symbols_follow_their_law(void **unused) {
  (void)unused;
  for (int memory = 0; memory < 2; memory++)
    for (int law = 0; law < 3; law++)
      for (int64_t symbols = 2; symbols <= 5; symbols += 3) {
        bench b;
        double n[MOST_SYMBOLS] = {0}, count[MOST_SYMBOLS][MOST_SYMBOLS] = {{0}}, change = 0.3;
        assert_int_equal(try_open(&b, symbols, memory, law, change, 7), BAUD_OK);
        assert_true(b.spec.limit == 50 && b.spec.max_steps == 0);
        assert_true(law == STREAM_DRAWN ? isinf(b.spec.entropy_bits) : b.spec.entropy_bits == 0.0);
        for (uint64_t episode = 0; episode < 400; episode++) {
          reset(&b, episode);
          for (int t = 0; t < 50; t++) {
            step(&b);
            for (uint32_t k = 0; k < LANES; k++) {
              n[b.before0[k]]++;
              count[b.before0[k]][b.obs0[k]]++;
            }
          }
        }
        for (uint32_t last = 0; last < symbols; last++) {
          double sum = 0.0;
          for (uint32_t x = 0; x < symbols; x++) {
            double p = law_of(&b, memory, law, change, last, x);
            sum += p;
            assert_true(fabs(count[last][x] - n[last] * p) <= 6.0 * sqrt(n[last] * p * (1.0 - p)) + 1e-9);
            assert_true(fabs(stream_probability(b.m, b.world, last, x) - p) < 1e-15);
          }
          assert_true(fabs(sum - 1.0) < 1e-12);
        }
        close_bench(&b);
      }
}

static void a_drawn_row_is_one_of_even_density(void **unused) {
  enum { WORLDS = 4000 };
  (void)unused;
  double first = 0.0, square = 0.0;
  for (uint64_t seed = 0; seed < WORLDS; seed++) {
    bench b;
    assert_int_equal(try_open(&b, 4, STREAM_NONE, STREAM_DRAWN, 0, seed), BAUD_OK);
    double p = ((const double *)b.world)[0];
    first += p / WORLDS;
    square += p * p / WORLDS;
    close_bench(&b);
  }
  /* Beta(1, 3): mean 1/4, second moment 1/10, third 1/20, fourth 1/35; six standard errors */
  assert_true(fabs(first - 0.25) < 6.0 * sqrt((0.1 - 0.0625) / WORLDS));
  assert_true(fabs(square - 0.1) < 6.0 * sqrt((1.0 / 35 - 0.01) / WORLDS));
}

static void what_would_take_too_much_room_is_refused(void **unused) {
  (void)unused;
  bench b;
  assert_int_equal(try_open(&b, 257, STREAM_CHAIN, STREAM_DRAWN, 0, 0), BAUD_EARG);
  assert_non_null(strstr(why, "take at most 256 symbols"));
  assert_int_equal(try_open(&b, 257, STREAM_CHAIN, STREAM_FAIR, 0, 0), BAUD_OK);
  close_bench(&b);
}

/* ---- The observer --------------------------------------------------------------------------------------- */

enum { SEES_SYMBOL = 1, SEES_REWARD = 2 };

static baud_evidence evidence_of(bench *b, uint32_t lane, int sees, const double *weight, const void *seen[2]) {
  seen[0] = &b->before0[lane];
  seen[1] = &b->obs0[lane];
  return (baud_evidence){.size = BAUD_SIZE(baud_evidence), .kind = BAUD_EV_STEP, .lane = lane, .obs_before = seen, .obs = seen + 1,
                         .action = &b->action[lane], .sees_observation = (sees & SEES_SYMBOL) != 0,
                         .sees_reward = (sees & SEES_REWARD) != 0, .n_weight = b->m->symbols, .weight = weight, .value = NAN};
}

/* -log2 of the integral of the law's likelihood over Dirichlet(1, .., 1): (m - 1)! product n_x! / (n + m - 1)! */
static double sequence_bits(const double *count, uint32_t m) {
  double n = 0.0, nats = -lgamma(m);
  for (uint32_t x = 0; x < m; x++) {
    n += count[x];
    nats -= lgamma(count[x] + 1.0);
  }
  return (nats + lgamma(n + m)) / log(2.0);
}

static void surprise_is_the_closed_form_of_the_sequence(void **unused) {
  (void)unused;
  for (int memory = 0; memory < 2; memory++)
    for (int sees = SEES_SYMBOL; sees <= (SEES_SYMBOL | SEES_REWARD); sees++) {
      if (sees == SEES_REWARD && memory == STREAM_CHAIN) continue;
      bench b;
      double surprise = 0.0, noise = 0.0, true_code = 0.0, closed = 0.0, count[MOST_SYMBOLS][MOST_SYMBOLS] = {{0}};
      assert_int_equal(try_open(&b, 5, memory, STREAM_DRAWN, 0, 3), BAUD_OK);
      for (uint64_t episode = 0; episode < 5; episode++) {
        reset(&b, episode);
        for (int t = 0; t < 50; t++) {
          step(&b);
          for (uint32_t k = 0; k < LANES; k++) {
            const void *seen[2];
            double weight[MOST_SYMBOLS] = {0}, bits[2][BAUD_CHANNELS];
            weight[b.obs0[k]] = 1.0;
            baud_evidence e = evidence_of(&b, k, sees, weight, seen);
            assert_int_equal(stream_noise(b.m, b.world, b.state, &e, bits[0]), BAUD_OK);
            assert_int_equal(stream_surprise(b.m, b.state, &e, bits[1]), BAUD_OK);
            uint32_t channel = sees & SEES_SYMBOL ? BAUD_CH_OBSERVATION : BAUD_CH_REWARD;
            for (uint32_t c = 0; c < BAUD_CHANNELS; c++) assert_true(c == channel || (bits[0][c] == 0.0 && bits[1][c] == 0.0));
            noise += bits[0][channel];
            surprise += bits[1][channel];
            count[memory ? b.before0[k] : 0][b.obs0[k]]++;
            true_code -= log2(law_of(&b, memory, STREAM_DRAWN, 0, (uint32_t)b.before0[k], (uint32_t)b.obs0[k]));
          }
        }
      }
      for (int row = 0; row < (memory ? 5 : 1); row++) closed += sequence_bits(count[row], 5);
      assert_true(fabs(surprise - closed) < 1e-9 * closed);
      assert_true(fabs(noise - true_code) < 1e-9 * true_code);
      close_bench(&b);
    }
}

static void a_law_that_is_known_leaves_nothing_but_noise(void **unused) {
  (void)unused;
  for (int memory = 0; memory < 2; memory++)
    for (int law = STREAM_GIVEN; law <= STREAM_FAIR; law++) {
      bench b;
      assert_int_equal(try_open(&b, 3, memory, law, 0.25, 1), BAUD_OK);
      reset(&b, 1);
      for (int t = 0; t < 50; t++) {
        step(&b);
        const void *seen[2];
        double bits[2][BAUD_CHANNELS];
        baud_evidence e = evidence_of(&b, 0, SEES_SYMBOL, NULL, seen);
        assert_int_equal(stream_noise(b.m, b.world, b.state, &e, bits[0]), BAUD_OK);
        assert_int_equal(stream_surprise(b.m, b.state, &e, bits[1]), BAUD_OK);
        assert_true(memcmp(bits[0], bits[1], sizeof bits[0]) == 0);
        double p = law_of(&b, memory, law, 0.25, (uint32_t)b.before0[0], (uint32_t)b.obs0[0]);
        assert_true(fabs(bits[0][BAUD_CH_OBSERVATION] + log2(p)) < 1e-12);
      }
      close_bench(&b);
    }
}

/* Of a given law, softened by a coin: P(delivered) = sum over symbols of w p. */
static void a_softened_reward_is_weighed_over_the_symbols(void **unused) {
  (void)unused;
  bench b;
  const double weight[3] = {0.5, 0.125, 1.0};
  const void *seen[2];
  double bits[BAUD_CHANNELS];
  assert_int_equal(try_open(&b, 3, STREAM_NONE, STREAM_GIVEN, 0.5, 1), BAUD_OK);
  reset(&b, 1);
  step(&b);
  baud_evidence e = evidence_of(&b, 0, SEES_REWARD, weight, seen);
  assert_int_equal(stream_surprise(b.m, b.state, &e, bits), BAUD_OK);
  assert_true(fabs(bits[BAUD_CH_REWARD] + log2(0.5 * 0.5 + 0.25 * 0.125 + 0.25)) < 1e-12);
  close_bench(&b);
}

static void it_says_what_it_cannot_follow(void **unused) {
  (void)unused;
  const uint32_t seen = BAUD_MASK(BAUD_CH_OBSERVATION), told = BAUD_MASK(BAUD_CH_REWARD);
  for (int memory = 0; memory < 2; memory++)
    for (int law = 0; law < 3; law++) {
      bench b;
      assert_int_equal(try_open(&b, 3, memory, law, 0.5, 1), BAUD_OK);
      assert_true(stream_supports(b.m, seen | told, 0, BAUD_SEES_SOFT | BAUD_SEES_LATE));
      assert_true(stream_supports(b.m, 0, 0, 0));
      assert_int_equal(stream_supports(b.m, told, 0, 0), memory == STREAM_NONE);
      assert_int_equal(stream_supports(b.m, told, 0, BAUD_SEES_SOFT), memory == STREAM_NONE && law != STREAM_DRAWN);
      assert_false(stream_supports(b.m, seen, 1, 0));
      close_bench(&b);
    }
}

static void it_answers_with_what_it_expects(void **unused) {
  (void)unused;
  bench b;
  const void *seen[2];
  double bits[BAUD_CHANNELS], p[3];
  assert_int_equal(try_open(&b, 3, STREAM_CHAIN, STREAM_DRAWN, 0, 5), BAUD_OK);
  reset(&b, 1);
  for (int t = 0; t < 50; t++) {
    step(&b);
    baud_query query = {BAUD_SIZE(baud_query), BAUD_ASK_OBSERVATION, 0, 3, seen, NULL};
    baud_evidence e = evidence_of(&b, 0, SEES_SYMBOL, NULL, seen);
    assert_int_equal(stream_answer(b.m, b.state, &query, p), BAUD_OK);
    assert_true(fabs(p[0] + p[1] + p[2] - 1.0) < 1e-12);
    assert_int_equal(stream_surprise(b.m, b.state, &e, bits), BAUD_OK);
    assert_true(fabs(bits[BAUD_CH_OBSERVATION] + log2(p[b.obs0[0]])) < 1e-12);
    query.target = BAUD_ASK_ACTION;
    assert_int_equal(stream_answer(b.m, b.state, &query, p), BAUD_EUNSUP);
  }
  close_bench(&b);
}

/* ---- The quiz ------------------------------------------------------------------------------------------- */

static void the_quiz_asks_for_the_rows_that_were_drawn(void **unused) {
  (void)unused;
  bench b;
  uint32_t n, most, independence;
  assert_int_equal(try_open(&b, 4, STREAM_CHAIN, STREAM_GIVEN, 0.5, 1), BAUD_OK);
  assert_int_equal(stream_count(b.m, &n, &most, &independence), BAUD_OK);
  assert_int_equal(n, 0);
  close_bench(&b);
  assert_int_equal(try_open(&b, 4, STREAM_CHAIN, STREAM_DRAWN, 0, 9), BAUD_OK);
  assert_int_equal(stream_count(b.m, &n, &most, &independence), BAUD_OK);
  assert_true(n == 4 && most == 4 && independence == BAUD_FACTS_INDEPENDENT);
  for (uint32_t i = 0; i < n; i++) {
    double truth[4] = {0}, prior[4] = {0};
    int32_t context = -1, action = -1;
    void *obs[1] = {&context};
    baud_item item = {.size = BAUD_SIZE(baud_item), .truth = truth, .prior = prior, .obs = obs, .action = &action};
    assert_int_equal(stream_item(b.m, b.world, i, &item), BAUD_OK);
    assert_true(context == (int32_t)i && action == 0 && item.group == i && item.score == BAUD_SCORE_MEAN);
    for (uint32_t x = 0; x < 4; x++) assert_true(truth[x] == ((const double *)b.world)[4 * i + x] && prior[x] == 0.25);
  }
  close_bench(&b);
}

int main(void) {
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(symbols_follow_their_law),
      cmocka_unit_test(a_drawn_row_is_one_of_even_density),
      cmocka_unit_test(what_would_take_too_much_room_is_refused),
      cmocka_unit_test(surprise_is_the_closed_form_of_the_sequence),
      cmocka_unit_test(a_law_that_is_known_leaves_nothing_but_noise),
      cmocka_unit_test(a_softened_reward_is_weighed_over_the_symbols),
      cmocka_unit_test(it_says_what_it_cannot_follow),
      cmocka_unit_test(it_answers_with_what_it_expects),
      cmocka_unit_test(the_quiz_asks_for_the_rows_that_were_drawn),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
