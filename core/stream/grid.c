/* grid.c - see grid.h.
 */
#include "stream/grid.h"

#include <math.h>

static const double WIDTH_WITHOUT_BOUNDS = 1.0 / 64;

/* Bounds that are a number's own limits are no bounds: environments without any often say so. */
static const double FARTHEST_BOUND = 1e9;

grid grid_between(double low, double high, double width) {
  int is_bounded = fabs(low) <= FARTHEST_BOUND && fabs(high) <= FARTHEST_BOUND && high > low;
  if (!is_bounded) {
    width = width > 0.0 ? width : WIDTH_WITHOUT_BOUNDS;
    return (grid){-width * GRID_REACH, width, GRID_MOST};
  }
  if (!(width > 0.0)) return (grid){low, (high - low) / GRID_BETWEEN, GRID_BETWEEN};
  double inner = ceil((high - low) / width * (1.0 - 1e-12)); /* a quotient that is whole stays so */
  if (inner <= GRID_MOST) return (grid){low, width, (uint32_t)inner};
  return (grid){0.5 * (low + high) - width * GRID_REACH, width, GRID_MOST};
}

uint32_t grid_bin(const grid *g, double x) {
  double at = floor((x - g->low) / g->width);
  if (!(at >= 0.0)) return 0;
  return at < g->inner ? (uint32_t)at + 1 : g->inner + 1;
}

double grid_low(const grid *g, uint32_t bin) { return bin == 0 ? -INFINITY : g->low + g->width * (bin - 1.0); }
double grid_high(const grid *g, uint32_t bin) { return bin > g->inner ? INFINITY : g->low + g->width * bin; }
double grid_middle(const grid *g) { return g->low + 0.5 * g->width * g->inner; }
double grid_half(const grid *g) { return 0.5 * g->width * g->inner; }

/* On the side of the nearer tail, where the difference keeps its digits. */
double normal_between(double mean, double deviation, double low, double high) {
  double scale = 0.70710678118654752440 / deviation, from = (low - mean) * scale, to = (high - mean) * scale;
  if (from >= 0.0) return 0.5 * (erfc(from) - erfc(to));
  if (to <= 0.0) return 0.5 * (erfc(-to) - erfc(-from));
  return 0.5 * (erf(to) - erf(from));
}
