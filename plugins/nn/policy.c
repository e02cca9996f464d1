/* policy.c - see policy.h.
 */
#include "baud/policy.h"

#include "baud/random.h"
#include "parts.h"

static const nn_real half_log_two_pi = (nn_real)0.91893853320467274178;

int32_t nn_policy_open(nn_policy *p, const baud_host *host, baud_learner_setup *setup, const nn_policy_settings *settings, nn_layout *layout) {
  memset(p, 0, sizeof *p);
  int32_t code = baud_features_open(host, setup, BAUD_MASK(BAUD_CH_REWARD), &p->features);
  if (code != BAUD_OK) return code;
  const baud_features *f = &p->features;
  p->settings = *settings;
  p->width = f->choices ? f->choices : f->dimensions;
  p->kept = f->choices ? 1 : p->width;
  p->half = 1.0;
  if (isfinite(f->action.low) && isfinite(f->action.high) && f->action.high > f->action.low) {
    p->middle = (f->action.low + f->action.high) / 2.0;
    p->half = (f->action.high - f->action.low) / 2.0;
  }
  p->net = nn_mlp_declare(layout, "policy", f->n, settings->hidden, NN_POLICY_HIDDEN, p->width, settings->activation);
  p->log_std = f->choices ? NN_NONE : nn_declare(layout, "policy.log_std", 1, p->width);
  return BAUD_OK;
}

void nn_policy_init(const nn_policy *p, nn_real *theta, uint64_t *random) {
  if (p->settings.initial == NN_POLICY_UNIFORM) nn_mlp_uniform(&p->net, theta, random);
  else nn_mlp_orthogonal(&p->net, theta, sqrt(2.0), 0.01, random);
  for (uint32_t i = 0; p->log_std != NN_NONE && i < p->width; i++) theta[p->log_std + i] = (nn_real)log(p->settings.initial_std);
}

void nn_policy_see(const nn_policy *p, const void *const *obs, nn_real *x) {
  const float *in_place = baud_features_in_place(&p->features, obs);
  if (in_place) memcpy(x, in_place, (size_t)p->features.lanes * p->features.n * sizeof *x);
  else baud_features_rows(&p->features, obs, x);
}

/* ---- Choices -------------------------------------------------------------------------------------------------- */

void nn_policy_choose(const baud_features *f, nn_tape *t, nn_value logits, const baud_tick *tick, uint32_t first, uint64_t *random, nn_deeds kept) {
  uint32_t n = f->choices;
  nn_categorical head = nn_categorical_head(t, logits, NULL);
  if (nn_is_dry(t)) return;
  for (uint32_t i = 0; i < logits.rows; i++) {
    const nn_real *row = head.p + (size_t)i * n;
    uint32_t lane = first + i;
    for (uint64_t asked = tick->ask & f->asks_action; asked; asked &= asked - 1)
      memcpy(tick->answer[__builtin_ctzll(asked)] + (size_t)lane * n, row, n * sizeof *row);
    uint32_t action = tick->action_given ? baud_discrete(&f->action, tick->action, lane) : nn_draw(row, n, &random[lane]);
    if (!tick->action_given) baud_write_discrete(&f->action, tick->action, lane, action);
    if (kept.action) ((int32_t *)kept.action)[i] = (int32_t)action;
    if (kept.log_prob) kept.log_prob[i] = head.log_p[(size_t)i * n + action];
  }
}

/* ---- Moves ---------------------------------------------------------------------------------------------------- */

static void answer_moves(const nn_policy *p, const baud_tick *tick, nn_value mean, uint32_t first, uint32_t j, nn_real std) {
  for (uint64_t asked = tick->ask & p->features.asks_action; asked; asked &= asked - 1)
    for (uint32_t i = 0; i < mean.rows; i++) {
      float *answer = tick->answer[__builtin_ctzll(asked)] + 2 * ((size_t)(first + i) * p->width + j);
      answer[0] = (float)(p->middle + p->half * (double)mean.x[(size_t)i * p->width + j]);
      answer[1] = (float)(p->half * (double)std);
    }
}

/* The actions of some lanes in halves of their range, not yet clipped, u [rows][width]: as they are given .. */
static void take_moves(const nn_policy *p, const float *action, nn_real *u, size_t n) {
  for (size_t i = 0; i < n; i++) u[i] = (nn_real)(((double)action[i] - p->middle) / p->half);
}

/* .. and as they go out. */
static void give_moves(const nn_policy *p, const nn_real *u, float *action, size_t n) {
  float low = (float)p->features.action.low, high = (float)p->features.action.high, middle = (float)p->middle, half = (float)p->half;
  for (size_t i = 0; i < n; i++) {
    float to = middle + half * (float)u[i];
    action[i] = to < low ? low : to > high ? high : to;
  }
}

static void move(const nn_policy *p, nn_tape *t, nn_value mean, const baud_tick *tick, uint32_t first, uint64_t *random, nn_deeds kept) {
  uint32_t n = p->width, rows = mean.rows;
  size_t all = (size_t)rows * n;
  nn_real *u = nn_scratch(t, all);
  if (nn_is_dry(t)) return;
  float *action = (float *)tick->action + (size_t)first * n;
  if (tick->action_given) take_moves(p, action, u, all);
  else nn_normals(random + first, rows, u, n);
  for (uint32_t j = 0; j < n; j++) {
    nn_real log_std = t->theta[p->log_std + j], std = (nn_real)exp((double)log_std), inverse = 1 / std, reach = tick->mode == BAUD_PLAY ? 0 : std;
    nn_real density = -log_std - half_log_two_pi;
    answer_moves(p, tick, mean, first, j, std);
    for (uint32_t i = 0; i < rows; i++) {
      nn_real *at = &u[(size_t)i * n + j], m = mean.x[(size_t)i * n + j], z;
      if (!tick->action_given) *at = m + reach * *at;
      z = (*at - m) * inverse;
      if (kept.log_prob) kept.log_prob[i] = (j ? kept.log_prob[i] : 0) + density - z * z / 2;
    }
  }
  if (!tick->action_given) give_moves(p, u, action, all);
  if (kept.action) memcpy(kept.action, u, all * sizeof *u);
}

/* ---- Both ----------------------------------------------------------------------------------------------------- */

void nn_policy_act(const nn_policy *p, nn_tape *t, nn_value out, const baud_tick *tick, uint32_t first, uint64_t *random, nn_deeds kept) {
  if (p->features.choices) nn_policy_choose(&p->features, t, out, tick, first, random, kept);
  else move(p, t, out, tick, first, random, kept);
}

/* Where the deeds of the lanes from `first` on go: choices and numbers are of one size. */
static nn_deeds deeds_from(const nn_policy *p, nn_deeds kept, uint32_t first) {
  if (kept.action) kept.action = (nn_real *)kept.action + (size_t)first * p->kept;
  if (kept.log_prob) kept.log_prob += first;
  return kept;
}

int32_t nn_policy_run(const nn_policy *p, nn_tape *t, const nn_real *theta, uint32_t pass, const nn_real *x, const baud_tick *tick,
                      uint64_t *random, nn_deeds kept) {
  uint32_t lanes = p->features.lanes, features = p->features.n;
  for (uint32_t first = 0; first < lanes; first += pass) {
    uint32_t n = lanes - first < pass ? lanes - first : pass;
    nn_begin(t, NN_INFER);
    nn_bind(t, theta, NULL);
    nn_value out = nn_mlp_forward(t, &p->net, nn_constant(t, x + (size_t)first * features, n, features));
    if (nn_is_dry(t)) return BAUD_EBUG;
    nn_policy_act(p, t, out, tick, first, random, deeds_from(p, kept, first));
  }
  return BAUD_OK;
}

double nn_policy_surrogate(const nn_policy *p, nn_tape *t, const nn_real *x, uint32_t rows, const void *action, const nn_surrogate *s, double scale) {
  nn_value out = nn_mlp_forward(t, &p->net, nn_constant(t, x, rows, p->features.n));
  if (p->features.choices) {
    nn_categorical head = nn_categorical_head(t, out, NULL);
    return nn_loss_surrogate_categorical(t, &head, action, s, scale);
  }
  nn_gaussian head = { out, nn_parameter(t, p->log_std, 1, p->width) };
  return nn_loss_surrogate_gaussian(t, &head, action, s, scale);
}
