/* helper.h - this very program started in the background for something that the dashboard must not do itself: load
 * plugins, judge claims, play an episode. It runs at low priority, its output is read as it comes, and it never
 * outlives the dashboard.
 */
#ifndef BAUD_TUI_HELPER_H
#define BAUD_TUI_HELPER_H

#include <stddef.h>
#include <sys/types.h>

#include "error.h"

typedef struct helper {
  pid_t pid;  /* 0: none was started */
  int fd;     /* its output; -1: at its end */
  char *text; /* what has come, with a nul behind it */
  size_t used, room;
  int status; /* of wait, once fd is -1 */
} helper;

enum { HELPER_ARGUMENTS = 12 };

/* Starts `program` with the arguments behind its name, up to a null. Ends one that is running. */
int helper_start(helper *h, const char *program, const char *const *arguments, baud_error *error);
/* Takes what has come; 1 when there was more, or it has just ended; else 0. */
int helper_read(helper *h);
/* The next whole line, its end cut off, or null. Valid until the next call. */
char *helper_line(helper *h, size_t *from);
/* Drops the text before `from`. */
void helper_forget(helper *h, size_t from);
int helper_is_running(const helper *h);
int helper_has_failed(const helper *h);
void helper_stop(helper *h);

#endif
