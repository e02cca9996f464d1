/* baud/population.h - a generation of candidates that episodes judge, inline: what evolution strategies and genetic
 * algorithms have in common. A candidate is a genome, one gene for each number of the action; it takes the action that its
 * genes say throughout an episode, and its fitness is the episode's return, or the mean of several.
 *
 * Genes of a continuous action are its numbers where these have no bounds. Where they have, 0 is the lower one and 1 the
 * upper, and what lies beyond is folded back like a strip of paper, so that there is no edge at which to pile up. A gene of a
 * discrete action is its category.
 *
 * The one thing to know: candidates are handed to lanes in order, as their episodes start, and a generation is over when all
 * have been judged; lanes that start meanwhile take the action that the learner has settled on, and are not counted. So where
 * an episode's return depends on the action alone, what is learnt does not depend on the number of lanes; none are idle where
 * their number divides that of a generation's episodes. In PLAY and EVAL all lanes take what it has settled on.
 */
#ifndef BAUD_POPULATION_H
#define BAUD_POPULATION_H

#include <float.h>
#include <math.h>

#include "baud/tabular.h"

#ifdef __cplusplus
extern "C" {
#endif

/* Parameters that open each table of a learner with a population, in this order; own ones follow. */
enum { BAUD_POPULATION_SIZE, BAUD_POPULATION_EPISODES, BAUD_POPULATION_PARAMS };
#define BAUD_POPULATION_PARAM_ROWS(size, doc) \
  BAUD_PARAM_INT("population", size, 0, 1000000, "candidates", doc), \
  BAUD_PARAM_INT("episodes", 1, 1, 10000, "episodes", "how many a candidate is judged by: their mean return")

/* Blocks, in this order; own ones follow. */
enum {
  BAUD_POPULATION_SETTLED, /* [genes] what it has settled on */
  BAUD_POPULATION_GENES,   /* [candidate][genes] */
  BAUD_POPULATION_RETURNS, /* [candidate][episode] */
  BAUD_POPULATION_COUNTS,  /* {episodes begun, episodes done} of the generation */
  BAUD_POPULATION_LANE,    /* [lane] 1 + the episode that it plays; 0: one that is not counted */
  BAUD_POPULATION_RETURN,  /* [lane] of the running episode */
  BAUD_POPULATION_RANDOM,  /* [1] */
  BAUD_POPULATION_FITNESS, /* [candidate] mean return, once all are judged */
  BAUD_POPULATION_ORDER,   /* [2][candidate] candidates, the fittest first; the second half is worked in */
  BAUD_POPULATION_BLOCKS
};

/* A learner's place, filled in by baud_population_open; part of its model. */
typedef struct baud_population {
  uint32_t lanes, size, genes, episodes;
  uint32_t categories; /* 0: the action is continuous */
  uint32_t is_bounded;
  double low, high;
  baud_field action;
} baud_population;

enum { BAUD_GENES_NUMBERS = 1, BAUD_GENES_CATEGORIES = 2 }; /* what genes a learner can have, ored */

/* ---- Opening -------------------------------------------------------------------------------------------- */

static inline void baud_population_declare(const baud_population *p, baud_block *blocks) {
  uint64_t genes = p->genes, size = p->size;
  blocks[BAUD_POPULATION_SETTLED] = baud_block_of(BAUD_F64, BAUD_WEIGHT, 0, genes, "settled");
  blocks[BAUD_POPULATION_GENES] = baud_block_of(BAUD_F64, BAUD_TRACE, 0, size * genes, "genes");
  blocks[BAUD_POPULATION_RETURNS] = baud_block_of(BAUD_F64, BAUD_TRACE, 0, size * p->episodes, "returns");
  blocks[BAUD_POPULATION_COUNTS] = baud_block_of(BAUD_U64, BAUD_TRACE, 0, 2, "episodes");
  blocks[BAUD_POPULATION_LANE] = baud_block_of(BAUD_U64, BAUD_TRACE, BAUD_PER_LANE, 1, "candidate");
  blocks[BAUD_POPULATION_RETURN] = baud_block_of(BAUD_F64, BAUD_TRACE, BAUD_PER_LANE, 1, "return");
  blocks[BAUD_POPULATION_RANDOM] = baud_block_of(BAUD_U64, BAUD_RNG, 0, 1, "random");
  blocks[BAUD_POPULATION_FITNESS] = baud_block_of(BAUD_F64, BAUD_SCRATCH, 0, size, "fitness");
  blocks[BAUD_POPULATION_ORDER] = baud_block_of(BAUD_I32, BAUD_SCRATCH, 0, 2 * size, "order");
}

/* Finds sizes, subscribes to the reward alone, declines all questions, declares the blocks. `size`: candidates of a
 * generation; `kinds`: BAUD_GENES_*. Fails with a sentence where the action is not of these kinds. */
static inline int32_t baud_population_open(const baud_host *host, baud_learner_setup *setup, uint32_t kinds, uint32_t size,
                                           uint32_t episodes, baud_population *p, baud_block *blocks) {
  const baud_field *action = setup->action;
  uint32_t kind = action->categories > 0 ? BAUD_GENES_CATEGORIES : BAUD_GENES_NUMBERS;
  if (!(setup->channels & BAUD_MASK(BAUD_CH_REWARD)))
    return host->fail(host, BAUD_EARG, "learns from the reward channel, which this experiment does not let through: add "
                                       "\"reward\" to its channels");
  if (!(kind & kinds))
    return host->fail(host, BAUD_EARG, kind == BAUD_GENES_NUMBERS
                                           ? "chooses, but the environment's actions are numbers: use cma_es or openai_es"
                                           : "moves numbers, but the environment's actions are choices: use genetic");
  if ((uint64_t)size * action->count > (uint64_t)1 << 28 || (uint64_t)size * episodes > (uint64_t)1 << 28)
    return host->fail(host, BAUD_EARG, "would need more than 2 GB for its population: make it smaller");
  p->lanes = setup->lanes;
  p->size = size;
  p->genes = action->count;
  p->episodes = episodes;
  p->categories = action->categories;
  p->is_bounded = isfinite(action->low) && isfinite(action->high) && action->low < action->high;
  p->low = action->low;
  p->high = action->high;
  p->action = *action;
  setup->subscribed = BAUD_MASK(BAUD_CH_REWARD);
  for (uint32_t q = 0; q < setup->n_questions; q++) setup->questions[q].form = 0;
  baud_population_declare(p, blocks);
  return BAUD_OK;
}

/* ---- Genes ---------------------------------------------------------------------------------------------- */

static inline double *baud_genes(const baud_population *p, void *const *blocks, uint32_t candidate) {
  return (double *)blocks[BAUD_POPULATION_GENES] + (uint64_t)candidate * p->genes;
}

/* The number that a gene stands for. */
static inline double baud_gene_number(const baud_population *p, double gene) {
  if (!p->is_bounded) return fmin(fmax(gene, fmax(p->low, -(double)FLT_MAX)), fmin(p->high, (double)FLT_MAX));
  double folded = fabs(fmod(gene, 2.0));
  return p->low + (p->high - p->low) * (folded > 1.0 ? 2.0 - folded : folded);
}

/* Writes the action of lane `lane` that genes [genes] say. */
static inline void baud_genes_act(const baud_population *p, const double *genes, void *action, uint32_t lane) {
  uint64_t at = (uint64_t)lane * p->genes;
  for (uint32_t i = 0; i < p->genes; i++) {
    if (p->categories == 0) {
      ((float *)action)[at + i] = (float)baud_gene_number(p, genes[i]);
    } else if (p->action.dtype == BAUD_U8) {
      ((uint8_t *)action)[at + i] = (uint8_t)genes[i];
    } else {
      ((int32_t *)action)[at + i] = (int32_t)genes[i];
    }
  }
}

/* ---- One tick ------------------------------------------------------------------------------------------- */

/* Hands candidates to the lanes whose episodes start, and writes the actions of all. */
static inline void baud_population_predict(const baud_population *p, void *const *blocks, const baud_tick *tick) {
  uint64_t *counts = (uint64_t *)blocks[BAUD_POPULATION_COUNTS], *played = (uint64_t *)blocks[BAUD_POPULATION_LANE];
  uint64_t most = (uint64_t)p->size * p->episodes;
  if (tick->action_given) return;
  for (uint32_t lane = 0; lane < p->lanes; lane++) {
    const double *genes = (const double *)blocks[BAUD_POPULATION_SETTLED];
    if (tick->mode == BAUD_TRAIN) {
      if (tick->starts[lane]) played[lane] = counts[0] < most ? ++counts[0] : 0;
      if (played[lane] > 0) genes = baud_genes(p, blocks, (uint32_t)((played[lane] - 1) / p->episodes));
    }
    baud_genes_act(p, genes, tick->action, lane);
  }
}

/* Adds up returns and books those of finished episodes; 1 when all of the generation are done, else 0. */
static inline int baud_population_learn(const baud_population *p, void *const *blocks, const baud_outcome *outcome) {
  uint64_t *counts = (uint64_t *)blocks[BAUD_POPULATION_COUNTS], *played = (uint64_t *)blocks[BAUD_POPULATION_LANE];
  double *gain = (double *)blocks[BAUD_POPULATION_RETURN], *returns = (double *)blocks[BAUD_POPULATION_RETURNS];
  for (uint32_t lane = 0; lane < p->lanes; lane++) {
    gain[lane] += (double)outcome->reward[lane];
    if (!outcome->flags[lane]) continue;
    if (played[lane] > 0) {
      returns[played[lane] - 1] = gain[lane];
      counts[1]++;
    }
    played[lane] = 0;
    gain[lane] = 0.0;
  }
  return counts[1] == (uint64_t)p->size * p->episodes;
}

/* ---- Judgement ------------------------------------------------------------------------------------------ */

/* Merges two sorted runs, from[a..b) and from[b..end), into to[a..end); equals keep their order. */
static inline void baud_population_merge(const double *fitness, const int32_t *from, uint32_t a, uint32_t b, uint32_t end,
                                         int32_t *to) {
  uint32_t left = a, right = b;
  for (uint32_t i = a; i < end; i++) {
    int takes_left = left < b && (right == end || fitness[from[left]] >= fitness[from[right]]);
    to[i] = takes_left ? from[left++] : from[right++];
  }
}

/* Fills in fitness and order, and makes ready for the next generation. The order: candidates, the fittest first, equal
 * ones by their number. */
static inline const int32_t *baud_population_judge(const baud_population *p, void *const *blocks) {
  const double *returns = (const double *)blocks[BAUD_POPULATION_RETURNS];
  double *fitness = (double *)blocks[BAUD_POPULATION_FITNESS];
  uint64_t *counts = (uint64_t *)blocks[BAUD_POPULATION_COUNTS];
  int32_t *order = (int32_t *)blocks[BAUD_POPULATION_ORDER], *other = order + p->size;
  for (uint32_t i = 0; i < p->size; i++) {
    double sum = 0.0;
    for (uint32_t k = 0; k < p->episodes; k++) sum += returns[(uint64_t)i * p->episodes + k];
    fitness[i] = sum / p->episodes;
    order[i] = (int32_t)i;
  }
  for (uint64_t run = 1; run < p->size; run *= 2) {
    for (uint64_t a = 0; a < p->size; a += 2 * run) {
      uint64_t b = a + run < p->size ? a + run : p->size, end = b + run < p->size ? b + run : p->size;
      baud_population_merge(fitness, order, (uint32_t)a, (uint32_t)b, (uint32_t)end, other);
    }
    int32_t *sorted = other;
    other = order;
    order = sorted;
  }
  counts[0] = counts[1] = 0;
  return order;
}

#ifdef __cplusplus
}
#endif
#endif
