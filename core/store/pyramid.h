/* pyramid.h - summaries by powers of two above the chunks of one series.
 *
 * Level 0 is a chunk of 1,024 episodes; node p of level k covers chunks [p 2^k, (p + 1) 2^k). A node is made once,
 * when its last chunk is complete, as left + right: so the pyramid depends on the values alone, not on when anything
 * was written. Of the nodes that still wait for their right sibling there is one for each bit of the number of
 * chunks; together with the unfinished tail they are the whole series.
 */
#ifndef BAUD_STORE_PYRAMID_H
#define BAUD_STORE_PYRAMID_H

#include "store/chunk.h"

enum { PYRAMID_LEVELS = 40 };

typedef struct pyramid {
  uint64_t chunks;
  summary pending[PYRAMID_LEVELS]; /* [k] valid where bit k of chunks is set */
} pyramid;

typedef struct pyramid_node {
  uint32_t level; /* >= 1 */
  uint64_t position;
  summary summary;
} pyramid_node;

/* One more complete chunk. Gives the nodes that it completed, lowest level first; returns their number. */
uint32_t pyramid_add(pyramid *p, summary chunk, pyramid_node nodes[PYRAMID_LEVELS]);

/* The sum of all complete chunks: the pending nodes joined from the highest level down. */
summary pyramid_total(const pyramid *p);

/* How a curve over episodes [from, to) is to be read with at most max_points bins: the width of a bin, and the level
 * to read (-1: raw values). A width is what it takes for max_points bins, rounded up to whole nodes of the level. */
typedef struct pyramid_view {
  uint64_t width;
  int level;
  uint32_t bins;
} pyramid_view;
pyramid_view pyramid_look(uint64_t from, uint64_t to, uint32_t max_points);

#endif
