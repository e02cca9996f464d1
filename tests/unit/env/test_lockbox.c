/* test_lockbox.c - the lockbox against brute force: the observer against a posterior kept code by code in this file,
 * dynamics against the rules as the head comment states them, and the closed forms of the signal ledger.
 */
#include "../../../plugins/env/lockbox.c" /* first: cmocka has a macro named fail */

#include <setjmp.h>
#include <stdarg.h>
#include <cmocka.h>

/* ---- A box on the bench -------------------------------------------------------------------------------- */

enum { MOST = 128 };
typedef struct bench {
  lockbox *m;
  baud_env_spec spec;
  lockbox_world world;
  lockbox_lane lane;
  int32_t obs0, label, before0, label_before, action;
  uint8_t sight[16], sight_before[16], flags;
  float fact[LOCKBOX_MOST_FACTS];
  void *obs[2];
  float *facts[LOCKBOX_MOST_FACTS];
  const void *seen_before[2], *seen[2];
  double *tree;                /* the observer's state */
  long double posterior[MOST]; /* this file's own */
} bench;

static int32_t refuse(const baud_host *host, int32_t code, const char *why) {
  (void)host;
  assert_non_null(why);
  return code;
}
static const baud_host host = {.size = BAUD_SIZE(baud_host), .fail = refuse};

static int32_t bench_try(bench *b, int64_t codes, int64_t feedback, int64_t thinking) {
  baud_value values[LOCKBOX_PARAMS] = {{codes, 0, NULL}, {feedback, 0, NULL}, {thinking, 0, NULL}};
  memset(b, 0, sizeof *b);
  b->spec.size = BAUD_SIZE(baud_env_spec);
  void *model = NULL;
  int32_t status = lockbox_create(&host, values, &b->spec, &model);
  b->m = model;
  return status;
}

static void bench_open(bench *b, int64_t codes, int64_t feedback, int64_t thinking) {
  assert_int_equal(bench_try(b, codes, feedback, thinking), BAUD_OK);
  b->obs[0] = &b->obs0;
  b->obs[1] = feedback == LOCKBOX_FEEDBACK_LABEL ? (void *)&b->label : b->sight;
  b->seen[0] = &b->obs0;
  b->seen[1] = b->obs[1];
  b->seen_before[0] = &b->before0;
  b->seen_before[1] = feedback == LOCKBOX_FEEDBACK_LABEL ? (void *)&b->label_before : b->sight_before;
  for (int f = 0; f < LOCKBOX_MOST_FACTS; f++) b->facts[f] = &b->fact[f];
  b->tree = malloc(lockbox_state_bytes(b->m, 1));
  assert_int_equal(lockbox_open(b->m, b->tree, 1), BAUD_OK);
  for (int c = 0; c < codes && c < MOST; c++) b->posterior[c] = 1.0L;
}

static void bench_close(bench *b) {
  free(b->tree);
  free(b->m);
}

static baud_batch batch_of(bench *b) {
  return (baud_batch){.size = BAUD_SIZE(baud_batch), .lanes = 1, .lane = (char *)&b->lane,
                      .lane_stride = sizeof b->lane, .world = (const char *)&b->world, .action = &b->action,
                      .obs = b->obs, .facts = b->facts, .flags = &b->flags};
}

static void bench_reset(bench *b) {
  uint32_t pick = 0;
  uint64_t seed = 1;
  baud_batch batch = batch_of(b);
  batch.pick = &pick;
  batch.seed = &seed;
  batch.n_pick = 1;
  assert_int_equal(lockbox_reset(b->m, &batch), BAUD_OK);
}

static void bench_step(bench *b, int32_t action) {
  b->before0 = b->obs0;
  b->label_before = b->label;
  memcpy(b->sight_before, b->sight, sizeof b->sight);
  b->action = action;
  baud_batch batch = batch_of(b);
  assert_int_equal(lockbox_step(b->m, &batch), BAUD_OK);
}

static baud_evidence evidence_of(bench *b, uint32_t kind) {
  return (baud_evidence){.size = BAUD_SIZE(baud_evidence), .kind = kind, .flags = b->flags, .value = NAN,
                         .obs_before = b->seen_before, .obs = b->seen, .action = &b->action};
}

/* Surprise minus noise in one channel; surprise itself into *surprise. */
static double told(bench *b, const baud_evidence *e, int channel, double *surprise) {
  double before[BAUD_CHANNELS], after[BAUD_CHANNELS];
  assert_int_equal(lockbox_noise(b->m, &b->world, b->tree, e, before), BAUD_OK);
  assert_int_equal(lockbox_surprise(b->m, b->tree, e, after), BAUD_OK);
  if (surprise) *surprise = after[channel];
  return after[channel] - before[channel];
}

static void assert_close(double a, double b) { assert_true(fabs(a - b) <= 1e-9 * fmax(fabs(a), fabs(b))); }

static double entropy(double p) { return p > 0.0 && p < 1.0 ? -p * log2(p) - (1.0 - p) * log2(1.0 - p) : 0.0; }

/* ---- Dynamics ------------------------------------------------------------------------------------------ */

static void an_episode_thinks_then_guesses_once(void **unused) {
  (void)unused;
  bench b;
  bench_open(&b, 64, LOCKBOX_FEEDBACK_LABEL, 3);
  assert_int_equal(b.spec.max_steps, 4);
  assert_true(b.spec.entropy_bits == 6.0);
  b.world.code = 17;
  for (int32_t guess = 16; guess <= 17; guess++) {
    bench_reset(&b);
    for (int t = 0; t < 3; t++) {
      assert_int_equal(b.obs0, LOCKBOX_THINKING);
      bench_step(&b, 17);
      assert_int_equal(b.flags, 0);
      assert_int_equal(b.label, 0);
      assert_true(b.fact[0] == 0.0f);
    }
    assert_int_equal(b.obs0, LOCKBOX_GUESS);
    bench_step(&b, guess);
    assert_int_equal(b.flags, BAUD_TERMINATED);
    assert_int_equal(b.label, 18);
    assert_true(b.fact[0] == (guess == 17 ? 1.0f : 0.0f));
  }
  bench_close(&b);
}

static void an_action_outside_the_codes_is_refused(void **unused) {
  (void)unused;
  bench b;
  bench_open(&b, 10, LOCKBOX_FEEDBACK_OUTCOME, 0);
  bench_reset(&b);
  baud_batch batch = batch_of(&b);
  b.action = 10;
  assert_int_equal(lockbox_step(b.m, &batch), BAUD_EARG);
  b.action = -1;
  assert_int_equal(lockbox_step(b.m, &batch), BAUD_EARG);
  bench_close(&b);
}

static void distance_facts_are_functions_of_fact_0(void **unused) {
  (void)unused;
  bench b;
  bench_open(&b, 100, LOCKBOX_FEEDBACK_DISTANCE, 0);
  double values[100], rewards[100];
  assert_int_equal(lockbox_alphabet(b.m, 0, values, 100), 100);
  assert_int_equal(lockbox_alphabet(b.m, 1, values, 0), 2);
  assert_int_equal(lockbox_alphabet(b.m, 2, rewards, 100), 100);
  assert_true(lockbox_alphabet(b.m, 3, values, 0) < 0);
  b.world.code = 30;
  for (int32_t guess = 0; guess < 100; guess++) {
    bench_reset(&b);
    bench_step(&b, guess);
    int d = abs(guess - 30);
    assert_true(b.fact[0] == (float)d);
    assert_true(b.fact[1] == (d == 0 ? 1.0f : 0.0f));
    assert_true((double)b.fact[2] == rewards[d]);
    assert_true(fabs((double)b.fact[2] + d / 99.0) < 1e-6);
  }
  assert_false(signbit(rewards[0]));
  bench_close(&b);
}

static void bits_feedback_marks_each_bit_and_needs_a_power_of_two(void **unused) {
  (void)unused;
  bench b;
  assert_int_equal(bench_try(&b, 100, LOCKBOX_FEEDBACK_BITS, 0), BAUD_EARG);
  bench_open(&b, 16, LOCKBOX_FEEDBACK_BITS, 0);
  b.world.code = 0x6;
  bench_reset(&b);
  assert_int_equal(b.sight[0], LOCKBOX_BIT_NONE);
  bench_step(&b, 0x5); /* 0101 against 0110: the lower two are wrong */
  const uint8_t expected[4] = {1, 1, 2, 2};
  assert_memory_equal(b.sight, expected, 4);
  bench_close(&b);
}

/* Chi-square over 10 codes, 20,000 draws: 9 degrees of freedom exceed 39.3 with probability 1e-5. */
static void codes_are_drawn_uniformly(void **unused) {
  (void)unused;
  bench b;
  bench_open(&b, 10, LOCKBOX_FEEDBACK_OUTCOME, 0);
  double count[10] = {0}, chi = 0.0;
  for (uint64_t seed = 0; seed < 20000; seed++) {
    lockbox_draw(b.m, baud_split(seed, 7), &b.world);
    count[b.world.code] += 1.0;
  }
  for (int c = 0; c < 10; c++) chi += (count[c] - 2000.0) * (count[c] - 2000.0) / 2000.0;
  assert_true(chi < 39.3);
  bench_close(&b);
}

/* ---- The observer against brute force ----------------------------------------------------------------- */

/* -log2 of the posterior predictive, by this file's own sums; likelihood[c] = p(evidence | code c). Updates. In long
 * double and from 1 - p, so that a near-certainty keeps its digits. */
static double brute(bench *b, const double *likelihood) {
  long double yes = 0.0L, no = 0.0L;
  for (uint32_t c = 0; c < b->m->codes; c++) {
    yes += b->posterior[c] * likelihood[c];
    no += b->posterior[c] * (1.0L - likelihood[c]);
  }
  for (uint32_t c = 0; c < b->m->codes; c++) b->posterior[c] *= likelihood[c] / yes;
  return (double)(-log1pl(-no / (yes + no)) / logl(2.0L));
}

static uint32_t far(uint32_t a, uint32_t b) { return (uint32_t)abs((int)a - (int)b); }

/* The weights of what a scheme delivers when the fact has index x of n: flipped with .1, or rounded into 3 bins, with
 * some other thing delivered in its place at times. */
static void soften(double *weight, uint32_t n, uint32_t x, uint64_t *random) {
  uint32_t shown = n == 2 && baud_bernoulli(random, 0.1) ? 1 - x : x;
  for (uint32_t i = 0; i < n; i++)
    weight[i] = n == 2 ? (i == shown ? 0.9 : 0.1) : (3 * i / n == 3 * x / n ? 0.8 : 0.1);
}

enum way { HARD, SOFT, LATE };

/* An expert of competence .3 shows a random code; compares bit by bit. */
static void follow_demonstration(bench *b, uint64_t *random) {
  double likelihood[MOST], surprise;
  uint32_t codes = b->m->codes;
  b->before0 = b->obs0;
  b->action = (int32_t)baud_below(random, codes);
  baud_evidence e = evidence_of(b, BAUD_EV_DEMONSTRATION);
  e.competence = 0.3;
  for (uint32_t c = 0; c < codes; c++) likelihood[c] = (uint32_t)b->action == c ? 0.3 : 0.7 / (codes - 1);
  double gained = told(b, &e, BAUD_CH_DEMONSTRATION, &surprise);
  assert_close(surprise, brute(b, likelihood));
  assert_true(fabs(surprise - gained + log2(likelihood[b->world.code])) < 1e-12);
}

/* The index in a fact's alphabet of what a step brings, were the code c. */
static uint32_t index_if(uint32_t of, int is_thinking, uint32_t action, uint32_t c) {
  return is_thinking ? 0 : of == LOCKBOX_OF_MATCH ? c == action : far(c, action);
}

/* A random action whose fact crosses in this way; compares bit by bit. */
static void follow_step(bench *b, uint32_t fact, enum way way, uint64_t *random) {
  double weight[MOST], likelihood[MOST], surprise;
  uint32_t codes = b->m->codes, of = b->m->told[fact].of, n = of == LOCKBOX_OF_MATCH ? 2 : codes;
  int is_thinking = b->obs0 == LOCKBOX_THINKING;
  bench_step(b, (int32_t)baud_below(random, codes));
  uint32_t x = index_if(of, is_thinking, (uint32_t)b->action, b->world.code);
  for (uint32_t i = 0; i < n; i++) weight[i] = i == x ? 1.0 : 0.0;
  if (way == SOFT) soften(weight, n, x, random);
  for (uint32_t c = 0; c < codes; c++) likelihood[c] = weight[index_if(of, is_thinking, (uint32_t)b->action, c)];
  baud_evidence e = evidence_of(b, BAUD_EV_STEP);
  if (way == LATE) {
    assert_true(told(b, &e, BAUD_CH_REWARD, NULL) == 0.0);
    e.kind = BAUD_EV_LATE;
  }
  e.sees_reward = 1;
  e.fact = fact;
  e.weight = weight;
  e.n_weight = n;
  double gained = told(b, &e, BAUD_CH_REWARD, &surprise);
  assert_close(surprise, brute(b, likelihood));
  assert_true(fabs(surprise - gained + log2(weight[x])) < 1e-12);
}

/* Settled means: one code alone is left. */
static void assert_settled_when_one_is_left(const bench *b) {
  uint32_t left = 0;
  for (uint32_t c = 0; c < b->m->codes; c++) left += b->posterior[c] > 0.0L;
  assert_int_equal(lockbox_settled(b->m, b->tree), left == 1);
}

/* Plays episodes with one fact crossing, and a demonstration before every other guess. */
static void follow(uint32_t codes, int64_t feedback, uint32_t fact, enum way way, uint64_t seed) {
  bench b;
  bench_open(&b, codes, feedback, 2);
  lockbox_draw(b.m, seed, &b.world);
  uint64_t random = baud_split(seed, 1);
  for (int episode = 0; episode < 40; episode++) {
    bench_reset(&b);
    for (int t = 0; t < 3; t++) {
      if (t == 2 && episode % 2) follow_demonstration(&b, &random);
      follow_step(&b, fact, way, &random);
      assert_settled_when_one_is_left(&b);
    }
  }
  long double total = 0.0L;
  for (uint32_t c = 0; c < codes; c++) total += b.posterior[c];
  for (uint32_t c = 0; c < codes; c++) assert_close(b.tree[codes + c] / b.tree[1], (double)(b.posterior[c] / total));
  bench_close(&b);
}

static void the_observer_is_the_exact_posterior_of_every_fact(void **unused) {
  (void)unused;
  for (uint64_t seed = 0; seed < 4; seed++)
    for (enum way way = HARD; way <= LATE; way++) {
      follow(12, LOCKBOX_FEEDBACK_OUTCOME, 0, way, seed);
      follow(64, LOCKBOX_FEEDBACK_OUTCOME, 0, way, seed);
      for (uint32_t fact = 0; fact < 3; fact++) follow(30, LOCKBOX_FEEDBACK_DISTANCE, fact, way, seed);
    }
}

/* 10^6 flipped outcomes of a 64-code box. The log-likelihood ratios are added up apart, hence without drift. */
static void sums_do_not_drift_over_a_million_soft_guesses(void **unused) {
  (void)unused;
  bench b;
  bench_open(&b, 64, LOCKBOX_FEEDBACK_OUTCOME, 0);
  b.world.code = 11;
  b.before0 = LOCKBOX_GUESS;
  double weight[2], log_odds[64] = {0}, bits[BAUD_CHANNELS];
  uint64_t random = 5;
  baud_evidence e = evidence_of(&b, BAUD_EV_STEP);
  e.sees_reward = 1;
  e.weight = weight;
  e.n_weight = 2;
  for (int i = 0; i < 1000000; i++) {
    b.action = (int32_t)baud_below(&random, 64);
    uint32_t shown = (uint32_t)(b.action == 11) ^ (uint32_t)baud_bernoulli(&random, 0.49);
    weight[shown] = 0.51;
    weight[1 - shown] = 0.49;
    assert_int_equal(lockbox_surprise(b.m, b.tree, &e, bits), BAUD_OK);
    log_odds[b.action] += shown ? log(0.51 / 0.49) : log(0.49 / 0.51);
  }
  double total = 0.0;
  for (int c = 0; c < 64; c++) total += exp(log_odds[c] - log_odds[11]);
  for (int c = 0; c < 64; c++) {
    double expected = exp(log_odds[c] - log_odds[11]) / total;
    assert_true(fabs(b.tree[64 + c] / b.tree[1] - expected) <= 1e-8 * expected);
  }
  bench_close(&b);
}

/* ---- Closed forms -------------------------------------------------------------------------------------- */

static double guess_bits(bench *b, int32_t guess) {
  double weight[2] = {guess != (int32_t)b->world.code, guess == (int32_t)b->world.code};
  bench_reset(b);
  bench_step(b, guess);
  baud_evidence e = evidence_of(b, BAUD_EV_STEP);
  e.sees_reward = 1;
  e.weight = weight;
  e.n_weight = 2;
  return told(b, &e, BAUD_CH_REWARD, NULL);
}

/* Expected bits of the k-th distinct guess and of all, by going through all worlds. */
static void an_outcome_is_worth_h_of_one_in_the_codes_left(void **unused) {
  (void)unused;
  double of_guess[100] = {0}, first_ten = 0.0, total = 0.0;
  for (uint32_t code = 0; code < 100; code++) {
    bench b;
    bench_open(&b, 100, LOCKBOX_FEEDBACK_OUTCOME, 0);
    b.world.code = code;
    for (int32_t k = 0; k < 100; k++) of_guess[k] += guess_bits(&b, k) / 100.0;
    bench_close(&b);
  }
  for (int k = 0; k < 100; k++) {
    double unsolved = (100.0 - k) / 100.0;
    assert_close(of_guess[k], unsolved * entropy(1.0 / (100 - k)));
    total += of_guess[k];
    if (k < 10) first_ten += of_guess[k];
  }
  assert_true(fabs(of_guess[0] - 0.0808) < 5e-5);
  assert_true(fabs(first_ten - 0.8012) < 5e-5);
  assert_close(total, log2(100.0));
}

static void a_box_of_64_gives_1161_at_first_and_6_in_all(void **unused) {
  (void)unused;
  double first = 0.0;
  for (uint32_t code = 0; code < 64; code++) {
    bench b;
    double total = 0.0;
    bench_open(&b, 64, LOCKBOX_FEEDBACK_OUTCOME, 0);
    b.world.code = code;
    for (int32_t k = 0; k < 64; k++) {
      double bits = guess_bits(&b, k);
      total += bits;
      if (k == 0) first += bits / 64.0;
    }
    assert_close(total, 6.0);
    bench_close(&b);
  }
  assert_true(fabs(first - 0.1161) < 5e-5);
}

/* The observation tells all; the reward that follows it nothing more. */
static void a_label_and_its_bits_are_worth_log2_codes_once(void **unused) {
  (void)unused;
  for (int64_t feedback = LOCKBOX_FEEDBACK_LABEL; feedback <= LOCKBOX_FEEDBACK_BITS; feedback++) {
    if (feedback == LOCKBOX_FEEDBACK_DISTANCE) continue;
    bench b;
    bench_open(&b, 64, feedback, 0);
    b.world.code = 41;
    for (int episode = 0; episode < 2; episode++) {
      double weight[2] = {1.0, 0.0}, bits[BAUD_CHANNELS];
      bench_reset(&b);
      bench_step(&b, 7 + episode);
      baud_evidence e = evidence_of(&b, BAUD_EV_STEP);
      e.sees_observation = e.sees_reward = 1;
      e.weight = weight;
      e.n_weight = 2;
      assert_int_equal(lockbox_surprise(b.m, b.tree, &e, bits), BAUD_OK);
      assert_true(bits[BAUD_CH_OBSERVATION] == (episode == 0 ? 6.0 : 0.0));
      assert_true(bits[BAUD_CH_REWARD] == 0.0 && !signbit(bits[BAUD_CH_REWARD]));
    }
    bench_close(&b);
  }
}

static double demonstration_bits(double q) {
  double sum = 0.0;
  for (int32_t shown = 0; shown < 100; shown++) {
    bench b;
    bench_open(&b, 100, LOCKBOX_FEEDBACK_OUTCOME, 0);
    b.world.code = 3;
    b.before0 = LOCKBOX_GUESS;
    b.action = shown;
    baud_evidence e = evidence_of(&b, BAUD_EV_DEMONSTRATION);
    e.competence = q;
    double p = shown == 3 ? q : (1.0 - q) / 99.0;
    if (p > 0.0) sum += p * told(&b, &e, BAUD_CH_DEMONSTRATION, NULL);
    bench_close(&b);
  }
  return sum;
}

static void a_demonstration_is_worth_what_the_experts_competence_allows(void **unused) {
  (void)unused;
  static const struct {
    double q, bits;
  } table[] = {{1.0, 6.644}, {0.9, 5.512}, {0.5, 2.329}, {0.01, 0.0}};
  for (size_t i = 0; i < sizeof table / sizeof *table; i++) {
    double q = table[i].q, bits = demonstration_bits(q);
    assert_true(fabs(bits - table[i].bits) < 5e-4);
    assert_true(fabs(bits - (log2(100.0) - entropy(q) - (1.0 - q) * log2(99.0))) < 1e-9);
  }
}

static void a_distance_is_worth_its_entropy_given_the_guess(void **unused) {
  (void)unused;
  double mean = 0.0, expected = 0.0, weight[100];
  for (int32_t guess = 0; guess < 100; guess++) {
    double count[100] = {0};
    for (int32_t code = 0; code < 100; code++) {
      bench b;
      bench_open(&b, 100, LOCKBOX_FEEDBACK_DISTANCE, 0);
      b.world.code = (uint32_t)code;
      bench_reset(&b);
      bench_step(&b, guess);
      memset(weight, 0, sizeof weight);
      weight[abs(guess - code)] = 1.0;
      count[abs(guess - code)] += 1.0;
      baud_evidence e = evidence_of(&b, BAUD_EV_STEP);
      e.sees_reward = 1;
      e.weight = weight;
      e.n_weight = 100;
      mean += told(&b, &e, BAUD_CH_REWARD, NULL) / 1e4;
      bench_close(&b);
    }
    for (int d = 0; d < 100; d++)
      if (count[d] > 0.0) expected -= count[d] / 1e4 * log2(count[d] / 100.0);
  }
  assert_close(mean, expected);
  assert_true(fabs(mean - 6.154) < 5e-4);
}

static void a_flipped_outcome_is_the_channel_formula(void **unused) {
  (void)unused;
  double mean = 0.0, p = 0.01, flip = 0.1;
  for (uint32_t code = 0; code < 100; code++)
    for (uint32_t shown = 0; shown < 2; shown++) {
      bench b;
      double weight[2] = {shown ? flip : 1.0 - flip, shown ? 1.0 - flip : flip};
      bench_open(&b, 100, LOCKBOX_FEEDBACK_OUTCOME, 0);
      b.world.code = code;
      bench_reset(&b);
      bench_step(&b, 50);
      baud_evidence e = evidence_of(&b, BAUD_EV_STEP);
      e.sees_reward = 1;
      e.weight = weight;
      e.n_weight = 2;
      mean += weight[code == 50] / 100.0 * told(&b, &e, BAUD_CH_REWARD, NULL);
      bench_close(&b);
    }
  assert_close(mean, entropy(p * (1.0 - flip) + (1.0 - p) * flip) - entropy(flip));
  assert_true(fabs(mean - 0.02486) < 5e-6);
}

/* ---- Quiz, expert, picture ------------------------------------------------------------------------------ */

static void the_quiz_and_the_expert_know_the_code(void **unused) {
  (void)unused;
  bench b;
  double truth[64], prior[64], posterior[64];
  uint8_t optimal[64];
  uint32_t n = 0, most = 0, independence = 0;
  bench_open(&b, 64, LOCKBOX_FEEDBACK_LABEL, 1);
  b.world.code = 5;
  assert_int_equal(lockbox_count(b.m, &n, &most, &independence), BAUD_OK);
  assert_int_equal(n, 1);
  assert_int_equal(most, 64);
  baud_item item = {.truth = truth, .prior = prior, .obs = b.obs, .action = &b.action};
  assert_int_equal(lockbox_item(b.m, &b.world, 0, &item), BAUD_OK);
  for (int c = 0; c < 64; c++) assert_true(truth[c] == (c == 5) && prior[c] == 1.0 / 64.0);
  assert_int_equal(b.obs0, LOCKBOX_GUESS);
  assert_int_equal(item.channel, BAUD_CH_OBSERVATION);
  baud_query query = {.target = item.target, .n_answers = 64, .obs = b.seen};
  assert_int_equal(lockbox_answer(b.m, b.tree, &query, posterior), BAUD_OK);
  for (int c = 0; c < 64; c++) assert_true(posterior[c] == 1.0 / 64.0);
  bench_reset(&b);
  baud_batch batch = batch_of(&b);
  lockbox_optimal(b.m, &batch, optimal);
  for (int c = 0; c < 64; c++) assert_int_equal(optimal[c], 0);
  bench_step(&b, 0);
  lockbox_optimal(b.m, &batch, optimal);
  for (int c = 0; c < 64; c++) assert_int_equal(optimal[c], c == 5);
  bench_step(&b, 5);
  baud_evidence e = evidence_of(&b, BAUD_EV_STEP);
  e.sees_observation = 1;
  (void)told(&b, &e, BAUD_CH_OBSERVATION, NULL);
  b.obs0 = LOCKBOX_GUESS;
  assert_int_equal(lockbox_answer(b.m, b.tree, &query, posterior), BAUD_OK);
  for (int c = 0; c < 64; c++) assert_true(posterior[c] == (c == 5));
  bench_close(&b);
}

/* What it is asked of the reward is what it then finds it worth; a guess taken for an expert's, right with .9, makes the
 * reward .9 likely which is .5, at .737 bits a guess (Ortega et al. 2021). */
static void an_own_guess_taken_for_an_expert_s_is_expected_to_win(void **unused) {
  (void)unused;
  double wins[2] = {0.5, 0.9}, answer[2], excess = 0.0;
  for (int is_taken = 0; is_taken < 2; is_taken++)
    for (uint32_t code = 0; code < 2; code++) {
      bench b;
      bench_open(&b, 2, LOCKBOX_FEEDBACK_OUTCOME, 1);
      b.world.code = code;
      bench_reset(&b);
      baud_query query = {.target = BAUD_ASK_REWARD, .n_answers = 2, .obs = b.seen, .action = &b.action};
      b.action = 1;
      b.obs0 = LOCKBOX_THINKING;
      assert_int_equal(lockbox_answer(b.m, b.tree, &query, answer), BAUD_OK);
      assert_true(answer[0] == 1.0 && answer[1] == 0.0);
      bench_step(&b, 1);
      bench_step(&b, 1);
      baud_evidence e = evidence_of(&b, BAUD_EV_DEMONSTRATION);
      e.competence = 0.9;
      if (is_taken) (void)told(&b, &e, BAUD_CH_DEMONSTRATION, NULL);
      b.obs0 = LOCKBOX_GUESS;
      assert_int_equal(lockbox_answer(b.m, b.tree, &query, answer), BAUD_OK);
      assert_close(answer[1], wins[is_taken]);
      assert_close(answer[0], 1.0 - wins[is_taken]);
      if (is_taken) excess += 0.5 * (-log2(answer[code == 1]) - 1.0);
      query.n_answers = 3;
      assert_int_equal(lockbox_answer(b.m, b.tree, &query, answer), BAUD_EUNSUP);
      bench_close(&b);
    }
  assert_true(fabs(excess - 0.737) < 5e-4);
}

static void the_picture_fills_its_extent(void **unused) {
  (void)unused;
  bench b;
  uint32_t width, height;
  char cells[LOCKBOX_WIDTH * LOCKBOX_HEIGHT + 1];
  bench_open(&b, 65536, LOCKBOX_FEEDBACK_OUTCOME, 20000);
  lockbox_extent(b.m, &width, &height);
  b.world.code = 65535;
  b.lane = (lockbox_lane){19999, -1};
  memset(cells, 0, sizeof cells);
  lockbox_picture(b.m, &b.world, &b.lane, cells);
  assert_int_equal(strlen(cells), width * height);
  assert_memory_equal(cells, "code  65535 of 65536 ", 21);
  assert_memory_equal(cells + width, "thinking 19999 of 20000 ", 24);
  bench_close(&b);
}

int main(void) {
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(an_episode_thinks_then_guesses_once),
      cmocka_unit_test(an_action_outside_the_codes_is_refused),
      cmocka_unit_test(distance_facts_are_functions_of_fact_0),
      cmocka_unit_test(bits_feedback_marks_each_bit_and_needs_a_power_of_two),
      cmocka_unit_test(codes_are_drawn_uniformly),
      cmocka_unit_test(the_observer_is_the_exact_posterior_of_every_fact),
      cmocka_unit_test(sums_do_not_drift_over_a_million_soft_guesses),
      cmocka_unit_test(an_outcome_is_worth_h_of_one_in_the_codes_left),
      cmocka_unit_test(a_box_of_64_gives_1161_at_first_and_6_in_all),
      cmocka_unit_test(a_label_and_its_bits_are_worth_log2_codes_once),
      cmocka_unit_test(a_demonstration_is_worth_what_the_experts_competence_allows),
      cmocka_unit_test(a_distance_is_worth_its_entropy_given_the_guess),
      cmocka_unit_test(a_flipped_outcome_is_the_channel_formula),
      cmocka_unit_test(the_quiz_and_the_expert_know_the_code),
      cmocka_unit_test(an_own_guess_taken_for_an_expert_s_is_expected_to_win),
      cmocka_unit_test(the_picture_fills_its_extent),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
