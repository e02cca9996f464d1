/* screen_run.c - view 2: one configuration or trial: its funnel, its curves with the seeds' band, cursor and zoom. */
#include <math.h>
#include <string.h>

#include "actions.h"
#include "funnel.h"
#include "keys.h"
#include "plot.h"
#include "plots.h"
#include "text.h"

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

static void draw_readout(dashboard *d, rect area, const layout_run *l) {
  frame *f = &d->frame;
  char where[80], values[300], settings[200];
  plots_where(d, &d->selected, 1, where, sizeof where);
  size_t used = (size_t)snprintf(d->readout, sizeof d->readout, "%s", where);
  int x = 1, is_shown = area.height > 0;
  if (is_shown) x += frame_text(f, x, area.y, area.width - x, STYLE_STRONG, where) + 3;
  for (int i = -1; i < l->n_plots && l->n_plots > 0; i++) { /* the one in focus first */
    int which = i < 0 ? d->plot : chart_in(d, l, i);
    if ((i >= 0 && which == d->plot) || !plots_values(d, &d->selected, 1, which, values, sizeof values)) continue;
    if (used < sizeof d->readout) used += (size_t)snprintf(d->readout + used, sizeof d->readout - used, "   %s", values);
    if (is_shown && text_width(values) <= area.width - x) x += frame_text(f, x, area.y, area.width - x, STYLE_PLAIN, values) + 3;
    else is_shown = 0;
  }
  plots_settings(d, settings, sizeof settings);
  if (area.height > 1) frame_print(f, 1, area.y + 1, area.width - 1, STYLE_DIM, "%s   plot %d of %d", settings, d->plot + 1, CHARTS);
}

static void draw_funnel(dashboard *d, const layout_run *l) {
  funnel u;
  frame *f = &d->frame;
  funnel_read(d, d->selected, d->has_totals ? FUNNEL_TOTALS : FUNNEL_RECENT, &u);
  if (l->funnel_is_box) {
    funnel_read_places(d, d->selected, &u);
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
  enum plots_place place = d->zoom_panel == LAYOUT_ALONE ? PLOTS_ALONE : PLOTS_BESIDE_OTHERS;
  turn_page(d, &l);
  if (l.funnel.width > 0) draw_funnel(d, &l);
  for (int i = 0; i < l.n_plots; i++) {
    int which = chart_in(d, &l, i);
    plots_draw(d, l.plots[i], &d->selected, 1, which, which == d->plot, place);
  }
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
  const char *changed = t->changes ? " changed" : "";
  text_thousands(done, sizeof done, t->episodes);
  text_short(goal, sizeof goal, (double)t->target);
  if (t->target) snprintf(out, size, "%s   %c%s ep %s/%s", name, t->status, changed, done, goal);
  else snprintf(out, size, "%s   %c%s ep %s", name, t->status, changed, done);
}

static void click(dashboard *d, int x, int y) {
  layout_run l = present_layout(d);
  for (int i = 0; i < l.n_plots; i++) {
    rect r = l.plots[i];
    if (x < r.x || y < r.y || x >= r.x + r.width || y >= r.y + r.height) continue;
    d->plot = chart_in(d, &l, i);
    d->has_cursor = 1;
    d->cursor = plot_x_at(r, &d->plotted, x);
  }
}

void act_seed(dashboard *d, int step) {
  list_move(&d->list, step, d->n_rows);
  rows_select(d, d->list.selected);
}

const screen screen_run = {2, "Run", "Run", IN_RUN, draw, note, click, NULL, NULL, NULL};
