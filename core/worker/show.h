/* show.h - a trial that runs, shown: the worker forks, and the copy plays on before somebody's eyes.
 *
 * What the copy does is what the trial itself will do, step by step, for both go on from the same state and depend on
 * nothing else; so the run pays for a fork and no more. The copy has let go of everything that is the run's: messages,
 * report, board. It ends when nobody looks any more, and never outlives its worker.
 */
#ifndef BAUD_CORE_WORKER_SHOW_H
#define BAUD_CORE_WORKER_SHOW_H

#include "board.h"
#include "trial.h"

enum { SHOW_EPISODES = 2, SHOW_MOST = 4 }; /* the rest of one and a whole one; copies at a time */

typedef struct show_setup {
  trial *trial;
  board *board;
  int descriptors[2];      /* to be closed in the copy */
  const char *socket_path; /* somebody listens there */
} show_setup;

/* 0, or why not. Between two slices only. */
int show_start(const show_setup *setup, baud_error *error);

#endif
