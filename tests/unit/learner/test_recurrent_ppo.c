/* test_recurrent_ppo.c - a policy with a memory: going through time again gives what acting gave, a cue is remembered, and
 * what ends with an episode and what is carried on.
 */
#include "../test.h"

#undef fail /* cmocka's: the contract has a function of that name */
#define baud_plugin_1 rp_library
#include "../../../plugins/learner/recurrent_ppo.c"
#undef baud_plugin_1
#include "rig.h"

/* A cue, a corridor, a question: the reward is 1 for the action that the cue named. With `once`, only the first of every
 * `once` episodes shows it. */
enum { AT_START, CUE_LEFT, CUE_RIGHT, CORRIDOR, QUESTION, STATES, LANES = 8, LENGTH = 4 };
typedef struct cues {
  uint64_t random;
  uint32_t once, cue[LANES], step[LANES], episode[LANES], right, asked;
} cues;

static uint32_t cue_world(void *ctx, uint32_t lane, uint32_t state, uint32_t action, float *reward, uint8_t *flags) {
  cues *c = ctx;
  if (state == AT_START) {
    int is_shown = c->once == 0 || c->episode[lane] % c->once == 0;
    if (is_shown) c->cue[lane] = baud_below(&c->random, 2);
    c->step[lane] = 0;
    return is_shown ? CUE_LEFT + c->cue[lane] : CORRIDOR;
  }
  if (state == QUESTION) {
    *reward = action == c->cue[lane] ? 1.0f : 0.0f;
    *flags = BAUD_TERMINATED;
    c->episode[lane]++;
    c->right += action == c->cue[lane];
    c->asked++;
    return QUESTION;
  }
  return ++c->step[lane] == LENGTH ? QUESTION : CORRIDOR;
}

static rig memory_rig(int core) {
  rig r = {.states = STATES, .actions = 2, .lanes = LANES, .start = AT_START, .channels = BAUD_MASK(BAUD_CH_OBSERVATION) | BAUD_MASK(BAUD_CH_REWARD)};
  rig_ask(&r, BAUD_ASK_ACTION, 2, NULL);
  rig_set(&r, "core", core);
  rig_set(&r, "units", 16);
  rig_set(&r, "heads", 2);
  rig_set(&r, "window", 12);
  rig_set(&r, "horizon", 24);
  rig_set(&r, "lr", 3e-3);
  return r;
}

static void going_through_time_again_gives_what_acting_gave(void **state) {
  (void)state;
  for (int core = 0; core < NN_SEQUENCE_KINDS; core++)
    for (int carry = 0; carry < 2; carry++) {
      cues c = {.random = 3};
      rig r = memory_rig(core);
      rig_set(&r, "carry", carry);
      rig_set(&r, "layers", 2);
      rig_set(&r, "epochs", 1);
      assert_int_equal(rig_open(&r, &rp_library), BAUD_OK);
      rig_init(&r, 8);
      const rp_model *m = r.model;
      for (int rollout = 0; rollout < 3; rollout++) {
        for (uint32_t i = 0; i + 1 < m->horizon; i++) (void)rig_tick(&r, cue_world, &c, 0);
        rig_predict(&r, BAUD_TRAIN, 0); /* the last step of the rollout, before it is learnt from */
        nn_tape t = rp_tape(m, r.blocks, NN_INFER, NULL);
        void *arena = aligned_alloc(64, (m->arena + 63) / 64 * 64);
        nn_tape_open(&t, arena, m->arena);
        nn_begin(&t, NN_INFER);
        nn_bind(&t, r.blocks[RP_THETA], NULL);
        nn_sequence_memory before = nn_sequence_memory_at(r.blocks + RP_BEGINNING);
        rp_heads heads = rp_forward(&t, m, r.blocks[RP_INPUT], m->rows, &before, r.blocks[RP_STARTS], NULL);
        nn_categorical head = nn_categorical_head(&t, heads.logits, NULL);
        assert_false(nn_is_dry(&t));
        for (uint32_t row = 0; row < m->rows; row++) {
          int32_t action = ((int32_t *)r.blocks[RP_ACTION])[row];
          assert_close((double)head.log_p[row * 2 + (uint32_t)action], (double)((float *)r.blocks[RP_LOG_PROB])[row], 1e-5);
          assert_close((double)heads.value.x[row], (double)((float *)r.blocks[RP_VALUE])[row], 1e-5);
        }
        free(arena);
        for (uint32_t lane = 0; lane < LANES; lane++) {
          r.reward[lane] = 0.0f;
          r.flags[lane] = 0;
          r.next[lane] = (int32_t)cue_world(&c, lane, (uint32_t)r.obs[lane], (uint32_t)r.action[lane], &r.reward[lane], &r.flags[lane]);
        }
        rig_learn(&r);
      }
      rig_close(&r);
    }
}

/* Right answers in the last quarter of a life. */
static double skill(rig *r, cues *c, int ticks) {
  assert_int_equal(rig_open(r, &rp_library), BAUD_OK);
  rig_init(r, 5);
  for (int i = 0; i < ticks; i++) {
    if (i == ticks * 3 / 4) c->right = c->asked = 0;
    (void)rig_tick(r, cue_world, c, 0);
  }
  rig_close(r);
  return (double)c->right / c->asked;
}

static void every_core_remembers_a_cue(void **state) {
  (void)state;
  for (int core = 0; core < NN_SEQUENCE_KINDS; core++) {
    cues c = {.random = 7};
    rig r = memory_rig(core);
    assert_true(skill(&r, &c, 6000) > 0.95);
  }
}

static void only_what_is_carried_on_helps_in_the_next_episode(void **state) {
  (void)state;
  for (int carry = 0; carry < 2; carry++) {
    cues c = {.random = 7, .once = 3};
    rig r = memory_rig(NN_SEQUENCE_GRU);
    rig_set(&r, "carry", carry);
    double right = skill(&r, &c, 16000);
    /* cut off: all of the first, half of the two others, and no more: 1/3 + 2/3 * 1/2 */
    if (carry) assert_true(right > 0.9);
    else assert_true(right < 0.75);
  }
}

/* A world without chance: in a circle, ending now and then. */
static uint32_t circle(void *ctx, uint32_t lane, uint32_t state, uint32_t action, float *reward, uint8_t *flags) {
  (void)ctx;
  *reward = state == lane % STATES ? 1.0f : 0.0f;
  *flags = state == QUESTION && action == 1 ? BAUD_TERMINATED : 0;
  return (state + 1 + action) % STATES;
}

/* The circle, cut off in one lane at one step. */
enum { ROLLOUT = 8, CUT_LANE = 2, CUT_STEP = 4 };
static uint32_t cut_circle(void *ctx, uint32_t lane, uint32_t state, uint32_t action, float *reward, uint8_t *flags) {
  const int *step = ctx;
  uint32_t next = circle(NULL, lane, state, action, reward, flags);
  if (lane == CUT_LANE) *flags = *step == CUT_STEP ? BAUD_TRUNCATED : 0;
  return next;
}

/* A rollout's estimates, GAE written out: an end is worth nothing, a cut and the last step what the successor is worth -
 * which is what a life that was not cut says of it one step later. */
static void targets_are_the_sums_that_they_should_be(void **state) {
  const double discount = 0.9, lambda = 0.7;
  float worth = NAN;
  (void)state;
  for (int is_cut = 0; is_cut < 2; is_cut++) {
    rig r = memory_rig(NN_SEQUENCE_GRU);
    rig_set(&r, "carry", 1);
    rig_set(&r, "horizon", ROLLOUT);
    rig_set(&r, "discount", discount);
    rig_set(&r, "lambda", lambda);
    assert_int_equal(rig_open(&r, &rp_library), BAUD_OK);
    rig_init(&r, 5);
    for (int step = 0; step < ROLLOUT; step++) {
      int at = is_cut ? step : -1;
      (void)rig_tick(&r, cut_circle, &at, 0);
    }
    const float *value = r.blocks[RP_VALUE], *successor = r.blocks[RP_SUCCESSOR], *reward = r.blocks[RP_REWARD], *target = r.blocks[RP_TARGET];
    const uint8_t *flags = r.blocks[RP_FLAGS];
    if (!is_cut) worth = value[(CUT_STEP + 1) * LANES + CUT_LANE];
    else assert_true(fabs((double)(successor[CUT_STEP * LANES + CUT_LANE] - worth)) < 1e-6);
    for (uint32_t lane = 0; lane < LANES; lane++) {
      double advantage = 0.0;
      for (uint32_t step = ROLLOUT; step-- > 0;) {
        uint32_t row = step * LANES + lane;
        int is_over = flags[row] != 0, is_last = step + 1 == ROLLOUT || (flags[row] & BAUD_TRUNCATED);
        double next = flags[row] & BAUD_TERMINATED ? 0.0 : (double)(is_last ? successor[row] : value[row + LANES]);
        advantage = (double)reward[row] + discount * next - (double)value[row] + (is_over ? 0.0 : discount * lambda * advantage);
        assert_true(fabs((double)target[row] - (advantage + (double)value[row])) < 1e-5);
      }
    }
    rig_close(&r);
  }
}

static void the_same_seed_gives_the_same_life(void **state) {
  (void)state;
  for (int core = 0; core < NN_SEQUENCE_KINDS; core++) {
    rig r = memory_rig(core);
    assert_int_equal(rig_open(&r, &rp_library), BAUD_OK);
    rig_check_determinism(&r, circle, NULL, 60);
    rig_close(&r);
  }
}

/* Where a memory was cut, learning through time begins anew, as at the beginning of an episode. */
static void what_was_cut_is_not_learnt_across(void **state) {
  (void)state;
  const baud_cut *cut = rp_extension("baud.memory/1");
  cues c = {.random = 7};
  rig r = memory_rig(NN_SEQUENCE_GRU);
  rig_set(&r, "carry", 1);
  rig_set(&r, "horizon", 16);
  assert_int_equal(rig_open(&r, &rp_library), BAUD_OK);
  rig_init(&r, 5);
  for (int i = 0; i < 10; i++) (void)rig_tick(&r, cue_world, &c, 0);
  assert_int_equal(cut->cut(r.model, r.blocks, 3, BAUD_CUT_CLEAR, 0), BAUD_OK);
  (void)rig_tick(&r, cue_world, &c, 0);
  const uint8_t *starts = NULL;
  for (uint32_t i = 0; i < r.setup.n_blocks; i++)
    if (strcmp(r.setup.blocks[i].name, "rollout_starts") == 0) starts = r.blocks[i];
  assert_non_null(starts);
  for (uint32_t step = 0; step < 11; step++)
    for (uint32_t lane = 0; lane < r.setup.lanes; lane++)
      assert_int_equal(starts[step * r.setup.lanes + lane], step == 0 || (step == 10 && lane == 3));
  rig_close(&r);
}

static void a_lane_can_be_made_to_forget(void **state) {
  (void)state;
  const baud_cut *cut = rp_extension("baud.memory/1");
  for (int core = 0; core < NN_SEQUENCE_KINDS; core++) {
    cues c = {.random = 7};
    rig r = memory_rig(core);
    rig_set(&r, "carry", 1);
    assert_int_equal(rig_open(&r, &rp_library), BAUD_OK);
    rig_init(&r, 5);
    for (int i = 0; i < 10; i++) (void)rig_tick(&r, cue_world, &c, 0);
    assert_int_equal(cut->cut(r.model, r.blocks, 3, BAUD_CUT_COMPRESS, 1), BAUD_EUNSUP);
    uint64_t before = rig_hash(&r, RIG_KEPT);
    assert_int_equal(cut->cut(r.model, r.blocks, 3, BAUD_CUT_KEEP, 0), BAUD_OK);
    assert_true(before == rig_hash(&r, RIG_KEPT));
    assert_int_equal(cut->cut(r.model, r.blocks, 3, BAUD_CUT_CLEAR, 0), BAUD_OK);
    for (uint32_t i = 0; i < r.setup.n_blocks; i++) {
      if (r.setup.blocks[i].role != BAUD_MEMORY || r.setup.blocks[i].count == 0) continue;
      size_t bytes = r.setup.blocks[i].count * 4;
      for (uint32_t lane = 2; lane < 5; lane++) {
        int is_clear = 1;
        for (size_t k = 0; k < bytes; k++) is_clear &= ((char *)r.blocks[i])[lane * bytes + k] == 0;
        assert_int_equal(is_clear, lane == 3);
      }
    }
    rig_close(&r);
  }
}

int main(void) {
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(going_through_time_again_gives_what_acting_gave),
      cmocka_unit_test(every_core_remembers_a_cue),
      cmocka_unit_test(only_what_is_carried_on_helps_in_the_next_episode),
      cmocka_unit_test(targets_are_the_sums_that_they_should_be),
      cmocka_unit_test(the_same_seed_gives_the_same_life),
      cmocka_unit_test(a_lane_can_be_made_to_forget),
    cmocka_unit_test(what_was_cut_is_not_learnt_across),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
