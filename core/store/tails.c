/* tails.c - see tails.h.
 */
#include "store/tails.h"

#include <stdlib.h>

tails *tails_new(uint32_t n_trials) {
  tails *t = calloc(1, sizeof *t);
  if (!t) return NULL;
  t->n_trials = n_trials;
  t->of = calloc((size_t)n_trials + 1, sizeof *t->of);
  if (t->of) return t;
  free(t);
  return NULL;
}

static void entry_free(trial_tails *entry) {
  for (int f = 0; f < FIGURES; f++) free(entry->series[f]);
  free(entry->steps);
  free(entry);
}

void tails_free(tails *t) {
  if (!t) return;
  for (trial_tails *entry = t->first, *next; entry; entry = next) {
    next = entry->next;
    entry_free(entry);
  }
  free(t->of);
  free(t);
}

trial_tails *tails_of(tails *t, uint32_t trial) {
  trial_tails *entry = t->of[trial];
  if (entry) return entry;
  entry = calloc(1, sizeof *entry);
  if (!entry) return NULL;
  entry->trial = trial;
  entry->next = t->first;
  t->first = t->of[trial] = entry;
  return entry;
}

void tails_drop(tails *t, uint32_t trial) {
  trial_tails *entry = t->of[trial];
  if (!entry) return;
  trial_tails **link = &t->first;
  while (*link != entry) link = &(*link)->next;
  *link = entry->next;
  t->of[trial] = NULL;
  entry_free(entry);
}
