/* plot.c - axes, band and lines on a dot canvas: plot.h. */
#include "plot.h"

#include <math.h>
#include <string.h>

#include "text.h"

enum { GUTTER = 6, RIGHT_EDGE = 2 }; /* cells for the labels of y with their axis; for the letters */

int plot_dots(enum glyph_tier tier, int box_width) {
  int cells = box_width - 2 - GUTTER - RIGHT_EDGE;
  return cells > 1 ? cells * dots_across(tier) : 2;
}

static double x_share(const domain *d, double episode) {
  double length = d->end - (double)d->from;
  return length > 0 ? (episode - (double)d->from) / length : 0;
}

static double middle_of(const domain *d, int bin) { return (double)d->from + (bin + 0.5) * (double)d->width; }

double plot_episode_at(rect box, const domain *d, int x) {
  int cells = box.width - 2 - GUTTER - RIGHT_EDGE;
  double share = cells > 1 ? (double)(x - box.x - 1 - GUTTER) / (cells - 1) : 0;
  return (double)d->from + fmin(fmax(share, 0), 1) * (d->end - (double)d->from);
}

int plot_bin(const domain *d, double episode) {
  double bin = floor((episode - (double)d->from) / (double)d->width);
  if (d->n == 0 || !(bin >= 0)) return -1;
  return bin < d->n ? (int)bin : d->n - 1;
}

/* The least and the largest of what will be drawn. */
static void reach_of(const chart_data *data, enum axis_kind kind, double *low, double *high) {
  *low = INFINITY;
  *high = -INFINITY;
  for (int s = 0; s < data->n_series; s++) {
    const double *rows[3] = {data->mean[s], data->low[s], data->high[s]};
    for (int r = 0; r < 3; r++)
      for (int i = 0; rows[r] && i < data->domain.n; i++) {
        double v = rows[r][i];
        if (!isfinite(v) || (kind == AXIS_LOG && v <= 0)) continue;
        *low = fmin(*low, v);
        *high = fmax(*high, v);
      }
  }
}

static int row_of(const axis *a, double value, int rows) {
  double share = axis_share(a, value);
  return rows - 1 - (int)(share * (rows - 1) + 0.5);
}

static void draw_y_axis(frame *f, rect area, const axis *a) {
  double at[32];
  int n = axis_ticks(a, at, 32), last = -100;
  int axis_x = area.x + GUTTER - 1;
  for (int y = 0; y < area.height; y++) frame_put(f, axis_x, area.y + y, 0x2502, STYLE_FRAME);
  for (int i = 0; i < n; i++) {
    int row = row_of(a, at[i], area.height);
    if (row < 0 || row >= area.height || (last >= 0 && last - row < 2)) continue;
    char label[32];
    axis_label(a, label, sizeof label, at[i]);
    frame_right(f, area.x, area.y + row, GUTTER - 1, STYLE_DIM, label);
    frame_put(f, axis_x, area.y + row, 0x2524, STYLE_FRAME);
    last = row;
  }
}

/* One tick mark and its label, unless it would run into one that is there; `taken` is the first free cell. */
static void draw_x_tick(frame *f, int x0, int cells, int y, int rows, double share, double episode, int *taken) {
  char label[32];
  text_short(label, sizeof label, episode);
  int x = x0 + (int)(share * (cells - 1) + 0.5), width = text_width(label), start = x - width / 2;
  if (start < x0 - 1) start = x0 - 1;
  if (start + width > x0 + cells + RIGHT_EDGE) start = x0 + cells + RIGHT_EDGE - width;
  if (start < *taken || rows < 2) return;
  frame_put(f, x, y, 0x2534, STYLE_FRAME);
  frame_text(f, start, y + 1, width, STYLE_DIM, label);
  *taken = start + width + 2;
}

static void draw_x_axis(frame *f, rect area, int cells, int rows, const domain *d) {
  int x0 = area.x + GUTTER, y = area.y + area.height;
  frame_put(f, x0 - 1, y, 0x2514, STYLE_FRAME);
  for (int i = 0; i < cells; i++) frame_put(f, x0 + i, y, 0x2500, STYLE_FRAME);
  double from = (double)d->from, length = d->end - from, step = axis_step(length, cells / 14 + 1);
  if (step < 1) step = 1;
  int taken = x0 - 1;
  char end[32];
  text_short(end, sizeof end, d->end);
  double last_share = 1 - (double)(text_width(end) + 3) / cells;
  for (double at = ceil(from / step) * step; at < d->end; at += step)
    if (x_share(d, at) <= last_share) draw_x_tick(f, x0, cells, y, rows, x_share(d, at), at, &taken);
  draw_x_tick(f, x0, cells, y, rows, 1, d->end, &taken);
}

typedef struct scale {
  const domain *d;
  const axis *a;
  dots *canvas;
} scale;

static int dot_x(const scale *s, int bin) {
  double share = x_share(s->d, middle_of(s->d, bin));
  return (int)(fmin(fmax(share, 0), 1) * (s->canvas->width - 1) + 0.5);
}

static int dot_y(const scale *s, double value) {
  double share = axis_share(s->a, value);
  if (isnan(share)) return -1;
  return (int)(fmin(fmax(share, 0), 1) * (s->canvas->height - 1) + 0.5);
}

/* A dot of the band, only in cells that the lines left free: they stay crisp, and the band can be told from them
 * without colour. */
static void dot_of_band(const scale *s, int x, int y) {
  if (!dots_is_line(s->canvas, x, y)) dots_set(s->canvas, x, y, STYLE_BAND);
}

static void draw_band(const scale *s, const double *low, const double *high) {
  int last_x = -1;
  for (int i = 0; i < s->d->n; i++) {
    int x = dot_x(s, i), from = dot_y(s, low[i]), to = dot_y(s, high[i]);
    if (!isfinite(low[i]) || !isfinite(high[i]) || x == last_x) continue;
    for (int at = last_x < 0 || x - last_x > 8 ? x : last_x + 1; at <= x; at++)
      for (int y = from; at % 2 == 0 && y >= 0 && y <= to; y++)
        if (y == from || y == to || (y + at) % 4 == 0) dot_of_band(s, at, y);
    last_x = x;
  }
}

/* The line; returns the row of its last point from the top, in cells, and the cell column behind it. */
static int draw_line(const scale *s, const double *values, unsigned style, int *end_cell) {
  int x = -1, y = -1, from_x = -1, from_y = -1;
  for (int i = 0; i < s->d->n; i++) {
    if (!isfinite(values[i]) || dot_y(s, values[i]) < 0) continue;
    x = dot_x(s, i);
    y = dot_y(s, values[i]);
    if (from_x < 0) dots_set(s->canvas, x, y, style);
    else dots_line(s->canvas, from_x, from_y, x, y, style);
    from_x = x;
    from_y = y;
  }
  *end_cell = x < 0 ? -1 : x / dots_across(s->canvas->tier) + 1;
  return y < 0 ? -1 : (s->canvas->height - 1 - y) / dots_down(s->canvas->tier);
}

/* The free row nearest to `wished`, or -1. */
static int free_row(const int *used, int n, int wished, int height) {
  for (int off = 0; off < 2 * height; off++) {
    int row = wished + (off % 2 ? (off + 1) / 2 : -off / 2), is_free = row >= 0 && row < height;
    for (int i = 0; i < n; i++) is_free &= used[i] != row;
    if (is_free) return row;
  }
  return -1;
}

static void draw_letters(frame *f, rect area, const chart_data *data, const int *rows, const int *cells) {
  int used[CHART_PARTS], n = 0;
  for (int s = 0; s < data->n_series; s++) {
    int row = data->letter[s] && rows[s] >= 0 ? free_row(used, n, rows[s], area.height) : -1;
    if (row < 0) continue;
    used[n++] = row;
    frame_put(f, area.x + GUTTER + cells[s], area.y + row, (uint32_t)data->letter[s], STYLE_FIRST + (unsigned)s);
  }
}

static void draw_cursor(frame *f, rect area, int cells, const domain *d, double episode) {
  int x = area.x + GUTTER + (int)(fmin(fmax(x_share(d, episode), 0), 1) * (cells - 1) + 0.5);
  for (int y = area.y; y < area.y + area.height; y++) {
    if (x >= f->width || y >= f->height) continue;
    if (f->cells[y * f->width + x].glyph == ' ') frame_put(f, x, y, 0x2502, STYLE_DIM);
  }
  frame_put(f, x, area.y + area.height, 0x253c, STYLE_STRONG);
}

static void say_nothing_yet(frame *f, rect inside, int is_reading) {
  const char *text = is_reading ? "reading ..." : "nothing measured yet";
  int x = inside.x + (inside.width - (int)strlen(text)) / 2;
  frame_text(f, x < inside.x ? inside.x : x, inside.y + inside.height / 2, inside.width, STYLE_DIM, text);
}

void plot_draw(frame *f, rect box, dots *canvas, const char *title, const char *note, chart_data *data,
               const plot_look *look) {
  rect inside = frame_box(f, box, title, note, look->is_focused ? STYLE_STRONG : STYLE_TITLE);
  int cells = inside.width - GUTTER - RIGHT_EDGE, axis_rows = inside.height >= 5 ? 2 : 0;
  if (cells < 4 || inside.height < 2) return;
  double low, high;
  for (int s = 0; s < data->n_series; s++) bins_smooth(data->mean[s], data->domain.n, look->smooth);
  reach_of(data, look->y, &low, &high);
  if (!(low <= high)) {
    say_nothing_yet(f, inside, look->is_reading);
    return;
  }
  rect area = {inside.x, inside.y, inside.width, inside.height - axis_rows};
  axis a = axis_fit(look->y, low, high, area.height / 3 + 1);
  draw_y_axis(f, area, &a);
  if (axis_rows) draw_x_axis(f, area, cells, axis_rows, &data->domain);
  if (dots_begin(canvas, f->tier, cells, area.height) != 0) return;
  scale s = {&data->domain, &a, canvas};
  int rows[CHART_PARTS], ends[CHART_PARTS];
  for (int i = data->n_series - 1; i >= 0; i--)
    rows[i] = draw_line(&s, data->mean[i], STYLE_FIRST + (unsigned)i, ends + i);
  for (int i = 0; i < data->n_series; i++)
    if (data->low[i]) draw_band(&s, data->low[i], data->high[i]);
  dots_draw(canvas, f, area.x + GUTTER, area.y);
  if (look->has_cursor) draw_cursor(f, area, cells, &data->domain, look->cursor);
  draw_letters(f, area, data, rows, ends);
}
