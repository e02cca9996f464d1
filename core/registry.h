/* registry.h - finds plugin libraries, loads them and looks units up.
 *
 * Search path, first wins: BAUD_PLUGIN_PATH (colon-separated), the user's data folder
 * (${XDG_DATA_HOME:-~/.local/share}/baud/plugins), the installed folder; in a source tree the build's own. Never
 * the current folder. Each file is first opened in a child process; one that crashes, hangs or is malformed is
 * listed with its reason and breaks nothing. A file that others may write to is refused.
 */
#ifndef BAUD_CORE_REGISTRY_H
#define BAUD_CORE_REGISTRY_H

#include "error.h"

typedef struct registry registry;

typedef struct plugin {
  const char *path;            /* of the library, absolute */
  const char *name;            /* the id's last part: "lockbox" */
  const char *reason;          /* why it cannot be used, or null */
  const baud_unit *unit;       /* null where reason is set */
  const baud_library *library;
} plugin;

int registry_open(registry **out, baud_error *error);
/* As registry_open, with n libraries more, absolute `paths`, in front of all that the search path finds. */
int registry_open_files(registry **out, const char *const *paths, size_t n, baud_error *error);
void registry_free(registry *r);

/* All units found, sorted by role and name; after them the files that failed. */
size_t registry_count(const registry *r);
const plugin *registry_at(const registry *r, size_t index);

/* By full id, or by the id's last part where that is unique. role 0: any. BAUD_ENOTFOUND with "did you mean". */
int registry_find(const registry *r, uint32_t role, const char *name, const plugin **out, baud_error *error);

const char *role_name(uint32_t role); /* "environment", "learner", "reward" */

#endif
