/* stream_rig.h - what the tests of streaming learners share: a learner over continuous observations that is handed made-up
 * transitions, and its networks written down again as the paper has them, in double precision, with gradients by
 * differences. Nothing here is shared with the code under test but where a parameter lies.
 */
#ifndef BAUD_TESTS_LEARNER_STREAM_RIG_H
#define BAUD_TESTS_LEARNER_STREAM_RIG_H

#include "../test.h"
#include "baud/nn_stream.h"
#include "baud/plugin.h"
#include "baud/random.h"

enum { RIG_FEATURES = 3, RIG_LIMIT = 20, RIG_LANES = 3, RIG_PARAMS = 32, RIG_WIDEST = 16, RIG_MOST = 1024 };

/* ---- A learner and its blocks ---------------------------------------------------------------------------------- */

static const baud_field rig_obs = { .size = BAUD_SIZE(baud_field), .dtype = BAUD_F32, .count = RIG_FEATURES, .name = "seen" };
static const baud_field rig_choice = BAUD_DISCRETE_FIELD("move", 3, "one of three");
static const baud_field rig_push = { .size = BAUD_SIZE(baud_field), .dtype = BAUD_F32, .count = 2, .low = -1, .high = 1, .name = "push" };

typedef struct stream_rig {
  const baud_learner_ops *ops;
  void *model;
  void *blocks[RIG_PARAMS];
  size_t bytes[RIG_PARAMS];
  baud_learner_setup setup;
  baud_question question;
  uint64_t random;
  float obs[RIG_LANES][RIG_FEATURES], next[RIG_LANES][RIG_FEATURES], reward[RIG_LANES], push[RIG_LANES][2], answer[RIG_LANES * 4];
  int32_t choice[RIG_LANES];
  uint8_t flags[RIG_LANES], starts[RIG_LANES];
} stream_rig;

static int32_t rig_fail(const baud_host *host, int32_t code, const char *why) {
  (void)host;
  fail_msg("%s", why);
  return code;
}
static const baud_host rig_host = { .size = BAUD_SIZE(baud_host), .fail = rig_fail };

static inline void rig_same_weights(const float *theta, const double *twin, uint64_t n, int tick) {
  for (uint64_t i = 0; i < n; i++)
    if (!(fabs((double)theta[i] - twin[i]) <= 2e-3))
      fail_msg("tick %d: weight %lu is %g, by the paper %g", tick, (unsigned long)i, (double)theta[i], twin[i]);
}

/* keys: parameters that differ from their defaults, ended by null. */
static inline void rig_open(stream_rig *r, const baud_unit *unit, const baud_field *action, uint32_t lanes, const char *const *keys,
                            const double *settings) {
  static const size_t element[] = { 0, 1, 4, 8, 4, 8 };
  baud_value values[RIG_PARAMS];
  memset(r, 0, sizeof *r);
  for (uint32_t i = 0; i < unit->n_params; i++) {
    values[i] = unit->params[i].def;
    for (int k = 0; keys && keys[k]; k++)
      if (strcmp(keys[k], unit->params[i].key) == 0) values[i] = (baud_value){ (int64_t)settings[k], settings[k], NULL };
  }
  r->question = (baud_question){ .size = BAUD_SIZE(baud_question), .target = BAUD_ASK_ACTION, .horizon = 1,
                                 .forms = 1u << (action->categories ? BAUD_FORM_CATEGORICAL : BAUD_FORM_NORMAL),
                                 .width_categorical = action->categories, .width_normal = action->categories ? 0 : 2 * action->count };
  r->setup = (baud_learner_setup){.size = BAUD_SIZE(baud_learner_setup),
                                  .lanes = lanes,
                                  .limit = RIG_LIMIT,
                                  .channels = 3,
                                  .n_obs = 1,
                                  .n_questions = 1,
                                  .obs = &rig_obs,
                                  .action = action,
                                  .questions = &r->question};
  r->ops = unit->ops;
  assert_int_equal(r->ops->create(&rig_host, values, &r->setup, &r->model), BAUD_OK);
  for (uint32_t i = 0; i < r->setup.n_blocks; i++) {
    const baud_block *b = &r->setup.blocks[i];
    r->bytes[i] = (element[b->dtype] * b->count * (b->flags & BAUD_PER_LANE ? lanes : 1) + 63) / 64 * 64;
    r->blocks[i] = aligned_alloc(64, r->bytes[i]);
    memset(r->blocks[i], 0, r->bytes[i]);
  }
  r->random = 11;
  assert_int_equal(r->ops->init(r->model, r->blocks, 5), BAUD_OK);
  for (uint32_t k = 0; k < lanes; k++) {
    r->starts[k] = 1;
    for (int i = 0; i < RIG_FEATURES; i++) r->obs[k][i] = (float)(3.0 + baud_normal(&r->random));
  }
}

static inline void rig_close(stream_rig *r) {
  for (uint32_t i = 0; i < r->setup.n_blocks; i++) free(r->blocks[i]);
  r->ops->destroy(r->model);
}

/* One tick of predict; the learner's action is kept, unless `given`. */
static inline void rig_predict(stream_rig *r, int given) {
  const void *obs[1] = { r->obs };
  float *answer[1] = { r->answer };
  baud_tick tick = { .size = BAUD_SIZE(baud_tick), .lanes = r->setup.lanes, .mode = BAUD_TRAIN, .action_given = (uint32_t)given, .ask = 1,
                     .obs = obs, .starts = r->starts, .answer = answer };
  tick.action = r->setup.action->categories ? (void *)r->choice : (void *)r->push;
  assert_int_equal(r->ops->predict(r->model, r->blocks, &tick), BAUD_OK);
}

/* Makes up what follows the tick, one episode in eight being over, half of those cut off. */
static inline void rig_happen(stream_rig *r) {
  for (uint32_t k = 0; k < r->setup.lanes; k++) {
    uint32_t end = baud_below(&r->random, 16);
    r->flags[k] = end == 0 ? BAUD_TERMINATED : end == 1 ? BAUD_TRUNCATED : 0;
    r->reward[k] = (float)(5.0 * baud_normal(&r->random));
    for (int i = 0; i < RIG_FEATURES; i++) r->next[k][i] = (float)(0.8 * (double)r->obs[k][i] + baud_normal(&r->random));
  }
}

static inline void rig_learn(stream_rig *r) {
  const void *obs[1] = { r->obs }, *next[1] = { r->next };
  baud_outcome outcome = { .size = BAUD_SIZE(baud_outcome), .lanes = r->setup.lanes, .obs = obs, .reward = r->reward, .flags = r->flags,
                           .next_obs = next };
  outcome.action = r->setup.action->categories ? (const void *)r->choice : (const void *)r->push;
  assert_int_equal(r->ops->learn(r->model, r->blocks, &outcome), BAUD_OK);
}

/* Successors become what is acted upon, or a new episode begins. */
static inline void rig_turn(stream_rig *r) {
  for (uint32_t k = 0; k < r->setup.lanes; k++) {
    r->starts[k] = r->flags[k] != 0;
    for (int i = 0; i < RIG_FEATURES; i++) r->obs[k][i] = r->flags[k] ? (float)(3.0 + baud_normal(&r->random)) : r->next[k][i];
  }
}

/* ---- The paper's parts, once more ------------------------------------------------------------------------------ */

/* Outputs of a network with parameters theta, which lie where the learner's do. */
static inline void twin_forward(const nn_stream *net, const double *theta, const double *x, double *y) {
  double in[RIG_WIDEST], out[RIG_WIDEST];
  memcpy(in, x, net->layer[0].in * sizeof *x);
  for (uint32_t k = 0; k < net->n; k++) {
    const nn_stream_layer *l = &net->layer[k];
    const double *w = theta + l->weight;
    int is_last = k + 1 == net->n;
    double mean = 0.0, variance = 0.0;
    for (uint32_t j = 0; j < l->out; j++) {
      out[j] = is_last ? w[(size_t)j * l->row + l->in] : w[(size_t)l->in * l->row + j];
      for (uint32_t i = 0; i < l->in; i++) out[j] += in[i] * (is_last ? w[(size_t)j * l->row + i] : w[(size_t)i * l->row + j]);
      mean += out[j] / l->out;
    }
    for (uint32_t j = 0; j < l->out; j++) variance += (out[j] - mean) * (out[j] - mean) / l->out;
    for (uint32_t j = 0; j < l->out; j++) {
      double normal = (out[j] - mean) / sqrt(variance + 1e-5);
      in[j] = normal > 0.0 ? normal : 0.01 * normal;
    }
  }
  memcpy(y, out, net->layer[net->n - 1].out * sizeof *y);
}

/* trace <- decay trace + d f / d theta over the network's own parameters, by differences. Padding has no part in f. */
typedef double (*twin_function)(const void *ctx, const double *theta);
static inline void twin_trace(const nn_stream *net, double *theta, twin_function f, const void *ctx, double decay, double *trace) {
  for (uint64_t i = net->begin; i < net->begin + net->count; i++) {
    double here = theta[i], step = 1e-6;
    theta[i] = here + step;
    double above = f(ctx, theta);
    theta[i] = here - step;
    double below = f(ctx, theta);
    theta[i] = here;
    trace[i] = decay * trace[i] + (above - below) / (2 * step);
  }
}

/* ObGD's step with the trace. */
static inline void twin_step(const nn_stream *net, double *theta, const double *trace, double delta, double kappa) {
  double size = 0.0;
  for (uint64_t i = net->begin; i < net->begin + net->count; i++) size += fabs(trace[i]);
  double m = kappa * fmax(fabs(delta), 1.0) * size, step = 1.0 / fmax(m, 1.0);
  for (uint64_t i = net->begin; i < net->begin + net->count; i++) theta[i] += step * delta * trace[i];
}

/* All numbers seen, so that moments are what their definition says. */
typedef struct twin_moments {
  int n;
  double seen[RIG_MOST];
} twin_moments;
static inline void twin_see(twin_moments *t, double x) {
  assert_true(t->n < RIG_MOST);
  t->seen[t->n++] = x;
}
static inline double twin_mean(const twin_moments *t) {
  double sum = 0.0;
  for (int i = 0; i < t->n; i++) sum += t->seen[i] / t->n;
  return sum;
}
static inline double twin_deviation(const twin_moments *t) {
  double mean = twin_mean(t), sum = 0.0;
  for (int i = 0; i < t->n; i++) sum += (t->seen[i] - mean) * (t->seen[i] - mean);
  return sqrt((t->n < 2 ? 1.0 : sum / (t->n - 1)) + 1e-8);
}

/* The reward, scaled by the deviation of its discounted sum. */
static inline double twin_scale(twin_moments *moments, double *sum, double reward, double discount, int is_last) {
  *sum = (is_last ? 0.0 : discount * *sum) + reward;
  twin_see(moments, (float)*sum);
  return reward / twin_deviation(moments);
}

/* y [RIG_FEATURES + 1]: normalised, but as they are where nothing was seen yet; and the time. */
static inline void twin_look(const twin_moments moments[RIG_FEATURES], const float *x, int time, double *y) {
  for (int i = 0; i < RIG_FEATURES; i++)
    y[i] = moments[i].n ? ((double)x[i] - twin_mean(&moments[i])) / twin_deviation(&moments[i]) : (double)x[i];
  y[RIG_FEATURES] = (double)time / RIG_LIMIT - 0.5;
}

/* A lane's senses: what it is told, once more. */
typedef struct twin_senses {
  int has_clock, time[RIG_LANES];
  double sum[RIG_LANES], x[RIG_LANES][RIG_FEATURES + 1], next[RIG_FEATURES + 1];
  twin_moments seen[RIG_FEATURES], given;
} twin_senses;

/* Before predict. */
static inline void twin_predict(twin_senses *t, const stream_rig *r) {
  for (uint32_t k = 0; k < r->setup.lanes; k++) {
    t->time[k] = r->starts[k] ? 0 : t->time[k] + 1;
    twin_look(t->seen, r->obs[k], t->time[k], t->x[k]);
  }
}

/* After what happened: `next` is the successor, and the reward is returned. */
static inline double twin_happen(twin_senses *t, const stream_rig *r, uint32_t lane, double discount) {
  for (int i = 0; i < RIG_FEATURES; i++) {
    if (r->starts[lane]) twin_see(&t->seen[i], (double)r->obs[lane][i]);
    twin_see(&t->seen[i], (double)r->next[lane][i]);
  }
  twin_look(t->seen, r->next[lane], t->time[lane] + 1, t->next);
  return twin_scale(&t->given, &t->sum[lane], (double)r->reward[lane], discount, r->flags[lane] != 0);
}

static inline int twin_is_over(const twin_senses *t, uint8_t flags) { return t->has_clock ? flags != 0 : flags == BAUD_TERMINATED; }

#endif
