/* query.c - see query.h. The connection is read-only; nothing can be attached to it either.
 */
#include "store/query.h"

#include <ctype.h>
#include <stdlib.h>
#include <string.h>

#include "store/database.h"
#include "store/episode_table.h"

static int refuse(store *s, baud_error *error) { return error_set(error, BAUD_EARG, "%s", sqlite3_errmsg(s->db)); }

/* Whether there is more than blanks, semicolons and comments. */
static int has_statement(store *s, const char *sql) {
  sqlite3_stmt *statement = NULL;
  const char *rest = sql;
  while (*rest) {
    if (sqlite3_prepare_v2(s->db, rest, -1, &statement, &rest) != SQLITE_OK || statement) {
      sqlite3_finalize(statement);
      return 1;
    }
  }
  return 0;
}

static int prepare(store *s, const char *sql, sqlite3_stmt **out, baud_error *error) {
  const char *rest = sql;
  *out = NULL;
  while (*rest && !*out)
    if (sqlite3_prepare_v2(s->db, rest, -1, out, &rest) != SQLITE_OK) return refuse(s, error);
  if (!*out) return error_set(error, BAUD_EARG, "there is no query in it");
  int code = 0;
  if (has_statement(s, rest)) code = error_set(error, BAUD_EARG, "this is more than one query; give one at a time");
  else if (!sqlite3_stmt_readonly(*out))
    code = error_set(error, BAUD_EARG, "this query would write; a store is only read here");
  if (code) sqlite3_finalize(*out);
  return code;
}

static char *hexadecimal(const unsigned char *bytes, int n) {
  static const char digits[] = "0123456789abcdef";
  char *text = malloc(2 * (size_t)n + 1), *at = text;
  for (int i = 0; text && i < n; i++) {
    *at++ = digits[bytes[i] >> 4];
    *at++ = digits[bytes[i] & 15];
  }
  if (text) *at = 0;
  return text;
}

static int hand_over(sqlite3_stmt *statement, uint64_t row, int n, query_cell *cells, query_sink sink, void *context) {
  char *blobs[64] = {NULL};
  for (int i = 0; i < n; i++) {
    if (row == 0) {
      cells[i] = (query_cell){QUERY_TEXT, sqlite3_column_name(statement, i)};
      continue;
    }
    static const enum query_type types[] = {[SQLITE_INTEGER] = QUERY_INTEGER,
                                            [SQLITE_FLOAT] = QUERY_REAL,
                                            [SQLITE_TEXT] = QUERY_TEXT,
                                            [SQLITE_BLOB] = QUERY_BLOB,
                                            [SQLITE_NULL] = QUERY_NULL};
    cells[i].type = types[sqlite3_column_type(statement, i)];
    if (cells[i].type == QUERY_BLOB && i < 64)
      cells[i].text = blobs[i] = hexadecimal(sqlite3_column_blob(statement, i), sqlite3_column_bytes(statement, i));
    else cells[i].text = (const char *)sqlite3_column_text(statement, i);
    if (!cells[i].text) cells[i].text = "";
  }
  int code = sink(context, row, n, cells);
  for (int i = 0; i < 64; i++) free(blobs[i]);
  return code;
}

int store_query(store *s, const char *sql, query_sink sink, void *context, baud_error *error) {
  sqlite3_stmt *statement;
  sqlite3_limit(s->db, SQLITE_LIMIT_ATTACHED, 0);
  if (episode_table_register(s->db) != SQLITE_OK) return database_fail(s, error);
  int code = prepare(s, sql, &statement, error);
  if (code) return code;
  int n = sqlite3_column_count(statement), is_stopped = 0, result = SQLITE_ROW;
  query_cell *cells = calloc((size_t)n + 1, sizeof *cells);
  if (!cells) code = error_set(error, BAUD_ENOMEM, "out of memory");
  if (!code) is_stopped = hand_over(statement, 0, n, cells, sink, context);
  for (uint64_t row = 1; !code && !is_stopped && result == SQLITE_ROW; row++) {
    result = sqlite3_step(statement);
    if (result == SQLITE_ROW) is_stopped = hand_over(statement, row, n, cells, sink, context);
    else if (result != SQLITE_DONE) code = refuse(s, error);
  }
  free(cells);
  sqlite3_finalize(statement);
  return code;
}
