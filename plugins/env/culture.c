/* culture.c - whether it pays to copy one's elders: Rogers' model (1988, Does biology constrain culture?, American
 * Anthropologist 90, 819-831), with the critical learners of Enquist, Eriksson and Ghirlanda (2007, Critical social learning: a
 * solution to Rogers' paradox of nonadaptive culture, American Anthropologist 109, 727-734).
 *
 * An action is an animal's inborn strategy, an episode its life. In each generation one behaviour is right; with chance
 * 1 - stability the world has changed since the one before, and what was right is wrong.
 *   individual  tries by itself, at `cost`, and is right with chance `insight`
 *   social      does what one of the generation before did, for nothing
 *   critical    does that too, sees whether it is right, and where it is not tries by itself, at `cost`
 * Fitness, which is the reward, is 1, and `benefit` more for who is right, less the cost. The success, 1 for those who copy (the
 * critical ones, where there are such), is for the share that they have in a population.
 *
 * The one thing to know: an animal's elder is who lived in its lane before it. A population that is bred by draws from all of
 * the generation before, lane by lane alike (genetic with proportional selection and without elites), has shuffled its lanes,
 * so the elder is any of them; it needs as many lanes as it has members, so that an episode is a generation. Where changes come
 * `together` all lanes live in one world, whose changes the world's seed holds; `apart` each has changes of its own. There is
 * nothing to be learnt of a world, and no quiz.
 */
#include "baud/plugin.h"
#include "baud/random.h"

#include <stdlib.h>

enum { CULTURE_INDIVIDUAL, CULTURE_SOCIAL, CULTURE_CRITICAL, CULTURE_STRATEGIES };
enum { CULTURE_TOGETHER, CULTURE_APART };
static const char *const culture_changes[] = {"together", "apart"};

enum {
  CULTURE_P_STABILITY, CULTURE_P_INSIGHT, CULTURE_P_BENEFIT, CULTURE_P_COST, CULTURE_P_CHANGES, CULTURE_P_CRITICAL, CULTURE_PARAMS
};
static const baud_param culture_params[CULTURE_PARAMS] = {
    BAUD_PARAM_FLOAT("stability", 0.9, 0, 1, "", "chance that the world is what it was for the generation before"),
    BAUD_PARAM_FLOAT("insight", 0.5, 0, 1, "", "chance that an animal that tries by itself is right"),
    BAUD_PARAM_FLOAT("benefit", 1, 0, 1e6, "", "fitness that being right adds to the 1 that all have"),
    BAUD_PARAM_FLOAT("cost", 0.2, 0, 1, "", "fitness that trying by oneself takes"),
    BAUD_PARAM_CHOICE("changes", CULTURE_TOGETHER, culture_changes, 2, "the world of all lanes changes at once, or each lane's by itself"),
    BAUD_PARAM_FLAG("critical", 0, "there are critical learners, too"),
};

enum { CULTURE_FITNESS, CULTURE_COPIES, CULTURE_FACTS };
static const baud_fact culture_facts[CULTURE_FACTS] = {
    {BAUD_SIZE(baud_fact), BAUD_FACT_REWARD, "fitness", "", "1, and the benefit where the animal is right, less what it paid"},
    {BAUD_SIZE(baud_fact), BAUD_FACT_OUTCOME | BAUD_FACT_AT_END, "copies", "",
     "1 for a social learner; where there are critical ones, for these alone"},
};

typedef struct culture {
  double stability, insight, benefit, cost;
  int64_t changes;
  uint32_t strategies;
  baud_field obs, action;
} culture;

typedef struct culture_lane {
  uint64_t random, generation;
  uint32_t elder_was_right, pad;
} culture_lane;

typedef struct culture_world {
  uint64_t seed; /* of its changes: generation g's are drawn from baud_split(seed, g) */
} culture_world;

static int32_t culture_create(const baud_host *host, const baud_value *values, baud_env_spec *spec, void **model) {
  culture *m = calloc(1, sizeof *m);
  if (m == NULL) return host->fail(host, BAUD_ENOMEM, "culture: no memory for the model");
  m->stability = values[CULTURE_P_STABILITY].f;
  m->insight = values[CULTURE_P_INSIGHT].f;
  m->benefit = values[CULTURE_P_BENEFIT].f;
  m->cost = values[CULTURE_P_COST].f;
  m->changes = values[CULTURE_P_CHANGES].i;
  m->strategies = values[CULTURE_P_CRITICAL].i ? CULTURE_STRATEGIES : CULTURE_CRITICAL;
  m->obs = (baud_field)BAUD_DISCRETE_FIELD("state", 1, "always 0");
  m->action = (baud_field)BAUD_DISCRETE_FIELD("strategy", m->strategies, "0 individual, 1 social, 2 critical");
  spec->n_obs = 1;
  spec->n_facts = CULTURE_FACTS;
  spec->max_steps = 1;
  spec->obs = &m->obs;
  spec->action = &m->action;
  spec->facts = culture_facts;
  spec->lane_bytes = sizeof(culture_lane);
  spec->world_bytes = sizeof(culture_world);
  spec->entropy_bits = 64;
  *model = m;
  return BAUD_OK;
}

static int32_t culture_draw(const void *model, uint64_t seed, void *world) {
  (void)model;
  ((culture_world *)world)->seed = seed;
  return BAUD_OK;
}

/* The elder's deed stays in the lane: it is what the next animal may copy. */
static int32_t culture_reset(const void *model, const baud_batch *batch) {
  (void)model;
  for (uint32_t i = 0; i < batch->n_pick; i++) {
    uint32_t k = batch->pick[i];
    ((culture_lane *)(void *)(batch->lane + k * batch->lane_stride))->random = batch->seed[i];
    ((int32_t *)batch->obs[0])[k] = 0;
  }
  return BAUD_OK;
}

static int culture_is_as_before(const culture *m, const culture_world *world, culture_lane *lane) {
  uint64_t of_all = baud_split(world->seed, lane->generation);
  return baud_bernoulli(m->changes == CULTURE_TOGETHER ? &of_all : &lane->random, m->stability);
}

/* One life: the fitness of an animal with this strategy. */
static double culture_live(const culture *m, const culture_world *world, culture_lane *lane, uint32_t strategy) {
  uint32_t is_right = culture_is_as_before(m, world, lane) && lane->elder_was_right;
  int tries = strategy == CULTURE_INDIVIDUAL || (strategy == CULTURE_CRITICAL && !is_right);
  if (tries) is_right = (uint32_t)baud_bernoulli(&lane->random, m->insight);
  lane->generation++;
  lane->elder_was_right = is_right;
  return 1.0 + (is_right ? m->benefit : 0.0) - (tries ? m->cost : 0.0);
}

static int32_t culture_step(const void *model, const baud_batch *batch) {
  const culture *m = model;
  for (uint32_t k = 0; k < batch->lanes; k++) {
    uint32_t strategy = ((const uint32_t *)batch->action)[k];
    if (strategy >= m->strategies) return BAUD_EARG;
    const culture_world *world = (const culture_world *)(const void *)(batch->world + k * batch->world_stride);
    culture_lane *lane = (culture_lane *)(void *)(batch->lane + k * batch->lane_stride);
    batch->facts[CULTURE_FITNESS][k] = (float)culture_live(m, world, lane, strategy);
    batch->facts[CULTURE_COPIES][k] = strategy == m->strategies - 1 ? 1.0f : 0.0f;
    batch->flags[k] = BAUD_TERMINATED;
    ((int32_t *)batch->obs[0])[k] = 0;
  }
  return BAUD_OK;
}

static const baud_env_ops culture_ops = {BAUD_SIZE(baud_env_ops), 0, culture_create, free, culture_draw, culture_reset, culture_step};

static const baud_unit culture_units[] = {{
    .size = BAUD_SIZE(baud_unit),
    .role = BAUD_ENV,
    .behaviour = 1,
    .state_version = 1,
    .id = "baud.culture",
    .title = "whether it pays to copy one's elders",
    .doc = "An action is an inborn strategy, an episode a life: to try by oneself, at a cost; to do what the elder did, who lived in "
           "the lane before; or to try only where that turns out wrong. The world changes from generation to generation (Rogers 1988; "
           "Enquist, Eriksson and Ghirlanda 2007). Give it as many lanes as the population has members.",
    .params = culture_params,
    .n_params = CULTURE_PARAMS,
    .ops = &culture_ops,
}};

const baud_library baud_plugin_1 = {
    .size = BAUD_SIZE(baud_library),
    .built_minor = BAUD_MINOR,
    .needs_minor = 0,
    .layout = BAUD_LAYOUT,
    .vendor = "baud",
    .version = "1.0",
    .license = "MIT",
    .units = culture_units,
    .n_units = 1,
};
