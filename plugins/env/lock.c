/* lock.c - a combination lock: think, then enter its digits one by one. What the lockbox is to one guess, this is to
 * credit over several steps.
 *
 * World: `digits` symbols, each uniform on 0 .. symbols-1, so H(theta) = digits * log2 symbols. Each episode begins
 * with `thinking` filler steps. Channels: `feedback` says what an entry brings. outcome: at its end, whether all
 * digits were right. per_digit: at each digit, whether it was right (the success is a second fact). reset: the entry
 * ends at the first wrong digit, so that being still in the episode tells of the digit before; what TERMINATED tells
 * is told to everyone, and is booked under the reward, which says the same at the end. The position, observation
 * field 0, carries no bits. Deterministic, so only an erring expert and a reward scheme's dice make noise.
 */
#include "baud/plugin.h"
#include "baud/random.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

enum { LOCK_FEEDBACK_OUTCOME, LOCK_FEEDBACK_PER_DIGIT, LOCK_FEEDBACK_RESET };
enum { LOCK_MOST_DIGITS = 64, LOCK_MOST_SYMBOLS = 256, LOCK_MOST_CODES = 1 << 20 };

/* ---- Parameters --------------------------------------------------------------------------------------- */

enum { LOCK_P_DIGITS, LOCK_P_SYMBOLS, LOCK_P_FEEDBACK, LOCK_P_THINKING, LOCK_PARAMS };
static const char *const lock_feedbacks[] = {"outcome", "per_digit", "reset"};
static const baud_param lock_params[LOCK_PARAMS] = {
    BAUD_PARAM_INT("digits", 3, 1, LOCK_MOST_DIGITS, "", "digits of the combination, entered one a step"),
    BAUD_PARAM_INT("symbols", 4, 2, LOCK_MOST_SYMBOLS, "", "symbols that a digit may be"),
    BAUD_PARAM_CHOICE("feedback", LOCK_FEEDBACK_OUTCOME, lock_feedbacks, 3,
                      "what is told: success at the end; each digit; success, and a wrong digit ends the entry"),
    BAUD_PARAM_INT("thinking", 0, 0, 20000, "steps", "filler steps before the digits of each episode"),
};

/* ---- Model, world, lane ------------------------------------------------------------------------------- */

/* What a fact tells of a step. */
enum { LOCK_OF_DIGIT, LOCK_OF_ENTRY };
enum { LOCK_MOST_FACTS = 2 };
static const baud_fact lock_plain[] = {
    {BAUD_SIZE(baud_fact), BAUD_FACT_REWARD | BAUD_FACT_OUTCOME | BAUD_FACT_AT_END, "success", "",
     "1 on the last digit if all were right, else 0"}};
static const baud_fact lock_each[LOCK_MOST_FACTS] = {
    {BAUD_SIZE(baud_fact), BAUD_FACT_REWARD, "right", "", "1 when this digit is right, else 0; 0 while thinking"},
    {BAUD_SIZE(baud_fact), BAUD_FACT_OUTCOME | BAUD_FACT_AT_END, "success", "",
     "1 on the last digit if all were right, else 0"}};

/* A world is code[digits] (u8). */
typedef struct lock {
  uint32_t digits, symbols, feedback, thinking;
  uint32_t codes, nodes; /* of the observer's tree: symbols^digits at the bottom, and all; 0 without one */
  baud_field obs, action;
} lock;

/* A lane is this and then entry[digits] (u8). */
typedef struct lock_lane {
  uint32_t step, all_right; /* of the digits so far */
} lock_lane;

static uint64_t lock_rounded(uint64_t bytes) { return (bytes + 7) / 8 * 8; }
static uint8_t *lock_entry(lock_lane *lane) { return (uint8_t *)(lane + 1); }
static uint32_t lock_n_facts(const lock *m) { return m->feedback == LOCK_FEEDBACK_PER_DIGIT ? 2 : 1; }
static uint32_t lock_tells_of(const lock *m, uint32_t fact) {
  return m->feedback == LOCK_FEEDBACK_PER_DIGIT && fact == 0 ? LOCK_OF_DIGIT : LOCK_OF_ENTRY;
}

/* ---- Create, draw ------------------------------------------------------------------------------------- */

static void lock_describe(lock *m, baud_env_spec *spec) {
  m->obs = (baud_field)BAUD_DISCRETE_FIELD("position", m->digits + 1,
                                           "the digit to be entered, from 0; `digits` while thinking");
  m->action = (baud_field)BAUD_DISCRETE_FIELD("symbol", m->symbols, "the digit's symbol; means nothing while thinking");
  spec->n_obs = 1;
  spec->n_facts = lock_n_facts(m);
  spec->max_steps = m->thinking + m->digits;
  spec->obs = &m->obs;
  spec->action = &m->action;
  spec->facts = m->feedback == LOCK_FEEDBACK_PER_DIGIT ? lock_each : lock_plain;
  spec->lane_bytes = sizeof(lock_lane) + lock_rounded(m->digits);
  spec->world_bytes = lock_rounded(m->digits);
  spec->entropy_bits = m->digits * log2((double)m->symbols);
}

/* The number of codes and of all nodes of their tree, where it is needed and they are few enough. */
static void lock_size_up(lock *m) {
  uint64_t codes = 1, nodes = 1;
  if (m->feedback == LOCK_FEEDBACK_RESET) return;
  for (uint32_t i = 0; i < m->digits; i++) {
    codes *= m->symbols;
    nodes += codes;
    if (codes > LOCK_MOST_CODES) return;
  }
  m->codes = (uint32_t)codes;
  m->nodes = (uint32_t)nodes;
}

static int32_t lock_create(const baud_host *host, const baud_value *values, baud_env_spec *spec, void **model) {
  lock *m = calloc(1, sizeof *m);
  if (m == NULL) return host->fail(host, BAUD_ENOMEM, "lock: no memory for the model");
  m->digits = (uint32_t)values[LOCK_P_DIGITS].i;
  m->symbols = (uint32_t)values[LOCK_P_SYMBOLS].i;
  m->feedback = (uint32_t)values[LOCK_P_FEEDBACK].i;
  m->thinking = (uint32_t)values[LOCK_P_THINKING].i;
  lock_size_up(m);
  lock_describe(m, spec);
  *model = m;
  return BAUD_OK;
}

static int32_t lock_draw(const void *model, uint64_t seed, void *world) {
  const lock *m = model;
  uint64_t random = seed;
  for (uint32_t i = 0; i < m->digits; i++) ((uint8_t *)world)[i] = (uint8_t)baud_below(&random, m->symbols);
  return BAUD_OK;
}

/* ---- Reset and step ----------------------------------------------------------------------------------- */

/* The position before the step-th step. */
static uint32_t lock_position(const lock *m, uint32_t step) {
  return step < m->thinking ? m->digits : step - m->thinking;
}

static int32_t lock_reset(const void *model, const baud_batch *batch) {
  const lock *m = model;
  for (uint32_t i = 0; i < batch->n_pick; i++) {
    uint32_t k = batch->pick[i];
    *(lock_lane *)(void *)(batch->lane + k * batch->lane_stride) = (lock_lane){0, 1};
    ((int32_t *)batch->obs[0])[k] = (int32_t)lock_position(m, 0);
  }
  return BAUD_OK;
}

/* Enters a digit: whether that ends the episode. */
static uint32_t lock_enter(const lock *m, const baud_batch *batch, uint32_t k, lock_lane *lane, uint32_t symbol) {
  const uint8_t *code = (const uint8_t *)batch->world + k * batch->world_stride;
  uint32_t position = lane->step - m->thinking, is_right = symbol == code[position];
  uint32_t is_last = position + 1 == m->digits;
  lock_entry(lane)[position] = (uint8_t)symbol;
  lane->all_right &= is_right;
  float success = is_last && lane->all_right ? 1.0f : 0.0f;
  batch->facts[0][k] = m->feedback == LOCK_FEEDBACK_PER_DIGIT ? (float)is_right : success;
  if (m->feedback == LOCK_FEEDBACK_PER_DIGIT) batch->facts[1][k] = success;
  return is_last || (m->feedback == LOCK_FEEDBACK_RESET && !is_right);
}

static int32_t lock_step(const void *model, const baud_batch *batch) {
  const lock *m = model;
  const int32_t *action = batch->action;
  for (uint32_t k = 0; k < batch->lanes; k++) {
    lock_lane *lane = (lock_lane *)(void *)(batch->lane + k * batch->lane_stride);
    uint32_t symbol = (uint32_t)action[k], is_over = 0;
    if (symbol >= m->symbols) return BAUD_EARG;
    for (uint32_t f = 0; f < lock_n_facts(m); f++) batch->facts[f][k] = 0.0f;
    if (lane->step >= m->thinking) is_over = lock_enter(m, batch, k, lane, symbol);
    lane->step++;
    ((int32_t *)batch->obs[0])[k] = is_over ? 0 : (int32_t)lock_position(m, lane->step);
    batch->flags[k] = is_over ? BAUD_TERMINATED : 0;
  }
  return BAUD_OK;
}

static const baud_env_ops lock_ops = {BAUD_SIZE(baud_env_ops), 0, lock_create, free, lock_draw, lock_reset, lock_step};

/* ---- Demonstration ------------------------------------------------------------------------------------ */

/* The digit's symbol, even after a mistake, when nothing could be gained by it any more: the expert shows the code. */
static int32_t lock_optimal(const void *model, const baud_batch *batch, uint8_t *optimal) {
  const lock *m = model;
  memset(optimal, 0, (size_t)batch->lanes * m->symbols);
  for (uint32_t k = 0; k < batch->lanes; k++) {
    const lock_lane *lane = (const lock_lane *)(const void *)(batch->lane + k * batch->lane_stride);
    const uint8_t *code = (const uint8_t *)batch->world + k * batch->world_stride;
    uint32_t position = lock_position(m, lane->step);
    if (position < m->digits) optimal[(size_t)k * m->symbols + code[position]] = 1;
  }
  return BAUD_OK;
}

static const baud_demonstrate lock_demonstrate = {BAUD_SIZE(baud_demonstrate), 0, lock_optimal};

/* ---- The ideal observer: its state ---------------------------------------------------------------------- */

/* What is told of single digits keeps them independent: row[digits][symbols], unnormalised weights. The first news of
 * a whole entry ties them together: from then on the posterior is tree[nodes], the weight of each code at the bottom
 * and above it that of each prefix, the sum of its `symbols` continuations; the root is the total. An entry changes
 * one path, digits * symbols additions; a single digit then takes a pass over all codes. The tree is made of the
 * rows when it is first needed, so whichever facts cross, and in whatever order, the posterior is exact.
 * A lane's digits of the running episode lie behind, as entered[lane] and symbol[lane][digits]. */
typedef struct lock_belief {
  uint32_t lanes, is_joint;
} lock_belief;

#define LOCK_SMALL 1e-150
#define LOCK_LARGE 1e150

static double *lock_rows(const void *state) { return (double *)((uintptr_t)state + sizeof(lock_belief)); }
static double *lock_tree(const lock *m, const void *state) { return lock_rows(state) + m->digits * m->symbols; }
static uint32_t *lock_entered(const lock *m, const void *state) {
  return (uint32_t *)(void *)(lock_tree(m, state) + m->nodes);
}
static uint8_t *lock_symbols(const lock *m, const void *state, uint32_t lane) {
  return (uint8_t *)(lock_entered(m, state) + ((const lock_belief *)state)->lanes) + (size_t)lane * m->digits;
}

static uint64_t lock_state_bytes(const void *model, uint32_t lanes) {
  const lock *m = model;
  uint64_t numbers = (uint64_t)m->digits * m->symbols + m->nodes;
  uint64_t entries = (uint64_t)lanes * (sizeof(uint32_t) + m->digits);
  return sizeof(lock_belief) + numbers * sizeof(double) + lock_rounded(entries);
}

static int32_t lock_open(const void *model, void *state, uint32_t lanes) {
  const lock *m = model;
  memset(state, 0, lock_state_bytes(model, lanes));
  ((lock_belief *)state)->lanes = lanes;
  for (uint32_t i = 0; i < m->digits * m->symbols; i++) lock_rows(state)[i] = 1.0;
  return BAUD_OK;
}

static int32_t lock_alphabet(const void *model, uint32_t fact, double *values, uint32_t max) {
  if (fact >= lock_n_facts(model)) return BAUD_EARG;
  for (uint32_t x = 0; x < 2 && x < max; x++) values[x] = (double)x;
  return 2;
}

/* Whether a fact is news of a whole entry. In reset mode its end tells of the last digit alone, for to get there the
 * others were right. */
static int lock_needs_tree(const lock *m, uint32_t fact) {
  return lock_tells_of(m, fact) == LOCK_OF_ENTRY && m->feedback != LOCK_FEEDBACK_RESET;
}

/* Exact for every channel and fact, softened, late or as they are, where the tree is there if it is needed. */
static int32_t lock_supports(const void *model, uint32_t channels, uint32_t fact, uint32_t needs) {
  const lock *m = model;
  (void)needs;
  if (fact >= lock_n_facts(m)) return 0;
  return !(channels & BAUD_MASK(BAUD_CH_REWARD)) || !lock_needs_tree(m, fact) || m->nodes > 0;
}

/* ---- The ideal observer: weighing evidence --------------------------------------------------------------- */

static double lock_bits(double p) { return p < 1.0 ? -log2(p) : 0.0; }

/* Evidence of probability `hit` if something is so, whose weight is `own`, and `miss` if not: its bits. From 1 - p
 * where nearly certain, for p itself would be rounded. */
static double lock_odds_bits(double own, double others, double hit, double miss) {
  if (hit == miss || others == 0.0) return lock_bits(hit);
  if (own == 0.0) return lock_bits(miss);
  double yes = hit * own + miss * others, no = (1.0 - hit) * own + (1.0 - miss) * others;
  return yes < no ? -log2(yes / (yes + no)) : -log1p(-no / (yes + no)) * 1.44269504088896340736;
}

/* Whether evidence changes anything: it may be uninformative, known before, or impossible. */
static int lock_moves(double own, double others, double hit, double miss) {
  return hit != miss && own > 0.0 && others > 0.0 && (hit > 0.0 || miss > 0.0);
}

/* Keeps weights in range, whose common factor means nothing. */
static int lock_is_in_range(double total) { return total > LOCK_SMALL && total < LOCK_LARGE; }

static double lock_weigh_row(double *row, uint32_t symbols, uint32_t symbol, double hit, double miss) {
  double own = row[symbol], others = 0.0;
  for (uint32_t a = 0; a < symbols; a++) others += a == symbol ? 0.0 : row[a];
  double bits = lock_odds_bits(own, others, hit, miss);
  if (!lock_moves(own, others, hit, miss)) return bits;
  for (uint32_t a = 0; a < symbols && miss == 0.0; a++) row[a] = a == symbol ? own : 0.0;
  if (miss > 0.0) row[symbol] = own * (hit / miss);
  double total = row[symbol] + (miss > 0.0 ? others : 0.0);
  for (uint32_t a = 0; a < symbols && !lock_is_in_range(total); a++) row[a] /= total;
  return bits;
}

/* The node of each prefix is the sum of its continuations; level by level, from below. */
static void lock_add_up(const lock *m, double *tree) {
  uint32_t first_above = m->nodes - m->codes;
  for (uint32_t i = first_above; i-- > 0;) {
    double sum = 0.0;
    for (uint32_t a = 0; a < m->symbols; a++) sum += tree[i * m->symbols + 1 + a]; /* children, as in a heap */
    tree[i] = sum;
  }
  if (lock_is_in_range(tree[0])) return;
  double factor = 1.0 / tree[0];
  for (uint32_t i = 0; i < m->nodes; i++) tree[i] *= factor;
}

/* The tree that says what the rows say. */
static void lock_join(const lock *m, void *state) {
  double *row = lock_rows(state), *tree = lock_tree(m, state);
  if (((lock_belief *)state)->is_joint) return;
  ((lock_belief *)state)->is_joint = 1;
  tree[0] = 1.0;
  uint32_t node = 1, parent = 0;
  for (uint32_t i = 0, level = m->symbols; i < m->digits; i++, level *= m->symbols)
    for (uint32_t p = 0; p < level; p++, node++) {
      tree[node] = tree[parent] * row[i * m->symbols + p % m->symbols];
      parent += p % m->symbols == m->symbols - 1;
    }
  lock_add_up(m, tree);
}

/* Evidence on one digit when digits are tied together: a pass over all codes. */
static double lock_weigh_level(const lock *m, double *tree, uint32_t position, uint32_t symbol, double hit,
                               double miss) {
  double own = 0.0, others = 0.0, ratio = miss > 0.0 ? hit / miss : 1.0;
  uint32_t first = 0, level = 1, below = 1; /* nodes at this digit's level; codes below each */
  for (uint32_t i = 0; i <= position; i++, level *= m->symbols) first += level;
  for (uint32_t i = position + 1; i < m->digits; i++) below *= m->symbols;
  for (uint32_t p = 0; p < level; p++) {
    if (p % m->symbols == symbol) own += tree[first + p];
    else others += tree[first + p];
  }
  double bits = lock_odds_bits(own, others, hit, miss);
  if (!lock_moves(own, others, hit, miss)) return bits;
  double *leaf = tree + (m->nodes - m->codes);
  for (uint32_t c = 0; c < m->codes; c++) {
    if (c / below % m->symbols == symbol) leaf[c] *= ratio;
    else if (miss == 0.0) leaf[c] = 0.0;
  }
  lock_add_up(m, tree);
  return bits;
}

static double lock_weigh_digit(const lock *m, void *state, uint32_t position, uint32_t symbol, double hit,
                               double miss) {
  if (((lock_belief *)state)->is_joint) return lock_weigh_level(m, lock_tree(m, state), position, symbol, hit, miss);
  return lock_weigh_row(lock_rows(state) + position * m->symbols, m->symbols, symbol, hit, miss);
}

/* Evidence of probability `hit` if the code is the entry, and `miss` if it is any other. */
static double lock_weigh_entry(const lock *m, void *state, const uint8_t *entry, double hit, double miss) {
  double *tree = lock_tree(m, state), others = 0.0;
  uint32_t node = 0;
  lock_join(m, state);
  for (uint32_t i = 0; i < m->digits; i++) {
    uint32_t child = node * m->symbols + 1;
    for (uint32_t a = 0; a < m->symbols; a++) others += a == entry[i] ? 0.0 : tree[child + a];
    node = child + entry[i];
  }
  double own = tree[node], bits = lock_odds_bits(own, others, hit, miss);
  if (!lock_moves(own, others, hit, miss)) return bits;
  if (miss == 0.0) memset(tree, 0, sizeof *tree * m->nodes);
  tree[node] = miss == 0.0 ? 1.0 : own * (hit / miss);
  while (node > 0) {
    node = (node - 1) / m->symbols;
    double sum = 0.0;
    for (uint32_t a = 0; a < m->symbols; a++) sum += tree[node * m->symbols + 1 + a];
    tree[node] = sum;
  }
  if (!lock_is_in_range(tree[0])) lock_add_up(m, tree);
  return bits;
}

/* ---- The ideal observer: evidence ------------------------------------------------------------------------ */

/* The position that evidence speaks of; a negative code for what cannot be read. */
static int32_t lock_read(const lock *m, const void *state, const baud_evidence *e) {
  if (e->lane >= ((const lock_belief *)state)->lanes) return BAUD_EARG;
  if (e->kind == BAUD_EV_START) return 0;
  uint32_t position = *(const uint32_t *)e->obs_before[0];
  if (position > m->digits || *(const uint32_t *)e->action >= m->symbols) return BAUD_EARG;
  if (e->kind == BAUD_EV_DEMONSTRATION || !e->sees_reward) return (int32_t)position;
  if (e->fact >= lock_n_facts(m) || e->weight == NULL || e->n_weight != 2) return BAUD_EARG;
  return lock_needs_tree(m, e->fact) && m->nodes == 0 ? BAUD_EUNSUP : (int32_t)position;
}

static double lock_miss(const lock *m, double competence) { return (1.0 - competence) / (m->symbols - 1.0); }

/* A fact's value in this world. At the last digit the state still lacks that digit (a step is told of before it is
 * entered there) or has it already (late); all that comes before is there. */
static uint32_t lock_fact_value(const lock *m, const uint8_t *code, const void *state, const baud_evidence *e) {
  uint32_t position = *(const uint32_t *)e->obs_before[0];
  if (position == m->digits || *(const uint32_t *)e->action != code[position]) return 0;
  if (lock_tells_of(m, e->fact) == LOCK_OF_DIGIT) return 1;
  return position + 1 == m->digits && memcmp(lock_symbols(m, state, e->lane), code, position) == 0;
}

static int32_t lock_noise(const void *model, const void *world, const void *state, const baud_evidence *e,
                          double bits[BAUD_CHANNELS]) {
  const lock *m = model;
  const uint8_t *code = world;
  bits[BAUD_CH_OBSERVATION] = bits[BAUD_CH_REWARD] = bits[BAUD_CH_DEMONSTRATION] = 0.0;
  int32_t position = lock_read(m, state, e);
  if (position < 0) return position;
  if (e->kind == BAUD_EV_START) return BAUD_OK;
  if (e->kind == BAUD_EV_DEMONSTRATION) {
    if ((uint32_t)position == m->digits) return BAUD_OK;
    int is_right = *(const uint32_t *)e->action == code[position];
    bits[BAUD_CH_DEMONSTRATION] = lock_bits(is_right ? e->competence : lock_miss(m, e->competence));
  } else if (e->sees_reward) {
    bits[BAUD_CH_REWARD] = lock_bits(e->weight[lock_fact_value(m, code, state, e)]);
  }
  return BAUD_OK;
}

/* The reward of a step at `position`: its bits. */
static double lock_weigh_reward(const lock *m, void *state, const baud_evidence *e, uint32_t position) {
  uint32_t symbol = *(const uint32_t *)e->action;
  if (position == m->digits) return lock_bits(e->weight[0]);
  if (lock_tells_of(m, e->fact) == LOCK_OF_ENTRY && position + 1 < m->digits) return lock_bits(e->weight[0]);
  if (!lock_needs_tree(m, e->fact))
    return lock_weigh_digit(m, state, position, symbol, e->weight[1], e->weight[0]);
  return lock_weigh_entry(m, state, lock_symbols(m, state, e->lane), e->weight[1], e->weight[0]);
}

static int32_t lock_surprise(const void *model, void *state, const baud_evidence *e, double bits[BAUD_CHANNELS]) {
  const lock *m = model;
  bits[BAUD_CH_OBSERVATION] = bits[BAUD_CH_REWARD] = bits[BAUD_CH_DEMONSTRATION] = 0.0;
  int32_t code = lock_read(m, state, e);
  if (code < 0) return code;
  uint32_t position = (uint32_t)code;
  if (e->kind == BAUD_EV_START) {
    lock_entered(m, state)[e->lane] = 0;
    return BAUD_OK;
  }
  uint32_t symbol = *(const uint32_t *)e->action;
  if (e->kind == BAUD_EV_DEMONSTRATION) {
    double hit = e->competence, miss = lock_miss(m, hit);
    if (position < m->digits) bits[BAUD_CH_DEMONSTRATION] = lock_weigh_digit(m, state, position, symbol, hit, miss);
    return BAUD_OK;
  }
  if (e->kind == BAUD_EV_STEP && position < m->digits) {
    lock_symbols(m, state, e->lane)[position] = (uint8_t)symbol;
    lock_entered(m, state)[e->lane] = position + 1;
    if (m->feedback == LOCK_FEEDBACK_RESET && position + 1 < m->digits) {
      double went_on = e->flags & BAUD_TERMINATED ? 0.0 : 1.0;
      bits[BAUD_CH_REWARD] = lock_weigh_digit(m, state, position, symbol, went_on, 1.0 - went_on);
    }
  }
  if (e->sees_reward) bits[BAUD_CH_REWARD] += lock_weigh_reward(m, state, e, position);
  return BAUD_OK;
}

/* A digit's probabilities, whatever the others are. */
static void lock_marginal(const lock *m, const void *state, uint32_t position, double *probability) {
  const double *row = lock_rows(state) + position * m->symbols, *tree = lock_tree(m, state);
  uint32_t first = 0, level = 1;
  for (uint32_t a = 0; a < m->symbols; a++) probability[a] = ((const lock_belief *)state)->is_joint ? 0.0 : row[a];
  if (!((const lock_belief *)state)->is_joint) return;
  for (uint32_t i = 0; i <= position; i++, level *= m->symbols) first += level;
  for (uint32_t p = 0; p < level; p++) probability[p % m->symbols] += tree[first + p];
}

/* The node of what lane 0 has entered; -1 where that is known to be wrong already. */
static int64_t lock_prefix(const lock *m, const void *state, uint32_t position) {
  uint32_t node = 0;
  for (uint32_t i = 0; i < position; i++) node = node * m->symbols + 1 + lock_symbols(m, state, 0)[i];
  return lock_tree(m, state)[node] > 0.0 ? (int64_t)node : -1;
}

/* The digit at the position asked for. Where digits are tied together, there is one lane, and it is just there, the
 * answer is given that its digits so far are right: so a learner that draws each digit from the answers draws whole
 * codes from the posterior, and none that is ruled out. Else it is the digit's marginal. Both are distributions that
 * know nothing but the evidence, so quiz scores are lower bounds either way. */
static int32_t lock_answer(const void *model, const void *state, const baud_query *query, double *probability) {
  const lock *m = model;
  const lock_belief *belief = state;
  if (query->target != BAUD_ASK_ACTION || query->n_answers != m->symbols) return BAUD_EUNSUP;
  uint32_t position = *(const uint32_t *)query->obs[0];
  if (position > m->digits) return BAUD_EARG;
  int64_t node = -1;
  double total = 0.0;
  if (belief->is_joint && belief->lanes == 1 && lock_entered(m, state)[0] == position)
    node = lock_prefix(m, state, position);
  if (position < m->digits && node < 0) lock_marginal(m, state, position, probability);
  for (uint32_t a = 0; a < m->symbols; a++) {
    if (position == m->digits) probability[a] = 1.0;
    else if (node >= 0) probability[a] = lock_tree(m, state)[(uint32_t)node * m->symbols + 1 + a];
    total += probability[a];
  }
  for (uint32_t a = 0; a < m->symbols; a++) probability[a] /= total;
  return BAUD_OK;
}

/* Whether one of some weights alone is left. */
static int lock_is_certain(const double *weight, uint32_t n) {
  uint32_t left = 0;
  for (uint32_t a = 0; a < n; a++) left += weight[a] > 0.0;
  return left == 1;
}

/* Whether one code alone is left: a single symbol in each row, or along the tree's only path. */
static int32_t lock_settled(const void *model, const void *state) {
  const lock *m = model;
  const double *row = lock_rows(state), *tree = lock_tree(m, state);
  int is_joint = ((const lock_belief *)state)->is_joint != 0;
  for (uint32_t i = 0, node = 0; i < m->digits; i++) {
    const double *weight = is_joint ? tree + node * m->symbols + 1 : row + i * m->symbols;
    uint32_t symbol = 0;
    if (!lock_is_certain(weight, m->symbols)) return 0;
    while (weight[symbol] == 0.0) symbol++;
    node = node * m->symbols + 1 + symbol;
  }
  return 1;
}

static const baud_observer lock_observer = {
    BAUD_SIZE(baud_observer), BAUD_NOISELESS, lock_state_bytes, lock_alphabet, lock_supports,
    lock_open,                lock_noise,     lock_surprise,    lock_answer,   lock_settled};

/* ---- Quiz ---------------------------------------------------------------------------------------------- */

/* An item a digit, fact and decision in one. */
static int32_t lock_count(const void *model, uint32_t *n_items, uint32_t *max_answers, uint32_t *independence) {
  const lock *m = model;
  *n_items = m->digits;
  *max_answers = m->symbols;
  *independence = BAUD_FACTS_INDEPENDENT | BAUD_DECISIONS_INDEPENDENT;
  return BAUD_OK;
}

static int32_t lock_item(const void *model, const void *world, uint32_t index, baud_item *item) {
  const lock *m = model;
  if (index >= m->digits) return BAUD_EARG;
  item->kinds = BAUD_ITEM_FACT | BAUD_ITEM_DECISION;
  item->target = BAUD_ASK_ACTION;
  item->field = item->action_given = 0;
  item->channel = BAUD_CH_REWARD;
  item->group = index;
  item->score = BAUD_SCORE_SET;
  item->n_answers = m->symbols;
  for (uint32_t a = 0; a < m->symbols; a++) {
    item->truth[a] = a == ((const uint8_t *)world)[index] ? 1.0 : 0.0;
    item->prior[a] = 1.0 / m->symbols;
  }
  *(int32_t *)item->obs[0] = (int32_t)index;
  return BAUD_OK;
}

static const baud_quiz lock_quiz = {BAUD_SIZE(baud_quiz), 0, lock_count, lock_item};

/* ---- Picture ------------------------------------------------------------------------------------------- */

/* The code above, what is entered below: digits in base 36, `?` beyond that, `_` for those to come. */
static int32_t lock_extent(const void *model, uint32_t *width, uint32_t *height) {
  *width = 6 + 2 * ((const lock *)model)->digits;
  *height = 2;
  return BAUD_OK;
}

static int32_t lock_picture(const void *model, const void *world, const void *lane, char *cells) {
  static const char symbol[] = "0123456789abcdefghijklmnopqrstuvwxyz";
  const lock *m = model;
  const lock_lane *at = lane;
  const uint8_t *shown[2] = {world, (const uint8_t *)(at + 1)};
  uint32_t width = 6 + 2 * m->digits, entered = at->step < m->thinking ? 0 : at->step - m->thinking;
  memset(cells, ' ', 2 * (size_t)width);
  memcpy(cells, "code", 4);
  memcpy(cells + width, "entry", 5);
  for (uint32_t row = 0; row < 2; row++)
    for (uint32_t i = 0; i < m->digits; i++) {
      char *cell = cells + (size_t)row * width + 6 + 2 * i;
      if (row == 1 && i >= entered) *cell = '_';
      else *cell = shown[row][i] < 36 ? symbol[shown[row][i]] : '?';
    }
  return BAUD_OK;
}

static const baud_draw lock_drawing = {BAUD_SIZE(baud_draw), 0, lock_extent, lock_picture};

/* ---- Tables -------------------------------------------------------------------------------------------- */

static const void *lock_extension(const char *id) {
  static const struct {
    const char *id;
    const void *table;
  } known[] = {{"baud.observer/1", &lock_observer},
               {"baud.quiz/1", &lock_quiz},
               {"baud.demonstrate/1", &lock_demonstrate},
               {"baud.draw/1", &lock_drawing}};
  for (size_t i = 0; i < sizeof known / sizeof *known; i++)
    if (strcmp(id, known[i].id) == 0) return known[i].table;
  return NULL;
}

static const baud_unit lock_units[] = {{
    .size = BAUD_SIZE(baud_unit),
    .role = BAUD_ENV,
    .behaviour = 1,
    .state_version = 1,
    .id = "baud.lock",
    .title = "combination lock, one digit a step",
    .doc = "Digits are drawn uniformly and entered one by one after some filler steps. Told at the end whether all "
           "were right, a first episode brings h(A^-L) bits; told digit by digit, L h(1/A); when the first error ends "
           "the entry, elimination needs L(A-1)/2+1 episodes instead of (A^L+1)/2.",
    .params = lock_params,
    .n_params = LOCK_PARAMS,
    .ops = &lock_ops,
    .extension = lock_extension,
}};

const baud_library baud_plugin_1 = {
    .size = BAUD_SIZE(baud_library),
    .built_minor = BAUD_MINOR,
    .needs_minor = 0,
    .layout = BAUD_LAYOUT,
    .vendor = "baud",
    .version = "1.0",
    .license = "MIT",
    .units = lock_units,
    .n_units = 1,
};
