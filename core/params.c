/* params.c - see params.h. The one place where a parameter's type meets JSON.
 */
#include "params.h"

#include <locale.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "registry.h"

const char *param_type_name(uint32_t type) {
  static const char *const names[] = {"", "int", "float", "flag", "choice", "text", "unit"};
  return names[type <= BAUD_UNIT ? type : 0];
}

static const char *short_name(const baud_unit *unit) {
  const char *dot = strrchr(unit->id, '.');
  return dot ? dot + 1 : unit->id;
}

static int unknown_key(const baud_unit *unit, const char *key, baud_error *error) {
  const char *keys[128];
  size_t n = 0;
  for (uint32_t i = 0; i < unit->n_params && n < 128; i++) keys[n++] = unit->params[i].key;
  const char *near = error_closest(key, keys, n);
  const char *role = role_name(unit->role), *name = short_name(unit);
  if (near)
    return error_set(error, BAUD_EARG, "%s \"%s\" has no parameter \"%s\" (did you mean \"%s\"?)", role, name, key, near);
  return error_set(error, BAUD_EARG, "%s \"%s\" has no parameter \"%s\" (baud plugins %s lists them)", role, name, key, name);
}

/* What the user wrote, for the sentence. */
static void shown(const cJSON *item, char *text, size_t size) {
  char *json = cJSON_PrintUnformatted(item);
  snprintf(text, size, "%.60s", json ? json : "?");
  cJSON_free(json);
}

static int wrong(const baud_unit *unit, const baud_param *p, const cJSON *item, const char *wanted, baud_error *error) {
  char text[80];
  shown(item, text, sizeof text);
  return error_set(error, BAUD_EARG, "%s \"%s\": parameter \"%s\" is %s; it takes %s", role_name(unit->role), short_name(unit),
                   p->key, text, wanted);
}

static int read_choice(const baud_unit *unit, const baud_param *p, const cJSON *item, baud_value *value, baud_error *error) {
  char wanted[300] = "one of";
  for (uint32_t i = 0; i < p->n_choices; i++) {
    if (cJSON_IsString(item) && strcmp(item->valuestring, p->choices[i]) == 0) {
      value->i = i;
      return 0;
    }
    size_t used = strlen(wanted);
    snprintf(wanted + used, sizeof wanted - used, "%s \"%s\"", i ? "," : "", p->choices[i]);
  }
  return wrong(unit, p, item, wanted, error);
}

static int read_number(const baud_unit *unit, const baud_param *p, const cJSON *item, baud_value *value, baud_error *error) {
  char wanted[120];
  double x = cJSON_IsNumber(item) ? item->valuedouble : NAN;
  if (p->type == BAUD_INT) {
    int is_whole = floor(x) == x && x >= -0x1p63 && x < 0x1p63; /* so that it fits; the bounds need not be doubles */
    if (is_whole && (int64_t)x >= p->low.i && (int64_t)x <= p->high.i) return value->i = (int64_t)x, 0;
    snprintf(wanted, sizeof wanted, "a whole number from %lld to %lld", (long long)p->low.i, (long long)p->high.i);
  } else {
    if (isfinite(x) && x >= p->low.f && x <= p->high.f) return value->f = x, 0;
    snprintf(wanted, sizeof wanted, "a number from %g to %g", p->low.f, p->high.f);
  }
  return wrong(unit, p, item, wanted, error);
}

/* A unit's text hangs on the item that it was read from, so that it lives as long; cJSON frees it with the item. */
static int read_unit(const baud_unit *unit, const baud_param *p, const cJSON *item, baud_value *value, baud_error *error) {
  cJSON *holder = (cJSON *)(uintptr_t)item;
  char wanted[80];
  if (cJSON_IsNull(item)) return value->s = "", 0;
  snprintf(wanted, sizeof wanted, "a unit, baud.%s \"name\" { ... }", p->low.i == BAUD_ENV ? "env" : role_name((uint32_t)p->low.i));
  if (!cJSON_IsObject(item) || !cJSON_IsString(cJSON_GetObjectItemCaseSensitive(item, "id"))) return wrong(unit, p, item, wanted, error);
  if (!holder->valuestring) holder->valuestring = json_canonical(item);
  return (value->s = holder->valuestring) ? 0 : error_set(error, BAUD_ENOMEM, "out of memory");
}

static int read_one(const baud_unit *unit, const baud_param *p, const cJSON *item, baud_value *value, baud_error *error) {
  switch (p->type) {
    case BAUD_FLAG:
      if (!cJSON_IsBool(item)) return wrong(unit, p, item, "true or false", error);
      return value->i = cJSON_IsTrue(item), 0;
    case BAUD_CHOICE: return read_choice(unit, p, item, value, error);
    case BAUD_TEXT:
      if (!cJSON_IsString(item)) return wrong(unit, p, item, "a text", error);
      return value->s = item->valuestring, 0;
    case BAUD_UNIT: return read_unit(unit, p, item, value, error);
    default: return read_number(unit, p, item, value, error);
  }
}

static int not_by_name(const baud_unit *unit, baud_error *error) {
  return error_set(error, BAUD_EARG, "%s \"%s\": parameters go by name, not by position", role_name(unit->role),
                   short_name(unit));
}

int params_read(const baud_unit *unit, const cJSON *given, baud_value *values, baud_error *error) {
  for (uint32_t i = 0; i < unit->n_params; i++) values[i] = unit->params[i].def;
  if (!given || cJSON_IsNull(given)) return 0;
  if (!given->child && !cJSON_IsObject(given) && !cJSON_IsArray(given)) return not_by_name(unit, error);
  for (const cJSON *item = given->child; item; item = item->next) {
    uint32_t i = 0;
    if (!item->string) return not_by_name(unit, error);
    while (i < unit->n_params && strcmp(unit->params[i].key, item->string) != 0) i++;
    if (i == unit->n_params) return unknown_key(unit, item->string, error);
    int code = read_one(unit, &unit->params[i], item, &values[i], error);
    if (code != 0) return code;
  }
  return 0;
}

static int by_key(const void *a, const void *b) {
  return strcmp((*(const baud_param *const *)a)->key, (*(const baud_param *const *)b)->key);
}

cJSON *params_write(const baud_unit *unit, const baud_value *values) {
  cJSON *object = cJSON_CreateObject();
  const baud_param *sorted[256];
  uint32_t n = unit->n_params < 256 ? unit->n_params : 256;
  for (uint32_t i = 0; i < n; i++) sorted[i] = &unit->params[i];
  qsort(sorted, n, sizeof *sorted, by_key);
  for (uint32_t i = 0; i < n; i++) {
    const baud_param *p = sorted[i];
    const baud_value *value = &values[p - unit->params];
    switch (p->type) {
      case BAUD_INT: cJSON_AddNumberToObject(object, p->key, (double)value->i); break;
      case BAUD_FLOAT: cJSON_AddNumberToObject(object, p->key, value->f); break;
      case BAUD_FLAG: cJSON_AddBoolToObject(object, p->key, value->i != 0); break;
      case BAUD_CHOICE: cJSON_AddStringToObject(object, p->key, p->choices[value->i]); break;
      case BAUD_UNIT: cJSON_AddItemToObject(object, p->key, value->s[0] ? cJSON_Parse(value->s) : cJSON_CreateNull()); break;
      default: cJSON_AddStringToObject(object, p->key, value->s); break;
    }
  }
  return object;
}

/* ---- Canonical JSON ----------------------------------------------------------------------------------- */

static int by_string(const void *a, const void *b) {
  return strcmp((*(const cJSON *const *)a)->string, (*(const cJSON *const *)b)->string);
}

static void write_number(FILE *out, double x) {
  char text[40], *point;
  if (!isfinite(x)) { /* JSON has no word for it */
    fputs("null", out);
    return;
  }
  for (int digits = 1; digits <= 17; digits++) {
    snprintf(text, sizeof text, "%.*g", digits, x);
    if (strtod(text, NULL) == x) break;
  }
  if (floor(x) == x && fabs(x) < 1e15) snprintf(text, sizeof text, "%.0f", x == 0 ? 0.0 : x);
  if ((point = strchr(text, localeconv()->decimal_point[0]))) *point = '.'; /* whatever the locale writes */
  fputs(text, out);
}

static void write_string(FILE *out, const char *s) {
  fputc('"', out);
  for (; *s; s++) {
    unsigned char c = (unsigned char)*s;
    if (c == '"' || c == '\\') fprintf(out, "\\%c", c);
    else if (c < 0x20) fprintf(out, "\\u%04x", c);
    else fputc(c, out);
  }
  fputc('"', out);
}

static void write_item(FILE *out, const cJSON *item);

static void write_object(FILE *out, const cJSON *item) {
  size_t n = (size_t)cJSON_GetArraySize(item), i = 0;
  const cJSON **sorted = calloc(n + 1, sizeof *sorted);
  fputc('{', out);
  if (sorted) {
    for (const cJSON *child = item->child; child; child = child->next) sorted[i++] = child;
    qsort(sorted, n, sizeof *sorted, by_string);
    for (i = 0; i < n; i++) {
      if (i) fputc(',', out);
      write_string(out, sorted[i]->string);
      fputc(':', out);
      write_item(out, sorted[i]);
    }
  }
  fputc('}', out);
  free(sorted);
}

static void write_item(FILE *out, const cJSON *item) {
  if (cJSON_IsObject(item)) {
    write_object(out, item);
  } else if (cJSON_IsArray(item)) {
    fputc('[', out);
    for (const cJSON *child = item->child; child; child = child->next) {
      write_item(out, child);
      if (child->next) fputc(',', out);
    }
    fputc(']', out);
  } else if (cJSON_IsString(item)) {
    write_string(out, item->valuestring);
  } else if (cJSON_IsNumber(item)) {
    write_number(out, item->valuedouble);
  } else {
    fputs(cJSON_IsTrue(item) ? "true" : cJSON_IsFalse(item) ? "false" : "null", out);
  }
}

char *json_canonical(const cJSON *item) {
  char *text = NULL;
  size_t size = 0;
  FILE *out = open_memstream(&text, &size);
  if (!out) return NULL;
  write_item(out, item);
  return fclose(out) == 0 ? text : NULL;
}
