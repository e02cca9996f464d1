/* Prioritized sweeping on a table (Moore & Atkeson 1993; Peng & Williams 1993; Sutton & Barto, 2nd ed., section 8.4):
 * a model is learned, and after each step the `planning` most urgent pairs are backed up, urgency being how far the
 * backup would move the value. A pair whose value moved makes the pairs that lead to its state urgent in turn.
 *   target(s,a) = mean reward + gamma * sum over s' of n(s,a,s')/n(s,a) * max_a' Q(s',a')   (model: counts)
 *   target(s,a) = last reward + gamma * max_a' Q(last s',a')                                (model: last, as the book)
 * Structures, all flat and of fixed size: the counts' edges (baud/counts.h) are chained by the state they lead to, so
 * that predecessors are found; a binary heap of pairs knows each pair's place, so that a priority may rise in place.
 * With model `last` an edge that is no longer taken is skipped. Successors beyond `slots` are left out of planning.
 */
#include <stdlib.h>

#include "baud/counts.h"

enum {
  SWEEP_PARAM_LR, SWEEP_PARAM_DISCOUNT, SWEEP_PARAM_EPSILON, SWEEP_PARAM_PLANNING, SWEEP_PARAM_THETA, SWEEP_PARAM_MODEL,
  SWEEP_PARAM_INITIAL, SWEEP_PARAM_PRIOR, SWEEP_PARAM_SLOTS, SWEEP_PARAMS
};
enum { SWEEP_BY_COUNTS, SWEEP_BY_LAST };
static const char *const sweep_models[] = { "counts", "last" };
static const baud_param sweep_params[SWEEP_PARAMS] = {
  BAUD_PARAM_LIVE_FLOAT("lr", 1, 0, 1, "", "step size of a backup"),
  BAUD_PARAM_FLOAT("discount", 0.95, 0, 1, "", "gamma, weight of a reward one step later"),
  BAUD_PARAM_LIVE_FLOAT("epsilon", 0.1, 0, 1, "", "probability of a random action"),
  BAUD_PARAM_LIVE_INT("planning", 5, 0, 1000000, "backups", "the most backups after each real step"),
  BAUD_PARAM_FLOAT("theta", 1e-4, 0, 1e9, "", "changes of value that are no larger are not urgent"),
  BAUD_PARAM_CHOICE("model", SWEEP_BY_COUNTS, sweep_models, 2,
                    "back up the mean of all that was observed, or the last outcome of each pair"),
  BAUD_PARAM_FLOAT("initial", 0, -1e9, 1e9, "", "value of all actions to begin with"),
  BAUD_PARAM_FLOAT("prior", 0, 0, 1e6, "", "pseudo-count of each outcome in answers; 0: 1 over their number"),
  BAUD_PARAM_INT("slots", 64, 1, 1000000, "states", "different successors that are told apart for each pair")
};

enum {
  SWEEP_VALUES = BAUD_COUNTS_BLOCKS, /* [states][actions] Q */
  SWEEP_BEST,        /* [states] max_a Q(s,a) */
  SWEEP_REWARD,      /* [pairs] sum of rewards (counts), or the last one (last) */
  SWEEP_CONTINUED,   /* [pairs][slots] times that the edge was taken and did not end the episode */
  SWEEP_LAST,        /* [pairs] 1 + the edge taken last, 0 where that ended the episode or found no place */
  SWEEP_CHAIN,       /* [pairs][slots] 1 + the next edge that leads to the same state; 0: none */
  SWEEP_HEAD,        /* [states] 1 + the first edge that leads there; 0: none */
  SWEEP_HEAP,        /* [1 + pairs] how many pairs are urgent, then these, a binary heap, the most urgent first */
  SWEEP_PLACE,       /* [pairs] place in the heap; 0: not in it */
  SWEEP_PRIORITY,    /* [pairs] */
  SWEEP_RANDOM,      /* [lane] */
  SWEEP_POLICY,      /* [actions] of one lane at a time */
  SWEEP_BLOCKS
};

typedef struct sweep_model {
  baud_table table;
  baud_counts counts;
  double lr, discount, epsilon, theta, initial;
  int64_t planning, by;
  baud_block blocks[SWEEP_BLOCKS];
} sweep_model;

/* ---- The heap of urgent pairs -------------------------------------------------------------------------- */

typedef struct sweep_heap {
  int32_t *pair, *place;
  double *priority;
} sweep_heap;

static sweep_heap sweep_open_heap(void *const *blocks) {
  sweep_heap heap = { blocks[SWEEP_HEAP], blocks[SWEEP_PLACE], blocks[SWEEP_PRIORITY] };
  return heap;
}

static void sweep_put(const sweep_heap *heap, int32_t place, int32_t pair) {
  heap->pair[place] = pair;
  heap->place[pair] = place;
}

static void sweep_rise(const sweep_heap *heap, int32_t pair) {
  int32_t place = heap->place[pair];
  for (; place > 1 && heap->priority[heap->pair[place / 2]] < heap->priority[pair]; place /= 2)
    sweep_put(heap, place, heap->pair[place / 2]);
  sweep_put(heap, place, pair);
}

/* Enters a pair, or raises it if it is in with less. */
static void sweep_push(const sweep_heap *heap, int32_t pair, double priority) {
  if (heap->place[pair] != 0 && heap->priority[pair] >= priority) return;
  heap->priority[pair] = priority;
  if (heap->place[pair] == 0) heap->place[pair] = ++heap->pair[0];
  sweep_rise(heap, pair);
}

/* Takes out the most urgent of at least one. */
static int32_t sweep_pop(const sweep_heap *heap) {
  int32_t top = heap->pair[1], size = --heap->pair[0], place = 1;
  heap->place[top] = 0;
  if (size == 0) return top;
  int32_t last = heap->pair[size + 1];
  for (;;) {
    int32_t child = 2 * place;
    if (child > size) break;
    if (child < size && heap->priority[heap->pair[child + 1]] > heap->priority[heap->pair[child]]) child++;
    if (heap->priority[heap->pair[child]] <= heap->priority[last]) break;
    sweep_put(heap, place, heap->pair[child]);
    place = child;
  }
  sweep_put(heap, place, last);
  return top;
}

/* ---- The model and its backups ------------------------------------------------------------------------- */

/* What the model says that a pair is worth. Only for pairs that were tried. */
static double sweep_target(const sweep_model *m, void *const *blocks, uint64_t pair) {
  const int32_t *successor = blocks[BAUD_COUNTS_SUCCESSOR];
  const double *best = blocks[SWEEP_BEST], reward = ((const double *)blocks[SWEEP_REWARD])[pair];
  if (m->by == SWEEP_BY_LAST) {
    int64_t edge = ((const int64_t *)blocks[SWEEP_LAST])[pair] - 1;
    return edge < 0 ? reward : reward + m->discount * best[successor[edge] - 1];
  }
  const uint64_t *times = blocks[BAUD_COUNTS_TIMES], *continued = blocks[SWEEP_CONTINUED];
  double placed = 0.0, sum = 0.0;
  for (uint64_t edge = pair * m->counts.slots; edge < (pair + 1) * m->counts.slots && successor[edge] != 0; edge++) {
    placed += (double)times[edge];
    sum += (double)continued[edge] * best[successor[edge] - 1];
  }
  double visits = (double)((const uint64_t *)blocks[BAUD_COUNTS_VISITS])[pair];
  return reward / visits + (placed > 0.0 ? m->discount * sum / placed : 0.0);
}

/* Enters a pair if backing it up would move its value by more than theta. */
static void sweep_consider(const sweep_model *m, void *const *blocks, const sweep_heap *heap, uint64_t pair) {
  double change = fabs(sweep_target(m, blocks, pair) - ((const double *)blocks[SWEEP_VALUES])[pair]);
  if (change > m->theta) sweep_push(heap, (int32_t)pair, change);
}

/* Backs up the most urgent pairs, and makes those urgent that lead to a state whose best value moved. */
static void sweep_plan(const sweep_model *m, void *const *blocks) {
  sweep_heap heap = sweep_open_heap(blocks);
  const uint64_t *chain = blocks[SWEEP_CHAIN], *head = blocks[SWEEP_HEAD];
  const int64_t *last = blocks[SWEEP_LAST];
  double *q = blocks[SWEEP_VALUES], *best = blocks[SWEEP_BEST];
  for (int64_t i = 0; i < m->planning && heap.pair[0] > 0; i++) {
    uint64_t pair = (uint64_t)sweep_pop(&heap), state = pair / m->table.actions;
    q[pair] += m->lr * (sweep_target(m, blocks, pair) - q[pair]);
    double now = baud_largest(q + state * m->table.actions, m->table.actions);
    if (now == best[state]) continue;
    best[state] = now;
    for (uint64_t edge = head[state]; edge != 0; edge = chain[edge - 1]) {
      uint64_t before = (edge - 1) / m->counts.slots;
      if (m->by == SWEEP_BY_COUNTS || last[before] == (int64_t)edge) sweep_consider(m, blocks, &heap, before);
    }
  }
}

/* Takes one transition into the model. */
static void sweep_observe(const sweep_model *m, void *const *blocks, uint64_t pair, uint32_t next, double reward,
                          int terminated) {
  uint64_t *times = blocks[BAUD_COUNTS_TIMES], *chain = blocks[SWEEP_CHAIN], *head = blocks[SWEEP_HEAD];
  uint64_t edge = baud_counts_add(&m->counts, blocks, pair, next, reward, terminated);
  double *sum = (double *)blocks[SWEEP_REWARD] + pair;
  *sum = m->by == SWEEP_BY_LAST ? reward : *sum + reward;
  ((int64_t *)blocks[SWEEP_LAST])[pair] = terminated || edge == UINT64_MAX ? 0 : (int64_t)edge + 1;
  if (edge == UINT64_MAX) return;
  if (!terminated) ((uint64_t *)blocks[SWEEP_CONTINUED])[edge]++;
  if (times[edge] == 1) {
    chain[edge] = head[next];
    head[next] = edge + 1;
  }
}

/* ---- The learner --------------------------------------------------------------------------------------- */

static void sweep_declare(sweep_model *m) {
  uint64_t pairs = baud_pairs(&m->table), states = m->table.states, edges = pairs * m->counts.slots;
  baud_block *b = m->blocks;
  b[SWEEP_VALUES] = baud_block_of(BAUD_F64, BAUD_WEIGHT, 0, pairs, "values");
  b[SWEEP_BEST] = baud_block_of(BAUD_F64, BAUD_WEIGHT, 0, states, "best");
  b[SWEEP_REWARD] = baud_block_of(BAUD_F64, BAUD_WEIGHT, 0, pairs, "reward");
  b[SWEEP_CONTINUED] = baud_block_of(BAUD_U64, BAUD_WEIGHT, 0, edges, "continued");
  b[SWEEP_LAST] = baud_block_of(BAUD_U64, BAUD_WEIGHT, 0, pairs, "last");
  b[SWEEP_CHAIN] = baud_block_of(BAUD_U64, BAUD_WEIGHT, 0, edges, "chain");
  b[SWEEP_HEAD] = baud_block_of(BAUD_U64, BAUD_WEIGHT, 0, states, "head");
  b[SWEEP_HEAP] = baud_block_of(BAUD_I32, BAUD_OPTIMISER, 0, pairs + 1, "heap");
  b[SWEEP_PLACE] = baud_block_of(BAUD_I32, BAUD_OPTIMISER, 0, pairs, "place");
  b[SWEEP_PRIORITY] = baud_block_of(BAUD_F64, BAUD_OPTIMISER, 0, pairs, "priority");
  b[SWEEP_RANDOM] = baud_block_of(BAUD_U64, BAUD_RNG, BAUD_PER_LANE, 1, "random");
  b[SWEEP_POLICY] = baud_block_of(BAUD_F64, BAUD_SCRATCH, 0, m->table.actions, "policy");
}

static int32_t sweep_create(const baud_host *host, const baud_value *values, baud_learner_setup *setup, void **model) {
  sweep_model *m = calloc(1, sizeof *m);
  if (m == NULL) return host->fail(host, BAUD_ENOMEM, "there is no memory for the learner");
  int32_t code = baud_table_open(host, setup, BAUD_MASK(BAUD_CH_REWARD), &m->table);
  if (code != BAUD_OK) {
    free(m);
    return code;
  }
  m->lr = values[SWEEP_PARAM_LR].f;
  m->discount = values[SWEEP_PARAM_DISCOUNT].f;
  m->epsilon = values[SWEEP_PARAM_EPSILON].f;
  m->planning = values[SWEEP_PARAM_PLANNING].i;
  m->theta = values[SWEEP_PARAM_THETA].f;
  m->by = values[SWEEP_PARAM_MODEL].i;
  m->initial = values[SWEEP_PARAM_INITIAL].f;
  uint32_t slots = (uint32_t)values[SWEEP_PARAM_SLOTS].i;
  baud_counts_open(setup, &m->table, slots, values[SWEEP_PARAM_PRIOR].f, &m->counts, m->blocks);
  sweep_declare(m);
  setup->blocks = m->blocks;
  setup->n_blocks = SWEEP_BLOCKS;
  *model = m;
  return BAUD_OK;
}

static void sweep_destroy(void *model) { free(model); }

static int32_t sweep_init(const void *model, void *const *blocks, uint64_t seed) {
  const sweep_model *m = model;
  double *q = blocks[SWEEP_VALUES], *best = blocks[SWEEP_BEST];
  for (uint64_t i = 0; i < baud_pairs(&m->table); i++) q[i] = m->initial;
  for (uint32_t i = 0; i < m->table.states; i++) best[i] = m->initial;
  baud_seed_lanes(blocks[SWEEP_RANDOM], m->table.lanes, seed);
  return BAUD_OK;
}

static int32_t sweep_predict(const void *model, void *const *blocks, const baud_tick *tick) {
  const sweep_model *m = model;
  const baud_table *table = &m->table;
  uint64_t *random = blocks[SWEEP_RANDOM];
  for (uint32_t lane = 0; lane < table->lanes; lane++) {
    uint64_t row = (uint64_t)baud_table_state(table, tick->obs, lane) * table->actions;
    baud_greedy_policy((const double *)blocks[SWEEP_VALUES] + row, table->actions, m->epsilon, blocks[SWEEP_POLICY]);
    uint32_t action = baud_table_act(table, tick, lane, blocks[SWEEP_POLICY], &random[lane]);
    baud_counts_answer(&m->counts, blocks, tick, lane, row + action);
  }
  return BAUD_OK;
}

static int32_t sweep_learn(const void *model, void *const *blocks, const baud_outcome *outcome) {
  const sweep_model *m = model;
  const baud_table *table = &m->table;
  sweep_heap heap = sweep_open_heap(blocks);
  for (uint32_t lane = 0; lane < table->lanes; lane++) {
    uint64_t row = (uint64_t)baud_table_state(table, outcome->obs, lane) * table->actions;
    uint64_t pair = row + baud_discrete(&table->action, outcome->action, lane);
    uint32_t next = baud_table_state(table, outcome->next_obs, lane);
    int terminated = (outcome->flags[lane] & BAUD_TERMINATED) != 0;
    sweep_observe(m, blocks, pair, next, (double)outcome->reward[lane], terminated);
    sweep_consider(m, blocks, &heap, pair);
    sweep_plan(m, blocks);
  }
  return BAUD_OK;
}

static const baud_learner_ops sweep_ops = { BAUD_SIZE(baud_learner_ops), 0, sweep_create, sweep_destroy,
                                            sweep_init, sweep_predict, sweep_learn };

static const baud_unit sweep_unit = {
  BAUD_SIZE(baud_unit), BAUD_LEARNER, 1, 1, "baud.prioritized_sweeping", "Prioritized sweeping on a table",
  "Learns a model of the world and backs up those pairs first whose values would move most (Moore & Atkeson 1993; "
  "Sutton & Barto 2018, section 8.4). Learns from rewards and the states that follow, and answers for both by "
  "counting.",
  sweep_params, SWEEP_PARAMS, 0, &sweep_ops, NULL
};

BAUD_EXPORT const baud_library baud_plugin_1 = {
  BAUD_SIZE(baud_library), BAUD_MINOR, 0, BAUD_LAYOUT, "baud", "1.0", "MIT", &sweep_unit, 1, 0
};
