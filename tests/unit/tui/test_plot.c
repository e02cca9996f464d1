/* test_plot.c - axes, bins and dots: what stands between a series and its picture. */
#include <float.h>
#include <locale.h>
#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "tui/axis.h"
#include "tui/bins.h"
#include "tui/dots.h"
#include "tui/intervals.h"
#include "tui/xaxis.h"
#include "statistics.h"

static int is_one_two_five(double step) {
  double mantissa = step / pow(10, floor(log10(step) + 1e-9));
  return fabs(mantissa - 1) < 1e-6 || fabs(mantissa - 2) < 1e-6 || fabs(mantissa - 5) < 1e-6;
}

static void ticks_fall_on_one_two_five(void **state) {
  (void)state;
  for (double span = 1e-7; span < 1e12; span *= 1.37)
    for (int ticks = 1; ticks < 12; ticks++) {
      double step = axis_step(span, ticks);
      assert_true(is_one_two_five(step));
      assert_true(span / step <= ticks + 1e-6);
    }
}

static void an_axis_is_finite_and_holds_its_data_whatever_they_are(void **state) {
  (void)state;
  static const double ends[] = {NAN,   -INFINITY, INFINITY, 0,         1,      -1,     1e-300,
                                -1e300, 1e300,    5,        5.0000001, 1e-310, DBL_MAX};
  enum { N = sizeof ends / sizeof *ends };
  for (int i = 0; i < N; i++)
    for (int j = 0; j < N; j++)
      for (int kind = 0; kind < 2; kind++) {
        axis a = axis_fit((enum axis_kind)kind, ends[i], ends[j], 5);
        assert_true(isfinite(a.low) && isfinite(a.high) && a.low < a.high && isfinite(a.step) && a.step > 0);
        double at[64];
        int n = axis_ticks(&a, at, 64);
        assert_true(n >= 1 && n <= 64);
        int is_usual = fabs(ends[i]) < 1e299 && fabs(ends[j]) < 1e299; /* false for NaN too */
        if (kind == AXIS_LINEAR && is_usual && ends[i] <= ends[j])
          assert_true(axis_share(&a, ends[i]) >= -1e-6 && axis_share(&a, ends[j]) <= 1 + 1e-6);
      }
}

static void labels_fit_their_room_and_tell_ticks_apart(void **state) {
  (void)state;
  for (double high = 1e-8; high < 1e12; high *= 3.1)
    for (int sign = -1; sign <= 1; sign += 2)
      for (int kind = 0; kind < 2; kind++) {
        axis a = axis_fit((enum axis_kind)kind, sign < 0 ? -high : 0, high, 5);
        double at[32];
        char label[40], before[40] = "";
        int n = axis_ticks(&a, at, 32);
        for (int i = 0; i < n; i++) {
          axis_label(&a, label, sizeof label, at[i]);
          assert_true(strlen(label) <= AXIS_LABEL);
          assert_string_not_equal(label, before);
          memcpy(before, label, sizeof before);
        }
      }
}

static void zero_is_the_foot_of_what_lies_not_far_above_it(void **state) {
  (void)state;
  assert_true(axis_fit(AXIS_LINEAR, 2, 9, 4).low == 0);
  assert_true(axis_fit(AXIS_LINEAR, 90, 100, 4).low > 0);
}

static void a_log_axis_has_whole_decades(void **state) {
  (void)state;
  axis a = axis_fit(AXIS_LOG, 0.03, 450, 6);
  assert_true(fabs(a.low - 0.01) < 1e-9 && fabs(a.high - 1000) < 1e-6);
  assert_true(isnan(axis_share(&a, 0)) && isnan(axis_share(&a, -3)));
}

static void bins_are_the_least_power_of_two_that_fits(void **state) {
  (void)state;
  for (uint64_t episodes = 0; episodes < 5000; episodes += 7)
    for (int room = 1; room < 200; room += 13) {
      uint64_t width = bins_width(episodes, room);
      assert_true((width & (width - 1)) == 0 && (episodes + width - 1) / width <= (uint64_t)room);
      assert_true(width == 1 || (episodes + width / 2 - 1) / (width / 2) > (uint64_t)room);
    }
  assert_true(bins_width(UINT64_C(10000000), 140) == 131072);
}

static void merging_keeps_sums_and_counts(void **state) {
  (void)state;
  double sum[16], wide_sum[4] = {0};
  uint32_t count[16], wide_count[4] = {0};
  for (int i = 0; i < 16; i++) sum[i] = i + 1, count[i] = (uint32_t)(i % 3);
  bins narrow = {64, 8, 192, 16, sum, count}, wide = {64, 32, 192, 4, wide_sum, wide_count};
  bins_merge(&wide, &narrow);
  for (int w = 0; w < 4; w++) {
    double expected = 0;
    uint32_t n = 0;
    for (int i = 4 * w; i < 4 * w + 4; i++)
      if (count[i]) expected += sum[i], n += count[i];
    assert_true(wide_sum[w] == expected && wide_count[w] == n);
  }
}

static int ascending(const void *left, const void *right) {
  const double *a = left, *b = right;
  return *a < *b ? -1 : *a > *b;
}

static void quantiles_are_those_of_the_sorted_values(void **state) {
  (void)state;
  uint64_t x = 12345;
  for (int n = 1; n < 60; n++) {
    double values[64], sorted[64];
    for (int i = 0; i < n; i++) {
      x = x * UINT64_C(6364136223846793005) + UINT64_C(1442695040888963407);
      values[i] = sorted[i] = (double)(x >> 58); /* with ties */
    }
    qsort(sorted, (size_t)n, sizeof *sorted, ascending);
    for (double q = 0; q <= 1; q += 0.1) {
      double place = q * (n - 1), share = place - floor(place);
      int below = (int)floor(place), above = below + 1 < n ? below + 1 : below;
      double expected = sorted[below] + share * (sorted[above] - sorted[below]);
      assert_true(fabs(bins_quantile(values, n, q) - expected) < 1e-9);
    }
  }
  assert_true(isnan(bins_quantile(NULL, 0, 0.5)));
}

static void smoothing_is_a_centred_mean_that_leaves_gaps(void **state) {
  (void)state;
  double values[7] = {1, 2, 3, NAN, 5, 6, 9}, expected[7] = {1.5, 2, 2.5, NAN, 5.5, 20. / 3, 7.5};
  bins_smooth(values, 7, 3);
  for (int i = 0; i < 7; i++)
    assert_true(isnan(expected[i]) ? isnan(values[i]) : fabs(values[i] - expected[i]) < 1e-12);
}

static uint32_t glyph_after(enum glyph_tier tier, int x, int y) {
  dots d = {.room = 0};
  frame f = {.tier = tier};
  assert_int_equal(frame_resize(&f, 3, 2), 0);
  assert_int_equal(dots_begin(&d, tier, 3, 2), 0);
  dots_set(&d, x, y, STYLE_FIRST);
  dots_draw(&d, &f, 0, 0);
  uint32_t glyph = f.cells[3].glyph; /* the lower left cell */
  dots_free(&d);
  frame_free(&f);
  return glyph;
}

static void a_dot_at_the_origin_is_the_lower_left_one_of_each_tier(void **state) {
  (void)state;
  assert_int_equal(glyph_after(GLYPHS_BRAILLE, 0, 0), 0x2840);
  assert_int_equal(glyph_after(GLYPHS_BRAILLE, 1, 3), 0x2808);
  assert_int_equal(glyph_after(GLYPHS_BLOCKS, 0, 0), 0x2596);
  assert_int_equal(glyph_after(GLYPHS_ASCII, 0, 0), '.');
  assert_int_equal(glyph_after(GLYPHS_ASCII, 0, 1), '\'');
  assert_int_equal(glyph_after(GLYPHS_BRAILLE, 99, 99), ' ');
}

static void a_line_touches_every_column_between_its_ends(void **state) {
  (void)state;
  dots d = {.room = 0};
  assert_int_equal(dots_begin(&d, GLYPHS_BRAILLE, 20, 5), 0);
  dots_line(&d, 0, 0, 39, 19, STYLE_FIRST, NULL, 0);
  for (int x = 0; x < 40; x += 2) {
    int found = 0;
    for (int y = 0; y < 20; y++) found |= dots_is_line(&d, x, y);
    assert_true(found);
  }
  dots_line(&d, -5, -5, 100, 100, STYLE_FIRST, NULL, 0); /* leaves the canvas without harm */
  dots_free(&d);
}

/* Two bootstraps of the same values differ by chance alone. With 1,000 and 2,000 resamples the ends of a 95 % interval
 * have a standard error of sqrt(.025 * .975) / (phi(1.96) sqrt(B)) = .084 and .060 standard errors of the statistic, so
 * of .103 in their difference; 6 of those are exceeded with a chance of 2e-9 each, at 32 ends 7e-8 in all. */
static void an_interval_is_that_of_the_statistics_of_reports(void **state) {
  (void)state;
  uint64_t x = 99;
  for (int n = 12; n <= 200; n *= 2)
    for (int kind = 0; kind < 2; kind++) {
      double values[256], low, high, spread = 0, mean = 0;
      for (int i = 0; i < n; i++) {
        x = x * UINT64_C(6364136223846793005) + UINT64_C(1442695040888963407);
        values[i] = (double)(x >> 40) / 1e6;
        mean += values[i] / n;
      }
      for (int i = 0; i < n; i++) spread += (values[i] - mean) * (values[i] - mean) / (n - 1);
      statistics_estimate e;
      baud_error error;
      enum statistics_kind as = kind == INTERVAL_IQM ? STATISTICS_IQM : STATISTICS_MEAN;
      assert_int_equal(statistics_bootstrap(as, STATISTICS_PERCENTILE, values, (size_t)n, &e, &error), 0);
      assert_true(fabs(interval_value((enum interval_kind)kind, values, n) - e.value) < 1e-9);
      assert_int_equal(interval_of((enum interval_kind)kind, values, n, 1e300, &low, &high), 1);
      double tolerance = 6 * 0.103 * 1.4 * sqrt(spread / n); /* an IQM's error is at most 1.4 times a mean's here */
      assert_true(fabs(low - e.low) < tolerance && fabs(high - e.high) < tolerance);
      double again_low, again_high;
      assert_int_equal(interval_of((enum interval_kind)kind, values, n, 0, &again_low, &again_high), 1); /* known by now */
      assert_true(fabs(again_low - low) < 1e-5 && fabs(again_high - high) < 1e-5);
    }
  intervals_free();
}

static void an_interval_needs_two_seeds_and_time(void **state) {
  (void)state;
  double one[] = {3}, same[] = {4, 4, 4}, two[] = {1, 2}, low, high;
  assert_int_equal(interval_of(INTERVAL_MEAN, one, 1, 1e300, &low, &high), 1);
  assert_true(isnan(low) && isnan(high));
  assert_int_equal(interval_of(INTERVAL_MEAN, same, 3, 0, &low, &high), 1);
  assert_true(low == 4 && high == 4);
  assert_int_equal(interval_of(INTERVAL_MEAN, two, 2, 0, &low, &high), 0); /* it is too late for that now */
  intervals_free();
}

static void time_is_ticked_at_whole_minutes_and_hours(void **state) {
  (void)state;
  static const struct { double length; int ticks; double step; } cases[] = {
      {7, 5, 2}, {50, 5, 10}, {100, 4, 30}, {400, 5, 120}, {4000, 5, 900}, {30000, 4, 10800}, {400000, 5, 86400}};
  char label[40];
  for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) assert_true(x_tick_step(X_TIME, cases[i].length, cases[i].ticks) == cases[i].step);
  static const struct {
    double at;
    const char *text;
  } labels[] = {{0, "0"}, {2.5, "2.5s"}, {45, "45s"}, {120, "2m"}, {150, "2m30"}, {5400, "1h30"}, {7200, "2h"}, {172800, "2d"}};
  for (size_t i = 0; i < sizeof labels / sizeof *labels; i++) {
    x_label(X_TIME, label, sizeof label, labels[i].at);
    assert_string_equal(label, labels[i].text);
  }
}

int main(void) {
  setlocale(LC_ALL, "C.UTF-8");
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(ticks_fall_on_one_two_five),
      cmocka_unit_test(an_axis_is_finite_and_holds_its_data_whatever_they_are),
      cmocka_unit_test(labels_fit_their_room_and_tell_ticks_apart),
      cmocka_unit_test(zero_is_the_foot_of_what_lies_not_far_above_it),
      cmocka_unit_test(a_log_axis_has_whole_decades),
      cmocka_unit_test(bins_are_the_least_power_of_two_that_fits),
      cmocka_unit_test(merging_keeps_sums_and_counts),
      cmocka_unit_test(quantiles_are_those_of_the_sorted_values),
      cmocka_unit_test(smoothing_is_a_centred_mean_that_leaves_gaps),
      cmocka_unit_test(a_dot_at_the_origin_is_the_lower_left_one_of_each_tier),
      cmocka_unit_test(a_line_touches_every_column_between_its_ends),
      cmocka_unit_test(an_interval_is_that_of_the_statistics_of_reports),
      cmocka_unit_test(an_interval_needs_two_seeds_and_time),
      cmocka_unit_test(time_is_ticked_at_whole_minutes_and_hours),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
