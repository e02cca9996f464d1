/* funnel.h - offered, received, absorbed, useful, by channel: as bars on one scale, as a table, or in two lines.
 *
 * Percentages are of the stage before; what is not measured is "-", never 0; a stage beyond the one before is
 * marked "!", never clamped; bits below zero, which is forgetting, are "lost"; every figure carries its provenance mark.
 */
#ifndef BAUD_TUI_FUNNEL_H
#define BAUD_TUI_FUNNEL_H

#include "dashboard.h"

enum { STAGES = 4, STREAMS = BAUD_CHANNELS + 1 }; /* the channels, then all of them together */
enum { FUNNEL_RECENT, FUNNEL_TOTALS };
enum { FUNNEL_TABLE_WIDTH = 68 }; /* the least that the table needs */

typedef struct funnel {
  double bits[STREAMS][STAGES]; /* NAN: unmeasured. useful exists for all channels together only */
  char marks[STREAMS][STAGES];
  double known, known_wiped;    /* now; wiped: what would be left without memory, which is what lies in the weights. NAN */
  double compute;               /* of the useful bits of the whole run those gained while nothing was received: planning's. NAN */
} funnel;

void funnel_read(dashboard *d, target what, int over, funnel *out);
/* Where the bits lie and where they came from: known, known_wiped, compute; which funnel_read leaves out. */
void funnel_read_places(dashboard *d, target what, funnel *out);

void funnel_draw_bars(frame *f, rect inside, const funnel *u);    /* every stream, a stage a row */
void funnel_draw_summary(frame *f, rect inside, const funnel *u); /* all channels together, a stage a row */
void funnel_draw_table(frame *f, rect area, const char *unit, const funnel *u); /* a stream a row */
void funnel_draw_strip(frame *f, rect area, const funnel *u);     /* two lines */

/* The stage that loses most bits, and how many; -1 where none does. */
int funnel_largest_loss(const funnel *u, double *bits);

#endif
