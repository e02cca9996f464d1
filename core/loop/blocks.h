/* blocks.h - a learner's memory: named blocks in one slab, the frozen ones (weights, optimiser) first, on pages of
 * their own, then what changes while acting. Cloning is one memcpy, comparing the frozen part one memcmp.
 */
#ifndef BAUD_CORE_BLOCKS_H
#define BAUD_CORE_BLOCKS_H

#include "error.h"

typedef struct blocks {
  uint32_t n, lanes;
  baud_block *info;  /* [n], copied from the learner's setup */
  void **at;         /* [n] */
  char *slab;
  size_t bytes, frozen_bytes; /* slab[0, frozen_bytes) holds WEIGHT and OPTIMISER, a multiple of the page size */
} blocks;

/* Allocates zeroed blocks. Refuses tables that make no sense, naming the block. */
int blocks_open(blocks *b, const baud_block *table, uint32_t n, uint32_t lanes, baud_error *error);
/* A second set of the same shape. */
int blocks_clone(blocks *b, const blocks *like, baud_error *error);
void blocks_close(blocks *b);

void blocks_copy(blocks *to, const blocks *from);
/* Copies what may change while acting; every lane gets lane 0's. */
void blocks_copy_mutable(blocks *to, const blocks *from);
/* Puts MEMORY and TRACE blocks back to what they were in `initial`. */
void blocks_wipe(blocks *b, const blocks *initial);
int blocks_has_memory(const blocks *b);
int blocks_frozen_equal(const blocks *a, const blocks *b);
uint64_t blocks_frozen_hash(const blocks *b);
size_t blocks_size_of(const blocks *b, uint32_t index); /* bytes */

#endif
