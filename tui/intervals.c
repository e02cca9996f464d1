/* intervals.c - the bootstrap of one bin, and the table of those that were worked out: intervals.h. */
#include "intervals.h"

#include <math.h>
#include <stdlib.h>
#include <time.h>
#include <xxhash.h>

#include "baud/random.h"
#include "bins.h"

enum { PLACES = 1 << 15, MOST_VALUES = 1024 };

typedef struct kept {
  XXH64_hash_t hash; /* 0: a free place */
  float low, high;
} kept;
static kept *table; /* [PLACES], a place by the hash: the newer takes it */

void intervals_free(void) {
  free(table);
  table = NULL;
}

static int by_value(const void *a, const void *b) {
  double x = *(const double *)a, y = *(const double *)b;
  return (x > y) - (x < y);
}

/* Mean of the ranks [from, to) of sorted values that occur counts[i] times. */
static double mean_of_ranks(const double *sorted, const unsigned short *counts, int n, int from, int to) {
  double sum = 0;
  for (int i = 0, rank = 0; i < n && rank < to; rank += counts[i++]) {
    int first = rank > from ? rank : from, next = rank + counts[i], last = next < to ? next : to;
    if (last > first) sum += (last - first) * sorted[i];
  }
  return sum / (to - from);
}

double interval_value(enum interval_kind kind, double *values, int n) {
  double sum = 0;
  int cut = kind == INTERVAL_IQM ? n / 4 : 0;
  if (kind == INTERVAL_IQM) qsort(values, (size_t)n, sizeof *values, by_value);
  for (int i = cut; i < n - cut; i++) sum += values[i];
  return sum / (n - 2 * cut);
}

/* Two indices below n from one draw (Lemire 2019, without the rejection: its bias is below n / 2^32). */
static inline void draw_two(uint64_t *random, uint32_t n, uint32_t *a, uint32_t *b) {
  uint64_t bits = baud_random(random);
  *a = (uint32_t)((bits & 0xffffffffu) * n >> 32);
  *b = (uint32_t)((bits >> 32) * n >> 32);
}

static double resampled_mean(const double *values, int n, uint64_t *random) {
  double sum = 0;
  uint32_t a, b;
  for (int i = 0; i + 1 < n; i += 2) {
    draw_two(random, (uint32_t)n, &a, &b);
    sum += values[a] + values[b];
  }
  if (n % 2) {
    draw_two(random, (uint32_t)n, &a, &b);
    sum += values[a];
  }
  return sum / n;
}

static double resampled_iqm(const double *sorted, int n, uint64_t *random) {
  unsigned short counts[MOST_VALUES] = {0};
  uint32_t a, b;
  for (int i = 0; i < n; i += 2) {
    draw_two(random, (uint32_t)n, &a, &b);
    counts[a]++;
    if (i + 1 < n) counts[b]++;
  }
  return mean_of_ranks(sorted, counts, n, n / 4, n - n / 4);
}

static void work_out(enum interval_kind kind, const double *sorted, int n, double *low, double *high) {
  double replicate[INTERVAL_RESAMPLES];
  uint64_t random = 0x62617564u;
  for (int i = 0; i < INTERVAL_RESAMPLES; i++)
    replicate[i] = kind == INTERVAL_IQM ? resampled_iqm(sorted, n, &random) : resampled_mean(sorted, n, &random);
  *low = bins_quantile(replicate, INTERVAL_RESAMPLES, 0.025);
  *high = bins_quantile(replicate, INTERVAL_RESAMPLES, 0.975);
}

static double seconds_now(void) {
  struct timespec t;
  clock_gettime(CLOCK_MONOTONIC, &t);
  return (double)t.tv_sec + (double)t.tv_nsec * 1e-9;
}

int interval_of(enum interval_kind kind, double *values, int n, double deadline, double *low, double *high) {
  *low = *high = NAN;
  if (n < 2) return 1;
  if (n > MOST_VALUES) n = MOST_VALUES;
  qsort(values, (size_t)n, sizeof *values, by_value); /* the order of the seeds is nothing to it */
  if (values[0] == values[n - 1]) {
    *low = *high = values[0];
    return 1;
  }
  if (!table && !(table = calloc(PLACES, sizeof *table))) return 0;
  XXH64_hash_t hash = XXH3_64bits_withSeed(values, (size_t)n * sizeof *values, (XXH64_hash_t)kind) | 1;
  kept *k = table + hash % PLACES;
  if (k->hash != hash) {
    if (seconds_now() >= deadline) return 0;
    double l, h;
    work_out(kind, values, n, &l, &h);
    *k = (kept){hash, (float)l, (float)h};
  }
  *low = (double)k->low;
  *high = (double)k->high;
  return 1;
}
