/* plot.c - axes, bands and lines on a dot canvas: plot.h.
 *
 * Lines are told apart by colour, by a letter at their end and by how they are broken: the first is whole, the others
 * dashed each in its way. A band is two rows of dots with a tint between them, or where there is no tint a thin field.
 */
#include "plot.h"

#include <math.h>
#include <string.h>

#include "text.h"

enum { GUTTER = 6, RIGHT_EDGE = 2 }; /* cells for the labels of y with their axis; for the letters */

int plot_dots(enum glyph_tier tier, int box_width) {
  int cells = box_width - 2 - GUTTER - RIGHT_EDGE;
  return cells > 1 ? cells * dots_across(tier) : 2;
}

static double x_share(const domain *d, double x) {
  double length = d->end - d->from;
  return length > 0 ? (x - d->from) / length : 0;
}

double plot_middle(const domain *d, int bin) { return d->from + (bin + 0.5) * d->width; }

double plot_x_at(rect box, const domain *d, int x) {
  int cells = box.width - 2 - GUTTER - RIGHT_EDGE;
  double share = cells > 1 ? (double)(x - box.x - 1 - GUTTER) / (cells - 1) : 0;
  return d->from + fmin(fmax(share, 0), 1) * (d->end - d->from);
}

int plot_bin(const domain *d, double x) {
  double bin = floor((x - d->from) / d->width);
  if (d->n == 0 || !(bin >= 0)) return -1;
  return bin < d->n ? (int)bin : d->n - 1;
}

void plot_smooth(chart_data *data, int points) {
  for (int i = 0; i < data->n_series; i++) {
    series *s = data->series + i;
    bins_smooth(s->line, data->domain.n, points);
    if (s->low) bins_smooth(s->low, data->domain.n, points);
    if (s->high) bins_smooth(s->high, data->domain.n, points);
    for (int k = 0; k < s->n_shown; k++) bins_smooth(s->seed + (size_t)k * (size_t)data->domain.n, data->domain.n, points);
  }
}

/* ---- Axes ------------------------------------------------------------------------------------------------- */

static void stretch(const double *values, size_t n, enum axis_kind kind, double *low, double *high) {
  for (size_t i = 0; values && i < n; i++) {
    if (!isfinite(values[i]) || (kind == AXIS_LOG && values[i] <= 0)) continue;
    *low = fmin(*low, values[i]);
    *high = fmax(*high, values[i]);
  }
}

int plot_y_axis(const chart_data *data, enum axis_kind kind, int ticks, axis *out) {
  double low = INFINITY, high = -INFINITY;
  size_t n = (size_t)data->domain.n;
  for (int i = 0; i < data->n_series; i++) {
    const series *s = data->series + i;
    stretch(s->line, n, kind, &low, &high);
    stretch(s->low, n, kind, &low, &high);
    stretch(s->high, n, kind, &low, &high);
    stretch(s->seed, n * (size_t)s->n_shown, kind, &low, &high);
  }
  if (!(low <= high)) return 0;
  *out = axis_fit(kind, low, high, ticks);
  return 1;
}

static int row_of(const axis *a, double value, int rows) {
  double share = axis_share(a, value);
  return rows - 1 - (int)(share * (rows - 1) + 0.5);
}

enum { MOST_TICKS = 32 };

/* Every so many of the ticks have a label, so that there is a row between two and labels are as far apart as values. */
static int label_stride(const axis *a, const double *at, int n, int height) {
  for (int stride = 1; stride < n; stride++) {
    int least = height;
    for (int i = 0; i + stride < n; i++) {
      int gap = row_of(a, at[i], height) - row_of(a, at[i + stride], height);
      if (gap < least) least = gap;
    }
    if (least >= 2) return stride;
  }
  return n > 0 ? n : 1;
}

static void draw_y_axis(frame *f, rect area, const axis *a) {
  double at[MOST_TICKS];
  int n = axis_ticks(a, at, MOST_TICKS), stride = label_stride(a, at, n, area.height), zero = 0;
  for (int i = 0; i < n; i++)
    if (at[i] == 0) zero = i;
  int axis_x = area.x + GUTTER - 1;
  for (int y = 0; y < area.height; y++) frame_put(f, axis_x, area.y + y, 0x2502, STYLE_FRAME);
  for (int i = 0; i < n; i++) {
    int row = row_of(a, at[i], area.height);
    if (row < 0 || row >= area.height || (i - zero) % stride != 0) continue;
    char label[32];
    axis_label(a, label, sizeof label, at[i]);
    frame_right(f, area.x, area.y + row, GUTTER - 1, STYLE_DIM, label);
    frame_put(f, axis_x, area.y + row, 0x2524, STYLE_FRAME);
  }
}

/* One tick mark and its label, unless it would run into one that is there; `taken` is the first free cell. */
static void draw_x_tick(frame *f, int x0, int cells, int y, const domain *d, double at, int *taken) {
  char label[32];
  x_label(d->axis, label, sizeof label, at);
  int x = x0 + (int)(x_share(d, at) * (cells - 1) + 0.5), width = text_width(label), start = x - width / 2;
  if (start < x0 - 1) start = x0 - 1;
  if (start + width > x0 + cells + RIGHT_EDGE) start = x0 + cells + RIGHT_EDGE - width;
  if (start < *taken) return;
  frame_put(f, x, y, 0x2534, STYLE_FRAME);
  frame_text(f, start, y + 1, width, STYLE_DIM, label);
  *taken = start + width + 2;
}

static void draw_x_axis(frame *f, rect area, int cells, const domain *d) {
  int x0 = area.x + GUTTER, y = area.y + area.height;
  frame_put(f, x0 - 1, y, 0x2514, STYLE_FRAME);
  for (int i = 0; i < cells; i++) frame_put(f, x0 + i, y, 0x2500, STYLE_FRAME);
  double length = d->end - d->from, step = x_tick_step(d->axis, length, cells / 14 + 1);
  int taken = x0 - 1;
  char end[32];
  x_label(d->axis, end, sizeof end, d->end);
  double last_share = 1 - (double)(text_width(end) + 3) / cells;
  for (double i = ceil(d->from / step - 1e-9); i * step < d->end; i++)
    if (x_share(d, i * step) <= last_share) draw_x_tick(f, x0, cells, y, d, i * step, &taken);
  draw_x_tick(f, x0, cells, y, d, d->end, &taken);
}

/* ---- Lines ------------------------------------------------------------------------------------------------ */

typedef struct scale {
  const domain *d;
  const axis *a;
  dots *canvas;
  int is_tinted; /* bands have a background of their own */
} scale;

static int dot_x(const scale *s, int bin) {
  double share = x_share(s->d, plot_middle(s->d, bin));
  return (int)(fmin(fmax(share, 0), 1) * (s->canvas->width - 1) + 0.5);
}

static int dot_y(const scale *s, double value) {
  double share = axis_share(s->a, value);
  if (isnan(share)) return -1;
  return (int)(fmin(fmax(share, 0), 1) * (s->canvas->height - 1) + 0.5);
}

/* Whether the dot in column x of the index-th line is drawn: dashes of 6, 3 and 1 dots, dash and dot, and so on. */
static int is_dashed_on(int index, int x) {
  static const struct { unsigned char period, bits[2]; } dashes[SERIES] = {
      {1, {0x01, 0}}, {8, {0x3f, 0}}, {4, {0x03, 0}}, {12, {0x9f, 0x00}}, {3, {0x01, 0}}, {14, {0x7f, 0x02}}};
  int at = x % dashes[index].period;
  return dashes[index].bits[at / 8] >> (at % 8) & 1;
}

/* One column of a band: a dot at either edge, between them a tint, or few dots where there is none. */
static void draw_band_column(const scale *s, int x, int from, int to, unsigned style) {
  for (int y = from; y >= 0 && y <= to; y++) {
    int is_edge = y == from || y == to;
    if (s->is_tinted) dots_tint(s->canvas, x, y, style);
    if ((is_edge && x % 2 == 0) || (!s->is_tinted && x % 4 == 0 && (y + x) % 4 == 0))
      if (!dots_is_line(s->canvas, x, y)) dots_set(s->canvas, x, y, style);
  }
}

static void draw_band(const scale *s, const double *low, const double *high, unsigned style) {
  int last_x = -1, last_from = 0, last_to = 0;
  for (int i = 0; i < s->d->n; i++) {
    if (!isfinite(low[i]) || !isfinite(high[i])) continue;
    int x = dot_x(s, i), from = dot_y(s, low[i]), to = dot_y(s, high[i]), gap = x - last_x;
    if (x == last_x) continue;
    if (last_x < 0 || gap > s->canvas->width / 4) last_x = x - 1, last_from = from, last_to = to, gap = 1;
    for (int at = last_x + 1; at <= x; at++) { /* edges go straight from bin to bin, as lines do */
      int part = at - last_x;
      draw_band_column(s, at, last_from + (from - last_from) * part / gap, last_to + (to - last_to) * part / gap, style);
    }
    last_x = x, last_from = from, last_to = to;
  }
}

/* The line; returns the row of its last point from the top, in cells, and the cell column behind it. */
static int draw_line(const scale *s, const double *values, int dash, unsigned style, int *end_cell) {
  int x = -1, y = -1, from_x = -1, from_y = -1;
  for (int i = 0; i < s->d->n; i++) {
    if (!isfinite(values[i]) || dot_y(s, values[i]) < 0) continue;
    x = dot_x(s, i);
    y = dot_y(s, values[i]);
    if (from_x < 0) from_x = x, from_y = y;
    dots_line(s->canvas, from_x, from_y, x, y, style, dash ? is_dashed_on : NULL, dash);
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
  int used[SERIES], n = 0;
  for (int s = 0; s < data->n_series; s++) {
    char letter = data->series[s].letter;
    int row = letter && rows[s] >= 0 ? free_row(used, n, rows[s], area.height) : -1;
    if (row < 0) continue;
    used[n++] = row;
    frame_put(f, area.x + GUTTER + cells[s], area.y + row, (uint32_t)letter, STYLE_FIRST + (unsigned)s);
  }
}

static void draw_cursor(frame *f, rect area, int cells, const domain *d, double at) {
  int x = area.x + GUTTER + (int)(fmin(fmax(x_share(d, at), 0), 1) * (cells - 1) + 0.5);
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

/* What matters most is drawn where nothing else can hide it: lines first, bands around them. */
static void draw_all(const scale *s, const chart_data *data, int *rows, int *ends) {
  int n = data->domain.n;
  for (int i = data->n_series - 1; i >= 0; i--) {
    const series *one = data->series + i;
    for (int k = 0; k < one->n_shown; k++) {
      int ignored;
      draw_line(s, one->seed + (size_t)k * (size_t)n, 0, STYLE_BAND + (unsigned)i, &ignored);
    }
  }
  for (int i = data->n_series - 1; i >= 0; i--) rows[i] = draw_line(s, data->series[i].line, i, STYLE_FIRST + (unsigned)i, ends + i);
  for (int i = data->n_series - 1; i >= 0; i--)
    if (data->series[i].low) draw_band(s, data->series[i].low, data->series[i].high, STYLE_BAND + (unsigned)i);
}

void plot_draw(frame *f, rect box, dots *canvas, const char *title, const char *note, chart_data *data,
               const plot_look *look) {
  rect inside = frame_box(f, box, title, note, look->is_focused ? STYLE_STRONG : STYLE_TITLE);
  int cells = inside.width - GUTTER - RIGHT_EDGE, axis_rows = inside.height >= 5 ? 2 : 0;
  axis a;
  if (cells < 4 || inside.height < 2) return;
  plot_smooth(data, look->smooth);
  rect area = {inside.x, inside.y, inside.width, inside.height - axis_rows};
  if (!plot_y_axis(data, look->y, area.height / 3 + 1, &a)) {
    say_nothing_yet(f, inside, look->is_reading);
    return;
  }
  draw_y_axis(f, area, &a);
  if (axis_rows) draw_x_axis(f, area, cells, &data->domain);
  if (dots_begin(canvas, f->tier, cells, area.height) != 0) return;
  scale s = {&data->domain, &a, canvas, f->is_tinted};
  int rows[SERIES], ends[SERIES];
  draw_all(&s, data, rows, ends);
  dots_draw(canvas, f, area.x + GUTTER, area.y);
  if (look->has_cursor) draw_cursor(f, area, cells, &data->domain, look->cursor);
  draw_letters(f, area, data, rows, ends);
}
