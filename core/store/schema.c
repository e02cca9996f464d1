/* schema.c - see schema.h; docs/store.md explains every table.
 *
 * To change the schema: raise SCHEMA_VERSION, change `tables`, and add the script that makes the old into the new to
 * schema_migrations. Only ever add: readers open old stores as they are.
 */
#include "store/schema.h"

#include <stdio.h>
#include <stdlib.h>

/* Version 2: trials that were changed while they ran; when a trial had come how far. */
#define CHANGE_COLUMNS \
  "(id INTEGER PRIMARY KEY, trial INTEGER NOT NULL, time REAL NOT NULL, what TEXT NOT NULL, who TEXT NOT NULL);"
#define CLOCK_COLUMNS \
  "(trial INTEGER NOT NULL, episodes INTEGER NOT NULL, seconds REAL NOT NULL, PRIMARY KEY(trial, episodes)) WITHOUT ROWID;"
#define VERSION_2 \
  "CREATE TABLE change" CHANGE_COLUMNS "CREATE INDEX change_place ON change(trial);CREATE TABLE clock" CLOCK_COLUMNS

const char schema_absent[] = "CREATE TEMP TABLE change" CHANGE_COLUMNS "CREATE TEMP TABLE clock" CLOCK_COLUMNS;

static const char tables[] =
    "CREATE TABLE run(key TEXT PRIMARY KEY, value TEXT NOT NULL) WITHOUT ROWID;"
    "CREATE TABLE node(node INTEGER PRIMARY KEY, name TEXT NOT NULL, kind TEXT NOT NULL);"
    "CREATE TABLE config(config INTEGER PRIMARY KEY, node INTEGER NOT NULL, origin INTEGER, label TEXT NOT NULL,"
    " tags TEXT NOT NULL, json TEXT NOT NULL, episodes INTEGER NOT NULL);"
    "CREATE TABLE trial(trial INTEGER PRIMARY KEY, config INTEGER NOT NULL, seed INTEGER NOT NULL, id TEXT NOT NULL,"
    " origin INTEGER, status TEXT NOT NULL DEFAULT 'Q', episodes INTEGER NOT NULL DEFAULT 0,"
    " steps INTEGER NOT NULL DEFAULT 0, started REAL, finished REAL, reason TEXT NOT NULL DEFAULT '');"
    "CREATE TABLE figure(figure INTEGER PRIMARY KEY, name TEXT NOT NULL UNIQUE, unit TEXT NOT NULL, help TEXT NOT "
    "NULL);"
    "CREATE TABLE series(trial INTEGER NOT NULL, figure INTEGER NOT NULL, mark TEXT NOT NULL, episodes INTEGER NOT "
    "NULL,"
    " count INTEGER NOT NULL, sum REAL, min REAL, max REAL, mean REAL AS (sum / count),"
    " PRIMARY KEY(trial, figure)) WITHOUT ROWID;"
    "CREATE TABLE chunk(id INTEGER PRIMARY KEY, trial INTEGER NOT NULL, figure INTEGER NOT NULL, chunk INTEGER NOT "
    "NULL,"
    " n INTEGER NOT NULL, count INTEGER NOT NULL, sum REAL, min REAL, max REAL, mean REAL AS (sum / count), data BLOB);"
    "CREATE UNIQUE INDEX chunk_place ON chunk(trial, figure, chunk);"
    "CREATE TABLE tail(trial INTEGER NOT NULL, figure INTEGER NOT NULL, chunk INTEGER NOT NULL,"
    " n INTEGER NOT NULL, count INTEGER NOT NULL, sum REAL, min REAL, max REAL, mean REAL AS (sum / count), data BLOB,"
    " PRIMARY KEY(trial, figure)) WITHOUT ROWID;"
    "CREATE TABLE pyramid(trial INTEGER NOT NULL, figure INTEGER NOT NULL, level INTEGER NOT NULL,"
    " position INTEGER NOT NULL, count INTEGER NOT NULL, sum REAL, min REAL, max REAL, mean REAL AS (sum / count),"
    " PRIMARY KEY(trial, figure, level, position)) WITHOUT ROWID;"
    "CREATE TABLE steps(id INTEGER PRIMARY KEY, trial INTEGER NOT NULL, chunk INTEGER NOT NULL, n INTEGER NOT NULL,"
    " before INTEGER NOT NULL, last INTEGER NOT NULL, data BLOB);"
    "CREATE UNIQUE INDEX steps_place ON steps(trial, chunk);"
    "CREATE TABLE event(id INTEGER PRIMARY KEY, time REAL NOT NULL, trial INTEGER, severity TEXT NOT NULL, text TEXT "
    "NOT NULL);"
    VERSION_2
    "CREATE TABLE claim(claim INTEGER PRIMARY KEY, text TEXT NOT NULL, verdict TEXT NOT NULL DEFAULT '',"
    " figures TEXT NOT NULL DEFAULT '');";

const char *const schema_migrations[SCHEMA_VERSION] = {
    [0] = "", /* there was no version 0 */
    [1] = VERSION_2,
};

/* ---- Making ------------------------------------------------------------------------------------------- */

static int pragma(store *s, const char *name, int64_t value, baud_error *error) {
  char sql[80];
  snprintf(sql, sizeof sql, "PRAGMA %s = %lld", name, (long long)value);
  return database_script(s, sql, error);
}

static int add_plan(store *s, const plan *p, baud_error *error) {
  int code = 0;
  for (uint32_t i = 0; i < p->n_nodes && !code; i++)
    code = database_run(s, SQL_ADD_NODE, error, "itt", (int64_t)i, p->nodes[i].name, p->nodes[i].kind);
  for (uint32_t i = 0; i < p->n_configs && !code; i++) {
    const plan_config *c = &p->configs[i];
    code = database_run(s, SQL_ADD_CONFIG, error, "iiittti", (int64_t)i, (int64_t)c->node, (int64_t)c->from, c->label,
                        c->tags, c->json, (int64_t)c->episodes);
  }
  for (uint32_t i = 0; i < p->n_trials && !code; i++) {
    const plan_trial *t = &p->trials[i];
    code = database_run(s, SQL_ADD_TRIAL, error, "iiiti", (int64_t)i, (int64_t)t->config, (int64_t)t->seed, t->id,
                        (int64_t)t->from);
  }
  for (uint32_t i = 0; i < p->n_claims && !code; i++)
    code = database_run(s, SQL_ADD_CLAIM, error, "it", (int64_t)i, p->claims[i]);
  return code;
}

static int add_run(store *s, const plan *p, baud_error *error) {
  char *graph = plan_print(p);
  if (!graph) return error_set(error, BAUD_ENOMEM, "%s: out of memory", s->path);
  int code = database_run(s, SQL_PUT_RUN, error, "tt", "graph", graph);
  if (!code) code = database_run(s, SQL_PUT_RUN, error, "tt", "name", p->name);
  if (!code) code = database_run(s, SQL_PUT_RUN, error, "tt", "doc", p->doc);
  free(graph);
  return code;
}

int schema_create(store *s, const plan *p, baud_error *error) {
  int code = pragma(s, "page_size", SCHEMA_PAGE, error);
  if (!code) code = database_script(s, "PRAGMA journal_mode = WAL; BEGIN IMMEDIATE", error);
  if (!code) code = pragma(s, "application_id", SCHEMA_APPLICATION, error);
  if (!code) code = pragma(s, "user_version", SCHEMA_VERSION, error);
  if (!code) code = database_script(s, tables, error);
  if (!code) code = schema_add_figures(s, error);
  if (!code) code = add_run(s, p, error);
  if (!code) code = add_plan(s, p, error);
  return code ? code : database_script(s, "COMMIT", error);
}

/* ---- Versions ----------------------------------------------------------------------------------------- */

static int read_pragma(store *s, const char *sql, int32_t *value, baud_error *error) {
  sqlite3_stmt *row;
  int code = sqlite3_prepare_v2(s->db, sql, -1, &row, NULL) == SQLITE_OK ? database_step(s, row, error)
                                                                         : database_fail(s, error);
  if (code > 0) *value = sqlite3_column_int(row, 0);
  sqlite3_finalize(row);
  return code < 0 ? code : 0;
}

int schema_check(store *s, int32_t *version, baud_error *error) {
  int32_t application = 0;
  int code = read_pragma(s, "PRAGMA application_id", &application, error);
  if (!code) code = read_pragma(s, "PRAGMA user_version", version, error);
  if (code) return code;
  if (application != SCHEMA_APPLICATION) return error_set(error, BAUD_EARG, "%s: this is not a baud store", s->path);
  if (*version > SCHEMA_VERSION)
    return error_set(error, BAUD_ESTATE,
                     "%s: a newer baud wrote it (schema %d, this one knows %d); open it with that one", s->path,
                     *version, SCHEMA_VERSION);
  return 0;
}

int schema_migrate(store *s, const char *const *migrations, int32_t version, int32_t target, baud_error *error) {
  if (version >= target) return 0;
  int code = database_script(s, "BEGIN IMMEDIATE", error);
  if (code) return code;
  for (int32_t v = version; v < target && !code; v++) code = database_script(s, migrations[v], error);
  if (!code) code = pragma(s, "user_version", target, error);
  if (!code) code = database_script(s, "COMMIT", error);
  if (code) {
    sqlite3_exec(s->db, "ROLLBACK", NULL, NULL, NULL);
    return error_at(error, "bringing the store from schema %d to %d", version, target);
  }
  return 0;
}

/* ---- Figures ------------------------------------------------------------------------------------------ */

int schema_add_figures(store *s, baud_error *error) {
  int code = 0;
  for (int f = 0; f < FIGURES && !code; f++)
    code =
        database_run(s, SQL_ADD_FIGURE, error, "ttt", figure_table[f].name, figure_table[f].unit, figure_table[f].help);
  return code;
}

int schema_read_figures(store *s, baud_error *error) {
  for (int f = 0; f < FIGURES; f++) s->number[f] = -1;
  sqlite3_stmt *row = database_bind(s, SQL_GET_FIGURES, error, "");
  if (!row) return BAUD_EIO;
  int code;
  while ((code = database_step(s, row, error)) > 0) {
    int f = figure_find((const char *)sqlite3_column_text(row, 1));
    if (f >= 0) s->number[f] = sqlite3_column_int(row, 0);
  }
  return code;
}
