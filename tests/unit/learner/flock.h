/* flock.h - what the unit tests of learners with a population share: a host, the blocks of one learner, and the test
 * functions of plugins/env/functions.c to judge its candidates by, in single precision as in a trial. A test includes the
 * learner's .c file itself first, under a library name of its own.
 */
#ifndef BAUD_TESTS_LEARNER_FLOCK_H
#define BAUD_TESTS_LEARNER_FLOCK_H

#define baud_plugin_1 functions_library
#include "../../../plugins/env/functions.c"
#undef baud_plugin_1

#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>

#include <cmocka.h>

enum { FLOCK_BLOCKS = 24, FLOCK_GENES = 64, FLOCK_LANES = 64, FLOCK_PARAMS = 24 };

typedef struct flock_setting {
  const char *key;
  double value;
} flock_setting;

typedef struct flock {
  baud_host host;
  char why[200];
  const baud_learner_ops *ops;
  baud_field action_field;
  baud_learner_setup setup;
  uint32_t lanes, element; /* bytes of an action's number */
  void *model;
  void *at[FLOCK_BLOCKS];
  size_t bytes[FLOCK_BLOCKS];
  _Alignas(64) char action[FLOCK_LANES * FLOCK_GENES * 4];
  float reward[FLOCK_LANES];
  uint8_t starts[FLOCK_LANES], flags[FLOCK_LANES];
} flock;

static inline int32_t flock_note(const baud_host *host, int32_t code, const char *why) {
  snprintf(((flock *)host->ctx)->why, sizeof ((flock *)host->ctx)->why, "%s", why);
  return code;
}

static inline baud_field flock_numbers(uint32_t n, double low, double high) {
  return (baud_field){.size = BAUD_SIZE(baud_field), .dtype = BAUD_F32, .count = n, .low = low, .high = high, .name = "point"};
}
static inline baud_field flock_choices(uint32_t n, uint32_t categories, uint32_t dtype) {
  return (baud_field){.size = BAUD_SIZE(baud_field), .dtype = dtype, .count = n, .categories = categories,
                      .high = categories - 1.0, .name = "choice"};
}

/* Creates the learner; its code. Settings end with a null key. */
static inline int32_t flock_try(flock *f, const baud_library *library, baud_field action, uint32_t lanes, const flock_setting *settings) {
  const baud_unit *unit = &library->units[0];
  baud_value values[FLOCK_PARAMS];
  memset(f, 0, sizeof *f);
  f->host = (baud_host){.size = BAUD_SIZE(baud_host), .ctx = f, .fail = flock_note};
  f->ops = unit->ops;
  f->action_field = action;
  f->lanes = lanes;
  f->element = action.dtype == BAUD_U8 ? 1 : 4;
  f->setup = (baud_learner_setup){.size = BAUD_SIZE(baud_learner_setup), .lanes = lanes, .action = &f->action_field,
                                  .channels = BAUD_MASK(BAUD_CH_REWARD)};
  for (uint32_t i = 0; i < unit->n_params; i++) values[i] = unit->params[i].def;
  for (; settings->key; settings++) {
    uint32_t i = 0;
    while (i < unit->n_params && strcmp(unit->params[i].key, settings->key) != 0) i++;
    assert_true(i < unit->n_params);
    values[i].f = settings->value;
    values[i].i = (int64_t)settings->value;
  }
  return f->ops->create(&f->host, values, &f->setup, &f->model);
}

static inline void flock_open(flock *f, const baud_library *library, baud_field action, uint32_t lanes, const flock_setting *settings) {
  static const size_t element[] = {[BAUD_U8] = 1, [BAUD_I32] = 4, [BAUD_U64] = 8, [BAUD_F32] = 4, [BAUD_F64] = 8};
  assert_int_equal(flock_try(f, library, action, lanes, settings), BAUD_OK);
  assert_true(f->setup.n_blocks <= FLOCK_BLOCKS && action.count <= FLOCK_GENES && lanes <= FLOCK_LANES);
  for (uint32_t i = 0; i < f->setup.n_blocks; i++) {
    const baud_block *block = &f->setup.blocks[i];
    f->bytes[i] = element[block->dtype] * block->count * (block->flags & BAUD_PER_LANE ? lanes : 1);
    f->at[i] = aligned_alloc(64, (f->bytes[i] + 64) / 64 * 64);
  }
}

static inline void flock_init(flock *f, uint64_t seed) {
  for (uint32_t i = 0; i < f->setup.n_blocks; i++) memset(f->at[i], 0, f->bytes[i]);
  memset(f->starts, 1, sizeof f->starts);
  assert_int_equal(f->ops->init(f->model, f->at, seed), BAUD_OK);
}

static inline void flock_close(flock *f) {
  for (uint32_t i = 0; i < f->setup.n_blocks; i++) free(f->at[i]);
  f->ops->destroy(f->model);
}

static inline void *flock_action(flock *f, uint32_t lane) { return f->action + (size_t)lane * f->action_field.count * f->element; }

static inline void flock_predict(flock *f, uint32_t mode) {
  const baud_tick tick = {.size = BAUD_SIZE(baud_tick), .lanes = f->lanes, .mode = mode, .starts = f->starts, .action = f->action};
  assert_int_equal(f->ops->predict(f->model, f->at, &tick), BAUD_OK);
}

/* From what stands in reward and flags. */
static inline void flock_learn(flock *f) {
  const baud_outcome outcome = {.size = BAUD_SIZE(baud_outcome), .lanes = f->lanes, .action = f->action, .reward = f->reward, .flags = f->flags};
  assert_int_equal(f->ops->learn(f->model, f->at, &outcome), BAUD_OK);
  for (uint32_t lane = 0; lane < f->lanes; lane++) f->starts[lane] = f->flags[lane] != 0;
}

/* The reward of an action. */
typedef float (*flock_judge)(const void *ctx, const void *action);

/* An episode of one step in each lane; the largest reward. */
static inline double flock_episode(flock *f, flock_judge judge, const void *ctx) {
  double best = -INFINITY;
  flock_predict(f, BAUD_TRAIN);
  for (uint32_t lane = 0; lane < f->lanes; lane++) {
    f->reward[lane] = judge(ctx, flock_action(f, lane));
    f->flags[lane] = BAUD_TERMINATED;
    best = fmax(best, (double)f->reward[lane]);
  }
  flock_learn(f);
  return best;
}

/* A sum over what is kept of some blocks: equal memories have equal sums. */
static inline uint64_t flock_hash(const flock *f, uint32_t first, uint32_t last) {
  uint64_t hash = 1469598103934665603u; /* FNV-1a */
  for (uint32_t i = first; i <= last; i++) {
    const unsigned char *bytes = f->at[i];
    if (f->setup.blocks[i].role == BAUD_SCRATCH || f->setup.blocks[i].flags & BAUD_PER_LANE) continue;
    for (size_t k = 0; k < f->bytes[i]; k++) hash = (hash ^ bytes[k]) * 1099511628211u;
  }
  return hash;
}

/* ---- Test functions --------------------------------------------------------------------------------------- */

typedef struct flock_function {
  double (*f)(const point *p);
  double weight[FLOCK_GENES];
  uint32_t n;
} flock_function;

static inline flock_function flock_function_of(int which, uint32_t n) {
  flock_function function = {.f = functions[which], .n = n};
  for (uint32_t i = 0; i < n; i++) function.weight[i] = n > 1 ? pow(10.0, 6.0 * i / (n - 1.0)) : 1.0;
  return function;
}

static inline float flock_value(const void *ctx, const void *action) {
  const flock_function *function = ctx;
  const point p = {action, function->weight, function->n, INFINITY};
  return (float)-function->f(&p);
}

/* Evaluations to the first f <= target, one lane, at most `most`. */
static inline uint32_t flock_evaluations(flock *f, const flock_function *function, double target, uint32_t most) {
  for (uint32_t n = 1; n <= most; n++)
    if (-flock_episode(f, flock_value, function) <= target) return n;
  return most;
}

#endif
