/* Streaming networks as plugins link them: every set of kernels computes what is said, layer by layer; what an array is
 * padded with stays 0; networks start as sparse as they are told to.
 */
#include "baud/nn_stream.h"
#include "baud/random.h"
#include "../test.h"
#include "plugins/nn/stream_kernels.h"

enum { ROUNDS = 60, MOST_UNITS = 70, MOST = 4 * (MOST_UNITS + 8) * (MOST_UNITS + 8) };

static nn_layout layout;
static nn_stream net;
static _Alignas(64) float theta[MOST], trace[MOST], work[MOST], other[MOST];
static float x[2][MOST_UNITS];

static void open_net(uint64_t *random, double sparsity) {
  uint32_t hidden[3], n_hidden = baud_below(random, 4);
  for (uint32_t i = 0; i < n_hidden; i++) hidden[i] = baud_below(random, 3) ? 1 + baud_below(random, MOST_UNITS - 1) : 8u << baud_below(random, 4);
  memset(&layout, 0, sizeof layout);
  nn_stream_declare(&net, &layout, "net", 1 + baud_below(random, 30), 1 + baud_below(random, 9), hidden, n_hidden);
  assert_true(layout.count <= MOST && net.work <= MOST);
  memset(trace, 0, sizeof trace);
  memset(work, 0xff, sizeof work);
  memset(other, 0xff, sizeof other);
  nn_stream_init(&net, theta, sparsity, random);
  for (int k = 0; k < 2; k++)
    for (uint32_t i = 0; i < net.layer[0].in; i++) x[k][i] = (float)baud_normal(random);
}

static int is_last(uint32_t k) { return k + 1 == net.n; }
static float *weight_of(uint32_t k, uint32_t unit, uint32_t input) { /* input == in: the bias */
  const nn_stream_layer *l = &net.layer[k];
  return theta + l->weight + (is_last(k) ? (size_t)unit * l->row + input : (size_t)input * l->row + unit);
}

/* The network as the paper writes it, in double precision. */
static void reference(const float *row, double *y) {
  double in[MOST_UNITS], out[MOST_UNITS];
  for (uint32_t i = 0; i < net.layer[0].in; i++) in[i] = (double)row[i];
  for (uint32_t k = 0; k < net.n; k++) {
    const nn_stream_layer *l = &net.layer[k];
    double mean = 0.0, variance = 0.0;
    for (uint32_t j = 0; j < l->out; j++) {
      out[j] = (double)*weight_of(k, j, l->in);
      for (uint32_t i = 0; i < l->in; i++) out[j] += in[i] * (double)*weight_of(k, j, i);
      mean += out[j] / l->out;
    }
    for (uint32_t j = 0; j < l->out; j++) variance += (out[j] - mean) * (out[j] - mean) / l->out;
    for (uint32_t j = 0; j < l->out; j++) {
      double normal = (out[j] - mean) / sqrt(variance + NN_NORM_EPSILON);
      in[j] = normal > 0.0 ? normal : NN_LEAK * normal;
      if (is_last(k)) y[j] = out[j];
    }
  }
}

static void set_inputs(void) {
  memcpy(nn_stream_input(&net, work), x[0], net.layer[0].in * sizeof **x);
  memcpy(nn_stream_input(&net, other), x[1], net.layer[0].in * sizeof **x);
}

static void check_outputs(const float *at, const float *row, double tolerance) {
  double y[MOST_UNITS];
  reference(row, y);
  for (uint32_t j = 0; j < net.layer[net.n - 1].out; j++) assert_close((double)nn_stream_output(&net, at)[j], y[j], tolerance);
}

/* Biases off the origin, so that the norm has a mean to take away. */
static void shift(uint64_t *random) {
  for (uint32_t k = 0; k < net.n; k++)
    for (uint32_t j = 0; j < net.layer[k].out; j++) *weight_of(k, j, net.layer[k].in) = (float)(3.0 + baud_normal(random));
}

static void kernels_compute_the_layers_that_are_said(void **state) {
  (void)state;
  uint64_t random = 4;
  for (int round = 0; round < ROUNDS; round++) {
    open_net(&random, 0.0);
    shift(&random);
    set_inputs();
    nn_stream_kernels_any.forward(&net, theta, work);
    check_outputs(work, x[0], 1e-4);
    nn_stream_kernels_any.forward_two(&net, theta, work, other);
    check_outputs(work, x[0], 1e-4);
    check_outputs(other, x[1], 1e-4);
    (void)nn_stream_forward(&net, theta, work);
    check_outputs(work, x[0], 1e-4);
    set_inputs();
    nn_stream_forward_two(&net, theta, work, other);
    check_outputs(work, x[0], 1e-4);
    check_outputs(other, x[1], 1e-4);
  }
}

static void both_sets_of_kernels_make_the_same_trace(void **state) {
  static _Alignas(64) float plain[MOST];
  (void)state;
  uint64_t random = 5;
  for (int round = 0; round < ROUNDS; round++) {
    float d[9];
    open_net(&random, 0.0);
    shift(&random);
    for (int i = 0; i < 9; i++) d[i] = (float)baud_normal(&random);
    for (uint64_t i = 0; i < layout.count; i++) plain[i] = trace[i] = theta[i]; /* padded as a trace is */
    set_inputs();
    (void)nn_stream_forward(&net, theta, work);
    double size = nn_stream_trace(&net, theta, work, d, 0.5, trace), sum = 0.0;
    set_inputs();
    nn_stream_kernels_any.forward(&net, theta, work);
    assert_close(nn_stream_kernels_any.trace(&net, theta, work, d, 0.5f, plain), size, 1e-3);
    for (uint64_t i = 0; i < layout.count; i++) {
      if (!(fabs((double)(plain[i] - trace[i])) <= 2e-3 * (1.0 + fabs((double)plain[i]))))
        fail_msg("round %d: trace[%lu] is %g and %g", round, (unsigned long)i, (double)plain[i], (double)trace[i]);
      sum += fabs((double)trace[i]);
    }
    assert_close(size, sum, 1e-4);
  }
}

static void learning_moves_parameters_and_leaves_padding_alone(void **state) {
  static const float d[9] = { 1, -2, 3, -4, 5, -6, 7, -8, 9 };
  static float before[MOST];
  (void)state;
  uint64_t random = 6;
  for (int round = 0; round < ROUNDS; round++) {
    open_net(&random, 0.5);
    for (int step = 0; step < 3; step++) {
      set_inputs();
      (void)nn_stream_forward(&net, theta, work);
      double size = nn_stream_trace(&net, theta, work, d, 0.9, trace);
      memcpy(before, theta, sizeof before);
      nn_stream_learn(&net, theta, trace, 0.1 / size);
      for (uint64_t i = 0; i < layout.count; i++) assert_close((double)theta[i], (double)before[i] + 0.1 / size * (double)trace[i], 1e-6);
    }
    uint64_t parameters = 0, moved = 0;
    for (uint32_t k = 0; k < net.n; k++) parameters += (uint64_t)(net.layer[k].in + 1) * net.layer[k].out;
    for (uint64_t i = 0; i < layout.count; i++) moved += theta[i] != 0.0f;
    assert_true(moved <= parameters);
    assert_true(layout.count > parameters || moved > 0);
    nn_stream_clear(&net, trace);
    for (uint64_t i = 0; i < layout.count; i++) assert_true(trace[i] == 0.0f);
  }
}

static void units_start_with_the_share_of_weights_that_is_said(void **state) {
  static const double sparsity[] = { 0.0, 0.5, 0.9, 1.0 };
  (void)state;
  uint64_t random = 7;
  for (int round = 0; round < ROUNDS; round++) {
    open_net(&random, sparsity[round % 4]);
    for (uint32_t k = 0; k < net.n; k++) {
      const nn_stream_layer *l = &net.layer[k];
      uint32_t zeros_wanted = (uint32_t)ceil(sparsity[round % 4] * l->in);
      for (uint32_t j = 0; j < l->out; j++) {
        uint32_t zeros = 0;
        for (uint32_t i = 0; i < l->in; i++) {
          zeros += *weight_of(k, j, i) == 0.0f;
          assert_true(fabs((double)*weight_of(k, j, i)) <= 1.0 / sqrt(l->in) + 1e-6);
        }
        assert_int_equal(zeros, zeros_wanted);
        assert_true(*weight_of(k, j, l->in) == 0.0f);
      }
    }
  }
}

int main(void) {
  const struct CMUnitTest tests[] = {
    cmocka_unit_test(kernels_compute_the_layers_that_are_said),
    cmocka_unit_test(both_sets_of_kernels_make_the_same_trace),
    cmocka_unit_test(learning_moves_parameters_and_leaves_padding_alone),
    cmocka_unit_test(units_start_with_the_share_of_weights_that_is_said),
  };
  cmocka_set_message_output(CM_OUTPUT_TAP);
  return cmocka_run_group_tests(tests, NULL, NULL);
}
