/* maker.h - makes instances of a unit of whatever role, with something suitable around it: an environment alone, a
 * reward scheme for an environment, a learner on a stage.
 */
#ifndef BAUD_CORE_CHECK_MAKER_H
#define BAUD_CORE_CHECK_MAKER_H

#include "check/rehearsal.h"
#include "check/rig.h"

typedef struct maker {
  check_run *run;
  rig_host host;
  rig env;     /* a reward scheme's */
  stage stage; /* a learner's */
  int offers;  /* 1: the host's extensions are on offer */
} maker;

/* CHECK_SKIPPED where nothing suitable is at hand. */
int maker_open(maker *m, check_run *run);
void maker_close(maker *m);

/* Calls create: its code. `digest` (or null) is that of everything it declares. */
int32_t maker_make(maker *m, const baud_value *values, void **model, uint64_t *digest);
void maker_unmake(maker *m, void *model);

/* The environments that reward schemes are tried with: 1, or 0 after the last. */
int maker_partner(const check_run *run, uint32_t index, const plugin **env, baud_value *values);

#endif
