/* bench_ledger.c - what scoring costs: the same trial of a million steps with no accounts, at the default rate, and with
 * everything scored, side by side, ROUNDS times; medians of the ratios within a round, of processor time. Exits 1 above
 * the bounds.
 *
 * "Everything" is every step told to both observers and every answer sealed and scored; the quiz, which is put to a copy
 * of the learner between episodes, is shown in a column of its own. The default rate asks sixteen times an octave of
 * episodes, so its share is larger in shorter trials and smaller in longer ones.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "registry.h"
#include "trial.h"

enum { ROUNDS = 15, EVERY_QUIZ = 3, MODES = 4, STEPS = 1000000, SLICE = 20000 };
static const char *const modes[MODES] = {"\"answers\":0,\"quiz\":0,\"observers\":0", "\"answers\":-1,\"quiz\":-1,\"observers\":1",
                                         "\"answers\":1,\"quiz\":-1,\"observers\":1", "\"answers\":1,\"quiz\":1,\"observers\":1"};

typedef struct bench {
  const char *name, *units;
  int steps;
} bench;

#define UNITS(env, reward, learner) "\"env\":" env ",\"reward\":" reward ",\"learner\":" learner
#define UNIT(id, params) "{\"id\":\"baud." id "\",\"params\":" params "}"
static const bench benches[] = {
    {"lock, REINFORCE", UNITS(UNIT("lock", "{}"), UNIT("outcome", "{}"), UNIT("reinforce", "{}")), STEPS},
    {"lock, 1000 thinking steps, REINFORCE", UNITS(UNIT("lock", "{\"thinking\":1000}"), UNIT("outcome", "{}"), UNIT("reinforce", "{}")), STEPS},
    {"lock, 20,000 thinking steps, REINFORCE", UNITS(UNIT("lock", "{\"thinking\":20000}"), UNIT("outcome", "{}"), UNIT("reinforce", "{}")), STEPS},
    {"maze, Q(lambda)", UNITS(UNIT("maze", "{}"), UNIT("outcome", "{}"), UNIT("q_lambda", "{}")), STEPS},
    {"maze, Dyna-Q", UNITS(UNIT("maze", "{}"), UNIT("outcome", "{}"), UNIT("dyna_q", "{}")), STEPS},
};
enum { BENCHES = sizeof benches / sizeof *benches };

static void give_up(const baud_error *error) {
  fprintf(stderr, "%s\n", error->text);
  exit(2);
}

static trial *open_trial(const registry *plugins, const bench *b, int mode) {
  char json[1000];
  trial *t;
  baud_error error = {0};
  snprintf(json, sizeof json, "{%s,\"stop\":{\"steps\":%d},\"score\":{%s}}", b->units, b->steps, modes[mode]);
  if (trial_open(&t, plugins, json, 3, &error) != 0) give_up(&error);
  return t;
}

/* Goes on with a trial for a slice, and adds what that took. */
static int run_slice(trial *t, double *seconds) {
  struct timespec began, ended;
  baud_error error = {0};
  uint64_t until = trial_steps(t) + SLICE;
  int code = 0;
  clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &began);
  while (code == 0 && trial_steps(t) < until) {
    code = trial_advance(t, TRIAL_CHUNK, until - trial_steps(t), &error);
    trial_drain(t);
  }
  clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &ended);
  if (code < 0) give_up(&error);
  *seconds += (double)(ended.tv_sec - began.tv_sec) + 1e-9 * (double)(ended.tv_nsec - began.tv_nsec);
  return code;
}

/* The modes [from, to) take turns of a few milliseconds, so that all of them meet the machine in the same moods. Which
 * of them is opened first changes from round to round, and with it whose memory lies where. */
static void run_side_by_side(const registry *plugins, const bench *b, int from, int to, int round, double seconds[MODES]) {
  trial *t[MODES];
  int n = to - from, left = n, is_over[MODES] = {0}, mode[MODES];
  for (int i = 0; i < n; i++) {
    mode[i] = from + (round + i) % n;
    t[i] = open_trial(plugins, b, mode[i]);
    seconds[mode[i]] = 0.0;
  }
  while (left > 0)
    for (int i = 0; i < n; i++)
      if (!is_over[i]) left -= is_over[i] = run_slice(t[i], &seconds[mode[i]]) != 0;
  for (int i = 0; i < n; i++) trial_close(t[i]);
}

static int by_size(const void *a, const void *b) {
  double x = *(const double *)a, y = *(const double *)b;
  return (x > y) - (x < y);
}

static double median(double *x, int n) {
  qsort(x, (size_t)n, sizeof *x, by_size);
  return x[n / 2];
}

/* The bare trial's nanoseconds a step, and what each mode adds to it. Every quiz is asked for once: shown, not bounded. */
static void measure(const registry *plugins, const bench *b, double result[MODES]) {
  double seconds[MODES], ratio[MODES][ROUNDS], bare[ROUNDS];
  for (int round = 0; round < ROUNDS; round++) {
    run_side_by_side(plugins, b, 0, EVERY_QUIZ, round, seconds);
    bare[round] = seconds[0];
    for (int mode = 1; mode < EVERY_QUIZ; mode++) ratio[mode][round] = seconds[mode] / seconds[0];
  }
  run_side_by_side(plugins, b, EVERY_QUIZ, MODES, 0, seconds);
  result[0] = median(bare, ROUNDS);
  for (int mode = 1; mode < EVERY_QUIZ; mode++) result[mode] = median(ratio[mode], ROUNDS) - 1.0;
  result[EVERY_QUIZ] = seconds[EVERY_QUIZ] / result[0] - 1.0;
}

int main(void) {
  registry *plugins;
  baud_error error = {0};
  int is_over = 0;
  if (registry_open(&plugins, &error) != 0) return fprintf(stderr, "%s\n", error.text), 2;
  printf("%-40s %14s %16s %16s %16s\n", "trial", "ns a step", "default rate", "everything", "and every quiz");
  for (int i = 0; i < BENCHES; i++) {
    double cost[MODES];
    measure(plugins, &benches[i], cost);
    printf("%-40s %14.1f", benches[i].name, 1e9 * cost[0] / (double)benches[i].steps);
    for (int mode = 1; mode < MODES; mode++) printf(" %+15.1f%%", 100.0 * cost[mode]);
    is_over |= cost[1] > 0.05 || cost[2] > 0.25;
    putchar('\n');
    fflush(stdout);
  }
  puts(is_over ? "over the bound of 5 % at the default rate or 25 % with everything" : "within 5 % at the default rate and 25 % with everything");
  registry_free(plugins);
  return is_over;
}
