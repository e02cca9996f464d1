/* hinton_nowlan.c - how learning can guide evolution (Hinton and Nowlan 1987, Complex Systems 1, 495-502): a needle in a
 * haystack, and what an animal's guesses make of it.
 *
 * An action is a genome, an episode the animal's life. Each of `genes` connections is decided by its allele, right (1) or
 * wrong (0), or left undecided (2 or 3: so half of all genes drawn alike are undecided, as published). The animal has
 * `trials` guesses at all that is undecided, each side with chance 1/2, and knows when all are right. With n trials left
 * then its fitness, which is the reward, is 1 + 19 n / trials; with any gene wrong, or without luck, it is 1. So of k
 * undecided genes a trial succeeds with chance 2^-k, and the hill that evolution climbs is made by learning: nothing of what
 * is learnt is inherited. Without `learning` there are no undecided alleles, and the needle has no hill.
 * There is no world to be learnt, and no quiz.
 */
#include "baud/plugin.h"
#include "baud/random.h"

#include <math.h>
#include <stdlib.h>

enum { HINTON_WRONG, HINTON_RIGHT, HINTON_UNDECIDED, HINTON_ALSO_UNDECIDED, HINTON_ALLELES };

enum { HINTON_P_GENES, HINTON_P_TRIALS, HINTON_P_LEARNING, HINTON_PARAMS };
static const baud_param hinton_params[HINTON_PARAMS] = {
    BAUD_PARAM_INT("genes", 20, 1, 1000, "", "connections that have to be right, all at once"),
    BAUD_PARAM_INT("trials", 1000, 1, 1000000, "guesses", "of a life, at what is undecided"),
    BAUD_PARAM_FLAG("learning", 1, "genes may be undecided; else they are right or wrong"),
};

enum { HINTON_FITNESS, HINTON_FOUND, HINTON_FACTS };
static const baud_fact hinton_facts[HINTON_FACTS] = {
    {BAUD_SIZE(baud_fact), BAUD_FACT_REWARD, "fitness", "", "1 + 19 times the share of the trials that are left"},
    {BAUD_SIZE(baud_fact), BAUD_FACT_OUTCOME | BAUD_FACT_AT_END, "found", "", "1 where all connections came to be right"},
};

typedef struct hinton {
  uint32_t genes, alleles;
  double trials;
  baud_field obs, action;
} hinton;

static int32_t hinton_create(const baud_host *host, const baud_value *values, baud_env_spec *spec, void **model) {
  hinton *m = calloc(1, sizeof *m);
  if (m == NULL) return host->fail(host, BAUD_ENOMEM, "hinton_nowlan: no memory for the model");
  m->genes = (uint32_t)values[HINTON_P_GENES].i;
  m->alleles = values[HINTON_P_LEARNING].i ? HINTON_ALLELES : HINTON_UNDECIDED;
  m->trials = (double)values[HINTON_P_TRIALS].i;
  m->obs = (baud_field)BAUD_DISCRETE_FIELD("state", 1, "always 0");
  m->action = (baud_field)BAUD_DISCRETE_FIELD("genome", m->alleles, "0 wrong, 1 right, 2 and 3 undecided");
  m->action.count = m->action.shape[0] = m->genes;
  m->action.rank = 1;
  spec->n_obs = 1;
  spec->n_facts = HINTON_FACTS;
  spec->max_steps = 1;
  spec->obs = &m->obs;
  spec->action = &m->action;
  spec->facts = hinton_facts;
  spec->lane_bytes = sizeof(uint64_t);
  *model = m;
  return BAUD_OK;
}

static uint64_t *hinton_random(const baud_batch *batch, uint32_t k) { return (uint64_t *)(void *)(batch->lane + k * batch->lane_stride); }

static int32_t hinton_reset(const void *model, const baud_batch *batch) {
  (void)model;
  for (uint32_t i = 0; i < batch->n_pick; i++) {
    *hinton_random(batch, batch->pick[i]) = batch->seed[i];
    ((int32_t *)batch->obs[0])[batch->pick[i]] = 0;
  }
  return BAUD_OK;
}

/* Trials left when all is right, of `undecided` genes; -1: it never is. The first success among independent trials. */
static double hinton_live(const hinton *m, uint32_t undecided, uint64_t *random) {
  if (undecided == 0) return m->trials;
  double chance = ldexp(1.0, -(int)undecided);
  double first = 1.0 + floor(log(baud_uniform_positive(random)) / log1p(-chance));
  return first <= m->trials ? m->trials - first : -1.0;
}

/* Counts the alleles of a genome; 0 where one is none. */
static int hinton_read(const hinton *m, const int32_t *genome, uint32_t counts[HINTON_ALLELES]) {
  for (uint32_t i = 0; i < m->genes; i++) {
    if ((uint32_t)genome[i] >= m->alleles) return 0;
    counts[genome[i]]++;
  }
  return 1;
}

static int32_t hinton_step(const void *model, const baud_batch *batch) {
  const hinton *m = model;
  for (uint32_t k = 0; k < batch->lanes; k++) {
    uint32_t counts[HINTON_ALLELES] = {0};
    if (!hinton_read(m, (const int32_t *)batch->action + (size_t)k * m->genes, counts)) return BAUD_EARG;
    double left = -1.0;
    if (counts[HINTON_WRONG] == 0)
      left = hinton_live(m, counts[HINTON_UNDECIDED] + counts[HINTON_ALSO_UNDECIDED], hinton_random(batch, k));
    batch->facts[HINTON_FITNESS][k] = (float)(1.0 + 19.0 * fmax(left, 0.0) / m->trials);
    batch->facts[HINTON_FOUND][k] = left >= 0.0 ? 1.0f : 0.0f;
    batch->flags[k] = BAUD_TERMINATED;
    ((int32_t *)batch->obs[0])[k] = 0;
  }
  return BAUD_OK;
}

static const baud_env_ops hinton_ops = {BAUD_SIZE(baud_env_ops), 0, hinton_create, free, NULL, hinton_reset, hinton_step};

static const baud_unit hinton_units[] = {{
    .size = BAUD_SIZE(baud_unit),
    .role = BAUD_ENV,
    .behaviour = 1,
    .state_version = 1,
    .id = "baud.hinton_nowlan",
    .title = "a needle in a haystack, for animals that learn",
    .doc = "An action is a genome, an episode a life: of twenty connections all have to be right, and what its genes leave "
           "undecided the animal guesses, again and again. The sooner it is right, the fitter it is, so that learning makes a "
           "hill for evolution to climb (Hinton and Nowlan 1987).",
    .params = hinton_params,
    .n_params = HINTON_PARAMS,
    .ops = &hinton_ops,
}};

const baud_library baud_plugin_1 = {
    .size = BAUD_SIZE(baud_library),
    .built_minor = BAUD_MINOR,
    .needs_minor = 0,
    .layout = BAUD_LAYOUT,
    .vendor = "baud",
    .version = "1.0",
    .license = "MIT",
    .units = hinton_units,
    .n_units = 1,
};
