/* columns.h - the columns of the Runs view: one table for widths, headings, what is dropped first, and sorting. */
#ifndef BAUD_TUI_COLUMNS_H
#define BAUD_TUI_COLUMNS_H

#include "dashboard.h"

enum { COLUMN_NAME, COLUMN_SEEDS, COLUMN_PROGRESS, COLUMN_PERCENT, COLUMN_ETA, COLUMN_RETURN, COLUMN_OFFERED,
       COLUMN_RECEIVED, COLUMN_ABSORBED, COLUMN_USEFUL, COLUMN_SHARE, COLUMN_SPARK, COLUMNS_SHOWN };

/* What a row is sorted by in a column; NaN where there is nothing. */
double column_value(const dashboard *d, target what, int column);
const char *column_name(int column);
/* The next column that can be sorted by, in either direction. */
int column_next(int column, int step);

/* Widths for this many cells: 0 for columns that are dropped. The name gets what the others leave. */
void columns_fit(int cells, int wished_name, int widths[COLUMNS_SHOWN]);

/* The column under cell x that can be sorted by, or -1. */
int columns_at(const int widths[COLUMNS_SHOWN], int x);

void columns_draw_heading(dashboard *d, int y, const int widths[COLUMNS_SHOWN]);
void columns_draw_row(dashboard *d, int y, target what, const int widths[COLUMNS_SHOWN]);

#endif
