/* attach.c - baud attach: comes back to a run, from any terminal, as often as one likes.
 */
#include "cli/show_run.h"

static void print_help(void) {
  cli_help(stdout, &subcommand_attach);
  puts("\nKeys of the dashboard, and what can be typed behind \":\":");
  tui_print_keys(stdout);
}

static int run(int argc, char **argv) {
  baud_error error = {0};
  char folder[512];
  const char *what = NULL;
  show_options show = {.line_fd = -1, .subcommand = "attach"};
  options o;
  int got;
  options_init(&o, &subcommand_attach, argc, argv);
  while ((got = options_next(&o, &error)) > 0) {
    if (options_is(&o, "help")) return print_help(), EXIT_OK;
    if (options_is(&o, "ro")) show.screen.read_only = 1;
    else if (o.name[0]) got = show_take(&show, &o, &error);
    else got = options_run(&o, &what, &error);
    if (got < 0) break;
  }
  if (got < 0) return cli_fail(EXIT_USAGE, "attach", &error);
  if (cli_find_run(what, folder, sizeof folder, &error) != 0) return cli_fail(cli_exit_code(&error), "attach", &error);
  return show_run(folder, &show);
}

const subcommand subcommand_attach = {
    "attach", "[RUN] [OPTION...]", "come back to a run, or look at one that is over",
    "  RUN                   a run's folder, name or the beginning of its name; without it the newest\n"
    "  --ro                  only look: pause, stop and re-run are refused\n" SHOW_HELP,
    run};
