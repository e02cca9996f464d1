/* tui.h - the dashboard of one run.
 *
 * It reads the run's board (shared memory) and store, and sends commands over the control socket; it is never the
 * run. Leaving it, however that comes about, leaves the run going and the terminal as it was.
 */
#ifndef BAUD_TUI_H
#define BAUD_TUI_H

#include <stdio.h>

#include "error.h"

/* What the terminal can show; GLYPHS_AUTO asks the locale's codeset. */
enum glyph_tier { GLYPHS_AUTO, GLYPHS_BRAILLE, GLYPHS_BLOCKS, GLYPHS_ASCII };

typedef struct tui_options {
  int read_only;            /* capitals are refused */
  enum glyph_tier tier;
  const char *palette;      /* a name; null: as last time, at first "safe" */
  int no_mouse;
  const char *program;      /* this program, to be started for what loads plugins; null: not to be asked */
  const char *state_folder; /* where habits are kept from one time to the next; null: nowhere */
  double interval_seconds;  /* between looks at the board: 0.25 to 60; 0: one second */
  /* Starts the supervisor of a run that has none, to run the trials "3,7-9" again; null: that cannot be done here. */
  int (*rerun)(const char *run_folder, const char *trials, const char *who, baud_error *error);
  int64_t fixed_unix;       /* a clock that stands still, for tests; 0: the real one */
} tui_options;

enum { PALETTES = 4 };
extern const char *const palette_names[PALETTES]; /* safe, light, classic, mono */
/* The palette of that name, or -1. */
int tui_palette(const char *name);

/* The tier of that name ("braille", "blocks", "ascii", "auto"), or -1. */
int tui_tier(const char *name);

/* Whether a dashboard can be shown at all: a terminal that can place its cursor. */
int tui_possible(void);

/* Shows the run until the user detaches; 0, or a negative code and why nothing could be shown. After the screen is
 * gone, one closing line on stdout says that the run goes on and how to come back, or the claims' verdicts. */
int tui_run(const char *run_folder, const tui_options *options, baud_error *error);

/* The list of keys and commands, from the tables that the dashboard itself reads. */
void tui_print_keys(FILE *to);

#endif
