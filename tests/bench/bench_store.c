/* bench_store.c - the store against what it is held to: episodes stored a second with 16 figures each, bytes a figure,
 * and the time to open and draw a store of ten million episodes.
 *
 * Every figure of every episode is another number, so that no chunk takes a short form. Prints a line a measure:
 * name, figure, bound, "ok" or "BELOW"; exits 1 when one is below. Usage: bench_store [EPISODES [FOLDER]]
 */
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

#include "store.h"

enum { FIGURES_STORED = 16, BLOCK = 1024, POINTS = 200, MANY_TRIALS = 10000, MANY_EPISODES = 20, ALL_FIGURES = 28 };

static double seconds_now(void) {
  struct timespec t;
  clock_gettime(CLOCK_MONOTONIC, &t);
  return (double)t.tv_sec + 1e-9 * (double)t.tv_nsec;
}

static void need(int code, const baud_error *error) {
  if (code == 0) return;
  fprintf(stderr, "bench_store: %s\n", error->text);
  exit(5);
}

static int n_below;

static void report(const char *what, double figure, const char *unit, double bound, int is_least) {
  int is_ok = is_least ? figure >= bound : figure <= bound;
  n_below += !is_ok;
  printf("%-44s %12.4g %-12s %s %-8.4g %s\n", what, figure, unit, is_least ? "at least" : "at most ", bound,
         is_ok ? "ok" : "BELOW");
}

static store *create(const char *path, uint32_t seeds) {
  baud_error error = {0};
  store *s;
  plan *p;
  char *json = malloc(400 + 12 * (size_t)seeds), *at = json;
  at += sprintf(
      at, "{\"format\":1,\"name\":\"bench\",\"nodes\":[{\"name\":\"n\",\"kind\":\"train\"}],\"configs\":[{\"node\":0,"
          "\"label\":\"c\",\"config\":{},\"seeds\":[");
  for (uint32_t i = 0; i < seeds; i++) at += sprintf(at, "%s%u", i ? "," : "", i);
  sprintf(at, "]}]}");
  need(plan_parse(&p, json, &error), &error);
  need(store_create(&s, path, p, &error), &error);
  plan_free(p);
  free(json);
  return s;
}

/* Appends, flushes and commits as the supervisor does: a few times a second. */
static double store_long_trial(store *s, uint64_t episodes) {
  static float values[FIGURES_STORED][BLOCK];
  static uint64_t steps[BLOCK];
  baud_error error = {0};
  uint32_t random = 1;
  uint64_t step = 0;
  for (int f = 0; f < FIGURES_STORED; f++)
    for (int i = 0; i < BLOCK; i++) values[f][i] = (float)((random = random * 1664525u + 1013904223u) >> 8) * 1e-4f;
  double begin = seconds_now(), committed = begin;
  need(store_begin(s, &error), &error);
  need(store_set_status(s, 0, STATUS_RUNNING, 0, 0, NULL, &error), &error);
  for (uint64_t at = 0; at < episodes; at += BLOCK) {
    uint32_t n = episodes - at < BLOCK ? (uint32_t)(episodes - at) : BLOCK;
    for (int i = 0; i < BLOCK; i++) steps[i] = step += 1 + ((random = random * 1664525u + 1013904223u) >> 26);
    for (uint32_t f = 0; f < FIGURES_STORED; f++) need(store_append(s, 0, f, '=', at, values[f], n, &error), &error);
    need(store_append_steps(s, 0, at, steps, n, &error), &error);
    if (seconds_now() - committed < 0.25) continue;
    need(store_flush(s, &error), &error);
    need(store_commit(s, &error), &error);
    need(store_begin(s, &error), &error);
    committed = seconds_now();
  }
  need(store_set_status(s, 0, STATUS_DONE, episodes, step, NULL, &error), &error);
  need(store_commit(s, &error), &error);
  return seconds_now() - begin;
}

/* A dashboard's first picture: open, plan, trials, marks, eight curves over the whole range, events. */
static double draw(const char *path) {
  store_point points[POINTS];
  store_trial trials[64];
  static store_event_row events[200];
  baud_error error = {0};
  store *s;
  plan *p;
  double begin = seconds_now();
  need(store_open_readonly(&s, path, &error), &error);
  need(store_read_plan(s, &p, &error), &error);
  uint32_t n = 64;
  need(store_read_trials(s, 0, trials, &n, &error), &error);
  for (uint32_t f = 0; f < 8; f++) {
    n = POINTS;
    (void)store_read_mark(s, 0, f);
    need(store_read_curve(s, 0, f, 0, UINT64_MAX, points, &n, &error), &error);
    if (n < POINTS / 2) need(-1, &(baud_error){.text = "the curve has too few points"});
  }
  n = 200;
  need(store_read_events(s, 0, events, &n, &error), &error);
  double took = seconds_now() - begin;
  plan_free(p);
  store_close(s);
  return took;
}

/* 10,000 short trials with all figures: what the store adds to each. */
static double store_short_trials(store *s) {
  float values[MANY_EPISODES];
  uint64_t steps[MANY_EPISODES];
  baud_error error = {0};
  for (uint32_t i = 0; i < MANY_EPISODES; i++) values[i] = (float)i, steps[i] = 2 * i;
  double begin = seconds_now();
  for (uint32_t t = 0; t < MANY_TRIALS; t++) {
    if (t % 50 == 0) need(store_begin(s, &error), &error);
    need(store_set_status(s, t, STATUS_RUNNING, 0, 0, NULL, &error), &error);
    for (uint32_t f = 0; f < ALL_FIGURES; f++)
      need(store_append(s, t, f, '=', 0, values, MANY_EPISODES, &error), &error);
    need(store_append_steps(s, t, 0, steps, MANY_EPISODES, &error), &error);
    need(store_set_status(s, t, STATUS_DONE, MANY_EPISODES, 40, NULL, &error), &error);
    if (t % 50 == 49) need(store_commit(s, &error), &error);
  }
  return seconds_now() - begin;
}

int main(int argc, char **argv) {
  uint64_t episodes = argc > 1 ? strtoull(argv[1], NULL, 10) : 10000000;
  char folder[200], path[300];
  snprintf(folder, sizeof folder, "%s/baud-bench-XXXXXX", argc > 2 ? argv[2] : "/tmp");
  if (!mkdtemp(folder)) need(-1, &(baud_error){.text = "cannot make a folder"});
  struct stat file;

  snprintf(path, sizeof path, "%s/long.db", folder);
  store *s = create(path, 1);
  double took = store_long_trial(s, episodes);
  store_close(s);
  stat(path, &file);
  report("episodes stored, 16 figures each", (double)episodes / took, "/s", 500e3, 1);
  report("a figure on the disk, step counts included", (double)file.st_size / ((double)episodes * FIGURES_STORED),
         "bytes", 5, 0);
  double first = draw(path), again = draw(path);
  report("open and draw, the first time", first, "s", 1, 0);
  report("open and draw, again", again, "s", 1, 0);
  unlink(path);

  snprintf(path, sizeof path, "%s/short.db", folder);
  s = create(path, MANY_TRIALS);
  took = store_short_trials(s);
  struct rusage usage;
  getrusage(RUSAGE_SELF, &usage);
  store_close(s);
  report("a trial of 20 episodes and 28 figures", took / MANY_TRIALS * 1e3, "ms", 1, 0);
  report("memory at most, all of the above", (double)usage.ru_maxrss / 1024, "MB", 50, 0);
  unlink(path);
  rmdir(folder);
  return n_below > 0;
}
