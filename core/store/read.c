/* read.c - what the store says of trials, events, claims and the run. Each function sees one moment of the store,
 * however much is written meanwhile.
 */
#include "store.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "store/database.h"

int store_trial_count(store *s, uint32_t *n, baud_error *error) {
  sqlite3_stmt *row = database_bind(s, SQL_COUNT_TRIALS, error, "");
  int code = row ? database_step(s, row, error) : BAUD_EIO;
  if (code < 0) return code;
  *n = (uint32_t)sqlite3_column_int64(row, 0);
  sqlite3_reset(row);
  return 0;
}

static void read_trial(sqlite3_stmt *row, store_trial *to) {
  const unsigned char *status = sqlite3_column_text(row, 5);
  memset(to, 0, sizeof *to);
  to->trial = (uint32_t)sqlite3_column_int64(row, 0);
  to->config = (uint32_t)sqlite3_column_int64(row, 1);
  to->seed = (uint64_t)sqlite3_column_int64(row, 2);
  to->episodes = (uint64_t)sqlite3_column_int64(row, 3);
  to->steps = (uint64_t)sqlite3_column_int64(row, 4);
  to->status = status && status[0] ? (char)status[0] : STATUS_QUEUED;
  column_copy(row, 6, to->id, sizeof to->id);
  column_copy(row, 7, to->reason, sizeof to->reason);
  to->changes = (uint32_t)sqlite3_column_int64(row, 8);
  to->seconds = sqlite3_column_double(row, 9);
}

int store_read_trials(store *s, uint32_t first, store_trial *rows, uint32_t *n, baud_error *error) {
  uint32_t room = *n;
  int code = 0;
  *n = 0;
  sqlite3_stmt *row = database_bind(s, SQL_GET_TRIALS, error, "ii", (int64_t)first, (int64_t)room);
  if (!row) return BAUD_EIO;
  while ((code = database_step(s, row, error)) > 0) read_trial(row, &rows[(*n)++]);
  return code;
}

int store_read_events(store *s, int64_t before, store_event_row *rows, uint32_t *n, baud_error *error) {
  uint32_t room = *n, found = 0;
  int code;
  *n = 0;
  sqlite3_stmt *row = database_bind(s, SQL_GET_EVENTS, error, "ii", before ? before : INT64_MAX, (int64_t)room);
  if (!row) return BAUD_EIO;
  while ((code = database_step(s, row, error)) > 0) {
    store_event_row *to = &rows[found++];
    const unsigned char *severity = sqlite3_column_text(row, 3);
    to->id = sqlite3_column_int64(row, 0);
    to->trial = sqlite3_column_int64(row, 1);
    to->time = sqlite3_column_double(row, 2);
    to->severity = severity && severity[0] ? (char)severity[0] : 'I';
    column_copy(row, 4, to->text, sizeof to->text);
  }
  for (uint32_t i = 0; i < found / 2; i++) { /* the newest came first */
    store_event_row swapped = rows[i];
    rows[i] = rows[found - 1 - i];
    rows[found - 1 - i] = swapped;
  }
  *n = found;
  return code;
}

int store_read_clock(store *s, uint32_t trial, store_moment *rows, uint32_t *n, baud_error *error) {
  uint32_t room = *n;
  int code;
  *n = 0;
  sqlite3_stmt *row = database_bind(s, SQL_GET_CLOCK, error, "ii", (int64_t)trial, (int64_t)room);
  if (!row) return BAUD_EIO;
  while ((code = database_step(s, row, error)) > 0)
    rows[(*n)++] = (store_moment){(uint64_t)sqlite3_column_int64(row, 0), sqlite3_column_double(row, 1)};
  return code;
}

int store_read_claims(store *s, store_claim *rows, uint32_t *n, baud_error *error) {
  uint32_t room = *n;
  int code;
  *n = 0;
  sqlite3_stmt *row = database_bind(s, SQL_GET_CLAIMS, error, "i", (int64_t)room);
  if (!row) return BAUD_EIO;
  while ((code = database_step(s, row, error)) > 0) {
    store_claim *to = &rows[(*n)++];
    column_copy(row, 0, to->text, sizeof to->text);
    column_copy(row, 1, to->verdict, sizeof to->verdict);
    column_copy(row, 2, to->figures, sizeof to->figures);
  }
  return code;
}

int store_get_run(store *s, const char *key, char *value, size_t size, baud_error *error) {
  sqlite3_stmt *row = database_bind(s, SQL_GET_RUN, error, "t", key);
  int code = row ? database_step(s, row, error) : BAUD_EIO;
  if (code < 0) return code;
  if (code == 0) return error_set(error, BAUD_ENOTFOUND, "%s: the run has no \"%s\"", s->path, key);
  column_copy(row, 0, value, size);
  sqlite3_reset(row);
  return 0;
}

int store_read_plan(store *s, plan **out, baud_error *error) {
  sqlite3_stmt *row = database_bind(s, SQL_GET_RUN, error, "t", "graph");
  int code = row ? database_step(s, row, error) : BAUD_EIO;
  if (code < 0) return code;
  if (code == 0) return error_set(error, BAUD_ENOTFOUND, "%s: it holds no plan", s->path);
  const char *json = (const char *)sqlite3_column_text(row, 0);
  code = plan_parse(out, json ? json : "", error);
  if (code) error_at(error, "%s", s->path);
  sqlite3_reset(row);
  return code;
}

/* The weakest mark that is true of figures with all of these marks: a mixture of bounds in both directions is only
 * an estimate. */
static char joint_mark(const char *marks) {
  int exact = 0, upper = 0, lower = 0, other = 0;
  for (; marks && *marks; marks++) {
    exact |= *marks == '=';
    upper |= *marks == '<';
    lower |= *marks == '>';
    other |= *marks == '~' || *marks == '-';
  }
  if (other || (upper && lower)) return '~';
  return upper ? '<' : lower ? '>' : exact ? '=' : '-';
}

int store_read_means(store *s, uint32_t config, store_mean means[FIGURES], baud_error *error) {
  int code;
  for (int f = 0; f < FIGURES; f++) means[f] = (store_mean){.mark = '-', .total = NAN, .mean = NAN};
  sqlite3_stmt *row = database_bind(s, SQL_GET_MEANS, error, "i", (int64_t)config);
  if (!row) return BAUD_EIO;
  while ((code = database_step(s, row, error)) > 0) {
    int number = sqlite3_column_int(row, 0), f = 0;
    while (f < FIGURES && s->number[f] != number) f++;
    if (f == FIGURES) continue;
    means[f].trials = (uint32_t)sqlite3_column_int64(row, 1);
    means[f].mark = joint_mark((const char *)sqlite3_column_text(row, 2));
    if (sqlite3_column_type(row, 3) != SQLITE_NULL) means[f].total = sqlite3_column_double(row, 3);
    if (sqlite3_column_type(row, 4) != SQLITE_NULL) means[f].mean = sqlite3_column_double(row, 4);
    means[f].count = (uint64_t)sqlite3_column_int64(row, 5);
  }
  return code;
}
