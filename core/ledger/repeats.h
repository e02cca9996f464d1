/* repeats.h - remembers steps that an observer has been told of, byte for byte, so that repeats can be left out.
 *
 * For observers that declare BAUD_REPEATABLE. A small direct-mapped table: a step that was pushed out is simply told
 * again. Environments whose step does not fit the key are never remembered.
 */
#ifndef BAUD_CORE_REPEATS_H
#define BAUD_CORE_REPEATS_H

#include <stdint.h>
#include <string.h>

#include "baud/plugin.h"

enum { REPEATS_WORDS = 5, REPEATS_SLOTS = 1024, REPEATS_FIELDS = 8 };

typedef struct repeats {
  uint32_t n_fields;                /* 0: nothing is remembered */
  uint32_t bytes[REPEATS_FIELDS];   /* of one lane, 1 to 4 each; the action is the last */
  uint64_t slot[REPEATS_SLOTS][REPEATS_WORDS]; /* word 0 is never 0 in a used one */
} repeats;

/* Whether a step of this environment fits: word 0 holds flags and fact, word 1 the action, then 32 bits for each
 * field, before and after. */
static inline void repeats_open(repeats *r, const baud_env_spec *env) {
  memset(r, 0, sizeof *r);
  uint32_t n = env->n_obs, words = 2 + 2 * ((n + 1) / 2);
  for (uint32_t f = 0; f <= n; f++) {
    const baud_field *field = f < n ? &env->obs[f] : env->action;
    uint32_t bytes = (field->dtype == BAUD_U8 ? 1u : 4u) * field->count;
    if (n == 0 || n >= REPEATS_FIELDS || bytes > 4 || words > REPEATS_WORDS) return;
    r->bytes[f] = bytes;
  }
  r->n_fields = n + 1;
}

static inline uint64_t repeats_word(const void *data, uint32_t bytes) {
  uint32_t word = 0;
  if (bytes == 4) memcpy(&word, data, 4);
  else memcpy(&word, data, bytes);
  return word;
}

/* 1 when this very step is remembered; else remembers it and returns 0. The slot goes by the first field and the
 * action, which for a table of states and actions makes a place for each pair. */
static inline int repeats_seen(repeats *r, const void *const *before, const void *const *after, const void *action, uint32_t flags, float fact) {
  uint64_t key[REPEATS_WORDS] = {0}, different = 0;
  uint32_t bits, n = r->n_fields - 1;
  memcpy(&bits, &fact, 4);
  key[0] = (uint64_t)bits << 32 | flags << 1 | 1u;
  key[1] = repeats_word(action, r->bytes[n]);
  uint64_t place = key[1] << 8;
  for (uint32_t f = 0; f < n; f++) key[2 + f / 2] |= repeats_word(before[f], r->bytes[f]) << (f % 2 * 32);
  for (uint32_t f = 0; f < n; f++) key[2 + (n + 1) / 2 + f / 2] |= repeats_word(after[f], r->bytes[f]) << (f % 2 * 32);
  uint64_t *slot = r->slot[(key[2] + place + (key[2] >> 32)) & (REPEATS_SLOTS - 1)];
  for (uint32_t i = 0; i < REPEATS_WORDS; i++) different |= slot[i] ^ key[i];
  if (!different) return 1;
  memcpy(slot, key, sizeof key);
  return 0;
}

#endif
