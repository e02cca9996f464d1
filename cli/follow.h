/* follow.h - a run as lines: events as they come, progress every few seconds, the claims' verdicts at the end.
 *
 * What baud run, attach and resume show without a terminal, and what baud watch shows anywhere. It only reads: being
 * interrupted leaves the run going.
 */
#ifndef BAUD_CLI_FOLLOW_H
#define BAUD_CLI_FOLLOW_H

#include "cli/cli.h"

enum follow_format { FOLLOW_TEXT, FOLLOW_JSON_END, FOLLOW_JSON }; /* the second: lines as text, the end as JSON */

typedef struct follow_options {
  enum follow_format format;
  int is_on_stdout;  /* lines to stdout too, not to stderr; the verdicts go to stdout anyway */
  double interval_seconds; /* between lines of progress; 0: two seconds */
  int line_fd;       /* of supervise_start, or -1 */
  const char *subcommand; /* whose name stands before errors */
} follow_options;

/* Follows to the run's end and returns its exit code; 128 + the signal when interrupted. */
int follow_run(const char *folder, const follow_options *options);

/* Prints how a run that is over ended; its exit code, or -1 when it is not over. */
int follow_ending(const char *folder, const follow_options *options);

#endif
