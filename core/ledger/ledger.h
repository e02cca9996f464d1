/* ledger.h - the accounting of a trial's bits: the funnel of SIGNAL.md for each channel and episode.
 *
 * Two ideal observers run beside the trial: one told everything (offered), one told what crosses to the learner
 * (received). Where both are told the same they are one. All sums are in double, per lane, until its episode ends.
 */
#ifndef BAUD_CORE_LEDGER_H
#define BAUD_CORE_LEDGER_H

#include "figures.h"
#include "ledger/crossing.h"

typedef struct ledger ledger;

typedef struct ledger_setup {
  const baud_observer *observer; /* null: only the wire is counted */
  const void *model, *world;
  const baud_env_spec *env;
  uint32_t lanes, limit;
  uint32_t emitted;    /* mask of the channels that the environment and its demonstrator send */
  uint32_t subscribed; /* mask of what the learner takes */
  baud_view view;      /* the reward scheme's */
} ledger_setup;

int ledger_open(ledger **out, const ledger_setup *setup, baud_error *error);
void ledger_close(ledger *l);

/* The moments of a lane, in order. A failure names the environment's observer or the scheme's view. */
int ledger_start(ledger *l, const moment *m, baud_error *error);
int ledger_demonstration(ledger *l, const moment *m, baud_error *error);
int ledger_step(ledger *l, const moment *m, baud_error *error);

/* Writes the funnel of the lane's finished episode (wire, surprise, noise, offered, received, and the sums over
 * channels; others are left alone) and begins anew. */
void ledger_episode(ledger *l, uint32_t lane, double figure[FIGURES]);

/* Marks of the figures that ledger_episode writes. */
void ledger_marks(const ledger *l, char marks[FIGURES]);
double ledger_received_total(const ledger *l);

#endif
