/* bench_ppo.c - what a trial of PPO costs through the real program (plugins, supervisor, store, ledger at its default rate),
 * against its own matrix products and activations in a bare loop of the fastest kernels there are: at each shape those of
 * the network library or OpenBLAS's on one thread, whichever is faster there. Both in turn, ROUNDS times; medians of the
 * ratios within a round, of the processor time of all processes that take part. Exits 1 above the bound.
 *
 * Steps a second are printed to be compared by hand with peers on the same machine, with the settings that are the peers'
 * own: CleanRL's ppo.py, and the PPO on Pendulum of RLtools with 64 environments and batches of 1,024.
 */
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

enum { ROUNDS = 5, HIDDEN = 2, NETS = 2 };
#define MOST_RATIO 1.6

typedef struct bench {
  const char *name, *env, *learner; /* the last in Lua */
  size_t lanes, horizon, epochs, minibatches, in, hidden, out;
  double steps; /* of the trial */
} bench;

static const bench benches[] = {
    {"CartPole-v1, CleanRL's settings", "cartpole",
     "horizon = 128, epochs = 4, minibatches = 4, hidden = 64, hidden_second = 64, anneal_steps = 500000", 4, 128, 4, 4, 4, 64, 2, 500000},
    {"Acrobot-v1, CleanRL's settings", "acrobot",
     "horizon = 128, epochs = 4, minibatches = 4, hidden = 64, hidden_second = 64, anneal_steps = 500000", 4, 128, 4, 4, 6, 64, 3, 500000},
    {"Pendulum-v1, RLtools' settings", "pendulum",
     "horizon = 128, epochs = 1, minibatches = 8, hidden = 32, hidden_second = 32, lr = 1e-3, lr_epsilon = 1e-7, discount = 0.9, value_clip = 0,\n"
     "    entropy = 0, value = 2, max_norm = 0, initial = \"uniform\", initial_std = 2, normalise = \"start\"",
     64, 128, 1, 8, 3, 32, 1, 5000000},
};
enum { BENCHES = sizeof benches / sizeof *benches };

/* ---- Time ----------------------------------------------------------------------------------------------------- */

static double seconds_of(const struct rusage *r) {
  return (double)(r->ru_utime.tv_sec + r->ru_stime.tv_sec) + 1e-6 * (double)(r->ru_utime.tv_usec + r->ru_stime.tv_usec);
}

static double now(void) {
  struct timespec t;
  clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &t);
  return (double)t.tv_sec + 1e-9 * (double)t.tv_nsec;
}

static int by_size(const void *a, const void *b) {
  double x = *(const double *)a, y = *(const double *)b;
  return (x > y) - (x < y);
}

static double median(double *x) {
  qsort(x, ROUNDS, sizeof *x, by_size);
  return x[ROUNDS / 2];
}

/* ---- The trial ------------------------------------------------------------------------------------------------- */

static void write_script(const bench *b, const char *path) {
  FILE *f = fopen(path, "w");
  if (!f) exit(2);
  fprintf(f, "local baud = require \"baud\"\nreturn baud.experiment { name = \"bench_ppo\", env = baud.env \"%s\" {}, reward = baud.reward \"dense\" {},\n"
             "  learner = baud.learner \"ppo\" { %s }, lanes = %zu, seeds = 1, stop = { steps = %.0f } }\n", b->env, b->learner, b->lanes, b->steps);
  fclose(f);
}

/* Processor seconds of one run, from the start of the program to the end of its supervisor, who is nobody's child then and
 * so comes to us. */
static double time_trial(const char *script, const char *folder) {
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

static void multiply(const product *p, const float *a, const float *b, float *c) {
  int turns_a = p->kind == OF_WEIGHT, turns_b = p->kind == OF_INPUT;
  if (p->is_blas)
    cblas_sgemm(CblasRowMajor, turns_a ? CblasTrans : CblasNoTrans, turns_b ? CblasTrans : CblasNoTrans, (int)p->m, (int)p->n, (int)p->k, 1.0f, a,
                (int)(turns_a ? p->m : p->k), b, (int)(turns_b ? p->k : p->n), p->kind == OF_WEIGHT ? 1.0f : 0.0f, c, (int)p->n);
  else
    kernels->of_products->product(p->m, p->n, p->k, (nn_matrix){a, turns_a ? 1 : p->k, turns_a ? p->m : 1}, (nn_matrix){b, turns_b ? 1 : p->n, turns_b ? p->k : 1},
                     NULL, c, p->n, p->kind == OF_WEIGHT ? NN_ADD : NN_SET);
}

/* The faster of the two at this shape. */
static product choose(int kind, size_t m, size_t n, size_t k) {
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

typedef struct shapes { /* of one network and one number of rows */
  size_t rows, hidden;
  product forward[HIDDEN + 1], of_weight[HIDDEN + 1], of_input[HIDDEN + 1];
} shapes;

static shapes shapes_of(const bench *b, size_t rows, size_t out) {
  size_t width[HIDDEN + 2] = {b->in, b->hidden, b->hidden, out};
  shapes s = {.rows = rows, .hidden = b->hidden};
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

static void forward(const shapes *s, const network *n) {
  for (int l = 0; l <= HIDDEN; l++) {
    multiply(&s->forward[l], n->value[l], n->weight[l], n->value[l + 1]);
    if (l < HIDDEN) kernels->of_elements->activate(NN_TANH, n->value[l + 1], n->value[l + 1], s->rows * s->hidden);
  }
}

static void backward(const shapes *s, const network *n) {
  for (int l = HIDDEN; l >= 0; l--) {
    if (l < HIDDEN) kernels->of_elements->activate_back(NN_TANH, n->value[l + 1], n->slope[l + 1], n->slope[l + 1], s->rows * s->hidden, NN_SET);
    multiply(&s->of_weight[l], n->value[l], n->slope[l + 1], n->gradient[l]);
    if (l > 0) multiply(&s->of_input[l], n->slope[l + 1], n->weight[l], n->slope[l]);
  }
}

static float *claim(size_t n, float **room) {
  float *at = *room;
  *room += (n + 15) / 16 * 16;
  for (size_t i = 0; i < n; i++) at[i] = 0.001f * (float)(i % 13);
  return at;
}

static network network_of(const bench *b, size_t rows, size_t out, float **room) {
  size_t width[HIDDEN + 2] = {b->in, b->hidden, b->hidden, out};
  network n;
  for (int l = 0; l <= HIDDEN; l++) n.weight[l] = claim(width[l] * width[l + 1], room), n.gradient[l] = claim(width[l] * width[l + 1], room);
  for (int l = 0; l <= HIDDEN + 1; l++) n.value[l] = claim(rows * width[l], room), n.slope[l] = claim(rows * width[l], room);
  return n;
}

typedef struct bare {
  shapes act, judge, learn[NETS]; /* the policy on the lanes; values of, and both networks forth and back on, rows at a time */
  network net[NETS];
  size_t judged, learnt; /* passes a rollout */
} bare;

/* Rows at a time: what stays in cache, as the learner does it. */
static bare bare_of(const bench *b) {
  static float *room;
  bare w = {0};
  size_t rows = b->lanes * b->horizon, batch = rows / b->minibatches, pass = batch;
  while (pass * b->hidden > 8192 && pass % 2 == 0) pass /= 2;
  free(room);
  float *at = room = aligned_alloc(64, ROOM * sizeof *room);
  w.act = shapes_of(b, b->lanes, b->out);
  w.judge = shapes_of(b, pass, 1);
  w.learn[0] = shapes_of(b, pass, b->out);
  w.learn[1] = w.judge;
  w.net[0] = network_of(b, pass > b->lanes ? pass : b->lanes, b->out, &at);
  w.net[1] = network_of(b, pass, 1, &at);
  w.judged = rows / pass;
  w.learnt = b->epochs * w.judged;
  return w;
}

/* Processor seconds for a second's worth of rollouts, scaled to the trial's steps. */
static double time_bare(const bench *b, const bare *w) {
  size_t rollouts = 0;
  double began = now(), took;
  do {
    for (size_t t = 0; t < b->horizon; t++) forward(&w->act, &w->net[0]);
    for (size_t i = 0; i < w->judged; i++) forward(&w->judge, &w->net[1]);
    for (size_t i = 0; i < w->learnt; i++)
      for (int k = 0; k < NETS; k++) {
        forward(&w->learn[k], &w->net[k]);
        backward(&w->learn[k], &w->net[k]);
      }
    rollouts++;
    took = now() - began;
  } while (took < 1.0);
  for (int k = 0; k < NETS; k++)
    for (int l = 0; l <= HIDDEN; l++) memset(w->net[k].gradient[l], 0, 64); /* looked at, hence computed */
  return took / (double)(rollouts * b->lanes * b->horizon) * b->steps;
}

/* ---- Both ----------------------------------------------------------------------------------------------------------- */

static double measure(const bench *b, const char *folder) {
  char script[300], out[300];
  double trial[ROUNDS], alone[ROUNDS], ratio[ROUNDS];
  snprintf(script, sizeof script, "%s/bench.lua", folder);
  write_script(b, script);
  bare w = bare_of(b);
  for (int round = 0; round < ROUNDS; round++) {
    snprintf(out, sizeof out, "%s/%td-%d", folder, b - benches, round);
    trial[round] = time_trial(script, out);
    alone[round] = time_bare(b, &w);
    ratio[round] = trial[round] / alone[round];
  }
  double middle = median(ratio);
  printf("%-34s %9.0f steps/s %12.0f steps/s %10.2f\n", b->name, b->steps / median(trial), b->steps / median(alone), middle);
  printf("    lanes = %zu, %s\n", b->lanes, b->learner);
  fflush(stdout);
  return middle;
}

int main(void) {
  char folder[] = "/tmp/bench_ppo.XXXXXX", command[100];
  int is_over = 0;
  openblas_set_num_threads(1);
  prctl(PR_SET_CHILD_SUBREAPER, 1);
  kernels = nn_kernels_best();
  float *room = aligned_alloc(64, 3 * ROOM * sizeof *room);
  left = claim(ROOM, &room), right = claim(ROOM, &room), result = claim(ROOM, &room);
  if (!mkdtemp(folder)) return 2;
  printf("%-34s %17s %20s %10s\n", "trial", "through baud", "products alone", "ratio");
  for (int i = 0; i < BENCHES; i++) is_over |= measure(&benches[i], folder) > MOST_RATIO;
  printf("%s the bound of %.1f\n", is_over ? "over" : "within", MOST_RATIO);
  snprintf(command, sizeof command, "rm -rf %s", folder);
  return system(command) == 0 ? is_over : 2;
}
