/* fences.h - buffers with a known pattern on either side, so that a write beyond them is seen, down to the byte
 * after the last one.
 */
#ifndef BAUD_CORE_CHECK_FENCES_H
#define BAUD_CORE_CHECK_FENCES_H

#include <stddef.h>
#include <stdint.h>

enum { FENCES_MOST = 256 };

typedef struct fence {
  char *base;
  size_t bytes; /* of the buffer itself, which begins after the first fence */
  const char *name;
} fence;

typedef struct fences {
  fence at[FENCES_MOST];
  uint32_t n;
} fences;

/* A zeroed, 64-byte aligned buffer; null when memory or places are out. `name` must outlive it. */
void *fences_add(fences *f, size_t bytes, const char *name);
/* The name of a buffer whose fence was broken, or null. */
const char *fences_broken(const fences *f);
void fences_close(fences *f);

#endif
