/* keys.h - the one key table: dispatch, the help, the footer and the manual page all read it.
 *
 * Lower case never changes a run; what does carries CHANGES_RUN, is a capital, and is refused when only reading.
 */
#ifndef BAUD_TUI_KEYS_H
#define BAUD_TUI_KEYS_H

#include "dashboard.h"

enum { CHANGES_RUN = 1, SAME_LINE = 2 }; /* SAME_LINE: an alias; not listed */

typedef struct key {
  int code;            /* as ncurses gives it */
  unsigned scope;      /* IN_RUNS ..., ored */
  unsigned flags;
  const char *label;   /* "Enter", "PgUp PgDn" */
  const char *hint;    /* for the footer, a word or two; null: not there */
  const char *help;    /* for the help; null: listed with another */
  void (*act)(dashboard *d, int argument);
  int argument;
} key;

extern const key key_table[];
extern const int key_count;

enum { KEY_CTRL_D = 4, KEY_CTRL_L = 12, KEY_TABULATOR = 9, KEY_RETURN = 13, KEY_NEWLINE = 10, KEY_CTRL_U = 21,
       KEY_ESCAPE = 27, KEY_DELETE = 127 };

/* Acts on a key in browsing mode; unknown keys do nothing. */
void keys_dispatch(dashboard *d, int code);

/* The footer's hints for the present screen, as many as fit. */
void keys_draw_hints(dashboard *d, int y);

#endif
