/* registry.h - finds plugin libraries, loads them and looks units up.
 *
 * Search path, first wins: BAUD_PLUGIN_PATH (colon-separated), the user's data folder
 * (${XDG_DATA_HOME:-~/.local/share}/baud/plugins), the installed folder; in a source tree the build's own. Never
 * the current folder. Each file is first opened in a child process; one that crashes, hangs or is malformed is
 * listed with its reason and breaks nothing. A file that others may write to is refused.
 *
 * Libraries are shared objects, and whatever else a loader makes libraries of. The host's own compositions
 * (compose/compose.h) are in every registry, behind what is found.
 */
#ifndef BAUD_CORE_REGISTRY_H
#define BAUD_CORE_REGISTRY_H

#include "error.h"

typedef struct registry registry;

/* Makes libraries of files that are no shared objects. */
typedef struct registry_loader {
  const char *suffix; /* of its files' names: ".lua" */
  /* The library in the file at `path`, which is absolute; called in the child that judges files, too. What it holds is
   * judged as a shared object's is. It stays as it is until it is unloaded. */
  int (*load)(const char *path, const baud_library **out, baud_error *error);
  void (*unload)(const baud_library *library);
  /* Of what an instance that one of its units created keeps for itself, beside what the host owns: a number that changes
   * when any of that does. 0, or a negative code. */
  int (*fingerprint)(const void *model, uint64_t *out);
} registry_loader;

/* For every registry that is opened from now on; null: shared objects alone, as it is before the first call. Opening
 * and freeing registries is for one thread at a time. */
void registry_set_loader(const registry_loader *loader);
/* The loader of files called as this one is; null for shared objects. */
const registry_loader *registry_loader_of(const char *path);
/* Whether a file of this name may hold plugins: "lock.so". */
int registry_takes(const char *name);

typedef struct plugin {
  const char *path;            /* of the library, absolute; "built in" for compositions */
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
