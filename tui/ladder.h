/* ladder.h - learners side by side on one logarithmic axis, a row each: the figures of a claim as a picture.
 *
 * What baud.ladder writes as a claim's figures is read back here - "NAME: VALUE [LOW, HIGH] UNIT, ...; NAME: ..." - so that a
 * ladder is drawn of any store that holds one, on the screen, as lines of text, and as SVG. The last row is the highest.
 */
#ifndef BAUD_TUI_LADDER_H
#define BAUD_TUI_LADDER_H

#include "axis.h"
#include "frame.h"

enum { LADDER_ROWS = 24, LADDER_FIGURES = 2 };

typedef struct ladder_figure {
  double value, low, high; /* with its interval, value above 0 */
} ladder_figure;

typedef struct ladder {
  int n_rows, n_figures;
  char unit[LADDER_FIGURES][24]; /* what the figures are counted in: "an episode" */
  struct {
    char name[40];
    ladder_figure figure[LADDER_FIGURES];
  } row[LADDER_ROWS];
  axis axis; /* holds all values and intervals, and 1 */
} ladder;

/* Reads a claim's figures. 1, or 0 where they are no ladder: another text, a single row, or nothing above 0 to draw. */
int ladder_read(ladder *l, const char *figures);

/* Lines that it takes: its heading, the rows, the axis with its labels. */
int ladder_height(const ladder *l);

/* A value in two digits: "3.5", "0.064", "25". */
void ladder_number(char *out, size_t size, double value);

/* On the screen; nothing where the area is too small for a row to be told. */
void ladder_draw(frame *f, rect area, const ladder *l);

/* As lines of text, `width` cells wide. 0, or BAUD_ENOMEM. */
int ladder_print(FILE *to, const ladder *l, int width, enum glyph_tier tier);

/* As Scalable Vector Graphics, colours from which anybody can tell one figure from the other (Okabe and Ito 2008). */
void ladder_write_svg(FILE *to, const ladder *l, const char *title);

#endif
