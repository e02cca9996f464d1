/* learner.c - learners in rehearsal: what they write and when, and that all they know lies in their blocks.
 */
#include "check/checks.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "check/allocations.h"
#include "check/elf.h"
#include "check/pointers.h"
#include "check/rehearsal.h"
#include "loop/change.h"
#include "loop/checkpoint.h"
#include "trial.h"

enum { LANES = 3, TICKS = 150, SHORT = 60 };

static rehearsal one, two; /* large */

static int twin_open(check_run *run, const casting *cast, uint32_t lanes) {
  int verdict = rehearsal_open(&one, run, cast, lanes, REHEARSAL_TRAINS, run->seed);
  int second = rehearsal_open(&two, run, cast, lanes, REHEARSAL_TRAINS, run->seed);
  return verdict != CHECK_OK ? verdict : second;
}

static int twin_close(int verdict) {
  rehearsal_close(&one);
  rehearsal_close(&two);
  return verdict;
}

static int same_blocks(const blocks *a, const blocks *b) {
  for (uint32_t i = 0; i < a->n; i++)
    if (a->info[i].role != BAUD_SCRATCH && memcmp(a->at[i], b->at[i], blocks_size_of(a, i)) != 0) return 0;
  return 1;
}

static int same_lives(void) {
  return one.trace == two.trace && one.answered == two.answered && same_blocks(&one.stage.live, &two.stage.live);
}

/* ---- 10, 17, 18 ---------------------------------------------------------------------------------------- */

static int lives_beside_another(check_run *run, const casting *cast) {
  int verdict = twin_open(run, cast, LANES);
  rehearsal_close(&two);
  /* `two` is another learner of the kind, with another seed; `one` must not notice it */
  if (verdict == CHECK_OK) verdict = rehearsal_open(&two, run, cast, LANES + 1, REHEARSAL_TRAINS, run->seed + 1);
  for (uint32_t t = 0; t < TICKS && verdict == CHECK_OK; t++) {
    verdict = rehearsal_tick(&one);
    if (verdict == CHECK_OK) verdict = rehearsal_tick(&two);
  }
  rehearsal_close(&two);
  if (verdict == CHECK_OK) verdict = rehearsal_open(&two, run, cast, LANES, REHEARSAL_TRAINS, run->seed);
  if (verdict == CHECK_OK) verdict = rehearsal_play(&two, TICKS);
  if (verdict == CHECK_OK && !same_lives())
    verdict = run_fail(run, "a learner lives otherwise beside another than alone: they share something that changes");
  return twin_close(verdict);
}
int check_learner_instances(check_run *run) { return rehearsal_each(run, lives_beside_another); }

static int is_a_twin(check_run *run, const casting *cast) {
  int verdict = twin_open(run, cast, LANES);
  if (verdict == CHECK_OK) verdict = rehearsal_play(&one, TICKS);
  if (verdict == CHECK_OK) verdict = rehearsal_play(&two, TICKS);
  if (verdict == CHECK_OK && !same_lives())
    verdict = run_fail(run, "two runs with the same seed differ: it has a source of chance or a memory of its own");
  return twin_close(verdict);
}
int check_learner_twins(check_run *run) { return rehearsal_each(run, is_a_twin); }

static int works_with_lanes(check_run *run, const casting *cast) {
  static const uint32_t lanes[] = {1, 2, 17};
  int verdict = CHECK_OK;
  for (size_t i = 0; i < 3 && verdict == CHECK_OK; i++) {
    verdict = rehearsal_open(&one, run, cast, lanes[i], REHEARSAL_TRAINS, run->seed);
    if (verdict == CHECK_OK) verdict = rehearsal_play(&one, SHORT);
    rehearsal_close(&one);
    if (verdict == CHECK_FAILED) run_add(run, ", in %u lanes", lanes[i]);
  }
  return verdict;
}
int check_learner_lanes(check_run *run) { return rehearsal_each(run, works_with_lanes); }

/* ---- 14, 20, 24, 25, 29, 30: memory -------------------------------------------------------------------- */

static int stays_in_bounds(check_run *run, const casting *cast) {
  int verdict = rehearsal_open(&one, run, cast, LANES, REHEARSAL_TRAINS, run->seed);
  one.watches = 1;
  if (verdict == CHECK_OK) verdict = rehearsal_fence_blocks(&one);
  if (verdict == CHECK_OK) verdict = rehearsal_play(&one, TICKS);
  rehearsal_close(&one);
  return verdict;
}
int check_learner_bounds(check_run *run) { return rehearsal_each(run, stays_in_bounds); }

static int holds_no_pointers(check_run *run, const casting *cast) {
  int verdict = rehearsal_open(&one, run, cast, LANES, REHEARSAL_TRAINS, run->seed);
  const blocks *b = &one.stage.live;
  if (verdict == CHECK_OK) verdict = rehearsal_play(&one, SHORT);
  for (uint32_t i = 0; i < b->n && verdict == CHECK_OK; i++)
    if (b->info[i].role != BAUD_SCRATCH && pointers_in(b->at[i], blocks_size_of(b, i)))
      verdict = run_fail(run, "block \"%s\" holds what looks like an address", b->info[i].name);
  rehearsal_close(&one);
  return verdict;
}
int check_learner_pointers(check_run *run) { return rehearsal_each(run, holds_no_pointers); }

static int fingerprint_stays(check_run *run, const casting *cast) {
  int verdict = rehearsal_open(&one, run, cast, LANES, REHEARSAL_TRAINS, run->seed);
  uint64_t before = verdict == CHECK_OK ? run_fingerprint(run, one.stage.learner_model) : 0;
  if (verdict == CHECK_OK) verdict = rehearsal_play(&one, SHORT);
  if (verdict == CHECK_OK) verdict = run_kept(run, before, run_fingerprint(run, one.stage.learner_model));
  rehearsal_close(&one);
  return verdict;
}

/* The model must not be destroyed here: see allocations.h. */
static int keeps_nothing(check_run *run, const casting *cast) {
  if (run_has_fingerprint(run)) return fingerprint_stays(run, cast);
  baud_error error = {0};
  elf_range range[16];
  if (allocations_watch(run->path, &error) != 0 || allocations_to_pages() != 0) return run_skip(run, "%s", error.text);
  int verdict = rehearsal_open(&one, run, cast, LANES, REHEARSAL_TRAINS, run->seed);
  uint32_t n = elf_writable(run->path, range, 16);
  for (uint32_t i = 0; i < n && verdict == CHECK_OK; i++)
    if (run_guard(run, range[i].low, (size_t)(range[i].high - range[i].low), "static data of the library") != 0)
      verdict = run_skip(run, "the system protects no pages");
  if (verdict == CHECK_OK && allocations_guard(run, "its model, which is immutable after create,") != 0)
    verdict = run_skip(run, "the system protects no pages");
  if (verdict == CHECK_OK) verdict = rehearsal_play(&one, SHORT);
  run_unguard(run);
  allocations_from_heap();
  return verdict;
}
int check_learner_hidden(check_run *run) { return rehearsal_each(run, keeps_nothing); }

static int allocates_nothing(check_run *run, const casting *cast) {
  baud_error error = {0};
  if (allocations_watch(run->path, &error) != 0) return run_skip(run, "%s", error.text);
  int verdict = rehearsal_open(&one, run, cast, LANES, REHEARSAL_TRAINS, run->seed);
  if (verdict == CHECK_OK) verdict = rehearsal_play(&one, TICKS);
  if (verdict == CHECK_OK && one.allocations)
    verdict =
        run_fail(run, "calls the allocator %llu times in %d ticks: make what it needs in create, or ask for a block",
                 (unsigned long long)one.allocations, TICKS);
  rehearsal_close(&one);
  return verdict;
}
int check_learner_allocations(check_run *run) { return rehearsal_each(run, allocates_nothing); }

static int predicts_only(check_run *run, const casting *cast) {
  int verdict = rehearsal_open(&one, run, cast, LANES, REHEARSAL_TRAINS, run->seed);
  one.guards = 1;
  if (verdict == CHECK_OK) verdict = rehearsal_play(&one, TICKS);
  rehearsal_close(&one);
  return verdict;
}
int check_learner_predict(check_run *run) { return rehearsal_each(run, predicts_only); }

static int forgets_what_is_lent(check_run *run, const casting *cast) {
  int verdict = twin_open(run, cast, LANES);
  two.handling = REHEARSAL_OVERWRITES;
  if (verdict == CHECK_OK) verdict = rehearsal_play(&one, TICKS);
  if (verdict == CHECK_OK) verdict = rehearsal_play(&two, TICKS);
  if (verdict == CHECK_OK && !same_lives())
    verdict = run_fail(run, "it still reads arrays of an earlier call, which are dead after return");
  return twin_close(verdict);
}
int check_learner_history(check_run *run) { return rehearsal_each(run, forgets_what_is_lent); }

/* ---- 32, 33, 34, 48 ------------------------------------------------------------------------------------ */

static int evaluates_only(check_run *run, const casting *cast) {
  int verdict = rehearsal_open(&one, run, cast, LANES, REHEARSAL_TRAINS, run->seed);
  if (verdict == CHECK_OK) verdict = rehearsal_play(&one, SHORT);
  one.stage.config.is_evaluation = 1;
  uint64_t before = verdict == CHECK_OK ? blocks_hash(&one.stage.live, BLOCKS_FROZEN) : 0;
  if (verdict == CHECK_OK) verdict = rehearsal_play(&one, SHORT);
  if (verdict == CHECK_OK && blocks_hash(&one.stage.live, BLOCKS_FROZEN) != before)
    verdict = run_fail(run, "its weights or optimiser state change in EVAL, where nothing is learned");
  rehearsal_close(&one);
  return verdict;
}
int check_learner_evaluation(check_run *run) { return rehearsal_each(run, evaluates_only); }

/* Everything of the stage that is not the learner's. */
static void transplant(rehearsal *to, const rehearsal *from) {
  stage *t = &to->stage;
  const stage *s = &from->stage;
  size_t n = s->lanes;
  memcpy(t->env_lanes, s->env_lanes, n * s->env_stride);
  memcpy(t->reward_lanes, s->reward_lanes, n * s->reward_stride);
  for (uint32_t f = 0; f < s->spec.n_obs; f++) memcpy(t->obs[f], s->obs[f], n * stage_field_bytes(&s->spec.obs[f]));
  memcpy(t->starts, s->starts, n);
  memcpy(t->shown, s->shown, n);
  memcpy(t->shown_action, s->shown_action, n * s->action_bytes);
  memcpy(t->expert_random, s->expert_random, n * sizeof *s->expert_random);
  memcpy(to->episode, from->episode, n * sizeof *from->episode);
  memcpy(to->steps, from->steps, n * sizeof *from->steps);
  to->trace = from->trace;
  to->answered = from->answered;
}

/* A new instance takes over from a checkpoint, its scratch full of rubbish. */
static int lives_on_from(check_run *run, const char *path) {
  baud_error error = {0};
  const config_unit *unit = &one.stage.config.learner;
  if (checkpoint_save(&one.stage.live, unit->plugin->unit, unit->values, path, &error) != 0)
    return run_skip(run, "%s", error.text);
  if (checkpoint_load(&two.stage.live, unit->plugin->unit, unit->values, path, &error) != 0)
    return run_fail(run, "%s", error.text);
  transplant(&two, &one);
  blocks *b = &two.stage.live;
  for (uint32_t i = 0; i < b->n; i++)
    if (b->info[i].role == BAUD_SCRATCH) memset(b->at[i], 0x3c, blocks_size_of(b, i));
  int verdict = rehearsal_play(&one, TICKS);
  if (verdict == CHECK_OK) verdict = rehearsal_play(&two, TICKS);
  if (verdict == CHECK_OK && !same_lives())
    verdict = run_fail(run, "a learner restored from a checkpoint lives on otherwise: part of its state is in no "
                            "block, or in a scratch one");
  return verdict;
}

static int restores(check_run *run, const casting *cast) {
  char path[] = "/tmp/baud-check.XXXXXX";
  int fd = mkstemp(path);
  int verdict = twin_open(run, cast, LANES);
  if (verdict == CHECK_OK && fd < 0) verdict = run_skip(run, "no temporary file");
  if (verdict == CHECK_OK) verdict = rehearsal_play(&one, SHORT + 7);
  if (verdict == CHECK_OK) verdict = lives_on_from(run, path);
  if (fd >= 0) close(fd);
  unlink(path);
  return twin_close(verdict);
}
int check_learner_restores(check_run *run) { return rehearsal_each(run, restores); }

static int answers_well(check_run *run, const casting *cast) {
  int verdict = rehearsal_open(&one, run, cast, LANES, REHEARSAL_TRAINS, run->seed);
  one.judges = 1;
  if (verdict == CHECK_OK) verdict = rehearsal_play(&one, TICKS);
  rehearsal_close(&one);
  return verdict;
}
int check_learner_answers(check_run *run) { return rehearsal_each(run, answers_well); }

static int ask_quiz(check_run *run, rehearsal *r) {
  stage *s = &r->stage;
  quiz_result result;
  baud_error error = {0};
  quiz_learner learner = {.ops = s->learner,
                          .remember = s->remember,
                          .model = s->learner_model,
                          .live = &s->live,
                          .initial = &s->initial,
                          .shadow = &s->shadow,
                          .answers = &s->answers,
                          .subscribed = s->learner_setup.subscribed};
  run_enter(run, "predict (quiz)");
  if (!s->quiz || quiz_ask(s->quiz, &learner, QUIZ_MEMORY_KEPT, &result, &error) == 0) return CHECK_OK;
  if (strstr(error.text, "learns from questions")) return run_fail(run, "%s", error.text);
  return run_skip(run, "it answers badly, which another check speaks of");
}

/* One is asked everything at every tick and put to the quiz, the other never: they must act and learn alike. */
static int is_not_moved_by_questions(check_run *run, const casting *cast) {
  int verdict = twin_open(run, cast, LANES);
  two.asks = 0;
  for (uint32_t t = 0; t < TICKS && verdict == CHECK_OK; t++) {
    verdict = rehearsal_tick(&one);
    if (verdict == CHECK_OK) verdict = rehearsal_tick(&two);
    if (verdict == CHECK_OK && t % 10 == 0) verdict = ask_quiz(run, &one);
  }
  if (verdict == CHECK_OK && (one.trace != two.trace || !same_blocks(&one.stage.live, &two.stage.live)))
    verdict = run_fail(run, "it acts or learns otherwise when it is asked questions than when it is not");
  return twin_close(verdict);
}
int check_learner_questions(check_run *run) { return rehearsal_each(run, is_not_moved_by_questions); }

/* ---- 31: the leak certificate -------------------------------------------------------------------------- */

enum { WORLDS = 60, EPISODES = 6 };

/* One world: what it knows at the end beyond what it received. 0 where that is not measured. */
static int run_world(check_run *run, const char *json, uint64_t seed, double *excess) {
  trial *t = NULL;
  baud_error error = {0};
  char marks[FIGURES];
  run_enter(run, "a trial");
  int code = trial_open(&t, run->plugins, json, seed, &error);
  if (code == 0) trial_marks(t, marks);
  while (code == TRIAL_RUNNING) {
    code = trial_advance(t, EPISODES, 100000, &error);
    trial_drain(t);
  }
  int is_measured = code == TRIAL_DONE && marks[FIGURE_KNOWN] == '>' && marks[FIGURE_RECEIVED_ALL] != '-';
  *excess = is_measured ? trial_last(t)[FIGURE_KNOWN] - trial_totals(t)[FIGURE_RECEIVED_ALL] : 0.0;
  if (t) trial_close(t);
  if (code < 0) return run_skip(run, "%s", error.text); /* what fails a trial is for other checks to say */
  return is_measured ? CHECK_OK : run_skip(run, "what it knows is not measured");
}

/* E[2^(known - received)] <= 1 in each world, so the sum over independent worlds exceeds 20 bits with probability
 * 2^-20 at most: SIGNAL.md's certificate. */
static int knows_what_it_received(check_run *run, const casting *cast) {
  char json[CONFIG_TEXT + 300], rest[100];
  double sum = 0.0, excess;
  int verdict = CHECK_OK;
  snprintf(rest, sizeof rest, "\"stop\":{\"episodes\":%d},\"score\":{\"answers\":0,\"quiz\":%d}", EPISODES, EPISODES);
  casting_config(cast, 1, REHEARSAL_TRAINS, rest, json, sizeof json);
  for (uint32_t i = 0; i < WORLDS && verdict == CHECK_OK; i++) {
    verdict = run_world(run, json, baud_split(run->seed, i), &excess);
    sum += excess;
  }
  if (verdict == CHECK_OK && sum > 20.0)
    return run_fail(run, "over %d worlds it knows %.1f bits more than it received: it has them from somewhere else",
                    WORLDS, sum);
  return verdict == CHECK_OK ? run_pass(run, "%+.1f bits over %d worlds, alarm above 20", sum, WORLDS) : verdict;
}
int check_learner_leaks(check_run *run) { return rehearsal_each(run, knows_what_it_received); }

/* ---- 49 ------------------------------------------------------------------------------------------------ */

/* Another value of a parameter that is allowed, as JSON; 0 where there is none to be had. */
static int another_value(const baud_param *p, char *text, size_t size) {
  switch (p->type) {
    case BAUD_FLAG: return snprintf(text, size, p->def.i ? "false" : "true"), 1;
    case BAUD_CHOICE: return p->n_choices > 1 && snprintf(text, size, "\"%s\"", p->choices[p->def.i == 0]) > 0;
    case BAUD_INT: return snprintf(text, size, "%lld", (long long)(p->def.i < p->high.i ? p->def.i + 1 : p->def.i - 1)), p->low.i < p->high.i;
    case BAUD_FLOAT:
      return snprintf(text, size, "%.17g", p->def.f > p->low.f ? (p->def.f + p->low.f) / 2 : (p->def.f + p->high.f) / 2),
             p->low.f < p->high.f;
    default: return 0;
  }
}

static int starts_the_same(check_run *run, stage *s, const char *key) {
  blocks fresh = {0};
  baud_error error = {0};
  if (blocks_clone(&fresh, &s->live, &error) != 0) return run_skip(run, "%s", error.text);
  int32_t code = s->learner->init(s->learner_model, fresh.at, stage_seed(s, PURPOSE_LEARNER, 0, 0));
  int is_same = code == BAUD_OK && same_blocks(&fresh, &s->initial);
  blocks_close(&fresh);
  if (code != BAUD_OK) return run_fail(run, "init fails once \"%s\" was changed: it is not live", key);
  return is_same ? CHECK_OK : run_fail(run, "init depends on \"%s\": it is not live", key);
}

/* There and back at one moment: what lives on must be what would have lived on. */
static int changes_and_returns(check_run *run, stage *s, const baud_param *p) {
  char key[80], value[80], back[CHANGE_SIZE], what[CHANGE_SIZE];
  baud_error error = {0};
  snprintf(key, sizeof key, "learner.%s", p->key);
  if (!another_value(p, value, sizeof value)) return CHECK_OK;
  run_enter(run, "a change of a live parameter");
  if (change_stage(s, key, value, what, &error) != 0)
    return run_fail(run, "\"%s\" is live and cannot be changed to %s: %s", p->key, value, error.text);
  int verdict = starts_the_same(run, s, p->key);
  const char *old = strstr(what, key) ? what + strlen(key) + 1 : "";
  snprintf(value, sizeof value, "%.*s", (int)strcspn(old, " "), old);
  if (verdict == CHECK_OK && change_stage(s, key, value, back, &error) != 0)
    return run_fail(run, "\"%s\" cannot be changed back to %s: %s", p->key, value, error.text);
  return verdict;
}

static int lives_through_changes(check_run *run, const casting *cast) {
  int verdict = twin_open(run, cast, LANES), any = 0;
  if (verdict == CHECK_OK) verdict = rehearsal_play(&one, SHORT);
  if (verdict == CHECK_OK) verdict = rehearsal_play(&two, SHORT);
  const baud_unit *unit = verdict == CHECK_OK ? one.stage.config.learner.plugin->unit : NULL;
  for (uint32_t i = 0; unit && i < unit->n_params && verdict == CHECK_OK; i++) {
    if (!(unit->params[i].flags & BAUD_LIVE)) continue;
    any = 1;
    verdict = changes_and_returns(run, &one.stage, &unit->params[i]);
    if (verdict == CHECK_OK) verdict = rehearsal_play(&one, 10);
    if (verdict == CHECK_OK) verdict = rehearsal_play(&two, 10);
    if (verdict == CHECK_OK && !same_lives())
      verdict = run_fail(run, "\"%s\" changed and changed back leaves a trace: the model keeps what belongs into blocks", unit->params[i].key);
  }
  if (verdict == CHECK_OK && !any) verdict = run_skip(run, "no parameter of it is live");
  return twin_close(verdict);
}
int check_learner_live(check_run *run) { return rehearsal_each(run, lives_through_changes); }
