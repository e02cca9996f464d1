/* plot.h - one chart in a box: axes with 1-2-5 ticks, lines in dots, the seeds' band, a letter at each line's end. */
#ifndef BAUD_TUI_PLOT_H
#define BAUD_TUI_PLOT_H

#include "axis.h"
#include "charts.h"
#include "dots.h"

typedef struct plot_look {
  enum axis_kind y;
  int smooth;          /* points of the moving mean; 1: none */
  int has_cursor;
  double cursor;       /* an episode */
  int is_focused;
  int is_reading; /* the store has more than was read so far */
} plot_look;

/* Dot columns that a box of this width has for its lines: what chart_read is to be asked for. */
int plot_dots(enum glyph_tier tier, int box_width);

/* Draws box, axes and lines. Smooths data in place. */
void plot_draw(frame *f, rect box, dots *canvas, const char *title, const char *note, chart_data *data,
               const plot_look *look);

/* The episode under cell x of the box, for the mouse and the cursor keys. */
double plot_episode_at(rect box, const domain *d, int x);

/* The bin that an episode lies in, or -1. */
int plot_bin(const domain *d, double episode);

#endif
