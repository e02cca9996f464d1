/* units.c - the list of plugins: units.h. */
#include "units.h"

#include <stdio.h>
#include <string.h>

#include "dashboard.h"

void units_ask(dashboard *d) {
  static const char *const arguments[] = {"plugins", "--json", NULL};
  baud_error error = {0};
  units *u = &d->units;
  if (u->is_asked) return;
  u->is_asked = 1;
  if (helper_start(&u->helper, d->options.program, arguments, &error) != 0) snprintf(u->why, sizeof u->why, "%.190s", error.text);
}

int units_poll(dashboard *d) {
  units *u = &d->units;
  if (!helper_is_running(&u->helper) || !helper_read(&u->helper) || helper_is_running(&u->helper)) return 0;
  u->list = u->helper.text ? cJSON_Parse(u->helper.text) : NULL;
  if (!cJSON_IsArray(u->list)) snprintf(u->why, sizeof u->why, "baud plugins gave no list of them");
  helper_stop(&u->helper);
  return 1;
}

void units_close(units *u) {
  helper_stop(&u->helper);
  cJSON_Delete(u->list);
  u->list = NULL;
}

int units_count(const dashboard *d) { return d->units.list ? cJSON_GetArraySize(d->units.list) : 0; }
const cJSON *units_at(const dashboard *d, int index) { return cJSON_GetArrayItem(d->units.list, index); }

const char *units_text(const cJSON *unit, const char *key) {
  const char *text = cJSON_GetStringValue(cJSON_GetObjectItemCaseSensitive(unit, key));
  return text ? text : "";
}

const cJSON *units_of(const dashboard *d, uint32_t config, const char *role) {
  const cJSON *unit = NULL, *found = NULL;
  const char *json = d->model.plan->configs[config].json;
  cJSON *whole = json ? cJSON_Parse(json) : NULL;
  const char *id = units_text(cJSON_GetObjectItemCaseSensitive(whole, role), "id");
  cJSON_ArrayForEach(unit, d->units.list) if (*id && strcmp(units_text(unit, "id"), id) == 0) found = unit;
  cJSON_Delete(whole);
  return found;
}

int units_live(const dashboard *d, uint32_t config, int index, char *key, size_t size) {
  const cJSON *param, *params = cJSON_GetObjectItemCaseSensitive(units_of(d, config, "learner"), "params");
  cJSON_ArrayForEach(param, params) {
    if (!cJSON_IsTrue(cJSON_GetObjectItemCaseSensitive(param, "live")) || index-- > 0) continue;
    snprintf(key, size, "%s", units_text(param, "key"));
    return 1;
  }
  return 0;
}
