/* plots.h - plots as the Run and the Compare view share them: one cursor, one zoom, one axis, values in words. */
#ifndef BAUD_TUI_PLOTS_H
#define BAUD_TUI_PLOTS_H

#include "dashboard.h"

enum plots_place { PLOTS_BESIDE_OTHERS, PLOTS_ALONE };

/* The query of one chart of these targets in a box, with the dashboard's axis, zoom and seeds. A plot of several lines
 * shows bands only when it is alone or compares. */
chart_query plots_query(const dashboard *d, const target *targets, int n, int which, int width, enum plots_place place);

/* Draws it; the focused one is what cursor and mouse act on. */
void plots_draw(dashboard *d, rect box, const target *targets, int n, int which, int is_focused, enum plots_place place);

/* Values of one chart at the cursor, or the newest: "return 8.1 [6.9 9.0]". 0 where there are none. */
int plots_values(dashboard *d, const target *targets, int n, int which, char *out, size_t size);

/* "cursor ep 62,464" or "now ep 100,000": where the values are. */
void plots_where(dashboard *d, const target *targets, int n, char *out, size_t size);

/* "x axis: episode, zoomed   smooth 5   seeds: mean, 95%": how plots are drawn at present. */
void plots_settings(const dashboard *d, char *out, size_t size);

#endif
