/* charts.c - the table of charts, and the gathering of seeds: charts.h. */
#include "charts.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "intervals.h"

#define OF(stage, channel) (FIGURE_WIRE + 6 * (channel) + ((stage) - FIGURE_WIRE))
#define BY_CHANNEL(stage) \
  {{OF(stage, BAUD_CH_REWARD), 'r'}, {OF(stage, BAUD_CH_OBSERVATION), 'o'}, {OF(stage, BAUD_CH_DEMONSTRATION), 'd'}}

const chart charts[CHARTS] = {
    {"return", "return", CHART_MEANS, 1, {{FIGURE_RETURN, 0}}, FIGURE_RETURN, "return"},
    {"received bits by channel", "received", CHART_MEANS, 3, BY_CHANNEL(FIGURE_RECEIVED), FIGURE_RECEIVED_ALL, "received bits"},
    {"absorbed bits", "absorbed", CHART_MEANS, 1, {{FIGURE_ABSORBED_ALL, 0}}, FIGURE_ABSORBED_ALL, "absorbed bits"},
    {"absorbed / received, so far", "efficiency", CHART_RATIO, 2, {{FIGURE_ABSORBED_ALL, 0}, {FIGURE_RECEIVED_ALL, 0}}, 0,
     "absorbed / received, so far"},
    {"known bits: memory kept, wiped", "known", CHART_MEANS, 2, {{FIGURE_KNOWN, 'k'}, {FIGURE_KNOWN_WIPED, 'w'}}, FIGURE_KNOWN,
     "known bits"},
    {"useful bits", "useful", CHART_MEANS, 1, {{FIGURE_USEFUL, 0}}, FIGURE_USEFUL, "useful bits"},
    {"saved bits over uniform", "saved", CHART_MEANS, 2, {{FIGURE_SAVED_OBSERVATION, 'o'}, {FIGURE_SAVED_REWARD, 'r'}},
     FIGURE_SAVED_OBSERVATION, "saved bits on observations"},
    {"success", "success", CHART_MEANS, 1, {{FIGURE_SUCCESS, 0}}, FIGURE_SUCCESS, "success"},
    {"saved bits over the mixture", "mixture", CHART_MEANS, 2, {{FIGURE_SAVED_MIXTURE_OBSERVATION, 'o'}, {FIGURE_SAVED_MIXTURE_REWARD, 'r'}},
     FIGURE_SAVED_MIXTURE_OBSERVATION, "saved bits over the mixture on observations"},
    {"observation bits so far: saved, forgone on top", "forgone", CHART_STACK, 2,
     {{FIGURE_SAVED_OBSERVATION, 's'}, {FIGURE_FORGONE_OBSERVATION, 'f'}}, FIGURE_SAVED_OBSERVATION, "saved bits on observations, so far"},
    {"reward bits so far: saved, forgone on top", "forgone r", CHART_STACK, 2, {{FIGURE_SAVED_REWARD, 's'}, {FIGURE_FORGONE_REWARD, 'f'}},
     FIGURE_SAVED_REWARD, "saved bits on rewards, so far"},
    {"loss of frozen copies, bits a step", "loss", CHART_MEANS, 2, {{FIGURE_LOSS_OBSERVATION, 'o'}, {FIGURE_LOSS_REWARD, 'r'}},
     FIGURE_LOSS_OBSERVATION, "loss on observations, bits a step"},
    {"learning progress, bits a step", "progress", CHART_MEANS, 2, {{FIGURE_PROGRESS_OBSERVATION, 'o'}, {FIGURE_PROGRESS_REWARD, 'r'}},
     FIGURE_PROGRESS_OBSERVATION, "learning progress on observations, bits a step"},
    {"policy change, bits", "policy", CHART_MEANS, 1, {{FIGURE_POLICY_CHANGE, 0}}, FIGURE_POLICY_CHANGE, "policy change, bits"},
    {"useful bits with nothing received", "compute", CHART_MEANS, 1, {{FIGURE_COMPUTE, 0}}, FIGURE_COMPUTE, "useful bits with nothing received"},
};

const char *const seeds_names[SEEDS_SHOWN] = {"mean", "iqm", "range", "each", "off"};
const char *const seeds_titles[SEEDS_SHOWN] = {"mean, 95%", "IQM, 95%", "mean, 10-90%", "each", "mean"};

/* ---- Storage ---------------------------------------------------------------------------------------------- */

/* Everything that one answer needs is cut from one block, which grows to what the largest so far has needed. */
static struct { double *block; size_t room, used, wanted; } storage;

static void storage_begin(void) {
  if (storage.wanted > storage.room) {
    free(storage.block);
    storage.block = malloc(storage.wanted * sizeof *storage.block);
    storage.room = storage.block ? storage.wanted : 0;
  }
  storage.used = storage.wanted = 0;
}

/* n doubles, or null: then the next storage_begin makes room for all that was wanted. */
static double *cut(size_t n) {
  storage.wanted += n;
  if (storage.used + n > storage.room) return NULL;
  storage.used += n;
  return storage.block + storage.used - n;
}

void charts_free(void) {
  free(storage.block);
  memset(&storage, 0, sizeof storage);
  intervals_free();
  x_maps_free();
}

/* ---- The domain ------------------------------------------------------------------------------------------- */

uint64_t chart_episodes(const model *m, uint32_t config) {
  const model_config *c = m->configs + config;
  uint64_t most = 0;
  for (uint32_t i = 0; i < c->n_trials; i++) {
    uint64_t episodes = m->trials[c->trials[i]].episodes;
    if (episodes > most) most = episodes;
  }
  return most;
}

static int is_going(const model *m, uint32_t config) { return strchr("RPQ", m->configs[config].status) != NULL; }

/* How far the seeds of a target have come on the axis. A trial that is looked at alone is drawn before its band. */
static double reach_of(model *m, target what, enum x_axis axis) {
  const model_config *c = m->configs + what.config;
  double most = 0;
  if (axis == X_EPISODE) return (double)chart_episodes(m, what.config);
  for (uint32_t i = 0; i < c->n_trials && i < CHARTS_SEEDS; i++) {
    x_map map = x_map_of(m, c->trials[i], axis);
    if (map.n) most = fmax(most, map.x[map.n - 1]);
  }
  return most;
}

/* The right edge stands still while a run grows by up to a quarter, or at its goal where that is nearer: plots of
 * one run agree on it whatever their width. */
static double steady_end(double reach, double least) {
  double power = exp2(floor(log2(fmax(reach, least))));
  return power * ceil(4 * reach / power) / 4;
}

static double whole_end(const model *m, const chart_query *q, double reach) {
  double goal = 0;
  int goes_on = 0;
  for (int i = 0; i < q->n; i++) {
    const model_config *c = m->configs + q->targets[i].config;
    if (c->n_trials && q->axis == X_EPISODE) goal = fmax(goal, (double)m->trials[c->trials[0]].target);
    goes_on |= is_going(m, q->targets[i].config);
  }
  double least = q->axis == X_EPISODE || q->axis == X_STEP ? 1 : 1e-3;
  if (!goes_on) return fmax(reach, least);
  double end = steady_end(reach, 4 * least);
  if (goal >= reach && goal > 0) end = fmin(end, goal);
  return fmax(end, least);
}

/* The least power of two that covers `length` in `room` bins; whole numbers where the axis counts. */
static double bin_width(enum x_axis axis, double length, int room) {
  double width = exp2(ceil(log2(fmax(length, 1e-12) / (room > 1 ? room : 1)) - 1e-9));
  return axis == X_EPISODE || axis == X_STEP ? fmax(width, 1) : width;
}

domain chart_domain(model *m, const chart_query *q) {
  double reach = 0;
  for (int i = 0; i < q->n; i++) reach = fmax(reach, reach_of(m, q->targets[i], q->axis));
  int dots = q->dots < 2 ? 2 : q->dots, room = dots < CURVES_BINS ? dots : CURVES_BINS;
  domain d = {.axis = q->axis, .end = whole_end(m, q, reach)};
  d.width = bin_width(q->axis, d.end, room);
  if (q->span.zoom > 0) {
    double shortest = q->axis == X_EPISODE || q->axis == X_STEP ? 8 : d.end / 4096;
    double length = fmax(d.end / exp2(q->span.zoom), shortest), whole = bin_width(q->axis, d.end, CURVES_BINS);
    d.width = bin_width(q->axis, length, dots < CURVES_WINDOW_BINS ? dots : CURVES_WINDOW_BINS);
    double fine = bin_width(q->axis, length, CURVES_WINDOW_BINS);
    double align = d.width < whole ? fine : whole; /* to the bins that it will be drawn from */
    d.from = floor(fmax(fmin(q->span.from, d.end - length), 0) / align) * align;
    d.end = d.from + length;
  }
  reach = fmin(reach, d.end);
  d.n = reach > d.from ? (int)ceil((reach - d.from) / d.width - 1e-9) : 0;
  return d;
}

/* ---- One trial -------------------------------------------------------------------------------------------- */

/* Bins of episodes: what a trial's figures are read in, whatever the axis is. */
typedef struct window {
  uint64_t from, width;
  int n;
} window;

/* The curve for a window: the one of the whole run, unless that is too coarse. */
static const bins *curve_for(model *m, uint32_t trial, unsigned figure, const window *w) {
  const model_trial *t = m->trials + trial;
  const bins *whole = curves_get(&m->curves, trial, figure, NULL, t->episodes, t->status);
  if (!whole || whole->width <= w->width) return whole;
  uint64_t length = w->width * (uint64_t)w->n;
  curve_window wished = {w->from, bins_width(length, CURVES_WINDOW_BINS)};
  return curves_get(&m->curves, trial, figure, &wished, t->episodes, t->status);
}

typedef struct gathering {
  model *m;
  window w;
  double *sum;     /* [w.n] scratch */
  uint32_t *count; /* [w.n] scratch */
} gathering;

/* Sums and counts of one trial's figure in the window's bins; returns the episodes that they cover. */
static uint64_t gather(gathering *g, uint32_t trial, unsigned figure) {
  bins wide = {g->w.from, g->w.width, 0, g->w.n, g->sum, g->count};
  memset(g->sum, 0, (size_t)g->w.n * sizeof *g->sum);
  memset(g->count, 0, (size_t)g->w.n * sizeof *g->count);
  const bins *narrow = curve_for(g->m, trial, figure, &g->w);
  if (narrow) bins_merge(&wide, narrow);
  return narrow ? narrow->end : 0;
}

static double total_before(model *m, uint32_t trial, unsigned figure, uint64_t before) {
  const model_trial *t = m->trials + trial;
  const bins *whole = before ? curves_get(&m->curves, trial, figure, NULL, t->episodes, t->status) : NULL;
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
  int is_change = model_figure_is_change(figure), goes_on = g->m->trials[trial].status == STATUS_RUNNING;
  double episodes = (double)gather(g, trial, figure), since = 0, width = (double)g->w.width;
  for (int i = 0; i < g->w.n; i++) {
    double start = (double)g->w.from + i * width;
    since += fmax(0, fmin(width, episodes - start));
    int is_open = is_change && goes_on && start + width > episodes && i > 0;
    double over = is_change ? fmax(since, g->count[i]) : g->count[i];
    values[i] = g->count[i] && !is_open ? g->sum[i] / over : NAN;
    if (g->count[i]) since = 0;
  }
}

/* values[n]: total of part 0 over total of part 1 up to each bin. */
static void ratios_of_trial(gathering *g, uint32_t trial, const chart *c, double *values) {
  double top = total_before(g->m, trial, c->parts[0].figure, g->w.from);
  double bottom = total_before(g->m, trial, c->parts[1].figure, g->w.from);
  uint64_t has_top = gather(g, trial, c->parts[0].figure);
  for (int i = 0; i < g->w.n; i++) {
    top += g->sum[i];
    values[i] = has_top && g->count[i] ? top : NAN;
  }
  gather(g, trial, c->parts[1].figure);
  for (int i = 0; i < g->w.n; i++) {
    bottom += g->sum[i];
    values[i] = bottom > 1e-6 ? values[i] / bottom : NAN;
  }
}

/* values[n]: the total of part 0 up to each bin that has any of `figure`; where that is part 1, with its mean there added. */
static void stack_of_trial(gathering *g, uint32_t trial, const chart *c, unsigned figure, double *values) {
  double sum = total_before(g->m, trial, c->parts[0].figure, g->w.from);
  int is_top = figure == c->parts[1].figure;
  gather(g, trial, c->parts[0].figure);
  for (int i = 0; i < g->w.n; i++) {
    sum += g->sum[i];
    values[i] = is_top || g->count[i] ? sum : NAN;
  }
  if (!is_top) return;
  gather(g, trial, figure);
  for (int i = 0; i < g->w.n; i++) values[i] = g->count[i] ? values[i] + g->sum[i] / g->count[i] : NAN;
}

static void read_window(gathering *g, uint32_t trial, const chart *c, unsigned figure, double *values) {
  if (c->kind == CHART_RATIO) ratios_of_trial(g, trial, c, values);
  else if (c->kind == CHART_STACK) stack_of_trial(g, trial, c, figure, values);
  else means_of_trial(g, trial, figure, values);
}

/* The episodes of a trial that lie on [d->from, d->end) of another axis, in as many bins as are worth it. */
static window window_on(const x_map *map, const domain *d, uint64_t episodes) {
  double from = floor(x_to_episode(map, d->from)), end = fmin(ceil(x_to_episode(map, d->end)), (double)episodes);
  window w = {(uint64_t)from, 1, 0};
  double length = fmax(end - from, 1);
  w.width = bins_width((uint64_t)length, CURVES_BINS);
  w.from = w.from / w.width * w.width;
  w.n = (int)((end - (double)w.from + (double)w.width - 1) / (double)w.width);
  return w;
}

/* values[d->n] from the means of episode bins: each grid bin gets their mean, weighted by the share of it they cover. */
static void onto_axis(const domain *d, const x_map *map, const window *w, const double *means, double *values) {
  int first = 0;
  for (int i = 0; i < d->n; i++) {
    double left = d->from + i * d->width, right = left + d->width, sum = 0, weight = 0;
    for (int k = first; k < w->n; k++) {
      double a = x_of_episode(map, (double)w->from + (double)k * (double)w->width);
      double b = x_of_episode(map, (double)w->from + (double)(k + 1) * (double)w->width);
      if (b <= left) first = k;
      if (a >= right) break;
      double covered = fmin(b, right) - fmax(a, left);
      if (covered > 0 && !isnan(means[k])) sum += covered * means[k], weight += covered;
    }
    values[i] = weight > 0 ? sum / weight : NAN;
  }
}

enum { WINDOW_BINS = CURVES_BINS + 2 };

/* values[d->n]: one trial's line. */
static void line_of_trial(gathering *g, const domain *d, uint32_t trial, const chart *c, unsigned figure, double *values) {
  if (d->axis == X_EPISODE) {
    g->w = (window){(uint64_t)d->from, (uint64_t)d->width, d->n};
    read_window(g, trial, c, figure, values);
    return;
  }
  double means[WINDOW_BINS];
  x_map map = x_map_within(g->m, trial, d->axis, d->from, d->end);
  for (int i = 0; i < d->n; i++) values[i] = NAN;
  if (map.n < 2) return;
  g->w = window_on(&map, d, g->m->trials[trial].episodes);
  if (g->w.n > WINDOW_BINS) g->w.n = WINDOW_BINS;
  if (g->w.n <= 0) return;
  read_window(g, trial, c, figure, means);
  onto_axis(d, &map, &g->w, means, values);
}

/* ---- All seeds -------------------------------------------------------------------------------------------- */

/* The seeds' values of one bin that are numbers, in column[]; their number. */
static int column_of(const double *values, int seeds, int n, int bin, double *column) {
  int k = 0;
  for (int s = 0; s < seeds; s++) {
    double v = values[(size_t)s * (size_t)n + (size_t)bin];
    if (isfinite(v)) column[k++] = v;
  }
  return k;
}

/* Where fewer than half as many seeds have come as elsewhere, the line would tell of those few alone: it ends before. */
static int is_for_most(int seeds, int most) { return 2 * seeds >= most; }

static void over_seeds(model *m, const double *values, int n, double *column, enum seeds_shown how, series *out) {
  enum interval_kind kind = how == SEEDS_IQM ? INTERVAL_IQM : INTERVAL_MEAN;
  int most = 0;
  for (int i = 0; i < n; i++) {
    int k = column_of(values, out->n_seeds, n, i, column);
    if (k > most) most = k;
    if (!is_for_most(k, most)) k = 0;
    out->line[i] = k ? interval_value(kind, column, k) : NAN;
    if (!out->low) continue;
    out->low[i] = out->high[i] = NAN;
    if (how == SEEDS_RANGE && k > 1) {
      out->low[i] = bins_quantile(column, k, 0.1);
      out->high[i] = bins_quantile(column, k, 0.9);
    } else if (how != SEEDS_RANGE && !interval_of(kind, column, k, curves_deadline(&m->curves), out->low + i, out->high + i)) {
      m->curves.is_behind = 1;
    }
  }
}

/* One line of the plot: of all the seeds, or of one of them before the band of all. */
static int read_series(gathering *g, target what, const chart *c, unsigned figure, const domain *d, enum seeds_shown how, series *out) {
  const model_config *config = g->m->configs + what.config;
  int has_band = how == SEEDS_MEAN || how == SEEDS_IQM || how == SEEDS_RANGE;
  int is_alone = what.trial >= 0 && !has_band && how != SEEDS_EACH;
  size_t n = (size_t)d->n, most = config->n_trials < CHARTS_SEEDS ? config->n_trials : CHARTS_SEEDS;
  double *values = cut(n * (is_alone ? 1 : most)), *column = cut(most);
  out->line = cut(n);
  if (has_band) out->low = cut(n), out->high = cut(n);
  if (!values || !column || !out->line || (has_band && (!out->low || !out->high))) return BAUD_ENOMEM;
  out->n_seeds = 0;
  for (uint32_t i = 0; i < config->n_trials && out->n_seeds < CHARTS_SEEDS; i++) {
    uint32_t trial = config->trials[i];
    if (g->m->trials[trial].episodes == 0 || (is_alone && what.trial != trial)) continue;
    if (g->m->trials[trial].changes && what.trial != trial) continue; /* it is no trial of its configuration any more */
    line_of_trial(g, d, trial, c, figure, values + (size_t)out->n_seeds++ * n);
  }
  over_seeds(g->m, values, d->n, column, how, out);
  if (out->n_seeds < 2) out->low = out->high = NULL;
  if (how == SEEDS_EACH && out->n_seeds > 1) out->seed = values, out->n_shown = out->n_seeds;
  if (what.trial >= 0 && !is_alone) {
    for (int i = 0; i < d->n; i++) out->line[i] = NAN;
    if (g->m->trials[what.trial].episodes) line_of_trial(g, d, (uint32_t)what.trial, c, figure, out->line);
  }
  return 0;
}

static int read_all(model *m, const chart_query *q, chart_data *out) {
  const chart *c = q->chart;
  int is_compared = q->n > 1, parts = is_compared ? q->n : c->kind == CHART_RATIO ? 1 : c->n_parts;
  size_t n = (size_t)out->domain.n > WINDOW_BINS ? (size_t)out->domain.n : WINDOW_BINS;
  gathering g = {.m = m, .sum = cut(n), .count = (uint32_t *)(void *)cut((n + 1) / 2)};
  int code = g.sum && g.count ? 0 : BAUD_ENOMEM;
  for (int p = 0; p < parts && p < SERIES; p++) {
    series *s = out->series + p;
    *s = (series){.letter = is_compared ? (char)('a' + p) : parts > 1 ? c->parts[p].letter : 0};
    unsigned figure = is_compared ? c->whole : c->parts[p].figure;
    if (read_series(&g, q->targets[is_compared ? p : 0], c, figure, &out->domain, q->seeds, s) != 0) code = BAUD_ENOMEM;
  }
  out->n_series = code ? 0 : parts < SERIES ? parts : SERIES;
  return code;
}

void chart_read(model *m, const chart_query *q, chart_data *out) {
  memset(out, 0, sizeof *out);
  out->domain = chart_domain(m, q);
  if (out->domain.n == 0) return;
  storage_begin();
  if (read_all(m, q, out) == 0) return;
  storage_begin(); /* now there is room */
  read_all(m, q, out);
}

/* ---- Single numbers --------------------------------------------------------------------------------------- */

double chart_total_of_trial(model *m, uint32_t trial, unsigned figure, uint64_t *scored) {
  const model_trial *t = m->trials + trial;
  const bins *b = curves_get(&m->curves, trial, figure, NULL, t->episodes, t->status);
  double total = 0;
  *scored = 0;
  for (int k = 0; b && k < b->n; k++) total += b->sum[k], *scored += b->count[k];
  return total;
}

/* Whether a trial is one of a target's: itself, or of a configuration's those that were not changed while they ran. */
static int is_of(const model *m, target what, uint32_t trial) {
  return what.trial >= 0 ? (uint32_t)what.trial == trial : m->trials[trial].changes == 0;
}

double chart_latest(model *m, target what, unsigned figure) {
  const model_config *c = m->configs + what.config;
  double sum = 0;
  int n = 0;
  for (uint32_t i = 0; i < c->n_trials && n < CHARTS_SEEDS; i++) {
    const model_trial *t = m->trials + c->trials[i];
    const bins *b = is_of(m, what, c->trials[i]) ? curves_get(&m->curves, c->trials[i], figure, NULL, t->episodes, t->status) : NULL;
    int last = b ? b->n - 1 : -1;
    while (last >= 0 && !b->count[last]) last--;
    if (last >= 0) sum += b->sum[last] / b->count[last], n++;
  }
  return n ? sum / n : NAN;
}

double chart_total(model *m, target what, unsigned figure) {
  const model_config *c = m->configs + what.config;
  double total = 0;
  int n = 0;
  for (uint32_t i = 0; i < c->n_trials; i++) {
    uint64_t scored;
    if (!is_of(m, what, c->trials[i])) continue;
    double own = chart_total_of_trial(m, c->trials[i], figure, &scored);
    if (scored) total += own, n++;
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
