/* charts.c - the table of charts, and the gathering of seeds: charts.h. */
#include "charts.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#define OF(stage, channel) (FIGURE_WIRE + 6 * (channel) + ((stage) - FIGURE_WIRE))
#define BY_CHANNEL(stage) \
  {{OF(stage, BAUD_CH_REWARD), 'r'}, {OF(stage, BAUD_CH_OBSERVATION), 'o'}, {OF(stage, BAUD_CH_DEMONSTRATION), 'd'}}

const chart charts[CHARTS] = {
    {"return", "return", CHART_MEANS, 1, {{FIGURE_RETURN, 0}}},
    {"received bits by channel", "received", CHART_MEANS, 3, BY_CHANNEL(FIGURE_RECEIVED)},
    {"absorbed bits", "absorbed", CHART_MEANS, 1, {{FIGURE_ABSORBED_ALL, 0}}},
    {"absorbed / received, so far", "efficiency", CHART_RATIO, 2, {{FIGURE_ABSORBED_ALL, 0}, {FIGURE_RECEIVED_ALL, 0}}},
    {"known bits: memory kept, wiped", "known", CHART_MEANS, 2, {{FIGURE_KNOWN, 'k'}, {FIGURE_KNOWN_WIPED, 'w'}}},
    {"useful bits", "useful", CHART_MEANS, 1, {{FIGURE_USEFUL, 0}}},
    {"saved bits over uniform", "saved", CHART_MEANS, 2, {{FIGURE_SAVED_OBSERVATION, 'o'}, {FIGURE_SAVED_REWARD, 'r'}}},
    {"success", "success", CHART_MEANS, 1, {{FIGURE_SUCCESS, 0}}},
};

/* One block of doubles, grown as asked, that all arrays of one chart_data are cut from. */
static struct { double *block; size_t room; } storage;

static double *reserve(size_t n) {
  if (n > storage.room) {
    free(storage.block);
    storage.block = malloc(n * sizeof *storage.block);
    storage.room = storage.block ? n : 0;
  }
  return storage.block;
}

void charts_free(void) {
  free(storage.block);
  storage.block = NULL;
  storage.room = 0;
}

uint64_t chart_episodes(const model *m, uint32_t config) {
  const model_config *c = m->configs + config;
  uint64_t most = 0;
  for (uint32_t i = 0; i < c->n_trials; i++) {
    uint64_t episodes = m->trials[c->trials[i]].episodes;
    if (episodes > most) most = episodes;
  }
  return most;
}

/* The right edge stands still while a run grows by up to a quarter, or at its goal where that is nearer: plots of
 * one run agree on it whatever their width. */
static double whole_end(const model *m, uint32_t config, uint64_t episodes) {
  const model_config *c = m->configs + config;
  uint64_t goal = c->n_trials ? m->trials[c->trials[0]].target : 0;
  int is_going = c->status == STATUS_RUNNING || c->status == STATUS_PAUSED || c->status == STATUS_QUEUED;
  if (!is_going) return fmax((double)episodes, 1);
  double power = exp2(floor(log2(fmax((double)episodes, 4)))), end = power * ceil(4 * (double)episodes / power) / 4;
  if (goal >= episodes && goal > 0) end = fmin(end, (double)goal);
  return fmax(end, 1);
}

domain chart_domain(const model *m, target what, span s, int dots) {
  uint64_t episodes = chart_episodes(m, what.config);
  if (dots < 2) dots = 2;
  domain d = {.from = 0, .end = whole_end(m, what.config, episodes)};
  d.width = bins_width((uint64_t)d.end, dots);
  uint64_t base = bins_width(episodes, CURVES_BINS);
  if (s.zoom <= 0 && d.width < base) d.width = base;
  if (s.zoom > 0) {
    double length = fmax(d.end / exp2(s.zoom), 8);
    d.width = bins_width((uint64_t)ceil(length), dots < CURVES_WINDOW_BINS ? dots : CURVES_WINDOW_BINS);
    uint64_t fine = bins_width((uint64_t)ceil(length), CURVES_WINDOW_BINS);
    uint64_t align = d.width < base ? fine : base; /* to the bins that it will be drawn from: curve_for */
    d.from = (uint64_t)fmin((double)s.from, fmax(d.end - length, 0)) / align * align;
    d.end = (double)d.from + length;
  }
  uint64_t reach = episodes < (uint64_t)d.end ? episodes : (uint64_t)ceil(d.end);
  d.n = reach > d.from ? (int)((reach - d.from + d.width - 1) / d.width) : 0;
  return d;
}

/* The curve that a domain is to be drawn from: the one of the whole run, unless it is too coarse. */
static const bins *curve_for(model *m, uint32_t trial, unsigned figure, const domain *d) {
  const model_trial *t = m->trials + trial;
  const bins *whole = curves_get(&m->curves, trial, figure, CURVES_WHOLE, t->episodes, t->status);
  if (!whole || whole->width <= d->width) return whole;
  m->curves.window_from = d->from; /* the same for every plot of a frame, whatever its width */
  m->curves.window_width = bins_width((uint64_t)ceil(d->end) - d->from, CURVES_WINDOW_BINS);
  return curves_get(&m->curves, trial, figure, CURVES_WINDOW, t->episodes, t->status);
}

typedef struct gathering {
  model *m;
  const domain *d;
  double *sum;      /* [n] scratch */
  uint32_t *count;  /* [n] scratch */
} gathering;

/* Sums and counts of one trial's figure in the domain's bins; returns the episodes that they cover. */
static uint64_t gather(gathering *g, uint32_t trial, unsigned figure) {
  bins wide = {g->d->from, g->d->width, 0, g->d->n, g->sum, g->count};
  memset(g->sum, 0, (size_t)g->d->n * sizeof *g->sum);
  memset(g->count, 0, (size_t)g->d->n * sizeof *g->count);
  const bins *narrow = curve_for(g->m, trial, figure, g->d);
  if (narrow) bins_merge(&wide, narrow);
  return narrow ? narrow->end : 0;
}

static double total_before(model *m, uint32_t trial, unsigned figure, uint64_t before) {
  const model_trial *t = m->trials + trial;
  const bins *whole = curves_get(&m->curves, trial, figure, CURVES_WHOLE, t->episodes, t->status);
  double sum = 0;
  for (int i = 0; whole && i < whole->n; i++) {
    double share = ((double)before - (double)i * (double)whole->width) / (double)whole->width;
    if (share <= 0) break;
    sum += whole->sum[i] * fmin(share, 1); /* the bin that `before` cuts counts in part */
  }
  return sum;
}

/* values[n]: the figure's mean in each bin. A change since the last quiz is spread over the episodes since; its last
 * bin is left out until it is full, for how much of it the store has is not known. */
static void means_of_trial(gathering *g, uint32_t trial, unsigned figure, double *values) {
  int is_change = model_figure_is_change(figure), is_going = g->m->trials[trial].status == STATUS_RUNNING;
  double episodes = (double)gather(g, trial, figure), since = 0;
  for (int i = 0; i < g->d->n; i++) {
    double start = (double)g->d->from + (double)i * (double)g->d->width, width = (double)g->d->width;
    since += fmax(0, fmin(width, episodes - start));
    int is_open = is_change && is_going && start + width > episodes && i > 0;
    double over = is_change ? fmax(since, g->count[i]) : g->count[i];
    values[i] = g->count[i] && !is_open ? g->sum[i] / over : NAN;
    if (g->count[i]) since = 0;
  }
}

/* values[n]: total of part 0 over total of part 1 up to each bin. */
static void ratios_of_trial(gathering *g, uint32_t trial, const chart *c, double *values) {
  double top = total_before(g->m, trial, c->parts[0].figure, g->d->from);
  double bottom = total_before(g->m, trial, c->parts[1].figure, g->d->from);
  uint64_t has_top = gather(g, trial, c->parts[0].figure);
  for (int i = 0; i < g->d->n; i++) {
    top += g->sum[i];
    values[i] = has_top && g->count[i] ? top : NAN;
  }
  gather(g, trial, c->parts[1].figure);
  for (int i = 0; i < g->d->n; i++) {
    bottom += g->sum[i];
    values[i] = bottom > 1e-6 ? values[i] / bottom : NAN;
  }
}

/* Mean and band over seeds, bin by bin. values [seeds][n], column: scratch [seeds]. */
static void over_seeds(const double *values, int seeds, int n, double *column, double *mean, double *low,
                       double *high) {
  for (int i = 0; i < n; i++) {
    int k = 0;
    double sum = 0;
    for (int s = 0; s < seeds; s++) {
      double v = values[(size_t)s * (size_t)n + (size_t)i];
      if (isfinite(v)) column[k++] = v, sum += v;
    }
    mean[i] = k ? sum / k : NAN;
    if (!low) continue;
    low[i] = k > 1 ? bins_quantile(column, k, 0.1) : NAN;
    high[i] = k > 1 ? bins_quantile(column, k, 0.9) : NAN;
  }
}

static void read_part(gathering *g, target what, const chart *c, int part, double *values, double *column,
                      chart_data *out) {
  const model_config *config = g->m->configs + what.config;
  int n = out->domain.n, seeds = 0;
  uint32_t only = what.trial >= 0 && !out->low[part] ? (uint32_t)what.trial : UINT32_MAX;
  for (uint32_t i = 0; i < config->n_trials && seeds < CHARTS_SEEDS; i++) {
    uint32_t trial = config->trials[i];
    if (g->m->trials[trial].episodes == 0 || (only != UINT32_MAX && only != trial)) continue;
    double *row = values + (size_t)seeds++ * (size_t)n;
    if (c->kind == CHART_RATIO) ratios_of_trial(g, trial, c, row);
    else means_of_trial(g, trial, c->parts[part].figure, row);
  }
  out->n_seeds = seeds;
  over_seeds(values, seeds, n, column, out->mean[part], out->low[part], out->high[part]);
  if (what.trial < 0 || only != UINT32_MAX || g->m->trials[what.trial].episodes == 0) return;
  if (c->kind == CHART_RATIO) ratios_of_trial(g, (uint32_t)what.trial, c, out->mean[part]);
  else means_of_trial(g, (uint32_t)what.trial, c->parts[part].figure, out->mean[part]);
}

void chart_read(model *m, target what, const chart *c, span s, int dots, enum chart_band band, chart_data *out) {
  *out = (chart_data){.domain = chart_domain(m, what, s, dots)};
  int n = out->domain.n, parts = c->kind == CHART_RATIO ? 1 : c->n_parts;
  size_t seeds = m->configs[what.config].n_trials;
  if (seeds > CHARTS_SEEDS) seeds = CHARTS_SEEDS;
  if (seeds < 2) band = CHART_NO_BAND;
  size_t line = (size_t)n, want = line * (size_t)(parts * 3) + line * seeds + seeds + 2 * line;
  double *next = n > 0 ? reserve(want) : NULL;
  if (!next) return;
  for (int p = 0; p < parts; p++) {
    out->letter[p] = parts > 1 ? c->parts[p].letter : 0;
    out->mean[p] = next, next += line;
    if (band == CHART_BAND) {
      out->low[p] = next, next += line;
      out->high[p] = next, next += line;
    }
  }
  double *values = next, *column = values + line * seeds;
  gathering g = {m, &out->domain, column + seeds, (uint32_t *)(void *)(column + seeds + line)};
  for (int p = 0; p < parts; p++) read_part(&g, what, c, p, values, column, out);
  out->n_series = parts;
}

double chart_total(model *m, target what, unsigned figure) {
  const model_config *c = m->configs + what.config;
  double total = 0;
  int n = 0;
  for (uint32_t i = 0; i < c->n_trials; i++) {
    uint32_t trial = c->trials[i];
    const model_trial *t = m->trials + trial;
    if (what.trial >= 0 && (uint32_t)what.trial != trial) continue;
    const bins *b = curves_get(&m->curves, trial, figure, CURVES_WHOLE, t->episodes, t->status);
    uint32_t scored = 0;
    for (int k = 0; b && k < b->n; k++) total += b->sum[k], scored += b->count[k];
    n += scored > 0;
  }
  return n ? total / n : NAN;
}

char chart_mark(model *m, target what, unsigned figure) {
  if (what.trial >= 0) return store_read_mark(m->store, (uint32_t)what.trial, figure);
  const model_config *c = m->configs + what.config;
  for (uint32_t i = 0; i < c->n_trials; i++)
    if (m->trials[c->trials[i]].episodes) return store_read_mark(m->store, c->trials[i], figure);
  return '-';
}
