/* crossing.h - an ideal observer fed with what crosses a given border: everything (offered), or what the reward
 * scheme and the subscription let through to the learner (received).
 *
 * A crossing turns the moments of a lane into evidence (plugin.h) and keeps the sums of surprise and noise. It holds
 * what a view with memory needs: facts held back by a delay, or added up until the episode's end. Such a sum is
 * exact as long as at most one of the facts in it is uncertain to the observer; when more are, the crossing hands
 * over each fact by itself, which can only tell more, and calls itself a bound from then on.
 */
#ifndef BAUD_CORE_CROSSING_H
#define BAUD_CORE_CROSSING_H

#include "error.h"
#include "parcel.h"

enum crossing_kind {
  CROSSING_NONE,  /* no observer: nothing is measured */
  CROSSING_EXACT,
  CROSSING_BOUND  /* what is counted is at least what crosses */
};

/* One lane's moment. obs pointers are this lane's elements. */
typedef struct moment {
  uint32_t lane, flags;
  const void *const *obs_before, *const *obs;
  const void *action;
  const double *facts; /* [n_facts] the step's true facts, of which only crossing_fact is read; null when only the delivered
                          reward is known */
  float delivered;     /* the reward as the learner is given it */
  double competence;   /* of a demonstration */
} moment;

typedef struct crossing_border { /* everything about a border but its state */
  const baud_observer *observer;
  const void *model, *world; /* world null: no noise is computed (a learner's own ideal observer) */
  const baud_env_spec *env;
  uint32_t lanes, limit;
  uint32_t channels;         /* mask of what crosses */
  baud_view view;            /* kind BAUD_VIEW_FACT with scale 1 on fact 0 for the observer of everything */
  int tells_facts;           /* 1 for the observer of everything: moment.delivered is not looked at */
} crossing_border;

typedef struct crossing crossing;

/* Allocates; the observer's state starts at the prior. Null observer: CROSSING_NONE. */
int crossing_open(crossing **out, const crossing_border *border, baud_error *error);
void crossing_close(crossing *c);
/* Back to the prior, in the world that border.world holds now. */
int crossing_begin(crossing *c, baud_error *error);
/* All that moves in it. */
void crossing_pass(crossing *c, parcel *p);
enum crossing_kind crossing_kind_of(const crossing *c);
/* 1 when no step can tell this observer anything any more: crossing_start and crossing_step would do nothing. */
int crossing_is_settled(const crossing *c);
/* 1 when the view has memory of its own, so that the state in crossing_state is not all there is. */
int crossing_has_memory(const crossing *c);
/* 1 when a step that this observer was told of before, with the fact crossing_fact, tells it nothing. */
int crossing_leaves_out_repeats(const crossing *c);
uint32_t crossing_fact(const crossing *c);
uint64_t crossing_state_bytes(const crossing *c);
const void *crossing_state(const crossing *c);

/* Adds -log2 probabilities to surprise and noise, [BAUD_CHANNELS] each. `state` null: the crossing's own. */
int crossing_start(crossing *c, void *state, const moment *m, double *surprise, double *noise);
int crossing_demonstration(crossing *c, void *state, const moment *m, double *surprise, double *noise);
int crossing_step(crossing *c, void *state, const moment *m, double *surprise, double *noise);

#endif
