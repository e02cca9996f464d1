/* plots.c - drawing, reading out and moving about in plots: plots.h. */
#include "plots.h"

#include <math.h>
#include <stdio.h>
#include <string.h>

#include "actions.h"
#include "plot.h"
#include "text.h"

static const int smoothings[SMOOTHINGS] = {1, 5, 17, 65};

static int has_one_line(const chart *c) { return c->n_parts == 1 || c->kind == CHART_RATIO; }

chart_query plots_query(const dashboard *d, const target *targets, int n, int which, int width, enum plots_place place) {
  const chart *c = charts + which;
  int may_show_seeds = has_one_line(c) || n > 1 || place == PLOTS_ALONE;
  enum seeds_shown less = d->seeds == SEEDS_OFF || d->seeds == SEEDS_IQM ? d->seeds : SEEDS_OFF;
  return (chart_query){.targets = targets, .n = n, .dots = plot_dots(d->frame.tier, width), .chart = c, .axis = d->axis,
                       .span = d->span, .seeds = may_show_seeds ? d->seeds : less == SEEDS_IQM ? SEEDS_OFF : less};
}

static void title_of(const dashboard *d, const chart_query *q, const chart_data *data, int which, char *out, size_t size) {
  const char *name = q->n > 1 ? q->chart->whole_title : q->chart->title;
  size_t used = (size_t)snprintf(out, size, "%d %s", which + 1, name);
  int seeds = data->n_series ? data->series[0].n_seeds : 0;
  if (q->n > 1 && q->seeds != SEEDS_OFF) snprintf(out + used, size - used, "  (seeds: %s)", seeds_titles[q->seeds]);
  if (q->n > 1 || seeds < 2 || used >= size) return;
  if (d->selected.trial < 0) snprintf(out + used, size - used, "  (%d seeds: %s)", seeds, seeds_titles[q->seeds]);
  else if (q->seeds != SEEDS_OFF) snprintf(out + used, size - used, "  (of %d seeds: %s)", seeds, seeds_titles[q->seeds]);
}

static void bin_text(const domain *d, char *out, size_t size) {
  char width[32];
  x_label(d->axis, width, sizeof width, d->width);
  if (d->axis == X_EPISODE) snprintf(out, size, "bin %.0f", d->width);
  else snprintf(out, size, "%s, bin %s", x_axis_names[d->axis], width);
}

void plots_draw(dashboard *d, rect box, const target *targets, int n, int which, int is_focused, enum plots_place place) {
  chart_query q = plots_query(d, targets, n, which, box.width, place);
  chart_data data;
  char title[200], note[100], bin[60];
  chart_read(&d->model, &q, &data);
  if (is_focused) {
    d->plotted = data.domain;
    d->plotted_box = box;
  }
  title_of(d, &q, &data, which, title, sizeof title);
  bin_text(&data.domain, bin, sizeof bin);
  snprintf(note, sizeof note, "%s%s%s", d->is_log ? "y:log " : "", d->smoothing ? "smooth " : "", bin);
  plot_look look = {d->is_log ? AXIS_LOG : AXIS_LINEAR, smoothings[d->smoothing], d->has_cursor, d->cursor, is_focused,
                    d->model.curves.is_behind};
  plot_draw(&d->frame, box, &d->canvas, title, note, &data, &look);
}

/* ---- In words --------------------------------------------------------------------------------------------- */

static size_t value_text(const series *s, int bin, char *out, size_t size) {
  char value[32], low[32], high[32];
  int at = bin;
  while (at > 0 && isnan(s->line[at])) at--; /* the value that the line stands at */
  text_number(value, sizeof value, s->line[at], 6);
  const char letter[3] = {' ', s->letter, 0};
  size_t used = (size_t)snprintf(out, size, "%s %s", s->letter ? letter : "", value);
  if (!s->low || isnan(s->low[at]) || used >= size) return used;
  text_number(low, sizeof low, s->low[at], 6);
  text_number(high, sizeof high, s->high[at], 6);
  return used + (size_t)snprintf(out + used, size - used, " [%s %s]", low, high);
}

int plots_values(dashboard *d, const target *targets, int n, int which, char *out, size_t size) {
  int width = d->plotted_box.width > 0 ? d->plotted_box.width : d->frame.width;
  chart_query q = plots_query(d, targets, n, which, width, PLOTS_BESIDE_OTHERS);
  chart_data data;
  chart_read(&d->model, &q, &data);
  plot_smooth(&data, smoothings[d->smoothing]);
  int bin = d->has_cursor ? plot_bin(&data.domain, d->cursor) : data.domain.n - 1;
  size_t used = (size_t)snprintf(out, size, "%s", charts[which].name);
  for (int s = 0; s < data.n_series && bin >= 0 && used < size; s++) used += value_text(data.series + s, bin, out + used, size - used);
  return data.n_series > 0 && bin >= 0;
}

void plots_where(dashboard *d, const target *targets, int n, char *out, size_t size) {
  static const char *const short_names[X_AXES] = {"ep", "step", "", ""};
  char at[40];
  double x = d->cursor;
  if (!d->has_cursor) {
    chart_query q = {.targets = targets, .n = n, .dots = 64, .chart = charts, .axis = d->axis};
    domain whole = chart_domain(&d->model, &q);
    x = fmin(whole.from + whole.n * whole.width, whole.end);
    if (d->axis == X_EPISODE) x = (double)chart_episodes(&d->model, targets[0].config);
  }
  if (d->axis == X_EPISODE || d->axis == X_STEP) text_thousands(at, sizeof at, (uint64_t)fmax(x, 0));
  else x_label(d->axis, at, sizeof at, x);
  snprintf(out, size, "%s %s%s%s%s", d->has_cursor ? "cursor" : "now", short_names[d->axis], *short_names[d->axis] ? " " : "", at,
           d->axis == X_BITS ? " bits" : "");
}

void plots_settings(const dashboard *d, char *out, size_t size) {
  snprintf(out, size, "x axis: %s%s   smooth %d   seeds: %s", x_axis_names[d->axis], d->span.zoom ? ", zoomed" : ", whole run",
           smoothings[d->smoothing], d->seeds == SEEDS_OFF ? "off" : seeds_titles[d->seeds]);
}

/* ---- Keys ------------------------------------------------------------------------------------------------- */

void act_plot(dashboard *d, int step) {
  int *which = chart_of_view(d);
  *which = (*which + step + CHARTS) % CHARTS;
}

static int has_plots(const dashboard *d) { return d->view == &screen_run || d->view == &screen_compare; }

enum layout_zoom zoom_of_view(const dashboard *d) {
  return has_plots(d) ? d->zoom_panel : d->alone & d->view->scope ? LAYOUT_ALONE : LAYOUT_GRID;
}

void act_zoom_panel(dashboard *d, int unused) {
  (void)unused;
  if (!has_plots(d)) {
    d->alone ^= d->view->scope;
    return;
  }
  d->zoom_panel = d->zoom_panel == LAYOUT_GRID ? LAYOUT_ALONE : LAYOUT_GRID;
}

static int can_go_closer(const dashboard *d, double length) {
  int is_counted = d->axis == X_EPISODE || d->axis == X_STEP;
  return is_counted ? length > 8 : d->span.zoom < 12;
}

/* How far the data go in the plot as it was last drawn. */
static double newest(const dashboard *d) { return fmin(d->plotted.end, d->plotted.from + d->plotted.n * d->plotted.width); }

/* Around the cursor; without one towards the newest. */
void act_zoom(dashboard *d, int step) {
  double length = d->plotted.end - d->plotted.from, centre = d->has_cursor ? d->cursor : newest(d) - length / 4;
  if (step == 0) {
    d->span = (span){0, 0};
    return;
  }
  if (step > 0 && !can_go_closer(d, length)) return;
  d->span.zoom += step;
  if (d->span.zoom < 0) d->span.zoom = 0;
  double fresh = step > 0 ? length / 2 : length * 2;
  d->span.from = fmax(centre - fresh / 2, 0);
}

void act_cursor(dashboard *d, int cells) {
  int room = d->plotted_box.width - 10;
  double length = d->plotted.end - d->plotted.from, step = room > 2 ? length / (room - 1) : length;
  if (!d->has_cursor) d->cursor = newest(d);
  else d->cursor += cells * step;
  d->has_cursor = 1;
  d->cursor = fmin(fmax(d->cursor, d->plotted.from), newest(d));
}

void act_log_axis(dashboard *d, int unused) {
  (void)unused;
  d->is_log = !d->is_log;
}

void act_smooth(dashboard *d, int unused) {
  (void)unused;
  d->smoothing = (d->smoothing + 1) % SMOOTHINGS;
}

/* Mean, interquartile mean, range, none; each seed has a key of its own. */
void act_band(dashboard *d, int unused) {
  (void)unused;
  static const enum seeds_shown next[SEEDS_SHOWN] = {SEEDS_IQM, SEEDS_RANGE, SEEDS_OFF, SEEDS_MEAN, SEEDS_MEAN};
  d->seeds = next[d->seeds];
  dashboard_say(d, "seeds: %s", d->seeds == SEEDS_OFF ? "off" : seeds_titles[d->seeds]);
}

void act_each_seed(dashboard *d, int unused) {
  (void)unused;
  if (d->seeds == SEEDS_EACH) {
    d->seeds = d->seeds_before;
    return;
  }
  d->seeds_before = d->seeds;
  d->seeds = SEEDS_EACH;
}

void set_axis(dashboard *d, enum x_axis fresh) {
  d->axis = fresh;
  d->span = (span){0, 0};
  d->has_cursor = 0;
  dashboard_say(d, "x axis: %s %s", x_axis_names[fresh], fresh == X_EPISODE || fresh == X_STEP ? "" : x_axis_units[fresh]);
}

void act_axis(dashboard *d, int unused) {
  (void)unused;
  set_axis(d, (enum x_axis)((d->axis + 1) % X_AXES));
}

void act_totals(dashboard *d, int unused) {
  (void)unused;
  d->has_totals = !d->has_totals;
}
