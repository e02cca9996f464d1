/* products.h - what the benchmarks of learners share: processor time, a run of the whole program, and the products and
 * activations of a network of two hidden layers in a bare loop of the fastest kernels there are: at each shape those of the
 * network library or OpenBLAS's on one thread, whichever is faster there. A benchmark includes it once, has all sizes in
 * `shapes`, opens it by products_open, and holds a trial's time to the loop's by the median of ratios within a round.
 */
#ifndef BAUD_BENCH_PRODUCTS_H
#define BAUD_BENCH_PRODUCTS_H

#include <cblas.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include "kernels.h"

enum { ROUNDS = 5, HIDDEN = 2 };
#define MOST_RATIO 1.6

/* ---- Time ----------------------------------------------------------------------------------------------------- */

static inline double seconds_of(const struct rusage *r) {
  return (double)(r->ru_utime.tv_sec + r->ru_stime.tv_sec) + 1e-6 * (double)(r->ru_utime.tv_usec + r->ru_stime.tv_usec);
}

static inline double now(void) {
  struct timespec t;
  clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &t);
  return (double)t.tv_sec + 1e-9 * (double)t.tv_nsec;
}

static inline int by_size(const void *a, const void *b) {
  double x = *(const double *)a, y = *(const double *)b;
  return (x > y) - (x < y);
}

static inline double median(double *x) {
  qsort(x, ROUNDS, sizeof *x, by_size);
  return x[ROUNDS / 2];
}

/* ---- The trial ------------------------------------------------------------------------------------------------- */

/* Processor seconds of one run, from the start of the program to the end of its supervisor, who is nobody's child then and
 * so comes to us. */
static inline double time_trial(const char *script, const char *folder) {
  struct rusage before, after;
  int status, is_well = 0;
  getrusage(RUSAGE_CHILDREN, &before);
  fflush(NULL);
  pid_t pid = fork();
  if (pid == 0) {
    if (!freopen("/dev/null", "w", stdout) || !freopen("/dev/null", "w", stderr)) _exit(127);
    execl("./baud", "baud", "run", script, "--out", folder, "--jobs", "1", "--line", (char *)NULL);
    _exit(127);
  }
  for (pid_t ended = waitpid(-1, &status, 0); ended > 0; ended = waitpid(-1, &status, 0))
    if (ended == pid) is_well = WIFEXITED(status) && WEXITSTATUS(status) == 0;
  getrusage(RUSAGE_CHILDREN, &after);
  if (!is_well) {
    fprintf(stderr, "./baud run %s did not end well\n", script);
    exit(2);
  }
  return seconds_of(&after) - seconds_of(&before);
}

/* ---- The bare loop ------------------------------------------------------------------------------------------------- */

enum { FORWARD, OF_WEIGHT, OF_INPUT };
typedef struct product { /* c [m][n] = a b, or += with a [m][k] stored transposed, or = with b [k][n] stored transposed */
  int kind;
  size_t m, n, k;
  int is_blas;
} product;

static const nn_kernels *kernels;
static float *left, *right, *result; /* shared by all: values do not matter, sizes do */
enum { ROOM = 1 << 21 };

static inline void multiply(const product *p, const float *a, const float *b, float *c) {
  int turns_a = p->kind == OF_WEIGHT, turns_b = p->kind == OF_INPUT;
  if (p->is_blas)
    cblas_sgemm(CblasRowMajor, turns_a ? CblasTrans : CblasNoTrans, turns_b ? CblasTrans : CblasNoTrans, (int)p->m, (int)p->n, (int)p->k, 1.0f, a,
                (int)(turns_a ? p->m : p->k), b, (int)(turns_b ? p->k : p->n), p->kind == OF_WEIGHT ? 1.0f : 0.0f, c, (int)p->n);
  else
    kernels->of_products->product(p->m, p->n, p->k, (nn_matrix){a, turns_a ? 1 : p->k, turns_a ? p->m : 1},
                                  (nn_matrix){b, turns_b ? 1 : p->n, turns_b ? p->k : 1}, NULL, c, p->n, p->kind == OF_WEIGHT ? NN_ADD : NN_SET);
}

/* The faster of the two at this shape. */
static inline product choose(int kind, size_t m, size_t n, size_t k) {
  double best[2] = {1e9, 1e9};
  int times = (int)(2e6 / (double)(m * n * k)) + 1;
  product p = {kind, m, n, k, 0};
  for (int round = 0; round < 20; round++)
    for (p.is_blas = 0; p.is_blas < 2; p.is_blas++) {
      double began = now();
      for (int i = 0; i < times; i++) multiply(&p, left, right, result);
      double took = now() - began;
      if (took < best[p.is_blas]) best[p.is_blas] = took;
    }
  p.is_blas = best[1] < best[0];
  return p;
}

typedef struct shapes { /* of one network of two hidden layers and one number of rows */
  int activation;
  size_t rows, width[HIDDEN + 2];
  product forward[HIDDEN + 1], of_weight[HIDDEN + 1], of_input[HIDDEN + 1];
} shapes;

static inline shapes shapes_of(int activation, size_t rows, size_t in, size_t hidden, size_t out) {
  shapes s = {activation, rows, {in, hidden, hidden, out}, {{0, 0, 0, 0, 0}}, {{0, 0, 0, 0, 0}}, {{0, 0, 0, 0, 0}}};
  const size_t *width = s.width;
  for (int l = 0; l <= HIDDEN; l++) {
    s.forward[l] = choose(FORWARD, rows, width[l + 1], width[l]);
    s.of_weight[l] = choose(OF_WEIGHT, width[l], width[l + 1], rows);
    s.of_input[l] = choose(OF_INPUT, rows, width[l], width[l + 1]);
  }
  return s;
}

/* Where things lie: as in a learner, each layer has its own weights, values and gradients. */
typedef struct network {
  float *weight[HIDDEN + 1], *gradient[HIDDEN + 1], *value[HIDDEN + 2], *slope[HIDDEN + 2];
} network;

static inline void forward(const shapes *s, const network *n) {
  for (int l = 0; l <= HIDDEN; l++) {
    multiply(&s->forward[l], n->value[l], n->weight[l], n->value[l + 1]);
    if (l < HIDDEN) kernels->of_elements->activate(s->activation, n->value[l + 1], n->value[l + 1], s->rows * s->width[l + 1]);
  }
}

/* What comes back to layer l's values goes on to what they were made of. */
static inline void activate_back(const shapes *s, const network *n, int l) {
  kernels->of_elements->activate_back(s->activation, n->value[l], n->slope[l], n->slope[l], s->rows * s->width[l], NN_SET);
}

static inline void backward(const shapes *s, const network *n) {
  for (int l = HIDDEN; l >= 0; l--) {
    if (l < HIDDEN) activate_back(s, n, l + 1);
    multiply(&s->of_weight[l], n->value[l], n->slope[l + 1], n->gradient[l]);
    if (l > 0) multiply(&s->of_input[l], n->slope[l + 1], n->weight[l], n->slope[l]);
  }
}

static inline float *claim(size_t n, float **room) {
  float *at = *room;
  *room += (n + 15) / 16 * 16;
  for (size_t i = 0; i < n; i++) at[i] = 0.001f * (float)(i % 13);
  return at;
}

static inline network network_of(const shapes *s, float **room) {
  const size_t *width = s->width, rows = s->rows;
  network n;
  for (int l = 0; l <= HIDDEN; l++) n.weight[l] = claim(width[l] * width[l + 1], room), n.gradient[l] = claim(width[l] * width[l + 1], room);
  for (int l = 0; l <= HIDDEN + 1; l++) n.value[l] = claim(rows * width[l], room), n.slope[l] = claim(rows * width[l], room);
  return n;
}

static inline void products_open(void) {
  openblas_set_num_threads(1);
  prctl(PR_SET_CHILD_SUBREAPER, 1);
  kernels = nn_kernels_best();
  float *room = aligned_alloc(64, 3 * ROOM * sizeof *room);
  left = claim(ROOM, &room), right = claim(ROOM, &room), result = claim(ROOM, &room);
}

#endif
