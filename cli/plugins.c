/* plugins.c - baud plugins: what was found and from where; with a name, everything a unit declares about itself.
 *
 * What depends on parameters (observations, facts, channels) is shown as it is with the defaults: the unit is
 * created for it, as a trial would. What a learner takes and answers is found on small environments.
 */
#include <cjson/cJSON.h>
#include <stdlib.h>
#include <string.h>

#include "check/abilities.h"
#include "cli/options.h"
#include "figures.h"
#include "ledger/answers.h"
#include "params.h"
#include "registry.h"

static const char *const extension_ids[] = {"baud.observer/1", "baud.quiz/1",   "baud.demonstrate/1", "baud.draw/1",
                                            "baud.teach/1",    "baud.memory/1", "baud.remember/1"};
enum { N_EXTENSIONS = sizeof extension_ids / sizeof *extension_ids };

static int has_extension(const baud_unit *u, int k) { return u->extension && u->extension(extension_ids[k]); }

/* ---- The list ----------------------------------------------------------------------------------------- */

static void print_list(const registry *r) {
  uint32_t role = 0;
  for (size_t i = 0; i < registry_count(r); i++) {
    const plugin *p = registry_at(r, i);
    if (!p->unit) continue;
    if (p->unit->role != role) printf("%s%ss\n", role ? "\n" : "", role_name(p->unit->role));
    role = p->unit->role;
    printf("  %-22s %-58.58s %s\n", p->name, p->unit->title, p->path);
  }
  int any = 0;
  for (size_t i = 0; i < registry_count(r); i++) {
    const plugin *p = registry_at(r, i);
    if (!p->reason) continue;
    if (!any++) printf("\nnot loaded\n");
    printf("  %-22s %s\n  %-22s %s\n", p->name, p->path, "", p->reason);
  }
  if (role == 0) printf("no plugins found; BAUD_PLUGIN_PATH names more folders to look in\n");
}

static cJSON *unit_json(const registry *r, const plugin *p);

static void print_list_json(const registry *r) {
  cJSON *list = cJSON_CreateArray();
  for (size_t i = 0; i < registry_count(r); i++) cJSON_AddItemToArray(list, unit_json(r, registry_at(r, i)));
  char *text = cJSON_Print(list);
  puts(text ? text : "[]");
  cJSON_free(text);
  cJSON_Delete(list);
}

/* ---- One unit ----------------------------------------------------------------------------------------- */

static void range_text(const baud_param *p, char *text, size_t size) {
  size_t used = 0;
  text[0] = 0;
  if (p->type == BAUD_INT) snprintf(text, size, "%lld .. %lld", (long long)p->low.i, (long long)p->high.i);
  if (p->type == BAUD_FLOAT) snprintf(text, size, "%g .. %g", p->low.f, p->high.f);
  if (p->type == BAUD_UNIT) snprintf(text, size, "%s", p->low.i == BAUD_ENV ? "env" : role_name((uint32_t)p->low.i));
  for (uint32_t i = 0; p->type == BAUD_CHOICE && i < p->n_choices && used < size; i++)
    used += (size_t)snprintf(text + used, size - used, "%s%s", i ? " | " : "", p->choices[i]);
}

/* The default unit's id, of whatever role; "-" where there is none. */
static void default_unit_text(const baud_param *p, char *text, size_t size) {
  cJSON *def = cJSON_Parse(p->def.s);
  const cJSON *id = cJSON_GetObjectItemCaseSensitive(def, "id");
  snprintf(text, size, "%s", cJSON_IsString(id) ? id->valuestring : "-");
  cJSON_Delete(def);
}

static void default_text(const baud_param *p, char *text, size_t size) {
  if (p->type == BAUD_INT) snprintf(text, size, "%lld", (long long)p->def.i);
  else if (p->type == BAUD_FLOAT) snprintf(text, size, "%g", p->def.f);
  else if (p->type == BAUD_FLAG) snprintf(text, size, "%s", p->def.i ? "true" : "false");
  else if (p->type == BAUD_CHOICE) snprintf(text, size, "%s", p->choices[p->def.i]);
  else if (p->type == BAUD_UNIT) default_unit_text(p, text, size);
  else snprintf(text, size, "\"%s\"", p->def.s);
}

static int32_t keep_quiet(const baud_host *host, int32_t code, const char *why) { return (void)host, (void)why, code; }
static void log_nothing(const baud_host *host, uint32_t level, const char *text) { (void)host, (void)level, (void)text; }
static const void *offer_nothing(const baud_host *host, const char *id) { return (void)host, (void)id, NULL; }

static const baud_host bare_host = {
    .size = BAUD_SIZE(baud_host), .minor = BAUD_MINOR, .log = log_nothing, .fail = keep_quiet, .extension = offer_nothing};

/* An environment's spec with its defaults; null model when it cannot be made that way. */
static void *create_env(const baud_unit *u, baud_env_spec *spec) {
  baud_value *values = calloc(u->n_params + 1u, sizeof *values);
  void *model = NULL;
  *spec = (baud_env_spec){.size = BAUD_SIZE(baud_env_spec)};
  if (values) params_read(u, NULL, values, NULL);
  if (!values || ((const baud_env_ops *)u->ops)->create(&bare_host, values, spec, &model) != BAUD_OK) model = NULL;
  free(values);
  return model;
}

static void print_field(const char *what, const baud_field *f) {
  char range[80];
  if (f->categories) snprintf(range, sizeof range, "%u categories", f->categories);
  else snprintf(range, sizeof range, "%g .. %g", f->low, f->high);
  printf("  %-12s %-14s %u x %-24s %s\n", what, f->name, f->count, range, f->doc ? f->doc : "");
}

static void fact_roles(const baud_fact *f, char *text, size_t size) {
  static const char *const names[] = {"reward", "outcome", "potential", "hidden"};
  size_t used = 0;
  text[0] = 0;
  for (uint32_t k = 0; k < 4 && used < size; k++)
    if (f->roles >> k & 1u) used += (size_t)snprintf(text + used, size - used, "%s%s", used ? ", " : "", names[k]);
}

static void print_env(const baud_unit *u) {
  baud_env_spec spec;
  char roles[60];
  void *model = create_env(u, &spec);
  if (!model) return;
  printf("\nChannels, with the defaults\n");
  for (uint32_t f = 0; f < spec.n_obs; f++) print_field("observation", &spec.obs[f]);
  for (uint32_t f = 0; f < spec.n_facts; f++) {
    fact_roles(&spec.facts[f], roles, sizeof roles);
    printf("  %-12s %-14s %-28s %s\n", f == 0 ? "fact (wire)" : "fact", spec.facts[f].name, roles, spec.facts[f].doc ? spec.facts[f].doc : "");
  }
  print_field("action", spec.action);
  uint32_t longest = spec.limit ? spec.limit : spec.max_steps;
  printf("  %-12s %g bits of world, episodes of at most %u steps%s\n", "prior", spec.entropy_bits, longest,
         spec.limit ? " (a time limit)" : longest ? "" : " (no bound)");
  ((const baud_env_ops *)u->ops)->destroy(model);
}

/* "reward, demonstration" of a mask over names. */
static void names_text(uint32_t mask, const char *const *names, uint32_t n, char *text, size_t size) {
  size_t used = 0;
  snprintf(text, size, "nothing");
  for (uint32_t k = 0; k < n && used < size; k++)
    if (mask >> k & 1u) used += (size_t)snprintf(text + used, size - used, "%s%s", used ? ", " : "", names[k]);
}

static void print_abilities(const registry *r, const plugin *p) {
  static ability found[ABILITIES_MOST];
  uint32_t n = abilities_find(r, p, found);
  char takes[80], says[80];
  if (n) printf("\nTakes and answers, with the defaults\n");
  for (uint32_t i = 0; i < n; i++) {
    const ability *a = &found[i];
    names_text(a->takes, channel_name, BAUD_CHANNELS, takes, sizeof takes);
    names_text(a->answers, question_name, ANSWERS, says, sizeof says);
    if (a->refusal[0]) printf("  on %-16s does not play: %s\n", a->env, a->refusal);
    else printf("  on %-16s takes %s; answers %s\n", a->env, takes, says);
  }
}

static void print_unit(const registry *r, const plugin *p) {
  const baud_unit *u = p->unit;
  char range[200], initial[80];
  int any = 0;
  printf("%s %s  %s\n%s\n\n%s\n\n", role_name(u->role), u->id, u->title, p->path, u->doc);
  printf("vendor %s, version %s, license %s, behaviour %u\n", p->library->vendor, p->library->version, p->library->license, u->behaviour);
  if (u->n_params) printf("\nParameters\n");
  for (uint32_t i = 0; i < u->n_params; i++) {
    const baud_param *q = &u->params[i];
    range_text(q, range, sizeof range);
    default_text(q, initial, sizeof initial);
    printf("  %-18s %-7s %-12s %-28s %s%s%s%s\n", q->key, param_type_name(q->type), initial, range, q->doc,
           q->unit && q->unit[0] ? ", " : "", q->unit ? q->unit : "", q->flags & BAUD_LIVE ? "; live" : "");
  }
  if (u->role == BAUD_ENV) print_env(u);
  if (u->role == BAUD_LEARNER) print_abilities(r, p);
  printf("\nExtensions  ");
  for (int k = 0; k < N_EXTENSIONS; k++)
    if (has_extension(u, k)) printf("%s%s", any++ ? ", " : "", extension_ids[k]);
  puts(any ? "" : "none");
}

static cJSON *param_json(const baud_param *q) {
  cJSON *object = cJSON_CreateObject();
  cJSON_AddStringToObject(object, "key", q->key);
  cJSON_AddStringToObject(object, "type", param_type_name(q->type));
  if (q->type == BAUD_INT) {
    cJSON_AddNumberToObject(object, "default", (double)q->def.i);
    cJSON_AddNumberToObject(object, "low", (double)q->low.i);
    cJSON_AddNumberToObject(object, "high", (double)q->high.i);
  } else if (q->type == BAUD_FLOAT) {
    cJSON_AddNumberToObject(object, "default", q->def.f);
    cJSON_AddNumberToObject(object, "low", q->low.f);
    cJSON_AddNumberToObject(object, "high", q->high.f);
  } else if (q->type == BAUD_FLAG) {
    cJSON_AddBoolToObject(object, "default", q->def.i != 0);
  } else {
    cJSON_AddStringToObject(object, "default", q->type == BAUD_CHOICE ? q->choices[q->def.i] : q->def.s);
  }
  cJSON *choices = q->type == BAUD_CHOICE ? cJSON_AddArrayToObject(object, "choices") : NULL;
  for (uint32_t i = 0; choices && i < q->n_choices; i++) cJSON_AddItemToArray(choices, cJSON_CreateString(q->choices[i]));
  cJSON_AddStringToObject(object, "unit", q->unit ? q->unit : "");
  cJSON_AddBoolToObject(object, "live", (q->flags & BAUD_LIVE) != 0);
  cJSON_AddStringToObject(object, "help", q->doc);
  return object;
}

static void add_channels(cJSON *object, const baud_unit *u) {
  baud_env_spec spec;
  char roles[60];
  void *model = create_env(u, &spec);
  if (!model) return;
  cJSON *obs = cJSON_AddArrayToObject(object, "observations"), *facts = cJSON_AddArrayToObject(object, "facts");
  for (uint32_t f = 0; f < spec.n_obs; f++) {
    cJSON *field = cJSON_CreateObject();
    cJSON_AddStringToObject(field, "name", spec.obs[f].name);
    cJSON_AddNumberToObject(field, "categories", spec.obs[f].categories);
    cJSON_AddNumberToObject(field, "count", spec.obs[f].count);
    cJSON_AddItemToArray(obs, field);
  }
  for (uint32_t f = 0; f < spec.n_facts; f++) {
    cJSON *fact = cJSON_CreateObject();
    fact_roles(&spec.facts[f], roles, sizeof roles);
    cJSON_AddStringToObject(fact, "name", spec.facts[f].name);
    cJSON_AddStringToObject(fact, "roles", roles);
    cJSON_AddItemToArray(facts, fact);
  }
  cJSON *action = cJSON_AddObjectToObject(object, "action");
  cJSON_AddStringToObject(action, "name", spec.action->name);
  cJSON_AddNumberToObject(action, "categories", spec.action->categories);
  cJSON_AddNumberToObject(action, "count", spec.action->count);
  ((const baud_env_ops *)u->ops)->destroy(model);
}

static void add_names(cJSON *object, const char *key, uint32_t mask, const char *const *names, uint32_t n) {
  cJSON *list = cJSON_AddArrayToObject(object, key);
  for (uint32_t k = 0; k < n; k++)
    if (mask >> k & 1u) cJSON_AddItemToArray(list, cJSON_CreateString(names[k]));
}

static void add_abilities(cJSON *object, const registry *r, const plugin *p) {
  static ability found[ABILITIES_MOST];
  uint32_t n = abilities_find(r, p, found);
  cJSON *list = cJSON_AddArrayToObject(object, "plays");
  for (uint32_t i = 0; i < n; i++) {
    const ability *a = &found[i];
    cJSON *one = cJSON_CreateObject();
    cJSON_AddItemToArray(list, one);
    cJSON_AddStringToObject(one, "env", a->env);
    if (a->refusal[0]) {
      cJSON_AddStringToObject(one, "refuses", a->refusal);
      continue;
    }
    add_names(one, "offered", a->offered, channel_name, BAUD_CHANNELS);
    add_names(one, "takes", a->takes, channel_name, BAUD_CHANNELS);
    add_names(one, "asked", a->asked, question_name, ANSWERS);
    add_names(one, "answers", a->answers, question_name, ANSWERS);
    add_names(one, "normal", a->normal, question_name, ANSWERS);
  }
}

static cJSON *unit_json(const registry *r, const plugin *p) {
  const baud_unit *u = p->unit;
  cJSON *object = cJSON_CreateObject();
  cJSON_AddStringToObject(object, "name", p->name);
  cJSON_AddStringToObject(object, "path", p->path);
  if (p->reason) {
    cJSON_AddStringToObject(object, "reason", p->reason);
    return object;
  }
  cJSON_AddStringToObject(object, "id", u->id);
  cJSON_AddStringToObject(object, "role", role_name(u->role));
  cJSON_AddStringToObject(object, "title", u->title);
  cJSON_AddStringToObject(object, "doc", u->doc);
  cJSON_AddNumberToObject(object, "behaviour", u->behaviour);
  cJSON_AddStringToObject(object, "version", p->library->version);
  cJSON_AddStringToObject(object, "license", p->library->license);
  cJSON *params = cJSON_AddArrayToObject(object, "params"), *extensions = cJSON_AddArrayToObject(object, "extensions");
  for (uint32_t i = 0; i < u->n_params; i++) cJSON_AddItemToArray(params, param_json(&u->params[i]));
  for (int k = 0; k < N_EXTENSIONS; k++)
    if (has_extension(u, k)) cJSON_AddItemToArray(extensions, cJSON_CreateString(extension_ids[k]));
  if (u->role == BAUD_ENV) add_channels(object, u);
  if (u->role == BAUD_LEARNER) add_abilities(object, r, p);
  return object;
}

static void print_unit_json(const registry *r, const plugin *p) {
  cJSON *object = unit_json(r, p);
  char *text = cJSON_Print(object);
  puts(text ? text : "{}");
  cJSON_free(text);
  cJSON_Delete(object);
}

/* ---- The subcommand ----------------------------------------------------------------------------------- */

static int run(int argc, char **argv) {
  registry *r;
  const plugin *p = NULL;
  const char *name = NULL;
  baud_error error = {0};
  int as_json = 0, got;
  options o;
  options_init(&o, &subcommand_plugins, argc, argv);
  while ((got = options_next(&o, &error)) > 0) {
    if (options_is(&o, "help")) return cli_help(stdout, &subcommand_plugins), EXIT_OK;
    if (options_is(&o, "json")) as_json = 1;
    else if (name) got = error_set(&error, BAUD_EARG, "unexpected \"%.100s\"; it takes one name", o.value);
    else name = o.value;
    if (got < 0) break;
  }
  if (got < 0) return cli_fail(EXIT_USAGE, "plugins", &error);
  if (registry_open(&r, &error) != 0) return cli_fail(EXIT_SYSTEM, "plugins", &error);
  int code = EXIT_OK;
  if (!name) as_json ? print_list_json(r) : print_list(r);
  else if (registry_find(r, 0, name, &p, &error) != 0) code = cli_fail(EXIT_USAGE, "plugins", &error);
  else as_json ? print_unit_json(r, p) : print_unit(r, p);
  registry_free(r);
  return code;
}

const subcommand subcommand_plugins = {
    "plugins", "[--json] [NAME]", "list plugins, or print one's parameters, channels, answers and extensions",
    "  --json    as JSON: an array of units, or one object\n"
    "  NAME      an id, or its last part: lockbox, baud.lockbox\n"
    "For an environment: what is seen, done and true, with the defaults. For a learner: on each of a few environments,\n"
    "with a demonstrator where there is one, which channels it subscribes to and which of the host's questions (action,\n"
    "observation, reward, terminated) it answers; --json: plays: [ { env, offered, takes, asked, answers, normal } ], or\n"
    "{ env, refuses }.\n", run};
