/* show_run.h - what a person sees of a run: the dashboard, or lines where there is no screen for it. */
#ifndef BAUD_CLI_SHOW_RUN_H
#define BAUD_CLI_SHOW_RUN_H

#include "cli/options.h"
#include "tui/tui.h"

typedef struct show_options {
  tui_options screen;
  int wants_lines; /* --line */
  int wants_json;  /* --json */
  int line_fd;     /* of supervise_start, or -1 */
  const char *subcommand;
} show_options;

/* The lines of help for the options that show_take knows. */
#define SHOW_HELP                                                                               \
  "  --line                lines instead of the dashboard (by itself where there is no screen)\n" \
  "  --glyphs TIER         what the dashboard draws with: auto, braille, blocks or ascii\n"       \
  "  --palette NAME        its colours: safe, light, classic or mono\n"                            \
  "  --interval SECONDS    between looks at the run, 0.25 to 60\n"                                \
  "  --no-mouse            leave the mouse to the terminal\n"

/* Takes the option that was just read if it is one of these: 1; 0 if it is none; negative: a bad value. */
int show_take(show_options *show, const options *o, baud_error *error);

/* Shows the run until it is over or the person leaves; the exit code. */
int show_run(const char *folder, const show_options *show);

#endif
