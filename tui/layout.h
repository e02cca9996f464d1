/* layout.h - where everything goes: pure functions of the screen's size, so every size can be tested.
 *
 * A rect of width or height 0 is not shown. Panels never overlap and never leave the screen. What goes first when
 * room is short: side panels, then rules, then the tabs; from 20x4 down one status line is all.
 */
#ifndef BAUD_TUI_LAYOUT_H
#define BAUD_TUI_LAYOUT_H

#include "frame.h"

enum { LAYOUT_PLOTS = 6 };

typedef struct layout {
  int is_status_only;
  int header, tabs, rule, footer; /* rows, or -1 */
  rect body;
} layout;

layout layout_screen(int width, int height);

enum layout_zoom { LAYOUT_GRID, LAYOUT_ALONE }; /* alone: one plot, the list, the tree, the picture */

typedef struct layout_runs {
  rect list;           /* heading, rows, and a line that says which rows */
  rect plot, funnel;   /* boxes side by side */
  rect strip;          /* in place of both where they do not fit: a rule and two lines */
  rect events;         /* a box, or a rule and two lines */
  int is_boxed;
} layout_runs;

layout_runs layout_of_runs(rect body, enum layout_zoom zoom);

typedef struct layout_run {
  rect funnel;               /* a box, or the table of five lines */
  int funnel_is_box;
  rect plots[LAYOUT_PLOTS];
  int n_plots;
  rect readout;              /* one or two lines */
} layout_run;

layout_run layout_of_run(rect body, enum layout_zoom zoom);

typedef struct layout_compare {
  rect legend;               /* what the letters stand for */
  rect plots[LAYOUT_PLOTS];
  int n_plots;
  rect table;                /* a rule, a heading, a row for each mark */
  rect readout;
} layout_compare;

layout_compare layout_of_compare(rect body, int marks, enum layout_zoom zoom);

typedef struct layout_graph {
  rect tree, node, work;
  int is_boxed; /* the node is: else a rule and lines */
} layout_graph;

layout_graph layout_of_graph(rect body, enum layout_zoom zoom);

typedef struct layout_env {
  rect picture, step, plot; /* boxes */
} layout_env;

layout_env layout_of_env(rect body, enum layout_zoom zoom);

#endif
