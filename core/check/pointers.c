/* pointers.c - see pointers.h.
 */
#include "check/pointers.h"

#include <stdint.h>
#include <stdio.h>
#include <string.h>

/* Nothing that a plugin can point to lies in the lowest 4 GiB - programs and libraries are loaded above, wherever it may
 * please the system - but numbers of 32 bits beside a zero do, and there a sanitizer has memory of its own. */
enum { RANGES = 2048 };
static const uint64_t SMALLEST = UINT64_C(1) << 32;

typedef struct range {
  uintptr_t low, high;
} range;

/* Readable mappings, in ascending order, as the system lists them. */
static size_t read_ranges(range *out, size_t max) {
  FILE *file = fopen("/proc/self/maps", "re");
  char line[600], rights[8];
  size_t n = 0;
  unsigned long low, high;
  while (file && n < max && fgets(line, sizeof line, file))
    if (sscanf(line, "%lx-%lx %7s", &low, &high, rights) == 3 && rights[0] == 'r') out[n++] = (range){low, high};
  if (file) fclose(file);
  return n;
}

static int is_mapped(uintptr_t word, const range *list, size_t n) {
  size_t from = 0;
  while (n > 0) {
    size_t half = n / 2;
    if (word >= list[from + half].high) from += half + 1, n -= half + 1;
    else if (word < list[from + half].low) n = half;
    else return 1;
  }
  return 0;
}

int pointers_in(const void *data, size_t bytes) {
  static range list[RANGES];
  size_t n = read_ranges(list, RANGES);
  for (size_t i = 0; i + sizeof(uintptr_t) <= bytes; i += sizeof(uintptr_t)) {
    uintptr_t word;
    memcpy(&word, (const char *)data + i, sizeof word);
    if (word >= SMALLEST && is_mapped(word, list, n)) return 1;
  }
  return 0;
}
