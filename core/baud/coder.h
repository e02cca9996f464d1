/* baud/coder.h - the frame of a learner that does nothing but predict what comes, inline: it acts at random, answers the
 * host's questions about every field of the observation and about the reward, and leaves to the learner that uses it how
 * one element's next symbol is predicted. Honest baselines are built on it: what they save needs no idea of the world.
 *
 * Each element of each field, and the reward, is a stream of symbols of its own, with a table that the lanes share. What
 * a prediction may look back at is the element's last symbols in the lane: for observations those acted upon, the
 * present one first, for rewards those that were delivered. Continuous numbers are answered by their mean and deviation so
 * far, with one number in the middle of the bounds (or 0), a quarter of their distance off (or 1), seen before the first.
 */
#ifndef BAUD_CODER_H
#define BAUD_CODER_H

#include <string.h>

#include "baud/tabular.h"

#ifdef __cplusplus
extern "C" {
#endif

enum { BAUD_CODER_PARTS = 17, BAUD_CODER_VALUES = 256, BAUD_CODER_DEEPEST = 32 };
#define BAUD_CODER_MOST_WORDS ((uint64_t)1 << 27) /* of all tables: a gigabyte */

/* Blocks, in this order. */
enum {
  BAUD_CODER_TABLES,  /* u64: of all elements, part by part */
  BAUD_CODER_PAST,    /* [lane][element][depth] symbols, the latest first */
  BAUD_CODER_RANDOM,  /* [lane] */
  BAUD_CODER_FRESH,   /* [symbols] one answer */
  BAUD_CODER_BLOCKS
};

typedef struct baud_coder_part {
  uint64_t ask;                         /* bit of the question */
  uint32_t question, is_reward, field;  /* field: of the observation */
  uint32_t elements, symbols;           /* symbols: of an element; 0: continuous */
  uint32_t first, pad;                  /* its first element among all */
  uint64_t table, words;                /* where the first element's table is, and how long each is */
  double middle, deviation;             /* continuous: what is expected before anything is seen */
} baud_coder_part;

typedef struct baud_coder {
  uint32_t lanes, depth, n_parts, elements, widest, pad; /* widest: most symbols of an element */
  uint64_t words, asks_action;
  baud_field action, obs[BAUD_CODER_PARTS];
  double value[BAUD_CODER_VALUES]; /* the rewards that its symbols stand for */
  baud_coder_part part[BAUD_CODER_PARTS];
  baud_block blocks[BAUD_CODER_BLOCKS];
} baud_coder;

/* How a learner predicts. `past` [depth]: the symbols before, the latest first. */
typedef struct baud_coder_ways {
  uint64_t (*words)(const void *model, uint32_t symbols, uint32_t elements); /* of an element's table, zeroed at first */
  void (*predict)(const void *model, uint32_t symbols, uint32_t elements, const void *table, const uint32_t *past, double *p);
  void (*learn)(const void *model, uint32_t symbols, uint32_t elements, void *table, const uint32_t *past, uint32_t symbol);
} baud_coder_ways;

/* ---- Create ------------------------------------------------------------------------------------------- */

static inline void baud_coder_take(baud_coder *c, baud_learner_setup *setup, uint32_t i) {
  baud_question *question = &setup->questions[i];
  uint32_t is_reward = question->target == BAUD_ASK_REWARD, is_discrete = question->forms >> BAUD_FORM_CATEGORICAL & 1u;
  const baud_field *field = is_reward ? NULL : &setup->obs[question->field];
  baud_coder_part *part = &c->part[c->n_parts];
  if (!is_discrete && !(question->forms >> BAUD_FORM_NORMAL & 1u)) return;
  if (is_reward && is_discrete && (question->values == NULL || question->width_categorical > BAUD_CODER_VALUES)) return;
  memset(part, 0, sizeof *part);
  part->ask = (uint64_t)1 << i;
  part->question = i;
  part->is_reward = is_reward;
  part->field = question->field;
  part->elements = field ? field->count : 1;
  part->symbols = is_discrete ? question->width_categorical / part->elements : 0;
  part->first = c->elements;
  int is_bounded = field && isfinite(field->low) && isfinite(field->high) && field->high - field->low < 1e9;
  part->middle = is_bounded ? 0.5 * (field->low + field->high) : 0.0;
  part->deviation = is_bounded && field->high > field->low ? 0.25 * (field->high - field->low) : 1.0;
  for (uint32_t x = 0; is_reward && x < part->symbols; x++) c->value[x] = question->values[x];
  if (field) c->obs[c->n_parts] = *field;
  question->form = is_discrete ? BAUD_FORM_CATEGORICAL : BAUD_FORM_NORMAL;
  setup->subscribed |= is_reward ? BAUD_MASK(BAUD_CH_REWARD) : BAUD_MASK(BAUD_CH_OBSERVATION);
  if (part->symbols > c->widest) c->widest = part->symbols;
  c->elements += part->elements;
  c->n_parts++;
}

/* The policy: every part of the action uniform. */
static inline void baud_coder_take_policy(baud_coder *c, baud_learner_setup *setup, uint32_t i) {
  baud_question *question = &setup->questions[i];
  if (c->action.categories == 0 || question->width_categorical != c->action.categories * c->action.count) return;
  question->form = BAUD_FORM_CATEGORICAL;
  c->asks_action |= (uint64_t)1 << i;
}

/* Takes the questions on what crosses, and lays out the tables. `depth`: how far predictions look back. */
static inline int32_t baud_coder_open(const baud_host *host, baud_learner_setup *setup, uint32_t depth,
                                      const baud_coder_ways *ways, const void *model, baud_coder *c) {
  static const uint32_t channel[] = { 0, 0, BAUD_MASK(BAUD_CH_OBSERVATION), BAUD_MASK(BAUD_CH_REWARD), 0 };
  const baud_field *action = setup->action;
  if (action->categories == 0 && !(isfinite(action->low) && isfinite(action->high)))
    return host->fail(host, BAUD_EARG, "draws its actions uniformly, but the environment's have no bounds: "
                                       "choose another learner");
  c->lanes = setup->lanes;
  c->depth = depth;
  c->action = *action;
  setup->subscribed = 0;
  for (uint32_t i = 0; i < setup->n_questions && i < 64; i++) {
    uint32_t target = setup->questions[i].target;
    setup->questions[i].form = 0;
    if (setup->questions[i].horizon > 1 || target > BAUD_ASK_TERMINATED) continue;
    if (target == BAUD_ASK_ACTION) baud_coder_take_policy(c, setup, i);
    if (channel[target] & setup->channels && c->n_parts < BAUD_CODER_PARTS) baud_coder_take(c, setup, i);
  }
  for (uint32_t i = 0; i < c->n_parts; i++) {
    baud_coder_part *part = &c->part[i];
    part->table = c->words;
    part->words = part->symbols ? ways->words(model, part->symbols, c->elements) : 3; /* n, mean, sum of squares */
    c->words += part->words * part->elements;
    if (c->words > BAUD_CODER_MOST_WORDS)
      return host->fail(host, BAUD_EARG, "would need tables of more than a gigabyte here: choose an environment with fewer "
                                         "elements or symbols");
  }
  c->blocks[BAUD_CODER_TABLES] = baud_block_of(BAUD_U64, BAUD_WEIGHT, 0, c->words ? c->words : 1, "tables");
  c->blocks[BAUD_CODER_PAST] = baud_block_of(BAUD_I32, BAUD_MEMORY, BAUD_PER_LANE, (uint64_t)c->elements * depth + 1, "past");
  c->blocks[BAUD_CODER_RANDOM] = baud_block_of(BAUD_U64, BAUD_RNG, BAUD_PER_LANE, 1, "random");
  c->blocks[BAUD_CODER_FRESH] = baud_block_of(BAUD_F64, BAUD_SCRATCH, 0, c->widest + 1, "fresh");
  setup->blocks = c->blocks;
  setup->n_blocks = BAUD_CODER_BLOCKS;
  return BAUD_OK;
}

/* ---- Symbols and their past --------------------------------------------------------------------------- */

static inline void *baud_coder_table(const baud_coder *c, void *const *blocks, uint32_t i, uint32_t element) {
  const baud_coder_part *part = &c->part[i];
  return (uint64_t *)blocks[BAUD_CODER_TABLES] + part->table + (uint64_t)element * part->words;
}

static inline uint32_t *baud_coder_past(const baud_coder *c, void *const *blocks, uint32_t i, uint32_t lane, uint32_t element) {
  uint64_t row = (uint64_t)c->elements * c->depth + 1;
  return (uint32_t *)blocks[BAUD_CODER_PAST] + lane * row + (uint64_t)(c->part[i].first + element) * c->depth;
}

/* The reward's value that a number is nearest to. */
static inline uint32_t baud_coder_nearest(const baud_coder *c, uint32_t symbols, double reward) {
  uint32_t best = 0;
  for (uint32_t x = 1; x < symbols; x++)
    if (fabs(c->value[x] - reward) < fabs(c->value[best] - reward)) best = x;
  return best;
}

/* Element `element` of a discrete field. */
static inline uint32_t baud_coder_symbol(const baud_coder *c, uint32_t i, const void *const *obs, uint32_t lane, uint32_t element) {
  return baud_discrete(&c->obs[i], obs[c->part[i].field], lane * c->part[i].elements + element);
}

static inline void baud_coder_push(uint32_t *past, uint32_t depth, uint32_t symbol) {
  memmove(past + 1, past, (depth - 1) * sizeof *past);
  past[0] = symbol;
}

/* What a prediction of the observation looks back at: what is acted upon now, then what is remembered. */
static inline void baud_coder_look_back(const baud_coder *c, void *const *blocks, uint32_t i, const void *const *obs,
                                        uint32_t lane, uint32_t element, uint32_t past[BAUD_CODER_DEEPEST]) {
  memcpy(past, baud_coder_past(c, blocks, i, lane, element), c->depth * sizeof *past);
  if (!c->part[i].is_reward && c->depth) baud_coder_push(past, c->depth, baud_coder_symbol(c, i, obs, lane, element));
}

/* ---- Predict ------------------------------------------------------------------------------------------ */

static inline void baud_coder_act(const baud_coder *c, void *const *blocks, const baud_tick *tick) {
  uint64_t *random = (uint64_t *)blocks[BAUD_CODER_RANDOM];
  for (uint32_t lane = 0; lane < c->lanes && !tick->action_given; lane++)
    for (uint32_t i = lane * c->action.count; i < (lane + 1) * c->action.count; i++) {
      if (c->action.categories > 0) baud_write_discrete(&c->action, tick->action, i, baud_below(&random[lane], c->action.categories));
      else ((float *)tick->action)[i] = (float)(c->action.low + (c->action.high - c->action.low) * baud_uniform(&random[lane]));
    }
  for (uint64_t asked = tick->ask & c->asks_action; asked; asked &= asked - 1) {
    float *answer = tick->answer[__builtin_ctzll(asked)];
    for (uint64_t i = 0; i < (uint64_t)c->lanes * c->action.count * c->action.categories; i++)
      answer[i] = 1.0f / (float)c->action.categories;
  }
}

static inline void baud_coder_answer_normal(const baud_coder_part *part, const double *seen, float answer[2]) {
  double n = seen[0] + 1.0, off = seen[1] - part->middle; /* the one beforehand joins those seen */
  double squares = seen[2] + part->deviation * part->deviation + seen[0] / n * off * off;
  answer[0] = (float)(part->middle + seen[0] / n * off);
  answer[1] = (float)sqrt(squares / n);
}

static inline int32_t baud_coder_predict(const baud_coder *c, const baud_coder_ways *ways, const void *model, void *const *blocks,
                                         const baud_tick *tick) {
  double *p = (double *)blocks[BAUD_CODER_FRESH];
  uint32_t past[BAUD_CODER_DEEPEST];
  baud_coder_act(c, blocks, tick);
  for (uint32_t i = 0; i < c->n_parts; i++) {
    const baud_coder_part *part = &c->part[i];
    uint32_t width = part->symbols ? part->symbols : 2;
    for (uint32_t row = 0; row < c->lanes * part->elements && tick->ask & part->ask; row++) {
      float *answer = tick->answer[part->question] + (uint64_t)row * width;
      uint32_t lane = row / part->elements, element = row % part->elements;
      const void *table = baud_coder_table(c, blocks, i, element);
      if (part->symbols == 0) {
        baud_coder_answer_normal(part, (const double *)table, answer);
        continue;
      }
      baud_coder_look_back(c, blocks, i, tick->obs, lane, element, past);
      ways->predict(model, part->symbols, c->elements, table, past, p);
      for (uint32_t x = 0; x < width; x++) answer[x] = (float)p[x];
    }
  }
  return BAUD_OK;
}

/* ---- Learn, remember ---------------------------------------------------------------------------------- */

/* Welford 1962. */
static inline void baud_coder_learn_normal(double *seen, double x) {
  double off = x - seen[1];
  seen[0] += 1.0;
  seen[1] += off / seen[0];
  seen[2] += off * (x - seen[1]);
}

/* What came: into the tables where `ways` is not null, and into the past. */
static inline int32_t baud_coder_take_in(const baud_coder *c, const baud_coder_ways *ways, const void *model, void *const *blocks,
                                         const baud_outcome *outcome) {
  uint32_t past[BAUD_CODER_DEEPEST];
  for (uint32_t i = 0; i < c->n_parts; i++) {
    const baud_coder_part *part = &c->part[i];
    for (uint32_t row = 0; row < c->lanes * part->elements; row++) {
      uint32_t lane = row / part->elements, element = row % part->elements;
      void *table = baud_coder_table(c, blocks, i, element);
      if (part->symbols == 0) {
        float came = part->is_reward ? outcome->reward[lane] : ((const float *)outcome->next_obs[part->field])[row];
        if (ways != NULL) baud_coder_learn_normal((double *)table, (double)came);
        continue;
      }
      uint32_t symbol = part->is_reward ? baud_coder_nearest(c, part->symbols, (double)outcome->reward[lane])
                                        : baud_coder_symbol(c, i, outcome->next_obs, lane, element);
      baud_coder_look_back(c, blocks, i, outcome->obs, lane, element, past);
      if (ways != NULL) ways->learn(model, part->symbols, c->elements, table, past, symbol);
      if (c->depth == 0) continue;
      baud_coder_push(baud_coder_past(c, blocks, i, lane, element), c->depth, part->is_reward ? symbol : past[0]);
    }
  }
  return BAUD_OK;
}

#ifdef __cplusplus
}
#endif
#endif
