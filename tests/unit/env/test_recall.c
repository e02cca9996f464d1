/* test_recall.c - the stream of facts against its description, written out as a list of roles, and the observer against
 * Bayes' rule over all worlds of a small prior.
 */
#include "../../../plugins/env/recall.c" /* first: cmocka has a macro named fail */

#include <setjmp.h>
#include <stdarg.h>
#include <cmocka.h>

#include "bench.h"

static bench b;

typedef struct setting {
  int64_t keys, values, shown, filler, questions;
  double noise;
  int64_t noises, echo, feedback;
} setting;

static int32_t try_recall(const setting *s) {
  const baud_value values[RECALL_PARAMS] = {{s->keys, 0, NULL},   {s->values, 0, NULL},    {s->shown, 0, NULL},
                                            {s->filler, 0, NULL}, {s->questions, 0, NULL}, {0, s->noise, NULL},
                                            {s->noises, 0, NULL}, {s->echo, 0, NULL},      {s->feedback, 0, NULL}};
  return bench_try(&b, &recall_ops, values, 1);
}

static void open_recall(setting s, uint64_t world) {
  assert_int_equal(try_recall(&s), BAUD_OK);
  assert_true(b.spec.lane_bytes <= BENCH_STRIDE && b.spec.world_bytes <= BENCH_WORLD);
  bench_draw(&b, world);
}

static const recall *model(void) { return b.model; }
static uint32_t seen(void) { return ((uint32_t *)(void *)b.sight[0])[0]; }
static uint32_t value_of(uint32_t key) { return recall_value(b.world, key); }

static void act(uint32_t token) {
  b.action[0] = (int32_t)token;
  bench_step(&b);
}

/* ---- The stream ------------------------------------------------------------------------------------------ */

/* What an episode consists of, spelled out: K V . (filler) for each fact, ? Q e f for each question. */
enum { MOST = 400 };
static uint32_t spell(const setting *s, char roles[MOST]) {
  uint32_t n = 0;
  for (int64_t fact = 0; fact < s->shown; fact++) {
    roles[n++] = 'K';
    roles[n++] = 'V';
    for (int64_t i = 0; i < s->filler; i++) roles[n++] = '.';
  }
  for (int64_t question = 0; question < s->questions; question++) {
    roles[n++] = '?';
    roles[n++] = 'Q';
    if (s->echo) roles[n++] = 'e';
    if (s->feedback) roles[n++] = 'f';
  }
  return n;
}

static int is_key(uint32_t token) { return token >= 4 && token < 4 + model()->keys; }

static const setting settings[] = {
    {4, 3, 4, 2, 5, 0.5, 3, 1, RECALL_FEEDBACK_VERDICT}, {4, 3, 2, 0, 3, 0.0, 1, 0, RECALL_FEEDBACK_VALUE},
    {3, 5, 0, 1, 4, 0.0, 1, 1, RECALL_FEEDBACK_NONE},    {6, 2, 6, 3, 1, 1.0, 4, 0, RECALL_FEEDBACK_NONE},
    {2, 4, 1, 1, 6, 0.2, 2, 0, RECALL_FEEDBACK_VERDICT}, {1, 2, 1, 0, 1, 0.0, 1, 1, RECALL_FEEDBACK_VALUE}};
enum { SETTINGS = sizeof settings / sizeof *settings };

static void check_token(char role, const setting *s, uint32_t *key, uint32_t answer, uint32_t *shown_keys) {
  uint32_t token = seen(), first_noise = 4 + (uint32_t)(s->keys + s->values);
  uint32_t right = 4 + (uint32_t)s->keys + (is_key(*key + 4) ? value_of(*key) : 0);
  switch (role) {
  case 'K':
    assert_true(is_key(token) && !(*shown_keys >> (token - 4) & 1u)); /* each once */
    *shown_keys |= 1u << (token - 4);
    *key = token - 4;
    break;
  case 'Q':
    assert_true(is_key(token));
    *key = token - 4;
    break;
  case 'V':
    assert_int_equal(token, right);
    break;
  case '?':
    assert_int_equal(token, RECALL_ASK);
    break;
  case 'e':
    assert_int_equal(token, answer);
    break;
  case '.':
    assert_true(s->noise > 0.0 && token != 0 ? token >= first_noise && token < first_noise + s->noises : token == 0);
    break;
  default:
    assert_int_equal(token, s->feedback == RECALL_FEEDBACK_VALUE ? right
                            : answer == right                    ? RECALL_RIGHT
                                                                 : RECALL_WRONG);
  }
}

static void the_stream_is_what_was_spelled_out(void **unused) {
  uint64_t random = 1;
  (void)unused;
  for (int i = 0; i < SETTINGS; i++)
    for (uint64_t seed = 0; seed < 50; seed++) {
      char roles[MOST];
      uint32_t n = spell(&settings[i], roles), key = 0, answer = 0, shown = 0, right = 0;
      open_recall(settings[i], seed);
      assert_int_equal(b.spec.max_steps, n);
      bench_reset(&b, 0, seed);
      for (uint32_t at = 0; at < n; at++) {
        check_token(roles[at], &settings[i], &key, answer, &shown);
        uint32_t action =
            baud_below(&random, 2) ? 4 + model()->keys + value_of(key) : baud_below(&random, model()->tokens);
        int is_right = roles[at] == 'Q' && action == 4 + model()->keys + value_of(key);
        if (roles[at] == 'Q') answer = action;
        right += (uint32_t)is_right;
        act(action);
        assert_true(b.fact[RECALL_REWARD][0] == (float)is_right);
        assert_int_equal(b.flags[0], at + 1 == n ? BAUD_TERMINATED : 0);
        assert_true(b.fact[RECALL_SUCCESS][0] == (at + 1 == n && right == settings[i].questions ? 1.0f : 0.0f));
      }
      assert_int_equal(seen(), RECALL_DOT); /* behind the end */
      bench_close(&b);
    }
}

/* Of 3,000 episodes: which key comes first, which is asked for, and where noise stands and what it is; chi^2 of 5, 5
 * and 3 degrees of freedom above 40, 40, 33 with probability below 4e-7, the share of noise off by five standard errors
 * with 6e-7. Values of 3,000 worlds: 4 degrees of freedom, 35. */
static void order_questions_noise_and_values_are_fair(void **unused) {
  enum { EPISODES = 3000, KEYS = 6, VALUES = 5, NOISES = 4 };
  double first[KEYS] = {0}, asked[KEYS] = {0}, noise[NOISES] = {0}, value[VALUES] = {0}, noisy = 0.0, chi[4] = {0};
  (void)unused;
  open_recall((setting){KEYS, VALUES, 3, 1, 2, 0.3, NOISES, 0, 0}, 1);
  assert_true(fabs(b.spec.entropy_bits - KEYS * log2(VALUES)) < 1e-12);
  for (uint64_t seed = 0; seed < EPISODES; seed++) {
    bench_draw(&b, seed);
    value[value_of((uint32_t)(seed % KEYS))]++;
    bench_reset(&b, 0, seed);
    first[seen() - 4]++;
    for (int at = 1; at < 13; at++) {
      act(RECALL_DOT);
      if (at < 9 && at % 3 == 2 && seen() != RECALL_DOT) noisy++, noise[seen() - 4 - KEYS - VALUES]++;
      if (at == 10 || at == 12) asked[seen() - 4] += 1.0;
    }
  }
  double n = 3.0 * EPISODES;
  assert_true(fabs(noisy / n - 0.3) < 5.0 * sqrt(0.3 * 0.7 / n));
  for (int k = 0; k < KEYS; k++) {
    chi[0] += pow(first[k] - EPISODES / 6.0, 2) / (EPISODES / 6.0);
    chi[1] += pow(asked[k] - EPISODES / 3.0, 2) / (EPISODES / 3.0);
  }
  for (int x = 0; x < NOISES; x++) chi[2] += pow(noise[x] - noisy / NOISES, 2) / (noisy / NOISES);
  for (int v = 0; v < VALUES; v++) chi[3] += pow(value[v] - EPISODES / 5.0, 2) / (EPISODES / 5.0);
  assert_true(chi[0] < 40.0 && chi[1] < 40.0 && chi[2] < 33.0 && chi[3] < 35.0);
  bench_close(&b);
}

static void more_facts_than_keys_are_refused(void **unused) {
  setting s = {4, 3, 5, 0, 1, 0.0, 1, 0, 0};
  (void)unused;
  assert_int_equal(try_recall(&s), BAUD_EARG);
}

/* ---- The observer ---------------------------------------------------------------------------------------- */

static double state[4096];

static baud_evidence evidence_of(uint32_t kind, const void *const *before, const void *const *now) {
  return (baud_evidence){.size = BAUD_SIZE(baud_evidence),
                         .kind = kind,
                         .flags = b.flags[0],
                         .obs_before = before,
                         .obs = now,
                         .action = b.action,
                         .sees_observation = 1};
}

/* P(what stands at `at`, and a reward of weight[0 or 1] for the action before it | a world), from the list of roles;
 * the world is a number in base `values`. */
static double chance_of(const setting *s, const char *roles, uint32_t n, uint32_t at, uint32_t before, uint32_t token,
                        uint32_t key, uint32_t answer, uint32_t action, const double *weight, uint32_t world) {
  uint32_t value = 0, shown = at / (uint32_t)(2 + s->filler), first_value = 4 + (uint32_t)s->keys;
  double p = 1.0;
  if (at > 0 && roles[at - 1] == 'Q') key = before - 4, answer = action;
  for (uint32_t k = 0; k <= key; k++, world /= (uint32_t)s->values) value = world % (uint32_t)s->values;
  uint32_t right = first_value + value;
  switch (at < n ? roles[at] : 0) {
  case 'K':
    p = 1.0 / (double)(s->keys - shown);
    break;
  case 'Q':
    p = 1.0 / (double)s->keys;
    break;
  case 'V':
    p = token == right;
    break;
  case '.':
    p = token == 0 ? 1.0 - s->noise : s->noise / (double)s->noises;
    break;
  case 'f':
    p = s->feedback == RECALL_FEEDBACK_VALUE ? token == right
                                             : token == (answer == right ? RECALL_RIGHT : RECALL_WRONG);
    break;
  default:
    break;
  }
  return weight ? p * weight[at > 0 && roles[at - 1] == 'Q' && action == right] : p;
}

/* Random lives in small worlds, with rewards as they are, flipped, or not told. */
static void bits_are_those_of_bayes_rule_over_all_worlds(void **unused) {
  enum { WORLDS = 256 };
  uint64_t random = 2;
  (void)unused;
  for (int i = 0; i < 3 * SETTINGS; i++) {
    const setting *s = &settings[i % SETTINGS];
    char roles[MOST];
    double post[WORLDS];
    uint32_t n = spell(s, roles), worlds = 1, key = 0, answer = 0, truth = 0, mode = (uint32_t)i / SETTINGS;
    for (int64_t k = 0; k < s->keys; k++) worlds *= (uint32_t)s->values;
    assert_true(worlds <= WORLDS);
    open_recall(*s, (uint64_t)i);
    assert_true(recall_observer.state_bytes(b.model, 1) <= sizeof state);
    assert_int_equal(recall_observer.open(b.model, state, 1), BAUD_OK);
    for (uint32_t w = 0; w < worlds; w++) post[w] = 1.0 / worlds;
    for (uint32_t k = (uint32_t)s->keys; k-- > 0;) truth = truth * (uint32_t)s->values + value_of(k);
    for (uint64_t episode = 0; episode < 6; episode++) {
      uint32_t before = 0, action = 0;
      bench_reset(&b, 0, episode + 100 * (uint64_t)i);
      for (uint32_t at = 0; at <= n; at++) {
        double bits[BAUD_CHANNELS], noise[BAUD_CHANNELS], flip = mode == 2 ? 0.2 : 0.0, weight[2], p = 0.0;
        int is_told = at > 0 && mode > 0, got = is_told && b.fact[RECALL_REWARD][0] > 0.0f;
        if (baud_bernoulli(&random, flip)) got = !got;
        weight[1] = got ? 1.0 - flip : flip;
        weight[0] = 1.0 - weight[1];
        uint32_t token = seen();
        const void *from[1] = {&before}, *to[1] = {&token};
        baud_evidence e = evidence_of(at ? BAUD_EV_STEP : BAUD_EV_START, at ? from : to, to);
        e.sees_reward = (uint32_t)is_told;
        e.n_weight = 2;
        e.weight = weight;
        assert_int_equal(recall_observer.noise(b.model, b.world, state, &e, noise), BAUD_OK);
        assert_int_equal(recall_observer.surprise(b.model, state, &e, bits), BAUD_OK);
        double likelihood[WORLDS], of_truth = 0.0;
        for (uint32_t w = 0; w < worlds; w++) {
          likelihood[w] = chance_of(s, roles, n, at, before, token, key, answer, action, is_told ? weight : NULL, w);
          p += post[w] * likelihood[w];
          if (w == truth) of_truth = likelihood[w];
        }
        assert_true(p > 0.0 && of_truth > 0.0);
        for (uint32_t w = 0; w < worlds; w++) post[w] *= likelihood[w] / p;
        assert_true(fabs(bits[0] + bits[1] + log2(p)) < 1e-9);
        assert_true(fabs(noise[0] + noise[1] + log2(of_truth)) < 1e-9);
        if (at > 0 && roles[at - 1] == 'Q') key = before - 4, answer = action;
        if (at < n && roles[at] == 'K') key = token - 4;
        if (at == n) break;
        before = token;
        action = baud_below(&random, 4) ? 4 + model()->keys + baud_below(&random, model()->values)
                                        : baud_below(&random, model()->tokens);
        act(action);
      }
    }
    bench_close(&b);
  }
}

/* Facts shown bring all there is, once: keys * log2 values bits in the first episode, none in the second. */
static void facts_shown_bring_the_whole_world_once(void **unused) {
  (void)unused;
  open_recall((setting){8, 8, 8, 2, 3, 0.4, 5, 1, RECALL_FEEDBACK_NONE}, 4);
  assert_int_equal(recall_observer.open(b.model, state, 1), BAUD_OK);
  for (uint64_t episode = 0; episode < 2; episode++) {
    double offered = 0.0, bits[BAUD_CHANNELS], noise[BAUD_CHANNELS];
    uint32_t before = 0;
    bench_reset(&b, 0, episode);
    for (uint32_t at = 0;; at++) {
      uint32_t token = seen();
      const void *from[1] = {&before}, *to[1] = {&token};
      baud_evidence e = evidence_of(at ? BAUD_EV_STEP : BAUD_EV_START, at ? from : to, to);
      assert_int_equal(recall_observer.noise(b.model, b.world, state, &e, noise), BAUD_OK);
      assert_int_equal(recall_observer.surprise(b.model, state, &e, bits), BAUD_OK);
      offered += bits[0] - noise[0];
      if (at == b.spec.max_steps) break;
      before = token;
      act(RECALL_DOT);
    }
    assert_true(fabs(offered - (episode == 0 ? 24.0 : 0.0)) < 1e-9);
  }
  bench_close(&b);
}

/* Where nothing is shown the reward is all: guesses that rule out one value after the other bring log2(n / (n - 1))
 * each, and the right one log2 n, of n that are left. */
static void rewards_alone_eliminate(void **unused) {
  (void)unused;
  open_recall((setting){1, 5, 0, 0, 1, 0.0, 1, 0, RECALL_FEEDBACK_NONE}, 3);
  assert_int_equal(recall_observer.open(b.model, state, 1), BAUD_OK);
  for (uint32_t guess = 0; guess <= value_of(0); guess++) {
    double bits[BAUD_CHANNELS], weight[2], left = 5.0 - guess;
    uint32_t mark = RECALL_ASK, key = 4, end = RECALL_DOT;
    const void *at_mark[1] = {&mark}, *at_key[1] = {&key}, *at_end[1] = {&end};
    int is_right = guess == value_of(0);
    baud_evidence e = evidence_of(BAUD_EV_START, at_mark, at_mark);
    assert_int_equal(recall_observer.surprise(b.model, state, &e, bits), BAUD_OK);
    e = evidence_of(BAUD_EV_STEP, at_mark, at_key);
    assert_int_equal(recall_observer.surprise(b.model, state, &e, bits), BAUD_OK);
    e = evidence_of(BAUD_EV_STEP, at_key, at_end);
    b.action[0] = (int32_t)(5 + guess);
    weight[1] = is_right;
    weight[0] = !is_right;
    e.sees_reward = 1;
    e.n_weight = 2;
    e.weight = weight;
    assert_int_equal(recall_observer.surprise(b.model, state, &e, bits), BAUD_OK);
    assert_true(fabs(bits[BAUD_CH_REWARD] - (is_right ? log2(left) : log2(left / (left - 1.0)))) < 1e-12);
  }
  bench_close(&b);
}

/* At a question, of an expert who is right with .9 and else says any other token; elsewhere a demonstration is nothing.
 */
static void a_demonstration_is_weighed_where_it_counts(void **unused) {
  double bits[BAUD_CHANNELS];
  uint32_t mark = RECALL_ASK, key = 5;
  const void *at_mark[1] = {&mark}, *at_key[1] = {&key};
  (void)unused;
  open_recall((setting){2, 4, 0, 0, 1, 0.0, 1, 0, RECALL_FEEDBACK_NONE}, 3);
  assert_int_equal(recall_observer.open(b.model, state, 1), BAUD_OK);
  b.action[0] = 4 + 2 + 1; /* value 1 */
  baud_evidence e = evidence_of(BAUD_EV_START, at_mark, at_mark);
  assert_int_equal(recall_observer.surprise(b.model, state, &e, bits), BAUD_OK);
  e = evidence_of(BAUD_EV_DEMONSTRATION, at_mark, at_mark);
  e.competence = 0.9;
  assert_int_equal(recall_observer.surprise(b.model, state, &e, bits), BAUD_OK);
  assert_true(bits[BAUD_CH_DEMONSTRATION] == 0.0);
  e = evidence_of(BAUD_EV_STEP, at_mark, at_key);
  assert_int_equal(recall_observer.surprise(b.model, state, &e, bits), BAUD_OK);
  e = evidence_of(BAUD_EV_DEMONSTRATION, at_key, at_key);
  e.competence = 0.9;
  double miss = 0.1 / 10.0, p = 0.25 * 0.9 + 0.75 * miss; /* 11 tokens */
  assert_int_equal(recall_observer.surprise(b.model, state, &e, bits), BAUD_OK);
  assert_true(fabs(bits[BAUD_CH_DEMONSTRATION] + log2(p)) < 1e-12);
  assert_true(fabs(recall_belief(model(), state, 1)[1] - 0.25 * 0.9 / p) < 1e-12);
  assert_true(recall_belief(model(), state, 0)[1] == 0.25);
  bench_close(&b);
}

static void what_it_cannot_follow_is_declined(void **unused) {
  uint32_t all = BAUD_MASK(BAUD_CH_OBSERVATION) | BAUD_MASK(BAUD_CH_REWARD), reward = BAUD_MASK(BAUD_CH_REWARD);
  (void)unused;
  open_recall((setting){2, 4, 2, 0, 1, 0.0, 1, 0, RECALL_FEEDBACK_NONE}, 3);
  assert_int_equal(recall_observer.supports(b.model, all, RECALL_REWARD, BAUD_SEES_SOFT), 1);
  assert_int_equal(recall_observer.supports(b.model, all, RECALL_SUCCESS, 0), 1); /* one answer, at the end */
  assert_int_equal(recall_observer.supports(b.model, all, RECALL_REWARD, BAUD_SEES_LATE), 0);
  assert_int_equal(recall_observer.supports(b.model, reward, RECALL_REWARD, 0), 0);
  bench_close(&b);
  open_recall((setting){2, 4, 2, 0, 2, 0.0, 1, 0, RECALL_FEEDBACK_NONE}, 3);
  assert_int_equal(recall_observer.supports(b.model, all, RECALL_SUCCESS, 0), 0);
  bench_close(&b);
  open_recall((setting){2, 4, 0, 0, 1, 0.0, 1, 1, RECALL_FEEDBACK_NONE}, 3);
  assert_int_equal(recall_observer.supports(b.model, all, RECALL_SUCCESS, 0),
                   0); /* one answer, but its echo comes after */
  double bits[BAUD_CHANNELS];
  uint32_t mark = RECALL_ASK, key = 4, echo = 6;
  const void *at_mark[1] = {&mark}, *at_key[1] = {&key}, *at_echo[1] = {&echo};
  baud_evidence e = evidence_of(BAUD_EV_START, at_mark, at_mark);
  assert_int_equal(recall_observer.open(b.model, state, 1), BAUD_OK);
  assert_int_equal(recall_observer.surprise(b.model, state, &e, bits), BAUD_OK);
  e = evidence_of(BAUD_EV_STEP, at_mark, at_key);
  assert_int_equal(recall_observer.surprise(b.model, state, &e, bits), BAUD_OK);
  b.action[0] = 7; /* is not what the stream says was answered */
  e = evidence_of(BAUD_EV_STEP, at_key, at_echo);
  assert_int_equal(recall_observer.surprise(b.model, state, &e, bits), BAUD_OK);
  assert_true(bits[BAUD_CH_OBSERVATION] == INFINITY);
  bench_close(&b);
}

/* ---- Demonstration, quiz, picture ------------------------------------------------------------------------- */

static void the_expert_answers_all_questions(void **unused) {
  uint8_t optimal[64];
  (void)unused;
  for (int i = 0; i < SETTINGS; i++) {
    open_recall(settings[i], 7);
    bench_reset(&b, 0, 7);
    do {
      baud_batch batch = bench_batch(&b);
      uint32_t shown = 0;
      assert_int_equal(recall_optimal(b.model, &batch, optimal), BAUD_OK);
      for (uint32_t x = 0; x < model()->tokens; x++)
        if (optimal[x]) shown = x;
      act(shown);
    } while (!b.flags[0]);
    assert_true(b.fact[RECALL_SUCCESS][0] == 1.0f);
    bench_close(&b);
  }
}

static void the_quiz_asks_for_each_key_in_the_stream_and_in_a_question(void **unused) {
  double truth[64], prior[64], answer[64];
  int32_t sight[1], prefix[1], action, did[1];
  float was[1];
  void *obs[1] = {sight}, *before[1] = {prefix};
  uint32_t n, most, independence;
  (void)unused;
  for (int64_t shown = 0; shown <= 3; shown += 3) {
    open_recall((setting){3, 5, shown, 1, 2, 0.0, 2, 1, RECALL_FEEDBACK_VERDICT}, 9);
    assert_int_equal(recall_observer.open(b.model, state, 1), BAUD_OK);
    assert_int_equal(recall_quiz.count(b.model, &n, &most, &independence), BAUD_OK);
    assert_int_equal(n, shown ? 6 : 3);
    assert_int_equal(most, 14);
    for (uint32_t i = 0; i < n; i++) {
      baud_item item = {.size = BAUD_SIZE(baud_item),
                        .truth = truth,
                        .prior = prior,
                        .obs = obs,
                        .action = &action,
                        .prefix_obs = before,
                        .prefix_action = did,
                        .prefix_reward = was};
      assert_int_equal(recall_quiz.item(b.model, b.world, i, &item), BAUD_OK);
      int is_decision = !shown || i >= 3;
      assert_int_equal(sight[0], 4 + i % 3);
      assert_int_equal(item.n_prefix, is_decision);
      if (is_decision) assert_int_equal(prefix[0], RECALL_ASK);
      assert_int_equal(item.target, is_decision ? BAUD_ASK_ACTION : BAUD_ASK_OBSERVATION);
      assert_int_equal(item.kinds, !shown        ? (BAUD_ITEM_FACT | BAUD_ITEM_DECISION)
                                   : is_decision ? BAUD_ITEM_DECISION
                                                 : BAUD_ITEM_FACT);
      for (uint32_t x = 0; x < 14; x++) {
        assert_true(truth[x] == (x == 7 + value_of(i % 3)));
        assert_true(prior[x] == (x >= 7 && x < 12 ? 0.2 : 0.0));
      }
      const void *context[1] = {sight};
      baud_query query = {
          .size = BAUD_SIZE(baud_query), .target = item.target, .n_answers = 14, .obs = context, .action = &action};
      assert_int_equal(recall_observer.answer(b.model, state, &query, answer), BAUD_OK);
      assert_memory_equal(answer, prior, 14 * sizeof(double)); /* nothing known yet */
    }
    bench_close(&b);
  }
}

static void an_action_that_there_is_not_is_refused(void **unused) {
  const baud_value values[RECALL_PARAMS] = {{3, 0, NULL},   {5, 0, NULL}, {3, 0, NULL}, {1, 0, NULL}, {2, 0, NULL},
                                            {0, 0.0, NULL}, {2, 0, NULL}, {1, 0, NULL}, {1, 0, NULL}};
  (void)unused;
  bench_refuses(&recall_ops, values, 14);
}

static void the_picture_names_the_token(void **unused) {
  static const struct {
    uint32_t token;
    const char *name;
  } names[] = {{0, "."},  {1, "?"},  {2, "+"},   {3, "-"},   {4, "k0"},
               {6, "k2"}, {7, "v0"}, {11, "v4"}, {12, "n0"}, {13, "n1"}};
  char cells[RECALL_WIDTH * RECALL_HEIGHT];
  (void)unused;
  open_recall((setting){3, 5, 3, 1, 2, 0.0, 2, 1, RECALL_FEEDBACK_VERDICT}, 9);
  bench_reset(&b, 0, 1);
  for (size_t i = 0; i < sizeof names / sizeof *names; i++) {
    char wanted[40];
    ((recall_lane *)(void *)b.lane)->token = names[i].token;
    assert_int_equal(recall_picture(b.model, b.world, b.lane, cells), BAUD_OK);
    int n = snprintf(wanted, sizeof wanted, "token 0 of 17: %s ", names[i].name);
    assert_memory_equal(cells, wanted, (size_t)n);
  }
  assert_memory_equal(cells + RECALL_WIDTH, "right 0 of 2", 12);
  bench_close(&b);
}

int main(void) {
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(the_stream_is_what_was_spelled_out),
      cmocka_unit_test(order_questions_noise_and_values_are_fair),
      cmocka_unit_test(more_facts_than_keys_are_refused),
      cmocka_unit_test(bits_are_those_of_bayes_rule_over_all_worlds),
      cmocka_unit_test(facts_shown_bring_the_whole_world_once),
      cmocka_unit_test(rewards_alone_eliminate),
      cmocka_unit_test(a_demonstration_is_weighed_where_it_counts),
      cmocka_unit_test(what_it_cannot_follow_is_declined),
      cmocka_unit_test(the_expert_answers_all_questions),
      cmocka_unit_test(the_quiz_asks_for_each_key_in_the_stream_and_in_a_question),
      cmocka_unit_test(an_action_that_there_is_not_is_refused),
      cmocka_unit_test(the_picture_names_the_token),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
