/* recall.c - facts stream past, and are asked for: associative recall in a stream of tokens.
 *
 * An episode is a sequence of tokens, one of which is observed at a time. First `shown` facts in an order drawn at
 * random, each a key and its value, with `filler` tokens behind them: dots, or with probability `noise` one of `noises`
 * tokens that mean nothing. Then `questions` times: a question mark and a key, each key as likely; the action at that
 * key is the answer, worth 1 if it is the key's value. Behind it the stream may hold the answer that was given
 * (`echo`), and what to think of it: nothing, a verdict, or the right value (`feedback`). All other actions are
 * ignored. World: each key's value, uniform and independent: H(theta) = keys * log2 values. A fact shown brings log2
 * values bits with the observation, once; so does the right value after an answer; a verdict or a reward tells whether
 * it was the answer. Order, questions and noise are chance, and one's own answers in the stream are known to oneself:
 * their bits are surprise at most, never offered. Values are the same all life long, so that they may be kept in
 * weights, or in a context for a while; a new lifetime brings new ones.
 */
#include "baud/plugin.h"
#include "baud/random.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { RECALL_MOST_KEYS = 256, RECALL_MOST_VALUES = 256 };
enum { RECALL_DOT, RECALL_ASK, RECALL_RIGHT, RECALL_WRONG, RECALL_KEYS }; /* tokens: then keys, values, noises */
enum { RECALL_FEEDBACK_NONE, RECALL_FEEDBACK_VERDICT, RECALL_FEEDBACK_VALUE, RECALL_FEEDBACKS };

/* ---- Parameters ---------------------------------------------------------------------------------------- */

static const char *const recall_feedbacks[RECALL_FEEDBACKS] = {"none", "verdict", "value"};

enum {
  RECALL_P_KEYS,
  RECALL_P_VALUES,
  RECALL_P_SHOWN,
  RECALL_P_FILLER,
  RECALL_P_QUESTIONS,
  RECALL_P_NOISE,
  RECALL_P_NOISES,
  RECALL_P_ECHO,
  RECALL_P_FEEDBACK,
  RECALL_PARAMS
};
static const baud_param recall_params[RECALL_PARAMS] = {
    BAUD_PARAM_INT("keys", 8, 1, RECALL_MOST_KEYS, "", "number of facts that there are"),
    BAUD_PARAM_INT("values", 8, 2, RECALL_MOST_VALUES, "", "number of values that a key can have"),
    BAUD_PARAM_INT("shown", 8, 0, RECALL_MOST_KEYS, "", "facts shown in an episode, at most all of them"),
    BAUD_PARAM_INT("filler", 1, 0, 100000, "tokens", "behind each fact"),
    BAUD_PARAM_INT("questions", 4, 1, 10000, "", "questions at the end of an episode"),
    BAUD_PARAM_FLOAT("noise", 0.0, 0.0, 1.0, "", "probability that a filler token is noise instead of a dot"),
    BAUD_PARAM_INT("noises", 8, 1, 1024, "", "number of noise tokens"),
    BAUD_PARAM_FLAG("echo", 1, "the answer that was given follows in the stream"),
    BAUD_PARAM_CHOICE("feedback", RECALL_FEEDBACK_NONE, recall_feedbacks, RECALL_FEEDBACKS,
                      "what follows the answer: none; verdict, a token for right or wrong; value, the right one"),
};

/* ---- Model, world, lane --------------------------------------------------------------------------------- */

enum { RECALL_REWARD, RECALL_SUCCESS, RECALL_FACTS };
static const baud_fact recall_facts[RECALL_FACTS] = {
    {BAUD_SIZE(baud_fact), BAUD_FACT_REWARD, "reward", "", "1 for the right answer to a question, else 0"},
    {BAUD_SIZE(baud_fact), BAUD_FACT_OUTCOME | BAUD_FACT_AT_END, "success", "",
     "1 when all answers were right, else 0"},
};

typedef struct recall {
  uint32_t keys, values, shown, filler, questions, noises, echo, feedback;
  uint32_t tokens;                               /* in all */
  uint32_t fact_length, question_length, length; /* of a fact with its filler, of a question, of an episode */
  double noise;
  baud_field obs, action;
} recall;

/* A world is value[keys], u16, 0 .. values-1. */
static uint32_t recall_value(const void *world, uint32_t key) { return ((const uint16_t *)world)[key]; }

static uint32_t recall_key_token(uint32_t key) { return RECALL_KEYS + key; }
static uint32_t recall_value_token(const recall *m, uint32_t value) { return RECALL_KEYS + m->keys + value; }
/* The value that a token stands for; `values` for one that stands for none. */
static uint32_t recall_value_of(const recall *m, uint32_t token) {
  uint32_t first = recall_value_token(m, 0);
  return token >= first && token < first + m->values ? token - first : m->values;
}

/* A lane is this and then order[keys], u16, the keys as they are shown. */
typedef struct recall_lane {
  uint64_t random;
  uint32_t at, token;   /* the position in the episode, and what stands there */
  uint32_t key, answer; /* of the present fact or question; the token that was its answer */
  uint32_t right, pad;  /* answers so far that were right */
} recall_lane;

static recall_lane *recall_at(const baud_batch *batch, uint32_t k) {
  return (recall_lane *)(void *)(batch->lane + k * batch->lane_stride);
}
static uint16_t *recall_order(recall_lane *lane) { return (uint16_t *)(void *)(lane + 1); }
static const void *recall_world(const baud_batch *batch, uint32_t k) { return batch->world + k * batch->world_stride; }

/* What stands at a position: the same in every episode. */
enum {
  RECALL_IS_KEY,
  RECALL_IS_VALUE,
  RECALL_IS_FILLER,
  RECALL_IS_ASK,
  RECALL_IS_QUESTION,
  RECALL_IS_ECHO,
  RECALL_IS_FEEDBACK,
  RECALL_IS_END
};
static int recall_role(const recall *m, uint32_t at) {
  uint32_t facts = m->shown * m->fact_length;
  if (at < facts) {
    uint32_t in = at % m->fact_length;
    return in == 0 ? RECALL_IS_KEY : in == 1 ? RECALL_IS_VALUE : RECALL_IS_FILLER;
  }
  if (at >= m->length) return RECALL_IS_END;
  uint32_t in = (at - facts) % m->question_length;
  return in == 0              ? RECALL_IS_ASK
         : in == 1            ? RECALL_IS_QUESTION
         : in == 2 && m->echo ? RECALL_IS_ECHO
                              : RECALL_IS_FEEDBACK;
}

/* ---- Create, draw --------------------------------------------------------------------------------------- */

static int32_t recall_create(const baud_host *host, const baud_value *values, baud_env_spec *spec, void **model) {
  if (values[RECALL_P_SHOWN].i > values[RECALL_P_KEYS].i)
    return host->fail(host, BAUD_EARG, "recall: more facts are shown than there are keys: lower shown or raise keys");
  recall *m = calloc(1, sizeof *m);
  if (m == NULL) return host->fail(host, BAUD_ENOMEM, "recall: no memory for the model");
  m->keys = (uint32_t)values[RECALL_P_KEYS].i;
  m->values = (uint32_t)values[RECALL_P_VALUES].i;
  m->shown = (uint32_t)values[RECALL_P_SHOWN].i;
  m->filler = (uint32_t)values[RECALL_P_FILLER].i;
  m->questions = (uint32_t)values[RECALL_P_QUESTIONS].i;
  m->noise = values[RECALL_P_NOISE].f;
  m->noises = (uint32_t)values[RECALL_P_NOISES].i;
  m->echo = (uint32_t)values[RECALL_P_ECHO].i;
  m->feedback = (uint32_t)values[RECALL_P_FEEDBACK].i;
  m->tokens = RECALL_KEYS + m->keys + m->values + m->noises;
  m->fact_length = 2 + m->filler;
  m->question_length = 2 + m->echo + (m->feedback != RECALL_FEEDBACK_NONE);
  m->length = m->shown * m->fact_length + m->questions * m->question_length;
  m->obs = (baud_field)BAUD_DISCRETE_FIELD("token", m->tokens, "0 . 1 ? 2 right 3 wrong, then keys, values, noises");
  m->action = (baud_field)BAUD_DISCRETE_FIELD("token", m->tokens, "counts at the key of a question");
  spec->n_obs = 1;
  spec->n_facts = RECALL_FACTS;
  spec->max_steps = m->length;
  spec->obs = &m->obs;
  spec->action = &m->action;
  spec->facts = recall_facts;
  spec->lane_bytes = sizeof(recall_lane) + (m->keys * sizeof(uint16_t) + 7) / 8 * 8;
  spec->world_bytes = m->keys * sizeof(uint16_t);
  spec->entropy_bits = m->keys * log2((double)m->values);
  *model = m;
  return BAUD_OK;
}

static int32_t recall_draw(const void *model, uint64_t seed, void *world) {
  const recall *m = model;
  uint64_t random = seed;
  for (uint32_t k = 0; k < m->keys; k++) ((uint16_t *)world)[k] = (uint16_t)baud_below(&random, m->values);
  return BAUD_OK;
}

/* ---- Reset and step ------------------------------------------------------------------------------------- */

static uint32_t recall_filler(const recall *m, recall_lane *lane) {
  if (!baud_bernoulli(&lane->random, m->noise)) return RECALL_DOT;
  return recall_value_token(m, m->values) + baud_below(&lane->random, m->noises);
}

/* The next fact's key: one of those that have not been shown, swapped to its place in the order. */
static uint32_t recall_next_key(const recall *m, recall_lane *lane) {
  uint32_t fact = lane->at / m->fact_length, other = fact + baud_below(&lane->random, m->keys - fact);
  uint16_t *order = recall_order(lane), key = order[other];
  order[other] = order[fact];
  return order[fact] = key;
}

/* The token at lane->at. */
static uint32_t recall_token(const recall *m, recall_lane *lane, const void *world) {
  uint32_t value = recall_value_token(m, recall_value(world, lane->key));
  switch (recall_role(m, lane->at)) {
  case RECALL_IS_KEY:
    return recall_key_token(lane->key = recall_next_key(m, lane));
  case RECALL_IS_VALUE:
    return value;
  case RECALL_IS_FILLER:
    return recall_filler(m, lane);
  case RECALL_IS_ASK:
    return RECALL_ASK;
  case RECALL_IS_QUESTION:
    return recall_key_token(lane->key = baud_below(&lane->random, m->keys));
  case RECALL_IS_ECHO:
    return lane->answer;
  case RECALL_IS_FEEDBACK:
    return m->feedback == RECALL_FEEDBACK_VALUE ? value : lane->answer == value ? RECALL_RIGHT : RECALL_WRONG;
  default:
    return RECALL_DOT;
  }
}

static int32_t recall_reset(const void *model, const baud_batch *batch) {
  const recall *m = model;
  for (uint32_t i = 0; i < batch->n_pick; i++) {
    uint32_t k = batch->pick[i];
    recall_lane *lane = recall_at(batch, k);
    *lane = (recall_lane){.random = batch->seed[i]};
    for (uint32_t key = 0; key < m->keys; key++) recall_order(lane)[key] = (uint16_t)key;
    lane->token = recall_token(m, lane, recall_world(batch, k));
    ((int32_t *)batch->obs[0])[k] = (int32_t)lane->token;
  }
  return BAUD_OK;
}

static int32_t recall_step(const void *model, const baud_batch *batch) {
  const recall *m = model;
  const int32_t *action = batch->action;
  for (uint32_t k = 0; k < batch->lanes; k++) {
    recall_lane *lane = recall_at(batch, k);
    const void *world = recall_world(batch, k);
    if ((uint32_t)action[k] >= m->tokens) return BAUD_EARG;
    int is_question = recall_role(m, lane->at) == RECALL_IS_QUESTION;
    if (is_question) lane->answer = (uint32_t)action[k];
    uint32_t is_right = is_question && lane->answer == recall_value_token(m, recall_value(world, lane->key));
    lane->right += is_right;
    lane->at += lane->at < m->length; /* who goes on after the end stays there */
    lane->token = recall_token(m, lane, world);
    int is_over = lane->at == m->length;
    batch->facts[RECALL_REWARD][k] = (float)is_right;
    batch->facts[RECALL_SUCCESS][k] = is_over && lane->right == m->questions ? 1.0f : 0.0f;
    batch->flags[k] = is_over ? BAUD_TERMINATED : 0;
    ((int32_t *)batch->obs[0])[k] = (int32_t)lane->token;
  }
  return BAUD_OK;
}

static const baud_env_ops recall_ops = {
    BAUD_SIZE(baud_env_ops), 0, recall_create, free, recall_draw, recall_reset, recall_step};

/* ---- Demonstration -------------------------------------------------------------------------------------- */

/* The answer, at a question; elsewhere there is nothing to show. */
static int32_t recall_optimal(const void *model, const baud_batch *batch, uint8_t *optimal) {
  const recall *m = model;
  memset(optimal, 0, (size_t)batch->lanes * m->tokens);
  for (uint32_t k = 0; k < batch->lanes; k++) {
    const recall_lane *lane = recall_at(batch, k);
    uint32_t value = recall_value(recall_world(batch, k), lane->key);
    if (recall_role(m, lane->at) == RECALL_IS_QUESTION)
      optimal[(size_t)k * m->tokens + recall_value_token(m, value)] = 1;
  }
  return BAUD_OK;
}

static const baud_demonstrate recall_demonstrate = {BAUD_SIZE(baud_demonstrate), 0, recall_optimal};

/* ---- The ideal observer ---------------------------------------------------------------------------------- */

/* Its state is belief[keys][values], the posterior of each key's value, independent of each other; then for each lane
 * where it is in its episode and what the present question is. What stands where is known, so a token says what it is
 * by its position. Who does not see the tokens does not know what is asked. */
typedef struct recall_place {
  uint32_t at, key, answer, pad;
} recall_place;

static double *recall_belief(const recall *m, const void *state, uint32_t key) {
  return (double *)(uintptr_t)state + (size_t)key * m->values;
}
static recall_place *recall_places(const recall *m, const void *state) {
  return (recall_place *)(void *)recall_belief(m, state, m->keys);
}

static double recall_bits(double p) { return p < 1.0 ? -log2(p) : 0.0; }

static uint64_t recall_state_bytes(const void *model, uint32_t lanes) {
  const recall *m = model;
  return (uint64_t)m->keys * m->values * sizeof(double) + lanes * sizeof(recall_place);
}

static int32_t recall_open(const void *model, void *state, uint32_t lanes) {
  const recall *m = model;
  double *belief = state;
  for (uint32_t i = 0; i < m->keys * m->values; i++) belief[i] = 1.0 / m->values;
  memset(recall_places(m, state), 0, lanes * sizeof(recall_place));
  return BAUD_OK;
}

static int32_t recall_alphabet(const void *model, uint32_t fact, double *values, uint32_t max) {
  (void)model;
  if (fact >= RECALL_FACTS) return BAUD_EARG;
  for (uint32_t x = 0; x < 2 && x < max; x++) values[x] = (double)x;
  return 2;
}

/* Success tells of all answers at once, but where there is one and it is the last thing that happens. What comes late
 * comes without its place in the stream. */
static int32_t recall_supports(const void *model, uint32_t channels, uint32_t fact, uint32_t needs) {
  const recall *m = model;
  int is_reward = fact == RECALL_REWARD || (fact == RECALL_SUCCESS && m->questions == 1 && m->question_length == 2);
  return (channels & BAUD_MASK(BAUD_CH_OBSERVATION)) && is_reward && !(needs & BAUD_SEES_LATE);
}

/* What a moment tells of one key's value: P(it | the value is `value`) is `hit`, P(it | it is another) is `miss`; and
 * bits that are chance whatever the world. Told of nothing: hit and miss are 1. */
typedef struct recall_news {
  uint32_t key, value;
  double hit, miss, chance;
} recall_news;

static recall_news recall_no_news(double chance) { return (recall_news){0, 0, 1.0, 1.0, chance}; }
static recall_news recall_impossible(void) { return recall_no_news(INFINITY); }

/* That the key has this value, by a token that says so. */
static recall_news recall_told(const recall *m, uint32_t key, uint32_t token) {
  uint32_t value = recall_value_of(m, token);
  return value < m->values ? (recall_news){key, value, 1.0, 0.0, 0.0} : recall_impossible();
}

/* That an answer was right or wrong, with these probabilities. */
static recall_news recall_judged(const recall *m, uint32_t key, uint32_t answer, double if_right, double if_wrong) {
  uint32_t value = recall_value_of(m, answer);
  return value < m->values ? (recall_news){key, value, if_right, if_wrong, 0.0} : recall_no_news(recall_bits(if_wrong));
}

static double recall_filler_bits(const recall *m, uint32_t token) {
  uint32_t first = recall_value_token(m, m->values);
  return recall_bits(token == RECALL_DOT ? 1.0 - m->noise : token >= first ? m->noise / m->noises : 0.0);
}

/* What the token at position `at` tells, that follows `before`. */
static recall_news recall_of_token(const recall *m, uint32_t at, const recall_place *place, uint32_t before,
                                   uint32_t token) {
  switch (recall_role(m, at)) {
  case RECALL_IS_KEY:
    return recall_no_news(log2((double)(m->keys - at / m->fact_length)));
  case RECALL_IS_VALUE:
    return recall_told(m, before - RECALL_KEYS, token);
  case RECALL_IS_FILLER:
    return recall_no_news(recall_filler_bits(m, token));
  case RECALL_IS_QUESTION:
    return recall_no_news(log2((double)m->keys));
  case RECALL_IS_ECHO:
    return token == place->answer ? recall_no_news(0.0) : recall_impossible();
  case RECALL_IS_FEEDBACK:
    if (m->feedback == RECALL_FEEDBACK_VALUE) return recall_told(m, place->key, token);
    return recall_judged(m, place->key, place->answer, token == RECALL_RIGHT, token == RECALL_WRONG);
  default:
    return recall_no_news(0.0);
  }
}

static double recall_noise_bits(const recall_news *news, const void *world) {
  return news->chance + recall_bits(recall_value(world, news->key) == news->value ? news->hit : news->miss);
}

/* Bayes' rule for one key; the bits, from 1 - p where nearly certain, for p itself would be rounded. */
static double recall_weigh(const recall *m, void *state, const recall_news *news) {
  double *belief = recall_belief(m, state, news->key), own = belief[news->value], others = 0.0;
  if (news->hit == news->miss) return news->chance + recall_bits(news->hit);
  for (uint32_t v = 0; v < m->values; v++) others += v == news->value ? 0.0 : belief[v];
  double yes = news->hit * own + news->miss * others, no = (1.0 - news->hit) * own + (1.0 - news->miss) * others;
  if (!(yes > 0.0)) return INFINITY;
  for (uint32_t v = 0; v < m->values; v++) belief[v] *= (v == news->value ? news->hit : news->miss) / yes;
  return news->chance + (yes < no ? -log2(yes / (yes + no)) : -log1p(-no / (yes + no)) * 1.44269504088896340736);
}

/* The lane's place after the moment, and what its token and its reward tell. A negative code for what cannot be read.
 */
typedef struct recall_moment {
  recall_place place;
  recall_news token, reward;
} recall_moment;

static int32_t recall_read(const recall *m, const void *state, const baud_evidence *e, recall_moment *moment) {
  recall_place *place = &moment->place;
  *place = recall_places(m, state)[e->lane];
  moment->token = moment->reward = recall_no_news(0.0);
  if (e->kind == BAUD_EV_START) {
    *place = (recall_place){0};
    if (e->sees_observation) moment->token = recall_of_token(m, 0, place, 0, *(const uint32_t *)e->obs[0]);
    return BAUD_OK;
  }
  uint32_t before = *(const uint32_t *)e->obs_before[0], action = *(const uint32_t *)e->action;
  if (before >= m->tokens || action >= m->tokens) return BAUD_EARG;
  int is_question = recall_role(m, place->at) == RECALL_IS_QUESTION;
  if (is_question) *place = (recall_place){place->at, before - RECALL_KEYS, action, 0};
  if (is_question && place->key >= m->keys) return BAUD_EARG;
  if (e->kind == BAUD_EV_DEMONSTRATION) {
    double miss = (1.0 - e->competence) / (m->tokens - 1.0);
    if (is_question) moment->token = recall_judged(m, place->key, action, e->competence, miss);
    return BAUD_OK;
  }
  if (e->kind != BAUD_EV_STEP || !e->sees_observation) return BAUD_EUNSUP;
  if (e->sees_reward && (e->fact >= RECALL_FACTS || e->weight == NULL || e->n_weight != 2)) return BAUD_EARG;
  place->at++;
  moment->token = recall_of_token(m, place->at, place, before, *(const uint32_t *)e->obs[0]);
  if (e->sees_reward)
    moment->reward = is_question ? recall_judged(m, place->key, action, e->weight[1], e->weight[0])
                                 : recall_no_news(recall_bits(e->weight[0]));
  return BAUD_OK;
}

static int32_t recall_noise(const void *model, const void *world, const void *state, const baud_evidence *e,
                            double bits[BAUD_CHANNELS]) {
  recall_moment moment;
  bits[BAUD_CH_OBSERVATION] = bits[BAUD_CH_REWARD] = bits[BAUD_CH_DEMONSTRATION] = 0.0;
  int32_t status = recall_read(model, state, e, &moment);
  if (status != BAUD_OK) return status;
  uint32_t channel = e->kind == BAUD_EV_DEMONSTRATION ? BAUD_CH_DEMONSTRATION : BAUD_CH_OBSERVATION;
  bits[channel] = recall_noise_bits(&moment.token, world);
  bits[BAUD_CH_REWARD] = recall_noise_bits(&moment.reward, world);
  return BAUD_OK;
}

static int32_t recall_surprise(const void *model, void *state, const baud_evidence *e, double bits[BAUD_CHANNELS]) {
  const recall *m = model;
  recall_moment moment;
  bits[BAUD_CH_OBSERVATION] = bits[BAUD_CH_REWARD] = bits[BAUD_CH_DEMONSTRATION] = 0.0;
  int32_t status = recall_read(m, state, e, &moment);
  if (status != BAUD_OK) return status;
  uint32_t channel = e->kind == BAUD_EV_DEMONSTRATION ? BAUD_CH_DEMONSTRATION : BAUD_CH_OBSERVATION;
  bits[channel] = recall_weigh(m, state, &moment.token);
  bits[BAUD_CH_REWARD] = recall_weigh(m, state, &moment.reward);
  recall_places(m, state)[e->lane] = moment.place;
  return BAUD_OK;
}

/* As at the first tick of an episode: at a key its value's posterior, which is what comes next, and the answer when it
 * is asked for. Elsewhere nothing is known, and all actions are as good. */
static int32_t recall_answer(const void *model, const void *state, const baud_query *query, double *probability) {
  const recall *m = model;
  uint32_t token = *(const uint32_t *)query->obs[0];
  int is_key = token >= RECALL_KEYS && token < RECALL_KEYS + m->keys;
  int is_known = query->target == BAUD_ASK_ACTION || (query->target == BAUD_ASK_OBSERVATION && query->field == 0);
  if (query->n_answers != m->tokens || !is_known) return BAUD_EUNSUP;
  for (uint32_t x = 0; x < m->tokens; x++) {
    uint32_t value = recall_value_of(m, x);
    if (!is_key) probability[x] = 1.0 / m->tokens;
    else probability[x] = value < m->values ? recall_belief(m, state, token - RECALL_KEYS)[value] : 0.0;
  }
  return BAUD_OK;
}

static const baud_observer recall_observer = {BAUD_SIZE(baud_observer),
                                              0,
                                              recall_state_bytes,
                                              recall_alphabet,
                                              recall_supports,
                                              recall_open,
                                              recall_noise,
                                              recall_surprise,
                                              recall_answer,
                                              NULL};

/* ---- Quiz ------------------------------------------------------------------------------------------------ */

/* For each key a fact, what follows it in the stream, and a decision, what to answer when it is asked for: there a
 * question mark is read first. Where nothing is shown the decisions are the facts. */
static int32_t recall_count(const void *model, uint32_t *n_items, uint32_t *max_answers, uint32_t *independence) {
  const recall *m = model;
  *n_items = m->shown > 0 ? 2 * m->keys : m->keys;
  *max_answers = m->tokens;
  *independence = BAUD_FACTS_INDEPENDENT | BAUD_DECISIONS_INDEPENDENT;
  return BAUD_OK;
}

static int32_t recall_item(const void *model, const void *world, uint32_t index, baud_item *item) {
  const recall *m = model;
  uint32_t key = index % m->keys, is_decision = m->shown == 0 || index >= m->keys;
  if (index >= (m->shown > 0 ? 2 * m->keys : m->keys)) return BAUD_EARG;
  *(int32_t *)item->obs[0] = (int32_t)recall_key_token(key);
  item->kinds = !is_decision ? BAUD_ITEM_FACT : m->shown > 0 ? BAUD_ITEM_DECISION : BAUD_ITEM_FACT | BAUD_ITEM_DECISION;
  item->target = is_decision ? BAUD_ASK_ACTION : BAUD_ASK_OBSERVATION;
  item->field = 0;
  item->channel = m->shown > 0 || m->feedback != RECALL_FEEDBACK_NONE ? BAUD_CH_OBSERVATION : BAUD_CH_REWARD;
  item->group = key;
  item->score = BAUD_SCORE_SET;
  item->n_answers = m->tokens;
  item->action_given = !is_decision;
  if (!is_decision) *(int32_t *)item->action = RECALL_DOT;
  item->n_prefix = is_decision;
  if (is_decision) ((int32_t *)item->prefix_obs[0])[0] = RECALL_ASK;
  for (uint32_t x = 0; x < m->tokens; x++) {
    uint32_t value = recall_value_of(m, x);
    item->truth[x] = value == recall_value(world, key);
    item->prior[x] = value < m->values ? 1.0 / m->values : 0.0;
  }
  return BAUD_OK;
}

static const baud_quiz recall_quiz = {BAUD_SIZE(baud_quiz), 1, recall_count, recall_item};

/* ---- Picture --------------------------------------------------------------------------------------------- */

enum { RECALL_WIDTH = 32, RECALL_HEIGHT = 2 };

static int32_t recall_extent(const void *model, uint32_t *width, uint32_t *height) {
  (void)model;
  *width = RECALL_WIDTH;
  *height = RECALL_HEIGHT;
  return BAUD_OK;
}

/* A token as people write it: . ? + - k7 v3 n0 */
static void recall_name(const recall *m, uint32_t token, char name[12]) {
  static const char signs[RECALL_KEYS] = {'.', '?', '+', '-'};
  uint32_t key = token - RECALL_KEYS, value = key - m->keys;
  if (token < RECALL_KEYS) (void)snprintf(name, 12, "%c", signs[token]);
  else if (key < m->keys) (void)snprintf(name, 12, "k%u", key);
  else if (value < m->values) (void)snprintf(name, 12, "v%u", value);
  else (void)snprintf(name, 12, "n%u", value - m->values);
}

static int32_t recall_picture(const void *model, const void *world, const void *lane, char *cells) {
  const recall *m = model;
  const recall_lane *at = lane;
  char line[RECALL_HEIGHT][RECALL_WIDTH + 1], name[12];
  (void)world;
  recall_name(m, at->token, name);
  (void)snprintf(line[0], sizeof line[0], "token %u of %u: %s", at->at, m->length, name);
  (void)snprintf(line[1], sizeof line[1], "right %u of %u", at->right, m->questions);
  memset(cells, ' ', RECALL_WIDTH * RECALL_HEIGHT);
  for (uint32_t row = 0; row < RECALL_HEIGHT; row++) memcpy(cells + row * RECALL_WIDTH, line[row], strlen(line[row]));
  return BAUD_OK;
}

static const baud_draw recall_drawing = {BAUD_SIZE(baud_draw), 0, recall_extent, recall_picture};

/* ---- Tables ---------------------------------------------------------------------------------------------- */

static const void *recall_extension(const char *id) {
  static const struct {
    const char *id;
    const void *table;
  } known[] = {{"baud.observer/1", &recall_observer},
               {"baud.quiz/1", &recall_quiz},
               {"baud.demonstrate/1", &recall_demonstrate},
               {"baud.draw/1", &recall_drawing}};
  for (size_t i = 0; i < sizeof known / sizeof *known; i++)
    if (strcmp(id, known[i].id) == 0) return known[i].table;
  return NULL;
}

static const baud_unit recall_units[] = {{
    .size = BAUD_SIZE(baud_unit),
    .role = BAUD_ENV,
    .behaviour = 1,
    .state_version = 1,
    .id = "baud.recall",
    .title = "facts in a stream of tokens, asked for later",
    .doc =
        "Keys with their values stream past, with filler and noise between, then keys are asked for; own answers and "
        "verdicts may follow in the stream. Values last for a lifetime, keys * log2 values bits in all: a fact shown "
        "brings log2 values of them, an answer's reward h(1/(V-k)) when k values are ruled out.",
    .params = recall_params,
    .n_params = RECALL_PARAMS,
    .ops = &recall_ops,
    .extension = recall_extension,
}};

const baud_library baud_plugin_1 = {
    .size = BAUD_SIZE(baud_library),
    .built_minor = BAUD_MINOR,
    .needs_minor = 0,
    .layout = BAUD_LAYOUT,
    .vendor = "baud",
    .version = "1.0",
    .license = "MIT",
    .units = recall_units,
    .n_units = 1,
};
