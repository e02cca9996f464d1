/* write.c - putting figures in: values gather in a tail, a tail of 1,024 becomes a chunk, chunks become pyramid nodes.
 *
 * After each commit the row of a series says exactly what its chunk and tail rows hold. Chunks are written once, in
 * the order in which they fill, so the file grows at its end; only tails and the rows of running trials change.
 */
#include "store.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "store/database.h"
#include "store/tails.h"

/* ---- Where a trial left off --------------------------------------------------------------------------- */

/* The nodes that wait for a right sibling: one for each bit of the number of chunks. */
static int load_pending(store *s, uint32_t trial, uint32_t figure, pyramid *p, baud_error *error) {
  for (int level = 0; level < PYRAMID_LEVELS; level++) {
    if (!(p->chunks >> level & 1)) continue;
    int64_t position = (int64_t)(p->chunks >> level) - 1;
    sqlite3_stmt *row = database_bind(s, level ? SQL_GET_PYRAMID : SQL_GET_CHUNKS, error, level ? "iiiii" : "iiii",
                                      (int64_t)trial, (int64_t)s->number[figure], position, position, (int64_t)level);
    int code = row ? database_step(s, row, error) : BAUD_EIO;
    if (code < 0) return code;
    if (code == 0)
      return error_set(error, BAUD_EIO, "%s: trial %u lacks a summary of \"%s\" (level %d); run it anew", s->path,
                       trial, figure_table[figure].name, level);
    p->pending[level] = column_summary(row, 1);
    sqlite3_reset(row);
  }
  return 0;
}

/* The values after the last whole chunk. Those of an ended trial lie in `chunk`: they go back to being a tail. */
static int load_tail(store *s, uint32_t trial, uint32_t figure, series_tail *e, baud_error *error) {
  int64_t number = s->number[figure], chunk = (int64_t)e->pyramid.chunks;
  sqlite3_stmt *row = database_bind(s, SQL_GET_VALUES, error, "iiii", (int64_t)trial, number, chunk, chunk);
  int code = row ? database_step(s, row, error) : BAUD_EIO;
  if (code < 0) return code;
  if (code == 0 || sqlite3_column_int64(row, 1) != e->n ||
      chunk_decode(sqlite3_column_blob(row, 4), (size_t)sqlite3_column_bytes(row, 4), e->n,
                   (uint64_t)sqlite3_column_int64(row, 2), sqlite3_column_double(row, 3), e->values) != 0)
    return error_set(error, BAUD_EIO, "%s: trial %u has no readable end of \"%s\"; run it anew", s->path, trial,
                     figure_table[figure].name);
  e->is_stored = (char)sqlite3_column_int(row, 5);
  sqlite3_reset(row);
  if (e->is_stored) return 0;
  e->is_changed = e->is_behind = 1;
  return database_run(s, SQL_DELETE_CHUNK, error, "iii", (int64_t)trial, number, chunk);
}

static int load_series(store *s, uint32_t trial, uint32_t figure, series_tail *e, baud_error *error) {
  sqlite3_stmt *row = database_bind(s, SQL_GET_SERIES, error, "ii", (int64_t)trial, (int64_t)s->number[figure]);
  int code = row ? database_step(s, row, error) : BAUD_EIO;
  if (code <= 0) return code;
  const unsigned char *mark = sqlite3_column_text(row, 0);
  uint64_t episodes = (uint64_t)sqlite3_column_int64(row, 1);
  e->mark = mark ? (char)mark[0] : 0;
  e->pyramid.chunks = episodes / CHUNK;
  e->n = (uint32_t)(episodes % CHUNK);
  sqlite3_reset(row);
  code = load_pending(s, trial, figure, &e->pyramid, error);
  return code || e->n == 0 ? code : load_tail(s, trial, figure, e, error);
}

static int series_of(store *s, uint32_t trial, uint32_t figure, series_tail **out, baud_error *error) {
  trial_tails *entry = tails_of(s->tails, trial);
  if (!entry) return error_set(error, BAUD_ENOMEM, "%s: out of memory", s->path);
  *out = entry->series[figure];
  if (*out) return 0;
  series_tail *e = *out = calloc(1, sizeof *e);
  if (!e) return error_set(error, BAUD_ENOMEM, "%s: out of memory", s->path);
  entry->series[figure] = e;
  return load_series(s, trial, figure, e, error);
}

static int load_steps(store *s, uint32_t trial, steps_tail *e, baud_error *error) {
  sqlite3_stmt *row = database_bind(s, SQL_GET_LAST_STEPS, error, "i", (int64_t)trial);
  int code = row ? database_step(s, row, error) : BAUD_EIO;
  if (code <= 0) return code;
  uint32_t n = (uint32_t)sqlite3_column_int64(row, 1);
  uint64_t last = (uint64_t)sqlite3_column_int64(row, 3);
  e->chunks = (uint64_t)sqlite3_column_int64(row, 0) + (n == CHUNK);
  e->before = n == CHUNK ? last : (uint64_t)sqlite3_column_int64(row, 2);
  e->n = n == CHUNK ? 0 : n;
  if (n > CHUNK || (e->n && steps_decode(sqlite3_column_blob(row, 4), (size_t)sqlite3_column_bytes(row, 4), n,
                                         e->before, last, e->steps) != 0))
    code = error_set(error, BAUD_EIO, "%s: trial %u has unreadable step counts; run it anew", s->path, trial);
  sqlite3_reset(row);
  return code < 0 ? code : 0;
}

static int steps_of(store *s, uint32_t trial, steps_tail **out, baud_error *error) {
  trial_tails *entry = tails_of(s->tails, trial);
  if (entry && !entry->steps) {
    entry->steps = calloc(1, sizeof *entry->steps);
    int code = entry->steps ? load_steps(s, trial, entry->steps, error) : 0;
    if (code) return code;
  }
  if (!entry || !entry->steps) return error_set(error, BAUD_ENOMEM, "%s: out of memory", s->path);
  *out = entry->steps;
  return 0;
}

/* ---- Rows --------------------------------------------------------------------------------------------- */

/* The values gathered, as a row of `chunk` or of `tail`. */
static int put_values(store *s, enum statement where, uint32_t trial, uint32_t figure, const series_tail *e,
                      const summary *sum, baud_error *error) {
  size_t size = chunk_encode(e->values, e->n, sum, s->blob);
  return database_run(s, where, error, "iiiiidddb", (int64_t)trial, (int64_t)s->number[figure],
                      (int64_t)e->pyramid.chunks, (int64_t)e->n, (int64_t)sum->count, sum->count ? sum->sum : NAN,
                      (double)sum->low, (double)sum->high, (const void *)s->blob, size);
}

static int drop_tail_row(store *s, uint32_t trial, uint32_t figure, series_tail *e, baud_error *error) {
  if (!e->is_stored) return 0;
  e->is_stored = 0;
  return database_run(s, SQL_DELETE_TAIL, error, "ii", (int64_t)trial, (int64_t)s->number[figure]);
}

static int complete_chunk(store *s, uint32_t trial, uint32_t figure, series_tail *e, baud_error *error) {
  pyramid_node nodes[PYRAMID_LEVELS];
  summary sum = summary_of(e->values, e->n);
  int code = put_values(s, SQL_PUT_CHUNK, trial, figure, e, &sum, error);
  if (!code) code = drop_tail_row(s, trial, figure, e, error);
  uint32_t n = pyramid_add(&e->pyramid, sum, nodes);
  for (uint32_t i = 0; i < n && !code; i++) {
    const summary *at = &nodes[i].summary;
    code = database_run(s, SQL_PUT_PYRAMID, error, "iiiiiddd", (int64_t)trial, (int64_t)s->number[figure],
                        (int64_t)nodes[i].level, (int64_t)nodes[i].position, (int64_t)at->count,
                        at->count ? at->sum : NAN, (double)at->low, (double)at->high);
  }
  e->n = 0;
  e->is_behind = 1;
  return code;
}

/* Writes a series as it stands: its unfinished values to `where`, and its own row. */
static int put_series(store *s, enum statement where, uint32_t trial, uint32_t figure, series_tail *e,
                      baud_error *error) {
  summary rest = summary_of(e->values, e->n), total = summary_join(pyramid_total(&e->pyramid), rest);
  char mark[2] = {e->mark, 0};
  int code = where == SQL_PUT_CHUNK ? drop_tail_row(s, trial, figure, e, error) : 0;
  if (!code && e->n) code = put_values(s, where, trial, figure, e, &rest, error);
  if (!code && e->n) e->is_stored = where == SQL_PUT_TAIL;
  if (!code)
    code = database_run(s, SQL_PUT_SERIES, error, "iitiiddd", (int64_t)trial, (int64_t)s->number[figure], mark,
                        (int64_t)(e->pyramid.chunks * CHUNK + e->n), (int64_t)total.count,
                        total.count ? total.sum : NAN, (double)total.low, (double)total.high);
  e->is_changed = e->is_behind = 0;
  return code;
}

static int put_steps(store *s, uint32_t trial, steps_tail *e, baud_error *error) {
  e->is_changed = 0;
  if (e->n == 0) return 0;
  size_t size = steps_encode(e->before, e->steps, e->n, s->blob);
  return database_run(s, SQL_PUT_STEPS, error, "iiiiib", (int64_t)trial, (int64_t)e->chunks, (int64_t)e->n,
                      (int64_t)e->before, (int64_t)e->steps[e->n - 1], (const void *)s->blob, size);
}

/* ---- Appending ---------------------------------------------------------------------------------------- */

static int check_trial(store *s, uint32_t trial, baud_error *error) {
  if (!s->tails || trial < s->tails->n_trials) return 0; /* a reader is refused by database_enter */
  return error_set(error, BAUD_EARG, "%s: there is no trial %u, only 0 to %u", s->path, trial, s->tails->n_trials - 1);
}

static int check_order(store *s, uint32_t trial, const char *what, uint64_t first, uint64_t expected,
                       baud_error *error) {
  if (first == expected) return 0;
  return error_set(error, BAUD_EARG, "%s: trial %u, \"%s\": episode %llu came where %llu was expected", s->path, trial,
                   what, (unsigned long long)first, (unsigned long long)expected);
}

int store_append(store *s, uint32_t trial, uint32_t figure, char mark, uint64_t first, const float *values, uint32_t n,
                 baud_error *error) {
  bracket b;
  series_tail *e = NULL;
  if (figure >= FIGURES) return error_set(error, BAUD_EARG, "%s: there is no figure %u", s->path, figure);
  int code = check_trial(s, trial, error);
  if (!code) code = database_enter(s, &b, error);
  if (code) return code;
  code = series_of(s, trial, figure, &e, error);
  int refused =
      code ? 0 : check_order(s, trial, figure_table[figure].name, first, e->pyramid.chunks * CHUNK + e->n, error);
  if (refused) n = 0;
  if (n) e->mark = mark, e->is_changed = 1;
  while (n && !code) {
    uint32_t some = n < CHUNK - e->n ? n : CHUNK - e->n;
    chunk_tidy(e->values + e->n, values, some);
    e->n += some;
    values += some;
    n -= some;
    if (e->n == CHUNK) code = complete_chunk(s, trial, figure, e, error);
  }
  code = database_leave(s, b, code, error);
  return code ? code : refused;
}

static int check_steps(store *s, uint32_t trial, const steps_tail *e, const uint64_t *steps, uint32_t n,
                       baud_error *error) {
  uint64_t before = e->n ? e->steps[e->n - 1] : e->before;
  for (uint32_t i = 0; i < n; before = steps[i++])
    if (steps[i] < before || steps[i] > INT64_MAX)
      return error_set(error, BAUD_EARG, "%s: trial %u: step counts fall from %llu to %llu", s->path, trial,
                       (unsigned long long)before, (unsigned long long)steps[i]);
  return 0;
}

int store_append_steps(store *s, uint32_t trial, uint64_t first, const uint64_t *steps, uint32_t n, baud_error *error) {
  bracket b;
  steps_tail *e = NULL;
  int code = check_trial(s, trial, error);
  if (!code) code = database_enter(s, &b, error);
  if (code) return code;
  code = steps_of(s, trial, &e, error);
  int refused = code ? 0 : check_order(s, trial, "step counts", first, e->chunks * CHUNK + e->n, error);
  if (!code && !refused) refused = check_steps(s, trial, e, steps, n, error);
  if (refused) n = 0;
  while (n && !code) {
    uint32_t some = n < CHUNK - e->n ? n : CHUNK - e->n;
    memcpy(e->steps + e->n, steps, some * sizeof *steps);
    e->n += some;
    e->is_changed = 1;
    steps += some;
    n -= some;
    if (e->n < CHUNK) continue;
    code = put_steps(s, trial, e, error);
    e->before = e->steps[CHUNK - 1];
    e->chunks++;
    e->n = 0;
  }
  code = database_leave(s, b, code, error);
  return code ? code : refused;
}

/* ---- Flush, commit, end of a trial ---------------------------------------------------------------------- */

enum extent { WHAT_CHANGED, WHAT_IS_BEHIND };

static int flush_trial(store *s, trial_tails *t, enum extent extent, enum statement where, baud_error *error) {
  int code = 0;
  for (uint32_t f = 0; f < FIGURES && !code; f++) {
    series_tail *e = t->series[f];
    if (e && (where == SQL_PUT_CHUNK || (extent == WHAT_IS_BEHIND ? e->is_behind : e->is_changed || e->is_behind)))
      code = put_series(s, where, t->trial, f, e, error);
  }
  if (!code && t->steps && t->steps->is_changed && extent == WHAT_CHANGED)
    code = put_steps(s, t->trial, t->steps, error);
  return code;
}

static int flush_all(store *s, enum extent extent, baud_error *error) {
  int code = 0;
  for (trial_tails *t = s->tails->first; t && !code; t = t->next) code = flush_trial(s, t, extent, SQL_PUT_TAIL, error);
  return code;
}

int store_flush(store *s, baud_error *error) {
  bracket b;
  int code = database_enter(s, &b, error);
  return code ? code : database_leave(s, b, flush_all(s, WHAT_CHANGED, error), error);
}

int store_begin(store *s, baud_error *error) {
  bracket b;
  if (!sqlite3_get_autocommit(s->db))
    return error_set(error, BAUD_ESTATE, "%s: a transaction is already open", s->path);
  return database_enter(s, &b, error);
}

int store_commit(store *s, baud_error *error) {
  bracket b;
  int code = database_enter(s, &b, error);
  if (code) return code;
  if (b.is_outermost) {
    database_leave(s, b, 0, error);
    return error_set(error, BAUD_ESTATE, "%s: there is no transaction to commit", s->path);
  }
  code = flush_all(s, WHAT_IS_BEHIND, error);
  return database_leave(s, (bracket){.is_outermost = 1}, code, error);
}

static int is_final(enum trial_status status) {
  return status == STATUS_DONE || status == STATUS_FAILED || status == STATUS_STOPPED;
}

/* Turns all unfinished values of a trial into chunks, those in memory and those of an earlier process. */
static int settle(store *s, uint32_t trial, baud_error *error) {
  trial_tails *t = s->tails->of[trial];
  int code = t ? flush_trial(s, t, WHAT_CHANGED, SQL_PUT_CHUNK, error) : 0;
  if (!code) code = database_run(s, SQL_SETTLE_TAILS, error, "i", (int64_t)trial);
  if (!code) code = database_run(s, SQL_RESET_TAIL, error, "i", (int64_t)trial);
  tails_drop(s->tails, trial);
  return code;
}

int store_set_status(store *s, uint32_t trial, enum trial_status status, uint64_t episodes, uint64_t steps,
                     const char *reason, baud_error *error) {
  bracket b;
  char text[2] = {(char)status, 0};
  int code = check_trial(s, trial, error);
  if (!code) code = database_enter(s, &b, error);
  if (code) return code;
  if (is_final(status)) code = settle(s, trial, error);
  if (!code)
    code = database_run(s, SQL_PUT_STATUS, error, "itiitd", (int64_t)trial, text, (int64_t)episodes, (int64_t)steps,
                        reason ? reason : "", store_now());
  return database_leave(s, b, code, error);
}

int store_reset_trial(store *s, uint32_t trial, baud_error *error) {
  bracket b;
  int code = check_trial(s, trial, error);
  if (!code) code = database_enter(s, &b, error);
  if (code) return code;
  tails_drop(s->tails, trial);
  for (int which = SQL_RESET_CHUNK; which <= SQL_RESET_TRIAL && !code; which++)
    code = database_run(s, (enum statement)which, error, "i", (int64_t)trial);
  return database_leave(s, b, code, error);
}
