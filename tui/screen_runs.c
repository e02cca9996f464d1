/* screen_runs.c - view 1: the tree of configurations and trials, what the selected one has absorbed, what happened. */
#include <math.h>
#include <string.h>

#include "actions.h"
#include "columns.h"
#include "events.h"
#include "funnel.h"
#include "keys.h"
#include "plot.h"
#include "text.h"

static int longest_label(const model *m) {
  int longest = 13; /* "  seed 12345" */
  for (uint32_t c = 0; c < m->n_configs; c++) {
    int n = text_width(m->configs[c].label);
    if (n > longest) longest = n;
  }
  return longest;
}

/* Heading, rule, rows, and below them which rows these are: as many of the four as there is room for. */
static void draw_list(dashboard *d, rect area) {
  frame *f = &d->frame;
  int widths[COLUMNS_SHOWN], y = area.y, end = area.y + area.height;
  int has_heading = area.height >= 3, has_rule = area.height >= 15, has_note = area.height >= 5;
  columns_fit(area.width, longest_label(&d->model), widths);
  if (has_heading) columns_draw_heading(d, y++, widths);
  if (has_rule) {
    for (int x = 1; x < f->width - 1; x++) frame_put(f, x, y, 0x2500, STYLE_FRAME);
    y++;
  }
  int height = end - y - has_note;
  if (has_note && d->n_rows <= height + 1) height += 1, has_note = 0;
  list_show(&d->list, d->n_rows, height);
  for (int i = 0; i < height && d->list.top + i < d->n_rows; i++) {
    int row = d->list.top + i;
    columns_draw_row(d, y + i, d->rows[row], widths);
    if (row != d->list.selected) continue;
    frame_put(f, 1, y + i, 0xbb, STYLE_STRONG);
    frame_restyle(f, (rect){0, y + i, f->width, 1}, STYLE_SELECTED);
    f->cursor_x = 1;
    f->cursor_y = y + i;
  }
  if (has_note) {
    int last = d->list.top + height < d->n_rows ? d->list.top + height : d->n_rows;
    frame_print(f, 5, y + height, f->width - 5, STYLE_DIM, "rows %d-%d of %d%s", d->list.top + 1, last, d->n_rows,
                last < d->n_rows ? "   PgDn more" : "");
  }
  if (d->n_rows == 0) frame_print(f, 5, y, f->width - 5, STYLE_DIM, "nothing matches /%s   Esc: all rows", d->filter);
}

static void draw_chart(dashboard *d, rect box) {
  const chart *c = charts + d->shown_chart;
  char title[500], name[300], note[64], now[32];
  chart_data data;
  chart_read(&d->model, d->selected, c, (span){0, 0}, plot_dots(d->frame.tier, box.width), CHART_BAND, &data);
  target_name(d, d->selected, name, sizeof name);
  snprintf(title, sizeof title, "%s/episode  %s", c->title, name);
  double last = NAN;
  for (int i = 0; data.n_series && i < data.domain.n; i++)
    if (isfinite(data.mean[0][i])) last = data.mean[0][i];
  text_number(now, sizeof now, last, 6);
  snprintf(note, sizeof note, "bin %llu  now %s", (unsigned long long)data.domain.width, now);
  plot_draw(&d->frame, box, &d->canvas, title, note, &data, &(plot_look){.smooth = 1});
}

static void draw(dashboard *d, rect body) {
  layout_runs l = layout_of_runs(body);
  draw_list(d, l.list);
  funnel u;
  if (l.plot.width) draw_chart(d, l.plot);
  if (l.funnel.width || l.strip.width) funnel_read(d, d->selected, d->has_totals ? FUNNEL_TOTALS : FUNNEL_RECENT, &u);
  if (l.funnel.width) {
    rect in = frame_box(&d->frame, l.funnel, d->has_totals ? "funnel, bits" : "funnel, bits/episode",
                        d->has_totals ? "whole run" : "last 100", STYLE_TITLE);
    funnel_draw_summary(&d->frame, in, &u);
  }
  if (l.strip.width) {
    char title[400], name[300], cut[300];
    target_name(d, d->selected, name, sizeof name);
    text_elide(cut, sizeof cut, name, body.width - 36);
    snprintf(title, sizeof title, "%s, %s", cut, d->has_totals ? "bits, whole run" : "bits/episode, last 100");
    frame_rule(&d->frame, l.strip.y, title);
    funnel_draw_strip(&d->frame, (rect){0, l.strip.y + 1, body.width, 2}, &u);
  }
  if (l.events.width) events_draw_panel(d, l.events, l.is_boxed);
}

static void note(dashboard *d, char *out, size_t size) {
  int is_wide = d->frame.width >= 100;
  if (d->filter[0] && is_wide) snprintf(out, size, "filter: %s   sort: %s %s", d->filter, column_name(d->sort_column),
                                        d->sort_order == DESCENDING ? "v" : "^");
  else if (d->filter[0]) snprintf(out, size, "filter: %s", d->filter);
  else snprintf(out, size, "sort: %s %s", column_name(d->sort_column), d->sort_column == COLUMN_NAME ? ""
                : d->sort_order == DESCENDING ? "v" : "^");
}

static void click(dashboard *d, int x, int y) {
  int row = d->list.top + y - (d->frame.cursor_y - (d->list.selected - d->list.top));
  (void)x;
  layout_runs l = layout_of_runs(layout_screen(d->frame.width, d->frame.height).body);
  if (y >= l.list.y && y < l.list.y + l.list.height && row >= 0) rows_select(d, row);
}

void act_open(dashboard *d, int unused) {
  (void)unused;
  if (d->n_rows > 0) d->view = &screen_run;
}

void act_fold(dashboard *d, int how) {
  uint8_t *folded = d->is_folded + d->selected.config;
  if (how == 2) memset(d->is_folded, !*folded, d->model.n_configs);
  else *folded = how == 0 ? !*folded : how > 0;
  if (*folded) d->selected.trial = -1;
}

void act_sort(dashboard *d, int step) {
  d->sort_column = column_next(d->sort_column, step);
  d->sort_order = DESCENDING;
}

void act_reverse(dashboard *d, int unused) {
  (void)unused;
  d->sort_order = d->sort_order == DESCENDING ? ASCENDING : DESCENDING;
}

const screen screen_runs = {1, "Runs", "Runs", IN_RUNS, draw, note, click};
