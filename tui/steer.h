/* steer.h - what changes the run: pause, resume, stop, run again, an episode at a time, live parameters, scoring.
 *
 * Nothing is changed here: requests go over the run's control socket without waiting, and what became of them is said
 * when the answers come. A command for many trials is one batch: one message for all of its answers.
 */
#ifndef BAUD_TUI_STEER_H
#define BAUD_TUI_STEER_H

#include "control.h"

enum { STEER_BATCHES = 16 };

typedef struct steer_batch {
  int sent, answered, done; /* requests; their answers; those that were ok */
  char name[300];           /* whom it concerns */
  const char *what;         /* "paused"; null: nothing is said when it is done */
  char text[400];           /* what the last answer said, or the first refusal */
} steer_batch;

typedef struct steering {
  control *line; /* null: not connected */
  steer_batch batch[STEER_BATCHES];
  unsigned first, n; /* a ring, in the order of the requests */
} steering;

struct dashboard;

/* A command by its name, on what is selected or, where `rest` says "run", on the whole run: "step", "3". 0 when there is
 * no command of that name. Destructive ones ask first. */
int steer_command(struct dashboard *d, const char *name, const char *rest);
/* Takes answers that have come; 1 when there were any. */
int steer_poll(struct dashboard *d);
int steer_descriptor(const struct dashboard *d); /* -1: no answer is due */
/* Has a copy of the trial play to the socket at `path`; says something where that is refused only. */
void steer_watch(struct dashboard *d, uint32_t trial, const char *path);
/* Behind a ":change " that nothing was typed to yet: the first live parameter, once plugins are known. */
void steer_offer_live(struct dashboard *d);
void steer_close(steering *s);

#endif
