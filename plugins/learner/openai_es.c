/* OpenAI-ES, the evolution strategy of Salimans, Ho, Chen, Sidor and Sutskever 2017 (Evolution strategies as a scalable
 * alternative to reinforcement learning, arXiv 1703.03864, Algorithm 1): the gradient of the expected return of candidates
 * theta + sigma eps, eps ~ N(0, I), is estimated from their returns F alone,
 *   g = 1 / (n sigma) * sum over i of u_i eps_i
 * with antithetic pairs, eps and -eps, and with shaped returns: u_i is the rank of F_i, from -1/2 for the worst to 1/2 for
 * the best. Adam climbs it, with a decay of the genes to where they began.
 * Equal returns share the mean of their ranks, so that a generation in which all are alike moves nothing. Genes, lanes and
 * the counting of episodes: population.h.
 */
#include <stdlib.h>
#include <string.h>

#include "baud/population.h"

enum { ES_PARAM_SIGMA = BAUD_POPULATION_PARAMS, ES_PARAM_LR, ES_PARAM_DECAY, ES_PARAM_START, ES_PARAMS };
static const baud_param es_params[ES_PARAMS] = {
  BAUD_POPULATION_PARAM_ROWS(40, "of a generation, in antithetic pairs; an even number"),
  BAUD_PARAM_FLOAT("sigma", 0.02, 1e-12, 1e9, "", "standard deviation of candidates, of the width where the action has bounds"),
  BAUD_PARAM_LIVE_FLOAT("lr", 0.01, 0, 1e6, "", "step size of Adam"),
  BAUD_PARAM_LIVE_FLOAT("decay", 0, 0, 1e6, "", "weight of the pull to the start; Salimans et al.: 0.005"),
  BAUD_PARAM_FLOAT("start", 0, -1e9, 1e9, "", "where it begins, each gene; where the action has bounds: in the middle")
};

enum {
  ES_MOMENTS = BAUD_POPULATION_BLOCKS, /* [n] means of the gradient, [n] of its square */
  ES_STEPS,                            /* [1] of Adam */
  ES_WORK,                             /* [candidate] u, then [n] g */
  ES_BLOCKS
};

typedef struct es_model {
  baud_population population;
  double sigma, lr, decay, start;
  baud_block blocks[ES_BLOCKS];
} es_model;

static const double es_beta_1 = 0.9, es_beta_2 = 0.999, es_epsilon = 1e-8; /* Adam's (Kingma and Ba 2015) */

static int32_t es_create(const baud_host *host, const baud_value *values, baud_learner_setup *setup, void **model) {
  uint32_t size = (uint32_t)values[BAUD_POPULATION_SIZE].i;
  if (size < 2 || size % 2)
    return host->fail(host, BAUD_EARG, "openai_es: candidates come in antithetic pairs: set population to an even number");
  es_model *m = calloc(1, sizeof *m);
  if (m == NULL) return host->fail(host, BAUD_ENOMEM, "there is no memory for the learner");
  int32_t code = baud_population_open(host, setup, BAUD_GENES_NUMBERS, size, (uint32_t)values[BAUD_POPULATION_EPISODES].i,
                                      &m->population, m->blocks);
  if (code != BAUD_OK) {
    free(m);
    return code;
  }
  uint64_t n = m->population.genes;
  m->sigma = values[ES_PARAM_SIGMA].f;
  m->lr = values[ES_PARAM_LR].f;
  m->decay = values[ES_PARAM_DECAY].f;
  m->start = m->population.is_bounded ? 0.5 : values[ES_PARAM_START].f;
  m->blocks[ES_MOMENTS] = baud_block_of(BAUD_F64, BAUD_OPTIMISER, 0, 2 * n, "moments");
  m->blocks[ES_STEPS] = baud_block_of(BAUD_F64, BAUD_OPTIMISER, 0, 1, "steps");
  m->blocks[ES_WORK] = baud_block_of(BAUD_F64, BAUD_SCRATCH, 0, size + n, "work");
  setup->blocks = m->blocks;
  setup->n_blocks = ES_BLOCKS;
  *model = m;
  return BAUD_OK;
}

static void es_destroy(void *model) { free(model); }

/* Draws pairs theta + sigma eps, theta - sigma eps. */
static void es_sample(const es_model *m, void *const *blocks) {
  const double *theta = blocks[BAUD_POPULATION_SETTLED];
  for (uint32_t k = 0; k < m->population.size; k += 2) {
    double *up = baud_genes(&m->population, blocks, k), *down = baud_genes(&m->population, blocks, k + 1);
    for (uint32_t i = 0; i < m->population.genes; i++) {
      double away = m->sigma * baud_normal(blocks[BAUD_POPULATION_RANDOM]);
      up[i] = theta[i] + away;
      down[i] = theta[i] - away;
    }
  }
}

static int32_t es_init(const void *model, void *const *blocks, uint64_t seed) {
  const es_model *m = model;
  double *theta = blocks[BAUD_POPULATION_SETTLED];
  for (uint32_t i = 0; i < m->population.genes; i++) theta[i] = m->start;
  *(uint64_t *)blocks[BAUD_POPULATION_RANDOM] = seed;
  es_sample(m, blocks);
  return BAUD_OK;
}

/* u [candidate], the centred ranks; they sum to 0. */
static void es_shape(const es_model *m, const double *fitness, const int32_t *order, double *u) {
  uint32_t n = m->population.size;
  for (uint32_t first = 0, next; first < n; first = next) {
    for (next = first + 1; next < n && fitness[order[next]] == fitness[order[first]];) next++;
    double rank = 0.5 * (first + next - 1.0); /* the mean of first .. next - 1 */
    for (uint32_t k = first; k < next; k++) u[order[k]] = 0.5 - rank / (n - 1.0);
  }
}

/* theta climbs g [n]. */
static void es_climb(const es_model *m, void *const *blocks, const double *g) {
  uint32_t n = m->population.genes;
  double *theta = blocks[BAUD_POPULATION_SETTLED], *mean = blocks[ES_MOMENTS], *square = mean + n, *steps = blocks[ES_STEPS];
  *steps += 1.0;
  double rate = m->lr * sqrt(1.0 - pow(es_beta_2, *steps)) / (1.0 - pow(es_beta_1, *steps));
  for (uint32_t i = 0; i < n; i++) {
    double slope = g[i] - m->decay * (theta[i] - m->start);
    mean[i] += (1.0 - es_beta_1) * (slope - mean[i]);
    square[i] += (1.0 - es_beta_2) * (slope * slope - square[i]);
    theta[i] += rate * mean[i] / (sqrt(square[i]) + es_epsilon);
  }
}

static void es_next_generation(const es_model *m, void *const *blocks) {
  const baud_population *p = &m->population;
  const int32_t *order = baud_population_judge(p, blocks);
  const double *theta = blocks[BAUD_POPULATION_SETTLED];
  double *u = blocks[ES_WORK], *g = u + p->size;
  es_shape(m, blocks[BAUD_POPULATION_FITNESS], order, u);
  memset(g, 0, p->genes * sizeof *g);
  for (uint32_t k = 0; k < p->size; k += 2) {
    const double *up = baud_genes(p, blocks, k);
    double weight = (u[k] - u[k + 1]) / (p->size * m->sigma * m->sigma);
    for (uint32_t i = 0; i < p->genes; i++) g[i] += weight * (up[i] - theta[i]);
  }
  es_climb(m, blocks, g);
  es_sample(m, blocks);
}

static int32_t es_predict(const void *model, void *const *blocks, const baud_tick *tick) {
  baud_population_predict(&((const es_model *)model)->population, blocks, tick);
  return BAUD_OK;
}

static int32_t es_learn(const void *model, void *const *blocks, const baud_outcome *outcome) {
  const es_model *m = model;
  if (baud_population_learn(&m->population, blocks, outcome)) es_next_generation(m, blocks);
  return BAUD_OK;
}

static const baud_learner_ops es_ops = { BAUD_SIZE(baud_learner_ops), 0, es_create, es_destroy,
                                         es_init, es_predict, es_learn };

static const baud_unit es_unit = {
  BAUD_SIZE(baud_unit), BAUD_LEARNER, 1, 1, "baud.openai_es", "OpenAI-ES",
  "An evolution strategy that estimates a gradient from the ranks of antithetic candidates and climbs it by Adam (Salimans "
  "et al. 2017). An episode judges one candidate, which acts alike throughout it. Learns from the reward channel alone.",
  es_params, ES_PARAMS, 0, &es_ops, NULL
};

BAUD_EXPORT const baud_library baud_plugin_1 = {
  BAUD_SIZE(baud_library), BAUD_MINOR, 0, BAUD_LAYOUT, "baud", "1.0", "MIT", &es_unit, 1, 0
};
