/* graph.h - the run's graph: which configuration starts from the checkpoints of which, as a forest in drawing order, and
 * what is worked along its longest path.
 *
 * A configuration starts from one other at most, so the graph is a forest: parents stand above their children, siblings in
 * the script's order.
 */
#ifndef BAUD_TUI_GRAPH_H
#define BAUD_TUI_GRAPH_H

#include "model.h"

enum { GRAPH_DEEPEST = 24 };

typedef struct graph_row {
  uint32_t config;
  int depth;
  uint32_t is_last; /* bit k: on level k no sibling follows (of this row, or of its ancestor there) */
} graph_row;

typedef struct graph {
  graph_row *row; /* [n] */
  int n;
} graph;

int graph_build(graph *g, const plan *p); /* 0 or BAUD_ENOMEM */
void graph_free(graph *g);
int graph_find(const graph *g, uint32_t config); /* its row, or -1 */
/* Whether one of them starts, however far off, from the other; or they are the same. */
int graph_is_related(const plan *p, uint32_t a, uint32_t b);

typedef struct graph_work { /* of a configuration, in seconds of running time */
  double spent, left;       /* left: NAN where it cannot be told */
} graph_work;
graph_work graph_work_of(const model *m, uint32_t config);

/* The path, from its beginning, with most work; path[n], at most GRAPH_DEEPEST. */
int graph_critical(const model *m, uint32_t path[GRAPH_DEEPEST]);

#endif
