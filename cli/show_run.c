/* show_run.c - see show_run.h. Leaving the dashboard of a run that goes on is success; of one that is over, its own
 * exit code.
 */
#include "cli/show_run.h"

#include <stdlib.h>
#include <unistd.h>

#include "cli/follow.h"
#include "cli/supervise.h"

int show_take(show_options *show, const options *o, baud_error *error) {
  if (options_is(o, "line")) return show->wants_lines = 1;
  if (options_is(o, "no-mouse")) return show->screen.no_mouse = 1;
  if (options_is(o, "palette")) {
    show->screen.palette = o->value;
    return tui_palette(o->value) >= 0 ? 1 : error_set(error, BAUD_EARG, "--palette %.40s: it is safe, light, classic or mono", o->value);
  }
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

/* The dashboard's way to run trials of a run that is over again. */
static int rerun(const char *folder, const char *trials, const char *who, baud_error *error) {
  supervise_options how = {.again = AGAIN_NAMED, .named = trials, .who = who};
  int line_fd, code = supervise_recall(folder, &how, error);
  if (code == 0) code = supervise_start(folder, &how, &line_fd, error);
  if (code == 0) close(line_fd);
  return code;
}

/* $XDG_STATE_HOME/baud; 0 where there is no home. */
static int state_folder(char *path, size_t size) {
  const char *state = getenv("XDG_STATE_HOME"), *home = getenv("HOME");
  if (state && state[0] == '/') return snprintf(path, size, "%s/baud", state) < (int)size;
  return home && home[0] == '/' && snprintf(path, size, "%s/.local/state/baud", home) < (int)size;
}

int show_run(const char *folder, const show_options *show) {
  baud_error error = {0};
  tui_options screen = show->screen;
  char habits[1000];
  screen.rerun = rerun;
  screen.program = "/proc/self/exe";
  if (state_folder(habits, sizeof habits)) screen.state_folder = habits;
  follow_options lines = {.format = show->wants_json ? FOLLOW_JSON_END : FOLLOW_TEXT,
                          .line_fd = show->line_fd,
                          .interval_seconds = show->screen.interval_seconds,
                          .subcommand = show->subcommand};
  if (show->wants_lines || show->wants_json || !tui_possible()) return follow_run(folder, &lines);
  if (tui_run(folder, &screen, &error) != 0) {
    fprintf(stderr, "baud %s: no dashboard: %s\n", show->subcommand, error.text);
    return follow_run(folder, &lines);
  }
  int exit_code = follow_ending(folder, &lines);
  return exit_code < 0 ? EXIT_OK : exit_code;
}
