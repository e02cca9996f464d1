/* statistics.c - the bootstrap over trials, on sorted values with counts.
 *
 * A resample of n values is n draws of an index: kept as a count for each of the sorted values, so that mean,
 * median and interquartile mean of a resample are each one pass without sorting again. Efron, "Better bootstrap
 * confidence intervals" (JASA 1987) for BCa; its acceleration comes from a jackknife over at most JACKKNIFE blocks,
 * so that the cost stays linear in n.
 */
#include "statistics.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "baud/random.h"

enum { JACKKNIFE = 400 };
static const double LEVEL = 0.95;
static const uint64_t SEED = 0x62617564u; /* any fixed number: results must not change from run to run */

/* A sorted sample and room for one resample of it. */
typedef struct sample {
  size_t n;
  double *sorted;   /* [n] ascending */
  uint32_t *counts; /* [n] how often each was drawn */
} sample;

static int by_value(const void *a, const void *b) {
  double x = *(const double *)a, y = *(const double *)b;
  return (x > y) - (x < y);
}

static void sample_clear(sample *s) {
  free(s->sorted);
  free(s->counts);
  memset(s, 0, sizeof *s);
}

static int sample_init(sample *s, const double *x, size_t n, baud_error *error) {
  memset(s, 0, sizeof *s);
  if (n == 0) return error_set(error, BAUD_EARG, "there are no values to take a statistic of");
  if (n > UINT32_MAX) return error_set(error, BAUD_EARG, "%zu values are more than a bootstrap here can hold", n);
  for (size_t i = 0; i < n; i++)
    if (isnan(x[i])) return error_set(error, BAUD_EARG, "value %zu of %zu is not a number", i + 1, n);
  s->n = n;
  s->sorted = malloc(n * sizeof *s->sorted);
  s->counts = malloc(n * sizeof *s->counts);
  if (!s->sorted || !s->counts) {
    sample_clear(s);
    return error_set(error, BAUD_ENOMEM, "no memory for a statistic of %zu values", n);
  }
  memcpy(s->sorted, x, n * sizeof *x);
  qsort(s->sorted, n, sizeof *s->sorted, by_value);
  for (size_t i = 0; i < n; i++) s->counts[i] = 1;
  return 0;
}

static void sample_draw(sample *s, uint64_t *random) {
  memset(s->counts, 0, s->n * sizeof *s->counts);
  for (size_t i = 0; i < s->n; i++) s->counts[baud_below(random, (uint32_t)s->n)]++;
}

/* Mean of the values whose ranks, counted with multiplicity, lie in [from, to). */
static double mean_of_ranks(const sample *s, uint64_t from, uint64_t to) {
  double sum = 0.0;
  uint64_t rank = 0;
  for (size_t i = 0; i < s->n && rank < to; i++) {
    uint64_t next = rank + s->counts[i];
    uint64_t first = rank > from ? rank : from, last = next < to ? next : to;
    if (last > first) sum += (double)(last - first) * s->sorted[i];
    rank = next;
  }
  return sum / (double)(to - from);
}

/* The statistic of the resample whose counts add up to `total`. */
static double sample_statistic(const sample *s, enum statistics_kind kind, uint64_t total) {
  switch (kind) {
  case STATISTICS_MEAN: return mean_of_ranks(s, 0, total);
  case STATISTICS_MEDIAN: return mean_of_ranks(s, (total - 1) / 2, total / 2 + 1);
  case STATISTICS_IQM: return mean_of_ranks(s, total / 4, total - total / 4);
  }
  return NAN;
}

/* Quantile of sorted[0..n) at q in [0, 1], linear between neighbours; infinite neighbours are not mixed. */
static double quantile(const double *sorted, size_t n, double q) {
  double place = q * (double)(n - 1);
  size_t below = (size_t)floor(place), above = below + 1 < n ? below + 1 : below;
  double part = place - (double)below;
  if (part == 0.0 || sorted[below] == sorted[above]) return sorted[below];
  return sorted[below] * (1.0 - part) + sorted[above] * part;
}

static double normal_cdf(double z) { return 0.5 * erfc(-z * 0.70710678118654752440); }

/* Inverse of normal_cdf: a rational start (Abramowitz and Stegun 26.2.23), then Newton steps to erfc's accuracy. */
static double normal_quantile(double p) {
  double t = sqrt(-2.0 * log(p < 0.5 ? p : 1.0 - p));
  double z = t - (2.515517 + 0.802853 * t + 0.010328 * t * t) /
                     (1.0 + 1.432788 * t + 0.189269 * t * t + 0.001308 * t * t * t);
  if (p < 0.5) z = -z;
  for (int i = 0; i < 4; i++) z -= (normal_cdf(z) - p) / (0.39894228040143267794 * exp(-0.5 * z * z));
  return z;
}

/* The acceleration: skewness of the jackknife's influence values; 0 where all are equal. Leaves counts at 1. */
static double acceleration(sample *s, enum statistics_kind kind) {
  size_t blocks = s->n < JACKKNIFE ? s->n : JACKKNIFE;
  double left_out[JACKKNIFE], mean = 0.0, squares = 0.0, cubes = 0.0;
  for (size_t i = 0; i < s->n; i++) s->counts[i] = 1;
  for (size_t b = 0; b < blocks; b++) { /* block b: every blocks-th value, so that blocks are alike */
    uint64_t left = 0;
    for (size_t i = b; i < s->n; i += blocks, left++) s->counts[i] = 0;
    left_out[b] = sample_statistic(s, kind, s->n - left);
    for (size_t i = b; i < s->n; i += blocks) s->counts[i] = 1;
    mean += left_out[b] / (double)blocks;
  }
  for (size_t b = 0; b < blocks; b++) {
    double d = mean - left_out[b];
    squares += d * d;
    cubes += d * d * d;
  }
  return squares > 0.0 ? cubes / (6.0 * pow(squares, 1.5)) : 0.0;
}

/* Where the ends of the interval lie among the sorted replicates. */
static void interval_levels(enum statistics_method method, sample *s, enum statistics_kind kind,
                            const double *replicates, double value, double *low, double *high) {
  *low = (1.0 - LEVEL) / 2.0;
  *high = 1.0 - *low;
  if (method == STATISTICS_PERCENTILE || !isfinite(value) || s->n < 3) return;
  double below = 0.0;
  for (size_t i = 0; i < STATISTICS_RESAMPLES; i++)
    below += replicates[i] < value ? 1.0 : replicates[i] == value ? 0.5 : 0.0;
  below /= STATISTICS_RESAMPLES;
  double a = acceleration(s, kind);
  if (below <= 0.0 || below >= 1.0 || !isfinite(a)) return;
  double z0 = normal_quantile(below), z_low = z0 + normal_quantile(*low), z_high = z0 + normal_quantile(*high);
  if (1.0 - a * z_low <= 0.0 || 1.0 - a * z_high <= 0.0) return;
  *low = normal_cdf(z0 + z_low / (1.0 - a * z_low));
  *high = normal_cdf(z0 + z_high / (1.0 - a * z_high));
}

int statistics_value(enum statistics_kind kind, const double *x, size_t n, double *value, baud_error *error) {
  sample s;
  *value = NAN;
  int code = sample_init(&s, x, n, error);
  if (code) return code;
  *value = sample_statistic(&s, kind, n);
  sample_clear(&s);
  return 0;
}

int statistics_bootstrap(enum statistics_kind kind, enum statistics_method method, const double *x, size_t n,
                         statistics_estimate *out, baud_error *error) {
  static const statistics_estimate unknown = {NAN, -INFINITY, INFINITY, 0};
  sample s;
  *out = unknown;
  int code = sample_init(&s, x, n, error);
  if (code) return code;
  out->value = sample_statistic(&s, kind, n);
  out->n = n;
  if (n > 1) {
    double replicates[STATISTICS_RESAMPLES], low, high;
    uint64_t random = SEED;
    for (size_t i = 0; i < STATISTICS_RESAMPLES; i++) {
      sample_draw(&s, &random);
      replicates[i] = sample_statistic(&s, kind, n);
    }
    qsort(replicates, STATISTICS_RESAMPLES, sizeof *replicates, by_value);
    interval_levels(method, &s, kind, replicates, out->value, &low, &high);
    out->low = quantile(replicates, STATISTICS_RESAMPLES, low);
    out->high = quantile(replicates, STATISTICS_RESAMPLES, high);
  }
  sample_clear(&s);
  return 0;
}

/* P(a > b) + P(a = b)/2 over two counted sorted samples, one merge. */
static double superiority(const sample *a, const sample *b) {
  double below = 0.0, score = 0.0; /* counts of b below the present a */
  size_t j = 0;
  for (size_t i = 0; i < a->n;) {
    double v = a->sorted[i], here = 0.0, ties = 0.0;
    for (; i < a->n && a->sorted[i] == v; i++) here += a->counts[i];
    for (; j < b->n && b->sorted[j] < v; j++) below += b->counts[j];
    for (; j < b->n && b->sorted[j] == v; j++) ties += b->counts[j];
    score += here * (below + 0.5 * ties);
    below += ties;
  }
  return score / ((double)a->n * (double)b->n);
}

/* Infinity minus infinity (neither ever came) counts as no difference. */
static double difference(double x, double y) { return x == y ? 0.0 : x - y; }

static void replicates_interval(double *replicates, statistics_estimate *estimate) {
  qsort(replicates, STATISTICS_RESAMPLES, sizeof *replicates, by_value);
  estimate->low = quantile(replicates, STATISTICS_RESAMPLES, (1.0 - LEVEL) / 2.0);
  estimate->high = quantile(replicates, STATISTICS_RESAMPLES, 1.0 - (1.0 - LEVEL) / 2.0);
}

static int compare_independent(enum statistics_kind kind, sample *a, sample *b, statistics_comparison *out) {
  double differences[STATISTICS_RESAMPLES], probabilities[STATISTICS_RESAMPLES];
  uint64_t random = SEED;
  out->difference.value = difference(sample_statistic(a, kind, a->n), sample_statistic(b, kind, b->n));
  out->probability.value = superiority(a, b);
  out->difference.n = out->probability.n = a->n + b->n;
  if (a->n < 2 || b->n < 2) return 0;
  for (size_t i = 0; i < STATISTICS_RESAMPLES; i++) {
    sample_draw(a, &random);
    sample_draw(b, &random);
    differences[i] = difference(sample_statistic(a, kind, a->n), sample_statistic(b, kind, b->n));
    probabilities[i] = superiority(a, b);
  }
  replicates_interval(differences, &out->difference);
  replicates_interval(probabilities, &out->probability);
  return 0;
}

static int compare_paired(enum statistics_kind kind, const double *a, const double *b, size_t n,
                          statistics_comparison *out, baud_error *error) {
  double *differences = malloc(n * sizeof *differences), *wins = malloc(n * sizeof *wins);
  int code = 0;
  if (!differences || !wins) {
    code = error_set(error, BAUD_ENOMEM, "no memory for a comparison of %zu pairs", n);
  } else {
    for (size_t i = 0; i < n; i++) {
      differences[i] = difference(a[i], b[i]);
      wins[i] = a[i] > b[i] ? 1.0 : a[i] == b[i] ? 0.5 : 0.0;
    }
    code = statistics_bootstrap(kind, STATISTICS_BCA, differences, n, &out->difference, error);
    if (!code) code = statistics_bootstrap(STATISTICS_MEAN, STATISTICS_PERCENTILE, wins, n, &out->probability, error);
  }
  free(differences);
  free(wins);
  return code;
}

int statistics_compare(enum statistics_kind kind, enum statistics_pairing pairing, const double *a, size_t n_a,
                       const double *b, size_t n_b, statistics_comparison *out, baud_error *error) {
  static const statistics_estimate unknown = {NAN, -INFINITY, INFINITY, 0};
  sample sa, sb;
  out->difference = out->probability = unknown;
  if (pairing == STATISTICS_PAIRED && n_a != n_b)
    return error_set(error, BAUD_EARG, "pairs need two groups of one size, here %zu and %zu values", n_a, n_b);
  int code = sample_init(&sa, a, n_a, error);
  if (code) return code;
  code = sample_init(&sb, b, n_b, error);
  if (!code && pairing == STATISTICS_PAIRED)
    code = compare_paired(kind, a, b, n_a, out, error);
  else if (!code)
    code = compare_independent(kind, &sa, &sb, out);
  sample_clear(&sa);
  sample_clear(&sb);
  return code;
}

double statistics_entropy_bits(double p) {
  if (!(p >= 0.0 && p <= 1.0)) return NAN;
  if (p == 0.0 || p == 1.0) return 0.0;
  return -(p * log2(p) + (1.0 - p) * log2(1.0 - p));
}
