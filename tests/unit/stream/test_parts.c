/* test_parts.c - a channel taken apart: which symbol each element is, and what sealed answers of every form give to what
 * came, held to the formula of the floor and to the normal distribution's own.
 */
#include "../test.h"

#include "stream/parts.h"

enum { LANES = 3 };
static const baud_field fields[] = {
    BAUD_DISCRETE_FIELD("place", 5, "one of five"),
    {BAUD_SIZE(baud_field), BAUD_U8, 3, 4, 2, {2, 2, 0}, 0, 2, "screen", "", "two by two"},
    {BAUD_SIZE(baud_field), BAUD_F32, 0, 2, 1, {2, 0, 0}, -1, 3, "speed", "", "bounded"},
    {BAUD_SIZE(baud_field), BAUD_F32, 0, 1, 0, {0, 0, 0}, -INFINITY, INFINITY, "height", "", "unbounded"},
};
enum { FIELDS = 4 };
static const baud_field action = BAUD_DISCRETE_FIELD("move", 2, "");
static const baud_env_spec env = {.size = BAUD_SIZE(baud_env_spec), .n_obs = FIELDS, .obs = fields, .action = &action};
static const double values[] = {0.0, 0.1, 1.0};

static int32_t place[LANES] = {4, 0, 2};
static uint8_t screen[LANES][4] = {{0, 1, 2, 0}, {2, 2, 2, 2}, {1, 0, 0, 1}};
static float speed[LANES][2] = {{-1.0f, 2.999f}, {0.5f, 17.0f}, {-3.0f, 1.0f}};
static float height[LANES] = {0.0f, -1e30f, 511.99f};
static const float rewards[LANES] = {0.1f, 1.0f, 0.0f};
static const void *const obs[FIELDS] = {place, screen, speed, height};

static void open_answers(answers *a, uint32_t declined, const double *reward_values, uint32_t n_values) {
  baud_error error = {0};
  assert_int_equal(answers_open(a, fields, FIELDS, &action, reward_values, n_values, LANES, &error), 0);
  for (uint32_t q = 0; q < a->n; q++)
    if (!(declined >> q & 1u)) a->question[q].form = a->question[q].forms == 2u ? BAUD_FORM_CATEGORICAL : BAUD_FORM_NORMAL;
  assert_int_equal(answers_agree(a, &error), 0);
}

static void open_parts(stream_parts *p, uint32_t stream, const answers *a, double width) {
  baud_error error = {0};
  assert_int_equal(parts_open(p, stream, &env, a, width, &error), 0);
}

static double score(const stream_parts *p, const answers *a, uint32_t lane) {
  baud_error error = {0};
  double bits = NAN;
  if (parts_score(p, a, obs, rewards, lane, &bits, &error) != 0) fail_msg("%s", error.text);
  return bits;
}

static double floored(double q, double n) { return -log2((1.0 - 0x1p-16) * q + 0x1p-16 / n); }
static double phi(double x) { return 0.5 * erfc(-x / sqrt(2.0)); }

/* ---- Symbols -------------------------------------------------------------------------------------------- */

static void elements_are_categories_or_bins(void **state) {
  (void)state;
  answers a;
  stream_parts p;
  double value = NAN;
  open_answers(&a, 0, values, 3);
  open_parts(&p, STREAM_OBSERVATION, &a, 0.0);
  assert_int_equal(p.n, FIELDS);
  static const uint32_t wanted_symbols[] = {5, 3, 258, 65538}, wanted_elements[] = {1, 4, 2, 1};
  for (uint32_t i = 0; i < FIELDS; i++) assert_true(p.part[i].symbols == wanted_symbols[i] && p.part[i].elements == wanted_elements[i]);
  for (uint32_t lane = 0; lane < LANES; lane++) {
    assert_int_equal(parts_symbol(&p, &p.part[0], obs, rewards, lane, 0, &value), place[lane]);
    for (uint32_t e = 0; e < 4; e++) assert_int_equal(parts_symbol(&p, &p.part[1], obs, rewards, lane, e, &value), screen[lane][e]);
    for (uint32_t e = 0; e < 2; e++) {
      double x = (double)speed[lane][e], inner = floor((x + 1.0) / (4.0 / 256.0));
      uint32_t wanted = x < -1.0 ? 0 : x >= 3.0 ? 257 : (uint32_t)inner + 1;
      assert_int_equal(parts_symbol(&p, &p.part[2], obs, rewards, lane, e, &value), wanted);
      assert_true(value == x);
    }
  }
  assert_int_equal(parts_symbol(&p, &p.part[3], obs, rewards, 1, 0, &value), 0);
  assert_int_equal(parts_symbol(&p, &p.part[3], obs, rewards, 2, 0, &value), 65536);
  assert_close(p.uniform, log2(5) + 4 * log2(3) + 2 * log2(258) + log2(65538), 1e-12);
  assert_close(p.width, exp2((2 * log2(4.0 / 256) + log2(1.0 / 64)) / 3), 1e-15);
  parts_close(&p);
  answers_close(&a);
}

static void rewards_are_values_or_bins(void **state) {
  (void)state;
  answers a;
  stream_parts p;
  double value = NAN;
  open_answers(&a, 0, values, 3);
  open_parts(&p, STREAM_REWARD, &a, 0.0);
  for (uint32_t lane = 0; lane < LANES; lane++)
    assert_int_equal(parts_symbol(&p, p.part, obs, rewards, lane, 0, &value), (lane + 1) % 3);
  assert_true(p.n == 1 && p.part->symbols == 3 && isnan(p.width));
  parts_close(&p);
  answers_close(&a);
  open_answers(&a, 0, NULL, 0);
  open_parts(&p, STREAM_REWARD, &a, 0.5);
  assert_true(p.part->symbols == 65538 && p.width == 0.5);
  assert_int_equal(parts_symbol(&p, p.part, obs, rewards, 1, 0, &value), 32768 + 2 + 1);
  parts_close(&p);
  answers_close(&a);
}

static void what_is_no_category_is_refused(void **state) {
  (void)state;
  answers a;
  stream_parts p;
  double bits;
  open_answers(&a, 0, values, 3);
  for (int which = 0; which < 3; which++) {
    baud_error error = {0};
    float odd[LANES] = {0.25f, 0.25f, 0.25f};
    int32_t far[LANES] = {0, which ? -1 : 5, 0};
    const void *const bad[FIELDS] = {far, screen, speed, height};
    open_parts(&p, which == 2 ? STREAM_REWARD : STREAM_OBSERVATION, &a, 0.0);
    for (uint32_t q = 0; q < a.n; q++)
      for (size_t i = 0; i < a.floats[q]; i++) a.sealed[q][i] = 1.0f;
    assert_int_equal(parts_score(&p, &a, bad, odd, 1, &bits, &error), BAUD_EPLUGIN);
    assert_string_equal(error.text, which == 2 ? "the reward took a value outside its categories"
                                               : "the observation took a value outside its categories");
    parts_close(&p);
  }
  answers_close(&a);
}

/* ---- Bits ----------------------------------------------------------------------------------------------- */

static void a_step_costs_the_sum_over_fields_and_elements(void **state) {
  (void)state;
  answers a;
  stream_parts p;
  open_answers(&a, 0, values, 3);
  open_parts(&p, STREAM_OBSERVATION, &a, 0.0);
  for (uint32_t lane = 0; lane < LANES; lane++) {
    for (int k = 0; k < 5; k++) a.sealed[ANSWER_OBSERVATION][5 * lane + (uint32_t)k] = (float)(k + 1) / 15.0f;
    for (uint32_t e = 0; e < 4; e++)
      for (uint32_t k = 0; k < 3; k++) a.sealed[answers_on_field(1)][(4 * lane + e) * 3 + k] = k == e % 3 ? 0.5f : 0.25f;
    for (uint32_t e = 0; e < 2; e++) {
      a.sealed[answers_on_field(2)][2 * (2 * lane + e)] = 0.5f;
      a.sealed[answers_on_field(2)][2 * (2 * lane + e) + 1] = e ? 2.0f : 0.25f;
    }
    a.sealed[answers_on_field(3)][2 * lane] = 1.0f;
    a.sealed[answers_on_field(3)][2 * lane + 1] = 0.125f;
  }
  for (uint32_t lane = 0; lane < LANES; lane++) {
    double bits = floored((place[lane] + 1) / 15.0, 5);
    for (uint32_t e = 0; e < 4; e++) bits += floored(screen[lane][e] == e % 3 ? 0.5 : 0.25, 3);
    for (uint32_t e = 0; e < 2; e++) {
      double x = (double)speed[lane][e], width = 4.0 / 256, low = -1 + width * floor((x + 1) / width), sd = e ? 2.0 : 0.25;
      double p_bin = phi((low + width - 0.5) / sd) - phi((low - 0.5) / sd);
      if (x < -1) p_bin = phi((-1 - 0.5) / sd);
      if (x >= 3) p_bin = 1 - phi((3 - 0.5) / sd);
      bits += floored(p_bin, 258);
    }
    double low = floor((double)height[lane] * 64) / 64;
    double p_height = height[lane] < -512 ? 0.0 : phi((low + 1.0 / 64 - 1) / 0.125) - phi((low - 1) / 0.125);
    bits += floored(p_height, 65538); /* a wrong certainty costs 16 + log2 65538 = 32 bits and no more */
    assert_close(score(&p, &a, lane), bits, 1e-5);
  }
  parts_close(&p);
  answers_close(&a);
}

static void what_is_declined_costs_the_uniform_code(void **state) {
  (void)state;
  answers a;
  stream_parts p;
  open_answers(&a, 1u << answers_on_field(1) | 1u << answers_on_field(2) | 1u << answers_on_field(3), values, 3);
  open_parts(&p, STREAM_OBSERVATION, &a, 0.0);
  for (uint32_t i = 0; i < 5 * LANES; i++) a.sealed[ANSWER_OBSERVATION][i] = i % 5 == 4 ? 0.5f : 0.125f;
  assert_int_equal(p.n, 1);
  assert_close(p.declined, 4 * log2(3) + 2 * log2(258) + log2(65538), 1e-12);
  assert_close(p.uniform, p.declined + log2(5), 1e-12);
  assert_true(isnan(p.width));
  assert_close(score(&p, &a, 0), p.declined + floored(0.5, 5), 1e-12);
  assert_close(score(&p, &a, 1), p.declined + floored(0.125, 5), 1e-12);
  parts_close(&p);
  answers_close(&a);
}

/* Kraft's sum over all bins of a normal, those beyond included: floored, it is a code still. */
static void the_bins_of_a_normal_make_a_code(void **state) {
  (void)state;
  answers a;
  stream_parts p;
  open_answers(&a, 0, NULL, 0);
  open_parts(&p, STREAM_REWARD, &a, 0.125);
  a.sealed[ANSWER_REWARD][0] = 1000.3f;
  a.sealed[ANSWER_REWARD][1] = 40.0f;
  double kraft = 0.0, reach = 0.125 * GRID_REACH;
  for (int bin = -1; bin <= GRID_MOST; bin++) {
    float one = (float)(-reach + 0.125 * (bin + 0.5));
    baud_error error = {0};
    double bits;
    assert_int_equal(parts_score(&p, &a, obs, &one, 0, &bits, &error), 0);
    kraft += exp2(-bits);
  }
  assert_close(kraft, 1.0, 1e-9);
  parts_close(&p);
  answers_close(&a);
}

int main(void) {
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(elements_are_categories_or_bins),
      cmocka_unit_test(rewards_are_values_or_bins),
      cmocka_unit_test(what_is_no_category_is_refused),
      cmocka_unit_test(a_step_costs_the_sum_over_fields_and_elements),
      cmocka_unit_test(what_is_declined_costs_the_uniform_code),
      cmocka_unit_test(the_bins_of_a_normal_make_a_code),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
