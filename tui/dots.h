/* dots.h - a canvas of dots finer than cells: 2x4 a cell in braille, 2x2 in blocks, 1x2 in ASCII.
 *
 * Dots are addressed from the lower left, so y grows upwards as values do. A cell has one style: the last that was
 * put there wins, so what matters most is drawn last.
 */
#ifndef BAUD_TUI_DOTS_H
#define BAUD_TUI_DOTS_H

#include "frame.h"

typedef struct dots {
  enum glyph_tier tier;
  int cells_x, cells_y;     /* size in cells */
  int width, height;        /* size in dots */
  uint8_t *mask, *style, *tint; /* [cells_y][cells_x], kept between frames; tint: 0 none, else 1 + a band's style */
  int room;
} dots;

/* Dots a cell of a tier, across and down. */
int dots_across(enum glyph_tier tier);
int dots_down(enum glyph_tier tier);

/* Empties the canvas at this size; 0 or BAUD_ENOMEM. */
int dots_begin(dots *d, enum glyph_tier tier, int cells_x, int cells_y);
void dots_free(dots *d);

void dots_set(dots *d, int x, int y, unsigned style);
/* `is_on` says for each column whether its dot is drawn, null: all; `index` is handed to it. */
void dots_line(dots *d, int x0, int y0, int x1, int y1, unsigned style, int (*is_on)(int index, int x), int index);
/* The background of the dot's cell, as wide as the cell is. */
void dots_tint(dots *d, int x, int y, unsigned style);
/* Whether the cell of this dot holds dots of any style but the band's. */
int dots_is_line(const dots *d, int x, int y);
/* Puts the cells that hold dots or a tint; leaves the others alone. */
void dots_draw(const dots *d, frame *f, int x, int y);

#endif
