/* actor_critic.c - see actor_critic.h. Passes go through the networks a few hundred rows at a time, so that what lies
 * between forward and backward stays in cache; by the library's promise a row's result does not depend on the cut.
 */
#include "baud/actor_critic.h"

#include "baud/random.h"
#include "parts.h"

enum { STREAM_WEIGHTS = 1, STREAM_LANES };
enum { PASS_ELEMENTS = 8192 }; /* of the widest layer in one pass */
enum { JUDGED_LOG_PROB, JUDGED_ADVANTAGE, JUDGED_TARGET, JUDGED_VALUE, JUDGED };

/* ---- Opening ------------------------------------------------------------------------------------------------------ */

static uint32_t widest(const nn_actor_critic *ac) {
  uint32_t most = ac->features > ac->policy.width ? ac->features : ac->policy.width;
  for (int i = 0; i < NN_POLICY_HIDDEN; i++) {
    uint32_t units = ac->settings.policy.hidden[i];
    most = units > most ? units : most;
  }
  return most;
}

static void list_blocks(const nn_actor_critic *ac, baud_block *b) {
  uint64_t rows = ac->rows, n = ac->features, kept = ac->policy.kept, pass = ac->pass * (n + kept + JUDGED), tick = ac->lanes * n;
  b[NN_AC_THETA] = baud_block_of(BAUD_F32, BAUD_WEIGHT, 0, ac->count, "networks");
  b[NN_AC_SCALE] = baud_block_of(BAUD_F32, BAUD_WEIGHT, 0, 2 * n, "scale");
  b[NN_AC_MOMENTS] = baud_block_of(BAUD_F32, BAUD_OPTIMISER, 0, 0, "moments");
  b[NN_AC_ROLLOUTS] = baud_block_of(BAUD_U64, BAUD_OPTIMISER, 0, 1, "rollouts");
  b[NN_AC_STATISTICS] = baud_block_of(BAUD_F64, BAUD_OPTIMISER, 0, 1 + 2 * n, "statistics");
  b[NN_AC_FEATURES] = baud_block_of(BAUD_F32, BAUD_TRACE, 0, rows * n, "rollout_features");
  b[NN_AC_ACTION] = baud_block_of(ac->policy.features.choices ? BAUD_I32 : BAUD_F32, BAUD_TRACE, 0, rows * kept, "rollout_actions");
  b[NN_AC_LOG_PROB] = baud_block_of(BAUD_F32, BAUD_TRACE, 0, rows, "rollout_log_probs");
  b[NN_AC_REWARD] = baud_block_of(BAUD_F32, BAUD_TRACE, 0, rows, "rollout_rewards");
  b[NN_AC_FLAGS] = baud_block_of(BAUD_U8, BAUD_TRACE, 0, rows, "rollout_flags");
  b[NN_AC_SUCCESSOR] = baud_block_of(BAUD_F32, BAUD_TRACE, 0, rows, "rollout_successors");
  b[NN_AC_STEP] = baud_block_of(BAUD_U64, BAUD_TRACE, 0, 1, "rollout_step");
  b[NN_AC_SEEN] = baud_block_of(BAUD_F64, BAUD_TRACE, 0, 2 * n, "rollout_seen");
  b[NN_AC_RANDOM] = baud_block_of(BAUD_U64, BAUD_RNG, BAUD_PER_LANE, 1, "random");
  b[NN_AC_GRADIENT] = baud_block_of(BAUD_F32, BAUD_SCRATCH, 0, ac->count, "gradient");
  b[NN_AC_VALUE] = baud_block_of(BAUD_F32, BAUD_SCRATCH, 0, rows, "values");
  b[NN_AC_ADVANTAGE] = baud_block_of(BAUD_F32, BAUD_SCRATCH, 0, rows, "advantages");
  b[NN_AC_JUDGED] = baud_block_of(BAUD_F32, BAUD_SCRATCH, 0, rows * JUDGED, "judged");
  b[NN_AC_BATCH] = baud_block_of(BAUD_F32, BAUD_SCRATCH, 0, pass > tick ? pass : tick, "batch");
  b[NN_AC_ARENA] = baud_block_of(BAUD_U8, BAUD_SCRATCH, 0, ac->arena, "arena");
}

/* ---- Passes ------------------------------------------------------------------------------------------------------- */

/* Rows of what a pass looks at, gathered or in place. */
typedef struct slice {
  uint32_t n;
  const nn_real *x, *log_prob, *advantage, *target, *value;
  const void *action;
} slice;

static void actor_pass(const nn_actor_critic *ac, nn_tape *t, const slice *s, const nn_ac_objective *o, double scale) {
  nn_surrogate by = {s->advantage, o->clip > 0.0 ? s->log_prob : NULL, o->clip, o->entropy};
  nn_policy_surrogate(&ac->policy, t, s->x, s->n, s->action, &by, scale);
}

static void critic_pass(const nn_actor_critic *ac, nn_tape *t, const slice *s, const nn_ac_objective *o, double scale) {
  nn_value v = nn_mlp_forward(t, &ac->critic, nn_constant(t, s->x, s->n, ac->features));
  if (o->value_clip > 0.0) nn_loss_squared_clipped(t, v, s->target, s->value, o->value_clip, scale * o->value);
  else nn_loss_squared(t, v, s->target, NULL, scale * o->value);
}

static int train(const nn_actor_critic *ac, void *const *blocks, nn_tape *t, const slice *s, const nn_ac_objective *o, double scale) {
  nn_begin(t, NN_TRAIN);
  nn_bind(t, blocks[NN_AC_THETA], blocks[NN_AC_GRADIENT]);
  actor_pass(ac, t, s, o, scale);
  if (nn_backward(t) != BAUD_OK) return BAUD_EBUG;
  nn_begin(t, NN_TRAIN);
  nn_bind(t, blocks[NN_AC_THETA], blocks[NN_AC_GRADIENT]);
  critic_pass(ac, t, s, o, scale);
  return nn_backward(t);
}

/* What one of the networks makes of some rows; x null on a dry tape. */
static nn_value infer(const nn_actor_critic *ac, void *const *blocks, nn_tape *t, const nn_mlp *net, const nn_real *x, uint32_t n) {
  nn_begin(t, NN_INFER);
  nn_bind(t, blocks ? blocks[NN_AC_THETA] : NULL, NULL);
  return nn_mlp_forward(t, net, nn_constant(t, x, n, ac->features));
}

static nn_tape tape_of(const nn_actor_critic *ac, void *const *blocks) {
  nn_tape t;
  nn_tape_open(&t, blocks[NN_AC_ARENA], ac->arena);
  return t;
}

static int32_t is_too_small(const nn_actor_critic *ac) { return ac->host->fail(ac->host, BAUD_EBUG, "its arena is too small for a pass"); }

/* Room for the largest pass. */
static size_t arena_for(const nn_actor_critic *ac) {
  static const nn_ac_objective everything = {0.2, 0.2, 1.0, 1.0, 1};
  nn_real nothing = 0;
  slice s = {ac->pass, NULL, NULL, NULL, NULL, NULL, NULL};
  nn_tape t;
  nn_tape_open(&t, NULL, 0);
  nn_begin(&t, NN_TRAIN);
  nn_bind(&t, NULL, &nothing);
  actor_pass(ac, &t, &s, &everything, 1.0);
  nn_begin(&t, NN_TRAIN);
  nn_bind(&t, NULL, &nothing);
  critic_pass(ac, &t, &s, &everything, 1.0);
  (void)infer(ac, NULL, &t, &ac->policy.net, NULL, ac->pass);
  nn_policy_act(&ac->policy, &t, (nn_value){NULL, NULL, ac->pass, ac->policy.width}, NULL, 0, NULL, (nn_deeds){NULL, NULL});
  return nn_arena_bytes(&t);
}

int32_t nn_ac_open(nn_actor_critic *ac, const baud_host *host, baud_learner_setup *setup, const nn_ac_settings *settings, baud_block *blocks) {
  nn_layout layout;
  memset(&layout, 0, sizeof layout);
  memset(ac, 0, sizeof *ac);
  ac->host = host;
  ac->settings = *settings;
  int32_t code = nn_policy_open(&ac->policy, host, setup, &settings->policy, &layout);
  if (code != BAUD_OK) return code;
  ac->lanes = ac->policy.features.lanes;
  ac->features = ac->policy.features.n;
  if ((uint64_t)settings->horizon * ac->lanes > INT32_MAX)
    return host->fail(host, BAUD_EARG, "a rollout of horizon times lanes would have 2^31 rows or more: make \"horizon\" smaller");
  ac->rows = settings->horizon * ac->lanes;
  ac->critic = nn_mlp_declare(&layout, "value", ac->features, settings->policy.hidden, NN_POLICY_HIDDEN, 1, settings->policy.activation);
  ac->count = layout.count;
  uint32_t most = PASS_ELEMENTS / widest(ac);
  ac->pass = most < 16 ? 16 : most;
  if (ac->pass > ac->rows) ac->pass = ac->rows;
  ac->arena = arena_for(ac);
  list_blocks(ac, blocks);
  return BAUD_OK;
}

int32_t nn_ac_init(const nn_actor_critic *ac, void *const *blocks, uint64_t seed) {
  nn_real *theta = blocks[NN_AC_THETA], *scale = blocks[NN_AC_SCALE];
  uint64_t random = baud_split(seed, STREAM_WEIGHTS);
  nn_policy_init(&ac->policy, theta, &random);
  if (ac->settings.policy.initial == NN_POLICY_UNIFORM) nn_mlp_uniform(&ac->critic, theta, &random);
  else nn_mlp_orthogonal(&ac->critic, theta, sqrt(2.0), 1.0, &random);
  for (uint32_t i = 0; i < ac->features; i++) scale[ac->features + i] = 1;
  baud_seed_lanes(blocks[NN_AC_RANDOM], ac->lanes, baud_split(seed, STREAM_LANES));
  return BAUD_OK;
}

/* ---- Acting ------------------------------------------------------------------------------------------------------- */

static void standardise(const nn_actor_critic *ac, void *const *blocks, nn_real *x, uint32_t rows) {
  uint32_t n = ac->features;
  const nn_real *mean = blocks[NN_AC_SCALE], *inverse = mean + n;
  if (ac->settings.normalise == NN_AC_RAW) return;
  for (uint32_t row = 0; row < rows; row++, x += n)
    for (uint32_t i = 0; i < n; i++) {
      nn_real z = (x[i] - mean[i]) * inverse[i];
      x[i] = z < -NN_AC_CLIP ? -NN_AC_CLIP : z > NN_AC_CLIP ? NN_AC_CLIP : z;
    }
}

int32_t nn_ac_predict(const nn_actor_critic *ac, void *const *blocks, const baud_tick *tick) {
  size_t row = (size_t)*(const uint64_t *)blocks[NN_AC_STEP] * ac->lanes;
  int is_kept = tick->mode == BAUD_TRAIN;
  nn_real *x = is_kept ? (nn_real *)blocks[NN_AC_FEATURES] + row * ac->features : (nn_real *)blocks[NN_AC_BATCH];
  nn_deeds kept = {NULL, NULL};
  if (is_kept) kept = (nn_deeds){(nn_real *)blocks[NN_AC_ACTION] + row * ac->policy.kept, (nn_real *)blocks[NN_AC_LOG_PROB] + row};
  nn_tape t = tape_of(ac, blocks);
  nn_policy_see(&ac->policy, tick->obs, x);
  standardise(ac, blocks, x, ac->lanes);
  int32_t code = nn_policy_run(&ac->policy, &t, blocks[NN_AC_THETA], ac->pass, x, tick, blocks[NN_AC_RANDOM], kept);
  return code == BAUD_OK ? BAUD_OK : is_too_small(ac);
}

/* ---- The rollout -------------------------------------------------------------------------------------------------- */

int nn_ac_only_measures(const nn_actor_critic *ac, void *const *blocks) {
  return ac->settings.normalise != NN_AC_RAW && *(const uint64_t *)blocks[NN_AC_ROLLOUTS] == 0;
}

/* Whether this rollout's features count for the scale. */
static int is_measuring(const nn_actor_critic *ac, void *const *blocks) {
  return ac->settings.normalise == NN_AC_RUNNING || nn_ac_only_measures(ac, blocks);
}

/* Sums of the raw features that were acted upon, about the mean so far. */
static void watch(const nn_actor_critic *ac, void *const *blocks, const void *const *obs) {
  uint32_t n = ac->features;
  nn_real *x = blocks[NN_AC_BATCH];
  double *sum = blocks[NN_AC_SEEN], *squares = sum + n;
  const double *mean = (const double *)blocks[NN_AC_STATISTICS] + 1;
  nn_policy_see(&ac->policy, obs, x);
  for (uint32_t lane = 0; lane < ac->lanes; lane++, x += n)
    for (uint32_t i = 0; i < n; i++) {
      double away = (double)x[i] - mean[i];
      sum[i] += away;
      squares[i] += away * away;
    }
}

/* The value of the true successor of every lane that is cut off here. */
static int32_t value_successors(const nn_actor_critic *ac, void *const *blocks, const baud_outcome *outcome, size_t row, int is_last) {
  const baud_features *f = &ac->policy.features;
  nn_real *x = blocks[NN_AC_BATCH], *successor = (nn_real *)blocks[NN_AC_SUCCESSOR] + row;
  nn_tape t = tape_of(ac, blocks);
  for (uint32_t lane = 0; lane < f->lanes;) {
    uint32_t n = 0, from = lane;
    for (; lane < f->lanes && n < ac->pass; lane++) {
      if (outcome->flags[lane] & BAUD_TERMINATED || !(outcome->flags[lane] || is_last)) continue;
      baud_features_row(f, outcome->next_obs, lane, x + (size_t)n++ * f->n);
    }
    if (n == 0) break;
    standardise(ac, blocks, x, n);
    nn_value v = infer(ac, blocks, &t, &ac->critic, x, n);
    if (nn_is_dry(&t)) return is_too_small(ac);
    for (const nn_real *next = v.x; from < lane; from++)
      if (!(outcome->flags[from] & BAUD_TERMINATED) && (outcome->flags[from] || is_last)) successor[from] = *next++;
  }
  return BAUD_OK;
}

int32_t nn_ac_record(const nn_actor_critic *ac, void *const *blocks, const baud_outcome *outcome) {
  uint32_t lanes = ac->lanes, cut = 0;
  uint64_t *step = blocks[NN_AC_STEP];
  size_t row = (size_t)*step * lanes;
  int is_last = *step + 1 == ac->settings.horizon;
  memcpy((nn_real *)blocks[NN_AC_REWARD] + row, outcome->reward, lanes * sizeof(nn_real));
  memcpy((uint8_t *)blocks[NN_AC_FLAGS] + row, outcome->flags, lanes);
  if (is_measuring(ac, blocks)) watch(ac, blocks, outcome->obs);
  for (uint32_t lane = 0; lane < lanes; lane++) cut |= outcome->flags[lane] & BAUD_TRUNCATED;
  if (is_last || cut) {
    int32_t code = value_successors(ac, blocks, outcome, row, is_last);
    if (code != BAUD_OK) return code;
  }
  ++*step;
  return is_last;
}

double nn_ac_left(const nn_actor_critic *ac, void *const *blocks, double steps) {
  double rollouts = fmax(floor(steps / ac->rows), 1.0), over = (double)*(const uint64_t *)blocks[NN_AC_ROLLOUTS];
  return steps > 0.0 ? fmax(1.0 - over / rollouts, 0.0) : 1.0;
}

/* Takes what the rollout has seen into the statistics (Chan, Golub and LeVeque 1983) and standardises by them from now on. */
static void rescale(const nn_actor_critic *ac, void *const *blocks) {
  uint32_t n = ac->features;
  double *count = blocks[NN_AC_STATISTICS], *mean = count + 1, *squares = mean + n, *seen = blocks[NN_AC_SEEN], rows = ac->rows;
  nn_real *scale = blocks[NN_AC_SCALE];
  for (uint32_t i = 0; i < n; i++) {
    double away = seen[i] / rows;
    mean[i] += away * rows / (*count + rows);
    squares[i] += seen[n + i] - seen[i] * away + away * away * *count * rows / (*count + rows);
    scale[i] = (nn_real)mean[i];
    scale[n + i] = (nn_real)(1.0 / sqrt(squares[i] / (*count + rows) + 1e-8));
  }
  *count += rows;
}

void nn_ac_renew(const nn_actor_critic *ac, void *const *blocks) {
  uint64_t *rollouts = blocks[NN_AC_ROLLOUTS];
  if (is_measuring(ac, blocks)) rescale(ac, blocks);
  memset(blocks[NN_AC_SEEN], 0, 2 * (size_t)ac->features * sizeof(double));
  *(uint64_t *)blocks[NN_AC_STEP] = 0;
  ++*rollouts;
}

/* ---- Judging ------------------------------------------------------------------------------------------------------ */

void nn_gae(uint32_t steps, uint32_t lanes, const nn_real *reward, const uint8_t *flags, const nn_real *value, const nn_real *successor,
            double discount, double lambda, nn_real *advantage) {
  nn_real gamma = (nn_real)discount, keep = (nn_real)(discount * lambda);
  for (uint32_t step = steps; step-- > 0;) {
    int is_last = step + 1 == steps;
    for (size_t i = (size_t)step * lanes, end = i + lanes; i < end; i++) {
      int goes_on = flags[i] == 0 && !is_last;
      nn_real next = flags[i] & BAUD_TERMINATED ? 0 : goes_on ? value[i + lanes] : successor[i];
      advantage[i] = reward[i] + gamma * next - value[i] + (goes_on ? keep * advantage[i + lanes] : 0);
    }
  }
}

int32_t nn_ac_judge(const nn_actor_critic *ac, void *const *blocks, double discount, double lambda) {
  const nn_real *x = blocks[NN_AC_FEATURES];
  nn_real *value = blocks[NN_AC_VALUE], *advantage = blocks[NN_AC_ADVANTAGE], *judged = blocks[NN_AC_JUDGED];
  const nn_real *log_prob = blocks[NN_AC_LOG_PROB];
  nn_tape t = tape_of(ac, blocks);
  for (uint32_t first = 0; first < ac->rows; first += ac->pass) {
    uint32_t n = ac->rows - first < ac->pass ? ac->rows - first : ac->pass;
    nn_value v = infer(ac, blocks, &t, &ac->critic, x + (size_t)first * ac->features, n);
    if (nn_is_dry(&t)) return is_too_small(ac);
    memcpy(value + first, v.x, n * sizeof *value);
  }
  nn_gae(ac->settings.horizon, ac->lanes, blocks[NN_AC_REWARD], blocks[NN_AC_FLAGS], value, blocks[NN_AC_SUCCESSOR], discount, lambda,
         advantage);
  for (uint32_t i = 0; i < ac->rows; i++, judged += JUDGED) {
    judged[JUDGED_LOG_PROB] = log_prob[i];
    judged[JUDGED_ADVANTAGE] = advantage[i];
    judged[JUDGED_TARGET] = advantage[i] + value[i];
    judged[JUDGED_VALUE] = value[i];
  }
  memset(blocks[NN_AC_GRADIENT], 0, ac->count * sizeof(nn_real));
  return BAUD_OK;
}

/* ---- The gradient ------------------------------------------------------------------------------------------------- */

/* Standardising advantages: (A - mean) * scale, with the sample's standard deviation; one alone is left as it is. */
typedef struct standard {
  nn_real mean, scale;
} standard;

static standard standard_of(const nn_real *advantage, const int32_t *order, uint32_t n) {
  double sum = 0.0, squares = 0.0;
  for (uint32_t i = 0; i < n; i++) sum += (double)advantage[order ? (uint32_t)order[i] : i];
  double mean = sum / n;
  for (uint32_t i = 0; i < n; i++) {
    double away = (double)advantage[order ? (uint32_t)order[i] : i] - mean;
    squares += away * away;
  }
  if (n < 2) return (standard){0, 1};
  return (standard){(nn_real)mean, (nn_real)(1.0 / (sqrt(squares / (n - 1)) + 1e-8))};
}

/* A few numbers, for which a call would take longer; choices are copied as they are. */
static void copy(nn_real *to, const nn_real *from, uint32_t n) {
  for (uint32_t i = 0; i < n; i++) memcpy(to + i, from + i, sizeof *to);
}

/* Copies rows order[0 .. n), or first .. first + n, into the batch. */
static slice gather(const nn_actor_critic *ac, void *const *blocks, const int32_t *order, uint32_t first, uint32_t n, standard by) {
  uint32_t features = ac->features, width = ac->policy.kept;
  nn_real *x = blocks[NN_AC_BATCH], *log_prob = x + (size_t)ac->pass * features, *advantage = log_prob + ac->pass;
  nn_real *target = advantage + ac->pass, *value = target + ac->pass, *action = value + ac->pass;
  for (uint32_t i = 0; i < n; i++) {
    size_t row = order ? (size_t)order[first + i] : first + i;
    const nn_real *judged = (const nn_real *)blocks[NN_AC_JUDGED] + row * JUDGED;
    copy(x + (size_t)i * features, (const nn_real *)blocks[NN_AC_FEATURES] + row * features, features);
    copy(action + (size_t)i * width, (const nn_real *)blocks[NN_AC_ACTION] + row * width, width);
    log_prob[i] = judged[JUDGED_LOG_PROB];
    advantage[i] = (judged[JUDGED_ADVANTAGE] - by.mean) * by.scale;
    target[i] = judged[JUDGED_TARGET];
    value[i] = judged[JUDGED_VALUE];
  }
  return (slice){n, x, log_prob, advantage, target, value, action};
}

int32_t nn_ac_gradient(const nn_actor_critic *ac, void *const *blocks, const int32_t *order, uint32_t n, const nn_ac_objective *objective) {
  standard by = objective->normalise ? standard_of(blocks[NN_AC_ADVANTAGE], order, n) : (standard){0, 1};
  nn_tape t = tape_of(ac, blocks);
  for (uint32_t first = 0; first < n; first += ac->pass) {
    slice s = gather(ac, blocks, order, first, n - first < ac->pass ? n - first : ac->pass, by);
    if (train(ac, blocks, &t, &s, objective, 1.0 / n) != BAUD_OK) return is_too_small(ac);
  }
  return BAUD_OK;
}
