/* show_stream.c - see show_stream.h. A row a stream, a column a figure that either has; what was forgone never without
 * what was saved.
 */
#include "cli/show_stream.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>

#include "cli/cells.h"
#include "stream/entropy.h"

const unsigned show_stream_levels[STREAM_LEVELS] = {
    FIGURE_LOSS_OBSERVATION, FIGURE_LOSS_REWARD, FIGURE_PROGRESS_OBSERVATION, FIGURE_PROGRESS_REWARD, FIGURE_FORGONE_OBSERVATION,
    FIGURE_FORGONE_REWARD,   FIGURE_BIN_OBSERVATION, FIGURE_BIN_REWARD,       FIGURE_PROBE_RETURN};

enum { STREAMS_SHOWN = 2, NO_LEVEL = -1 };
static const struct {
  const char *name;
  unsigned figure; /* the observation's; the reward's is the next */
  int level;       /* of `ends`, or NO_LEVEL for a trial's total */
} columns[] = {
    {"code", FIGURE_CODE_OBSERVATION, NO_LEVEL},
    {"saved", FIGURE_SAVED_OBSERVATION, NO_LEVEL},
    {"over mixture", FIGURE_SAVED_MIXTURE_OBSERVATION, NO_LEVEL},
    {"forgone", FIGURE_FORGONE_OBSERVATION, STREAM_FORGONE},
    {"loss a step", FIGURE_LOSS_OBSERVATION, STREAM_LOSS},
    {"progress", FIGURE_PROGRESS_OBSERVATION, STREAM_PROGRESS},
    {"bin", FIGURE_BIN_OBSERVATION, STREAM_BIN},
};
enum { COLUMNS = sizeof columns / sizeof *columns };

static double value_of(const store_mean *means, const double *ends, int column, unsigned stream) {
  const store_mean *m = &means[columns[column].figure + stream];
  if (m->trials == 0) return NAN;
  return columns[column].level == NO_LEVEL ? m->total : ends[columns[column].level + (int)stream];
}

static int is_shown(const store_mean *means, const double *ends, int column) {
  return !isnan(value_of(means, ends, column, 0)) || !isnan(value_of(means, ends, column, 1));
}

static void put(cells *table, const store_mean *m, int column, double value) {
  const char *mark = columns[column].figure == FIGURE_BIN_OBSERVATION ? "" : mark_text(m->mark);
  int is_sum = columns[column].level == NO_LEVEL || columns[column].level == STREAM_FORGONE;
  if (isnan(value)) cells_put(table, ALIGN_RIGHT, "-");
  else if (is_sum) cells_putf(table, ALIGN_RIGHT, fabs(value) >= 10000 ? "%s%.0f" : "%s%.2f", mark, value + 0.0);
  else cells_putf(table, ALIGN_RIGHT, "%s%.4g", mark, value + 0.0);
}

void show_stream(const store_mean means[FIGURES], const double *ends) {
  int shown[COLUMNS], n = 0;
  for (int i = 0; i < COLUMNS; i++) n += shown[i] = is_shown(means, ends, i);
  cells *table = n ? cells_new(1 + n) : NULL;
  if (table) {
    cells_put(table, ALIGN_LEFT, "stream");
    for (int i = 0; i < COLUMNS; i++)
      if (shown[i]) cells_put(table, ALIGN_RIGHT, columns[i].name);
    for (unsigned stream = 0; stream < STREAMS_SHOWN; stream++) {
      if (means[FIGURE_CODE_OBSERVATION + stream].trials == 0 && means[FIGURE_LOSS_OBSERVATION + stream].trials == 0) continue;
      cells_put(table, ALIGN_LEFT, channel_name[stream]);
      for (int i = 0; i < COLUMNS; i++)
        if (shown[i]) put(table, &means[columns[i].figure + stream], i, value_of(means, ends, i, stream));
    }
    cells_print(table, "    ", stdout);
    cells_free(table);
  }
  const store_mean *change = &means[FIGURE_POLICY_CHANGE];
  if (change->trials) printf("    policy change %s%.4g bits an episode", mark_text(change->mark), change->mean + 0.0);
  if (!isnan(ends[STREAM_RETURN])) printf("%sprobe return at the end %.4g", change->trials ? ", " : "    ", ends[STREAM_RETURN] + 0.0);
  if (change->trials || !isnan(ends[STREAM_RETURN])) putchar('\n');
}

/* ---- Outcomes ----------------------------------------------------------------------------------------------- */

enum { LAST_EPISODES = 1000, TRIALS_MOST = 100 };

/* The returns of a trial's last episodes behind those that are there already. */
static int read_returns(store *results, const store_trial *trial, double *x, size_t *n, baud_error *error) {
  float values[LAST_EPISODES];
  uint32_t read = LAST_EPISODES;
  uint64_t from = trial->episodes > LAST_EPISODES ? trial->episodes - LAST_EPISODES : 0;
  int code = store_read_values(results, trial->trial, FIGURE_RETURN, from, values, &read, error);
  for (uint32_t i = 0; i < read && code == 0; i++)
    if (!isnan(values[i])) x[(*n)++] = (double)values[i];
  return code;
}

int show_outcomes(store *results, const store_trial *trials, uint32_t n_trials, uint32_t config, baud_error *error) {
  double *x = calloc((size_t)TRIALS_MOST * LAST_EPISODES, sizeof *x);
  entropy_estimate e;
  size_t n = 0;
  int code = x ? 0 : error_set(error, BAUD_ENOMEM, "out of memory");
  for (uint32_t t = 0, seen = 0; t < n_trials && seen < TRIALS_MOST && code == 0; t++) {
    if (trials[t].config != config || trials[t].changes || trials[t].episodes == 0) continue;
    code = read_returns(results, &trials[t], x, &n, error);
    seen++;
  }
  if (code == 0 && n > 0 && (code = entropy_of_sample(x, n, &e, error)) == 0)
    printf("    entropy of returns, last %d episodes ~%.4g bits (%s; N %llu, %llu of them single)\n", LAST_EPISODES, e.bits,
           entropy_estimator_name[e.estimator], (unsigned long long)e.n, (unsigned long long)e.singletons);
  free(x);
  return code;
}
