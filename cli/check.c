/* check.c - baud check: a plugin against its contract, question by question.
 *
 * A replay is `--only N --seed S`, and --in-process under a debugger. Warnings do not count against the plugin.
 */
#include "check/check.h"

#include <cjson/cJSON.h>
#include <errno.h>
#include <inttypes.h>
#include <limits.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "cli/cli.h"
#include "cli/options.h"

typedef struct tally {
  int passed, failed, warned, skipped;
  const char *unit; /* of the last line */
  cJSON *list;      /* null: lines for people */
} tally;

static const char *word_of(const check_result *r) {
  if (r->verdict == CHECK_FAILED) return r->check->severity == CHECK_WARNING ? "warn" : "FAIL";
  return r->verdict == CHECK_SKIPPED ? "skip" : "ok";
}

static void add_json(tally *t, const check_result *r, const char *word) {
  cJSON *object = cJSON_CreateObject();
  if (r->unit) cJSON_AddStringToObject(object, "unit", r->unit);
  else cJSON_AddNullToObject(object, "unit");
  cJSON_AddNumberToObject(object, "check", r->check->number);
  cJSON_AddStringToObject(object, "name", r->check->name);
  cJSON_AddStringToObject(object, "verdict",
                          r->verdict == CHECK_FAILED && r->check->severity == CHECK_ERROR ? "fail" : word);
  cJSON_AddStringToObject(object, "text", r->text);
  cJSON_AddNumberToObject(object, "seconds", r->seconds);
  cJSON_AddItemToArray(t->list, object);
}

static void print_line(tally *t, const check_result *r, const char *word) {
  if (r->unit && (!t->unit || strcmp(t->unit, r->unit) != 0)) printf("\n%s\n", r->unit);
  t->unit = r->unit;
  printf("%-4s %2" PRIu32 " %s%s%s\n", word, r->check->number, r->check->name, r->text[0] ? ": " : "", r->text);
  fflush(stdout);
}

static void report(void *ctx, const check_result *r) {
  tally *t = ctx;
  const char *word = word_of(r);
  *(r->verdict == CHECK_OK                ? &t->passed
    : r->verdict == CHECK_SKIPPED         ? &t->skipped
    : r->check->severity == CHECK_WARNING ? &t->warned
                                          : &t->failed) += 1;
  t->list ? add_json(t, r, word) : print_line(t, r, word);
}

static void print_summary(const tally *t, uint64_t seed) {
  if (t->list) {
    char *text = cJSON_Print(t->list);
    puts(text ? text : "[]");
    cJSON_free(text);
    return;
  }
  printf("\n%d passed, %d failed, %d warnings, %d skipped (seed %" PRIu64 ")\n", t->passed, t->failed, t->warned,
         t->skipped, seed);
}

static void print_list(int as_json) {
  cJSON *list = cJSON_CreateArray();
  for (const check *c = check_table; c->number; c++) {
    char roles[60] = "";
    for (uint32_t role = BAUD_ENV; role <= BAUD_REWARD; role++)
      if (c->roles & CHECK_OF(role))
        snprintf(roles + strlen(roles), sizeof roles - strlen(roles), "%s%s", roles[0] ? ", " : "", role_name(role));
    if (!as_json) {
      printf("%2" PRIu32 "  %-7s  %-74s  %s\n", c->number, c->severity == CHECK_WARNING ? "warning" : "error", c->name,
             roles[0] ? roles : "library");
      continue;
    }
    cJSON *object = cJSON_CreateObject();
    cJSON_AddNumberToObject(object, "check", c->number);
    cJSON_AddStringToObject(object, "name", c->name);
    cJSON_AddStringToObject(object, "severity", c->severity == CHECK_WARNING ? "warning" : "error");
    cJSON_AddStringToObject(object, "of", roles[0] ? roles : "library");
    cJSON_AddItemToArray(list, object);
  }
  char *text = as_json ? cJSON_Print(list) : NULL;
  if (text) puts(text);
  cJSON_free(text);
  cJSON_Delete(list);
}

static int is_number_of_a_check(uint64_t n) {
  for (const check *c = check_table; c->number; c++)
    if (c->number == n) return 1;
  return 0;
}

/* A file, or the name of a unit: then that unit alone is asked. */
static int check_one(const char *what, check_options how, tally *t, baud_error *error) {
  char path[PATH_MAX], id[200];
  if (check_is_path(what)) return check_plugin(what, &how, report, t, error);
  int code = check_find(0, what, path, sizeof path, id, sizeof id, error);
  how.unit = id;
  return code ? code : check_plugin(path, &how, report, t, error);
}

static int add_with(check_options *how, const char *what, baud_error *error) {
  if (how->n_with == CHECK_WITH_MOST) return error_set(error, BAUD_EARG, "--with: %d environments are enough", CHECK_WITH_MOST);
  how->with[how->n_with++] = what;
  return 0;
}

/* What there is not is told before anything is asked. */
static int look_for_environments(const check_options *how, baud_error *error) {
  char path[PATH_MAX], id[200];
  int code = 0;
  for (uint32_t i = 0; i < how->n_with && code == 0; i++)
    if (!check_is_path(how->with[i])) code = check_find(BAUD_ENV, how->with[i], path, sizeof path, id, sizeof id, error);
    else if (access(how->with[i], R_OK) != 0) code = error_set(error, BAUD_ENOTFOUND, "%s cannot be read: %s", how->with[i], strerror(errno));
  return code;
}

enum { MOST_PLUGINS = 256 };

typedef struct request {
  check_options options;
  const char *plugin[MOST_PLUGINS];
  int n_plugins, as_json, is_list, wants_help;
} request;

static int take_argument(request *r, const options *o, baud_error *error) {
  uint64_t number = 0;
  int code = 0;
  if (options_is(o, "help")) r->wants_help = 1;
  else if (options_is(o, "json")) r->as_json = 1;
  else if (options_is(o, "list")) r->is_list = 1;
  else if (options_is(o, "in-process")) r->options.isolation = CHECK_IN_PROCESS;
  else if (options_is(o, "with")) code = add_with(&r->options, o->value, error);
  else if (options_is(o, "seed")) code = options_count(o, 0, UINT32_MAX, &r->options.seed, error);
  else if (options_is(o, "limit")) {
    code = options_count(o, 1, 86400, &number, error);
    r->options.limit = (uint32_t)number;
  } else if (options_is(o, "only")) {
    code = options_count(o, 1, UINT32_MAX, &number, error);
    r->options.only = (uint32_t)number;
    if (code == 0 && !is_number_of_a_check(number))
      code = error_set(error, BAUD_EARG, "there is no check %" PRIu64 " (--list shows them)", number);
  } else if (r->n_plugins == MOST_PLUGINS) code = error_set(error, BAUD_EARG, "%d plugins at a time are enough", MOST_PLUGINS);
  else r->plugin[r->n_plugins++] = o->value;
  return code;
}

static int read_request(request *r, int argc, char **argv, baud_error *error) {
  options o;
  int got;
  options_init(&o, &subcommand_check, argc, argv);
  while ((got = options_next(&o, error)) > 0)
    if ((got = take_argument(r, &o, error)) < 0) break;
  if (got == 0 && !r->n_plugins && !r->is_list && !r->wants_help)
    return error_set(error, BAUD_EARG, "which plugin? A file, or a name that baud plugins lists");
  return got;
}

static int run(int argc, char **argv) {
  request r = {.options = {.seed = 1}};
  baud_error error = {0};
  if (read_request(&r, argc, argv, &error) < 0) return cli_fail(EXIT_USAGE, "check", &error);
  if (r.wants_help) return cli_help(stdout, &subcommand_check), EXIT_OK;
  if (r.is_list) return print_list(r.as_json), EXIT_OK;
  int code = look_for_environments(&r.options, &error);
  if (code < 0) return cli_fail(EXIT_USAGE, "check", &error);
  tally t = {.list = r.as_json ? cJSON_CreateArray() : NULL};
  for (int i = 0; i < r.n_plugins && code >= 0; i++) code = check_one(r.plugin[i], r.options, &t, &error);
  if (code < 0) cJSON_Delete(t.list);
  if (code < 0) return cli_fail(EXIT_USAGE, "check", &error);
  print_summary(&t, r.options.seed);
  cJSON_Delete(t.list);
  return t.failed ? EXIT_TRIAL_FAILED : EXIT_OK;
}

const subcommand subcommand_check = {"check", "[--json] [--only N] [--seed S] [--with ENV] [--limit S] [--in-process] PLUGIN...",
                                     "hold plugins to their contract",
                                     "  PLUGIN        a library (a path, or ends in .so or .lua), or the name of a unit\n"
                                     "  --only N      ask check N alone\n"
                                     "  --seed S      draw by seed S (1): with --only a failure is replayed\n"
                                     "  --with ENV    try learners and reward schemes with this environment first: a name,\n"
                                     "                or a library, for all that it holds; may be given several times. That\n"
                                     "                they refuse it is a failure then\n"
                                     "  --limit S     seconds of the processor, or asleep, before a check counts as hanging (30)\n"
                                     "  --in-process  no child processes: for a debugger\n"
                                     "  --list        list the checks\n"
                                     "  --json        an array of {unit, check, name, verdict, text, seconds}\n",
                                     run};
