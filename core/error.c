/* error.c - see error.h.
 */
#include "error.h"

#include <stdarg.h>
#include <stdio.h>
#include <string.h>

int error_set(baud_error *error, int code, const char *format, ...) {
  if (!error) return code;
  va_list arguments;
  va_start(arguments, format);
  vsnprintf(error->text, sizeof error->text, format, arguments);
  va_end(arguments);
  return error->code = code;
}

int error_at(baud_error *error, const char *format, ...) {
  char place[200], sentence[sizeof error->text - sizeof place - 2];
  if (!error) return BAUD_EBUG;
  va_list arguments;
  va_start(arguments, format);
  vsnprintf(place, sizeof place, format, arguments);
  va_end(arguments);
  snprintf(sentence, sizeof sentence, "%.*s", (int)sizeof sentence - 1, error->text);
  snprintf(error->text, sizeof error->text, "%s: %s", place, sentence);
  return error->code;
}

/* Edit distance with adjacent transpositions (Damerau 1964, restricted), for short names; others are far from all. */
static size_t distance(const char *a, const char *b) {
  enum { LONGEST = 63 };
  size_t n = strlen(a), m = strlen(b), row[3][LONGEST + 1];
  if (n > LONGEST || m > LONGEST) return SIZE_MAX;
  for (size_t j = 0; j <= m; j++) row[0][j] = j;
  for (size_t i = 1; i <= n; i++) {
    size_t *now = row[i % 3], *last = row[(i + 2) % 3], *before = row[(i + 1) % 3];
    now[0] = i;
    for (size_t j = 1; j <= m; j++) {
      size_t best = last[j - 1] + (a[i - 1] != b[j - 1]);
      if (last[j] + 1 < best) best = last[j] + 1;
      if (now[j - 1] + 1 < best) best = now[j - 1] + 1;
      int is_swap = i > 1 && j > 1 && a[i - 1] == b[j - 2] && a[i - 2] == b[j - 1];
      if (is_swap && before[j - 2] + 1 < best) best = before[j - 2] + 1;
      now[j] = best;
    }
  }
  return row[n % 3][m];
}

const char *error_closest(const char *name, const char *const *names, size_t n) {
  const char *best = NULL;
  size_t length = strlen(name), least = 1 + length / 3; /* a slip in every third letter is still a slip */
  if (least >= length) least = length - (length > 0);   /* and something of the name must be left */
  for (size_t i = 0; i < n; i++) {
    size_t d = distance(name, names[i]);
    if (d <= least && (d < least || !best)) {
      least = d;
      best = names[i];
    }
  }
  return best;
}
