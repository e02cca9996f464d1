/* tails.h - what of the trials being written is not yet a whole chunk, in memory.
 *
 * A trial has an entry from its first value until it ends (tails_drop); nothing is kept for trials that wait or have
 * ended, so that memory is bounded by how many run at once: about 5 KB a figure.
 */
#ifndef BAUD_STORE_TAILS_H
#define BAUD_STORE_TAILS_H

#include "figures.h"
#include "store/pyramid.h"

typedef struct series_tail {
  pyramid pyramid;     /* the complete chunks */
  uint32_t n;          /* values after them */
  char mark;
  char is_changed;     /* since its rows were last written */
  char is_behind;      /* a chunk was completed since then: its series row must be written before the commit */
  char is_stored;      /* the table tail has a row of it */
  float values[CHUNK]; /* [n] */
} series_tail;

typedef struct steps_tail {
  uint64_t chunks, before; /* step count at the end of the complete chunks */
  uint32_t n;
  char is_changed;
  uint64_t steps[CHUNK]; /* [n] */
} steps_tail;

typedef struct trial_tails {
  uint32_t trial;
  struct trial_tails *next;
  series_tail *series[FIGURES]; /* null: not written in this session */
  steps_tail *steps;
} trial_tails;

typedef struct tails {
  uint32_t n_trials;
  trial_tails *first;
  trial_tails **of; /* [n_trials] */
} tails;

tails *tails_new(uint32_t n_trials);
void tails_free(tails *t);

/* A trial's entry, made if need be; null when memory is out. trial < n_trials. */
trial_tails *tails_of(tails *t, uint32_t trial);
void tails_drop(tails *t, uint32_t trial);

#endif
