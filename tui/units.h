/* units.h - the plugins that there are, as `baud plugins --json` lists them: for the Plugins view and to know which
 * parameters are live. Asked for once, in the background, by a helper: the dashboard loads no plugin.
 */
#ifndef BAUD_TUI_UNITS_H
#define BAUD_TUI_UNITS_H

#include <cjson/cJSON.h>

#include "helper.h"

typedef struct units {
  helper helper;
  int is_asked;
  char why[200]; /* there is no list, or "" */
  cJSON *list;   /* null: not yet */
} units;

struct dashboard;

void units_ask(struct dashboard *d);  /* starts the helper, the first time */
int units_poll(struct dashboard *d);  /* 1 when the list has come */
void units_close(units *u);

int units_count(const struct dashboard *d);
const cJSON *units_at(const struct dashboard *d, int index);
/* A text of it, or "". */
const char *units_text(const cJSON *unit, const char *key);
/* The unit that a configuration has as its "env", "reward" or "learner", or null. */
const cJSON *units_of(const struct dashboard *d, uint32_t config, const char *role);

/* The index-th live parameter of a configuration's learner, as its key: 1; 0 where there are no more. */
int units_live(const struct dashboard *d, uint32_t config, int index, char *key, size_t size);

#endif
