/* screen_run.c - view 2: one configuration or trial: its funnel, its curves with the seeds' band, cursor and zoom. */
#include <math.h>
#include <string.h>

#include "actions.h"
#include "funnel.h"
#include "keys.h"
#include "plot.h"
#include "text.h"

static const int smoothings[SMOOTHINGS] = {1, 5, 17, 65};

static layout_run present_layout(const dashboard *d) {
  return layout_of_run(layout_screen(d->frame.width, d->frame.height).body, d->zoom_panel);
}

/* The chart in the i-th box: pages are turned so that the one in focus is on the page. */
static int chart_in(const dashboard *d, const layout_run *l, int box) {
  if (l->n_plots <= 1) return d->plot;
  return (d->plot_page + box) % CHARTS;
}

static void turn_page(dashboard *d, const layout_run *l) {
  int place = (d->plot - d->plot_page + CHARTS) % CHARTS;
  if (l->n_plots > 1 && place >= l->n_plots) d->plot_page = d->plot - d->plot % l->n_plots;
  place = (d->plot - d->plot_page + CHARTS) % CHARTS;
  if (l->n_plots > 1 && place >= l->n_plots) d->plot_page = d->plot;
}

static void draw_plot(dashboard *d, rect box, int which) {
  const chart *c = charts + which;
  int is_focused = which == d->plot, is_alone = d->zoom_panel == LAYOUT_ONE_PLOT;
  chart_data data;
  char title[200], note[100];
  int is_one_line = c->n_parts == 1 || c->kind == CHART_RATIO;
  enum chart_band band = d->has_band && (is_one_line || is_alone) ? CHART_BAND : CHART_NO_BAND;
  chart_read(&d->model, d->selected, c, d->span, plot_dots(d->frame.tier, box.width), band, &data);
  if (is_focused) {
    d->plotted = data.domain;
    d->plotted_box = box;
  }
  size_t used = (size_t)snprintf(title, sizeof title, "%d %s", which + 1, c->title);
  if (data.n_series && data.low[0])
    snprintf(title + used, sizeof title - used,
             d->selected.trial < 0 ? "  (%d seeds: mean, 10-90%%)" : "  (band: %d seeds, 10-90%%)", data.n_seeds);
  else if (data.n_series && d->selected.trial < 0 && data.n_seeds > 1)
    snprintf(title + used, sizeof title - used, "  (%d seeds: mean)", data.n_seeds);
  snprintf(note, sizeof note, "%s%sbin %llu", d->is_log ? "y:log " : "", d->smoothing ? "smooth " : "",
           (unsigned long long)data.domain.width);
  plot_look look = {d->is_log ? AXIS_LOG : AXIS_LINEAR, smoothings[d->smoothing], d->has_cursor, d->cursor, is_focused,
                    d->model.curves.is_behind};
  plot_draw(&d->frame, box, &d->canvas, title, note, &data, &look);
}

/* Values of one chart at the cursor (or the newest ones), as text; returns the cells used. */
static int print_readout(dashboard *d, int x, int y, int cells, int which) {
  const chart *c = charts + which;
  chart_data data;
  char text[200];
  int columns = plot_dots(d->frame.tier, d->plotted_box.width > 0 ? d->plotted_box.width : d->frame.width);
  enum chart_band band = d->has_band && (c->n_parts == 1 || c->kind == CHART_RATIO) ? CHART_BAND : CHART_NO_BAND;
  chart_read(&d->model, d->selected, c, d->span, columns, band, &data);
  int bin = d->has_cursor ? plot_bin(&data.domain, d->cursor) : data.domain.n - 1;
  size_t used = (size_t)snprintf(text, sizeof text, "%s", c->name);
  for (int s = 0; s < data.n_series && bin >= 0; s++) {
    char value[32], low[32], high[32];
    int at = bin;
    while (at > 0 && isnan(data.mean[s][at])) at--; /* the value that the line stands at */
    text_number(value, sizeof value, data.mean[s][at], 6);
    const char letter[3] = {' ', data.letter[s], 0};
    used += (size_t)snprintf(text + used, sizeof text - used, "%s %s", data.letter[s] ? letter : "", value);
    if (!data.low[s] || isnan(data.low[s][at])) continue;
    text_number(low, sizeof low, data.low[s][at], 6);
    text_number(high, sizeof high, data.high[s][at], 6);
    used += (size_t)snprintf(text + used, sizeof text - used, " [%s %s]", low, high);
  }
  if (text_width(text) > cells) return 0;
  return frame_text(&d->frame, x, y, cells, STYLE_PLAIN, text) + 3;
}

static void draw_readout(dashboard *d, rect area, const layout_run *l) {
  frame *f = &d->frame;
  if (area.height <= 0) return;
  char episode[32];
  uint64_t newest = chart_episodes(&d->model, d->selected.config);
  text_thousands(episode, sizeof episode, d->has_cursor ? (uint64_t)fmax(d->cursor, 0) : newest);
  const char *format = d->has_cursor ? "cursor ep %s" : "now ep %s";
  int x = 1 + frame_print(f, 1, area.y, area.width - 1, STYLE_STRONG, format, episode) + 3;
  x += print_readout(d, x, area.y, area.width - x, d->plot);
  for (int i = 0; i < l->n_plots && l->n_plots > 1; i++) {
    int which = chart_in(d, l, i);
    if (which == d->plot) continue;
    int n = print_readout(d, x, area.y, area.width - x, which);
    if (n == 0) break;
    x += n;
  }
  if (area.height > 1)
    frame_print(f, 1, area.y + 1, area.width - 1, STYLE_DIM, "x axis: episode%s   smooth %d   band %s   plot %d of %d",
                d->span.zoom ? ", zoomed" : ", whole run", smoothings[d->smoothing],
                d->has_band ? "10-90% of seeds" : "off", d->plot + 1, CHARTS);
}

static void draw_funnel(dashboard *d, const layout_run *l) {
  funnel u;
  frame *f = &d->frame;
  funnel_read(d, d->selected, d->has_totals ? FUNNEL_TOTALS : FUNNEL_RECENT, &u);
  if (l->funnel_is_box) {
    const char *title = d->has_totals ? "signal funnel, bits, whole run" : "signal funnel, bits/episode";
    rect in = frame_box(f, l->funnel, title, d->has_totals ? "t: recent" : "last 100  t: total", STYLE_TITLE);
    funnel_draw_bars(f, in, &u);
  } else if (l->funnel.width >= FUNNEL_TABLE_WIDTH) {
    funnel_draw_table(f, l->funnel, d->has_totals ? "bits in all" : "bits/episode", &u);
  } else {
    funnel_draw_summary(f, l->funnel, &u);
  }
}

static void draw(dashboard *d, rect body) {
  layout_run l = layout_of_run(body, d->zoom_panel);
  turn_page(d, &l);
  if (l.funnel.width > 0) draw_funnel(d, &l);
  for (int i = 0; i < l.n_plots; i++) draw_plot(d, l.plots[i], chart_in(d, &l, i));
  draw_readout(d, l.readout, &l);
}

static void note(dashboard *d, char *out, size_t size) {
  char name[300], done[32], goal[32];
  const model_config *c = d->model.configs + d->selected.config;
  target_name(d, d->selected, name, sizeof name);
  if (d->selected.trial < 0) {
    snprintf(out, size, "%s   %u seed%s %.0f%%", name, c->n_trials, c->n_trials == 1 ? "" : "s", 100 * c->progress);
    return;
  }
  const model_trial *t = d->model.trials + d->selected.trial;
  text_thousands(done, sizeof done, t->episodes);
  text_short(goal, sizeof goal, (double)t->target);
  if (t->target) snprintf(out, size, "%s   %c ep %s/%s", name, t->status, done, goal);
  else snprintf(out, size, "%s   %c ep %s", name, t->status, done);
}

static void click(dashboard *d, int x, int y) {
  layout_run l = present_layout(d);
  for (int i = 0; i < l.n_plots; i++) {
    rect r = l.plots[i];
    if (x < r.x || y < r.y || x >= r.x + r.width || y >= r.y + r.height) continue;
    d->plot = chart_in(d, &l, i);
    d->has_cursor = 1;
    d->cursor = plot_episode_at(r, &d->plotted, x);
  }
}

void act_plot(dashboard *d, int step) {
  int *which = d->view == &screen_runs ? &d->shown_chart : &d->plot;
  *which = (*which + step + CHARTS) % CHARTS;
}

void act_zoom_panel(dashboard *d, int unused) {
  (void)unused;
  d->zoom_panel = d->zoom_panel == LAYOUT_GRID ? LAYOUT_ONE_PLOT : LAYOUT_GRID;
}

void act_zoom(dashboard *d, int step) {
  double length = d->plotted.end - (double)d->plotted.from;
  double centre = d->has_cursor ? d->cursor : d->plotted.end - length / 4;
  if (step == 0) {
    d->span = (span){0, 0};
    return;
  }
  if (step > 0 && length <= 8) return;
  d->span.zoom += step;
  if (d->span.zoom < 0) d->span.zoom = 0;
  double fresh = step > 0 ? length / 2 : length * 2;
  d->span.from = centre > fresh / 2 ? (uint64_t)(centre - fresh / 2) : 0;
}

void act_cursor(dashboard *d, int cells) {
  int room = d->plotted_box.width - 10;
  double length = d->plotted.end - (double)d->plotted.from, step = room > 2 ? length / (room - 1) : length;
  uint64_t newest = chart_episodes(&d->model, d->selected.config);
  if (!d->has_cursor) d->cursor = fmin(d->plotted.end, (double)newest);
  else d->cursor += cells * step;
  d->has_cursor = 1;
  d->cursor = fmin(fmax(d->cursor, (double)d->plotted.from), fmin(d->plotted.end, (double)newest));
}

void act_log_axis(dashboard *d, int unused) {
  (void)unused;
  d->is_log = !d->is_log;
}

void act_smooth(dashboard *d, int unused) {
  (void)unused;
  d->smoothing = (d->smoothing + 1) % SMOOTHINGS;
}

void act_band(dashboard *d, int unused) {
  (void)unused;
  d->has_band = !d->has_band;
}

void act_totals(dashboard *d, int unused) {
  (void)unused;
  d->has_totals = !d->has_totals;
}

void act_seed(dashboard *d, int step) {
  list_move(&d->list, step, d->n_rows);
  rows_select(d, d->list.selected);
}

const screen screen_run = {2, "Run", "Run", IN_RUN, draw, note, click};
