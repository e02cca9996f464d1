/* rows.c - configurations and their trials as the rows of one list: filtered, sorted, folded.
 *
 * The selection is kept by identity: whatever the order becomes, the cursor stays on the same configuration or
 * trial as long as it is there.
 */
#include "columns.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "text.h"

/* Whether a trial, or a configuration by its label, passes the filter; "!text" inverts. */
static int passes(const dashboard *d, target what) {
  const char *part = d->filter;
  char name[600];
  int is_inverted = *part == '!';
  part += is_inverted;
  if (!*part) return 1;
  if (what.trial >= 0) model_trial_name(&d->model, (uint32_t)what.trial, name, sizeof name);
  else snprintf(name, sizeof name, "%s", d->model.configs[what.config].label);
  return text_contains(name, part) != is_inverted;
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
  if (n < 2) return;
  sorting = d;
  qsort(rows, n, sizeof *rows, compare_rows);
}

static int add_trials(dashboard *d, uint32_t config, target *to) {
  const model_config *c = d->model.configs + config;
  int n = 0;
  for (uint32_t i = 0; i < c->n_trials; i++) {
    target trial = {config, c->trials[i]};
    if (passes(d, trial)) to[n++] = trial;
  }
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

void rows_build(dashboard *d) {
  uint32_t n_configs = d->model.n_configs;
  target *heads = calloc(n_configs + 1u, sizeof *heads);
  if (!heads) return;
  for (uint32_t c = 0; c < n_configs; c++) heads[c] = (target){c, -1};
  sort_rows(d, heads, n_configs);
  d->n_rows = 0;
  for (uint32_t i = 0; i < n_configs; i++) {
    target *head = d->rows + d->n_rows;
    int n = add_trials(d, heads[i].config, head + 1);
    if (n == 0 && !passes(d, heads[i])) continue;
    *head = heads[i];
    d->n_rows += 1 + (d->is_folded[heads[i].config] ? 0 : n);
  }
  free(heads);
  d->list.selected = find_selected(d);
}

void rows_select(dashboard *d, int row) {
  if (row < 0 || row >= d->n_rows) return;
  d->list.selected = row;
  d->selected = d->rows[row];
}
