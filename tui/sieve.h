/* sieve.h - what a list or a log is narrowed to: a regular expression (POSIX extended, letters of either case alike);
 * a "!" before it inverts. */
#ifndef BAUD_TUI_SIEVE_H
#define BAUD_TUI_SIEVE_H

#include <regex.h>

#include "prompt.h"

typedef struct sieve {
  char text[PROMPT_SIZE]; /* as typed; "": everything passes */
  int is_set, is_inverted;
  regex_t expression;
} sieve;

/* 0; or -1 with the filter as it was and why in `reason`. */
int sieve_set(sieve *f, const char *text, char *reason, size_t size);
void sieve_clear(sieve *f);
int sieve_passes(const sieve *f, const char *text);

#endif
