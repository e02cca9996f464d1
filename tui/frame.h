/* frame.h - one screenful as plain cells: what the screens draw on, and what tests look at.
 *
 * Nothing here knows of a terminal. Whatever is put outside is dropped, so no screen can write astray at any size.
 * Glyphs are Unicode; a frame of the ASCII tier turns each into its stand-in as it is put.
 */
#ifndef BAUD_TUI_FRAME_H
#define BAUD_TUI_FRAME_H

#include <stdint.h>
#include <stdio.h>

#include "tui.h"

/* What a cell means; terminal.c has the table of how each looks. */
enum style {
  STYLE_PLAIN, STYLE_DIM, STYLE_STRONG, STYLE_TITLE, STYLE_FRAME, STYLE_KEY,
  STYLE_RUNNING, STYLE_PAUSED, STYLE_QUEUED, STYLE_DONE, STYLE_FAILED,
  STYLE_BAR, STYLE_TROUGH, STYLE_ALERT, STYLE_MATCH,
  STYLE_FIRST, STYLE_SECOND, STYLE_THIRD, STYLE_FOURTH, STYLE_FIFTH, STYLE_SIXTH, /* lines; each also ends in a letter */
  STYLE_BAND, STYLE_BAND_2, STYLE_BAND_3, STYLE_BAND_4, STYLE_BAND_5, STYLE_BAND_6, /* their bands, behind all lines */
  STYLES
};
enum { STYLE_SELECTED = 0x80, STYLE_TINTED = 0x40 }; /* ored: the selected row; within a band */

typedef struct frame_cell {
  uint32_t glyph; /* 0: the right half of the wide glyph before it */
  uint32_t style;
} frame_cell;

typedef struct frame {
  int width, height;
  enum glyph_tier tier;
  int is_tinted; /* the terminal has backgrounds to spare: bands may lean on them */
  int cursor_x, cursor_y; /* where the cursor is parked: on the selection */
  frame_cell *cells;      /* [height][width] */
} frame;

typedef struct rect {
  int x, y, width, height;
} rect;

int frame_resize(frame *f, int width, int height); /* 0, or BAUD_ENOMEM with the frame as it was */
void frame_free(frame *f);
void frame_clear(frame *f);

void frame_put(frame *f, int x, int y, uint32_t glyph, unsigned style);
/* Text in at most `cells` cells, cleaned; returns the cells it took. */
int frame_text(frame *f, int x, int y, int cells, unsigned style, const char *text);
int frame_print(frame *f, int x, int y, int cells, unsigned style, const char *format, ...)
    __attribute__((format(printf, 6, 7)));
/* The same, ending at the right edge of [x, x + cells). Returns where it begins. */
int frame_right(frame *f, int x, int y, int cells, unsigned style, const char *text);
void frame_fill(frame *f, rect area, uint32_t glyph, unsigned style);
void frame_restyle(frame *f, rect area, unsigned ored);
void frame_rule(frame *f, int y, const char *title); /* a line across, with a title in it or null */
/* A box with a title on the left and a note on the right of its upper edge; returns what is inside. */
rect frame_box(frame *f, rect area, const char *title, const char *note, unsigned title_style);

/* `filled` of `cells` cells, a bar on one scale; NAN or negative: an empty trough. */
void frame_bar(frame *f, int x, int y, int cells, double share);
/* One cell of a sparkline, level 0 (lowest) to 1. */
uint32_t frame_spark(const frame *f, double level);

/* All cells as text, a line a row, blanks kept. */
void frame_write(const frame *f, FILE *to);

#endif
