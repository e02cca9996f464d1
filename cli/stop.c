/* stop.c - baud stop: ends a run, or one trial of it, in order. What was recorded stays; baud resume goes on.
 */
#include <unistd.h>

#include "cli/options.h"
#include "control.h"
#include "supervisor.h"

/* Once the command is taken the end takes a moment: a trial stops between two steps. */
static int wait_for_end(const char *folder) {
  enum { PATIENCE = 300, PAUSE_US = 50000 };
  for (int i = 0; i < PATIENCE; i++) {
    if (!supervisor_is_alive(folder)) return 1;
    usleep(PAUSE_US);
  }
  return 0;
}

static int stop(const char *folder, int64_t which, baud_error *error) {
  char socket_path[600], board_path[600];
  int code = supervisor_is_alive(folder) ? control_paths(folder, socket_path, board_path, sizeof socket_path, error)
                                         : error_set(error, BAUD_ESTATE, "%s is not running", folder);
  return code ? code : control_command(socket_path, "stop", which, error);
}

static int run(int argc, char **argv) {
  baud_error error = {0};
  char folder[512];
  const char *what = NULL;
  uint64_t which = 0;
  int is_one = 0, got;
  options o;
  options_init(&o, &subcommand_stop, argc, argv);
  while ((got = options_next(&o, &error)) > 0) {
    if (options_is(&o, "help")) return cli_help(stdout, &subcommand_stop), EXIT_OK;
    is_one |= options_is(&o, "trial");
    got = o.name[0] ? options_count(&o, 0, UINT32_MAX, &which, &error) : options_run(&o, &what, &error);
    if (got < 0) break;
  }
  if (got < 0) return cli_fail(EXIT_USAGE, "stop", &error);
  int code = cli_find_run(what, folder, sizeof folder, &error);
  if (code == 0) code = stop(folder, is_one ? (int64_t)which : -1, &error);
  if (code != 0) return cli_fail(cli_exit_code(&error), "stop", &error);
  if (is_one) printf("trial %llu is being stopped\n", (unsigned long long)which);
  else printf("%s %s; baud resume goes on with it\n", folder, wait_for_end(folder) ? "has stopped" : "is stopping");
  return EXIT_OK;
}

const subcommand subcommand_stop = {
    "stop", "[RUN] [--trial N]", "end a run, or one of its trials",
    "  RUN          a run's folder, name or the beginning of its name; without it the newest\n"
    "  --trial N    only this trial\n"
    "What was recorded stays. baud resume goes on with what was stopped.\n",
    run};
