/* test_grid.c - bins: every number falls into one, edges fit, and a normal distribution's bins sum to 1.
 */
#include "../test.h"

#include "baud/random.h"
#include "stream/grid.h"

static void a_field_with_bounds_is_divided_between_them(void **state) {
  (void)state;
  grid g = grid_between(-1.0, 3.0, 0.0);
  assert_true(g.low == -1.0 && g.width == 4.0 / 256 && g.inner == 256 && grid_bins(&g) == 258);
  g = grid_between(-1.0, 3.0, 0.1);
  assert_true(g.low == -1.0 && g.width == 0.1 && g.inner == 40);
  g = grid_between(0.0, 1.0, 0.3);
  assert_int_equal(g.inner, 4); /* the last one reaches beyond the bound */
}

static void one_without_is_divided_around_zero(void **state) {
  static const double bounds[][2] = {{-INFINITY, INFINITY}, {0.0, INFINITY}, {-3.4e38, 3.4e38}, {1.0, 1.0}};
  (void)state;
  for (size_t i = 0; i < 4; i++) {
    grid g = grid_between(bounds[i][0], bounds[i][1], 0.0);
    assert_true(g.low == -512.0 && g.width == 1.0 / 64 && g.inner == GRID_MOST);
    g = grid_between(bounds[i][0], bounds[i][1], 2.0);
    assert_true(g.low == -65536.0 && g.width == 2.0);
  }
}

static void bins_are_finite_in_number_however_narrow(void **state) {
  (void)state;
  grid g = grid_between(0.0, 1000.0, 1e-3);
  assert_int_equal(g.inner, GRID_MOST);
  assert_close(grid_middle(&g), 500.0, 1e-9);
  assert_close(grid_half(&g), 32.768, 1e-9);
}

static void every_number_lies_between_the_edges_of_its_bin(void **state) {
  uint64_t random = 1;
  grid g = grid_between(-1.0, 2.0, 0.0);
  (void)state;
  for (int i = 0; i < 20000; i++) {
    double x = 3.0 * baud_normal(&random);
    uint32_t bin = grid_bin(&g, x);
    assert_true(bin < grid_bins(&g));
    assert_true(grid_low(&g, bin) <= x + 1e-12 && x - 1e-12 < grid_high(&g, bin));
  }
  assert_int_equal(grid_bin(&g, -1e300), 0);
  assert_int_equal(grid_bin(&g, -1.0), 1);
  assert_int_equal(grid_bin(&g, 2.0), 257);
  assert_int_equal(grid_bin(&g, INFINITY), 257);
  for (uint32_t bin = 0; bin <= g.inner; bin++) assert_true(grid_high(&g, bin) == grid_low(&g, bin + 1));
}

static void a_normal_distributions_bins_sum_to_one(void **state) {
  static const double means[] = {0.4, -30.0, 2.0}, deviations[] = {1e-6, 0.3, 50.0};
  (void)state;
  for (size_t m = 0; m < 3; m++)
    for (size_t d = 0; d < 3; d++) {
      grid g = grid_between(-1.0, 2.0, 0.0);
      double sum = 0.0;
      for (uint32_t bin = 0; bin < grid_bins(&g); bin++) {
        double p = normal_between(means[m], deviations[d], grid_low(&g, bin), grid_high(&g, bin));
        assert_true(p >= 0.0 && p <= 1.0);
        sum += p;
      }
      assert_close(sum, 1.0, 1e-12);
    }
}

/* 1 - erf would have no digits left at eight deviations; the tail's series (DLMF 7.12.1) has. */
static void far_bins_keep_their_digits(void **state) {
  (void)state;
  for (double z = 8.0; z < 30.0; z += 1.0) {
    double series = 1.0 - 1 / (z * z) + 3 / pow(z, 4) - 15 / pow(z, 6) + 105 / pow(z, 8) - 945 / pow(z, 10);
    double tail = exp(-0.5 * z * z) / (z * sqrt(2.0 * 3.14159265358979323846)) * series;
    assert_close(normal_between(0.0, 1.0, z, INFINITY) / tail, 1.0, 2e-6);
    assert_close(normal_between(0.0, 1.0, -INFINITY, -z) / tail, 1.0, 2e-6);
  }
}

int main(void) {
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(a_field_with_bounds_is_divided_between_them),
      cmocka_unit_test(one_without_is_divided_around_zero),
      cmocka_unit_test(bins_are_finite_in_number_however_narrow),
      cmocka_unit_test(every_number_lies_between_the_edges_of_its_bin),
      cmocka_unit_test(a_normal_distributions_bins_sum_to_one),
      cmocka_unit_test(far_bins_keep_their_digits),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
