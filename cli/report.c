/* report.c - baud report RUN: what a run found. A table with one row a configuration, then the claims, judged anew
 * from the store by the script that lies in the run's folder.
 *
 * Figures are means over trials with half the width of their 95 % bootstrap interval; bits are totals a trial.
 */
#include <errno.h>
#include <inttypes.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "cli/cells.h"
#include "cli/options.h"
#include "cli/rungs.h"
#include "lua/language.h"
#include "params.h"
#include "statistics.h"
#include "tui/ladder.h"

/* The table's columns; headings, JSON names and help read it. */
enum reduction { PER_EPISODE, TOTAL, AT_END };
enum shown { ALWAYS, WHERE_MEASURED, WHERE_MEMORY, WHERE_COMPARED, IN_JSON }; /* compared: with a mixture or a frozen copy */
static const struct {
  const char *heading, *figure;
  enum reduction reduction;
  enum shown shown;
} columns[] = {
    {"return", "return", PER_EPISODE, ALWAYS},
    {"success", "success", PER_EPISODE, ALWAYS},
    {"steps", "steps", PER_EPISODE, ALWAYS},
    {"offered", "offered", TOTAL, ALWAYS},
    {"received", "received", TOTAL, ALWAYS},
    {"absorbed", "absorbed", TOTAL, ALWAYS},
    {"useful", "useful", TOTAL, WHERE_MEASURED},
    {"saved obs", "saved.observation", TOTAL, WHERE_COMPARED},
    {"saved rew", "saved.reward", TOTAL, WHERE_COMPARED},
    {"mixture obs", "saved_mixture.observation", TOTAL, WHERE_MEASURED},
    {"mixture rew", "saved_mixture.reward", TOTAL, WHERE_MEASURED},
    {"forgone obs", "forgone.observation", AT_END, WHERE_MEASURED},
    {"forgone rew", "forgone.reward", AT_END, WHERE_MEASURED},
    {"loss obs", "loss.observation", AT_END, IN_JSON},
    {"loss rew", "loss.reward", AT_END, IN_JSON},
    {"progress obs", "progress.observation", AT_END, IN_JSON},
    {"progress rew", "progress.reward", AT_END, IN_JSON},
    {"policy change", "policy_change", PER_EPISODE, WHERE_MEASURED},
    {"known", "known", AT_END, IN_JSON}, /* in the table it would be what was absorbed in all */
    {"wiped", "known_wiped", AT_END, WHERE_MEMORY},
};
enum {
  N_COLUMNS = sizeof columns / sizeof columns[0],
  KNOWN = N_COLUMNS - 2,
  WIPED,
  POLICY_CHANGE = KNOWN - 1,
  LOSS = KNOWN - 5,
  MIXTURE = LOSS - 4,
  SAVED = MIXTURE - 2
};

typedef struct row {
  uint32_t n_trials, n_done;
  double episodes; /* mean over trials */
  statistics_estimate estimate[N_COLUMNS];
  char mark[N_COLUMNS];
} row;

typedef struct report {
  store *results;
  plan *p;
  store_trial *trials;
  uint32_t n_trials, n_changed; /* those that were changed while they ran are left out of all that is shown */
  row *rows;     /* [n_configs] */
  cJSON *claims; /* array of { claim, verdict, figures } */
  int n_open;    /* claims that do not hold */
} report;

static void report_clear(report *r) {
  cJSON_Delete(r->claims);
  free(r->rows);
  free(r->trials);
  if (r->p) plan_free(r->p);
  if (r->results) store_close(r->results);
}

static int read_trials(report *r, baud_error *error) {
  uint32_t n, first = 0;
  int code = store_trial_count(r->results, &r->n_trials, error);
  if (code) return code;
  r->trials = calloc((size_t)r->n_trials + 1, sizeof *r->trials);
  r->rows = calloc((size_t)r->p->n_configs + 1, sizeof *r->rows);
  if (!r->trials || !r->rows) return error_set(error, BAUD_ENOMEM, "no memory for %u trials", r->n_trials);
  for (; !code && first < r->n_trials; first += n) {
    n = r->n_trials - first;
    code = store_read_trials(r->results, first, r->trials + first, &n, error);
    if (!code && n == 0) return error_set(error, BAUD_EIO, "the store holds fewer trials than it says");
  }
  for (uint32_t t = 0, kept = 0; !code; t++) {
    if (t == first) {
      r->n_changed = r->n_trials - kept;
      r->n_trials = kept;
      break;
    }
    if (!r->trials[t].changes) r->trials[kept++] = r->trials[t];
  }
  return code;
}

/* A trial's value for a column; NAN where it has none. */
static int read_value(report *r, uint32_t trial, size_t column, double *value, baud_error *error) {
  int figure = figure_find(columns[column].figure);
  uint64_t count = 0;
  *value = NAN;
  if (figure < 0) return error_set(error, BAUD_EBUG, "there is no figure \"%s\"", columns[column].figure);
  if (columns[column].reduction == AT_END) return store_read_last(r->results, trial, (uint32_t)figure, value, error);
  int code = store_read_total(r->results, trial, (uint32_t)figure, UINT64_MAX, value, &count, error);
  if (count == 0) *value = NAN;
  else if (columns[column].reduction == PER_EPISODE) *value /= (double)count;
  return code;
}

/* One figure over the trials of a configuration that have it. */
static int estimate_column(report *r, uint32_t config, size_t column, double *values, baud_error *error) {
  row *to = &r->rows[config];
  size_t n = 0;
  to->mark[column] = '-';
  for (uint32_t t = 0; t < r->n_trials; t++) {
    if (r->trials[t].config != config) continue;
    int code = read_value(r, r->trials[t].trial, column, &values[n], error);
    if (code) return code;
    if (isnan(values[n])) continue;
    n++;
    to->mark[column] = store_read_mark(r->results, r->trials[t].trial, (uint32_t)figure_find(columns[column].figure));
  }
  if (n == 0) return 0;
  return statistics_bootstrap(STATISTICS_MEAN, STATISTICS_BCA, values, n, &to->estimate[column], error);
}

static int make_rows(report *r, baud_error *error) {
  double *values = calloc((size_t)r->n_trials + 1, sizeof *values);
  int code = values ? 0 : error_set(error, BAUD_ENOMEM, "no memory for %u trials", r->n_trials);
  for (uint32_t t = 0; !code && t < r->n_trials; t++) {
    row *to = &r->rows[r->trials[t].config];
    to->n_trials++;
    to->n_done += r->trials[t].status == STATUS_DONE;
    to->episodes += (double)r->trials[t].episodes;
  }
  for (uint32_t c = 0; !code && c < r->p->n_configs; c++) {
    if (r->rows[c].n_trials > 0) r->rows[c].episodes /= r->rows[c].n_trials;
    for (size_t i = 0; !code && i < N_COLUMNS; i++) code = estimate_column(r, c, i, values, error);
  }
  free(values);
  return code;
}

static int take_claim(void *ctx, const language_verdict *verdict, baud_error *error) {
  (void)error;
  report *r = ctx;
  cJSON *object = cJSON_CreateObject();
  cJSON_AddStringToObject(object, "claim", verdict->text);
  cJSON_AddStringToObject(object, "verdict", verdict->verdict);
  cJSON_AddStringToObject(object, "figures", verdict->figures);
  cJSON_AddItemToArray(r->claims, object);
  r->n_open += strcmp(verdict->verdict, "holds") != 0;
  return 0;
}

/* ---- As text ----------------------------------------------------------------------------------------------- */

/* A hundred thousandth of a bit in a whole trial: what is left of 0 after sums of floats. */
static int is_nothing(const statistics_estimate *e, size_t column) {
  return columns[column].reduction != PER_EPISODE && fabs(e->low) < 1e-5 && fabs(e->high) < 1e-5;
}

static void put_estimate(cells *table, const row *from, size_t column) {
  const statistics_estimate *e = &from->estimate[column];
  const char *mark = columns[column].reduction == PER_EPISODE ? "" : mark_text(from->mark[column]);
  double half = (e->high - e->low) / 2.0, value = is_nothing(e, column) ? 0.0 : e->value;
  int is_certain = e->n == 1 || half <= 5e-5 * fabs(e->value) || is_nothing(e, column); /* by four digits */
  if (from->mark[column] == '-' || e->n == 0) cells_put(table, ALIGN_RIGHT, "-");
  else if (is_certain) cells_putf(table, ALIGN_RIGHT, "%s%.4g", mark, value);
  else cells_putf(table, ALIGN_RIGHT, "%s%.4g ±%.2g", mark, value, half);
}

static int is_shown(const report *r, size_t column) {
  int any = columns[column].shown == ALWAYS;
  for (uint32_t c = 0; c < r->p->n_configs && !any; c++) {
    const statistics_estimate *e = r->rows[c].estimate;
    if (columns[column].shown == WHERE_MEASURED) any = e[column].n > 0;
    if (columns[column].shown == WHERE_COMPARED)
      for (int i = MIXTURE; i < LOSS && e[column].n > 0; i++) any |= e[i].n > 0;
    if (columns[column].shown == WHERE_MEMORY) any = e[WIPED].n > 0 && (e[WIPED].value != e[KNOWN].value || e[WIPED].low != e[KNOWN].low);
  }
  return any;
}

static int print_table(const report *r, baud_error *error) {
  int n_shown = 0;
  for (size_t i = 0; i < N_COLUMNS; i++) n_shown += is_shown(r, i);
  cells *table = cells_new(3 + n_shown);
  if (!table) return error_set(error, BAUD_ENOMEM, "no memory for the table");
  cells_put(table, ALIGN_LEFT, "");
  cells_put(table, ALIGN_RIGHT, "trials");
  cells_put(table, ALIGN_RIGHT, "episodes");
  for (size_t i = 0; i < N_COLUMNS; i++)
    if (is_shown(r, i)) cells_put(table, ALIGN_RIGHT, columns[i].heading);
  for (uint32_t c = 0; c < r->p->n_configs; c++) {
    const row *from = &r->rows[c];
    cells_put(table, ALIGN_LEFT, r->p->configs[c].label);
    cells_putf(table, ALIGN_RIGHT, "%u/%u", from->n_done, from->n_trials);
    cells_putf(table, ALIGN_RIGHT, "%.0f", from->episodes);
    for (size_t i = 0; i < N_COLUMNS; i++)
      if (is_shown(r, i)) put_estimate(table, from, i);
  }
  cells_print(table, "", stdout);
  cells_free(table);
  puts("\nreturn, success, steps: an episode's mean; offered, received, absorbed, useful: a trial's bits in all;");
  if (is_shown(r, SAVED) || is_shown(r, SAVED + 1)) {
    puts("saved: bits of the stream, uniform code minus the learner's, over the episodes that were scored; mixture: the reference"
         "\nmixture's minus the learner's; forgone, to be seen with saved: what learning has cost so far;");
  }
  if (is_shown(r, POLICY_CHANGE)) puts("policy change: bits an episode, over its states;");
  if (is_shown(r, WIPED)) puts("wiped: what is left at the end of what was absorbed when memory is wiped, so what sits in the weights;");
  puts("means over trials, ± half of the 95 % bootstrap interval");
  if (r->n_changed) printf("left out: %u trial%s changed while running\n", r->n_changed, r->n_changed == 1 ? "" : "s");
  return 0;
}

static void print_claims(const report *r) {
  const cJSON *claim;
  if (cJSON_GetArraySize(r->claims) > 0) putchar('\n');
  cJSON_ArrayForEach(claim, r->claims) {
    const char *figures = cJSON_GetObjectItem(claim, "figures")->valuestring;
    const char *verdict = cJSON_GetObjectItem(claim, "verdict")->valuestring;
    printf("%-9s  %s\n", verdict, cJSON_GetObjectItem(claim, "claim")->valuestring);
    if (figures[0]) printf("%-9s  %s\n", "", figures);
  }
  cJSON_ArrayForEach(claim, r->claims)
    cli_print_ladder(cJSON_GetObjectItem(claim, "claim")->valuestring, cJSON_GetObjectItem(claim, "figures")->valuestring);
}

/* ---- As a picture ------------------------------------------------------------------------------------------ */

/* The first claim whose figures are a ladder, into a file that is there when it is whole. */
static int write_picture(const report *r, const char *path, baud_error *error) {
  const cJSON *claim;
  ladder l;
  char part[1100];
  cJSON_ArrayForEach(claim, r->claims) {
    if (!ladder_read(&l, cJSON_GetObjectItem(claim, "figures")->valuestring)) continue;
    snprintf(part, sizeof part, "%s.part", path);
    FILE *to = fopen(part, "we");
    if (to) ladder_write_svg(to, &l, cJSON_GetObjectItem(claim, "claim")->valuestring);
    int is_written = to && !ferror(to);
    if (to && fclose(to) != 0) is_written = 0;
    if (is_written && rename(part, path) == 0) return 0;
    return error_set(error, BAUD_EIO, "%s could not be written: %s", path, strerror(errno));
  }
  return error_set(error, BAUD_EARG, "no claim of this run has figures that could be drawn as a ladder (baud.ladder makes them)");
}

/* ---- As JSON ----------------------------------------------------------------------------------------------- */

static cJSON *number_or_null(double x) { return isfinite(x) ? cJSON_CreateNumber(x) : cJSON_CreateNull(); }

static cJSON *row_json(const report *r, uint32_t c) {
  const row *from = &r->rows[c];
  cJSON *object = cJSON_CreateObject(), *figures = cJSON_CreateObject();
  cJSON_AddStringToObject(object, "label", r->p->configs[c].label);
  cJSON_AddItemToObject(object, "tags", cJSON_Parse(r->p->configs[c].tags));
  cJSON_AddNumberToObject(object, "trials", from->n_trials);
  cJSON_AddNumberToObject(object, "done", from->n_done);
  cJSON_AddItemToObject(object, "episodes", number_or_null(from->episodes));
  for (size_t i = 0; i < N_COLUMNS; i++) {
    const statistics_estimate *e = &from->estimate[i];
    cJSON *cell = cJSON_CreateObject();
    if (e->n == 0) {
      cJSON_Delete(cell);
      continue;
    }
    cJSON_AddItemToObject(cell, "mean", number_or_null(e->value));
    cJSON_AddItemToObject(cell, "low", number_or_null(e->low));
    cJSON_AddItemToObject(cell, "high", number_or_null(e->high));
    cJSON_AddNumberToObject(cell, "n", (double)e->n);
    cJSON_AddStringToObject(cell, "mark", mark_text(from->mark[i]));
    cJSON_AddItemToObject(figures, columns[i].figure, cell);
  }
  cJSON_AddItemToObject(object, "figures", figures);
  return object;
}

static void print_json(const report *r) {
  cJSON *object = cJSON_CreateObject(), *configs = cJSON_CreateArray();
  cJSON_AddStringToObject(object, "name", r->p->name);
  for (uint32_t c = 0; c < r->p->n_configs; c++) cJSON_AddItemToArray(configs, row_json(r, c));
  cJSON_AddItemToObject(object, "configs", configs);
  if (r->n_changed) cJSON_AddNumberToObject(object, "changed", r->n_changed);
  cJSON_AddItemReferenceToObject(object, "claims", r->claims);
  char *text = json_canonical(object);
  if (text) puts(text);
  free(text);
  cJSON_Delete(object);
}

/* ---- The subcommand ---------------------------------------------------------------------------------------- */

static int gather(report *r, const char *folder, baud_error *error) {
  char path[1100];
  registry *plugins = NULL;
  snprintf(path, sizeof path, "%s/store.db", folder);
  int code = store_open_readonly(&r->results, path, error);
  if (!code) code = store_read_plan(r->results, &r->p, error);
  if (!code) code = read_trials(r, error);
  if (!code) code = make_rows(r, error);
  if (!code) code = registry_open(&plugins, error);
  if (!code) {
    r->claims = cJSON_CreateArray();
    code = language_claims(folder, r->results, plugins, take_claim, r, error);
    registry_free(plugins);
  }
  return code;
}

static int report_on(const char *what, int wants_json, const char *picture, baud_error *error) {
  char folder[1000];
  report r = {0};
  if (cli_find_run(what, folder, sizeof folder, error) != 0) return cli_fail(cli_exit_code(error), "report", error);
  int code = gather(&r, folder, error);
  if (!code && picture) code = write_picture(&r, picture, error);
  if (!code && wants_json) print_json(&r);
  else if (!code) code = print_table(&r, error);
  if (!code && !wants_json) print_claims(&r);
  int exit_code = code ? cli_fail(cli_exit_code(error), "report", error) : r.n_open > 0 ? EXIT_CLAIM_FAILS : EXIT_OK;
  report_clear(&r);
  return exit_code;
}

static int run(int argc, char **argv) {
  const char *what = NULL, *picture = NULL;
  int wants_json = 0, got;
  baud_error error;
  options o;
  options_init(&o, &subcommand_report, argc, argv);
  while ((got = options_next(&o, &error)) > 0) {
    if (options_is(&o, "help")) return cli_help(stdout, &subcommand_report), EXIT_OK;
    if (options_is(&o, "json")) wants_json = 1;
    else if (options_is(&o, "plot")) picture = o.value;
    else if (what) return error_set(&error, BAUD_EARG, "one run at a time"), cli_fail(EXIT_USAGE, "report", &error);
    else what = o.value;
  }
  return got < 0 ? cli_fail(EXIT_USAGE, "report", &error) : report_on(what, wants_json, picture, &error);
}

const subcommand subcommand_report = {
    "report", "[RUN] [--json] [--plot FILE.svg]", "shows what a run found: a table of its configurations, and its claims judged anew",
    "  RUN                   a run's folder, name or the beginning of its name; without it the newest\n"
    "  --plot FILE.svg       the ladder among its claims, as a picture, beside the report\n"
    "  --json                for machines: { name, configs: [ { label, tags, trials, done, episodes, figures } ],\n"
    "                        claims: [ { claim, verdict, figures } ] }\n"
    "A row has means of an episode (return, success, steps), bits in all (offered, received, absorbed, useful) and, where\n"
    "a learner has memory, what it knows at the end with memory wiped. In JSON figures go by their own names: known and\n"
    "known_wiped are values at the end.\n"
    "Exit code 3 when a claim does not hold (fails, or is undecided).\n",
    run};
