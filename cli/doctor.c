/* doctor.c - baud doctor: looks at everything around baud that a run depends on and says what to do about it.
 *
 * A check is a row: a name and a function that writes one line of what it found. "warn" costs comfort, "bad" means
 * that runs will fail.
 */
#include <cjson/cJSON.h>
#include <langinfo.h>
#include <sched.h>
#include <sqlite3.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/stat.h>
#include <sys/statvfs.h>
#include <unistd.h>

#include "cli/options.h"
#include "control.h"
#include "lua/language.h"
#include "tui/tui.h"

enum verdict { FINE, WARN, BAD };
static const char *const verdict_names[] = {"ok", "warn", "bad"};

typedef struct finding {
  char text[700];
} finding;

static enum verdict say(finding *f, enum verdict v, const char *format, ...) __attribute__((format(printf, 3, 4)));
static enum verdict say(finding *f, enum verdict v, const char *format, ...) {
  va_list arguments;
  va_start(arguments, format);
  vsnprintf(f->text, sizeof f->text, format, arguments);
  va_end(arguments);
  return v;
}

static enum verdict check_version(finding *f) {
  return say(f, FINE, "baud %s, plugin contract minor %u, SQLite %s", BAUD_VERSION, BAUD_MINOR, sqlite3_libversion());
}

static enum verdict check_terminal(finding *f) {
  struct winsize size = {0};
  const char *term = getenv("TERM");
  if (!isatty(STDOUT_FILENO)) return say(f, FINE, "stdout is no terminal: runs are shown as lines");
  if (!tui_possible())
    return say(f, WARN, "TERM=%s cannot place a cursor: runs are shown as lines; set TERM to what the terminal is",
               term ? term : "");
  if (ioctl(STDOUT_FILENO, TIOCGWINSZ, &size) == 0 && (size.ws_col < 80 || size.ws_row < 24))
    return say(f, WARN, "%ux%u is small: the dashboard is made for 80x24 and more", size.ws_col, size.ws_row);
  return say(f, FINE, "TERM=%s, %ux%u", term ? term : "", size.ws_col, size.ws_row);
}

static enum verdict check_locale(finding *f) {
  const char *codeset = nl_langinfo(CODESET);
  if (strcmp(codeset, "UTF-8") == 0) return say(f, FINE, "%s", codeset);
  return say(f, WARN, "the locale's characters are %s: plots are in ASCII; LC_ALL=C.UTF-8 gives better ones", codeset);
}

static enum verdict check_plugins(finding *f) {
  registry *r;
  baud_error error;
  size_t good = 0, bad = 0;
  char first[300] = "";
  if (registry_open(&r, &error) != 0) return say(f, BAD, "%s", error.text);
  for (size_t i = 0; i < registry_count(r); i++) {
    const plugin *p = registry_at(r, i);
    good += p->reason ? 0 : 1;
    if (p->reason && !bad++) snprintf(first, sizeof first, "%.150s: %.140s", p->path, p->reason);
  }
  registry_free(r);
  if (good == 0) return say(f, BAD, "none; BAUD_PLUGIN_PATH names folders to look in%s%s", bad ? "; " : "", first);
  if (bad > 0) return say(f, WARN, "%zu usable, %zu not: %s", good, bad, first);
  return say(f, FINE, "%zu usable", good);
}

static enum verdict check_experiments(finding *f) {
  static language_shipped rows[64];
  size_t n = sizeof rows / sizeof *rows;
  baud_error error;
  if (language_list(rows, &n, &error) != 0) return say(f, BAD, "%s", error.text);
  if (n == 0) return say(f, WARN, "none found; BAUD_EXPERIMENTS names folders to look in");
  return say(f, FINE, "%zu that ship, the first is %s", n, rows[0].path);
}

static enum verdict check_runtime(finding *f) {
  char path[4096];
  baud_error error;
  if (control_runtime_folder(path, sizeof path, &error) != 0) return say(f, BAD, "%s", error.text);
  return say(f, FINE, "%.600s", path);
}

/* The folder itself, or the nearest above it that exists. */
static void nearest(char *path) {
  for (char *slash; access(path, F_OK) != 0 && (slash = strrchr(path, '/')) && slash != path;) *slash = 0;
}

static enum verdict check_runs(finding *f) {
  static const double few_gigabytes = 1;
  char path[4000];
  struct statvfs space;
  baud_error error;
  if (cli_runs_folder(path, sizeof path, &error) != 0) return say(f, BAD, "%s", error.text);
  nearest(path);
  if (access(path, W_OK | X_OK) != 0)
    return say(f, BAD, "%.600s may not be written; set BAUD_RUNS to a folder that may", path);
  if (statvfs(path, &space) != 0) return say(f, WARN, "%.600s: its free space cannot be told", path);
  double gigabytes = (double)space.f_bavail * (double)space.f_frsize / 1e9;
  if (gigabytes < few_gigabytes)
    return say(f, WARN, "%.500s has %.2f GB left; a full disk ends a run", path, gigabytes);
  return say(f, FINE, "%.600s, %.0f GB free", path, gigabytes);
}

static enum verdict check_processors(finding *f) {
  cpu_set_t set;
  const char *threads = getenv("OPENBLAS_NUM_THREADS");
  if (sched_getaffinity(0, sizeof set, &set) != 0) return say(f, WARN, "their number cannot be told: --jobs sets it");
  return say(f, FINE, "%d, so %d trials at once; linear algebra on 1 thread in each worker (here %s)", CPU_COUNT(&set),
             CPU_COUNT(&set), threads ? threads : "unset");
}

static const struct check {
  const char *name;
  enum verdict (*look)(finding *f);
} checks[] = {
    {"version", check_version},     {"terminal", check_terminal}, {"locale", check_locale},
    {"plugins", check_plugins},     {"experiments", check_experiments}, {"runtime folder", check_runtime},
    {"runs folder", check_runs},    {"processors", check_processors},
};
enum { CHECKS = sizeof checks / sizeof *checks };

static int look_at_all(int as_json) {
  cJSON *list = cJSON_CreateArray();
  int has_bad = 0;
  for (size_t i = 0; i < CHECKS; i++) {
    finding f = {""};
    enum verdict v = checks[i].look(&f);
    has_bad |= v == BAD;
    if (!as_json) printf("%-4s  %-15s %s\n", verdict_names[v], checks[i].name, f.text);
    cJSON *row = cJSON_CreateObject();
    cJSON_AddStringToObject(row, "check", checks[i].name);
    cJSON_AddStringToObject(row, "verdict", verdict_names[v]);
    cJSON_AddStringToObject(row, "text", f.text);
    cJSON_AddItemToArray(list, row);
  }
  char *text = as_json ? cJSON_Print(list) : NULL;
  if (text) puts(text);
  cJSON_free(text);
  cJSON_Delete(list);
  return has_bad ? EXIT_SYSTEM : EXIT_OK;
}

static int run(int argc, char **argv) {
  baud_error error = {0};
  int as_json = 0, got;
  options o;
  options_init(&o, &subcommand_doctor, argc, argv);
  while ((got = options_next(&o, &error)) > 0) {
    if (options_is(&o, "help")) return cli_help(stdout, &subcommand_doctor), EXIT_OK;
    if (!o.name[0]) got = error_set(&error, BAUD_EARG, "unexpected \"%s\"", o.value);
    if (got < 0) break;
    as_json = 1;
  }
  return got < 0 ? cli_fail(EXIT_USAGE, "doctor", &error) : look_at_all(as_json);
}

const subcommand subcommand_doctor = {
    "doctor", "[--json]", "look at terminal, plugins, folders and disk, and say what to do",
    "  --json    an array of { check, verdict, text }\n"
    "Exit code 5 when runs would fail.\n",
    run};
