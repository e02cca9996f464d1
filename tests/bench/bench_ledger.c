/* bench_ledger.c - what scoring costs: the same trial with no accounts, at the default rate, and with everything
 * scored, in turn; medians of the ratios of processor time over PAIRS rounds. Exits 1 above the bounds.
 *
 * "Everything" is every step told to both observers and every answer sealed and scored; the quiz, which is put
 * to a copy of the learner between episodes, is shown in a column of its own.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "registry.h"
#include "trial.h"

enum { PAIRS = 7, MODES = 4 };
static const char *const modes[MODES] = {"\"answers\":0,\"quiz\":0,\"observers\":0", "\"answers\":-1,\"quiz\":-1,\"observers\":1",
                                         "\"answers\":1,\"quiz\":-1,\"observers\":1", "\"answers\":1,\"quiz\":1,\"observers\":1"};

typedef struct bench {
  const char *name, *units;
  unsigned long steps;
} bench;

#define UNITS(env, reward, learner) "\"env\":" env ",\"reward\":" reward ",\"learner\":" learner
#define UNIT(id, params) "{\"id\":\"baud." id "\",\"params\":" params "}"
static const bench benches[] = {
    {"lock, REINFORCE", UNITS(UNIT("lock", "{}"), UNIT("outcome", "{}"), UNIT("reinforce", "{}")), 1000000},
    {"lock, 1000 thinking steps, REINFORCE", UNITS(UNIT("lock", "{\"thinking\":1000}"), UNIT("outcome", "{}"), UNIT("reinforce", "{}")), 1000000},
    {"maze, Q(lambda)", UNITS(UNIT("maze", "{}"), UNIT("outcome", "{}"), UNIT("q_lambda", "{}")), 1000000},
    {"maze, Dyna-Q", UNITS(UNIT("maze", "{}"), UNIT("outcome", "{}"), UNIT("dyna_q", "{}")), 300000},
};
enum { BENCHES = sizeof benches / sizeof *benches };

static double seconds_of(const registry *plugins, const bench *b, int mode) {
  char json[1000];
  trial *t;
  baud_error error = {0};
  struct timespec began, ended;
  snprintf(json, sizeof json, "{%s,\"stop\":{\"steps\":%lu},\"score\":{%s}}", b->units, b->steps, modes[mode]);
  if (trial_open(&t, plugins, json, 3, &error) != 0) {
    fprintf(stderr, "%s\n", error.text);
    exit(2);
  }
  clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &began);
  int code = 0;
  while (code == 0) {
    code = trial_advance(t, TRIAL_CHUNK, 1u << 20, &error);
    trial_drain(t);
  }
  clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &ended);
  trial_close(t);
  if (code < 0) {
    fprintf(stderr, "%s\n", error.text);
    exit(2);
  }
  return (double)(ended.tv_sec - began.tv_sec) + 1e-9 * (double)(ended.tv_nsec - began.tv_nsec);
}

static int ascending(const void *a, const void *b) {
  double x = *(const double *)a, y = *(const double *)b;
  return (x > y) - (x < y);
}

int main(void) {
  registry *plugins;
  baud_error error = {0};
  int is_over = 0;
  if (registry_open(&plugins, &error) != 0) return fprintf(stderr, "%s\n", error.text), 2;
  printf("%-40s %14s %16s %16s %16s\n", "trial", "ns a step", "default rate", "everything", "and every quiz");
  for (int i = 0; i < BENCHES; i++) {
    double ratio[MODES][PAIRS], least = 1e9;
    for (int round = 0; round < PAIRS; round++) {
      double bare = seconds_of(plugins, &benches[i], 0);
      least = bare < least ? bare : least;
      for (int mode = 1; mode < MODES; mode++) ratio[mode][round] = seconds_of(plugins, &benches[i], mode) / bare - 1.0;
    }
    printf("%-40s %14.1f", benches[i].name, 1e9 * least / (double)benches[i].steps);
    for (int mode = 1; mode < MODES; mode++) {
      qsort(ratio[mode], PAIRS, sizeof(double), ascending);
      printf(" %+15.1f%%", 100.0 * ratio[mode][PAIRS / 2]);
    }
    is_over |= ratio[1][PAIRS / 2] > 0.05 || ratio[2][PAIRS / 2] > 0.25;
    putchar('\n');
  }
  puts(is_over ? "over the bound of 5 % at the default rate or 25 % with everything" : "within 5 % at the default rate and 25 % with everything");
  registry_free(plugins);
  return is_over;
}
