/* supervise.h - starting a supervisor that outlives this terminal, and the hidden subcommand that is one. */
#ifndef BAUD_CLI_SUPERVISE_H
#define BAUD_CLI_SUPERVISE_H

#include "cli/cli.h"
#include "supervisor.h"

extern const subcommand subcommand_supervise;

typedef struct supervise_options {
  uint32_t jobs;        /* 0: one for each processor */
  double limit_seconds; /* 0: none */
  enum supervisor_again again;
  const char *named, *who; /* as in supervisor_options */
} supervise_options;

/* Fills in jobs and time limit as the run had them. */
int supervise_recall(const char *folder, supervise_options *options, baud_error *error);

/* Starts a supervisor on the run in `folder` (absolute) and waits until it is at work. What it has to say when it
 * breaks can be read from *line_fd, which also ends when it does. */
int supervise_start(const char *folder, const supervise_options *options, int *line_fd, baud_error *error);

#endif
