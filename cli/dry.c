/* dry.c - see dry.h. Configurations are shown by their labels, which hold what varies; what is common to a node
 * (which units, how long) stands once, in its head.
 */
#include "dry.h"

#include <cjson/cJSON.h>
#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

enum { SHOWN = 40 }; /* configurations of a node, before the rest is only counted */

static const char *plural(uint64_t n) { return n == 1 ? "" : "s"; }

/* A unit's name; of what it is made, where it is made of others: lifetime { env = lockbox, learner = reinforce }. */
static void print_unit(FILE *to, const cJSON *unit) {
  const cJSON *id = cJSON_GetObjectItemCaseSensitive(unit, "id"), *params = cJSON_GetObjectItemCaseSensitive(unit, "params"), *inner;
  const char *text = cJSON_IsString(id) ? id->valuestring : "?", *dot = strrchr(text, '.');
  int n = 0;
  fputs(dot ? dot + 1 : text, to);
  cJSON_ArrayForEach(inner, params) {
    if (!cJSON_IsObject(inner)) continue;
    fprintf(to, "%s%s = ", n++ ? ", " : " { ", inner->string);
    print_unit(to, inner);
  }
  if (n > 0) fputs(" }", to);
}

static char *unit_text(const plan_config *c, const char *role) {
  char *text = NULL;
  size_t size = 0;
  cJSON *config = cJSON_Parse(c->json);
  FILE *to = open_memstream(&text, &size);
  if (to) {
    print_unit(to, cJSON_GetObjectItemCaseSensitive(config, role));
    fclose(to);
  }
  cJSON_Delete(config);
  return text;
}

/* "a, b, c": the distinct units of a role over a node's configurations, each once. */
static void print_distinct(FILE *to, const plan *p, uint32_t node, const char *role) {
  cJSON *seen = cJSON_CreateObject();
  for (uint32_t i = 0; seen && i < p->n_configs; i++) {
    if (p->configs[i].node != node) continue;
    char *text = unit_text(&p->configs[i], role);
    if (text && !cJSON_HasObjectItem(seen, text)) {
      fprintf(to, "%s%s", seen->child ? ", " : "", text);
      cJSON_AddNullToObject(seen, text);
    }
    free(text);
  }
  cJSON_Delete(seen);
}

static void print_seeds(FILE *to, const plan_config *c) {
  int is_run = 1; /* first, first+1, ... */
  for (uint32_t i = 1; i < c->n_seeds; i++) is_run &= c->seeds[i] == c->seeds[i - 1] + 1;
  if (is_run && c->n_seeds > 1)
    fprintf(to, "%" PRIu32 " seeds (%" PRIu64 " to %" PRIu64 ")", c->n_seeds, c->seeds[0], c->seeds[c->n_seeds - 1]);
  else
    fprintf(to, "%" PRIu32 " seed%s (%" PRIu64 "%s)", c->n_seeds, plural(c->n_seeds), c->n_seeds ? c->seeds[0] : 0,
            c->n_seeds > 1 ? ", ..." : "");
}

static void print_node(FILE *to, const plan *p, uint32_t node) {
  static const char *const roles[] = {"env", "reward", "learner"};
  uint32_t n = 0;
  uint64_t trials = 0, least = UINT64_MAX, most = 0;
  const plan_config *first = NULL;
  for (uint32_t i = 0; i < p->n_configs; i++) {
    const plan_config *c = &p->configs[i];
    if (c->node != node) continue;
    if (!first) first = c;
    n++;
    trials += c->n_seeds;
    if (c->episodes < least) least = c->episodes;
    if (c->episodes > most) most = c->episodes;
  }
  if (!first) return;
  fprintf(to, "\n%s \"%s\": %" PRIu32 " configuration%s x ", p->nodes[node].kind, p->nodes[node].name, n, plural(n));
  print_seeds(to, first);
  fprintf(to, " = %" PRIu64 " trial%s", trials, plural(trials));
  if (most > 0 && least == most) fprintf(to, " of %" PRIu64 " episode%s", most, plural(most));
  else if (most > 0) fprintf(to, " of %" PRIu64 " to %" PRIu64 " episodes", least, most);
  if (first->from >= 0) fprintf(to, ", from \"%s\"", p->nodes[p->configs[first->from].node].name);
  fputc('\n', to);
  for (size_t i = 0; i < sizeof roles / sizeof roles[0]; i++) {
    fprintf(to, "  %-8s ", roles[i]);
    print_distinct(to, p, node, roles[i]);
    fputc('\n', to);
  }
  uint32_t shown = 0;
  for (uint32_t i = 0; i < p->n_configs && shown < SHOWN; i++) {
    if (p->configs[i].node != node) continue;
    const char *label = p->configs[i].label, *name = p->nodes[node].name;
    size_t length = strlen(name); /* the node's name is in the head already */
    if (strncmp(label, name, length) == 0 && strncmp(label + length, ": ", 2) == 0) label += length + 2;
    fprintf(to, "    %s\n", label);
    shown++;
  }
  if (n > shown) fprintf(to, "    ... and %" PRIu32 " more\n", n - shown);
}

void dry_print(FILE *to, const plan *p) {
  fprintf(to, "%s%s%s\n", p->name, p->doc && p->doc[0] ? ": " : "", p->doc ? p->doc : "");
  fprintf(to, "%" PRIu32 " node%s, %" PRIu32 " configuration%s, %" PRIu32 " trial%s, %" PRIu32 " claim%s\n", p->n_nodes,
          plural(p->n_nodes), p->n_configs, plural(p->n_configs), p->n_trials, plural(p->n_trials), p->n_claims,
          plural(p->n_claims));
  for (uint32_t node = 0; node < p->n_nodes; node++) print_node(to, p, node);
  if (p->n_claims > 0) fputs("\nclaims\n", to);
  for (uint32_t i = 0; i < p->n_claims; i++) fprintf(to, "  %s\n", p->claims[i]);
}
