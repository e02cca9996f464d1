/* plan.h - what a script resolves to: configurations, each with its seeds, in nodes that may depend on each other.
 *
 * The plan is JSON (a run's graph.json), written by the language and read here, so that everything below the
 * language knows no Lua:
 *   { "format": 1, "name": "one_bit", "doc": "...",
 *     "nodes":   [ { "name": "train", "kind": "train" | "evaluate" } ],
 *     "configs": [ { "node": 0, "label": "lockbox codes=64 / reinforce lr=1", "from": -1, "tags": { "learner": "reinforce",
 *                    "learner.lr": "1", "env": "lockbox", ... }, "seeds": [0, 1, 2], "config": { ... } } ],
 *     "claims":  [ "text", ... ] }
 * "config" is canonical (sorted keys, all parameters spelled out); a trial's id is the hash of it and the seed:
 *   { "channels": ["observation","reward","demonstration"],      what the experiment lets through
 *     "demonstrator": { "competence": 0.9 } | null,
 *     "env":     { "id": "baud.lockbox", "behaviour": 1, "params": { ... } },
 *     "reward":  { ... }, "learner": { ... },                     as env
 *     "from": "" | id of the config whose final checkpoint it starts from,
 *     "lanes": 1, "limit": 0, "mode": "train" | "evaluate",       limit: steps an episode, 0 as the environment says
 *     "score": { "answers": 1, "quiz": 1, "observers": 1 },       every how many episodes; 0 never; -1 the default rate;
                                                                 observers 0: no ideal observers, hence no bits
                                                                 and "reference": "uniform" | "mixture",
                                                                 "bin": width, 0 as the host chooses, "probe": as
                                                                 "quiz", "probe_steps": 1000 (docs/signal.md)
 *     "stop": { "episodes": 2000, "steps": 0, "seconds": 0 } }    whichever comes first; 0: no such limit
 */
#ifndef BAUD_CORE_PLAN_H
#define BAUD_CORE_PLAN_H

#include "error.h"

enum { PLAN_ID_SIZE = 33 }; /* 32 hexadecimal digits and a nul */

typedef struct plan_node {
  char *name, *kind;
} plan_node;

typedef struct plan_config {
  uint32_t node;
  int32_t from;       /* index of the configuration whose checkpoints it starts from, or -1 */
  char *label;        /* short, unique within the plan: what varies */
  char *tags;         /* JSON object, for claims and reports to select by */
  char *json;         /* canonical "config" */
  uint64_t episodes;  /* stop.episodes, for progress; 0: not limited by episodes */
  uint32_t n_seeds;
  uint64_t *seeds;
} plan_config;

typedef struct plan_trial {
  uint32_t config;
  uint64_t seed;
  char id[PLAN_ID_SIZE];
  int32_t from;       /* index of the trial whose checkpoint it starts from, or -1 */
} plan_trial;

typedef struct plan {
  char *name, *doc;
  uint32_t n_nodes, n_configs, n_trials, n_claims;
  plan_node *nodes;
  plan_config *configs;
  plan_trial *trials; /* node by node, within a node seed by seed over the configurations, so bands show early */
  char **claims;
} plan;

/* Reads a plan; refuses what is malformed, with the place. */
int plan_parse(plan **out, const char *json, baud_error *error);
void plan_free(plan *p);
/* The plan as JSON that plan_parse reads back; malloc'd, null when memory is out. */
char *plan_print(const plan *p);

/* The id of a trial: XXH3-128 of the canonical configuration, a newline and the seed in decimal. */
void plan_trial_id(const char *config_json, uint64_t seed, char id[PLAN_ID_SIZE]);

#endif
