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
void terminal_size(const terminal *t, int *width, int *height);

/* Shows a frame; forgets what was there when the frame's cursor_x is negative. */
void terminal_show(terminal *t, const frame *f);

/* Waits for input, a signal or at most `seconds`. Nonzero once a signal asks the program to leave. */
int terminal_wait(terminal *t, double seconds);
/* The next key, or one of the above; x and y for clicks and the wheel. */
int terminal_key(terminal *t, int *x, int *y);

#endif
