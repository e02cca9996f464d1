/* schema.h - the tables of a store, their version, and how a store of an older version is brought up to date.
 */
#ifndef BAUD_STORE_SCHEMA_H
#define BAUD_STORE_SCHEMA_H

#include "store/database.h"

enum {
  SCHEMA_APPLICATION = 0x62617564, /* "baud": PRAGMA application_id */
  SCHEMA_VERSION = 2,              /* PRAGMA user_version */
  SCHEMA_PAGE = 4096               /* a chunk's blob takes one page of overflow: 4.5 bytes a value in all */
};

/* Makes the tables and fills in what the plan says. In a transaction of its own. */
int schema_create(store *s, const plan *p, baud_error *error);

/* The version of an open store; refuses what is no store, and what a newer baud wrote. */
int schema_check(store *s, int32_t *version, baud_error *error);

/* migrations[v] is the script from version v to v + 1; runs those from `version` up to `target` in one transaction. */
int schema_migrate(store *s, const char *const *migrations, int32_t version, int32_t target, baud_error *error);

/* Learns which number the store gives to each figure; schema_add_figures first gives one to those that it lacks. */
int schema_add_figures(store *s, baud_error *error);
int schema_read_figures(store *s, baud_error *error);

extern const char *const schema_migrations[SCHEMA_VERSION];
/* For a reader of an older store: what that lacks, made empty on the connection alone. */
extern const char schema_absent[];

#endif
