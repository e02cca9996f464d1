/* rig.h - an environment on the bench: a model, a world, fenced buffers for a few lanes, and random legal play.
 *
 * Each lane has an identity, from which come its seeds, its actions and its world; so the same identity must live
 * the same life in whatever batch, place or memory it is put. What a lane lived through is summed up in `trace`.
 */
#ifndef BAUD_CORE_CHECK_RIG_H
#define BAUD_CORE_CHECK_RIG_H

#include "baud/random.h"
#include "check/fences.h"
#include "check/run.h"

enum rig_worlds { RIG_ONE_WORLD, RIG_WORLD_EACH };
enum { RIG_LIMIT = 200 }; /* steps after which an episode is cut short */

typedef struct rig_host {
  baud_host host;
  char sentence[400];
} rig_host;

typedef struct rig {
  check_run *run;
  rig_host host;
  const baud_env_ops *ops;
  void *model;
  baud_env_spec spec;
  uint32_t lanes;
  uint64_t seed;
  fences fences;
  char *world, *lane;
  uint64_t stride, world_stride;
  void **obs, **next; /* [field] -> [lane][count]; exchanged by rig_finish */
  void *action;
  size_t action_bytes; /* of one lane */
  float **facts, *reward;
  uint8_t *flags;
  uint32_t *pick, n_picked; /* the lanes that the last reset took */
  uint64_t *pick_seed;
  uint32_t limit;
  /* of the bench's own, by lane */
  uint64_t *id, *episode, *random, *trace;
  uint32_t *steps;
  uint64_t finished, terminated; /* episodes */
} rig;

void rig_host_open(rig_host *host);
size_t rig_field_bytes(const baud_field *f); /* one lane's */

/* Creates the model and buffers. BAUD_EARG where the plugin refuses its parameters (`run` is left alone); other
 * failures are told to `run`. */
int rig_open(rig *r, check_run *run, const plugin *env, const baud_value *values, uint32_t lanes,
             enum rig_worlds worlds, uint64_t seed);
void rig_close(rig *r);
/* Frees the buffers and leaves the model, for checks in which it must not be destroyed. */
void rig_abandon(rig *r);

/* Failures of the plugin's calls are told to the rig's run; then these return CHECK_FAILED, else CHECK_OK. */
int rig_draw(rig *r, uint64_t seed);  /* worlds, from seed (and identity) */
int rig_reset(rig *r, uint32_t n);    /* the lanes pick[0..n), each into its next episode */
int rig_begin(rig *r);                /* draw by the rig's seed, reset all */
void rig_act(rig *r);                 /* random legal actions */
int rig_step(rig *r);                 /* steps, cuts long episodes, adds to traces */
int rig_finish(rig *r);               /* exchanges observations; resets what ended */
int rig_play(rig *r, uint32_t ticks); /* act, step, finish */
baud_batch rig_batch(rig *r);

uint32_t rig_read(const baud_field *f, const void *data, size_t element); /* a discrete one */
void rig_lane_fields(const rig *r, void *const *batch, uint32_t lane, const void **out);

/* Calls `ask` for each setting that the environment accepts, telling the setting in the failure's text. */
typedef int (*rig_ask)(check_run *run, const plugin *env, const baud_value *values);
int rig_each_variant(check_run *run, rig_ask ask);

#endif
