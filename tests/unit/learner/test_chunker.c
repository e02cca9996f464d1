/* test_chunker.c - what is asked for at the end of a sequence was told at its beginning: a level above that is told of the
 * unexpected alone has it one symbol back, and one that is told of all symbols further back than it learns through.
 */
#include "../test.h"

#undef fail /* cmocka's: the contract has a function of that name */
#define baud_plugin_1 chunker_library
#include "../../../plugins/learner/chunker.c"
#undef baud_plugin_1
#include "rig.h"

/* An opener 0 or 1, BETWEEN symbols that follow each other, and the opener's closing symbol; then the next sequence. */
enum { BETWEEN = 8, FIRST = 2, CLOSERS = FIRST + BETWEEN, SYMBOLS = CLOSERS + 2, LANES = 2 };

typedef struct lanes_of {
  uint64_t random;
  uint32_t opener[LANES];
} lanes_of;

static uint32_t sequences(void *ctx, uint32_t lane, uint32_t symbol, uint32_t action, float *reward, uint8_t *flags) {
  lanes_of *all = ctx;
  (void)action, (void)reward, (void)flags;
  if (symbol >= CLOSERS) return all->opener[lane] = baud_below(&all->random, 2);
  if (symbol == CLOSERS - 1) return CLOSERS + all->opener[lane];
  return symbol < FIRST ? FIRST : symbol + 1;
}

static rig chunker_rig(int passes) {
  rig r = {.states = SYMBOLS, .actions = SYMBOLS, .lanes = LANES, .channels = BAUD_MASK(BAUD_CH_OBSERVATION) | BAUD_MASK(BAUD_CH_REWARD)};
  rig_ask(&r, BAUD_ASK_ACTION, SYMBOLS, NULL);
  rig_ask(&r, BAUD_ASK_OBSERVATION, SYMBOLS, NULL);
  rig_set(&r, "passes", passes);
  rig_set(&r, "units", 16);
  rig_set(&r, "lr", 0.01);
  return r;
}

/* The mean probability of the closing symbols that came in the last `n` of `ticks`, and the share of them that it said. */
typedef struct hits {
  double p, said;
} hits;

static hits closers_foretold(rig *r, uint32_t ticks, uint32_t n) {
  lanes_of all = {.random = 5};
  hits sum = {0.0, 0.0};
  double of = 0.0;
  rig_init(r, 9);
  for (uint32_t i = 0; i < ticks; i++) {
    (void)rig_tick(r, sequences, &all, 0); /* its answers stay until the next one */
    for (uint32_t lane = 0; lane < LANES && i >= ticks - n; lane++) {
      if (r->next[lane] < CLOSERS) continue;
      sum.p += (double)r->answer[1][lane * SYMBOLS + (uint32_t)r->next[lane]];
      sum.said += r->action[lane] == r->next[lane];
      of += 1.0;
    }
  }
  assert_true(of > 100.0);
  return (hits){sum.p / of, sum.said / of};
}

/* Told of all, a closer is a coin's: of 400 six standard errors are .15. */
static void what_began_a_sequence_is_known_at_its_end_where_the_unexpected_alone_is_told(void **state) {
  (void)state;
  for (int passes = 0; passes < 2; passes++) {
    rig r = chunker_rig(passes);
    assert_int_equal(rig_open(&r, &chunker_library), BAUD_OK);
    assert_int_equal(r.setup.subscribed, BAUD_MASK(BAUD_CH_OBSERVATION)); /* it is told of no reward */
    hits late = closers_foretold(&r, 12000, 2000);
    if (passes == CHUNKER_UNEXPECTED) assert_true(late.p > 0.98 && late.said == 1.0);
    else assert_true(late.p < 0.65 && fabs(late.said - 0.5) < 0.15);
    rig_close(&r);
  }
}

/* After many sequences the state moves at openers and closers, and at nothing between; told of all it moves always. */
static void the_level_above_stands_still_where_nothing_is_unexpected(void **state) {
  (void)state;
  for (int passes = 0; passes < 2; passes++) {
    rig r = chunker_rig(passes);
    lanes_of all = {.random = 5};
    nn_real before[16];
    int moved[2] = {0, 0}, ticks[2] = {0, 0};
    assert_int_equal(rig_open(&r, &chunker_library), BAUD_OK);
    rig_init(&r, 9);
    const nn_real *now = r.blocks[CHUNKER_STATE];
    for (uint32_t i = 0; i < 4000; i++) {
      int is_between = r.obs[0] > FIRST && r.obs[0] < CLOSERS;
      memcpy(before, now, sizeof before);
      (void)rig_tick(&r, sequences, &all, 0);
      if (i < 3000) continue;
      ticks[is_between]++;
      moved[is_between] += memcmp(before, now, sizeof before) != 0;
    }
    assert_true(ticks[0] > 200 && ticks[1] > 600);
    assert_int_equal(moved[1], passes == CHUNKER_ALL ? ticks[1] : 0);
    assert_true(passes == CHUNKER_ALL ? moved[0] == ticks[0] : moved[0] >= ticks[0] / 2); /* FIRST itself follows both openers */
    rig_close(&r);
  }
}

static void predicting_writes_no_weights_and_a_seed_gives_one_life(void **state) {
  (void)state;
  rig r = chunker_rig(CHUNKER_UNEXPECTED);
  lanes_of all = {.random = 5};
  assert_int_equal(rig_open(&r, &chunker_library), BAUD_OK);
  rig_init(&r, 9);
  for (int i = 0; i < 40; i++) {
    uint64_t frozen = rig_hash(&r, RIG_FROZEN);
    rig_predict(&r, BAUD_EVAL, 0);
    rig_predict(&r, BAUD_TRAIN, 0);
    assert_true(frozen == rig_hash(&r, RIG_FROZEN));
    (void)rig_tick(&r, sequences, &all, 0);
  }
  uint64_t hash[3];
  for (uint64_t run = 0; run < 3; run++) {
    lanes_of same = {.random = 5};
    rig_init(&r, run == 2 ? 6 : 5);
    for (uint32_t i = 0; i < 100; i++) (void)rig_tick(&r, sequences, &same, 0);
    hash[run] = rig_hash(&r, RIG_KEPT);
  }
  assert_true(hash[0] == hash[1] && hash[0] != hash[2]);
  rig_close(&r);
}

int main(void) {
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(what_began_a_sequence_is_known_at_its_end_where_the_unexpected_alone_is_told),
      cmocka_unit_test(the_level_above_stands_still_where_nothing_is_unexpected),
      cmocka_unit_test(predicting_writes_no_weights_and_a_seed_gives_one_life),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
