/* events.h - the event log and the claims as lines: for the panels of the Runs view and the screens of their own. */
#ifndef BAUD_TUI_EVENTS_H
#define BAUD_TUI_EVENTS_H

#include "dashboard.h"

/* One event in [x, x + cells). */
void event_draw(dashboard *d, int x, int y, int cells, const store_event_row *event);
/* The index-th claim: verdict ("?" behind it: so far), text, figures. */
void claim_draw(dashboard *d, int x, int y, int cells, int index);
unsigned verdict_style(const char *verdict);

/* The newest events, or once the run is over its claims: in a box, or under a rule. */
void events_draw_panel(dashboard *d, rect area, int is_boxed);

/* Long text over several lines, broken at cells, not words: it may be a table of numbers. */
void text_draw_wrapped(frame *f, rect area, const char *text);

#endif
