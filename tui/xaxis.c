/* xaxis.c - maps from episodes to steps, time and bits: xaxis.h. */
#include "xaxis.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "axis.h"
#include "text.h"

const char *const x_axis_names[X_AXES] = {"episode", "step", "time", "bits"};
const char *const x_axis_units[X_AXES] = {"episodes", "steps", "of running time", "bits received"};

enum { MOMENTS = 1024, POINTS = MOMENTS + CURVES_WINDOW_BINS + 2 };

static struct {
  double episode[POINTS], x[POINTS];
} storage;

/* ---- Time ------------------------------------------------------------------------------------------------ */

/* The moments of each trial, read again when the store has moved and the trial with it. */
typedef struct clock_entry {
  uint64_t seen_episodes, seen_version;
  uint32_t n;
  store_moment moment[];
} clock_entry;
static struct {
  clock_entry **entry; /* [n] */
  uint32_t n;
  const store *of;
} clocks;

void x_maps_free(void) {
  for (uint32_t i = 0; i < clocks.n; i++) free(clocks.entry[i]);
  free(clocks.entry);
  memset(&clocks, 0, sizeof clocks);
}

static const clock_entry *clock_of(model *m, uint32_t trial) {
  if (clocks.of != m->store || clocks.n != m->n_trials) {
    x_maps_free();
    clocks.entry = calloc(m->n_trials + 1u, sizeof *clocks.entry);
    if (!clocks.entry) return NULL;
    clocks.n = m->n_trials;
    clocks.of = m->store;
  }
  clock_entry *e = clocks.entry[trial];
  const model_trial *t = m->trials + trial;
  if (e && (e->seen_version == m->store_version || e->seen_episodes == t->episodes)) return e;
  store_moment read[MOMENTS];
  uint32_t n = MOMENTS;
  baud_error ignored;
  if (store_read_clock(m->store, trial, read, &n, &ignored) != 0) n = 0;
  free(e);
  e = malloc(sizeof *e + n * sizeof *read);
  clocks.entry[trial] = e;
  if (!e) return NULL;
  *e = (clock_entry){.seen_episodes = n && read[n - 1].episodes >= t->episodes ? t->episodes : 0, .seen_version = m->store_version, .n = n};
  memcpy(e->moment, read, n * sizeof *read);
  return e;
}

static int map_time(model *m, uint32_t trial) {
  const clock_entry *e = clock_of(m, trial);
  int n = 1;
  for (uint32_t i = 0; e && i < e->n; i++, n++) {
    storage.episode[n] = (double)e->moment[i].episodes;
    storage.x[n] = e->moment[i].seconds;
  }
  const model_trial *t = m->trials + trial;
  if (t->elapsed_seconds > storage.x[n - 1] && (double)t->episodes > storage.episode[n - 1]) { /* as the board has it now */
    storage.episode[n] = (double)t->episodes;
    storage.x[n++] = t->elapsed_seconds;
  }
  return n;
}

/* ---- Steps and bits -------------------------------------------------------------------------------------- */

static int map_sums(model *m, uint32_t trial, uint32_t figure) {
  const model_trial *t = m->trials + trial;
  const bins *whole = curves_get(&m->curves, trial, figure, NULL, t->episodes, t->status);
  int n = 1;
  for (int i = 0; whole && i < whole->n && n < POINTS; i++) {
    double end = (double)(whole->from + (uint64_t)(i + 1) * whole->width);
    if (!whole->count[i]) continue;
    storage.episode[n] = fmin(end, (double)whole->end);
    storage.x[n] = storage.x[n - 1] + fmax(whole->sum[i], 0); /* bits of a noisy figure may fall: the axis may not */
    n++;
  }
  return n;
}

x_map x_map_of(model *m, uint32_t trial, enum x_axis on) {
  storage.episode[0] = storage.x[0] = 0;
  double episodes = (double)m->trials[trial].episodes;
  int n = 2;
  if (on == X_EPISODE) storage.episode[1] = storage.x[1] = episodes;
  else n = on == X_TIME ? map_time(m, trial) : map_sums(m, trial, on == X_STEP ? FIGURE_STEPS : FIGURE_RECEIVED_ALL);
  return (x_map){n > 1 ? n : 0, storage.episode, storage.x};
}

/* Points of the fine bins between those of the map that lie outside of them. They begin at one of the map's own. */
static x_map splice(const x_map *map, const bins *fine) {
  static double episode[POINTS], x[POINTS];
  double at = x_of_episode(map, (double)fine->from);
  int n = 0, rest = 0;
  while (n < map->n && map->episode[n] < (double)fine->from) episode[n] = map->episode[n], x[n] = map->x[n], n++;
  for (int i = 0; i < fine->n && fine->count[i] && n + 1 < POINTS; i++, n++) {
    episode[n] = (double)(fine->from + (uint64_t)i * fine->width);
    x[n] = at;
    at += fmax(fine->sum[i], 0);
  }
  while (rest < map->n && n > 0 && map->episode[rest] <= episode[n - 1]) rest++;
  for (; rest < map->n && n < POINTS; rest++, n++) episode[n] = map->episode[rest], x[n] = map->x[rest];
  memcpy(storage.episode, episode, (size_t)n * sizeof *episode);
  memcpy(storage.x, x, (size_t)n * sizeof *x);
  return (x_map){n, storage.episode, storage.x};
}

x_map x_map_within(model *m, uint32_t trial, enum x_axis on, double from, double end) {
  x_map map = x_map_of(m, trial, on);
  const model_trial *t = m->trials + trial;
  if (on != X_STEP || map.n < 2) return map;
  uint64_t coarse = bins_width(t->episodes, CURVES_BINS); /* at their edges the map is exact, between them a guess */
  curve_window w = {(uint64_t)x_to_episode(&map, from) / coarse * coarse, 0};
  uint64_t last = ((uint64_t)x_to_episode(&map, end) + coarse) / coarse * coarse;
  w.width = bins_width(last - w.from, CURVES_WINDOW_BINS);
  if (w.width >= coarse) return map;
  const bins *fine = curves_get(&m->curves, trial, FIGURE_STEPS, &w, t->episodes, t->status);
  return fine && fine->n > 0 ? splice(&map, fine) : map;
}

/* y at `at` along points (from[i], to[i]), both rising; beyond the last point it stays. */
static double along(const double *from, const double *to, int n, double at) {
  int low = 0, high = n - 1;
  if (n == 0) return NAN;
  if (at <= from[0]) return to[0];
  if (at >= from[high]) return to[high];
  while (high - low > 1) {
    int middle = (low + high) / 2;
    if (from[middle] <= at) low = middle;
    else high = middle;
  }
  double length = from[high] - from[low];
  return length > 0 ? to[low] + (to[high] - to[low]) * (at - from[low]) / length : to[high];
}

double x_of_episode(const x_map *map, double episode) { return along(map->episode, map->x, map->n, episode); }
double x_to_episode(const x_map *map, double x) { return along(map->x, map->episode, map->n, x); }

/* ---- Ticks ------------------------------------------------------------------------------------------------ */

double x_tick_step(enum x_axis on, double length, int ticks) {
  static const double good[] = {1, 2, 5, 10, 15, 30, 60, 120, 300, 600, 900, 1800, 3600, 7200, 10800, 21600, 43200, 86400};
  enum { GOOD = sizeof good / sizeof *good };
  if (on == X_EPISODE || on == X_STEP) return fmax(axis_step(length, ticks), 1);
  double raw = length / (ticks > 0 ? ticks : 1);
  if (on == X_BITS || raw <= 1) return axis_step(length, ticks);
  for (int i = 0; i < GOOD; i++)
    if (good[i] >= raw) return good[i];
  return 86400 * axis_step(length / 86400, ticks);
}

void x_label(enum x_axis on, char *out, size_t size, double x) {
  long long s = (long long)(x + 0.5);
  x += 0.0; /* no negative zero */
  if (on != X_TIME) text_short(out, size, x);
  else if (x == 0) snprintf(out, size, "0");
  else if (x < 60 && x != floor(x)) snprintf(out, size, "%.3gs", x);
  else if (s < 60) snprintf(out, size, "%llds", s);
  else if (s < 3600) snprintf(out, size, s % 60 ? "%lldm%02lld" : "%lldm", s / 60, s % 60);
  else if (s < 86400) snprintf(out, size, s / 60 % 60 ? "%lldh%02lld" : "%lldh", s / 3600, s / 60 % 60);
  else snprintf(out, size, s / 3600 % 24 ? "%lldd%02lldh" : "%lldd", s / 86400, s / 3600 % 24);
}
