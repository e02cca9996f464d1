/* screen_compare.c - view 8: what was marked, overlaid in one plot a figure, and a table of how it differs from a. */
#include <math.h>
#include <string.h>

#include "actions.h"
#include "compare.h"
#include "keys.h"
#include "plot.h"
#include "plots.h"
#include "text.h"

enum { LETTER_CELLS = 8, CELL = 24 };

static layout_compare present_layout(const dashboard *d, rect body) {
  return layout_of_compare(body, d->n_marks, d->zoom_panel);
}

static int chart_in(const dashboard *d, int box) { return (d->compared + box) % CHARTS; }

/* "8.85 [8.60 9.02]", a difference with its sign and "*" where 0 lies outside. */
static unsigned cell_text(const comparison *c, int is_difference, char *out, size_t size) {
  char value[32], low[32], high[32];
  int is_clear = is_difference && isfinite(c->low) && isfinite(c->high) && (c->low > 0 || c->high < 0);
  text_number(value, sizeof value, c->value, 6);
  if (!c->is_ready) snprintf(out, size, "...");
  else if (isnan(c->value)) snprintf(out, size, "-");
  else if (!isfinite(c->low) || !isfinite(c->high)) snprintf(out, size, "%s%s", is_difference && c->value > 0 ? "+" : "", value);
  else {
    text_number(low, sizeof low, c->low, 6);
    text_number(high, sizeof high, c->high, 6);
    snprintf(out, size, "%s%s [%s %s]%s", is_difference && c->value > 0 ? "+" : "", value, low, high, is_clear ? "*" : "");
  }
  return is_clear ? STYLE_STRONG : STYLE_PLAIN;
}

static void draw_row(dashboard *d, rect area, int y, int mark, int cell, int columns, int *is_paired) {
  frame *f = &d->frame;
  char text[120];
  if (mark == 0) snprintf(text, sizeof text, "a");
  else snprintf(text, sizeof text, "%c - a", 'a' + mark);
  frame_text(f, area.x + 1, y, LETTER_CELLS, STYLE_FIRST + (unsigned)mark, text);
  for (int i = 0; i < columns; i++) {
    int which = chart_in(d, i);
    comparison c = mark == 0 ? compare_value(d, d->marks[0], which) : compare_difference(d, d->marks[mark], d->marks[0], which);
    unsigned style = cell_text(&c, mark > 0, text, sizeof text);
    frame_text(f, area.x + LETTER_CELLS + i * cell, y, cell - 1, style, text);
    *is_paired |= mark > 0 && c.is_paired;
  }
}

/* A line for each mark; the figures from the one in focus on, as many as there is room for. */
static void draw_table(dashboard *d, rect area) {
  frame *f = &d->frame;
  int columns = (area.width - LETTER_CELLS) / CELL, is_paired = 0;
  char text[300], name[300];
  if (columns < 1) columns = 1;
  if (columns > CHARTS) columns = CHARTS;
  int cell = (area.width - LETTER_CELLS) / columns;
  for (int i = 0; i < columns && area.height > 1; i++) {
    compare_heading(d, chart_in(d, i), text, sizeof text);
    frame_text(f, area.x + LETTER_CELLS + i * cell, area.y + 1, cell - 1, i == 0 ? STYLE_STRONG : STYLE_DIM, text);
  }
  for (int m = 0; m < d->n_marks && m + 2 < area.height; m++) draw_row(d, area, area.y + 2 + m, m, cell, columns, &is_paired);
  snprintf(name, sizeof name, "%s; means, 95%% intervals; *: not 0%s", d->has_totals ? "whole run" : "last 100 episodes",
           is_paired ? "; by seed" : "");
  text_elide(text, sizeof text, name, area.width - 6);
  if (area.height > 0) frame_rule(f, area.y, text);
}

/* "a lockbox: reinforce   b lockbox: rloo" over as many lines as there are. */
static void draw_legend(dashboard *d, rect area) {
  int x = area.x + 1, y = area.y, room = area.width - 2;
  for (int m = 0; m < d->n_marks && y < area.y + area.height; m++) {
    char name[300], cut[300];
    int share = d->n_marks > 0 ? room * area.height / d->n_marks - 4 : room;
    target_name(d, d->marks[m], name, sizeof name);
    text_elide(cut, sizeof cut, name, share < 12 ? 12 : share);
    int width = text_width(cut) + 4;
    if (x + width > area.x + area.width && x > area.x + 1) x = area.x + 1, y++;
    if (y >= area.y + area.height) return;
    frame_put(&d->frame, x, y, (uint32_t)('a' + m), STYLE_FIRST + (unsigned)m);
    frame_text(&d->frame, x + 2, y, area.x + area.width - x - 2, STYLE_PLAIN, cut);
    x += width + 1;
  }
}

static void draw_readout(dashboard *d, rect area) {
  char where[80], values[400];
  plots_where(d, d->marks, d->n_marks, where, sizeof where);
  if (!plots_values(d, d->marks, d->n_marks, d->compared, values, sizeof values)) values[0] = 0;
  snprintf(d->readout, sizeof d->readout, "%s   %s", where, values);
  if (area.height < 1) return;
  int x = 1 + frame_text(&d->frame, 1, area.y, area.width - 1, STYLE_STRONG, where) + 3;
  frame_text(&d->frame, x, area.y, area.width - x, STYLE_PLAIN, values);
}

static void draw(dashboard *d, rect body) {
  layout_compare l = present_layout(d, body);
  if (d->n_marks < 2) {
    frame_text(&d->frame, 2, body.y + body.height / 2, body.width - 3, STYLE_DIM, "mark two rows or more with Space in the Runs view, then c");
    return;
  }
  draw_legend(d, l.legend);
  for (int i = 0; i < l.n_plots; i++)
    plots_draw(d, l.plots[i], d->marks, d->n_marks, chart_in(d, i), i == 0, d->zoom_panel == LAYOUT_ALONE ? PLOTS_ALONE : PLOTS_BESIDE_OTHERS);
  if (l.table.height > 0) draw_table(d, l.table);
  draw_readout(d, l.readout);
}

static void note(dashboard *d, char *out, size_t size) {
  snprintf(out, size, "%d marked   seeds: %s", d->n_marks, d->seeds == SEEDS_OFF ? "off" : seeds_titles[d->seeds]);
}

static void click(dashboard *d, int x, int y) {
  layout_compare l = present_layout(d, layout_screen(d->frame.width, d->frame.height).body);
  for (int i = 0; i < l.n_plots; i++) {
    rect r = l.plots[i];
    if (x < r.x || y < r.y || x >= r.x + r.width || y >= r.y + r.height) continue;
    d->has_cursor = 1;
    d->cursor = plot_x_at(r, &d->plotted, x);
  }
}

const screen screen_compare = {8, "Compare", "Cmp", IN_COMPARE, draw, note, click, NULL, NULL, NULL};
