/* plan.c - see plan.h. A plan comes from outside (a script, a file, a store), so everything in it is looked at once,
 * here; whoever has a `plan` need not ask again whether an index is in range.
 */
#include "plan.h"

#include <cjson/cJSON.h>
#include <inttypes.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#define XXH_STATIC_LINKING_ONLY /* for a hash state on the stack */
#include <xxhash.h>

#include "params.h"

static const char *const node_kinds[] = {"train", "evaluate"};
static const double most_whole = 9007199254740992.0; /* 2^53: JSON's numbers are doubles */

/* ---- Reading a member ----------------------------------------------------------------------------------- */

static int no_memory(baud_error *error) { return error_set(error, BAUD_ENOMEM, "plan: out of memory"); }

static int read_text(const cJSON *object, const char *key, const char *place, char **to, baud_error *error) {
  const cJSON *item = cJSON_GetObjectItemCaseSensitive(object, key);
  if (!cJSON_IsString(item)) return error_set(error, BAUD_EARG, "plan: %s has no text \"%s\"", place, key);
  *to = strdup(item->valuestring);
  return *to ? 0 : no_memory(error);
}

static int is_whole(const cJSON *item, double low, double high) {
  return cJSON_IsNumber(item) && item->valuedouble >= low && item->valuedouble <= high &&
         floor(item->valuedouble) == item->valuedouble;
}

static int read_array(const cJSON *root, const char *key, const cJSON **to, uint32_t *n, baud_error *error) {
  *to = cJSON_GetObjectItemCaseSensitive(root, key);
  if (!cJSON_IsArray(*to)) return error_set(error, BAUD_EARG, "plan: there is no list \"%s\"", key);
  *n = (uint32_t)cJSON_GetArraySize(*to);
  return 0;
}

/* ---- Nodes, claims, configurations ---------------------------------------------------------------------- */

static int read_nodes(plan *p, const cJSON *root, baud_error *error) {
  const cJSON *list, *item;
  char place[60];
  uint32_t n = 0, i = 0;
  int code = read_array(root, "nodes", &list, &n, error);
  if (code) return code;
  if (n == 0) return error_set(error, BAUD_EARG, "plan: \"nodes\" is empty: there is nothing to run");
  p->nodes = calloc(n, sizeof *p->nodes);
  if (!p->nodes) return no_memory(error);
  p->n_nodes = n;
  cJSON_ArrayForEach(item, list) {
    plan_node *node = &p->nodes[i];
    snprintf(place, sizeof place, "nodes[%u]", i++);
    code = read_text(item, "name", place, &node->name, error);
    if (!code) code = read_text(item, "kind", place, &node->kind, error);
    if (code) return code;
    if (strcmp(node->kind, node_kinds[0]) != 0 && strcmp(node->kind, node_kinds[1]) != 0)
      return error_set(error, BAUD_EARG, "plan: %s is of kind \"%s\"; it may be \"train\" or \"evaluate\"", place,
                       node->kind);
  }
  return 0;
}

static int read_claims(plan *p, const cJSON *root, baud_error *error) {
  const cJSON *list = cJSON_GetObjectItemCaseSensitive(root, "claims"), *item;
  uint32_t n = 0;
  if (!list) return 0;
  int code = read_array(root, "claims", &list, &n, error);
  if (code) return code;
  p->claims = calloc(n + 1u, sizeof *p->claims);
  if (!p->claims) return no_memory(error);
  cJSON_ArrayForEach(item, list) {
    if (!cJSON_IsString(item)) return error_set(error, BAUD_EARG, "plan: claims[%u] is no text", p->n_claims);
    p->claims[p->n_claims] = strdup(item->valuestring);
    if (!p->claims[p->n_claims++]) return no_memory(error);
  }
  return 0;
}

static int compare_seeds(const void *a, const void *b) {
  uint64_t x = *(const uint64_t *)a, y = *(const uint64_t *)b;
  return (x > y) - (x < y);
}

/* The seeds sorted, to look them up; null when memory is out. They are mostly written in order. */
static uint64_t *sorted_seeds(const plan_config *c) {
  uint64_t *sorted = malloc((c->n_seeds + 1u) * sizeof *sorted);
  uint32_t in_order = 1;
  if (!sorted) return NULL;
  if (c->n_seeds) memcpy(sorted, c->seeds, c->n_seeds * sizeof *sorted);
  while (in_order < c->n_seeds && sorted[in_order - 1] <= sorted[in_order]) in_order++;
  if (in_order < c->n_seeds) qsort(sorted, c->n_seeds, sizeof *sorted, compare_seeds);
  return sorted;
}

static int read_seeds(plan_config *c, const cJSON *object, const char *place, baud_error *error) {
  const cJSON *list = cJSON_GetObjectItemCaseSensitive(object, "seeds"), *item;
  if (!cJSON_IsArray(list) || !list->child)
    return error_set(error, BAUD_EARG, "plan: %s has no list \"seeds\" with a seed in it", place);
  c->seeds = calloc((size_t)cJSON_GetArraySize(list), sizeof *c->seeds);
  if (!c->seeds) return no_memory(error);
  cJSON_ArrayForEach(item, list) {
    if (!is_whole(item, 0, most_whole))
      return error_set(error, BAUD_EARG, "plan: %s.seeds[%u] is no whole number from 0 to 2^53", place, c->n_seeds);
    c->seeds[c->n_seeds++] = (uint64_t)item->valuedouble;
  }
  uint64_t *sorted = sorted_seeds(c), twice = 0;
  if (!sorted) return no_memory(error);
  int is_twice = 0;
  for (uint32_t i = 1; i < c->n_seeds; i++)
    if (sorted[i] == sorted[i - 1]) is_twice = 1, twice = sorted[i];
  free(sorted);
  return is_twice ? error_set(error, BAUD_EARG, "plan: %s has seed %" PRIu64 " twice: a trial is never run twice",
                              place, twice)
                  : 0;
}

static int read_links(plan *p, uint32_t index, const cJSON *object, const char *place, baud_error *error) {
  plan_config *c = &p->configs[index];
  const cJSON *node = cJSON_GetObjectItemCaseSensitive(object, "node"),
              *from = cJSON_GetObjectItemCaseSensitive(object, "from");
  if (!is_whole(node, 0, p->n_nodes - 1.0))
    return error_set(error, BAUD_EARG, "plan: %s.node is no number of a node, 0 to %u", place, p->n_nodes - 1);
  if (from && !is_whole(from, -1, (double)index - 1))
    return error_set(error, BAUD_EARG, "plan: %s.from is no number of an earlier configuration, nor -1", place);
  c->node = (uint32_t)node->valuedouble;
  c->from = from ? (int32_t)from->valuedouble : -1;
  if (c->from >= 0 && p->configs[c->from].node >= c->node)
    return error_set(error, BAUD_EARG, "plan: %s starts from configs[%d], which is not of an earlier node", place,
                     c->from);
  return 0;
}

static int read_config(plan *p, uint32_t index, const cJSON *object, baud_error *error) {
  plan_config *c = &p->configs[index];
  char place[60];
  snprintf(place, sizeof place, "configs[%u]", index);
  const cJSON *tags = cJSON_GetObjectItemCaseSensitive(object, "tags"),
              *config = cJSON_GetObjectItemCaseSensitive(object, "config");
  int code = read_text(object, "label", place, &c->label, error);
  if (!code) code = read_links(p, index, object, place, error);
  if (!code) code = read_seeds(c, object, place, error);
  if (code) return code;
  if (!cJSON_IsObject(config)) return error_set(error, BAUD_EARG, "plan: %s has no object \"config\"", place);
  if (tags && !cJSON_IsObject(tags)) return error_set(error, BAUD_EARG, "plan: %s.tags is no object", place);
  c->json = json_canonical(config);
  c->tags = tags ? json_canonical(tags) : strdup("{}");
  if (!c->json || !c->tags) return no_memory(error);
  const cJSON *stop = cJSON_GetObjectItemCaseSensitive(config, "stop"),
              *episodes = cJSON_GetObjectItemCaseSensitive(stop, "episodes");
  if (episodes && !is_whole(episodes, 0, most_whole))
    return error_set(error, BAUD_EARG, "plan: %s.config.stop.episodes is no whole number", place);
  c->episodes = episodes ? (uint64_t)episodes->valuedouble : 0;
  return 0;
}

static int compare_labels(const void *a, const void *b) { return strcmp(*(char *const *)a, *(char *const *)b); }

static int check_labels(const plan *p, baud_error *error) {
  char **sorted = malloc((p->n_configs + 1u) * sizeof *sorted);
  const char *twice = NULL;
  if (!sorted) return no_memory(error);
  for (uint32_t i = 0; i < p->n_configs; i++) sorted[i] = p->configs[i].label;
  qsort(sorted, p->n_configs, sizeof *sorted, compare_labels);
  for (uint32_t i = 1; i < p->n_configs; i++)
    if (strcmp(sorted[i], sorted[i - 1]) == 0) twice = sorted[i];
  free(sorted);
  return twice ? error_set(error, BAUD_EARG, "plan: two configurations have the label \"%s\"", twice) : 0;
}

static int read_configs(plan *p, const cJSON *root, baud_error *error) {
  const cJSON *list, *item;
  uint32_t n = 0;
  int code = read_array(root, "configs", &list, &n, error);
  if (code) return code;
  p->configs = calloc(n + 1u, sizeof *p->configs);
  if (!p->configs) return no_memory(error);
  cJSON_ArrayForEach(item, list) {
    code = read_config(p, p->n_configs++, item, error);
    if (code) return code;
  }
  return check_labels(p, error);
}

/* ---- Trials --------------------------------------------------------------------------------------------- */

/* Where the trials of a configuration are, to find the one with a given seed. */
typedef struct seed_place {
  uint64_t seed;
  uint32_t trial;
} seed_place;

static int compare_places(const void *a, const void *b) {
  return compare_seeds(&((const seed_place *)a)->seed, &((const seed_place *)b)->seed);
}

static int is_any_continued(const plan *p) {
  for (uint32_t c = 0; c < p->n_configs; c++)
    if (p->configs[c].from >= 0) return 1;
  return 0;
}

/* The trials of every configuration, sorted by seed: places[start[config] .. start[config + 1]). */
static int link_trials(plan *p, baud_error *error) {
  if (!is_any_continued(p)) return 0;
  size_t *start = calloc(p->n_configs + 2u, sizeof *start);
  seed_place *places = malloc((p->n_trials + 1u) * sizeof *places);
  int code = start && places ? 0 : no_memory(error);
  for (uint32_t c = 0; c < p->n_configs && !code; c++) start[c + 2] = start[c + 1] + p->configs[c].n_seeds;
  for (uint32_t t = 0; t < p->n_trials && !code; t++)
    places[start[p->trials[t].config + 1]++] = (seed_place){.seed = p->trials[t].seed, .trial = t};
  for (uint32_t c = 0; c < p->n_configs && !code; c++)
    qsort(places + start[c], start[c + 1] - start[c], sizeof *places, compare_places);
  for (uint32_t t = 0; t < p->n_trials && !code; t++) {
    plan_trial *trial = &p->trials[t];
    int32_t from = p->configs[trial->config].from;
    seed_place key = {.seed = trial->seed}, *found;
    if (from < 0) continue;
    found = bsearch(&key, places + start[from], start[from + 1] - start[from], sizeof *places, compare_places);
    if (found) trial->from = (int32_t)found->trial;
    else
      code = error_set(error, BAUD_EARG,
                       "plan: configs[%u] has seed %" PRIu64 ", but configs[%d], which it starts from, has not",
                       trial->config, trial->seed, from);
  }
  free(start);
  free(places);
  return code;
}

static int make_trials(plan *p, baud_error *error) {
  uint64_t n = 0;
  uint32_t most_seeds = 0;
  for (uint32_t c = 0; c < p->n_configs; c++) {
    n += p->configs[c].n_seeds;
    if (p->configs[c].n_seeds > most_seeds) most_seeds = p->configs[c].n_seeds;
  }
  if (n == 0 || n > INT32_MAX)
    return error_set(error, BAUD_EARG, "plan: it has %" PRIu64 " trials; 1 to %d can be run", n, INT32_MAX);
  p->trials = calloc((size_t)n, sizeof *p->trials);
  if (!p->trials) return no_memory(error);
  for (uint32_t node = 0; node < p->n_nodes; node++)
    for (uint32_t k = 0; k < most_seeds; k++)
      for (uint32_t c = 0; c < p->n_configs; c++) {
        const plan_config *config = &p->configs[c];
        if (config->node != node || k >= config->n_seeds) continue;
        plan_trial *trial = &p->trials[p->n_trials++];
        *trial = (plan_trial){.config = c, .seed = config->seeds[k], .from = -1};
        plan_trial_id(config->json, trial->seed, trial->id);
      }
  return link_trials(p, error);
}

void plan_trial_id(const char *config_json, uint64_t seed, char id[PLAN_ID_SIZE]) {
  char tail[24];
  int length = snprintf(tail, sizeof tail, "\n%" PRIu64, seed);
  XXH3_state_t state;
  XXH3_INITSTATE(&state);
  XXH3_128bits_reset(&state);
  XXH3_128bits_update(&state, config_json, strlen(config_json));
  XXH3_128bits_update(&state, tail, (size_t)length);
  XXH128_hash_t hash = XXH3_128bits_digest(&state);
  snprintf(id, PLAN_ID_SIZE, "%016" PRIx64 "%016" PRIx64, (uint64_t)hash.high64, (uint64_t)hash.low64);
}

/* ---- The whole ------------------------------------------------------------------------------------------ */

static int refuse_json(const char *json, const char *end, baud_error *error) {
  size_t line = 1, column = 1;
  for (const char *at = json; end && at < end; at++) {
    column = *at == '\n' ? 1 : column + 1;
    line += *at == '\n';
  }
  return error_set(error, BAUD_EARG, "plan: line %zu, column %zu: this is not JSON", line, column);
}

static int read_plan(plan *p, const cJSON *root, baud_error *error) {
  const cJSON *format = cJSON_GetObjectItemCaseSensitive(root, "format");
  if (!cJSON_IsObject(root)) return error_set(error, BAUD_EARG, "plan: it is no JSON object");
  if (!is_whole(format, 1, 1))
    return error_set(error, BAUD_EARG, "plan: \"format\" is not 1: this baud reads no other");
  int code = read_text(root, "name", "it", &p->name, error);
  if (code) return code;
  p->doc = cJSON_HasObjectItem(root, "doc") ? NULL : strdup("");
  if (!p->doc) code = read_text(root, "doc", "it", &p->doc, error);
  if (!code) code = read_nodes(p, root, error);
  if (!code) code = read_configs(p, root, error);
  if (!code) code = read_claims(p, root, error);
  return code ? code : make_trials(p, error);
}

int plan_parse(plan **out, const char *json, baud_error *error) {
  const char *end = NULL;
  cJSON *root = cJSON_ParseWithOpts(json, &end, 1);
  if (!root) return refuse_json(json, end, error);
  plan *p = calloc(1, sizeof *p);
  int code = p ? read_plan(p, root, error) : no_memory(error);
  cJSON_Delete(root);
  if (code) {
    plan_free(p);
    return code;
  }
  *out = p;
  return 0;
}

void plan_free(plan *p) {
  if (!p) return;
  for (uint32_t i = 0; i < p->n_nodes; i++) {
    free(p->nodes[i].name);
    free(p->nodes[i].kind);
  }
  for (uint32_t i = 0; i < p->n_configs; i++) {
    free(p->configs[i].label);
    free(p->configs[i].tags);
    free(p->configs[i].json);
    free(p->configs[i].seeds);
  }
  for (uint32_t i = 0; i < p->n_claims; i++) free(p->claims[i]);
  free(p->nodes);
  free(p->configs);
  free(p->trials);
  free(p->claims);
  free(p->name);
  free(p->doc);
  free(p);
}

/* ---- Printing ------------------------------------------------------------------------------------------- */

/* All digits: cJSON prints doubles by fifteen, which is not enough for seeds up to 2^53. */
static cJSON *exact_whole(uint64_t number) {
  char text[24];
  snprintf(text, sizeof text, "%" PRIu64, number);
  return cJSON_CreateRaw(text);
}

static cJSON *print_config(const plan_config *c) {
  cJSON *object = cJSON_CreateObject(), *seeds = cJSON_AddArrayToObject(object, "seeds");
  cJSON_AddNumberToObject(object, "node", c->node);
  cJSON_AddStringToObject(object, "label", c->label);
  cJSON_AddNumberToObject(object, "from", c->from);
  cJSON_AddRawToObject(object, "tags", c->tags);
  cJSON_AddRawToObject(object, "config", c->json);
  for (uint32_t i = 0; i < c->n_seeds; i++) cJSON_AddItemToArray(seeds, exact_whole(c->seeds[i]));
  return object;
}

char *plan_print(const plan *p) {
  cJSON *root = cJSON_CreateObject();
  cJSON_AddNumberToObject(root, "format", 1);
  cJSON_AddStringToObject(root, "name", p->name);
  cJSON_AddStringToObject(root, "doc", p->doc);
  cJSON *nodes = cJSON_AddArrayToObject(root, "nodes"), *configs = cJSON_AddArrayToObject(root, "configs");
  cJSON *claims = cJSON_AddArrayToObject(root, "claims");
  for (uint32_t i = 0; i < p->n_nodes; i++) {
    cJSON *node = cJSON_CreateObject();
    cJSON_AddStringToObject(node, "name", p->nodes[i].name);
    cJSON_AddStringToObject(node, "kind", p->nodes[i].kind);
    cJSON_AddItemToArray(nodes, node);
  }
  for (uint32_t i = 0; i < p->n_configs; i++) cJSON_AddItemToArray(configs, print_config(&p->configs[i]));
  for (uint32_t i = 0; i < p->n_claims; i++) cJSON_AddItemToArray(claims, cJSON_CreateString(p->claims[i]));
  char *text = cJSON_PrintUnformatted(root);
  cJSON_Delete(root);
  return text;
}
