/* test_lock.c - the combination lock against brute force: the observer against a posterior over all codes kept in this
 * file, for each kind of feedback and way of crossing; dynamics; and the closed forms of the signal ledger.
 */
#include "../../../plugins/env/lock.c" /* first: cmocka has a macro named fail */

#include <setjmp.h>
#include <stdarg.h>
#include <cmocka.h>

/* ---- A lock on the bench ------------------------------------------------------------------------------- */

enum { LANES = 2, MOST_CODES = 256, LANE_BYTES = 80 };
typedef struct bench {
  lock *m;
  baud_env_spec spec;
  uint8_t code[LOCK_MOST_DIGITS];
  _Alignas(8) char lane[LANES][LANE_BYTES];
  int32_t obs0[LANES], before0[LANES], action[LANES];
  uint8_t flags[LANES];
  float fact[LOCK_MOST_FACTS][LANES];
  void *obs[1], *state;
  float *facts[LOCK_MOST_FACTS];
  uint32_t lanes;
  long double posterior[MOST_CODES];           /* this file's own */
  uint8_t entered[LANES][LOCK_MOST_DIGITS];
} bench;

static int32_t refuse(const baud_host *host, int32_t code, const char *why) {
  (void)host;
  assert_non_null(why);
  return code;
}
static const baud_host host = {.size = BAUD_SIZE(baud_host), .fail = refuse};

static void bench_open(bench *b, uint32_t lanes, int64_t digits, int64_t symbols, int64_t feedback, int64_t thinking) {
  baud_value values[LOCK_PARAMS] = {{digits, 0, NULL}, {symbols, 0, NULL}, {feedback, 0, NULL}, {thinking, 0, NULL}};
  void *model = NULL;
  memset(b, 0, sizeof *b);
  b->spec.size = BAUD_SIZE(baud_env_spec);
  assert_int_equal(lock_create(&host, values, &b->spec, &model), BAUD_OK);
  assert_true(b->spec.lane_bytes <= LANE_BYTES);
  b->m = model;
  b->lanes = lanes;
  b->obs[0] = b->obs0;
  b->facts[0] = b->fact[0];
  b->facts[1] = b->fact[1];
  b->state = malloc(lock_state_bytes(b->m, lanes));
  assert_int_equal(lock_open(b->m, b->state, lanes), BAUD_OK);
  for (uint32_t c = 0; c < MOST_CODES; c++) b->posterior[c] = 1.0L;
}

static void bench_close(bench *b) {
  free(b->state);
  free(b->m);
}

static baud_batch batch_of(bench *b) {
  return (baud_batch){.size = BAUD_SIZE(baud_batch), .lanes = b->lanes, .lane = &b->lane[0][0],
                      .lane_stride = LANE_BYTES, .world = (const char *)b->code, .action = b->action,
                      .obs = b->obs, .facts = b->facts, .flags = b->flags};
}

static baud_evidence evidence_of(bench *b, uint32_t lane, uint32_t kind, const void *seen[2]) {
  seen[0] = &b->before0[lane];
  seen[1] = &b->obs0[lane];
  return (baud_evidence){.size = BAUD_SIZE(baud_evidence), .kind = kind, .lane = lane, .flags = b->flags[lane],
                         .obs_before = seen, .obs = seen + 1, .action = &b->action[lane], .value = NAN};
}

/* Surprise minus noise in one channel; surprise itself into *surprise. */
static double told(bench *b, const baud_evidence *e, int channel, double *surprise) {
  double before[BAUD_CHANNELS], after[BAUD_CHANNELS];
  assert_int_equal(lock_noise(b->m, b->code, b->state, e, before), BAUD_OK);
  assert_int_equal(lock_surprise(b->m, b->state, e, after), BAUD_OK);
  for (int c = 0; c < BAUD_CHANNELS; c++)
    if (c != channel) assert_true(after[c] == 0.0 && before[c] == 0.0);
  if (surprise) *surprise = after[channel];
  return after[channel] - before[channel];
}

static void bench_reset(bench *b, uint32_t lane) {
  uint64_t seed = 1;
  const void *seen[2];
  baud_batch batch = batch_of(b);
  batch.pick = &lane;
  batch.seed = &seed;
  batch.n_pick = 1;
  assert_int_equal(lock_reset(b->m, &batch), BAUD_OK);
  baud_evidence e = evidence_of(b, lane, BAUD_EV_START, seen);
  assert_true(told(b, &e, BAUD_CH_REWARD, NULL) == 0.0);
}

static void bench_step(bench *b) {
  for (uint32_t k = 0; k < b->lanes; k++) {
    b->before0[k] = b->obs0[k];
    if ((uint32_t)b->obs0[k] < b->m->digits) b->entered[k][b->obs0[k]] = (uint8_t)b->action[k];
  }
  baud_batch batch = batch_of(b);
  assert_int_equal(lock_step(b->m, &batch), BAUD_OK);
}

static void assert_close(double a, double b) { assert_true(fabs(a - b) <= 1e-9 * fmax(fabs(a), fabs(b))); }

static double entropy(double p) { return p > 0.0 && p < 1.0 ? -p * log2(p) - (1.0 - p) * log1p(-p) / log(2.0) : 0.0; }

/* ---- Dynamics ------------------------------------------------------------------------------------------ */

/* One episode with these actions; facts at each digit into right[], success[]; returns the steps taken. */
static int play(bench *b, int thinking, const uint8_t *entry, float *right, float *success) {
  bench_reset(b, 0);
  for (int step = 0;; step++) {
    int digit = step - thinking;
    assert_int_equal(b->obs0[0], digit < 0 ? (int)b->m->digits : digit);
    b->action[0] = digit < 0 ? 1 : entry[digit];
    bench_step(b);
    if (digit >= 0) {
      right[digit] = b->fact[0][0];
      success[digit] = b->spec.n_facts == 2 ? b->fact[1][0] : b->fact[0][0];
    } else {
      assert_true(b->fact[0][0] == 0.0f);
    }
    if (b->flags[0]) return step + 1;
    assert_true((uint32_t)step + 1 < b->spec.max_steps);
  }
}

static void each_kind_of_feedback_tells_what_it_says(void **unused) {
  (void)unused;
  float right[3], success[3];
  const uint8_t code[3] = {1, 0, 3}, near[3] = {1, 2, 3};
  for (int64_t feedback = LOCK_FEEDBACK_OUTCOME; feedback <= LOCK_FEEDBACK_RESET; feedback++) {
    bench b;
    bench_open(&b, 1, 3, 4, feedback, 5);
    assert_int_equal(b.spec.max_steps, 8);
    assert_true(b.spec.entropy_bits == 6.0);
    memcpy(b.code, code, 3);
    assert_int_equal(play(&b, 5, code, right, success), 8);
    assert_true(success[0] == 0.0f && success[1] == 0.0f && success[2] == 1.0f);
    if (feedback == LOCK_FEEDBACK_PER_DIGIT) assert_true(right[0] == 1.0f && right[1] == 1.0f && right[2] == 1.0f);
    assert_int_equal(play(&b, 5, near, right, success), feedback == LOCK_FEEDBACK_RESET ? 7 : 8);
    if (feedback != LOCK_FEEDBACK_RESET) assert_true(success[2] == 0.0f);
    if (feedback == LOCK_FEEDBACK_PER_DIGIT) assert_true(right[0] == 1.0f && right[1] == 0.0f && right[2] == 1.0f);
    b.action[0] = 4;
    baud_batch batch = batch_of(&b);
    assert_int_equal(lock_step(b.m, &batch), BAUD_EARG);
    bench_close(&b);
  }
}

/* Chi-square over 64 codes, 64,000 draws: 63 degrees of freedom exceed 124 with probability below 1e-5. */
static void codes_are_drawn_uniformly(void **unused) {
  (void)unused;
  bench b;
  double count[64] = {0}, chi = 0.0;
  bench_open(&b, 1, 3, 4, LOCK_FEEDBACK_OUTCOME, 0);
  for (uint64_t seed = 0; seed < 64000; seed++) {
    lock_draw(b.m, baud_split(seed, 3), b.code);
    count[b.code[0] * 16 + b.code[1] * 4 + b.code[2]] += 1.0;
  }
  for (int c = 0; c < 64; c++) chi += (count[c] - 1000.0) * (count[c] - 1000.0) / 1000.0;
  assert_true(chi < 124.0);
  bench_close(&b);
}

/* ---- The observer against brute force ----------------------------------------------------------------- */

/* Digit `position` of code number c, first digit slowest. */
static uint32_t digit_of(const bench *b, uint32_t c, uint32_t position) {
  for (uint32_t i = b->m->digits; i > position + 1; i--) c /= b->m->symbols;
  return c % b->m->symbols;
}

static uint32_t n_codes(const bench *b) {
  uint32_t n = 1;
  for (uint32_t i = 0; i < b->m->digits; i++) n *= b->m->symbols;
  return n;
}

/* -log2 of the posterior predictive, in long double and from 1 - p. Updates. */
static double brute(bench *b, const double *likelihood) {
  long double yes = 0.0L, no = 0.0L;
  for (uint32_t c = 0; c < n_codes(b); c++) {
    yes += b->posterior[c] * likelihood[c];
    no += b->posterior[c] * (1.0L - likelihood[c]);
  }
  for (uint32_t c = 0; c < n_codes(b); c++) b->posterior[c] *= likelihood[c] / yes;
  return (double)(-log1pl(-no / (yes + no)) / logl(2.0L));
}

/* The fact that a lane's last step would have brought forth, were c the code. */
static uint32_t fact_if(const bench *b, uint32_t lane, uint32_t fact, uint32_t c) {
  uint32_t position = (uint32_t)b->before0[lane], all = 1;
  if (position == b->m->digits) return 0;
  if (b->spec.n_facts == 2 && fact == 0) return b->entered[lane][position] == digit_of(b, c, position);
  for (uint32_t i = 0; i < b->m->digits; i++) all &= b->entered[lane][i] == digit_of(b, c, i);
  return position + 1 == b->m->digits && all;
}

/* Whether the flag of a lane's last step would have been what it was. */
static double flag_if(const bench *b, uint32_t lane, uint32_t c) {
  uint32_t position = (uint32_t)b->before0[lane];
  if (b->m->feedback != LOCK_FEEDBACK_RESET || position + 1 >= b->m->digits) return 1.0;
  return (b->entered[lane][position] == digit_of(b, c, position)) == (b->flags[lane] == 0);
}

enum way { HARD, SOFT, LATE, UNSEEN };

/* By an expert who is right with .4, now and then by one who is never wrong. */
static void follow_demonstration(bench *b, uint32_t lane, uint64_t *random) {
  double likelihood[MOST_CODES], surprise, q = baud_bernoulli(random, 0.1) ? 1.0 : 0.4;
  const void *seen[2];
  uint32_t position = (uint32_t)b->obs0[lane], symbols = b->m->symbols;
  b->before0[lane] = b->obs0[lane];
  b->action[lane] = q == 1.0 ? b->code[position] : (int32_t)baud_below(random, symbols);
  baud_evidence e = evidence_of(b, lane, BAUD_EV_DEMONSTRATION, seen);
  e.competence = q;
  for (uint32_t c = 0; c < n_codes(b); c++)
    likelihood[c] = digit_of(b, c, position) == (uint32_t)b->action[lane] ? q : (1.0 - q) / (symbols - 1);
  double gained = told(b, &e, BAUD_CH_DEMONSTRATION, &surprise);
  double noise = -log2(b->code[position] == (uint32_t)b->action[lane] ? q : (1.0 - q) / (symbols - 1));
  assert_close(surprise, brute(b, likelihood));
  assert_true(fabs(surprise - gained - noise) < 1e-12);
}

static void follow_evidence(bench *b, uint32_t lane, uint32_t fact, enum way way, uint64_t *random) {
  double likelihood[MOST_CODES], weight[2], surprise;
  const void *seen[2];
  uint32_t code = 0, is_late = way == LATE;
  for (uint32_t i = 0; i < b->m->digits; i++) code = code * b->m->symbols + b->code[i];
  uint32_t x = b->fact[fact][lane] != 0.0f, shown = way == SOFT && baud_bernoulli(random, 0.2) ? 1 - x : x;
  for (uint32_t i = 0; i < 2; i++) weight[i] = way == SOFT ? (i == shown ? 0.8 : 0.2) : i == x ? 1.0 : 0.0;
  assert_int_equal(fact_if(b, lane, fact, code), x);
  for (uint32_t round = 0; round <= is_late; round++) {
    baud_evidence e = evidence_of(b, lane, round ? BAUD_EV_LATE : BAUD_EV_STEP, seen);
    e.sees_reward = way != UNSEEN && round == is_late;
    e.fact = fact;
    e.weight = e.sees_reward ? weight : NULL;
    e.n_weight = 2;
    for (uint32_t c = 0; c < n_codes(b); c++)
      likelihood[c] = (round ? 1.0 : flag_if(b, lane, c)) * (e.sees_reward ? weight[fact_if(b, lane, fact, c)] : 1.0);
    double gained = told(b, &e, BAUD_CH_REWARD, &surprise);
    assert_close(surprise, brute(b, likelihood));
    assert_true(fabs(surprise - gained - (e.sees_reward ? -log2(weight[x]) : 0.0)) < 1e-12);
  }
}

static void assert_marginals(bench *b) {
  for (uint32_t position = 0; position < b->m->digits; position++) {
    double p[LOCK_MOST_SYMBOLS];
    long double sum[LOCK_MOST_SYMBOLS] = {0}, total = 0.0L;
    const void *obs[1] = {&position};
    baud_query query = {.target = BAUD_ASK_ACTION, .n_answers = b->m->symbols, .obs = obs};
    for (uint32_t c = 0; c < n_codes(b); c++) {
      sum[digit_of(b, c, position)] += b->posterior[c];
      total += b->posterior[c];
    }
    assert_int_equal(lock_answer(b->m, b->state, &query, p), BAUD_OK);
    for (uint32_t a = 0; a < b->m->symbols; a++) assert_close(p[a], (double)(sum[a] / total));
  }
}

/* Settled means: one code alone is left. */
static void assert_settled_when_one_is_left(const bench *b) {
  uint32_t left = 0;
  for (uint32_t c = 0; c < n_codes(b); c++) left += b->posterior[c] > 0.0L;
  assert_int_equal(lock_settled(b->m, b->state), left == 1);
}

/* Two lanes, one posterior; demonstrations before some of the digits. */
static void follow(int64_t digits, int64_t symbols, int64_t feedback, uint32_t fact, enum way way, uint64_t seed) {
  bench b;
  bench_open(&b, LANES, digits, symbols, feedback, 1);
  assert_true(lock_supports(b.m, 7, fact, BAUD_SEES_SOFT | BAUD_SEES_LATE));
  lock_draw(b.m, seed, b.code);
  uint64_t random = baud_split(seed, 1);
  for (uint32_t lane = 0; lane < LANES; lane++) bench_reset(&b, lane);
  for (int step = 0; step < 120; step++) {
    for (uint32_t lane = 0; lane < LANES; lane++)
      if ((uint32_t)b.obs0[lane] < b.m->digits && baud_bernoulli(&random, 0.1)) follow_demonstration(&b, lane, &random);
    for (uint32_t lane = 0; lane < LANES; lane++) b.action[lane] = (int32_t)baud_below(&random, (uint32_t)symbols);
    bench_step(&b);
    for (uint32_t lane = 0; lane < LANES; lane++) {
      follow_evidence(&b, lane, fact, way, &random);
      assert_settled_when_one_is_left(&b);
      if (b.flags[lane]) bench_reset(&b, lane);
    }
  }
  assert_marginals(&b);
  bench_close(&b);
}

static void the_observer_is_the_exact_posterior_whatever_crosses(void **unused) {
  (void)unused;
  for (uint64_t seed = 0; seed < 6; seed++)
    for (enum way way = HARD; way <= UNSEEN; way++)
      for (int64_t shape = 0; shape < 3; shape++) {
        int64_t digits = shape == 0 ? 3 : shape == 1 ? 1 : 4, symbols = shape == 0 ? 4 : shape == 1 ? 5 : 2;
        follow(digits, symbols, LOCK_FEEDBACK_OUTCOME, 0, way, seed);
        follow(digits, symbols, LOCK_FEEDBACK_PER_DIGIT, 0, way, seed);
        follow(digits, symbols, LOCK_FEEDBACK_PER_DIGIT, 1, way, seed);
        follow(digits, symbols, LOCK_FEEDBACK_RESET, 0, way, seed);
      }
}

/* The last digit's fact tells of the whole entry; only a tree of all codes can follow that. */
static void too_many_codes_are_declined_for_whole_entries_only(void **unused) {
  (void)unused;
  bench b;
  bench_open(&b, 1, 10, 4, LOCK_FEEDBACK_OUTCOME, 0); /* 4^10 = 2^20 */
  assert_int_equal(lock_supports(b.m, 7, 0, 0), 1);
  bench_close(&b);
  bench_open(&b, 1, 11, 4, LOCK_FEEDBACK_OUTCOME, 0);
  assert_int_equal(lock_supports(b.m, 7, 0, 0), 0);
  assert_int_equal(lock_supports(b.m, 4, 0, 0), 1);
  bench_close(&b);
  bench_open(&b, 1, 64, 256, LOCK_FEEDBACK_PER_DIGIT, 0);
  assert_int_equal(lock_supports(b.m, 7, 0, 0), 1);
  assert_int_equal(lock_supports(b.m, 7, 1, 0), 0);
  bench_close(&b);
  bench_open(&b, 1, 64, 256, LOCK_FEEDBACK_RESET, 0);
  assert_int_equal(lock_supports(b.m, 7, 0, 0), 1);
  bench_close(&b);
}

/* ---- Closed forms -------------------------------------------------------------------------------------- */

/* One episode of a learner that enters, at each position, the first symbol that the observer's answer allows: its bits.
 * With outcomes it goes through the codes in order and repeats none. */
static double eliminate(bench *b) {
  double bits = 0.0, p[LOCK_MOST_SYMBOLS];
  const void *seen[2], *obs[1] = {&b->obs0[0]};
  baud_query query = {.target = BAUD_ASK_ACTION, .n_answers = b->m->symbols, .obs = obs};
  bench_reset(b, 0);
  do {
    assert_int_equal(lock_answer(b->m, b->state, &query, p), BAUD_OK);
    for (b->action[0] = 0; p[b->action[0]] == 0.0;) b->action[0]++;
    bench_step(b);
    double x = (double)b->fact[0][0], weight[2] = {1.0 - x, x};
    baud_evidence e = evidence_of(b, 0, BAUD_EV_STEP, seen);
    e.sees_reward = 1;
    e.weight = weight;
    e.n_weight = 2;
    bits += told(b, &e, BAUD_CH_REWARD, NULL);
  } while (!b->flags[0]);
  return bits;
}

/* Means over all worlds: of the first episode's bits, and of the episodes until the lock opens. */
static void over_all_worlds(int64_t digits, int64_t symbols, int64_t feedback, double *first_bits, double *episodes) {
  bench b;
  bench_open(&b, 1, digits, symbols, feedback, 0);
  uint32_t worlds = n_codes(&b), played = 0;
  *first_bits = 0.0;
  for (uint32_t c = 0; c < worlds; c++) {
    double total = 0.0;
    lock_open(b.m, b.state, 1);
    for (uint32_t i = 0; i < b.m->digits; i++) b.code[i] = (uint8_t)digit_of(&b, c, i);
    for (int is_open = 0, first = 1; !is_open; first = 0, played++) {
      double bits = eliminate(&b);
      total += bits;
      if (first) *first_bits += bits / worlds;
      is_open = memcmp(b.entered[0], b.code, b.m->digits) == 0;
    }
    if (feedback != LOCK_FEEDBACK_PER_DIGIT) assert_close(total, b.spec.entropy_bits);
  }
  *episodes = (double)played / worlds;
  bench_close(&b);
}

static void elimination_opens_as_soon_as_the_closed_form_says(void **unused) {
  (void)unused;
  double bits, episodes;
  over_all_worlds(3, 4, LOCK_FEEDBACK_OUTCOME, &bits, &episodes);
  assert_close(bits, entropy(1.0 / 64.0));
  assert_true(episodes == 32.5);
  over_all_worlds(3, 4, LOCK_FEEDBACK_RESET, &bits, &episodes);
  assert_true(episodes == 5.5);
  over_all_worlds(8, 4, LOCK_FEEDBACK_RESET, &bits, &episodes);
  assert_true(episodes == 13.0);
}

static void per_digit_feedback_is_worth_n_times_h(void **unused) {
  (void)unused;
  double bits, episodes;
  over_all_worlds(3, 4, LOCK_FEEDBACK_PER_DIGIT, &bits, &episodes);
  assert_close(bits, 3.0 * entropy(0.25));
  assert_true(fabs(bits - 2.4338) < 5e-5);
}

/* Two of 65,536 worlds tell all: whether the first entry was right. */
static void a_long_lock_tells_next_to_nothing_at_first(void **unused) {
  (void)unused;
  double mean = 0.0;
  for (uint8_t last = 0; last < 2; last++) {
    bench b;
    bench_open(&b, 1, 8, 4, LOCK_FEEDBACK_OUTCOME, 0);
    b.code[7] = last; /* the first entry is all 0 */
    mean += (last ? 65535.0 : 1.0) / 65536.0 * eliminate(&b);
    bench_close(&b);
  }
  assert_close(mean, entropy(1.0 / 65536.0));
  assert_true(fabs(mean - 2.66e-4) < 5e-7);
}

/* ---- Answers, quiz, expert, picture --------------------------------------------------------------------- */

/* Drawn digit by digit from the answers, codes come from the joint posterior: never one that is ruled out. The number
 * of episodes is uniform on 1..64 then; the mean of 400 has standard deviation .924, and 5 of those are exceeded
 * with probability below 1e-6. */
static void digits_drawn_from_the_answers_never_repeat_a_code(void **unused) {
  (void)unused;
  double episodes = 0.0, p[4];
  uint64_t random = 99;
  for (uint64_t seed = 0; seed < 400; seed++) {
    bench b;
    const void *seen[2], *obs[1] = {&b.obs0[0]};
    baud_query query = {.target = BAUD_ASK_ACTION, .n_answers = 4, .obs = obs};
    bench_open(&b, 1, 3, 4, LOCK_FEEDBACK_OUTCOME, 0);
    lock_draw(b.m, seed, b.code);
    uint8_t was_tried[64] = {0};
    for (float success = 0.0f; success == 0.0f; episodes += 1.0 / 400.0) {
      bench_reset(&b, 0);
      do {
        assert_int_equal(lock_answer(b.m, b.state, &query, p), BAUD_OK);
        b.action[0] = (int32_t)baud_categorical(&random, p, 4);
        bench_step(&b);
        success = b.fact[0][0];
        double weight[2] = {1.0 - (double)success, (double)success};
        baud_evidence e = evidence_of(&b, 0, BAUD_EV_STEP, seen);
        e.sees_reward = 1;
        e.weight = weight;
        e.n_weight = 2;
        (void)told(&b, &e, BAUD_CH_REWARD, NULL);
      } while (!b.flags[0]);
      assert_int_equal(was_tried[b.entered[0][0] * 16 + b.entered[0][1] * 4 + b.entered[0][2]]++, 0);
    }
    bench_close(&b);
  }
  assert_true(fabs(episodes - 32.5) < 5.0 * 0.924);
}

static void the_quiz_and_the_expert_know_the_code(void **unused) {
  (void)unused;
  bench b;
  double truth[4], prior[4];
  uint8_t optimal[4];
  uint32_t n = 0, most = 0, independence = 0;
  bench_open(&b, 1, 3, 4, LOCK_FEEDBACK_OUTCOME, 1);
  const uint8_t code[3] = {3, 1, 2};
  memcpy(b.code, code, 3);
  assert_int_equal(lock_count(b.m, &n, &most, &independence), BAUD_OK);
  assert_int_equal(n, 3);
  assert_int_equal(independence, BAUD_FACTS_INDEPENDENT | BAUD_DECISIONS_INDEPENDENT);
  for (uint32_t i = 0; i < 3; i++) {
    baud_item item = {.truth = truth, .prior = prior, .obs = b.obs, .action = b.action};
    assert_int_equal(lock_item(b.m, b.code, i, &item), BAUD_OK);
    assert_int_equal(b.obs0[0], i);
    for (int a = 0; a < 4; a++) assert_true(truth[a] == (a == code[i]) && prior[a] == 0.25);
  }
  bench_reset(&b, 0);
  for (int step = 0; step < 4; step++) {
    baud_batch batch = batch_of(&b);
    lock_optimal(b.m, &batch, optimal);
    for (int a = 0; a < 4; a++) assert_int_equal(optimal[a], step > 0 && a == code[step - 1]);
    b.action[0] = 0;
    bench_step(&b);
  }
  bench_close(&b);
}

static void the_picture_shows_the_code_and_the_entry(void **unused) {
  (void)unused;
  bench b;
  char cells[25] = {0};
  uint32_t width, height;
  bench_open(&b, 1, 3, 16, LOCK_FEEDBACK_OUTCOME, 0);
  const uint8_t code[3] = {3, 15, 2};
  memcpy(b.code, code, 3);
  bench_reset(&b, 0);
  b.action[0] = 11;
  bench_step(&b);
  lock_extent(b.m, &width, &height);
  assert_int_equal(width * height, 24);
  lock_picture(b.m, b.code, b.lane[0], cells);
  assert_string_equal(cells, "code  3 f 2 entry b _ _ ");
  bench_close(&b);
}

int main(void) {
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(each_kind_of_feedback_tells_what_it_says),
      cmocka_unit_test(codes_are_drawn_uniformly),
      cmocka_unit_test(the_observer_is_the_exact_posterior_whatever_crosses),
      cmocka_unit_test(too_many_codes_are_declined_for_whole_entries_only),
      cmocka_unit_test(elimination_opens_as_soon_as_the_closed_form_says),
      cmocka_unit_test(per_digit_feedback_is_worth_n_times_h),
      cmocka_unit_test(a_long_lock_tells_next_to_nothing_at_first),
      cmocka_unit_test(digits_drawn_from_the_answers_never_repeat_a_code),
      cmocka_unit_test(the_quiz_and_the_expert_know_the_code),
      cmocka_unit_test(the_picture_shows_the_code_and_the_entry),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
