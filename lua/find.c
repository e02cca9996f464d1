/* find.c - experiments by name: which folders are looked through, and the line that says what each is about.
 *
 * A source tree's program finds the experiments of that tree through the file .baud-build beside it, which holds the
 * tree's path; an installed one has no such file.
 */
#include <dirent.h>
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "lua/language.h"

enum { FOLDERS = 16, FOLDER_SIZE = 520 };

typedef struct folders {
  size_t n;
  char at[FOLDERS][FOLDER_SIZE];
} folders;

static void add_folder(folders *f, const char *path, size_t length) {
  if (f->n == FOLDERS || length == 0 || length >= FOLDER_SIZE) return;
  snprintf(f->at[f->n++], FOLDER_SIZE, "%.*s", (int)length, path);
}

/* lua/experiments of the source tree that this program was built from, if it still lies in its build folder. */
static void add_source_tree(folders *f) {
  char program[400], path[FOLDER_SIZE], source[400];
  ssize_t length = readlink("/proc/self/exe", program, sizeof program - 1);
  if (length <= 0) return;
  program[length] = 0;
  for (int up = 0; up < 2; up++) { /* beside the program, or above libtool's .libs */
    char *slash = strrchr(program, '/');
    if (!slash) return;
    *slash = 0;
    snprintf(path, sizeof path, "%s/.baud-build", program);
    FILE *file = fopen(path, "r");
    if (!file) continue;
    if (fgets(source, sizeof source, file)) {
      source[strcspn(source, "\n")] = 0;
      snprintf(path, sizeof path, "%s/lua/experiments", source);
      add_folder(f, path, strlen(path));
    }
    fclose(file);
    return;
  }
}

/* Where it was installed, or moved to with what belongs to it. */
static void add_beside_program(folders *f) {
  char path[1000];
  ssize_t n = readlink("/proc/self/exe", path, sizeof path - 40);
  path[n > 0 ? n : 0] = 0;
  for (int up = 0; up < 2; up++) {
    char *slash = strrchr(path, '/');
    if (slash) *slash = 0;
  }
  strcat(path, "/share/baud/experiments");
  if (n > 0 && access(path, R_OK | X_OK) == 0) add_folder(f, path, strlen(path));
}

static void collect_folders(folders *f) {
  const char *given = getenv("BAUD_EXPERIMENTS");
  f->n = 0;
  while (given && *given) {
    size_t length = strcspn(given, ":");
    add_folder(f, given, length);
    given += length + (given[length] == ':');
  }
  add_source_tree(f);
  add_beside_program(f);
#ifdef BAUD_DATA_DIR
  add_folder(f, BAUD_DATA_DIR "/experiments", strlen(BAUD_DATA_DIR "/experiments"));
#endif
}

/* "-- one_bit: what it is about" gives "what it is about". */
static void read_doc(const char *path, const char *name, char *doc, size_t size) {
  char line[400] = "";
  FILE *file = fopen(path, "r");
  doc[0] = 0;
  if (!file) return;
  if (fgets(line, sizeof line, file) && strncmp(line, "--", 2) == 0) {
    const char *text = line + 2 + strspn(line + 2, "- ");
    size_t length = strlen(name);
    if (strncmp(text, name, length) == 0 && text[length] == ':') text += length + 1 + strspn(text + length + 1, " ");
    snprintf(doc, size, "%.*s", (int)strcspn(text, "\n"), text);
  }
  fclose(file);
}

static int is_listed(const language_shipped *rows, size_t n, const char *name) {
  for (size_t i = 0; i < n; i++)
    if (strcmp(rows[i].name, name) == 0) return 1;
  return 0;
}

static void list_folder(const char *folder, language_shipped *rows, size_t room, size_t *n) {
  DIR *entries = opendir(folder);
  const struct dirent *entry;
  while (entries && *n < room && (entry = readdir(entries)) != NULL) {
    size_t length = strlen(entry->d_name);
    language_shipped *row = &rows[*n];
    if (length < 5 || length - 4 >= sizeof row->name || strcmp(entry->d_name + length - 4, ".lua") != 0) continue;
    memset(row, 0, sizeof *row);
    memcpy(row->name, entry->d_name, length - 4);
    if (is_listed(rows, *n, row->name)) continue;
    snprintf(row->path, sizeof row->path, "%s/%.60s.lua", folder, row->name);
    read_doc(row->path, row->name, row->doc, sizeof row->doc);
    ++*n;
  }
  if (entries) closedir(entries);
}

static int by_name(const void *a, const void *b) {
  return strcmp(((const language_shipped *)a)->name, ((const language_shipped *)b)->name);
}

int language_list(language_shipped *rows, size_t *n, baud_error *error) {
  (void)error;
  folders f;
  size_t room = *n;
  *n = 0;
  collect_folders(&f);
  for (size_t i = 0; i < f.n; i++) list_folder(f.at[i], rows, room, n);
  qsort(rows, *n, sizeof *rows, by_name);
  return 0;
}

/* Names what there is. */
static void unknown_name(const char *name, const language_shipped *rows, size_t n, baud_error *error) {
  char known[700] = "";
  size_t used = 0;
  for (size_t i = 0; i < n && used + sizeof rows->name + 2 < sizeof known; i++)
    used += (size_t)snprintf(known + used, sizeof known - used, "%s%s", i ? ", " : "", rows[i].name);
  error_set(error, BAUD_ENOTFOUND, "there is no experiment \"%s\"; what ships: %s (a script of your own ends in .lua)", name,
            n ? known : "none that could be found");
}

int language_find(const char *name, char *path, size_t size, baud_error *error) {
  enum { ROOM = 100 };
  size_t length = strlen(name), n = ROOM;
  if (strchr(name, '/') || (length > 4 && strcmp(name + length - 4, ".lua") == 0)) {
    if (access(name, R_OK) != 0) return error_set(error, BAUD_ENOTFOUND, "cannot read %s: %s", name, strerror(errno));
    snprintf(path, size, "%s", name);
    return 0;
  }
  language_shipped *rows = calloc(ROOM, sizeof *rows);
  const char *names[ROOM];
  if (!rows) return error_set(error, BAUD_ENOMEM, "no memory to look for experiments");
  language_list(rows, &n, error);
  int code = BAUD_ENOTFOUND;
  for (size_t i = 0; i < n; i++) {
    names[i] = rows[i].name;
    if (strcmp(rows[i].name, name) != 0) continue;
    snprintf(path, size, "%s", rows[i].path);
    code = 0;
  }
  const char *near = code ? error_closest(name, names, n) : NULL;
  if (near) error_set(error, code, "there is no experiment \"%s\" (did you mean \"%s\"?)", name, near);
  else if (code) unknown_name(name, rows, n, error);
  free(rows);
  return code;
}
