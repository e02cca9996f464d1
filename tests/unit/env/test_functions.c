/* test_functions.c - the test functions at points where their values are known, and what an episode is.
 */
#include "../../../plugins/env/functions.c" /* first: cmocka has a macro named fail */

#include <stdio.h>
#include <setjmp.h>
#include <stdarg.h>
#include <cmocka.h>

enum { MOST = 4, LANES = 3 };

typedef struct stage {
  baud_env_spec spec;
  void *model;
  float x[LANES * MOST], reward[LANES], reached[LANES];
  int32_t seen[LANES];
  uint8_t flags[LANES];
} stage;

static char refusal[200];
static int32_t refuse(const baud_host *host, int32_t code, const char *why) {
  (void)host;
  snprintf(refusal, sizeof refusal, "%s", why);
  return code;
}
static const baud_host host = {.size = BAUD_SIZE(baud_host), .fail = refuse};

static int32_t open_stage(stage *s, int which, int dimension, double bound) {
  baud_value values[FUNCTIONS_PARAMS] = {{.i = which}, {.i = dimension}, {.f = bound}, {.f = 1e-9}};
  memset(s, 0, sizeof *s);
  s->spec.size = BAUD_SIZE(baud_env_spec);
  return functions_create(&host, values, &s->spec, &s->model);
}

static void evaluate(stage *s) {
  float *facts[FUNCTIONS_FACTS] = {s->reward, s->reached};
  void *obs[1] = {s->seen};
  baud_batch batch = {.size = BAUD_SIZE(baud_batch), .lanes = LANES, .action = s->x, .obs = obs, .facts = facts, .flags = s->flags};
  assert_int_equal(functions_step(s->model, &batch), BAUD_OK);
}

static double value_at(int which, int dimension, double bound, const float *x) {
  stage s;
  assert_int_equal(open_stage(&s, which, dimension, bound), BAUD_OK);
  memcpy(s.x + dimension, x, (size_t)dimension * sizeof *x); /* the second lane's */
  evaluate(&s);
  free(s.model);
  return -(double)s.reward[1];
}

static void values_are_those_of_the_definitions(void **unused) {
  static const struct {
    int which, dimension;
    float x[MOST];
    double f;
  } cases[] = {{FUNCTION_SPHERE, 4, {1, -2, 0.5f, 0}, 5.25},
               {FUNCTION_SPHERE, 1, {3}, 9},
               {FUNCTION_ELLIPSOID, 4, {1, 1, 1, 1}, 1010101},
               {FUNCTION_ELLIPSOID, 3, {0, -2, 0}, 4000},
               {FUNCTION_ELLIPSOID, 1, {2}, 4},
               {FUNCTION_ROSENBROCK, 2, {0, 0}, 1},
               {FUNCTION_ROSENBROCK, 2, {-1, 1}, 4},
               {FUNCTION_ROSENBROCK, 4, {0, 0, 0, 0}, 3},
               {FUNCTION_ROSENBROCK, 3, {1, 2, 1}, 100 + 900 + 1},
               {FUNCTION_RASTRIGIN, 2, {1, 2}, 5},
               {FUNCTION_RASTRIGIN, 3, {0.5f, -0.5f, 0}, 40.5},
               {FUNCTION_RASTRIGIN, 1, {0.25f}, 10.0625}};
  (void)unused;
  for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
    double f = value_at(cases[i].which, cases[i].dimension, 0.0, cases[i].x);
    if (fabs(f - cases[i].f) > 1e-6 * cases[i].f) fail_msg("case %zu: %.9g, not %.9g", i, f, cases[i].f);
  }
}

static void the_least_value_is_0_and_is_a_success(void **unused) {
  (void)unused;
  for (int which = 0; which < FUNCTIONS; which++) {
    stage s;
    assert_int_equal(open_stage(&s, which, MOST, 0.0), BAUD_OK);
    for (int i = 0; i < MOST; i++) {
      s.x[i] = which == FUNCTION_ROSENBROCK;
      s.x[MOST + i] = s.x[i] + 1e-6f; /* near enough for the sphere alone */
      s.x[2 * MOST + i] = s.x[i] + 0.1f;
    }
    evaluate(&s);
    assert_true(s.reward[0] == 0.0f && s.reached[0] == 1.0f);
    assert_true(s.reached[1] == (s.reward[1] >= -1e-9f));
    assert_int_equal(s.reached[1] == 1.0f, which != FUNCTION_ELLIPSOID);
    assert_true(s.reward[2] < -1e-3f && s.reached[2] == 0.0f);
    for (int k = 0; k < LANES; k++) assert_int_equal(s.flags[k], BAUD_TERMINATED);
    free(s.model);
  }
}

static void bounds_clip_and_are_told(void **unused) {
  static const float far[2] = {100, -100}, edge[2] = {2, -2};
  stage s;
  (void)unused;
  for (int which = 0; which < FUNCTIONS; which++) {
    assert_true(value_at(which, 2, 2.0, far) == value_at(which, 2, 2.0, edge));
    assert_true(value_at(which, 2, 0.0, far) > value_at(which, 2, 0.0, edge));
  }
  assert_int_equal(open_stage(&s, FUNCTION_SPHERE, 3, 2.0), BAUD_OK);
  assert_true(s.spec.action->low == -2.0 && s.spec.action->high == 2.0);
  assert_int_equal(s.spec.action->count, 3);
  free(s.model);
  assert_int_equal(open_stage(&s, FUNCTION_SPHERE, 3, 0.0), BAUD_OK);
  assert_true(isinf(s.spec.action->low) && isinf(s.spec.action->high));
  free(s.model);
}

static void what_cannot_be_said_is_the_largest_number(void **unused) {
  static const float huge[2] = {1e30f, 0}, nothing[2] = {NAN, 0};
  (void)unused;
  for (int which = 0; which < FUNCTIONS; which++) {
    assert_true(value_at(which, 2, 0.0, huge) == (double)FLT_MAX);
    assert_true(value_at(which, 2, 0.0, nothing) == (double)FLT_MAX);
  }
}

static void one_number_is_too_few_for_rosenbrock(void **unused) {
  stage s;
  (void)unused;
  assert_int_equal(open_stage(&s, FUNCTION_ROSENBROCK, 1, 0.0), BAUD_EARG);
  assert_non_null(strstr(refusal, "dimension to 2 or more"));
}

int main(void) {
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(values_are_those_of_the_definitions),      cmocka_unit_test(the_least_value_is_0_and_is_a_success),
      cmocka_unit_test(bounds_clip_and_are_told),                 cmocka_unit_test(what_cannot_be_said_is_the_largest_number),
      cmocka_unit_test(one_number_is_too_few_for_rosenbrock),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
