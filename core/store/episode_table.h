/* episode_table.h - the table `episode` for SQL: a row an episode, made on the fly from chunks.
 *
 *   episode(trial, episode, step, <a column a figure: its name with _ for .>)
 *
 * It needs no CREATE: in any connection to a store it is there by name. Conditions on trial and episode are used to
 * read only what they ask for; a figure is only read where the query looks at it. step is the trial's step count at
 * the episode's end; NULL stands for what was not measured or not scored.
 */
#ifndef BAUD_STORE_EPISODE_TABLE_H
#define BAUD_STORE_EPISODE_TABLE_H

#include "store/sqlite.h"

/* Makes `episode` known to a connection; SQLite's result code. */
int episode_table_register(sqlite3 *db);

#endif
