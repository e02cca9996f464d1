/* The library as plugins link it: what a pass promises, and what optimisers and initialisations do. */
#include "baud/nn.h"
#include "baud/random.h"
#include "../test.h"

enum { MOST = 64 * 64 };
static _Alignas(64) char arena[1 << 22];

static void fill(nn_real *x, size_t n, uint64_t seed) {
  for (size_t i = 0; i < n; i++) x[i] = (nn_real)baud_normal(&seed);
}

/* ---- A pass ------------------------------------------------------------------------------------------------- */

typedef struct net {
  nn_layout layout;
  nn_linear_layer first, second;
  nn_real theta[2 * MOST], gradient[2 * MOST];
} net;

static void net_open(net *n, uint32_t in, uint32_t hidden, uint32_t out, uint64_t seed) {
  memset(n, 0, sizeof *n);
  n->first = nn_linear_declare(&n->layout, "first", in, hidden, NN_BIAS);
  n->second = nn_linear_declare(&n->layout, "second", hidden, out, NN_BIAS);
  assert_true(n->layout.count <= 2 * MOST);
  nn_linear_uniform(&n->first, n->theta, &seed);
  nn_linear_uniform(&n->second, n->theta, &seed);
}

static nn_value net_forward(nn_tape *t, const net *n, const nn_real *x, uint32_t rows) {
  nn_value hidden = nn_linear(t, &n->first, nn_constant(t, x, rows, n->first.in), NN_TANH);
  return nn_linear(t, &n->second, hidden, NN_IDENTITY);
}

static void linear_layers_compute_what_they_say(void **state) {
  static net n;
  static nn_real x[MOST];
  (void)state;
  uint64_t random = 1;
  for (int round = 0; round < 60; round++) {
    uint32_t rows = 1 + baud_below(&random, 40), in = 1 + baud_below(&random, 40), out = 1 + baud_below(&random, 40);
    net_open(&n, in, out, 1, random);
    fill(x, (size_t)rows * in, random);
    nn_tape t;
    nn_tape_open(&t, arena, sizeof arena);
    nn_bind(&t, n.theta, NULL);
    nn_value y = nn_linear(&t, &n.first, nn_constant(&t, x, rows, in), NN_IDENTITY);
    for (uint32_t i = 0; i < rows; i++)
      for (uint32_t j = 0; j < out; j++) {
        double sum = (double)n.theta[n.first.bias + j];
        for (uint32_t k = 0; k < in; k++) sum += (double)x[i * in + k] * (double)n.theta[n.first.weight + k * out + j];
        assert_close((double)y.x[i * out + j], sum, 2e-5);
      }
  }
}

static void a_row_does_not_depend_on_the_batch_it_is_in(void **state) {
  static net n;
  static nn_real x[MOST];
  (void)state;
  uint64_t random = 2;
  for (int round = 0; round < 40; round++) {
    uint32_t rows = 1 + baud_below(&random, 40), in = 1 + baud_below(&random, 40), hidden = 1 + baud_below(&random, 60);
    net_open(&n, in, hidden, 1 + baud_below(&random, 30), random);
    fill(x, (size_t)rows * in, random);
    nn_tape whole, single;
    nn_tape_open(&whole, arena, sizeof arena / 2);
    nn_tape_open(&single, arena + sizeof arena / 2, sizeof arena / 2);
    nn_bind(&whole, n.theta, NULL);
    nn_value all = net_forward(&whole, &n, x, rows);
    for (uint32_t i = 0; i < rows; i++) {
      nn_begin(&single, NN_INFER);
      nn_bind(&single, n.theta, NULL);
      nn_value one = net_forward(&single, &n, x + i * in, 1);
      assert_memory_equal(one.x, all.x + (size_t)i * all.cols, all.cols * sizeof *one.x);
    }
  }
}

static void an_arena_too_small_is_reported_and_measured(void **state) {
  static net n;
  static const nn_real x[8 * 4] = {1};
  (void)state;
  net_open(&n, 4, 32, 2, 3);
  nn_tape t;
  nn_tape_open(&t, NULL, 0);
  nn_begin(&t, NN_TRAIN);
  nn_bind(&t, NULL, n.gradient);
  nn_value y = net_forward(&t, &n, NULL, 8);
  assert_true(nn_loss_sum(&t, y, NULL, 1.0) == 0.0 && nn_is_dry(&t) && y.x == NULL && y.rows == 8 && y.cols == 2);
  size_t bytes = nn_arena_bytes(&t);
  for (size_t room = 0; room <= bytes; room += 64) {
    nn_tape_open(&t, arena, room);
    nn_begin(&t, NN_TRAIN);
    nn_bind(&t, n.theta, n.gradient);
    y = net_forward(&t, &n, x, 8);
    nn_loss_sum(&t, y, NULL, 1.0);
    assert_int_equal(nn_arena_bytes(&t), bytes);
    assert_int_equal(nn_backward(&t), room < bytes ? BAUD_EBUG : BAUD_OK);
  }
}

static void frozen_parameters_let_gradients_through(void **state) {
  static net n;
  static nn_real x[3 * 5];
  (void)state;
  net_open(&n, 5, 7, 2, 4);
  fill(x, 15, 4);
  nn_tape t;
  nn_tape_open(&t, arena, sizeof arena);
  nn_begin(&t, NN_TRAIN);
  nn_bind(&t, n.theta, NULL);
  nn_value v = nn_variable(&t, x, 3, 5);
  nn_value y = nn_linear(&t, &n.second, nn_linear(&t, &n.first, v, NN_TANH), NN_IDENTITY);
  nn_loss_sum(&t, y, NULL, 1.0);
  assert_int_equal(nn_backward(&t), BAUD_OK);
  double size = 0.0;
  for (int i = 0; i < 15; i++) size += fabs((double)nn_gradient(v)[i]);
  assert_true(size > 0.1);
  for (uint64_t i = 0; i < n.layout.count; i++) assert_true(n.gradient[i] == 0);
}

static void a_network_learns_exclusive_or(void **state) {
  static net n;
  static nn_real moments[4 * MOST + 1];
  static const nn_real x[4][2] = {{0, 0}, {0, 1}, {1, 0}, {1, 1}};
  static const int32_t y[4] = {0, 1, 1, 0};
  const nn_adam adam = {0.02, 0.9, 0.999, 1e-8, 0.0};
  double loss = 0.0;
  (void)state;
  net_open(&n, 2, 16, 2, 5);
  nn_tape t;
  nn_tape_open(&t, arena, sizeof arena);
  for (int step = 0; step < 300; step++) {
    nn_begin(&t, NN_TRAIN);
    nn_bind(&t, n.theta, n.gradient);
    loss = nn_loss_cross_entropy(&t, net_forward(&t, &n, x[0], 4), y, NULL, NULL, 0.25);
    assert_int_equal(nn_backward(&t), BAUD_OK);
    nn_adam_step(&adam, n.theta, n.gradient, moments, n.layout.count, 1.0);
  }
  assert_true(loss < 0.01);
}

/* ---- Through time --------------------------------------------------------------------------------------------- */

typedef nn_value recurrent(nn_tape *t, const nn_recurrent_layer *layer, nn_value x, nn_value state, const uint8_t *starts,
                           nn_real *last);
enum { LENGTH = 7, SEQUENCES = 5, FEATURES = 6, UNITS = 9 };

/* One call over all steps, and a call a step for one lane alone whose state lives in the caller's array: the same bits. */
static void check_stepping(recurrent *run, nn_recurrent_layer layer, const nn_real *theta, uint32_t width) {
  static nn_real x[LENGTH * SEQUENCES * FEATURES], state[SEQUENCES * 2 * UNITS], last[SEQUENCES * 2 * UNITS], own[2 * UNITS];
  uint8_t starts[LENGTH * SEQUENCES] = {0};
  nn_tape whole, single;
  fill(x, LENGTH * SEQUENCES * FEATURES, 20);
  fill(state, SEQUENCES * width, 21);
  starts[3 * SEQUENCES + 1] = starts[5 * SEQUENCES + 1] = starts[2] = 1;
  nn_tape_open(&whole, arena, sizeof arena / 2);
  nn_tape_open(&single, arena + sizeof arena / 2, sizeof arena / 2);
  nn_bind(&whole, theta, NULL);
  nn_value all = run(&whole, &layer, nn_constant(&whole, x, LENGTH * SEQUENCES, FEATURES),
                     nn_constant(&whole, state, SEQUENCES, width), starts, last);
  for (uint32_t lane = 0; lane < SEQUENCES; lane++) {
    memcpy(own, state + lane * width, width * sizeof *own);
    for (uint32_t step = 0; step < LENGTH; step++) {
      uint32_t row = step * SEQUENCES + lane;
      nn_begin(&single, NN_INFER);
      nn_bind(&single, theta, NULL);
      nn_value one = run(&single, &layer, nn_constant(&single, x + row * FEATURES, 1, FEATURES),
                         nn_constant(&single, own, 1, width), starts + row, own);
      assert_memory_equal(one.x, all.x + row * UNITS, UNITS * sizeof *one.x);
    }
    assert_memory_equal(own, last + lane * width, width * sizeof *own);
  }
}

static void stepping_a_recurrent_layer_gives_what_a_sequence_gives(void **state) {
  static nn_real theta[2000];
  nn_layout layout = {0};
  uint64_t random = 22;
  (void)state;
  nn_recurrent_layer gru = nn_gru_declare(&layout, "gru", FEATURES, UNITS);
  nn_recurrent_layer lstm = nn_lstm_declare(&layout, "lstm", FEATURES, UNITS);
  assert_true(layout.count <= sizeof theta / sizeof *theta);
  nn_gru_init(&gru, theta, &random);
  nn_lstm_init(&lstm, theta, &random);
  for (uint32_t i = 0; i < 4 * UNITS; i++)
    assert_true(theta[lstm.input_bias + i] == (i >= UNITS && i < 2 * UNITS ? 1 : 0)); /* the forget gate remembers */
  check_stepping(nn_gru, gru, theta, UNITS);
  check_stepping(nn_lstm, lstm, theta, 2 * UNITS);
}

enum { MODEL = 12, HEADS = 3, WINDOW = 4 };

/* Attention a token at a time, over a memory in the caller's arrays, and over the whole at once. */
static void stepping_attention_gives_what_a_sequence_gives(void **state) {
  static nn_real theta[2000], x[LENGTH * SEQUENCES * MODEL], kept[SEQUENCES * WINDOW * 2 * MODEL], own[WINDOW * 2 * MODEL];
  static nn_real expected[SEQUENCES * WINDOW * 2 * MODEL];
  int32_t length[SEQUENCES] = {0, 1, 3, 4, 11}, expected_length[SEQUENCES], own_length;
  uint8_t starts[LENGTH * SEQUENCES] = {0};
  nn_layout layout = {0};
  nn_tape whole, single;
  uint64_t random = 23;
  (void)state;
  nn_attention_layer layer = nn_attention_declare(&layout, "attention", MODEL, HEADS, WINDOW);
  assert_true(layout.count <= sizeof theta / sizeof *theta && nn_attention_tokens(&layer) == WINDOW * 2 * MODEL);
  nn_attention_init(&layer, theta, 1.0, &random);
  fill(theta + layer.distance, HEADS * WINDOW, 24);
  fill(x, LENGTH * SEQUENCES * MODEL, 25);
  fill(kept, SEQUENCES * WINDOW * 2 * MODEL, 26);
  starts[3 * SEQUENCES + 1] = starts[5 * SEQUENCES + 1] = starts[2] = 1;
  nn_tape_open(&whole, arena, sizeof arena / 2);
  nn_tape_open(&single, arena + sizeof arena / 2, sizeof arena / 2);
  nn_bind(&whole, theta, NULL);
  nn_value all = nn_attention(&whole, &layer, nn_constant(&whole, x, LENGTH * SEQUENCES, MODEL), SEQUENCES,
                              &(nn_attention_memory){kept, length}, starts, &(nn_attention_memory){expected, expected_length});
  for (uint32_t lane = 0; lane < SEQUENCES; lane++) {
    nn_attention_memory memory = {own, &own_length};
    memcpy(own, kept + lane * WINDOW * 2 * MODEL, sizeof own);
    own_length = length[lane];
    for (uint32_t step = 0; step < LENGTH; step++) {
      uint32_t row = step * SEQUENCES + lane;
      nn_begin(&single, NN_INFER);
      nn_bind(&single, theta, NULL);
      nn_value one = nn_attention(&single, &layer, nn_constant(&single, x + row * MODEL, 1, MODEL), 1, &memory, starts + row, &memory);
      assert_memory_equal(one.x, all.x + row * MODEL, MODEL * sizeof *one.x);
    }
    assert_int_equal(own_length, expected_length[lane]);
    assert_true(own_length == (lane == 1 ? 2 : lane == 2 ? LENGTH : length[lane] + LENGTH));
    for (int32_t age = own_length < WINDOW ? own_length : WINDOW; age > 0; age--) /* slots that were never written differ */
      assert_memory_equal(own + (own_length - age) % WINDOW * 2 * MODEL,
                          expected + lane * WINDOW * 2 * MODEL + (own_length - age) % WINDOW * 2 * MODEL, 2 * MODEL * sizeof *own);
  }
}

/* One head, one key written over: what is read is the value last written, the old one is gone (beta = 1). */
static void the_delta_rule_writes_and_overwrites(void **state) {
  static const nn_real key[3 * 2] = {1, 0, 0, 1, 1, 0}, value[3 * 2] = {3, 4, 5, 6, -7, 8}, beta[3] = {1, 1, 1};
  static const nn_real query[3 * 2] = {1, 0, 1, 0, 1, 0}, nothing[4] = {0};
  nn_real last[4];
  nn_tape t;
  (void)state;
  nn_tape_open(&t, arena, sizeof arena);
  nn_value y = nn_delta_rule(&t, nn_constant(&t, query, 3, 2), nn_constant(&t, key, 3, 2), nn_constant(&t, value, 3, 2),
                             nn_constant(&t, beta, 3, 1), nothing, 1, NULL, last);
  assert_true(y.x[0] == 3 && y.x[1] == 4 && y.x[2] == 3 && y.x[3] == 4 && y.x[4] == -7 && y.x[5] == 8);
  assert_true(last[0] == -7 && last[1] == 5 && last[2] == 8 && last[3] == 6);
}

static void an_adapter_changes_nothing_at_first(void **state) {
  static nn_real theta[1000], x[15];
  nn_layout layout = {0};
  uint64_t random = 27;
  nn_tape t;
  (void)state;
  nn_adapter_layer layer = nn_adapter_declare(&layout, "adapter", 5, 7, 2, 2.0);
  fill(theta, 1000, 28);
  fill(x, 15, 29);
  nn_adapter_init(&layer, theta, &random);
  nn_tape_open(&t, arena, sizeof arena);
  nn_bind(&t, theta, NULL);
  nn_value y = nn_adapter(&t, &layer, nn_constant(&t, x, 3, 5));
  assert_true(y.rows == 3 && y.cols == 7);
  for (int i = 0; i < 21; i++) assert_true(y.x[i] == 0);
}

/* ---- Optimisers ------------------------------------------------------------------------------------------------ */

static void adam_follows_its_equations(void **state) {
  enum { N = 37, STEPS = 50 };
  const nn_adam o = {0.01, 0.9, 0.99, 1e-5, 0.1};
  static nn_real theta[N], g[N], moments[2 * N + 1];
  double x[N], m[N] = {0}, v[N] = {0};
  (void)state;
  fill(theta, N, 6);
  for (int i = 0; i < N; i++) x[i] = (double)theta[i];
  for (int step = 1; step <= STEPS; step++) {
    fill(g, N, 100 + (uint64_t)step);
    for (int i = 0; i < N; i++) {
      double d = 0.5 * (double)g[i];
      x[i] *= 1.0 - o.lr * o.decay;
      m[i] = o.beta1 * m[i] + (1.0 - o.beta1) * d;
      v[i] = o.beta2 * v[i] + (1.0 - o.beta2) * d * d;
      x[i] -= o.lr * (m[i] / (1.0 - pow(o.beta1, step))) / (sqrt(v[i] / (1.0 - pow(o.beta2, step))) + o.epsilon);
    }
    nn_adam_step(&o, theta, g, moments, N, 0.5);
    for (int i = 0; i < N; i++) assert_true(g[i] == 0);
  }
  for (int i = 0; i < N; i++) assert_close((double)theta[i], x[i], 2e-5);
}

static void sgd_follows_its_equations(void **state) {
  const nn_sgd plain = {0.5, 0.0}, heavy = {0.5, 0.9};
  nn_real theta[2] = {1, 1}, g[2] = {2, -2}, v[2] = {0, 0};
  (void)state;
  nn_sgd_step(&plain, theta, g, NULL, 2, 0.25);
  assert_close((double)theta[0], 0.75, 1e-6);
  assert_true(g[0] == 0 && g[1] == 0 && nn_sgd_state(&plain, 2) == 0 && nn_sgd_state(&heavy, 2) == 2);
  for (int step = 0; step < 2; step++) {
    g[0] = 1;
    nn_sgd_step(&heavy, theta, g, v, 2, 1.0);
  }
  assert_close((double)theta[0], 0.75 - 0.5 - 0.5 * 1.9, 1e-6);
}

static void rmsprop_follows_its_equations(void **state) {
  const nn_rmsprop o = {0.1, 0.9, 1e-3};
  nn_real theta[1] = {1}, v[1] = {0}, g[1];
  double x = 1.0, mean = 0.0;
  (void)state;
  for (int step = 1; step <= 20; step++) {
    double d = 0.5 * cos(step);
    g[0] = (nn_real)cos(step);
    nn_rmsprop_step(&o, theta, g, v, 1, 0.5);
    mean = 0.9 * mean + 0.1 * d * d;
    x -= 0.1 * d / (sqrt(mean) + 1e-3);
    assert_true(g[0] == 0);
  }
  assert_close((double)theta[0], x, 1e-5);
}

/* sum |z| = 3: with lr 1, kappa 2 and delta 4 the bound m is 24, so the step is 1/24; with lr .1 and delta .5 it is .6, and
 * the step is lr. */
static void obgd_bounds_its_step(void **state) {
  const nn_obgd bold = {1.0, 2.0}, timid = {0.1, 2.0};
  nn_real theta[2] = {0, 0}, z[2] = {2, -4};
  (void)state;
  nn_trace_decay(z, 2, 0.5);
  assert_true(z[0] == 1 && z[1] == -2);
  assert_close(nn_obgd_step(&bold, theta, z, 2, 4.0), 1.0 / 24.0, 1e-9);
  assert_close((double)theta[0], 4.0 / 24.0, 1e-6);
  assert_close((double)theta[1], -8.0 / 24.0, 1e-6);
  theta[0] = theta[1] = 0;
  assert_close(nn_obgd_step(&timid, theta, z, 2, -0.5), 0.1, 1e-9);
  assert_close((double)theta[1], 0.1, 1e-7);
}

/* Sutton's experiment (1992, section 4): 20 inputs, 5 of which matter, one of them flipping its sign every 20 steps. What
 * matters comes to be learnt fast, the rest hardly at all. */
static void idbd_finds_the_inputs_that_matter(void **state) {
  enum { N = 20, RELEVANT = 5, STEPS = 250000 };
  const nn_idbd o = {0.001, 0.05};
  static nn_real theta[N], gradient[N], memory[2 * N];
  double sign[RELEVANT] = {1, 1, 1, 1, 1};
  uint64_t random = 12;
  (void)state;
  nn_idbd_init(&o, memory, N);
  assert_int_equal(nn_idbd_state(N), 2 * N);
  for (int step = 0; step < STEPS; step++) {
    double target = 0.0, guess = 0.0;
    if (step % 20 == 0) sign[baud_below(&random, RELEVANT)] *= -1.0;
    for (int i = 0; i < N; i++) {
      gradient[i] = (nn_real)baud_normal(&random);
      guess += (double)(theta[i] * gradient[i]);
      if (i < RELEVANT) target += sign[i] * (double)gradient[i];
    }
    nn_idbd_step(&o, theta, gradient, memory, N, target - guess);
  }
  for (int i = 0; i < N; i++) {
    double lr = exp((double)memory[i]);
    assert_true(i < RELEVANT ? lr > 0.1 && lr < 0.16 : lr < 0.015);
    assert_true(gradient[i] == 0);
  }
}

static void clipping_bounds_the_norm(void **state) {
  static nn_real g[1000];
  double sum = 0.0;
  (void)state;
  fill(g, 1000, 8);
  for (int i = 0; i < 1000; i++) sum += (double)g[i] * (double)g[i];
  assert_close(nn_gradient_norm(g, 1000), sqrt(sum), 1e-4);
  assert_close(nn_clip_scale(g, 1000, 0.5) * sqrt(sum), 0.5, 1e-5);
  assert_true(nn_clip_scale(g, 1000, 1000.0) == 1.0);
}

/* ---- Normal numbers ------------------------------------------------------------------------------------------------ */

/* Against the definition, number by number: each pair is made of two numbers of its stream, whatever the other streams. */
static void normals_are_box_and_mullers_pairs_of_each_stream(void **state) {
  enum { STREAMS = 37, MOST_EACH = 9 };
  static nn_real out[STREAMS * MOST_EACH];
  uint64_t random[STREAMS], check;
  (void)state;
  for (uint32_t n = 1; n <= MOST_EACH; n++) {
    for (uint32_t i = 0; i < STREAMS; i++) random[i] = 1000 + i;
    nn_normals(random, STREAMS, out, n);
    for (uint32_t i = 0; i < STREAMS; i++) {
      check = 1000 + i;
      for (uint32_t j = 0; j < n; j += 2) {
        double u = ((double)(baud_random(&check) >> 32) + 1.0) * 0x1p-32, turn = (double)(baud_random(&check) >> 40) * 0x1p-24;
        double radius = sqrt(-2.0 * log(u)), angle = 2.0 * acos(-1.0) * turn;
        assert_close((double)out[i * n + j], radius * cos(angle), 1e-5);
        if (j + 1 < n) assert_close((double)out[i * n + j + 1], radius * sin(angle), 1e-5);
      }
      assert_true(random[i] == check);
    }
  }
}

/* Of n = 10^6 numbers: mean, variance and the share beyond 3 within six standard deviations each, false alarm < 1e-8. */
static void normals_have_the_moments_and_tails_of_the_normal(void **state) {
  enum { N = 1000000 };
  static nn_real x[N];
  uint64_t random = 30;
  double sum = 0.0, squares = 0.0, serial = 0.0, p = erfc(3.0 / sqrt(2.0));
  int beyond = 0;
  (void)state;
  nn_normals(&random, 1, x, N);
  for (int i = 0; i < N; i++) {
    sum += (double)x[i], squares += (double)x[i] * (double)x[i];
    serial += i ? (double)x[i] * (double)x[i - 1] : 0.0;
    beyond += fabs((double)x[i]) > 3.0;
  }
  assert_close(sum / N, 0.0, 6.0 / sqrt(N));
  assert_close(serial / N, 0.0, 6.0 / sqrt(N));
  assert_close(squares / N, 1.0, 6.0 * sqrt(2.0 / N));
  assert_close((double)beyond / N, p, 6.0 * sqrt(p / N));
}

/* ---- Initialisation ---------------------------------------------------------------------------------------------- */

static void orthogonal_matrices_are_orthogonal(void **state) {
  static nn_real w[MOST];
  static const uint32_t sizes[][2] = {{64, 64}, {4, 64}, {64, 2}, {1, 1}, {33, 17}};
  (void)state;
  uint64_t random = 9;
  for (size_t s = 0; s < sizeof sizes / sizeof *sizes; s++) {
    uint32_t in = sizes[s][0], out = sizes[s][1], n = in < out ? in : out, length = in < out ? out : in;
    size_t vector = in < out ? out : 1, element = in < out ? 1 : out;
    nn_orthogonal(w, in, out, 1.5, &random);
    for (uint32_t a = 0; a < n; a++)
      for (uint32_t b = 0; b <= a; b++) {
        double sum = 0.0;
        for (uint32_t i = 0; i < length; i++) sum += (double)w[a * vector + i * element] * (double)w[b * vector + i * element];
        assert_close(sum, a == b ? 2.25 : 0.0, 3e-6);
      }
  }
}

/* 4,096 uniform numbers: their extremes are within 1 % of the bound but with probability .995^4096 < 2e-9 each. */
static void uniform_weights_fill_their_interval(void **state) {
  static net n;
  (void)state;
  net_open(&n, 64, 64, 1, 10);
  double low = 0.0, high = 0.0, bound = 1.0 / 8.0;
  for (int i = 0; i < MOST; i++) {
    low = fmin(low, (double)n.theta[n.first.weight + (uint64_t)i]);
    high = fmax(high, (double)n.theta[n.first.weight + (uint64_t)i]);
  }
  assert_true(low >= -bound && low < -0.99 * bound && high <= bound && high > 0.99 * bound);
}

static void sparse_weights_leave_every_unit_the_same_share(void **state) {
  static net n;
  static const uint32_t sizes[][3] = {{64, 30, 58}, {4, 20, 4}, {11, 16, 10}}; /* in, out, ceil(.9 in) */
  (void)state;
  for (size_t s = 0; s < sizeof sizes / sizeof *sizes; s++) {
    uint32_t in = sizes[s][0], out = sizes[s][1];
    int row_zeros = 0;
    uint64_t random = 11;
    net_open(&n, in, out, 1, 1);
    nn_linear_sparse(&n.first, n.theta, 0.9, &random);
    for (uint32_t j = 0; j < out; j++) {
      uint32_t zeros = 0;
      for (uint32_t i = 0; i < in; i++) {
        nn_real w = n.theta[n.first.weight + i * out + j];
        zeros += w == 0;
        row_zeros += i == 0 && w == 0;
        assert_true(fabs((double)w) <= 1.0 / sqrt(in));
      }
      assert_int_equal(zeros, sizes[s][2]);
      assert_true(n.theta[n.first.bias + j] == 0);
    }
    assert_true(sizes[s][2] == in || row_zeros < (int)out); /* not the same inputs for every unit */
  }
}

int main(void) {
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(linear_layers_compute_what_they_say),
      cmocka_unit_test(a_row_does_not_depend_on_the_batch_it_is_in),
      cmocka_unit_test(an_arena_too_small_is_reported_and_measured),
      cmocka_unit_test(frozen_parameters_let_gradients_through),
      cmocka_unit_test(a_network_learns_exclusive_or),
      cmocka_unit_test(stepping_a_recurrent_layer_gives_what_a_sequence_gives),
      cmocka_unit_test(stepping_attention_gives_what_a_sequence_gives),
      cmocka_unit_test(the_delta_rule_writes_and_overwrites),
      cmocka_unit_test(an_adapter_changes_nothing_at_first),
      cmocka_unit_test(adam_follows_its_equations),
      cmocka_unit_test(sgd_follows_its_equations),
      cmocka_unit_test(rmsprop_follows_its_equations),
      cmocka_unit_test(obgd_bounds_its_step),
      cmocka_unit_test(idbd_finds_the_inputs_that_matter),
      cmocka_unit_test(clipping_bounds_the_norm),
      cmocka_unit_test(normals_are_box_and_mullers_pairs_of_each_stream),
      cmocka_unit_test(normals_have_the_moments_and_tails_of_the_normal),
      cmocka_unit_test(orthogonal_matrices_are_orthogonal),
      cmocka_unit_test(uniform_weights_fill_their_interval),
      cmocka_unit_test(sparse_weights_leave_every_unit_the_same_share),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
