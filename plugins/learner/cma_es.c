/* CMA-ES, the evolution strategy with covariance matrix adaptation (Hansen and Ostermeier 2001), as in Hansen's tutorial
 * (arXiv 1604.00772; its equations and Table 1 are meant below): each generation draws candidates x = m + sigma y,
 * y ~ N(0, C), ranks them by their returns, moves the mean m to where the better ones are, and makes steps like those that
 * led there likelier: C by the path of the mean and by the ranked steps, with negative weights for the worse half (active),
 * sigma by the length of the conjugate path.
 * Only ranks count, so any growing function of the return is optimised alike, and the parameters are those of Table 1, a
 * function of the number of genes and of candidates alone. C = B D^2 B' is decomposed every 1 / (10 n (c_1 + c_mu))
 * generations, so that its cost stays that of the sampling. Genes, lanes and the counting of episodes: population.h.
 */
#include <stdlib.h>
#include <string.h>

#include "baud/population.h"

enum { CMA_PARAM_SIGMA = BAUD_POPULATION_PARAMS, CMA_PARAM_START, CMA_PARAM_ACTIVE, CMA_PARAMS };
static const baud_param cma_params[CMA_PARAMS] = {
  BAUD_POPULATION_PARAM_ROWS(0, "of a generation; 0: 4 + floor(3 ln n) of n genes"),
  BAUD_PARAM_FLOAT("sigma", 0.3, 1e-12, 1e9, "", "step size to begin with, of the width where the action has bounds"),
  BAUD_PARAM_FLOAT("start", 0, -1e9, 1e9, "", "where the mean begins, each gene; where the action has bounds: in the middle"),
  BAUD_PARAM_FLAG("active", 1, "the worse half's steps are made less likely, too")
};

enum {
  CMA_PATH_SIGMA = BAUD_POPULATION_BLOCKS, /* [n] p_sigma */
  CMA_PATH_C,                              /* [n] p_c */
  CMA_COVARIANCE,                          /* [n][n] C */
  CMA_BASIS,                               /* [n][n] B, eigenvectors are its columns */
  CMA_AXES,                                /* [n] D, square roots of the eigenvalues */
  CMA_STATE,                               /* cma_state */
  CMA_WORK,                                /* [n][n], then [3][n] */
  CMA_BLOCKS
};

typedef struct cma_state {
  double sigma, generation, decomposed; /* decomposed: the generation in which C was, last */
} cma_state;

typedef struct cma_model {
  baud_population population;
  uint32_t parents; /* mu */
  double sigma, start;
  double mass;      /* mu_eff of the positive weights */
  double c_sigma, d_sigma, c_c, c_1, c_mu, weight_sum, length; /* length: E |N(0, I)| */
  double gap;       /* generations from one decomposition to the next */
  baud_block blocks[CMA_BLOCKS];
  double weight[];  /* [candidates] by rank */
} cma_model;

/* ---- Creation ------------------------------------------------------------------------------------------- */

static double cma_mass(const double *weight, uint32_t from, uint32_t to) {
  double sum = 0.0, squares = 0.0;
  for (uint32_t i = from; i < to; i++) {
    sum += weight[i];
    squares += weight[i] * weight[i];
  }
  return squares > 0.0 ? sum * sum / squares : 0.0;
}

/* Eq. 49 to 53: raw weights, their positive part summing to 1, the negative one as far as C stays positive definite. */
static void cma_weigh(cma_model *m, int64_t is_active) {
  uint32_t size = m->population.size;
  double n = m->population.genes, positive = 0.0, negative = 0.0;
  double mass_negative = cma_mass(m->weight, m->parents, size);
  double most = fmin(1.0 + m->c_1 / m->c_mu, 1.0 + 2.0 * mass_negative / (m->mass + 2.0));
  most = fmin(most, (1.0 - m->c_1 - m->c_mu) / (n * m->c_mu));
  for (uint32_t i = 0; i < size; i++) *(m->weight[i] >= 0.0 ? &positive : &negative) += fabs(m->weight[i]);
  for (uint32_t i = 0; i < size; i++) {
    if (m->weight[i] >= 0.0) m->weight[i] /= positive;
    else m->weight[i] *= is_active && negative > 0.0 ? most / negative : 0.0;
    m->weight_sum += m->weight[i];
  }
}

/* Table 1. */
static void cma_configure(cma_model *m, int64_t is_active) {
  uint32_t size = m->population.size;
  double n = m->population.genes;
  m->parents = size / 2;
  for (uint32_t i = 0; i < size; i++) m->weight[i] = log(0.5 * (size + 1.0)) - log(i + 1.0);
  double mass = m->mass = cma_mass(m->weight, 0, m->parents);
  m->c_sigma = (mass + 2.0) / (n + mass + 5.0);
  m->d_sigma = 1.0 + 2.0 * fmax(0.0, sqrt((mass - 1.0) / (n + 1.0)) - 1.0) + m->c_sigma;
  m->c_c = (4.0 + mass / n) / (n + 4.0 + 2.0 * mass / n);
  m->c_1 = 2.0 / ((n + 1.3) * (n + 1.3) + mass);
  m->c_mu = fmin(1.0 - m->c_1, 2.0 * (0.25 + mass + 1.0 / mass - 2.0) / ((n + 2.0) * (n + 2.0) + mass));
  m->length = sqrt(n) * (1.0 - 1.0 / (4.0 * n) + 1.0 / (21.0 * n * n));
  m->gap = 1.0 / (10.0 * n * (m->c_1 + m->c_mu));
  cma_weigh(m, is_active);
}

static void cma_declare(cma_model *m) {
  uint64_t n = m->population.genes;
  baud_block *b = m->blocks;
  b[CMA_PATH_SIGMA] = baud_block_of(BAUD_F64, BAUD_OPTIMISER, 0, n, "path_sigma");
  b[CMA_PATH_C] = baud_block_of(BAUD_F64, BAUD_OPTIMISER, 0, n, "path_c");
  b[CMA_COVARIANCE] = baud_block_of(BAUD_F64, BAUD_OPTIMISER, 0, n * n, "covariance");
  b[CMA_BASIS] = baud_block_of(BAUD_F64, BAUD_OPTIMISER, 0, n * n, "basis");
  b[CMA_AXES] = baud_block_of(BAUD_F64, BAUD_OPTIMISER, 0, n, "axes");
  b[CMA_STATE] = baud_block_of(BAUD_F64, BAUD_OPTIMISER, 0, sizeof(cma_state) / sizeof(double), "state");
  b[CMA_WORK] = baud_block_of(BAUD_F64, BAUD_SCRATCH, 0, n * n + 3 * n, "work");
}

static int32_t cma_create(const baud_host *host, const baud_value *values, baud_learner_setup *setup, void **model) {
  uint32_t n = setup->action->count, size = (uint32_t)values[BAUD_POPULATION_SIZE].i;
  if (size == 0) size = 4 + (uint32_t)floor(3.0 * log(n));
  if (size < 4) return host->fail(host, BAUD_EARG, "cma_es: ranks at least 4 candidates: set population to 4 or more, or to 0");
  if (n > 1000) return host->fail(host, BAUD_EARG, "cma_es: keeps a covariance matrix, of at most 1000 genes: use openai_es");
  cma_model *m = calloc(1, sizeof *m + size * sizeof *m->weight);
  if (m == NULL) return host->fail(host, BAUD_ENOMEM, "there is no memory for the learner");
  int32_t code = baud_population_open(host, setup, BAUD_GENES_NUMBERS, size, (uint32_t)values[BAUD_POPULATION_EPISODES].i,
                                      &m->population, m->blocks);
  if (code != BAUD_OK) {
    free(m);
    return code;
  }
  m->sigma = values[CMA_PARAM_SIGMA].f;
  m->start = m->population.is_bounded ? 0.5 : values[CMA_PARAM_START].f;
  cma_configure(m, values[CMA_PARAM_ACTIVE].i);
  cma_declare(m);
  setup->blocks = m->blocks;
  setup->n_blocks = CMA_BLOCKS;
  *model = m;
  return BAUD_OK;
}

static void cma_destroy(void *model) { free(model); }

/* ---- Eigenvectors --------------------------------------------------------------------------------------- */

/* One Jacobi rotation that makes a[p][q] zero, of a symmetric [n][n] and of the basis (Golub and Van Loan, 8.5). */
static void cma_rotate(double *a, double *basis, uint64_t n, uint64_t p, uint64_t q) {
  double off = a[p * n + q];
  if (off == 0.0) return;
  double tau = (a[q * n + q] - a[p * n + p]) / (2.0 * off);
  double t = (tau >= 0.0 ? 1.0 : -1.0) / (fabs(tau) + sqrt(1.0 + tau * tau)), c = 1.0 / sqrt(1.0 + t * t), s = t * c;
  for (uint64_t k = 0; k < n; k++) {
    double x = a[k * n + p], y = a[k * n + q];
    a[k * n + p] = c * x - s * y;
    a[k * n + q] = s * x + c * y;
  }
  for (uint64_t k = 0; k < n; k++) {
    double x = a[p * n + k], y = a[q * n + k];
    a[p * n + k] = c * x - s * y;
    a[q * n + k] = s * x + c * y;
  }
  for (uint64_t k = 0; k < n; k++) {
    double x = basis[k * n + p], y = basis[k * n + q];
    basis[k * n + p] = c * x - s * y;
    basis[k * n + q] = s * x + c * y;
  }
}

/* a [n][n], symmetric, becomes diagonal: its eigenvalues; the columns of basis [n][n] are its eigenvectors. */
static void cma_diagonalise(double *a, double *basis, uint64_t n) {
  enum { SWEEPS = 60 };
  for (uint64_t i = 0; i < n * n; i++) basis[i] = i % (n + 1) == 0;
  for (int sweep = 0; sweep < SWEEPS; sweep++) {
    double off = 0.0, all = 0.0;
    for (uint64_t p = 0; p < n; p++)
      for (uint64_t q = 0; q < n; q++) *(p == q ? &all : &off) += a[p * n + q] * a[p * n + q];
    if (off <= 1e-30 * all) return;
    for (uint64_t p = 0; p < n; p++)
      for (uint64_t q = p + 1; q < n; q++) cma_rotate(a, basis, n, p, q);
  }
}

/* B and D from C, its condition held below 1e14. */
static void cma_decompose(const cma_model *m, void *const *blocks) {
  uint64_t n = m->population.genes;
  double *work = blocks[CMA_WORK], *axes = blocks[CMA_AXES], largest = 0.0;
  memcpy(work, blocks[CMA_COVARIANCE], n * n * sizeof *work);
  cma_diagonalise(work, blocks[CMA_BASIS], n);
  for (uint64_t i = 0; i < n; i++) largest = fmax(largest, work[i * n + i]);
  for (uint64_t i = 0; i < n; i++) axes[i] = sqrt(fmax(work[i * n + i], 1e-14 * largest));
}

/* ---- A generation --------------------------------------------------------------------------------------- */

/* y <- B z (back == 0) or B' z. */
static void cma_turn(const double *basis, uint64_t n, const double *z, double *y) {
  for (uint64_t i = 0; i < n; i++) {
    y[i] = 0.0;
    for (uint64_t j = 0; j < n; j++) y[i] += basis[i * n + j] * z[j];
  }
}
static void cma_turn_back(const double *basis, uint64_t n, const double *y, double *z) {
  memset(z, 0, n * sizeof *z);
  for (uint64_t i = 0; i < n; i++)
    for (uint64_t j = 0; j < n; j++) z[j] += basis[i * n + j] * y[i];
}

/* x = m + sigma B D z, z ~ N(0, I) (eq. 38 to 40). */
static void cma_sample(const cma_model *m, void *const *blocks) {
  const double *mean = blocks[BAUD_POPULATION_SETTLED], *axes = blocks[CMA_AXES];
  double sigma = ((const cma_state *)blocks[CMA_STATE])->sigma;
  uint64_t n = m->population.genes;
  double *z = (double *)blocks[CMA_WORK] + n * n;
  for (uint32_t k = 0; k < m->population.size; k++) {
    double *genes = baud_genes(&m->population, blocks, k);
    for (uint64_t i = 0; i < n; i++) z[i] = axes[i] * baud_normal(blocks[BAUD_POPULATION_RANDOM]);
    cma_turn(blocks[CMA_BASIS], n, z, genes);
    for (uint64_t i = 0; i < n; i++) genes[i] = mean[i] + sigma * genes[i];
  }
}

static int32_t cma_init(const void *model, void *const *blocks, uint64_t seed) {
  const cma_model *m = model;
  uint64_t n = m->population.genes;
  double *mean = blocks[BAUD_POPULATION_SETTLED], *c = blocks[CMA_COVARIANCE];
  for (uint64_t i = 0; i < n; i++) mean[i] = m->start;
  for (uint64_t i = 0; i < n * n; i++) c[i] = i % (n + 1) == 0;
  *(cma_state *)blocks[CMA_STATE] = (cma_state){ m->sigma, 0.0, 0.0 };
  *(uint64_t *)blocks[BAUD_POPULATION_RANDOM] = seed;
  cma_decompose(m, blocks);
  cma_sample(m, blocks);
  return BAUD_OK;
}

/* The paths (eq. 43 and 45), with step [n] the weighted mean of the better half's y; h_sigma, 0 while sigma grows too slowly. */
static double cma_walk(const cma_model *m, void *const *blocks, const double *step) {
  cma_state *state = blocks[CMA_STATE];
  uint64_t n = m->population.genes;
  const double *axes = blocks[CMA_AXES];
  double *path = blocks[CMA_PATH_SIGMA], *path_c = blocks[CMA_PATH_C];
  double *z = (double *)blocks[CMA_WORK] + n * n + n, *white = z + n, squares = 0.0;
  cma_turn_back(blocks[CMA_BASIS], n, step, z);
  for (uint64_t i = 0; i < n; i++) z[i] /= axes[i];
  cma_turn(blocks[CMA_BASIS], n, z, white); /* C^(-1/2) step */
  double push = sqrt(m->c_sigma * (2.0 - m->c_sigma) * m->mass);
  for (uint64_t i = 0; i < n; i++) {
    path[i] += -m->c_sigma * path[i] + push * white[i];
    squares += path[i] * path[i];
  }
  double grown = 1.0 - pow(1.0 - m->c_sigma, 2.0 * (state->generation + 1.0)), length = sqrt(squares);
  double h = length / sqrt(grown) < (1.4 + 2.0 / ((double)n + 1.0)) * m->length;
  push = h * sqrt(m->c_c * (2.0 - m->c_c) * m->mass);
  for (uint64_t i = 0; i < n; i++) path_c[i] += -m->c_c * path_c[i] + push * step[i];
  state->sigma *= exp(m->c_sigma / m->d_sigma * (length / m->length - 1.0)); /* eq. 44 */
  return h;
}

/* C += weight y y' of its upper half and lower half alike. */
static void cma_add(double *c, uint64_t n, double weight, const double *y) {
  for (uint64_t i = 0; i < n; i++) {
    double scaled = weight * y[i];
    for (uint64_t j = 0; j < n; j++) c[i * n + j] += scaled * y[j];
  }
}

/* |C^(-1/2) y|^2 */
static double cma_squared_length(const cma_model *m, void *const *blocks, const double *y) {
  const double *axes = blocks[CMA_AXES];
  uint64_t n = m->population.genes;
  double *z = (double *)blocks[CMA_WORK] + n * n + n, squares = 0.0;
  cma_turn_back(blocks[CMA_BASIS], n, y, z);
  for (uint64_t i = 0; i < n; i++) squares += z[i] / axes[i] * (z[i] / axes[i]);
  return squares;
}

/* Eq. 46 and 47, of the steps y that stand in the genes. */
static void cma_adapt(const cma_model *m, void *const *blocks, const int32_t *order, double h) {
  uint64_t n = m->population.genes;
  double *c = blocks[CMA_COVARIANCE];
  double missed = (1.0 - h) * m->c_c * (2.0 - m->c_c);
  double kept = 1.0 + m->c_1 * missed - m->c_1 - m->c_mu * m->weight_sum;
  for (uint64_t i = 0; i < n * n; i++) c[i] *= kept;
  cma_add(c, n, m->c_1, blocks[CMA_PATH_C]);
  for (uint32_t rank = 0; rank < m->population.size; rank++) {
    const double *y = baud_genes(&m->population, blocks, (uint32_t)order[rank]);
    double weight = m->weight[rank];
    if (weight < 0.0) weight *= (double)n / (cma_squared_length(m, blocks, y) + 1e-300);
    if (weight != 0.0) cma_add(c, n, m->c_mu * weight, y);
  }
}

/* Where the better seven tenths are all alike there is nothing to go by, and steps grow (the tutorial's appendix B.4). */
static void cma_leave_plateau(const cma_model *m, void *const *blocks, const int32_t *order) {
  const double *fitness = blocks[BAUD_POPULATION_FITNESS];
  uint32_t rank = (uint32_t)ceil(0.7 * m->population.size) - 1;
  cma_state *state = blocks[CMA_STATE];
  if (fitness[order[0]] == fitness[order[rank]]) state->sigma *= exp(0.2 + m->c_sigma / m->d_sigma);
  state->sigma = fmin(fmax(state->sigma, 1e-150), 1e30);
}

static void cma_next_generation(const cma_model *m, void *const *blocks) {
  const int32_t *order = baud_population_judge(&m->population, blocks);
  cma_state *state = blocks[CMA_STATE];
  uint64_t n = m->population.genes;
  double *mean = blocks[BAUD_POPULATION_SETTLED], *step = (double *)blocks[CMA_WORK] + n * n, before = state->sigma;
  for (uint32_t k = 0; k < m->population.size; k++) {
    double *genes = baud_genes(&m->population, blocks, k);
    for (uint64_t i = 0; i < n; i++) genes[i] = (genes[i] - mean[i]) / before;
  }
  memset(step, 0, n * sizeof *step);
  for (uint32_t rank = 0; rank < m->parents; rank++) {
    const double *y = baud_genes(&m->population, blocks, (uint32_t)order[rank]);
    for (uint64_t i = 0; i < n; i++) step[i] += m->weight[rank] * y[i];
  }
  for (uint64_t i = 0; i < n; i++) mean[i] += before * step[i]; /* eq. 41 and 42, c_m = 1 */
  cma_adapt(m, blocks, order, cma_walk(m, blocks, step));
  cma_leave_plateau(m, blocks, order);
  state->generation += 1.0;
  if (state->generation - state->decomposed >= m->gap) {
    cma_decompose(m, blocks);
    state->decomposed = state->generation;
  }
  cma_sample(m, blocks);
}

/* ---- Contract ------------------------------------------------------------------------------------------- */

static int32_t cma_predict(const void *model, void *const *blocks, const baud_tick *tick) {
  baud_population_predict(&((const cma_model *)model)->population, blocks, tick);
  return BAUD_OK;
}

static int32_t cma_learn(const void *model, void *const *blocks, const baud_outcome *outcome) {
  const cma_model *m = model;
  if (baud_population_learn(&m->population, blocks, outcome)) cma_next_generation(m, blocks);
  return BAUD_OK;
}

static const baud_learner_ops cma_ops = { BAUD_SIZE(baud_learner_ops), 0, cma_create, cma_destroy,
                                          cma_init, cma_predict, cma_learn };

static const baud_unit cma_unit = {
  BAUD_SIZE(baud_unit), BAUD_LEARNER, 1, 1, "baud.cma_es", "CMA-ES",
  "An evolution strategy that learns the covariance of its steps (Hansen and Ostermeier 2001), with the settings of "
  "Hansen's tutorial, arXiv 1604.00772. An episode judges one candidate, which acts alike throughout it. Learns from the "
  "reward channel alone.",
  cma_params, CMA_PARAMS, 0, &cma_ops, NULL
};

BAUD_EXPORT const baud_library baud_plugin_1 = {
  BAUD_SIZE(baud_library), BAUD_MINOR, 0, BAUD_LAYOUT, "baud", "1.0", "MIT", &cma_unit, 1, 0
};
