/* plot.h - one chart in a box: axes with 1-2-5 ticks, lines in dots, bands, a letter at each line's end, a cursor. */
#ifndef BAUD_TUI_PLOT_H
#define BAUD_TUI_PLOT_H

#include "axis.h"
#include "charts.h"
#include "dots.h"

typedef struct plot_look {
  enum axis_kind y;
  int smooth;     /* points of the moving mean; 1: none */
  int has_cursor;
  double cursor;  /* on the axis of the data */
  int is_focused;
  int is_reading; /* the store has more than was read so far */
} plot_look;

/* Dot columns that a box of this width has for its lines: what chart_read is to be asked for. */
int plot_dots(enum glyph_tier tier, int box_width);

/* Smooths lines and bands in place. */
void plot_smooth(chart_data *data, int points);

/* What a plot spans from foot to top, ready to be drawn; 0 when there is nothing to draw. */
int plot_y_axis(const chart_data *data, enum axis_kind kind, int ticks, axis *out);

/* Draws box, axes and lines of data that was smoothed as wanted. */
void plot_draw(frame *f, rect box, dots *canvas, const char *title, const char *note, chart_data *data,
               const plot_look *look);

/* Where on the axis cell x of the box lies, for the mouse and the cursor keys. */
double plot_x_at(rect box, const domain *d, int x);

/* The bin that x lies in, or -1; and its middle. */
int plot_bin(const domain *d, double x);
double plot_middle(const domain *d, int bin);

#endif
