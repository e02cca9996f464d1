/* The kernels, both tables where this processor has them: functions against libm over the whole range of floats, products of
 * every shape against sums in double, and the promise that nothing depends on where an element lies.
 */
#include "plugins/nn/kernels.h"
#include "baud/random.h"
#include "../test.h"

enum { TABLES = 2 };
static const nn_kernels *tables[TABLES];
static int n_tables;

static void fill(nn_real *x, size_t n, uint64_t seed) {
  for (size_t i = 0; i < n; i++) x[i] = (nn_real)baud_normal(&seed);
}

/* ---- Functions ------------------------------------------------------------------------------------------------ */

typedef void map(const nn_kernels *kernels, const float *x, float *y, size_t n);
static void map_exp(const nn_kernels *k, const float *x, float *y, size_t n) { k->of_elements->exp(1, x, y, n); }
static void map_log(const nn_kernels *k, const float *x, float *y, size_t n) { k->of_elements->log(x, y, n); }
static void map_tanh(const nn_kernels *k, const float *x, float *y, size_t n) { k->of_elements->activate(NN_TANH, x, y, n); }
static void map_sigmoid(const nn_kernels *k, const float *x, float *y, size_t n) { k->of_elements->activate(NN_SIGMOID, x, y, n); }
static double logistic(double x) { return 1.0 / (1.0 + exp(-x)); }

/* Distance in units of the last place of the right answer. */
static double ulps(float got, double wanted) {
  if (isnan(wanted)) return isnan(got) ? 0.0 : HUGE_VAL;
  float nearest = (float)wanted;
  if (got == nearest) return 0.0;
  if (!isfinite(nearest) || !isfinite(got)) return HUGE_VAL;
  double spacing = (double)(nextafterf(fabsf(nearest), INFINITY) - fabsf(nearest));
  return fabs((double)got - wanted) / spacing;
}

/* Floats of all magnitudes: bit patterns at a prime distance. */
static double worst(map *function, double (*exact)(double), double low, double high, const nn_kernels *kernels) {
  enum { BATCH = 1021 };
  float x[BATCH], y[BATCH];
  double most = 0.0;
  uint32_t pattern = 0;
  for (uint64_t done = 0; done < UINT64_C(1) << 32; done += BATCH * 1021) {
    for (int i = 0; i < BATCH; i++, pattern += 1021) memcpy(&x[i], &pattern, sizeof *x);
    function(kernels, x, y, BATCH);
    for (int i = 0; i < BATCH; i++) {
      if (!((double)x[i] >= low && (double)x[i] <= high) && !isnan(x[i])) continue;
      most = fmax(most, ulps(y[i], exact((double)x[i])));
    }
  }
  return most;
}

static void functions_are_as_exact_as_they_say(void **state) {
  (void)state;
  for (int t = 0; t < n_tables; t++) {
    assert_true(worst(map_exp, exp, -87.0, 88.72, tables[t]) < 1.0);
    assert_true(worst(map_log, log, 0x1p-126, HUGE_VAL, tables[t]) < 1.0);
    assert_true(worst(map_tanh, tanh, -HUGE_VAL, HUGE_VAL, tables[t]) < 6.5);
    assert_true(worst(map_sigmoid, logistic, -87.0, HUGE_VAL, tables[t]) < 2.5);
  }
}

static void functions_have_their_limits(void **state) {
  static const float x[9] = {-INFINITY, -1e30f, -100.0f, -0.0f, 0.0f, 100.0f, 1e30f, INFINITY, NAN};
  float y[9];
  (void)state;
  for (int t = 0; t < n_tables; t++) {
    map_exp(tables[t], x, y, 9);
    assert_true(y[0] == 0 && y[1] == 0 && y[2] == 0 && y[3] == 1 && y[4] == 1 && isinf(y[5]) && isinf(y[7]) && isnan(y[8]));
    map_log(tables[t], x, y, 9);
    assert_true(isnan(y[0]) && isnan(y[2]) && y[4] == -INFINITY && y[3] == -INFINITY && y[7] == INFINITY && isnan(y[8]));
    map_tanh(tables[t], x, y, 9);
    assert_true(y[0] == -1 && y[2] == -1 && y[4] == 0 && y[5] == 1 && y[7] == 1 && isnan(y[8]));
    map_sigmoid(tables[t], x, y, 9);
    assert_true(y[0] == 0 && y[2] == 0 && y[4] == 0.5f && y[5] == 1 && y[7] == 1 && isnan(y[8]));
  }
}

/* Each against the same in double: tanh and the log of its slope, and the two of Box and Muller. */
static void squashes_and_normals_are_exact(void **state) {
  enum { N = 2003 };
  static float x[N], u[N], y[N], z[N];
  (void)state;
  for (int t = 0; t < n_tables; t++) {
    for (int i = 0; i < N; i++) x[i] = (float)(i - N / 2) * 0.03f;
    tables[t]->of_elements->squash(x, y, z, N);
    for (int i = 0; i < N; i++) {
      double size = fabs((double)x[i]), slope = 2.0 * (log(2.0) - size - log1p(exp(-2.0 * size)));
      assert_close((double)y[i], tanh((double)x[i]), 4e-7);
      assert_close((double)z[i], slope, 4e-7 * (1.0 + size));
    }
    for (int i = 0; i < N; i++) x[i] = (float)i / N, u[i] = i % 2 ? (float)(i + 1) / (N + 1) : ldexpf(1.0f, -i / 64);
    tables[t]->of_elements->normals(u, x, y, z, N);
    for (int i = 0; i < N; i++) {
      double radius = sqrt(-2.0 * log((double)u[i])), angle = 2.0 * acos(-1.0) * (double)x[i];
      assert_close((double)y[i], radius * cos(angle), 1e-6 * (1.0 + radius));
      assert_close((double)z[i], radius * sin(angle), 1e-6 * (1.0 + radius));
    }
    for (int i = 0; i < N; i++) u[i] = 0.60653066f; /* radius 1: cosine and sine by themselves */
    tables[t]->of_elements->normals(u, x, y, z, N);
    for (int i = 0; i < N; i++) {
      double angle = 2.0 * acos(-1.0) * (double)x[i];
      assert_close((double)y[i], cos(angle), 3e-7);
      assert_close((double)z[i], sin(angle), 3e-7);
    }
  }
}

static void an_element_gives_the_same_wherever_it_lies(void **state) {
  enum { N = 40 };
  float x[N], whole[N], single[N];
  (void)state;
  fill(x, N, 3);
  for (int t = 0; t < n_tables; t++)
    for (int a = 0; a < NN_ACTIVATIONS; a++) {
      tables[t]->of_elements->activate(a, x, whole, N);
      for (size_t i = 0; i < N; i++) tables[t]->of_elements->activate(a, x + i, single + i, 1);
      assert_memory_equal(whole, single, sizeof whole);
      tables[t]->of_elements->activate_back(a, x, x, whole, N, NN_SET);
      for (size_t i = 0; i < N; i++) tables[t]->of_elements->activate_back(a, x + i, x + i, single + i, 1, NN_SET);
      assert_memory_equal(whole, single, sizeof whole);
    }
}

/* ---- Softmax ---------------------------------------------------------------------------------------------------- */

static void softmax_is_right_at_every_width_and_masked(void **state) {
  enum { ROWS = 21, WIDEST = 67 };
  static float x[ROWS * WIDEST], log_p[ROWS * WIDEST], p[ROWS * WIDEST], one[WIDEST];
  static uint8_t mask[ROWS * WIDEST];
  (void)state;
  for (int t = 0; t < n_tables; t++)
    for (size_t n = 1; n <= WIDEST; n++)
      for (int is_masked = 0; is_masked < 2; is_masked++) {
        uint64_t random = n;
        fill(x, ROWS * n, n);
        for (size_t i = 0; i < ROWS * n; i++) mask[i] = (uint8_t)(i % n == i / n % n || baud_bernoulli(&random, 0.5));
        x[0] = 300.0f; /* the highest is subtracted first */
        tables[t]->of_elements->softmax(x, is_masked ? mask : NULL, ROWS, n, log_p, p);
        for (size_t i = 0; i < ROWS; i++) {
          double sum = 0.0, top = -HUGE_VAL;
          for (size_t j = i * n; j < (i + 1) * n; j++) top = !is_masked || mask[j] ? fmax(top, (double)x[j]) : top;
          for (size_t j = i * n; j < (i + 1) * n; j++) sum += !is_masked || mask[j] ? exp((double)x[j] - top) : 0.0;
          for (size_t j = i * n; j < (i + 1) * n; j++) {
            double wanted = (double)x[j] - top - log(sum);
            if (is_masked && !mask[j]) assert_true(p[j] == 0 && log_p[j] == -INFINITY);
            else {
              assert_close((double)log_p[j], wanted, 1e-5 + 2e-7 * fabs(wanted));
              assert_close((double)p[j], exp(wanted), 1e-6);
            }
          }
          tables[t]->of_elements->softmax(x + i * n, is_masked ? mask + i * n : NULL, 1, n, NULL, one);
          assert_memory_equal(one, p + i * n, n * sizeof *one);
        }
      }
}

/* ---- Products ------------------------------------------------------------------------------------------------------ */

enum { MOST = 300 * 300 };
static float left[MOST], right[MOST], result[MOST], start[MOST], bias[MOST], scratch[MOST];

/* Where element [i][j] of a rows x cols matrix lies, as it is or transposed. */
static nn_matrix matrix(const float *x, size_t rows, size_t cols, int is_transposed) {
  return is_transposed ? (nn_matrix){x, 1, rows} : (nn_matrix){x, cols, 1};
}

static void check_product(const nn_kernels *kernels, size_t m, size_t n, size_t k, int how) {
  nn_matrix a = matrix(left, m, k, how & 1), b = matrix(right, k, n, how & 2);
  size_t row = n + (how & 8 ? 5 : 0);
  int adds = how & 4 ? NN_ADD : NN_SET;
  const float *shift = adds == NN_SET && (how & 16) ? bias : NULL;
  memcpy(result, start, m * row * sizeof *result);
  kernels->of_products->product(m, n, k, a, b, shift, result, row, adds);
  for (size_t i = 0; i < m; i++) {
    for (size_t j = 0; j < n; j++) {
      double sum = adds ? (double)start[i * row + j] : shift ? (double)shift[j] : 0.0, size = fabs(sum);
      for (size_t l = 0; l < k; l++) {
        double term = (double)a.x[i * a.row + l * a.col] * (double)b.x[l * b.row + j * b.col];
        sum += term;
        size += fabs(term);
      }
      if (!(fabs((double)result[i * row + j] - sum) <= 1e-6 * size + 1e-7))
        fail_msg("product %zu x %zu x %zu, way %d, element %zu, %zu: %g, not %g", m, n, k, how, i, j, (double)result[i * row + j], sum);
    }
    for (size_t j = n; j < row; j++) assert_true(result[i * row + j] == start[i * row + j]); /* between rows nothing is touched */
  }
}

static void products_are_right_at_every_shape(void **state) {
  static const size_t sizes[] = {1, 2, 3, 4, 5, 6, 7, 8, 9, 13, 16, 17, 24, 31, 32, 33, 47, 64, 65};
  enum { SIZES = sizeof sizes / sizeof *sizes };
  (void)state;
  uint64_t random = 4;
  fill(left, MOST, 1), fill(right, MOST, 2), fill(start, MOST, 3), fill(bias, MOST, 4);
  for (int t = 0; t < n_tables; t++) {
    for (size_t i = 0; i < SIZES; i++)
      for (size_t j = 0; j < SIZES; j++)
        for (size_t l = 0; l < SIZES; l++) check_product(tables[t], sizes[i], sizes[j], sizes[l], (int)baud_below(&random, 32));
    for (int how = 0; how < 32; how++) {
      check_product(tables[t], 300, 290, 280, how); /* packed, in chunks, with remainders everywhere */
      check_product(tables[t], 1, 64, 300, how), check_product(tables[t], 300, 2, 130, how);
      check_product(tables[t], 30, 1, 290, how), check_product(tables[t], 290, 6, 1, how);
    }
  }
}

/* A forward product's rows, alone and together. */
static void a_row_of_a_product_does_not_depend_on_the_others(void **state) {
  (void)state;
  uint64_t random = 5;
  fill(left, MOST, 6), fill(right, MOST, 7), fill(bias, MOST, 8);
  for (int t = 0; t < n_tables; t++)
    for (int round = 0; round < 300; round++) {
      size_t m = 1 + baud_below(&random, 70), n = 1 + baud_below(&random, 140), k = 1 + baud_below(&random, 290);
      if (round % 3 == 0) n = 1 + n % 7;
      if (round % 5 == 0) k = 1 + k % 9;
      nn_matrix b = {right, n, 1};
      tables[t]->of_products->product(m, n, k, (nn_matrix){left, k, 1}, b, bias, result, n, NN_SET);
      for (size_t i = 0; i < m; i++) {
        tables[t]->of_products->product(1, n, k, (nn_matrix){left + i * k, k, 1}, b, bias, scratch, n, NN_SET);
        assert_memory_equal(scratch, result + i * n, n * sizeof *scratch);
      }
    }
}

/* ---- Steps ------------------------------------------------------------------------------------------------------------ */

static void sums_over_parameters_are_right_at_every_length(void **state) {
  (void)state;
  fill(left, MOST, 9);
  for (int t = 0; t < n_tables; t++)
    for (size_t n = 0; n < 300; n++) {
      double squares = 0.0, magnitudes = 0.0;
      for (size_t i = 0; i < n; i++) squares += (double)left[i] * (double)left[i], magnitudes += fabs((double)left[i]);
      assert_close(tables[t]->of_steps->squares(left, n), squares, 1e-6 * squares);
      assert_close(tables[t]->of_steps->magnitudes(left, n), magnitudes, 1e-6 * magnitudes);
    }
}

int main(void) {
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(functions_are_as_exact_as_they_say),
      cmocka_unit_test(functions_have_their_limits),
      cmocka_unit_test(squashes_and_normals_are_exact),
      cmocka_unit_test(an_element_gives_the_same_wherever_it_lies),
      cmocka_unit_test(softmax_is_right_at_every_width_and_masked),
      cmocka_unit_test(products_are_right_at_every_shape),
      cmocka_unit_test(a_row_of_a_product_does_not_depend_on_the_others),
      cmocka_unit_test(sums_over_parameters_are_right_at_every_length),
  };
  tables[n_tables++] = &nn_kernels_any;
  if (nn_kernels_best() != &nn_kernels_any) tables[n_tables++] = nn_kernels_best();
  return cmocka_run_group_tests(tests, NULL, NULL);
}
