/* environment.c - doors, an example environment: a corridor of doors, each open or not for the whole trial.
 *
 * World: for each door whether it is open, independently with probability `open`. An episode is `tries` tries. A try
 * of an open door succeeds unless the door sticks (probability `stuck`, anew each time); a shut one never gives way.
 * Each try is seen (observation) and, when it succeeds, rewarded. The reward is a function of what is seen, so to one
 * who sees, it tells nothing more: offered bits are the observation's; to one who is only rewarded, the reward's.
 *
 * Copy this file to begin an environment of your own. docs/plugins.md walks through it.
 */
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "baud/plugin.h"
#include "baud/random.h"

enum { MOST_DOORS = 64 };
enum { SIGHT_NONE, SIGHT_SHUT, SIGHT_OPEN, SIGHTS };

/* ---- Parameters --------------------------------------------------------------------------------------- */

enum { PARAM_DOORS, PARAM_TRIES, PARAM_OPEN, PARAM_STUCK, PARAMS };
static const baud_param params[PARAMS] = {
  BAUD_PARAM_INT("doors", 8, 2, MOST_DOORS, "", "number of doors"),
  BAUD_PARAM_INT("tries", 4, 1, 1000, "steps", "tries in an episode"),
  BAUD_PARAM_FLOAT("open", 0.5, 0.01, 0.99, "", "probability that a door is open, each on its own"),
  BAUD_PARAM_FLOAT("stuck", 0.1, 0, 0.99, "", "probability that an open door does not give way at a try")
};

/* ---- The model (never changes), the world (drawn once a trial), the lane (one episode's state) ---------- */

typedef struct doors_model {
  uint32_t doors, tries;
  double open, stuck;
  baud_field sight, door;
  baud_fact success;
} doors_model;

typedef struct doors_world {
  uint8_t is_open[MOST_DOORS];
} doors_world;

typedef struct doors_lane {
  uint64_t random;
  uint32_t step, pad;
} doors_lane;

static double entropy(double p) { return -p * log2(p) - (1.0 - p) * log2(1.0 - p); }

static int32_t doors_create(const baud_host *host, const baud_value *values, baud_env_spec *spec, void **model) {
  doors_model *m = calloc(1, sizeof *m);
  if (m == NULL) return host->fail(host, BAUD_ENOMEM, "doors: no memory for the model");
  m->doors = (uint32_t)values[PARAM_DOORS].i;
  m->tries = (uint32_t)values[PARAM_TRIES].i;
  m->open = values[PARAM_OPEN].f;
  m->stuck = values[PARAM_STUCK].f;
  m->sight = (baud_field)BAUD_DISCRETE_FIELD("sight", SIGHTS, "0: nothing yet; 1: the try failed; 2: it succeeded");
  m->door = (baud_field)BAUD_DISCRETE_FIELD("door", m->doors, "the door to try");
  m->success = (baud_fact){ .size = BAUD_SIZE(baud_fact), .roles = BAUD_FACT_REWARD | BAUD_FACT_OUTCOME,
                            .name = "success", .unit = "",
                            .doc = "1 when the try succeeded, else 0; the last try's is the episode's outcome" };
  spec->n_obs = 1;
  spec->obs = &m->sight;
  spec->action = &m->door;
  spec->n_facts = 1;
  spec->facts = &m->success;
  spec->max_steps = m->tries;
  spec->lane_bytes = sizeof(doors_lane);
  spec->world_bytes = sizeof(doors_world);
  spec->entropy_bits = m->doors * entropy(m->open);
  *model = m;
  return BAUD_OK;
}

static int32_t doors_draw(const void *model, uint64_t seed, void *world) {
  const doors_model *m = model;
  doors_world *w = world;
  uint64_t random = seed;
  for (uint32_t d = 0; d < m->doors; d++) w->is_open[d] = (uint8_t)baud_bernoulli(&random, m->open);
  return BAUD_OK;
}

/* ---- Reset and step ----------------------------------------------------------------------------------- */

static doors_lane *lane_of(const baud_batch *batch, uint32_t k) {
  return (doors_lane *)(void *)(batch->lane + k * batch->lane_stride);
}

static const doors_world *world_of(const baud_batch *batch, uint32_t k) {
  return (const doors_world *)(const void *)(batch->world + k * batch->world_stride);
}

static int32_t doors_reset(const void *model, const baud_batch *batch) {
  (void)model;
  for (uint32_t i = 0; i < batch->n_pick; i++) {
    uint32_t k = batch->pick[i];
    *lane_of(batch, k) = (doors_lane){ .random = batch->seed[i] };
    ((int32_t *)batch->obs[0])[k] = SIGHT_NONE;
  }
  return BAUD_OK;
}

static int32_t doors_step(const void *model, const baud_batch *batch) {
  const doors_model *m = model;
  for (uint32_t k = 0; k < batch->lanes; k++) {
    doors_lane *lane = lane_of(batch, k);
    uint32_t door = ((const uint32_t *)batch->action)[k];
    if (door >= m->doors) return BAUD_EARG;
    int sticks = baud_bernoulli(&lane->random, m->stuck); /* drawn whatever the door, so draws do not tell of it */
    int succeeds = world_of(batch, k)->is_open[door] && !sticks;
    ((int32_t *)batch->obs[0])[k] = succeeds ? SIGHT_OPEN : SIGHT_SHUT;
    batch->facts[0][k] = (float)succeeds;
    batch->flags[k] = ++lane->step == m->tries ? BAUD_TERMINATED : 0;
  }
  return BAUD_OK;
}

static const baud_env_ops doors_ops = { .size = BAUD_SIZE(baud_env_ops), .create = doors_create, .destroy = free,
                                        .draw = doors_draw, .reset = doors_reset, .step = doors_step };

/* ---- "baud.observer/1": the Bayesian who knows `open` and `stuck`, not the doors ------------------------- */

/* Its state is P(door is open | what was told), a double for each door: doors are independent before, and a try tells
 * of one door only, so they stay independent. */

static uint64_t observer_state_bytes(const void *model, uint32_t lanes) {
  (void)lanes; /* lanes share the world, and of a lane nothing else is unknown */
  return ((const doors_model *)model)->doors * sizeof(double);
}

static int32_t observer_alphabet(const void *model, uint32_t fact, double *values, uint32_t max) {
  (void)model;
  if (fact != 0) return BAUD_EARG;
  for (uint32_t x = 0; x < 2 && x < max; x++) values[x] = x;
  return 2;
}

/* A fact that comes late may have been seen before, which the observer does not remember: declined where both can
 * happen, and baud shows received as an upper bound. */
static int32_t observer_supports(const void *model, uint32_t channels, uint32_t fact, uint32_t needs) {
  (void)model;
  int may_repeat = (needs & BAUD_SEES_LATE) && (channels & BAUD_MASK(BAUD_CH_OBSERVATION));
  return fact == 0 && !may_repeat;
}

static int32_t observer_open(const void *model, void *state, uint32_t lanes) {
  const doors_model *m = model;
  (void)lanes;
  for (uint32_t d = 0; d < m->doors; d++) ((double *)state)[d] = m->open;
  return BAUD_OK;
}

static double bits_of(double p) { return p < 1.0 ? -log2(p) : 0.0; }

/* P(what crosses of the try | it succeeded), and the same of a failure; 1 and 1 where nothing crosses. */
typedef struct likelihood {
  double success, failure;
} likelihood;

/* The bits of the try's evidence to one for whom it succeeds with probability q; what it says of success. */
static likelihood weigh(const baud_evidence *e, double q, double bits[BAUD_CHANNELS]) {
  likelihood of_all = { 1.0, 1.0 };
  if (e->sees_observation) {
    int succeeded = *(const int32_t *)e->obs[0] == SIGHT_OPEN;
    bits[BAUD_CH_OBSERVATION] = bits_of(succeeded ? q : 1.0 - q);
    of_all = (likelihood){ succeeded, !succeeded };
    q = succeeded; /* the reward is told after the observation, which leaves nothing open */
  }
  if (e->sees_reward) {
    bits[BAUD_CH_REWARD] = bits_of(q * e->weight[1] + (1.0 - q) * e->weight[0]);
    of_all.success *= e->weight[1];
    of_all.failure *= e->weight[0];
  }
  return of_all;
}

static int is_of_a_try(const baud_evidence *e) { return e->kind == BAUD_EV_STEP || e->kind == BAUD_EV_LATE; }

static int32_t observer_noise(const void *model, const void *world, const void *state, const baud_evidence *e,
                              double bits[BAUD_CHANNELS]) {
  const doors_model *m = model;
  (void)state;
  memset(bits, 0, BAUD_CHANNELS * sizeof *bits);
  if (!is_of_a_try(e)) return BAUD_OK;
  int is_open = ((const doors_world *)world)->is_open[*(const uint32_t *)e->action];
  (void)weigh(e, is_open ? 1.0 - m->stuck : 0.0, bits);
  return BAUD_OK;
}

static int32_t observer_surprise(const void *model, void *state, const baud_evidence *e, double bits[BAUD_CHANNELS]) {
  const doors_model *m = model;
  memset(bits, 0, BAUD_CHANNELS * sizeof *bits);
  if (!is_of_a_try(e)) return BAUD_OK;
  double *open = (double *)state + *(const uint32_t *)e->action;
  likelihood of = weigh(e, *open * (1.0 - m->stuck), bits);
  double if_open = (1.0 - m->stuck) * of.success + m->stuck * of.failure, if_shut = of.failure;
  double all = *open * if_open + (1.0 - *open) * if_shut;
  if (all > 0.0) *open *= if_open / all; /* Bayes' rule */
  return BAUD_OK;
}

/* P(this door is one of the best), for each door: it is open, or none is. */
static void believe_best(const doors_model *m, const double *open, double *probability) {
  double none = 1.0, sum = 0.0;
  for (uint32_t d = 0; d < m->doors; d++) none *= 1.0 - open[d];
  for (uint32_t d = 0; d < m->doors; d++) sum += probability[d] = open[d] + none;
  for (uint32_t d = 0; d < m->doors; d++) probability[d] /= sum;
}

static int32_t observer_answer(const void *model, const void *state, const baud_query *query, double *probability) {
  const doors_model *m = model;
  const double *open = state;
  if (query->target == BAUD_ASK_ACTION && query->n_answers == m->doors) {
    believe_best(m, open, probability);
    return BAUD_OK;
  }
  int is_sight = query->target == BAUD_ASK_OBSERVATION && query->n_answers == SIGHTS;
  int is_reward = query->target == BAUD_ASK_REWARD && query->n_answers == 2;
  if (!is_sight && !is_reward) return BAUD_EUNSUP;
  double succeeds = open[*(const uint32_t *)query->action] * (1.0 - m->stuck);
  if (is_sight) *probability++ = 0.0; /* no try ends with nothing seen */
  probability[0] = 1.0 - succeeds;
  probability[1] = succeeds;
  return BAUD_OK;
}

static const baud_observer observer = {
  .size = BAUD_SIZE(baud_observer),
  .state_bytes = observer_state_bytes,
  .alphabet = observer_alphabet,
  .supports = observer_supports,
  .open = observer_open,
  .noise = observer_noise,
  .surprise = observer_surprise,
  .answer = observer_answer
};

/* ---- "baud.quiz/1": what would a try of door d bring, for each d; and which door to try ------------------- */

static int32_t quiz_count(const void *model, uint32_t *n_items, uint32_t *max_answers, uint32_t *independence) {
  const doors_model *m = model;
  *n_items = m->doors + 1;
  *max_answers = m->doors > SIGHTS ? m->doors : SIGHTS;
  *independence = BAUD_FACTS_INDEPENDENT | BAUD_DECISIONS_INDEPENDENT; /* there is one decision */
  return BAUD_OK;
}

/* A try's result is chance even to one who knows the door, so the truth is a distribution: BAUD_SCORE_MEAN. */
static void ask_door(const doors_model *m, const doors_world *w, uint32_t door, baud_item *item) {
  double truth = w->is_open[door] ? 1.0 - m->stuck : 0.0, prior = m->open * (1.0 - m->stuck);
  item->kinds = BAUD_ITEM_FACT;
  item->target = BAUD_ASK_OBSERVATION;
  item->score = BAUD_SCORE_MEAN;
  item->n_answers = SIGHTS;
  item->truth[SIGHT_SHUT] = 1.0 - truth;
  item->truth[SIGHT_OPEN] = truth;
  item->prior[SIGHT_SHUT] = 1.0 - prior;
  item->prior[SIGHT_OPEN] = prior;
  item->action_given = 1;
  *(uint32_t *)item->action = door;
}

/* Right are all open doors, or all doors where none is open. The doors are alike before: the baseline is uniform. */
static void ask_best(const doors_model *m, const doors_world *w, baud_item *item) {
  uint32_t n_open = 0;
  for (uint32_t d = 0; d < m->doors; d++) n_open += w->is_open[d];
  item->kinds = BAUD_ITEM_DECISION;
  item->target = BAUD_ASK_ACTION;
  item->score = BAUD_SCORE_SET;
  item->n_answers = m->doors;
  for (uint32_t d = 0; d < m->doors; d++) {
    item->truth[d] = w->is_open[d] || n_open == 0;
    item->prior[d] = 1.0 / m->doors;
  }
}

static int32_t quiz_item(const void *model, const void *world, uint32_t index, baud_item *item) {
  const doors_model *m = model;
  if (index > m->doors) return BAUD_EARG;
  item->channel = BAUD_CH_OBSERVATION;
  item->group = index;
  *(int32_t *)item->obs[0] = SIGHT_NONE;
  if (index < m->doors) ask_door(m, world, index, item);
  else ask_best(m, world, item);
  return BAUD_OK;
}

static const baud_quiz quiz = { .size = BAUD_SIZE(baud_quiz), .count = quiz_count, .item = quiz_item };

/* ---- What the library exports ---------------------------------------------------------------------------- */

static const void *doors_extension(const char *id) {
  if (strcmp(id, "baud.observer/1") == 0) return &observer;
  if (strcmp(id, "baud.quiz/1") == 0) return &quiz;
  return NULL;
}

static const baud_unit units[] = { {
  .size = BAUD_SIZE(baud_unit),
  .role = BAUD_ENV,
  .behaviour = 1,
  .state_version = 1,
  .id = "org.example.doors",
  .title = "A corridor of doors, open or not",
  .doc = "Each door is open with a known probability, for the whole trial; open ones stick now and then. The world "
         "holds doors * h(open) bits. An example to copy from.",
  .params = params,
  .n_params = PARAMS,
  .ops = &doors_ops,
  .extension = doors_extension
} };

BAUD_EXPORT const baud_library baud_plugin_1 = {
  .size = BAUD_SIZE(baud_library),
  .built_minor = BAUD_MINOR,
  .needs_minor = 0,
  .layout = BAUD_LAYOUT,
  .vendor = "example.org",
  .version = "1.0",
  .license = "MIT",
  .units = units,
  .n_units = 1
};
