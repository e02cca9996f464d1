/* curves.h - a cache of figures' curves, so that a frame reads from the store only what moved and can be seen.
 *
 * A curve is a trial's figure over the whole run in at most CURVES_BINS power-of-two bins, or over one window of it
 * when zoomed in. It is read again when the store has moved and the trial has gone on by a part of a bin. Reading
 * stops for this frame once its budget is spent or somebody presses a key: what is shown is then a little old, and
 * is_behind says so.
 */
#ifndef BAUD_TUI_CURVES_H
#define BAUD_TUI_CURVES_H

#include "bins.h"
#include "store.h"

enum { CURVES_BINS = 256, CURVES_WINDOW_BINS = 512 };

/* A part of the run: CURVES_WINDOW_BINS bins from an episode on. */
typedef struct curve_window {
  uint64_t from, width; /* first episode; episodes a bin, a power of two */
} curve_window;

typedef struct curve {
  bins bins;   /* its arrays are cut from `block` */
  void *block;
  int room;    /* bins that block has room for */
  uint32_t trial, figure;
  int is_window;
  uint64_t seen_episodes, seen_version;
  char seen_status;
  int reads_at_end; /* times read since the trial ended */
  double seen_at;
} curve;

typedef struct curves {
  store *store;
  curve **table;       /* open hashing by (trial, figure, window or whole) */
  uint32_t room, used;
  store_point *points; /* scratch */
  uint64_t version;    /* of the store */
  double now, begun, budget_until; /* seconds; set by curves_begin_frame */
  int keys_fd;         /* where a key that waits can be seen; -1 */
  int is_behind;
} curves;

int curves_init(curves *c, store *s);
void curves_free(curves *c);

/* A new frame at `now` (seconds, any clock), which may spend `budget` seconds reading. */
void curves_begin_frame(curves *c, double now, double budget, uint64_t store_version);

/* Until when this frame may still work (seconds of CLOCK_MONOTONIC): no time at all where a key waits to be answered. */
double curves_deadline(curves *c);
/* Whether a key waits, after what every frame may do. */
int curves_is_called(const curves *c);

/* The curve of one trial over the whole run, or over a window; null where nothing could be read yet. A figure has one
 * window at a time. */
const bins *curves_get(curves *c, uint32_t trial, uint32_t figure, const curve_window *window, uint64_t episodes, char status);

#endif
