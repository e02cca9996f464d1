/* broken_learner.c - a learner that is sound with FAULT none, and has one fault for each other value.
 *
 * test.counter counts what each action brought and acts mostly on the best. The table says by which checks each
 * fault is to be caught, by these and no others; tests/conformance/plugins.sh reads it.
 *
 *   fault                 checks
 *   none                  -
 *   static_counter        24
 *   model_counter         24
 *   weights_in_predict    29,32,48
 *   learns_in_evaluation  32,48
 *   unnormalised          34
 *   not_a_number          34
 *   illegal_action        34
 *   out_of_bounds         14
 *   changes_reward        14
 *   keeps_pointer         10,17,20,30,33,48
 *   allocates             25
 *   leaks                 9
 *   state_in_scratch      33
 *   moved_by_questions    48
 *   clock_of_its_own      10,17,24,30,33,48
 *   crashes_in_a_crowd    18
 *   memory_unchecked      12
 */
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "baud/tabular.h"

enum {
  none,
  static_counter,
  model_counter,
  weights_in_predict,
  learns_in_evaluation,
  unnormalised,
  not_a_number,
  illegal_action,
  out_of_bounds,
  changes_reward,
  keeps_pointer,
  allocates,
  leaks,
  state_in_scratch,
  moved_by_questions,
  clock_of_its_own,
  crashes_in_a_crowd,
  memory_unchecked
};
enum { VALUES, RANDOM, LAST, KEPT, BLOCKS };

typedef struct counter {
  baud_table table;
  baud_block blocks[BLOCKS];
  uint32_t count;
} counter;
static uint32_t shared;

static int32_t create(const baud_host *host, const baud_value *values, baud_learner_setup *setup, void **model) {
  counter *m = calloc(1, sizeof *m);
  (void)values;
  if (!m && FAULT != memory_unchecked) return host->fail(host, BAUD_ENOMEM, "no memory");
  m->count = 0;
  int32_t code = baud_table_open(host, setup, BAUD_MASK(BAUD_CH_REWARD), &m->table);
  if (code != BAUD_OK) return free(m), code;
  m->blocks[VALUES] = baud_block_of(BAUD_F64, BAUD_WEIGHT, 0, m->table.actions, "values");
  m->blocks[RANDOM] = baud_block_of(BAUD_U64, BAUD_RNG, BAUD_PER_LANE, 1, "random");
  m->blocks[LAST] =
      baud_block_of(BAUD_F64, FAULT == state_in_scratch ? BAUD_SCRATCH : BAUD_TRACE, 0, m->table.actions, "policy");
  m->blocks[KEPT] = baud_block_of(BAUD_U64, BAUD_TRACE, 0, 1, "kept");
  setup->blocks = m->blocks;
  setup->n_blocks = BLOCKS;
  *model = m;
  return BAUD_OK;
}
static void destroy(void *model) {
  if (FAULT != leaks) free(model);
}

static int32_t init(const void *model, void *const *at, uint64_t seed) {
  baud_seed_lanes(at[RANDOM], ((const counter *)model)->table.lanes, seed);
  return BAUD_OK;
}

static void commit_fault(const void *model, void *const *at, const baud_tick *t) {
  if (FAULT == static_counter || FAULT == clock_of_its_own) shared++;
  if (FAULT == model_counter) ((counter *)(uintptr_t)model)->count++;
  if (FAULT == weights_in_predict || (FAULT == learns_in_evaluation && t->mode != BAUD_TRAIN))
    ((double *)at[VALUES])[0] += 1e-6;
  if (FAULT == allocates) {
    void *volatile piece = malloc(16);
    free(piece);
  }
  if (FAULT == crashes_in_a_crowd && t->lanes > 8) __builtin_trap();
  if (FAULT == clock_of_its_own) *(uint64_t *)at[RANDOM] += shared;
}

/* What was lent to the last learn() and is dead by now. */
static void use_what_was_kept(void *const *at) {
  const float *reward;
  memcpy(&reward, at[KEPT], sizeof reward);
  if (FAULT == keeps_pointer && reward) *(uint64_t *)at[RANDOM] += (uint64_t)(int64_t)(*reward > 0.5f);
}

static int32_t predict(const void *model, void *const *at, const baud_tick *t) {
  const counter *m = model;
  uint32_t n = m->table.actions;
  double *policy = at[LAST];
  uint64_t *random = at[RANDOM];
  commit_fault(model, at, t);
  use_what_was_kept(at);
  if (FAULT == state_in_scratch) policy[0] = policy[0] < 0.25 ? policy[0] + 0.125 : 0.0;
  for (uint32_t k = 0; k < t->lanes; k++) {
    double mine[64];
    baud_greedy_policy(at[VALUES], n, FAULT == state_in_scratch ? policy[0] : 0.3, mine);
    if (FAULT == moved_by_questions && t->ask) (void)baud_random(&random[k]);
    uint32_t action = baud_table_act(&m->table, t, k, mine, &random[k]);
    if (FAULT == illegal_action && !t->action_given && action == n - 1)
      baud_write_discrete(&m->table.action, t->action, k, n);
    if (FAULT == unnormalised || FAULT == not_a_number) mine[0] = FAULT == unnormalised ? mine[0] + 0.2 : NAN;
    if (FAULT == unnormalised || FAULT == not_a_number) baud_answer(t, m->table.asks_action, k, mine, n);
  }
  return BAUD_OK;
}

static int32_t learn(const void *model, void *const *at, const baud_outcome *o) {
  const counter *m = model;
  double *values = at[VALUES];
  for (uint32_t k = 0; k < o->lanes; k++) {
    uint32_t a = baud_discrete(&m->table.action, o->action, k);
    values[a] += 0.1 * ((double)o->reward[k] - values[a]);
  }
  if (FAULT == out_of_bounds) values[m->table.actions] = 1.0;
  if (FAULT == changes_reward) ((float *)(uintptr_t)o->reward)[0] = 0.25f;
  if (FAULT == keeps_pointer) memcpy(at[KEPT], &o->reward, sizeof o->reward);
  return BAUD_OK;
}

static const baud_learner_ops ops = {BAUD_SIZE(baud_learner_ops), 0, create, destroy, init, predict, learn};
static const baud_unit unit = {BAUD_SIZE(baud_unit), BAUD_LEARNER, 1, 1, "test.counter", "a counter",
                               "For the checks.",    NULL,         0, 0, &ops,           NULL};
const baud_library baud_plugin_1 = {
    BAUD_SIZE(baud_library), BAUD_MINOR, 0, BAUD_LAYOUT, "baud tests", "1", "MIT", &unit, 1, 0};
