/* cells.h - rows of text for people and for programs: aligned columns, tab-separated, csv (RFC 4180), JSON.
 */
#ifndef BAUD_CLI_CELLS_H
#define BAUD_CLI_CELLS_H

#include <stddef.h>
#include <stdio.h>

/* One text as a csv field, quoted where it must be; as a JSON string; on one line, blanks for what breaks it. */
void cells_csv(FILE *to, const char *text);
void cells_json(FILE *to, const char *text);
void cells_plain(FILE *to, const char *text);
int cells_width(const char *text); /* characters, not bytes */

/* A float as the shortest decimal number that reads back the same. */
enum { CELLS_FLOAT_SIZE = 24 };
void cells_float(char text[CELLS_FLOAT_SIZE], float value);

/* Rows gather and are printed with aligned columns. Widths stay from one print to the next, and only grow. */
enum cells_align { ALIGN_LEFT, ALIGN_RIGHT };
typedef struct cells cells;
cells *cells_new(int columns);
void cells_free(cells *c);
void cells_put(cells *c, enum cells_align align, const char *text); /* the next cell, row by row */
void cells_putf(cells *c, enum cells_align align, const char *format, ...) __attribute__((format(printf, 3, 4)));
size_t cells_rows(const cells *c);
void cells_print(cells *c, const char *indent, FILE *to); /* and forgets the rows */

#endif
