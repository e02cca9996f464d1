/* test_attend.c - what a group of episodes makes it go along is read from Adam's first moments, and held to central differences
 * of the loss, written out here in double; and by progress it attends to what can be learnt, and not to noise.
 */
#include "../test.h"

#undef fail /* cmocka's: the contract has a function of that name */
#define baud_plugin_1 attend_library
#include "../../../plugins/learner/attend.c"
#undef baud_plugin_1
#include "rig.h"

enum { STATES = 3, ACTIONS = 2, HIDDEN = 4, LENGTH = 3, EPISODES = 3, STEPS = EPISODES * LENGTH, MOST_PARAMS = 256 };

static rig attend_rig(int to, uint32_t lanes) {
  rig r = {.states = STATES, .actions = ACTIONS, .lanes = lanes, .channels = BAUD_MASK(BAUD_CH_OBSERVATION) | BAUD_MASK(BAUD_CH_REWARD)};
  rig_ask(&r, BAUD_ASK_ACTION, ACTIONS, NULL);
  rig_set(&r, "to", to);
  rig_set(&r, "hidden", HIDDEN);
  rig_set(&r, "group", EPISODES);
  rig_set(&r, "weight", 0.7);
  rig_set(&r, "explore", 0.25);
  return r;
}

/* ---- The gradient ---------------------------------------------------------------------------------------- */

/* What happened: state, action, successor; and each episode's return. */
typedef struct story {
  uint32_t n, state[STEPS], action[STEPS], next[STEPS];
  double gain[EPISODES];
} story;

static uint32_t wander(void *ctx, uint32_t lane, uint32_t state, uint32_t action, float *reward, uint8_t *flags) {
  static const uint32_t successor[STATES][ACTIONS] = {{1, 2}, {0, 2}, {1, 0}};
  static const double pays[STATES][ACTIONS] = {{0.5, -1.0}, {2.0, 0.25}, {-0.5, 3.0}};
  story *s = ctx;
  (void)lane;
  *reward = (float)pays[state][action];
  s->state[s->n] = state;
  s->action[s->n] = action;
  s->next[s->n] = successor[state][action];
  s->gain[s->n / LENGTH] += pays[state][action];
  *flags = ++s->n % LENGTH == 0 ? BAUD_TERMINATED : 0;
  return s->next[s->n - 1];
}

/* Of the hidden layer, the logits and what is added to the means, in double. */
typedef struct pass {
  double log_p[ACTIONS], v[STATES];
} pass;

static pass pass_of(const attend_model *m, const double *theta, uint32_t state) {
  pass p;
  double h[HIDDEN], sum = 0.0;
  for (uint32_t j = 0; j < HIDDEN; j++) h[j] = tanh(theta[m->hidden.bias + j] + theta[m->hidden.weight + state * HIDDEN + j]);
  for (uint32_t a = 0; a < ACTIONS; a++) {
    p.log_p[a] = theta[m->policy.bias + a];
    for (uint32_t j = 0; j < HIDDEN; j++) p.log_p[a] += h[j] * theta[m->policy.weight + j * ACTIONS + a];
    sum += exp(p.log_p[a]);
  }
  for (uint32_t a = 0; a < ACTIONS; a++) p.log_p[a] -= log(sum);
  for (uint32_t i = 0; i < STATES; i++) {
    p.v[i] = 0.0;
    for (uint32_t j = 0; j < HIDDEN; j++) p.v[i] += h[j] * theta[m->next.weight + j * STATES + i];
  }
  return p;
}

/* The loss of the story. Weights by progress and means are those of the moment, by theta as it was: `then`. */
static double loss_of(const attend_model *m, const double *theta, const double *then, const story *s) {
  double loss = 0.0, mean[STATES] = {0}, variance[STATES] = {0}, late[STATES] = {0}, baseline = 0.0;
  for (uint32_t t = 0; t < STEPS; t++) {
    uint32_t episode = t / LENGTH;
    pass p = pass_of(m, theta, s->state[t]), as_it_was = pass_of(m, then, s->state[t]);
    double advantage = episode > 0 ? s->gain[episode] - baseline : 0.0;
    loss -= (advantage + (m->to == ATTEND_ALL ? 0.7 : 0.0)) * p.log_p[s->action[t]];
    for (uint32_t i = 0; i < STATES; i++) {
      double seen = s->next[t] == i, progress = variance[i] > 0.0 ? 1.0 - late[i] / variance[i] : 0.0, n = t + 1.0;
      double w = m->to == ATTEND_OUTCOME ? 0.0 : m->to == ATTEND_PROGRESS ? fmax(0.25, progress) : 1.0;
      double off = mean[i] + p.v[i] - seen, was_off = mean[i] + as_it_was.v[i] - seen;
      loss += 0.7 * w * off * off / 2.0;
      variance[i] += ((seen - mean[i]) * (seen - mean[i]) - variance[i]) / n;
      mean[i] += (seen - mean[i]) / n;
      late[i] += (was_off * was_off - late[i]) * fmax(m->late, 1.0 / n);
    }
    if ((t + 1) % LENGTH == 0) baseline += (s->gain[episode] - baseline) / (episode + 1.0);
  }
  return loss / EPISODES;
}

static void a_group_s_step_goes_along_the_gradient_of_its_loss(void **state) {
  (void)state;
  for (int to = 0; to < ATTEND_WAYS; to++) {
    rig r = attend_rig(to, 1);
    if (to == ATTEND_PROGRESS) rig_set(&r, "late", 0.5);
    double then[MOST_PARAMS], theta[MOST_PARAMS], largest = 0.0;
    story s = {.n = 0};
    assert_int_equal(rig_open(&r, &attend_library), BAUD_OK);
    const attend_model *m = r.model;
    assert_true(m->count <= MOST_PARAMS);
    rig_init(&r, 9);
    nn_real *network = r.blocks[ATTEND_THETA];
    for (uint64_t i = 0; i < m->next.in * m->next.out; i++) network[m->next.weight + i] *= 50; /* else it foretells next to nothing */
    for (uint64_t i = 0; i < m->count; i++) theta[i] = then[i] = (double)network[i];
    for (int i = 0; i < STEPS; i++) (void)rig_tick(&r, wander, &s, 0);
    const nn_real *moments = r.blocks[ATTEND_MOMENTS]; /* first moments after one step: a tenth of the gradient */
    for (uint64_t i = 0; i < m->count; i++) {
      double value[2];
      for (int side = 0; side < 2; side++) {
        theta[i] = then[i] + (side ? 1e-5 : -1e-5);
        value[side] = loss_of(m, theta, then, &s);
      }
      theta[i] = then[i];
      double wanted = (value[1] - value[0]) / 2e-5;
      assert_true(fabs(10.0 * (double)moments[i] - wanted) < 1e-5);
      largest = fmax(largest, fabs(wanted));
    }
    assert_true(largest > 0.05);
    rig_close(&r);
  }
}

/* ---- What is attended to --------------------------------------------------------------------------------- */

/* State 2 follows a fair coin; 0 and 1 change places but for that: their order can be learnt, when 2 comes cannot. */
static uint32_t interrupted(void *ctx, uint32_t lane, uint32_t state, uint32_t action, float *reward, uint8_t *flags) {
  uint64_t *random = ctx;
  (void)lane, (void)action, (void)reward;
  *flags = baud_bernoulli(random, 0.2) ? BAUD_TERMINATED : 0;
  return baud_bernoulli(random, 0.5) ? 2 : state == 1 ? 0 : 1;
}

static void noise_is_worth_no_more_than_a_look_by_progress(void **state) {
  (void)state;
  rig r = attend_rig(ATTEND_PROGRESS, 4);
  rig_set(&r, "lr", 0.02);
  rig_set(&r, "explore", 0.02);
  uint64_t random = 7;
  assert_int_equal(rig_open(&r, &attend_library), BAUD_OK);
  rig_init(&r, 9);
  for (int i = 0; i < 6000; i++) (void)rig_tick(&r, interrupted, &random, 0);
  const attend_mean *means = r.blocks[ATTEND_MEANS];
  assert_true(attend_worth(r.model, &means[0]) > 0.15 && attend_worth(r.model, &means[1]) > 0.15);
  assert_true(attend_worth(r.model, &means[2]) == 0.02);
  assert_true(fabs(means[2].late - 0.25) < 0.03); /* a coin's variance: nobody has less */
  rig_close(&r);
}

/* A choice that is paid at once is learnt whatever it attends to, but where own actions are tokens too: then it does what it
 * began to do, for better or worse. */
static uint32_t paid(void *ctx, uint32_t lane, uint32_t state, uint32_t action, float *reward, uint8_t *flags) {
  uint64_t *random = ctx;
  (void)lane;
  *reward = action == state % 2 ? 1.0f : 0.0f;
  *flags = BAUD_TERMINATED;
  return baud_below(random, STATES);
}

static double earned(int to, double weight, uint64_t seed) {
  rig r = attend_rig(to, 4);
  uint64_t random = 7;
  double late = 0.0;
  rig_set(&r, "lr", 0.02);
  rig_set(&r, "weight", weight);
  assert_int_equal(rig_open(&r, &attend_library), BAUD_OK);
  rig_init(&r, seed);
  for (int i = 0; i < 3000; i++) {
    for (uint32_t lane = 0; lane < 4; lane++) r.obs[lane] = (int32_t)baud_below(&random, STATES);
    (void)rig_tick(&r, paid, &random, 0);
    for (uint32_t lane = 0; lane < 4 && i >= 2500; lane++) late += (double)r.reward[lane] / 2000.0;
  }
  rig_close(&r);
  return late;
}

static void own_actions_that_are_foretold_are_repeated(void **state) {
  double all = 0.0;
  (void)state;
  for (uint64_t seed = 0; seed < 8; seed++) {
    assert_true(earned(ATTEND_OUTCOME, 1.0, seed) > 0.95 && earned(ATTEND_OBSERVED, 1.0, seed) > 0.95);
    assert_true(earned(ATTEND_PROGRESS, 1.0, seed) > 0.95);
    all += earned(ATTEND_ALL, 3.0, seed) / 8.0;
  }
  assert_true(all < 0.9);
}

static void predicting_writes_nothing_and_a_seed_gives_one_life(void **state) {
  (void)state;
  uint64_t random = 7;
  rig r = attend_rig(ATTEND_ALL, 3);
  assert_int_equal(rig_open(&r, &attend_library), BAUD_OK);
  rig_check_predict(&r, paid, &random, 30);
  uint64_t hash[3];
  for (uint64_t run = 0; run < 3; run++) {
    uint64_t same = 7;
    rig_init(&r, run == 2 ? 6 : 5);
    for (uint32_t i = 0; i < 20; i++) (void)rig_tick(&r, paid, &same, 0);
    hash[run] = rig_hash(&r, RIG_KEPT);
  }
  assert_true(hash[0] == hash[1] && hash[0] != hash[2]);
  rig_close(&r);
}

int main(void) {
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(a_group_s_step_goes_along_the_gradient_of_its_loss),
      cmocka_unit_test(noise_is_worth_no_more_than_a_look_by_progress),
      cmocka_unit_test(own_actions_that_are_foretold_are_repeated),
      cmocka_unit_test(predicting_writes_nothing_and_a_seed_gives_one_life),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
