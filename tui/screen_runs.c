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
    frame_put(f, 0, y + i, 0xbb, STYLE_STRONG);
    frame_restyle(f, (rect){0, y + i, f->width, 1}, STYLE_SELECTED);
    f->cursor_x = 1;
    f->cursor_y = y + i;
  }
  if (has_note) {
    int last = d->list.top + height < d->n_rows ? d->list.top + height : d->n_rows;
    char marked[32] = "";
    if (d->n_marks) snprintf(marked, sizeof marked, "   %d marked", d->n_marks);
    frame_print(f, 5, y + height, f->width - 5, STYLE_DIM, "rows %d-%d of %d%s%s", d->list.top + 1, last, d->n_rows, marked,
                last < d->n_rows ? "   PgDn more" : "");
  }
  if (d->n_rows == 0) frame_print(f, 5, y, f->width - 5, STYLE_DIM, "nothing matches /%s   Esc: all rows", d->filter.text);
}

static void draw_chart(dashboard *d, rect box) {
  const chart *c = charts + d->shown_chart;
  char title[500], name[300], note[64], now[32];
  chart_data data;
  chart_query q = {.targets = &d->selected, .n = 1, .dots = plot_dots(d->frame.tier, box.width), .chart = c,
                   .seeds = c->n_parts == 1 || c->kind == CHART_RATIO ? d->seeds : SEEDS_OFF};
  chart_read(&d->model, &q, &data);
  target_name(d, d->selected, name, sizeof name);
  snprintf(title, sizeof title, "%s%s  %s", c->title, c->kind == CHART_MEANS ? "/episode" : "", name);
  double last = NAN;
  for (int i = 0; data.n_series && i < data.domain.n; i++)
    if (isfinite(data.series[0].line[i])) last = data.series[0].line[i];
  text_number(now, sizeof now, last, 6);
  snprintf(note, sizeof note, "bin %.0f  now %s", data.domain.width, now);
  plot_draw(&d->frame, box, &d->canvas, title, note, &data, &(plot_look){.smooth = 1, .is_reading = d->model.curves.is_behind});
}

static void draw(dashboard *d, rect body) {
  layout_runs l = layout_of_runs(body, zoom_of_view(d));
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
  const char *arrow = d->sort_column == COLUMN_NAME ? "" : d->sort_order == DESCENDING ? " v" : " ^";
  size_t used = 0;
  out[0] = 0;
  if (d->is_tracking) used += (size_t)snprintf(out, size, "FOLLOW   ");
  if (d->filter.is_set) used += (size_t)snprintf(out + used, size - used, "filter: %.60s   ", d->filter.text);
  if (!d->filter.is_set || d->frame.width >= 100) snprintf(out + used, size - used, "sort: %s%s", column_name(d->sort_column), arrow);
}

static void click(dashboard *d, int x, int y) {
  int row = d->list.top + y - (d->frame.cursor_y - (d->list.selected - d->list.top));
  layout_runs l = layout_of_runs(layout_screen(d->frame.width, d->frame.height).body, zoom_of_view(d));
  int is_heading = y == l.list.y && l.list.height >= 3, was = d->list.selected;
  if (is_heading) {
    int widths[COLUMNS_SHOWN], column;
    columns_fit(l.list.width, longest_label(&d->model), widths);
    if ((column = columns_at(widths, x)) < 0) return;
    d->sort_order = d->sort_column == column && d->sort_order == DESCENDING ? ASCENDING : DESCENDING;
    d->sort_column = column;
  } else if (y >= l.list.y && y < l.list.y + l.list.height && row >= 0 && row < d->n_rows) {
    rows_select(d, row);
    d->is_tracking = 0;
    if (row == was && x <= 4) act_fold(d, 0); /* a second click on the mark before the name */
  }
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

/* Marks what is selected with the next letter, or takes its letter back; then the row below, as everywhere. */
void act_mark(dashboard *d, int unused) {
  (void)unused;
  int at = mark_of(d, d->selected);
  if (d->n_rows == 0) return;
  if (at >= 0) {
    memmove(d->marks + at, d->marks + at + 1, (size_t)(--d->n_marks - at) * sizeof *d->marks);
  } else if (d->n_marks == MARKS) {
    dashboard_complain(d, "%d rows are marked, more would not be told apart; Esc clears the marks", MARKS);
    return;
  } else {
    d->marks[d->n_marks++] = d->selected;
  }
  act_move(d, 1);
}

void act_compare(dashboard *d, int unused) {
  (void)unused;
  if (d->n_marks < 2) dashboard_complain(d, "Space marks what is to be compared: two rows or more");
  else d->view = &screen_compare;
}

void act_track(dashboard *d, int unused) {
  (void)unused;
  d->is_tracking = !d->is_tracking;
}

static void row_text(dashboard *d, int row, char *out, size_t size) { target_name(d, d->rows[row], out, size); }

const screen screen_runs = {1, "Runs", "Runs", IN_RUNS, draw, note, click, NULL, NULL, row_text};
