/* charts.h - which curves there are to see, and their data for a trial or for all seeds of a configuration.
 *
 * A chart holds figures of one kind only: knowledge of the world, bits on a stream and policy bits never share an
 * axis (SIGNAL.md). Over seeds the line is the mean, for these figures are expectations over worlds; the band is
 * the 10 to 90 % range. Beyond CHARTS_SEEDS seeds the first ones stand for all.
 */
#ifndef BAUD_TUI_CHARTS_H
#define BAUD_TUI_CHARTS_H

#include "model.h"

enum { CHART_PARTS = 3, CHARTS_SEEDS = 512, CHARTS = 8 };

enum chart_kind { CHART_MEANS, CHART_RATIO }; /* ratio: sum of part 0 over sum of part 1, up to each episode */

typedef struct chart {
  const char *title, *name; /* "received bits by channel", "received": unit within the title */
  enum chart_kind kind;
  int n_parts;
  struct { unsigned figure; char letter; } parts[CHART_PARTS];
} chart;

extern const chart charts[CHARTS];

/* What is looked at: a configuration, or one of its trials. */
typedef struct target {
  uint32_t config;
  int64_t trial; /* -1: all of the configuration's */
} target;

/* The part of the run that is looked at. zoom 0: the whole; each level halves it. */
typedef struct span {
  int zoom;
  uint64_t from; /* wished first episode when zoomed */
} span;

typedef struct domain {
  uint64_t from, width; /* first episode, episodes a bin */
  int n;                /* bins */
  double end;           /* the right edge, episodes */
} domain;

typedef struct chart_data {
  domain domain;
  int n_series, n_seeds;    /* seeds gathered */
  char letter[CHART_PARTS]; /* 0: needs none */
  double *mean[CHART_PARTS], *low[CHART_PARTS], *high[CHART_PARTS]; /* [domain.n]; low, high null: no band */
} chart_data;

enum chart_band { CHART_NO_BAND, CHART_BAND };

/* The bins for a plot `dots` wide. */
domain chart_domain(const model *m, target what, span s, int dots);
/* Fills in data, which lies in storage owned by this file until the next call. */
void chart_read(model *m, target what, const chart *c, span s, int dots, enum chart_band band, chart_data *out);
void charts_free(void);

/* Most episodes of a configuration's trials. */
uint64_t chart_episodes(const model *m, uint32_t config);

/* Totals of a figure over all episodes, mean over a target's trials; NAN where unmeasured. */
double chart_total(model *m, target what, unsigned figure);
/* The provenance mark of a figure. */
char chart_mark(model *m, target what, unsigned figure);

#endif
