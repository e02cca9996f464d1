/* curves.c - the cache behind every plot and sparkline: curves.h. */
#include "curves.h"

#include <math.h>
#include <poll.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

static const double patience_seconds = 8; /* until what has hardly moved is read again all the same */
static const double least_seconds = 0.001; /* that a frame reads although a key waits, so that held keys starve nothing */

static double seconds_now(void) {
  struct timespec t;
  clock_gettime(CLOCK_MONOTONIC, &t);
  return (double)t.tv_sec + (double)t.tv_nsec * 1e-9;
}

int curves_init(curves *c, store *s) {
  *c = (curves){.store = s, .room = 256, .keys_fd = -1};
  c->table = calloc(c->room, sizeof *c->table);
  c->points = malloc(CURVES_WINDOW_BINS * sizeof *c->points);
  return c->table && c->points ? 0 : BAUD_ENOMEM;
}

void curves_free(curves *c) {
  for (uint32_t i = 0; c->table && i < c->room; i++) {
    if (c->table[i]) free(c->table[i]->block);
    free(c->table[i]);
  }
  free(c->table);
  free(c->points);
  *c = (curves){.table = NULL};
}

void curves_begin_frame(curves *c, double now, double budget, uint64_t store_version) {
  c->now = now;
  c->begun = seconds_now();
  c->budget_until = c->begun + budget;
  c->version = store_version;
  c->is_behind = 0;
}

int curves_is_called(const curves *c) {
  struct pollfd keys = {.fd = c->keys_fd, .events = POLLIN};
  return c->keys_fd >= 0 && seconds_now() > c->begun + least_seconds && poll(&keys, 1, 0) > 0;
}

double curves_deadline(curves *c) {
  if (curves_is_called(c)) c->budget_until = c->begun;
  return c->budget_until;
}

static uint32_t place(const curves *c, uint32_t trial, uint32_t figure, int is_window) {
  uint32_t at = (trial * 2654435761u ^ (figure * 2u + (uint32_t)is_window) * 2246822519u) & (c->room - 1);
  while (c->table[at] &&
         (c->table[at]->trial != trial || c->table[at]->figure != figure || c->table[at]->is_window != is_window))
    at = (at + 1) & (c->room - 1);
  return at;
}

static int grow(curves *c) {
  curves wider = *c;
  wider.room *= 2;
  wider.table = calloc(wider.room, sizeof *wider.table);
  if (!wider.table) return BAUD_ENOMEM;
  for (uint32_t i = 0; i < c->room; i++) {
    curve *e = c->table[i];
    if (e) wider.table[place(&wider, e->trial, e->figure, e->is_window)] = e;
  }
  free(c->table);
  *c = wider;
  return 0;
}

/* The entry, made when it is not there. */
static curve *entry_of(curves *c, uint32_t trial, uint32_t figure, int is_window) {
  uint32_t at = place(c, trial, figure, is_window);
  if (c->table[at]) return c->table[at];
  if (c->used * 2 >= c->room) {
    if (grow(c) != 0) return NULL;
    at = place(c, trial, figure, is_window);
  }
  curve *e = calloc(1, sizeof *e);
  if (!e) return NULL;
  *e = (curve){.trial = trial, .figure = figure, .is_window = is_window, .bins.width = 1};
  c->used++;
  return c->table[at] = e;
}

/* Room for n bins: as many as there are episodes, for most of very many trials are short. What is there stays. */
static int make_room(curve *e, int n) {
  if (n <= e->room) return 0;
  int room = n <= 16 ? 16 : n <= 64 ? 64 : n <= CURVES_BINS ? CURVES_BINS : CURVES_WINDOW_BINS;
  void *block = calloc((size_t)room, sizeof(double) + sizeof(uint32_t));
  if (!block) return BAUD_ENOMEM;
  double *sum = block;
  uint32_t *count = (uint32_t *)(void *)(sum + room);
  if (e->room) {
    memcpy(sum, e->bins.sum, (size_t)e->room * sizeof *sum);
    memcpy(count, e->bins.count, (size_t)e->room * sizeof *count);
  }
  free(e->block);
  e->block = block;
  e->room = room;
  e->bins.sum = sum;
  e->bins.count = count;
  return 0;
}

static int is_final(char status) {
  return status == STATUS_DONE || status == STATUS_FAILED || status == STATUS_STOPPED;
}

/* Whether reading again could show anything new that is worth it. */
static int is_other_window(const curve *e, const curve_window *w) {
  return w && (e->bins.from != w->from || e->bins.width != w->width);
}

static int is_stale(const curves *c, const curve *e, const curve_window *w, uint64_t episodes, char status) {
  if (e->seen_at <= 0 || episodes < e->seen_episodes) return 1; /* never read, or the trial began anew */
  if (is_other_window(e, w)) return 1;
  if (c->version == e->seen_version) return 0;
  uint64_t part = w ? 0 : episodes / 64; /* a dot or two of a plot */
  if (episodes - e->seen_episodes > (part > e->bins.width / 2 ? part : e->bins.width / 2)) return 1;
  if (status != e->seen_status) return 1;
  /* The store may lag behind the board: look again a little later, but once only at what has ended. */
  return e->reads_at_end < 2 && c->now - e->seen_at > patience_seconds;
}

/* Lays the bins out for what there is now; returns the first one that has to be read: those that were complete stay,
 * as long as none has changed its width or begun anew. */
static int lay_out(curve *e, const curve_window *w, uint64_t episodes) {
  bins *b = &e->bins, old = *b;
  int room = w ? CURVES_WINDOW_BINS : CURVES_BINS, first = 0;
  b->from = w ? w->from : 0;
  b->width = w ? w->width : bins_width(episodes, room);
  uint64_t left = episodes > b->from ? episodes - b->from : 0, wanted = (left + b->width - 1) / b->width;
  b->n = wanted < (uint64_t)room ? (int)wanted : room;
  if (make_room(e, b->n) != 0) b->n = e->room;
  int is_same = e->seen_at > 0 && episodes >= e->seen_episodes && b->from == old.from && b->width == old.width;
  if (is_same && old.end > b->from) {
    uint64_t complete = (old.end - b->from) / b->width;
    first = complete < (uint64_t)b->n ? (int)complete : b->n;
  }
  if (e->room == first) return first; /* no episode yet: no memory either */
  memset(b->sum + first, 0, (size_t)(e->room - first) * sizeof *b->sum);
  memset(b->count + first, 0, (size_t)(e->room - first) * sizeof *b->count);
  return first;
}

static void read_again(curves *c, curve *e, const curve_window *w, uint64_t episodes, char status) {
  bins *b = &e->bins;
  int first = lay_out(e, w, episodes);
  uint32_t n = (uint32_t)(b->n - first);
  uint64_t from = b->from + (uint64_t)first * b->width;
  baud_error ignored;
  uint64_t to = from + n * b->width;
  if (n > 0 && store_read_curve(c->store, e->trial, e->figure, from, to, c->points, &n, &ignored) != 0) n = 0;
  b->end = from;
  for (uint32_t i = 0; i < n; i++) {
    const store_point *p = c->points + i;
    double bin = (p->episode - (double)b->from) / (double)b->width;
    if (!(bin >= 0) || bin >= b->n) continue;
    uint64_t start = b->from + (uint64_t)bin * b->width;
    b->end = start + (uint64_t)(2 * (p->episode - (double)start) + 0.5); /* the point is the middle of what it covers */
    if (p->count == 0 || isnan(p->mean)) continue;
    b->sum[(int)bin] += (double)p->mean * p->count;
    b->count[(int)bin] += p->count;
  }
  e->seen_episodes = episodes;
  e->seen_version = c->version;
  e->seen_status = status;
  e->seen_at = c->now;
  e->reads_at_end = is_final(status) ? e->reads_at_end + 1 : 0;
}

const bins *curves_get(curves *c, uint32_t trial, uint32_t figure, const curve_window *window, uint64_t episodes, char status) {
  if (episodes == 0) return NULL;
  curve *e = entry_of(c, trial, figure, window != NULL);
  if (!e) return NULL;
  if (is_stale(c, e, window, episodes, status)) {
    if (seconds_now() < curves_deadline(c)) read_again(c, e, window, episodes, status);
    else c->is_behind = 1;
  }
  return e->seen_at <= 0 || is_other_window(e, window) ? NULL : &e->bins;
}
