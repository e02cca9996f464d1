/* gradients.h - holds an operation's gradient against central differences, in double precision.
 *
 * A case is a function that makes a scalar of a flat array of parameters. What goes into an operation is a parameter too
 * (nn_parameter), so that one comparison covers weights and inputs. Everything that is differentiated is used twice, so
 * that gradients that overwrite each other, or are not cleared, show.
 */
#ifndef BAUD_TEST_GRADIENTS_H
#define BAUD_TEST_GRADIENTS_H

#define NN_DOUBLE
#include "baud/nn.h"
#include "baud/random.h"
#include "../test.h"

typedef struct shape { /* of one round: random sizes, a generator and room for what a case needs beside its parameters */
  uint32_t rows, in, out;
  uint64_t random;
  int round;
  nn_real number[6000];
  int32_t index[600];
  uint8_t mask[6000];
} shape;

typedef struct gradient_case {
  const char *name;
  /* Declares its parameters and fills in the shape's arrays. */
  void (*declare)(shape *s, nn_layout *layout);
  double (*loss)(nn_tape *t, const shape *s);
} gradient_case;

enum { ROUNDS = 20 };

static inline double draw_normal(shape *s) { return baud_normal(&s->random); }

/* sum of w v + (v - 1/2)^2 / 2, w fixed numbers in [-1, 1]: every element counts, each in its own way. */
static inline double judge(nn_tape *t, nn_value v) {
  nn_real *w = nn_scratch(t, (size_t)v.rows * v.cols), *half = nn_scratch(t, (size_t)v.rows * v.cols);
  uint64_t random = 77;
  for (size_t i = 0; !nn_is_dry(t) && i < (size_t)v.rows * v.cols; i++) {
    w[i] = 2.0 * baud_uniform(&random) - 1.0;
    half[i] = 0.5;
  }
  double sum = nn_loss_sum(t, nn_multiply(t, v, nn_constant(t, w, v.rows, v.cols)), NULL, 1.0);
  return sum + nn_loss_squared(t, v, half, NULL, 1.0);
}

static inline double loss_at(const gradient_case *c, nn_tape *t, const shape *s, const nn_real *theta, nn_real *gradient) {
  nn_begin(t, gradient ? NN_TRAIN : NN_INFER);
  nn_bind(t, theta, gradient);
  double loss = c->loss(t, s);
  assert_false(nn_is_dry(t));
  if (gradient) assert_int_equal(nn_backward(t), BAUD_OK);
  return loss;
}

static inline void check_round(const gradient_case *c, shape *s) {
  nn_layout layout = {0};
  nn_tape t;
  c->declare(s, &layout);
  nn_real *theta = calloc(layout.count, sizeof *theta), *gradient = calloc(layout.count, sizeof *gradient);
  for (uint32_t p = 0; p < layout.n; p++)
    for (uint64_t i = 0; i < (uint64_t)layout.param[p].rows * layout.param[p].cols; i++)
      theta[layout.param[p].offset + i] = 0.7 * draw_normal(s);
  nn_tape_open(&t, NULL, 0);
  nn_bind(&t, NULL, gradient);
  t.mode = NN_TRAIN;
  c->loss(&t, s);
  assert_true(nn_is_dry(&t) && nn_backward(&t) == BAUD_EBUG);
  size_t bytes = nn_arena_bytes(&t);
  void *arena = aligned_alloc(64, bytes);
  memset(arena, 0xff, bytes); /* NaN: nothing may be taken for cleared */
  nn_tape_open(&t, arena, bytes);
  double trained = loss_at(c, &t, s, theta, gradient);
  assert_int_equal(nn_arena_bytes(&t), bytes);
  assert_true(trained == loss_at(c, &t, s, theta, NULL));
  for (uint32_t p = 0; p < layout.n; p++)
    for (uint64_t i = 0; i < (uint64_t)layout.param[p].rows * layout.param[p].cols; i++) {
      nn_real *at = &theta[layout.param[p].offset + i], kept = *at, step = 1e-5;
      *at = kept + step;
      double above = loss_at(c, &t, s, theta, NULL);
      *at = kept - step;
      double below = loss_at(c, &t, s, theta, NULL);
      *at = kept;
      double difference = (above - below) / (2 * step), got = gradient[layout.param[p].offset + i];
      double tolerance = 1e-7 * (1.0 + fabs(difference) + fabs(trained));
      if (!(fabs(got - difference) <= tolerance))
        fail_msg("%s, round %d (rows %u, in %u, out %u): d/d %s[%lu] is %.10g, by differences %.10g", c->name, s->round,
                 s->rows, s->in, s->out, layout.param[p].name, (unsigned long)i, got, difference);
    }
  free(arena);
  free(gradient);
  free(theta);
}

static inline void check_gradients(const gradient_case *c) {
  static shape s;
  for (int round = 0; round < ROUNDS; round++) {
    memset(&s, 0, sizeof s);
    s.random = baud_split(5, (uint64_t)round);
    s.round = round;
    s.rows = round == 0 ? 1 : 1 + baud_below(&s.random, 17);
    s.in = 1 + baud_below(&s.random, 19);
    s.out = round == 1 ? 16 : 1 + baud_below(&s.random, 35);
    check_round(c, &s);
  }
}

#endif
