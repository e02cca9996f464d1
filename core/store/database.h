/* database.h - a store's inside: the connection, its prepared statements and how its errors are said.
 *
 * Every statement is prepared once, on first use, and kept. A write that fails within a transaction undoes the
 * transaction and leaves the store refusing further writes with the same sentence (database_broken): what is on the
 * disk is what the last commit left, and nothing in memory can contradict it.
 */
#ifndef BAUD_STORE_DATABASE_H
#define BAUD_STORE_DATABASE_H

#include "store.h"
#include "store/pyramid.h"
#include "store/sqlite.h"

enum statement {
  SQL_BEGIN, SQL_BEGIN_READ, SQL_COMMIT, SQL_ROLLBACK,
  SQL_ADD_NODE, SQL_ADD_CONFIG, SQL_ADD_TRIAL, SQL_ADD_CLAIM, SQL_ADD_FIGURE,
  SQL_PUT_RUN, SQL_PUT_EVENT, SQL_PUT_CHANGE, SQL_PUT_CLOCK, SQL_PUT_CLAIM, SQL_PUT_STATUS,
  SQL_PUT_SERIES, SQL_PUT_CHUNK, SQL_PUT_TAIL, SQL_PUT_PYRAMID, SQL_PUT_STEPS,
  SQL_DELETE_TAIL, SQL_DELETE_CHUNK, SQL_SETTLE_TAILS,
  SQL_RESET_CHUNK, SQL_RESET_TAIL, SQL_RESET_PYRAMID, SQL_RESET_SERIES, SQL_RESET_STEPS, SQL_RESET_CHANGE, SQL_RESET_CLOCK, SQL_RESET_TRIAL,
  SQL_GET_FIGURES, SQL_GET_RUN, SQL_GET_TRIALS, SQL_COUNT_TRIALS, SQL_GET_EVENTS, SQL_GET_CLAIMS, SQL_GET_CLOCK,
  SQL_GET_SERIES, SQL_GET_VALUES, SQL_GET_CHUNKS, SQL_GET_PYRAMID, SQL_GET_STEPS, SQL_GET_LAST_STEPS, SQL_GET_MEANS,
  STATEMENTS
};
extern const char *const statement_text[STATEMENTS]; /* statements.c */

typedef struct tails tails; /* tails.h */

struct store {
  sqlite3 *db;
  char *path;
  sqlite3_stmt *statement[STATEMENTS];
  int32_t number[FIGURES]; /* the number that this store gives a figure; -1 where it knows none of that name */
  baud_error broken;       /* code 0 until a write has failed */
  tails *tails;            /* what of the running trials is not yet a whole chunk; null when read-only */
  unsigned char blob[STEPS_BYTES];
};

/* Opens the file: flags of sqlite3_open_v2. The connection waits for others for a few seconds before it gives up. */
int database_open(store **out, const char *path, int flags, baud_error *error);
void database_close(store *s);

/* Says in one sentence what SQLite reported last; returns the code. */
int database_fail(store *s, baud_error *error);

/* A prepared statement with its arguments bound, ready to step; null with the sentence. `types` has a letter for
 * each: i int64_t, d double (NAN: null), t const char * (null: null), b const void * with size_t (null: null).
 * Texts and blobs must live until the statement is reset. */
sqlite3_stmt *database_bind(store *s, enum statement which, baud_error *error, const char *types, ...);
/* Steps to the next row: 1, 0 after the last (then it is reset), or negative. */
int database_step(store *s, sqlite3_stmt *statement, baud_error *error);
/* Binds and runs to the end. */
int database_run(store *s, enum statement which, baud_error *error, const char *types, ...);
int database_script(store *s, const char *sql, baud_error *error);

/* Brackets of whatever must be seen or done as one; they nest within a transaction that is already open.
 * database_enter refuses a store that is broken or read-only; database_leave takes the code so far, commits or marks
 * the store broken, and returns the code. */
typedef struct bracket {
  int is_outermost;
} bracket;
int database_enter(store *s, bracket *b, baud_error *error);
int database_leave(store *s, bracket b, int code, baud_error *error);
int database_enter_read(store *s, bracket *b, baud_error *error);
void database_leave_read(store *s, bracket b);

double store_now(void); /* seconds since 1970 */

/* Columns. */
summary column_summary(sqlite3_stmt *row, int first); /* count, sum, min, max */
void column_copy(sqlite3_stmt *row, int column, char *to, size_t size); /* never cuts a character in two */

#endif
