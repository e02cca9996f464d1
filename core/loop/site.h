/* site.h - the calls into plugins by number, for naming the one at fault.
 *
 * Before each call the loop stores its number in one word: where a worker puts that word into memory that outlives it,
 * the supervisor still reads who was at it after a death that left no time for last words.
 */
#ifndef BAUD_CORE_SITE_H
#define BAUD_CORE_SITE_H

#include <stdatomic.h>
#include <stddef.h>
#include <stdint.h>

enum site {
  SITE_HOST, /* between calls */
  SITE_ENV,
  SITE_ENV_DRAW,
  SITE_ENV_RESET,
  SITE_ENV_STEP,
  SITE_ENV_DESTROY,
  SITE_DEMONSTRATE,
  SITE_OBSERVER,
  SITE_QUIZ,
  SITE_REWARD,
  SITE_REWARD_RESET,
  SITE_REWARD_SCORE,
  SITE_REWARD_DESTROY,
  SITE_LEARNER,
  SITE_LEARNER_INIT,
  SITE_PREDICT,
  SITE_LEARN,
  SITE_LEARNER_DESTROY,
  SITES
};

static inline void site_put(_Atomic uint32_t *at, uint32_t site) { atomic_store_explicit(at, site, memory_order_relaxed); }
static inline uint32_t site_get(const _Atomic uint32_t *at) { return atomic_load_explicit(at, memory_order_relaxed); }
/* Puts a site down; what stood there. One thread writes. */
static inline uint32_t site_swap(_Atomic uint32_t *at, uint32_t site) {
  uint32_t before = site_get(at);
  site_put(at, site);
  return before;
}

/* The role of the plugin that a site belongs to, or 0 for the host's own. */
uint32_t site_role(uint32_t site);

enum { SITE_ROLES = 4 }; /* ids are indexed by role: [BAUD_ENV], [BAUD_LEARNER], [BAUD_REWARD] */

/* "learner baud.reinforce in predict"; for the host's own, or a number that is no site, the loop with all three. */
void site_describe(uint32_t site, const char *const ids[SITE_ROLES], char *text, size_t size);

#endif
