/* terminal.h - the real screen: taken, written, given back whatever happens.
 *
 * ncurses on a private FILE of /dev/tty; the run's own stdout and stderr stay what they were. A frame is compared
 * with the one before row by row, and only cells that differ reach ncurses: an unchanged frame writes nothing.
 */
#ifndef BAUD_TUI_TERMINAL_H
#define BAUD_TUI_TERMINAL_H

#include "frame.h"

enum {
  TERMINAL_NO_KEY = -1, TERMINAL_RESIZED = -2, TERMINAL_CLICK = -3, TERMINAL_WHEEL_UP = -4, TERMINAL_WHEEL_DOWN = -5
};

typedef struct terminal terminal;

int terminal_open(terminal **out, enum glyph_tier wished, int with_mouse, baud_error *error);
/* Gives the terminal back. Returns the signal that asked for it, or 0. Null is fine. */
int terminal_close(terminal *t);

enum glyph_tier terminal_tier(const terminal *t);
/* Where keys come from: readable when one waits. */
int terminal_descriptor(const terminal *t);
void terminal_size(const terminal *t, int *width, int *height);

/* Shows a frame; forgets what was there when the frame's cursor_x is negative. */
void terminal_show(terminal *t, const frame *f);

/* The colours, by their place in palette_names; whether bands may have a background. */
void terminal_set_palette(terminal *t, int palette);
int terminal_is_tinted(const terminal *t);

enum { TERMINAL_OTHERS = 6 };
/* Waits for input, on the terminal or on others[n] (-1: none), for a signal or at most `seconds`. Nonzero once a signal
 * asks the program to leave. */
int terminal_wait(terminal *t, double seconds, const int *others, int n);
/* The next key, or one of the above; x and y for clicks and the wheel. */
int terminal_key(terminal *t, int *x, int *y);

/* Puts text on the clipboard of a terminal that allows it (OSC 52); others take no notice. */
void terminal_copy(terminal *t, const char *text);

#endif
