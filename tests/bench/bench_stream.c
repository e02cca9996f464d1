/* bench_stream.c - what a streaming learner costs beside its arithmetic: Stream AC on CartPole, hidden layers of 32, as a
 * trial with plugins, ledger at the default rate and a store that takes every figure, against nothing but the passes of its
 * networks, their traces and ObGD's steps: once by the network library, once as plain loops of fixed sizes. All three in
 * turn, ROUNDS times; the medians of the ratios within a round, of processor time. Exits 1 if the trial takes more than 1.5
 * times the faster of the two.
 *
 * Both loops are first held against each other: from the same start they must learn the same.
 */
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include "baud/random.h"
#include "plain_stream.h"
#include "registry.h"
#include "store.h"
#include "trial.h"

enum { ROUNDS = 21, STEPS = 100000, WARM = 300000, OBSERVATIONS = 1024, COMPARED = 200 };
#define DISCOUNT 0.99
#define DECAY (0.99f * 0.8f)
#define MOST_RATIO 1.5

static double now(void) {
  struct timespec t;
  clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &t);
  return (double)t.tv_sec + 1e-9 * (double)t.tv_nsec;
}

static void need(int code, const baud_error *error) {
  if (code >= 0) return;
  fprintf(stderr, "bench_stream: %s\n", error->text);
  exit(2);
}

/* ---- The arithmetic alone ---------------------------------------------------------------------------------------- */

/* Made-up observations, normalised as real ones are, one after the other. */
static float seen[OBSERVATIONS + 1][PLAIN_IN];

static float step_of(float kappa, float delta, float size) {
  float m = kappa * fmaxf(fabsf(delta), 1.0f) * size;
  return delta / fmaxf(m, 1.0f);
}

typedef struct library_nets {
  nn_layout layout;
  nn_stream actor, critic;
  float *theta, *trace, *actor_work, *here, *there;
} library_nets;

static void library_steps(library_nets *l, int steps) {
  static const float one = 1.0f;
  for (int i = 0; i < steps; i++) {
    const float *x = seen[i % OBSERVATIONS], *next = seen[i % OBSERVATIONS + 1];
    memcpy(nn_stream_input(&l->actor, l->actor_work), x, sizeof *seen);
    memcpy(nn_stream_input(&l->critic, l->here), x, sizeof *seen);
    memcpy(nn_stream_input(&l->critic, l->there), next, sizeof *seen);
    const float *out = nn_stream_forward(&l->actor, l->theta, l->actor_work);
    float p = 1.0f / (1.0f + expf(out[1] - out[0])), d[2] = {1.0f - p, p - 1.0f};
    nn_stream_forward_two(&l->critic, l->theta, l->here, l->there);
    float delta = x[0] + (float)DISCOUNT * *nn_stream_output(&l->critic, l->there) - *nn_stream_output(&l->critic, l->here);
    float actor_size = (float)nn_stream_trace(&l->actor, l->theta, l->actor_work, d, (double)DECAY, l->trace);
    nn_stream_learn(&l->actor, l->theta, l->trace, (double)step_of(3.0f, delta, actor_size));
    float critic_size = (float)nn_stream_trace(&l->critic, l->theta, l->here, &one, (double)DECAY, l->trace);
    nn_stream_learn(&l->critic, l->theta, l->trace, (double)step_of(2.0f, delta, critic_size));
  }
}

typedef struct plain_nets {
  plain_net actor, critic, actor_trace, critic_trace;
} plain_nets;

BAUD_INLINED void plain_steps(plain_nets *n, int steps) {
  static const float one = 1.0f;
  for (int i = 0; i < steps; i++) {
    const float *x = seen[i % OBSERVATIONS], *next = seen[i % OBSERVATIONS + 1];
    plain_pass actor, here, there;
    memcpy(actor.input, x, sizeof *seen);
    memcpy(here.input, x, sizeof *seen);
    memcpy(there.input, next, sizeof *seen);
    plain_forward(&n->actor, &actor, 2);
    float p = 1.0f / (1.0f + expf(actor.out[1] - actor.out[0])), d[2] = {1.0f - p, p - 1.0f};
    plain_forward(&n->critic, &here, 1);
    plain_forward(&n->critic, &there, 1);
    float delta = x[0] + (float)DISCOUNT * there.out[0] - here.out[0];
    float actor_size = plain_trace(&n->actor, &actor, 2, d, DECAY, &n->actor_trace);
    plain_learn(&n->actor, &n->actor_trace, 2, step_of(3.0f, delta, actor_size));
    float critic_size = plain_trace(&n->critic, &here, 1, &one, DECAY, &n->critic_trace);
    plain_learn(&n->critic, &n->critic_trace, 1, step_of(2.0f, delta, critic_size));
  }
}
static void plain_any(plain_nets *n, int steps) { plain_steps(n, steps); }
BAUD_FOR_AVX2 static void plain_avx2(plain_nets *n, int steps) { plain_steps(n, steps); }
static void (*plain_run)(plain_nets *, int);

/* A network of the library's, as plain arrays. */
static void copy_net(const nn_stream *net, const float *theta, plain_net *to) {
  const nn_stream_layer *l = net->layer;
  memcpy(to->first, theta + l[0].weight, sizeof to->first);
  memcpy(to->second, theta + l[1].weight, sizeof to->second);
  for (uint32_t o = 0; o < l[2].out; o++) memcpy(to->out[o], theta + l[2].weight + o * l[2].row, sizeof *to->out);
}

static float *array(uint64_t count) {
  float *p = aligned_alloc(64, (count * sizeof *p + 63) / 64 * 64);
  if (!p) exit(2);
  memset(p, 0, count * sizeof *p);
  return p;
}

static void open_arithmetic(library_nets *l, plain_nets *n) {
  static const uint32_t hidden[2] = {PLAIN_UNITS, PLAIN_UNITS};
  uint64_t random = 3;
  nn_stream_declare(&l->actor, &l->layout, "policy", PLAIN_IN, 2, hidden, 2);
  nn_stream_declare(&l->critic, &l->layout, "value", PLAIN_IN, 1, hidden, 2);
  l->theta = array(l->layout.count);
  l->trace = array(l->layout.count);
  l->actor_work = array(l->actor.work);
  l->here = array(l->critic.work);
  l->there = array(l->critic.work);
  nn_stream_init(&l->actor, l->theta, 0.9, &random);
  nn_stream_init(&l->critic, l->theta, 0.9, &random);
  for (int i = 0; i <= OBSERVATIONS; i++)
    for (int j = 0; j < PLAIN_IN; j++) seen[i][j] = (float)baud_normal(&random);
  copy_net(&l->actor, l->theta, &n->actor);
  copy_net(&l->critic, l->theta, &n->critic);
  plain_run = baud_this_machine() == BAUD_AVX2_MACHINE ? plain_avx2 : plain_any;
}

static int learn_the_same(library_nets *l, plain_nets *n) {
  plain_net actor = {0}, critic = {0};
  library_steps(l, COMPARED);
  plain_run(n, COMPARED);
  copy_net(&l->actor, l->theta, &actor);
  copy_net(&l->critic, l->theta, &critic);
  float most = 0.0f;
  for (size_t i = 0; i < sizeof actor / sizeof(float); i++) {
    most = fmaxf(most, fabsf(((float *)&actor)[i] - ((float *)&n->actor)[i]));
    most = fmaxf(most, fabsf(((float *)&critic)[i] - ((float *)&n->critic)[i]));
  }
  return most < 1e-2f;
}

/* ---- The trial --------------------------------------------------------------------------------------------------- */

typedef struct bench {
  trial *trial;
  store *store;
  char folder[64], path[96];
} bench;

static void open_trial(bench *b, const registry *plugins) {
  baud_error error = {0};
  plan *p;
  need(trial_open(&b->trial, plugins, "{\"env\":{\"id\":\"baud.cartpole\",\"params\":{}},\"reward\":{\"id\":\"baud.dense\",\"params\":{}},"
       "\"learner\":{\"id\":\"baud.stream_ac\",\"params\":{}},\"stop\":{\"steps\":1000000000}}", 3, &error), &error);
  strcpy(b->folder, "/tmp/baud-bench-XXXXXX");
  if (!mkdtemp(b->folder)) exit(2);
  snprintf(b->path, sizeof b->path, "%s/store.db", b->folder);
  need(plan_parse(&p, "{\"format\":1,\"name\":\"bench\",\"nodes\":[{\"name\":\"n\",\"kind\":\"train\"}],\"configs\":[{\"node\":0,"
       "\"label\":\"c\",\"config\":{},\"seeds\":[3]}]}", &error), &error);
  need(store_create(&b->store, b->path, p, &error), &error);
  plan_free(p);
}

static void close_trial(bench *b) {
  store_close(b->store);
  trial_close(b->trial);
  char wal[128];
  for (int i = 0; i < 3; i++) {
    snprintf(wal, sizeof wal, "%s%s", b->path, i == 0 ? "" : i == 1 ? "-wal" : "-shm");
    unlink(wal);
  }
  rmdir(b->folder);
}

/* What a supervisor does with what a worker hands over. */
static void keep(bench *b) {
  baud_error error = {0};
  char marks[FIGURES];
  const trial_columns *columns = trial_drain(b->trial);
  trial_marks(b->trial, marks);
  need(store_begin(b->store, &error), &error);
  for (uint32_t f = 0; f < FIGURES && columns->n > 0; f++)
    if (columns->measured >> f & 1)
      need(store_append(b->store, 0, f, marks[f], columns->first_episode, columns->figure[f], columns->n, &error),
           &error);
  if (columns->n > 0) need(store_append_steps(b->store, 0, columns->first_episode, columns->steps, columns->n, &error), &error);
  need(store_flush(b->store, &error), &error);
  need(store_commit(b->store, &error), &error);
}

static void trial_steps_of(bench *b, uint64_t steps) {
  baud_error error = {0};
  for (uint64_t until = trial_steps(b->trial) + steps; trial_steps(b->trial) < until;) {
    need(trial_advance(b->trial, TRIAL_CHUNK, until - trial_steps(b->trial), &error), &error);
    keep(b);
  }
}

/* ---- Both --------------------------------------------------------------------------------------------------------- */

static int by_size(const void *a, const void *b) {
  double x = *(const double *)a, y = *(const double *)b;
  return (x > y) - (x < y);
}

static double median(double *x) {
  qsort(x, ROUNDS, sizeof *x, by_size);
  return x[ROUNDS / 2];
}

int main(void) {
  static library_nets l;
  static plain_nets n;
  static bench b;
  registry *plugins;
  baud_error error = {0};
  double whole[ROUNDS], library[ROUNDS], plain[ROUNDS], ratio[ROUNDS];
  need(registry_open(&plugins, &error), &error);
  open_arithmetic(&l, &n);
  if (!learn_the_same(&l, &n)) return puts("the library and the plain loops do not learn the same"), 2;
  open_trial(&b, plugins);
  trial_steps_of(&b, WARM);
  for (int i = 0; i < ROUNDS; i++) {
    double at[4] = {now()};
    trial_steps_of(&b, STEPS);
    at[1] = now();
    library_steps(&l, STEPS);
    at[2] = now();
    plain_run(&n, STEPS);
    at[3] = now();
    whole[i] = (at[1] - at[0]) / STEPS;
    library[i] = (at[2] - at[1]) / STEPS;
    plain[i] = (at[3] - at[2]) / STEPS;
    ratio[i] = whole[i] / fmin(library[i], plain[i]);
  }
  double times = median(ratio), second = median(whole);
  printf("stream_ac on cartpole, one lane, 4-32-32-2 and 4-32-32-1, medians of %d rounds\n", ROUNDS);
  printf("%-44s %10.0f ns %12.0f steps/s\n", "a step of the trial, ledger and store", 1e9 * second, 1.0 / second);
  printf("%-44s %10.0f ns\n", "its arithmetic by the network library", 1e9 * median(library));
  printf("%-44s %10.0f ns\n", "its arithmetic as plain loops of fixed sizes", 1e9 * median(plain));
  printf("%-44s %10.2f    at most %.2f %s\n", "the trial against the faster", times, MOST_RATIO, times <= MOST_RATIO ? "ok" : "ABOVE");
  close_trial(&b);
  registry_free(plugins);
  return times > MOST_RATIO;
}
