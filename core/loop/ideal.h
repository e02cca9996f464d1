/* ideal.h - the host's service "baud.ideal/1": the environment's ideal observer of what crosses to one learner, run
 * by that learner on state in its own blocks. There is no way from here to the world.
 */
#ifndef BAUD_CORE_IDEAL_H
#define BAUD_CORE_IDEAL_H

#include "ledger/crossing.h"
#include "loop/site.h"

typedef struct ideal {
  baud_ideal service;
  crossing *crossing;
  uint32_t lanes, channels;
  const baud_env_spec *env;
  double competence;
  _Atomic uint32_t *site; /* where control is noted (loop/site.h): the learner's call leads into the observer and back */
} ideal;

/* Opens the service; service.observer stays null where it cannot be exact. `border`'s world is ignored. */
int ideal_open(ideal *i, const crossing_border *border, double competence, _Atomic uint32_t *site, baud_error *error);
void ideal_close(ideal *i);

#endif
