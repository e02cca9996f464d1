/* Tests of chunks and the pyramid, without a database: what is encoded comes back, summaries are those of the values,
 * nodes cover what they should whenever they are made, and views keep their promise about the number of bins.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>
#include <math.h>

#include "baud/plugin.h"
#include "store/pyramid.h"

static uint64_t noise(uint64_t i) {
  i = (i + 1) * 0x9e3779b97f4a7c15u;
  i = (i ^ i >> 30) * 0xbf58476d1ce4e5b9u;
  return i ^ i >> 27;
}

static size_t round_trip(const float *values, uint32_t n) {
  unsigned char blob[CHUNK_BYTES];
  float back[CHUNK];
  summary s = summary_of(values, n);
  size_t size = chunk_encode(values, n, &s, blob);
  assert_true(size <= CHUNK_BYTES);
  assert_int_equal(chunk_decode(size ? blob : NULL, size, n, s.count, (double)s.low, back), 0);
  for (uint32_t i = 0; i < n; i++)
    assert_true(memcmp(&values[i], &back[i], 4) == 0 || (isnan(values[i]) && isnan(back[i])));
  return size;
}

static void a_chunk_comes_back_bit_for_bit_in_its_shortest_form(void **state) {
  (void)state;
  float values[CHUNK];
  for (uint32_t n = 1; n <= CHUNK; n = n < 20 ? n + 1 : n * 2 - 7) {
    for (uint32_t i = 0; i < n; i++) values[i] = (float)noise(i) * 1e-10f;
    assert_int_equal(round_trip(values, n), n == 1 ? 0 : 4 * n);
    for (uint32_t i = 0; i < n; i++) values[i] = -7.5f;
    assert_int_equal(round_trip(values, n), 0);
    for (uint32_t i = 0; i < n; i++) values[i] = NAN;
    assert_int_equal(round_trip(values, n), 0);
    values[n / 2] = 2;
    assert_int_equal(round_trip(values, n), n == 1 ? 0 : (n + 7) / 8); /* one scored value: flags alone */
    if (n >= 20) {
      values[0] = 1;
      assert_int_equal(round_trip(values, n), (n + 7) / 8 + 8);
    }
    values[0] = INFINITY;
    values[n - 1] = -INFINITY;
    round_trip(values, n);
  }
}

static void every_pattern_of_gaps_in_short_chunks_comes_back(void **state) {
  (void)state;
  float values[10];
  for (uint32_t n = 1; n <= 10; n++)
    for (uint32_t scored = 0; scored < 1u << n; scored++)
      for (uint32_t kind = 0; kind < 2; kind++) {
        for (uint32_t i = 0; i < n; i++) values[i] = scored >> i & 1 ? (float)(kind ? i : 5) : NAN;
        assert_true(round_trip(values, n) <= 4 * n);
      }
}

static void tidying_leaves_one_nan_and_one_zero(void **state) {
  (void)state;
  float from[4] = {-0.0f, -NAN, 1.5f, 0.0f}, to[4], zero = 0.0f, nan = NAN;
  chunk_tidy(to, from, 4);
  assert_memory_equal(&to[0], &zero, 4);
  assert_memory_equal(&to[1], &nan, 4);
  assert_memory_equal(&to[2], &from[2], 4);
}

static void a_blob_of_no_known_form_is_refused(void **state) {
  (void)state;
  unsigned char blob[64] = {0xff};
  float values[CHUNK];
  assert_int_equal(chunk_decode(blob, 7, 16, 3, 0, values), BAUD_ESTATE);
  assert_int_equal(chunk_decode(blob, 2 + 12, 16, 3, 0, values), BAUD_ESTATE); /* 8 flags, 3 values */
  assert_int_equal(chunk_decode(NULL, 0, 16, 3, 0, values), BAUD_ESTATE);      /* neither all nor none */
  uint64_t steps[4];
  assert_int_equal(steps_decode(blob, 3, 4, 0, 10, steps), BAUD_ESTATE);
}

static void step_counts_come_back(void **state) {
  (void)state;
  static unsigned char blob[STEPS_BYTES];
  uint64_t steps[CHUNK], back[CHUNK], at = 1000;
  for (int i = 0; i < CHUNK; i++)
    steps[i] = at += i % 7 == 0 ? 0 : i == 500 ? UINT64_C(1) << 60 : noise((uint64_t)i) % 100000;
  size_t size = steps_encode(1000, steps, CHUNK, blob);
  assert_int_equal(steps_decode(blob, size, CHUNK, 1000, steps[CHUNK - 1], back), 0);
  assert_memory_equal(steps, back, sizeof steps);
  for (uint64_t i = 0; i < CHUNK; i++) steps[i] = 1000 + 8 * (i + 1);
  assert_int_equal(steps_encode(1000, steps, CHUNK, blob), 0);
  assert_int_equal(steps_decode(NULL, 0, CHUNK, 1000, steps[CHUNK - 1], back), 0);
  assert_memory_equal(steps, back, sizeof steps);
}

static void a_summary_skips_what_is_not_scored(void **state) {
  (void)state;
  float values[] = {NAN, 2, NAN, -3, 8};
  summary s = summary_of(values, 5), none = summary_of(values, 1);
  assert_int_equal(s.count, 3);
  assert_true(s.sum == 7 && s.low == -3 && s.high == 8);
  assert_true(none.count == 0 && none.sum == 0 && isnan(none.low) && isnan(none.high));
  summary joined = summary_join(none, s);
  assert_true(joined.count == 3 && joined.low == -3);
}

/* The chunks' values are noise(i) % 1000: sums are whole, so exact in any order. */
static summary chunk_of(uint64_t i) {
  float v = (float)(noise(i) % 1000);
  return (summary){.count = 1, .sum = (double)v, .low = v, .high = v};
}

static summary chunks_of(uint64_t from, uint64_t to) {
  summary s = summary_none();
  for (uint64_t i = from; i < to; i++) s = summary_join(s, chunk_of(i));
  return s;
}

static int is_same(summary a, summary b) {
  return a.count == b.count && a.sum == b.sum && a.low == b.low && a.high == b.high;
}

static void every_node_is_made_once_when_its_last_chunk_is_there(void **state) {
  (void)state;
  enum { CHUNKS = 300 };
  pyramid p = {0};
  pyramid_node nodes[PYRAMID_LEVELS];
  uint32_t made[PYRAMID_LEVELS] = {0};
  for (uint64_t i = 0; i < CHUNKS; i++) {
    uint32_t n = pyramid_add(&p, chunk_of(i), nodes);
    assert_int_equal(n, __builtin_ctzll(i + 1));
    for (uint32_t k = 0; k < n; k++) {
      uint64_t size = UINT64_C(1) << nodes[k].level;
      assert_int_equal(nodes[k].level, k + 1);
      assert_int_equal(nodes[k].position, made[nodes[k].level]++);
      assert_int_equal((nodes[k].position + 1) * size, i + 1);
      assert_true(is_same(nodes[k].summary, chunks_of(nodes[k].position * size, i + 1)));
    }
    assert_true(is_same(pyramid_total(&p), chunks_of(0, i + 1)));
  }
}

static void a_view_has_no_more_bins_than_asked_and_covers_the_range(void **state) {
  (void)state;
  for (uint64_t i = 0; i < 20000; i++) {
    uint64_t from = noise(3 * i) % 1000000, range = noise(3 * i + 1) >> (noise(i) % 50 + 10);
    uint32_t most = (uint32_t)(noise(3 * i + 2) % 3000);
    pyramid_view v = pyramid_look(from, from + range, most);
    assert_true(v.bins <= most);
    if (range == 0 || most == 0) continue;
    assert_true(v.bins > 0 && (v.bins - 1) * v.width < range && (double)v.bins * (double)v.width >= (double)range);
    if (v.level >= 0) assert_int_equal(v.width % ((uint64_t)CHUNK << v.level), 0);
    assert_true(v.width <= 2 * (range / most + 1)); /* at worst half as fine as asked */
    if (v.level >= 0) assert_true(v.width <= (uint64_t)CHUNK << (v.level + 4)); /* a few nodes a bin */
  }
}

static void bins_of_a_power_of_two_are_left_as_wide_as_asked(void **state) {
  (void)state;
  for (uint32_t k = 0; k < 30; k++)
    for (uint32_t bins = 100; bins <= 512; bins += 103) {
      pyramid_view v = pyramid_look(7, 7 + ((uint64_t)bins << k), bins);
      assert_int_equal(v.width, UINT64_C(1) << k);
      assert_int_equal(v.bins, bins);
    }
}

int main(void) {
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(a_chunk_comes_back_bit_for_bit_in_its_shortest_form),
      cmocka_unit_test(every_pattern_of_gaps_in_short_chunks_comes_back),
      cmocka_unit_test(tidying_leaves_one_nan_and_one_zero),
      cmocka_unit_test(a_blob_of_no_known_form_is_refused),
      cmocka_unit_test(step_counts_come_back),
      cmocka_unit_test(a_summary_skips_what_is_not_scored),
      cmocka_unit_test(every_node_is_made_once_when_its_last_chunk_is_there),
      cmocka_unit_test(a_view_has_no_more_bins_than_asked_and_covers_the_range),
      cmocka_unit_test(bins_of_a_power_of_two_are_left_as_wide_as_asked),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
