/* bench_nn.c - the network library against the arithmetic it is made of. Three parts:
 *
 *   products    each hot shape by the library and by OpenBLAS on one thread, in turn: GFLOP/s and the ratio of times
 *   networks    a training pass (forward, loss, backward) through the tape against the same products and activations in a
 *               bare loop of the fastest kernels, and against OpenBLAS's products alone
 *   pieces      tanh, Adam, one operation's record on the tape
 *
 * Times are the least of ROUNDS, processor time, both sides of a ratio in turn. Exits 1 where a network's pass takes more than
 * 1.25 times its bare arithmetic (1.6 for a single row, where the arithmetic is some hundred nanoseconds), or OpenBLAS is
 * faster over the hot shapes as a whole.
 */
#include <cblas.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "baud/nn.h"
#include "plugins/nn/kernels.h"
#include "plugins/nn/vectors.h"

enum { ROUNDS = 25, MOST = 1 << 20 };
static const nn_kernels *kernels;
static _Alignas(64) float left[MOST], right[MOST], result[MOST], bias[MOST];

static double now(void) {
  struct timespec t;
  clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &t);
  return (double)t.tv_sec + 1e-9 * (double)t.tv_nsec;
}

/* Least seconds a call of each of n pieces of work, in turn. */
typedef struct work {
  void (*run)(void *ctx);
  void *ctx;
  double seconds;
} work;

static void measure(work *w, int n) {
  unsigned long calls[8];
  for (int i = 0; i < n; i++) {
    double began = now(), took;
    for (calls[i] = 1;; calls[i] *= 2) {
      for (unsigned long c = 0; c < calls[i]; c++) w[i].run(w[i].ctx);
      took = now() - began;
      if (took > 0.001) break;
    }
    w[i].seconds = HUGE_VAL;
  }
  for (int round = 0; round < ROUNDS; round++)
    for (int i = 0; i < n; i++) {
      double began = now();
      for (unsigned long c = 0; c < calls[i]; c++) w[i].run(w[i].ctx);
      w[i].seconds = fmin(w[i].seconds, (now() - began) / (double)calls[i]);
    }
}

/* ---- Products ---------------------------------------------------------------------------------------------- */

/* A layer's three products: y = x W, dW += x' dy, dx = dy W'. x [rows][in], W [in][out]. */
typedef struct layer_shape {
  size_t rows, in, out;
} layer_shape;

static void own_forward(const layer_shape *s) {
  kernels->of_products->product(s->rows, s->out, s->in, (nn_matrix){ left, s->in, 1 }, (nn_matrix){ right, s->out, 1 }, bias,
                                result, s->out, NN_SET);
}
static void own_weights(const layer_shape *s) {
  kernels->of_products->product(s->in, s->out, s->rows, (nn_matrix){ left, 1, s->in }, (nn_matrix){ right, s->out, 1 }, NULL,
                                result, s->out, NN_ADD);
}
static void own_inputs(const layer_shape *s) {
  kernels->of_products->product(s->rows, s->in, s->out, (nn_matrix){ left, s->out, 1 }, (nn_matrix){ right, 1, s->out }, NULL,
                                result, s->in, NN_SET);
}
static void blas(CBLAS_TRANSPOSE a, CBLAS_TRANSPOSE b, size_t m, size_t n, size_t k, size_t a_row, size_t b_row, float beta) {
  cblas_sgemm(CblasRowMajor, a, b, (int)m, (int)n, (int)k, 1.0f, left, (int)a_row, right, (int)b_row, beta, result, (int)n);
}
static void blas_forward(const layer_shape *s) { blas(CblasNoTrans, CblasNoTrans, s->rows, s->out, s->in, s->in, s->out, 0); }
static void blas_weights(const layer_shape *s) { blas(CblasTrans, CblasNoTrans, s->in, s->out, s->rows, s->in, s->out, 1); }
static void blas_inputs(const layer_shape *s) { blas(CblasNoTrans, CblasTrans, s->rows, s->in, s->out, s->out, s->out, 0); }

static void own_layer(void *s) { own_forward(s), own_weights(s), own_inputs(s); }
static void blas_layer(void *s) { blas_forward(s), blas_weights(s), blas_inputs(s); }

/* As many independent fused multiply-adds as hide each other: what the core can do, with the vectors that it gets. */
#ifdef __x86_64__
#define WIDE __attribute__((target("avx2,fma")))
#else
#define WIDE
#endif
typedef float eight __attribute__((vector_size(32)));
static WIDE void peak_wide(void *ctx) {
  eight sum[12], x, y;
  memcpy(&x, left, sizeof x), memcpy(&y, right, sizeof y);
  for (int j = 0; j < 12; j++) sum[j] = x;
  for (int i = 0; i < 1000; i++) {
    UNROLLED for (int j = 0; j < 12; j++) sum[j] = sum[j] * y + x;
  }
  for (int j = 0; j < 12; j++) memcpy(result + 8 * j, &sum[j], sizeof x);
  (void)ctx;
}

static const layer_shape shapes[] = {
  { 1, 32, 32 },    { 1, 64, 64 },   { 4, 4, 64 },    { 4, 64, 64 },  { 4, 64, 2 },    { 32, 64, 64 },
  { 100, 4, 64 },   { 100, 64, 64 }, { 100, 64, 1 },  { 128, 4, 64 }, { 128, 64, 64 }, { 128, 64, 2 },
  { 128, 128, 128 }, { 512, 64, 64 }, { 1024, 32, 32 }, { 256, 256, 256 },
};
enum { SHAPES = sizeof shapes / sizeof *shapes };

static int bench_products(void) {
  double logs = 0.0;
  work top = { peak_wide, NULL, 0.0 };
  double flops = 0.0;
  if (kernels != &nn_kernels_any) {
    measure(&top, 1);
    flops = 1000.0 * 12 * 8 * 2 / top.seconds;
  }
  printf("products: forward and both backward, GFLOP/s (a loop of multiply-adds: %.0f)\n", 1e-9 * flops);
  printf("%6s %5s %5s %9s %9s %9s %14s\n", "rows", "in", "out", "baud", "OpenBLAS", "of peak", "time, ratio");
  for (int i = 0; i < SHAPES; i++) {
    layer_shape s = shapes[i];
    work w[2] = { { own_layer, &s, 0.0 }, { blas_layer, &s, 0.0 } };
    measure(w, 2);
    double flop = 6.0 * (double)(s.rows * s.in * s.out);
    logs += log(w[0].seconds / w[1].seconds);
    printf("%6zu %5zu %5zu %9.1f %9.1f %8.0f%% %14.2f\n", s.rows, s.in, s.out, 1e-9 * flop / w[0].seconds,
           1e-9 * flop / w[1].seconds, flops > 0.0 ? 100 * flop / w[0].seconds / flops : 0.0, w[0].seconds / w[1].seconds);
  }
  printf("geometric mean of the ratios: %.2f\n\n", exp(logs / SHAPES));
  return logs > 0.0;
}

/* ---- Networks ------------------------------------------------------------------------------------------------ */

typedef struct net {
  uint32_t rows, in, hidden, out;
  int activation;
  nn_layout layout;
  nn_linear_layer layer[3];
  nn_tape tape;
  float *theta, *gradient, *x, *target, *bare;
} net;

static void net_pass(net *n) {
  nn_begin(&n->tape, NN_TRAIN);
  nn_bind(&n->tape, n->theta, n->gradient);
  nn_value h = nn_constant(&n->tape, n->x, n->rows, n->in);
  for (int i = 0; i < 3; i++) h = nn_linear(&n->tape, &n->layer[i], h, i < 2 ? n->activation : NN_IDENTITY);
  nn_loss_squared(&n->tape, h, n->target, NULL, 1.0 / n->rows);
  (void)nn_backward(&n->tape);
}
static void tape_pass(void *n) { net_pass(n); }

/* The products and activations of such a pass, nothing else, on arrays that lie as the tape's do. */
static void bare_pass(void *ctx) {
  net *n = ctx;
  const nn_product_kernels *k = kernels->of_products;
  size_t rows = n->rows, wide = rows * n->hidden;
  float *value[4] = { n->x, n->bare, n->bare + wide, n->bare + 2 * wide }, *d = n->bare + 3 * wide, *d_before = n->bare + 4 * wide;
  for (int i = 0; i < 3; i++) {
    nn_linear_layer l = n->layer[i];
    k->product(rows, l.out, l.in, (nn_matrix){ value[i], l.in, 1 }, (nn_matrix){ n->theta + l.weight, l.out, 1 },
               n->theta + l.bias, value[i + 1], l.out, NN_SET);
    if (i < 2) kernels->of_elements->activate(n->activation, value[i + 1], value[i + 1], wide);
  }
  for (int i = 2; i >= 0; i--) {
    nn_linear_layer l = n->layer[i];
    if (i < 2) kernels->of_elements->activate_back(n->activation, value[i + 1], d, d, wide, NN_SET);
    k->product(l.in, l.out, rows, (nn_matrix){ value[i], 1, l.in }, (nn_matrix){ d, l.out, 1 }, NULL, n->gradient + l.weight,
               l.out, NN_ADD);
    k->column_sums(d, rows, l.out, n->gradient + l.bias);
    if (i > 0)
      k->product(rows, l.in, l.out, (nn_matrix){ d, l.out, 1 }, (nn_matrix){ n->theta + l.weight, 1, l.out }, NULL, d_before,
                 l.in, NN_SET);
    float *swapped = d;
    d = d_before, d_before = swapped;
  }
}

static void blas_pass(void *ctx) {
  net *n = ctx;
  for (int i = 0; i < 3; i++) {
    layer_shape s = { n->rows, n->layer[i].in, n->layer[i].out };
    blas_forward(&s), blas_weights(&s);
    if (i > 0) blas_inputs(&s);
  }
}

static void *room(size_t bytes) {
  void *p = aligned_alloc(64, (bytes + 63) / 64 * 64);
  if (!p) exit(2);
  memset(p, 0, bytes);
  return p;
}

static void net_open(net *n) {
  const uint32_t sizes[4] = { n->in, n->hidden, n->hidden, n->out };
  uint64_t random = 1;
  for (int i = 0; i < 3; i++) n->layer[i] = nn_linear_declare(&n->layout, "layer", sizes[i], sizes[i + 1], NN_BIAS);
  n->theta = room(n->layout.count * sizeof(float)), n->gradient = room(n->layout.count * sizeof(float));
  n->x = room(n->rows * n->in * sizeof(float)), n->target = room(n->rows * n->out * sizeof(float));
  n->bare = room(5 * sizeof(float) * n->rows * n->hidden);
  for (int i = 0; i < 3; i++) nn_linear_orthogonal(&n->layer[i], n->theta, 1.0, &random);
  for (uint32_t i = 0; i < n->rows * n->in; i++) n->x[i] = (float)(i % 7) * 0.3f - 0.9f;
  nn_tape_open(&n->tape, NULL, 0);
  nn_begin(&n->tape, NN_TRAIN);
  net_pass(n);
  size_t bytes = nn_arena_bytes(&n->tape);
  nn_tape_open(&n->tape, room(bytes), bytes);
}

static void net_close(net *n) {
  free(n->theta), free(n->gradient), free(n->x), free(n->target), free(n->bare), free(n->tape.arena);
}

typedef struct net_shape {
  const char *name;
  uint32_t rows, in, hidden, out;
  int activation;
} net_shape;
static const net_shape nets[] = {
  { "one row, 32-32, leaky rectifier", 1, 4, 32, 1, NN_LEAKY_RELU },
  { "PPO on the cart, 64-64, tanh", 128, 4, 64, 2, NN_TANH },
  { "PPO on the pendulum, 32-32, tanh", 1024, 3, 32, 1, NN_TANH },
  { "SAC on the pendulum, 64-64, rectifier", 100, 4, 64, 1, NN_RELU },
  { "256-256, rectifier", 256, 17, 256, 6, NN_RELU },
};
enum { NETS = sizeof nets / sizeof *nets };

static int bench_networks(void) {
  int is_over = 0;
  puts("networks: a training pass, microseconds");
  printf("%-40s %5s %9s %9s %9s %14s %14s\n", "", "rows", "baud", "bare", "OpenBLAS", "of bare", "of OpenBLAS's");
  for (int i = 0; i < NETS; i++) {
    net n = { .rows = nets[i].rows, .in = nets[i].in, .hidden = nets[i].hidden, .out = nets[i].out, .activation = nets[i].activation };
    net_open(&n);
    work w[3] = { { tape_pass, &n, 0.0 }, { bare_pass, &n, 0.0 }, { blas_pass, &n, 0.0 } };
    measure(w, 3);
    double ratio = w[0].seconds / w[1].seconds;
    is_over |= ratio > (n.rows == 1 ? 1.6 : 1.25);
    printf("%-40s %5u %9.2f %9.2f %9.2f %14.2f %14.2f\n", nets[i].name, n.rows, 1e6 * w[0].seconds, 1e6 * w[1].seconds,
           1e6 * w[2].seconds, ratio, w[0].seconds / w[2].seconds);
    net_close(&n);
  }
  putchar('\n');
  return is_over;
}

/* ---- Pieces ----------------------------------------------------------------------------------------------------- */

enum { MANY = 16384 };
static void many_tanh(void *ctx) { (void)ctx, kernels->of_elements->activate(NN_TANH, left, result, MANY); }
static void many_libm(void *ctx) {
  (void)ctx;
  for (int i = 0; i < MANY; i++) result[i] = tanhf(left[i]);
}
static void many_exp(void *ctx) { (void)ctx, kernels->of_elements->exp(1, left, result, MANY); }
static void many_adam(void *ctx) {
  const nn_adam o = { 1e-3, 0.9, 0.999, 1e-8, 0.0 };
  (void)ctx, nn_adam_step(&o, left, right, result, MANY, 1.0);
}
/* A chain of operations on one number. */
enum { CHAIN = 100 };
static _Alignas(64) char arena[CHAIN * 1024];
static void chain(void *ctx) {
  const float one = 1.0f;
  nn_tape t;
  (void)ctx, nn_tape_open(&t, arena, sizeof arena);
  nn_begin(&t, NN_TRAIN);
  nn_value v = nn_variable(&t, &one, 1, 1);
  for (int i = 0; i < CHAIN; i++) v = nn_affine(&t, v, 0.5, 0.5);
  nn_loss_sum(&t, v, NULL, 1.0);
  (void)nn_backward(&t);
}

static void bench_pieces(void) {
  work w[5] = { { many_tanh, NULL, 0.0 }, { many_libm, NULL, 0.0 }, { many_exp, NULL, 0.0 }, { many_adam, NULL, 0.0 }, { chain, NULL, 0.0 } };
  for (int i = 0; i < MOST; i++) left[i] = (float)(i % 1000) * 0.01f - 5.0f;
  measure(w, 5);
  printf("tanh %.2f ns (libm's %.1f), exp %.2f ns, Adam %.2f ns a parameter, an operation there and back %.0f ns\n",
         1e9 * w[0].seconds / MANY, 1e9 * w[1].seconds / MANY, 1e9 * w[2].seconds / MANY, 1e9 * w[3].seconds / MANY,
         1e9 * w[4].seconds / CHAIN);
}

int main(void) {
  openblas_set_num_threads(1);
  kernels = nn_kernels_best();
  for (int i = 0; i < MOST; i++) left[i] = right[i] = 1e-3f * (float)(i % 97);
  int is_slower = bench_products(), is_over = bench_networks();
  bench_pieces();
  if (is_slower) puts("OpenBLAS is faster over these shapes");
  puts(is_over ? "a network takes more than 1.25 times its bare arithmetic (1.6 at one row)"
               : "networks are within 1.25 of their bare arithmetic (1.6 at one row)");
  return is_slower || is_over;
}
