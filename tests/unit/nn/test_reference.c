/* The library's results against those of JAX, Flax and Optax in double precision (reference.h, made by make_reference.py), for
 * inputs that the same small generator gives.
 */
#include "baud/nn.h"
#include "../test.h"
#include "reference.h"

static _Alignas(64) char arena[1 << 18];
static nn_real theta[2048];

/* n numbers in [-1, 1), times scale. */
static const nn_real *numbers(nn_real *x, uint32_t seed, size_t n, double scale) {
  for (size_t i = 0; i < n; i++) {
    seed = (seed * 1103515245u + 12345u) % (1u << 31);
    x[i] = (nn_real)(scale * (seed / 1073741824.0 - 1.0));
  }
  return x;
}

/* Into a layout's array, which has gaps, where a parameter lies. */
static void set(uint64_t offset, uint32_t seed, size_t n) { numbers(theta + offset, seed, n, 1.0); }

static void compare(const char *what, const nn_real *got, const double *wanted, size_t n) {
  for (size_t i = 0; i < n; i++)
    if (!(fabs((double)got[i] - wanted[i]) <= 5e-6 * (1.0 + fabs(wanted[i]))))
      fail_msg("%s, element %zu: %.9g, the reference says %.9g", what, i, (double)got[i], wanted[i]);
}
#define COMPARE(got, reference) compare(#reference, got, reference, sizeof reference / sizeof *reference)

static nn_tape open_tape(void) {
  nn_tape t;
  nn_tape_open(&t, arena, sizeof arena);
  nn_bind(&t, theta, NULL);
  return t;
}

static void activations_agree(void **state) {
  nn_real x[30];
  nn_tape t = open_tape();
  (void)state;
  nn_value v = nn_constant(&t, numbers(x, 1, 30, 4.0), 1, 30);
  COMPARE(nn_activate(&t, v, NN_GELU).x, reference_gelu);
  COMPARE(nn_activate(&t, v, NN_SILU).x, reference_silu);
  COMPARE(nn_activate(&t, v, NN_LEAKY_RELU).x, reference_leaky);
}

static void layer_norms_agree(void **state) {
  nn_real x[28];
  nn_layout layout = {0};
  nn_tape t = open_tape();
  (void)state;
  nn_layer_norm_layer norm = nn_layer_norm_declare(&layout, "norm", 7);
  set(norm.gain, 3, 7), set(norm.shift, 4, 7);
  for (int i = 0; i < 7; i++) theta[norm.gain + (uint64_t)i] += 1;
  COMPARE(nn_layer_norm(&t, &norm, nn_constant(&t, numbers(x, 2, 28, 3.0), 4, 7)).x, reference_norm);
}

static void recurrent_layers_agree(void **state) {
  nn_real x[24], h[10], c[10], both[20], last[20];
  nn_layout layout = {0};
  nn_tape t = open_tape();
  (void)state;
  nn_recurrent_layer gru = nn_gru_declare(&layout, "gru", 4, 5), lstm = nn_lstm_declare(&layout, "lstm", 4, 5);
  set(gru.input, 8, 60), set(gru.input_bias, 9, 15), set(gru.recurrent, 10, 75), set(gru.recurrent_bias, 11, 15);
  set(lstm.input, 12, 80), set(lstm.input_bias, 13, 20), set(lstm.recurrent, 14, 100);
  nn_value seen = nn_constant(&t, numbers(x, 5, 24, 1.0), 6, 4);
  numbers(h, 6, 10, 1.0), numbers(c, 7, 10, 1.0);
  for (int lane = 0; lane < 2; lane++)
    memcpy(both + 10 * lane, h + 5 * lane, 5 * sizeof *h), memcpy(both + 10 * lane + 5, c + 5 * lane, 5 * sizeof *c);
  COMPARE(nn_gru(&t, &gru, seen, nn_constant(&t, h, 2, 5), NULL, NULL).x, reference_gru);
  COMPARE(nn_lstm(&t, &lstm, seen, nn_constant(&t, both, 2, 10), NULL, last).x, reference_lstm);
  for (int lane = 0; lane < 2; lane++) compare("reference_lstm_cell", last + 10 * lane + 5, reference_lstm_cell + 5 * lane, 5);
}

static void attention_agrees(void **state) {
  nn_real x[30];
  nn_layout layout = {0};
  nn_tape t = open_tape();
  (void)state;
  nn_attention_layer layer = nn_attention_declare(&layout, "attention", 6, 2, 3);
  set(layer.in.weight, 16, 108), set(layer.in.bias, 17, 18), set(layer.out.weight, 18, 36), set(layer.out.bias, 19, 6);
  set(layer.distance, 20, 6);
  COMPARE(nn_attention(&t, &layer, nn_constant(&t, numbers(x, 15, 30, 1.0), 5, 6), 1, NULL, NULL, NULL).x, reference_attention);
}

static void losses_and_heads_agree(void **state) {
  static const int32_t target[4] = {0, 3, 4, 1};
  nn_real x[20], y[20], z[6], s[6], noise[6], u[6], log_q[20];
  nn_tape t = open_tape();
  double sum = 0.0;
  (void)state;
  nn_value logits = nn_constant(&t, numbers(x, 21, 20, 3.0), 4, 5);
  nn_categorical head = nn_categorical_head(&t, logits, NULL), other = nn_categorical_head(&t, nn_constant(&t, numbers(y, 24, 20, 3.0), 4, 5), NULL);
  for (int i = 0; i < 4; i++) sum += reference_cross_entropy[i];
  assert_close(nn_loss_cross_entropy(&t, logits, target, NULL, NULL, 1.0), sum, 1e-5);
  COMPARE(nn_categorical_entropy(&t, &head).x, reference_entropy);
  memcpy(log_q, other.log_p, sizeof log_q);
  COMPARE(nn_categorical_kl(&t, &head, log_q).x, reference_kl);
  sum = 0.0;
  for (int i = 0; i < 12; i++) sum += reference_huber[i];
  assert_close(nn_loss_huber(&t, nn_constant(&t, numbers(x, 22, 12, 3.0), 3, 4), numbers(y, 23, 12, 1.0), NULL, 0.7, 1.0), sum, 1e-5);
  nn_gaussian normal = {nn_constant(&t, numbers(z, 25, 6, 1.0), 3, 2), nn_constant(&t, numbers(s, 26, 6, 1.0), 3, 2)};
  nn_squashed sample = nn_squashed_sample(&t, &normal, numbers(noise, 27, 6, 2.0));
  COMPARE(sample.log_prob.x, reference_squashed);
  memcpy(u, nn_gaussian_sample(&t, &normal, noise).x, sizeof u);
  COMPARE(nn_gaussian_log_prob(&t, &normal, u).x, reference_normal_log_prob);
}

static void optimisers_agree(void **state) {
  const nn_adam adam = {0.02, 0.8, 0.95, 1e-6, 0.1};
  const nn_sgd momentum = {0.05, 0.9}, plain = {0.1, 0.0};
  const nn_rmsprop rmsprop = {0.01, 0.9, 1e-3};
  nn_real x[4][8], g[8], moments[17] = {0}, velocity[8] = {0}, square[8] = {0};
  (void)state;
  for (int i = 0; i < 4; i++) numbers(x[i], 28, 8, 1.0);
  for (uint32_t step = 0; step < 10; step++) {
    numbers(g, 100 + step, 8, 1.0), nn_adam_step(&adam, x[0], g, moments, 8, 1.0);
    numbers(g, 100 + step, 8, 1.0), nn_sgd_step(&momentum, x[1], g, velocity, 8, 1.0);
    numbers(g, 100 + step, 8, 1.0), nn_rmsprop_step(&rmsprop, x[2], g, square, 8, 1.0);
    numbers(g, 100 + step, 8, 1.0), nn_sgd_step(&plain, x[3], g, NULL, 8, nn_clip_scale(g, 8, 0.5));
  }
  COMPARE(x[0], reference_adamw);
  COMPARE(x[1], reference_momentum);
  COMPARE(x[2], reference_rmsprop);
  COMPARE(x[3], reference_clipped);
}

int main(void) {
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(activations_agree),      cmocka_unit_test(layer_norms_agree),
      cmocka_unit_test(recurrent_layers_agree), cmocka_unit_test(attention_agrees),
      cmocka_unit_test(losses_and_heads_agree), cmocka_unit_test(optimisers_agree),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
