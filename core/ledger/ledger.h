/* ledger.h - the accounting of a trial's bits: the funnel of SIGNAL.md for each channel and episode.
 *
 * Two ideal observers run beside the trial: one told everything (offered), one told what crosses to the learner
 * (received). Where both are told the same they are one. All sums are in double, per lane, until its episode ends.
 * Arrays are a batch's, over all lanes, and are looked at only as far as an observer can still learn from them.
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

/* Where a ledger looks for repeats: the arrays of what it compares. */
typedef struct ledger_sight {
  const void *state, *successor, *before, *after, *fact;
} ledger_sight;

/* What a tick brought to all lanes. */
typedef struct ledger_tick {
  const void *const *obs_before, *const *obs; /* [field][lane][count] */
  const void *action;                         /* [lane][count], within its categories */
  float *const *facts;                        /* [fact][lane] */
  const float *delivered;                     /* [lane] */
  const uint8_t *flags;                       /* [lane] */
  ledger_sight sight;                         /* as ledger_aim sets it */
} ledger_tick;

int ledger_open(ledger **out, const ledger_setup *setup, baud_error *error);
void ledger_close(ledger *l);
/* Nothing was told yet, of the world that setup.world holds now. */
int ledger_begin(ledger *l, baud_error *error);
/* All that moves in it. */
void ledger_pass(ledger *l, parcel *p);

/* Prepares a tick for ledger_step, once for as long as its arrays stay the same. */
void ledger_aim(const ledger *l, ledger_tick *tick);

/* What happens, in order. A failure names the environment's observer or the scheme's view. */
int ledger_start(ledger *l, const void *const *obs, uint32_t lane, baud_error *error);
int ledger_demonstration(ledger *l, const void *const *obs, const void *shown, uint32_t lane, double competence, baud_error *error);
int ledger_step(ledger *l, const ledger_tick *tick, baud_error *error);

/* Writes the funnel of the lane's finished episode of `steps` steps (wire, surprise, noise, offered, received, and the
 * sums over channels; others are left alone) and begins anew. Returns 0 when no observer was told anything in it, so
 * that everything but the wire is 0; else 1. */
int ledger_episode(ledger *l, uint32_t lane, uint64_t steps, double figure[FIGURES]);

/* Offered and received bits of a lane's running episode so far, by channel. */
void ledger_so_far(const ledger *l, uint32_t lane, double offered[BAUD_CHANNELS], double received[BAUD_CHANNELS]);

/* Marks of the figures that ledger_episode writes. */
void ledger_marks(const ledger *l, char marks[FIGURES]);
double ledger_received_total(const ledger *l);
/* Bits of a code fixed beforehand for everything delivered so far: log2 of the number of possible transcripts. It
 * bounds what can be known where there is no observer to say what was received. */
double ledger_transcript_total(const ledger *l);

#endif
