/* decision.c - see decision.h. Values are written into the learner's JSON and read back by the one reader of parameters,
 * so that they are checked as any others are.
 */
#include "compose/decision.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "params.h"

/* ---- Finding a parameter ------------------------------------------------------------------------------ */

/* The item of parameter `key` among a unit's, which is added where the text leaves it out. */
static cJSON *item_of(cJSON *unit, const baud_unit *of, const baud_param *p) {
  cJSON *params = cJSON_GetObjectItemCaseSensitive(unit, "params");
  if (!params) params = cJSON_AddObjectToObject(unit, "params");
  cJSON *item = cJSON_GetObjectItemCaseSensitive(params, p->key);
  if (item) return item;
  baud_value *values = calloc(of->n_params + 1u, sizeof *values);
  baud_error error;
  cJSON *all = values && params_read(of, NULL, values, &error) == 0 ? params_write(of, values) : NULL;
  item = cJSON_DetachItemFromObjectCaseSensitive(all, p->key);
  if (item) cJSON_AddItemToObject(params, p->key, item);
  cJSON_Delete(all);
  free(values);
  return item;
}

static const baud_param *param_called(const baud_unit *of, const char *key, size_t length) {
  for (uint32_t i = 0; i < of->n_params; i++)
    if (strlen(of->params[i].key) == length && strncmp(of->params[i].key, key, length) == 0) return &of->params[i];
  return NULL;
}

/* The live parameter that a path means; its item in `out`. */
static const baud_param *find(const baud_host *host, const baud_unit *of, cJSON *json, const char *path, cJSON **out) {
  char sentence[200];
  const char *dot = strchr(path, '.');
  const baud_param *p = param_called(of, path, dot ? (size_t)(dot - path) : strlen(path));
  cJSON *item = p ? item_of(json, of, p) : NULL;
  if (p && item && dot && p->type == BAUD_UNIT) {
    const plugin *inner = NULL;
    const cJSON *id = cJSON_GetObjectItemCaseSensitive(item, "id");
    if (cJSON_IsString(id) && registry_find(part_plugins(host), (uint32_t)p->low.i, id->valuestring, &inner, NULL) == 0)
      return find(host, inner->unit, item, dot + 1, out);
  }
  if (p && item && !dot && (p->flags & BAUD_LIVE)) return *out = item, p;
  snprintf(sentence, sizeof sentence, "decides: \"%.60s\" is no live parameter of learner %s (baud plugins %s lists them)", path, of->id, of->id);
  host->fail(host, BAUD_EARG, sentence);
  return NULL;
}

/* ---- Reading the text --------------------------------------------------------------------------------- */

static int32_t wrong(const baud_host *host, const char *entry) {
  char sentence[240];
  snprintf(sentence, sizeof sentence,
           "decides: \"%.80s\" is neither a range, lr=1e-4..1 log, nor a list, lr=0.01|0.1|1; and one text holds one sort alone", entry);
  return host->fail(host, BAUD_EARG, sentence);
}

/* As strtod, whatever the locale writes between digits. */
static double read_number(const char *text, const char **end) {
  cJSON *item = cJSON_ParseWithOpts(text, end, 0);
  double x = cJSON_IsNumber(item) ? item->valuedouble : NAN;
  cJSON_Delete(item);
  return x;
}

static int32_t read_range(decision_entry *e, const baud_param *p, char *text, char *dots, const baud_host *host, const char *entry) {
  const char *end = NULL;
  *dots = 0;
  e->low = read_number(text, &end);
  if (!end || *end) return wrong(host, entry);
  e->high = read_number(dots + 2, &end);
  if (!end || isnan(e->high)) return wrong(host, entry);
  while (*end == ' ') end++;
  e->is_log = strcmp(end, "log") == 0;
  e->is_whole = p->type == BAUD_INT;
  int is_number = p->type == BAUD_FLOAT || p->type == BAUD_INT;
  if ((*end && !e->is_log) || !is_number || !(e->low < e->high) || (e->is_log && !(e->low > 0.0))) return wrong(host, entry);
  return BAUD_OK;
}

static int32_t read_list(decision_entry *e, char *text, const baud_host *host, const char *entry) {
  for (char *save = NULL, *word = strtok_r(text, "| ", &save); word; word = strtok_r(NULL, "| ", &save)) {
    if (e->n == DECISION_CHOICES) return wrong(host, entry);
    cJSON *value = cJSON_Parse(word);
    e->choice[e->n++] = value ? value : cJSON_CreateString(word);
  }
  return e->n >= 2 ? BAUD_OK : wrong(host, entry);
}

/* "lr=1e-4..1 log" */
static int32_t read_entry(decision *d, char *text, const baud_host *host) {
  char whole[100];
  while (*text == ' ') text++;
  snprintf(whole, sizeof whole, "%s", text);
  char *equals = strchr(text, '=');
  if (!equals || d->n == DECISION_MOST) return wrong(host, whole);
  *equals = 0;
  for (char *tail = equals; tail > text && tail[-1] == ' ';) *--tail = 0;
  decision_entry *e = &d->entry[d->n];
  const baud_param *p = find(host, d->learner->of.plugin->unit, d->learner->json, text, &e->item);
  if (!p) return BAUD_EARG;
  char *dots = strstr(equals + 1, "..");
  enum decision_kind kind = dots ? DECIDES_RANGES : DECIDES_CHOICES;
  if (d->n > 0 && kind != d->kind) return wrong(host, whole);
  d->kind = kind;
  d->n++;
  return dots ? read_range(e, p, equals + 1, dots, host, whole) : read_list(e, equals + 1, host, whole);
}

static int32_t read_entries(decision *d, const char *text, const baud_host *host) {
  char *copy = strdup(text), *save = NULL;
  int32_t code = copy ? BAUD_OK : host->fail(host, BAUD_ENOMEM, "out of memory");
  for (char *entry = copy ? strtok_r(copy, ",", &save) : NULL; entry && code == BAUD_OK; entry = strtok_r(NULL, ",", &save))
    code = read_entry(d, entry, host);
  free(copy);
  if (code == BAUD_OK && d->n == 0) code = wrong(host, text);
  if (code == BAUD_OK && d->kind == DECIDES_CHOICES && decision_alternatives(d) == 0)
    code = host->fail(host, BAUD_EARG, "decides: the lists multiply to more than 65536 alternatives");
  return code;
}

static int32_t nobody_to_decide_about(const baud_host *host) {
  return host->fail(host, BAUD_EARG, "decides: without an inner learner there is nothing but its actions to decide");
}

int32_t decision_open(decision *d, const char *text, part *learner, const baud_host *host) {
  static const char *const words[] = {"", "action", "first", "tool", "call", "learning", "weights"};
  *d = (decision){.learner = learner};
  for (int kind = DECIDES_NOTHING; kind <= DECIDES_WEIGHTS; kind++)
    if (strcmp(text, words[kind]) == 0) {
      d->kind = (enum decision_kind)kind;
      if (!learner && kind != DECIDES_ACTION) d->kind = kind == DECIDES_NOTHING ? DECIDES_ACTION : DECIDES_NOTHING;
      return learner || kind <= DECIDES_ACTION ? BAUD_OK : nobody_to_decide_about(host);
    }
  if (!learner) return nobody_to_decide_about(host);
  return read_entries(d, text, host);
}

void decision_close(decision *d) {
  for (uint32_t i = 0; i < d->n; i++)
    for (uint32_t k = 0; k < d->entry[i].n; k++) cJSON_Delete(d->entry[i].choice[k]);
}

int decision_is_of_steps(const decision *d) {
  return d->kind == DECIDES_ACTION || d->kind == DECIDES_FIRST || d->kind == DECIDES_TOOL || d->kind == DECIDES_CALL;
}

uint32_t decision_alternatives(const decision *d) {
  uint64_t n = d->kind == DECIDES_CHOICES;
  for (uint32_t i = 0; i < d->n && n > 0; i++) n = n * d->entry[i].n > 65536 ? 0 : n * d->entry[i].n;
  return (uint32_t)n;
}

/* ---- Taking a decision -------------------------------------------------------------------------------- */

static double in_range(const decision_entry *e, float x) {
  double share = ((double)(x < -1.0f ? -1.0f : x > 1.0f ? 1.0f : x) + 1.0) / 2.0;
  double value = e->is_log ? exp(log(e->low) + share * (log(e->high) - log(e->low))) : e->low + share * (e->high - e->low);
  if (e->is_whole) value = round(value);
  return value < e->low ? e->low : value > e->high ? e->high : value;
}

/* Whether `item` now holds another value. */
static int put(cJSON *item, const cJSON *value) {
  if (cJSON_Compare(item, value, 1)) return 0;
  if (cJSON_IsNumber(value)) cJSON_SetNumberHelper(item, value->valuedouble);
  else if (cJSON_IsBool(value)) item->type = (item->type & ~0xff) | (value->type & 0xff);
  else if (cJSON_IsString(value) && cJSON_IsString(item)) cJSON_SetValuestring(item, value->valuestring);
  return 1;
}

static int put_number(cJSON *item, double value) {
  if (cJSON_IsNumber(item) && item->valuedouble == value) return 0;
  cJSON_SetNumberHelper(item, value);
  return 1;
}

/* Texts of units among the parameters are out of date. */
static void forget_texts(cJSON *params) {
  for (cJSON *item = params->child; item; item = item->next)
    if (cJSON_IsObject(item)) {
      free(item->valuestring);
      item->valuestring = NULL;
    }
}

int decision_take(decision *d, uint32_t choice, const float *x, baud_error *error) {
  int is_new = 0;
  for (uint32_t i = d->n; i-- > 0;) {
    decision_entry *e = &d->entry[i];
    if (d->kind == DECIDES_RANGES) {
      is_new |= put_number(e->item, in_range(e, x[i]));
    } else {
      is_new |= put(e->item, e->choice[choice % e->n]);
      choice /= e->n;
    }
  }
  if (!is_new) return 0;
  cJSON *params = cJSON_GetObjectItemCaseSensitive(d->learner->json, "params");
  forget_texts(params);
  int code = params_read(d->learner->of.plugin->unit, params, d->learner->of.values, error);
  return code ? code : 1;
}
