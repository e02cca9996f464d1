/* wrap.c - see wrap.h. Each function finds the inner model and hands everything else on.
 */
#include "compose/wrap.h"

#include <string.h>

/* ---- Operations --------------------------------------------------------------------------------------- */

int32_t wrap_draw(const void *model, uint64_t seed, void *world) {
  const wrap *w = model;
  return w->ops->draw(w->model, seed, world);
}

int32_t wrap_reset(const void *model, const baud_batch *batch) {
  const wrap *w = model;
  return w->ops->reset(w->model, batch);
}

int32_t wrap_step(const void *model, const baud_batch *batch) {
  const wrap *w = model;
  return w->ops->step(w->model, batch);
}

/* ---- The observer ------------------------------------------------------------------------------------- */

static uint64_t state_bytes(const void *model, uint32_t lanes) {
  const wrap *w = model;
  return w->observer->state_bytes(w->model, lanes);
}
static int32_t alphabet(const void *model, uint32_t fact, double *values, uint32_t max) {
  const wrap *w = model;
  return w->observer->alphabet(w->model, fact, values, max);
}
static int32_t supports(const void *model, uint32_t channels, uint32_t fact, uint32_t needs) {
  const wrap *w = model;
  return w->observer->supports(w->model, channels, fact, needs);
}
static int32_t open_state(const void *model, void *state, uint32_t lanes) {
  const wrap *w = model;
  return w->observer->open(w->model, state, lanes);
}
static int32_t noise(const void *model, const void *world, const void *state, const baud_evidence *e, double bits[BAUD_CHANNELS]) {
  const wrap *w = model;
  return w->observer->noise(w->model, world, state, e, bits);
}
static int32_t surprise(const void *model, void *state, const baud_evidence *e, double bits[BAUD_CHANNELS]) {
  const wrap *w = model;
  return w->observer->surprise(w->model, state, e, bits);
}
static int32_t answer(const void *model, const void *state, const baud_query *query, double *probability) {
  const wrap *w = model;
  return w->observer->answer(w->model, state, query, probability);
}
static int32_t settled(const void *model, const void *state) {
  const wrap *w = model;
  return w->observer->settled(w->model, state);
}

/* ---- Other extensions --------------------------------------------------------------------------------- */

static int32_t quiz_count(const void *model, uint32_t *n_items, uint32_t *max_answers, uint32_t *independence) {
  const wrap *w = model;
  return w->quiz->count(w->model, n_items, max_answers, independence);
}
static int32_t quiz_item(const void *model, const void *world, uint32_t index, baud_item *item) {
  const wrap *w = model;
  return w->quiz->item(w->model, world, index, item);
}
static int32_t optimal(const void *model, const baud_batch *batch, uint8_t *marks) {
  const wrap *w = model;
  return w->demonstrate->optimal(w->model, batch, marks);
}
static int32_t extent(const void *model, uint32_t *width, uint32_t *height) {
  const wrap *w = model;
  return w->draw->extent(w->model, width, height);
}
static int32_t picture(const void *model, const void *world, const void *lane, char *cells) {
  const wrap *w = model;
  return w->draw->draw(w->model, world, lane, cells);
}
static int32_t calls(const void *model, const baud_batch *batch, uint8_t *called) {
  const wrap *w = model;
  return w->tools->calls(w->model, batch, called);
}
static void book_marks(const void *model, char marks[FIGURES]) {
  const wrap *w = model;
  w->books->marks(w->model, marks);
}
static void book_episode(const void *model, const void *lane, double figure[FIGURES]) {
  const wrap *w = model;
  w->books->episode(w->model, lane, figure);
}
static const char *book_event(const void *model) {
  const wrap *w = model;
  return w->books->event(w->model);
}
static int book_so_far(const void *model, const void *lane, trial_sight *out, baud_error *error) {
  const wrap *w = model;
  return w->books->so_far(w->model, lane, out, error);
}

const void *wrap_extension(const void *model, const char *id) {
  static const baud_demonstrate shows = {BAUD_SIZE(baud_demonstrate), 0, optimal};
  static const baud_draw draws = {BAUD_SIZE(baud_draw), 0, extent, picture};
  static const compose_books keeps = {BAUD_SIZE(compose_books), 0, book_marks, book_episode, book_event, book_so_far};
  const wrap *w = model;
  if (strcmp(id, "baud.observer/1") == 0) return w->observer ? &w->own_observer : NULL;
  if (strcmp(id, "baud.quiz/1") == 0) return w->quiz ? &w->own_quiz : NULL;
  if (strcmp(id, "baud.demonstrate/1") == 0) return w->demonstrate ? &shows : NULL;
  if (strcmp(id, "baud.draw/1") == 0) return w->draw ? &draws : NULL;
  if (strcmp(id, "baud.tools/1") == 0) return w->tools ? &w->own_tools : NULL;
  if (strcmp(id, "baud.books/1") == 0) return w->books ? &keeps : NULL;
  /* what is but a number is the inner environment's own */
  return strcmp(id, "baud.demonstrator/1") == 0 ? compose_extension(w->env.of.plugin->unit, w->model, id) : NULL;
}

/* ---- Opening ------------------------------------------------------------------------------------------ */

/* The inner extensions, and tables of them with the functions of this file. */
static void find_extensions(wrap *w) {
  const baud_unit *unit = w->env.of.plugin->unit;
  w->observer = compose_extension(unit, w->model, "baud.observer/1");
  w->quiz = compose_extension(unit, w->model, "baud.quiz/1");
  w->demonstrate = compose_extension(unit, w->model, "baud.demonstrate/1");
  w->draw = compose_extension(unit, w->model, "baud.draw/1");
  w->tools = compose_extension(unit, w->model, "baud.tools/1");
  w->books = compose_extension(unit, w->model, "baud.books/1");
  if (w->observer)
    w->own_observer = (baud_observer){.size = BAUD_SIZE(baud_observer), .flags = w->observer->flags, .state_bytes = state_bytes,
                                      .alphabet = alphabet, .supports = supports, .open = open_state, .noise = noise, .surprise = surprise,
                                      .answer = w->observer->answer ? answer : NULL, .settled = w->observer->settled ? settled : NULL};
  if (w->quiz) w->own_quiz = (baud_quiz){BAUD_SIZE(baud_quiz), w->quiz->most_prefix, quiz_count, quiz_item};
  if (w->tools) w->own_tools = (compose_tools){BAUD_SIZE(compose_tools), w->tools->span, w->tools->rate, calls};
}

int32_t wrap_open(wrap *w, const baud_host *host, const char *text, baud_env_spec *spec) {
  w->host = host;
  int32_t code = part_open(&w->env, host, text, BAUD_ENV, "env");
  if (code != BAUD_OK) return code;
  w->ops = w->env.of.plugin->unit->ops;
  code = w->ops->create(host, w->env.of.values, spec, &w->model);
  if (code != BAUD_OK) return w->model = NULL, code;
  w->spec = *spec;
  if (spec->world_bytes > 0 && !w->ops->draw) return host->fail(host, BAUD_EBUG, "the inner environment has a world and cannot draw one");
  find_extensions(w);
  return BAUD_OK;
}

void wrap_close(wrap *w) {
  if (w->model && w->ops->destroy) w->ops->destroy(w->model);
  part_close(&w->env);
}
