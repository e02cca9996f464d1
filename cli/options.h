/* options.h - reads a subcommand's arguments by its own help text: what --help prints is what is accepted.
 *
 * A line of help that begins with two blanks and "--name" declares an option; a word in capitals after the name says
 * that it takes a value ("--jobs N", also given as --jobs=N). Everything else is a plain argument; so is all after
 * a lone "--".
 */
#ifndef BAUD_CLI_OPTIONS_H
#define BAUD_CLI_OPTIONS_H

#include "cli/cli.h"

typedef struct options {
  const subcommand *of;
  int argc, at;
  char **argv;
  int is_all_plain;
  char name[64];     /* of the option that was read, without dashes; "" for a plain argument */
  const char *value; /* its value, or the plain argument; null for an option without */
} options;

void options_init(options *o, const subcommand *of, int argc, char **argv);

/* The next argument: 1; 0 at the end; negative: wrong use, with the sentence. --help is "help" everywhere. */
int options_next(options *o, baud_error *error);

int options_is(const options *o, const char *name);

/* The plain argument as the run that is meant; a second one is wrong use. */
int options_run(const options *o, const char **what, baud_error *error);

/* The value as a number in [low, high]. */
int options_count(const options *o, uint64_t low, uint64_t high, uint64_t *count, baud_error *error);
int options_real(const options *o, double low, double high, double *number, baud_error *error);

#endif
