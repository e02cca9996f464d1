/* list.c - baud list: the runs there are, the newest first.
 */
#include <dirent.h>
#include <errno.h>
#include <limits.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "cli/cells.h"
#include "cli/options.h"
#include "cli/run_state.h"

typedef struct entry {
  char *folder;      /* whole path */
  const char *name;  /* its last part */
  run_state state;
  baud_error error;  /* code 0: readable */
} entry;

typedef struct entries {
  entry *at;
  size_t n, room;
} entries;

static void clear(entries *list) {
  for (size_t i = 0; i < list->n; i++) free(list->at[i].folder);
  free(list->at);
}

static int add(entries *list, const char *runs, const char *name, baud_error *error) {
  char folder[PATH_MAX], path[PATH_MAX + 16];
  store *s;
  if (name[0] == '.' || snprintf(folder, sizeof folder, "%s/%s", runs, name) >= (int)sizeof folder) return 0;
  snprintf(path, sizeof path, "%s/store.db", folder);
  if (access(path, F_OK) != 0) return 0;
  if (list->n == list->room) {
    size_t room = list->room ? 2 * list->room : 32;
    entry *more = realloc(list->at, room * sizeof *more);
    if (!more) return error_set(error, BAUD_ENOMEM, "out of memory");
    list->at = more;
    list->room = room;
  }
  entry *e = &list->at[list->n];
  *e = (entry){.folder = strdup(folder)};
  if (!e->folder) return error_set(error, BAUD_ENOMEM, "out of memory");
  list->n++;
  e->name = strrchr(e->folder, '/') + 1;
  if (run_state_open(&s, folder, &e->state, &e->error) == 0) store_close(s);
  return 0;
}

/* The newest first; what has not begun before all, what cannot be read after all. */
static int compare(const void *a, const void *b) {
  const entry *x = a, *y = b;
  if ((x->error.code != 0) != (y->error.code != 0)) return x->error.code != 0 ? 1 : -1;
  int64_t s = x->state.started ? x->state.started : INT64_MAX, t = y->state.started ? y->state.started : INT64_MAX;
  return s == t ? -strcmp(x->name, y->name) : s < t ? 1 : -1;
}

static int gather(entries *list, const char *runs, baud_error *error) {
  DIR *dir = opendir(runs);
  int code = 0;
  if (!dir && errno != ENOENT) return error_set(error, BAUD_EIO, "cannot read the folder %s: %s", runs, strerror(errno));
  for (const struct dirent *file; dir && !code && (file = readdir(dir));) code = add(list, runs, file->d_name, error);
  if (dir) closedir(dir);
  if (list->n) qsort(list->at, list->n, sizeof *list->at, compare);
  return code;
}

/* ---- Printing ---------------------------------------------------------------------------------------------- */

static void bytes_text(uint64_t bytes, char *text, size_t size) {
  static const char *const units[] = {"B", "KB", "MB", "GB", "TB"};
  double n = (double)bytes;
  int unit = 0;
  for (; n >= 999.5 && unit < 4; unit++) n /= 1000;
  snprintf(text, size, unit && n < 9.95 ? "%.1f %s" : "%.0f %s", n, units[unit]);
}

static void print_row(cells *table, const entry *e) {
  char text[200], claims[40] = "-";
  const run_state *state = &e->state;
  cells_put(table, ALIGN_LEFT, e->name);
  cells_put(table, ALIGN_LEFT, e->error.code ? "unreadable" : state->status);
  run_state_time(state->started, text, sizeof text);
  cells_put(table, ALIGN_LEFT, text);
  run_state_trials(state, text, sizeof text);
  cells_put(table, ALIGN_LEFT, text);
  cells_putf(table, ALIGN_RIGHT, "%llu", (unsigned long long)state->episodes);
  bytes_text(state->bytes, text, sizeof text);
  cells_put(table, ALIGN_RIGHT, text);
  if (state->claims_judged) snprintf(claims, sizeof claims, "%u of %u hold", state->claims_that_hold, state->n_claims);
  cells_put(table, ALIGN_LEFT, claims);
}

static int print_table(const entries *list, const char *runs) {
  static const char *const headings[] = {"run", "status", "started", "trials", "episodes", "size", "claims"};
  enum { COLUMNS = sizeof headings / sizeof *headings };
  cells *table = cells_new(COLUMNS);
  if (!table) return BAUD_ENOMEM;
  for (int i = 0; i < COLUMNS; i++) cells_put(table, i == 4 || i == 5 ? ALIGN_RIGHT : ALIGN_LEFT, headings[i]);
  for (size_t i = 0; i < list->n; i++) print_row(table, &list->at[i]);
  if (list->n) cells_print(table, "", stdout);
  else printf("there are no runs in %s yet (baud run one_bit makes one)\n", runs);
  cells_free(table);
  for (size_t i = 0; i < list->n; i++)
    if (list->at[i].error.code) fprintf(stderr, "baud list: %s\n", list->at[i].error.text);
  return 0;
}

static int print_json(const entries *list) {
  cJSON *array = cJSON_CreateArray();
  for (size_t i = 0; i < list->n; i++) {
    const entry *e = &list->at[i];
    cJSON *object = cJSON_CreateObject();
    cJSON_AddStringToObject(object, "run", e->name);
    cJSON_AddStringToObject(object, "folder", e->folder);
    if (e->error.code) cJSON_AddStringToObject(object, "error", e->error.text);
    else run_state_json(&e->state, object);
    cJSON_AddItemToArray(array, object);
  }
  char *text = cJSON_Print(array);
  if (text) puts(text);
  cJSON_free(text);
  cJSON_Delete(array);
  return text ? 0 : BAUD_ENOMEM;
}

static int run(int argc, char **argv) {
  baud_error error = {0};
  char runs[PATH_MAX - 300];
  entries list = {0};
  int wants_json = 0, got;
  options o;
  options_init(&o, &subcommand_list, argc, argv);
  while ((got = options_next(&o, &error)) > 0) {
    if (options_is(&o, "help")) return cli_help(stdout, &subcommand_list), EXIT_OK;
    if (options_is(&o, "json")) wants_json = 1;
    else
      got =
          error_set(&error, BAUD_EARG, "unexpected \"%.100s\"; baud show %.100s tells about one run", o.value, o.value);
    if (got < 0) break;
  }
  if (got < 0) return cli_fail(EXIT_USAGE, "list", &error);
  int code = cli_runs_folder(runs, sizeof runs, &error);
  if (!code) code = gather(&list, runs, &error);
  if (!code && (wants_json ? print_json(&list) : print_table(&list, runs)) != 0)
    code = error_set(&error, BAUD_ENOMEM, "out of memory");
  clear(&list);
  return code ? cli_fail(cli_exit_code(&error), "list", &error) : EXIT_OK;
}

const subcommand subcommand_list = {
    "list", "[--json]", "the runs there are, the newest first",
    "  --json   for machines: an array of { run, folder, experiment, status, started, finished, episodes, bytes,\n"
    "           trials_by_status, claims_by_verdict }; times in seconds since 1970\n"
    "Runs lie in $BAUD_RUNS, else in $XDG_DATA_HOME/baud/runs (~/.local/share/baud/runs).\n",
    run};
