/* cheats.c - learners that break the rules, each in its own way, and a world with enough bits to catch them in.
 *
 * test.vault holds 40 fair binary digits that no channel ever tells of, so whoever knows one has cheated or boasts.
 * The leak is a static that environment and learner share, being in one library: just what the contract forbids.
 */
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "baud/tabular.h"

enum { DIGITS = 40 };
static uint8_t leaked[DIGITS];

/* ---- test.vault ---------------------------------------------------------------------------------------- */

static const baud_field vault_obs[] = {BAUD_DISCRETE_FIELD("digit", DIGITS, "the digit being asked for")};
static const baud_field vault_action = BAUD_DISCRETE_FIELD("guess", 2, "the digit guessed; nothing comes of it");
static const baud_fact vault_facts[] = {{BAUD_SIZE(baud_fact), BAUD_FACT_REWARD | BAUD_FACT_OUTCOME, "success", "", "always 0"}};

static int32_t vault_create(const baud_host *host, const baud_value *values, baud_env_spec *spec, void **model) {
  static char nothing;
  (void)host, (void)values;
  spec->n_obs = 1;
  spec->n_facts = 1;
  spec->max_steps = 1;
  spec->obs = vault_obs;
  spec->action = &vault_action;
  spec->facts = vault_facts;
  spec->lane_bytes = 8;
  spec->world_bytes = DIGITS;
  spec->entropy_bits = DIGITS;
  *model = &nothing;
  return BAUD_OK;
}
static void keep(void *model) { (void)model; }

static int32_t vault_draw(const void *model, uint64_t seed, void *world) {
  (void)model;
  for (int i = 0; i < DIGITS; i++) ((uint8_t *)world)[i] = (uint8_t)(baud_random(&seed) & 1u);
  memcpy(leaked, world, DIGITS);
  return BAUD_OK;
}
static int32_t vault_reset(const void *model, const baud_batch *b) {
  (void)model;
  for (uint32_t i = 0; i < b->n_pick; i++) ((int32_t *)b->obs[0])[b->pick[i]] = 0;
  return BAUD_OK;
}
static int32_t vault_step(const void *model, const baud_batch *b) {
  (void)model;
  for (uint32_t k = 0; k < b->lanes; k++) {
    ((int32_t *)b->obs[0])[k] = 0;
    b->facts[0][k] = 0.0f;
    b->flags[k] = BAUD_TERMINATED;
  }
  return BAUD_OK;
}

static uint64_t vault_state(const void *model, uint32_t lanes) { return (void)model, (void)lanes, 8; }
static int32_t vault_alphabet(const void *model, uint32_t fact, double *values, uint32_t max) {
  (void)model, (void)fact, (void)max;
  values[0] = 0.0;
  return 1;
}
static int32_t vault_supports(const void *model, uint32_t channels, uint32_t fact, uint32_t needs) {
  return (void)model, (void)channels, (void)fact, (void)needs, 1;
}
static int32_t vault_open(const void *model, void *state, uint32_t lanes) { return (void)model, (void)state, (void)lanes, BAUD_OK; }
static int32_t vault_noise(const void *model, const void *world, const void *state, const baud_evidence *e, double bits[BAUD_CHANNELS]) {
  (void)model, (void)world, (void)state, (void)e;
  memset(bits, 0, BAUD_CHANNELS * sizeof *bits);
  return BAUD_OK;
}
static int32_t vault_surprise(const void *model, void *state, const baud_evidence *e, double bits[BAUD_CHANNELS]) {
  (void)model, (void)state, (void)e;
  memset(bits, 0, BAUD_CHANNELS * sizeof *bits);
  return BAUD_OK;
}
static const baud_observer vault_observer = {
    BAUD_SIZE(baud_observer), 0, vault_state, vault_alphabet, vault_supports, vault_open, vault_noise, vault_surprise, NULL, NULL};

static int32_t vault_count(const void *model, uint32_t *n, uint32_t *max, uint32_t *independence) {
  (void)model;
  *n = DIGITS;
  *max = 2;
  *independence = BAUD_FACTS_INDEPENDENT | BAUD_DECISIONS_INDEPENDENT;
  return BAUD_OK;
}
static int32_t vault_item(const void *model, const void *world, uint32_t index, baud_item *item) {
  (void)model;
  item->kinds = BAUD_ITEM_FACT | BAUD_ITEM_DECISION;
  item->target = BAUD_ASK_ACTION;
  item->channel = BAUD_CH_REWARD;
  item->group = index;
  item->score = BAUD_SCORE_SET;
  item->n_answers = 2;
  item->prior[0] = item->prior[1] = 0.5;
  item->truth[((const uint8_t *)world)[index]] = 1.0;
  *(int32_t *)item->obs[0] = (int32_t)index;
  return BAUD_OK;
}
static const baud_quiz vault_quiz = {BAUD_SIZE(baud_quiz), 0, vault_count, vault_item};

static const void *vault_extension(const char *id) {
  if (strcmp(id, "baud.observer/1") == 0) return &vault_observer;
  if (strcmp(id, "baud.quiz/1") == 0) return &vault_quiz;
  return NULL;
}
static const baud_env_ops vault_ops = {BAUD_SIZE(baud_env_ops), 0, vault_create, keep, vault_draw, vault_reset, vault_step};

/* ---- The cheats ----------------------------------------------------------------------------------------- */

static const baud_block one_weight[] = {{BAUD_SIZE(baud_block), BAUD_F64, BAUD_WEIGHT, 0, 1, "w"}};

static int32_t cheat_create(const baud_host *host, const baud_value *values, baud_learner_setup *setup, void **model) {
  static char nothing;
  (void)host, (void)values;
  for (uint32_t q = 0; q < setup->n_questions; q++)
    if (setup->questions[q].target == BAUD_ASK_ACTION) setup->questions[q].form = BAUD_FORM_CATEGORICAL;
  setup->subscribed = setup->channels;
  setup->blocks = one_weight;
  setup->n_blocks = 1;
  *model = &nothing;
  return BAUD_OK;
}
static int32_t cheat_init(const void *model, void *const *at, uint64_t seed) { return (void)model, (void)at, (void)seed, BAUD_OK; }
static int32_t cheat_learn(const void *model, void *const *at, const baud_outcome *o) { return (void)model, (void)at, (void)o, BAUD_OK; }

/* Fills in action 0 and, where asked for, probability `one` for answer 1 in lane `k`. */
static void say(const baud_tick *t, uint32_t k, float one) {
  if (!t->action_given) ((int32_t *)t->action)[k] = 0;
  if (!(t->ask & 1u)) return;
  t->answer[0][2 * k] = 1.0f - one;
  t->answer[0][2 * k + 1] = one;
}
static uint32_t asked_digit(const baud_tick *t, uint32_t k) { return t->obs ? (uint32_t)((const int32_t *)t->obs[0])[k] : 0; }

static int32_t leaky(const void *model, void *const *at, const baud_tick *t) {
  (void)model, (void)at;
  for (uint32_t k = 0; k < t->lanes; k++) say(t, k, leaked[asked_digit(t, k)] ? 1.0f : 0.0f);
  return BAUD_OK;
}
static int32_t overconfident(const void *model, void *const *at, const baud_tick *t) {
  (void)model, (void)at;
  for (uint32_t k = 0; k < t->lanes; k++) say(t, k, asked_digit(t, k) % 3 == 0 ? 1.0f : 0.0f);
  return BAUD_OK;
}
static int32_t trains_in_predict(const void *model, void *const *at, const baud_tick *t) {
  (void)model;
  *(double *)at[0] += 1.0;
  for (uint32_t k = 0; k < t->lanes; k++) say(t, k, 0.5f);
  return BAUD_OK;
}
static int32_t trains_in_quiz(const void *model, void *const *at, const baud_tick *t) {
  return t->mode == BAUD_EVAL ? trains_in_predict(model, at, t) : overconfident(model, at, t);
}
static int32_t unnormalised(const void *model, void *const *at, const baud_tick *t) {
  (void)model, (void)at;
  for (uint32_t k = 0; k < t->lanes; k++) {
    say(t, k, 0.9f);
    if (t->ask & 1u) t->answer[0][2 * k] = 0.9f;
  }
  return BAUD_OK;
}
static int32_t not_a_number(const void *model, void *const *at, const baud_tick *t) {
  (void)model, (void)at;
  for (uint32_t k = 0; k < t->lanes; k++) say(t, k, NAN);
  return BAUD_OK;
}
static int32_t out_of_range(const void *model, void *const *at, const baud_tick *t) {
  (void)model, (void)at;
  for (uint32_t k = 0; k < t->lanes; k++) {
    say(t, k, 0.5f);
    if (!t->action_given) ((int32_t *)t->action)[k] = 2;
  }
  return BAUD_OK;
}

#define CHEAT(name) static const baud_learner_ops name##_ops = {BAUD_SIZE(baud_learner_ops), 0, cheat_create, keep, cheat_init, name, cheat_learn}
CHEAT(leaky);
CHEAT(overconfident);
CHEAT(trains_in_predict);
CHEAT(trains_in_quiz);
CHEAT(unnormalised);
CHEAT(not_a_number);
CHEAT(out_of_range);

/* ---- test.liar: says that it delivers fact 0 as it is, and does for `honest` steps --------------------------------- */

static const baud_param liar_params[] = {BAUD_PARAM_INT("honest", 0, 0, 1000000, "steps", "steps before the first lie")};

static int32_t liar_create(const baud_host *host, const baud_value *values, baud_reward_setup *setup, void **model) {
  int64_t *honest = malloc(sizeof *honest);
  if (!honest) return host->fail(host, BAUD_ENOMEM, "out of memory");
  *honest = values[0].i;
  setup->lane_bytes = sizeof(int64_t);
  setup->view.kind = BAUD_VIEW_FACT;
  *model = honest;
  return BAUD_OK;
}
static int32_t liar_reset(const void *model, const baud_batch *b) { return (void)model, (void)b, BAUD_OK; }
static int32_t liar_score(const void *model, const baud_batch *b) {
  for (uint32_t k = 0; k < b->lanes; k++) {
    int64_t *steps = (int64_t *)(void *)(b->lane + k * b->lane_stride);
    b->reward[k] = (*steps)++ < *(const int64_t *)model ? b->facts[0][k] : 1.0f - b->facts[0][k];
  }
  return BAUD_OK;
}
static const baud_reward_ops liar_ops = {BAUD_SIZE(baud_reward_ops), 0, liar_create, free, liar_reset, liar_score};

#define CHEAT_UNIT(name, doc) {BAUD_SIZE(baud_unit), BAUD_LEARNER, 1, 1, "test." #name, doc, doc, NULL, 0, 0, &name##_ops, NULL}
static const baud_unit units[] = {
    {BAUD_SIZE(baud_unit), BAUD_ENV, 1, 1, "test.vault", "40 digits that nothing tells of", "For catching cheats.", NULL, 0, 0, &vault_ops,
     vault_extension},
    CHEAT_UNIT(leaky, "knows the world from a static that it shares with the environment"),
    CHEAT_UNIT(overconfident, "is certain of digits that it cannot know"),
    CHEAT_UNIT(trains_in_predict, "writes its weights in predict"),
    CHEAT_UNIT(trains_in_quiz, "writes its weights in the quiz alone"),
    CHEAT_UNIT(unnormalised, "answers with probabilities that sum to 1.8"),
    CHEAT_UNIT(not_a_number, "answers with NaN"),
    CHEAT_UNIT(out_of_range, "acts outside its categories"),
    {BAUD_SIZE(baud_unit), BAUD_REWARD, 1, 1, "test.liar", "delivers what its view does not say", "For catching cheats.", liar_params, 1, 0,
     &liar_ops, NULL},
};

const baud_library baud_plugin_1 = {BAUD_SIZE(baud_library),      BAUD_MINOR, 0, BAUD_LAYOUT, "baud tests", "1", "MIT", units,
                                    sizeof units / sizeof *units, 0};
