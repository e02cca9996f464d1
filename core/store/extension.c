/* extension.c - baud_episodes.so, for any program that speaks SQLite:
 *
 *   $ sqlite3 store.db
 *   sqlite> .load ./baud_episodes
 *   sqlite> SELECT trial, avg(success) FROM episode WHERE episode >= 1000 GROUP BY trial;
 *
 * It is compiled, with BAUD_EPISODES_EXTENSION defined, from this file, episode_table.c and chunk.c.
 */
#include <sqlite3ext.h>
SQLITE_EXTENSION_INIT1

#include "store/episode_table.h"

__attribute__((visibility("default"))) int sqlite3_baudepisodes_init(sqlite3 *db, char **error,
                                                                     const sqlite3_api_routines *routines);

int sqlite3_baudepisodes_init(sqlite3 *db, char **error, const sqlite3_api_routines *routines) {
  (void)error;
  SQLITE_EXTENSION_INIT2(routines);
  return episode_table_register(db);
}
