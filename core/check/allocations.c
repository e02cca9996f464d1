/* allocations.c - see allocations.h. One library in one process, hence static state; the checks run in children.
 */
#include "check/allocations.h"

#include <errno.h>
#include <malloc.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

#include "check/elf.h"

enum { HEADER = 64 };                /* before each piece of the pages: its size; keeps pieces on cache lines */
#define PAGES_SIZE ((size_t)1 << 30) /* reserved, not touched */

static struct {
  uint64_t calls, made, fail_at;
  char *pages;
  size_t used;
  int to_pages; /* 1: new ones go there */
} watch;

static int fails(void) {
  watch.calls++;
  watch.made++;
  if (!watch.fail_at || watch.made < watch.fail_at) return 0;
  errno = ENOMEM;
  return 1;
}

static int is_of_pages(const void *p) {
  return watch.pages && (const char *)p >= watch.pages && (const char *)p < watch.pages + PAGES_SIZE;
}

static void *take(size_t size, size_t alignment) {
  if (!watch.to_pages) return alignment > 16 ? memalign(alignment, size ? size : 1) : malloc(size ? size : 1);
  size_t align = alignment > HEADER ? alignment : HEADER, begin = (watch.used + HEADER + align - 1) & ~(align - 1);
  if (size > PAGES_SIZE || begin > PAGES_SIZE - size) return NULL;
  memcpy(watch.pages + begin - HEADER, &size, sizeof size);
  watch.used = begin + size;
  return watch.pages + begin;
}

static size_t size_of(const void *p) {
  size_t size;
  if (!is_of_pages(p)) return malloc_usable_size((void *)(uintptr_t)p);
  memcpy(&size, (const char *)p - HEADER, sizeof size);
  return size;
}

/* ---- What the plugin calls ---------------------------------------------------------------------------- */

static void *watched_malloc(size_t size) { return fails() ? NULL : take(size, 1); }

static void *watched_calloc(size_t n, size_t size) {
  size_t bytes;
  if (fails() || __builtin_mul_overflow(n, size, &bytes)) return NULL;
  if (!watch.to_pages) return calloc(n ? n : 1, size ? size : 1);
  return take(bytes, 1); /* fresh pages are zero */
}

static void *watched_realloc(void *p, size_t size) {
  if (fails()) return NULL;
  if (!watch.to_pages && !is_of_pages(p)) return realloc(p, size ? size : 1);
  void *to = take(size, 1);
  if (to && p) memcpy(to, p, size_of(p) < size ? size_of(p) : size);
  return to;
}

static void *watched_reallocarray(void *p, size_t n, size_t size) {
  size_t bytes;
  return __builtin_mul_overflow(n, size, &bytes) ? NULL : watched_realloc(p, bytes);
}

static void *watched_memalign(size_t alignment, size_t size) { return fails() ? NULL : take(size, alignment); }

static int watched_posix_memalign(void **out, size_t alignment, size_t size) {
  void *p = fails() ? NULL : take(size, alignment);
  if (!p) return ENOMEM;
  *out = p;
  return 0;
}

static char *watched_strndup(const char *text, size_t most) {
  size_t n = strnlen(text, most);
  char *to = fails() ? NULL : take(n + 1, 1);
  if (!to) return NULL;
  memcpy(to, text, n);
  to[n] = 0;
  return to;
}

static char *watched_strdup(const char *text) { return watched_strndup(text, strlen(text)); }

static void watched_free(void *p) {
  watch.calls++;
  if (!is_of_pages(p)) free(p);
}

/* C++'s operator new may not return null, so it is counted and never fails. */
static void *watched_new(size_t size) {
  watch.calls++;
  return take(size, 1);
}
static void watched_delete(void *p, size_t size) {
  (void)size;
  watched_free(p);
}

/* ---- The watch ---------------------------------------------------------------------------------------- */

#define TO(function) ((void *)(uintptr_t)(function)) /* a function's address as the linker's tables hold it */

int allocations_watch(const char *path, baud_error *error) {
  const elf_redirection list[] = {{"malloc", TO(watched_malloc)},
                                  {"calloc", TO(watched_calloc)},
                                  {"realloc", TO(watched_realloc)},
                                  {"free", TO(watched_free)},
                                  {"reallocarray", TO(watched_reallocarray)},
                                  {"aligned_alloc", TO(watched_memalign)},
                                  {"memalign", TO(watched_memalign)},
                                  {"posix_memalign", TO(watched_posix_memalign)},
                                  {"strdup", TO(watched_strdup)},
                                  {"__strdup", TO(watched_strdup)},
                                  {"strndup", TO(watched_strndup)},
                                  {"_Znwm", TO(watched_new)},
                                  {"_Znam", TO(watched_new)},
                                  {"_ZdlPv", TO(watched_free)},
                                  {"_ZdaPv", TO(watched_free)},
                                  {"_ZdlPvm", TO(watched_delete)},
                                  {"_ZdaPvm", TO(watched_delete)}};
  watch.fail_at = 0;
  int changed = elf_redirect(path, list, sizeof list / sizeof *list, error);
  return changed < 0 ? changed : 0;
}

uint64_t allocations_calls(void) { return watch.calls; }

void allocations_fail_at(uint64_t nth) {
  watch.made = 0;
  watch.fail_at = nth;
}

int allocations_to_pages(void) {
  if (watch.pages) return watch.to_pages = 1, 0;
  void *pages = mmap(NULL, PAGES_SIZE, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE, -1, 0);
  if (pages == MAP_FAILED) return BAUD_ENOMEM;
  watch.pages = pages;
  watch.used = 0;
  watch.to_pages = 1;
  return 0;
}

void allocations_from_heap(void) { watch.to_pages = 0; }

int allocations_guard(check_run *run, const char *what) {
  size_t page = (size_t)sysconf(_SC_PAGESIZE), bytes = (watch.used + page - 1) & ~(page - 1);
  int code = watch.pages ? run_guard(run, watch.pages, bytes, what) : 0;
  watch.used = bytes; /* what is allocated from now on lies on other pages */
  return code;
}
