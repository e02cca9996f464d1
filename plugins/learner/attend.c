/* One small network that acts and foretells, and what it attends to: a hidden layer is shared by a policy, moved by the outcome
 * of episodes, and by a prediction of the next observation, so that what is spent on the one is taken from the other.
 *   h = tanh(W x + b)      pi = softmax(P h)      y = m + V h, m the mean of each element so far
 * After every `group` episodes it takes a step (Adam) along the mean over these of
 *   (R - b) sum over t of grad log pi(a_t|x_t)  -  weight sum over t of grad l_t
 * with b the mean return so far (REINFORCE, Williams 1992) and l_t the loss of the tokens of step t, which all count alike,
 * however many they are beside the one outcome:
 *   outcome   none: what is seen is acted upon, and not foretold
 *   all       -log pi(a_t|x_t) + sum over i of (y_i - x'_i)^2 / 2: every token of the stream, its own action among them
 *   observed  the second alone: own actions are masked
 *   progress  sum over i of w_i (y_i - x'_i)^2 / 2, w_i = max(explore, 1 - f_i / s_i), s_i the loss of the mean alone and f_i that
 *             of late: the progress that was made with the element (learning progress: Schmidhuber 1991, Curious model-building
 *             control systems; Oudeyer, Kaplan and Hafner 2007). With noise none is made, whatever is tried.
 * An episode of any length is kept in constant memory, as in reinforce_net.
 */
#include <stdlib.h>

#include "baud/features.h"
#include "baud/nn.h"

enum { ATTEND_OUTCOME, ATTEND_ALL, ATTEND_OBSERVED, ATTEND_PROGRESS, ATTEND_WAYS };
static const char *const attend_ways[ATTEND_WAYS] = { "outcome", "all", "observed", "progress" };
enum {
  ATTEND_PARAM_TO, ATTEND_PARAM_HIDDEN, ATTEND_PARAM_LR, ATTEND_PARAM_GROUP, ATTEND_PARAM_WEIGHT, ATTEND_PARAM_EXPLORE, ATTEND_PARAM_LATE,
  ATTEND_PARAMS
};
static const baud_param attend_params[ATTEND_PARAMS] = {
  BAUD_PARAM_CHOICE("to", ATTEND_PROGRESS, attend_ways, ATTEND_WAYS, "which tokens it is trained to foretell"),
  BAUD_PARAM_INT("hidden", 16, 1, 4096, "units", "width of the hidden layer"),
  BAUD_PARAM_LIVE_FLOAT("lr", 3e-3, 0, 1, "", "step size (Adam)"),
  BAUD_PARAM_INT("group", 8, 1, 1000000, "episodes", "how many make one step"),
  BAUD_PARAM_LIVE_FLOAT("weight", 1, 0, 1e6, "", "of a token beside the outcome"),
  BAUD_PARAM_LIVE_FLOAT("explore", 0.05, 0, 1, "", "least weight of an element by progress"),
  BAUD_PARAM_LIVE_FLOAT("late", 0.002, 1e-6, 1, "", "share of the newest in the mean of late")
};

enum {
  ATTEND_THETA,    /* WEIGHT */
  ATTEND_MOMENTS,  /* OPTIMISER */
  ATTEND_MEANS,    /* OPTIMISER f64 [features]: attend_mean */
  ATTEND_COUNTS,   /* OPTIMISER f64: attend_counts */
  ATTEND_SCORE,    /* TRACE [lane][count] sum of grad -log pi over the running episode */
  ATTEND_RETURN,   /* TRACE f64 [lane] */
  ATTEND_GRADIENT, /* TRACE [count] of the episodes that have ended: sum of (R - b) grad -log pi */
  ATTEND_FORETOLD, /* TRACE [count] sum over steps of the prediction's */
  ATTEND_RANDOM,   /* RNG [lane] */
  ATTEND_ROWS,     /* SCRATCH [lane][features] seen, [lane][features] next, [lane][features] derivatives */
  ATTEND_POLICY,   /* SCRATCH f64 [choices] */
  ATTEND_ARENA, ATTEND_BLOCKS
};

typedef struct attend_mean {
  double mean, variance, late; /* of the element; of its squared error: around the mean alone, and of late */
} attend_mean;
typedef struct attend_counts {
  double steps, episodes, baseline; /* of its life, and their mean return */
  double group;                     /* episodes since the last step of the optimiser */
} attend_counts;

typedef struct attend_model {
  const baud_host *host;
  baud_features features;
  int64_t to;
  double weight, explore, late, group;
  uint64_t count, asks_field[BAUD_FEATURE_FIELDS];
  nn_linear_layer hidden, policy, next;
  nn_adam adam;
  size_t arena;
  baud_block blocks[ATTEND_BLOCKS];
} attend_model;

/* ---- Creation ------------------------------------------------------------------------------------------- */

static nn_value attend_hidden(nn_tape *t, const attend_model *m, const nn_real *x, uint32_t rows) {
  return nn_linear(t, &m->hidden, nn_constant(t, x, rows, m->features.n), NN_TANH);
}

static size_t attend_room(const attend_model *m) {
  nn_real gradient = 0;
  nn_tape t;
  nn_tape_open(&t, NULL, 0);
  nn_begin(&t, NN_TRAIN);
  nn_bind(&t, NULL, &gradient);
  nn_value h = attend_hidden(&t, m, NULL, m->features.lanes);
  (void)nn_linear(&t, &m->next, h, NN_IDENTITY);
  (void)nn_categorical_head(&t, nn_linear(&t, &m->policy, h, NN_IDENTITY), NULL);
  nn_begin(&t, NN_TRAIN);
  nn_bind(&t, NULL, &gradient);
  nn_surrogate by = { NULL, NULL, 0.0, 0.0 };
  nn_categorical head = nn_categorical_head(&t, nn_linear(&t, &m->policy, attend_hidden(&t, m, NULL, 1), NN_IDENTITY), NULL);
  (void)nn_loss_surrogate_categorical(&t, &head, NULL, &by, 1.0);
  return nn_arena_bytes(&t);
}

static void attend_declare(attend_model *m) {
  uint64_t n = m->features.n, doubles = sizeof(double);
  baud_block *b = m->blocks;
  b[ATTEND_THETA] = baud_block_of(BAUD_F32, BAUD_WEIGHT, 0, m->count, "network");
  b[ATTEND_MOMENTS] = baud_block_of(BAUD_F32, BAUD_OPTIMISER, 0, nn_adam_state(m->count), "moments");
  b[ATTEND_MEANS] = baud_block_of(BAUD_F64, BAUD_OPTIMISER, 0, n * (sizeof(attend_mean) / doubles), "means");
  b[ATTEND_COUNTS] = baud_block_of(BAUD_F64, BAUD_OPTIMISER, 0, sizeof(attend_counts) / doubles, "counts");
  b[ATTEND_SCORE] = baud_block_of(BAUD_F32, BAUD_TRACE, BAUD_PER_LANE, m->count, "score");
  b[ATTEND_RETURN] = baud_block_of(BAUD_F64, BAUD_TRACE, BAUD_PER_LANE, 1, "return");
  b[ATTEND_GRADIENT] = baud_block_of(BAUD_F32, BAUD_TRACE, 0, m->count, "group_score");
  b[ATTEND_FORETOLD] = baud_block_of(BAUD_F32, BAUD_TRACE, 0, m->count, "group_foretold");
  b[ATTEND_RANDOM] = baud_block_of(BAUD_U64, BAUD_RNG, BAUD_PER_LANE, 1, "random");
  b[ATTEND_ROWS] = baud_block_of(BAUD_F32, BAUD_SCRATCH, BAUD_PER_LANE, 3 * n, "rows");
  b[ATTEND_POLICY] = baud_block_of(BAUD_F64, BAUD_SCRATCH, 0, m->features.choices, "policy");
  b[ATTEND_ARENA] = baud_block_of(BAUD_U8, BAUD_SCRATCH, 0, m->arena, "arena");
}

/* Continuous fields are answered for, by a normal distribution. */
static void attend_accept(attend_model *m, baud_learner_setup *setup) {
  for (uint32_t i = 0; i < setup->n_questions && i < 64; i++) {
    baud_question *question = &setup->questions[i];
    if (question->target != BAUD_ASK_OBSERVATION || question->horizon > 1 || question->field >= m->features.n_fields) continue;
    const baud_field *field = &m->features.field[question->field];
    if (!(question->forms & 1u << BAUD_FORM_NORMAL) || field->categories > 0 || question->width_normal != 2 * field->count) continue;
    question->form = BAUD_FORM_NORMAL;
    m->asks_field[question->field] |= (uint64_t)1 << i;
  }
}

static void attend_destroy(void *model) { free(model); }

static int32_t attend_create(const baud_host *host, const baud_value *values, baud_learner_setup *setup, void **model) {
  static const nn_layout nothing;
  nn_layout layout = nothing;
  attend_model *m = calloc(1, sizeof *m);
  if (m == NULL) return host->fail(host, BAUD_ENOMEM, "there is no memory for the learner");
  int32_t code = baud_features_open(host, setup, BAUD_MASK(BAUD_CH_OBSERVATION) | BAUD_MASK(BAUD_CH_REWARD), &m->features);
  if (code == BAUD_OK && m->features.choices == 0)
    code = host->fail(host, BAUD_EARG, "chooses among actions, but the environment's are continuous");
  if (code != BAUD_OK) {
    attend_destroy(m);
    return code;
  }
  uint32_t units = (uint32_t)values[ATTEND_PARAM_HIDDEN].i;
  m->host = host;
  m->to = values[ATTEND_PARAM_TO].i;
  m->adam = (nn_adam){ values[ATTEND_PARAM_LR].f, 0.9, 0.999, 1e-8, 0.0 };
  m->group = (double)values[ATTEND_PARAM_GROUP].i;
  m->weight = values[ATTEND_PARAM_WEIGHT].f;
  m->explore = values[ATTEND_PARAM_EXPLORE].f;
  m->late = values[ATTEND_PARAM_LATE].f;
  m->hidden = nn_linear_declare(&layout, "hidden", m->features.n, units, NN_BIAS);
  m->policy = nn_linear_declare(&layout, "policy", units, m->features.choices, NN_BIAS);
  m->next = nn_linear_declare(&layout, "next", units, m->features.n, NN_NO_BIAS);
  m->count = layout.count;
  m->arena = attend_room(m);
  attend_accept(m, setup);
  attend_declare(m);
  setup->blocks = m->blocks;
  setup->n_blocks = ATTEND_BLOCKS;
  *model = m;
  return BAUD_OK;
}

static int32_t attend_init(const void *model, void *const *blocks, uint64_t seed) {
  const attend_model *m = model;
  uint64_t random = baud_split(seed, m->features.lanes);
  nn_linear_orthogonal(&m->hidden, blocks[ATTEND_THETA], 1.0, &random);
  nn_linear_orthogonal(&m->policy, blocks[ATTEND_THETA], 0.01, &random);
  nn_linear_orthogonal(&m->next, blocks[ATTEND_THETA], 0.01, &random);
  baud_seed_lanes(blocks[ATTEND_RANDOM], m->features.lanes, seed);
  return BAUD_OK;
}

/* ---- Acting and answering ------------------------------------------------------------------------------- */

static int32_t attend_too_small(const attend_model *m) { return m->host->fail(m->host, BAUD_EBUG, "its arena is too small for a pass"); }

static nn_tape attend_tape(const attend_model *m, void *const *blocks, int mode, nn_real *gradient) {
  nn_tape t;
  nn_tape_open(&t, blocks[ATTEND_ARENA], m->arena);
  nn_begin(&t, mode);
  nn_bind(&t, blocks[ATTEND_THETA], gradient);
  return t;
}

/* Mean and deviation of each element of a continuous field, whose features begin at `first`. */
static void attend_answer(const attend_model *m, void *const *blocks, const baud_tick *tick, uint32_t field, uint32_t first, const nn_real *v) {
  const attend_mean *means = blocks[ATTEND_MEANS];
  uint32_t n = m->features.field[field].count;
  for (uint64_t asked = tick->ask & m->asks_field[field]; asked; asked &= asked - 1)
    for (uint32_t lane = 0; lane < m->features.lanes; lane++) {
      float *answer = tick->answer[__builtin_ctzll(asked)] + (size_t)lane * 2 * n;
      for (uint32_t i = 0; i < n; i++) {
        const attend_mean *of = &means[first + i];
        answer[2 * i] = (float)(of->mean + (double)v[(size_t)lane * m->features.n + first + i]);
        answer[2 * i + 1] = (float)sqrt(of->late > 1e-6 ? of->late : ((const attend_counts *)blocks[ATTEND_COUNTS])->steps > 0.0 ? 1e-6 : 1.0);
      }
    }
}

static int32_t attend_predict(const void *model, void *const *blocks, const baud_tick *tick) {
  const attend_model *m = model;
  uint32_t lanes = m->features.lanes, n = m->features.choices;
  nn_real *x = blocks[ATTEND_ROWS];
  double *policy = blocks[ATTEND_POLICY];
  baud_features_rows(&m->features, tick->obs, x);
  nn_tape t = attend_tape(m, blocks, NN_INFER, NULL);
  nn_value h = attend_hidden(&t, m, x, lanes), next = nn_linear(&t, &m->next, h, NN_IDENTITY);
  nn_categorical head = nn_categorical_head(&t, nn_linear(&t, &m->policy, h, NN_IDENTITY), NULL);
  if (nn_is_dry(&t)) return attend_too_small(m);
  for (uint32_t lane = 0; lane < lanes; lane++) {
    for (uint32_t a = 0; a < n; a++) policy[a] = (double)head.p[(size_t)lane * n + a];
    (void)baud_features_act(&m->features, tick, lane, policy, (uint64_t *)blocks[ATTEND_RANDOM] + lane);
  }
  for (uint32_t field = 0, first = 0; field < m->features.n_fields; field++) {
    attend_answer(m, blocks, tick, field, first, next.x);
    first += baud_features_of(&m->features.field[field]) * m->features.field[field].count;
  }
  return BAUD_OK;
}

/* ---- Learning ------------------------------------------------------------------------------------------- */

/* The lane's score += grad -log pi(action). */
static int attend_score(const attend_model *m, void *const *blocks, uint32_t lane, const nn_real *x, int32_t action) {
  const nn_real one = 1;
  nn_surrogate by = { &one, NULL, 0.0, 0.0 };
  nn_tape t = attend_tape(m, blocks, NN_TRAIN, (nn_real *)blocks[ATTEND_SCORE] + lane * m->count);
  nn_categorical head = nn_categorical_head(&t, nn_linear(&t, &m->policy, attend_hidden(&t, m, x, 1), NN_IDENTITY), NULL);
  (void)nn_loss_surrogate_categorical(&t, &head, &action, &by, 1.0);
  return nn_backward(&t);
}

/* What an element is worth, by how it has been foretold so far. */
static double attend_worth(const attend_model *m, const attend_mean *of) {
  if (m->to != ATTEND_PROGRESS) return 1.0;
  double progress = of->variance > 0.0 ? 1.0 - of->late / of->variance : 0.0;
  return progress > m->explore ? progress : m->explore;
}

/* Takes in an element and how far off its prediction was. */
static void attend_note(const attend_model *m, attend_mean *of, double steps, double seen, double error) {
  double late = m->late > 1.0 / steps ? m->late : 1.0 / steps; /* at first the mean of all */
  of->variance += ((seen - of->mean) * (seen - of->mean) - of->variance) / steps;
  of->mean += (seen - of->mean) / steps;
  of->late += (error * error - of->late) * late;
}

/* The gradient of what was foretold of the next observations of all lanes, and what is noted of them. */
static int attend_foretell(const attend_model *m, void *const *blocks, const nn_real *x, const nn_real *next, nn_real *d) {
  attend_mean *means = blocks[ATTEND_MEANS];
  attend_counts *counts = blocks[ATTEND_COUNTS];
  uint32_t lanes = m->features.lanes, n = m->features.n;
  nn_tape t = attend_tape(m, blocks, NN_TRAIN, blocks[ATTEND_FORETOLD]);
  nn_value v = nn_linear(&t, &m->next, attend_hidden(&t, m, x, lanes), NN_IDENTITY);
  if (nn_is_dry(&t)) return BAUD_EBUG;
  for (uint32_t lane = 0; lane < lanes; lane++) {
    counts->steps += 1.0;
    for (uint32_t i = 0; i < n; i++) {
      size_t at = (size_t)lane * n + i;
      double error = means[i].mean + (double)v.x[at] - (double)next[at];
      d[at] = (nn_real)(attend_worth(m, &means[i]) * error);
      attend_note(m, &means[i], counts->steps, (double)next[at], error);
    }
  }
  if (m->to == ATTEND_OUTCOME) return BAUD_OK;
  nn_seed(&t, v, d);
  return nn_backward(&t);
}

/* An episode is over: its score joins the group's, by its return. */
static void attend_join(const attend_model *m, void *const *blocks, uint32_t lane) {
  attend_counts *counts = blocks[ATTEND_COUNTS];
  double *gain = (double *)blocks[ATTEND_RETURN] + lane;
  nn_real *score = (nn_real *)blocks[ATTEND_SCORE] + lane * m->count, *sum = blocks[ATTEND_GRADIENT];
  nn_real advantage = counts->episodes > 0.0 ? (nn_real)(*gain - counts->baseline) : 0;
  if (m->to == ATTEND_ALL) advantage += (nn_real)m->weight; /* own actions are foretold like all else, whatever came of them */
  for (uint64_t i = 0; i < m->count; i++) sum[i] += advantage * score[i];
  memset(score, 0, m->count * sizeof *score);
  counts->episodes += 1.0;
  counts->baseline += (*gain - counts->baseline) / counts->episodes;
  counts->group += 1.0;
  *gain = 0.0;
}

static void attend_improve(const attend_model *m, void *const *blocks) {
  attend_counts *counts = blocks[ATTEND_COUNTS];
  nn_real *sum = blocks[ATTEND_GRADIENT], *foretold = blocks[ATTEND_FORETOLD];
  nn_real share = (nn_real)(1.0 / counts->group), rate = (nn_real)m->weight * share;
  for (uint64_t i = 0; i < m->count; i++) {
    sum[i] = share * sum[i] + rate * foretold[i];
    foretold[i] = 0;
  }
  nn_adam_step(&m->adam, blocks[ATTEND_THETA], sum, blocks[ATTEND_MOMENTS], m->count, 1.0);
  counts->group = 0.0;
}

static int32_t attend_learn(const void *model, void *const *blocks, const baud_outcome *outcome) {
  const attend_model *m = model;
  uint32_t lanes = m->features.lanes, n = m->features.n;
  nn_real *x = blocks[ATTEND_ROWS], *next = x + (size_t)lanes * n, *d = next + (size_t)lanes * n;
  const attend_counts *counts = blocks[ATTEND_COUNTS];
  int code = BAUD_OK;
  baud_features_rows(&m->features, outcome->obs, x);
  baud_features_rows(&m->features, outcome->next_obs, next);
  for (uint32_t lane = 0; lane < lanes && code == BAUD_OK; lane++) {
    ((double *)blocks[ATTEND_RETURN])[lane] += (double)outcome->reward[lane];
    code = attend_score(m, blocks, lane, x + (size_t)lane * n, (int32_t)baud_discrete(&m->features.action, outcome->action, lane));
  }
  if (code == BAUD_OK) code = attend_foretell(m, blocks, x, next, d);
  for (uint32_t lane = 0; lane < lanes && code == BAUD_OK; lane++)
    if (outcome->flags[lane]) attend_join(m, blocks, lane);
  if (code == BAUD_OK && counts->group >= m->group) attend_improve(m, blocks);
  return code == BAUD_OK ? BAUD_OK : attend_too_small(m);
}

static const baud_learner_ops attend_ops = { BAUD_SIZE(baud_learner_ops), 0, attend_create, attend_destroy,
                                             attend_init, attend_predict, attend_learn };

static const baud_unit attend_unit = {
  BAUD_SIZE(baud_unit), BAUD_LEARNER, 1, 1, "baud.attend", "One small network that acts and foretells",
  "REINFORCE with a prediction of tokens on the same hidden layer: of none, of all, its own actions among them, of those observed, or of "
  "each of these by the progress that was made with it (Schmidhuber 1991; Oudeyer et al. 2007). Learns from reward and observation.",
  attend_params, ATTEND_PARAMS, 0, &attend_ops, NULL
};

BAUD_EXPORT const baud_library baud_plugin_1 = {
  BAUD_SIZE(baud_library), BAUD_MINOR, 0, BAUD_LAYOUT, "baud", "1.0", "MIT", &attend_unit, 1, 0
};
