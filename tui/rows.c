/* rows.c - configurations and their trials as the rows of one list: filtered, sorted, folded.
 *
 * The selection is kept by identity: whatever the order becomes, the cursor stays on the same configuration or
 * trial as long as it is there. What passes the filter is worked out when the filter changes: names do not.
 */
#include "columns.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "text.h"

static uint8_t *config_passes(const dashboard *d, uint32_t config) { return d->passes + d->model.n_trials + config; }

/* A configuration passes with its name or with any of its trials. */
static void apply_filter(dashboard *d) {
  const model *m = &d->model;
  char name[700];
  if (strcmp(d->passes_of, d->filter.text) == 0) return;
  snprintf(d->passes_of, sizeof d->passes_of, "%s", d->filter.text);
  for (uint32_t c = 0; c < m->n_configs; c++) *config_passes(d, c) = (uint8_t)sieve_passes(&d->filter, m->configs[c].label);
  for (uint32_t i = 0; i < m->n_trials; i++) {
    model_trial_name(m, i, name, sizeof name);
    d->passes[i] = (uint8_t)sieve_passes(&d->filter, name);
    if (d->passes[i]) *config_passes(d, m->trials[i].config) = 1;
  }
}

/* qsort has no context: set for the length of one call. */
static const dashboard *sorting;

static int compare_rows(const void *left, const void *right) {
  const target *a = left, *b = right;
  double x = column_value(sorting, *a, sorting->sort_column), y = column_value(sorting, *b, sorting->sort_column);
  int order = sorting->sort_order == DESCENDING ? -1 : 1;
  if (isnan(x) != isnan(y)) return isnan(x) ? 1 : -1; /* what is unmeasured comes last either way */
  if (!isnan(x) && x != y) return x < y ? -order : order;
  if (a->config != b->config) return a->config < b->config ? -1 : 1;
  return a->trial < b->trial ? -1 : a->trial > b->trial;
}

static void sort_rows(dashboard *d, target *rows, size_t n) {
  if (n < 2 || d->sort_column == COLUMN_NAME) return; /* they come in the script's order */
  sorting = d;
  qsort(rows, n, sizeof *rows, compare_rows);
}

static int add_trials(dashboard *d, uint32_t config, target *to) {
  const model_config *c = d->model.configs + config;
  int n = 0;
  for (uint32_t i = 0; i < c->n_trials; i++)
    if (d->passes[c->trials[i]]) to[n++] = (target){config, c->trials[i]};
  sort_rows(d, to, (size_t)n);
  return n;
}

/* The index of what is selected; its configuration's row when it is hidden; else where the cursor was. */
static int find_selected(const dashboard *d) {
  int fallback = d->list.selected < d->n_rows ? d->list.selected : d->n_rows - 1;
  for (int i = 0; i < d->n_rows; i++) {
    if (d->rows[i].config != d->selected.config) continue;
    if (d->rows[i].trial == d->selected.trial) return i;
    if (d->rows[i].trial < 0) fallback = i;
  }
  return fallback < 0 ? 0 : fallback;
}

/* The first row of what runs now, where the selection does not run any more. */
static void follow_what_runs(dashboard *d) {
  const model *m = &d->model;
  char now = d->selected.trial < 0 ? m->configs[d->selected.config].status : m->trials[d->selected.trial].status;
  if (!d->is_tracking || now == STATUS_RUNNING) return;
  for (int i = 0; i < d->n_rows; i++) {
    target row = d->rows[i];
    if ((row.trial < 0) != (d->selected.trial < 0)) continue;
    char status = row.trial < 0 ? m->configs[row.config].status : m->trials[row.trial].status;
    if (status != STATUS_RUNNING) continue;
    d->selected = row;
    return;
  }
}

void rows_build(dashboard *d) {
  uint32_t n_configs = d->model.n_configs;
  target *heads = calloc(n_configs + 1u, sizeof *heads);
  if (!heads) return;
  apply_filter(d);
  for (uint32_t c = 0; c < n_configs; c++) heads[c] = (target){c, -1};
  sort_rows(d, heads, n_configs);
  d->n_rows = 0;
  for (uint32_t i = 0; i < n_configs; i++) {
    if (!*config_passes(d, heads[i].config)) continue;
    d->rows[d->n_rows++] = heads[i];
    if (!d->is_folded[heads[i].config]) d->n_rows += add_trials(d, heads[i].config, d->rows + d->n_rows);
  }
  free(heads);
  follow_what_runs(d);
  d->list.selected = find_selected(d);
}

void rows_select(dashboard *d, int row) {
  if (row < 0 || row >= d->n_rows) return;
  d->list.selected = row;
  d->selected = d->rows[row];
}

int mark_of(const dashboard *d, target what) {
  for (int i = 0; i < d->n_marks; i++)
    if (d->marks[i].config == what.config && d->marks[i].trial == what.trial) return i;
  return -1;
}
