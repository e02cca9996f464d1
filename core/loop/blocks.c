/* blocks.c - see blocks.h.
 */
#include "loop/blocks.h"

#include <stdlib.h>
#include <string.h>
#ifdef HAVE_XXH_DISPATCH
#include <xxh_x86dispatch.h>
#else
#include <xxhash.h>
#endif

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

/* Which part of the slab a role's blocks lie in. */
static enum blocks_part part_of(const baud_block *block) {
  switch (block->role) {
    case BAUD_WEIGHT:
    case BAUD_OPTIMISER: return BLOCKS_FROZEN;
    case BAUD_TRACE: return BLOCKS_RESTING;
    case BAUD_SCRATCH: return BLOCKS_SCRATCH;
    default: return BLOCKS_MOVING;
  }
}

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

static size_t begin_of(const blocks *b, int part) { return part ? b->end[part - 1] : 0; }

/* Lays one part's blocks from `offset` on; where they end. */
static size_t place(blocks *b, enum blocks_part part, size_t offset, int assign) {
  for (uint32_t i = 0; i < b->n; i++) {
    if (part_of(&b->info[i]) != part) continue;
    if (assign) b->at[i] = b->slab + offset;
    offset += (blocks_size_of(b, i) + 63u) & ~(size_t)63u;
  }
  return offset;
}

static int allocate(blocks *b, enum blocks_part first, baud_error *error) {
  size_t end = 0;
  for (uint32_t part = first; part < BLOCKS_PARTS; part++) {
    b->used[part] = place(b, (enum blocks_part)part, end, 0) - end;
    b->end[part] = end = (end + b->used[part] + PAGE - 1) & ~(size_t)(PAGE - 1);
  }
  b->at = calloc(b->n + 1u, sizeof *b->at);
  b->slab = aligned_alloc(PAGE, end ? end : PAGE);
  if (!b->at || !b->slab) return error_set(error, BAUD_ENOMEM, "out of memory for the learner's blocks (%zu bytes)", end);
  memset(b->slab, 0, end);
  for (uint32_t part = first; part < BLOCKS_PARTS; part++) place(b, (enum blocks_part)part, begin_of(b, (int)part), 1);
  return 0;
}

static int open_from(blocks *b, const baud_block *table, uint32_t n, uint32_t lanes, enum blocks_part first, baud_error *error) {
  *b = (blocks){.n = n, .lanes = lanes, .info = calloc(n + 1u, sizeof(baud_block))};
  if (!b->info) return error_set(error, BAUD_ENOMEM, "out of memory");
  for (uint32_t i = 0; i < n; i++) {
    const baud_block *theirs = (const baud_block *)((const char *)table + (size_t)table->size * i);
    memcpy(&b->info[i], theirs, theirs->size < sizeof *b->info ? theirs->size : sizeof *b->info);
  }
  int code = check_table(b, error);
  return code ? code : allocate(b, first, error);
}

int blocks_open(blocks *b, const baud_block *table, uint32_t n, uint32_t lanes, baud_error *error) {
  return open_from(b, table, n, lanes, BLOCKS_FROZEN, error);
}

int blocks_clone(blocks *b, const blocks *like, baud_error *error) {
  return blocks_open(b, like->info, like->n, like->lanes, error);
}

int blocks_shadow(blocks *b, const blocks *of, baud_error *error) {
  return open_from(b, of->info, of->n, of->lanes, BLOCKS_MOVING, error);
}

void blocks_lend(blocks *shadow, const blocks *from) {
  for (uint32_t i = 0; i < shadow->n; i++)
    if (part_of(&shadow->info[i]) == BLOCKS_FROZEN) shadow->at[i] = from->at[i];
}

void blocks_close(blocks *b) {
  free(b->info);
  free(b->at);
  free(b->slab);
  memset(b, 0, sizeof *b);
}

void blocks_clear(blocks *b) { memset(b->slab, 0, b->end[BLOCKS_SCRATCH]); }

void blocks_pass(blocks *b, parcel *p) {
  for (uint32_t i = 0; i < b->n; i++)
    if (part_of(&b->info[i]) != BLOCKS_SCRATCH) parcel_pass(p, b->at[i], blocks_size_of(b, i));
}

void blocks_copy(blocks *to, const blocks *from) { memcpy(to->slab, from->slab, from->end[BLOCKS_RESTING]); }

void blocks_copy_part(blocks *to, const blocks *from, enum blocks_part part) {
  memcpy(to->slab + begin_of(to, (int)part), from->slab + begin_of(from, (int)part), from->used[part]);
  if (to->lanes == 1 || part == BLOCKS_FROZEN) return;
  for (uint32_t i = 0; i < to->n; i++) {
    if (part_of(&to->info[i]) != part || !(to->info[i].flags & BAUD_PER_LANE)) continue;
    size_t one = blocks_size_of(to, i) / to->lanes;
    for (uint32_t lane = 1; lane < to->lanes; lane++) memcpy((char *)to->at[i] + lane * one, to->at[i], one);
  }
}

void blocks_wipe(blocks *b, const blocks *initial, enum blocks_part part) {
  for (uint32_t i = 0; i < b->n; i++)
    if (part_of(&b->info[i]) == part && b->info[i].role != BAUD_RNG) memcpy(b->at[i], initial->at[i], blocks_size_of(b, i));
}

int blocks_has_memory(const blocks *b) {
  for (uint32_t i = 0; i < b->n; i++)
    if (b->info[i].role == BAUD_MEMORY) return 1;
  return 0;
}

uint64_t blocks_hash(const blocks *b, enum blocks_part part) {
  return XXH3_64bits(b->slab + begin_of(b, (int)part), b->used[part]);
}
