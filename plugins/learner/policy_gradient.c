/* Policy gradients of whole episodes over a network, for one discrete choice or continuous actions. G episodes make one
 * step, by Adam, along the gradient of
 *   1/G sum over i, t of  A(i, t) log pi(a_t|s_t) + entropy H(pi(.|s_t))
 * and what an episode's A is, three units of one learner differ in:
 *   REINFORCE  gamma^t G_t - b, the discounted return that follows, b the mean return of earlier updates' episodes or 0
 *              (Williams 1992; Sutton & Barto, 2nd ed., eq. 13.8 and 13.11)
 *   RLOO       R_i - the mean return of the group's others (Kool et al. 2019; Ahmadian et al. 2024, eq. 7)
 *   GRPO       (R_i - the group's mean) / (its standard deviation + epsilon) (Shao et al. 2024, section 4.1); a group makes
 *              one step with the policy that acted, so that the ratio is 1 and its clipping never binds: it is not here
 *
 * As on a table, an episode of any length is kept in constant memory, exactly: with P_t the discounted reward before step t,
 * gamma^t G_t = R - P_t, so all that is needed of an episode are two vectors as long as the parameters,
 *   E = sum of grad -log pi(a_t|s_t)      F = sum of P_t grad log pi(a_t|s_t) - entropy grad H
 * and its part of the step is (R - b) E + F. Steps are gone through with the policy that acted, PG_CHUNK of a lane's at a
 * time or before the policy moves. A gradient that is 0 makes no step, whatever Adam remembers: a group whose returns are all
 * equal teaches nothing. An episode that is truncated is taken as it is.
 */
#include <stdlib.h>

#include "baud/policy.h"
#include "baud/policy_gradient.h"

enum { PG_CHUNK = 32 };

/* ---- Parameters ------------------------------------------------------------------------------------------------- */

enum {
  PG_PARAM_LR, PG_PARAM_GROUP, PG_PARAM_ENTROPY, PG_PARAM_HIDDEN, PG_PARAM_HIDDEN_2, PG_PARAM_ACTIVATION, PG_PARAM_INITIAL, PG_PARAM_INITIAL_STD,
  PG_PARAMS,
  REINFORCE_PARAM_BASELINE = PG_PARAMS, REINFORCE_PARAM_DISCOUNT, REINFORCE_PARAMS,
  GRPO_PARAM_NORMALISE = PG_PARAMS, GRPO_PARAM_EPSILON, GRPO_PARAM_PER_STEP, GRPO_PARAMS
};
static const char *const pg_activations[] = { "tanh", "relu" };
static const int pg_activation_of[] = { NN_TANH, NN_RELU };
static const char *const pg_initials[] = { "orthogonal", "uniform" };
static const char *const pg_baselines[] = { "none", "mean" };
#define PG_SHARED_PARAMS(lr, least) \
  BAUD_PARAM_LIVE_FLOAT("lr", lr, 0, 1, "", "step size (Adam)"), \
  BAUD_PARAM_INT("group", 8, least, 1000000, "episodes", "how many episodes make one step"), \
  BAUD_PARAM_LIVE_FLOAT("entropy", 0, 0, 1e3, "", "weight of the policy's entropy in nats, at every step"), \
  BAUD_PARAM_INT("hidden", 64, 0, 4096, "units", "width of the first hidden layer; 0: there is none"), \
  BAUD_PARAM_INT("hidden_second", 64, 0, 4096, "units", "width of the second; 0: there is none"), \
  BAUD_PARAM_CHOICE("activation", 0, pg_activations, 2, "of the hidden layers"), \
  BAUD_PARAM_CHOICE("initial", NN_POLICY_ORTHOGONAL, pg_initials, 2, "weights: orthogonal, the last layer small; or uniform by fan-in"), \
  BAUD_PARAM_FLOAT("initial_std", 1, 1e-3, 1e3, "", "standard deviation of a continuous action, in halves of its range")
static const baud_param reinforce_params[REINFORCE_PARAMS] = {
  PG_SHARED_PARAMS(1e-3, 1),
  BAUD_PARAM_CHOICE("baseline", 1, pg_baselines, 2, "none; mean: of the returns of earlier episodes"),
  BAUD_PARAM_FLOAT("discount", 1, 0, 1, "", "gamma, weight of a reward one step later")
};
static const baud_param rloo_params[PG_PARAMS] = { PG_SHARED_PARAMS(3e-3, 2) };
static const baud_param grpo_params[GRPO_PARAMS] = {
  PG_SHARED_PARAMS(3e-3, 2),
  BAUD_PARAM_FLAG("normalise", 1, "divide by the standard deviation of the group's returns"),
  BAUD_PARAM_FLOAT("epsilon", 1e-4, 0, 1, "", "added to that standard deviation"),
  BAUD_PARAM_FLAG("per_step", 0, "divide each episode's gradient by its length")
};

/* ---- Blocks and model ------------------------------------------------------------------------------------------- */

enum {
  PG_THETA,    /* WEIGHT [count] */
  PG_MOMENTS,  /* OPTIMISER: Adam's */
  PG_BASELINE, /* OPTIMISER [2]: episodes of earlier updates, and their mean return */
  PG_FEATURES, /* TRACE [PG_CHUNK][lane][features]: steps that are not gone through yet */
  PG_ACTION,   /* TRACE [PG_CHUNK][lane] choices, or [PG_CHUNK][lane][dimensions] */
  PG_PAST,     /* TRACE [PG_CHUNK][lane]: P_t, where what came before is left out */
  PG_STEP,     /* TRACE [1]: steps that the chunk has */
  PG_DONE,     /* TRACE [lane]: how many of them the lane has gone through */
  PG_RUNNING,  /* TRACE [lane]: pg_running */
  PG_SCORE,    /* TRACE [lane][count]: E of the running episode */
  PG_REST,     /* TRACE [lane][count]: F */
  PG_SUM,      /* TRACE [count]: sum of E over the group's finished episodes */
  PG_WEIGHTED, /* TRACE [count]: the same, each times its return's distance from the first one's */
  PG_RESTS,    /* TRACE [count]: sum of F */
  PG_STATS,    /* TRACE: baud_group_stats */
  PG_RANDOM,   /* RNG [lane] */
  PG_GRADIENT, /* SCRATCH [count] */
  PG_ROWS,     /* SCRATCH: all lanes' features in predict; a lane's chunk of features, actions, weights in learn */
  PG_ARENA,
  PG_BLOCKS
};

/* Of an episode so far. */
typedef struct pg_running {
  double gain, weight, steps; /* discounted return, gamma^t, t */
} pg_running;

typedef struct pg_model pg_model;
/* A group's part of the gradient is rate * (WEIGHTED - base * SUM); base: a return's distance from the first one's. */
typedef struct pg_weighing {
  double rate, base;
} pg_weighing;

struct pg_model {
  nn_policy policy;
  pg_weighing (*weigh)(const pg_model *m, void *const *blocks);
  nn_adam adam;
  double group, entropy, discount, epsilon;
  int64_t follows, has_baseline, normalises, per_step; /* follows: by the reward that follows alone */
  uint32_t lanes;
  uint64_t count;
  size_t arena;
  const baud_host *host;
  baud_block blocks[PG_BLOCKS];
};

/* ---- How episodes are judged ------------------------------------------------------------------------------------ */

static pg_weighing reinforce_weigh(const pg_model *m, void *const *blocks) {
  const baud_group_stats *stats = blocks[PG_STATS];
  const double *baseline = blocks[PG_BASELINE];
  return (pg_weighing){ 1.0 / m->group, (m->has_baseline ? baseline[1] : 0.0) - stats->first };
}

/* 1/G * (R_i - mean of the others) = (R_i - mean of all) / (G - 1) */
static pg_weighing rloo_weigh(const pg_model *m, void *const *blocks) {
  const baud_group_stats *stats = blocks[PG_STATS];
  return (pg_weighing){ 1.0 / (m->group - 1.0), stats->sum / m->group };
}

static pg_weighing grpo_weigh(const pg_model *m, void *const *blocks) {
  const baud_group_stats *stats = blocks[PG_STATS];
  return (pg_weighing){ (m->normalises ? baud_group_scale(stats, m->epsilon) : 1.0) / m->group, stats->sum / m->group };
}

/* ---- Creation --------------------------------------------------------------------------------------------------- */

/* Room for the largest pass, either way. */
static size_t pg_room(const pg_model *m) {
  nn_real nothing = 0;
  nn_surrogate everything = { NULL, NULL, 0.0, 1.0 };
  nn_tape t;
  nn_tape_open(&t, NULL, 0);
  nn_begin(&t, NN_TRAIN);
  nn_bind(&t, NULL, &nothing);
  (void)nn_policy_surrogate(&m->policy, &t, NULL, PG_CHUNK, NULL, &everything, 1.0);
  nn_begin(&t, NN_INFER);
  nn_bind(&t, NULL, NULL);
  nn_value out = nn_mlp_forward(&t, &m->policy.net, nn_constant(&t, NULL, PG_CHUNK, m->policy.features.n));
  nn_policy_act(&m->policy, &t, out, NULL, 0, NULL, (nn_deeds){ NULL, NULL });
  return nn_arena_bytes(&t);
}

static void pg_list(pg_model *m) {
  uint64_t n = m->policy.features.n, kept = m->policy.kept, rows = (uint64_t)PG_CHUNK * m->lanes;
  uint64_t chunk = PG_CHUNK * (n + kept + 2), tick = m->lanes * n;
  baud_block *b = m->blocks;
  b[PG_THETA] = baud_block_of(BAUD_F32, BAUD_WEIGHT, 0, m->count, "network");
  b[PG_MOMENTS] = baud_block_of(BAUD_F32, BAUD_OPTIMISER, 0, nn_adam_state(m->count), "moments");
  b[PG_BASELINE] = baud_block_of(BAUD_F64, BAUD_OPTIMISER, 0, 2, "baseline");
  b[PG_FEATURES] = baud_block_of(BAUD_F32, BAUD_TRACE, 0, rows * n, "chunk_features");
  b[PG_ACTION] = baud_block_of(m->policy.features.choices ? BAUD_I32 : BAUD_F32, BAUD_TRACE, 0, rows * kept, "chunk_actions");
  b[PG_PAST] = baud_block_of(BAUD_F32, BAUD_TRACE, 0, rows, "chunk_past");
  b[PG_STEP] = baud_block_of(BAUD_I32, BAUD_TRACE, 0, 1, "chunk_step");
  b[PG_DONE] = baud_block_of(BAUD_I32, BAUD_TRACE, BAUD_PER_LANE, 1, "chunk_done");
  b[PG_RUNNING] = baud_block_of(BAUD_F64, BAUD_TRACE, BAUD_PER_LANE, sizeof(pg_running) / sizeof(double), "running");
  b[PG_SCORE] = baud_block_of(BAUD_F32, BAUD_TRACE, BAUD_PER_LANE, m->count, "score");
  b[PG_REST] = baud_block_of(BAUD_F32, BAUD_TRACE, BAUD_PER_LANE, m->count, "rest");
  b[PG_SUM] = baud_block_of(BAUD_F32, BAUD_TRACE, 0, m->count, "group_score");
  b[PG_WEIGHTED] = baud_block_of(BAUD_F32, BAUD_TRACE, 0, m->count, "group_weighted");
  b[PG_RESTS] = baud_block_of(BAUD_F32, BAUD_TRACE, 0, m->count, "group_rest");
  b[PG_STATS] = baud_block_of(BAUD_F64, BAUD_TRACE, 0, sizeof(baud_group_stats) / sizeof(double), "group_returns");
  b[PG_RANDOM] = baud_block_of(BAUD_U64, BAUD_RNG, BAUD_PER_LANE, 1, "random");
  b[PG_GRADIENT] = baud_block_of(BAUD_F32, BAUD_SCRATCH, 0, m->count, "gradient");
  b[PG_ROWS] = baud_block_of(BAUD_F32, BAUD_SCRATCH, 0, chunk > tick ? chunk : tick, "rows");
  b[PG_ARENA] = baud_block_of(BAUD_U8, BAUD_SCRATCH, 0, m->arena, "arena");
}

static void pg_destroy(void *model) { free(model); }

static nn_policy_settings pg_read(pg_model *m, const baud_value *v) {
  m->adam = (nn_adam){ v[PG_PARAM_LR].f, 0.9, 0.999, 1e-8, 0.0 };
  m->group = (double)v[PG_PARAM_GROUP].i;
  m->entropy = v[PG_PARAM_ENTROPY].f;
  m->discount = 1.0;
  return (nn_policy_settings){ .hidden = { (uint32_t)v[PG_PARAM_HIDDEN].i, (uint32_t)v[PG_PARAM_HIDDEN_2].i },
                               .activation = pg_activation_of[v[PG_PARAM_ACTIVATION].i],
                               .initial = (int)v[PG_PARAM_INITIAL].i,
                               .initial_std = v[PG_PARAM_INITIAL_STD].f };
}

static int32_t pg_create(const baud_host *host, const baud_value *values, baud_learner_setup *setup, pg_model **model) {
  static const nn_layout nothing;
  nn_layout layout = nothing;
  pg_model *m = calloc(1, sizeof *m);
  if (m == NULL) return host->fail(host, BAUD_ENOMEM, "there is no memory for the learner");
  nn_policy_settings settings = pg_read(m, values);
  int32_t code = nn_policy_open(&m->policy, host, setup, &settings, &layout);
  if (code != BAUD_OK) {
    pg_destroy(m);
    return code;
  }
  m->host = host;
  m->lanes = m->policy.features.lanes;
  m->count = layout.count;
  m->arena = pg_room(m);
  pg_list(m);
  setup->blocks = m->blocks;
  setup->n_blocks = PG_BLOCKS;
  *model = m;
  return BAUD_OK;
}

static int32_t reinforce_create(const baud_host *host, const baud_value *values, baud_learner_setup *setup, void **model) {
  pg_model *m;
  int32_t code = pg_create(host, values, setup, &m);
  if (code != BAUD_OK) return code;
  m->weigh = reinforce_weigh;
  m->follows = 1;
  m->has_baseline = values[REINFORCE_PARAM_BASELINE].i;
  m->discount = values[REINFORCE_PARAM_DISCOUNT].f;
  *model = m;
  return BAUD_OK;
}

static int32_t rloo_create(const baud_host *host, const baud_value *values, baud_learner_setup *setup, void **model) {
  pg_model *m;
  int32_t code = pg_create(host, values, setup, &m);
  if (code != BAUD_OK) return code;
  m->weigh = rloo_weigh;
  *model = m;
  return BAUD_OK;
}

static int32_t grpo_create(const baud_host *host, const baud_value *values, baud_learner_setup *setup, void **model) {
  pg_model *m;
  int32_t code = pg_create(host, values, setup, &m);
  if (code != BAUD_OK) return code;
  m->weigh = grpo_weigh;
  m->normalises = values[GRPO_PARAM_NORMALISE].i;
  m->epsilon = values[GRPO_PARAM_EPSILON].f;
  m->per_step = values[GRPO_PARAM_PER_STEP].i;
  *model = m;
  return BAUD_OK;
}

static void pg_begin_episode(void *const *blocks, uint32_t lane) { ((pg_running *)blocks[PG_RUNNING])[lane] = (pg_running){ 0.0, 1.0, 0.0 }; }

static int32_t pg_init(const void *model, void *const *blocks, uint64_t seed) {
  const pg_model *m = model;
  uint64_t random = baud_split(seed, m->lanes);
  nn_policy_init(&m->policy, blocks[PG_THETA], &random);
  baud_seed_lanes(blocks[PG_RANDOM], m->lanes, seed);
  for (uint32_t lane = 0; lane < m->lanes; lane++) pg_begin_episode(blocks, lane);
  return BAUD_OK;
}

/* ---- Acting ----------------------------------------------------------------------------------------------------- */

static int32_t pg_is_too_small(const pg_model *m) { return m->host->fail(m->host, BAUD_EBUG, "its arena is too small for a pass"); }

static int32_t pg_predict(const void *model, void *const *blocks, const baud_tick *tick) {
  const pg_model *m = model;
  size_t row = (size_t)*(const int32_t *)blocks[PG_STEP] * m->lanes;
  int is_kept = tick->mode == BAUD_TRAIN;
  nn_real *x = is_kept ? (nn_real *)blocks[PG_FEATURES] + row * m->policy.features.n : (nn_real *)blocks[PG_ROWS];
  nn_deeds kept = { is_kept ? (nn_real *)blocks[PG_ACTION] + row * m->policy.kept : NULL, NULL };
  nn_tape t;
  nn_tape_open(&t, blocks[PG_ARENA], m->arena);
  nn_policy_see(&m->policy, tick->obs, x);
  int32_t code = nn_policy_run(&m->policy, &t, blocks[PG_THETA], PG_CHUNK, x, tick, blocks[PG_RANDOM], kept);
  return code == BAUD_OK ? BAUD_OK : pg_is_too_small(m);
}

/* ---- Going through steps ---------------------------------------------------------------------------------------- */

/* A lane's part of the chunk, gathered. */
typedef struct pg_slice {
  uint32_t n;
  int has_past;
  nn_real *x, *action, *one, *past; /* [n][features], [n][kept], [n] ones, [n] -P_t */
} pg_slice;

static pg_slice pg_gather(const pg_model *m, void *const *blocks, uint32_t lane, uint32_t from, uint32_t to) {
  uint32_t features = m->policy.features.n, kept = m->policy.kept;
  nn_real *x = blocks[PG_ROWS], *action = x + (size_t)PG_CHUNK * features, *one = action + (size_t)PG_CHUNK * kept;
  pg_slice s = { to - from, 0, x, action, one, one + PG_CHUNK };
  for (uint32_t i = 0; i < s.n; i++) {
    size_t row = (size_t)(from + i) * m->lanes + lane;
    memcpy(x + (size_t)i * features, (const nn_real *)blocks[PG_FEATURES] + row * features, features * sizeof *x);
    memcpy(action + (size_t)i * kept, (const nn_real *)blocks[PG_ACTION] + row * kept, kept * sizeof *action);
    s.one[i] = 1;
    s.past[i] = -((const nn_real *)blocks[PG_PAST])[row];
    s.has_past |= s.past[i] != 0;
  }
  return s;
}

/* gradient += that of sum over the slice of -weight log pi - entropy H. */
static int pg_pass(const pg_model *m, void *const *blocks, const pg_slice *s, const nn_real *weight, double entropy, nn_real *gradient) {
  nn_surrogate by = { weight, NULL, 0.0, entropy };
  nn_tape t;
  nn_tape_open(&t, blocks[PG_ARENA], m->arena);
  nn_begin(&t, NN_TRAIN);
  nn_bind(&t, blocks[PG_THETA], gradient);
  (void)nn_policy_surrogate(&m->policy, &t, s->x, s->n, s->action, &by, 1.0);
  return nn_backward(&t);
}

/* Takes a lane's steps that are in the chunk into E and F. */
static int pg_go_through(const pg_model *m, void *const *blocks, uint32_t lane) {
  int32_t *done = (int32_t *)blocks[PG_DONE] + lane, step = *(const int32_t *)blocks[PG_STEP];
  if (*done == step) return BAUD_OK;
  pg_slice s = pg_gather(m, blocks, lane, (uint32_t)*done, (uint32_t)step);
  *done = step;
  int code = pg_pass(m, blocks, &s, s.one, 0.0, (nn_real *)blocks[PG_SCORE] + lane * m->count);
  if (code != BAUD_OK || !(s.has_past || m->entropy > 0.0)) return code;
  return pg_pass(m, blocks, &s, s.past, m->entropy, (nn_real *)blocks[PG_REST] + lane * m->count);
}

static int pg_go_through_all(const pg_model *m, void *const *blocks) {
  int code = BAUD_OK;
  for (uint32_t lane = 0; lane < m->lanes && code == BAUD_OK; lane++) code = pg_go_through(m, blocks, lane);
  return code;
}

/* ---- Episodes and groups ---------------------------------------------------------------------------------------- */

/* Moves a lane's finished episode into the group. */
static void pg_join(const pg_model *m, void *const *blocks, uint32_t lane) {
  const pg_running *running = (const pg_running *)blocks[PG_RUNNING] + lane;
  nn_real *score = (nn_real *)blocks[PG_SCORE] + lane * m->count, *rest = (nn_real *)blocks[PG_REST] + lane * m->count;
  nn_real *sum = blocks[PG_SUM], *weighted = blocks[PG_WEIGHTED], *rests = blocks[PG_RESTS];
  nn_real share = (nn_real)(m->per_step ? 1.0 / running->steps : 1.0);
  nn_real distance = (nn_real)baud_group_enter(blocks[PG_STATS], running->gain);
  for (uint64_t i = 0; i < m->count; i++) {
    nn_real part = share * score[i];
    sum[i] += part;
    weighted[i] += distance * part;
    rests[i] += share * rest[i];
    score[i] = rest[i] = 0;
  }
  pg_begin_episode(blocks, lane);
}

/* The baseline of updates to come: the mean return of all episodes up to here. */
static void pg_rebase(void *const *blocks) {
  const baud_group_stats *stats = blocks[PG_STATS];
  double *baseline = blocks[PG_BASELINE];
  baseline[0] += stats->members;
  baseline[1] += (stats->sum + stats->members * (stats->first - baseline[1])) / baseline[0];
}

/* One step by a whole group, which is then empty. */
static int pg_improve(const pg_model *m, void *const *blocks) {
  nn_real *gradient = blocks[PG_GRADIENT], *sum = blocks[PG_SUM], *weighted = blocks[PG_WEIGHTED], *rests = blocks[PG_RESTS];
  if (pg_go_through_all(m, blocks) != BAUD_OK) return BAUD_EBUG;
  pg_weighing by = m->weigh(m, blocks);
  nn_real rate = (nn_real)by.rate, base = (nn_real)by.base, share = (nn_real)(1.0 / m->group);
  for (uint64_t i = 0; i < m->count; i++) {
    gradient[i] = rate * (weighted[i] - base * sum[i]) + share * rests[i];
    sum[i] = weighted[i] = rests[i] = 0;
  }
  if (nn_gradient_norm(gradient, m->count) > 0.0) nn_adam_step(&m->adam, blocks[PG_THETA], gradient, blocks[PG_MOMENTS], m->count, 1.0);
  pg_rebase(blocks);
  memset(blocks[PG_STATS], 0, sizeof(baud_group_stats));
  return BAUD_OK;
}

/* Books a step of all lanes. */
static void pg_book(const pg_model *m, void *const *blocks, const baud_outcome *outcome) {
  int32_t *step = blocks[PG_STEP];
  nn_real *past = (nn_real *)blocks[PG_PAST] + (size_t)*step * m->lanes;
  pg_running *running = blocks[PG_RUNNING];
  for (uint32_t lane = 0; lane < m->lanes; lane++) {
    past[lane] = m->follows ? (nn_real)running[lane].gain : 0;
    running[lane].gain += running[lane].weight * (double)outcome->reward[lane];
    running[lane].weight *= m->discount;
    running[lane].steps += 1.0;
  }
  ++*step;
}

static int32_t pg_learn(const void *model, void *const *blocks, const baud_outcome *outcome) {
  const pg_model *m = model;
  const baud_group_stats *stats = blocks[PG_STATS];
  int32_t *step = blocks[PG_STEP];
  int code = BAUD_OK;
  pg_book(m, blocks, outcome);
  for (uint32_t lane = 0; lane < m->lanes && code == BAUD_OK; lane++) {
    if (!outcome->flags[lane]) continue;
    code = pg_go_through(m, blocks, lane);
    pg_join(m, blocks, lane);
    if (code == BAUD_OK && stats->members >= m->group) code = pg_improve(m, blocks);
  }
  if (code == BAUD_OK && *step == PG_CHUNK) {
    code = pg_go_through_all(m, blocks);
    memset(blocks[PG_DONE], 0, m->lanes * sizeof(int32_t));
    *step = 0;
  }
  return code == BAUD_OK ? BAUD_OK : pg_is_too_small(m);
}

/* ---- The units -------------------------------------------------------------------------------------------------- */

#define PG_OPS(create) { BAUD_SIZE(baud_learner_ops), 0, create, pg_destroy, pg_init, pg_predict, pg_learn }
static const baud_learner_ops reinforce_ops = PG_OPS(reinforce_create), rloo_ops = PG_OPS(rloo_create), grpo_ops = PG_OPS(grpo_create);

static const baud_unit pg_units[] = {
  { BAUD_SIZE(baud_unit), BAUD_LEARNER, 1, 1, "baud.reinforce_net", "REINFORCE over a network",
    "A policy network moved by the gradient of the return that follows each action, less the mean return (Williams 1992; Sutton & "
    "Barto 2018, eq. 13.11). Learns from the reward channel, sees the observation; its memory does not grow with the length of an episode.",
    reinforce_params, REINFORCE_PARAMS, 0, &reinforce_ops, NULL },
  { BAUD_SIZE(baud_unit), BAUD_LEARNER, 1, 1, "baud.rloo_net", "RLOO over a network",
    "A policy network moved by a group of episodes, each judged against the mean return of the others (Kool et al. 2019; Ahmadian et "
    "al. 2024). Learns from the reward channel, sees the observation; its memory does not grow with the length of an episode.",
    rloo_params, PG_PARAMS, 0, &rloo_ops, NULL },
  { BAUD_SIZE(baud_unit), BAUD_LEARNER, 1, 1, "baud.grpo_net", "GRPO over a network",
    "A policy network moved by a group of episodes, each judged against the group's mean in units of its standard deviation (Shao et "
    "al. 2024), one on-policy step a group. Learns from the reward channel, sees the observation; its memory does not grow with the "
    "length of an episode.",
    grpo_params, GRPO_PARAMS, 0, &grpo_ops, NULL }
};

BAUD_EXPORT const baud_library baud_plugin_1 = {
  BAUD_SIZE(baud_library), BAUD_MINOR, 0, BAUD_LAYOUT, "baud", "1.0", "MIT", pg_units, 3, 0
};
