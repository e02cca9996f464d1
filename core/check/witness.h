/* witness.h - an environment's ideal observer at the side of a rig, told of what some channels bring.
 */
#ifndef BAUD_CORE_CHECK_WITNESS_H
#define BAUD_CORE_CHECK_WITNESS_H

#include "check/rig.h"

enum { WITNESS_VALUES = 65536 };

typedef struct witness {
  rig *rig;
  baud_observer observer;
  uint32_t channels, fact;
  void *state, *copy; /* fenced by the rig */
  uint64_t bytes;
  double *values, *weight;
  uint32_t n_values; /* 0: continuous */
  uint32_t hot;
  const void **before, **after; /* one lane's fields */
} witness;

typedef struct bits {
  double surprise[BAUD_CHANNELS], noise[BAUD_CHANNELS];
} bits;

/* CHECK_SKIPPED where there is no observer, or it does not support these channels and this fact as they are. */
int witness_open(witness *w, rig *r, const plugin *env, uint32_t channels, uint32_t fact);
void witness_close(witness *w);
/* Puts the observer back to the prior. */
int witness_restart(witness *w);

/* The rig's lane has just been reset (`r->obs`), or stepped and not finished yet (`r->next`, facts, flags). */
int witness_start(witness *w, uint32_t lane, bits *b);
int witness_step(witness *w, uint32_t lane, bits *b);

/* The evidence of the same step, for checks that tell it otherwise; valid until the next call. */
baud_evidence witness_evidence(witness *w, uint32_t kind, uint32_t lane);
int witness_tell(witness *w, const baud_evidence *e, bits *b);

double bits_offered(const bits *b);        /* of all channels */
int witness_is_discrete(const witness *w); /* everything told of has an alphabet */

#endif
