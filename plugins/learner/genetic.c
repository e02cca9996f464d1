/* A genetic algorithm, on genes that are numbers or choices. Each generation breeds the next from its fitter members:
 *   selection   truncation: parents are drawn from the `parents` fittest, alike (Such et al. 2017, Deep neuroevolution,
 *               arXiv 1712.06567, Algorithm 1); proportional: from all, in proportion to their fitness, as in Hinton and
 *               Nowlan 1987 (How learning can guide evolution, Complex Systems 1)
 *   crossover   with this chance a child has two parents: the genes up to a point drawn at random are from the one, the rest
 *               from the other
 *   mutation    numbers: sigma N(0, 1) is added to each gene; choices: each gene becomes any category with chance `mutation`
 *   elites      the fittest pass on as they are, and are judged again
 * Defaults are those of Such et al.: truncation, no crossover, one elite. What it settles on is the fittest of the last
 * generation. Genes, lanes and the counting of episodes: population.h.
 */
#include <stdlib.h>
#include <string.h>

#include "baud/population.h"

enum { GENETIC_TRUNCATION, GENETIC_PROPORTIONAL, GENETIC_SELECTIONS };
static const char *const genetic_selections[GENETIC_SELECTIONS] = { "truncation", "proportional" };
enum {
  GENETIC_PARAM_SELECTION = BAUD_POPULATION_PARAMS, GENETIC_PARAM_PARENTS, GENETIC_PARAM_ELITES, GENETIC_PARAM_CROSSOVER,
  GENETIC_PARAM_SIGMA, GENETIC_PARAM_MUTATION, GENETIC_PARAM_START, GENETIC_PARAM_SPREAD, GENETIC_PARAMS
};
static const baud_param genetic_params[GENETIC_PARAMS] = {
  BAUD_POPULATION_PARAM_ROWS(100, "of a generation"),
  BAUD_PARAM_CHOICE("selection", GENETIC_TRUNCATION, genetic_selections, GENETIC_SELECTIONS,
                    "who has children: the fittest alike, or all in proportion to their fitness, which is then to be positive"),
  BAUD_PARAM_INT("parents", 0, 0, 1000000, "candidates", "truncation: how many are the fittest; 0: a fifth"),
  BAUD_PARAM_INT("elites", 1, 0, 1000000, "candidates", "how many of the fittest pass on as they are"),
  BAUD_PARAM_FLOAT("crossover", 0, 0, 1, "", "chance that a child has two parents"),
  BAUD_PARAM_FLOAT("sigma", 0.02, 0, 1e9, "", "of a number's mutation, of the width where the action has bounds"),
  BAUD_PARAM_FLOAT("mutation", 0.01, 0, 1, "", "chance that a choice becomes any"),
  BAUD_PARAM_FLOAT("start", 0, -1e9, 1e9, "", "mean of the first numbers; where the action has bounds they are uniform"),
  BAUD_PARAM_FLOAT("spread", 1, 0, 1e9, "", "standard deviation of the first numbers about the start")
};

enum {
  GENETIC_CHANCE = BAUD_POPULATION_BLOCKS, /* [candidate] that it is a parent, added up over those before it */
  GENETIC_CHILDREN,                        /* [candidate][genes] */
  GENETIC_BLOCKS
};

typedef struct genetic_model {
  const baud_host *host;
  baud_population population;
  int64_t selection;
  uint32_t parents, elites;
  double crossover, sigma, mutation, start, spread;
  baud_block blocks[GENETIC_BLOCKS];
} genetic_model;

/* ---- Creation ------------------------------------------------------------------------------------------- */

static void genetic_read(genetic_model *m, const baud_value *values, uint32_t size) {
  m->selection = values[GENETIC_PARAM_SELECTION].i;
  m->parents = (uint32_t)values[GENETIC_PARAM_PARENTS].i;
  if (m->parents == 0) m->parents = (size + 4) / 5;
  m->elites = (uint32_t)values[GENETIC_PARAM_ELITES].i;
  m->crossover = values[GENETIC_PARAM_CROSSOVER].f;
  m->sigma = values[GENETIC_PARAM_SIGMA].f;
  m->mutation = values[GENETIC_PARAM_MUTATION].f;
  m->start = values[GENETIC_PARAM_START].f;
  m->spread = values[GENETIC_PARAM_SPREAD].f;
}

static int32_t genetic_create(const baud_host *host, const baud_value *values, baud_learner_setup *setup, void **model) {
  uint32_t size = (uint32_t)values[BAUD_POPULATION_SIZE].i;
  if (size < 2) return host->fail(host, BAUD_EARG, "genetic: one candidate has nobody to be fitter than: set population to 2 or more");
  if (values[GENETIC_PARAM_PARENTS].i > size || values[GENETIC_PARAM_ELITES].i > size)
    return host->fail(host, BAUD_EARG, "genetic: there are fewer candidates than parents or elites: make the population larger");
  genetic_model *m = calloc(1, sizeof *m);
  if (m == NULL) return host->fail(host, BAUD_ENOMEM, "there is no memory for the learner");
  int32_t code = baud_population_open(host, setup, BAUD_GENES_NUMBERS | BAUD_GENES_CATEGORIES, size,
                                      (uint32_t)values[BAUD_POPULATION_EPISODES].i, &m->population, m->blocks);
  if (code != BAUD_OK) {
    free(m);
    return code;
  }
  m->host = host;
  genetic_read(m, values, size);
  m->blocks[GENETIC_CHANCE] = baud_block_of(BAUD_F64, BAUD_SCRATCH, 0, size, "chance");
  m->blocks[GENETIC_CHILDREN] = baud_block_of(BAUD_F64, BAUD_SCRATCH, 0, (uint64_t)size * m->population.genes, "children");
  setup->blocks = m->blocks;
  setup->n_blocks = GENETIC_BLOCKS;
  *model = m;
  return BAUD_OK;
}

static void genetic_destroy(void *model) { free(model); }

static double genetic_first_gene(const genetic_model *m, uint64_t *random) {
  const baud_population *p = &m->population;
  if (p->categories > 0) return baud_below(random, p->categories);
  return p->is_bounded ? baud_uniform(random) : m->start + m->spread * baud_normal(random);
}

static int32_t genetic_init(const void *model, void *const *blocks, uint64_t seed) {
  const genetic_model *m = model;
  const baud_population *p = &m->population;
  uint64_t *random = blocks[BAUD_POPULATION_RANDOM];
  double *genes = blocks[BAUD_POPULATION_GENES];
  *random = seed;
  for (uint64_t i = 0; i < (uint64_t)p->size * p->genes; i++) genes[i] = genetic_first_gene(m, random);
  memcpy(blocks[BAUD_POPULATION_SETTLED], genes, p->genes * sizeof *genes);
  return BAUD_OK;
}

/* ---- A generation --------------------------------------------------------------------------------------- */

/* Chances of being a parent, added up; where all have fitness 0, all alike. */
static int32_t genetic_weigh(const genetic_model *m, void *const *blocks) {
  const double *fitness = blocks[BAUD_POPULATION_FITNESS];
  double *chance = blocks[GENETIC_CHANCE], sum = 0.0;
  uint32_t size = m->population.size;
  for (uint32_t k = 0; k < size; k++) {
    if (fitness[k] < 0.0)
      return m->host->fail(m->host, BAUD_EARG, "genetic: children are to be in proportion to fitness, but a return is negative: "
                                               "choose selection = \"truncation\", or a reward scheme without negative rewards");
    chance[k] = sum += fitness[k];
  }
  for (uint32_t k = 0; k < size && sum == 0.0; k++) chance[k] = k + 1.0;
  return BAUD_OK;
}

static uint32_t genetic_parent(const genetic_model *m, void *const *blocks, const int32_t *order, uint64_t *random) {
  if (m->selection == GENETIC_TRUNCATION) return (uint32_t)order[baud_below(random, m->parents)];
  const double *chance = blocks[GENETIC_CHANCE];
  uint32_t size = m->population.size, low = 0, high = size - 1;
  double at = baud_uniform(random) * chance[size - 1];
  while (low < high) { /* the first whose sum lies above */
    uint32_t middle = low + (high - low) / 2;
    if (chance[middle] > at) high = middle;
    else low = middle + 1;
  }
  return low;
}

static void genetic_mutate(const genetic_model *m, double *genes, uint64_t *random) {
  const baud_population *p = &m->population;
  for (uint32_t i = 0; i < p->genes; i++) {
    if (p->categories == 0) genes[i] += m->sigma * baud_normal(random);
    else if (baud_bernoulli(random, m->mutation)) genes[i] = baud_below(random, p->categories);
  }
}

static void genetic_bear(const genetic_model *m, void *const *blocks, const int32_t *order, double *child) {
  const baud_population *p = &m->population;
  uint64_t *random = blocks[BAUD_POPULATION_RANDOM];
  memcpy(child, baud_genes(p, blocks, genetic_parent(m, blocks, order, random)), p->genes * sizeof *child);
  if (p->genes > 1 && m->crossover > 0.0 && baud_bernoulli(random, m->crossover)) {
    const double *other = baud_genes(p, blocks, genetic_parent(m, blocks, order, random));
    uint32_t point = 1 + baud_below(random, p->genes - 1);
    memcpy(child + point, other + point, (p->genes - point) * sizeof *child);
  }
  genetic_mutate(m, child, random);
}

static int32_t genetic_next_generation(const genetic_model *m, void *const *blocks) {
  const baud_population *p = &m->population;
  const int32_t *order = baud_population_judge(p, blocks);
  double *children = blocks[GENETIC_CHILDREN];
  int32_t code = m->selection == GENETIC_PROPORTIONAL ? genetic_weigh(m, blocks) : BAUD_OK;
  if (code != BAUD_OK) return code;
  memcpy(blocks[BAUD_POPULATION_SETTLED], baud_genes(p, blocks, (uint32_t)order[0]), p->genes * sizeof *children);
  for (uint32_t k = 0; k < p->size; k++) {
    double *child = children + (uint64_t)k * p->genes;
    if (k < m->elites) memcpy(child, baud_genes(p, blocks, (uint32_t)order[k]), p->genes * sizeof *child);
    else genetic_bear(m, blocks, order, child);
  }
  memcpy(blocks[BAUD_POPULATION_GENES], children, (uint64_t)p->size * p->genes * sizeof *children);
  return BAUD_OK;
}

static int32_t genetic_predict(const void *model, void *const *blocks, const baud_tick *tick) {
  baud_population_predict(&((const genetic_model *)model)->population, blocks, tick);
  return BAUD_OK;
}

static int32_t genetic_learn(const void *model, void *const *blocks, const baud_outcome *outcome) {
  const genetic_model *m = model;
  return baud_population_learn(&m->population, blocks, outcome) ? genetic_next_generation(m, blocks) : BAUD_OK;
}

static const baud_learner_ops genetic_ops = { BAUD_SIZE(baud_learner_ops), 0, genetic_create, genetic_destroy,
                                              genetic_init, genetic_predict, genetic_learn };

static const baud_unit genetic_unit = {
  BAUD_SIZE(baud_unit), BAUD_LEARNER, 1, 1, "baud.genetic", "Genetic algorithm",
  "Breeds candidates whose genes are numbers or choices: selection by truncation (Such et al. 2017) or in proportion to "
  "fitness (Hinton and Nowlan 1987), one-point crossover, mutation, elites. An episode judges one candidate, which acts alike "
  "throughout it. Learns from the reward channel alone.",
  genetic_params, GENETIC_PARAMS, 0, &genetic_ops, NULL
};

BAUD_EXPORT const baud_library baud_plugin_1 = {
  BAUD_SIZE(baud_library), BAUD_MINOR, 0, BAUD_LAYOUT, "baud", "1.0", "MIT", &genetic_unit, 1, 0
};
