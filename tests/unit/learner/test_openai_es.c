/* test_openai_es.c - OpenAI-ES: its gradient against what it is to be, its step against Adam's, and where it gets.
 */
#define baud_plugin_1 es_library
#include "../../../plugins/learner/openai_es.c" /* first: cmocka has a macro named fail */
#undef baud_plugin_1

#include "flock.h"
#include "../test.h"

enum { N = 5, SIZE = 12 };
static const flock_setting small[] = {{"population", SIZE}, {"sigma", 0.3}, {"decay", 0.1}, {"start", 0.5}, {NULL, 0}};

static const double *settled(const flock *f) { return f->at[BAUD_POPULATION_SETTLED]; }

static float slope(const void *ctx, const void *action) {
  const float *weight = ctx, *x = action;
  float sum = 0.0f;
  for (int i = 0; i < N; i++) sum += weight[i] * x[i];
  return sum;
}

/* Two generations again, from the candidates: u by counting how many are worse, Algorithm 1's sum, Adam's two moments. */
static void a_step_is_adams_on_the_ranked_sum(void **unused) {
  static const float weight[N] = {1, -2, 0.5f, 0, 3};
  double theta[N], mean[N] = {0}, square[N] = {0};
  flock f;
  (void)unused;
  flock_open(&f, &es_library, flock_numbers(N, -INFINITY, INFINITY), SIZE, small);
  flock_init(&f, 4);
  for (int i = 0; i < N; i++) theta[i] = 0.5;
  for (int t = 1; t <= 2; t++) {
    double x[SIZE][N], g[N] = {0};
    float reward[SIZE];
    for (uint32_t k = 0; k < SIZE; k++) memcpy(x[k], baud_genes(&((const es_model *)f.model)->population, f.at, k), sizeof x[k]);
    (void)flock_episode(&f, slope, weight);
    memcpy(reward, f.reward, sizeof reward);
    for (int k = 0; k < SIZE; k++) {
      int worse = 0;
      for (int j = 0; j < SIZE; j++) worse += reward[j] < reward[k];
      for (int i = 0; i < N; i++) g[i] += (worse / (SIZE - 1.0) - 0.5) * (x[k][i] - theta[i]) / 0.3 / (SIZE * 0.3);
      for (int i = 0; i < N; i++) assert_close(x[k][i] + x[k ^ 1][i], 2.0 * theta[i], 1e-12); /* antithetic */
    }
    for (int i = 0; i < N; i++) {
      g[i] -= 0.1 * (theta[i] - 0.5);
      mean[i] = 0.9 * mean[i] + 0.1 * g[i];
      square[i] = 0.999 * square[i] + 0.001 * g[i] * g[i];
      double corrected = 0.01 * sqrt(1.0 - pow(0.999, t)) / (1.0 - pow(0.9, t));
      theta[i] += corrected * mean[i] / (sqrt(square[i]) + 1e-8);
      assert_close(settled(&f)[i], theta[i], 1e-12);
    }
  }
  flock_close(&f);
}

/* Of equal returns each has the mean of their ranks; so u sums to 0, and where all are alike it is 0. */
static void equal_returns_share_their_ranks(void **unused) {
  static const double fitness[6] = {2, 1, 2, 0, 2, 1};
  static const int32_t order[6] = {0, 2, 4, 1, 5, 3}; /* ranks 5, 4, 3 shared; 2, 1 shared; 0 */
  static const double wanted[6] = {0.3, -0.2, 0.3, -0.5, 0.3, -0.2};
  static const double flat[6] = {7, 7, 7, 7, 7, 7};
  const es_model m = {.population = {.size = 6}};
  double u[6];
  (void)unused;
  es_shape(&m, fitness, order, u);
  for (int i = 0; i < 6; i++) assert_close(u[i], wanted[i], 1e-15);
  es_shape(&m, flat, order, u);
  for (int i = 0; i < 6; i++) assert_true(u[i] == 0.0);
}

/* On f = w.x the shaped sum points along w: with pairs, E u_i eps_i is a multiple of w. Over 4,000 generations a component
 * across w is a mean of terms with deviation below 1 / (sigma sqrt(12 SIZE)); six of these are exceeded with probability
 * 2e-9, in each of two components. lr = 0 keeps theta where it is; g is read back from the moments, which forget slowly:
 * it is taken from the candidates instead. */
static void its_gradient_points_uphill(void **unused) {
  enum { GENERATIONS = 4000 };
  static const flock_setting still[] = {{"population", SIZE}, {"sigma", 0.5}, {"lr", 0}, {NULL, 0}};
  static const float weight[N] = {3, 4, 0, 0, 0};
  double sum[N] = {0};
  flock f;
  (void)unused;
  flock_open(&f, &es_library, flock_numbers(N, -INFINITY, INFINITY), SIZE, still);
  flock_init(&f, 4);
  for (int t = 0; t < GENERATIONS; t++) {
    (void)flock_episode(&f, slope, weight);
    const double *g = (const double *)f.at[ES_WORK] + SIZE;
    for (int i = 0; i < N; i++) sum[i] += g[i] / GENERATIONS;
  }
  double error = 6.0 / (0.5 * sqrt(12.0 * SIZE) * sqrt(GENERATIONS)), along = 0.6 * sum[0] + 0.8 * sum[1];
  assert_true(fabs(0.8 * sum[0] - 0.6 * sum[1]) < error);
  for (int i = 2; i < N; i++) assert_true(fabs(sum[i]) < error);
  assert_true(along > 20.0 * error);
  flock_close(&f);
}

static void it_descends_the_sphere_and_the_valley(void **unused) {
  static const struct { int which; double from, to; } cases[] = {{FUNCTION_SPHERE, 10.0, 0.02}, {FUNCTION_ROSENBROCK, 9.0, 2.0}};
  static const flock_setting settings[] = {{"population", 20}, {"lr", 0.02}, {"start", 1.0}, {NULL, 0}};
  static const flock_setting valley[] = {{"population", 20}, {"lr", 0.02}, {"start", 0.0}, {NULL, 0}};
  (void)unused;
  for (size_t c = 0; c < 2; c++) {
    const flock_function function = flock_function_of(cases[c].which, 10);
    flock f;
    flock_open(&f, &es_library, flock_numbers(10, -INFINITY, INFINITY), 20, c == 0 ? settings : valley);
    flock_init(&f, 4);
    flock_predict(&f, BAUD_PLAY);
    assert_close(-(double)flock_value(&function, flock_action(&f, 0)), cases[c].from, 1e-6);
    for (int t = 0; t < 3000; t++) (void)flock_episode(&f, flock_value, &function);
    flock_predict(&f, BAUD_PLAY);
    assert_true(-(double)flock_value(&function, flock_action(&f, 0)) < cases[c].to);
    flock_close(&f);
  }
}

static void what_it_learns_does_not_depend_on_the_number_of_lanes(void **unused) {
  static const uint32_t lanes[] = {1, 5, SIZE, 50};
  static const float weight[N] = {1, -2, 0.5f, 0, 3};
  uint64_t wanted = 0;
  (void)unused;
  for (size_t i = 0; i < sizeof lanes / sizeof *lanes; i++) {
    flock f;
    flock_open(&f, &es_library, flock_numbers(N, -INFINITY, INFINITY), lanes[i], small);
    flock_init(&f, 9);
    while (*(const double *)f.at[ES_STEPS] < 20.0) (void)flock_episode(&f, slope, weight);
    uint64_t hash = flock_hash(&f, 0, ES_STEPS);
    if (i == 0) wanted = hash;
    assert_true(hash == wanted);
    flock_close(&f);
  }
}

static void places_that_do_not_fit_are_refused(void **unused) {
  static const flock_setting odd[] = {{"population", 7}, {NULL, 0}};
  flock f;
  (void)unused;
  assert_int_equal(flock_try(&f, &es_library, flock_choices(3, 2, BAUD_I32), 1, small), BAUD_EARG);
  assert_non_null(strstr(f.why, "use genetic"));
  assert_int_equal(flock_try(&f, &es_library, flock_numbers(3, 0, 1), 1, odd), BAUD_EARG);
  assert_non_null(strstr(f.why, "even number"));
}

int main(void) {
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(a_step_is_adams_on_the_ranked_sum),
      cmocka_unit_test(equal_returns_share_their_ranks),
      cmocka_unit_test(its_gradient_points_uphill),
      cmocka_unit_test(it_descends_the_sphere_and_the_valley),
      cmocka_unit_test(what_it_learns_does_not_depend_on_the_number_of_lanes),
      cmocka_unit_test(places_that_do_not_fit_are_refused),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
