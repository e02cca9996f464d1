/* rehearsal.h - a learner on a real stage (loop/stage.h) with an environment that suits it, one tick at a time.
 *
 * What the learner is handed are copies in fenced buffers: they are compared after each call and, where wanted,
 * overwritten, so that it can neither change its inputs nor keep pointers to them unnoticed. Everything that it
 * commits to is summed up in `trace`.
 */
#ifndef BAUD_CORE_CHECK_REHEARSAL_H
#define BAUD_CORE_CHECK_REHEARSAL_H

#include "check/fences.h"
#include "check/run.h"
#include "loop/stage.h"

enum { CASTINGS_PLAIN = 3, CONFIG_TEXT = 4096 };

/* Who plays with whom: a configuration without lanes and mode. */
typedef struct casting {
  char units[CONFIG_TEXT]; /* "env":{..},"reward":{..},"learner":{..} and the demonstrator */
  char text[300];          /* for people: "with baud.maze and lr=0.5" */
  char env[120];           /* the environment's id */
} casting;
enum casting_shows { CASTING_SHOWS_NOTHING, CASTING_SHOWS }; /* with a demonstrator */

enum rehearsal_handling { REHEARSAL_PLAIN, REHEARSAL_OVERWRITES };

typedef struct rehearsal {
  check_run *run;
  stage stage;
  fences fences;
  void **at; /* the learner's blocks; the stage's own unless fenced */
  enum rehearsal_handling handling;
  int guards;          /* 1: WEIGHT and OPTIMISER pages are read-only in predict */
  int asks;            /* 1: all questions are put every tick */
  int judges, watches; /* 1: answers are judged (else only that actions can be taken); lent buffers are compared */
  uint64_t *episode;
  uint32_t *steps;
  uint64_t trace, answered, ticks;
  uint64_t allocations;                                    /* calls of the allocator in predict and learn */
  void **obs, **next_obs, *action, *shown_action, *chosen; /* what is lent */
  float *reward, *answer[QUESTIONS_MOST];
  uint8_t *flags, *starts, *shown;
} rehearsal;

enum rehearsal_mode { REHEARSAL_TRAINS, REHEARSAL_EVALUATES };

/* CHECK_OK; failures are told to the run. */
int rehearsal_open(rehearsal *r, check_run *run, const casting *cast, uint32_t lanes, enum rehearsal_mode mode,
                   uint64_t seed);
void rehearsal_close(rehearsal *r); /* once or twice */
/* Puts the blocks into fenced buffers of their own. */
int rehearsal_fence_blocks(rehearsal *r);
int rehearsal_tick(rehearsal *r);
int rehearsal_play(rehearsal *r, uint32_t ticks);

/* Calls `ask` with up to CASTINGS_PLAIN partners for the defaults, and for each other setting with the first one. */
typedef int (*rehearsal_ask)(check_run *run, const casting *cast);
int rehearsal_each(check_run *run, rehearsal_ask ask);
/* The learner with its defaults and its index-th partner, whether they suit each other or not: 1, or 0 after the last. */
int casting_at(check_run *run, uint32_t index, enum casting_shows shows, casting *cast);
/* The index-th partner that suits the defaults: 1, or 0 where there is none. */
int casting_find(check_run *run, uint32_t index, casting *cast);
/* A whole configuration, as trial_open takes it. */
void casting_config(const casting *cast, uint32_t lanes, enum rehearsal_mode mode, const char *rest, char *json,
                    size_t size);

#endif
