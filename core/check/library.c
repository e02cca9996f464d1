/* library.c - what is asked of the library as a whole, from its file or in a child that loads it for this alone.
 *
 * Nothing here goes through the registry, which would refuse a malformed library with its first fault.
 */
#include "check/checks.h"

#include <dlfcn.h>
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <time.h>
#include <unistd.h>

#include "check/elf.h"
#include "check/process.h"

/* By its loader; what it makes is given up, for the process ends with the check. */
static const baud_library *load_by(check_run *run, const registry_loader *loader) {
  const baud_library *library = NULL;
  baud_error error = {0};
  if (loader->load(run->path, &library, &error) != 0) run_fail(run, "%s", error.text);
  return library;
}

static const baud_library *load(check_run *run) {
  run_enter(run, "loading");
  if (registry_loader_of(run->path)) return load_by(run, registry_loader_of(run->path));
  void *handle = dlopen(run->path, RTLD_NOW | RTLD_LOCAL);
  const baud_library *library = handle ? dlsym(handle, "baud_plugin_1") : NULL;
  if (!handle) run_fail(run, "%s", dlerror());
  else if (!library) run_fail(run, "exports no baud_plugin_1");
  return library;
}

static const baud_unit *unit_at(const baud_library *library, uint32_t i) {
  return (const baud_unit *)(const void *)((const char *)library->units + (size_t)library->units->size * i);
}

static const baud_param *param_at(const baud_unit *u, uint32_t i) {
  return (const baud_param *)(const void *)((const char *)u->params + (size_t)u->params->size * i);
}

/* 1 */
int check_loads(check_run *run) {
  clearenv();
  return load(run) ? CHECK_OK : CHECK_FAILED;
}

/* ---- Symbols ------------------------------------------------------------------------------------------ */

typedef struct symbols {
  int n; /* offending ones */
  int has_table;
  char list[400];
} symbols;

static void add_name(symbols *s, const char *name) {
  size_t used = strlen(s->list);
  if (s->n++ < 8) snprintf(s->list + used, sizeof s->list - used, "%s%s", used ? ", " : "", name);
  if (s->n == 9) snprintf(s->list + used, sizeof s->list - used, ", ...");
}

static int is_in(const char *name, const char *const *list) {
  for (; *list; list++)
    if (strcmp(*list, name) == 0) return 1;
  return 0;
}

static void note_export(void *ctx, enum elf_kind kind, const char *name) {
  static const char *const of_the_linker[] = {"_init", "_fini", "_end", "_edata", NULL};
  symbols *s = ctx;
  if (kind != ELF_EXPORT || is_in(name, of_the_linker) || strncmp(name, "__", 2) == 0)
    return; /* reserved: tools' own */
  if (strcmp(name, "baud_plugin_1") == 0) s->has_table = 1;
  else add_name(s, name);
}

/* A file that a loader reads has no symbols. */
static int has_no_symbols(check_run *run) {
  return registry_loader_of(run->path) ? run_skip(run, "it is no shared object, so there are no symbols") : CHECK_OK;
}

/* 2 */
int check_exports(check_run *run) {
  symbols s = {0};
  baud_error error = {0};
  if (has_no_symbols(run) == CHECK_SKIPPED) return CHECK_SKIPPED;
  if (elf_read(run->path, note_export, &s, &error) != 0) return run_skip(run, "%s", error.text);
  if (!s.has_table) return run_fail(run, "exports no baud_plugin_1");
  if (s.n)
    return run_fail(run, "exports %s beside baud_plugin_1: make them static, or build with -fvisibility=hidden",
                    s.list);
  return CHECK_OK;
}

static void note_import(void *ctx, enum elf_kind kind, const char *name) {
  static const char *const libraries[] = {"libc.so",      "libm.so", "ld-linux", "ld-musl", "libgcc_s.so",
                                          "libstdc++.so", "libasan", "libubsan", "libtsan", NULL};
  /* hidden state, other people's output, the clock, the locale, other processes and threads */
  static const char *const unwelcome[] = {
      "rand",      "srand",  "random", "srandom",       "drand48",      "srand48",       "lrand48",
      "rand_r",    "exit",   "_exit",  "abort",         "quick_exit",   "atexit",        "setlocale",
      "uselocale", "time",   "clock",  "clock_gettime", "gettimeofday", "getenv",        "secure_getenv",
      "setenv",    "putenv", "printf", "puts",          "putchar",      "fprintf",       "fputs",
      "fputc",     "fwrite", "stdout", "stderr",        "fopen",        "open",          "read",
      "write",     "system", "popen",  "fork",          "execve",       "socket",        "signal",
      "sigaction", "chdir",  "dlopen", "strtok",        "__printf_chk", "__fprintf_chk", NULL};
  symbols *s = ctx;
  if (kind == ELF_NEEDED) {
    for (size_t i = 0; libraries[i]; i++)
      if (strncmp(name, libraries[i], strlen(libraries[i])) == 0) return;
    add_name(s, name);
  }
  if (kind == ELF_IMPORT && (is_in(name, unwelcome) || strncmp(name, "pthread_", 8) == 0 ||
                             strncmp(name, "baud_", 5) == 0 || strncmp(name, "lua_", 4) == 0))
    add_name(s, name);
}

/* 3 */
int check_imports(check_run *run) {
  symbols s = {0};
  baud_error error = {0};
  if (has_no_symbols(run) == CHECK_SKIPPED) return CHECK_SKIPPED;
  if (elf_read(run->path, note_import, &s, &error) != 0) return run_skip(run, "%s", error.text);
  return s.n ? run_fail(run, "uses %s", s.list) : CHECK_OK;
}

/* ---- Loading ------------------------------------------------------------------------------------------ */

static double seconds(void) {
  struct timespec t;
  clock_gettime(CLOCK_THREAD_CPUTIME_ID, &t);
  return (double)t.tv_sec + 1e-9 * (double)t.tv_nsec;
}

/* 4: everything that was written to the two streams lands in one file without a name. */
int check_scans_silently(check_run *run) {
  process_state before, after;
  char said[81];
  fflush(NULL);
  process_note(&before);
  int file = memfd_create("said", MFD_CLOEXEC), kept[2] = {dup(STDOUT_FILENO), dup(STDERR_FILENO)};
  if (file < 0 || dup2(file, STDOUT_FILENO) < 0 || dup2(file, STDERR_FILENO) < 0)
    return run_skip(run, "the system gives no file in memory");
  double began = seconds();
  const baud_library *library = load(run);
  double took = seconds() - began;
  fflush(NULL);
  ssize_t n = pread(file, said, sizeof said - 1, 0);
  dup2(kept[0], STDOUT_FILENO);
  dup2(kept[1], STDERR_FILENO);
  for (int i = 0; i < 2; i++) close(kept[i]);
  close(file);
  process_note(&after);
  if (!library) return CHECK_FAILED;
  if (n > 0) {
    said[n] = 0;
    said[strcspn(said, "\n")] = 0;
    return run_fail(run, "prints when loaded: \"%s\"", said);
  }
  const char *changed = process_changed(&before, &after);
  if (changed) return run_fail(run, "changes %s when loaded", changed);
  if (took > 0.1) return run_fail(run, "takes %.0f ms to load", 1000.0 * took);
  return CHECK_OK;
}

/* ---- The tables --------------------------------------------------------------------------------------- */

typedef struct op { /* a function that must be there: where in which struct */
  const char *name;
  size_t offset;
} op;
#define OP(type, member) {#member, offsetof(type, member)}

static const char *missing_op(const void *table, const op *ops) {
  uint32_t size = *(const uint32_t *)table;
  for (; ops->name; ops++) {
    void *function;
    if (ops->offset + sizeof function > size) return ops->name;
    memcpy(&function, (const char *)table + ops->offset, sizeof function);
    if (!function) return ops->name;
  }
  return NULL;
}

static const op env_ops[] = {
    OP(baud_env_ops, create), OP(baud_env_ops, destroy), OP(baud_env_ops, reset), OP(baud_env_ops, step), {NULL, 0}};
static const op learner_ops[] = {OP(baud_learner_ops, create), OP(baud_learner_ops, destroy),
                                 OP(baud_learner_ops, init),   OP(baud_learner_ops, predict),
                                 OP(baud_learner_ops, learn),  {NULL, 0}};
static const op reward_ops[] = {
    OP(baud_reward_ops, create), OP(baud_reward_ops, destroy), OP(baud_reward_ops, score), {NULL, 0}};
static const op *const ops_of_role[] = {NULL, env_ops, learner_ops, reward_ops};

static const op observer_ops[] = {OP(baud_observer, state_bytes),
                                  OP(baud_observer, alphabet),
                                  OP(baud_observer, supports),
                                  OP(baud_observer, open),
                                  OP(baud_observer, noise),
                                  OP(baud_observer, surprise),
                                  {NULL, 0}};
static const op quiz_ops[] = {OP(baud_quiz, count), OP(baud_quiz, item), {NULL, 0}};
static const op demonstrate_ops[] = {OP(baud_demonstrate, optimal), {NULL, 0}};
static const op draw_ops[] = {OP(baud_draw, extent), OP(baud_draw, draw), {NULL, 0}};
static const op teach_ops[] = {OP(baud_teach, teach), {NULL, 0}};
static const op memory_ops[] = {OP(baud_cut, cut), {NULL, 0}};
static const op remember_ops[] = {OP(baud_remember, remember), {NULL, 0}};
static const op instance_ops[] = {OP(baud_instance, extension), {NULL, 0}};
static const struct {
  const char *id;
  const op *ops;
} extensions[] = {
    {"baud.observer/1", observer_ops}, {"baud.quiz/1", quiz_ops},   {"baud.demonstrate/1", demonstrate_ops},
    {"baud.draw/1", draw_ops},         {"baud.teach/1", teach_ops}, {"baud.memory/1", memory_ops},
    {"baud.remember/1", remember_ops}, {"baud.instance/1", instance_ops}};
enum { N_EXTENSIONS = sizeof extensions / sizeof *extensions };

static int unit_is_sane(check_run *run, const baud_unit *u) {
  const char *id = u->id ? u->id : "(no id)", *missing;
  if (u->role < BAUD_ENV || u->role > BAUD_REWARD) return run_fail(run, "unit %s has role %u", id, u->role);
  if (u->behaviour == 0) return run_fail(run, "unit %s has behaviour 0: count from 1", id);
  if (!u->ops) return run_fail(run, "unit %s has no operations", id);
  if ((missing = missing_op(u->ops, ops_of_role[u->role]))) return run_fail(run, "unit %s has no %s", id, missing);
  if (u->n_params && (!u->params || u->params->size < offsetof(baud_param, high) + sizeof(baud_value)))
    return run_fail(run, "unit %s: its parameters' size is wrong", id);
  run_enter(run, "extension");
  for (int k = 0; k < N_EXTENSIONS; k++) {
    const void *table = u->extension ? u->extension(extensions[k].id) : NULL;
    if (table && (missing = missing_op(table, extensions[k].ops)))
      return run_fail(run, "unit %s: %s has no %s", id, extensions[k].id, missing);
  }
  return CHECK_OK;
}

/* 6 */
int check_tables(check_run *run) {
  const baud_library *l = load(run);
  if (!l) return CHECK_FAILED;
  if (l->layout != BAUD_LAYOUT)
    return run_fail(run, "layout is %#x, this machine's is %#x: write BAUD_LAYOUT", l->layout, BAUD_LAYOUT);
  if (l->size < offsetof(baud_library, pad))
    return run_fail(run, "its table's size is %u: write BAUD_SIZE(baud_library)", l->size);
  if (l->needs_minor > l->built_minor || l->needs_minor > BAUD_MINOR)
    return run_fail(run, "needs minor %u, was built for %u; this baud has %u", l->needs_minor, l->built_minor,
                    BAUD_MINOR);
  if (!l->vendor || !l->version || !l->license) return run_fail(run, "names no vendor, version or license");
  if (l->n_units == 0 || !l->units || l->units->size < offsetof(baud_unit, extension))
    return run_fail(run, "its table of units is empty or their size is wrong");
  for (uint32_t i = 0; i < l->n_units; i++)
    if (unit_is_sane(run, unit_at(l, i)) != CHECK_OK) return CHECK_FAILED;
  return CHECK_OK;
}

static int id_is_well_formed(const char *id) {
  if (!id || !strchr(id, '.') || strlen(id) > 120 || id[0] == '.' || id[strlen(id) - 1] == '.') return 0;
  return strspn(id, "abcdefghijklmnopqrstuvwxyz0123456789._-") == strlen(id);
}

static int tables_can_be_read(const baud_library *l) {
  return l->n_units > 0 && l->units && l->units->size >= offsetof(baud_unit, extension);
}

/* 7 */
int check_names(check_run *run) {
  static const char *const strange[] = {"",
                                        "baud.observer/1x",
                                        "baud.observer",
                                        "baud.observer/2",
                                        "baud.quiz/1 ",
                                        "org.example.nothing/1",
                                        "BAUD.OBSERVER/1"};
  const baud_library *l = load(run);
  if (!l) return CHECK_FAILED;
  if (!tables_can_be_read(l)) return run_skip(run, "its table of units cannot be read");
  for (uint32_t i = 0; i < l->n_units; i++) {
    const baud_unit *u = unit_at(l, i);
    if (!id_is_well_formed(u->id))
      return run_fail(run, "id \"%s\" is not well formed: lower case, digits, dots, as in \"org.example.grid\"",
                      u->id ? u->id : "");
    for (uint32_t k = 0; k < i; k++)
      if (strcmp(unit_at(l, k)->id, u->id) == 0) return run_fail(run, "two units are called %s", u->id);
    run_enter(run, "extension");
    for (size_t k = 0; u->extension && k < sizeof strange / sizeof *strange; k++)
      if (u->extension(strange[k]))
        return run_fail(run, "unit %s claims to have an extension \"%s\"", u->id, strange[k]);
  }
  return CHECK_OK;
}

static int default_is_in_range(const baud_param *p) {
  switch (p->type) {
  case BAUD_INT:
    return p->def.i >= p->low.i && p->def.i <= p->high.i;
  case BAUD_FLOAT:
    return p->def.f >= p->low.f && p->def.f <= p->high.f;
  case BAUD_FLAG:
    return p->def.i == 0 || p->def.i == 1;
  case BAUD_CHOICE:
    return p->choices && p->def.i >= 0 && (uint64_t)p->def.i < p->n_choices;
  default:
    return p->def.s != NULL;
  }
}

static int param_is_sane(check_run *run, const baud_unit *u, uint32_t i) {
  const baud_param *p = param_at(u, i);
  if (!p->key || !p->key[0] || strspn(p->key, "abcdefghijklmnopqrstuvwxyz_") != strlen(p->key))
    return run_fail(run, "unit %s: parameter %u is called \"%s\": small letters and _ only", u->id, i,
                    p->key ? p->key : "");
  if (p->type < BAUD_INT || p->type > BAUD_UNIT)
    return run_fail(run, "unit %s: parameter \"%s\" has no known type", u->id, p->key);
  if (!p->doc || strlen(p->doc) < 3 || strchr(p->doc, '\n'))
    return run_fail(run, "unit %s: parameter \"%s\" lacks its line of help", u->id, p->key);
  if (!p->unit)
    return run_fail(run, "unit %s: parameter \"%s\" has no unit: write \"\" where there is none", u->id, p->key);
  if (!default_is_in_range(p))
    return run_fail(run, "unit %s: the default of parameter \"%s\" is out of its range", u->id, p->key);
  for (uint32_t k = 0; p->type == BAUD_CHOICE && k < p->n_choices; k++)
    if (!p->choices[k] || !p->choices[k][0])
      return run_fail(run, "unit %s: parameter \"%s\" has a choice without a name", u->id, p->key);
  for (uint32_t k = 0; k < i; k++)
    if (strcmp(param_at(u, k)->key, p->key) == 0)
      return run_fail(run, "unit %s has two parameters \"%s\"", u->id, p->key);
  return CHECK_OK;
}

/* 8 */
int check_parameters(check_run *run) {
  const baud_library *l = load(run);
  if (!l) return CHECK_FAILED;
  if (!tables_can_be_read(l)) return run_skip(run, "its table of units cannot be read");
  for (uint32_t i = 0; i < l->n_units; i++) {
    const baud_unit *u = unit_at(l, i);
    if (!u->title || !u->title[0] || !u->doc || !u->doc[0])
      return run_fail(run, "unit %s has no title or no doc", u->id ? u->id : "(no id)");
    for (uint32_t k = 0; u->params && k < u->n_params; k++)
      if (param_is_sane(run, u, k) != CHECK_OK) return CHECK_FAILED;
  }
  return CHECK_OK;
}
