/* fences.c - see fences.h.
 */
#include "check/fences.h"

#include <stdlib.h>
#include <string.h>

enum { FENCE = 128 };

static size_t rounded(size_t n) { return (n + 63u) & ~(size_t)63u; }
static unsigned char pattern(size_t i) { return (unsigned char)(0xa7u ^ (i * 29u)); }

void *fences_add(fences *f, size_t bytes, const char *name) {
  size_t whole = FENCE + rounded(bytes) + FENCE;
  char *base = f->n < FENCES_MOST ? aligned_alloc(64, whole) : NULL;
  if (!base) return NULL;
  for (size_t i = 0; i < whole; i++) base[i] = i >= FENCE && i < FENCE + bytes ? 0 : (char)pattern(i);
  f->at[f->n++] = (fence){base, bytes, name};
  return base + FENCE;
}

static int is_intact(const fence *f) {
  size_t whole = FENCE + rounded(f->bytes) + FENCE;
  for (size_t i = 0; i < FENCE; i++)
    if ((unsigned char)f->base[i] != pattern(i)) return 0;
  for (size_t i = FENCE + f->bytes; i < whole; i++)
    if ((unsigned char)f->base[i] != pattern(i)) return 0;
  return 1;
}

const char *fences_broken(const fences *f) {
  for (uint32_t i = 0; i < f->n; i++)
    if (!is_intact(&f->at[i])) return f->at[i].name;
  return NULL;
}

void fences_close(fences *f) {
  for (uint32_t i = 0; i < f->n; i++) free(f->at[i].base);
  f->n = 0;
}
