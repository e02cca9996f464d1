/* sqlite.h - SQLite, either linked or handed to us: the same sources make the program and the loadable extension
 * (extension.c), where every call goes through the table that the loading program passes in.
 */
#ifndef BAUD_STORE_SQLITE_H
#define BAUD_STORE_SQLITE_H

#ifdef BAUD_EPISODES_EXTENSION
#include <sqlite3ext.h>
SQLITE_EXTENSION_INIT3
#else
#include <sqlite3.h>
#endif

#endif
