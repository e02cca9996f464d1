/* repeats.h - remembers steps that an observer has been told of, so that repeats can be left out.
 *
 * For observers that declare BAUD_REPEATABLE, in worlds of one discrete state and perhaps one field of four bytes
 * beside it. There is a place for each state, action and flags, which holds what was seen of such a step last: one is
 * a repeat when all of it is the same, bit for bit. A step that was pushed out is simply told again.
 */
#ifndef BAUD_CORE_REPEATS_H
#define BAUD_CORE_REPEATS_H

#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "ledger/ledger.h"

enum { REPEATS_PLACES = 1 << 18, REPEATS_FLAGS = 4 };

typedef struct repeats_place { /* bits of 32 each */
  uint32_t successor;
  uint32_t fact;               /* all ones, which no finite number is: nothing is remembered */
  uint32_t before, after;      /* the field beside the state */
} repeats_place;

typedef struct repeats {
  uint32_t states, actions;
  uint32_t beside;      /* index of the second field; 0, the state itself, where there is none */
  uint32_t fact;
  repeats_place *place; /* [flags][states][actions]: nearly all steps have no flag, and share the fewest cache lines so */
  repeats_place start;  /* the beginning of an episode that was told last, while nothing has been told since */
} repeats;

static inline int repeats_is_scalar(const baud_field *f) {
  return f->dtype == BAUD_I32 && f->count == 1 && f->categories > 0;
}
static inline int repeats_is_short(const baud_field *f) { return f->count == (f->dtype == BAUD_U8 ? 4u : 1u); }

/* Nothing is remembered. */
static inline void repeats_forget(repeats *r) {
  if (!r->place) return;
  memset(r->place, 0xff, (size_t)r->states * r->actions * REPEATS_FLAGS * sizeof *r->place);
  r->start = r->place[0];
}

/* 1 when steps of this environment, told with this fact, can be remembered. */
static inline int repeats_open(repeats *r, const baud_env_spec *env, uint32_t fact) {
  *r = (repeats){.beside = env->n_obs - 1, .fact = fact};
  if (env->n_obs < 1 || env->n_obs > 2 || !repeats_is_scalar(&env->obs[0]) || !repeats_is_short(&env->obs[r->beside]) ||
      !repeats_is_scalar(env->action) ||
      (uint64_t)env->obs[0].categories * env->action->categories > REPEATS_PLACES / REPEATS_FLAGS)
    return 0;
  r->states = env->obs[0].categories;
  r->actions = env->action->categories;
  r->place = malloc((size_t)r->states * r->actions * REPEATS_FLAGS * sizeof *r->place);
  if (!r->place) return 0;
  repeats_forget(r);
  return 1;
}

static inline void repeats_close(repeats *r) { free(r->place); }

/* A lane's four bytes of an array, whatever they mean. */
static inline uint32_t repeats_bits(const void *array, uint32_t lane) {
  uint32_t bits;
  memcpy(&bits, (const char *)array + sizeof bits * lane, sizeof bits);
  return bits;
}

/* An episode's beginning as a place to be compared. */
static inline repeats_place repeats_start(const repeats *r, const void *const *obs, uint32_t lane) {
  return (repeats_place){.successor = repeats_bits(obs[0], lane), .after = repeats_bits(obs[r->beside], lane)};
}

static inline void repeats_forget_start(repeats *r) { r->start.fact = UINT32_MAX; }

static inline int repeats_is_same(const repeats_place *a, const repeats_place *b) {
  return !((a->successor ^ b->successor) | (a->fact ^ b->fact) | (a->before ^ b->before) | (a->after ^ b->after));
}

static inline ledger_sight repeats_aim(const repeats *r, const ledger_tick *tick) {
  return (ledger_sight){tick->obs_before[0], tick->obs[0], tick->obs_before[r->beside], tick->obs[r->beside],
                        tick->facts[r->fact]};
}

/* What was seen of a lane's step. */
static inline repeats_place repeats_now(const ledger_sight *at, uint32_t lane) {
  return (repeats_place){repeats_bits(at->successor, lane), repeats_bits(at->fact, lane),
                         repeats_bits(at->before, lane), repeats_bits(at->after, lane)};
}

/* The place of such steps, of a state within bounds. */
static inline repeats_place *repeats_at(const repeats *r, const ledger_tick *tick, uint32_t state, uint32_t lane) {
  size_t row = (size_t)tick->flags[lane] * r->states + state;
  return &r->place[row * r->actions + repeats_bits(tick->action, lane)];
}

/* 1 when this very step is remembered. Facts are finite. */
static inline int repeats_knows(const repeats *r, const ledger_tick *tick, const ledger_sight *at, uint32_t lane) {
  uint32_t state = repeats_bits(at->state, lane);
  repeats_place now = repeats_now(at, lane);
  return state < r->states && repeats_is_same(repeats_at(r, tick, state, lane), &now);
}

static inline void repeats_remember(repeats *r, const ledger_tick *tick, const ledger_sight *at, uint32_t lane) {
  uint32_t state = repeats_bits(at->state, lane);
  if (state < r->states) *repeats_at(r, tick, state, lane) = repeats_now(at, lane);
}

#endif
