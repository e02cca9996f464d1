/* search.h - `/`, n and N: from match to match in whatever list is shown.
 *
 * The Runs view hides what its filter does not let through; there n and N go to rows that match by their own name, not
 * by that of a trial within. All other lists show everything, and a star beside what matches.
 */
#ifndef BAUD_TUI_SEARCH_H
#define BAUD_TUI_SEARCH_H

#include "dashboard.h"

/* Puts the star beside a row of the present list that is drawn at y, where it matches. */
void search_mark(dashboard *d, int row, int y);
/* "  /nan 1/3": which of the matches the cursor is on, or behind; "" where nothing is searched for. */
void search_note(dashboard *d, char *out, size_t size);

#endif
