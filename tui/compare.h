/* compare.h - one number a trial for each chart, and how two groups of trials differ in it, with 95 % intervals.
 *
 * Groups that have the same seeds share their worlds and are compared pair by pair; others apart. The statistics are
 * those of claims and reports (core/statistics.h), worked out once for the same values.
 */
#ifndef BAUD_TUI_COMPARE_H
#define BAUD_TUI_COMPARE_H

#include "dashboard.h"

typedef struct comparison {
  double value, low, high; /* NAN: not measured; low, high infinite: not to be told from so few */
  int n, is_paired;
  int is_ready;            /* 0: it will be worked out in a frame to come */
} comparison;

/* The mean over a target's trials, of what the chart shows: recent, or whole run where has_totals says so. */
comparison compare_value(dashboard *d, target what, int which);
/* what minus base. */
comparison compare_difference(dashboard *d, target what, target base, int which);
/* "return", "absorbed, total": what the number is. */
void compare_heading(const dashboard *d, int which, char *out, size_t size);
void compare_free(void);

#endif
