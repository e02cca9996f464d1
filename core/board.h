/* board.h - the live board of a run: shared memory that workers and supervisor write and viewers read.
 *
 * One mapping: a header, then an entry a trial. A worker writes the figures of the trial it runs, the supervisor
 * writes everything else; viewers map it read-only. Members are plain words written with relaxed atomics: a
 * viewer may see figures of neighbouring moments, never torn words. History is in the store, not here.
 */
#ifndef BAUD_CORE_BOARD_H
#define BAUD_CORE_BOARD_H

#include <stdatomic.h>

#include "error.h"
#include "figures.h"

enum { BOARD_MAGIC = 0x62617564, BOARD_VERSION = 3, BOARD_RECENT = 100, BOARD_ALIGN = 128 };

/* The figures that an entry carries, in this order: recent[] of board_trial. */
extern const uint32_t board_figures[8]; /* return, success, steps, offered, received, absorbed, useful, known */
enum { BOARD_FIGURES = 8 };

/* Entries share no cache line: workers write `site` at every call into a plugin. */
typedef struct board_trial {
  _Atomic uint32_t status;          /* enum trial_status of store.h */
  _Atomic uint32_t changes;         /* made while it runs: more than 0, and its id does not describe it */
  _Atomic uint64_t seed, episodes, steps;
  _Atomic uint64_t target_episodes; /* 0: not limited by episodes */
  _Atomic uint64_t beat_ns;         /* CLOCK_MONOTONIC of the last sign of life while running */
  _Atomic uint64_t elapsed_ns;      /* time spent running */
  _Atomic float recent[BOARD_FIGURES]; /* means over the last BOARD_RECENT episodes; NAN where unmeasured */
  _Atomic float funnel[BAUD_CHANNELS][3]; /* recent offered, received, absorbed by channel; NAN where unmeasured */
  _Atomic uint32_t site;            /* the call into a plugin that the worker is in: loop/site.h */
} board_trial;

typedef struct board {
  _Atomic uint32_t magic, version, n_trials, n_configs;
  _Atomic uint32_t state;           /* 'R' running, 'P' paused, 'D' done, 'S' stopped */
  _Atomic uint32_t jobs;
  _Atomic uint32_t supervisor_pid, exit_code;
  _Atomic uint32_t count_queued, count_running, count_paused, count_done, count_failed, count_stopped;
  _Atomic uint64_t beat_ns;         /* supervisor's heartbeat, at least once a second */
  _Atomic uint64_t started_ns;      /* CLOCK_MONOTONIC */
  _Atomic uint64_t started_unix;    /* seconds */
  _Atomic uint64_t store_version;   /* grows with each commit: readers re-read only when it moved */
  char name[128];                   /* of the experiment; written before magic */
  char folder[512];                 /* the run's folder */
  _Alignas(BOARD_ALIGN) board_trial trial[];
} board;
_Static_assert(sizeof(board_trial) % 64 == 0, "an entry fills whole cache lines");

uint64_t board_now_ns(void);

/* Creates the board file (0600) in the runtime folder; maps it for writing. */
int board_create(board **out, const char *path, uint32_t n_trials, baud_error *error);
int board_open(board **out, const char *path, baud_error *error);          /* for writing: workers */
int board_open_readonly(const board **out, const char *path, baud_error *error);
void board_close(const board *b);
size_t board_size(const board *b); /* bytes of the mapping */

#endif
