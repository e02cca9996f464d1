/* baud/policy.h - a network that is a policy, at its place in a trial: it sees features, acts by one discrete choice or a
 * row of normal numbers, answers the host's questions about that, and gives the gradient of how likely it was.
 *
 * A continuous action is drawn in halves of its range about the middle, where the environment bounds it, and clipped to
 * the bounds on its way out; likelihoods are of what was drawn. Its standard deviation does not depend on what is seen.
 * In play the mean is taken instead, since nothing is to be found out; choices are drawn in play too.
 */
#ifndef BAUD_POLICY_H
#define BAUD_POLICY_H

#include "baud/features.h"
#include "baud/mlp.h"

#ifdef __cplusplus
extern "C" {
#endif

enum { NN_POLICY_ORTHOGONAL, NN_POLICY_UNIFORM }; /* initial weights: gain sqrt 2, .01 for the last layer; or +-1 / sqrt(in) */
enum { NN_POLICY_HIDDEN = 2 };                    /* hidden layers at most */

typedef struct nn_policy_settings {
  uint32_t hidden[NN_POLICY_HIDDEN]; /* units; 0: there is no such layer */
  int activation, initial;
  double initial_std;                /* of a continuous action, in halves of its range */
} nn_policy_settings;

/* Immutable after nn_policy_open; the members are for reading. */
typedef struct nn_policy {
  baud_features features;
  nn_policy_settings settings;
  nn_mlp net;
  uint32_t width;      /* logits, or dimensions of the action */
  uint32_t kept;       /* numbers that an action is kept as: 1 for a choice, else width */
  uint64_t log_std;    /* [1][width], or NN_NONE */
  double middle, half; /* of a continuous action's range; 0 and 1 without bounds */
} nn_policy;

/* Finds the learner's place, subscribes to reward and observation, declares its parameters. */
int32_t nn_policy_open(nn_policy *p, const baud_host *host, baud_learner_setup *setup, const nn_policy_settings *settings, nn_layout *layout);
void nn_policy_init(const nn_policy *p, nn_real *theta, uint64_t *random);

/* x [lanes][features] of all lanes. */
void nn_policy_see(const nn_policy *p, const void *const *obs, nn_real *x);

/* What was done in some rows and how likely it was; either pointer may be null. action: int32_t [rows] choices, or nn_real
 * [rows][width] as drawn. */
typedef struct nn_deeds {
  void *action;
  nn_real *log_prob; /* [rows] */
} nn_deeds;

/* Lanes first .. first + out.rows act and answer by what the network made of them, nn_mlp_forward with the tape's theta
 * bound, unless the tick gives the action; random [lanes]. */
void nn_policy_act(const nn_policy *p, nn_tape *t, nn_value out, const baud_tick *tick, uint32_t first, uint64_t *random, nn_deeds kept);

/* The same by logits [rows][choices] of a network of the learner's own, as of one that remembers. */
void nn_policy_choose(const baud_features *f, nn_tape *t, nn_value logits, const baud_tick *tick, uint32_t first, uint64_t *random, nn_deeds kept);

/* All lanes see x [lanes][features], act and answer, `pass` rows at a time. BAUD_EBUG on an arena that is too small. */
int32_t nn_policy_run(const nn_policy *p, nn_tape *t, const nn_real *theta, uint32_t pass, const nn_real *x, const baud_tick *tick,
                      uint64_t *random, nn_deeds kept);

/* The head of a recorded pass over x [rows][features]: the loss nn_surrogate says, of actions kept as above. */
double nn_policy_surrogate(const nn_policy *p, nn_tape *t, const nn_real *x, uint32_t rows, const void *action, const nn_surrogate *s, double scale);

#ifdef __cplusplus
}
#endif
#endif
