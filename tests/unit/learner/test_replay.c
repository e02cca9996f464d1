/* test_replay.c - the replay buffer: what it keeps, and that a draw is the n-step return of what was stored, by a sum of
 * its own over the whole history.
 */
#include "../test.h"

#undef fail /* cmocka's: the contract has a function of that name */
#include "baud/replay.h"

enum { LANES = 3, ROWS = 20, TICKS = 53, FEATURES = 2 };

/* A history in which every number tells where it stands: feature 0 is the lane, 1 the tick. */
static uint8_t flags_of(uint32_t lane, uint32_t tick) {
  uint32_t x = (tick * 7 + lane * 5) % 11;
  return x == 0 ? BAUD_TERMINATED : x == 5 ? BAUD_TRUNCATED : 0;
}
static float reward_of(uint32_t lane, uint32_t tick) { return (float)(tick % 5) - 1.5f * (float)lane; }

typedef struct history {
  baud_features features;
  baud_replay replay;
  baud_block blocks[BAUD_REPLAY_BLOCKS];
  void *at[BAUD_REPLAY_BLOCKS];
} history;

static void open_history(history *h) {
  static const size_t bytes[] = {[BAUD_U8] = 1, [BAUD_F32] = 4, [BAUD_U64] = 8};
  static const baud_field field = {.size = BAUD_SIZE(baud_field), .dtype = BAUD_F32, .count = FEATURES, .name = "where"};
  static const baud_field action = BAUD_DISCRETE_FIELD("action", 100, "the tick, modulo 100");
  h->features = (baud_features){.lanes = LANES, .n_fields = 1, .n = FEATURES, .choices = 100, .action = action, .field = {field}};
  h->replay = baud_replay_open(&h->features, LANES * ROWS - 1, h->blocks);
  for (int i = 0; i < BAUD_REPLAY_BLOCKS; i++) assert_non_null(h->at[i] = calloc(h->blocks[i].count, bytes[h->blocks[i].dtype]));
}
static void close_history(history *h) {
  for (int i = 0; i < BAUD_REPLAY_BLOCKS; i++) free(h->at[i]);
}

static void store_tick(history *h, uint32_t tick) {
  float obs[LANES][FEATURES], next[LANES][FEATURES], reward[LANES];
  int32_t action[LANES];
  uint8_t flags[LANES];
  for (uint32_t k = 0; k < LANES; k++) {
    obs[k][0] = next[k][0] = (float)k;
    obs[k][1] = (float)tick;
    next[k][1] = (float)tick + 0.5f; /* its own successor's mark, which no first observation has */
    action[k] = (int32_t)tick % 100;
    reward[k] = reward_of(k, tick);
    flags[k] = flags_of(k, tick);
  }
  const void *const o[1] = {obs}, *const n[1] = {next};
  baud_outcome outcome = {
      .size = BAUD_SIZE(baud_outcome), .lanes = LANES, .obs = o, .next_obs = n, .action = action, .reward = reward, .flags = flags};
  baud_replay_store(&h->replay, &h->features, h->at, &outcome);
}

/* The draw that began at this lane and tick, when `last` was the newest. */
static void check_draw(uint32_t lane, uint32_t tick, uint32_t last, uint32_t n, double discount, const float *next, float reward, float weight) {
  double sum = 0.0, power = 1.0;
  uint32_t at = tick;
  for (uint32_t k = 0;; k++, at++) {
    sum += power * (double)reward_of(lane, at);
    power *= discount;
    if (k + 1 == n || flags_of(lane, at) || at == last) break;
  }
  assert_close((double)reward, sum, 1e-5);
  assert_close((double)weight, flags_of(lane, at) == BAUD_TERMINATED ? 0.0 : power, 1e-6);
  assert_true(next[0] == (float)lane && next[1] == (float)at + 0.5f);
}

static void a_draw_is_an_n_step_return_of_what_is_kept(void **state) {
  (void)state;
  for (uint32_t n = 1; n <= 6; n += n == 3 ? 3 : 1) {
    history h;
    open_history(&h);
    uint64_t random = 5;
    uint32_t drawn[LANES][TICKS] = {{0}};
    for (uint32_t tick = 0; tick < TICKS; tick++) {
      store_tick(&h, tick);
      assert_int_equal(baud_replay_held(&h.replay, h.at), tick + 1 < ROWS ? tick + 1 : ROWS);
      for (int i = 0; i < 500; i++) {
        float obs[FEATURES], next[FEATURES], action, reward, weight;
        const baud_replay_batch to = {obs, next, &action, &reward, &weight, NULL};
        baud_replay_sample(&h.replay, h.at, n, 0.9, &random, &to, 1);
        uint32_t lane = (uint32_t)obs[0], begun = (uint32_t)obs[1];
        assert_true(lane < LANES && begun <= tick && begun + ROWS > tick && action == (float)(begun % 100));
        check_draw(lane, begun, tick, n, 0.9, next, reward, weight);
        if (tick == TICKS - 1) drawn[lane][begun]++;
      }
    }
    for (int more = 0; more < 60000; more++) { /* every kept step is drawn: P(one is not) < 60 (59/60)^60000 < 1e-400 */
      float obs[FEATURES], next[FEATURES], action, reward, weight;
      const baud_replay_batch to = {obs, next, &action, &reward, &weight, NULL};
      baud_replay_draw(&h.replay, h.at, n, 0.9, &random, &to, 0);
      drawn[(uint32_t)obs[0]][(uint32_t)obs[1]]++;
    }
    for (uint32_t k = 0; k < LANES; k++)
      for (uint32_t tick = 0; tick < TICKS; tick++) assert_int_equal(drawn[k][tick] > 0, tick + ROWS >= TICKS);
    close_history(&h);
  }
}

static void room_is_for_as_many_transitions_as_asked_for_at_least(void **state) {
  (void)state;
  history h;
  open_history(&h);
  assert_int_equal(h.replay.rows, ROWS);
  close_history(&h);
}

int main(void) {
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(a_draw_is_an_n_step_return_of_what_is_kept),
      cmocka_unit_test(room_is_for_as_many_transitions_as_asked_for_at_least),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
