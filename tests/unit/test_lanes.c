/* test_lanes.c - rows and columns there and back, sine and cosine against long double, division by a constant against
 * division, and that it is all the same on any machine.
 */
#include "test.h"

#include "baud/lanes.h"
#include "baud/random.h"

/* ---- Rows and columns ----------------------------------------------------------------------------------- */

enum { WIDEST = 6, STRIDE = 72 };

typedef struct table {
  char rows[BAUD_BLOCK * STRIDE], back[BAUD_BLOCK * STRIDE];
  float floats[BAUD_BLOCK * WIDEST];
  baud_column columns[WIDEST];
} table;

BAUD_INLINED void there_and_back(table *t, uint32_t width, uint32_t n, baud_machine machine) {
  baud_to_columns(t->columns, width, t->rows, STRIDE, n, machine);
  baud_to_rows_and_floats(t->back, STRIDE, t->floats, t->columns, width, n, machine);
}
static void plainly(table *t, uint32_t width, uint32_t n) { there_and_back(t, width, n, BAUD_ANY_MACHINE); }
BAUD_FOR_AVX2 static void widely(table *t, uint32_t width, uint32_t n) {
  there_and_back(t, width, n, BAUD_AVX2_MACHINE);
}

static double cell(uint32_t lane, uint32_t component) { return 100.0 * lane + component + 1.0 / 3.0; }

/* Every row goes to its column and back, as a float too, and nothing else is touched. */
static void check_table(void (*go)(table *, uint32_t, uint32_t), uint32_t width, uint32_t n) {
  table t;
  memset(&t, 0x5a, sizeof t);
  for (uint32_t k = 0; k < n; k++)
    for (uint32_t j = 0; j < width; j++) {
      double x = cell(k, j);
      memcpy(t.rows + k * STRIDE + j * sizeof x, &x, sizeof x);
    }
  go(&t, width, n);
  for (uint32_t k = 0; k < n; k++)
    for (uint32_t j = 0; j < width; j++) {
      assert_true(t.columns[j].lane[k] == cell(k, j));
      assert_true(t.floats[k * width + j] == (float)cell(k, j));
    }
  assert_memory_equal(t.rows, t.back, sizeof t.rows);
  for (size_t i = n * width * sizeof(float); i < sizeof t.floats; i++) assert_int_equal(((char *)t.floats)[i], 0x5a);
}

static void rows_become_columns_and_rows_again(void **unused) {
  (void)unused;
  for (uint32_t width = 1; width <= WIDEST; width++)
    for (uint32_t n = 1; n <= BAUD_BLOCK; n++) {
      check_table(plainly, width, n);
      if (baud_this_machine() == BAUD_AVX2_MACHINE) check_table(widely, width, n);
    }
}

static void blocks_cover_the_lanes(void **unused) {
  (void)unused;
  for (uint32_t lanes = 1; lanes <= 3 * BAUD_BLOCK; lanes++) {
    uint32_t sum = 0;
    for (uint32_t first = 0; first < lanes; first += BAUD_BLOCK) {
      uint32_t n = baud_block_lanes(lanes, first);
      assert_in_range(n, 1, BAUD_BLOCK);
      sum += n;
    }
    assert_int_equal(sum, lanes);
  }
}

/* ---- Division ------------------------------------------------------------------------------------------- */

enum { MANY = 1 << 20, SEVERAL = 37 }; /* several: some of them fill no vector */

BAUD_INLINED void divide(const double *a, double *quotient, uint32_t n, double divisor, double rest,
                         baud_machine machine) {
  for (uint32_t k = 0; k < n; k++) quotient[k] = baud_over(a[k], divisor, 1.0 / divisor, rest, machine);
}
BAUD_FOR_AVX2 static void divide_widely(const double *a, double *quotient, uint32_t n, double divisor, double rest) {
  divide(a, quotient, n, divisor, rest, BAUD_AVX2_MACHINE);
}

/* The inverse of an odd number modulo 2^64 (Newton, each step doubles the bits). */
static uint64_t inverse_of(uint64_t odd) {
  uint64_t x = odd;
  for (int i = 0; i < 6; i++) x *= 2 - odd * x;
  return x;
}

/* A dividend whose quotient by the odd number `whole`, times 2^bits, is `middle`, which is halfway between two doubles,
 * less r / whole; 0 where there is none. */
__extension__ typedef unsigned __int128 u128;
static double hard_dividend(uint64_t middle, uint64_t whole, int bits, int64_t r) {
  u128 product = (u128)middle * whole + (u128)r;
  uint64_t a = (uint64_t)(product >> bits);
  int is_exact = (u128)a << bits == product && product >> bits < (u128)1 << 53;
  return middle % 2 == 1 && middle >> 53 == 1 && is_exact ? (double)a : 0.0;
}

/* All dividends whose quotients come within 256 / whole of a half: beyond, no error of the two operations reaches it.
 */
static uint32_t divide_the_hard_ones(double divisor, double rest) {
  uint64_t whole = (uint64_t)ldexp(divisor, 52);
  uint32_t tried = 0;
  while (whole % 2 == 0) whole /= 2;
  for (int bits = 49; bits <= 54; bits++)
    for (int64_t r = -255; r <= 255; r++) {
      uint64_t modulus = UINT64_C(1) << bits, least = (inverse_of(whole) * (uint64_t)-r) % modulus;
      for (uint64_t middle = least; middle < UINT64_C(1) << 54; middle += modulus) {
        double a = hard_dividend(middle, whole, bits, r), quotient;
        if (a == 0.0) continue;
        divide_widely(&a, &quotient, 1, divisor, rest);
        assert_true(quotient == a / divisor);
        tried++;
      }
    }
  return tried;
}

static void division_by_a_constant_is_division(void **unused) {
  static const double divisors[][2] = {{0.1 + 1.0, -0x1.8dc08767ab5f2p-55}};
  (void)unused;
  if (baud_this_machine() != BAUD_AVX2_MACHINE) skip();
  for (size_t i = 0; i < sizeof divisors / sizeof *divisors; i++) {
    double divisor = divisors[i][0], a[SEVERAL], quotient[SEVERAL];
    uint64_t random = 3;
    for (uint32_t turn = 0; turn < MANY / SEVERAL; turn++) {
      for (uint32_t k = 0; k < SEVERAL; k++) a[k] = ldexp(baud_uniform(&random) - 0.5, (int)(turn % 40) - 20);
      divide_widely(a, quotient, SEVERAL, divisor, divisors[i][1]);
      for (uint32_t k = 0; k < SEVERAL; k++) assert_true(quotient[k] == a[k] / divisor);
    }
    assert_true(divide_the_hard_ones(divisor, divisors[i][1]) > 100);
  }
}

/* ---- Sine and cosine ------------------------------------------------------------------------------------ */

static void turn_plainly(const double *x, double *sine, double *cosine, uint32_t n) {
  for (uint32_t k = 0; k < n; k++) baud_sine_cosine(x[k], &sine[k], &cosine[k]);
}
BAUD_FOR_AVX2 static void turn_widely(const double *x, double *sine, double *cosine, uint32_t n) {
  for (uint32_t k = 0; k < n; k++) baud_sine_cosine(x[k], &sine[k], &cosine[k]);
}

/* |got - wanted| in units in the last place of what is wanted. */
static double units(double got, long double wanted) {
  int exponent;
  (void)frexpl(wanted, &exponent);
  return (double)(fabsl((long double)got - wanted) * ldexpl(1.0L, 53 - exponent));
}

static void sine_and_cosine_are_those_of_long_double(void **unused) {
  static const struct {
    double up_to, error;
  } range[] = {{0.05, 0.502}, {0.2, 0.54}, {0.79, 0.85}, {7.0, 0.9}, {100.0, 0.9}, {1e5, 0.9}};
  uint64_t random = 11;
  (void)unused;
  for (size_t i = 0; i < sizeof range / sizeof *range; i++)
    for (uint32_t n = 0; n < MANY; n++) {
      double x = range[i].up_to * (2.0 * baud_uniform(&random) - 1.0), sine, cosine;
      baud_sine_cosine(x, &sine, &cosine);
      double of_sine = units(sine, sinl((long double)x)), of_cosine = units(cosine, cosl((long double)x));
      if (of_sine > range[i].error || of_cosine > range[i].error)
        fail_msg("of %a: off by %g and %g units", x, of_sine, of_cosine);
    }
}

static void quarters_of_the_circle_are_told_apart(void **unused) {
  (void)unused;
  for (int quarter = -9; quarter <= 9; quarter++) {
    double x = quarter * 1.5707963267948966, sine, cosine; /* off pi / 2 by 6.1e-17 a quarter: no zero is hit */
    baud_sine_cosine(x, &sine, &cosine);
    assert_true(units(sine, sinl((long double)x)) < 0.9 && units(cosine, cosl((long double)x)) < 0.9);
  }
  double sine, cosine;
  baud_sine_cosine(-0.0, &sine, &cosine);
  assert_true(sine == 0.0 && cosine == 1.0);
}

static void vectors_turn_as_single_numbers_do(void **unused) {
  double x[SEVERAL], plain[2][SEVERAL], wide[2][SEVERAL], sine, cosine;
  uint64_t random = 12;
  (void)unused;
  if (baud_this_machine() != BAUD_AVX2_MACHINE) skip();
  for (uint32_t turn = 0; turn < 2000; turn++) {
    for (uint32_t k = 0; k < SEVERAL; k++) x[k] = 20.0 * baud_normal(&random);
    turn_plainly(x, plain[0], plain[1], SEVERAL);
    turn_widely(x, wide[0], wide[1], SEVERAL);
    assert_memory_equal(plain, wide, sizeof plain);
    for (uint32_t k = 0; k < SEVERAL; k++) {
      baud_sine_cosine(x[k], &sine, &cosine);
      assert_true(sine == plain[0][k] && cosine == plain[1][k]);
    }
  }
}

int main(void) {
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(rows_become_columns_and_rows_again),
      cmocka_unit_test(blocks_cover_the_lanes),
      cmocka_unit_test(division_by_a_constant_is_division),
      cmocka_unit_test(sine_and_cosine_are_those_of_long_double),
      cmocka_unit_test(quarters_of_the_circle_are_told_apart),
      cmocka_unit_test(vectors_turn_as_single_numbers_do),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
