/* cli.h - the baud program: a table of subcommands, one file each, and what they share.
 *
 * Exit codes: 0 all went well (and every claim holds), 1 a trial failed, 2 wrong use or bad input (nothing was
 * started), 3 a claim fails, 4 the run was stopped before its end, 5 the system refused (disk, memory, permission).
 */
#ifndef BAUD_CLI_H
#define BAUD_CLI_H

#include <stdio.h>

#include "error.h"

enum { EXIT_OK = 0, EXIT_TRIAL_FAILED = 1, EXIT_USAGE = 2, EXIT_CLAIM_FAILS = 3, EXIT_STOPPED = 4, EXIT_SYSTEM = 5 };

typedef struct subcommand {
  const char *name, *usage, *summary; /* usage: the arguments after the name; summary: one line */
  const char *help;                   /* the options, one a line, for --help and the man page */
  int (*run)(int argc, char **argv);  /* argv[0] is the subcommand's name; returns the exit code */
} subcommand;

/* The subcommands, each in the file of its name; the table of them is main.c's. */
extern const subcommand subcommand_run, subcommand_attach, subcommand_list, subcommand_show, subcommand_resume,
    subcommand_stop, subcommand_watch, subcommand_report, subcommand_export, subcommand_sql, subcommand_plugins,
    subcommand_calibrate, subcommand_check, subcommand_doctor, subcommand_play, subcommand_judge, subcommand_worker;

/* Prints "baud SUBCOMMAND: sentence" to stderr; returns `exit_code`. */
int cli_fail(int exit_code, const char *subcommand_name, const baud_error *error);
/* Prints usage, summary and help of one subcommand. */
void cli_help(FILE *to, const subcommand *which);
/* The exit code that fits an error's code. */
int cli_exit_code(const baud_error *error);

/* Where runs lie: $BAUD_RUNS, else ${XDG_DATA_HOME:-~/.local/share}/baud/runs. */
int cli_runs_folder(char *path, size_t size, baud_error *error);
/* A run's folder from what the user typed: a path, a name, the beginning of a name when unique, or null or "last"
 * for the newest. */
int cli_find_run(const char *what, char *path, size_t size, baud_error *error);

#endif
