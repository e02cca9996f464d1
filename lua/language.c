/* language.c - the public face: a sandbox with baud's own Lua in it, the script run, the plan taken, claims judged.
 *
 * order.lua, words.lua, plan.lua, results.lua and bsuite.lua are embedded in the program (embed.sh). Each job runs in a state of its own,
 * which is closed before the job returns: nothing of a script outlives it.
 */
#include "lua/language.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "lua/primitives.h"
#include "lua/stdlib.inc"

static const uint64_t PLAN_BUDGET = 500000000u, CLAIM_BUDGET = 2000000000u; /* instructions: some seconds */
static const char ARCHIVED[] = "experiment.lua", OPTIONS[] = "options.json";

/* Registry keys of the chunk's results. */
static const char CORE[] = "baud.core", CLAIMS[] = "baud.claims";

/* ---- baud's own Lua ---------------------------------------------------------------------------------------- */

static int install(lua_State *lua) {
  lua_newtable(lua);
  primitives_of_speech(lua);
  primitives_of_units(lua);
  primitives_of_results(lua);
  lua_pushvalue(lua, -1);
  lua_setfield(lua, LUA_REGISTRYINDEX, CORE);
  lua_pushvalue(lua, -1);
  sandbox_run_own(lua, order_lua, 1);
  lua_pop(lua, 1);
  lua_pushvalue(lua, -1);
  sandbox_run_own(lua, words_lua, 1); /* core, baud */
  const char *const *const rest[] = {plan_lua, results_lua, bsuite_lua};
  for (size_t i = 0; i < sizeof rest / sizeof rest[0]; i++) {
    lua_pushvalue(lua, -2);
    lua_pushvalue(lua, -2);
    sandbox_run_own(lua, rest[i], 2);
    lua_pop(lua, 1);
  }
  sandbox_provide(lua, "baud");
  lua_pop(lua, 1);
  return 0;
}

/* script, its result -> plan text; remembers the claims. */
static int make_plan(lua_State *lua) {
  lua_getfield(lua, LUA_REGISTRYINDEX, CORE);
  lua_getfield(lua, -1, "plan");
  lua_pushvalue(lua, 2);
  lua_pushvalue(lua, 1);
  lua_call(lua, 2, 2);
  lua_setfield(lua, LUA_REGISTRYINDEX, CLAIMS);
  return 1;
}

static int judge_claim(lua_State *lua) {
  lua_Integer index = luaL_checkinteger(lua, 1);
  lua_getfield(lua, LUA_REGISTRYINDEX, CORE);
  lua_getfield(lua, -1, "judge");
  lua_getfield(lua, LUA_REGISTRYINDEX, CLAIMS);
  lua_rawgeti(lua, -1, index);
  lua_remove(lua, -2);
  lua_call(lua, 1, 2);
  return 2;
}

/* ---- A job ------------------------------------------------------------------------------------------------- */

static const language_options no_options;

static void folder_of(const char *path, char *folder, size_t size) {
  const char *slash = strrchr(path, '/');
  if (slash == path) snprintf(folder, size, "/");
  else if (slash) snprintf(folder, size, "%.*s", (int)(slash - path), path);
  else snprintf(folder, size, ".");
}

/* Opens a state and runs the script; the plan's text is on top of the stack. */
static int run_script(language_context *c, const char *path, baud_error *error) {
  char folder[sizeof c->box.folder];
  const char *slash = strrchr(path, '/');
  folder_of(path, folder, sizeof folder);
  int code = sandbox_init(&c->box, "the script", folder, c, error);
  if (code) return code;
  lua_State *lua = c->box.lua;
  sandbox_budget(&c->box, PLAN_BUDGET);
  lua_pushcfunction(lua, install);
  code = sandbox_call(&c->box, 0, 0, error);
  if (!code) code = sandbox_load_file(&c->box, path, error);
  if (!code) code = sandbox_call(&c->box, 0, 1, error);
  if (!code) {
    lua_pushcfunction(lua, make_plan);
    lua_insert(lua, -2);
    lua_pushstring(lua, slash ? slash + 1 : path);
    lua_insert(lua, -2);
    code = sandbox_call(&c->box, 2, 1, error);
  }
  if (code && c->box.is_full) error_at(error, "%s", slash ? slash + 1 : path);
  if (code) sandbox_clear(&c->box);
  return code;
}

int language_load(const char *path, const registry *plugins, const language_options *options, char **plan_json,
                  baud_error *error) {
  language_context c = {.plugins = plugins, .options = options ? options : &no_options};
  *plan_json = NULL;
  int code = run_script(&c, path, error);
  if (code) return code;
  *plan_json = strdup(lua_tostring(c.box.lua, -1));
  sandbox_clear(&c.box);
  return *plan_json ? 0 : error_set(error, BAUD_ENOMEM, "no memory for the plan of %s", path);
}

/* ---- Archive ----------------------------------------------------------------------------------------------- */

static char *read_whole(const char *path, baud_error *error) {
  FILE *file = fopen(path, "rb");
  char *text = NULL;
  size_t size = 0, got;
  char piece[8192];
  FILE *out = file ? open_memstream(&text, &size) : NULL;
  while (out && (got = fread(piece, 1, sizeof piece, file)) > 0) fwrite(piece, 1, got, out);
  if (out && (ferror(file) | fclose(out)) != 0) {
    free(text);
    text = NULL;
  }
  if (file) fclose(file);
  if (!text) error_set(error, BAUD_EIO, "cannot read %s: %s", path, strerror(errno));
  return text;
}

static int write_whole(const char *folder, const char *name, const char *text, baud_error *error) {
  char path[1400];
  snprintf(path, sizeof path, "%s/%s", folder, name);
  FILE *file = fopen(path, "wb");
  int bad = !file || fputs(text, file) < 0;
  if (file) bad |= fclose(file) != 0;
  return bad ? error_set(error, BAUD_EIO, "cannot write %s: %s", path, strerror(errno)) : 0;
}

static int copy_into(const char *folder, const char *from, const char *name, baud_error *error) {
  char *text = read_whole(from, error);
  if (!text) return error->code;
  int code = write_whole(folder, name, text, error);
  free(text);
  return code;
}

static int write_options(const language_options *options, const char *folder, baud_error *error) {
  cJSON *object = cJSON_CreateObject();
  cJSON *settings = cJSON_AddArrayToObject(object, "settings");
  for (size_t i = 0; i < options->n_settings; i++)
    cJSON_AddItemToArray(settings, cJSON_CreateString(options->settings[i]));
  cJSON_AddNumberToObject(object, "seeds", (double)options->seeds);
  cJSON_AddNumberToObject(object, "episodes", (double)options->episodes);
  cJSON_AddBoolToObject(object, "full", options->full);
  char *text = json_canonical(object);
  cJSON_Delete(object);
  if (!text) return error_set(error, BAUD_ENOMEM, "no memory to write the options into %s", folder);
  int code = write_whole(folder, OPTIONS, text, error);
  free(text);
  return code;
}

int language_archive(const char *path, const registry *plugins, const language_options *options, const char *folder,
                     baud_error *error) {
  language_context c = {.plugins = plugins, .options = options ? options : &no_options};
  char from[1200];
  int code = run_script(&c, path, error);
  if (code) return code;
  code = copy_into(folder, path, ARCHIVED, error);
  for (size_t i = 0; !code && i < c.box.n_modules; i++) {
    snprintf(from, sizeof from, "%s/%s", c.box.folder, c.box.modules[i]);
    code = copy_into(folder, from, c.box.modules[i], error);
  }
  sandbox_clear(&c.box);
  return code ? code : write_options(c.options, folder, error);
}

/* The options that were archived; settings point into `json`, the list is the caller's to free. */
static int read_options(const char *folder, language_options *options, const char ***settings, cJSON **json,
                        baud_error *error) {
  char path[1400];
  snprintf(path, sizeof path, "%s/%s", folder, OPTIONS);
  char *text = read_whole(path, error);
  if (!text) return error->code;
  *json = cJSON_Parse(text);
  free(text);
  const cJSON *list = cJSON_GetObjectItemCaseSensitive(*json, "settings"), *item;
  const cJSON *seeds = cJSON_GetObjectItemCaseSensitive(*json, "seeds");
  const cJSON *episodes = cJSON_GetObjectItemCaseSensitive(*json, "episodes");
  if (!cJSON_IsArray(list) || !cJSON_IsNumber(seeds) || !cJSON_IsNumber(episodes))
    return error_set(error, BAUD_EARG, "%s does not hold a run's options", path);
  *settings = calloc((size_t)cJSON_GetArraySize(list) + 1, sizeof **settings);
  if (!*settings) return error_set(error, BAUD_ENOMEM, "no memory for the options of %s", folder);
  cJSON_ArrayForEach(item, list) {
    if (cJSON_IsString(item)) (*settings)[options->n_settings++] = item->valuestring;
  }
  options->settings = *settings;
  options->seeds = (uint64_t)seeds->valuedouble;
  options->episodes = (uint64_t)episodes->valuedouble;
  options->full = cJSON_IsTrue(cJSON_GetObjectItemCaseSensitive(*json, "full"));
  return 0;
}

/* ---- Claims ------------------------------------------------------------------------------------------------ */

static int judge_all(language_context *c, const char *plan_json, language_sink sink, void *ctx, baud_error *error) {
  lua_State *lua = c->box.lua;
  plan *p;
  int code = plan_parse(&p, plan_json, error);
  if (code) return code;
  for (uint32_t i = 0; !code && i < p->n_claims; i++) {
    baud_error why = {0};
    language_verdict verdict = {i, p->claims[i], "undecided", why.text};
    sandbox_budget(&c->box, CLAIM_BUDGET);
    lua_settop(lua, 1);
    lua_pushcfunction(lua, judge_claim);
    lua_pushinteger(lua, (lua_Integer)i + 1);
    if (sandbox_call(&c->box, 1, 2, &why) == 0) {
      verdict.verdict = lua_tostring(lua, -2);
      verdict.figures = lua_tostring(lua, -1);
    }
    code = sink(ctx, &verdict, error);
  }
  plan_free(p);
  return code;
}

static int judge_run(const char *folder, store *results, bool is_so_far, const registry *plugins, language_sink sink,
                     void *ctx, baud_error *error) {
  language_options options = {0};
  const char **settings = NULL;
  cJSON *json = NULL;
  char path[1400];
  snprintf(path, sizeof path, "%s/%s", folder, ARCHIVED);
  int code = read_options(folder, &options, &settings, &json, error);
  if (!code) {
    language_context c = {.plugins = plugins, .options = &options, .results = results, .is_so_far = is_so_far};
    code = run_script(&c, path, error);
    if (!code) {
      code = judge_all(&c, lua_tostring(c.box.lua, -1), sink, ctx, error);
      sandbox_clear(&c.box);
    }
  }
  free(settings);
  cJSON_Delete(json);
  return code;
}

int language_claims(const char *folder, store *results, const registry *plugins, language_sink sink, void *ctx,
                    baud_error *error) {
  return judge_run(folder, results, false, plugins, sink, ctx, error);
}

int language_claims_so_far(const char *folder, store *results, const registry *plugins, language_sink sink, void *ctx,
                           baud_error *error) {
  return judge_run(folder, results, true, plugins, sink, ctx, error);
}
