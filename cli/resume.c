/* resume.c - baud resume: a run whose supervisor is gone gets a new one. Trials that were done stay as they are, the
 * others begin anew, so the end is that of a run that was never interrupted.
 */
#include <stdlib.h>
#include <string.h>

#include "cli/show_run.h"
#include "cli/supervise.h"

typedef struct request {
  const char *what;
  supervise_options supervise;
  show_options show;
  int is_detached, wants_help, has_jobs, has_limit;
} request;

static int take_option(request *r, const options *o, baud_error *error) {
  uint64_t count;
  if (options_is(o, "help")) return r->wants_help = 1;
  if (options_is(o, "detach")) return r->is_detached = 1;
  if (options_is(o, "json")) return r->show.wants_json = 1;
  if (options_is(o, "failed")) r->supervise.again = AGAIN_STOPPED_AND_FAILED;
  if (options_is(o, "failed")) return 1;
  if (options_is(o, "limit-seconds")) {
    r->has_limit = 1;
    return options_real(o, 0, 1e9, &r->supervise.limit_seconds, error) ? error->code : 1;
  }
  if (!options_is(o, "jobs")) return show_take(&r->show, o, error);
  if (options_count(o, 1, 128, &count, error) != 0) return error->code;
  r->supervise.jobs = (uint32_t)count;
  return r->has_jobs = 1;
}

/* What the command line does not say is as it was. */
static int recall(request *r, const char *folder, baud_error *error) {
  supervise_options before = {0};
  int code = supervise_recall(folder, &before, error);
  if (!r->has_jobs) r->supervise.jobs = before.jobs;
  if (!r->has_limit) r->supervise.limit_seconds = before.limit_seconds;
  return code;
}

static int run(int argc, char **argv) {
  baud_error error = {0};
  char folder[512];
  request r = {.show = {.line_fd = -1, .subcommand = "resume"}};
  options o;
  int got;
  options_init(&o, &subcommand_resume, argc, argv);
  while ((got = options_next(&o, &error)) > 0) {
    got = o.name[0] ? take_option(&r, &o, &error) : options_run(&o, &r.what, &error);
    if (got < 0) break;
  }
  if (got < 0) return cli_fail(EXIT_USAGE, "resume", &error);
  if (r.wants_help) return cli_help(stdout, &subcommand_resume), EXIT_OK;
  int code = cli_find_run(r.what, folder, sizeof folder, &error);
  if (code == 0) code = recall(&r, folder, &error);
  if (code == 0) code = supervise_start(folder, &r.supervise, &r.show.line_fd, &error);
  if (code != 0) return cli_fail(cli_exit_code(&error), "resume", &error);
  if (!r.is_detached) return show_run(folder, &r.show);
  printf("%s\n", folder);
  return EXIT_OK;
}

const subcommand subcommand_resume = {
    "resume", "[RUN] [OPTION...]", "go on with a run that was stopped, killed or interrupted",
    "  RUN                   a run's folder, name or the beginning of its name; without it the newest\n"
    "  --failed              run the trials that failed again, too\n"
    "  --jobs N              trials at once; without it as before\n"
    "  --limit-seconds S     a trial that runs longer fails; 0: no limit; without it as before\n"
    "  --detach              start it, print its folder and leave\n"
    "  --json                the end of the run as one JSON object on stdout\n" SHOW_HELP,
    run};
