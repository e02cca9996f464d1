/* process.h - what of a process a plugin has no business to change.
 */
#ifndef BAUD_CORE_CHECK_PROCESS_H
#define BAUD_CORE_CHECK_PROCESS_H

#include <limits.h>
#include <signal.h>

enum { PROCESS_SIGNALS = 65 };

typedef struct process_state {
  unsigned floating; /* control of the floating-point unit: rounding, denormals, traps */
  char locale[200], folder[PATH_MAX];
  void *handler[PROCESS_SIGNALS];
  sigset_t blocked;
  int files, threads;
} process_state;

void process_note(process_state *s);
/* What differs: "the locale", or null. */
const char *process_changed(const process_state *before, const process_state *after);

#endif
