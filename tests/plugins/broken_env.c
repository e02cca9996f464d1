/* broken_env.c - an environment that is sound with FAULT none, and has one fault for each other value.
 *
 * test.box: a code is guessed twice an episode, and each time a symbol is shown that is pure chance. The table says
 * by which checks each fault is to be caught, by these and no others; tests/conformance/plugins.sh reads it.
 *
 *   fault                 checks
 *   none                  -
 *   static_counter        24
 *   model_counter         24
 *   batch_size            18
 *   unwritten             15
 *   out_of_bounds         14
 *   writes_world          14,18
 *   out_of_range          16
 *   not_a_number          16,38,40,41,42,43
 *   address_in_lane       20
 *   seed_ignored          21,45
 *   serial_number         10,17,18,19
 *   same_chance           39
 *   illegal_accepted      23
 *   allocates             25
 *   leaks                 9
 *   no_reason             11
 *   memory_unchecked      12
 *   drawing_writes        26
 *   drawing_unfinished    26
 *   resets_all            15,37
 *   shared_instances      10
 *   declares_otherwise    13
 *   rounding              5
 *   surprise_halved       40,42
 *   surprise_doubled      41,42
 *   surprise_negative     38,40,41,42
 *   value_unknown         38,40,41,42,43
 *   noise_writes          38
 *   noise_forgotten       39,41
 *   soft_ignored          42
 *   answer_unnormalised   43
 *   prior_wrong           45
 *   truth_missing         44
 *   given_twice           44
 *   group_of_nobody       44
 *   context_unseen        44
 *   context_tells         44
 *   width_of_another      44
 *   expert_misleads       46
 *   crashes               26
 */
#include <fenv.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "baud/plugin.h"
#include "baud/random.h"

enum {
  none,
  static_counter,
  model_counter,
  batch_size,
  unwritten,
  out_of_bounds,
  writes_world,
  out_of_range,
  not_a_number,
  address_in_lane,
  seed_ignored,
  serial_number,
  same_chance,
  illegal_accepted,
  allocates,
  leaks,
  no_reason,
  memory_unchecked,
  drawing_writes,
  drawing_unfinished,
  resets_all,
  shared_instances,
  declares_otherwise,
  rounding,
  surprise_halved,
  surprise_doubled,
  surprise_negative,
  value_unknown,
  noise_writes,
  noise_forgotten,
  soft_ignored,
  answer_unnormalised,
  prior_wrong,
  truth_missing,
  given_twice,
  group_of_nobody,
  context_unseen,
  context_tells,
  width_of_another,
  expert_misleads,
  crashes
};

enum { STEPS = 2, SYMBOLS = 3, MOST = 16 };
static const baud_param params[] = {BAUD_PARAM_INT("codes", 8, 2, MOST, "", "number of codes")};
static const baud_field obs[] = {BAUD_DISCRETE_FIELD("symbol", SYMBOLS, "chance")};
static const baud_fact facts[] = {{BAUD_SIZE(baud_fact), BAUD_FACT_REWARD, "hit", "", "1 when the guess is the code"}};

typedef struct box {
  baud_field action;
  uint32_t codes, count;
} box;
typedef struct lane {
  uint64_t random, step;
  const void *address;
} lane;
static uint32_t counter, codes_of_the_last;

static int32_t create(const baud_host *host, const baud_value *values, baud_env_spec *spec, void **model) {
  box *m = calloc(1, sizeof *m);
  if (!m && FAULT != memory_unchecked) return host->fail(host, BAUD_ENOMEM, "no memory");
  if (FAULT == rounding) fesetround(FE_UPWARD);
  if (FAULT == no_reason && values[0].i == 2) return free(m), BAUD_EARG;
  *m = (box){.action = BAUD_DISCRETE_FIELD("guess", (uint32_t)values[0].i, "the code"), .codes = (uint32_t)values[0].i};
  codes_of_the_last = m->codes;
  if (FAULT == serial_number) m->count = counter++;
  spec->n_obs = spec->n_facts = 1;
  spec->max_steps = STEPS;
  spec->obs = obs;
  spec->action = &m->action;
  spec->facts = facts;
  spec->lane_bytes = sizeof(lane);
  if (FAULT == declares_otherwise) spec->lane_bytes += 8 * (counter++ & 1);
  spec->world_bytes = 8;
  spec->entropy_bits = log2(m->codes);
  *model = m;
  return BAUD_OK;
}
static void destroy(void *model) {
  if (FAULT != leaks) free(model);
}

static int32_t draw(const void *model, uint64_t seed, void *world) {
  if (FAULT == seed_ignored) seed = 3;
  *(uint32_t *)world = baud_below(&seed, ((const box *)model)->codes);
  return BAUD_OK;
}

static lane *lane_at(const baud_batch *b, uint32_t k) { return (lane *)(void *)(b->lane + k * b->lane_stride); }
static uint32_t code_of(const baud_batch *b, uint32_t k) {
  return *(const uint32_t *)(const void *)(b->world + k * b->world_stride);
}

static void show(const box *m, const baud_batch *b, uint32_t k) {
  uint32_t symbol = baud_below(&lane_at(b, k)->random, SYMBOLS);
  if (FAULT == batch_size) symbol = (symbol + b->lanes) % SYMBOLS;
  if (FAULT == serial_number) symbol = (symbol + m->count) % SYMBOLS;
  if (FAULT == shared_instances) symbol = (symbol + codes_of_the_last) % SYMBOLS;
  if (FAULT == out_of_range && lane_at(b, k)->step == 1) symbol = SYMBOLS;
  if (FAULT == unwritten && lane_at(b, k)->step == 1 && symbol == 0) return;
  ((int32_t *)b->obs[0])[k] = (int32_t)symbol;
}

static int32_t reset(const void *model, const baud_batch *b) {
  for (uint32_t i = 0; i < b->n_pick; i++) {
    uint32_t k = b->pick[i];
    *lane_at(b, k) = (lane){FAULT == same_chance ? 7 : b->seed[i], 0, FAULT == address_in_lane ? params : NULL};
    show(model, b, k);
  }
  for (uint32_t k = 0; FAULT == resets_all && b->n_pick < b->lanes && k < b->lanes; k++) {
    lane_at(b, k)->step = 0;
    ((int32_t *)b->obs[0])[k] = 0;
  }
  return BAUD_OK;
}

static void commit_fault(const void *model, const baud_batch *b) {
  if (FAULT == static_counter) counter++;
  if (FAULT == model_counter) ((box *)(uintptr_t)model)->count++;
  if (FAULT == out_of_bounds) b->facts[0][b->lanes] = 0.0f;
  if (FAULT == writes_world) *(uint32_t *)(uintptr_t)b->world = 0;
  if (FAULT == allocates) {
    void *volatile piece = malloc(64);
    free(piece);
  }
}

static int32_t step(const void *model, const baud_batch *b) {
  const box *m = model;
  commit_fault(model, b);
  for (uint32_t k = 0; k < b->lanes; k++) {
    uint32_t guess = ((const uint32_t *)b->action)[k];
    if (guess >= m->codes && FAULT != illegal_accepted) return BAUD_EARG;
    lane_at(b, k)->step++;
    show(model, b, k);
    b->facts[0][k] = guess == code_of(b, k);
    if (FAULT == not_a_number) b->facts[0][k] = NAN;
    b->flags[k] = lane_at(b, k)->step == STEPS ? BAUD_TERMINATED : 0;
  }
  return BAUD_OK;
}

static const baud_env_ops ops = {BAUD_SIZE(baud_env_ops), 0, create, destroy, draw, reset, step};

/* ---- Observer: weights of codes -------------------------------------------------------------------------- */

static uint64_t state_bytes(const void *model, uint32_t lanes) {
  return (void)model, (void)lanes, MOST * sizeof(double);
}
static int32_t alphabet(const void *model, uint32_t fact, double *values, uint32_t max) {
  (void)model;
  if (fact > 0 || max < 2) return BAUD_EARG;
  values[0] = 0.0;
  values[1] = FAULT == value_unknown ? 2.0 : 1.0;
  return 2;
}
static int32_t supports(const void *model, uint32_t channels, uint32_t fact, uint32_t needs) {
  return (void)model, (void)channels, (void)needs, fact == 0;
}
static int32_t open_at_prior(const void *model, void *state, uint32_t lanes) {
  (void)lanes;
  for (uint32_t c = 0; c < ((const box *)model)->codes; c++) ((double *)state)[c] = 1.0 / ((const box *)model)->codes;
  return BAUD_OK;
}
static void tell_of_chance(const baud_evidence *e, double bits[BAUD_CHANNELS]) {
  memset(bits, 0, BAUD_CHANNELS * sizeof *bits);
  if ((e->kind == BAUD_EV_START || e->kind == BAUD_EV_STEP) && e->sees_observation)
    bits[BAUD_CH_OBSERVATION] = log2(SYMBOLS);
}
static double likelihood(const baud_evidence *e, uint32_t code) {
  uint32_t hit = *(const uint32_t *)e->action == code;
  if (FAULT == soft_ignored && e->weight[0] > 0.0 && e->weight[1] > 0.0) return 0.9;
  return e->weight[hit];
}
static int32_t noise(const void *model, const void *world, const void *state, const baud_evidence *e,
                     double bits[BAUD_CHANNELS]) {
  (void)model;
  tell_of_chance(e, bits);
  if (FAULT == noise_forgotten) memset(bits, 0, BAUD_CHANNELS * sizeof *bits);
  if (FAULT == noise_writes) ((double *)(uintptr_t)state)[MOST - 1] += 1e-9;
  if (e->kind == BAUD_EV_DEMONSTRATION || !e->sees_reward) return BAUD_OK;
  bits[BAUD_CH_REWARD] = 0.0 - log2(likelihood(e, *(const uint32_t *)world));
  return BAUD_OK;
}
static int32_t surprise(const void *model, void *state, const baud_evidence *e, double bits[BAUD_CHANNELS]) {
  const box *m = model;
  double *w = state, p = 0.0;
  tell_of_chance(e, bits);
  if (e->kind == BAUD_EV_DEMONSTRATION || !e->sees_reward) return BAUD_OK;
  for (uint32_t c = 0; c < m->codes; c++) p += w[c] *= likelihood(e, c);
  for (uint32_t c = 0; c < m->codes; c++) w[c] /= p;
  bits[BAUD_CH_REWARD] = (FAULT == surprise_halved    ? 0.5
                          : FAULT == surprise_doubled ? 2.0
                                                      : 1.0) *
                         (p < 1.0 ? -log2(p) : 0.0);
  if (FAULT == surprise_doubled) bits[BAUD_CH_REWARD] += 1.0;
  if (FAULT == surprise_negative) bits[BAUD_CH_REWARD] -= 1.0;
  return BAUD_OK;
}
static int32_t answer(const void *model, const void *state, const baud_query *query, double *probability) {
  if (query->target != BAUD_ASK_ACTION || query->n_answers != ((const box *)model)->codes) return BAUD_EUNSUP;
  memcpy(probability, state, query->n_answers * sizeof *probability);
  if (FAULT == answer_unnormalised) probability[0] += 0.1;
  return BAUD_OK;
}
static const baud_observer observer = {
    BAUD_SIZE(baud_observer), 0, state_bytes, alphabet, supports, open_at_prior, noise, surprise, answer, NULL};

/* ---- Quiz, expert, picture ------------------------------------------------------------------------------- */

static int32_t count(const void *model, uint32_t *n, uint32_t *max, uint32_t *independence) {
  *n = 1;
  *max = ((const box *)model)->codes;
  *independence = BAUD_FACTS_INDEPENDENT | BAUD_DECISIONS_INDEPENDENT;
  return BAUD_OK;
}
static int32_t item(const void *model, const void *world, uint32_t index, baud_item *to) {
  uint32_t n = ((const box *)model)->codes;
  if (index > 0) return BAUD_EARG;
  to->kinds = BAUD_ITEM_FACT | BAUD_ITEM_DECISION;
  to->target = BAUD_ASK_ACTION;
  to->channel = BAUD_CH_REWARD;
  to->score = BAUD_SCORE_SET;
  to->n_answers = n;
  for (uint32_t c = 0; c < n; c++) to->prior[c] = FAULT == prior_wrong ? (c ? 0.5 / (n - 1) : 0.5) : 1.0 / n;
  if (FAULT != truth_missing) to->truth[*(const uint32_t *)world] = 1.0;
  if (FAULT == given_twice) to->action_given = 2;
  if (FAULT == group_of_nobody) to->group = 1;
  if (FAULT == width_of_another && n > 2 && *(const uint32_t *)world < n - 1) to->n_answers = n - 1, to->prior[0] += 1.0 / n;
  *(int32_t *)to->obs[0] = FAULT == context_unseen ? SYMBOLS : FAULT == context_tells ? (int32_t)(*(const uint32_t *)world % 2) : 0;
  return BAUD_OK;
}
static const baud_quiz quiz = {BAUD_SIZE(baud_quiz), 0, count, item};

static int32_t optimal(const void *model, const baud_batch *b, uint8_t *mask) {
  uint32_t n = ((const box *)model)->codes;
  memset(mask, 0, (size_t)b->lanes * n);
  for (uint32_t k = 0; k < b->lanes; k++) mask[k * n + (code_of(b, k) + (FAULT == expert_misleads)) % n] = 1;
  return BAUD_OK;
}
static const baud_demonstrate demonstrate = {BAUD_SIZE(baud_demonstrate), 0, optimal};

static int32_t extent(const void *model, uint32_t *width, uint32_t *height) {
  return (void)model, *width = 4, *height = 1, BAUD_OK;
}
static int32_t picture(const void *model, const void *world, const void *at, char *cells) {
  (void)model, (void)world;
  if (FAULT == crashes) __builtin_trap();
  memset(cells, '.', FAULT == drawing_unfinished ? 3 : 4);
  cells[0] = (char)('0' + ((const lane *)at)->step);
  if (FAULT == drawing_writes) ((lane *)(uintptr_t)at)->step ^= 1;
  return BAUD_OK;
}
static const baud_draw drawing = {BAUD_SIZE(baud_draw), 0, extent, picture};

static const void *extension(const char *id) {
  if (strcmp(id, "baud.observer/1") == 0) return &observer;
  if (strcmp(id, "baud.quiz/1") == 0) return &quiz;
  if (strcmp(id, "baud.demonstrate/1") == 0) return &demonstrate;
  return strcmp(id, "baud.draw/1") == 0 ? &drawing : NULL;
}

static const baud_unit unit = {BAUD_SIZE(baud_unit), BAUD_ENV, 1, 1, "test.box", "a box",
                               "For the checks.",    params,   1, 0, &ops,       extension};
const baud_library baud_plugin_1 = {
    BAUD_SIZE(baud_library), BAUD_MINOR, 0, BAUD_LAYOUT, "baud tests", "1", "MIT", &unit, 1, 0};
