/* pyramid.c - see pyramid.h.
 */
#include "store/pyramid.h"

#include <assert.h>

uint32_t pyramid_add(pyramid *p, summary chunk, pyramid_node nodes[PYRAMID_LEVELS]) {
  uint32_t n = 0, level = 0;
  /* Carries as adding one to a binary number does. */
  for (; p->chunks >> level & 1; level++) {
    chunk = summary_join(p->pending[level], chunk);
    nodes[n++] = (pyramid_node){.level = level + 1, .position = p->chunks >> (level + 1), .summary = chunk};
  }
  assert(level < PYRAMID_LEVELS);
  p->pending[level] = chunk;
  p->chunks++;
  return n;
}

summary pyramid_total(const pyramid *p) {
  summary total = summary_none();
  for (int level = PYRAMID_LEVELS - 1; level >= 0; level--)
    if (p->chunks >> level & 1) total = summary_join(total, p->pending[level]);
  return total;
}

pyramid_view pyramid_look(uint64_t from, uint64_t to, uint32_t max_points) {
  enum { RAW_EPISODES = 256 * CHUNK }; /* up to this many, reading the values takes about a millisecond */
  uint64_t range = to > from ? to - from : 0;
  if (range == 0 || max_points == 0) return (pyramid_view){.width = 1, .level = -1, .bins = 0};
  uint64_t width = (range - 1) / max_points + 1;
  int level = -1;
  if (range > RAW_EPISODES && width >= CHUNK) {
    level = 0; /* the highest level that still gives a bin four nodes or more */
    while (level < PYRAMID_LEVELS - 1 && (uint64_t)CHUNK << (level + 3) <= width) level++;
    uint64_t node = (uint64_t)CHUNK << level;
    width = ((width - 1) / node + 1) * node;
  }
  return (pyramid_view){.width = width, .level = level, .bins = (uint32_t)((range - 1) / width + 1)};
}
