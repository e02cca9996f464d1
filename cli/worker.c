/* worker.c - baud worker: how the supervisor starts its workers; of no use to people.
 */
#include <fcntl.h>
#include <stdlib.h>
#include <unistd.h>

#include "cli/cli.h"
#include "worker.h"

static int run(int argc, char **argv) {
  baud_error error = {0};
  if (argc != 4) return fprintf(stderr, "baud worker: this is for baud's own use; baud run starts a run\n"), EXIT_USAGE;
  worker_options options = {.messages_fd = atoi(argv[1]), .report_fd = atoi(argv[2]), .board_path = argv[3]};
  setvbuf(stdout, NULL, _IOLBF, 0);
  fcntl(options.messages_fd, F_SETFD, FD_CLOEXEC);
  fcntl(options.report_fd, F_SETFD, FD_CLOEXEC);
  if (worker_run(&options, &error) == 0) return EXIT_OK;
  dprintf(options.report_fd, "the worker\n%s\n", error.text);
  return cli_fail(EXIT_SYSTEM, "worker", &error);
}

const subcommand subcommand_worker = {"worker", "", "runs trials for a supervisor (baud's own use)", "", run};
