/* run.c - see run.h. The fault handler jumps out of the plugin's frame; what the plugin leaves behind is never
 * used again, for the check ends there.
 */
#include "check/run.h"

#include <signal.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

static check_run *volatile running; /* for the fault handler */

static int say(check_run *run, int verdict, const char *format, va_list arguments) {
  vsnprintf(run->text, sizeof run->text, format, arguments);
  return verdict;
}

int run_fail(check_run *run, const char *format, ...) {
  va_list arguments;
  va_start(arguments, format);
  int verdict = say(run, CHECK_FAILED, format, arguments);
  va_end(arguments);
  return verdict;
}

int run_skip(check_run *run, const char *format, ...) {
  va_list arguments;
  va_start(arguments, format);
  int verdict = say(run, CHECK_SKIPPED, format, arguments);
  va_end(arguments);
  return verdict;
}

int run_pass(check_run *run, const char *format, ...) {
  va_list arguments;
  va_start(arguments, format);
  int verdict = say(run, CHECK_OK, format, arguments);
  va_end(arguments);
  return verdict;
}

void run_add(check_run *run, const char *format, ...) {
  size_t used = strlen(run->text);
  va_list arguments;
  va_start(arguments, format);
  vsnprintf(run->text + used, sizeof run->text - used, format, arguments);
  va_end(arguments);
}

void run_enter(check_run *run, const char *call) {
  if (run->now_in) snprintf(run->now_in, 64, "%s", call);
}

int run_guard(check_run *run, void *low, size_t bytes, const char *what) {
  if (bytes == 0) return 0;
  if (run->n_guards == RUN_GUARDS || mprotect(low, bytes, PROT_READ) != 0) return -1;
  run->guard[run->n_guards++] = (guard){low, (char *)low + bytes, what};
  return 0;
}

void run_unguard(check_run *run) {
  for (uint32_t i = 0; i < run->n_guards; i++)
    mprotect(run->guard[i].low, (size_t)(run->guard[i].high - run->guard[i].low), PROT_READ | PROT_WRITE);
  run->n_guards = 0;
}

static void on_fault(int number, siginfo_t *info, void *context) {
  (void)context;
  check_run *run = running;
  const char *at = info->si_addr;
  for (uint32_t i = 0; run && i < run->n_guards; i++)
    if (at >= run->guard[i].low && at < run->guard[i].high) siglongjmp(run->escape, (int)i + 1);
  signal(number, SIG_DFL); /* the instruction faults again, and the system deals with it */
}

int run_call(check_run *run) {
  struct sigaction action = {.sa_flags = SA_SIGINFO | SA_NODEFER}, before[2];
  action.sa_sigaction = on_fault;
  sigemptyset(&action.sa_mask);
  sigaction(SIGSEGV, &action, &before[0]);
  sigaction(SIGBUS, &action, &before[1]);
  running = run;
  int verdict, which = sigsetjmp(run->escape, 1);
  if (which == 0) {
    verdict = run->check->run(run);
  } else {
    const char *what = run->guard[which - 1].what;
    run_unguard(run);
    verdict = run_fail(run, "writes to %s in %s", what, run->now_in ? run->now_in : "a call");
  }
  running = NULL;
  sigaction(SIGSEGV, &before[0], NULL);
  sigaction(SIGBUS, &before[1], NULL);
  return verdict;
}

int run_has_fingerprint(const check_run *run) { return registry_loader_of(run->path) != NULL; }

uint64_t run_fingerprint(const check_run *run, const void *model) {
  uint64_t print = 0;
  (void)registry_loader_of(run->path)->fingerprint(model, &print);
  return print;
}

int run_kept(check_run *run, uint64_t before, uint64_t after) {
  if (before == after) return CHECK_OK;
  return run_fail(run, "changes variables or tables of its own between calls: what changes belongs into a lane, a world, a "
                       "belief or a block");
}

int run_extension(const plugin *unit, const char *id, void *to, size_t size) {
  memset(to, 0, size);
  const void *extension = unit->unit->extension ? unit->unit->extension(id) : NULL;
  if (!extension) return 0;
  uint32_t theirs = *(const uint32_t *)extension;
  memcpy(to, extension, theirs < size ? theirs : size);
  return 1;
}
