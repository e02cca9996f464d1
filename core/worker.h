/* worker.h - a worker process: runs trials that the supervisor hands it, one at a time, and reports in messages.
 *
 * It is a process so that a plugin which crashes, hangs or leaves takes one trial with it and nothing else. Plugins
 * are loaded once and stay loaded over trials. Standard output and error are the log file that the supervisor gave.
 */
#ifndef BAUD_CORE_WORKER_H
#define BAUD_CORE_WORKER_H

#include "error.h"

typedef struct worker_options {
  int messages_fd;          /* stream socket to the supervisor */
  int report_fd;          /* pipe: last words of a worker that dies (worker/faults.h) */
  const char *board_path;
} worker_options;

/* Serves until the supervisor lets it go: 0, or why it could not start. */
int worker_run(const worker_options *options, baud_error *error);

#endif
