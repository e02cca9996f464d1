/* baud/running.h - running moments of what streams by, inline: for learners that normalise what they see and scale what they
 * are given as they go (Welford 1962; as in Elsayed, Vasan and Mahmood 2024, Streaming deep reinforcement learning finally
 * works).
 *
 * The moments of n features are baud_running_size(n) doubles, in a block of the learner's: how many were seen; their means;
 * their squared differences from the mean, summed; and 1 / sqrt(variance + 1e-8), which is 1 until there are two.
 */
#ifndef BAUD_RUNNING_H
#define BAUD_RUNNING_H

#include <math.h>
#include <stdint.h>

#ifdef __cplusplus
extern "C" {
#endif

static inline uint64_t baud_running_size(uint32_t n) { return 1 + 3 * (uint64_t)n; }

static inline void baud_running_init(double *moments, uint32_t n) {
  for (uint64_t i = 0; i < baud_running_size(n); i++) moments[i] = i > 2 * (uint64_t)n;
}

/* Takes in x[n]. */
static inline void baud_running_add(double *moments, uint32_t n, const float *x) {
  double *mean = moments + 1, *squares = mean + n, *factor = squares + n;
  double count = moments[0] += 1.0, share = 1.0 / count, degree = count < 2.0 ? 0.0 : 1.0 / (count - 1.0);
  double none = count < 2.0; /* the variance of a single one is taken to be 1 */
  for (uint32_t i = 0; i < n; i++) {
    double before = (double)x[i] - mean[i];
    mean[i] += share * before;
    squares[i] += before * ((double)x[i] - mean[i]);
    factor[i] = 1.0 / sqrt(squares[i] * degree + none + 1e-8);
  }
}

/* y[n] <- (x - mean) / sqrt(variance + 1e-8) */
static inline void baud_running_normalise(const double *moments, uint32_t n, const float *x, float *y) {
  const double *mean = moments + 1, *factor = mean + 2 * (uint64_t)n;
  for (uint32_t i = 0; i < n; i++) y[i] = (float)(((double)x[i] - mean[i]) * factor[i]);
}

/* Scales a reward by the deviation of the discounted sum of rewards, which it takes in: moments of 1 feature, `sum` the
 * lane's, 0 at first. The sum starts anew with the reward that ends an episode. */
static inline double baud_running_scale(double *moments, double *sum, double reward, double discount, int is_last) {
  *sum = (is_last ? 0.0 : discount * *sum) + reward;
  float seen = (float)*sum;
  baud_running_add(moments, 1, &seen);
  return reward * moments[3];
}

#ifdef __cplusplus
}
#endif
#endif
