/* watch.c - baud watch: a run as lines on stdout, for screen readers, logs and other programs.
 */
#include "cli/follow.h"
#include "cli/options.h"

static int run(int argc, char **argv) {
  baud_error error = {0};
  char folder[512];
  const char *what = NULL;
  follow_options follow = {.is_on_stdout = 1, .line_fd = -1, .subcommand = "watch"};
  options o;
  int got;
  options_init(&o, &subcommand_watch, argc, argv);
  while ((got = options_next(&o, &error)) > 0) {
    if (options_is(&o, "help")) return cli_help(stdout, &subcommand_watch), EXIT_OK;
    if (options_is(&o, "json")) follow.format = FOLLOW_JSON;
    else if (options_is(&o, "interval")) got = options_real(&o, 0.2, 3600, &follow.interval_seconds, &error);
    else got = options_run(&o, &what, &error);
    if (got < 0) break;
  }
  if (got < 0) return cli_fail(EXIT_USAGE, "watch", &error);
  if (cli_find_run(what, folder, sizeof folder, &error) != 0) return cli_fail(cli_exit_code(&error), "watch", &error);
  return follow_run(folder, &follow);
}

const subcommand subcommand_watch = {
    "watch", "[RUN] [--json] [--interval S]", "print a run's events and progress, a line each, until it is over",
    "  RUN            a run's folder, name or the beginning of its name; without it the newest\n"
    "  --json         each line a JSON object: {\"type\":\"event\"|\"progress\"|\"end\", ...}\n"
    "  --interval S   seconds between lines of progress\n"
    "A line of progress says how much of the work is done, then of the configuration whose trial is furthest on: the bits\n"
    "that a trial of it has received of those offered and absorbed so far (a mean over its trials), and its success or\n"
    "return of late.\n"
    "Ctrl-C ends the watching, not the run. The exit code is the run's.\n",
    run};
