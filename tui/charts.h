/* charts.h - which curves there are to see, and their data: of a trial, of all seeds of a configuration, or of several
 * configurations and trials that were marked, one line each.
 *
 * A chart holds figures of one kind only: knowledge of the world, bits on a stream and policy bits never share an axis
 * (SIGNAL.md). Over seeds the line is a mean, for these figures are expectations over worlds, or an interquartile mean;
 * the band is its 95 % bootstrap interval, or where the seeds lie. Beyond CHARTS_SEEDS seeds the first ones stand for all.
 */
#ifndef BAUD_TUI_CHARTS_H
#define BAUD_TUI_CHARTS_H

#include "model.h"
#include "xaxis.h"

enum { CHART_PARTS = 3, CHARTS_SEEDS = 512, CHARTS = 15, SERIES = 6 };

enum chart_kind {
  CHART_MEANS,
  CHART_RATIO, /* sum of part 0 over sum of part 1, up to each episode */
  CHART_STACK  /* sum of part 0 up to each episode, and part 1, a level, on top of it */
};

typedef struct chart {
  const char *title, *name; /* "received bits by channel", "received": unit within the title */
  enum chart_kind kind;
  int n_parts;
  struct { unsigned figure; char letter; } parts[CHART_PARTS];
  unsigned whole;           /* the one figure of it when runs are compared; of a ratio: unused */
  const char *whole_title;
} chart;

extern const chart charts[CHARTS];

/* What is looked at: a configuration, or one of its trials. */
typedef struct target {
  uint32_t config;
  int64_t trial; /* -1: all of the configuration's */
} target;

/* What is shown of the seeds, beside the line. */
enum seeds_shown { SEEDS_MEAN, SEEDS_IQM, SEEDS_RANGE, SEEDS_EACH, SEEDS_OFF, SEEDS_SHOWN };
extern const char *const seeds_names[SEEDS_SHOWN]; /* "mean", "iqm", "range", "each", "off" */
extern const char *const seeds_titles[SEEDS_SHOWN]; /* "mean, 95%" ... */

/* The part of the run that is looked at. zoom 0: the whole; each level halves it. */
typedef struct span {
  int zoom;
  double from; /* wished left edge when zoomed */
} span;

typedef struct domain {
  enum x_axis axis;
  double from, width, end; /* left edge; a bin, a power of two; right edge */
  int n;                   /* bins that have data */
} domain;

typedef struct series {
  char letter;               /* 0: needs none */
  double *line, *low, *high; /* [domain.n]; NAN: nothing there; low, high null: no band */
  double *seed;              /* [n_shown][domain.n]: each seed's own line; null */
  int n_seeds, n_shown;
} series;

typedef struct chart_data {
  domain domain;
  int n_series;
  series series[SERIES];
} chart_data;

/* What is asked for. A plot of several targets is of each one's whole figure, lettered a, b, c. */
typedef struct chart_query {
  const target *targets; /* [n] */
  int n, dots;           /* dots: columns of the plot */
  const chart *chart;
  enum x_axis axis;
  span span;
  enum seeds_shown seeds;
} chart_query;

/* The bins of a plot. */
domain chart_domain(model *m, const chart_query *q);
/* Fills in data, which lies in storage owned by this file until the next call. */
void chart_read(model *m, const chart_query *q, chart_data *out);
void charts_free(void);

/* Most episodes of a configuration's trials. */
uint64_t chart_episodes(const model *m, uint32_t config);

/* Totals of a figure over all episodes, mean over a target's trials; NAN where unmeasured. */
double chart_total(model *m, target what, unsigned figure);
/* One trial's total, and over how many scored episodes; 0: unmeasured. */
double chart_total_of_trial(model *m, uint32_t trial, unsigned figure, uint64_t *scored);
/* A level as it is now: the mean over a target's trials of the newest bin that has it; NAN where unmeasured. */
double chart_latest(model *m, target what, unsigned figure);
/* The provenance mark of a figure. */
char chart_mark(model *m, target what, unsigned figure);

#endif
