/* query.h - one SQL query on a store, for `baud sql`: only reading, with the table `episode` at hand.
 */
#ifndef BAUD_STORE_QUERY_H
#define BAUD_STORE_QUERY_H

#include "store.h"

enum query_type { QUERY_NULL, QUERY_INTEGER, QUERY_REAL, QUERY_TEXT, QUERY_BLOB };

typedef struct query_cell {
  enum query_type type;
  const char *text; /* as SQLite writes it; "" for null; a blob in hexadecimal digits */
} query_cell;

/* Called with row 0 for the column names (all QUERY_TEXT), then for each row; non-zero ends the query. */
typedef int (*query_sink)(void *context, uint64_t row, int n, const query_cell *cells);

/* Runs the one statement in `sql`. Refuses several, and what would write. */
int store_query(store *s, const char *sql, query_sink sink, void *context, baud_error *error);

#endif
