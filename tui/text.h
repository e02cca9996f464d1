/* text.h - text on its way to the screen: decoded, made harmless, measured in cells, cut to fit.
 *
 * Names and messages come from scripts and plugins and may hold anything. What leaves here has no control
 * characters, no half-decoded bytes and a known width. Numbers and durations get their short forms here too.
 */
#ifndef BAUD_TUI_TEXT_H
#define BAUD_TUI_TEXT_H

#include <stddef.h>
#include <stdint.h>

/* The next code point that may be shown, and its width (1 or 2); advances *s. 0 at the end. Control characters and
 * bytes that are not UTF-8 come out as '?', tabs and line ends as a blank; what has no width is skipped. */
uint32_t text_next(const char **s, int *width);

int text_width(const char *s);

/* Writes one code point as UTF-8; returns its bytes (1 to 4). */
int text_encode(char out[4], uint32_t glyph);

/* At most `cells` wide: the middle gives way to "…" where it is too long. out has room for 4 * cells + 1 bytes, or
 * is cut at `size`. */
void text_elide(char *out, size_t size, const char *s, int cells);

/* Whether `s` holds `part`, letters of either case alike. An empty part is in everything. */
int text_contains(const char *s, const char *part);

/* A figure in at most `cells` cells (4 to 12): "27.0", "1.2e4", "-" where it is NaN, "inf". */
void text_number(char *out, size_t size, double value, int cells);
/* "100,412" */
void text_thousands(char *out, size_t size, uint64_t value);
/* "100k", "1.5M": for axes; whole values only are shortened without loss, others to three digits. */
void text_short(char *out, size_t size, double value);
/* Four cells: "42s", "9m05", "3h12", "2d04", "99d+"; "-" where it is not finite. */
void text_duration(char *out, size_t size, double seconds);

#endif
