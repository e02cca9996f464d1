/* folder.h - a run's folder: experiment.lua and graph.json as run, store.db, checkpoints/, logs/. */
#ifndef BAUD_CLI_FOLDER_H
#define BAUD_CLI_FOLDER_H

#include "lua/language.h"

enum folder_kind { FOLDER_NEW, FOLDER_SAME_RUN }; /* the second: it held this very plan already */

typedef struct folder_source {
  const char *script; /* path of the experiment */
  const char *plan_json;
  const plan *plan;
  const registry *plugins;
  const language_options *options;
} folder_source;

/* Makes the folder for a run: `out` exactly, or where null NAME-YYYYmmdd-HHMMSS among the runs; its absolute path in
 * `path`. An `out` that holds something else than a run of the same plan is refused. */
int folder_create(const folder_source *source, const char *out, char *path, size_t size, enum folder_kind *kind,
                  baud_error *error);

#endif
