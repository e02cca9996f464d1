/* error.h - the one error convention: a function that can fail returns 0 or a negative BAUD_E code and leaves one
 * sentence (what, where, what to do) in the caller's baud_error. Callers may pass it up unchanged or put a place
 * in front of it with error_at. Nothing is printed here.
 */
#ifndef BAUD_CORE_ERROR_H
#define BAUD_CORE_ERROR_H

#include "baud/plugin.h"

/* Codes of the host's own, beside those of plugin.h. */
enum { BAUD_EIO = -16, BAUD_ENOTFOUND = -17, BAUD_EPLUGIN = -18, BAUD_EBUSY = -19, BAUD_ESTOPPED = -20 };

typedef struct baud_error {
  int code;
  char text[1000];
} baud_error;

/* Sets the sentence and returns `code`. `error` may be null. */
int error_set(baud_error *error, int code, const char *format, ...) __attribute__((format(printf, 3, 4)));

/* Puts "place: " in front of the sentence that is there; returns its code. */
int error_at(baud_error *error, const char *format, ...) __attribute__((format(printf, 2, 3)));

/* The entry of names[0..n) closest to `name` when it is close enough to be a slip, else null. */
const char *error_closest(const char *name, const char *const *names, size_t n);

#endif
