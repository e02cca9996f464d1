/* part.h - one of the units that a composition is made of, as its parameter says.
 */
#ifndef BAUD_CORE_COMPOSE_PART_H
#define BAUD_CORE_COMPOSE_PART_H

#include "loop/config.h"

typedef struct part {
  cJSON *json;    /* what it was read from: texts among the values are in it */
  config_unit of; /* the unit, found, and its values */
} part;

/* Finds the unit that `text`, the value of parameter `key`, names. BAUD_OK, or a code after host->fail. */
int32_t part_open(part *p, const baud_host *host, const char *text, uint32_t role, const char *key);
void part_close(part *p);

/* The plugins that the host of a composition has, or null. */
const registry *part_plugins(const baud_host *host);

#endif
