/* folder.c - see folder.h. The store comes last: a folder with a store is a whole run.
 */
#include "cli/folder.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

#include "cli/cli.h"

enum { LONGEST_FOLDER = 400 };

static int make_parents(const char *path, baud_error *error) {
  char part[PATH_MAX];
  for (const char *slash = strchr(path + 1, '/'); slash; slash = strchr(slash + 1, '/')) {
    snprintf(part, sizeof part, "%.*s", (int)(slash - path), path);
    if (mkdir(part, 0777) != 0 && errno != EEXIST)
      return error_set(error, BAUD_EIO, "cannot create the folder %s: %s", part, strerror(errno));
  }
  return 0;
}

static int is_empty(const char *folder) {
  DIR *dir = opendir(folder);
  int n = 0;
  for (const struct dirent *entry; dir && (entry = readdir(dir));)
    n += strcmp(entry->d_name, ".") != 0 && strcmp(entry->d_name, "..") != 0;
  if (dir) closedir(dir);
  return dir && n == 0;
}

static int has_file(const char *folder, const char *name) {
  char path[PATH_MAX];
  return snprintf(path, sizeof path, "%s/%s", folder, name) < (int)sizeof path && access(path, F_OK) == 0;
}

/* Whether the file's text is exactly this. */
static int holds(const char *folder, const char *name, const char *text) {
  char path[PATH_MAX], piece[4096];
  snprintf(path, sizeof path, "%.3000s/%s", folder, name);
  FILE *file = fopen(path, "rb");
  size_t length = strlen(text), at = 0;
  int is_same = file != NULL;
  for (size_t n; is_same && (n = fread(piece, 1, sizeof piece, file)) > 0; at += n)
    is_same = n <= length - at && memcmp(piece, text + at, n) == 0;
  if (file) fclose(file);
  return is_same && at == length;
}

/* ---- Where ----------------------------------------------------------------------------------------------- */

static int make_given(const folder_source *source, const char *out, enum folder_kind *kind, baud_error *error) {
  struct stat info;
  if (!out[0]) return error_set(error, BAUD_EARG, "--out: it needs a folder");
  if (stat(out, &info) == 0 && !S_ISDIR(info.st_mode))
    return error_set(error, BAUD_EARG, "--out %s: it is not a folder; choose another name", out);
  if (make_parents(out, error) != 0) return error->code;
  if (mkdir(out, 0777) == 0) return 0;
  if (errno != EEXIST) return error_set(error, BAUD_EIO, "cannot create the folder %s: %s", out, strerror(errno));
  if (is_empty(out)) return 0;
  if (!has_file(out, "store.db"))
    return error_set(error, BAUD_EARG, "--out %s: it is not empty and is not a run; choose another folder", out);
  *kind = FOLDER_SAME_RUN;
  if (holds(out, "graph.json", source->plan_json)) return 0;
  return error_set(error, BAUD_EARG, "--out %s: it holds a run of another plan; choose another folder", out);
}

/* A script's name may be anything: what a file name may hold is kept. */
static void tidy_name(const char *name, char *tidy, size_t size) {
  size_t n = 0;
  for (; *name && n + 1 < size; name++, n++)
    tidy[n] = strchr("/ \t\n\"'\\*?:<>|", *name) || (n == 0 && strchr(".-", *name)) ? '_' : *name;
  tidy[n] = 0;
}

static int make_dated(const char *name, char *path, size_t size, baud_error *error) {
  enum { MOST_ALIKE = 1000 };
  char runs[LONGEST_FOLDER - 120], tidy[64], date[32];
  time_t now = time(NULL);
  struct tm parts;
  int code = cli_runs_folder(runs, sizeof runs, error);
  if (code != 0) return code;
  tidy_name(name, tidy, sizeof tidy);
  strftime(date, sizeof date, "%Y%m%d-%H%M%S", localtime_r(&now, &parts));
  for (int i = 1; i < MOST_ALIKE; i++) {
    if (i == 1) snprintf(path, size, "%s/%s-%s", runs, tidy, date);
    else snprintf(path, size, "%s/%s-%s-%d", runs, tidy, date, i);
    if (make_parents(path, error) != 0) return error->code;
    if (mkdir(path, 0777) == 0) return 0;
    if (errno != EEXIST) break;
  }
  return error_set(error, BAUD_EIO, "cannot create the folder %s: %s", path, strerror(errno));
}

/* ---- What ------------------------------------------------------------------------------------------------ */

static int write_plan(const char *folder, const char *json, baud_error *error) {
  char path[PATH_MAX];
  snprintf(path, sizeof path, "%.3000s/graph.json", folder);
  FILE *file = fopen(path, "wb");
  int is_bad = !file || fputs(json, file) < 0 || fflush(file) != 0 || fsync(fileno(file)) != 0;
  if (file) is_bad |= fclose(file) != 0;
  return is_bad ? error_set(error, BAUD_EIO, "cannot write %s: %s", path, strerror(errno)) : 0;
}

static int fill(const folder_source *source, const char *folder, baud_error *error) {
  static const char *const inner[] = {"logs", "checkpoints"};
  char path[PATH_MAX];
  store *created = NULL;
  for (size_t i = 0; i < sizeof inner / sizeof *inner; i++) {
    snprintf(path, sizeof path, "%.3000s/%s", folder, inner[i]);
    if (mkdir(path, 0777) != 0)
      return error_set(error, BAUD_EIO, "cannot create the folder %s: %s", path, strerror(errno));
  }
  int code = language_archive(source->script, source->plugins, source->options, folder, error);
  if (code == 0) code = write_plan(folder, source->plan_json, error);
  snprintf(path, sizeof path, "%.3000s/store.db", folder);
  if (code == 0) code = store_create(&created, path, source->plan, error);
  if (code == 0) code = store_set_run(created, "version", BAUD_VERSION, error);
  if (created) store_close(created);
  return code;
}

int folder_create(const folder_source *source, const char *out, char *path, size_t size, enum folder_kind *kind,
                  baud_error *error) {
  char made[LONGEST_FOLDER], whole[PATH_MAX];
  *kind = FOLDER_NEW;
  if (out && strlen(out) >= sizeof made)
    return error_set(error, BAUD_EARG, "--out: the path is too long (at most %d characters)", LONGEST_FOLDER - 1);
  if (out) snprintf(made, sizeof made, "%s", out);
  int code = out ? make_given(source, out, kind, error) : make_dated(source->plan->name, made, sizeof made, error);
  if (code != 0) return code;
  if (!realpath(made, whole)) return error_set(error, BAUD_EIO, "%s: %s", made, strerror(errno));
  if (strlen(whole) >= size || strlen(whole) >= LONGEST_FOLDER)
    return error_set(error, BAUD_EARG, "%s: too long a path for a run's folder", whole);
  snprintf(path, size, "%s", whole);
  return *kind == FOLDER_NEW ? fill(source, path, error) : 0;
}
