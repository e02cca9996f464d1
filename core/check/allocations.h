/* allocations.h - the allocator that a plugin under test sees: it counts, it can fail on demand, and it can hand
 * out whole pages of their own, which are then made read-only so that a write to a model is caught in the act.
 *
 * Only the library under test sees it (elf_redirect). Once pages are handed out the plugin must not be destroyed:
 * a `free` kept in its tables would be the system's.
 */
#ifndef BAUD_CORE_CHECK_ALLOCATIONS_H
#define BAUD_CORE_CHECK_ALLOCATIONS_H

#include "check/run.h"

enum { ALLOCATIONS_NEVER_FAIL = 0 };

/* 0, or BAUD_EUNSUP where the library cannot be made to see it. */
int allocations_watch(const char *path, baud_error *error);

uint64_t allocations_calls(void);       /* of malloc and its kin and of free, since the watch began */
void allocations_fail_at(uint64_t nth); /* the nth allocation from now fails, and all after it; 0: none */

/* From now on allocations lie in pages of their own; 0 or BAUD_ENOMEM. */
int allocations_to_pages(void);
/* The system's allocator again; what lies in pages stays there. */
void allocations_from_heap(void);
/* Makes them read-only (run_guard). */
int allocations_guard(check_run *run, const char *what);

#endif
