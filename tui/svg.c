/* svg.c - axes, bands, lines and a legend as SVG 1.1: svg.h. Sizes are in pixels at 96 to the inch. */
#include "svg.h"

#include <math.h>
#include <string.h>

#include "text.h"

enum { WIDTH = 720, HEIGHT = 420, LEFT = 64, RIGHT = 24, TOP = 44, BOTTOM = 52 };

static const char *const colours[SERIES] = {"#0072b2", "#e69f00", "#009e73", "#cc79a7", "#56b4e9", "#d55e00"};
static const char *const dashes[SERIES] = {"", "8 4", "3 3", "12 3 3 3", "2 5", "14 4"};

static double x_of(const domain *d, double x) { return LEFT + (x - d->from) / (d->end - d->from) * (WIDTH - LEFT - RIGHT); }
static double y_of(const axis *a, double y) { return HEIGHT - BOTTOM - axis_share(a, y) * (HEIGHT - TOP - BOTTOM); }

void svg_put_text(FILE *to, double x, double y, const char *anchor, const char *more, const char *text) {
  int width;
  fprintf(to, "<text x=\"%.1f\" y=\"%.1f\" text-anchor=\"%s\"%s>", x, y, anchor, more);
  for (uint32_t glyph; (glyph = text_next(&text, &width)) != 0;) {
    char bytes[4];
    if (glyph == '<' || glyph == '>' || glyph == '&') fprintf(to, "&#%u;", glyph);
    else fwrite(bytes, 1, (size_t)text_encode(bytes, glyph), to);
  }
  fputs("</text>\n", to);
}

static void put_axes(FILE *to, const chart_data *data, const axis *a, const svg_text *text) {
  double at[32];
  char label[40];
  const domain *d = &data->domain;
  int n = axis_ticks(a, at, 32);
  for (int i = 0; i < n; i++) {
    double y = y_of(a, at[i]);
    fprintf(to, "<line x1=\"%d\" x2=\"%d\" y1=\"%.1f\" y2=\"%.1f\" stroke=\"#ddd\"/>\n", LEFT, WIDTH - RIGHT, y, y);
    axis_label(a, label, sizeof label, at[i]);
    svg_put_text(to, LEFT - 8, y + 4, "end", "", label);
  }
  double step = x_tick_step(d->axis, d->end - d->from, 8);
  for (double i = ceil(d->from / step - 1e-9); i * step <= d->end * (1 + 1e-9); i++) {
    double x = x_of(d, i * step);
    fprintf(to, "<line x1=\"%.1f\" x2=\"%.1f\" y1=\"%d\" y2=\"%d\" stroke=\"#888\"/>\n", x, x, HEIGHT - BOTTOM, HEIGHT - BOTTOM + 5);
    x_label(d->axis, label, sizeof label, i * step);
    svg_put_text(to, x, HEIGHT - BOTTOM + 20, "middle", "", label);
  }
  fprintf(to, "<path d=\"M%d %dV%dH%d\" fill=\"none\" stroke=\"#444\"/>\n", LEFT, TOP, HEIGHT - BOTTOM, WIDTH - RIGHT);
  svg_put_text(to, LEFT, 22, "start", " font-weight=\"bold\"", text->title);
  svg_put_text(to, (LEFT + WIDTH - RIGHT) / 2.0, HEIGHT - 10, "middle", "", text->x);
  if (text->y[0]) svg_put_text(to, 14, TOP - 8, "start", " fill=\"#666\"", text->y);
}

static int is_drawn(const axis *a, double y) { return isfinite(y) && !isnan(axis_share(a, y)); }

static void put_line(FILE *to, const chart_data *data, const axis *a, const double *values, const char *style) {
  int is_open = 0;
  fputs("<path d=\"", to);
  for (int i = 0; i < data->domain.n; i++) {
    if (!is_drawn(a, values[i])) continue;
    double x = fmin(data->domain.from + (i + 0.5) * data->domain.width, data->domain.end);
    fprintf(to, "%s%.1f %.1f", is_open ? "L" : "M", x_of(&data->domain, x), y_of(a, values[i]));
    is_open = 1;
  }
  fprintf(to, "\" fill=\"none\" %s/>\n", style);
}

/* Along the upper edge and back along the lower one. */
static void put_band(FILE *to, const chart_data *data, const axis *a, const series *s, const char *colour) {
  int is_open = 0, n = data->domain.n;
  fputs("<path d=\"", to);
  for (int k = 0; k < 2 * n; k++) {
    int i = k < n ? k : 2 * n - 1 - k;
    double value = k < n ? s->high[i] : s->low[i];
    if (!is_drawn(a, s->low[i]) || !is_drawn(a, s->high[i])) continue;
    double x = fmin(data->domain.from + (i + 0.5) * data->domain.width, data->domain.end);
    fprintf(to, "%s%.1f %.1f", is_open ? "L" : "M", x_of(&data->domain, x), y_of(a, value));
    is_open = 1;
  }
  fprintf(to, "%s\" fill=\"%s\" fill-opacity=\"0.2\"/>\n", is_open ? "Z" : "", colour);
}

static void put_legend(FILE *to, const chart_data *data, const svg_text *text) {
  for (int i = 0; i < data->n_series; i++) {
    double y = TOP + 14 + 18 * i, x = WIDTH - RIGHT - 8;
    if (!text->legend[i]) continue;
    fprintf(to, "<line x1=\"%.0f\" x2=\"%.0f\" y1=\"%.1f\" y2=\"%.1f\" stroke=\"%s\" stroke-width=\"2\" stroke-dasharray=\"%s\"/>\n",
            x - 26, x, y - 4, y - 4, colours[i], dashes[i]);
    svg_put_text(to, x - 32, y, "end", "", text->legend[i]);
  }
}

void svg_write(FILE *to, const chart_data *data, const axis *y, const svg_text *text) {
  char style[160];
  fprintf(to,
          "<svg xmlns=\"http://www.w3.org/2000/svg\" width=\"%d\" height=\"%d\" viewBox=\"0 0 %d %d\" font-family=\"sans-serif\" "
          "font-size=\"12\">\n"
          "<rect width=\"100%%\" height=\"100%%\" fill=\"white\"/>\n",
          WIDTH, HEIGHT, WIDTH, HEIGHT);
  put_axes(to, data, y, text);
  for (int i = 0; i < data->n_series; i++) {
    const series *s = data->series + i;
    if (s->low) put_band(to, data, y, s, colours[i]);
    snprintf(style, sizeof style, "stroke=\"%s\" stroke-opacity=\"0.3\"", colours[i]);
    for (int k = 0; k < s->n_shown; k++) put_line(to, data, y, s->seed + (size_t)k * (size_t)data->domain.n, style);
  }
  for (int i = 0; i < data->n_series; i++) {
    snprintf(style, sizeof style, "stroke=\"%s\" stroke-width=\"2\" stroke-dasharray=\"%s\"", colours[i], dashes[i]);
    put_line(to, data, y, data->series[i].line, style);
  }
  put_legend(to, data, text);
  fputs("</svg>\n", to);
}
