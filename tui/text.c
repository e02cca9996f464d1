/* text.c - decoding, cleaning, measuring and cutting of text: text.h. */
#include "text.h"

#include <ctype.h>
#include <math.h>
#include <stdio.h>
#include <string.h>
#include <wchar.h>

enum { ELLIPSIS = 0x2026 };

/* One code point by the definition of UTF-8 (RFC 3629); -1 for a byte that begins none, which is then skipped. */
static int32_t decode(const char **s) {
  const unsigned char *p = (const unsigned char *)*s;
  int more = p[0] < 0x80 ? 0 : p[0] >= 0xc2 && p[0] < 0xe0 ? 1 : (p[0] & 0xf0) == 0xe0 ? 2
           : p[0] >= 0xf0 && p[0] < 0xf5 ? 3 : -1;
  if (more <= 0) {
    *s += 1;
    return more < 0 ? -1 : p[0];
  }
  int32_t c = p[0] & (0x3f >> more);
  for (int i = 1; i <= more; i++) {
    if ((p[i] & 0xc0) != 0x80) {
      *s += i;
      return -1;
    }
    c = c << 6 | (p[i] & 0x3f);
  }
  *s += more + 1;
  int is_overlong = (more == 2 && c < 0x800) || (more == 3 && c < 0x10000);
  return is_overlong || (c >= 0xd800 && c < 0xe000) || c > 0x10ffff ? -1 : c;
}

/* Marks that turn the direction of what follows, and others without width of their own. */
static int is_invisible(int32_t c) {
  return (c >= 0x200b && c <= 0x200f) || (c >= 0x2028 && c <= 0x202e) || (c >= 0x2060 && c <= 0x206f) || c == 0xfeff;
}

uint32_t text_next(const char **s, int *width) {
  while (**s) {
    int32_t c = decode(s);
    *width = 1;
    if (c == '\t' || c == '\n' || c == '\r') return ' ';
    if (c < 0x20 || (c >= 0x7f && c < 0xa0)) return '?';
    if (c < 0x7f) return (uint32_t)c;
    if (is_invisible(c)) continue;
    int cells = wcwidth((wchar_t)c);
    if (cells == 0) continue;
    if (cells < 0) return '?';
    *width = cells > 2 ? 1 : cells;
    return cells > 2 ? '?' : (uint32_t)c;
  }
  *width = 0;
  return 0;
}

int text_width(const char *s) {
  int cells = 0, width;
  while (text_next(&s, &width)) cells += width;
  return cells;
}

int text_encode(char out[4], uint32_t glyph) {
  if (glyph < 0x80) {
    out[0] = (char)glyph;
    return 1;
  }
  int more = glyph < 0x800 ? 1 : glyph < 0x10000 ? 2 : 3;
  static const unsigned lead[] = {0, 0xc0, 0xe0, 0xf0};
  out[0] = (char)(lead[more] | glyph >> (6 * more));
  for (int i = 1; i <= more; i++) out[i] = (char)(0x80 | (glyph >> (6 * (more - i)) & 0x3f));
  return more + 1;
}

/* Appends the code points that lie in cells [from, to) of s. Returns the cells written. */
static int append_cells(char *out, size_t size, size_t *used, const char *s, int from, int to) {
  int at = 0, width, written = 0;
  for (uint32_t glyph; (glyph = text_next(&s, &width)) != 0; at += width) {
    if (at < from || at + width > to) continue;
    char bytes[4];
    int n = text_encode(bytes, glyph);
    if (*used + (size_t)n >= size) break;
    memcpy(out + *used, bytes, (size_t)n);
    *used += (size_t)n;
    written += width;
  }
  out[*used] = 0;
  return written;
}

void text_elide(char *out, size_t size, const char *s, int cells) {
  size_t used = 0;
  if (size == 0) return;
  out[0] = 0;
  int whole = text_width(s);
  if (cells <= 0) return;
  if (whole <= cells) {
    append_cells(out, size, &used, s, 0, whole);
    return;
  }
  int head = (cells - 1 + 1) / 2, tail = cells - 1 - head;
  append_cells(out, size, &used, s, 0, head);
  char bytes[4];
  size_t n = (size_t)text_encode(bytes, ELLIPSIS);
  if (used + n < size) {
    memcpy(out + used, bytes, n);
    used += n;
  }
  append_cells(out, size, &used, s, whole - tail, whole);
}

int text_contains(const char *s, const char *part) {
  size_t n = strlen(part);
  for (; n; s++) {
    if (strncasecmp(s, part, n) == 0) return 1;
    if (!*s) return 0;
  }
  return 1;
}

void text_number(char *out, size_t size, double value, int cells) {
  if (isnan(value)) {
    snprintf(out, size, "-");
    return;
  }
  if (isinf(value)) {
    snprintf(out, size, value < 0 ? "-inf" : "inf");
    return;
  }
  double magnitude = fabs(value);
  int decimals = magnitude >= 9999.95 ? 0 : magnitude >= 9.995 ? 1 : magnitude >= 0.0995 || value == 0 ? 2 : 3;
  for (; decimals >= 0; decimals--) {
    int n = snprintf(out, size, "%.*f", decimals, value);
    int is_lost = magnitude > 0 && magnitude < 0.5 * pow(10, -decimals); /* would read as zero */
    if (n <= cells && !is_lost) return;
  }
  for (decimals = 2; decimals >= 0; decimals--) { /* 1.2e+04 is written 1.2e4 */
    int exponent = (int)floor(log10(magnitude));
    double mantissa = value / pow(10, exponent);
    if (fabs(mantissa) >= 10 - 0.5 * pow(10, -decimals)) mantissa /= 10, exponent++;
    if (snprintf(out, size, "%.*fe%d", decimals, mantissa, exponent) <= cells) return;
  }
}

void text_thousands(char *out, size_t size, uint64_t value) {
  char digits[32];
  int n = snprintf(digits, sizeof digits, "%llu", (unsigned long long)value);
  size_t used = 0;
  if (size == 0) return;
  for (int i = 0; i < n && used + 2 < size; i++) {
    if (i && (n - i) % 3 == 0) out[used++] = ',';
    out[used++] = digits[i];
  }
  out[used] = 0;
}

void text_short(char *out, size_t size, double value) {
  static const struct { double unit; char letter; } units[] = {{1e12, 'T'}, {1e9, 'G'}, {1e6, 'M'}, {1e3, 'k'}};
  for (size_t i = 0; i < sizeof units / sizeof *units; i++)
    if (fabs(value) >= units[i].unit) {
      snprintf(out, size, "%.3g%c", value / units[i].unit, units[i].letter);
      return;
    }
  snprintf(out, size, "%.3g", value);
}

void text_duration(char *out, size_t size, double seconds) {
  if (!isfinite(seconds) || seconds < 0) {
    snprintf(out, size, "-");
    return;
  }
  long long s = seconds > 1e12 ? 1000000000000LL : (long long)(seconds + 0.5);
  if (s < 60) snprintf(out, size, "%llds", s);
  else if (s < 3600) snprintf(out, size, "%lldm%02lld", s / 60, s % 60);
  else if (s < 86400) snprintf(out, size, "%lldh%02lld", s / 3600, s / 60 % 60);
  else if (s < 99 * 86400LL) snprintf(out, size, "%lldd%02lld", s / 86400, s / 3600 % 24);
  else snprintf(out, size, "99d+");
}
