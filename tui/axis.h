/* axis.h - axes whose ticks fall on 1, 2 or 5 times a power of ten, and are finite whatever the data were. */
#ifndef BAUD_TUI_AXIS_H
#define BAUD_TUI_AXIS_H

#include <stddef.h>

enum axis_kind { AXIS_LINEAR, AXIS_LOG };

typedef struct axis {
  enum axis_kind kind;
  double low, high, step; /* low < high, all finite; AXIS_LOG: powers of ten, step the factor */
} axis;

/* The least step of 1, 2 or 5 times a power of ten with at most `ticks` of them over `span`. */
double axis_step(double span, int ticks);

/* An axis that holds [low, high]; zero is its foot where the data are not far above it. Takes NaN and infinities
 * (both ends are then made up). A log axis that has nothing above zero to show becomes linear. */
axis axis_fit(enum axis_kind kind, double low, double high, int ticks);

/* The ticks, ascending, at most `room`. */
int axis_ticks(const axis *a, double *at, int room);

/* Where a value lies: 0 the foot, 1 the top; may lie outside; NaN for what has no place. */
double axis_share(const axis *a, double value);

enum { AXIS_LABEL = 5 }; /* cells that a label takes at most */
void axis_label(const axis *a, char *out, size_t size, double tick);

#endif
