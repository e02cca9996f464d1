/* registry.c - a list of folders becomes a sorted list of units.
 *
 * Three steps: collect the files that may hold plugins; let a child process open and judge each (probe), so that a library that
 * crashes in a constructor costs only the child; open the good ones here and copy their tables into structs of
 * this minor's size, zero-filled, so that nothing downstream needs to know how old a plugin is.
 */
#include "registry.h"

#include <dirent.h>
#include <dlfcn.h>
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include "compose/compose.h"

enum { REASON_SIZE = 300, PROBE_TIMEOUT_MS = 5000, MOST_PARAMS = 128 };

typedef struct loaded { /* by a loader; shared objects stay for good */
  const registry_loader *loader;
  const baud_library *library;
} loaded;

struct registry {
  plugin *entry;
  size_t n, room;
  loaded *loaded;
  size_t n_loaded;
};

typedef struct probe {
  char *path;
  char reason[REASON_SIZE]; /* "" when good */
} probe;

typedef struct probes {
  probe *at;
  size_t n;
} probes;

const char *role_name(uint32_t role) {
  static const char *const names[] = {"plugin", "environment", "learner", "reward"};
  return names[role <= BAUD_REWARD ? role : 0];
}

/* ---- Which files hold plugins ------------------------------------------------------------------------- */

static const registry_loader *loader; /* beside that of shared objects */

void registry_set_loader(const registry_loader *another) { loader = another; }

static int ends_in(const char *name, const char *suffix) {
  size_t length = strlen(name), tail = strlen(suffix);
  return length > tail && strcmp(name + length - tail, suffix) == 0;
}

const registry_loader *registry_loader_of(const char *path) { return loader && ends_in(path, loader->suffix) ? loader : NULL; }

int registry_takes(const char *name) { return ends_in(name, ".so") || registry_loader_of(name) != NULL; }

/* ---- Judging one library ----------------------------------------------------------------------------- */

static int id_is_well_formed(const char *id) {
  if (!id || !strchr(id, '.') || strlen(id) > 120) return 0;
  for (const char *c = id; *c; c++)
    if (!((*c >= 'a' && *c <= 'z') || (*c >= '0' && *c <= '9') || *c == '.' || *c == '_' || *c == '-')) return 0;
  return id[0] != '.' && id[strlen(id) - 1] != '.';
}

static int default_is_in_range(const baud_param *p) {
  switch (p->type) {
    case BAUD_INT: return p->def.i >= p->low.i && p->def.i <= p->high.i;
    case BAUD_FLOAT: return p->def.f >= p->low.f && p->def.f <= p->high.f;
    case BAUD_CHOICE: return p->def.i >= 0 && (uint64_t)p->def.i < p->n_choices;
    case BAUD_TEXT:
    case BAUD_UNIT: return p->def.s != NULL;
    default: return p->def.i == 0 || p->def.i == 1;
  }
}

static int judge_param(const baud_param *p, const char *id, char *reason) {
  int is_named = p->key && p->key[0] && p->doc && p->doc[0] && p->unit;
  if (!is_named || p->type < BAUD_INT || p->type > BAUD_UNIT) {
    snprintf(reason, REASON_SIZE, "unit %s has a parameter without a key, a line of help or a known type", id);
    return -1;
  }
  for (uint32_t i = 0; p->type == BAUD_CHOICE && i < p->n_choices; i++)
    if (!p->choices || !p->choices[i]) {
      snprintf(reason, REASON_SIZE, "unit %s: choice %u of parameter \"%s\" has no name", id, i, p->key);
      return -1;
    }
  if (default_is_in_range(p)) return 0;
  snprintf(reason, REASON_SIZE, "unit %s: the default of parameter \"%s\" is out of its range", id, p->key);
  return -1;
}

static const void *at_stride(const void *base, uint32_t stride, uint32_t index) {
  return (const char *)base + (size_t)stride * index;
}

/* What a struct that opens with its own size looks like to this minor: cut or zero-filled to `size` bytes. */
static void read_sized(void *to, const void *from, size_t size) {
  uint32_t theirs = *(const uint32_t *)from;
  memset(to, 0, size);
  memcpy(to, from, theirs < size ? theirs : size);
}

static const size_t ops_size[] = {0, sizeof(baud_env_ops), sizeof(baud_learner_ops), sizeof(baud_reward_ops)};

/* Whether the operations that the host calls without looking are there: all but draw, destroy, a scheme's reset. */
static int has_operations(const baud_unit *u) {
  union {
    baud_env_ops env;
    baud_learner_ops learner;
    baud_reward_ops reward;
  } ops;
  read_sized(&ops, u->ops, ops_size[u->role]);
  if (u->role == BAUD_ENV) return ops.env.create && ops.env.reset && ops.env.step;
  if (u->role == BAUD_REWARD) return ops.reward.create && ops.reward.score;
  return ops.learner.create && ops.learner.init && ops.learner.predict && ops.learner.learn;
}

static int judge_unit(const baud_unit *theirs, char *reason) {
  baud_unit u;
  read_sized(&u, theirs, sizeof u);
  if (!id_is_well_formed(u.id)) {
    snprintf(reason, REASON_SIZE, "a unit has no well-formed id (lower case, digits, dots: \"org.example.grid\")");
    return -1;
  }
  if (u.role < BAUD_ENV || u.role > BAUD_REWARD || !u.ops || !u.title || !u.doc || u.behaviour == 0) {
    snprintf(reason, REASON_SIZE, "unit %s lacks a role, operations, a title, a doc or a behaviour number", u.id);
    return -1;
  }
  if (!has_operations(&u)) {
    snprintf(reason, REASON_SIZE, "unit %s lacks an operation that every %s has", u.id, role_name(u.role));
    return -1;
  }
  if (u.n_params > MOST_PARAMS || (u.n_params > 0 && (!u.params || u.params->size < offsetof(baud_param, low)))) {
    snprintf(reason, REASON_SIZE, "unit %s announces %u parameters and has no table of them", u.id, u.n_params);
    return -1;
  }
  for (uint32_t i = 0; i < u.n_params; i++) {
    baud_param p;
    read_sized(&p, at_stride(u.params, u.params->size, i), sizeof p);
    if (judge_param(&p, u.id, reason) != 0) return -1;
  }
  return 0;
}

static int judge_library(const baud_library *library, char *reason) {
  if (library->layout != BAUD_LAYOUT)
    snprintf(reason, REASON_SIZE, "built for another machine (layout %#x, this one has %#x)", library->layout, BAUD_LAYOUT);
  else if (library->needs_minor > BAUD_MINOR)
    snprintf(reason, REASON_SIZE, "needs minor %u of the contract, this baud has %u: update baud", library->needs_minor, BAUD_MINOR);
  else if (library->size < offsetof(baud_library, pad) || library->n_units == 0 || !library->units)
    snprintf(reason, REASON_SIZE, "baud_plugin_1 holds no units");
  else {
    for (uint32_t i = 0; i < library->n_units; i++)
      if (judge_unit(at_stride(library->units, library->units->size, i), reason) != 0) return -1;
    return 0;
  }
  return -1;
}

static const baud_library *load_library(const registry_loader *by, const char *path, char *reason) {
  const baud_library *library = NULL;
  baud_error error = {0};
  if (by->load(path, &library, &error) != 0) {
    snprintf(reason, REASON_SIZE, "%.*s", REASON_SIZE - 1, error.text);
    return NULL;
  }
  if (judge_library(library, reason) == 0) return library;
  by->unload(library);
  return NULL;
}

static const baud_library *open_library(const char *path, char *reason) {
  if (registry_loader_of(path)) return load_library(registry_loader_of(path), path, reason);
  void *handle = dlopen(path, RTLD_NOW | RTLD_LOCAL);
  if (!handle) {
    snprintf(reason, REASON_SIZE, "%s", dlerror());
    return NULL;
  }
  const baud_library *library = dlsym(handle, "baud_plugin_1");
  if (!library) snprintf(reason, REASON_SIZE, "exports no baud_plugin_1");
  else if (judge_library(library, reason) == 0) return library;
  return NULL;
}

/* ---- Judging all of them in a child ------------------------------------------------------------------- */

/* The child dies of what kills it: handlers of the host's are for the host, and would run here in its name. */
static void default_signals(void) {
  sigset_t none;
  for (int number = 1; number < NSIG; number++) signal(number, SIG_DFL);
  sigemptyset(&none);
  sigprocmask(SIG_SETMASK, &none, NULL);
}

static void probe_child(probes *list, size_t from, int out) {
  default_signals();
  int null = open("/dev/null", O_RDWR);
  if (null >= 0) {
    dup2(null, STDIN_FILENO);
    dup2(null, STDOUT_FILENO);
    dup2(null, STDERR_FILENO);
  }
  for (size_t i = from; i < list->n; i++) {
    char reason[REASON_SIZE] = "";
    if (!list->at[i].reason[0]) open_library(list->at[i].path, reason);
    if (write(out, reason, sizeof reason) != (ssize_t)sizeof reason) break;
  }
  _exit(0);
}

/* Reads one verdict; 1 read, 0 the child is gone, -1 it hangs. */
static int read_verdict(int in, char reason[REASON_SIZE]) {
  size_t got = 0;
  while (got < REASON_SIZE) {
    struct pollfd wait = {in, POLLIN, 0};
    int ready = poll(&wait, 1, PROBE_TIMEOUT_MS);
    if (ready < 0 && errno == EINTR) continue;
    if (ready == 0) return -1;
    ssize_t n = read(in, reason + got, REASON_SIZE - got);
    if (n <= 0) return 0;
    got += (size_t)n;
  }
  reason[REASON_SIZE - 1] = 0;
  return 1;
}

static void describe_death(int status, int hung, char *reason) {
  if (hung) snprintf(reason, REASON_SIZE, "hangs while loading (%d s)", PROBE_TIMEOUT_MS / 1000);
  else if (WIFSIGNALED(status)) snprintf(reason, REASON_SIZE, "crashes while loading: %s", strsignal(WTERMSIG(status)));
  else snprintf(reason, REASON_SIZE, "ends the process while loading (exit code %d)", WEXITSTATUS(status));
}

/* Without a child nothing is judged, and what was not judged is not loaded. */
static size_t give_up(probes *list, size_t from) {
  for (size_t i = from; i < list->n; i++)
    if (!list->at[i].reason[0])
      snprintf(list->at[i].reason, REASON_SIZE, "no process could be made to try it in: %s", strerror(errno));
  return list->n;
}

/* One child judges from `from` on; returns the index after the last verdict, the culprit's included. */
static size_t probe_some(probes *list, size_t from) {
  int ends[2];
  if (pipe2(ends, O_CLOEXEC) != 0) return give_up(list, from);
  pid_t child = fork();
  if (child == 0) probe_child(list, from, ends[1]);
  if (child < 0) give_up(list, from);
  close(ends[1]);
  size_t next = from;
  int got = 1;
  char verdict[REASON_SIZE];
  while (next < list->n && child > 0 && (got = read_verdict(ends[0], verdict)) == 1) {
    if (!list->at[next].reason[0]) memcpy(list->at[next].reason, verdict, sizeof verdict);
    next++;
  }
  close(ends[0]);
  if (child <= 0) return list->n;
  if (got == -1) kill(child, SIGKILL);
  int status = 0;
  while (waitpid(child, &status, 0) < 0 && errno == EINTR) {}
  if (next < list->n) describe_death(status, got == -1, list->at[next++].reason);
  return next;
}

/* ---- Collecting files --------------------------------------------------------------------------------- */

static int by_path(const void *a, const void *b) { return strcmp(((const probe *)a)->path, ((const probe *)b)->path); }

static int probes_add(probes *list, const char *folder, const char *file) {
  probe *more = realloc(list->at, (list->n + 1) * sizeof *more);
  if (!more) return -1;
  list->at = more;
  probe *p = &more[list->n];
  memset(p, 0, sizeof *p);
  if (asprintf(&p->path, "%s/%s", folder, file) < 0) return -1;
  list->n++;
  struct stat info;
  if (stat(p->path, &info) != 0) snprintf(p->reason, sizeof p->reason, "cannot be read: %s", strerror(errno));
  else if (info.st_mode & S_IWOTH) snprintf(p->reason, sizeof p->reason, "others may write to it (chmod o-w it)");
  return 0;
}

static void collect_folder(probes *list, const char *folder) {
  DIR *dir = folder[0] == '/' ? opendir(folder) : NULL; /* relative ones would mean the current folder */
  if (!dir) return;
  size_t before = list->n;
  for (struct dirent *entry; (entry = readdir(dir));) {
    if (registry_takes(entry->d_name) && entry->d_name[0] != '.')
      if (probes_add(list, folder, entry->d_name) != 0) break;
  }
  closedir(dir);
  if (list->n > before) qsort(list->at + before, list->n - before, sizeof *list->at, by_path);
}

/* The folder of the running program when it lies in its build tree, else "". */
static void build_tree(char *folder, size_t size) {
  char marker[PATH_MAX + 16];
  ssize_t n = readlink("/proc/self/exe", folder, size - 1);
  folder[n > 0 ? n : 0] = 0;
  char *slash = strrchr(folder, '/');
  if (slash) *slash = 0;
  /* libtool keeps test programs in a folder of its own below the one where the tree's mark is */
  for (int up = 0; up < 6 && folder[0]; up++) {
    snprintf(marker, sizeof marker, "%s/.baud-build", folder);
    if (access(marker, R_OK) == 0) return;
    slash = strrchr(folder, '/');
    if (!slash) break;
    *slash = 0;
  }
  folder[0] = 0;
}

/* Beside the program where it was installed or moved to with its plugins, else where it was configured to be. */
static void collect_installed(probes *list) {
  char folder[PATH_MAX + 32];
  ssize_t n = readlink("/proc/self/exe", folder, PATH_MAX);
  folder[n > 0 ? n : 0] = 0;
  for (int up = 0; up < 2; up++) {
    char *slash = strrchr(folder, '/');
    if (slash) *slash = 0;
  }
  strcat(folder, "/lib/baud/plugins");
  collect_folder(list, access(folder, R_OK | X_OK) == 0 ? folder : BAUD_PLUGIN_DIR);
}

static void collect(probes *list) {
  char folder[PATH_MAX + 64], tree[PATH_MAX];
  const char *path = getenv("BAUD_PLUGIN_PATH");
  for (char *copy = path ? strdup(path) : NULL, *save = NULL, *part = copy ? strtok_r(copy, ":", &save) : NULL; copy;) {
    if (part) collect_folder(list, part);
    part = part ? strtok_r(NULL, ":", &save) : NULL;
    if (!part) {
      free(copy);
      break;
    }
  }
  const char *data = getenv("XDG_DATA_HOME"), *home = getenv("HOME");
  if (data && data[0] == '/') snprintf(folder, sizeof folder, "%s/baud/plugins", data);
  else snprintf(folder, sizeof folder, "%s/.local/share/baud/plugins", home ? home : "");
  collect_folder(list, folder);
  build_tree(tree, sizeof tree);
  static const char *const rooms[] = {"env", "learner", "reward"};
  for (size_t i = 0; tree[0] && i < sizeof rooms / sizeof *rooms; i++) {
    snprintf(folder, sizeof folder, "%s/plugins/%s/.libs", tree, rooms[i]);
    collect_folder(list, folder);
  }
  if (!tree[0]) collect_installed(list);
}

/* ---- From libraries to units -------------------------------------------------------------------------- */

static void *sized_copy(const void *source, size_t size) {
  void *copy = malloc(size);
  if (copy) read_sized(copy, source, size);
  return copy;
}

static void free_unit(const baud_unit *unit) {
  if (!unit) return;
  free((void *)(uintptr_t)unit->params);
  free((void *)(uintptr_t)unit->ops);
  free((void *)(uintptr_t)unit);
}

static const baud_unit *copy_unit(const baud_unit *source) {
  baud_unit *unit = sized_copy(source, sizeof *unit);
  if (!unit) return NULL;
  const baud_param *theirs = unit->params;
  baud_param *params = calloc(unit->n_params + 1u, sizeof *params);
  for (uint32_t i = 0; params && i < unit->n_params; i++)
    read_sized(&params[i], at_stride(theirs, theirs->size, i), sizeof *params);
  unit->params = params;
  unit->ops = sized_copy(unit->ops, ops_size[unit->role]);
  if (unit->params && unit->ops) return unit;
  free_unit(unit);
  return NULL;
}

static plugin *registry_add(registry *r, const char *path) {
  if (r->n == r->room) {
    size_t room = r->room ? 2 * r->room : 64;
    plugin *more = realloc(r->entry, room * sizeof *more);
    if (!more) return NULL;
    r->entry = more;
    r->room = room;
  }
  plugin *entry = &r->entry[r->n++];
  *entry = (plugin){.path = strdup(path)};
  return entry;
}

static int add_failed(registry *r, const char *path, const char *reason) {
  plugin *entry = registry_add(r, path);
  if (!entry) return BAUD_ENOMEM;
  const char *slash = strrchr(path, '/');
  entry->name = slash ? strrchr(entry->path, '/') + 1 : entry->path;
  entry->reason = strdup(reason);
  return 0;
}

static const plugin *by_id(const registry *r, const char *id) {
  for (size_t i = 0; i < r->n; i++)
    if (r->entry[i].unit && strcmp(r->entry[i].unit->id, id) == 0) return &r->entry[i];
  return NULL;
}

/* Notes what is to be unloaded with the registry. */
static int keep_loaded(registry *r, const registry_loader *by, const baud_library *library) {
  loaded *more = realloc(r->loaded, (r->n_loaded + 1) * sizeof *more);
  if (!more) {
    by->unload(library);
    return BAUD_ENOMEM;
  }
  r->loaded = more;
  r->loaded[r->n_loaded++] = (loaded){by, library};
  return 0;
}

static int add_unit(registry *r, const char *path, const baud_library *library, const baud_unit *unit) {
  char reason[REASON_SIZE];
  const plugin *first = by_id(r, unit->id);
  if (first) {
    snprintf(reason, sizeof reason, "%s is hidden by the one in %s", unit->id, first->path);
    return add_failed(r, path, reason);
  }
  plugin *entry = registry_add(r, path);
  if (!entry || !(entry->unit = copy_unit(unit))) return BAUD_ENOMEM;
  entry->library = library;
  entry->name = strrchr(entry->unit->id, '.') + 1;
  return 0;
}

static int add_compositions(registry *r) {
  for (uint32_t i = 0; i < COMPOSE_UNITS; i++)
    if (add_unit(r, "built in", &compose_library, compose_units[i]) != 0) return BAUD_ENOMEM;
  return 0;
}

static int add_library(registry *r, const char *path) {
  char reason[REASON_SIZE] = "";
  const baud_library *library = open_library(path, reason);
  const registry_loader *by = registry_loader_of(path);
  if (!library) return add_failed(r, path, reason);
  if (by && keep_loaded(r, by, library) != 0) return BAUD_ENOMEM;
  for (uint32_t i = 0; i < library->n_units; i++)
    if (add_unit(r, path, library, at_stride(library->units, library->units->size, i)) != 0) return BAUD_ENOMEM;
  return 0;
}

/* Paths come last: what is listed first must not hang on where a tree happens to lie. */
static int by_role_and_name(const void *a, const void *b) {
  const plugin *p = a, *q = b;
  uint32_t role_p = p->unit ? p->unit->role : 99, role_q = q->unit ? q->unit->role : 99;
  if (role_p != role_q) return role_p < role_q ? -1 : 1;
  int order = strcmp(p->name, q->name);
  if (order == 0 && p->unit && q->unit) order = strcmp(p->unit->id, q->unit->id);
  return order ? order : strcmp(p->path, q->path);
}

static int open_collected(registry **out, probes list, baud_error *error) {
  registry *r = calloc(1, sizeof *r);
  for (size_t next = 0; next < list.n;) next = probe_some(&list, next);
  int code = r ? 0 : BAUD_ENOMEM;
  for (size_t i = 0; i < list.n; i++) {
    if (code == 0)
      code = list.at[i].reason[0] ? add_failed(r, list.at[i].path, list.at[i].reason) : add_library(r, list.at[i].path);
    free(list.at[i].path);
  }
  free(list.at);
  if (code == 0) code = add_compositions(r);
  if (code != 0) {
    registry_free(r);
    return error_set(error, code, "out of memory while listing plugins");
  }
  if (r->n) qsort(r->entry, r->n, sizeof *r->entry, by_role_and_name);
  *out = r;
  return 0;
}

int registry_open(registry **out, baud_error *error) {
  probes list = {0};
  collect(&list);
  return open_collected(out, list, error);
}

static int add_file(probes *list, const char *path) {
  char *folder = path[0] == '/' ? strdup(path) : NULL, *slash = folder ? strrchr(folder, '/') : NULL;
  if (slash) *slash = 0;
  int code = slash ? probes_add(list, folder, slash + 1) : BAUD_EARG;
  free(folder);
  return code;
}

int registry_open_files(registry **out, const char *const *paths, size_t n, baud_error *error) {
  probes list = {0};
  for (size_t i = 0; i < n; i++) {
    if (add_file(&list, paths[i]) == 0) continue;
    while (list.n > 0) free(list.at[--list.n].path);
    free(list.at);
    return error_set(error, BAUD_EARG, "%s is no absolute path, or memory is out", paths[i]);
  }
  collect(&list);
  return open_collected(out, list, error);
}

void registry_free(registry *r) {
  if (!r) return;
  for (size_t i = 0; i < r->n; i++) {
    plugin *p = &r->entry[i];
    free_unit(p->unit);
    free((void *)(uintptr_t)p->path);
    free((void *)(uintptr_t)p->reason);
  }
  for (size_t i = 0; i < r->n_loaded; i++) r->loaded[i].loader->unload(r->loaded[i].library);
  free(r->loaded);
  free(r->entry); /* shared objects stay loaded: unloading code that others may still point into is a known crash */
  free(r);
}

size_t registry_count(const registry *r) { return r->n; }
const plugin *registry_at(const registry *r, size_t index) { return &r->entry[index]; }

int registry_find(const registry *r, uint32_t role, const char *name, const plugin **out, baud_error *error) {
  const plugin *found = NULL;
  const char *names[512];
  size_t n = 0;
  for (size_t i = 0; i < r->n; i++) {
    const plugin *p = &r->entry[i];
    if (!p->unit || (role && p->unit->role != role)) continue;
    if (strcmp(p->unit->id, name) == 0) return *out = p, 0;
    if (strcmp(p->name, name) == 0) {
      if (found) return error_set(error, BAUD_EARG, "%s \"%s\" is ambiguous: write %s or %s", role_name(role), name, found->unit->id, p->unit->id);
      found = p;
    }
    if (n < sizeof names / sizeof *names) names[n++] = p->name;
  }
  if (found) return *out = found, 0;
  const char *last = strrchr(name, '.');
  const char *close_one = error_closest(last ? last + 1 : name, names, n);
  return close_one ? error_set(error, BAUD_ENOTFOUND, "no %s \"%s\" (did you mean \"%s\"?)", role_name(role), name, close_one)
                   : error_set(error, BAUD_ENOTFOUND, "no %s \"%s\" (baud plugins lists what there is)", role_name(role), name);
}
