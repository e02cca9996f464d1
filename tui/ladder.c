/* ladder.c - reading a ladder, and drawing it in cells: ladder.h. */
#include "ladder.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "text.h"

enum { LEAST_PLOT = 16, NUMBER = 7, MOST_NAME = 22 }; /* cells: of the axis, of a value in digits, of a name */
static const uint32_t marks[LADDER_FIGURES] = {0x25cf, 0x25cb}; /* full and hollow */
static const unsigned styles[LADDER_FIGURES] = {STYLE_FIRST, STYLE_SECOND};

/* ---- Reading -------------------------------------------------------------------------------------------- */

/* Copies up to any of `ends`, or the end; what comes next. */
static const char *take_word(char *out, size_t size, const char *from, const char *ends) {
  size_t n = strcspn(from, ends);
  snprintf(out, size, "%.*s", (int)n, from);
  return from + n;
}

/* "VALUE [LOW, HIGH] UNIT": what comes behind it, or null. */
static const char *read_figure(ladder_figure *figure, char unit[24], const char *text) {
  double *const number[] = {&figure->value, &figure->low, &figure->high};
  static const char *const behind[] = {" [", ", ", "] "};
  for (int i = 0; i < 3; i++) {
    char *end;
    *number[i] = strtod(text, &end);
    if (end == text || !isfinite(*number[i]) || strncmp(end, behind[i], 2) != 0) return NULL;
    text = end + 2;
  }
  return take_word(unit, 24, text, ",;");
}

/* "NAME: FIGURE, FIGURE", with the units of the first row: what comes behind it, or null. */
static const char *read_row(ladder *l, const char *text) {
  int row = l->n_rows, n = 0;
  text = take_word(l->row[row].name, sizeof l->row[row].name, text, ":;");
  if (strncmp(text, ": ", 2) != 0) return NULL;
  text += 2;
  for (;; text += 2, n++) {
    char unit[24];
    if (n == LADDER_FIGURES || !(text = read_figure(&l->row[row].figure[n], unit, text))) return NULL;
    if (row == 0) memcpy(l->unit[n], unit, sizeof unit);
    else if (strcmp(unit, l->unit[n]) != 0) return NULL;
    if (strncmp(text, ", ", 2) != 0) break;
  }
  if (row > 0 && n + 1 != l->n_figures) return NULL;
  l->n_figures = n + 1;
  l->n_rows++;
  return text;
}

/* An axis with room for all that is above 0, and for 1. */
static int fit(ladder *l) {
  double low = 1, high = 1;
  int n = 0;
  for (int i = 0; i < l->n_rows; i++)
    for (int k = 0; k < l->n_figures; k++) {
      const ladder_figure *figure = &l->row[i].figure[k];
      if (!(figure->value > 0)) continue;
      low = fmin(low, figure->low > 0 ? figure->low : figure->value);
      high = fmax(high, figure->high);
      n++;
    }
  l->axis = axis_fit(AXIS_LOG, low, high, 8);
  return n > 0;
}

int ladder_read(ladder *l, const char *figures) {
  memset(l, 0, sizeof *l);
  while (l->n_rows < LADDER_ROWS) {
    figures = read_row(l, figures);
    if (!figures) return 0;
    if (!*figures) return l->n_rows > 1 && fit(l);
    if (strncmp(figures, "; ", 2) != 0) return 0;
    figures += 2;
  }
  return 0;
}

void ladder_number(char *out, size_t size, double value) {
  snprintf(out, size, "%#.2g", value);
  size_t n = strlen(out);
  if (n > 0 && out[n - 1] == '.') out[n - 1] = 0;
}

/* ---- Drawing in cells ------------------------------------------------------------------------------------ */

int ladder_height(const ladder *l) { return l->n_rows + 3; }

/* The place of a value among `cells`, held to the axis. */
static int cell_of(const ladder *l, double value, int cells) {
  double share = value > 0 ? axis_share(&l->axis, value) : 0;
  return (int)lround(fmin(fmax(share, 0), 1) * (cells - 1));
}

static void draw_figure(frame *f, const ladder *l, rect plot, const ladder_figure *figure, int k) {
  if (!(figure->value > 0)) return;
  int from = cell_of(l, figure->low, plot.width), to = cell_of(l, figure->high, plot.width);
  for (int x = from; x <= to; x++) frame_put(f, plot.x + x, plot.y, 0x2500, styles[k]);
  frame_put(f, plot.x + cell_of(l, figure->value, plot.width), plot.y, marks[k], styles[k] | STYLE_STRONG);
}

static void draw_axis(frame *f, const ladder *l, rect plot) {
  double at[32];
  char label[40];
  int n = axis_ticks(&l->axis, at, 32), free_from = plot.x - 4;
  frame_fill(f, (rect){plot.x, plot.y, plot.width, 1}, 0x2500, STYLE_FRAME);
  for (int i = 0; i < n; i++) {
    axis_label(&l->axis, label, sizeof label, at[i]);
    int x = plot.x + cell_of(l, at[i], plot.width), width = text_width(label), from = x - width / 2;
    frame_put(f, x, plot.y, 0x2534, STYLE_FRAME);
    if (from < free_from || from + width > plot.x + plot.width + 2) continue;
    frame_text(f, from, plot.y + 1, width, STYLE_DIM, label);
    free_from = from + width + 1;
  }
}

static void draw_heading(frame *f, rect area, const ladder *l) {
  int x = area.x + 1;
  for (int k = 0; k < l->n_figures; k++) {
    frame_put(f, x, area.y, marks[k], styles[k] | STYLE_STRONG);
    x += 2 + frame_text(f, x + 2, area.y, area.x + area.width - x - 2, STYLE_PLAIN, l->unit[k]) + 2;
  }
  frame_text(f, x, area.y, area.x + area.width - x, STYLE_DIM, "95 % intervals, logarithmic");
}

static void draw_row(frame *f, const ladder *l, int row, rect plot, int name) {
  frame_right(f, plot.x - name - 1, plot.y, name, STYLE_PLAIN, l->row[row].name);
  frame_fill(f, (rect){plot.x, plot.y, plot.width, 1}, 0xb7, STYLE_DIM);
  frame_put(f, plot.x + cell_of(l, 1, plot.width), plot.y, 0x2502, STYLE_FRAME);
  for (int k = l->n_figures - 1; k >= 0; k--) draw_figure(f, l, plot, &l->row[row].figure[k], k);
  for (int k = 0; k < l->n_figures; k++) {
    char number[24];
    ladder_number(number, sizeof number, l->row[row].figure[k].value);
    frame_right(f, plot.x + plot.width + 1 + k * (NUMBER + 1), plot.y, NUMBER, k == 0 ? STYLE_STRONG : STYLE_PLAIN, number);
  }
}

void ladder_draw(frame *f, rect area, const ladder *l) {
  int name = 4;
  for (int i = 0; i < l->n_rows; i++) name = text_width(l->row[i].name) > name ? text_width(l->row[i].name) : name;
  if (name > MOST_NAME) name = MOST_NAME;
  rect plot = {area.x + name + 1, area.y + 1, area.width - name - 1 - l->n_figures * (NUMBER + 1), 1};
  if (plot.width < LEAST_PLOT || area.height < ladder_height(l)) return;
  draw_heading(f, area, l);
  for (int i = l->n_rows - 1; i >= 0; i--, plot.y++) draw_row(f, l, i, plot, name);
  draw_axis(f, l, plot);
}

int ladder_print(FILE *to, const ladder *l, int width, enum glyph_tier tier) {
  frame f = {.tier = tier};
  int code = frame_resize(&f, width, ladder_height(l));
  if (code) return code;
  ladder_draw(&f, (rect){0, 0, width, f.height}, l);
  for (const frame_cell *row = f.cells; row < f.cells + f.width * f.height; row += f.width) {
    int n = f.width; /* without the blanks at the end */
    while (n > 0 && row[n - 1].glyph == ' ') n--;
    for (int x = 0; x < n; x++) {
      char bytes[4];
      fwrite(bytes, 1, (size_t)text_encode(bytes, row[x].glyph), to);
    }
    fputc('\n', to);
  }
  frame_free(&f);
  return 0;
}
