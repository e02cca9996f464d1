/* test_reference.c - the host's reference code against its members run one by one on the same streams, the price of the
 * mixture, and Ville's inequality over many streams of chance.
 */
#include "../test.h"

#include "baud/ctw.h"
#include "baud/kt.h"
#include "baud/random.h"
#include "stream/reference.h"
#include "stream/student.h"

enum { MOST_LANES = 3, FIELDS = 3 };
static const baud_field fields[FIELDS] = {
    BAUD_DISCRETE_FIELD("letter", 3, "one of three"),
    {BAUD_SIZE(baud_field), BAUD_U8, 2, 2, 1, {2, 0, 0}, 0, 1, "bits", "", "two bits"},
    {BAUD_SIZE(baud_field), BAUD_F32, 0, 1, 0, {0, 0, 0}, -4, 4, "number", "", "bounded"},
};
static const baud_field action = BAUD_DISCRETE_FIELD("move", 2, "");
static const double values[] = {0.0, 1.0};

typedef struct bench {
  answers answers;
  baud_env_spec env;
  stream_parts parts;
  reference *reference;
  int32_t letter[2][MOST_LANES];
  uint8_t bits[2][MOST_LANES][2];
  float number[2][MOST_LANES], reward[MOST_LANES];
} bench;

/* Over fields [from, from + n) of the observation, or over the reward. */
static void open_bench(bench *b, uint32_t stream, uint32_t from, uint32_t n, uint32_t lanes) {
  baud_error error = {0};
  memset(b, 0, sizeof *b);
  b->env = (baud_env_spec){.size = BAUD_SIZE(baud_env_spec), .n_obs = n, .obs = fields + from, .action = &action};
  assert_int_equal(answers_open(&b->answers, fields + from, n, &action, values, 2, lanes, &error), 0);
  for (uint32_t q = 0; q < b->answers.n; q++)
    b->answers.question[q].form = b->answers.question[q].forms == 2u ? BAUD_FORM_CATEGORICAL : BAUD_FORM_NORMAL;
  assert_int_equal(answers_agree(&b->answers, &error), 0);
  assert_int_equal(parts_open(&b->parts, stream, &b->env, &b->answers, 0.0, &error), 0);
  assert_int_equal(reference_open(&b->reference, &b->parts, lanes, &error), 0);
}

static void close_bench(bench *b) {
  reference_close(b->reference);
  parts_close(&b->parts);
  answers_close(&b->answers);
}

/* One lane's step: row 0 before, row 1 after. */
static double step(bench *b, uint32_t from, uint32_t lane) {
  const void *rows[2][FIELDS] = {{b->letter[0], b->bits[0], b->number[0]}, {b->letter[1], b->bits[1], b->number[1]}};
  return reference_step(b->reference, rows[0] + from, rows[1] + from, b->reward, lane);
}

/* ---- Members -------------------------------------------------------------------------------------------- */

typedef struct member {
  uint64_t count[4];
  baud_ctw shape;
  baud_ctw_node *node;
  double kt, ctw;
} member;

static void open_member(member *m, uint32_t symbols) {
  memset(m, 0, sizeof *m);
  m->shape = baud_ctw_shape(symbols, REFERENCE_DEPTH, REFERENCE_NODES);
  m->node = calloc(1, baud_ctw_bytes(&m->shape));
}

static void code(member *m, uint32_t *past, uint32_t symbol) {
  m->kt -= log2(baud_kt_probability(m->count, m->shape.symbols, symbol));
  baud_kt_add(m->count, m->shape.symbols, symbol);
  m->ctw -= log2(baud_ctw_symbol(&m->shape, m->node, past, symbol));
}

static void push(uint32_t *past, uint32_t symbol) {
  memmove(past + 1, past, (REFERENCE_DEPTH - 1) * sizeof *past);
  past[0] = symbol;
}

/* Episodes of ten steps in three lanes: the context is what was acted upon, in the lane; the tables are everyone's. */
static void an_observations_members_are_the_codes_they_are_named_after(void **state) {
  uint64_t random = 3;
  uint32_t past[3][MOST_LANES][REFERENCE_DEPTH] = {0};
  member letter, first, second;
  student number;
  bench b;
  double uniform = 0.0, t_bits = 0.0, cost = 0.0;
  grid g = grid_between(-4, 4, 0);
  (void)state;
  open_bench(&b, STREAM_OBSERVATION, 0, FIELDS, MOST_LANES);
  open_member(&letter, 3);
  open_member(&first, 2);
  open_member(&second, 2);
  student_open(&number, 0.0, 1.0);
  for (int i = 0; i < 400; i++)
    for (uint32_t k = 0; k < MOST_LANES; k++) {
      b.letter[0][k] = i % 10 ? b.letter[1][k] : 2;
      b.bits[0][k][0] = i % 10 ? b.bits[1][k][0] : 1;
      b.bits[0][k][1] = i % 10 ? b.bits[1][k][1] : 0;
      b.letter[1][k] = baud_bernoulli(&random, 0.7) ? b.letter[0][k] : (int32_t)baud_below(&random, 3);
      b.bits[1][k][0] = (uint8_t)baud_bernoulli(&random, 0.1);
      b.bits[1][k][1] = b.bits[1][k][0];
      b.number[1][k] = (float)(1.0 + 0.25 * baud_normal(&random));
      cost += step(&b, 0, k);
      push(past[0][k], (uint32_t)b.letter[0][k]);
      push(past[1][k], b.bits[0][k][0]);
      push(past[2][k], b.bits[0][k][1]);
      code(&letter, past[0][k], (uint32_t)b.letter[1][k]);
      code(&first, past[1][k], b.bits[1][k][0]);
      code(&second, past[2][k], b.bits[1][k][1]);
      student_prediction t = student_predict(&number);
      uint32_t bin = grid_bin(&g, (double)b.number[1][k]);
      t_bits -= log2(student_between(&t, grid_low(&g, bin), grid_high(&g, bin)));
      student_add(&number, (double)b.number[1][k]);
      uniform += log2(3) + 2 + log2(258);
    }
  const double *total = reference_totals(b.reference);
  assert_close(total[REFERENCE_UNIFORM], uniform, 1e-8);
  assert_close(total[REFERENCE_COUNTS], letter.kt + first.kt + second.kt + t_bits, 1e-8);
  assert_close(total[REFERENCE_CONTEXTS], letter.ctw + first.ctw + second.ctw + t_bits, 1e-8);
  double best = fmin(uniform, fmin(total[REFERENCE_COUNTS], total[REFERENCE_CONTEXTS])), sum = 0.0;
  for (int i = 0; i < REFERENCE_CODES; i++) sum += exp2(best - total[i]) / 3.0;
  assert_close(cost, best - log2(sum), 1e-7);
  assert_true(cost <= best + log2(3) && total[REFERENCE_CONTEXTS] < total[REFERENCE_COUNTS]);
  free(letter.node);
  free(first.node);
  free(second.node);
  close_bench(&b);
}

static void a_rewards_context_is_the_rewards_before(void **state) {
  uint64_t random = 4;
  uint32_t past[REFERENCE_DEPTH] = {0};
  member m;
  bench b;
  (void)state;
  open_bench(&b, STREAM_REWARD, 0, 1, 1);
  open_member(&m, 2);
  for (int i = 0; i < 500; i++) {
    b.reward[0] = (float)(past[2] ^ (uint32_t)baud_bernoulli(&random, 0.05));
    (void)step(&b, 0, 0);
    code(&m, past, (uint32_t)b.reward[0]);
    push(past, (uint32_t)b.reward[0]);
  }
  assert_close(reference_totals(b.reference)[REFERENCE_COUNTS], m.kt, 1e-9);
  assert_close(reference_totals(b.reference)[REFERENCE_CONTEXTS], m.ctw, 1e-9);
  assert_true(m.ctw < 0.6 * m.kt);
  free(m.node);
  close_bench(&b);
}

/* Two codes only: a Student-t code on a normal stream wins, and the price is one bit. */
static void a_continuous_stream_is_priced_by_student_within_a_bit(void **state) {
  uint64_t random = 5;
  bench b;
  double cost = 0.0;
  (void)state;
  open_bench(&b, STREAM_OBSERVATION, 2, 1, 1);
  for (int i = 0; i < 2000; i++) {
    b.number[1][0] = (float)(0.5 + 0.1 * baud_normal(&random));
    cost += step(&b, 2, 0);
  }
  const double *total = reference_totals(b.reference);
  assert_close(cost, total[REFERENCE_COUNTS] + 1.0, 1e-6);
  assert_true(total[REFERENCE_COUNTS] < 0.7 * total[REFERENCE_UNIFORM]);
  close_bench(&b);
}

/* A number that was thought impossible: the code is finite still, and comes back to its senses. */
static void what_no_double_can_price_is_survived(void **state) {
  bench b;
  (void)state;
  open_bench(&b, STREAM_OBSERVATION, 2, 1, 1);
  double cost = 0.0;
  for (int i = 0; i < 20000; i++) {
    b.number[1][0] = i == 10000 ? 3e38f : i == 10001 ? NAN : 0.0f;
    double bits = step(&b, 2, 0);
    assert_true(bits >= 0.0 && bits < 2000.0);
    if (i > 19000) cost += bits;
  }
  assert_true(cost < 999 * log2(258));
  close_bench(&b);
}

/* ---- Ville's inequality --------------------------------------------------------------------------------- */

/* Fair bits: the uniform code is the law. What anyone saves over it, the mixture here, is beyond b bits at any time at
 * all with probability at most 2^-b. The number of streams in which it ever is, is at most binomial; the bound allowed
 * below is exceeded with probability under 1e-7 each. And the other way round, it is not idle: bits are saved at times. */
static void nobody_saves_bits_on_fair_bits_for_long(void **state) {
  enum { STREAM_COUNT = 4000, STEPS = 200, BOUNDS = 3 };
  static const double bounds[BOUNDS] = {0.5, 1.0, 2.0};
  int beyond[BOUNDS] = {0};
  uint64_t random = 6;
  (void)state;
  for (int i = 0; i < STREAM_COUNT; i++) {
    bench b;
    double saved = 0.0, most = 0.0;
    open_bench(&b, STREAM_REWARD, 0, 1, 1);
    for (int t = 0; t < STEPS; t++) {
      b.reward[0] = (float)baud_below(&random, 2);
      saved += 1.0 - step(&b, 0, 0);
      most = fmax(most, saved);
    }
    for (int k = 0; k < BOUNDS; k++) beyond[k] += most >= bounds[k];
    close_bench(&b);
  }
  for (int k = 0; k < BOUNDS; k++) {
    double p = exp2(-bounds[k]), allowed = STREAM_COUNT * p + 5.5 * sqrt(STREAM_COUNT * p * (1 - p));
    if (beyond[k] > allowed) fail_msg("%d of %d saved %g bits at some time", beyond[k], STREAM_COUNT, bounds[k]);
  }
  assert_true(beyond[0] > STREAM_COUNT / 50);
}

int main(void) {
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(an_observations_members_are_the_codes_they_are_named_after),
      cmocka_unit_test(a_rewards_context_is_the_rewards_before),
      cmocka_unit_test(a_continuous_stream_is_priced_by_student_within_a_bit),
      cmocka_unit_test(what_no_double_can_price_is_survived),
      cmocka_unit_test(nobody_saves_bits_on_fair_bits_for_long),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
