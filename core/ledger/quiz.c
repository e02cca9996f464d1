/* quiz.c - see quiz.h. Items are grouped into batches of as many as the learner has lanes; within a batch all have
 * their action given, or none has.
 */
#include "ledger/quiz.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "ledger/item.h"
#include "ledger/prefix.h"

/* What of an item's score does not depend on the learner. */
typedef struct groundwork {
  uint32_t n_possible, n_right;
  uint32_t *possible; /* [n_possible]: the answers with a prior above 0, ascending */
  uint32_t *right;    /* [n_right]: those with a truth above 0 */
  double baseline;    /* SET: log2 of the prior of the right answers; MEAN: mean of the log2 prior under the truth */
  uint32_t question;  /* which of the host's it is; QUESTIONS_MOST: one that the learner does not answer as a distribution */
} groundwork;

struct quiz {
  const baud_env_spec *env;
  uint32_t n, max_answers, independence, lanes, n_batches;
  size_t most_batches;
  baud_item *item;      /* [n]; truth and prior point into `numbers` */
  double *numbers;      /* [n][2][max_answers] */
  groundwork *ground;   /* [n]; pointers into `indices` */
  uint32_t *indices;    /* [n][2][max_answers] */
  uint32_t *order;      /* [n_batches][lanes]: item indices; unused places repeat the first, marked in `is_filler` */
  uint8_t *is_filler;
  uint64_t *ask;        /* [n_batches]: what is asked of the learner */
  int is_restless;      /* the learner writes to its traces when it is asked: they are put back after each batch */
  uint32_t most_prefix;
  prefixes *prefixes;   /* null: no item has one */
  char **obs;           /* [n_batches][n_obs] -> [lanes][count] */
  char **action;        /* [n_batches] -> [lanes][count] */
  uint8_t *zeros, *ones; /* [lanes] */
  char *chosen;         /* [lanes] actions that the learner writes where none is given */
  const void **pointers; /* [n_obs] */
};

static size_t field_bytes(const baud_field *f) { return (f->dtype == BAUD_U8 ? 1u : 4u) * (size_t)f->count; }

/* ---- Preparing ---------------------------------------------------------------------------------------- */

/* Which question of the host's an item is, or QUESTIONS_MOST when the learner does not answer it as a distribution. */
static uint32_t question_of(const baud_item *item, const answers *a) {
  static const uint32_t by_target[] = {QUESTIONS_MOST, ANSWER_ACTION, ANSWER_OBSERVATION, ANSWER_REWARD, ANSWER_TERMINATED};
  uint32_t which = item->kinds && item->target <= BAUD_ASK_TERMINATED ? by_target[item->target] : QUESTIONS_MOST;
  if (which == ANSWER_OBSERVATION) which = answers_on_field(item->field);
  if (which >= a->n || a->question[which].form != BAUD_FORM_CATEGORICAL) return QUESTIONS_MOST;
  int fits = a->categories[which] == item->n_answers && a->question[which].width_categorical == item->n_answers;
  return fits ? which : QUESTIONS_MOST;
}

static void lay_ground(quiz *q, uint32_t index, const answers *agreed) {
  const baud_item *item = &q->item[index];
  groundwork *ground = &q->ground[index];
  double baseline = 0.0;
  *ground = (groundwork){.possible = q->indices + 2ul * index * q->max_answers, .question = question_of(item, agreed)};
  ground->right = ground->possible + q->max_answers;
  for (uint32_t i = 0; item->kinds && i < item->n_answers; i++) {
    if (item->prior[i] > 0.0) ground->possible[ground->n_possible++] = i;
    if (item->truth[i] > 0.0) {
      ground->right[ground->n_right++] = i;
      baseline += item->score == BAUD_SCORE_SET ? item->prior[i] : item->truth[i] * log2(item->prior[i]);
    }
  }
  ground->baseline = item->kinds && item->score == BAUD_SCORE_SET ? log2(baseline < 1.0 ? baseline : 1.0) : baseline;
}

/* Item `index` written into place `lane` of a batch. */
static int fetch_item(quiz *q, const baud_quiz *extension, const void *model, const void *world, uint32_t index, uint32_t batch,
                      uint32_t lane, const answers *agreed, baud_error *error) {
  baud_item *item = &q->item[index];
  void *obs[64] = {0};
  for (uint32_t f = 0; f < q->env->n_obs && f < 64; f++) obs[f] = q->obs[(size_t)batch * q->env->n_obs + f] + lane * field_bytes(&q->env->obs[f]);
  *item = (baud_item){.size = BAUD_SIZE(baud_item), .truth = q->numbers + 2ul * index * q->max_answers, .obs = obs,
                      .prior = q->numbers + (2ul * index + 1) * q->max_answers, .action = q->action[batch] + lane * field_bytes(q->env->action)};
  memset(item->truth, 0, 2ul * q->max_answers * sizeof *item->truth);
  prefixes_lend(q->prefixes, index, item);
  if (extension->item(model, world, index, item) != BAUD_OK) return error_set(error, BAUD_EPLUGIN, "quiz item %u could not be made", index);
  const item_rules rules = {.env = q->env, .n_items = q->n, .max_answers = q->max_answers, .most_prefix = q->most_prefix};
  int code = item_check(&rules, item, index, error);
  item->obs = item->prefix_obs = NULL;
  item->action = item->prefix_action = NULL;
  if (code == 0) lay_ground(q, index, agreed);
  return code;
}

static int allocate(quiz *q) {
  size_t fields = q->env->n_obs;
  q->item = calloc(q->n, sizeof *q->item);
  q->numbers = calloc(2ul * q->n * q->max_answers, sizeof *q->numbers);
  q->ground = calloc(q->n, sizeof *q->ground);
  q->indices = calloc(2ul * q->n * q->max_answers, sizeof *q->indices);
  q->n_batches = 0;
  q->most_batches = q->n + 2ul * (q->most_prefix + 1); /* at most one of each sort is not full */
  q->order = calloc((size_t)q->most_batches * q->lanes, sizeof *q->order);
  q->is_filler = calloc((size_t)q->most_batches * q->lanes, 1);
  q->ask = calloc(q->most_batches, sizeof *q->ask);
  q->obs = calloc(q->most_batches * (fields + 1), sizeof *q->obs);
  q->action = calloc(q->most_batches, sizeof *q->action);
  q->zeros = calloc(q->lanes, 1);
  q->ones = malloc(q->lanes);
  q->chosen = calloc(q->lanes, field_bytes(q->env->action));
  q->pointers = calloc(fields + 1, sizeof *q->pointers);
  if (!q->item || !q->numbers || !q->ground || !q->indices || !q->order || !q->is_filler || !q->ask || !q->obs || !q->action || !q->zeros ||
      !q->ones || !q->chosen || !q->pointers)
    return BAUD_ENOMEM;
  memset(q->ones, 1, q->lanes);
  return 0;
}

/* Zeroed room for [lanes] elements; what there is already is taken again. */
static int room(char **at, uint32_t lanes, size_t bytes) {
  if (*at) return memset(*at, 0, lanes * bytes), 0;
  return (*at = calloc(lanes, bytes)) ? 0 : BAUD_ENOMEM;
}

static int open_batch(quiz *q, uint32_t batch) {
  for (uint32_t f = 0; f < q->env->n_obs; f++)
    if (room(&q->obs[(size_t)batch * q->env->n_obs + f], q->lanes, field_bytes(&q->env->obs[f])) != 0) return BAUD_ENOMEM;
  return room(&q->action[batch], q->lanes, field_bytes(q->env->action));
}

/* The rest of a batch repeats its first place. */
static void fill_batch(quiz *q, uint32_t batch, uint32_t used) {
  for (uint32_t lane = used; lane < q->lanes; lane++) {
    q->order[(size_t)batch * q->lanes + lane] = q->order[(size_t)batch * q->lanes];
    q->is_filler[(size_t)batch * q->lanes + lane] = 1;
    for (uint32_t f = 0; f < q->env->n_obs; f++) {
      size_t bytes = field_bytes(&q->env->obs[f]);
      char *base = q->obs[(size_t)batch * q->env->n_obs + f];
      memcpy(base + lane * bytes, base, bytes);
    }
    size_t bytes = field_bytes(q->env->action);
    memcpy(q->action[batch] + lane * bytes, q->action[batch], bytes);
  }
}

/* What items of one batch have in common: the length of their prefix, and whether an action is given. */
static uint32_t sort_of(const baud_item *item) { return 2 * item->n_prefix + item->action_given; }

static int has_sort(const quiz *q, uint32_t sort) {
  for (uint32_t i = 0; i < q->n; i++)
    if (sort_of(&q->item[i]) == sort) return 1;
  return 0;
}

/* A pass for each sort that there is; the first, for sort 0, finds out about all. */
static int prepare(quiz *q, const baud_quiz *extension, const void *model, const void *world, const answers *agreed, baud_error *error) {
  for (uint32_t sort = 0; sort < 2 * (q->most_prefix + 1); sort++) {
    uint32_t used = q->lanes;
    if (sort > 0 && !has_sort(q, sort)) continue;
    for (uint32_t i = 0; i < q->n; i++) {
      if (sort > 0 && sort_of(&q->item[i]) != sort) continue;
      if (used == q->lanes) {
        if (open_batch(q, q->n_batches++) != 0) return error_set(error, BAUD_ENOMEM, "out of memory for the quiz");
        used = 0;
      }
      int code = fetch_item(q, extension, model, world, i, q->n_batches - 1, used, agreed, error);
      if (code != 0) return code;
      if (sort_of(&q->item[i]) == sort) q->order[(size_t)(q->n_batches - 1) * q->lanes + used++] = i;
    }
    if (used == 0) q->n_batches--; /* none of this sort came into the last one */
    else fill_batch(q, q->n_batches - 1, used);
  }
  return 0;
}

static void list_asks(quiz *q) {
  for (uint32_t place = 0; place < q->n_batches * q->lanes; place++) {
    uint32_t question = q->ground[q->order[place]].question;
    if (question < QUESTIONS_MOST) q->ask[place / q->lanes] |= UINT64_C(1) << question;
  }
}

int quiz_open(quiz **out, const baud_quiz *extension, const void *model, const void *world, const baud_env_spec *env,
              const answers *agreed, baud_error *error) {
  *out = NULL;
  if (!extension) return 0;
  quiz *q = calloc(1, sizeof *q);
  if (!q) return error_set(error, BAUD_ENOMEM, "out of memory");
  q->env = env;
  q->lanes = agreed->lanes;
  q->most_prefix = extension->most_prefix;
  if (extension->count(model, &q->n, &q->max_answers, &q->independence) != BAUD_OK || q->n == 0) return free(q), 0;
  *out = q;
  if (q->most_prefix > QUIZ_MOST_PREFIX)
    return error_set(error, BAUD_EPLUGIN, "prefixes of quiz items may be %u steps long, and %u is the most", q->most_prefix, QUIZ_MOST_PREFIX);
  if (allocate(q) != 0) return error_set(error, BAUD_ENOMEM, "out of memory for the quiz");
  int code = prefixes_open(&q->prefixes, env, q->n, q->most_prefix, q->lanes, error);
  if (code == 0) code = prepare(q, extension, model, world, agreed, error);
  if (code == 0) list_asks(q);
  return code;
}

int quiz_renew(quiz *q, const baud_quiz *extension, const void *model, const void *world, const answers *agreed, baud_error *error) {
  q->n_batches = 0;
  memset(q->order, 0, q->most_batches * q->lanes * sizeof *q->order);
  memset(q->is_filler, 0, q->most_batches * q->lanes);
  memset(q->ask, 0, q->most_batches * sizeof *q->ask);
  int code = prepare(q, extension, model, world, agreed, error);
  if (code == 0) list_asks(q);
  return code;
}

void quiz_close(quiz *q) {
  if (!q) return;
  for (size_t i = 0; q->obs && i < q->most_batches * q->env->n_obs; i++) free(q->obs[i]);
  for (size_t i = 0; q->action && i < q->most_batches; i++) free(q->action[i]);
  prefixes_close(q->prefixes);
  free(q->item);
  free(q->numbers);
  free(q->ground);
  free(q->indices);
  free(q->order);
  free(q->is_filler);
  free(q->ask);
  free(q->obs);
  free(q->action);
  free(q->zeros);
  free(q->ones);
  free(q->chosen);
  free(q->pointers);
  free(q);
}

/* ---- Asking ------------------------------------------------------------------------------------------- */

/* The item's alphabet is the answers with a prior above 0: what the learner gives the others says nothing about the
 * fact, so q is taken given that the answer is one of them. That set does not depend on the world. */
static int score_item(const baud_item *item, const groundwork *ground, const float *q, double *bits, baud_error *error) {
  double given = 0.0, right = 0.0, mean = 0.0, n = ground->n_possible;
  for (uint32_t k = 0; k < ground->n_possible; k++) given += (double)q[ground->possible[k]];
  for (uint32_t k = 0; k < ground->n_right; k++) {
    uint32_t i = ground->right[k];
    double floored = answers_floor(given > 0.0 ? (double)q[i] / given : 1.0 / n, ground->n_possible);
    if (item->score == BAUD_SCORE_MEAN) mean += item->truth[i] * log2(floored);
    else right += floored;
  }
  *bits = (item->score == BAUD_SCORE_MEAN ? mean : log2(right)) - ground->baseline;
  return answers_check(q, item->n_answers, "answer", error);
}

/* The shadow's memory and random states, or its traces, as the learner has them or as it began. */
static void restore(const quiz_learner *l, enum blocks_part part, enum quiz_memory memory) {
  blocks_copy_part(l->shadow, l->live, part);
  if (memory == QUIZ_MEMORY_WIPED) blocks_wipe(l->shadow, l->initial, part);
}

static int ask_batch(quiz *q, const quiz_learner *l, uint32_t batch, baud_error *error) {
  const uint32_t *order = q->order + (size_t)batch * q->lanes;
  uint32_t given = q->item[*order].action_given, n_prefix = q->item[*order].n_prefix;
  for (uint32_t f = 0; f < q->env->n_obs; f++) q->pointers[f] = q->obs[(size_t)batch * q->env->n_obs + f];
  baud_tick tick = {.size = BAUD_SIZE(baud_tick), .lanes = q->lanes, .mode = BAUD_EVAL, .action_given = given, .ask = q->ask[batch],
                    .obs = l->subscribed & BAUD_MASK(BAUD_CH_OBSERVATION) ? q->pointers : NULL,
                    .starts = n_prefix ? q->zeros : q->ones, .shown = q->zeros,
                    .action = given ? q->action[batch] : q->chosen, .answer = l->answers->written};
  tick.demonstration = l->subscribed & BAUD_MASK(BAUD_CH_DEMONSTRATION) ? q->chosen : NULL;
  int code = n_prefix ? prefixes_put(q->prefixes, l, order, n_prefix, (void *const *)(q->obs + (size_t)batch * q->env->n_obs), error) : 0;
  if (code != 0) return code;
  if (l->ops->predict(l->model, l->shadow->at, &tick) != BAUD_OK) return error_set(error, BAUD_EPLUGIN, "predict failed in the quiz");
  return 0;
}

static void book(const baud_item *item, double bits, quiz_result *result, uint32_t *decisions) {
  if (item->kinds & BAUD_ITEM_FACT) {
    result->known += bits;
    result->known_of[item->channel] += bits;
  }
  if (item->kinds & BAUD_ITEM_DECISION) {
    result->useful += bits;
    ++*decisions;
  }
}

static int score_batch(const quiz *q, const quiz_learner *l, uint32_t batch, quiz_result *result, uint32_t *decisions, baud_error *error) {
  for (size_t place = (size_t)batch * q->lanes, lane = 0; lane < q->lanes; place++, lane++) {
    const baud_item *item = &q->item[q->order[place]];
    const groundwork *ground = &q->ground[q->order[place]];
    double bits;
    if (q->is_filler[place] || ground->question == QUESTIONS_MOST) continue;
    int code = score_item(item, ground, l->answers->written[ground->question] + lane * item->n_answers, &bits, error);
    if (code != 0) return code;
    book(item, bits, result, decisions);
  }
  return 0;
}

static int ask_all(quiz *q, const quiz_learner *l, enum quiz_memory memory, quiz_result *result, baud_error *error) {
  uint32_t decisions = 0;
  int code = 0;
  memset(result, 0, sizeof *result);
  for (uint32_t batch = 0; batch < q->n_batches && code == 0; batch++) {
    if (q->ask[batch] == 0) continue;
    restore(l, BLOCKS_MOVING, memory);
    if (q->is_restless) restore(l, BLOCKS_RESTING, memory);
    code = ask_batch(q, l, batch, error);
    if (code == 0) code = score_batch(q, l, batch, result, &decisions, error);
  }
  if (!(q->independence & BAUD_DECISIONS_INDEPENDENT) && decisions > 0) result->useful /= decisions;
  return code;
}

int quiz_ask(quiz *q, const quiz_learner *l, enum quiz_memory memory, quiz_result *result, baud_error *error) {
  blocks_lend(l->shadow, l->live);
  restore(l, BLOCKS_RESTING, memory);
  uint64_t frozen = blocks_hash(l->live, BLOCKS_FROZEN), traces = blocks_hash(l->shadow, BLOCKS_RESTING);
  int code = ask_all(q, l, memory, result, error);
  if (!q->is_restless && blocks_hash(l->shadow, BLOCKS_RESTING) != traces) { /* an item may have seen what another left */
    q->is_restless = 1;
    return quiz_ask(q, l, memory, result, error);
  }
  if (code == 0 && blocks_hash(l->live, BLOCKS_FROZEN) != frozen)
    return error_set(error, BAUD_EPLUGIN, "writes weights or optimiser state in predict: it learns from questions");
  return code;
}

/* ---- Marks -------------------------------------------------------------------------------------------- */

static char mark_of(const quiz *q, uint32_t kind, uint32_t channels, uint32_t independence) {
  for (uint32_t i = 0; q && i < q->n; i++)
    if ((q->item[i].kinds & kind) && (channels >> q->item[i].channel & 1u) && q->ground[i].question < QUESTIONS_MOST)
      return q->independence & independence ? '>' : '~';
  return '-';
}

char quiz_mark_of_facts(const quiz *q) { return mark_of(q, BAUD_ITEM_FACT, ~0u, BAUD_FACTS_INDEPENDENT); }
char quiz_mark_of_channel(const quiz *q, uint32_t channel) {
  return mark_of(q, BAUD_ITEM_FACT, BAUD_MASK(channel), BAUD_FACTS_INDEPENDENT);
}
char quiz_mark_of_decisions(const quiz *q) { return mark_of(q, BAUD_ITEM_DECISION, ~0u, BAUD_DECISIONS_INDEPENDENT); }

uint32_t quiz_facts(const quiz *q) {
  uint32_t n = 0;
  for (uint32_t i = 0; q && i < q->n; i++) n += (q->item[i].kinds & BAUD_ITEM_FACT) != 0;
  return n;
}
