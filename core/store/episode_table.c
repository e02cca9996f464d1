/* episode_table.c - see episode_table.h. An eponymous virtual table (sqlite.org/vtab.html).
 *
 * A cursor stands on one episode of one trial. It holds a chunk's worth of values for each column, and fetches one
 * when the query first looks at that column in that chunk. What best_index found usable reaches filter as text: two
 * letters a condition, its column (t trial, e episode) and its operator (= < L for <=, > G for >=).
 */
#include "store/episode_table.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "store/chunk.h"

enum { COLUMN_TRIAL, COLUMN_EPISODE, COLUMN_STEP, COLUMN_FIGURES };
enum { FIGURES_MOST = 1000, EPISODE_BITS = 40 };

typedef struct table {
  sqlite3_vtab base; /* first: SQLite's own */
  sqlite3 *db;
  int n_figures;
  int *number; /* [n_figures] as in the table figure */
} table;

typedef struct column {
  uint64_t chunk; /* that values hold; UINT64_MAX: none yet */
  float values[CHUNK];
} column;

enum query { QUERY_TRIALS, QUERY_VALUES, QUERY_STEPS, QUERIES };
static const char *const query_text[QUERIES] = {
    "SELECT trial, (SELECT max(episodes) FROM main.series s WHERE s.trial = t.trial) FROM main.trial t"
    " WHERE trial BETWEEN ?1 AND ?2 ORDER BY trial",
    "SELECT n, count, min, data FROM main.chunk WHERE trial = ?1 AND figure = ?2 AND chunk = ?3"
    " UNION ALL SELECT n, count, min, data FROM main.tail WHERE trial = ?1 AND figure = ?2 AND chunk = ?3",
    "SELECT n, before, last, data FROM main.steps WHERE trial = ?1 AND chunk = ?2",
};

typedef struct range {
  int64_t low, high; /* both belong to it */
} range;

typedef struct cursor {
  sqlite3_vtab_cursor base; /* first: SQLite's own */
  sqlite3_stmt *query[QUERIES];
  range trials, episodes;
  int64_t trial, episode, end; /* rows of this trial: [.., end) */
  int is_at_end;
  uint64_t steps_chunk;
  uint32_t n_steps;
  uint64_t steps[CHUNK];
  column *column; /* [n_figures] */
} cursor;

/* ---- The table ------------------------------------------------------------------------------------------ */

/* The figures of this store make the columns, so that a store shows what it has, whichever baud reads it. */
static int read_figures(sqlite3 *db, table *t, sqlite3_str *columns) {
  sqlite3_stmt *row;
  if (sqlite3_prepare_v2(db, "SELECT figure, name FROM main.figure ORDER BY figure", -1, &row, NULL) != SQLITE_OK)
    return SQLITE_ERROR;
  while (sqlite3_step(row) == SQLITE_ROW && t->n_figures < FIGURES_MOST) {
    char name[100];
    snprintf(name, sizeof name, "%s", (const char *)sqlite3_column_text(row, 1));
    for (char *at = name; *at; at++)
      if (*at == '.') *at = '_';
    sqlite3_str_appendf(columns, ", \"%w\" REAL", name);
    t->number[t->n_figures++] = sqlite3_column_int(row, 0);
  }
  return sqlite3_finalize(row);
}

static int table_disconnect(sqlite3_vtab *base) {
  table *t = (table *)base;
  free(t->number);
  free(t);
  return SQLITE_OK;
}

static int table_connect(sqlite3 *db, void *aux, int n, const char *const *arguments, sqlite3_vtab **out,
                         char **error) {
  (void)aux, (void)n, (void)arguments;
  table *t = calloc(1, sizeof *t);
  if (t) t->number = calloc(FIGURES_MOST, sizeof *t->number);
  if (!t || !t->number) {
    free(t);
    return SQLITE_NOMEM;
  }
  t->db = db;
  sqlite3_str *sql = sqlite3_str_new(db);
  sqlite3_str_appendall(sql, "CREATE TABLE episode(trial INTEGER, episode INTEGER, step INTEGER");
  int code = read_figures(db, t, sql);
  sqlite3_str_appendall(sql, ")");
  char *text = sqlite3_str_finish(sql);
  if (code != SQLITE_OK)
    *error = sqlite3_mprintf("the table episode needs a baud store; this database has no table figure");
  else code = text ? sqlite3_declare_vtab(db, text) : SQLITE_NOMEM;
  sqlite3_free(text);
  if (code == SQLITE_OK) *out = &t->base;
  else table_disconnect(&t->base);
  return code;
}

static char operator_letter(unsigned char op) {
  switch (op) {
    case SQLITE_INDEX_CONSTRAINT_EQ: return '=';
    case SQLITE_INDEX_CONSTRAINT_LT: return '<';
    case SQLITE_INDEX_CONSTRAINT_LE: return 'L';
    case SQLITE_INDEX_CONSTRAINT_GT: return '>';
    case SQLITE_INDEX_CONSTRAINT_GE: return 'G';
    default: return 0;
  }
}

/* Rows come by trial, then episode. */
static int is_our_order(const sqlite3_index_info *info, int has_one_trial) {
  int next = has_one_trial ? COLUMN_EPISODE : COLUMN_TRIAL;
  for (int i = 0; i < info->nOrderBy; i++) {
    if (has_one_trial && info->aOrderBy[i].iColumn == COLUMN_TRIAL) continue;
    if (info->aOrderBy[i].desc || info->aOrderBy[i].iColumn != next || next > COLUMN_EPISODE) return 0;
    next++;
  }
  return 1;
}

static int table_best_index(sqlite3_vtab *base, sqlite3_index_info *info) {
  (void)base;
  char conditions[2 * 32 + 1];
  int n = 0, has_one_trial = 0;
  double rows = 1e9;
  for (int i = 0; i < info->nConstraint && n < 32; i++) {
    int of = info->aConstraint[i].iColumn;
    char letter = operator_letter(info->aConstraint[i].op);
    if (!info->aConstraint[i].usable || !letter || (of != COLUMN_TRIAL && of != COLUMN_EPISODE)) continue;
    conditions[2 * n] = of == COLUMN_TRIAL ? 't' : 'e';
    conditions[2 * n + 1] = letter;
    info->aConstraintUsage[i].argvIndex = ++n; /* SQLite checks each row again: what is narrowed need not be exact */
    if (letter == '=') rows /= of == COLUMN_TRIAL ? 1e4 : 1e5;
    else rows /= 4;
    if (of == COLUMN_TRIAL && letter == '=') has_one_trial = 1;
  }
  conditions[2 * n] = 0;
  info->idxStr = sqlite3_mprintf("%s", conditions);
  info->needToFreeIdxStr = 1;
  info->estimatedCost = rows < 1 ? 1 : rows;
  info->estimatedRows = (sqlite3_int64)info->estimatedCost;
  info->orderByConsumed = is_our_order(info, has_one_trial);
  return info->idxStr ? SQLITE_OK : SQLITE_NOMEM;
}

/* ---- The cursor ----------------------------------------------------------------------------------------- */

static int cursor_close(sqlite3_vtab_cursor *base) {
  cursor *c = (cursor *)base;
  for (int q = 0; q < QUERIES; q++) sqlite3_finalize(c->query[q]);
  free(c->column);
  free(c);
  return SQLITE_OK;
}

static int cursor_open(sqlite3_vtab *base, sqlite3_vtab_cursor **out) {
  table *t = (table *)base;
  cursor *c = calloc(1, sizeof *c);
  if (c) c->column = malloc(((size_t)t->n_figures + 1) * sizeof *c->column);
  if (!c || !c->column) {
    free(c);
    return SQLITE_NOMEM;
  }
  int code = SQLITE_OK;
  for (int q = 0; q < QUERIES && code == SQLITE_OK; q++)
    code = sqlite3_prepare_v3(t->db, query_text[q], -1, SQLITE_PREPARE_PERSISTENT, &c->query[q], NULL);
  if (code != SQLITE_OK) {
    base->zErrMsg = sqlite3_mprintf("%s", sqlite3_errmsg(t->db));
    cursor_close(&c->base);
    return code;
  }
  *out = &c->base;
  return SQLITE_OK;
}

/* Narrows a range by one condition; never more than the condition says. */
static void narrow(range *r, char op, sqlite3_value *value) {
  range asked = {INT64_MIN, INT64_MAX};
  if (sqlite3_value_type(value) == SQLITE_INTEGER) {
    int64_t v = sqlite3_value_int64(value);
    if (op == '=' || op == '>' || op == 'G') asked.low = op == '>' && v < INT64_MAX ? v + 1 : v;
    if (op == '=' || op == '<' || op == 'L') asked.high = op == '<' && v > INT64_MIN ? v - 1 : v;
  } else if (sqlite3_value_type(value) == SQLITE_FLOAT) {
    double v = sqlite3_value_double(value);
    int is_small = v > -9e18 && v < 9e18;
    if (is_small && (op == '=' || op == '>' || op == 'G')) asked.low = (int64_t)ceil(v);
    if (is_small && (op == '=' || op == '<' || op == 'L')) asked.high = (int64_t)floor(v);
  } else if (sqlite3_value_type(value) == SQLITE_NULL) {
    asked = (range){1, 0}; /* nothing compares with null */
  }
  if (asked.low > r->low) r->low = asked.low;
  if (asked.high < r->high) r->high = asked.high;
}

/* To the first row of the next trial that has one. */
static int next_trial(cursor *c) {
  int code;
  c->steps_chunk = UINT64_MAX;
  for (int f = 0; f < ((table *)c->base.pVtab)->n_figures; f++) c->column[f].chunk = UINT64_MAX;
  while ((code = sqlite3_step(c->query[QUERY_TRIALS])) == SQLITE_ROW) {
    int64_t episodes = sqlite3_column_int64(c->query[QUERY_TRIALS], 1);
    c->trial = sqlite3_column_int64(c->query[QUERY_TRIALS], 0);
    c->episode = c->episodes.low;
    c->end = c->episodes.high < episodes ? c->episodes.high + 1 : episodes;
    if (c->episode < c->end) return SQLITE_OK;
  }
  c->is_at_end = 1;
  sqlite3_reset(c->query[QUERY_TRIALS]);
  return code == SQLITE_DONE ? SQLITE_OK : code;
}

static int cursor_filter(sqlite3_vtab_cursor *base, int number, const char *conditions, int n, sqlite3_value **values) {
  cursor *c = (cursor *)base;
  (void)number;
  c->trials = c->episodes = (range){0, (INT64_C(1) << EPISODE_BITS) - 1};
  for (int i = 0; i < n; i++)
    narrow(conditions[2 * i] == 't' ? &c->trials : &c->episodes, conditions[2 * i + 1], values[i]);
  sqlite3_stmt *trials = c->query[QUERY_TRIALS];
  sqlite3_reset(trials);
  sqlite3_bind_int64(trials, 1, c->trials.low);
  sqlite3_bind_int64(trials, 2, c->trials.high);
  c->is_at_end = 0;
  return next_trial(c);
}

static int cursor_next(sqlite3_vtab_cursor *base) {
  cursor *c = (cursor *)base;
  return ++c->episode < c->end ? SQLITE_OK : next_trial(c);
}

static int cursor_eof(sqlite3_vtab_cursor *base) { return ((cursor *)base)->is_at_end; }

static int cursor_rowid(sqlite3_vtab_cursor *base, sqlite3_int64 *id) {
  cursor *c = (cursor *)base;
  *id = c->trial << EPISODE_BITS | c->episode;
  return SQLITE_OK;
}

/* ---- Columns -------------------------------------------------------------------------------------------- */

static int damaged(cursor *c) {
  sqlite3_free(c->base.pVtab->zErrMsg);
  c->base.pVtab->zErrMsg =
      sqlite3_mprintf("trial %lld, the chunk with episode %lld cannot be read", c->trial, c->episode);
  return SQLITE_CORRUPT_VTAB;
}

static int fetch_values(cursor *c, int figure, uint64_t chunk) {
  column *to = &c->column[figure];
  sqlite3_stmt *row = c->query[QUERY_VALUES];
  int is_readable = 1;
  for (int i = 0; i < CHUNK; i++) to->values[i] = NAN;
  sqlite3_bind_int64(row, 1, c->trial);
  sqlite3_bind_int64(row, 2, ((table *)c->base.pVtab)->number[figure]);
  sqlite3_bind_int64(row, 3, (sqlite3_int64)chunk);
  int code = sqlite3_step(row);
  if (code == SQLITE_ROW) {
    int64_t n = sqlite3_column_int64(row, 0);
    const void *blob = sqlite3_column_blob(row, 3);
    is_readable = n >= 0 && n <= CHUNK &&
                  chunk_decode(blob, (size_t)sqlite3_column_bytes(row, 3), (uint32_t)n,
                               (uint64_t)sqlite3_column_int64(row, 1), sqlite3_column_double(row, 2), to->values) == 0;
  }
  sqlite3_reset(row);
  if (code != SQLITE_ROW && code != SQLITE_DONE) return code;
  if (!is_readable) return damaged(c);
  to->chunk = chunk;
  return SQLITE_OK;
}

static int fetch_steps(cursor *c, uint64_t chunk) {
  sqlite3_stmt *row = c->query[QUERY_STEPS];
  int is_readable = 1;
  c->n_steps = 0;
  sqlite3_bind_int64(row, 1, c->trial);
  sqlite3_bind_int64(row, 2, (sqlite3_int64)chunk);
  int code = sqlite3_step(row);
  if (code == SQLITE_ROW) {
    int64_t n = sqlite3_column_int64(row, 0);
    const void *blob = sqlite3_column_blob(row, 3);
    is_readable =
        n >= 0 && n <= CHUNK &&
        steps_decode(blob, (size_t)sqlite3_column_bytes(row, 3), (uint32_t)n, (uint64_t)sqlite3_column_int64(row, 1),
                     (uint64_t)sqlite3_column_int64(row, 2), c->steps) == 0;
    if (is_readable) c->n_steps = (uint32_t)n;
  }
  sqlite3_reset(row);
  if (code != SQLITE_ROW && code != SQLITE_DONE) return code;
  if (!is_readable) return damaged(c);
  c->steps_chunk = chunk;
  return SQLITE_OK;
}

static int cursor_column(sqlite3_vtab_cursor *base, sqlite3_context *to, int which) {
  cursor *c = (cursor *)base;
  uint64_t chunk = (uint64_t)c->episode / CHUNK, place = (uint64_t)c->episode % CHUNK;
  int code = SQLITE_OK;
  if (which == COLUMN_TRIAL) sqlite3_result_int64(to, c->trial);
  if (which == COLUMN_EPISODE) sqlite3_result_int64(to, c->episode);
  if (which == COLUMN_STEP) {
    if (c->steps_chunk != chunk) code = fetch_steps(c, chunk);
    if (code == SQLITE_OK && place < c->n_steps) sqlite3_result_int64(to, (sqlite3_int64)c->steps[place]);
  }
  if (which >= COLUMN_FIGURES) {
    column *figure = &c->column[which - COLUMN_FIGURES];
    if (figure->chunk != chunk) code = fetch_values(c, which - COLUMN_FIGURES, chunk);
    if (code == SQLITE_OK) sqlite3_result_double(to, (double)figure->values[place]); /* NAN becomes null */
  }
  return code;
}

int episode_table_register(sqlite3 *db) {
  static sqlite3_module module = {
      .iVersion = 0, /* no xCreate: the table is there by its name alone */
      .xConnect = table_connect,
      .xBestIndex = table_best_index,
      .xDisconnect = table_disconnect,
      .xOpen = cursor_open,
      .xClose = cursor_close,
      .xFilter = cursor_filter,
      .xNext = cursor_next,
      .xEof = cursor_eof,
      .xColumn = cursor_column,
      .xRowid = cursor_rowid,
  };
  return sqlite3_create_module(db, "episode", &module, NULL);
}
