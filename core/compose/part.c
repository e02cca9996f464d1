/* part.c - see part.h.
 */
#include "compose/part.h"

#include <stdio.h>
#include <stdlib.h>

#include "compose/compose.h"

const registry *part_plugins(const baud_host *host) {
  const compose_host *service = host->extension ? host->extension(host, "baud.compose/1") : NULL;
  return service ? service->plugins : NULL;
}

int32_t part_open(part *p, const baud_host *host, const char *text, uint32_t role, const char *key) {
  char sentence[160];
  baud_error error = {0};
  const registry *plugins = part_plugins(host);
  *p = (part){.json = text[0] ? cJSON_Parse(text) : NULL};
  if (!plugins) return host->fail(host, BAUD_EUNSUP, "it is made of other units, and here there are none to be had");
  if (!p->json) {
    snprintf(sentence, sizeof sentence, "it has no \"%s\": say of what it is to be made", key);
    return host->fail(host, BAUD_EARG, sentence);
  }
  return config_read_unit(&p->of, plugins, p->json, role, key, &error) == 0 ? BAUD_OK : host->fail(host, BAUD_EARG, error.text);
}

void part_close(part *p) {
  free(p->of.values);
  cJSON_Delete(p->json);
}
