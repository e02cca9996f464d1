/* entropy.c - see entropy.h. Samples become classes, numbered in ascending order, and classes become counts by sorting.
 */
#include "stream/entropy.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "baud/random.h"

static const double LN2 = 0.693147180559945309417, EULER = 0.577215664901532860607;
static const double MOST_SINGLETONS = 0.3;

const char *const entropy_estimator_name[2] = {"Grassberger", "Chao-Shen"};

/* ---- From counts -------------------------------------------------------------------------------------- */

/* G(n), by its recursion up to LISTED and from there by its series for large n,
 * G(2k) = ln 2k + 1/(6 (2k)^2) - 7/(60 (2k)^4) + .., which is that of digamma at k + 1/2. */
static double grassberger_g(uint64_t n) {
  enum { LISTED = 200 };
  double g = -EULER - LN2;
  if (n == 1) return g;
  double even = (double)(n / 2 * 2), y = 1.0 / (even * even);
  if (n > LISTED) return log(even) + y * (1.0 / 6 - y * (7.0 / 60));
  for (uint64_t k = 0; 2 * k < n - 1; k++) g += 2.0 / (double)(2 * k + 1);
  return g;
}

/* Digamma of a whole number: a sum up to LISTED, from there its series. */
static double digamma(double n) {
  enum { LISTED = 100 };
  double y = 1.0 / (n * n), sum = -EULER;
  if (n > LISTED) return log(n) - 0.5 / n - y * (1.0 / 12 - y * (1.0 / 120));
  for (double k = 1.0; k < n; k += 1.0) sum += 1.0 / k;
  return sum;
}

static double total_of(const uint64_t *count, size_t kinds) {
  double n = 0.0;
  for (size_t i = 0; i < kinds; i++) n += (double)count[i];
  return n;
}

double entropy_grassberger(const uint64_t *count, size_t kinds) {
  double n = total_of(count, kinds), sum = 0.0;
  for (size_t i = 0; i < kinds; i++) sum += count[i] ? (double)count[i] * grassberger_g(count[i]) : 0.0;
  return (digamma(n) - sum / n) / LN2;
}

double entropy_chao_shen(const uint64_t *count, size_t kinds) {
  double n = total_of(count, kinds), singletons = 0.0, nats = 0.0;
  for (size_t i = 0; i < kinds; i++) singletons += count[i] == 1;
  if (singletons == n) singletons = n - 1.0; /* a coverage of 0 would leave nothing to weigh */
  double coverage = 1.0 - singletons / n;
  for (size_t i = 0; i < kinds; i++) {
    double p = coverage * (double)count[i] / n;
    if (p > 0.0 && p < 1.0) nats -= p * log(p) / -expm1(n * log1p(-p));
  }
  return nats / LN2;
}

static double estimate_by(enum entropy_estimator estimator, const uint64_t *count, size_t kinds) {
  return estimator == ENTROPY_CHAO_SHEN ? entropy_chao_shen(count, kinds) : entropy_grassberger(count, kinds);
}

entropy_estimate entropy_of_counts(const uint64_t *count, size_t kinds) {
  entropy_estimate e = {.n = (uint64_t)total_of(count, kinds)};
  for (size_t i = 0; i < kinds; i++) {
    e.kinds += count[i] > 0;
    e.singletons += count[i] == 1;
  }
  e.estimator = (double)e.singletons > MOST_SINGLETONS * (double)e.n ? ENTROPY_CHAO_SHEN : ENTROPY_GRASSBERGER;
  e.bits = estimate_by(e.estimator, count, kinds);
  return e;
}

/* ---- From samples ------------------------------------------------------------------------------------- */

typedef struct counting { /* room for the classes of a sample */
  size_t n;
  double *sorted;
  uint64_t *keys, *count;
  uint32_t *x, *y; /* classes */
} counting;

static int counting_open(counting *c, size_t n, baud_error *error) {
  *c = (counting){.n = n,
                  .sorted = calloc(n + 1, sizeof(double)),
                  .keys = calloc(n + 1, sizeof(uint64_t)),
                  .count = calloc(n + 1, sizeof(uint64_t)),
                  .x = calloc(n + 1, sizeof(uint32_t)),
                  .y = calloc(n + 1, sizeof(uint32_t))};
  if (n == 0 || n >= UINT32_MAX)
    return error_set(error, BAUD_EARG, "an entropy takes from 1 to 2^32 outcomes, not %zu", n);
  return c->sorted && c->keys && c->count && c->x && c->y
             ? 0
             : error_set(error, BAUD_ENOMEM, "no memory for %zu outcomes", n);
}

static void counting_close(counting *c) {
  free(c->sorted);
  free(c->keys);
  free(c->count);
  free(c->x);
  free(c->y);
}

static int by_number(const void *a, const void *b) {
  double x = *(const double *)a, y = *(const double *)b;
  return x < y ? -1 : x > y;
}

static int by_key(const void *a, const void *b) {
  uint64_t x = *(const uint64_t *)a, y = *(const uint64_t *)b;
  return x < y ? -1 : x > y;
}

/* class_of[i]: the rank of x[i] among the different values. */
static int classify(counting *c, const double *x, uint32_t *class_of, baud_error *error) {
  size_t kinds = 0;
  for (size_t i = 0; i < c->n; i++)
    if (isnan(x[i]))
      return error_set(error, BAUD_EARG, "outcome %zu is not a number: leave out what was not scored", i + 1);
  memcpy(c->sorted, x, c->n * sizeof *x);
  qsort(c->sorted, c->n, sizeof *x, by_number);
  for (size_t i = 0; i < c->n; i++)
    if (i == 0 || c->sorted[i] != c->sorted[kinds - 1]) c->sorted[kinds++] = c->sorted[i];
  for (size_t i = 0; i < c->n; i++) {
    const double *at = bsearch(&x[i], c->sorted, kinds, sizeof *x, by_number);
    class_of[i] = (uint32_t)(at - c->sorted);
  }
  return 0;
}

/* Counts pairs of classes, or single ones where y is null; the number of kinds. */
static size_t count_classes(counting *c, const uint32_t *x, const uint32_t *y) {
  size_t kinds = 0;
  for (size_t i = 0; i < c->n; i++) c->keys[i] = (uint64_t)x[i] << 32 | (y ? y[i] : 0);
  qsort(c->keys, c->n, sizeof *c->keys, by_key);
  for (size_t i = 0; i < c->n; i++) {
    if (i == 0 || c->keys[i] != c->keys[i - 1]) c->count[kinds++] = 0;
    c->count[kinds - 1]++;
  }
  return kinds;
}

int entropy_of_sample(const double *x, size_t n, entropy_estimate *out, baud_error *error) {
  counting c;
  int code = counting_open(&c, n, error);
  if (!code) code = classify(&c, x, c.x, error);
  if (!code) *out = entropy_of_counts(c.count, count_classes(&c, c.x, NULL));
  counting_close(&c);
  return code;
}

static void shuffle(uint32_t *x, size_t n, uint64_t *random) {
  for (size_t i = n; i > 1; i--) {
    size_t j = baud_below(random, (uint32_t)i);
    uint32_t other = x[i - 1];
    x[i - 1] = x[j];
    x[j] = other;
  }
}

/* Shuffles leave H(x) and H(y) as they are, so that only the pairs are counted again. */
static void share(counting *c, entropy_shared *out) {
  uint64_t random = 0;
  double mean = 0.0, squares = 0.0;
  entropy_estimate pairs = entropy_of_counts(c->count, count_classes(c, c->x, c->y));
  double apart = estimate_by(pairs.estimator, c->count, count_classes(c, c->x, NULL));
  apart += estimate_by(pairs.estimator, c->count, count_classes(c, c->y, NULL));
  for (int i = 1; i <= ENTROPY_SHUFFLES; i++) {
    shuffle(c->y, c->n, &random);
    double null = apart - estimate_by(pairs.estimator, c->count, count_classes(c, c->x, c->y)), off = null - mean;
    mean += off / i;
    squares += off * (null - mean);
  }
  *out = (entropy_shared){.bits = apart - pairs.bits - mean,
                          .plain = apart - pairs.bits,
                          .null = mean,
                          .null_deviation = sqrt(squares / (ENTROPY_SHUFFLES - 1)),
                          .n = pairs.n,
                          .singletons = pairs.singletons,
                          .estimator = pairs.estimator};
}

int entropy_of_pairs(const double *x, const double *y, size_t n, entropy_shared *out, baud_error *error) {
  counting c;
  int code = counting_open(&c, n, error);
  if (!code) code = classify(&c, x, c.x, error);
  if (!code) code = classify(&c, y, c.y, error);
  if (!code) share(&c, out);
  counting_close(&c);
  return code;
}
