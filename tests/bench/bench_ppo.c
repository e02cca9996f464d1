/* bench_ppo.c - what a trial of PPO costs through the real program (plugins, supervisor, store, ledger at its default rate),
 * against its own matrix products and activations in a bare loop of the fastest kernels there are: at each shape those of
 * the network library or OpenBLAS's on one thread, whichever is faster there. Both in turn, ROUNDS times; medians of the
 * ratios within a round, of the processor time of all processes that take part. Exits 1 above the bound.
 *
 * Steps a second are printed to be compared by hand with peers on the same machine, with the settings that are the peers'
 * own: CleanRL's ppo.py, and the PPO on Pendulum of RLtools with 64 environments and batches of 1,024, rectifiers as by its
 * default and tanh as in its ready-made settings for that environment.
 */
#include "products.h"

enum { NETS = 2 };

typedef struct bench {
  const char *name, *env, *learner; /* the last in Lua */
  size_t lanes, horizon, epochs, minibatches, in, hidden, out;
  double steps; /* of the trial */
  int activation;
} bench;

#define PENDULUM \
  "horizon = 128, epochs = 1, minibatches = 8, hidden = 32, hidden_second = 32, lr = 1e-3, lr_epsilon = 1e-7, discount = 0.9, value_clip = 0,\n" \
  "    entropy = 0, value = 2, max_norm = 0, initial = \"uniform\", initial_std = 2, normalise = \"start\""

static const bench benches[] = {
    {"CartPole-v1, CleanRL's settings", "cartpole",
     "horizon = 128, epochs = 4, minibatches = 4, hidden = 64, hidden_second = 64, anneal_steps = 500000", 4, 128, 4, 4, 4, 64, 2, 500000, NN_TANH},
    {"Acrobot-v1, CleanRL's settings", "acrobot",
     "horizon = 128, epochs = 4, minibatches = 4, hidden = 64, hidden_second = 64, anneal_steps = 500000", 4, 128, 4, 4, 6, 64, 3, 500000, NN_TANH},
    {"Pendulum-v1, RLtools' settings", "pendulum", PENDULUM ", activation = \"relu\"", 64, 128, 1, 8, 3, 32, 1, 5000000, NN_RELU},
    {"Pendulum-v1, the same with tanh", "pendulum", PENDULUM, 64, 128, 1, 8, 3, 32, 1, 5000000, NN_TANH},
};
enum { BENCHES = sizeof benches / sizeof *benches };

/* ---- The trial ------------------------------------------------------------------------------------------------- */

static void write_script(const bench *b, const char *path) {
  FILE *f = fopen(path, "w");
  if (!f) exit(2);
  fprintf(f,
          "local baud = require \"baud\"\nreturn baud.experiment { name = \"bench_ppo\", env = baud.env \"%s\" {}, "
          "reward = baud.reward \"dense\" {},\n"
          "  learner = baud.learner \"ppo\" { %s }, lanes = %zu, seeds = 1, stop = { steps = %.0f } }\n",
          b->env, b->learner, b->lanes, b->steps);
  fclose(f);
}

/* ---- The bare loop ------------------------------------------------------------------------------------------------- */

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
  w.act = shapes_of(b->activation, b->lanes, b->in, b->hidden, b->out);
  w.judge = shapes_of(b->activation, pass, b->in, b->hidden, 1);
  w.learn[0] = shapes_of(b->activation, pass, b->in, b->hidden, b->out);
  w.learn[1] = w.judge;
  w.net[0] = network_of(pass > b->lanes ? &w.learn[0] : &w.act, &at);
  w.net[1] = network_of(&w.judge, &at);
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
  products_open();
  if (!mkdtemp(folder)) return 2;
  printf("%-34s %17s %20s %10s\n", "trial", "through baud", "products alone", "ratio");
  for (int i = 0; i < BENCHES; i++) is_over |= measure(&benches[i], folder) > MOST_RATIO;
  printf("%s the bound of %.1f\n", is_over ? "over" : "within", MOST_RATIO);
  snprintf(command, sizeof command, "rm -rf %s", folder);
  return system(command) == 0 ? is_over : 2;
}
