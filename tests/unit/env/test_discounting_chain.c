/* test_discounting_chain.c - the five promises against recorded steps of bsuite's, and the observer against Bayes'
 * rule.
 */
#include "../../../plugins/env/discounting_chain.c" /* first: cmocka has a macro named fail */

#include <setjmp.h>
#include <stdarg.h>
#include <cmocka.h>

#include "bench.h"
#include "bsuite_chain.h"

static bench b;

static void open_chain(int64_t view, uint32_t bonus) {
  const baud_value values[CHAIN_PARAMS] = {{view, 0, NULL}};
  bench_open(&b, &chain_ops, values, 1);
  ((chain_world *)(void *)b.world)->bonus = bonus;
  bench_reset(&b, 0, 1);
}

static void sights_and_rewards_are_those_of_bsuite(void **unused) {
  (void)unused;
  for (size_t i = 0; i < sizeof chain_recorded / sizeof *chain_recorded; i++) {
    const char *line = chain_recorded[i];
    if (line[0] == 'E') {
      if (i > 0) bench_close(&b);
      open_chain(CHAIN_NUMBERS, (uint32_t)tape_number(line, 1));
      tape_sees(&b, line, 2, 2);
      continue;
    }
    b.action[0] = (int32_t)tape_number(line, 1);
    bench_step(&b);
    assert_true(b.fact[CHAIN_REWARD][0] == (float)tape_number(line, 2));
    assert_int_equal(b.flags[0], tape_number(line, 3) != 0.0 ? BAUD_TERMINATED : 0);
    tape_sees(&b, line, 4, 2);
  }
  bench_close(&b);
}

static void success_is_the_chain_with_the_bonus(void **unused) {
  (void)unused;
  for (uint32_t bonus = 0; bonus < CHAIN_CHAINS; bonus++)
    for (int32_t first = 0; first < CHAIN_CHAINS; first++) {
      double sum = 0.0;
      open_chain(CHAIN_INDEX, bonus);
      for (uint32_t step = 1; step <= CHAIN_LENGTH; step++) {
        b.action[0] = step == 1 ? first : (int32_t)(step % CHAIN_CHAINS);
        bench_step(&b);
        sum += (double)b.fact[CHAIN_REWARD][0];
        assert_int_equal(((int32_t *)(void *)b.sight[0])[0], (first + 1) * 101 + (int32_t)step);
        assert_true(b.fact[CHAIN_SUCCESS][0] == (step == CHAIN_LENGTH && (uint32_t)first == bonus ? 1.0f : 0.0f));
      }
      assert_true(sum == (double)((uint32_t)first == bonus ? 1.1f : 1.0f));
      bench_close(&b);
    }
}

static void each_chain_has_the_bonus_once_in_five(void **unused) {
  double count[CHAIN_CHAINS] = {0}, chi = 0.0; /* of 4 degrees of freedom: above 35 with probability 5e-7 */
  (void)unused;
  open_chain(CHAIN_NUMBERS, 0);
  assert_true(fabs(b.spec.entropy_bits - log2(5.0)) < 1e-12);
  for (uint64_t seed = 0; seed < 5000; seed++) {
    bench_draw(&b, seed);
    count[((chain_world *)(void *)b.world)->bonus]++;
  }
  for (int c = 0; c < CHAIN_CHAINS; c++) chi += (count[c] - 1000.0) * (count[c] - 1000.0) / 1000.0;
  assert_true(chi < 35.0);
  bench_close(&b);
}

/* ---- The observer ---------------------------------------------------------------------------------------- */

/* The bits of reward in lane 0's last step, as it is. */
static double told(void *state, uint32_t fact, const double *weight, double noise[1]) {
  double bits[BAUD_CHANNELS];
  const void *sight[1] = {b.sight[0]};
  baud_evidence e = {.size = BAUD_SIZE(baud_evidence),
                     .kind = BAUD_EV_STEP,
                     .flags = b.flags[0],
                     .obs_before = sight,
                     .obs = sight,
                     .action = b.action,
                     .sees_reward = 1,
                     .fact = fact,
                     .n_weight = fact == CHAIN_SUCCESS ? 2 : CHAIN_VALUES,
                     .weight = weight};
  assert_int_equal(chain_observer.noise(b.model, b.world, state, &e, bits), BAUD_OK);
  noise[0] = bits[BAUD_CH_REWARD];
  assert_int_equal(chain_observer.surprise(b.model, state, &e, bits), BAUD_OK);
  assert_true(bits[BAUD_CH_OBSERVATION] == 0.0 && bits[BAUD_CH_DEMONSTRATION] == 0.0);
  return bits[BAUD_CH_REWARD];
}

/* In every world, in any order, with either fact: h(1/5) and so on, log2 5 in all, and then it is settled. */
static void elimination_tells_log2_five_bits(void **unused) {
  (void)unused;
  for (int64_t view = 0; view < CHAIN_VIEWS; view++)
    for (uint32_t fact = 0; fact < CHAIN_FACTS; fact++)
      for (uint32_t bonus = 0; bonus < CHAIN_CHAINS; bonus++) {
        double state[CHAIN_CHAINS], all = 0.0, noise;
        open_chain(view, bonus);
        assert_int_equal(chain_observer.open(b.model, state, 1), BAUD_OK);
        for (uint32_t tried = 0; tried < CHAIN_CHAINS; tried++) {
          int32_t first = (int32_t)((3 * tried + 1) % CHAIN_CHAINS);
          double bits = 0.0, left = (double)(CHAIN_CHAINS - tried);
          bench_reset(&b, 0, 1);
          for (uint32_t step = 1; step <= CHAIN_LENGTH; step++) {
            double weight[CHAIN_VALUES] = {0};
            b.action[0] = first;
            bench_step(&b);
            for (int x = 0; x < CHAIN_VALUES; x++)
              weight[x] = fact == CHAIN_SUCCESS ? (float)x == b.fact[fact][0] : chain_value[x] == b.fact[fact][0];
            bits += told(state, fact, weight, &noise);
            assert_true(noise == 0.0);
          }
          all += bits;
          int is_found = (uint32_t)first == bonus;
          assert_true(fabs(bits - (is_found ? log2(left) : -log2(1.0 - 1.0 / left))) < 1e-12);
          assert_int_equal(chain_observer.settled(b.model, state), is_found || left <= 2.0);
          if (is_found) break;
        }
        assert_true(fabs(all - log2(5.0)) < 1e-12);
        assert_int_equal(chain_observer.settled(b.model, state), 1);
        bench_close(&b);
      }
}

/* Softened evidence against Bayes' rule by hand, and the answer. */
static void softened_evidence_is_weighed_by_bayes_rule(void **unused) {
  double state[CHAIN_CHAINS], own[CHAIN_CHAINS], answer[CHAIN_CHAINS], noise;
  uint64_t random = 9;
  (void)unused;
  open_chain(CHAIN_NUMBERS, 2);
  assert_int_equal(chain_observer.open(b.model, state, 1), BAUD_OK);
  for (int c = 0; c < CHAIN_CHAINS; c++) own[c] = 0.2;
  for (int episode = 0; episode < 40; episode++) {
    int32_t first = (int32_t)baud_below(&random, CHAIN_CHAINS);
    bench_reset(&b, 0, 1);
    for (uint32_t step = 1; step <= chain_pays_after[first]; step++) {
      double weight[CHAIN_VALUES] = {baud_uniform(&random), baud_uniform(&random), baud_uniform(&random)}, p = 0.0;
      b.action[0] = first;
      bench_step(&b);
      double bits = told(state, CHAIN_REWARD, weight, &noise);
      int pays = step == chain_pays_after[first];
      for (int c = 0; c < CHAIN_CHAINS; c++) p += own[c] *= weight[!pays ? 0 : c == first ? 2 : 1];
      for (int c = 0; c < CHAIN_CHAINS; c++) own[c] /= p;
      assert_true(fabs(bits + log2(p)) < 1e-12);
      assert_true(fabs(noise + log2(weight[!pays ? 0 : first == 2 ? 2 : 1])) < 1e-12);
    }
  }
  bench_reset(&b, 0, 1);
  const void *sight[1] = {b.sight[0]};
  baud_query query = {
      .size = BAUD_SIZE(baud_query), .target = BAUD_ASK_ACTION, .n_answers = CHAIN_CHAINS, .obs = sight};
  assert_int_equal(chain_observer.answer(b.model, state, &query, answer), BAUD_OK);
  for (int c = 0; c < CHAIN_CHAINS; c++) assert_true(fabs(answer[c] - own[c]) < 1e-12);
  bench_close(&b);
}

static void a_demonstration_is_worth_what_the_expert_is(void **unused) {
  double state[CHAIN_CHAINS], bits[BAUD_CHANNELS];
  (void)unused;
  open_chain(CHAIN_NUMBERS, 3);
  uint8_t optimal[CHAIN_CHAINS];
  baud_batch batch = bench_batch(&b);
  assert_int_equal(chain_optimal(b.model, &batch, optimal), BAUD_OK);
  assert_memory_equal(optimal, "\0\0\0\1\0", CHAIN_CHAINS);
  assert_int_equal(chain_observer.open(b.model, state, 1), BAUD_OK);
  const void *sight[1] = {b.sight[0]};
  int32_t shown = 3;
  baud_evidence e = {.size = BAUD_SIZE(baud_evidence),
                     .kind = BAUD_EV_DEMONSTRATION,
                     .obs_before = sight,
                     .obs = sight,
                     .action = &shown,
                     .competence = 0.9};
  assert_int_equal(chain_observer.surprise(b.model, state, &e, bits), BAUD_OK);
  assert_true(fabs(bits[BAUD_CH_DEMONSTRATION] - log2(5.0)) < 1e-12); /* .9 / 5 + .1 / 5 */
  assert_true(fabs(state[3] - 0.9) < 1e-12 && fabs(state[0] - 0.025) < 1e-12);
  assert_int_equal(chain_observer.noise(b.model, b.world, state, &e, bits), BAUD_OK);
  assert_true(fabs(bits[BAUD_CH_DEMONSTRATION] + log2(0.9)) < 1e-12);
  bench_close(&b);
}

/* ---- Quiz, refusals, picture ------------------------------------------------------------------------------ */

static void the_quiz_asks_which_chain(void **unused) {
  double truth[CHAIN_CHAINS], prior[CHAIN_CHAINS];
  float sight[2];
  void *obs[1] = {sight};
  baud_item item = {.size = BAUD_SIZE(baud_item), .truth = truth, .prior = prior, .obs = obs};
  uint32_t n, most, independence;
  (void)unused;
  open_chain(CHAIN_NUMBERS, 4);
  assert_int_equal(chain_quiz.count(b.model, &n, &most, &independence), BAUD_OK);
  assert_int_equal(n, 1);
  assert_int_equal(most, 5);
  assert_int_equal(chain_quiz.item(b.model, b.world, 0, &item), BAUD_OK);
  assert_true(sight[0] == -1.0f && sight[1] == 0.0f);
  for (int c = 0; c < CHAIN_CHAINS; c++) assert_true(truth[c] == (c == 4) && prior[c] == 0.2);
  assert_int_equal(chain_quiz.item(b.model, b.world, 1, &item), BAUD_EARG);
  bench_close(&b);
}

static void an_action_that_there_is_not_is_refused(void **unused) {
  const baud_value values[CHAIN_PARAMS] = {{0, 0, NULL}};
  (void)unused;
  bench_refuses(&chain_ops, values, CHAIN_CHAINS);
}

static void the_picture_shows_what_the_chains_pay(void **unused) {
  char cells[CHAIN_WIDTH * CHAIN_CHAINS + 1] = {0};
  (void)unused;
  open_chain(CHAIN_NUMBERS, 2);
  b.action[0] = 3;
  bench_step(&b);
  assert_int_equal(chain_picture(b.model, b.world, b.lane, cells), BAUD_OK);
  assert_memory_equal(cells + 2 * CHAIN_WIDTH, "        10: 1.1", 15);
  assert_memory_equal(cells + 3 * CHAIN_WIDTH, "  1 of  30: 1.0", 15);
  bench_close(&b);
}

int main(void) {
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(sights_and_rewards_are_those_of_bsuite),
      cmocka_unit_test(success_is_the_chain_with_the_bonus),
      cmocka_unit_test(each_chain_has_the_bonus_once_in_five),
      cmocka_unit_test(elimination_tells_log2_five_bits),
      cmocka_unit_test(softened_evidence_is_weighed_by_bayes_rule),
      cmocka_unit_test(a_demonstration_is_worth_what_the_expert_is),
      cmocka_unit_test(the_quiz_asks_which_chain),
      cmocka_unit_test(an_action_that_there_is_not_is_refused),
      cmocka_unit_test(the_picture_shows_what_the_chains_pay),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
