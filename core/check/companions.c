/* companions.c - see companions.h.
 */
#include "check/companions.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

static int is_env_of(const plugin *p, const char *path) {
  return p->unit && p->unit->role == BAUD_ENV && strcmp(p->path, path) == 0;
}

static int is_named(const check_run *run, const plugin *env) {
  for (uint32_t i = 0; i < run->n_with; i++)
    if (run->with[i] == env) return 1;
  return 0;
}

int companion_at(const check_run *run, uint32_t index, const plugin **env) {
  if (index < run->n_with) return *env = run->with[index], 1;
  index -= run->n_with;
  for (size_t i = 0; i < registry_count(run->plugins); i++) {
    const plugin *p = registry_at(run->plugins, i);
    if (is_env_of(p, run->unit->path) && !is_named(run, p) && index-- == 0) return *env = p, 1;
  }
  return 0;
}

/* All environments of a library; their number, or a negative code. */
static int take_library(const registry *plugins, const char *path, const plugin **to, uint32_t room, baud_error *error) {
  uint32_t n = 0;
  const char *reason = "it holds none";
  for (size_t i = 0; i < registry_count(plugins) && n < room; i++) {
    const plugin *p = registry_at(plugins, i);
    if (is_env_of(p, path)) to[n++] = p;
    else if (p->reason && strcmp(p->path, path) == 0) reason = p->reason;
  }
  return n ? (int)n : error_set(error, BAUD_EARG, "%s gives no environment to try with: %s", path, reason);
}

static int take(const registry *plugins, const char *what, const plugin **to, uint32_t room, baud_error *error) {
  if (!check_is_path(what)) return registry_find(plugins, BAUD_ENV, what, to, error) == 0 ? 1 : error->code;
  char *path = realpath(what, NULL);
  int n = path ? take_library(plugins, path, to, room, error) : error_set(error, BAUD_ENOTFOUND, "%s cannot be read: %s", what, strerror(errno));
  free(path);
  return n;
}

int companions_find(const registry *plugins, const check_options *options, const plugin ***found, uint32_t *n,
                    baud_error *error) {
  uint32_t room = (uint32_t)registry_count(plugins) * options->n_with + 1;
  *n = 0;
  *found = calloc(room, sizeof **found);
  if (!*found) return error_set(error, BAUD_ENOMEM, "out of memory");
  for (uint32_t i = 0; i < options->n_with; i++) {
    int taken = take(plugins, options->with[i], *found + *n, room - *n, error);
    if (taken < 0) return taken;
    *n += (uint32_t)taken;
  }
  return 0;
}
