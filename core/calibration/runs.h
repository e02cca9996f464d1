/* runs.h - small trials for calibration: run one, and find a seed whose world or whose luck is as wanted.
 */
#ifndef BAUD_CORE_RUNS_H
#define BAUD_CORE_RUNS_H

#include "figures.h"
#include "registry.h"

typedef struct run_result {
  double total[FIGURES], last[FIGURES];
  uint64_t episodes, steps;
} run_result;

typedef struct run_spec {
  const char *env, *env_params;       /* id without "baud.", JSON object */
  const char *reward, *reward_params;
  const char *learner, *learner_params;
  double competence;                  /* > 0: with a demonstrator */
  uint64_t episodes, limit;
  int quizzes;                        /* 1: quiz every episode and score every answer */
  const char *score;                  /* more of how it is scored, a JSON object's members, or null */
} run_spec;

int run_once(const registry *plugins, const run_spec *spec, uint64_t seed, run_result *result, baud_error *error);

/* The most that a figure's sum over episodes came to at any time, 0 before the first. */
int run_most(const registry *plugins, const run_spec *spec, uint64_t seed, uint32_t figure, double *most, baud_error *error);

/* The next seed from *seed on whose world's quiz has right answers answer[0..n): the environment's own key. */
int run_find_world(const registry *plugins, const run_spec *spec, const uint32_t *answer, uint32_t n, uint64_t *seed, baud_error *error);

#endif
