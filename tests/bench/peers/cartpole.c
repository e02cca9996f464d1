/* cartpole.c - steps of CartPole: PufferLib's cartpole.h, whose folder is on the include path, against baud's plugin, which is
 * loaded as baud loads it. Both step LANES lanes STEPS times from starts of their own, by pushes under the pole that are found
 * beforehand, and are then put back by a copy of their states: no pole falls, so that steps alone are timed and no resets.
 * In turn, ROUNDS times; prints for each round the million steps a second of PufferLib's and of baud's, in processor time.
 *
 *   clang -O2 -DNDEBUG -Icore -IPUFFERLIB/ocean/cartpole tests/bench/peers/cartpole.c -ldl -lm
 *
 * PufferLib's header draws by raylib: without raylib's header, an empty raylib.h and the header without its drawing do.
 */
#include "cartpole.h"

#include <dlfcn.h>
#include <stdint.h>

#include "baud/plugin.h"

enum { LANES = 1024, STEPS = 16, TURNS = 200, ROUNDS = 21, STATE = 4, MOST_FACTS = 16 };

static double now(void) {
  struct timespec t;
  clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &t);
  return (double)t.tv_sec + 1e-9 * (double)t.tv_nsec;
}

static double rate(double seconds) { return 1e-6 * LANES * STEPS * TURNS / seconds; }

static int push_under(float angle, float spin) { return angle + 0.2f * spin > 0.0f; }

static void stay(int has_fallen) {
  if (has_fallen) fputs("cartpole: a pole fell\n", stderr), exit(2);
}

/* ---- PufferLib's --------------------------------------------------------------------------------------------------- */

static Cartpole puffer[LANES], puffer_start[LANES];
static float puffer_obs[LANES][STATE], puffer_reward[LANES], puffer_end[LANES];
static double puffer_action[LANES], puffer_push[STEPS][LANES];

static void open_puffer(void) {
  for (int k = 0; k < LANES; k++) {
    puffer[k] = (Cartpole){.observations = puffer_obs[k], .actions = &puffer_action[k], .rewards = &puffer_reward[k],
                           .terminals = &puffer_end[k], .num_agents = 1, .cart_mass = 1.0f, .pole_mass = 0.1f,
                           .pole_length = 0.5f, .gravity = 9.8f, .force_mag = 10.0f, .tau = 0.02f};
    init(&puffer[k]);
    c_reset(&puffer[k]);
  }
  memcpy(puffer_start, puffer, sizeof puffer);
  for (int i = 0; i < STEPS; i++)
    for (int k = 0; k < LANES; k++) {
      puffer_action[k] = puffer_push[i][k] = push_under(puffer[k].theta, puffer[k].theta_dot);
      c_step(&puffer[k]);
      stay(puffer[k].log.n > 0.0f);
    }
}

static double time_puffer(void) {
  double began = now();
  for (int turn = 0; turn < TURNS; turn++) {
    memcpy(puffer, puffer_start, sizeof puffer);
    for (int i = 0; i < STEPS; i++)
      for (int k = 0; k < LANES; k++) {
        puffer_action[k] = puffer_push[i][k];
        c_step(&puffer[k]);
      }
  }
  return now() - began;
}

/* ---- baud's ---------------------------------------------------------------------------------------------------------- */

static const baud_env_ops *ops;
static void *model;
static char *lanes, *start;
static uint64_t stride;
static float baud_obs[LANES * STATE], facts_room[MOST_FACTS][LANES];
static uint8_t flags[LANES];
static int32_t pushes[STEPS][LANES];
static void *fields[1] = {baud_obs};
static float *facts[MOST_FACTS];
static baud_batch batch = {.size = BAUD_SIZE(baud_batch), .lanes = LANES, .obs = fields, .facts = facts, .flags = flags};

static void open_baud(const char *path) {
  static uint32_t pick[LANES];
  static uint64_t seed[LANES];
  baud_env_spec spec = {.size = BAUD_SIZE(baud_env_spec)};
  void *handle = dlopen(path, RTLD_NOW | RTLD_LOCAL);
  const baud_library *library = handle ? dlsym(handle, "baud_plugin_1") : NULL;
  if (!library) fprintf(stderr, "%s: %s\n", path, dlerror()), exit(2);
  ops = library->units[0].ops;
  if (ops->create(NULL, NULL, &spec, &model) != BAUD_OK || spec.n_facts > MOST_FACTS) exit(2);
  stride = (spec.lane_bytes + 7) / 8 * 8;
  lanes = calloc(LANES, stride);
  start = malloc(LANES * stride);
  if (!lanes || !start) exit(2);
  for (int f = 0; f < MOST_FACTS; f++) facts[f] = facts_room[f];
  for (uint32_t k = 0; k < LANES; k++) pick[k] = k, seed[k] = k;
  batch.lane = lanes;
  batch.lane_stride = stride;
  batch.pick = pick;
  batch.seed = seed;
  batch.n_pick = LANES;
  if (ops->reset(model, &batch) != BAUD_OK) exit(2);
  memcpy(start, lanes, LANES * stride);
  for (int i = 0; i < STEPS; i++) {
    for (int k = 0; k < LANES; k++) pushes[i][k] = push_under(baud_obs[k * STATE + 2], baud_obs[k * STATE + 3]);
    batch.action = pushes[i];
    if (ops->step(model, &batch) != BAUD_OK) exit(2);
    for (int k = 0; k < LANES; k++) stay(flags[k]);
  }
}

static double time_baud(void) {
  double began = now();
  for (int turn = 0; turn < TURNS; turn++) {
    memcpy(lanes, start, LANES * stride);
    for (int i = 0; i < STEPS; i++) {
      batch.action = pushes[i];
      if (ops->step(model, &batch) != BAUD_OK) exit(2);
    }
  }
  return now() - began;
}

int main(int argc, char **argv) {
  if (argc != 2) return fputs("cartpole: name baud's plugin, plugins/env/.libs/cartpole.so\n", stderr), 2;
  open_puffer();
  open_baud(argv[1]);
  time_puffer();
  time_baud();
  for (int round = 0; round < ROUNDS; round++) {
    double theirs = time_puffer();
    printf("%.3f %.3f\n", rate(theirs), rate(time_baud()));
  }
  return 0;
}
