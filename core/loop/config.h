/* config.h - a trial's canonical configuration (plan.h) read into a struct, with its plugins found.
 */
#ifndef BAUD_CORE_CONFIG_H
#define BAUD_CORE_CONFIG_H

#include <cjson/cJSON.h>

#include "error.h"
#include "registry.h"

enum { RATE_NEVER = 0, RATE_DEFAULT = -1, PROBE_STEPS = 1000 };

typedef struct config_unit {
  const plugin *plugin;
  baud_value *values; /* strings point into `json` of the config */
} config_unit;

typedef struct config {
  cJSON *json;
  config_unit env, reward, learner;
  uint32_t channels;      /* mask */
  int has_demonstrator;
  double competence;
  uint32_t lanes, limit;
  uint64_t world;         /* which of the seed's worlds: one draw of the prior each */
  int is_evaluation;
  int64_t answer_rate, quiz_rate; /* every how many episodes; RATE_NEVER, RATE_DEFAULT */
  int has_observers;
  int has_mixture;        /* code lengths are compared with those of the reference mixture, too */
  double bin;             /* width of the bins of continuous numbers; 0: the host's choice */
  int64_t probe_rate;     /* every how many episodes frozen copies are looked at; RATE_NEVER, RATE_DEFAULT */
  uint32_t probe_steps;   /* how many steps a probe's episodes last together, at least */
  uint64_t stop_episodes, stop_steps;
  double stop_seconds;
} config;

/* One unit out of `from`, { "id", "behaviour", "params" }, which `key` names in errors and which must outlive the values. */
int config_read_unit(config_unit *unit, const registry *plugins, const cJSON *from, uint32_t role, const char *key, baud_error *error);
int config_read(config *c, const registry *plugins, const char *json, baud_error *error);
void config_clear(config *c);

/* Whether episode `index` (from 0) is scored at this rate. The default takes sixteen an octave: all of the first
 * sixteen, then every 2^k-th, so that its cost fades while curves on a log axis stay dense. */
static inline int config_is_due(int64_t rate, uint64_t index) {
  if (rate > 0) return index % (uint64_t)rate == 0;
  if (rate == RATE_NEVER) return 0;
  if (index < 16) return 1;
  unsigned octave = 63u - (unsigned)__builtin_clzll(index);
  return (index & ((UINT64_C(1) << (octave - 4)) - 1)) == 0;
}

enum { ANSWERS_FREE_STEPS = 20000, ANSWERS_SHARE = 16 };

/* The same for the answers on the way, whose cost grows with an episode's length. By default episodes that are due are
 * passed over while more than the first 20,000 steps and a sixteenth of all have been asked, so that the cost fades with
 * long episodes, too, of which a trial has few. */
static inline int config_answers_are_due(int64_t rate, uint64_t index, uint64_t steps, uint64_t asked_steps) {
  int is_affordable = rate != RATE_DEFAULT || asked_steps <= ANSWERS_FREE_STEPS + steps / ANSWERS_SHARE;
  return is_affordable && config_is_due(rate, index);
}

#endif
