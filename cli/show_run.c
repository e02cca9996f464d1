/* show_run.c - see show_run.h. Leaving the dashboard of a run that goes on is success; of one that is over, its own
 * exit code.
 */
#include "cli/show_run.h"

#include "cli/follow.h"

int show_take(show_options *show, const options *o, baud_error *error) {
  if (options_is(o, "line")) return show->wants_lines = 1;
  if (options_is(o, "no-mouse")) return show->screen.no_mouse = 1;
  if (options_is(o, "interval")) {
    int code = options_real(o, 0.25, 60, &show->screen.interval_seconds, error);
    return code ? code : 1;
  }
  if (!options_is(o, "glyphs")) return 0;
  int tier = tui_tier(o->value);
  if (tier < 0) return error_set(error, BAUD_EARG, "--glyphs %.40s: it is auto, braille, blocks or ascii", o->value);
  show->screen.tier = (enum glyph_tier)tier;
  return 1;
}

int show_run(const char *folder, const show_options *show) {
  baud_error error = {0};
  follow_options lines = {.format = show->wants_json ? FOLLOW_JSON_END : FOLLOW_TEXT,
                          .line_fd = show->line_fd,
                          .interval_seconds = show->screen.interval_seconds,
                          .subcommand = show->subcommand};
  if (show->wants_lines || show->wants_json || !tui_possible()) return follow_run(folder, &lines);
  if (tui_run(folder, &show->screen, &error) != 0) {
    fprintf(stderr, "baud %s: no dashboard: %s\n", show->subcommand, error.text);
    return follow_run(folder, &lines);
  }
  int exit_code = follow_ending(folder, &lines);
  return exit_code < 0 ? EXIT_OK : exit_code;
}
