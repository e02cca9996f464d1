/* intervals.h - 95 % bootstrap intervals over seeds, for every bin of every plot, live.
 *
 * An interval is a function of its values alone, so it is kept under their hash: bins that did not change cost a
 * look-up, and nothing is ever out of date. Percentile intervals of INTERVAL_RESAMPLES resamples of the seeds (Efron
 * 1979), drawn by a generator that starts anew for each, so that the same values always show the same band.
 */
#ifndef BAUD_TUI_INTERVALS_H
#define BAUD_TUI_INTERVALS_H

enum { INTERVAL_RESAMPLES = 1000 };
enum interval_kind { INTERVAL_MEAN, INTERVAL_IQM };

/* The statistic of values[n], n > 0: mean, or mean of the middle half (Agarwal et al. 2021: floor(n/4) cut at either
 * end). Reorders values. */
double interval_value(enum interval_kind kind, double *values, int n);

/* The interval of values[n], finite; NAN for n < 2. 0 when it would have to be worked out and it is `deadline` (seconds
 * of CLOCK_MONOTONIC) already; else 1. Reorders values. */
int interval_of(enum interval_kind kind, double *values, int n, double deadline, double *low, double *high);

void intervals_free(void);

#endif
