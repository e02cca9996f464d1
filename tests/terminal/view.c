/* view.c - the real dashboard over a made-up run: what the terminal tests drive.
 *
 * Everything but the run is what users get: tui_run on a real terminal. The clock stands still at 14:02:11.
 * FAKE_BAUD names what stands for the program itself.
 * view [--ro] [--no-mouse] [--glyphs TIER] [--progress P] [--step S] [--silence SECONDS] [--label TEXT] [--interval S]
 * [--event TEXT] [--figures TEXT] [--state FOLDER] [--palette NAME]
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "fake_run.h"
#include "tui/tui.h"

int main(int argc, char **argv) {
  tui_options options = {.fixed_unix = 50531, .program = getenv("FAKE_BAUD")};
  for (int i = 1; i < argc; i++) {
    const char *value = i + 1 < argc ? argv[i + 1] : "";
    if (strcmp(argv[i], "--ro") == 0) options.read_only = 1;
    else if (strcmp(argv[i], "--no-mouse") == 0) options.no_mouse = 1;
    else if (strcmp(argv[i], "--glyphs") == 0) options.tier = (enum glyph_tier)tui_tier(value), i++;
    else if (strcmp(argv[i], "--progress") == 0) fake_run_set_progress(atof(value)), i++;
    else if (strcmp(argv[i], "--step") == 0) fake_run_set_step(atof(value)), i++;
    else if (strcmp(argv[i], "--silence") == 0) fake_run_set_silence(atof(value)), i++;
    else if (strcmp(argv[i], "--label") == 0) fake_run_set_label(value), i++;
    else if (strcmp(argv[i], "--event") == 0) fake_run_set_event(value), i++;
    else if (strcmp(argv[i], "--figures") == 0) fake_run_set_figures(value), i++;
    else if (strcmp(argv[i], "--state") == 0) options.state_folder = value, i++;
    else if (strcmp(argv[i], "--palette") == 0) options.palette = value, i++;
    else if (strcmp(argv[i], "--interval") == 0) options.interval_seconds = atof(value), i++;
    else return fprintf(stderr, "view: what is %s?\n", argv[i]), 2;
  }
  baud_error error;
  if (tui_run("/", &options, &error) != 0) return fprintf(stderr, "view: %s\n", error.text), 5;
  printf("commands: %s\n", fake_run_commands());
  return 0;
}
