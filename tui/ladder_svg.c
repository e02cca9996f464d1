/* ladder_svg.c - a ladder as SVG 1.1: ladder.h. Sizes are in pixels at 96 to the inch. */
#include <math.h>

#include "ladder.h"
#include "svg.h"

enum { WIDTH = 860, LEFT = 170, RIGHT = 150, TOP = 92, ROW = 34, BOTTOM = 58, COLUMN = 70 };

static const char *const colours[LADDER_FIGURES] = {"#0072b2", "#d55e00"};

static double x_of(const ladder *l, double value) {
  double share = value > 0 ? axis_share(&l->axis, value) : 0;
  return LEFT + fmin(fmax(share, 0), 1) * (WIDTH - LEFT - RIGHT);
}
static double y_of(const ladder *l, int row) { return TOP + ROW * (l->n_rows - 1 - row) + ROW / 2.0; }

static void put_line(FILE *to, double x1, double y1, double x2, double y2, const char *style) {
  fprintf(to, "<line x1=\"%.1f\" y1=\"%.1f\" x2=\"%.1f\" y2=\"%.1f\" %s/>\n", x1, y1, x2, y2, style);
}

static void put_mark(FILE *to, double x, double y, int k) {
  fprintf(to, "<circle cx=\"%.1f\" cy=\"%.1f\" r=\"4.5\" fill=\"%s\" stroke=\"%s\" stroke-width=\"2\"/>\n", x, y,
          k == 0 ? colours[k] : "white", colours[k]);
}

static void put_axis(FILE *to, const ladder *l) {
  double at[32], bottom = TOP + ROW * l->n_rows;
  char label[40];
  int n = axis_ticks(&l->axis, at, 32);
  for (int i = 0; i < n; i++) {
    double x = x_of(l, at[i]);
    put_line(to, x, TOP, x, bottom, "stroke=\"#e4e4e4\"");
    axis_label(&l->axis, label, sizeof label, at[i]);
    svg_put_text(to, x, bottom + 20, "middle", " fill=\"#444\"", label);
  }
  put_line(to, LEFT, bottom, WIDTH - RIGHT, bottom, "stroke=\"#444\"");
  put_line(to, x_of(l, 1), TOP - 8, x_of(l, 1), bottom, "stroke=\"#888\" stroke-dasharray=\"4 4\"");
  svg_put_text(to, x_of(l, 1), TOP - 13, "middle", " fill=\"#666\" font-size=\"11\"", "one bit");
  svg_put_text(to, (LEFT + WIDTH - RIGHT) / 2.0, bottom + 42, "middle", " fill=\"#444\"", "bits absorbed (logarithmic), 95 % intervals");
}

static void put_legend(FILE *to, const ladder *l) {
  double x = LEFT;
  for (int k = 0; k < l->n_figures; k++, x += 130) {
    put_mark(to, x + 5, 52, k);
    svg_put_text(to, x + 17, 56, "start", " fill=\"#444\"", l->unit[k]);
    svg_put_text(to, WIDTH - RIGHT + COLUMN * (k + 1), TOP - 13, "end", " fill=\"#666\" font-size=\"11\"", l->unit[k]);
  }
}

static void put_row(FILE *to, const ladder *l, int row) {
  double y = y_of(l, row);
  char style[80], number[40];
  svg_put_text(to, LEFT - 14, y + 4.5, "end", " font-size=\"14\"", l->row[row].name);
  put_line(to, LEFT, y, WIDTH - RIGHT, y, "stroke=\"#eee\" stroke-dasharray=\"1 4\" stroke-linecap=\"round\"");
  for (int k = 0; k < l->n_figures; k++) {
    const ladder_figure *figure = &l->row[row].figure[k];
    ladder_number(number, sizeof number, figure->value);
    svg_put_text(to, WIDTH - RIGHT + COLUMN * (k + 1), y + 4.5, "end", k == 0 ? " font-weight=\"bold\"" : " fill=\"#444\"", number);
    if (!(figure->value > 0)) continue;
    double low = x_of(l, figure->low), high = x_of(l, figure->high);
    snprintf(style, sizeof style, "stroke=\"%s\" stroke-width=\"2\"", colours[k]);
    put_line(to, low, y, high, y, style);
    put_line(to, low, y - 7, low, y + 7, style);
    put_line(to, high, y - 7, high, y + 7, style);
    put_mark(to, x_of(l, figure->value), y, k);
  }
}

void ladder_write_svg(FILE *to, const ladder *l, const char *title) {
  int height = TOP + ROW * l->n_rows + BOTTOM;
  fprintf(to,
          "<svg xmlns=\"http://www.w3.org/2000/svg\" width=\"%d\" height=\"%d\" viewBox=\"0 0 %d %d\" font-family=\"sans-serif\" font-size=\"13\">\n"
          "<rect width=\"100%%\" height=\"100%%\" fill=\"white\"/>\n",
          WIDTH, height, WIDTH, height);
  svg_put_text(to, 20, 28, "start", " font-size=\"17\" font-weight=\"bold\"", title);
  put_legend(to, l);
  put_axis(to, l);
  for (int row = l->n_rows - 1; row >= 0; row--) put_row(to, l, row);
  fputs("</svg>\n", to);
}
