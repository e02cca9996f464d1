/* grid.h - the bins in which continuous numbers are scored: finitely many of one width, and one beyond at either end,
 * so that code lengths are of probabilities, never of densities, and no commitment can cost or save without bound.
 *
 * A field with bounds is divided between them. One without is divided from -GRID_REACH to GRID_REACH widths around 0.
 * A width asked for by the experiment goes before the one chosen here; where it would make more than GRID_MOST bins
 * between the bounds, what lies outermost falls into the bins beyond.
 */
#ifndef BAUD_CORE_GRID_H
#define BAUD_CORE_GRID_H

#include <stdint.h>

enum { GRID_BETWEEN = 256, GRID_REACH = 1 << 15, GRID_MOST = 2 * GRID_REACH };

typedef struct grid {
  double low, width;
  uint32_t inner; /* bins of that width, from `low` on */
} grid;

/* Bounds may be infinite. width 0: GRID_BETWEEN bins between the bounds, or 1/64 where there are none. */
grid grid_between(double low, double high, double width);

static inline uint32_t grid_bins(const grid *g) { return g->inner + 2; }
/* The bin of a number: 0 below all, inner + 1 above all. */
uint32_t grid_bin(const grid *g, double x);
/* Its edges, the outer ones infinite. */
double grid_low(const grid *g, uint32_t bin);
double grid_high(const grid *g, uint32_t bin);
/* The middle of all, and half of how far the bins reach. */
double grid_middle(const grid *g);
double grid_half(const grid *g);

/* P(low <= x < high) of a normal distribution, low < high, either infinite; deviation > 0. */
double normal_between(double mean, double deviation, double low, double high);

#endif
