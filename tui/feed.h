/* feed.h - steps of a trial being played, as they come (core/play.h), and the playhead that goes along them.
 *
 * They come from a copy that the trial's worker makes of itself (live: what the trial does next), or from a helper that
 * plays the trial anew from its seed (replay: any episode). Neither waits for the run nor makes it wait: who reads slowly
 * is waited for by the copy alone. Not more than FEED_AHEAD steps are read ahead of the playhead.
 */
#ifndef BAUD_TUI_FEED_H
#define BAUD_TUI_FEED_H

#include "helper.h"

enum { FEED_AHEAD = 512, FEED_KEPT = 4096 };
enum feed_source { FEED_NONE, FEED_LIVE, FEED_REPLAY };

typedef struct feed_step {
  char *json; /* the line */
  uint64_t episode;
  uint32_t step;
  float received, absorbed; /* bits of this step, all channels; NAN */
} feed_step;

typedef struct feed {
  enum feed_source source;
  uint32_t trial;
  uint64_t asked_episode, at_episode; /* of a replay: wanted; where it has come to */
  helper helper;
  int listen_fd, fd; /* live; -1 */
  char path[160];
  char *text;        /* live: what has come and is no whole line yet */
  size_t used, room;
  feed_step *step;   /* [FEED_KEPT] */
  int n, at;         /* steps there are; the one that is shown */
  int is_held;
  double per_second; /* steps */
  double due_at;     /* seconds: when the playhead goes on */
  double asked_at;
  int is_over;       /* no more will come */
  char why[300];     /* there is nothing to see, or "" */
} feed;

struct dashboard;

/* What is selected, or of a configuration a trial that runs, else the first that has begun: -1 where there is none. */
int64_t feed_trial(const struct dashboard *d);
/* Begins anew with what is selected: live where it runs, else its last episode, or its first where that is far. */
void feed_begin(struct dashboard *d);
void feed_live(struct dashboard *d);
void feed_replay(struct dashboard *d, uint64_t episode);
void feed_stop(feed *f);

/* Reads what has come and moves the playhead to where it is at `now`; 1 when anything changed. */
int feed_poll(struct dashboard *d, double now);
/* When the playhead moves next; infinity: not until something comes. */
double feed_due(const struct dashboard *d);
/* Descriptors to be waited for: *listen, *data; -1 where none. */
void feed_descriptors(const struct dashboard *d, int *listen, int *data);
/* Holds, and goes by so many steps. */
void feed_step_by(feed *f, int steps);

#endif
