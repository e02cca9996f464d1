/* faulty.c - a learner that does one bad deed, for tests: it acts at random until it has learned `after` times, and
 * then crashes, leaves, hangs, lies or makes noise, as `deed` says. tests/fault holds that its trial fails, with the
 * reason, and no other does.
 */
#include <math.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "baud/tabular.h"

/* ---- The deeds ----------------------------------------------------------------------------------------- */

static int32_t deed_none(void) { return BAUD_OK; }

static int32_t deed_segv(void) {
  volatile int *volatile nowhere = NULL;
  *nowhere = 1;
  return BAUD_OK;
}

static int deepen(volatile const int *depth) { /* runs out of stack: the handler must have one of its own */
  volatile char room[4096];
  room[0] = 1;
  return *depth > 0 ? deepen(depth) + room[0] : 0;
}

static int32_t deed_overflow(void) {
  volatile int depth = 1;
  return deepen(&depth);
}

static int32_t deed_abort(void) { abort(); }
static int32_t deed_exit(void) { exit(0); }
static int32_t deed_leave(void) { _exit(0); }

static int32_t deed_kill(void) {
  raise(SIGKILL);
  return BAUD_OK;
}

static int32_t deed_hang(void) {
  for (volatile int forever = 1; forever;) {}
  return BAUD_OK;
}

static int32_t deed_deaf(void) { /* hangs, and has blocked every signal that can be blocked */
  sigset_t all;
  sigfillset(&all);
  sigprocmask(SIG_BLOCK, &all, NULL);
  return deed_hang();
}

static int32_t deed_garbage(void) { /* writes to every descriptor that it finds */
  static const char noise[] = "This is not what was agreed upon. Not at all, and it is long enough to be a head.\n";
  for (int fd = 3; fd < 16; fd++)
    if (write(fd, noise, sizeof noise) < 0) continue;
  return deed_hang();
}

static int32_t deed_close(void) {
  for (int fd = 3; fd < 16; fd++) close(fd);
  return deed_hang();
}

static int32_t deed_print(void) {
  for (int i = 0; i < 2000; i++) printf("noise on stdout %d\n", i), fprintf(stderr, "noise on stderr %d\n", i);
  return BAUD_OK;
}

static int32_t deed_fail(void) { return BAUD_EBUG; }
static int32_t deed_nan(void) { return BAUD_OK; } /* in predict */

static const struct {
  const char *name;
  int32_t (*act)(void);
} deeds[] = {{"none", deed_none}, {"segv", deed_segv},       {"overflow", deed_overflow}, {"abort", deed_abort},
             {"exit", deed_exit}, {"leave", deed_leave},     {"kill", deed_kill},         {"hang", deed_hang},
             {"deaf", deed_deaf}, {"garbage", deed_garbage}, {"close", deed_close},       {"print", deed_print},
             {"fail", deed_fail}, {"nan", deed_nan}};
enum { DEEDS = sizeof deeds / sizeof *deeds };
static const char *const deed_names[DEEDS] = {"none", "segv", "overflow", "abort", "exit",  "leave", "kill",
                                              "hang", "deaf", "garbage",  "close", "print", "fail",  "nan"};

/* Where it does it: when its time has come, or in the calls around that. */
enum where { IN_LEARN, IN_PREDICT, IN_CREATE, IN_INIT, IN_DESTROY, PLACES };
static const char *const places[PLACES] = {"learn", "predict", "create", "init", "destroy"};

/* ---- The learner --------------------------------------------------------------------------------------- */

typedef struct faulty {
  const baud_host *host;
  uint32_t lanes;
  baud_field action;
  uint64_t asks_action, after;
  int64_t deed, where;
  baud_block blocks[2];
} faulty;

static int32_t acts(const faulty *m, int64_t where) {
  return m->where == where ? deeds[m->deed].act() : BAUD_OK;
}

static int32_t faulty_create(const baud_host *host, const baud_value *values, baud_learner_setup *setup, void **model) {
  faulty *m = calloc(1, sizeof *m);
  if (m == NULL) return host->fail(host, BAUD_ENOMEM, "there is no memory for the learner");
  m->host = host;
  m->lanes = setup->lanes;
  m->action = *setup->action;
  m->deed = values[0].i;
  m->after = (uint64_t)values[1].i;
  m->where = values[2].i;
  m->blocks[0] = baud_block_of(BAUD_U64, BAUD_RNG, BAUD_PER_LANE, 1, "random");
  m->blocks[1] = baud_block_of(BAUD_U64, BAUD_TRACE, 0, 1, "learned");
  for (uint32_t i = 0; i < setup->n_questions; i++) setup->questions[i].form = 0;
  m->asks_action = baud_accept(setup, BAUD_ASK_ACTION, 0, setup->action->categories);
  setup->subscribed = 0;
  setup->blocks = m->blocks;
  setup->n_blocks = 2;
  *model = m;
  return acts(m, IN_CREATE);
}

static void faulty_destroy(void *model) {
  (void)acts(model, IN_DESTROY);
  free(model);
}

static int32_t faulty_init(const void *model, void *const *blocks, uint64_t seed) {
  const faulty *m = model;
  baud_seed_lanes(blocks[0], m->lanes, seed);
  return acts(m, IN_INIT);
}

static int is_due(const faulty *m, void *const *blocks) { return *(const uint64_t *)blocks[1] >= m->after; }
static int is_now(const faulty *m, void *const *blocks) { return *(const uint64_t *)blocks[1] == m->after; }

static int32_t faulty_predict(const void *model, void *const *blocks, const baud_tick *tick) {
  const faulty *m = model;
  uint64_t *random = blocks[0];
  if (is_now(m, blocks) && acts(m, IN_PREDICT) != BAUD_OK) return BAUD_EBUG;
  int lies = is_due(m, blocks) && strcmp(deed_names[m->deed], "nan") == 0;
  for (uint32_t lane = 0; lane < m->lanes && !tick->action_given; lane++)
    baud_write_discrete(&m->action, tick->action, lane, baud_below(&random[lane], m->action.categories));
  for (uint64_t asked = tick->ask & m->asks_action; asked; asked &= asked - 1) {
    float *answer = tick->answer[__builtin_ctzll(asked)];
    for (uint64_t i = 0; i < (uint64_t)m->lanes * m->action.categories; i++)
      answer[i] = lies ? NAN : 1.0f / (float)m->action.categories;
  }
  return BAUD_OK;
}

static int32_t faulty_learn(const void *model, void *const *blocks, const baud_outcome *outcome) {
  const faulty *m = model;
  (void)outcome;
  int32_t code = is_now(m, blocks) ? acts(m, IN_LEARN) : BAUD_OK;
  ++*(uint64_t *)blocks[1];
  return code == BAUD_OK ? code : m->host->fail(m->host, code, "has done what it was told: it failed");
}

static const baud_param faulty_params[] = {
    BAUD_PARAM_CHOICE("deed", 0, deed_names, DEEDS, "what it does when the time has come"),
    BAUD_PARAM_INT("after", 100, 0, 1000000000, "calls", "how many calls of learn go well"),
    BAUD_PARAM_CHOICE("where", 0, places, PLACES, "in which call it does it"),
};

static const baud_learner_ops faulty_ops = {BAUD_SIZE(baud_learner_ops), 0, faulty_create, faulty_destroy, faulty_init,
                                            faulty_predict, faulty_learn};

static const baud_unit faulty_unit = {BAUD_SIZE(baud_unit), BAUD_LEARNER, 1, 1, "test.faulty", "Faulty on purpose",
                                      "Acts at random, then does one bad deed: for tests.",
                                      faulty_params, 3, 0, &faulty_ops, NULL};

BAUD_EXPORT const baud_library baud_plugin_1 = {
    BAUD_SIZE(baud_library), BAUD_MINOR, 0, BAUD_LAYOUT, "baud", "1.0", "MIT", &faulty_unit, 1, 0};
