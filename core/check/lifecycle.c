/* lifecycle.c - creating and destroying, for units of every role.
 */
#include "check/checks.h"

#include <malloc.h>
#include <string.h>

#include "check/allocations.h"
#include "check/maker.h"
#include "baud/random.h"
#include "check/process.h"
#include "check/variants.h"

enum { CYCLES = 200, ROUNDS = 20, DRAWS = 24, FAILURES = 40 };

static variant setting; /* large */

static int with_setting(check_run *run, int verdict) {
  if (verdict == CHECK_FAILED && setting.text[0]) run_add(run, " (with %s)", setting.text);
  return verdict;
}

/* What is in use after so many cycles more. */
static size_t in_use_after(maker *m, int cycles) {
  void *model;
  for (int i = 0; i < cycles; i++)
    if (maker_make(m, setting.values, &model, NULL) == BAUD_OK) maker_unmake(m, model);
  return mallinfo2().uordblks;
}

/* 9: a child has one thread, and nothing else allocates in between. A leak shows in every round; what the allocator keeps
 * for itself, of a plugin that allocates much, does not. */
static int leaks_nothing(check_run *run, maker *m) {
  size_t before = in_use_after(m, 10), after = before; /* whatever is made once is made by now */
  if (before == 0) return run_skip(run, "this allocator keeps no count");
  for (int round = 0; round < ROUNDS; round++) {
    before = after;
    after = in_use_after(m, CYCLES);
    if (after <= before + CYCLES / 2) return CHECK_OK;
  }
  return run_fail(run, "creating and destroying it %d times leaves %zu bytes behind", CYCLES, after - before);
}

/* 13 */
static int declares_the_same(check_run *run, maker *m) {
  void *one, *two;
  uint64_t first = 0, second = 0;
  if (maker_make(m, setting.values, &one, &first) != BAUD_OK) return CHECK_SKIPPED;
  int32_t code = maker_make(m, setting.values, &two, &second);
  if (code == BAUD_OK) maker_unmake(m, two);
  maker_unmake(m, one);
  if (code != BAUD_OK) return run_fail(run, "create accepts its parameters once and refuses them the second time");
  return first == second ? CHECK_OK : run_fail(run, "the same parameters give two different specifications");
}

static int each_setting(check_run *run, int (*ask)(check_run *run, maker *m)) {
  static maker m;
  int verdict = maker_open(&m, run), answer = CHECK_OK;
  if (verdict != CHECK_OK) return verdict;
  for (uint32_t i = 0; answer != CHECK_FAILED && variant_at(&setting, run->unit->unit, i, run->seed); i++)
    answer = ask(run, &m);
  maker_close(&m);
  return with_setting(run, answer == CHECK_SKIPPED && !run->text[0] ? CHECK_OK : answer);
}

int check_leaks(check_run *run) { return each_setting(run, leaks_nothing); }
int check_declarations(check_run *run) { return each_setting(run, declares_the_same); }

/* 11 */
static int copes(check_run *run, maker *m) {
  void *model;
  int32_t code = maker_make(m, setting.values, &model, NULL);
  if (code == BAUD_OK) maker_unmake(m, model);
  if (code == BAUD_OK || m->host.sentence[0]) return CHECK_OK;
  variant_describe(&setting, run->unit->unit);
  return run_fail(run, "create refuses with code %d and gives no reason by host->fail", code);
}

int check_ranges(check_run *run) {
  static maker m;
  const baud_unit *u = run->unit->unit;
  uint64_t random = baud_split(run->seed, 7);
  int verdict = maker_open(&m, run);
  if (verdict != CHECK_OK) return verdict;
  for (uint32_t i = 0; i < 2 * u->n_params && verdict == CHECK_OK; i++) {
    variant_at(&setting, u, 0, run->seed);
    variant_corner(&setting, u, i / 2, (int)(i % 2));
    variant_describe(&setting, u);
    verdict = copes(run, &m);
  }
  for (uint32_t i = 0; i < DRAWS && verdict == CHECK_OK && u->n_params; i++) {
    variant_at(&setting, u, 0, run->seed);
    for (uint32_t k = 0; k < u->n_params; k++) variant_draw(&setting, u, k, &random);
    variant_describe(&setting, u);
    verdict = copes(run, &m);
  }
  for (uint32_t i = 0; i < u->n_params && verdict == CHECK_OK; i++) {
    variant_at(&setting, u, 0, run->seed);
    if (u->params[i].type != BAUD_TEXT) continue;
    setting.values[i].s = "no such thing, \xc3\xa9 \"%s\"";
    verdict = copes(run, &m);
  }
  maker_close(&m);
  return with_setting(run, verdict);
}

/* 12: the nth allocation of create fails, for each n; then the host offers nothing. */
int check_scarcity(check_run *run) {
  static maker m;
  void *model;
  baud_error error = {0};
  int verdict = maker_open(&m, run);
  if (verdict != CHECK_OK) return verdict;
  variant_at(&setting, run->unit->unit, 0, run->seed);
  m.offers = 0;
  if (maker_make(&m, setting.values, &model, NULL) == BAUD_OK) maker_unmake(&m, model);
  else if (!m.host.sentence[0])
    verdict = run_fail(run, "create refuses without the host's extensions and gives no reason");
  m.offers = 1;
  if (allocations_watch(run->path, &error) != 0)
    return maker_close(&m), verdict == CHECK_OK ? run_skip(run, "%s", error.text) : verdict;
  for (uint32_t n = 1; n <= FAILURES && verdict == CHECK_OK; n++) {
    allocations_fail_at(n);
    int32_t code = maker_make(&m, setting.values, &model, NULL);
    allocations_fail_at(ALLOCATIONS_NEVER_FAIL);
    if (code == BAUD_OK) maker_unmake(&m, model);
    else if (!m.host.sentence[0]) verdict = run_fail(run, "create refuses when memory is out and gives no reason");
  }
  maker_close(&m);
  return verdict;
}

/* 5 */
int check_process(check_run *run) {
  static maker m;
  static process_state before, after;
  void *model;
  int verdict = maker_open(&m, run);
  if (verdict != CHECK_OK) return verdict;
  process_note(&before);
  variant_at(&setting, run->unit->unit, 0, run->seed);
  if (maker_make(&m, setting.values, &model, NULL) == BAUD_OK) maker_unmake(&m, model);
  if (run->unit->unit->role == BAUD_ENV) {
    rig r;
    if (rig_open(&r, run, run->unit, setting.values, 4, RIG_ONE_WORLD, run->seed) == CHECK_OK &&
        rig_begin(&r) == CHECK_OK)
      rig_play(&r, 50);
    rig_close(&r);
  } else if (run->unit->unit->role == BAUD_LEARNER) {
    static rehearsal r;
    static casting cast;
    int is_cast = casting_find(run, 0, &cast);
    if (is_cast && rehearsal_open(&r, run, &cast, 2, REHEARSAL_TRAINS, run->seed) == CHECK_OK) rehearsal_play(&r, 50);
    if (is_cast) rehearsal_close(&r);
  }
  run->text[0] = 0; /* failures of play are other checks' */
  process_note(&after);
  maker_close(&m);
  const char *changed = process_changed(&before, &after);
  return changed ? run_fail(run, "changes %s", changed) : CHECK_OK;
}
