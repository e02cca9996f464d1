/* graph.c - the forest of configurations: graph.h. */
#include "graph.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

static int has_later_sibling(const plan *p, uint32_t config) {
  for (uint32_t c = config + 1; c < p->n_configs; c++)
    if (p->configs[c].from == p->configs[config].from) return 1;
  return 0;
}

/* Depth first, without recursion: a child is the next row, else the next sibling of it or of an ancestor. */
int graph_build(graph *g, const plan *p) {
  uint8_t *is_placed = calloc(p->n_configs + 1u, 1);
  g->n = 0;
  g->row = calloc(p->n_configs + 1u, sizeof *g->row);
  if (!g->row || !is_placed) {
    free(is_placed);
    return BAUD_ENOMEM;
  }
  int32_t at = -1, depth = 0;
  uint32_t lasts = 0;
  while (g->n < (int)p->n_configs) {
    uint32_t next = 0;
    while (next < p->n_configs && (is_placed[next] || p->configs[next].from != at)) next++;
    if (next < p->n_configs) { /* a child, or a root */
      int level = depth < GRAPH_DEEPEST - 1 ? depth : GRAPH_DEEPEST - 1;
      uint32_t bit = 1u << level;
      lasts = has_later_sibling(p, next) ? lasts & ~bit : lasts | bit;
      is_placed[next] = 1;
      g->row[g->n++] = (graph_row){next, level, lasts};
      at = (int32_t)next;
      depth++;
    } else if (at < 0) {
      break; /* what is left goes round in circles, which the plan forbids */
    } else {
      at = p->configs[at].from;
      depth--;
    }
  }
  free(is_placed);
  return 0;
}

void graph_free(graph *g) {
  free(g->row);
  *g = (graph){.row = NULL};
}

int graph_find(const graph *g, uint32_t config) {
  for (int i = 0; i < g->n; i++)
    if (g->row[i].config == config) return i;
  return -1;
}

static int is_ancestor(const plan *p, uint32_t of, uint32_t maybe) {
  for (int32_t at = (int32_t)of; at >= 0; at = p->configs[at].from)
    if ((uint32_t)at == maybe) return 1;
  return 0;
}

int graph_is_related(const plan *p, uint32_t a, uint32_t b) { return is_ancestor(p, a, b) || is_ancestor(p, b, a); }

graph_work graph_work_of(const model *m, uint32_t config) {
  const model_config *c = m->configs + config;
  graph_work w = {0, 0};
  double done = 0, of_done = 0;
  uint32_t waiting = 0;
  for (uint32_t i = 0; i < c->n_trials; i++) {
    const model_trial *t = m->trials + c->trials[i];
    w.spent += t->elapsed_seconds;
    if (t->status == STATUS_DONE) done++, of_done += t->elapsed_seconds;
    if (t->status == STATUS_RUNNING || t->status == STATUS_PAUSED) w.left += model_trial_eta(t);
    waiting += t->status == STATUS_QUEUED;
  }
  if (waiting) w.left += done > 0 ? waiting * of_done / done : NAN;
  return w;
}

int graph_critical(const model *m, uint32_t path[GRAPH_DEEPEST]) {
  const plan *p = m->plan;
  double longest = -1;
  int n = 0;
  uint32_t end = 0;
  for (uint32_t c = 0; c < p->n_configs; c++) {
    double length = 0;
    for (int32_t at = (int32_t)c, guard = 0; at >= 0 && guard < (int32_t)p->n_configs; at = p->configs[at].from, guard++) {
      graph_work w = graph_work_of(m, (uint32_t)at);
      length += w.spent + (isfinite(w.left) ? w.left : 0) + 1e-9; /* of paths of no work the deepest */
    }
    if (length > longest) longest = length, end = c;
  }
  uint32_t backwards[GRAPH_DEEPEST];
  for (int32_t at = (int32_t)end; at >= 0 && n < GRAPH_DEEPEST; at = p->configs[at].from) backwards[n++] = (uint32_t)at;
  for (int i = 0; i < n; i++) path[i] = backwards[n - 1 - i];
  return p->n_configs ? n : 0;
}
