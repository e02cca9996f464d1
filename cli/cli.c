/* cli.c - what subcommands share: failing with a sentence, help, and finding runs.
 */
#include "cli/cli.h"

#include <dirent.h>
#include <errno.h>
#include <limits.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

int cli_fail(int exit_code, const char *subcommand_name, const baud_error *error) {
  fprintf(stderr, "baud %s: %s\n", subcommand_name, error->text);
  return exit_code;
}

void cli_help(FILE *to, const subcommand *which) {
  fprintf(to, "usage: baud %s%s%s\n\n%s\n", which->name, which->usage[0] ? " " : "", which->usage, which->summary);
  if (which->help[0]) fprintf(to, "\n%s", which->help);
}

int cli_exit_code(const baud_error *error) {
  switch (error->code) {
    case BAUD_EIO:
    case BAUD_ENOMEM: return EXIT_SYSTEM;
    default: return EXIT_USAGE;
  }
}

/* ---- Runs ---------------------------------------------------------------------------------------------- */

int cli_runs_folder(char *path, size_t size, baud_error *error) {
  const char *runs = getenv("BAUD_RUNS"), *data = getenv("XDG_DATA_HOME"), *home = getenv("HOME");
  int n;
  if (runs && runs[0]) n = snprintf(path, size, "%s", runs);
  else if (data && data[0] == '/') n = snprintf(path, size, "%s/baud/runs", data);
  else if (home && home[0] == '/') n = snprintf(path, size, "%s/.local/share/baud/runs", home);
  else return error_set(error, BAUD_EARG, "cannot tell where runs lie: set HOME or BAUD_RUNS");
  return n >= 0 && (size_t)n < size ? 0 : error_set(error, BAUD_EARG, "the path of the runs folder is too long");
}

static int is_run(const char *folder) {
  char path[PATH_MAX];
  return snprintf(path, sizeof path, "%s/store.db", folder) < (int)sizeof path && access(path, F_OK) == 0;
}

/* When a run was made, in nanoseconds. */
static int64_t made_at(const char *folder) {
  char path[PATH_MAX + 16];
  struct stat info;
  snprintf(path, sizeof path, "%s/graph.json", folder);
  return stat(path, &info) == 0 ? info.st_mtim.tv_sec * INT64_C(1000000000) + info.st_mtim.tv_nsec : 0;
}

static int settle(const char *folder, char *path, size_t size, baud_error *error) {
  char whole[PATH_MAX];
  if (!realpath(folder, whole)) return error_set(error, BAUD_ENOTFOUND, "%s: %s", folder, strerror(errno));
  if (strlen(whole) >= size) return error_set(error, BAUD_EARG, "%s: too long a path for a run's folder", whole);
  snprintf(path, size, "%s", whole);
  return 0;
}

typedef struct search {
  char runs[PATH_MAX - 300], found[256], second[256];
  char *names[512]; /* for "did you mean" */
  size_t n_names, n_found;
  int64_t newest;
} search;

static void consider(search *s, const char *what, const char *name) {
  char folder[PATH_MAX];
  snprintf(folder, sizeof folder, "%s/%s", s->runs, name);
  if (name[0] == '.' || strlen(name) >= sizeof s->found || !is_run(folder)) return;
  if (s->n_names < sizeof s->names / sizeof *s->names && (s->names[s->n_names] = strdup(name))) s->n_names++;
  if (!what) {
    int64_t made = made_at(folder);
    if (s->n_found && made < s->newest) return;
    s->newest = made;
    s->n_found = 1;
    snprintf(s->found, sizeof s->found, "%s", name);
  } else if (strncmp(name, what, strlen(what)) == 0) {
    snprintf(s->n_found++ ? s->second : s->found, sizeof s->found, "%s", name);
  }
}

static int judge_search(const search *s, const char *what, char *path, size_t size, baud_error *error) {
  char folder[PATH_MAX];
  if (s->n_found > 1) return error_set(error, BAUD_EARG, "\"%s\" is ambiguous: %s or %s", what, s->found, s->second);
  if (s->n_found == 1) {
    snprintf(folder, sizeof folder, "%s/%s", s->runs, s->found);
    return settle(folder, path, size, error);
  }
  if (!what)
    return error_set(error, BAUD_ENOTFOUND, "there are no runs in %s yet (baud run one_bit makes one)", s->runs);
  const char *meant = error_closest(what, (const char *const *)s->names, s->n_names);
  if (meant) return error_set(error, BAUD_ENOTFOUND, "no run \"%s\" (did you mean \"%s\"?)", what, meant);
  return error_set(error, BAUD_ENOTFOUND, "no run \"%s\" in %s (baud list shows what there is)", what, s->runs);
}

int cli_find_run(const char *what, char *path, size_t size, baud_error *error) {
  char folder[PATH_MAX];
  search s = {.n_names = 0};
  if (what && !what[0]) return error_set(error, BAUD_EARG, "the run's name is empty; last means the newest");
  if (what && strcmp(what, "last") == 0) what = NULL;
  if (what && is_run(what)) return settle(what, path, size, error);
  if (what && strchr(what, '/')) return error_set(error, BAUD_ENOTFOUND, "%s is not a run's folder", what);
  int code = cli_runs_folder(s.runs, sizeof s.runs, error);
  if (code != 0) return code;
  if (what && strlen(what) < 256) {
    snprintf(folder, sizeof folder, "%s/%s", s.runs, what);
    if (is_run(folder)) return settle(folder, path, size, error);
  }
  DIR *dir = opendir(s.runs);
  for (const struct dirent *entry; dir && (entry = readdir(dir));) consider(&s, what, entry->d_name);
  if (dir) closedir(dir);
  code = judge_search(&s, what, path, size, error);
  for (size_t i = 0; i < s.n_names; i++) free(s.names[i]);
  return code;
}
