/* safe.h - a world small enough to be understood whole, with an ideal observer by brute force, for tests of what is
 * handed to an observer and what is made of its bits.
 *
 * A safe has one of NUMBERS secrets, each as likely. Dialling a number tells how far off it was (fact 0), whether it
 * was right (fact 1, a function of it), a noisy click (fact 2), a noisy reading (fact 3, continuous) and, as the next
 * observation, a hint: the parity of secret plus number, wrong with `hint_error`. Flags tell nothing.
 */
#ifndef BAUD_TEST_SAFE_H
#define BAUD_TEST_SAFE_H

#include "../test.h"

#include "baud/random.h"
#include "baud/plugin.h"

enum { NUMBERS = 5, DISTANCE = 0, RIGHT = 1, CLICK = 2, READING = 3, UNHEARD = 4, SAFE_FACTS = 5 };
static const double CLICK_RIGHT = 0.9, CLICK_WRONG = 0.2; /* P(click) */

typedef struct safe {
  double hint_error;
  uint32_t unsupported;  /* mask of BAUD_SEES_* that its observer cannot take */
  int sees_only_fact_0;
  /* how often the observer was asked: [0] noise, [1] surprise, [2] noise of a demonstration */
  int *calls;
} safe;

typedef struct safe_posterior {
  double p[NUMBERS];
} safe_posterior;

static inline double safe_distance(uint32_t secret, uint32_t number) {
  return secret < number ? number - secret : secret - number;
}

/* P(fact has this value | secret), a density for the reading. */
static inline double safe_fact_probability(uint32_t fact, double value, uint32_t secret, uint32_t number) {
  double distance = safe_distance(secret, number), click = distance == 0.0 ? CLICK_RIGHT : CLICK_WRONG;
  switch (fact) {
    case DISTANCE: return value == distance;
    case RIGHT: return value == (distance == 0.0);
    case CLICK: return value == 1.0 ? click : value == 0.0 ? 1.0 - click : 0.0;
    default: return 0.3989422804014327 * exp(-0.5 * (value - distance) * (value - distance));
  }
}

static inline double safe_hint_probability(const safe *s, int32_t hint, uint32_t secret, uint32_t number) {
  return (uint32_t)hint == (secret + number) % 2 ? 1.0 - s->hint_error : s->hint_error;
}

static inline double safe_shown_probability(double competence, uint32_t shown, uint32_t secret) {
  return shown == secret ? competence : (1.0 - competence) / (NUMBERS - 1);
}

static int32_t safe_alphabet(const void *model, uint32_t fact, double *values, uint32_t max) {
  static const int32_t sizes[SAFE_FACTS] = {NUMBERS, 2, 2, 0, -1};
  (void)model;
  for (int32_t i = 0; i < sizes[fact] && (uint32_t)i < max; i++) values[i] = i;
  return sizes[fact];
}

/* P(this channel's part of the evidence | secret); 1 where it brings nothing. */
static inline double safe_likelihood(const safe *s, const baud_evidence *e, uint32_t channel, uint32_t secret) {
  uint32_t number = e->action ? (uint32_t)*(const int32_t *)e->action : 0;
  int is_of_step = e->kind == BAUD_EV_STEP || e->kind == BAUD_EV_LATE;
  if (channel == BAUD_CH_DEMONSTRATION)
    return e->kind == BAUD_EV_DEMONSTRATION ? safe_shown_probability(e->competence, number, secret) : 1.0;
  if (channel == BAUD_CH_OBSERVATION)
    return !is_of_step || !e->sees_observation ? 1.0
                                               : safe_hint_probability(s, *(const int32_t *)e->obs[0], secret, number);
  if (!is_of_step || !e->sees_reward) return 1.0;
  if (!e->weight) return safe_fact_probability(e->fact, e->value, secret, number);
  double values[NUMBERS], p = 0.0;
  safe_alphabet(s, e->fact, values, NUMBERS);
  for (uint32_t i = 0; i < e->n_weight; i++)
    p += e->weight[i] * safe_fact_probability(e->fact, values[i], secret, number);
  return p;
}

static uint64_t safe_state_bytes(const void *model, uint32_t lanes) {
  return (void)model, (void)lanes, sizeof(safe_posterior);
}

static int32_t safe_supports(const void *model, uint32_t channels, uint32_t fact, uint32_t needs) {
  const safe *s = model;
  (void)channels;
  return !(needs & s->unsupported) && !(s->sees_only_fact_0 && fact != 0);
}

static int32_t safe_open(const void *model, void *state, uint32_t lanes) {
  safe_posterior *p = state;
  (void)model, (void)lanes;
  for (int k = 0; k < NUMBERS; k++) p->p[k] = 1.0 / NUMBERS;
  return BAUD_OK;
}

static int32_t safe_noise(const void *model, const void *world, const void *state, const baud_evidence *e,
                          double bits[BAUD_CHANNELS]) {
  const safe *s = model;
  (void)state;
  s->calls[0]++;
  s->calls[2] += e->kind == BAUD_EV_DEMONSTRATION;
  for (uint32_t c = 0; c < BAUD_CHANNELS; c++) bits[c] = -log2(safe_likelihood(s, e, c, *(const uint32_t *)world));
  return BAUD_OK;
}

static int32_t safe_surprise(const void *model, void *state, const baud_evidence *e, double bits[BAUD_CHANNELS]) {
  static const uint32_t order[BAUD_CHANNELS] = {BAUD_CH_DEMONSTRATION, BAUD_CH_OBSERVATION, BAUD_CH_REWARD};
  const safe *s = model;
  safe_posterior *p = state;
  s->calls[1]++;
  for (int i = 0; i < BAUD_CHANNELS; i++) {
    double sum = 0.0;
    for (uint32_t k = 0; k < NUMBERS; k++) sum += p->p[k] * safe_likelihood(s, e, order[i], k);
    if (!(sum > 0.0)) return BAUD_EBUG;
    for (uint32_t k = 0; k < NUMBERS; k++) p->p[k] *= safe_likelihood(s, e, order[i], k) / sum;
    bits[order[i]] = sum > 1.0 - 1e-15 && sum < 1.0 + 1e-15 ? 0.0 : -log2(sum);
  }
  return BAUD_OK;
}

static int32_t safe_settled(const void *model, const void *state) {
  const safe_posterior *p = state;
  int left = 0;
  (void)model;
  for (int k = 0; k < NUMBERS; k++) left += p->p[k] > 0.0;
  return left == 1;
}

/* The plain one, and the same with every shortcut declared: truthfully, where nothing is noisy. */
static const baud_observer safe_observer = {BAUD_SIZE(baud_observer), 0, safe_state_bytes, safe_alphabet,
                                            safe_supports, safe_open, safe_noise, safe_surprise, NULL, NULL};
static const baud_observer safe_observer_with_shortcuts = {
    BAUD_SIZE(baud_observer), BAUD_NOISELESS | BAUD_REPEATABLE, safe_state_bytes, safe_alphabet, safe_supports,
        safe_open,
    safe_noise, safe_surprise, NULL, safe_settled};

static const baud_field safe_obs = BAUD_DISCRETE_FIELD("hint", 2, "parity");
static const baud_field safe_action = BAUD_DISCRETE_FIELD("number", NUMBERS, "dialled");
static const baud_fact safe_facts[SAFE_FACTS] = {{BAUD_SIZE(baud_fact), BAUD_FACT_REWARD, "distance", "", ""},
                                                 {BAUD_SIZE(baud_fact), BAUD_FACT_OUTCOME, "right", "", ""},
                                                 {BAUD_SIZE(baud_fact), 0, "click", "", ""},
                                                 {BAUD_SIZE(baud_fact), 0, "reading", "", ""},
                                                 {BAUD_SIZE(baud_fact), 0, "unheard", "", ""}};
static const baud_env_spec safe_env = {.size = BAUD_SIZE(baud_env_spec), .n_obs = 1, .n_facts = SAFE_FACTS,
                                       .obs = &safe_obs, .action = &safe_action,
                                       .facts = safe_facts, .world_bytes = sizeof(uint32_t)};

/* What dialling brings. */
static inline void safe_dial(const safe *s, uint32_t secret, uint32_t number, uint64_t *random, int32_t *hint,
                             double facts[SAFE_FACTS]) {
  double distance = safe_distance(secret, number);
  facts[DISTANCE] = distance;
  facts[RIGHT] = distance == 0.0;
  facts[CLICK] = baud_bernoulli(random, distance == 0.0 ? CLICK_RIGHT : CLICK_WRONG);
  facts[READING] = distance + baud_normal(random);
  facts[UNHEARD] = 0.0;
  *hint = (int32_t)((secret + number + (uint32_t)baud_bernoulli(random, s->hint_error)) % 2);
}

#endif
