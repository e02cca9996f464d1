/* repeats.h - remembers steps that an observer has been told of, so that repeats can be left out.
 *
 * For observers that declare BAUD_REPEATABLE. Where the observation is one discrete state there is a place for each
 * state, action and flags, which holds the successor and the fact that came last; elsewhere a small direct-mapped
 * table holds whole steps, byte for byte. A step that was pushed out is simply told again, and one that fits neither
 * is never remembered.
 */
#ifndef BAUD_CORE_REPEATS_H
#define BAUD_CORE_REPEATS_H

#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "baud/plugin.h"

enum { REPEATS_PLACES = 1 << 19, REPEATS_FLAGS = 4, REPEATS_WORDS = 5, REPEATS_SLOTS = 1024, REPEATS_FIELDS = 8 };

typedef struct repeats {
  uint32_t states, actions;       /* of a world of one discrete state; states 0: it is none */
  uint32_t n_fields;              /* else its fields and, last, the action */
  uint32_t bytes[REPEATS_FIELDS]; /* of one lane, 1 to 4 each */
  uint64_t *place; /* [states][actions][flags]: successor + 1, fact; or [slots][words], of which word 0 is never 0 */
} repeats;

/* A step of one lane, as the batch's arrays have it. */
typedef struct repeats_step {
  const void *const *before, *const *after; /* [field][lane][count] */
  const void *action;
  uint32_t lane, flags;
  float fact;
} repeats_step;

static inline int repeats_is_scalar(const baud_field *f) { return f->dtype == BAUD_I32 && f->count == 1 && f->categories > 0; }

/* Whether a step of this environment fits the slots: word 0 holds flags and fact, word 1 the action, then 32 bits for
 * each field, before and after. */
static inline int repeats_measure(repeats *r, const baud_env_spec *env) {
  uint32_t n = env->n_obs, words = 2 + 2 * ((n + 1) / 2);
  for (uint32_t f = 0; f <= n; f++) {
    const baud_field *field = f < n ? &env->obs[f] : env->action;
    uint32_t bytes = (field->dtype == BAUD_U8 ? 1u : 4u) * field->count;
    if (n == 0 || n >= REPEATS_FIELDS || bytes > 4 || words > REPEATS_WORDS) return 0;
    r->bytes[f] = bytes;
  }
  r->n_fields = n + 1;
  return 1;
}

/* 1 when steps of this environment can be remembered; 0 too when there is no memory for it. */
static inline int repeats_open(repeats *r, const baud_env_spec *env) {
  memset(r, 0, sizeof *r);
  size_t places = REPEATS_SLOTS * REPEATS_WORDS;
  if (env->n_obs == 1 && repeats_is_scalar(&env->obs[0]) && repeats_is_scalar(env->action) &&
      (uint64_t)env->obs[0].categories * env->action->categories <= REPEATS_PLACES / REPEATS_FLAGS) {
    r->states = env->obs[0].categories;
    r->actions = env->action->categories;
    places = (size_t)r->states * r->actions * REPEATS_FLAGS;
  } else if (!repeats_measure(r, env)) {
    return 0;
  }
  r->place = calloc(places, sizeof *r->place);
  return r->place != NULL;
}

static inline void repeats_close(repeats *r) { free(r->place); }

static inline uint64_t repeats_word(const void *data, uint32_t lane, uint32_t bytes) {
  uint32_t word = 0;
  memcpy(&word, (const char *)data + (size_t)lane * bytes, bytes);
  return word;
}

/* The slot goes by the first field and the action, so that pairs of states and actions get slots of their own as far
 * as they go. */
static inline int repeats_seen_whole(repeats *r, const repeats_step *step, uint32_t fact_bits) {
  uint64_t key[REPEATS_WORDS] = {0}, different = 0;
  uint32_t n = r->n_fields - 1;
  key[0] = (uint64_t)fact_bits << 32 | step->flags << 1 | 1u;
  key[1] = repeats_word(step->action, step->lane, r->bytes[n]);
  for (uint32_t f = 0; f < n; f++) {
    key[2 + f / 2] |= repeats_word(step->before[f], step->lane, r->bytes[f]) << (f % 2 * 32);
    key[2 + (n + 1) / 2 + f / 2] |= repeats_word(step->after[f], step->lane, r->bytes[f]) << (f % 2 * 32);
  }
  uint64_t slot = (key[2] + (key[2] >> 32) + (key[1] << 8)) & (REPEATS_SLOTS - 1), *place = r->place + slot * REPEATS_WORDS;
  for (uint32_t i = 0; i < REPEATS_WORDS; i++) different |= place[i] ^ key[i];
  if (different) memcpy(place, key, sizeof key);
  return !different;
}

/* 1 when this very step is remembered; else remembers it and returns 0. The action is within its categories. */
static inline int repeats_seen(repeats *r, const repeats_step *step) {
  uint32_t fact_bits;
  memcpy(&fact_bits, &step->fact, sizeof fact_bits);
  if (r->states == 0) return repeats_seen_whole(r, step, fact_bits);
  uint32_t before = ((const uint32_t *)step->before[0])[step->lane], after = ((const uint32_t *)step->after[0])[step->lane];
  uint32_t action = ((const uint32_t *)step->action)[step->lane];
  if (before >= r->states || after >= r->states) return 0;
  uint64_t now = ((uint64_t)after + 1) << 32 | fact_bits, *place = &r->place[((size_t)before * r->actions + action) * REPEATS_FLAGS + step->flags];
  if (*place == now) return 1;
  *place = now;
  return 0;
}

#endif
