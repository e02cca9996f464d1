/* export.c - baud export: a run's episodes as csv or as one JSON object a line, for other programs.
 *
 * A file is written beside its place and renamed when whole, so that a reader never finds half of one.
 */
#include <errno.h>
#include <limits.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "cli/cells.h"
#include "cli/options.h"
#include "store.h"

enum format { FORMAT_UNSET, FORMAT_CSV, FORMAT_JSONL };
enum { AT_ONCE = 1024 };

typedef struct export {
  enum format format;
  const char *out; /* null: standard output */
  FILE *to;
  int64_t trial; /* -1: all */
  uint32_t figures[FIGURES], n_figures;
  store *results;
  uint64_t steps[AT_ONCE];
  float values[FIGURES][AT_ONCE];
} export;

/* ---- Which figures ------------------------------------------------------------------------------------------ */

static int add_figure(export *e, const char *name, baud_error *error) {
  const char *names[FIGURES];
  int f = figure_find(name);
  for (int i = 0; i < FIGURES; i++) names[i] = figure_table[i].name;
  const char *meant = error_closest(name, names, FIGURES);
  if (f < 0 && meant)
    return error_set(error, BAUD_EARG, "there is no figure \"%.60s\" (did you mean \"%s\"?)", name, meant);
  if (f < 0) return error_set(error, BAUD_EARG, "there is no figure \"%.60s\" (--help names them)", name);
  for (uint32_t i = 0; i < e->n_figures; i++)
    if (e->figures[i] == (uint32_t)f) return 0;
  e->figures[e->n_figures++] = (uint32_t)f;
  return 0;
}

static int add_figures(export *e, const char *list, baud_error *error) {
  char name[64];
  int code = 0;
  while (*list && !code) {
    size_t length = strcspn(list, ",");
    snprintf(name, sizeof name, "%.*s", (int)(length < 63 ? length : 63), list);
    if (length) code = add_figure(e, name, error);
    list += length + (list[length] == ',');
  }
  return code;
}

/* Without --figure: all that any configuration has. */
static int find_measured(export *e, baud_error *error) {
  store_mean means[FIGURES];
  int is_measured[FIGURES] = {0}, code;
  plan *p;
  if (e->n_figures) return 0;
  code = store_read_plan(e->results, &p, error);
  if (code) return code;
  for (uint32_t c = 0; c < p->n_configs && !code; c++) {
    code = store_read_means(e->results, c, means, error);
    for (int f = 0; f < FIGURES && !code; f++) is_measured[f] |= means[f].trials > 0;
  }
  plan_free(p);
  for (uint32_t f = 0; f < FIGURES; f++)
    if (is_measured[f]) e->figures[e->n_figures++] = f;
  return code;
}

/* ---- Rows --------------------------------------------------------------------------------------------------- */

static void print_heading(const export *e) {
  if (e->format != FORMAT_CSV) return;
  fputs("trial,config,seed,episode,step", e->to);
  for (uint32_t i = 0; i < e->n_figures; i++) fprintf(e->to, ",%s", figure_table[e->figures[i]].name);
  putc('\n', e->to);
}

static void print_csv(const export *e, const store_trial *t, uint64_t episode, uint32_t at) {
  char text[CELLS_FLOAT_SIZE];
  fprintf(e->to, "%u,%u,%llu,%llu,%llu", t->trial, t->config, (unsigned long long)t->seed, (unsigned long long)episode,
          (unsigned long long)e->steps[at]);
  for (uint32_t i = 0; i < e->n_figures; i++) {
    putc(',', e->to);
    if (isnan(e->values[i][at])) continue;
    cells_float(text, e->values[i][at]);
    fputs(text, e->to);
  }
  putc('\n', e->to);
}

static void print_jsonl(const export *e, const store_trial *t, uint64_t episode, uint32_t at) {
  char text[CELLS_FLOAT_SIZE];
  fprintf(e->to, "{\"trial\":%u,\"config\":%u,\"seed\":%llu,\"episode\":%llu,\"step\":%llu", t->trial, t->config,
          (unsigned long long)t->seed, (unsigned long long)episode, (unsigned long long)e->steps[at]);
  for (uint32_t i = 0; i < e->n_figures; i++) {
    if (!isfinite(e->values[i][at])) continue;
    cells_float(text, e->values[i][at]);
    fprintf(e->to, ",\"%s\":%s", figure_table[e->figures[i]].name, text);
  }
  fputs("}\n", e->to);
}

static int export_trial(export *e, const store_trial *t, baud_error *error) {
  for (uint64_t first = 0;; first += AT_ONCE) {
    uint32_t n = AT_ONCE;
    int code = store_read_steps(e->results, t->trial, first, e->steps, &n, error);
    for (uint32_t i = 0; i < e->n_figures && !code; i++) {
      uint32_t have = n;
      code = store_read_values(e->results, t->trial, e->figures[i], first, e->values[i], &have, error);
      for (uint32_t k = have; k < n; k++) e->values[i][k] = NAN; /* not measured in this trial */
    }
    if (code) return code;
    for (uint32_t at = 0; at < n; at++) {
      if (e->format == FORMAT_CSV) print_csv(e, t, first + at, at);
      else print_jsonl(e, t, first + at, at);
    }
    if (ferror(e->to))
      return error_set(error, BAUD_EIO, "%s: cannot be written: %s", e->out ? e->out : "standard output",
                       strerror(errno));
    if (n < AT_ONCE) return 0;
  }
}

static int export_all(export *e, baud_error *error) {
  enum { TRIALS_AT_ONCE = 64 };
  store_trial rows[TRIALS_AT_ONCE];
  uint32_t n = 1, n_trials, first = e->trial < 0 ? 0 : (uint32_t)e->trial;
  int code = store_trial_count(e->results, &n_trials, error);
  if (!code && e->trial >= (int64_t)n_trials)
    code = error_set(error, BAUD_EARG, "the run has no trial %lld; it has %u, from 0", (long long)e->trial, n_trials);
  if (!code) code = find_measured(e, error);
  if (!code) print_heading(e);
  for (uint32_t end = e->trial < 0 ? n_trials : first + 1; !code && n > 0 && first < end; first += n) {
    n = end - first < TRIALS_AT_ONCE ? end - first : TRIALS_AT_ONCE;
    code = store_read_trials(e->results, first, rows, &n, error);
    for (uint32_t i = 0; i < n && !code; i++) code = export_trial(e, &rows[i], error);
  }
  return code;
}

/* ---- The file ----------------------------------------------------------------------------------------------- */

static int refuse_file(const char *path, baud_error *error) {
  return error_set(error, BAUD_EIO, "%s: cannot be written: %s", path, strerror(errno));
}

static int write_file(export *e, baud_error *error) {
  char part[PATH_MAX];
  if (!e->out) {
    e->to = stdout;
    int code = export_all(e, error);
    return !code && fflush(stdout) != 0 ? refuse_file("standard output", error) : code;
  }
  if (snprintf(part, sizeof part, "%s.part", e->out) >= (int)sizeof part)
    return error_set(error, BAUD_EARG, "--out: the path is too long");
  e->to = fopen(part, "w");
  if (!e->to) return refuse_file(e->out, error);
  int code = export_all(e, error);
  if (fclose(e->to) != 0 && !code) code = refuse_file(e->out, error);
  if (!code && rename(part, e->out) != 0) code = refuse_file(e->out, error);
  if (code) unlink(part);
  return code;
}

/* ---- The subcommand ----------------------------------------------------------------------------------------- */

static int read_format(export *e, const char *name, baud_error *error) {
  e->format = strcmp(name, "csv") == 0 ? FORMAT_CSV : strcmp(name, "jsonl") == 0 ? FORMAT_JSONL : FORMAT_UNSET;
  return e->format ? 0 : error_set(error, BAUD_EARG, "--format %.40s: it may be csv or jsonl", name);
}

static int read_option(export *e, const options *o, const char **what, baud_error *error) {
  uint64_t trial;
  int code = 0;
  if (options_is(o, "format")) code = read_format(e, o->value, error);
  else if (options_is(o, "out")) e->out = strcmp(o->value, "-") == 0 ? NULL : o->value;
  else if (options_is(o, "figure")) code = add_figures(e, o->value, error);
  else if (options_is(o, "trial")) {
    code = options_count(o, 0, UINT32_MAX, &trial, error);
    if (!code) e->trial = (int64_t)trial;
  } else code = options_run(o, what, error);
  return code;
}

static void print_help(void) {
  cli_help(stdout, &subcommand_export);
  puts("\nFigures:");
  for (int f = 0; f < FIGURES; f++)
    printf("  %-22s %s%s%s%s\n", figure_table[f].name, figure_table[f].help, figure_table[f].unit[0] ? " (" : "",
           figure_table[f].unit, figure_table[f].unit[0] ? ")" : "");
}

static int write_run(export *e, const char *what, baud_error *error) {
  char folder[PATH_MAX - 300], path[PATH_MAX];
  int code = cli_find_run(what, folder, sizeof folder, error);
  if (code) return code;
  snprintf(path, sizeof path, "%s/store.db", folder);
  code = store_open_readonly(&e->results, path, error);
  if (!code) code = write_file(e, error);
  store_close(e->results);
  return code;
}

static int run(int argc, char **argv) {
  baud_error error = {0};
  const char *what = NULL;
  int got;
  options o;
  export *e = calloc(1, sizeof *e);
  if (!e) return error_set(&error, BAUD_ENOMEM, "out of memory"), cli_fail(EXIT_SYSTEM, "export", &error);
  e->trial = -1;
  options_init(&o, &subcommand_export, argc, argv);
  while ((got = options_next(&o, &error)) > 0) {
    if (options_is(&o, "help")) return print_help(), free(e), EXIT_OK;
    if ((got = read_option(e, &o, &what, &error)) < 0) break;
  }
  if (got == 0 && !e->format) got = error_set(&error, BAUD_EARG, "give --format csv or --format jsonl");
  int exit_code = EXIT_OK;
  if (got < 0) exit_code = cli_fail(EXIT_USAGE, "export", &error);
  else if (write_run(e, what, &error) != 0) exit_code = cli_fail(cli_exit_code(&error), "export", &error);
  free(e);
  return exit_code;
}

const subcommand subcommand_export = {
    "export", "[RUN] --format csv|jsonl [--out FILE] [--figure NAME,...] [--trial N]",
    "a run's episodes for other programs",
    "  RUN              a run's folder, name or the beginning of its name; without it the newest\n"
    "  --format FORMAT  csv: a line of names, then a line an episode; jsonl: a JSON object a line\n"
    "  --out FILE       where to; - or nothing: standard output\n"
    "  --figure NAMES   only these, with commas between; without it all that were measured\n"
    "  --trial N        only this trial\n"
    "A row has trial, config, seed, episode, step (the trial's steps at the episode's end) and the figures. What was\n"
    "not scored is empty in csv and left out in jsonl.\n",
    run};
