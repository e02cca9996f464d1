/* xaxis.h - what plots have to the right: episodes, steps, running time, or bits received so far.
 *
 * All data lie in the store by episodes. Where a trial's episodes lie on another axis is a rising map, linear between
 * the points that the store has (steps and bits: the run's curve in 256 bins, steps finer where one looks closely; time: the
 * moments of its clock).
 */
#ifndef BAUD_TUI_XAXIS_H
#define BAUD_TUI_XAXIS_H

#include <stddef.h>

#include "model.h"

enum x_axis { X_EPISODE, X_STEP, X_TIME, X_BITS, X_AXES };
extern const char *const x_axis_names[X_AXES]; /* "episode" ... */
extern const char *const x_axis_units[X_AXES]; /* behind the name: "", "of running", ... */

typedef struct x_map {
  int n;
  double *episode, *x; /* [n] both rising, from (0, 0) */
} x_map;

/* The map of one trial; n = 0 where the axis is not measured. In storage of this file's until the next call. */
x_map x_map_of(model *m, uint32_t trial, enum x_axis on);
/* The same, finer where [from, end) of the axis lies, which is zoomed into: steps by episodes there, not by the run's bins. */
x_map x_map_within(model *m, uint32_t trial, enum x_axis on, double from, double end);
double x_of_episode(const x_map *map, double episode);
double x_to_episode(const x_map *map, double x);

/* Ticks at whole values that read well: 1-2-5, for time also 15 and 30 seconds, hours and days. */
double x_tick_step(enum x_axis on, double length, int ticks);
void x_label(enum x_axis on, char *out, size_t size, double x);

void x_maps_free(void);

#endif
