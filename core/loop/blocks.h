/* blocks.h - a learner's memory: named blocks in one slab, in four parts, each on pages of its own, so that copying,
 * comparing and freezing a part is one call.
 */
#ifndef BAUD_CORE_BLOCKS_H
#define BAUD_CORE_BLOCKS_H

#include "error.h"
#include "parcel.h"

enum blocks_part {
  BLOCKS_FROZEN,  /* WEIGHT, OPTIMISER: not writable while acting */
  BLOCKS_MOVING,  /* MEMORY, RNG: what acting moves on */
  BLOCKS_RESTING, /* TRACE: what acting hardly touches, and may be large */
  BLOCKS_SCRATCH, /* never copied, never compared */
  BLOCKS_PARTS
};

typedef struct blocks {
  uint32_t n, lanes;
  baud_block *info;  /* [n], copied from the learner's setup */
  void **at;         /* [n] */
  char *slab;
  size_t end[BLOCKS_PARTS];  /* each a multiple of the page size, so that a part can be guarded */
  size_t used[BLOCKS_PARTS]; /* bytes of a part from its beginning to the end of its last block */
} blocks;

/* Allocates zeroed blocks. Refuses tables that make no sense, naming the block. */
int blocks_open(blocks *b, const baud_block *table, uint32_t n, uint32_t lanes, baud_error *error);
/* A second set of the same shape. */
int blocks_clone(blocks *b, const blocks *like, baud_error *error);
/* A set for questions: of its own is what changes while acting; the frozen part is `of`'s, or another's by lending. It
 * must not be written there: compare hashes before and after. */
int blocks_shadow(blocks *b, const blocks *of, baud_error *error);
void blocks_lend(blocks *shadow, const blocks *from);
void blocks_close(blocks *b);

/* Zeroes, as they were opened. */
void blocks_clear(blocks *b);
/* All but SCRATCH. */
void blocks_pass(blocks *b, parcel *p);

/* Copies all but SCRATCH. */
void blocks_copy(blocks *to, const blocks *from);
/* Copies one part; but for FROZEN, every lane gets lane 0's. */
void blocks_copy_part(blocks *to, const blocks *from, enum blocks_part part);
/* Puts the MEMORY blocks (part MOVING) or the TRACE blocks (part RESTING) back to what they were in `initial`. */
void blocks_wipe(blocks *b, const blocks *initial, enum blocks_part part);
int blocks_has_memory(const blocks *b);
uint64_t blocks_hash(const blocks *b, enum blocks_part part);
size_t blocks_size_of(const blocks *b, uint32_t index); /* bytes */

#endif
