/* blocks.c - see blocks.h.
 */
#include "loop/blocks.h"

#include <stdlib.h>
#include <string.h>
#include <xxhash.h>

enum { PAGE = 4096 };

static size_t element_size(uint32_t dtype) {
  switch (dtype) {
    case BAUD_U8: return 1;
    case BAUD_I32:
    case BAUD_F32: return 4;
    case BAUD_U64:
    case BAUD_F64: return 8;
    default: return 0;
  }
}

static int is_frozen(const baud_block *block) { return block->role == BAUD_WEIGHT || block->role == BAUD_OPTIMISER; }

size_t blocks_size_of(const blocks *b, uint32_t index) {
  const baud_block *block = &b->info[index];
  return element_size(block->dtype) * block->count * (block->flags & BAUD_PER_LANE ? b->lanes : 1u);
}

static int check_table(const blocks *b, baud_error *error) {
  for (uint32_t i = 0; i < b->n; i++) {
    const baud_block *block = &b->info[i];
    const char *name = block->name ? block->name : "(no name)";
    if (!block->name || element_size(block->dtype) == 0 || block->role < BAUD_WEIGHT || block->role > BAUD_SCRATCH)
      return error_set(error, BAUD_EPLUGIN, "block %u \"%s\" lacks a name, a known element type or a known role", i, name);
    if (block->count > ((uint64_t)1 << 40) / (8u * b->lanes))
      return error_set(error, BAUD_ENOMEM, "block \"%s\" asks for %llu elements", name, (unsigned long long)block->count);
  }
  return 0;
}

static size_t place(blocks *b, int frozen, size_t offset, int assign) {
  for (uint32_t i = 0; i < b->n; i++) {
    if (is_frozen(&b->info[i]) != frozen) continue;
    if (assign) b->at[i] = b->slab + offset;
    offset += (blocks_size_of(b, i) + 63u) & ~(size_t)63u;
  }
  return offset;
}

static int allocate(blocks *b, baud_error *error) {
  b->frozen_bytes = (place(b, 1, 0, 0) + PAGE - 1) & ~(size_t)(PAGE - 1);
  b->bytes = (place(b, 0, b->frozen_bytes, 0) + PAGE - 1) & ~(size_t)(PAGE - 1);
  b->at = calloc(b->n + 1u, sizeof *b->at);
  b->slab = aligned_alloc(PAGE, b->bytes ? b->bytes : PAGE);
  if (!b->at || !b->slab) return error_set(error, BAUD_ENOMEM, "out of memory for the learner's blocks (%zu bytes)", b->bytes);
  memset(b->slab, 0, b->bytes);
  place(b, 1, 0, 1);
  place(b, 0, b->frozen_bytes, 1);
  return 0;
}

int blocks_open(blocks *b, const baud_block *table, uint32_t n, uint32_t lanes, baud_error *error) {
  *b = (blocks){.n = n, .lanes = lanes, .info = calloc(n + 1u, sizeof(baud_block))};
  if (!b->info) return error_set(error, BAUD_ENOMEM, "out of memory");
  for (uint32_t i = 0; i < n; i++) {
    const baud_block *theirs = (const baud_block *)((const char *)table + (size_t)table->size * i);
    memcpy(&b->info[i], theirs, theirs->size < sizeof *b->info ? theirs->size : sizeof *b->info);
  }
  int code = check_table(b, error);
  return code ? code : allocate(b, error);
}

int blocks_clone(blocks *b, const blocks *like, baud_error *error) {
  return blocks_open(b, like->info, like->n, like->lanes, error);
}

void blocks_close(blocks *b) {
  free(b->info);
  free(b->at);
  free(b->slab);
  memset(b, 0, sizeof *b);
}

void blocks_copy(blocks *to, const blocks *from) { memcpy(to->slab, from->slab, from->bytes); }

void blocks_copy_mutable(blocks *to, const blocks *from) {
  memcpy(to->slab + to->frozen_bytes, from->slab + from->frozen_bytes, from->bytes - from->frozen_bytes);
  if (to->lanes == 1) return;
  for (uint32_t i = 0; i < to->n; i++) {
    if (is_frozen(&to->info[i]) || !(to->info[i].flags & BAUD_PER_LANE)) continue;
    size_t one = blocks_size_of(to, i) / to->lanes;
    for (uint32_t lane = 1; lane < to->lanes; lane++) memcpy((char *)to->at[i] + lane * one, to->at[i], one);
  }
}

void blocks_wipe(blocks *b, const blocks *initial) {
  for (uint32_t i = 0; i < b->n; i++)
    if (b->info[i].role == BAUD_MEMORY || b->info[i].role == BAUD_TRACE) memcpy(b->at[i], initial->at[i], blocks_size_of(b, i));
}

int blocks_has_memory(const blocks *b) {
  for (uint32_t i = 0; i < b->n; i++)
    if (b->info[i].role == BAUD_MEMORY) return 1;
  return 0;
}

int blocks_frozen_equal(const blocks *a, const blocks *b) { return memcmp(a->slab, b->slab, a->frozen_bytes) == 0; }
uint64_t blocks_frozen_hash(const blocks *b) { return XXH3_64bits(b->slab, b->frozen_bytes); }
