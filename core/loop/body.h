/* body.h - what a trial is made of (trial.h), for the files that make it up: trial.c runs it, life.c begins it anew and
 * carries it away.
 */
#ifndef BAUD_CORE_BODY_H
#define BAUD_CORE_BODY_H

#include <time.h>

#include "compose/compose.h"
#include "loop/stage.h"
#include "loop/tools.h"
#include "stream/probe.h"
#include "stream/stream.h"
#include "trial.h"

typedef struct lane_state {
  uint64_t episode;    /* of this lane, for seeds */
  uint32_t steps;
  int is_answering;    /* this episode's answers are scored */
  double reward_sum;   /* the environment's own */
} lane_state;

/* When a figure is written; where it is not, its column holds what it is at rest. */
enum occasion { EVERY_EPISODE, WHEN_TOLD, WHEN_ASKED, OCCASIONS };
typedef struct figure_list {
  uint32_t n, figure[FIGURES];
} figure_list;

/* What the plugins and the ledger are handed in a tick. Observations change places from tick to tick and nothing
 * else does, so that two of these, built once, take turns. */
typedef struct turn {
  baud_tick tick;
  baud_batch step, score;
  baud_outcome outcome;
  ledger_tick happened;
} turn;

struct trial {
  stage stage;
  lane_state *lane;
  uint64_t episodes, steps;  /* over all lanes */
  uint64_t asked_steps;      /* of the episodes among them whose answers were scored */
  uint32_t finishing;        /* lanes below this one have had their finished episodes recorded in this tick */
  uint32_t finished;         /* lanes whose episode ended in this tick */
  uint32_t started;          /* lanes that this tick starts an episode in: pick[0..started) of the stage */
  uint32_t answering;        /* lanes whose episode's answers are scored */
  uint64_t answers_mask;     /* what the learner answers at all */
  stream_books *stream;
  probe *probe;              /* null: none are asked for */
  int is_recorded;           /* lane 0's running episode is, step by step */
  int is_coding;             /* some of it has a code length */
  int is_listening;          /* a reference code hears every step */
  int is_in_tick, is_done, is_failed;
  struct timespec began;
  turn turn[2], *now;
  /* the funnel's moving parts */
  double known, useful;      /* at the last quiz */
  double known_of[BAUD_CHANNELS];
  double received_at_quiz;
  int has_alarm;
  char marks[FIGURES];
  figure_list measured[OCCASIONS];
  char event[300];
  int has_event;
  int is_quiz_stale;         /* it was made for another world */
  const compose_books *books; /* null: the environment keeps none of its own */
  tools *tools;              /* null: it has none, or the learner takes none */
  double total[FIGURES], last[FIGURES]; /* sums over episodes; the last one's */
  /* what is to be drained */
  trial_columns columns;
  float *column[FIGURES];
  uint64_t *steps_at_end;
  int is_drained;
};

/* Resets the picked lanes [0, n) of the stage: reward scheme after environment, and tells the ledger. */
int trial_begin_episodes(trial *t, uint32_t n, baud_error *error);
/* Puts the quiz, which there is, to a copy of the learner and writes what it absorbed since the last into `figure`. */
int trial_quiz(trial *t, double figure[FIGURES], baud_error *error);

#endif
