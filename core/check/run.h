/* run.h - what one check is handed, and the few words with which it answers.
 *
 * The first failure counts. While plugin code runs, run_enter says which call it is in, so that a crash can be
 * named from outside; memory put under run_guard is read-only until run_unguard, and a write to it ends the check
 * with a sentence instead of the process.
 */
#ifndef BAUD_CORE_CHECK_RUN_H
#define BAUD_CORE_CHECK_RUN_H

#include <setjmp.h>

#include "check/check.h"

enum { RUN_TEXT = 700, RUN_GUARDS = 64 };

typedef struct guard {
  char *low, *high; /* whole pages */
  const char *what; /* "its weights" */
} guard;

typedef struct check_run {
  const check *check;
  const char *path;        /* of the library, absolute */
  const registry *plugins; /* the library's units and possible partners; null in checks of the library */
  const plugin *unit;      /* null in checks of the library */
  const plugin *const *with; /* [n_with]: environments that were named beside it */
  uint32_t n_with;
  uint64_t seed;
  char text[RUN_TEXT];
  char *now_in; /* shared with the parent */
  guard guard[RUN_GUARDS];
  uint32_t n_guards;
  sigjmp_buf escape;
} check_run;

/* Sets the text and returns CHECK_FAILED, CHECK_SKIPPED, CHECK_OK. */
int run_fail(check_run *run, const char *format, ...) __attribute__((format(printf, 2, 3)));
int run_skip(check_run *run, const char *format, ...) __attribute__((format(printf, 2, 3)));
int run_pass(check_run *run, const char *format, ...) __attribute__((format(printf, 2, 3)));
/* Adds to the text that is there. */
void run_add(check_run *run, const char *format, ...) __attribute__((format(printf, 2, 3)));

/* `call` must be a literal: "step". */
void run_enter(check_run *run, const char *call);

/* Makes whole pages read-only; 0 or -1 where the system refuses. */
int run_guard(check_run *run, void *low, size_t bytes, const char *what);
void run_unguard(check_run *run);

/* Runs the check with faults on guarded pages caught; other faults are left to the system. */
int run_call(check_run *run);

/* For instances that lie in no shared object, whose memory could be guarded: what the loader says that they keep, before
 * and after. run_has_fingerprint tells whether it can say. */
int run_has_fingerprint(const check_run *run);
uint64_t run_fingerprint(const check_run *run, const void *model);
int run_kept(check_run *run, uint64_t before, uint64_t after);

/* A named extension of a unit copied into this minor's size, zero-filled; 0 where there is none. */
int run_extension(const plugin *unit, const char *id, void *to, size_t size);

#endif
