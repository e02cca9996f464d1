/* baud/actor_critic.h - what learners share that learn a policy and a value from rollouts of a fixed number of steps (A2C,
 * PPO): two networks, acting, the rollout in blocks of the host's, advantages, and the gradient of any of its rows.
 *
 *   create    nn_ac_open, which lists the first NN_AC_BLOCKS blocks; the learner gives NN_AC_MOMENTS its count
 *   init      nn_ac_init
 *   predict   nn_ac_predict: the policy network alone; what it saw, did and how likely that was goes into the rollout
 *   learn     if (nn_ac_record(..)) { nn_ac_judge(..); nn_ac_gradient(..), an optimiser, ..; nn_ac_renew(..); }
 *
 * Rows of a rollout are time-major, row = step * lanes + lane. Values are not needed to act, so they are computed once a
 * rollout in large batches; only where an episode is truncated, or the rollout ends within it, the value of the true
 * successor is computed in its step. What ends an episode is never taken for a successor of what follows.
 */
#ifndef BAUD_ACTOR_CRITIC_H
#define BAUD_ACTOR_CRITIC_H

#include "baud/policy.h"

#ifdef __cplusplus
extern "C" {
#endif

enum { NN_AC_RAW, NN_AC_START, NN_AC_RUNNING }; /* features as they are; standardised by the first rollout; by all so far */
enum { NN_AC_CLIP = 10 };                       /* standardised features lie within +-10 */

typedef struct nn_ac_settings {
  nn_policy_settings policy; /* the values' network has the same hidden layers; its last one, if orthogonal, gain 1 */
  uint32_t horizon;          /* steps of a rollout in each lane */
  int normalise;
} nn_ac_settings;

enum {
  NN_AC_THETA,      /* WEIGHT [count]: both networks and, for continuous actions, the logarithm of the standard deviation */
  NN_AC_SCALE,      /* WEIGHT [2][features]: mean and 1 / standard deviation that features are standardised by */
  NN_AC_MOMENTS,    /* OPTIMISER [the learner's choice] */
  NN_AC_ROLLOUTS,   /* OPTIMISER [1]: rollouts that are over; what schedules go by */
  NN_AC_STATISTICS, /* OPTIMISER [1 + 2 features]: count, means, sums of squared differences of all features seen */
  NN_AC_FEATURES,   /* TRACE [rows][features], standardised */
  NN_AC_ACTION,     /* TRACE [rows] a choice, or [rows][dimensions] numbers before they are clipped */
  NN_AC_LOG_PROB,   /* TRACE [rows] of the action, when it was taken */
  NN_AC_REWARD,     /* TRACE [rows] */
  NN_AC_FLAGS,      /* TRACE [rows] */
  NN_AC_SUCCESSOR,  /* TRACE [rows] value of the true successor, where it is not the next step's value */
  NN_AC_STEP,       /* TRACE [1]: steps that the rollout has */
  NN_AC_SEEN,       /* TRACE [2 features]: this rollout's sums of raw features, about the mean so far, and of their squares */
  NN_AC_RANDOM,     /* RNG [lane] */
  NN_AC_GRADIENT,   /* SCRATCH [count] */
  NN_AC_VALUE, NN_AC_ADVANTAGE, /* SCRATCH [rows] */
  NN_AC_JUDGED,     /* SCRATCH [rows]{log_prob, advantage, target, value}: what a pass needs of a row, side by side */
  NN_AC_BATCH,      /* SCRATCH: rows that are gathered for a pass */
  NN_AC_ARENA,
  NN_AC_BLOCKS
};

/* Immutable after nn_ac_open; the members are for reading. */
typedef struct nn_actor_critic {
  nn_policy policy;
  nn_mlp critic;
  nn_ac_settings settings;
  uint32_t lanes, features, rows; /* rows = horizon * lanes */
  uint32_t pass;                  /* rows that go through the networks at a time */
  uint64_t count;                 /* elements of theta */
  size_t arena;
  const baud_host *host;
} nn_actor_critic;

/* Finds the learner's place, subscribes to reward and observation, lists blocks[0 .. NN_AC_BLOCKS). */
int32_t nn_ac_open(nn_actor_critic *ac, const baud_host *host, baud_learner_setup *setup, const nn_ac_settings *settings, baud_block *blocks);
int32_t nn_ac_init(const nn_actor_critic *ac, void *const *blocks, uint64_t seed);
int32_t nn_ac_predict(const nn_actor_critic *ac, void *const *blocks, const baud_tick *tick);

/* Takes a step into the rollout; 1 when it is full, 0 when not, or a negative code. */
int32_t nn_ac_record(const nn_actor_critic *ac, void *const *blocks, const baud_outcome *outcome);
/* Whether the rollout only serves to measure what features are standardised by: then it is not for learning. */
int nn_ac_only_measures(const nn_actor_critic *ac, void *const *blocks);
/* The share of a step size that is left to this rollout when it falls linearly over `steps` steps of all lanes: 1 for the
 * first rollout, 0 once all whole rollouts within `steps` are over; 1 where steps is 0. */
double nn_ac_left(const nn_actor_critic *ac, void *const *blocks, double steps);
/* Values, advantages (discount, lambda: nn_gae) and targets = advantage + value of a full rollout; the gradient is 0. */
int32_t nn_ac_judge(const nn_actor_critic *ac, void *const *blocks, double discount, double lambda);
/* Ends the rollout: the next one is standardised anew and starts empty. */
void nn_ac_renew(const nn_actor_critic *ac, void *const *blocks);

/* Generalised advantage estimation (Schulman et al. 2016, High-dimensional continuous control, eq. 16), [steps][lanes]:
 *   delta = r + discount v' - v     A = delta + discount lambda A', where the episode goes on within these steps
 * v': 0 where flags say TERMINATED; `successor` where they say TRUNCATED and in the last step; else the next step's value. */
void nn_gae(uint32_t steps, uint32_t lanes, const nn_real *reward, const uint8_t *flags, const nn_real *value, const nn_real *successor,
            double discount, double lambda, nn_real *advantage);

typedef struct nn_ac_objective {
  double clip;        /* of the ratio to the policy that acted; 0: the policy gradient without a ratio */
  double value_clip;  /* of the change of a value; 0: none */
  double entropy, value; /* weights */
  int normalise;      /* advantages to mean 0 and variance 1 over these rows */
} nn_ac_objective;
/* Adds to the gradient that of the mean loss over rows order[0 .. n), or rows 0 .. n without an order:
 *   surrogate (nn_surrogate) + value * (v - target)^2 / 2, clipped or not */
int32_t nn_ac_gradient(const nn_actor_critic *ac, void *const *blocks, const int32_t *order, uint32_t n, const nn_ac_objective *objective);

#ifdef __cplusplus
}
#endif
#endif
