/* desk.h - a learner of paper and an environment that asks it: the learner's answers are a table in its weights, a note
 * in its memory may overrule them, and how it was asked is written down. Questions are rows of a table of the test's.
 */
#ifndef BAUD_TEST_DESK_H
#define BAUD_TEST_DESK_H

#include "../test.h"

#include "baud/random.h"
#include "ledger/quiz.h"

/* ---- The learner ---------------------------------------------------------------------------------------- */

enum { CONTEXTS = 8, ACTIONS = 3, REWARDS = 2, WIDEST = 8, LOG = 200 };
static const double rewards[REWARDS] = {0.0, 1.0};
static const uint32_t width_of[ANSWERS] = {ACTIONS, CONTEXTS, REWARDS, 2};

/* What the learner says, by question, context and action (no action: row 0). */
typedef struct paper {
  float says[ANSWERS][CONTEXTS][ACTIONS][WIDEST];
} paper;
enum { PAPER, NOTE, TRACE, BLOCKS }; /* note: context + 1 whose answer it remembers to be 1; 0 for none */
static const baud_block table[] = {{BAUD_SIZE(baud_block), BAUD_F32, BAUD_WEIGHT, 0, sizeof(paper) / sizeof(float),
                                    "paper"},
                                   {BAUD_SIZE(baud_block), BAUD_I32, BAUD_MEMORY, BAUD_PER_LANE, 1, "note"},
                                   {BAUD_SIZE(baud_block), BAUD_I32, BAUD_TRACE, BAUD_PER_LANE, 1, "trace"}};

typedef struct asked { /* how one tick was put */
  uint64_t ask;
  uint32_t given, mode, lanes, starts;
  int sees;
} asked;
static asked asked_log[LOG];
static int n_asked;

static enum manner { HONEST, SCRIBBLES, TRACES, TRAINS, FAILS, LOSES_COUNT } manner;

static inline void answer_lane(const baud_tick *t, void *const *at, uint32_t lane) {
  const paper *p = at[PAPER];
  int32_t context = t->obs ? ((const int32_t *)t->obs[0])[lane] : 0, *note = (int32_t *)at[NOTE] + lane;
  int32_t action = t->action_given ? ((const int32_t *)t->action)[lane] : 0;
  for (uint32_t which = 0; which < ANSWERS; which++) {
    if (!(t->ask >> which & 1u)) continue;
    float *answer = t->answer[which] + lane * width_of[which];
    memcpy(answer, p->says[which][context][action], width_of[which] * sizeof *answer);
    if (*note == context + 1)
      for (uint32_t i = 0; i < width_of[which]; i++) answer[i] = i == 1 ? 1.0f : 0.0f;
    if (manner == TRACES && ((int32_t *)at[TRACE])[lane]++ > 0)
      for (uint32_t i = 0; i < width_of[which]; i++) answer[i] = i == 1 ? 1.0f : 0.0f;
    if (manner == LOSES_COUNT && lane == t->lanes - 1) answer[0] += 0.5f;
  }
  if (!t->action_given) ((int32_t *)t->action)[lane] = 0;
  if (manner == SCRIBBLES) *note = context + 1, ((int32_t *)at[TRACE])[lane]++;
}

static inline int32_t predict(const void *model, void *const *at, const baud_tick *t) {
  (void)model;
  if (manner == FAILS) return BAUD_EBUG;
  if (manner == TRAINS) ((paper *)at[PAPER])->says[ANSWER_REWARD][7][2][7] += 0.125f;
  for (uint32_t lane = 0; lane < t->lanes; lane++) answer_lane(t, at, lane);
  if (n_asked == LOG) abort();
  asked_log[n_asked++] = (asked){t->ask, t->action_given, t->mode, t->lanes, t->starts[0], t->obs != NULL};
  return BAUD_OK;
}
static const baud_learner_ops learner_ops = {.size = BAUD_SIZE(baud_learner_ops), .predict = predict};

/* ---- The environment's questions ------------------------------------------------------------------------ */

typedef struct item {
  uint32_t kinds, target, channel, score, n_answers, context, given, action;
  double truth[WIDEST], prior[WIDEST];
  uint32_t field, group; /* group: behind the item's index */
} item;
static const item *items;
static uint32_t n_items, most_answers, independence;

static inline int32_t count(const void *model, uint32_t *n, uint32_t *max, uint32_t *independent) {
  *n = n_items;
  *max = most_answers;
  *independent = independence;
  return model ? BAUD_EBUG : BAUD_OK;
}
static inline int32_t fetch(const void *model, const void *world, uint32_t index, baud_item *out) {
  const item *i = &items[index];
  (void)model;
  if (world) return BAUD_EBUG; /* stands for a world that has no such question */
  out->kinds = i->kinds;
  out->target = i->target;
  out->field = i->field;
  out->channel = i->channel;
  out->score = i->score;
  out->n_answers = i->n_answers;
  out->action_given = i->given;
  out->group = index + i->group;
  uint32_t n = i->n_answers < most_answers ? i->n_answers : most_answers;
  memcpy(out->truth, i->truth, n * sizeof *out->truth);
  memcpy(out->prior, i->prior, n * sizeof *out->prior);
  *(int32_t *)out->obs[0] = (int32_t)i->context;
  if (i->given) *(int32_t *)out->action = (int32_t)i->action;
  return BAUD_OK;
}
static const baud_quiz extension = {BAUD_SIZE(baud_quiz), 0, count, fetch};

static const baud_field obs_field = BAUD_DISCRETE_FIELD("context", CONTEXTS, "what is asked about");
static const baud_field action_field = BAUD_DISCRETE_FIELD("action", ACTIONS, "what would be done");
static const baud_env_spec env = {.size = BAUD_SIZE(baud_env_spec), .n_obs = 1, .obs = &obs_field,
                                  .action = &action_field};

/* ---- The desk at which they meet ------------------------------------------------------------------------ */

typedef struct desk {
  blocks live, initial, shadow;
  answers answers;
  quiz_learner learner;
  quiz *quiz;
} desk;

static inline void set_items(const item *list, uint32_t n) {
  items = list;
  n_items = n;
  most_answers = WIDEST;
  independence = BAUD_FACTS_INDEPENDENT | BAUD_DECISIONS_INDEPENDENT;
  manner = HONEST;
  n_asked = 0;
}

/* Questions in `declined` (mask) are not answered. */
static inline void open_desk(desk *d, uint32_t lanes, uint32_t declined) {
  baud_error error = {0};
  assert_int_equal(blocks_open(&d->live, table, BLOCKS, lanes, &error), 0);
  assert_int_equal(blocks_clone(&d->initial, &d->live, &error), 0);
  assert_int_equal(blocks_shadow(&d->shadow, &d->live, &error), 0);
  assert_int_equal(answers_open(&d->answers, &obs_field, 1, &action_field, rewards, REWARDS, lanes, &error), 0);
  for (uint32_t k = 0; k < ANSWERS; k++) d->answers.question[k].form = declined >> k & 1u ? 0 : BAUD_FORM_CATEGORICAL;
  assert_int_equal(answers_agree(&d->answers, &error), 0);
  d->learner = (quiz_learner){.ops = &learner_ops, .live = &d->live, .initial = &d->initial, .shadow = &d->shadow,
                              .answers = &d->answers,
                              .subscribed = BAUD_MASK(BAUD_CH_OBSERVATION) | BAUD_MASK(BAUD_CH_REWARD)};
  if (quiz_open(&d->quiz, &extension, NULL, NULL, &env, &d->answers, &error) != 0) fail_msg("%s", error.text);
}
static inline void close_desk(desk *d) {
  quiz_close(d->quiz);
  answers_close(&d->answers);
  blocks_close(&d->live);
  blocks_close(&d->initial);
  blocks_close(&d->shadow);
}

static inline float *says(desk *d, uint32_t which, uint32_t context, uint32_t action) {
  return ((paper *)d->live.at[PAPER])->says[which][context][action];
}
static inline void say(desk *d, uint32_t which, uint32_t context, uint32_t action, const double *q) {
  for (uint32_t i = 0; i < width_of[which]; i++) says(d, which, context, action)[i] = (float)q[i];
}
static inline void say_all_uniform(desk *d) {
  for (uint32_t which = 0; which < ANSWERS; which++)
    for (uint32_t c = 0; c < CONTEXTS; c++)
      for (uint32_t a = 0; a < ACTIONS; a++)
        for (uint32_t i = 0; i < width_of[which]; i++) says(d, which, c, a)[i] = 1.0f / (float)width_of[which];
}

static inline quiz_result ask_desk(desk *d, enum quiz_memory memory) {
  quiz_result result;
  baud_error error = {0};
  n_asked = 0;
  if (quiz_ask(d->quiz, &d->learner, memory, &result, &error) != 0) fail_msg("%s", error.text);
  return result;
}

static inline double floored(double q, uint32_t n) { return (1.0 - 0x1p-16) * q + 0x1p-16 / n; }

#define THIRD (1.0 / 3)
#define FACT_OF_ACTION(context, ...) \
  {BAUD_ITEM_FACT, BAUD_ASK_ACTION, BAUD_CH_REWARD, BAUD_SCORE_SET, ACTIONS, context, 0, 0, __VA_ARGS__, 0, 0}
static const uint32_t lane_counts[] = {1, 2, 5};
enum { LANE_COUNTS = 3 };

#endif
