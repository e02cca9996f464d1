/* abilities.c - see abilities.h.
 */
#include "check/abilities.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/wait.h>
#include <unistd.h>

#include "check/rehearsal.h"

const char *const question_name[ANSWERS] = {"action", "observation", "reward", "terminated"};

/* What the child fills in, in memory that outlives it. */
typedef struct findings {
  uint32_t n; /* complete ones; the next may be half written */
  ability at[ABILITIES_MOST];
} findings;

static void note(const stage *s, ability *a) {
  a->offered = s->learner_setup.channels;
  a->takes = s->learner_setup.subscribed;
  a->asked = a->answers = a->normal = 0;
  for (uint32_t q = 0; q < s->answers.n; q++) {
    const baud_question *question = &s->answers.question[q];
    uint32_t kind = 1u << answers_kind(q);
    if (question->forms) a->asked |= kind;
    if (question->form) a->answers |= kind;
    if (question->form == BAUD_FORM_NORMAL) a->normal |= kind;
  }
}

/* Sets the learner up, with a demonstrator where that works, else without. */
static void try_on(check_run *run, uint32_t index, ability *a) {
  static casting cast;
  static const enum casting_shows how[] = {CASTING_SHOWS, CASTING_SHOWS_NOTHING};
  char json[CONFIG_TEXT + 200];
  int code = -1;
  for (size_t i = 0; i < sizeof how / sizeof *how && code != 0; i++) {
    static stage s;
    baud_error error = {0};
    casting_at(run, index, how[i], &cast);
    snprintf(a->env, sizeof a->env, "%s", cast.env);
    casting_config(&cast, 1, REHEARSAL_TRAINS, "\"stop\":{\"episodes\":1}", json, sizeof json);
    code = stage_open(&s, run->plugins, json, 1, &error);
    if (code == 0) note(&s, a);
    snprintf(a->refusal, sizeof a->refusal, "%s", code ? error.text : "");
    stage_close(&s);
  }
}

static void find(const registry *plugins, const plugin *learner, findings *f) {
  static casting unused;
  check_run run = {.plugins = plugins, .unit = learner, .seed = 1};
  for (uint32_t i = 0; i < ABILITIES_MOST && casting_at(&run, i, CASTING_SHOWS_NOTHING, &unused); i++) {
    try_on(&run, i, &f->at[i]);
    f->n = i + 1;
  }
}

uint32_t abilities_find(const registry *plugins, const plugin *learner, ability *found) {
  findings *f = mmap(NULL, sizeof *f, PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);
  int status = 0;
  if (f == MAP_FAILED) return 0;
  fflush(NULL);
  pid_t child = fork();
  if (child == 0) {
    for (int stream = STDOUT_FILENO; stream <= STDERR_FILENO; stream++) close(stream);
    find(plugins, learner, f);
    _exit(0);
  }
  while (child > 0 && waitpid(child, &status, 0) < 0 && errno == EINTR) {
  }
  uint32_t n = f->n;
  if (child > 0 && status != 0 && n < ABILITIES_MOST) {
    if (WIFSIGNALED(status)) snprintf(f->at[n].refusal, sizeof f->at[n].refusal, "crashes: %s", strsignal(WTERMSIG(status)));
    else snprintf(f->at[n].refusal, sizeof f->at[n].refusal, "ends the process");
    f->at[n].env[sizeof f->at[n].env - 1] = 0;
    n++;
  }
  memcpy(found, f->at, n * sizeof *found);
  munmap(f, sizeof *f);
  return n;
}
