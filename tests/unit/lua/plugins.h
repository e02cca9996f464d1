/* plugins.h - what the tests of plugins in Lua share: a folder that goes away, a registry with a file of it in front, a
 * host that notes the last sentence, and an environment in one lane, called by hand.
 *
 * SOURCE names the source tree; the twins in C are the examples of the documentation, in docs/examples/.libs of the
 * folder that a test is run in.
 */
#ifndef BAUD_TEST_LUA_PLUGINS_H
#define BAUD_TEST_LUA_PLUGINS_H

#include <limits.h>
#include <sys/stat.h>
#include <unistd.h>

#include "lua/plugins.h"
#include "registry.h"
#include "tests/unit/test.h"

static char folder[PATH_MAX];
static baud_error error;

static inline const char *path_of(const char *name) {
  static char path[PATH_MAX + 200];
  snprintf(path, sizeof path, "%s/%s", folder, name);
  return path;
}

static inline void write_file(const char *name, const char *text) {
  FILE *file = fopen(path_of(name), "w");
  assert_non_null(file);
  fputs(text, file);
  fclose(file);
}

static inline int set_up(void **state) {
  char examples[PATH_MAX + 40], command[3 * PATH_MAX];
  const char *source = getenv("SOURCE");
  (void)state;
  plugins_in_lua();
  snprintf(folder, sizeof folder, "/tmp/baud-test-XXXXXX");
  if (!mkdtemp(folder) || !getcwd(examples, PATH_MAX)) return -1;
  strcat(examples, "/docs/examples/.libs");
  setenv("BAUD_PLUGIN_PATH", examples, 1);
  setenv("XDG_DATA_HOME", folder, 1);
  snprintf(command, sizeof command, "cp '%s/tests/plugins/twins.lua' '%s'", source ? source : ".", folder);
  return system(command);
}

static inline int tear_down(void **state) {
  char command[PATH_MAX + 20];
  (void)state;
  snprintf(command, sizeof command, "rm -rf '%s'", folder);
  return system(command);
}

/* A registry with this file of the folder in front. */
static inline registry *open_file(const char *name) {
  registry *r;
  if (registry_open_files(&r, &(const char *){path_of(name)}, 1, &error) != 0) fail_msg("%s", error.text);
  return r;
}

static inline const plugin *unit_of(const registry *r, const char *id) {
  const plugin *p;
  if (registry_find(r, 0, id, &p, &error) == 0) return p;
  for (size_t i = 0; i < registry_count(r); i++)
    if (registry_at(r, i)->reason) fail_msg("%s: %s", registry_at(r, i)->path, registry_at(r, i)->reason);
  fail_msg("%s", error.text);
  return NULL;
}

/* ---- An environment by hand ----------------------------------------------------------------------------------- */

static char sentence[600];
static inline int32_t note(const baud_host *host, int32_t code, const char *why) {
  (void)host;
  snprintf(sentence, sizeof sentence, "%s", why);
  return code;
}
static inline const void *offer_nothing(const baud_host *host, const char *id) { return (void)host, (void)id, NULL; }
static inline void log_nothing(const baud_host *host, uint32_t level, const char *text) {
  (void)host, (void)level, (void)text;
}
static const baud_host host = {
    .size = BAUD_SIZE(baud_host), .log = log_nothing, .fail = note, .extension = offer_nothing};

#define HEAD "local plugin = require 'baud.plugin'\n"
#define NAMED "id = 'test.x', title = 'x', doc = 'x', "

#define ENV(draw, reset, step)                                                                                         \
  HEAD "return plugin.environment { " NAMED "create = function()\n"                                                    \
       "return { observations = { { name = 'sight', categories = 3 }, { name = 'view', low = -1, high = 1, shape = { " \
       "2, 2 } } },\n"                                                                                                 \
       "  action = { name = 'act', categories = 2 }, facts = { { name = 'win', roles = { 'reward', 'outcome' } } },\n" \
       "  lane = { count = 'u8', seen = { 'flag', 3 } }, world = { weight = { 'f64', 8 } }, entropy_bits = math.huge " \
       "} end,\n"                                                                                                      \
       "draw = function(self, world, random) " draw " end,\n"                                                          \
       "reset = function(self, lane, world, obs) " reset " end,\n"                                                     \
       "step = function(self, lane, world, action, obs, facts) " step " end }\n"

enum { WEIGHTS = 8 };

/* One environment made by ENV, in one lane. */
typedef struct bench {
  registry *r;
  const baud_env_ops *ops;
  void *model;
  baud_env_spec spec;
  double world[WEIGHTS];
  uint64_t lane[4];
  uint32_t pick;
  uint64_t seed;
  int32_t action, sight;
  float view[4], win;
  uint8_t flags;
} bench;

static inline int32_t bench_open(bench *b, const char *text) {
  baud_value none = {0};
  write_file("x.lua", text);
  *b = (bench){.r = open_file("x.lua"), .seed = 11, .spec.size = BAUD_SIZE(baud_env_spec)};
  b->ops = unit_of(b->r, "test.x")->unit->ops;
  sentence[0] = 0;
  int32_t code = b->ops->create(&host, &none, &b->spec, &b->model);
  if (code == BAUD_OK) assert_true(b->spec.lane_bytes <= sizeof b->lane && b->spec.world_bytes == sizeof b->world);
  return code;
}

static inline int32_t bench_call(bench *b, int32_t (*call)(const void *, const baud_batch *)) {
  void *obs[] = {&b->sight, b->view};
  float *facts[] = {&b->win};
  baud_batch batch = {.size = BAUD_SIZE(baud_batch),
                      .lanes = 1,
                      .n_pick = 1,
                      .pick = &b->pick,
                      .seed = &b->seed,
                      .lane = (char *)b->lane,
                      .lane_stride = sizeof b->lane,
                      .world = (const char *)b->world,
                      .action = &b->action,
                      .obs = obs,
                      .facts = facts,
                      .flags = &b->flags};
  return call(b->model, &batch);
}

static inline void bench_close(bench *b) {
  if (b->model) b->ops->destroy(b->model);
  registry_free(b->r);
}

#define REWARD(rest) HEAD "return plugin.reward { " NAMED rest " }"

#endif
