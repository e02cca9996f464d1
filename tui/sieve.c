/* sieve.c - regular expressions on names and lines: sieve.h. */
#include "sieve.h"

#include <stdio.h>
#include <string.h>

int sieve_set(sieve *f, const char *text, char *reason, size_t size) {
  regex_t fresh;
  int is_inverted = text[0] == '!';
  const char *expression = text + is_inverted;
  if (!*expression) {
    sieve_clear(f);
    return 0;
  }
  int code = regcomp(&fresh, expression, REG_EXTENDED | REG_ICASE | REG_NOSUB);
  if (code != 0) {
    regerror(code, &fresh, reason, size);
    return -1;
  }
  sieve_clear(f);
  f->expression = fresh;
  f->is_set = 1;
  f->is_inverted = is_inverted;
  snprintf(f->text, sizeof f->text, "%s", text);
  return 0;
}

void sieve_clear(sieve *f) {
  if (f->is_set) regfree(&f->expression);
  memset(f, 0, sizeof *f);
}

int sieve_passes(const sieve *f, const char *text) {
  return !f->is_set || (regexec(&f->expression, text, 0, NULL, 0) == 0) != f->is_inverted;
}
