/* baud/eligibility.h - eligibility traces on a table, inline: what Q(lambda) and Sarsa(lambda) have in common.
 *
 * The traces of a lane are an array over all pairs, zero nearly everywhere, and a list of those that are not:
 * alive[0] is their number, alive[1..] the pairs. Pair p is in the list exactly when trace[p] > 0, so a step
 * costs what is alive and not the table.
 */
#ifndef BAUD_ELIGIBILITY_H
#define BAUD_ELIGIBILITY_H

#include "baud/tabular.h"

#ifdef __cplusplus
extern "C" {
#endif

enum { BAUD_TRACES_ACCUMULATE = 0, BAUD_TRACES_REPLACE = 1 };

typedef struct baud_traces {
  double *trace;  /* [pairs] */
  int32_t *alive; /* [1 + pairs] */
} baud_traces;

/* A visit: e += 1, or e = 1. */
static inline void baud_traces_visit(const baud_traces *traces, int32_t pair, int64_t kind) {
  if (traces->trace[pair] == 0.0) traces->alive[++traces->alive[0]] = pair;
  traces->trace[pair] = kind == BAUD_TRACES_REPLACE ? 1.0 : traces->trace[pair] + 1.0;
}

static inline void baud_traces_clear(const baud_traces *traces) {
  for (int32_t i = 1; i <= traces->alive[0]; i++) traces->trace[traces->alive[i]] = 0.0;
  traces->alive[0] = 0;
}

/* values += change * e; then e *= decay, and what falls below the cutoff is dropped. */
static inline void baud_traces_learn(const baud_traces *traces, double *values, double change, double decay,
                                     double cutoff) {
  int32_t kept = 0;
  for (int32_t i = 1; i <= traces->alive[0]; i++) {
    int32_t pair = traces->alive[i];
    values[pair] += change * traces->trace[pair];
    traces->trace[pair] *= decay;
    if (traces->trace[pair] > 0.0 && traces->trace[pair] >= cutoff) {
      traces->alive[++kept] = pair;
    } else {
      traces->trace[pair] = 0.0;
    }
  }
  traces->alive[0] = kept;
}

#ifdef __cplusplus
}
#endif
#endif
