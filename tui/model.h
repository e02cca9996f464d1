/* model.h - what the dashboard knows at one moment: the board copied into plain numbers, and what the store says.
 *
 * model_refresh takes a new copy; screens draw from the copy only, so one frame is of one moment and freezing is
 * not refreshing. A run whose board is gone (it ended, or its supervisor died) is shown from its store.
 */
#ifndef BAUD_TUI_MODEL_H
#define BAUD_TUI_MODEL_H

#include "board.h"
#include "curves.h"
#include "store.h"

typedef struct model_trial {
  uint32_t config;
  int in_config;           /* its place among its configuration's trials */
  uint64_t seed, episodes, steps, target;
  uint32_t changes;        /* made while it ran: more than 0, and it counts in no mean of its configuration */
  char status;             /* enum trial_status */
  int has_recent;          /* recent and funnel are filled in (from the board, or read from the store) */
  double elapsed_seconds;
  float recent[BOARD_FIGURES]; /* order of board_figures */
  float funnel[BAUD_CHANNELS][3];
  char *reason;            /* why it failed, or null */
} model_trial;

/* The places of recent[], as board_figures has them. */
enum { RECENT_RETURN, RECENT_SUCCESS, RECENT_STEPS, RECENT_OFFERED, RECENT_RECEIVED, RECENT_ABSORBED, RECENT_USEFUL,
       RECENT_KNOWN };

enum { STATES = 6 };
extern const char model_states[STATES + 1]; /* "RPQDFS" */
int model_state_index(char status);

typedef struct model_config {
  const char *label;
  uint32_t n_trials, *trials;  /* indices */
  uint32_t by_state[STATES];   /* order of model_states */
  double progress;             /* 0 to 1 */
  float recent[BOARD_FIGURES]; /* means over the trials that have them */
  float funnel[BAUD_CHANNELS][3];
  char status;                 /* the most telling of its trials' */
} model_config;

enum liveness { LIVE, STALE, LOST, ENDED }; /* ENDED: the run is over, nothing is to be expected */

enum { MODEL_EVENTS = 500, MODEL_CLAIMS = 64 };

typedef struct model {
  char folder[1024], run_name[256]; /* run_name: as baud attach takes it */
  char board_path[1024], socket_path[1024];
  const board *board;               /* null: none */
  uint64_t board_inode;
  store *store;
  plan *plan;
  curves curves;

  uint32_t n_trials, n_configs;
  model_trial *trials;
  model_config *configs;
  uint32_t by_state[STATES];
  char state;                       /* 'R', 'P', 'D', 'S' */
  enum liveness liveness;
  double silent_seconds, eta_seconds; /* since the last heartbeat; NAN where not to be told */
  uint64_t store_version, events_version;
  uint64_t store_stamp;             /* of the files, when they were read last */
  int trials_known;                 /* statuses were read once */
  uint32_t next_unread;             /* the first trial whose recent figures may still have to be read */

  uint32_t n_events, n_claims;
  store_event_row *events;          /* [MODEL_EVENTS] oldest first */
  store_claim *claims;              /* [MODEL_CLAIMS] */
} model;

int model_open(model *m, const char *run_folder, baud_error *error);
void model_close(model *m);
void model_refresh(model *m);

/* The name of a trial's seed or of its configuration and seed, for messages. */
void model_trial_name(const model *m, uint32_t trial, char *out, size_t size);

/* Whether a figure is a change since the quiz before, asked at some episodes only: its sum is what counts, spread
 * over the episodes. */
int model_figure_is_change(uint32_t figure);

/* Seconds that a trial still needs; NAN where not to be told. */
double model_trial_eta(const model_trial *t);

int model_has_ended(char status);
/* Trials that are done, have failed or were stopped. */
uint32_t model_ended(const model *m);

/* Verdicts counted: holds, fails, undecided. */
void model_count_claims(const model *m, int counts[3]);

#endif
