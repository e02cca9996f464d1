/* database.c - see database.h.
 */
#include "store/database.h"

#include <errno.h>
#include <math.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "store/tails.h"

enum { PATIENCE_MS = 5000 };

/* ---- Errors ------------------------------------------------------------------------------------------- */

static const struct {
  int sqlite, code;
  const char *sentence;
} complaints[] = {
    {SQLITE_FULL, BAUD_EIO, "the disk is full; what was committed is safe: make room and resume the run"},
    {SQLITE_READONLY, BAUD_EIO, "it may not be written: see the permissions of the file and of its folder"},
    {SQLITE_PERM, BAUD_EIO, "the system does not permit it: see the permissions of the file and of its folder"},
    {SQLITE_BUSY, BAUD_EBUSY, "another process is writing to it and has not finished; try again when it has"},
    {SQLITE_LOCKED, BAUD_EBUSY, "another process is writing to it and has not finished; try again when it has"},
    {SQLITE_CORRUPT, BAUD_EIO, "the file is damaged; `sqlite3 FILE .recover` saves what can be read"},
    {SQLITE_NOTADB, BAUD_EARG, "this is not a baud store"},
    {SQLITE_NOMEM, BAUD_ENOMEM, "out of memory"},
    {SQLITE_TOOBIG, BAUD_EARG, "a text or blob is larger than a store can hold"},
};

int database_fail(store *s, baud_error *error) {
  int primary = sqlite3_errcode(s->db) & 0xff, cause = sqlite3_system_errno(s->db);
  if (cause == 0) cause = errno; /* SQLite keeps it for its own calls to open and lock only */
  if (primary == SQLITE_IOERR || primary == SQLITE_CANTOPEN) {
    if (cause == ENOSPC || cause == EDQUOT || cause == EFBIG) primary = SQLITE_FULL;
    else if (primary == SQLITE_CANTOPEN && cause == ENOENT)
      return error_set(error, BAUD_ENOTFOUND, "%s: there is no such file", s->path);
    else
      return error_set(error, BAUD_EIO, "%s: %s: %s", s->path, sqlite3_errmsg(s->db),
                       cause ? strerror(cause) : "no cause given");
  }
  for (size_t i = 0; i < sizeof complaints / sizeof *complaints; i++)
    if (complaints[i].sqlite == primary)
      return error_set(error, complaints[i].code, "%s: %s", s->path, complaints[i].sentence);
  return error_set(error, BAUD_EIO, "%s: %s", s->path, sqlite3_errmsg(s->db));
}

/* ---- Connection --------------------------------------------------------------------------------------- */

int database_open(store **out, const char *path, int flags, baud_error *error) {
  store *s = calloc(1, sizeof *s);
  if (s) s->path = strdup(path);
  if (!s || !s->path || sqlite3_open_v2(path, &s->db, flags, NULL) == SQLITE_NOMEM) {
    if (s) database_close(s);
    return error_set(error, BAUD_ENOMEM, "%s: out of memory", path);
  }
  if (sqlite3_errcode(s->db) != SQLITE_OK) {
    int code = database_fail(s, error);
    database_close(s);
    return code;
  }
  sqlite3_extended_result_codes(s->db, 1);
  sqlite3_busy_timeout(s->db, PATIENCE_MS);
  *out = s;
  return 0;
}

void database_close(store *s) {
  for (int i = 0; i < STATEMENTS; i++) sqlite3_finalize(s->statement[i]);
  tails_free(s->tails);
  sqlite3_close(s->db);
  free(s->path);
  free(s);
}

/* ---- Statements --------------------------------------------------------------------------------------- */

static sqlite3_stmt *prepared(store *s, enum statement which, baud_error *error) {
  sqlite3_stmt **statement = &s->statement[which];
  if (*statement) return sqlite3_reset(*statement), *statement;
  if (sqlite3_prepare_v3(s->db, statement_text[which], -1, SQLITE_PREPARE_PERSISTENT, statement, NULL) != SQLITE_OK)
    return database_fail(s, error), NULL;
  return *statement;
}

static sqlite3_stmt *bind(store *s, enum statement which, baud_error *error, const char *types, va_list arguments) {
  sqlite3_stmt *statement = prepared(s, which, error);
  int code = SQLITE_OK;
  for (int i = 1; statement && *types && code == SQLITE_OK; i++, types++) {
    if (*types == 'i') code = sqlite3_bind_int64(statement, i, va_arg(arguments, int64_t));
    if (*types == 'd') code = sqlite3_bind_double(statement, i, va_arg(arguments, double));
    if (*types == 't') code = sqlite3_bind_text(statement, i, va_arg(arguments, const char *), -1, SQLITE_STATIC);
    if (*types == 'b') {
      const void *bytes = va_arg(arguments, const void *);
      size_t size = va_arg(arguments, size_t);
      code = size ? sqlite3_bind_blob64(statement, i, bytes, size, SQLITE_STATIC) : sqlite3_bind_null(statement, i);
    }
  }
  if (code != SQLITE_OK) return database_fail(s, error), NULL;
  return statement;
}

sqlite3_stmt *database_bind(store *s, enum statement which, baud_error *error, const char *types, ...) {
  va_list arguments;
  va_start(arguments, types);
  sqlite3_stmt *statement = bind(s, which, error, types, arguments);
  va_end(arguments);
  return statement;
}

int database_step(store *s, sqlite3_stmt *statement, baud_error *error) {
  errno = 0;
  int result = sqlite3_step(statement);
  if (result == SQLITE_ROW) return 1;
  int code = result == SQLITE_DONE ? 0 : database_fail(s, error);
  sqlite3_reset(statement);
  return code;
}

int database_run(store *s, enum statement which, baud_error *error, const char *types, ...) {
  va_list arguments;
  va_start(arguments, types);
  sqlite3_stmt *statement = bind(s, which, error, types, arguments);
  va_end(arguments);
  if (!statement) return error && error->code ? error->code : BAUD_EIO;
  int code;
  while ((code = database_step(s, statement, error)) > 0) continue;
  return code;
}

int database_script(store *s, const char *sql, baud_error *error) {
  errno = 0;
  return sqlite3_exec(s->db, sql, NULL, NULL, NULL) == SQLITE_OK ? 0 : database_fail(s, error);
}

/* ---- Brackets ----------------------------------------------------------------------------------------- */

int database_enter(store *s, bracket *b, baud_error *error) {
  if (s->broken.code) {
    if (error) *error = s->broken;
    return s->broken.code;
  }
  if (!s->tails) return error_set(error, BAUD_ESTATE, "%s: it was opened for reading only", s->path);
  b->is_outermost = sqlite3_get_autocommit(s->db);
  return b->is_outermost ? database_run(s, SQL_BEGIN, error, "") : 0;
}

int database_leave(store *s, bracket b, int code, baud_error *error) {
  baud_error local;
  if (!error) error = &local;
  if (code == 0 && b.is_outermost) code = database_run(s, SQL_COMMIT, error, "");
  if (code == 0) return 0;
  s->broken = *error;
  s->broken.code = code;
  if (!sqlite3_get_autocommit(s->db)) database_run(s, SQL_ROLLBACK, NULL, "");
  return code;
}

int database_enter_read(store *s, bracket *b, baud_error *error) {
  b->is_outermost = sqlite3_get_autocommit(s->db);
  return b->is_outermost ? database_run(s, SQL_BEGIN_READ, error, "") : 0;
}

void database_leave_read(store *s, bracket b) {
  if (b.is_outermost) database_run(s, SQL_COMMIT, NULL, "");
}

/* ---- Columns ------------------------------------------------------------------------------------------ */

static double column_number(sqlite3_stmt *row, int column) {
  return sqlite3_column_type(row, column) == SQLITE_NULL ? NAN : sqlite3_column_double(row, column);
}

summary column_summary(sqlite3_stmt *row, int first) {
  summary s = {.count = (uint64_t)sqlite3_column_int64(row, first)};
  if (s.count == 0) return summary_none();
  s.sum = column_number(row, first + 1);
  s.low = (float)column_number(row, first + 2);
  s.high = (float)column_number(row, first + 3);
  return s;
}

void column_copy(sqlite3_stmt *row, int column, char *to, size_t size) {
  const char *text = (const char *)sqlite3_column_text(row, column);
  size_t length = text ? strlen(text) : 0;
  if (length >= size)
    for (length = size - 1; length > 0 && ((unsigned char)text[length] & 0xc0) == 0x80;) length--;
  if (length) memcpy(to, text, length);
  to[length] = 0;
}
