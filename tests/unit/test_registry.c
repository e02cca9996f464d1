/* test_registry.c - plugin libraries that are broken, hostile, old, new or in the way, each built here with ${CC:-cc}
 * from tests/plugins/odd.c into a folder of its own; the registry must list each with its reason and lose nothing.
 *
 * SOURCE names the source tree. In a build tree the shipped plugins are found as well, so every
 * test looks for its own ids and files alone.
 */
#include "test.h"

#include <limits.h>
#include <signal.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

#include "registry.h"

static char home[200]; /* the folder that everything lies in */

/* ---- Building ------------------------------------------------------------------------------------------- */

static const char *at(const char *format, const char *name) {
  static char path[8][PATH_MAX];
  static int turn;
  turn = (turn + 1) % 8;
  int used = snprintf(path[turn], sizeof path[turn], "%s/", home);
  if (strstr(format, "%s/%s")) snprintf(path[turn] + used, sizeof path[turn] - (size_t)used, "%s/%s.so", name, name);
  else snprintf(path[turn] + used, sizeof path[turn] - (size_t)used, "%s", name);
  return path[turn];
}
static const char *folder_of(const char *name) { return at("%s", name); }
static const char *file_of(const char *name) { return at("%s/%s.so", name); }

static const char *source_root(void) {
  static char root[PATH_MAX];
  const char *given = getenv("SOURCE");
  if (given) return given;
  snprintf(root, sizeof root, "./%s", __FILE__[0] == '/' ? "" : __FILE__);
  if (__FILE__[0] == '/') snprintf(root, sizeof root, "%s", __FILE__);
  char *tail = strstr(root, "tests/unit/test_registry.c");
  if (tail) *tail = 0;
  return root;
}

/* home/name/name.so from tests/plugins/odd.c with these flags of the compiler. */
static void build(const char *name, const char *flags) {
  char command[4 * PATH_MAX];
  const char *compiler = getenv("CC"), *root = source_root();
  mkdir(folder_of(name), 0755);
  snprintf(command, sizeof command, "%s -w -std=gnu11 -fPIC -shared -I'%s/core' %s -o '%s' '%s/tests/plugins/odd.c'",
           compiler && *compiler ? compiler : "cc", root, flags, file_of(name), root);
  if (system(command) == 0) return;
  fprintf(stderr, "cannot be built: %s\n", command);
  abort();
}

static void write_file(const char *path, const char *text, size_t n) {
  FILE *file = fopen(path, "wb");
  assert_non_null(file);
  assert_int_equal(fwrite(text, 1, n, file), n);
  assert_int_equal(fclose(file), 0);
}

static int set_up(void **state) {
  (void)state;
  const char *room = getenv("TMPDIR");
  snprintf(home, sizeof home, "%s/baud-registry-XXXXXX", room && *room ? room : "/tmp");
  if (!mkdtemp(home)) return -1;
  setenv("XDG_DATA_HOME", at("%s", "data"), 1);
  build("good", "");
  return 0;
}

static int tear_down(void **state) {
  char command[PATH_MAX];
  (void)state;
  snprintf(command, sizeof command, "rm -rf '%s'", home);
  return system(command);
}

/* ---- Looking -------------------------------------------------------------------------------------------- */

/* Opens with these folders of `home` as the search path; ends with null. */
static registry *open_with(const char *first, ...) {
  char path[20 * PATH_MAX] = "";
  registry *r = NULL;
  baud_error error = {0};
  va_list more;
  va_start(more, first);
  for (const char *name = first; name; name = va_arg(more, const char *)) {
    size_t used = strlen(path);
    snprintf(path + used, sizeof path - used, "%s%s", used ? ":" : "", folder_of(name));
  }
  va_end(more);
  setenv("BAUD_PLUGIN_PATH", path, 1);
  if (registry_open(&r, &error) != 0) fail_msg("%s", error.text);
  return r;
}

static const plugin *with_id(const registry *r, const char *id) {
  for (size_t i = 0; i < registry_count(r); i++) {
    const plugin *p = registry_at(r, i);
    if (p->unit && strcmp(p->unit->id, id) == 0) return p;
  }
  return NULL;
}

static const plugin *failed_file(const registry *r, const char *path) {
  for (size_t i = 0; i < registry_count(r); i++) {
    const plugin *p = registry_at(r, i);
    if (p->reason && strcmp(p->path, path) == 0) return p;
  }
  return NULL;
}

static void expect_reason(const registry *r, const char *name, const char *reason) {
  const plugin *p = failed_file(r, file_of(name));
  if (!p) fail_msg("%s is not listed as failed", name);
  if (!strstr(p->reason, reason)) fail_msg("%s: wanted \"%s\" in: %s", name, reason, p->reason);
  assert_null(p->unit);
}

/* ---- Tests ---------------------------------------------------------------------------------------------- */

static void a_good_library_is_found_whole(void **state) {
  (void)state;
  registry *r = open_with("good", NULL);
  const plugin *p = with_id(r, "test.registry.good");
  assert_non_null(p);
  assert_null(p->reason);
  assert_string_equal(p->name, "good");
  assert_string_equal(p->path, file_of("good"));
  assert_string_equal(p->library->vendor, "test");
  assert_int_equal(p->unit->role, BAUD_REWARD);
  assert_int_equal(p->unit->behaviour, 3);
  assert_int_equal(p->unit->n_params, 3);
  assert_string_equal(p->unit->params[0].key, "size");
  assert_int_equal(p->unit->params[0].high.i, 10);
  assert_string_equal(p->unit->params[1].choices[1], "b");
  assert_string_equal(p->unit->params[2].def.s, "deep");
  assert_non_null(((const baud_reward_ops *)p->unit->ops)->score);
  registry_free(r);
}

static void each_malformed_library_is_listed_with_its_reason(void **state) {
  static const struct { const char *name, *flags, *reason; } broken[] = {
      {"no_symbol", "-DNO_TABLE", "exports no baud_plugin_1"},
      {"layout", "-DLAYOUT=7", "built for another machine (layout 0x7, this one has 0x801)"},
      {"minor", "-DNEEDS=BAUD_MINOR+1", "of the contract, this baud has"},
      {"table_size", "-DTABLE_SIZE=16", "holds no units"},
      {"no_units", "-DN_UNITS=0", "holds no units"},
      {"bad_id", "-DID='\"test.Registry.bad\"'", "no well-formed id"},
      {"dotless", "-DID='\"good\"'", "no well-formed id"},
      {"id_ends", "-DID='\"test.good.\"'", "no well-formed id"},
      {"no_doc", "-DDOC=NULL",
       "unit test.registry.good lacks a role, operations, a title, a doc or a behaviour number"},
      {"behaviour", "-DBEHAVIOUR=0", "lacks a role, operations, a title, a doc or a behaviour number"},
      {"role", "-DROLE=4", "lacks a role, operations, a title, a doc or a behaviour number"},
      {"no_ops", "-DOPS=NULL", "lacks a role, operations, a title, a doc or a behaviour number"},
      {"no_score", "-DSCORE=NULL", "lacks an operation that every reward has"},
      {"params", "-DPARAMS=NULL", "announces 3 parameters and has no table of them"},
      {"n_params", "-DN_PARAMS=2000000000", "announces 2000000000 parameters and has no table of them"},
      {"default", "-DDEFAULT=11", "the default of parameter \"size\" is out of its range"},
      {"choice", "-DCHOICE=NULL", "choice 1 of parameter \"way\" has no name"},
      {"undefined", "-DCONSTRUCTOR='extern void nowhere_at_all(void); nowhere_at_all()'", "nowhere_at_all"},
  };
  (void)state;
  for (size_t i = 0; i < sizeof broken / sizeof *broken; i++) {
    build(broken[i].name, broken[i].flags);
    registry *r = open_with(broken[i].name, "good", NULL);
    expect_reason(r, broken[i].name, broken[i].reason);
    assert_non_null(with_id(r, "test.registry.good"));
    registry_free(r);
  }
}

static void a_library_that_crashes_while_loading_costs_only_itself(void **state) {
  (void)state;
  build("crash", "-DCONSTRUCTOR='abort()'");
  build("crash_too", "-DCONSTRUCTOR='abort()' -DID='\"test.registry.too\"'");
  registry *r = open_with("crash", "crash_too", "good", NULL);
  expect_reason(r, "crash", "crashes while loading: Aborted");
  expect_reason(r, "crash_too", "crashes while loading: Aborted");
  assert_string_equal(with_id(r, "test.registry.good")->path, file_of("good"));
  registry_free(r);
}

static void handle(int number) { _exit(number); }

/* As a worker does that wants to say who crashed: the child must not speak in its name. */
static void handlers_of_the_host_do_not_run_when_a_library_crashes(void **state) {
  (void)state;
  build("segv", "-DCONSTRUCTOR='kill(getpid(), SIGSEGV)'");
  struct sigaction mine = {.sa_handler = handle}, before[2];
  sigaction(SIGSEGV, &mine, &before[0]);
  sigaction(SIGABRT, &mine, &before[1]);
  registry *r = open_with("crash", "segv", "good", NULL);
  sigaction(SIGSEGV, &before[0], NULL);
  sigaction(SIGABRT, &before[1], NULL);
  expect_reason(r, "crash", "crashes while loading: Aborted");
  expect_reason(r, "segv", "crashes while loading: Segmentation fault");
  assert_non_null(with_id(r, "test.registry.good"));
  registry_free(r);
}

static void a_library_that_ends_the_process_costs_only_itself(void **state) {
  (void)state;
  build("exits", "-DCONSTRUCTOR='exit(3)'");
  build("exits_well", "-DCONSTRUCTOR='_exit(0)'");
  registry *r = open_with("exits", "exits_well", "good", NULL);
  expect_reason(r, "exits", "ends the process while loading (exit code 3)");
  expect_reason(r, "exits_well", "ends the process while loading (exit code 0)");
  assert_string_equal(with_id(r, "test.registry.good")->path, file_of("good"));
  registry_free(r);
}

static void a_library_that_hangs_is_given_up(void **state) {
  (void)state;
  build("hangs", "-DCONSTRUCTOR='for (;;) pause()'");
  time_t began = time(NULL);
  registry *r = open_with("hangs", "good", NULL);
  expect_reason(r, "hangs", "hangs while loading");
  assert_non_null(with_id(r, "test.registry.good"));
  assert_true(time(NULL) - began >= 4);
  registry_free(r);
}

/* Its constructor would leave a file behind. */
static void a_file_that_others_may_write_to_is_refused_unopened(void **state) {
  char flags[PATH_MAX + 60];
  (void)state;
  snprintf(flags, sizeof flags, "-DCONSTRUCTOR='mkdir(\"%s\", 0755)'", at("%s", "was_opened"));
  build("writable", flags);
  assert_int_equal(chmod(file_of("writable"), 0757), 0);
  registry *r = open_with("writable", "good", NULL);
  expect_reason(r, "writable", "others may write to it (chmod o-w it)");
  assert_string_equal(with_id(r, "test.registry.good")->path, file_of("good"));
  registry_free(r);
  assert_int_not_equal(access(at("%s", "was_opened"), F_OK), 0);
  assert_int_equal(chmod(file_of("writable"), 0755), 0); /* as it says, then all is well */
  r = open_with("writable", NULL);
  assert_string_equal(with_id(r, "test.registry.good")->path, file_of("writable"));
  registry_free(r);
  assert_int_equal(access(at("%s", "was_opened"), F_OK), 0);
}

static void a_file_cut_short_is_listed_and_breaks_nothing(void **state) {
  (void)state;
  static char whole[1 << 20];
  FILE *file = fopen(file_of("good"), "rb");
  assert_non_null(file);
  size_t n = fread(whole, 1, sizeof whole, file);
  fclose(file);
  assert_true(n > 4000 && n < sizeof whole);
  static const char *const names[] = {"cut_0", "cut_4", "cut_64", "cut_1000", "cut_half"};
  const size_t kept[] = {0, 4, 64, 1000, n / 2};
  for (size_t i = 0; i < 5; i++) {
    mkdir(folder_of(names[i]), 0755);
    write_file(file_of(names[i]), whole, kept[i]);
  }
  registry *r = open_with(names[0], names[1], names[2], names[3], names[4], "good", NULL);
  for (size_t i = 0; i < 5; i++) expect_reason(r, names[i], "");
  for (size_t i = 0; i < 5; i++) assert_true(strlen(failed_file(r, file_of(names[i]))->reason) > 0);
  assert_non_null(with_id(r, "test.registry.good"));
  registry_free(r);
}

static void what_is_no_library_at_all_is_listed(void **state) {
  (void)state;
  mkdir(folder_of("text"), 0755);
  write_file(file_of("text"), "#!/bin/sh\necho no library, however it is called, though it is long enough\n", 72);
  mkdir(folder_of("dangling"), 0755);
  assert_int_equal(symlink("/nonexistent/library.so", file_of("dangling")), 0);
  registry *r = open_with("text", "dangling", NULL);
  expect_reason(r, "text", "invalid ELF header");
  expect_reason(r, "dangling", "cannot be read");
  registry_free(r);
}

static void of_two_with_one_id_the_first_on_the_path_hides_the_other(void **state) {
  (void)state;
  build("twin_b", "-DID='\"test.registry.twin\"' -DBEHAVIOUR=1");
  build("twin_a", "-DID='\"test.registry.twin\"' -DBEHAVIOUR=2");
  static const char *const order[2][2] = {{"twin_b", "twin_a"}, {"twin_a", "twin_b"}};
  for (int i = 0; i < 2; i++) {
    char reason[PATH_MAX + 100];
    registry *r = open_with(order[i][0], order[i][1], NULL);
    assert_string_equal(with_id(r, "test.registry.twin")->path, file_of(order[i][0]));
    assert_int_equal(with_id(r, "test.registry.twin")->unit->behaviour, i + 1);
    snprintf(reason, sizeof reason, "test.registry.twin is hidden by the one in %s", file_of(order[i][0]));
    expect_reason(r, order[i][1], reason);
    registry_free(r);
  }
}

/* A folder has no order of its own: names decide. */
static void within_a_folder_the_first_by_name_hides_the_others(void **state) {
  char command[4 * PATH_MAX];
  (void)state;
  snprintf(command, sizeof command, "mkdir -p '%s' && cd '%s' && for n in q d z a x c m b; do cp '%s' $n.so; done",
           folder_of("many"),
           folder_of("many"), file_of("good"));
  assert_int_equal(system(command), 0);
  registry *r = open_with("many", NULL);
  assert_string_equal(with_id(r, "test.registry.good")->path, at("%s", "many/a.so"));
  registry_free(r);
}

/* Behind the older struct lies something else, which must not be taken for its newer members. */
static void an_older_plugins_missing_members_are_zero(void **state) {
  (void)state;
  build("older", "-DOLDER");
  registry *r = open_with("older", NULL);
  const plugin *p = with_id(r, "test.registry.good");
  if (!p) fail_msg("%s", failed_file(r, file_of("older"))->reason);
  assert_null(p->unit->extension);
  assert_int_equal(p->unit->n_params, 3);
  assert_string_equal(p->unit->params[2].def.s, "deep");
  assert_non_null(((const baud_reward_ops *)p->unit->ops)->score);
  registry_free(r);
}

static void a_newer_plugins_additional_members_are_passed_over(void **state) {
  (void)state;
  build("newer", "-DNEWER");
  registry *r = open_with("newer", NULL);
  const plugin *p = with_id(r, "test.registry.good");
  if (!p) fail_msg("%s", failed_file(r, file_of("newer"))->reason);
  assert_null(p->unit->extension);
  static const char *const keys[] = {"size", "way", "text"};
  for (int i = 0; i < 3; i++) assert_string_equal(p->unit->params[i].key, keys[i]);
  assert_string_equal(p->unit->params[1].choices[0], "a");
  assert_non_null(((const baud_reward_ops *)p->unit->ops)->score);
  registry_free(r);
}

static void the_current_folder_is_never_searched(void **state) {
  static const char *const relative[] = {"good", ".", "./good", "", ":", "good:.:..:", "../"};
  char before[PATH_MAX];
  (void)state;
  assert_non_null(getcwd(before, sizeof before));
  for (int inside = 0; inside < 2; inside++) {
    assert_int_equal(chdir(inside ? folder_of("good") : home), 0);
    for (size_t i = 0; i < sizeof relative / sizeof *relative; i++) {
      registry *r;
      baud_error error = {0};
      setenv("BAUD_PLUGIN_PATH", relative[i], 1);
      assert_int_equal(registry_open(&r, &error), 0);
      if (with_id(r, "test.registry.good")) fail_msg("found through \"%s\"", relative[i]);
      registry_free(r);
    }
  }
  assert_int_equal(chdir(before), 0);
}

static void the_users_own_folder_is_searched_after_the_path(void **state) {
  char command[3 * PATH_MAX];
  (void)state;
  snprintf(command, sizeof command,
           "mkdir -p '%s/data/baud/plugins' '%s/.local/share/baud/plugins' && cp '%s' '%s/data/baud/plugins/' && "
           "cp '%s' '%s/.local/share/baud/plugins/'",
           home, home, file_of("good"), home, file_of("good"), home);
  assert_int_equal(system(command), 0);
  unsetenv("BAUD_PLUGIN_PATH");
  registry *r;
  baud_error error = {0};
  assert_int_equal(registry_open(&r, &error), 0);
  assert_string_equal(with_id(r, "test.registry.good")->path, at("%s", "data/baud/plugins/good.so"));
  registry_free(r);
  r = open_with("good", NULL);
  assert_string_equal(with_id(r, "test.registry.good")->path, file_of("good"));
  assert_non_null(failed_file(r, at("%s", "data/baud/plugins/good.so")));
  registry_free(r);
  setenv("HOME", home, 1);
  static const char *const unusable[] = {"", "relative/data"};
  for (int i = 0; i < 2; i++) {
    setenv("XDG_DATA_HOME", unusable[i], 1);
    setenv("BAUD_PLUGIN_PATH", "", 1);
    assert_int_equal(registry_open(&r, &error), 0);
    assert_string_equal(with_id(r, "test.registry.good")->path, at("%s", ".local/share/baud/plugins/good.so"));
    registry_free(r);
  }
  snprintf(command, sizeof command, "rm -r '%s/data' '%s/.local'", home, home);
  assert_int_equal(system(command), 0);
  setenv("XDG_DATA_HOME", at("%s", "data"), 1);
}

static void only_visible_files_that_end_in_so_are_tried(void **state) {
  char command[3 * PATH_MAX];
  (void)state;
  snprintf(command, sizeof command,
           "mkdir -p '%s' && cd '%s' && cp '%s' .hidden.so && cp '%s' good.so.1 && cp '%s' good && touch .so",
               folder_of("names"),
           folder_of("names"), file_of("good"), file_of("good"), file_of("good"));
  assert_int_equal(system(command), 0);
  registry *r = open_with("names", NULL);
  assert_null(with_id(r, "test.registry.good"));
  for (size_t i = 0; i < registry_count(r); i++) assert_null(strstr(registry_at(r, i)->path, "/names/"));
  registry_free(r);
}

static int open_file(registry **r, const char *path, baud_error *error) { return registry_open_files(r, &path, 1, error); }

static void a_library_given_by_its_path_goes_before_all_others(void **state) {
  (void)state;
  registry *r;
  baud_error error = {0};
  setenv("BAUD_PLUGIN_PATH", folder_of("twin_a"), 1);
  assert_int_equal(open_file(&r, file_of("twin_b"), &error), 0);
  assert_string_equal(with_id(r, "test.registry.twin")->path, file_of("twin_b"));
  registry_free(r);
  assert_int_equal(open_file(&r, file_of("absent"), &error), 0);
  expect_reason(r, "absent", "cannot be read");
  registry_free(r);
  assert_int_equal(open_file(&r, "twin_b.so", &error), BAUD_EARG);
  assert_non_null(strstr(error.text, "no absolute path"));
  assert_int_equal(open_file(&r, "./twin_b.so", &error), BAUD_EARG);
}

static void several_libraries_given_go_first_in_their_order(void **state) {
  (void)state;
  registry *r;
  baud_error error = {0};
  const char *paths[] = {file_of("twin_b"), file_of("good"), file_of("twin_a")};
  setenv("BAUD_PLUGIN_PATH", folder_of("twin_a"), 1);
  assert_int_equal(registry_open_files(&r, paths, 3, &error), 0);
  assert_string_equal(with_id(r, "test.registry.twin")->path, file_of("twin_b"));
  assert_string_equal(with_id(r, "test.registry.good")->path, file_of("good"));
  registry_free(r);
  paths[1] = "good.so";
  assert_int_equal(registry_open_files(&r, paths, 3, &error), BAUD_EARG);
  assert_non_null(strstr(error.text, "good.so"));
}

static void units_are_found_by_id_or_by_a_last_part_that_is_unique(void **state) {
  (void)state;
  build("one_garnet", "-DID='\"test.one.garnet\"'");
  build("two_garnet", "-DID='\"test.two.garnet\"'");
  registry *r = open_with("good", "one_garnet", "two_garnet", "twin_a", NULL);
  const plugin *p = NULL;
  baud_error error = {0};
  assert_int_equal(registry_find(r, BAUD_REWARD, "twin", &p, &error), 0);
  assert_string_equal(p->unit->id, "test.registry.twin");
  assert_int_equal(registry_find(r, 0, "twin", &p, &error), 0);
  assert_int_equal(registry_find(r, BAUD_REWARD, "test.two.garnet", &p, &error), 0);
  assert_string_equal(p->unit->id, "test.two.garnet");
  assert_int_equal(registry_find(r, BAUD_REWARD, "garnet", &p, &error), BAUD_EARG);
  assert_string_equal(error.text, "reward \"garnet\" is ambiguous: write test.one.garnet or test.two.garnet");
  assert_int_equal(registry_find(r, BAUD_LEARNER, "test.two.garnet", &p, &error), BAUD_ENOTFOUND);
  registry_free(r);
}

static void a_slip_in_a_name_is_answered_with_the_right_one(void **state) {
  (void)state;
  build("serendipity", "-DID='\"test.registry.serendipity\"'");
  registry *r = open_with("serendipity", NULL);
  const plugin *p = NULL;
  baud_error error = {0};
  assert_int_equal(registry_find(r, BAUD_REWARD, "serendipty", &p, &error), BAUD_ENOTFOUND);
  assert_string_equal(error.text, "no reward \"serendipty\" (did you mean \"serendipity\"?)");
  assert_int_equal(registry_find(r, 0, "test.registry.serindipity", &p, &error), BAUD_ENOTFOUND);
  assert_string_equal(error.text, "no plugin \"test.registry.serindipity\" (did you mean \"serendipity\"?)");
  assert_int_equal(registry_find(r, BAUD_REWARD, "quux_of_nothing", &p, &error), BAUD_ENOTFOUND);
  assert_string_equal(error.text, "no reward \"quux_of_nothing\" (baud plugins lists what there is)");
  assert_int_equal(registry_find(r, BAUD_ENV, "serendipty", &p, &error), BAUD_ENOTFOUND);
  assert_string_equal(error.text, "no environment \"serendipty\" (baud plugins lists what there is)");
  registry_free(r);
}

static void units_are_sorted_by_role_and_name_and_failures_come_last(void **state) {
  (void)state;
  registry *r = open_with("no_symbol", "twin_a", "good", "two_garnet", "one_garnet", NULL);
  int failed = 0, own = 0;
  static const char *const order[] = {"test.one.garnet", "test.two.garnet", "test.registry.good", "test.registry.twin"};
  for (size_t i = 0; i < registry_count(r); i++) {
    const plugin *p = registry_at(r, i), *last = i ? registry_at(r, i - 1) : NULL;
    assert_true((p->unit == NULL) == (p->reason != NULL));
    failed += !p->unit;
    if (!p->unit) continue;
    assert_int_equal(failed, 0);
    int is_after = !last || last->unit->role < p->unit->role || strcmp(last->name, p->name) <= 0;
    assert_true(is_after && (!last || last->unit->role <= p->unit->role));
    if (strncmp(p->unit->id, "test.", 5) == 0) assert_string_equal(p->unit->id, order[own++]);
  }
  assert_int_equal(own, 4);
  assert_true(failed >= 1);
  registry_free(r);
}

static void roles_have_names(void **state) {
  (void)state;
  assert_string_equal(role_name(BAUD_ENV), "environment");
  assert_string_equal(role_name(BAUD_LEARNER), "learner");
  assert_string_equal(role_name(BAUD_REWARD), "reward");
  assert_string_equal(role_name(0), "plugin");
  assert_string_equal(role_name(4), "plugin");
}

int main(void) {
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(a_good_library_is_found_whole),
      cmocka_unit_test(each_malformed_library_is_listed_with_its_reason),
      cmocka_unit_test(a_library_that_crashes_while_loading_costs_only_itself),
      cmocka_unit_test(handlers_of_the_host_do_not_run_when_a_library_crashes),
      cmocka_unit_test(a_library_that_ends_the_process_costs_only_itself),
      cmocka_unit_test(a_library_that_hangs_is_given_up),
      cmocka_unit_test(a_file_that_others_may_write_to_is_refused_unopened),
      cmocka_unit_test(a_file_cut_short_is_listed_and_breaks_nothing),
      cmocka_unit_test(what_is_no_library_at_all_is_listed),
      cmocka_unit_test(of_two_with_one_id_the_first_on_the_path_hides_the_other),
      cmocka_unit_test(within_a_folder_the_first_by_name_hides_the_others),
      cmocka_unit_test(an_older_plugins_missing_members_are_zero),
      cmocka_unit_test(a_newer_plugins_additional_members_are_passed_over),
      cmocka_unit_test(the_current_folder_is_never_searched),
      cmocka_unit_test(the_users_own_folder_is_searched_after_the_path),
      cmocka_unit_test(only_visible_files_that_end_in_so_are_tried),
      cmocka_unit_test(a_library_given_by_its_path_goes_before_all_others),
      cmocka_unit_test(several_libraries_given_go_first_in_their_order),
      cmocka_unit_test(units_are_found_by_id_or_by_a_last_part_that_is_unique),
      cmocka_unit_test(a_slip_in_a_name_is_answered_with_the_right_one),
      cmocka_unit_test(units_are_sorted_by_role_and_name_and_failures_come_last),
      cmocka_unit_test(roles_have_names),
  };
  return cmocka_run_group_tests(tests, set_up, tear_down);
}
