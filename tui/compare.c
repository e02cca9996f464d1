/* compare.c - numbers of trials, their means and differences: compare.h. */
#include "compare.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <xxhash.h>

#include "statistics.h"

enum { PLACES = 1024 };

typedef struct kept {
  XXH64_hash_t hash; /* 0: a free place */
  float value, low, high;
} kept;
static kept *table;

void compare_free(void) {
  free(table);
  table = NULL;
}

static double seconds_now(void) {
  struct timespec t;
  clock_gettime(CLOCK_MONOTONIC, &t);
  return (double)t.tv_sec + (double)t.tv_nsec * 1e-9;
}

/* ---- One number a trial ------------------------------------------------------------------------------------ */

static int is_bits_of_an_episode(unsigned figure) { return figure == FIGURE_RECEIVED_ALL || model_figure_is_change(figure); }

/* The place of a figure among those of the board, or -1. */
static int recent_place(unsigned figure) {
  for (int i = 0; i < BOARD_FIGURES; i++)
    if (board_figures[i] == figure) return i;
  return -1;
}

static double ratio_of_trial(dashboard *d, uint32_t trial, const chart *c) {
  uint64_t top_scored, bottom_scored;
  double top = chart_total_of_trial(&d->model, trial, c->parts[0].figure, &top_scored);
  double bottom = chart_total_of_trial(&d->model, trial, c->parts[1].figure, &bottom_scored);
  return top_scored && bottom > 1e-6 ? top / bottom : NAN;
}

static double number_of_trial(dashboard *d, uint32_t trial, int which) {
  const chart *c = charts + which;
  const model_trial *t = d->model.trials + trial;
  int place = recent_place(c->whole);
  uint64_t scored;
  if (t->episodes == 0) return NAN;
  if (c->kind == CHART_RATIO) return ratio_of_trial(d, trial, c);
  int is_state = c->whole == FIGURE_KNOWN; /* what is so now, not what an episode brought */
  if (place >= 0 && (!d->has_totals || is_state)) return t->has_recent ? (double)t->recent[place] : NAN;
  double total = chart_total_of_trial(&d->model, trial, c->whole, &scored);
  if (!scored) return NAN;
  return c->kind == CHART_STACK || (d->has_totals && is_bits_of_an_episode(c->whole)) ? total : total / (double)scored;
}

void compare_heading(const dashboard *d, int which, char *out, size_t size) {
  const chart *c = charts + which;
  int is_total = d->has_totals && c->kind == CHART_MEANS && is_bits_of_an_episode(c->whole);
  snprintf(out, size, "%s%s", c->name, is_total ? ", total" : "");
}

/* The numbers of a target's trials, by seed; values[n] and seeds[n] have room for all of them. */
static int gather(dashboard *d, target what, int which, double *values, uint64_t *seeds) {
  const model_config *c = d->model.configs + what.config;
  int n = 0;
  for (uint32_t i = 0; i < c->n_trials && n < CHARTS_SEEDS; i++) {
    uint32_t trial = c->trials[i];
    if (what.trial >= 0 ? (uint32_t)what.trial != trial : d->model.trials[trial].changes > 0) continue;
    double v = number_of_trial(d, trial, which);
    if (!isfinite(v)) continue;
    values[n] = v;
    seeds[n++] = d->model.trials[trial].seed;
  }
  return n;
}

/* ---- Statistics, each once ---------------------------------------------------------------------------------- */

static int look_up(XXH64_hash_t hash, comparison *out, kept **place) {
  if (!table && !(table = calloc(PLACES, sizeof *table))) return 0;
  *place = table + hash % PLACES;
  if ((*place)->hash != hash) return 0;
  out->value = (double)(*place)->value;
  out->low = (double)(*place)->low;
  out->high = (double)(*place)->high;
  return out->is_ready = 1;
}

static void keep(kept *place, XXH64_hash_t hash, const statistics_estimate *e, comparison *out) {
  if (place) *place = (kept){hash, (float)e->value, (float)e->low, (float)e->high};
  out->value = e->value;
  out->low = e->low;
  out->high = e->high;
  out->is_ready = 1;
}

static int must_wait(dashboard *d) {
  if (seconds_now() < curves_deadline(&d->model.curves)) return 0;
  return d->model.curves.is_behind = 1;
}

comparison compare_value(dashboard *d, target what, int which) {
  static double values[CHARTS_SEEDS];
  static uint64_t seeds[CHARTS_SEEDS];
  comparison out = {NAN, NAN, NAN, gather(d, what, which, values, seeds), 0, 0};
  statistics_estimate e;
  baud_error ignored;
  kept *place = NULL;
  if (out.n == 0) return out.is_ready = 1, out;
  XXH64_hash_t hash = XXH3_64bits_withSeed(values, (size_t)out.n * sizeof *values, 1) | 1;
  if (look_up(hash, &out, &place) || must_wait(d)) return out;
  if (statistics_bootstrap(STATISTICS_MEAN, STATISTICS_BCA, values, (size_t)out.n, &e, &ignored) == 0) keep(place, hash, &e, &out);
  return out;
}

static int same_seeds(const uint64_t *a, int n_a, const uint64_t *b, int n_b) {
  return n_a == n_b && n_a > 1 && memcmp(a, b, (size_t)n_a * sizeof *a) == 0;
}

comparison compare_difference(dashboard *d, target what, target base, int which) {
  static double values[2][CHARTS_SEEDS];
  static uint64_t seeds[2][CHARTS_SEEDS];
  int n = gather(d, what, which, values[0], seeds[0]), n_base = gather(d, base, which, values[1], seeds[1]);
  comparison out = {NAN, NAN, NAN, n < n_base ? n : n_base, same_seeds(seeds[0], n, seeds[1], n_base), 0};
  statistics_comparison c;
  baud_error ignored;
  kept *place = NULL;
  if (out.n == 0) return out.is_ready = 1, out;
  XXH64_hash_t hash = XXH3_64bits_withSeed(values[0], (size_t)n * sizeof **values, 2 + (XXH64_hash_t)out.is_paired);
  hash = XXH3_64bits_withSeed(values[1], (size_t)n_base * sizeof **values, hash) | 1;
  if (look_up(hash, &out, &place) || must_wait(d)) return out;
  if (statistics_compare(STATISTICS_MEAN, out.is_paired ? STATISTICS_PAIRED : STATISTICS_INDEPENDENT, values[0], (size_t)n, values[1],
                         (size_t)n_base, &c, &ignored) == 0)
    keep(place, hash, &c.difference, &out);
  return out;
}
