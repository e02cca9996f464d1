/* test_answers.c - the questions offered, the answers sealed, and their price in bits: the floor, the check of what a
 * learner wrote, the index of a delivered reward.
 */
#include "../test.h"

#include "baud/random.h"
#include "ledger/answers.h"
#include "ledger/distribution.h"

static const baud_field state_field = BAUD_DISCRETE_FIELD("state", 12, "one of twelve");
static const baud_field action_field = BAUD_DISCRETE_FIELD("move", 4, "one of four");
static const baud_field pixels = {BAUD_SIZE(baud_field), BAUD_U8, 2, 9, 2, {3, 3}, 0, 1, "pixels", "",
                                  "three by three"};
static const baud_field speed = {BAUD_SIZE(baud_field), BAUD_F32, 0, 3, 1, {3}, -1, 1, "speed", "", "continuous"};
static const double rewards[] = {-1.0, 0.0, 0.1, 2.5};

static const uint32_t targets[ANSWERS] = {BAUD_ASK_ACTION, BAUD_ASK_OBSERVATION, BAUD_ASK_REWARD, BAUD_ASK_TERMINATED};
enum { CATEGORICAL = 1u << BAUD_FORM_CATEGORICAL, NORMAL = 1u << BAUD_FORM_NORMAL };

static void open_discrete(answers *a, uint32_t lanes) {
  baud_error error = {0};
  assert_int_equal(answers_open(a, &state_field, 1, &action_field, rewards, 4, lanes, &error), 0);
}

/* ---- Questions ------------------------------------------------------------------------------------------ */

static void check_question(const answers *a, uint32_t which, uint32_t forms, uint32_t categorical, uint32_t normal) {
  const baud_question *q = &a->question[which];
  assert_int_equal(q->size, BAUD_SIZE(baud_question));
  assert_int_equal(q->target, targets[which]);
  assert_int_equal(q->horizon, 1);
  assert_int_equal(q->field, 0);
  assert_int_equal(q->form, 0);
  assert_int_equal(q->forms, forms);
  assert_int_equal(q->width_categorical, categorical);
  assert_int_equal(q->width_normal, normal);
}

static void a_discrete_world_is_asked_in_categories(void **state) {
  (void)state;
  answers a;
  open_discrete(&a, 1);
  check_question(&a, ANSWER_ACTION, CATEGORICAL, 4, 0);
  check_question(&a, ANSWER_OBSERVATION, CATEGORICAL, 12, 0);
  check_question(&a, ANSWER_REWARD, CATEGORICAL, 4, 0);
  check_question(&a, ANSWER_TERMINATED, CATEGORICAL, 2, 0);
  for (int i = 0; i < 4; i++) assert_true(a.question[ANSWER_REWARD].values[i] == rewards[i]);
  answers_close(&a);
}

static void a_continuous_world_is_asked_for_normals(void **state) {
  (void)state;
  answers a;
  baud_error error = {0};
  assert_int_equal(answers_open(&a, &speed, 1, &speed, NULL, 0, 2, &error), 0);
  check_question(&a, ANSWER_ACTION, NORMAL, 0, 6);
  check_question(&a, ANSWER_OBSERVATION, NORMAL, 0, 6);
  check_question(&a, ANSWER_REWARD, NORMAL, 0, 2);
  assert_null(a.question[ANSWER_REWARD].values);
  answers_close(&a);
}

static void several_elements_are_asked_one_by_one(void **state) {
  (void)state;
  answers a;
  baud_error error = {0};
  assert_int_equal(answers_open(&a, &pixels, 1, &pixels, rewards, 4, 1, &error), 0);
  check_question(&a, ANSWER_ACTION, CATEGORICAL, 18, 0);
  check_question(&a, ANSWER_OBSERVATION, CATEGORICAL, 18, 0);
  assert_int_equal(a.categories[ANSWER_OBSERVATION], 2);
  answers_close(&a);
}

static void every_field_has_a_question_of_its_own(void **state) {
  (void)state;
  static const uint32_t categorical[] = {12, 0, 18}, normal[] = {0, 6, 0};
  const baud_field fields[] = {state_field, speed, pixels};
  answers a;
  baud_error error = {0};
  assert_int_equal(answers_open(&a, fields, 3, &action_field, rewards, 4, 2, &error), 0);
  assert_int_equal(a.n, ANSWERS + 2);
  check_question(&a, ANSWER_OBSERVATION, CATEGORICAL, 12, 0);
  for (uint32_t f = 0; f < 3; f++) {
    const baud_question *q = &a.question[answers_on_field(f)];
    assert_true(q->target == BAUD_ASK_OBSERVATION && q->field == f && answers_kind(answers_on_field(f)) == ANSWER_OBSERVATION);
    assert_int_equal(q->width_categorical, categorical[f]);
    assert_int_equal(q->width_normal, normal[f]);
  }
  for (uint32_t k = 0; k < ANSWERS; k++) assert_int_equal(answers_kind(k), k);
  answers_close(&a);
}

static void what_cannot_be_scored_is_not_asked(void **state) {
  (void)state;
  answers a;
  baud_error error = {0};
  baud_field fields[70], screen = pixels;
  screen.count = 1 << 22; /* its answers would be eight million numbers */
  for (uint32_t f = 0; f < 70; f++) fields[f] = f ? state_field : screen;
  assert_int_equal(answers_open(&a, fields, 70, &action_field, rewards, 4, 1, &error), 0);
  check_question(&a, ANSWER_OBSERVATION, 0, 0, 0);
  assert_int_equal(a.n, QUESTIONS_MOST);
  assert_int_equal(a.question[QUESTIONS_MOST - 1].field, QUESTIONS_MOST - ANSWERS);
  assert_int_equal(answers_on_field(QUESTIONS_MOST - ANSWERS + 1), QUESTIONS_MOST);
  answers_close(&a);
  assert_int_equal(answers_open(&a, NULL, 0, &action_field, rewards, 4, 1, &error), 0);
  check_question(&a, ANSWER_OBSERVATION, 0, 0, 0);
  check_question(&a, ANSWER_ACTION, CATEGORICAL, 4, 0);
  answers_close(&a);
}

static void a_declined_question_has_no_width_and_no_buffer(void **state) {
  (void)state;
  answers a;
  baud_error error = {0};
  open_discrete(&a, 3);
  a.question[ANSWER_ACTION].form = BAUD_FORM_CATEGORICAL;
  a.question[ANSWER_TERMINATED].form = BAUD_FORM_CATEGORICAL;
  assert_int_equal(answers_agree(&a, &error), 0);
  assert_int_equal(answers_width(&a, ANSWER_ACTION), 4);
  assert_int_equal(answers_width(&a, ANSWER_OBSERVATION), 0);
  assert_int_equal(answers_width(&a, ANSWER_REWARD), 0);
  assert_int_equal(answers_width(&a, ANSWER_TERMINATED), 2);
  assert_int_equal(answers_mask(&a), 1u << ANSWER_ACTION | 1u << ANSWER_TERMINATED);
  assert_null(a.written[ANSWER_REWARD]);
  assert_null(a.sealed[ANSWER_REWARD]);
  for (int i = 0; i < 3 * 4; i++) assert_true(a.written[ANSWER_ACTION][i] == 0.0f);
  answers_close(&a);
}

static void a_form_that_was_not_offered_is_refused(void **state) {
  static const uint32_t bad[] = {BAUD_FORM_NORMAL, 3, 31, 32, 33, UINT32_MAX};
  (void)state;
  for (size_t i = 0; i < sizeof bad / sizeof *bad; i++) {
    answers a;
    baud_error error = {0};
    open_discrete(&a, 1);
    a.question[ANSWER_REWARD].form = bad[i];
    assert_int_equal(answers_agree(&a, &error), BAUD_EPLUGIN);
    assert_non_null(strstr(error.text, "for question 2, which was not offered"));
    answers_close(&a);
  }
}

/* Lane by lane a distribution that tells lanes and categories apart. */
static const float mine[8] = {0.125f, 0.25f, 0.5f, 0.125f, 0.0625f, 0.4375f, 0.375f, 0.125f};

static void sealing_takes_what_was_asked_and_nothing_else(void **state) {
  (void)state;
  answers a;
  baud_error error = {0};
  open_discrete(&a, 2);
  a.question[ANSWER_ACTION].form = a.question[ANSWER_REWARD].form = BAUD_FORM_CATEGORICAL;
  assert_int_equal(answers_agree(&a, &error), 0);
  for (int i = 0; i < 8; i++) a.written[ANSWER_ACTION][i] = a.written[ANSWER_REWARD][i] = mine[i];
  answers_seal(&a, 1u << ANSWER_ACTION);
  for (int i = 0; i < 8; i++) {
    assert_true(a.sealed[ANSWER_ACTION][i] == mine[i]);
    assert_true(a.sealed[ANSWER_REWARD][i] == 0.0f);
    a.written[ANSWER_ACTION][i] = 0.25f; /* too late */
  }
  for (int i = 0; i < 8; i++) assert_true(a.sealed[ANSWER_ACTION][i] == mine[i]);
  answers_seal(&a, 1u << ANSWER_REWARD);
  for (int i = 0; i < 8; i++) assert_true(a.sealed[ANSWER_REWARD][i] == mine[i]);
  answers_close(&a);
}

static void a_malformed_answer_of_any_lane_is_refused(void **state) {
  (void)state;
  for (uint32_t lane = 0; lane < 5; lane++) {
    answers a;
    baud_error error = {0};
    open_discrete(&a, 5);
    a.question[ANSWER_ACTION].form = a.question[ANSWER_OBSERVATION].form = BAUD_FORM_CATEGORICAL;
    assert_int_equal(answers_agree(&a, &error), 0);
    for (uint32_t i = 0; i < 5; i++) a.written[ANSWER_ACTION][4 * i] = a.written[ANSWER_OBSERVATION][12 * i] = 1.0f;
    answers_seal(&a, answers_mask(&a));
    assert_int_equal(answers_verify(&a, answers_mask(&a), &error), 0);
    a.sealed[ANSWER_OBSERVATION][12 * lane + 3] = -0.25f;
    a.sealed[ANSWER_OBSERVATION][12 * lane + 4] = 0.25f;
    assert_int_equal(answers_verify(&a, 1u << ANSWER_ACTION, &error), 0); /* it was not asked */
    assert_int_equal(answers_verify(&a, answers_mask(&a), &error), BAUD_EPLUGIN);
    assert_non_null(strstr(error.text, "answered probability -0.25"));
    answers_close(&a);
  }
}

static void a_normal_answer_is_sealed_as_it_is(void **state) {
  (void)state;
  answers a;
  baud_error error = {0};
  assert_int_equal(answers_open(&a, &speed, 1, &action_field, NULL, 0, 1, &error), 0);
  a.question[ANSWER_REWARD].form = BAUD_FORM_NORMAL;
  assert_int_equal(answers_agree(&a, &error), 0);
  a.written[ANSWER_REWARD][0] = -3.0f; /* a mean may be negative, and nothing sums to one */
  a.written[ANSWER_REWARD][1] = 0.5f;
  answers_seal(&a, answers_mask(&a));
  assert_int_equal(answers_verify(&a, answers_mask(&a), &error), 0);
  assert_true(a.sealed[ANSWER_REWARD][0] == -3.0f && a.sealed[ANSWER_REWARD][1] == 0.5f);
  answers_close(&a);
}

static void a_normal_that_is_none_is_refused(void **state) {
  static const float bad[][2] = {{NAN, 1}, {0, NAN}, {INFINITY, 1}, {0, INFINITY}, {0, 0}, {0, -1}};
  (void)state;
  for (size_t b = 0; b < sizeof bad / sizeof *bad; b++)
    for (uint32_t element = 0; element < 6; element++) { /* two lanes of three */
      answers a;
      baud_error error = {0};
      assert_int_equal(answers_open(&a, &speed, 1, &action_field, rewards, 4, 2, &error), 0);
      a.question[ANSWER_ACTION].form = BAUD_FORM_CATEGORICAL;
      a.question[ANSWER_OBSERVATION].form = BAUD_FORM_NORMAL;
      assert_int_equal(answers_agree(&a, &error), 0);
      for (uint32_t i = 0; i < 12; i++) a.sealed[ANSWER_OBSERVATION][i] = 1.0f;
      for (uint32_t i = 0; i < 2; i++) a.sealed[ANSWER_ACTION][4 * i] = 1.0f;
      assert_int_equal(answers_verify(&a, answers_mask(&a), &error), 0);
      memcpy(a.sealed[ANSWER_OBSERVATION] + 2 * element, bad[b], sizeof bad[b]);
      assert_int_equal(answers_verify(&a, answers_mask(&a), &error), BAUD_EPLUGIN);
      assert_non_null(strstr(error.text, "for the observation: they must be finite, the deviation above 0"));
      answers_close(&a);
    }
}

/* Nine elements of two categories: each is a distribution of its own, with a floor of its own. */
static void elements_are_checked_and_priced_one_by_one(void **state) {
  (void)state;
  answers a;
  baud_error error = {0};
  assert_int_equal(answers_open(&a, &pixels, 1, &action_field, rewards, 4, 2, &error), 0);
  a.question[ANSWER_OBSERVATION].form = BAUD_FORM_CATEGORICAL;
  assert_int_equal(answers_agree(&a, &error), 0);
  for (uint32_t i = 0; i < 18; i++) {
    a.sealed[ANSWER_OBSERVATION][2 * i] = (float)i / 32.0f;
    a.sealed[ANSWER_OBSERVATION][2 * i + 1] = 1.0f - (float)i / 32.0f;
  }
  assert_int_equal(answers_verify(&a, answers_mask(&a), &error), 0);
  for (uint32_t i = 0; i < 18; i++) {
    double q = i / 32.0;
    assert_close(answers_bits(&a, ANSWER_OBSERVATION, i, 0), -log2((1 - 0x1p-16) * q + 0x1p-17), 1e-12);
    assert_close(answers_bits(&a, ANSWER_OBSERVATION, i, 1), -log2((1 - 0x1p-16) * (1 - q) + 0x1p-17), 1e-12);
  }
  assert_close(a.uniform[ANSWER_OBSERVATION], 1.0, 0.0);
  a.sealed[ANSWER_OBSERVATION][20] += 0.25f; /* 1.25 and .75 make 2: only apart is it wrong */
  a.sealed[ANSWER_OBSERVATION][22] -= 0.25f;
  assert_int_equal(answers_verify(&a, answers_mask(&a), &error), BAUD_EPLUGIN);
  assert_non_null(strstr(error.text, "its probabilities of the observation sum to 1.25, not to 1"));
  answers_close(&a);
}

/* ---- Scores --------------------------------------------------------------------------------------------- */

/* Price of category `index` when an observation of n categories was answered with q in lane 2 of 3. */
static double price(const float *q, uint32_t n, uint32_t index) {
  const baud_field field = BAUD_DISCRETE_FIELD("state", n, "one of n");
  answers a;
  baud_error error = {0};
  assert_int_equal(answers_open(&a, &field, 1, &action_field, rewards, 4, 3, &error), 0);
  a.question[ANSWER_OBSERVATION].form = BAUD_FORM_CATEGORICAL;
  assert_int_equal(answers_agree(&a, &error), 0);
  for (uint32_t i = 0; i < 2 * n; i++) a.written[ANSWER_OBSERVATION][i] = 1.0f / (float)n; /* the other lanes' */
  memcpy(a.written[ANSWER_OBSERVATION] + 2 * n, q, n * sizeof *q);
  answers_seal(&a, answers_mask(&a));
  if (answers_verify(&a, answers_mask(&a), &error) != 0) fail_msg("%s", error.text);
  double bits = answers_bits(&a, ANSWER_OBSERVATION, 2, index);
  answers_close(&a);
  return bits;
}

static void one_wrong_certainty_costs_sixteen_bits_and_the_alphabet(void **state) {
  static const uint32_t sizes[] = {2, 3, 10, 64, 1000};
  static float q[1000];
  (void)state;
  for (size_t s = 0; s < sizeof sizes / sizeof *sizes; s++) {
    uint32_t n = sizes[s];
    memset(q, 0, sizeof q);
    q[0] = 1.0f;
    assert_close(price(q, n, n - 1), 16.0 + log2(n), 1e-12);
    double loss = price(q, n, 0);
    assert_true(loss > 0.0 && loss < 2.2e-5);
    assert_close(loss, -log2(1.0 - 0x1p-16 * (1.0 - 1.0 / n)), 1e-14);
  }
}

static void the_floor_leaves_a_distribution_a_distribution(void **state) {
  (void)state;
  uint64_t random = 1;
  for (uint32_t n = 1; n <= 50; n++) {
    double alpha[50], p[50], sum = 0.0;
    for (uint32_t i = 0; i < n; i++) alpha[i] = 0.2;
    baud_dirichlet(&random, alpha, n, p);
    for (uint32_t i = 0; i < n; i++) {
      sum += answers_floor(p[i], n);
      assert_true(answers_floor(p[i], n) >= 0x1p-16 / n);
    }
    assert_close(sum, 1.0, 1e-12);
    assert_close(answers_floor(1.0 / n, n), 1.0 / n, 1e-16); /* the uniform one is left as it is */
  }
}

static void a_probabilitys_price_is_its_logarithm(void **state) {
  static const float q[] = {0.5f, 0.25f, 0.125f, 0.125f}, even[] = {0.25f, 0.25f, 0.25f, 0.25f};
  static const double bits[] = {1.0, 2.0, 3.0, 3.0};
  (void)state;
  for (uint32_t i = 0; i < 4; i++) assert_close(price(q, 4, i), bits[i], 3e-5);
  assert_close(price(q, 4, 0), -log2(0.5 * (1 - 0x1p-16) + 0x1p-18), 1e-14);
  for (uint32_t i = 0; i < 4; i++) assert_close(price(even, 4, i), 2.0, 1e-14);
}

/* ---- The check ------------------------------------------------------------------------------------------ */

static int check(const float *q, uint32_t n, char *why) {
  baud_error error = {0};
  int code = answers_check(q, n, "answer", &error);
  assert_true(code == 0 || code == BAUD_EPLUGIN);
  if (why) snprintf(why, 400, "%.390s", error.text);
  return code;
}

/* Lengths around the width in which the check works. */
static const uint32_t lengths[] = {1, 2, 5, 15, 16, 17, 31, 32, 33, 100, 4096};
enum { LENGTHS = sizeof lengths / sizeof *lengths, LONGEST = 4096 };

static void distributions_of_every_length_pass(void **state) {
  (void)state;
  uint64_t random = 2;
  static double alpha[LONGEST], p[LONGEST];
  static float q[LONGEST];
  for (uint32_t i = 0; i < LONGEST; i++) alpha[i] = 1.0;
  for (size_t k = 0; k < LENGTHS; k++)
    for (int round = 0; round < 20; round++) {
      baud_dirichlet(&random, alpha, lengths[k], p);
      for (uint32_t i = 0; i < lengths[k]; i++) q[i] = (float)p[i];
      assert_int_equal(check(q, lengths[k], NULL), 0);
    }
  static float even[65536];
  for (uint32_t i = 0; i < 65536; i++) even[i] = 0x1p-16f;
  assert_int_equal(check(even, 65536, NULL), 0);
}

static void a_bad_number_is_found_wherever_it_stands(void **state) {
  static const struct { float bad; const char *why; } bads[] = {
      {-1e-6f, "it must be finite and not negative"}, {NAN, "it must be finite and not negative"},
      {INFINITY, "it must be finite and not negative"}, {-INFINITY, "it must be finite and not negative"}};
  (void)state;
  for (size_t k = 0; k < LENGTHS; k++)
    for (uint32_t i = 0; i < lengths[k]; i += 1 + lengths[k] / 40)
      for (size_t b = 0; b < 4; b++) {
        static float q[LONGEST];
        char why[400], place[40];
        for (uint32_t j = 0; j < lengths[k]; j++) q[j] = 1.0f / (float)lengths[k];
        q[i] = bads[b].bad;
        int may_sum_to_one = lengths[k] > 1 && bads[b].bad > -1.0f && bads[b].bad < 1.0f;
        if (may_sum_to_one) q[i ? 0 : 1] += 1.0f / (float)lengths[k] - q[i];
        assert_int_equal(check(q, lengths[k], why), BAUD_EPLUGIN);
        snprintf(place, sizeof place, "for answer %u:", i);
        if (!strstr(why, bads[b].why) || !strstr(why, place)) fail_msg("length %u, number %u: %s", lengths[k], i, why);
      }
}

static void two_wrongs_do_not_make_a_right(void **state) {
  static const float opposites[] = {-0.5f, 1.5f}, infinities[] = {INFINITY, -INFINITY};
  (void)state;
  assert_int_equal(check(opposites, 2, NULL), BAUD_EPLUGIN);
  assert_int_equal(check(infinities, 2, NULL), BAUD_EPLUGIN);
}

static void a_sum_is_one_within_a_thousandth(void **state) {
  (void)state;
  for (size_t k = 0; k < LENGTHS; k++) {
    static const struct { double sum; int passes; } cases[] = {
        {1.0009, 1}, {0.9991, 1}, {1.0011, 0}, {0.9989, 0}, {0.0, 0}, {2.0, 0}};
    for (size_t c = 0; c < 6; c++) {
      static float q[LONGEST];
      char why[400];
      for (uint32_t j = 0; j < lengths[k]; j++) q[j] = (float)(cases[c].sum / lengths[k]);
      int code = check(q, lengths[k], why);
      if ((code == 0) != cases[c].passes)
        fail_msg("%u numbers that sum to %g: %s", lengths[k], cases[c].sum, code ? why : "accepted");
      if (code) assert_non_null(strstr(why, "its probabilities of answer sum to"));
    }
  }
}

/* Kraft: the lengths of all categories are those of a code, whatever an answer adds up to within the tolerance; else a
 * learner that always says a little too much would save bits on a stream of which nothing can be known. */
static void an_answer_that_sums_to_a_little_more_than_1_saves_nothing(void **state) {
  static const double sums[] = {0.9991, 1.0, 1.0009};
  (void)state;
  for (size_t k = 0; k < sizeof sums / sizeof *sums; k++)
    for (uint32_t kind = 0; kind < 2; kind++) {
      answers a;
      baud_error error = {0};
      double kraft = 0.0;
      open_discrete(&a, 2);
      a.question[ANSWER_OBSERVATION].form = BAUD_FORM_CATEGORICAL;
      assert_int_equal(answers_agree(&a, &error), 0);
      for (uint32_t i = 0; i < 24; i++) /* even, or all on one */
        a.written[ANSWER_OBSERVATION][i] = (float)(sums[k] * (kind ? i % 12 == 3 : 1.0 / 12.0));
      answers_seal(&a, answers_mask(&a));
      assert_int_equal(answers_verify(&a, answers_mask(&a), &error), 0);
      for (uint32_t i = 0; i < 12; i++) kraft += exp2(-answers_bits(&a, ANSWER_OBSERVATION, 1, i));
      assert_close(kraft, 1.0, 1e-12);
      answers_close(&a);
    }
}

static void minus_zero_is_no_negative_number(void **state) {
  (void)state;
  for (uint32_t n = 2; n < 40; n++) {
    float q[40] = {0.0f};
    q[0] = -0.0f;
    q[n - 1] = 1.0f;
    assert_int_equal(check(q, n, NULL), 0);
    assert_close(price(q, n, n - 1), -log2(1.0 - 0x1p-16 * (1.0 - 1.0 / n)), 1e-14);
  }
}

/* In the order that distribution.c promises of long ones, by plain additions: whatever machine this is, it adds up so. */
static void a_long_sum_is_the_same_to_the_bit_on_any_machine(void **state) {
  uint64_t random = 7;
  (void)state;
  for (uint32_t n = DISTRIBUTION_LONG; n < 100; n++) {
    float q[100];
    double place[8] = {0.0};
    for (uint32_t i = 0; i < n; i++) q[i] = (float)baud_uniform(&random);
    for (uint32_t i = 0; i < (n & ~7u); i++) place[i % 8] += (double)q[i];
    for (int i = 0; i < 4; i++) place[i] += place[i + 4];
    double sum = (place[0] + place[2]) + (place[1] + place[3]);
    for (uint32_t i = n & ~7u; i < n; i++) sum += (double)q[i];
    assert_true(distribution_long_sum(q, n) == sum);
  }
}

/* ---- Rewards -------------------------------------------------------------------------------------------- */

static void a_delivered_reward_is_found_as_the_float_that_it_is(void **state) {
  (void)state;
  answers a;
  open_discrete(&a, 1);
  for (uint32_t i = 0; i < 4; i++) assert_int_equal(answers_reward_index(&a, (float)rewards[i]), i);
  assert_int_equal(answers_reward_index(&a, 0.1f), 2); /* though 0.1 is no float */
  assert_int_equal(answers_reward_index(&a, -0.0f), 1);
  assert_int_equal(answers_reward_index(&a, 0.10000001f + 1e-7f), 4);
  assert_int_equal(answers_reward_index(&a, 7.0f), 4);
  assert_int_equal(answers_reward_index(&a, NAN), 4);
  answers_close(&a);
}

int main(void) {
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(a_discrete_world_is_asked_in_categories),
      cmocka_unit_test(a_continuous_world_is_asked_for_normals),
      cmocka_unit_test(several_elements_are_asked_one_by_one),
      cmocka_unit_test(every_field_has_a_question_of_its_own),
      cmocka_unit_test(what_cannot_be_scored_is_not_asked),
      cmocka_unit_test(a_declined_question_has_no_width_and_no_buffer),
      cmocka_unit_test(a_form_that_was_not_offered_is_refused),
      cmocka_unit_test(sealing_takes_what_was_asked_and_nothing_else),
      cmocka_unit_test(a_malformed_answer_of_any_lane_is_refused),
      cmocka_unit_test(a_normal_answer_is_sealed_as_it_is),
      cmocka_unit_test(a_normal_that_is_none_is_refused),
      cmocka_unit_test(elements_are_checked_and_priced_one_by_one),
      cmocka_unit_test(one_wrong_certainty_costs_sixteen_bits_and_the_alphabet),
      cmocka_unit_test(the_floor_leaves_a_distribution_a_distribution),
      cmocka_unit_test(a_probabilitys_price_is_its_logarithm),
      cmocka_unit_test(distributions_of_every_length_pass),
      cmocka_unit_test(a_bad_number_is_found_wherever_it_stands),
      cmocka_unit_test(two_wrongs_do_not_make_a_right),
      cmocka_unit_test(a_sum_is_one_within_a_thousandth),
      cmocka_unit_test(an_answer_that_sums_to_a_little_more_than_1_saves_nothing),
      cmocka_unit_test(minus_zero_is_no_negative_number),
      cmocka_unit_test(a_long_sum_is_the_same_to_the_bit_on_any_machine),
      cmocka_unit_test(a_delivered_reward_is_found_as_the_float_that_it_is),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
