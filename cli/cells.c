/* cells.c - see cells.h.
 */
#include "cli/cells.h"

#include <math.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>

/* ---- Single texts ----------------------------------------------------------------------------------------- */

void cells_csv(FILE *to, const char *text) {
  if (!strpbrk(text, ",\"\r\n")) {
    fputs(text, to);
    return;
  }
  putc('"', to);
  for (; *text; text++) {
    if (*text == '"') putc('"', to);
    putc(*text, to);
  }
  putc('"', to);
}

void cells_json(FILE *to, const char *text) {
  putc('"', to);
  for (; *text; text++) {
    unsigned char c = (unsigned char)*text;
    if (c == '"' || c == '\\') fprintf(to, "\\%c", c);
    else if (c == '\n') fputs("\\n", to);
    else if (c < 0x20 || c == 0x7f) fprintf(to, "\\u%04x", c);
    else putc(c, to);
  }
  putc('"', to);
}

void cells_plain(FILE *to, const char *text) {
  for (; *text; text++) putc((unsigned char)*text < 0x20 || *text == 0x7f ? ' ' : *text, to);
}

int cells_width(const char *text) {
  int n = 0;
  for (; *text; text++) n += (*text & 0xc0) != 0x80;
  return n;
}

void cells_float(char text[CELLS_FLOAT_SIZE], float value) {
  if (value == rintf(value) && fabsf(value) < 1e7f) {
    snprintf(text, CELLS_FLOAT_SIZE, "%d", (int)value);
    return;
  }
  for (int digits = 6; digits <= 9; digits++) { /* nine always suffice for 24 bits */
    snprintf(text, CELLS_FLOAT_SIZE, "%.*g", digits, (double)value);
    if (strtof(text, NULL) == value) return;
  }
}

/* ---- Aligned ---------------------------------------------------------------------------------------------- */

typedef struct cell {
  char *text;
  enum cells_align align;
} cell;

struct cells {
  int columns, *width; /* [columns] */
  cell *cell;          /* [n], row by row */
  size_t n, room;
};

cells *cells_new(int columns) {
  cells *c = calloc(1, sizeof *c);
  if (!c) return NULL;
  c->columns = columns;
  c->width = calloc((size_t)columns + 1, sizeof *c->width);
  if (c->width) return c;
  free(c);
  return NULL;
}

static void forget(cells *c) {
  for (size_t i = 0; i < c->n; i++) free(c->cell[i].text);
  c->n = 0;
}

void cells_free(cells *c) {
  if (!c) return;
  forget(c);
  free(c->cell);
  free(c->width);
  free(c);
}

void cells_put(cells *c, enum cells_align align, const char *text) {
  if (c->n == c->room) {
    size_t room = c->room ? 2 * c->room : 64;
    cell *more = realloc(c->cell, room * sizeof *more);
    if (!more) return; /* a table cut short is all that can be shown */
    c->cell = more;
    c->room = room;
  }
  int column = (int)(c->n % (size_t)c->columns), width = cells_width(text);
  if (width > c->width[column]) c->width[column] = width;
  c->cell[c->n++] = (cell){strdup(text), align};
}

void cells_putf(cells *c, enum cells_align align, const char *format, ...) {
  char text[1000];
  va_list arguments;
  va_start(arguments, format);
  vsnprintf(text, sizeof text, format, arguments);
  va_end(arguments);
  cells_put(c, align, text);
}

size_t cells_rows(const cells *c) { return c->n / (size_t)c->columns; }

void cells_print(cells *c, const char *indent, FILE *to) {
  for (size_t i = 0; i < c->n; i++) {
    size_t column = i % (size_t)c->columns;
    const char *text = c->cell[i].text ? c->cell[i].text : "";
    int is_last = column + 1 == (size_t)c->columns, padding = c->width[column] - cells_width(text);
    fputs(column == 0 ? indent : "  ", to);
    if (c->cell[i].align == ALIGN_RIGHT) fprintf(to, "%*s", padding, "");
    cells_plain(to, text);
    if (c->cell[i].align == ALIGN_LEFT && !is_last) fprintf(to, "%*s", padding, "");
    if (is_last) putc('\n', to);
  }
  forget(c);
}
