/* faults.c - see faults.h.
 */
#include "worker/faults.h"

#include <execinfo.h>
#include <signal.h>
#include <stdatomic.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "trial.h"

enum { STACK_BYTES = 1 << 17, FRAMES = 48 };

/* Signals that are caught, and the sentence of each. The others kill at once and are told by the exit status. */
static const struct { int signal; const char *sentence; } faults[] = {
    {SIGSEGV, "crashed with SIGSEGV (a bad memory access)"},
    {SIGBUS, "crashed with SIGBUS (a bad memory access)"},
    {SIGILL, "crashed with SIGILL (an illegal instruction)"},
    {SIGFPE, "crashed with SIGFPE (an integer division by zero or the like)"},
    {SIGABRT, "called abort() (SIGABRT; a failed assertion, perhaps)"},
    {SIGSYS, "made a forbidden system call (SIGSYS)"},
    {SIGTRAP, "ran into a trap (SIGTRAP)"},
    {SIGTERM, "was ended from outside with SIGTERM"},
    {SIGXCPU, "took too long"},
};

static int report;
static void (*rescue_data)(void);
static volatile sig_atomic_t is_running;
static atomic_flag has_spoken = ATOMIC_FLAG_INIT;
static unsigned char handler_stack[STACK_BYTES];

static void say(int fd, const char *text) {
  for (size_t left = strlen(text); left > 0;) {
    ssize_t n = write(fd, text, left);
    if (n <= 0) return;
    text += n;
    left -= (size_t)n;
  }
}

static void tell(int fd, const char *sentence, void *const *frames, int n_frames) {
  say(fd, sentence);
  say(fd, "\n");
  backtrace_symbols_fd(frames, n_frames, fd);
}

static void speak(const char *sentence) {
  void *frames[FRAMES];
  if (atomic_flag_test_and_set(&has_spoken)) return; /* a second fault, in the handling of the first */
  int n = backtrace(frames, FRAMES);
  tell(report, sentence, frames, n);
  say(STDERR_FILENO, trial_now_in());
  say(STDERR_FILENO, " ");
  tell(STDERR_FILENO, sentence, frames, n);
}

static void on_fault(int number) {
  const char *sentence = "died";
  for (size_t i = 0; i < sizeof faults / sizeof *faults; i++)
    if (faults[i].signal == number) sentence = faults[i].sentence;
  speak(sentence);
  if (is_running) {
    is_running = 0;
    rescue_data();
  }
  signal(number, SIG_DFL);
  raise(number); /* blocked here, hence delivered on return: the process dies of what befell it */
}

static void on_exit_called(void) {
  if (!is_running) return;
  is_running = 0;
  speak("called exit(): a plugin must return an error code instead");
  rescue_data();
}

void faults_install(int report_fd, void (*rescue)(void)) {
  void *first[1];
  report = report_fd;
  rescue_data = rescue;
  backtrace(first, 1); /* the first call loads a library: not in a handler */
  stack_t stack = {.ss_sp = handler_stack, .ss_size = sizeof handler_stack};
  sigaltstack(&stack, NULL);
  struct sigaction action = {.sa_handler = on_fault, .sa_flags = SA_ONSTACK};
  sigfillset(&action.sa_mask); /* nothing interrupts the last words; a fault within them kills at once */
  for (size_t i = 0; i < sizeof faults / sizeof *faults; i++) sigaction(faults[i].signal, &action, NULL);
  atexit(on_exit_called);
}

void faults_begin(void) { is_running = 1; }
void faults_end(void) { is_running = 0; }
int faults_limit_signal(void) { return SIGXCPU; }
