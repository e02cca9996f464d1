/* Learners of a policy and a value from rollouts: PPO and A2C, and what they share. The gradient is held to central
 * differences of the objective, written out here in double precision over networks of its own; estimates to their sums.
 */
#define baud_plugin_1 ppo_library
#include "../../../plugins/learner/ppo.c"
#undef baud_plugin_1
#define baud_plugin_1 a2c_library
#include "../../../plugins/learner/a2c.c"
#undef baud_plugin_1

#include "rig.h"

static const baud_library *const libraries[] = { &ppo_library, &a2c_library };
enum { LIBRARIES = 2 };

static void assert_near(double got, double wanted, double tolerance) {
  if (!(fabs(got - wanted) <= tolerance)) fail_msg("got %.9g, wanted %.9g within %g", got, wanted, tolerance);
}

/* ---- A place with numbers to see and numbers to do ------------------------------------------------------------------ */

enum { SEEN = 3, MOVED = 2, MOST_LANES = 8 };

typedef struct gym {
  rig r; /* its host, settings and blocks; not its loop */
  baud_field obs_field, action_field;
  float obs[MOST_LANES * SEEN], next[MOST_LANES * SEEN], reward[MOST_LANES], answer[MOST_LANES * MOVED * 2];
  float action[MOST_LANES * MOVED];
  int32_t choice[MOST_LANES];
  uint8_t flags[MOST_LANES], starts[MOST_LANES];
  baud_question question;
  uint64_t world[MOST_LANES];
} gym;

static int is_discrete(const gym *g) { return g->action_field.categories > 0; }

static void gym_open(gym *g, const baud_library *library, uint32_t lanes, uint32_t choices) {
  rig *r = &g->r;
  r->lanes = lanes;
  r->unit = &library->units[0];
  r->ops = r->unit->ops;
  r->host = (baud_host){ BAUD_SIZE(baud_host), BAUD_MINOR, r, rig_log, rig_fail, rig_extension };
  g->obs_field = (baud_field){ .size = BAUD_SIZE(baud_field), .dtype = BAUD_F32, .count = SEEN, .low = -INFINITY, .high = INFINITY, .name = "seen" };
  g->action_field = choices ? (baud_field)BAUD_DISCRETE_FIELD("choice", choices, "")
                            : (baud_field){ .size = BAUD_SIZE(baud_field), .dtype = BAUD_F32, .count = MOVED, .low = -1, .high = 3, .name = "move" };
  g->question = (baud_question){ .size = BAUD_SIZE(baud_question), .target = BAUD_ASK_ACTION, .horizon = 1,
                                 .forms = 1u << (choices ? BAUD_FORM_CATEGORICAL : BAUD_FORM_NORMAL), .width_categorical = choices,
                                 .width_normal = choices ? 0 : 2 * MOVED };
  r->setup = (baud_learner_setup){.size = BAUD_SIZE(baud_learner_setup),
                                  .lanes = lanes,
                                  .channels = BAUD_MASK(BAUD_CH_OBSERVATION) | BAUD_MASK(BAUD_CH_REWARD),
                                  .n_obs = 1,
                                  .n_questions = 1,
                                  .obs = &g->obs_field,
                                  .action = &g->action_field,
                                  .questions = &g->question};
  baud_value values[RIG_PARAMS];
  rig_values(r, values);
  assert_int_equal(r->ops->create(&r->host, values, &r->setup, &r->model), BAUD_OK);
  r->blocks = calloc(r->setup.n_blocks, sizeof *r->blocks);
  for (uint32_t i = 0; i < r->setup.n_blocks; i++) r->blocks[i] = aligned_alloc(64, (rig_block_bytes(r, i) + 63) / 64 * 64);
}

static void gym_begin(gym *g, uint64_t seed) {
  rig *r = &g->r;
  for (uint32_t i = 0; i < r->setup.n_blocks; i++)
    memset(r->blocks[i], r->setup.blocks[i].role == BAUD_SCRATCH ? 0xff : 0, rig_block_bytes(r, i));
  assert_int_equal(r->ops->init(r->model, r->blocks, seed), BAUD_OK);
  for (uint32_t lane = 0; lane < r->lanes; lane++) g->world[lane] = baud_split(99, lane);
  for (uint32_t i = 0; i < r->lanes * SEEN; i++) g->obs[i] = (float)i / 10;
}

static void gym_close(gym *g) {
  for (uint32_t i = 0; i < g->r.setup.n_blocks; i++) free(g->r.blocks[i]);
  free(g->r.blocks);
  g->r.ops->destroy(g->r.model);
}

static void gym_predict(gym *g, uint32_t mode, uint32_t given) {
  const void *obs[1] = { g->obs };
  float *answers[1] = { g->answer };
  baud_tick tick = {BAUD_SIZE(baud_tick),
                    g->r.lanes,
                    mode,
                    given,
                    1,
                    obs,
                    g->starts,
                    NULL,
                    NULL,
                    is_discrete(g) ? (void *)g->choice : g->action,
                    answers};
  assert_int_equal(g->r.ops->predict(g->r.model, g->r.blocks, &tick), BAUD_OK);
}

static void gym_learn(gym *g) {
  const void *obs[1] = { g->obs }, *next[1] = { g->next };
  baud_outcome outcome = {
      BAUD_SIZE(baud_outcome), g->r.lanes, obs, is_discrete(g) ? (void *)g->choice : g->action, g->reward, g->flags, next, NULL, NULL};
  assert_int_equal(g->r.ops->learn(g->r.model, g->r.blocks, &outcome), BAUD_OK);
}

/* A made-up step: what comes is random, pays by what was done, ends now and then. */
static void gym_step(gym *g) {
  for (uint32_t lane = 0; lane < g->r.lanes; lane++) {
    uint64_t *random = &g->world[lane];
    for (uint32_t i = 0; i < SEEN; i++) g->next[lane * SEEN + i] = (float)(2.0 + baud_normal(random) * (1 + i));
    double did = is_discrete(g) ? (double)g->choice[lane] : (double)g->action[lane * MOVED];
    g->reward[lane] = (float)(did - 0.5 + 0.1 * baud_normal(random));
    double u = baud_uniform(random);
    g->flags[lane] = u < 0.1 ? BAUD_TERMINATED : u < 0.2 ? BAUD_TRUNCATED : 0;
  }
}

static void gym_go_on(gym *g) {
  for (uint32_t lane = 0; lane < g->r.lanes; lane++) {
    memcpy(g->obs + lane * SEEN, g->next + lane * SEEN, SEEN * sizeof *g->obs);
    if (g->flags[lane]) memset(g->obs + lane * SEEN, 0, SEEN * sizeof *g->obs);
    g->starts[lane] = g->flags[lane] != 0;
  }
}

static void gym_tick(gym *g) {
  gym_predict(g, BAUD_TRAIN, 0);
  gym_step(g);
  gym_learn(g);
  gym_go_on(g);
}

static nn_real *theta_of(const gym *g) { return g->r.blocks[NN_AC_THETA]; }
static const nn_actor_critic *shared_of(const gym *g) { return g->r.model; } /* the first member of both models */

static void gym_set(gym *g, const char *key, double value) { rig_set(&g->r, key, value); }

static gym small_gym(void) {
  gym g = { 0 };
  gym_set(&g, "hidden", 5);
  gym_set(&g, "hidden_second", 4);
  gym_set(&g, "horizon", 12);
  return g;
}

/* ---- Networks again, in double ------------------------------------------------------------------------------------- */

static void forward(const nn_mlp *net, const double *theta, const double *x, double *y) {
  double in[64], out[64];
  memcpy(in, x, net->layer[0].in * sizeof *in);
  for (uint32_t l = 0; l < net->n; l++) {
    const nn_linear_layer *layer = &net->layer[l];
    for (uint32_t j = 0; j < layer->out; j++) {
      out[j] = theta[layer->bias + j];
      for (uint32_t i = 0; i < layer->in; i++) out[j] += in[i] * theta[layer->weight + (uint64_t)i * layer->out + j];
      if (l + 1 < net->n) out[j] = tanh(out[j]);
    }
    memcpy(in, out, layer->out * sizeof *in);
  }
  memcpy(y, in, net->layer[net->n - 1].out * sizeof *y);
}

static double *in_double(const nn_real *theta, uint64_t n) {
  double *copy = malloc(n * sizeof *copy);
  for (uint64_t i = 0; i < n; i++) copy[i] = (double)theta[i];
  return copy;
}

static void double_row(const gym *g, size_t row, double *x) {
  const nn_real *features = (const nn_real *)g->r.blocks[NN_AC_FEATURES] + row * SEEN;
  for (int i = 0; i < SEEN; i++) x[i] = (double)features[i];
}

static double number(const gym *g, uint32_t block, size_t i) { return (double)((const nn_real *)g->r.blocks[block])[i]; }

/* log pi(action of the row) and the entropy. */
static double judge_row(const gym *g, const double *theta, size_t row, double *entropy) {
  const nn_actor_critic *ac = shared_of(g);
  double x[SEEN], out[16], log_prob = 0.0;
  double_row(g, row, x);
  forward(&ac->policy.net, theta, x, out);
  *entropy = 0.0;
  if (is_discrete(g)) {
    double sum = 0.0;
    for (uint32_t a = 0; a < ac->policy.width; a++) sum += exp(out[a]);
    for (uint32_t a = 0; a < ac->policy.width; a++) *entropy -= exp(out[a]) / sum * (out[a] - log(sum));
    return out[((const int32_t *)g->r.blocks[NN_AC_ACTION])[row]] - log(sum);
  }
  for (uint32_t j = 0; j < MOVED; j++) {
    double log_std = theta[ac->policy.log_std + j], z = (number(g, NN_AC_ACTION, row * MOVED + j) - out[j]) / exp(log_std);
    log_prob -= z * z / 2 + log_std + 0.5 * log(2 * 3.14159265358979323846);
    *entropy += log_std + 0.5 * (1 + log(2 * 3.14159265358979323846));
  }
  return log_prob;
}

/* The objective over rows order[0..n), in double. */
static double objective_at(const gym *g, const double *theta, const int32_t *order, uint32_t n, const nn_ac_objective *o) {
  const nn_actor_critic *ac = shared_of(g);
  double sum = 0.0, mean = 0.0, squares = 0.0;
  for (uint32_t i = 0; i < n; i++) mean += number(g, NN_AC_ADVANTAGE, (size_t)order[i]) / n;
  for (uint32_t i = 0; i < n; i++) squares += pow(number(g, NN_AC_ADVANTAGE, (size_t)order[i]) - mean, 2) / (n - 1);
  for (uint32_t i = 0; i < n; i++) {
    size_t row = (size_t)order[i];
    double a = number(g, NN_AC_ADVANTAGE, row), entropy, x[SEEN], v;
    if (o->normalise) a = (a - mean) / (sqrt(squares) + 1e-8);
    double log_prob = judge_row(g, theta, row, &entropy), ratio = exp(log_prob - number(g, NN_AC_LOG_PROB, row));
    double policy = o->clip > 0.0 ? -fmin(ratio * a, fmax(1 - o->clip, fmin(1 + o->clip, ratio)) * a) : -a * log_prob;
    double_row(g, row, x);
    forward(&ac->critic, theta, x, &v);
    double target = number(g, NN_AC_ADVANTAGE, row) + number(g, NN_AC_VALUE, row), old = number(g, NN_AC_VALUE, row), loss = pow(v - target, 2);
    if (o->value_clip > 0.0) loss = fmax(loss, pow(old + fmax(-o->value_clip, fmin(o->value_clip, v - old)) - target, 2));
    sum += policy - o->entropy * entropy + o->value * loss / 2;
  }
  return sum / n;
}

/* Fills a rollout without learning from it: a horizon of its own, one tick short, then judged by hand. */
static void fill_rollout(gym *g) {
  const nn_actor_critic *ac = shared_of(g);
  for (uint32_t step = 0; step < ac->settings.horizon; step++) {
    gym_predict(g, BAUD_TRAIN, 0);
    gym_step(g);
    const void *obs[1] = { g->obs }, *next[1] = { g->next };
    baud_outcome outcome = {
        BAUD_SIZE(baud_outcome), g->r.lanes, obs, is_discrete(g) ? (void *)g->choice : g->action, g->reward, g->flags, next, NULL, NULL};
    assert_int_equal(nn_ac_record(ac, g->r.blocks, &outcome), step + 1 == ac->settings.horizon);
    gym_go_on(g);
  }
  assert_int_equal(nn_ac_judge(ac, g->r.blocks, 0.9, 0.8), BAUD_OK);
}

/* Moves the networks, so that ratios and changes of values reach beyond the clips. */
static void shake(gym *g, double size) {
  uint64_t random = 3;
  for (uint64_t i = 0; i < shared_of(g)->count; i++) theta_of(g)[i] += (nn_real)(size * baud_normal(&random));
}

static void check_gradient(uint32_t choices, const nn_ac_objective *o) {
  enum { LANES = 4, ROWS = 12 * LANES, TAKEN = 31 };
  int32_t order[TAKEN];
  gym g = small_gym();
  gym_open(&g, &ppo_library, LANES, choices);
  gym_begin(&g, 5);
  shake(&g, 0.2);
  fill_rollout(&g);
  shake(&g, 0.3);
  const nn_actor_critic *ac = shared_of(&g);
  for (int32_t i = 0; i < TAKEN; i++) order[i] = i * 17 % ROWS; /* 17 and 48 have no common divisor: no row twice */
  assert_int_equal(nn_ac_gradient(ac, g.r.blocks, order, TAKEN, o), BAUD_OK);
  double *theta = in_double(theta_of(&g), ac->count), largest = 0.0;
  for (uint64_t i = 0; i < ac->count; i++) {
    double kept = theta[i], step = 1e-5, got = number(&g, NN_AC_GRADIENT, i);
    theta[i] = kept + step;
    double above = objective_at(&g, theta, order, TAKEN, o);
    theta[i] = kept - step;
    double below = objective_at(&g, theta, order, TAKEN, o);
    theta[i] = kept;
    assert_near(got, (above - below) / (2 * step), 2e-5 * (1.0 + fabs(got)));
    largest = fmax(largest, fabs(got));
  }
  assert_true(largest > 0.05);
  free(theta);
  gym_close(&g);
}

static void the_gradient_is_the_derivative_of_the_objective_for_choices(void **state) {
  (void)state;
  check_gradient(3, &(nn_ac_objective){ 0.2, 0.2, 0.05, 0.5, 1 });
  check_gradient(2, &(nn_ac_objective){ 0.1, 0.0, 0.0, 0.7, 0 });
  check_gradient(3, &(nn_ac_objective){ 0.0, 0.0, 0.05, 0.5, 0 });
}

static void the_gradient_is_the_derivative_of_the_objective_for_moves(void **state) {
  (void)state;
  check_gradient(0, &(nn_ac_objective){ 0.2, 0.2, 0.05, 0.5, 1 });
  check_gradient(0, &(nn_ac_objective){ 0.0, 0.0, 0.05, 0.5, 0 });
}

/* Rows that go through the networks in several passes, against the same rows one at a time. */
static void many_rows_have_the_mean_of_their_gradients_however_they_are_cut(void **state) {
  enum { LANES = 4, ROWS = 12 * LANES, TAKEN = 41 };
  (void)state;
  int32_t order[TAKEN];
  gym g = { 0 };
  gym_set(&g, "hidden", 700);
  gym_set(&g, "hidden_second", 0);
  gym_set(&g, "horizon", 12);
  gym_open(&g, &ppo_library, LANES, 3);
  gym_begin(&g, 5);
  fill_rollout(&g);
  const nn_actor_critic *ac = shared_of(&g);
  assert_true(ac->pass < TAKEN / 2);
  nn_ac_objective o = { 0.2, 0.2, 0.05, 0.5, 0 };
  nn_real *gradient = g.r.blocks[NN_AC_GRADIENT], *whole = malloc(ac->count * sizeof *whole);
  for (int32_t i = 0; i < TAKEN; i++) order[i] = i * 17 % ROWS;
  assert_int_equal(nn_ac_gradient(ac, g.r.blocks, order, TAKEN, &o), BAUD_OK);
  memcpy(whole, gradient, ac->count * sizeof *whole);
  memset(gradient, 0, ac->count * sizeof *gradient);
  for (int i = 0; i < TAKEN; i++) assert_int_equal(nn_ac_gradient(ac, g.r.blocks, order + i, 1, &o), BAUD_OK);
  for (uint64_t i = 0; i < ac->count; i++) assert_near((double)whole[i], (double)gradient[i] / TAKEN, 1e-5);
  double *theta = in_double(theta_of(&g), ac->count);
  for (size_t row = 0; row < ROWS; row++) {
    double x[SEEN], hidden = 0.0;
    double_row(&g, row, x);
    for (uint32_t j = 0; j < 700; j++) { /* the layer is wider than forward()'s arrays */
      double sum = 0.0;
      for (uint32_t i = 0; i < SEEN; i++) sum += x[i] * theta[ac->critic.layer[0].weight + i * 700 + j];
      hidden += tanh(sum) * theta[ac->critic.layer[1].weight + j];
    }
    assert_near(number(&g, NN_AC_VALUE, row), hidden, 1e-5);
  }
  free(theta);
  free(whole);
  gym_close(&g);
}

static void every_epoch_goes_through_all_rows_in_an_order_of_its_own(void **state) {
  enum { LANES = 4, ROWS = 12 * LANES };
  (void)state;
  int32_t last[ROWS] = { 0 };
  gym g = small_gym();
  gym_open(&g, &ppo_library, LANES, 3);
  gym_begin(&g, 5);
  for (int rollout = 0; rollout < 3; rollout++) {
    for (int t = 0; t < 12; t++) gym_tick(&g);
    const int32_t *order = g.r.blocks[PPO_ORDER];
    uint64_t seen = 0;
    int sorted = 0;
    for (int i = 0; i < ROWS; i++) seen |= UINT64_C(1) << order[i], sorted += order[i] == i;
    assert_true(seen == (UINT64_C(1) << ROWS) - 1 && sorted < ROWS / 4);
    assert_memory_not_equal(order, last, sizeof last);
    memcpy(last, order, sizeof last);
  }
  gym_close(&g);
}

/* ---- Advantages ----------------------------------------------------------------------------------------------------- */

enum { STEPS = 40, PLACES = 3, ALL = STEPS * PLACES };
static nn_real reward[ALL], value[ALL], successor[ALL], advantage[ALL];
static uint8_t flags[ALL];

static double error_at(uint32_t step, uint32_t lane, double gamma) {
  uint32_t i = step * PLACES + lane;
  double next = flags[i] & BAUD_TERMINATED ? 0.0 : flags[i] || step + 1 == STEPS ? (double)successor[i] : (double)value[i + PLACES];
  return (double)reward[i] + gamma * next - (double)value[i];
}

static void advantages_are_the_weighted_sum_of_errors_to_the_episode_s_end(void **state) {
  uint64_t random = 8;
  uint32_t ends = 0;
  (void)state;
  for (uint32_t i = 0; i < ALL; i++) {
    reward[i] = (nn_real)baud_normal(&random);
    value[i] = (nn_real)baud_normal(&random);
    successor[i] = (nn_real)baud_normal(&random);
    flags[i] = (uint8_t)(baud_bernoulli(&random, 0.15) ? 1 + baud_below(&random, 2) : 0);
    ends += flags[i] != 0;
  }
  assert_true(ends > 5);
  nn_gae(STEPS, PLACES, reward, flags, value, successor, 0.9, 0.7, advantage);
  for (uint32_t lane = 0; lane < PLACES; lane++)
    for (uint32_t step = 0; step < STEPS; step++) {
      double sum = 0.0, weight = 1.0;
      for (uint32_t later = step; later < STEPS; later++, weight *= 0.9 * 0.7) {
        sum += weight * error_at(later, lane, 0.9);
        if (flags[later * PLACES + lane]) break;
      }
      assert_near((double)advantage[step * PLACES + lane], sum, 1e-5);
    }
}

/* lambda = 1: the discounted return with what comes after, less the value: a geometric sum. */
static void with_lambda_1_an_advantage_is_the_return_less_the_value(void **state) {
  (void)state;
  memset(flags, 0, sizeof flags);
  for (uint32_t i = 0; i < ALL; i++) {
    reward[i] = 2;
    value[i] = (nn_real)(0.01 * i);
    successor[i] = 5;
  }
  nn_gae(STEPS, PLACES, reward, flags, value, successor, 0.9, 1.0, advantage);
  for (uint32_t i = 0; i < ALL; i++) {
    double left = pow(0.9, STEPS - i / PLACES);
    assert_near((double)advantage[i], 2.0 * (1.0 - left) / 0.1 + left * 5.0 - 0.01 * i, 1e-4);
  }
}

/* ---- Rollouts --------------------------------------------------------------------------------------------------------- */

static void what_is_cut_off_is_continued_by_the_value_of_its_true_successor(void **state) {
  enum { LANES = 5, HORIZON = 12 };
  uint32_t truncated = 0, terminated = 0;
  (void)state;
  gym g = small_gym();
  gym_open(&g, &ppo_library, LANES, 3);
  gym_begin(&g, 5);
  const nn_actor_critic *ac = shared_of(&g);
  double *theta = in_double(theta_of(&g), ac->count);
  for (uint32_t step = 0; step < HORIZON; step++) {
    gym_predict(&g, BAUD_TRAIN, 0);
    gym_step(&g);
    const void *obs[1] = { g.obs }, *next[1] = { g.next };
    baud_outcome outcome = { BAUD_SIZE(baud_outcome), LANES, obs, g.choice, g.reward, g.flags, next, NULL, NULL };
    assert_true(nn_ac_record(ac, g.r.blocks, &outcome) >= 0);
    for (uint32_t lane = 0; lane < LANES; lane++) {
      double x[SEEN], v;
      for (int i = 0; i < SEEN; i++) x[i] = (double)g.next[lane * SEEN + (uint32_t)i];
      forward(&ac->critic, theta, x, &v);
      terminated += g.flags[lane] == BAUD_TERMINATED;
      if (g.flags[lane] == BAUD_TRUNCATED || (g.flags[lane] == 0 && step + 1 == HORIZON)) {
        truncated++;
        assert_near(number(&g, NN_AC_SUCCESSOR, step * LANES + lane), v, 1e-5);
      }
    }
    gym_go_on(&g);
  }
  assert_true(truncated > LANES && terminated > 2);
  free(theta);
  gym_close(&g);
}

/* An end is 0 in value and a time limit is not: with rewards of 0 and discount 1, targets are values of successors. */
static void an_end_is_worth_nothing_and_a_time_limit_what_comes_after(void **state) {
  (void)state;
  nn_real r[2] = { 0, 0 }, v[2] = { 3, 3 }, s[2] = { 7, 7 }, a[2];
  uint8_t f[2] = { BAUD_TERMINATED, BAUD_TRUNCATED };
  nn_gae(1, 2, r, f, v, s, 1.0, 0.95, a);
  assert_true(a[0] == -3 && a[1] == 4);
}

static void the_first_rollout_measures_and_the_scale_is_that_of_all_features(void **state) {
  enum { LANES = 4, TICKS = 36 };
  (void)state;
  for (int mode = NN_AC_START; mode <= NN_AC_RUNNING; mode++) {
    double sum[SEEN] = { 0 }, squares[SEEN] = { 0 }, n = 0.0;
    gym g = small_gym();
    gym_set(&g, "normalise", mode);
    gym_open(&g, &ppo_library, LANES, 3);
    gym_begin(&g, 5);
    uint64_t frozen = 0;
    for (uint32_t t = 0; t < TICKS; t++) {
      if (t == 0) frozen = rig_hash(&g.r, 1u << BAUD_WEIGHT);
      if (t == 11) assert_true(frozen == rig_hash(&g.r, 1u << BAUD_WEIGHT));
      for (uint32_t lane = 0; lane < LANES && (t < 12 || mode == NN_AC_RUNNING); lane++, n += 1.0)
        for (uint32_t i = 0; i < SEEN; i++) {
          sum[i] += (double)g.obs[lane * SEEN + i];
          squares[i] += pow((double)g.obs[lane * SEEN + i], 2);
        }
      nn_real *theta = malloc(shared_of(&g)->count * sizeof *theta);
      memcpy(theta, theta_of(&g), shared_of(&g)->count * sizeof *theta);
      gym_tick(&g);
      int moved = memcmp(theta, theta_of(&g), shared_of(&g)->count * sizeof *theta) != 0;
      assert_int_equal(moved, t == 23 || t == 35);
      free(theta);
    }
    const nn_real *scale = g.r.blocks[NN_AC_SCALE];
    for (uint32_t i = 0; i < SEEN; i++) {
      double mean = sum[i] / n;
      assert_near((double)scale[i], mean, 1e-5);
      assert_near((double)scale[SEEN + i], 1.0 / sqrt(squares[i] / n - mean * mean), 1e-5);
    }
    gym_predict(&g, BAUD_TRAIN, 0);
    double z = ((double)g.obs[1] - (double)scale[1]) * (double)scale[SEEN + 1];
    assert_near(number(&g, NN_AC_FEATURES, 1), z, 1e-5);
    gym_close(&g);
  }
}

/* ---- Acting ----------------------------------------------------------------------------------------------------------- */

/* 20,000 draws: each frequency within 5 standard deviations, false alarm about 2e-6 in all. */
static void choices_are_drawn_from_the_answered_policy(void **state) {
  enum { LANES = 4, DRAWS = 5000 };
  (void)state;
  gym g = small_gym();
  gym_open(&g, &ppo_library, LANES, 3);
  gym_begin(&g, 5);
  shake(&g, 0.5);
  assert_int_equal(g.question.form, BAUD_FORM_CATEGORICAL);
  for (uint32_t i = 1; i < LANES; i++) memcpy(g.obs + i * SEEN, g.obs, SEEN * sizeof *g.obs);
  double count[3] = { 0 };
  for (int i = 0; i < DRAWS; i++) {
    gym_predict(&g, BAUD_EVAL, 0);
    for (uint32_t lane = 0; lane < LANES; lane++) count[g.choice[lane]] += 1.0 / (LANES * DRAWS);
  }
  for (int a = 0; a < 3; a++) {
    double p = (double)g.answer[a];
    assert_true(p > 0.05);
    assert_near(count[a], p, 5.0 * sqrt(p * (1 - p) / (LANES * DRAWS)));
  }
  gym_close(&g);
}

/* Mean within 5 standard errors, variance too (4th moment of a normal): false alarm about 2e-6 in all. */
static void moves_are_drawn_from_the_answered_normals_and_kept_within_bounds(void **state) {
  enum { LANES = 4, DRAWS = 5000 };
  (void)state;
  gym g = small_gym();
  gym_set(&g, "initial_std", 0.25);
  gym_open(&g, &ppo_library, LANES, 0);
  gym_begin(&g, 5);
  assert_int_equal(g.question.form, BAUD_FORM_NORMAL);
  for (uint32_t i = 1; i < LANES; i++) memcpy(g.obs + i * SEEN, g.obs, SEEN * sizeof *g.obs);
  double sum[MOVED] = { 0 }, squares[MOVED] = { 0 }, n = LANES * DRAWS;
  for (int i = 0; i < DRAWS; i++) {
    gym_predict(&g, BAUD_TRAIN, 0); /* step 0 of the rollout, again and again: it keeps what the bounds would cut */
    for (uint32_t at = 0; at < LANES * MOVED; at++) {
      double raw = 1.0 + 2.0 * number(&g, NN_AC_ACTION, at);
      assert_near((double)g.action[at], fmax(-1.0, fmin(3.0, raw)), 1e-6);
      sum[at % MOVED] += raw;
      squares[at % MOVED] += raw * raw;
    }
  }
  for (int j = 0; j < MOVED; j++) {
    double mean = sum[j] / n, variance = squares[j] / n - mean * mean, answered = (double)g.answer[2 * j], std = (double)g.answer[2 * j + 1];
    assert_near(std, 0.5, 1e-6); /* a quarter of half the range [-1, 3] */
    assert_near(mean, answered, 5.0 * std / sqrt(n));
    assert_near(variance, std * std, 5.0 * std * std * sqrt(2.0 / n));
  }
  gym_close(&g);
}

static void in_play_moves_are_the_means(void **state) {
  (void)state;
  gym g = small_gym();
  gym_open(&g, &ppo_library, 4, 0);
  gym_begin(&g, 5);
  gym_predict(&g, BAUD_PLAY, 0);
  for (uint32_t i = 0; i < 4 * MOVED; i++) assert_near((double)g.action[i], (double)g.answer[2 * i], 1e-6);
  gym_close(&g);
}

static void what_is_recorded_is_the_likelihood_of_what_was_done(void **state) {
  (void)state;
  for (uint32_t choices = 0; choices <= 3; choices += 3)
    for (uint32_t given = 0; given < 2; given++) {
      gym g = small_gym();
      gym_open(&g, &ppo_library, 4, choices);
      gym_begin(&g, 5);
      shake(&g, 0.4);
      for (uint32_t i = 0; i < 4; i++) g.choice[i] = (int32_t)(i % 3);
      for (uint32_t i = 0; i < 4 * MOVED; i++) g.action[i] = 0.3f * (float)i;
      gym before = g;
      gym_predict(&g, BAUD_TRAIN, given);
      if (given) assert_memory_equal(before.action, g.action, sizeof g.action);
      if (given) assert_memory_equal(before.choice, g.choice, sizeof g.choice);
      double *theta = in_double(theta_of(&g), shared_of(&g)->count), entropy;
      for (size_t row = 0; row < 4; row++) assert_near(number(&g, NN_AC_LOG_PROB, row), judge_row(&g, theta, row, &entropy), 1e-5);
      free(theta);
      gym_close(&g);
    }
}

static void a_question_leaves_no_trace(void **state) {
  (void)state;
  for (int l = 0; l < LIBRARIES; l++)
    for (uint32_t choices = 0; choices <= 3; choices += 3) {
      gym g = small_gym();
      gym_open(&g, libraries[l], 4, choices);
      gym_begin(&g, 5);
      for (uint32_t t = 0; t < 20; t++) {
        gym_tick(&g);
        uint64_t all = rig_hash(&g.r, RIG_KEPT & ~(1u << BAUD_RNG));
        gym_predict(&g, BAUD_EVAL, 0);
        gym_predict(&g, BAUD_EVAL, 1);
        gym_predict(&g, BAUD_PLAY, 0);
        assert_true(all == rig_hash(&g.r, RIG_KEPT & ~(1u << BAUD_RNG)));
        uint64_t frozen = rig_hash(&g.r, RIG_FROZEN);
        gym_predict(&g, BAUD_TRAIN, 0);
        assert_true(frozen == rig_hash(&g.r, RIG_FROZEN));
      }
      gym_close(&g);
    }
}

/* ---- Lives ------------------------------------------------------------------------------------------------------------ */

static void a_seed_gives_one_life(void **state) {
  (void)state;
  for (int l = 0; l < LIBRARIES; l++)
    for (uint32_t choices = 0; choices <= 3; choices += 3) {
      uint64_t hash[3];
      gym g = small_gym();
      gym_open(&g, libraries[l], 4, choices);
      for (int life = 0; life < 3; life++) {
        gym_begin(&g, life < 2 ? 5 : 6);
        for (uint32_t t = 0; t < 40; t++) gym_tick(&g);
        hash[life] = rig_hash(&g.r, RIG_KEPT);
      }
      assert_true(hash[0] == hash[1] && hash[0] != hash[2]);
      gym_close(&g);
    }
}

/* What a checkpoint keeps is enough: another model, scratch full of rubbish, in the middle of a rollout. */
static void a_life_goes_on_from_its_blocks_bit_by_bit(void **state) {
  (void)state;
  for (int l = 0; l < LIBRARIES; l++)
    for (uint32_t choices = 0; choices <= 3; choices += 3) {
      gym g = small_gym(), h;
      gym_set(&g, "normalise", NN_AC_RUNNING);
      gym_set(&g, "anneal_steps", 1000);
      h = g;
      gym_open(&g, libraries[l], 4, choices);
      gym_open(&h, libraries[l], 4, choices);
      gym_begin(&g, 5);
      gym_begin(&h, 77);
      for (uint32_t t = 0; t < 31; t++) gym_tick(&g);
      for (uint32_t i = 0; i < g.r.setup.n_blocks; i++)
        if (g.r.setup.blocks[i].role != BAUD_SCRATCH) memcpy(h.r.blocks[i], g.r.blocks[i], rig_block_bytes(&g.r, i));
      memcpy(h.obs, g.obs, sizeof h.obs);
      memcpy(h.world, g.world, sizeof h.world);
      for (uint32_t t = 0; t < 60; t++) {
        gym_tick(&g);
        gym_tick(&h);
      }
      assert_true(rig_hash(&g.r, RIG_KEPT) == rig_hash(&h.r, RIG_KEPT));
      gym_close(&g);
      gym_close(&h);
    }
}

/* Lanes that are exchanged, their worlds and random states with them, lead to the same networks but for the order of
 * adding up; whole rollouts are learnt from at once, for what is shuffled is numbered by lanes. */
static void exchanging_lanes_exchanges_nothing_else(void **state) {
  enum { LANES = 5 };
  (void)state;
  for (int l = 0; l < LIBRARIES; l++) {
    gym g[2];
    for (uint32_t order = 0; order < 2; order++) {
      g[order] = small_gym();
      if (l == 0) gym_set(&g[order], "minibatches", 1);
      gym_set(&g[order], "normalise", NN_AC_RUNNING);
      gym_open(&g[order], libraries[l], LANES, 3);
      gym_begin(&g[order], 5);
      uint64_t *random = g[order].r.blocks[NN_AC_RANDOM];
      for (uint32_t lane = 0; lane < LANES; lane++) {
        uint32_t who = order ? LANES - 1 - lane : lane;
        random[lane] = baud_split(8, who);
        g[order].world[lane] = baud_split(9, who);
        for (uint32_t i = 0; i < SEEN; i++) g[order].obs[lane * SEEN + i] = (float)(who * SEEN + i) / 10;
      }
      for (uint32_t t = 0; t < 50; t++) gym_tick(&g[order]);
    }
    for (uint64_t i = 0; i < shared_of(&g[0])->count; i++) assert_near((double)theta_of(&g[0])[i], (double)theta_of(&g[1])[i], 1e-4);
    gym_close(&g[0]);
    gym_close(&g[1]);
  }
}

/* A lane's choices do not depend on who else is there, as long as nothing is learnt. */
static void a_lane_does_not_depend_on_the_others(void **state) {
  (void)state;
  for (uint32_t choices = 0; choices <= 3; choices += 3) {
    gym few = small_gym(), many = small_gym();
    gym_open(&few, &ppo_library, 1, choices);
    gym_open(&many, &ppo_library, 8, choices);
    gym_begin(&few, 5);
    gym_begin(&many, 5);
    for (uint32_t t = 0; t < 11; t++) {
      gym_tick(&few);
      gym_tick(&many);
      assert_memory_equal(few.answer, many.answer, (choices ? choices : 2 * MOVED) * sizeof(float));
      if (choices) assert_int_equal(few.choice[0], many.choice[0]);
      else assert_memory_equal(few.action, many.action, MOVED * sizeof(float));
    }
    gym_close(&few);
    gym_close(&many);
  }
}

static void the_step_size_falls_to_nothing_by_the_last_whole_rollout(void **state) {
  enum { LANES = 4, ROLLOUT = 12 };
  (void)state;
  for (int l = 0; l < LIBRARIES; l++) {
    gym g = small_gym();
    gym_set(&g, "anneal_steps", 2 * ROLLOUT * LANES + 7);
    gym_open(&g, libraries[l], LANES, 3);
    gym_begin(&g, 5);
    const nn_actor_critic *ac = shared_of(&g);
    uint64_t hash[4];
    for (int rollout = 0; rollout < 4; rollout++) {
      assert_near(nn_ac_left(ac, g.r.blocks, 2 * ROLLOUT * LANES + 7), rollout < 2 ? 1.0 - rollout / 2.0 : 0.0, 1e-12);
      assert_near(nn_ac_left(ac, g.r.blocks, 0.0), 1.0, 0.0);
      for (uint32_t t = 0; t < ROLLOUT; t++) gym_tick(&g);
      hash[rollout] = rig_hash(&g.r, 1u << BAUD_WEIGHT);
    }
    assert_true(hash[0] != hash[1] && hash[1] == hash[2] && hash[2] == hash[3]);
    gym_close(&g);
  }
}

/* ---- Learning --------------------------------------------------------------------------------------------------------- */

/* Choice 2 of 3 pays most, whatever is seen. */
static void the_better_choice_is_learnt(void **state) {
  (void)state;
  for (int l = 0; l < LIBRARIES; l++) {
    gym g = small_gym();
    gym_set(&g, "lr", 0.01);
    gym_open(&g, libraries[l], 8, 3);
    gym_begin(&g, 5);
    for (uint32_t t = 0; t < 3000; t++) gym_tick(&g);
    gym_predict(&g, BAUD_EVAL, 0);
    assert_true(g.answer[2] > 0.9f);
    gym_close(&g);
  }
}

/* Pays -(first number - 2)^2: the mean moves there from the middle of the range, 1. At this step size it came within .06
 * of 2 with each of twenty seeds; from .016 on PPO's deviation may fall before its mean has arrived. */
static void the_better_move_is_learnt(void **state) {
  (void)state;
  for (int l = 0; l < LIBRARIES; l++) {
    gym g = small_gym();
    gym_set(&g, "lr", 0.002);
    gym_set(&g, "discount", 0);
    gym_set(&g, "initial_std", 0.25);
    gym_open(&g, libraries[l], 8, 0);
    gym_begin(&g, 5);
    for (uint32_t t = 0; t < 4000; t++) {
      gym_predict(&g, BAUD_TRAIN, 0);
      gym_step(&g);
      for (uint32_t lane = 0; lane < 8; lane++) g.reward[lane] = -(g.action[lane * MOVED] - 2) * (g.action[lane * MOVED] - 2);
      gym_learn(&g);
      gym_go_on(&g);
    }
    gym_predict(&g, BAUD_EVAL, 0);
    assert_near((double)g.answer[0], 2.0, 0.2);
    gym_close(&g);
  }
}

/* ---- Places ----------------------------------------------------------------------------------------------------------- */

static void a_place_that_does_not_fit_is_refused_with_a_sentence(void **state) {
  (void)state;
  rig r = { .states = 3, .actions = 2, .lanes = 2, .channels = BAUD_MASK(BAUD_CH_REWARD) };
  rig_set(&r, "minibatches", 257);
  assert_int_equal(rig_open(&r, &ppo_library), BAUD_EARG);
  assert_non_null(strstr(r.why, "more minibatches"));
  r = (rig){ .states = 3, .actions = 2, .lanes = 100000, .channels = BAUD_MASK(BAUD_CH_REWARD) };
  rig_set(&r, "horizon", 100000);
  assert_int_equal(rig_open(&r, &a2c_library), BAUD_EARG);
  assert_non_null(strstr(r.why, "\"horizon\" smaller"));
  r = (rig){ .states = 3, .actions = 2, .lanes = 2, .channels = BAUD_MASK(BAUD_CH_OBSERVATION) };
  assert_int_equal(rig_open(&r, &ppo_library), BAUD_EARG);
  assert_non_null(strstr(r.why, "reward channel"));
}

int main(void) {
  const struct CMUnitTest tests[] = {
    cmocka_unit_test(the_gradient_is_the_derivative_of_the_objective_for_choices),
    cmocka_unit_test(the_gradient_is_the_derivative_of_the_objective_for_moves),
    cmocka_unit_test(many_rows_have_the_mean_of_their_gradients_however_they_are_cut),
    cmocka_unit_test(every_epoch_goes_through_all_rows_in_an_order_of_its_own),
    cmocka_unit_test(advantages_are_the_weighted_sum_of_errors_to_the_episode_s_end),
    cmocka_unit_test(with_lambda_1_an_advantage_is_the_return_less_the_value),
    cmocka_unit_test(what_is_cut_off_is_continued_by_the_value_of_its_true_successor),
    cmocka_unit_test(an_end_is_worth_nothing_and_a_time_limit_what_comes_after),
    cmocka_unit_test(the_first_rollout_measures_and_the_scale_is_that_of_all_features),
    cmocka_unit_test(choices_are_drawn_from_the_answered_policy),
    cmocka_unit_test(moves_are_drawn_from_the_answered_normals_and_kept_within_bounds),
    cmocka_unit_test(in_play_moves_are_the_means),
    cmocka_unit_test(what_is_recorded_is_the_likelihood_of_what_was_done),
    cmocka_unit_test(a_question_leaves_no_trace),
    cmocka_unit_test(a_seed_gives_one_life),
    cmocka_unit_test(a_life_goes_on_from_its_blocks_bit_by_bit),
    cmocka_unit_test(exchanging_lanes_exchanges_nothing_else),
    cmocka_unit_test(a_lane_does_not_depend_on_the_others),
    cmocka_unit_test(the_step_size_falls_to_nothing_by_the_last_whole_rollout),
    cmocka_unit_test(the_better_choice_is_learnt),
    cmocka_unit_test(the_better_move_is_learnt),
    cmocka_unit_test(a_place_that_does_not_fit_is_refused_with_a_sentence),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
