/* env_state.c - where an environment keeps its state: in its lanes, all of it, and nowhere else; without pointers,
 * without allocating, and from its seeds.
 */
#include "check/checks.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "check/allocations.h"
#include "check/elf.h"
#include "check/pointers.h"
#include "check/rig.h"
#include "check/variants.h"

enum { LANES = 6, TICKS = 100 };

static int opened(rig *r, check_run *run, const plugin *env, const baud_value *values, uint32_t lanes,
                  enum rig_worlds worlds) {
  int code = rig_open(r, run, env, values, lanes, worlds, run->seed);
  if (code == BAUD_EARG) rig_close(r);
  return code;
}

static int begin_and_play(rig *r, uint32_t ticks) {
  int verdict = rig_begin(r);
  return verdict == CHECK_OK ? rig_play(r, ticks) : verdict;
}

static int same_lives(const rig *a, const rig *b) {
  return memcmp(a->trace, b->trace, a->lanes * sizeof *a->trace) == 0;
}

/* ---- 10: two instances -------------------------------------------------------------------------------- */

/* Another setting that the environment accepts, else the same. */
static int open_other(rig *r, check_run *run, variant *v) {
  for (uint32_t i = 1; variant_at(v, run->unit->unit, i, run->seed); i++)
    if (opened(r, run, run->unit, v->values, LANES, RIG_ONE_WORLD) == CHECK_OK) return CHECK_OK;
  variant_at(v, run->unit->unit, 0, run->seed);
  return opened(r, run, run->unit, v->values, LANES, RIG_ONE_WORLD);
}

int check_env_instances(check_run *run) {
  static variant v, w;
  rig a, b, alone;
  variant_at(&v, run->unit->unit, 0, run->seed);
  int code = opened(&a, run, run->unit, v.values, LANES, RIG_ONE_WORLD);
  if (code) return code == BAUD_EARG ? run_skip(run, "it refuses its defaults") : code;
  code = open_other(&b, run, &w);
  if (code) return code;
  int verdict = rig_begin(&a);
  if (verdict == CHECK_OK) verdict = rig_begin(&b);
  for (uint32_t t = 0; t < TICKS && verdict == CHECK_OK; t++) {
    verdict = rig_play(&a, 1);
    if (verdict == CHECK_OK) verdict = rig_play(&b, 1);
  }
  rig *both[] = {&a, &b};
  const baud_value *values[] = {v.values, w.values};
  for (int i = 0; i < 2 && verdict == CHECK_OK; i++) {
    verdict = opened(&alone, run, run->unit, values[i], LANES, RIG_ONE_WORLD);
    if (verdict == CHECK_OK) verdict = begin_and_play(&alone, TICKS);
    if (verdict == CHECK_OK && !same_lives(&alone, both[i]))
      verdict =
          run_fail(run, "an instance lives otherwise beside another than alone: they share something that changes");
    rig_close(&alone);
  }
  rig_close(&a);
  rig_close(&b);
  return verdict;
}

/* ---- 19, 20: snapshots and pointers ------------------------------------------------------------------- */

/* Moves what a lane is into another rig: its bytes, its observation, and what the bench knows of it. */
static void transplant(rig *to, const rig *from) {
  memcpy(to->world, from->world, from->spec.world_bytes);
  memcpy(to->lane, from->lane, from->stride * from->lanes);
  for (uint32_t f = 0; f < from->spec.n_obs; f++)
    memcpy(to->obs[f], from->obs[f], from->lanes * rig_field_bytes(&from->spec.obs[f]));
  memcpy(to->trace, from->trace, from->lanes * sizeof *to->trace);
  memcpy(to->random, from->random, from->lanes * sizeof *to->random);
  memcpy(to->episode, from->episode, from->lanes * sizeof *to->episode);
  memcpy(to->steps, from->steps, from->lanes * sizeof *to->steps);
}

static int snapshot_lives_on(check_run *run, const plugin *env, const baud_value *values) {
  rig a, b;
  int code = opened(&a, run, env, values, LANES, RIG_ONE_WORLD);
  if (code) return code;
  int verdict = begin_and_play(&a, TICKS / 2 + 3);
  code = opened(&b, run, env, values, LANES, RIG_ONE_WORLD); /* a model of its own, made later, elsewhere */
  if (verdict == CHECK_OK) verdict = code;
  if (verdict == CHECK_OK) {
    transplant(&b, &a);
    verdict = rig_play(&a, TICKS);
  }
  if (verdict == CHECK_OK) verdict = rig_play(&b, TICKS);
  if (verdict == CHECK_OK && !same_lives(&a, &b))
    verdict = run_fail(run, "a copy of its lanes lives on otherwise than the original: part of the state is elsewhere");
  rig_close(&a);
  rig_close(&b);
  return verdict;
}
int check_env_snapshot(check_run *run) { return rig_each_variant(run, snapshot_lives_on); }

static int holds_no_pointers(check_run *run, const plugin *env, const baud_value *values) {
  rig r;
  int code = opened(&r, run, env, values, LANES, RIG_ONE_WORLD);
  if (code) return code;
  int verdict = begin_and_play(&r, 20);
  if (verdict == CHECK_OK && pointers_in(r.lane, r.stride * LANES))
    verdict = run_fail(run, "a lane holds what looks like an address");
  if (verdict == CHECK_OK && pointers_in(r.world, r.spec.world_bytes))
    verdict = run_fail(run, "the world holds what looks like an address");
  rig_close(&r);
  return verdict;
}
int check_env_pointers(check_run *run) { return rig_each_variant(run, holds_no_pointers); }

/* ---- 21: seeds ---------------------------------------------------------------------------------------- */

/* Sixty-four draws that are all alike have probability 2^-63 where there is a bit to be drawn. */
static int draws_differ(check_run *run, const plugin *env, const baud_value *values) {
  rig r;
  int code = opened(&r, run, env, values, 1, RIG_ONE_WORLD);
  if (code) return code;
  char *first = malloc(r.spec.world_bytes + 1);
  int alike = 0, verdict = first ? CHECK_OK : run_skip(run, "no memory");
  for (uint64_t i = 0; i < 64 && verdict == CHECK_OK && r.spec.world_bytes; i++) {
    verdict = rig_draw(&r, baud_split(run->seed, i));
    if (i == 0) memcpy(first, r.world, r.spec.world_bytes);
    else alike += memcmp(first, r.world, r.spec.world_bytes) == 0;
  }
  if (verdict == CHECK_OK && r.spec.world_bytes && r.spec.entropy_bits >= 1.0 && alike == 63)
    verdict = run_fail(run, "draws the same world from each of 64 seeds");
  if (verdict == CHECK_OK && r.spec.world_bytes) {
    verdict = rig_draw(&r, baud_split(run->seed, 0));
    if (verdict == CHECK_OK && memcmp(first, r.world, r.spec.world_bytes) != 0)
      verdict = run_fail(run, "draws another world from the same seed");
  }
  free(first);
  rig_close(&r);
  return verdict;
}
int check_env_seeds(check_run *run) { return rig_each_variant(run, draws_differ); }

/* ---- 24, 25: memory ----------------------------------------------------------------------------------- */

static int guard_library(check_run *run) {
  elf_range range[16];
  uint32_t n = elf_writable(run->path, range, 16);
  for (uint32_t i = 0; i < n; i++)
    if (run_guard(run, range[i].low, (size_t)(range[i].high - range[i].low), "static data of the library") != 0)
      return -1;
  return allocations_guard(run, "its model, which is immutable after create,");
}

static int fingerprint_stays(check_run *run, const plugin *env, const baud_value *values) {
  rig r;
  int code = opened(&r, run, env, values, LANES, RIG_ONE_WORLD);
  if (code) return code;
  uint64_t before = run_fingerprint(run, r.model);
  int verdict = begin_and_play(&r, TICKS);
  if (verdict == CHECK_OK) verdict = run_kept(run, before, run_fingerprint(run, r.model));
  rig_close(&r);
  return verdict;
}

/* The model must not be destroyed here: see allocations.h. */
static int keeps_nothing(check_run *run, const plugin *env, const baud_value *values) {
  rig r;
  baud_error error = {0};
  if (run_has_fingerprint(run)) return fingerprint_stays(run, env, values);
  if (allocations_watch(run->path, &error) != 0 || allocations_to_pages() != 0) return run_skip(run, "%s", error.text);
  int verdict = rig_open(&r, run, env, values, LANES, RIG_ONE_WORLD, run->seed);
  if (verdict == CHECK_OK) {
    if (guard_library(run) != 0) verdict = run_skip(run, "the system protects no pages");
    else verdict = begin_and_play(&r, TICKS);
    run_unguard(run);
  }
  rig_abandon(&r);
  return verdict;
}
int check_env_hidden(check_run *run) { return rig_each_variant(run, keeps_nothing); }

static int allocates_nothing(check_run *run, const plugin *env, const baud_value *values) {
  rig r;
  baud_error error = {0};
  if (allocations_watch(run->path, &error) != 0) return run_skip(run, "%s", error.text);
  int code = opened(&r, run, env, values, LANES, RIG_ONE_WORLD);
  if (code) return code;
  int verdict = rig_begin(&r);
  uint64_t before = allocations_calls();
  if (verdict == CHECK_OK) verdict = rig_play(&r, TICKS);
  uint64_t calls = allocations_calls() - before;
  if (verdict == CHECK_OK && calls)
    verdict = run_fail(run, "calls the allocator %llu times in %d steps: make what it needs in create",
                       (unsigned long long)calls, TICKS);
  rig_close(&r);
  return verdict;
}
int check_env_allocations(check_run *run) { return rig_each_variant(run, allocates_nothing); }

/* ---- 26: pictures ------------------------------------------------------------------------------------- */

static int draws_as_told(check_run *run, rig *r, const baud_draw *draw) {
  uint32_t width = 0, height = 0;
  run_enter(run, "drawing");
  if (draw->extent(r->model, &width, &height) != BAUD_OK || width == 0 || height == 0 || width > 4096 || height > 4096)
    return run_fail(run, "its picture is %u x %u", width, height);
  size_t n = (size_t)width * height, lane_bytes = r->stride * r->lanes;
  char *picture = malloc(n), *again = malloc(n), *kept = malloc(lane_bytes + 1);
  int verdict = picture && again && kept ? CHECK_OK : run_skip(run, "no memory");
  for (uint32_t t = 0; t < 20 && verdict == CHECK_OK; t++) {
    verdict = rig_play(r, 1);
    memcpy(kept, r->lane, lane_bytes);
    memset(picture, 0, n);
    memset(again, 1, n);
    run_enter(run, "drawing");
    int32_t code = draw->draw(r->model, r->world, r->lane, picture);
    if (code == BAUD_OK) code = draw->draw(r->model, r->world, r->lane, again);
    if (verdict == CHECK_OK && code != BAUD_OK) verdict = run_fail(run, "drawing failed with code %d", code);
    if (verdict == CHECK_OK && memcmp(kept, r->lane, lane_bytes) != 0)
      verdict = run_fail(run, "drawing changes a lane");
    if (verdict == CHECK_OK && memcmp(picture, again, n) != 0)
      verdict = run_fail(run, "drawing twice gives two pictures, or leaves cells unwritten");
    for (size_t i = 0; i < n && verdict == CHECK_OK; i++)
      if (picture[i] < 32 || picture[i] > 126)
        verdict = run_fail(run, "its picture holds the byte %d: printable ASCII, please", picture[i]);
  }
  free(picture);
  free(again);
  free(kept);
  return verdict;
}

static int draws_without_trace(check_run *run, const plugin *env, const baud_value *values) {
  rig r;
  baud_draw draw;
  if (!run_extension(env, "baud.draw/1", &draw, sizeof draw)) return run_skip(run, "it draws nothing");
  int code = opened(&r, run, env, values, 2, RIG_ONE_WORLD);
  if (code) return code;
  int verdict = rig_begin(&r);
  if (verdict == CHECK_OK) verdict = draws_as_told(run, &r, &draw);
  rig_close(&r);
  return verdict;
}
int check_env_drawing(check_run *run) { return rig_each_variant(run, draws_without_trace); }

/* ---- 27: speed ---------------------------------------------------------------------------------------- */

static double seconds(void) {
  struct timespec t;
  clock_gettime(CLOCK_THREAD_CPUTIME_ID, &t);
  return (double)t.tv_sec + 1e-9 * (double)t.tv_nsec;
}

/* Processor time of the plugin's own step, a lane; the shortest of five. */
static double time_of_step(rig *r, uint32_t ticks) {
  double best = 1e9;
  for (int i = 0; i < 5; i++) {
    double spent = 0.0;
    for (uint32_t t = 0; t < ticks; t++) {
      rig_act(r);
      baud_batch batch = rig_batch(r);
      double began = seconds();
      if (r->ops->step(r->model, &batch) != BAUD_OK) return 0.0;
      spent += seconds() - began;
      for (uint32_t k = 0; k < r->lanes; k++) r->flags[k] = (uint8_t)(r->flags[k] || ++r->steps[k] >= r->limit);
      if (rig_finish(r) != CHECK_OK) return 0.0;
    }
    double each = spent / ((double)ticks * r->lanes);
    if (each < best) best = each;
  }
  return best;
}

int check_env_speed(check_run *run) {
  static variant v;
  double each[2] = {0.0, 0.0};
  const uint32_t lanes[2] = {64, 512};
  variant_at(&v, run->unit->unit, 0, run->seed);
  for (int i = 0; i < 2; i++) {
    rig r;
    int code = opened(&r, run, run->unit, v.values, lanes[i], RIG_ONE_WORLD);
    if (code) return code == BAUD_EARG ? run_skip(run, "too large, or it refuses its defaults") : code;
    int verdict = rig_begin(&r);
    if (verdict == CHECK_OK) each[i] = time_of_step(&r, 2048 / lanes[i]);
    rig_close(&r);
    if (verdict != CHECK_OK) return verdict;
  }
  if (each[1] > 2.0 * each[0] && each[1] > 100e-9)
    return run_fail(run, "a step of a lane takes %.0f ns in a batch of 64 and %.0f in one of 512", 1e9 * each[0],
                    1e9 * each[1]);
  return run_pass(run, "%.1f million steps a second", 1e-6 / (each[1] > 0.0 ? each[1] : 1.0));
}
