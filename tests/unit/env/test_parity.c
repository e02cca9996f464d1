/* test_parity.c - the parity of bits: what is shown, and the observer against a posterior over the two worlds that is
 * kept in this file, through soft evidence, demonstrations and lanes.
 */
#include "../../../plugins/env/parity.c" /* first: cmocka has a macro named fail */

#include <setjmp.h>
#include <stdarg.h>
#include <cmocka.h>

enum { LANES = 3 };
typedef struct bench {
  parity_model *m;
  baud_env_spec spec;
  parity_world world;
  parity_lane lane[LANES];
  int32_t clock[LANES], bit[LANES], clock_before[LANES], bit_before[LANES], action[LANES];
  float right[LANES];
  uint8_t flags[LANES];
  void *obs[2], *state;
  float *facts[1];
} bench;

static int32_t refuse(const baud_host *host, int32_t code, const char *why) {
  (void)host;
  assert_non_null(why);
  return code;
}
static const baud_host host = {.size = BAUD_SIZE(baud_host), .fail = refuse};

static void open_bench(bench *b, int64_t bits, uint64_t seed) {
  const baud_value values[PARITY_PARAMS] = {{bits, 0, NULL}};
  void *model = NULL;
  memset(b, 0, sizeof *b);
  b->spec.size = BAUD_SIZE(baud_env_spec);
  assert_int_equal(parity_create(&host, values, &b->spec, &model), BAUD_OK);
  b->m = model;
  b->obs[0] = b->clock;
  b->obs[1] = b->bit;
  b->facts[0] = b->right;
  assert_int_equal(parity_draw(b->m, seed, &b->world), BAUD_OK);
  b->state = malloc(parity_state_bytes(b->m, LANES));
  assert_int_equal(parity_open(b->m, b->state, LANES), BAUD_OK);
}

static void close_bench(bench *b) {
  free(b->state);
  free(b->m);
}

static baud_batch batch_of(bench *b) {
  return (baud_batch){.size = BAUD_SIZE(baud_batch), .lanes = LANES, .lane = (char *)b->lane, .lane_stride = sizeof b->lane[0],
                      .world = (const char *)&b->world, .action = b->action, .obs = b->obs, .facts = b->facts, .flags = b->flags};
}

static baud_evidence evidence_of(bench *b, uint32_t lane, uint32_t kind, const void *seen[4]) {
  seen[0] = &b->clock_before[lane];
  seen[1] = &b->bit_before[lane];
  seen[2] = &b->clock[lane];
  seen[3] = &b->bit[lane];
  return (baud_evidence){.size = BAUD_SIZE(baud_evidence), .kind = kind, .lane = lane, .flags = b->flags[lane], .obs_before = seen,
                         .obs = seen + 2, .action = &b->action[lane], .sees_observation = 1, .n_weight = 2, .value = NAN};
}

static double tell(bench *b, const baud_evidence *e, uint32_t channel, double *noise) {
  double n[BAUD_CHANNELS], s[BAUD_CHANNELS];
  assert_int_equal(parity_noise(b->m, &b->world, b->state, e, n), BAUD_OK);
  assert_int_equal(parity_surprise(b->m, b->state, e, s), BAUD_OK);
  for (uint32_t c = 0; c < BAUD_CHANNELS; c++) assert_true(c == channel || (n[c] == 0.0 && s[c] == 0.0));
  *noise = n[channel];
  return s[channel];
}

static void reset(bench *b, uint64_t seed) {
  static const uint32_t pick[LANES] = {0, 1, 2};
  const uint64_t seeds[LANES] = {3 * seed, 3 * seed + 1, 3 * seed + 2};
  baud_batch batch = batch_of(b);
  batch.pick = pick;
  batch.seed = seeds;
  batch.n_pick = LANES;
  assert_int_equal(parity_reset(b->m, &batch), BAUD_OK);
  for (uint32_t k = 0; k < LANES; k++) {
    const void *seen[4];
    double noise;
    assert_true(b->clock[k] == 0 && b->bit[k] == 0);
    baud_evidence e = evidence_of(b, k, BAUD_EV_START, seen);
    assert_true(tell(b, &e, BAUD_CH_OBSERVATION, &noise) == 0.0);
  }
}

static void step(bench *b) {
  baud_batch batch = batch_of(b);
  memcpy(b->clock_before, b->clock, sizeof b->clock);
  memcpy(b->bit_before, b->bit, sizeof b->bit);
  assert_int_equal(parity_step(b->m, &batch), BAUD_OK);
}

static void the_bits_of_every_episode_have_the_worlds_parity(void **unused) {
  (void)unused;
  for (int64_t bits = 1; bits <= 9; bits += 4)
    for (uint64_t seed = 0; seed < 20; seed++) {
      bench b;
      open_bench(&b, bits, seed);
      assert_true(b.spec.max_steps == (uint32_t)bits + 1 && b.spec.entropy_bits == 1.0);
      for (uint64_t episode = 0; episode < 10; episode++) {
        uint32_t parity[LANES] = {0};
        reset(&b, episode);
        for (int64_t t = 1; t <= bits; t++) {
          step(&b);
          for (uint32_t k = 0; k < LANES; k++) {
            assert_true(b.clock[k] == t && b.flags[k] == 0 && b.right[k] == 0.0f);
            parity[k] ^= (uint32_t)b.bit[k];
          }
        }
        for (uint32_t k = 0; k < LANES; k++) {
          assert_int_equal(parity[k], b.world.parity);
          b.action[k] = (int32_t)((k + episode) % 2);
        }
        step(&b);
        for (uint32_t k = 0; k < LANES; k++) {
          assert_int_equal(b.flags[k], BAUD_TERMINATED);
          assert_true(b.right[k] == (b.action[k] == (int32_t)b.world.parity ? 1.0f : 0.0f));
        }
      }
      close_bench(&b);
    }
}

/* Half of the worlds, and half of the bits but the last, are 1: within six standard deviations. */
static void worlds_and_bits_are_fair(void **unused) {
  enum { WORLDS = 3000 };
  (void)unused;
  double worlds = 0.0, bits = 0.0;
  for (uint64_t seed = 0; seed < WORLDS; seed++) {
    bench b;
    open_bench(&b, 2, seed);
    worlds += b.world.parity;
    reset(&b, seed);
    step(&b);
    for (uint32_t k = 0; k < LANES; k++) bits += b.bit[k];
    close_bench(&b);
  }
  assert_true(fabs(worlds - WORLDS / 2.0) < 6.0 * sqrt(WORLDS / 4.0));
  assert_true(fabs(bits - LANES * WORLDS / 2.0) < 6.0 * sqrt(LANES * WORLDS / 4.0));
}

static void the_last_bit_of_the_first_episode_tells_all(void **unused) {
  (void)unused;
  for (uint64_t seed = 0; seed < 20; seed++) {
    bench b;
    open_bench(&b, 6, seed);
    for (uint64_t episode = 0; episode < 3; episode++) {
      reset(&b, 100 * seed + episode);
      for (int t = 1; t <= 7; t++) {
        for (uint32_t k = 0; k < LANES; k++) b.action[k] = (int32_t)k % 2;
        step(&b);
        for (uint32_t k = 0; k < LANES; k++) {
          const void *seen[4];
          double noise, weight[2] = {0};
          weight[b.right[k] > 0.0f] = 1.0;
          baud_evidence e = evidence_of(&b, k, BAUD_EV_STEP, seen);
          e.sees_reward = 1;
          e.weight = weight;
          double surprise = tell(&b, &e, t <= 6 ? BAUD_CH_OBSERVATION : BAUD_CH_REWARD, &noise);
          assert_true(noise == (t < 6 ? 1.0 : 0.0));
          /* lanes are told one after the other, and the first one tells it to all */
          assert_true(surprise - noise == (t == 6 && k == 0 && episode == 0 ? 1.0 : 0.0));
        }
      }
    }
    close_bench(&b);
  }
}

/* Guesses whose outcomes come through a noisy channel, and a demonstrator who errs: Bayes' rule, step by step. */
static void soft_evidence_is_weighed_by_bayes_rule(void **unused) {
  (void)unused;
  uint64_t random = 5;
  for (uint64_t seed = 0; seed < 50; seed++) {
    bench b;
    double posterior[2] = {0.5, 0.5};
    open_bench(&b, 1, seed);
    for (uint64_t episode = 0; episode < 30; episode++) {
      const void *seen[4];
      double p[2], noise, weight[2] = {baud_uniform(&random), baud_uniform(&random)};
      reset(&b, episode);
      step(&b);
      b.action[0] = (int32_t)baud_below(&random, 2);
      int is_shown = baud_bernoulli(&random, 0.5);
      if (!is_shown) step(&b);
      baud_evidence e = evidence_of(&b, 0, is_shown ? BAUD_EV_DEMONSTRATION : BAUD_EV_STEP, seen);
      if (is_shown) seen[0] = &b.clock[0];
      e.sees_observation = 0;
      e.sees_reward = !is_shown;
      e.weight = weight;
      e.competence = 0.7;
      for (int theta = 0; theta < 2; theta++) p[theta] = is_shown ? (theta == b.action[0] ? 0.7 : 0.3) : weight[b.action[0] == theta];
      double all = posterior[0] * p[0] + posterior[1] * p[1];
      double surprise = tell(&b, &e, is_shown ? BAUD_CH_DEMONSTRATION : BAUD_CH_REWARD, &noise);
      assert_true(fabs(surprise + log2(all)) < 1e-9 * fmax(1.0, surprise));
      assert_true(fabs(noise + log2(p[b.world.parity])) < 1e-9 * fmax(1.0, noise));
      for (int theta = 0; theta < 2; theta++) posterior[theta] *= p[theta] / all;
    }
    int32_t clock = 1, action = 1;
    const void *obs[2] = {&clock, &action};
    baud_query query = {BAUD_SIZE(baud_query), BAUD_ASK_ACTION, 0, 2, obs, &action};
    double answer[2] = {0};
    assert_int_equal(parity_answer(b.m, b.state, &query, answer), BAUD_OK);
    assert_true(fabs(answer[1] - posterior[1]) < 1e-9);
    query.target = BAUD_ASK_REWARD;
    assert_int_equal(parity_answer(b.m, b.state, &query, answer), BAUD_OK);
    assert_true(fabs(answer[1] - posterior[1]) < 1e-9);
    close_bench(&b);
  }
}

static void the_quiz_asks_for_the_parity_twice(void **unused) {
  (void)unused;
  for (uint64_t seed = 0; seed < 10; seed++) {
    bench b;
    open_bench(&b, 5, seed);
    for (uint32_t i = 0; i < 2; i++) {
      double truth[2] = {0}, prior[2] = {0};
      int32_t clock = -1, bit = -1, action = -1;
      void *obs[2] = {&clock, &bit};
      baud_item item = {.size = BAUD_SIZE(baud_item), .truth = truth, .prior = prior, .obs = obs, .action = &action};
      assert_int_equal(parity_item(b.m, &b.world, i, &item), BAUD_OK);
      assert_true(clock == 5 && bit == 0 && prior[0] == 0.5 && prior[1] == 0.5 && truth[0] + truth[1] == 1.0);
      if (i == 0) assert_true(item.target == BAUD_ASK_REWARD && action == 0 && truth[b.world.parity == 0] == 1.0);
      else assert_true(item.target == BAUD_ASK_ACTION && truth[b.world.parity] == 1.0);
    }
    close_bench(&b);
  }
}

static void the_expert_shows_the_parity_when_it_is_asked_for(void **unused) {
  (void)unused;
  bench b;
  uint8_t optimal[2 * LANES];
  open_bench(&b, 3, 4);
  reset(&b, 1);
  for (int t = 0; t <= 3; t++) {
    baud_batch batch = batch_of(&b);
    assert_int_equal(parity_optimal(b.m, &batch, optimal), BAUD_OK);
    for (uint32_t i = 0; i < 2 * LANES; i++) assert_int_equal(optimal[i], t == 3 && i % 2 == b.world.parity);
    step(&b);
  }
  close_bench(&b);
}

int main(void) {
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(the_bits_of_every_episode_have_the_worlds_parity),
      cmocka_unit_test(worlds_and_bits_are_fair),
      cmocka_unit_test(the_last_bit_of_the_first_episode_tells_all),
      cmocka_unit_test(soft_evidence_is_weighed_by_bayes_rule),
      cmocka_unit_test(the_quiz_asks_for_the_parity_twice),
      cmocka_unit_test(the_expert_shows_the_parity_when_it_is_asked_for),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
