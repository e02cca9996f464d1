/* broken_reward.c - a reward scheme that is sound with FAULT none, and has one fault for each other value.
 *
 * test.unsure delivers the environment's reward, or with probability 0.2 nothing. The table says by which checks
 * each fault is to be caught, by these and no others; tests/conformance/plugins.sh reads it. With NEEDS defined as the
 * name of a fact it takes no environment that lacks one.
 *
 *   fault                 checks
 *   none                  -
 *   static_counter        24
 *   model_state           19,24,35
 *   place                 35
 *   unwritten             15
 *   out_of_bounds         14
 *   changes_facts         14
 *   not_a_number          16
 *   address_in_lane       20
 *   allocates             25
 *   leaks                 9
 *   drops_more            47
 *   adds_something        47
 *   hidden_fact           16
 *   memory_unchecked      12
 *
 * and works_for_ever and sleeps_for_ever, with which every check that scores comes to its limit.
 */
#include <math.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "baud/plugin.h"
#include "baud/random.h"

enum {
  none,
  static_counter,
  model_state,
  place,
  unwritten,
  out_of_bounds,
  changes_facts,
  not_a_number,
  address_in_lane,
  allocates,
  leaks,
  drops_more,
  adds_something,
  hidden_fact,
  memory_unchecked,
  works_for_ever,
  sleeps_for_ever
};

typedef struct unsure {
  uint32_t fact;
  uint64_t random;
} unsure;
typedef struct lane {
  uint64_t random;
  const void *address;
} lane;
static volatile uint32_t counter;

static int32_t create(const baud_host *host, const baud_value *values, baud_reward_setup *setup, void **model) {
  unsure *m = calloc(1, sizeof *m);
  (void)values;
  if (!m && FAULT != memory_unchecked) return host->fail(host, BAUD_ENOMEM, "no memory");
  m->random = 5;
  while (m->fact < setup->env->n_facts && !(setup->env->facts[m->fact].roles & BAUD_FACT_REWARD)) m->fact++;
  if (m->fact == setup->env->n_facts)
    return free(m), host->fail(host, BAUD_EARG, "the environment has no fact of role reward");
#ifdef NEEDS
  uint32_t needed = 0;
  while (needed < setup->env->n_facts && strcmp(setup->env->facts[needed].name, NEEDS) != 0) needed++;
  if (needed == setup->env->n_facts)
    return free(m), host->fail(host, BAUD_EARG, "the environment has no fact named " NEEDS);
#endif
  setup->lane_bytes = sizeof(lane);
  setup->view.kind = BAUD_VIEW_FACT;
  setup->view.fact = FAULT == hidden_fact ? setup->env->n_facts : m->fact;
  setup->view.drop = 0.2;
  *model = m;
  return BAUD_OK;
}
static void destroy(void *model) {
  if (FAULT != leaks) free(model);
}

static lane *lane_at(const baud_batch *b, uint32_t k) { return (lane *)(void *)(b->lane + k * b->lane_stride); }

static int32_t reset(const void *model, const baud_batch *b) {
  (void)model;
  for (uint32_t i = 0; i < b->n_pick; i++)
    *lane_at(b, b->pick[i]) = (lane){b->seed[i], FAULT == address_in_lane ? (const void *)&counter : NULL};
  return BAUD_OK;
}

static int32_t score(const void *model, const baud_batch *b) {
  unsure *m = (unsure *)(uintptr_t)model;
  if (FAULT == static_counter) counter++;
  if (FAULT == out_of_bounds) b->reward[b->lanes] = 0.0f;
  if (FAULT == allocates) {
    void *volatile piece = malloc(16);
    free(piece);
  }
  while (FAULT == works_for_ever) counter++;
  while (FAULT == sleeps_for_ever) sleep(1);
  for (uint32_t k = 0; k < b->lanes; k++) {
    uint64_t *random = FAULT == model_state ? &m->random : &lane_at(b, k)->random;
    int is_dropped = baud_bernoulli(random, FAULT == drops_more ? 0.5 : 0.2);
    if (FAULT == place && k == 0) is_dropped = 0;
    if (FAULT == unwritten && is_dropped) continue;
    b->reward[k] = is_dropped ? 0.0f : b->facts[m->fact][k];
    if (FAULT == adds_something && !is_dropped) b->reward[k] += 0.5f;
    if (FAULT == not_a_number && is_dropped && b->flags[k]) b->reward[k] = NAN;
    if (FAULT == changes_facts) b->facts[m->fact][k] = 7.0f;
  }
  return BAUD_OK;
}

static const baud_reward_ops ops = {BAUD_SIZE(baud_reward_ops), 0, create, destroy, reset, score};
static const baud_unit unit = {BAUD_SIZE(baud_unit), BAUD_REWARD, 1, 1, "test.unsure", "now and then nothing",
                               "For the checks.",    NULL,        0, 0, &ops,          NULL};
const baud_library baud_plugin_1 = {
    BAUD_SIZE(baud_library), BAUD_MINOR, 0, BAUD_LAYOUT, "baud tests", "1", "MIT", &unit, 1, 0};
