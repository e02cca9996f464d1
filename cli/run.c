/* run.c - baud run: an experiment becomes a plan, the plan a folder, the folder a run with a supervisor behind it.
 *
 * Nothing is started, and no folder made, before the whole script has been resolved without a mistake and every
 * configuration has been rehearsed.
 */
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "cli/cli.h"
#include "cli/dry.h"
#include "cli/folder.h"
#include "cli/rehearse.h"
#include "cli/show_run.h"
#include "cli/supervise.h"

enum { MOST_SETTINGS = 256 };

typedef struct request {
  const char *experiment, *out;
  const char *settings[MOST_SETTINGS];
  language_options language;
  supervise_options supervise;
  show_options show;
  int is_dry, is_detached, wants_help;
} request;

static int take_count(const options *o, uint64_t high, uint64_t *to, baud_error *error) {
  int code = options_count(o, 1, high, to, error);
  return code ? code : 1;
}

/* 1 when the option is one of ours. */
static int take_option(request *r, const options *o, baud_error *error) {
  uint64_t count = 0;
  int code = 0;
  if (options_is(o, "seeds")) return take_count(o, 1000000, &r->language.seeds, error);
  if (options_is(o, "episodes")) return take_count(o, UINT64_C(1) << 40, &r->language.episodes, error);
  if (options_is(o, "jobs")) code = take_count(o, 128, &count, error), r->supervise.jobs = (uint32_t)count;
  else if (options_is(o, "limit-seconds")) code = options_real(o, 0.01, 1e9, &r->supervise.limit_seconds, error);
  else if (options_is(o, "out")) r->out = o->value;
  else if (options_is(o, "full")) r->language.full = 1;
  else if (options_is(o, "dry")) r->is_dry = 1;
  else if (options_is(o, "detach")) r->is_detached = 1;
  else if (options_is(o, "json")) r->show.wants_json = 1;
  else if (options_is(o, "help")) r->wants_help = 1;
  else if (!options_is(o, "set")) return show_take(&r->show, o, error);
  else if (r->language.n_settings == MOST_SETTINGS) return error_set(error, BAUD_EARG, "too many --set");
  else r->settings[r->language.n_settings++] = o->value;
  return code < 0 ? code : 1;
}

static int read_request(request *r, int argc, char **argv, baud_error *error) {
  options o;
  int got;
  options_init(&o, &subcommand_run, argc, argv);
  while ((got = options_next(&o, error)) > 0) {
    if (o.name[0] && take_option(r, &o, error) < 0) return error->code;
    if (o.name[0]) continue;
    if (r->experiment) return error_set(error, BAUD_EARG, "one experiment at a time: \"%s\" is too many", o.value);
    r->experiment = o.value;
  }
  if (got == 0 && !r->experiment && !r->wants_help)
    return error_set(error, BAUD_EARG, "which experiment? A name, like one_bit, or a path that ends in .lua");
  return got;
}

static int print_dry(const request *r, const folder_source *source) {
  if (r->show.wants_json) puts(source->plan_json);
  else dry_print(stdout, source->plan);
  return EXIT_OK;
}

static int start(const request *r, const folder_source *source, baud_error *error) {
  char folder[512];
  enum folder_kind kind;
  show_options show = r->show;
  int code = folder_create(source, r->out, folder, sizeof folder, &kind, error);
  if (code == 0) code = supervise_start(folder, &r->supervise, &show.line_fd, error);
  if (code != 0) return cli_fail(cli_exit_code(error), "run", error);
  const char *name = strrchr(folder, '/') + 1;
  if (r->is_detached) {
    printf("%s\n", folder);
    fprintf(stderr, "%u trials have begun; baud attach %s shows them, baud stop %s ends them\n", source->plan->n_trials,
            name, name);
    return EXIT_OK;
  }
  return show_run(folder, &show);
}

static int run_request(request *r, registry *plugins, baud_error *error) {
  char script[1000], *json = NULL;
  plan *p = NULL;
  int code = language_find(r->experiment, script, sizeof script, error);
  if (code == 0) code = language_load(script, plugins, &r->language, &json, error);
  if (code == 0) code = plan_parse(&p, json, error);
  if (code == 0) code = rehearse_plan(p, plugins, error);
  folder_source source = {.script = script, .plan_json = json, .plan = p, .plugins = plugins, .options = &r->language};
  int exit_code;
  if (code != 0) exit_code = cli_fail(cli_exit_code(error), "run", error);
  else exit_code = r->is_dry ? print_dry(r, &source) : start(r, &source, error);
  if (p) plan_free(p);
  free(json);
  return exit_code;
}

static int run(int argc, char **argv) {
  baud_error error = {0};
  registry *plugins;
  request r = {.show = {.line_fd = -1, .subcommand = "run"}};
  r.language.settings = r.settings;
  if (read_request(&r, argc, argv, &error) < 0) return cli_fail(EXIT_USAGE, "run", &error);
  if (r.wants_help) return cli_help(stdout, &subcommand_run), EXIT_OK;
  if (registry_open(&plugins, &error) != 0) return cli_fail(EXIT_SYSTEM, "run", &error);
  int exit_code = run_request(&r, plugins, &error);
  registry_free(plugins);
  return exit_code;
}

const subcommand subcommand_run = {
    "run", "EXPERIMENT [OPTION...]", "run an experiment and show it live",
    "  EXPERIMENT            a name that ships (one_bit), or the path of a script that ends in .lua\n"
    "  --set KEY=VALUE       change a parameter: learner.lr=0.3, env.codes=64, stop.episodes=100; may be repeated\n"
    "  --seeds N             so many seeds for every part, from 0\n"
    "  --episodes N          so many episodes a trial\n"
    "  --full                the experiment's full size, where it has one\n"
    "  --jobs N              trials at once; without it one for each processor\n"
    "  --limit-seconds S     a trial that runs longer fails\n"
    "  --out DIR             the run's folder; without it NAME-YYYYmmdd-HHMMSS among the runs. A folder that holds\n"
    "                        a run of the very same plan is taken up again\n"
    "  --dry                 print what would run, start nothing\n"
    "  --detach              start it, print its folder and leave\n"
    "  --json                the end of the run as one JSON object on stdout (with --dry: the plan)\n" SHOW_HELP
    "q and Ctrl-C leave the run going: baud attach comes back to it, baud stop ends it. In lines, SIGINT and SIGTERM\n"
    "do the same, and the exit code is then 128 and the signal's number.\n",
    run};
