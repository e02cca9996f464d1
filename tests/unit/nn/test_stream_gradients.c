/* Streaming networks in double precision: what a pass adds to the trace is the gradient, by central differences, and traces
 * fade and add up.
 */
#define NN_DOUBLE
#include "baud/nn_stream.h"
#include "baud/random.h"
#include "../test.h"

enum { ROUNDS = 40, MOST_UNITS = 41, MOST = NN_STREAM_LAYERS * (MOST_UNITS + 8) * (MOST_UNITS + 8) };

typedef struct trial {
  nn_layout layout;
  nn_stream net;
  uint64_t random;
  double x[MOST_UNITS], along[MOST_UNITS];
} trial;

static _Alignas(64) double theta[MOST], trace[MOST], kept[MOST], work[MOST];

/* A network of a random shape, all its parameters and its row drawn at random. */
static void open_round(trial *r, int n) {
  memset(r, 0, sizeof *r);
  r->random = baud_split(9, (uint64_t)n);
  uint32_t hidden[3], n_hidden = (uint32_t)n % 4;
  for (uint32_t i = 0; i < n_hidden; i++) hidden[i] = n % 5 == 4 ? 32 : 1 + baud_below(&r->random, MOST_UNITS - 1);
  uint32_t in = 1 + baud_below(&r->random, 19), out = 1 + baud_below(&r->random, 9);
  (void)nn_declare(&r->layout, "before", 3, 5); /* the network need not be the first in its array */
  nn_stream_declare(&r->net, &r->layout, "net", in, out, hidden, n_hidden);
  assert_true(r->layout.count <= MOST && r->net.work <= MOST);
  memset(theta, 0, sizeof theta);
  memset(trace, 0, sizeof trace);
  memset(work, 0xff, sizeof work); /* NaN: nothing may be taken for cleared */
  nn_stream_init(&r->net, theta, 0.0, &r->random);
  for (uint32_t k = 0; k < r->net.n; k++) {
    const nn_stream_layer *l = &r->net.layer[k];
    uint32_t rows = k + 1 < r->net.n ? l->in + 1 : l->out, cols = k + 1 < r->net.n ? l->out : l->in + 1;
    for (uint32_t i = 0; i < rows; i++)
      for (uint32_t j = 0; j < cols; j++) theta[l->weight + (size_t)i * l->row + j] = 0.7 * baud_normal(&r->random);
  }
  for (uint32_t i = 0; i < in; i++) r->x[i] = baud_normal(&r->random);
  for (uint32_t i = 0; i < out; i++) r->along[i] = baud_normal(&r->random);
}

static double value_of(trial *r) {
  memcpy(nn_stream_input(&r->net, work), r->x, r->net.layer[0].in * sizeof *work);
  const double *y = nn_stream_forward(&r->net, theta, work);
  double sum = 0.0;
  for (uint32_t i = 0; i < r->net.layer[r->net.n - 1].out; i++) sum += r->along[i] * y[i];
  return sum;
}

/* 1 where element i of the flat array is a parameter and not padding. */
static int is_parameter(const trial *r, uint64_t i) {
  for (uint32_t k = 0; k < r->net.n; k++) {
    const nn_stream_layer *l = &r->net.layer[k];
    uint32_t rows = k + 1 < r->net.n ? l->in + 1 : l->out, cols = k + 1 < r->net.n ? l->out : l->in + 1;
    if (i >= l->weight && i < l->weight + (uint64_t)rows * l->row) return (i - l->weight) % l->row < cols;
  }
  return 0;
}

static void what_a_pass_adds_to_the_trace_is_the_gradient(void **state) {
  static trial r;
  (void)state;
  for (int n = 0; n < ROUNDS; n++) {
    open_round(&r, n);
    (void)value_of(&r);
    (void)nn_stream_trace(&r.net, theta, work, r.along, 0.5, trace);
    for (uint64_t i = 0; i < r.layout.count; i++) {
      if (!is_parameter(&r, i)) {
        if (trace[i] != 0.0) fail_msg("round %d: element %lu is padding and has a trace", n, (unsigned long)i);
        continue;
      }
      double here = theta[i], step = 1e-5;
      theta[i] = here + step;
      double above = value_of(&r);
      theta[i] = here - step;
      double below = value_of(&r);
      theta[i] = here;
      double difference = (above - below) / (2 * step);
      if (!(fabs(trace[i] - difference) <= 1e-6 * (1.0 + fabs(difference))))
        fail_msg("round %d: d/d theta[%lu] is %.10g, by differences %.10g", n, (unsigned long)i, trace[i], difference);
    }
  }
}

static void traces_fade_and_add_up_and_their_size_is_told(void **state) {
  static trial r;
  (void)state;
  for (int n = 0; n < ROUNDS; n++) {
    open_round(&r, n);
    (void)value_of(&r);
    (void)nn_stream_trace(&r.net, theta, work, r.along, 0.9, trace);
    memcpy(kept, trace, sizeof kept);
    r.x[0] += 1.0;
    (void)value_of(&r);
    double size = nn_stream_trace(&r.net, theta, work, r.along, 0.25, trace), sum = 0.0;
    static double alone[MOST];
    memset(alone, 0, sizeof alone);
    (void)value_of(&r);
    (void)nn_stream_trace(&r.net, theta, work, r.along, 0.0, alone);
    for (uint64_t i = 0; i < r.layout.count; i++) {
      assert_close(trace[i], 0.25 * kept[i] + alone[i], 1e-12);
      sum += fabs(trace[i]);
    }
    assert_close(size, sum, 1e-9);
  }
}

int main(void) {
  const struct CMUnitTest tests[] = {
    cmocka_unit_test(what_a_pass_adds_to_the_trace_is_the_gradient),
    cmocka_unit_test(traces_fade_and_add_up_and_their_size_is_told),
  };
  cmocka_set_message_output(CM_OUTPUT_TAP);
  return cmocka_run_group_tests(tests, NULL, NULL);
}
