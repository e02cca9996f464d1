/* elf.h - a shared object seen from outside: what it exports, imports and needs (read from the file, which is never
 * run for it), where its writable data lie, and, once loaded, its table of imported functions with the allocator's
 * put in the place of ours. Only this one library's table is touched: nobody else notices.
 */
#ifndef BAUD_CORE_CHECK_ELF_H
#define BAUD_CORE_CHECK_ELF_H

#include "error.h"

enum elf_kind { ELF_EXPORT, ELF_IMPORT, ELF_NEEDED };
typedef void (*elf_name)(void *ctx, enum elf_kind kind, const char *name);

/* Calls `name` for each defined global symbol, each undefined one and each needed library. Refuses damaged files. */
int elf_read(const char *path, elf_name name, void *ctx, baud_error *error);

typedef struct elf_redirection {
  const char *symbol;
  void *to;
} elf_redirection;

/* Lets the loaded library at `path` call to[i] where it imports symbol[i]; the number of places changed, or < 0. */
int elf_redirect(const char *path, const elf_redirection *list, size_t n, baud_error *error);

typedef struct elf_range {
  char *low, *high; /* whole pages */
} elf_range;

/* The writable segments of the loaded library; their number. */
uint32_t elf_writable(const char *path, elf_range *out, uint32_t max);

#endif
