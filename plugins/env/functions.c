/* functions.c - test functions of continuous optimisation: an action is a point, an episode is one evaluation.
 *
 * The reward is -f(x), f >= 0 with its only global minimum 0: at the origin, but Rosenbrock's at (1, .., 1). An episode
 * succeeds when f(x) is at most `target`, so that the episodes to the first success are the evaluations that an optimiser
 * needs, the usual figure of merit. Definitions as in Hansen and Ostermeier 2001 (Completely derandomized self-adaptation in
 * evolution strategies, Table 3; the ellipsoid's axes 1 to 1000, so that its condition is 1e6):
 *   sphere      sum of x_i^2
 *   ellipsoid   sum of 10^(6 (i-1)/(n-1)) x_i^2
 *   rosenbrock  sum over i < n of 100 (x_i^2 - x_(i+1))^2 + (x_i - 1)^2
 *   rastrigin   10 n + sum of x_i^2 - 10 cos(2 pi x_i), with about 10^n local minima
 * f is computed in double precision from single-precision coordinates. There is no world to be learnt, and no quiz.
 */
#include "baud/plugin.h"

#include <float.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

/* ---- The functions -------------------------------------------------------------------------------------- */

typedef struct point {
  const float *x;       /* [n] */
  const double *weight; /* [n] the ellipsoid's */
  uint32_t n;
  float bound; /* INFINITY: none */
} point;

/* Coordinate i, clipped to the bounds. */
static inline double at(const point *p, uint32_t i) { return (double)fminf(fmaxf(p->x[i], -p->bound), p->bound); }

static double sphere(const point *p) {
  double sum = 0.0;
  for (uint32_t i = 0; i < p->n; i++) sum += at(p, i) * at(p, i);
  return sum;
}

static double ellipsoid(const point *p) {
  double sum = 0.0;
  for (uint32_t i = 0; i < p->n; i++) sum += p->weight[i] * at(p, i) * at(p, i);
  return sum;
}

static double rosenbrock(const point *p) {
  double sum = 0.0;
  for (uint32_t i = 0; i + 1 < p->n; i++) {
    double along = at(p, i) - 1.0, across = at(p, i) * at(p, i) - at(p, i + 1);
    sum += 100.0 * across * across + along * along;
  }
  return sum;
}

static double rastrigin(const point *p) {
  double sum = 0.0;
  for (uint32_t i = 0; i < p->n; i++) {
    double x = at(p, i), half = sin(3.141592653589793 * x); /* 1 - cos(2 a) = 2 sin(a)^2, exact near 0 */
    sum += x * x + 20.0 * half * half;
  }
  return sum;
}

enum { FUNCTION_SPHERE, FUNCTION_ELLIPSOID, FUNCTION_ROSENBROCK, FUNCTION_RASTRIGIN, FUNCTIONS };
static const char *const function_names[FUNCTIONS] = {"sphere", "ellipsoid", "rosenbrock", "rastrigin"};
static double (*const functions[FUNCTIONS])(const point *p) = {sphere, ellipsoid, rosenbrock, rastrigin};

/* ---- What there is -------------------------------------------------------------------------------------- */

enum { FUNCTIONS_P_FUNCTION, FUNCTIONS_P_DIMENSION, FUNCTIONS_P_BOUND, FUNCTIONS_P_TARGET, FUNCTIONS_PARAMS };
static const baud_param functions_params[FUNCTIONS_PARAMS] = {
    BAUD_PARAM_CHOICE("function", FUNCTION_SPHERE, function_names, FUNCTIONS, "what is to be minimised"),
    BAUD_PARAM_INT("dimension", 10, 1, 10000, "", "numbers that a point has; rosenbrock: 2 or more"),
    BAUD_PARAM_FLOAT("bound", 0, 0, 1e6, "", "coordinates are clipped to -bound .. bound; 0: there are no bounds"),
    BAUD_PARAM_FLOAT("target", 1e-9, 0, 1e9, "", "an episode succeeds where f(x) is at most this"),
};

enum { FUNCTIONS_REWARD, FUNCTIONS_REACHED, FUNCTIONS_FACTS };
static const baud_fact functions_facts[FUNCTIONS_FACTS] = {
    {BAUD_SIZE(baud_fact), BAUD_FACT_REWARD, "reward", "", "-f(x)"},
    {BAUD_SIZE(baud_fact), BAUD_FACT_OUTCOME | BAUD_FACT_AT_END, "reached", "", "1 where f(x) is at most the target"},
};

typedef struct functions_model {
  double (*f)(const point *p);
  uint32_t dimension;
  float bound; /* INFINITY: none */
  double target;
  baud_field obs, action;
  double weight[]; /* [dimension] */
} functions_model;

static int32_t functions_create(const baud_host *host, const baud_value *values, baud_env_spec *spec, void **model) {
  uint32_t n = (uint32_t)values[FUNCTIONS_P_DIMENSION].i;
  if (n < 2 && values[FUNCTIONS_P_FUNCTION].i == FUNCTION_ROSENBROCK)
    return host->fail(host, BAUD_EARG, "functions: rosenbrock ties each coordinate to the next: set dimension to 2 or more");
  functions_model *m = calloc(1, sizeof *m + n * sizeof *m->weight);
  if (m == NULL) return host->fail(host, BAUD_ENOMEM, "functions: no memory for the model");
  m->f = functions[values[FUNCTIONS_P_FUNCTION].i];
  m->dimension = n;
  m->bound = values[FUNCTIONS_P_BOUND].f > 0.0 ? (float)values[FUNCTIONS_P_BOUND].f : INFINITY;
  m->target = values[FUNCTIONS_P_TARGET].f;
  for (uint32_t i = 0; i < n; i++) m->weight[i] = n > 1 ? pow(10.0, 6.0 * i / (n - 1.0)) : 1.0;
  m->obs = (baud_field)BAUD_DISCRETE_FIELD("state", 1, "always 0");
  m->action = (baud_field){.size = BAUD_SIZE(baud_field),
                           .dtype = BAUD_F32,
                           .count = n,
                           .rank = 1,
                           .shape = {n, 0, 0},
                           .low = (double)-m->bound,
                           .high = (double)m->bound,
                           .name = "point",
                           .unit = "",
                           .doc = "where the function is evaluated"};
  spec->n_obs = 1;
  spec->n_facts = FUNCTIONS_FACTS;
  spec->max_steps = 1;
  spec->obs = &m->obs;
  spec->action = &m->action;
  spec->facts = functions_facts;
  *model = m;
  return BAUD_OK;
}

/* ---- Reset and step ------------------------------------------------------------------------------------- */

static int32_t functions_reset(const void *model, const baud_batch *batch) {
  (void)model;
  for (uint32_t i = 0; i < batch->n_pick; i++) ((int32_t *)batch->obs[0])[batch->pick[i]] = 0;
  return BAUD_OK;
}

/* f at x; values beyond single precision are its largest. */
static double functions_value(const functions_model *m, const float *x) {
  const point p = {x, m->weight, m->dimension, m->bound};
  double f = m->f(&p);
  return f <= (double)FLT_MAX ? f : (double)FLT_MAX;
}

static int32_t functions_step(const void *model, const baud_batch *batch) {
  const functions_model *m = model;
  for (uint32_t k = 0; k < batch->lanes; k++) {
    double f = functions_value(m, (const float *)batch->action + (size_t)k * m->dimension);
    batch->facts[FUNCTIONS_REWARD][k] = (float)-f;
    batch->facts[FUNCTIONS_REACHED][k] = f <= m->target ? 1.0f : 0.0f;
    batch->flags[k] = BAUD_TERMINATED;
    ((int32_t *)batch->obs[0])[k] = 0;
  }
  return BAUD_OK;
}

static const baud_env_ops functions_ops = {
    BAUD_SIZE(baud_env_ops), 0, functions_create, free, NULL, functions_reset, functions_step};

/* ---- Tables --------------------------------------------------------------------------------------------- */

static const baud_unit functions_units[] = {{
    .size = BAUD_SIZE(baud_unit),
    .role = BAUD_ENV,
    .behaviour = 1,
    .state_version = 1,
    .id = "baud.functions",
    .title = "test functions of continuous optimisation",
    .doc =
        "An action is a point, an episode one evaluation, the reward -f(x): the sphere, an ellipsoid of condition 1e6, "
        "Rosenbrock's and Rastrigin's functions, as in Hansen and Ostermeier 2001. An episode succeeds at f(x) <= target, so "
        "the episodes to the first success are an optimiser's evaluations.",
    .params = functions_params,
    .n_params = FUNCTIONS_PARAMS,
    .ops = &functions_ops,
}};

const baud_library baud_plugin_1 = {
    .size = BAUD_SIZE(baud_library),
    .built_minor = BAUD_MINOR,
    .needs_minor = 0,
    .layout = BAUD_LAYOUT,
    .vendor = "baud",
    .version = "1.0",
    .license = "MIT",
    .units = functions_units,
    .n_units = 1,
};
