/* baud/counts.h - counts of what followed each pair of a state and an action, inline: the model of the world that a
 * table can learn, and its answers to the host's questions. For learners that plan.
 *
 * The answers are smoothed frequencies. Of X possible outcomes one that was seen n times among N has probability
 *   (n + c) / (N + c X)
 * with c the prior pseudo-count of each: 1 is Laplace's rule, and exact where rows of the world are drawn from
 * Dirichlet(1); 1/2 Krichevsky and Trofimov's; 1/X (Perks 1947) weighs one observation as much as the whole prior and
 * suits worlds that are nearly deterministic; c = 0 asks for 1/X.
 *
 * Successors of a pair are kept in `slots` places, as seen. What finds no place any more is counted, and spread
 * evenly over the successors that have none: with as many slots as states this never happens.
 */
#ifndef BAUD_COUNTS_H
#define BAUD_COUNTS_H

#include "baud/tabular.h"

#ifdef __cplusplus
extern "C" {
#endif

enum { BAUD_COUNTS_REWARDS = 256 }; /* the most reward values that are told apart */

/* Blocks, in this order; own ones follow. Edge e of pair p is place e - p * slots of its successors. */
enum {
  BAUD_COUNTS_VISITS,    /* [pairs] N */
  BAUD_COUNTS_ENDED,     /* [pairs] how many of them terminated */
  BAUD_COUNTS_SUCCESSOR, /* [pairs][slots] 1 + the state that followed; 0: an empty place, and so are all after it */
  BAUD_COUNTS_TIMES,     /* [pairs][slots] how often it did */
  BAUD_COUNTS_REWARD,    /* [pairs][values] how often each reward was delivered */
  BAUD_COUNTS_BLOCKS
};

typedef struct baud_counts {
  uint32_t states, slots, n_values, pad;
  uint64_t pairs;
  double prior;
  uint64_t asks_next, asks_reward, asks_end; /* masks of the questions that are answered */
  double value[BAUD_COUNTS_REWARDS];         /* the rewards that answers stand for */
} baud_counts;

/* Takes the questions on successor, reward and end, and declares the blocks. After baud_table_open. */
static inline void baud_counts_open(baud_learner_setup *setup, const baud_table *table, uint32_t slots, double prior,
                                    baud_counts *counts, baud_block *blocks) {
  counts->states = table->states;
  counts->slots = slots < table->states ? slots : table->states;
  counts->pairs = baud_pairs(table);
  counts->prior = prior;
  if (table->sees_state) counts->asks_next = baud_accept(setup, BAUD_ASK_OBSERVATION, 0, table->states);
  counts->asks_end = baud_accept(setup, BAUD_ASK_TERMINATED, 0, 2);
  for (uint32_t i = 0; i < setup->n_questions && counts->n_values == 0; i++) {
    const baud_question *question = &setup->questions[i];
    uint32_t width = question->width_categorical;
    if (question->target != BAUD_ASK_REWARD || question->values == NULL || width > BAUD_COUNTS_REWARDS) continue;
    counts->asks_reward = baud_accept(setup, BAUD_ASK_REWARD, question->field, width);
    if (counts->asks_reward == 0) continue;
    counts->n_values = width;
    for (uint32_t value = 0; value < width; value++) counts->value[value] = question->values[value];
  }
  uint64_t edges = counts->pairs * counts->slots, rewards = counts->n_values ? counts->pairs * counts->n_values : 1;
  blocks[BAUD_COUNTS_VISITS] = baud_block_of(BAUD_U64, BAUD_WEIGHT, 0, counts->pairs, "visits");
  blocks[BAUD_COUNTS_ENDED] = baud_block_of(BAUD_U64, BAUD_WEIGHT, 0, counts->pairs, "ended");
  blocks[BAUD_COUNTS_SUCCESSOR] = baud_block_of(BAUD_I32, BAUD_WEIGHT, 0, edges, "successor");
  blocks[BAUD_COUNTS_TIMES] = baud_block_of(BAUD_U64, BAUD_WEIGHT, 0, edges, "times");
  blocks[BAUD_COUNTS_REWARD] = baud_block_of(BAUD_U64, BAUD_WEIGHT, 0, rewards, "rewards");
}

/* The value that a delivered reward is nearest to. */
static inline uint32_t baud_counts_nearest(const baud_counts *counts, double reward) {
  uint32_t best = 0;
  for (uint32_t i = 1; i < counts->n_values; i++)
    if (fabs(counts->value[i] - reward) < fabs(counts->value[best] - reward)) best = i;
  return best;
}

/* Counts one transition. The edge that it ran along, or UINT64_MAX where there was no place left for one. */
static inline uint64_t baud_counts_add(const baud_counts *counts, void *const *blocks, uint64_t pair, uint32_t next,
                                       double reward, int terminated) {
  ((uint64_t *)blocks[BAUD_COUNTS_VISITS])[pair]++;
  if (terminated) ((uint64_t *)blocks[BAUD_COUNTS_ENDED])[pair]++;
  if (counts->n_values > 0) {
    uint32_t value = baud_counts_nearest(counts, reward);
    ((uint64_t *)blocks[BAUD_COUNTS_REWARD])[pair * counts->n_values + value]++;
  }
  int32_t *successor = (int32_t *)blocks[BAUD_COUNTS_SUCCESSOR];
  for (uint64_t edge = pair * counts->slots; edge < (pair + 1) * counts->slots; edge++) {
    if (successor[edge] != 0 && successor[edge] != (int32_t)next + 1) continue;
    successor[edge] = (int32_t)next + 1;
    ((uint64_t *)blocks[BAUD_COUNTS_TIMES])[edge]++;
    return edge;
  }
  return UINT64_MAX;
}

/* P(next state | pair) into p[0..states). */
static inline void baud_counts_next(const baud_counts *counts, void *const *blocks, uint64_t pair, float *p) {
  const uint64_t *times = (const uint64_t *)blocks[BAUD_COUNTS_TIMES] + pair * counts->slots;
  const int32_t *successor = (const int32_t *)blocks[BAUD_COUNTS_SUCCESSOR] + pair * counts->slots;
  double c = counts->prior > 0.0 ? counts->prior : 1.0 / counts->states;
  double n = (double)((const uint64_t *)blocks[BAUD_COUNTS_VISITS])[pair], total = n + c * counts->states;
  uint32_t used = 0;
  for (; used < counts->slots && successor[used] != 0; used++) n -= (double)times[used];
  double elsewhere = used < counts->states ? n / (counts->states - used) : 0.0; /* n: those without a place */
  for (uint32_t state = 0; state < counts->states; state++) p[state] = (float)((c + elsewhere) / total);
  for (uint32_t i = 0; i < used; i++) p[successor[i] - 1] = (float)((c + (double)times[i]) / total);
}

/* Answers for successor, reward and end of one lane's state and action. */
static inline void baud_counts_answer(const baud_counts *counts, void *const *blocks, const baud_tick *tick,
                                      uint32_t lane, uint64_t pair) {
  double n = (double)((const uint64_t *)blocks[BAUD_COUNTS_VISITS])[pair];
  for (uint64_t asked = tick->ask & counts->asks_next; asked; asked &= asked - 1)
    baud_counts_next(counts, blocks, pair, tick->answer[__builtin_ctzll(asked)] + (uint64_t)lane * counts->states);
  for (uint64_t asked = tick->ask & counts->asks_reward; asked; asked &= asked - 1) {
    const uint64_t *seen = (const uint64_t *)blocks[BAUD_COUNTS_REWARD] + pair * counts->n_values;
    float *answer = tick->answer[__builtin_ctzll(asked)] + (uint64_t)lane * counts->n_values;
    double c = counts->prior > 0.0 ? counts->prior : 1.0 / counts->n_values;
    for (uint32_t i = 0; i < counts->n_values; i++)
      answer[i] = (float)(((double)seen[i] + c) / (n + c * counts->n_values));
  }
  for (uint64_t asked = tick->ask & counts->asks_end; asked; asked &= asked - 1) {
    float *answer = tick->answer[__builtin_ctzll(asked)] + (uint64_t)lane * 2;
    double c = counts->prior > 0.0 ? counts->prior : 0.5;
    double ended = (double)((const uint64_t *)blocks[BAUD_COUNTS_ENDED])[pair];
    answer[1] = (float)((ended + c) / (n + 2.0 * c));
    answer[0] = (float)((n - ended + c) / (n + 2.0 * c));
  }
}

#ifdef __cplusplus
}
#endif
#endif
