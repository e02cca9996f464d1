/* lockbox.c - a box with a secret code: think, guess once, and be told something. The smallest world in which the
 * bits of an episode can be counted by hand.
 *
 * World: the code, uniform on 0 .. codes-1, so H(theta) = log2 codes. An episode is `thinking` filler steps, whose
 * actions mean nothing, and then one guess, which ends it; so it can be made long without holding any more bits.
 * Channels: `feedback` says what a guess brings. outcome: the reward says whether it was right. distance: fact 0 is
 * how far off it was. label, bits: the observation after the guess shows the code, or which of its bits were right:
 * all log2 codes bits at once. The phase, observation field 0, carries no bits. Deterministic, so only an erring
 * expert and a reward scheme's dice make noise.
 */
#include "baud/plugin.h"
#include "baud/random.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { LOCKBOX_GUESS = 0, LOCKBOX_THINKING = 1, LOCKBOX_PHASES = 2 };
enum { LOCKBOX_FEEDBACK_OUTCOME, LOCKBOX_FEEDBACK_LABEL, LOCKBOX_FEEDBACK_DISTANCE, LOCKBOX_FEEDBACK_BITS };
enum { LOCKBOX_BIT_NONE = 0, LOCKBOX_BIT_WRONG = 1, LOCKBOX_BIT_RIGHT = 2, LOCKBOX_BIT_SIGHTS = 3 };

/* ---- Parameters --------------------------------------------------------------------------------------- */

enum { LOCKBOX_P_CODES, LOCKBOX_P_FEEDBACK, LOCKBOX_P_THINKING, LOCKBOX_PARAMS };
static const char *const lockbox_feedbacks[] = {"outcome", "label", "distance", "bits"};
static const baud_param lockbox_params[LOCKBOX_PARAMS] = {
    BAUD_PARAM_INT("codes", 64, 2, 65536, "", "number of codes that the box may have"),
    BAUD_PARAM_CHOICE("feedback", LOCKBOX_FEEDBACK_OUTCOME, lockbox_feedbacks, 4,
                      "what a guess brings: right or wrong; the code; its distance; which of its bits were right"),
    BAUD_PARAM_INT("thinking", 0, 0, 20000, "steps", "filler steps before the guess"),
};

/* ---- Model, world, lane ------------------------------------------------------------------------------- */

/* What a fact's value is a function of: whether the guess was right, or how far off it was. */
enum { LOCKBOX_OF_MATCH, LOCKBOX_OF_DISTANCE, LOCKBOX_OF_DISTANCE_SCALED };
typedef struct lockbox_told {
  uint32_t of;
  baud_fact fact;
} lockbox_told;

static const lockbox_told lockbox_plain[] = {
    {LOCKBOX_OF_MATCH,
     {BAUD_SIZE(baud_fact), BAUD_FACT_REWARD | BAUD_FACT_OUTCOME | BAUD_FACT_AT_END, "success", "",
      "1 when the guess is the code, else 0"}},
};
static const lockbox_told lockbox_far[] = {
    {LOCKBOX_OF_DISTANCE,
     {BAUD_SIZE(baud_fact), BAUD_FACT_AT_END, "distance", "codes", "|guess - code|; 0 while thinking"}},
    {LOCKBOX_OF_MATCH,
     {BAUD_SIZE(baud_fact), BAUD_FACT_OUTCOME | BAUD_FACT_AT_END, "success", "",
      "1 when the guess is the code, else 0"}},
    {LOCKBOX_OF_DISTANCE_SCALED,
     {BAUD_SIZE(baud_fact), BAUD_FACT_REWARD | BAUD_FACT_AT_END, "reward", "",
      "minus the distance over its largest value, codes - 1"}},
};
enum { LOCKBOX_MOST_FACTS = 3 };

typedef struct lockbox {
  uint32_t codes, feedback, thinking, n_bits; /* n_bits: of a code, with feedback bits */
  uint32_t n_facts;
  const lockbox_told *told; /* [n_facts] */
  baud_fact facts[LOCKBOX_MOST_FACTS];
  baud_field obs[2], action;
} lockbox;

typedef struct lockbox_lane {
  uint32_t step;
  int32_t guess; /* -1 until there is one */
} lockbox_lane;

typedef struct lockbox_world {
  uint32_t code, pad;
} lockbox_world;

static int lockbox_shows_code(const lockbox *m) {
  return m->feedback == LOCKBOX_FEEDBACK_LABEL || m->feedback == LOCKBOX_FEEDBACK_BITS;
}

static uint32_t lockbox_gap(uint32_t a, uint32_t b) { return a > b ? a - b : b - a; }

/* The value's place in the fact's alphabet, after a guess. */
static uint32_t lockbox_index(uint32_t of, uint32_t guess, uint32_t code) {
  return of == LOCKBOX_OF_MATCH ? guess == code : lockbox_gap(guess, code);
}

/* The index-th value of a fact; index 0 is 0 for all of them, which is also what they are while thinking. */
static float lockbox_value(const lockbox *m, uint32_t of, uint32_t index) {
  return of == LOCKBOX_OF_DISTANCE_SCALED ? 0.0f - (float)index / (float)(m->codes - 1) : (float)index;
}

/* ---- Create, draw ------------------------------------------------------------------------------------- */

static void lockbox_describe(lockbox *m, baud_env_spec *spec) {
  m->obs[0] = (baud_field)BAUD_DISCRETE_FIELD("phase", LOCKBOX_PHASES, "0: this action is the guess; 1: thinking");
  if (m->feedback == LOCKBOX_FEEDBACK_LABEL)
    m->obs[1] = (baud_field)BAUD_DISCRETE_FIELD("label", m->codes + 1, "after the guess 1 + the code; 0 before");
  if (m->feedback == LOCKBOX_FEEDBACK_BITS) {
    m->obs[1] = (baud_field)BAUD_DISCRETE_FIELD("bits", LOCKBOX_BIT_SIGHTS,
                                                "each bit of the guess, lowest first: 1 wrong, 2 right; 0 before it");
    m->obs[1].dtype = BAUD_U8;
    m->obs[1].count = m->obs[1].shape[0] = m->n_bits;
    m->obs[1].rank = 1;
  }
  m->action = (baud_field)BAUD_DISCRETE_FIELD("guess", m->codes, "the code to try; means nothing while thinking");
  m->told = m->feedback == LOCKBOX_FEEDBACK_DISTANCE ? lockbox_far : lockbox_plain;
  m->n_facts = m->feedback == LOCKBOX_FEEDBACK_DISTANCE ? 3 : 1;
  for (uint32_t f = 0; f < m->n_facts; f++) m->facts[f] = m->told[f].fact;
  spec->n_obs = lockbox_shows_code(m) ? 2 : 1;
  spec->n_facts = m->n_facts;
  spec->max_steps = m->thinking + 1;
  spec->obs = m->obs;
  spec->action = &m->action;
  spec->facts = m->facts;
  spec->lane_bytes = sizeof(lockbox_lane);
  spec->world_bytes = sizeof(lockbox_world);
  spec->entropy_bits = log2((double)m->codes);
}

static int32_t lockbox_create(const baud_host *host, const baud_value *values, baud_env_spec *spec, void **model) {
  uint32_t codes = (uint32_t)values[LOCKBOX_P_CODES].i, feedback = (uint32_t)values[LOCKBOX_P_FEEDBACK].i;
  if (feedback == LOCKBOX_FEEDBACK_BITS && (codes & (codes - 1)) != 0)
    return host->fail(host, BAUD_EARG, "lockbox: feedback \"bits\" needs `codes` to be a power of two: 2, 4, 8, ..");
  lockbox *m = calloc(1, sizeof *m);
  if (m == NULL) return host->fail(host, BAUD_ENOMEM, "lockbox: no memory for the model");
  m->codes = codes;
  m->feedback = feedback;
  m->thinking = (uint32_t)values[LOCKBOX_P_THINKING].i;
  while (1u << m->n_bits < codes) m->n_bits++;
  lockbox_describe(m, spec);
  *model = m;
  return BAUD_OK;
}

static int32_t lockbox_draw(const void *model, uint64_t seed, void *world) {
  uint64_t random = seed;
  ((lockbox_world *)world)->code = baud_below(&random, ((const lockbox *)model)->codes);
  return BAUD_OK;
}

/* ---- Reset and step ----------------------------------------------------------------------------------- */

/* What is seen before the guess. */
static void lockbox_observe(const lockbox *m, const baud_batch *batch, uint32_t k, uint32_t step) {
  ((int32_t *)batch->obs[0])[k] = step < m->thinking ? LOCKBOX_THINKING : LOCKBOX_GUESS;
  if (m->feedback == LOCKBOX_FEEDBACK_LABEL) ((int32_t *)batch->obs[1])[k] = 0;
  if (m->feedback == LOCKBOX_FEEDBACK_BITS)
    memset((uint8_t *)batch->obs[1] + (size_t)k * m->n_bits, LOCKBOX_BIT_NONE, m->n_bits);
}

/* What is seen after it, beside the phase. */
static void lockbox_reveal(const lockbox *m, const baud_batch *batch, uint32_t k, uint32_t guess, uint32_t code) {
  if (m->feedback == LOCKBOX_FEEDBACK_LABEL) ((int32_t *)batch->obs[1])[k] = (int32_t)code + 1;
  if (m->feedback != LOCKBOX_FEEDBACK_BITS) return;
  uint8_t *sight = (uint8_t *)batch->obs[1] + (size_t)k * m->n_bits;
  for (uint32_t b = 0; b < m->n_bits; b++)
    sight[b] = (guess ^ code) >> b & 1 ? LOCKBOX_BIT_WRONG : LOCKBOX_BIT_RIGHT;
}

static int32_t lockbox_reset(const void *model, const baud_batch *batch) {
  for (uint32_t i = 0; i < batch->n_pick; i++) {
    uint32_t k = batch->pick[i];
    *(lockbox_lane *)(void *)(batch->lane + k * batch->lane_stride) = (lockbox_lane){0, -1};
    lockbox_observe(model, batch, k, 0);
  }
  return BAUD_OK;
}

static int32_t lockbox_step(const void *model, const baud_batch *batch) {
  const lockbox *m = model;
  const int32_t *action = batch->action;
  for (uint32_t k = 0; k < batch->lanes; k++) {
    lockbox_lane *lane = (lockbox_lane *)(void *)(batch->lane + k * batch->lane_stride);
    uint32_t code = ((const lockbox_world *)(const void *)(batch->world + k * batch->world_stride))->code;
    uint32_t guess = (uint32_t)action[k], is_guess = lane->step == m->thinking;
    if (guess >= m->codes) return BAUD_EARG;
    lane->step++;
    lockbox_observe(m, batch, k, lane->step);
    batch->flags[k] = is_guess ? BAUD_TERMINATED : 0;
    for (uint32_t f = 0; f < m->n_facts; f++) {
      uint32_t of = m->told[f].of;
      batch->facts[f][k] = is_guess ? lockbox_value(m, of, lockbox_index(of, guess, code)) : 0.0f;
    }
    if (!is_guess) continue;
    lane->guess = (int32_t)guess;
    lockbox_reveal(m, batch, k, guess, code);
  }
  return BAUD_OK;
}

static const baud_env_ops lockbox_ops = {
    BAUD_SIZE(baud_env_ops), 0, lockbox_create, free, lockbox_draw, lockbox_reset, lockbox_step};

/* ---- Demonstration ------------------------------------------------------------------------------------ */

/* The code, at the guess; while thinking there is nothing to show. */
static int32_t lockbox_optimal(const void *model, const baud_batch *batch, uint8_t *optimal) {
  const lockbox *m = model;
  memset(optimal, 0, (size_t)batch->lanes * m->codes);
  for (uint32_t k = 0; k < batch->lanes; k++) {
    const lockbox_lane *lane = (const lockbox_lane *)(const void *)(batch->lane + k * batch->lane_stride);
    uint32_t code = ((const lockbox_world *)(const void *)(batch->world + k * batch->world_stride))->code;
    if (lane->step == m->thinking) optimal[(size_t)k * m->codes + code] = 1;
  }
  return BAUD_OK;
}

static const baud_demonstrate lockbox_demonstrate = {BAUD_SIZE(baud_demonstrate), 0, lockbox_optimal};

/* ---- The ideal observer -------------------------------------------------------------------------------- */

/* Its state is tree[2 * codes], the unnormalised posterior: the weight of code c at codes + c, node i the sum of
 * nodes 2i and 2i+1, the total at 1. A guess changes one path only, in log2 codes additions, and sums never drift,
 * for each is made anew from its parts. tree[0] is unused. */
#define LOCKBOX_SMALL 1e-150
#define LOCKBOX_LARGE 1e150

static double lockbox_bits(double p) { return p < 1.0 ? -log2(p) : 0.0; }

/* The bits of what has weight `yes` against `no`; from 1 - p where nearly certain, for p itself would be rounded. */
static double lockbox_odds_bits(double yes, double no) {
  double total = yes + no;
  return yes < no ? -log2(yes / total) : -log1p(-no / total) * 1.44269504088896340736;
}

static uint64_t lockbox_state_bytes(const void *model, uint32_t lanes) {
  (void)lanes; /* lanes share the world, and nothing else of them matters */
  return 2 * sizeof(double) * (uint64_t)((const lockbox *)model)->codes;
}

static void lockbox_add_up(double *tree, uint32_t codes) {
  for (uint32_t i = codes - 1; i > 0; i--) tree[i] = tree[2 * i] + tree[2 * i + 1];
}

static int32_t lockbox_open(const void *model, void *state, uint32_t lanes) {
  uint32_t codes = ((const lockbox *)model)->codes;
  double *tree = state;
  (void)lanes;
  tree[0] = 0.0;
  for (uint32_t c = 0; c < codes; c++) tree[codes + c] = 1.0;
  lockbox_add_up(tree, codes);
  return BAUD_OK;
}

static int32_t lockbox_alphabet(const void *model, uint32_t fact, double *values, uint32_t max) {
  const lockbox *m = model;
  if (fact >= m->n_facts) return BAUD_EARG;
  uint32_t of = m->told[fact].of, n = of == LOCKBOX_OF_MATCH ? 2 : m->codes;
  for (uint32_t x = 0; x < n && x < max; x++) values[x] = (double)lockbox_value(m, of, x);
  return (int32_t)n;
}

/* Exact for every channel and fact, softened, late or as they are. */
static int32_t lockbox_supports(const void *model, uint32_t channels, uint32_t fact, uint32_t needs) {
  (void)channels;
  (void)needs;
  return fact < ((const lockbox *)model)->n_facts;
}

/* The weight of all codes but one: what hangs beside its path, so that nothing is lost by subtraction. */
static double lockbox_others(const double *tree, uint32_t node) {
  double sum = 0.0;
  for (; node > 1; node >>= 1) sum += tree[node ^ 1u];
  return sum;
}

/* Keeps weights in range, whose common factor means nothing. */
static void lockbox_rescale(double *tree, uint32_t codes) {
  if (tree[1] > LOCKBOX_SMALL && tree[1] < LOCKBOX_LARGE) return;
  double factor = 1.0 / tree[1];
  for (uint32_t c = codes; c < 2 * codes; c++) tree[c] *= factor;
  lockbox_add_up(tree, codes);
}

/* Evidence with probability `hit` if the code is c, and `miss` if it is any other: its bits. Updates. */
static double lockbox_weigh(double *tree, uint32_t codes, uint32_t c, double hit, double miss) {
  uint32_t node = codes + c;
  double own = tree[node], others = lockbox_others(tree, node);
  if (hit == miss || others == 0.0) return lockbox_bits(hit);
  if (own == 0.0) return lockbox_bits(miss);
  double bits = lockbox_odds_bits(hit * own + miss * others, (1.0 - hit) * own + (1.0 - miss) * others);
  if (bits == INFINITY) return bits;
  if (miss > 0.0) {
    tree[node] = own * (hit / miss);
    for (uint32_t i = node >> 1; i > 0; i >>= 1) tree[i] = tree[2 * i] + tree[2 * i + 1];
  } else {
    memset(tree, 0, 2 * sizeof *tree * codes);
    for (uint32_t i = node; i > 0; i >>= 1) tree[i] = 1.0;
  }
  lockbox_rescale(tree, codes);
  return bits;
}

/* Evidence with probability weight[x] if the code is x away from the guess. Updates. */
static double lockbox_weigh_distance(double *tree, uint32_t codes, uint32_t guess, const double *weight) {
  double yes = 0.0, no = 0.0;
  for (uint32_t c = 0; c < codes; c++) {
    double likelihood = weight[lockbox_gap(guess, c)];
    yes += tree[codes + c] * likelihood;
    no += tree[codes + c] * (1.0 - likelihood);
  }
  if (!(yes > 0.0)) return INFINITY;
  for (uint32_t c = 0; c < codes; c++) tree[codes + c] *= weight[lockbox_gap(guess, c)];
  lockbox_add_up(tree, codes);
  lockbox_rescale(tree, codes);
  return lockbox_odds_bits(yes, no);
}

/* Whether the evidence is of the moment of the guess; a negative code for what cannot be read. */
static int32_t lockbox_is_guess(const lockbox *m, const baud_evidence *e) {
  if (e->kind == BAUD_EV_START) return 0;
  if (*(const uint32_t *)e->action >= m->codes) return BAUD_EARG;
  if (e->sees_reward && e->kind != BAUD_EV_DEMONSTRATION) {
    if (e->fact >= m->n_facts || e->weight == NULL) return BAUD_EARG;
    if (e->n_weight != (m->told[e->fact].of == LOCKBOX_OF_MATCH ? 2 : m->codes)) return BAUD_EARG;
  }
  return *(const int32_t *)e->obs_before[0] == LOCKBOX_GUESS;
}

static double lockbox_miss(const lockbox *m, double competence) { return (1.0 - competence) / (m->codes - 1.0); }

static int32_t lockbox_noise(const void *model, const void *world, const void *state, const baud_evidence *e,
                             double bits[BAUD_CHANNELS]) {
  const lockbox *m = model;
  uint32_t code = ((const lockbox_world *)world)->code;
  (void)state;
  bits[BAUD_CH_OBSERVATION] = bits[BAUD_CH_REWARD] = bits[BAUD_CH_DEMONSTRATION] = 0.0;
  int32_t is_guess = lockbox_is_guess(m, e);
  if (is_guess < 0 || e->kind == BAUD_EV_START) return is_guess < 0 ? is_guess : BAUD_OK;
  uint32_t action = *(const uint32_t *)e->action;
  if (e->kind == BAUD_EV_DEMONSTRATION) {
    double p = action == code ? e->competence : lockbox_miss(m, e->competence);
    if (is_guess) bits[BAUD_CH_DEMONSTRATION] = lockbox_bits(p);
  } else if (e->sees_reward) {
    uint32_t x = is_guess ? lockbox_index(m->told[e->fact].of, action, code) : 0;
    bits[BAUD_CH_REWARD] = lockbox_bits(e->weight[x]);
  }
  return BAUD_OK;
}

/* The code, as the observation after the guess shows it. */
static uint32_t lockbox_read(const lockbox *m, const void *sight, uint32_t guess) {
  if (m->feedback == LOCKBOX_FEEDBACK_LABEL) return (uint32_t) * (const int32_t *)sight - 1;
  for (uint32_t b = 0; b < m->n_bits; b++)
    if (((const uint8_t *)sight)[b] == LOCKBOX_BIT_WRONG) guess ^= 1u << b;
  return guess;
}

static int32_t lockbox_surprise(const void *model, void *state, const baud_evidence *e, double bits[BAUD_CHANNELS]) {
  const lockbox *m = model;
  double *tree = state;
  bits[BAUD_CH_OBSERVATION] = bits[BAUD_CH_REWARD] = bits[BAUD_CH_DEMONSTRATION] = 0.0;
  int32_t is_guess = lockbox_is_guess(m, e);
  if (is_guess < 0 || e->kind == BAUD_EV_START) return is_guess < 0 ? is_guess : BAUD_OK;
  uint32_t action = *(const uint32_t *)e->action;
  if (e->kind == BAUD_EV_DEMONSTRATION) {
    double hit = e->competence, miss = lockbox_miss(m, hit);
    if (is_guess) bits[BAUD_CH_DEMONSTRATION] = lockbox_weigh(tree, m->codes, action, hit, miss);
    return BAUD_OK;
  }
  if (is_guess && e->kind == BAUD_EV_STEP && e->sees_observation && lockbox_shows_code(m)) {
    uint32_t code = lockbox_read(m, e->obs[1], action);
    if (code >= m->codes) return BAUD_EARG;
    bits[BAUD_CH_OBSERVATION] = lockbox_weigh(tree, m->codes, code, 1.0, 0.0);
  }
  if (!e->sees_reward) return BAUD_OK;
  if (!is_guess) bits[BAUD_CH_REWARD] = lockbox_bits(e->weight[0]);
  else if (m->told[e->fact].of == LOCKBOX_OF_MATCH)
    bits[BAUD_CH_REWARD] = lockbox_weigh(tree, m->codes, action, e->weight[1], e->weight[0]);
  else bits[BAUD_CH_REWARD] = lockbox_weigh_distance(tree, m->codes, action, e->weight);
  return BAUD_OK;
}

/* Of the reward as it is emitted, where that says whether the guess was right: whether it is about to. */
static int32_t lockbox_answer_reward(const lockbox *m, const double *tree, const baud_query *query, double *probability) {
  if (m->told[0].of != LOCKBOX_OF_MATCH || query->n_answers != 2) return BAUD_EUNSUP;
  uint32_t guess = *(const uint32_t *)query->action;
  if (guess >= m->codes) return BAUD_EARG;
  probability[1] = *(const int32_t *)query->obs[0] == LOCKBOX_GUESS ? tree[m->codes + guess] / tree[1] : 0.0;
  probability[0] = 1.0 - probability[1];
  return BAUD_OK;
}

/* At the guess the posterior of the code; while thinking all actions are as good. */
static int32_t lockbox_answer(const void *model, const void *state, const baud_query *query, double *probability) {
  const lockbox *m = model;
  const double *tree = state;
  if (query->target == BAUD_ASK_REWARD) return lockbox_answer_reward(m, tree, query, probability);
  if (query->target != BAUD_ASK_ACTION || query->n_answers != m->codes) return BAUD_EUNSUP;
  int is_guess = *(const int32_t *)query->obs[0] == LOCKBOX_GUESS;
  for (uint32_t c = 0; c < m->codes; c++) probability[c] = is_guess ? tree[m->codes + c] / tree[1] : 1.0 / m->codes;
  return BAUD_OK;
}

/* Whether one code alone is left. */
static int32_t lockbox_settled(const void *model, const void *state) {
  uint32_t codes = ((const lockbox *)model)->codes;
  const double *tree = state;
  for (uint32_t i = 1; i < codes; i = 2 * i + (tree[2 * i] == 0.0))
    if (tree[2 * i] > 0.0 && tree[2 * i + 1] > 0.0) return 0;
  return 1;
}

static const baud_observer lockbox_observer = {
    BAUD_SIZE(baud_observer), BAUD_NOISELESS | BAUD_REPEATABLE, lockbox_state_bytes, lockbox_alphabet, lockbox_supports,
    lockbox_open, lockbox_noise, lockbox_surprise, lockbox_answer, lockbox_settled};

/* ---- Quiz ---------------------------------------------------------------------------------------------- */

/* One item, which is all there is to know: the guess. */
static int32_t lockbox_count(const void *model, uint32_t *n_items, uint32_t *max_answers, uint32_t *independence) {
  *n_items = 1;
  *max_answers = ((const lockbox *)model)->codes;
  *independence = BAUD_FACTS_INDEPENDENT | BAUD_DECISIONS_INDEPENDENT;
  return BAUD_OK;
}

static int32_t lockbox_item(const void *model, const void *world, uint32_t index, baud_item *item) {
  const lockbox *m = model;
  if (index > 0) return BAUD_EARG;
  item->kinds = BAUD_ITEM_FACT | BAUD_ITEM_DECISION;
  item->target = BAUD_ASK_ACTION;
  item->field = item->group = item->action_given = 0;
  item->channel = lockbox_shows_code(m) ? BAUD_CH_OBSERVATION : BAUD_CH_REWARD;
  item->score = BAUD_SCORE_SET;
  item->n_answers = m->codes;
  for (uint32_t c = 0; c < m->codes; c++) {
    item->truth[c] = c == ((const lockbox_world *)world)->code ? 1.0 : 0.0;
    item->prior[c] = 1.0 / m->codes;
  }
  *(int32_t *)item->obs[0] = LOCKBOX_GUESS;
  if (m->feedback == LOCKBOX_FEEDBACK_LABEL) *(int32_t *)item->obs[1] = 0;
  if (m->feedback == LOCKBOX_FEEDBACK_BITS) memset(item->obs[1], LOCKBOX_BIT_NONE, m->n_bits);
  return BAUD_OK;
}

static const baud_quiz lockbox_quiz = {BAUD_SIZE(baud_quiz), 0, lockbox_count, lockbox_item};

/* ---- Picture ------------------------------------------------------------------------------------------- */

enum { LOCKBOX_WIDTH = 28, LOCKBOX_HEIGHT = 2 };

static int32_t lockbox_extent(const void *model, uint32_t *width, uint32_t *height) {
  (void)model;
  *width = LOCKBOX_WIDTH;
  *height = LOCKBOX_HEIGHT;
  return BAUD_OK;
}

static int32_t lockbox_picture(const void *model, const void *world, const void *lane, char *cells) {
  const lockbox *m = model;
  const lockbox_lane *at = lane;
  char line[LOCKBOX_HEIGHT][LOCKBOX_WIDTH + 1];
  (void)snprintf(line[0], sizeof line[0], "code  %u of %u", ((const lockbox_world *)world)->code, m->codes);
  if (at->guess >= 0) (void)snprintf(line[1], sizeof line[1], "guess %d", at->guess);
  else (void)snprintf(line[1], sizeof line[1], "thinking %u of %u", at->step, m->thinking);
  for (uint32_t row = 0; row < LOCKBOX_HEIGHT; row++) {
    size_t length = strlen(line[row]);
    memset(cells + (size_t)row * LOCKBOX_WIDTH, ' ', LOCKBOX_WIDTH);
    memcpy(cells + (size_t)row * LOCKBOX_WIDTH, line[row], length);
  }
  return BAUD_OK;
}

static const baud_draw lockbox_drawing = {BAUD_SIZE(baud_draw), 0, lockbox_extent, lockbox_picture};

/* ---- Tables -------------------------------------------------------------------------------------------- */

static const void *lockbox_extension(const char *id) {
  static const struct {
    const char *id;
    const void *table;
  } known[] = {{"baud.observer/1", &lockbox_observer},
               {"baud.quiz/1", &lockbox_quiz},
               {"baud.demonstrate/1", &lockbox_demonstrate},
               {"baud.draw/1", &lockbox_drawing}};
  for (size_t i = 0; i < sizeof known / sizeof *known; i++)
    if (strcmp(id, known[i].id) == 0) return known[i].table;
  return NULL;
}

static const baud_unit lockbox_units[] = {{
    .size = BAUD_SIZE(baud_unit),
    .role = BAUD_ENV,
    .behaviour = 1,
    .state_version = 1,
    .id = "baud.lockbox",
    .title = "box with a secret code, one guess an episode",
    .doc = "A code is drawn uniformly; after some filler steps one guess ends the episode, and brings a success, a "
           "distance, the code itself or which of its bits were right. With the outcome alone a guess is worth "
           "h(1/(N-k)) bits when k codes are ruled out, log2 N in all; the label brings them at once.",
    .params = lockbox_params,
    .n_params = LOCKBOX_PARAMS,
    .ops = &lockbox_ops,
    .extension = lockbox_extension,
}};

const baud_library baud_plugin_1 = {
    .size = BAUD_SIZE(baud_library),
    .built_minor = BAUD_MINOR,
    .needs_minor = 0,
    .layout = BAUD_LAYOUT,
    .vendor = "baud",
    .version = "1.0",
    .license = "MIT",
    .units = lockbox_units,
    .n_units = 1,
};
