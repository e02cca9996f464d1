/* process.c - see process.h.
 */
#include "check/process.h"

#include <dirent.h>
#include <fenv.h>
#include <locale.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>
#ifdef __SSE__
#include <xmmintrin.h>
#endif

static int count_entries(const char *folder) {
  DIR *dir = opendir(folder);
  int n = 0;
  while (dir && readdir(dir)) n++;
  if (dir) closedir(dir);
  return n;
}

static unsigned floating_control(void) {
#ifdef __SSE__
  return _mm_getcsr() & ~0x3fu; /* without the sticky flags of what has happened */
#else
  return (unsigned)fegetround();
#endif
}

void process_note(process_state *s) {
  memset(s, 0, sizeof *s);
  s->floating = floating_control();
  const char *locale = setlocale(LC_ALL, NULL);
  snprintf(s->locale, sizeof s->locale, "%s", locale ? locale : "");
  if (!getcwd(s->folder, sizeof s->folder)) s->folder[0] = 0;
  for (int i = 1; i < PROCESS_SIGNALS; i++) {
    struct sigaction action;
    if (sigaction(i, NULL, &action) == 0) memcpy(&s->handler[i], &action.sa_handler, sizeof s->handler[i]);
  }
  sigprocmask(SIG_SETMASK, NULL, &s->blocked);
  s->files = count_entries("/proc/self/fd");
  s->threads = count_entries("/proc/self/task");
}

const char *process_changed(const process_state *before, const process_state *after) {
  if (before->floating != after->floating) return "the floating-point mode";
  if (strcmp(before->locale, after->locale) != 0) return "the locale";
  if (strcmp(before->folder, after->folder) != 0) return "the working folder";
  for (int i = 1; i < PROCESS_SIGNALS; i++)
    if (before->handler[i] != after->handler[i] || sigismember(&before->blocked, i) != sigismember(&after->blocked, i))
      return "the handling of signals";
  if (before->files != after->files) return "the open files";
  if (before->threads != after->threads) return "the number of threads";
  return NULL;
}
