/* main.c - the baud program: finds the subcommand in the table and runs it.
 *
 * The locale is taken for characters alone: numbers are written and read with a point everywhere.
 */
#include <errno.h>
#include <locale.h>
#include <signal.h>
#include <string.h>

#include "cli/cli.h"
#include "cli/supervise.h"
#include "lua/plugins.h"

/* In the order of --help. The last three are how the program starts its own processes; help leaves them out. */
#define ROW(name) &subcommand_##name
static const subcommand *const rows[] = {
    ROW(run),  ROW(attach),  ROW(list),   ROW(show), ROW(watch),   ROW(resume), ROW(stop),      ROW(report),
    ROW(play), ROW(export), ROW(sql), ROW(plugins), ROW(check), ROW(calibrate), ROW(doctor), ROW(judge), ROW(worker), ROW(supervise)};
enum { ROWS = sizeof rows / sizeof *rows, SHOWN_ROWS = ROWS - 3 };

static void print_help(FILE *to) {
  fputs("baud measures how many bits a learner takes in from each episode, and through which channel.\n\n"
        "usage: baud SUBCOMMAND [ARGUMENT...]\n\n",
        to);
  for (int i = 0; i < SHOWN_ROWS; i++) fprintf(to, "  %-10s %s\n", rows[i]->name, rows[i]->summary);
  fputs("\n  baud SUBCOMMAND --help   its arguments and options\n"
        "  baud --version           the version\n\n"
        "To begin: baud run one_bit\n\n"
        "Exit codes: 0 all went well and every claim holds, 1 a trial failed, 2 wrong use (nothing was started),\n"
        "3 a claim does not hold, 4 the run was stopped before its end, 5 the system refused.\n",
        to);
}

static int refuse(const char *given) {
  const char *names[SHOWN_ROWS + 2] = {"--help", "--version"};
  for (int i = 0; i < SHOWN_ROWS; i++) names[i + 2] = rows[i]->name;
  const char *meant = error_closest(given, names, SHOWN_ROWS + 2);
  if (meant) fprintf(stderr, "baud: unknown subcommand \"%s\" (did you mean \"%s\"?)\n", given, meant);
  else fprintf(stderr, "baud: unknown subcommand \"%s\" (baud --help lists them)\n", given);
  return EXIT_USAGE;
}

/* "baud help run" and "baud run --help" say the same. */
static int help(int argc, char **argv) {
  char option[] = "--help";
  for (int i = 0; argc > 2 && i < SHOWN_ROWS; i++)
    if (strcmp(argv[2], rows[i]->name) == 0) return rows[i]->run(2, (char *[]){argv[2], option, NULL});
  if (argc > 2) return refuse(argv[2]);
  print_help(stdout);
  return EXIT_OK;
}

/* What was printed must have arrived: a full disk is not success. Subcommands that said so themselves are done. */
static int check_output(int exit_code) {
  int is_lost = fflush(stdout) != 0 || ferror(stdout);
  if (!is_lost || exit_code == EXIT_SYSTEM) return exit_code;
  fprintf(stderr, "baud: standard output cannot be written: %s\n", strerror(errno));
  return EXIT_SYSTEM;
}

int main(int argc, char **argv) {
  setlocale(LC_CTYPE, "");
  signal(SIGXFSZ, SIG_IGN); /* a file that may not grow is an error with a sentence */
  plugins_in_lua();
  if (argc < 2) return print_help(stderr), EXIT_USAGE;
  const char *name = argv[1];
  if (strcmp(name, "--help") == 0 || strcmp(name, "-h") == 0 || strcmp(name, "help") == 0) return help(argc, argv);
  if (strcmp(name, "--version") == 0 || strcmp(name, "-V") == 0) return puts("baud " BAUD_VERSION), EXIT_OK;
  for (int i = 0; i < ROWS; i++)
    if (strcmp(name, rows[i]->name) == 0) return check_output(rows[i]->run(argc - 1, argv + 1));
  return refuse(name);
}
