/* habits.c - reading and writing them: habits.h. The table below is all that is kept as a number. */
#include "habits.h"

#include <cjson/cJSON.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>
#include <xxhash.h>

#include "columns.h"
#include "dashboard.h"

enum { LONGEST = 1 << 20, PATH_ROOM = 1200 };

static const struct {
  const char *key;
  size_t offset;
  int most; /* values are 0 .. most */
} numbers[] = {
    {"sort", offsetof(dashboard, sort_column), COLUMNS_SHOWN - 1},
    {"chart", offsetof(dashboard, shown_chart), CHARTS - 1},
    {"plot", offsetof(dashboard, plot), CHARTS - 1},
    {"compared", offsetof(dashboard, compared), CHARTS - 1},
    {"log_y", offsetof(dashboard, is_log), 1},
    {"smooth", offsetof(dashboard, smoothing), SMOOTHINGS - 1},
    {"level", offsetof(dashboard, log_level), 3},
    {"wide_picture", offsetof(dashboard, is_wide_picture), 1},
};
enum { NUMBERS = sizeof numbers / sizeof *numbers };

static int *number_at(const dashboard *d, int i) { return (int *)(void *)((char *)(uintptr_t)d + numbers[i].offset); }

/* ---- Files ------------------------------------------------------------------------------------------------- */

/* The experiment's file: the beginning of its name as far as it suits a file, and a hash of all of it. */
static void path_of(const dashboard *d, char *out, size_t size) {
  const char *name = d->model.plan->name;
  char plain[41];
  size_t n = 0;
  for (; name[n] && n < sizeof plain - 1; n++) {
    char c = name[n];
    int is_plain = (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '_' || c == '-';
    plain[n] = is_plain ? c : '_';
  }
  plain[n] = 0;
  snprintf(out, size, "%s/view-%s-%08x.json", d->options.state_folder, plain, XXH32(name, strlen(name), 0));
}

static void path_for_all(const dashboard *d, char *out, size_t size) { snprintf(out, size, "%s/habits.json", d->options.state_folder); }

static cJSON *read_file(const char *path) {
  FILE *from = fopen(path, "re");
  char *text = from ? malloc(LONGEST + 1) : NULL;
  size_t n = text ? fread(text, 1, LONGEST, from) : 0;
  if (from) fclose(from);
  if (text) text[n] = 0;
  cJSON *read = text ? cJSON_Parse(text) : NULL;
  free(text);
  return read;
}

static void write_file(const char *path, cJSON *what) {
  char part[PATH_ROOM + 32];
  char *text = cJSON_Print(what);
  snprintf(part, sizeof part, "%s.%ld", path, (long)getpid());
  FILE *to = text ? fopen(part, "we") : NULL;
  int is_written = to && fputs(text, to) >= 0 && fputc('\n', to) != EOF;
  if (to && fclose(to) != 0) is_written = 0;
  if (!is_written || rename(part, path) != 0) unlink(part);
  cJSON_free(text);
  cJSON_Delete(what);
}

/* All folders up to the one of habits; 0 or -1. */
static int make_folder(const char *folder) {
  char path[PATH_ROOM];
  snprintf(path, sizeof path, "%s", folder);
  for (char *at = path + 1; *at; at++) {
    if (*at != '/') continue;
    *at = 0;
    mkdir(path, 0700);
    *at = '/';
  }
  struct stat s;
  mkdir(path, 0700);
  return stat(path, &s) == 0 && S_ISDIR(s.st_mode) ? 0 : -1;
}

/* ---- Reading ------------------------------------------------------------------------------------------------ */

static int place_in(const char *word, const char *const *words, int n, int otherwise) {
  for (int i = 0; word && i < n; i++)
    if (strcmp(word, words[i]) == 0) return i;
  return otherwise;
}

static const char *text_of(const cJSON *from, const char *key) { return cJSON_GetStringValue(cJSON_GetObjectItemCaseSensitive(from, key)); }

static void load_folds(dashboard *d, const cJSON *open) {
  const cJSON *label;
  if (!cJSON_IsArray(open)) return;
  memset(d->is_folded, 1, d->model.n_configs);
  cJSON_ArrayForEach(label, open) for (uint32_t c = 0; c < d->model.n_configs; c++)
    if (cJSON_IsString(label) && strcmp(label->valuestring, d->model.configs[c].label) == 0) d->is_folded[c] = 0;
}

static void load_experiment(dashboard *d, const cJSON *from) {
  char ignored[200];
  for (int i = 0; i < NUMBERS; i++) {
    const cJSON *number = cJSON_GetObjectItemCaseSensitive(from, numbers[i].key);
    if (cJSON_IsNumber(number) && number->valuedouble >= 0 && number->valuedouble <= numbers[i].most) *number_at(d, i) = (int)number->valuedouble;
  }
  if (column_next(column_next(d->sort_column, 1), -1) != d->sort_column) d->sort_column = COLUMN_NAME; /* not to be sorted by */
  if (cJSON_IsTrue(cJSON_GetObjectItemCaseSensitive(from, "ascending"))) d->sort_order = ASCENDING;
  d->axis = (enum x_axis)place_in(text_of(from, "axis"), x_axis_names, X_AXES, X_EPISODE);
  d->seeds = (enum seeds_shown)place_in(text_of(from, "seeds"), seeds_names, SEEDS_SHOWN, SEEDS_MEAN);
  if (text_of(from, "filter")) sieve_set(&d->filter, text_of(from, "filter"), ignored, sizeof ignored);
  load_folds(d, cJSON_GetObjectItemCaseSensitive(from, "open"));
}

void habits_load(dashboard *d) {
  char path[PATH_ROOM];
  d->palette = d->options.palette ? tui_palette(d->options.palette) : 0;
  if (d->palette < 0) d->palette = 0;
  if (!d->options.state_folder) return;
  path_for_all(d, path, sizeof path);
  cJSON *all = read_file(path), *line;
  if (!d->options.palette) d->palette = place_in(text_of(all, "palette"), palette_names, PALETTES, 0);
  cJSON_ArrayForEach(line, cJSON_GetObjectItemCaseSensitive(all, "history")) if (cJSON_IsString(line)) history_add(&d->history, line->valuestring);
  cJSON_Delete(all);
  path_of(d, path, sizeof path);
  cJSON *own = read_file(path);
  if (cJSON_IsObject(own)) load_experiment(d, own);
  cJSON_Delete(own);
}

/* ---- Writing ------------------------------------------------------------------------------------------------ */

static cJSON *open_ones(const dashboard *d) {
  cJSON *open = cJSON_CreateArray();
  for (uint32_t c = 0; c < d->model.n_configs; c++)
    if (!d->is_folded[c]) cJSON_AddItemToArray(open, cJSON_CreateString(d->model.configs[c].label));
  return open;
}

void habits_save(const dashboard *d) {
  char path[PATH_ROOM];
  if (!d->options.state_folder || make_folder(d->options.state_folder) != 0) return;
  cJSON *own = cJSON_CreateObject(), *all = cJSON_CreateObject();
  for (int i = 0; i < NUMBERS; i++) cJSON_AddNumberToObject(own, numbers[i].key, *number_at(d, i));
  cJSON_AddBoolToObject(own, "ascending", d->sort_order == ASCENDING);
  cJSON_AddStringToObject(own, "axis", x_axis_names[d->axis]);
  cJSON_AddStringToObject(own, "seeds", seeds_names[d->seeds]);
  cJSON_AddStringToObject(own, "filter", d->filter.text);
  cJSON_AddItemToObject(own, "open", open_ones(d));
  path_of(d, path, sizeof path);
  write_file(path, own);
  cJSON_AddStringToObject(all, "palette", palette_names[d->palette]);
  cJSON *lines = cJSON_AddArrayToObject(all, "history");
  for (int i = 0; i < d->history.n; i++) cJSON_AddItemToArray(lines, cJSON_CreateString(d->history.line[i]));
  path_for_all(d, path, sizeof path);
  write_file(path, all);
}
