/* bins.c - power-of-two bins, quantiles, smoothing: bins.h. */
#include "bins.h"

#include <math.h>

uint64_t bins_width(uint64_t episodes, int room) {
  uint64_t width = 1, most = room > 1 ? (uint64_t)room : 1;
  while (width < UINT64_C(1) << 62 && (episodes + width - 1) / width > most) width *= 2;
  return width;
}

void bins_merge(bins *wide, const bins *narrow) {
  for (int i = 0; i < narrow->n; i++) {
    if (!narrow->count[i]) continue;
    uint64_t at = narrow->from + (uint64_t)i * narrow->width;
    if (at < wide->from) continue;
    uint64_t bin = (at - wide->from) / wide->width;
    if (bin >= (uint64_t)wide->n) return;
    wide->sum[bin] += narrow->sum[i];
    wide->count[bin] += narrow->count[i];
  }
}

/* Puts the k-th smallest of values[n] at k, smaller ones before it (Hoare's selection, 1961). */
static void select_nth(double *values, int n, int k) {
  int low = 0, high = n - 1;
  while (low < high) {
    double pivot = values[(low + high) / 2];
    int i = low, j = high;
    while (i <= j) {
      while (values[i] < pivot) i++;
      while (values[j] > pivot) j--;
      if (i > j) break;
      double held = values[i];
      values[i++] = values[j];
      values[j--] = held;
    }
    if (k <= j) high = j;
    else if (k >= i) low = i;
    else return;
  }
}

double bins_quantile(double *values, int n, double q) {
  if (n <= 0) return NAN;
  double place = q * (n - 1);
  int below = (int)floor(place);
  if (below < 0) below = 0;
  if (below > n - 1) below = n - 1;
  select_nth(values, n, below);
  double lower = values[below], share = place - below;
  if (share <= 0 || below + 1 >= n) return lower;
  double upper = values[below + 1];
  for (int i = below + 2; i < n; i++) upper = fmin(upper, values[i]);
  return lower + share * (upper - lower);
}

void bins_smooth(double *values, int n, int window) {
  enum { LONGEST = 129 };
  double before[LONGEST]; /* originals that smoothing has overwritten, as a ring */
  if (window < 3 || window > LONGEST) return;
  int half = window / 2;
  for (int i = 0; i < n; i++) {
    double original = values[i], sum = 0;
    int count = 0;
    for (int j = i - half; j <= i + half; j++) {
      if (j < 0 || j >= n) continue;
      double v = j < i ? before[j % LONGEST] : values[j];
      if (!isnan(v)) sum += v, count++;
    }
    before[i % LONGEST] = original;
    if (!isnan(original)) values[i] = sum / count;
  }
}
