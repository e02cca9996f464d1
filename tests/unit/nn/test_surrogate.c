/* The losses that policies with a critic are trained by: gradients against central differences through a small network,
 * values against the formulas written out.
 */
#include "gradients.h"

enum { ADVANTAGE = 0, OLD = 600, TARGET = 1200, ACTION = 1800 }; /* where a shape's numbers keep what */

/* ---- Cases: x [rows][in] -> head [rows][n] ------------------------------------------------------------------------- */

typedef struct policy {
  nn_layout layout;
  uint64_t x, log_std;
  nn_linear_layer head;
} policy;

static uint32_t choices_of(const shape *s) { return 1 + s->out % 6; }

static void policy_of(const shape *s, policy *p) {
  memset(p, 0, sizeof *p);
  p->x = nn_declare(&p->layout, "x", s->rows, s->in);
  p->head = nn_linear_declare(&p->layout, "head", s->in, choices_of(s), NN_BIAS);
  p->log_std = nn_declare(&p->layout, "log_std", s->round % 2 ? 1 : s->rows, choices_of(s));
}
static nn_value head_of(nn_tape *t, const shape *s, const policy *p) {
  return nn_linear(t, &p->head, nn_parameter(t, p->x, s->rows, s->in), NN_IDENTITY);
}
static nn_gaussian gaussian_of(nn_tape *t, const shape *s, const policy *p) {
  nn_value log_std = nn_parameter(t, p->log_std, s->round % 2 ? 1 : s->rows, choices_of(s));
  return (nn_gaussian){head_of(t, s, p), log_std};
}

/* Ratios far from 1 on both sides, advantages of both signs. */
static void declare(shape *s, nn_layout *layout) {
  static policy p;
  uint32_t n = choices_of(s);
  policy_of(s, &p);
  *layout = p.layout;
  for (uint32_t i = 0; i < s->rows; i++) {
    s->number[ADVANTAGE + i] = draw_normal(s);
    s->number[OLD + i] = -log(n) + 0.5 * draw_normal(s);
    s->number[TARGET + i] = draw_normal(s);
    s->index[i] = (int32_t)baud_below(&s->random, n);
    for (uint32_t j = 0; j < n; j++) {
      s->number[ACTION + i * n + j] = draw_normal(s);
      s->mask[i * n + j] = (uint8_t)(j == (uint32_t)s->index[i] || baud_bernoulli(&s->random, 0.6));
    }
  }
}

static nn_surrogate clipped_of(const shape *s) {
  return (nn_surrogate){s->number + ADVANTAGE, s->number + OLD, 0.3, s->round % 3 ? 0.07 : 0.0};
}
static nn_surrogate plain_of(const shape *s) { return (nn_surrogate){s->number + ADVANTAGE, NULL, 0.0, 0.07}; }

static double categorical_by(nn_tape *t, const shape *s, const nn_surrogate *by, const uint8_t *mask) {
  static policy p;
  policy_of(s, &p);
  nn_categorical head = nn_categorical_head(t, head_of(t, s, &p), mask);
  return nn_loss_surrogate_categorical(t, &head, s->index, by, 0.4) + judge(t, head.logits);
}
static double categorical(nn_tape *t, const shape *s) { return categorical_by(t, s, (nn_surrogate[]){clipped_of(s)}, NULL); }
static double categorical_plain(nn_tape *t, const shape *s) { return categorical_by(t, s, (nn_surrogate[]){plain_of(s)}, NULL); }
static double masked(nn_tape *t, const shape *s) { return categorical_by(t, s, (nn_surrogate[]){clipped_of(s)}, s->mask); }

static double gaussian_by(nn_tape *t, const shape *s, const nn_surrogate *by) {
  static policy p;
  policy_of(s, &p);
  nn_gaussian head = gaussian_of(t, s, &p);
  return nn_loss_surrogate_gaussian(t, &head, s->number + ACTION, by, 0.01) + judge(t, head.mean);
}
static double gaussian(nn_tape *t, const shape *s) { return gaussian_by(t, s, (nn_surrogate[]){clipped_of(s)}); }
static double gaussian_plain(nn_tape *t, const shape *s) { return gaussian_by(t, s, (nn_surrogate[]){plain_of(s)}); }

static double values(nn_tape *t, const shape *s) {
  nn_value v = nn_parameter(t, 0, s->rows, 1);
  return nn_loss_squared_clipped(t, v, s->number + TARGET, s->number + OLD, 0.3, 0.6) + judge(t, v);
}

static const gradient_case cases[] = {
    {"the clipped surrogate of choices", declare, categorical},
    {"the policy gradient of choices", declare, categorical_plain},
    {"the clipped surrogate of masked choices", declare, masked},
    {"the clipped surrogate of normals", declare, gaussian},
    {"the policy gradient of normals", declare, gaussian_plain},
    {"the clipped loss of values", declare, values},
};
enum { CASES = sizeof cases / sizeof *cases };

static void is_the_derivative(void **state) { check_gradients(*state); }

/* ---- Values ------------------------------------------------------------------------------------------------------- */

enum { ROWS = 40, WIDTH = 3 };
static nn_real theta[ROWS * WIDTH + 16], advantage[ROWS], old[ROWS], target[ROWS], chosen[ROWS * WIDTH];
static int32_t choice[ROWS];
_Alignas(64) static char arena[100000];

static nn_value fixture(nn_tape *t) {
  uint64_t random = 3;
  for (int i = 0; i < ROWS; i++) {
    for (int j = 0; j < WIDTH; j++) {
      theta[i * WIDTH + j] = baud_normal(&random);
      chosen[i * WIDTH + j] = baud_normal(&random);
    }
    advantage[i] = baud_normal(&random);
    old[i] = -1.0 + 0.5 * baud_normal(&random);
    target[i] = baud_normal(&random);
    choice[i] = (int32_t)baud_below(&random, WIDTH);
  }
  nn_tape_open(t, arena, sizeof arena);
  nn_begin(t, NN_INFER);
  nn_bind(t, theta, NULL);
  return nn_parameter(t, 0, ROWS, WIDTH);
}

/* -min(r A, clamp(r) A), by cases as Schulman et al. draw it (fig. 1). */
static double surrogate(double ratio, double a, double clip) {
  if (a > 0) return -a * fmin(ratio, 1 + clip);
  return -a * fmax(ratio, 1 - clip);
}

static void the_surrogate_of_choices_is_what_its_formula_says(void **state) {
  nn_tape t;
  double by_hand = 0.0, plain_by_hand = 0.0;
  (void)state;
  nn_value logits = fixture(&t);
  for (int i = 0; i < ROWS; i++) {
    double sum = 0.0, entropy = 0.0, p[WIDTH];
    for (int j = 0; j < WIDTH; j++) sum += p[j] = exp(theta[i * WIDTH + j]);
    for (int j = 0; j < WIDTH; j++) p[j] /= sum, entropy -= p[j] * log(p[j]);
    double log_p = log(p[choice[i]]);
    by_hand += surrogate(exp(log_p - old[i]), advantage[i], 0.2) - 0.03 * entropy;
    plain_by_hand += -advantage[i] * log_p - 0.03 * entropy;
  }
  nn_categorical head = nn_categorical_head(&t, logits, NULL);
  nn_surrogate by = {advantage, old, 0.2, 0.03}, plain = {advantage, NULL, 0.0, 0.03};
  assert_close(nn_loss_surrogate_categorical(&t, &head, choice, &by, 0.5), 0.5 * by_hand, 1e-12);
  assert_close(nn_loss_surrogate_categorical(&t, &head, choice, &plain, 0.5), 0.5 * plain_by_hand, 1e-12);
}

static void the_surrogate_of_normals_is_what_its_formula_says(void **state) {
  const nn_real log_std[WIDTH] = {0.3, -0.5, 0.0};
  nn_tape t;
  double by_hand = 0.0;
  (void)state;
  nn_gaussian head = {fixture(&t), nn_constant(&t, log_std, 1, WIDTH)};
  for (int i = 0; i < ROWS; i++) {
    double log_p = 0.0, entropy = 0.0;
    for (int j = 0; j < WIDTH; j++) {
      double variance = exp(2 * log_std[j]), away = chosen[i * WIDTH + j] - theta[i * WIDTH + j];
      log_p -= away * away / (2 * variance) + 0.5 * log(2 * 3.14159265358979323846 * variance);
      entropy += 0.5 * log(2 * 3.14159265358979323846 * exp(1.0) * variance);
    }
    by_hand += surrogate(exp(log_p - (old[i] - 3.0)), advantage[i], 0.2) - 0.03 * entropy;
  }
  for (int i = 0; i < ROWS; i++) old[i] -= 3.0;
  nn_surrogate by = {advantage, old, 0.2, 0.03};
  assert_close(nn_loss_surrogate_gaussian(&t, &head, chosen, &by, 0.5), 0.5 * by_hand, 1e-10);
}

static void the_loss_of_values_is_the_larger_of_both(void **state) {
  nn_tape t;
  double by_hand = 0.0;
  int held = 0;
  (void)state;
  (void)fixture(&t);
  for (int i = 0; i < ROWS; i++) {
    double near = old[i] + fmax(-0.2, fmin(0.2, theta[i] - old[i])), free = pow(theta[i] - target[i], 2);
    by_hand += fmax(free, pow(near - target[i], 2)) / 2;
    held += pow(near - target[i], 2) > free;
  }
  assert_true(held > 5 && held < ROWS - 5);
  assert_close(nn_loss_squared_clipped(&t, nn_parameter(&t, 0, ROWS, 1), target, old, 0.2, 0.5), 0.5 * by_hand, 1e-12);
}

int main(void) {
  struct CMUnitTest tests[CASES + 3];
  char names[CASES][80];
  for (int i = 0; i < CASES; i++) {
    snprintf(names[i], sizeof *names, "the gradient of %s is its derivative", cases[i].name);
    tests[i] = (struct CMUnitTest){names[i], is_the_derivative, NULL, NULL, (void *)(uintptr_t)&cases[i]};
  }
  tests[CASES] = (struct CMUnitTest)cmocka_unit_test(the_surrogate_of_choices_is_what_its_formula_says);
  tests[CASES + 1] = (struct CMUnitTest)cmocka_unit_test(the_surrogate_of_normals_is_what_its_formula_says);
  tests[CASES + 2] = (struct CMUnitTest)cmocka_unit_test(the_loss_of_values_is_the_larger_of_both);
  return cmocka_run_group_tests(tests, NULL, NULL);
}
