/* bins.h - episodes gathered into bins whose width is a power of two, seeds gathered into a mean and a band.
 *
 * Power-of-two bins do not move while a run grows: a plot changes at its right end only, and when the width doubles.
 */
#ifndef BAUD_TUI_BINS_H
#define BAUD_TUI_BINS_H

#include <stdint.h>

/* The least power of two that covers `episodes` with at most `room` bins. */
uint64_t bins_width(uint64_t episodes, int room);

/* Bins of one figure: sum over its scored values, and how many there were. */
typedef struct bins {
  uint64_t from, width; /* first episode; episodes a bin */
  uint64_t end;         /* the episode up to which the store had values */
  int n;
  double *sum;          /* [n] */
  uint32_t *count;      /* [n] */
} bins;

/* Adds `narrow` into `wide`, whose width is a multiple of narrow's; what falls outside is dropped. */
void bins_merge(bins *wide, const bins *narrow);

/* The q-quantile (0 to 1) of values[n], linear between neighbours (Hyndman & Fan 1996, type 7); reorders values.
 * NaN for n = 0. */
double bins_quantile(double *values, int n, double q);

/* A centred moving mean over `window` (odd) points in place, over what is not NaN; NaN stays NaN. */
void bins_smooth(double *values, int n, int window);

#endif
