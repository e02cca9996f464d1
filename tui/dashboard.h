/* dashboard.h - what all screens share: the state of the dashboard, and what a screen is.
 *
 * A screen is an object of a few functions in a file of its own; a new one is a file, a line in `screens` and its
 * rows in the key table. Screens draw from model and state into the frame and do nothing else; only key actions
 * change the state, and only those marked CHANGES_RUN send a command.
 */
#ifndef BAUD_TUI_DASHBOARD_H
#define BAUD_TUI_DASHBOARD_H

#include "charts.h"
#include "dots.h"
#include "layout.h"
#include "list.h"
#include "model.h"

typedef struct dashboard dashboard;

typedef struct screen {
  int digit;                      /* the key that shows it */
  const char *name, *short_name;
  unsigned scope;                 /* its bit in the key table */
  void (*draw)(dashboard *d, rect body);
  void (*note)(dashboard *d, char *out, size_t size); /* what stands at the right of the tabs */
  void (*click)(dashboard *d, int x, int y);          /* a click or null; relative to the screen */
} screen;

enum { IN_RUNS = 1, IN_RUN = 2, IN_LOG = 4, IN_CLAIMS = 8, EVERYWHERE = 15 };
enum { SCREENS = 4 };
extern const screen screen_runs, screen_run, screen_log, screen_claims;
extern const screen *const screens[SCREENS];

enum mode { MODE_BROWSE, MODE_HELP, MODE_FILTER, MODE_COMMAND, MODE_ASK };
enum sort_order { ASCENDING, DESCENDING };
enum { INPUT_SIZE = 128, SMOOTHINGS = 4 };

struct dashboard {
  tui_options options;
  model model;
  frame frame;
  dots canvas;
  const screen *view;
  int is_leaving;                     /* detach at the end of this turn */

  target selected;                    /* survives sorting and filtering */
  target *rows;                       /* what the list shows, top to bottom */
  int n_rows;
  list list;
  uint8_t *is_folded;                 /* [n_configs] */
  int sort_column;
  enum sort_order sort_order;
  char filter[INPUT_SIZE];
  int shown_chart;                    /* of the Runs view's plot and sparklines */

  int plot, plot_page;                /* of the Run view: the chart in focus, the first one on the page */
  enum layout_zoom zoom_panel;
  span span;
  int has_cursor, is_log, smoothing, has_band, has_totals;
  double cursor;
  domain plotted;                     /* of the focused plot as last drawn, and its box */
  rect plotted_box;

  list log;
  int is_following, log_level, log_is_selected_only;
  char log_filter[INPUT_SIZE];
  list claims;

  enum mode mode;
  char input[INPUT_SIZE];
  const char *question;               /* MODE_ASK: the command that waits for an answer */
  int help_top;
  char message[400];
  int message_is_error;
  double message_until;               /* seconds of `now` */
  int is_frozen;
  int64_t frozen_unix;
  double now;                         /* monotonic seconds */
  double key_at;                      /* when somebody last pressed a key, on the same clock */
  int64_t unix_now;
};

/* rows.c: the tree as a list. */
void rows_build(dashboard *d);
void rows_select(dashboard *d, int row);

/* chrome.c: header, tabs, footer, help: all that surrounds a screen. */
void chrome_draw(dashboard *d); /* the whole frame */
void help_draw(dashboard *d);   /* help.c */

/* What is looked at in words: "LABEL / seed 3" or "LABEL (8 seeds)". */
void target_name(const dashboard *d, target what, char *out, size_t size);
unsigned state_style(char status);

void dashboard_say(dashboard *d, const char *format, ...) __attribute__((format(printf, 2, 3)));
void dashboard_complain(dashboard *d, const char *format, ...) __attribute__((format(printf, 2, 3)));

/* The state that a dashboard begins with, once its model is open. BAUD_ENOMEM or 0. */
int dashboard_init(dashboard *d);
void dashboard_clear(dashboard *d);

#endif
