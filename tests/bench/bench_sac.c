/* bench_sac.c - what a trial of soft actor-critic costs through the real program (plugins, supervisor, store, ledger at its
 * default rate), against its own matrix products and activations in a bare loop of the fastest kernels there are. Both in
 * turn, ROUNDS times; medians of the ratios within a round, of the processor time of all processes that take part. Exits 1
 * above the bound.
 *
 * Steps a second are printed to be compared by hand with RLtools' SAC on Pendulum, whose settings these are: two 64-64
 * critics, batches of 100, an update a step.
 */
#include "products.h"

enum { CRITICS = 2, SEEN = 3, DONE = 1, UNITS = 64, BATCH = 100, STEPS = 20000 };
static const char learner[] = "hidden = 64, hidden_second = 64, batch = 100, train_every = 1, warmup = 100, lr = 1e-3, tau = 0.005, discount = 0.99";

static void write_script(const char *path) {
  FILE *f = fopen(path, "w");
  if (!f) exit(2);
  fprintf(f, "local baud = require \"baud\"\n"
             "return baud.experiment { name = \"bench_sac\", env = baud.env \"pendulum\" {}, reward = baud.reward \"dense\" {},\n"
             "  learner = baud.learner \"sac\" { %s }, seeds = 1, stop = { steps = %d } }\n", learner, STEPS);
  fclose(f);
}

/* ---- The bare loop ------------------------------------------------------------------------------------------------ */

typedef struct bare {
  shapes act, policy, critic; /* on one row; on a batch */
  network acting, learning, critics[CRITICS], copies[CRITICS];
} bare;

static bare bare_of(float *room) {
  bare w = {.act = shapes_of(NN_RELU, 1, SEEN, UNITS, 2 * DONE), .policy = shapes_of(NN_RELU, BATCH, SEEN, UNITS, 2 * DONE),
            .critic = shapes_of(NN_RELU, BATCH, SEEN + DONE, UNITS, 1)};
  w.acting = network_of(&w.act, &room);
  w.learning = network_of(&w.policy, &room);
  for (int k = 0; k < CRITICS; k++) w.critics[k] = network_of(&w.critic, &room), w.copies[k] = network_of(&w.critic, &room);
  return w;
}

/* Back through a network that does not learn, to the action that it judged. */
static void flow(const shapes *s, const network *n) {
  for (int l = HIDDEN; l >= 0; l--) {
    if (l < HIDDEN) activate_back(s, n, l + 1);
    multiply(&s->of_input[l], n->slope[l + 1], n->weight[l], n->slope[l]);
  }
}

/* Acting; targets; the critics; the policy through the critics. */
static void step(const bare *w) {
  forward(&w->act, &w->acting);
  forward(&w->policy, &w->learning);
  for (int k = 0; k < CRITICS; k++) forward(&w->critic, &w->copies[k]);
  for (int k = 0; k < CRITICS; k++) forward(&w->critic, &w->critics[k]);
  for (int k = 0; k < CRITICS; k++) backward(&w->critic, &w->critics[k]);
  forward(&w->policy, &w->learning);
  for (int k = 0; k < CRITICS; k++) forward(&w->critic, &w->critics[k]);
  for (int k = 0; k < CRITICS; k++) flow(&w->critic, &w->critics[k]);
  backward(&w->policy, &w->learning);
}

/* Processor seconds of the trial's steps. */
static double time_bare(const bare *w) {
  double began = now();
  for (int i = 0; i < STEPS; i++) step(w);
  return now() - began;
}

int main(void) {
  char folder[] = "/tmp/bench_sac.XXXXXX", script[100], out[100], command[100];
  double trial[ROUNDS], alone[ROUNDS], ratio[ROUNDS];
  products_open();
  float *room = aligned_alloc(64, ROOM * sizeof *room);
  if (!room || !mkdtemp(folder)) return 2;
  snprintf(script, sizeof script, "%s/bench.lua", folder);
  write_script(script);
  bare w = bare_of(room);
  for (int round = 0; round < ROUNDS; round++) {
    snprintf(out, sizeof out, "%s/%d", folder, round);
    trial[round] = time_trial(script, out);
    alone[round] = time_bare(&w);
    ratio[round] = trial[round] / alone[round];
  }
  double middle = median(ratio);
  printf("%-34s %17s %20s %10s\n", "trial", "through baud", "products alone", "ratio");
  printf("%-34s %9.0f steps/s %12.0f steps/s %10.2f\n", "Pendulum-v1, RLtools' settings", STEPS / median(trial), STEPS / median(alone), middle);
  printf("    %s\n", learner);
  printf("%s the bound of %.1f\n", middle > MOST_RATIO ? "over" : "within", MOST_RATIO);
  snprintf(command, sizeof command, "rm -rf %s", folder);
  return system(command) == 0 ? middle > MOST_RATIO : 2;
}
